/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The task set of a logical unit: who runs beside whom (rulings A9), and pins
 * (A7). A list, oldest first (HEAD OF QUEUE in front); a counter of those that
 * could block others or are blocked makes it free when there are none.
 */
#include "core/engine.h"

static bool slow(const struct semu_entry *e)
{
	return e->cls > SCSIEMU_C_RW || e->attr != SCSIEMU_SIMPLE;
}

void semu_link(struct semu_entry *e, bool front)
{
	struct scsiemu_lu *lu = e->lu;

	if (front || !lu->tail) {
		e->prev = NULL;
		e->next = lu->head;
	} else {
		e->prev = lu->tail;
		e->next = NULL;
	}
	if (e->prev)
		e->prev->next = e;
	else
		lu->head = e;
	if (e->next)
		e->next->prev = e;
	else
		lu->tail = e;
	e->linked = true;
	if (e->waiting || slow(e))
		lu->nslow++;
}

void semu_unlink(struct semu_entry *e)
{
	struct scsiemu_lu *lu = e->lu;

	if (e->prev)
		e->prev->next = e->next;
	else
		lu->head = e->next;
	if (e->next)
		e->next->prev = e->prev;
	else
		lu->tail = e->prev;
	e->linked = false;
	if (e->waiting || slow(e))
		lu->nslow--;
}

static bool overlap(const struct semu_entry *a, const struct semu_entry *b)
{
	if (a->nblk == UINT64_MAX || b->nblk == UINT64_MAX)
		return true;
	return a->lba < b->lba + b->nblk && b->lba < a->lba + a->nblk;
}

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
		return false;
	return overlap(old, e);
}

static bool blocked(const struct semu_entry *e)
{
	for (const struct semu_entry *old = e->lu->head; old != e;
	     old = old->next)
		if (old->cmd != e->cmd && blocks(old, e))
			return true;
	return false;
}

/* Into the task set; true when it must wait there. */
static bool enter(struct semu_entry *e)
{
	struct scsiemu_lu *lu = e->lu;

	semu_link(e, e->attr == SCSIEMU_HEAD);
	if (SEMU_LIKELY(lu->nslow == 0))
		return false;
	/* In front of a HEAD OF QUEUE command nothing is linked, but what runs
	 * already may still hold its extent. */
	if (e->attr == SCSIEMU_HEAD) {
		for (struct semu_entry *old = e->next; old; old = old->next)
			if (blocks(old, e))
				e->waiting = true;
	} else {
		e->waiting = blocked(e);
	}
	if (e->waiting && !slow(e))
		lu->nslow++;
	return e->waiting;
}

bool semu_order(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	struct semu_entry *e = &x->entry;

	e->cls = x->row->cls;
	e->attr = c->attr;
	e->lba = x->lba;
	e->nblk = x->count;
	if (SEMU_UNLIKELY(!(x->row->flags & SCSIEMU_ROW_BLOCKS) ||
			  x->row->flags & SCSIEMU_ROW_WHOLE_LU))
		e->nblk = UINT64_MAX;
	if (SEMU_LIKELY(!slow(e) && !x->lu->nslow))
		return false;
	if (!enter(e))
		return false;
	x->phase = SEMU_P_WAIT;
	x->resume = SEMU_RESUME_CHECK;
	c->want = SCSIEMU_WAIT;
	return true;
}

/* Is a HEAD OF QUEUE waiter still behind something that runs? */
static bool head_blocked(const struct semu_entry *e)
{
	for (const struct semu_entry *old = e->lu->head; old; old = old->next)
		if (old != e && old->cmd != e->cmd && !old->waiting &&
		    blocks(old, e))
			return true;
	return false;
}

void semu_wake(struct scsiemu_lu *lu)
{
	for (struct semu_entry *e = lu->head; e; e = e->next) {
		if (!e->waiting ||
		    (e->attr == SCSIEMU_HEAD ? head_blocked(e) : blocked(e)))
			continue;
		e->waiting = false;
		if (!slow(e))
			lu->nslow--;
		semu_ctx(e->cmd)->phase = SEMU_P_READY;
		semu_ready_push(e->cmd);
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

	x->pinned = true;
	x->lu->pins++;
	semu_timer_add(c, x->lu->dev->now + x->lu->dev->limits.pin_ms);
}

void semu_unpin(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	x->pinned = false;
	semu_timer_remove(c);
	if (--x->lu->pins == 0)
		semu_release_held(x->lu);
}

void semu_release_held(struct scsiemu_lu *lu)
{
	for (struct semu_entry *e = lu->head; e; e = e->next) {
		struct semu_ctx *x = semu_ctx(e->cmd);

		if (x->phase != SEMU_P_HELD)
			continue;
		x->phase = SEMU_P_READY;
		semu_ready_push(e->cmd);
	}
}
