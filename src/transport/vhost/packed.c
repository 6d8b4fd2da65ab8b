/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vhost/packed.c - packed virtqueues (VIRTIO 1.2, 2.8): one ring, in which what
 * was used overwrites what was available. So descriptors in flight are copied.
 */
#include <transport/vhost/vhost.h>

static bool map(struct semu_vring *r)
{
	r->desc = semu_vhost_user(r->v, r->at[0], (size_t)r->size * DESC);
	r->used = semu_vhost_user(r->v, r->at[1], 4);
	r->avail = semu_vhost_user(r->v, r->at[2], 4);
	return r->desc && r->used && r->avail && !((uintptr_t)r->desc % 16) &&
	       !((uintptr_t)r->used % 4) && !((uintptr_t)r->avail % 4);
}

static uint8_t *at(const struct semu_vring *r, uint16_t i)
{
	return r->desc + (size_t)i * DESC;
}

/* Go on by n: behind the end the wrap counter turns. */
static void advance(const struct semu_vring *r, uint16_t *i, bool *wrap,
		    uint16_t n)
{
	*i = (uint16_t)(*i + n);
	if (*i < r->size)
		return;
	*i = (uint16_t)(*i - r->size);
	*wrap = !*wrap;
}

static bool is_available(uint16_t flags, bool wrap)
{
	return !!(flags & DESC_AVAIL) == wrap && !!(flags & DESC_USED) != wrap;
}

static bool waiting(const struct semu_vring *r)
{
	return is_available(vhost_load16(at(r, r->next) + PACKED_FLAGS_AT),
			    r->wrap);
}

/* ---- In flight: a list of free entries, a chain of entries per request ----
 */

static uint16_t word(const struct semu_vring *r, unsigned where)
{
	return vhost_load16(r->fly + where);
}

static void set_word(struct semu_vring *r, unsigned where, uint16_t n)
{
	vhost_put16(r->fly + where, n);
}

/* Copy a descriptor; the first one is the chain's entry. false: the list of
 * free entries makes no sense. */
static bool keep(struct semu_vring *r, struct semu_chain *c, struct semu_desc d)
{
	uint16_t i = word(r, FLY_FREE_AT);
	uint8_t *e, *first;

	if (i >= r->size || *semu_ring_fly(r, i)) {
		r->broken = "its memory of what is in flight is damaged";
		return false;
	}
	e = semu_ring_fly(r, i);
	if (!c->slots) {
		c->entry = i;
		vhost_put16(e + FLY_NUM_AT, 0);
	}
	first = semu_ring_fly(r, c->entry);
	vhost_put16(first + FLY_NUM_AT, c->slots + 1);
	vhost_put16(first + FLY_LAST_AT, i);
	vhost_put64(e + FLY_ADDR_AT, d.at);
	vhost_put32(e + FLY_LEN_AT, d.len);
	vhost_put16(e + FLY_ID_AT, d.link);
	vhost_put16(e + FLY_FLAGS_AT, d.flags);
	set_word(r, FLY_FREE_AT, vhost_get16(e + FLY_NEXT_AT));
	return true;
}

static void note_taken(struct semu_vring *r, const struct semu_chain *c)
{
	uint8_t *e = semu_ring_fly(r, c->entry);

	vhost_put64(e + FLY_COUNTER_AT, r->counter++);
	__atomic_store_n(e, 1, __ATOMIC_RELEASE);
	set_word(r, FLY_OLD_FREE_AT, word(r, FLY_FREE_AT));
}

/* Before the guest sees it: what to say if we do not get further. */
static void note_giving(struct semu_vring *r, const struct semu_chain *c)
{
	uint16_t last = vhost_load16(semu_ring_fly(r, c->entry) + FLY_LAST_AT);

	if (last < r->size)
		vhost_put16(semu_ring_fly(r, last) + FLY_NEXT_AT,
			    word(r, FLY_FREE_AT));
	set_word(r, FLY_FREE_AT, c->entry);
	set_word(r, FLY_USED_AT, r->used_idx);
	r->fly[FLY_WRAP_AT] = r->used_wrap;
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static void commit(struct semu_vring *r)
{
	set_word(r, FLY_OLD_FREE_AT, word(r, FLY_FREE_AT));
	set_word(r, FLY_OLD_USED_AT, word(r, FLY_USED_AT));
	r->fly[FLY_OLD_WRAP_AT] = r->fly[FLY_WRAP_AT];
}

/* ---- Taking ---- */

/* false: broken; *more: the chain goes on. */
static bool add(struct semu_vring *r, struct semu_chain *c, struct semu_desc d,
		bool *more)
{
	c->id = d.link;
	c->slots++;
	*more = d.flags & DESC_NEXT;
	if (!(d.flags & DESC_INDIRECT))
		return semu_chain_add(r, c, d);
	if (!*more && c->slots == 1)
		return semu_chain_table(r, c, d);
	r->broken = "a table of descriptors in a chain";
	return false;
}

static enum semu_fetch fetch(struct semu_vring *r, struct semu_chain *c)
{
	uint16_t i = r->next;
	bool wrap = r->wrap, more = true;

	if (!waiting(r))
		return FETCH_NONE;
	while (more) {
		struct semu_desc d = semu_desc_packed(at(r, i));

		if (c->slots == r->size)
			r->broken = "a chain longer than the ring";
		if (r->broken || (r->fly && !keep(r, c, d)) ||
		    !add(r, c, d, &more))
			return FETCH_BROKEN;
		advance(r, &i, &wrap, 1);
	}
	r->next = i;
	r->wrap = wrap;
	if (r->fly)
		note_taken(r, c);
	return FETCH_GOT;
}

static enum semu_fetch again(struct semu_vring *r, struct semu_chain *c,
			     uint16_t entry)
{
	uint16_t n = vhost_load16(semu_ring_fly(r, entry) + FLY_NUM_AT);
	bool more = true;

	/* The front end may change it while we look: no longer than that. */
	n = n < r->size ? n : r->size;
	c->entry = entry;
	while (more) {
		const uint8_t *e = semu_ring_fly(r, entry);
		struct semu_desc d = { vhost_get64(e + FLY_ADDR_AT),
				       vhost_get32(e + FLY_LEN_AT),
				       vhost_get16(e + FLY_FLAGS_AT),
				       vhost_get16(e + FLY_ID_AT) };

		vhost_read_once();
		if (!add(r, c, d, &more))
			return FETCH_BROKEN;
		entry = vhost_load16(e + FLY_NEXT_AT);
		if (more && (entry >= r->size || c->slots >= n)) {
			r->broken = "its memory of what is in flight is "
				    "damaged";
			return FETCH_BROKEN;
		}
	}
	return FETCH_GOT;
}

/* ---- Giving back ---- */

static void put(struct semu_vring *r, const struct semu_chain *c, uint32_t len)
{
	uint8_t *d = at(r, r->used_idx);
	uint16_t flags = r->used_wrap ? DESC_AVAIL | DESC_USED : 0;
	bool wrap = r->used_wrap;

	if (len)
		flags |= DESC_WRITE;
	advance(r, &r->used_idx, &r->used_wrap, c->slots);
	if (wrap != r->used_wrap)
		r->told = (uint16_t)(r->told - r->size);
	if (r->fly)
		note_giving(r, c);
	vhost_put32(d + DESC_LEN_AT, len);
	vhost_put16(d + PACKED_ID_AT, c->id);
	vhost_store16(d + PACKED_FLAGS_AT, flags);
	if (!r->fly)
		return;
	*semu_ring_fly(r, c->entry) = 0;
	commit(r);
}

static void publish(struct semu_vring *r)
{
	(void)r; /* put() has done so */
}

static bool wants_call(struct semu_vring *r)
{
	uint16_t flags = vhost_load16(r->avail + PACKED_EVENT_FLAGS_AT);
	uint16_t event;

	if (flags != PACKED_AT_DESC || !(r->v->features & VIRTIO_EVENT_IDX))
		return flags != PACKED_DISABLE;
	event = vhost_load16(r->avail + PACKED_EVENT_AT);
	if ((event >> 15) != r->used_wrap)
		event = (uint16_t)((event & 0x7fff) - r->size);
	else
		event &= 0x7fff;
	return (uint16_t)(r->used_idx - event - 1) <
	       (uint16_t)(r->used_idx - r->told);
}

static void arm(struct semu_vring *r)
{
	if (!(r->v->features & VIRTIO_EVENT_IDX))
		return;
	vhost_store16(r->used + PACKED_EVENT_AT,
		      (uint16_t)(r->next | r->wrap << 15));
	vhost_store16(r->used + PACKED_EVENT_FLAGS_AT, PACKED_AT_DESC);
}

/* ---- Starting and stopping ---- */

static uint32_t base(const struct semu_vring *r)
{
	return r->next | (uint32_t)r->wrap << 15 | (uint32_t)r->used_idx << 16 |
	       (uint32_t)r->used_wrap << 31;
}

static void set_base(struct semu_vring *r, uint32_t value)
{
	r->next = (value & 0x7fff) % r->size;
	r->wrap = value >> 15 & 1;
	r->used_idx = (uint16_t)((value >> 16 & 0x7fff) % r->size);
	r->used_wrap = value >> 31;
}

static void begin_list(struct semu_vring *r)
{
	for (uint16_t i = 0; i < r->size; i++)
		vhost_put16(semu_ring_fly(r, i) + FLY_NEXT_AT,
			    (uint16_t)(i + 1));
	set_word(r, FLY_USED_AT, r->used_idx);
	r->fly[FLY_WRAP_AT] = r->used_wrap;
	commit(r);
}

/* Did the guest see what was given back last? Then it is not in flight. */
static void settle(struct semu_vring *r)
{
	uint16_t i = word(r, FLY_OLD_USED_AT);
	bool wrap = r->fly[FLY_OLD_WRAP_AT];
	uint16_t flags;

	if (i != word(r, FLY_USED_AT) && i < r->size) {
		flags = vhost_load16(at(r, i) + PACKED_FLAGS_AT);
		if (!!(flags & DESC_AVAIL) == wrap &&
		    !!(flags & DESC_USED) == wrap)
			commit(r);
	}
	set_word(r, FLY_FREE_AT, word(r, FLY_OLD_FREE_AT));
	set_word(r, FLY_USED_AT, word(r, FLY_OLD_USED_AT));
	r->fly[FLY_WRAP_AT] = r->fly[FLY_OLD_WRAP_AT];
}

static void recover(struct semu_vring *r)
{
	uint32_t flying = 0;
	uint16_t i;

	if (!vhost_get16(r->fly + FLY_VERSION_AT)) {
		begin_list(r);
		return;
	}
	settle(r);
	i = word(r, FLY_FREE_AT);
	for (uint16_t n = 0; n < r->size && i < r->size; n++) {
		*semu_ring_fly(r, i) = 0;
		i = vhost_load16(semu_ring_fly(r, i) + FLY_NEXT_AT);
	}
	for (i = 0; i < r->size; i++)
		if (*semu_ring_fly(r, i))
			flying += vhost_get16(semu_ring_fly(r, i) + FLY_NUM_AT);
	r->used_idx = word(r, FLY_USED_AT) % r->size;
	r->used_wrap = r->fly[FLY_WRAP_AT];
	r->next = r->used_idx;
	r->wrap = r->used_wrap;
	advance(r, &r->next, &r->wrap,
		(uint16_t)(flying <= r->size ? flying : 0));
}

const struct semu_ring_format semu_ring_packed = {
	.map = map,
	.fetch = fetch,
	.again = again,
	.put = put,
	.publish = publish,
	.wants_call = wants_call,
	.arm = arm,
	.waiting = waiting,
	.base = base,
	.set_base = set_base,
	.recover = recover,
	.fly_head = FLY_PACKED,
	.fly_entry = FLY_PACKED_ENTRY,
};
