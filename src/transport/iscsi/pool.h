/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/pool.h - memory of one event loop: data buffers in powers of two, and
 * objects of one size. What is given back is kept for the next command, so
 * that after warm-up nothing is allocated, cleared or freed.
 */
#ifndef SEMU_ISCSI_POOL_H
#define SEMU_ISCSI_POOL_H

#include <stddef.h>
#include <stdint.h>

struct scsiemu_allocator;

#define SEMU_BUF_MIN_SHIFT 12 /* 4 KiB */
#define SEMU_BUF_CLASSES   7  /* ... 256 KiB */
#define SEMU_BUF_MAX	   (1u << (SEMU_BUF_MIN_SHIFT + SEMU_BUF_CLASSES - 1))

struct semu_buf {
	struct semu_buf *next; /* of a free list, or of its holder */
	uint8_t *data;
	uint32_t size; /* bytes at data */
	uint32_t off;  /* the holder's: place in the data phase */
	uint32_t len;  /* the holder's: bytes of use */
	uint32_t cls;
	uint32_t kept; /* the holder's: bytes in its account of such */
};

struct semu_pool {
	const struct scsiemu_allocator *alloc;
	uint64_t bytes, limit; /* taken from the allocator; the most */
	struct semu_buf *free[SEMU_BUF_CLASSES];
	uint32_t nfree[SEMU_BUF_CLASSES];
};

/* A free list of objects of one size; each starts with its link. */
struct semu_objs {
	struct semu_pool *pool;
	void *free;
	uint32_t size;
};

void semu_pool_init(struct semu_pool *p, const struct scsiemu_allocator *a,
		    uint64_t limit);
/* All buffers must have been given back. */
void semu_pool_end(struct semu_pool *p);

/* At least len (1..SEMU_BUF_MAX) bytes, not cleared. NULL: none to be had. */
struct semu_buf *semu_pool_slow(struct semu_pool *p, unsigned cls);

static inline unsigned semu_pool_class(uint32_t len)
{
	return len <= 1u << SEMU_BUF_MIN_SHIFT
		       ? 0
		       : 32 - SEMU_BUF_MIN_SHIFT -
				 (unsigned)__builtin_clz(len - 1);
}

static inline struct semu_buf *semu_pool_get(struct semu_pool *p, uint32_t len)
{
	unsigned cls = semu_pool_class(len);
	struct semu_buf *b = p->free[cls];

	if (!b)
		return semu_pool_slow(p, cls);
	p->free[cls] = b->next;
	p->nfree[cls]--;
	return b;
}

static inline void semu_pool_put(struct semu_pool *p, struct semu_buf *b)
{
	b->next = p->free[b->cls];
	p->free[b->cls] = b;
	p->nfree[b->cls]++;
}

/* Give what is free beyond keep bytes per size back to the allocator. */
void semu_pool_trim(struct semu_pool *p, uint32_t keep);

/* Objects come zeroed the first time only. NULL: no memory. */
void *semu_objs_slow(struct semu_objs *o);
void semu_objs_end(struct semu_objs *o);

static inline void *semu_objs_get(struct semu_objs *o)
{
	void *obj = o->free;

	if (!obj)
		return semu_objs_slow(o);
	o->free = *(void **)obj;
	return obj;
}

static inline void semu_objs_put(struct semu_objs *o, void *obj)
{
	*(void **)obj = o->free;
	o->free = obj;
}

#endif
