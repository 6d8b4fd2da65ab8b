/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WRITE (6), (16), WRITE FILEMARKS (6), (16), ERASE (6), (16) (SSC-4 7.21,
 * 7.22, 7.1). A block that could not be written whole is not on the tape.
 */
#include "ssc/ssc.h"

enum { FIXED = 0x01, IMMED = 0x01, LONG = 0x01, ERASE_IMMED = 0x02 };

/* own[0]: blocks that have been written; own[1]: the result that the command
 * ends with when the half-written block is forgotten. */
enum { NEXT = SEMU_SSC_READY, WRITING, SYNCING, FORGETTING };

static int want_sync(struct scsiemu_cmd *c)
{
	*scsiemu_cmd_step(c) = SYNCING;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 0, 0, 0);
}

static int synced(struct scsiemu_cmd *c, int result)
{
	if (result == SCSIEMU_OK)
		semu_ssc_drained(semu_ssc_of(c));
	else if (result != SCSIEMU_E_ABORTED)
		semu_ssc_of(c)->dirty = false; /* the host is told now */
	return result == SCSIEMU_OK ? SCSIEMU_FINISHED
				    : semu_ssc_fail_bare(c, result);
}

/* ---- WRITE ---- */

static uint32_t block_of(const struct scsiemu_cmd *c)
{
	return c->cdb[1] & FIXED ? semu_ssc_block(c) : semu_ssc_count_of(c);
}

static uint32_t blocks_of(const struct scsiemu_cmd *c)
{
	return c->cdb[1] & FIXED ? semu_ssc_count_of(c) : 1;
}

static uint64_t left(struct scsiemu_cmd *c)
{
	return c->cdb[1] & FIXED ? semu_ssc_count_of(c) - *scsiemu_cmd_own(c)
				 : semu_ssc_count_of(c);
}

/* Bytes of each block that are its check value. */
static uint32_t check_of(const struct scsiemu_cmd *c)
{
	return semu_ssc_protects(c, SEMU_SSC_WRITES) ? SEMU_SSC_CHECK : 0;
}

/* Are there such blocks, and has the host the bytes? */
static int check(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t all = (uint64_t)block_of(c) * blocks_of(c);
	uint32_t most = lu->dev->limits.max_xfer;

	if (c->cdb[1] & FIXED && !block_of(c))
		return scsiemu_fail_cdb(c, 1, 0);
	if (!semu_ssc_count_of(c))
		return 0;
	if (block_of(c) <= check_of(c) ||
	    !semu_ssc_block_ok(lu, block_of(c) - check_of(c)) ||
	    all > INT32_MAX || (most && all > most))
		return scsiemu_fail_cdb(c, semu_ssc_count_at(c),
					SCSIEMU_NO_BIT);
	c->out_all = (uint32_t)all;
	if (c->out_len < all)
		return scsiemu_fail_cdb(c, semu_ssc_count_at(c),
					SCSIEMU_NO_BIT);
	return semu_crypt_check(c, true);
}

static int want_block(struct scsiemu_cmd *c)
{
	uint32_t len = block_of(c);

	*scsiemu_cmd_step(c) = WRITING;
	return semu_ssc_want_record(c, SEMU_SSC_WRITES,
				    (uint32_t)*scsiemu_cmd_own(c) * len, len);
}

/* The block did not come to be. What the store does not know of yet, it has to
 * be told. */
static int not_written(struct scsiemu_cmd *c, int result)
{
	if (result == SCSIEMU_E_WRITE) {
		semu_ssc_of(c)->now.failed_writes++;
		scsiemu_ssc_alert(scsiemu_cmd_lu(c),
				  SCSIEMU_ALERT_WRITE_FAILURE, true);
	}
	if (result != SCSIEMU_E_TRANSPORT)
		return semu_ssc_fail(c, result, left(c));
	*scsiemu_cmd_step(c) = FORGETTING;
	scsiemu_cmd_own(c)[1] = (uint64_t)(int64_t)result;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_DISCARD, 0, 0, 0);
}

static int block_written(struct scsiemu_cmd *c)
{
	struct semu_ssc *s = semu_ssc_of(c);

	semu_ssc_buffered_more(c, 1);
	s->now.written += block_of(c);
	s->now.tape_written += s->writes.stored ? s->writes.stored
						: block_of(c) - check_of(c);
	s->now.blocks_written++;
	if (++*scsiemu_cmd_own(c) < blocks_of(c))
		return want_block(c);
	return semu_ssc_buffered(scsiemu_cmd_lu(c)) ? semu_ssc_written(c)
						    : want_sync(c);
}

/* The wants of WRITE. */
static int go_on(struct scsiemu_cmd *c, int result)
{
	int rc;

	switch (*scsiemu_cmd_step(c)) {
	case WRITING:
		return result == SCSIEMU_R_RECORD ? block_written(c)
						  : not_written(c, result);
	case SYNCING:
		rc = synced(c, result);
		return rc ? rc : semu_ssc_written(c);
	default: /* FORGETTING */
		return semu_ssc_fail(c, (int)(int64_t)scsiemu_cmd_own(c)[1], 0);
	}
}

/* An abort: neither half a block, nor the tape anywhere else, is left. */
static int undo(struct scsiemu_cmd *c)
{
	if (*scsiemu_cmd_step(c) < NEXT)
		return semu_ssc_begin_undo(c);
	if (*scsiemu_cmd_step(c) == WRITING)
		return scsiemu_want_store(c, NULL, SCSIEMU_V_DISCARD, 0, 0, 0);
	return SCSIEMU_FAILED;
}

int semu_ssc_write(struct scsiemu_cmd *c, int result)
{
	unsigned *step = scsiemu_cmd_step(c);
	int rc;

	if (result == SCSIEMU_E_ABORTED)
		return undo(c);
	if (*step > NEXT)
		return go_on(c, result);
	rc = *step ? 0 : check(c);
	if (rc || !semu_ssc_count_of(c))
		return rc;
	rc = semu_ssc_begin(c, result, SEMU_SSC_CHANGES | semu_ssc_at(c));
	return rc ? rc : want_block(c);
}

/* ---- WRITE FILEMARKS ---- */

/* None are to be written: what is buffered is, and a cartridge that is
 * protected does not mind. Others are as their row says. */
uint32_t semu_ssc_stops(const struct scsiemu_cmd *c)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);

	if ((row->op == SCSIEMU_OP_WRITE_FILEMARKS_6 ||
	     row->op == SCSIEMU_OP_WRITE_FILEMARKS_16) &&
	    !semu_ssc_count_of(c))
		return row->stops & ~(uint32_t)SCSIEMU_ON_PROTECTED;
	return semu_spc_stops(c);
}

static int marks_written(struct scsiemu_cmd *c, int result)
{
	bool immed = c->cdb[1] & IMMED;
	uint64_t n = semu_ssc_count_of(c);

	if (result != SCSIEMU_OK && !immed && result != SCSIEMU_R_EOM)
		semu_ssc_of(c)->dirty = false; /* the host is told now */
	if (result != SCSIEMU_OK) /* info: those that were not written */
		return semu_ssc_fail(c, result, c->info < n ? c->info : n);
	semu_ssc_buffered_more(c, n);
	if (!immed)
		semu_ssc_drained(semu_ssc_of(c));
	semu_ssc_of(c)->now.marks += semu_ssc_count_of(c);
	return semu_ssc_written(c);
}

int semu_ssc_marks(struct scsiemu_cmd *c, int result)
{
	unsigned *step = scsiemu_cmd_step(c);
	uint32_t n = semu_ssc_count_of(c);
	bool immed = c->cdb[1] & IMMED;
	int rc;

	if (result == SCSIEMU_E_ABORTED)
		return *step < NEXT ? semu_ssc_begin_undo(c) : SCSIEMU_FAILED;
	if (*step == SYNCING)
		return synced(c, result);
	if (*step > NEXT)
		return marks_written(c, result);
	if (!*step && immed && !semu_ssc_buffered(scsiemu_cmd_lu(c)))
		return scsiemu_fail_cdb(c, 1, 0);
	rc = semu_ssc_begin(c, result,
			    (n ? SEMU_SSC_CHANGES : 0u) | semu_ssc_at(c));
	if (rc)
		return rc;
	if (!n)
		return want_sync(c);
	*step = WRITING;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_MARKS, 0, n,
				  immed ? SCSIEMU_IMMED : 0);
}

/* ---- ERASE ---- */

static int erased(struct scsiemu_cmd *c, int result)
{
	if (*scsiemu_cmd_step(c) == SYNCING)
		return synced(c, result);
	return result == SCSIEMU_OK ? want_sync(c)
				    : semu_ssc_fail_bare(c, result);
}

int semu_ssc_erase(struct scsiemu_cmd *c, int result)
{
	const struct semu_ssc_later l = { .tail = erased,
					  .step = WRITING,
					  .verb = SCSIEMU_V_ERASE,
					  .what = SCSIEMU_ASC_ERASE_IN_PROGRESS,
					  .count = c->cdb[1] & LONG };
	unsigned *step = scsiemu_cmd_step(c);
	int rc;

	if (result == SCSIEMU_E_ABORTED)
		return *step < NEXT ? semu_ssc_begin_undo(c) : SCSIEMU_FAILED;
	if (*step > NEXT)
		return erased(c, result);
	rc = semu_ssc_begin(c, result, SEMU_SSC_CHANGES | semu_ssc_at(c));
	if (rc)
		return rc;
	if (!l.count && !semu_ssc_short_erases(scsiemu_cmd_lu(c)))
		return SCSIEMU_FINISHED;
	semu_ssc_of(c)->dirty = true;
	return semu_ssc_later(c, c->cdb[1] & ERASE_IMMED, &l, NULL);
}
