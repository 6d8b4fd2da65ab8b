/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host that is new to a drive, or whose drive got its power back while it
 * wrote: what it does before it knows where the tape is harms nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

static struct tape t;

static void refused(uint16_t asc)
{
	drive_check(&t.d, SCSIEMU_SK_UNIT_ATTENTION, asc);
}

/* Two records and a filemark, put away; the drive's power comes back. */
static void make(void)
{
	tape_make(&t, &(const struct tape_options){ .scratch = 0 });
	tape_lay(&t, "100 200 M");
	assert_int_equal(TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0), SCSIEMU_GOOD);
	t.d.nexus = drive_attach(&t.d, 0, 0);
}

static void check(void)
{
	drive_settle(&t.d, t.lu, t.d.nexus);
	tape_go(&t, 0, 0);
	assert_int_equal(TAPE_DO(&t, 0x11, 3, 0, 0, 0, 0), SCSIEMU_GOOD);
	tape_at(&t, 0, 3);
	tape_free(&t);
}

/* Linux's st before 6.6: its WRITE fails, and at close() it writes a filemark
 * where it stands. */
static void test_writer(void **state)
{
	static const uint8_t record[100];

	(void)state;
	make();
	TAPE_OUT(&t, record, 100, 0x0a, 0, 0, 0, 100, 0);
	refused(SCSIEMU_ASC_POWER_ON_OR_RESET);
	TAPE_DO(&t, 0x10, 0, 0, 0, 1, 0);
	refused(SCSIEMU_ASC_MEDIUM_MAY_HAVE_CHANGED);
	check();
}

/* Each is told once, and INQUIRY and REQUEST SENSE are as ever. */
static void test_reader(void **state)
{
	(void)state;
	make();
	assert_int_equal(TAPE_IN(&t, 36, 0x12, 0, 0, 0, 36, 0), SCSIEMU_GOOD);
	assert_int_equal(drive_ua(&t.d, t.lu, t.d.nexus),
			 SCSIEMU_ASC_POWER_ON_OR_RESET);
	assert_int_equal(TAPE_IN(&t, 18, 0x03, 0, 0, 0, 18, 0), SCSIEMU_GOOD);
	assert_int_equal(t.d.t.in[2], SCSIEMU_SK_UNIT_ATTENTION);
	assert_int_equal(t.d.t.in[12],
			 SCSIEMU_ASC_MEDIUM_MAY_HAVE_CHANGED >> 8);
	assert_int_equal(drive_ua(&t.d, t.lu, t.d.nexus), 0);
	check();
}

/* Of a cartridge that is not there nobody is told. */
static void test_empty(void **state)
{
	(void)state;
	tape_make(&t, &(const struct tape_options){ .empty = true });
	t.d.nexus = drive_attach(&t.d, 0, 0);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	refused(SCSIEMU_ASC_POWER_ON_OR_RESET);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
	tape_free(&t);
}

/* Nor is a new host of one that an unload has taken away. */
static void test_unloaded(void **state)
{
	(void)state;
	make();
	drive_settle(&t.d, t.lu, t.d.nexus);
	assert_int_equal(TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0), SCSIEMU_GOOD);
	t.d.nexus = drive_attach(&t.d, 1, 0);
	assert_int_equal(drive_ua(&t.d, t.lu, t.d.nexus),
			 SCSIEMU_ASC_POWER_ON_OR_RESET);
	assert_int_equal(drive_ua(&t.d, t.lu, t.d.nexus), 0);
	tape_free(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writer),
		cmocka_unit_test(test_reader),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_unloaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
