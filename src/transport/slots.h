/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/slots.h - an adapter's commands: objects that begin with a struct
 * scsiemu_task, each with scratch memory of its own. What is given back is kept
 * for the next command: after warm-up nothing is allocated or freed.
 */
#ifndef SEMU_TRANSPORT_SLOTS_H
#define SEMU_TRANSPORT_SLOTS_H

#include <scsiemu/pump.h>

struct semu_slots {
	const struct scsiemu_allocator *alloc;
	struct scsiemu_task *free; /* linked by cmd.user */
	uint32_t size, scratch;	   /* of one object; of its scratch */
	uint32_t live;		   /* taken and not given back */
};

void *semu_slots_more(struct semu_slots *s);

static inline void semu_slots_init(struct semu_slots *s,
				   const struct scsiemu_allocator *a,
				   uint32_t size, uint32_t scratch)
{
	*s = (struct semu_slots){ a, NULL, (size + 7) & ~7u,
				  (scratch + 7) & ~7u, 0 };
}

/* Of cmd, scratch is set, nexus, attr and tmf are zeros the first time; these,
 * and what the adapter has behind the task, are as they were left. NULL: no
 * memory. */
static inline void *semu_slots_take(struct semu_slots *s)
{
	struct scsiemu_task *t = s->free;

	if (!t)
		return semu_slots_more(s);
	s->free = t->cmd.user;
	s->live++;
	return t;
}

/* After scsiemu_pump_sent(). */
static inline void semu_slots_give(struct semu_slots *s, void *slot)
{
	struct scsiemu_task *t = slot;

	t->cmd.user = s->free;
	s->free = t;
	s->live--;
}

/* All must have been given back. */
void semu_slots_end(struct semu_slots *s);

#endif
