/* SPDX-License-Identifier: BSD-2-Clause */
/* TEST UNIT READY, RESERVE, RELEASE, START STOP UNIT and PREVENT ALLOW MEDIUM
 * REMOVAL. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

#define TUR	      0x00, 0, 0, 0, 0, 0
#define RESERVE_6     0x16, 0, 0, 0, 0, 0
#define RELEASE_6     0x17, 0, 0, 0, 0, 0
#define RESERVE_10    0x56, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define RELEASE_10    0x57, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define START_STOP(b) 0x1b, 0, 0, 0, b, 0
#define PREVENT(b)    0x1e, 0, 0, 0, b, 0
#define CONFLICT      SCSIEMU_RESERVATION_CONFLICT
enum { START = 1, LOEJ = 2, NO_FLUSH = 4 };

static void as(struct spcdev *t, struct scsiemu_nexus *n)
{
	t->d.nexus = n;
}

static void reservation(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, RESERVE_6);
	drive_good(&t->d);
	spcdev_in(t, RESERVE_6); /* again, by the holder */
	drive_good(&t->d);
	spcdev_in(t, TUR);
	drive_good(&t->d);
	as(t, t->b);
	spcdev_in(t, RESERVE_6);
	drive_status(&t->d, CONFLICT);
	spcdev_in(t, RESERVE_10);
	drive_status(&t->d, CONFLICT);
	assert_int_equal(t->d.t.sense_len, 0);
	spcdev_in(t, TUR);
	drive_status(&t->d, CONFLICT);
	spcdev_in(t, RELEASE_6); /* GOOD, without effect */
	drive_good(&t->d);
	spcdev_in(t, RELEASE_10);
	drive_good(&t->d);
	spcdev_in(t, TUR);
	drive_status(&t->d, CONFLICT);
	as(t, t->a);
	spcdev_in(t, RELEASE_10);
	drive_good(&t->d);
	as(t, t->b);
	spcdev_in(t, RESERVE_10);
	drive_good(&t->d);
	as(t, t->a);
	spcdev_in(t, TUR);
	drive_status(&t->d, CONFLICT);
	scsiemu_nexus_detach(t->b);
	spcdev_in(t, TUR);
	drive_good(&t->d);
}

/* What passes a foreign reservation (reference 4.4). */
static void reserved_allows(void **state)
{
	struct spcdev *t = *state;

	as(t, t->b);
	spcdev_in(t, RESERVE_6);
	as(t, t->a);
	spcdev_in(t, 0x12, 0, 0, 0, 96, 0);
	drive_good(&t->d);
	spcdev_in(t, 0x03, 0, 0, 0, 18, 0);
	drive_good(&t->d);
	spcdev_in(t, 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0);
	drive_good(&t->d);
	spcdev_in(t, START_STOP(START));
	drive_good(&t->d);
	spcdev_in(t, START_STOP(0));
	drive_status(&t->d, CONFLICT);
	spcdev_in(t, START_STOP(0x10 | START));
	drive_status(&t->d, CONFLICT);
	spcdev_in(t, PREVENT(0));
	drive_status(&t->d, CONFLICT);
	spcdev_in(t, 0x1a, 0, 0x3f, 0, 252, 0);
	drive_status(&t->d, CONFLICT);
	spcdev_out(t, "\0\0\0\0", 4, 0x15, 0x10, 0, 0, 4, 0);
	drive_status(&t->d, CONFLICT);
	spcdev_in(t, 0x1d, 0x04, 0, 0, 0, 0);
	drive_status(&t->d, CONFLICT);
	spcdev_in(t, 0xa3, 0x0c, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
	drive_status(&t->d, CONFLICT);
	spcdev_in(t, 0xa3, 0x0f, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
	drive_status(&t->d, CONFLICT);
}

/* Third party and extents were once there. */
static void reserve_fields(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, 0x16, 0x10, 0, 0, 0, 0);
	drive_cdb(&t->d, 1, 4);
	spcdev_in(t, 0x16, 0x01, 0, 0, 0, 0);
	drive_cdb(&t->d, 1, 0);
	spcdev_in(t, 0x56, 0, 0, 0, 0, 0, 0, 0, 8, 0);
	drive_cdb(&t->d, 8, 3);
	assert_null(t->lu->reserved);
}

/* A guard that comes or goes leaves the others alone. */
static void guards(void **state)
{
	struct spcdev *t = *state;
	uint32_t odd = SCSIEMU_ON_BAD_FORMAT;

	t->lu->read_only = true;
	t->lu->guards = odd;
	scsiemu_lu_changed(t->lu);
	odd |= SCSIEMU_ON_PROTECTED;
	assert_int_equal(t->lu->guards, odd);
	spcdev_in(t, RESERVE_6);
	assert_int_equal(t->lu->guards, odd | SCSIEMU_ON_RESERVE6);
	spcdev_in(t, START_STOP(0));
	assert_int_equal(t->lu->guards,
			 odd | SCSIEMU_ON_RESERVE6 | SCSIEMU_ON_STOPPED);
	spcdev_in(t, RELEASE_6);
	assert_int_equal(t->lu->guards, odd | SCSIEMU_ON_STOPPED);
	spcdev_in(t, START_STOP(START));
	assert_int_equal(t->lu->guards, odd);
	scsiemu_lu_load(t->lu, NULL, false);
	assert_int_equal(t->lu->guards, odd | SCSIEMU_ON_NO_MEDIUM);
	t->lu->read_only = false;
	scsiemu_lu_load(t->lu, &t->disk.m, false);
	assert_int_equal(t->lu->guards, SCSIEMU_ON_BAD_FORMAT);
	t->disk.m.able &= ~(uint32_t)SCSIEMU_CAN_WRITE;
	scsiemu_lu_changed(t->lu);
	assert_int_equal(t->lu->guards, odd);
}

/* Stops of the last command, as its CDB's fields make them. */
static uint32_t stops_of(struct spcdev *t, const uint8_t *cdb)
{
	drive_in(&t->d, t->lu, cdb, 6);
	drive_good(&t->d);
	return semu_spc_stops(&t->d.t.c);
}

static void stops_by_field(void **state)
{
	const uint32_t rest = SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY;
	struct spcdev *t = *state;

	assert_int_equal(stops_of(t, BYTES(START_STOP(START))), rest);
	assert_int_equal(stops_of(t, BYTES(START_STOP(START | NO_FLUSH))),
			 rest);
	assert_int_equal(stops_of(t, BYTES(START_STOP(0))),
			 rest | SCSIEMU_PR_WRITE | SCSIEMU_ON_PR_LOST);
	assert_int_equal(stops_of(t, BYTES(START_STOP(0x10 | START))),
			 rest | SCSIEMU_PR_WRITE | SCSIEMU_ON_PR_LOST);
	assert_int_equal(stops_of(t, BYTES(PREVENT(0))),
			 rest | SCSIEMU_ON_RESERVE6);
	assert_int_equal(stops_of(t, BYTES(PREVENT(1))),
			 rest | SCSIEMU_PR_WRITE);
}

static void stop_fixed(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, START_STOP(0));
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 1);
	assert_int_equal(t->d.log[0].verb, SCSIEMU_V_FLUSH);
	assert_int_equal(t->d.log[0].flags, 0);
	spcdev_in(t, TUR);
	drive_check(&t->d, 2, 0x0402);
	spcdev_in(t, START_STOP(START));
	drive_good(&t->d);
	spcdev_in(t, TUR);
	drive_good(&t->d);
	spcdev_in(t, 0x1b, 1, 0, 0, 0, 0); /* IMMED */
	drive_good(&t->d);
	assert_int_equal(t->d.log[0].flags, SCSIEMU_IMMED);
	spcdev_in(t, START_STOP(NO_FLUSH));
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 0);
	semu_spc_reset(t->lu);
	spcdev_in(t, TUR);
	drive_good(&t->d);
	spcdev_in(t, START_STOP(LOEJ));
	drive_cdb(&t->d, 4, 1);
	spcdev_in(t, START_STOP(LOEJ | START));
	drive_cdb(&t->d, 4, 1);
}

/* Power conditions: START and LOEJ have no meaning beside them. */
static void power_conditions(void **state)
{
	static const int8_t most[16] = { -1, 0,	 2, 1, -1, -1, -1, 0,
					 -1, -1, 2, 1, -1, -1, -1, -1 };
	struct spcdev *t = *state;
	int pc, mod;

	for (pc = 1; pc < 16; pc++) {
		for (mod = 0; mod < 16; mod++) {
			spcdev_in(t, 0x1b, 0, 0, (uint8_t)mod,
				  (uint8_t)(pc << 4 | LOEJ), 0);
			if (most[pc] < 0)
				drive_cdb(&t->d, 4, 7);
			else if (mod > most[pc])
				drive_cdb(&t->d, 3, 3);
			else
				drive_good(&t->d);
			spcdev_in(t, TUR);
			drive_good(&t->d);
		}
	}
}

static void eject_and_load(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, START_STOP(0)); /* a stop does not eject */
	drive_good(&t->d);
	spcdev_in(t, TUR);
	drive_good(&t->d);
	spcdev_in(t, START_STOP(LOEJ));
	drive_good(&t->d);
	assert_int_equal(t->d.log[0].verb, SCSIEMU_V_EJECT);
	assert_int_equal(t->d.log[0].flags, SCSIEMU_CHANGES);
	spcdev_in(t, TUR);
	drive_check(&t->d, 2, 0x3a02);
	spcdev_in(t, START_STOP(LOEJ)); /* gone already */
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 0);
	spcdev_in(t, START_STOP(0));
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 0);
	spcdev_in(t, START_STOP(LOEJ | START));
	drive_good(&t->d);
	assert_int_equal(t->d.log[0].verb, SCSIEMU_V_INSERT);
	spcdev_in(t, TUR); /* who asked for it knows */
	drive_good(&t->d);
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0x2800);
	spcdev_in(t, START_STOP(LOEJ | START)); /* in already */
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 0);
}

static int refuse(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	return c->want == SCSIEMU_STORE ? SCSIEMU_E_HARDWARE : DRIVE_USUAL;
}

static void eject_fails(void **state)
{
	struct spcdev *t = *state;

	t->d.hook = refuse;
	spcdev_in(t, START_STOP(LOEJ));
	drive_status(&t->d, SCSIEMU_CHECK_CONDITION);
	assert_non_null(scsiemu_lu_medium(t->lu));
	spcdev_in(t, TUR);
	drive_good(&t->d);
}

/* An empty drive has nothing to load. */
static void nothing_to_load(void **state)
{
	struct scsiemu_lu_config cf = spcdev_config;
	struct spcdev *t = *state;

	cf.removable = true;
	t->lu = scsiemu_lu_add(t->d.dev, 1, &cf);
	drive_settle(&t->d, t->lu, t->a);
	spcdev_in(t, START_STOP(LOEJ | START));
	drive_check(&t->d, 2, 0x3a00);
}

static void prevent(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, PREVENT(1));
	drive_good(&t->d);
	spcdev_in(t, PREVENT(1));
	as(t, t->b);
	spcdev_in(t, START_STOP(LOEJ));
	drive_check(&t->d, 5, 0x5302);
	spcdev_in(t, PREVENT(1));
	as(t, t->a);
	spcdev_in(t, PREVENT(0));
	spcdev_in(t, START_STOP(LOEJ)); /* the other one still prevents */
	drive_check(&t->d, 5, 0x5302);
	as(t, t->b);
	spcdev_in(t, PREVENT(0));
	spcdev_in(t, PREVENT(0));
	spcdev_in(t, START_STOP(LOEJ));
	drive_good(&t->d);
	spcdev_in(t, PREVENT(1));
	spcdev_in(t, START_STOP(LOEJ | START));
	drive_check(&t->d, 5, 0x5302);
	as(t, t->a);
	scsiemu_nexus_detach(t->b);
	assert_int_equal(t->lu->prevents, 0);
	spcdev_in(t, START_STOP(LOEJ | START));
	drive_good(&t->d);
}

static void prevent_fields(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, PREVENT(2));
	drive_cdb(&t->d, 4, 1);
	spcdev_in(t, PREVENT(3));
	drive_cdb(&t->d, 4, 1);
	spcdev_in(t, PREVENT(4));
	drive_cdb(&t->d, 4, 2);
	assert_int_equal(t->lu->prevents, 0);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, spcdev_setup, spcdev_teardown)
#define REMOVABLE(f)                                                           \
	cmocka_unit_test_setup_teardown(f, spcdev_setup_removable,             \
					spcdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reservation),
		TEST(reserved_allows),
		TEST(reserve_fields),
		TEST(stop_fixed),
		REMOVABLE(power_conditions),
		REMOVABLE(eject_and_load),
		REMOVABLE(eject_fails),
		TEST(nothing_to_load),
		REMOVABLE(prevent),
		TEST(prevent_fields),
		TEST(guards),
		TEST(stops_by_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
