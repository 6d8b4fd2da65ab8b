/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Defect lists and blocks that cannot be read: REASSIGN BLOCKS, READ DEFECT
 * DATA, READ LONG, WRITE LONG; what reading such a block gives, what makes it
 * readable again, and what is kept over a restart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sbc/defects.h"
#include "support/disk.h"

enum { NBLK = 64, BLEN = 512, ECC = 8, LONG = BLEN + ECC, ROOM = 4 };
enum { COR_DIS = 0x80, WR_UNCOR = 0x40, PBLOCK = 0x20 };

static void made(struct disk *b, uint32_t room, uint8_t exponent)
{
	struct disk_options o = { .nblk = NBLK,
				  .exponent = exponent,
				  .scratch = 8192,
				  .sbc = { .defects = room } };

	disk_make(b, &o);
	disk_fill(b, 1);
}

static void write_long(struct disk *b, uint8_t byte1, uint64_t lba,
		       const void *out, uint32_t len)
{
	disk_run(b, SCSIEMU_OP_WRITE_LONG_10, byte1, lba, len, out, len, 0);
}

static void read_long(struct disk *b, uint8_t byte1, uint64_t lba, uint32_t len)
{
	disk_run(b, SCSIEMU_OP_READ_LONG_10, byte1, lba, len, NULL, 0, 65536);
}

static void read_fails(struct disk *b, uint64_t lba, uint32_t n, uint16_t asc,
		       uint64_t bad)
{
	disk_run(b, SCSIEMU_OP_READ_10, 0, lba, n, NULL, 0, 65536);
	drive_check(&b->d, SCSIEMU_SK_MEDIUM_ERROR, asc);
	assert_int_equal(b->d.t.c.sense.flags, SCSIEMU_S_INFO);
	assert_int_equal(b->d.t.c.sense.info, bad);
	assert_int_equal(b->d.t.c.in_done, 0);
	assert_int_equal(b->d.t.c.in_all, 0);
}

static void read_good(struct disk *b, uint64_t lba, uint32_t n)
{
	disk_run(b, SCSIEMU_OP_READ_10, 0, lba, n, NULL, 0, 65536);
	drive_data(&b->d, disk_at(b, lba), n * BLEN);
}

/* WR_UNCOR: unreadable until it is written. */
static void test_marked(void **s)
{
	uint8_t block[BLEN];
	struct disk b;

	(void)s;
	made(&b, ROOM, 0);
	assert_int_equal(b.lu->nslow, 0);
	write_long(&b, WR_UNCOR, 9, NULL, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.nlog, 1); /* it was saved */
	assert_int_equal(b.d.log[0].verb, SCSIEMU_V_NV_SAVE);
	assert_int_equal(b.d.log[0].count, SCSIEMU_NV_DEFECTS);
	assert_int_equal(b.lu->nslow, 1);
	read_fails(&b, 9, 1, 0x1114, 9);
	read_fails(&b, 0, 64, 0x1114, 9);
	read_good(&b, 0, 9);
	read_good(&b, 10, 54);
	write_long(&b, WR_UNCOR | COR_DIS, 20, NULL, 0);
	drive_good(&b.d);
	read_fails(&b, 9, 20, 0x1114, 9);
	read_fails(&b, 10, 20, 0x1114, 20);
	/* every way to read it */
	disk_run(&b, SCSIEMU_OP_VERIFY_10, 0, 9, 1, NULL, 0, 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, 0x1114);
	disk_run(&b, SCSIEMU_OP_COMPARE_AND_WRITE, 0, 9, 1, disk_at(&b, 9),
		 2 * BLEN, 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, 0x1114);
	disk_run(&b, SCSIEMU_OP_ORWRITE_16, 0, 9, 1, disk_at(&b, 9), BLEN, 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, 0x1114);
	/* not what neither reads nor writes blocks */
	disk_run(&b, SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 0, 9, 1, NULL, 0, 0);
	drive_good(&b.d);
	/* written: readable again, and that is saved, too */
	disk_pattern(block, 9, 1, BLEN, 2);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 9, 1, block, BLEN, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.log[b.d.nlog - 1].verb, SCSIEMU_V_NV_SAVE);
	read_good(&b, 9, 1);
	assert_memory_equal(b.d.t.in, block, BLEN);
	assert_int_equal(b.lu->nslow, 1);
	disk_run(&b, SCSIEMU_OP_WRITE_SAME_10, 0, 16, 8, block, BLEN, 0);
	drive_good(&b.d);
	read_good(&b, 16, 8);
	assert_int_equal(b.lu->nslow, 0); /* nothing is looked at any more */
	disk_free(&b);
}

/* A WRITE that had fewer bytes, or failed, leaves the rest marked. */
static int fail_write(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	*bytes = 0;
	return c->want == SCSIEMU_WRITE ? SCSIEMU_E_WRITE : DRIVE_USUAL;
}

static void test_not_written(void **s)
{
	uint8_t blocks[4 * BLEN];
	struct disk b;

	(void)s;
	made(&b, ROOM, 0);
	write_long(&b, WR_UNCOR, 11, NULL, 0);
	disk_pattern(blocks, 9, 4, BLEN, 2);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 9, 4, blocks, 2 * BLEN, 0);
	drive_status(&b.d, SCSIEMU_GOOD);
	read_fails(&b, 9, 4, 0x1114, 11);
	b.d.hook = fail_write;
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 9, 4, blocks, 4 * BLEN, 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00);
	b.d.hook = NULL;
	read_fails(&b, 9, 4, 0x1114, 11);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 9, 4, blocks, 4 * BLEN, 0);
	drive_good(&b.d);
	read_good(&b, 9, 4);
	disk_free(&b);
}

/* READ LONG gives the block and its ECC; written back unchanged it is
 * readable, with other ECC it is not; READ LONG reads it all the same. */
static void test_long(void **s)
{
	uint8_t good[LONG], bad[LONG];
	struct disk b;

	(void)s;
	made(&b, ROOM, 0);
	read_long(&b, 0, 5, LONG);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, LONG);
	assert_memory_equal(b.d.t.in, disk_at(&b, 5), BLEN);
	memcpy(good, b.d.t.in, LONG);
	read_long(&b, 6, 5, LONG); /* CORRCT, PBLOCK: the same */
	drive_data(&b.d, good, LONG);
	memcpy(bad, good, LONG);
	bad[BLEN - 1] ^= 1; /* the data change, the ECC does not */
	write_long(&b, 0, 5, bad, LONG);
	drive_good(&b.d);
	assert_memory_equal(disk_at(&b, 5), bad, BLEN);
	read_fails(&b, 5, 1, 0x1100, 5);
	read_long(&b, 0, 5, LONG);
	drive_status(&b.d, SCSIEMU_GOOD);
	assert_memory_equal(b.d.t.in, bad, BLEN);
	write_long(&b, 0, 5, good, LONG);
	drive_good(&b.d);
	read_good(&b, 5, 1);
	assert_memory_equal(b.d.t.in, good, BLEN);
	/* a marked block: READ LONG reads it, WRITE LONG mends it */
	write_long(&b, WR_UNCOR, 5, NULL, 0);
	read_long(&b, 0, 5, LONG);
	drive_data(&b.d, good, LONG);
	write_long(&b, COR_DIS, 5, good, LONG);
	read_good(&b, 5, 1);
	read_long(&b, 0, 5, 0); /* 0 bytes: nothing */
	drive_good(&b.d);
	disk_free(&b);
}

static void test_long_16(void **s)
{
	uint8_t rd[16] = { 0x9e, 0x11, [9] = 7, [12] = LONG >> 8, LONG & 0xff };
	uint8_t wr[16] = { 0x9f, 0x11, [9] = 8, [12] = LONG >> 8, LONG & 0xff };
	uint8_t mark[16] = { 0x9f, 0x11 | WR_UNCOR, [9] = 30 };
	uint8_t all[LONG];
	struct disk b;

	(void)s;
	made(&b, ROOM, 0);
	drive_run(&b.d, b.lu, rd, 16, NULL, 0, LONG);
	drive_good(&b.d);
	assert_memory_equal(b.d.t.in, disk_at(&b, 7), BLEN);
	memcpy(all, b.d.t.in, LONG);
	drive_run(&b.d, b.lu, wr, 16, all, LONG, 0);
	drive_good(&b.d);
	assert_memory_equal(disk_at(&b, 8), all, BLEN);
	read_good(&b, 8, 1);
	drive_run(&b.d, b.lu, mark, 16, NULL, 0, 0);
	drive_good(&b.d);
	read_fails(&b, 30, 1, 0x1114, 30);
	disk_free(&b);
}

/* Wrong lengths: ILI, and INFORMATION says by how much. */
static void test_long_lengths(void **s)
{
	static const uint8_t fixed[8] = { 0xf0, 0,    0x25, 0xff,
					  0xff, 0xff, 0xf8, 10 };
	static const uint8_t descr[] = {
		0x72, 5,    0x24, 0,	0,    0,    0,	  24,	0,    10,  0x80,
		0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf8, 2,   6,
		0,    0,    0xc0, 0,	7,    0,    5,	  2,	0,    0x20
	};
	struct disk b;

	(void)s;
	made(&b, ROOM, 0);
	read_long(&b, 0, 5, BLEN);
	drive_cdb(&b.d, 7, SCSIEMU_NO_BIT);
	assert_memory_equal(b.d.t.sense, fixed, 8);
	disk_mode(&b, 0x0a, 2, 0x04, 0x04); /* D_SENSE */
	read_long(&b, 0, 5, BLEN);
	assert_int_equal(b.d.t.sense_len, sizeof(descr));
	assert_memory_equal(b.d.t.sense, descr, sizeof(descr));
	write_long(&b, 0, 5, b.k.bytes, LONG + 3);
	assert_int_equal(b.d.t.c.sense.info, 3);
	assert_int_equal(b.d.nlog, 0);
	/* WR_UNCOR takes no data */
	disk_mode(&b, 0x0a, 2, 0x04, 0);
	write_long(&b, WR_UNCOR, 5, b.k.bytes, LONG);
	drive_cdb(&b.d, 7, SCSIEMU_NO_BIT);
	/* the host has less than it says */
	disk_run(&b, SCSIEMU_OP_WRITE_LONG_10, 0, 5, LONG, b.k.bytes, LONG - 1,
		 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x0e03);
	read_good(&b, 5, 1);
	disk_run(&b, SCSIEMU_OP_READ_LONG_10, 0, NBLK, LONG, NULL, 0, LONG);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	disk_free(&b);
}

/* PBLOCK: the physical block around the LBA. */
static void test_physical(void **s)
{
	enum { PHYS = 4 * BLEN };
	uint8_t all[PHYS + ECC];
	struct disk b;

	(void)s;
	made(&b, 8, 2);
	read_long(&b, 4, 6, PHYS + ECC);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, PHYS + ECC);
	assert_memory_equal(b.d.t.in, disk_at(&b, 4), PHYS);
	memcpy(all, b.d.t.in, sizeof(all));
	all[PHYS] ^= 0x80;
	write_long(&b, PBLOCK, 7, all, sizeof(all));
	drive_good(&b.d);
	read_fails(&b, 0, 16, 0x1100, 4);
	read_fails(&b, 7, 1, 0x1100, 7);
	read_good(&b, 8, 1);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 4, 4, all, PHYS, 0);
	drive_good(&b.d);
	write_long(&b, WR_UNCOR | PBLOCK, 9, NULL, 0);
	read_fails(&b, 0, 16, 0x1114, 8);
	read_fails(&b, 11, 5, 0x1114, 11);
	read_good(&b, 12, 4);
	disk_free(&b);
}

/* There is no room to remember it: refused, and nothing is half marked. */
static void test_full(void **s)
{
	struct disk b;

	(void)s;
	made(&b, 2, 0);
	write_long(&b, WR_UNCOR, 1, NULL, 0);
	write_long(&b, WR_UNCOR, 2, NULL, 0);
	drive_good(&b.d);
	write_long(&b, WR_UNCOR, 3, NULL, 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, 0x0c03);
	assert_int_equal(b.d.t.c.sense.info, 3);
	read_good(&b, 3, 1);
	write_long(&b, WR_UNCOR, 2, NULL, 0); /* it is there already */
	drive_good(&b.d);
	disk_free(&b);
}

static void reassign(struct disk *b, uint8_t byte1, const void *list,
		     uint32_t len)
{
	uint8_t cdb[6] = { SCSIEMU_OP_REASSIGN_BLOCKS, byte1 };

	drive_run(&b->d, b->lu, cdb, 6, list, len, 0);
}

static void defects_are(struct disk *b, const void *want, uint32_t len,
			uint8_t request)
{
	uint8_t cdb[10] = { SCSIEMU_OP_READ_DEFECT_DATA_10, 0,
			    request, [7] = 1 };

	drive_in(&b->d, b->lu, cdb, 10);
	drive_data(&b->d, want, len);
}

static void test_reassign(void **s)
{
	static const uint8_t list[] = { 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 40 };
	static const uint8_t wide[] = { 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 17 };
	static const uint8_t grown[] = { 0, 0x08, 0, 12, 0, 0, 0, 3,
					 0, 0,	  0, 17, 0, 0, 0, 40 };
	static const uint8_t primary[] = { 0, 0x10, 0, 0 };
	static const uint8_t empty[4];
	static const uint8_t zeros[BLEN];
	uint8_t was[BLEN];
	struct disk b;

	(void)s;
	made(&b, 8, 0);
	memcpy(was, disk_at(&b, 3), BLEN);
	write_long(&b, WR_UNCOR, 40, NULL, 0);
	reassign(&b, 0, list, sizeof(list));
	drive_good(&b.d);
	assert_int_equal(b.d.log[b.d.nlog - 1].verb, SCSIEMU_V_NV_SAVE);
	reassign(&b, 3, wide, sizeof(wide)); /* LONGLBA, LONGLIST */
	drive_good(&b.d);
	defects_are(&b, grown, sizeof(grown), 0x08);
	defects_are(&b, primary, sizeof(primary), 0x10);
	/* readable data stay, others are zeros */
	read_good(&b, 3, 1);
	assert_memory_equal(b.d.t.in, was, BLEN);
	read_good(&b, 40, 1);
	assert_memory_equal(b.d.t.in, zeros, BLEN);
	/* reassigned again: once on the list */
	reassign(&b, 0, list, sizeof(list));
	drive_good(&b.d);
	defects_are(&b, grown, sizeof(grown), 0x08);
	reassign(&b, 0, empty, sizeof(empty));
	drive_good(&b.d);
	disk_free(&b);
}

static void test_reassign_errors(void **s)
{
	uint8_t list[] = { 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 40 };
	uint8_t three[] = { 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3 };
	struct disk b;

	(void)s;
	made(&b, 2, 0);
	reassign(&b, 0, list, 3);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x1a00);
	reassign(&b, 0, list, 8);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x1a00);
	list[3] = 7;
	reassign(&b, 0, list, sizeof(list));
	drive_param(&b.d, 0x2600, 2, SCSIEMU_NO_BIT);
	reassign(&b, 1, list, sizeof(list));
	drive_param(&b.d, 0x2600, 0, SCSIEMU_NO_BIT);
	list[3] = 8;
	list[11] = NBLK;
	reassign(&b, 0, list, sizeof(list));
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	assert_int_equal(b.d.t.c.sense.info, NBLK);
	list[11] = 3; /* not ascending */
	reassign(&b, 0, list, sizeof(list));
	drive_param(&b.d, 0x2600, 8, SCSIEMU_NO_BIT);
	assert_int_equal(semu_defects_count(b.lu), 0);
	assert_int_equal(b.d.nlog, 2); /* header and list, no more */
	/* no spare for the third: the first two are done, and saved */
	reassign(&b, 0, three, sizeof(three));
	drive_check(&b.d, SCSIEMU_SK_HARDWARE_ERROR, 0x3200);
	assert_int_equal(b.d.t.c.sense.flags, SCSIEMU_S_SPECIFIC);
	assert_int_equal(b.d.t.c.sense.specific, 3);
	assert_int_equal(semu_defects_count(b.lu), 2);
	assert_int_equal(b.d.log[b.d.nlog - 1].verb, SCSIEMU_V_NV_SAVE);
	disk_free(&b);
}

static int fail_save(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->verb == SCSIEMU_V_NV_SAVE ? SCSIEMU_E_WRITE : DRIVE_USUAL;
}

static void test_not_saved(void **s)
{
	static const uint8_t list[] = { 0, 0, 0, 4, 0, 0, 0, 3 };
	struct disk b;

	(void)s;
	made(&b, ROOM, 0);
	b.d.hook = fail_save;
	reassign(&b, 0, list, sizeof(list));
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00);
	write_long(&b, WR_UNCOR, 9, NULL, 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00);
	disk_free(&b);
}

/* Formats: block addresses of 4 and 8 bytes; others come as 8. */
static void test_formats(void **s)
{
	static const uint8_t list[] = { 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 40 };
	static const uint8_t wide[] = { 0, 0x1b, 0, 16, 0, 0, 0, 0, 0, 0,
					0, 3,	 0, 0,	0, 0, 0, 0, 0, 40 };
	struct disk b;

	(void)s;
	made(&b, ROOM, 0);
	reassign(&b, 0, list, sizeof(list));
	defects_are(&b, wide, sizeof(wide), 0x1b);
	for (unsigned f = 1; f < 8; f++) {
		uint8_t cdb[10] = { SCSIEMU_OP_READ_DEFECT_DATA_10, 0,
				    (uint8_t)(0x18 | f), [8] = 200 };

		drive_in(&b.d, b.lu, cdb, 10);
		assert_int_equal(b.d.t.c.in_done, sizeof(wide));
		assert_memory_equal(b.d.t.in, wide, sizeof(wide));
		if (f == 3)
			drive_good(&b.d);
		else
			drive_check(&b.d, SCSIEMU_SK_RECOVERED_ERROR, 0x1c00);
	}
	disk_free(&b);
}

/* READ DEFECT DATA(12): generation, and a list that begins later. */
static void test_defects_12(void **s)
{
	static const uint8_t list[] = { 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 40 };
	static const uint8_t all[] = { 0, 0x08, 0, 2, 0, 0, 0, 8,
				       0, 0,	0, 3, 0, 0, 0, 40 };
	static const uint8_t rest[] = {
		0, 0x08, 0, 2, 0, 0, 0, 4, 0, 0, 0, 40
	};
	static const uint8_t none[] = { 0, 0x08, 0, 2, 0, 0, 0, 0 };
	uint8_t cdb[12] = { SCSIEMU_OP_READ_DEFECT_DATA_12, 0x08, [9] = 99 };
	struct disk b;

	(void)s;
	made(&b, ROOM, 0);
	reassign(&b, 0, list, sizeof(list));
	drive_in(&b.d, b.lu, cdb, 12);
	drive_data(&b.d, all, sizeof(all));
	cdb[5] = 1;
	drive_in(&b.d, b.lu, cdb, 12);
	drive_data(&b.d, rest, sizeof(rest));
	cdb[5] = 2;
	drive_in(&b.d, b.lu, cdb, 12);
	drive_data(&b.d, none, sizeof(none));
	/* marks are no defects: the generation stays */
	write_long(&b, WR_UNCOR, 9, NULL, 0);
	drive_in(&b.d, b.lu, cdb, 12);
	drive_data(&b.d, none, sizeof(none));
	disk_free(&b);
}

/* What was saved comes back into a new device; nothing else does. */
static void test_restart(void **s)
{
	static const uint8_t list[] = { 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 40 };
	static const uint8_t grown[] = {
		0, 0x08, 0, 8, 0, 0, 0, 3, 0, 0, 0, 40
	};
	uint8_t rec[1024], bad[1024];
	uint32_t len;
	struct disk b;

	(void)s;
	made(&b, ROOM, 0);
	reassign(&b, 0, list, sizeof(list));
	write_long(&b, WR_UNCOR, 9, NULL, 0);
	len = b.d.nv_len[SCSIEMU_NV_DEFECTS];
	assert_int_equal(len, 6 + 9 * ROOM);
	memcpy(rec, b.d.nv[SCSIEMU_NV_DEFECTS], len);
	disk_free(&b);
	made(&b, ROOM + 1, 0);
	for (uint32_t cut = 0; cut < len; cut++)
		if (cut < 6 || (cut - 6) % 9 || cut < 6 + 9 * 3)
			assert_int_equal(scsiemu_lu_restore(b.lu,
							    SCSIEMU_NV_DEFECTS,
							    rec, cut),
					 SCSIEMU_ERR_ARG);
	memcpy(bad, rec, len);
	bad[0] = 2; /* another version */
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_DEFECTS, bad, len),
			 SCSIEMU_ERR_ARG);
	memcpy(bad, rec, len);
	bad[6] = 0x10; /* a flag that does not exist */
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_DEFECTS, bad, len),
			 SCSIEMU_ERR_ARG);
	memcpy(bad, rec, len);
	bad[14] = 99; /* not ascending */
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_DEFECTS, bad, len),
			 SCSIEMU_ERR_ARG);
	memcpy(bad, rec, len);
	bad[5] = 2; /* something behind the count */
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_DEFECTS, bad, len),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(semu_defects_count(b.lu), 0);
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_DEFECTS, rec, len),
			 0);
	defects_are(&b, grown, sizeof(grown), 0x08);
	read_fails(&b, 0, 64, 0x1114, 9);
	disk_free(&b);
	made(&b, 2, 0); /* room for fewer: refused, not cut */
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_DEFECTS, rec, len),
			 SCSIEMU_ERR_ARG);
	disk_free(&b);
}

/* Ended at each of its steps: block and list are old or new, and both commands
 * work afterwards. */
static void ended_at(const uint8_t *cdb, unsigned len, const void *out,
		     uint32_t out_len, unsigned step)
{
	struct drive_task k = { 0 };
	struct disk b;
	unsigned n = 0;

	made(&b, ROOM, 0);
	write_long(&b, WR_UNCOR, 3, NULL, 0);
	drive_start(&b.d, &k, b.lu, cdb, len, out, out_len, 0);
	for (; n < step && k.want > SCSIEMU_WAIT; n++)
		drive_step(&k);
	if (k.want > SCSIEMU_WAIT) {
		scsiemu_abort(&k.c);
		assert_ptr_equal(scsiemu_ready(b.d.dev), &k.c);
		drive_step(&k);
		assert_int_equal(k.want, SCSIEMU_DONE);
		assert_int_equal(k.c.outcome, SCSIEMU_ABORTED);
	}
	drive_end(&k);
	drive_task_free(&k);
	drive_run(&b.d, b.lu, cdb, len, out, out_len, 0);
	drive_good(&b.d);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 0, NBLK, b.k.bytes, NBLK * BLEN,
		 0);
	read_good(&b, 0, NBLK);
	disk_free(&b);
}

static void test_aborted(void **s)
{
	static const uint8_t list[] = { 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, 40 };
	static const uint8_t reassigned[6] = { SCSIEMU_OP_REASSIGN_BLOCKS };
	static const uint8_t written[10] = {
		SCSIEMU_OP_WRITE_LONG_10, [5] = 3, [7] = LONG >> 8, LONG & 0xff
	};
	static const uint8_t block[LONG] = { 1 };

	(void)s;
	for (unsigned i = 0; i < 6; i++) {
		ended_at(reassigned, 6, list, sizeof(list), i);
		ended_at(written, 10, block, LONG, i);
	}
}

/* Without the part none of the commands exists. */
static void test_not_offered(void **s)
{
	static const uint8_t list[] = { 0, 0, 0, 4, 0, 0, 0, 3 };
	struct disk b;

	(void)s;
	made(&b, 0, 0);
	reassign(&b, 0, list, sizeof(list));
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	write_long(&b, WR_UNCOR, 9, NULL, 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	read_long(&b, 0, 9, LONG);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marked),
		cmocka_unit_test(test_not_written),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_long_16),
		cmocka_unit_test(test_long_lengths),
		cmocka_unit_test(test_physical),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_reassign),
		cmocka_unit_test(test_reassign_errors),
		cmocka_unit_test(test_not_saved),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_defects_12),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_aborted),
		cmocka_unit_test(test_not_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
