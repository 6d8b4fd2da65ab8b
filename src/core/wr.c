/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The windowed writer: a PARAM_IN handler writes its whole reply, the writer
 * counts every byte and keeps those of one window. The next window is the next
 * run of the handler, so a reply of any length goes through any scratch.
 */
#include "core/core.h"
#include <string.h>

void scsiemu_wr_u8(struct scsiemu_wr *w, unsigned v)
{
	if (w->pos >= w->lo && w->pos < w->hi)
		w->buf[w->pos - w->lo] = (uint8_t)v;
	w->pos++;
}

void scsiemu_wr_be16(struct scsiemu_wr *w, unsigned v)
{
	scsiemu_wr_u8(w, v >> 8);
	scsiemu_wr_u8(w, v);
}

void scsiemu_wr_be24(struct scsiemu_wr *w, uint32_t v)
{
	scsiemu_wr_u8(w, v >> 16);
	scsiemu_wr_be16(w, v);
}

void scsiemu_wr_be32(struct scsiemu_wr *w, uint32_t v)
{
	scsiemu_wr_be16(w, v >> 16);
	scsiemu_wr_be16(w, v);
}

void scsiemu_wr_be64(struct scsiemu_wr *w, uint64_t v)
{
	scsiemu_wr_be32(w, (uint32_t)(v >> 32));
	scsiemu_wr_be32(w, (uint32_t)v);
}

void scsiemu_wr_bytes(struct scsiemu_wr *w, const void *p, uint32_t n)
{
	const uint8_t *b = p;
	uint32_t from = w->pos, to = w->pos + n;

	w->pos = to;
	if (from < w->lo) {
		if (to <= w->lo)
			return;
		b += w->lo - from;
		from = w->lo;
	}
	if (to > w->hi)
		to = w->hi;
	if (from < to)
		memcpy(w->buf + (from - w->lo), b, to - from);
}

void scsiemu_wr_zero(struct scsiemu_wr *w, uint32_t n)
{
	while (n--)
		scsiemu_wr_u8(w, 0);
}

void scsiemu_wr_ascii(struct scsiemu_wr *w, const char *s, uint32_t n)
{
	while (n && *s) {
		scsiemu_wr_u8(w, (uint8_t)*s++);
		n--;
	}
	while (n--)
		scsiemu_wr_u8(w, ' ');
}

uint32_t scsiemu_wr_tell(const struct scsiemu_wr *w)
{
	return w->pos;
}

void scsiemu_wr_len(struct scsiemu_wr *w, uint32_t at, unsigned bytes, int add)
{
	uint32_t end = w->pos;
	uint32_t v = end - at - bytes + (uint32_t)add;

	w->pos = at;
	while (bytes--)
		scsiemu_wr_u8(w, v >> (8 * bytes));
	w->pos = end;
}

void scsiemu_wr_items(struct scsiemu_wr *w, uint32_t count, uint32_t size,
		      uint32_t *first, uint32_t *last)
{
	uint32_t skip = w->lo > w->pos ? (w->lo - w->pos) / size : 0;
	uint32_t upto = w->hi > w->pos ? (w->hi - w->pos + size - 1) / size : 0;

	*last = upto < count ? upto : count;
	*first = skip < *last ? skip : *last;
	w->pos += *first * size;
}

void scsiemu_wr_items_end(struct scsiemu_wr *w, uint32_t remain, uint32_t size)
{
	w->pos += remain * size;
}
