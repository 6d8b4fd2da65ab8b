/* SPDX-License-Identifier: BSD-2-Clause */
/* targ_rig.c - see targ_rig.h. */
#include "targ_rig.h"

struct targ_rig rig;
const uint8_t rig_tur[6];

static void make(const char *device, const char *other, bool slow)
{
	struct scsiemu_errmsg err;
	struct scsiemu_host_lu *h;

	memset(&rig, 0, sizeof(rig));
	for (unsigned i = 0; i < sizeof(rig.data); i++)
		rig.data[i] = (uint8_t)(i * 7 + (i >> 9) + (i >> 16) + 1);
	assert_int_equal(scsiemu_host_device_add(&rig.dev, device, &err), 0);
	if (other)
		assert_int_equal(scsiemu_host_device_add(&rig.dev, other, &err),
				 0);
	assert_int_equal(scsiemu_host_device_open(&rig.dev, "t", NULL, &err),
			 0);
	h = &rig.dev.units->host;
	if (slow) {
		scsiemu_lu_load(h->lu, NULL, false);
		assert_int_equal(scsiemu_wrap_delay(&h->medium, 1,
						    SCSIEMU_DELAY_FIFO, 0,
						    &rig.delay, &err),
				 0);
		scsiemu_lu_load(h->lu, &h->medium, false);
	}
	targ_sim_make(&rig.sim);
	rig.cf = (struct scsiemu_targ_config){
		.size = sizeof(rig.cf),
		.pump = &rig.dev.pump,
		.lu = h->lu,
		.allocator = &scsiemu_host_allocator,
		.bus = 1,
		.target = 2,
		.lun = 3,
	};
}

void rig_make(const char *device, bool slow)
{
	make(device, NULL, slow);
}

void rig_make_two(const char *device, const char *other)
{
	make(device, other, false);
}

void rig_open_over(const struct semu_calls *sys)
{
	struct scsiemu_errmsg err;

	rig.t = semu_targ_open(&rig.cf, sys, &err);
	if (!rig.t)
		print_error("%s\n", err.text);
	assert_non_null(rig.t);
}

void rig_open(void)
{
	rig_open_over(&targ_sim_calls);
}

void rig_start(const char *device, bool slow)
{
	rig_make(device, slow);
	rig_open();
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2900);
}

void rig_drop(void)
{
	struct scsiemu_errmsg err;

	if (rig.t)
		assert_true(scsiemu_targ_close(rig.t));
	assert_false(rig.sim.opened);
	if (!rig.lied)
		assert_int_equal(rig.sim.wired, 0);
	/* The last flush of a slow store never ends. */
	assert_int_equal(scsiemu_host_device_close(&rig.dev, &err),
			 rig.delay ? -1 : 0);
	targ_sim_free(&rig.sim);
}

void rig_serve(void)
{
	struct scsiemu_source *s = scsiemu_targ_source(rig.t);

	scsiemu_pump_flush(&rig.dev.pump);
	while (targ_sim_readable(&rig.sim) && s->events) {
		s->ready(s, POLLIN);
		scsiemu_pump_flush(&rig.dev.pump);
	}
}

void rig_store(void)
{
	do
		rig_serve();
	while (scsiemu_delay_run(rig.delay, UINT64_MAX));
}

struct sim_cmd *rig_send(const void *cdb, unsigned len, const void *out,
			 uint32_t out_len)
{
	struct sim_cmd *c = targ_sim_send(&rig.sim, 7, ++rig.tag, cdb, len, out,
					  out_len);

	assert_non_null(c);
	return c;
}

struct sim_cmd *rig_one(const void *cdb, unsigned len, const void *out,
			uint32_t out_len)
{
	struct sim_cmd *c = rig_send(cdb, len, out, out_len);

	rig_serve();
	assert_true(c->answered);
	return c;
}

struct sim_cmd *rig_from(uint32_t init_id, const void *cdb, unsigned len)
{
	struct sim_cmd *c = targ_sim_send(&rig.sim, init_id, ++rig.tag, cdb,
					  len, NULL, 0);

	assert_non_null(c);
	rig_serve();
	assert_true(c->answered);
	return c;
}

const uint8_t *rig_rw(uint8_t op, uint32_t lba, uint16_t n)
{
	static uint8_t cdb[10];

	memset(cdb, 0, sizeof(cdb));
	cdb[0] = op;
	cdb[4] = (uint8_t)(lba >> 8);
	cdb[5] = (uint8_t)lba;
	cdb[7] = (uint8_t)(n >> 8);
	cdb[8] = (uint8_t)n;
	return cdb;
}

void rig_good(const struct sim_cmd *c)
{
	assert_true(c->answered);
	assert_int_equal(c->status, SCSIEMU_GOOD);
	assert_false(c->has_sense);
}

void rig_check(const struct sim_cmd *c, uint8_t key, uint16_t asc)
{
	assert_true(c->answered);
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	assert_true(c->has_sense);
	assert_int_equal(c->sense_len, 18);
	assert_int_equal(c->sense[0] & 0x7f, 0x70);
	assert_int_equal(c->sense[2], key);
	assert_int_equal(c->sense[12] << 8 | c->sense[13], asc);
}
