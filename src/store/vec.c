/* SPDX-License-Identifier: BSD-2-Clause */
/* store/vec.c - moving bytes in and out of lists of vectors. */
#include "store/vec.h"

#include <string.h>

uint8_t semu_zeros[SEMU_ZEROS_LEN] __attribute__((aligned(4096)));

uint8_t *semu_vec_next(struct semu_cursor *c, size_t n, size_t *got)
{
	uint8_t *p;
	size_t left;

	while (c->nv && c->off == c->v->len) {
		c->v++;
		c->nv--;
		c->off = 0;
	}
	*got = 0;
	if (!c->nv)
		return NULL;
	left = c->v->len - c->off;
	p = (uint8_t *)c->v->base + c->off;
	*got = n < left ? n : left;
	c->off += *got;
	return p;
}

void semu_vec_put(struct semu_cursor *c, const void *from, size_t n)
{
	const uint8_t *src = from;
	uint8_t *p;
	size_t got;

	for (; n && (p = semu_vec_next(c, n, &got)); n -= got) {
		if (src) {
			memcpy(p, src, got);
			src += got;
		} else {
			memset(p, 0, got);
		}
	}
}

void semu_vec_get(struct semu_cursor *c, void *to, size_t n)
{
	uint8_t *dst = to;
	uint8_t *p;
	size_t got;

	for (; n && (p = semu_vec_next(c, n, &got)); n -= got, dst += got)
		memcpy(dst, p, got);
}

static size_t differ(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;

	if (b && !memcmp(a, b, n))
		return n;
	while (i < n && a[i] == (b ? b[i] : 0))
		i++;
	return i;
}

size_t semu_vec_differ(struct semu_cursor *c, const void *mem, size_t n)
{
	const uint8_t *b = mem;
	uint8_t *p;
	size_t got, at, done = 0;

	while (done < n && (p = semu_vec_next(c, n - done, &got))) {
		at = differ(p, b, got);
		done += at;
		if (at < got)
			return done;
		if (b)
			b += got;
	}
	return done;
}
