/* SPDX-License-Identifier: BSD-2-Clause */
/* store/file_io.c - transfers that survive EINTR and short counts. */
#define _GNU_SOURCE
#include "store/file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/uio.h>

#include "store/sys.h"

/* Vectors go to the kernel as they are. */
_Static_assert(sizeof(struct scsiemu_vec) == sizeof(struct iovec) &&
		       offsetof(struct scsiemu_vec, base) ==
			       offsetof(struct iovec, iov_base) &&
		       offsetof(struct scsiemu_vec, len) ==
			       offsetof(struct iovec, iov_len),
	       "struct scsiemu_vec is laid out like struct iovec");

static const struct {
	int err;
	int result[2]; /* by enum semu_dir */
} meanings[] = {
	{ EIO, { SCSIEMU_E_READ, SCSIEMU_E_WRITE } },
	{ ENOSPC, { SCSIEMU_E_READ, SCSIEMU_E_NO_SPACE } },
	{ EDQUOT, { SCSIEMU_E_READ, SCSIEMU_E_NO_SPACE } },
	{ EFBIG, { SCSIEMU_E_READ, SCSIEMU_E_NO_SPACE } },
	{ EROFS, { SCSIEMU_E_HARDWARE, SCSIEMU_E_PROTECTED } },
	{ EPERM, { SCSIEMU_E_HARDWARE, SCSIEMU_E_PROTECTED } },
	{ EACCES, { SCSIEMU_E_HARDWARE, SCSIEMU_E_PROTECTED } },
	{ EBADF, { SCSIEMU_E_HARDWARE, SCSIEMU_E_HARDWARE } },
	{ EINVAL, { SCSIEMU_E_HARDWARE, SCSIEMU_E_HARDWARE } },
	{ EFAULT, { SCSIEMU_E_HARDWARE, SCSIEMU_E_HARDWARE } },
	{ ENODEV, { SCSIEMU_E_HARDWARE, SCSIEMU_E_HARDWARE } },
	{ ENXIO, { SCSIEMU_E_HARDWARE, SCSIEMU_E_HARDWARE } },
	{ ENOMEM, { SCSIEMU_E_BUSY, SCSIEMU_E_BUSY } },
	{ EBUSY, { SCSIEMU_E_BUSY, SCSIEMU_E_BUSY } },
	{ EAGAIN, { SCSIEMU_E_BUSY, SCSIEMU_E_BUSY } },
};

int semu_errno_result(int err, enum semu_dir dir)
{
	for (unsigned i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].err == err)
			return meanings[i].result[dir];
	return meanings[0].result[dir];
}

/* Elements for one more call when an earlier one stopped inside the vectors. */
enum { REST_VECS = 64 };

struct rest {
	const struct scsiemu_vec *v;
	unsigned nv;
	size_t off; /* in v[0], already moved */
};

static void rest_skip(struct rest *r, size_t n)
{
	while (r->nv && n >= r->v->len - r->off) {
		n -= r->v->len - r->off;
		r->off = 0;
		r->v++;
		r->nv--;
	}
	r->off += r->nv ? n : 0;
}

static int rest_vecs(const struct rest *r, struct iovec *out)
{
	int n = 0;

	for (unsigned i = 0; i < r->nv && n < REST_VECS; i++, n++) {
		out[n].iov_base = (char *)r->v[i].base + (i ? 0 : r->off);
		out[n].iov_len = r->v[i].len - (i ? 0 : r->off);
	}
	return n;
}

static ssize_t call(int fd, enum semu_dir dir, uint64_t off,
		    const struct iovec *v, int nv)
{
	ssize_t n;

	do
		n = dir == SEMU_READING
			    ? semu_sys->preadv(fd, v, nv, (off_t)off)
			    : semu_sys->pwritev(fd, v, nv, (off_t)off);
	while (n < 0 && errno == EINTR);
	return n;
}

/* The vectors as they are: what a transfer takes nearly always. */
static ssize_t call_whole(int fd, enum semu_dir dir, uint64_t off,
			  const struct rest *r)
{
	return call(fd, dir, off, (const struct iovec *)(const void *)r->v,
		    r->nv < IOV_MAX ? (int)r->nv : IOV_MAX);
}

static ssize_t call_rest(int fd, enum semu_dir dir, uint64_t off,
			 const struct rest *r)
{
	struct iovec v[REST_VECS];

	return call(fd, dir, off, v, rest_vecs(r, v));
}

/* More than len would change blocks beside those meant. */
static bool sum_is(const struct scsiemu_vec *v, unsigned nv, size_t len)
{
	size_t sum = 0;

	for (unsigned i = 0; i < nv; i++)
		sum += v[i].len;
	return sum == len;
}

int semu_file_move(int fd, enum semu_dir dir, uint64_t off, size_t len,
		   const struct scsiemu_vec *v, unsigned nv, size_t *done)
{
	struct rest r = { v, nv, 0 };
	ssize_t n;

	*done = 0;
	if (!sum_is(v, nv, len))
		return EINVAL;
	while (*done < len) {
		n = r.off ? call_rest(fd, dir, off + *done, &r)
			  : call_whole(fd, dir, off + *done, &r);
		if (n < 0)
			return errno;
		if (!n)
			return dir == SEMU_READING ? 0 : EIO;
		*done += (size_t)n;
		rest_skip(&r, (size_t)n);
	}
	return 0;
}

int semu_file_sync(int (*sync)(int fd), int fd)
{
	int r;

	do
		r = sync(fd);
	while (r < 0 && errno == EINTR);
	return r < 0 ? errno : 0;
}

int semu_file_allocate(int fd, int mode, uint64_t off, uint64_t len)
{
	int r;

	do
		r = semu_sys->fallocate(fd, mode, (off_t)off, (off_t)len);
	while (r < 0 && errno == EINTR);
	return r < 0 ? errno : 0;
}

int semu_file_sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 1;
	char *folder = semu_sys->alloc(len + 1);
	int fd, err;

	if (!folder)
		return ENOMEM;
	memcpy(folder, slash ? path : ".", len);
	fd = semu_file_open(folder, O_RDONLY | O_DIRECTORY);
	semu_sys->free(folder);
	if (fd < 0)
		return -fd;
	err = semu_file_sync(semu_sys->fsync, fd);
	semu_sys->close(fd);
	return err;
}

int semu_file_open(const char *path, int flags)
{
	int fd;

	do
		fd = semu_sys->open(
			path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}
