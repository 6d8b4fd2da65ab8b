/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SANITIZE (SBC-4 5.27): a row for each service action. No store here encrypts
 * or has blocks that the logical unit does not show: CRYPTOGRAPHIC ERASE and
 * BLOCK ERASE leave blocks of zeros, which are deallocated where they can be.
 */
#include "sbc/sbc.h"
#include "sbc/work.h"

#if SEMU_WITH_SANITIZE
/* byte 1 of the CDB */
enum { IMMED = 0x80, ZNR = 0x40, AUSE = 0x20 };
/* byte 0 of OVERWRITE's list */
enum { INVERT = 0x80, TEST = 0x60, COUNT = 0x1f };
enum { LIST_HEADER = 4 };

static int bad(struct scsiemu_cmd *c, uint16_t at, uint8_t bit)
{
	return scsiemu_fail_param(
		c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST, at, bit);
}

/* One that runs stops the next; one that failed in restricted mode stops all
 * that would allow an exit (SBC-4 4.11.3). */
static int check_state(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_work *w = semu_work(lu);

	if (w->kind)
		return semu_fail_busy(c);
	if (w->failed && w->restricted && c->cdb[1] & AUSE)
		return scsiemu_fail_cdb(c, 1, 5);
	return 0;
}

static int begin(struct scsiemu_cmd *c, unsigned passes, unsigned flags,
		 uint32_t len)
{
	struct semu_work plan = { .kind = SEMU_WORK_SANITIZE,
				  .passes = (uint8_t)passes };

	if (c->cdb[1] & AUSE)
		flags |= SEMU_WORK_AUSE;
	if (c->cdb[1] & ZNR)
		flags |= SEMU_WORK_KEEP;
	plan.flags = (uint8_t)flags;
	return semu_work_begin(c, &plan, c->scratch + LIST_HEADER, len,
			       c->cdb[1] & IMMED);
}

/* BLOCK ERASE, CRYPTOGRAPHIC ERASE */
int semu_sbc_sanitize_erase(struct scsiemu_cmd *c, int result)
{
	if (semu_work_began(c))
		return semu_work_step(c, result);
	if (scsiemu_cmd_count(c))
		return scsiemu_fail_cdb(c, 7, SCSIEMU_NO_BIT);
	if (check_state(c) < 0)
		return SCSIEMU_FAILED;
	return begin(c, 1, 0, 0);
}

static int take_list(struct scsiemu_cmd *c)
{
	const uint8_t *p = c->scratch;
	uint32_t len = semu_be16(p + 2), count = scsiemu_cmd_count(c);
	unsigned passes = p[0] & COUNT;

	if (scsiemu_cmd_got(c) < count)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	if (p[0] & TEST) /* vendor specific values */
		return bad(c, 0, 6);
	if (!passes)
		return bad(c, 0, 4);
	if (p[1])
		return bad(c, 1, SCSIEMU_NO_BIT);
	if (!len || len != count - LIST_HEADER)
		return bad(c, 2, SCSIEMU_NO_BIT);
	return begin(c, passes,
		     SEMU_WORK_FILL | (p[0] & INVERT ? SEMU_WORK_INVERT : 0u),
		     len);
}

int semu_sbc_sanitize_overwrite(struct scsiemu_cmd *c, int result)
{
	uint32_t count = scsiemu_cmd_count(c);

	if (semu_work_began(c))
		return semu_work_step(c, result);
	if (result == SCSIEMU_E_ABORTED)
		return SCSIEMU_FINISHED;
	if (result < 0)
		return scsiemu_fail(c, SCSIEMU_SK_ABORTED_COMMAND,
				    SCSIEMU_ASC_DATA_PHASE_ERROR);
	if ((*scsiemu_cmd_step(c))++)
		return take_list(c);
	if (count <= LIST_HEADER ||
	    count > LIST_HEADER + scsiemu_cmd_lu(c)->cap.blen)
		return scsiemu_fail_cdb(c, 7, SCSIEMU_NO_BIT);
	if (check_state(c) < 0)
		return SCSIEMU_FAILED;
	return scsiemu_want_recv(c, 0, c->scratch, count);
}

/* Where nothing has failed there is nothing to leave. */
int semu_sbc_sanitize_exit(struct scsiemu_cmd *c, int result)
{
	const struct semu_work *w = semu_work(scsiemu_cmd_lu(c));

	if (semu_work_began(c))
		return semu_work_step(c, result);
	if (scsiemu_cmd_count(c))
		return scsiemu_fail_cdb(c, 7, SCSIEMU_NO_BIT);
	if (w->kind)
		return semu_fail_busy(c);
	if (!w->failed)
		return SCSIEMU_FINISHED;
	if (w->restricted)
		return scsiemu_fail_cdb(c, 1, 4);
	return semu_work_forgive(c);
}
#endif
