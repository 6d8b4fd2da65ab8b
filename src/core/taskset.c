/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The task set of a logical unit: who runs beside whom (rulings A9), and pins
 * (A7). A list, oldest first (HEAD OF QUEUE in front); a counter of those that
 * could block others or are blocked makes it free when there are none.
 */
#include "core/engine.h"

#if SEMU_WITH_QUEUE

/* How many blocks it is about; UINT64_MAX: the whole LU. */
static uint64_t extent(const struct semu_entry *e)
{
	const struct semu_ctx *x = semu_ctx(e->cmd);

	if (e != &x->entry)
		return e->nblk;
	if (!(x->row->flags & SCSIEMU_ROW_BLOCKS) ||
	    x->row->flags & SCSIEMU_ROW_WHOLE_LU)
		return UINT64_MAX;
	/* WRITE SAME of 0 blocks: to the end. A flush stops nobody. */
	if (!x->count && x->row->flags & SCSIEMU_ROW_LONG &&
	    x->row->stops & SCSIEMU_ON_PROTECTED)
		return UINT64_MAX - e->lba;
	return x->count;
}

static bool overlap(const struct semu_entry *a, const struct semu_entry *b)
{
	uint64_t an = extent(a), bn = extent(b);

	if (an == UINT64_MAX || bn == UINT64_MAX)
		return true;
	return a->lba < b->lba + bn && b->lba < a->lba + an;
}

#if SEMU_WITH_ZONES
/* The lanes that it writes, or makes durable: [*first, *last]. */
static bool lanes(const struct semu_entry *e, uint64_t *first, uint64_t *last)
{
	const struct scsiemu_row *row = semu_ctx(e->cmd)->row;
	const struct scsiemu_lu *lu = e->lu;
	uint64_t n = extent(e), to;

	if (e != &semu_ctx(e->cmd)->entry ||
	    !(row->stops & SCSIEMU_ON_PR_WRITE) || e->lba >= lu->cap.nblk ||
	    !(row->flags & (SCSIEMU_ROW_BLOCKS | SCSIEMU_ROW_WHOLE_LU)))
		return false;
	if (!n && row->flags & SCSIEMU_ROW_LONG)
		n = UINT64_MAX;
	to = n < lu->cap.nblk - e->lba ? e->lba + n : lu->cap.nblk;
	if (!n || to <= lu->lane_from)
		return false;
	*first = (e->lba > lu->lane_from ? e->lba : lu->lane_from) >>
		 lu->lane_shift;
	*last = (to - 1) >> lu->lane_shift;
	return true;
}

/* Two that go on behind each other in one lane: which of them succeeds, and how
 * far, decides what the other may do. */
static bool same_lane(const struct semu_entry *a, const struct semu_entry *b)
{
	uint64_t a1, a2, b1, b2;

	return a->lu->lane_shift && lanes(a, &a1, &a2) && lanes(b, &b1, &b2) &&
	       a1 <= b2 && b1 <= a2;
}
#else
static inline bool same_lane(const struct semu_entry *a,
			     const struct semu_entry *b)
{
	(void)a, (void)b;
	return false;
}
#endif

/* Does old, in front of e in the task set, keep e from running? */
static bool blocks(const struct semu_entry *old, const struct semu_entry *e)
{
	if (old->cls == SCSIEMU_C_INFO)
		return false;
	/* SAM-5 8.6: attributes */
	if (e->attr == SCSIEMU_ORDERED)
		return true;
	if (e->attr == SCSIEMU_SIMPLE && old->attr != SCSIEMU_SIMPLE)
		return true;
	/* a HEAD OF QUEUE command passes those that only wait */
	if (e->attr == SCSIEMU_HEAD && old->waiting)
		return false;
	if (old->cls == SCSIEMU_C_LU || e->cls == SCSIEMU_C_LU)
		return true;
	if (old->cls == SCSIEMU_C_RW && e->cls == SCSIEMU_C_RW)
		return same_lane(old, e);
	return overlap(old, e);
}

/* A HEAD OF QUEUE entry stands in front, but what runs already may still hold
 * its extent. */
static bool head_blocked(const struct semu_entry *e)
{
	const struct scsiemu_lu *lu = e->lu;

	for (const struct semu_entry *old = semu_after(e);
	     !semu_at_end(lu, old); old = semu_after(old))
		if (old->cmd != e->cmd && !old->waiting && blocks(old, e))
			return true;
	return false;
}

static bool blocked(const struct semu_entry *e)
{
	if (semu_aca_holds(e))
		return true;
	if (e->attr == SCSIEMU_HEAD && head_blocked(e))
		return true;
	for (const struct semu_entry *old = semu_first(e->lu); old != e;
	     old = semu_after(old))
		if (old->cmd != e->cmd && blocks(old, e))
			return true;
	return false;
}

/* Into the task set; true when it must wait there. */
static bool enter(struct semu_entry *e)
{
	struct scsiemu_lu *lu = e->lu;

	if (e->attr == SCSIEMU_HEAD)
		semu_insert(e, &lu->tasks);
	else
		semu_insert(e, lu->tasks.prev);
	e->waiting = blocked(e);
	e->counted = e->waiting || semu_entry_slow(e);
	if (e->counted)
		lu->nslow++;
	return e->waiting;
}

/* The row's class, attribute and extent are in the entry. */
bool semu_order_slow(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (!enter(&x->entry))
		return false;
	x->phase = SEMU_P_WAIT;
	x->resume = SEMU_RESUME_CHECK;
	c->want = SCSIEMU_WAIT;
	return true;
}

void semu_wake(struct scsiemu_lu *lu)
{
	for (struct semu_entry *e = semu_first(lu); !semu_at_end(lu, e);
	     e = semu_after(e)) {
		if (!e->waiting || blocked(e))
			continue;
		e->waiting = false;
		if (!semu_entry_slow(e)) {
			e->counted = false;
			lu->nslow--;
		}
		semu_ctx(e->cmd)->phase = SEMU_P_READY;
		semu_ready_push(e->cmd);
	}
}

void semu_leave_other(struct semu_entry *e)
{
	struct scsiemu_lu *lu = e->lu;

	semu_unlink(e, lu);
	semu_wake(lu);
#if SEMU_WITH_REMOVE
	if (lu->removed)
		semu_lu_cmd_gone(lu);
#endif
}

void semu_leave(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (x->entry.waiting) {
		x->entry.waiting = false;
		semu_unlink(&x->entry, x->lu);
		semu_wake(x->lu);
	}
	for (unsigned i = 0; i < 2 && x->odd & SEMU_ELSEWHERE; i++) {
		if (!x->other[i] || !x->other[i]->waiting)
			continue;
		semu_leave_other(x->other[i]);
		x->other[i] = NULL;
	}
}

void semu_cmd_yield(struct scsiemu_cmd *c)
{
	struct semu_entry *e = &semu_ctx(c)->entry;

	e->cls = SCSIEMU_C_INFO;
	e->attr = SCSIEMU_SIMPLE;
	if (e->counted)
		e->lu->nslow--;
	e->counted = false;
	if (e->lu->nslow)
		semu_wake(e->lu);
}

void semu_cmd_leave(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	for (unsigned i = 0; i < 2 && x->odd & SEMU_ELSEWHERE; i++) {
		if (x->other[i])
			semu_leave_other(x->other[i]);
		x->other[i] = NULL;
	}
}

int scsiemu_cmd_enter(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
		      enum scsiemu_class cls, uint64_t lba, uint64_t nblk,
		      void *entry)
{
	struct semu_ctx *x = semu_ctx(c);
	struct semu_entry *e = entry;

	*e = (struct semu_entry){ .cmd = c,
				  .lu = lu,
				  .lba = lba,
				  .nblk = nblk,
				  .cls = (uint8_t)cls };
	if (!(x->odd & SEMU_ELSEWHERE))
		x->other[0] = x->other[1] = NULL;
	x->odd |= SEMU_ELSEWHERE;
	x->other[x->other[0] ? 1 : 0] = e;
	if (!enter(e))
		return SCSIEMU_FINISHED;
	x->phase = SEMU_P_WAIT;
	x->resume = SEMU_RESUME_STEP;
	c->want = SCSIEMU_WAIT;
	c->len = 0;
	return SCSIEMU_WANTS;
}

void semu_pin(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	x->odd |= SEMU_PINNED;
	x->lu->pins++;
	semu_timer_add(c, x->lu->dev->now + x->lu->dev->limits.pin_ms);
}

void semu_unpin(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	x->odd &= (uint16_t)~SEMU_PINNED;
	semu_timer_remove(c);
	if (--x->lu->pins == 0)
		semu_release_held(x->lu);
}

void semu_release_held(struct scsiemu_lu *lu)
{
	for (struct semu_entry *e = semu_first(lu); !semu_at_end(lu, e);
	     e = semu_after(e)) {
		struct semu_ctx *x = semu_ctx(e->cmd);

		if (x->phase != SEMU_P_HELD)
			continue;
		x->phase = SEMU_P_READY;
		semu_ready_push(e->cmd);
	}
}
#endif
