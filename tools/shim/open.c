/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open.c - an open node is a socket, whose name says which one it is. The name
 * stays with it through dup(), fork() and exec().
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME  "scsiemu " /* behind a zero: a name that is in no folder */
#define TRIES 1000
#define USUAL 1 /* the initiator, of those that do not say */

static socklen_t length(const struct sockaddr_un *at, int n)
{
	(void)at;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   (size_t)n);
}

/* Each socket has to have a name of its own. */
static int give_name(int fd, const struct shim_node *n, int flags)
{
	static unsigned count;
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int rc = -1;

	for (int i = 0; rc && i < TRIES; i++) {
		unsigned k = __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
		int len = snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1,
				   NAME "%c %u %u %d %d %u",
				   n->block ? 'b' : 'c', n->major, n->minor,
				   flags, (int)getpid(), k);

		rc = bind(fd, (struct sockaddr *)&at, length(&at, len));
		if (rc && errno != EADDRINUSE)
			return -1;
	}
	return rc;
}

bool shim_file(int fd, struct shim_node *n)
{
	struct sockaddr_un at;
	socklen_t len = sizeof(at) - 1;
	char letter;
	int had = errno;

	if (!shim_folder())
		return false;
	memset(&at, 0, sizeof(at));
	if (getsockname(fd, (struct sockaddr *)&at, &len)) {
		errno = had;
		return false;
	}
	if (at.sun_family != AF_UNIX || at.sun_path[0] ||
	    sscanf(at.sun_path + 1, NAME "%c %u %u %d", &letter, &n->major,
		   &n->minor, &n->flags) != 4)
		return false;
	n->block = letter == 'b';
	return true;
}

/* Which host the program says it is. */
static uint32_t initiator(void)
{
	const char *e = getenv("SCSIEMU_INITIATOR");

	if (!e || !*e)
		return USUAL;
	if (!strcmp(e, "process"))
		return SEMU_SGIO_BRIEF | (uint32_t)getpid();
	return (uint32_t)strtoul(e, NULL, 0) & ~SEMU_SGIO_BRIEF;
}

static int join(int fd, const struct shim_node *n, int flags)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_OPEN,
				       .major = n->major,
				       .minor = n->minor,
				       .flags = (uint32_t)flags,
				       .initiator = initiator() };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct semu_sgio_reply r;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", shim_folder());
	if (give_name(fd, n, flags))
		return errno;
	while (connect(fd, (struct sockaddr *)&at, sizeof(at)))
		if (errno != EINTR)
			return ENODEV;
	return shim_call(fd, &q, -1, &r);
}

/* What no node of a kind can be opened with: errno. */
static int refuse(const struct shim_node *n, int flags)
{
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return EEXIST;
	if (flags & O_DIRECTORY)
		return ENOTDIR;
	return flags & O_DIRECT && !n->block ? EINVAL : 0;
}

int shim_open(const struct shim_node *n, int flags)
{
	int kind = SOCK_SEQPACKET | (flags & O_CLOEXEC ? SOCK_CLOEXEC : 0);
	int fd, error = refuse(n, flags);

	if (error) {
		errno = error;
		return -1;
	}
	fd = socket(AF_UNIX, kind, 0);
	if (fd < 0)
		return -1;
	error = join(fd, n, flags);
	if (error) {
		close(fd);
		errno = error;
		return -1;
	}
	if (flags & (O_NONBLOCK | O_APPEND))
		fcntl(fd, F_SETFL, flags & (O_NONBLOCK | O_APPEND));
	return fd;
}
