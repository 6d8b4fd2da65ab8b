/* SPDX-License-Identifier: BSD-2-Clause */
/* call.c - a request to the devices, and the data of a command. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Where O_NONBLOCK is set, too: who gives a command waits until it is given. */
static int post(int fd, const struct msghdr *m)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	while (sendmsg(fd, m, MSG_NOSIGNAL) < 0) {
		if (errno != EAGAIN)
			return errno == EINTR ? EINTR : ENODEV;
		if (poll(&p, 1, -1) < 0)
			return errno;
	}
	return 0;
}

static int send_request(int fd, struct semu_sgio_request *q, int reply, int mem)
{
	const int fds[2] = { reply, mem };
	size_t len = (mem < 0 ? 1 : 2) * sizeof(int);
	struct iovec v = { q, sizeof(*q) };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = CMSG_SPACE(len) };
	struct cmsghdr *c;

	memset(&control, 0, sizeof(control));
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), fds, len);
	q->magic = SEMU_SGIO_MAGIC;
	return post(fd, &m);
}

static int receive(int fd, struct semu_sgio_reply *r)
{
	ssize_t got = recv(fd, r, sizeof(*r), 0);

	if (got < 0)
		return errno == EINTR ? EINTR : ENODEV;
	if (got != sizeof(*r) || r->len > sizeof(r->data))
		return ENODEV;
	return r->error;
}

int shim_call(int fd, struct semu_sgio_request *q, int mem,
	      struct semu_sgio_reply *r)
{
	int pair[2], error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return errno;
	error = send_request(fd, q, pair[1], mem);
	close(pair[1]);
	if (!error)
		error = receive(pair[0], r);
	close(pair[0]);
	return error;
}

/* ---- Data ---- */

typedef ssize_t move_fn(int fd, void *at, size_t len, off_t off);

static ssize_t into(int fd, void *at, size_t len, off_t off)
{
	return NEXT(pread)(fd, at, len, off);
}

static ssize_t out_of(int fd, void *at, size_t len, off_t off)
{
	return NEXT(pwrite)(fd, at, len, off);
}

/* len bytes of the program's memory, from or to off of mem. The system looks
 * at the addresses, and fails as it should. */
static int move(int mem, off_t off, const struct shim_data *d, uint32_t len,
		move_fn *step)
{
	for (unsigned i = 0; i < d->nv && len; i++) {
		uint8_t *at = d->v[i].iov_base;
		size_t left = d->v[i].iov_len < len ? d->v[i].iov_len : len;

		while (left) {
			ssize_t n = step(mem, at, left, off);

			if (n <= 0)
				return n ? errno : ENODEV;
			at += n;
			off += n;
			left -= (size_t)n;
			len -= (uint32_t)n;
		}
	}
	return 0;
}

static int share(const struct semu_sgio_request *q)
{
	off_t len = (off_t)semu_sgio_in_at(q->out_len) + q->in_len;
	int mem = memfd_create("scsiemu", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (mem >= 0 &&
	    (ftruncate(mem, len) ||
	     fcntl(mem, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW))) {
		close(mem);
		return -1;
	}
	return mem;
}

int shim_command(int fd, struct semu_sgio_request *q,
		 const struct shim_data *data, struct semu_sgio_reply *r)
{
	int mem = -1, error = 0;

	q->what = SEMU_SGIO_COMMAND;
	if (q->in_len || q->out_len) {
		mem = share(q);
		if (mem < 0)
			return ENOMEM;
		error = move(mem, 0, data, q->out_len, out_of);
	}
	if (!error)
		error = shim_call(fd, q, mem, r);
	if (!error && r->in_done <= q->in_len)
		error = move(mem, semu_sgio_in_at(q->out_len), data, r->in_done,
			     into);
	if (mem >= 0)
		close(mem);
	return error;
}
