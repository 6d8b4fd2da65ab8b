/* SPDX-License-Identifier: BSD-2-Clause */
/* vscsi/data.c - bytes between the host and our memory, in order. */
#include <transport/vscsi/vscsi.h>

#include <errno.h>
#include <string.h>

/* What the host has in a command, as a rule all of it (MAXPHYS). */
#define PIECE 65536u

/* Of what must not be cut: far more than the host has in a command. */
#define LONGEST (16u << 20)

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* As move(): it failed at first. */
static SEMU_VSCSI_COLD bool move_again(struct semu_vscsi_cmd *c,
				       unsigned long request)
{
	struct scsiemu_vscsi *v = c->target->v;
	int error = semu_vscsi_again(v, request, &v->data);

	if (error == EFAULT)
		c->state |= SEMU_VSCSI_LOST;
	else if (error)
		semu_vscsi_break(v, "data cannot be moved", error);
	return !error;
}

/* n bytes at p, the next of this direction. false: not to be had. */
static inline bool move(struct scsiemu_vscsi *v, struct semu_vscsi_cmd *c,
			unsigned long request, uint8_t *p, uint32_t n)
{
	if (c->state & SEMU_VSCSI_LOST || v->broken)
		return false;
	v->data.tag = c->tag;
	v->data.data = p;
	v->data.datalen = n;
	return semu_vscsi_call(v, request, &v->data) || move_again(c, request);
}

static bool move_all(struct semu_vscsi_cmd *c, unsigned long request,
		     uint8_t *p, uint32_t len)
{
	struct scsiemu_vscsi *v = c->target->v;

	while (len) {
		uint32_t n = least(len, PIECE);

		if (!move(v, c, request, p, n))
			return false;
		p += n;
		len -= n;
	}
	return true;
}

/* ---- Windows ---- */

/* What is there stays. By doubling, so that a command's buffer is soon as long
 * as it will ever be. */
static bool make_room(struct semu_vscsi_cmd *c, uint32_t n)
{
	const struct scsiemu_allocator *a = c->target->v->alloc;
	uint32_t room = 512;
	uint8_t *buf;

	if (n <= c->room)
		return true;
	if (n > LONGEST)
		return false;
	while (room < n)
		room *= 2;
	buf = a->alloc(a->ctx, room);
	if (!buf)
		return false;
	if (c->buf) {
		memcpy(buf, c->buf, c->have);
		a->free(a->ctx, c->buf);
	}
	c->buf = buf;
	c->room = room;
	return true;
}

/* Throw away what lies before off. */
static bool advance(struct semu_vscsi_cmd *c, uint32_t off)
{
	uint32_t n = least(off - c->at, c->have);

	c->at += n;
	c->have -= n;
	memmove(c->buf, c->buf + n, c->have);
	for (; c->at < off; c->at += n) {
		n = least(least(off - c->at, c->room), PIECE);
		if (!move(c->target->v, c, VSCSI_DATA_WRITE, c->buf, n))
			return false;
	}
	return true;
}

/* Make the buffer n bytes from off on. */
static bool fetch(struct semu_vscsi_cmd *c, uint32_t off, uint32_t n)
{
	if (off < c->at || !make_room(c, n) || !advance(c, off))
		return false;
	if (c->have < n &&
	    !move_all(c, VSCSI_DATA_WRITE, c->buf + c->have, n - c->have))
		return false;
	c->have = c->have < n ? n : c->have;
	return true;
}

/* Data-out from off on: n bytes, or what is there. How many; 0: it cannot be
 * had. */
static uint32_t out(struct semu_vscsi_cmd *c, uint32_t off, uint32_t n,
		    bool whole)
{
	uint32_t skip = off - c->at;

	if (off >= c->at && skip < c->have && !whole)
		return least(n, c->have - skip);
	return fetch(c, off, n) ? n : 0;
}

static __attribute__((noinline)) int window(void *port, struct scsiemu_task *t,
					    bool in, uint32_t off, uint32_t len,
					    bool whole, struct scsiemu_vec *v,
					    unsigned *nv)
{
	struct semu_vscsi_cmd *c = (struct semu_vscsi_cmd *)t;
	uint32_t n = whole ? len : least(len, PIECE);

	(void)port;
	if (!in)
		n = out(c, off, n, whole);
	else if (make_room(c, n))
		c->at = off;
	else
		n = 0;
	if (!n)
		return SCSIEMU_E_TRANSPORT;
	v->base = c->buf + (off - c->at);
	v->len = n;
	*nv = 1;
	return 0;
}

/* As a rule it is data-out that follows what was there, and fits. */
int semu_vscsi_window(void *port, struct scsiemu_task *t, bool in, uint32_t off,
		      uint32_t len, bool whole, struct scsiemu_vec *v,
		      unsigned *nv)
{
	struct semu_vscsi_cmd *c = (struct semu_vscsi_cmd *)t;
	const struct semu_vscsi_target *target = port;

	if (in || off != c->at + c->have || len > c->room || len > PIECE)
		return window(port, t, in, off, len, whole, v, nv);
	v->base = c->buf;
	v->len = len;
	*nv = 1;
	c->at = off;
	c->have = len;
	if (move(target->v, c, VSCSI_DATA_WRITE, c->buf, len))
		return 0;
	c->have = 0;
	return SCSIEMU_E_TRANSPORT;
}

void semu_vscsi_cancel(void *port, struct scsiemu_task *t)
{
	(void)port, (void)t; /* no window of ours pends */
}

/* ---- Data-in ---- */

void semu_vscsi_push(void *port, struct scsiemu_task *t, uint32_t off,
		     uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		     enum scsiemu_push how, bool last)
{
	struct semu_vscsi_cmd *c = (struct semu_vscsi_cmd *)t;
	bool good = true;

	(void)port, (void)last;
	if (how == SCSIEMU_PUSH_WINDOW)
		good = move_all(c, VSCSI_DATA_READ, c->buf + (off - c->at),
				len);
	else
		for (; good && nv; nv--, v++)
			good = move_all(c, VSCSI_DATA_READ, v->base,
					(uint32_t)v->len);
	if (!good)
		scsiemu_pump_abort(t);
}
