/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server over real sockets on the loopback: several portals, payloads that
 * cut anywhere, initiators that do not read, every system call failing once,
 * stop. The server runs in a thread; all clients end before it is stopped.
 */
#include "rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <scsiemu/inject.h>
#include <transport/iscsi/sys.h>

static struct rig rig;
static struct scsiemu_iscsi_server *server;
static struct rfc_client c;
static uint8_t buf[4 << 20];
static int result;

static void *take(void *ctx, size_t size)
{
	(void)ctx;
	return malloc(size);
}

static void give_back(void *ctx, void *mem)
{
	(void)ctx;
	free(mem);
}

static const struct scsiemu_allocator plain = { take, give_back, NULL };

/* System calls that fail: the n-th of one kind, with an errno. */
static struct semu_iscsi_sys sys;
static int left, failure;

static int fails(void)
{
	if (!left || --left)
		return 0;
	errno = failure;
	return 1;
}

static int f_accept(int fd, struct sockaddr *a, socklen_t *len, int flags)
{
	int s;

	if (fails())
		return -1;
	s = accept(fd, a, len);
	(void)flags;
	return s;
}

static ssize_t f_recv(int fd, void *p, size_t len, int flags)
{
	return fails() ? -1 : recv(fd, p, len, flags);
}

static ssize_t f_sendmsg(int fd, const struct msghdr *m, int flags)
{
	return fails() ? -1 : sendmsg(fd, m, flags);
}

static int f_epoll_wait(int ep, struct epoll_event *ev, int n, int ms)
{
	return fails() ? -1 : epoll_wait(ep, ev, n, ms);
}

static int f_epoll_ctl(int ep, int op, int fd, struct epoll_event *ev)
{
	return fails() ? -1 : epoll_ctl(ep, op, fd, ev);
}

static uint64_t real_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void plain_sys(void)
{
	static const struct semu_iscsi_sys real = {
		.socket = socket,
		.bind = bind,
		.listen = listen,
		.accept = NULL,
		.recv = recv,
		.recvmsg = recvmsg,
		.sendmsg = sendmsg,
		.epoll_ctl = epoll_ctl,
		.epoll_wait = epoll_wait,
		.close = close,
		.clock_ms = real_clock,
	};

	sys = real;
	sys.accept = f_accept;
	left = 0;
}

static void *serve(void *arg)
{
	(void)arg;
	result = scsiemu_iscsi_server_run(server, NULL);
	return NULL;
}

static void start(bool busy)
{
	struct scsiemu_iscsi_server_config f = { .size = sizeof(f),
						 .allocator = &plain,
						 .busy_poll = busy };
	struct scsiemu_errmsg err;

	rig_init(&rig);
	rig.rules = 1;
	rig_open(&rig);
	f.node = scsiemu_iscsi_node_create(NULL, &err);
	assert_non_null(f.node);
	assert_non_null(scsiemu_iscsi_portal_text(f.node, "127.0.0.1:0", &err));
	assert_non_null(scsiemu_iscsi_portal_text(f.node, "[::1]:0,2", &err));
	assert_non_null(
		scsiemu_iscsi_target_add(f.node, RIG_IQN, &rig.pump, &err));
	server = scsiemu_iscsi_server_create(&f, &err);
	assert_non_null(server);
	scsiemu_iscsi_node_destroy(rig.node);
	rig.node = f.node;
	plain_sys();
	semu_iscsi_server_sys(server, &sys);
	assert_int_equal(scsiemu_iscsi_server_listen(server, &err), 0);
}

static void finish(pthread_t thread)
{
	scsiemu_iscsi_server_stop(server);
	scsiemu_iscsi_server_stop(server);
	pthread_join(thread, NULL);
	assert_int_equal(result, 0);
	scsiemu_iscsi_server_destroy(server);
	rig_close(&rig);
}

static pthread_t run(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
	return thread;
}

static int dial(unsigned nth)
{
	struct scsiemu_iscsi_portal *p = NULL;
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct timeval patience = { .tv_sec = 20 };
	int fd;

	for (unsigned i = 0; i <= nth; i++)
		p = scsiemu_iscsi_portal_next(rig.node, p);
	assert_int_not_equal(scsiemu_iscsi_portal_port(p), 0);
	fd = socket(nth ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	v4.sin_port = v6.sin6_port = htons(scsiemu_iscsi_portal_port(p));
	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v6.sin6_addr = in6addr_loopback;
	assert_int_equal(nth ? connect(fd, (struct sockaddr *)&v6, sizeof(v6))
			     : connect(fd, (struct sockaddr *)&v4, sizeof(v4)),
			 0);
	return fd;
}

/* All of it, or false. */
static bool put(int fd, struct rfc_pdu *p)
{
	size_t n = rfc_build(&c, p, buf), off = 0;

	while (off < n) {
		ssize_t k = send(fd, buf + off, n - off, MSG_NOSIGNAL);

		if (k <= 0)
			return false;
		off += (size_t)k;
	}
	return true;
}

static bool get(int fd, struct rfc_pdu *p)
{
	size_t have = 0;
	long n;

	while ((n = rfc_parse(&c, buf, have, p)) == 0) {
		size_t want = have < 48
				      ? 48
				      : 48 + ((rfc_get(buf + 5, 3) + 3) & ~3u);
		ssize_t k = recv(fd, buf + have, want - have, 0);

		if (k <= 0)
			return false;
		have += (size_t)k;
	}
	return n > 0;
}

static bool login(int fd)
{
	static const char keys[] = "InitiatorName=" RIG_CLIENT "\0"
				   "TargetName=" RIG_IQN "\0"
				   "MaxRecvDataSegmentLength=262144\0"
				   "MaxBurstLength=1048576\0ImmediateData=No";
	struct rfc_pdu p;

	memset(&c, 0, sizeof(c));
	rfc_login(&c, &p, 0x87, keys, sizeof(keys));
	return put(fd, &p) && get(fd, &p) && !rfc_get(p.bhs + 36, 2);
}

static bool tur(int fd, uint8_t status)
{
	static const uint8_t cdb[6];
	struct rfc_pdu p;

	rfc_command(&c, &p, 0x80, 0, 0, cdb, 6);
	return put(fd, &p) && get(fd, &p) && p.bhs[0] == 0x21 &&
	       p.bhs[3] == status;
}

/* 1 MiB written and read back: received in place, sent in large pieces. */
static void megabyte(int fd)
{
	uint32_t len = 1 << 20, off = 0;
	uint8_t *data = malloc(len), cdb[16];
	struct rfc_pdu p, q;

	assert_non_null(data);
	for (uint32_t i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 31 + (i >> 12));
	rig_cdb(cdb, 0x2a, 0, 2048);
	rfc_command(&c, &p, 0xa1, 0, len, cdb, 10);
	assert_true(put(fd, &p));
	while (get(fd, &q) && q.bhs[0] == 0x31) {
		uint32_t at = rfc_get(q.bhs + 40, 4),
			 n = rfc_get(q.bhs + 44, 4);

		for (uint32_t i = 0, sn = 0; i < n; i += 200000) {
			uint32_t k = n - i < 200000 ? n - i : 200000;

			rfc_data_out(&c, &p, rfc_get(q.bhs + 16, 4),
				     rfc_get(q.bhs + 20, 4), sn++, at + i,
				     data + at + i, k, i + k == n);
			assert_true(put(fd, &p));
		}
	}
	assert_int_equal(q.bhs[0], 0x21);
	assert_int_equal(q.bhs[3], 0);
	rig_cdb(cdb, 0x28, 0, 2048);
	rfc_command(&c, &p, 0xc1, 0, len, cdb, 10);
	assert_true(put(fd, &p));
	while (off < len) {
		assert_true(get(fd, &q));
		assert_int_equal(q.bhs[0], 0x25);
		assert_memory_equal(q.data, data + off, q.len);
		off += q.len;
	}
	assert_int_equal(q.bhs[1], 0x81);
	free(data);
}

static void portals(bool busy)
{
	pthread_t t;

	start(busy);
	t = run();
	for (unsigned i = 0; i < 2; i++) {
		int fd = dial(i);

		assert_true(login(fd));
		assert_true(tur(fd, 2));
		assert_true(tur(fd, 0));
		megabyte(fd);
		close(fd);
	}
	finish(t);
}

static void test_portals(void **state)
{
	(void)state;
	portals(false);
}

static void test_busy_poll(void **state)
{
	(void)state;
	portals(true);
}

/* Thousands of pings before a single answer is read: the server keeps what it
 * cannot take yet, and gives every answer in the end. */
static void test_reads_late(void **state)
{
	struct rfc_pdu p;
	pthread_t t;
	int fd;

	(void)state;
	start(false);
	t = run();
	fd = dial(0);
	assert_true(login(fd));
	for (int i = 0; i < 3000; i++) {
		rfc_new(&c, &p, 0x00, true);
		assert_true(put(fd, &p));
	}
	for (int i = 0; i < 3000; i++) {
		assert_true(get(fd, &p));
		assert_int_equal(p.bhs[0], 0x20);
	}
	assert_true(tur(fd, 2));
	close(fd);
	finish(t);
}

/* A call fails once. The connection may go, the next one is served. */
static void broken(int nth, int why)
{
	pthread_t t;
	int fd;

	left = nth;
	failure = why;
	t = run();
	fd = dial(0);
	if (login(fd))
		tur(fd, 2);
	close(fd);
	fd = dial(0);
	while (!login(fd)) { /* the failure was this connection's */
		close(fd);
		fd = dial(0);
	}
	assert_true(tur(fd, 2));
	close(fd);
	finish(t);
}

static void test_calls_fail(void **state)
{
	static const int why[] = { EINTR, EAGAIN, ECONNRESET, ENOBUFS };

	(void)state;
	for (int nth = 1; nth < 4; nth++) {
		for (size_t i = 0; i < 4; i++) {
			start(false);
			sys.recv = f_recv;
			broken(nth, why[i]);
			start(false);
			sys.sendmsg = f_sendmsg;
			broken(nth, why[i]);
		}
		start(false);
		sys.epoll_wait = f_epoll_wait;
		broken(nth, EINTR);
		start(false);
		sys.epoll_ctl = f_epoll_ctl;
		broken(nth, ENOMEM);
		start(false);
		broken(1, nth == 1 ? EMFILE : ECONNABORTED);
	}
}

/* Time goes on when the server waits for it in vain, and only then. */
static _Atomic uint64_t time_ms = 1;
static _Atomic int shortest; /* that epoll was to wait, at most, ms */

static uint64_t our_clock(void)
{
	return time_ms;
}

static int timed_epoll_wait(int ep, struct epoll_event *ev, int n, int ms)
{
	int got;

	if (ms < shortest)
		shortest = ms;
	got = epoll_wait(ep, ev, n, ms);
	if (!got)
		time_ms += (unsigned)ms;
	return got;
}

/* A delay that a command begins between two ticks is not theirs to wait for. */
static void test_delay(void **state)
{
	struct scsiemu_inject r = { .size = sizeof(r), .delay_ms = 20 };
	pthread_t t;
	int fd;

	(void)state;
	start(false);
	sys.epoll_wait = timed_epoll_wait;
	sys.clock_ms = our_clock;
	semu_iscsi_server_sys(server, &sys);
	assert_true(scsiemu_inject_add(rig.lu, &r) > 0);
	t = run();
	fd = dial(0);
	assert_true(login(fd));
	assert_true(tur(fd, 2)); /* unit attention */
	shortest = INT_MAX;
	assert_true(tur(fd, 0));
	close(fd);
	finish(t);
	assert_in_range(shortest, 1, 20);
}

/* The loop itself cannot go on: run() says so. */
static void test_epoll_fails(void **state)
{
	(void)state;
	start(false);
	sys.epoll_wait = f_epoll_wait;
	left = 1;
	failure = EBADF;
	assert_int_equal(scsiemu_iscsi_server_run(server, NULL), -1);
	scsiemu_iscsi_server_destroy(server);
	rig_close(&rig);
}

static int f_listen(int fd, int n)
{
	(void)fd;
	(void)n;
	errno = EADDRINUSE;
	return -1;
}

static void test_cannot_listen(void **state)
{
	struct scsiemu_iscsi_portal *p;
	struct scsiemu_errmsg err;
	char want[64];

	(void)state;
	start(false);
	sys.listen = f_listen;
	assert_int_equal(scsiemu_iscsi_server_listen(server, &err), -1);
	p = scsiemu_iscsi_portal_next(rig.node, NULL);
	snprintf(want, sizeof(want), "portal 127.0.0.1 port %u: cannot listen",
		 scsiemu_iscsi_portal_port(p));
	assert_memory_equal(err.text, want, strlen(want));
	scsiemu_iscsi_server_destroy(server);
	rig_close(&rig);
}

/* One stop: initiators are asked; the last to leave ends the server. */
static void test_stop_asks(void **state)
{
	struct rfc_pdu p;
	pthread_t t;
	int fd;

	(void)state;
	start(false);
	t = run();
	fd = dial(0);
	assert_true(login(fd));
	assert_true(tur(fd, 2));
	scsiemu_iscsi_server_stop(server);
	assert_true(get(fd, &p));
	assert_int_equal(p.bhs[0], 0x32);
	assert_int_equal(p.bhs[36], 1);
	rfc_new(&c, &p, 0x06, true);
	assert_true(put(fd, &p));
	assert_true(get(fd, &p));
	assert_int_equal(p.bhs[0], 0x26);
	assert_false(get(fd, &p));
	close(fd);
	pthread_join(t, NULL);
	assert_int_equal(result, 0);
	scsiemu_iscsi_server_destroy(server);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_portals),
		cmocka_unit_test(test_busy_poll),
		cmocka_unit_test(test_reads_late),
		cmocka_unit_test(test_calls_fail),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_epoll_fails),
		cmocka_unit_test(test_cannot_listen),
		cmocka_unit_test(test_stop_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
