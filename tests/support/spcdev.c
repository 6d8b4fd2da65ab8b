/* SPDX-License-Identifier: BSD-2-Clause */
/* support/spcdev.c - the device of support/spcdev.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/spcdev.h"

static bool drains(const uint8_t *was, const uint8_t *now)
{
	return was[2] & ~now[2] & 4;
}

static int check(struct scsiemu_cmd *c, const uint8_t *page, uint16_t at)
{
	if (page[3] == 7)
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
			(uint16_t)(at + 3), 2);
	return 0;
}

static const struct semu_mode_page page_08 = {
	.code = 0x08,
	.len = 20,
	.defaults = (const uint8_t[20]){ 0x08, 18, 0x04 },
	.mask = (const uint8_t[20]){ 0, 0, 0x04, 0x07 },
	.check = check,
	.drains = drains,
};

static const struct semu_mode_page *const mode[] = {
	&semu_mode_02,	     &page_08,	    &semu_mode_0a, &semu_mode_0a01,
	&semu_mode_0a01_set, &semu_mode_18, &semu_mode_19, &semu_mode_1a,
	&semu_mode_1c,	     NULL
};

static const struct semu_vpd_page *const vpd[] = { &semu_vpd_00, &semu_vpd_80,
						   &semu_vpd_83, &semu_vpd_86,
						   &semu_vpd_87, &semu_vpd_88,
						   NULL };

static const struct semu_versions versions[] = { { 6, { 0x0460, 0x0600 } },
						 { 0 } };

static const struct semu_part_type *const parts[] = { &semu_alua_part,
						      &semu_priority_part,
						      NULL };

static void loaded(struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = lu->medium;

	lu->cap.nblk = m ? m->nblk : 0;
	lu->cap.blen = 512;
	lu->cap.dpofua = true;
	lu->cap.cache = true;
	semu_spc_guards(lu);
}

const struct scsiemu_type spcdev_type = {
	.type = SCSIEMU_TYPE_DISK,
	.vendor = "TESTERS",
	.product = "A product",
	.rows = { { NULL, 0 }, { semu_spc_rows, SEMU_SPC_NROWS } },
#if SEMU_WITH_LEVELS
	.levels = { NULL, &semu_spc_levels },
#endif
	.mode = mode,
	.vpd = vpd,
	.versions = versions,
	.init = semu_spc_init,
	.loaded = loaded,
	.parts = parts,
	.stops = semu_spc_stops,
	.applies = semu_spc_applies,
	.reset = semu_spc_reset,
	.restore = semu_spc_restore,
};

const struct scsiemu_lu_config spcdev_config = {
	.size = sizeof(spcdev_config),
	.type = &spcdev_type,
	.serial = "S/N 12345",
	.naa = UINT64_C(0x5000c50012345678),
	.can_save = true,
};

const struct scsiemu_limits spcdev_limits = {
	.size = sizeof(spcdev_limits),
	.lus = 8,
	.nexuses = 4,
	.itls = 32,
	.ports = 2,
	.lu_state = 512,
};

static const struct scsiemu_target_port port[] = {
	{ 1, 3, 5, "iqn.x,t,0x0001", "iqn.x" },
	{ 2, 4, 6, NULL, NULL },
};

void spcdev_make(struct spcdev *t, const struct scsiemu_lu_config *cf,
		 const struct scsiemu_limits *l)
{
	drive_make(&t->d, l ? l : &spcdev_limits);
	drive_disk_make(&t->disk, 100, 512);
	assert_int_equal(scsiemu_port_add(t->d.dev, &port[0]), 0);
	assert_int_equal(scsiemu_port_add(t->d.dev, &port[1]), 0);
	t->lu = scsiemu_lu_add(t->d.dev, 0, cf ? cf : &spcdev_config);
	assert_non_null(t->lu);
	scsiemu_lu_load(t->lu, &t->disk.m, false);
	t->a = drive_attach(&t->d, 0, 1);
	t->b = drive_attach(&t->d, 1, 2);
	drive_settle(&t->d, t->lu, t->a);
	drive_settle(&t->d, t->lu, t->b);
	t->d.nexus = t->a;
}

void spcdev_free(struct spcdev *t)
{
	drive_free(&t->d);
	drive_disk_free(&t->disk);
}

static int make(void **state, const struct scsiemu_lu_config *cf)
{
	struct spcdev *t = malloc(sizeof(*t));

	assert_non_null(t);
	spcdev_make(t, cf, NULL);
	*state = t;
	return 0;
}

int spcdev_setup(void **state)
{
	return make(state, NULL);
}

int spcdev_setup_removable(void **state)
{
	struct scsiemu_lu_config cf = spcdev_config;

	cf.removable = true;
	return make(state, &cf);
}

int spcdev_teardown(void **state)
{
	spcdev_free(*state);
	free(*state);
	return 0;
}
