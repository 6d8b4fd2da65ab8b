/* SPDX-License-Identifier: BSD-2-Clause */
/* The back end of vhost-user-scsi against a front end and a driver. */
#define _GNU_SOURCE
#include "vhost_rig.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void run_data(bool packed, uint64_t features)
{
	uint32_t mark;

	make(packed, features, false);
	mark = sim.free;
	for (unsigned i = 0; i < 40; i++) { /* the rings wrap */
		struct request r;

		r = put_request(lun0, rw(0x2a, 5, 8), 10, data + i, 4096, 0);
		expect(ended(&r, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
		r = put_request(lun0, rw(0x28, 5, 8), 10, NULL, 0, 4096);
		expect(ended(&r, 108 + 4096), VIRTIO_OK, SCSIEMU_GOOD, 0);
		assert_memory_equal(sim.mem + r.in, data + i, 4096);
		sim.free = mark;
		/* One for all that ended since. */
		if (!(features & VIRTIO_EVENT_IDX))
			assert_int_equal(vhost_sim_signals(&sim, QUEUE_REQUEST),
					 2 + 2 * !i);
	}
	drop();
}

static void test_split(void **state)
{
	(void)state;
	run_data(false, 0);
	run_data(false, VIRTIO_EVENT_IDX);
}

static void test_packed(void **state)
{
	(void)state;
	run_data(true, 0);
	run_data(true, VIRTIO_EVENT_IDX);
}

/* Less than there is room for, more than there is, who is not there. */
static void test_replies(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36 };
	static const uint8_t bad[6] = { 0x12, 0, 1, 0, 36 };
	static const uint8_t other[8] = { 1, 3, 0x40, 0 };
	static const uint8_t none[8] = { 1, 0, 0x40, 7 };
	struct request r;

	(void)state;
	make(false, 0, false);
	r = put_request(lun0, inquiry, 6, NULL, 0, 96);
	expect(ended(&r, 108 + 36), VIRTIO_OK, SCSIEMU_GOOD, 60);
	assert_memory_equal(sim.mem + r.in + 8, "SCSIEMU ", 8);
	assert_int_equal(sim.mem[r.in + 36], 0xee);
	r = put_request(lun0, bad, 6, NULL, 0, 96);
	expect(ended(&r, 108), VIRTIO_OK, SCSIEMU_CHECK_CONDITION, 96);
	r = put_request(lun0, rw(0x28, 0, 2), 10, NULL, 0, 512);
	assert_int_equal(ended(&r, 108 + 512)[RSP_RESPONSE_AT], VIRTIO_OVERRUN);
	r = put_request(other, inquiry, 6, NULL, 0, 96);
	expect(ended(&r, 108), VIRTIO_BAD_TARGET, 0, 0);
	r = put_request(none, inquiry, 6, NULL, 0, 36);
	expect(ended(&r, 108 + 36), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_int_equal(sim.mem[r.in], 0x7f);
	drop();
}

/* Data both ways: of what a write does not read nothing came. */
static void test_both_ways(void **state)
{
	struct request r;

	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		make(packed, VIRTIO_INOUT, false);
		r = put_request(lun0, rw(0x2a, 9, 1), 10, data, 512, 300);
		expect(ended(&r, 108), VIRTIO_OK, SCSIEMU_GOOD, 300);
		assert_int_equal(sim.mem[r.in], 0xee);
		r = put_request(lun0, rw(0x28, 9, 1), 10, data + 99, 64, 512);
		expect(ended(&r, 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 64);
		assert_memory_equal(sim.mem + r.in, data, 512);
		drop();
	}
}

/* A control request goes round; its response. */
static const uint8_t *control(const void *req, uint32_t len, uint32_t room)
{
	struct sim_part p[2] = {
		{ .at = vhost_sim_take(&sim, len), .len = len },
		{ .at = vhost_sim_take(&sim, room), .len = room, .in = true }
	};
	uint32_t written = 0;
	uint16_t id;

	memcpy(sim.mem + p[0].at, req, len);
	id = vhost_sim_put(&sim, QUEUE_CONTROL, p, 2);
	settle();
	run_store();
	assert_int_equal(vhost_sim_get(&sim, QUEUE_CONTROL, &written), id);
	assert_int_equal(written, room);
	return sim.mem + p[1].at;
}

static uint8_t manage(uint32_t subtype, uint64_t tag)
{
	uint8_t req[TMF_REQUEST] = { 0 };

	vhost_put32(req + TMF_SUBTYPE_AT, subtype);
	memcpy(req + TMF_LUN_AT, lun0, 8);
	vhost_put64(req + TMF_TAG_AT, tag);
	return *control(req, sizeof(req), 1);
}

static void test_functions(void **state)
{
	struct request r;

	(void)state;
	make(false, 0, true);
	r = put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	assert_int_equal(manage(6, r.req), VIRTIO_SUCCEEDED); /* query */
	expect(ended(&r, 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_int_equal(manage(6, r.req), VIRTIO_OK);
	r = put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	assert_int_equal(manage(0, r.req), VIRTIO_OK);
	assert_int_equal(ended(&r, 108)[RSP_RESPONSE_AT], VIRTIO_ABORTED);
	r = put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	assert_int_equal(manage(5, 0), VIRTIO_OK);
	assert_int_equal(ended(&r, 108)[RSP_RESPONSE_AT], VIRTIO_RESET);
	assert_int_equal(manage(99, 0), VIRTIO_REJECTED);
	drop();
}

static void test_notification(void **state)
{
	uint8_t req[AN_REQUEST] = { CTL_QUERY };

	(void)state;
	make(false, 0, false);
	memcpy(req + AN_LUN_AT, lun0, 8);
	assert_memory_equal(control(req, sizeof(req), AN_RESPONSE), "\0\0\0\0",
			    AN_RESPONSE);
	req[AN_LUN_AT + 1] = 3; /* a target that is not there */
	assert_int_equal(control(req, sizeof(req), AN_RESPONSE)[4],
			 VIRTIO_BAD_TARGET);
	req[0] = CTL_SUBSCRIBE + 1; /* of no known type */
	assert_int_equal(*control(req, sizeof(req), 1), VIRTIO_FAILURE);
	drop();
}

/* Too short for what it is, or what is to be said. */
static void run_short(unsigned queue, struct sim_part p, const char *why)
{
	make(false, VIRTIO_CHANGE, false);
	p.at = vhost_sim_take(&sim, p.len);
	memset(sim.mem + p.at, 0, p.len);
	vhost_sim_put(&sim, queue, &p, 1);
	settle();
	scsiemu_vhost_event(server, 0, SCSIEMU_VHOST_CHANGED, 0x2a09);
	assert_non_null(strstr(said, why));
	drop();
}

static void test_short(void **state)
{
	static const char control_why[] = "a control request that is too short";

	(void)state;
	run_short(QUEUE_CONTROL, (struct sim_part){ .len = 3 }, control_why);
	run_short(QUEUE_CONTROL, (struct sim_part){ .len = 8 }, control_why);
	run_short(QUEUE_CONTROL, (struct sim_part){ .len = TMF_REQUEST },
		  control_why);
	run_short(QUEUE_EVENT, (struct sim_part){ .len = 8, .in = true },
		  "a buffer for events that is too short");
}

/* The queue is stopped when its last command has ended. */
static void run_stop(bool packed)
{
	uint32_t what[2] = { QUEUE_REQUEST, 0 };
	const struct sim_queue *q = &sim.q[QUEUE_REQUEST];
	struct request r;

	make(packed, 0, true);
	r = put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	vhost_sim_send(&sim, MSG_GET_VRING_BASE, 0, what, 8, -1);
	assert_int_equal(vhost_sim_receive(&sim, what, 8, NULL), -1);
	run_store();
	expect(ended(&r, 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_int_equal(vhost_sim_receive(&sim, what, 8, NULL), 8);
	assert_int_equal(what[1],
			 packed ? (q->next | 0x8000u) * 0x10001u : q->next);
	drop();
}

static void test_stop(void **state)
{
	(void)state;
	run_stop(false);
	run_stop(true);
}

/* A packed queue's driver says at which descriptor it wants a signal. */
static void test_wanted(void **state)
{
	struct sim_queue *q = &sim.q[QUEUE_REQUEST];
	struct request r[2];

	(void)state;
	make(true, VIRTIO_EVENT_IDX, false);
	vhost_sim_signals(&sim, QUEUE_REQUEST);
	vhost_put16(sim.mem + q->avail + PACKED_EVENT_AT,
		    (uint16_t)((q->next + 3u) | 0x8000u));
	vhost_put16(sim.mem + q->avail + PACKED_EVENT_FLAGS_AT, PACKED_AT_DESC);
	for (unsigned i = 0; i < 2; i++) {
		r[i] = put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
		expect(ended(&r[i], 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
		assert_int_equal(vhost_sim_signals(&sim, QUEUE_REQUEST), i);
	}
	vhost_put16(sim.mem + q->avail + PACKED_EVENT_FLAGS_AT, PACKED_DISABLE);
	r[0] = put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	expect(ended(&r[0], 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_int_equal(vhost_sim_signals(&sim, QUEUE_REQUEST), 0);
	drop();
}

static void run_events(bool packed, uint64_t features)
{
	uint32_t at, len = 0;
	struct sim_part p;
	uint16_t id;

	make(packed, features | VIRTIO_HOTPLUG | VIRTIO_CHANGE, false);
	at = vhost_sim_take(&sim, EVENT);
	p = (struct sim_part){ .at = at, .len = EVENT, .in = true };
	id = vhost_sim_put(&sim, QUEUE_EVENT, &p, 1);
	settle();
	assert_true(
		scsiemu_vhost_event(server, 3, SCSIEMU_VHOST_CHANGED, 0x2a09));
	assert_int_equal(vhost_sim_get(&sim, QUEUE_EVENT, &len), id);
	assert_int_equal(len, EVENT);
	assert_memory_equal(sim.mem + at,
			    "\3\0\0\0\1\0\0\3\0\0\0\0\x2a\x09\0\0", EVENT);
	/* No room: the driver learns that it missed something. */
	assert_true(scsiemu_vhost_event(server, 3, SCSIEMU_VHOST_REMOVED, 0));
	id = vhost_sim_put(&sim, QUEUE_EVENT, &p, 1);
	settle();
	assert_int_equal(vhost_sim_get(&sim, QUEUE_EVENT, &len), id);
	assert_int_equal(vhost_get32(sim.mem + at), EVENT_MISSED);
	drop();
}

static void test_events(void **state)
{
	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		run_events(packed, 0);
		run_events(packed, VIRTIO_EVENT_IDX);
	}
	make(false, 0, false);
	assert_false(scsiemu_vhost_event(server, 3, SCSIEMU_VHOST_ADDED, 0));
	drop();
}

/* A signal goes to a pipe that nobody empties, or nobody has any more. */
static void test_signals(void **state)
{
	uint64_t which = QUEUE_REQUEST;
	struct request r;
	int fd[2];

	(void)state;
	for (int gone = 0; gone < 2; gone++) {
		make(false, 0, false);
		assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
		while (!gone && write(fd[1], data, 1) == 1)
			;
		if (gone)
			close(fd[0]);
		fcntl(fd[1], F_SETFL, 0);
		vhost_sim_send(&sim, MSG_SET_VRING_CALL, 0, &which, 8, fd[1]);
		r = put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
		expect(ended(&r, 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
		drop();
		if (!gone)
			close(fd[0]);
		close(fd[1]);
	}
}

/* While it closes nobody comes any more. */
static void test_close(void **state)
{
	struct vhost_sim late = { .fd = -1 };
	uint8_t c;

	(void)state;
	make(false, 0, true);
	put_request(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	assert_false(scsiemu_vhost_close(server));
	run_store();
	vhost_sim_dial(&late, path);
	settle();
	assert_null(strstr(said, "a front end is here"));
	drop();
	assert_int_equal(read(late.fd, &c, 1), -1);
	close(late.fd);
}

static void test_socket(void **state)
{
	struct scsiemu_vhost_config cf = {
		.size = sizeof(cf), .allocator = &scsiemu_host_allocator
	};
	struct scsiemu_errmsg err;
	struct stat st;

	(void)state;
	make(false, 0, false);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	cf.pump = &dev.pump;
	cf.dev = dev.dev;
	cf.loop = loop;
	/* More often than it lets somebody wait whom it does not accept. */
	for (int i = 0; i < 4; i++) {
		assert_null(scsiemu_vhost_open(&cf, path, &err));
		assert_non_null(strstr(err.text, "is another server running?"));
	}
	assert_int_equal(lstat(path, &st), 0);
	drop();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_notification),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
