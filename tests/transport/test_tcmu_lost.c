/* SPDX-License-Identifier: BSD-2-Clause */
/* The TCMU adapter: aborts, an emptied ring, a handler that comes and goes. */
#include "tcmu_rig.h"

#include <errno.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_keep_at_once),
		cmocka_unit_test(test_keep_not),
		cmocka_unit_test(test_reset_ring),
		cmocka_unit_test(test_reset_unnoticed),
		cmocka_unit_test(test_reset_as_before),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
