/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of copies: while they run, in the foreground and in the
 * background, and afterwards; whom it is told, how often, and when it is
 * forgotten. COPY OPERATION ABORT.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"
#include "support/pr.h"

/* 16 blocks in two segments: six pieces of at most three blocks. */
static void usual(struct copier *c, bool lid4, uint32_t id, unsigned usage)
{
	copier_list(c, lid4, id, usage);
	copier_disk(c, 1);
	copier_disk(c, 2);
	copier_blocks(c, 0, 1, 8, 0, 0);
	copier_blocks(c, 0, 1, 8, 8, 8);
}

static void unknown(struct copier *c)
{
	drive_cdb(&c->d, 2, SCSIEMU_NO_BIT);
}

/* RECEIVE COPY STATUS(LID1): status, segments, bytes. */
static void status_1(struct copier *c, uint32_t id, unsigned status,
		     unsigned segments, uint32_t bytes)
{
	uint8_t want[12] = { 0, 0, 0, 8, (uint8_t)status };

	copier_put(want + 5, segments, 2);
	copier_put(want + 8, bytes, 4);
	copier_in(c, 0, SCSIEMU_SA_COPY_STATUS_LID1, id, 100);
	drive_data(&c->d, want, 12);
}

/* RECEIVE COPY STATUS(LID4). */
static void status_4(struct copier *c, uint32_t id, unsigned status,
		     uint8_t scsi, unsigned sense, unsigned segments,
		     unsigned pieces, uint32_t bytes)
{
	uint8_t want[32] = {
		0, 0, 0, (uint8_t)(28 + sense), 1, (uint8_t)status
	};

	copier_put(want + 6, pieces, 2);
	memset(want + 8, 0xff, 4);
	want[12] = scsi;
	want[13] = want[14] = (uint8_t)sense;
	copier_put(want + 16, bytes, 8);
	copier_put(want + 24, segments, 2);
	copier_in(c, 0, SCSIEMU_SA_COPY_STATUS_LID4, id, 200);
	drive_good(&c->d);
	assert_int_equal(c->d.t.c.in_done, 32 + sense);
	assert_memory_equal(c->d.t.in, want, 32);
}

/* A copy without errors: the status once, then nobody knows it. */
static void test_good(void **state)
{
	static const uint8_t none[8];
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	for (uint8_t sa = 0; sa < 8; sa++) {
		if (sa == 2 || sa == 3)
			continue;
		copier_in(&c, 0, sa, 9, 100);
		unknown(&c);
	}
	usual(&c, false, 9, 0);
	copier_run(&c, 0);
	drive_good(&c.d);
	copier_in(&c, 0, SCSIEMU_SA_COPY_DATA_LID1, 9, 100);
	drive_data(&c.d, none, 4); /* nothing was held */
	copier_in(&c, 0, SCSIEMU_SA_COPY_FAILURES, 9, 100);
	drive_data(&c.d, none, 4); /* nothing failed */
	copier_in(&c, 1, SCSIEMU_SA_COPY_STATUS_LID1, 9, 100);
	unknown(&c); /* on another logical unit */
	status_1(&c, 9, 1, 2, 16 * 512);
	copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID1, 9, 100);
	unknown(&c);

	usual(&c, true, 0x12345678, 2);
	copier_run(&c, 0);
	copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID1, 0x78, 100);
	unknown(&c);
	status_4(&c, 0x12345678, 0x01, 0, 0, 2, 6, 16 * 512);
	copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID4, 0x12345678, 100);
	unknown(&c);

	usual(&c, true, 3, 0);
	copier_run(&c, 0);
	copier_in(&c, 0, SCSIEMU_SA_COPY_DATA_LID4, 3, 100);
	drive_good(&c.d);
	assert_int_equal(c.d.t.c.in_done, 36);
	assert_int_equal(c.d.t.in[3], 32);
	assert_memory_equal(c.d.t.in + 32, none, 4);
	copier_free(&c);
}

/* Without identifier there is nothing to ask for. */
static void test_no_id(void **state)
{
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	usual(&c, false, 0, 3);
	copier_run(&c, 0);
	drive_good(&c.d);
	copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID1, 0, 100);
	unknown(&c);
	usual(&c, true, 0, 3);
	c.list[15] = 1;
	copier_run(&c, 0);
	drive_param(&c.d, 0x2600, 15, 0);
	copier_free(&c);
}

/* One that failed: status and details, each once, in any order. */
static void test_failed(void **state)
{
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	for (unsigned i = 0; i < 2; i++) {
		usual(&c, false, 9, 0);
		copier_put(c.list + c.len - 16, 60, 8);
		copier_run(&c, 0);
		drive_check(&c.d, SCSIEMU_SK_COPY_ABORTED,
			    SCSIEMU_ASC_COPY_TARGET_NOT_REACHABLE);
		if (i)
			status_1(&c, 9, 2, 1, 8 * 512);
		copier_in(&c, 0, SCSIEMU_SA_COPY_FAILURES, 9, 200);
		drive_good(&c.d);
		assert_int_equal(c.d.t.c.in_done, 60 + 18);
		assert_int_equal(c.d.t.in[3], 56 + 18);
		assert_int_equal(c.d.t.in[56], SCSIEMU_CHECK_CONDITION);
		assert_int_equal(copier_get(c.d.t.in + 58, 2), 18);
		assert_int_equal(c.d.t.in[60 + 2], SCSIEMU_SK_COPY_ABORTED);
		assert_int_equal(copier_get(c.d.t.in + 60 + 12, 2), 0x0d02);
		if (!i)
			status_1(&c, 9, 2, 1, 8 * 512);
		copier_in(&c, 0, SCSIEMU_SA_COPY_FAILURES, 9, 200);
		unknown(&c);
		copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID1, 9, 200);
		unknown(&c);
	}
	usual(&c, true, 9, 0);
	copier_put(c.list + c.len - 16, 60, 8);
	copier_run(&c, 0);
	status_4(&c, 9, 0x02, SCSIEMU_CHECK_CONDITION, 18, 1, 3, 8 * 512);
	assert_int_equal(copier_get(c.d.t.in + 32 + 12, 2), 0x0d02);
	copier_in(&c, 0, SCSIEMU_SA_COPY_FAILURES, 9, 200);
	unknown(&c);
	copier_free(&c);
}

/* While it runs: asked at every step, by its own nexus and by another. */
static void test_running(void **state)
{
	struct drive_task t = { .live = false };
	struct scsiemu_nexus *a, *b;
	uint32_t bytes = 0;
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	a = copier_nexus(&c);
	b = copier_nexus(&c);
	c.d.nexus = a;
	usual(&c, true, 9, 0);
	copier_start(&c, &t, 0);
	assert_int_equal(t.want, SCSIEMU_RECV);
	drive_step(&t);
	while (t.want != SCSIEMU_DONE) {
		assert_int_equal(t.want, SCSIEMU_STORE);
		status_1(&c, 9, 0, bytes >= 8 * 512, bytes);
		status_4(&c, 9, 0x11, 0, 0, bytes >= 8 * 512,
			 (bytes + 1535) / 1536, bytes);
		copier_in(&c, 0, SCSIEMU_SA_COPY_DATA_LID1, 9, 100);
		unknown(&c);
		copier_in(&c, 0, SCSIEMU_SA_COPY_FAILURES, 9, 100);
		unknown(&c);
		c.d.nexus = b;
		copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID1, 9, 100);
		unknown(&c);
		copier_abort(&c, 0, 9);
		unknown(&c);
		c.d.nexus = a;
		/* the identifier is in use */
		usual(&c, true, 9, 0);
		copier_run(&c, 0);
		drive_check(&c.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_OPERATION_IN_PROGRESS);
		if (t.c.verb == SCSIEMU_V_SAVE)
			bytes += t.c.len;
		drive_step(&t);
	}
	drive_end(&t);
	drive_task_free(&t);
	/* now it is used again, though nobody asked */
	usual(&c, false, 9, 0);
	copier_run(&c, 0);
	drive_good(&c.d);
	status_1(&c, 9, 1, 2, 16 * 512);
	copier_free(&c);
}

static struct scsiemu_cmd *job_of(struct copier *c)
{
	struct scsiemu_cmd *j = scsiemu_ready(c->d.dev);

	assert_non_null(j);
	assert_int_equal(j->job, 1);
	return j;
}

/* IMMED: GOOD at once, the rest as a job; its status, then its results. */
static void test_immed(void **state)
{
	struct drive_task t = { .live = false };
	struct scsiemu_cmd *j;
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	usual(&c, true, 7, 0);
	c.list[15] = 1;
	copier_start(&c, &t, 0);
	drive_go(&t);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	assert_int_equal(scsiemu_end(&t.c), 0);
	t.live = false;
	drive_task_free(&t);
	status_4(&c, 7, 0x12, 0, 0, 0, 0, 0);
	/* that ran the job, too */
	assert_int_equal(c.d.njobs, 1);
	assert_memory_equal(c.k[2].bytes, c.k[1].bytes, 16 * 512);
	status_4(&c, 7, 0x01, 0, 0, 2, 6, 16 * 512);

	/* a job that fails tells only who asks */
	usual(&c, true, 7, 0);
	c.list[15] = 1;
	copier_put(c.list + c.len - 16, 60, 8);
	copier_run(&c, 0);
	drive_good(&c.d);
	status_4(&c, 7, 0x02, SCSIEMU_CHECK_CONDITION, 18, 1, 3, 8 * 512);

	/* no job is free: the command itself copies */
	for (unsigned i = 0; i < 2; i++) {
		usual(&c, true, 20 + i, 0);
		c.list[15] = 1;
		copier_start(&c, &t, 0);
		drive_go(&t);
		assert_int_equal(scsiemu_end(&t.c), 0);
		t.live = false;
		drive_task_free(&t);
	}
	usual(&c, true, 22, 0);
	c.list[15] = 1;
	copier_start(&c, &t, 0);
	drive_step(&t);
	assert_int_equal(t.want, SCSIEMU_STORE);
	drive_go(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&t);
	assert_int_equal(c.d.njobs, 4);
	j = scsiemu_ready(c.d.dev);
	assert_null(j);
	copier_free(&c);
}

/* COPY OPERATION ABORT at every step of a copy, as command and as job. */
static bool abort_at(unsigned at, bool immed)
{
	struct drive_task t = { .live = false };
	struct scsiemu_cmd *j = NULL;
	struct copier c;
	bool more;
	int want;

	copier_make(&c, NULL);
	usual(&c, true, 5, 0);
	c.list[15] = immed;
	copier_start(&c, &t, 0);
	drive_step(&t);
	want = t.want;
	if (immed) {
		assert_int_equal(t.want, SCSIEMU_DONE);
		j = job_of(&c);
		want = scsiemu_next(j);
	}
	for (unsigned i = 0; i < at && want == SCSIEMU_STORE; i++) {
		if (immed)
			want = scsiemu_did(j, SCSIEMU_OK, 0);
		else
			drive_step(&t);
		if (!immed)
			want = t.want;
	}
	more = want == SCSIEMU_STORE;
	copier_abort(&c, 0, 5);
	drive_good(&c.d);
	while (want == SCSIEMU_STORE) {
		assert_true(more);
		if (immed)
			want = scsiemu_did(j, SCSIEMU_OK, 0);
		else
			drive_step(&t);
		if (!immed)
			want = t.want;
		assert_int_equal(want, SCSIEMU_DONE);
	}
	if (immed)
		assert_int_equal(scsiemu_end(j), 0);
	assert_int_equal(t.want, SCSIEMU_DONE);
	if (!immed && more) {
		assert_int_equal(t.c.sense.key, SCSIEMU_SK_COPY_ABORTED);
		assert_int_equal(t.c.sense.asc, 0x2f02);
	} else {
		assert_int_equal(t.c.status, SCSIEMU_GOOD);
	}
	drive_end(&t);
	drive_task_free(&t);
	copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID4, 5, 200);
	drive_good(&c.d);
	assert_int_equal(c.d.t.in[5], more ? 0x60 : 0x01);
	copier_abort(&c, 0, 5);
	unknown(&c);
	copier_free(&c);
	return more;
}

/* PREEMPT AND ABORT ends the copies of the preempted nexus, also those in the
 * background, before it is GOOD (SPC-5 5.13.11.2.6). */
static void test_preempted(void **state)
{
	static const uint8_t cdb[10] = { 0x5f, 5, 1, 0, 0, 0, 0, 0, 24, 0 };
	struct drive_task t = { .live = false };
	struct scsiemu_nexus *n[2];
	struct scsiemu_cmd *j;
	struct copier c;
	uint8_t list[24];

	(void)state;
	copier_make(&c, NULL);
	for (unsigned i = 0; i < 2; i++) {
		n[i] = drive_attach(&c.d, i, 0);
		for (unsigned k = 0; k < COPIER_DISKS; k++)
			drive_settle(&c.d, c.lu[k], n[i]);
		pr_register(&c.d, c.lu[0], n[i], i + 1);
	}
	c.d.nexus = n[0];
	usual(&c, true, 5, 0);
	c.list[15] = 1; /* IMMED */
	copier_start(&c, &t, 0);
	drive_go(&t);
	j = job_of(&c);
	assert_int_equal(scsiemu_next(j), SCSIEMU_STORE);
	drive_end(&t);
	pr_list(list, 2, 1, 0);
	c.d.nexus = n[1];
	drive_start(&c.d, &t, c.lu[0], cdb, 10, list, 24, 0);
	drive_go(&t);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	assert_int_equal(j->aborted, 1);
	assert_ptr_equal(scsiemu_ready(c.d.dev), j);
	assert_int_equal(scsiemu_did(j, SCSIEMU_OK, 0), SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(j), 0);
	drive_ready(&c.d);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&t);
	assert_int_equal(drive_ua(&c.d, c.lu[0], n[0]), 0x2a05);
	assert_int_equal(drive_ua(&c.d, c.lu[0], n[0]), 0);
	c.d.nexus = n[0];
	copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID4, 5, 200);
	drive_good(&c.d);
	assert_int_equal(c.d.t.in[5], 0x60); /* terminated */
	copier_free(&c);
}

static void test_abort(void **state)
{
	unsigned at[2] = { 0, 0 };

	(void)state;
	for (unsigned immed = 0; immed < 2; immed++)
		while (abort_at(at[immed], immed))
			at[immed]++;
	assert_int_equal(at[0], 12);
	assert_int_equal(at[1], 12);
}

/* The room for results: the oldest that is not asked for goes; when all run,
 * there is none. */
static void test_room(void **state)
{
	struct copier_options o = { .copies = 2 };
	struct drive_task t[2] = { { .live = false }, { .live = false } };
	struct copier c;

	(void)state;
	copier_make(&c, &o);
	for (uint32_t id = 1; id <= 3; id++) {
		usual(&c, false, id, 0);
		copier_run(&c, 0);
		drive_good(&c.d);
	}
	copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID1, 1, 100);
	unknown(&c);
	status_1(&c, 3, 1, 2, 16 * 512);
	status_1(&c, 2, 1, 2, 16 * 512);
	for (unsigned i = 0; i < 2; i++) {
		usual(&c, false, 10 + i, 0);
		copier_start(&c, &t[i], 0);
		drive_step(&t[i]);
	}
	usual(&c, false, 12, 0);
	copier_run(&c, 0);
	drive_check(&c.d, SCSIEMU_SK_ILLEGAL_REQUEST, SCSIEMU_ASC_RESOURCES);
	usual(&c, false, 0, 3); /* needs no room */
	copier_run(&c, 0);
	drive_good(&c.d);
	for (unsigned i = 0; i < 2; i++) {
		drive_go(&t[i]);
		drive_end(&t[i]);
		drive_task_free(&t[i]);
	}
	copier_free(&c);
}

/* The loss of the nexus, and a reset of the logical unit, forget results. */
static void test_forgotten(void **state)
{
	struct scsiemu_nexus *n;
	struct drive_task m;
	struct copier c;

	(void)state;
	for (unsigned how = 0; how < 2; how++) {
		copier_make(&c, NULL);
		n = c.d.nexus = copier_nexus(&c);
		usual(&c, false, 4, 0);
		copier_run(&c, 0);
		drive_good(&c.d);
		if (how) {
			scsiemu_nexus_detach(n);
			c.d.nexus = copier_nexus(&c);
			assert_ptr_equal(c.d.nexus, n); /* the same memory */
		} else {
			memset(&m, 0, sizeof(m));
			m.d = &c.d;
			m.c.tmf = SCSIEMU_TMF_LU_RESET;
			m.c.scratch = m.scratch = malloc(c.d.scratch);
			assert_non_null(m.scratch);
			m.c.scratch_len = c.d.scratch;
			m.want = scsiemu_start(c.lu[0], &m.c);
			m.live = true;
			drive_end(&m);
			drive_task_free(&m);
			drive_settle(&c.d, c.lu[0], n);
		}
		copier_in(&c, 0, SCSIEMU_SA_COPY_STATUS_LID1, 4, 100);
		unknown(&c);
		copier_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_no_id),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_running),
		cmocka_unit_test(test_immed),
		cmocka_unit_test(test_abort),
		cmocka_unit_test(test_preempted),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
