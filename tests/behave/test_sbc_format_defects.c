/* SPDX-License-Identifier: BSD-2-Clause */
/* The defect list of FORMAT UNIT becomes the grown list, durably. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "support/disk.h"

enum { NBLK = 64, ROOM = 6, NONE = SCSIEMU_NO_BIT };
enum { FMTDATA = 0x10, LONGLIST = 0x20, CMPLST = 0x08, LONG_BLOCK = 3 };

static const struct disk_options options = { .nblk = NBLK,
					     .scratch = 1024,
					     .sbc = { .format = true,
						      .defects = ROOM } };

static void format(struct disk *b, uint8_t byte1, const void *list, uint32_t n)
{
	const uint8_t cdb[6] = { SCSIEMU_OP_FORMAT_UNIT, byte1 };

	drive_run(&b->d, b->lu, cdb, 6, list, n, 0);
}

/* The grown list, in ascending order, -1 at its end. */
#define GROWN(b, ...)                                                          \
	grown(b, (const int[]){ __VA_ARGS__, -1 }, __FILE__, __LINE__)
static void grown(struct disk *b, const int *lba, const char *file, int line)
{
	static const uint8_t cdb[10] = { SCSIEMU_OP_READ_DEFECT_DATA_10, 0,
					 0x08, [7] = 1 };
	uint8_t want[4 + 4 * ROOM] = { 0, 0x08 };
	uint8_t n = 0;

	for (; *lba >= 0; lba++) {
		want[4 + n + 3] = (uint8_t)*lba;
		n = (uint8_t)(n + 4);
	}
	want[3] = n;
	drive_in(&b->d, b->lu, cdb, 10);
	drive_data_at(&b->d, want, 4u + n, file, line);
}

static void test_lists(void **s)
{
	static const uint8_t one[] = { 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 40 };
	static const uint8_t two[] = { 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 5 };
	static const uint8_t wide[] = { 0, 0, 0, 0, 0, 0, 0, 8,
					0, 0, 0, 0, 0, 0, 0, 63 };
	static const uint8_t none[4];
	struct disk b;

	(void)s;
	disk_make(&b, &options);
	for (b.d.chunk = 0; b.d.chunk < 7; b.d.chunk += 3) {
		format(&b, FMTDATA | CMPLST, one, sizeof(one));
		drive_good(&b.d);
		GROWN(&b, 3, 40);
		/* added to what is there */
		format(&b, FMTDATA, two, sizeof(two));
		drive_good(&b.d);
		GROWN(&b, 3, 5, 40);
		format(&b, FMTDATA, none, sizeof(none));
		format(&b, 0, NULL, 0);
		format(&b, CMPLST, NULL, 0);
		drive_good(&b.d);
		GROWN(&b, 3, 5, 40);
		/* addresses of 8 bytes, in either form of the header */
		format(&b, FMTDATA | LONGLIST | LONG_BLOCK, wide, sizeof(wide));
		drive_good(&b.d);
		GROWN(&b, 3, 5, 40, 63);
		/* instead of what is there */
		format(&b, FMTDATA | CMPLST, two, sizeof(two));
		drive_good(&b.d);
		GROWN(&b, 3, 5);
		format(&b, FMTDATA | CMPLST, none, sizeof(none));
		drive_good(&b.d);
		GROWN(&b, -1);
	}
	disk_free(&b);
}

/* Behind an initialization pattern; with IMMED. */
static void test_pattern(void **s)
{
	static const uint8_t list[] = { 0, 0x8a, 0, 4, 0,	1,
					0, 2,	 1, 2, [13] = 9 };
	static const uint8_t stop[4] = { 0, 0x90 }; /* FOV, STPF */
	struct disk b;

	(void)s;
	disk_make(&b, &options);
	format(&b, FMTDATA, list, sizeof(list));
	drive_good(&b.d);
	drive_settle(&b.d, b.lu, NULL);
	GROWN(&b, 9);
	for (unsigned i = 0; i < NBLK * 512; i++)
		assert_int_equal(b.k.bytes[i], 1 + i % 2);
	format(&b, FMTDATA, stop, sizeof(stop));
	drive_good(&b.d);
	GROWN(&b, 9);
	disk_free(&b);
}

struct wrong {
	uint8_t byte1;
	uint8_t n, list[24];
	uint16_t asc; /* 0: of the CDB */
	uint8_t at, bit;
};

/* A wrong list changes nothing. */
static void test_wrong(void **s)
{
	static const uint8_t good[] = { 0, 0, 0, 4, 0, 0, 0, 7 };
	static const struct wrong wrong[] = {
		/* not whole addresses */
		{ 0x10, 7, { 0, 0, 0, 3 }, 0x2600, 2, NONE },
		{ 0x13, 8, { 0, 0, 0, 4 }, 0x2600, 2, NONE },
		{ 0x33, 12, { [7] = 4 }, 0x2600, 4, NONE },
		/* blocks that do not exist; not in order; twice */
		{ 0x10, 8, { [3] = 4, [7] = 64 }, 0x2600, 4, NONE },
		{ 0x18, 12, { [3] = 8, [7] = 4, [11] = 3 }, 0x2600, 8, NONE },
		{ 0x10, 12, { [3] = 8, [7] = 4, [11] = 4 }, 0x2600, 8, NONE },
		{ 0x33, 16, { [7] = 8, 1, [15] = 4 }, 0x2600, 8, NONE },
		{ 0x10,
		  13,
		  { 0, 0x88, [3] = 4, [5] = 1, [7] = 1, [9] = 1 },
		  0x2600,
		  9,
		  NONE },
		/* cylinders and heads */
		{ 0x11, 12, { [3] = 8 }, 0, 1, 2 },
		{ 0x12, 12, { [3] = 8 }, 0, 1, 2 },
		{ 0x14, 12, { [3] = 8 }, 0, 1, 2 },
		{ 0x15, 12, { [3] = 8 }, 0, 1, 2 },
	};
	static uint8_t was[NBLK * 512];
	struct disk b;

	(void)s;
	disk_make(&b, &options);
	format(&b, FMTDATA, good, sizeof(good));
	disk_fill(&b, 1);
	memcpy(was, b.k.bytes, sizeof(was));
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct wrong *w = &wrong[i];

		format(&b, w->byte1, w->list, w->n);
		if (w->asc)
			drive_param(&b.d, w->asc, w->at, w->bit);
		else
			drive_cdb(&b.d, w->at, w->bit);
		GROWN(&b, 7);
		assert_memory_equal(b.k.bytes, was, sizeof(was));
	}
	/* less than it says; more than scratch holds */
	format(&b, FMTDATA, (const uint8_t[]){ 0, 0, 0, 8, 0, 0, 0, 1 }, 8);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	format(&b, FMTDATA, (const uint8_t[]){ 0, 0, 4, 0, 0, 0, 0, 1 }, 8);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	format(&b, FMTDATA | LONGLIST,
	       (const uint8_t[]){ [4] = 0xff, 0xff, 0xff, 0xfc }, 8);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	GROWN(&b, 7);
	disk_free(&b);
}

/* The blocks are those that it makes. */
static void test_other_blocks(void **s)
{
	static const struct {
		uint64_t nblk;
		uint32_t blen;
		uint8_t last;
	} to[] = { { 0, 1024, 31 }, { 16, 1024, 15 }, { 0, 256, 127 } };
	uint8_t list[] = { 0, 0, 0, 4, 0, 0, 0, 0 };
	struct disk b;

	(void)s;
	for (unsigned i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		disk_make(&b,
			  &(struct disk_options){
				  .nblk = NBLK,
				  .scratch = 2048,
				  .sbc = { .format = true, .defects = ROOM } });
		disk_choose(&b, to[i].nblk, to[i].blen);
		drive_good(&b.d);
		list[7] = (uint8_t)(to[i].last + 1);
		format(&b, FMTDATA, list, sizeof(list));
		drive_param(&b.d, 0x2600, 4, NONE);
		list[7] = to[i].last;
		format(&b, FMTDATA, list, sizeof(list));
		drive_good(&b.d);
		drive_settle(&b.d, b.lu, NULL);
		GROWN(&b, to[i].last);
		disk_free(&b);
	}
}

/* As many as there is room for, and not one more. */
static void test_full(void **s)
{
	uint8_t list[4 + 4 * (ROOM + 1)] = { 0 };
	struct disk b;

	(void)s;
	disk_make(&b, &options);
	for (unsigned i = 0; i <= ROOM; i++)
		list[7 + 4 * i] = (uint8_t)(10 + i);
	list[3] = 4 * (ROOM + 1);
	format(&b, FMTDATA, list, sizeof(list));
	drive_check(&b.d, SCSIEMU_SK_HARDWARE_ERROR,
		    SCSIEMU_ASC_NO_DEFECT_SPARE);
	list[3] = 4 * ROOM;
	format(&b, FMTDATA, list, sizeof(list) - 4);
	drive_good(&b.d);
	GROWN(&b, 10, 11, 12, 13, 14, 15);
	/* those that are there already take no room */
	format(&b, FMTDATA, list, sizeof(list) - 4);
	drive_good(&b.d);
	list[7] = 9;
	format(&b, FMTDATA, list, sizeof(list) - 4);
	drive_check(&b.d, SCSIEMU_SK_HARDWARE_ERROR,
		    SCSIEMU_ASC_NO_DEFECT_SPARE);
	/* nor do those that go */
	format(&b, FMTDATA | CMPLST, list, sizeof(list) - 4);
	drive_good(&b.d);
	GROWN(&b, 9, 11, 12, 13, 14, 15);
	disk_free(&b);
}

/* A block that was unreadable before can be read after it, and after a restart;
 * the lists are what they were. */
static void test_durable(void **s)
{
	static const uint8_t list[] = { 0, 0, 0, 4, 0, 0, 0, 3 };
	struct disk a, b;

	(void)s;
	disk_make(&a, &options);
	disk_run(&a, SCSIEMU_OP_WRITE_LONG_10, 0x40, 5, 0, NULL, 0, 0);
	drive_good(&a.d);
	format(&a, FMTDATA, list, sizeof(list));
	drive_good(&a.d);
	disk_make(&b, &options);
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_DEFECTS,
					    a.d.nv[SCSIEMU_NV_DEFECTS],
					    a.d.nv_len[SCSIEMU_NV_DEFECTS]),
			 0);
	GROWN(&b, 3);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, NBLK, NULL, 0, NBLK * 512);
	drive_good(&b.d);
	disk_free(&a);
	disk_free(&b);
}

static int fail_save(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	return c->want == SCSIEMU_STORE && c->verb == SCSIEMU_V_NV_SAVE &&
			       c->count == SCSIEMU_NV_WORK
		       ? SCSIEMU_E_HARDWARE
		       : DRIVE_USUAL;
}

/* A FORMAT UNIT that does not begin leaves the list alone. */
static void test_not_begun(void **s)
{
	static const uint8_t list[] = { 0, 0, 0, 4, 0, 0, 0, 3 };
	struct disk b;

	(void)s;
	disk_make(&b, &options);
	format(&b, FMTDATA, list, sizeof(list));
	b.d.hook = fail_save;
	format(&b, FMTDATA | CMPLST, (const uint8_t[]){ 0, 0, 0, 4, [7] = 8 },
	       8);
	drive_check(&b.d, SCSIEMU_SK_HARDWARE_ERROR,
		    SCSIEMU_ASC_INTERNAL_FAILURE);
	b.d.hook = NULL;
	GROWN(&b, 3);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_other_blocks),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_durable),
		cmocka_unit_test(test_not_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
