/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/split.c - split virtqueues (VIRTIO 1.2, 2.7): descriptors, a ring of
 * heads that are available, a ring of those that were used. */
#include <transport/vhost/vhost.h>

static bool map(struct semu_vring *r)
{
	size_t n = r->size;

	r->desc = semu_vhost_user(r->v, r->at[0], n * DESC);
	r->used = semu_vhost_user(r->v, r->at[1],
				  SPLIT_RING_AT + n * SPLIT_USED + 2);
	r->avail = semu_vhost_user(r->v, r->at[2], SPLIT_RING_AT + n * 2 + 2);
	return r->desc && r->used && r->avail && !(n & (n - 1)) &&
	       !((uintptr_t)r->desc % 16) && !((uintptr_t)r->used % 4) &&
	       !((uintptr_t)r->avail % 2);
}

/* Where index i is in a ring: its size is a power of two. */
static size_t slot(const struct semu_vring *r, uint16_t i)
{
	return i & (r->size - 1u);
}

/* As semu_ring_fly(), of one format. */
static uint8_t *entry(const struct semu_vring *r, uint16_t i)
{
	return r->fly + FLY_SPLIT + (size_t)i * FLY_SPLIT_ENTRY;
}

static uint8_t *used_event(const struct semu_vring *r)
{
	return r->avail + SPLIT_RING_AT + 2 * r->size;
}

static uint8_t *avail_event(const struct semu_vring *r)
{
	return r->used + SPLIT_RING_AT + SPLIT_USED * r->size;
}

static enum semu_fetch broken(struct semu_vring *r, const char *why)
{
	if (!r->broken)
		r->broken = why;
	return FETCH_BROKEN;
}

static enum semu_fetch walk(struct semu_vring *r, struct semu_chain *c,
			    uint16_t head)
{
	c->id = c->entry = head;
	return semu_chain_walk(r, c, head) ? FETCH_GOT : FETCH_BROKEN;
}

static void note_taken(struct semu_vring *r, uint16_t head)
{
	uint8_t *e;

	if (!r->fly)
		return;
	e = entry(r, head);
	vhost_put64(e + FLY_COUNTER_AT, r->counter++);
	__atomic_store_n(e, 1, __ATOMIC_RELEASE);
}

/* The entry's first byte is the mark; the counter is another word. */
static enum semu_fetch fetch(struct semu_vring *r, struct semu_chain *c)
{
	uint16_t idx = vhost_load16(r->avail + SPLIT_IDX_AT);
	uint16_t head;

	if (idx == r->next)
		return FETCH_NONE;
	if ((uint16_t)(idx - r->next) > r->size)
		return broken(r, "an available index that jumped");
	head = vhost_load16(r->avail + SPLIT_RING_AT + 2 * slot(r, r->next));
	if (head >= r->size)
		return broken(r, "a head outside the descriptors");
	r->next++;
	note_taken(r, head);
	return walk(r, c, head);
}

static void put(struct semu_vring *r, const struct semu_chain *c, uint32_t len)
{
	uint8_t *u = r->used + SPLIT_RING_AT +
		     SPLIT_USED * slot(r, r->used_idx);

	vhost_put32(u, c->id);
	vhost_put32(u + 4, len);
	r->used_idx++;
	if (!r->fly)
		return;
	vhost_put16(entry(r, c->entry) + FLY_SPLIT_NEXT_AT,
		    vhost_get16(r->fly + FLY_BATCH_AT));
	vhost_put16(r->fly + FLY_BATCH_AT, c->entry);
}

/* The last n that were given back are not in flight. */
static void forget_batch(struct semu_vring *r, uint16_t n)
{
	uint16_t i = vhost_load16(r->fly + FLY_BATCH_AT);

	for (; n && i < r->size; n--) {
		uint8_t *e = entry(r, i);

		*e = 0;
		i = vhost_load16(e + FLY_SPLIT_NEXT_AT);
	}
	__atomic_thread_fence(__ATOMIC_RELEASE);
	vhost_put16(r->fly + FLY_SPLIT_USED_AT, r->used_idx);
}

static void publish(struct semu_vring *r)
{
	uint16_t n = (uint16_t)(r->used_idx - r->published);

	vhost_store16(r->used + SPLIT_IDX_AT, r->used_idx);
	r->published = r->used_idx;
	if (r->fly)
		forget_batch(r, n);
}

static bool wants_call(struct semu_vring *r)
{
	uint16_t at;

	if (!(r->v->features & VIRTIO_EVENT_IDX))
		return !(vhost_load16(r->avail) & SPLIT_NO_CALL);
	at = vhost_load16(used_event(r));
	return (uint16_t)(r->used_idx - at - 1) <
	       (uint16_t)(r->used_idx - r->told);
}

static void arm(struct semu_vring *r)
{
	if (r->v->features & VIRTIO_EVENT_IDX)
		vhost_store16(avail_event(r), r->next);
}

static bool waiting(const struct semu_vring *r)
{
	return vhost_load16(r->avail + SPLIT_IDX_AT) != r->next;
}

static uint32_t base(const struct semu_vring *r)
{
	return r->next;
}

static void set_base(struct semu_vring *r, uint32_t value)
{
	r->next = (uint16_t)value;
	r->used_idx = r->published = vhost_load16(r->used + SPLIT_IDX_AT);
}

/* What was published but not noted is not in flight; what is came before what
 * we take next. */
static void recover(struct semu_vring *r)
{
	uint16_t n = (uint16_t)(r->used_idx -
				vhost_get16(r->fly + FLY_SPLIT_USED_AT));
	uint16_t flying = 0;

	if (vhost_get16(r->fly + FLY_VERSION_AT) && n && n <= r->size)
		forget_batch(r, n);
	vhost_put16(r->fly + FLY_SPLIT_USED_AT, r->used_idx);
	for (uint16_t i = 0; i < r->size; i++)
		flying += *entry(r, i) != 0;
	if (flying)
		r->next = (uint16_t)(r->used_idx + flying);
}

const struct semu_ring_format semu_ring_split = {
	.map = map,
	.fetch = fetch,
	.again = walk,
	.put = put,
	.publish = publish,
	.wants_call = wants_call,
	.arm = arm,
	.waiting = waiting,
	.base = base,
	.set_base = set_base,
	.recover = recover,
	.fly_head = FLY_SPLIT,
	.fly_entry = FLY_SPLIT_ENTRY,
};
