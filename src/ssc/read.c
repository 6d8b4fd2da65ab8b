/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ (6), (16), READ REVERSE (6), (16) and RECOVER BUFFERED DATA (SSC-4 7.4,
 * 7.5, 7.6). One want is one block. Of a block that is longer than asked for,
 * the bytes that were asked for are sent; also of the block of another length
 * that ends a fixed read, since they may be on their way before that shows.
 */
#include "ssc/ssc.h"

enum { FIXED = 0x01, SILI = 0x02, BYTORD = 0x04 };

/* own[0]: blocks that have been read; steps of READ REVERSE behind
 * SEMU_SSC_READY. */
enum { NEXT = SEMU_SSC_READY, READING, BACK_OVER, RETURNING };

static bool fixed(const struct scsiemu_cmd *c)
{
	return c->cdb[1] & FIXED;
}

/* INFORMATION: what is left of the request. */
static uint64_t left(struct scsiemu_cmd *c)
{
	uint64_t n = semu_ssc_count_of(c);

	return fixed(c) ? n - *scsiemu_cmd_own(c) : n;
}

/* Fixed blocks: of which length, and not too many for the data phase. */
static int check_fixed(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t len = semu_ssc_block(c), n = semu_ssc_count_of(c);
	uint32_t most = lu->dev->limits.max_xfer;

	if (c->cdb[1] & SILI)
		scsiemu_fail_cdb(c, 1, 1);
	else if (!len)
		scsiemu_fail_cdb(c, 1, 0);
	else if (n * len > INT32_MAX || (most && n * len > most))
		scsiemu_fail_cdb(c, semu_ssc_count_at(c), SCSIEMU_NO_BIT);
	else
		return 0;
	c->sense.flags = SCSIEMU_S_INFO;
	c->sense.info = n;
	return SCSIEMU_FAILED;
}

static enum semu_ssc_way way_of(const struct scsiemu_cmd *c)
{
	return scsiemu_cmd_row(c)->op == SCSIEMU_OP_RECOVER_BUFFERED_DATA
		       ? SEMU_SSC_RECOVERS
		       : SEMU_SSC_READS;
}

static int want_block(struct scsiemu_cmd *c)
{
	uint32_t len = semu_ssc_block(c), off = 0;

	if (fixed(c))
		off = (uint32_t)*scsiemu_cmd_own(c) * len;
	else
		len = semu_ssc_count_of(c);
	semu_ssc_want_record(c, way_of(c), off, len);
	/* the host has no more room: the tape moves all the same */
	return c->len ? SCSIEMU_WANTS
		      : semu_ssc_want_pass(c, semu_ssc_of(c)->reads.protect);
}

/* A block of so many bytes has been read: FINISHED, or it is not of the length
 * that was asked for. */
static int block_read(struct scsiemu_cmd *c, uint64_t is)
{
	uint32_t want = semu_ssc_block(c), off = 0;
	struct semu_ssc_count *now = &semu_ssc_of(c)->now;
	uint32_t stored = semu_ssc_of(c)->reads.stored;
	uint64_t *done = scsiemu_cmd_own(c);
	bool silent = false;

	if (fixed(c)) {
		off = (uint32_t)*done * want;
	} else {
		silent = c->cdb[1] & SILI &&
			 (!want || is < semu_ssc_count_of(c));
		want = semu_ssc_count_of(c);
	}
	c->in_all = off + (uint32_t)(is < want ? is : want);
	now->read += is < want ? is : want;
	now->tape_read += stored ? stored : is;
	now->blocks_read++;
	if (is != want && !silent)
		return semu_ssc_end(c, SCSIEMU_SK_NO_SENSE, SCSIEMU_ASC_NONE,
				    SCSIEMU_S_ILI | SCSIEMU_S_INFO,
				    fixed(c) ? left(c) : want - is);
	++*done;
	return SCSIEMU_FINISHED;
}

static bool more(struct scsiemu_cmd *c)
{
	return fixed(c) && left(c);
}

/* No block came. */
static int stopped(struct scsiemu_cmd *c, int result)
{
	uint32_t whole = 0;

	if (fixed(c))
		whole = (uint32_t)*scsiemu_cmd_own(c) * semu_ssc_block(c);
	c->in_all = whole > c->in_done ? whole : c->in_done;
	if (result == SCSIEMU_E_READ) {
		semu_ssc_of(c)->now.failed_reads++;
		scsiemu_ssc_alert(scsiemu_cmd_lu(c), SCSIEMU_ALERT_READ_FAILURE,
				  true);
	}
	return semu_ssc_fail(c, result, left(c));
}

/* What can be said without the tape. *nothing: there is nothing to do. */
static int check(struct scsiemu_cmd *c, bool *nothing)
{
	int rc = fixed(c) ? check_fixed(c) : SCSIEMU_FINISHED;

	*nothing = !semu_ssc_count_of(c);
	return rc || *nothing ? rc : semu_crypt_check(c, false);
}

int semu_ssc_read(struct scsiemu_cmd *c, int result)
{
	unsigned *step = scsiemu_cmd_step(c);
	bool nothing = false;
	int rc;

	if (*step > NEXT) {
		if (result != SCSIEMU_R_RECORD)
			return stopped(c, result);
		rc = block_read(c, c->info);
		return rc || !more(c) ? rc : want_block(c);
	}
	rc = *step ? 0 : check(c, &nothing);
	if (rc || nothing)
		return rc;
	rc = semu_ssc_begin(c, result, SEMU_SSC_SYNC | semu_ssc_at(c));
	if (rc)
		return rc;
	*step = READING;
	return want_block(c);
}

static int want_back(struct scsiemu_cmd *c)
{
	return scsiemu_want_store(c, NULL, SCSIEMU_V_SPACE,
				  SCSIEMU_SPACE_BLOCKS, UINT64_MAX, 0);
}

/* Back over a block, read it, back over it again. own[1]: its length. */
static int reverse(struct scsiemu_cmd *c, int result)
{
	unsigned *step = scsiemu_cmd_step(c);
	uint64_t *own = scsiemu_cmd_own(c);
	int rc;

	if (result != (*step == READING ? SCSIEMU_R_RECORD : SCSIEMU_OK))
		return stopped(c, result);
	switch (*step) {
	case BACK_OVER:
		*step = READING;
		return want_block(c);
	case READING:
		own[1] = c->info;
		*step = RETURNING;
		return want_back(c);
	default: /* RETURNING */
		rc = block_read(c, own[1]);
		*step = BACK_OVER;
		return rc || !more(c) ? rc : want_back(c);
	}
}

int semu_ssc_read_reverse(struct scsiemu_cmd *c, int result)
{
	unsigned *step = scsiemu_cmd_step(c);
	bool nothing = false;
	int rc = 0;

	if (*step > NEXT)
		return reverse(c, result);
	if (!*step && !(c->cdb[1] & BYTORD)) /* bytes stay in their order */
		return scsiemu_fail_cdb(c, 1, 2);
	rc = *step ? 0 : check(c, &nothing);
	if (rc || nothing)
		return rc;
	rc = semu_ssc_begin(c, result, SEMU_SSC_SYNC | semu_ssc_at(c));
	if (rc)
		return rc;
	*step = BACK_OVER;
	return want_back(c);
}

/* ---- RECOVER BUFFERED DATA ---- */

enum { RECOVERING = RETURNING + 1, GOING_BACK };

/* Nothing (more) waits in the buffer: there the data end. */
static int all_recovered(struct scsiemu_cmd *c)
{
	return semu_ssc_end(c, SCSIEMU_SK_NO_SENSE, SCSIEMU_ASC_END_OF_DATA,
			    SCSIEMU_S_EOM | SCSIEMU_S_INFO, left(c));
}

/* The tape goes to where it was; the command ends as it would have then.
 * own[1]: that object. */
static int go_back(struct scsiemu_cmd *c)
{
	*scsiemu_cmd_step(c) = GOING_BACK;
	return semu_ssc_want_locate(c, scsiemu_cmd_own(c)[1],
				    semu_ssc_of(c)->kept_partition);
}

/* Block after block, in the order in which they were written. */
static int recover(struct scsiemu_cmd *c, int result)
{
	struct semu_ssc *s = semu_ssc_of(c);
	unsigned *step = scsiemu_cmd_step(c);
	bool came = *step == READING &&
		    (result == SCSIEMU_R_RECORD || result == SCSIEMU_R_MARK);

	if (*step == GOING_BACK)
		return c->status ? SCSIEMU_FAILED : SCSIEMU_FINISHED;
	s->kept_at += came;
	if (*step == READING && result == SCSIEMU_R_RECORD)
		block_read(c, c->info);
	else if (result != SCSIEMU_OK)
		stopped(c, result);
	if (!c->status && (*step == RECOVERING || more(c)) &&
	    s->kept_at == s->kept_end)
		all_recovered(c);
	else if (!c->status && (*step == RECOVERING || more(c))) {
		*step = READING;
		return want_block(c);
	}
	return go_back(c);
}

/* What has been written and is not on the tape for sure (SSC-4 7.6): it is
 * where it was written, since a cartridge keeps what it could not make durable
 * for as long as it is loaded. */
int semu_ssc_recover(struct scsiemu_cmd *c, int result)
{
	const struct semu_ssc *s = semu_ssc_of(c);
	unsigned *step = scsiemu_cmd_step(c);
	struct scsiemu_tape_pos pos;
	bool nothing;
	int rc;

	if (result == SCSIEMU_E_ABORTED && (!*step || *step == GOING_BACK))
		return SCSIEMU_FAILED;
	if (*step)
		return recover(c, result);
	rc = check(c, &nothing);
	if (rc || nothing)
		return rc;
	semu_ssc_tell(scsiemu_cmd_lu(c), &pos);
	if (s->kept_at == s->kept_end || s->kept_partition != pos.partition)
		return all_recovered(c);
	scsiemu_cmd_own(c)[1] = pos.object;
	*step = RECOVERING;
	return semu_ssc_want_locate(c, s->kept_at, pos.partition);
}
