/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/socket.c - the front end comes, sends messages, goes. */
#define _GNU_SOURCE
#include <transport/vhost/vhost.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "store/open.h"

void semu_vhost_note(struct scsiemu_vhost *v, const char *text)
{
	if (v->notice)
		v->notice(v->ctx, text);
}

/* ---- Messages ---- */

static void close_fds(struct semu_message *m)
{
	while (m->nfds) {
		int fd = m->fd[--m->nfds];

		if (fd >= 0)
			close(fd);
	}
}

static bool keep_fds(struct semu_message *m, const struct cmsghdr *c)
{
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	const uint8_t *p = CMSG_DATA(c);
	bool fit = true;

	for (; n; n--, p += sizeof(int)) {
		int fd;

		memcpy(&fd, p, sizeof(fd));
		if (m->nfds < MSG_FDS)
			m->fd[m->nfds++] = fd;
		else
			fit = close(fd) && false;
	}
	return fit;
}

/* Up to len bytes of a message. 0: nothing now; < 0: hung up. */
static ssize_t receive(struct scsiemu_vhost *v, uint8_t *to, size_t len)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(MSG_FDS * sizeof(int))];
	} control;
	struct iovec iov = { to, len };
	struct msghdr h = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(v->socket.fd, &h, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	bool fit = true;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n > 0) {
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c;
		     c = CMSG_NXTHDR(&h, c))
			if (c->cmsg_level == SOL_SOCKET &&
			    c->cmsg_type == SCM_RIGHTS)
				fit &= keep_fds(&v->msg, c);
		if (fit && !(h.msg_flags & MSG_CTRUNC))
			return n;
	}
	semu_vhost_hang_up(v, n > 0 ? "more descriptors than a message has"
				    : NULL);
	return -1;
}

bool semu_vhost_answer(struct scsiemu_vhost *v, uint32_t size, int fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .align = { .cmsg_level = SOL_SOCKET,
				 .cmsg_type = SCM_RIGHTS,
				 .cmsg_len = CMSG_LEN(sizeof(int)) } };
	uint32_t flags = MSG_VERSION | MSG_REPLY;
	struct iovec iov = { v->raw, MSG_HEADER + size };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	memcpy(v->raw + MSG_FLAGS_AT, &flags, 4);
	memcpy(v->raw + MSG_SIZE_AT, &size, 4);
	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
		h.msg_control = &control;
		h.msg_controllen = sizeof(control);
	}
	/* It waits for this: there is room in the socket, or it is no front
	 * end. */
	return sendmsg(v->socket.fd, &h, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	       (ssize_t)iov.iov_len;
}

static bool acknowledge(struct scsiemu_vhost *v, uint64_t code)
{
	memcpy(v->msg.body, &code, sizeof(code));
	return semu_vhost_answer(v, sizeof(code), -1);
}

static void act(struct scsiemu_vhost *v)
{
	struct semu_message *m = &v->msg;
	enum semu_handled rc;
	char text[80];
	bool wants, good;

	v->held = false;
	rc = semu_vhost_handle(v, m);
	v->held = rc == HELD;
	if (v->held)
		return;
	/* Also by the message that negotiates it: UML's front end asks so. */
	wants = m->flags & MSG_NEED && v->protocol & PROTOCOL_REPLY_ACK;
	good = rc != REFUSED || wants;
	if (good && wants && rc != ANSWERED)
		good = acknowledge(v, rc == REFUSED);
	close_fds(m);
	v->got = 0;
	if (good)
		return;
	snprintf(text, sizeof(text),
		 "message %u of %u bytes cannot be obeyed or answered",
		 (unsigned)m->request, (unsigned)m->size);
	semu_vhost_hang_up(v, text);
}

/* The header is there: what is in it? */
static bool parse(struct scsiemu_vhost *v)
{
	struct semu_message *m = &v->msg;

	memcpy(&m->request, v->raw + MSG_REQUEST_AT, 4);
	memcpy(&m->flags, v->raw + MSG_FLAGS_AT, 4);
	memcpy(&m->size, v->raw + MSG_SIZE_AT, 4);
	m->body = v->raw + MSG_HEADER;
	return m->size <= MSG_BODY &&
	       (m->flags & (MSG_VERSION_MASK | MSG_REPLY)) == MSG_VERSION;
}

static void socket_ready(struct scsiemu_source *s, short revents)
{
	struct scsiemu_vhost *v = (struct scsiemu_vhost *)s;
	size_t want = MSG_HEADER;
	ssize_t n;

	(void)revents;
	if (v->got >= MSG_HEADER)
		want += v->msg.size;
	n = receive(v, v->raw + v->got, want - v->got);
	if (n <= 0)
		return;
	v->got += (size_t)n;
	if (v->got == MSG_HEADER && want == MSG_HEADER && !parse(v)) {
		semu_vhost_hang_up(v, "no message of vhost-user version 1, or "
				      "one that is too long");
		return;
	}
	if (v->got >= MSG_HEADER && v->got == MSG_HEADER + v->msg.size)
		act(v);
	if (v->held)
		s->events = 0;
}

/* ---- Coming and going ---- */

static void reset(struct scsiemu_vhost *v)
{
	for (unsigned i = 0; i < v->nrings; i++)
		semu_ring_close(&v->ring[i]);
	semu_vhost_forget_memory(v);
	semu_vhost_forget_fly(v);
	v->features = v->protocol = 0;
	v->missed = false;
	v->cdb_size = 32;
	v->sense_size = 96;
	v->leaving = false;
	v->listener.events = POLLIN;
}

void semu_vhost_hang_up(struct scsiemu_vhost *v, const char *why)
{
	char text[160];

	snprintf(text, sizeof(text), "%s: the front end is gone%s%s", v->path,
		 why ? ": " : "", why ? why : "");
	semu_vhost_note(v, text);
	scsiemu_loop_remove(v->loop, &v->socket);
	close(v->socket.fd);
	v->socket.fd = -1;
	v->socket.events = 0;
	close_fds(&v->msg);
	v->got = 0;
	v->held = false;
	v->leaving = true;
	semu_vhost_abort_all(v);
	semu_vhost_wake(v);
}

void semu_vhost_wake(struct scsiemu_vhost *v)
{
	eventfd_write(v->wake.fd, 1);
}

/* The message that waited for commands to end; nothing was served meanwhile. */
static void act_again(struct scsiemu_vhost *v)
{
	act(v);
	if (v->held || v->leaving)
		return;
	v->socket.events = POLLIN;
	for (unsigned i = 0; i < v->nrings; i++)
		v->ring[i].more = true;
}

static void woken(struct scsiemu_source *s, short revents)
{
	struct scsiemu_vhost *v =
		(struct scsiemu_vhost *)(void *)((char *)s -
						 offsetof(struct scsiemu_vhost,
							  wake));
	eventfd_t n;

	(void)revents;
	eventfd_read(s->fd, &n);
	if (v->leaving && !v->slots.live)
		reset(v);
	if (v->held)
		act_again(v);
	for (unsigned i = 0; i < v->nrings; i++) {
		if (!v->ring[i].more)
			continue;
		v->ring[i].more = false;
		semu_ring_serve(&v->ring[i]);
	}
}

void semu_vhost_adopt(struct scsiemu_vhost *v, int fd)
{
	char text[160];

	v->socket.fd = fd;
	v->socket.events = POLLIN;
	v->socket.ready = socket_ready;
	if (scsiemu_loop_add(v->loop, &v->socket)) {
		close(fd);
		v->socket.fd = -1;
		return;
	}
	v->listener.events = 0;
	snprintf(text, sizeof(text), "%s: a front end is here", v->path);
	semu_vhost_note(v, text);
}

static void listener_ready(struct scsiemu_source *s, short revents)
{
	struct scsiemu_vhost *v =
		(struct scsiemu_vhost *)(void *)((char *)s -
						 offsetof(struct scsiemu_vhost,
							  listener));
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);

	(void)revents;
	if (fd >= 0)
		semu_vhost_adopt(v, fd);
}

/* A socket that nobody listens at any more. One who does may let us wait. */
static bool is_left_over(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;
	bool left;

	left = fd >= 0 && !lstat(a->sun_path, &st) && S_ISSOCK(st.st_mode) &&
	       connect(fd, (const struct sockaddr *)a, sizeof(*a)) &&
	       errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return left;
}

static int bind_private(int fd, const struct sockaddr_un *a)
{
	mode_t mask = umask(0177);
	int rc = bind(fd, (const struct sockaddr *)a, sizeof(*a));

	umask(mask);
	return rc;
}

int semu_vhost_listen(struct scsiemu_vhost *v, const char *path,
		      struct scsiemu_errmsg *err)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(a.sun_path))
		return semu_err(err,
				"%s: a socket's path has at most %zu bytes",
				path, sizeof(a.sun_path) - 1);
	memcpy(a.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return semu_err_system(err, path, errno);
	v->listener.fd = fd;
	if (bind_private(fd, &a)) {
		if (errno != EADDRINUSE)
			return semu_err_system(err, path, errno);
		if (!is_left_over(&a))
			return semu_err(err,
					"%s: it is there already, and no "
					"socket that was left over: is "
					"another server running?",
					path);
		if (unlink(path) || bind_private(fd, &a))
			return semu_err_system(err, path, errno);
	}
	v->path = v->alloc->alloc(v->alloc->ctx, strlen(path) + 1);
	if (!v->path) {
		unlink(path);
		return semu_err_memory(err);
	}
	memcpy(v->path, path, strlen(path) + 1);
	if (listen(fd, 1))
		return semu_err_system(err, path, errno);
	v->listener.events = POLLIN;
	v->listener.ready = listener_ready;
	v->wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	v->wake.events = POLLIN;
	v->wake.ready = woken;
	if (v->wake.fd < 0)
		return semu_err_system(err, path, errno);
	return 0;
}
