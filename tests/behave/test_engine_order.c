/* SPDX-License-Identifier: BSD-2-Clause */
/* The task set: who waits for whom, who is let go when, and what is checked
 * again after a wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

enum { S = SCSIEMU_SIMPLE, O = SCSIEMU_ORDERED, H = SCSIEMU_HEAD };

/* One command with a want out (or waiting), as nexus a or b. */
static void start(struct testdev_dev *t, struct drive_task *k, unsigned op,
		  uint8_t attr, uint32_t lba, unsigned count)
{
	testdev.nodata = testdev_flush;
	t->d.attr = attr;
	testdev_start(t, k, t->a, 0, op, lba, count);
	t->d.attr = S;
}

static bool waits(const struct drive_task *k)
{
	return k->want == SCSIEMU_WAIT;
}

struct pair {
	uint8_t op, attr;
	uint8_t lba, n;
	uint8_t newer, newer_attr;
	uint8_t newer_lba, newer_n;
	bool waits;
};

static const struct pair pairs[] = {
	/* classes, on the same blocks */
	{ OP_NODATA, S, 0, 0, OP_LU, S, 0, 0, false },
	{ OP_LU, S, 0, 0, OP_NODATA, S, 0, 0, false },
	{ OP_RW, S, 5, 2, OP_RW, S, 5, 2, false },
	{ OP_RW, S, 5, 2, OP_EXCL, S, 5, 2, true },
	{ OP_RW, S, 5, 2, OP_LU, S, 0, 0, true },
	{ OP_EXCL, S, 5, 2, OP_RW, S, 5, 2, true },
	{ OP_EXCL, S, 5, 2, OP_EXCL, S, 5, 2, true },
	{ OP_EXCL, S, 5, 2, OP_LU, S, 0, 0, true },
	{ OP_LU, S, 0, 0, OP_RW, S, 5, 2, true },
	{ OP_LU, S, 0, 0, OP_EXCL, S, 5, 2, true },
	{ OP_LU, S, 0, 0, OP_LU, S, 0, 0, true },
	/* extents */
	{ OP_EXCL, S, 5, 2, OP_RW, S, 3, 2, false },
	{ OP_EXCL, S, 5, 2, OP_RW, S, 7, 2, false },
	{ OP_EXCL, S, 5, 2, OP_RW, S, 4, 2, true },
	{ OP_EXCL, S, 5, 2, OP_RW, S, 6, 9, true },
	{ OP_EXCL, S, 5, 2, OP_RW, S, 0, 50, true },
	{ OP_EXCL, S, 5, 20, OP_RW, S, 9, 1, true },
	{ OP_EXCL, S, 5, 2, OP_RW, S, 5, 0, false },
	{ OP_EXCL, S, 5, 0, OP_RW, S, 5, 2, false },
	{ OP_RW, S, 5, 2, OP_EXCL, S, 7, 2, false },
	{ OP_EXCL, S, 5, 2, OP_EXCL, S, 8, 2, false },
	{ OP_EXCL_LU, S, 5, 2, OP_RW, S, 50, 2, true },
	{ OP_RW, S, 5, 2, OP_EXCL_LU, S, 50, 2, true },
	{ OP_EXCL_LU, S, 5, 2, OP_EXCL_LU, S, 50, 2, true },
	/* attributes (SAM-5 8.6) */
	{ OP_RW, S, 5, 2, OP_RW, O, 5, 2, true },
	{ OP_RW, O, 5, 2, OP_RW, S, 5, 2, true },
	{ OP_RW, O, 5, 2, OP_RW, O, 5, 2, true },
	{ OP_RW, H, 5, 2, OP_RW, S, 5, 2, true },
	{ OP_RW, H, 5, 2, OP_RW, O, 5, 2, true },
	{ OP_RW, S, 5, 2, OP_RW, H, 5, 2, false },
	{ OP_RW, O, 5, 2, OP_RW, H, 5, 2, false },
	{ OP_RW, H, 5, 2, OP_RW, H, 5, 2, false },
	{ OP_NODATA, O, 0, 0, OP_RW, S, 5, 2, false },
	{ OP_RW, O, 5, 2, OP_NODATA, S, 0, 0, false },
	{ OP_RW, S, 5, 2, OP_NODATA, O, 0, 0, false },
	/* HEAD OF QUEUE does not break what runs */
	{ OP_EXCL, S, 5, 2, OP_RW, H, 5, 2, true },
	{ OP_RW, S, 5, 2, OP_EXCL, H, 5, 2, true },
	{ OP_EXCL, H, 5, 2, OP_EXCL, H, 6, 2, true },
	{ OP_EXCL, H, 5, 2, OP_EXCL, H, 8, 2, false },
	{ OP_LU, S, 0, 0, OP_RW, H, 5, 2, true },
	{ OP_RW, O, 5, 2, OP_LU, H, 5, 2, true },
};

static void test_pairs(void **state)
{
	struct testdev_dev *t = *state;

	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *p = &pairs[i];
		struct drive_task k[2] = { { .live = false } };

		start(t, &k[0], p->op, p->attr, p->lba, p->n);
		assert_int_equal(k[0].want, SCSIEMU_STORE);
		start(t, &k[1], p->newer, p->newer_attr, p->newer_lba,
		      p->newer_n);
		if (waits(&k[1]) != p->waits)
			fail_msg("pair %u: waits %d", i, waits(&k[1]));
		if (p->waits) {
			drive_go(&k[0]); /* done is not enough */
			assert_null(scsiemu_ready(t->d.dev));
			assert_int_equal(scsiemu_next(&k[1].c), SCSIEMU_WAIT);
			drive_end(&k[0]);
			assert_int_equal(k[1].want, SCSIEMU_STORE);
			testdev_finish(&k[1]);
			drive_task_free(&k[0]);
		} else {
			testdev_finish(&k[1]);
			testdev_finish(&k[0]);
		}
		testdev_idle(t);
	}
}

/* Other logical units are other task sets. */
static void test_units(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } };

	testdev.nodata = testdev_flush;
	testdev_start(t, &k[0], t->a, 0, OP_LU, 0, 0);
	testdev_start(t, &k[1], t->a, 1, OP_LU, 0, 0);
	assert_int_equal(k[1].want, SCSIEMU_STORE);
	testdev_finish(&k[0]);
	testdev_finish(&k[1]);
}

/* A waiter holds back those that come later, so it does not starve; those
 * beside it run. */
static void test_no_starving(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[5] = { { .live = false } };

	start(t, &k[0], OP_RW, S, 5, 2);
	start(t, &k[1], OP_EXCL, S, 5, 2);
	start(t, &k[2], OP_RW, S, 6, 1);
	start(t, &k[3], OP_RW, S, 8, 1);
	start(t, &k[4], OP_LU, S, 0, 0);
	assert_true(waits(&k[1]) && waits(&k[2]) && waits(&k[4]));
	assert_int_equal(k[3].want, SCSIEMU_STORE);
	testdev_finish(&k[0]);
	assert_int_equal(k[1].want, SCSIEMU_STORE);
	assert_true(waits(&k[2]) && waits(&k[4]));
	testdev_finish(&k[1]);
	assert_int_equal(k[2].want, SCSIEMU_STORE);
	testdev_finish(&k[3]);
	assert_true(waits(&k[4]));
	testdev_finish(&k[2]);
	assert_int_equal(k[4].want, SCSIEMU_STORE);
	testdev_finish(&k[4]);
	testdev_idle(t);
}

/* HEAD OF QUEUE passes those that only wait. */
static void test_head_passes(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[4] = { { .live = false } };

	start(t, &k[0], OP_RW, S, 5, 2);
	start(t, &k[1], OP_LU, S, 0, 0);
	start(t, &k[2], OP_RW, S, 50, 2);
	start(t, &k[3], OP_RW, H, 50, 2);
	assert_true(waits(&k[1]) && waits(&k[2]));
	assert_int_equal(k[3].want, SCSIEMU_STORE);
	testdev_finish(&k[0]);
	assert_true(waits(&k[1])); /* for the head, now */
	testdev_finish(&k[3]);
	assert_int_equal(k[1].want, SCSIEMU_STORE);
	assert_true(waits(&k[2]));
	testdev_finish(&k[1]);
	testdev_finish(&k[2]);
	testdev_idle(t);
}

/* Two heads that exclude each other, both woken by the end of one command:
 * one after the other. */
static void test_two_heads(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[3] = { { .live = false } };

	start(t, &k[0], OP_RW, S, 5, 2);
	start(t, &k[1], OP_EXCL, H, 5, 2);
	start(t, &k[2], OP_EXCL, H, 5, 2);
	assert_true(waits(&k[1]) && waits(&k[2]));
	testdev_finish(&k[0]);
	assert_int_equal(k[2].want, SCSIEMU_STORE); /* the newest is first */
	assert_true(waits(&k[1]));
	testdev_finish(&k[2]);
	assert_int_equal(k[1].want, SCSIEMU_STORE);
	testdev_finish(&k[1]);
	testdev_idle(t);
}

/* A waiter that goes lets those go that waited only for it. */
static void test_abort_wakes(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[4] = { { .live = false } };

	start(t, &k[0], OP_RW, S, 5, 2);
	start(t, &k[1], OP_LU, S, 0, 0);
	start(t, &k[2], OP_RW, S, 5, 2);
	start(t, &k[3], OP_EXCL, S, 5, 2);
	assert_true(waits(&k[1]) && waits(&k[2]) && waits(&k[3]));
	scsiemu_abort(&k[1].c);
	assert_int_equal(testdev_ready(t), 2);
	testdev_silent(&k[1]);
	assert_int_equal(k[2].want, SCSIEMU_STORE);
	assert_true(waits(&k[3]));
	testdev_finish(&k[2]);
	assert_true(waits(&k[3]));
	testdev_finish(&k[0]);
	testdev_finish(&k[3]);
	testdev_idle(t);
}

static void resize(struct testdev_dev *t, uint64_t nblk)
{
	t->disk[0].m.nblk = nblk;
	scsiemu_lu_changed(t->lu[0]);
}

/* All state checks are made when a command becomes enabled, and again after
 * every wait (rulings A2). */
static void test_checked_again(void **state)
{
	static const uint16_t asc[] = { 0x3a02, 0x2a09, 0x0402 };
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } };

	for (unsigned what = 0; what < 4; what++) {
		start(t, &k[0], OP_LU, S, 0, 0);
		testdev_start(t, &k[1], t->b, 0, OP_RW, 90, 5);
		assert_true(waits(&k[1]));
		if (what == 0)
			scsiemu_lu_load(t->lu[0], NULL, false);
		else if (what == 1)
			resize(t, 92);
		else if (what == 2)
			t->lu[0]->guards |= SCSIEMU_ON_STOPPED;
		testdev_finish(&k[0]);
		if (what == 3) {
			testdev_finish(&k[1]);
			break;
		}
		assert_int_equal(k[1].want, SCSIEMU_DONE);
		assert_int_equal(k[1].c.status, SCSIEMU_CHECK_CONDITION);
		assert_int_equal(k[1].c.sense.asc, asc[what]);
		testdev_finish(&k[1]);
		t->lu[0]->guards = 0;
		t->disk[0].m.nblk = 100;
		scsiemu_lu_load(t->lu[0], &t->disk[0].m, false);
		drive_settle(&t->d, t->lu[0], t->a);
		drive_settle(&t->d, t->lu[0], t->b);
	}
	testdev_idle(t);
}

/* A command that goes on at another logical unit (A6). */
static union {
	uint8_t bytes[SCSIEMU_ENTRY_SIZE];
	uint64_t align;
} entry[2];
static struct scsiemu_lu *elsewhere;
static uint8_t elsewhere_class;

static int copy(struct scsiemu_cmd *c, int result)
{
	if (result == SCSIEMU_E_ABORTED)
		return SCSIEMU_FINISHED;
	switch ((*scsiemu_cmd_step(c))++) {
	case 0:
		if (scsiemu_cmd_enter(c, elsewhere, elsewhere_class, 10, 5,
				      &entry[0]))
			return SCSIEMU_WANTS;
		/* fallthrough */
	case 1:
		*scsiemu_cmd_step(c) = 2;
		return scsiemu_want_store(c, elsewhere, SCSIEMU_V_FLUSH, 10, 5,
					  0);
	default:
		return SCSIEMU_FINISHED;
	}
}

static void start_copy(struct testdev_dev *t, struct drive_task *k,
		       enum scsiemu_class cls)
{
	testdev.step = copy;
	testdev.nodata = testdev_flush;
	elsewhere = t->lu[1];
	elsewhere_class = cls;
	testdev_start(t, k, t->a, 0, OP_STEPS_UNDO, 0, 1);
}

static void test_elsewhere(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[4] = { { .live = false } };

	start_copy(t, &k[0], SCSIEMU_C_EXCL); /* nobody is there */
	assert_int_equal(k[0].want, SCSIEMU_STORE);
	assert_ptr_equal(k[0].c.lu, t->lu[1]);
	testdev_start(t, &k[1], t->b, 1, OP_RW, 14, 1);
	testdev_start(t, &k[2], t->b, 1, OP_RW, 15, 1);
	assert_true(waits(&k[1]));
	assert_int_equal(k[2].want, SCSIEMU_STORE);
	drive_go(&k[0]);
	assert_true(waits(&k[1]));
	testdev_finish(&k[0]);
	assert_int_equal(k[1].want, SCSIEMU_STORE);
	start_copy(t, &k[0], SCSIEMU_C_EXCL); /* somebody is there */
	assert_true(waits(&k[0]));
	testdev_start(t, &k[3], t->b, 1, OP_RW, 14, 1);
	assert_true(waits(&k[3])); /* behind it */
	testdev_finish(&k[2]);
	testdev_finish(&k[1]);
	assert_int_equal(k[0].want, SCSIEMU_STORE);
	assert_int_equal(testdev.runs, 2 + 2 + 2);
	testdev_finish(&k[0]);
	testdev_finish(&k[3]);
	testdev_idle(t);
}

/* Aborted where it waits elsewhere: it is gone there at once. */
static void test_elsewhere_abort(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[3] = { { .live = false } };

	testdev.nodata = testdev_flush;
	testdev_start(t, &k[1], t->b, 1, OP_RW, 14, 1);
	start_copy(t, &k[0], SCSIEMU_C_LU);
	testdev_start(t, &k[2], t->b, 1, OP_RW, 50, 1);
	assert_true(waits(&k[0]) && waits(&k[2]));
	scsiemu_abort(&k[0].c);
	assert_int_equal(testdev_ready(t), 2);
	assert_int_equal(k[2].want, SCSIEMU_STORE);
	assert_int_equal(k[0].want, SCSIEMU_DONE);
	testdev_finish(&k[1]); /* would have woken it */
	assert_int_equal(k[0].want, SCSIEMU_DONE);
	assert_int_equal(scsiemu_next(&k[0].c), SCSIEMU_DONE);
	testdev_silent(&k[0]);
	testdev_finish(&k[2]);
	testdev_idle(t);
}

/* Its change of facts is a point of no return, but what it wants after that
 * does not come to be. */
static int change_copy(struct scsiemu_cmd *c, int result)
{
	if ((*scsiemu_cmd_own(c))++ == 0)
		return scsiemu_want_store(c, NULL, SCSIEMU_V_ERASE, 0, 0,
					  SCSIEMU_CHANGES);
	return copy(c, result);
}

static void test_elsewhere_commit(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[3] = { { .live = false } };

	start_copy(t, &k[0], SCSIEMU_C_LU);
	testdev_finish(&k[0]);
	testdev.runs = 0;
	testdev.step = change_copy;
	testdev_start(t, &k[1], t->b, 1, OP_RW, 14, 1);
	testdev_start(t, &k[0], t->a, 0, OP_STEPS_UNDO, 0, 1);
	scsiemu_abort(&k[0].c);
	testdev_ready(t);
	k[0].want = scsiemu_did(&k[0].c, SCSIEMU_OK, 0);
	assert_int_equal(testdev.runs, 4); /* the change, and the abort */
	assert_int_equal(testdev.result, SCSIEMU_E_ABORTED);
	assert_int_equal(k[0].want, SCSIEMU_DONE);
	testdev_start(t, &k[2], t->b, 1, OP_RW, 14, 1);
	assert_int_equal(k[2].want, SCSIEMU_STORE);
	testdev_finish(&k[1]);
	assert_int_equal(scsiemu_next(&k[0].c), SCSIEMU_DONE);
	testdev_silent(&k[0]);
	testdev_finish(&k[2]);
	testdev_idle(t);
}

/* The other unit is taken out: while the command waits there, and while its
 * want is out. It is told so, being a command of a unit that stays. */
static void test_elsewhere_removed(void **state)
{
	for (unsigned out = 0; out < 2; out++) {
		struct testdev_dev *t = *state;
		struct drive_task k[2] = { { .live = false } };
		struct scsiemu_lu_config cf = { .size = sizeof(cf),
						.type = &testdev_type };
		uint32_t removed = t->d.dev->nlus - 1;

		testdev.nodata = testdev_flush;
		if (!out)
			testdev_start(t, &k[1], t->b, 1, OP_RW, 14, 1);
		start_copy(t, &k[0], SCSIEMU_C_LU);
		assert_int_equal(waits(&k[0]), !out);
		scsiemu_lu_remove(t->lu[1]);
		assert_int_equal(t->d.dev->nlus, removed);
		testdev_ready(t);
		assert_non_null(t->lu[1]->type); /* kept for them */
		if (!out) {
			drive_go(&k[1]);
			testdev_silent(&k[1]);
		}
		drive_go(&k[0]);
		assert_int_equal(k[0].c.outcome, SCSIEMU_STATUS);
		assert_int_equal(k[0].c.status, SCSIEMU_TASK_ABORTED);
		testdev_finish(&k[0]);
		assert_null(t->lu[1]->type);
		testdev_idle(t);
		cf.rows = testdev_rows;
		cf.nrows = testdev_nrows;
		t->lu[1] = scsiemu_lu_add(t->d.dev, 1, &cf);
		assert_non_null(t->lu[1]);
		scsiemu_lu_load(t->lu[1], &t->disk[1].m, false);
		for (unsigned i = 0; i < TESTDEV_LUS; i++) {
			drive_settle(&t->d, t->lu[i], t->a);
			drive_settle(&t->d, t->lu[i], t->b);
		}
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, testdev_setup, testdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_pairs),
		T(test_units),
		T(test_no_starving),
		T(test_head_passes),
		T(test_two_heads),
		T(test_abort_wakes),
		T(test_checked_again),
		T(test_elsewhere),
		T(test_elsewhere_abort),
		T(test_elsewhere_removed),
		T(test_elsewhere_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
