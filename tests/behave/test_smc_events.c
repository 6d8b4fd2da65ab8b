/* SPDX-License-Identifier: BSD-2-Clause */
/* What a changer remembers of commands that its robot could not do: log pages
 * 07h and 16h; TapeAlert flags as 12h has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "support/library.h"

enum { ST = LIBRARY_ST, DT = LIBRARY_DT, MT = LIBRARY_MT };
enum { EVENT = 4 + 18 + 16, DIAGNOSTIC = 4 + 96, KEPT = 8 };

static int make(void **state)
{
	static const struct library_options o = { .logs = true };
	static struct library b;

	*state = &b;
	library_make(&b, &o);
	return 0;
}

static int drop(void **state)
{
	library_free(*state);
	return 0;
}

static const uint8_t *page(struct library *b, unsigned code, unsigned len)
{
	const uint8_t cdb[10] = { 0x4d, 0, (uint8_t)(0x40 | code), [7] = 16 };

	drive_run(&b->d, b->lu, cdb, 10, NULL, 0, 4096);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 4 + len);
	assert_int_equal(b->d.t.in[0], 0x80 | code);
	assert_int_equal(b->d.t.in[2] << 8 | b->d.t.in[3], len);
	return b->d.t.in + 4;
}

/* The robot drops everything. */
static int broken(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->want == SCSIEMU_STORE && (c->verb == SCSIEMU_V_MOVE ||
					    c->verb == SCSIEMU_V_SCAN)
		       ? SCSIEMU_E_HARDWARE
		       : DRIVE_USUAL;
}

static void test_none(void **state)
{
	struct library *b = *state;

	page(b, 0x07, 0);
	page(b, 0x16, 0);
	/* what a host has done wrong is none of it */
	library_move(b, ST, ST + 1);
	drive_check(&b->d, 5, 0x3b0d);
	page(b, 0x07, 0);
	page(b, 0x16, 0);
}

static void test_move(void **state)
{
	static const uint8_t sense[4 + 18] = { 0, 0, 3, 34, 0x70, 0,
					       4, 0, 0, 0,  0,	  10,
					       0, 0, 0, 0,  0x15, 0x01 };
	static const uint8_t head[] = {
		0, 0, 3, 96, 0, 4, 0x15, 0x01, 0, 0, 0, 0,
		/* revision; moves, picks, places */
		'0', '0', '0', '1', 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0,
		3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		/* MOVE MEDIUM; IAV, DAV; the addresses */
		0xa5, 0, 0, 0x05, 0, 0, 0x03, 0xea, 0, 0, 0x01, 0xf5
	};
	struct library *b = *state;
	uint8_t cdb[16] = { 0 };
	const uint8_t *p;

	library_move(b, ST, ST); /* no move */
	library_move(b, ST, ST + 5);
	library_exchange(b, ST + 5, ST + 1, ST + 4);
	drive_good(&b->d);
	scsiemu_device_tick(b->d.dev, 0x123456);
	b->hook = broken;
	library_move(b, ST + 2, DT + 1);
	drive_check(&b->d, 4, 0x1501);
	p = page(b, 0x07, EVENT);
	assert_memory_equal(p, sense, sizeof(sense));
	library_cdb(cdb, 0xa5, 0, ST + 2, DT + 1, 0);
	assert_memory_equal(p + sizeof(sense), cdb, 16);
	p = page(b, 0x16, DIAGNOSTIC);
	assert_memory_equal(p, head, sizeof(head));
	assert_memory_equal(p + 56, "VOL002L8                        \0\0\0\0",
			    36);
	assert_memory_equal(p + 92, "\0\0\0\0\0\x12\x34\x56", 8);
}

/* The latest is the last one of 07h, and the first one of 16h; no more than
 * eight are kept. */
static void test_order(void **state)
{
	static const uint8_t init[6] = { 0x07 };
	struct library *b = *state;
	const uint8_t *p;

	b->hook = broken;
	drive_run(&b->d, b->lu, init, 6, NULL, 0, 0);
	drive_check(&b->d, 4, 0x1501);
	p = page(b, 0x16, DIAGNOSTIC);
	assert_int_equal(p[44], 0x07);
	for (unsigned i = 45; i < DIAGNOSTIC; i++) /* no addresses, no tag */
		assert_int_equal(p[i], i >= 56 && i < 88 ? ' ' : 0);
	for (unsigned i = 0; i < KEPT + 3; i++)
		library_move(b, ST + i % 4, ST + 5);
	p = page(b, 0x07, KEPT * EVENT);
	for (unsigned i = 0; i < KEPT; i++) {
		assert_int_equal(p[1], i);
		assert_int_equal(p[4 + 18 + 5] | p[4 + 18 + 4] << 8,
				 ST + (i + 3) % 4);
		p += EVENT;
	}
	p = page(b, 0x16, KEPT * DIAGNOSTIC);
	for (unsigned i = 0; i < KEPT; i++) {
		assert_int_equal(p[1], i);
		assert_int_equal(p[51] | p[50] << 8, ST + (10 - i) % 4);
		p += DIAGNOSTIC;
	}
}

/* LOG SELECT forgets them; the next one is the first one again. */
static void test_forgotten(void **state)
{
	static const uint8_t one[10] = { 0x4c, 0x02, 0x40 | 0x07 };
	struct library *b = *state;

	b->hook = broken;
	library_move(b, ST, ST + 5);
	drive_run(&b->d, b->lu, one, 10, NULL, 0, 0);
	drive_good(&b->d);
	page(b, 0x07, 0);
	page(b, 0x16, 0);
	library_move(b, ST, ST + 5);
	page(b, 0x07, EVENT);
}

static void test_response(void **state)
{
	struct library *b = *state;

	for (unsigned i = 0; i < 2; i++) {
		assert_memory_equal(page(b, 0x12, 12),
				    "\0\0\3\x08\0\0\0\0\0\0\0\0", 12);
		scsiemu_smc_alert(b->lu, 16, true);
		scsiemu_smc_alert(b->lu, 64, true);
		/* read as often as one likes */
		for (unsigned k = 0; k < 2; k++)
			assert_memory_equal(page(b, 0x12, 12),
					    "\0\0\3\x08\0\1\0\0\0\0\0\1", 12);
		scsiemu_smc_alert(b->lu, 16, false);
		scsiemu_smc_alert(b->lu, 64, false);
	}
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_none),      WITH(test_move),	   WITH(test_order),
		WITH(test_forgotten), WITH(test_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
