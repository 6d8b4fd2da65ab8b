/* SPDX-License-Identifier: BSD-2-Clause */
/* Logical block provisioning (SBC-4 4.7): UNMAP and GET LBA STATUS. */
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

/* REPORT TYPE of GET LBA STATUS; the others name a status each. */
enum { TYPE_ALL, TYPE_NOT_MAPPED, TYPE_MAPPED, TYPE_ANCHORED = 4 };

static bool is_32(const struct scsiemu_cmd *c)
{
	return c->cdb[0] == SCSIEMU_OP_VARIABLE;
}

static unsigned report_type(const struct scsiemu_cmd *c)
{
	return c->cdb[is_32(c) ? 10 : 14];
}

/* SCAN LENGTH: no more blocks than these are looked at. */
static uint64_t scan_end(const struct scsiemu_cmd *c)
{
	uint64_t nblk = scsiemu_cmd_lu(c)->cap.nblk;
	uint32_t n = is_32(c) ? semu_be32(c->cdb + 20) : 0;

	return n && n < nblk - scsiemu_cmd_lba(c) ? scsiemu_cmd_lba(c) + n
						  : nblk;
}

static bool reported(unsigned type, uint32_t state)
{
	if (type == TYPE_ALL)
		return true;
	if (type == TYPE_NOT_MAPPED)
		return state != SCSIEMU_MAPPED;
	return state == type - TYPE_MAPPED;
}

/* One run of blocks becomes a descriptor or, with the same status as the one
 * before and right behind it, part of that. */
static void describe(struct scsiemu_cmd *c, uint64_t lba, uint64_t n,
		     uint32_t state)
{
	uint64_t *own = scsiemu_cmd_own(c);
	uint8_t *d = c->scratch + LIST_HEADER + own[0] * LIST_ITEM;

	if (own[0] && d[-4] == state) {
		uint64_t before = semu_be32(d - 8);

		if (semu_be64(d - 16) + before == lba &&
		    before + n <= UINT32_MAX) {
			semu_put32(d - 8, (uint32_t)(before + n));
			return;
		}
	}
	semu_put64(d, lba);
	semu_put32(d + 8, (uint32_t)n);
	semu_put32(d + 12, state << 24);
	own[0]++;
}

/* Descriptors that scratch holds beside as many extents of the store's. */
static uint32_t status_room(const struct scsiemu_cmd *c)
{
	return (c->scratch_len - LIST_HEADER) /
	       (LIST_ITEM + (uint32_t)sizeof(struct scsiemu_extent));
}

/* Descriptors that the host takes: one more shows that there are more. */
static uint32_t status_wanted(const struct scsiemu_cmd *c)
{
	uint32_t alloc = scsiemu_cmd_count(c), room = status_room(c);
	uint32_t n = alloc < 24 ? 1 : (alloc - LIST_HEADER) / LIST_ITEM;

	return n < room ? n : room;
}

static struct scsiemu_extent *status_extents(const struct scsiemu_cmd *c)
{
	uint32_t at = LIST_HEADER + status_room(c) * LIST_ITEM;

	return (struct scsiemu_extent *)(void *)(c->scratch + at);
}

/* own: descriptors, next LBA. False: the list is as long as it gets. */
static bool status_add(struct scsiemu_cmd *c, const struct scsiemu_extent *e)
{
	uint64_t *own = scsiemu_cmd_own(c);
	uint64_t left = scan_end(c) - own[1];
	uint64_t n = e->nblk < left ? e->nblk : left;
	bool cut = n > UINT32_MAX;

	if (cut)
		n = UINT32_MAX;
	if (reported(report_type(c), e->state))
		describe(c, own[1], n, e->state);
	own[1] += n;
	return n && !cut && n < left && own[0] < status_wanted(c);
}

static int status_send(struct scsiemu_cmd *c)
{
	const uint64_t *own = scsiemu_cmd_own(c);
	uint32_t len = LIST_HEADER + (uint32_t)own[0] * LIST_ITEM;
	uint32_t alloc = scsiemu_cmd_count(c);

	semu_put32(c->scratch, len - 4);
	/* RTP: the report type was heeded; with the 32-byte form why the list
	 * ends here: the scan is over (2), or something is full (1) */
	semu_put32(c->scratch + 4, 1);
	if (is_32(c) && own[1] < scsiemu_cmd_lu(c)->cap.nblk)
		c->scratch[7] |= own[1] == scan_end(c) ? 2 << 1 : 1 << 1;
	*scsiemu_cmd_step(c) = SEMU_SBC_LAST;
	return scsiemu_want_send(c, 0, c->scratch, len < alloc ? len : alloc);
}

static int status_ask(struct scsiemu_cmd *c)
{
	return scsiemu_want_buffer(
		c, NULL, SCSIEMU_V_STATUS, scsiemu_cmd_own(c)[1], 0,
		status_extents(c),
		status_wanted(c) * (uint32_t)sizeof(struct scsiemu_extent));
}

int semu_sbc_lba_status(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct scsiemu_extent all = { .nblk = UINT64_MAX };
	unsigned at = *scsiemu_cmd_step(c);
	bool more = true;

	(void)result;
	if (at == SEMU_SBC_LAST)
		return SCSIEMU_FINISHED;
	if (report_type(c) > TYPE_ANCHORED)
		return scsiemu_fail_cdb(c, is_32(c) ? 10 : 14, SCSIEMU_NO_BIT);
	if (!at)
		scsiemu_cmd_own(c)[1] = scsiemu_cmd_lba(c);
	if (!lu->cap.thin || !(lu->able & SCSIEMU_CAN_STATUS)) {
		status_add(c, &all);
		return status_send(c);
	}
	*scsiemu_cmd_step(c) = 1;
	for (uint64_t i = 0; at && more && i < c->info; i++)
		more = status_add(c, &status_extents(c)[i]);
	if (more && !(at && !c->info))
		return status_ask(c);
	return status_send(c);
}
#endif
