/* SPDX-License-Identifier: BSD-2-Clause */
/* The vscsi adapter against the kernel's rules. */
#include "vscsi_rig.h"

#include <errno.h>
#include <string.h>

static void round_trip(uint32_t lba, uint32_t nblk)
{
	uint32_t n = nblk * 512;
	struct sim_cmd *c = out(rw(0x2a, lba, (uint16_t)nblk), 10,
				pattern + lba, n);

	serve();
	run_store();
	ends(c, DONE, 0);
	c = in(rw(0x28, lba, (uint16_t)nblk), 10, n);
	serve();
	run_store();
	ends(c, DONE, 0);
	assert_memory_equal(c->data, pattern + lba, n);
}

static void test_data(void **state)
{
	static const uint32_t nblks[] = { 1, 8, 127, 128, 129, 300 };
	struct sim_cmd *c;

	(void)state;
	for (int slow = 0; slow < 2; slow++) {
		make_bus("disk:mem,size=1M", slow, new_ends);
		for (unsigned i = 0; i < 6; i++)
			round_trip(i, nblks[i]);
		assert_int_equal(sim.longest, 65536);
		drop_bus();
	}
	/* Blocks of 520 bytes: no piece is a multiple of them. */
	make_bus("disk:mem,size=1M,pi=1", false, new_ends);
	c = out(rw(0x2a, 0, 200), 10, pattern, 104000);
	c->i2t.cmd[1] = 0x60;
	ends(c, DONE, 0);
	c = in(rw(0x28, 0, 200), 10, 104000);
	c->i2t.cmd[1] = 0x60;
	ends(c, DONE, 0);
	assert_memory_equal(c->data, pattern, 104000);
	drop_bus();
}

/* A store that lends its memory: the host copies from there. */
static void test_lent(void **state)
{
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:null,size=1M", false, new_ends);
	c = in(rw(0x28, 0, 200), 10, 102400);
	ends(c, DONE, 0);
	for (unsigned i = 0; i < 102400; i++)
		assert_int_equal(c->data[i], 0);
	drop_bus();
}

static void test_residuals(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36 };
	static const uint8_t nothing[6] = { 0x12, 0, 0, 0, 0 };
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	c = in(inquiry, 6, 96);
	ends(c, DONE, 60);
	assert_memory_equal(c->data + 8, "SCSIEMU ", 8);
	assert_int_equal(c->data[36], 0xee);
	ends(in(nothing, 6, 96), DONE, 96);
	c = in(inquiry, 6, 8); /* the host has less room */
	ends(c, DONE, 0);
	/* READ and WRITE of more blocks than the host has bytes, and of less:
	 * what both have moves. */
	ends(in(rw(0x28, 0, 4), 10, 1024), DONE, 0);
	ends(in(rw(0x28, 0, 2), 10, 4096), DONE, 3072);
	ends(out(rw(0x2a, 0, 2), 10, pattern, 4096), DONE, 3072);
	/* No buffer, or one of the other direction. */
	c = none(rw(0x28, 0, 1), 10);
	ends(c, DONE, 0);
	ends(out(rw(0x28, 0, 1), 10, pattern, 512), DONE, 512);
	drop_bus();
}

static void test_sense(void **state)
{
	static const uint8_t bad[6] = { 0x12, 0, 1, 0, 36 };
	static const uint8_t select[6] = { 0x15, 0x10, 0, 0, 16 };
	static const uint8_t control[6] = { 0x1a, 8, 0x0a, 0, 16 };
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:mem,size=1M,inject=read:lba=7:sense=3/11/00:at", false,
		 new_ends);
	c = in(bad, 6, 96);
	ends(c, SENSE, 96);
	assert_memory_equal(c->sense,
			    "\x70\0\5\0\0\0\0\x0a\0\0\0\0\x24\0\0\xc0\0\2", 18);
	/* D_SENSE is taken, but the host knows the fixed format only. */
	c = in(control, 6, 16);
	ends(c, DONE, 0);
	c->data[0] = c->data[2] = 0;
	c->data[6] |= 4;
	ends(out(select, 6, c->data, 16), DONE, 0);
	c = in(bad, 6, 96);
	ends(c, SENSE, 96);
	assert_memory_equal(c->sense,
			    "\x70\0\5\0\0\0\0\x0a\0\0\0\0\x24\0\0\xc0\0\2", 18);
	/* Data and sense together. */
	c = in(rw(0x28, 5, 4), 10, 2048);
	fails(c, SCSIEMU_SK_MEDIUM_ERROR, 0x1100);
	assert_int_equal(c->moved, 1024);
	assert_memory_equal(c->sense, "\xf0\0\3\0\0\0\7", 7);
	drop_bus();
}

/* What has no place in an answer becomes what the host has to do. */
static void test_status(void **state)
{
	static const struct {
		const char *device;
		uint8_t op;
		int end, old;
	} rows[] = {
		{ "disk:mem,size=1M,inject=op=25:status=busy", 0x25, RESET, 2 },
		{ "disk:mem,size=1M,inject=op=25:status=full", 0x25, RESET, 2 },
		{ "disk:mem,size=1M,inject=op=25:status=aborted", 0x25, RESET,
		  2 },
		{ "disk:mem,size=1M,inject=op=25:status=conflict", 0x25, ERR,
		  2 },
		{ "disk:mem,size=1M", 0x34, DONE, 0 }, /* CONDITION MET */
		{ "disk:mem,size=1M", 0x25, DONE, 0 },
		{ "disk:mem,size=1M", 0xc0, SENSE, 1 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int old = 0; old < 2; old++) {
			struct sim_cmd *c;

			make_bus(rows[i].device, false,
				 old ? old_ends : new_ends);
			c = in(rw(rows[i].op, 0, 0), 10, 8);
			serve();
			assert_int_equal(c->state, SIM_ENDED);
			assert_int_equal(c->status,
					 old ? rows[i].old : rows[i].end);
			drop_bus();
		}
	}
}

static struct sim_cmd *to(unsigned target, unsigned lun, const void *cdb,
			  size_t len)
{
	return vscsi_sim_send(&sim, target, lun, cdb, 6,
			      len ? VSCSI_DIR_READ : VSCSI_DIR_NONE, NULL, len);
}

static void test_addresses(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36 };
	static const uint8_t capacity[10] = { 0x25 };
	static const unsigned luns[] = { 1, 7, 8, 300, 16384, 0xffffffff };
	static const unsigned targets[] = { 2, 255, 256, 0x80000000,
					    0xffffffff };
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	/* Each target is a device of its own. */
	c = vscsi_sim_send(&sim, 1, 0, capacity, 10, VSCSI_DIR_READ, NULL, 8);
	ends(c, DONE, 0);
	assert_memory_equal(c->data, "\0\0\0\x7f\0\0\2\0", 8);
	c = vscsi_sim_send(&sim, 0, 0, capacity, 10, VSCSI_DIR_READ, NULL, 8);
	ends(c, DONE, 0);
	assert_memory_equal(c->data, "\0\0\7\xff\0\0\2\0", 8);
	/* LUNs that are not there say so. */
	for (unsigned i = 0; i < 6; i++) {
		c = to(1, luns[i], inquiry, 36);
		ends(c, DONE, 0);
		assert_int_equal(c->data[0], 0x7f);
		fails(to(1, luns[i], tur, 0), SCSIEMU_SK_ILLEGAL_REQUEST,
		      0x2500);
	}
	for (unsigned i = 0; i < 5; i++)
		ends(to(targets[i], 0, inquiry, 36), ERR, 36);
	drop_bus();
}

/* Tags are any numbers; answers come as commands end. */
static void test_order(void **state)
{
	struct sim_cmd *a, *b, *c;

	(void)state;
	make_bus("disk:mem,size=1M", true, new_ends);
	sim.next_tag = 0x7fffffff;
	a = in(rw(0x28, 0, 1), 10, 512);
	sim.next_tag = 0x80000000;
	b = none(tur, 6);
	c = out(rw(0x2a, 1, 1), 10, pattern, 512);
	serve();
	assert_int_equal(a->state, SIM_TAKEN);
	ends(b, DONE, 0);
	assert_int_equal(c->state, SIM_TAKEN);
	run_store();
	ends(a, DONE, 0);
	ends(c, DONE, 0);
	drop_bus();
}

/* Stores that answer last in, first out, or in any order. */
static void test_shuffled(void **state)
{
	static const uint16_t nblks[] = { 1, 8, 130, 3, 260, 64 };
	struct sim_cmd *c[60];

	(void)state;
	for (int order = 0; order < 3; order++) {
		make_shuffled_bus("disk:mem,size=16M",
				  (enum scsiemu_delay_order)order);
		for (int read = 0; read < 2; read++) {
			for (unsigned i = 0; i < 60; i++) {
				uint16_t n = nblks[i % 6];

				c[i] = read ? in(rw(0x28, i * 300, n), 10,
						 n * 512u)
					    : out(rw(0x2a, i * 300, n), 10,
						  pattern + i, n * 512u);
			}
			serve();
			run_store();
			for (unsigned i = 0; i < 60; i++) {
				ends(c[i], DONE, 0);
				assert_memory_equal(c[i]->data, pattern + i,
						    c[i]->i2t.datalen);
			}
		}
		drop_bus();
	}
}

/* All that the host has is taken, but not for ever. */
static void test_batch(void **state)
{
	unsigned before;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	before = sim.calls[0];
	for (unsigned i = 0; i < 32; i++)
		in(rw(0x28, i, 1), 10, 512);
	serve();
	assert_int_equal(sim.calls[0], before + 33); /* up to EAGAIN */
	for (unsigned i = 0; i < 100; i++)
		in(rw(0x28, i, 1), 10, 512);
	serve();
	assert_int_equal(sim.calls[0], before + 33 + 64);
	serve();
	for (unsigned i = 0; i < sim.ncmd; i++)
		assert_int_equal(sim.cmd[i].state, SIM_ENDED);
	drop_bus();
}

/* Data-out that is looked at twice, skipped, or that must not be cut. */
static void test_windows(void **state)
{
	uint8_t cas[16] = { 0x89 }, unmap[10] = { 0x42 };
	uint8_t list[24] = { 0, 22, 0, 16, [11] = 0, [15] = 3, [19] = 2 };
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:mem,size=1M,thin", false, new_ends);
	ends(out(rw(0x2a, 0, 4), 10, pattern, 2048), DONE, 0);
	/* COMPARE AND WRITE: the halves of 2 blocks, in one piece. */
	cas[13] = 2;
	memcpy(pattern + 4096, pattern, 1024);
	memset(pattern + 5120, 0x5a, 1024);
	ends(out(cas, 16, pattern + 4096, 2048), DONE, 0);
	c = in(rw(0x28, 0, 2), 10, 1024);
	ends(c, DONE, 0);
	assert_memory_equal(c->data, pattern + 5120, 1024);
	c = out(cas, 16, pattern + 4096, 2048);
	fails(c, SCSIEMU_SK_MISCOMPARE, 0x1d00);
	/* A parameter list, and VERIFY with the data. */
	unmap[8] = 24;
	ends(out(unmap, 10, list, 24), DONE, 0);
	c = out(rw(0x2f, 0, 2), 10, pattern + 5120, 1024);
	c->i2t.cmd[1] = 2;
	ends(c, DONE, 0);
	c = out(rw(0x2f, 0, 2), 10, pattern, 1024);
	c->i2t.cmd[1] = 2;
	fails(c, SCSIEMU_SK_MISCOMPARE, 0x1d00);
	drop_bus();
}

/* The port itself: any order of places that only grows. */
static void test_out(void **state)
{
	static const struct {
		uint32_t off, len;
		bool whole;
		uint32_t gives; /* 0: fails */
		size_t moved;	/* by the host, afterwards */
	} rows[] = {
		{ 0, 100, false, 100, 100 },
		{ 0, 50, false, 50, 100 },   /* is there */
		{ 20, 500, false, 80, 100 }, /* short: is there */
		{ 20, 300, true, 300, 320 }, /* must not be cut */
		{ 20, 300, true, 300, 320 },
		{ 25, 10, true, 10, 320 },
		{ 1000, 100, false, 100, 1100 }, /* over what nobody wants */
		{ 100000, 70000, false, 65536, 165536 },
		{ 100000, 70000, true, 70000, 170000 },
		{ 99999, 1, false, 0, 170000 }, /* it never goes back */
		{ 170000, 1u << 25, true, 0, 170000 },
		{ 200000, 1u << 17, true, 0, 200000 }, /* more than it has */
	};
	struct semu_vscsi_cmd c = { .state = SEMU_VSCSI_LIVE };
	struct sim_cmd *s;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	s = out(tur, 6, pattern, SIM_DATA);
	s->state = SIM_TAKEN;
	c.target = bus->target[0];
	c.tag = s->i2t.tag;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scsiemu_vec v[6];
		unsigned nv = 6;
		int rc = semu_vscsi_window(c.target, &c.t, false, rows[i].off,
					   rows[i].len, rows[i].whole, v, &nv);

		assert_int_equal(rc, rows[i].gives ? 0 : SCSIEMU_E_TRANSPORT);
		assert_true(s->moved >= rows[i].moved);
		if (!rows[i].gives)
			continue;
		assert_int_equal(s->moved, rows[i].moved);
		assert_int_equal(nv, 1);
		assert_int_equal(v->len, rows[i].gives);
		assert_memory_equal(v->base, pattern + rows[i].off, v->len);
	}
	scsiemu_host_allocator.free(NULL, c.buf);
	assert_non_null(scsiemu_vscsi_broken(bus));
	drop_bus();
}

/* The host has reset or detached a device: what it forgot is dropped, the rest
 * goes on. */
static void test_forgotten(void **state)
{
	struct sim_cmd *r, *w, *n;

	(void)state;
	make_bus("disk:mem,size=1M", true, new_ends);
	r = in(rw(0x28, 0, 300), 10, 153600);
	w = out(rw(0x2a, 8, 300), 10, pattern, 153600);
	n = out(rw(0x2a, 600, 1), 10, pattern, 512);
	serve();
	vscsi_sim_forget(r);
	vscsi_sim_forget(w);
	vscsi_sim_forget(n);
	run_store();
	assert_null(scsiemu_vscsi_broken(bus));
	assert_int_equal(r->moved, 0);
	assert_int_equal(w->moved, 65536);
	n = none(tur, 6);
	ends(n, DONE, 0);
	round_trip(3, 5);
	assert_null(scsiemu_vscsi_broken(bus));
	drop_bus();
}

/* The same at each of its calls: whose it was is forgotten, others end. */
static void test_forgotten_at_each(void **state)
{
	(void)state;
	for (int slow = 0; slow < 2; slow++) {
		unsigned n = 0, lost = 1;

		while (lost) {
			struct sim_cmd *c[3];

			make_bus("disk:mem,size=1M", slow, new_ends);
			sim.forget_in = ++n;
			c[0] = in(rw(0x28, 0, 300), 10, 153600);
			c[1] = out(rw(0x2a, 400, 300), 10, pattern, 153600);
			c[2] = in(rw(0x28, 800, 20), 10, 10240);
			serve();
			run_store();
			lost = 0;
			for (unsigned i = 0; i < 3; i++) {
				assert_int_equal(c[i]->state, SIM_ENDED);
				if (c[i]->status == -1)
					lost++;
				else
					ends(c[i], DONE, 0);
			}
			assert_int_equal(lost, sim.forget_in == 0);
			sim.forget_in = 0;
			ends(none(tur, 6), DONE, 0);
			drop_bus();
		}
		/* Three pieces and an end, twice; one, and an end. */
		assert_int_equal(n, 11);
	}
}

static void test_events(void **state)
{
	struct scsiemu_errmsg err;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	assert_int_equal(scsiemu_vscsi_probe(bus, 1, SCSIEMU_VSCSI_ALL, &err),
			 0);
	assert_int_equal(sim.calls[4], 1);
	assert_int_equal(sim.events.target, 1);
	assert_int_equal(sim.events.lun, -1);
	assert_int_equal(scsiemu_vscsi_detach(bus, 255, 7, &err), 0);
	assert_int_equal(sim.calls[5], 1);
	assert_int_equal(sim.events.target, 255);
	assert_int_equal(sim.events.lun, 7);
	assert_int_equal(scsiemu_vscsi_detach(bus, 256, 7, &err), -1);
	assert_string_equal(err.text, "target 256: must be 0 to 255");
	sim.error[4] = ENOMEM;
	assert_int_equal(scsiemu_vscsi_probe(bus, 3, 0, &err), -1);
	assert_non_null(strstr(err.text, "target 3: the host does not probe"));
	assert_null(scsiemu_vscsi_broken(bus));
	drop_bus();
}

static void test_targets(void **state)
{
	struct scsiemu_errmsg err;
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:mem,size=1M", true, new_ends);
	assert_int_equal(scsiemu_vscsi_add(bus, 1, &dev[1].pump, &err), -1);
	assert_string_equal(err.text, "target 1: there is one already");
	assert_int_equal(scsiemu_vscsi_add(bus, 256, &dev[1].pump, &err), -1);
	assert_string_equal(err.text, "target 256: must be 0 to 255");
	/* Another way to the same device. */
	assert_int_equal(scsiemu_vscsi_add(bus, 9, &dev[1].pump, &err), 0);
	ends(to(9, 0, tur, 0), DONE, 0);
	assert_true(scsiemu_vscsi_remove(bus, 9));
	ends(to(9, 0, tur, 0), ERR, 0);
	/* One whose store is slow: its commands are to be tried again. */
	c = in(rw(0x28, 0, 1), 10, 512);
	serve();
	assert_false(scsiemu_vscsi_remove(bus, 0));
	ends(to(0, 0, tur, 0), ERR, 0);
	assert_int_equal(c->state, SIM_TAKEN);
	run_store();
	ends(c, RESET, 512);
	assert_true(scsiemu_vscsi_remove(bus, 0));
	assert_true(scsiemu_vscsi_remove(bus, 0));
	assert_true(scsiemu_vscsi_remove(bus, 300));
	assert_int_equal(scsiemu_vscsi_add(bus, 0, &dev[0].pump, &err), 0);
	ends(none(tur, 6), DONE, 0);
	drop_bus();
}

static void test_close(void **state)
{
	struct sim_cmd *c;

	(void)state;
	make_bus("disk:mem,size=1M", true, new_ends);
	c = out(rw(0x2a, 0, 1), 10, pattern, 512);
	serve();
	assert_false(scsiemu_vscsi_close(bus));
	assert_int_equal(scsiemu_vscsi_source(bus)->events, 0);
	assert_true(sim.opened);
	run_store();
	ends(c, RESET, 0);
	drop_bus();
	assert_false(sim.opened);
	assert_true(scsiemu_vscsi_close(NULL));
}

static void test_open(void **state)
{
	static const struct {
		int error;
		const char *why;
	} rows[] = {
		{ EBUSY, "/dev/vscsi0: another process serves it" },
		{ ENXIO, "/dev/vscsi0: there is no such bus" },
		{ ENOENT, "/dev/vscsi0: there is no such bus" },
		{ EACCES, "ermission denied" },
	};
	struct scsiemu_errmsg err;

	(void)state;
	make_bus("disk:mem,size=1M", false, new_ends);
	for (unsigned i = 0; i < 4; i++) {
		sim.open_error = rows[i].error;
		assert_null(try_open(&err));
		assert_non_null(strstr(err.text, rows[i].why));
	}
	drop_bus();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_lent),
		cmocka_unit_test(test_residuals),
		cmocka_unit_test(test_sense),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_shuffled),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_forgotten_at_each),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
