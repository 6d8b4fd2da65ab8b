/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost-user-scsi: what each message of a front end does. */
#define _GNU_SOURCE
#include "vhost_rig.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

static void works(void)
{
	struct request r = put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);

	run_store();
	expect(ended(&r, 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
}

static void test_messages(void **state)
{
	uint64_t features = UINT64_C(1) << 50;
	uint8_t config[12 + CONFIG];
	uint32_t place[3] = { 0, CONFIG, 0 };

	(void)state;
	make(false, 0, false);
	memset(config, 0, sizeof(config));
	memcpy(config, place, sizeof(place));
	vhost_sim_send(&sim, MSG_GET_CONFIG, 0, config, sizeof(config), -1);
	assert_int_equal(vhost_sim_receive(&sim, config, sizeof(config), NULL),
			 sizeof(config));
	assert_int_equal(vhost_get32(config + 12), 1);
	assert_int_equal(vhost_get32(config + 12 + CONFIG_CDB_AT), 32);
	/* Refused: in the answer, where one is asked for. */
	assert_int_equal(acked(MSG_SET_FEATURES, &features, 8, -1), 1);
	/* ... or by the end of the connection. */
	vhost_sim_send(&sim, 77, 0, NULL, 0, -1);
	assert_non_null(strstr(said, "message 77 of 0 bytes"));
	close(sim.fd);
	/* The next front end finds everything as at first. */
	vhost_sim_connect(&sim, path, false, 0, settle);
	drop();
}

/* Also by the message that negotiates it, from then on. */
static void test_acknowledge(void **state)
{
	uint64_t none = 0, some = PROTOCOL_REPLY_ACK;

	(void)state;
	make(false, 0, false);
	assert_int_equal(acked(MSG_SET_PROTOCOL, &none, 8, -1), NOTHING_YET);
	assert_int_equal(acked(MSG_SET_OWNER, NULL, 0, -1), NOTHING_YET);
	assert_int_equal(acked(MSG_SET_PROTOCOL, &some, 8, -1), 0);
	assert_int_equal(acked(MSG_SET_OWNER, NULL, 0, -1), 0);
	works();
	drop();
}

static uint64_t ask(uint32_t request)
{
	uint64_t n = 0;

	vhost_sim_send(&sim, request, 0, NULL, 0, -1);
	assert_int_equal(vhost_sim_receive(&sim, &n, 8, NULL), 8);
	return n;
}

static void test_offers(void **state)
{
	uint64_t other = VIRTIO_VERSION_1 | VIRTIO_PROTOCOL | VIRTIO_PACKED;

	(void)state;
	make(false, 0, false);
	/* VERSION_1, PACKED; INOUT, HOTPLUG, CHANGE, INDIRECT, EVENT_IDX */
	assert_int_equal(ask(MSG_GET_FEATURES), UINT64_C(0x570000007));
	assert_int_equal(ask(MSG_GET_PROTOCOL), 0xb209);
	assert_int_equal(ask(MSG_GET_QUEUE_NUM), SIM_QUEUES);
	/* Not while queues run. */
	assert_int_equal(acked(MSG_SET_FEATURES, &other, 8, -1), 1);
	works();
	/* A message of a later version of the protocol. */
	vhost_sim_send(&sim, MSG_SET_OWNER, 2, NULL, 0, -1);
	assert_non_null(strstr(said, "no message of vhost-user version 1"));
	drop();
}

/* Features that are refused change no queue, one that stands still neither. */
static void test_refused_features(void **state)
{
	uint32_t what[2] = { QUEUE_CONTROL, 0 }, len = 0;
	struct sim_part p[2] = { { .len = TMF_REQUEST },
				 { .len = 1, .in = true } };

	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		uint64_t other;

		make(packed, 0, false);
		other = sim.features ^ VIRTIO_PACKED;
		vhost_sim_send(&sim, MSG_GET_VRING_BASE, 0, what, 8, -1);
		assert_int_equal(vhost_sim_receive(&sim, what, 8, NULL), 8);
		assert_int_equal(acked(MSG_SET_FEATURES, &other, 8, -1), 1);
		vhost_sim_start(&sim, QUEUE_CONTROL, what[1]);
		for (unsigned i = 0; i < 2; i++)
			p[i].at = vhost_sim_take(&sim, p[i].len);
		memset(sim.mem + p[0].at, 0, p[0].len);
		vhost_sim_put(&sim, QUEUE_CONTROL, p, 2);
		settle();
		assert_true(vhost_sim_get(&sim, QUEUE_CONTROL, &len) >= 0);
		assert_int_equal(sim.mem[p[1].at], VIRTIO_BAD_TARGET);
		drop();
	}
}

/* Messages of a queue that is not there, or must not change now. */
static void test_no_queue(void **state)
{
	static const uint32_t each[] = {
		MSG_SET_VRING_NUM,  MSG_SET_VRING_ADDR,	  MSG_SET_VRING_BASE,
		MSG_GET_VRING_BASE, MSG_SET_VRING_KICK,	  MSG_SET_VRING_CALL,
		MSG_SET_VRING_ERR,  MSG_SET_VRING_ENABLE,
	};
	uint64_t body[5] = { SIM_QUEUES };

	(void)state;
	make(false, 0, false);
	for (unsigned i = 0; i < sizeof(each) / sizeof(each[0]); i++)
		assert_int_equal(acked(each[i], body, sizeof(body), -1), 1);
	body[0] = QUEUE_REQUEST;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(acked(each[i], body, sizeof(body), -1), 1);
	body[0] = QUEUE_REQUEST | MSG_NO_FD;
	assert_int_equal(acked(MSG_SET_VRING_KICK, body, 8, -1), 1);
	works();
	drop();
}

/* A kick descriptor that cannot be one. */
static void test_bad_kick(void **state)
{
	uint64_t which = QUEUE_REQUEST;
	int fd = open("/", O_PATH | O_CLOEXEC);

	(void)state;
	make(false, 0, false);
	assert_int_equal(acked(MSG_SET_VRING_KICK, &which, 8, fd), 1);
	drop();
	close(fd);
}

/* What ends a queue, the front end is told by a descriptor of its own. */
static void test_error_signal(void **state)
{
	struct sim_part far = { .at = SIM_MEMORY - 8, .len = 64, .in = true };
	uint64_t which = QUEUE_REQUEST;
	int fd = eventfd(0, EFD_NONBLOCK);
	eventfd_t n = 0;

	(void)state;
	make(false, 0, false);
	assert_int_equal(acked(MSG_SET_VRING_ERR, &which, 8, fd), 0);
	vhost_sim_put(&sim, QUEUE_REQUEST, &far, 1);
	settle();
	assert_int_equal(eventfd_read(fd, &n), 0);
	assert_int_equal(n, 1);
	drop();
	close(fd);
}

/* A queue that is started where it cannot be. */
static void test_bad_place(void **state)
{
	static const uint32_t places[] = { 8, SIM_MEMORY - 16, SIM_MEMORY };

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		uint32_t what[2] = { QUEUE_REQUEST, 0 };

		make(i & 1, 0, false);
		vhost_sim_send(&sim, MSG_GET_VRING_BASE, 0, what, 8, -1);
		assert_int_equal(vhost_sim_receive(&sim, what, 8, NULL), 8);
		sim.q[QUEUE_REQUEST].desc = places[i / 2];
		vhost_sim_start(&sim, QUEUE_REQUEST, what[1]);
		assert_non_null(strstr(said, "not in the guest's memory"));
		drop();
	}
}

/* ---- Memory ---- */

/* As long as it is for all regions that could be. */
static void test_long_table(void **state)
{
	uint64_t table[1 + 8 * 4] = { 1, SIM_GUEST, SIM_MEMORY, SIM_USER, 0 };

	(void)state;
	make(false, 0, false);
	assert_int_equal(
		acked(MSG_SET_MEM_TABLE, table, sizeof(table), sim.memfd), 0);
	works();
	table[0] = 2; /* with one descriptor */
	assert_int_equal(
		acked(MSG_SET_MEM_TABLE, table, sizeof(table), sim.memfd), 1);
	drop();
}

enum { FAR = 0x10000000, MORE = 8192 };

/* A read whose data go to byte `at` of the guest's memory. */
static int read_to(uint32_t at, uint32_t *len)
{
	struct sim_part p[3];
	uint32_t req = vhost_sim_take(&sim, 51);

	memset(sim.mem + req, 0, 51);
	memcpy(sim.mem + req, lun0, 8);
	memcpy(sim.mem + req + REQ_CDB_AT, rw(0x28, 3, 1), 10);
	p[0] = (struct sim_part){ .at = req, .len = 51 };
	p[1] = (struct sim_part){ .at = vhost_sim_take(&sim, 108),
				  .len = 108,
				  .in = true };
	p[2] = (struct sim_part){ .at = at, .len = 512, .in = true };
	vhost_sim_put(&sim, QUEUE_REQUEST, p, 3);
	settle();
	return vhost_sim_get(&sim, QUEUE_REQUEST, len);
}

static void test_regions(void **state)
{
	uint64_t region[5] = { 0, SIM_GUEST + FAR, MORE, SIM_USER + FAR, 0 };
	int fd = memfd_create("more", MFD_CLOEXEC);
	uint64_t slots = 0;
	uint32_t len = 0;
	struct request w;
	uint8_t *more;

	(void)state;
	assert_int_equal(ftruncate(fd, MORE), 0);
	more = mmap(NULL, MORE, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(more != MAP_FAILED);
	make(false, 0, false);
	vhost_sim_send(&sim, MSG_GET_SLOTS, 0, NULL, 0, -1);
	assert_int_equal(vhost_sim_receive(&sim, &slots, 8, NULL), 8);
	assert_int_equal(slots, SEMU_VHOST_REGIONS);
	w = put_request(lun0, rw(0x2a, 3, 1), 10, data, 512, 0);
	expect(ended(&w, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_int_equal(acked(MSG_ADD_REGION, region, 40, -1), 1);
	assert_int_equal(acked(MSG_ADD_REGION, region, 40, fd), 0);
	assert_true(read_to(FAR + MORE - 512, &len) >= 0);
	assert_int_equal(len, 108 + 512);
	assert_memory_equal(more + MORE - 512, data, 512);
	assert_int_equal(acked(MSG_REMOVE_REGION, region, 40, -1), 0);
	assert_int_equal(acked(MSG_REMOVE_REGION, region, 40, -1), 1);
	works();
	assert_int_equal(read_to(FAR, &len), -1);
	assert_non_null(strstr(said, "outside the guest's memory"));
	drop();
	munmap(more, MORE);
	close(fd);
}

/* The queues' own memory cannot go. */
static void test_region_in_use(void **state)
{
	uint64_t region[5] = { 0, SIM_GUEST, SIM_MEMORY, SIM_USER, 0 };

	(void)state;
	make(false, 0, false);
	assert_int_equal(acked(MSG_REMOVE_REGION, region, 40, -1), 1);
	drop();
}

/* The memory of queues that run is taken away: they end. */
static void test_memory_goes(void **state)
{
	static const struct {
		uint64_t n, size;
	} tables[] = { { 0, 0 }, { 1, 64 }, { 1, 2 * SIM_MEMORY } };
	struct sim_part p[2] = { { .at = 4096, .len = 51 },
				 { .at = 8192, .len = 108, .in = true } };

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		uint64_t n = tables[i / 2].n;
		uint64_t table[5] = { n, SIM_GUEST, tables[i / 2].size,
				      SIM_USER, 0 };

		make(i % 2, 0, false);
		assert_int_equal(acked(MSG_SET_MEM_TABLE, table,
				       (uint32_t)(8 + 32 * n),
				       n ? sim.memfd : -1),
				 1);
		assert_non_null(strstr(said, "its memory was taken away"));
		vhost_sim_put(&sim, QUEUE_REQUEST, p, 2);
		settle();
		drop();
	}
}

/* What is in flight cannot move under queues that run. */
static void test_flight_stays(void **state)
{
	uint8_t fly[MSG_INFLIGHT + 4] = { [16] = SIM_QUEUES, [18] = SIM_SIZE };
	struct request r;

	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		make(packed, 0, false);
		assert_int_equal(acked(MSG_GET_INFLIGHT, fly, sizeof(fly), -1),
				 1);
		memcpy(fly, &sim.fly_len, 8);
		assert_int_equal(
			acked(MSG_SET_INFLIGHT, fly, sizeof(fly), sim.fly), 1);
		memset(fly, 0, 8);
		r = put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
		expect(ended(&r, 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
		drop();
	}
}

/* ---- Configuration ---- */

static void put_config(uint8_t m[20], uint32_t sense, uint32_t cdb)
{
	uint32_t place[3] = { CONFIG_SENSE_AT, 8, 0 };

	memcpy(m, place, sizeof(place));
	vhost_put32(m + 12, sense);
	vhost_put32(m + 16, cdb);
}

/* A request with a header of 19 + 16 bytes, a response of 12 + 20. */
static void brief_request(void)
{
	static const uint8_t bad[6] = { 0x12, 0, 1, 0, 36 };
	struct sim_part p[2] = { { .len = 35 }, { .len = 32, .in = true } };
	uint32_t len = 0;

	p[0].at = vhost_sim_take(&sim, 35);
	p[1].at = vhost_sim_take(&sim, 64);
	memset(sim.mem + p[0].at, 0, 35);
	memcpy(sim.mem + p[0].at, lun0, 8);
	memcpy(sim.mem + p[0].at + REQ_CDB_AT, bad, 6);
	vhost_sim_put(&sim, QUEUE_REQUEST, p, 2);
	settle();
	assert_true(vhost_sim_get(&sim, QUEUE_REQUEST, &len) >= 0);
	assert_int_equal(len, 32);
	expect(sim.mem + p[1].at, VIRTIO_OK, SCSIEMU_CHECK_CONDITION, 0);
	assert_int_equal(sim.mem[p[1].at + RSP_SENSE_AT + 12], 0x24);
	assert_int_equal(sim.mem[p[1].at + 32], 0xee);
}

static void test_config(void **state)
{
	uint8_t m[12 + 8];
	uint32_t far[3] = { CONFIG - 4, 8, 0 };

	(void)state;
	make(false, 0, false);
	put_config(m, 20, 16);
	assert_int_equal(acked(MSG_SET_CONFIG, m, sizeof(m), -1), 0);
	brief_request();
	memset(m + 12, 0, 8);
	vhost_sim_send(&sim, MSG_GET_CONFIG, 0, m, sizeof(m), -1);
	assert_int_equal(vhost_sim_receive(&sim, m, sizeof(m), NULL), 20);
	assert_int_equal(vhost_get32(m + 12), 20);
	assert_int_equal(vhost_get32(m + 16), 16);
	/* Impossible lengths; what is not the driver's; outside. */
	put_config(m, SEMU_VHOST_SENSE + 1, 16);
	assert_int_equal(acked(MSG_SET_CONFIG, m, sizeof(m), -1), 1);
	put_config(m, 20, 0);
	assert_int_equal(acked(MSG_SET_CONFIG, m, sizeof(m), -1), 1);
	put_config(m, 20, 16);
	memset(m, 0, 4);
	assert_int_equal(acked(MSG_SET_CONFIG, m, sizeof(m), -1), 1);
	memcpy(m, far, sizeof(far));
	assert_int_equal(acked(MSG_SET_CONFIG, m, sizeof(m), -1), 1);
	vhost_sim_send(&sim, MSG_GET_CONFIG, 0, m, sizeof(m), -1);
	assert_int_equal(vhost_sim_receive(&sim, m, sizeof(m), NULL), 0);
	brief_request();
	drop();
}

/* ---- Reset ---- */

/* When what is under way has ended; nobody is answered, nothing is done
 * again. */
static void test_reset(void **state)
{
	struct request r;
	uint32_t len;

	(void)state;
	make(false, 0, true);
	r = put_request(lun0, rw(0x2a, 0, 1), 10, data, 512, 0);
	assert_int_equal(acked(MSG_RESET_DEVICE, NULL, 0, -1), NOTHING_YET);
	run_store();
	assert_int_equal(acknowledged(), 0);
	assert_int_equal(vhost_sim_get(&sim, QUEUE_REQUEST, &len), -1);
	assert_int_equal(sim.mem[r.rsp], 0xee);
	/* The queues stand still until they are started. */
	put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	assert_int_equal(vhost_sim_get(&sim, QUEUE_REQUEST, &len), -1);
	vhost_sim_start(&sim, QUEUE_REQUEST, sim.q[QUEUE_REQUEST].next);
	works();
	drop();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_refused_features),
		cmocka_unit_test(test_no_queue),
		cmocka_unit_test(test_bad_kick),
		cmocka_unit_test(test_error_signal),
		cmocka_unit_test(test_bad_place),
		cmocka_unit_test(test_acknowledge),
		cmocka_unit_test(test_long_table),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_region_in_use),
		cmocka_unit_test(test_memory_goes),
		cmocka_unit_test(test_flight_stays),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
