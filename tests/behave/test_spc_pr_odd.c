/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Persistent reservations: lists that are refused, room that runs out, who may
 * not register, SPC-2 reservations beside them, more than one logical unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/prrig.h"

static void lengths(void **state)
{
	static const uint8_t sa[] = { 0, 1, 2, 3, 4, 5, 6, 8 };
	struct rig *r = *state;
	uint8_t list[64] = { 0 };

	GOOD(r->a, REGISTER, 0, 0, KA);
	pr_list(list, KA, KB, 0);
	for (unsigned i = 0; i < sizeof(sa); i++)
		for (uint32_t len = 0; len < 64; len++) {
			if (len == 24)
				continue;
			pr_out_list(r->d, r->lu, r->a, sa[i], 1, list, len);
			drive_check(r->d, 5, 0x1a00);
		}
	/* the host has less than the CDB says */
	r->d->nexus = r->a;
	spcdev_out(&r->t, list, 23, 0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0);
	drive_check(r->d, 5, 0x1a00);
	spcdev_out(&r->t, list, 0, 0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0);
	drive_check(r->d, 5, 0x1a00);
	/* longer than scratch */
	spcdev_out(&r->t, list, 64, 0x5f, 0, 0, 0, 0, 0, 0, 2, 1, 0);
	drive_check(r->d, 5, 0x1a00);
	spcdev_out(&r->t, list, 64, 0x5f, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
		   0);
	drive_check(r->d, 5, 0x1a00);
	KEYS(1, KA);
	for (unsigned s = 9; s < 32; s++) {
		pr_out(r->d, r->lu, r->a, (uint8_t)s, 1, KA, KB, 0);
		drive_cdb(r->d, 1, 4);
	}
}

/* SPC-5 table 216: bits that a service action does not take. */
static void flags(void **state)
{
	struct rig *r = *state;

	GOOD(r->a, REGISTER, 0, 0, KA);
	GOOD(r->b, REGISTER, 0, 0, KB);
	for (uint8_t sa = 1; sa <= 6; sa++) {
		pr_out(r->d, r->lu, r->a, sa, 1, KA, KB, PR_SPEC_I_PT);
		drive_param(r->d, 0x2600, 20, 3);
	}
	pr_out(r->d, r->lu, r->a, 8, 1, KA, KB, PR_SPEC_I_PT);
	drive_param(r->d, 0x2600, 20, 3);
	pr_out(r->d, r->lu, r->a, 8, 1, KA, KB, PR_ALL_TG_PT);
	drive_param(r->d, 0x2600, 20, 2);
	/* ignored: nothing is saved */
	pr_out(r->d, r->lu, r->a, SCSIEMU_SA_RESERVE, 1, KA, 0,
	       PR_APTPL | PR_ALL_TG_PT);
	drive_good(r->d);
	assert_int_equal(r->d->nlog, 1);
	pr_out(r->d, r->lu, r->a, SCSIEMU_SA_RELEASE, 1, KA, 0,
	       PR_APTPL | PR_ALL_TG_PT);
	drive_good(r->d);
	pr_out(r->d, r->lu, r->a, SCSIEMU_SA_PREEMPT, 1, KA, KB,
	       PR_APTPL | PR_ALL_TG_PT);
	drive_good(r->d);
	pr_out(r->d, r->lu, r->a, SCSIEMU_SA_CLEAR, 1, KA, 0,
	       PR_APTPL | PR_ALL_TG_PT);
	drive_good(r->d);
	assert_int_equal(r->d->nv_len[SCSIEMU_NV_PR], 0);
}

/* The table is full: nothing is changed. */
static void full(void **state)
{
	struct scsiemu_limits l = spcdev_limits;
	struct rig rig, *r = &rig;

	(void)state;
	l.registrants = 2;
	rig_make(r, &l);
	GOOD(r->a, REGISTER, 0, 0, KA);
	GOOD(r->b, REGISTER, 0, 0, KB);
	OUT(r->c, REGISTER, 0, 0, KC);
	drive_check(r->d, 5, 0x5504);
	KEYS(2, KA, KB);
	GOOD(r->a, REGISTER, 0, KA, KC); /* another key needs no room */
	GOOD(r->b, REGISTER, 0, KB, 0);
	GOOD(r->c, REGISTER, 0, 0, KC);
	KEYS(5, KC, KC);
	rig_free(r);
}

/* No room for registrants at all: the commands are not there. */
static void none(void **state)
{
	struct scsiemu_limits l = spcdev_limits;
	struct spcdev t;
	uint32_t len = 0;

	(void)state;
	l.registrants = SCSIEMU_NONE;
	spcdev_make(&t, NULL, &l);
	assert_int_equal(scsiemu_device_size(&l),
			 scsiemu_device_size(scsiemu_device_limits(t.d.dev)));
	spcdev_in(&t, 0x5e, 0, 0, 0, 0, 0, 0, 0, 8, 0);
	drive_check(&t.d, 5, 0x2000);
	pr_out(&t.d, t.lu, t.a, 0, 0, 0, KA, 0);
	drive_check(&t.d, 5, 0x2000);
	assert_int_equal(scsiemu_lu_pr_export(t.lu, NULL, &len),
			 SCSIEMU_ERR_ARG);
	spcdev_free(&t);
}

/* Nobody without a name may register; the anonymous nexus where it says so. */
static void nameless(void **state)
{
	struct scsiemu_nexus_config ncf = { .size = sizeof(ncf), .port = 1 };
	struct scsiemu_lu_config cf = spcdev_config;
	struct rig *r = *state;
	struct scsiemu_nexus *n = scsiemu_nexus_attach(r->d->dev, &ncf);
	uint8_t want[56] = { 0, 0, 0, 1, 0, 0, 0, 48 };

	drive_settle(r->d, r->lu, n);
	drive_settle(r->d, r->lu, NULL);
	OUT(n, REGISTER, 0, 0, KA);
	drive_check(r->d, 5, 0x2000);
	OUT(NULL, REGISTER, 0, 0, KA);
	drive_check(r->d, 5, 0x2000);
	r->d->nexus = n;
	spcdev_in(&r->t, 0xa3, 0x0c, 2, 0x5f, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_data(r->d, BYTES(0, 1, 0, 0), 4);
	spcdev_in(&r->t, 0xa3, 0x0c, 1, 0x16, 0, 0, 0, 0, 0, 64, 0, 0);
	assert_int_equal(r->d->t.in[1], 3); /* but RESERVE(6) it may */
	cf.anonymous_pr = true;
	r->lu = scsiemu_lu_add(r->d->dev, 1, &cf);
	drive_settle(r->d, r->lu, NULL);
	GOOD(NULL, REGISTER, 0, 0, KA);
	GOOD(NULL, RESERVE, 3, KA, 0);
	want[15] = KA;
	want[20] = 1;
	want[21] = 3;
	want[27] = 1;
	want[31] = 24;
	want[32] = 0x0f;
	pr_in(r->d, r->lu, NULL, SCSIEMU_SA_READ_FULL_STATUS, 100);
	drive_data(r->d, want, sizeof(want));
}

#define RESERVE_6 0x16, 0, 0, 0, 0, 0
#define RELEASE_6 0x17, 0, 0, 0, 0, 0

/* SPC-5 5.13.3, and SPC-2 5.5.1 for what it leaves. */
static void compatible(void **state)
{
	struct rig *r = *state;

	rig_register(r);
	GOOD(r->b, REGISTER, 0, KB, 0);
	/* registrations alone: conflict for all */
	r->d->nexus = r->a;
	spcdev_in(&r->t, RESERVE_6);
	drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
	spcdev_in(&r->t, RELEASE_6);
	drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
	for (unsigned i = 0; i < 6; i++) {
		struct scsiemu_nexus *n[] = { r->a, r->c, r->b };

		GOOD(r->a, RESERVE, rig_types[i], KA, 0);
		for (unsigned k = 0; k < 3; k++) {
			bool may = k == 0 || (k == 1 && rig_types[i] >= 5);

			r->d->nexus = n[k];
			spcdev_in(&r->t, RESERVE_6);
			drive_status(r->d, may ? SCSIEMU_GOOD
					       : SCSIEMU_RESERVATION_CONFLICT);
			spcdev_in(&r->t, RELEASE_6);
			drive_status(r->d, may ? SCSIEMU_GOOD
					       : SCSIEMU_RESERVATION_CONFLICT);
		}
		HELD(rig_types[i], rig_types[i] < 7 ? KA : 0);
		GOOD(r->a, RELEASE, rig_types[i], KA, 0);
		drive_settle(r->d, r->lu, r->c);
	}
}

/* While somebody holds an SPC-2 reservation, whoever it is. */
static void reserved_6(void **state)
{
	struct rig *r = *state;

	r->d->nexus = r->a;
	spcdev_in(&r->t, RESERVE_6);
	drive_good(r->d);
	CONFLICT(r->a, REGISTER, 0, 0, KA);
	CONFLICT(r->b, REGISTER, 0, 0, KA);
	for (uint8_t sa = 0; sa < 4; sa++) {
		pr_in(r->d, r->lu, r->a, sa, 100);
		drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
		pr_in(r->d, r->lu, r->b, sa, 100);
		drive_status(r->d, SCSIEMU_RESERVATION_CONFLICT);
	}
	r->d->nexus = r->a;
	spcdev_in(&r->t, RELEASE_6);
	drive_good(r->d);
	GOOD(r->a, REGISTER, 0, 0, KA);
	KEYS(1, KA);
}

/* Logical units have nothing to do with each other, but the pool; and one that
 * is removed gives back what it had. */
static void units(void **state)
{
	struct scsiemu_limits l = spcdev_limits;
	struct rig rig, *r = &rig;
	struct scsiemu_lu *other;

	(void)state;
	l.registrants = 2;
	rig_make(r, &l);
	other = scsiemu_lu_add(r->d->dev, 1, &spcdev_config);
	drive_settle(r->d, other, r->a);
	drive_settle(r->d, other, r->b);
	drive_settle(r->d, r->lu, r->a);
	GOOD(r->a, REGISTER, 0, 0, KA);
	pr_register(r->d, other, r->b, KB);
	pr_keys(r->d, other, 1, KB);
	KEYS(1, KA);
	GOOD(r->a, RESERVE, 3, KA, 0);
	pr_out(r->d, other, r->b, SCSIEMU_SA_RESERVE, 3, KB, 0, 0);
	drive_good(r->d);
	scsiemu_lu_remove(other);
	drive_settle(r->d, r->lu, r->b);
	GOOD(r->b, REGISTER, 0, 0, KB);
	KEYS(2, KA, KB);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lengths),		TEST(flags),
		cmocka_unit_test(full), cmocka_unit_test(none),
		TEST(nameless),		TEST(compatible),
		TEST(reserved_6),	cmocka_unit_test(units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
