/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/stream.c - one connection's socket between epoll and the engine. All
 * connections share one receive buffer, so that an idle one costs nothing;
 * large payloads are received straight to where they belong.
 */
#include <transport/iscsi/server.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#define DIRECT                                                                 \
	4096	 /* bytes of payload from which on receiving in place pays     \
		  */
#define ROUNDS 4 /* full buffers before others get their turn */

static bool watch(struct semu_stream *st, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = st };
	int op = st->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (st->events == events)
		return true;
	if (st->s->sys->epoll_ctl(st->s->ep, op, st->fd, &ev) < 0)
		return false;
	st->events = events;
	return true;
}

static void name_of(const struct sockaddr_storage *a, char out[64])
{
	char text[INET6_ADDRSTRLEN] = "?";

	if (a->ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const void *)a;

		inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
		snprintf(out, 64, "[%s]:%u", text, ntohs(v6->sin6_port));
	} else {
		const struct sockaddr_in *v4 = (const void *)a;

		inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
		snprintf(out, 64, "%s:%u", text, ntohs(v4->sin_port));
	}
}

static void addresses(int fd, char local[64], char peer[64])
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	memset(&a, 0, sizeof(a));
	getsockname(fd, (struct sockaddr *)&a, &len);
	name_of(&a, local);
	memset(&a, 0, sizeof(a));
	len = sizeof(a);
	getpeername(fd, (struct sockaddr *)&a, &len);
	name_of(&a, peer);
}

static void link_stream(struct semu_stream *st)
{
	struct scsiemu_iscsi_server *s = st->s;

	st->next = s->streams;
	st->prev = &s->streams;
	if (st->next)
		st->next->prev = &st->next;
	s->streams = st;
	s->nstreams++;
}

void semu_stream_open(struct scsiemu_iscsi_server *s, int fd,
		      const struct semu_listener *l)
{
	struct semu_stream *st = s->alloc->alloc(s->alloc->ctx, sizeof(*st));
	char local[64], peer[64];
	int one = 1;

	if (!st) {
		s->sys->close(fd);
		return;
	}
	memset(st, 0, sizeof(*st));
	st->kind = SEMU_STREAM;
	st->fd = fd;
	st->s = s;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	addresses(fd, local, peer);
	st->conn = scsiemu_iscsi_open(s->engine,
				      scsiemu_iscsi_portal_tag(l->portal),
				      local, peer, st);
	link_stream(st);
	if (!st->conn || !watch(st, EPOLLIN))
		semu_stream_close(st);
}

void semu_stream_close(struct semu_stream *st)
{
	struct scsiemu_iscsi_server *s = st->s;
	struct scsiemu_iscsi_conn *c = st->conn;

	if (st->ended)
		return;
	st->ended = true;
	st->conn = NULL;
	if (c)
		scsiemu_iscsi_close(c);
	s->sys->close(st->fd);
	if (st->stash)
		s->alloc->free(s->alloc->ctx, st->stash);
	*st->prev = st->next;
	if (st->next)
		st->next->prev = st->prev;
	s->nstreams--;
	/* Events of this round, or the dirty list, may still name it. */
	st->next = s->ended;
	s->ended = st;
}

void semu_stream_dirty(struct semu_stream *st)
{
	if (st->dirty || st->ended)
		return;
	st->dirty = true;
	st->dirty_next = st->s->dirty;
	st->s->dirty = st;
}

/* What the engine did not take has to wait until the initiator reads. */
static bool stash(struct semu_stream *st, const uint8_t *p, size_t len)
{
	const struct scsiemu_allocator *a = st->s->alloc;

	st->stash = a->alloc(a->ctx, len);
	if (!st->stash)
		return false;
	memcpy(st->stash, p, len);
	st->stash_len = len;
	st->stash_off = 0;
	return true;
}

/* One receive. Returns bytes, 0 = nothing now, -1 = over. *full: there may be
 * more. */
static ssize_t receive(struct semu_stream *st, size_t *direct, bool *full)
{
	struct scsiemu_iscsi_server *s = st->s;
	struct iovec v[2] = { { NULL, 0 }, { s->recv, SEMU_RECV } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 };
	ssize_t n;

	v[0].iov_base = scsiemu_iscsi_window(st->conn, &v[0].iov_len);
	if (!v[0].iov_base || v[0].iov_len < DIRECT) {
		*direct = 0;
		n = s->sys->recv(st->fd, s->recv, SEMU_RECV, MSG_DONTWAIT);
		*full = n == SEMU_RECV;
	} else {
		*direct = v[0].iov_len;
		n = s->sys->recvmsg(st->fd, &m, MSG_DONTWAIT);
		*full = n == (ssize_t)(*direct + SEMU_RECV);
	}
	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -1;
}

static bool feed(struct semu_stream *st, size_t n, size_t direct)
{
	size_t k = n < direct ? n : direct, taken;

	if (k)
		scsiemu_iscsi_landed(st->conn, k);
	n -= k;
	taken = n ? scsiemu_iscsi_input(st->conn, st->s->recv, n) : 0;
	if (taken == n || scsiemu_iscsi_state(st->conn) >= SCSIEMU_ISCSI_DRAIN)
		return true;
	return stash(st, st->s->recv + taken, n - taken);
}

void semu_stream_receive(struct semu_stream *st)
{
	bool full = true;

	for (int i = 0; full && i < ROUNDS && !st->ended && !st->stash &&
			scsiemu_iscsi_reads(st->conn);
	     i++) {
		size_t direct = 0;
		ssize_t n = receive(st, &direct, &full);

		if (n < 0 || (n && !feed(st, (size_t)n, direct)))
			semu_stream_close(st);
		else if (!n)
			break;
	}
	if (!st->ended && (st->stash || !scsiemu_iscsi_reads(st->conn)))
		semu_stream_dirty(st);
}

/* 0 = all sent, 1 = the socket is full, -1 = over. */
static int send_all(struct semu_stream *st)
{
	struct scsiemu_iscsi_server *s = st->s;
	struct msghdr m = { .msg_iov = s->iov };
	unsigned n;

	while ((n = scsiemu_iscsi_output(st->conn, (struct scsiemu_vec *)s->iov,
					 SEMU_NIOV))) {
		ssize_t sent;

		m.msg_iovlen = n;
		sent = s->sys->sendmsg(st->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0)
			return errno == EAGAIN || errno == EINTR ? 1 : -1;
		scsiemu_iscsi_sent(st->conn, (size_t)sent);
	}
	return 0;
}

static void feed_stash(struct semu_stream *st)
{
	st->stash_off += scsiemu_iscsi_input(st->conn,
					     st->stash + st->stash_off,
					     st->stash_len - st->stash_off);
	if (st->stash_off < st->stash_len)
		return;
	st->s->alloc->free(st->s->alloc->ctx, st->stash);
	st->stash = NULL;
}

void semu_stream_update(struct semu_stream *st)
{
	uint32_t events = 0;
	int r = send_all(st);

	while (r == 0 && st->stash && scsiemu_iscsi_reads(st->conn)) {
		feed_stash(st);
		scsiemu_iscsi_flush(st->s->engine);
		r = send_all(st);
	}
	if (r < 0 || scsiemu_iscsi_state(st->conn) == SCSIEMU_ISCSI_DEAD) {
		semu_stream_close(st);
		return;
	}
	if (!st->stash && scsiemu_iscsi_reads(st->conn))
		events |= EPOLLIN;
	if (r)
		events |= EPOLLOUT;
	/* Waiting for nothing would miss that the peer hung up. */
	if (!watch(st, events ? events : EPOLLRDHUP))
		semu_stream_close(st);
}
