/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/mailbox.c - see mailbox.h. Messages lie one behind the other in a ring,
 * each in one piece: one that does not fit in front of the end begins at 0, and
 * `wrap` is where those in front of it end.
 */
#include "host/mailbox.h"

#include <stdlib.h>

struct message {
	uint32_t len, taken; /* bytes in all; of them gone */
	uint64_t pad_;	     /* so that the bytes are max-aligned */
};

struct semu_mailbox {
	uint32_t size;
	uint32_t head, tail; /* the oldest begins; the next one will */
	uint32_t wrap;	     /* while tail has gone round and head has not */
	uint32_t count;
	uint8_t *bytes;
};

static uint32_t room_of(uint32_t len)
{
	return (uint32_t)sizeof(struct message) + ((len + 15) & ~15u);
}

static struct message *at(struct semu_mailbox *m, uint32_t pos)
{
	return (struct message *)(void *)(m->bytes + pos);
}

struct semu_mailbox *semu_mailbox_open(uint32_t size)
{
	struct semu_mailbox *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->size = size & ~15u;
	m->bytes = malloc(m->size);
	if (m->bytes)
		return m;
	free(m);
	return NULL;
}

void semu_mailbox_close(struct semu_mailbox *m)
{
	if (!m)
		return;
	free(m->bytes);
	free(m);
}

/* Is there room for so much? Then tail is where. */
static bool find_room(struct semu_mailbox *m, uint32_t need)
{
	if (!m->count)
		m->head = m->tail = m->wrap = 0;
	if (m->count && m->tail <= m->head)
		return need <= m->head - m->tail;
	if (need <= m->size - m->tail)
		return true;
	if (need > m->head)
		return false;
	m->wrap = m->tail;
	m->tail = 0;
	return true;
}

static int begin(void *ctx, const struct scsiemu_nexus *from, uint32_t len,
		 void **message)
{
	struct semu_mailbox *m = ctx;

	(void)from;
	if (room_of(len) > m->size)
		return SCSIEMU_E_RANGE;
	if (!find_room(m, room_of(len)))
		return SCSIEMU_E_BUSY;
	*message = at(m, m->tail);
	*at(m, m->tail) = (struct message){ .len = len };
	return 0;
}

static void *room(void *ctx, void *message, uint32_t off, uint32_t *len)
{
	(void)ctx, (void)len;
	return (uint8_t *)((struct message *)message + 1) + off;
}

static int end(void *ctx, void *message, bool whole)
{
	struct semu_mailbox *m = ctx;

	if (!whole)
		return 0;
	m->tail += room_of(((struct message *)message)->len);
	m->count++;
	return 0;
}

static const void *next(void *ctx, const struct scsiemu_nexus *to,
			uint32_t *len)
{
	struct semu_mailbox *m = ctx;
	struct message *g = at(m, m->head);

	(void)to;
	if (!m->count)
		return NULL;
	*len = g->len - g->taken;
	return (uint8_t *)(g + 1) + g->taken;
}

static void taken(void *ctx, const struct scsiemu_nexus *to, uint32_t len)
{
	struct semu_mailbox *m = ctx;
	struct message *g = at(m, m->head);

	(void)to;
	g->taken += len;
	if (g->taken < g->len)
		return;
	m->count--;
	m->head += room_of(g->len);
	if (m->head == m->wrap && m->tail < m->head)
		m->head = m->wrap = 0;
}

const struct scsiemu_proc_ops semu_mailbox_ops = { .size = sizeof(
							   semu_mailbox_ops),
						   .begin = begin,
						   .room = room,
						   .end = end,
						   .next = next,
						   .taken = taken };
