/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole of it: a changer, two tape drives, a library in a directory with
 * cartridges in files, driven by the pump. What was written is on its
 * cartridge, wherever that goes, and after the next start.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include <scsiemu/exec.h>
#include <scsiemu/smc.h>
#include <scsiemu/ssc.h>
#include <scsiemu/wire.h>

#include "library_kit.h"

enum { BOUNCE = 8192, DRIVES = 2, RECORD = 3000 };

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

struct world {
	struct scsiemu_device *dev;
	struct scsiemu_pump pump;
	struct scsiemu_medium m;
	struct scsiemu_lu *changer, *drive[DRIVES];
	struct scsiemu_exec x;
	uint8_t bounce[BOUNCE], in[RECORD + 100];
	void *state[1 + DRIVES], *mem;
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

static uint8_t run(struct world *w, struct scsiemu_lu *lu, const uint8_t *cdb,
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
#define RUN(w, lu, ...)                                                        \
	run(w, lu, (const uint8_t[]){ __VA_ARGS__ },                           \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }), NULL, 0)

static void sense_is(const struct world *w, unsigned key, unsigned asc)
{
	assert_int_equal(w->x.status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(w->x.sense[2] & 15, key);
	assert_int_equal(w->x.sense[12] << 8 | w->x.sense[13], asc);
}

static void settle(struct world *w)
{
	static const uint8_t tur[6];

	for (unsigned i = 0; i <= DRIVES; i++) {
		struct scsiemu_lu *lu = i ? w->drive[i - 1] : w->changer;

		while (run(w, lu, tur, 6, NULL, 0) && w->x.sense[2] == 6)
			;
	}
}

static void begin(struct world *w)
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
	assert_int_equal(scsiemu_pump_init(&w->pump, w->dev, w->bounce, BOUNCE),
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
	settle(w);
}

static void end(struct world *w)
{
	free(w->mem);
	for (unsigned i = 0; i <= DRIVES; i++)
		free(w->state[i]);
	library_shut(&w->m);
}

static uint8_t move(struct world *w, uint8_t from, uint8_t to)
{
	return RUN(w, w->changer, 0xa5, 0, 0, 0, 0, from, 0, to, 0, 0, 0, 0);
}

static void record(uint8_t *p, unsigned seed)
{
	for (unsigned i = 0; i < RECORD; i++)
		p[i] = (uint8_t)(i * 7 + seed);
}

static void write_record(struct world *w, unsigned drive, unsigned seed)
{
	static const uint8_t cdb[6] = { 0x0a, 0, 0, RECORD >> 8, RECORD & 255 };
	uint8_t bytes[RECORD];

	record(bytes, seed);
	assert_int_equal(run(w, w->drive[drive], cdb, 6, bytes, RECORD), 0);
}

static void read_record(struct world *w, unsigned drive, unsigned seed)
{
	uint8_t bytes[RECORD];

	record(bytes, seed);
	assert_int_equal(RUN(w, w->drive[drive], 0x08, 0, 0, RECORD >> 8,
			     RECORD & 255, 0),
			 0);
	assert_int_equal(w->x.in_done, RECORD);
	assert_memory_equal(w->in, bytes, RECORD);
}

static void not_ready(struct world *w, unsigned drive)
{
	RUN(w, w->drive[drive], 0, 0, 0, 0, 0, 0);
	sense_is(w, 2, 0x3a00);
}

/* What was not written with a filemark is durable when the changer has taken
 * the cartridge out; in another drive it begins at its beginning. */
static void test_round(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	not_ready(&w, 0);
	assert_int_equal(move(&w, SLOT, DRIVE), 0);
	RUN(&w, w.drive[0], 0, 0, 0, 0, 0, 0);
	sense_is(&w, 6, 0x2800);
	write_record(&w, 0, 1);
	write_record(&w, 0, 2);
	assert_int_equal(move(&w, DRIVE, DRIVE + 1), 0);
	not_ready(&w, 0);
	settle(&w);
	read_record(&w, 1, 1);
	assert_int_equal(move(&w, DRIVE + 1, SLOT + 4), 0);
	end(&w);
	begin(&w);
	assert_string_equal(library_in(&w.m, SLOT + 4), "VOL001L8");
	assert_int_equal(move(&w, SLOT + 4, DRIVE), 0);
	settle(&w);
	read_record(&w, 0, 1);
	read_record(&w, 0, 2);
	RUN(&w, w.drive[0], 0x08, 0, 0, 1, 0, 0);
	sense_is(&w, 8, 0x0005);
	end(&w);
}

/* What is in a drive at the start is loaded. */
static void test_start(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(move(&w, SLOT + 1, DRIVE + 1), 0);
	settle(&w);
	write_record(&w, 1, 5);
	assert_int_equal(RUN(&w, w.drive[1], 0x10, 0, 0, 0, 1, 0), 0);
	end(&w);
	begin(&w);
	read_record(&w, 1, 5);
	/* a host unloads it, the robot gets it */
	assert_int_equal(RUN(&w, w.drive[1], 0x1b, 0, 0, 0, 0, 0), 0);
	assert_int_equal(move(&w, DRIVE + 1, SLOT), SCSIEMU_CHECK_CONDITION);
	sense_is(&w, 5, 0x3b0d);
	assert_int_equal(move(&w, DRIVE + 1, STATION), 0);
	assert_int_equal(RUN(&w, w.drive[1], 0x1b, 0, 0, 0, 1, 0),
			 SCSIEMU_CHECK_CONDITION);
	sense_is(&w, 2, 0x3a00);
	end(&w);
}

/* PREVENT of a drive; a swap of the cartridges of both. */
static void test_prevent(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	for (uint8_t i = 0; i < 2; i++) {
		assert_int_equal(
			move(&w, (uint8_t)(SLOT + i), (uint8_t)(DRIVE + i)), 0);
		settle(&w);
		write_record(&w, i, 10 + i);
	}
	assert_int_equal(RUN(&w, w.drive[0], 0x1e, 0, 0, 0, 1, 0), 0);
	assert_int_equal(move(&w, DRIVE, SLOT), SCSIEMU_CHECK_CONDITION);
	sense_is(&w, 5, 0x5302);
	write_record(&w, 0, 20);
	assert_int_equal(RUN(&w, w.drive[0], 0x1e, 0, 0, 0, 0, 0), 0);
	assert_int_equal(RUN(&w, w.changer, 0xa6, 0, 0, 0, 0, DRIVE, 0,
			     DRIVE + 1, 0, DRIVE, 0, 0),
			 0);
	settle(&w);
	read_record(&w, 0, 11);
	read_record(&w, 1, 10);
	read_record(&w, 1, 20);
	end(&w);
}

/* A cartridge whose file is damaged is not moved into a drive. */
static void test_damaged(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	kit_save(kit_path("lib/VOL001L8.tape"), "rubbish", 7);
	assert_int_equal(move(&w, SLOT, DRIVE), SCSIEMU_CHECK_CONDITION);
	sense_is(&w, 3, 0x5300);
	assert_non_null(strstr(scsiemu_library_why(&w.m), "VOL001L8.tape"));
	assert_string_equal(library_in(&w.m, SLOT), "VOL001L8");
	not_ready(&w, 0);
	end(&w);
}

/* DVCID says which of the drives it is. */
static void test_identifiers(void **state)
{
	struct world w;
	uint8_t id[64];

	(void)state;
	begin(&w);
	for (unsigned i = 0; i < DRIVES; i++) {
		unsigned n;

		assert_int_equal(RUN(&w, w.drive[i], 0x12, 1, 0x83, 0, 255, 0),
				 0);
		n = 4U + w.in[7];
		memcpy(id, w.in + 4, n);
		assert_int_equal(RUN(&w, w.changer, 0xb8, 4, 0,
				     (uint8_t)(DRIVE + i), 0, 1, 1, 0, 1, 0, 0,
				     0),
				 0);
		assert_memory_equal(w.in + 16 + 12, id, n);
	}
	end(&w);
}

#define WITH(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, library_setup, library_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_round),   WITH(test_start),	    WITH(test_prevent),
		WITH(test_damaged), WITH(test_identifiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
