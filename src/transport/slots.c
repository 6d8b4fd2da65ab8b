/* SPDX-License-Identifier: BSD-2-Clause */
/* transport/slots.c - see slots.h. */
#include <transport/slots.h>

#include <string.h>

void *semu_slots_take(struct semu_slots *s)
{
	struct scsiemu_task *t = s->free;

	if (t) {
		s->free = t->cmd.user;
	} else {
		t = s->alloc->alloc(s->alloc->ctx, s->size + s->scratch);
		if (!t)
			return NULL;
		memset(t, 0, s->size);
	}
	t->cmd.user = NULL;
	t->cmd.nexus = NULL;
	t->cmd.in_len = t->cmd.out_len = 0;
	t->cmd.attr = SCSIEMU_SIMPLE;
	t->cmd.tmf = SCSIEMU_TMF_NONE;
	t->cmd.scratch = (uint8_t *)t + s->size;
	t->cmd.scratch_len = s->scratch;
	s->live++;
	return t;
}

void semu_slots_give(struct semu_slots *s, void *slot)
{
	struct scsiemu_task *t = slot;

	t->cmd.user = s->free;
	s->free = t;
	s->live--;
}

void semu_slots_each(const struct semu_slots *s,
		     void (*f)(struct scsiemu_task *t, void *ctx), void *ctx)
{
	for (struct scsiemu_task *t = s->free; t; t = t->cmd.user)
		f(t, ctx);
}

void semu_slots_end(struct semu_slots *s)
{
	while (s->free) {
		struct scsiemu_task *t = s->free;

		s->free = t->cmd.user;
		s->alloc->free(s->alloc->ctx, t);
	}
}
