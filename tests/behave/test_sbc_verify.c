/* SPDX-License-Identifier: BSD-2-Clause */
/* VERIFY and WRITE AND VERIFY 10, 12, 16: BYTCHK 00, 01, 10, 11. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

enum { NONE = 0, EACH = 2, RESERVED = 4, SAME = 6 }; /* bits 2-1 of byte 1 */

static const uint8_t verify[] = { SCSIEMU_OP_VERIFY_10, SCSIEMU_OP_VERIFY_12,
				  SCSIEMU_OP_VERIFY_16 };
static const uint8_t write_verify[] = { SCSIEMU_OP_WRITE_AND_VERIFY_10,
					SCSIEMU_OP_WRITE_AND_VERIFY_12,
					SCSIEMU_OP_WRITE_AND_VERIFY_16 };
static const uint32_t chunks[] = { 1, 511, 512, 4096, 0 };

/* The one want of the last command. */
static void only_want(const struct disk *b, uint8_t want, uint8_t verb,
		      uint64_t lba, uint64_t count)
{
	const struct drive_want *w = &b->d.log[0];

	assert_int_equal(b->d.nlog, 1);
	assert_int_equal(w->want, want);
	assert_int_equal(w->verb, verb);
	assert_int_equal(w->addr, lba);
	assert_int_equal(w->count, count);
}

static void miscompare(struct disk *b, uint64_t at)
{
	drive_check(&b->d, SCSIEMU_SK_MISCOMPARE, SCSIEMU_ASC_MISCOMPARE);
	assert_int_equal(b->d.t.c.sense.flags & SCSIEMU_S_INFO, SCSIEMU_S_INFO);
	assert_int_equal(b->d.t.c.sense.info, at);
}

static void one_verify(struct disk *b, uint8_t op)
{
	uint8_t out[4 * 512];

	disk_run(b, op, NONE, 7, 4, NULL, 0, 0);
	drive_good(&b->d);
	only_want(b, SCSIEMU_STORE, SCSIEMU_V_VERIFY, 7, 4);
	memcpy(out, disk_at(b, 7), sizeof(out));
	disk_run(b, op, EACH, 7, 4, out, sizeof(out), 0);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.out_done, sizeof(out));
	out[1300] ^= 1;
	disk_run(b, op, EACH, 7, 4, out, sizeof(out), 0);
	miscompare(b, 1300);
	/* the host has less: whole blocks of it */
	disk_run(b, op, EACH, 7, 4, out, 1100, 0);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.out_done, 1024);
	assert_int_equal(scsiemu_out_resid(&b->d.t.c), 1100 - 2048);
	/* data-out that nobody asked for */
	disk_run(b, op, NONE, 7, 4, out, sizeof(out), 0);
	drive_good(&b->d);
	assert_int_equal(scsiemu_out_resid(&b->d.t.c), sizeof(out));
	disk_run(b, op, RESERVED, 7, 4, out, sizeof(out), 0);
	drive_cdb(&b->d, 1, 2);
	assert_int_equal(b->d.nlog, 0);
	disk_run(b, op, SAME, 7, 0, NULL, 0, 0);
	drive_good(&b->d);
}

static void one_same(struct disk *b, uint8_t op)
{
	uint8_t out[512];

	disk_pattern(out, 20, 1, 512, 5);
	for (unsigned i = 20; i < 26; i++)
		memcpy(disk_at(b, i), out, 512);
	disk_run(b, op, SAME, 20, 6, out, 512, 0);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.out_done, 512);
	assert_int_equal(b->d.t.c.out_all, 512);
	*disk_at(b, 23) ^= 4;
	disk_run(b, op, SAME, 20, 6, out, 512, 0);
	miscompare(b, 3 * 512);
	disk_run(b, op, SAME, 20, 3, out, 512, 0);
	drive_good(&b->d);
	/* less than the one block */
	disk_run(b, op, SAME, 20, 3, out, 511, 0);
	drive_check(&b->d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
	disk_run(b, op, SAME, 20, 3, NULL, 0, 0);
	drive_check(&b->d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
}

static void test_verify(void **s)
{
	(void)s;
	for (unsigned i = 0; i < 5; i++) {
		struct disk b;

		disk_make(&b, NULL);
		disk_fill(&b, 1);
		b.d.chunk = chunks[i];
		for (unsigned k = 0; k < 3; k++) {
			one_verify(&b, verify[k]);
			one_same(&b, verify[k]);
		}
		disk_free(&b);
	}
}

static unsigned count_verb(const struct disk *b, uint8_t verb)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->d.nlog && i < 64; i++)
		n += b->d.log[i].want == SCSIEMU_STORE &&
		     b->d.log[i].verb == verb;
	return n;
}

static void one_write_verify(struct disk *b, uint8_t op, uint8_t bytchk)
{
	uint8_t out[3 * 512], *want = malloc(64 * 512);

	assert_non_null(want);
	disk_fill(b, 1);
	memcpy(want, b->k.bytes, 64 * 512);
	disk_pattern(out, 7, 3, 512, 2);
	memcpy(want + 7 * 512, out, 3 * 512);
	disk_run(b, op, bytchk, 7, 3, out, sizeof(out), 0);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.out_done, 1536);
	assert_int_equal(scsiemu_out_resid(&b->d.t.c), 0);
	assert_memory_equal(b->k.bytes, want, 64 * 512);
	/* short by 100 bytes: two blocks */
	disk_fill(b, 1);
	disk_pattern(want, 7, 64, 512, 1);
	disk_run(b, op, bytchk, 7, 3, out, 1436, 0);
	drive_good(&b->d);
	assert_int_equal(scsiemu_out_resid(&b->d.t.c), -100);
	assert_memory_equal(disk_at(b, 7), out, 1024);
	assert_memory_equal(disk_at(b, 9), want + 1024, 512);
	disk_run(b, op, bytchk, 7, 0, NULL, 0, 0);
	drive_good(&b->d);
	disk_run(b, op, bytchk, 7, 3, out, 0, 0);
	drive_good(&b->d);
	free(want);
}

static void test_write_verify(void **s)
{
	(void)s;
	for (unsigned i = 0; i < 5; i++) {
		struct disk b;
		uint8_t out[1536] = { 0 };

		disk_make(&b, NULL);
		b.d.chunk = chunks[i];
		for (unsigned k = 0; k < 3; k++) {
			one_write_verify(&b, write_verify[k], NONE);
			one_write_verify(&b, write_verify[k], EACH);
		}
		/* what is verified is durable first */
		b.d.chunk = 0;
		disk_run(&b, write_verify[0], NONE, 7, 3, out, 1536, 0);
		assert_int_equal(b.d.log[0].flags & SCSIEMU_FUA, SCSIEMU_FUA);
		assert_int_equal(count_verb(&b, SCSIEMU_V_VERIFY), 1);
		disk_run(&b, write_verify[0], EACH, 7, 1, out, 512, 0);
		assert_int_equal(count_verb(&b, SCSIEMU_V_MATCH), 1);
		assert_int_equal(count_verb(&b, SCSIEMU_V_FLUSH), 1);
		disk_run(&b, write_verify[0], RESERVED, 7, 3, out, 1536, 0);
		drive_cdb(&b.d, 1, 2);
		disk_run(&b, write_verify[0], SAME, 7, 3, out, 1536, 0);
		drive_cdb(&b.d, 1, 2);
		disk_free(&b);
	}
}

/* A medium that loses a bit: BYTCHK 01 finds it. */
static int rot(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct disk *b = d->hook_ctx;

	(void)bytes;
	if (c->want == SCSIEMU_STORE && c->verb == SCSIEMU_V_MATCH &&
	    c->addr == 8)
		disk_at(b, 8)[17] ^= 0x20;
	return DRIVE_USUAL;
}

static void test_bad_medium(void **s)
{
	struct disk b;
	uint8_t out[1536];

	(void)s;
	disk_make(&b, NULL);
	disk_pattern(out, 7, 3, 512, 2);
	b.d.hook = rot;
	b.d.hook_ctx = &b;
	disk_run(&b, SCSIEMU_OP_WRITE_AND_VERIFY_10, EACH, 7, 3, out, 1536, 0);
	drive_check(&b.d, SCSIEMU_SK_MISCOMPARE, SCSIEMU_ASC_MISCOMPARE);
	assert_int_equal(b.d.t.c.out_done, 1024);
	assert_int_equal(b.d.t.c.out_all, 1536);
	disk_free(&b);
}

/* Scratch that does not hold a block: what needs one is refused. */
static void test_small_scratch(void **s)
{
	struct disk_options o = { .scratch = 504 };
	uint8_t out[512];
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	memset(out, 0, sizeof(out));
	disk_run(&b, SCSIEMU_OP_VERIFY_10, SAME, 7, 1, out, 512, 0);
	drive_cdb(&b.d, 1, 2);
	disk_run(&b, SCSIEMU_OP_WRITE_AND_VERIFY_10, EACH, 7, 1, out, 512, 0);
	drive_cdb(&b.d, 1, 2);
	disk_run(&b, SCSIEMU_OP_VERIFY_10, EACH, 7, 1, out, 512, 0);
	drive_good(&b.d);
	disk_run(&b, SCSIEMU_OP_WRITE_AND_VERIFY_10, NONE, 7, 1, out, 512, 0);
	drive_good(&b.d);
	disk_run(&b, SCSIEMU_OP_WRITE_SAME_10, 0, 7, 1, out, 512, 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_OPCODE);
	disk_run(&b, SCSIEMU_OP_ORWRITE_16, 0, 7, 1, out, 512, 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_OPCODE);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_write_verify),
		cmocka_unit_test(test_bad_medium),
		cmocka_unit_test(test_small_scratch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
