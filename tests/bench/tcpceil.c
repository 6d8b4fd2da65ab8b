/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcpceil - what loopback TCP alone can do with iSCSI-shaped traffic.
 *
 *	tcpceil server PORT [poll]	(port 0: picks one and prints it)
 *	tcpceil rr     PORT REQ REP QD SESSIONS SECONDS
 *
 * The server answers every REQ bytes received with REP bytes: one epoll loop,
 * one recv into a large buffer and one send per wake-up and connection. No
 * protocol work is done, so the client's rate is the upper limit of what a
 * one-thread socket target can reach on this machine. A 4 KiB iSCSI READ is
 * REQ 48, REP 4144 (a Data-In with status); a 4 KiB WRITE with immediate data
 * is 4144, 48. With "poll" the server never sleeps. The client tells the
 * server both sizes in the first 8 bytes.
 */
#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define RXCAP (1 << 20)
#define TXCAP (256 << 10)
#define NEV   256

struct conn {
	int fd;
	int armed;	   /* EPOLLOUT requested */
	uint32_t req, rep; /* bytes; req == 0: not told yet */
	size_t in;	   /* bytes of an incomplete unit */
	size_t owed;	   /* bytes still to be sent */
};

struct client {
	struct conn c;	/* first: both ends send alike */
	uint64_t *born; /* ring of send times */
	unsigned head, tail, qd;
	size_t got;
};

static char rx[RXCAP], tx[TXCAP];

static void nodelay(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void watch(int ep, int op, int fd, void *ptr, int out)
{
	struct epoll_event e = { .events = EPOLLIN | (out ? EPOLLOUT : 0),
				 .data.ptr = ptr };

	epoll_ctl(ep, op, fd, &e);
}

/* Send what is owed; -1: the connection is dead. */
static int pay(int ep, struct conn *c)
{
	while (c->owed) {
		size_t n = c->owed < TXCAP ? c->owed : TXCAP;
		ssize_t w = send(c->fd, tx, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (w < 0 && errno != EAGAIN)
			return -1;
		if (w < 0)
			break;
		c->owed -= (size_t)w;
	}
	if (c->armed != (c->owed != 0)) {
		c->armed = c->owed != 0;
		watch(ep, EPOLL_CTL_MOD, c->fd, c, c->armed);
	}
	return 0;
}

static void welcome(int ep, int listener)
{
	int fd = accept(listener, NULL, NULL);
	struct conn *c;

	if (fd < 0)
		return;
	nodelay(fd);
	c = need(1, sizeof(*c));
	c->fd = fd;
	watch(ep, EPOLL_CTL_ADD, fd, c, 0);
}

/* Take what has arrived; -1: the connection is over. */
static int take(struct conn *c)
{
	ssize_t r = recv(c->fd, rx, sizeof(rx), MSG_DONTWAIT);

	if (r < 0)
		return errno == EAGAIN ? 0 : -1;
	if (r == 0)
		return -1;
	if (!c->req) {
		if (r < 8)
			return -1;
		memcpy(&c->req, rx, 4);
		memcpy(&c->rep, rx + 4, 4);
		r -= 8;
	}
	if (!c->req)
		return -1;
	c->in += (size_t)r;
	c->owed += c->in / c->req * c->rep;
	c->in %= c->req;
	return 0;
}

static int listen_on(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, len) || listen(fd, 512) ||
	    getsockname(fd, (struct sockaddr *)&a, &len))
		die("listen: %s", strerror(errno));
	printf("listening on 127.0.0.1:%d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

static _Noreturn void serve(int port, int poll)
{
	struct epoll_event ev[NEV];
	int listener = listen_on(port), ep = epoll_create1(0);

	watch(ep, EPOLL_CTL_ADD, listener, NULL, 0);
	for (;;) {
		int n = epoll_wait(ep, ev, NEV, poll ? 0 : -1);

		for (int i = 0; i < n; i++) {
			struct conn *c = ev[i].data.ptr;

			if (!c) {
				welcome(ep, listener);
				continue;
			}
			if (((ev[i].events & ~(uint32_t)EPOLLOUT) && take(c)) ||
			    pay(ep, c)) {
				close(c->fd);
				free(c);
			}
		}
	}
}

static void join(struct client *k, int ep, int port, const uint32_t sizes[2],
		 unsigned qd)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	k->c.fd = socket(AF_INET, SOCK_STREAM, 0);
	k->qd = qd;
	k->born = need(qd, sizeof(*k->born));
	if (connect(k->c.fd, (struct sockaddr *)&a, sizeof(a)))
		die("connect: %s", strerror(errno));
	nodelay(k->c.fd);
	if (send(k->c.fd, sizes, 8, 0) != 8)
		die("send: %s", strerror(errno));
	watch(ep, EPOLL_CTL_ADD, k->c.fd, k, 0);
}

/* Count the replies that have arrived, and owe a request for each. */
static uint64_t reap(struct client *k, const uint32_t sizes[2])
{
	ssize_t r = recv(k->c.fd, rx, sizeof(rx), MSG_DONTWAIT);
	uint64_t t = now_ns(), ops = 0;

	if (r == 0)
		die("the server closed the connection");
	if (r > 0)
		k->got += (size_t)r;
	for (; k->got >= sizes[1]; ops++) {
		lat_add(t - k->born[k->tail++ % k->qd]);
		k->got -= sizes[1];
		k->born[k->head++ % k->qd] = t;
		k->c.owed += sizes[0];
	}
	return ops;
}

static void load(int port, const uint32_t sizes[2], unsigned qd, unsigned ns,
		 double secs)
{
	struct client *k = need(ns, sizeof(*k));
	struct epoll_event ev[NEV];
	int ep = epoll_create1(0);
	uint64_t t0, t1, ops = 0;

	for (unsigned i = 0; i < ns; i++)
		join(&k[i], ep, port, sizes, qd);
	t0 = now_ns();
	for (unsigned i = 0; i < ns; i++) {
		for (unsigned j = 0; j < qd; j++)
			k[i].born[k[i].head++ % qd] = t0;
		k[i].c.owed = (size_t)qd * sizes[0];
		pay(ep, &k[i].c);
	}
	do {
		int n = epoll_wait(ep, ev, NEV, 1000);

		t1 = now_ns();
		for (int i = 0; i < n; i++) {
			struct client *c = ev[i].data.ptr;

			if (ev[i].events & EPOLLIN)
				ops += reap(c, sizes);
			if (pay(ep, &c->c))
				die("send: %s", strerror(errno));
		}
	} while (t1 < t0 + (uint64_t)(secs * 1e9));
	printf("ceiling iops=%.0f MBps=%.1f ops=%llu",
	       (double)ops * 1e9 / (double)(t1 - t0),
	       (double)ops * (sizes[0] > sizes[1] ? sizes[0] : sizes[1]) * 1e3 /
		       (double)(t1 - t0),
	       (unsigned long long)ops);
	lat_print();
	putchar('\n');
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "server"))
		serve(atoi(argv[2]), argc > 3 && !strcmp(argv[3], "poll"));
	if (argc == 8 && !strcmp(argv[1], "rr")) {
		uint32_t sizes[2] = { (uint32_t)atoi(argv[3]),
				      (uint32_t)atoi(argv[4]) };

		if (!sizes[0] || !sizes[1] || atoi(argv[5]) < 1)
			die("sizes and depth are at least 1");
		load(atoi(argv[2]), sizes, (unsigned)atoi(argv[5]),
		     (unsigned)atoi(argv[6]), atof(argv[7]));
		return 0;
	}
	die("usage: tcpceil server PORT [poll] | "
	    "tcpceil rr PORT REQ REP QD SESSIONS SECONDS");
}
