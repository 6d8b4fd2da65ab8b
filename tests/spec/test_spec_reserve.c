/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every row, for every type of persistent reservation, of the holder, of
 * another registrant and of a stranger, and while another nexus or the same
 * holds a RESERVE: RESERVATION CONFLICT exactly where the table below says it,
 * which is typed in from SPC-5 tables 65 and 66, SBC-4 table 13 and SPC-2's
 * annex, and not from the rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "spec/spec.h"
#include "support/pr.h"

enum { ANY = 0xffff };
/* Always allowed; like reading; like writing; RESERVE and RELEASE; PERSISTENT
 * RESERVE OUT. */
enum class { A = 1, R, W, RESERVES, OUT };

/* past6: goes past a foreign RESERVE, too (SPC-2). at: a byte of the CDB that
 * decides, and its value here. */
static const struct entry {
	uint8_t op;
	uint16_t sa;
	uint8_t class;
	bool past6;
	uint8_t at, value;
} table[] = {
	/* SPC */
	{ 0x00, ANY, A, false, 0, 0 }, /* TEST UNIT READY */
	{ 0x03, ANY, A, true, 0, 0 },  /* REQUEST SENSE */
	{ 0x12, ANY, A, true, 0, 0 },  /* INQUIRY */
	{ 0x15, ANY, W, false, 0, 0 }, /* MODE SELECT */
	{ 0x16, ANY, RESERVES, false, 0, 0 },
	{ 0x17, ANY, RESERVES, true, 0, 0 },
	{ 0x1a, ANY, R, false, 0, 0 }, /* MODE SENSE */
	{ 0x1c, ANY, R, false, 0, 0 }, /* RECEIVE DIAGNOSTIC RESULTS */
	{ 0x1d, ANY, W, false, 0, 0 }, /* SEND DIAGNOSTIC */
	{ 0x3b, ANY, W, false, 0, 0 }, /* WRITE BUFFER */
	{ 0x3c, ANY, R, false, 0, 0 }, /* READ BUFFER(10) */
	{ 0x4c, ANY, W, false, 0, 0 }, /* LOG SELECT */
	{ 0x4d, ANY, A, true, 0, 0 },  /* LOG SENSE */
	{ 0x55, ANY, W, false, 0, 0 }, /* MODE SELECT(10) */
	{ 0x56, ANY, RESERVES, false, 0, 0 },
	{ 0x57, ANY, RESERVES, true, 0, 0 },
	{ 0x5a, ANY, R, false, 0, 0 }, /* MODE SENSE(10) */
	{ 0x5e, ANY, A, false, 0, 0 }, /* PERSISTENT RESERVE IN */
	{ 0x5f, ANY, OUT, false, 0, 0 },
	{ 0x83, 0x00, W, false, 0, 0 }, /* EXTENDED COPY(LID1) */
	{ 0x83, 0x01, W, false, 0, 0 }, /* EXTENDED COPY(LID4) */
	{ 0x83, 0x10, R, false, 0, 0 }, /* POPULATE TOKEN */
	{ 0x83, 0x11, W, false, 0, 0 }, /* WRITE USING TOKEN */
	{ 0x83, 0x1c, W, false, 0, 0 }, /* COPY OPERATION ABORT */
	{ 0x84, ANY, A, false, 0, 0 },	/* RECEIVE COPY ..., ROD TOKEN ... */
	{ 0x8c, ANY, R, false, 0, 0 },	/* READ ATTRIBUTE */
	{ 0x8d, ANY, W, false, 0, 0 },	/* WRITE ATTRIBUTE */
	{ 0x9b, ANY, R, false, 0, 0 },	/* READ BUFFER(16) */
	{ 0xa0, ANY, A, true, 0, 0 },	/* REPORT LUNS */
	{ 0xa2, ANY, R, false, 0, 0 },	/* SECURITY PROTOCOL IN */
	{ 0xa3, 0x05, A, false, 0, 0 }, /* REPORT IDENTIFYING INFORMATION */
	{ 0xa3, 0x0a, A, false, 0, 0 }, /* REPORT TARGET PORT GROUPS */
	{ 0xa3, 0x0b, A, false, 0, 0 }, /* REPORT ALIASES */
	{ 0xa3, 0x0c, R, false, 0, 0 }, /* ... OPERATION CODES */
	{ 0xa3, 0x0d, R, false, 0, 0 }, /* ... TASK MANAGEMENT FUNCTIONS */
	{ 0xa3, 0x0e, A, false, 0, 0 }, /* REPORT PRIORITY */
	{ 0xa3, 0x0f, A, false, 0, 0 }, /* REPORT TIMESTAMP */
	{ 0xa3, 0x10, R, false, 0, 0 }, /* MANAGEMENT PROTOCOL IN */
	{ 0xa3, 0x1d, R, false, 0, 0 }, /* ... INITIALIZATION PATTERN */
	{ 0xa4, ANY, W, false, 0, 0 },	/* SET ..., CHANGE ALIASES */
	{ 0xab, 0x01, A, true, 0, 0 },	/* READ MEDIA SERIAL NUMBER */
#ifdef SPEC_SMC
	{ 0x01, ANY, W, false, 0, 0 },	  /* REZERO UNIT */
	{ 0x07, ANY, W, false, 0, 0 },	  /* INITIALIZE ELEMENT STATUS */
	{ 0x1b, ANY, W, false, 0, 0 },	  /* OPEN/CLOSE ... ELEMENT */
	{ 0x1e, ANY, A, false, 4, 0x00 }, /* PREVENT ALLOW: allow */
	{ 0x1e, ANY, W, false, 4, 0x01 }, /* prevent */
	{ 0x2b, ANY, W, false, 0, 0 },	  /* POSITION TO ELEMENT */
	{ 0x37, ANY, W, false, 0, 0 },	  /* INITIALIZE ... WITH RANGE */
	{ 0x9e, 0x10, R, false, 0, 0 },	  /* REPORT ELEMENT INFORMATION */
	{ 0xa5, ANY, W, false, 0, 0 },	  /* MOVE MEDIUM */
	{ 0xa6, ANY, W, false, 0, 0 },	  /* EXCHANGE MEDIUM */
	{ 0xb5, ANY, R, false, 0, 0 },	  /* REQUEST VOLUME ... ADDRESS */
	{ 0xb6, ANY, W, false, 0, 0 },	  /* SEND VOLUME TAG */
	{ 0xb8, ANY, R, false, 6, 0x00 }, /* READ ELEMENT STATUS */
	{ 0xb8, ANY, A, true, 6, 0x02 },  /* of what is known: CURDATA */
#elif defined(SPEC_SSC)
	/* SSC */
	{ 0xb5, ANY, W, false, 0, 0 },	  /* SECURITY PROTOCOL OUT */
	{ 0x01, ANY, R, false, 0, 0 },	  /* REWIND */
	{ 0x04, ANY, W, false, 0, 0 },	  /* FORMAT MEDIUM */
	{ 0x05, ANY, A, true, 0, 0 },	  /* READ BLOCK LIMITS */
	{ 0x08, ANY, R, false, 0, 0 },	  /* READ(6) */
	{ 0x0a, ANY, W, false, 0, 0 },	  /* WRITE(6) */
	{ 0x0b, ANY, W, false, 0, 0 },	  /* SET CAPACITY */
	{ 0x0f, ANY, R, false, 0, 0 },	  /* READ REVERSE(6) */
	{ 0x10, ANY, W, false, 0, 0 },	  /* WRITE FILEMARKS(6) */
	{ 0x11, ANY, R, false, 0, 0 },	  /* SPACE(6) */
	{ 0x13, ANY, R, false, 0, 0 },	  /* VERIFY(6) */
	{ 0x14, ANY, R, false, 0, 0 },	  /* RECOVER BUFFERED DATA */
	{ 0x19, ANY, W, false, 0, 0 },	  /* ERASE(6) */
	{ 0x1b, ANY, W, false, 0, 0 },	  /* LOAD UNLOAD */
	{ 0x1e, ANY, A, false, 4, 0x00 }, /* PREVENT ALLOW: allow */
	{ 0x1e, ANY, W, false, 4, 0x01 }, /* prevent */
	{ 0x2b, ANY, R, false, 0, 0 },	  /* LOCATE(10) */
	{ 0x34, ANY, R, false, 0, 0 },	  /* READ POSITION */
	{ 0x44, ANY, A, true, 0, 0 },	  /* REPORT DENSITY SUPPORT */
	{ 0x80, ANY, W, false, 0, 0 },	  /* WRITE FILEMARKS(16) */
	{ 0x81, ANY, R, false, 0, 0 },	  /* READ REVERSE(16) */
	{ 0x82, ANY, W, false, 0, 0 },	  /* ALLOW OVERWRITE */
	{ 0x88, ANY, R, false, 0, 0 },	  /* READ(16) */
	{ 0x8a, ANY, W, false, 0, 0 },	  /* WRITE(16) */
	{ 0x8f, ANY, R, false, 0, 0 },	  /* VERIFY(16) */
	{ 0x91, ANY, R, false, 0, 0 },	  /* SPACE(16) */
	{ 0x92, ANY, R, false, 0, 0 },	  /* LOCATE(16) */
	{ 0x93, ANY, W, false, 0, 0 },	  /* ERASE(16) */
#else
	{ 0xb5, ANY, W, false, 0, 0 }, /* SECURITY PROTOCOL OUT */
	/* SBC */
	{ 0x04, ANY, W, false, 0, 0 },	  /* FORMAT UNIT */
	{ 0x07, ANY, W, false, 0, 0 },	  /* REASSIGN BLOCKS */
#ifdef SPEC_PROC
	{ 0x08, ANY, W, false, 0, 0 },	  /* RECEIVE: takes what it gives */
#else
	{ 0x08, ANY, R, false, 0, 0 }, /* READ(6) */
#endif
	{ 0x0a, ANY, W, false, 0, 0 },	  /* WRITE(6), SEND(6) */
	{ 0x1b, ANY, A, true, 4, 0x01 },  /* START STOP UNIT: start */
	{ 0x1b, ANY, W, false, 4, 0x00 }, /* stop */
	{ 0x1b, ANY, W, false, 4, 0x02 }, /* eject */
	{ 0x1b, ANY, W, false, 4, 0x11 }, /* a power condition */
	{ 0x1e, ANY, A, false, 4, 0x00 }, /* PREVENT ALLOW: allow */
	{ 0x1e, ANY, W, false, 4, 0x01 }, /* prevent */
	{ 0x25, ANY, A, true, 0, 0 },	  /* READ CAPACITY(10) */
	{ 0x28, ANY, R, false, 0, 0 },	  /* READ(10) */
	{ 0x2a, ANY, W, false, 0, 0 },	  /* WRITE(10) */
	{ 0x2e, ANY, W, false, 0, 0 },	  /* WRITE AND VERIFY(10) */
	{ 0x2f, ANY, R, false, 0, 0 },	  /* VERIFY(10) */
	{ 0x34, ANY, R, false, 0, 0 },	  /* PRE-FETCH(10) */
	{ 0x35, ANY, W, false, 0, 0 },	  /* SYNCHRONIZE CACHE(10) */
	{ 0x37, ANY, R, false, 0, 0 },	  /* READ DEFECT DATA(10) */
	{ 0x38, ANY, W, false, 0, 0 },	  /* FORMAT WITH PRESET */
	{ 0x3e, ANY, W, false, 0, 0 },	  /* READ LONG(10) */
	{ 0x3f, ANY, W, false, 0, 0 },	  /* WRITE LONG(10) */
	{ 0x41, ANY, W, false, 0, 0 },	  /* WRITE SAME(10) */
	{ 0x42, ANY, W, false, 0, 0 },	  /* UNMAP */
	{ 0x48, ANY, W, false, 0, 0 },	  /* SANITIZE */
	{ 0x7f, 0x09, R, false, 0, 0 },	  /* READ(32) */
	{ 0x7f, 0x0a, R, false, 0, 0 },	  /* VERIFY(32) */
	{ 0x7f, 0x0b, W, false, 0, 0 },	  /* WRITE(32) */
	{ 0x7f, 0x0c, W, false, 0, 0 },	  /* WRITE AND VERIFY(32) */
	{ 0x7f, 0x0d, W, false, 0, 0 },	  /* WRITE SAME(32) */
	{ 0x7f, 0x0e, W, false, 0, 0 },	  /* ORWRITE(32) */
	{ 0x7f, 0x11, W, false, 0, 0 },	  /* WRITE SCATTERED(32) */
	{ 0x7f, 0x12, R, false, 0, 0 },	  /* GET LBA STATUS(32) */
	{ 0x88, ANY, R, false, 0, 0 },	  /* READ(16) */
	{ 0x89, ANY, W, false, 0, 0 },	  /* COMPARE AND WRITE */
	{ 0x8a, ANY, W, false, 0, 0 },	  /* WRITE(16) */
	{ 0x8b, ANY, W, false, 0, 0 },	  /* ORWRITE(16) */
	{ 0x8e, ANY, W, false, 0, 0 },	  /* WRITE AND VERIFY(16) */
	{ 0x8f, ANY, R, false, 0, 0 },	  /* VERIFY(16) */
	{ 0x90, ANY, R, false, 0, 0 },	  /* PRE-FETCH(16) */
	{ 0x91, ANY, W, false, 0, 0 },	  /* SYNCHRONIZE CACHE(16) */
	{ 0x93, ANY, W, false, 0, 0 },	  /* WRITE SAME(16) */
	{ 0x9a, ANY, W, false, 0, 0 },	  /* WRITE STREAM(16) */
	{ 0x9c, ANY, W, false, 0, 0 },	  /* WRITE ATOMIC(16) */
	{ 0x9e, 0x10, A, true, 0, 0 },	  /* READ CAPACITY(16) */
	{ 0x9e, 0x11, W, false, 0, 0 },	  /* READ LONG(16) */
	{ 0x9e, 0x12, R, false, 0, 0 },	  /* GET LBA STATUS(16) */
	{ 0x9e, 0x13, A, false, 0, 0 },	  /* REPORT REFERRALS */
	{ 0x9e, 0x14, W, false, 0, 0 },	  /* STREAM CONTROL */
	{ 0x9e, 0x15, W, false, 0, 0 },	  /* BACKGROUND CONTROL */
	{ 0x9e, 0x16, A, false, 0, 0 },	  /* GET STREAM STATUS */
	{ 0x9e, 0x17, A, false, 0, 0 },	  /* GET PHYSICAL ELEMENT STATUS */
	{ 0x9e, 0x18, W, false, 0, 0 },	  /* REMOVE ELEMENT AND TRUNCATE */
	{ 0x9e, 0x19, W, false, 0, 0 },	  /* RESTORE ELEMENTS ... */
	{ 0x9f, 0x11, W, false, 0, 0 },	  /* WRITE LONG(16) */
	{ 0x9f, 0x12, W, false, 0, 0 },	  /* WRITE SCATTERED(16) */
	{ 0xa8, ANY, R, false, 0, 0 },	  /* READ(12) */
	{ 0xaa, ANY, W, false, 0, 0 },	  /* WRITE(12) */
	{ 0xae, ANY, W, false, 0, 0 },	  /* WRITE AND VERIFY(12) */
	{ 0xaf, ANY, R, false, 0, 0 },	  /* VERIFY(12) */
	{ 0xb7, ANY, R, false, 0, 0 },	  /* READ DEFECT DATA(12) */
	/* ZBC */
	{ 0x94, ANY, W, false, 0, 0 },	/* CLOSE, FINISH, OPEN, RESET ... */
	{ 0x95, 0x08, W, false, 0, 0 }, /* ZONE ACTIVATE */
	{ 0x95, ANY, R, false, 0, 0 },	/* REPORT ZONES, REALMS, ... */
#endif
};
enum { ENTRIES = sizeof(table) / sizeof(table[0]) };

static const uint8_t types[] = { 1, 3, 5, 6, 7, 8 };
enum role { HOLDER, REGISTRANT, STRANGER, ROLES };
static const char *const roles[] = { "holder", "registrant", "stranger" };

struct world {
	struct spec s;
	struct scsiemu_nexus *n[ROLES];
};

static void make(struct world *w)
{
	spec_make(&w->s);
	w->n[HOLDER] = w->s.nexus;
	w->n[REGISTRANT] = drive_attach(&w->s.b.d, 1, 0);
	w->n[STRANGER] = drive_attach(&w->s.b.d, 2, 0);
	for (unsigned i = 0; i < ROLES; i++)
		drive_settle(&w->s.b.d, w->s.b.lu, w->n[i]);
}

/* Key of holder and registrant: 1 + role. */
static void reserve(struct world *w, uint8_t type)
{
	struct drive *d = &w->s.b.d;

	pr_register(d, w->s.b.lu, w->n[HOLDER], 1);
	pr_register(d, w->s.b.lu, w->n[REGISTRANT], 2);
	if (!type)
		return;
	pr_out(d, w->s.b.lu, w->n[HOLDER], SCSIEMU_SA_RESERVE, type, 1, 0, 0);
	drive_good(d);
}

/* Is it stopped for the role? */
static bool conflicts(unsigned class, unsigned type, unsigned role)
{
	bool ar = type >= 7, ro = type == 5 || type == 6;
	bool ea = type == 3 || type == 6 || type == 8;
	bool free = role == HOLDER || (role == REGISTRANT && (ar || ro));

	if (class == A)
		return false;
	if (class == RESERVES)
		return !free;
	return !free && (class == W || ea);
}

/* The list of a PERSISTENT RESERVE OUT that the role would send. */
static void list_for(uint8_t list[24], const struct scsiemu_row *row,
		     unsigned role)
{
	pr_list(list, role == STRANGER ? 0 : role + 1, 2, 0);
	if (row->op == 0x5f && row->sa == SCSIEMU_SA_REPLACE_LOST)
		memset(list, 0, 8);
}

/* SPC-5 table 66: of another nexus than the holder. Indexed by service action;
 * MOVE has a list of its own length and is looked at below. */
static bool out_conflicts(unsigned sa, unsigned type, unsigned role)
{
	static const bool registrant[9] = { false, true,  false, false, false,
					    false, false, true,	 false };
	static const bool stranger[9] = { false, true,	true, true, true,
					  true,	 false, true, true };

	if (role == HOLDER)
		return false;
	if (role == STRANGER)
		return stranger[sa];
	/* all registrants hold it: RESERVE of the same type is GOOD */
	return sa == SCSIEMU_SA_RESERVE && type >= 7 ? false : registrant[sa];
}

static bool is(const struct entry *e, const struct scsiemu_row *row)
{
	return e->op == row->op && (e->sa == ANY || e->sa == row->sa);
}

static bool run(struct world *w, const struct scsiemu_row *row,
		const struct entry *e, unsigned role, uint8_t type)
{
	struct drive *d = &w->s.b.d;
	uint8_t cdb[260], list[24];
	bool out = e->class == OUT;

	spec_cdb(cdb, row);
	if (e->at)
		cdb[e->at] = e->value;
	if (out) {
		list_for(list, row, role);
		cdb[2] = type;
		cdb[8] = 24;
	}
	d->nexus = w->n[role];
	drive_run(d, w->s.b.lu, cdb, row->len, out ? list : NULL, out ? 24 : 0,
		  65536);
	return d->t.c.status == SCSIEMU_RESERVATION_CONFLICT;
}

static void one(const struct scsiemu_row *row, const struct entry *e,
		uint8_t type, unsigned role)
{
	struct world w;
	bool must, does;

	make(&w);
	reserve(&w, type);
	if (e->class == OUT)
		must = out_conflicts(row->sa, type, role);
	else
		must = conflicts(e->class, type, role);
	does = run(&w, row, e, role, type);
	if (must != does && !(row->op == 0x5f && row->sa == 7))
		fail_msg("%s (%x), type %u, %s: %s", row->name, e->value, type,
			 roles[role], does ? "conflict" : "no conflict");
	if (does)
		assert_int_equal(w.s.b.d.t.sense_len, 0);
	spec_free(&w.s);
}

/* Each row has a place in the table. */
static void test_persistent(void **state)
{
	const struct scsiemu_row *row;

	(void)state;
	SPEC_EACH_ROW(row)
	{
		unsigned found = 0;

		for (unsigned i = 0; i < ENTRIES; i++) {
			if (!is(&table[i], row))
				continue;
			found++;
			for (unsigned k = 0; k < sizeof(types); k++)
				for (unsigned role = 0; role < ROLES; role++)
					one(row, &table[i], types[k], role);
		}
		if (!found)
			fail_msg("%s: its reservation class is not in the "
				 "table of this test (reference: SPC-5 table "
				 "65, or the command's standard)",
				 row->name);
	}
}

/* Registrations alone stop nobody, but RESERVE and RELEASE. */
static void test_registered(void **state)
{
	const struct scsiemu_row *row;

	(void)state;
	SPEC_EACH_ROW(row)
	{
		for (unsigned i = 0; i < ENTRIES; i++) {
			if (!is(&table[i], row) || table[i].class == OUT)
				continue;
			for (unsigned role = 0; role < ROLES; role++) {
				struct world w;

				make(&w);
				reserve(&w, 0);
				assert_int_equal(
					run(&w, row, &table[i], role, 0),
					table[i].class == RESERVES);
				spec_free(&w.s);
			}
		}
	}
}

/* REGISTER AND MOVE: only of the one holder. */
static void test_moving(void **state)
{
	(void)state;
	for (unsigned k = 0; k < sizeof(types); k++)
		for (unsigned role = 0; role < ROLES; role++) {
			struct world w;
			uint8_t list[48];
			bool must = role != HOLDER || types[k] >= 7;

			make(&w);
			reserve(&w, types[k]);
			pr_list(list, role == STRANGER ? 0 : role + 1, 9, 0);
			memset(list + 24, 0, 24);
			list[19] = 1;
			list[23] = 24;
			list[24] = 6;
			pr_out_list(&w.s.b.d, w.s.b.lu, w.n[role], 7, 0, list,
				    48);
			assert_int_equal(w.s.b.d.t.c.status,
					 must ? SCSIEMU_RESERVATION_CONFLICT
					      : SCSIEMU_GOOD);
			spec_free(&w.s);
		}
}

/* RESERVE(6) of somebody else, and of oneself. */
static void test_reserve_6(void **state)
{
	static const uint8_t reserve_6[6] = { 0x16 };
	const struct scsiemu_row *row;

	(void)state;
	SPEC_EACH_ROW(row)
	{
		for (unsigned i = 0; i < ENTRIES; i++) {
			const struct entry *e = &table[i];
			bool pr = row->op == 0x5e || row->op == 0x5f;

			if (!is(e, row))
				continue;
			for (unsigned own = 0; own < 2; own++) {
				struct world w;
				bool must = own ? pr : !e->past6, does;

				make(&w);
				w.s.b.d.nexus = w.n[HOLDER];
				spec_run(&w.s, reserve_6, 6);
				drive_good(&w.s.b.d);
				does = run(&w, row, e, own ? HOLDER : STRANGER,
					   1);
				if (must != does &&
				    !(row->op == 0x5f && row->sa == 7 && own))
					fail_msg("%s (%x), %s: %s", row->name,
						 e->value,
						 own ? "own" : "foreign",
						 does ? "conflict"
						      : "no conflict");
				spec_free(&w.s);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_persistent),
		cmocka_unit_test(test_registered),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_reserve_6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
