/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REQUEST SENSE (SPC-5 6.39): the pending unit attention, or else the deferred
 * error, which it clears; else the pollable sense data (SPC-5 5.12.2): what the
 * logical unit is busy with, that it is stopped, or its power condition; else
 * nothing.
 */
#include "spc/log.h"
#include "spc/power.h"
#include "spc/spc.h"

static void poll_sense(const struct scsiemu_lu *lu, struct scsiemu_sense *s)
{
	if (SEMU_WITH_BUSY && lu->busy.asc) {
		if (!lu->busy.polled)
			s->key = lu->busy.key;
		s->asc = lu->busy.polled ? lu->busy.polled : lu->busy.asc;
		s->field = lu->busy.progress;
		if (lu->busy.counts)
			s->sks = SCSIEMU_SKS_PROGRESS;
	} else if (lu->guards & SCSIEMU_ON_STOPPED) {
		s->key = SCSIEMU_SK_NOT_READY;
		s->asc = SCSIEMU_ASC_START_REQUIRED;
	} else if (lu->guards & SCSIEMU_ON_BECOMING) {
		s->key = SCSIEMU_SK_NOT_READY;
		s->asc = SCSIEMU_ASC_BECOMING_READY;
	} else {
		s->asc = semu_power_asc(lu);
	}
}

/* The unit attention to report is chosen once: a window later, or when its
 * effect comes, another one may be the highest. own[1]: the bit of a deferred
 * error. */
static uint16_t attention(struct scsiemu_cmd *c)
{
	const struct semu_itl *itl = semu_ctx(c)->itl;
	uint64_t *own = scsiemu_cmd_own(c);

	if (!own[0]) {
		own[0] = UINT64_C(0x10000) | (itl ? semu_ua_peek(itl) : 0);
		if (SEMU_WITH_DEFERRED && itl && own[0] == 0x10000)
			own[1] = itl->ua & SEMU_DEFERRED;
	}
	return (uint16_t)own[0];
}

int semu_request_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct scsiemu_sense s = { .bit = SCSIEMU_NO_BIT };
	uint8_t out[48];

	if (lu->absent) {
		s.key = SCSIEMU_SK_ILLEGAL_REQUEST;
		s.asc = SCSIEMU_ASC_LU_NOT_SUPPORTED;
	} else if ((s.asc = attention(c)) != 0) {
		s.key = SCSIEMU_SK_UNIT_ATTENTION;
#if SEMU_WITH_ATTENTION
		if (lu->type->attention)
			lu->type->attention(lu, &s);
#endif
	} else if (SEMU_WITH_DEFERRED && scsiemu_cmd_own(c)[1]) {
		s = *semu_deferred_at(lu, (uint32_t)scsiemu_cmd_own(c)[1]);
	} else {
		poll_sense(lu, &s);
		if (!s.key && !s.asc && semu_exception_polled(lu))
			s.asc = semu_exception_polled(lu);
	}
	semu_sense_old(lu, &s);
	if (semu_before(lu, SCSIEMU_LEVEL_SCSI_2) && !scsiemu_cmd_count(c))
		semu_ctx(c)->count = 4; /* as many a length of 0 meant */
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
	if (SEMU_WITH_DEFERRED && itl)
		itl->ua &= ~(uint32_t)scsiemu_cmd_own(c)[1];
	for (i = 0; itl && asc && i < SEMU_UA_COUNT; i++)
		if (semu_ua_asc[i] == asc)
			itl->ua &= ~SEMU_UA_BIT(i);
	return SCSIEMU_FINISHED;
}
