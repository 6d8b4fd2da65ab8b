/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/vec.h - a place in a list of vectors, moved on by whole runs of bytes
 * whatever the elements' borders are. Never beyond the last element: what does
 * not fit is not moved.
 */
#ifndef SEMU_STORE_VEC_H
#define SEMU_STORE_VEC_H

#include <scsiemu/store.h>

struct semu_cursor {
	const struct scsiemu_vec *v;
	unsigned nv;
	size_t off; /* in v[0] */
};

static inline struct semu_cursor semu_cursor(const struct scsiemu_vec *v,
					     unsigned nv)
{
	return (struct semu_cursor){ v, nv, 0 };
}

/* Bytes of all of them. */
static inline size_t semu_vec_len(const struct scsiemu_vec *v, unsigned nv)
{
	size_t sum = 0;

	while (nv--)
		sum += v++->len;
	return sum;
}

/* Never written: zeros to read from, one page of memory however much is
 * named. */
enum { SEMU_ZEROS_LEN = 256 << 10 };
extern uint8_t semu_zeros[SEMU_ZEROS_LEN];

/* The next piece that lies in one element, at most n bytes; moves on. NULL and
 * *got = 0: the end. */
uint8_t *semu_vec_next(struct semu_cursor *c, size_t n, size_t *got);
/* n bytes at from -> vectors (from NULL: zeros). */
void semu_vec_put(struct semu_cursor *c, const void *from, size_t n);
/* n bytes of the vectors -> to. */
void semu_vec_get(struct semu_cursor *c, void *to, size_t n);
/* Offset of the first byte that differs from mem (NULL: from zeros), n: none.
 * Behind a difference the cursor's place is not defined. */
size_t semu_vec_differ(struct semu_cursor *c, const void *mem, size_t n);

#endif
