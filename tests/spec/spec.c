/* SPDX-License-Identifier: BSD-2-Clause */
/* spec/spec.c - see spec.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/smc.h>

#include "spec/spec.h"
#include "support/procbox.h"
#include "support/tape.h"

#ifdef SPEC_PI
enum { PI_TYPE = 2 };
#else
enum { PI_TYPE = 0 };
#endif

#ifdef SPEC_PROC
static struct procbox box;
static const struct scsiemu_proc_options proc = { sizeof(proc), &procbox_ops,
						  &box };
#define PROC &proc
#else
#define PROC NULL
#endif

#ifdef SPEC_SSC
/* Everything that it may have; a cartridge with a record, a filemark, a record;
 * between the first and the mark. */
static const struct scsiemu_ssc_options drive = { .size = sizeof(drive),
						  .block = 512,
						  .partitions = 4,
						  .append_only = true,
						  .worm = true,
						  .reverse = true,
						  .protection = true,
						  .encryption = true };

static void fill(struct scsiemu_medium *m)
{
	static uint8_t bytes[512];
	const struct scsiemu_tape_ops *ops = m->ops;
	struct scsiemu_vec v = { bytes, sizeof(bytes) };
	struct scsiemu_cmd mark = { .verb = SCSIEMU_V_MARKS, .count = 1 };
	struct scsiemu_cmd go = { .verb = SCSIEMU_V_LOCATE, .addr = 1 };
	struct scsiemu_io io = { .flags = 0 };

	ops->write(m->ctx, &io, NULL, 0, &v, 1);
	ops->verb(m->ctx, &io, &mark);
	ops->write(m->ctx, &io, NULL, 0, &v, 1);
	ops->verb(m->ctx, &io, &go);
}

static void as_tape(struct disk *b)
{
	struct scsiemu_medium *m = malloc(sizeof(*m));
	const struct scsiemu_tape_new is = { .bytes = 1 << 20 };

	assert_non_null(m);
	assert_int_equal(scsiemu_open_tape_mem(m, &is, NULL), 0);
	fill(m);
	b->medium = m;
	b->cf.type = &scsiemu_ssc;
	b->cf.options = &drive;
	b->d.hook = tape_answer;
}
#define AS as_tape
#elif defined(SPEC_SMC)
static void as_changer(struct disk *b)
{
	static const struct scsiemu_changer_layout layout = {
		.of = { { 0, 0 }, { 1, 1 }, { 100, 4 }, { 10, 2 }, { 20, 2 } }
	};
	struct scsiemu_medium *m = malloc(sizeof(*m));

	assert_non_null(m);
	assert_int_equal(scsiemu_open_changer_mem(m, &layout, NULL), 0);
	b->medium = m;
	b->cf.type = &scsiemu_smc;
	b->cf.options = NULL;
}
#define AS as_changer
#else
#define AS NULL
#endif

#ifdef SPEC_ZONED
enum { REMOVABLE = false, MODEL = SCSIEMU_HOST_MANAGED };
#else
enum { REMOVABLE = true, MODEL = SCSIEMU_NOT_ZONED };
#endif

#ifdef SPEC_OLD
enum { VERSION = SCSIEMU_LEVEL_SPC_2 };
#else
enum { VERSION = 0 };
#endif

const struct disk_options spec_options = { .version = VERSION,
					   .thin = true,
					   .alua = &disk_alua,
					   .priorities = true,
					   .logs = true,
					   .log_clients = 1,
					   .removable = REMOVABLE,
					   .copies = 2,
					   .proc = PROC,
					   .as = AS,
					   .sbc = {
						   .defects = 16,
						   .format = true,
						   .scan = true,
						   .streams = 4,
						   .permanent_streams = 3,
						   .elements = 2,
						   .referrals = &disk_referrals,
						   .pi_type = PI_TYPE,
						   .zones = { .model = MODEL,
							      .zones = 8,
							      .before = 2,
							      .zone_blk = 8,
							      .zone_cap = 7,
							      .realms = 2 } } };

void spec_make_scratch(struct spec *s, uint32_t scratch)
{
	struct disk_options o = spec_options;

	o.scratch = scratch;
	disk_make(&s->b, &o);
	s->nexus = drive_attach(&s->b.d, 0, 0);
	s->b.d.nexus = s->nexus;
	drive_settle(&s->b.d, s->b.lu, s->nexus);
}

void spec_make(struct spec *s)
{
	spec_make_scratch(s, 2048);
}

void spec_free(struct spec *s)
{
	disk_free(&s->b);
	if (s->b.medium)
		scsiemu_medium_close(s->b.medium);
	free(s->b.medium);
}

/* With protection of type 2, and of an old disk: the rows that are there only
 * then. */
static bool wanted(const struct scsiemu_row *row)
{
	const struct semu_rows *old = &scsiemu_sbc.old_rows;

	if (VERSION)
		return row >= old->row && row < old->row + old->n;
	return !PI_TYPE || row->needs & SCSIEMU_NEED_PI_2;
}

const struct scsiemu_row *spec_row(unsigned i)
{
	static const struct scsiemu_row *rows[256];
	static unsigned n;

	if (!n) {
		struct semu_row_iter it = { { 0 } };
		struct spec s;

		spec_make(&s);
		while ((rows[n] = semu_row_next(s.b.lu, &it)) != NULL)
			if (wanted(rows[n]))
				assert_true(++n < 255);
		spec_free(&s);
	}
	return i < n ? rows[i] : NULL;
}

void spec_cdb(uint8_t cdb[260], const struct scsiemu_row *row)
{
	memset(cdb, 0, 260);
	cdb[0] = row->op;
	if (row->sa == SCSIEMU_NO_SA)
		return;
	if (row->op == SCSIEMU_OP_VARIABLE) {
		cdb[7] = (uint8_t)(row->len - 8);
		cdb[8] = (uint8_t)(row->sa >> 8);
		cdb[9] = (uint8_t)row->sa;
	} else {
		cdb[1] = (uint8_t)row->sa;
	}
}

bool spec_put_count(uint8_t *cdb, const struct scsiemu_row *row, uint32_t n)
{
	static const struct {
		uint8_t at, len;
	} field[SCSIEMU_F_COUNT] = {
		[SCSIEMU_F_RW6] = { 4, 1 },	[SCSIEMU_F_RW10] = { 7, 2 },
		[SCSIEMU_F_RW12] = { 6, 4 },	[SCSIEMU_F_RW16] = { 10, 4 },
		[SCSIEMU_F_ATOMIC] = { 12, 2 }, [SCSIEMU_F_RW32] = { 28, 4 },
		[SCSIEMU_F_CAW] = { 13, 1 },	[SCSIEMU_F_1AT4] = { 4, 1 },
		[SCSIEMU_F_2AT3] = { 3, 2 },	[SCSIEMU_F_2AT7] = { 7, 2 },
		[SCSIEMU_F_3AT6] = { 6, 3 },	[SCSIEMU_F_4AT5] = { 5, 4 },
		[SCSIEMU_F_4AT6] = { 6, 4 },	[SCSIEMU_F_4AT10] = { 10, 4 },
	};
	uint8_t *p = cdb + field[row->fields].at;
	unsigned len = field[row->fields].len;

	if (!len || (len < 4 && n >> 8 * len))
		return false;
	while (len--)
		*p++ = (uint8_t)(n >> 8 * len);
	return true;
}

void spec_run(struct spec *s, const uint8_t *cdb, unsigned len)
{
	drive_run(&s->b.d, s->b.lu, cdb, len, NULL, 0, 65536);
}

bool spec_is(const struct spec *s, uint8_t key, uint16_t asc)
{
	const struct scsiemu_cmd *c = &s->b.d.t.c;
	const uint8_t *b = s->b.d.t.sense;

	return c->status == SCSIEMU_CHECK_CONDITION && b[0] == 0x70 &&
	       (b[2] & 0xf) == key && b[12] == asc >> 8 &&
	       b[13] == (asc & 0xff);
}

bool spec_points(const struct spec *s, unsigned byte, unsigned bit)
{
	const uint8_t *b = s->b.d.t.sense;
	unsigned bits = bit == SCSIEMU_NO_BIT ? 0xc0 : 0xc8 | bit;

	return spec_is(s, SCSIEMU_SK_ILLEGAL_REQUEST,
		       SCSIEMU_ASC_INVALID_FIELD_IN_CDB) &&
	       b[15] == bits && b[16] == byte >> 8 && b[17] == (byte & 0xff);
}
