/* SPDX-License-Identifier: BSD-2-Clause */
/* chap_kit.c - the initiator's side of CHAP, for the tests of ours. */
#include "chap_kit.h"

#ifdef SCSIEMU_HAVE_LIBCRYPTO
#include <stdio.h>

/* A challenge that is known beforehand; the digests are real. */
static unsigned randoms;

static int fixed_random(void *buf, size_t len)
{
	uint8_t *p = buf;

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(0x40 + i + randoms);
	randoms += 0x11;
	return 0;
}

struct semu_crypto chap_fixed;

const struct chap_alg chap_algs[4] = {
	{ "5", EVP_md5, 16 },
	{ "6", EVP_sha1, 20 },
	{ "7", EVP_sha256, 32 },
	{ "8", EVP_sha3_256, 32 },
};

/* H(id, secret, challenge), as RFC 1994 4.1 writes it. */
void chap_hash(const EVP_MD *md, uint8_t id, const char *secret,
	       const uint8_t *chal, size_t chal_len, uint8_t *out)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	assert_non_null(c);
	assert_int_equal(EVP_DigestInit_ex(c, md, NULL), 1);
	EVP_DigestUpdate(c, &id, 1);
	EVP_DigestUpdate(c, secret, strlen(secret));
	EVP_DigestUpdate(c, chal, chal_len);
	EVP_DigestFinal_ex(c, out, NULL);
	EVP_MD_CTX_free(c);
}

size_t chap_hex(char *to, const uint8_t *p, size_t len)
{
	size_t n = (size_t)sprintf(to, "0x");

	for (size_t i = 0; i < len; i++)
		n += (size_t)sprintf(to + n, "%02x", p[i]);
	return n;
}

size_t chap_base64(char *to, const uint8_t *p, size_t len)
{
	return 2 + (size_t)EVP_EncodeBlock((uint8_t *)memcpy(to, "0b", 2) + 2,
					   p, (int)len);
}

void words_add(struct words *w, const char *key, const char *value)
{
	w->len += (size_t)sprintf(w->text + w->len, "%s=%s", key, value) + 1;
}

void words_binary(struct words *w, const char *key, const uint8_t *p,
		  size_t len,
		  size_t (*how)(char *to, const uint8_t *p, size_t len))
{
	w->len += (size_t)sprintf(w->text + w->len, "%s=", key);
	w->len += how(w->text + w->len, p, len);
	w->text[w->len++] = 0;
}

void chap_user(struct kit *k, struct scsiemu_iscsi_target *t, const char *name,
	       const char *mutual)
{
	const struct scsiemu_iscsi_chap c = {
		.size = sizeof(c),
		.name = name,
		.secret = SECRET,
		.secret_len = sizeof(SECRET) - 1,
		.mutual_name = mutual,
		.mutual_secret = ANSWER,
		.mutual_secret_len = sizeof(ANSWER) - 1,
	};
	struct scsiemu_errmsg err = { "" };

	if (scsiemu_iscsi_chap_add(k->node, t, &c, &err) < 0)
		fail_msg("%s", err.text);
}

void chap_open(struct kit *k, const char *mutual)
{
	kit_open(k, NULL);
	chap_fixed = *semu_crypto();
	chap_fixed.random = fixed_random;
	k->node->crypto = &chap_fixed;
	chap_user(k, k->target, USER, mutual);
	randoms = 0;
}

/* Up to the challenge, checked byte for byte. */
void chap_challenge(struct kit *k, unsigned alg)
{
	struct words w = { .len = 0 };
	char want[200];
	size_t n;

	kit_login(k);
	kit_send(k, SECURITY | TO_OPER, TEXT(WHO "\0AuthMethod=CHAP,None"));
	kit_expect(k, SEMU_LOGIN_MORE, SECURITY,
		   TEXT("TargetPortalGroupTag=1\0AuthMethod=CHAP"));
	words_add(&w, "CHAP_A", chap_algs[alg].number);
	kit_send(k, SECURITY, w.text, w.len);
	n = (size_t)sprintf(want, "CHAP_A=%s", chap_algs[alg].number) + 1;
	n += (size_t)sprintf(want + n, "CHAP_I=%u", k->l.own.chap_id) + 1;
	n += (size_t)sprintf(want + n, "CHAP_C=");
	n += chap_hex(want + n, k->l.own.challenge, SEMU_CHAP_CHALLENGE_LEN) +
	     1;
	kit_expect(k, SEMU_LOGIN_MORE, SECURITY, want, n);
}

/* The right answer to the challenge that stands. */
void chap_right(const struct kit *k, unsigned alg, uint8_t out[64])
{
	chap_hash(chap_algs[alg].md(), k->l.own.chap_id, SECRET,
		  k->l.own.challenge, SEMU_CHAP_CHALLENGE_LEN, out);
}

void chap_reply(struct words *w, const struct kit *k, unsigned alg,
		const char *name)
{
	uint8_t r[64];

	chap_right(k, alg, r);
	words_add(w, "CHAP_N", name);
	words_binary(w, "CHAP_R", r, chap_algs[alg].len, chap_hex);
}
#endif
