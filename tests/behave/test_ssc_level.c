/* SPDX-License-Identifier: BSD-2-Clause */
/* Tape drives of older standards: what they know, and what they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

static void test_scsi_2(void **state)
{
	const struct tape_options o = { .version = 2, .logs = true };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	tape_lay(&t, "2*100 M 100");
	TAPE_DO(&t, 0x2b, 0, 0, 0, 0, 0, 1, 0, 0, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 100, 0x08, 0, 0, 0, 100, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 20, 0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_data(&t.d, "\0\0\0\0\0\0\0\x02\0\0\0\x02\0\0\0\0\0\0\0\0", 20);
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0);
	drive_data(&t.d, "\x0b\0\x10\x08\0\0\0\0\0\0\0\0", 12);
	TAPE_IN(&t, 40, 0x1a, 0x08, 0x10, 0, 40, 0);
	drive_good(&t.d);
	assert_int_equal(t.d.t.c.in_done, 20);
	tape_block(&t, 512);
	TAPE_IN(&t, 36, 0x12, 0, 0, 0, 36, 0);
	assert_memory_equal(t.d.t.in, "\x01\x80\x02\x02\x1f", 5);
	TAPE_DO(&t, 0x92, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	TAPE_IN(&t, 4, 0x44, 0, 0, 0, 0, 0, 0, 0, 4, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	TAPE_IN(&t, 32, 0x34, 6, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_cdb(&t.d, 1, 4);
	tape_free(&t);
}

static void test_scsi_1(void **state)
{
	const struct tape_options o = { .version = 1 };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	tape_lay(&t, "100 M");
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	TAPE_DO(&t, 0x11, 1, 0, 0, 1, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 20, 0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	TAPE_IN(&t, 40, 0x1a, 0, 0x10, 0, 40, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2400);
	tape_free(&t);
}

static void test_spc_2(void **state)
{
	const struct tape_options o = { .version = 4 };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	TAPE_IN(&t, 4, 0x44, 0, 0, 0, 0, 0, 0, 0, 4, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 4, 0x44, 2, 0, 0, 0, 0, 0, 0, 4, 0);
	drive_cdb(&t.d, 1, 1);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_scsi_2),
					    cmocka_unit_test(test_scsi_1),
					    cmocka_unit_test(test_spc_2) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
