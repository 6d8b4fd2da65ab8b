/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IMMED: the command ends at once, what asks is told what goes on, what needs
 * the tape waits, and a failure is told later.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

static const struct tape_options options = { .ssc = { .partitions = 2 },
					     .deferred = true,
					     .jobs = 1 };

/* Starts a command, which ends while its job has not begun. */
static struct scsiemu_cmd *begin(struct tape *t, const uint8_t *cdb,
				 unsigned len)
{
	struct drive_task task;
	struct scsiemu_cmd *job;
	int want;

	memset(&task, 0, sizeof(task));
	drive_start(&t->d, &task, t->lu, cdb, len, NULL, 0, 0);
	drive_go(&task);
	assert_int_equal(task.want, SCSIEMU_DONE);
	assert_int_equal(task.c.status, SCSIEMU_GOOD);
	scsiemu_end(&task.c);
	task.live = false;
	drive_task_free(&task);
	job = drive_take_job(&t->d, &want);
	assert_int_equal(want, SCSIEMU_STORE);
	return job;
}
#define BEGIN(t, ...)                                                          \
	begin(t, (const uint8_t[]){ __VA_ARGS__ },                             \
	      sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void finish(struct tape *t, struct scsiemu_cmd *job)
{
	while (drive_job_step(&t->d, job) != SCSIEMU_DONE)
		;
	drive_ready(&t->d);
}

/* TEST UNIT READY: 2/asc, with progress; REQUEST SENSE: key/polled. */
static void busy(struct tape *t, uint16_t asc, uint8_t key, uint16_t polled)
{
	uint8_t want[18] = { 0x70, 0, key, 0, 0, 0, 0, 10 };

	want[12] = (uint8_t)(polled >> 8);
	want[13] = (uint8_t)polled;
	want[15] = 0x80;
	TAPE_DO(t, 0, 0, 0, 0, 0, 0);
	drive_check(&t->d, SCSIEMU_SK_NOT_READY, asc);
	assert_int_equal(t->d.t.c.sense.sks, SCSIEMU_SKS_PROGRESS);
	TAPE_IN(t, 18, 0x03, 0, 0, 0, 18, 0);
	drive_data(&t->d, want, 18);
}

static void ready(struct tape *t)
{
	TAPE_DO(t, 0, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	TAPE_IN(t, 18, 0x03, 0, 0, 0, 18, 0);
	drive_data(&t->d, "\x70\0\0\0\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0", 18);
}

static void test_moves(void **state)
{
	struct scsiemu_cmd *job;
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	tape_lay(&t, "100 200 M 300");
	/* what is buffered goes to the tape before its status */
	job = BEGIN(&t, 0x01, 0x01, 0, 0, 0, 0);
	assert_int_equal(t.d.log[0].verb, SCSIEMU_V_FLUSH);
	busy(&t, 0x0407, 0, 0x001a);
	finish(&t, job);
	ready(&t);
	tape_at(&t, 0, 0);
	job = BEGIN(&t, 0x92, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0);
	busy(&t, 0x0407, 0, 0x0019);
	finish(&t, job);
	tape_at(&t, 0, 3);
	job = BEGIN(&t, 0x2b, 0x01, 0, 0, 0, 0, 1, 0, 0, 0);
	finish(&t, job);
	tape_at(&t, 0, 1);
	job = BEGIN(&t, 0x19, 0x03, 0, 0, 0, 0);
	busy(&t, 0x0407, 0, 0x0018);
	finish(&t, job);
	TAPE_IN(&t, 9, 0x08, 0, 0, 0, 9, 0);
	tape_sense(&t, SCSIEMU_SK_BLANK_CHECK, 5, SCSIEMU_S_INFO, 9);
	job = BEGIN(&t, 0x1b, 0x01, 0, 0, 1, 0); /* it is loaded */
	busy(&t, 0x0407, 0, 0x001a);
	finish(&t, job);
	job = BEGIN(&t, 0x04, 0x01, 0, 0, 0, 0);
	busy(&t, 0x0404, SCSIEMU_SK_NOT_READY, 0x0404);
	finish(&t, job);
	job = BEGIN(&t, 0x0b, 0x01, 0, 0x80, 0, 0);
	busy(&t, 0x0407, 0, 0x001b);
	finish(&t, job);
	ready(&t);
	assert_int_equal(t.d.njobs, 7);
	tape_free(&t);
}

/* TEST UNIT READY, and REQUEST SENSE: the progress. */
static void progress(struct tape *t, uint16_t want)
{
	TAPE_DO(t, 0, 0, 0, 0, 0, 0);
	drive_check(&t->d, SCSIEMU_SK_NOT_READY, 0x0407);
	assert_int_equal(t->d.t.c.sense.sks, SCSIEMU_SKS_PROGRESS);
	assert_int_equal(t->d.t.c.sense.field, want);
	TAPE_IN(t, 18, 0x03, 0, 0, 0, 18, 0);
	assert_int_equal(t->d.t.in[15], 0x80);
	assert_int_equal(t->d.t.in[16] << 8 | t->d.t.in[17], want);
}

/* An estimate from the nominal time of the command, REWIND's 30 s. */
static void test_progress(void **state)
{
	struct scsiemu_cmd *job;
	struct tape t;
	uint64_t now = 5000;

	(void)state;
	tape_make(&t, &options);
	tape_lay(&t, "100 M");
	scsiemu_device_tick(t.d.dev, now);
	job = BEGIN(&t, 0x01, 0x01, 0, 0, 0, 0);
	progress(&t, 0);
	assert_int_equal(scsiemu_device_tick(t.d.dev, now), now + 500);
	assert_int_equal(scsiemu_device_tick(t.d.dev, now + 500), now + 1000);
	progress(&t, 0x10000 * 500 / 30500);
	scsiemu_device_tick(t.d.dev, now + 30000);
	progress(&t, 0x8000);
	scsiemu_device_tick(t.d.dev, now + 90000);
	progress(&t, 0xc000);
	scsiemu_device_tick(t.d.dev, now + UINT64_C(100000000000));
	progress(&t, 0xffff);
	finish(&t, job);
	ready(&t);
	/* nobody is to come back for it; the next one begins anew */
	now += UINT64_C(100000000500);
	assert_int_equal(scsiemu_device_tick(t.d.dev, now), UINT64_MAX);
	job = BEGIN(&t, 0x01, 0x01, 0, 0, 0, 0);
	progress(&t, 0);
	scsiemu_device_tick(t.d.dev, now + 10000);
	progress(&t, 0x4000);
	finish(&t, job);
	tape_free(&t);
}

/* Out, and in again; whoever loads it is told, too. */
static void test_load(void **state)
{
	struct scsiemu_nexus *a, *b;
	struct scsiemu_cmd *job;
	struct tape t;

	(void)state;
	tape_two(&t, &options, &a, &b);
	job = BEGIN(&t, 0x1b, 0x01, 0, 0, 0, 0);
	busy(&t, 0x0407, 0, 0x0016);
	finish(&t, job);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, 0x3a04);
	job = BEGIN(&t, 0x1b, 0x01, 0, 0, 1, 0);
	busy(&t, 0x0401, SCSIEMU_SK_NOT_READY, 0x0401);
	finish(&t, job);
	assert_int_equal(drive_ua(&t.d, t.lu, a), 0x2800);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0x2800);
	ready(&t);
	tape_free(&t);
}

/* What needs the tape waits, and those that have waited already come behind. */
static void test_behind(void **state)
{
	static const uint8_t rewind_now[6] = { 0x01, 0x01 };
	static const uint8_t read[6] = { 0x08, 0, 0, 0, 100, 0 };
	struct drive_task moves, early, late;
	struct scsiemu_cmd *job;
	struct tape t;
	int want;

	(void)state;
	memset(&moves, 0, sizeof(moves));
	memset(&early, 0, sizeof(early));
	memset(&late, 0, sizeof(late));
	tape_make(&t, &options);
	tape_lay(&t, "100 100");
	drive_start(&t.d, &moves, t.lu, rewind_now, 6, NULL, 0, 0);
	assert_int_equal(moves.want, SCSIEMU_STORE); /* FLUSH */
	drive_start(&t.d, &early, t.lu, read, 6, NULL, 0, 100);
	drive_go(&moves);
	scsiemu_end(&moves.c);
	moves.live = false;
	job = drive_take_job(&t.d, &want);
	drive_start(&t.d, &late, t.lu, read, 6, NULL, 0, 100);
	assert_int_equal(early.want, SCSIEMU_WAIT);
	assert_int_equal(late.want, SCSIEMU_WAIT);
	finish(&t, job);
	assert_int_equal(early.want, SCSIEMU_READ);
	drive_go(&early);
	drive_end(&early);
	drive_go(&late);
	drive_end(&late);
	assert_int_equal(late.c.status, SCSIEMU_GOOD);
	tape_at(&t, 0, 2);
	drive_task_free(&moves);
	drive_task_free(&early);
	drive_task_free(&late);
	tape_free(&t);
}

/* A failure is told by the next command, of that nexus. */
static void test_fails(void **state)
{
	struct scsiemu_nexus *a, *b;
	struct scsiemu_cmd *job;
	struct tape t;

	(void)state;
	tape_two(&t, &options, &a, &b);
	tape_lay(&t, "100");
	job = BEGIN(&t, 0x2b, 0x01, 0, 0, 0, 0, 9, 0, 0, 0);
	finish(&t, job);
	t.d.nexus = b;
	ready(&t);
	t.d.nexus = a;
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	tape_sense(&t, SCSIEMU_SK_BLANK_CHECK, 5, SCSIEMU_S_DEFERRED, 0);
	assert_int_equal(t.d.t.sense[0], 0x71);
	ready(&t);
	/* what can be refused is, at once */
	TAPE_DO(&t, 0x2b, 0x03, 0, 0, 0, 0, 0, 0, 7, 0);
	drive_cdb(&t.d, 8, SCSIEMU_NO_BIT);
	assert_int_equal(t.d.njobs, 1);
	tape_free(&t);
}

/* A reset ends it. */
static void test_reset(void **state)
{
	struct scsiemu_cmd c = { .tmf = SCSIEMU_TMF_LU_RESET };
	static uint8_t scratch[2048];
	struct scsiemu_cmd *job;
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	tape_lay(&t, "100");
	job = BEGIN(&t, 0x01, 0x01, 0, 0, 0, 0);
	c.scratch = scratch;
	c.scratch_len = sizeof(scratch);
	assert_int_equal(scsiemu_start(t.lu, &c), SCSIEMU_WAIT);
	assert_ptr_equal(scsiemu_ready(t.d.dev), job);
	assert_int_equal(drive_job_step(&t.d, job), SCSIEMU_DONE);
	assert_ptr_equal(scsiemu_ready(t.d.dev), &c);
	assert_int_equal(scsiemu_next(&c), SCSIEMU_DONE);
	scsiemu_end(&c);
	drive_settle(&t.d, t.lu, NULL);
	ready(&t);
	tape_free(&t);
}

/* Without deferred errors, it takes as long as it takes. */
static void test_none(void **state)
{
	const struct tape_options o = { .jobs = 1 };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	tape_lay(&t, "100");
	TAPE_DO(&t, 0x01, 0x01, 0, 0, 0, 0);
	drive_good(&t.d);
	assert_int_equal(t.d.log[1].verb, SCSIEMU_V_LOCATE);
	assert_int_equal(t.d.njobs, 0);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves), cmocka_unit_test(test_progress),
		cmocka_unit_test(test_load),  cmocka_unit_test(test_behind),
		cmocka_unit_test(test_fails), cmocka_unit_test(test_reset),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
