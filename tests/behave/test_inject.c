/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error injection: which commands a rule has, whose turn it is, and every
 * status, sense and unit attention that it can give.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/inject.h>

#include "core/core.h"
#include "support/disk.h"

enum { BLEN = 512, MEDIUM = SCSIEMU_SK_MEDIUM_ERROR, UNREAD = 0x1100 };

static void made(struct disk *b)
{
	struct disk_options o = { .inject_rules = 4 };

	disk_make(b, &o);
	disk_fill(b, 1);
}

static int add(struct disk *b, struct scsiemu_inject r)
{
	int id;

	r.size = sizeof(r);
	id = scsiemu_inject_add(b->lu, &r);
	assert_true(id > 0);
	return id;
}

static void counts(struct disk *b, int id, uint64_t seen, uint64_t hits)
{
	struct scsiemu_inject_counts n;

	assert_int_equal(scsiemu_inject_get(b->lu, id, NULL, &n), 0);
	assert_int_equal(n.seen, seen);
	assert_int_equal(n.hits, hits);
}

static uint8_t reads(struct disk *b, uint64_t lba, uint32_t n)
{
	return disk_run(b, SCSIEMU_OP_READ_10, 0, lba, n, NULL, 0, n * BLEN);
}

static uint8_t writes(struct disk *b, uint64_t lba, uint32_t n)
{
	static const uint8_t zeros[64 * BLEN];

	return disk_run(b, SCSIEMU_OP_WRITE_10, 0, lba, n, zeros, n * BLEN, 0);
}

static uint8_t ready(struct disk *b)
{
	static const uint8_t cdb[6];

	return drive_in(&b->d, b->lu, cdb, 6);
}

/* Nothing of the rule's is left to pay for. */
static void test_no_rules(void **s)
{
	struct scsiemu_inject r = { .size = sizeof(r),
				    .act = SCSIEMU_INJECT_HANG };
	struct disk b, plain;
	int id[4];

	(void)s;
	made(&b);
	assert_int_equal(b.lu->nslow, 0);
	for (int i = 0; i < 4; i++)
		id[i] = add(&b, r);
	assert_int_equal(b.lu->nslow, 1);
	assert_int_equal(scsiemu_inject_add(b.lu, &r), SCSIEMU_ERR_SPACE);
	assert_int_equal(scsiemu_inject_remove(b.lu, id[1]), 0);
	assert_int_equal(scsiemu_inject_remove(b.lu, id[1]), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_inject_next(b.lu, 0), id[0]);
	assert_int_equal(scsiemu_inject_next(b.lu, id[0]), id[2]);
	assert_int_equal(scsiemu_inject_next(b.lu, id[3]), 0);
	assert_true(add(&b, r) > id[3]);
	scsiemu_inject_clear(b.lu);
	assert_int_equal(scsiemu_inject_next(b.lu, 0), 0);
	assert_int_equal(scsiemu_inject_get(b.lu, id[0], NULL, NULL),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(b.lu->nslow, 0);
	assert_int_equal(reads(&b, 0, 1), SCSIEMU_GOOD);
	disk_free(&b);
	disk_make(&plain, NULL);
	assert_int_equal(scsiemu_inject_add(plain.lu, &r), SCSIEMU_ERR_SPACE);
	assert_int_equal(scsiemu_inject_remove(plain.lu, 1), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_inject_next(plain.lu, 0), 0);
	scsiemu_inject_clear(plain.lu);
	disk_free(&plain);
}

static void test_impossible(void **s)
{
	static const struct scsiemu_inject bad[] = {
		{ .act = SCSIEMU_INJECT_NOTHING },
		{ .act = SCSIEMU_INJECT_STATUS },
		{ .act = SCSIEMU_INJECT_STATUS,
		  .status = SCSIEMU_CHECK_CONDITION },
		{ .act = SCSIEMU_INJECT_SENSE, .key = 16 },
		{ .act = SCSIEMU_INJECT_SENSE, .when = 3 },
		{ .act = SCSIEMU_INJECT_ATTENTION, .asc = 0x1100 },
		{ .act = SCSIEMU_INJECT_REJECT },
		{ .act = SCSIEMU_INJECT_REJECT + 1 },
		{ .act = SCSIEMU_INJECT_HANG, .match = 5 },
		{ .act = SCSIEMU_INJECT_HANG, .match = SCSIEMU_INJECT_TMF },
		{ .act = SCSIEMU_INJECT_REJECT,
		  .match = SCSIEMU_INJECT_TMF,
		  .delay_ms = 1 },
		{ .act = SCSIEMU_INJECT_HANG, .ratio = 65537 },
		{ .act = SCSIEMU_INJECT_HANG, .lba = UINT64_MAX, .nblk = 1 },
	};
	struct scsiemu_inject r, back;
	struct disk b;

	(void)s;
	made(&b);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = bad[i];
		r.size = sizeof(r);
		assert_int_equal(scsiemu_inject_add(b.lu, &r), SCSIEMU_ERR_ARG);
	}
	/* a caller of an older header knows less */
	r = (struct scsiemu_inject){ .size = offsetof(struct scsiemu_inject,
						      delay_ms),
				     .act = SCSIEMU_INJECT_HANG,
				     .delay_ms = 7 };
	assert_int_equal(scsiemu_inject_get(b.lu, scsiemu_inject_add(b.lu, &r),
					    &back, NULL),
			 0);
	assert_int_equal(back.act, SCSIEMU_INJECT_HANG);
	assert_int_equal(back.delay_ms, 0);
	assert_int_equal(back.size, sizeof(back));
	disk_free(&b);
}

static void test_statuses(void **s)
{
	static const uint8_t status[] = { SCSIEMU_BUSY, SCSIEMU_TASK_SET_FULL,
					  SCSIEMU_RESERVATION_CONFLICT,
					  SCSIEMU_TASK_ABORTED,
					  SCSIEMU_CONDITION_MET };
	struct disk b;

	(void)s;
	made(&b);
	for (unsigned i = 0; i < sizeof(status); i++) {
		int id = add(&b, (struct scsiemu_inject){
					 .act = SCSIEMU_INJECT_STATUS,
					 .status = status[i],
					 .count = 2 });

		assert_int_equal(reads(&b, 0, 2), status[i]);
		assert_int_equal(b.d.nlog, 0);
		assert_int_equal(b.d.t.sense_len, 0);
		assert_int_equal(scsiemu_in_resid(&b.d.t.c), 2 * BLEN);
		assert_int_equal(writes(&b, 0, 2), status[i]);
		assert_int_equal(scsiemu_out_resid(&b.d.t.c), 2 * BLEN);
		assert_int_equal(reads(&b, 0, 2), SCSIEMU_GOOD);
		counts(&b, id, 3, 2);
		scsiemu_inject_clear(b.lu);
	}
	disk_free(&b);
}

/* Instead of the command, at the block, or after it. */
static void test_sense_when(void **s)
{
	uint8_t expect[8 * BLEN];
	struct scsiemu_inject r = { .match = SCSIEMU_INJECT_READS,
				    .lba = 20,
				    .nblk = 4,
				    .act = SCSIEMU_INJECT_SENSE,
				    .flags = SCSIEMU_INJECT_INFO,
				    .key = MEDIUM,
				    .asc = UNREAD };
	struct disk b;

	(void)s;
	made(&b);
	disk_pattern(expect, 16, 8, BLEN, 1);
	for (unsigned when = 0; when < 3; when++) {
		uint32_t moved = when * 4 * BLEN; /* none, 4 blocks, all 8 */

		r.when = (uint8_t)when;
		add(&b, r);
		reads(&b, 16, 8);
		drive_check(&b.d, MEDIUM, UNREAD);
		assert_int_equal(b.d.t.c.sense.flags, SCSIEMU_S_INFO);
		assert_int_equal(b.d.t.c.sense.info, 20);
		assert_int_equal(b.d.t.c.in_done, moved);
		assert_int_equal(scsiemu_in_resid(&b.d.t.c), 8 * BLEN - moved);
		assert_memory_equal(b.d.t.in, expect, moved);
		reads(&b, 22, 8); /* begins among them */
		drive_check(&b.d, MEDIUM, UNREAD);
		assert_int_equal(b.d.t.c.sense.info, 22);
		assert_int_equal(b.d.t.c.in_done,
				 when == SCSIEMU_INJECT_AFTER ? 8 * BLEN : 0);
		assert_int_equal(reads(&b, 24, 8), SCSIEMU_GOOD);
		assert_int_equal(reads(&b, 12, 8), SCSIEMU_GOOD);
		assert_int_equal(writes(&b, 24, 8), SCSIEMU_GOOD);
		scsiemu_inject_clear(b.lu);
	}
	disk_free(&b);
}

static void test_sense_write(void **s)
{
	struct disk b;
	uint8_t expect[4 * BLEN];

	(void)s;
	made(&b);
	disk_pattern(expect, 20, 4, BLEN, 1);
	add(&b, (struct scsiemu_inject){ .match = SCSIEMU_INJECT_WRITES,
					 .lba = 20,
					 .nblk = 1,
					 .act = SCSIEMU_INJECT_SENSE,
					 .when = SCSIEMU_INJECT_AT,
					 .flags = SCSIEMU_INJECT_INFO,
					 .key = MEDIUM,
					 .asc = SCSIEMU_ASC_WRITE_ERROR });
	writes(&b, 16, 8);
	drive_check(&b.d, MEDIUM, SCSIEMU_ASC_WRITE_ERROR);
	assert_int_equal(b.d.t.c.sense.info, 20);
	assert_int_equal(b.d.t.c.out_done, 4 * BLEN);
	assert_int_equal(scsiemu_out_resid(&b.d.t.c), 4 * BLEN);
	assert_int_equal(disk_at(&b, 19)[0], 0);
	assert_memory_equal(disk_at(&b, 20), expect, sizeof(expect));
	disk_free(&b);
}

/* Recovered, deferred, without a block; descriptor format has it, too. */
static void test_sense_kinds(void **s)
{
	struct disk b;

	(void)s;
	made(&b);
	add(&b, (struct scsiemu_inject){ .act = SCSIEMU_INJECT_SENSE,
					 .when = SCSIEMU_INJECT_AFTER,
					 .key = SCSIEMU_SK_RECOVERED_ERROR,
					 .asc = 0x1800,
					 .count = 2 });
	reads(&b, 3, 2);
	drive_check(&b.d, SCSIEMU_SK_RECOVERED_ERROR, 0x1800);
	assert_int_equal(b.d.t.sense[0], 0x70);
	assert_int_equal(b.d.t.c.in_done, 2 * BLEN);
	assert_int_equal(scsiemu_in_resid(&b.d.t.c), 0);
	ready(&b);
	drive_check(&b.d, SCSIEMU_SK_RECOVERED_ERROR, 0x1800);
	add(&b, (struct scsiemu_inject){ .act = SCSIEMU_INJECT_SENSE,
					 .flags = SCSIEMU_INJECT_DEFERRED |
						  SCSIEMU_INJECT_INFO,
					 .key = SCSIEMU_SK_HARDWARE_ERROR,
					 .asc = 0x4400 });
	reads(&b, 3, 2);
	drive_check(&b.d, SCSIEMU_SK_HARDWARE_ERROR, 0x4400);
	assert_int_equal(b.d.t.sense[0], 0x80 | 0x71);
	assert_int_equal(b.d.t.sense[6], 3);
	ready(&b); /* about no block: no INFORMATION */
	assert_int_equal(b.d.t.sense[0], 0x71);
	/* a command that fails by itself does so before it meets a rule */
	reads(&b, 64, 1);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	disk_free(&b);
}

static void test_classes(void **s)
{
	static const uint8_t caw[2 * BLEN];
	struct scsiemu_inject r = { .act = SCSIEMU_INJECT_STATUS,
				    .status = SCSIEMU_BUSY };
	struct disk b;

	(void)s;
	made(&b);
	r.match = SCSIEMU_INJECT_READS;
	add(&b, r);
	assert_int_equal(reads(&b, 0, 1), SCSIEMU_BUSY);
	assert_int_equal(
		disk_run(&b, SCSIEMU_OP_VERIFY_10, 0, 0, 1, NULL, 0, 0),
		SCSIEMU_BUSY);
	assert_int_equal(writes(&b, 0, 1), SCSIEMU_GOOD);
	assert_int_equal(ready(&b), SCSIEMU_GOOD);
	scsiemu_inject_clear(b.lu);
	r.match = SCSIEMU_INJECT_WRITES;
	add(&b, r);
	assert_int_equal(reads(&b, 0, 1), SCSIEMU_GOOD);
	assert_int_equal(writes(&b, 0, 1), SCSIEMU_BUSY);
	assert_int_equal(disk_run(&b, SCSIEMU_OP_COMPARE_AND_WRITE, 0, 0, 1,
				  caw, sizeof(caw), 0),
			 SCSIEMU_BUSY);
	assert_int_equal(
		disk_run(&b, SCSIEMU_OP_WRITE_SAME_10, 0, 0, 1, caw, BLEN, 0),
		SCSIEMU_BUSY);
	assert_int_equal(disk_run(&b, SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 0, 0, 1,
				  NULL, 0, 0),
			 SCSIEMU_GOOD);
	disk_free(&b);
}

/* WRITE SAME of 0 blocks: to the end. */
static void test_to_the_end(void **s)
{
	static const uint8_t block[BLEN];
	struct disk b;

	(void)s;
	made(&b);
	add(&b, (struct scsiemu_inject){ .act = SCSIEMU_INJECT_STATUS,
					 .status = SCSIEMU_BUSY,
					 .lba = 63,
					 .nblk = 1 });
	assert_int_equal(
		disk_run(&b, SCSIEMU_OP_WRITE_SAME_10, 0, 5, 0, block, BLEN, 0),
		SCSIEMU_BUSY);
	assert_int_equal(disk_run(&b, SCSIEMU_OP_WRITE_SAME_10, 0, 5, 58, block,
				  BLEN, 0),
			 SCSIEMU_GOOD);
	assert_int_equal(ready(&b), SCSIEMU_GOOD);
	disk_free(&b);
}

static void test_opcodes(void **s)
{
	struct scsiemu_inject r = { .match = SCSIEMU_INJECT_OPCODE,
				    .opcode = SCSIEMU_OP_SERVICE_ACTION_IN_16,
				    .service_action = 0x10,
				    .act = SCSIEMU_INJECT_STATUS,
				    .status = SCSIEMU_BUSY };
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, [4] = 36 };
	struct disk b;

	(void)s;
	made(&b);
	add(&b, r);
	assert_int_equal(disk_sai(&b, 0x10, 0, 32, 0), SCSIEMU_BUSY);
	assert_int_equal(disk_sai(&b, 0x12, 0, 32, 0), SCSIEMU_GOOD);
	assert_int_equal(reads(&b, 0, 1), SCSIEMU_GOOD);
	scsiemu_inject_clear(b.lu);
	r.any_action = true;
	r.service_action = 0;
	add(&b, r);
	assert_int_equal(disk_sai(&b, 0x10, 0, 32, 0), SCSIEMU_BUSY);
	assert_int_equal(disk_sai(&b, 0x12, 0, 32, 0), SCSIEMU_BUSY);
	scsiemu_inject_clear(b.lu);
	r.opcode = SCSIEMU_OP_INQUIRY;
	r.any_action = false;
	add(&b, r);
	assert_int_equal(drive_in(&b.d, b.lu, inquiry, 6), SCSIEMU_BUSY);
	disk_free(&b);
}

/* Bits of which of n TEST UNIT READYs were hit. */
static uint64_t pattern(struct disk *b, unsigned n)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < n; i++)
		bits |= (uint64_t)(ready(b) == SCSIEMU_BUSY) << i;
	return bits;
}

static void test_turns(void **s)
{
	static const struct {
		uint32_t skip, every, count;
		uint64_t bits;
	} t[] = {
		{ 0, 0, 0, 0xffff },  { 0, 1, 3, 0x0007 }, { 5, 0, 2, 0x0060 },
		{ 0, 4, 0, 0x8888 },  { 2, 4, 0, 0x2220 }, { 1, 3, 2, 0x0048 },
		{ 16, 0, 0, 0x0000 },
	};
	struct disk b;

	(void)s;
	made(&b);
	for (unsigned i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int id = add(&b, (struct scsiemu_inject){
					 .act = SCSIEMU_INJECT_STATUS,
					 .status = SCSIEMU_BUSY,
					 .skip = t[i].skip,
					 .every = t[i].every,
					 .count = t[i].count });

		assert_int_equal(pattern(&b, 16), t[i].bits);
		counts(&b, id, 16, (uint64_t)__builtin_popcountll(t[i].bits));
		scsiemu_inject_clear(b.lu);
	}
	disk_free(&b);
}

/* The same seed, the same commands: the same hits; another one: others. */
static void test_seed(void **s)
{
	struct scsiemu_inject r = { .act = SCSIEMU_INJECT_STATUS,
				    .status = SCSIEMU_BUSY,
				    .ratio = 16384 };
	struct disk a, b;
	uint64_t was;
	int hits;

	(void)s;
	made(&a);
	made(&b);
	add(&a, r);
	add(&b, r);
	was = pattern(&a, 64);
	assert_int_equal(was, pattern(&b, 64));
	hits = __builtin_popcountll(was);
	assert_in_range(hits, 6, 28); /* a quarter of 64, more or less */
	scsiemu_inject_clear(a.lu);
	scsiemu_inject_clear(b.lu);
	r.seed = 1;
	add(&a, r);
	r.seed = 2;
	add(&b, r);
	assert_int_not_equal(pattern(&a, 64), pattern(&b, 64));
	scsiemu_inject_clear(a.lu);
	r.ratio = 65536;
	add(&a, r);
	assert_int_equal(pattern(&a, 64), UINT64_MAX);
	disk_free(&a);
	disk_free(&b);
}

/* The first one whose turn it is has the command; the next does not count. */
static void test_order(void **s)
{
	struct disk b;
	int one, two;

	(void)s;
	made(&b);
	one = add(&b, (struct scsiemu_inject){ .act = SCSIEMU_INJECT_STATUS,
					       .status = SCSIEMU_BUSY,
					       .every = 2 });
	two = add(&b,
		  (struct scsiemu_inject){ .act = SCSIEMU_INJECT_STATUS,
					   .status = SCSIEMU_TASK_SET_FULL });
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(ready(&b), SCSIEMU_TASK_SET_FULL);
		assert_int_equal(ready(&b), SCSIEMU_BUSY);
	}
	counts(&b, one, 6, 3);
	counts(&b, two, 3, 3);
	disk_free(&b);
}

static void test_attention(void **s)
{
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, [4] = 36 };
	struct scsiemu_inject r = { .act = SCSIEMU_INJECT_ATTENTION,
				    .asc = SCSIEMU_ASC_MODE_CHANGED,
				    .count = 1 };
	struct scsiemu_nexus *other;
	struct disk b;
	int id;

	(void)s;
	made(&b);
	other = drive_attach(&b.d, 0, 1);
	drive_settle(&b.d, b.lu, other);
	id = add(&b, r);
	assert_int_equal(drive_in(&b.d, b.lu, inquiry, 6), SCSIEMU_GOOD);
	counts(&b, id, 0, 0); /* it reports none */
	reads(&b, 0, 1);
	drive_check(&b.d, SCSIEMU_SK_UNIT_ATTENTION, SCSIEMU_ASC_MODE_CHANGED);
	assert_int_equal(scsiemu_in_resid(&b.d.t.c), BLEN);
	assert_int_equal(reads(&b, 0, 1), SCSIEMU_GOOD);
	assert_int_equal(drive_ua(&b.d, b.lu, other), 0);
	scsiemu_inject_clear(b.lu);
	r.flags = SCSIEMU_INJECT_ALL;
	r.asc = SCSIEMU_ASC_BUS_RESET;
	add(&b, r);
	assert_int_equal(drive_ua(&b.d, b.lu, NULL), SCSIEMU_ASC_BUS_RESET);
	assert_int_equal(drive_ua(&b.d, b.lu, other), SCSIEMU_ASC_BUS_RESET);
	assert_int_equal(drive_ua(&b.d, b.lu, other), 0);
	/* a storm: every command */
	r.flags = 0;
	r.count = 0;
	r.asc = SCSIEMU_ASC_CAPACITY_CHANGED;
	add(&b, r);
	for (unsigned i = 0; i < 5; i++) {
		reads(&b, 0, 1);
		drive_check(&b.d, SCSIEMU_SK_UNIT_ATTENTION,
			    SCSIEMU_ASC_CAPACITY_CHANGED);
	}
	disk_free(&b);
}

static uint8_t tmf_response(struct disk *b, uint8_t tmf)
{
	struct scsiemu_cmd c = { .tmf = tmf, .scratch_len = 2048 };
	uint64_t scratch[256];

	c.scratch = (uint8_t *)scratch;
	assert_int_equal(scsiemu_start(b->lu, &c), SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(&c), 0);
	return c.response;
}

static void test_tmf(void **s)
{
	struct scsiemu_inject r = { .match = SCSIEMU_INJECT_TMF,
				    .opcode = SCSIEMU_TMF_LU_RESET,
				    .act = SCSIEMU_INJECT_REJECT,
				    .count = 1 };
	struct disk b;

	(void)s;
	made(&b);
	add(&b, r);
	assert_int_equal(reads(&b, 0, 1), SCSIEMU_GOOD);
	assert_int_equal(tmf_response(&b, SCSIEMU_TMF_ABORT_TASK_SET),
			 SCSIEMU_RSP_COMPLETE);
	assert_int_equal(tmf_response(&b, SCSIEMU_TMF_LU_RESET),
			 SCSIEMU_RSP_REJECTED);
	assert_int_equal(drive_ua(&b.d, b.lu, NULL), 0);
	assert_int_equal(tmf_response(&b, SCSIEMU_TMF_LU_RESET),
			 SCSIEMU_RSP_COMPLETE);
	assert_int_equal(drive_ua(&b.d, b.lu, NULL), SCSIEMU_ASC_DEVICE_RESET);
	scsiemu_inject_clear(b.lu);
	r.opcode = 0;
	add(&b, r);
	assert_int_equal(tmf_response(&b, SCSIEMU_TMF_CLEAR_TASK_SET),
			 SCSIEMU_RSP_REJECTED);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_rules),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_sense_when),
		cmocka_unit_test(test_sense_write),
		cmocka_unit_test(test_sense_kinds),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_to_the_end),
		cmocka_unit_test(test_opcodes),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_attention),
		cmocka_unit_test(test_tmf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
