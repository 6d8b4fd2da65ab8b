/* SPDX-License-Identifier: BSD-2-Clause */
/* CDBs and parameter lists of FORMAT UNIT and SANITIZE: a wrong one changes
 * nothing, not even the record of what goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "support/disk.h"

enum { NONE = SCSIEMU_NO_BIT, NBLK = 64 };
enum { CDB, PARAM, LENGTH, FAST, GOOD };

struct wrong {
	uint8_t byte1, ffmt;
	uint8_t n, list[14];
	uint8_t what, at, bit;
};

static const struct disk_options options = { .nblk = NBLK,
					     .sbc = { .format = true } };

static void untouched(struct disk *b)
{
	static uint8_t was[NBLK * 512];
	static const uint8_t cdb[6];

	disk_pattern(was, 0, NBLK, 512, 1);
	assert_memory_equal(b->k.bytes, was, sizeof(was));
	assert_int_equal(b->d.nv_len[SCSIEMU_NV_WORK], 0);
	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 0);
	drive_good(&b->d);
}

static void judged(struct disk *b, const struct wrong *w)
{
	if (w->what == CDB)
		drive_cdb(&b->d, w->at, w->bit);
	else if (w->what == PARAM)
		drive_param(&b->d, 0x2600, w->at, w->bit);
	else if (w->what == LENGTH)
		drive_check(&b->d, 5, 0x1a00);
	else
		drive_check(&b->d, 5, 0x2409);
}

static void format_unit(void **state)
{
	/* 10h FMTDATA, 20h LONGLIST, C0h FMTPINFO */
	static const struct wrong wrong[] = {
		{ 0x01, 0, 0, { 0 }, CDB, 1, 2 },
		{ 0x04, 0, 0, { 0 }, CDB, 1, 2 },
		{ 0x16, 0, 4, { 0 }, CDB, 1, 2 },
		{ 0x17, 0, 4, { 0 }, CDB, 1, 2 },
		{ 0x40, 0, 0, { 0 }, CDB, 1, 7 },
		{ 0x80, 0, 0, { 0 }, CDB, 1, 7 },
		{ 0xd0, 0, 4, { 1 }, CDB, 1, 7 },
		{ 0x10, 3, 4, { 0 }, CDB, 4, 1 },
		{ 0x00, 3, 0, { 0 }, CDB, 4, 1 },
		{ 0x10, 0, 0, { 0 }, LENGTH, 0, 0 },
		{ 0x10, 0, 3, { 0 }, LENGTH, 0, 0 },
		{ 0x30, 0, 7, { 0 }, LENGTH, 0, 0 },
		{ 0x10, 0, 4, { 0x80 }, PARAM, 0, 7 },
		{ 0x10, 0, 4, { 0x08 }, PARAM, 0, 3 },
		{ 0x10, 0, 4, { 0x01 }, PARAM, 0, 2 }, /* PFU */
		{ 0x10, 0, 4, { 0x07 }, PARAM, 0, 2 },
		{ 0x10, 0, 4, { 0, 0x01 }, PARAM, 1, 0 },
		{ 0x10, 0, 4, { 0, 0x40 }, PARAM, 1, 6 },
		{ 0x10, 0, 4, { 0, 0x20 }, PARAM, 1, 5 },
		{ 0x10, 0, 4, { 0, 0x1a }, PARAM, 1, 4 },
		{ 0x10, 0, 4, { 0, 0x08 }, PARAM, 1, 3 },
		{ 0x10, 0, 4, { 0, 0x82, 0, 1 }, PARAM, 2, NONE },
		{ 0x11, 0, 4, { 0, 0, 1, 0 }, PARAM, 2, NONE },
		{ 0x30, 0, 8, { 0, 0, 0x40 }, PARAM, 2, 6 },
		{ 0x30, 0, 8, { 0, 0, 0, 0x10 }, PARAM, 3, 7 },
		{ 0x30, 0, 8, { 0, 0, 0, 0x01 }, PARAM, 3, 3 },
		{ 0x33, 0, 8, { 0, 0, 0, 0, 0, 0, 0, 8 }, PARAM, 4, NONE },
		/* initialization patterns */
		{ 0x10, 1, 8, { 0, 0x88 }, FAST, 0, 0 },
		{ 0x10, 2, 8, { 0, 0x88 }, FAST, 0, 0 },
		{ 0x10, 0, 7, { 0, 0x88 }, LENGTH, 0, 0 },
		{ 0x10, 0, 8, { 0, 0x88, 0, 0, 0x80 }, PARAM, 4, 7 },
		{ 0x10, 0, 8, { 0, 0x88, 0, 0, 0x01 }, PARAM, 4, 0 },
		{ 0x10, 0, 8, { 0, 0x88, 0, 0, 0, 2 }, PARAM, 5, NONE },
		{ 0x10, 0, 8, { 0, 0x88, 0, 0, 0, 0x80 }, PARAM, 5, NONE },
		{ 0x10, 0, 9, { 0, 0x88, 0, 0, 0, 0, 0, 1 }, PARAM, 6, NONE },
		{ 0x10, 0, 8, { 0, 0x88, 0, 0, 0, 1, 0, 0 }, PARAM, 6, NONE },
		{ 0x10, 0, 9, { 0, 0x88, 0, 0, 0, 1, 0, 2 }, LENGTH, 0, 0 },
		{ 0x10,
		  0,
		  8,
		  { 0, 0x88, 0, 0, 0, 1, 255, 255 },
		  PARAM,
		  6,
		  NONE },
		{ 0x30, 0, 12, { 0, 0x88, [9] = 3 }, PARAM, 9, NONE },
	};
	struct disk b;

	(void)state;
	disk_make(&b, &options);
	disk_fill(&b, 1);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct wrong *w = &wrong[i];
		const uint8_t cdb[6] = { 0x04, w->byte1, 0, 0, w->ffmt };

		drive_run(&b.d, b.lu, cdb, 6, w->list, w->n, 0);
		judged(&b, w);
		untouched(&b);
	}
	disk_free(&b);
}

/* A pattern longer than a block. */
static void long_pattern(void **state)
{
	static const uint8_t cdb[6] = { 0x04, 0x10 };
	uint8_t list[8 + 513] = { 0, 0x88, 0, 0, 0, 1, 2, 1 };
	struct disk b;

	(void)state;
	disk_make(&b, &options);
	disk_fill(&b, 1);
	drive_run(&b.d, b.lu, cdb, 6, list, sizeof(list), 0);
	drive_param(&b.d, 0x2600, 6, NONE);
	untouched(&b);
	list[7] = 0; /* as long as a block, in pieces */
	memset(list + 8, 0x6b, 512);
	for (b.d.chunk = 0; b.d.chunk < 9; b.d.chunk++) {
		drive_run(&b.d, b.lu, cdb, 6, list, 8 + 512, 0);
		drive_good(&b.d);
		for (unsigned i = 0; i < NBLK * 512; i++)
			assert_int_equal(b.k.bytes[i], 0x6b);
	}
	disk_free(&b);
}

static void sanitize(void **state)
{
	static const struct wrong wrong[] = {
		{ 1, 0, 0, { 0 }, CDB, 7, NONE },
		{ 1, 0, 4, { 1, 0, 0, 1 }, CDB, 7, NONE },
		{ 2, 0, 1, { 0 }, CDB, 7, NONE },
		{ 3, 0, 8, { 0 }, CDB, 7, NONE },
		{ 0x1f, 0, 8, { 0 }, CDB, 7, NONE },
		{ 0x41, 0, 5, { 1, 0, 0, 1 }, CDB, 1, 6 }, /* no zones: ZNR */
		{ 1, 0, 5, { 0, 0, 0, 1 }, PARAM, 0, 4 },
		{ 1, 0, 5, { 0x80, 0, 0, 1 }, PARAM, 0, 4 },
		{ 1, 0, 5, { 0x21, 0, 0, 1 }, PARAM, 0, 6 },
		{ 1, 0, 5, { 0x41, 0, 0, 1 }, PARAM, 0, 6 },
		{ 1, 0, 5, { 1, 1, 0, 1 }, PARAM, 1, NONE },
		{ 1, 0, 5, { 1, 0, 0, 0 }, PARAM, 2, NONE },
		{ 1, 0, 5, { 1, 0, 0, 2 }, PARAM, 2, NONE },
		{ 1, 0, 6, { 1, 0, 0, 1 }, PARAM, 2, NONE },
		{ 1, 0, 5, { 1, 0, 2, 1 }, PARAM, 2, NONE },
		{ 0, 0, 0, { 0 }, CDB, 1, 4 },
		{ 4, 0, 0, { 0 }, CDB, 1, 4 },
		{ 0x1e, 0, 0, { 0 }, CDB, 1, 4 },
	};
	struct disk_options o = options;
	static uint8_t list[517] = { 1, 0, 2, 1 };
	const uint8_t cdb[10] = { 0x48, 1, [7] = 2, 5 };
	struct disk b;

	(void)state;
	o.thin = true;
	disk_make(&b, &o);
	disk_fill(&b, 1);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct wrong *w = &wrong[i];
		const uint8_t c[10] = { 0x48, w->byte1, [8] = w->n };

		drive_run(&b.d, b.lu, c, 10, w->list, w->n, 0);
		judged(&b, w);
		untouched(&b);
	}
	/* more than a block */
	drive_run(&b.d, b.lu, cdb, 10, list, 517, 0);
	drive_cdb(&b.d, 7, NONE);
	untouched(&b);
	/* the host sends less than it says */
	drive_run(&b.d, b.lu, (const uint8_t[10]){ 0x48, 1, [8] = 8 }, 10, list,
		  7, 0);
	drive_check(&b.d, 5, 0x1a00);
	untouched(&b);
	disk_free(&b);
}

/* What a disk must have for them. */
static void offered(void **state)
{
	static const struct {
		uint32_t scratch, unable;
		bool read_only, thin, format, unit, erase;
	} is[] = {
		{ 544, 0, false, false, true, true, false },
		{ 543, 0, false, false, true, false, false },
		{ 2048, 0, false, true, true, true, true },
		{ 2048, 0, false, true, false, false, false },
		{ 2048, SCSIEMU_CAN_WRITE, false, false, true, false, false },
		{ 2048, 0, true, false, true, true, false },
	};
	const uint8_t b1[6] = { 0x12, 1, 0xb1, 0, 64 };

	(void)state;
	for (unsigned i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		struct disk_options o = { .scratch = is[i].scratch,
					  .unable = is[i].unable,
					  .read_only = is[i].read_only,
					  .thin = is[i].thin,
					  .sbc = { .format = is[i].format } };
		struct disk b;

		disk_make(&b, &o);
		drive_run(&b.d, b.lu, (const uint8_t[6]){ 0x04 }, 6, NULL, 0,
			  0);
		if (!is[i].unit)
			drive_check(&b.d, 5, 0x2000);
		else if (is[i].read_only)
			drive_check(&b.d, 7, 0x2700);
		else
			drive_good(&b.d);
		drive_run(&b.d, b.lu, (const uint8_t[10]){ 0x48, 3 }, 10, NULL,
			  0, 0);
		if (!is[i].unit)
			drive_check(&b.d, 5, 0x2000);
		else if (is[i].read_only)
			drive_check(&b.d, 7, 0x2700);
		else
			drive_good(&b.d);
		drive_in(&b.d, b.lu, b1, 6);
		drive_good(&b.d);
		assert_int_equal(b.d.t.in[7],
				 is[i].unit ? is[i].erase ? 0x50 : 0x10 : 0);
		disk_free(&b);
	}
}

/* Software write protection stops them before anything is looked at. */
static void protected(void **state)
{
	struct disk b;

	(void)state;
	disk_make(&b, &options);
	disk_fill(&b, 1);
	disk_mode(&b, 0x0a, 4, 0x08, 0x08);
	drive_run(&b.d, b.lu, (const uint8_t[6]){ 0x04 }, 6, NULL, 0, 0);
	drive_check(&b.d, 7, 0x2702);
	drive_run(&b.d, b.lu, (const uint8_t[10]){ 0x48, 1 }, 10, NULL, 0, 0);
	drive_check(&b.d, 7, 0x2702);
	drive_run(&b.d, b.lu, (const uint8_t[10]){ 0x48, 0x1f }, 10, NULL, 0,
		  0);
	drive_good(&b.d);
	untouched(&b);
	disk_free(&b);
}

/* Protection comes and goes with the format; its tuples escape all checks. */
static void protection(void **state)
{
	static const struct {
		uint8_t byte1, usage, exponent, type;
	} to[] = { { 0x80, 0, 0, 1 },
		   { 0xc0, 0, 0, 2 },
		   { 0xc0, 1, 0, 3 },
		   { 0xc0, 0, 1, 2 },
		   { 0x00, 0, 0, 0 } };
	struct disk_options o = options;
	struct disk b;

	(void)state;
	o.pi_len = 16;
	o.sbc.pi = true;
	disk_make(&b, &o);
	for (unsigned i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		const uint8_t cdb[6] = { 0x04, to[i].byte1 | 0x30 };
		const uint8_t list[8] = { to[i].usage, 0, 0, to[i].exponent };
		unsigned type = to[i].type;

		disk_fill(&b, 1);
		drive_run(&b.d, b.lu, cdb, 6, list, 8, 0);
		drive_good(&b.d);
		disk_sai(&b, 0x10, 0, 32, 0);
		drive_good(&b.d);
		assert_int_equal(b.d.t.in[12], type ? (type - 1) << 1 | 1 : 0);
		assert_int_equal(b.d.t.in[13] >> 4, to[i].exponent);
		assert_int_equal(b.d.nv[SCSIEMU_NV_FORMAT][1], type);
		assert_int_equal(b.d.nv[SCSIEMU_NV_FORMAT][2], to[i].exponent);
		disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, NBLK, NULL, 0,
			 NBLK * 512);
		drive_good(&b.d);
		for (unsigned n = 0; n < NBLK * 512; n++)
			assert_int_equal(b.d.t.in[n], 0);
		/* OVERWRITE: its pattern, and FFs behind each block */
		drive_run(&b.d, b.lu, (const uint8_t[10]){ 0x48, 1, [8] = 5 },
			  10, "\202\0\0\1\132", 5, 0);
		drive_good(&b.d);
		for (unsigned n = 0; n < NBLK * 512; n++)
			assert_int_equal(b.k.bytes[n], 0x5a);
		for (unsigned n = 0; type && n < NBLK * 8u << to[i].exponent;
		     n++)
			assert_int_equal(b.k.pi[n], 0xff);
	}
	/* intervals of fewer than 256 bytes, a medium without room */
	drive_run(&b.d, b.lu, (const uint8_t[6]){ 0x04, 0xf0 }, 6,
		  "\0\0\0\2\0\0\0", 8, 0);
	drive_param(&b.d, 0x2600, 3, 3);
	disk_free(&b);
}

enum { ALL = 1 << 20 };

static void filled(struct disk *b)
{
	for (unsigned i = 0; i < ALL; i++)
		assert_int_equal(b->k.bytes[i], 0);
}

/* What READ CAPACITY(16) says. */
static void capacity(struct disk *b, uint32_t nblk, uint32_t blen)
{
	disk_sai(b, 0x10, 0, 32, 0);
	drive_good(&b->d);
	assert_int_equal(semu_be64(b->d.t.in), nblk - 1);
	assert_int_equal(semu_be32(b->d.t.in + 8), blen);
}

/* FORMAT WITH PRESET: what VPD page B8h lists, and nothing else. */
static void presets(void **state)
{
	static const uint8_t page[6] = { 0x12, 1, 0xb8, 2, 0 };
	uint8_t cdb[10] = { 0x38 };
	struct disk_options o = options;
	const uint8_t *p;
	struct disk b;

	(void)state;
	o.nblk = ALL / 512;
	o.scratch = 8192;
	disk_make(&b, &o);
	drive_in(&b.d, b.lu, page, 6);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 4 + 5 * 64);
	for (unsigned i = 0; i < 5; i++) {
		uint8_t want[64] = { 0 };
		uint32_t blen = 256u << i;

		semu_put32(want, blen);
		want[4] = 1;
		semu_put32(want + 8, blen);
		semu_put64(want + 16, ALL / blen - 1);
		p = b.d.t.in + 4 + i * 64;
		assert_memory_equal(p, want, 64);
	}
	for (unsigned i = 0; i < 5; i++) {
		semu_put32(cdb + 2, 256u << i);
		cdb[1] = i & 1 ? 0xc0 : 0x40;
		disk_fill(&b, 1);
		drive_run(&b.d, b.lu, cdb, 10, NULL, 0, 0);
		drive_good(&b.d);
		drive_ready(&b.d);
		drive_settle(&b.d, b.lu, NULL);
		capacity(&b, ALL >> (8 + i), 256u << i);
		filled(&b);
	}
	for (unsigned id = 0; id < 9; id++) {
		static const uint32_t none[9] = { 0,	1,	 128,
						  511,	513,	 768,
						  8192, 0x10200, UINT32_MAX };

		semu_put32(cdb + 2, none[id]);
		drive_run(&b.d, b.lu, cdb, 10, NULL, 0, 0);
		drive_cdb(&b.d, 2, SCSIEMU_NO_BIT);
	}
	disk_free(&b);
	o.unable = SCSIEMU_CAN_FORMAT; /* only as it is */
	disk_make(&b, &o);
	disk_fill(&b, 1);
	drive_in(&b.d, b.lu, page, 6);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 4 + 64);
	cdb[1] = 0;
	semu_put32(cdb + 2, 1024);
	drive_run(&b.d, b.lu, cdb, 10, NULL, 0, 0);
	drive_cdb(&b.d, 2, SCSIEMU_NO_BIT);
	semu_put32(cdb + 2, 512);
	drive_run(&b.d, b.lu, cdb, 10, NULL, 0, 0);
	drive_good(&b.d);
	filled(&b);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format_unit), cmocka_unit_test(long_pattern),
		cmocka_unit_test(sanitize),    cmocka_unit_test(offered),
		cmocka_unit_test(protected),   cmocka_unit_test(protection),
		cmocka_unit_test(presets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
