/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logical units that wait for a time: idle timers, background work, transitions
 * (ruling 16). A list of those that do, one deadline each; their parts know
 * what it was for. Ten thousand logical units without a timer cost nothing.
 */
#include "core/engine.h"

#if SEMU_WITH_LU_TIMERS
void semu_lu_timer(struct scsiemu_lu *lu, uint64_t ms)
{
	if (lu->timer && lu->timer <= ms)
		return;
	if (!lu->timer) {
		lu->timer_next = lu->dev->lu_timers;
		lu->dev->lu_timers = lu;
	}
	lu->timer = ms ? ms : 1; /* 0: off */
	semu_due(lu->dev, lu->timer);
}

void semu_lu_timer_off(struct scsiemu_lu *lu)
{
	struct scsiemu_lu **p = &lu->dev->lu_timers;

	if (!lu->timer)
		return;
	while (*p != lu)
		p = &(*p)->timer_next;
	*p = lu->timer_next;
	lu->timer = 0;
}

static uint64_t earliest(const struct scsiemu_device *d)
{
	uint64_t next = UINT64_MAX;

	for (const struct scsiemu_lu *lu = d->lu_timers; lu;
	     lu = lu->timer_next)
		if (lu->timer < next)
			next = lu->timer;
	return next;
}

uint64_t semu_lu_timers(struct scsiemu_device *d)
{
	struct scsiemu_lu *lu, *after;

	for (lu = d->lu_timers; lu; lu = after) {
		after = lu->timer_next;
		if (lu->timer > d->now)
			continue;
		semu_lu_timer_off(lu);
		semu_parts_tick(lu);
	}
	return earliest(d);
}
#else
void semu_lu_timer(struct scsiemu_lu *lu, uint64_t ms)
{
	(void)lu, (void)ms;
}

void semu_lu_timer_off(struct scsiemu_lu *lu)
{
	(void)lu;
}

uint64_t semu_lu_timers(struct scsiemu_device *d)
{
	(void)d;
	return UINT64_MAX;
}
#endif
