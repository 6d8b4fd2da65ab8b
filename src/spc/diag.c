/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SEND DIAGNOSTIC and RECEIVE DIAGNOSTIC RESULTS (SPC-5 6.42, 6.22). A self
 * test verifies the first and the last blocks of the medium (short) or all of
 * it (extended), in the command itself or as a job in the background.
 */
#include "spc/spc.h"

#if SEMU_WITH_DIAGNOSTIC

enum { SELFTEST = 0x04, PF = 0x10 };
enum {
	CODE_NONE,
	CODE_SHORT_BACKGROUND,
	CODE_EXTENDED_BACKGROUND,
	CODE_ABORT = 4,
	CODE_SHORT,
	CODE_EXTENDED
};
/* Blocks in one step: other commands go in between. */
enum { STEP_BLOCKS = 1024, SELF_TEST_FAILED = 0x3e03 };

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* own[0]: the next LBA; own[1]: every block or only both ends. */
static int verify_next(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c), lba = own[0], end = lu->cap.nblk;
	uint64_t n;

	if (!lu->medium || lba >= end)
		return SCSIEMU_FINISHED;
	n = least(end - lba, STEP_BLOCKS);
	own[0] = lba + n;
	if (!own[1] && !lba && end > 2 * STEP_BLOCKS)
		own[0] = end - STEP_BLOCKS;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_VERIFY, lba, n, 0);
}

/* In the foreground: an error fails the command. */
int semu_self_test(struct scsiemu_cmd *c, int result)
{
	if (result < 0)
		return scsiemu_fail(c, SCSIEMU_SK_HARDWARE_ERROR,
				    SELF_TEST_FAILED);
	return verify_next(c);
}

/* In the background: an abort or an error ends it. */
static int job(struct scsiemu_cmd *c, int result)
{
	struct semu_spc *s = semu_spc(scsiemu_cmd_lu(c));

	if (result >= 0 && s->selftest && verify_next(c) == SCSIEMU_WANTS)
		return SCSIEMU_WANTS;
	s->selftest = CODE_NONE;
	return SCSIEMU_FINISHED;
}

static int start_job(struct scsiemu_cmd *c, uint8_t code)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const uint64_t own[2] = { 0, code == CODE_EXTENDED_BACKGROUND };
	struct semu_spc *s = semu_spc(lu);

	if (s->selftest)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_SELF_TEST_IN_PROGRESS);
	if (scsiemu_job_start(lu, job, own, false) < 0)
		return scsiemu_fail_status(c, SCSIEMU_BUSY);
	s->selftest = code;
	return SCSIEMU_FINISHED;
}

static int self_test(struct scsiemu_cmd *c, uint8_t code)
{
	struct semu_spc *s = semu_spc(scsiemu_cmd_lu(c));

	switch (code) {
	case CODE_SHORT_BACKGROUND:
	case CODE_EXTENDED_BACKGROUND:
		return start_job(c, code);
	case CODE_ABORT:
		if (!s->selftest)
			return scsiemu_fail_cdb(c, 1, 7);
		s->selftest = CODE_NONE; /* the job sees it */
		return SCSIEMU_FINISHED;
	case CODE_EXTENDED:
		scsiemu_cmd_own(c)[1] = 1;
		return verify_next(c);
	default: /* SELFTEST, CODE_SHORT */
		return verify_next(c);
	}
}

/* The only page is 00h: it asks for the list of pages (SPC-5 7.2.2). */
static int take_page(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	const uint8_t *p = r->buf;

	if (!(c->cdb[1] & PF))
		return scsiemu_fail_cdb(c, 1, 4);
	if (!scsiemu_rd_need(r, 4))
		return SCSIEMU_FAILED;
	if (p[0])
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST, 0,
			SCSIEMU_NO_BIT);
	if (semu_be16(p + 2) || scsiemu_rd_left(r) != 4)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	return SCSIEMU_FINISHED;
}

int semu_send_diagnostic(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	bool scsi_2 = scsiemu_cmd_lu(c)->version <= SEMU_SCSI_2;
	uint8_t code = scsi_2 ? 0 : c->cdb[1] >> 5; /* there it is the LUN */
	bool test = code || c->cdb[1] & SELFTEST;

	if (code == 3 || code == 7 || (code && c->cdb[1] & SELFTEST))
		return scsiemu_fail_cdb(c, 1, 7);
	if (test && scsiemu_cmd_count(c))
		return scsiemu_fail_cdb(c, 3, SCSIEMU_NO_BIT);
	if (test)
		return self_test(c, code);
	return scsiemu_cmd_count(c) ? take_page(c, r) : SCSIEMU_FINISHED;
}

int semu_receive_diagnostic(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	if (c->cdb[1] & 1 && c->cdb[2]) /* PCV */
		return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
	scsiemu_wr_be32(w, 1); /* supported diagnostic pages: 00h */
	scsiemu_wr_u8(w, 0);
	return SCSIEMU_FINISHED;
}

#endif
