/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/hot.h - the way of a READ or WRITE that nothing is unusual about, in
 * line for start.c and run.c: it decides what a command costs.
 */
#ifndef SEMU_HOT_H
#define SEMU_HOT_H

#include "core/engine.h"
#include <string.h>

/* Only what somebody reads before it is written, in as few stores as can be:
 * this runs for every command. */
static inline void semu_init(struct scsiemu_lu *lu, struct scsiemu_cmd *c,
			     struct semu_ctx *x, struct scsiemu_nexus *n)
{
	memset(&c->want, 0,
	       offsetof(struct scsiemu_cmd, lu) -
		       offsetof(struct scsiemu_cmd, want));
	memset(&c->status, 0,
	       offsetof(struct scsiemu_cmd, response_info) -
		       offsetof(struct scsiemu_cmd, status));
	memset(&x->got, 0,
	       offsetof(struct semu_ctx, ready) -
		       offsetof(struct semu_ctx, got));
	c->lu = lu;
	c->info = SCSIEMU_NO_INFO;
	x->entry.cmd = c;
	x->entry.lu = lu;
	x->entry.cls = SCSIEMU_C_INFO;
	x->entry.attr = SCSIEMU_SIMPLE;
	x->entry.waiting = x->entry.linked = x->entry.counted = false;
	x->lu = lu;
	x->nexus = n;
	x->step = NULL;
}

/* Results are valid: GOOD, nothing aborted, nothing pinned. */
static inline int semu_done_good(struct scsiemu_cmd *c, struct semu_ctx *x,
				 const struct scsiemu_lu *lu)
{
	c->want = SCSIEMU_DONE;
	c->descr = lu->descr;
	x->phase = SEMU_P_DONE;
	semu_trace(lu, SCSIEMU_EV_DONE, c, 0);
	return SCSIEMU_DONE;
}

/* FUA and DPO of a CDB, as want flags: their bits sit alike, in the byte that
 * has PROTECT. READ(6) and WRITE(6) have neither. */
static inline unsigned semu_cache_flags(const struct scsiemu_cmd *c,
					const struct scsiemu_row *row)
{
	if (SEMU_UNLIKELY(!row->prot_at))
		return 0;
	return c->cdb[row->prot_at] >> 2 & (SCSIEMU_FUA | SCSIEMU_DPO);
}

/* The only want of a READ or WRITE row whose LBA and count are in range. */
static inline int semu_begin_rw(struct scsiemu_cmd *c, struct semu_ctx *x,
				struct scsiemu_lu *lu,
				const struct scsiemu_row *row, uint64_t lba,
				uint32_t count)
{
	uint32_t len = count * lu->cap.blen;
	unsigned flags = SCSIEMU_LAST | semu_cache_flags(c, row);
	unsigned odd = SEMU_WITH_PARTS ? x->odd : 0;
	bool plain = !(lu->traced | odd);

	if (SEMU_LIKELY(row->kind == SCSIEMU_K_READ)) {
		c->in_all = len;
		c->len = semu_min32(len, c->in_len);
		c->want = SCSIEMU_READ;
	} else {
		c->out_all = len;
		c->len = len;
		if (SEMU_UNLIKELY(c->out_len < len)) /* whole blocks only */
			c->len = c->out_len - c->out_len % lu->cap.blen;
		c->want = SCSIEMU_WRITE;
		flags |= lu->wflags;
	}
	if (SEMU_UNLIKELY(!c->len))
		return plain ? semu_done_good(c, x, lu) : semu_done(c);
	if (SEMU_UNLIKELY(odd)) /* watched: its status may still change */
		flags &= ~(unsigned)SCSIEMU_LAST;
	c->flags = (uint16_t)flags;
	c->addr = lba;
	if (SEMU_LIKELY(!x->entry.linked))
		semu_link(&x->entry, lu);
	x->phase = SEMU_LIKELY(plain) ? SEMU_P_BULK : SEMU_P_OUT;
	semu_trace(lu, SCSIEMU_EV_WANT, c, c->want);
	return c->want;
}

static inline bool semu_in_range(const struct scsiemu_lu *lu, uint64_t lba,
				 uint32_t count)
{
	return count <= lu->cap.max_blk && lba < lu->cap.nblk &&
	       count <= lu->cap.nblk - lba;
}

/* Nothing keeps commands of this nexus from running here. */
static inline bool semu_usual_state(const struct semu_itl *itl,
				    const struct scsiemu_lu *lu)
{
	return itl && !(itl->ua | lu->guards);
}

#endif
