/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where blocks end: LBA and count at the capacity, at 32 and at 64 bits, counts
 * of 0, and MAXIMUM TRANSFER LENGTH. Nothing moves when a command is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

/* Commands with LBA and count, by length of their LBA. */
static const uint8_t ops32[] = {
	SCSIEMU_OP_READ_10,
	SCSIEMU_OP_WRITE_10,
	SCSIEMU_OP_READ_12,
	SCSIEMU_OP_WRITE_12,
	SCSIEMU_OP_VERIFY_10,
	SCSIEMU_OP_VERIFY_12,
	SCSIEMU_OP_PRE_FETCH_10,
	SCSIEMU_OP_SYNCHRONIZE_CACHE_10,
	SCSIEMU_OP_WRITE_SAME_10,
	SCSIEMU_OP_WRITE_AND_VERIFY_10,
	SCSIEMU_OP_WRITE_AND_VERIFY_12,
};
static const uint8_t ops64[] = {
	SCSIEMU_OP_READ_16,	      SCSIEMU_OP_WRITE_16,
	SCSIEMU_OP_VERIFY_16,	      SCSIEMU_OP_PRE_FETCH_16,
	SCSIEMU_OP_WRITE_SAME_16,     SCSIEMU_OP_SYNCHRONIZE_CACHE_16,
	SCSIEMU_OP_ORWRITE_16,	      SCSIEMU_OP_WRITE_AND_VERIFY_16,
	SCSIEMU_OP_COMPARE_AND_WRITE,
};

static bool is_same(uint8_t op)
{
	return op == SCSIEMU_OP_WRITE_SAME_10 || op == SCSIEMU_OP_WRITE_SAME_16;
}

/* Refused with the first LBA that is not there, and nothing asked for. */
static void beyond(struct disk *b, uint8_t op, uint64_t lba, uint32_t n,
		   uint64_t info)
{
	static uint8_t out[4096];

	disk_run(b, op, 0, lba, n, out, is_same(op) ? 512 : sizeof(out), 4096);
	drive_check(&b->d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(b->d.nlog, 0);
	assert_int_equal(b->d.t.c.sense.info, info);
	assert_int_equal(b->d.t.c.in_done + b->d.t.c.out_done, 0);
}

static void none(struct disk *b, uint8_t op, uint64_t lba)
{
	static const uint8_t zero[512];

	disk_run(b, op, 0, lba, 0, zero, is_same(op) ? 512 : 0, 0);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_all, 0);
	if (!is_same(op))
		assert_int_equal(b->d.t.c.out_all, 0);
}

static void ends(struct disk *b, uint8_t op, bool wide)
{
	none(b, op, 0);
	none(b, op, 63);
	beyond(b, op, 64, 0, 64);
	beyond(b, op, 64, 1, 64);
	beyond(b, op, 63, 2, 64);
	beyond(b, op, 0, 65, 64);
	beyond(b, op, 60, 5, 64);
	beyond(b, op, 0x80000000, 0, 0x80000000);
	beyond(b, op, 0x80000000, 1, 0x80000000);
	beyond(b, op, 0xffffffff, 0, 0xffffffff);
	beyond(b, op, 0xffffffff, 1, 0xffffffff);
	if (!wide)
		return;
	beyond(b, op, 1ull << 63, 0, 1ull << 63);
	beyond(b, op, 1ull << 63, 1, 1ull << 63);
	beyond(b, op, UINT64_MAX, 0, UINT64_MAX);
	beyond(b, op, UINT64_MAX, 1, UINT64_MAX);
	beyond(b, op, UINT64_MAX - 1, 2, UINT64_MAX - 1);
	if (op != SCSIEMU_OP_COMPARE_AND_WRITE)
		beyond(b, op, 1, UINT32_MAX, 64);
}

static void test_ends(void **s)
{
	struct disk_options o = { .thin = true };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	for (unsigned i = 0; i < sizeof(ops32); i++)
		ends(&b, ops32[i], false);
	for (unsigned i = 0; i < sizeof(ops64); i++)
		ends(&b, ops64[i], true);
	disk_sai(&b, 0x12, 64, 24, 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	disk_sai(&b, 0x12, UINT64_MAX, 24, 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	disk_free(&b);
}

/* The sense bytes of an LBA that does not fit into the fixed format. */
static void test_large_information(void **s)
{
	static const uint8_t want[8 + 12] = { 0x72, 5, 0x21, 0,	   0,
					      0,    0, 12,   0x00, 0x0a,
					      0x80, 0, 0x80, 0,	   0,
					      0,    0, 0,    0,	   0 };
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	beyond(&b, SCSIEMU_OP_READ_16, 1ull << 63, 1, 1ull << 63);
	assert_int_equal(b.d.t.sense[0], 0x70); /* VALID is 0 */
	disk_mode(&b, 0x0a, 2, 0x04, 0x04);
	beyond(&b, SCSIEMU_OP_READ_16, 1ull << 63, 1, 1ull << 63);
	assert_int_equal(b.d.t.sense_len, sizeof(want));
	assert_memory_equal(b.d.t.sense, want, sizeof(want));
	disk_free(&b);
}

/* A disk whose last block is number 2^64 - 2: sums must not wrap. */
static int swallow(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)c;
	(void)bytes;
	return SCSIEMU_OK;
}

static void test_huge(void **s)
{
	const struct scsiemu_cmd *c;
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	c = &b.d.t.c;
	b.d.hook = swallow;
	b.k.m.nblk = UINT64_MAX;
	scsiemu_lu_changed(b.lu);
	drive_settle(&b.d, b.lu, NULL);
	disk_run(&b, SCSIEMU_OP_READ_16, 0, UINT64_MAX - 1, 1, NULL, 0, 512);
	drive_good(&b.d);
	assert_true(b.d.log[0].addr == UINT64_MAX - 1);
	assert_int_equal(c->in_done, 512);
	beyond(&b, SCSIEMU_OP_READ_16, UINT64_MAX - 1, 2, UINT64_MAX);
	beyond(&b, SCSIEMU_OP_READ_16, UINT64_MAX, 0, UINT64_MAX);
	beyond(&b, SCSIEMU_OP_WRITE_SAME_16, UINT64_MAX - 1, UINT32_MAX,
	       UINT64_MAX);
	disk_run(&b, SCSIEMU_OP_SYNCHRONIZE_CACHE_16, 0, 5, 0, NULL, 0, 0);
	drive_good(&b.d);
	assert_true(b.d.log[0].count == UINT64_MAX - 5);
	b.d.hook = NULL;
	disk_run(&b, SCSIEMU_OP_READ_CAPACITY_10, 0, 0, 0, NULL, 0, 8);
	drive_data(&b.d, "\xff\xff\xff\xff\0\0\2\0", 8);
	disk_sai(&b, 0x10, 0, 12, 0);
	drive_data(&b.d, "\xff\xff\xff\xff\xff\xff\xff\xfe\0\0\2\0", 12);
	b.k.m.nblk = 64;
	disk_free(&b);
}

/* More than MAXIMUM TRANSFER LENGTH: the count field is named. */
static void test_longest(void **s)
{
	struct disk_options o = { .max_xfer = 8 * 512 + 100 };
	uint8_t vpd[6] = { SCSIEMU_OP_INQUIRY, 1, 0xb0, 0, 64, 0 };
	static uint8_t out[9 * 512];
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	drive_in(&b.d, b.lu, vpd, 6);
	assert_memory_equal(b.d.t.in + 8, "\0\0\0\x08", 4);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, 8, NULL, 0, 4096);
	drive_good(&b.d);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, 9, NULL, 0, 8192);
	drive_cdb(&b.d, 7, SCSIEMU_NO_BIT);
	disk_run(&b, SCSIEMU_OP_READ_6, 0, 0, 9, NULL, 0, 8192);
	drive_cdb(&b.d, 4, SCSIEMU_NO_BIT);
	disk_run(&b, SCSIEMU_OP_WRITE_12, 0, 0, 9, out, sizeof(out), 0);
	drive_cdb(&b.d, 6, SCSIEMU_NO_BIT);
	disk_run(&b, SCSIEMU_OP_WRITE_16, 0, 0, 9, out, sizeof(out), 0);
	drive_cdb(&b.d, 10, SCSIEMU_NO_BIT);
	/* no data of that size moves: not bound */
	disk_run(&b, SCSIEMU_OP_WRITE_SAME_10, 0, 0, 64, out, 512, 0);
	drive_good(&b.d);
	disk_run(&b, SCSIEMU_OP_PRE_FETCH_10, 0, 0, 64, NULL, 0, 0);
	drive_good(&b.d);
	/* the range is judged first */
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, 65, NULL, 0, 8192);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_large_information),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
