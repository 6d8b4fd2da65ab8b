/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Persistent reservations: registering, reserving, releasing, clearing, what
 * PERSISTENT RESERVE IN says, PRgeneration, who is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/prrig.h"

/* SPC-5 table 67. */
static void registering(void **state)
{
	struct rig *r = *state;

	KEYS(0, 0);
	GOOD(r->a, REGISTER, 0, 0, 0); /* nothing, but it is counted */
	KEYS(1, 0);
	CONFLICT(r->a, REGISTER, 0, 5, KA);
	KEYS(1, 0);
	GOOD(r->a, REGISTER, 0x9f, 0, KA); /* scope and type: ignored */
	KEYS(2, KA);
	CONFLICT(r->a, REGISTER, 0, 0, KA);
	CONFLICT(r->a, REGISTER, 0, KB, KA);
	GOOD(r->b, REGISTER, 0, 0, KA); /* the same key as another's */
	KEYS(3, KA, KA);
	GOOD(r->a, REGISTER, 0, KA, KC);
	KEYS(4, KC, KA);
	CONFLICT(r->a, REGISTER, 0, KA, 0);
	GOOD(r->a, REGISTER, 0, KC, 0);
	KEYS(5, KA);
	CONFLICT(r->a, REGISTER, 0, KC, KC);
	GOOD(r->a, REGISTER, 0, 0, KC);
	KEYS(6, KA, KC);
	rig_quiet(r);
}

/* SPC-5 table 68. */
static void ignoring(void **state)
{
	struct rig *r = *state;

	GOOD(r->a, REGISTER_AND_IGNORE, 0, 77, 0);
	KEYS(1, 0);
	GOOD(r->a, REGISTER_AND_IGNORE, 0, 77, KA);
	KEYS(2, KA);
	GOOD(r->a, REGISTER_AND_IGNORE, 0, 78, KB);
	KEYS(3, KB);
	GOOD(r->a, REGISTER_AND_IGNORE, 0, 79, 0);
	KEYS(4, 0);
	rig_quiet(r);
}

/* All but registering conflicts for one who is not registered, with a
 * reservation or without, and for one with a wrong key. */
static void unregistered(void **state)
{
	static const uint8_t sa[] = { SCSIEMU_SA_RESERVE, SCSIEMU_SA_RELEASE,
				      SCSIEMU_SA_CLEAR, SCSIEMU_SA_PREEMPT,
				      SCSIEMU_SA_PREEMPT_AND_ABORT };
	struct rig *r = *state;

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < sizeof(sa); i++) {
			pr_out(r->d, r->lu, r->b, sa[i], 1, 0, KA, 0);
			drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
			pr_out(r->d, r->lu, r->b, sa[i], 1, KA, KA, 0);
			drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
		}
		if (round)
			break;
		GOOD(r->a, REGISTER, 0, 0, KA);
		GOOD(r->a, RESERVE, 1, KA, 0);
	}
	for (unsigned i = 0; i < sizeof(sa); i++) {
		pr_out(r->d, r->lu, r->a, sa[i], 1, KB, KA, 0);
		drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
	}
	KEYS(1, KA);
	HELD(1, KA);
	rig_quiet(r);
}

static void reserving(void **state)
{
	struct rig *r = *state;

	rig_register(r);
	HELD(0, 0);
	for (unsigned i = 0; i < 6; i++) {
		bool all = rig_types[i] >= 7;

		GOOD(r->a, RESERVE, rig_types[i], KA, 99);
		HELD(rig_types[i], all ? 0 : KA);
		GOOD(r->a, RESERVE, rig_types[i], KA, 0); /* again */
		for (unsigned k = 0; k < 6; k++) {
			if (k != i)
				CONFLICT(r->a, RESERVE, rig_types[k], KA, 0);
			if (k != i || !all)
				CONFLICT(r->b, RESERVE, rig_types[k], KB, 0);
		}
		if (all) /* b holds it, too */
			GOOD(r->b, RESERVE, rig_types[i], KB, 0);
		HELD(rig_types[i], all ? 0 : KA);
		GOOD(r->a, RELEASE, rig_types[i], KA, 0);
		HELD(0, 0);
		drive_settle(r->d, r->lu, r->b);
		drive_settle(r->d, r->lu, r->c);
	}
	KEYS(3, KA, KB, KC); /* RESERVE and RELEASE are not counted */
}

static void reserving_wrongly(void **state)
{
	struct rig *r = *state;

	GOOD(r->a, REGISTER, 0, 0, KA);
	for (unsigned type = 0; type < 16; type++) {
		if (memchr(rig_types, (int)type, 6))
			continue;
		OUT(r->a, RESERVE, (uint8_t)type, KA, 0);
		drive_cdb(r->d, 2, 3);
	}
	for (unsigned scope = 1; scope < 16; scope++) {
		OUT(r->a, RESERVE, (uint8_t)(scope << 4 | 1), KA, 0);
		drive_cdb(r->d, 2, 7);
		OUT(r->a, RELEASE, (uint8_t)(scope << 4 | 1), KA, 0);
		drive_cdb(r->d, 2, 7);
	}
	HELD(0, 0);
}

/* SPC-5 5.13.11.2.2 */
static void releasing(void **state)
{
	struct rig *r = *state;

	rig_register(r);
	GOOD(r->a, RELEASE, 1, KA, 0); /* there is none */
	for (unsigned i = 0; i < 6; i++) {
		uint8_t type = rig_types[i];

		GOOD(r->a, RESERVE, type, KA, 0);
		for (uint8_t k = 0; k < 16; k++) {
			if (k == type)
				continue;
			OUT(r->a, RELEASE, k, KA, 0);
			drive_check(r->d, 5, 0x2604);
		}
		if (type < 7) { /* not the holder: nothing */
			GOOD(r->b, RELEASE, type, KB, 0);
			GOOD(r->b, RELEASE, 0, KB, 0);
		}
		HELD(type, type < 7 ? KA : 0);
		rig_quiet(r);
		GOOD(type < 7 ? r->a : r->c, RELEASE, type, type < 7 ? KA : KC,
		     0);
		HELD(0, 0);
		UA(r->b, type < 5 ? 0 : RELEASED);
		UA(type < 7 ? r->c : r->a, type < 5 ? 0 : RELEASED);
		rig_quiet(r);
	}
	KEYS(3, KA, KB, KC);
}

/* NUAR: nobody is told of a RELEASE (SPC-5 7.5.8). */
static void releasing_quietly(void **state)
{
	static const uint8_t select[16] = { 0, 0, 0, 0, 0x0a, 10, 0x02, 0x18 };
	struct rig *r = *state;

	r->d->nexus = r->a;
	spcdev_out(&r->t, select, 16, 0x15, 0x10, 0, 0, 16, 0);
	drive_good(r->d);
	UA(r->b, 0x2a01);
	UA(r->c, 0x2a01);
	rig_register(r);
	for (unsigned i = 0; i < 6; i++) {
		GOOD(r->a, RESERVE, rig_types[i], KA, 0);
		GOOD(r->a, RELEASE, rig_types[i], KA, 0);
		rig_quiet(r);
	}
	GOOD(r->a, RESERVE, 5, KA, 0); /* but of everything else */
	GOOD(r->a, REGISTER, 0, KA, 0);
	UA(r->b, RELEASED);
	UA(r->c, RELEASED);
	rig_quiet(r);
}

/* SPC-5 5.13.11.2.3: what becomes of the reservation when its holder goes. */
static void unregistering(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 6; i++) {
		uint8_t type = rig_types[i];
		uint8_t sa = i & 1 ? SCSIEMU_SA_REGISTER
				   : SCSIEMU_SA_REGISTER_AND_IGNORE;

		rig_register(r);
		GOOD(r->a, RESERVE, type, KA, 0);
		GOOD(r->b, REGISTER, 0, KB, 0); /* not the holder */
		HELD(type, type < 7 ? KA : 0);
		rig_quiet(r);
		pr_out(r->d, r->lu, r->a, sa, 0, KA, 0, 0);
		drive_good(r->d);
		HELD(type < 7 ? 0 : type, 0);
		UA(r->c, type == 5 || type == 6 ? RELEASED : 0);
		UA(r->b, 0); /* it is not registered */
		GOOD(r->c, REGISTER, 0, KC, 0);
		HELD(0, 0);
		rig_quiet(r);
		KEYS(6 * i + 6, 0);
	}
}

/* A key that changes changes nothing else (SPC-5 5.13.7). */
static void rekeying(void **state)
{
	struct rig *r = *state;

	rig_register(r);
	GOOD(r->a, RESERVE, 6, KA, 0);
	GOOD(r->a, REGISTER, 0, KA, 0xaaaa);
	HELD(6, 0xaaaa);
	GOOD(r->b, REGISTER_AND_IGNORE, 0, 0, 0xbbbb);
	KEYS(5, 0xaaaa, 0xbbbb, KC);
	HELD(6, 0xaaaa);
	rig_quiet(r);
}

static void clearing(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i <= 6; i++) {
		rig_register(r);
		if (i < 6)
			GOOD(r->a, RESERVE, rig_types[i], KA, 0);
		GOOD(r->c, CLEAR, 0xff, KC, 99); /* any registrant may */
		HELD(0, 0);
		KEYS(4 * i + 4, 0);
		UA(r->a, PREEMPTED);
		UA(r->b, PREEMPTED);
		rig_quiet(r);
	}
}

/* A registrant that is away learns nothing of it when it comes. */
static void away(void **state)
{
	struct rig *r = *state;

	rig_register(r);
	GOOD(r->a, RESERVE, 5, KA, 0);
	scsiemu_nexus_detach(r->a);
	HELD(5, KA); /* it outlives the nexus */
	KEYS(3, KA, KB, KC);
	r->a = drive_attach(r->d, 0, 1);
	drive_settle(r->d, r->lu, r->a);
	GOOD(r->a, RESERVE, 5, KA, 0); /* and is the holder at once */
	scsiemu_nexus_detach(r->a);
	GOOD(r->c, CLEAR, 0, KC, 0);
	r->a = drive_attach(r->d, 0, 1);
	UA(r->a, 0x2900);
	UA(r->a, 0);
	CONFLICT(r->a, RESERVE, 5, KA, 0);
}

/* The same initiator port through another target port is another nexus. */
static void ports(void **state)
{
	struct rig *r = *state;
	struct scsiemu_nexus *a2 = drive_attach(r->d, 0, 2);

	drive_settle(r->d, r->lu, a2);
	GOOD(r->a, REGISTER, 0, 0, KA);
	CONFLICT(a2, RESERVE, 1, KA, 0);
	GOOD(a2, REGISTER, 0, 0, KB);
	KEYS(2, KA, KB);
	GOOD(a2, RESERVE, 1, KB, 0);
	CONFLICT(r->a, RESERVE, 1, KA, 0);
}

/* Resets leave them (SPC-5 5.13.5.1). */
static void resets(void **state)
{
	static const uint8_t tmf[] = { SCSIEMU_TMF_LU_RESET,
				       SCSIEMU_TMF_NEXUS_RESET,
				       SCSIEMU_TMF_TARGET_WARM_RESET,
				       SCSIEMU_TMF_TARGET_COLD_RESET };
	struct rig *r = *state;

	rig_register(r);
	GOOD(r->a, RESERVE, 6, KA, 0);
	for (unsigned i = 0; i < sizeof(tmf); i++) {
		struct scsiemu_cmd c = { .nexus = r->a, .tmf = tmf[i] };
		uint8_t scratch[512];

		c.scratch = scratch;
		c.scratch_len = sizeof(scratch);
		assert_int_equal(scsiemu_start(r->lu, &c), SCSIEMU_DONE);
		scsiemu_end(&c);
		KEYS(3, KA, KB, KC);
		HELD(6, KA);
	}
}

/* READ FULL STATUS, to the byte. */
static void full_status(void **state)
{
	struct rig *r = *state;
	uint8_t want[8 + 2 * 48] = { 0, 0, 0, 2, 0, 0, 0, 96 };

	GOOD(r->a, REGISTER, 0, 0, 0x1122334455667788);
	GOOD(r->b, REGISTER, 0, 0, KB);
	memcpy(want + 8, BYTES(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88),
	       8);
	want[8 + 19] = 1;
	want[8 + 23] = 24;
	memcpy(want + 8 + 24, r->d->tid[0], 24);
	want[56 + 7] = KB;
	want[56 + 19] = 2;
	want[56 + 23] = 24;
	memcpy(want + 56 + 24, r->d->tid[1], 24);
	pr_in(r->d, r->lu, r->c, SCSIEMU_SA_READ_FULL_STATUS, 1000);
	drive_data(r->d, want, sizeof(want));
	for (unsigned i = 0; i < 6; i++) {
		bool all = rig_types[i] >= 7;

		GOOD(r->b, RESERVE, rig_types[i], KB, 0);
		want[8 + 12] = all;
		want[8 + 13] = all ? rig_types[i] : 0;
		want[56 + 12] = 1;
		want[56 + 13] = rig_types[i];
		pr_in(r->d, r->lu, r->c, SCSIEMU_SA_READ_FULL_STATUS, 1000);
		drive_data(r->d, want, sizeof(want));
		GOOD(r->b, RELEASE, rig_types[i], KB, 0);
		drive_settle(r->d, r->lu, r->a);
	}
}

static void capabilities(void **state)
{
	struct rig *r = *state;
	struct scsiemu_lu_config cf = spcdev_config;
	struct scsiemu_lu *lu;

	pr_in(r->d, r->lu, r->a, SCSIEMU_SA_REPORT_CAPABILITIES, 8);
	drive_data(r->d, BYTES(0, 8, 0x9d, 0xc0, 0xea, 0x01, 0, 0), 8);
	pr_out(r->d, r->lu, r->a, SCSIEMU_SA_REGISTER, 0, 0, KA, PR_APTPL);
	drive_good(r->d);
	pr_in(r->d, r->lu, r->a, SCSIEMU_SA_REPORT_CAPABILITIES, 20);
	drive_data(r->d, BYTES(0, 8, 0x9d, 0xc1, 0xea, 0x01, 0, 0), 8);
	cf.can_save = false;
	lu = scsiemu_lu_add(r->d->dev, 1, &cf);
	drive_settle(r->d, lu, r->a);
	pr_in(r->d, lu, r->a, SCSIEMU_SA_REPORT_CAPABILITIES, 20);
	drive_data(r->d, BYTES(0, 8, 0x9c, 0xc0, 0xea, 0x01, 0, 0), 8);
	for (unsigned sa = 4; sa < 32; sa++) {
		pr_in(r->d, r->lu, r->a, (uint8_t)sa, 100);
		drive_cdb(r->d, 1, 4);
	}
}

/* A reply that a change would tear ends (the host asks again). */
static void torn(void **state)
{
	static const uint8_t cdb[10] = { 0x5e, 3, 0, 0, 0, 0, 0, 0x10, 0, 0 };
	struct scsiemu_limits l = spcdev_limits;
	struct drive_task reader = { 0 };
	struct rig rig, *r = &rig;

	(void)state;
	l.scratch = 64;
	rig_make(r, &l);
	rig_register(r);
	for (unsigned i = 0; i < 2; i++) {
		r->d->nexus = r->a;
		drive_start(r->d, &reader, r->lu, cdb, 10, NULL, 0, 4096);
		drive_step(&reader);
		if (i)
			GOOD(r->b, RESERVE, 1, KB, 0);
		drive_go(&reader);
		drive_end(&reader);
		assert_int_equal(reader.c.in_done, i ? 128 : 8 + 3 * 48);
		assert_int_equal(reader.c.status,
				 i ? SCSIEMU_CHECK_CONDITION : SCSIEMU_GOOD);
		if (i)
			assert_int_equal(reader.c.sense.key,
					 SCSIEMU_SK_ABORTED_COMMAND);
	}
	drive_task_free(&reader);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registering),
		TEST(ignoring),
		TEST(unregistered),
		TEST(reserving),
		TEST(reserving_wrongly),
		TEST(releasing),
		TEST(releasing_quietly),
		TEST(unregistering),
		TEST(rekeying),
		TEST(clearing),
		TEST(away),
		TEST(ports),
		TEST(resets),
		TEST(full_status),
		TEST(capabilities),
		cmocka_unit_test(torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
