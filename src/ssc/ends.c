/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How commands of a tape end (SSC-4 4.2.11, 7): one table maps what a cartridge
 * answers to sense.
 */
#include "core/engine.h"
#include "ssc/ssc.h"

struct end {
	int8_t result;
	uint8_t key;
	uint16_t asc;
	uint8_t flags; /* SCSIEMU_S_* */
	bool early;    /* and EOM past early warning */
};

static const struct end ends[] = {
	{ SCSIEMU_R_MARK, SCSIEMU_SK_NO_SENSE, SCSIEMU_ASC_FILEMARK_DETECTED,
	  SCSIEMU_S_MARK, false },
	{ SCSIEMU_R_EOD, SCSIEMU_SK_BLANK_CHECK, SCSIEMU_ASC_END_OF_DATA, 0,
	  true },
	{ SCSIEMU_R_BOM, SCSIEMU_SK_NO_SENSE,
	  SCSIEMU_ASC_BEGINNING_OF_PARTITION, SCSIEMU_S_EOM, false },
	{ SCSIEMU_R_EOM, SCSIEMU_SK_VOLUME_OVERFLOW,
	  SCSIEMU_ASC_END_OF_PARTITION, SCSIEMU_S_EOM, false },
	{ SCSIEMU_E_READ, SCSIEMU_SK_MEDIUM_ERROR,
	  SCSIEMU_ASC_UNRECOVERED_READ_ERROR, 0, false },
	{ SCSIEMU_E_WRITE, SCSIEMU_SK_MEDIUM_ERROR, SCSIEMU_ASC_WRITE_ERROR, 0,
	  false },
	{ SCSIEMU_E_GUARD, SCSIEMU_SK_HARDWARE_ERROR,
	  SCSIEMU_ASC_GUARD_CHECK_FAILED, 0, false },
	{ SCSIEMU_E_ENCRYPTED, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_UNABLE_TO_DECRYPT, 0, false },
	{ SCSIEMU_E_PLAIN, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_UNENCRYPTED_DATA, 0, false },
	{ SCSIEMU_E_KEY, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_INCORRECT_ENCRYPTION_KEY, 0, false },
	{ SCSIEMU_E_INTEGRITY, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_CRYPTOGRAPHIC_INTEGRITY, 0, false },
};

int semu_ssc_end(struct scsiemu_cmd *c, uint8_t key, uint16_t asc,
		 unsigned flags, uint64_t info)
{
	scsiemu_fail(c, key, asc);
	c->sense.flags = (uint8_t)flags;
	c->sense.info = info;
	return SCSIEMU_FAILED;
}

static int fail(struct scsiemu_cmd *c, const struct scsiemu_lu *lu, int result,
		unsigned valid, uint64_t info)
{
	const struct end *e = ends, *past = ends + sizeof(ends) / sizeof(*ends);
	struct scsiemu_tape_pos pos;
	unsigned flags;

	if (result == SCSIEMU_E_ABORTED)
		return SCSIEMU_FAILED;
	while (e < past && e->result != result)
		e++;
	if (e == past) {
		c->info = SCSIEMU_NO_INFO;
		semu_fail_result(c, result, 0);
		return SCSIEMU_FAILED;
	}
	flags = e->flags | valid;
	semu_ssc_tell(lu, &pos);
	if (e->early && semu_ssc_zone(lu, &pos) & SEMU_ZONE_EARLY)
		flags |= SCSIEMU_S_EOM;
	return semu_ssc_end(c, e->key, e->asc, flags, valid ? info : 0);
}

int semu_ssc_fail(struct scsiemu_cmd *c, int result, uint64_t info)
{
	return fail(c, scsiemu_cmd_lu(c), result, SCSIEMU_S_INFO, info);
}

int semu_ssc_fail_of(struct scsiemu_cmd *c, const struct scsiemu_lu *lu,
		     int result, uint64_t info)
{
	return fail(c, lu, result, SCSIEMU_S_INFO, info);
}

int semu_ssc_fail_bare(struct scsiemu_cmd *c, int result)
{
	return fail(c, scsiemu_cmd_lu(c), result, 0, 0);
}

/* Programmable early warning is told once, before early warning; that is told
 * each time (SSC-4 4.2.6). All was written: INFORMATION is 0, and valid. */
int semu_ssc_written(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_ssc *s = semu_ssc(lu);
	struct scsiemu_tape_pos pos;
	uint16_t asc = SCSIEMU_ASC_END_OF_PARTITION;
	unsigned zone;

	semu_ssc_tell(lu, &pos);
	zone = semu_ssc_zone(lu, &pos);
	if (!zone)
		return SCSIEMU_FINISHED;
	if (zone & SEMU_ZONE_PROGRAMMED && !s->warned) {
		s->warned = true;
		asc = SCSIEMU_ASC_PROGRAMMABLE_EARLY_WARNING;
	} else if (!(zone & SEMU_ZONE_EARLY)) {
		return SCSIEMU_FINISHED;
	}
	return semu_ssc_end(c, SCSIEMU_SK_NO_SENSE, asc,
			    SCSIEMU_S_EOM | SCSIEMU_S_INFO, 0);
}

/* ---- What is buffered ---- */

void semu_ssc_buffered_more(struct scsiemu_cmd *c, uint64_t n)
{
	struct semu_ssc *s = semu_ssc_of(c);
	struct scsiemu_tape_pos pos;

	semu_ssc_tell(scsiemu_cmd_lu(c), &pos);
	if (!s->dirty) {
		s->kept_at = pos.object - n;
		s->kept_partition = pos.partition;
	}
	s->kept_end = pos.object;
	s->dirty = true;
	s->writer = semu_ctx(c)->nexus;
}

void semu_ssc_drained(struct semu_ssc *s)
{
	s->dirty = false;
	s->kept_at = s->kept_end;
}

/* Whoever wrote it is told once (SPC-5 4.5.6); what is told of is left for
 * RECOVER BUFFERED DATA. */
int semu_ssc_not_drained(struct scsiemu_cmd *c, int result)
{
	struct semu_ssc *s = semu_ssc_of(c);
	struct scsiemu_nexus *writer =
		(struct scsiemu_nexus *)(uintptr_t)s->writer;

	semu_ssc_fail_bare(c, result);
	if (result == SCSIEMU_E_ABORTED || c->status != SCSIEMU_CHECK_CONDITION)
		return SCSIEMU_FAILED;
	s->dirty = false;
	if (writer == semu_ctx(c)->nexus)
		c->sense.flags |= SCSIEMU_S_DEFERRED;
	else if (writer)
		scsiemu_lu_deferred(scsiemu_cmd_lu(c), writer, &c->sense);
	return SCSIEMU_FAILED;
}
