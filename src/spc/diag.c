/* SPDX-License-Identifier: BSD-2-Clause */
/* SEND DIAGNOSTIC and RECEIVE DIAGNOSTIC RESULTS (SPC-5 6.42, 6.22). */
#include "spc/spc.h"

#if SEMU_WITH_DIAGNOSTIC

enum { SELFTEST = 0x04, PF = 0x10 };
static int self_test(struct scsiemu_cmd *c, uint8_t code)
{
	switch (code) {
	case SEMU_TEST_SHORT_BACKGROUND:
	case SEMU_TEST_EXTENDED_BACKGROUND:
		return semu_selftest_background(c, code);
	case SEMU_TEST_ABORT:
		if (!semu_selftest_abort(scsiemu_cmd_lu(c), SEMU_TEST_ABORTED))
			return scsiemu_fail_cdb(c, 1, 7);
		return SCSIEMU_FINISHED;
	default: /* SELFTEST: the default self-test, here the short one */
		return semu_selftest_foreground(c, code);
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
	uint8_t code = (uint8_t)(semu_cdb_1(c) >> 5);
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
