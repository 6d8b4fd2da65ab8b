/* SPDX-License-Identifier: BSD-2-Clause */
/* vscsi_rig.c - see vscsi_rig.h. */
#include "vscsi_rig.h"

#include <string.h>

const int new_ends[SEMU_VSCSI_ENDS] = { 0, 1, 2, 3 };
const int old_ends[SEMU_VSCSI_ENDS] = { 0, 1, 2, 2 };
const uint8_t tur[6];

struct vscsi_sim sim;
struct scsiemu_host_device dev[2];
struct scsiemu_vscsi *bus;
uint8_t pattern[SIM_DATA];

static const int *numbers;
static struct scsiemu_wrap_delay *delay;

struct scsiemu_vscsi *try_open(struct scsiemu_errmsg *err)
{
	struct scsiemu_vscsi_config cf = {
		.size = sizeof(cf),
		.allocator = &scsiemu_host_allocator,
	};

	return semu_vscsi_open(&cf, &vscsi_sim_calls, numbers, "/dev/vscsi0",
			       err);
}

void serve(void)
{
	struct scsiemu_source *s = scsiemu_vscsi_source(bus);

	assert_int_equal(s->events, POLLIN);
	s->ready(s, POLLIN);
	for (int i = 0; i < 2; i++)
		scsiemu_pump_flush(&dev[i].pump);
}

void run_store(void)
{
	while (delay && scsiemu_delay_run(delay, UINT64_MAX))
		scsiemu_pump_flush(&dev[0].pump);
	scsiemu_pump_flush(&dev[0].pump);
}

static void slow_down(struct scsiemu_host_lu *h, enum scsiemu_delay_order order)
{
	struct scsiemu_errmsg err;

	scsiemu_lu_load(h->lu, NULL, false);
	assert_int_equal(
		scsiemu_wrap_delay(&h->medium, 1, order, 5, &delay, &err), 0);
	scsiemu_lu_load(h->lu, &h->medium, false);
}

void make_bus(const char *device, bool slow, const int e[SEMU_VSCSI_ENDS])
{
	const char *devices[2] = { device, "disk:mem,size=64K" };
	struct scsiemu_errmsg err;

	for (unsigned i = 0; i < SIM_DATA; i++)
		pattern[i] = (uint8_t)(i * 7 + (i >> 9) + 1);
	memset(dev, 0, sizeof(dev));
	numbers = e;
	delay = NULL;
	vscsi_sim_make(&sim);
	bus = try_open(&err);
	assert_non_null(bus);
	for (unsigned i = 0; i < 2; i++)
		if (scsiemu_host_device_add(&dev[i], devices[i], &err) ||
		    scsiemu_host_device_open(&dev[i], "t", NULL, &err) ||
		    scsiemu_vscsi_add(bus, i, &dev[i].pump, &err))
			fail_msg("%s", err.text);
	if (slow)
		slow_down(&dev[0].units->host, SCSIEMU_DELAY_FIFO);
	for (unsigned i = 0; i < 2; i++)
		fails(vscsi_sim_send(&sim, i, 0, tur, 6, VSCSI_DIR_NONE, NULL,
				     0),
		      SCSIEMU_SK_UNIT_ATTENTION, 0x2900);
}

void make_shuffled_bus(const char *device, enum scsiemu_delay_order order)
{
	make_bus(device, false, new_ends);
	slow_down(&dev[0].units->host, order);
}

void drop_bus(void)
{
	struct scsiemu_errmsg err;

	assert_true(scsiemu_vscsi_close(bus));
	/* The last flush of a slow store never ends. */
	assert_int_equal(scsiemu_host_device_close(&dev[0], &err),
			 delay ? -1 : 0);
	assert_int_equal(scsiemu_host_device_close(&dev[1], &err), 0);
	vscsi_sim_free(&sim);
}

struct sim_cmd *none(const void *cdb, unsigned len)
{
	return vscsi_sim_send(&sim, 0, 0, cdb, len, VSCSI_DIR_NONE, NULL, 0);
}

struct sim_cmd *in(const void *cdb, unsigned cdb_len, size_t len)
{
	return vscsi_sim_send(&sim, 0, 0, cdb, cdb_len, VSCSI_DIR_READ, NULL,
			      len);
}

struct sim_cmd *out(const void *cdb, unsigned cdb_len, const void *data,
		    size_t len)
{
	return vscsi_sim_send(&sim, 0, 0, cdb, cdb_len, VSCSI_DIR_WRITE, data,
			      len);
}

void ends(const struct sim_cmd *c, int status, size_t resid)
{
	if (c->state == SIM_QUEUED)
		serve();
	assert_int_equal(c->state, SIM_ENDED);
	assert_int_equal(c->status, status);
	assert_int_equal(vscsi_sim_resid(c), resid);
}

void fails(const struct sim_cmd *c, uint8_t key, unsigned asc)
{
	if (c->state == SIM_QUEUED)
		serve();
	ends(c, SENSE, c->i2t.datalen - c->moved);
	assert_int_equal(c->sense[0] & 0x7f, 0x70);
	assert_int_equal(c->sense[2] & 0xf, key);
	assert_int_equal(c->sense[7], 10);
	assert_int_equal(c->sense[12] << 8 | c->sense[13], asc);
}
