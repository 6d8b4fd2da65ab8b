/* SPDX-License-Identifier: BSD-2-Clause */
/* WRITE SCATTERED(16) and (32), with and without protection information. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/pi.h"

enum { BLEN = 512, NBLK = 64, OFF = 1, ITEMS = 4 };

static const uint32_t chunks[] = { 1, 511, 512, 4096, 0 };

struct extent {
	uint32_t lba, n;
};
static const struct extent usual[ITEMS] = {
	{ 40, 3 }, { 7, 0 }, { 2, 5 }, { 42, 2 }
};
enum { BLOCKS = 10 };

/* Data-out: the list, then the blocks. */
struct list {
	struct disk b;
	unsigned type;
	uint8_t data[BLOCKS * BLEN], out[(BLOCKS + OFF) * (BLEN + 8)];
	uint8_t cdb[32];
	unsigned cdb_len;
	uint32_t wire;
};

static void put(uint8_t *p, uint64_t v, unsigned n)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
}

/* With tuples the tags of each descriptor begin with 1000 times its number. */
static void fill(struct list *t, unsigned protect)
{
	uint32_t at = 0;

	t->wire = BLEN + (protect ? 8 : 0);
	memset(t->out, 0, sizeof(t->out));
	disk_pattern(t->data, 0, BLOCKS, BLEN, 10);
	for (unsigned i = 0; i < ITEMS; i++) {
		const struct extent *e = &usual[i];
		uint8_t *d = t->out + 32 + i * 32;
		uint8_t *to = t->out + (OFF + at) * t->wire;

		put(d, e->lba, 8);
		put(d + 8, e->n, 4);
		put(d + 12, 1000 * i, 4);
		put(d + 16, 0x1200 + i, 2);
		put(d + 18, 0xff00, 2);
		if (protect)
			pi_wire(to, t->data + at * BLEN, e->n, BLEN, t->type, 0,
				0x1234, t->type == 1 ? e->lba : 1000 * i);
		else
			memcpy(to, t->data + at * BLEN, e->n * BLEN);
		at += e->n;
	}
	memset(t->cdb, 0, sizeof(t->cdb));
	if (t->type == 2 && protect) {
		t->cdb[0] = 0x7f;
		t->cdb[7] = 0x18;
		t->cdb[9] = 0x11;
		t->cdb[10] = (uint8_t)(protect << 5);
		t->cdb[13] = OFF;
		t->cdb[17] = ITEMS;
		t->cdb[31] = BLOCKS + OFF;
		t->cdb_len = 32;
	} else {
		t->cdb[0] = 0x9f;
		t->cdb[1] = 0x12;
		t->cdb[2] = (uint8_t)(protect << 5);
		t->cdb[5] = OFF;
		t->cdb[9] = ITEMS;
		t->cdb[13] = BLOCKS + OFF;
		t->cdb_len = 16;
	}
}

static void run(struct list *t)
{
	drive_run(&t->b.d, t->b.lu, t->cdb, t->cdb_len, t->out,
		  (BLOCKS + OFF) * t->wire, 0);
}

static void make(struct list *t, unsigned type, uint32_t chunk)
{
	struct disk_options o = { .sbc.pi_type = (uint8_t)type };

	memset(t, 0, sizeof(*t));
	disk_make(&t->b, &o);
	t->b.d.chunk = chunk;
	t->type = type;
	disk_fill(&t->b, 1);
}

static void is_written(struct list *t)
{
	uint8_t *want = malloc(NBLK * BLEN);
	uint32_t at = 0;

	assert_non_null(want);
	disk_pattern(want, 0, NBLK, BLEN, 1);
	for (unsigned i = 0; i < ITEMS; i++) {
		memcpy(want + usual[i].lba * BLEN, t->data + at * BLEN,
		       usual[i].n * BLEN);
		at += usual[i].n;
	}
	assert_memory_equal(t->b.k.bytes, want, NBLK * BLEN);
	free(want);
}

static void tuple_is(struct list *t, uint64_t lba, uint16_t app, uint32_t ref)
{
	uint8_t tuple[8];

	pi_tuple(tuple, disk_at(&t->b, lba), BLEN, app, ref);
	assert_memory_equal(pi_of(&t->b, lba, 0), tuple, 8);
}

static void test_plain(void **s)
{
	struct list t;

	(void)s;
	for (unsigned i = 0; i < 5; i++) {
		make(&t, 0, chunks[i]);
		fill(&t, 0);
		run(&t);
		drive_good(&t.b.d);
		assert_int_equal(t.b.d.t.c.out_all, (BLOCKS + OFF) * BLEN);
		assert_int_equal(scsiemu_out_resid(&t.b.d.t.c), 0);
		is_written(&t);
		disk_free(&t.b);
	}
	/* a length that counts the data alone */
	make(&t, 0, 0);
	fill(&t, 0);
	t.cdb[13] = BLOCKS;
	run(&t);
	drive_good(&t.b.d);
	assert_int_equal(t.b.d.t.c.out_all, (BLOCKS + OFF) * BLEN);
	is_written(&t);
	disk_free(&t.b);
	/* FUA */
	make(&t, 0, 0);
	fill(&t, 0);
	t.cdb[2] = 8;
	run(&t);
	drive_good(&t.b.d);
	assert_int_equal(t.b.d.log[1].want, SCSIEMU_WRITE);
	assert_int_equal(t.b.d.log[1].flags & SCSIEMU_FUA, SCSIEMU_FUA);
	disk_free(&t.b);
}

/* Nothing of a list with an error is written. */
static void unchanged(struct list *t)
{
	uint8_t *want = malloc(NBLK * BLEN);

	assert_non_null(want);
	disk_pattern(want, 0, NBLK, BLEN, 1);
	assert_memory_equal(t->b.k.bytes, want, NBLK * BLEN);
	free(want);
}

static void test_errors(void **s)
{
	struct list t;

	(void)s;
	make(&t, 0, 0);
	fill(&t, 0);
	t.cdb[9] = 0;
	run(&t);
	drive_good(&t.b.d);
	fill(&t, 0);
	t.cdb[13] = 0;
	run(&t);
	drive_good(&t.b.d);
	fill(&t, 0);
	t.cdb[5] = 0; /* no room for the list */
	run(&t);
	drive_cdb(&t.b.d, 4, SCSIEMU_NO_BIT);
	t.cdb[5] = 1;
	t.cdb[9] = 16;
	run(&t);
	drive_cdb(&t.b.d, 4, SCSIEMU_NO_BIT);
	t.cdb[9] = 64; /* more than scratch holds */
	run(&t);
	drive_cdb(&t.b.d, 8, SCSIEMU_NO_BIT);
	fill(&t, 0);
	t.cdb[5] = BLOCKS + OFF + 1;
	run(&t);
	drive_check(&t.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
	fill(&t, 0);
	t.cdb[13] = BLOCKS - 1; /* one too few for the list */
	run(&t);
	drive_param(&t.b.d, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST, 136,
		    SCSIEMU_NO_BIT);
	t.cdb[13] = BLOCKS + OFF + 1; /* the host has less */
	run(&t);
	drive_check(&t.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
	fill(&t, 0);
	t.out[3 * 32 + 7] = 62;
	run(&t);
	drive_check(&t.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(t.b.d.t.c.sense.info, NBLK);
	fill(&t, 0);
	t.out[32] = 1;
	run(&t);
	drive_check(&t.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(t.b.d.t.c.sense.info, (1ULL << 56) + 40);
	unchanged(&t);
	disk_free(&t.b);
}

static void protected(unsigned type, unsigned protect, uint32_t chunk)
{
	struct list t;

	make(&t, type, chunk);
	fill(&t, protect);
	run(&t);
	drive_good(&t.b.d);
	is_written(&t);
	if (protect) {
		tuple_is(&t, 41, 0x1234, type == 1 ? 41 : type == 2 ? 1 : 0);
		tuple_is(&t, 43, 0x1234,
			 type == 1   ? 43
			 : type == 2 ? 3001
				     : 3000);
	} else {
		tuple_is(&t, 43, type == 2 ? 0xffff : 0,
			 type == 1 ? 43 : UINT32_MAX);
	}
	if (protect == 1 || protect == 5) {
		/* block 2 of the third descriptor */
		t.out[(OFF + 3 + 2) * t.wire + BLEN] ^= 1;
		disk_fill(&t.b, 1);
		run(&t);
		pi_failed(&t.b, SCSIEMU_ASC_GUARD_CHECK_FAILED, 4);
		assert_int_equal(t.b.d.t.c.out_done, (OFF + 5) * t.wire);
		assert_memory_equal(disk_at(&t.b, 3), t.data + 4 * BLEN, BLEN);
		assert_memory_not_equal(disk_at(&t.b, 4), t.data + 5 * BLEN,
					BLEN);
	}
	disk_free(&t.b);
}

static void test_protected(void **s)
{
	(void)s;
	for (unsigned i = 0; i < 5; i++)
		for (unsigned type = 1; type < 4; type++)
			for (unsigned protect = 0; protect < 6; protect++)
	protected(type, protect, chunks[i]);
}

/* (32): each descriptor has tags of its own. */
static void test_tags(void **s)
{
	struct list t;

	(void)s;
	make(&t, 2, 0);
	disk_mode(&t.b, 0x0a, 5, 0x80, 0x80); /* ATO */
	fill(&t, 1);
	run(&t);
	drive_good(&t.b.d);
	t.out[32 + 3 * 32 + 16] = 0x11; /* expected, of the last */
	run(&t);
	pi_failed(&t.b, SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED, 42);
	t.out[32 + 3 * 32 + 18] = 0; /* no bit of it is looked at */
	run(&t);
	drive_good(&t.b.d);
	t.out[32 + 2 * 32 + 15] ^= 1;
	run(&t);
	pi_failed(&t.b, SCSIEMU_ASC_REFERENCE_TAG_CHECK_FAILED, 2);
	/* with other types it is not there */
	disk_free(&t.b);
	make(&t, 1, 0);
	t.type = 2;
	fill(&t, 1);
	run(&t);
	drive_check(&t.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_OPCODE);
	disk_free(&t.b);
}

static void test_limits(void **s)
{
	static const uint8_t vpd[6] = { SCSIEMU_OP_INQUIRY, 1, 0xb7, 0, 64 };
	uint8_t want[32] = { 0, 0xb7, 0, 28 };
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	put(want + 16, 0x80000000 / BLEN - 1, 4);
	put(want + 24, 0x80000000 / BLEN - 1, 4);
	want[23] = 63;
	drive_in(&b.d, b.lu, vpd, 6);
	drive_data(&b.d, want, 32);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),	  cmocka_unit_test(test_errors),
		cmocka_unit_test(test_protected), cmocka_unit_test(test_tags),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
