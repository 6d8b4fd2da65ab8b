/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a disk says of itself: capacity, block limits, defects; a capacity that
 * changes, a medium that is not there or may not be written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

static void test_capacity(void **s)
{
	static const uint8_t want[32] = { 0, 0, 0,  0, 0, 0, 0, 99,
					  0, 0, 16, 0, 0, 3, 0, 5 };
	struct disk_options o = { .nblk = 100, .blen = 4096, .exponent = 3 };
	uint8_t lba[10] = { SCSIEMU_OP_READ_CAPACITY_10, [5] = 1 };
	uint8_t pmi[10] = { SCSIEMU_OP_READ_CAPACITY_10, [8] = 1 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	b.k.m.aligned = 5;
	scsiemu_lu_changed(b.lu);
	disk_run(&b, SCSIEMU_OP_READ_CAPACITY_10, 0, 0, 0, NULL, 0, 8);
	drive_data(&b.d, "\0\0\0\x63\0\0\x10\0", 8);
	drive_run(&b.d, b.lu, lba, 10, NULL, 0, 8);
	drive_cdb(&b.d, 5, 0);
	drive_run(&b.d, b.lu, pmi, 10, NULL, 0, 8);
	drive_cdb(&b.d, 8, 0);
	for (uint32_t n = 0; n < 40; n++) {
		disk_sai(&b, 0x10, 0, n, 0);
		drive_data(&b.d, want, n < 32 ? n : 32);
	}
	disk_free(&b);
}

static void limits_are(const struct disk_options *o, const uint8_t want[60])
{
	uint8_t vpd[6] = { SCSIEMU_OP_INQUIRY, 1, 0xb0, 0, 64, 0 };
	struct disk b;

	disk_make(&b, o);
	drive_run(&b.d, b.lu, vpd, 6, NULL, 0, 64);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 64);
	assert_memory_equal(b.d.t.in, "\0\xb0\0\x3c", 4);
	assert_memory_equal(b.d.t.in + 4, want, 60);
	vpd[2] = 0xb1;
	drive_run(&b.d, b.lu, vpd, 6, NULL, 0, 64);
	drive_good(&b.d);
	assert_memory_equal(b.d.t.in, "\0\xb1\0\x3c\0\1", 6);
	for (unsigned i = 6; i < 64; i++)
		assert_int_equal(b.d.t.in[i], 0);
	disk_free(&b);
}

static void test_limits(void **s)
{
	/* CAW 64, granularity, 2 GiB less a block; UNMAP */
	static const uint8_t full[60] = { 0, 64, 0, 1, 0, 0x3f, 0xff, 0xff };
	static const uint8_t thin[60] = { 0, 255,  0, 8, 0,   0x7f, 0xff, 0xff,
					  0, 0,	   0, 0, 0,   0,    0,	  0,
					  0, 0x10, 0, 0, 0,   0,    0x01, 0xff,
					  0, 0,	   0, 4, 0x80 };
	struct disk_options o = { .scratch = 2048 };
	struct disk_options t = { .scratch = 8192,
				  .whole = 1 << 20,
				  .thin = true,
				  .granule = 4,
				  .exponent = 3,
				  .blen = 256 };

	(void)s;
	limits_are(&o, full);
	limits_are(&t, thin);
}

static void defects(struct disk *b, uint8_t request, uint8_t flags, bool other)
{
	uint8_t ten[10] = { SCSIEMU_OP_READ_DEFECT_DATA_10, 0,
			    request, [8] = 100 };
	uint8_t twelve[12] = { SCSIEMU_OP_READ_DEFECT_DATA_12,
			       request, [9] = 100 };
	const uint8_t want[8] = { 0, flags };

	drive_in(&b->d, b->lu, ten, 10);
	assert_int_equal(b->d.t.c.in_done, 4);
	assert_memory_equal(b->d.t.in, want, 4);
	if (other)
		drive_check(&b->d, SCSIEMU_SK_RECOVERED_ERROR,
			    SCSIEMU_ASC_DEFECT_LIST_NOT_FOUND);
	else
		drive_good(&b->d);
	drive_in(&b->d, b->lu, twelve, 12);
	assert_int_equal(b->d.t.c.in_done, 8);
	assert_memory_equal(b->d.t.in, want, 8);
	assert_int_equal(b->d.t.c.status,
			 other ? SCSIEMU_CHECK_CONDITION : SCSIEMU_GOOD);
}

static void test_defects(void **s)
{
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	for (uint8_t i = 0; i < 32; i++) {
		bool other = (i & 7) >= 6;

		defects(&b, i, other ? i & 0x18 : i, other);
	}
	disk_free(&b);
}

static void test_capacity_change(void **s)
{
	struct scsiemu_nexus_config cf = { .size = sizeof(cf) };
	struct scsiemu_nexus *n[2];
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	for (unsigned i = 0; i < 2; i++) {
		n[i] = scsiemu_nexus_attach(b.d.dev, &cf);
		drive_settle(&b.d, b.lu, n[i]);
	}
	b.k.m.nblk = 32;
	scsiemu_lu_changed(b.lu);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(drive_ua(&b.d, b.lu, n[i]),
				 SCSIEMU_ASC_CAPACITY_CHANGED);
		assert_int_equal(drive_ua(&b.d, b.lu, n[i]), 0);
	}
	b.d.nexus = n[0];
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 31, 2, NULL, 0, 1024);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	disk_sai(&b, 0x10, 0, 8, 0);
	drive_data(&b.d, "\0\0\0\0\0\0\0\x1f", 8);
	/* nothing changed: nothing to say */
	scsiemu_lu_changed(b.lu);
	assert_int_equal(drive_ua(&b.d, b.lu, n[0]), 0);
	disk_free(&b);
}

/* Commands of the medium, with what they need to get that far. */
static const struct {
	uint8_t op, byte1;
	uint32_t out_len;
	bool writes;
} medium[] = {
	{ SCSIEMU_OP_READ_6, 0, 0, false },
	{ SCSIEMU_OP_READ_16, 0, 0, false },
	{ SCSIEMU_OP_WRITE_10, 0, 512, true },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_12, 0, 512, true },
	{ SCSIEMU_OP_VERIFY_10, 2, 512, false },
	{ SCSIEMU_OP_PRE_FETCH_16, 0, 0, false },
	{ SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 0, 0, false },
	{ SCSIEMU_OP_WRITE_SAME_10, 0, 512, true },
	{ SCSIEMU_OP_WRITE_SAME_16, 9, 0, true },
	{ SCSIEMU_OP_UNMAP, 0, 0, true },
	{ SCSIEMU_OP_COMPARE_AND_WRITE, 0, 1024, true },
	{ SCSIEMU_OP_ORWRITE_16, 0, 512, true },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x10, 0, false },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x12, 0, false },
};

static void test_no_medium(void **s)
{
	struct disk_options o = { .thin = true, .removable = true };
	uint8_t eject[6] = { SCSIEMU_OP_START_STOP_UNIT, 0, 0, 0, 2, 0 };
	static uint8_t out[1024];
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	drive_in(&b.d, b.lu, eject, 6);
	drive_good(&b.d);
	for (unsigned i = 0; i < sizeof(medium) / sizeof(medium[0]); i++) {
		disk_run(&b, medium[i].op, medium[i].byte1, 0,
			 medium[i].op == SCSIEMU_OP_UNMAP ? 0 : 1, out,
			 medium[i].out_len, 512);
		drive_check(&b.d, SCSIEMU_SK_NOT_READY,
			    SCSIEMU_ASC_MEDIUM_NOT_PRESENT_TRAY_OPEN);
	}
	disk_run(&b, SCSIEMU_OP_READ_CAPACITY_10, 0, 0, 0, NULL, 0, 8);
	drive_check(&b.d, SCSIEMU_SK_NOT_READY,
		    SCSIEMU_ASC_MEDIUM_NOT_PRESENT_TRAY_OPEN);
	/* back again: who asked for it knows */
	eject[4] = 3;
	drive_in(&b.d, b.lu, eject, 6);
	drive_good(&b.d);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 63, 1, NULL, 0, 512);
	drive_good(&b.d);
	disk_free(&b);
}

static void test_never_loaded(void **s)
{
	struct disk_options o = { .removable = true, .empty = true };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, 512);
	drive_check(&b.d, SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
	scsiemu_lu_load(b.lu, &b.k.m, true);
	assert_int_equal(drive_ua(&b.d, b.lu, NULL),
			 SCSIEMU_ASC_MEDIUM_MAY_HAVE_CHANGED);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, 512);
	drive_good(&b.d);
	disk_free(&b);
}

static void protected_by(struct disk *b, uint16_t asc)
{
	static uint8_t out[1024];
	uint8_t sense[6] = { SCSIEMU_OP_MODE_SENSE_6, 8, 0x3f, 0, 255, 0 };

	for (unsigned i = 0; i < sizeof(medium) / sizeof(medium[0]); i++) {
		disk_run(b, medium[i].op, medium[i].byte1, 0,
			 medium[i].op == SCSIEMU_OP_UNMAP ? 0 : 1, out,
			 medium[i].out_len, 512);
		if (medium[i].writes && asc)
			drive_check(&b->d, SCSIEMU_SK_DATA_PROTECT, asc);
		else
			drive_good(&b->d);
	}
	drive_run(&b->d, b->lu, sense, 6, NULL, 0, 255);
	drive_good(&b->d);
	assert_int_equal(b->d.t.in[2], asc ? 0x90 : 0x10);
}

static void test_protected(void **s)
{
	struct disk_options o = { .thin = true };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	protected_by(&b, 0);
	b.k.m.read_only = true;
	scsiemu_lu_changed(b.lu);
	protected_by(&b, SCSIEMU_ASC_WRITE_PROTECTED);
	b.k.m.read_only = false;
	scsiemu_lu_changed(b.lu);
	disk_mode(&b, 0x0a, 4, 0x08, 0x08); /* SWP */
	protected_by(&b, SCSIEMU_ASC_SOFTWARE_WRITE_PROTECTED);
	disk_mode(&b, 0x0a, 4, 0x08, 0);
	protected_by(&b, 0);
	disk_free(&b);
	o.read_only = true;
	disk_make(&b, &o);
	protected_by(&b, SCSIEMU_ASC_WRITE_PROTECTED);
	disk_free(&b);
}

/* Refused by the medium's own word at the last moment. */
static int result;
static int fails(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)c;
	*bytes = 0;
	return result;
}

static void test_store_results(void **s)
{
	static const struct {
		int result;
		uint8_t key;
		uint16_t asc;
	} want[] = {
		{ SCSIEMU_E_PROTECTED, 7, 0x2700 },
		{ SCSIEMU_E_NO_SPACE, 7, 0x2707 },
		{ SCSIEMU_E_HARDWARE, 4, 0x4400 },
		{ SCSIEMU_E_NO_MEDIUM, 2, 0x3a00 },
		{ SCSIEMU_E_TRANSPORT, 0xb, 0x4b00 },
	};
	static uint8_t out[512];
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	b.d.hook = fails;
	for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		result = want[i].result;
		disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 4, 1, out, 512, 0);
		drive_check(&b.d, want[i].key, want[i].asc);
		assert_int_equal(b.d.t.c.out_done, 0);
	}
	result = SCSIEMU_E_BUSY;
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 4, 1, out, 512, 0);
	drive_status(&b.d, SCSIEMU_BUSY);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capacity),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_defects),
		cmocka_unit_test(test_capacity_change),
		cmocka_unit_test(test_no_medium),
		cmocka_unit_test(test_never_loaded),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_store_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
