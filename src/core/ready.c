/* SPDX-License-Identifier: BSD-2-Clause */
/* The device's list of commands that can go on, and its wall clock. */
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
	semu_ctx(c)->odd &= (uint16_t)~SEMU_ON_READY;
}

struct scsiemu_cmd *scsiemu_ready(struct scsiemu_device *d)
{
	struct scsiemu_cmd *c = d->ready_head;

	if (c)
		semu_ready_remove(c);
	return c;
}

void scsiemu_device_wall(struct scsiemu_device *d, uint64_t unix_ms)
{
	d->wall = unix_ms;
	d->wall_at = d->now;
	d->timestamp_origin = 3;
}
