/* SPDX-License-Identifier: BSD-2-Clause */
/* READ ELEMENT STATUS: every type, tag and identifier, any window and any
 * allocation length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/library.h"

enum { VOLTAG = 0x10, ALL = 0, MT = 1, ST = 2, IE = 3, DT = 4 };
enum { DVCID = 1, CURDATA = 2, ANY = 0xffff };

static int make(void **state)
{
	static struct library b;

	*state = &b;
	library_make(&b, NULL);
	return 0;
}

static int drop(void **state)
{
	library_free(*state);
	return 0;
}

/* All four pages without anything optional, in the order of their addresses. */
static void test_all(void **state)
{
	static const uint8_t want[] = {
		/* lowest address, 11 elements, bytes that follow */
		0, 1, 0, 11, 0, 0, 0, 208,
		/* transports */
		1, 0, 0, 16, 0, 0, 0, 16, 0, 1, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0,
		/* import/export: enabled both ways */
		3, 0, 0, 16, 0, 0, 0, 32, 0, 10, 0x38, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 11, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0,
		/* data transfer */
		4, 0, 0, 16, 0, 0, 0, 32, 0x01, 0xf4, 0x08, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0x01, 0xf5, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0,
		/* storage: four cartridges of data, where they always were */
		2, 0, 0, 16, 0, 0, 0, 96, 0x03, 0xe8, 0x09, 0, 0, 0, 0, 0, 0,
		0x01, 0, 0, 0, 0, 0, 0, 0x03, 0xe9, 0x09, 0, 0, 0, 0, 0, 0,
		0x01, 0, 0, 0, 0, 0, 0, 0x03, 0xea, 0x09, 0, 0, 0, 0, 0, 0,
		0x01, 0, 0, 0, 0, 0, 0, 0x03, 0xeb, 0x09, 0, 0, 0, 0, 0, 0,
		0x01, 0, 0, 0, 0, 0, 0, 0x03, 0xec, 0x08, 0, 0, 0, 0, 0, 0,
		0x00, 0, 0, 0, 0, 0, 0, 0x03, 0xed, 0x08, 0, 0, 0, 0, 0, 0,
		0x00, 0, 0, 0, 0, 0, 0
	};
	struct library *b = *state;

	library_status(b, ALL, 0, ANY, 0, 4096);
	drive_data(&b->d, want, sizeof(want));
	assert_int_equal(scsiemu_in_resid(&b->d.t.c), 4096 - (int)sizeof(want));
	/* the LUN that Linux puts into byte 1, and CURDATA, change nothing */
	library_status(b, 0xe0 | ALL, 0, ANY, CURDATA, 4096);
	drive_data(&b->d, want, sizeof(want));
}

static void descriptor(const uint8_t *p, unsigned addr, unsigned flags,
		       unsigned nine, unsigned source)
{
	assert_int_equal(p[0] << 8 | p[1], addr);
	assert_int_equal(p[2], flags);
	assert_int_equal(p[9], nine);
	assert_int_equal(p[10] << 8 | p[11], source);
}

/* Tags: the identifier, padded with spaces; two reserved bytes, the sequence
 * number. Those of empty elements are blank. */
static void test_tags(void **state)
{
	struct library *b = *state;
	uint8_t blank[36];
	const uint8_t *p;

	memset(blank, ' ', 32);
	memset(blank + 32, 0, 4);
	p = library_element(b, LIBRARY_ST + 2);
	descriptor(p, 1002, 0x09, 0x01, 0);
	assert_memory_equal(p - 8, "\x02\x80\x00\x34\x00\x00\x00\x34", 8);
	assert_memory_equal(p + 12, "VOL002L8                        \0\0\0\0",
			    36);
	assert_memory_equal(p + 48, "\0\0\0\0", 4);
	p = library_element(b, LIBRARY_ST + 4);
	descriptor(p, 1004, 0x08, 0x00, 0);
	assert_memory_equal(p + 12, blank, 36);
	p = library_element(b, LIBRARY_MT);
	assert_memory_equal(p + 12, blank, 36);
}

/* Identifiers are those of the drives' VPD page 83h. */
static void test_ids(void **state)
{
	static const uint8_t vpd[6] = { 0x12, 1, 0x83, 0, 255 };
	struct library *b = *state;
	uint8_t id[2][38];

	for (unsigned i = 0; i < 2; i++) {
		drive_run(&b->d, b->drive[i], vpd, 6, NULL, 0, 255);
		drive_good(&b->d);
		assert_memory_equal(b->d.t.in + 4, "\x02\x01\x00\x22", 4);
		memcpy(id[i], b->d.t.in + 4, 38);
	}
	library_status(b, DT, 0, ANY, DVCID, 4096);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 16 + 2 * 50);
	assert_int_equal(b->d.t.in[11], 50);
	for (unsigned i = 0; i < 2; i++)
		assert_memory_equal(b->d.t.in + 16 + 50 * i + 12, id[i], 38);
	/* with tags: behind them */
	library_status(b, VOLTAG | DT, 0, ANY, DVCID | CURDATA, 4096);
	drive_good(&b->d);
	assert_int_equal(b->d.t.in[11], 86);
	assert_memory_equal(b->d.t.in + 16 + 48, id[0], 38);
	/* other types have none */
	library_status(b, ST, 0, ANY, DVCID, 4096);
	assert_int_equal(b->d.t.in[11], 16);
}

/* A page has room for the longest one. */
static void test_ids_differ(void **state)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_sbc,
					.removable = true,
					.serial = "A" };
	struct library *b = *state;
	const uint8_t *p;

	scsiemu_lu_remove(b->drive[1]);
	b->drive[1] = scsiemu_lu_add(b->d.dev, 2, &cf);
	drive_settle(&b->d, b->lu, NULL);
	library_status(b, DT, 0, ANY, DVCID, 4096);
	drive_good(&b->d);
	p = b->d.t.in + 16;
	assert_int_equal(p[15], 34);
	assert_int_equal(p[50 + 15], 25);
	assert_memory_equal(p + 50 + 16 + 24, "A\0\0\0\0\0\0\0\0\0", 10);
	/* and one that is gone has none, and says so */
	scsiemu_lu_remove(b->drive[1]);
	drive_settle(&b->d, b->lu, NULL);
	library_status(b, DT, 0, ANY, DVCID, 4096);
	p = b->d.t.in + 16 + 50;
	assert_int_equal(p[2], 0x04); /* EXCEPT, no ACCESS */
	assert_int_equal(p[4] << 8 | p[5], 0x3b1a);
	for (unsigned i = 12; i < 50; i++)
		assert_int_equal(p[i], 0);
}

static void header(struct library *b, unsigned byte1, unsigned start,
		   unsigned count, unsigned lowest, unsigned n)
{
	const uint8_t *p;

	library_status(b, byte1, start, count, 0, 4096);
	drive_good(&b->d);
	p = b->d.t.in;
	assert_int_equal(p[0] << 8 | p[1], lowest);
	assert_int_equal(p[2] << 8 | p[3], n);
	assert_int_equal(p[5] << 16 | p[6] << 8 | p[7],
			 (int)b->d.t.c.in_done - 8);
}

/* Starting address and number choose; nothing is no error. */
static void test_range(void **state)
{
	struct library *b = *state;

	header(b, ST, 0, ANY, 1000, 6);
	header(b, ST, 1000, 2, 1000, 2);
	header(b, ST, 1004, ANY, 1004, 2);
	header(b, ST, 1005, 5, 1005, 1);
	header(b, ST, 1006, ANY, 0, 0);
	header(b, ST, 0, 0, 0, 0);
	header(b, ALL, 0, 0, 0, 0);
	header(b, ALL, 0, 1, 1, 1);
	header(b, ALL, 0, 8, 1, 8);	/* by address, over all types */
	header(b, ALL, 2, ANY, 10, 10); /* all but the transport */
	header(b, ALL, 11, ANY, 11, 9);
	header(b, ALL, 501, ANY, 501, 7);
	header(b, ALL, 0xffff, ANY, 0, 0);
	header(b, IE, 11, ANY, 11, 1);
	header(b, DT, 501, 7, 501, 1);
	header(b, MT, 1, 1, 1, 1);
	for (unsigned type = 5; type < 16; type++) {
		library_status(b, type, 0, ANY, 0, 4096);
		drive_cdb(&b->d, 1, 3);
	}
}

/* How many bytes of a reply of pages fit, by the rule: headers, and whole
 * descriptors only. */
static uint32_t fit(const uint8_t *p, uint32_t all, uint32_t alloc)
{
	uint32_t at = 8;

	if (alloc < 8)
		return alloc;
	while (at < all && alloc - at >= 8) {
		uint32_t len = (uint32_t)(p[at + 2] << 8 | p[at + 3]);
		uint32_t n = (uint32_t)(p[at + 6] << 8 | p[at + 7]) / len;

		at += 8;
		for (; n && alloc - at >= len; n--)
			at += len;
		if (n)
			break;
	}
	return at;
}

static void every_length(struct library *b, unsigned byte1, unsigned byte6)
{
	uint8_t whole[2048];
	uint32_t all;

	library_status(b, byte1, 0, ANY, byte6, sizeof(whole));
	drive_good(&b->d);
	all = b->d.t.c.in_done;
	assert_true(all < sizeof(whole));
	memcpy(whole, b->d.t.in, all);
	for (uint32_t alloc = 0; alloc <= all + 2; alloc++) {
		library_status(b, byte1, 0, ANY, byte6, alloc);
		drive_data(&b->d, whole, fit(whole, all, alloc));
	}
	assert_int_equal(b->d.t.c.in_done, all);
}

/* The header's byte count is that of the whole; descriptors are never cut. */
static void test_lengths(void **state)
{
	static const uint32_t chunks[] = { 0, 1, 16, 257 };
	struct library *b = *state;

	for (unsigned i = 0; i < 4; i++) {
		b->d.chunk = chunks[i];
		every_length(b, ALL, 0);
		every_length(b, VOLTAG | ALL, DVCID);
		every_length(b, VOLTAG | IE, 0);
	}
}

/* A host with less room than the allocation length is told of the rest. */
static void test_residual(void **state)
{
	struct library *b = *state;
	uint8_t cdb[12];

	library_cdb(cdb, SCSIEMU_OP_READ_ELEMENT_STATUS, 0, ANY, 0, 4096);
	drive_run(&b->d, b->lu, cdb, 12, NULL, 0, 100);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 100);
	assert_int_equal(scsiemu_in_resid(&b->d.t.c), -116);
}

/* What Linux's driver does: one element, of any type, 255 bytes, the descriptor
 * at 16. */
static void test_linux(void **state)
{
	static const unsigned addr[] = { 1, 10, 11, 500, 501, 1000, 1005 };
	struct library *b = *state;

	for (unsigned i = 0; i < 7; i++) {
		library_status(b, VOLTAG, addr[i], 1, DVCID, 255);
		drive_good(&b->d);
		assert_int_equal(b->d.t.in[3], 1);
		assert_int_equal(b->d.t.in[16] << 8 | b->d.t.in[17], addr[i]);
	}
}

/* One reply's elements, each of which was not seen before; the address behind
 * the last one. */
static unsigned walk(struct library *b, unsigned next, uint8_t seen[2000])
{
	const uint8_t *p = b->d.t.in, *end = p + b->d.t.c.in_done;

	for (p += 8; p < end;) {
		unsigned len = (unsigned)(p[2] << 8 | p[3]);
		unsigned n = (unsigned)(p[6] << 8 | p[7]) / len;

		for (p += 8; n && p < end; n--, p += len) {
			next = (unsigned)(p[0] << 8 | p[1]);
			assert_int_equal(seen[next]++, 0);
			next++;
		}
	}
	return next;
}

/* What "mtx altres" does: some elements of any type, then those behind the last
 * descriptor of the reply, until there are no more. So does who has little
 * room. */
static void test_walk(void **state)
{
	static const unsigned layouts[2][2] = { { 6, 2 }, { 4, 5 } };

	(void)state;
	for (unsigned l = 0; l < 2; l++) {
		struct library_options o = { .st = (uint16_t)layouts[l][0],
					     .ie = (uint16_t)layouts[l][1] };
		struct library b;

		library_make(&b, &o);
		for (unsigned count = 1; count < 14; count++) {
			for (uint32_t alloc = 68; alloc < 700; alloc += 7) {
				static uint8_t seen[2000];
				unsigned next = 0, last, n = 0;

				memset(seen, 0, sizeof(seen));
				do {
					last = next;
					library_status(&b, VOLTAG, last, count,
						       0, alloc);
					drive_good(&b.d);
					next = walk(&b, last, seen);
				} while (next != last);
				for (unsigned i = 0; i < sizeof(seen); i++)
					n += seen[i];
				assert_int_equal(n, 1 + o.st + o.ie + 2);
			}
		}
		library_free(&b);
	}
}

/* Without a medium there is nothing to tell of. */
static void test_no_medium(void **state)
{
	struct library *b = *state;

	scsiemu_lu_load(b->lu, NULL, false);
	library_status(b, ALL, 0, ANY, 0, 4096);
	drive_check(&b->d, 2, 0x3a02);
	scsiemu_lu_load(b->lu, &b->m, false);
	header(b, ST, 0, ANY, 1000, 6);
}

/* ---- 60,000 elements ---- */

enum { MANY = 60000, LEN = 52 };

static void check_many(const uint8_t *p)
{
	assert_memory_equal(p, "\x03\xe8\xea\x60\x00\x2f\x9b\x88", 8);
	assert_memory_equal(p + 8, "\x02\x80\x00\x34\x00\x2f\x9b\x80", 8);
	for (unsigned i = 0; i < MANY; i++) {
		const uint8_t *e = p + 16 + (size_t)i * LEN;

		assert_int_equal(e[0] << 8 | e[1], LIBRARY_ST + i);
		assert_int_equal(e[2], i < 4 ? 9 : 8);
	}
}

static void many(struct library *b, const struct library_options *o)
{
	library_make(b, o);
	library_status(b, VOLTAG | ST, 0, ANY, 0, 0xffffff);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 16 + MANY * LEN);
	check_many(b->d.t.in);
}

static void test_many(void **state)
{
	static const uint32_t scratches[] = { 512, 777, 1 << 16 };
	struct library_options o = { .st = MANY };
	struct library b;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		o.scratch = scratches[i];
		many(&b, &o);
		library_free(&b);
	}
}

/* A reply of many windows holds a MOVE up, and is of one moment. */
static void test_pinned(void **state)
{
	struct library_options o = { .st = MANY };
	struct drive_task reader = { .live = false }, mover = { .live = false };
	struct library b;
	uint8_t cdb[12];

	(void)state;
	library_make(&b, &o);
	library_cdb(cdb, SCSIEMU_OP_READ_ELEMENT_STATUS, 0, ANY, 0, 0xffff);
	cdb[1] = VOLTAG | ST;
	cdb[7] = 0xff;
	drive_start(&b.d, &reader, b.lu, cdb, 12, NULL, 0, 0xffffff);
	for (unsigned i = 0; i < 10; i++)
		drive_step(&reader);
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, 1000, 60999, 0);
	drive_start(&b.d, &mover, b.lu, cdb, 12, NULL, 0, 0);
	assert_int_equal(mover.want, SCSIEMU_WAIT);
	drive_go(&reader);
	drive_end(&reader);
	assert_int_equal(reader.c.in_done, 16 + MANY * LEN);
	check_many(reader.in);
	drive_go(&mover);
	assert_int_equal(mover.c.status, 0);
	drive_end(&mover);
	assert_int_equal(library_in(&b, 60999), 0);
	drive_task_free(&reader);
	drive_task_free(&mover);
	library_free(&b);
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_all),
		WITH(test_tags),
		WITH(test_ids),
		WITH(test_ids_differ),
		WITH(test_range),
		WITH(test_lengths),
		WITH(test_residual),
		WITH(test_linux),
		cmocka_unit_test(test_walk),
		WITH(test_no_medium),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_pinned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
