/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EXTENDED COPY from tape to tape: records of one length become records of
 * another, in scratch of many sizes; padding, and how it ends where it cannot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"
#include "support/tape.h"

enum { TAPES = 2, LUN = 3, NAA_LOW = 9, ROOM = 1 << 16 };
enum { PAD = 0x04, FIXED = 0x01 };
enum { INEXACT = 0x260a, BAD_FIELD = 0x2600, FAILED_THERE = 0x0d01 };

struct rig {
	struct copier c;
	struct scsiemu_medium m[TAPES];
	struct scsiemu_lu *lu[TAPES];
	void *state[TAPES];
};

static void add(struct rig *r, unsigned i)
{
	static const struct scsiemu_ssc_options ssc = { .size = sizeof(ssc) };
	const struct scsiemu_tape_new is = { .bytes = 4 << 20 };
	struct scsiemu_lu_config cf = {
		.size = sizeof(cf),
		.type = &scsiemu_ssc,
		.options = &ssc,
		.naa = 0x3000000000000000u + NAA_LOW + i,
	};

	assert_int_equal(scsiemu_open_tape_mem(&r->m[i], &is, NULL), 0);
	cf.state_len = scsiemu_lu_state_size(&cf);
	cf.state = r->state[i] = malloc(cf.state_len);
	assert_non_null(cf.state);
	r->lu[i] = scsiemu_lu_add(r->c.d.dev, (uint16_t)(LUN + i), &cf);
	assert_non_null(r->lu[i]);
	scsiemu_lu_load(r->lu[i], &r->m[i], false);
}

static void make(struct rig *r, uint32_t scratch)
{
	const struct copier_options o = { .scratch = scratch, .tapes = TAPES };

	memset(r, 0, sizeof(*r));
	copier_make(&r->c, &o);
	r->c.d.hook = tape_answer;
	for (unsigned i = 0; i < TAPES; i++)
		add(r, i);
	for (unsigned i = 0; i < TAPES; i++)
		drive_settle(&r->c.d, r->lu[i], NULL);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		drive_settle(&r->c.d, r->c.lu[i], NULL);
}

static void done(struct rig *r)
{
	copier_free(&r->c);
	for (unsigned i = 0; i < TAPES; i++) {
		scsiemu_medium_close(&r->m[i]);
		free(r->state[i]);
	}
}

static uint8_t on(struct rig *r, unsigned tape, const uint8_t cdb[6],
		  const void *out, uint32_t out_len, uint32_t in_len)
{
	return drive_run(&r->c.d, r->lu[tape], cdb, 6, out, out_len, in_len);
}

static void at(struct rig *r, unsigned tape, uint64_t object)
{
	const struct scsiemu_tape_ops *ops = r->m[tape].ops;
	struct scsiemu_tape_pos pos;

	ops->tell(r->m[tape].ctx, &pos);
	assert_int_equal(pos.object, object);
}

static void rewind_it(struct rig *r, unsigned tape)
{
	static const uint8_t cdb[6] = { 0x01 };

	on(r, tape, cdb, NULL, 0, 0);
	drive_good(&r->c.d);
}

/* Byte i of what is copied. */
static uint8_t byte(uint32_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

/* n records on tape 0, which is rewound. */
static void lay(struct rig *r, uint32_t n, uint32_t len)
{
	const uint8_t cdb[6] = { 0x0a, 0, 0, (uint8_t)(len >> 8),
				 (uint8_t)len };
	static uint8_t record[ROOM];

	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < len; k++)
			record[k] = byte(i * len + k);
		on(r, 0, cdb, record, len, 0);
		drive_good(&r->c.d);
	}
	rewind_it(r, 0);
}

/* What is on tape 1: these bytes in such records, and zeros behind. */
static void holds(struct rig *r, uint32_t bytes, uint32_t len)
{
	const uint8_t cdb[6] = { 0x08, 2, 0, (uint8_t)(len >> 8),
				 (uint8_t)len };
	static uint8_t want[ROOM];

	for (uint32_t i = 0; i < bytes; i += len) {
		for (uint32_t k = 0; k < len; k++)
			want[k] = i + k < bytes ? byte(i + k) : 0;
		on(r, 1, cdb, NULL, 0, len + 1);
		drive_data(&r->c.d, want, len);
	}
}

/* A list with the tapes as CSCDs 0 and 1. */
static uint8_t *begin(struct rig *r, const uint8_t flags[TAPES],
		      const uint32_t block[TAPES])
{
	uint8_t *p = NULL;

	copier_list(&r->c, true, 1, 0);
	for (unsigned i = 0; i < TAPES; i++) {
		p = copier_disk(&r->c, 0);
		p[1] = 1; /* a tape */
		copier_put(p + 8, 0x3000000000000000u + NAA_LOW + i, 8);
		p[28] = flags[i];
		copier_put(p + 29, block[i], 3);
	}
	return p;
}

static uint8_t *segment(struct rig *r, unsigned from, unsigned to,
			uint32_t read, uint32_t written, uint32_t bytes)
{
	uint8_t *p = copier_segment(&r->c, 0x03, 0x10, from, to);

	copier_put(p + 9, read, 3);
	copier_put(p + 13, written, 3);
	copier_put(p + 16, bytes, 4);
	return p;
}

static void good(struct rig *r)
{
	copier_run(&r->c, 0);
	drive_good(&r->c.d);
}

static void aborted(struct rig *r, uint16_t asc, uint32_t left)
{
	const struct scsiemu_sense *s = &r->c.d.t.c.sense;

	copier_run(&r->c, 0);
	drive_check(&r->c.d, SCSIEMU_SK_COPY_ABORTED, asc);
	assert_int_equal(s->specific, 0);
	assert_int_equal(s->info, left);
}

static const uint8_t pad[TAPES] = { PAD, PAD }, none[TAPES] = { 0, 0 };
static const uint32_t variable[TAPES] = { 0, 0 };

/* Records of `read` bytes to some of `written`; the rest of the last ones is
 * passed over, and zeros. */
static void across(uint32_t scratch, uint32_t read, uint32_t written,
		   uint32_t bytes)
{
	uint32_t n = (bytes + read - 1) / read;
	struct rig r;

	make(&r, scratch);
	lay(&r, n + 1, read);
	begin(&r, pad, variable);
	segment(&r, 0, 1, read, written, bytes);
	good(&r);
	at(&r, 0, n);
	at(&r, 1, (bytes + written - 1) / written);
	rewind_it(&r, 1);
	holds(&r, bytes, written);
	done(&r);
}

static void test_across(void **state)
{
	static const uint32_t scratch[] = { 2048, 3000, 16384 };
	static const uint32_t lengths[] = { 100, 512, 513, 4096, 5000 };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		for (unsigned k = 0; k < 25; k++)
			across(scratch[i], lengths[k / 5], lengths[k % 5],
			       k & 1 ? 10000 : 12345);
}

/* Fixed records of one tape, variable ones of the other. */
static void test_fixed(void **state)
{
	const uint8_t flags[TAPES] = { FIXED, 0 };
	const uint32_t block[TAPES] = { 512, 0 };
	struct rig r;

	(void)state;
	make(&r, 2048);
	lay(&r, 4, 512);
	begin(&r, flags, block);
	segment(&r, 0, 1, 1, 1024, 2048);
	good(&r);
	at(&r, 0, 4);
	at(&r, 1, 2);
	rewind_it(&r, 1);
	holds(&r, 2048, 1024);
	done(&r);
}

static void test_fields(void **state)
{
	static const uint8_t source[TAPES] = { PAD, 0 };
	struct rig r;

	(void)state;
	make(&r, 2048);
	lay(&r, 2, 512);
	begin(&r, none, variable);
	segment(&r, 0, 1, 0, 0, 0); /* nothing is nothing */
	good(&r);
	begin(&r, none, variable);
	segment(&r, 0, 1, 0, 512, 512);
	copier_run(&r.c, 0);
	drive_param(&r.c.d, BAD_FIELD, 48 + 64 + 9, SCSIEMU_NO_BIT);
	begin(&r, none, variable);
	segment(&r, 0, 1, 512, 0, 512);
	copier_run(&r.c, 0);
	drive_param(&r.c.d, BAD_FIELD, 48 + 64 + 13, SCSIEMU_NO_BIT);
	begin(&r, none, variable);
	segment(&r, 0, 1, 512, 512, 512)[1] = 1; /* CAT */
	copier_run(&r.c, 0);
	drive_param(&r.c.d, BAD_FIELD, 48 + 64 + 1, SCSIEMU_NO_BIT);
	begin(&r, none, variable);
	segment(&r, 0, 1, 512, 500, 1000); /* inexact at both ends */
	aborted(&r, INEXACT, 1000);
	begin(&r, source, variable);
	segment(&r, 0, 1, 512, 512, 1000);
	aborted(&r, INEXACT, 1000);
	begin(&r, none, variable);
	segment(&r, 1, 1, 512, 512, 512); /* to itself */
	aborted(&r, SCSIEMU_ASC_INCORRECT_COPY_TARGET_TYPE, 512);
	at(&r, 0, 0);
	at(&r, 1, 0);
	done(&r);
}

/* A record of another length, and the end: whole records are there. */
static void test_ends(void **state)
{
	const uint8_t *p;
	struct rig r;

	(void)state;
	make(&r, 2048);
	lay(&r, 3, 512);
	begin(&r, none, variable);
	segment(&r, 0, 1, 512, 512, 2048);
	aborted(&r, FAILED_THERE, 512);
	p = r.c.d.t.c.sense.extra;
	assert_int_equal(p[2], 1); /* the source */
	assert_int_equal(p[5], SCSIEMU_SK_BLANK_CHECK);
	at(&r, 0, 3);
	at(&r, 1, 3);
	rewind_it(&r, 0);
	begin(&r, none, variable);
	segment(&r, 0, 1, 500, 500, 500);
	aborted(&r, FAILED_THERE, 500);
	at(&r, 0, 1);
	at(&r, 1, 3);
	rewind_it(&r, 1);
	holds(&r, 1536, 512);
	done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_across),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
