/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What thin disks offer beyond UNMAP: anchors, thresholds, GET LBA STATUS(32),
 * and disks that leave out some of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "support/disk.h"

enum { NBLK = 64, BLEN = 512, PAGE = 40 };

/* What the medium says of its space. */
static uint64_t used, available;

static void space(void *s, uint64_t *in_use, uint64_t *left)
{
	(void)s;
	*in_use = used;
	*left = available;
}

static const struct scsiemu_block_ops ops = { .size = sizeof(ops),
					      .space = space };

static void made(struct disk *b, struct scsiemu_sbc_options sbc)
{
	struct disk_options o = {
		.nblk = NBLK, .thin = true, .granule = 4, .sbc = sbc
	};

	disk_make(b, &o);
	b->k.m.anchors = true;
	b->k.m.ops = &ops;
	scsiemu_lu_load(b->lu, &b->k.m, false);
	disk_fill(b, 1);
	used = 0;
	available = NBLK;
}

static void unmap(struct disk *b, uint8_t byte1, uint64_t lba, uint32_t n)
{
	uint8_t cdb[10] = { SCSIEMU_OP_UNMAP, byte1, [8] = 24 };
	uint8_t list[24] = {
		0, 22, 0, 16, [15] = (uint8_t)lba, [19] = (uint8_t)n
	};

	drive_run(&b->d, b->lu, cdb, 10, list, 24, 0);
}

/* ANCHOR: the granules are anchored, what is beside them is zeroed. */
static void test_anchor(void **s)
{
	static const uint8_t zeros[12 * BLEN];
	uint8_t block[BLEN] = { 0 };
	struct disk b;

	(void)s;
	made(&b, (struct scsiemu_sbc_options){ 0 });
	unmap(&b, 1, 6, 11); /* 6, 7; 8 to 15; 16 */
	drive_good(&b.d);
	assert_memory_equal(b.k.mapped + 4, "\1\1\1\1\2\2\2\2\2\2\2\2\1\1", 14);
	assert_memory_equal(disk_at(&b, 6), zeros, 11 * BLEN);
	/* GET LBA STATUS tells them apart, READ does not */
	disk_sai(&b, 0x12, 8, 24, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.t.in[8 + 11], 8);
	assert_int_equal(b.d.t.in[8 + 12], 2);
	disk_sai(&b, 0x12, 0, 24, 4); /* only anchored ones */
	assert_int_equal(b.d.t.in[8 + 7], 8);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 8, 8, NULL, 0, 8 * BLEN);
	drive_data(&b.d, zeros, 8 * BLEN);
	/* written: mapped; unmapped: deallocated */
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 8, 1, block, BLEN, 0);
	unmap(&b, 0, 12, 4);
	assert_memory_equal(b.k.mapped + 8, "\1\2\2\2\0\0\0\0", 8);
	/* WRITE SAME */
	disk_run(&b, SCSIEMU_OP_WRITE_SAME_16, 0x18, 40, 8, block, BLEN, 0);
	drive_good(&b.d);
	assert_memory_equal(b.k.mapped + 39, "\1\2\2\2\2\2\2\2\2\1", 10);
	disk_run(&b, SCSIEMU_OP_WRITE_SAME_10, 0x10, 40, 8, block, BLEN, 0);
	drive_cdb(&b.d, 1, 4); /* ANCHOR without UNMAP */
	disk_free(&b);
}

static void vpd(struct disk *b, uint8_t page)
{
	uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, 1, page, 0, 64 };

	drive_in(&b->d, b->lu, cdb, 6);
	drive_good(&b->d);
}

/* A store that cannot anchor: the bit does not exist. */
static void test_no_anchor(void **s)
{
	static const uint8_t one[12] = { 0xa3, 0x0c, 1, 0x42, [9] = 64 };
	struct disk_options o = { .thin = true };
	uint8_t block[BLEN] = { 0 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	vpd(&b, 0xb2);
	assert_int_equal(b.d.t.in[5], 0xe4);
	drive_in(&b.d, b.lu, one, 12);
	assert_int_equal(b.d.t.in[4 + 1], 0);
	unmap(&b, 1, 8, 4);
	drive_cdb(&b.d, 1, 0);
	disk_run(&b, SCSIEMU_OP_WRITE_SAME_16, 0x18, 40, 8, block, BLEN, 0);
	drive_cdb(&b.d, 1, 4);
	disk_free(&b);
	made(&b, (struct scsiemu_sbc_options){ 0 });
	vpd(&b, 0xb2);
	assert_int_equal(b.d.t.in[5], 0xe6);
	drive_in(&b.d, b.lu, one, 12);
	assert_int_equal(b.d.t.in[4 + 1], 1);
	disk_free(&b);
}

/* What a disk is told not to offer is gone from VPD, RSOC and behaviour. */
static void test_left_out(void **s)
{
	uint8_t block[BLEN] = { 0 };

	(void)s;
	for (unsigned left = 0; left < 16; left++) {
		bool lbpu = !(left & 1), ws = !(left & 2), ws10 = !(left & 4);
		unsigned bits = (lbpu ? 0x80u : 0) | (ws ? 0x40u : 0) |
				(ws10 ? 0x20u : 0) | (left & 8 ? 0 : 2u);
		struct disk b;

		made(&b, (struct scsiemu_sbc_options){
				 .lbp_not = (uint8_t)(0xe2 & ~bits) });
		vpd(&b, 0xb2);
		assert_int_equal(b.d.t.in[5], bits | 0x04);
		unmap(&b, 0, 8, 4);
		if (lbpu)
			drive_good(&b.d);
		else
			drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
		disk_run(&b, SCSIEMU_OP_WRITE_SAME_16, 0x08, 40, 8, block, BLEN,
			 0);
		if (ws)
			drive_good(&b.d);
		else
			drive_cdb(&b.d, 1, 3);
		disk_run(&b, SCSIEMU_OP_WRITE_SAME_10, 0x08, 40, 8, block, BLEN,
			 0);
		if (ws10)
			drive_good(&b.d);
		else
			drive_cdb(&b.d, 1, 3);
		/* it is thin all the same */
		disk_sai(&b, 0x10, 0, 32, 0);
		assert_int_equal(b.d.t.in[14], 0xc0);
		disk_free(&b);
	}
}

static void page_is(struct disk *b, unsigned pc, const uint8_t *want)
{
	uint8_t cdb[10] = { SCSIEMU_OP_MODE_SENSE_10, 8,
			    (uint8_t)(pc << 6 | 0x1c), 2, [8] = 200 };

	drive_in(&b->d, b->lu, cdb, 10);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 8 + PAGE);
	assert_memory_equal(b->d.t.in + 8, want, PAGE);
}

static void put32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 4; i--; v >>= 8)
		p[i] = (uint8_t)v;
}

/* at[i] < 0: threshold i is off. */
static uint8_t set(struct disk *b, bool situa, const int at[3])
{
	static const uint8_t kind[3][2] = { { 2, 1 }, { 1, 2 }, { 10, 1 } };
	uint8_t cdb[10] = { SCSIEMU_OP_MODE_SELECT_10, 0x10, [8] = 8 + PAGE };
	uint8_t list[8 + PAGE] = { [8] = 0x5c, 2, 0, PAGE - 4, situa };

	for (unsigned i = 0; i < 3; i++) {
		uint8_t *d = list + 8 + 16 + 8 * i;

		d[0] = (uint8_t)(kind[i][0] | (at[i] >= 0 ? 0x80 : 0));
		d[1] = kind[i][1];
		put32(d + 4, at[i] >= 0 ? (uint32_t)at[i] : 0);
	}
	return drive_run(&b->d, b->lu, cdb, 10, list, sizeof(list), 0);
}

static void test_page(void **s)
{
	static const uint8_t usual[PAGE] = {
		0xdc, 2, 0, 36, [16] = 2, 1, [24] = 1, 2, [32] = 10, 1
	};
	static const uint8_t mask[PAGE] = {
		0xdc,	     2,	   0,	 36,	      1,    [16] = 0x80,
		[20] = 0xff, 0xff, 0xff, 0xff,	      0x80, [28] = 0xff,
		0xff,	     0xff, 0xff, [32] = 0x80, 0,    0,
		0,	     0xff, 0xff, 0xff,	      0xff
	};
	const int percent[3] = { -1, -1, 101 };
	struct disk b;

	(void)s;
	made(&b, (struct scsiemu_sbc_options){ .thresholds = true,
					       .threshold_exponent = 2 });
	page_is(&b, 0, usual);
	page_is(&b, 1, mask);
	page_is(&b, 2, usual);
	vpd(&b, 0xb2);
	assert_int_equal(b.d.t.in[4], 2);
	set(&b, false, percent);
	drive_param(&b.d, 0x2600, 8 + 36, SCSIEMU_NO_BIT);
	disk_free(&b);
}

static void write_one(struct disk *b)
{
	uint8_t block[BLEN] = { 1 };

	disk_run(b, SCSIEMU_OP_WRITE_10, 0, 0, 1, block, BLEN, 0);
	drive_good(&b->d);
}

/* TEST UNIT READY: 38/07 with this offset, or nothing (0). */
static void told(struct disk *b, struct scsiemu_nexus *n, uint8_t offset)
{
	static const uint8_t tur[6];
	struct scsiemu_nexus *was = b->d.nexus;

	b->d.nexus = n;
	drive_run(&b->d, b->lu, tur, 6, NULL, 0, 0);
	b->d.nexus = was;
	if (!offset) {
		drive_good(&b->d);
		return;
	}
	drive_check(&b->d, SCSIEMU_SK_UNIT_ATTENTION, 0x3807);
	assert_int_equal(b->d.t.c.sense.flags, SCSIEMU_S_INFO);
	assert_int_equal(b->d.t.c.sense.info, offset);
}

static void test_thresholds(void **s)
{
	const int all[3] = { 10, 12, 25 };
	const int off[3] = { -1, -1, -1 };
	struct scsiemu_nexus *other;
	struct disk b;

	(void)s;
	made(&b, (struct scsiemu_sbc_options){ .thresholds = true,
					       .threshold_exponent = 2 });
	other = drive_attach(&b.d, 0, 0);
	drive_settle(&b.d, b.lu, other);
	assert_int_equal(b.lu->nslow, 0);
	set(&b, false, all);
	drive_good(&b.d);
	drive_settle(&b.d, b.lu, other); /* 2A/01 */
	assert_int_equal(b.lu->nslow, 1);
	write_one(&b);
	told(&b, NULL, 0);
	/* 43 blocks are 10 units: the first one is reached */
	used = 21;
	available = 43;
	write_one(&b);
	told(&b, NULL, 16);
	told(&b, other, 16);
	told(&b, NULL, 0);
	write_one(&b);
	told(&b, NULL, 0); /* told once */
	/* it is left, and reached again */
	used = 0;
	available = 64;
	unmap(&b, 0, 8, 4);
	used = 21;
	available = 43;
	unmap(&b, 0, 8, 4);
	told(&b, NULL, 16);
	/* used: 12 units */
	used = 48;
	available = 16;
	write_one(&b);
	told(&b, NULL, 24);
	told(&b, other, 24);
	/* a quarter: 4 units of 16, reached with it */
	used = 0;
	available = 64;
	write_one(&b);
	used = 47;
	available = 17;
	write_one(&b);
	told(&b, NULL, 16);
	set(&b, false, off);
	assert_int_equal(b.lu->nslow, 0);
	disk_free(&b);
}

/* SITUA: only whose command it was. READ does not look. */
static void test_single(void **s)
{
	const int percent[3] = { -1, -1, 50 };
	struct scsiemu_nexus *other;
	struct disk b;

	(void)s;
	made(&b, (struct scsiemu_sbc_options){ .thresholds = true });
	other = drive_attach(&b.d, 0, 0);
	drive_settle(&b.d, b.lu, other);
	set(&b, true, percent);
	drive_settle(&b.d, b.lu, other);
	used = available = 32;
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, BLEN);
	told(&b, NULL, 0);
	write_one(&b);
	told(&b, other, 0);
	told(&b, NULL, 32);
	/* in REQUEST SENSE, both formats */
	for (unsigned descr = 0; descr < 2; descr++) {
		static const uint8_t fixed[7] = { 0xf0, 0, 6, 0, 0, 0, 32 };
		static const uint8_t d[20] = { 0x72, 6, 0x38, 7,    0, 0, 0,
					       12,   0, 10,   0x80, 0, 0, 0,
					       0,    0, 0,    0,    0, 32 };
		uint8_t sense[6] = { 3, (uint8_t)descr, 0, 0, 64 };

		used = 0;
		available = 64;
		write_one(&b);
		used = available = 32;
		write_one(&b);
		drive_in(&b.d, b.lu, sense, 6);
		drive_good(&b.d);
		if (descr)
			assert_memory_equal(b.d.t.in, d, sizeof(d));
		else
			assert_memory_equal(b.d.t.in, fixed, sizeof(fixed));
	}
	disk_free(&b);
}

/* A medium that does not say: no attention, nothing fails. */
static void test_unknown(void **s)
{
	const int all[3] = { 64, 0, 100 };
	struct disk b;

	(void)s;
	made(&b, (struct scsiemu_sbc_options){ .thresholds = true });
	b.k.m.ops = NULL;
	set(&b, false, all);
	write_one(&b);
	told(&b, NULL, 0);
	disk_free(&b);
}

static void status_32(struct disk *b, uint8_t type, uint8_t lba, uint8_t scan,
		      uint8_t alloc)
{
	uint8_t cdb[32] = { 0x7f, [7] = 0x18, 0,	   0x12,
			    type, [19] = lba, [23] = scan, [31] = alloc };

	drive_in(&b->d, b->lu, cdb, 32);
}

static void test_status_32(void **s)
{
	static const uint8_t all[] = {
		0, 0, 0, 52, 0, 0, 0, 1, 0, 0, 0, 0,  0, 0, 0, 0, 0, 0,
		0, 8, 0, 0,  0, 0, 0, 0, 0, 0, 0, 0,  0, 8, 0, 0, 0, 4,
		1, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 52
	};
	static const uint8_t scanned[] = { 0, 0, 0, 20, 0, 0, 0, 0x05, 0, 0, 0,
					   0, 0, 0, 0,	8, 0, 0, 0,    2, 1 };
	struct disk b;

	(void)s;
	made(&b, (struct scsiemu_sbc_options){ 0 });
	unmap(&b, 0, 8, 4);
	status_32(&b, 0, 0, 0, 200);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 56);
	assert_memory_equal(b.d.t.in, all, sizeof(all));
	status_32(&b, 3, 2, 8, 200); /* deallocated ones of 2 to 9 */
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 24);
	assert_memory_equal(b.d.t.in, scanned, sizeof(scanned));
	status_32(&b, 0, 0, 0, 24); /* the list is full before the end */
	assert_int_equal(b.d.t.in[7], 0x03);
	assert_int_equal(b.d.t.in[3], 20);
	status_32(&b, 5, 0, 0, 200);
	drive_cdb(&b.d, 10, SCSIEMU_NO_BIT);
	status_32(&b, 0, NBLK, 0, 200);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anchor),
		cmocka_unit_test(test_no_anchor),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_status_32),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
