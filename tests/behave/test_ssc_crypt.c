/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data encryption of the tape drive: what is written and read under which
 * parameters, whose they are, until when, and who is told.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/crypt.h"

static const struct crypt_page on = { .scope = CRYPT_ALL,
				      .flags = 0x60,
				      .encrypt = CRYPT_ON,
				      .decrypt = CRYPT_ON,
				      .key = 'k' };

static void set(struct tape *t, const struct crypt_page *p)
{
	crypt_set(t, p);
	drive_good(&t->d);
}

static uint8_t read_block(struct tape *t, uint32_t len)
{
	return TAPE_IN(t, len, 0x08, 0, 0, (uint8_t)(len >> 8), (uint8_t)len,
		       0);
}

/* Object n is read, and is what tape_lay() wrote. */
static void reads(struct tape *t, uint64_t object, uint32_t len)
{
	uint8_t want[1000];

	tape_go(t, 0, object);
	read_block(t, len);
	tape_pattern(want, object, len);
	drive_data(&t->d, want, len);
}

static void refuses(struct tape *t, uint64_t object, uint32_t len, uint16_t asc)
{
	tape_go(t, 0, object);
	read_block(t, len);
	tape_sense(t, SCSIEMU_SK_DATA_PROTECT, asc, SCSIEMU_S_INFO, len);
	assert_int_equal(t->d.t.c.in_done, 0);
	tape_at(t, 0, object);
	TAPE_DO(t, 0x13, 0, 0, (uint8_t)(len >> 8), (uint8_t)len, 0);
	tape_sense(t, SCSIEMU_SK_DATA_PROTECT, asc, SCSIEMU_S_INFO, len);
	tape_at(t, 0, object);
}

/* Object 0 is plain, 1 and 2 are encrypted, 2 not to be read raw. */
static void write_three(struct tape *t)
{
	struct crypt_page page = on;

	tape_lay(t, "500");
	set(t, &page);
	tape_lay(t, "600");
	page.flags = 0x40;
	set(t, &page);
	tape_lay(t, "700");
}

static void test_modes(void **state)
{
	struct crypt_page page = on;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	write_three(&t);
	reads(&t, 1, 600);
	reads(&t, 2, 700);
	refuses(&t, 0, 500, 0x7402);
	page.decrypt = CRYPT_MIXED;
	set(&t, &page);
	reads(&t, 0, 500);
	reads(&t, 1, 600);
	page.key = 'o';
	set(&t, &page);
	reads(&t, 0, 500);
	refuses(&t, 1, 600, 0x7403);
	page.decrypt = CRYPT_OFF;
	page.encrypt = CRYPT_OFF;
	page.key = 0;
	set(&t, &page);
	reads(&t, 0, 500);
	refuses(&t, 1, 600, 0x7401);
	page.decrypt = CRYPT_RAW;
	set(&t, &page);
	reads(&t, 0, 500);
	tape_go(&t, 0, 1);
	read_block(&t, 600);
	drive_good(&t.d);
	assert_int_equal(t.d.t.c.in_done, 600);
	refuses(&t, 2, 700, 0x7401);
	/* decrypts only: what is written is plain */
	page = on;
	page.encrypt = CRYPT_OFF;
	set(&t, &page);
	tape_go(&t, 0, 3);
	tape_lay(&t, "800");
	reads(&t, 1, 600);
	refuses(&t, 3, 800, 0x7402);
	tape_free(&t);
}

/* ---- Whose they are ---- */

static void test_scopes(void **state)
{
	struct crypt_page page = on;
	struct scsiemu_nexus *a, *b, *c;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	a = drive_attach(&t.d, 0, 1);
	b = drive_attach(&t.d, 1, 1);
	c = drive_attach(&t.d, 2, 1);
	drive_settle(&t.d, t.lu, a);
	drive_settle(&t.d, t.lu, b);
	drive_settle(&t.d, t.lu, c);
	t.d.nexus = b;
	crypt_get(&t, 0x20); /* b wants to be told, c does not */
	t.d.nexus = a;
	write_three(&t);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0x2a11);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0);
	assert_int_equal(drive_ua(&t.d, t.lu, a), 0);
	assert_int_equal(drive_ua(&t.d, t.lu, c), 0);
	t.d.nexus = b;
	assert_memory_equal(crypt_get(&t, 0x20) + 4, "\x02\2\2\1\0\0\0\2", 8);
	reads(&t, 1, 600);
	/* c's own; its being PUBLIC again */
	t.d.nexus = c;
	page.scope = CRYPT_LOCAL;
	page.key = 'c';
	set(&t, &page);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0);
	assert_memory_equal(crypt_get(&t, 0x20) + 4, "\x21\2\2\1\0\0\0\3", 8);
	refuses(&t, 1, 600, 0x7403);
	t.d.nexus = a;
	reads(&t, 1, 600);
	t.d.nexus = c;
	page.scope = 0;
	set(&t, &page);
	assert_memory_equal(crypt_get(&t, 0x20) + 4, "\x02\2\2\1\0\0\0\2", 8);
	assert_null(memmem(t.state, t.cf.state_len, "cccccccc", 8));
	reads(&t, 1, 600);
	/* b sets them for all: a shares */
	t.d.nexus = b;
	page.scope = CRYPT_ALL;
	set(&t, &page);
	assert_int_equal(drive_ua(&t.d, t.lu, a), 0x2a11);
	assert_int_equal(drive_ua(&t.d, t.lu, c), 0x2a11);
	t.d.nexus = a;
	assert_memory_equal(crypt_get(&t, 0x20) + 4, "\x02\2\2\1\0\0\0\4", 8);
	refuses(&t, 1, 600, 0x7403);
	tape_free(&t);
}

static void test_lock(void **state)
{
	struct crypt_page page = on;
	struct scsiemu_nexus *a, *b;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	a = drive_attach(&t.d, 0, 1);
	b = drive_attach(&t.d, 1, 1);
	drive_settle(&t.d, t.lu, a);
	drive_settle(&t.d, t.lu, b);
	t.d.nexus = a;
	write_three(&t);
	/* b is bound to what a has set */
	t.d.nexus = b;
	page = (struct crypt_page){ .scope = CRYPT_LOCK };
	set(&t, &page);
	reads(&t, 1, 600);
	t.d.nexus = a;
	set(&t, &on);
	reads(&t, 1, 600);
	t.d.nexus = b;
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0x2a11);
	tape_go(&t, 0, 1);
	read_block(&t, 600);
	drive_check(&t.d, SCSIEMU_SK_DATA_PROTECT, 0x2a13);
	TAPE_OUT(&t, "abcd", 4, 0x0a, 0, 0, 0, 4, 0);
	drive_check(&t.d, SCSIEMU_SK_DATA_PROTECT, 0x2a13);
	TAPE_DO(&t, 0x13, 0, 0, 2, 88, 0);
	drive_check(&t.d, SCSIEMU_SK_DATA_PROTECT, 0x2a13);
	tape_at(&t, 0, 1);
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	set(&t, &page); /* again */
	reads(&t, 1, 600);
	page.scope = 0;
	set(&t, &page);
	t.d.nexus = a;
	set(&t, &on);
	t.d.nexus = b;
	drive_settle(&t.d, t.lu, b);
	reads(&t, 1, 600);
	tape_free(&t);
}

/* With a nexus its own key goes. */
static void test_gone(void **state)
{
	struct crypt_page page = on;
	struct scsiemu_nexus *n[3];
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	page.scope = CRYPT_LOCAL;
	for (unsigned i = 0; i < 3; i++) {
		n[i] = drive_attach(&t.d, i, 1);
		drive_settle(&t.d, t.lu, n[i]);
		t.d.nexus = n[i];
		page.key = (uint8_t)('1' + i);
		set(&t, &page);
	}
	t.d.nexus = NULL;
	assert_non_null(memmem(t.state, t.cf.state_len, "22222222", 8));
	scsiemu_nexus_detach(n[1]);
	assert_null(memmem(t.state, t.cf.state_len, "22222222", 8));
	assert_non_null(memmem(t.state, t.cf.state_len, "33333333", 8));
	tape_free(&t);
}

/* ---- Until when ---- */

static bool has_key(struct tape *t)
{
	return memmem(t->state, t->cf.state_len, "kkkkkkkkkkkkkkkk", 16);
}

static void test_demount(void **state)
{
	struct crypt_page page = on;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	set(&t, &page);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	assert_true(has_key(&t));
	page.flags = 0x64;
	crypt_set(&t, &page); /* there is nothing to demount */
	drive_param(&t.d, 0x2600, 5, 2);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 1, 0);
	drive_settle(&t.d, t.lu, NULL);
	set(&t, &page);
	assert_int_equal(crypt_counter(&t), 2);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	assert_false(has_key(&t));
	assert_int_equal(drive_ua(&t.d, t.lu, NULL), 0x2a12);
	assert_memory_equal(crypt_get(&t, 0x20) + 4, "\x42\0\0\0\0\0\0\3", 8);
	tape_free(&t);
}

static void test_reset(void **state)
{
	struct scsiemu_cmd lu_reset = { .tmf = SCSIEMU_TMF_LU_RESET };
	uint64_t scratch[256];
	struct crypt_page page = on;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	page.scope = CRYPT_ALL | CRYPT_LOCK;
	set(&t, &page);
	assert_true(has_key(&t));
	lu_reset.scratch = (uint8_t *)scratch;
	lu_reset.scratch_len = sizeof(scratch);
	assert_int_equal(scsiemu_start(t.lu, &lu_reset), SCSIEMU_DONE);
	scsiemu_end(&lu_reset);
	assert_false(has_key(&t));
	drive_settle(&t.d, t.lu, NULL);
	assert_memory_equal(crypt_get(&t, 0x20) + 4, "\0\0\0\0\0\0\0\0", 8);
	tape_lay(&t, "10");
	tape_free(&t);
}

static void test_release(void **state)
{
	struct crypt_page page = on;
	struct scsiemu_nexus *a;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	a = drive_attach(&t.d, 0, 1);
	drive_settle(&t.d, t.lu, a);
	t.d.nexus = a;
	TAPE_DO(&t, 0x16, 0, 0, 0, 0, 0); /* RESERVE(6) */
	drive_good(&t.d);
	page.flags = 0x62;
	crypt_set(&t, &page); /* that is not a persistent one */
	drive_param(&t.d, 0x2600, 5, 1);
	page.flags = 0x61;
	set(&t, &page);
	TAPE_DO(&t, 0x00, 0, 0, 0, 0, 0);
	assert_true(has_key(&t));
	TAPE_DO(&t, 0x17, 0, 0, 0, 0, 0); /* RELEASE(6) */
	drive_good(&t.d);
	assert_false(has_key(&t));
	tape_free(&t);
}

/* PERSISTENT RESERVE OUT: keys of one byte. */
static void reserve(struct tape *t, uint8_t action, uint8_t key, uint8_t other)
{
	const uint8_t list[24] = { [7] = key, [15] = other };

	TAPE_OUT(t, list, 24, 0x5f, action, 3, 0, 0, 0, 0, 0, 24, 0);
	drive_good(&t->d);
}

static void test_preempt(void **state)
{
	struct crypt_page page = on;
	struct scsiemu_nexus *a, *b;
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	a = drive_attach(&t.d, 0, 1);
	b = drive_attach(&t.d, 1, 1);
	drive_settle(&t.d, t.lu, a);
	drive_settle(&t.d, t.lu, b);
	t.d.nexus = b;
	reserve(&t, 0, 0, 2);
	t.d.nexus = a;
	reserve(&t, 0, 0, 1);
	reserve(&t, 1, 1, 0);
	page.flags = 0x62;
	set(&t, &page);
	reserve(&t, 2, 1, 0); /* released: not preempted */
	assert_true(has_key(&t));
	reserve(&t, 1, 1, 0);
	t.d.nexus = b;
	reserve(&t, 4, 2, 1);
	assert_false(has_key(&t));
	tape_free(&t);
}

/* ---- Compression, and what it comes to ---- */

static uint64_t log_value(struct tape *t, uint8_t page, uint8_t code,
			  unsigned len)
{
	uint64_t v = 0;

	TAPE_IN(t, 64, 0x4d, 0, (uint8_t)(0x40 | page), 0, 0, 0, code, 0, 64,
		0);
	drive_good(&t->d);
	assert_int_equal(t->d.t.in[5], code);
	for (unsigned i = 0; i < len; i++)
		v = v << 8 | t->d.t.in[8 + i];
	return v;
}

static void test_compression(void **state)
{
	static const uint8_t same[1000];
	struct tape t;

	(void)state;
	tape_make(&t, &crypt_drive);
	TAPE_OUT(&t, same, 1000, 0x0a, 0, 0, 3, 232, 0);
	drive_good(&t.d);
	assert_int_equal(log_value(&t, 0x1b, 7, 4), 1000);
	assert_int_equal(log_value(&t, 0x1b, 9, 4), 1);
	assert_int_equal(log_value(&t, 0x1b, 1, 2), 65535);
	assert_int_equal(log_value(&t, 0x17, 0x12, 2), 65535);
	TAPE_IN(&t, 64, 0x4d, 0, 0x5b, 0, 0, 1, 0, 0, 64, 0);
	assert_int_equal(t.d.t.in[9], 1);
	tape_go(&t, 0, 0);
	read_block(&t, 1000);
	drive_data(&t.d, same, 1000);
	assert_int_equal(log_value(&t, 0x1b, 3, 4), 1000);
	assert_int_equal(log_value(&t, 0x1b, 5, 4), 1);
	tape_go(&t, 0, 0);
	/* DCE off, and SELECT DATA COMPRESSION ALGORITHM on */
	tape_mode(&t, 0x0f, 0, 2, 0x80, 0);
	TAPE_OUT(&t, same, 1000, 0x0a, 0, 0, 3, 232, 0);
	assert_int_equal(log_value(&t, 0x1b, 9, 4), 1001);
	assert_int_equal(log_value(&t, 0x1b, 1, 2), 199);
	tape_mode(&t, 0x10, 0, 14, 0xff, 1);
	TAPE_OUT(&t, same, 1000, 0x0a, 0, 0, 3, 232, 0);
	assert_int_equal(log_value(&t, 0x1b, 9, 4), 1002);
	/* compressed and encrypted */
	set(&t, &on);
	TAPE_OUT(&t, same, 1000, 0x0a, 0, 0, 3, 232, 0);
	assert_int_equal(log_value(&t, 0x1b, 9, 4), 1003);
	tape_go(&t, 0, 2);
	read_block(&t, 1000);
	drive_data(&t.d, same, 1000);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_demount),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_preempt),
		cmocka_unit_test(test_compression),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
