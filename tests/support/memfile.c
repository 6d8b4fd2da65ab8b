/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/support/memfile.c - a file in memory, behind the table of sys.h. */
#define _GNU_SOURCE
#include "memfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "store/sys.h"

enum { FD = 1000 };

struct memfile memfile;

static void *mem_alloc(size_t size)
{
	void *p = calloc(1, size);

	memfile.memory += p != NULL;
	return p;
}

static void mem_free(void *p)
{
	memfile.memory -= p != NULL;
	free(p);
}

static int mem_open(const char *path, int flags, mode_t mode)
{
	(void)path, (void)flags, (void)mode;
	memfile.opens++;
	return FD;
}

static int mem_close(int fd)
{
	(void)fd;
	memfile.opens--;
	return 0;
}

static int mem_fstat(int fd, struct stat *st)
{
	(void)fd;
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFREG | 0600;
	st->st_size = (off_t)memfile.len;
	return 0;
}

static int mem_stat(const char *path, struct stat *st)
{
	(void)path;
	return mem_fstat(FD, st);
}

static int mem_flock(int fd, int how)
{
	(void)fd, (void)how;
	return 0;
}

static int mem_sync(int fd)
{
	if (fd == FD && memfile.told)
		memfile.told(memfile.ctx, MEMFILE_SYNC, 0, 0, NULL);
	memfile.syncs++;
	return 0;
}

static void tell(enum memfile_change what, uint64_t off, uint64_t len,
		 const void *bytes)
{
	if (memfile.told && len)
		memfile.told(memfile.ctx, what, off, len, bytes);
}

/* At least so long, with zeros. */
static int reach(uint64_t len)
{
	size_t room = memfile.data_room ? memfile.data_room : 1 << 16;
	uint8_t *more;

	if (memfile.lent || (memfile.len_max && len > memfile.len_max)) {
		errno = memfile.lent ? EROFS : EFBIG;
		return -1;
	}
	while (room < len)
		room *= 2;
	if (room > memfile.data_room) {
		more = realloc(memfile.data, room);
		if (!more) {
			errno = ENOSPC;
			return -1;
		}
		memset(more + memfile.len, 0, room - memfile.len);
		memfile.data = more;
		memfile.data_room = room;
	}
	if (memfile.len < len)
		memfile.len = (size_t)len;
	return 0;
}

static int mem_ftruncate(int fd, off_t len)
{
	size_t to = (size_t)len, was = memfile.len;

	(void)fd;
	if (to > was)
		return reach(to);
	tell(MEMFILE_ZERO, to, was - to, NULL);
	memset(memfile.data + to, 0, was - to);
	memfile.len = to;
	return 0;
}

static ssize_t mem_preadv(int fd, const struct iovec *v, int nv, off_t off)
{
	size_t at = (size_t)off, sum = 0, n;

	(void)fd;
	memfile.reads++;
	for (int i = 0; i < nv && at < memfile.len; i++, at += n, sum += n) {
		n = v[i].iov_len;
		if (n > memfile.len - at)
			n = memfile.len - at;
		if (n)
			memcpy(v[i].iov_base, memfile.data + at, n);
	}
	return (ssize_t)sum;
}

static ssize_t mem_pwritev(int fd, const struct iovec *v, int nv, off_t off)
{
	size_t at = (size_t)off, sum = 0;

	(void)fd;
	for (int i = 0; i < nv; i++)
		sum += v[i].iov_len;
	if (reach(at + sum))
		return -1;
	for (int i = 0; i < nv; at += v[i++].iov_len)
		if (v[i].iov_len)
			memcpy(memfile.data + at, v[i].iov_base, v[i].iov_len);
	tell(MEMFILE_WRITE, (uint64_t)off, sum, memfile.data + off);
	return (ssize_t)sum;
}

static int mem_fallocate(int fd, int mode, off_t off, off_t len)
{
	size_t at = (size_t)off, n = (size_t)len;

	(void)fd;
	if (!mode)
		return reach((uint64_t)off + (uint64_t)len);
	if (at >= memfile.len)
		return 0;
	if (n > memfile.len - at)
		n = memfile.len - at;
	tell(MEMFILE_ZERO, at, n, NULL);
	memset(memfile.data + at, 0, n);
	return 0;
}

static int mem_unlink(const char *path)
{
	(void)path;
	memfile.len = 0;
	return 0;
}

static int mem_room(int fd, uint64_t *bytes)
{
	(void)fd;
	*bytes = memfile.room;
	return 0;
}

static const struct semu_sys table = {
	.alloc = mem_alloc,
	.free = mem_free,
	.open = mem_open,
	.close = mem_close,
	.fstat = mem_fstat,
	.stat = mem_stat,
	.flock = mem_flock,
	.ftruncate = mem_ftruncate,
	.preadv = mem_preadv,
	.pwritev = mem_pwritev,
	.fallocate = mem_fallocate,
	.fdatasync = mem_sync,
	.fsync = mem_sync,
	.unlink = mem_unlink,
	.room = mem_room,
};

static void drop(void)
{
	if (!memfile.lent)
		free(memfile.data);
	memfile.data = NULL;
	memfile.len = memfile.data_room = 0;
	memfile.lent = false;
}

void memfile_on(void)
{
	drop();
	memset(&memfile, 0, sizeof(memfile));
	memfile.room = UINT64_MAX >> 1;
	semu_sys = &table;
}

void memfile_off(void)
{
	drop();
	semu_sys = &semu_sys_real;
}

void memfile_lend(const uint8_t *data, size_t len)
{
	drop();
	memfile.data = (uint8_t *)(uintptr_t)data;
	memfile.len = len;
	memfile.lent = true;
}

int memfile_set(const uint8_t *data, size_t len)
{
	drop();
	if (reach(len))
		return -1;
	if (len)
		memcpy(memfile.data, data, len);
	return 0;
}
