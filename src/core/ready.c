/* SPDX-License-Identifier: BSD-2-Clause */
/* The device's lists of commands: ready, zombies, timers; and time. */
#include "core/engine.h"

void semu_ready_push(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	struct scsiemu_device *d = x->lu->dev;

	if (x->odd & SEMU_ON_READY)
		return;
	x->odd |= SEMU_ON_READY;
	x->ready = NULL;
	if (d->ready_tail)
		semu_ctx(d->ready_tail)->ready = c;
	else
		d->ready_head = c;
	d->ready_tail = c;
}

void semu_ready_remove(struct scsiemu_cmd *c)
{
	struct scsiemu_device *d = semu_ctx(c)->lu->dev;
	struct scsiemu_cmd **p = &d->ready_head, *prev = NULL;

	while (*p != c) {
		prev = *p;
		p = &semu_ctx(prev)->ready;
	}
	*p = semu_ctx(c)->ready;
	if (d->ready_tail == c)
		d->ready_tail = prev;
	semu_ctx(c)->odd &= (uint8_t)~SEMU_ON_READY;
}

struct scsiemu_cmd *scsiemu_ready(struct scsiemu_device *d)
{
	struct scsiemu_cmd *c = d->ready_head;

	if (c)
		semu_ready_remove(c);
	return c;
}

void semu_zombie_add(struct scsiemu_cmd *c)
{
	struct scsiemu_device *d = semu_ctx(c)->lu->dev;

	semu_ctx(c)->zombie = d->zombies;
	d->zombies = c;
}

void semu_zombie_remove(struct scsiemu_cmd *c)
{
	struct scsiemu_device *d = semu_ctx(c)->lu->dev;
	struct scsiemu_cmd **p = &d->zombies;

	while (*p && *p != c)
		p = &semu_ctx(*p)->zombie;
	if (!*p)
		return;
	*p = semu_ctx(c)->zombie;
	semu_tmf_check(d);
}

void semu_timer_add(struct scsiemu_cmd *c, uint64_t deadline)
{
	struct scsiemu_device *d = semu_ctx(c)->lu->dev;

	semu_ctx(c)->deadline = deadline;
	semu_ctx(c)->timer = d->timers;
	d->timers = c;
}

void semu_timer_remove(struct scsiemu_cmd *c)
{
	struct scsiemu_cmd **p = &semu_ctx(c)->lu->dev->timers;

	while (*p && *p != c)
		p = &semu_ctx(*p)->timer;
	if (*p)
		*p = semu_ctx(c)->timer;
}

#if SEMU_WITH_QUEUE
/* Is a change of facts held back on this LU? */
static bool somebody_held(struct scsiemu_lu *lu)
{
	for (const struct semu_entry *e = semu_first(lu); !semu_at_end(lu, e);
	     e = semu_after(e))
		if (semu_ctx(e->cmd)->phase == SEMU_P_HELD)
			return true;
	return false;
}

/* A reply that its initiator does not take loses its pin, and the command, as
 * soon as somebody waits for it (A7). */
static void pin_expired(struct scsiemu_cmd *c, uint64_t now)
{
	struct semu_ctx *x = semu_ctx(c);

	if (!somebody_held(x->lu)) {
		x->deadline = now + x->lu->dev->limits.pin_ms;
		return;
	}
	semu_unpin(c);
	if (c->off + c->len >= x->total)
		return; /* the facts were read, status may be on its way */
	scsiemu_fail(c, SCSIEMU_SK_ABORTED_COMMAND, SCSIEMU_ASC_NONE);
	x->total = c->off; /* its did() is the last */
}
#endif

static void tmf_expired(struct scsiemu_cmd *c)
{
	semu_timer_remove(c);
	semu_done(c);
	semu_ready_push(c);
}

uint64_t scsiemu_device_tick(struct scsiemu_device *d, uint64_t now_ms)
{
	uint64_t next = UINT64_MAX;
	struct scsiemu_cmd *c, *after;

	d->now = now_ms;
	for (c = d->timers; c; c = after) {
		after = semu_ctx(c)->timer;
		if (semu_ctx(c)->deadline > now_ms)
			continue;
		if (c->tmf)
			tmf_expired(c);
#if SEMU_WITH_QUEUE
		else
			pin_expired(c, now_ms);
#endif
	}
	for (c = d->timers; c; c = semu_ctx(c)->timer)
		if (semu_ctx(c)->deadline < next)
			next = semu_ctx(c)->deadline;
	return next;
}

void scsiemu_device_wall(struct scsiemu_device *d, uint64_t unix_ms)
{
	d->wall = unix_ms;
	d->wall_at = d->now;
	d->timestamp_origin = 3;
}
