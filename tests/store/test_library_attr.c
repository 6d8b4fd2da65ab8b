/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ ATTRIBUTE and WRITE ATTRIBUTE sent to the changer: the memory of the
 * cartridges in its elements, and of those in drives.
 */
#include "library_world.h"

enum { VALUES, LIST, VOLUMES, PARTITIONS, SUPPORTED = 5, ROOM = 4096 };
enum { LABEL = 0x0803, LABEL_LEN = 160, BARCODE = 0x0806, NOBODY = 77 };

static uint8_t read_of(struct world *w, struct scsiemu_lu *lu, uint8_t action,
		       uint8_t addr, uint8_t partition, uint16_t id,
		       uint16_t alloc)
{
	return RUN(w, lu, 0x8c, action, 0, addr, 0, 0, 0, partition,
		   (uint8_t)(id >> 8), (uint8_t)id, 0, 0, (uint8_t)(alloc >> 8),
		   (uint8_t)alloc, 0, 0);
}

static uint8_t get(struct world *w, uint8_t action, uint8_t addr, uint16_t id)
{
	return read_of(w, w->changer, action, addr, 0, id, ROOM);
}

/* One attribute is set. */
static uint8_t set(struct world *w, struct scsiemu_lu *lu, uint8_t addr,
		   uint16_t id, uint8_t format, const char *text, uint8_t len)
{
	uint8_t list[256] = { 0,
			      0,
			      0,
			      (uint8_t)(5 + len),
			      (uint8_t)(id >> 8),
			      (uint8_t)id,
			      format,
			      0,
			      len };
	const uint8_t cdb[16] = { 0x8d, [3] = addr, [13] = (uint8_t)(9 + len) };

	memset(list + 9, ' ', len);
	memcpy(list + 9, text, strlen(text));
	return world_run(w, lu, cdb, 16, list, 9U + len);
}

/* The first value of the reply: of this attribute, as long as that, beginning
 * so. */
static void value_is(const struct world *w, unsigned id, unsigned format,
		     unsigned len, const void *begin, unsigned n)
{
	const uint8_t *p = w->in;

	assert_int_equal(w->x.status, 0);
	assert_int_equal((uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3],
			 w->x.in_done - 4);
	assert_int_equal(p[4] << 8 | p[5], id);
	assert_int_equal(p[6], format);
	assert_int_equal(p[7] << 8 | p[8], len);
	assert_memory_equal(p + 9, begin, n);
}

static void cdb_byte(const struct world *w, unsigned byte)
{
	world_sense(w, 5, 0x2400);
	assert_int_equal(w->x.sense[15] & 0xc0, 0xc0);
	assert_int_equal(w->x.sense[16] << 8 | w->x.sense[17], byte);
}

/* What is in a slot and in a station, in all service actions. */
static void test_slot(void **state)
{
	static const uint8_t capacity[8] = { [7] = 4 };
	static const uint8_t none[8];
	struct world w;

	(void)state;
	world_begin(&w);
	assert_int_equal(get(&w, VALUES, SLOT, 0x0001), 0);
	value_is(&w, 0x0001, 0x80, 8, capacity, 8);
	get(&w, VALUES, SLOT, 0x0003);
	value_is(&w, 0x0003, 0x80, 8, none, 8);
	assert_int_equal(get(&w, LIST, SLOT, 0x0400), 0);
	assert_memory_equal(w.in, "\0\0\0\6\4\5\4\7\4\10", 10);
	assert_int_equal(w.x.in_done, 10);
	assert_int_equal(get(&w, VOLUMES, SLOT, 0), 0);
	assert_memory_equal(w.in, "\0\2\0\1", 4);
	assert_int_equal(get(&w, PARTITIONS, SLOT, 0), 0);
	assert_memory_equal(w.in, "\0\2\0\1", 4);
	assert_int_equal(get(&w, SUPPORTED, SLOT, 0x0820), 0);
	assert_memory_equal(w.in, "\0\0\0\4\x08\x20\x08\x21", 8);
	/* by its type, and by a wrong one */
	assert_int_equal(RUN(&w, w.changer, 0x8c, VOLUMES, 0, SLOT, ST, 0, 0, 0,
			     0, 0, 0, 0, 0, 4, 0, 0),
			 0);
	RUN(&w, w.changer, 0x8c, VOLUMES, 0, SLOT, DT, 0, 0, 0, 0, 0, 0, 0, 0,
	    4, 0, 0);
	cdb_byte(&w, 4);
	assert_int_equal(world_move(&w, SLOT, STATION), 0);
	assert_int_equal(get(&w, VALUES, STATION, 0x0001), 0);
	value_is(&w, 0x0001, 0x80, 8, capacity, 8);
	world_end(&w);
}

/* Nobody has the file open. */
static void is_closed(const char *file)
{
	struct scsiemu_medium m;

	assert_int_equal(
		scsiemu_open_tape_log(&m, kit_path(file), NULL, false, NULL),
		0);
	scsiemu_medium_close(&m);
}

static void test_refused(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	get(&w, VALUES, NOBODY, 0);
	world_sense(&w, 5, 0x2101);
	assert_int_equal(w.x.sense[17], 2);
	get(&w, VALUES, SLOT + 4, 0);
	world_sense(&w, 2, 0x3a00);
	get(&w, VALUES, DRIVE, 0);
	world_sense(&w, 2, 0x3a00);
	get(&w, VALUES, MT, 0);
	world_sense(&w, 2, 0x3a00);
	read_of(&w, w.changer, VALUES, SLOT, 1, 0, ROOM);
	cdb_byte(&w, 7);
	get(&w, VALUES, SLOT, BARCODE);
	cdb_byte(&w, 8);
	get(&w, 4, SLOT, 0);
	cdb_byte(&w, 1);
	assert_int_equal(set(&w, w.changer, SLOT + 4, LABEL, 2, "A", 160),
			 SCSIEMU_CHECK_CONDITION);
	world_sense(&w, 2, 0x3a00);
	/* what is read only, of another length or format, and too long */
	set(&w, w.changer, SLOT, 0x0003, 0x80, "A", 8);
	world_sense(&w, 5, 0x2600);
	assert_int_equal(w.x.sense[17], 4);
	set(&w, w.changer, SLOT, LABEL, 2, "A", 159);
	world_sense(&w, 5, 0x2600);
	set(&w, w.changer, SLOT, LABEL, 1, "A", 160);
	world_sense(&w, 5, 0x2600);
	/* and let go each time */
	is_closed("lib/VOL001L8.tape");
	/* an open door */
	assert_int_equal(world_move(&w, SLOT, STATION), 0);
	assert_int_equal(RUN(&w, w.changer, 0x1b, 0, 0, STATION, 0, 0), 0);
	get(&w, VALUES, STATION, 0);
	world_sense(&w, 2, 0x0418);
	world_end(&w);
}

/* Its file cannot be opened. */
static void test_damaged(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	kit_save(kit_path("lib/VOL001L8.tape"), "rubbish", 7);
	get(&w, VALUES, SLOT, 0);
	world_sense(&w, 3, 0x0410);
	set(&w, w.changer, SLOT, LABEL, 2, "A", LABEL_LEN);
	world_sense(&w, 3, 0x0410);
	assert_int_equal(get(&w, VALUES, SLOT + 1, 0), 0);
	world_end(&w);
}

/* As many as go into it; what was there stays. */
static void test_full(void **state)
{
	uint16_t id = 0x1400;
	struct world w;

	(void)state;
	world_begin(&w);
	while (id < 0x1800 && !set(&w, w.changer, SLOT, id, 0, "kept", 200))
		id++;
	world_sense(&w, 5, 0x5506);
	assert_true(id > 0x1400 && id < 0x1800);
	is_closed("lib/VOL001L8.tape");
	get(&w, VALUES, SLOT, (uint16_t)(id - 1));
	value_is(&w, id - 1U, 0, 200, "kept ", 5);
	get(&w, VALUES, SLOT, id);
	cdb_byte(&w, 8);
	world_end(&w);
}

/* What the changer writes the drive reads, and the other way round; it is there
 * after the next start. */
static void test_both(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	assert_int_equal(set(&w, w.changer, SLOT, LABEL, 2, "SHELF", LABEL_LEN),
			 0);
	get(&w, VALUES, SLOT, LABEL);
	value_is(&w, LABEL, 2, LABEL_LEN, "SHELF ", 6);
	is_closed("lib/VOL001L8.tape");
	world_end(&w);
	world_begin(&w);
	assert_int_equal(world_move(&w, SLOT, DRIVE), 0);
	world_settle(&w);
	assert_int_equal(read_of(&w, w.drive[0], VALUES, 0, 0, LABEL, ROOM), 0);
	value_is(&w, LABEL, 2, LABEL_LEN, "SHELF ", 6);
	assert_int_equal(set(&w, w.drive[0], 0, BARCODE, 1, "VOL001L8", 32), 0);
	/* as the drive sees it: the load that goes on counts */
	get(&w, VALUES, DRIVE, BARCODE);
	value_is(&w, BARCODE, 1, 32, "VOL001L8 ", 9);
	get(&w, VALUES, DRIVE, 0x0003);
	value_is(&w, 0x0003, 0x80, 8, "\0\0\0\0\0\0\0\1", 8);
	/* written by the changer while it is loaded, and unloaded */
	assert_int_equal(set(&w, w.changer, DRIVE, LABEL, 2, "LOADED", 160), 0);
	read_of(&w, w.drive[0], VALUES, 0, 0, LABEL, ROOM);
	value_is(&w, LABEL, 2, LABEL_LEN, "LOADED ", 7);
	assert_int_equal(RUN(&w, w.drive[0], 0x1b, 0, 0, 0, 0, 0), 0);
	assert_int_equal(set(&w, w.changer, DRIVE, LABEL, 2, "AWAY", 160), 0);
	read_of(&w, w.drive[0], VALUES, 0, 0, LABEL, ROOM);
	value_is(&w, LABEL, 2, LABEL_LEN, "AWAY ", 5);
	assert_int_equal(world_move(&w, DRIVE, SLOT + 4), 0);
	world_end(&w);
	world_begin(&w);
	get(&w, VALUES, SLOT + 4, LABEL);
	value_is(&w, LABEL, 2, LABEL_LEN, "AWAY ", 5);
	get(&w, VALUES, SLOT + 4, BARCODE);
	value_is(&w, BARCODE, 1, 32, "VOL001L8 ", 9);
	get(&w, VALUES, SLOT + 4, 0x0003);
	value_is(&w, 0x0003, 0x80, 8, "\0\0\0\0\0\0\0\1", 8);
	/* length 0 removes it */
	assert_int_equal(set(&w, w.changer, SLOT + 4, LABEL, 2, "", 0), 0);
	get(&w, VALUES, SLOT + 4, LABEL);
	cdb_byte(&w, 8);
	world_end(&w);
}

/* A reply that is longer than scratch is the same in windows; ALLOCATION
 * LENGTH cuts it. */
static void test_windows(void **state)
{
	static uint8_t whole[ROOM];
	struct world w;
	uint32_t len;

	(void)state;
	world_begin(&w);
	for (uint16_t id = 0x1400; id < 0x1410; id++)
		assert_int_equal(set(&w, w.changer, SLOT, id, 0, "x", 100), 0);
	assert_int_equal(get(&w, VALUES, SLOT, 0), 0);
	len = w.x.in_done;
	assert_true(len > 16 * 105);
	memcpy(whole, w.in, len);
	assert_int_equal(whole[2] << 8 | whole[3], len - 4);
	for (uint16_t n = 0; n < len + 5; n = (uint16_t)(n + 61)) {
		memset(w.in, 0, sizeof(w.in));
		assert_int_equal(read_of(&w, w.changer, VALUES, SLOT, 0, 0, n),
				 0);
		assert_int_equal(w.x.in_done, n < len ? n : len);
		assert_memory_equal(w.in, whole, w.x.in_done);
	}
	world_move(&w, SLOT, DRIVE);
	world_settle(&w);
	assert_int_equal(get(&w, VALUES, DRIVE, 0x1400), 0);
	assert_int_equal(w.x.in_done, 4 + 16 * 105);
	world_end(&w);
}

/* They are among the commands, and mode page 1Fh says of which elements. */
static void test_told(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	assert_int_equal(
		RUN(&w, w.changer, 0xa3, 0x0c, 2, 0x8c, 0, 5, 0, 0, 1, 0, 0, 0),
		0);
	assert_memory_equal(w.in + 2,
			    "\0\x10\x8c\5\xff\xff\x0f\xff\0\xff\xff\xff\xff\xff"
			    "\xff\xff\1\0",
			    18);
	assert_int_equal(RUN(&w, w.changer, 0x1a, 8, 0x1f, 0, 255, 0), 0);
	assert_memory_equal(w.in + 4,
			    "\x1f\x12\x0e\3\0\x4e\x4e\x4e\0\0\0\0\0\x4e\x4e\x4e"
			    "\0\0\0\0",
			    20);
	world_end(&w);
}

#define WITH(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, library_setup, library_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_slot), WITH(test_refused), WITH(test_damaged),
		WITH(test_both), WITH(test_windows), WITH(test_told),
		WITH(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
