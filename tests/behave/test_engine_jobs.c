/* SPDX-License-Identifier: BSD-2-Clause */
/* Background jobs, and the trace of what happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

static struct {
	unsigned runs, aborts, errors;
	uint64_t own[2];
	uint32_t scratch_len;
} job;

/* own[0] flushes, then the end. */
static int steps(struct scsiemu_cmd *c, int result)
{
	uint64_t *own = scsiemu_cmd_own(c);

	job.runs++;
	memcpy(job.own, own, sizeof(job.own));
	job.scratch_len = c->scratch_len;
	memset(c->scratch, 0x5a, c->scratch_len);
	if (result == SCSIEMU_E_ABORTED)
		job.aborts++;
	else if (result < 0)
		job.errors++;
	if (result < 0 || !own[0])
		return SCSIEMU_FINISHED;
	own[0]--;
	return testdev_flush(c);
}

static int begin(struct scsiemu_lu *lu, uint64_t flushes, bool survives)
{
	const uint64_t own[2] = { flushes, 77 };

	return scsiemu_job_start(lu, steps, own, survives);
}

/* The next of ready(), which is a job. */
static struct scsiemu_cmd *take(struct testdev_dev *t)
{
	struct scsiemu_cmd *c = scsiemu_ready(t->d.dev);

	assert_non_null(c);
	assert_int_equal(c->job, 1);
	return c;
}

static void test_runs(void **state)
{
	struct testdev_dev *t = *state;
	struct scsiemu_cmd *c;

	memset(&job, 0, sizeof(job));
	assert_int_equal(begin(t->lu[0], 2, false), 0);
	assert_int_equal(job.runs, 0); /* not before a driver has it */
	c = take(t);
	assert_int_equal(scsiemu_next(c), SCSIEMU_STORE);
	assert_int_equal(job.own[1], 77);
	assert_int_equal(job.scratch_len, 512);
	assert_int_equal((uintptr_t)c->scratch % 8, 0);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 0), SCSIEMU_STORE);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 0), SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(c), 0);
	assert_int_equal(job.runs, 3);
	/* an error is for the job to see */
	begin(t->lu[0], 5, false);
	c = take(t);
	assert_int_equal(scsiemu_next(c), SCSIEMU_STORE);
	assert_int_equal(scsiemu_did(c, SCSIEMU_E_WRITE, 0), SCSIEMU_DONE);
	assert_int_equal(job.errors, 1);
	scsiemu_end(c);
	testdev_idle(t);
}

static void test_slots(void **state)
{
	struct testdev_dev *t = *state;
	struct scsiemu_cmd *c[2];

	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(begin(t->lu[0], 1, false), 0);
		assert_int_equal(begin(t->lu[1], 1, false), 0);
		assert_int_equal(begin(t->lu[2], 1, false), SCSIEMU_ERR_SPACE);
		c[0] = take(t);
		c[1] = take(t);
		assert_ptr_not_equal(c[0], c[1]);
		for (unsigned j = 0; j < 2; j++) {
			assert_int_equal(scsiemu_next(c[j]), SCSIEMU_STORE);
			assert_ptr_equal(c[j]->lu, t->lu[j]);
			assert_int_equal(scsiemu_did(c[j], SCSIEMU_OK, 0),
					 SCSIEMU_DONE);
		}
		assert_int_equal(begin(t->lu[2], 1, false),
				 SCSIEMU_ERR_SPACE); /* not yet ended */
		scsiemu_end(c[0]);
		scsiemu_end(c[1]);
	}
	testdev_idle(t);
}

/* A job stands in nobody's way, and ABORT/CLEAR TASK SET pass it by. */
static void test_task_sets(void **state)
{
	static const uint8_t fn[] = { SCSIEMU_TMF_ABORT_TASK,
				      SCSIEMU_TMF_ABORT_TASK_SET,
				      SCSIEMU_TMF_CLEAR_TASK_SET,
				      SCSIEMU_TMF_NEXUS_RESET };
	struct testdev_dev *t = *state;
	struct scsiemu_cmd *c;

	memset(&job, 0, sizeof(job));
	begin(t->lu[0], 1, false);
	c = take(t);
	assert_int_equal(scsiemu_next(c), SCSIEMU_STORE);
	testdev_run(t, OP_LU, 0, 0, NULL, 0, 0);
	drive_good(&t->d);
	for (unsigned i = 0; i < 2 * sizeof(fn); i++)
		testdev_tmf_run(t, i & 1 ? t->a : NULL, t->lu[0], fn[i / 2], 0);
	assert_int_equal(testdev_tmf_run(t, NULL, t->lu[0],
					 SCSIEMU_TMF_QUERY_TASK_SET, 0),
			 SCSIEMU_RSP_COMPLETE);
	t->lu[0]->qerr = 1;
	testdev_run(t, SCSIEMU_OP_READ_10, 200, 1, NULL, 0, 0);
	assert_int_equal(c->aborted, 0);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 0), SCSIEMU_DONE);
	scsiemu_end(c);
	assert_int_equal(job.aborts, 0);
}

/* LU RESET ends it, unless it survives; the removal of its unit ends all. */
static void test_reset(void **state)
{
	for (unsigned i = 0; i < 2 * 2 * 2; i++) {
		bool survives = i & 1, removal = i & 2, begun = i & 4;
		struct testdev_dev t;
		struct scsiemu_cmd *c;
		struct drive_task f;
		bool killed = !survives || removal;

		(void)state;
		testdev_make(&t, NULL);
		memset(&job, 0, sizeof(job));
		begin(t.lu[0], 1, survives);
		c = take(&t);
		if (begun)
			assert_int_equal(scsiemu_next(c), SCSIEMU_STORE);
		if (removal)
			scsiemu_lu_remove(t.lu[0]);
		else
			assert_int_equal(testdev_tmf(&t, &f, t.a, t.lu[0],
						     SCSIEMU_TMF_LU_RESET, 0),
					 killed ? -1 : SCSIEMU_RSP_COMPLETE);
		assert_int_equal(c->aborted, killed);
		if (killed)
			assert_ptr_equal(take(&t), c);
		if (!killed || begun) {
			assert_int_equal(scsiemu_next(c), SCSIEMU_STORE);
			assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 0),
					 SCSIEMU_DONE);
		}
		assert_int_equal(scsiemu_next(c), SCSIEMU_DONE);
		assert_int_equal(job.aborts, killed); /* its owner knows */
		assert_int_equal(scsiemu_end(c), 0);
		testdev_ready(&t);
		if (removal)
			assert_null(t.lu[0]->type);
		else
			assert_int_equal(scsiemu_end(&f.c), 0);
		assert_int_equal(begin(t.lu[1], 1, false), 0);
		assert_int_equal(begin(t.lu[1], 1, false), 0);
		testdev_free(&t);
	}
}

/* Events as they come: a letter and what goes with it. */
static struct {
	uint8_t ev[64];
	int arg[64];
	unsigned n;
} seen;

static void note(void *ctx, enum scsiemu_event ev, const struct scsiemu_cmd *c,
		 int arg)
{
	assert_ptr_equal(ctx, &seen);
	assert_non_null(c);
	if (seen.n < 64) {
		seen.ev[seen.n] = (uint8_t)ev;
		seen.arg[seen.n] = arg;
	}
	seen.n++;
}

static void expect(const int (*want)[2], unsigned n)
{
	assert_int_equal(seen.n, n);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(seen.ev[i], want[i][0]);
		assert_int_equal(seen.arg[i], want[i][1]);
	}
	seen.n = 0;
}
#define EVENTS(...)                                                            \
	expect(((const int[][2]){ __VA_ARGS__ }),                              \
	       sizeof((const int[][2]){ __VA_ARGS__ }) / sizeof(int[2]))
#define EV(e, arg)                                                             \
	{                                                                      \
		SCSIEMU_EV_##e, arg                                            \
	}

static void test_trace(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k = { .live = false };

	scsiemu_device_trace(t->d.dev, note, &seen);
	seen.n = 0;
	t->d.chunk = 512;
	testdev_run(t, SCSIEMU_OP_READ_10, 0, 2, NULL, 0, 1024);
	EVENTS(EV(START, 0), EV(WANT, SCSIEMU_READ), EV(DID, SCSIEMU_OK),
	       EV(WANT, SCSIEMU_READ), EV(DID, SCSIEMU_OK), EV(DONE, 0),
	       EV(END, 0));
	assert_string_equal(scsiemu_cmd_name(&t->d.t.c), "READ(10)");
	testdev_run(t, SCSIEMU_OP_READ_10, 200, 2, NULL, 0, 1024);
	EVENTS(EV(START, 0), EV(DONE, SCSIEMU_CHECK_CONDITION), EV(END, 0));
	testdev_run(t, 0xff, 0, 0, NULL, 0, 0);
	EVENTS(EV(START, 0), EV(DONE, SCSIEMU_CHECK_CONDITION), EV(END, 0));
	assert_string_equal(scsiemu_cmd_name(&t->d.t.c), "?");
	assert_string_equal(scsiemu_lu_cmd_name(t->lu[0], 0x28, 7), "READ(10)");
	assert_null(scsiemu_lu_cmd_name(t->lu[0], 0xfe, 0));
	testdev_start(t, &k, t->a, 0, SCSIEMU_OP_READ_10, 0, 2);
	scsiemu_end(&k.c);
	scsiemu_abort(&k.c);
	assert_ptr_equal(scsiemu_ready(t->d.dev), &k.c);
	k.want = scsiemu_did(&k.c, SCSIEMU_E_TRANSPORT, 0);
	testdev_silent(&k);
	EVENTS(EV(START, 0), EV(WANT, SCSIEMU_READ),
	       EV(MISUSE, SCSIEMU_ERR_ORDER), EV(ABORT, 0),
	       EV(DID, SCSIEMU_E_TRANSPORT), EV(DONE, SCSIEMU_TASK_ABORTED),
	       EV(END, 0));
	testdev_tmf_run(t, t->a, t->lu[0], SCSIEMU_TMF_ABORT_TASK, 0);
	EVENTS(EV(START, 0), EV(DONE, 0), EV(END, 0));
	testdev_idle(t);
	scsiemu_device_trace(t->d.dev, NULL, NULL);
	testdev_run(t, SCSIEMU_OP_READ_10, 0, 2, NULL, 0, 1024);
	assert_int_equal(seen.n, 0);
	testdev_idle(t);
}

static void test_wall(void **state)
{
	struct testdev_dev *t = *state;

	assert_int_equal(scsiemu_device_tick(t->d.dev, 500), UINT64_MAX);
	scsiemu_device_wall(t->d.dev, 1000000);
	assert_int_equal(t->d.dev->wall, 1000000);
	assert_int_equal(t->d.dev->wall_at, 500);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testdev_setup, testdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_runs),	   T(test_slots),
		T(test_task_sets), cmocka_unit_test(test_reset),
		T(test_trace),	   T(test_wall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
