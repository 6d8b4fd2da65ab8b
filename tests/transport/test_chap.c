/* SPDX-License-Identifier: BSD-2-Clause */
/* test_chap.c - CHAP one-way and mutual, its users, and what it leaves. */
#include "chap_kit.h"

#include <stdio.h>

#ifdef SCSIEMU_HAVE_LIBCRYPTO
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

static void test_one_way(void **state)
{
	static struct kit k;
	uint8_t r[64];

	(void)state;
	chap_open(&k, NULL);
	for (unsigned alg = 0; alg < 4; alg++)
		for (int form = 0; form < 2; form++) {
			struct words w = { .len = 0 };

			chap_challenge(&k, alg);
			chap_right(&k, alg, r);
			words_add(&w, "CHAP_N", USER);
			words_binary(&w, "CHAP_R", r, chap_algs[alg].len,
				     form ? chap_base64 : chap_hex);
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
	chap_open(&k, TARGET);
	for (unsigned i = 0; i < 16; i++) {
		unsigned alg = i / 4;
		size_t len = lens[i % 4], n;
		struct words w = { .len = 0 };

		chap_challenge(&k, alg);
		chap_reply(&w, &k, alg, USER);
		words_add(&w, "CHAP_I", "0xfe");
		words_binary(&w, "CHAP_C", chal, len,
			     i & 1 ? chap_base64 : chap_hex);
		kit_send(&k, SECURITY | TO_FULL, w.text, w.len);
		chap_hash(chap_algs[alg].md(), 0xfe, ANSWER, chal, len, r);
		n = (size_t)sprintf(want, "CHAP_N=" TARGET) + 1;
		n += (size_t)sprintf(want + n, "CHAP_R=");
		n += chap_hex(want + n, r, chap_algs[alg].len) + 1;
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
	chap_open(&k, NULL);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct words w = { .len = 0 };

		kit_login(&k);
		kit_send(&k, SECURITY, TEXT(WHO "\0AuthMethod=CHAP"));
		words_add(&w, "CHAP_A", row[i].list);
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
	chap_fixed.digest = no_md5;
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
	chap_fixed.random = no_random;
	kit_login(&k);
	kit_send(&k, SECURITY, TEXT(WHO "\0AuthMethod=CHAP"));
	kit_send(&k, SECURITY, TEXT("CHAP_A=7"));
	kit_refused(&k, SEMU_LOGIN_TARGET_ERROR);
	kit_close(&k);
}

/* A challenge is good for one answer, and an answer for one challenge. */
static void test_reuse(void **state)
{
	static struct kit k;
	struct words w = { .len = 0 }, wrong = { .len = 0 };
	uint8_t zero[16] = { 0 };

	(void)state;
	chap_open(&k, NULL);
	/* An answer of an earlier login. */
	chap_challenge(&k, 0);
	chap_reply(&w, &k, 0, USER);
	chap_challenge(&k, 0);
	kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	/* The right answer after a wrong one. */
	chap_challenge(&k, 0);
	w.len = 0;
	chap_reply(&w, &k, 0, USER);
	words_add(&wrong, "CHAP_N", USER);
	words_binary(&wrong, "CHAP_R", zero, 16, chap_hex);
	kit_send(&k, SECURITY | TO_OPER, wrong.text, wrong.len);
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
	assert_int_equal(k.next, SEMU_LOGIN_FAIL);
	/* The same answer again after it was taken. */
	chap_challenge(&k, 0);
	w.len = 0;
	chap_reply(&w, &k, 0, USER);
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
	chap_open(&k, NULL);
	for (int i = 0; i < 5; i++)
		chap_user(&k, k.target, names[i], NULL);
	for (int i = 0; i < 5; i++) {
		w.len = 0;
		chap_challenge(&k, 0);
		chap_reply(&w, &k, 0, names[i]);
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
	chap_challenge(&k, 0); /* still required, with nobody left */
	chap_reply(&w, &k, 0, USER);
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
	chap_open(&k, NULL);
	kit_send(&k, OPER | TO_FULL, TEXT(WHO_DISCOVER));
	assert_int_equal(k.next, SEMU_LOGIN_FULL);
	chap_user(&k, NULL, "finder", NULL);
	kit_login(&k);
	kit_send(&k, OPER | TO_FULL, TEXT(WHO_DISCOVER));
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	for (int i = 0; i < 2; i++) {
		kit_login(&k);
		kit_send(&k, SECURITY, TEXT(WHO_DISCOVER "\0AuthMethod=CHAP"));
		kit_send(&k, SECURITY, TEXT("CHAP_A=5"));
		w.len = 0;
		chap_reply(&w, &k, 0, i ? "finder" : USER);
		kit_send(&k, SECURITY | TO_FULL, w.text, w.len);
		if (i)
			assert_int_equal(k.next, SEMU_LOGIN_FULL);
		else
			kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	}
	chap_challenge(&k, 0);
	w.len = 0;
	chap_reply(&w, &k, 0, "finder");
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
	chap_open(&k, NULL);
	chap_challenge(&k, 0);
	chap_reply(&w, &k, 0, USER);
	words_add(&w, "CHAP_I", "1");
	words_add(&w, "CHAP_C", "0x0102030405060708090a0b0c0d0e0f10");
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
	chap_open(&k, TARGET);
	chap_challenge(&k, 0);
	chap_reply(&w, &k, 0, USER);
	kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
	assert_memory_equal(k.l.own.challenge, none, sizeof(k.l.own.challenge));
	for (size_t i = 0; i < sizeof(k.part); i++)
		assert_int_equal(k.part[i], 0);
	/* ... nor of a login that ends half-way. */
	chap_challenge(&k, 0);
	w.len = 0;
	chap_reply(&w, &k, 0, USER);
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
	chap_open(&k, NULL);
	chap_fixed.digest = counted;
	chap_fixed.random = semu_crypto()->random;
	digests = 0;
	for (int i = 0; i < 2; i++) {
		struct words w = { .len = 0 };

		chap_challenge(&k, 0);
		if (i)
			assert_memory_not_equal(before, k.l.own.challenge,
						sizeof(before));
		memcpy(before, k.l.own.challenge, sizeof(before));
		words_add(&w, "CHAP_N", i ? "nobody" : USER);
		words_add(&w, "CHAP_R", "0x00112233445566778899aabbccddeeff");
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
