/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies: every ALLOCATION LENGTH in every window gives the beginning of the
 * same bytes and an exact residual; REPORT SUPPORTED OPERATION CODES says what
 * the rows say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spec/spec.h"
#include "support/pr.h"

enum { ROOM = 8192 };
static const uint32_t windows[] = { 64, 72, 128, 520, 4096 };
static const uint32_t extra[] = { 0, 1, 7, 255 };

/* A reply: the row and what else is in the CDB. */
struct reply {
	uint8_t cdb[16];
	uint8_t op, sa;
	uint16_t scratch; /* without so much of it there is no such reply */
};

/* The header of REPORT ZONE DOMAINS says how many fit: tests/behave. */
static const struct reply replies[] = {
#ifdef SPEC_ZONED
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0xb6 }, .scratch = 512 },
	{ .op = SCSIEMU_OP_ZONE_IN, .sa = 0, .scratch = 512 },
	{ .op = SCSIEMU_OP_ZONE_IN, .sa = 6, .scratch = 512 },
#elif defined(SPEC_SSC)
	{ .op = SCSIEMU_OP_INQUIRY },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x00 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0xb0 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0xb1 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0xb2 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x86 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0xb5 } },
	{ .op = SCSIEMU_OP_READ_BLOCK_LIMITS },
	{ .op = SCSIEMU_OP_READ_BLOCK_LIMITS, .cdb = { 0, 1 } },
	{ .op = SCSIEMU_OP_MODE_SENSE_6, .cdb = { 0, 0, 0x3f, 0xff } },
	{ .op = SCSIEMU_OP_MODE_SENSE_6 },
	{ .op = SCSIEMU_OP_MODE_SENSE_10, .cdb = { 0, 0x10, 0x3f, 0xff } },
	{ .op = SCSIEMU_OP_READ_POSITION, .sa = 0 },
	{ .op = SCSIEMU_OP_READ_POSITION, .sa = 1 },
	{ .op = SCSIEMU_OP_READ_POSITION, .sa = 6 },
	{ .op = SCSIEMU_OP_READ_POSITION, .sa = 8 },
	{ .op = SCSIEMU_OP_REPORT_DENSITY_SUPPORT },
	{ .op = SCSIEMU_OP_LOG_SENSE },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x4c } },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x51 } },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x57 } },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x6e } },
	{ .op = SCSIEMU_OP_READ_ATTRIBUTE, .sa = 0 },
	{ .op = SCSIEMU_OP_READ_ATTRIBUTE, .sa = 1 },
	{ .op = SCSIEMU_OP_READ_ATTRIBUTE, .sa = 2 },
	{ .op = SCSIEMU_OP_READ_ATTRIBUTE, .sa = 3 },
	{ .op = SCSIEMU_OP_READ_ATTRIBUTE, .sa = 5 },
	{ .op = SCSIEMU_OP_SERVICE_ACTION_IN_12, .sa = 1 },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0c, .cdb = { 0, 0, 0x80 } },
#elif defined(SPEC_PROC)
	{ .op = SCSIEMU_OP_INQUIRY },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x00 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x83 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x86 } },
	{ .op = SCSIEMU_OP_REQUEST_SENSE },
	{ .op = SCSIEMU_OP_MODE_SENSE_6, .cdb = { 0, 0, 0x3f, 0xff } },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0c },
#elif defined(SPEC_SMC) /* those of element descriptors: tests/behave */
	{ .op = SCSIEMU_OP_INQUIRY },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x00 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x83 } },
	{ .op = SCSIEMU_OP_REQUEST_SENSE },
	{ .op = SCSIEMU_OP_MODE_SENSE_6, .cdb = { 0, 0, 0x3f, 0xff } },
	{ .op = SCSIEMU_OP_MODE_SENSE_6, .cdb = { 0, 8, 0x1d } },
	{ .op = SCSIEMU_OP_MODE_SENSE_10, .cdb = { 0, 0, 0x1f, 0xff } },
	{ .op = SCSIEMU_OP_LOG_SENSE },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x4d } },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x6e } },
	{ .op = SCSIEMU_OP_SERVICE_ACTION_IN_16, .sa = 0x10 },
	{ .op = SCSIEMU_OP_SERVICE_ACTION_IN_16,
	  .sa = 0x10,
	  .cdb = { 0, 0, 2 } },
	{ .op = SCSIEMU_OP_SERVICE_ACTION_IN_16,
	  .sa = 0x10,
	  .cdb = { 0, 0, 3 } },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0c },
#else
	{ .op = SCSIEMU_OP_INQUIRY },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x00 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x80 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x83 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x86 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x87 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x88 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0x8f }, .scratch = 2048 },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0xb0 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0xb1 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0xb2 } },
	{ .op = SCSIEMU_OP_INQUIRY, .cdb = { 0, 1, 0xb3 } },
	{ .op = SCSIEMU_OP_REQUEST_SENSE },
	{ .op = SCSIEMU_OP_REQUEST_SENSE, .cdb = { 0, 1 } },
	{ .op = SCSIEMU_OP_MODE_SENSE_6, .cdb = { 0, 0, 0x3f, 0xff } },
	{ .op = SCSIEMU_OP_MODE_SENSE_6, .cdb = { 0, 8, 0x08 } },
	{ .op = SCSIEMU_OP_MODE_SENSE_10, .cdb = { 0, 0x10, 0x3f, 0xff } },
	{ .op = SCSIEMU_OP_LOG_SENSE },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x00, 0xff } },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x42 } },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x4f } },
	{ .op = SCSIEMU_OP_LOG_SENSE, .cdb = { 0, 0, 0x55, 0x01 } },
	{ .op = SCSIEMU_OP_REPORT_LUNS, .cdb = { 0, 0, 2 } },
	{ .op = SCSIEMU_OP_READ_CAPACITY_10 },
	{ .op = SCSIEMU_OP_SERVICE_ACTION_IN_16, .sa = 0x10 },
	{ .op = SCSIEMU_OP_SERVICE_ACTION_IN_16, .sa = 0x12 },
	{ .op = SCSIEMU_OP_SERVICE_ACTION_IN_16, .sa = 0x13 },
	{ .op = SCSIEMU_OP_SERVICE_ACTION_IN_16, .sa = 0x16 },
	{ .op = SCSIEMU_OP_SERVICE_ACTION_IN_16, .sa = 0x17, .scratch = 1024 },
	{ .op = SCSIEMU_OP_READ_DEFECT_DATA_10, .cdb = { 0, 0, 0x18 } },
	{ .op = SCSIEMU_OP_READ_DEFECT_DATA_12, .cdb = { 0, 0x18 } },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0c },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0c, .cdb = { 0, 0, 0x80 } },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN,
	  .sa = 0x0c,
	  .cdb = { 0, 0, 0x83, 0x9e, 0, 0x10 } },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0d, .cdb = { 0, 0, 0x80 } },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0a },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0b, .scratch = 2048 },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0e },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x0a, .cdb = { 0, 0x20 } },
	{ .op = SCSIEMU_OP_MAINTENANCE_IN, .sa = 0x05, .cdb = { [10] = 0xfe } },
	{ .op = SCSIEMU_OP_PERSISTENT_RESERVE_IN, .sa = 0 },
	{ .op = SCSIEMU_OP_PERSISTENT_RESERVE_IN, .sa = 1 },
	{ .op = SCSIEMU_OP_PERSISTENT_RESERVE_IN, .sa = 2 },
	{ .op = SCSIEMU_OP_PERSISTENT_RESERVE_IN, .sa = 3 },
	{ .op = SCSIEMU_OP_RECEIVE_DIAGNOSTIC_RESULTS, .cdb = { 0, 1, 0 } },
	{ .op = SCSIEMU_OP_READ_BUFFER_10, .cdb = { 0, 3 } },
	{ .op = SCSIEMU_OP_THIRD_PARTY_COPY_IN, .sa = 3, .scratch = 2048 },
	{ .op = SCSIEMU_OP_THIRD_PARTY_COPY_IN, .sa = 8, .scratch = 2048 },
#endif
};

static const struct scsiemu_row *row_of(const struct reply *r)
{
	const struct scsiemu_row *row;

	SPEC_EACH_ROW(row)
	{
		if (row->op == r->op &&
		    (row->sa == SCSIEMU_NO_SA || row->sa == r->sa))
			return row;
	}
	fail_msg("no row for %02x/%02x", r->op, r->sa);
	return NULL;
}

static bool run(struct spec *s, const struct reply *r, uint32_t alloc,
		uint32_t room)
{
	const struct scsiemu_row *row = row_of(r);
	uint8_t cdb[260];

	spec_cdb(cdb, row);
	for (unsigned i = 1; i < 16; i++)
		cdb[i] |= r->cdb[i];
	if (!spec_put_count(cdb, row, alloc) && row->fields)
		return false;
	drive_run(&s->b.d, s->b.lu, cdb, row->len, NULL, 0, room);
	return true;
}

static void check(struct spec *s, const uint8_t *full, uint32_t total,
		  uint32_t alloc, uint32_t room)
{
	const struct scsiemu_cmd *c = &s->b.d.t.c;
	uint32_t all = alloc < total ? alloc : total;
	uint32_t done = all < room ? all : room;

	drive_data(&s->b.d, full, done);
	assert_int_equal(c->in_all, all);
	assert_int_equal(scsiemu_in_resid(c), (int64_t)room - all);
}

/* REPORT LUNS refuses less than its header and one LUN, GET STREAM STATUS less
 * than its header. */
static bool refused(const struct spec *s, const struct reply *r, uint32_t alloc)
{
	return (r->op == SCSIEMU_OP_SERVICE_ACTION_IN_16 && r->sa == 0x16 &&
		alloc < 8 &&
		spec_is(s, SCSIEMU_SK_ILLEGAL_REQUEST,
			SCSIEMU_ASC_INVALID_FIELD_IN_CDB)) ||
	       (r->op == SCSIEMU_OP_REPORT_LUNS && alloc < 16 &&
		spec_is(s, SCSIEMU_SK_ILLEGAL_REQUEST,
			SCSIEMU_ASC_INVALID_FIELD_IN_CDB)) ||
	       (r->sa == SCSIEMU_SA_REPORT_TMFS && alloc < 4 &&
		spec_is(s, SCSIEMU_SK_ILLEGAL_REQUEST,
			SCSIEMU_ASC_INVALID_FIELD_IN_CDB));
}

static void one_reply(struct spec *s, const struct reply *r)
{
	bool fixed = !row_of(r)->fields;
	uint8_t *full = calloc(1, ROOM);
	uint32_t total;

	assert_non_null(full);
	s->b.d.scratch = 4096;
	run(s, r, row_of(r)->fields == SCSIEMU_F_1AT4 ? 255 : ROOM, ROOM);
	drive_good(&s->b.d);
	total = s->b.d.t.c.in_done;
	memcpy(full, s->b.d.t.in, total);
	for (unsigned w = 0; w < 5; w++) {
		s->b.d.scratch = windows[w] < r->scratch ? r->scratch
							 : windows[w];
		for (uint32_t alloc = 0; alloc < total + 9; alloc++) {
			if (!run(s, r, alloc, alloc + extra[alloc & 3]))
				break;
			if (refused(s, r, alloc))
				continue;
			check(s, full, total, fixed ? total : alloc,
			      alloc + extra[alloc & 3]);
			/* a host with less room than it says */
			run(s, r, alloc, alloc / 2);
			check(s, full, total, fixed ? total : alloc, alloc / 2);
		}
	}
	free(full);
}

/* Three registrations and a reservation, for what reads them. */
static void reserve(struct spec *s)
{
	struct scsiemu_nexus *was = s->b.d.nexus;

	for (unsigned i = 0; i < 3; i++) {
		struct scsiemu_nexus *n = i ? drive_attach(&s->b.d, i, 0) : was;

		drive_settle(&s->b.d, s->b.lu, n);
		pr_register(&s->b.d, s->b.lu, n, 0x1122334455667700 + i);
	}
	pr_out(&s->b.d, s->b.lu, was, SCSIEMU_SA_RESERVE, 5, 0x1122334455667700,
	       0, 0);
	drive_good(&s->b.d);
	s->b.d.nexus = was;
}

static void test_allocation(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct spec s;

		spec_make_scratch(&s,
				  replies[i].scratch ? replies[i].scratch : 64);
		s.b.k.mapped[3] = s.b.k.mapped[9] = 1;
		if (replies[i].op == SCSIEMU_OP_PERSISTENT_RESERVE_IN)
			reserve(&s);
		if (replies[i].sa == 0x12) /* its list is as long as scratch */
			for (uint32_t n = 0; n < 25; n++) {
				run(&s, &replies[i], n, n);
				assert_int_equal(s.b.d.t.c.in_done,
						 n < 24 ? n : 24);
			}
		else
			one_reply(&s, &replies[i]);
		spec_free(&s);
	}
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void rsoc(struct spec *s, unsigned options, unsigned op, unsigned sa)
{
	uint8_t cdb[12] = { SCSIEMU_OP_MAINTENANCE_IN,
			    SCSIEMU_SA_REPORT_OPCODES,
			    (uint8_t)options,
			    (uint8_t)op,
			    (uint8_t)(sa >> 8),
			    (uint8_t)sa,
			    0,
			    0,
			    0x20,
			    0 };

	drive_run(&s->b.d, s->b.lu, cdb, 12, NULL, 0, ROOM);
}

static void check_timeouts(const uint8_t *p, const struct scsiemu_row *row)
{
	assert_int_equal(p[0], 0);
	assert_int_equal(p[1], 0x0a);
	assert_int_equal(be32(p + 4), row->nominal);
	assert_int_equal(be32(p + 8), row->recommended);
}

/* All commands, without and with time-outs: the rows, in order. */
static void test_rsoc_all(void **state)
{
	struct spec s;

	(void)state;
	spec_make(&s);
	for (unsigned rctd = 0; rctd < 2; rctd++) {
		const struct scsiemu_row *row;
		const uint8_t *p, *end;

		rsoc(&s, rctd ? 0x80 : 0, 0, 0);
		drive_good(&s.b.d);
		p = s.b.d.t.in;
		end = p + s.b.d.t.c.in_done;
		assert_int_equal(be32(p) + 4, s.b.d.t.c.in_done);
		p += 4;
		SPEC_EACH_ROW(row)
		{
			bool sa = row->sa != SCSIEMU_NO_SA;

			assert_true(p + (rctd ? 20 : 8) <= end);
			assert_int_equal(p[0], row->op);
			assert_int_equal(p[2] << 8 | p[3], sa ? row->sa : 0);
			assert_int_equal(p[5], (rctd ? 2 : 0) | sa);
			assert_int_equal(p[6] << 8 | p[7], row->len);
			if (rctd)
				check_timeouts(p + 8, row);
			p += rctd ? 20 : 8;
		}
		assert_ptr_equal(p, end);
	}
	spec_free(&s);
}

static void check_one(struct spec *s, const struct scsiemu_row *row, bool rctd)
{
	const uint8_t *p = s->b.d.t.in;

	drive_good(&s->b.d);
	assert_int_equal(s->b.d.t.c.in_done, 4 + row->len + (rctd ? 12 : 0));
	assert_int_equal(p[1], (rctd ? 0x80 : 0) | 3);
	assert_int_equal(p[2] << 8 | p[3], row->len);
	for (unsigned i = 0; i < row->len; i++)
		assert_int_equal(p[4 + i], semu_row_usage(s->b.lu, row, i));
	if (rctd)
		check_timeouts(p + 4 + row->len, row);
}

static void test_rsoc_one(void **state)
{
	const struct scsiemu_row *row;
	struct spec s;

	(void)state;
	spec_make(&s);
	SPEC_EACH_ROW(row)
	{
		bool sa = row->sa != SCSIEMU_NO_SA;

		for (unsigned rctd = 0; rctd < 2; rctd++) {
			unsigned bit = rctd ? 0x80 : 0;

			rsoc(&s, bit | (sa ? 2 : 1), row->op, sa ? row->sa : 0);
			check_one(&s, row, rctd);
			rsoc(&s, bit | 3, row->op, sa ? row->sa : 0);
			check_one(&s, row, rctd);
			/* the wrong question for this opcode */
			rsoc(&s, bit | (sa ? 1 : 2), row->op, 0);
			drive_check(&s.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_INVALID_FIELD_IN_CDB);
		}
	}
	rsoc(&s, 1, 0xff, 0); /* nobody's */
	drive_good(&s.b.d);
	assert_int_equal(s.b.d.t.in[1] & 7, 1);
	rsoc(&s, 3, 0x9e, 0x1f);
	drive_good(&s.b.d);
	assert_int_equal(s.b.d.t.in[1] & 7, 1);
	rsoc(&s, 4, 0, 0);
	drive_check(&s.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_FIELD_IN_CDB);
	spec_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allocation),
		cmocka_unit_test(test_rsoc_all),
		cmocka_unit_test(test_rsoc_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
