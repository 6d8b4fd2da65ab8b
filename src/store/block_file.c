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

static int fail(const struct semu_file *s, struct scsiemu_io *io, uint64_t lba,
		size_t done, int result)
{
	io->moved = (uint32_t)(done - done % s->blen);
	io->info = lba + done / s->blen;
	return result;
}

static int file_read(void *ctx, struct scsiemu_io *io, uint64_t lba,
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
		return fail(s, io, lba, done,
			    semu_errno_result(err, SEMU_READING));
	return done == len ? SCSIEMU_OK
			   : fail(s, io, lba, done, SCSIEMU_E_READ);
}

/* 0 or SCSIEMU_E_WRITE, and then for ever. */
static int make_durable(struct semu_file *s)
{
	if (!s->dead && semu_file_sync(semu_sys->fdatasync, s->fd))
		s->dead = true;
	return s->dead ? SCSIEMU_E_WRITE : SCSIEMU_OK;
}

/* May the blocks be changed at all? */
static int may_change(const struct semu_file *s, struct scsiemu_io *io,
		      uint64_t lba, uint64_t nblk)
{
	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	io->moved = 0;
	return s->dead ? SCSIEMU_E_WRITE : SCSIEMU_OK;
}

static int write_done(struct semu_file *s, struct scsiemu_io *io)
{
	return io->flags & SCSIEMU_FUA ? make_durable(s) : SCSIEMU_OK;
}

static int file_write(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_file *s = ctx;
	size_t done;
	int err = may_change(s, io, lba, nblk);

	if (err)
		return err;
	err = semu_file_move(s->fd, SEMU_WRITING, lba * s->blen,
			     (size_t)nblk * s->blen, v, nv, &done);
	if (err)
		return fail(s, io, lba, done,
			    semu_errno_result(err, SEMU_WRITING));
	return write_done(s, io);
}

static int file_flush(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      uint64_t nblk)
{
	struct semu_file *s = ctx;
	struct stat st;
	int r = may_change(s, io, lba, nblk);

	if (!r)
		r = make_durable(s);
	if (r || s->device)
		return r;
	if (semu_sys->fstat(s->fd, &st))
		return semu_errno_result(errno, SEMU_WRITING);
	if ((uint64_t)st.st_size < s->nblk * s->blen)
		return SCSIEMU_E_WRITE;
	return SCSIEMU_OK;
}

static int write_zeros(const struct semu_file *s, uint64_t off, uint64_t len)
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
		err = semu_file_move(s->fd, SEMU_WRITING, off, n, v, nv, &done);
	}
	return err;
}

/* By the first way of those that works here, else by writing. 0 or errno. */
static int make_zeros(struct semu_file *s, unsigned by, uint64_t off,
		      uint64_t len)
{
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int err;

		if (!(by & ways[i].way & ~s->lacks))
			continue;
		err = semu_file_allocate(s->fd, ways[i].mode, off, len);
		if (err == EOPNOTSUPP || err == ENOSYS)
			s->lacks |= ways[i].way;
		else if (err != EINVAL) /* EINVAL: a device's alignment */
			return err;
	}
	return write_zeros(s, off, len);
}

static int clear(struct semu_file *s, struct scsiemu_io *io, uint64_t lba,
		 uint64_t nblk, unsigned by)
{
	int err = may_change(s, io, lba, nblk);

	if (err || !nblk)
		return err;
	err = make_zeros(s, by, lba * s->blen, nblk * s->blen);
	if (err)
		return semu_errno_result(err, SEMU_WRITING);
	return write_done(s, io);
}

static int file_zero(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint64_t nblk)
{
	return clear(ctx, io, lba, nblk, WAY_ZERO | WAY_PUNCH);
}

static int file_unmap(void *ctx, struct scsiemu_io *io, uint64_t lba,
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
static int file_status(void *ctx, struct scsiemu_io *io, uint64_t lba,
		       struct scsiemu_extent *e, unsigned *n)
{
	const struct semu_file *s = ctx;
	struct semu_runs r = { e, 0, *n, lba };
	uint64_t end = s->nblk * s->blen;
	uint64_t data = 0, hole = 0;
	bool room = *n > 0;
	int err = 0;

	(void)io;
	*n = 0;
	if (lba >= s->nblk)
		return SCSIEMU_E_RANGE;
	while (room && r.lba < s->nblk) {
		err = seek(s, r.lba * s->blen, SEEK_DATA, end, &data);
		if (err)
			break;
		room = semu_runs_add(&r, data / s->blen - r.lba,
				     SCSIEMU_DEALLOCATED);
		if (!room || data == end)
			break;
		err = seek(s, data, SEEK_HOLE, end, &hole);
		if (err)
			break;
		hole = (hole + s->blen - 1) / s->blen;
		room = semu_runs_add(&r, hole - r.lba, SCSIEMU_MAPPED);
	}
	*n = r.n;
	return err && !r.n ? semu_errno_result(err, SEMU_READING) : SCSIEMU_OK;
}

/* The bytes stay what they are. */
static int file_format(void *ctx, struct scsiemu_io *io,
		       struct scsiemu_medium *m, uint32_t blen, uint64_t nblk)
{
	struct semu_file *s = ctx;
	int rc = semu_reshape(m, s->bytes, blen, nblk);

	(void)io;
	s->nblk = m->nblk;
	s->blen = m->blen;
	return rc;
}

static void file_close(void *ctx)
{
	struct semu_file *s = ctx;

	semu_sys->close(s->fd);
	semu_sys->free(s);
}

const struct scsiemu_block_ops semu_file_ops = {
	.size = sizeof(struct scsiemu_block_ops),
	.read = file_read,
	.write = file_write,
	.flush = file_flush,
	.zero = file_zero,
	.unmap = file_unmap,
	.status = file_status,
	.close = file_close,
	.format = file_format,
};

/* Behind the end of a regular file there is nothing to lose: ask there. */
bool semu_file_punches(const struct semu_file *s)
{
	int err;

	if (s->device)
		return true;
	err = semu_file_allocate(s->fd, FALLOC_FL_PUNCH_HOLE | KEEP,
				 s->nblk * s->blen, s->blen);
	return err != EOPNOTSUPP && err != ENOSYS;
}

bool semu_file_seeks(const struct semu_file *s)
{
	return semu_sys->lseek(s->fd, 0, SEEK_HOLE) >= 0;
}
