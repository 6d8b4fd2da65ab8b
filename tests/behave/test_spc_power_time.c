/* SPDX-License-Identifier: BSD-2-Clause */
/* Power conditions: how long it takes to become active, and background
 * functions. */
#include "behave/power_rig.h"

/* ---- Time to become active ---- */

static const uint8_t read_1[10] = { 0x28, [8] = 1 };

/* A READ that waits until it is active. */
static void waits(struct disk *b, uint32_t ms)
{
	struct drive_task t = { .live = false };

	drive_start(&b->d, &t, b->lu, read_1, 10, NULL, 0, 512);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	assert_int_equal(b->lu->guards & SCSIEMU_ON_BECOMING, 0);
	assert_int_equal(pass(b, 0), ms);
	ready(b); /* goes past */
	drive_good(&b->d);
	sense(b, 0, 0);
	pass(b, ms - 1);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	pass(b, 1);
	assert_int_equal(t.want, SCSIEMU_READ);
	drive_go(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&t);
	read(b);
	drive_good(&b->d);
}

/* Commands that are told to come again. */
static void told(struct disk *b, uint32_t ms)
{
	read(b);
	drive_check(&b->d, 2, 0x0401);
	ready(b);
	drive_check(&b->d, 2, 0x0401);
	sense(b, 2, 0x0401);
	assert_int_equal(pass(b, 0), ms);
	pass(b, ms - 1);
	read(b);
	drive_check(&b->d, 2, 0x0401);
	pass(b, 1);
	ready(b);
	drive_good(&b->d);
	sense(b, 0, 0);
	read(b);
	drive_good(&b->d);
}

static void recovery(void **s)
{
	static const struct {
		uint8_t pc, modifier, ccf;
		uint16_t ms;
	} from[] = {
		{ 2, 0, 0, 11 },     { 2, 1, 0, 22 },	  { 2, 2, 0x80, 33 },
		{ 3, 0, 0x20, 550 }, { 3, 1, 0x20, 440 },
	};
	struct disk b;

	(void)s;
	make(&b, &slow);
	for (unsigned i = 0; i < 5; i++)
		for (unsigned on = 0; on < 2; on++) {
			byte(&b, CCF, on ? 0xa8 : (uint8_t)~from[i].ccf & 0xa8);
			condition(&b, from[i].pc, from[i].modifier);
			drive_good(&b.d);
			if (on && from[i].ccf)
				told(&b, from[i].ms);
			else
				waits(&b, from[i].ms);
		}
	disk_free(&b);
}

/* START: with status at once, or when it is active. */
static void starting(void **s)
{
	const uint8_t start[6] = { 0x1b, 0, 0, 0, START };
	struct drive_task t = { .live = false };
	struct disk b;

	(void)s;
	make(&b, &slow);
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	drive_good(&b.d);
	told(&b, 6600);
	start_stop(&b, 0, 0, 0);
	drive_start(&b.d, &t, b.lu, start, 6, NULL, 0, 0);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	told(&b, 6600); /* others do not wait behind it */
	drive_go(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	/* CCF_STOPPED 01b: they wait */
	byte(&b, CCF, 0x54);
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	waits(&b, 6600);
	/* the second one waits for the rest */
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	pass(&b, 6000);
	drive_start(&b.d, &t, b.lu, start, 6, NULL, 0, 0);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	pass(&b, 599);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	pass(&b, 1);
	drive_go(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&t);
	disk_free(&b);
}

/* The timers run from when it is active. */
static void after_recovery(void **s)
{
	struct disk b;

	(void)s;
	make(&b, &slow);
	timer(&b, TIMER_A, 1, 0x02);
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	pass(&b, 6600);
	sense(&b, 0, 0);
	pass(&b, 99);
	is(&b, ACTIVE, 0);
	pass(&b, 1);
	is(&b, IDLE_A, 0x5e01);
	/* another condition on the way */
	start_stop(&b, 0, 0, 0);
	start_stop(&b, IMMED, 0, START);
	pass(&b, 10);
	condition(&b, 2, 2);
	is(&b, IDLE_C, 0x5e08);
	ready(&b);
	drive_good(&b.d);
	waits(&b, 33);
	disk_free(&b);
}

/* An abort ends a command that waits; one that it meets stopped is told. */
static void interrupted(void **s)
{
	struct drive_task t = { .live = false }, u = { .live = false };
	struct disk b;

	(void)s;
	make(&b, &slow);
	condition(&b, 3, 0);
	drive_start(&b.d, &t, b.lu, read_1, 10, NULL, 0, 512);
	drive_start(&b.d, &u, b.lu, read_1, 10, NULL, 0, 512);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	assert_int_equal(u.want, SCSIEMU_WAIT);
	scsiemu_abort(&t.c);
	drive_ready(&b.d);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
	drive_end(&t);
	b.lu->guards |= SCSIEMU_ON_STOPPED;
	pass(&b, 550);
	drive_go(&u);
	assert_int_equal(u.c.status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(u.c.sense.asc, 0x0402);
	drive_end(&u);
	drive_task_free(&t);
	drive_task_free(&u);
	disk_free(&b);
}

/* ---- Background functions ---- */

static void scans(void **s)
{
	const struct disk_options o = { .nblk = 40960,
					.power = &disk_power,
					.sbc = { .scan = true } };
	enum { DAY = 86400000 };
	struct disk b;

	(void)s;
	now = 0;
	disk_make(&b, &o);
	for (unsigned i = 0; i < 4; i++)
		pass(&b, 500); /* the first one is over */
	/* in idle none begins */
	timer(&b, TIMER_A, 10, 0x02);
	pass(&b, 1000);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), IDLE_A);
	b.d.nlog = 0;
	pass(&b, DAY);
	pass(&b, 10000);
	assert_int_equal(b.d.nlog, 0);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), IDLE_A);
	/* 01b: it goes first, unless a command says otherwise */
	byte(&b, ENABLE_Y, 0x40);
	condition(&b, 2, 0);
	b.d.nlog = 0;
	pass(&b, 10000);
	assert_int_equal(b.d.nlog, 0);
	condition(&b, 10, 0);
	b.d.nlog = 0;
	pass(&b, 10000);
	assert_int_equal(b.d.nlog, 8);
	assert_int_equal(scsiemu_lu_power_condition(b.lu), ACTIVE);
	/* the other way round: the rest of it waits */
	byte(&b, ENABLE_Y, 0x80);
	condition(&b, 10, 0);
	b.d.nlog = 0;
	pass(&b, 10000);
	assert_int_equal(b.d.nlog, 0);
	read(&b);
	b.d.nlog = 0;
	pass(&b, 500);
	assert_int_equal(b.d.nlog, 8);
	disk_free(&b);
}

/* A self-test works on the medium. */
static void selftests(void **s)
{
	static const uint8_t test[6] = { 0x1d, 0x04 };
	struct disk b;

	(void)s;
	make(&b, &disk_power);
	condition(&b, 3, 0);
	drive_run(&b.d, b.lu, test, 6, NULL, 0, 0);
	drive_good(&b.d);
	is(&b, ACTIVE, 0);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recovery),	  cmocka_unit_test(starting),
		cmocka_unit_test(after_recovery), cmocka_unit_test(interrupted),
		cmocka_unit_test(scans),	  cmocka_unit_test(selftests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
