/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Partitions as mkltfs and mt make them, SET CAPACITY, append-only mode with
 * ALLOW OVERWRITE, and WORM.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

enum { MEGA = 1000000 };

static const struct tape_options options = {
	.ssc = { .partitions = 4, .append_only = true, .worm = true },
	.is = { .bytes = 10 * MEGA }
};

static struct scsiemu_tape_info info(struct tape *t)
{
	struct scsiemu_tape_info i;

	((const struct scsiemu_tape_ops *)t->m.ops)->info(t->m.ctx, &i);
	return i;
}

static void format(struct tape *t, uint8_t how)
{
	TAPE_DO(t, 0x04, 0, how, 0, 0, 0);
}

/* Page 11h: partitions besides the first, how, sizes in MB. */
static uint8_t plan(struct tape *t, uint8_t more, uint8_t how, uint16_t a,
		    uint16_t b)
{
	const uint8_t list[16] = { 0,
				   0,
				   0x10,
				   0,
				   0x11,
				   10,
				   3,
				   more,
				   how,
				   3,
				   0,
				   0,
				   (uint8_t)(a >> 8),
				   (uint8_t)a,
				   (uint8_t)(b >> 8),
				   (uint8_t)b };

	return TAPE_OUT(t, list, 16, 0x15, 0x10, 0, 0, 16, 0);
}

static void test_format(void **state)
{
	struct scsiemu_tape_info i;
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	TAPE_IN(&t, 20, 0x1a, 8, 0x11, 0, 20, 0);
	drive_data(&t.d,
		   "\x13\0\x10\0\x91\x0e\x03\0\x34\x03\0\0\0\x0a\0\0\0\0\0\0",
		   20);
	plan(&t, 1, 0x34, 3, 0xffff);
	drive_good(&t.d);
	i = info(&t); /* only a plan (POFM) */
	assert_int_equal(i.partitions, 1);
	tape_lay(&t, "100 M");
	format(&t, 1);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x3b0c);
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	format(&t, 3);
	drive_cdb(&t.d, 2, 3);
	format(&t, 1);
	drive_good(&t.d);
	i = info(&t);
	assert_int_equal(i.partitions, 2);
	assert_int_equal(i.part[0].size, 3 * MEGA);
	assert_int_equal(i.part[1].size, 7 * MEGA);
	assert_int_equal(i.part[0].objects, 0);
	TAPE_IN(&t, 20, 0x1a, 8, 0x11, 0, 20, 0);
	drive_data(&t.d,
		   "\x13\0\x10\0\x91\x0e\x03\x01\x34\x03\0\0\0\x03\0\x07"
		   "\0\0\0\0",
		   20);
	/* what stands in one is not in the other */
	tape_lay(&t, "100 M");
	TAPE_DO(&t, 0x2b, 2, 0, 0, 0, 0, 0, 0, 1, 0);
	drive_good(&t.d);
	tape_at(&t, 1, 0);
	tape_lay(&t, "3*50");
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0); /* of this partition */
	tape_at(&t, 1, 0);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 1, 0); /* LOAD: of the first */
	tape_at(&t, 0, 0);
	TAPE_IN(&t, 100, 0x08, 0, 0, 0, 100, 0);
	drive_good(&t.d);
	/* FORMAT 1 without a plan: as it is; 0: one */
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	format(&t, 1);
	assert_int_equal(info(&t).partitions, 2);
	format(&t, 0);
	assert_int_equal(info(&t).partitions, 1);
	assert_int_equal(info(&t).part[0].size, 10 * MEGA);
	tape_free(&t);
}

static void test_plans(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	plan(&t, 4, 0x34, 3, 0xffff); /* five of them */
	drive_param(&t.d, 0x2600, 7, SCSIEMU_NO_BIT);
	plan(&t, 1, 0x34, 0xffff, 0xffff);
	drive_param(&t.d, 0x2600, 12, SCSIEMU_NO_BIT);
	plan(&t, 1, 0x34, 11, 0xffff); /* more than there is */
	drive_param(&t.d, 0x2600, 12, SCSIEMU_NO_BIT);
	plan(&t, 1, 0x34, 3, 4); /* less, and no rest */
	drive_param(&t.d, 0x2600, 12, SCSIEMU_NO_BIT);
	plan(&t, 2, 0x34, 3, 0xffff); /* a size is missing */
	drive_param(&t.d, 0x2600, 5, SCSIEMU_NO_BIT);
	plan(&t, 1, 0x14, 3, 0xffff); /* neither FDP, SDP nor IDP */
	drive_param(&t.d, 0x2600, 8, SCSIEMU_NO_BIT);
	plan(&t, 0, 0x34, 10, 0); /* as it is, and no more */
	drive_good(&t.d);
	plan(&t, 2, 0x54, 0, 0); /* SDP */
	drive_good(&t.d);
	format(&t, 2);
	drive_good(&t.d);
	assert_int_equal(info(&t).partitions, 3);
	assert_int_equal(info(&t).part[0].size, 10 * MEGA / 3);
	plan(&t, 1, 0x94, 0, 0); /* FDP */
	format(&t, 1);
	assert_int_equal(info(&t).partitions, 2);
	assert_int_equal(info(&t).part[1].size, 10 * MEGA / 40);
	tape_free(&t);
}

/* LTFS's index partition: one unit, of whatever size. */
static void test_smallest(void **state)
{
	const struct tape_options large = { .ssc = { .partitions = 4 },
					    .is = { .bytes = UINT64_C(12000) *
							     MEGA } };
	struct tape t;

	(void)state;
	tape_make(&t, &large);
	plan(&t, 1, 0x34, 1, 0xffff);
	drive_good(&t.d);
	format(&t, 1);
	drive_good(&t.d);
	assert_int_equal(info(&t).part[0].size, 300 * MEGA);
	assert_int_equal(info(&t).part[1].size, UINT64_C(11700) * MEGA);
	/* what is reported is taken as it is */
	plan(&t, 1, 0x34, 300, 11700);
	drive_good(&t.d);
	tape_free(&t);
}

static void test_capacity(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	TAPE_DO(&t, 0x0b, 0, 0, 0x80, 0, 0);
	drive_good(&t.d);
	assert_int_equal(info(&t).part[0].size,
			 10 * MEGA / 65535 * 32768 +
				 10 * MEGA % 65535 * 32768 / 65535);
	TAPE_DO(&t, 0x0b, 0, 0, 0xff, 0xff, 0);
	assert_int_equal(info(&t).part[0].size, 10 * MEGA);
	TAPE_DO(&t, 0x0b, 0, 0, 0, 0, 0);
	assert_int_equal(info(&t).part[0].size, 65536);
	tape_lay(&t, "10");
	TAPE_DO(&t, 0x0b, 0, 0, 0xff, 0xff, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x3b0c);
	tape_free(&t);
}

static void allow(struct tape *t, uint8_t how, uint8_t object)
{
	TAPE_DO(t, 0x82, 0, how, 0, 0, 0, 0, 0, 0, 0, 0, object, 0, 0, 0, 0);
}

static void write_at(struct tape *t, uint64_t object)
{
	static const uint8_t bytes[10];

	tape_go(t, 0, object);
	TAPE_OUT(t, bytes, 10, 0x0a, 0, 0, 0, 10, 0);
}

static void not_allowed(struct tape *t)
{
	tape_sense(t, SCSIEMU_SK_DATA_PROTECT, 0x5a02, 0, 0);
}

static void test_append_only(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	allow(&t, 1, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x200c);
	tape_lay(&t, "10 10 M 10 M M");
	tape_mode(&t, 0x10, 0x01, 5, 0xf0, 0x10);
	write_at(&t, 1);
	not_allowed(&t);
	tape_at(&t, 0, 1);
	TAPE_DO(&t, 0x10, 0, 0, 0, 1, 0);
	not_allowed(&t);
	TAPE_DO(&t, 0x19, 0, 0, 0, 0, 0);
	not_allowed(&t);
	write_at(&t, 4); /* marks behind it, a record before */
	not_allowed(&t);
	tape_at(&t, 0, 4);
	write_at(&t, 5); /* marks behind it, a mark before */
	drive_good(&t.d);
	tape_at(&t, 0, 6);
	TAPE_OUT(&t, "", 1, 0x0a, 0, 0, 0, 1, 0); /* the end */
	drive_good(&t.d);
	/* what is allowed is allowed once, and here */
	tape_go(&t, 0, 3);
	allow(&t, 1, 2);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x3b00);
	allow(&t, 1, 3);
	drive_good(&t.d);
	write_at(&t, 3); /* it moved */
	not_allowed(&t);
	allow(&t, 1, 3);
	TAPE_OUT(&t, "", 1, 0x0a, 0, 0, 0, 1, 0);
	drive_good(&t.d);
	tape_at(&t, 0, 4);
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	format(&t, 0);
	not_allowed(&t);
	allow(&t, 3, 0);
	drive_cdb(&t.d, 2, 3);
	allow(&t, 2, 0);
	format(&t, 0);
	drive_good(&t.d);
	TAPE_DO(&t, 0x10, 0, 0, 0, 2, 0);
	write_at(&t, 0); /* nothing but marks behind the beginning */
	drive_good(&t.d);
	tape_free(&t);
}

/* Ended while it looks at what is in front: it stands where it stood. */
static void test_peek_aborted(void **state)
{
	const uint8_t write[6] = { 0x0a, 0, 0, 0, 1, 0 };
	struct tape t;

	(void)state;
	for (unsigned step = 0; step < 2; step++) {
		struct drive_task task = { .live = false };

		tape_make(&t, &options);
		tape_lay(&t, "10 M M");
		tape_mode(&t, 0x10, 0x01, 5, 0xf0, 0x10);
		tape_go(&t, 0, 2);
		drive_start(&t.d, &task, t.lu, write, 6, "", 1, 0);
		for (unsigned i = 0; i < step; i++)
			drive_step(&task);
		assert_int_equal(task.want, SCSIEMU_STORE);
		scsiemu_abort(&task.c);
		drive_ready(&t.d);
		drive_go(&task);
		drive_end(&task);
		drive_task_free(&task);
		tape_at(&t, 0, 2);
		tape_free(&t);
	}
}

static void test_worm(void **state)
{
	struct tape_options o = options;
	struct tape t;

	(void)state;
	o.is.worm = true;
	tape_make(&t, &o);
	TAPE_IN(&t, 10, 0x1a, 8, 0x1d, 0, 10, 0);
	assert_int_equal(t.d.t.in[6], 1);
	format(&t, 0); /* empty */
	drive_good(&t.d);
	tape_lay(&t, "10 M 10 M M");
	write_at(&t, 0);
	tape_sense(&t, SCSIEMU_SK_DATA_PROTECT, 0x300c, 0, 0);
	write_at(&t, 3); /* the first of the last marks */
	tape_sense(&t, SCSIEMU_SK_DATA_PROTECT, 0x300c, 0, 0);
	write_at(&t, 4);
	drive_good(&t.d);
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	format(&t, 0);
	tape_sense(&t, SCSIEMU_SK_DATA_PROTECT, 0x300c, 0, 0);
	TAPE_DO(&t, 0x19, 1, 0, 0, 0, 0);
	tape_sense(&t, SCSIEMU_SK_DATA_PROTECT, 0x300c, 0, 0);
	tape_free(&t);
}

/* SHORT ERASE MODE 1: ERASE without LONG does nothing. */
static void test_short_erase(void **state)
{
	struct scsiemu_tape_pos pos;
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	tape_lay(&t, "3*10");
	tape_mode(&t, 0x10, 0x01, 5, 0x0f, 0x01);
	tape_go(&t, 0, 1);
	TAPE_DO(&t, 0x19, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	tape_tell(&t, &pos);
	assert_false(pos.eod);
	TAPE_DO(&t, 0x19, 1, 0, 0, 0, 0);
	tape_tell(&t, &pos);
	assert_true(pos.eod);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_capacity),
		cmocka_unit_test(test_append_only),
		cmocka_unit_test(test_peek_aborted),
		cmocka_unit_test(test_worm),
		cmocka_unit_test(test_short_erase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
