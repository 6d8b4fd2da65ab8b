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
		if (errno != EAGAIN && errno != EINTR)
			return ENODEV;
		if (errno == EAGAIN && poll(&p, 1, -1) < 0 && errno != EINTR)
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

/* What a signal ends: sg's commands, and what waits for others. */
static bool is_interruptible(int fd, const struct semu_sgio_request *q)
{
	struct shim_node n;

	return (q->what == SEMU_SGIO_OPEN || q->what == SEMU_SGIO_FETCH ||
		(q->what == SEMU_SGIO_COMMAND && !q->tmf)) &&
	       shim_file(fd, &n) && shim_is_sg(&n);
}

/* Interrupted: a reply that is there is taken, and none comes any more. */
static ssize_t give_up(int fd, struct msghdr *m)
{
	ssize_t got;

	shutdown(fd, SHUT_RD);
	got = recvmsg(fd, m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (got > 0)
		return got;
	errno = EINTR;
	return -1;
}

static ssize_t wait_for(int file, const struct semu_sgio_request *q, int fd,
			struct msghdr *m)
{
	ssize_t got;

	while ((got = recvmsg(fd, m, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
		if (is_interruptible(file, q))
			return give_up(fd, m);
	return got;
}

static int receive(int file, const struct semu_sgio_request *q, int fd,
		   struct semu_sgio_reply *r, int *mem)
{
	struct iovec v = { r, sizeof(*r) };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t got = wait_for(file, q, fd, &m);
	const struct cmsghdr *c;

	if (got < 0)
		return errno == EINTR ? EINTR : ENODEV;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(mem, CMSG_DATA(c), sizeof(*mem));
	if (got != sizeof(*r) || r->len > sizeof(r->data))
		return ENODEV;
	return r->error;
}

static int call(int fd, struct semu_sgio_request *q, int mem,
		struct semu_sgio_reply *r, int *got)
{
	int pair[2], error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return errno;
	error = send_request(fd, q, pair[1], mem);
	close(pair[1]);
	if (!error)
		error = receive(fd, q, pair[0], r, got);
	close(pair[0]);
	return error;
}

int shim_call(int fd, struct semu_sgio_request *q, int mem,
	      struct semu_sgio_reply *r)
{
	int none;

	return call(fd, q, mem, r, &none);
}

int shim_call_mem(int fd, struct semu_sgio_request *q, int *mem,
		  struct semu_sgio_reply *r)
{
	*mem = -1;
	return call(fd, q, -1, r, mem);
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

int shim_share(const struct semu_sgio_request *q, uint32_t room)
{
	off_t len = (off_t)semu_sgio_in_at(q->out_len) + q->in_len + room;
	int mem = memfd_create("scsiemu", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (mem >= 0 &&
	    (ftruncate(mem, len) ||
	     fcntl(mem, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW))) {
		close(mem);
		return -1;
	}
	return mem;
}

int shim_put(int mem, const struct semu_sgio_request *q,
	     const struct shim_data *data)
{
	return move(mem, 0, data, q->out_len, out_of);
}

int shim_get(int mem, const struct semu_sgio_request *q,
	     const struct shim_data *data, uint32_t len)
{
	if (len > q->in_len)
		return ENODEV;
	return move(mem, semu_sgio_in_at(q->out_len), data, len, into);
}

int shim_command(int fd, struct semu_sgio_request *q,
		 const struct shim_data *data, struct semu_sgio_reply *r)
{
	int mem = -1, error = 0;

	q->what = SEMU_SGIO_COMMAND;
	if (q->in_len || q->out_len) {
		mem = shim_share(q, 0);
		if (mem < 0)
			return ENOMEM;
		error = shim_put(mem, q, data);
	}
	if (!error)
		error = shim_call(fd, q, mem, r);
	/* sg hands all of its buffer on, zeros behind what came */
	if (!error)
		error = shim_get(mem, q, data,
				 data->keeps ? r->in_done : q->in_len);
	if (mem >= 0)
		close(mem);
	return error;
}
