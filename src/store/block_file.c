/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/block_file.c - a medium in a regular file or on a block device, by
 * preadv and pwritev: never mapped, because a file that somebody shortens would
 * then kill the process with SIGBUS.
 *
 * Durability: writes end in the page cache; flush and FUA are fdatasync. When
 * that fails once, the kernel has dropped the pages and the next one would
 * succeed without them: so the store is dead for everything that changes it
 * until it is opened again.
 *
 * A file that is shorter than the medium (somebody cut it): reading behind its
 * end is a read error, never zeros; a flush fails, because what was there is
 * lost.
 */
#define _GNU_SOURCE
#include "store/block_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "store/file_io.h"
#include "store/sys.h"
#include "store/vec.h"

#define KEEP FALLOC_FL_KEEP_SIZE

/* Ways to make zeros, best first, as bits of semu_file.lacks. */
enum { WAY_ZERO = 1, WAY_PUNCH = 2 };
static const struct {
	unsigned way;
	int mode;
} ways[] = {
	{ WAY_ZERO, FALLOC_FL_ZERO_RANGE | KEEP },
	{ WAY_PUNCH, FALLOC_FL_PUNCH_HOLE | KEEP },
};

int semu_file_fail(const struct semu_file *s, struct scsiemu_io *io,
		   uint64_t lba, size_t done, int result)
{
	io->moved = (uint32_t)(done / s->stride) * s->blen;
	io->info = lba + done / s->stride;
	return result;
}

int semu_file_read(void *ctx, struct scsiemu_io *io, uint64_t lba,
		   uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	const struct semu_file *s = ctx;
	size_t len = (size_t)nblk * s->blen;
	size_t done;
	int err;

	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	err = semu_file_move(s->fd, SEMU_READING, lba * s->blen, len, v, nv,
			     &done);
	if (err)
		return semu_file_fail(s, io, lba, done,
				      semu_errno_result(err, SEMU_READING));
	return done == len ? SCSIEMU_OK
			   : semu_file_fail(s, io, lba, done, SCSIEMU_E_READ);
}

/* 0 or SCSIEMU_E_WRITE, and then for ever. */
static int make_durable(struct semu_file *s)
{
	if (!s->dead && semu_file_sync(semu_sys->fdatasync, s->fd))
		s->dead = true;
	if (!s->dead && s->side >= 0 &&
	    semu_file_sync(semu_sys->fdatasync, s->side))
		s->dead = true;
	return s->dead ? SCSIEMU_E_WRITE : SCSIEMU_OK;
}

/* May the blocks be changed at all? */
int semu_file_may_change(const struct semu_file *s, struct scsiemu_io *io,
			 uint64_t lba, uint64_t nblk)
{
	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	io->moved = 0;
	return s->dead ? SCSIEMU_E_WRITE : SCSIEMU_OK;
}

int semu_file_written(struct semu_file *s, struct scsiemu_io *io)
{
	return io->flags & SCSIEMU_FUA ? make_durable(s) : SCSIEMU_OK;
}

int semu_file_write(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_file *s = ctx;
	size_t done;
	int err = semu_file_may_change(s, io, lba, nblk);

	if (err)
		return err;
	err = semu_file_move(s->fd, SEMU_WRITING, lba * s->blen,
			     (size_t)nblk * s->blen, v, nv, &done);
	if (err)
		return semu_file_fail(s, io, lba, done,
				      semu_errno_result(err, SEMU_WRITING));
	return semu_file_written(s, io);
}

int semu_file_flush(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint64_t nblk)
{
	struct semu_file *s = ctx;
	struct stat st;
	int r = semu_file_may_change(s, io, lba, nblk);

	if (!r)
		r = make_durable(s);
	if (r || s->device)
		return r;
	if (semu_sys->fstat(s->fd, &st))
		return semu_errno_result(errno, SEMU_WRITING);
	if ((uint64_t)st.st_size < s->nblk * s->stride)
		return SCSIEMU_E_WRITE;
	return SCSIEMU_OK;
}

int semu_file_write_zeros(int fd, uint64_t off, uint64_t len)
{
	enum { NVEC = 16 };
	struct scsiemu_vec v[NVEC];
	size_t done, n;
	int err = 0;

	for (; len && !err; off += done, len -= done) {
		unsigned nv = 0;

		for (n = 0; nv < NVEC && n < len; n += v[nv++].len) {
			v[nv].base = semu_zeros;
			v[nv].len = len - n < SEMU_ZEROS_LEN ? (size_t)(len - n)
							     : SEMU_ZEROS_LEN;
		}
		err = semu_file_move(fd, SEMU_WRITING, off, n, v, nv, &done);
	}
	return err;
}

/* By the first way of those that works here, else by writing. 0 or errno. */
static int make_zeros(struct semu_file *s, int fd, unsigned by, uint64_t off,
		      uint64_t len)
{
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int err;

		if (!(by & ways[i].way & ~s->lacks))
			continue;
		err = semu_file_allocate(fd, ways[i].mode, off, len);
		if (err == EOPNOTSUPP || err == ENOSYS)
			s->lacks |= ways[i].way;
		else if (err != EINVAL) /* EINVAL: a device's alignment */
			return err;
	}
	return semu_file_write_zeros(fd, off, len);
}

int semu_file_punch(struct semu_file *s, int fd, uint64_t off, uint64_t len)
{
	return make_zeros(s, fd, WAY_PUNCH, off, len);
}

static int clear(struct semu_file *s, struct scsiemu_io *io, uint64_t lba,
		 uint64_t nblk, unsigned by)
{
	int err = semu_file_may_change(s, io, lba, nblk);

	if (err || !nblk)
		return err;
	err = make_zeros(s, s->fd, by, lba * s->stride, nblk * s->stride);
	if (err)
		return semu_errno_result(err, SEMU_WRITING);
	return semu_file_written(s, io);
}

int semu_file_zero(void *ctx, struct scsiemu_io *io, uint64_t lba,
		   uint64_t nblk)
{
	return clear(ctx, io, lba, nblk, WAY_ZERO | WAY_PUNCH);
}

int semu_file_unmap(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint64_t nblk)
{
	return clear(ctx, io, lba, nblk, WAY_PUNCH);
}

/* Where data or a hole begins at or behind off: at most end. */
static int seek(const struct semu_file *s, uint64_t off, int whence,
		uint64_t end, uint64_t *at)
{
	off_t r = semu_sys->lseek(s->fd, (off_t)off, whence);

	if (r < 0 && errno != ENXIO)
		return errno;
	*at = r < 0 || (uint64_t)r > end ? end : (uint64_t)r;
	return 0;
}

/* A block is a hole only as a whole: data grows to whole blocks. */
int semu_file_status(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     struct scsiemu_extent *e, unsigned *n)
{
	const struct semu_file *s = ctx;
	struct semu_runs r = { e, 0, *n, lba };
	uint64_t end = s->nblk * s->stride;
	uint64_t data = 0, hole = 0;
	bool room = *n > 0;
	int err = 0;

	(void)io;
	*n = 0;
	if (lba >= s->nblk)
		return SCSIEMU_E_RANGE;
	while (room && r.lba < s->nblk) {
		err = seek(s, r.lba * s->stride, SEEK_DATA, end, &data);
		if (err)
			break;
		room = semu_runs_add(&r, data / s->stride - r.lba,
				     SCSIEMU_DEALLOCATED);
		if (!room || data == end)
			break;
		err = seek(s, data, SEEK_HOLE, end, &hole);
		if (err)
			break;
		hole = (hole + s->stride - 1) / s->stride;
		room = semu_runs_add(&r, hole - r.lba, SCSIEMU_MAPPED);
	}
	*n = r.n;
	return err && !r.n ? semu_errno_result(err, SEMU_READING) : SCSIEMU_OK;
}

/* The bytes stay what they are. Not where they have protection information,
 * whose place depends on the length of a block. */
static int file_format(void *ctx, struct scsiemu_io *io,
		       struct scsiemu_medium *m, uint32_t blen, uint64_t nblk)
{
	struct semu_file *s = ctx;
	int rc = semu_reshape(m, s->bytes, blen, nblk);

	(void)io;
	s->nblk = m->nblk;
	s->blen = s->stride = m->blen;
	return rc;
}

/* How large the file or device is now: 0 or an errno. */
static int size_now(const struct semu_file *s, uint64_t *bytes)
{
	struct stat st;

	if (s->device)
		return semu_sys->devsize(s->fd, bytes) ? errno : 0;
	if (semu_sys->fstat(s->fd, &st))
		return errno;
	*bytes = (uint64_t)st.st_size;
	return 0;
}

/* Blocks that FORMAT UNIT has taken away do not come back. */
static int file_refresh(void *ctx, struct scsiemu_medium *m)
{
	struct semu_file *s = ctx;
	bool all = s->nblk == s->bytes / s->blen;
	uint64_t bytes, nblk;
	int err = size_now(s, &bytes);

	if (err)
		return semu_errno_result(err, SEMU_READING);
	nblk = bytes / s->blen;
	if (!nblk)
		return SCSIEMU_E_RANGE;
	s->bytes = bytes;
	if (all || nblk < s->nblk)
		s->nblk = m->nblk = nblk;
	return SCSIEMU_OK;
}

void semu_file_close(void *ctx)
{
	struct semu_file *s = ctx;

	semu_sys->close(s->fd);
	if (s->side >= 0)
		semu_sys->close(s->side);
	semu_sys->free(s->bounce);
	semu_sys->free(s);
}

const struct scsiemu_block_ops semu_file_ops = {
	.size = sizeof(struct scsiemu_block_ops),
	.read = semu_file_read,
	.write = semu_file_write,
	.flush = semu_file_flush,
	.zero = semu_file_zero,
	.unmap = semu_file_unmap,
	.status = semu_file_status,
	.close = semu_file_close,
	.format = file_format,
	.refresh = file_refresh,
};

/* Behind the end of a regular file there is nothing to lose: ask there. */
bool semu_file_punches(const struct semu_file *s)
{
	int err;

	if (s->device)
		return true;
	err = semu_file_allocate(s->fd, FALLOC_FL_PUNCH_HOLE | KEEP,
				 s->nblk * s->stride, s->stride);
	return err != EOPNOTSUPP && err != ENOSYS;
}

bool semu_file_seeks(const struct semu_file *s)
{
	return semu_sys->lseek(s->fd, 0, SEEK_HOLE) >= 0;
}
