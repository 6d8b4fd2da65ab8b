/* SPDX-License-Identifier: BSD-2-Clause */
/* LOG SELECT: judged whole, taken, saved, told to others; defaults. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "behave/log_rig.h"

enum { SP = 1, PCR = 2, THRESHOLD = 0, CUMULATIVE = 0x40 };
enum { OLD_RECORD = 4 + 8 * (SCSIEMU_LOG_COUNT + SCSIEMU_LOG_COUNTERS) };
enum { RECORD = OLD_RECORD + SCSIEMU_LOG_COUNTERS + 2 };

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ })

static const struct disk_options options = { .logs = true, .log_clients = 1 };

static int setup(void **state)
{
	return rig_setup(state, &options);
}

static void run(struct disk *b, uint8_t byte1, uint8_t byte2, uint8_t sub,
		const void *list, uint16_t len)
{
	const uint8_t cdb[10] = {
		0x4c,	     byte1, byte2, sub, 0, 0, 0, (uint8_t)(len >> 8),
		(uint8_t)len
	};

	drive_run(&b->d, b->lu, cdb, 10, list, len, 0);
}

#define SELECT(b, byte1, byte2, ...)                                           \
	run(b, byte1, byte2, 0, BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)))

static uint64_t value(struct disk *b, unsigned which)
{
	uint64_t v = 0;

	assert_int_equal(scsiemu_log_get(b->lu, (enum scsiemu_log)which, &v),
			 0);
	return v;
}

/* The threshold of parameter `from` of page 03h. */
static unsigned threshold(struct disk *b, uint8_t from)
{
	const uint8_t cdb[10] = { 0x4d, 0, 0x03, 0, 0, 0, from, 0, 255 };

	drive_in(&b->d, b->lu, cdb, 10);
	drive_good(&b->d);
	return b->d.t.in[11];
}

static uint16_t told(struct rig *r)
{
	return drive_ua(&r->b.d, r->b.lu, r->other);
}

/* Page 03h, parameters 0 and 6. */
#define TWO(a, z) 0x03, 0, 0, 16, 0, 0, 0, 4, 0, 0, 0, a, 0, 6, 0, 4, 0, 0, 0, z

static void takes(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;

	SELECT(b, 0, CUMULATIVE, TWO(3, 4));
	drive_good(&b->d);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 3);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_UNCORRECTED), 4);
	assert_int_equal(threshold(b, 0), 0);
	assert_int_equal(told(r), 0x2a02);
	assert_int_equal(told(r), 0);
	SELECT(b, 0, CUMULATIVE, TWO(3, 4)); /* nothing new */
	drive_good(&b->d);
	assert_int_equal(told(r), 0);
	SELECT(b, 0, THRESHOLD, TWO(7, 8));
	drive_good(&b->d);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 3);
	assert_int_equal(threshold(b, 0), 7);
	assert_int_equal(threshold(b, 6), 8);
	assert_int_equal(told(r), 0x2a02);
	/* to the defaults, whatever the list says */
	SELECT(b, 0, 0x80, TWO(9, 9));
	drive_good(&b->d);
	assert_int_equal(threshold(b, 0), 0);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 3);
	SELECT(b, 0, 0xc0, TWO(9, 9));
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 0);
	assert_int_equal(b->d.nv_len[SCSIEMU_NV_LOG], 0);
}

/* Lists are the same whatever PC says; two pages, values of the embedder's
 * that do not change. */
static void lists(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;
	uint8_t client[4 + 4 + 252] = { 0x0f, 0, 1, 0, 0, 0, 0x23, 252 };

	SELECT(b, 0, THRESHOLD, 0x0d, 0, 0, 6, 0, 0, 3, 2, 0, 0xff, 0x0e, 0, 0,
	       10, 0, 2, 1, 6, '2', '0', '2', '6', '4', '8');
	drive_good(&b->d);
	assert_int_equal(value(b, SCSIEMU_LOG_ACCOUNTED), 0x323032363438);
	for (unsigned i = 8; i < sizeof(client); i++)
		client[i] = (uint8_t)i;
	run(b, 0, CUMULATIVE, 0, client, sizeof(client));
	drive_good(&b->d);
	assert_int_equal(told(r), 0x2a02);
	drive_in(&b->d, b->lu, BYTES(0x4d, 0, 0x4f, 0, 0, 0, 0, 1, 255, 0), 10);
	drive_data(&b->d, client, sizeof(client));
}

static void wrong_cdbs(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;

	SELECT(b, PCR, CUMULATIVE, TWO(1, 1));
	drive_cdb(&b->d, 1, 1);
	SELECT(b, 0, CUMULATIVE | 0x03, TWO(1, 1));
	drive_cdb(&b->d, 2, 5);
	run(b, 0, CUMULATIVE, 1, BYTES(TWO(1, 1)), 20);
	drive_cdb(&b->d, 3, SCSIEMU_NO_BIT);
	run(b, PCR, 0x01, 0, NULL, 0);
	drive_cdb(&b->d, 2, 5);
	run(b, PCR, 0x03, 1, NULL, 0);
	drive_cdb(&b->d, 2, 5);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 0);
}

/* The first parameter is good each time: nothing of it may stay. */
static void wrong_lists(void **state)
{
	static const struct {
		uint8_t at, is;
		uint16_t asc;
		uint8_t where, bit;
	} t[] = {
		{ 0, 0x01, 0x2600, 0, 5 }, /* no such page */
		{ 0, 0x2f, 0x2600, 0, 5 }, /* nothing can be set */
		{ 1, 0x01, 0x2600, 1, SCSIEMU_NO_BIT },
		{ 3, 15, 0x2600, 12, SCSIEMU_NO_BIT }, /* cut */
		{ 13, 0, 0x2600, 12, SCSIEMU_NO_BIT }, /* order */
		{ 13, 7, 0x2601, 12, SCSIEMU_NO_BIT }, /* no such code */
		{ 14, 0x03, 0x2600, 14, 1 },
		{ 14, 0x20, 0x2600, 14, 5 }, /* TSD */
		{ 14, 0x40, 0x2600, 14, 6 },
		{ 15, 3, 0x2600, 15, SCSIEMU_NO_BIT },
		{ 15, 5, 0x2600, 12, SCSIEMU_NO_BIT },
	};
	struct rig *r = *state;
	struct disk *b = &r->b;
	uint8_t list[] = { TWO(1, 2) };

	for (unsigned i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		uint8_t was = list[t[i].at];

		list[t[i].at] = t[i].is;
		run(b, 0, CUMULATIVE, 0, list, sizeof(list));
		drive_param(&b->d, t[i].asc, t[i].where, t[i].bit);
		list[t[i].at] = was;
	}
	for (uint16_t n = 1; n < sizeof(list); n++) {
		run(b, 0, CUMULATIVE, 0, list, n);
		drive_check(&b->d, 5, 0x1a00);
	}
	/* pages in order; the temperature is not a host's */
	SELECT(b, 0, CUMULATIVE, TWO(1, 2), 0x02, 0, 0, 0);
	drive_param(&b->d, 0x2600, 20, 5);
	SELECT(b, 0, CUMULATIVE, TWO(1, 2), 0x0d, 0, 0, 6, 0, 0, 3, 2, 0, 20);
	drive_param(&b->d, 0x2602, 28, SCSIEMU_NO_BIT);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 0);
	assert_int_equal(told(r), 0);
}

static void fill(struct disk *b)
{
	for (unsigned i = 0; i < SCSIEMU_LOG_COUNT; i++)
		scsiemu_log_set(b->lu, (enum scsiemu_log)i, 100);
	SELECT(b, 0, THRESHOLD, TWO(7, 8));
	drive_good(&b->d);
}

static void defaults(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;

	fill(b);
	told(r);
	run(b, 0, CUMULATIVE, 0, NULL, 0); /* nothing */
	drive_good(&b->d);
	assert_int_equal(told(r), 0);
	run(b, 0, 0x80 | 0x02, 0, NULL, 0); /* thresholds of another page */
	assert_int_equal(threshold(b, 0), 7);
	run(b, 0, 0x80, 0, NULL, 0); /* thresholds */
	drive_good(&b->d);
	assert_int_equal(threshold(b, 0), 0);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 100);
	assert_int_equal(told(r), 0x2a02);
	fill(b);
	run(b, 0, 0xc0 | 0x03, 0xff, NULL, 0); /* what one page counts */
	drive_good(&b->d);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 0);
	assert_int_equal(value(b, SCSIEMU_LOG_WRITE_FAST), 100);
	assert_int_equal(threshold(b, 0), 7);
	run(b, PCR, 0, 0, NULL, 0); /* everything that is a host's */
	drive_good(&b->d);
	assert_int_equal(value(b, SCSIEMU_LOG_WRITE_FAST), 0);
	assert_int_equal(value(b, SCSIEMU_LOG_WEIGHED), 0);
	assert_int_equal(value(b, SCSIEMU_LOG_ACCOUNTED), 0x202020202020);
	assert_int_equal(value(b, SCSIEMU_LOG_TEMPERATURE), 100);
	assert_int_equal(threshold(b, 0), 0);
}

static int fail_save(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	if (c->want != SCSIEMU_STORE || c->verb != SCSIEMU_V_NV_SAVE)
		return DRIVE_USUAL;
	*bytes = 0;
	return SCSIEMU_E_HARDWARE;
}

/* DS: this page is not saved, but set. */
static void saves(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;
	struct disk next;
	const uint8_t *nv = b->d.nv[SCSIEMU_NV_LOG];
	uint32_t len = RECORD + 252;
	uint8_t bad[RECORD + 252];

	b->d.hook = fail_save;
	SELECT(b, SP, CUMULATIVE, TWO(3, 4));
	drive_check(&b->d, 4, 0x4400);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 0);
	assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 1); /* that */
	assert_int_equal(told(r), 0);
	b->d.hook = NULL;
	SELECT(b, SP, CUMULATIVE, TWO(3, 4), 0x86, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0,
	       5);
	drive_good(&b->d);
	assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 5);
	assert_int_equal(told(r), 0x2a02);
	assert_int_equal(b->d.nv_len[SCSIEMU_NV_LOG], len);
	disk_make(&next, &options);
	memcpy(bad, nv, len);
	for (unsigned i = 0; i < 4; i++) {
		bad[i] ^= 1;
		assert_int_equal(
			scsiemu_lu_restore(next.lu, SCSIEMU_NV_LOG, bad, len),
			SCSIEMU_ERR_ARG);
		bad[i] ^= 1;
	}
	for (uint32_t n = 0; n < len; n++)
		assert_int_equal(
			scsiemu_lu_restore(next.lu, SCSIEMU_NV_LOG, bad, n),
			SCSIEMU_ERR_ARG);
	assert_int_equal(value(&next, SCSIEMU_LOG_READ_FAST), 0);
	assert_int_equal(scsiemu_lu_restore(next.lu, SCSIEMU_NV_LOG, bad, len),
			 0);
	assert_int_equal(value(&next, SCSIEMU_LOG_READ_FAST), 3);
	assert_int_equal(value(&next, SCSIEMU_LOG_READ_UNCORRECTED), 4);
	assert_int_equal(value(&next, SCSIEMU_LOG_NON_MEDIUM), 1);
	disk_free(&next);
	/* as it is */
	run(b, SP, CUMULATIVE, 0, NULL, 0);
	drive_good(&b->d);
	assert_int_equal(nv[4 + 8 * SCSIEMU_LOG_NON_MEDIUM + 7], 5);
	assert_int_equal(told(r), 0);
}

/* An abort while it is being saved: nothing was. */
static void aborted(void **state)
{
	static const uint8_t list[] = { TWO(3, 4) };
	struct rig *r = *state;
	struct disk *b = &r->b;
	struct drive_task *t = &b->d.t;

	drive_start(&b->d, t, b->lu,
		    BYTES(0x4c, SP, CUMULATIVE, 0, 0, 0, 0, 0, 20, 0), 10, list,
		    20, 0);
	drive_step(t);
	assert_int_equal(t->want, SCSIEMU_STORE);
	scsiemu_abort(&t->c);
	drive_ready(&b->d);
	drive_go(t);
	assert_int_equal(t->c.outcome, SCSIEMU_ABORTED);
	drive_end(t);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_FAST), 0);
	assert_int_equal(told(r), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes),	   TEST(lists), TEST(wrong_cdbs),
		TEST(wrong_lists), TEST(saves), TEST(defaults),
		TEST(aborted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
