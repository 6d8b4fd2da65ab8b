/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole of it: a changer, two tape drives, a library in a directory with
 * cartridges in files, driven by the pump. What was written is on its
 * cartridge, wherever that goes, and after the next start.
 */
#include "library_world.h"

enum { DRIVES = WORLD_DRIVES, RECORD = 3000 };

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
	assert_int_equal(world_run(w, w->drive[drive], cdb, 6, bytes, RECORD),
			 0);
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
	world_sense(w, 2, 0x3a00);
}

/* What was not written with a filemark is durable when the changer has taken
 * the cartridge out; in another drive it begins at its beginning. */
static void test_round(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	not_ready(&w, 0);
	assert_int_equal(world_move(&w, SLOT, DRIVE), 0);
	RUN(&w, w.drive[0], 0, 0, 0, 0, 0, 0);
	world_sense(&w, 6, 0x2800);
	write_record(&w, 0, 1);
	write_record(&w, 0, 2);
	assert_int_equal(world_move(&w, DRIVE, DRIVE + 1), 0);
	not_ready(&w, 0);
	world_settle(&w);
	read_record(&w, 1, 1);
	assert_int_equal(world_move(&w, DRIVE + 1, SLOT + 4), 0);
	world_end(&w);
	world_begin(&w);
	assert_string_equal(library_in(&w.m, SLOT + 4), "VOL001L8");
	assert_int_equal(world_move(&w, SLOT + 4, DRIVE), 0);
	world_settle(&w);
	read_record(&w, 0, 1);
	read_record(&w, 0, 2);
	RUN(&w, w.drive[0], 0x08, 0, 0, 1, 0, 0);
	world_sense(&w, 8, 0x0005);
	world_end(&w);
}

/* What is in a drive at the start is loaded. */
static void test_start(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	assert_int_equal(world_move(&w, SLOT + 1, DRIVE + 1), 0);
	world_settle(&w);
	write_record(&w, 1, 5);
	assert_int_equal(RUN(&w, w.drive[1], 0x10, 0, 0, 0, 1, 0), 0);
	world_end(&w);
	world_begin(&w);
	read_record(&w, 1, 5);
	/* a host unloads it, the robot gets it */
	assert_int_equal(RUN(&w, w.drive[1], 0x1b, 0, 0, 0, 0, 0), 0);
	assert_int_equal(world_move(&w, DRIVE + 1, SLOT),
			 SCSIEMU_CHECK_CONDITION);
	world_sense(&w, 5, 0x3b0d);
	assert_int_equal(world_move(&w, DRIVE + 1, STATION), 0);
	assert_int_equal(RUN(&w, w.drive[1], 0x1b, 0, 0, 0, 1, 0),
			 SCSIEMU_CHECK_CONDITION);
	world_sense(&w, 2, 0x3a00);
	world_end(&w);
}

/* PREVENT of a drive; a swap of the cartridges of both. */
static void test_prevent(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	for (uint8_t i = 0; i < 2; i++) {
		assert_int_equal(world_move(&w, (uint8_t)(SLOT + i),
					    (uint8_t)(DRIVE + i)),
				 0);
		world_settle(&w);
		write_record(&w, i, 10 + i);
	}
	assert_int_equal(RUN(&w, w.drive[0], 0x1e, 0, 0, 0, 1, 0), 0);
	assert_int_equal(world_move(&w, DRIVE, SLOT), SCSIEMU_CHECK_CONDITION);
	world_sense(&w, 5, 0x5302);
	write_record(&w, 0, 20);
	assert_int_equal(RUN(&w, w.drive[0], 0x1e, 0, 0, 0, 0, 0), 0);
	assert_int_equal(RUN(&w, w.changer, 0xa6, 0, 0, 0, 0, DRIVE, 0,
			     DRIVE + 1, 0, DRIVE, 0, 0),
			 0);
	world_settle(&w);
	read_record(&w, 0, 11);
	read_record(&w, 1, 10);
	read_record(&w, 1, 20);
	world_end(&w);
}

/* A cartridge whose file is damaged is not moved into a drive. */
static void test_damaged(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	kit_save(kit_path("lib/VOL001L8.tape"), "rubbish", 7);
	assert_int_equal(world_move(&w, SLOT, DRIVE), SCSIEMU_CHECK_CONDITION);
	world_sense(&w, 3, 0x5300);
	assert_non_null(strstr(scsiemu_library_why(&w.m), "VOL001L8.tape"));
	assert_string_equal(library_in(&w.m, SLOT), "VOL001L8");
	not_ready(&w, 0);
	world_end(&w);
}

/* DVCID says which of the drives it is. */
static void test_identifiers(void **state)
{
	struct world w;
	uint8_t id[64];

	(void)state;
	world_begin(&w);
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
	world_end(&w);
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
