/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REWIND, SPACE (6), (16), LOCATE (10), (16) (SSC-4 7.15, 7.18, 7.3, 7.11).
 */
#include "ssc/ssc.h"

enum { MOVING = SEMU_SSC_READY + 1 };
enum { IMMED = 0x01, CP = 0x02 };

static int arrived(struct scsiemu_cmd *c, int result)
{
	return result == SCSIEMU_OK ? SCSIEMU_FINISHED
				    : semu_ssc_fail_bare(c, result);
}

/* At the end of data, which was to be so. */
static int ended(struct scsiemu_cmd *c, int result)
{
	return arrived(c, result == SCSIEMU_R_EOD ? SCSIEMU_OK : result);
}

/* ---- REWIND ---- */

int semu_ssc_rewind(struct scsiemu_cmd *c, int result)
{
	struct semu_ssc_later l = { .tail = arrived,
				    .step = MOVING,
				    .verb = SCSIEMU_V_LOCATE,
				    .what = SCSIEMU_ASC_REWIND_IN_PROGRESS };
	struct scsiemu_tape_pos pos;
	int rc;

	if (*scsiemu_cmd_step(c) == MOVING)
		return arrived(c, result);
	rc = semu_ssc_begin(c, result, SEMU_SSC_SYNC);
	if (rc)
		return rc;
	semu_ssc_tell(scsiemu_cmd_lu(c), &pos);
	l.count = pos.partition;
	return semu_ssc_later(c, c->cdb[1] & IMMED, &l, NULL);
}

/* ---- SPACE ---- */

static unsigned code_of(const struct scsiemu_cmd *c)
{
	return c->cdb[1] & 0x0f;
}

static int64_t spaces(const struct scsiemu_cmd *c)
{
	uint32_t n = semu_be24(c->cdb + 2);

	if (scsiemu_cmd_row(c)->len == 16)
		return (int64_t)semu_be64(c->cdb + 4);
	return n & 0x800000 ? (int64_t)n - 0x1000000 : (int64_t)n;
}

/* Filemarks in a row that are not found: how many were missing means nothing
 * (SSC-4 7.18). */
static int spaced(struct scsiemu_cmd *c, int result)
{
	if (result == SCSIEMU_OK)
		return SCSIEMU_FINISHED;
	return code_of(c) == SCSIEMU_SPACE_SEQUENTIAL
		       ? semu_ssc_fail_bare(c, result)
		       : semu_ssc_fail(c, result, c->info);
}

int semu_ssc_space(struct scsiemu_cmd *c, int result)
{
	unsigned *step = scsiemu_cmd_step(c);
	int64_t n = spaces(c);
	int rc;

	if (*step == MOVING)
		return spaced(c, result);
	if (code_of(c) > SCSIEMU_SPACE_END)
		return scsiemu_fail_cdb(c, 1, 3);
	rc = semu_ssc_begin(c, result, SEMU_SSC_SYNC);
	if (rc || (!n && code_of(c) != SCSIEMU_SPACE_END))
		return rc;
	*step = MOVING;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_SPACE, code_of(c),
				  (uint64_t)n, 0);
}

/* ---- LOCATE ---- */

enum destination { TO_OBJECT, TO_FILE, TO_END = 3 };

/* to: enum destination; partition_at: the byte that has the partition, where CP
 * says that it is another one. */
static int locate(struct scsiemu_cmd *c, int result, unsigned to,
		  uint64_t where, uint16_t partition_at)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_ssc_later l = { .tail = to == TO_END ? ended : arrived,
				    .step = MOVING,
				    .verb = to == TO_FILE
						    ? SCSIEMU_V_LOCATE_FILE
						    : SCSIEMU_V_LOCATE,
				    .what = SCSIEMU_ASC_LOCATE_IN_PROGRESS,
				    .addr = to == TO_END ? UINT64_MAX : where };
	const struct scsiemu_tape_info *info;
	struct scsiemu_tape_pos pos;
	int rc;

	if (*scsiemu_cmd_step(c) == MOVING)
		return l.tail(c, result);
	info = semu_ssc_cartridge(lu);
	if (c->cdb[1] & CP && c->cdb[partition_at] >= info->partitions)
		return scsiemu_fail_cdb(c, partition_at, SCSIEMU_NO_BIT);
	rc = semu_ssc_begin(c, result, SEMU_SSC_SYNC);
	if (rc)
		return rc;
	semu_ssc_tell(lu, &pos);
	l.count = c->cdb[1] & CP ? c->cdb[partition_at] : pos.partition;
	return semu_ssc_later(c, c->cdb[1] & IMMED, &l, NULL);
}

/* BT: a device-specific address, which is the object number, too. */
int semu_ssc_locate_10(struct scsiemu_cmd *c, int result)
{
	return locate(c, result, TO_OBJECT, semu_be32(c->cdb + 3), 8);
}

int semu_ssc_locate_16(struct scsiemu_cmd *c, int result)
{
	unsigned to = c->cdb[1] >> 3 & 3;

	if (to == 2) /* setmarks */
		return scsiemu_fail_cdb(c, 1, 4);
	return locate(c, result, to, semu_be64(c->cdb + 4), 3);
}
