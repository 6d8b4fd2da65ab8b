/* SPDX-License-Identifier: BSD-2-Clause */
/* Informational exceptions: mode page 1Ch, and how hosts are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "behave/log_rig.h"

enum { TEST_BIT = 0x04, DEXCPT = 0x08, EWASC = 0x10, ON_REQUEST = 6 };
enum { FAILING = 0x5d10, WARM = 0x0b01, FALSE_ALARM = 0x5dff };

static int setup(void **state)
{
	static const struct disk_options o = { .logs = true };
	return rig_setup(state, &o);
}

static void choose(struct rig *r, uint8_t bits, uint8_t mrie, uint8_t tenths,
		   uint8_t count)
{
	const uint8_t list[16] = {
		[4] = 0x1c, 10, bits, mrie, [11] = tenths, [15] = count
	};
	const uint8_t cdb[6] = { 0x15, 0x10, 0, 0, 16 };

	drive_run(&r->b.d, r->b.lu, cdb, 6, list, 16, 0);
}

static void chosen(struct rig *r, uint8_t bits, uint8_t mrie, uint8_t tenths,
		   uint8_t count)
{
	choose(r, bits, mrie, tenths, count);
	drive_good(&r->b.d);
	drive_settle(&r->b.d, r->b.lu, r->other);
}

static void set(struct rig *r, uint16_t asc)
{
	assert_int_equal(scsiemu_log_exception(r->b.lu, asc), 0);
}

/* ASC and ASCQ of log page 2Fh. */
static unsigned page(struct rig *r)
{
	static const uint8_t cdb[10] = { 0x4d, 0, 0x6f, [8] = 255 };

	drive_in(&r->b.d, r->b.lu, cdb, 10);
	drive_good(&r->b.d);
	return (unsigned)r->b.d.t.in[8] << 8 | r->b.d.t.in[9];
}

/* Key, ASC and ASCQ of REQUEST SENSE. */
static uint32_t polled(struct rig *r)
{
	static const uint8_t cdb[6] = { 0x03, [4] = 252 };
	const uint8_t *p;

	drive_in(&r->b.d, r->b.lu, cdb, 6);
	drive_good(&r->b.d);
	p = r->b.d.t.in;
	return (uint32_t)(p[2] & 0x0f) << 16 | (uint32_t)p[12] << 8 | p[13];
}

static void tur(struct rig *r)
{
	static const uint8_t cdb[6];

	drive_run(&r->b.d, r->b.lu, cdb, 6, NULL, 0, 0);
}

static void mode_page(void **state)
{
	static const uint8_t current[16] = { 15,   0,  0x10,  0,
					     0x9c, 10, EWASC, ON_REQUEST };
	static const uint8_t mask[16] = { 15,	0,    0x10, 0,	  0x9c, 10,
					  0x1c, 0x0f, 0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0xff, 0xff };
	uint8_t cdb[6] = { 0x1a, 8, 0x1c, 0, 255 };
	struct rig *r = *state;
	struct disk plain;

	drive_in(&r->b.d, r->b.lu, cdb, 6);
	drive_data(&r->b.d, current, 16);
	cdb[2] |= 0x40;
	drive_in(&r->b.d, r->b.lu, cdb, 6);
	drive_data(&r->b.d, mask, 16);
	choose(r, TEST_BIT | DEXCPT, ON_REQUEST, 0, 0);
	drive_param(&r->b.d, 0x2600, 6, 2);
	for (uint8_t mrie = 1; mrie < 16; mrie += mrie == 1 ? 6 : 1) {
		choose(r, 0, mrie, 0, 0);
		drive_param(&r->b.d, 0x2600, 7, 3);
	}
	choose(r, 0x01, ON_REQUEST, 0, 0);
	drive_param(&r->b.d, 0x2600, 6, 0);
	/* without logs: DEXCPT, and nothing can be changed */
	disk_make(&plain, NULL);
	cdb[2] = 0x1c;
	drive_in(&plain.d, plain.lu, cdb, 6);
	drive_good(&plain.d);
	assert_int_equal(plain.d.t.in[6], DEXCPT);
	assert_int_equal(scsiemu_log_exception(plain.lu, FAILING),
			 SCSIEMU_ERR_ARG);
	disk_free(&plain);
}

static void on_request(void **state)
{
	struct rig *r = *state;

	assert_int_equal(page(r), 0);
	assert_int_equal(polled(r), 0);
	set(r, FAILING);
	assert_int_equal(page(r), FAILING);
	assert_int_equal(polled(r), FAILING);
	assert_int_equal(polled(r), FAILING); /* as long as it lasts */
	tur(r);
	drive_good(&r->b.d);
	set(r, 0);
	assert_int_equal(polled(r), 0);
	assert_int_equal(scsiemu_log_exception(r->b.lu, 0x1100),
			 SCSIEMU_ERR_ARG);
	/* warnings are for who wants them */
	set(r, WARM);
	assert_int_equal(polled(r), WARM);
	chosen(r, 0, ON_REQUEST, 0, 0);
	assert_int_equal(polled(r), 0);
	assert_int_equal(page(r), 0);
	set(r, FAILING);
	assert_int_equal(polled(r), FAILING);
	chosen(r, DEXCPT, ON_REQUEST, 0, 0);
	assert_int_equal(polled(r), 0);
	assert_int_equal(page(r), 0);
	chosen(r, TEST_BIT, ON_REQUEST, 0, 0);
	assert_int_equal(polled(r), FALSE_ALARM);
	assert_int_equal(page(r), FALSE_ALARM);
	/* nobody is told, but it is there */
	chosen(r, 0, 0, 0, 0);
	assert_int_equal(polled(r), 0);
	assert_int_equal(page(r), FAILING);
	/* what goes on is more important */
	chosen(r, 0, ON_REQUEST, 0, 0);
	disk_run(&r->b, SCSIEMU_OP_START_STOP_UNIT, 0, 0, 0, NULL, 0, 0);
	assert_int_equal(polled(r), 0x20402);
}

static void attention(void **state)
{
	struct rig *r = *state;

	chosen(r, 0, 2, 0, 0);
	set(r, FAILING);
	set(r, FAILING); /* it is known */
	assert_int_equal(drive_ua(&r->b.d, r->b.lu, r->other), FAILING);
	assert_int_equal(drive_ua(&r->b.d, r->b.lu, r->other), 0);
	assert_int_equal(polled(r), 0x60000 | FAILING);
	assert_int_equal(polled(r), 0);
	/* gone before it is told */
	set(r, FAILING + 1);
	set(r, 0);
	assert_int_equal(drive_ua(&r->b.d, r->b.lu, r->other), 0x5d00);
}

static void tells(struct rig *r, uint8_t mrie, uint8_t key)
{
	chosen(r, 0, mrie, 0, 0);
	set(r, FAILING);
	assert_int_equal(polled(r), 0);
	drive_in(&r->b.d, r->b.lu, (const uint8_t[]){ 0x12, 0, 0, 0, 36, 0 },
		 6);
	drive_good(&r->b.d);
	/* its data are there */
	disk_fill(&r->b, 3);
	disk_run(&r->b, SCSIEMU_OP_READ_10, 0, 1, 1, NULL, 0, 512);
	drive_check(&r->b.d, key, FAILING);
	assert_int_equal(r->b.d.t.c.in_done, 512);
	assert_memory_equal(r->b.d.t.in, disk_at(&r->b, 1), 512);
	tur(r);
	drive_good(&r->b.d);
	set(r, 0);
	set(r, FAILING);
	choose(r, 0, mrie, 0, 0); /* not by this one */
	drive_good(&r->b.d);
	set(r, 0);
	/* not instead of an error; and gone, it is not told */
	set(r, FAILING);
	disk_run(&r->b, SCSIEMU_OP_READ_10, 0, 64, 1, NULL, 0, 512);
	drive_check(&r->b.d, 5, 0x2100);
	set(r, 0);
	tur(r);
	drive_good(&r->b.d);
}

static void recovered(void **state)
{
	tells(*state, 4, 1);
}

static void no_sense(void **state)
{
	tells(*state, 5, 0);
}

/* Only where PER is set, which it cannot be. */
static void per(void **state)
{
	struct rig *r = *state;

	chosen(r, 0, 3, 0, 0);
	set(r, FAILING);
	tur(r);
	drive_good(&r->b.d);
}

/* Every 300 ms, three times. */
static void again(void **state)
{
	struct rig *r = *state;
	unsigned told = 0;

	choose(r, TEST_BIT, 2, 3, 3);
	drive_good(&r->b.d);
	for (uint64_t ms = 0; ms < 2000; ms += 100) {
		scsiemu_device_tick(r->b.d.dev, ms);
		if (ms == 0) /* the mode page comes first */
			assert_int_equal(drive_ua(&r->b.d, r->b.lu, r->other),
					 0x2a01);
		told += drive_ua(&r->b.d, r->b.lu, r->other) == FALSE_ALARM;
		if (ms == 200)
			assert_int_equal(told, 1);
		if (ms == 300)
			assert_int_equal(told, 2);
	}
	assert_int_equal(told, 3);
	/* the same for commands, without a limit */
	drive_settle(&r->b.d, r->b.lu, NULL);
	chosen(r, TEST_BIT, 5, 3, 0);
	told = 0;
	for (uint64_t ms = 2000; ms < 4000; ms += 100) {
		scsiemu_device_tick(r->b.d.dev, ms);
		tur(r);
		told += r->b.d.t.c.status == SCSIEMU_CHECK_CONDITION;
	}
	assert_in_range(told, 6, 7);
	/* another page does not begin it anew, a reset neither */
	chosen(r, TEST_BIT, 5, 0, 1);
	tur(r);
	disk_mode(&r->b, 0x0a, 2, 0x04, 0x04);
	tur(r);
	drive_good(&r->b.d);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mode_page), TEST(on_request), TEST(attention),
		TEST(recovered), TEST(no_sense),   TEST(per),
		TEST(again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
