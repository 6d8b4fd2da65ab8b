/* SPDX-License-Identifier: BSD-2-Clause */
/* The TCMU adapter against the kernel's rules. */
#include "tcmu_rig.h"

#include <errno.h>

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

/* The first entry now leads behind the second, to a place that looks taken up:
 * the second answer does not go there, where no entry needs to be. */
static void test_changed_to_next(void **state)
{
	uint8_t *at, before[TCMU_RESPONSE];
	uint32_t first, next;

	(void)state;
	make("disk:mem,size=1M", 1024, true);
	first = sim.head;
	tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL, 512, 512);
	tcmu_sim_send(&sim, rw(0x28, 0, 1), 10, NULL, 512, 512);
	next = sim.head;
	serve();
	tcmu_put32(sim.map + SIM_RING_AT + first, (next - first) | TCMU_OP_CMD);
	at = sim.map + SIM_RING_AT + next;
	at[TCMU_UFLAGS_AT] = 0x80;
	memcpy(before, at, sizeof(before));
	run_store();
	assert_memory_equal(at, before, sizeof(before));
	assert_non_null(scsiemu_tcmu_broken(t));
	assert_string_equal(scsiemu_tcmu_broken(t), said);
	assert_non_null(strstr(said, "changed after it had been taken up"));
	drop();
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
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_changed_to_next),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
