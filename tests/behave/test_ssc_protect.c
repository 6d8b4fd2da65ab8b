/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logical block protection (SSC-4 4.2.28), byte by byte, in both methods; and
 * mode data that each nexus has its own of: that, and the block length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

enum { REED_SOLOMON = 1, CRC_32C = 2 };
enum { WRITES = 0x80, READS = 0x40 };

static const struct tape_options options = {
	.ssc = { .protection = true, .reverse = true }, .codec = true
};

/* "123456789" and its check values: the one is big-endian, the other
 * little-endian. */
static const char *const nine[] = { [REED_SOLOMON] =
					    "123456789\x4b\x4f\x67\x3a",
				    [CRC_32C] = "123456789\x83\x92\x06\xe3" };
enum { BARE = 9, WHOLE = 13 };

static void protect(struct tape *t, uint8_t method, uint8_t when)
{
	uint8_t list[4 + 32] = { 0, 0, 0x10, 0, 0x4a, 0xf0, 0, 28 };

	list[8] = method;
	list[9] = method ? 4 : 0;
	list[10] = when;
	TAPE_OUT(t, list, sizeof(list), 0x15, 0x10, 0, 0, sizeof(list), 0);
	drive_good(&t->d);
}

static void to_start(struct tape *t)
{
	TAPE_DO(t, 0x01, 0, 0, 0, 0, 0);
	drive_good(&t->d);
}

/* One that is not there is refused, whoever sends it. */
static void test_offer(void **state)
{
	uint8_t list[4 + 32] = { 0, 0, 0x10, 0, 0x4a, 0xf0, 0, 28 };
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	list[8] = 3;
	TAPE_OUT(&t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_param(&t.d, 0x2600, 8, SCSIEMU_NO_BIT);
	list[8] = 2;
	list[9] = 8;
	TAPE_OUT(&t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_param(&t.d, 0x2600, 9, 5);
	list[8] = list[9] = 0;
	list[10] = 0x80;
	TAPE_OUT(&t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_param(&t.d, 0x2600, 10, 7);
	list[10] = 0x10;
	TAPE_OUT(&t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_param(&t.d, 0x2600, 10, 4);
	TAPE_IN(&t, 255, 0x1a, 8, 0x4a, 0xf0, 255, 0);
	assert_memory_equal(t.d.t.in + 4, "\xca\xf0\0\x1c\xff\x3f\xe0\0", 8);
	TAPE_IN(&t, 96, 0x12, 1, 0xb5, 0, 96, 0);
	drive_data(&t.d,
		   "\x01\xb5\0\x0c\0\0\0\0\x03\x01\x04\xe0\x03\x02\x04\xe0",
		   16);
	/* which pages each nexus has its own of */
	TAPE_IN(&t, 96, 0x12, 1, 0x87, 0, 96, 0);
	drive_data(&t.d, "\x01\x87\0\x08\x0a\xf0\x03\0\x3f\xff\0\0", 12);
	tape_free(&t);
}

/* What is written with a check value is on the tape without, and read with that
 * of the reader's method. */
static void test_variable(void **state)
{
	struct tape t;

	(void)state;
	for (uint8_t m = REED_SOLOMON; m <= CRC_32C; m++) {
		uint8_t other = (uint8_t)(REED_SOLOMON + CRC_32C - m);
		struct scsiemu_tape_pos pos;

		tape_make(&t, &options);
		protect(&t, m, WRITES);
		TAPE_OUT(&t, nine[m], WHOLE, 0x0a, 0, 0, 0, WHOLE, 0);
		drive_good(&t.d);
		tape_tell(&t, &pos);
		assert_int_equal(pos.object, 1);
		/* the other method's value is wrong, and nothing is written */
		TAPE_OUT(&t, nine[other], WHOLE, 0x0a, 0, 0, 0, WHOLE, 0);
		tape_sense(&t, SCSIEMU_SK_HARDWARE_ERROR, 0x1001,
			   SCSIEMU_S_INFO, WHOLE);
		tape_at(&t, 0, 1);
		TAPE_OUT(&t, nine[m], 4, 0x0a, 0, 0, 0, 4, 0);
		drive_cdb(&t.d, 2, SCSIEMU_NO_BIT); /* no byte of data */
		to_start(&t);
		TAPE_IN(&t, 64, 0x08, 0, 0, 0, BARE, 0);
		drive_data(&t.d, "123456789", BARE);
		to_start(&t);
		protect(&t, other, READS);
		TAPE_IN(&t, 64, 0x08, 0, 0, 0, WHOLE, 0);
		drive_data(&t.d, nine[other], WHOLE);
		to_start(&t);
		TAPE_IN(&t, 64, 0x08, 0, 0, 0, BARE, 0);
		tape_sense(&t, SCSIEMU_SK_NO_SENSE, 0,
			   SCSIEMU_S_ILI | SCSIEMU_S_INFO, BARE - WHOLE);
		tape_free(&t);
	}
}

/* Fixed blocks: the block length counts the check value. The bad block and all
 * behind it are not written. */
static void test_fixed(void **state)
{
	uint8_t three[3 * WHOLE];
	struct tape t;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		memcpy(three + i * WHOLE, nine[CRC_32C], WHOLE);
	tape_make(&t, &options);
	protect(&t, CRC_32C, WRITES | READS);
	tape_block(&t, WHOLE);
	TAPE_OUT(&t, three, sizeof(three), 0x0a, 1, 0, 0, 3, 0);
	drive_good(&t.d);
	three[WHOLE + 2] ^= 1;
	TAPE_OUT(&t, three, sizeof(three), 0x0a, 1, 0, 0, 3, 0);
	tape_sense(&t, SCSIEMU_SK_HARDWARE_ERROR, 0x1001, SCSIEMU_S_INFO, 2);
	tape_at(&t, 0, 4);
	three[WHOLE + 2] ^= 1;
	to_start(&t);
	TAPE_IN(&t, sizeof(three), 0x08, 1, 0, 0, 3, 0);
	drive_data(&t.d, three, sizeof(three));
	/* backwards */
	TAPE_IN(&t, sizeof(three), 0x0f, 0x05, 0, 0, 2, 0);
	drive_data(&t.d, three, 2 * WHOLE);
	tape_at(&t, 0, 1);
	tape_free(&t);
}

/* VLBPM: as READ would send them. Without it, blocks alone. */
static void test_verify(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	TAPE_OUT(&t, nine[CRC_32C], BARE, 0x0a, 0, 0, 0, BARE, 0);
	to_start(&t);
	TAPE_DO(&t, 0x13, 0x10, 0, 0, WHOLE, 0);
	drive_cdb(&t.d, 1, 4);
	protect(&t, CRC_32C, READS);
	TAPE_DO(&t, 0x13, 0x10, 0, 0, WHOLE, 0);
	drive_good(&t.d);
	to_start(&t);
	TAPE_DO(&t, 0x13, 0x00, 0, 0, BARE, 0);
	drive_good(&t.d);
	to_start(&t);
	TAPE_DO(&t, 0x13, 0x10, 0, 0, BARE, 0);
	tape_sense(&t, SCSIEMU_SK_NO_SENSE, 0, SCSIEMU_S_ILI | SCSIEMU_S_INFO,
		   BARE - WHOLE);
	/* VERIFY(16) */
	TAPE_DO(&t, 0x8f, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, WHOLE, 0);
	drive_good(&t.d);
	tape_free(&t);
}

/* Each nexus has its own, and the others are not told. */
static void test_each(void **state)
{
	struct scsiemu_nexus *a, *b;
	struct tape t;

	(void)state;
	tape_two(&t, &options, &a, &b);
	protect(&t, CRC_32C, WRITES);
	tape_block(&t, WHOLE);
	TAPE_OUT(&t, nine[CRC_32C], WHOLE, 0x0a, 1, 0, 0, 1, 0);
	drive_good(&t.d);
	t.d.nexus = b;
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0);
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0);
	drive_data(&t.d, "\x0b\0\x10\x08\0\0\0\0\0\0\0\0", 12);
	TAPE_OUT(&t, nine[CRC_32C], BARE, 0x0a, 1, 0, 0, 1, 0);
	drive_cdb(&t.d, 1, 0); /* its blocks are variable */
	protect(&t, REED_SOLOMON, READS);
	to_start(&t);
	TAPE_IN(&t, 64, 0x08, 0, 0, 0, WHOLE, 0);
	drive_data(&t.d, nine[REED_SOLOMON], WHOLE);
	t.d.nexus = a;
	TAPE_IN(&t, 255, 0x1a, 8, 0x0a, 0xf0, 255, 0);
	assert_memory_equal(t.d.t.in + 8, "\x02\x04\x80", 3);
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0);
	assert_int_equal(t.d.t.in[11], WHOLE);
	/* what is shared: BUFFERED MODE. That is told. */
	TAPE_OUT(&t, "\0\0\0\0", 4, 0x15, 0x10, 0, 0, 4, 0);
	drive_good(&t.d);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0x2a01);
	t.d.nexus = b;
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0);
	drive_data(&t.d, "\x0b\0\0\x08\0\0\0\0\0\0\0\0", 12);
	tape_free(&t);
}

/* What is saved is what a nexus begins with, after a reset, too. */
static void test_saved(void **state)
{
	static const uint8_t list[12] = { 0, 0, 0x10, 8, [10] = 4 };
	struct scsiemu_nexus *a, *b;
	struct tape t;

	(void)state;
	tape_two(&t, &options, &a, &b);
	TAPE_OUT(&t, list, 12, 0x15, 0x11, 0, 0, 12, 0);
	drive_good(&t.d);
	tape_block(&t, 512);
	TAPE_IN(&t, 12, 0x1a, 0, 0xc0, 0, 12, 0);
	assert_memory_equal(t.d.t.in + 9, "\0\x04\0", 3);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0x2a01);
	t.d.nexus = b;
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0);
	assert_memory_equal(t.d.t.in + 9, "\0\x04\0", 3);
	t.d.nexus = a;
	scsiemu_nexus_detach(a);
	t.d.nexus = a = drive_attach(&t.d, 0, 0);
	drive_settle(&t.d, t.lu, a);
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0);
	assert_memory_equal(t.d.t.in + 9, "\0\x04\0", 3);
	tape_free(&t);
}

/* A block length that does not change empties nothing. */
static void test_drains(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	tape_block(&t, 512);
	TAPE_OUT(&t, "123", 3, 0x0a, 0, 0, 0, 3, 0);
	tape_block(&t, 512);
	assert_int_equal(t.d.nlog, 1); /* the list */
	tape_block(&t, 1024);
	assert_int_equal(t.d.log[t.d.nlog - 1].verb, SCSIEMU_V_FLUSH);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer),  cmocka_unit_test(test_variable),
		cmocka_unit_test(test_fixed),  cmocka_unit_test(test_verify),
		cmocka_unit_test(test_each),   cmocka_unit_test(test_saved),
		cmocka_unit_test(test_drains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
