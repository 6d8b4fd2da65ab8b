/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel that gives what cannot be, or fails: the bus ends with a reason, and
 * nothing else does. */
#include "vscsi_rig.h"

#include <transport/loop.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void broken_by(const char *why)
{
	unsigned calls = sim.calls[0] + sim.calls[1] + sim.calls[2] +
			 sim.calls[3];
	struct scsiemu_errmsg err;

	assert_non_null(scsiemu_vscsi_broken(bus));
	assert_non_null(strstr(scsiemu_vscsi_broken(bus), why));
	assert_int_equal(scsiemu_vscsi_source(bus)->events, 0);
	assert_int_equal(scsiemu_vscsi_probe(bus, 0, 0, &err), -1);
	assert_string_equal(err.text, scsiemu_vscsi_broken(bus));
	/* Nothing is asked or told any more. */
	drop_bus();
	assert_int_equal(sim.calls[0] + sim.calls[1] + sim.calls[2] +
				 sim.calls[3],
			 calls);
}

static void test_impossible(void **state)
{
	static const struct {
		size_t cmdlen, datalen;
		int direction;
		const char *why;
	} rows[] = {
		{ 0, 0, 0, "CDB of an impossible length" },
		{ 17, 0, 0, "CDB of an impossible length" },
		{ SIZE_MAX, 0, 0, "CDB of an impossible length" },
		{ 6, UINT32_MAX, 1, "buffer of an impossible length" },
		{ 6, SIZE_MAX, 2, "buffer of an impossible length" },
		{ 6, 512, 3, "impossible direction" },
		{ 6, 512, -1, "impossible direction" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_cmd *c;

		make_bus("disk:mem,size=1M", false, new_ends);
		c = none(tur, 6);
		none(tur, 6);
		c->i2t.cmdlen = rows[i].cmdlen;
		c->i2t.datalen = rows[i].datalen;
		c->i2t.direction = rows[i].direction;
		serve();
		assert_int_equal(c->state, SIM_TAKEN);
		assert_int_equal(c[1].state, SIM_QUEUED);
		broken_by(rows[i].why);
	}
}

/* A buffer that is longer than the host has: what is moved is what is. */
static void test_longest(void **state)
{
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	c = in(rw(0x28, 0, 1), 10, 512);
	c->i2t.datalen = UINT32_MAX - 1;
	serve();
	assert_int_equal(c->status, DONE);
	assert_int_equal(c->moved, 512);
	drop_bus();
}

/* An errno that the kernel has no reason for. */
static void test_errors(void **state)
{
	static const struct {
		unsigned call;
		int error;
		const char *why;
	} rows[] = {
		{ 0, EIO, "commands cannot be had: Input/output error" },
		{ 0, ENXIO, "commands cannot be had: " },
		{ 1, ENOMEM, "data cannot be moved: " },
		{ 1, EINVAL, "data cannot be moved: Invalid argument" },
		{ 2, EINVAL, "data cannot be moved: Invalid argument" },
		{ 3, ENOTTY, "a command cannot be completed: " },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_bus("disk:mem,size=1M", false, new_ends);
		sim.error[rows[i].call] = rows[i].error;
		if (rows[i].call == 2)
			out(rw(0x2a, 0, 1), 10, pattern, 512);
		else
			in(rw(0x28, 0, 300), 10, 153600);
		none(tur, 6);
		serve();
		broken_by(rows[i].why);
	}
}

/* While a store is slow: what ends later is not told to a kernel that fails. */
static void test_late(void **state)
{
	(void)state;
	make_bus("disk:mem,size=1M", true, new_ends);
	in(rw(0x28, 0, 8), 10, 4096);
	out(rw(0x2a, 8, 300), 10, pattern, 153600);
	serve();
	sim.error[0] = EIO;
	serve();
	assert_non_null(scsiemu_vscsi_broken(bus));
	run_store();
	broken_by("commands cannot be had");
}

/* A loop does not wait for a bus that serves no more. */
static void test_loop(void **state)
{
	struct scsiemu_vscsi_config cf = {
		.size = sizeof(cf),
		.allocator = &scsiemu_host_allocator,
	};
	struct scsiemu_errmsg err;
	struct sim_cmd *good, *bad;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	assert_true(scsiemu_vscsi_close(bus));
	cf.loop = semu_loop_create(&dev[0].pump, &vscsi_sim_calls);
	bus = semu_vscsi_open(&cf, &vscsi_sim_calls, new_ends, "/dev/vscsi0",
			      &err);
	assert_int_equal(scsiemu_vscsi_add(bus, 0, &dev[0].pump, &err), 0);
	good = none(tur, 6);
	bad = none(tur, 6);
	bad->i2t.cmdlen = 0;
	assert_int_equal(scsiemu_loop_run(cf.loop), 0);
	ends(good, DONE, 0);
	broken_by("CDB of an impossible length");
	scsiemu_loop_destroy(cf.loop);
}

static void test_interrupted(void **state)
{
	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	for (unsigned i = 0; i < 4; i++)
		sim.error[i] = EINTR;
	ends(in(rw(0x28, 0, 1), 10, 512), DONE, 0);
	ends(out(rw(0x2a, 0, 1), 10, pattern, 512), DONE, 0);
	drop_bus();
}

/* A command that is forgotten at any of its calls ends there, and only it. */
static void test_forgotten_anywhere(void **state)
{
	(void)state;
	for (unsigned call = 1; call <= 3; call++) {
		struct sim_cmd *r, *w;

		make_bus("disk:mem,size=1M", false, new_ends);
		sim.error[call] = EFAULT;
		r = in(rw(0x28, 0, 300), 10, 153600);
		w = out(rw(0x2a, 0, 300), 10, pattern, 153600);
		serve();
		assert_int_equal(r->state, call == 2 ? SIM_ENDED : SIM_TAKEN);
		assert_int_equal(w->state, call == 2 ? SIM_TAKEN : SIM_ENDED);
		assert_int_equal(r->moved, call == 1 ? 0 : 153600);
		assert_int_equal(w->moved, call == 2 ? 0 : 153600);
		ends(none(tur, 6), DONE, 0);
		assert_null(scsiemu_vscsi_broken(bus));
		drop_bus();
	}
}

/* What must be written whole is asked for in pieces when it cannot be had: the
 * medium keeps what it had, though the buffer has bytes of another command. */
static void test_forgotten_whole(void **state)
{
	static const uint8_t atomic[16] = { 0x9c, [9] = 8, [13] = 1 };
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	ends(out(rw(0x2a, 0, 1), 10, pattern, 512), DONE, 0);
	sim.error[2] = EFAULT;
	c = out(atomic, 16, pattern, 512);
	serve();
	assert_int_equal(c->state, SIM_TAKEN);
	c = in(rw(0x28, 8, 1), 10, 512);
	ends(c, DONE, 0);
	for (unsigned i = 0; i < 512; i++)
		assert_int_equal(c->data[i], 0);
	ends(out(atomic, 16, pattern, 512), DONE, 0);
	drop_bus();
}

/* ---- No memory ---- */

static unsigned left;

static void *scarce(void *ctx, size_t size)
{
	(void)ctx;
	if (!left)
		return NULL;
	left--;
	return malloc(size);
}

static void scarce_free(void *ctx, void *mem)
{
	(void)ctx;
	free(mem);
}

static struct scsiemu_vscsi *open_scarce(unsigned n, struct scsiemu_errmsg *err)
{
	static const struct scsiemu_allocator a = { .alloc = scarce,
						    .free = scarce_free };
	struct scsiemu_vscsi_config cf = { .size = sizeof(cf),
					   .allocator = &a };

	left = n;
	return semu_vscsi_open(&cf, &vscsi_sim_calls, new_ends, "/dev/vscsi0",
			       err);
}

static void test_memory(void **state)
{
	struct scsiemu_errmsg err;
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	assert_true(scsiemu_vscsi_close(bus));
	assert_null(open_scarce(0, &err));
	assert_non_null(strstr(err.text, "out of memory"));
	bus = open_scarce(1, &err);
	assert_int_equal(scsiemu_vscsi_add(bus, 0, &dev[0].pump, &err), -1);
	assert_non_null(strstr(err.text, "out of memory"));
	left = 1;
	assert_int_equal(scsiemu_vscsi_add(bus, 0, &dev[0].pump, &err), 0);
	/* None for a command: the host tries again. */
	ends(none(tur, 6), RESET, 0);
	left = 1;
	ends(none(tur, 6), DONE, 0);
	/* None for its data. */
	c = out(rw(0x2a, 0, 1), 10, pattern, 512);
	serve();
	assert_int_equal(c->status, SENSE);
	assert_int_equal(c->sense[2], SCSIEMU_SK_ABORTED_COMMAND);
	left = 1;
	ends(out(rw(0x2a, 0, 1), 10, pattern, 512), DONE, 0);
	/* From now on there is nothing to ask for. */
	for (unsigned i = 0; i < 10; i++)
		ends(in(rw(0x28, 0, 1), 10, 512), DONE, 0);
	drop_bus();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_forgotten_anywhere),
		cmocka_unit_test(test_forgotten_whole),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
