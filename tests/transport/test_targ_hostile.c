/* SPDX-License-Identifier: BSD-2-Clause */
/* The targ adapter with a driver that breaks its own rules, and without memory.
 */
#include "targ_rig.h"

#include <errno.h>

enum { READ = 0x28, WRITE = 0x2a, ADDRESS = sizeof(void *) };

static struct semu_calls calls;

/* What the next read() and write() return instead, once. */
static struct {
	bool on;
	ssize_t n;
	const void *box[2];
} evil_in, evil_out;

static ssize_t evil_read(int fd, void *buf, size_t len)
{
	if (!evil_in.on)
		return targ_sim_calls.read(fd, buf, len);
	evil_in.on = false;
	memcpy(buf, evil_in.box, sizeof(evil_in.box));
	errno = EIO;
	return evil_in.n;
}

static ssize_t evil_write(int fd, const void *buf, size_t len)
{
	if (!evil_out.on)
		return targ_sim_calls.write(fd, buf, len);
	evil_out.on = false;
	errno = EIO;
	return evil_out.n;
}

static void start(void)
{
	calls = targ_sim_calls;
	calls.read = evil_read;
	calls.write = evil_write;
	rig_make("disk:mem,size=1M", false);
	rig_open_over(&calls);
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2900);
	/* Something under way, of each kind. */
	rig.sim.hold = true;
	rig_send(rig_rw(READ, 0, 600), 10, NULL, 0);
	rig_send(rig_rw(WRITE, 0, 600), 10, rig.data, 600 * 512);
	rig_send(rig_tur, 6, NULL, 0);
	rig_serve();
}

/* It has left its bus, and nothing is touched any more. */
static void assert_broken(const char *why)
{
	struct scsiemu_source *s = scsiemu_targ_source(rig.t);

	assert_non_null(scsiemu_targ_broken(rig.t));
	assert_string_equal(scsiemu_targ_broken(rig.t), why);
	assert_false(rig.sim.opened);
	assert_int_equal(rig.sim.ndisable, 1);
	assert_int_equal(s->events, 0);
	s->ready(s, POLLIN);
	scsiemu_pump_flush(&rig.dev.pump);
	rig_drop();
}

static void read_gives(ssize_t n, const void *a, const void *b)
{
	struct scsiemu_source *s = scsiemu_targ_source(rig.t);

	evil_in.on = true;
	evil_in.n = n;
	evil_in.box[0] = a;
	evil_in.box[1] = b;
	s->ready(s, POLLIN);
}

static const union ccb *pending(int code, unsigned skip)
{
	for (unsigned i = 0; i < rig.sim.pending.n; i++) {
		const struct sim_ccb *k = rig.sim.pending.ccb[i];

		if (k->k.ccb_h.func_code == code && !skip--)
			return k->user;
	}
	return NULL;
}

static void test_addresses(void **state)
{
	static const char why[] =
		"the driver gave a control block that it does not have";

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		const uint8_t *atio, *ctio;
		static uint64_t mine[128];

		start();
		atio = (const uint8_t *)pending(XPT_ACCEPT_TARGET_IO, 3);
		ctio = (const uint8_t *)pending(XPT_CONT_TARGET_IO, 0);
		const void *const bad[] = {
			NULL,
			mine,
			atio + 1,
			atio + 8,
			atio - 8,
			ctio + 4,
			(const void *)UINTPTR_MAX,
			rig.t,
			rig.data,
			rig.t->free ? rig.t->free->data : NULL,
		};

		read_gives(ADDRESS, bad[i], NULL);
		assert_broken(why);
	}
}

static void test_counts(void **state)
{
	static const ssize_t n[] = {
		0, 1, ADDRESS - 1, ADDRESS + 1, 513, 1 << 20,
	};

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		start();
		read_gives(n[i], NULL, NULL);
		assert_broken("the driver gave a control block that it does "
			      "not have");
	}
	start();
	read_gives(-1, NULL, NULL);
	assert_broken("the driver cannot be read");
}

/* One that is not out: given twice, or never sent. */
static void test_twice(void **state)
{
	const union ccb *ctio;

	(void)state;
	start();
	ctio = pending(XPT_CONT_TARGET_IO, 0);
	rig.lied = true;
	read_gives(2 * ADDRESS, ctio, ctio);
	assert_broken("the driver gave a control block that it does not have");
}

/* A driver that takes nothing, too much, or part of an address. */
static void test_writes(void **state)
{
	static const ssize_t n[] = { -1, 0, ADDRESS / 2, 1 << 20 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		start();
		evil_out.on = true;
		evil_out.n = n[i];
		rig_send(rig_tur, 6, NULL, 0);
		rig_serve();
		assert_broken("the driver takes no more control blocks");
	}
	rig_make("disk:mem,size=1M", false);
	rig.sim.short_write = 1; /* legal */
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	rig_good(rig_one(rig_rw(WRITE, 0, 900), 10, rig.data, 900 * 512));
	rig.sim.write_error = EINTR;
	rig_good(rig_one(rig_rw(READ, 0, 900), 10, NULL, 0));
	rig_drop();
}

/* The driver writes into a control block whatever it likes. */
static void scribble(const union ccb *user, uint8_t with, uint32_t status)
{
	union ccb *u = (union ccb *)(uintptr_t)user;
	struct ccb_hdr *h = &u->ccb_h;
	size_t at = offsetof(struct ccb_hdr, retry_count);

	memset((uint8_t *)h + at, with,
	       offsetof(struct ccb_hdr, periph_priv) - at);
	memset(h + 1, with, sizeof(struct ccb_immediate_notify) - sizeof(*h));
	h->status = status;
}

static void test_contents(void **state)
{
	static const uint8_t with[] = { 0, 0xff, 0x41, 0x80, 0x03 };

	(void)state;
	for (uint32_t status = 0; status < 128; status++) {
		for (unsigned i = 0; i < 5; i++) {
			const union ccb *atio, *inot, *ctio;

			start();
			atio = pending(XPT_ACCEPT_TARGET_IO, 0);
			inot = pending(XPT_IMMEDIATE_NOTIFY, 0);
			ctio = pending(XPT_CONT_TARGET_IO, i % 3);
			rig.lied = true;
			scribble(atio, with[i], status);
			scribble(inot, with[i], status);
			scribble(ctio, with[i], status);
			read_gives(2 * ADDRESS, atio, inot);
			scsiemu_pump_flush(&rig.dev.pump);
			read_gives(ADDRESS, ctio, NULL);
			scsiemu_pump_flush(&rig.dev.pump);
			rig_drop();
		}
	}
}

/* ATIOs that come back unused, again and again, must not keep us busy. */
static void test_spin(void **state)
{
	unsigned rounds = 0;

	(void)state;
	start();
	while (!scsiemu_targ_broken(rig.t)) {
		struct scsiemu_source *s = scsiemu_targ_source(rig.t);

		assert_true(targ_sim_return(&rig.sim, XPT_ACCEPT_TARGET_IO,
					    CAM_REQ_ABORTED));
		s->ready(s, POLLIN);
		scsiemu_pump_flush(&rig.dev.pump);
		assert_true(++rounds < 10000);
	}
	assert_broken("the adapter accepts no commands any more");
}

/* ---- Memory ---- */

static long allowed, held;

static void *some(void *ctx, size_t size)
{
	void *mem;

	(void)ctx;
	if (allowed == 0)
		return NULL;
	allowed -= allowed > 0;
	mem = malloc(size);
	held += mem != NULL;
	return mem;
}

static void give(void *ctx, void *mem)
{
	(void)ctx;
	held -= mem != NULL;
	free(mem);
}

static const struct scsiemu_allocator scarce = { .alloc = some, .free = give };

static void test_no_memory(void **state)
{
	struct scsiemu_errmsg err;
	long n = 0;

	(void)state;
	do {
		rig_make("disk:mem,size=1M", false);
		rig.cf.allocator = &scarce;
		allowed = n++;
		rig.t = semu_targ_open(&rig.cf, &targ_sim_calls, &err);
		if (!rig.t)
			assert_memory_equal(err.text, "out of memory", 13);
		allowed = -1;
		if (!rig.t)
			rig_drop();
		assert_true(rig.t || !held);
	} while (!rig.t);
	assert_true(n > 2);
	/* Later: commands end somehow, and once there is memory they are good.
	 */
	for (long i = 0; i < 12; i++) {
		struct sim_cmd *c;

		allowed = i;
		c = targ_sim_send(&rig.sim, (uint32_t)i, 1000 + (uint32_t)i,
				  rig_rw(i & 1 ? WRITE : READ, 0, 700), 10,
				  rig.data, 700 * 512);
		rig_serve();
		assert_non_null(c);
		allowed = -1;
	}
	rig_from(1, rig_tur, 6);
	rig_good(rig_from(1, rig_tur, 6));
	rig_drop();
	assert_int_equal(held, 0);
}

/* A buffer is free, but there is no memory for its CTIO: who waited for a
 * buffer would wait for ever. */
static void test_no_ctio(void **state)
{
	unsigned atios;

	(void)state;
	rig_make("disk:null,size=1M", false);
	rig.cf.allocator = &scarce;
	rig.cf.commands = 2;
	rig.sim.maxio = 65536;
	allowed = -1;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	rig_good(rig_one(rig_rw(WRITE, 0, 600), 10, rig.data, 600 * 512));
	atios = targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO);
	allowed = 0;
	rig.sim.hold = true;
	rig_send(rig_rw(READ, 0, 512), 10, NULL, 0); /* lent: no buffers */
	rig_serve();
	rig_send(rig_rw(WRITE, 0, 1), 10, rig.data, 512);
	do
		rig_serve();
	while (targ_sim_run(&rig.sim, 99));
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO),
			 atios);
	allowed = -1;
	rig_drop();
	assert_int_equal(held, 0);
}

/* The status needs no memory: the command's data has the two CTIOs that are its
 * own, and is done with. */
static void test_status_only(void **state)
{
	static const uint8_t atomic[16] = { 0x9c, [12] = 1 };
	struct sim_cmd *c;

	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.cf.allocator = &scarce;
	rig.sim.maxio = 65536;
	allowed = -1;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	allowed = 2; /* buffers */
	c = rig_send(atomic, 16, rig.data, 256 * 512);
	rig_serve();
	assert_int_equal(allowed, 0);
	rig_good(c);
	assert_int_equal(c->out_at, 256 * 512);
	allowed = -1;
	rig_drop();
	assert_int_equal(held, 0);
}

/* ---- Time ---- */

static const void *atio[2 * SEMU_TARG_BATCH];
static unsigned nreads;

static ssize_t endless_read(int fd, void *buf, size_t len)
{
	(void)fd;
	memcpy(buf, atio + nreads++ % 2 * SEMU_TARG_BATCH, len);
	return (ssize_t)len;
}

static ssize_t endless_write(int fd, const void *buf, size_t len)
{
	(void)fd, (void)buf;
	return (ssize_t)len;
}

/* Who always has more is not all that a loop waits for. */
static void test_endless(void **state)
{
	unsigned n = 0;

	(void)state;
	calls = targ_sim_calls;
	rig_make("disk:mem,size=1M", false);
	rig.cf.commands = 2 * SEMU_TARG_BATCH;
	rig_open_over(&calls);
	for (unsigned i = 0; i < rig.sim.pending.n; i++)
		if (rig.sim.pending.ccb[i]->k.ccb_h.func_code ==
			    XPT_ACCEPT_TARGET_IO &&
		    n < 2 * SEMU_TARG_BATCH)
			atio[n++] = rig.sim.pending.ccb[i]->user;
	assert_int_equal(n, 2 * SEMU_TARG_BATCH);
	calls.read = endless_read;
	calls.write = endless_write;
	nreads = 0;
	scsiemu_targ_source(rig.t)->ready(scsiemu_targ_source(rig.t), POLLIN);
	assert_int_equal(nreads, 1);
	calls = targ_sim_calls;
	rig_drop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_spin),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_ctio),
		cmocka_unit_test(test_status_only),
		cmocka_unit_test(test_endless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
