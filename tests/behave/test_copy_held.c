/* SPDX-License-Identifier: BSD-2-Clause */
/* Segments that hold what they copy, and RECEIVE COPY DATA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"

enum { BLOCK = 512, HOLD = 0x0d, LIMIT = 2048 };
enum { STATUS_1 = 0, DATA_1 = 1, PARAMETERS = 3, STATUS_4 = 5, DATA_4 = 6 };

static void make(struct copier *c, uint32_t held)
{
	struct copier_options o = { .held = held, .scratch = 4096 };

	copier_make(c, &o);
}

/* A list from disk 0 to disk 1. */
static void begin(struct copier *c, bool lid4, unsigned usage)
{
	copier_list(c, lid4, usage == 3 ? 0 : 7, usage);
	copier_disk(c, 0);
	copier_disk(c, 1);
}

static void hold(struct copier *c, uint16_t n, uint64_t from, uint64_t to)
{
	copier_blocks(c, 0, 1, n, from, to)[0] = HOLD;
}

static const uint8_t *source(const struct copier *c, uint64_t lba)
{
	return c->k[0].bytes + lba * BLOCK;
}

/* Blocks 3, 4 and 10 in the order of the segments. */
static void blocks_are(const struct copier *c, const uint8_t *p)
{
	assert_int_equal(copier_get(p, 4), 3 * BLOCK);
	assert_memory_equal(p + 4, source(c, 3), 2 * BLOCK);
	assert_memory_equal(p + 4 + 2 * BLOCK, source(c, 10), BLOCK);
}

static void three(struct copier *c, bool lid4, unsigned usage)
{
	begin(c, lid4, usage);
	hold(c, 2, 3, 20);
	copier_blocks(c, 0, 1, 1, 8, 30); /* holds nothing */
	hold(c, 1, 10, 40);
	copier_run(c, 2);
	drive_good(&c->d);
	assert_memory_equal(c->k[1].bytes + 20 * BLOCK, source(c, 3),
			    2 * BLOCK);
	assert_memory_equal(c->k[1].bytes + 30 * BLOCK, source(c, 8), BLOCK);
	assert_memory_equal(c->k[1].bytes + 40 * BLOCK, source(c, 10), BLOCK);
}

static void test_lid1(void **s)
{
	static const uint32_t chunks[] = { 0, 1, 511, 512 };
	struct copier c;

	(void)s;
	for (unsigned i = 0; i < 4; i++) {
		make(&c, LIMIT);
		c.d.chunk = chunks[i];
		three(&c, false, 0);
		/* asking for the status leaves the data alone */
		copier_in(&c, 2, STATUS_1, 7, 12);
		drive_good(&c.d);
		assert_int_equal(c.d.t.in[4], 1);
		copier_in(&c, 2, STATUS_1, 7, 12);
		drive_cdb(&c.d, 2, SCSIEMU_NO_BIT);
		copier_in(&c, 2, DATA_1, 7, 4096);
		drive_good(&c.d);
		assert_int_equal(c.d.t.c.in_done, 4 + 3 * BLOCK);
		blocks_are(&c, c.d.t.in);
		/* that was all that was kept of it */
		copier_in(&c, 2, DATA_1, 7, 4096);
		drive_cdb(&c.d, 2, SCSIEMU_NO_BIT);
		copier_free(&c);
	}
}

/* Fetched first, the data are gone and the status is not. */
static void test_data_first(void **s)
{
	struct copier c;

	(void)s;
	make(&c, LIMIT);
	three(&c, false, 2);
	copier_in(&c, 2, DATA_1, 7, 100);
	drive_good(&c.d);
	assert_int_equal(c.d.t.c.in_done, 100);
	assert_int_equal(copier_get(c.d.t.in, 4), 3 * BLOCK);
	copier_in(&c, 2, DATA_1, 7, 100);
	drive_data(&c.d, "\0\0\0\0", 4);
	copier_in(&c, 2, STATUS_1, 7, 12);
	drive_good(&c.d);
	copier_in(&c, 2, DATA_1, 7, 100);
	drive_cdb(&c.d, 2, SCSIEMU_NO_BIT);
	copier_free(&c);
}

static void test_lid4(void **s)
{
	struct copier c;

	(void)s;
	make(&c, LIMIT);
	three(&c, true, 0);
	copier_in(&c, 2, STATUS_4, 7, 100);
	drive_good(&c.d);
	copier_in(&c, 2, STATUS_4, 7, 100);
	drive_cdb(&c.d, 2, SCSIEMU_NO_BIT);
	copier_in(&c, 2, DATA_4, 7, 4096);
	drive_good(&c.d);
	assert_int_equal(c.d.t.c.in_done, 32 + 4 + 3 * BLOCK);
	assert_int_equal(copier_get(c.d.t.in, 4), 32 + 3 * BLOCK);
	assert_int_equal(c.d.t.in[5], 0x01);
	blocks_are(&c, c.d.t.in + 32);
	copier_in(&c, 2, DATA_4, 7, 4096);
	drive_cdb(&c.d, 2, SCSIEMU_NO_BIT);
	copier_free(&c);
}

/* More than can be held: none of it is, and the status says so. */
static void test_too_much(void **s)
{
	struct copier c;

	(void)s;
	make(&c, LIMIT);
	begin(&c, false, 0);
	hold(&c, 4, 3, 20);
	copier_run(&c, 2);
	copier_in(&c, 2, DATA_1, 7, 4096);
	drive_good(&c.d);
	assert_int_equal(c.d.t.c.in_done, 4 + LIMIT);
	begin(&c, false, 0);
	hold(&c, 4, 3, 20);
	hold(&c, 1, 3, 20);
	hold(&c, 1, 4, 30);
	copier_run(&c, 2);
	drive_good(&c.d);
	assert_memory_equal(c.k[1].bytes + 30 * BLOCK, source(&c, 4), BLOCK);
	copier_in(&c, 2, DATA_1, 7, 4096);
	drive_data(&c.d, "\0\0\0\0", 4);
	copier_in(&c, 2, STATUS_1, 7, 12);
	drive_good(&c.d);
	assert_int_equal(c.d.t.in[4], 0x81);
	/* the next one with this identifier begins anew */
	three(&c, true, 0);
	copier_in(&c, 2, DATA_4, 7, 4096);
	drive_good(&c.d);
	assert_int_equal(c.d.t.in[5], 0x01);
	blocks_are(&c, c.d.t.in + 32);
	begin(&c, true, 0);
	hold(&c, 5, 3, 20);
	copier_run(&c, 2);
	copier_in(&c, 2, STATUS_4, 7, 100);
	drive_good(&c.d);
	assert_int_equal(c.d.t.in[5], 0x81);
	copier_free(&c);
}

/* What a segment read, also where it overwrites that; of a copy that failed,
 * the segments that were done. */
static void test_what(void **s)
{
	uint8_t was[3 * BLOCK];
	struct copier c;

	(void)s;
	make(&c, LIMIT);
	begin(&c, false, 0);
	copier_blocks(&c, 0, 0, 3, 5, 6)[0] = HOLD;
	copier_blocks(&c, 0, 1, 1, 5, 64)[0] = HOLD;
	memcpy(was, source(&c, 5), sizeof(was));
	copier_run(&c, 2);
	drive_check(&c.d, SCSIEMU_SK_COPY_ABORTED,
		    SCSIEMU_ASC_COPY_TARGET_NOT_REACHABLE);
	assert_memory_equal(source(&c, 6), was, sizeof(was));
	copier_in(&c, 2, DATA_1, 7, 4096);
	drive_good(&c.d);
	assert_int_equal(c.d.t.c.in_done, 4 + sizeof(was));
	assert_memory_equal(c.d.t.in + 4, was, sizeof(was));
	/* no identifier, nobody to ask */
	three(&c, false, 3);
	copier_in(&c, 2, DATA_1, 0, 4096);
	drive_cdb(&c.d, 2, SCSIEMU_NO_BIT);
	copier_free(&c);
}

static void test_offered(void **s)
{
	static const uint8_t vpd[6] = { SCSIEMU_OP_INQUIRY, 1, 0x8f, 2 };
	static const uint8_t held[8] = { 0xc0, 0x01, 0, 0x1c, 0, 0, 8, 0 };
	struct copier c;

	(void)s;
	make(&c, LIMIT - 7); /* whole words */
	copier_in(&c, 0, PARAMETERS, 0, 100);
	drive_good(&c.d);
	assert_int_equal(copier_get(c.d.t.in + 24, 4), LIMIT);
	assert_int_equal(c.d.t.in[43], 6);
	assert_memory_equal(c.d.t.in + 44, "\x02\x07\x0a\x0d\xe4\xe6", 6);
	drive_in(&c.d, c.lu[0], vpd, 6);
	assert_memory_equal(c.d.t.in + c.d.t.c.in_done - 32, held, 8);
	copier_free(&c);
	make(&c, 0);
	copier_in(&c, 0, PARAMETERS, 0, 100);
	assert_int_equal(copier_get(c.d.t.in + 24, 4), 0);
	assert_int_equal(c.d.t.in[43], 5);
	assert_memory_equal(c.d.t.in + 44, "\x02\x07\x0a\xe4\xe6", 5);
	begin(&c, false, 0);
	hold(&c, 1, 3, 20);
	copier_run(&c, 2);
	drive_param(&c.d, SCSIEMU_ASC_UNSUPPORTED_SEGMENT_TYPE, 16 + 64,
		    SCSIEMU_NO_BIT);
	copier_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lid1), cmocka_unit_test(test_data_first),
		cmocka_unit_test(test_lid4), cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_what), cmocka_unit_test(test_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
