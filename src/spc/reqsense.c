/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REQUEST SENSE (SPC-5 6.39): the pending unit attention, which it clears,
 * else what the logical unit is busy with, else nothing.
 */
#include "spc/spc.h"

struct busy {
	uint32_t guard;
	uint16_t asc;
};

static const struct busy busy[] = {
	{ SCSIEMU_ON_FORMAT, SCSIEMU_ASC_FORMAT_IN_PROGRESS },
	{ SCSIEMU_ON_SANITIZE, SCSIEMU_ASC_SANITIZE_IN_PROGRESS },
	{ SCSIEMU_ON_SELFTEST, SCSIEMU_ASC_SELF_TEST_IN_PROGRESS },
};

static uint16_t busy_with(const struct scsiemu_lu *lu)
{
	unsigned i;

	for (i = 0; i < sizeof(busy) / sizeof(busy[0]); i++)
		if (lu->guards & busy[i].guard)
			return busy[i].asc;
	if (lu->state && semu_spc(lu)->selftest) /* in the background */
		return SCSIEMU_ASC_SELF_TEST_IN_PROGRESS;
	return SCSIEMU_ASC_NONE;
}

/* The unit attention to report is chosen once: a window later, or when its
 * effect comes, another one may be the highest. */
static uint16_t attention(struct scsiemu_cmd *c)
{
	const struct semu_itl *itl = semu_ctx(c)->itl;
	uint64_t *own = scsiemu_cmd_own(c);

	if (!own[0])
		own[0] = UINT64_C(0x10000) | (itl ? semu_ua_peek(itl) : 0);
	return (uint16_t)own[0];
}

int semu_request_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct scsiemu_sense s = { .bit = SCSIEMU_NO_BIT };
	uint8_t out[18];

	if (lu->absent) {
		s.key = SCSIEMU_SK_ILLEGAL_REQUEST;
		s.asc = SCSIEMU_ASC_LU_NOT_SUPPORTED;
	} else if ((s.asc = attention(c)) != 0) {
		s.key = SCSIEMU_SK_UNIT_ATTENTION;
	} else {
		s.asc = busy_with(lu);
	}
	scsiemu_wr_bytes(w, out,
			 semu_sense_put(&s, c->cdb[1] & 1, out, sizeof(out)));
	return SCSIEMU_FINISHED;
}

int semu_sense_requested(struct scsiemu_cmd *c, int result)
{
	struct semu_itl *itl = semu_ctx(c)->itl;
	uint16_t asc = (uint16_t)*scsiemu_cmd_own(c);
	unsigned i;

	(void)result;
	for (i = 0; itl && asc && i < SEMU_UA_COUNT; i++)
		if (semu_ua_asc[i] == asc)
			itl->ua &= ~SEMU_UA_BIT(i);
	return SCSIEMU_FINISHED;
}
