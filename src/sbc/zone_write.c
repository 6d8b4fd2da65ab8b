/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Write pointers go on. Writers of one zone run one behind the other (lanes,
 * core/taskset.c), so a pointer is where the last successful write ended, and a
 * command that failed or was aborted has not moved it, but for the blocks of a
 * WRITE that are known to be good.
 *
 * What is said to be durable (FUA, WCE 0, SYNCHRONIZE CACHE) is only found
 * again by its pointer, which is saved before the status; and the saved pointer
 * is never behind blocks that are not durable: they are flushed first.
 */
#include "sbc/pi.h"
#include "sbc/zones.h"

#if SEMU_WITH_ZONES
static void advance(struct semu_zones *z, uint32_t i, uint64_t from,
		    uint64_t to)
{
	struct semu_zone *p = &z->zone[i];

	if (p->cond == SEMU_ZONE_NOT_WP || p->cond >= SEMU_ZONE_READONLY) {
		if (p->cond != SEMU_ZONE_IS_FULL)
			return;
	}
	if (from != p->wp && semu_zone_type(z, i) == SEMU_ZONE_PREFERRED &&
	    !(p->flags & SEMU_ZONE_NON_SEQ)) {
		p->flags |= SEMU_ZONE_NON_SEQ;
		semu_zone_changed(z, i);
	}
	if (to > p->wp)
		p->wp = to;
	if (p->wp == semu_zone_len(z, i))
		semu_zone_become(z, i, SEMU_ZONE_IS_FULL);
	else if (p->cond == SEMU_ZONE_EMPTY) /* another one took its place */
		semu_zone_become(z, i, SEMU_ZONE_CLOSED);
}

void semu_zones_wrote(struct scsiemu_lu *lu, uint64_t lba, uint64_t n)
{
	struct semu_zones *z = semu_zones(lu);

	while (z && n) {
		uint32_t i = (uint32_t)(lba >> z->shift);
		uint64_t from = lba - semu_zone_start(z, i);
		uint64_t part = semu_zone_len(z, i) - from;

		part = n < part ? n : part;
		advance(z, i, from, from + part);
		lba += part;
		n -= part;
	}
}

static bool is_write(const struct scsiemu_row *row)
{
	return row->flags & SCSIEMU_ROW_BLOCKS &&
	       row->kind != SCSIEMU_K_NODATA &&
	       row->stops & SCSIEMU_ON_PROTECTED;
}

/* What of its blocks a command has written: all when it ended well and the
 * host had as much; of a WRITE that failed those in front of the error (with
 * protection information that is not known). */
static uint64_t blocks_written(const struct scsiemu_cmd *c)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t n = scsiemu_cmd_count(c);
	uint64_t done = c->out_done / semu_sbc_wire(c);

	if (c->status && (row->kind != SCSIEMU_K_WRITE || semu_pi(lu)))
		return 0;
	if (row->flags & SCSIEMU_ROW_LONG)
		return n ? n : lu->cap.nblk - scsiemu_cmd_lba(c);
	return done < n ? done : n;
}

/* Opcodes of writes whose bit 3 beside PROTECT is not FUA: WRITE SAME (UNMAP),
 * WRITE AND VERIFY, which is always durable. */
enum { NOT_FUA, DURABLE, FUA_BIT };

static unsigned fua_kind(const struct scsiemu_row *row)
{
	switch (row->op) {
	case SCSIEMU_OP_WRITE_SAME_10:
	case SCSIEMU_OP_WRITE_SAME_16:
		return NOT_FUA;
	case SCSIEMU_OP_WRITE_AND_VERIFY_10:
	case SCSIEMU_OP_WRITE_AND_VERIFY_12:
	case SCSIEMU_OP_WRITE_AND_VERIFY_16:
		return DURABLE;
	case SCSIEMU_OP_VARIABLE:
		if (row->sa == SCSIEMU_SA_WRITE_SAME_32)
			return NOT_FUA;
		return row->sa == SCSIEMU_SA_WRITE_AND_VERIFY_32 ? DURABLE
								 : FUA_BIT;
	default:
		return row->prot_at ? FUA_BIT : NOT_FUA;
	}
}

static bool is_durable(const struct scsiemu_cmd *c)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned kind = fua_kind(row);

	if (lu->wflags & SCSIEMU_FUA || !lu->cap.cache || kind == DURABLE)
		return true;
	return kind == FUA_BIT && c->cdb[row->prot_at] & 0x08;
}

/* All that was written to these zones is durable. */
static void made_safe(struct semu_zones *z, uint32_t first, uint32_t last)
{
	for (uint32_t i = first; i <= last; i++) {
		struct semu_zone *p = &z->zone[i];

		if (p->safe == p->wp)
			continue;
		p->safe = p->wp;
		semu_zone_changed(z, i);
	}
}

/* Is anything written in them that is not durable, if blocks [lba, end) are? */
static bool unsafe(const struct semu_zones *z, uint32_t first, uint32_t last,
		   uint64_t lba, uint64_t end)
{
	for (uint32_t i = first; i <= last; i++) {
		const struct semu_zone *p = &z->zone[i];
		uint64_t start = semu_zone_start(z, i);

		if (p->safe < p->wp &&
		    (lba > start + p->safe || end < start + p->wp))
			return true;
	}
	return false;
}

static bool anything_unsaved(const struct semu_zones *z)
{
	for (uint32_t i = 0; i < z->n; i++)
		if (z->zone[i].safe < z->zone[i].wp)
			return true;
	for (uint32_t i = 0; i * SEMU_ZONE_CHUNK < z->n; i++)
		if (z->chunk[i].changed != z->chunk[i].saved)
			return true;
	return false;
}

/* After the flush, or when none is needed. */
static int save(struct scsiemu_cmd *c, struct semu_zones *z, uint64_t own[2])
{
	uint32_t first = (uint32_t)own[0], last = (uint32_t)(own[0] >> 32);

	made_safe(z, first, last);
	if (!semu_can_save(scsiemu_cmd_lu(c)))
		return SCSIEMU_FINISHED;
	semu_zones_save_from(own, first, last);
	return semu_zones_save(c, own) == SCSIEMU_WANTS ? SEMU_CALL_AGAIN
							: SCSIEMU_FINISHED;
}

/* Blocks [lba, lba + n) are durable: so is all of their zones, and the pointers
 * are saved. */
static int settle(struct scsiemu_cmd *c, struct semu_zones *z, uint64_t lba,
		  uint64_t n)
{
	uint64_t *own = scsiemu_cmd_own(c);
	uint32_t first = (uint32_t)(lba >> z->shift);
	uint32_t last = (uint32_t)((lba + n - 1) >> z->shift);
	uint64_t start = semu_zone_start(z, first);

	own[0] = first | (uint64_t)last << 32;
	if (!scsiemu_cmd_lu(c)->cap.cache ||
	    !unsafe(z, first, last, lba, lba + n))
		return save(c, z, own);
	scsiemu_want_store(
		c, NULL, SCSIEMU_V_FLUSH, start,
		semu_zone_start(z, last) + semu_zone_len(z, last) - start, 0);
	return SEMU_CALL_AGAIN;
}

/* Everything that was acknowledged. */
static int settle_all(struct scsiemu_cmd *c, struct semu_zones *z)
{
	scsiemu_cmd_own(c)[0] = (uint64_t)(z->n - 1) << 32;
	if (!scsiemu_cmd_lu(c)->cap.cache)
		return save(c, z, scsiemu_cmd_own(c));
	scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 0, 0, 0);
	return SEMU_CALL_AGAIN;
}

static bool is_scattered(const struct scsiemu_row *row)
{
	return (row->op == SCSIEMU_OP_SERVICE_ACTION_OUT_16 &&
		row->sa == SCSIEMU_SA_WRITE_SCATTERED_16) ||
	       (row->op == SCSIEMU_OP_VARIABLE &&
		row->sa == SCSIEMU_SA_WRITE_SCATTERED_32);
}

/* WCE went off, or the medium stops: all that was acknowledged is durable. Or
 * it was written in many places. */
static bool drains(const struct scsiemu_cmd *c)
{
	if (is_scattered(scsiemu_cmd_row(c)))
		return is_durable(c);
	switch (c->cdb[0]) {
	case SCSIEMU_OP_START_STOP_UNIT:
		return true;
	case SCSIEMU_OP_MODE_SELECT_6:
	case SCSIEMU_OP_MODE_SELECT_10:
		return scsiemu_cmd_lu(c)->wflags & SCSIEMU_FUA;
	default:
		return false;
	}
}

static bool syncs(const struct scsiemu_cmd *c)
{
	return c->cdb[0] == SCSIEMU_OP_SYNCHRONIZE_CACHE_10 ||
	       c->cdb[0] == SCSIEMU_OP_SYNCHRONIZE_CACHE_16;
}

static int finish_write(struct scsiemu_cmd *c, struct semu_zones *z)
{
	uint64_t lba = scsiemu_cmd_lba(c), n = blocks_written(c);

	semu_zones_wrote(scsiemu_cmd_lu(c), lba, n);
	if (c->status || !n || !is_durable(c))
		return SCSIEMU_FINISHED;
	return settle(c, z, lba, n);
}

static int finish_sync(struct scsiemu_cmd *c, struct semu_zones *z)
{
	uint64_t lba = scsiemu_cmd_lba(c), n = scsiemu_cmd_count(c);

	return settle(c, z, lba, n ? n : z->nblk - lba);
}

int semu_zones_finish(struct scsiemu_cmd *c)
{
	struct semu_zones *z = semu_zones(scsiemu_cmd_lu(c));
	uint64_t *own = scsiemu_cmd_own(c);

	if (semu_ctx(c)->odd & SEMU_AGAIN) {
		if (c->verb == SCSIEMU_V_FLUSH)
			return save(c, z, own);
		return semu_zones_save(c, own) == SCSIEMU_WANTS
			       ? SEMU_CALL_AGAIN
			       : SCSIEMU_FINISHED;
	}
	if (is_write(scsiemu_cmd_row(c)))
		return finish_write(c, z);
	if (c->status || !z->n)
		return SCSIEMU_FINISHED;
	if (syncs(c))
		return finish_sync(c, z);
	if (drains(c) && anything_unsaved(z))
		return settle_all(c, z);
	return SCSIEMU_FINISHED;
}
#else
void semu_zones_wrote(struct scsiemu_lu *lu, uint64_t lba, uint64_t n)
{
	(void)lu, (void)lba, (void)n;
}
#endif
