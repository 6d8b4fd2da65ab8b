/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PREEMPT, and PREEMPT AND ABORT with commands in flight (SPC-5 5.13.11.2.4 to
 * 5.13.11.2.6).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/prrig.h"

enum { KD = 0xd4, CLEARED = 0x2f00 };

/* Without a reservation: only registrations go. */
static void removing(void **state)
{
	struct rig *r = *state;

	rig_register(r);
	OUT(r->a, PREEMPT, 1, KA, 0);
	drive_param(r->d, 0x2600, 8, SCSIEMU_NO_BIT);
	CONFLICT(r->a, PREEMPT, 1, KA, KD); /* nobody has it */
	KEYS(3, KA, KB, KC);
	GOOD(r->a, PREEMPT, 0xff, KA, KB); /* scope and type: ignored */
	KEYS(4, KA, KC);
	HELD(0, 0);
	UA(r->b, UNREGISTERED);
	rig_quiet(r);
	GOOD(r->b, REGISTER, 0, 0, KC); /* two of them */
	GOOD(r->a, PREEMPT, 0, KA, KC);
	KEYS(6, KA);
	UA(r->b, UNREGISTERED);
	UA(r->c, UNREGISTERED);
	rig_quiet(r);
	GOOD(r->a, PREEMPT, 0, KA, KA); /* itself: goes, and is not told */
	KEYS(7, 0);
	rig_quiet(r);
}

/* Types with one holder: others than it. */
static void beside_the_holder(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 4; i++) {
		rig_register(r);
		GOOD(r->a, RESERVE, rig_types[i], KA, 0);
		OUT(r->b, PREEMPT, rig_types[i], KB, 0);
		drive_param(r->d, 0x2600, 8, SCSIEMU_NO_BIT);
		CONFLICT(r->b, PREEMPT, rig_types[i], KB, KD);
		GOOD(r->b, PREEMPT, 8, KB, KC);
		HELD(rig_types[i], KA);
		KEYS(6 * i + 4, KA, KB);
		UA(r->c, UNREGISTERED);
		GOOD(r->b, PREEMPT, 0, KB, KB); /* itself */
		HELD(rig_types[i], KA);
		KEYS(6 * i + 5, KA);
		rig_quiet(r);
		GOOD(r->a, CLEAR, 0, KA, 0);
	}
}

/* The holder's key: the reservation is the caller's, of the type it says. */
static void taking_over(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 4; i++) {
		for (unsigned k = 0; k < 6; k++) {
			uint8_t was = rig_types[i], now = rig_types[k];

			rig_register(r);
			GOOD(r->a, RESERVE, was, KA, 0);
			OUT(r->b, PREEMPT, 2, KB, KA);
			drive_cdb(r->d, 2, 3);
			OUT(r->b, PREEMPT, 0x11, KB, KA);
			drive_cdb(r->d, 2, 7);
			HELD(was, KA);
			GOOD(r->b, PREEMPT, now, KB, KA);
			HELD(now, now < 7 ? KB : 0);
			UA(r->a, UNREGISTERED);
			UA(r->c, was == now ? 0 : RELEASED);
			rig_quiet(r);
			CONFLICT(r->a, RESERVE, now, KA, 0);
			GOOD(r->b, CLEAR, 0, KB, 0);
			UA(r->c, PREEMPTED);
			rig_quiet(r);
		}
	}
}

/* The holder preempts itself: another type, the same registration; whoever
 * else has its key goes. */
static void oneself(void **state)
{
	struct rig *r = *state;

	GOOD(r->a, REGISTER, 0, 0, KA);
	GOOD(r->b, REGISTER, 0, 0, KA);
	GOOD(r->c, REGISTER, 0, 0, KC);
	GOOD(r->a, RESERVE, 1, KA, 0);
	GOOD(r->a, PREEMPT, 5, KA, KA);
	HELD(5, KA);
	KEYS(4, KA, KC);
	UA(r->b, UNREGISTERED);
	UA(r->c, RELEASED);
	rig_quiet(r);
	GOOD(r->a, PREEMPT, 5, KA, KA);
	KEYS(5, KA, KC);
	rig_quiet(r);
}

/* All registrants: key 0 names everybody else, another key only registrations;
 * the reservation goes with the last of them. */
static void all_registrants(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 4; i < 6; i++) {
		uint8_t type = rig_types[i];

		rig_register(r);
		GOOD(r->a, RESERVE, type, KA, 0);
		GOOD(r->b, PREEMPT, 1, KB, KC);
		HELD(type, 0);
		KEYS(10 * (i - 4) + 4, KA, KB);
		UA(r->c, UNREGISTERED);
		rig_quiet(r);
		CONFLICT(r->b, PREEMPT, 1, KB, KD);
		OUT(r->b, PREEMPT, 4, KB, 0);
		drive_cdb(r->d, 2, 3);
		GOOD(r->b, PREEMPT, type, KB, 0);
		HELD(type, 0);
		KEYS(10 * (i - 4) + 5, KB);
		UA(r->a, UNREGISTERED);
		rig_quiet(r);
		GOOD(r->a, REGISTER, 0, 0, KA);
		GOOD(r->c, REGISTER, 0, 0, KA);
		GOOD(r->b, PREEMPT, 3, KB, 0);
		HELD(3, KB);
		UA(r->a, UNREGISTERED);
		UA(r->c, UNREGISTERED);
		GOOD(r->b, RELEASE, 3, KB, 0);
		GOOD(r->b, RESERVE, type, KB, 0);
		GOOD(r->a, REGISTER, 0, 0, KB);
		GOOD(r->b, PREEMPT, 3, KB, KB); /* nobody is left */
		HELD(0, 0);
		KEYS(10 * (i - 4) + 10, 0);
		UA(r->a, UNREGISTERED);
		rig_quiet(r);
	}
}

/* Commands in flight. */

static const uint8_t self_test[6] = { 0x1d, 0x04 };

/* A command of n that hangs in its store: a foreground self-test (no stopped
 * row waits for it, and it is alone on the LU), or the flush of START STOP. */
static void hang(struct rig *r, struct drive_task *t, struct scsiemu_nexus *n)
{
	static const uint8_t stop[6] = { 0x1b, 0, 0, 0, 0, 0 };

	r->d->nexus = n;
	drive_start(r->d, t, r->lu, stop, 6, NULL, 0, 0);
	assert_int_equal(t->want, SCSIEMU_STORE);
}

static void preempt_start(struct rig *r, struct drive_task *t, uint64_t sa_key)
{
	static uint8_t list[24];
	static const uint8_t cdb[10] = { 0x5f, 5, 3, 0, 0, 0, 0, 0, 24, 0 };

	pr_list(list, KB, sa_key, 0);
	r->d->nexus = r->b;
	drive_start(r->d, t, r->lu, cdb, 10, list, 24, 0);
	drive_go(t);
}

static void tas(struct rig *r, bool on)
{
	const uint8_t select[16] = { 0,	 0,    0,    0, 0x0a,
				     10, 0x02, 0x10, 0, on ? 0x40 : 0 };

	r->d->nexus = r->b;
	spcdev_out(&r->t, select, 16, 0x15, 0x10, 0, 0, 16, 0);
	drive_good(r->d);
	drive_settle(r->d, r->lu, r->a);
	drive_settle(r->d, r->lu, r->c);
}

/* The victim's command hangs: it is aborted at once, and GOOD comes when it is
 * gone. */
static void fencing(void **state)
{
	struct rig *r = *state;

	for (unsigned with_tas = 0; with_tas < 2; with_tas++) {
		struct drive_task held = { 0 }, t = { 0 };

		tas(r, with_tas);
		rig_register(r);
		GOOD(r->a, RESERVE, 3, KA, 0);
		hang(r, &held, r->a);
		preempt_start(r, &t, KA);
		assert_int_equal(t.want, SCSIEMU_WAIT);
		assert_int_equal(held.c.aborted, 1);
		HELD(3, KB);
		drive_ready(r->d);
		assert_int_equal(t.want, SCSIEMU_WAIT);
		drive_go(&held); /* the store answers */
		assert_int_equal(held.c.outcome,
				 with_tas ? SCSIEMU_STATUS : SCSIEMU_ABORTED);
		if (with_tas)
			assert_int_equal(held.c.status, SCSIEMU_TASK_ABORTED);
		drive_end(&held);
		assert_int_equal(t.want, SCSIEMU_DONE);
		assert_int_equal(t.c.status, SCSIEMU_GOOD);
		drive_end(&t);
		if (!with_tas)
			UA(r->a, CLEARED);
		UA(r->a, UNREGISTERED);
		rig_quiet(r);
		KEYS(with_tas ? 9 : 4, KB, KC);
		GOOD(r->b, CLEAR, 0, KB, 0);
		UA(r->c, PREEMPTED);
		drive_task_free(&held);
		drive_task_free(&t);
	}
}

/* The store hangs for good: it waits no longer than abort_ms. */
static void fencing_a_dead_store(void **state)
{
	struct rig *r = *state;
	struct drive_task held = { 0 }, t = { 0 };

	rig_register(r);
	GOOD(r->a, RESERVE, 3, KA, 0);
	hang(r, &held, r->a);
	scsiemu_device_tick(r->d->dev, 1000);
	preempt_start(r, &t, KA);
	assert_int_equal(scsiemu_device_tick(r->d->dev, 2999), 3000);
	drive_ready(r->d);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	assert_true(scsiemu_device_tick(r->d->dev, 3000) == UINT64_MAX);
	drive_ready(r->d);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_go(&held);
	drive_end(&held);
	drive_task_free(&held);
	drive_task_free(&t);
}

/* What waits for it is aborted, too: its nexus's commands, no other's. */
static void fencing_those_who_wait(void **state)
{
	struct rig *r = *state;
	struct drive_task held = { 0 }, a = { 0 }, c = { 0 }, t = { 0 };

	rig_register(r);
	hang(r, &held, r->c); /* alone on the LU: others wait */
	r->d->nexus = r->a;
	drive_start(r->d, &a, r->lu, self_test, 6, NULL, 0, 0);
	r->d->nexus = r->c;
	drive_start(r->d, &c, r->lu, self_test, 6, NULL, 0, 0);
	assert_int_equal(a.want, SCSIEMU_WAIT);
	assert_int_equal(c.want, SCSIEMU_WAIT);
	preempt_start(r, &t, KA);
	assert_int_equal(t.want, SCSIEMU_DONE); /* nothing is out */
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	assert_int_equal(a.want, SCSIEMU_DONE);
	assert_int_equal(a.c.outcome, SCSIEMU_ABORTED);
	drive_end(&a);
	drive_go(&held);
	drive_end(&held);
	drive_go(&c);
	assert_int_equal(c.c.outcome, SCSIEMU_STATUS);
	drive_end(&c);
	UA(r->a, CLEARED);
	UA(r->a, UNREGISTERED);
	rig_quiet(r);
	drive_task_free(&held);
	drive_task_free(&a);
	drive_task_free(&c);
	drive_task_free(&t);
}

/* The fencing command itself is aborted while it waits. */
static void fencing_aborted(void **state)
{
	struct rig *r = *state;
	struct drive_task held = { 0 }, t = { 0 };

	rig_register(r);
	hang(r, &held, r->a);
	preempt_start(r, &t, KA);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	scsiemu_abort(&t.c);
	drive_ready(r->d);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
	drive_end(&t);
	assert_true(scsiemu_device_tick(r->d->dev, 100000) == UINT64_MAX);
	drive_go(&held);
	drive_end(&held);
	KEYS(4, KB, KC); /* it had happened */
	drive_task_free(&held);
	drive_task_free(&t);
}

/* A plain PREEMPT lets them run; a victim's PREVENT ends with PREEMPT AND
 * ABORT. */
static void letting_run(void **state)
{
	struct scsiemu_lu_config cf = spcdev_config;
	struct rig *r = *state;
	struct drive_task held = { 0 };

	cf.removable = true;
	r->lu = r->t.lu = scsiemu_lu_add(r->d->dev, 1, &cf);
	scsiemu_lu_load(r->lu, &r->t.disk.m, false);
	drive_settle(r->d, r->lu, r->a);
	drive_settle(r->d, r->lu, r->b);
	drive_settle(r->d, r->lu, r->c);
	rig_register(r);
	r->d->nexus = r->a;
	spcdev_in(&r->t, 0x1e, 0, 0, 0, 1, 0);
	drive_good(r->d);
	hang(r, &held, r->a);
	GOOD(r->b, PREEMPT, 3, KB, KA);
	assert_int_equal(held.c.aborted, 0);
	drive_go(&held);
	assert_int_equal(held.c.status, SCSIEMU_GOOD);
	drive_end(&held);
	drive_task_free(&held);
	drive_settle(r->d, r->lu, r->a);
	GOOD(r->a, REGISTER, 0, 0, KA);
	assert_int_equal(r->lu->prevents, 1);
	GOOD(r->b, PREEMPT_AND_ABORT, 3, KB, KA);
	assert_int_equal(r->lu->prevents, 0);
}

/* By its own key: its other commands end silently, itself does not. */
static void own_commands(void **state)
{
	struct rig *r = *state;
	struct drive_task held = { 0 }, t = { 0 };

	rig_register(r);
	GOOD(r->b, RESERVE, 1, KB, 0);
	hang(r, &held, r->b);
	preempt_start(r, &t, KB);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	drive_go(&held);
	assert_int_equal(held.c.outcome, SCSIEMU_ABORTED);
	drive_end(&held);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	HELD(3, KB);
	UA(r->a, RELEASED);
	UA(r->c, RELEASED);
	rig_quiet(r);
	drive_task_free(&held);
	drive_task_free(&t);
}

/* A node that hangs half-way through a list of its own holds off nobody. */
static void half_a_list(void **state)
{
	static const uint8_t cdb[10] = { 0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0 };
	struct rig *r = *state;
	struct drive_task half = { 0 };
	uint8_t list[24];

	rig_register(r);
	pr_list(list, KA, KD, 0);
	r->d->nexus = r->a;
	r->d->chunk = 8;
	drive_start(r->d, &half, r->lu, cdb, 10, list, 24, 0);
	drive_step(&half);
	r->d->chunk = 0;
	GOOD(r->b, PREEMPT, 3, KB, KA);
	drive_go(&half);
	drive_end(&half);
	assert_int_equal(half.c.status, SCSIEMU_RESERVATION_CONFLICT);
	drive_task_free(&half);
	KEYS(4, KB, KC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(removing),
		TEST(beside_the_holder),
		TEST(taking_over),
		TEST(oneself),
		TEST(all_registrants),
		TEST(fencing),
		TEST(fencing_a_dead_store),
		TEST(fencing_those_who_wait),
		TEST(fencing_aborted),
		TEST(letting_run),
		TEST(own_commands),
		TEST(half_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
