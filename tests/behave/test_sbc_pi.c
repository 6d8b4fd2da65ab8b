/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ and WRITE of a disk with protection information: every PROTECT value,
 * type and CDB, in pieces of every size; what is checked, sent, and stands on
 * the medium, against tuples that the test calculates itself.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/pi.h"

enum { BLEN = 512, N = 7, LBA = 5, OTHER = 0x11223344 };
enum { GUARD = 1, APP = 2, REF = 4 };

static const uint32_t chunks[] = { 1, 511, 512, 4096, 0 };
static const uint16_t asc_of[] = { SCSIEMU_ASC_GUARD_CHECK_FAILED,
				   SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED,
				   SCSIEMU_ASC_REFERENCE_TAG_CHECK_FAILED };
/* What is checked, by PROTECT. */
static const uint8_t checks[] = {
	GUARD | APP | REF, GUARD | APP | REF, APP | REF, 0, GUARD,
	GUARD | APP | REF
};

/* One kind of disk, and the command that speaks of its tuples. */
struct kind {
	struct disk_options o;
	struct pi_cdb k;
	uint32_t ref, wire;
	uint8_t data[N * 4096], out[N * (4096 + 128)];
};

static struct kind kind_of(unsigned type, unsigned exponent, uint32_t blen,
			   unsigned len)
{
	struct kind t = { .o = { .blen = blen,
				 .sbc.pi_type = (uint8_t)type,
				 .sbc.pi_exponent = (uint8_t)exponent,
				 .scratch = 3 * blen },
			  .k = { .len = len, .lba = LBA, .n = N } };

	t.ref = type == 1 ? LBA : type == 2 ? 0xfffffffd : OTHER;
	t.k.ref = type == 2 ? t.ref : 0;
	disk_pattern(t.data, LBA, N, blen, 3);
	t.wire = pi_wire(t.out, t.data, N, blen, type, exponent, 0xbeef, t.ref);
	return t;
}

static uint32_t block(const struct kind *t)
{
	return t->wire / N;
}

static uint8_t run(struct disk *b, struct kind *t, enum pi_what what,
		   unsigned protect)
{
	bool in = what == PI_READ;

	t->k.what = what;
	t->k.protect = protect;
	return pi_run(b, &t->k, t->out, in ? 0 : t->wire, in ? 65536 : 0);
}

/* Data and tuples of the blocks are on the medium as they were sent. */
static void is_written(struct disk *b, const struct kind *t, uint32_t n)
{
	unsigned e = t->o.sbc.pi_exponent;
	uint8_t wire[N * (4096 + 128)];

	memcpy(wire, t->out, sizeof(wire));
	for (uint32_t k = 0; k < n; k++) {
		assert_memory_equal(disk_at(b, LBA + k),
				    t->data + k * t->o.blen, t->o.blen);
		for (unsigned i = 0; i < 1u << e; i++)
			assert_memory_equal(pi_of(b, LBA + k, i),
					    pi_at(wire, k, t->o.blen, e, i), 8);
	}
}

static void untouched(struct disk *b, uint64_t from, uint64_t to)
{
	for (; from < to; from++)
		for (unsigned i = 0; i < 8; i++)
			assert_int_equal(b->k.pi[from * b->k.m.pi_len + i],
					 0xff);
}

/* A tuple is spoilt in one field. */
static void spoil(uint8_t *tuple, unsigned field)
{
	static const uint8_t at[] = { 1, 3, 7 };

	tuple[at[field]] ^= 0x10;
}

static void write_spoilt(struct disk *b, struct kind *t, unsigned protect,
			 unsigned field)
{
	uint32_t bad = 4;
	unsigned e = t->o.sbc.pi_exponent, last = (1u << e) - 1;
	uint8_t *tuple = pi_at(t->out, bad, t->o.blen, e, last);
	bool checked = checks[protect] >> field & 1 && field != 1;

	if (t->o.sbc.pi_type == 3 && field == 2)
		checked = false;
	memset(b->k.pi, 0xff, b->k.m.nblk * b->k.m.pi_len);
	spoil(tuple, field);
	run(b, t, PI_WRITE, protect);
	if (checked) {
		pi_failed(b, asc_of[field], LBA + bad);
		assert_int_equal(b->d.t.c.out_done, bad * block(t));
		is_written(b, t, bad);
		untouched(b, LBA + bad, b->k.m.nblk);
	} else {
		drive_good(&b->d);
		is_written(b, t, N);
	}
	spoil(tuple, field);
}

static void write_all(struct disk *b, struct kind *t)
{
	for (unsigned protect = 1; protect < 6; protect++) {
		memset(b->k.pi, 0xff, b->k.m.nblk * b->k.m.pi_len);
		run(b, t, PI_WRITE, protect);
		drive_good(&b->d);
		assert_int_equal(b->d.t.c.out_all, t->wire);
		assert_int_equal(scsiemu_out_resid(&b->d.t.c), 0);
		is_written(b, t, N);
		untouched(b, 0, LBA);
		untouched(b, LBA + N, b->k.m.nblk);
		for (unsigned field = 0; field < 3; field++)
			write_spoilt(b, t, protect, field);
	}
	/* its owner is nobody, so any tag will do */
	run(b, t, PI_WRITE, 1);
	drive_good(&b->d);
}

/* The whole of it, and what a host with less room gets. */
static void read_good(struct disk *b, struct kind *t, unsigned protect)
{
	const uint8_t *want = protect ? t->out : t->data;
	uint32_t all = protect ? t->wire : N * t->o.blen;

	run(b, t, PI_READ, protect);
	drive_data(&b->d, want, all);
	assert_int_equal(b->d.t.c.in_all, all);
	for (uint32_t room = 1; room < all; room += 1111) {
		pi_run(b, &t->k, NULL, 0, room);
		drive_data(&b->d, want, room);
		assert_int_equal(scsiemu_in_resid(&b->d.t.c),
				 (int64_t)room - all);
	}
}

static void read_spoilt(struct disk *b, struct kind *t, unsigned protect,
			unsigned field)
{
	uint32_t bad = 3, blen = protect ? block(t) : t->o.blen;
	uint8_t *tuple = pi_of(b, LBA + bad, (1u << t->o.sbc.pi_exponent) - 1);
	bool checked = checks[protect] >> field & 1 && field != 1;

	if (t->o.sbc.pi_type == 3 && field == 2)
		checked = false;
	spoil(tuple, field);
	run(b, t, PI_READ, protect);
	if (checked) {
		pi_failed(b, asc_of[field], LBA + bad);
		assert_int_equal(b->d.t.c.in_done, bad * blen);
		assert_memory_equal(b->d.t.in, protect ? t->out : t->data,
				    bad * blen);
	} else {
		drive_good(&b->d);
		assert_int_equal(b->d.t.c.in_done, N * blen);
	}
	/* with an escape nothing is checked */
	if (checked) {
		uint8_t was[8];

		memcpy(was, tuple, 8);
		memset(tuple + 2, 0xff, t->o.sbc.pi_type == 3 ? 6 : 2);
		run(b, t, PI_READ, protect);
		drive_good(&b->d);
		assert_int_equal(b->d.t.c.in_done, N * blen);
		memcpy(tuple, was, 8);
	}
	spoil(tuple, field);
}

static void read_all(struct disk *b, struct kind *t)
{
	for (unsigned protect = 0; protect < 6; protect++) {
		read_good(b, t, protect);
		for (unsigned field = 0; field < 3; field++)
			read_spoilt(b, t, protect, field);
	}
}

static void one_kind(unsigned type, unsigned exponent, uint32_t blen,
		     unsigned len, uint32_t chunk)
{
	struct kind t = kind_of(type, exponent, blen, len);
	struct disk b;

	disk_make(&b, &t.o);
	b.d.chunk = chunk;
	write_all(&b, &t);
	read_all(&b, &t);
	disk_free(&b);
}

static void test_types(void **s)
{
	static const uint8_t lens[] = { 10, 12, 16 };

	(void)s;
	for (unsigned i = 0; i < 5; i++) {
		for (unsigned k = 0; k < 3; k++) {
			one_kind(1, 0, BLEN, lens[k], chunks[i]);
			one_kind(3, 0, BLEN, lens[k], chunks[i]);
		}
		one_kind(2, 0, BLEN, 32, chunks[i]);
	}
}

static void test_exponents(void **s)
{
	(void)s;
	for (unsigned type = 1; type < 4; type++) {
		unsigned len = type == 2 ? 32 : 16;

		one_kind(type, 1, 512, len, 0);
		one_kind(type, 0, 4096, len, 0);
		one_kind(type, 3, 4096, len, 511);
		one_kind(type, 4, 4096, len, 0);
	}
}

/* The store cannot read one block, and says so or does not. */
struct medium_error {
	uint64_t lba;
	bool told;
	unsigned times;
};

static int unreadable(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct medium_error *e = d->hook_ctx;

	(void)bytes;
	if (c->want != SCSIEMU_STORE || c->verb != SCSIEMU_V_LOAD ||
	    !e->times || e->lba - c->addr >= c->count)
		return DRIVE_USUAL;
	e->times--;
	if (e->told)
		c->info = e->lba;
	return SCSIEMU_E_READ;
}

static void read_fails(struct disk *b, struct kind *t, uint32_t bad,
		       unsigned protect, bool told)
{
	struct medium_error e = { LBA + bad, told, UINT_MAX };
	uint32_t blen = protect ? block(t) : t->o.blen;

	b->d.hook = unreadable;
	b->d.hook_ctx = &e;
	run(b, t, PI_READ, protect);
	b->d.hook = NULL;
	drive_check(&b->d, SCSIEMU_SK_MEDIUM_ERROR,
		    SCSIEMU_ASC_UNRECOVERED_READ_ERROR);
	if (!told) {
		assert_int_equal(b->d.t.c.in_done % blen, 0);
		return;
	}
	assert_int_equal(b->d.t.c.sense.info, LBA + bad);
	assert_int_equal(b->d.t.c.in_done, bad * blen);
	assert_int_equal(b->d.t.c.in_all, N * blen);
	assert_memory_equal(b->d.t.in, protect ? t->out : t->data, bad * blen);
}

/* The blocks in front of one that cannot be read arrive. */
static void test_medium(void **s)
{
	(void)s;
	for (unsigned i = 0; i < 20; i++) {
		unsigned type = 1 + i % 2 * 2;
		struct kind t = kind_of(type, 0, BLEN, 16);
		struct medium_error e;
		struct disk b;

		t.o.scratch = i < 10 ? 3 * BLEN : 8 * BLEN;
		disk_make(&b, &t.o);
		b.d.chunk = chunks[i / 2 % 5];
		run(&b, &t, PI_WRITE, 1);
		for (uint32_t bad = 0; bad < N; bad++) {
			read_fails(&b, &t, bad, 0, true);
			read_fails(&b, &t, bad, 1, true);
			read_fails(&b, &t, bad, 0, false);
		}
		/* a wrong tuple in front of it comes first */
		e = (struct medium_error){ LBA + 5, true, UINT_MAX };
		spoil(pi_of(&b, LBA + 4, 0), 0);
		b.d.hook = unreadable;
		b.d.hook_ctx = &e;
		run(&b, &t, PI_READ, 1);
		pi_failed(&b, SCSIEMU_ASC_GUARD_CHECK_FAILED, LBA + 4);
		assert_int_equal(b.d.t.c.in_done, 4 * block(&t));
		disk_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_exponents),
		cmocka_unit_test(test_medium),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
