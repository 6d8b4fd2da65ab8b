/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/store/inject.c - a table of system calls that fail as told. */
#define _GNU_SOURCE
#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/sys.h"

struct inject inject;
static unsigned turns;

static void note(char c)
{
	size_t n = strlen(inject.log);

	if (n + 1 < sizeof(inject.log))
		inject.log[n] = c;
}

/* Does this call fail? */
static bool hit(enum inject_call call)
{
	if (!(inject.calls >> call & 1))
		return false;
	inject.seen++;
	if (!inject.nth || inject.seen < inject.nth ||
	    (inject.seen > inject.nth && !inject.all_after))
		return false;
	if (inject.exits)
		_exit(0);
	errno = inject.err;
	return true;
}

static bool interrupted(void)
{
	if (!inject.interrupt || ++turns % inject.interrupt)
		return false;
	errno = EINTR;
	return true;
}

static void *in_alloc(size_t size)
{
	void *p = hit(INJECT_ALLOC) ? NULL : semu_sys_real.alloc(size);

	inject.memory += p != NULL;
	return p;
}

static void in_free(void *p)
{
	inject.memory -= p != NULL;
	semu_sys_real.free(p);
}

static int in_open(const char *path, int flags, mode_t mode)
{
	int fd;

	if (hit(INJECT_OPEN) || interrupted())
		return -1;
	if (flags & O_CREAT)
		note('c');
	if (flags & O_CREAT && inject.on_create)
		inject.on_create();
	/* O_EXCL without O_CREAT means a block device: not what we have. */
	fd = semu_sys_real.open(path, flags & O_CREAT ? flags : flags & ~O_EXCL,
				mode);
	inject.files += fd >= 0;
	return fd;
}

static int in_close(int fd)
{
	hit(INJECT_CLOSE);
	inject.files--;
	return semu_sys_real.close(fd);
}

static int in_fstat(int fd, struct stat *st)
{
	int r = hit(INJECT_FSTAT) ? -1 : semu_sys_real.fstat(fd, st);

	if (!r && inject.device) {
		st->st_mode = (st->st_mode & ~(mode_t)S_IFMT) | S_IFBLK;
		st->st_size = 0;
	}
	return r;
}

static int in_stat(const char *path, struct stat *st)
{
	return hit(INJECT_STAT) ? -1 : semu_sys_real.stat(path, st);
}

static int in_flock(int fd, int how)
{
	return hit(INJECT_FLOCK) ? -1 : semu_sys_real.flock(fd, how);
}

static int in_fchmod(int fd, mode_t mode)
{
	return hit(INJECT_FCHMOD) ? -1 : semu_sys_real.fchmod(fd, mode);
}

static int in_fchown(int fd, uid_t uid, gid_t gid)
{
	return hit(INJECT_FCHOWN) ? -1 : semu_sys_real.fchown(fd, uid, gid);
}

static int in_devsize(int fd, uint64_t *bytes)
{
	(void)fd;
	if (hit(INJECT_DEVSIZE))
		return -1;
	*bytes = inject.device_bytes;
	return 0;
}

static int in_ftruncate(int fd, off_t len)
{
	note('t');
	return hit(INJECT_FTRUNCATE) ? -1 : semu_sys_real.ftruncate(fd, len);
}

/* The vectors, cut to inject.cut bytes: at most two elements stay. */
static int cut(struct iovec *out, const struct iovec *v, int nv)
{
	int n = 0;
	size_t left = inject.cut;

	for (int i = 0; i < nv && n < 2 && left; i++) {
		if (!v[i].iov_len)
			continue;
		out[n] = v[i];
		if (out[n].iov_len > left)
			out[n].iov_len = left;
		left -= out[n++].iov_len;
	}
	return n;
}

static ssize_t in_preadv(int fd, const struct iovec *v, int nv, off_t off)
{
	struct iovec some[2];

	if (hit(INJECT_PREADV) || interrupted())
		return -1;
	if (!inject.cut)
		return semu_sys_real.preadv(fd, v, nv, off);
	return semu_sys_real.preadv(fd, some, cut(some, v, nv), off);
}

static ssize_t in_pwritev(int fd, const struct iovec *v, int nv, off_t off)
{
	struct iovec some[2];

	note('w');
	if (hit(INJECT_PWRITEV) || interrupted())
		return -1;
	if (!inject.cut)
		return semu_sys_real.pwritev(fd, v, nv, off);
	return semu_sys_real.pwritev(fd, some, cut(some, v, nv), off);
}

static int in_fallocate(int fd, int mode, off_t off, off_t len)
{
	if (hit(INJECT_FALLOCATE) || interrupted())
		return -1;
	return semu_sys_real.fallocate(fd, mode, off, len);
}

static off_t in_lseek(int fd, off_t off, int whence)
{
	return hit(INJECT_LSEEK) ? -1 : semu_sys_real.lseek(fd, off, whence);
}

static int in_fdatasync(int fd)
{
	note('d');
	if (interrupted())
		return -1;
	inject.fdatasyncs++;
	return hit(INJECT_FDATASYNC) ? -1 : semu_sys_real.fdatasync(fd);
}

static int in_fsync(int fd)
{
	struct stat st;

	note(!semu_sys_real.fstat(fd, &st) && S_ISDIR(st.st_mode) ? 'F' : 'f');
	return hit(INJECT_FSYNC) || interrupted() ? -1
						  : semu_sys_real.fsync(fd);
}

static int in_rename(const char *from, const char *to)
{
	note('r');
	return hit(INJECT_RENAME) ? -1 : semu_sys_real.rename(from, to);
}

static int in_unlink(const char *path)
{
	return hit(INJECT_UNLINK) ? -1 : semu_sys_real.unlink(path);
}

static const struct semu_sys table = {
	.alloc = in_alloc,
	.free = in_free,
	.open = in_open,
	.close = in_close,
	.fstat = in_fstat,
	.stat = in_stat,
	.flock = in_flock,
	.fchmod = in_fchmod,
	.fchown = in_fchown,
	.devsize = in_devsize,
	.ftruncate = in_ftruncate,
	.preadv = in_preadv,
	.pwritev = in_pwritev,
	.fallocate = in_fallocate,
	.lseek = in_lseek,
	.fdatasync = in_fdatasync,
	.fsync = in_fsync,
	.rename = in_rename,
	.unlink = in_unlink,
};

void inject_on(void)
{
	memset(&inject, 0, sizeof(inject));
	semu_sys = &table;
}

void inject_off(void)
{
	semu_sys = &semu_sys_real;
}

void inject_fail(unsigned calls, unsigned nth, int err)
{
	inject.calls = calls;
	inject.nth = nth;
	inject.err = err;
	inject.seen = 0;
	inject.all_after = false;
}
