/* SPDX-License-Identifier: BSD-2-Clause */
/* library_world.c - see library_world.h. */
#define _GNU_SOURCE
#include "library_world.h"

#include <stdlib.h>
#include <unistd.h>

enum { DRIVES = WORLD_DRIVES };

static const struct scsiemu_library shelf = {
	.size = sizeof(shelf),
	.layout = { .of = { { 0, 0 },
			    { 1, 1 },
			    { SLOT, 5 },
			    { STATION, 2 },
			    { DRIVE, DRIVES } } },
	.cartridges = 3,
	.cartridge = { .bytes = 1 << 22 },
	.open = scsiemu_open_tape_log,
};

static struct scsiemu_lu *add(struct world *w, uint16_t lun,
			      struct scsiemu_lu_config *cf)
{
	struct scsiemu_lu *lu;

	cf->size = sizeof(*cf);
	cf->state_len = scsiemu_lu_state_size(cf);
	cf->state = w->state[lun] = malloc(cf->state_len);
	assert_non_null(cf->state);
	lu = scsiemu_lu_add(w->dev, lun, cf);
	assert_non_null(lu);
	return lu;
}

uint8_t world_run(struct world *w, struct scsiemu_lu *lu, const uint8_t *cdb,
		  unsigned len, const void *out, uint32_t out_len)
{
	struct scsiemu_exec *x = &w->x;

	x->cdb = cdb;
	x->cdb_len = (uint16_t)len;
	x->out = out;
	x->out_len = out_len;
	x->in = w->in;
	x->in_len = out_len ? 0 : sizeof(w->in);
	assert_int_equal(scsiemu_exec(&w->pump, lu, x, NULL, NULL), 0);
	return x->status;
}

void world_sense(const struct world *w, unsigned key, unsigned asc)
{
	assert_int_equal(w->x.status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(w->x.sense[2] & 15, key);
	assert_int_equal(w->x.sense[12] << 8 | w->x.sense[13], asc);
}

void world_settle(struct world *w)
{
	static const uint8_t tur[6];

	for (unsigned i = 0; i <= DRIVES; i++) {
		struct scsiemu_lu *lu = i ? w->drive[i - 1] : w->changer;

		while (world_run(w, lu, tur, 6, NULL, 0) && w->x.sense[2] == 6)
			;
	}
}

void world_begin(struct world *w)
{
	static const uint16_t luns[DRIVES] = { 1, 2 };
	struct scsiemu_smc_options smc = { .size = sizeof(smc),
					   .drives = luns,
					   .ndrives = DRIVES };
	struct scsiemu_ssc_options ssc = { .size = sizeof(ssc) };
	struct scsiemu_lu_config cf = { .type = &scsiemu_smc, .options = &smc };
	struct scsiemu_limits l = {
		.size = sizeof(l), .lus = 1 + DRIVES, .types = 2, .nexuses = 1
	};
	size_t size = scsiemu_device_size(&l);

	memset(w, 0, sizeof(*w));
	w->mem = malloc(size);
	assert_non_null(w->mem);
	assert_int_equal(scsiemu_device_init(w->mem, size, &l, &w->dev), 0);
	assert_int_equal(scsiemu_pump_init(&w->pump, w->dev, w->bounce,
					   sizeof(w->bounce)),
			 0);
	w->m = library_open(&shelf);
	w->changer = add(w, 0, &cf);
	scsiemu_lu_load(w->changer, &w->m, false);
	for (uint16_t i = 0; i < DRIVES; i++) {
		cf = (struct scsiemu_lu_config){ .type = &scsiemu_ssc,
						 .options = &ssc };
		w->drive[i] = add(w, (uint16_t)(i + 1), &cf);
	}
	scsiemu_smc_load_drives(w->changer);
	world_settle(w);
}

void world_end(struct world *w)
{
	free(w->mem);
	for (unsigned i = 0; i <= DRIVES; i++)
		free(w->state[i]);
	library_shut(&w->m);
}

uint8_t world_move(struct world *w, uint8_t from, uint8_t to)
{
	return RUN(w, w->changer, 0xa5, 0, 0, 0, 0, from, 0, to, 0, 0, 0, 0);
}
