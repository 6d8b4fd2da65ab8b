/* SPDX-License-Identifier: BSD-2-Clause */
/* test_chap.c - CHAP one-way and mutual, and every way of getting it wrong.
 * Expected digests come from libcrypto, not through the code under test. */
#include "login_kit.h"

#include <stdio.h>

#include "transport/iscsi/chap.h"

#define SECRET "a secret of 21 bytes."
#define ANSWER "the target's own word"
#define USER   "alice"
#define TARGET "disks"

#ifdef SCSIEMU_HAVE_LIBCRYPTO
#include <openssl/evp.h>

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

static int no_random(void *buf, size_t len)
{
	(void)buf;
	(void)len;
	return -1;
}

static int no_md5(enum semu_digest d, const struct semu_bytes *v, unsigned n,
		  uint8_t out[SEMU_DIGEST_MAX])
{
	return d == SEMU_DIGEST_MD5 ? -1 : semu_crypto()->digest(d, v, n, out);
}

static struct semu_crypto fixed;

static const struct {
	const char *number;
	const EVP_MD *(*md)(void);
	uint32_t len;
} algs[] = {
	{ "5", EVP_md5, 16 },
	{ "6", EVP_sha1, 20 },
	{ "7", EVP_sha256, 32 },
	{ "8", EVP_sha3_256, 32 },
};

/* H(id, secret, challenge), as RFC 1994 4.1 writes it. */
static void chap_hash(const EVP_MD *md, uint8_t id, const char *secret,
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

static size_t hex(char *to, const uint8_t *p, size_t len)
{
	size_t n = (size_t)sprintf(to, "0x");

	for (size_t i = 0; i < len; i++)
		n += (size_t)sprintf(to + n, "%02x", p[i]);
	return n;
}

static size_t base64(char *to, const uint8_t *p, size_t len)
{
	return 2 + (size_t)EVP_EncodeBlock((uint8_t *)memcpy(to, "0b", 2) + 2,
					   p, (int)len);
}

/* Append a pair whose value is plain or binary. */
struct words {
	char text[4096];
	size_t len;
};

static void add(struct words *w, const char *key, const char *value)
{
	w->len += (size_t)sprintf(w->text + w->len, "%s=%s", key, value) + 1;
}

static void add_binary(struct words *w, const char *key, const uint8_t *p,
		       size_t len,
		       size_t (*how)(char *to, const uint8_t *p, size_t len))
{
	w->len += (size_t)sprintf(w->text + w->len, "%s=", key);
	w->len += how(w->text + w->len, p, len);
	w->text[w->len++] = 0;
}

static void user(struct kit *k, struct scsiemu_iscsi_target *t,
		 const char *name, const char *mutual)
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

static void open_guarded(struct kit *k, const char *mutual)
{
	kit_open(k, NULL);
	fixed = *semu_crypto();
	fixed.random = fixed_random;
	k->node->crypto = &fixed;
	user(k, k->target, USER, mutual);
	randoms = 0;
}

/* Up to the challenge, checked byte for byte. */
static void to_challenge(struct kit *k, unsigned alg)
{
	struct words w = { .len = 0 };
	char want[200];
	size_t n;

	kit_login(k);
	kit_send(k, SECURITY | TO_OPER, TEXT(WHO "\0AuthMethod=CHAP,None"));
	kit_expect(k, SEMU_LOGIN_MORE, SECURITY,
		   TEXT("TargetPortalGroupTag=1\0AuthMethod=CHAP"));
	add(&w, "CHAP_A", algs[alg].number);
	kit_send(k, SECURITY, w.text, w.len);
	n = (size_t)sprintf(want, "CHAP_A=%s", algs[alg].number) + 1;
	n += (size_t)sprintf(want + n, "CHAP_I=%u", k->l.own.chap_id) + 1;
	n += (size_t)sprintf(want + n, "CHAP_C=");
	n += hex(want + n, k->l.own.challenge, SEMU_CHAP_CHALLENGE_LEN) + 1;
	kit_expect(k, SEMU_LOGIN_MORE, SECURITY, want, n);
}

/* The right answer to the challenge that stands. */
static void right(const struct kit *k, unsigned alg, uint8_t out[64])
{
	chap_hash(algs[alg].md(), k->l.own.chap_id, SECRET, k->l.own.challenge,
		  SEMU_CHAP_CHALLENGE_LEN, out);
}

static void reply(struct words *w, const struct kit *k, unsigned alg,
		  const char *name)
{
	uint8_t r[64];

	right(k, alg, r);
	add(w, "CHAP_N", name);
	add_binary(w, "CHAP_R", r, algs[alg].len, hex);
}

static void test_one_way(void **state)
{
	static struct kit k;
	uint8_t r[64];

	(void)state;
	open_guarded(&k, NULL);
	for (unsigned alg = 0; alg < 4; alg++)
		for (int form = 0; form < 2; form++) {
			struct words w = { .len = 0 };

			to_challenge(&k, alg);
			right(&k, alg, r);
			add(&w, "CHAP_N", USER);
			add_binary(&w, "CHAP_R", r, algs[alg].len,
				   form ? base64 : hex);
			kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
			kit_expect(&k, SEMU_LOGIN_MORE, SECURITY | TO_OPER,
				   NOTHING);
			kit_send(&k, OPER | TO_FULL, NOTHING);
			assert_int_equal(k.next, SEMU_LOGIN_FULL);
		}
	kit_close(&k);
}

static void test_mutual(void **state)
{
	/* Short, of our length, and the longest there is. */
	static const size_t lens[] = { 1, 16, 24, 1024 };
	static struct kit k;
	uint8_t chal[1024], r[64];
	char want[200];

	(void)state;
	memset(chal, 0xc5, sizeof(chal));
	open_guarded(&k, TARGET);
	for (unsigned i = 0; i < 16; i++) {
		unsigned alg = i / 4;
		size_t len = lens[i % 4], n;
		struct words w = { .len = 0 };

		to_challenge(&k, alg);
		reply(&w, &k, alg, USER);
		add(&w, "CHAP_I", "0xfe");
		add_binary(&w, "CHAP_C", chal, len, i & 1 ? base64 : hex);
		kit_send(&k, SECURITY | TO_FULL, w.text, w.len);
		chap_hash(algs[alg].md(), 0xfe, ANSWER, chal, len, r);
		n = (size_t)sprintf(want, "CHAP_N=" TARGET) + 1;
		n += (size_t)sprintf(want + n, "CHAP_R=");
		n += hex(want + n, r, algs[alg].len) + 1;
		kit_expect(&k, SEMU_LOGIN_FULL, SECURITY | TO_FULL, want, n);
	}
	kit_close(&k);
}

/* The initiator lists by preference; what it cannot mean is no choice. */
static void test_algorithms(void **state)
{
	static const struct {
		const char *list, *chosen; /* NULL: refused */
	} row[] = {
		{ "5", "5" },		{ "8,7,6,5", "8" }, { "6,5", "6" },
		{ "4,0x7,5", "7" },	{ "255,5", "5" },   { "", NULL },
		{ "56", NULL },		{ "4", NULL },	    { "5x", NULL },
		{ "MD5", NULL },	{ ",5", NULL },	    { "0", NULL },
		{ "5,6,7,8", "5" },	{ "261", NULL },    { "-5", NULL },
		{ "4294967301", NULL },
	};
	static struct kit k;

	(void)state;
	open_guarded(&k, NULL);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct words w = { .len = 0 };

		kit_login(&k);
		kit_send(&k, SECURITY, TEXT(WHO "\0AuthMethod=CHAP"));
		add(&w, "CHAP_A", row[i].list);
		kit_send(&k, SECURITY, w.text, w.len);
		if (row[i].chosen) {
			assert_int_equal(k.next, SEMU_LOGIN_MORE);
			assert_memory_equal(k.out, "CHAP_A=", 7);
			assert_string_equal((char *)k.out + 7, row[i].chosen);
		} else {
			kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
		}
	}
	/* A policy without MD5: the next choice, or none. */
	fixed.digest = no_md5;
	for (int i = 0; i < 2; i++) {
		kit_login(&k);
		kit_send(&k, SECURITY, TEXT(WHO "\0AuthMethod=CHAP"));
		if (i == 0)
			kit_send(&k, SECURITY, TEXT("CHAP_A=5,7"));
		else
			kit_send(&k, SECURITY, TEXT("CHAP_A=5"));
		if (i == 0)
			assert_string_equal((char *)k.out, "CHAP_A=7");
		else
			kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	}
	/* No random bytes: no weak challenge either. */
	fixed.random = no_random;
	kit_login(&k);
	kit_send(&k, SECURITY, TEXT(WHO "\0AuthMethod=CHAP"));
	kit_send(&k, SECURITY, TEXT("CHAP_A=7"));
	kit_refused(&k, SEMU_LOGIN_TARGET_ERROR);
	kit_close(&k);
}

/* Where authentication is required there is no way around it. */
static void test_no_way_round(void **state)
{
	static const struct {
		uint8_t flags;
		const char *text;
		size_t len;
	} row[] = {
		{ OPER, TEXT(WHO) },
		{ OPER | TO_FULL, TEXT(WHO) },
		{ SECURITY | TO_OPER, TEXT(WHO) },
		{ SECURITY | TO_FULL, TEXT(WHO) },
		{ SECURITY | TO_FULL, TEXT(WHO "\0AuthMethod=None") },
		{ SECURITY, TEXT(WHO "\0AuthMethod=None") },
		{ SECURITY, TEXT(WHO "\0AuthMethod=KRB5,None") },
		{ SECURITY, TEXT(WHO "\0AuthMethod=") },
		{ SECURITY, TEXT(WHO "\0AuthMethod=CHAP\0CHAP_A=5") },
		{ SECURITY, TEXT(WHO "\0CHAP_A=5") },
		{ SECURITY, TEXT(WHO "\0CHAP_N=" USER "\0CHAP_R=0x00") },
	};
	static struct kit k;

	(void)state;
	open_guarded(&k, TARGET);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		kit_login(&k);
		kit_send(&k, row[i].flags, row[i].text, row[i].len);
		kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	}
	/* T in the middle is declined, and CHAP goes on. */
	kit_login(&k);
	kit_send(&k, SECURITY | TO_FULL, TEXT(WHO "\0AuthMethod=CHAP"));
	assert_int_equal(k.rsp[1], SECURITY);
	kit_send(&k, SECURITY | TO_FULL, NOTHING);
	kit_expect(&k, SEMU_LOGIN_MORE, SECURITY, NOTHING);
	kit_send(&k, SECURITY | TO_FULL, TEXT("CHAP_A=5"));
	assert_int_equal(k.rsp[1], SECURITY);
	kit_send(&k, OPER | TO_FULL, NOTHING);
	kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	kit_close(&k);
}

/* One wrong thing at a time, in place of the right answer. */
enum fault {
	WRONG_BYTE,
	SHORT_R,
	LONG_R,
	NO_R,
	NO_N,
	EMPTY_N,
	OTHER_N,
	PREFIX_N,
	LONG_N,
	NOT_HEX,
	DECIMAL,
	I_ALONE,
	C_ALONE,
	AGAIN_A,
	BAD_I,
	BIG_I,
	BAD_C,
	LONG_C,
	REFLECTED,
	FAULTS
};

static void add_fault(struct words *w, struct kit *k, enum fault f)
{
	uint8_t r[64 + 1] = { 0 }, c[1025];
	char name[300];

	right(k, 0, r);
	memset(name, 'a', sizeof(name));
	name[256] = 0;
	memset(c, 0xc5, sizeof(c));
	if (f == WRONG_BYTE)
		r[15] ^= 1;
	add(w, "CHAP_X", "5");
	if (f != NO_N)
		add(w, "CHAP_N",
		    f == EMPTY_N    ? ""
		    : f == OTHER_N  ? "mallory"
		    : f == PREFIX_N ? "alic"
		    : f == LONG_N   ? name
				    : USER);
	if (f == NOT_HEX)
		add(w, "CHAP_R", "0xzz");
	else if (f == DECIMAL)
		add(w, "CHAP_R", "1234567890123456");
	else if (f != NO_R)
		add_binary(w, "CHAP_R", r,
			   f == SHORT_R	 ? 15
			   : f == LONG_R ? 17
					 : 16,
			   hex);
	if (f == I_ALONE)
		add(w, "CHAP_I", "1");
	if (f == C_ALONE)
		add_binary(w, "CHAP_C", c, 16, hex);
	if (f >= BAD_I) {
		add(w, "CHAP_I", f == BAD_I ? "x" : f == BIG_I ? "256" : "1");
		if (f == BAD_C)
			add(w, "CHAP_C", "0x123");
		else if (f == REFLECTED)
			add_binary(w, "CHAP_C", k->l.own.challenge,
				   SEMU_CHAP_CHALLENGE_LEN, base64);
		else
			add_binary(w, "CHAP_C", c, f == LONG_C ? 1025 : 16,
				   hex);
	}
}

static void test_wrong(void **state)
{
	static struct kit k;

	(void)state;
	open_guarded(&k, TARGET);
	for (int f = 0; f < FAULTS; f++) {
		struct words w = { .len = 0 };

		to_challenge(&k, 0);
		if (f == AGAIN_A) {
			reply(&w, &k, 0, USER);
			add(&w, "CHAP_A", "5");
			kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
			/* twice in one login */
			kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
			continue;
		}
		add_fault(&w, &k, (enum fault)f);
		kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
		kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	}
	kit_close(&k);
}

/* A challenge is good for one answer, and an answer for one challenge. */
static void test_reuse(void **state)
{
	static struct kit k;
	struct words w = { .len = 0 }, wrong = { .len = 0 };
	uint8_t zero[16] = { 0 };

	(void)state;
	open_guarded(&k, NULL);
	/* An answer of an earlier login. */
	to_challenge(&k, 0);
	reply(&w, &k, 0, USER);
	to_challenge(&k, 0);
	kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	/* The right answer after a wrong one. */
	to_challenge(&k, 0);
	w.len = 0;
	reply(&w, &k, 0, USER);
	add(&wrong, "CHAP_N", USER);
	add_binary(&wrong, "CHAP_R", zero, 16, hex);
	kit_send(&k, SECURITY | TO_OPER, wrong.text, wrong.len);
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
	assert_int_equal(k.next, SEMU_LOGIN_FAIL);
	/* The same answer again after it was taken. */
	to_challenge(&k, 0);
	w.len = 0;
	reply(&w, &k, 0, USER);
	kit_send(&k, SECURITY, w.text, w.len);
	kit_expect(&k, SEMU_LOGIN_MORE, SECURITY, NOTHING);
	kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
	assert_int_equal(k.next, SEMU_LOGIN_FAIL);
	kit_close(&k);
}

/* Names that look like numbers, and a user that was taken away. */
static void test_names(void **state)
{
	static const char *const names[] = { "0xcafe", "0bAQID", "0x", "7",
					     "\xc3\xa4=b, c" };
	static struct kit k;
	struct words w;

	(void)state;
	open_guarded(&k, NULL);
	for (int i = 0; i < 5; i++)
		user(&k, k.target, names[i], NULL);
	for (int i = 0; i < 5; i++) {
		w.len = 0;
		to_challenge(&k, 0);
		reply(&w, &k, 0, names[i]);
		kit_send(&k, SECURITY | TO_FULL, w.text, w.len);
		assert_int_equal(k.next, SEMU_LOGIN_FULL);
	}
	for (int i = 0; i < 5; i++)
		assert_int_equal(scsiemu_iscsi_chap_remove(k.node, k.target,
							   names[i], NULL),
				 0);
	assert_int_equal(
		scsiemu_iscsi_chap_remove(k.node, k.target, USER, NULL), 0);
	assert_int_equal(
		scsiemu_iscsi_chap_remove(k.node, k.target, USER, NULL), -1);
	w.len = 0;
	to_challenge(&k, 0); /* still required, with nobody left */
	reply(&w, &k, 0, USER);
	kit_send(&k, SECURITY | TO_FULL, w.text, w.len);
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	kit_close(&k);
}

/* Discovery has users of its own; a target's do not open it, nor the other way
 * round. */
static void test_discovery(void **state)
{
	static struct kit k;
	struct words w = { .len = 0 };

	(void)state;
	open_guarded(&k, NULL);
	kit_send(&k, OPER | TO_FULL, TEXT(WHO_DISCOVER));
	assert_int_equal(k.next, SEMU_LOGIN_FULL);
	user(&k, NULL, "finder", NULL);
	kit_login(&k);
	kit_send(&k, OPER | TO_FULL, TEXT(WHO_DISCOVER));
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	for (int i = 0; i < 2; i++) {
		kit_login(&k);
		kit_send(&k, SECURITY, TEXT(WHO_DISCOVER "\0AuthMethod=CHAP"));
		kit_send(&k, SECURITY, TEXT("CHAP_A=5"));
		w.len = 0;
		reply(&w, &k, 0, i ? "finder" : USER);
		kit_send(&k, SECURITY | TO_FULL, w.text, w.len);
		if (i)
			assert_int_equal(k.next, SEMU_LOGIN_FULL);
		else
			kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	}
	to_challenge(&k, 0);
	w.len = 0;
	reply(&w, &k, 0, "finder");
	kit_send(&k, SECURITY | TO_FULL, w.text, w.len);
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	kit_close(&k);
}

/* Mutual asked of a user who has no secret for it. */
static void test_not_mutual(void **state)
{
	static struct kit k;
	struct words w = { .len = 0 };

	(void)state;
	open_guarded(&k, NULL);
	to_challenge(&k, 0);
	reply(&w, &k, 0, USER);
	add(&w, "CHAP_I", "1");
	add(&w, "CHAP_C", "0x0102030405060708090a0b0c0d0e0f10");
	kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	kit_close(&k);
}

/* Nothing of the exchange stays in memory. */
static void test_wiped(void **state)
{
	static const uint8_t none[sizeof(struct semu_iscsi_login_state)];
	static struct kit k;
	struct words w = { .len = 0 };

	(void)state;
	open_guarded(&k, TARGET);
	to_challenge(&k, 0);
	reply(&w, &k, 0, USER);
	kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
	assert_memory_equal(k.l.own.challenge, none, sizeof(k.l.own.challenge));
	for (size_t i = 0; i < sizeof(k.part); i++)
		assert_int_equal(k.part[i], 0);
	/* ... nor of a login that ends half-way. */
	to_challenge(&k, 0);
	w.len = 0;
	reply(&w, &k, 0, USER);
	kit_send(&k, SECURITY | C, w.text, w.len - 1);
	semu_iscsi_login_wipe(&k.l);
	assert_memory_equal(&k.l.own, none, sizeof(k.l.own));
	for (size_t i = 0; i < sizeof(k.part); i++)
		assert_int_equal(k.part[i], 0);
	assert_string_equal(k.l.initiator, IQN_I);
	kit_close(&k);
}

/* Two challenges are never alike, and neither are two users' times told apart:
 * the digest is computed whether the user exists or not. */
static unsigned digests;

static int counted(enum semu_digest d, const struct semu_bytes *v, unsigned n,
		   uint8_t out[SEMU_DIGEST_MAX])
{
	digests++;
	assert_true(n == 1 || v[1].len >= 12);
	return semu_crypto()->digest(d, v, n, out);
}

static void test_same_path(void **state)
{
	static struct kit k;
	uint8_t before[SEMU_CHAP_CHALLENGE_LEN];
	unsigned known;

	(void)state;
	open_guarded(&k, NULL);
	fixed.digest = counted;
	fixed.random = semu_crypto()->random;
	digests = 0;
	for (int i = 0; i < 2; i++) {
		struct words w = { .len = 0 };

		to_challenge(&k, 0);
		if (i)
			assert_memory_not_equal(before, k.l.own.challenge,
						sizeof(before));
		memcpy(before, k.l.own.challenge, sizeof(before));
		add(&w, "CHAP_N", i ? "nobody" : USER);
		add(&w, "CHAP_R", "0x00112233445566778899aabbccddeeff");
		kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
		kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
		if (i == 0)
			known = digests;
	}
	assert_int_equal(digests, 2 * known);
	kit_close(&k);
}

static int add_user(struct kit *k, const char *name, size_t secret,
		    const char *mutual, size_t mutual_len,
		    struct scsiemu_errmsg *err)
{
	static char a[300], b[300];
	const struct scsiemu_iscsi_chap c = {
		.size = sizeof(c),
		.name = name,
		.secret = a,
		.secret_len = (uint32_t)secret,
		.mutual_name = mutual,
		.mutual_secret = b,
		.mutual_secret_len = (uint32_t)mutual_len,
	};

	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	return scsiemu_iscsi_chap_add(k->node, k->target, &c, err);
}

static void test_configuration(void **state)
{
	static struct kit k;
	struct scsiemu_errmsg err;
	struct scsiemu_iscsi_chap c = { .size = sizeof(c),
					.name = "x",
					.secret = SECRET,
					.secret_len = sizeof(SECRET) - 1 };
	char long_name[257];

	(void)state;
	memset(long_name, 'n', 256);
	long_name[256] = 0;
	kit_open(&k, NULL);
	assert_int_equal(add_user(&k, "u", 11, NULL, 0, &err), -1);
	assert_string_equal(err.text, "CHAP user u: the secret has 11 bytes, "
				      "allowed are 12 to 255");
	assert_int_equal(add_user(&k, "u", 256, NULL, 0, NULL), -1);
	assert_int_equal(add_user(&k, "", 12, NULL, 0, NULL), -1);
	assert_int_equal(add_user(&k, NULL, 12, NULL, 0, NULL), -1);
	assert_int_equal(add_user(&k, long_name, 12, NULL, 0, NULL), -1);
	assert_int_equal(add_user(&k, "a\nb", 12, NULL, 0, NULL), -1);
	assert_int_equal(add_user(&k, "u", 12, "t", 11, NULL), -1);
	assert_int_equal(add_user(&k, "u", 12, "", 12, NULL), -1);
	/* Nothing was taken: the target is still open to all. */
	kit_send(&k, OPER, TEXT(WHO));
	assert_int_equal(k.next, SEMU_LOGIN_MORE);
	assert_int_equal(add_user(&k, "u", 12, "t", 255, &err), 0);
	assert_int_equal(add_user(&k, "u", 12, NULL, 0, &err), -1);
	assert_string_equal(err.text, "CHAP user u: named twice");
	assert_int_equal(add_user(&k, long_name + 1, 255, NULL, 0, &err), 0);
	/* One secret both ways: with itself, and crosswise with the others,
	 * also of discovery. */
	c.mutual_name = "t";
	c.mutual_secret = SECRET;
	c.mutual_secret_len = sizeof(SECRET) - 1;
	assert_int_equal(scsiemu_iscsi_chap_add(k.node, k.target, &c, &err),
			 -1);
	assert_non_null(strstr(err.text, "same secret in both directions"));
	c.mutual_secret = "aaaaaaaaaaaa";
	c.mutual_secret_len = 12;
	assert_int_equal(scsiemu_iscsi_chap_add(k.node, NULL, &c, &err), -1);
	c.mutual_name = NULL;
	c.secret = memset(long_name, 'b', 255);
	c.secret_len = 255;
	assert_int_equal(scsiemu_iscsi_chap_add(k.node, NULL, &c, &err), -1);
	c.secret_len = 254;
	assert_int_equal(scsiemu_iscsi_chap_add(k.node, NULL, &c, &err), 0);
	c.size--;
	assert_int_equal(scsiemu_iscsi_chap_add(k.node, NULL, &c, &err), -1);
	kit_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_way),
		cmocka_unit_test(test_mutual),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_no_way_round),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_discovery),
		cmocka_unit_test(test_not_mutual),
		cmocka_unit_test(test_wiped),
		cmocka_unit_test(test_same_path),
		cmocka_unit_test(test_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
static void test_absent(void **state)
{
	static struct kit k;
	const struct scsiemu_iscsi_chap c = { .size = sizeof(c),
					      .name = USER,
					      .secret = SECRET,
					      .secret_len = sizeof(SECRET) -
							    1 };
	struct scsiemu_errmsg err;

	(void)state;
	kit_open(&k, NULL);
	assert_int_equal(scsiemu_iscsi_chap_add(k.node, k.target, &c, &err),
			 -1);
	assert_non_null(strstr(err.text, "without libcrypto"));
	kit_send(&k, SECURITY, TEXT(WHO "\0AuthMethod=CHAP"));
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	kit_login(&k);
	kit_send(&k, SECURITY | TO_OPER, TEXT(WHO "\0AuthMethod=CHAP,None"));
	kit_expect(&k, SEMU_LOGIN_MORE, SECURITY | TO_OPER,
		   TEXT("TargetPortalGroupTag=1\0AuthMethod=None"));
	kit_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
