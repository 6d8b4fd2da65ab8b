/* SPDX-License-Identifier: BSD-2-Clause */
/* transport/slots.c - see slots.h. */
#include <transport/slots.h>

#include <string.h>

void *semu_slots_more(struct semu_slots *s)
{
	struct scsiemu_task *t = s->alloc->alloc(s->alloc->ctx,
						 s->size + s->scratch);

	if (!t)
		return NULL;
	memset(t, 0, s->size);
	t->cmd.scratch = (uint8_t *)t + s->size;
	t->cmd.scratch_len = s->scratch;
	s->live++;
	return t;
}

void semu_slots_end(struct semu_slots *s)
{
	while (s->free) {
		struct scsiemu_task *t = s->free;

		s->free = t->cmd.user;
		s->alloc->free(s->alloc->ctx, t);
	}
}
