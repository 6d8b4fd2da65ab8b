/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Persistent reservations through power loss: what is saved and when, what a
 * failed or an aborted save leaves, one at a time, restoring, and reservations
 * that are lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/registrants.h"
#include "support/prrig.h"

/* The record that was saved last, without its CRC; its length. */
static uint32_t saved(struct rig *r, const uint8_t **p)
{
	*p = r->d->nv[SCSIEMU_NV_PR];
	return r->d->nv_len[SCSIEMU_NV_PR];
}

static void aptpl(struct rig *r)
{
	pr_out(r->d, r->lu, r->a, SCSIEMU_SA_REGISTER, 0, 0, KA, PR_APTPL);
	drive_good(r->d);
}

/* Is what was saved what there is? */
static void saved_all(struct rig *r)
{
	uint8_t buf[1024];
	uint32_t len = sizeof(buf);
	const uint8_t *p;

	assert_int_equal(scsiemu_lu_pr_export(r->lu, buf, &len), 0);
	assert_int_equal(saved(r, &p), len);
	assert_memory_equal(p, buf, len);
}

/* The bytes are ABI: another version of the library reads them. */
static void the_bytes(void **state)
{
	struct rig *r = *state;
	uint8_t want[24 + 2 * 36] = {
		's', 'e', 'm', 'u', '-', 'p', 'r', '\n', 0, 1, 5, 1,
		0,   0,	  0,   2,   0,	 0,   0,   2,	 0, 0, 0, 2,
	};
	static const uint8_t crc[] = { 0xb4, 0xd3, 0xd5, 0x58 };
	const uint8_t *p;

	aptpl(r);
	pr_out(r->d, r->lu, r->b, 0, 0, 0, 0x1122334455667788, PR_APTPL);
	drive_good(r->d);
	GOOD(r->b, RESERVE, 5, 0x1122334455667788, 0);
	want[24 + 7] = KA;
	want[24 + 9] = 1;
	want[24 + 11] = 24;
	memcpy(want + 24 + 12, r->d->tid[0], 24);
	memcpy(want + 60, BYTES(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88),
	       8);
	want[60 + 9] = 2;
	want[60 + 11] = 24;
	memcpy(want + 60 + 12, r->d->tid[1], 24);
	assert_int_equal(saved(r, &p), sizeof(want) + 4);
	assert_memory_equal(p, want, sizeof(want));
	assert_memory_equal(p + sizeof(want), crc, 4);
}

/* Without APTPL nothing is saved; with it every change is. */
static void saving(void **state)
{
	struct rig *r = *state;
	const uint8_t *p;

	rig_register(r);
	GOOD(r->a, RESERVE, 1, KA, 0);
	GOOD(r->a, CLEAR, 1, KA, 0);
	UA(r->b, PREEMPTED);
	UA(r->c, PREEMPTED);
	assert_int_equal(saved(r, &p), 0);
	aptpl(r);
	saved_all(r);
	/* APTPL is the last one's that said it: 0 */
	GOOD(r->b, REGISTER, 0, 0, KB);
	assert_int_equal(saved(r, &p), 0);
	GOOD(r->a, RESERVE, 1, KA, 0);
	assert_int_equal(r->d->nlog, 1);
	pr_out(r->d, r->lu, r->c, 0, 0, 0, KC, PR_APTPL);
	drive_good(r->d);
	saved_all(r);
	GOOD(r->b, PREEMPT, 5, KB, KA);
	saved_all(r);
	UA(r->a, UNREGISTERED);
	UA(r->c, RELEASED);
	GOOD(r->b, RELEASE, 5, KB, 0);
	saved_all(r);
	GOOD(r->b, RESERVE, 7, KB, 0);
	saved_all(r);
	GOOD(r->b, RESERVE, 7, KB, 0); /* nothing happens */
	assert_int_equal(r->d->nlog, 1);
	GOOD(r->b, CLEAR, 7, KB, 0);
	saved_all(r);
	assert_int_equal(saved(r, &p), 28); /* none, but APTPL */
	pr_out(r->d, r->lu, r->a, 6, 0, 0, 0, 0);
	drive_good(r->d);
	assert_int_equal(saved(r, &p), 0);
}

static int fails(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->want == SCSIEMU_STORE ? SCSIEMU_E_WRITE : DRIVE_USUAL;
}

/* Every service action whose save fails: nothing happened, nobody is told. */
static void failing(void **state)
{
	static const struct {
		uint8_t sa, type;
		uint64_t key, sa_key;
	} out[] = {
		{ SCSIEMU_SA_REGISTER, 0, KA, 0x77 },
		{ SCSIEMU_SA_REGISTER, 0, KA, 0 },
		{ SCSIEMU_SA_RELEASE, 5, KA, 0 },
		{ SCSIEMU_SA_CLEAR, 0, KA, 0 },
		{ SCSIEMU_SA_PREEMPT, 1, KA, KB },
		{ SCSIEMU_SA_PREEMPT, 1, KA, KA },
		{ SCSIEMU_SA_PREEMPT_AND_ABORT, 1, KA, KC },
		{ SCSIEMU_SA_REGISTER_AND_IGNORE, 0, 0, 0x77 },
	};
	struct rig *r = *state;
	uint8_t list[48];

	aptpl(r);
	pr_out(r->d, r->lu, r->b, 0, 0, 0, KB, PR_APTPL);
	pr_out(r->d, r->lu, r->c, 0, 0, 0, KC, PR_APTPL);
	r->d->hook = fails;
	GOOD(r->a, RELEASE, 5, KA, 0); /* nothing to save */
	OUT(r->a, RESERVE, 5, KA, 0);
	drive_check(r->d, 4, 0x4400);
	r->d->hook = NULL;
	HELD(0, 0);
	GOOD(r->a, RESERVE, 5, KA, 0);
	r->d->hook = fails;
	for (unsigned i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		pr_out(r->d, r->lu, r->a, out[i].sa, out[i].type, out[i].key,
		       out[i].sa_key, PR_APTPL);
		drive_check(r->d, 4, 0x4400);
		KEYS(3, KA, KB, KC);
		HELD(5, KA);
	}
	pr_list(list, KA, KC, 0);
	list[17] = 3;
	list[19] = 1;
	list[23] = 24;
	memcpy(list + 24, r->d->tid[3], 24);
	pr_out_list(r->d, r->lu, r->a, SCSIEMU_SA_REGISTER_AND_MOVE, 0, list,
		    48);
	drive_check(r->d, 4, 0x4400);
	/* a list of new ones */
	GOOD(r->c, RELEASE, 0, KC, 0);
	r->d->hook = NULL;
	KEYS(3, KA, KB, KC);
	HELD(5, KA);
	rig_quiet(r);
	assert_true(semu_reg_room(r->d->dev, 32 - 3, 2 * 32));
	saved_all(r);
}

/* A PR OUT that is stopped at its save. */
static void start_out(struct rig *r, struct drive_task *t,
		      struct scsiemu_nexus *n, uint8_t sa, uint8_t type,
		      uint64_t key, uint64_t sa_key, uint8_t list[24])
{
	const uint8_t cdb[10] = { 0x5f, sa, type, 0, 0, 0, 0, 0, 24, 0 };

	pr_list(list, key, sa_key, PR_APTPL);
	r->d->nexus = n;
	drive_start(r->d, t, r->lu, cdb, 10, list, 24, 0);
	while (t->want == SCSIEMU_RECV)
		drive_step(t);
}

/* Aborted while it is being saved: what is durable happens, what is not does
 * not. */
static void aborting(void **state)
{
	struct rig *r = *state;

	aptpl(r);
	pr_out(r->d, r->lu, r->b, 0, 0, 0, KB, PR_APTPL);
	for (unsigned i = 0; i < 4; i++) {
		struct drive_task t = { 0 };
		uint8_t list[24];
		bool fail = i & 1;

		start_out(r, &t, r->a, SCSIEMU_SA_RESERVE, 3, KA, 0, list);
		assert_int_equal(t.want, SCSIEMU_STORE);
		assert_int_equal(t.c.verb, SCSIEMU_V_NV_SAVE);
		if (i < 2) {
			scsiemu_abort(&t.c);
		} else {
			struct scsiemu_cmd m = { .nexus = r->b,
						 .tmf = SCSIEMU_TMF_LU_RESET };
			uint8_t scratch[512];

			m.scratch = scratch;
			m.scratch_len = sizeof(scratch);
			scsiemu_device_tick(r->d->dev, 10000 * i);
			assert_int_equal(scsiemu_start(r->lu, &m),
					 SCSIEMU_WAIT);
			scsiemu_device_tick(r->d->dev, 10000 * i + 3000);
			assert_int_equal(scsiemu_next(&m), SCSIEMU_DONE);
			scsiemu_end(&m);
			drive_settle(r->d, r->lu, r->a);
			drive_settle(r->d, r->lu, r->b);
			drive_settle(r->d, r->lu, r->c);
		}
		r->d->hook = fail ? fails : NULL;
		drive_ready(r->d);
		HELD(0, 0);
		drive_go(&t);
		r->d->hook = NULL;
		assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
		drive_end(&t);
		drive_task_free(&t);
		HELD(fail ? 0 : 3, KA);
		saved_all(r);
		if (!fail)
			GOOD(r->a, RELEASE, 3, KA, 0);
	}
	rig_quiet(r);
}

/* While one is being saved, another one waits, and then sees what it did. */
static void one_at_a_time(void **state)
{
	struct rig *r = *state;
	struct drive_task t = { 0 }, u = { 0 }, v = { 0 };
	uint8_t list[3][24], buf[512];
	uint32_t len = sizeof(buf);

	aptpl(r);
	pr_out(r->d, r->lu, r->b, 0, 0, 0, KB, PR_APTPL);
	pr_out(r->d, r->lu, r->c, 0, 0, 0, KC, PR_APTPL);
	start_out(r, &t, r->a, SCSIEMU_SA_PREEMPT, 3, KA, KB, list[0]);
	assert_int_equal(t.want, SCSIEMU_STORE);
	start_out(r, &u, r->b, SCSIEMU_SA_PREEMPT, 3, KB, KA, list[1]);
	assert_int_equal(u.want, SCSIEMU_WAIT);
	start_out(r, &v, r->c, SCSIEMU_SA_PREEMPT, 3, KC, KA, list[2]);
	assert_int_equal(v.want, SCSIEMU_WAIT);
	/* others see the old state, and cannot have what comes */
	KEYS(3, KA, KB, KC);
	assert_int_equal(scsiemu_lu_pr_export(r->lu, buf, &len),
			 SCSIEMU_ERR_ORDER);
	assert_int_equal(
		scsiemu_lu_pr_import(r->lu, r->d->nv[4], r->d->nv_len[4]),
		SCSIEMU_ERR_ORDER);
	drive_go(&t);
	drive_end(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	assert_int_equal(u.want, SCSIEMU_DONE); /* b is not registered */
	assert_int_equal(u.c.status, SCSIEMU_RESERVATION_CONFLICT);
	drive_end(&u);
	drive_go(&v);
	drive_end(&v);
	assert_int_equal(v.c.status, SCSIEMU_GOOD);
	KEYS(5, KC);
	UA(r->a, UNREGISTERED);
	UA(r->b, UNREGISTERED);
	rig_quiet(r);
	saved_all(r);
	/* one that waits is aborted */
	start_out(r, &v, r->c, SCSIEMU_SA_RESERVE, 3, KC, 0, list[0]);
	start_out(r, &u, r->c, SCSIEMU_SA_CLEAR, 3, KC, 0, list[1]);
	assert_int_equal(u.want, SCSIEMU_WAIT);
	scsiemu_abort(&u.c);
	drive_ready(r->d);
	assert_int_equal(u.c.outcome, SCSIEMU_ABORTED);
	drive_end(&u);
	drive_go(&v);
	drive_end(&v);
	HELD(3, KC);
	drive_task_free(&t);
	drive_task_free(&u);
	drive_task_free(&v);
}

/* The LU goes while its state is being saved. */
static void removed(void **state)
{
	struct rig *r = *state;
	struct drive_task t = { 0 };
	uint8_t list[24];

	aptpl(r);
	start_out(r, &t, r->b, SCSIEMU_SA_REGISTER, 0, 0, KB, list);
	assert_int_equal(t.want, SCSIEMU_STORE);
	scsiemu_lu_remove(r->lu);
	drive_ready(r->d);
	drive_go(&t);
	drive_end(&t);
	drive_task_free(&t);
	assert_true(semu_reg_room(r->d->dev, 32, 2 * 32 + 3));
}

/* Where nothing can be saved. */
static void cannot_save(void **state)
{
	struct scsiemu_lu_config cf = spcdev_config;
	struct rig *r = *state;
	uint8_t list[48];

	cf.can_save = false;
	r->lu = scsiemu_lu_add(r->d->dev, 1, &cf);
	drive_settle(r->d, r->lu, r->a);
	pr_out(r->d, r->lu, r->a, 0, 0, 0, KA, PR_APTPL);
	drive_param(r->d, 0x2600, 20, 0);
	pr_out(r->d, r->lu, r->a, 6, 0, 0, KA, PR_APTPL);
	drive_param(r->d, 0x2600, 20, 0);
	GOOD(r->a, REGISTER, 0, 0, KA);
	GOOD(r->a, RESERVE, 1, KA, 0);
	pr_list(list, KA, KC, 0);
	list[17] = 1;
	list[19] = 1;
	list[23] = 24;
	memcpy(list + 24, r->d->tid[2], 24);
	pr_out_list(r->d, r->lu, r->a, 7, 0, list, 48);
	drive_param(r->d, 0x2600, 17, 0);
	KEYS(1, KA);
}

/* As many as a command's scratch holds: 28 + 36 each. */
static void too_many_to_save(void **state)
{
	struct rig *r = *state;
	uint8_t list[28 + 14 * 24] = { 0 };

	pr_list(list, 0, KA, PR_APTPL | PR_SPEC_I_PT);
	for (unsigned n = 12; n < 15; n++) {
		list[26] = (uint8_t)(n * 24 >> 8);
		list[27] = (uint8_t)(n * 24);
		for (unsigned i = 0; i < n; i++) {
			list[28 + 24 * i] = 6;
			list[28 + 24 * i + 11] = (uint8_t)i;
		}
		pr_out_list(r->d, r->lu, r->a, 0, 0, list, 28 + 24 * n);
		if (n == 12) { /* with a: 28 + 13 * 36 = 496 */
			drive_good(r->d);
			pr_out(r->d, r->lu, r->a, 3, 0, KA, 0, 0);
			drive_good(r->d);
			continue;
		}
		drive_check(r->d, 5, 0x5504);
		KEYS(2, 0);
	}
	assert_true(semu_reg_room(r->d->dev, 32, 2 * 32 + 3));
}

/* Power is back: another device, the same record. */
static void restoring(void **state)
{
	struct rig *r = *state, again, *s = &again;

	for (unsigned i = 0; i <= 6; i++) {
		uint8_t type = i ? rig_types[i - 1] : 0;
		uint64_t key = type && type < 7 ? KB : 0;

		aptpl(r);
		pr_out(r->d, r->lu, r->b, 0, 0, 0, KB, PR_APTPL);
		drive_good(r->d);
		if (type)
			GOOD(r->b, RESERVE, type, KB, 0);
		rig_make(s, NULL);
		assert_int_equal(
			scsiemu_lu_restore(s->lu, SCSIEMU_NV_PR,
					   r->d->nv[SCSIEMU_NV_PR],
					   r->d->nv_len[SCSIEMU_NV_PR]),
			0);
		pr_keys(s->d, s->lu, 0, KA, KB);
		pr_reserved(s->d, s->lu, type, key);
		pr_in(s->d, s->lu, s->a, SCSIEMU_SA_REPORT_CAPABILITIES, 8);
		assert_int_equal(s->d->t.in[3] & 1, 1);
		pr_out(s->d, s->lu, s->b, SCSIEMU_SA_RELEASE, type, KB, 0, 0);
		drive_good(s->d);
		pr_reserved(s->d, s->lu, 0, 0);
		pr_out(s->d, s->lu, s->c, SCSIEMU_SA_RELEASE, type, KB, 0, 0);
		drive_status(s->d, SCSIEMU_RESERVATION_CONFLICT);
		rig_free(s);
		GOOD(r->b, CLEAR, 0, KB, 0);
		UA(r->a, PREEMPTED);
	}
}

/* What the other server had and would not have kept: gone after power on. */
static void restoring_without_aptpl(void **state)
{
	struct rig *r = *state;
	uint8_t buf[512];
	uint32_t len = sizeof(buf);

	rig_register(r);
	GOOD(r->a, RESERVE, 3, KA, 0);
	assert_int_equal(scsiemu_lu_pr_export(r->lu, buf, &len), 0);
	assert_int_equal(scsiemu_lu_restore(r->lu, SCSIEMU_NV_PR, buf, len), 0);
	KEYS(0, 0);
	HELD(0, 0);
	assert_int_equal(r->lu->guards &
				 (SCSIEMU_ON_PR_ANY | SCSIEMU_ON_PR_READ |
				  SCSIEMU_ON_PR_WRITE),
			 0);
}

/* Lost reservations (SPC-5 5.13.5.3): who still runs, and how it ends. */
static void lost(void **state)
{
	static const struct {
		uint8_t cdb[10], len;
		bool runs;
	} commands[] = {
		{ { 0x00 }, 6, false },
		{ { 0x03, 0, 0, 0, 18 }, 6, true },
		{ { 0x12, 0, 0, 0, 36 }, 6, true },
		{ { 0x1a, 0, 0x3f, 0, 4 }, 6, false },
		{ { 0x1b, 0, 0, 0, 1 }, 6, true },
		{ { 0x1b, 0, 0, 0, 0 }, 6, false },
		{ { 0x3b, 2 }, 10, true },
		{ { 0x3c, 3 }, 10, true },
		{ { 0x16 }, 6, false },
		{ { 0x5e, 0, 0, 0, 0, 0, 0, 0, 8 }, 10, false },
		{ { 0x5e, 2, 0, 0, 0, 0, 0, 0, 8 }, 10, false },
		{ { 0x5f, 0, 0, 0, 0, 0, 0, 0, 0 }, 10, false },
		{ { 0x5f, 3, 0, 0, 0, 0, 0, 0, 0 }, 10, false },
	};
	struct rig *r = *state;

	rig_register(r);
	OUT(r->a, REPLACE_LOST, 3, 0, KA); /* nothing is lost */
	drive_check(r->d, 5, 0x2604);
	GOOD(r->b, REGISTER, 0, KB, 0);
	GOOD(r->a, RESERVE, 1, KA, 0);
	CONFLICT(r->b, REPLACE_LOST, 3, 0, KB);
	scsiemu_lu_pr_lost(r->lu);
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		r->d->nexus = r->a;
		drive_run(r->d, r->lu, commands[i].cdb, commands[i].len, NULL,
			  0, 64);
		if (commands[i].runs)
			drive_good(r->d);
		else
			drive_check(r->d, SCSIEMU_SK_DATA_PROTECT, 0x4401);
	}
	OUT(r->b, REPLACE_LOST, 3, KA, KB);
	drive_param(r->d, 0x2600, 0, SCSIEMU_NO_BIT);
	OUT(r->b, REPLACE_LOST, 3, 0, 0);
	drive_param(r->d, 0x2600, 8, SCSIEMU_NO_BIT);
	OUT(r->b, REPLACE_LOST, 4, 0, KB);
	drive_cdb(r->d, 2, 3);
	r->d->nexus = r->b;
	assert_int_equal(drive_ua(r->d, r->lu, r->b), 0);
	pr_out(r->d, r->lu, r->b, 8, 6, 0, 0x55, PR_APTPL);
	drive_good(r->d);
	KEYS(0, 0x55);
	HELD(6, 0x55);
	saved_all(r);
	rig_quiet(r); /* without unit attentions */
	CONFLICT(r->a, RESERVE, 6, KA, 0);
	OUT(r->b, REPLACE_LOST, 3, 0, KB);
	drive_check(r->d, 5, 0x2604);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_bytes),     TEST(saving),
		TEST(failing),	     TEST(aborting),
		TEST(one_at_a_time), TEST(removed),
		TEST(cannot_save),   TEST(too_many_to_save),
		TEST(restoring),     TEST(restoring_without_aptpl),
		TEST(lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
