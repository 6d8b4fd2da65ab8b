/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error injection: commands that take a time or never end, what goes on
 * meanwhile, and everything that ends them early.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/inject.h>

#include "core/core.h"
#include "support/disk.h"

enum { BLEN = 512, START = 1000 };

static void made(struct disk *b)
{
	struct disk_options o = { .inject_rules = 4, .removable = true };

	disk_make(b, &o);
	disk_fill(b, 1);
	scsiemu_device_tick(b->d.dev, START);
}

static int add(struct disk *b, struct scsiemu_inject r)
{
	int id;

	r.size = sizeof(r);
	id = scsiemu_inject_add(b->lu, &r);
	assert_true(id > 0);
	return id;
}

static void start(struct disk *b, struct drive_task *k, uint8_t op)
{
	static const uint8_t zeros[2 * BLEN];
	bool writes = op == SCSIEMU_OP_WRITE_10;
	uint8_t cdb[16];
	bool blocks = writes || op == SCSIEMU_OP_READ_10;
	unsigned len = disk_cdb(cdb, op, 0, blocks ? 4 : 0, op ? 2 : 0);

	memset(k, 0, sizeof(*k));
	drive_start(&b->d, k, b->lu, cdb, len, writes ? zeros : NULL,
		    writes ? sizeof(zeros) : 0, writes ? 0 : 2 * BLEN);
}

static uint64_t tick(struct disk *b, uint64_t ms)
{
	return scsiemu_device_tick(b->d.dev, START + ms);
}

static void ended(struct drive_task *k, uint8_t status)
{
	drive_go(k);
	assert_int_equal(k->want, SCSIEMU_DONE);
	assert_int_equal(k->c.outcome, SCSIEMU_STATUS);
	assert_int_equal(k->c.status, status);
	drive_end(k);
	drive_task_free(k);
}

/* Ended early: it comes once through ready(), and time finds nothing. */
static void silent(struct disk *b, struct drive_task *k)
{
	assert_ptr_equal(scsiemu_ready(b->d.dev), &k->c);
	assert_null(scsiemu_ready(b->d.dev));
	k->want = scsiemu_next(&k->c);
	assert_int_equal(k->want, SCSIEMU_DONE);
	assert_int_equal(k->c.outcome, SCSIEMU_ABORTED);
	drive_end(k);
	drive_task_free(k);
	assert_int_equal(tick(b, 1000000), UINT64_MAX);
	assert_null(scsiemu_ready(b->d.dev));
}

/* Nothing happens before its time; other commands pass. */
static void test_delay(void **s)
{
	static const uint8_t op[] = { SCSIEMU_OP_TEST_UNIT_READY,
				      SCSIEMU_OP_READ_10, SCSIEMU_OP_WRITE_10,
				      SCSIEMU_OP_REQUEST_SENSE };
	struct drive_task k, other;
	struct disk b;

	(void)s;
	for (unsigned i = 0; i < sizeof(op); i++) {
		made(&b);
		add(&b, (struct scsiemu_inject){ .delay_ms = 50, .count = 1 });
		start(&b, &k, op[i]);
		assert_int_equal(k.want, SCSIEMU_WAIT);
		start(&b, &other, SCSIEMU_OP_READ_10);
		ended(&other, SCSIEMU_GOOD);
		assert_int_equal(tick(&b, 49), START + 50);
		assert_null(scsiemu_ready(b.d.dev));
		assert_int_equal(tick(&b, 50), UINT64_MAX);
		drive_ready(&b.d);
		ended(&k, SCSIEMU_GOOD);
		assert_int_equal(disk_at(&b, 4)[0] == 0,
				 op[i] == SCSIEMU_OP_WRITE_10);
		disk_free(&b);
	}
}

/* Delays add up; the rule behind them has the command. */
static void test_sum(void **s)
{
	struct drive_task k;
	struct disk b;

	(void)s;
	made(&b);
	add(&b, (struct scsiemu_inject){ .delay_ms = 10 });
	add(&b, (struct scsiemu_inject){ .delay_ms = 5 });
	add(&b, (struct scsiemu_inject){ .act = SCSIEMU_INJECT_STATUS,
					 .status = SCSIEMU_BUSY,
					 .delay_ms = 100 });
	add(&b, (struct scsiemu_inject){ .delay_ms = 1000 });
	start(&b, &k, SCSIEMU_OP_READ_10);
	assert_int_equal(tick(&b, 114), START + 115);
	tick(&b, 115);
	drive_ready(&b.d);
	ended(&k, SCSIEMU_BUSY);
	disk_free(&b);
}

/* At random, the same on two devices, within the bounds. */
static void test_random(void **s)
{
	struct scsiemu_inject r = { .delay_ms = 5,
				    .delay_max_ms = 20,
				    .seed = 7 };
	uint64_t at[2][16], seen = 0;

	(void)s;
	for (unsigned d = 0; d < 2; d++) {
		struct drive_task k;
		struct disk b;
		uint64_t now = 0;

		made(&b);
		add(&b, r);
		for (unsigned i = 0; i < 16; i++) {
			start(&b, &k, SCSIEMU_OP_READ_10);
			at[d][i] = tick(&b, now) - START - now;
			now += at[d][i];
			tick(&b, now);
			drive_ready(&b.d);
			ended(&k, SCSIEMU_GOOD);
		}
		disk_free(&b);
	}
	assert_memory_equal(at[0], at[1], sizeof(at[0]));
	for (unsigned i = 0; i < 16; i++) {
		assert_in_range(at[0][i], 5, 20);
		seen |= UINT64_C(1) << at[0][i];
	}
	assert_true(__builtin_popcountll(seen) > 5);
}

static void by_abort(struct disk *b, struct drive_task *k)
{
	(void)b;
	scsiemu_abort(&k->c);
}

static void tmf(struct disk *b, uint8_t function, uint64_t tag)
{
	struct scsiemu_cmd c = { .tmf = function,
				 .scratch_len = 2048,
				 .tag = tag };
	uint64_t scratch[256];

	c.scratch = (uint8_t *)scratch;
	assert_int_equal(scsiemu_start(b->lu, &c), SCSIEMU_DONE);
	assert_int_equal(c.response, SCSIEMU_RSP_COMPLETE);
	assert_int_equal(scsiemu_end(&c), 0);
}

static void by_task(struct disk *b, struct drive_task *k)
{
	tmf(b, SCSIEMU_TMF_ABORT_TASK, k->c.tag);
}

static void by_set(struct disk *b, struct drive_task *k)
{
	(void)k;
	tmf(b, SCSIEMU_TMF_CLEAR_TASK_SET, 0);
}

static void by_reset(struct disk *b, struct drive_task *k)
{
	(void)k;
	tmf(b, SCSIEMU_TMF_LU_RESET, 0);
}

static void by_removal(struct disk *b, struct drive_task *k)
{
	(void)k;
	scsiemu_lu_remove(b->lu);
}

typedef void end_fn(struct disk *b, struct drive_task *k);
static end_fn *const ends[] = { by_abort, by_task, by_set, by_reset,
				by_removal };
enum { NENDS = sizeof(ends) / sizeof(ends[0]) };

/* Whatever ends it, before and after its time has come. */
static void test_aborted(void **s)
{
	static const struct scsiemu_inject rule[] = {
		{ .delay_ms = 50 },
		{ .act = SCSIEMU_INJECT_HANG },
		{ .act = SCSIEMU_INJECT_HANG, .delay_ms = 50 },
	};
	static const uint8_t op[] = { SCSIEMU_OP_TEST_UNIT_READY,
				      SCSIEMU_OP_WRITE_10,
				      SCSIEMU_OP_REQUEST_SENSE };

	(void)s;
	for (unsigned i = 0; i < 3 * 3 * NENDS * 2; i++) {
		struct drive_task k;
		struct disk b;

		made(&b);
		add(&b, rule[i % 3]);
		start(&b, &k, op[i / 3 % 3]);
		assert_int_equal(k.want, SCSIEMU_WAIT);
		if (i >= 9 * NENDS)
			tick(&b, 50);
		ends[i / 9 % NENDS](&b, &k);
		silent(&b, &k);
		if (ends[i / 9 % NENDS] != by_removal)
			assert_ptr_equal(b.lu->tasks.next, &b.lu->tasks);
		disk_free(&b);
	}
}

static void test_nexus_gone(void **s)
{
	struct drive_task k;
	struct disk b;

	(void)s;
	made(&b);
	b.d.nexus = drive_attach(&b.d, 0, 1);
	drive_settle(&b.d, b.lu, b.d.nexus);
	add(&b, (struct scsiemu_inject){ .delay_ms = 50 });
	start(&b, &k, SCSIEMU_OP_READ_10);
	scsiemu_nexus_detach(b.d.nexus);
	silent(&b, &k);
	disk_free(&b);
}

/* TAS: another nexus clears it, and it is told TASK ABORTED. */
static void test_task_aborted(void **s)
{
	struct drive_task k;
	struct disk b;

	(void)s;
	made(&b);
	b.d.nexus = drive_attach(&b.d, 0, 1);
	drive_settle(&b.d, b.lu, b.d.nexus);
	b.lu->tas = true;
	add(&b, (struct scsiemu_inject){ .delay_ms = 50 });
	start(&b, &k, SCSIEMU_OP_READ_10);
	tmf(&b, SCSIEMU_TMF_CLEAR_TASK_SET, 0);
	assert_ptr_equal(scsiemu_ready(b.d.dev), &k.c);
	k.want = scsiemu_next(&k.c);
	ended(&k, SCSIEMU_TASK_ABORTED);
	disk_free(&b);
}

/* What is so at the end of the delay counts. */
static void test_checked_again(void **s)
{
	struct drive_task k;
	struct disk b;

	(void)s;
	made(&b);
	add(&b, (struct scsiemu_inject){ .delay_ms = 50 });
	start(&b, &k, SCSIEMU_OP_READ_10);
	scsiemu_lu_load(b.lu, NULL, false);
	tick(&b, 50);
	drive_ready(&b.d);
	ended(&k, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(k.c.sense.asc,
			 SCSIEMU_ASC_MEDIUM_NOT_PRESENT_TRAY_OPEN);
	disk_free(&b);
}

/* An ORDERED one behind it waits for it; it keeps its place. */
static void test_keeps_place(void **s)
{
	struct drive_task k, behind;
	struct disk b;

	(void)s;
	made(&b);
	add(&b, (struct scsiemu_inject){ .delay_ms = 50, .count = 1 });
	start(&b, &k, SCSIEMU_OP_READ_10);
	b.d.attr = SCSIEMU_ORDERED;
	start(&b, &behind, SCSIEMU_OP_READ_10);
	assert_int_equal(behind.want, SCSIEMU_WAIT);
	tick(&b, 50);
	drive_ready(&b.d);
	ended(&k, SCSIEMU_GOOD);
	ended(&behind, SCSIEMU_GOOD);
	disk_free(&b);
}

/* The rule goes while the command waits: it runs as if nothing were. */
static void test_rule_removed(void **s)
{
	struct drive_task k;
	struct disk b;
	int id;

	(void)s;
	made(&b);
	id = add(&b, (struct scsiemu_inject){ .act = SCSIEMU_INJECT_STATUS,
					      .status = SCSIEMU_BUSY,
					      .delay_ms = 50 });
	start(&b, &k, SCSIEMU_OP_READ_10);
	assert_int_equal(scsiemu_inject_remove(b.lu, id), 0);
	tick(&b, 50);
	drive_ready(&b.d);
	ended(&k, SCSIEMU_GOOD);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_aborted),
		cmocka_unit_test(test_nexus_gone),
		cmocka_unit_test(test_task_aborted),
		cmocka_unit_test(test_checked_again),
		cmocka_unit_test(test_keeps_place),
		cmocka_unit_test(test_rule_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
