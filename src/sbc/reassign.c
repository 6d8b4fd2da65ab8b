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

static int too_short(struct scsiemu_cmd *c)
{
	return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
}

/* The header says how long the list is: the CDB does not. */
static int take_header(struct scsiemu_cmd *c)
{
	const uint8_t *h = c->scratch;
	uint32_t len = c->cdb[1] & LONG_LIST ? semu_be32(h) : semu_be16(h + 2);

	if (scsiemu_cmd_got(c) < HEAD || len > c->scratch_len - HEAD)
		return too_short(c);
	if (len % item_size(c))
		return scsiemu_fail_param(
			c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
			c->cdb[1] & LONG_LIST ? 0 : 2, SCSIEMU_NO_BIT);
	scsiemu_cmd_own(c)[1] = len / item_size(c);
	return scsiemu_want_recv(c, HEAD, c->scratch + HEAD, len);
}

static int take_items(struct scsiemu_cmd *c)
{
	uint32_t n = (uint32_t)scsiemu_cmd_own(c)[1];

	return scsiemu_cmd_got(c) < n * item_size(c) ? too_short(c)
						     : judge(c, n);
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
static int next(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c), lba, bad;

	for (; own[0] < own[1]; own[0]++) {
		lba = item(c, (uint32_t)own[0]);
		if (semu_defects_find(lu, lba, 1, SEMU_DEFECT_UNREADABLE,
				      &bad)) {
			semu_defects_clear(lu, lba, 1, SEMU_DEFECT_UNREADABLE);
			return scsiemu_want_store(c, NULL, SCSIEMU_V_ZERO, lba,
						  1, 0);
		}
		if (semu_defects_add(lu, lba, SEMU_DEFECT_GROWN))
			break;
	}
	*scsiemu_cmd_step(c) = SEMU_SBC_LAST;
	return semu_defects_save(c);
}

int semu_sbc_reassign(struct scsiemu_cmd *c, int result)
{
	const uint64_t *own = scsiemu_cmd_own(c);
	unsigned at = *scsiemu_cmd_step(c);

	(void)result;
	if (at < 3)
		++*scsiemu_cmd_step(c);
	if (at == 0)
		return scsiemu_want_recv(c, 0, c->scratch, HEAD);
	if (at == 1)
		return take_header(c);
	if (at == 2 && take_items(c))
		return SCSIEMU_FAILED;
	if (at != SEMU_SBC_LAST && next(c) == SCSIEMU_WANTS)
		return SCSIEMU_WANTS;
	return own[0] < own[1] ? no_spare(c, item(c, (uint32_t)own[0]))
			       : SCSIEMU_FINISHED;
}
#endif
