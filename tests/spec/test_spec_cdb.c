/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every bit of every CDB: what the usage data do not name is refused with its
 * exact place, what they name is not; CDBs that are too short; opcodes and
 * service actions that nobody has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "spec/spec.h"

static unsigned control_at(const struct scsiemu_row *row)
{
	return row->op == SCSIEMU_OP_VARIABLE ? 1 : row->len - 1u;
}

/* Bits of byte i that the test may set: not those that choose the row. */
static unsigned free_bits(const struct scsiemu_row *row, unsigned i)
{
	if (row->sa == SCSIEMU_NO_SA)
		return 0xff;
	if (row->op == SCSIEMU_OP_VARIABLE)
		return i == 7 || i == 8 || i == 9 ? 0 : 0xff;
	return i == 1 ? 0xe0 : 0xff;
}

/* Reserved bits: neither used, nor vendor's (control), nor obsolete, nor of a
 * group number. */
static unsigned reserved_bits(const struct spec *s,
			      const struct scsiemu_row *row, unsigned i)
{
	unsigned bits = free_bits(row, i) & ~semu_row_usage(s->b.lu, row, i);

	if (i == control_at(row))
		bits &= 0x3c;
	else if (i == 1)
		bits &= ~(unsigned)row->obsolete;
	if (i == row->group_at) /* ignored while there are no groups */
		bits &= 0xc0;
	return bits & 0xff;
}

static void fail_row(const struct scsiemu_row *row, unsigned i, unsigned bit)
{
	fail_msg("%s: byte %u bit %u", row->name, i, bit);
}

/* One disk for all: refused commands change nothing. */
static void test_reserved_bits(void **state)
{
	const struct scsiemu_row *row;
	struct spec s;
	uint8_t cdb[260];

	(void)state;
	spec_make(&s);
	SPEC_EACH_ROW(row)
	{
		for (unsigned i = 1; i < row->len; i++) {
			unsigned bad = reserved_bits(&s, row, i);

			for (unsigned bit = 0; bit < 8; bit++) {
				if (!(bad >> bit & 1))
					continue;
				spec_cdb(cdb, row);
				cdb[i] |= (uint8_t)(1u << bit);
				spec_run(&s, cdb, row->len);
				if (!spec_points(&s, i, bit))
					fail_row(row, i, bit);
				/* with all lower ones, too: the highest */
				cdb[i] |= (uint8_t)(bad & ((2u << bit) - 1));
				spec_run(&s, cdb, row->len);
				if (!spec_points(&s, i, bit))
					fail_row(row, i, bit);
			}
		}
	}
	spec_free(&s);
}

/* The first byte with a bad bit is the one that is named. */
static void test_first_bad_byte(void **state)
{
	const struct scsiemu_row *row;
	struct spec s;
	uint8_t cdb[260];

	(void)state;
	spec_make(&s);
	SPEC_EACH_ROW(row)
	{
		unsigned first = 0, bit = 7;

		spec_cdb(cdb, row);
		for (unsigned i = row->len - 1u; i; i--) {
			unsigned bad = reserved_bits(&s, row, i);

			if (bad) {
				first = i;
				cdb[i] |= (uint8_t)bad;
			}
		}
		assert_int_not_equal(first, 0);
		while (!(reserved_bits(&s, row, first) >> bit & 1))
			bit--;
		spec_run(&s, cdb, row->len);
		if (!spec_points(&s, first, bit))
			fail_row(row, first, bit);
	}
	spec_free(&s);
}

/* Used bits that are refused by value, with the same pointer as a reserved
 * bit's would be: {opcode, byte, bits}. */
static const uint8_t by_value[][3] = {
#ifdef SPEC_SSC
	{ SCSIEMU_OP_FORMAT_MEDIUM, 2, 0x08 }, /* FORMAT 8h */
	{ SCSIEMU_OP_SPACE_6, 1, 0x08 },       /* CODE 8h */
	{ SCSIEMU_OP_SPACE_16, 1, 0x08 },
	{ SCSIEMU_OP_VERIFY_6, 1, 0x12 }, /* BYTCMP, VLBPM */
	{ SCSIEMU_OP_VERIFY_16, 1, 0x12 },
	{ SCSIEMU_OP_LOCATE_16, 1, 0x10 }, /* DEST_TYPE 2h */
	{ SCSIEMU_OP_ALLOW_OVERWRITE, 2, 0x08 },
#endif
	/* FMTPINFO without protection, DEFECT LIST FORMAT without a list */
	{ SCSIEMU_OP_FORMAT_UNIT, 1, 0x84 },
	/* BYTCHK 10b */
	{ SCSIEMU_OP_WRITE_AND_VERIFY_10, 1, 0x04 },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_12, 1, 0x04 },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_16, 1, 0x04 },
	{ SCSIEMU_OP_VERIFY_10, 1, 0x04 },
	{ SCSIEMU_OP_VERIFY_12, 1, 0x04 },
	{ SCSIEMU_OP_VERIFY_16, 1, 0x04 },
	{ SCSIEMU_OP_VARIABLE, 10, 0x04 },
	{ SCSIEMU_OP_VARIABLE, 2, 0x04 },     /* BMOP 4h */
	{ SCSIEMU_OP_MODE_SENSE_6, 2, 0x20 }, /* PAGE CODE 20h */
	{ SCSIEMU_OP_MODE_SENSE_10, 2, 0x20 },
	{ SCSIEMU_OP_LOG_SELECT, 2, 0x20 },
	{ SCSIEMU_OP_LOG_SENSE, 2, 0x20 },
#ifdef SPEC_SMC
	{ SCSIEMU_OP_REQUEST_VOLUME_ADDRESS, 1, 0x08 }, /* element type 8h */
	{ SCSIEMU_OP_SEND_VOLUME_TAG, 1, 0x08 },
	{ SCSIEMU_OP_SEND_VOLUME_TAG, 5, 0x10 }, /* SEND ACTION CODE 10h */
	{ SCSIEMU_OP_READ_ELEMENT_STATUS, 1, 0x08 },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 3, 0x08 },
#endif
#ifdef SPEC_ZONED /* not removable: LOEJ, too */
	{ SCSIEMU_OP_START_STOP_UNIT, 4, 0x82 },
#endif
	{ SCSIEMU_OP_START_STOP_UNIT, 4, 0x80 }, /* POWER CONDITION 8h */
	{ SCSIEMU_OP_SEND_DIAGNOSTIC, 1, 0x80 }, /* SELF-TEST CODE 4h */
	{ SCSIEMU_OP_PREVENT_ALLOW_MEDIUM_REMOVAL, 4, 0x02 },
	{ SCSIEMU_OP_WRITE_BUFFER, 1, 0x10 }, /* MODE 10h */
	{ SCSIEMU_OP_READ_BUFFER_10, 1, 0x10 },
	{ SCSIEMU_OP_READ_BUFFER_16, 1, 0x10 },
	{ SCSIEMU_OP_MAINTENANCE_IN, 10, 0x80 }, /* IDENTIFYING TYPE 40h */
	{ SCSIEMU_OP_MAINTENANCE_OUT, 10, 0x80 },
	{ SCSIEMU_OP_MAINTENANCE_IN, 2, 0x84 },	       /* REPORTING OPTIONS 4h,
							* PRIORITY REPORTED 2h */
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 14, 0x88 }, /* FILTER 10b,
							* REPORT TYPE 8h */
	{ SCSIEMU_OP_ZONE_IN, 14, 0x20 },	/* REPORTING OPTIONS 20h */
	{ SCSIEMU_OP_MAINTENANCE_IN, 1, 0xc0 }, /* PARAMETER DATA FORMAT */
};

static unsigned refused_by_value(const struct scsiemu_row *row, unsigned i)
{
	for (unsigned k = 0; k < sizeof(by_value) / sizeof(by_value[0]); k++)
		if (by_value[k][0] == row->op && by_value[k][1] == i)
			return by_value[k][2];
	return 0;
}

/* Used, obsolete and vendor bits: the mask lets them pass. A handler that
 * judges values points to fields, so its bit is the field's highest or none. */
static void test_used_bits(void **state)
{
	const struct scsiemu_row *row;
	uint8_t cdb[260];

	(void)state;
	SPEC_EACH_ROW(row)
	{
		for (unsigned i = 1; i < row->len; i++) {
			struct spec s;
			unsigned ok;

			spec_make(&s);
			ok = free_bits(row, i) & ~reserved_bits(&s, row, i) &
			     ~refused_by_value(row, i);
			for (unsigned bit = 0; bit < 8; bit++) {
				if (!(ok >> bit & 1))
					continue;
				spec_cdb(cdb, row);
				cdb[i] |= (uint8_t)(1u << bit);
				spec_run(&s, cdb, row->len);
				if (spec_points(&s, i, bit))
					fail_row(row, i, bit);
				if (spec_is(&s, SCSIEMU_SK_ILLEGAL_REQUEST,
					    SCSIEMU_ASC_INVALID_OPCODE))
					fail_row(row, i, bit);
			}
			spec_free(&s);
		}
	}
}

static void test_masks(void **state)
{
	const struct scsiemu_row *row, *before = NULL;
	struct spec s;
	uint8_t cdb[260];

	(void)state;
	spec_make(&s);
	SPEC_EACH_ROW(row)
	{
		spec_cdb(cdb, row);
		assert_int_equal(row->usage[0], row->op);
		assert_int_equal(scsiemu_cdb_length(cdb, 260), row->len);
		assert_int_equal(row->usage[control_at(row)] & 0xfb, 0);
		if (row->op == SCSIEMU_OP_VARIABLE)
			assert_int_equal(row->usage[9], row->sa);
		else if (row->sa != SCSIEMU_NO_SA)
			assert_int_equal(row->usage[1] & 0x1f, row->sa);
		assert_true(row->prot_at < row->len);
		assert_true(row->group_at < row->len);
		assert_non_null(row->name);
		if (before)
			assert_true(before->op < row->op ||
				    (before->op == row->op &&
				     before->sa < row->sa));
		before = row;
	}
	spec_free(&s);
}

static void test_short_cdbs(void **state)
{
	const struct scsiemu_row *row;
	struct spec s;
	uint8_t cdb[260];

	(void)state;
	spec_make(&s);
	SPEC_EACH_ROW(row)
	{
		spec_cdb(cdb, row);
		/* the service action must be there */
		for (unsigned n = row->len == 32 ? 10 : 2; n < row->len; n++) {
			spec_run(&s, cdb, n);
			if (!spec_is(&s, SCSIEMU_SK_ILLEGAL_REQUEST,
				     SCSIEMU_ASC_INVALID_OPCODE))
				fail_row(row, n, 0);
		}
		/* longer is the adapter's upper bound only */
		spec_run(&s, cdb, row->len + 1u);
		assert_false(spec_is(&s, SCSIEMU_SK_ILLEGAL_REQUEST,
				     SCSIEMU_ASC_INVALID_OPCODE));
		drive_settle(&s.b.d, s.b.lu, s.nexus);
	}
	spec_free(&s);
}

#if !defined(SPEC_PI) && !defined(SPEC_OLD)
static bool op_known(unsigned op, unsigned *sa_from, bool sas[32])
{
	const struct scsiemu_row *row;
	bool known = false;

	*sa_from = 0;
	SPEC_EACH_ROW(row)
	{
		if (row->op != op)
			continue;
		known = true;
		if (row->sa != SCSIEMU_NO_SA) {
			*sa_from = 1;
			sas[row->sa & 31] = true;
		}
	}
	return known;
}

static void test_unknown(void **state)
{
	struct spec s;

	(void)state;
	spec_make(&s);
	for (unsigned op = 0; op < 256; op++) {
		uint8_t cdb[16] = { (uint8_t)op };
		bool sas[32] = { false };
		unsigned has_sa;

		if (!op_known(op, &has_sa, sas)) {
			spec_run(&s, cdb, 16);
			assert_true(spec_is(&s, SCSIEMU_SK_ILLEGAL_REQUEST,
					    SCSIEMU_ASC_INVALID_OPCODE));
			continue;
		}
		for (unsigned sa = 0; has_sa && sa < 32; sa++) {
			bool wide = op == SCSIEMU_OP_VARIABLE;

			if (sas[sa])
				continue;
			cdb[wide ? 9 : 1] = (uint8_t)sa;
			spec_run(&s, cdb, 16);
			/* those that only type 2 protection has: no command */
			assert_true(wide ? spec_points(&s, 8, SCSIEMU_NO_BIT) ||
						    spec_is(&s, 5, 0x2000)
					 : spec_points(&s, 1, 4));
		}
	}
	spec_free(&s);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_reserved_bits),
		cmocka_unit_test(test_first_bad_byte),
		cmocka_unit_test(test_used_bits),
		cmocka_unit_test(test_short_cdbs),
#if !defined(SPEC_PI) && !defined(SPEC_OLD)
		cmocka_unit_test(test_unknown),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
