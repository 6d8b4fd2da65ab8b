/* SPDX-License-Identifier: BSD-2-Clause */
/* Logical block provisioning (SBC-4 4.7): what is offered, and UNMAP. */
#include "sbc/zones.h"

unsigned semu_sbc_lbp(const struct scsiemu_lu *lu)
{
	unsigned bits = 0;

	if (lu->cap.thin)
		bits = SEMU_LBPU;
	if (SEMU_WITH_WRITE_SAME && bits && lu->able & SCSIEMU_NEED_BLOCK)
		bits |= SEMU_LBPWS | SEMU_LBPWS10;
	if (lu->offers & 4)
		bits |= SEMU_ANC_SUP;
	return bits & ~(unsigned)lu->cap.lbp_not;
}

#if SEMU_WITH_THIN
uint64_t semu_sbc_piece(const struct scsiemu_lu *lu, uint64_t lba, uint64_t n,
			bool *whole)
{
	uint32_t granule = lu->cap.granule;
	uint32_t into = (uint32_t)lba & (granule - 1);
	uint32_t rest = granule - into;

	*whole = !into && n >= granule;
	if (*whole)
		return n & ~(uint64_t)(granule - 1);
	return n < rest ? n : rest;
}

enum { LIST_HEADER = 8, LIST_ITEM = 16, ANCHOR = 1 };

static bool list_ok(struct scsiemu_cmd *c, struct scsiemu_rd *r, unsigned n)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;
	uint64_t total = 0;

	while (n--) {
		uint32_t at = scsiemu_rd_tell(r);
		uint64_t lba = scsiemu_rd_be64(r);
		uint32_t nblk = scsiemu_rd_be32(r);

		scsiemu_rd_skip(r, 4);
		if (lba > cap->nblk || nblk > cap->nblk - lba) {
			scsiemu_fail_info(c, SCSIEMU_SK_ILLEGAL_REQUEST,
					  SCSIEMU_ASC_LBA_OUT_OF_RANGE,
					  lba > cap->nblk ? lba : cap->nblk);
			return false;
		}
#if SEMU_WITH_ZONES
		if (semu_zones_judge_unmap(c, lba, nblk) < 0)
			return false;
#endif
		total += nblk;
		if (total > cap->unmap_blk) {
			scsiemu_fail_param(
				c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				(uint16_t)(at + 8), SCSIEMU_NO_BIT);
			return false;
		}
	}
	return true;
}

/* The whole list is judged before the first block goes. A descriptor that was
 * cut off is ignored (SBC-4 5.36.2). */
int semu_sbc_unmap(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	uint32_t n;

	if (!scsiemu_rd_left(r))
		return SCSIEMU_FINISHED;
	if (!scsiemu_rd_need(r, LIST_HEADER))
		return SCSIEMU_FAILED;
	scsiemu_rd_skip(r, 2);
	n = scsiemu_rd_be16(r);
	scsiemu_rd_skip(r, 4);
	if (n > scsiemu_rd_left(r))
		n = scsiemu_rd_left(r);
	n /= LIST_ITEM;
	if (!list_ok(c, r, n))
		return SCSIEMU_FAILED;
	scsiemu_cmd_own(c)[1] = n;
	return semu_sbc_unmap_next(c, SCSIEMU_OK);
}

/*
 * own: descriptor, descriptors. What remains of the list stands in scratch.
 * Blocks beside whole granules stay mapped; they are zeroed where unmapped
 * blocks read as zeros, so that a reader need not know about granules.
 */
int semu_sbc_unmap_next(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c);
	bool write = lu->cap.zeroes && lu->able & SCSIEMU_CAN_ZERO, whole;
	enum scsiemu_verb verb = c->cdb[1] & ANCHOR ? SCSIEMU_V_ANCHOR
						    : SCSIEMU_V_UNMAP;

	(void)result;
	if (*scsiemu_cmd_step(c) == SEMU_SBC_LAST)
		return SCSIEMU_FINISHED;
	for (; own[0] < own[1]; own[0]++) {
		uint8_t *d = c->scratch + LIST_HEADER + own[0] * LIST_ITEM;

		while (semu_be32(d + 8)) {
			uint64_t lba = semu_be64(d);
			uint64_t n = semu_sbc_piece(lu, lba, semu_be32(d + 8),
						    &whole);

			semu_put64(d, lba + n);
			semu_put32(d + 8, semu_be32(d + 8) - (uint32_t)n);
			if (whole || write)
				return scsiemu_want_store(
					c, NULL, whole ? verb : SCSIEMU_V_ZERO,
					lba, n, 0);
		}
	}
	return semu_sbc_durable(c, lu->wflags, 0, 0);
}
#endif
