/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of situations, over pieces of every size, with both formats of
 * sense data: sense, position, bytes and residuals, to the last bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"
#include "tools/scsiemu/ssc_cases.h"

static const struct tape_options options = { .ssc = { .reverse = true } };

static unsigned cdb_len(const struct ssc_case *k)
{
	return (unsigned)scsiemu_cdb_length(k->cdb, sizeof(k->cdb));
}

/* LBA fields of WRITE and SEND are data-out. */
static bool is_out(const struct ssc_case *k)
{
	return k->cdb[0] == SCSIEMU_OP_WRITE_6 ||
	       k->cdb[0] == SCSIEMU_OP_WRITE_16;
}

static void wrong(const struct ssc_case *k, const struct tape *t,
		  const char *what)
{
	const struct scsiemu_sense *s = &t->d.t.c.sense;
	struct scsiemu_tape_pos pos;

	tape_tell((struct tape *)(uintptr_t)t, &pos);
	fail_msg("%s, pieces of %u: %s (%02x %x/%04x %02x %lld at %llu, "
		 "in %u of %u, out %u)",
		 k->name, t->d.chunk, what, t->d.t.c.status, s->key, s->asc,
		 s->flags, (long long)s->info, (unsigned long long)pos.object,
		 t->d.t.c.in_done, t->d.t.c.in_all, t->d.t.c.out_done);
}

static int64_t be(const uint8_t *p, unsigned n)
{
	int64_t v = (int8_t)*p;

	while (--n)
		v = (int64_t)((uint64_t)v << 8 | *++p);
	return v;
}

/* The bytes that go over the wire (SPC-5 4.4.2, 4.4.3). */
static bool fixed_ok(const struct ssc_case *k, const uint8_t *b)
{
	bool info = k->flags & SCSIEMU_S_INFO && k->info >= INT32_MIN &&
		    k->info <= UINT32_MAX;

	return b[0] == (info ? 0xf0 : 0x70) &&
	       b[2] == (k->key | (k->flags & 0xe0)) &&
	       (!info || (int32_t)be(b + 3, 4) == (int32_t)k->info) &&
	       b[12] == k->asc >> 8 && b[13] == (k->asc & 0xff);
}

static bool descriptors_ok(const struct ssc_case *k, const uint8_t *b)
{
	const uint8_t *p = b + 8, *end = b + 8 + b[7];
	bool info = false, stream = false;

	for (; p < end; p += 2 + p[1]) {
		if (p[0] == 0x00)
			info = p[2] == 0x80 && be(p + 4, 8) == k->info;
		if (p[0] == 0x04)
			stream = p[1] == 2 && p[3] == (k->flags & 0xe0);
	}
	return b[0] == 0x72 && b[1] == k->key && b[2] == k->asc >> 8 &&
	       b[3] == (k->asc & 0xff) &&
	       info == !!(k->flags & SCSIEMU_S_INFO) &&
	       stream == !!(k->flags & 0xe0);
}

static bool sense_ok(const struct ssc_case *k, const struct tape *t, bool descr)
{
	const struct scsiemu_cmd *c = &t->d.t.c;

	if (!k->key && !k->asc && !k->flags)
		return c->status == SCSIEMU_GOOD;
	return c->status == SCSIEMU_CHECK_CONDITION && c->sense.key == k->key &&
	       c->sense.asc == k->asc && c->sense.flags == k->flags &&
	       (!(k->flags & SCSIEMU_S_INFO) ||
		c->sense.info == (uint64_t)k->info) &&
	       (descr ? descriptors_ok(k, t->d.t.sense)
		      : fixed_ok(k, t->d.t.sense));
}

static void run(const struct ssc_case *k, uint32_t chunk, bool descr)
{
	static uint8_t out[4096];
	struct scsiemu_tape_pos pos;
	struct tape t;

	tape_make(&t, &options);
	tape_lay(&t, k->lay);
	if (k->block)
		tape_block(&t, k->block);
	if (descr)
		tape_mode(&t, 0x0a, 0, 2, 0x04, 0x04);
	tape_go(&t, 0, k->at);
	t.d.chunk = chunk;
	drive_run(&t.d, t.lu, k->cdb, cdb_len(k), out, is_out(k) ? k->room : 0,
		  is_out(k) ? 0 : k->room);
	if (!sense_ok(k, &t, descr))
		wrong(k, &t, "sense");
	tape_tell(&t, &pos);
	if (pos.partition || pos.object != k->after)
		wrong(k, &t, "position");
	if ((is_out(k) ? t.d.t.c.out_done : t.d.t.c.in_done) != k->moved)
		wrong(k, &t, "bytes");
	tape_free(&t);
}

static void test_cases(void **state)
{
	static const uint32_t chunks[] = { 0, 1, 7, 512, 513 };

	(void)state;
	for (unsigned i = 0; i < NSSC_CASES; i++)
		for (unsigned k = 0; k < sizeof(chunks) / sizeof(*chunks); k++)
			run(&ssc_cases[i], chunks[k], k & 1);
}

/* What is read is what was written, whatever the pieces. */
static void test_data(void **state)
{
	static uint8_t want[1536];

	(void)state;
	for (uint32_t chunk = 0; chunk < 5; chunk++) {
		struct tape t;

		tape_make(&t, &options);
		t.d.chunk = chunk * 100;
		tape_lay(&t, "100 3*512");
		tape_block(&t, 512);
		for (unsigned i = 0; i < 3; i++)
			tape_pattern(want + i * 512, 1 + i, 512);
		tape_go(&t, 0, 1);
		TAPE_IN(&t, 2000, 0x08, 0x01, 0, 0, 3, 0);
		drive_data(&t.d, want, 1536);
		assert_int_equal(scsiemu_in_resid(&t.d.t.c), 464);
		for (unsigned i = 0; i < 3; i++)
			tape_pattern(want + i * 512, 3 - i, 512);
		TAPE_IN(&t, 1536, 0x0f, 0x05, 0, 0, 3, 0);
		drive_data(&t.d, want, 1536);
		tape_free(&t);
	}
}

/* Residuals of READ: a block of 100 bytes. */
static void test_residuals(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	tape_lay(&t, "3*100");
	tape_go(&t, 0, 0);
	TAPE_IN(&t, 512, 0x08, 0x02, 0, 2, 0, 0);
	assert_int_equal(scsiemu_in_resid(&t.d.t.c), 412);
	TAPE_IN(&t, 60, 0x08, 0x02, 0, 2, 0, 0);
	assert_int_equal(scsiemu_in_resid(&t.d.t.c), -40);
	TAPE_IN(&t, 60, 0x08, 0x02, 0, 0, 60, 0);
	assert_int_equal(scsiemu_in_resid(&t.d.t.c), 0);
	TAPE_IN(&t, 60, 0x08, 0x02, 0, 0, 60, 0); /* end of data */
	assert_int_equal(scsiemu_in_resid(&t.d.t.c), 60);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_residuals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
