/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost_rig.c - see vhost_rig.h. */
#define _GNU_SOURCE
#include "vhost_rig.h"

#include "idle.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct vhost_sim sim;
struct scsiemu_host_device dev;
struct scsiemu_vhost *server;
char folder[32], path[64], said[256];
uint8_t data[8192];

static struct scsiemu_wrap_delay *delay;
struct scsiemu_loop *loop;

void settle(void)
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

	server = scsiemu_vhost_open(&cf, path, &err);
	assert_non_null(server);
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

void run_store(void)
{
	if (!delay)
		return;
	while (scsiemu_delay_run(delay, UINT64_MAX))
		scsiemu_pump_flush(&dev.pump);
	scsiemu_pump_flush(&dev.pump);
	settle();
}

struct request put_request(const uint8_t *lun, const void *cdb, unsigned len,
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
	p[n++] = (struct sim_part){ .at = r.req, .len = 51 };
	if (out_len) {
		r.out = vhost_sim_take(&sim, out_len);
		memcpy(sim.mem + r.out, out, out_len);
		p[n++] = (struct sim_part){ .at = r.out, .len = out_len };
	}
	r.rsp = vhost_sim_take(&sim, 108);
	p[n++] = (struct sim_part){ .at = r.rsp, .len = 108, .in = true };
	if (in_len) {
		r.in = vhost_sim_take(&sim, in_len);
		p[n++] = (struct sim_part){ .at = r.in,
					    .len = in_len,
					    .in = true };
	}
	r.id = vhost_sim_put(&sim, QUEUE_REQUEST, p, n);
	settle();
	return r;
}

const uint8_t lun0[8] = { 1, 0, 0x40, 0 };

const uint8_t *ended(const struct request *r, uint32_t want)
{
	uint32_t len = 0;

	assert_int_equal(vhost_sim_get(&sim, QUEUE_REQUEST, &len), r->id);
	assert_int_equal(len, want);
	return sim.mem + r->rsp;
}

void expect(const uint8_t *rsp, uint8_t response, uint8_t status,
	    uint32_t resid)
{
	assert_int_equal(rsp[RSP_RESPONSE_AT], response);
	assert_int_equal(rsp[RSP_STATUS_AT], status);
	assert_int_equal(vhost_get32(rsp + RSP_RESID_AT), resid);
}

static void power_on(void)
{
	static const uint8_t tur[6];
	struct request r = put_request(lun0, tur, 6, NULL, 0, 0);
	const uint8_t *rsp = ended(&r, 108);

	expect(rsp, VIRTIO_OK, SCSIEMU_CHECK_CONDITION, 0);
	assert_int_equal(rsp[RSP_SENSE_AT + 12], 0x29);
	assert_int_equal(vhost_get32(rsp), 18);
}

void make(bool packed, uint64_t features, bool slow)
{
	make_of("disk:mem,size=1M", packed, features, slow);
}

void make_of(const char *device, bool packed, uint64_t features, bool slow)
{
	struct scsiemu_errmsg err;

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + (i >> 9) + 1);
	strcpy(folder, "/tmp/vhost-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/s", folder);
	said[0] = 0;
	delay = NULL;
	memset(&dev, 0, sizeof(dev));
	assert_int_equal(scsiemu_host_device_add(&dev, device, &err), 0);
	assert_int_equal(scsiemu_host_device_open(&dev, "t", NULL, &err), 0);
	if (slow)
		make_slow(&dev.units->host);
	loop = semu_loop_create(&dev.pump, &idle_calls);
	assert_non_null(loop);
	open_server();
	memset(&sim, 0, sizeof(sim));
	vhost_sim_connect(&sim, path, packed, features, settle);
	power_on();
}

void drop(void)
{
	struct scsiemu_errmsg err;
	struct stat st;

	close(sim.fd);
	assert_true(scsiemu_vhost_close(server));
	assert_int_equal(lstat(path, &st), -1); /* the socket is gone */
	assert_int_equal(rmdir(folder), 0);
	scsiemu_loop_destroy(loop);
	/* The last flush of a slow store never ends. */
	assert_int_equal(scsiemu_host_device_close(&dev, &err), delay ? -1 : 0);
	vhost_sim_free(&sim);
}

int acknowledged(void)
{
	uint64_t n;

	if (vhost_sim_receive(&sim, &n, sizeof(n), NULL) != sizeof(n))
		return NOTHING_YET;
	return (int)n;
}

int acked(uint32_t request, const void *body, uint32_t len, int fd)
{
	vhost_sim_send(&sim, request, MSG_NEED, body, len, fd);
	return acknowledged();
}
