/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CLOSE, FINISH, OPEN ZONE, RESET WRITE POINTER and SEQUENTIALIZE ZONE: each
 * command in each condition, with and without ALL; errors; open resources.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/zbc.h"

#define illegal(z, asc) drive_check(&(z)->b.d, SCSIEMU_SK_ILLEGAL_REQUEST, asc)
#define protected(z, asc) drive_check(&(z)->b.d, SCSIEMU_SK_DATA_PROTECT, asc)

enum {
	CLOSE = SCSIEMU_SA_CLOSE_ZONE,
	FINISH = SCSIEMU_SA_FINISH_ZONE,
	OPEN = SCSIEMU_SA_OPEN_ZONE,
	RESET = SCSIEMU_SA_RESET_WRITE_POINTER,
	SEQ = SCSIEMU_SA_SEQUENTIALIZE_ZONE
};
static const uint8_t commands[] = { CLOSE, FINISH, OPEN, RESET, SEQ };

enum { AT = 3 * ZONE }; /* the zone that is looked at */

static void make(struct zbc *z, uint32_t n, uint32_t max_open)
{
	struct disk_options o;

	zbc_options(&o, n, 2, max_open);
	zbc_make(z, &o);
}

/* Bring the zone into a condition. written: 4 blocks of it. */
static void bring(struct zbc *z, unsigned cond, bool written)
{
	if (written)
		zbc_write(z, AT, 4, 1, false);
	switch (cond) {
	case EXPLICIT:
		zbc_out(z, OPEN, AT, 0, false);
		break;
	case CLOSED:
		zbc_out(z, CLOSE, AT, 0, false);
		break;
	case FULL:
		zbc_out(z, FINISH, AT, 0, false);
		break;
	case READONLY:
		scsiemu_zone_set(z->b.lu, AT, SCSIEMU_ZONE_READ_ONLY);
		break;
	case OFFLINE:
		scsiemu_zone_set(z->b.lu, AT, SCSIEMU_ZONE_OFFLINE);
		break;
	default:
		break;
	}
	assert_int_equal(zbc_zone(z, AT).cond, cond);
}

/* What a command makes of a condition; 0xff: refused. */
struct result {
	unsigned cond;
	bool written;
	uint8_t close, finish, open, reset;
	uint8_t all_close, all_finish, all_open, all_reset;
};
#define NO 0xff
static const struct result results[] = {
	{ EMPTY, false, EMPTY, FULL, EXPLICIT, EMPTY, EMPTY, EMPTY, EMPTY,
	  EMPTY },
	{ IMPLICIT, true, CLOSED, FULL, EXPLICIT, EMPTY, CLOSED, FULL, IMPLICIT,
	  EMPTY },
	{ EXPLICIT, false, EMPTY, FULL, EXPLICIT, EMPTY, EMPTY, FULL, EXPLICIT,
	  EMPTY },
	{ EXPLICIT, true, CLOSED, FULL, EXPLICIT, EMPTY, CLOSED, FULL, EXPLICIT,
	  EMPTY },
	{ CLOSED, true, CLOSED, FULL, EXPLICIT, EMPTY, CLOSED, FULL, EXPLICIT,
	  EMPTY },
	{ FULL, true, FULL, FULL, FULL, EMPTY, FULL, FULL, FULL, EMPTY },
	{ READONLY, true, NO, NO, NO, NO, READONLY, READONLY, READONLY,
	  READONLY },
	{ OFFLINE, true, NO, NO, NO, NO, OFFLINE, OFFLINE, OFFLINE, OFFLINE },
};

static uint8_t expected(const struct result *r, uint8_t sa, bool all)
{
	const uint8_t one[] = { 0, r->close, r->finish, r->open, r->reset };
	const uint8_t of_all[] = { 0, r->all_close, r->all_finish, r->all_open,
				   r->all_reset };

	if (sa == SEQ) /* no preferred zone, or not this one */
		return all ? (uint8_t)r->cond : NO;
	return all ? of_all[sa] : one[sa];
}

static void one(const struct result *r, uint8_t sa, bool all)
{
	uint8_t want = expected(r, sa, all);
	uint8_t became = want == NO ? (uint8_t)r->cond : want;
	bool pointer = became >= EMPTY && became <= CLOSED;
	struct zbc z;

	make(&z, 6, 2);
	bring(&z, r->cond, r->written);
	/* with ALL the ZONE ID is not looked at */
	zbc_out(&z, sa, all ? 99999 : AT, 0, all);
	if (want != NO)
		drive_good(&z.b.d);
	else
		drive_status(&z.b.d, SCSIEMU_CHECK_CONDITION);
	zbc_is(&z, AT, became,
	       !pointer			       ? -1
	       : r->written && became != EMPTY ? 4
					       : 0);
	zbc_is(&z, 0, NWP, -1);
	zbc_is(&z, 4 * ZONE, EMPTY, 0);
	zbc_free(&z);
}

static void test_conditions(void **s)
{
	(void)s;
	for (unsigned i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		for (unsigned k = 0; k < 5; k++) {
			one(&results[i], commands[k], false);
			one(&results[i], commands[k], true);
		}
}

static void test_refused(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, 6, 0);
	for (unsigned k = 0; k < 5; k++) {
		uint8_t sa = commands[k];

		zbc_out(&z, sa, AT + 1, 0, false); /* no start of a zone */
		drive_cdb(&z.b.d, 2, SCSIEMU_NO_BIT);
		zbc_out(&z, sa, 0, 0, false); /* conventional */
		drive_cdb(&z.b.d, 2, SCSIEMU_NO_BIT);
		zbc_out(&z, sa, 6 * ZONE, 0, false); /* behind the end */
		illegal(&z, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
		assert_int_equal(z.b.d.t.c.sense.info, 6 * ZONE);
		zbc_out(&z, sa, 4 * ZONE, 3, false);
		drive_cdb(&z.b.d, 12, SCSIEMU_NO_BIT);
		zbc_out(&z, sa, UINT64_MAX, 0, false);
		illegal(&z, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	}
	scsiemu_zone_set(z.b.lu, AT, SCSIEMU_ZONE_READ_ONLY);
	zbc_out(&z, RESET, AT, 0, false);
	illegal(&z, SCSIEMU_ASC_RESET_NOT_ALLOWED);
	zbc_out(&z, OPEN, AT, 0, false);
	protected(&z, SCSIEMU_ASC_ZONE_READ_ONLY);
	scsiemu_zone_set(z.b.lu, AT, SCSIEMU_ZONE_OFFLINE);
	for (unsigned k = 0; k < 4; k++) {
		zbc_out(&z, commands[k], AT, 0, false);
		protected(&z, SCSIEMU_ASC_ZONE_OFFLINE);
	}
	/* nothing is done when one of many cannot be */
	zbc_write(&z, 2 * ZONE, 3, 1, false);
	zbc_out(&z, RESET, 2 * ZONE, 2, false);
	protected(&z, SCSIEMU_ASC_ZONE_OFFLINE);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 3);
	zbc_free(&z);
}

/* ZONE COUNT: that many zones from ZONE ID on. */
static void test_count(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, 8, 0);
	for (unsigned i = 2; i < 8; i++)
		zbc_write(&z, i * ZONE, 3, 1, false);
	zbc_out(&z, CLOSE, 3 * ZONE, 2, false);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 3);
	zbc_is(&z, 3 * ZONE, CLOSED, 3);
	zbc_is(&z, 4 * ZONE, CLOSED, 3);
	zbc_is(&z, 5 * ZONE, IMPLICIT, 3);
	zbc_out(&z, RESET, 4 * ZONE, 4, false);
	drive_good(&z.b.d);
	zbc_is(&z, 3 * ZONE, CLOSED, 3);
	for (unsigned i = 4; i < 8; i++)
		zbc_is(&z, i * ZONE, EMPTY, 0);
	zbc_free(&z);
}

static void test_before_required(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 6, 0, 0);
	o.sbc.zones.before = 4;
	zbc_make(&z, &o);
	zbc_write(&z, AT, 4, 1, false);
	for (unsigned k = 0; k < 3; k++) {
		zbc_out(&z, commands[k], AT, 0, false);
		drive_cdb(&z.b.d, 2, SCSIEMU_NO_BIT);
		zbc_out(&z, commands[k], 0, 0, true);
		drive_good(&z.b.d);
		zbc_is(&z, AT, IMPLICIT, 4);
	}
	zbc_out(&z, RESET, AT, 0, false);
	drive_good(&z.b.d);
	zbc_is(&z, AT, EMPTY, 0);
	zbc_free(&z);
}

/* What was in a zone that is reset reads as zeros. */
static void test_discard(void **s)
{
	static const uint8_t zeros[ZONE * BLOCK];

	(void)s;
	for (unsigned i = 0; i < 3; i++) {
		struct disk_options o;
		struct zbc z;

		zbc_options(&o, 6, 2, 0);
		o.thin = i == 0;
		o.unable = i == 2 ? SCSIEMU_CAN_UNMAP : 0;
		zbc_make(&z, &o);
		zbc_write(&z, AT, ZONE, 1, false);
		zbc_write(&z, AT + ZONE, 3, 1, false);
		zbc_write(&z, 0, 2, 1, false);
		zbc_out(&z, RESET, 0, 0, true);
		drive_good(&z.b.d);
		zbc_read(&z, AT, ZONE);
		drive_data(&z.b.d, zeros, ZONE * BLOCK);
		zbc_read(&z, AT + ZONE, ZONE);
		drive_data(&z.b.d, zeros, ZONE * BLOCK);
		assert_int_equal(z.b.k.mapped[AT], i != 0);
		assert_int_not_equal(z.b.k.bytes[5], 0); /* conventional */
		zbc_free(&z);
	}
}

static void open_two(struct zbc *z)
{
	make(z, 8, 2);
	zbc_out(z, OPEN, 2 * ZONE, 0, false);
	zbc_out(z, OPEN, 3 * ZONE, 0, false);
	drive_good(&z->b.d);
}

static void test_resources(void **s)
{
	struct zbc z;

	(void)s;
	open_two(&z);
	zbc_out(&z, OPEN, 4 * ZONE, 0, false);
	protected(&z, SCSIEMU_ASC_ZONE_RESOURCES);
	zbc_out(&z, FINISH, 4 * ZONE, 0, false);
	protected(&z, SCSIEMU_ASC_ZONE_RESOURCES);
	zbc_write(&z, 4 * ZONE, 1, 1, false);
	protected(&z, SCSIEMU_ASC_ZONE_RESOURCES);
	zbc_is(&z, 4 * ZONE, EMPTY, 0);
	zbc_write(&z, 2 * ZONE, 1, 1, false); /* open ones may be written */
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, EXPLICIT, 1);
	zbc_out(&z, FINISH, 3 * ZONE, 0, false);
	drive_good(&z.b.d);
	zbc_out(&z, OPEN, 4 * ZONE, 0, false); /* FULL is not open */
	drive_good(&z.b.d);
	zbc_out(&z, OPEN, 4 * ZONE, 0, false); /* it is already */
	drive_good(&z.b.d);
	zbc_write(&z, 4 * ZONE, ZONE, 1, false);
	zbc_out(&z, OPEN, 5 * ZONE, 2, false); /* two at once: one is free */
	protected(&z, SCSIEMU_ASC_ZONE_RESOURCES);
	zbc_out(&z, RESET, 2 * ZONE, 0, false);
	zbc_out(&z, OPEN, 5 * ZONE, 2, false);
	drive_good(&z.b.d);
	zbc_free(&z);
}

/* The oldest implicitly open zone gives way. */
static void test_implicit(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, 8, 2);
	zbc_write(&z, 2 * ZONE, 1, 1, false);
	zbc_write(&z, 3 * ZONE, 1, 1, false);
	zbc_write(&z, 4 * ZONE, 1, 1, false);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, CLOSED, 1);
	zbc_is(&z, 3 * ZONE, IMPLICIT, 1);
	zbc_out(&z, OPEN, 5 * ZONE, 0, false);
	drive_good(&z.b.d);
	zbc_is(&z, 3 * ZONE, CLOSED, 1);
	zbc_is(&z, 4 * ZONE, IMPLICIT, 1);
	zbc_out(&z, OPEN, 4 * ZONE, 0, false); /* takes its own place */
	drive_good(&z.b.d);
	zbc_is(&z, 5 * ZONE, EXPLICIT, 0);
	zbc_out(&z, CLOSE, 5 * ZONE, 0, false);
	zbc_write(&z, 3 * ZONE + 1, 1, 1, false);
	zbc_out(&z, FINISH, 6 * ZONE, 0, false); /* by way of open */
	drive_good(&z.b.d);
	zbc_is(&z, 6 * ZONE, FULL, -1);
	zbc_free(&z);
}

static void test_open_all(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, 8, 2);
	for (unsigned i = 2; i < 5; i++)
		zbc_write(&z, i * ZONE, 1, 1, false);
	zbc_out(&z, CLOSE, 0, 0, true);
	zbc_out(&z, OPEN, 0, 0, true); /* three for two places: none */
	protected(&z, SCSIEMU_ASC_ZONE_RESOURCES);
	for (unsigned i = 2; i < 5; i++)
		zbc_is(&z, i * ZONE, CLOSED, 1);
	zbc_out(&z, FINISH, 0, 0, true); /* that needs no place */
	drive_good(&z.b.d);
	for (unsigned i = 2; i < 5; i++)
		zbc_is(&z, i * ZONE, FULL, -1);
	/* a closed one takes the place of the oldest that is implicitly open;
	 * which does not count as a closed one */
	zbc_write(&z, 5 * ZONE, 1, 1, false);
	zbc_out(&z, CLOSE, 5 * ZONE, 0, false);
	zbc_write(&z, 6 * ZONE, 1, 1, false);
	zbc_write(&z, 7 * ZONE, 1, 1, false);
	zbc_out(&z, RESET, 2 * ZONE, 0, false);
	zbc_out(&z, OPEN, 0, 0, true);
	drive_good(&z.b.d);
	zbc_is(&z, 5 * ZONE, EXPLICIT, 1);
	zbc_is(&z, 6 * ZONE, CLOSED, 1);
	zbc_is(&z, 7 * ZONE, IMPLICIT, 1);
	zbc_free(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_before_required),
		cmocka_unit_test(test_discard),
		cmocka_unit_test(test_resources),
		cmocka_unit_test(test_implicit),
		cmocka_unit_test(test_open_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
