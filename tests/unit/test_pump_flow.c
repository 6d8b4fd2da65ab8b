/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pump between commands: aborts at every step, the queue for the bounce
 * buffer, batches, jobs, callbacks that come while it is busy, wrong calls.
 */
#include "unit/pump_rig.h"

#include <stdlib.h>

#define BULK 2048

static const struct fc_step read_step = { .want = SCSIEMU_READ,
					  .addr = 3,
					  .len = BULK };
static const struct fc_step write_step = { .want = SCSIEMU_WRITE,
					   .addr = 3,
					   .len = BULK };
static const struct fc_step compare_step = { .want = SCSIEMU_COMPARE,
					     .addr = 3,
					     .len = BULK };
static const struct fc_step flush_step = { .want = SCSIEMU_STORE,
					   .verb = SCSIEMU_V_FLUSH };

static uint8_t in[BULK], out[BULK];

static int submit(struct rig *r, const struct fc_step *s)
{
	return rig_submit(r, &r->t, s, 1, in, sizeof(in), out, sizeof(out));
}

static void aborted_once(const struct rig *r)
{
	assert_int_equal(r->t.ndone, 1);
	assert_true(r->t.aborted_done);
	assert_int_equal(fc.nend, 1);
	assert_int_equal(r->t.task.state, 0);
}

/* The store keeps the task's memory until it answers. */
static void test_abort_store(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	r.store.order = FAKE_FIFO;
	submit(&r, &read_step);
	scsiemu_pump_abort(&r.t.task);
	assert_int_equal(r.store.cancels, 1);
	assert_int_equal(r.t.ndone, 0);
	fake_store_run(&r.store, true);
	aborted_once(&r);
	assert_int_equal(r.t.npush, 0);
	rig_again(&r);
	r.store.cancel_completes = true;
	submit(&r, &flush_step);
	scsiemu_pump_abort(&r.t.task);
	aborted_once(&r);
	assert_int_equal(r.store.nqueue, 0);
	rig_close(&r);
}

static void test_abort_window(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	r.port.order = FAKE_FIFO;
	submit(&r, &write_step);
	assert_int_equal(r.port.nqueue, 1);
	scsiemu_pump_abort(&r.t.task);
	aborted_once(&r);
	assert_int_equal(r.t.ncancel, 1);
	assert_int_equal(fc.answer[0].result, SCSIEMU_E_TRANSPORT);
	assert_int_equal(r.store.count[FAKE_WRITE], 0);
	rig_close(&r);
}

static void test_abort_waiting(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	r.lu.blocked = true;
	submit(&r, &read_step);
	assert_int_equal(r.t.ndone, 0);
	scsiemu_pump_abort(&r.t.task);
	aborted_once(&r);
	assert_int_equal(r.store.count[FAKE_READ], 0);
	rig_close(&r);
}

static void test_wait_ends(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	r.lu.blocked = true;
	submit(&r, &read_step);
	fc_make_ready(&r.t.task.cmd);
	scsiemu_pump_ready(&r.pump);
	rig_good(&r);
	assert_int_equal(r.t.ndone, 1);
	assert_memory_equal(in, r.store.mem + 3 * 512, BULK);
	rig_close(&r);
}

/* Steps of a task whose windows and store operations all pend. */
static unsigned step(struct rig *r)
{
	return fake_port_run(&r->port, false) +
	       fake_store_run(&r->store, false);
}

static void abort_each(const struct fc_step *s, uint32_t window, bool no_whole)
{
	unsigned at, done = 0;

	for (at = 0; !done; at++) {
		struct rig r;
		unsigned i;

		rig_open(&r);
		r.port.order = FAKE_FIFO;
		r.store.order = FAKE_FIFO;
		r.port.window = window;
		r.port.no_whole = no_whole;
		memcpy(out, r.store.mem + 3 * 512, BULK);
		submit(&r, s);
		for (i = 0; i < at && step(&r); i++)
			;
		done = r.t.ndone;
		scsiemu_pump_abort(&r.t.task);
		while (step(&r))
			;
		assert_int_equal(r.t.ndone, 1);
		assert_int_equal(r.t.aborted_done, !done);
		assert_int_equal(fc.nend, 1);
		rig_close(&r);
	}
	assert_true(at >= 2);
}

static void test_abort_every_step(void **state)
{
	static const uint32_t windows[] = { 0, 1, 300, 512, 700 };
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		abort_each(&read_step, windows[i], false);
		abort_each(&write_step, windows[i], false);
		abort_each(&write_step, windows[i], true);
		abort_each(&compare_step, windows[i], false);
	}
}

/* A loop of pieces stops at the abort. */
static void test_abort_sweep(void **state)
{
	const struct fc_step s = { .want = SCSIEMU_STORE,
				   .verb = SCSIEMU_V_VERIFY,
				   .count = 20 };
	struct rig r;

	(void)state;
	rig_open(&r);
	fake_store_without(&r.store, FAKE_VERIFY);
	r.store.order = FAKE_FIFO;
	submit(&r, &s);
	fake_store_run(&r.store, false);
	assert_int_equal(r.store.count[FAKE_READ], 2);
	scsiemu_pump_abort(&r.t.task);
	fake_store_run(&r.store, true);
	aborted_once(&r);
	assert_int_equal(r.store.count[FAKE_READ], 2);
	rig_close(&r);
}

/* No effect any more: the results stand. */
static void test_abort_late(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	r.port.hold = true;
	submit(&r, &read_step);
	scsiemu_pump_abort(&r.t.task);
	assert_int_equal(r.t.ndone, 1);
	assert_false(r.t.aborted_done);
	fake_port_release(&r.port);
	rig_good(&r);
	rig_close(&r);
}

/* Three want the bounce buffer: one after the other, in order; the second is
 * aborted while it queues. */
static void test_bounce_queue(void **state)
{
	struct fake_task *t = calloc(4, sizeof(*t));
	struct rig r;
	unsigned i;

	(void)state;
	rig_open(&r);
	r.store.order = FAKE_FIFO;
	memcpy(out, r.store.mem + 3 * 512, BULK);
	for (i = 0; i < 4; i++)
		rig_submit(&r, &t[i], &compare_step, 1, NULL, 0, out, BULK);
	assert_int_equal(r.store.in_flight, 1);
	scsiemu_pump_abort(&t[1].task);
	assert_int_equal(t[1].ndone, 1);
	assert_true(t[1].aborted_done);
	scsiemu_pump_abort(&t[3].task); /* the last: the tail moves */
	assert_int_equal(t[3].ndone, 1);
	fake_store_run(&r.store, false);
	assert_int_equal(t[0].ndone, 1);
	assert_int_equal(t[2].ndone, 0);
	assert_int_equal(r.store.in_flight, 1);
	rig_submit(&r, &t[3], &compare_step, 1, NULL, 0, out, BULK);
	fake_store_run(&r.store, true);
	assert_int_equal(t[2].ndone, 1);
	assert_int_equal(t[3].ndone, 1);
	assert_int_equal(t[2].task.cmd.status, SCSIEMU_GOOD);
	rig_close(&r);
	free(t);
}

/* Whoever gathers a block holds the buffer until it is whole. */
static void test_gather_holds(void **state)
{
	struct fake_task *t = calloc(1, sizeof(*t));
	struct rig r;

	(void)state;
	rig_open(&r);
	r.port.window = 256;
	r.port.no_whole = true;
	r.port.order = FAKE_FIFO;
	submit(&r, &write_step);
	fake_port_run(&r.port, false); /* the first window: too short */
	fake_port_run(&r.port, false);
	r.port.order = FAKE_INLINE;
	rig_submit(&r, t, &compare_step, 1, NULL, 0, out, BULK);
	assert_int_equal(t->ndone, 0);
	assert_ptr_equal(r.pump.bounce_user, &r.t.task);
	scsiemu_pump_abort(&r.t.task);
	assert_int_equal(r.t.ndone, 1);
	assert_int_equal(t->ndone, 1);
	rig_close(&r);
	free(t);
}

/* 32 commands in a batch: one kick, one flush. */
static void test_batch(void **state)
{
	enum { N = 32 };
	struct fake_task *t = calloc(N, sizeof(*t));
	struct rig r;
	unsigned i;

	(void)state;
	rig_open(&r);
	r.store.order = FAKE_REVERSED;
	for (i = 0; i < N; i++)
		rig_submit(&r, &t[i], &read_step, 1, in, BULK, NULL, 0);
	assert_int_equal(r.store.kicks, 0);
	scsiemu_pump_flush(&r.pump);
	assert_int_equal(r.store.kicks, 1);
	assert_int_equal(r.port.nflush, 0);
	fake_store_run(&r.store, true);
	assert_int_equal(r.port.ndone, N);
	assert_int_equal(r.port.nflush, 0);
	scsiemu_pump_flush(&r.pump);
	assert_int_equal(r.port.nflush, 1);
	assert_int_equal(r.store.kicks, 1);
	scsiemu_pump_flush(&r.pump);
	assert_int_equal(r.port.nflush, 1);
	for (i = 0; i < N; i++)
		fake_task_free(&t[i]);
	rig_close(&r);
	free(t);
}

/* More media than the pump remembers: the others are kicked at once. */
static void test_many_kicks(void **state)
{
	enum { N = SCSIEMU_NKICK + 2 };
	struct fake_store *s = calloc(N, sizeof(*s));
	struct fake_task *t = calloc(N, sizeof(*t));
	struct rig r;
	unsigned i;

	(void)state;
	rig_open(&r);
	for (i = 0; i < N; i++) {
		fake_store_init(&s[i], 8, 512);
		s[i].order = FAKE_FIFO;
		r.lu.medium = &s[i].medium;
		rig_submit(&r, &t[i], &flush_step, 1, NULL, 0, NULL, 0);
		assert_int_equal(s[i].kicks, i >= SCSIEMU_NKICK);
	}
	scsiemu_pump_flush(&r.pump);
	for (i = 0; i < N; i++) {
		assert_int_equal(s[i].kicks, 1);
		fake_store_run(&s[i], true);
		fake_store_free(&s[i]);
	}
	rig_close(&r);
	free(s);
	free(t);
}

/* A port that starts the next command from done(): no recursion. */
static unsigned chain, deepest, depth;

static void start_next(struct fake_port *p, struct fake_task *t)
{
	static const uint8_t cdb[6];

	if (++depth > deepest)
		deepest = depth;
	if (chain && chain--) {
		fake_task_free(t);
		fake_task_init(t, cdb, 6, in, BULK, out, BULK);
		assert_int_equal(scsiemu_pump_start(p->pump, &p->port,
						    (void *)p->held[0],
						    &t->task),
				 0);
	}
	depth--;
}

static void test_start_in_done(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	chain = 1000;
	r.port.on_done = start_next;
	r.port.held[0] = (void *)&r.lu; /* no hold here: a place for it */
	submit(&r, &read_step);
	assert_int_equal(chain, 0);
	assert_int_equal(r.port.ndone, 1001);
	assert_int_equal(fc.nend, 1001);
	assert_int_equal(deepest, 1);
	rig_close(&r);
}

/* A job has no port: STORE wants are answered, the others fail. */
static void test_job(void **state)
{
	static const uint8_t wants[] = { SCSIEMU_SEND, SCSIEMU_RECV,
					 SCSIEMU_READ, SCSIEMU_WRITE,
					 SCSIEMU_COMPARE };
	struct scsiemu_task *job = calloc(1, sizeof(*job));
	struct fc_step s = { .want = SCSIEMU_STORE,
			     .verb = SCSIEMU_V_ZERO,
			     .addr = 1,
			     .count = 4 };
	struct rig r;
	unsigned i;

	(void)state;
	rig_open(&r);
	r.store.order = FAKE_FIFO;
	r.lu.script = &s;
	r.lu.nscript = 1;
	fc_job(&job->cmd, &r.lu);
	scsiemu_pump_ready(&r.pump);
	assert_int_equal(r.store.in_flight, 1);
	assert_null(job->port);
	fake_store_run(&r.store, true);
	assert_int_equal(fc.nend, 1);
	assert_int_equal(job->cmd.status, SCSIEMU_GOOD);
	for (i = 0; i < sizeof(wants); i++) {
		s.want = wants[i];
		s.len = 512;
		fc_job(&job->cmd, &r.lu);
		scsiemu_pump_ready(&r.pump);
		assert_int_equal(fc.nend, 2 + i);
		assert_int_equal(fc.answer[1 + i].result, SCSIEMU_E_TRANSPORT);
	}
	/* an aborted job: its store operation is cancelled */
	s.want = SCSIEMU_STORE;
	fc_job(&job->cmd, &r.lu);
	scsiemu_pump_ready(&r.pump);
	scsiemu_pump_abort(job);
	assert_int_equal(r.store.cancels, 1);
	fake_store_run(&r.store, true);
	assert_int_equal(fc.nend, 7);
	rig_close(&r);
	free(job);
}

static void test_misuse(void **state)
{
	struct scsiemu_io *io;
	struct rig r;

	(void)state;
	rig_open(&r);
	assert_int_equal(scsiemu_pump_init(&r.pump, &fc, NULL, 8192),
			 SCSIEMU_ERR_SPACE);
	assert_int_equal(scsiemu_pump_init(&r.pump, &fc, r.bounce, 100),
			 SCSIEMU_ERR_SPACE);
	r.store.order = FAKE_FIFO;
	submit(&r, &read_step);
	assert_int_equal(
		scsiemu_pump_start(&r.pump, &r.port.port, &r.lu, &r.t.task),
		SCSIEMU_ERR_ORDER);
	scsiemu_pump_window(&r.t.task, 0); /* none pends */
	scsiemu_pump_sent(&r.t.task);	   /* not done */
	assert_int_equal(r.t.ndone, 0);
	io = r.store.queue[0].io;
	fake_store_run(&r.store, true);
	assert_int_equal(r.t.ndone, 1);
	scsiemu_io_done(io, SCSIEMU_OK); /* twice */
	scsiemu_pump_sent(&r.t.task);
	scsiemu_pump_abort(&r.t.task);
	scsiemu_pump_window(&r.t.task, 0);
	assert_int_equal(r.t.ndone, 1);
	rig_good(&r);
	/* the core refuses: the task is free */
	r.t.task.cmd.cdb_len = 0;
	assert_int_equal(
		scsiemu_pump_start(&r.pump, &r.port.port, &r.lu, &r.t.task),
		SCSIEMU_ERR_ARG);
	assert_int_equal(r.t.task.state, 0);
	rig_close(&r);
}

/* A store that answers with what its operation cannot have. */
static void test_strange_result(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	r.store.fail_op = FAKE_READ;
	r.store.fail_result = 77;
	rig_run(&r, &read_step, 1, in, BULK, NULL, 0);
	assert_int_equal(fc.nrefused, 1);
	rig_bad(&r, SCSIEMU_E_HARDWARE);
	rig_close(&r);
}

/* Blocks that do not fit into the bounce buffer. */
static void test_large_blocks(void **state)
{
	static const struct fc_step steps[] = {
		{ .want = SCSIEMU_READ, .len = 100 },
		{ .want = SCSIEMU_COMPARE, .len = 4096 },
		{ .want = SCSIEMU_STORE, .verb = SCSIEMU_V_VERIFY, .count = 1 },
		{ .want = SCSIEMU_WRITE, .len = 4096, .flags = SCSIEMU_WHOLE },
	};
	uint8_t data[4096] = { 0 };
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct rig r;

		rig_open(&r);
		fake_store_free(&r.store);
		fake_store_init(&r.store, 8, 4096);
		fake_store_without(&r.store, FAKE_VERIFY);
		r.port.window = 100;
		r.port.no_whole = true;
		rig_run(&r, &steps[i], 1, data, 4096, data, 4096);
		rig_bad(&r, SCSIEMU_E_HARDWARE);
		rig_close(&r);
	}
}

static void test_port_gone(void **state)
{
	struct fake_port other;
	struct rig r;

	(void)state;
	rig_open(&r);
	fake_port_init(&other, &r.pump);
	submit(&r, &flush_step);
	other.port.dirty = false;
	scsiemu_pump_port_gone(&r.pump, &other.port); /* not on the list */
	scsiemu_pump_port_gone(&r.pump, &r.port.port);
	scsiemu_pump_flush(&r.pump);
	assert_int_equal(r.port.nflush, 0);
	rig_close(&r);
}

static void test_tick(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	r.lu.blocked = true;
	submit(&r, &flush_step);
	fc_make_ready(&r.t.task.cmd);
	assert_int_equal(scsiemu_pump_tick(&r.pump, 77), 1077);
	assert_int_equal(fc.tick_ms, 77);
	assert_int_equal(r.t.ndone, 1);
	assert_int_equal(scsiemu_pump_due(&r.pump), 577);
	scsiemu_pump_time(&r.pump, 80);
	assert_int_equal(fc.tick_ms, 80);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abort_store),
		cmocka_unit_test(test_abort_window),
		cmocka_unit_test(test_abort_waiting),
		cmocka_unit_test(test_wait_ends),
		cmocka_unit_test(test_abort_every_step),
		cmocka_unit_test(test_abort_sweep),
		cmocka_unit_test(test_abort_late),
		cmocka_unit_test(test_bounce_queue),
		cmocka_unit_test(test_gather_holds),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_many_kicks),
		cmocka_unit_test(test_start_in_done),
		cmocka_unit_test(test_job),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_strange_result),
		cmocka_unit_test(test_large_blocks),
		cmocka_unit_test(test_port_gone),
		cmocka_unit_test(test_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
