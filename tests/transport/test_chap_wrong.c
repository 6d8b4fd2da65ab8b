/* SPDX-License-Identifier: BSD-2-Clause */
/* test_chap_wrong.c - every way of getting CHAP wrong, and round it. */
#include "chap_kit.h"

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
	chap_open(&k, TARGET);
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

/* One wrong thing at a time. These stand for values that depend on the
 * challenge, or are too long to write down. */
#define RIGHT	    "<right>"
#define FLIPPED	    "<one bit off>"
#define CUT	    "<a byte less>"
#define LONGER	    "<a byte more>"
#define REFLECTED   "<our challenge>"
#define REFLECTED64 "<our challenge in base64>"
#define HUGE	    "<1025 bytes>"

static const struct wrong {
	const char *n, *r, *i, *c; /* CHAP_N ...; NULL: not sent */
} wrongs[] = {
	{ USER, FLIPPED, NULL, NULL },
	{ USER, CUT, NULL, NULL },
	{ USER, LONGER, NULL, NULL },
	{ USER, NULL, NULL, NULL },
	{ USER, "0xzz", NULL, NULL },
	{ USER, "1234567890123456", NULL, NULL },
	{ NULL, RIGHT, NULL, NULL },
	{ "", RIGHT, NULL, NULL },
	{ "mallory", RIGHT, NULL, NULL },
	{ "alic", RIGHT, NULL, NULL },
	{ "alice ", RIGHT, NULL, NULL },
	{ HUGE, RIGHT, NULL, NULL },
	{ USER, RIGHT, "1", NULL },
	{ USER, RIGHT, NULL, "0x0102030405060708" },
	{ NULL, NULL, "1", "0x0102030405060708" },
	{ USER, RIGHT, "x", "0x0102030405060708" },
	{ USER, RIGHT, "256", "0x0102030405060708" },
	{ USER, RIGHT, "", "0x0102030405060708" },
	{ USER, RIGHT, "1", "0x123" },
	{ USER, RIGHT, "1", "" },
	{ USER, RIGHT, "1", HUGE },
	{ USER, RIGHT, "1", REFLECTED },
	{ USER, RIGHT, "1", REFLECTED64 },
	{ USER, FLIPPED, "1", "0x0102030405060708" },
};

/* 1,025 bytes of challenge; as a name, longer than any. */
static void add_huge(struct words *w, const char *key)
{
	uint8_t bytes[1025];

	memset(bytes, 0xc5, sizeof(bytes));
	words_binary(w, key, bytes, sizeof(bytes), chap_hex);
}

static void add_value(struct words *w, const struct kit *k, const char *key,
		      const char *value)
{
	const uint8_t *chal = k->l.own.challenge;
	uint8_t r[64 + 1] = { 0 }, off[64];

	chap_right(k, 0, r);
	memcpy(off, r, sizeof(off));
	off[15] ^= 1;
	const struct {
		const char *name;
		const uint8_t *bytes;
		size_t len;
		words_form *how;
	} special[] = {
		{ RIGHT, r, 16, chap_hex },
		{ FLIPPED, off, 16, chap_hex },
		{ CUT, r, 15, chap_hex },
		{ LONGER, r, 17, chap_hex },
		{ REFLECTED, chal, SEMU_CHAP_CHALLENGE_LEN, chap_hex },
		{ REFLECTED64, chal, SEMU_CHAP_CHALLENGE_LEN, chap_base64 },
	};

	for (int i = 0; value && i < 6; i++)
		if (strcmp(value, special[i].name) == 0) {
			words_binary(w, key, special[i].bytes, special[i].len,
				     special[i].how);
			return;
		}
	if (value && strcmp(value, HUGE) == 0)
		add_huge(w, key);
	else if (value)
		words_add(w, key, value);
}

static void test_wrong(void **state)
{
	static struct kit k;

	(void)state;
	chap_open(&k, TARGET);
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct words w = { .len = 0 };

		chap_challenge(&k, 0);
		add_value(&w, &k, "CHAP_N", wrongs[i].n);
		add_value(&w, &k, "CHAP_R", wrongs[i].r);
		add_value(&w, &k, "CHAP_I", wrongs[i].i);
		add_value(&w, &k, "CHAP_C", wrongs[i].c);
		kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
		kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
		/* Nothing that comes after it can be right. */
		w.len = 0;
		chap_reply(&w, &k, 0, USER);
		kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
		assert_int_equal(k.next, SEMU_LOGIN_FAIL);
	}
	/* The keys of two steps in one; the same step twice. */
	for (int twice = 0; twice < 2; twice++) {
		struct words w = { .len = 0 };

		chap_challenge(&k, 0);
		if (!twice)
			chap_reply(&w, &k, 0, USER);
		words_add(&w, "CHAP_A", "5");
		kit_send(&k, SECURITY | TO_OPER, w.text, w.len);
		kit_refused(&k, SEMU_LOGIN_INITIATOR_ERROR);
	}
	/* The answer before the question. */
	kit_login(&k);
	kit_send(&k, SECURITY, TEXT(WHO "\0AuthMethod=CHAP"));
	kit_send(&k, SECURITY, TEXT("CHAP_A=5\0CHAP_N=" USER "\0CHAP_R=0x00"));
	kit_refused(&k, SEMU_LOGIN_AUTH_FAILED);
	kit_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_way_round),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
