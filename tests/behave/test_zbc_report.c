/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REPORT ZONES: exact bytes, every reporting option, PARTIAL, SAME, every
 * allocation length in windows of every size; a disk of 100,000 zones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/zbc.h"

enum { REPORT = SCSIEMU_SA_REPORT_ZONES, PARTIAL = 0x80 };

static uint64_t get(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

/* Zones 0 and 1 conventional, 2 ... 9 in conditions of all kinds. */
static const uint8_t conds[10] = { NWP,	   NWP,	 EMPTY,	   IMPLICIT, EXPLICIT,
				   CLOSED, FULL, READONLY, OFFLINE,  EMPTY };

static void make(struct zbc *z, uint64_t cap, uint64_t less)
{
	struct disk_options o;

	zbc_options(&o, 10, 2, 5);
	o.sbc.zones.zone_cap = cap;
	o.nblk -= less;
	zbc_make(z, &o);
	zbc_write(z, 3 * ZONE, 3, 1, false);
	zbc_out(z, SCSIEMU_SA_OPEN_ZONE, 4 * ZONE, 0, false);
	zbc_write(z, 5 * ZONE, 5, 1, false);
	zbc_out(z, SCSIEMU_SA_CLOSE_ZONE, 5 * ZONE, 0, false);
	zbc_out(z, SCSIEMU_SA_FINISH_ZONE, 6 * ZONE, 0, false);
	scsiemu_zone_set(z->b.lu, 7 * ZONE, SCSIEMU_ZONE_READ_ONLY);
	scsiemu_zone_set(z->b.lu, 8 * ZONE, SCSIEMU_ZONE_OFFLINE);
	scsiemu_zone_set(z->b.lu, 9 * ZONE, SCSIEMU_ZONE_RECOMMEND);
	drive_settle(&z->b.d, z->b.lu, NULL);
}

/* Zones 6 ... 9 of it. */
static const uint8_t bytes[64 + 4 * 64] = {
	[2] = 1,
	[3] = 0,     /* length of four descriptors */
	[15] = 0x9f, /* last LBA */
	/* 6 FULL */
	[64] = 2,
	[65] = 0xe0,
	[79] = 16,
	[87] = 96,
	[88] = 0xff,
	[89] = 0xff,
	[90] = 0xff,
	[91] = 0xff,
	[92] = 0xff,
	[93] = 0xff,
	[94] = 0xff,
	[95] = 0xff,
	/* 7 READ ONLY */
	[128] = 2,
	[129] = 0xd0,
	[143] = 16,
	[151] = 112,
	[152] = 0xff,
	[153] = 0xff,
	[154] = 0xff,
	[155] = 0xff,
	[156] = 0xff,
	[157] = 0xff,
	[158] = 0xff,
	[159] = 0xff,
	/* 8 OFFLINE */
	[192] = 2,
	[193] = 0xf0,
	[207] = 16,
	[215] = 128,
	[216] = 0xff,
	[217] = 0xff,
	[218] = 0xff,
	[219] = 0xff,
	[220] = 0xff,
	[221] = 0xff,
	[222] = 0xff,
	[223] = 0xff,
	/* 9 EMPTY, RESET */
	[256] = 2,
	[257] = 0x11,
	[271] = 16,
	[279] = 144,
	[287] = 144
};

static void test_bytes(void **s)
{
	uint8_t all[sizeof(bytes)];
	struct zbc z;

	(void)s;
	make(&z, 0, 0);
	memcpy(all, bytes, sizeof(all));
	all[4] = 1; /* SAME: type and length */
	zbc_in(&z, REPORT, 6 * ZONE + 5, 4096, 0);
	drive_data(&z.b.d, all, sizeof(all));
	/* the list's length is that of all; with PARTIAL of what there is */
	zbc_in(&z, REPORT, 6 * ZONE, 130, 0);
	drive_data(&z.b.d, all, 130);
	all[2] = 0;
	all[3] = 64;
	zbc_in(&z, REPORT, 6 * ZONE, 191, PARTIAL);
	drive_data(&z.b.d, all, 128);
	all[3] = all[4] = 0;
	zbc_in(&z, REPORT, 6 * ZONE, 127, PARTIAL);
	drive_data(&z.b.d, all, 64);
	zbc_in(&z, REPORT, 6 * ZONE, 10, PARTIAL);
	drive_data(&z.b.d, all, 10);
	zbc_in(&z, REPORT, 0, 0, 0);
	drive_good(&z.b.d);
	assert_int_equal(z.b.d.t.c.in_done, 0);
	zbc_in(&z, REPORT, 10 * ZONE, 4096, 0);
	drive_check(&z.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	zbc_free(&z);
}

static bool wanted(unsigned option, unsigned slot, bool gap)
{
	unsigned cond = gap ? NWP : conds[slot];

	switch (option) {
	case 0:
		return true;
	case 6:
		return cond == READONLY;
	case 7:
		return cond == OFFLINE;
	case 5:
		return cond == FULL;
	case 8:
	case 0x11:
		return false;
	case 0x10:
		return slot == 9 && !gap;
	case 0x3e:
		return !gap;
	case 0x3f:
		return cond == NWP;
	default:
		return cond == option;
	}
}

static bool known(unsigned option)
{
	return option <= 8 || option == 0x10 || option == 0x11 ||
	       option >= 0x3e;
}

static void test_options(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, 12, 0);
	for (unsigned option = 0; option < 64; option++) {
		const uint8_t *p;

		zbc_in(&z, REPORT, 0, 4096, (uint8_t)option);
		if (!known(option)) {
			drive_cdb(&z.b.d, 14, 5);
			continue;
		}
		drive_good(&z.b.d);
		p = z.b.d.t.in + 64;
		for (unsigned i = 0; i < 20; i++) {
			bool gap = i & 1;

			if ((gap && i < 4) || !wanted(option, i / 2, gap))
				continue;
			assert_int_equal(get(p + 16, 8),
					 i / 2 * ZONE + (gap ? 12 : 0));
			assert_int_equal(get(p + 8, 8), i < 4 ? ZONE
							: gap ? 4
							      : 12);
			assert_int_equal(p[0], i < 4 ? CONV : gap ? GAP : SWR);
			assert_int_equal(p[1] >> 4, gap ? NWP : conds[i / 2]);
			p += 64;
		}
		assert_int_equal(p - z.b.d.t.in, z.b.d.t.c.in_done);
		assert_int_equal(get(z.b.d.t.in, 4), z.b.d.t.c.in_done - 64u);
		assert_int_equal(get(z.b.d.t.in + 16, 8), ZONE);
	}
	zbc_free(&z);
}

static unsigned same(struct zbc *z, uint64_t lba, uint8_t option)
{
	zbc_in(z, REPORT, lba, 4096, option);
	drive_good(&z->b.d);
	return z->b.d.t.in[4];
}

static void test_same(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, 0, 0);
	assert_int_equal(same(&z, 0, 0), 3); /* types differ */
	assert_int_equal(same(&z, 2 * ZONE, 0), 1);
	assert_int_equal(same(&z, 9 * ZONE, 0), 1);
	assert_int_equal(same(&z, 0, 2), 1);
	assert_int_equal(same(&z, 0, 0x11), 0); /* none */
	zbc_free(&z);
	make(&z, 0, 3); /* the last one is shorter */
	assert_int_equal(same(&z, 0, 0), 0);
	assert_int_equal(same(&z, 2 * ZONE, 0), 2);
	assert_int_equal(same(&z, 9 * ZONE, 0), 1);
	zbc_free(&z);
	make(&z, 12, 0); /* gap zones */
	assert_int_equal(same(&z, 2 * ZONE, 0), 0);
	assert_int_equal(same(&z, 2 * ZONE, 0x3e), 1);
	zbc_free(&z);
}

static void test_allocation(void **s)
{
	static const uint32_t windows[] = { 512, 520, 700, 1024, 4096 };
	uint8_t full[64 + 18 * 64];
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 10, 2, 0);
	o.sbc.zones.zone_cap = 12;
	o.scratch = 512;
	zbc_make(&z, &o);
	z.b.d.scratch = 4096;
	zbc_in(&z, REPORT, 0, 4096, 0);
	assert_int_equal(z.b.d.t.c.in_done, sizeof(full));
	memcpy(full, z.b.d.t.in, sizeof(full));
	for (unsigned w = 0; w < 5; w++) {
		z.b.d.scratch = windows[w];
		z.b.d.chunk = w == 2 ? 100 : 0;
		for (uint32_t n = 0; n < sizeof(full) + 70; n++) {
			uint32_t all = n < sizeof(full)
					       ? n
					       : (uint32_t)sizeof(full);

			zbc_in(&z, REPORT, 0, n, 0);
			drive_data(&z.b.d, full, all);
			assert_int_equal(z.b.d.t.c.in_all, all);
			assert_int_equal(scsiemu_in_resid(&z.b.d.t.c),
					 (int64_t)n - all);
		}
	}
	zbc_free(&z);
}

/* Zones that change while a list goes out: each descriptor is one that was. */
static void test_changes(void **s)
{
	struct drive_task t = { .live = false };
	uint8_t cdb[16] = { SCSIEMU_OP_ZONE_IN, REPORT, [12] = 0x10, [14] = 1 };
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 40, 2, 0);
	o.scratch = 512;
	zbc_make(&z, &o);
	drive_start(&z.b.d, &t, z.b.lu, cdb, 16, NULL, 0, 4096);
	drive_step(&t);
	zbc_write(&z, 20 * ZONE, 1, 1, false); /* EMPTY no more */
	drive_good(&z.b.d);
	drive_go(&t);
	assert_int_equal(t.c.status, 0);
	assert_int_equal(get(t.in, 4), 38 * 64);
	assert_int_equal(t.c.in_done, 64 + 37 * 64);
	for (unsigned i = 0; i < 37; i++)
		assert_int_equal(get(t.in + 64 + i * 64 + 16, 8),
				 (i + 2 + (i >= 18)) * ZONE);
	drive_end(&t);
	drive_task_free(&t);
	zbc_free(&z);
}

static void test_many(void **s)
{
	enum { N = 100000 };
	struct disk_options o = { .nblk = 2 * N,
				  .blen = 512,
				  .scratch = 4096,
				  .sbc.zones = { .model = SCSIEMU_HOST_MANAGED,
						 .zones = N,
						 .zone_blk = 2 } };
	struct zbc *z = calloc(1, sizeof(*z));
	uint8_t cdb[16] = { SCSIEMU_OP_ZONE_IN, REPORT,	     [10] = 0x00,
			    [11] = 0x61,	[12] = 0xa8, [13] = 0x40 };

	(void)s;
	assert_non_null(z);
	zbc_make(z, &o);
	drive_run(&z->b.d, z->b.lu, cdb, 16, NULL, 0, 64 + N * 64);
	drive_good(&z->b.d);
	assert_int_equal(z->b.d.t.c.in_done, 64 + N * 64);
	for (unsigned i = 0; i < N; i += 999)
		assert_int_equal(get(z->b.d.t.in + 64 + i * 64 + 16, 8), 2 * i);
	assert_int_equal(get(z->b.d.t.in + 64 * N + 16, 8), 2 * N - 2);
	zbc_free(z);
	free(z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_allocation),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
