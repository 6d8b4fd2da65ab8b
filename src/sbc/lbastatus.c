/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GET LBA STATUS (SBC-4 5.6, 5.7): as many runs of blocks of one status as
 * scratch and host hold, from the LBA that was asked for on.
 */
#include "sbc/defects.h"
#include "sbc/sbc.h"

#if SEMU_WITH_THIN
enum { LIST_HEADER = 8, LIST_ITEM = 16 };

/* REPORT TYPE; those between MAPPED and ANCHORED name a status each. */
enum {
	TYPE_ALL,
	TYPE_NOT_MAPPED,
	TYPE_MAPPED,
	TYPE_ANCHORED = 4,
	TYPE_ERRORS = 0x10
};
/* ADDITIONAL STATUS: reading may end with an unrecovered error. */
enum { MAY_FAIL = 1 };

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
		     uint32_t state, unsigned additional)
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
	semu_put32(d + 12, state << 24 | additional << 16);
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
	bool told = reported(report_type(c), e->state);
	bool cut = told && n > UINT32_MAX;

	if (cut)
		n = UINT32_MAX;
	if (told)
		describe(c, own[1], n, e->state, 0);
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

/* The blocks that WRITE LONG made unreadable, whose provisioning status is
 * "mapped or unknown". */
static int status_errors(struct scsiemu_cmd *c)
{
	uint64_t *own = scsiemu_cmd_own(c), end = scan_end(c);
#if SEMU_WITH_DEFECTS
	uint64_t at;

	while (own[1] < end && own[0] < status_wanted(c) &&
	       semu_defects_find(scsiemu_cmd_lu(c), own[1], end - own[1],
				 SEMU_DEFECT_UNREADABLE, &at)) {
		describe(c, at, 1, SCSIEMU_MAPPED, MAY_FAIL);
		own[1] = at + 1;
	}
	if (own[0] < status_wanted(c))
#endif
		own[1] = end;
	return status_send(c);
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
	if (report_type(c) > TYPE_ANCHORED && report_type(c) != TYPE_ERRORS)
		return scsiemu_fail_cdb(c, is_32(c) ? 10 : 14, SCSIEMU_NO_BIT);
	if (!at)
		scsiemu_cmd_own(c)[1] = scsiemu_cmd_lba(c);
	if (report_type(c) == TYPE_ERRORS)
		return status_errors(c);
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
