/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost-user-scsi: a back end that dies, and what the next one does. */
#include "vhost_rig.h"

#include <stdlib.h>
#include <sys/mman.h>

/* The back end goes while commands are under way: the next one does them. */
static void run_restart(bool packed)
{
	struct request a, b;

	make(packed, 0, true);
	a = put_request(lun0, rw(0x2a, 1, 1), 10, data, 512, 0);
	b = put_request(lun0, rw(0x2a, 2, 1), 10, data + 512, 512, 0);
	vhost_sim_hang_up(&sim);
	run_store();
	vhost_sim_connect(&sim, path, packed, 0, settle);
	run_store();
	expect(ended(&a, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
	expect(ended(&b, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
	a = put_request(lun0, rw(0x28, 1, 2), 10, NULL, 0, 1024);
	run_store();
	expect(ended(&a, 108 + 1024), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_memory_equal(sim.mem + a.in, data, 1024);
	drop();
}

static void test_restart(void **state)
{
	(void)state;
	run_restart(false);
	run_restart(true);
}

/* ---- Death halfway through giving a request back ---- */

static const struct semu_ring_format *format(void)
{
	return sim.packed ? &semu_ring_packed : &semu_ring_split;
}

/* What is kept of the queue of requests. */
static uint8_t *map_fly(void)
{
	uint8_t *fly = mmap(NULL, sim.fly_len, PROT_READ | PROT_WRITE,
			    MAP_SHARED, sim.fly, 0);

	assert_true(fly != MAP_FAILED);
	return fly;
}

/*
 * What a back end leaves that dies between giving a request back and noting
 * so: `fly` is of afterwards, `before` of when the request was under way.
 */
static void rewind_fly(uint8_t *fly, const uint8_t *before)
{
	size_t head = format()->fly_head, entry = format()->fly_entry;

	if (sim.packed) {
		memcpy(fly + FLY_OLD_FREE_AT, before + FLY_OLD_FREE_AT, 2);
		memcpy(fly + FLY_OLD_USED_AT, before + FLY_OLD_USED_AT, 2);
		fly[FLY_OLD_WRAP_AT] = before[FLY_OLD_WRAP_AT];
	} else {
		memcpy(fly + FLY_SPLIT_USED_AT, before + FLY_SPLIT_USED_AT, 2);
	}
	for (size_t i = 0; i < SIM_SIZE; i++)
		fly[head + i * entry] = before[head + i * entry];
}

/* seen: it was in the guest's memory already. */
static void run_halfway(bool packed, bool seen, uint64_t features)
{
	static uint8_t mem[SIM_MEMORY], before[65536];
	size_t len, at;
	struct request r;
	uint8_t *fly;

	make(packed, features, true);
	len = semu_vhost_fly_len(format(), SIM_SIZE);
	at = QUEUE_REQUEST * len;
	fly = map_fly();
	r = put_request(lun0, rw(0x2a, 1, 1), 10, data, 512, 0);
	memcpy(mem, sim.mem, SIM_MEMORY);
	memcpy(before, fly + at, len);
	run_store();
	vhost_sim_hang_up(&sim);
	rewind_fly(fly + at, before);
	if (!seen)
		memcpy(sim.mem, mem, SIM_MEMORY);
	vhost_sim_signals(&sim, QUEUE_REQUEST);
	vhost_sim_connect(&sim, path, packed, features, settle);
	/* Perhaps nobody told it of the last one. */
	assert_true(vhost_sim_signals(&sim, QUEUE_REQUEST) > 0);
	run_store();
	expect(ended(&r, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_int_equal(vhost_sim_get(&sim, QUEUE_REQUEST, &(uint32_t){ 0 }),
			 -1);
	r = put_request(lun0, rw(0x28, 1, 1), 10, NULL, 0, 512);
	run_store();
	expect(ended(&r, 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_memory_equal(sim.mem + r.in, data, 512);
	munmap(fly, sim.fly_len);
	drop();
}

static void test_halfway(void **state)
{
	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		for (int seen = 0; seen < 2; seen++) {
			run_halfway(packed, seen, 0);
			run_halfway(packed, seen, VIRTIO_EVENT_IDX);
		}
	}
}

/* ---- Memory of what is in flight that somebody wrote to ---- */

static void test_damaged(void **state)
{
	struct sim_part p[2] = { { .at = 4096, .len = 51 },
				 { .at = 8192, .len = 108, .in = true } };
	uint8_t *fly;
	size_t at;

	(void)state;
	make(true, 0, false);
	fly = map_fly();
	at = QUEUE_REQUEST * semu_vhost_fly_len(&semu_ring_packed, SIM_SIZE);
	vhost_put16(fly + at + FLY_FREE_AT, SIM_SIZE);
	vhost_sim_put(&sim, QUEUE_REQUEST, p, 2);
	settle();
	assert_non_null(strstr(said, "what is in flight is damaged"));
	munmap(fly, sim.fly_len);
	drop();
}

/* The next back end begins with anything there, and ends as it should. */
static void test_anything(void **state)
{
	uint32_t n = 1;
	uint8_t *fly;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		make(round & 1, VIRTIO_INDIRECT, false);
		fly = map_fly();
		vhost_sim_hang_up(&sim);
		for (size_t i = 0; i < sim.fly_len; i++) {
			n = n * 1103515245 + 12345;
			if (n >> 30 == 0)
				fly[i] = (uint8_t)(n >> 20 & 0x1f);
		}
		vhost_sim_connect(&sim, path, round & 1, VIRTIO_INDIRECT,
				  settle);
		munmap(fly, sim.fly_len);
		drop();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_halfway),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
