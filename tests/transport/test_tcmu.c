/* SPDX-License-Identifier: BSD-2-Clause */
/* The TCMU adapter against the kernel's rules. */
#include "tcmu_sim.h"

#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include <errno.h>
#include <stdlib.h>

static struct tcmu_sim sim;
static struct scsiemu_host_device dev;
static struct scsiemu_wrap_delay *delay; /* the store waits for run() */
static struct scsiemu_tcmu *t;
static uint8_t data[1 << 17];
static const char *said;     /* by the adapter, of its end */
static const uint8_t tur[6]; /* TEST UNIT READY */

static void notice(void *ctx, const char *why)
{
	(void)ctx;
	said = why;
}

static struct scsiemu_tcmu *open_in(struct scsiemu_loop *loop,
				    struct scsiemu_errmsg *err)
{
	struct scsiemu_tcmu_config cf = {
		.size = sizeof(cf),
		.pump = &dev.pump,
		.lu = dev.units->host.lu,
		.loop = loop,
		.notice = notice,
		.allocator = &scsiemu_host_allocator,
	};
	struct semu_tcmu_paths paths = { "/dev/uio0", SIM_FREE_KEPT, sim.len };

	return semu_tcmu_open(&cf, &tcmu_sim_calls, &paths, err);
}

static struct scsiemu_tcmu *try_open(struct scsiemu_errmsg *err)
{
	return open_in(NULL, err);
}

/* The kernel has signalled: the ring is served. */
static void serve(void)
{
	struct scsiemu_source *s = scsiemu_tcmu_source(t);

	assert_int_equal(s->events, POLLIN);
	s->ready(s, POLLIN);
	scsiemu_pump_flush(&dev.pump);
}

static void run_store(void)
{
	while (scsiemu_delay_run(delay, UINT64_MAX))
		scsiemu_pump_flush(&dev.pump);
	scsiemu_pump_flush(&dev.pump);
}

static struct sim_cmd *one(int id)
{
	assert_true(id >= 0);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	assert_true(sim.cmd[id].answered);
	return &sim.cmd[id];
}

static void make(const char *device, uint32_t ring, bool slow)
{
	struct scsiemu_errmsg err;

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + (i >> 9) + 1);
	delay = NULL;
	memset(&dev, 0, sizeof(dev));
	assert_int_equal(scsiemu_host_device_add(&dev, device, &err), 0);
	assert_int_equal(scsiemu_host_device_open(&dev, "t", NULL, &err), 0);
	if (slow) {
		struct scsiemu_host_lu *h = &dev.units->host;

		scsiemu_lu_load(h->lu, NULL, false);
		assert_int_equal(scsiemu_wrap_delay(&h->medium, 1,
						    SCSIEMU_DELAY_FIFO, 0,
						    &delay, &err),
				 0);
		scsiemu_lu_load(h->lu, &h->medium, false);
	}
	tcmu_sim_make(&sim, ring, 1 << 20);
	t = try_open(&err);
	assert_non_null(t);
	/* power on */
	assert_int_equal(
		one(tcmu_sim_send(&sim, tur, 6, NULL, 0, 4096))->status,
		SCSIEMU_CHECK_CONDITION);
}

static void drop(void)
{
	struct scsiemu_errmsg err;

	assert_true(scsiemu_tcmu_close(t));
	/* The last flush of a slow store never ends. */
	assert_int_equal(scsiemu_host_device_close(&dev, &err), delay ? -1 : 0);
	tcmu_sim_free(&sim);
}

static const uint8_t *rw(uint8_t op, uint8_t lba, uint8_t n)
{
	static uint8_t cdb[10];

	memset(cdb, 0, sizeof(cdb));
	cdb[0] = op;
	cdb[5] = lba;
	cdb[8] = n;
	return cdb;
}

static void test_data(void **state)
{
	static const uint32_t pieces[] = { 4096, 512, 1000, 7, 65536 };
	struct sim_cmd *c;

	(void)state;
	make("disk:mem,size=1M", 65536, false);
	for (unsigned i = 0; i < 5; i++) {
		uint32_t n = pieces[i] == 7 ? 512 : 8192;

		c = one(tcmu_sim_send(&sim, rw(0x2a, 5, (uint8_t)(n / 512)), 10,
				      data + i, n, pieces[i]));
		assert_int_equal(c->status, SCSIEMU_GOOD);
		c = one(tcmu_sim_send(&sim, rw(0x28, 5, (uint8_t)(n / 512)), 10,
				      NULL, n, pieces[i]));
		assert_int_equal(c->status, SCSIEMU_GOOD);
		assert_int_equal(c->got, n);
		assert_memory_equal(c->got_in, data + i, n);
	}
	drop();
}

/* Less than the host has room for, and the sense of what goes wrong. */
static void test_replies(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36 };
	static const uint8_t nothing[6] = { 0x12, 0, 0, 0, 0 };
	static const uint8_t bad[6] = { 0x12, 0, 1, 0, 36 };
	struct sim_cmd *c;
	unsigned i;

	(void)state;
	make("disk:mem,size=1M", 65536, false);
	c = one(tcmu_sim_send(&sim, inquiry, 6, NULL, 96, 30));
	assert_int_equal(c->got, 36);
	assert_memory_equal(c->got_in + 8, "SCSIEMU ", 8);
	/* The kernel cannot be told of 0 bytes: what was there is wiped. */
	c = one(tcmu_sim_send(&sim, nothing, 6, NULL, 64, 30));
	assert_int_equal(c->status, SCSIEMU_GOOD);
	for (i = 0; i < 64 && !c->got_in[i]; i++)
		;
	assert_int_equal(i, 64);
	c = one(tcmu_sim_send(&sim, bad, 6, NULL, 96, 30));
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(c->got, 0);
	assert_memory_equal(c->sense,
			    "\x70\0\5\0\0\0\0\x0a\0\0\0\0\x24\0\0\xc0\0\2", 18);
	for (i = 18; i < 96 && !c->sense[i]; i++)
		;
	assert_int_equal(i, 96);
	/* Data and sense together: READ up to the block that is bad. */
	drop();
	make("disk:mem,size=1M,inject=read:lba=7:sense=3/11/00:at", 65536,
	     false);
	c = one(tcmu_sim_send(&sim, rw(0x28, 5, 4), 10, NULL, 2048, 512));
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(c->sense[2], 3);
	assert_int_equal(c->got, 1024);
	drop();
}

/* A ring that is hardly larger than a command: PADs at its end, and answers in
 * another order than the commands came. */
static void test_wrap(void **state)
{
	uint32_t sent = 0, answered = 0;

	(void)state;
	make("disk:mem,size=1M", 1024, true);
	for (unsigned i = 0; i < 200; i++) {
		bool slow = i % 3;
		int id = slow ? tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL,
					      512, 512)
			      : tcmu_sim_send(&sim, tur, 6, NULL, 0, 512);

		if (id >= 0)
			sent++;
		serve();
		answered += tcmu_sim_take(&sim);
		if (i % 5 == 4)
			run_store();
		answered += tcmu_sim_take(&sim);
	}
	run_store();
	answered += tcmu_sim_take(&sim);
	assert_int_equal(answered, sent);
	assert_true(sent > 150);
	for (unsigned i = 0; i < SIM_CMDS; i++)
		assert_int_equal(sim.cmd[i].status, 0);
	drop();
}

/* The second is answered first, into the first one's entry. */
static void test_order(void **state)
{
	int a, b, c;

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	a = tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL, 512, 512);
	b = tcmu_sim_send(&sim, tur, 6, NULL, 0, 512);
	c = tcmu_sim_send(&sim, rw(0x28, 1, 1), 10, NULL, 512, 512);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	assert_true(sim.cmd[b].answered);
	assert_false(sim.cmd[a].answered);
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 2);
	assert_true(sim.cmd[a].answered && sim.cmd[c].answered);
	drop();
}

/* One system call for a batch. */
static void test_batch(void **state)
{
	unsigned before;

	(void)state;
	make("disk:mem,size=1M", 65536, false);
	before = sim.nwrite;
	for (unsigned i = 0; i < 32; i++)
		tcmu_sim_send(&sim, rw(0x28, 0, 8), 10, NULL, 4096, 4096);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 32);
	assert_int_equal(sim.nwrite, before + 1);
	serve(); /* nothing new */
	assert_int_equal(sim.nwrite, before + 1);
	drop();
}

/* Opcodes that came later than this code are stepped over, and marked. */
static void test_unknown(void **state)
{
	uint8_t *e;

	(void)state;
	make("disk:mem,size=1M", 65536, false);
	e = tcmu_sim_entry(&sim, 5, 64);
	assert_int_equal(one(tcmu_sim_send(&sim, tur, 6, NULL, 0, 512))->status,
			 0);
	assert_int_equal(e[TCMU_UFLAGS_AT], TCMU_U_UNKNOWN_OP);
	/* Alone it is passed as well. */
	tcmu_sim_entry(&sim, 5, 8);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 0);
	assert_int_equal(tcmu_get32(sim.map + TCMU_TAIL_AT), sim.head);
	drop();
}

static void test_functions(void **state)
{
	uint16_t ids[3];
	struct sim_cmd *c;

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	/* ABORT TASK of one of three; another is not there. */
	for (unsigned i = 0; i < 3; i++)
		ids[i] = (uint16_t)tcmu_sim_send(&sim, rw(0x28, (uint8_t)i, 1),
						 10, NULL, 512, 512);
	serve();
	tcmu_sim_tmr(&sim, 1, (const uint16_t[]){ ids[1], 999 }, 2);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 0); /* the store has it */
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 3);
	assert_int_equal(sim.cmd[ids[0]].status, SCSIEMU_GOOD);
	assert_int_equal(sim.cmd[ids[1]].status, SCSIEMU_TASK_ABORTED);
	assert_int_equal(sim.cmd[ids[2]].status, SCSIEMU_GOOD);
	/* LOGICAL UNIT RESET: all end, and the next one is told. */
	for (unsigned i = 0; i < 3; i++)
		ids[i] = (uint16_t)tcmu_sim_send(&sim, rw(0x28, (uint8_t)i, 1),
						 10, NULL, 512, 512);
	serve();
	tcmu_sim_tmr(&sim, 5, ids, 3);
	serve();
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(sim.cmd[ids[i]].status, SCSIEMU_TASK_ABORTED);
	c = one(tcmu_sim_send(&sim, tur, 6, NULL, 0, 512));
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(c->sense[2], SCSIEMU_SK_UNIT_ATTENTION);
	assert_int_equal(c->sense[12] << 8 | c->sense[13], 0x2903);
	drop();
}

static uint64_t now; /* ms */

/* Functions wait no longer. */
static void pass_abort_ms(void)
{
	scsiemu_pump_tick(&dev.pump, now);
	now += 2000;
	scsiemu_pump_tick(&dev.pump, now);
	scsiemu_pump_flush(&dev.pump);
}

/* WRITE(10) of n blocks to an LBA, and the store hangs. */
static uint16_t hung_write(uint8_t lba, uint8_t n)
{
	int id = tcmu_sim_send(&sim, rw(0x2a, lba, n), 10, data + lba, n * 512,
			       1000);

	assert_true(id >= 0);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 0);
	return (uint16_t)id;
}

static void is_written(uint8_t lba, uint8_t n)
{
	int id = tcmu_sim_send(&sim, rw(0x28, lba, n), 10, NULL, n * 512, 4096);

	assert_true(id >= 0);
	serve();
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	assert_int_equal(sim.cmd[id].status, SCSIEMU_GOOD);
	assert_memory_equal(sim.cmd[id].got_in, data + lba, n * 512);
}

/* An abort is answered although a store hangs: it goes on from a buffer that is
 * still its own, and gives it back. */
static void test_keep(void **state)
{
	uint16_t id[4];

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	for (uint8_t i = 0; i < 4; i++)
		id[i] = hung_write((uint8_t)(i * 16), 9);
	tcmu_sim_tmr(&sim, 1, &id[1], 1);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 0);
	pass_abort_ms();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	assert_int_equal(sim.cmd[id[1]].status, SCSIEMU_TASK_ABORTED);
	assert_true(sim.cmd[id[1]].kept);
	/* Again: nobody is left that the kernel waits for. */
	tcmu_sim_tmr(&sim, 1, &id[1], 1);
	serve();
	pass_abort_ms();
	assert_int_equal(tcmu_sim_take(&sim), 0);
	/* All: the ring is free, although the store has not moved. */
	tcmu_sim_tmr(&sim, 5, id, 4);
	serve();
	pass_abort_ms();
	assert_int_equal(tcmu_sim_take(&sim), 3);
	assert_int_equal(tcmu_get32(sim.map + TCMU_TAIL_AT), sim.head);
	assert_int_equal(sim.nfreed, 0);
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 0);
	assert_int_equal(sim.nfreed, 4);
	assert_int_equal(one(tcmu_sim_send(&sim, tur, 6, NULL, 0, 512))->status,
			 SCSIEMU_CHECK_CONDITION); /* the reset */
	for (uint8_t i = 0; i < 4; i++)
		is_written((uint8_t)(i * 16), 9);
	drop();
}

/* The store lets go in the same batch as the answer is given: the kernel sees
 * the answer first. */
static void test_keep_at_once(void **state)
{
	uint16_t id;

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	id = hung_write(0, 4);
	tcmu_sim_tmr(&sim, 1, &id, 1);
	serve();
	scsiemu_pump_tick(&dev.pump, now);
	now += 2000;
	scsiemu_pump_tick(&dev.pump, now);
	semu_tcmu_keep(t);
	scsiemu_delay_run(delay, UINT64_MAX);
	assert_int_equal(sim.nfreed, 1);
	assert_true(sim.cmd[id].answered);
	is_written(0, 4);
	drop();
}

/* Where nothing can be kept, the answer waits for the store. */
static void test_keep_not(void **state)
{
	struct scsiemu_errmsg err;
	uint16_t id;

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(scsiemu_tcmu_close(t));
		sim.keep_error = i ? 0 : EACCES;
		tcmu_put16(sim.map + TCMU_FLAGS_AT, i ? 7 : 0xf);
		t = try_open(&err);
		assert_non_null(t);
		assert_false(sim.keeps);
		id = hung_write(0, 4);
		tcmu_sim_tmr(&sim, 1, &id, 1);
		serve();
		pass_abort_ms();
		assert_int_equal(tcmu_sim_take(&sim), 0);
		run_store();
		assert_int_equal(tcmu_sim_take(&sim), 1);
		assert_int_equal(sim.cmd[id].status, SCSIEMU_TASK_ABORTED);
		assert_false(sim.cmd[id].kept);
		assert_int_equal(sim.nfreed, 0);
	}
	drop();
}

/* The ring is emptied while commands are under way, one of them kept: they are
 * forgotten. What comes then has their buffers, waits until the store has let
 * go, and has to be sent again: a READ has ended in it. */
static void test_reset_ring(void **state)
{
	uint16_t id;
	int next, none;

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	id = hung_write(0, 4);
	tcmu_sim_send(&sim, rw(0x28, 200, 4), 10, NULL, 2048, 512);
	tcmu_sim_tmr(&sim, 1, &id, 1);
	serve();
	pass_abort_ms();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	tcmu_sim_reset(&sim);
	next = tcmu_sim_send(&sim, rw(0x2a, 32, 9), 10, data + 32, 4608, 512);
	none = tcmu_sim_send(&sim, tur, 6, NULL, 0, 512);
	tcmu_sim_tmr(&sim, 1, (const uint16_t[]){ 99 }, 1);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 0);
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 2);
	assert_int_equal(sim.cmd[next].status, SCSIEMU_BUSY);
	assert_int_equal(sim.cmd[none].status, SCSIEMU_BUSY);
	assert_int_equal(tcmu_get32(sim.map + TCMU_TAIL_AT), sim.head);
	assert_int_equal(sim.nfreed, 0);
	assert_int_equal(sim.nrefused, 0);
	hung_write(32, 9);
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	is_written(32, 9);
	/* Before anything of the new ring was answered. */
	tcmu_sim_reset(&sim);
	serve();
	hung_write(0, 4);
	tcmu_sim_reset(&sim);
	serve();
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 0);
	is_written(32, 4);
	assert_null(scsiemu_tcmu_broken(t));
	drop();
}

/* It is noticed when the READ has ended already. */
static void test_reset_unnoticed(void **state)
{
	int next;

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	tcmu_sim_send(&sim, rw(0x28, 200, 4), 10, NULL, 2048, 512);
	serve();
	tcmu_sim_reset(&sim);
	next = tcmu_sim_send(&sim, rw(0x2a, 32, 4), 10, data + 32, 2048, 512);
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 0);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	assert_int_equal(sim.cmd[next].status, SCSIEMU_BUSY);
	hung_write(32, 4);
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	is_written(32, 4);
	drop();
}

/* Head and tail are where they were, or further on: what is there has never
 * been taken up. */
static void test_reset_as_before(void **state)
{
	int next[2];

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	for (unsigned more = 0; more < 2; more++) {
		tcmu_sim_reset(&sim);
		serve();
		tcmu_sim_send(&sim, rw(0x28, 200, 1), 10, NULL, 512, 512);
		serve();
		assert_int_equal(tcmu_get32(sim.map + TCMU_TAIL_AT), 0);
		tcmu_sim_reset(&sim);
		for (unsigned i = 0; i <= more; i++)
			next[i] = tcmu_sim_send(&sim, rw(0x28, 9, 1), 10, NULL,
						512, 512);
		run_store();
		assert_int_equal(tcmu_sim_take(&sim), 0);
		serve();
		assert_int_equal(tcmu_sim_take(&sim), 1 + more);
		for (unsigned i = 0; i <= more; i++)
			assert_int_equal(sim.cmd[next[i]].status, SCSIEMU_BUSY);
	}
	assert_null(scsiemu_tcmu_broken(t));
	drop();
}

/* Closed while the store is slow: the host tries again elsewhere. */
static void test_close(void **state)
{
	int id;

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	id = tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL, 512, 512);
	serve();
	assert_false(scsiemu_tcmu_close(t));
	run_store();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	assert_int_equal(sim.cmd[id].status, SCSIEMU_BUSY);
	drop();
}

/* What was in the ring when nobody served it is taken up. */
static void test_restart(void **state)
{
	struct scsiemu_errmsg err;
	int id;

	(void)state;
	make("disk:mem,size=1M", 65536, false);
	assert_true(scsiemu_tcmu_close(t));
	id = tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL, 512, 512);
	t = try_open(&err);
	assert_non_null(t);
	scsiemu_pump_flush(&dev.pump);
	assert_int_equal(tcmu_sim_take(&sim), 1);
	assert_int_equal(sim.cmd[id].status, 0);
	drop();
}

static void put64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, 8);
}

/* What no kernel writes: the device is given up, with the reason. */
static void test_broken(void **state)
{
	static const struct {
		uint32_t at;
		uint64_t value;
		uint8_t bytes;
		const char *why;
	} wrongs[] = {
		{ TCMU_LEN_OP_AT, 1, 4, "outside the ring" },
		{ TCMU_LEN_OP_AT, 1 << 20 | 1, 4, "outside the ring" },
		{ TCMU_LEN_OP_AT, 0xfffffff9, 4, "outside the ring" },
		{ TCMU_LEN_OP_AT, 104 | 1, 4, "outside the ring" },
		{ TCMU_IOVS_AT, 100, 4, "outside the device's" },
		{ TCMU_IOVS_AT, 0xffffffff, 4, "outside the device's" },
		{ TCMU_IOVS_BIDI_AT, 100, 4, "outside the device's" },
		{ TCMU_CDB_AT, 0, 8, "outside the device's" },
		{ TCMU_CDB_AT, UINT64_MAX, 8, "outside the device's" },
		{ TCMU_IOV_AT, UINT64_MAX - 100, 8, "outside the device's" },
		{ TCMU_IOV_AT, 2 << 20, 8, "outside the device's" },
		{ TCMU_IOV_AT + 8, 2 << 20, 8, "outside the device's" },
		{ TCMU_IOV_AT + 8, UINT64_MAX, 8, "outside the device's" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		uint32_t at;

		make("disk:mem,size=1M", 65536, false);
		at = sim.head;
		tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL, 512, 512);
		if (wrongs[i].bytes == 8)
			put64(sim.map + SIM_RING_AT + at + wrongs[i].at,
			      wrongs[i].value);
		else
			tcmu_put32(sim.map + SIM_RING_AT + at + wrongs[i].at,
				   (uint32_t)wrongs[i].value);
		assert_null(scsiemu_tcmu_broken(t));
		serve();
		assert_non_null(scsiemu_tcmu_broken(t));
		assert_non_null(strstr(scsiemu_tcmu_broken(t), wrongs[i].why));
		assert_int_equal(scsiemu_tcmu_source(t)->events, 0);
		drop();
	}
	make("disk:mem,size=1M", 65536, false);
	tcmu_put32(sim.map + TCMU_HEAD_AT, 65536);
	serve();
	assert_non_null(strstr(scsiemu_tcmu_broken(t), "outside the ring"));
	drop();
	make("disk:mem,size=1M", 65536, false);
	sim.read_error = EIO;
	serve();
	assert_non_null(strstr(scsiemu_tcmu_broken(t), "is gone"));
	drop();
}

/* The kernel's device goes while a store is slow: nobody waits for it, and a
 * loop that has nothing else ends. */
static void test_gone(void **state)
{
	struct scsiemu_errmsg err;
	struct scsiemu_loop *loop;

	(void)state;
	make("disk:mem,size=1M", 65536, true);
	assert_true(scsiemu_tcmu_close(t));
	loop = scsiemu_loop_create(&dev.pump);
	t = open_in(loop, &err);
	assert_non_null(t);
	tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL, 512, 512);
	serve();
	sim.write_error = EIO;
	run_store();
	assert_string_equal(said, scsiemu_tcmu_broken(t));
	assert_non_null(strstr(scsiemu_tcmu_broken(t), "is gone"));
	assert_int_equal(scsiemu_tcmu_source(t)->events, 0);
	assert_int_equal(scsiemu_loop_run(loop), 0);
	drop();
	scsiemu_loop_destroy(loop);
}

/* Nor does it change one that was taken up: what is behind it is not looked for
 * where there is no ring. */
static void test_changed(void **state)
{
	static const uint32_t headers[] = { 0, 0xfffffff8, 1024, 64 | 7 };

	(void)state;
	for (unsigned i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		uint32_t at;

		make("disk:mem,size=1M", 1024, true);
		tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL, 512, 512);
		serve();
		at = sim.head;
		tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL, 512, 512);
		serve();
		tcmu_put32(sim.map + SIM_RING_AT + at, headers[i]);
		run_store();
		assert_non_null(scsiemu_tcmu_broken(t));
		assert_non_null(strstr(scsiemu_tcmu_broken(t),
				       "changed after it had been taken up"));
		scsiemu_tcmu_source(t)->ready(scsiemu_tcmu_source(t), POLLIN);
		assert_int_equal(scsiemu_tcmu_source(t)->events, 0);
		drop();
	}
}

static void refused(const char *why)
{
	struct scsiemu_errmsg err;

	assert_null(try_open(&err));
	assert_non_null(strstr(err.text, why));
}

static void test_open(void **state)
{
	struct scsiemu_errmsg err;

	(void)state;
	make("disk:mem,size=1M", 65536, false);
	assert_true(scsiemu_tcmu_close(t));
	sim.open_error = EBUSY;
	refused("/dev/uio0: another process serves it");
	sim.open_error = EACCES;
	refused("ermission denied");
	sim.open_error = 0;
	sim.mmap_error = EINVAL;
	refused("Invalid argument");
	sim.mmap_error = 0;
	tcmu_put16(sim.map + TCMU_VERSION_AT, 1);
	refused("another version than 2");
	tcmu_put16(sim.map + TCMU_VERSION_AT, 2);
	tcmu_put16(sim.map + TCMU_FLAGS_AT, 0xe);
	refused("in order only");
	tcmu_put16(sim.map + TCMU_FLAGS_AT, 0xf);
	tcmu_put32(sim.map + TCMU_RING_OFF_AT, 0xfffffff8);
	refused("outside its memory");
	tcmu_put32(sim.map + TCMU_RING_OFF_AT, SIM_RING_AT);
	tcmu_put32(sim.map + TCMU_RING_SIZE_AT, 0x7ffffff8);
	refused("outside its memory");
	tcmu_put32(sim.map + TCMU_RING_SIZE_AT, 104);
	refused("outside its memory");
	tcmu_put32(sim.map + TCMU_RING_SIZE_AT, 65536);
	t = try_open(&err);
	assert_non_null(t);
	drop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_keep_at_once),
		cmocka_unit_test(test_keep_not),
		cmocka_unit_test(test_reset_ring),
		cmocka_unit_test(test_reset_unnoticed),
		cmocka_unit_test(test_reset_as_before),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
