/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/block_mem.c - a sparse medium in memory. Chunks of 64 KiB hang in a
 * radix tree; one exists from the first write into it until its last block is
 * unmapped. A chunk knows which of its blocks were written, and which are
 * anchored; the others are zeros there, so that reading never looks at that.
 *
 * zero deallocates: a block that holds zeros and reads as zeros anyway may do
 * so by itself (SBC-4 4.7, autonomous LBA transitions).
 *
 * It is writable, so it does not lend: bytes under way to the initiator would
 * change beneath it.
 */
#include <string.h>

#include "store/open.h"
#include "store/sys.h"
#include "store/vec.h"

enum {
	CHUNK_SHIFT = 16,
	CHUNK_LEN = 1 << CHUNK_SHIFT,
	MAP_WORDS = CHUNK_LEN / 256 / 64, /* smallest block: 256 bytes */
	FAN_SHIFT = 9,
	FAN = 1 << FAN_SHIFT,
	DEPTH_MAX = 6 /* 2^63 bytes */
};

struct chunk {
	uint64_t map[MAP_WORDS];      /* a bit for each block written */
	uint64_t anchored[MAP_WORDS]; /* ... that is not, but keeps its room */
	uint32_t mapped, nanchored;   /* how many */
	uint8_t data[CHUNK_LEN];
	/* protection information of each block, all bits inverted: zeros are
	 * that of a block never written */
	uint8_t pi[];
};

struct node {
	uint32_t used;
	void *slot[FAN]; /* nodes; on the lowest level chunks */
};

struct mem_store {
	struct node *root;
	unsigned depth; /* levels of nodes */
	unsigned blen_shift;
	uint16_t pi_len;
	uint64_t nblk, bytes;
	uint64_t chunks, room; /* there are; there may be */
	int no_memory;	       /* result when a chunk cannot be had */
};

static unsigned slot_of(uint64_t index, unsigned level)
{
	return (unsigned)(index >> FAN_SHIFT * level) & (FAN - 1);
}

static struct chunk *find(const struct mem_store *s, uint64_t index)
{
	const struct node *n = s->root;

	for (unsigned level = s->depth - 1; level; level--) {
		n = n->slot[slot_of(index, level)];
		if (!n)
			return NULL;
	}
	return n->slot[slot_of(index, 0)];
}

static size_t pi_at(const struct mem_store *s, size_t data)
{
	return (data >> s->blen_shift) * s->pi_len;
}

static size_t chunk_size(const struct mem_store *s)
{
	return sizeof(struct chunk) + pi_at(s, CHUNK_LEN);
}

/* NULL: out of memory; nodes made on the way stay in the tree. */
static struct chunk *find_or_make(struct mem_store *s, uint64_t index)
{
	struct node *n = s->root;

	for (unsigned level = s->depth; level--;) {
		void **slot = &n->slot[slot_of(index, level)];

		if (!*slot && !level && s->chunks == s->room)
			return NULL;
		if (!*slot) {
			*slot = semu_sys->alloc(level ? sizeof(struct node)
						      : chunk_size(s));
			if (!*slot)
				return NULL;
			n->used++;
			s->chunks += !level;
		}
		if (!level)
			return *slot;
		n = *slot;
	}
	return NULL;
}

/* Free the chunk, and the nodes above that become empty. */
static void drop(struct mem_store *s, uint64_t index)
{
	struct node *path[DEPTH_MAX];
	struct node *n = s->root;
	unsigned level = s->depth - 1;

	for (;; level--) {
		path[level] = n;
		if (!level)
			break;
		n = n->slot[slot_of(index, level)];
	}
	s->chunks--;
	for (; level < s->depth; level++) {
		void **slot = &path[level]->slot[slot_of(index, level)];

		semu_sys->free(*slot);
		*slot = NULL;
		if (--path[level]->used)
			break;
	}
}

/* The first chunk from index on, before end; NULL: none. */
static struct chunk *next(const struct mem_store *s, uint64_t *index,
			  uint64_t end)
{
	while (*index < end) {
		const struct node *n = s->root;
		unsigned level = s->depth - 1;
		void *p;

		for (; (p = n->slot[slot_of(*index, level)]) && level; level--)
			n = p;
		if (p)
			return p;
		*index = ((*index >> FAN_SHIFT * level) + 1)
			 << FAN_SHIFT * level;
	}
	return NULL;
}

static void free_tree(struct node *n, unsigned level)
{
	for (unsigned i = 0; i < FAN; i++) {
		if (n->slot[i] && level)
			free_tree(n->slot[i], level - 1);
		else
			semu_sys->free(n->slot[i]);
	}
	semu_sys->free(n);
}

/* A run of bytes of the medium, walked chunk by chunk. */
struct walk {
	uint64_t index; /* of the chunk */
	size_t at, n;	/* bytes in it */
	uint64_t left;	/* bytes behind those */
};

static void walk_cut(struct walk *w)
{
	w->n = CHUNK_LEN - w->at;
	if (w->n > w->left)
		w->n = (size_t)w->left;
	w->left -= w->n;
}

static struct walk walk_begin(const struct mem_store *s, uint64_t lba,
			      uint64_t nblk)
{
	uint64_t off = lba << s->blen_shift;
	struct walk w = { .index = off >> CHUNK_SHIFT,
			  .at = off & (CHUNK_LEN - 1),
			  .left = nblk << s->blen_shift };

	walk_cut(&w);
	return w;
}

static void walk_next(struct walk *w)
{
	w->index++;
	w->at = 0;
	walk_cut(w);
}

static bool has_bit(const uint64_t *map, unsigned blk)
{
	return map[blk / 64] >> blk % 64 & 1;
}

/* Bits of a map for the blocks of w; returns how many changed. */
static uint32_t set_bits(const struct mem_store *s, uint64_t *map,
			 const struct walk *w, bool on)
{
	unsigned b = (unsigned)(w->at >> s->blen_shift);
	unsigned end = b + (unsigned)(w->n >> s->blen_shift);
	uint32_t n = 0;

	for (; b < end; b++)
		if (has_bit(map, b) != on) {
			map[b / 64] ^= UINT64_C(1) << b % 64;
			n++;
		}
	return n;
}

/* Written, or deallocated: no block of them is anchored any more. */
static void set_mapped(const struct mem_store *s, struct chunk *c,
		       const struct walk *w, bool on)
{
	uint32_t n;

	if (c->nanchored)
		c->nanchored -= set_bits(s, c->anchored, w, false);
	if (on && c->mapped == (uint32_t)CHUNK_LEN >> s->blen_shift)
		return;
	n = set_bits(s, c->map, w, on);
	c->mapped += on ? n : 0u - n;
}

static int mem_read(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	struct mem_store *s = ctx;
	struct semu_cursor c = semu_cursor(v, nv);
	struct walk w;

	(void)io;
	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	for (w = walk_begin(s, lba, nblk); w.n; walk_next(&w)) {
		const struct chunk *k = find(s, w.index);

		semu_vec_put(&c, k ? k->data + w.at : NULL, w.n);
	}
	return SCSIEMU_OK;
}

/* All chunks of the run: then writing it cannot fail. Returns the bytes before
 * the first that cannot be had. */
static uint64_t reserve(struct mem_store *s, uint64_t lba, uint32_t nblk)
{
	struct walk w;
	uint64_t good = 0;

	for (w = walk_begin(s, lba, nblk); w.n; walk_next(&w)) {
		if (!find_or_make(s, w.index))
			break;
		good += w.n;
	}
	return good;
}

/* Those that were reserved, and are not written after all. */
static void give_back(struct mem_store *s, uint64_t lba, uint32_t nblk)
{
	struct walk w;

	for (w = walk_begin(s, lba, nblk); w.n; walk_next(&w)) {
		const struct chunk *k = find(s, w.index);

		if (k && !k->mapped && !k->nanchored)
			drop(s, w.index);
	}
}

static void put(struct mem_store *s, uint64_t lba, uint32_t nblk,
		struct semu_cursor *c)
{
	struct walk w;

	for (w = walk_begin(s, lba, nblk); w.n; walk_next(&w)) {
		struct chunk *k = find(s, w.index);

		semu_vec_get(c, k->data + w.at, w.n);
		memset(k->pi + pi_at(s, w.at), 0, pi_at(s, w.n));
		set_mapped(s, k, &w, true);
	}
}

static int mem_write(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	struct mem_store *s = ctx;
	struct semu_cursor c = semu_cursor(v, nv);
	uint32_t good;

	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	io->moved = (uint32_t)reserve(s, lba, nblk);
	good = io->moved >> s->blen_shift;
	if (good < nblk)
		io->info = lba + good;
	if (good < nblk && io->flags & SCSIEMU_WHOLE) {
		give_back(s, lba, good);
		io->moved = good = 0;
	}
	put(s, lba, good, &c);
	return good == nblk ? SCSIEMU_OK : s->no_memory;
}

static void invert(uint8_t *to, const uint8_t *from, size_t n)
{
	while (n--)
		*to++ = (uint8_t) ~*from++;
}

static int mem_read_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
		       uint32_t nblk, const struct scsiemu_vec *v, unsigned nv,
		       uint8_t *pi)
{
	struct mem_store *s = ctx;
	int rc = mem_read(ctx, io, lba, nblk, v, nv);
	struct walk w;

	if (rc)
		return rc;
	for (w = walk_begin(s, lba, nblk); w.n; walk_next(&w)) {
		const struct chunk *k = find(s, w.index);
		size_t n = pi_at(s, w.n);

		if (k)
			invert(pi, k->pi + pi_at(s, w.at), n);
		else
			memset(pi, 0xff, n);
		pi += n;
	}
	return SCSIEMU_OK;
}

static int mem_write_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
			uint32_t nblk, const struct scsiemu_vec *v, unsigned nv,
			const uint8_t *pi)
{
	struct mem_store *s = ctx;
	int rc = mem_write(ctx, io, lba, nblk, v, nv);
	struct walk w;

	if (rc == SCSIEMU_E_RANGE)
		return rc;
	nblk = io->moved >> s->blen_shift;
	for (w = walk_begin(s, lba, nblk); w.n; walk_next(&w)) {
		struct chunk *k = find(s, w.index);
		size_t n = pi_at(s, w.n);

		invert(k->pi + pi_at(s, w.at), pi, n);
		pi += n;
	}
	return rc;
}

static int mem_flush(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint64_t nblk)
{
	const struct mem_store *s = ctx;

	(void)io;
	return semu_in_range(s->nblk, lba, nblk) ? SCSIEMU_OK : SCSIEMU_E_RANGE;
}

/* ZERO and UNMAP. */
static int mem_unmap(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint64_t nblk)
{
	struct mem_store *s = ctx;
	uint64_t first = lba << s->blen_shift;
	uint64_t end = (lba + nblk) << s->blen_shift;
	uint64_t index = first >> CHUNK_SHIFT;
	struct chunk *k;

	(void)io;
	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	for (; (k = next(s, &index, (end + CHUNK_LEN - 1) >> CHUNK_SHIFT));
	     index++) {
		uint64_t base = index << CHUNK_SHIFT;
		struct walk w = { .at = first > base ? first - base : 0 };

		w.n = (end - base < CHUNK_LEN ? end - base : CHUNK_LEN) - w.at;
		memset(k->data + w.at, 0, w.n);
		memset(k->pi + pi_at(s, w.at), 0, pi_at(s, w.n));
		set_mapped(s, k, &w, false);
		if (!k->mapped && !k->nanchored)
			drop(s, index);
	}
	return SCSIEMU_OK;
}

/* As UNMAP, in chunks that stay. */
static int mem_anchor(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      uint64_t nblk)
{
	struct mem_store *s = ctx;
	struct walk w;

	(void)io;
	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	for (w = walk_begin(s, lba, nblk); w.n; walk_next(&w)) {
		struct chunk *k = find_or_make(s, w.index);

		if (!k) {
			io->info = (w.index << CHUNK_SHIFT) + w.at;
			io->info >>= s->blen_shift;
			return SCSIEMU_E_NO_SPACE;
		}
		memset(k->data + w.at, 0, w.n);
		memset(k->pi + pi_at(s, w.at), 0, pi_at(s, w.n));
		set_mapped(s, k, &w, false);
		k->nanchored += set_bits(s, k->anchored, &w, true);
	}
	return SCSIEMU_OK;
}

static void mem_space(void *ctx, uint64_t *used, uint64_t *available)
{
	const struct mem_store *s = ctx;
	unsigned shift = CHUNK_SHIFT - s->blen_shift;

	*used = s->chunks << shift;
	*available = (s->room - s->chunks) << shift;
}

/* The blocks of one chunk (NULL: none is mapped) from blk to end. */
static bool add_chunk(struct semu_runs *r, const struct chunk *k, unsigned blk,
		      unsigned end)
{
	bool room = true;

	for (; room && blk < end; blk++)
		room = semu_runs_add(r, 1,
				     has_bit(k->map, blk) ? SCSIEMU_MAPPED
				     : has_bit(k->anchored, blk)
					     ? SCSIEMU_ANCHORED
					     : SCSIEMU_DEALLOCATED);
	return room;
}

static int mem_status(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      struct scsiemu_extent *e, unsigned *n)
{
	const struct mem_store *s = ctx;
	struct semu_runs r = { e, 0, *n, lba };
	unsigned shift = CHUNK_SHIFT - s->blen_shift; /* blocks per chunk */
	uint64_t chunks = ((s->nblk - 1) >> shift) + 1;
	bool room = *n > 0;

	(void)io;
	*n = 0;
	if (lba >= s->nblk)
		return SCSIEMU_E_RANGE;
	while (room && r.lba < s->nblk) {
		uint64_t index = r.lba >> shift;
		const struct chunk *k = next(s, &index, chunks);
		uint64_t base = k ? index << shift : s->nblk;
		uint64_t end = s->nblk - base;

		if (base > r.lba)
			room = semu_runs_add(&r, base - r.lba,
					     SCSIEMU_DEALLOCATED);
		if (room && k)
			room = add_chunk(&r, k, (unsigned)(r.lba - base),
					 end >> shift ? 1U << shift
						      : (unsigned)end);
	}
	*n = r.n;
	return SCSIEMU_OK;
}

static int mem_cas(void *ctx, struct scsiemu_io *io, uint64_t lba,
		   uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	struct mem_store *s = ctx;
	struct semu_cursor c = semu_cursor(v, nv);
	uint64_t len = (uint64_t)nblk << s->blen_shift;
	struct walk w;

	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	io->moved = 0;
	for (w = walk_begin(s, lba, nblk); w.n; walk_next(&w)) {
		const struct chunk *k = find(s, w.index);
		size_t same = semu_vec_differ(&c, k ? k->data + w.at : NULL,
					      w.n);

		io->moved += (uint32_t)same;
		if (same < w.n)
			return SCSIEMU_E_MISCOMPARE;
	}
	if (reserve(s, lba, nblk) < len) {
		give_back(s, lba, nblk);
		io->moved = 0;
		return s->no_memory;
	}
	put(s, lba, nblk, &c);
	return SCSIEMU_OK;
}

/* Which blocks were written means nothing for blocks of another length. */
static int mem_format(void *ctx, struct scsiemu_io *io,
		      struct scsiemu_medium *m, uint32_t blen, uint64_t nblk)
{
	struct mem_store *s = ctx;
	struct node *root = semu_sys->alloc(sizeof(*root));
	uint32_t was = m->blen;
	int rc = root ? semu_reshape(m, s->bytes, blen, nblk) : SCSIEMU_E_BUSY;

	(void)io;
	if (rc || blen == was) {
		semu_sys->free(root);
	} else {
		free_tree(s->root, s->depth - 1);
		s->root = root;
		s->chunks = 0;
	}
	s->nblk = m->nblk;
	s->blen_shift = (unsigned)__builtin_ctz(m->blen);
	return rc;
}

static void mem_close(void *ctx)
{
	struct mem_store *s = ctx;

	free_tree(s->root, s->depth - 1);
	semu_sys->free(s);
}

#define READS                                                                  \
	.size = sizeof(struct scsiemu_block_ops), .read = mem_read,            \
	.status = mem_status, .verify = mem_flush, .close = mem_close,         \
	.read_pi = mem_read_pi, .space = mem_space
#define WRITES                                                                 \
	.write = mem_write, .flush = mem_flush, .zero = mem_unmap,             \
	.cas = mem_cas, .write_pi = mem_write_pi, .format = mem_format

static const struct scsiemu_block_ops offers[SEMU_OFFERS] = {
	[SEMU_OFFER_READ_ONLY] = { READS },
	[SEMU_OFFER_THICK] = { READS, WRITES },
	[SEMU_OFFER_THIN] = { READS, WRITES, .unmap = mem_unmap,
			      .anchor = mem_anchor },
};

int scsiemu_open_mem(struct scsiemu_medium *m, const struct scsiemu_geometry *g,
		     struct scsiemu_errmsg *err)
{
	struct mem_store *s;

	if (semu_geometry_sized(m, g, err))
		return -1;
	s = semu_sys->alloc(sizeof(*s));
	if (!s)
		return semu_err_memory(err);
	s->root = semu_sys->alloc(sizeof(*s->root));
	if (!s->root) {
		semu_sys->free(s);
		return semu_err_memory(err);
	}
	s->nblk = m->nblk;
	s->bytes = g->bytes;
	s->pi_len = m->pi_len;
	s->blen_shift = (unsigned)__builtin_ctz(m->blen);
	s->no_memory = m->thin ? SCSIEMU_E_NO_SPACE : SCSIEMU_E_HARDWARE;
	s->room = g->pool ? g->pool >> CHUNK_SHIFT
			  : ((g->bytes - 1) >> CHUNK_SHIFT) + 1;
	s->depth = 1;
	while ((g->bytes - 1) >> CHUNK_SHIFT >> FAN_SHIFT * s->depth)
		s->depth++;
	semu_offer(m, offers, s);
	m->atomic_blk = UINT32_MAX; /* one call is one */
	return 0;
}
