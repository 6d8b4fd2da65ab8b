/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/server.c - listeners, epoll and the clock around the engine. A round:
 * receive from everybody who has something, one flush of the pumps, then one
 * sendmsg for each connection that has answers.
 */
#define _GNU_SOURCE /* accept4 */
#include <transport/iscsi/server.h>

#include <transport/iscsi/target.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS	  250 /* at most between two ticks while there are sessions */
#define BACKLOG	  256
#define SPIN_MAX  16  /* busy-poll receives from up to so many connections */
#define SPIN_EACH 256 /* ... and looks for other events every so often */

_Static_assert(sizeof(struct scsiemu_vec) == sizeof(struct iovec) &&
		       offsetof(struct scsiemu_vec, len) ==
			       offsetof(struct iovec, iov_len),
	       "the engine's vectors are the system's");

static int sys_accept(int fd, struct sockaddr *a, socklen_t *len, int flags)
{
	return accept4(fd, a, len, flags);
}

static uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static const struct semu_iscsi_sys real_sys = {
	.socket = socket,
	.bind = bind,
	.listen = listen,
	.accept = sys_accept,
	.recv = recv,
	.recvmsg = recvmsg,
	.sendmsg = sendmsg,
	.epoll_ctl = epoll_ctl,
	.epoll_wait = epoll_wait,
	.close = close,
	.clock_ms = clock_ms,
};

void semu_iscsi_server_sys(struct scsiemu_iscsi_server *s,
			   const struct semu_iscsi_sys *sys)
{
	s->sys = sys;
	s->now = sys->clock_ms();
}

static void wake(void *ctx, struct scsiemu_iscsi_conn *c)
{
	struct semu_stream *st = scsiemu_iscsi_user(c);

	(void)ctx;
	semu_stream_dirty(st);
}

static bool setup(struct scsiemu_iscsi_server *s,
		  const struct scsiemu_iscsi_server_config *f)
{
	struct scsiemu_iscsi_config cf = {
		.size = sizeof(cf),
		.scratch = f->scratch,
		.allocator = f->allocator,
		.memory = f->memory,
		.wake = wake,
		.ctx = s,
	};
	struct epoll_event ev = { .events = EPOLLIN };

	s->engine = scsiemu_iscsi_create(f->node, &cf);
	s->ep = epoll_create1(EPOLL_CLOEXEC);
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->stop_kind = SEMU_STOP;
	ev.data.ptr = &s->stop_kind;
	return s->engine && s->ep >= 0 && s->stop_fd >= 0 &&
	       epoll_ctl(s->ep, EPOLL_CTL_ADD, s->stop_fd, &ev) == 0;
}

struct scsiemu_iscsi_server *scsiemu_iscsi_server_create(
	const struct scsiemu_iscsi_server_config *f, struct scsiemu_errmsg *err)
{
	struct scsiemu_iscsi_server *s;

	s = f->allocator->alloc(f->allocator->ctx, sizeof(*s));
	if (!s) {
		semu_iscsi_err(err, "iSCSI server: out of memory");
		return NULL;
	}
	/* All but the receive buffer. */
	memset(s, 0, offsetof(struct scsiemu_iscsi_server, recv));
	s->alloc = f->allocator;
	s->sys = &real_sys;
	s->node = f->node;
	s->busy_poll = f->busy_poll;
	s->call = f->call;
	s->ctx = f->ctx;
	s->ep = s->stop_fd = -1;
	if (!setup(s, f)) {
		semu_iscsi_err(err, "iSCSI server: %s", strerror(errno));
		scsiemu_iscsi_server_destroy(s);
		return NULL;
	}
	s->now = s->sys->clock_ms();
	return s;
}

struct scsiemu_iscsi *scsiemu_iscsi_server_engine(
	struct scsiemu_iscsi_server *s)
{
	return s->engine;
}

/* Listeners. */

static socklen_t address_of(const struct scsiemu_iscsi_portal *p,
			    struct sockaddr_storage *a)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)a;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;
	const char *text = scsiemu_iscsi_portal_addr(p);

	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(scsiemu_iscsi_portal_port(p));
		return sizeof(*v4);
	}
	inet_pton(AF_INET6, text, &v6->sin6_addr);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(scsiemu_iscsi_portal_port(p));
	return sizeof(*v6);
}

static int bind_portal(struct scsiemu_iscsi_server *s,
		       const struct scsiemu_iscsi_portal *p)
{
	struct sockaddr_storage a;
	socklen_t len = address_of(p, &a);
	int one = 1, fd;

	fd = s->sys->socket(a.ss_family,
			    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (a.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (s->sys->bind(fd, (struct sockaddr *)&a, len) < 0 ||
	    s->sys->listen(fd, BACKLOG) < 0) {
		int e = errno;

		s->sys->close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

static void note_port(struct scsiemu_iscsi_portal *p, int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	memset(&a, 0, sizeof(a));
	if (getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		return;
	scsiemu_iscsi_portal_bound(
		p, ntohs(a.ss_family == AF_INET6
				 ? ((struct sockaddr_in6 *)&a)->sin6_port
				 : ((struct sockaddr_in *)&a)->sin_port));
}

static bool hear(struct scsiemu_iscsi_server *s, struct semu_listener *l)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = l };

	return s->sys->epoll_ctl(s->ep, EPOLL_CTL_ADD, l->fd, &ev) == 0;
}

static bool listen_on(struct scsiemu_iscsi_server *s,
		      struct scsiemu_iscsi_portal *p)
{
	struct semu_listener *l = s->alloc->alloc(s->alloc->ctx, sizeof(*l));

	if (!l) {
		errno = ENOMEM;
		return false;
	}
	l->kind = SEMU_LISTENER;
	l->portal = p;
	l->fd = bind_portal(s, p);
	if (l->fd < 0) {
		s->alloc->free(s->alloc->ctx, l);
		return false;
	}
	l->next = s->listeners;
	s->listeners = l;
	if (!scsiemu_iscsi_portal_port(p))
		note_port(p, l->fd);
	return hear(s, l);
}

static void close_listeners(struct scsiemu_iscsi_server *s)
{
	while (s->listeners) {
		struct semu_listener *l = s->listeners;

		s->listeners = l->next;
		s->sys->close(l->fd);
		s->alloc->free(s->alloc->ctx, l);
	}
}

int scsiemu_iscsi_server_listen(struct scsiemu_iscsi_server *s,
				struct scsiemu_errmsg *err)
{
	struct scsiemu_iscsi_portal *p = NULL;

	while ((p = scsiemu_iscsi_portal_next(s->node, p)) != NULL) {
		if (listen_on(s, p))
			continue;
		semu_iscsi_err(err, "portal %s port %u: cannot listen: %s",
			       scsiemu_iscsi_portal_addr(p),
			       scsiemu_iscsi_portal_port(p), strerror(errno));
		close_listeners(s);
		return -1;
	}
	return 0;
}

/* Libraries. */

static int operate(struct scsiemu_iscsi_server *s,
		   struct scsiemu_host_lu *library, struct scsiemu_errmsg *err)
{
	int fd = scsiemu_host_control(library, err);
	struct epoll_event ev = { .events = EPOLLIN };
	struct semu_operated *o;

	if (fd < 0)
		return -1;
	o = s->alloc->alloc(s->alloc->ctx, sizeof(*o));
	if (!o) {
		semu_iscsi_err(err, "iSCSI server: out of memory");
		return -1;
	}
	*o = (struct semu_operated){ .kind = SEMU_OPERATED,
				     .library = library,
				     .next = s->operated };
	s->operated = o;
	ev.data.ptr = o;
	if (!s->sys->epoll_ctl(s->ep, EPOLL_CTL_ADD, fd, &ev))
		return 0;
	semu_iscsi_err(err, "iSCSI server: %s", strerror(errno));
	return -1;
}

int scsiemu_iscsi_server_operate(struct scsiemu_iscsi_server *s,
				 struct scsiemu_host_device *h,
				 struct scsiemu_errmsg *err)
{
	int rc = 0;

	for (struct scsiemu_host_unit *u = h->units; u && !rc; u = u->next)
		if (scsiemu_host_is_library(&u->host))
			rc = operate(s, &u->host, err);
	return rc;
}

/* Out of descriptors or memory: what waits to be accepted would spin. */
static void go_deaf(struct scsiemu_iscsi_server *s)
{
	for (struct semu_listener *l = s->listeners; l; l = l->next)
		s->sys->epoll_ctl(s->ep, EPOLL_CTL_DEL, l->fd, NULL);
	s->deaf = true;
}

static void hear_again(struct scsiemu_iscsi_server *s)
{
	for (struct semu_listener *l = s->listeners; l; l = l->next)
		hear(s, l);
	s->deaf = false;
}

static void accept_some(struct scsiemu_iscsi_server *s,
			const struct semu_listener *l)
{
	for (int i = 0; i < BACKLOG; i++) {
		int fd = s->sys->accept(l->fd, NULL, NULL,
					SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			semu_stream_open(s, fd, l);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			go_deaf(s);
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

/* The loop. */

/* What the eventfd adds up: stops, and above them calls. */
#define CALL (UINT64_C(1) << 32)

static void tell_loop(struct scsiemu_iscsi_server *s, uint64_t why)
{
	int e = errno;

	/* A full counter is as good: the loop is awake. */
	if (write(s->stop_fd, &why, sizeof(why)) < 0)
		errno = 0;
	errno = e;
}

void scsiemu_iscsi_server_stop(struct scsiemu_iscsi_server *s)
{
	tell_loop(s, 1);
}

void scsiemu_iscsi_server_call(struct scsiemu_iscsi_server *s)
{
	tell_loop(s, CALL);
}

static void stopping(struct scsiemu_iscsi_server *s, uint64_t n)
{
	if (!s->stops) {
		close_listeners(s);
		scsiemu_iscsi_shutdown(s->engine);
	}
	s->stops += n > 2 ? 2 : (unsigned)n;
	while (s->stops > 1 && s->streams)
		semu_stream_close(s->streams);
}

static void woken(struct scsiemu_iscsi_server *s)
{
	uint64_t n = 0;

	if (read(s->stop_fd, &n, sizeof(n)) != sizeof(n))
		return;
	if (n >= CALL && s->call)
		s->call(s->ctx);
	n %= CALL;
	if (n)
		stopping(s, n);
}

static void dispatch(struct scsiemu_iscsi_server *s,
		     const struct epoll_event *ev)
{
	enum semu_source kind = *(enum semu_source *)ev->data.ptr;
	struct semu_stream *st = ev->data.ptr;

	if (kind == SEMU_STOP) {
		woken(s);
	} else if (kind == SEMU_OPERATED) {
		scsiemu_host_operate(
			((struct semu_operated *)ev->data.ptr)->library);
	} else if (kind == SEMU_LISTENER) {
		if (!s->stops)
			accept_some(s, ev->data.ptr);
	} else if (st->ended) {
		return;
	} else if ((ev->events & (EPOLLHUP | EPOLLERR)) ||
		   (!(ev->events & EPOLLIN) && (ev->events & EPOLLRDHUP))) {
		semu_stream_close(st);
	} else {
		if (ev->events & EPOLLIN)
			semu_stream_receive(st);
		if (ev->events & EPOLLOUT)
			semu_stream_dirty(st);
	}
}

static void look_at_clock(struct scsiemu_iscsi_server *s)
{
	uint64_t now = s->sys->clock_ms();

	if (now == s->now)
		return;
	s->now = now;
	scsiemu_iscsi_time(s->engine, now);
}

/* The next tick: a device may want it sooner than the last one thought. */
static uint64_t due(const struct scsiemu_iscsi_server *s)
{
	uint64_t at = scsiemu_iscsi_due(s->engine);

	if (at >= s->next_tick)
		return s->next_tick;
	return at > s->ticked ? at : s->ticked + 1;
}

static void tick(struct scsiemu_iscsi_server *s)
{
	uint64_t next;

	if (s->now < due(s))
		return;
	if (s->deaf)
		hear_again(s);
	next = scsiemu_iscsi_tick(s->engine, s->now);
	s->ticked = s->now;
	s->next_tick = s->now + TICK_MS;
	if (next < s->next_tick)
		s->next_tick = next > s->now ? next : s->now + 1;
}

/* End of a round: everything that was started is answered if it can be. */
static void finish(struct scsiemu_iscsi_server *s)
{
	s->more = scsiemu_iscsi_flush(s->engine);
	while (s->dirty) {
		struct semu_stream *st = s->dirty;

		s->dirty = st->dirty_next;
		st->dirty = false;
		if (!st->ended)
			semu_stream_update(st);
	}
	while (s->ended) {
		struct semu_stream *st = s->ended;

		s->ended = st->next;
		s->alloc->free(s->alloc->ctx, st);
	}
}

static int wait_ms(const struct scsiemu_iscsi_server *s)
{
	uint64_t at = due(s);

	if (s->busy_poll || s->more)
		return 0;
	return at > s->now ? (int)(at - s->now) : 0;
}

static int events(struct scsiemu_iscsi_server *s)
{
	struct epoll_event ev[SEMU_EVENT];
	int n = s->sys->epoll_wait(s->ep, ev, SEMU_EVENT, wait_ms(s));

	if (n < 0)
		return errno == EINTR ? 0 : -1;
	look_at_clock(s);
	for (int i = 0; i < n; i++)
		dispatch(s, &ev[i]);
	return 0;
}

/* Receive without asking first. */
static void spin(struct scsiemu_iscsi_server *s)
{
	struct semu_stream *st, *next;

	for (int i = 0; i < SPIN_EACH && !s->dirty && s->nstreams; i++) {
		for (st = s->streams; st; st = next) {
			next = st->next;
			if (st->events & EPOLLIN)
				semu_stream_receive(st);
		}
	}
}

int scsiemu_iscsi_server_run(struct scsiemu_iscsi_server *s,
			     struct scsiemu_errmsg *err)
{
	look_at_clock(s);
	tick(s); /* deadlines count from a clock that is set */
	while (!s->stops || s->nstreams) {
		if (s->busy_poll && s->nstreams <= SPIN_MAX)
			spin(s);
		if (s->dirty) {
			look_at_clock(s);
		} else if (events(s) < 0) {
			semu_iscsi_err(err, "epoll_wait: %s", strerror(errno));
			return -1;
		}
		tick(s);
		finish(s);
	}
	return 0;
}

void scsiemu_iscsi_server_destroy(struct scsiemu_iscsi_server *s)
{
	if (!s)
		return;
	close_listeners(s);
	while (s->streams)
		semu_stream_close(s->streams);
	if (s->engine)
		finish(s);
	scsiemu_iscsi_destroy(s->engine);
	while (s->operated) {
		struct semu_operated *o = s->operated;

		s->operated = o->next;
		s->alloc->free(s->alloc->ctx, o);
	}
	if (s->ep >= 0)
		close(s->ep);
	if (s->stop_fd >= 0)
		close(s->stop_fd);
	s->alloc->free(s->alloc->ctx, s);
}
