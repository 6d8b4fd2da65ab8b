/* SPDX-License-Identifier: BSD-2-Clause */
/* Pins (rulings A7): a reply of many windows and a change of facts do not
 * meet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

static int change(struct scsiemu_cmd *c)
{
	return scsiemu_want_store(c, NULL, SCSIEMU_V_ERASE, 0, 0,
				  SCSIEMU_CHANGES);
}

static int eject(struct scsiemu_cmd *c)
{
	return scsiemu_want_store(c, NULL, SCSIEMU_V_EJECT, 0, 0,
				  SCSIEMU_CHANGES);
}

static void reader(struct testdev_dev *t, struct drive_task *k, uint32_t reply,
		   unsigned op)
{
	testdev.reply = reply;
	testdev_start(t, k, t->a, 0, op, 0, 60000);
}

static void changer(struct testdev_dev *t, struct drive_task *k)
{
	testdev.nodata = change;
	testdev_start(t, k, t->b, 0, OP_LU, 0, 0);
}

static void whole_reply(const struct drive_task *k, uint32_t n)
{
	assert_int_equal(k->want, SCSIEMU_DONE);
	assert_int_equal(k->c.status, SCSIEMU_GOOD);
	assert_int_equal(k->c.in_done, n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(k->in[i], testdev_byte(i));
}

/* The change waits until the last window is out; its owner has to end for
 * nothing. One window pins nothing. */
static void test_change_waits(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[3] = { { .live = false } };

	reader(t, &k[0], 512, OP_IN);
	assert_int_equal(t->lu[0]->pins, 0);
	reader(t, &k[1], 2000, OP_IN);
	assert_int_equal(t->lu[0]->pins, 1);
	changer(t, &k[2]);
	assert_int_equal(k[2].want, SCSIEMU_WAIT);
	assert_int_equal(testdev.runs, 3);
	drive_step(&k[1]);
	drive_step(&k[1]);
	drive_step(&k[1]);
	assert_int_equal(testdev_ready(t), 0);
	drive_step(&k[1]);
	whole_reply(&k[1], 2000);
	assert_int_equal(t->lu[0]->pins, 0);
	assert_int_equal(testdev_ready(t), 1);
	assert_int_equal(k[2].want, SCSIEMU_STORE);
	assert_true(t->lu[0]->changing);
	for (unsigned i = 0; i < 3; i++)
		testdev_finish(&k[i]);
	testdev_idle(t);
}

/* A reader of many windows waits while facts change, one of one does not; two
 * readers beside each other do not wait. */
static void test_reader_waits(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[4] = { { .live = false } };

	for (unsigned i = 0; i < 2; i++) { /* the change succeeds, fails */
		changer(t, &k[0]);
		assert_int_equal(k[0].want, SCSIEMU_STORE);
		reader(t, &k[1], 2000, OP_IN);
		reader(t, &k[2], 2000, OP_IN_THEN);
		assert_int_equal(k[1].want, SCSIEMU_WAIT);
		assert_int_equal(k[2].want, SCSIEMU_WAIT);
		reader(t, &k[3], 512, OP_IN);
		assert_int_equal(k[3].want, SCSIEMU_SEND);
		testdev.reply = 1500; /* what the facts are now */
		k[0].want = scsiemu_did(&k[0].c,
					i ? SCSIEMU_E_HARDWARE : SCSIEMU_OK, 0);
		assert_int_equal(testdev_ready(t), 2);
		assert_int_equal(t->lu[0]->pins, 2);
		testdev.thens = 0;
		drive_go(&k[1]);
		drive_go(&k[2]);
		whole_reply(&k[1], 1500);
		whole_reply(&k[2], 1500);
		assert_int_equal(testdev.thens, 1);
		for (unsigned n = 0; n < 4; n++)
			testdev_finish(&k[n]);
		testdev_idle(t);
	}
}

/* Who never takes its reply loses it after pin_ms, but only when somebody
 * waits for that. */
static void test_pin_ms(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } };

	for (unsigned op = OP_IN; op <= OP_IN_THEN; op++) {
		uint64_t t0 = op * 100000u;

		scsiemu_device_tick(t->d.dev, t0);
		reader(t, &k[0], 2000, op);
		drive_step(&k[0]);
		assert_int_equal(scsiemu_device_tick(t->d.dev, t0 + 2000),
				 t0 + 4000);
		assert_int_equal(k[0].c.status, SCSIEMU_GOOD);
		changer(t, &k[1]);
		testdev.thens = 0;
		assert_int_equal(scsiemu_device_tick(t->d.dev, t0 + 3999),
				 t0 + 4000);
		assert_int_equal(testdev_ready(t), 0);
		assert_int_equal(scsiemu_device_tick(t->d.dev, t0 + 4000),
				 UINT64_MAX);
		assert_int_equal(testdev_ready(t), 1);
		assert_int_equal(k[1].want, SCSIEMU_STORE); /* at once */
		k[0].want = scsiemu_did(&k[0].c, SCSIEMU_OK, 100);
		assert_int_equal(k[0].want, SCSIEMU_SEND); /* in pieces */
		k[0].want = scsiemu_did(&k[0].c, SCSIEMU_OK, 412);
		assert_int_equal(k[0].want, SCSIEMU_DONE);
		assert_int_equal(k[0].c.status, SCSIEMU_CHECK_CONDITION);
		assert_int_equal(k[0].c.sense.key, SCSIEMU_SK_ABORTED_COMMAND);
		assert_int_equal(k[0].c.sense.asc, 0);
		assert_int_equal(k[0].c.in_done, 1024);
		assert_int_equal(testdev.thens, 0);
		testdev_finish(&k[0]);
		testdev_finish(&k[1]);
		testdev_idle(t);
	}
}

/* In the last window the facts have been read, and GOOD may be on its way. */
static void test_pin_ms_last(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } };

	for (unsigned op = OP_IN; op <= OP_IN_THEN; op++) {
		scsiemu_device_tick(t->d.dev, op * 100000u);
		reader(t, &k[0], 2000, op);
		for (unsigned i = 0; i < 3; i++)
			drive_step(&k[0]);
		assert_int_equal(k[0].c.flags & SCSIEMU_LAST, op == OP_IN);
		changer(t, &k[1]);
		scsiemu_device_tick(t->d.dev, op * 100000u + 2000);
		assert_int_equal(k[0].c.status, SCSIEMU_GOOD);
		testdev_ready(t);
		assert_int_equal(k[1].want, SCSIEMU_STORE);
		testdev.thens = 0;
		drive_go(&k[0]);
		whole_reply(&k[0], 2000);
		assert_int_equal(testdev.thens, op == OP_IN_THEN);
		testdev_finish(&k[0]);
		testdev_finish(&k[1]);
		testdev_idle(t);
	}
}

/* An abort unpins at once, though the window is still out. */
static void test_abort(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } };

	reader(t, &k[0], 2000, OP_IN);
	changer(t, &k[1]);
	assert_int_equal(k[1].want, SCSIEMU_WAIT);
	scsiemu_abort(&k[0].c);
	assert_int_equal(t->lu[0]->pins, 0);
	assert_null(t->d.dev->timers);
	assert_int_equal(testdev_ready(t), 2);
	assert_int_equal(k[1].want, SCSIEMU_STORE);
	k[0].want = scsiemu_did(&k[0].c, SCSIEMU_OK, 512);
	testdev_silent(&k[0]);
	/* one that is held: it ends, and the want never goes out */
	testdev_finish(&k[1]);
	reader(t, &k[0], 2000, OP_IN);
	changer(t, &k[1]);
	scsiemu_abort(&k[1].c);
	testdev_ready(t);
	testdev_silent(&k[1]);
	assert_false(t->lu[0]->changing);
	testdev_finish(&k[0]);
	testdev_idle(t);
}

/* Once out, a change is a point of no return: facts follow the store, and the
 * handler hears of it. */
static void test_no_return(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k = { .live = false };

	for (unsigned i = 0; i < 2; i++) {
		testdev.thens = 0;
		testdev.nodata = eject;
		testdev_start(t, &k, t->b, 0, OP_LU, 0, 0);
		scsiemu_abort(&k.c);
		testdev_ready(t);
		assert_non_null(scsiemu_lu_medium(t->lu[0]));
		k.want = scsiemu_did(&k.c, i ? SCSIEMU_OK : SCSIEMU_E_BUSY, 0);
		assert_int_equal(testdev.thens, i);
		testdev_silent(&k);
		assert_int_equal(scsiemu_lu_medium(t->lu[0]) == NULL, i);
	}
	assert_ptr_equal(scsiemu_lu_ejected(t->lu[0]), &t->disk[0].m);
	testdev_idle(t);
}

/* UNDO of a command whose change was held: it hears of the abort there. */
static int held_step(struct scsiemu_cmd *c, int result)
{
	if (result == SCSIEMU_E_ABORTED)
		return testdev_flush(c);
	if ((*scsiemu_cmd_step(c))++)
		return SCSIEMU_FINISHED;
	return change(c);
}

static void test_undo_held(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } }, f;

	reader(t, &k[0], 2000, OP_IN);
	testdev.step = held_step;
	testdev_start(t, &k[1], t->b, 0, OP_STEPS_UNDO, 0, 1);
	assert_int_equal(k[1].want, SCSIEMU_WAIT);
	assert_int_equal(testdev_tmf(t, &f, t->b, t->lu[0],
				     SCSIEMU_TMF_ABORT_TASK_SET, 0),
			 -1); /* for its last store */
	assert_int_equal(testdev_ready(t), 1);
	assert_int_equal(testdev.result, SCSIEMU_E_ABORTED);
	assert_int_equal(k[1].want, SCSIEMU_STORE);
	assert_int_equal(k[1].c.verb, SCSIEMU_V_FLUSH);
	k[1].want = scsiemu_did(&k[1].c, SCSIEMU_OK, 0);
	testdev_silent(&k[1]);
	testdev_ready(t);
	assert_int_equal(f.want, SCSIEMU_DONE);
	scsiemu_end(&f.c);
	testdev_finish(&k[0]);
	testdev_idle(t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testdev_setup, testdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_change_waits), T(test_reader_waits), T(test_pin_ms),
		T(test_pin_ms_last),  T(test_abort),	    T(test_no_return),
		T(test_undo_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
