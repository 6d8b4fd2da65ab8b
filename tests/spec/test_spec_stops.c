/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every row against every condition that may stop it: status and sense are the
 * condition's where the row names it, and another's where it does not; the
 * condition that comes first in the order is the one reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "spc/alua.h"
#include "spec/spec.h"

static const struct condition {
	uint32_t stop;
	uint8_t key;
	uint16_t asc;
} conditions[] = {
	{ SCSIEMU_ON_STANDBY, 2, 0x040b },
	{ SCSIEMU_ON_UNAVAILABLE, 2, 0x040c },
	{ SCSIEMU_ON_TRANSITION, 2, 0x040a },
	{ SCSIEMU_ON_OFFLINE, 2, 0x0412 },
	{ SCSIEMU_ON_FORMAT, 2, 0x0404 },
	{ SCSIEMU_ON_SANITIZE, 2, 0x041b },
	{ SCSIEMU_ON_SELFTEST, 2, 0x0409 },
	{ SCSIEMU_ON_NO_MEDIUM, 2, 0x3a00 },
	{ SCSIEMU_ON_STOPPED, 2, 0x0402 },
	{ SCSIEMU_ON_BECOMING, 2, 0x0401 },
	{ SCSIEMU_ON_BAD_FORMAT, 3, 0x3100 },
	{ SCSIEMU_ON_PROTECTED, 7, 0x2700 },
};
#define NCONDITION (sizeof(conditions) / sizeof(conditions[0]))

/* What the row names, for the CDB that is about to run. */
static uint32_t stops_of(struct spec *s, const struct scsiemu_row *row,
			 const uint8_t *cdb)
{
	struct scsiemu_cmd c;

	if (!(row->flags & SCSIEMU_ROW_BY_FIELD))
		return row->stops;
	memset(&c, 0, sizeof(c));
	c.cdb = cdb;
	c.cdb_len = row->len;
	semu_ctx(&c)->lu = s->b.lu;
	semu_ctx(&c)->row = row;
	return s->b.lu->type->stops(&c);
}

/* An old disk has no access states. */
static bool may_be(const struct spec *s, uint32_t stops)
{
	return semu_alua(s->b.lu) || !(stops & SCSIEMU_STOP_ALUA);
}

/* The LU's guards. An access state is of the group; the guard says only that
 * some group is in it. */
static void impose(struct spec *s, uint32_t stops)
{
	static const uint8_t access[] = { SCSIEMU_STANDBY, SCSIEMU_UNAVAILABLE,
					  SCSIEMU_TRANSITIONING,
					  SCSIEMU_OFFLINE };
	struct semu_group *g;

	s->b.lu->guards = stops;
	if (!semu_alua(s->b.lu))
		return;
	g = &semu_alua(s->b.lu)->group[0];
	g->state = SCSIEMU_OPTIMIZED;
	for (unsigned i = 0; i < 4; i++)
		if (stops & SCSIEMU_ON_STANDBY << i)
			g->state = access[i];
}

static void one(struct spec *s, const struct scsiemu_row *row,
		const struct condition *k)
{
	uint32_t was = s->b.lu->guards;
	uint8_t cdb[260];
	bool stopped, named;

	spec_cdb(cdb, row);
	named = stops_of(s, row, cdb) & k->stop;
	impose(s, was | k->stop);
	spec_run(s, cdb, row->len);
	impose(s, was);
	stopped = spec_is(s, k->key, k->asc);
	if (stopped != named)
		fail_msg("%s, sense %x/%04x: %s", row->name, k->key, k->asc,
			 named ? "not stopped" : "stopped");
	drive_settle(&s->b.d, s->b.lu, s->nexus);
}

static void test_each(void **state)
{
	const struct scsiemu_row *row;

	(void)state;
	SPEC_EACH_ROW(row)
	{
		struct spec s;

		spec_make(&s);
		for (unsigned i = 0; i < NCONDITION; i++)
			if (may_be(&s, conditions[i].stop))
				one(&s, row, &conditions[i]);
		spec_free(&s);
	}
}

/* Two at once. */
static void test_order(void **state)
{
	const struct scsiemu_row *row;
	struct spec s;
	uint8_t cdb[260];

	(void)state;
	spec_make(&s);
	SPEC_EACH_ROW(row)
	{
		for (unsigned i = 0; i + 1 < NCONDITION; i++) {
			uint32_t both = conditions[i].stop |
					conditions[i + 1].stop;
			uint32_t was = s.b.lu->guards;

			spec_cdb(cdb, row);
			if (!may_be(&s, both) ||
			    both & ~stops_of(&s, row, cdb) ||
			    !(both & ~(uint32_t)SCSIEMU_STOP_ALUA))
				continue; /* a group is in one state */
			impose(&s, was | both);
			spec_run(&s, cdb, row->len);
			impose(&s, was);
			assert_true(spec_is(&s, conditions[i].key,
					    conditions[i].asc));
		}
	}
	spec_free(&s);
}

/* RESERVE(6) of another nexus; the holder is not stopped, but by what reads
 * persistent reservations (SPC-2 5.5.1). */
static void test_reserved(void **state)
{
	static const uint8_t reserve[6] = { SCSIEMU_OP_RESERVE_6 };
	const struct scsiemu_row *row;

	(void)state;
	SPEC_EACH_ROW(row)
	{
		struct scsiemu_nexus *other;
		uint8_t cdb[260];
		struct spec s;
		bool named, conflict;

		spec_make(&s);
		other = drive_attach(&s.b.d, 1, 0);
		drive_settle(&s.b.d, s.b.lu, other);
		spec_run(&s, reserve, 6);
		drive_good(&s.b.d);
		spec_cdb(cdb, row);
		named = stops_of(&s, row, cdb) & SCSIEMU_ON_RESERVE6;
		s.b.d.nexus = other;
		spec_run(&s, cdb, row->len);
		conflict = s.b.d.t.c.status == SCSIEMU_RESERVATION_CONFLICT;
		/* RESERVE itself conflicts by its own rule */
		if (conflict != named && row->op != SCSIEMU_OP_RESERVE_6 &&
		    row->op != SCSIEMU_OP_RESERVE_10)
			fail_msg("%s: %s", row->name,
				 named ? "no conflict" : "conflict");
		if (conflict)
			assert_int_equal(s.b.d.t.sense_len, 0);
		s.b.d.nexus = s.nexus;
		drive_settle(&s.b.d, s.b.lu, s.nexus);
		spec_run(&s, cdb, row->len);
		conflict = s.b.d.t.c.status == SCSIEMU_RESERVATION_CONFLICT;
		assert_int_equal(conflict,
				 row->op == SCSIEMU_OP_PERSISTENT_RESERVE_IN);
		spec_free(&s);
	}
}

/* A pending unit attention ends every command but those that skip or take it;
 * a command with a bad CDB does not eat it. */
static void test_attention(void **state)
{
	const struct scsiemu_row *row;

	(void)state;
	SPEC_EACH_ROW(row)
	{
		unsigned exempt = row->flags &
				  (SCSIEMU_ROW_UA_SKIP | SCSIEMU_ROW_UA_TAKE);
		unsigned control = row->op == SCSIEMU_OP_VARIABLE
					   ? 1
					   : row->len - 1u;
		uint8_t cdb[260];
		struct spec s;

		spec_make(&s);
		s.b.d.nexus = drive_attach(&s.b.d, 1, 0);
		spec_cdb(cdb, row);
		cdb[control] = 0x04; /* NACA */
		spec_run(&s, cdb, row->len);
		assert_true(spec_points(&s, control, 2));
		cdb[control] = 0;
		spec_run(&s, cdb, row->len);
		if (spec_is(&s, SCSIEMU_SK_UNIT_ATTENTION,
			    SCSIEMU_ASC_POWER_ON_OR_RESET) == !!exempt)
			fail_msg("%s", row->name);
		spec_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_attention),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
