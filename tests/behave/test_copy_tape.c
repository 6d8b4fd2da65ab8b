/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EXTENDED COPY between a disk and a tape: records of all lengths, in scratch
 * of many sizes, padding, filemarks and spacing, and how it ends where it
 * cannot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"
#include "support/crypt.h"
#include "support/toycodec.h"

enum { TAPE = 3, NAA_LOW = 9 }; /* its LUN */
enum { PAD = 0x04, FIXED = 0x01 };
enum { INEXACT = 0x260a, BAD_FIELD = 0x2600, FAILED_THERE = 0x0d01 };

struct rig {
	struct copier c;
	struct tape t; /* its drive is not used, but for helpers */
};

static uint8_t on_tape(struct rig *r, const uint8_t *cdb, unsigned len,
		       const void *out, uint32_t out_len, uint32_t in_len)
{
	return drive_run(&r->c.d, r->t.lu, cdb, len, out, out_len, in_len);
}

#define DO(r, ...)                                                             \
	on_tape(r, (const uint8_t[]){ __VA_ARGS__ },                           \
		sizeof((const uint8_t[]){ __VA_ARGS__ }), NULL, 0, 0)
#define IN(r, room, ...)                                                       \
	on_tape(r, (const uint8_t[]){ __VA_ARGS__ },                           \
		sizeof((const uint8_t[]){ __VA_ARGS__ }), NULL, 0, room)

static void make_with(struct rig *r, uint32_t scratch,
		      const struct scsiemu_ssc_options *ssc)
{
	const struct copier_options o = { .scratch = scratch, .tapes = 1 };
	const struct scsiemu_tape_new is = { .bytes = 4 << 20 };
	struct tape *t = &r->t;

	memset(r, 0, sizeof(*r));
	copier_make(&r->c, &o);
	r->c.d.hook = tape_answer;
	assert_int_equal(scsiemu_open_tape_mem(&t->m, &is, NULL), 0);
	assert_int_equal(scsiemu_wrap_codec(&t->m, &toycodec, NULL), 0);
	t->ssc = *ssc;
	t->ssc.size = sizeof(t->ssc);
	t->cf = (struct scsiemu_lu_config){ .size = sizeof(t->cf),
					    .type = &scsiemu_ssc,
					    .options = &t->ssc,
					    .naa = 0x3000000000000000u +
						   NAA_LOW };
	t->cf.state_len = scsiemu_lu_state_size(&t->cf);
	t->cf.state = t->state = malloc(t->cf.state_len);
	assert_non_null(t->state);
	t->lu = scsiemu_lu_add(r->c.d.dev, TAPE, &t->cf);
	assert_non_null(t->lu);
	scsiemu_lu_load(t->lu, &t->m, false);
	drive_settle(&r->c.d, t->lu, NULL);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		drive_settle(&r->c.d, r->c.lu[i], NULL);
}

static void make(struct rig *r, uint32_t scratch, bool append_only)
{
	const struct scsiemu_ssc_options o = { .append_only = append_only };

	make_with(r, scratch, &o);
}

static void done(struct rig *r)
{
	copier_free(&r->c);
	scsiemu_medium_close(&r->t.m);
	free(r->t.state);
}

static void at(struct rig *r, uint64_t object, uint64_t file)
{
	const struct scsiemu_tape_ops *ops = r->t.m.ops;
	struct scsiemu_tape_pos pos;

	ops->tell(r->t.m.ctx, &pos);
	assert_int_equal(pos.object, object);
	assert_int_equal(pos.file, file);
}

/* A list with disk 0 (CSCD 0), the tape (1). */
static void begin(struct rig *r, uint8_t flags, uint32_t block)
{
	uint8_t *p;

	copier_list(&r->c, true, 1, 0);
	copier_disk(&r->c, 0);
	p = copier_disk(&r->c, 1);
	p[1] = 1; /* a tape */
	copier_put(p + 8, r->t.cf.naa, 8);
	p[28] = flags;
	copier_put(p + 29, block, 3);
}

static uint8_t *records(struct rig *r, bool to_tape, uint32_t transfer,
			unsigned nblk, uint64_t lba)
{
	uint8_t *p = copier_segment(&r->c, !to_tape, 0x14, !to_tape, to_tape);

	copier_put(p + 9, transfer, 3);
	copier_put(p + 14, nblk, 2);
	copier_put(p + 16, lba, 8);
	return p;
}

static void marks(struct rig *r, uint32_t n)
{
	copier_put(copier_segment(&r->c, 0x10, 8, 0, 1) + 9, n, 3);
}

static void space(struct rig *r, uint8_t code, uint32_t n)
{
	uint8_t *p = copier_segment(&r->c, 0x11, 8, 0, 1);

	p[8] = code;
	copier_put(p + 9, n, 3);
}

static void good(struct rig *r)
{
	copier_run(&r->c, 0);
	drive_good(&r->c.d);
}

/* COPY ABORTED in this segment, with so many bytes left. */
static void aborted(struct rig *r, uint16_t asc, unsigned seg, int64_t left)
{
	const struct scsiemu_sense *s = &r->c.d.t.c.sense;

	copier_run(&r->c, 0);
	drive_check(&r->c.d, SCSIEMU_SK_COPY_ABORTED, asc);
	assert_int_equal(s->specific, seg);
	assert_int_equal(!!(s->flags & SCSIEMU_S_INFO), left >= 0);
	if (left >= 0)
		assert_int_equal(s->info, left);
}

/* The tape's sense, in descriptor format behind the header of 4 bytes. */
static void forwarded(struct rig *r, uint8_t key, uint16_t asc, unsigned side)
{
	const struct scsiemu_sense *s = &r->c.d.t.c.sense;
	const uint8_t *p = s->extra;

	assert_non_null(p);
	assert_int_equal(p[0], 0x0c);
	assert_int_equal(p[2], side);
	assert_int_equal(p[3], SCSIEMU_CHECK_CONDITION);
	assert_int_equal(p[5], key);
	assert_int_equal(p[6] << 8 | p[7], asc);
}

/* Read from the tape: a record with these bytes. */
static void is_record(struct rig *r, const uint8_t *want, uint32_t len)
{
	IN(r, len + 1, 0x08, 0x02, (uint8_t)(len >> 16), (uint8_t)(len >> 8),
	   (uint8_t)len, 0);
	drive_data(&r->c.d, want, len);
}

static void rewind_it(struct rig *r)
{
	DO(r, 0x01, 0, 0, 0, 0, 0);
	drive_good(&r->c.d);
}

/* To the tape in records of that length, a filemark, back over both, and from
 * there to another place of the disk. */
static void there_and_back(uint32_t scratch, uint32_t record, bool fixed)
{
	enum { BLOCKS = 24, BYTES = BLOCKS * 512, TO = 32 };
	uint32_t transfer = fixed ? 1 : record;
	uint8_t flags = (uint8_t)(PAD | (fixed ? FIXED : 0));
	uint8_t last[BYTES] = { 0 };
	struct rig r;
	uint32_t n = (BYTES + record - 1) / record, tail = BYTES % record;

	make(&r, scratch, false);
	begin(&r, flags, fixed ? record : 0);
	records(&r, true, transfer, BLOCKS, 2);
	marks(&r, 1);
	good(&r);
	at(&r, n + 1, 1);
	rewind_it(&r);
	for (uint32_t i = 0; i + 1 < n; i++)
		is_record(&r, r.c.k[0].bytes + 2 * 512 + i * record, record);
	tail = tail ? tail : record;
	memcpy(last, r.c.k[0].bytes + 2 * 512 + BYTES - tail, tail);
	is_record(&r, last, record);
	begin(&r, flags, fixed ? record : 0);
	space(&r, 0, (uint32_t) - (int32_t)n & 0xffffff);
	records(&r, false, transfer, BLOCKS, TO);
	good(&r);
	at(&r, n, 0);
	assert_memory_equal(r.c.k[0].bytes + TO * 512, r.c.k[0].bytes + 2 * 512,
			    BYTES);
	done(&r);
}

static void test_there_and_back(void **state)
{
	static const uint32_t scratch[] = { 2048, 3000, 4096, 16384 };
	static const uint32_t lengths[] = { 512,  1024, 100,  513,  700,
					    1536, 4096, 5000, 12288 };

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned k = 0; k < 9; k++)
			there_and_back(scratch[i], lengths[k], (i + k) & 1);
}

/* What the fields must not say; segments in front of it have happened. */
static void test_fields(void **state)
{
	struct rig r;

	(void)state;
	make(&r, 2048, false);
	begin(&r, 0, 0);
	records(&r, true, 0, 0, 0); /* nothing is nothing */
	records(&r, false, 0, 0, 0);
	good(&r);
	at(&r, 0, 0);
	begin(&r, 0, 0);
	records(&r, true, 0, 1, 0);
	copier_run(&r.c, 0);
	drive_param(&r.c.d, BAD_FIELD, 48 + 64 + 9, SCSIEMU_NO_BIT);
	for (unsigned i = 0; i < 2; i++) { /* FIXED, and STREAM BLOCK LENGTH */
		begin(&r, i ? FIXED : 0, i ? 0 : 512);
		records(&r, true, 512, 1, 0);
		copier_run(&r.c, 0);
		drive_param(&r.c.d, BAD_FIELD, 48 + 32 + 29, SCSIEMU_NO_BIT);
	}
	begin(&r, 0, 0);
	records(&r, true, 512, 1, 0)[1] = 1; /* CAT */
	copier_run(&r.c, 0);
	drive_param(&r.c.d, BAD_FIELD, 48 + 64 + 1, SCSIEMU_NO_BIT);
	begin(&r, 0, 0);
	marks(&r, 1);
	space(&r, 4, 1); /* setmarks */
	copier_run(&r.c, 0);
	drive_param(&r.c.d, BAD_FIELD, 48 + 64 + 12 + 8, SCSIEMU_NO_BIT);
	at(&r, 1, 1);
	done(&r);
}

static void test_inexact(void **state)
{
	struct rig r;

	(void)state;
	make(&r, 2048, false);
	begin(&r, 0, 0);
	records(&r, true, 1000, 2, 0);
	aborted(&r, INEXACT, 0, 1024);
	at(&r, 0, 0);
	done(&r);
}

/* A mark, another length, the end: the position is as after a READ. */
static void test_ends(void **state)
{
	struct rig r;

	(void)state;
	make(&r, 2048, false);
	begin(&r, 0, 0);
	records(&r, true, 512, 2, 0);
	marks(&r, 1);
	records(&r, true, 1024, 2, 0);
	good(&r);
	at(&r, 4, 1);
	rewind_it(&r);
	begin(&r, 0, 0);
	records(&r, false, 512, 3, 40);
	aborted(&r, FAILED_THERE, 0, 512);
	forwarded(&r, SCSIEMU_SK_NO_SENSE, SCSIEMU_ASC_FILEMARK_DETECTED, 1);
	at(&r, 3, 1);
	assert_memory_equal(r.c.k[0].bytes + 40 * 512, r.c.k[0].bytes, 1024);
	begin(&r, 0, 0);
	space(&r, 3, 0);
	space(&r, 0, 0xffffff); /* one back */
	records(&r, false, 512, 1, 40);
	aborted(&r, FAILED_THERE, 2, 512);
	forwarded(&r, SCSIEMU_SK_NO_SENSE, 0, 1);
	at(&r, 4, 1);
	begin(&r, 0, 0);
	records(&r, false, 512, 1, 40);
	aborted(&r, FAILED_THERE, 0, 512);
	forwarded(&r, SCSIEMU_SK_BLANK_CHECK, SCSIEMU_ASC_END_OF_DATA, 1);
	begin(&r, 0, 0);
	space(&r, 0, 1);
	aborted(&r, FAILED_THERE, 0, -1);
	forwarded(&r, SCSIEMU_SK_BLANK_CHECK, SCSIEMU_ASC_END_OF_DATA, 2);
	done(&r);
}

/* Blocks that are not there: nothing is written. */
static void test_range(void **state)
{
	struct rig r;

	(void)state;
	make(&r, 2048, false);
	begin(&r, 0, 0);
	records(&r, true, 512, 2, 63);
	aborted(&r, SCSIEMU_ASC_COPY_TARGET_NOT_REACHABLE, 0, 1024);
	at(&r, 0, 0);
	done(&r);
}

/* A disk is no tape, and a tape no disk. */
static void test_types(void **state)
{
	struct rig r;

	(void)state;
	make(&r, 2048, false);
	begin(&r, 0, 0);
	copier_segment(&r.c, 0x00, 0x14, 0, 0);
	aborted(&r, SCSIEMU_ASC_INCORRECT_COPY_TARGET_TYPE, 0, -1);
	begin(&r, 0, 0);
	copier_blocks(&r.c, 1, 0, 1, 0, 0);
	aborted(&r, SCSIEMU_ASC_INCORRECT_COPY_TARGET_TYPE, 0, -1);
	done(&r);
}

/* Append-only mode: at the end of data. */
static void test_append(void **state)
{
	static const uint8_t list[] = { 0,    0, 0x10, 0, 0x50, 1, 0, 28, 0,
					0x10, 0, 0,    0, 0,	0, 0, 0,  0,
					0,    0, 0,    0, 0,	0, 0, 0,  0,
					0,    0, 0,    0, 0,	0, 0, 0,  0 };
	struct rig r;

	(void)state;
	make(&r, 2048, true);
	on_tape(&r, (const uint8_t[]){ 0x15, 0x10, 0, 0, sizeof(list), 0 }, 6,
		list, sizeof(list), 0);
	drive_good(&r.c.d);
	begin(&r, 0, 0);
	records(&r, true, 512, 2, 0);
	good(&r);
	rewind_it(&r);
	aborted(&r, FAILED_THERE, 0, 1024);
	forwarded(&r, SCSIEMU_SK_DATA_PROTECT,
		  SCSIEMU_ASC_OVERWRITE_NOT_ALLOWED, 2);
	at(&r, 0, 0);
	done(&r);
}

/* No cartridge. */
static void test_not_ready(void **state)
{
	struct rig r;

	(void)state;
	make(&r, 2048, false);
	DO(&r, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&r.c.d);
	begin(&r, 0, 0);
	records(&r, true, 512, 1, 0);
	aborted(&r, FAILED_THERE, 0, 512);
	forwarded(&r, SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_MEMORY_ACCESSIBLE, 2);
	done(&r);
}

/* The end of the tape: whole records are on it. */
static void test_full(void **state)
{
	const struct scsiemu_tape_ops *ops;
	struct scsiemu_tape_pos pos;
	unsigned status = 0;
	struct rig r;

	(void)state;
	make(&r, 16384, false);
	ops = r.t.m.ops;
	for (unsigned i = 0; !status && i < 1000; i++) {
		begin(&r, 0, 0);
		records(&r, true, 8192, 64, 0);
		status = copier_run(&r.c, 0);
	}
	drive_check(&r.c.d, SCSIEMU_SK_COPY_ABORTED, FAILED_THERE);
	forwarded(&r, SCSIEMU_SK_VOLUME_OVERFLOW, SCSIEMU_ASC_END_OF_PARTITION,
		  2);
	ops->tell(r.t.m.ctx, &pos);
	assert_true(pos.object > 100 && pos.eod);
	done(&r);
}

/* ---- What nexuses have of their own ---- */

static void set_key(struct rig *r, uint8_t scope, uint8_t mode)
{
	const struct crypt_page page = { .scope = scope,
					 .flags = 0x40,
					 .encrypt = mode,
					 .decrypt = mode,
					 .key = mode ? 'k' : 0 };
	uint8_t list[256];
	uint32_t len = crypt_put(&page, list);
	const uint8_t cdb[12] = { 0xb5, 0x20, 0, 0x10, [9] = (uint8_t)len };

	on_tape(r, cdb, 12, list, len, 0);
	drive_good(&r->c.d);
}

static void write_record(struct rig *r, const uint8_t *bytes)
{
	static const uint8_t cdb[6] = { 0x0a, 0, 0, 2, 0, 0 };

	on_tape(r, cdb, 6, bytes, 512, 0);
	drive_good(&r->c.d);
}

/* The copy manager has no key of its own: what all share is its, too. */
static void test_keys(void **state)
{
	static const struct scsiemu_ssc_options o = { .encryption = true };
	const uint8_t *bytes;
	struct rig r;

	(void)state;
	make_with(&r, 2048, &o);
	bytes = r.c.k[0].bytes;
	set_key(&r, CRYPT_LOCAL, CRYPT_ON);
	begin(&r, 0, 0);
	records(&r, true, 512, 1, 3);
	good(&r);
	write_record(&r, bytes);
	rewind_it(&r);
	begin(&r, 0, 0); /* the first is plain, the second is the nexus's */
	records(&r, false, 512, 1, 8);
	records(&r, false, 512, 1, 9);
	aborted(&r, FAILED_THERE, 1, 512);
	forwarded(&r, SCSIEMU_SK_DATA_PROTECT, 0x7401, 1);
	at(&r, 1, 0);
	assert_memory_equal(bytes + 8 * 512, bytes + 3 * 512, 512);
	set_key(&r, CRYPT_ALL, CRYPT_ON);
	rewind_it(&r);
	begin(&r, 0, 0);
	records(&r, true, 512, 2, 4);
	good(&r);
	rewind_it(&r);
	begin(&r, 0, 0);
	records(&r, false, 512, 2, 10);
	good(&r);
	assert_memory_equal(bytes + 10 * 512, bytes + 4 * 512, 1024);
	set_key(&r, CRYPT_ALL, CRYPT_OFF);
	rewind_it(&r);
	IN(&r, 512, 0x08, 0, 0, 2, 0, 0);
	drive_check(&r.c.d, SCSIEMU_SK_DATA_PROTECT, 0x7401);
	done(&r);
}

/* Nor check values. */
static void test_check_values(void **state)
{
	static const struct scsiemu_ssc_options o = { .protection = true };
	static const uint8_t select[10] = { 0x55, 0x10, [8] = 40 };
	static const uint8_t write[6] = { 0x0a, 0, 0, 0, 40, 0 };
	static const uint8_t page[40] = { [8] = 0x4a, 0xf0, 0, 28, 2, 4, 0xc0 };
	struct rig r;

	(void)state;
	make_with(&r, 2048, &o);
	on_tape(&r, select, 10, page, 40, 0);
	drive_good(&r.c.d);
	on_tape(&r, write, 6, page, 40, 0); /* the value is wrong */
	drive_check(&r.c.d, SCSIEMU_SK_HARDWARE_ERROR, 0x1001);
	IN(&r, 512, 0x08, 0, 0, 2, 0, 0);
	drive_check(&r.c.d, SCSIEMU_SK_BLANK_CHECK, SCSIEMU_ASC_END_OF_DATA);
	begin(&r, 0, 0);
	records(&r, true, 512, 2, 4);
	good(&r);
	rewind_it(&r);
	begin(&r, 0, 0);
	records(&r, false, 512, 2, 10);
	good(&r);
	assert_memory_equal(r.c.k[0].bytes + 10 * 512, r.c.k[0].bytes + 4 * 512,
			    1024);
	rewind_it(&r); /* with theirs, for the host */
	IN(&r, 600, 0x08, 2, 0, 2, 4, 0);
	drive_good(&r.c.d);
	assert_int_equal(r.c.d.t.c.in_done, 516);
	done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_inexact),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_not_ready),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_check_values),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
