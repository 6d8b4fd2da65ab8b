/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REASSIGN BLOCKS (SBC-4 5.24): blocks go on the grown defect list, which is
 * durable before the status. Their data stay; what could not be read any more
 * is zeros afterwards.
 */
#include "sbc/defects.h"
#include "sbc/sbc.h"

#if SEMU_WITH_DEFECTS
enum { HEAD = 4, LONG_LIST = 1, LONG_LBA = 2 };

static uint32_t item_size(const struct scsiemu_cmd *c)
{
	return c->cdb[1] & LONG_LBA ? 8 : 4;
}

static uint64_t item(const struct scsiemu_cmd *c, uint32_t i)
{
	const uint8_t *p = c->scratch + HEAD + i * item_size(c);

	return c->cdb[1] & LONG_LBA ? semu_be64(p) : semu_be32(p);
}

/* All LBAs exist and ascend; the list is judged before the first one goes. */
static int judge(struct scsiemu_cmd *c, uint32_t n)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;

	for (uint32_t i = 0; i < n; i++) {
		if (item(c, i) >= cap->nblk)
			return scsiemu_fail_info(c, SCSIEMU_SK_ILLEGAL_REQUEST,
						 SCSIEMU_ASC_LBA_OUT_OF_RANGE,
						 item(c, i));
		if (i && item(c, i) <= item(c, i - 1))
			return scsiemu_fail_param(
				c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				(uint16_t)(HEAD + i * item_size(c)),
				SCSIEMU_NO_BIT);
	}
	return 0;
}

int semu_sbc_reassign(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	uint32_t len, n = item_size(c);

	if (!scsiemu_rd_need(r, HEAD))
		return SCSIEMU_FAILED;
	len = c->cdb[1] & LONG_LIST ? semu_be32(r->buf) : semu_be16(r->buf + 2);
	scsiemu_rd_skip(r, HEAD);
	if (len % n)
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
			c->cdb[1] & LONG_LIST ? 0 : 2, SCSIEMU_NO_BIT);
	if (!scsiemu_rd_need(r, len))
		return SCSIEMU_FAILED;
	if (judge(c, len / n))
		return SCSIEMU_FAILED;
	scsiemu_cmd_own(c)[1] = len / n;
	return semu_sbc_reassign_next(c, SCSIEMU_OK);
}

/* 4/32/00: COMMAND-SPECIFIC is the first block that was not reassigned. */
static int no_spare(struct scsiemu_cmd *c, uint64_t lba)
{
	scsiemu_fail(c, SCSIEMU_SK_HARDWARE_ERROR, SCSIEMU_ASC_NO_DEFECT_SPARE);
	c->sense.flags |= SCSIEMU_S_SPECIFIC;
	c->sense.specific = lba;
	return SCSIEMU_FAILED;
}

/* own: next item, items. A full list fails when what fitted is saved. */
int semu_sbc_reassign_next(struct scsiemu_cmd *c, int result)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c), bad;
	bool full = false;

	(void)result;
	if (*scsiemu_cmd_step(c) == SEMU_SBC_LAST)
		return own[0] < own[1] ? no_spare(c, item(c, (uint32_t)own[0]))
				       : SCSIEMU_FINISHED;
	while (own[0] < own[1] && !full) {
		uint64_t lba = item(c, (uint32_t)own[0]);

		full = semu_defects_add(lu, lba, SEMU_DEFECT_GROWN) != 0;
		if (full)
			break;
		own[0]++;
		if (!semu_defects_find(lu, lba, 1, SEMU_DEFECT_UNREADABLE,
				       &bad))
			continue;
		semu_defects_clear(lu, lba, 1, SEMU_DEFECT_UNREADABLE);
		return scsiemu_want_store(c, NULL, SCSIEMU_V_ZERO, lba, 1, 0);
	}
	*scsiemu_cmd_step(c) = SEMU_SBC_LAST;
	if (semu_defects_save(c) == SCSIEMU_WANTS)
		return SCSIEMU_WANTS;
	return semu_sbc_reassign_next(c, SCSIEMU_OK);
}
#endif
