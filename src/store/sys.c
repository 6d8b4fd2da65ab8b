/* SPDX-License-Identifier: BSD-2-Clause */
/* store/sys.c - the system itself, behind the table of sys.h. */
#define _GNU_SOURCE
#include "store/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/fs.h>
#endif

_Static_assert(sizeof(off_t) == 8, "offsets of files are 64 bits");

static void *sys_alloc(size_t size)
{
	return calloc(1, size);
}

static int sys_open(const char *path, int flags, mode_t mode)
{
	return open(path, flags, mode);
}

static int sys_fstat(int fd, struct stat *st)
{
	return fstat(fd, st);
}

static int sys_stat(const char *path, struct stat *st)
{
	return stat(path, st);
}

static int sys_devsize(int fd, uint64_t *bytes)
{
	return ioctl(fd, BLKGETSIZE64, bytes);
}

const struct semu_sys semu_sys_real = {
	.alloc = sys_alloc,
	.free = free,
	.open = sys_open,
	.close = close,
	.fstat = sys_fstat,
	.stat = sys_stat,
	.flock = flock,
	.fchmod = fchmod,
	.fchown = fchown,
	.devsize = sys_devsize,
	.ftruncate = ftruncate,
	.preadv = preadv,
	.pwritev = pwritev,
	.fallocate = fallocate,
	.lseek = lseek,
	.fdatasync = fdatasync,
	.fsync = fsync,
	.rename = rename,
	.unlink = unlink,
};

const struct semu_sys *semu_sys = &semu_sys_real;
