/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What time and hanging stores make necessary: zombies (aborted, their want
 * still out), and commands with a deadline (TMFs that wait for zombies, replies
 * that pin facts, steps that take a time). Both lists are short: linear search
 * will do.
 */
#include "core/engine.h"

static void set_now(struct scsiemu_device *d, uint64_t now_ms)
{
#if SEMU_WITH_PARTS
	if (!d->told) {
		d->told = true;
		d->began = now_ms;
	}
#endif
	d->now = now_ms;
}

#if SEMU_WITH_QUEUE
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
	semu_due(d, deadline);
}

void semu_timer_remove(struct scsiemu_cmd *c)
{
	struct scsiemu_cmd **p = &semu_ctx(c)->lu->dev->timers;

	while (*p && *p != c)
		p = &semu_ctx(*p)->timer;
	if (*p)
		*p = semu_ctx(c)->timer;
}

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

static void tmf_expired(struct scsiemu_cmd *c)
{
	semu_timer_remove(c);
	semu_done(c);
	semu_ready_push(c);
}

int scsiemu_want_delay(struct scsiemu_cmd *c, uint32_t ms)
{
	struct semu_ctx *x = semu_ctx(c);

	x->phase = SEMU_P_WAIT;
	x->resume = SEMU_RESUME_STEP;
	x->odd |= SEMU_DELAYED;
	c->want = SCSIEMU_WAIT;
	c->len = 0;
	semu_timer_add(c, x->lu->dev->now + ms);
	return SCSIEMU_WANTS;
}

static void delay_over(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	semu_timer_remove(c);
	x->odd &= (uint16_t)~SEMU_DELAYED;
	x->phase = SEMU_P_READY;
	semu_ready_push(c);
}

uint64_t scsiemu_device_tick(struct scsiemu_device *d, uint64_t now_ms)
{
	uint64_t next;
	struct scsiemu_cmd *c, *after;

	set_now(d, now_ms);
	for (c = d->timers; c; c = after) {
		after = semu_ctx(c)->timer;
		if (semu_ctx(c)->deadline > now_ms)
			continue;
#if SEMU_WITH_PR
		if (semu_ctx(c)->odd & SEMU_FENCING) {
			semu_fence_end(c);
			continue;
		}
#endif
		if (c->tmf)
			tmf_expired(c);
		else if (semu_ctx(c)->odd & SEMU_DELAYED)
			delay_over(c);
		else
			pin_expired(c, now_ms);
	}
	next = semu_lu_timers(d);
	for (c = d->timers; c; c = semu_ctx(c)->timer)
		if (semu_ctx(c)->deadline < next)
			next = semu_ctx(c)->deadline;
	d->due = next;
	return next;
}
#else
uint64_t scsiemu_device_tick(struct scsiemu_device *d, uint64_t now_ms)
{
	set_now(d, now_ms);
	if (!SEMU_WITH_LU_TIMERS)
		return UINT64_MAX;
	d->due = semu_lu_timers(d);
	return d->due;
}
#endif

uint64_t scsiemu_device_due(const struct scsiemu_device *d)
{
	return SEMU_WITH_QUEUE || SEMU_WITH_LU_TIMERS ? d->due : UINT64_MAX;
}

void scsiemu_device_time(struct scsiemu_device *d, uint64_t now_ms)
{
	set_now(d, now_ms);
}
