/* SPDX-License-Identifier: BSD-2-Clause */
/* The volatile cache: FUA, WCE, SYNCHRONIZE CACHE. */
#include "sbc/zones.h"

uint16_t semu_sbc_flags(const struct scsiemu_cmd *c)
{
	return (uint16_t)((semu_sbc_byte(c) >> 2 &
			   (SCSIEMU_FUA | SCSIEMU_DPO)) |
			  scsiemu_cmd_lu(c)->wflags);
}

int semu_sbc_durable(struct scsiemu_cmd *c, unsigned flags, uint64_t lba,
		     uint64_t nblk)
{
	if (!(flags & SCSIEMU_FUA) ||
	    !(scsiemu_cmd_lu(c)->able & SCSIEMU_CAN_FLUSH))
		return SCSIEMU_FINISHED;
	*scsiemu_cmd_step(c) = SEMU_SBC_LAST;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, lba, nblk, 0);
}

int semu_sbc_bulk(struct scsiemu_cmd *c, enum scsiemu_want_kind kind,
		  uint64_t lba, uint32_t off, uint32_t nblk, unsigned flags)
{
	uint32_t blen = scsiemu_cmd_lu(c)->cap.blen;
	int rc = scsiemu_want_bulk(c, NULL, kind, lba, off, nblk * blen,
				   (uint16_t)flags);

	c->len -= c->len % blen;
	return rc;
}

int semu_sbc_fail_size(struct scsiemu_cmd *c)
{
	return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
}

#if SEMU_WITH_JOBS
/* own: LBA and count. */
static int flush_job(struct scsiemu_cmd *c, int result)
{
	const uint64_t *own = scsiemu_cmd_own(c);

	if (!(*scsiemu_cmd_step(c))++)
		return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, own[0],
					  own[1], 0);
	semu_deferred_result(c, result);
	return SCSIEMU_FINISHED;
}

static bool flush_later(struct scsiemu_cmd *c, const uint64_t own[2])
{
	struct scsiemu_cmd *job = semu_job_new(scsiemu_cmd_lu(c), flush_job,
					       own, false);

	if (job)
		semu_ctx(job)->nexus = semu_ctx(c)->nexus;
	return job;
}
#endif

/* SBC-4 5.26: a count of 0 is everything from the LBA on. With IMMED the status
 * comes first, and a failure is a deferred error; where no job is free, or
 * write pointers have to be saved behind the flush, the wait is the lesser
 * evil. */
int semu_sbc_sync(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t own[2] = { scsiemu_cmd_lba(c), scsiemu_cmd_count(c) };

	if (!(lu->able & SCSIEMU_CAN_FLUSH))
		return SCSIEMU_FINISHED;
	if (!own[1] && own[0])
		own[1] = lu->cap.nblk - own[0];
#if SEMU_WITH_JOBS
	if (c->cdb[1] & 2 && !(SEMU_WITH_ZONES && semu_zones(lu)) &&
	    flush_later(c, own))
		return SCSIEMU_FINISHED;
#endif
	return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, own[0], own[1], 0);
}
