/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/ring.c - a queue, whatever its format. */
#define _GNU_SOURCE
#include <transport/vhost/vhost.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void signal_fd(int fd)
{
	if (fd >= 0)
		eventfd_write(fd, 1);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void unwatch(struct semu_vring *r)
{
	if (r->kick.fd < 0)
		return;
	scsiemu_loop_remove(r->v->loop, &r->kick);
	close_fd(&r->kick.fd);
}

/* The driver, or the front end, broke the rules: this queue ends here, until
 * it is started anew. */
void semu_ring_break(struct semu_vring *r, const char *why)
{
	char text[200];

	r->broken = why;
	r->kick.events = 0;
	snprintf(text, sizeof(text),
		 "%s: queue %u is served no more, until the driver resets the "
		 "device: %s",
		 r->v->path, (unsigned)r->index, why);
	semu_vhost_note(r->v, text);
	signal_fd(r->err);
}

/* ---- Chains ---- */

void semu_chain_begin(struct semu_chain *c)
{
	c->nout = c->nin = 0;
	c->out_len = c->in_len = 0;
	c->slots = 0;
}

/* Room for one more, and the two that splitting makes. */
static bool make_room(const struct semu_vring *r, struct semu_chain *c)
{
	const struct scsiemu_allocator *a = r->v->alloc;
	unsigned n = c->nout + c->nin, room = c->room ? 2 * c->room : 16;
	struct scsiemu_vec *v;

	if (n + 3 <= c->room)
		return true;
	v = a->alloc(a->ctx, room * sizeof(*v));
	if (!v)
		return false;
	if (c->v) {
		memcpy(v, c->v, n * sizeof(*v));
		a->free(a->ctx, c->v);
	}
	c->v = v;
	c->room = room;
	return true;
}

static bool add_piece(struct semu_vring *r, struct semu_chain *c, void *base,
		      uint64_t len, bool in)
{
	struct scsiemu_vec *v;

	if (!make_room(r, c)) {
		r->broken = "no memory";
		return false;
	}
	v = &c->v[c->nout + c->nin];
	v->base = base;
	v->len = (size_t)len;
	*(in ? &c->nin : &c->nout) += 1;
	*(in ? &c->in_len : &c->out_len) += len;
	return true;
}

bool semu_chain_add(struct semu_vring *r, struct semu_chain *c,
		    const uint8_t *desc, uint16_t flags)
{
	uint64_t at = vhost_get64(desc), len = vhost_get32(desc + DESC_LEN_AT);
	bool in = flags & DESC_WRITE;

	if (!in && c->nin) {
		r->broken = "a buffer to read behind one to write";
		return false;
	}
	while (len) {
		uint64_t n = len;
		uint8_t *p = semu_vhost_guest(r->v, at, &n);

		if (!p) {
			r->broken = "a buffer outside the guest's memory";
			return false;
		}
		if (!add_piece(r, c, p, n, in))
			return false;
		at += n;
		len -= n;
	}
	if (c->out_len < SCSIEMU_UNKNOWN && c->in_len < SCSIEMU_UNKNOWN)
		return true;
	r->broken = "buffers of 4 GiB in one request";
	return false;
}

/* One descriptor of a table, in one piece in our memory. */
static bool table_entry(struct semu_vring *r, uint64_t at, uint8_t desc[DESC])
{
	for (uint64_t i = 0, n; i < DESC; i += n) {
		const uint8_t *p;

		n = DESC - i;
		p = semu_vhost_guest(r->v, at + i, &n);
		if (!p) {
			r->broken = "a table of descriptors outside the "
				    "guest's memory";
			return false;
		}
		memcpy(desc + i, p, n);
	}
	return true;
}

static bool table_rest(struct semu_vring *r, struct semu_chain *c,
		       uint64_t table, uint32_t n, bool linked)
{
	uint32_t i = 0;

	for (uint32_t seen = 0; seen < n; seen++) {
		uint8_t desc[DESC];
		uint16_t flags;

		if (i >= n || !table_entry(r, table + (uint64_t)i * DESC, desc))
			break;
		flags = vhost_get16(
			desc + (linked ? SPLIT_FLAGS_AT : PACKED_FLAGS_AT));
		if (flags & DESC_INDIRECT) {
			r->broken = "a table of descriptors in a table";
			return false;
		}
		if (!semu_chain_add(r, c, desc, flags))
			return false;
		if (linked && !(flags & DESC_NEXT))
			return true;
		i = linked ? vhost_get16(desc + SPLIT_NEXT_AT) : i + 1;
	}
	if (!linked && !r->broken)
		return true;
	if (!r->broken)
		r->broken = "a table of descriptors that loops, or leads "
			    "outside";
	return false;
}

bool semu_chain_table(struct semu_vring *r, struct semu_chain *c,
		      const uint8_t *desc, bool linked)
{
	uint32_t len = vhost_get32(desc + DESC_LEN_AT);

	if (!(r->v->features & VIRTIO_INDIRECT))
		r->broken = "a table of descriptors, which was not negotiated";
	else if (!len || len % DESC || len / DESC > SEMU_VHOST_RING)
		r->broken = "a table of descriptors of an impossible length";
	return !r->broken &&
	       table_rest(r, c, vhost_get64(desc), len / DESC, linked);
}

/* ---- Taking and giving ---- */

int semu_ring_oldest(const struct semu_vring *r)
{
	uint64_t least = r->counter;
	int found = -1;

	for (uint16_t i = 0; i < r->size; i++) {
		const uint8_t *e = semu_ring_fly(r, i);
		uint64_t n = vhost_get64(e + FLY_COUNTER_AT);

		if (*e && n >= r->after && n < least) {
			least = n;
			found = i;
		}
	}
	return found;
}

/* What a back end before us left, in its order. */
static enum semu_fetch again(struct semu_vring *r, struct semu_chain *c)
{
	int entry = semu_ring_oldest(r);

	if (entry < 0) {
		r->after = UINT64_MAX;
		return FETCH_NONE;
	}
	r->after = vhost_get64(semu_ring_fly(r, (uint16_t)entry) +
			       FLY_COUNTER_AT) +
		   1;
	return r->format->again(r, c, (uint16_t)entry);
}

enum semu_fetch semu_ring_fetch(struct semu_vring *r, struct semu_chain *c)
{
	enum semu_fetch rc = FETCH_NONE;

	semu_chain_begin(c);
	if (r->after != UINT64_MAX)
		rc = again(r, c);
	if (rc == FETCH_NONE)
		rc = r->format->fetch(r, c);
	if (rc == FETCH_GOT && r->live == r->size) {
		r->broken = "more requests than descriptors";
		rc = FETCH_BROKEN;
	}
	if (rc == FETCH_GOT)
		r->live++;
	if (rc == FETCH_BROKEN)
		semu_ring_break(r, r->broken);
	return rc;
}

void semu_ring_give(struct semu_vring *r, const struct semu_chain *c,
		    uint32_t len)
{
	r->live--;
	if (!r->started || r->broken)
		return;
	r->format->put(r, c, len);
	r->gave = true;
}

/* What was given back becomes visible; one signal for all of it. */
void semu_ring_tell(struct semu_vring *r)
{
	if (!r->gave)
		return;
	r->gave = false;
	if (!r->started || r->broken)
		return;
	r->format->publish(r);
	/* Before we look whether a signal is wanted. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (r->format->wants_call(r))
		signal_fd(r->call);
	r->told = r->used_idx;
}

static void one(struct semu_vring *r, struct semu_vhost_cmd *c)
{
	if (r->index == QUEUE_CONTROL)
		semu_vhost_control(c);
	else
		semu_vhost_request(c);
}

/* As many as the queue is long; whether there are more. */
static bool take(struct semu_vring *r)
{
	for (unsigned i = 0; i < r->size && semu_ring_runs(r); i++) {
		struct semu_vhost_cmd *c = semu_vhost_new(r);

		if (!c)
			return true;
		if (semu_ring_fetch(r, &c->c) != FETCH_GOT) {
			semu_vhost_drop(c);
			return false;
		}
		one(r, c);
	}
	return semu_ring_runs(r);
}

void semu_ring_serve(struct semu_vring *r)
{
	if (!semu_ring_runs(r))
		return;
	if (r->index == QUEUE_EVENT) {
		semu_vhost_events(r->v);
		return;
	}
	if (take(r)) {
		signal_fd(r->kick.fd); /* others first */
	} else if (semu_ring_runs(r)) {
		r->format->arm(r);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (r->format->waiting(r))
			signal_fd(r->kick.fd);
	}
	for (unsigned i = 0; i < r->v->nrings; i++)
		semu_ring_tell(&r->v->ring[i]);
}

/* ---- Starting and stopping ---- */

static void kicked(struct scsiemu_source *s, short revents)
{
	struct semu_vring *r = (struct semu_vring *)s;
	uint8_t count[8];
	ssize_t n = read(s->fd, count, sizeof(count));

	(void)revents;
	if (n > 0)
		semu_ring_serve(r);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		semu_ring_break(r, "its kick descriptor cannot be read");
}

void semu_ring_init(struct semu_vring *r, struct scsiemu_vhost *v,
		    unsigned index)
{
	memset(r, 0, sizeof(*r));
	r->v = v;
	r->index = (uint16_t)index;
	r->format = &semu_ring_split;
	r->kick.fd = r->call = r->err = -1;
	r->kick.ready = kicked;
}

void semu_ring_set_kick(struct semu_vring *r, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	unwatch(r);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK)) {
		close(fd);
		return;
	}
	r->kick.fd = fd;
	r->kick.events = POLLIN;
	if (scsiemu_loop_add(r->v->loop, &r->kick))
		close_fd(&r->kick.fd);
}

/* What a back end before us gave back, and did not tell of, has one signal now:
 * no later one would come for it. */
void semu_ring_set_call(struct semu_vring *r, int fd)
{
	close_fd(&r->call);
	r->call = fd;
	if (r->started)
		signal_fd(fd);
}

/* Its part of the memory of what is in flight, if there is such a part. */
static void begin_fly(struct semu_vring *r)
{
	size_t len = semu_vhost_fly_len(r->format, r->size);
	uint8_t *fly = r->v->fly + r->index * len;

	r->fly = NULL;
	r->counter = 0;
	r->after = UINT64_MAX;
	if (!r->v->fly || (r->index + 1) * len > r->v->fly_len)
		return;
	r->fly = fly;
	if (vhost_get16(fly + FLY_VERSION_AT) != 1 ||
	    vhost_get16(fly + FLY_COUNT_AT) != r->size) {
		memset(fly, 0, len);
		vhost_put16(fly + FLY_COUNT_AT, r->size);
	}
	for (uint16_t i = 0; i < r->size; i++) {
		const uint8_t *e = semu_ring_fly(r, i);
		uint64_t n = vhost_get64(e + FLY_COUNTER_AT);

		if (*e && n >= r->counter && n < UINT64_MAX - 1)
			r->counter = n + 1;
	}
	r->after = 0;
	r->format->recover(r);
	vhost_put16(fly + FLY_VERSION_AT, 1);
}

void semu_ring_start(struct semu_vring *r)
{
	if (r->started || r->kick.fd < 0)
		return;
	r->broken = NULL;
	r->gave = false;
	if (!r->size || !r->format->map(r)) {
		semu_ring_break(r, "it has no size, or is not in the guest's "
				   "memory, aligned");
		return;
	}
	r->format->set_base(r, r->base);
	begin_fly(r);
	r->told = r->used_idx;
	r->started = true;
	signal_fd(r->call); /* as semu_ring_set_call() */
	semu_ring_serve(r);
}

void semu_ring_stop(struct semu_vring *r)
{
	if (r->started) {
		semu_ring_tell(r);
		r->base = r->format->base(r);
		if (r->fly) /* nothing is: the next start begins anew */
			vhost_put16(r->fly + FLY_VERSION_AT, 0);
	}
	r->started = false;
	r->broken = NULL;
	r->fly = NULL;
	unwatch(r);
}

bool semu_ring_remap(struct semu_vring *r)
{
	return !r->started || r->format->map(r);
}

void semu_ring_close(struct semu_vring *r)
{
	struct scsiemu_vhost *v = r->v;

	unwatch(r);
	close_fd(&r->call);
	close_fd(&r->err);
	semu_ring_init(r, v, r->index);
}
