/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stdio.c - fopen() of a node. The C library would read and write it without
 * asking us, so the stream gets functions of its own, and the node's descriptor
 * all the same.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fd_of(void *cookie)
{
	return (int)(intptr_t)cookie;
}

static ssize_t get(void *cookie, char *to, size_t len)
{
	return read(fd_of(cookie), to, len);
}

static ssize_t give(void *cookie, const char *from, size_t len)
{
	ssize_t n = write(fd_of(cookie), from, len);

	return n < 0 ? 0 : n; /* as fopencookie(3) wants it */
}

static int seek(void *cookie, off64_t *at, int whence)
{
	off64_t to = lseek64(fd_of(cookie), *at, whence);

	if (to < 0)
		return -1;
	*at = to;
	return 0;
}

static int end(void *cookie)
{
	return close(fd_of(cookie));
}

static int flags_of(const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR
		    : mode[0] == 'r'  ? O_RDONLY
				      : O_WRONLY;

	return flags | (strchr(mode, 'e') ? O_CLOEXEC : 0);
}

FILE *shim_fopen(const struct shim_node *n, const char *mode)
{
	static const cookie_io_functions_t functions = { get, give, seek, end };
	int fd;
	FILE *f;

	if (!strchr("rwa", mode[0])) {
		errno = EINVAL;
		return NULL;
	}
	fd = shim_open(n, flags_of(mode));
	if (fd < 0)
		return NULL;
	f = fopencookie((void *)(intptr_t)fd, mode, functions);
	if (!f) {
		close(fd);
		return NULL;
	}
	f->_fileno = fd; /* for fileno() */
	return f;
}
