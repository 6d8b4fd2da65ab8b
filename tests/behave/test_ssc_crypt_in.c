/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SECURITY PROTOCOL IN, and the fields of Set Data Encryption: every page to
 * the byte, every field that is refused, and where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/crypt.h"

static const struct crypt_page on = { .scope = CRYPT_ALL,
				      .flags = 0x40,
				      .encrypt = CRYPT_ON,
				      .decrypt = CRYPT_ON,
				      .key = 'k' };

static void test_information(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	TAPE_IN(&t, 64, 0xa2, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_data(&t.d, "\0\0\0\0\0\0\0\x02\0\x20", 10);
	TAPE_IN(&t, 64, 0xa2, 0, 0, 1, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_data(&t.d, "\0\0\0\0", 4);
	TAPE_IN(&t, 64, 0xa2, 0, 0, 2, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_cdb(&t.d, 2, SCSIEMU_NO_BIT);
	TAPE_IN(&t, 64, 0xa2, 0x21, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_cdb(&t.d, 1, SCSIEMU_NO_BIT);
	TAPE_IN(&t, 64, 0xa2, 0x20, 0, 0x30, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_cdb(&t.d, 2, SCSIEMU_NO_BIT);
	/* INC_512 */
	TAPE_IN(&t, 64, 0xa2, 0x20, 0, 0, 0x80, 0, 0, 0, 0, 64, 0, 0);
	drive_cdb(&t.d, 4, 7);
	tape_free(&t);
}

static void test_pages(void **state)
{
	static const uint8_t capabilities[44] = {
		0, 0x10, 0, 0x28, 0x05, [20] = 1, 0, 0, 20,  0xba, 0x98, 0, 32,
		0, 60,	 0, 32,	  0xd8, [40] = 0, 1, 0, 0x14
	};
	uint8_t room;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	crypt_get(&t, 0x00);
	drive_data(&t.d, "\0\0\0\x0e\0\0\0\1\0\x10\0\x11\0\x12\0\x20\0\x21",
		   18);
	crypt_get(&t, 0x01);
	drive_data(&t.d, "\0\1\0\2\0\x10", 6);
	crypt_get(&t, 0x10);
	drive_data(&t.d, capabilities, 44);
	for (room = 0; room < 50; room++) { /* allocation lengths */
		TAPE_IN(&t, 64, 0xa2, 0x20, 0, 0x10, 0, 0, 0, 0, 0, room, 0, 0);
		drive_data(&t.d, capabilities, room < 44 ? room : 44);
	}
	crypt_get(&t, 0x11);
	drive_data(&t.d, "\0\x11\0\1\0", 5);
	crypt_get(&t, 0x12);
	drive_data(&t.d, "\0\x12\0\x0c\1\7\0\7\0\0\0\0\0\0\0\0", 16);
	crypt_get(&t, 0x20);
	drive_data(&t.d,
		   "\0\x20\0\x14\0\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0\0\0\0\0",
		   24);
	tape_free(&t);
}

static void test_status(void **state)
{
	struct crypt_page page = on;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	page.ukad = "Hello";
	page.akad = "you";
	page.decrypt = CRYPT_MIXED;
	crypt_set(&t, &page);
	drive_good(&t.d);
	crypt_get(&t, 0x20);
	drive_data(&t.d,
		   "\0\x20\0\x24\x42\2\3\1\0\0\0\1\x23\0\0\0\0\0\0\0\0\0\0\0"
		   "\0\1\0\5Hello\1\1\0\3you",
		   40);
	page = (struct crypt_page){ .scope = CRYPT_ALL, .flags = 0x40 };
	crypt_set(&t, &page);
	drive_good(&t.d);
	crypt_get(&t, 0x20);
	drive_data(&t.d,
		   "\0\x20\0\x14\x42\0\0\0\0\0\0\2\x22\0\0\0\0\0\0\0\0\0\0\0",
		   24);
	tape_free(&t);
}

/* Compression and encryption status, algorithm, RDMDS, of what comes next. */
static void next_is(struct tape *t, uint64_t object, const char *bytes)
{
	const uint8_t *p = crypt_get(t, 0x21);

	assert_int_equal(p[11], object);
	assert_memory_equal(p + 12, bytes, 4);
}

static void test_next(void **state)
{
	struct crypt_page page = on;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	next_is(&t, 0, "\x01\0\0\0");
	tape_lay(&t, "100 M");
	page.ukad = "name";
	page.akad = "x";
	crypt_set(&t, &page);
	tape_lay(&t, "200");
	page.flags = 0x60; /* raw reading is allowed */
	page.ukad = NULL;
	page.akad = NULL;
	crypt_set(&t, &page);
	tape_lay(&t, "300");
	tape_go(&t, 0, 0);
	next_is(&t, 0, "\x03\0\0\0");
	tape_go(&t, 0, 1);
	next_is(&t, 1, "\x02\0\0\0");
	tape_go(&t, 0, 2);
	next_is(&t, 2, "\x05\1\1\0");
	drive_data(&t.d,
		   "\0\x21\0\x19\0\0\0\0\0\0\0\2\x05\1\1\0\0\1\0\4name"
		   "\1\2\0\1x",
		   29);
	tape_go(&t, 0, 3);
	next_is(&t, 3, "\x05\1\0\0");
	page.key = 'o';
	crypt_set(&t, &page);
	next_is(&t, 3, "\x06\1\0\0");
	page.decrypt = CRYPT_OFF;
	page.key = 'k';
	crypt_set(&t, &page);
	next_is(&t, 3, "\x06\1\0\0");
	/* no cartridge */
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	TAPE_IN(&t, 64, 0xa2, 0x20, 0, 0x21, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, 0x3a00);
	crypt_get(&t, 0x10);
	assert_int_equal(t.d.t.in[24], 0x3a);
	assert_int_equal(t.d.t.in[25], 0x18);
	tape_free(&t);
}

/* A drive that does not encrypt, and a store that cannot. */
static void test_without(void **state)
{
	const struct tape_options plain = { .codec = true };
	const struct tape_options bare = { .ssc = { .encryption = true } };
	struct tape t;

	(void)state;
	tape_make(&t, &plain);
	TAPE_IN(&t, 64, 0xa2, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	TAPE_OUT(&t, "", 0, 0xb5, 0x20, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	tape_free(&t);
	tape_make(&t, &bare);
	crypt_get(&t, 0x10);
	assert_int_equal(t.d.t.in[24], 0x3a);
	tape_lay(&t, "100");
	tape_go(&t, 0, 0);
	next_is(&t, 0, "\0\0\0\0");
	crypt_set(&t, &on);
	drive_good(&t.d);
	TAPE_OUT(&t, "abcd", 4, 0x0a, 0, 0, 0, 4, 0);
	drive_check(&t.d, SCSIEMU_SK_DATA_PROTECT, 0x3005);
	tape_at(&t, 0, 0);
	tape_free(&t);
}

/* ---- Set Data Encryption ---- */

static void test_fields(void **state)
{
	static const struct {
		uint8_t at, value; /* the page with this byte */
		uint8_t where, bit;
	} bad[] = {
		{ 1, 0x11, 0, SCSIEMU_NO_BIT }, /* another page */
		{ 4, 0x60, 4, 7 },		/* SCOPE 3 */
		{ 5, 0x80, 5, 7 },		/* CEEM */
		{ 5, 0xc0, 5, 7 },		/* */
		{ 5, 0x48, 5, 3 },		/* SDK */
		{ 5, 0x50, 5, 5 },		/* RDMC 1 */
		{ 5, 0x42, 5, 1 },		/* CKORP, CKORL: no */
		{ 5, 0x41, 5, 0 },		/* reservation */
		{ 6, 1, 6, SCSIEMU_NO_BIT },	/* EXTERNAL */
		{ 6, 3, 6, SCSIEMU_NO_BIT },	/* */
		{ 7, 4, 7, SCSIEMU_NO_BIT },	/* */
		{ 8, 0, 8, SCSIEMU_NO_BIT },	/* algorithm */
		{ 8, 2, 8, SCSIEMU_NO_BIT },	/* */
		{ 9, 2, 9, SCSIEMU_NO_BIT },	/* key format */
		{ 10, 3, 10, SCSIEMU_NO_BIT },	/* KAD format */
		{ 18, 1, 2, SCSIEMU_NO_BIT },	/* key: cut off */
		{ 19, 31, 18, SCSIEMU_NO_BIT }, /* ... its length */
		{ 19, 0, 18, SCSIEMU_NO_BIT },	/* */
		{ 52, 2, 52, SCSIEMU_NO_BIT },	/* a nonce */
		{ 52, 3, 52, SCSIEMU_NO_BIT },	/* M-KAD */
		{ 55, 3, 2, SCSIEMU_NO_BIT },	/* U-KAD: cut off */
		{ 3, 53, 2, SCSIEMU_NO_BIT },	/* ... its header is */
		{ 3, 15, 2, SCSIEMU_NO_BIT },	/* the page is */
	};
	struct crypt_page page = on;
	uint8_t list[256];
	struct tape t;
	uint32_t n;

	(void)state;
	tape_make(&t, &crypt_drive);
	page.ukad = "ab";
	n = crypt_put(&page, list);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t was = list[bad[i].at];

		list[bad[i].at] = bad[i].value;
		crypt_send(&t, list, n);
		drive_param(&t.d, 0x2600, bad[i].where, bad[i].bit);
		list[bad[i].at] = was;
	}
	assert_int_equal(crypt_counter(&t), 0);
	for (uint32_t cut = 1; cut < n; cut++) { /* PARAMETER LIST LENGTH */
		crypt_send(&t, list, cut);
		drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x1a00);
	}
	crypt_send(&t, list, 0);
	drive_good(&t.d);
	assert_int_equal(crypt_counter(&t), 0);
	crypt_send(&t, list, n);
	drive_good(&t.d);
	assert_int_equal(crypt_counter(&t), 1);
	TAPE_OUT(&t, list, n, 0xb5, 0x00, 0, 0x10, 0, 0, 0, 0, 0, n, 0, 0);
	drive_cdb(&t.d, 1, SCSIEMU_NO_BIT);
	TAPE_OUT(&t, list, n, 0xb5, 0x20, 0, 0x11, 0, 0, 0, 0, 0, n, 0, 0);
	drive_cdb(&t.d, 2, SCSIEMU_NO_BIT);
	tape_free(&t);
}

/* Key-associated data: lengths, order. */
static void test_kads(void **state)
{
	static const char sixty[] = "0123456789012345678901234567890123456789"
				    "01234567890123456789";
	struct crypt_page page = on;
	uint8_t list[256], swapped[8] = { 1, 0, 0, 0, 0, 0, 0, 0 };
	struct tape t;
	uint32_t n;

	(void)state;
	tape_make(&t, &crypt_drive);
	page.ukad = sixty + 28;
	page.akad = sixty;
	crypt_set(&t, &page);
	drive_good(&t.d);
	page.ukad = sixty + 27;
	crypt_set(&t, &page);
	drive_param(&t.d, 0x2600, 54, SCSIEMU_NO_BIT);
	page.ukad = "";
	n = crypt_put(&page, list);
	memcpy(list + 52, swapped, 8); /* A-KAD, U-KAD */
	list[3] = 56;
	crypt_send(&t, list, n);
	drive_param(&t.d, 0x2600, 56, SCSIEMU_NO_BIT);
	list[52] = 0; /* U-KAD twice */
	crypt_send(&t, list, n);
	drive_param(&t.d, 0x2600, 56, SCSIEMU_NO_BIT);
	/* nothing is encrypted: they are not looked at */
	list[6] = 0;
	crypt_send(&t, list, n);
	drive_good(&t.d);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_information),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_without),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_kads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
