/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and writing zones: what is refused, with which sense and in which
 * order; where write pointers are afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/zbc.h"

#define illegal(z, asc) drive_check(&(z)->b.d, SCSIEMU_SK_ILLEGAL_REQUEST, asc)
#define protected(z, asc) drive_check(&(z)->b.d, SCSIEMU_SK_DATA_PROTECT, asc)

static void make(struct zbc *z, uint32_t max_open)
{
	struct disk_options o;

	zbc_options(&o, 8, 2, max_open);
	zbc_make(z, &o);
}

static void test_pointer(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, 0);
	zbc_is(&z, 2 * ZONE, EMPTY, 0);
	zbc_write(&z, 2 * ZONE, 4, 1, false);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 4);
	/* in front of it, behind it, over it */
	zbc_write(&z, 2 * ZONE + 5, 1, 2, false);
	illegal(&z, SCSIEMU_ASC_UNALIGNED_WRITE);
	zbc_write(&z, 2 * ZONE + 3, 1, 2, false);
	illegal(&z, SCSIEMU_ASC_UNALIGNED_WRITE);
	zbc_write(&z, 2 * ZONE + 3, 4, 2, false);
	illegal(&z, SCSIEMU_ASC_UNALIGNED_WRITE);
	zbc_write(&z, 2 * ZONE, 4, 2, false);
	illegal(&z, SCSIEMU_ASC_UNALIGNED_WRITE);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 4);
	zbc_write(&z, 2 * ZONE + 4, 12, 1, false);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, FULL, -1);
	zbc_write(&z, 2 * ZONE, 1, 2, false);
	drive_cdb(&z.b.d, 2, SCSIEMU_NO_BIT);
	/* nothing of what was refused was written */
	zbc_read(&z, 2 * ZONE, ZONE);
	for (unsigned i = 0; i < ZONE; i++) {
		uint8_t block[BLOCK];

		disk_pattern(block, 2 * ZONE + i, 1, BLOCK, 1);
		assert_memory_equal(z.b.d.t.in + i * BLOCK, block, BLOCK);
	}
	zbc_free(&z);
}

static void test_no_blocks(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, 0);
	zbc_write(&z, 2 * ZONE + 9, 0, 1, false);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, EMPTY, 0);
	zbc_read(&z, 2 * ZONE + 9, 0);
	drive_good(&z.b.d);
	zbc_write(&z, 8 * ZONE, 1, 1, false);
	illegal(&z, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	zbc_free(&z);
}

/* Boundary, then full, then pointer. */
static void test_boundaries(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, 0);
	zbc_write(&z, ZONE - 2, 4, 1, false); /* conventional ones */
	drive_good(&z.b.d);
	zbc_is(&z, 0, NWP, -1);
	zbc_write(&z, 2 * ZONE - 2, 4, 1, false); /* into a sequential one */
	illegal(&z, SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION);
	zbc_write(&z, 2 * ZONE, ZONE + 1, 1, false);
	illegal(&z, SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION);
	zbc_write(&z, 2 * ZONE, ZONE, 1, false);
	drive_good(&z.b.d);
	zbc_write(&z, 3 * ZONE - 1, 2, 1, false); /* full, and over it */
	illegal(&z, SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION);
	zbc_write(&z, 4 * ZONE - 1, 2, 1, false); /* beside its pointer, too */
	illegal(&z, SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION);
	zbc_is(&z, 3 * ZONE, EMPTY, 0);
	/* reading: any zones of one type */
	zbc_read(&z, 3 * ZONE - 1, 2);
	drive_good(&z.b.d);
	zbc_read(&z, ZONE - 1, 2);
	drive_good(&z.b.d);
	zbc_read(&z, 2 * ZONE - 1, 2);
	illegal(&z, SCSIEMU_ASC_READ_BOUNDARY_VIOLATION);
	zbc_free(&z);
}

/* URSWRZ 0: READ and VERIFY stop at pointers and zones. */
static void test_constrained(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	o.sbc.zones.constrained = true;
	zbc_make(&z, &o);
	zbc_write(&z, 2 * ZONE, 4, 1, false);
	zbc_read(&z, 2 * ZONE, 4);
	drive_good(&z.b.d);
	zbc_read(&z, 2 * ZONE, 5);
	illegal(&z, SCSIEMU_ASC_READ_INVALID_DATA);
	zbc_read(&z, 2 * ZONE + 4, 1);
	illegal(&z, SCSIEMU_ASC_READ_INVALID_DATA);
	disk_run(&z.b, SCSIEMU_OP_VERIFY_16, 0, 2 * ZONE, 5, NULL, 0, 0);
	illegal(&z, SCSIEMU_ASC_READ_INVALID_DATA);
	zbc_write(&z, 2 * ZONE + 4, 12, 1, false);
	zbc_write(&z, 3 * ZONE, ZONE, 1, false);
	zbc_read(&z, 2 * ZONE, ZONE);
	drive_good(&z.b.d);
	zbc_read(&z, 3 * ZONE - 1, 2); /* both are full */
	illegal(&z, SCSIEMU_ASC_READ_BOUNDARY_VIOLATION);
	zbc_read(&z, 4 * ZONE - 1, 2); /* the second is empty, too */
	illegal(&z, SCSIEMU_ASC_READ_BOUNDARY_VIOLATION);
	zbc_read(&z, ZONE - 1, 2);
	drive_good(&z.b.d);
	disk_run(&z.b, SCSIEMU_OP_PRE_FETCH_16, 0, 4 * ZONE, 5, NULL, 0, 0);
	drive_good(&z.b.d);
	zbc_free(&z);
}

/* A pointer stands behind whole physical blocks. */
static void test_physical(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	o.exponent = 2;
	o.sbc.zones.before = 2;
	zbc_make(&z, &o);
	zbc_write(&z, 4 * ZONE, 3, 1, false);
	illegal(&z, SCSIEMU_ASC_UNALIGNED_WRITE);
	zbc_write(&z, 4 * ZONE, 4, 1, false);
	drive_good(&z.b.d);
	zbc_write(&z, 0, 3, 1, false); /* conventional */
	drive_good(&z.b.d);
	zbc_write(&z, 2 * ZONE, 3, 1, false); /* before required */
	illegal(&z, SCSIEMU_ASC_UNALIGNED_WRITE);
	zbc_write(&z, 2 * ZONE, 8, 1, false);
	drive_good(&z.b.d);
	zbc_write(&z, 2 * ZONE, 3, 2, false); /* below its pointer */
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 8);
	zbc_free(&z);
}

static void test_before_required(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 0, 1);
	o.sbc.zones.before = 3;
	zbc_make(&z, &o);
	assert_int_equal(zbc_zone(&z, 0).type, SOBR);
	zbc_write(&z, 1, 1, 1, false);
	illegal(&z, SCSIEMU_ASC_UNALIGNED_WRITE);
	zbc_write(&z, 0, 6, 1, false);
	drive_good(&z.b.d);
	zbc_is(&z, 0, IMPLICIT, 6);
	zbc_write(&z, 2, 2, 2, false);
	drive_good(&z.b.d);
	zbc_is(&z, 0, IMPLICIT, 6);
	zbc_write(&z, 4, ZONE + 2, 2, false); /* over its end */
	drive_good(&z.b.d);
	zbc_is(&z, 0, FULL, -1);
	zbc_is(&z, ZONE, IMPLICIT, 6);
	zbc_write(&z, 3, 1, 3, false); /* full ones may be written */
	drive_good(&z.b.d);
	zbc_is(&z, 0, FULL, -1);
	zbc_write(&z, 3 * ZONE - 1, 2, 1, false); /* another type behind */
	illegal(&z, SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION);
	/* they take no open resources */
	zbc_write(&z, 3 * ZONE, 1, 1, false);
	drive_good(&z.b.d);
	zbc_is(&z, ZONE, IMPLICIT, 6);
	zbc_free(&z);
}

static void test_aware(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 6, 2, 0);
	o.sbc.zones.model = SCSIEMU_HOST_AWARE;
	zbc_make(&z, &o);
	assert_int_equal(zbc_zone(&z, 2 * ZONE).type, SWP);
	zbc_write(&z, 2 * ZONE, 2, 1, false);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 2);
	assert_int_equal(zbc_zone(&z, 2 * ZONE).flags, 0);
	zbc_write(&z, 2 * ZONE + 8, 2, 1, false); /* leaves a hole */
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 10);
	assert_int_equal(zbc_zone(&z, 2 * ZONE).flags, 2); /* NON_SEQ */
	zbc_write(&z, 3 * ZONE - 2, 4, 1, false);	   /* over the end */
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, FULL, -1);
	zbc_is(&z, 3 * ZONE, IMPLICIT, 2);
	assert_int_equal(zbc_zone(&z, 3 * ZONE).flags, 0);
	zbc_write(&z, 2 * ZONE + 1, 1, 2, false);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, FULL, -1);
	zbc_write(&z, 2 * ZONE - 1, 2, 1, false);
	illegal(&z, SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION);
	zbc_read(&z, 2 * ZONE - 1, 2); /* like a disk that is not zoned */
	drive_good(&z.b.d);
	zbc_out(&z, SCSIEMU_SA_SEQUENTIALIZE_ZONE, 2 * ZONE, 0, false);
	drive_good(&z.b.d);
	assert_int_equal(zbc_zone(&z, 2 * ZONE).flags, 0);
	zbc_free(&z);
}

static void test_gaps(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 6, 2, 0);
	o.sbc.zones.zone_cap = 10;
	zbc_make(&z, &o);
	assert_int_equal(zbc_zone(&z, 2 * ZONE + 10).type, GAP);
	assert_int_equal(zbc_zone(&z, 2 * ZONE + 10).len, 6);
	assert_int_equal(zbc_zone(&z, 2 * ZONE).len, 10);
	zbc_write(&z, 2 * ZONE + 10, 1, 1, false);
	illegal(&z, SCSIEMU_ASC_GAP_ZONE);
	zbc_read(&z, 2 * ZONE + 12, 1);
	illegal(&z, SCSIEMU_ASC_GAP_ZONE);
	zbc_write(&z, 2 * ZONE, 11, 1, false);
	illegal(&z, SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION);
	zbc_read(&z, 2 * ZONE, 11);
	illegal(&z, SCSIEMU_ASC_READ_BOUNDARY_VIOLATION);
	zbc_read(&z, 2 * ZONE, ZONE + 1);
	illegal(&z, SCSIEMU_ASC_READ_BOUNDARY_VIOLATION);
	zbc_write(&z, 2 * ZONE, 10, 1, false);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, FULL, -1);
	zbc_is(&z, 2 * ZONE + 11, NWP, -1);
	zbc_out(&z, SCSIEMU_SA_RESET_WRITE_POINTER, 2 * ZONE + 10, 0, false);
	drive_cdb(&z.b.d, 2, SCSIEMU_NO_BIT);
	zbc_free(&z);
}

/* A last zone that is shorter. */
static void test_runt(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 6, 1, 0);
	o.nblk -= 6;
	zbc_make(&z, &o);
	assert_int_equal(zbc_zone(&z, 5 * ZONE).len, 10);
	zbc_write(&z, 5 * ZONE, 11, 1, false);
	illegal(&z, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	zbc_write(&z, 5 * ZONE, 10, 1, false);
	drive_good(&z.b.d);
	zbc_is(&z, 5 * ZONE, FULL, -1);
	zbc_free(&z);
}

static void unmap(struct zbc *z, uint8_t lba, uint8_t n)
{
	uint8_t cdb[10] = { SCSIEMU_OP_UNMAP, [8] = 24 };
	uint8_t list[24] = { 0, 22, 0, 16, [15] = lba, [19] = n };

	drive_run(&z->b.d, z->b.lu, cdb, 10, list, sizeof(list), 0);
}

/* UNMAP moves no pointer. */
static void test_unmap(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	o.thin = true;
	o.sbc.zones.zone_cap = 12;
	zbc_make(&z, &o);
	zbc_write(&z, 2 * ZONE, 8, 1, false);
	unmap(&z, 2 * ZONE + 2, 4);
	drive_good(&z.b.d);
	assert_int_equal(z.b.k.mapped[2 * ZONE + 2], 0);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 8);
	unmap(&z, 1, 40); /* over several zones */
	drive_good(&z.b.d);
	unmap(&z, 1, 45);
	illegal(&z, SCSIEMU_ASC_GAP_ZONE);
	unmap(&z, 2 * ZONE + 1, ZONE);
	illegal(&z, SCSIEMU_ASC_GAP_ZONE);
	unmap(&z, 2 * ZONE + 13, 1);
	illegal(&z, SCSIEMU_ASC_GAP_ZONE);
	scsiemu_zone_set(z.b.lu, 3 * ZONE, SCSIEMU_ZONE_READ_ONLY);
	unmap(&z, 3 * ZONE, 2);
	protected(&z, SCSIEMU_ASC_ZONE_READ_ONLY);
	zbc_free(&z);
}

/* Zones that an operator took away. */
static void test_fates(void **s)
{
	struct scsiemu_nexus_config cf = { .size = sizeof(cf) };
	struct scsiemu_nexus *n;
	struct zbc z;

	(void)s;
	make(&z, 0);
	n = scsiemu_nexus_attach(z.b.d.dev, &cf);
	drive_settle(&z.b.d, z.b.lu, n);
	zbc_write(&z, 2 * ZONE, 4, 1, false);
	assert_int_equal(
		scsiemu_zone_set(z.b.lu, 2 * ZONE + 9, SCSIEMU_ZONE_READ_ONLY),
		0);
	zbc_is(&z, 2 * ZONE, READONLY, -1);
	zbc_write(&z, 2 * ZONE + 4, 1, 1, false);
	protected(&z, SCSIEMU_ASC_ZONE_READ_ONLY);
	zbc_write(&z, 2 * ZONE + 9, 1, 1, false); /* before the pointer */
	protected(&z, SCSIEMU_ASC_ZONE_READ_ONLY);
	zbc_read(&z, 2 * ZONE, 4);
	drive_good(&z.b.d);
	assert_int_equal(
		scsiemu_zone_set(z.b.lu, 2 * ZONE, SCSIEMU_ZONE_RECOMMEND),
		SCSIEMU_ERR_ARG);
	assert_int_equal(
		scsiemu_zone_set(z.b.lu, 2 * ZONE, SCSIEMU_ZONE_OFFLINE), 0);
	zbc_is(&z, 2 * ZONE, OFFLINE, -1);
	zbc_write(&z, 2 * ZONE + 4, 1, 1, false);
	protected(&z, SCSIEMU_ASC_ZONE_OFFLINE);
	zbc_read(&z, 3 * ZONE - 1, 2);
	protected(&z, SCSIEMU_ASC_ZONE_OFFLINE);
	zbc_read(&z, 2 * ZONE, 1);
	protected(&z, SCSIEMU_ASC_ZONE_OFFLINE);
	assert_int_equal(drive_ua(&z.b.d, z.b.lu, n), 0);
	scsiemu_zone_set(z.b.lu, 3 * ZONE, SCSIEMU_ZONE_FULL);
	assert_int_equal(drive_ua(&z.b.d, z.b.lu, n), 0x3f17);
	zbc_is(&z, 3 * ZONE, FULL, -1);
	scsiemu_zone_set(z.b.lu, 3 * ZONE, SCSIEMU_ZONE_RECOMMEND);
	assert_int_equal(drive_ua(&z.b.d, z.b.lu, n), 0x2a16);
	assert_int_equal(zbc_zone(&z, 3 * ZONE).flags, 1);
	assert_int_equal(scsiemu_zone_set(z.b.lu, 0, SCSIEMU_ZONE_OFFLINE),
			 SCSIEMU_ERR_ARG); /* conventional */
	assert_int_equal(
		scsiemu_zone_set(z.b.lu, 8 * ZONE, SCSIEMU_ZONE_OFFLINE),
		SCSIEMU_ERR_ARG);
	zbc_free(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pointer),
		cmocka_unit_test(test_no_blocks),
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_constrained),
		cmocka_unit_test(test_physical),
		cmocka_unit_test(test_before_required),
		cmocka_unit_test(test_aware),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_runt),
		cmocka_unit_test(test_unmap),
		cmocka_unit_test(test_fates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
