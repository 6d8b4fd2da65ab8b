/* SPDX-License-Identifier: BSD-2-Clause */
/* The back end of vhost-user-scsi against a front end and a driver. */
#define _GNU_SOURCE
#include "vhost_sim.h"

#include <scsiemu/host.h>
#include <scsiemu/wire.h>
#include <transport/loop.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

static struct vhost_sim sim;
static struct scsiemu_host_device dev;
static struct scsiemu_wrap_delay *delay; /* the store waits for run_store() */
static struct scsiemu_loop *loop;
static struct scsiemu_vhost *v;
static char folder[32], path[64], said[256];
static uint8_t data[8192];

/* Nothing more to do: the loop is told to stop. */
static int poll_now(struct pollfd *p, nfds_t n, int ms)
{
	int rc;

	(void)ms;
	p[0].fd = -p[0].fd - 1;
	rc = poll(p, n, 0);
	p[0].fd = -p[0].fd - 1;
	if (rc)
		return rc;
	p[0].revents = POLLIN;
	return 1;
}

static uint64_t no_clock(void)
{
	return 1000;
}

static const struct semu_calls calls = { .poll = poll_now,
					 .clock_ms = no_clock };

static void settle(void)
{
	assert_int_equal(scsiemu_loop_run(loop), 0);
}

static void notice(void *ctx, const char *text)
{
	(void)ctx;
	snprintf(said, sizeof(said), "%s", text);
}

static void open_server(void)
{
	struct scsiemu_vhost_config cf = {
		.size = sizeof(cf),
		.queues = 1,
		.pump = &dev.pump,
		.dev = dev.dev,
		.loop = loop,
		.allocator = &scsiemu_host_allocator,
		.notice = notice,
	};
	struct scsiemu_errmsg err;

	v = scsiemu_vhost_open(&cf, path, &err);
	assert_non_null(v);
}

static void make_slow(struct scsiemu_host_lu *h)
{
	struct scsiemu_errmsg err;

	scsiemu_lu_load(h->lu, NULL, false);
	assert_int_equal(scsiemu_wrap_delay(&h->medium, 1, SCSIEMU_DELAY_FIFO,
					    0, &delay, &err),
			 0);
	scsiemu_lu_load(h->lu, &h->medium, false);
}

static void run_store(void)
{
	while (scsiemu_delay_run(delay, UINT64_MAX))
		scsiemu_pump_flush(&dev.pump);
	scsiemu_pump_flush(&dev.pump);
	settle();
}

/* A request, with its memory: out, then in. */
struct request {
	uint32_t req, rsp, out, in, out_len, in_len;
	uint16_t id;
};

static struct request send(const uint8_t *lun, const void *cdb, unsigned len,
			   const void *out, uint32_t out_len, uint32_t in_len)
{
	struct request r = { .out_len = out_len, .in_len = in_len };
	struct sim_part p[4];
	unsigned n = 0;

	r.req = vhost_sim_take(&sim, 51);
	memset(sim.mem + r.req, 0, 51);
	memcpy(sim.mem + r.req, lun, 8);
	vhost_put64(sim.mem + r.req + REQ_TAG_AT, r.req);
	memcpy(sim.mem + r.req + REQ_CDB_AT, cdb, len);
	p[n++] = (struct sim_part){ r.req, 51, false };
	if (out_len) {
		r.out = vhost_sim_take(&sim, out_len);
		memcpy(sim.mem + r.out, out, out_len);
		p[n++] = (struct sim_part){ r.out, out_len, false };
	}
	r.rsp = vhost_sim_take(&sim, 108);
	p[n++] = (struct sim_part){ r.rsp, 108, true };
	if (in_len) {
		r.in = vhost_sim_take(&sim, in_len);
		p[n++] = (struct sim_part){ r.in, in_len, true };
	}
	r.id = vhost_sim_put(&sim, QUEUE_REQUEST, p, n);
	settle();
	return r;
}

static const uint8_t lun0[8] = { 1, 0, 0x40, 0 };

/* It has ended with this many bytes written; its response. */
static const uint8_t *ended(const struct request *r, uint32_t want)
{
	uint32_t len = 0;

	assert_int_equal(vhost_sim_get(&sim, QUEUE_REQUEST, &len), r->id);
	assert_int_equal(len, want);
	return sim.mem + r->rsp;
}

static void expect(const uint8_t *rsp, uint8_t response, uint8_t status,
		   uint32_t resid)
{
	assert_int_equal(rsp[RSP_RESPONSE_AT], response);
	assert_int_equal(rsp[RSP_STATUS_AT], status);
	assert_int_equal(vhost_get32(rsp + RSP_RESID_AT), resid);
}

static void power_on(void)
{
	static const uint8_t tur[6];
	struct request r = send(lun0, tur, 6, NULL, 0, 0);
	const uint8_t *rsp = ended(&r, 108);

	expect(rsp, VIRTIO_OK, SCSIEMU_CHECK_CONDITION, 0);
	assert_int_equal(rsp[RSP_SENSE_AT + 12], 0x29);
	assert_int_equal(vhost_get32(rsp), 18);
}

static void make(bool packed, uint64_t features, bool slow)
{
	struct scsiemu_errmsg err;

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + (i >> 9) + 1);
	strcpy(folder, "/tmp/vhost-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/s", folder);
	delay = NULL;
	memset(&dev, 0, sizeof(dev));
	assert_int_equal(
		scsiemu_host_device_add(&dev, "disk:mem,size=1M", &err), 0);
	assert_int_equal(scsiemu_host_device_open(&dev, "t", NULL, &err), 0);
	if (slow)
		make_slow(&dev.units->host);
	loop = semu_loop_create(&dev.pump, &calls);
	assert_non_null(loop);
	open_server();
	memset(&sim, 0, sizeof(sim));
	vhost_sim_connect(&sim, path, packed, features, settle);
	power_on();
}

static void drop(void)
{
	struct scsiemu_errmsg err;
	struct stat st;

	close(sim.fd);
	assert_true(scsiemu_vhost_close(v));
	assert_int_equal(lstat(path, &st), -1); /* the socket is gone */
	assert_int_equal(rmdir(folder), 0);
	scsiemu_loop_destroy(loop);
	/* The last flush of a slow store never ends. */
	assert_int_equal(scsiemu_host_device_close(&dev, &err), delay ? -1 : 0);
	vhost_sim_free(&sim);
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

static void run_data(bool packed, uint64_t features)
{
	uint32_t mark;

	make(packed, features, false);
	mark = sim.free;
	for (unsigned i = 0; i < 40; i++) { /* the rings wrap */
		struct request r;

		r = send(lun0, rw(0x2a, 5, 8), 10, data + i, 4096, 0);
		expect(ended(&r, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
		r = send(lun0, rw(0x28, 5, 8), 10, NULL, 0, 4096);
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
	r = send(lun0, inquiry, 6, NULL, 0, 96);
	expect(ended(&r, 108 + 36), VIRTIO_OK, SCSIEMU_GOOD, 60);
	assert_memory_equal(sim.mem + r.in + 8, "SCSIEMU ", 8);
	assert_int_equal(sim.mem[r.in + 36], 0xee);
	r = send(lun0, bad, 6, NULL, 0, 96);
	expect(ended(&r, 108), VIRTIO_OK, SCSIEMU_CHECK_CONDITION, 96);
	r = send(lun0, rw(0x28, 0, 2), 10, NULL, 0, 512);
	assert_int_equal(ended(&r, 108 + 512)[RSP_RESPONSE_AT], VIRTIO_OVERRUN);
	r = send(other, inquiry, 6, NULL, 0, 96);
	expect(ended(&r, 108), VIRTIO_BAD_TARGET, 0, 0);
	r = send(none, inquiry, 6, NULL, 0, 36);
	expect(ended(&r, 108 + 36), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_int_equal(sim.mem[r.in], 0x7f);
	drop();
}

static uint8_t manage(uint32_t subtype, uint64_t tag)
{
	uint32_t at = vhost_sim_take(&sim, 24), to = vhost_sim_take(&sim, 1);
	struct sim_part p[2] = { { at, 24, false }, { to, 1, true } };
	uint32_t len = 0;
	uint16_t id;

	memset(sim.mem + at, 0, 24);
	vhost_put32(sim.mem + at + TMF_SUBTYPE_AT, subtype);
	memcpy(sim.mem + at + TMF_LUN_AT, lun0, 8);
	vhost_put64(sim.mem + at + TMF_TAG_AT, tag);
	id = vhost_sim_put(&sim, QUEUE_CONTROL, p, 2);
	settle();
	if (delay)
		run_store();
	assert_int_equal(vhost_sim_get(&sim, QUEUE_CONTROL, &len), id);
	assert_int_equal(len, 1);
	return sim.mem[to];
}

static void test_functions(void **state)
{
	struct request r;

	(void)state;
	make(false, 0, true);
	r = send(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	assert_int_equal(manage(6, r.req), VIRTIO_SUCCEEDED); /* query */
	expect(ended(&r, 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_int_equal(manage(6, r.req), VIRTIO_OK);
	r = send(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	assert_int_equal(manage(0, r.req), VIRTIO_OK);
	assert_int_equal(ended(&r, 108)[RSP_RESPONSE_AT], VIRTIO_ABORTED);
	r = send(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	assert_int_equal(manage(5, 0), VIRTIO_OK);
	assert_int_equal(ended(&r, 108)[RSP_RESPONSE_AT], VIRTIO_RESET);
	assert_int_equal(manage(99, 0), VIRTIO_REJECTED);
	drop();
}

/* The back end goes while commands are under way: the next one does them. */
static void run_restart(bool packed)
{
	struct request a, b;

	make(packed, 0, true);
	a = send(lun0, rw(0x2a, 1, 1), 10, data, 512, 0);
	b = send(lun0, rw(0x2a, 2, 1), 10, data + 512, 512, 0);
	vhost_sim_hang_up(&sim);
	run_store();
	vhost_sim_connect(&sim, path, packed, 0, settle);
	run_store();
	expect(ended(&a, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
	expect(ended(&b, 108), VIRTIO_OK, SCSIEMU_GOOD, 0);
	a = send(lun0, rw(0x28, 1, 2), 10, NULL, 0, 1024);
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

/* The queue is stopped when its last command has ended. */
static void test_stop(void **state)
{
	uint32_t what[2] = { QUEUE_REQUEST, 0 };
	struct request r;

	(void)state;
	make(false, 0, true);
	r = send(lun0, rw(0x28, 0, 1), 10, NULL, 0, 512);
	vhost_sim_send(&sim, MSG_GET_VRING_BASE, 0, what, 8, -1);
	assert_int_equal(vhost_sim_receive(&sim, what, 8, NULL), -1);
	run_store();
	expect(ended(&r, 108 + 512), VIRTIO_OK, SCSIEMU_GOOD, 0);
	assert_int_equal(vhost_sim_receive(&sim, what, 8, NULL), 8);
	assert_int_equal(what[1], sim.q[QUEUE_REQUEST].next);
	drop();
}

static void test_events(void **state)
{
	uint32_t at, len = 0;
	struct sim_part p;
	uint16_t id;

	(void)state;
	make(false, VIRTIO_HOTPLUG | VIRTIO_CHANGE, false);
	at = vhost_sim_take(&sim, EVENT);
	p = (struct sim_part){ at, EVENT, true };
	id = vhost_sim_put(&sim, QUEUE_EVENT, &p, 1);
	settle();
	assert_true(scsiemu_vhost_event(v, 3, SCSIEMU_VHOST_CHANGED, 0x2a09));
	assert_int_equal(vhost_sim_get(&sim, QUEUE_EVENT, &len), id);
	assert_int_equal(len, EVENT);
	assert_memory_equal(sim.mem + at,
			    "\3\0\0\0\1\0\0\3\0\0\0\0\x2a\x09\0\0", EVENT);
	/* No room: the driver learns that it missed something. */
	assert_true(scsiemu_vhost_event(v, 3, SCSIEMU_VHOST_REMOVED, 0));
	id = vhost_sim_put(&sim, QUEUE_EVENT, &p, 1);
	settle();
	assert_int_equal(vhost_sim_get(&sim, QUEUE_EVENT, &len), id);
	assert_int_equal(vhost_get32(sim.mem + at), EVENT_MISSED);
	drop();
	make(false, 0, false);
	assert_false(scsiemu_vhost_event(v, 3, SCSIEMU_VHOST_ADDED, 0));
	drop();
}

static void expect_broken(const char *why)
{
	uint32_t len;

	settle();
	assert_non_null(strstr(said, why));
	assert_int_equal(vhost_sim_get(&sim, QUEUE_REQUEST, &len), -1);
}

/* What a driver must not do ends its queue, with the reason. */
static void test_hostile(void **state)
{
	struct sim_part far = { SIM_MEMORY - 8, 64, true };
	struct sim_part order[2] = { { 4096, 108, true }, { 8192, 51, false } };
	struct sim_part brief[2] = { { 4096, 50, false }, { 8192, 108, true } };

	(void)state;
	for (int packed = 0; packed < 2; packed++) {
		make(packed, 0, false);
		vhost_sim_put(&sim, QUEUE_REQUEST, &far, 1);
		expect_broken("outside the guest's memory");
		drop();
		make(packed, 0, false);
		vhost_sim_put(&sim, QUEUE_REQUEST, order, 2);
		expect_broken("a buffer to read behind one to write");
		drop();
		make(packed, 0, false);
		vhost_sim_put(&sim, QUEUE_REQUEST, brief, 2);
		expect_broken("no room for its header");
		drop();
	}
	make(false, 0, false);
	sim.q[QUEUE_REQUEST].next = (uint16_t)(sim.q[QUEUE_REQUEST].next + 99);
	vhost_sim_put(&sim, QUEUE_REQUEST, brief, 2);
	expect_broken("an available index that jumped");
	drop();
}

static void test_messages(void **state)
{
	uint64_t code = 0;
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
	code = UINT64_C(1) << 50;
	vhost_sim_send(&sim, MSG_SET_FEATURES, MSG_NEED, &code, 8, -1);
	assert_int_equal(vhost_sim_receive(&sim, &code, 8, NULL), 8);
	assert_int_equal(code, 1);
	/* ... or by the end of the connection. */
	vhost_sim_send(&sim, 77, 0, NULL, 0, -1);
	assert_non_null(strstr(said, "message 77 of 0 bytes"));
	close(sim.fd);
	/* The next front end finds everything as at first. */
	vhost_sim_connect(&sim, path, false, 0, settle);
	drop();
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
	assert_null(scsiemu_vhost_open(&cf, path, &err));
	assert_non_null(strstr(err.text, "is another server running?"));
	assert_int_equal(lstat(path, &st), 0);
	drop();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
