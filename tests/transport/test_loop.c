/* SPDX-License-Identifier: BSD-2-Clause */
/* transport/loop.c over a scripted poll(2) and clock. */
#include <scsiemu/host.h>
#include <scsiemu/transport/loop.h>
#include <scsiemu/wire.h>

#include <transport/loop.h>
#include <transport/mapped.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { NOBODY = -1 };

/* What the n-th poll() does, and what who is called does then. */
struct round {
	unsigned ask;	 /* entries it is to be asked for, the loop's own too */
	int ms;		 /* patience it is to be called with */
	int who;	 /* index of the probe that is ready, NOBODY */
	uint64_t now;	 /* what time it is then */
	int remove, add; /* probes; NOBODY */
	int error;	 /* errno, or 0 */
	bool stop;	 /* the loop is told to stop */
};

static struct probe {
	struct scsiemu_source s; /* first */
	unsigned calls;
} probes[3];

static const struct round *script;
static struct scsiemu_loop *loop;
static uint64_t now;

static int scripted_poll(struct pollfd *p, nfds_t n, int ms)
{
	const struct round *r = script++;

	assert_int_equal(n, r->ask);
	assert_int_equal(ms, r->ms);
	now = r->now;
	if (r->stop) {
		scsiemu_loop_stop(loop);
		return poll(p, n, 0);
	}
	errno = r->error;
	/* A call that fails has said nothing. */
	for (nfds_t i = 0; i < n; i++)
		p[i].revents = r->error || (r->who != NOBODY &&
					    p[i].fd == probes[r->who].s.fd)
				       ? POLLIN
				       : 0;
	return r->error ? -1 : r->who != NOBODY;
}

static uint64_t scripted_clock(void)
{
	return now;
}

static const struct semu_calls sys = { .poll = scripted_poll,
				       .clock_ms = scripted_clock };

static void ready(struct scsiemu_source *s, short revents)
{
	const struct round *r = script - 1;

	assert_int_equal(revents, POLLIN);
	((struct probe *)s)->calls++;
	if (r->remove != NOBODY)
		scsiemu_loop_remove(loop, &probes[r->remove].s);
	if (r->add != NOBODY)
		assert_int_equal(scsiemu_loop_add(loop, &probes[r->add].s), 0);
}

static struct scsiemu_host_device dev;

static void open_device(struct scsiemu_host_device *d, const char *text)
{
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_host_device_add(d, text, &err), 0);
	assert_int_equal(scsiemu_host_device_open(d, "t", NULL, &err), 0);
}

static int open_loop(void **state)
{
	(void)state;
	now = 1000;
	for (int i = 0; i < 3; i++)
		probes[i] = (struct probe){
			.s = { .fd = 70 + i, .events = POLLIN, .ready = ready }
		};
	open_device(&dev, "disk:null,size=1M,inject=op=0:delay=250");
	loop = semu_loop_create(&dev.pump, &sys);
	assert_non_null(loop);
	return 0;
}

static int close_loop(void **state)
{
	struct scsiemu_errmsg err;

	(void)state;
	scsiemu_loop_destroy(loop);
	return scsiemu_host_device_close(&dev, &err);
}

/* TEST UNIT READY, through a port that only counts. */
static unsigned ndone;
static uint8_t last_status;

static void done(void *port, struct scsiemu_task *t)
{
	(void)port;
	ndone++;
	last_status = t->cmd.status;
	scsiemu_pump_sent(t);
}

static const struct scsiemu_port_ops ops = { .size = sizeof(ops),
					     .window = semu_mapped_window,
					     .push = semu_mapped_push,
					     .done = done,
					     .cancel = semu_mapped_cancel };

static void ready_unit(struct scsiemu_host_device *d,
		       struct semu_mapped_task *t)
{
	static struct scsiemu_port port = { .ops = &ops };
	static const uint8_t cdb[6];

	t->t.cmd.cdb = cdb;
	t->t.cmd.cdb_len = sizeof(cdb);
	assert_int_equal(
		scsiemu_pump_start(&d->pump, &port, d->units->host.lu, &t->t),
		0);
}

static void add(int i)
{
	assert_int_equal(scsiemu_loop_add(loop, &probes[i].s), 0);
}

static void play(const struct round *rounds, unsigned n, int rc)
{
	script = rounds;
	assert_int_equal(scsiemu_loop_run(loop), rc);
	assert_int_equal(script - rounds, n);
}

static void test_sources(void **state)
{
	static const struct round rounds[] = {
		{ 3, -1, 1, 1001, NOBODY, NOBODY, 0, false },
		{ 3, -1, 0, 1002, 1, NOBODY, 0, false },
		{ 2, -1, 1, 1003, NOBODY, NOBODY, 0, false }, /* it is gone */
		{ 2, -1, 0, 1004, NOBODY, 2, 0, false },
		{ 3, -1, 2, 1005, 2, NOBODY, 0, false }, /* itself */
		{ 2, -1, NOBODY, 1006, NOBODY, NOBODY, 0, true },
	};

	(void)state;
	add(0);
	add(1);
	play(rounds, 6, 0);
	assert_int_equal(probes[0].calls, 2);
	assert_int_equal(probes[1].calls, 1);
	assert_int_equal(probes[2].calls, 1);
}

/* The loop ends by itself when there is nobody to wait for. */
static void test_last(void **state)
{
	static const struct round rounds[] = {
		{ 2, -1, 0, 1001, 0, NOBODY, 0, false },
	};

	(void)state;
	add(0);
	play(rounds, 1, 0);
}

/* A source that waits for nothing is not polled: it would spin on a hang-up. */
static void test_no_events(void **state)
{
	static const struct round rounds[] = {
		{ 2, -1, NOBODY, 1001, NOBODY, NOBODY, 0, true },
	};

	(void)state;
	add(0);
	add(1);
	probes[1].s.events = 0;
	play(rounds, 1, 0);
}

static void test_errors(void **state)
{
	static const struct round rounds[] = {
		{ 2, -1, 0, 1001, NOBODY, NOBODY, EINTR, false },
		{ 2, -1, 0, 1001, NOBODY, NOBODY, ENOMEM, false },
	};

	(void)state;
	add(0);
	play(rounds, 2, -1);
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(probes[0].calls, 0);
}

/* A command that waits for a time: the loop sleeps until then, and no longer.
 */
static void test_time(void **state)
{
	static const struct round rounds[] = {
		{ 2, 250, NOBODY, 1100, NOBODY, NOBODY, 0, false },
		{ 2, 150, NOBODY, 1249, NOBODY, NOBODY, 0, false },
		{ 2, 1, NOBODY, 1250, NOBODY, NOBODY, 0, false },
		{ 2, -1, NOBODY, 1251, NOBODY, NOBODY, 0, true },
	};
	static uint64_t scratch[2048];
	struct semu_mapped_task t = { .t.cmd = { .scratch = (uint8_t *)scratch,
						 .scratch_len =
							 sizeof(scratch) } };

	(void)state;
	add(0);
	scsiemu_pump_tick(&dev.pump, now);
	ndone = 0;
	ready_unit(&dev, &t);
	assert_int_equal(ndone, 1);
	assert_int_equal(last_status, SCSIEMU_CHECK_CONDITION); /* power on */
	ready_unit(&dev, &t);
	assert_int_equal(ndone, 1); /* the delay of its rule */
	play(rounds, 4, 0);
	assert_int_equal(ndone, 2);
	assert_int_equal(last_status, SCSIEMU_GOOD);
}

/* Two devices: the loop sleeps until the sooner one's time. */
static void test_pumps(void **state)
{
	static const struct round rounds[] = {
		{ 2, 100, NOBODY, 1100, NOBODY, NOBODY, 0, false },
		{ 2, 150, NOBODY, 1250, NOBODY, NOBODY, 0, false },
		{ 2, -1, NOBODY, 1251, NOBODY, NOBODY, 0, true },
	};
	static uint64_t scratch[2][2048];
	struct scsiemu_host_device other = { .units = NULL };
	struct semu_mapped_task t[2];
	struct scsiemu_errmsg err;

	(void)state;
	open_device(&other, "disk:null,size=1M,inject=op=0:delay=100");
	add(0);
	for (int i = 0; i < 2; i++) {
		struct scsiemu_host_device *d = i ? &other : &dev;

		/* It is there once. */
		assert_int_equal(scsiemu_loop_pump(loop, &other.pump), 0);
		t[i] = (struct semu_mapped_task){
			.t.cmd = { .scratch = (uint8_t *)scratch[i],
				   .scratch_len = sizeof(scratch[i]) }
		};
		scsiemu_pump_tick(&d->pump, now);
		ready_unit(d, &t[i]); /* power on */
		ndone = 0;
		ready_unit(d, &t[i]);
	}
	play(rounds, 3, 0);
	assert_int_equal(ndone, 2);
	assert_int_equal(scsiemu_host_device_close(&other, &err), 0);
}

/* From a signal handler: errno is the interrupted one's. */
static void test_stop_errno(void **state)
{
	(void)state;
	errno = EXDEV;
	for (unsigned i = 0; i < 1 << 17; i++) /* more than a pipe holds */
		scsiemu_loop_stop(loop);
	assert_int_equal(errno, EXDEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sources, open_loop,
						close_loop),
		cmocka_unit_test_setup_teardown(test_last, open_loop,
						close_loop),
		cmocka_unit_test_setup_teardown(test_no_events, open_loop,
						close_loop),
		cmocka_unit_test_setup_teardown(test_errors, open_loop,
						close_loop),
		cmocka_unit_test_setup_teardown(test_time, open_loop,
						close_loop),
		cmocka_unit_test_setup_teardown(test_stop_errno, open_loop,
						close_loop),
		cmocka_unit_test_setup_teardown(test_pumps, open_loop,
						close_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
