/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/chap.c - the CHAP exchange (RFC 7143 12.1.3). */
#include "transport/iscsi/chap.h"

#include <string.h>

#include "transport/iscsi/status.h"
#include "transport/iscsi/target.h"

/* The CHAP keys of one text, and which of them are there. */
enum chap_key { KEY_A, KEY_N, KEY_R, KEY_I, KEY_C, NKEYS };

struct chap_keys {
	struct semu_text_pair p[NKEYS];
	unsigned present; /* a bit per key */
};

#define PROPOSAL (1U << KEY_A)
#define RESPONSE (1U << KEY_N | 1U << KEY_R)
#define MUTUAL	 (RESPONSE | 1U << KEY_I | 1U << KEY_C)

/* IANA "PPP Authentication Algorithms", as RFC 7143 takes them over. */
static const struct algorithm {
	uint8_t number;
	enum semu_digest digest;
	uint8_t len;
} algorithms[] = {
	{ 5, SEMU_DIGEST_MD5, 16 },
	{ 6, SEMU_DIGEST_SHA1, 20 },
	{ 7, SEMU_DIGEST_SHA256, 32 },
	{ 8, SEMU_DIGEST_SHA3_256, 32 },
};

static const struct algorithm *algorithm(uint64_t number)
{
	for (unsigned i = 0; i < 4; i++)
		if (algorithms[i].number == number)
			return &algorithms[i];
	return NULL;
}

static void find_keys(const uint8_t *text, uint32_t len, struct chap_keys *k)
{
	static const char *const names[NKEYS] = { "CHAP_A", "CHAP_N", "CHAP_R",
						  "CHAP_I", "CHAP_C" };

	k->present = 0;
	for (unsigned i = 0; i < NKEYS; i++)
		if (semu_text_find(text, len, names[i], &k->p[i]))
			k->present |= 1U << i;
}

/* A policy of the system may have taken the digest away. */
static bool available(const struct semu_crypto *c, const struct algorithm *a)
{
	const struct semu_bytes nothing = { "", 0 };
	uint8_t out[SEMU_DIGEST_MAX];

	return c->digest(a->digest, &nothing, 1, out) == a->len;
}

/* The initiator lists by preference: its first that we have. */
static const struct algorithm *choose(const struct semu_crypto *c,
				      const struct semu_text_pair *p)
{
	const char *list = p->value, *item;
	uint32_t left = p->value_len, len;
	const struct algorithm *a;
	uint64_t n;

	while (semu_text_item(&list, &left, &item, &len)) {
		if (!semu_text_number(item, len, &n))
			return NULL;
		a = algorithm(n);
		if (a && available(c, a))
			return a;
	}
	return NULL;
}

static uint16_t challenge(struct semu_iscsi_login *l,
			  const struct semu_text_pair *list,
			  struct semu_text_out *o)
{
	const struct semu_crypto *c = l->node->crypto;
	const struct algorithm *a = choose(c, list);

	if (!a)
		return SEMU_LOGIN_AUTH_FAILED;
	l->own.chap_alg = a->number;
	l->own.chal_len = SEMU_CHAP_CHALLENGE_LEN;
	if (c->random(&l->own.chap_id, 1) < 0 ||
	    c->random(l->own.challenge, SEMU_CHAP_CHALLENGE_LEN) < 0)
		return SEMU_LOGIN_TARGET_ERROR;
	semu_text_pair_number(o, "CHAP_A", a->number);
	semu_text_pair_number(o, "CHAP_I", l->own.chap_id);
	semu_text_str(o, "CHAP_C=");
	semu_text_hex(o, l->own.challenge, SEMU_CHAP_CHALLENGE_LEN);
	semu_text_end(o);
	l->own.chap_step = SEMU_CHAP_CHALLENGE;
	return 0;
}

/* H(identifier, secret, challenge) (RFC 1994 4.1). */
static bool respond(const struct semu_crypto *c, const struct algorithm *a,
		    uint8_t id, const struct semu_bytes *secret,
		    const struct semu_bytes *chal, uint8_t out[SEMU_DIGEST_MAX])
{
	const struct semu_bytes v[] = { { &id, 1 }, *secret, *chal };

	return c->digest(a->digest, v, 3, out) == a->len;
}

/* Every user is looked at, found or not: no time tells the names. A name is
 * text also where it begins like a number (0x, 0b). */
static const struct semu_chap_user *user_named(const struct semu_chap_user *u,
					       const struct semu_text_pair *n)
{
	const struct semu_chap_user *found = NULL;
	char name[sizeof(u->name)] = "";

	if (n->value_len < sizeof(name))
		memcpy(name, n->value, n->value_len);
	for (; u; u = u->next)
		if (semu_equal(u->name, name, sizeof(name)))
			found = u;
	return found;
}

/* Is CHAP_R what the user's secret makes of our challenge? An unknown user is
 * computed and compared like any other. */
static uint16_t verify(struct semu_iscsi_login *l, const struct algorithm *a,
		       const struct semu_chap_user *u,
		       const struct semu_text_pair *r)
{
	const struct scsiemu_iscsi_node *n = l->node;
	const struct semu_bytes secret = { u ? u->secret : n->dummy,
					   u ? u->secret_len
					     : sizeof(n->dummy) };
	const struct semu_bytes chal = { l->own.challenge, l->own.chal_len };
	uint8_t want[SEMU_DIGEST_MAX], got[SEMU_CHAP_BINARY] = { 0 };
	int len = semu_text_binary(r->value, r->value_len, got, sizeof(got));
	bool same;

	if (!respond(n->crypto, a, l->own.chap_id, &secret, &chal, want))
		return SEMU_LOGIN_TARGET_ERROR;
	same = semu_equal(want, got, a->len);
	semu_wipe(want, sizeof(want));
	semu_wipe(got, sizeof(got));
	return same && u && len == a->len ? 0 : SEMU_LOGIN_AUTH_FAILED;
}

/* CHAP_I and CHAP_C as the initiator sent them. Our own challenge coming back
 * is an attempt to have us compute the answer to it (RFC 7143 9.2.1). */
static bool their_challenge(const struct semu_iscsi_login *l,
			    const struct chap_keys *k, uint8_t *id,
			    uint8_t chal[SEMU_CHAP_BINARY], uint32_t *chal_len)
{
	uint64_t n;
	int len;

	if (!semu_text_number(k->p[KEY_I].value, k->p[KEY_I].value_len, &n) ||
	    n > 255)
		return false;
	len = semu_text_binary(k->p[KEY_C].value, k->p[KEY_C].value_len, chal,
			       SEMU_CHAP_BINARY);
	if (len < 1)
		return false;
	*id = (uint8_t)n;
	*chal_len = (uint32_t)len;
	return len != l->own.chal_len ||
	       memcmp(chal, l->own.challenge, l->own.chal_len) != 0;
}

/* Mutual: prove ourselves with the secret that belongs to this user. */
static uint16_t prove(const struct semu_iscsi_login *l,
		      const struct algorithm *a, const struct semu_chap_user *u,
		      const struct chap_keys *k, struct semu_text_out *o)
{
	const struct semu_bytes secret = { u->mutual_secret, u->mutual_len };
	uint8_t chal[SEMU_CHAP_BINARY], out[SEMU_DIGEST_MAX], id;
	struct semu_bytes theirs = { chal, 0 };
	uint32_t len;

	if (!u->mutual_len || !their_challenge(l, k, &id, chal, &len))
		return SEMU_LOGIN_AUTH_FAILED;
	theirs.len = len;
	if (!respond(l->node->crypto, a, id, &secret, &theirs, out))
		return SEMU_LOGIN_TARGET_ERROR;
	semu_text_pair(o, "CHAP_N", u->mutual_name);
	semu_text_str(o, "CHAP_R=");
	semu_text_hex(o, out, a->len);
	semu_text_end(o);
	semu_wipe(out, sizeof(out));
	return 0;
}

/* The one answer that a challenge allows: whatever comes of it, the challenge
 * is spent. */
static uint16_t response(struct semu_iscsi_login *l, const struct chap_keys *k,
			 struct semu_text_out *o)
{
	const struct algorithm *a = algorithm(l->own.chap_alg);
	const struct semu_chap_user *u = user_named(semu_iscsi_users(l),
						    &k->p[KEY_N]);
	uint16_t status = verify(l, a, u, &k->p[KEY_R]);

	if (!status && k->present == MUTUAL)
		status = prove(l, a, u, k, o);
	semu_wipe(l->own.challenge, sizeof(l->own.challenge));
	l->own.chal_len = 0;
	l->own.chap_step = status ? SEMU_CHAP_NONE : SEMU_CHAP_DONE;
	return status;
}

uint16_t semu_chap_answer(struct semu_iscsi_login *l, const uint8_t *text,
			  uint32_t len, struct semu_text_out *o)
{
	struct chap_keys k;

	find_keys(text, len, &k);
	if (k.present == 0)
		return SEMU_LOGIN_OK;
	if (l->own.chap_step == SEMU_CHAP_METHOD && k.present == PROPOSAL)
		return challenge(l, &k.p[KEY_A], o);
	if (l->own.chap_step == SEMU_CHAP_CHALLENGE &&
	    (k.present == RESPONSE || k.present == MUTUAL))
		return response(l, &k, o);
	return SEMU_LOGIN_AUTH_FAILED;
}
