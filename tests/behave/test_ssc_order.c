/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands beside each other: a tape is in one place, so one waits for the
 * other; those that only tell do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

static const uint8_t locate[16] = { SCSIEMU_OP_LOCATE_16, [11] = 2 };
static const uint8_t read[6] = { SCSIEMU_OP_READ_6, 0, 0, 0, 100, 0 };
static const uint8_t marks[6] = { SCSIEMU_OP_WRITE_FILEMARKS_6, 0, 0, 0, 1, 0 };
static const uint8_t ready[6] = { SCSIEMU_OP_TEST_UNIT_READY };
static const uint8_t unload[6] = { SCSIEMU_OP_LOAD_UNLOAD };
static const uint8_t mode[6] = { SCSIEMU_OP_MODE_SENSE_6, 0, 0, 0, 12, 0 };
static const uint8_t where[10] = { SCSIEMU_OP_READ_POSITION, 6 };

static void start(struct tape *t, struct drive_task *task, const uint8_t *cdb,
		  unsigned len, uint32_t in_len)
{
	memset(task, 0, sizeof(*task));
	drive_start(&t->d, task, t->lu, cdb, len, NULL, 0, in_len);
}

static void finish(struct drive_task *task)
{
	drive_go(task);
	drive_end(task);
}

static void test_beside(void **state)
{
	struct drive_task moves, writes, tells;
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	tape_lay(&t, "3*100");
	TAPE_DO(&t, SCSIEMU_OP_REWIND, 0, 0, 0, 0, 0);
	start(&t, &moves, locate, 16, 0);
	assert_int_equal(moves.want, SCSIEMU_STORE);
	drive_run(&t.d, t.lu, ready, 6, NULL, 0, 0);
	drive_good(&t.d);
	drive_run(&t.d, t.lu, mode, 6, NULL, 0, 12);
	drive_good(&t.d);
	start(&t, &writes, marks, 6, 0);
	start(&t, &tells, where, 10, 32);
	assert_int_equal(writes.want, SCSIEMU_WAIT);
	assert_int_equal(tells.want, SCSIEMU_WAIT);
	finish(&moves);
	assert_int_not_equal(writes.want, SCSIEMU_WAIT);
	finish(&writes);
	finish(&tells);
	assert_int_equal(tells.in[15], 3);
	tape_at(&t, 0, 3);
	drive_task_free(&moves);
	drive_task_free(&writes);
	drive_task_free(&tells);
	tape_free(&t);
}

/* What waits for UNLOAD finds no cartridge. */
static void test_behind_unload(void **state)
{
	struct drive_task goes, reads;
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	tape_lay(&t, "100");
	TAPE_DO(&t, SCSIEMU_OP_REWIND, 0, 0, 0, 0, 0);
	start(&t, &goes, unload, 6, 0);
	start(&t, &reads, read, 6, 100);
	assert_int_equal(reads.want, SCSIEMU_WAIT);
	finish(&goes);
	assert_int_equal(goes.c.status, SCSIEMU_GOOD);
	finish(&reads);
	assert_int_equal(reads.c.sense.asc, SCSIEMU_ASC_MEMORY_ACCESSIBLE);
	drive_task_free(&goes);
	drive_task_free(&reads);
	tape_free(&t);
}

/* An aborted READ keeps its place until the store has answered. */
static void test_zombie(void **state)
{
	struct drive_task dies, reads;
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	tape_lay(&t, "2*100");
	TAPE_DO(&t, SCSIEMU_OP_REWIND, 0, 0, 0, 0, 0);
	start(&t, &dies, read, 6, 100);
	assert_int_equal(dies.want, SCSIEMU_READ);
	start(&t, &reads, read, 6, 100);
	scsiemu_abort(&dies.c);
	drive_ready(&t.d);
	assert_int_equal(reads.want, SCSIEMU_WAIT);
	finish(&dies);
	assert_int_equal(dies.c.outcome, SCSIEMU_ABORTED);
	finish(&reads);
	assert_int_equal(reads.c.in_done, 100);
	tape_at(&t, 0, 2); /* the store had read the first one */
	drive_task_free(&dies);
	drive_task_free(&reads);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_behind_unload),
		cmocka_unit_test(test_zombie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
