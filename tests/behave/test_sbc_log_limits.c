/* SPDX-License-Identifier: BSD-2-Clause */
/* Log counters: thresholds and ends, and what outlives a power cycle. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/inject.h>

#include "behave/log_rig.h"

enum { PCR = 2, SP = 1, THRESHOLD = 0, CUMULATIVE = 0x40 };
enum { DU = 0x80, ETC = 0x10, RLEC = 1, MET = 0x5b01, FULL = 0x5b02 };
enum { ALWAYS = 0, EQUAL = 4, NOT_EQUAL = 8, GREATER = 12 }; /* TMC */
enum {
	HOUR = 3600000,
	LOG_RECORD = 4 + 8 * (SCSIEMU_LOG_COUNT + SCSIEMU_LOG_COUNTERS)
};
enum { COUNTED = 4 + 8 * (1 + SCSIEMU_LOG_COUNT) };

static const struct disk_options options = {
	.logs = true,
	.inject_rules = 2,
	.jobs = 1,
	.sbc = { .defects = 4, .scan = true, .selftests = true }
};

static int setup(void **state)
{
	return rig_setup(state, &options);
}

static uint64_t value(struct disk *b, enum scsiemu_log which)
{
	uint64_t v = 0;

	assert_int_equal(scsiemu_log_get(b->lu, which, &v), 0);
	return v;
}

/* LOG SELECT of page 06h: the one counter of other errors than the medium's. */
static void set(struct disk *b, uint8_t byte1, uint8_t pc, uint8_t control,
		uint8_t v)
{
	const uint8_t list[12] = {
		0x06, 0, 0, 8, 0, 0, control, 4, 0, 0, 0, v
	};
	const uint8_t cdb[10] = { 0x4c, byte1, pc, 0, 0, 0, 0, 0, 12, 0 };

	drive_run(&b->d, b->lu, cdb, 10, list, 12, 0);
}

static uint8_t control(struct disk *b)
{
	const uint8_t cdb[10] = { 0x4d, 0, CUMULATIVE | 6, 0, 0, 0, 0, 0, 12 };

	drive_in(&b->d, b->lu, cdb, 10);
	drive_good(&b->d);
	return b->d.t.in[6];
}

/* Nexuses are settled; the own one does not hear of LOG SELECT. */
static uint16_t told(struct rig *r, struct scsiemu_nexus *n)
{
	return drive_ua(&r->b.d, r->b.lu, n);
}

static void settle(struct rig *r)
{
	drive_settle(&r->b.d, r->b.lu, r->other);
	drive_settle(&r->b.d, r->b.lu, r->b.d.nexus);
}

static void count(struct disk *b, uint64_t n)
{
	assert_int_equal(scsiemu_log_add(b->lu, SCSIEMU_LOG_NON_MEDIUM, n), 0);
}

/* The counter goes from 4 to 5 and then to 6; the threshold is 5. */
static void criteria(void **state)
{
	static const struct {
		uint8_t control;
		bool at_5, at_6;
	} t[] = {
		{ ETC | ALWAYS, true, true },
		{ ETC | EQUAL, true, false },
		{ ETC | NOT_EQUAL, false, true },
		{ ETC | GREATER, false, true },
		{ ALWAYS, false, false },
		{ GREATER, false, false },
	};
	struct rig *r = *state;
	struct disk *b = &r->b;

	for (unsigned i = 0; i < 2 * sizeof(t) / sizeof(t[0]); i++) {
		bool rlec = i & 1;
		uint16_t met = rlec ? MET : 0;

		disk_mode(b, 0x0a, 2, RLEC, rlec ? RLEC : 0);
		set(b, 0, CUMULATIVE, t[i / 2].control, 4);
		drive_good(&b->d);
		set(b, 0, THRESHOLD, t[i / 2].control, 5);
		drive_good(&b->d);
		settle(r);
		count(b, 0); /* no update */
		assert_int_equal(told(r, r->other), 0);
		count(b, 1);
		assert_int_equal(told(r, r->other), t[i / 2].at_5 ? met : 0);
		assert_int_equal(told(r, b->d.nexus), t[i / 2].at_5 ? met : 0);
		count(b, 1);
		assert_int_equal(told(r, r->other), t[i / 2].at_6 ? met : 0);
		assert_int_equal(told(r, b->d.nexus), t[i / 2].at_6 ? met : 0);
		assert_int_equal(told(r, r->other), 0);
		assert_int_equal(control(b), t[i / 2].control);
	}
}

static void no_update(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;

	set(b, 0, CUMULATIVE, DU, 4);
	drive_good(&b->d);
	assert_int_equal(told(r, r->other), 0x2a02);
	count(b, 1);
	assert_int_equal(scsiemu_log_set(b->lu, SCSIEMU_LOG_NON_MEDIUM, 77), 0);
	assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 4);
	set(b, 0, CUMULATIVE, DU, 5); /* a host may */
	assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 5);
	assert_int_equal(control(b), DU);
	set(b, 0, CUMULATIVE, DU, 5); /* nothing is new */
	told(r, r->other);
	assert_int_equal(told(r, r->other), 0);
	set(b, 0, CUMULATIVE, 0, 5); /* the control byte is */
	assert_int_equal(told(r, r->other), 0x2a02);
	count(b, 1);
	assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 6);
}

static void at_maximum(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;

	disk_mode(b, 0x0a, 2, RLEC, RLEC);
	settle(r);
	scsiemu_log_set(b->lu, SCSIEMU_LOG_NON_MEDIUM, 0xfffffffe);
	assert_int_equal(told(r, r->other), 0);
	count(b, 7);
	assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 0xffffffff);
	assert_int_equal(told(r, b->d.nexus), FULL);
	assert_int_equal(told(r, r->other), FULL);
	assert_int_equal(control(b), DU);
	count(b, 7); /* once */
	assert_int_equal(told(r, r->other), 0);
	/* the defaults: 0, and counting again */
	set(b, 0, CUMULATIVE | 0x80, DU, 0);
	drive_good(&b->d);
	assert_int_equal(control(b), 0);
	count(b, 7);
	assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 7);
}

/* Without a list: all that is a host's, control bytes too; 00h/FFh is all. */
static void defaults(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;

	for (unsigned i = 0; i < 3; i++) {
		const uint8_t cdb[10] = { 0x4c, PCR, i == 2 ? 6 : 0,
					  i == 1 ? 0xff : 0 };

		set(b, 0, CUMULATIVE, DU | ETC | GREATER, 4);
		set(b, 0, THRESHOLD, DU | ETC | GREATER, 9);
		assert_int_equal(control(b), DU | ETC | GREATER);
		drive_run(&b->d, b->lu, cdb, 10, NULL, 0, 0);
		drive_good(&b->d);
		assert_int_equal(control(b), 0);
		assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 0);
	}
}

/* RLEC is there for logical units with logs. */
static void changeable(void **state)
{
	static const struct disk_options plain = { .nblk = 64 };
	static const uint8_t mask[6] = { 0x1a, 8, 0x40 | 0x0a, 0, 255, 0 };
	static const uint8_t saved[12] = { 0x0a, 10, 3, 0x10 };
	struct rig *r = *state;
	struct disk other;

	drive_in(&r->b.d, r->b.lu, mask, 6);
	assert_int_equal(r->b.d.t.in[4 + 2] & RLEC, RLEC);
	disk_make(&other, &plain);
	drive_in(&other.d, other.lu, mask, 6);
	assert_int_equal(other.d.t.in[4 + 2] & RLEC, 0);
	assert_int_equal(
		scsiemu_lu_restore(other.lu, SCSIEMU_NV_MODE, saved, 12), 0);
	drive_in(&other.d, other.lu,
		 (const uint8_t[]){ 0x1a, 8, 0x0a, 0, 255, 0 }, 6);
	assert_int_equal(other.d.t.in[4 + 2], 2);
	disk_free(&other);
}

static int fail_save(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	if (c->want != SCSIEMU_STORE || c->verb != SCSIEMU_V_NV_SAVE)
		return DRIVE_USUAL;
	*bytes = 0;
	return SCSIEMU_E_NO_SPACE; /* counts as no error */
}

/* The counters' record, as a power down saves it. */
static void power_down(struct disk *b, uint8_t rec[COUNTED])
{
	uint8_t buf[512];
	uint32_t len = sizeof(buf);

	assert_int_equal(scsiemu_lu_unsaved(b->lu, buf, &len),
			 SCSIEMU_NV_COUNTERS);
	assert_int_equal(len, COUNTED);
	memcpy(rec, buf, COUNTED);
	len = sizeof(buf);
	assert_int_equal(scsiemu_lu_unsaved(b->lu, buf, &len), 0);
}

static int restore(struct disk *b, uint32_t id, const void *rec, uint32_t len)
{
	return scsiemu_lu_restore(b->lu, id, rec, len);
}

static void kept(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;
	uint8_t rec[COUNTED], bad[COUNTED];
	struct disk next;

	scsiemu_device_tick(b->d.dev, 5 * HOUR);
	count(b, 3);
	power_down(b, rec);
	assert_int_equal(rec[0], 0x81);
	assert_int_equal(rec[1], SCSIEMU_LOG_COUNT);
	assert_int_equal(rec[2] | rec[3], 0);
	assert_memory_equal(rec + 4, "\0\0\0\0\1\22\xa8\x80", 8); /* ms */
	assert_int_equal(rec[12 + 8 * SCSIEMU_LOG_NON_MEDIUM + 7], 3);
	count(b, 1); /* something new */
	power_down(b, rec);
	disk_make(&next, &options);
	for (uint32_t n = 0; n < COUNTED; n++)
		assert_int_equal(restore(&next, SCSIEMU_NV_COUNTERS, rec, n),
				 SCSIEMU_ERR_ARG);
	for (unsigned i = 0; i < 2; i++) {
		memcpy(bad, rec, COUNTED);
		bad[i] ^= 3;
		assert_int_equal(
			restore(&next, SCSIEMU_NV_COUNTERS, bad, COUNTED),
			SCSIEMU_ERR_ARG);
	}
	assert_int_equal(value(&next, SCSIEMU_LOG_NON_MEDIUM), 0);
	assert_int_equal(restore(&next, SCSIEMU_NV_COUNTERS, rec, COUNTED), 0);
	assert_int_equal(value(&next, SCSIEMU_LOG_NON_MEDIUM), 4);
	/* 5 hours of before and 2 of now: page 15h says minutes */
	scsiemu_device_tick(next.d.dev, 2 * HOUR);
	drive_in(&next.d, next.lu,
		 (const uint8_t[]){ 0x4d, 0, CUMULATIVE | 0x15, 0, 0, 0, 0, 0,
				    255, 0 },
		 10);
	drive_good(&next.d);
	assert_memory_equal(next.d.t.in + 8, "\0\0\1\xa4", 4); /* 420 */
	disk_free(&next);
}

/* What LOG SELECT has saved is newer than counters of an earlier power down,
 * and older than those of a later one. */
static void newer(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;
	uint8_t rec[COUNTED];
	struct disk next;

	count(b, 3);
	power_down(b, rec);
	b->d.hook = fail_save; /* that is no save */
	set(b, SP, CUMULATIVE, DU, 8);
	drive_check(&b->d, 7, 0x2707);
	assert_int_equal(control(b), 0);
	assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 3);
	b->d.hook = NULL;
	set(b, SP, CUMULATIVE, ETC, 8);
	drive_good(&b->d);
	disk_make(&next, &options);
	assert_int_equal(restore(&next, SCSIEMU_NV_LOG, b->d.nv[SCSIEMU_NV_LOG],
				 b->d.nv_len[SCSIEMU_NV_LOG]),
			 0);
	assert_int_equal(control(&next), ETC);
	assert_int_equal(restore(&next, SCSIEMU_NV_COUNTERS, rec, COUNTED), 0);
	assert_int_equal(value(&next, SCSIEMU_LOG_NON_MEDIUM), 8);
	disk_free(&next);
	count(b, 1);
	power_down(b, rec);
	assert_int_equal(rec[3], 1);
	disk_make(&next, &options);
	restore(&next, SCSIEMU_NV_LOG, b->d.nv[SCSIEMU_NV_LOG],
		b->d.nv_len[SCSIEMU_NV_LOG]);
	restore(&next, SCSIEMU_NV_COUNTERS, rec, COUNTED);
	assert_int_equal(value(&next, SCSIEMU_LOG_NON_MEDIUM), 9);
	disk_free(&next);
}

/* A record of version 1 had no control bytes. */
static void old(void **state)
{
	struct rig *r = *state;
	struct disk *b = &r->b;
	uint8_t rec[LOG_RECORD];

	set(b, SP, CUMULATIVE, ETC, 8);
	memcpy(rec, b->d.nv[SCSIEMU_NV_LOG], LOG_RECORD);
	rec[0] = 1;
	set(b, 0, CUMULATIVE, 0, 2);
	assert_int_equal(restore(b, SCSIEMU_NV_LOG, rec, LOG_RECORD - 1),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(restore(b, SCSIEMU_NV_LOG, rec, LOG_RECORD), 0);
	assert_int_equal(value(b, SCSIEMU_LOG_NON_MEDIUM), 8);
	assert_int_equal(control(b), 0);
	rec[0] = 2;
	assert_int_equal(restore(b, SCSIEMU_NV_LOG, rec, LOG_RECORD),
			 SCSIEMU_ERR_ARG);
}

/* Errors that rules make, at a block, after the command or instead of it. */
static void injected(void **state)
{
	static const enum scsiemu_inject_when when[] = { SCSIEMU_INJECT_INSTEAD,
							 SCSIEMU_INJECT_AT,
							 SCSIEMU_INJECT_AFTER };
	struct scsiemu_inject rule = {
		.size = sizeof(rule),
		.match = SCSIEMU_INJECT_READS,
		.act = SCSIEMU_INJECT_SENSE,
		.key = SCSIEMU_SK_MEDIUM_ERROR,
		.asc = 0x1100,
	};
	struct rig *r = *state;
	struct disk *b = &r->b;

	for (unsigned i = 0; i < 3; i++) {
		int id;

		rule.when = (uint8_t)when[i];
		id = scsiemu_inject_add(b->lu, &rule);
		assert_true(id > 0);
		disk_run(b, SCSIEMU_OP_READ_10, 0, 0, 4, NULL, 0,
			 4 * b->k.m.blen);
		drive_check(&b->d, 3, 0x1100);
		assert_int_equal(value(b, SCSIEMU_LOG_READ_UNCORRECTED), i + 1);
		scsiemu_inject_remove(b->lu, id);
	}
	assert_int_equal(value(b, SCSIEMU_LOG_READS), 0);
	rule.act = SCSIEMU_INJECT_STATUS; /* no error */
	rule.status = SCSIEMU_BUSY;
	rule.when = SCSIEMU_INJECT_INSTEAD;
	scsiemu_inject_add(b->lu, &rule);
	disk_run(b, SCSIEMU_OP_READ_10, 0, 0, 4, NULL, 0, 4 * b->k.m.blen);
	drive_status(&b->d, SCSIEMU_BUSY);
	assert_int_equal(value(b, SCSIEMU_LOG_READ_UNCORRECTED), 3);
	assert_int_equal(value(b, SCSIEMU_LOG_READS), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(criteria), TEST(no_update),  TEST(at_maximum),
		TEST(defaults), TEST(changeable), TEST(kept),
		TEST(newer),	TEST(old),	  TEST(injected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
