/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_targ.c - initiators, a bus and an adapter behind targ(4), driven by
 * records: an action, and its bytes. The model of the driver aborts when the
 * adapter does what would panic the kernel; the last record may be a driver
 * that lies.
 *
 *	byte 0: what the adapter can do
 *	record: an action, 20 bytes
 */
#include "../transport/targ_sim.h"

#include <scsiemu/host.h>

#include <transport/targ/targ.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORD = 21, MOST_CMDS = 96 };

static struct targ_sim sim;
static struct scsiemu_host_device dev;
static struct scsiemu_wrap_delay *delay;
static struct scsiemu_targ *t;
static uint8_t bytes[1 << 16];

static void serve(void)
{
	struct scsiemu_source *s = scsiemu_targ_source(t);

	scsiemu_pump_flush(&dev.pump);
	while (targ_sim_readable(&sim) && s->events) {
		s->ready(s, POLLIN);
		scsiemu_pump_flush(&dev.pump);
	}
}

static void store(void)
{
	while (scsiemu_delay_run(delay, UINT64_MAX))
		serve();
}

static void command(const uint8_t *p)
{
	struct ccb_accept_tio a = { .init_id = p[0] & 3,
				    .tag_id = sim.ncmd,
				    .tag_action = p[0] >> 2,
				    .cdb_len = p[1],
				    .sense_len = p[2] > 250 ? p[2] : 0 };

	a.ccb_h.status = CAM_CDB_RECVD;
	a.ccb_h.flags = (uint32_t)p[3] << 10 | p[3] >> 7;
	memcpy(a.cdb_io.cdb_bytes, p + 4, 16);
	if (sim.ncmd < MOST_CMDS)
		targ_sim_atio(&sim, &a, bytes, (uint32_t)p[1] << 8);
}

static void run(const uint8_t *p)
{
	sim.fail = p[1] & 1 ? p[2] & 0x7f : 0;
	targ_sim_run(&sim, p[0]);
}

static void message(const uint8_t *p)
{
	targ_sim_message(&sim, p[0] & 3, (uint32_t)(p[1] | (p[2] & 1) << 8),
			 p[3]);
}

static void event(const uint8_t *p)
{
	targ_sim_event(&sim, p[0] & CAM_STATUS_MASK, p[1] & 3);
}

static void unused(const uint8_t *p)
{
	static const int codes[] = { XPT_ACCEPT_TARGET_IO, XPT_IMMEDIATE_NOTIFY,
				     XPT_CONT_TARGET_IO };

	targ_sim_return(&sim, codes[p[0] % 3], p[1] & 0x7f);
}

static void moods(const uint8_t *p)
{
	sim.hold = p[0] & 1;
	sim.autosense = p[0] & 2;
	sim.stubborn = p[0] & 4;
	sim.short_write = p[0] >> 6;
}

static void wait_store(const uint8_t *p)
{
	(void)p;
	store();
}

static void (*const actions[])(const uint8_t *p) = { command, command,	 run,
						     message, event,	 unused,
						     moods,   wait_store };

/* The last read() gives a control block with any contents, or anything. */
static struct {
	bool on;
	const void *what;
} lie;

static ssize_t lying_read(int fd, void *buf, size_t len)
{
	if (!lie.on)
		return targ_sim_calls.read(fd, buf, len);
	lie.on = false;
	memcpy(buf, &lie.what, sizeof(lie.what));
	return sizeof(lie.what);
}

static void tell_lie(const uint8_t *p)
{
	struct scsiemu_source *s = scsiemu_targ_source(t);
	union ccb *u;

	if (!sim.pending.n || !s->events)
		return;
	u = sim.pending.ccb[p[0] % sim.pending.n]->user;
	u->ccb_h.status = p[1] & 0x7f;
	u->ccb_h.flags = (uint32_t)p[2] << 24 | p[3];
	memcpy(&u->ccb_h + 1, p + 4, 16);
	lie.on = true;
	lie.what = (const uint8_t *)u + (p[1] & 0x80 ? p[0] : 0);
	s->ready(s, POLLIN);
}

static void open_all(uint8_t can)
{
	static struct semu_calls calls;
	struct scsiemu_targ_config cf = { .size = sizeof(cf) };
	struct scsiemu_errmsg err;
	struct scsiemu_host_lu *h;

	scsiemu_host_device_add(&dev, "disk:mem,size=256K,thin", &err);
	scsiemu_host_device_open(&dev, "t", NULL, &err);
	h = &dev.units->host;
	scsiemu_lu_load(h->lu, NULL, false);
	scsiemu_wrap_delay(&h->medium, 1, SCSIEMU_DELAY_FIFO, 0, &delay, &err);
	scsiemu_lu_load(h->lu, &h->medium, false);
	targ_sim_make(&sim);
	sim.maxio = can & 1 ? 4096 : 65536;
	sim.autosense = can & 2;
	sim.hold = can & 4;
	sim.mended = can & 8;
	sim.transport = can & 16 ? XPORT_SPI : 0;
	sim.hba_inquiry = can;
	calls = targ_sim_calls;
	calls.read = lying_read;
	cf.pump = &dev.pump;
	cf.lu = h->lu;
	cf.allocator = &scsiemu_host_allocator;
	cf.commands = can & 32 ? 3 : 16;
	cf.buffers = can & 64 ? 1 : 8;
	cf.initiators = 3;
	cf.acknowledge = can & 8;
	t = semu_targ_open(&cf, &calls, &err);
	if (!t)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scsiemu_errmsg err;

	if (!size)
		return 0;
	open_all(data[0]);
	for (data++, size--; size >= RECORD; data += RECORD, size -= RECORD) {
		if (data[0] & 0x40) {
			tell_lie(data + 1);
			break;
		}
		actions[data[0] & 7](data + 1);
		if (!(data[0] & 0x80))
			serve();
	}
	while (!scsiemu_targ_close(t))
		if (!scsiemu_delay_run(delay, UINT64_MAX))
			abort(); /* it would never end */
	scsiemu_host_device_close(&dev, &err);
	targ_sim_free(&sim);
	return 0;
}
