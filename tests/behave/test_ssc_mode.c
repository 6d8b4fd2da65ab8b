/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mode data of the tape drive: what Linux's st, FreeBSD's sa and LTFS ask for
 * and select, byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

#define SENSE_6	 0x1a
#define SELECT_6 0x15

static uint8_t select_6(struct tape *t, const void *list, uint8_t len)
{
	return TAPE_OUT(t, list, len, SELECT_6, 0x10, 0, 0, len, 0);
}

/* A page, without header: its bytes. */
static const uint8_t *page(struct tape *t, uint8_t pc, uint8_t code,
			   uint8_t sub)
{
	TAPE_IN(t, 255, SENSE_6, 0x08, (uint8_t)(pc << 6 | code), sub, 255, 0);
	drive_good(&t->d);
	return t->d.t.in + 4;
}

/* st on every open; then with a block length. */
static void test_head(void **state)
{
	const struct tape_options o = { .is = { .density = 0x5e,
						.medium_type = 0x88 } };
	static const uint8_t list[12] = { 0, 0, 0x10, 8, 0x7f, 0,
					  0, 0, 0,    0, 2,    0 };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	TAPE_IN(&t, 12, SENSE_6, 0, 0, 0, 12, 0);
	drive_data(&t.d, "\x0b\x88\x10\x08\x5e\0\0\0\0\0\0\0", 12);
	select_6(&t, list, 12);
	drive_good(&t.d);
	TAPE_IN(&t, 12, SENSE_6, 0, 0, 0, 12, 0);
	drive_data(&t.d, "\x0b\x88\x10\x08\x5e\0\0\0\0\0\x02\0", 12);
	/* MODE SENSE(10); changeable, default, saved values */
	TAPE_IN(&t, 16, 0x5a, 0, 0, 0, 0, 0, 0, 0, 16, 0);
	drive_data(&t.d, "\0\x0e\x88\x10\0\0\0\x08\x5e\0\0\0\0\0\x02\0", 16);
	TAPE_IN(&t, 12, SENSE_6, 0, 0x40, 0, 12, 0);
	drive_data(&t.d, "\x0b\0\x70\x08\0\0\0\0\0\xff\xff\xff", 12);
	TAPE_IN(&t, 12, SENSE_6, 0, 0x80, 0, 12, 0);
	drive_data(&t.d, "\x0b\x88\x10\x08\x5e\0\0\0\0\0\0\0", 12);
	TAPE_IN(&t, 4, SENSE_6, 8, 0, 0, 4, 0);
	drive_data(&t.d, "\x03\x88\x10\0", 4);
	/* a reset: variable again */
	TAPE_IN(&t, 4, SENSE_6, 8, 0x00, 1, 4, 0);
	drive_cdb(&t.d, 3, SCSIEMU_NO_BIT);
	tape_free(&t);
}

static void test_head_select(void **state)
{
	const struct tape_options o = { .ssc = { .block_min = 4,
						 .block_max = 1 << 20,
						 .granularity = 2 },
					.is = { .density = 0x44 } };
	uint8_t list[12] = { 0, 0, 0x10, 8, 0, 0, 0, 0, 0, 0, 0, 0 };
	uint8_t ten[16] = { 0, 0, 0, 0x10, 0, 0, 0, 8 };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	list[11] = 6; /* no multiple of 4 */
	select_6(&t, list, 12);
	drive_param(&t.d, 0x2600, 9, SCSIEMU_NO_BIT);
	list[9] = 0x20; /* too long */
	list[11] = 0;
	select_6(&t, list, 12);
	drive_param(&t.d, 0x2600, 9, SCSIEMU_NO_BIT);
	ten[13] = 0x20;
	TAPE_OUT(&t, ten, 16, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 16, 0);
	drive_param(&t.d, 0x2600, 13, SCSIEMU_NO_BIT);
	list[9] = 0;
	list[4] = 0x46; /* another density */
	select_6(&t, list, 12);
	drive_param(&t.d, 0x2600, 4, 1);
	list[4] = 0x44;
	select_6(&t, list, 12);
	drive_good(&t.d);
	list[2] = 0x30; /* BUFFERED MODE 3 */
	select_6(&t, list, 12);
	drive_param(&t.d, 0x2600, 2, 6);
	list[2] = 0x01; /* a speed */
	select_6(&t, list, 12);
	drive_param(&t.d, 0x2600, 2, 0);
	list[2] = 0x90; /* WP is not the host's to set, and not refused */
	list[1] = 0x99;
	select_6(&t, list, 12);
	drive_good(&t.d);
	list[3] = 4;
	select_6(&t, list, 12);
	drive_param(&t.d, 0x2600, 3, SCSIEMU_NO_BIT);
	select_6(&t, list, 3);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x1a00);
	/* header alone, and FreeBSD's without PF */
	list[3] = 0;
	list[2] = 0;
	TAPE_OUT(&t, list, 4, SELECT_6, 0, 0, 0, 4, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 4, SENSE_6, 8, 0, 0, 4, 0);
	drive_data(&t.d, "\x03\0\0\0", 4);
	tape_free(&t);
}

/* Another nexus is told; the head is no page of 3Fh. */
static void test_others(void **state)
{
	static const uint8_t zero[2] = { 0, 10 };
	uint8_t list[16] = { 0, 0, 0x10, 0 };
	struct scsiemu_nexus *a, *b;
	struct tape t;

	(void)state;
	tape_two(&t, NULL, &a, &b);
	tape_block(&t, 512); /* its own */
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0);
	TAPE_OUT(&t, "\0\0\0\0", 4, SELECT_6, 0x10, 0, 0, 4, 0);
	drive_good(&t.d); /* BUFFERED MODE 0 */
	assert_int_equal(drive_ua(&t.d, t.lu, a), 0);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0x2a01);
	TAPE_OUT(&t, "\0\0\0\0", 4, SELECT_6, 0x10, 0, 0, 4, 0);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0);
	TAPE_IN(&t, 255, SENSE_6, 0x08, 0x3f, 0xff, 255, 0);
	drive_good(&t.d);
	assert_int_equal(t.d.t.in[4], 0x81); /* the first page */
	memcpy(list + 4, zero, 2);
	select_6(&t, list, 16);
	drive_param(&t.d, 0x2600, 4, 5);
	tape_free(&t);
}

static void test_pages(void **state)
{
	static const uint8_t configuration[16] = { 0x90, 14, 0,	 0,   0,  0,
						   1,	 44, 64, 0,   16, 0,
						   0,	 0,  1,	 0x90 };
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	assert_memory_equal(page(&t, 0, 0x0f, 0),
			    "\x8f\x0e\xc0\x80\0\0\0\xff\0\0\0\xff\0\0\0\0", 16);
	assert_memory_equal(page(&t, 0, 0x10, 0), configuration, 16);
	assert_memory_equal(page(&t, 0, 0x1d, 0), "\x9d\x1e\0\0\x01\x02\0", 7);
	/* compression, off in one page, is off in the other */
	tape_mode(&t, 0x0f, 0, 2, 0x80, 0);
	assert_int_equal(page(&t, 0, 0x10, 0)[14], 0);
	tape_mode(&t, 0x10, 0, 14, 0xff, 1);
	assert_int_equal(page(&t, 0, 0x0f, 0)[2], 0xc0);
	/* no protection of blocks by this cartridge; no append-only mode */
	assert_int_equal(page(&t, 1, 0x0a, 0xf0)[4], 0);
	assert_int_equal(page(&t, 1, 0x10, 0x01)[5], 0x0f);
	tape_free(&t);
}

/* SP saves what a reset returns to. */
static void test_saved(void **state)
{
	static const uint8_t list[12] = { 0, 0, 0x10, 8, [10] = 4 };
	struct scsiemu_cmd c = { .tmf = SCSIEMU_TMF_LU_RESET };
	static uint8_t scratch[2048];
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	TAPE_OUT(&t, list, 12, SELECT_6, 0x11, 0, 0, 12, 0);
	drive_good(&t.d);
	assert_int_equal(t.d.log[t.d.nlog - 1].verb, SCSIEMU_V_NV_SAVE);
	tape_block(&t, 512);
	c.scratch = scratch;
	c.scratch_len = sizeof(scratch);
	assert_int_equal(scsiemu_start(t.lu, &c), SCSIEMU_DONE);
	scsiemu_end(&c);
	drive_settle(&t.d, t.lu, NULL);
	TAPE_IN(&t, 12, SENSE_6, 0, 0, 0, 12, 0);
	drive_data(&t.d, "\x0b\0\x10\x08\0\0\0\0\0\0\x04\0", 12);
	assert_int_equal(scsiemu_lu_restore(t.lu, SCSIEMU_NV_MODE,
					    t.d.nv[SCSIEMU_NV_MODE],
					    t.d.nv_len[SCSIEMU_NV_MODE]),
			 0);
	tape_free(&t);
}

/* A block length that changes empties the buffer first. */
static void test_drains(void **state)
{
	static const uint8_t bytes[100], list[12] = { 0, 0, 0x10, 8, [10] = 4 };
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	TAPE_OUT(&t, bytes, 100, 0x0a, 0, 0, 0, 100, 0);
	select_6(&t, list, 12);
	assert_int_equal(t.d.log[t.d.nlog - 1].verb, SCSIEMU_V_FLUSH);
	tape_free(&t);
}

static void test_inquiry(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	TAPE_IN(&t, 96, 0x12, 0, 0, 0, 96, 0);
	drive_good(&t.d);
	assert_memory_equal(t.d.t.in, "\x01\x80\x06\x12\x5b\0\0\x02SCSIEMU ",
			    16);
	TAPE_IN(&t, 96, 0x12, 1, 0, 0, 96, 0);
	drive_data(&t.d, "\x01\0\0\x0a\0\x80\x83\x86\x87\x88\xb0\xb1\xb2\xb5",
		   14);
	TAPE_IN(&t, 96, 0x12, 1, 0xb0, 0, 96, 0);
	drive_data(&t.d, "\x01\xb0\0\x02\0\0", 6);
	TAPE_IN(&t, 96, 0x12, 1, 0xb2, 0, 96, 0);
	drive_data(&t.d, "\x01\xb2\0\x08\xff\xff\xff\xff\xff\xff\xff\xff", 12);
	TAPE_IN(&t, 96, 0x12, 1, 0xb4, 0, 96, 0);
	drive_cdb(&t.d, 2, SCSIEMU_NO_BIT);
	tape_free(&t);
}

/* Logical block protection: that it is offered. */
static void test_protection(void **state)
{
	const struct tape_options o = { .ssc.protection = true };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	TAPE_IN(&t, 96, 0x12, 0, 0, 0, 96, 0);
	assert_int_equal(t.d.t.in[5] & 1, 1);
	TAPE_IN(&t, 96, 0x12, 1, 0x86, 0, 96, 0);
	assert_memory_equal(t.d.t.in, "\x01\x86\0\x3c\x08\x07\x01\x01\x08", 9);
	TAPE_IN(&t, 96, 0x12, 1, 0xb5, 0, 96, 0);
	drive_data(&t.d,
		   "\x01\xb5\0\x0c\0\0\0\0\x03\x01\x04\xc0\x03\x02\x04\xc0",
		   16);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_head_select),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_saved),
		cmocka_unit_test(test_drains),
		cmocka_unit_test(test_inquiry),
		cmocka_unit_test(test_protection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
