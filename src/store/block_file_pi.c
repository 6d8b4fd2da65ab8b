/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/block_file_pi.c - protection information in files: behind each block of
 * the same file, or in a file of its own. Its bits are inverted there, so that
 * what was never written, or is a hole, reads as FFs.
 *
 * In a file of its own a write takes three steps: the blocks' information
 * becomes FFs, then the blocks, then the information is written. So a process
 * that dies leaves blocks that can be read, whole or not, at any moment.
 */
#define _GNU_SOURCE
#include <string.h>

#include "store/block_file.h"
#include "store/file_io.h"
#include "store/sys.h"
#include "store/vec.h"

static void invert(uint8_t *to, const uint8_t *from, size_t n)
{
	while (n--)
		*to++ = (uint8_t) ~*from++;
}

/* n bytes between the bounce buffer, or buf, and a file: 0 or a result. */
static int move(int fd, enum semu_dir dir, uint64_t off, uint8_t *buf, size_t n,
		size_t *done)
{
	const struct scsiemu_vec v = { buf, n };
	int err = semu_file_move(fd, dir, off, n, &v, 1, done);

	if (err)
		return semu_errno_result(err, dir);
	return *done == n ? SCSIEMU_OK : SCSIEMU_E_READ;
}

/* Blocks of this many bytes that fit into the bounce buffer. */
static uint32_t piece(uint32_t left, uint32_t each)
{
	uint32_t n = SEMU_FILE_BOUNCE / each;

	return left < n ? left : n;
}

/* Behind each block; pi may be NULL. */
static int behind_read(struct semu_file *s, struct scsiemu_io *io, uint64_t lba,
		       uint32_t nblk, struct semu_cursor *c, uint8_t *pi)
{
	size_t done = 0;
	uint32_t at = 0, n, k;

	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	for (; at < nblk; at += n) {
		int rc;

		n = piece(nblk - at, s->stride);
		rc = move(s->fd, SEMU_READING, (lba + at) * s->stride,
			  s->bounce, (size_t)n * s->stride, &done);
		if (rc)
			return semu_file_fail(
				s, io, lba, (size_t)at * s->stride + done, rc);
		for (k = 0; k < n; k++) {
			const uint8_t *b = s->bounce + (size_t)k * s->stride;

			semu_vec_put(c, b, s->blen);
			if (!pi)
				continue;
			invert(pi, b + s->blen, s->pi_len);
			pi += s->pi_len;
		}
	}
	return SCSIEMU_OK;
}

static int behind_write(struct semu_file *s, struct scsiemu_io *io,
			uint64_t lba, uint32_t nblk, struct semu_cursor *c,
			const uint8_t *pi)
{
	int rc = semu_file_may_change(s, io, lba, nblk);
	uint32_t at = 0, n, k;
	size_t done = 0;

	for (; !rc && at < nblk; at += n) {
		n = piece(nblk - at, s->stride);
		for (k = 0; k < n; k++) {
			uint8_t *b = s->bounce + (size_t)k * s->stride;

			semu_vec_get(c, b, s->blen);
			memset(b + s->blen, 0, s->pi_len);
			if (!pi)
				continue;
			invert(b + s->blen, pi, s->pi_len);
			pi += s->pi_len;
		}
		rc = move(s->fd, SEMU_WRITING, (lba + at) * s->stride,
			  s->bounce, (size_t)n * s->stride, &done);
		if (rc)
			return semu_file_fail(
				s, io, lba, (size_t)at * s->stride + done, rc);
	}
	return rc ? rc : semu_file_written(s, io);
}

static int behind_read_plain(void *ctx, struct scsiemu_io *io, uint64_t lba,
			     uint32_t nblk, const struct scsiemu_vec *v,
			     unsigned nv)
{
	struct semu_cursor c = semu_cursor(v, nv);

	return behind_read(ctx, io, lba, nblk, &c, NULL);
}

static int behind_write_plain(void *ctx, struct scsiemu_io *io, uint64_t lba,
			      uint32_t nblk, const struct scsiemu_vec *v,
			      unsigned nv)
{
	struct semu_cursor c = semu_cursor(v, nv);

	return behind_write(ctx, io, lba, nblk, &c, NULL);
}

static int behind_read_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
			  uint32_t nblk, const struct scsiemu_vec *v,
			  unsigned nv, uint8_t *pi)
{
	struct semu_cursor c = semu_cursor(v, nv);

	return behind_read(ctx, io, lba, nblk, &c, pi);
}

static int behind_write_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
			   uint32_t nblk, const struct scsiemu_vec *v,
			   unsigned nv, const uint8_t *pi)
{
	struct semu_cursor c = semu_cursor(v, nv);

	return behind_write(ctx, io, lba, nblk, &c, pi);
}

/* In a file of its own. */
static int side_read_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
			uint32_t nblk, const struct scsiemu_vec *v, unsigned nv,
			uint8_t *pi)
{
	struct semu_file *s = ctx;
	size_t len = (size_t)nblk * s->pi_len, done;
	int rc = semu_file_read(ctx, io, lba, nblk, v, nv);

	if (rc)
		return rc;
	rc = move(s->side, SEMU_READING, lba * s->pi_len, pi, len, &done);
	if (rc)
		return semu_file_fail(s, io, lba, done / s->pi_len * s->stride,
				      rc);
	invert(pi, pi, len);
	return SCSIEMU_OK;
}

/* The information of these blocks becomes FFs. */
static int side_forget(struct semu_file *s, uint64_t lba, uint64_t nblk)
{
	uint64_t off = lba * s->pi_len, len = nblk * s->pi_len;
	int err = len <= SEMU_FILE_BOUNCE
			  ? semu_file_write_zeros(s->side, off, len)
			  : semu_file_punch(s, s->side, off, len);

	return err ? semu_errno_result(err, SEMU_WRITING) : SCSIEMU_OK;
}

static int side_put(struct semu_file *s, uint64_t lba, uint32_t nblk,
		    const uint8_t *pi)
{
	uint32_t at = 0, n;
	size_t done;
	int rc = SCSIEMU_OK;

	for (; !rc && at < nblk; at += n, pi += (size_t)n * s->pi_len) {
		n = piece(nblk - at, s->pi_len);
		invert(s->bounce, pi, (size_t)n * s->pi_len);
		rc = move(s->side, SEMU_WRITING, (lba + at) * s->pi_len,
			  s->bounce, (size_t)n * s->pi_len, &done);
	}
	return rc;
}

static int side_write_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
			 uint32_t nblk, const struct scsiemu_vec *v,
			 unsigned nv, const uint8_t *pi)
{
	struct semu_file *s = ctx;
	uint32_t flags = io->flags;
	int rc = semu_file_may_change(s, io, lba, nblk), put;

	if (!rc)
		rc = side_forget(s, lba, nblk);
	if (rc)
		return rc;
	io->flags &= ~(uint32_t)SCSIEMU_FUA;
	rc = semu_file_write(ctx, io, lba, nblk, v, nv);
	io->flags = flags;
	if (rc == SCSIEMU_E_RANGE)
		return rc;
	put = side_put(s, lba, rc ? io->moved / s->blen : nblk, pi);
	if (rc || put)
		return rc ? rc : semu_file_fail(s, io, lba, 0, put);
	return semu_file_written(s, io);
}

static int side_write(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_file *s = ctx;
	int rc = semu_file_may_change(s, io, lba, nblk);

	if (!rc)
		rc = side_forget(s, lba, nblk);
	return rc ? rc : semu_file_write(ctx, io, lba, nblk, v, nv);
}

/* ZERO and UNMAP: the information first. */
static int side_zero(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint64_t nblk)
{
	struct semu_file *s = ctx;
	int rc = semu_file_may_change(s, io, lba, nblk);

	if (!rc)
		rc = side_forget(s, lba, nblk);
	return rc ? rc : semu_file_zero(ctx, io, lba, nblk);
}

static int side_unmap(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      uint64_t nblk)
{
	struct semu_file *s = ctx;
	int rc = semu_file_may_change(s, io, lba, nblk);

	if (!rc)
		rc = side_forget(s, lba, nblk);
	return rc ? rc : semu_file_unmap(ctx, io, lba, nblk);
}

const struct scsiemu_block_ops semu_file_ops_behind = {
	.size = sizeof(struct scsiemu_block_ops),
	.read = behind_read_plain,
	.write = behind_write_plain,
	.flush = semu_file_flush,
	.zero = semu_file_zero,
	.unmap = semu_file_unmap,
	.status = semu_file_status,
	.close = semu_file_close,
	.read_pi = behind_read_pi,
	.write_pi = behind_write_pi,
};

const struct scsiemu_block_ops semu_file_ops_side = {
	.size = sizeof(struct scsiemu_block_ops),
	.read = semu_file_read,
	.write = side_write,
	.flush = semu_file_flush,
	.zero = side_zero,
	.unmap = side_unmap,
	.status = semu_file_status,
	.close = semu_file_close,
	.read_pi = side_read_pi,
	.write_pi = side_write_pi,
};
