/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of another length and another number: the block descriptor of a MODE
 * SELECT, and FORMAT UNIT. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "support/disk.h"

enum { NBLK = 4096, ALL = NBLK * 512 };

static const struct disk_options options = { .nblk = NBLK,
					     .scratch = 8192,
					     .sbc = { .format = true } };

static void make(struct disk *b, const struct disk_options *o)
{
	disk_make(b, o);
	disk_fill(b, 1);
}

static uint8_t format(struct disk *b, uint8_t byte1, uint8_t ffmt,
		      const void *list, uint16_t len)
{
	const uint8_t cdb[6] = { 0x04, byte1, 0, 0, ffmt };

	return drive_run(&b->d, b->lu, cdb, 6, list, len, 0);
}

static void verbs(struct disk *b, unsigned n, const uint8_t *want)
{
	assert_int_equal(b->d.nlog, n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(b->d.log[i].verb, want[i]);
}
#define VERBS(b, ...)                                                          \
	verbs(b, sizeof((const uint8_t[]){ __VA_ARGS__ }),                     \
	      (const uint8_t[]){ __VA_ARGS__ })

/* Other blocks: nothing changes before the FORMAT UNIT, then all does. */
static void other_blocks(void **state)
{
	static const struct {
		uint32_t blen, nblk, expect;
	} to[] = { { 4096, 0, ALL / 4096 },
		   { 1024, 100, 100 },
		   { 1024, 0, 100 },
		   { 1024, -1, ALL / 1024 },
		   { 256, ALL / 256, ALL / 256 } };
	struct disk b;

	(void)state;
	make(&b, &options);
	for (unsigned i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		uint64_t was = b.k.m.nblk, all = UINT64_MAX;
		uint32_t had = b.k.m.blen;

		disk_choose(&b, to[i].nblk == UINT32_MAX ? all : to[i].nblk,
			    to[i].blen);
		drive_good(&b.d);
		if (had == to[i].blen && to[i].nblk) /* at once */
			assert_int_equal(drive_ua(&b.d, b.lu, NULL), 0x2a09);
		was = had == to[i].blen ? to[i].expect : was;
		disk_capacity(&b, was, had);
		memset(b.k.bytes, 0x77, ALL);
		format(&b, 0, 0, NULL, 0);
		drive_good(&b.d);
		assert_int_equal(
			drive_ua(&b.d, b.lu, NULL),
			was == to[i].expect && had == to[i].blen ? 0 : 0x2a09);
		disk_capacity(&b, to[i].expect, to[i].blen);
		disk_run(&b, SCSIEMU_OP_READ_10, 0, to[i].expect - 1, 1, NULL,
			 0, 4096);
		drive_good(&b.d);
		assert_int_equal(b.d.t.c.in_done, to[i].blen);
		disk_run(&b, SCSIEMU_OP_READ_10, 0, to[i].expect, 1, NULL, 0,
			 4096);
		drive_check(&b.d, 5, 0x2100);
	}
	/* LOGICAL UNIT RESET forgets what was chosen */
	disk_choose(&b, 0, 512);
	drive_good(&b.d);
	disk_reset_others(&b);
	drive_settle(&b.d, b.lu, NULL);
	format(&b, 0, 0, NULL, 0);
	drive_good(&b.d);
	disk_capacity(&b, ALL / 256, 256);
	disk_free(&b);
}

/* Fewer blocks, or more, of the same length: at once, with what is in them. */
static void other_number(void **state)
{
	static const uint32_t to[] = { 100, 1000, NBLK, 1 };
	static uint8_t was[ALL];
	struct disk b;

	(void)state;
	make(&b, &options);
	memcpy(was, b.k.bytes, ALL);
	for (unsigned i = 0; i < 4; i++) {
		disk_choose(&b, to[i], i & 1 ? 512 : 0);
		drive_good(&b.d);
		VERBS(&b, 0, SCSIEMU_V_FORMAT, SCSIEMU_V_NV_SAVE);
		assert_int_equal(drive_ua(&b.d, b.lu, NULL), 0x2a09);
		disk_capacity(&b, to[i], 512);
		assert_int_equal(semu_be64(b.d.nv[SCSIEMU_NV_FORMAT] + 8),
				 to[i]);
		disk_choose(&b, to[i], 512);
		drive_good(&b.d);
		VERBS(&b, 0);
		assert_int_equal(drive_ua(&b.d, b.lu, NULL), 0);
	}
	disk_choose(&b, UINT64_MAX, 512);
	drive_good(&b.d);
	drive_settle(&b.d, b.lu, NULL);
	disk_capacity(&b, NBLK, 512);
	assert_memory_equal(b.k.bytes, was, ALL);
	disk_free(&b);
}

static void impossible_blocks(void **state)
{
	struct disk_options o = options;
	struct disk b;

	(void)state;
	make(&b, &options);
	disk_choose(&b, 0, 520);
	drive_param(&b.d, 0x2600, 20, SCSIEMU_NO_BIT);
	disk_choose(&b, 0, 8192);
	drive_param(&b.d, 0x2600, 20, SCSIEMU_NO_BIT);
	disk_choose(&b, NBLK + 1, 512);
	drive_param(&b.d, 0x2600, 8, SCSIEMU_NO_BIT);
	disk_choose(&b, ALL / 1024 + 1, 1024);
	drive_param(&b.d, 0x2600, 8, SCSIEMU_NO_BIT);
	disk_choose(&b, NBLK, 512); /* as it is */
	drive_good(&b.d);
	format(&b, 0, 0, NULL, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.log[1].verb, SCSIEMU_V_ZERO);
	disk_free(&b);
	o.unable = SCSIEMU_CAN_FORMAT; /* not this medium */
	make(&b, &o);
	disk_choose(&b, 0, 1024);
	drive_param(&b.d, 0x2600, 20, SCSIEMU_NO_BIT);
	disk_choose(&b, NBLK - 1, 512);
	drive_param(&b.d, 0x2600, 8, SCSIEMU_NO_BIT);
	disk_choose(&b, UINT64_MAX, 512);
	drive_good(&b.d);
	format(&b, 0, 0, NULL, 0);
	drive_good(&b.d);
	disk_free(&b);
	o.unable = 0;
	o.scratch = 1024; /* no room for a block of 1024 */
	make(&b, &o);
	disk_choose(&b, 0, 1024);
	drive_param(&b.d, 0x2600, 20, SCSIEMU_NO_BIT);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_blocks),
		cmocka_unit_test(other_number),
		cmocka_unit_test(impossible_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
