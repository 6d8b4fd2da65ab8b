/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FORMAT MEDIUM, SET CAPACITY, ALLOW OVERWRITE (SSC-4 7.1, 7.16, and for
 * append-only mode 4.2.18): from the beginning of partition 0, everything is
 * gone and the partitions are new.
 */
#include <string.h>

#include "ssc/ssc.h"

enum {
	IMMED = 0x01,
	LEAST = 65536,
	WHOLE = 65535
}; /* SET CAPACITY: bytes; proportion */
enum { MADE = SEMU_SSC_READY + 1, NOTED };

/* own[0]: what ALLOW OVERWRITE had allowed. */

/* May everything go? */
static int check(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_tape_info *info;
	struct scsiemu_tape_pos pos;
	bool empty = true;

	semu_ssc_tell(lu, &pos);
	if (pos.partition || !pos.bop)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_POSITION_PAST_BOM);
	if (semu_ssc(lu)->unwritable)
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_CANNOT_WRITE_MEDIUM);
	info = semu_ssc_cartridge(lu);
	for (unsigned i = 0; i < info->partitions; i++)
		empty &= !info->part[i].objects;
	if (info->worm && !empty)
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_WORM_OVERWRITE);
	if (semu_ssc_append_only(lu) &&
	    *scsiemu_cmd_own(c) != SEMU_GRANT_FORMAT)
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_OVERWRITE_NOT_ALLOWED);
	return 0;
}

typedef bool layout_fn(const struct scsiemu_cmd *c,
		       struct scsiemu_tape_layout *l);

static int made(struct scsiemu_cmd *c, int result)
{
	struct semu_ssc *s = semu_ssc_of(c);

	if (result != SCSIEMU_OK)
		return semu_ssc_fail_bare(c, result);
	semu_ssc_unplan(scsiemu_cmd_lu(c));
	semu_ssc_drained(s);
	s->changed = true;
	s->warned = false;
	*scsiemu_cmd_step(c) = NOTED;
	return semu_ssc_want_formatted(c);
}

static int remade(struct scsiemu_cmd *c, int result)
{
	return *scsiemu_cmd_step(c) == NOTED ? SCSIEMU_FINISHED
					     : made(c, result);
}

/* A cartridge that cannot be partitioned is erased: it has one, and all of it.
 */
static int want_layout(struct scsiemu_cmd *c, layout_fn *fn)
{
	bool format = scsiemu_cmd_row(c)->op == SCSIEMU_OP_FORMAT_MEDIUM;
	struct semu_ssc_later last = {
		.tail = remade,
		.step = MADE,
		.verb = SCSIEMU_V_PARTITION,
		.what = format ? SCSIEMU_ASC_FORMAT_IN_PROGRESS
			       : SCSIEMU_ASC_SET_CAPACITY_IN_PROGRESS,
		.len = sizeof(struct scsiemu_tape_layout)
	};
	struct scsiemu_tape_layout l;

	memset(&l, 0, sizeof(l));
	if (!fn(c, &l))
		return scsiemu_fail_cdb(c, 2, 3);
	if (!(semu_ssc_able(scsiemu_cmd_lu(c)) & SCSIEMU_TAPE_PARTITION)) {
		if (l.n > 1 || l.size[0] != UINT64_MAX)
			return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
					    SCSIEMU_ASC_CANNOT_WRITE_MEDIUM);
		last.verb = SCSIEMU_V_ERASE;
		last.count = 1;
		last.len = 0;
	}
	return semu_ssc_later(c, c->cdb[1] & IMMED, &last, &l);
}

static int remake(struct scsiemu_cmd *c, int result, layout_fn *fn)
{
	unsigned *step = scsiemu_cmd_step(c);
	int rc;

	if (*step > SEMU_SSC_READY)
		return remade(c, result);
	if (!*step)
		*scsiemu_cmd_own(c) = semu_ssc_of(c)->grant;
	rc = semu_ssc_begin(c, result, SEMU_SSC_SYNC);
	if (!rc)
		rc = check(c);
	return rc ? rc : want_layout(c, fn);
}

/* ---- FORMAT MEDIUM ---- */

enum { DEFAULT, AS_PLANNED, DEFAULT_THEN_PLANNED };

/* As it is, where no mode page 11h was selected. */
static void present(const struct scsiemu_lu *lu, struct scsiemu_tape_layout *l)
{
	const struct scsiemu_tape_info *info = semu_ssc_cartridge(lu);

	l->n = info->partitions;
	for (unsigned i = 0; i < info->partitions; i++)
		l->size[i] = info->part[i].size;
}

static bool format_layout(const struct scsiemu_cmd *c,
			  struct scsiemu_tape_layout *l)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if ((c->cdb[2] & 0x0f) == DEFAULT) {
		l->n = 1;
		l->size[0] = UINT64_MAX;
	} else if (!semu_ssc_planned(lu)) {
		present(lu, l);
	} else {
		return semu_ssc_layout(lu, semu_mode_current(lu, 0x11, 0), l);
	}
	return true;
}

int semu_ssc_format(struct scsiemu_cmd *c, int result)
{
	if ((c->cdb[2] & 0x0f) > DEFAULT_THEN_PLANNED)
		return scsiemu_fail_cdb(c, 2, 3);
	return remake(c, result, format_layout);
}

/* ---- SET CAPACITY ---- */

static bool capacity_layout(const struct scsiemu_cmd *c,
			    struct scsiemu_tape_layout *l)
{
	const struct scsiemu_tape_info *info;
	unsigned share = semu_be16(c->cdb + 3);
	uint64_t size;

	info = semu_ssc_cartridge(scsiemu_cmd_lu(c));
	size = info->size / WHOLE * share + info->size % WHOLE * share / WHOLE;
	l->n = 1;
	l->size[0] = share == WHOLE ? UINT64_MAX : size < LEAST ? LEAST : size;
	return true;
}

int semu_ssc_set_capacity(struct scsiemu_cmd *c, int result)
{
	return remake(c, result, capacity_layout);
}

/* ---- ALLOW OVERWRITE ---- */

int semu_ssc_allow_overwrite(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_ssc *s = semu_ssc(lu);
	unsigned grant = c->cdb[2] & 0x0f;
	struct scsiemu_tape_pos pos;

	s->grant = SEMU_GRANT_NONE;
	if (grant > SEMU_GRANT_FORMAT)
		return scsiemu_fail_cdb(c, 2, 3);
	if (!semu_ssc_append_only(lu))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_NOT_IN_THIS_WRITE_MODE);
	semu_ssc_tell(lu, &pos);
	if (grant == SEMU_GRANT_HERE &&
	    (c->cdb[3] != pos.partition || semu_be64(c->cdb + 4) != pos.object))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_SEQUENTIAL_POSITIONING);
	s->grant = (uint8_t)grant;
	s->grant_partition = pos.partition;
	s->grant_at = pos.object;
	return SCSIEMU_FINISHED;
}
