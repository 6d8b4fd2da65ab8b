/* SPDX-License-Identifier: BSD-2-Clause */
/* iscsi/pool.c - the slow half of pool.h: where the allocator is called. */
#include <transport/iscsi/pool.h>

#include <scsiemu/device.h>

#include <string.h>

/* The header stands before the data and keeps it cache-line aligned. */
#define HEAD 64

static uint64_t bytes_of(unsigned cls)
{
	return ((uint64_t)1 << (SEMU_BUF_MIN_SHIFT + cls)) + HEAD;
}

void semu_pool_init(struct semu_pool *p, const struct scsiemu_allocator *a,
		    uint64_t limit)
{
	memset(p, 0, sizeof(*p));
	p->alloc = a;
	p->limit = limit;
}

static void release_one(struct semu_pool *p, unsigned cls)
{
	struct semu_buf *b = p->free[cls];

	p->free[cls] = b->next;
	p->nfree[cls]--;
	p->bytes -= bytes_of(cls);
	p->alloc->free(p->alloc->ctx, b);
}

void semu_pool_trim(struct semu_pool *p, uint32_t keep)
{
	for (unsigned cls = 0; cls < SEMU_BUF_CLASSES; cls++)
		while (p->nfree[cls] * bytes_of(cls) > keep)
			release_one(p, cls);
}

void semu_pool_end(struct semu_pool *p)
{
	semu_pool_trim(p, 0);
}

static void *take(struct semu_pool *p, uint64_t size)
{
	void *mem;

	if (p->bytes + size > p->limit)
		semu_pool_trim(p, 0);
	if (p->bytes + size > p->limit)
		return NULL;
	mem = p->alloc->alloc(p->alloc->ctx, size);
	if (mem)
		p->bytes += size;
	return mem;
}

struct semu_buf *semu_pool_slow(struct semu_pool *p, unsigned cls)
{
	struct semu_buf *b = take(p, bytes_of(cls));

	_Static_assert(sizeof(*b) <= HEAD, "the header fits");
	if (!b)
		return NULL;
	b->data = (uint8_t *)b + HEAD;
	b->size = 1u << (SEMU_BUF_MIN_SHIFT + cls);
	b->cls = cls;
	return b;
}

void *semu_objs_slow(struct semu_objs *o)
{
	void *obj = take(o->pool, o->size);

	if (obj)
		memset(obj, 0, o->size);
	return obj;
}

void semu_objs_end(struct semu_objs *o)
{
	struct semu_pool *p = o->pool;

	while (o->free) {
		void *obj = o->free;

		o->free = *(void **)obj;
		p->bytes -= o->size;
		p->alloc->free(p->alloc->ctx, obj);
	}
}
