/* SPDX-License-Identifier: BSD-2-Clause */
/* transport/mapped.c - see mapped.h. */
#include <transport/mapped.h>

#include <string.h>

/* Make s->at the vector that holds byte off; false: there is none. */
static bool seek(struct semu_side *s, uint32_t off)
{
	if (off < s->off) {
		s->at = 0;
		s->off = 0;
	}
	for (; s->at < s->nv; s->at++) {
		if (off - s->off < s->v[s->at].len)
			return true;
		s->off += (uint32_t)s->v[s->at].len;
	}
	return false;
}

/* What lies at off, at most len bytes; moves on. NULL: the end. */
static uint8_t *piece(struct semu_side *s, uint32_t off, uint32_t len,
		      uint32_t *got)
{
	size_t in, left;

	if (!seek(s, off))
		return NULL;
	in = off - s->off;
	left = s->v[s->at].len - in;
	*got = left < len ? (uint32_t)left : len;
	return (uint8_t *)s->v[s->at].base + in;
}

static __attribute__((noinline)) int window(struct semu_side *s, uint32_t off,
					    uint32_t len, bool whole,
					    struct scsiemu_vec *v, unsigned *nv)
{
	unsigned n = 0;

	while (len && n < *nv) {
		uint32_t got;
		uint8_t *base = piece(s, off, len, &got);

		if (!base)
			return SCSIEMU_E_TRANSPORT;
		v[n].base = base;
		v[n++].len = got;
		off += got;
		len -= got;
	}
	if (len && whole)
		return SCSIEMU_E_TRANSPORT;
	*nv = n;
	return 0;
}

/* As a rule a host's buffer lies in one piece. */
int semu_mapped_window(void *port, struct scsiemu_task *st, bool in,
		       uint32_t off, uint32_t len, bool whole,
		       struct scsiemu_vec *v, unsigned *nv)
{
	struct semu_mapped_task *t = (struct semu_mapped_task *)st;
	struct semu_side *s = in ? &t->in : &t->out;

	(void)port;
	if (s->nv != 1 || (uint64_t)off + len > s->v->len)
		return window(s, off, len, whole, v, nv);
	v->base = (uint8_t *)s->v->base + off;
	v->len = len;
	*nv = 1;
	return 0;
}

static void put(struct semu_side *s, uint32_t off, const uint8_t *from,
		size_t len)
{
	uint32_t got;

	for (; len; off += got, from += got, len -= got) {
		uint8_t *to = piece(s, off, (uint32_t)len, &got);

		if (!to)
			return;
		memcpy(to, from, got);
	}
}

void semu_mapped_push(void *port, struct scsiemu_task *st, uint32_t off,
		      uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		      enum scsiemu_push how, bool last)
{
	struct semu_mapped_task *t = (struct semu_mapped_task *)st;

	(void)port, (void)len, (void)last;
	if (how == SCSIEMU_PUSH_WINDOW)
		return;
	for (; nv--; v++) {
		put(&t->in, off, v->base, v->len);
		off += (uint32_t)v->len;
	}
}

void semu_mapped_cancel(void *port, struct scsiemu_task *t)
{
	(void)port, (void)t; /* no window of ours pends */
}
