/* SPDX-License-Identifier: BSD-2-Clause */
/* Task management: every function on victims in every state, its response,
 * when it ends, and who is told what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

#define TMF(name) SCSIEMU_TMF_##name

/* One victim each: a runs (want out), a waits, a is done, b runs, and b runs
 * at LUN 1. */
enum { A_RUNS, A_WAITS, A_DONE, B_RUNS, B_ELSEWHERE, VICTIMS };
enum {
	HIT_A = 1 << A_RUNS | 1 << A_WAITS,
	HIT_B = 1 << B_RUNS,
	HIT_1 = 1 << B_ELSEWHERE
};

static void victims(struct testdev_dev *t, struct drive_task *k)
{
	testdev.nodata = testdev_flush;
	memset(k, 0, VICTIMS * sizeof(*k));
	testdev_start(t, &k[A_RUNS], t->a, 0, OP_EXCL, 5, 2);
	testdev_start(t, &k[A_WAITS], t->a, 0, OP_RW, 5, 2);
	testdev_start(t, &k[A_DONE], t->a, 0, OP_RW, 50, 2);
	testdev_start(t, &k[B_RUNS], t->b, 0, OP_RW, 60, 2);
	testdev_start(t, &k[B_ELSEWHERE], t->b, 1, OP_RW, 60, 2);
	drive_go(&k[A_DONE]);
	assert_int_equal(k[A_RUNS].want, SCSIEMU_STORE);
	assert_int_equal(k[A_WAITS].want, SCSIEMU_WAIT);
	assert_int_equal(k[A_DONE].want, SCSIEMU_DONE);
}

struct effect {
	uint8_t tmf;
	unsigned hits;		    /* of the victims, with the nexus a */
	uint16_t ua_a, ua_b, ua_b1; /* at LUN 0 and 1 */
};

static const struct effect effect[] = {
	{ TMF(ABORT_TASK), 1 << A_RUNS, 0, 0, 0 },
	{ TMF(ABORT_TASK_SET), HIT_A, 0, 0, 0 },
	{ TMF(CLEAR_TASK_SET), HIT_A | HIT_B, 0, 0x2f00, 0 },
	{ TMF(LU_RESET), HIT_A | HIT_B, 0x2903, 0x2903, 0 },
	{ TMF(LU_WARM_RESET), HIT_A | HIT_B, 0x2902, 0x2902, 0 },
	{ TMF(NEXUS_RESET), HIT_A, 0x2907, 0, 0 },
	{ TMF(TARGET_WARM_RESET), HIT_A | HIT_B | HIT_1, 0x2902, 0x2902,
	  0x2902 },
	{ TMF(TARGET_COLD_RESET), HIT_A | HIT_B | HIT_1, 0x2900, 0x2900,
	  0x2900 },
	{ TMF(QUERY_TASK), 0, 0, 0, 0 },
	{ TMF(QUERY_TASK_SET), 0, 0, 0, 0 },
	{ TMF(QUERY_ASYNC_EVENT), 0, 0, 0, 0 },
	{ TMF(CLEAR_ACA), 0, 0, 0, 0 },
};

static void check_victim(struct drive_task *k, bool hit, bool told)
{
	if (!hit) {
		assert_int_equal(k->c.aborted, 0);
		testdev_finish(k);
		return;
	}
	if (k->want == SCSIEMU_STORE) /* the store is ready at last */
		k->want = scsiemu_did(&k->c, SCSIEMU_OK, 0);
	assert_int_equal(k->want, SCSIEMU_DONE);
	assert_int_equal(k->c.aborted, 1);
	assert_int_equal(k->c.outcome, told ? SCSIEMU_STATUS : SCSIEMU_ABORTED);
	if (told)
		assert_int_equal(k->c.status, SCSIEMU_TASK_ABORTED);
	drive_end(k);
	drive_task_free(k);
}

static void one_function(struct testdev_dev *t, const struct effect *e,
			 bool tas)
{
	struct drive_task k[VICTIMS], f;
	unsigned zombies = e->hits & ~(1u << A_WAITS);
	int r;

	t->lu[0]->tas = t->lu[1]->tas = tas;
	victims(t, k);
	r = testdev_tmf(t, &f, t->a, t->lu[0], e->tmf, k[A_RUNS].c.tag);
	if (!zombies) {
		assert_int_equal(r, e->tmf == TMF(CLEAR_ACA)
					    ? SCSIEMU_RSP_REJECTED
				    : e->tmf == TMF(QUERY_ASYNC_EVENT)
					    ? SCSIEMU_RSP_COMPLETE
					    : SCSIEMU_RSP_SUCCEEDED);
	} else {
		assert_int_equal(r, -1);
		assert_int_equal(scsiemu_next(&f.c), SCSIEMU_WAIT);
		testdev_ready(t);
	}
	for (unsigned i = 0; i < VICTIMS; i++) {
		bool hit = e->hits >> i & 1;

		assert_int_equal(k[i].c.aborted, hit);
		if (zombies) /* not before all that it hit are done */
			assert_int_equal(f.want, SCSIEMU_WAIT);
		zombies &= ~(1u << i);
		check_victim(&k[i], hit,
			     tas && hit && (i == B_RUNS || i == B_ELSEWHERE));
		testdev_ready(t);
	}
	assert_int_equal(f.want, SCSIEMU_DONE);
	assert_int_equal(f.c.response, r < 0 ? SCSIEMU_RSP_COMPLETE : r);
	assert_int_equal(scsiemu_end(&f.c), 0);
	testdev_idle(t);
	testdev.nodata = NULL;
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->a), e->ua_a);
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->b),
			 tas && e->ua_b == 0x2f00 ? 0 : e->ua_b);
	assert_int_equal(drive_ua(&t->d, t->lu[1], t->b), e->ua_b1);
	for (unsigned i = 0; i < TESTDEV_LUS; i++) {
		drive_settle(&t->d, t->lu[i], t->a);
		drive_settle(&t->d, t->lu[i], t->b);
	}
}

static void test_functions(void **state)
{
	for (unsigned i = 0; i < sizeof(effect) / sizeof(effect[0]); i++) {
		one_function(*state, &effect[i], false);
		one_function(*state, &effect[i], true);
	}
}

static void test_responses(void **state)
{
	static const uint8_t lun[8] = { 0, 99 };
	struct testdev_dev *t = *state;
	struct scsiemu_lu *absent = scsiemu_lu_find(t->d.dev, lun);
	struct drive_task k[VICTIMS];

	victims(t, k);
	/* not b's, and not at another logical unit */
	assert_int_equal(testdev_tmf_run(t, t->b, t->lu[0], TMF(ABORT_TASK),
					 k[A_RUNS].c.tag),
			 SCSIEMU_RSP_NO_TASK);
	assert_int_equal(testdev_tmf_run(t, t->a, t->lu[1], TMF(ABORT_TASK),
					 k[A_RUNS].c.tag),
			 SCSIEMU_RSP_NO_TASK);
	assert_int_equal(testdev_tmf_run(t, t->b, t->lu[0], TMF(QUERY_TASK),
					 k[A_RUNS].c.tag),
			 SCSIEMU_RSP_COMPLETE);
	assert_int_equal(testdev_tmf_run(t, t->a, t->lu[0], TMF(QUERY_TASK),
					 k[A_WAITS].c.tag),
			 SCSIEMU_RSP_SUCCEEDED);
	assert_int_equal(
		testdev_tmf_run(t, t->a, t->lu[1], TMF(QUERY_TASK_SET), 0),
		SCSIEMU_RSP_COMPLETE);
	/* done, but not yet ended: its status goes out, it is not hurt */
	assert_int_equal(testdev_tmf_run(t, t->a, t->lu[0], TMF(ABORT_TASK),
					 k[A_DONE].c.tag),
			 SCSIEMU_RSP_NO_TASK);
	assert_int_equal(k[A_DONE].c.outcome, SCSIEMU_STATUS);
	assert_int_equal(k[A_DONE].c.aborted, 0);
	for (unsigned f = TMF(ABORT_TASK); f <= TMF(LU_WARM_RESET); f++) {
		bool wide = f == TMF(NEXUS_RESET) ||
			    f == TMF(TARGET_WARM_RESET) ||
			    f == TMF(TARGET_COLD_RESET);

		if (!wide && f != TMF(CLEAR_ACA))
			assert_int_equal(testdev_tmf_run(t, t->a, absent, f, 0),
					 SCSIEMU_RSP_INCORRECT_LUN);
	}
	assert_int_equal(testdev_tmf_run(t, t->a, t->lu[0], 99, 0),
			 SCSIEMU_RSP_REJECTED);
	for (unsigned i = 0; i < VICTIMS; i++)
		testdev_finish(&k[i]);
	testdev_idle(t);
}

static void test_async_event(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task f;

	testdev_tmf(t, &f, t->a, t->lu[0], TMF(QUERY_ASYNC_EVENT), 0);
	assert_int_equal(f.c.response_info, 0);
	scsiemu_end(&f.c);
	semu_ua_lu(t->lu[0], SEMU_UA_MODE, NULL);
	for (unsigned i = 0; i < 2; i++) { /* it clears nothing */
		assert_int_equal(testdev_tmf(t, &f, t->a, t->lu[0],
					     TMF(QUERY_ASYNC_EVENT), 0),
				 SCSIEMU_RSP_SUCCEEDED);
		assert_int_equal(f.c.response_info, 0x162a01);
		scsiemu_end(&f.c);
	}
	semu_ua_lu(t->lu[0], SEMU_UA_MEDIUM, NULL);
	testdev_tmf(t, &f, t->a, t->lu[0], TMF(QUERY_ASYNC_EVENT), 0);
	assert_int_equal(f.c.response_info, 0x262800); /* there are more */
	scsiemu_end(&f.c);
}

/* A store that hangs: the function answers after abort_ms, its victim keeps
 * its extent, and its late did() touches nothing. */
static void test_abort_ms(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } }, f;

	scsiemu_device_tick(t->d.dev, 10000);
	testdev_start(t, &k[0], t->a, 0, SCSIEMU_OP_READ_10, 5, 2);
	k[0].c.in_done = 0;
	assert_int_equal(
		testdev_tmf(t, &f, t->a, t->lu[0], TMF(ABORT_TASK_SET), 0), -1);
	assert_int_equal(scsiemu_device_tick(t->d.dev, 11999), 12000);
	testdev_ready(t);
	assert_int_equal(f.want, SCSIEMU_WAIT);
	assert_int_equal(scsiemu_device_tick(t->d.dev, 12000), UINT64_MAX);
	testdev_ready(t);
	assert_int_equal(f.want, SCSIEMU_DONE);
	assert_int_equal(f.c.response, SCSIEMU_RSP_COMPLETE);
	scsiemu_end(&f.c);
	testdev.nodata = testdev_flush;
	testdev_start(t, &k[1], t->b, 0, OP_EXCL, 6, 1);
	assert_int_equal(k[1].want, SCSIEMU_WAIT); /* for the zombie */
	k[0].want = scsiemu_did(&k[0].c, SCSIEMU_OK, 1024);
	assert_int_equal(k[0].c.in_done, 0);
	testdev_ready(t);
	assert_int_equal(k[1].want, SCSIEMU_WAIT);
	testdev_silent(&k[0]);
	assert_int_equal(k[1].want, SCSIEMU_STORE);
	testdev_finish(&k[1]);
	testdev_idle(t);
}

/* Functions that overlap each wait for what they hit; none is aborted. */
static void test_overlap(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } }, f[4];

	testdev_start(t, &k[0], t->a, 0, SCSIEMU_OP_READ_10, 5, 2);
	testdev_start(t, &k[1], t->b, 0, SCSIEMU_OP_READ_10, 5, 2);
	assert_int_equal(testdev_tmf(t, &f[0], t->a, t->lu[0], TMF(ABORT_TASK),
				     k[0].c.tag),
			 -1);
	assert_int_equal(testdev_tmf(t, &f[1], t->a, t->lu[0], TMF(ABORT_TASK),
				     k[0].c.tag),
			 -1);
	assert_int_equal(
		testdev_tmf(t, &f[2], t->b, t->lu[0], TMF(LU_RESET), 0), -1);
	scsiemu_abort(&f[0].c); /* has no effect */
	assert_int_equal(
		testdev_tmf(t, &f[3], t->a, t->lu[1], TMF(LU_RESET), 0),
		SCSIEMU_RSP_COMPLETE);
	testdev_ready(t);
	k[0].want = scsiemu_did(&k[0].c, SCSIEMU_E_TRANSPORT, 0);
	testdev_ready(t);
	assert_int_equal(f[0].want, SCSIEMU_DONE);
	assert_int_equal(f[1].want, SCSIEMU_DONE);
	assert_int_equal(f[2].want, SCSIEMU_WAIT);
	k[1].want = scsiemu_did(&k[1].c, SCSIEMU_E_TRANSPORT, 0);
	testdev_ready(t);
	assert_int_equal(f[2].want, SCSIEMU_DONE);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(scsiemu_end(&f[i].c), 0);
	testdev_silent(&k[0]);
	testdev_silent(&k[1]);
	testdev_idle(t);
}

/* QERR: a command that ends with CHECK CONDITION takes others along. */
static void test_qerr(void **state)
{
	struct testdev_dev *t = *state;

	for (unsigned i = 0; i < 3 * 2; i++) {
		static const uint8_t qerr[] = { 0, 1, 3 };
		struct drive_task k[VICTIMS];
		bool tas = i & 1;

		testdev.nodata = testdev_flush;
		t->lu[0]->qerr = qerr[i / 2];
		t->lu[0]->tas = tas;
		victims(t, k);
		testdev_run(t, SCSIEMU_OP_READ_10, 200, 1, NULL, 0, 512);
		drive_check(&t->d, 5, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
		testdev_ready(t);
		check_victim(&k[A_RUNS], qerr[i / 2], false);
		check_victim(&k[A_WAITS], qerr[i / 2], false);
		check_victim(&k[A_DONE], false, false);
		check_victim(&k[B_RUNS], qerr[i / 2] == 1, tas);
		check_victim(&k[B_ELSEWHERE], false, false);
		testdev_idle(t);
		testdev.nodata = NULL;
		t->lu[0]->qerr = 0;
		assert_int_equal(drive_ua(&t->d, t->lu[0], t->a), 0);
		assert_int_equal(drive_ua(&t->d, t->lu[0], t->b),
				 qerr[i / 2] == 1 && !tas ? 0x2f00 : 0);
	}
}

/* What b had done, or ended itself, is not "cleared by another initiator". */
static void test_no_false_2f00(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } }, f;

	testdev_start(t, &k[0], t->b, 0, SCSIEMU_OP_READ_10, 5, 2);
	testdev_start(t, &k[1], t->b, 0, SCSIEMU_OP_READ_10, 5, 2);
	drive_go(&k[0]);
	scsiemu_abort(&k[1].c);
	assert_int_equal(
		testdev_tmf(t, &f, t->a, t->lu[0], TMF(CLEAR_TASK_SET), 0), -1);
	testdev_ready(t);
	k[1].want = scsiemu_did(&k[1].c, SCSIEMU_OK, 1024);
	testdev_silent(&k[1]);
	testdev_ready(t);
	scsiemu_end(&f.c);
	assert_int_equal(k[0].c.status, SCSIEMU_GOOD);
	testdev_finish(&k[0]);
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->b), 0);
}

/* A reset gives back what a nexus held, and what was saved. */
static void test_reset_state(void **state)
{
	static const uint8_t reserve[6] = { 0x16 };
	static const uint8_t prevent[6] = { 0x1e, 0, 0, 0, 1 };
	static const uint8_t fn[] = { TMF(LU_RESET), TMF(NEXUS_RESET),
				      TMF(TARGET_WARM_RESET) };
	struct testdev_dev *t = *state;

	for (unsigned i = 0; i < sizeof(fn); i++) {
		drive_run(&t->d, t->lu[0], reserve, 6, NULL, 0, 0);
		drive_good(&t->d);
		drive_run(&t->d, t->lu[0], prevent, 6, NULL, 0, 0);
		drive_good(&t->d);
		assert_int_equal(t->lu[0]->prevents, 1);
		t->lu[0]->guards |= SCSIEMU_ON_STOPPED;
		testdev_tmf_run(t, t->a, t->lu[0], fn[i], 0);
		assert_int_equal(t->lu[0]->prevents, 0);
		assert_null(t->lu[0]->reserved);
		assert_int_equal(t->lu[0]->guards, fn[i] == TMF(NEXUS_RESET)
							   ? SCSIEMU_ON_STOPPED
							   : 0);
		t->lu[0]->guards = 0;
		drive_settle(&t->d, t->lu[0], t->a);
		drive_settle(&t->d, t->lu[0], t->b);
	}
}

/* Commands at C101h and at LUNs that nobody has are reached, too. */
static void test_pseudo_units(void **state)
{
	static const uint8_t lun[2][8] = { { 0xc1, 1 }, { 0, 99 } };
	static const uint8_t cdb[12] = { 0xa0, 0, 2, 0, 0, 0, 0, 0, 255, 0 };
	static const uint8_t fn[] = { TMF(TARGET_WARM_RESET),
				      TMF(NEXUS_RESET) };
	struct testdev_dev *t = *state;

	for (unsigned i = 0; i < 4; i++) {
		struct scsiemu_lu *lu = scsiemu_lu_find(t->d.dev, lun[i & 1]);
		struct drive_task k = { .live = false }, f;

		drive_start(&t->d, &k, lu, cdb, 12, NULL, 0, 255);
		assert_int_equal(k.want, SCSIEMU_SEND);
		assert_int_equal(
			testdev_tmf(t, &f, t->a, t->lu[0], fn[i / 2], 0), -1);
		assert_int_equal(k.c.aborted, 1);
		testdev_ready(t);
		k.want = scsiemu_did(&k.c, SCSIEMU_E_TRANSPORT, 0);
		testdev_silent(&k);
		testdev_ready(t);
		assert_int_equal(f.want, SCSIEMU_DONE);
		scsiemu_end(&f.c);
	}
	testdev_idle(t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testdev_setup, testdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_functions),     T(test_responses),
		T(test_async_event),   T(test_abort_ms),
		T(test_overlap),       T(test_qerr),
		T(test_no_false_2f00), T(test_reset_state),
		T(test_pseudo_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
