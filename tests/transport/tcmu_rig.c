/* SPDX-License-Identifier: BSD-2-Clause */
/* tcmu_rig.c - see tcmu_rig.h. */
#include "tcmu_rig.h"

struct tcmu_sim sim;
struct scsiemu_host_device dev;
struct scsiemu_wrap_delay *delay;
struct scsiemu_tcmu *t;
uint8_t data[1 << 17];
const char *said;
const uint8_t tur[6];

static void notice(void *ctx, const char *why)
{
	(void)ctx;
	said = why;
}

struct scsiemu_tcmu *open_in(struct scsiemu_loop *loop,
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

struct scsiemu_tcmu *try_open(struct scsiemu_errmsg *err)
{
	return open_in(NULL, err);
}

void serve(void)
{
	struct scsiemu_source *s = scsiemu_tcmu_source(t);

	assert_int_equal(s->events, POLLIN);
	s->ready(s, POLLIN);
	scsiemu_pump_flush(&dev.pump);
}

void run_store(void)
{
	while (scsiemu_delay_run(delay, UINT64_MAX))
		scsiemu_pump_flush(&dev.pump);
	scsiemu_pump_flush(&dev.pump);
}

struct sim_cmd *one(int id)
{
	assert_true(id >= 0);
	serve();
	assert_int_equal(tcmu_sim_take(&sim), 1);
	assert_true(sim.cmd[id].answered);
	return &sim.cmd[id];
}

void make(const char *device, uint32_t ring, bool slow)
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

void drop(void)
{
	struct scsiemu_errmsg err;

	assert_true(scsiemu_tcmu_close(t));
	/* The last flush of a slow store never ends. */
	assert_int_equal(scsiemu_host_device_close(&dev, &err), delay ? -1 : 0);
	tcmu_sim_free(&sim);
}
