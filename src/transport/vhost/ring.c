/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/ring.c - a queue, whatever its format. */
#define _GNU_SOURCE
#include <transport/vhost/vhost.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* To one that nobody has any more: SIGPIPE would be the end of us. */
static void signal_pipe(int fd)
{
	static const struct timespec now = { 0, 0 };
	sigset_t mask, pending, broken;
	bool was;

	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &broken, &mask);
	sigpending(&pending);
	was = sigismember(&pending, SIGPIPE);
	if (eventfd_write(fd, 1) && errno == EPIPE && !was)
		sigtimedwait(&broken, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

static void send_signal(const struct semu_signal *s)
{
	if (s->fd < 0)
		return;
	if (s->pipe)
		signal_pipe(s->fd);
	else
		eventfd_write(s->fd, 1);
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
	send_signal(&r->err);
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

static enum semu_fetch accept(struct semu_vring *r, const struct semu_chain *c)
{
	bool fits = c->out_len < SCSIEMU_UNKNOWN && c->in_len < SCSIEMU_UNKNOWN;

	if (fits && r->live < r->size) {
		r->live++;
		return FETCH_GOT;
	}
	r->broken = fits ? "more requests than descriptors"
			 : "buffers of 4 GiB in one request";
	return FETCH_BROKEN;
}

enum semu_fetch semu_ring_fetch(struct semu_vring *r, struct semu_chain *c)
{
	enum semu_fetch rc = FETCH_NONE;

	c->nout = c->nin = 0;
	c->out_len = c->in_len = 0;
	c->slots = 0;
	if (r->after != UINT64_MAX)
		rc = again(r, c);
	if (rc == FETCH_NONE)
		rc = r->format->fetch(r, c);
	if (rc == FETCH_GOT)
		rc = accept(r, c);
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
		send_signal(&r->call);
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
	/* Nothing else ends it meanwhile. */
	for (unsigned i = 0; i < r->size && !r->broken; i++) {
		struct semu_vhost_cmd *c = semu_vhost_new(r);

		if (!c)
			return true;
		if (semu_ring_fetch(r, &c->c) != FETCH_GOT) {
			semu_vhost_drop(c);
			return false;
		}
		one(r, c);
	}
	return !r->broken;
}

void semu_ring_serve(struct semu_vring *r)
{
	bool events = r->index == QUEUE_EVENT;

	if (!semu_ring_runs(r))
		return;
	if (events)
		semu_vhost_events(r->v);
	r->more = !events && take(r); /* others first */
	if (!r->more && semu_ring_runs(r)) {
		r->format->arm(r);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		r->more = r->format->waiting(r) && (!events || r->v->missed);
	}
	if (r->more)
		semu_vhost_wake(r->v);
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
	r->kick.fd = r->call.fd = r->err.fd = -1;
	r->kick.ready = kicked;
}

bool semu_ring_set_kick(struct semu_vring *r, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	unwatch(r);
	r->kick.fd = fd;
	r->kick.events = POLLIN;
	if (flags >= 0 && !fcntl(fd, F_SETFL, flags | O_NONBLOCK) &&
	    !scsiemu_loop_add(r->v->loop, &r->kick))
		return true;
	close_fd(&r->kick.fd);
	return false;
}

/* User-mode Linux has pipes. Who does not empty it is told already. */
void semu_ring_set_signal(struct semu_signal *s, int fd)
{
	struct stat st;

	close_fd(&s->fd);
	if (fd < 0)
		return;
	s->fd = fd;
	s->pipe = fstat(fd, &st) || st.st_mode & S_IFMT;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* What a back end before us gave back, and did not tell of, has one signal now:
 * no later one would come for it. */
void semu_ring_set_call(struct semu_vring *r, int fd)
{
	semu_ring_set_signal(&r->call, fd);
	if (r->started)
		send_signal(&r->call);
}

/* Its part of the memory of what is in flight, if there is such a part. */
static void begin_fly(struct semu_vring *r)
{
	size_t len = semu_vhost_fly_len(r->format, r->size);
	uint8_t *fly;

	r->fly = NULL;
	r->counter = 0;
	r->after = UINT64_MAX;
	if (!r->v->fly || (r->index + 1) * len > r->v->fly_len)
		return;
	r->fly = fly = r->v->fly + r->index * len;
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
	send_signal(&r->call); /* as semu_ring_set_call() */
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
	if (!r->started || r->broken || r->format->map(r))
		return true;
	semu_ring_break(r, "its memory was taken away");
	return false;
}

void semu_ring_close(struct semu_vring *r)
{
	struct scsiemu_vhost *v = r->v;

	unwatch(r);
	semu_ring_set_signal(&r->call, -1);
	semu_ring_set_signal(&r->err, -1);
	semu_ring_init(r, v, r->index);
}
