/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/chain.c - a chain of descriptors, or a table of them, as vectors of the
 * guest's memory. */
#include <transport/vhost/vhost.h>

/* Vectors that cutting off a header and a response adds. */
enum { CUTS = 2 };

static bool broken(struct semu_vring *r, const char *why)
{
	r->broken = why;
	return false;
}

static bool is_full(const struct semu_chain *c)
{
	return c->nout + c->nin >= c->most;
}

static bool grow(const struct semu_vring *r, struct semu_chain *c)
{
	const struct scsiemu_allocator *a = r->v->alloc;
	unsigned most = c->most ? 2 * c->most : 14;
	struct scsiemu_vec *v = a->alloc(a->ctx, (most + CUTS) * sizeof(*v));

	if (!v)
		return false;
	if (c->v) {
		memcpy(v, c->v, (c->nout + c->nin) * sizeof(*v));
		a->free(a->ctx, c->v);
	}
	c->v = v;
	c->most = most;
	return true;
}

static void put(struct semu_chain *c, uint8_t *base, uint64_t len, bool in)
{
	c->v[c->nout + c->nin] = (struct scsiemu_vec){ base, (size_t)len };
	if (in) {
		c->nin++;
		c->in_len += len;
	} else {
		c->nout++;
		c->out_len += len;
	}
}

/* A buffer in several regions, in none, or of no bytes; the first one of its
 * region. */
static __attribute__((noinline)) bool add_pieces(struct semu_vring *r,
						 struct semu_chain *c,
						 struct semu_desc d)
{
	uint64_t left = d.len;

	for (uint64_t n; left; left -= n) {
		uint8_t *p;

		n = left;
		p = semu_vhost_guest(r->v, d.at + (d.len - left), &n);
		if (!p)
			return broken(r, "a buffer outside the guest's memory");
		if (is_full(c) && !grow(r, c))
			return broken(r, "no memory");
		put(c, p, n, d.flags & DESC_WRITE);
	}
	return true;
}

static inline bool add(struct semu_vring *r, struct semu_chain *c,
		       struct semu_desc d)
{
	bool in = d.flags & DESC_WRITE;
	uint8_t *p;

	if (!in && c->nin)
		return broken(r, "a buffer to read behind one to write");
	if (!semu_vhost_near(r->v, d.at, d.len, &p) || is_full(c))
		return add_pieces(r, c, d);
	put(c, p, d.len, in);
	return true;
}

bool semu_chain_add(struct semu_vring *r, struct semu_chain *c,
		    struct semu_desc d)
{
	return add(r, c, d);
}

/* A table of which a part is in another region, or the first one of its
 * region. */
static __attribute__((noinline)) const uint8_t *gather(struct semu_vring *r,
						       uint64_t at,
						       uint64_t len)
{
	uint8_t *to = r->v->table;

	for (uint64_t i = 0, n; i < len; i += n) {
		const uint8_t *p;

		n = len - i;
		p = semu_vhost_guest(r->v, at + i, &n);
		if (!p) {
			broken(r, "a table of descriptors outside the guest's "
				  "memory");
			return NULL;
		}
		if (n == len)
			return p;
		memcpy(to + i, p, n);
	}
	return to;
}

/* In one piece. NULL: r->broken. */
static const uint8_t *table(struct semu_vring *r, struct semu_desc d)
{
	uint8_t *p;

	if (!(r->v->features & VIRTIO_INDIRECT)) {
		broken(r, "a table of descriptors, which was not negotiated");
		return NULL;
	}
	if (!d.len || d.len % DESC || d.len > sizeof(r->v->table)) {
		broken(r, "a table of descriptors of an impossible length");
		return NULL;
	}
	return semu_vhost_near(r->v, d.at, d.len, &p) ? p
						      : gather(r, d.at, d.len);
}

bool semu_chain_walk(struct semu_vring *r, struct semu_chain *c, uint16_t head)
{
	const uint8_t *list = r->desc;
	uint32_t n = r->size, left = n, i = head;
	bool inner = false;

	while (left-- && i < n) {
		struct semu_desc d = semu_desc_split(list + i * DESC);

		if (!(d.flags & DESC_INDIRECT)) {
			if (!add(r, c, d))
				return false;
			if (!(d.flags & DESC_NEXT))
				return true;
			i = d.link;
			continue;
		}
		if (inner)
			return broken(r, "a table of descriptors in a table");
		if (d.flags & DESC_NEXT)
			return broken(r, "a descriptor behind a table");
		list = table(r, d);
		if (!list)
			return false;
		inner = true;
		n = left = d.len / DESC;
		i = 0;
	}
	return broken(r, "descriptors that loop, or lead outside");
}

bool semu_chain_table(struct semu_vring *r, struct semu_chain *c,
		      struct semu_desc d)
{
	const uint8_t *list = table(r, d);

	for (uint32_t i = 0; list && i < d.len / DESC; i++) {
		struct semu_desc e = semu_desc_packed(list + i * DESC);

		if (e.flags & DESC_INDIRECT)
			return broken(r, "a table of descriptors in a table");
		if (!add(r, c, e))
			return false;
	}
	return list;
}
