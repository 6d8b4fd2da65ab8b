/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a zoned disk says of itself: INQUIRY, VPD B1h and B6h, READ CAPACITY;
 * zone domains and realms; configurations that cannot be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/zbc.h"

static const uint8_t *vpd(struct zbc *z, uint8_t page)
{
	uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, 1, page, 0, 255, 0 };

	drive_in(&z->b.d, z->b.lu, cdb, 6);
	drive_good(&z->b.d);
	return z->b.d.t.in;
}

static const uint8_t *inquiry(struct zbc *z)
{
	static const uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, 0, 0, 0, 96, 0 };

	drive_in(&z->b.d, z->b.lu, cdb, 6);
	return z->b.d.t.in;
}

static void test_managed(void **s)
{
	static const uint8_t b6[64] = {
		0x14, 0xb6, 0,	  60,	0x01, [8] = 0xff, 0xff,	    0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, [19] = 5,	  [23] = 1, [31] = ZONE
	};
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 5);
	zbc_make(&z, &o);
	assert_int_equal(inquiry(&z)[0], 0x14);
	assert_int_equal(inquiry(&z)[66] << 8 | inquiry(&z)[67], 0x0620);
	assert_int_equal(vpd(&z, 0x00)[0], 0x14);
	assert_memory_equal(vpd(&z, 0xb6), b6, 64);
	assert_int_equal(vpd(&z, 0xb1)[8], 0);
	disk_sai(&z.b, SCSIEMU_SA_READ_CAPACITY_16, 0, 32, 0);
	assert_int_equal(z.b.d.t.in[12], 0x10); /* RC_BASIS */
	zbc_free(&z);
}

static void test_aware(void **s)
{
	static const uint8_t b6[64] = { 0x00, 0xb6,	  0,	      60,
					0x11, [8] = 0xff, 0xff,	      0xff,
					0xff, 0xff,	  0xff,	      0xff,
					0xff, 0xff,	  0xff,	      0xff,
					0xff, [23] = 1,	  [31] = ZONE };
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	o.sbc.zones.model = SCSIEMU_HOST_AWARE;
	zbc_make(&z, &o);
	assert_int_equal(inquiry(&z)[0], 0);
	assert_memory_equal(vpd(&z, 0xb6), b6, 64);
	assert_int_equal(vpd(&z, 0xb1)[8], 0x10); /* ZONED */
	disk_sai(&z.b, SCSIEMU_SA_READ_CAPACITY_16, 0, 32, 0);
	assert_int_equal(z.b.d.t.in[12], 0);
	zbc_free(&z);
}

static void test_gaps(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	o.sbc.zones.zone_cap = 12;
	o.sbc.zones.constrained = true;
	zbc_make(&z, &o);
	assert_int_equal(vpd(&z, 0xb6)[4], 0);
	assert_int_equal(vpd(&z, 0xb6)[23], 8); /* constant start offsets */
	assert_int_equal(vpd(&z, 0xb6)[16], 0xff);
	zbc_free(&z);
}

/* A disk without zones has nothing of this. */
static void test_plain(void **s)
{
	uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, 1, 0xb6, 0, 255, 0 };
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	memset(&o.sbc, 0, sizeof(o.sbc));
	zbc_make(&z, &o);
	drive_in(&z.b.d, z.b.lu, cdb, 6);
	drive_cdb(&z.b.d, 2, SCSIEMU_NO_BIT);
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONES, 0, 64, 0);
	drive_check(&z.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_OPCODE);
	assert_int_equal(scsiemu_zone_set(z.b.lu, 0, SCSIEMU_ZONE_FULL),
			 SCSIEMU_ERR_ARG);
	zbc_free(&z);
}

/* A medium with more zones than there is state for, or physical blocks larger
 * than zones: 3/31/00 until it is another one. */
static void test_misfit(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	zbc_make(&z, &o);
	z.b.k.m.exponent = 5;
	scsiemu_lu_changed(z.b.lu);
	zbc_read(&z, 0, 1);
	drive_check(&z.b.d, SCSIEMU_SK_MEDIUM_ERROR,
		    SCSIEMU_ASC_MEDIUM_FORMAT_CORRUPTED);
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONES, 0, 64, 0);
	drive_check(&z.b.d, SCSIEMU_SK_MEDIUM_ERROR,
		    SCSIEMU_ASC_MEDIUM_FORMAT_CORRUPTED);
	z.b.k.m.exponent = 0;
	scsiemu_lu_changed(z.b.lu);
	zbc_read(&z, 0, 1);
	drive_good(&z.b.d);
	z.b.k.m.nblk = 9 * ZONE;
	scsiemu_lu_changed(z.b.lu);
	drive_settle(&z.b.d, z.b.lu, NULL);
	zbc_read(&z, 0, 1);
	drive_check(&z.b.d, SCSIEMU_SK_MEDIUM_ERROR,
		    SCSIEMU_ASC_MEDIUM_FORMAT_CORRUPTED);
	zbc_free(&z);
}

static bool possible(const struct scsiemu_zone_options *zo, bool removable,
		     uint32_t scratch)
{
	struct scsiemu_sbc_options so = { .size = sizeof(so), .zones = *zo };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_sbc,
					.removable = removable,
					.options = &so };
	struct scsiemu_limits l = { .size = sizeof(l), .scratch = scratch };
	struct drive d;
	bool made;

	drive_make(&d, &l);
	cf.state_len = scsiemu_lu_state_size(&cf);
	cf.state = malloc(cf.state_len);
	assert_non_null(cf.state);
	made = scsiemu_lu_add(d.dev, 0, &cf) != NULL;
	drive_free(&d);
	free(cf.state);
	return made;
}

static void test_impossible(void **s)
{
	static const struct scsiemu_zone_options good = {
		.model = SCSIEMU_HOST_MANAGED,
		.zones = 8,
		.conventional = 2,
		.zone_blk = 16
	};
	struct scsiemu_zone_options o = good;

	(void)s;
	assert_true(possible(&o, false, 512));
	assert_false(possible(&o, true, 512));
	assert_false(possible(&o, false, 511));
#define BAD(field, value)                                                      \
	o = good;                                                              \
	o.field = (value);                                                     \
	assert_false(possible(&o, false, 512))
	BAD(model, 3);
	BAD(zones, 0);
	BAD(zones, UINT32_MAX);
	BAD(conventional, 9);
	BAD(before, 7);
	BAD(zone_blk, 0);
	BAD(zone_blk, 1);
	BAD(zone_blk, 24);
	BAD(zone_cap, 17);
	BAD(realms_first, 1);
	o = good;
	o.realms = 2;
	o.before = 2;
	assert_false(possible(&o, false, 512));
	o.before = 0;
	assert_true(possible(&o, false, 512));
	BAD(realms, 9);
	o.model = SCSIEMU_HOST_AWARE;
	assert_false(possible(&o, false, 512));
	o = good;
	o.model = SCSIEMU_HOST_AWARE;
	o.zone_cap = 8;
	assert_false(possible(&o, false, 512));
}

/* Zones 0 to 3 before required, 4 to 9 write required; three realms, the first
 * of them active in front. */
static void make_realms(struct zbc *z)
{
	struct disk_options o;

	zbc_options(&o, 10, 0, 0);
	o.sbc.zones.before = 4;
	o.sbc.zones.realms = 3;
	o.sbc.zones.realms_first = 1;
	zbc_make(z, &o);
}

static void test_realms(void **s)
{
	static const uint8_t bytes[64 + 3 * 48] = {
		[3] = 144,
		[7] = 3,
		[11] = 48,
		/* 0: zone 0; 4 and 5 */
		[95] = 15,
		[103] = 64,
		[111] = 95,
		/* 1, active behind: zone 1; 6 and 7 */
		[115] = 1,
		[119] = 1,
		[135] = 16,
		[143] = 31,
		[151] = 96,
		[159] = 127,
		/* 2, too: zones 2 and 3; 8 and 9 */
		[163] = 2,
		[167] = 1,
		[183] = 32,
		[191] = 63,
		[199] = 128,
		[207] = 159
	};
	struct zbc z;

	(void)s;
	make_realms(&z);
	assert_int_equal(vpd(&z, 0xb6)[4], 0x23); /* extension, AAORB */
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 0, 4096, 0);
	drive_good(&z.b.d);
	drive_data(&z.b.d, bytes, sizeof(bytes));
	/* with active zones of a type; at or behind an LBA */
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 0, 4096, 1);
	assert_int_equal(z.b.d.t.in[7], 1);
	assert_int_equal(z.b.d.t.in[67], 0);
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 0, 4096, 2);
	assert_int_equal(z.b.d.t.in[7], 2);
	assert_int_equal(z.b.d.t.in[67], 1);
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 0, 4096, 3);
	assert_int_equal(z.b.d.t.in[7], 0);
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 8 * ZONE, 4096, 0);
	assert_int_equal(z.b.d.t.in[7], 1);
	assert_int_equal(z.b.d.t.in[67], 2);
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 0, 4096, 4);
	drive_cdb(&z.b.d, 14, 5);
	zbc_free(&z);
}

static void test_domains(void **s)
{
	struct zbc z;
	const uint8_t *p;

	(void)s;
	make_realms(&z);
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONE_DOMAINS, 0, 4096, 0);
	drive_good(&z.b.d);
	p = z.b.d.t.in;
	assert_int_equal(z.b.d.t.c.in_done, 64 + 2 * 96);
	assert_int_equal(p[3], 192);
	assert_int_equal(p[7], 192);
	assert_int_equal(p[8], 2);
	assert_int_equal(p[9], 2);
	p += 64;
	assert_int_equal(p[0], 0);
	assert_int_equal(p[23], 4);
	assert_int_equal(p[31], 0);
	assert_int_equal(p[39], 63);
	assert_int_equal(p[40], SOBR);
	assert_int_equal(p[42], 2);
	p += 96;
	assert_int_equal(p[0], 1);
	assert_int_equal(p[23], 6);
	assert_int_equal(p[31], 64);
	assert_int_equal(p[39], 159);
	assert_int_equal(p[40], SWR);
	/* what fits */
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONE_DOMAINS, 0, 64 + 100, 0);
	assert_int_equal(z.b.d.t.in[3], 192);
	assert_int_equal(z.b.d.t.in[7], 96);
	/* options: all zones active, some, none */
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONE_DOMAINS, 0, 4096, 1);
	assert_int_equal(z.b.d.t.in[9], 0);
	assert_int_equal(z.b.d.t.in[10], 1);
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONE_DOMAINS, 0, 4096, 2);
	assert_int_equal(z.b.d.t.in[9], 2);
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONE_DOMAINS, 0, 4096, 3);
	assert_int_equal(z.b.d.t.in[9], 0);
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONE_DOMAINS, 70, 4096, 0);
	assert_int_equal(z.b.d.t.in[9], 1);
	assert_int_equal(z.b.d.t.in[23], 70);
	assert_int_equal(z.b.d.t.in[64], 1);
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONE_DOMAINS, 0, 4096, 4);
	drive_cdb(&z.b.d, 14, 5);
	zbc_free(&z);
}

static void test_inactive(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	make_realms(&z);
	zbc_is(&z, 0, EMPTY, 0);
	zbc_is(&z, ZONE, INACTIVE, -1);
	zbc_is(&z, 4 * ZONE, INACTIVE, -1);
	zbc_is(&z, 6 * ZONE, EMPTY, 0);
	zbc_write(&z, 4 * ZONE, 1, 1, false);
	drive_check(&z.b.d, SCSIEMU_SK_DATA_PROTECT, SCSIEMU_ASC_ZONE_INACTIVE);
	zbc_read(&z, 4 * ZONE, 1); /* reads are not constrained */
	drive_good(&z.b.d);
	zbc_out(&z, SCSIEMU_SA_OPEN_ZONE, 4 * ZONE, 0, false);
	drive_check(&z.b.d, SCSIEMU_SK_DATA_PROTECT, SCSIEMU_ASC_ZONE_INACTIVE);
	zbc_out(&z, SCSIEMU_SA_RESET_WRITE_POINTER, 0, 0, true);
	drive_good(&z.b.d);
	zbc_in(&z, SCSIEMU_SA_REPORT_ZONES, 0, 4096, 8);
	assert_int_equal(z.b.d.t.in[3] | z.b.d.t.in[2] << 8, 5 * 64);
	zbc_free(&z);
	zbc_options(&o, 10, 4, 0);
	o.sbc.zones.realms = 2;
	o.sbc.zones.realms_first = 1;
	o.sbc.zones.constrained = true;
	zbc_make(&z, &o);
	zbc_read(&z, 4 * ZONE, 1);
	drive_check(&z.b.d, SCSIEMU_SK_DATA_PROTECT, SCSIEMU_ASC_ZONE_INACTIVE);
	zbc_read(&z, 2 * ZONE, 1); /* conventional ones may be read */
	drive_good(&z.b.d);
	zbc_write(&z, 2 * ZONE - 1, 2, 1, false);
	drive_check(&z.b.d, SCSIEMU_SK_DATA_PROTECT, SCSIEMU_ASC_ZONE_INACTIVE);
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 0, 4096, 1);
	assert_int_equal(z.b.d.t.in[7], 0); /* none before required */
	zbc_free(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_managed),
		cmocka_unit_test(test_aware),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_misfit),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_realms),
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_inactive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
