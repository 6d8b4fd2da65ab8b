/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VERIFY (6), (16) (SSC-4 7.20): what READ does, without data; also to a number
 * of filemarks, or to EOD. VLBPM: blocks are as READ would send them, with
 * their check values.
 */
#include "ssc/ssc.h"

enum { FIXED = 0x01, BYTCMP = 0x02, BY_MARKS = 0x08, PROTECTED = 0x10 };
enum { TO_END = 0x20 };
enum { VERIFYING = SEMU_SSC_READY + 1 };

/* own[0]: blocks, or filemarks, that were passed. */

static unsigned how(const struct scsiemu_cmd *c)
{
	return c->cdb[1] & (FIXED | BY_MARKS | TO_END);
}

static uint64_t left(struct scsiemu_cmd *c)
{
	uint64_t n = semu_ssc_count_of(c);

	return how(c) ? n - *scsiemu_cmd_own(c) : n;
}

static int check(struct scsiemu_cmd *c)
{
	if (c->cdb[1] & BYTCMP)
		return scsiemu_fail_cdb(c, 1, 1);
	if (c->cdb[1] & TO_END && c->cdb[1] & (BY_MARKS | FIXED))
		return scsiemu_fail_cdb(c, 1, 5);
	if (c->cdb[1] & BY_MARKS && c->cdb[1] & FIXED)
		return scsiemu_fail_cdb(c, 1, 3);
	if (c->cdb[1] & TO_END && semu_ssc_count_of(c))
		return scsiemu_fail_cdb(c, semu_ssc_count_at(c),
					SCSIEMU_NO_BIT);
	if (c->cdb[1] & PROTECTED && !semu_ssc_protects(c, SEMU_SSC_READS))
		return scsiemu_fail_cdb(c, 1, 4);
	if (c->cdb[1] & FIXED && !semu_ssc_block(c))
		return scsiemu_fail_cdb(c, 1, 0);
	return semu_crypt_check(c, false);
}

static int want_block(struct scsiemu_cmd *c)
{
	return semu_ssc_want_pass(
		c, c->cdb[1] & PROTECTED ? semu_ssc_protects(c, SEMU_SSC_READS)
					 : 0);
}

/* A block: FINISHED, or it is not of the right length. */
static int block_passed(struct scsiemu_cmd *c, uint64_t is)
{
	bool fixed = how(c) == FIXED;
	uint64_t want = fixed ? semu_ssc_block(c) : semu_ssc_count_of(c);

	if (how(c) & (BY_MARKS | TO_END))
		return SCSIEMU_FINISHED;
	if (is != want)
		return semu_ssc_end(c, SCSIEMU_SK_NO_SENSE, SCSIEMU_ASC_NONE,
				    SCSIEMU_S_ILI | SCSIEMU_S_INFO,
				    fixed ? left(c) : want - is);
	++*scsiemu_cmd_own(c);
	return SCSIEMU_FINISHED;
}

static bool over(struct scsiemu_cmd *c)
{
	return how(c) ? !(how(c) & TO_END) && !left(c) : true;
}

static int passed(struct scsiemu_cmd *c, int result)
{
	int rc = SCSIEMU_FINISHED;

	if (result == SCSIEMU_R_RECORD)
		rc = block_passed(c, c->info);
	else if (result == SCSIEMU_R_MARK && how(c) & (BY_MARKS | TO_END))
		*scsiemu_cmd_own(c) += how(c) == BY_MARKS;
	else if (result == SCSIEMU_R_EOD && how(c) == TO_END)
		return SCSIEMU_FINISHED;
	else
		return semu_ssc_fail(c, result, left(c));
	return rc || over(c) ? rc : want_block(c);
}

int semu_ssc_verify(struct scsiemu_cmd *c, int result)
{
	unsigned *step = scsiemu_cmd_step(c);
	int rc;

	if (*step == VERIFYING)
		return passed(c, result);
	rc = *step ? 0 : check(c);
	if (rc || (!semu_ssc_count_of(c) && !(how(c) & TO_END)))
		return rc;
	rc = semu_ssc_begin(c, result, SEMU_SSC_SYNC | semu_ssc_at(c));
	if (rc)
		return rc;
	*step = VERIFYING;
	return want_block(c);
}
