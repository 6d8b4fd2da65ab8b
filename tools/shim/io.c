/* SPDX-License-Identifier: BSD-2-Clause */
/* io.c - read(), write() and their relatives, of open nodes. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static ssize_t refuse(int error)
{
	errno = error;
	return -1;
}

/* bsg has no such thing any longer. */
static ssize_t no_io(void)
{
	return refuse(EINVAL);
}

static bool may_read(const struct shim_node *n)
{
	return (n->flags & O_ACCMODE) != O_WRONLY;
}

static bool may_write(const struct shim_node *n)
{
	return (n->flags & O_ACCMODE) != O_RDONLY;
}

SHIM_EXPORT ssize_t read(int fd, void *to, size_t len)
{
	struct shim_node n;

	if (!shim_file(fd, &n))
		return NEXT(read)(fd, to, len);
	if (!may_read(&n))
		return refuse(EBADF);
	if (n.block)
		return shim_block(fd, false, to, len, SHIM_HERE);
	return shim_is_sg(&n) ? shim_fetch(fd, to, len) : no_io();
}

SHIM_EXPORT ssize_t write(int fd, const void *from, size_t len)
{
	struct shim_node n;

	if (!shim_file(fd, &n))
		return NEXT(write)(fd, from, len);
	if (!may_write(&n))
		return refuse(EBADF);
	if (n.block)
		return shim_block(fd, true, (void *)(uintptr_t)from, len,
				  SHIM_HERE);
	return shim_is_sg(&n) ? shim_post(fd, from, len) : no_io();
}

/* A position below 0 is an error, and not SHIM_HERE. */
static int64_t place_of(int64_t off)
{
	return off < 0 ? INT64_MIN : off;
}

#define PREAD(NAME, TYPE)                                                      \
	SHIM_EXPORT ssize_t NAME(int fd, void *to, size_t len, TYPE off)       \
	{                                                                      \
		struct shim_node n;                                            \
                                                                               \
		if (!shim_file(fd, &n) || shim_is_sg(&n))                      \
			return NEXT(NAME)(fd, to, len, off);                   \
		if (!may_read(&n))                                             \
			return refuse(EBADF);                                  \
		if (!n.block)                                                  \
			return no_io();                                        \
		return shim_block(fd, false, to, len, place_of(off));          \
	}

#define PWRITE(NAME, TYPE)                                                     \
	SHIM_EXPORT ssize_t NAME(int fd, const void *from, size_t len,         \
				 TYPE off)                                     \
	{                                                                      \
		struct shim_node n;                                            \
                                                                               \
		if (!shim_file(fd, &n) || shim_is_sg(&n))                      \
			return NEXT(NAME)(fd, from, len, off);                 \
		if (!may_write(&n))                                            \
			return refuse(EBADF);                                  \
		if (!n.block)                                                  \
			return no_io();                                        \
		return shim_block(fd, true, (void *)(uintptr_t)from, len,      \
				  place_of(off));                              \
	}

#define LSEEK(NAME, TYPE)                                                      \
	SHIM_EXPORT TYPE NAME(int fd, TYPE off, int whence)                    \
	{                                                                      \
		struct semu_sgio_place p;                                      \
		struct shim_node n;                                            \
                                                                               \
		if (!shim_file(fd, &n) || !n.block)                            \
			return NEXT(NAME)(fd, off, whence);                    \
		return (TYPE)shim_seek(fd, off, whence, &p);                   \
	}

PREAD(pread, off_t)
PREAD(pread64, off64_t)
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)
LSEEK(lseek, off_t)
LSEEK(lseek64, off64_t)

/* What a program that was built with -D_FORTIFY_SOURCE calls. */
ssize_t __read_chk(int fd, void *to, size_t len, size_t room);
ssize_t __pread_chk(int fd, void *to, size_t len, off_t off, size_t room);
ssize_t __pread64_chk(int fd, void *to, size_t len, off64_t off, size_t room);

SHIM_EXPORT ssize_t __read_chk(int fd, void *to, size_t len, size_t room)
{
	if (len > room)
		abort();
	return read(fd, to, len);
}

SHIM_EXPORT ssize_t __pread_chk(int fd, void *to, size_t len, off_t off,
				size_t room)
{
	if (len > room)
		abort();
	return pread(fd, to, len, off);
}

SHIM_EXPORT ssize_t __pread64_chk(int fd, void *to, size_t len, off64_t off,
				  size_t room)
{
	if (len > room)
		abort();
	return pread64(fd, to, len, off);
}

SHIM_EXPORT int fsync(int fd)
{
	struct shim_node n;

	return shim_file(fd, &n) && n.block ? shim_sync(fd) : NEXT(fsync)(fd);
}

SHIM_EXPORT int fdatasync(int fd)
{
	struct shim_node n;

	return shim_file(fd, &n) && n.block ? shim_sync(fd)
					    : NEXT(fdatasync)(fd);
}
