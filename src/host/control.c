/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/control.c - the control socket of a library that is served: a Unix
 * socket for datagrams, "control" in the library's directory. A request is one
 * datagram and so is its reply, so there is nothing that somebody could begin
 * and not end. Its mode is 0600, and the kernel says who sent what: others than
 * root and the server's own user are refused.
 */
#define _GNU_SOURCE /* struct ucred, O_PATH */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/operator.h"
#include "store/open.h"

#define NAME  "control"
#define BATCH 8 /* requests, then it is the hosts' turn again */

struct semu_control {
	int fd, dir; /* dir: -1, the path fits */
	struct sockaddr_un at;
	char reply[SCSIEMU_LIBRARY_REPLY];
};

/* ---- The address ---- */

/* DIR/control; of a path that is too long for a socket's, by way of a
 * descriptor (*dir, which stays open), else -1. 0 or an errno. */
static int address(struct sockaddr_un *a, int *dir, const char *path)
{
	int n;

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	*dir = -1;
	n = snprintf(a->sun_path, sizeof(a->sun_path), "%s/" NAME, path);
	if (n > 0 && (size_t)n < sizeof(a->sun_path))
		return 0;
	*dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*dir < 0)
		return errno;
	snprintf(a->sun_path, sizeof(a->sun_path), "/proc/self/fd/%d/" NAME,
		 *dir);
	return 0;
}

static int make_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/* ---- Who serves ---- */

/* What a server left that was killed goes; whatever else is there stays. */
static int clear(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : errno;
	if (!S_ISSOCK(st.st_mode))
		return EEXIST;
	return unlink(path) ? errno : 0;
}

static int listen_at(struct semu_control *c, const char *dir)
{
	const int on = 1;
	int why = address(&c->at, &c->dir, dir);

	if (!why)
		why = clear(c->at.sun_path);
	if (why)
		return why;
	c->fd = make_socket();
	if (c->fd < 0 ||
	    setsockopt(c->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    fchmod(c->fd, 0600) ||
	    bind(c->fd, (const void *)&c->at, sizeof(c->at)))
		return errno;
	return chmod(c->at.sun_path, 0600) ? errno : 0;
}

struct semu_control *semu_control_open(const char *dir,
				       struct scsiemu_errmsg *err)
{
	struct semu_control *c = calloc(1, sizeof(*c));
	int why;

	if (!c) {
		semu_err_memory(err);
		return NULL;
	}
	c->fd = c->dir = -1;
	why = listen_at(c, dir);
	if (!why)
		return c;
	semu_err_file(err, dir, "no socket \"" NAME "\" can be made in it (%s)",
		      why == EEXIST ? "that is no socket: remove it"
				    : strerror(why));
	if (c->fd >= 0)
		close(c->fd);
	if (c->dir >= 0)
		close(c->dir);
	free(c);
	return NULL;
}

void semu_control_close(struct semu_control *c)
{
	if (!c)
		return;
	unlink(c->at.sun_path);
	close(c->fd);
	if (c->dir >= 0)
		close(c->dir);
	free(c);
}

int semu_control_fd(const struct semu_control *c)
{
	return c->fd;
}

/* Root, or the user that serves. */
static bool is_known(struct msghdr *m)
{
	const struct cmsghdr *h = CMSG_FIRSTHDR(m);
	struct ucred who;

	if (!h || h->cmsg_level != SOL_SOCKET ||
	    h->cmsg_type != SCM_CREDENTIALS ||
	    h->cmsg_len != CMSG_LEN(sizeof(who)))
		return false;
	memcpy(&who, CMSG_DATA(h), sizeof(who));
	return who.uid == 0 || who.uid == geteuid();
}

/* The next request, or -1. There is no room for descriptors that it may bring,
 * so they are closed by the kernel. */
static ssize_t receive(struct semu_control *c, struct sockaddr_un *from,
		       socklen_t *from_len, char *line, size_t room,
		       bool *known)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec v = { line, room };
	struct msghdr m = { .msg_name = from,
			    .msg_namelen = sizeof(*from),
			    .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	*from_len = m.msg_namelen;
	*known = n >= 0 && is_known(&m);
	return n;
}

static size_t refuse(struct semu_control *c)
{
	return (size_t)snprintf(c->reply, sizeof(c->reply),
				"no only user %u and root are its operators\n",
				(unsigned)geteuid());
}

void semu_control_serve(struct semu_control *c, const struct semu_operator *o)
{
	/* A longer one fills it, and that is too long. */
	char line[SEMU_OPERATOR_LINE + 2];
	struct sockaddr_un from;
	socklen_t len;
	bool known;

	for (unsigned i = 0; i < BATCH; i++) {
		ssize_t n = receive(c, &from, &len, line, sizeof(line), &known);
		size_t size;

		if (n < 0)
			return;
		if (len <= offsetof(struct sockaddr_un, sun_path))
			continue; /* nowhere to send a reply */
		size = known ? semu_operate(o, line, (size_t)n, c->reply,
					    sizeof(c->reply))
			     : refuse(c);
		/* Who does not read it has none. */
		if (sendto(c->fd, c->reply, size, MSG_DONTWAIT | MSG_NOSIGNAL,
			   (const void *)&from, len) < 0)
			continue;
	}
}

/* ---- Who asks ---- */

int semu_control_connect(const char *dir)
{
	const struct sockaddr_un own = { .sun_family = AF_UNIX };
	struct sockaddr_un a;
	int dirfd, why = address(&a, &dirfd, dir), fd = -1;

	if (!why) {
		fd = make_socket();
		/* A name of the kernel's choice; replies come from the server
		 * only. */
		if (fd < 0 ||
		    bind(fd, (const void *)&own,
			 offsetof(struct sockaddr_un, sun_path)) ||
		    connect(fd, (const void *)&a, sizeof(a)))
			why = errno;
	}
	if (dirfd >= 0)
		close(dirfd);
	if (why && fd >= 0)
		close(fd);
	return why ? -why : fd;
}
