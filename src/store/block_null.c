/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/block_null.c - a medium of zeros that swallows writes: what a benchmark
 * of everything above the stores runs on. READ is lent from one area of zeros
 * that nobody ever writes (and that therefore takes one page of memory).
 */
#include <string.h>

#include "store/open.h"
#include "store/sys.h"
#include "store/vec.h"

struct null_store {
	uint64_t nblk, bytes;
	uint32_t blen;
	uint16_t pi_len;
	bool thin;
};

static int ranged(const struct null_store *s, uint64_t lba, uint64_t nblk)
{
	return semu_in_range(s->nblk, lba, nblk) ? SCSIEMU_OK : SCSIEMU_E_RANGE;
}

static int null_read(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	const struct null_store *s = ctx;
	struct semu_cursor c = semu_cursor(v, nv);

	(void)io;
	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	semu_vec_put(&c, NULL, (size_t)nblk * s->blen);
	return SCSIEMU_OK;
}

static int null_write(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	(void)io;
	(void)v;
	(void)nv;
	return ranged(ctx, lba, nblk);
}

/* As on blocks that were never written: nothing is checked. */
static int null_read_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
			uint32_t nblk, const struct scsiemu_vec *v, unsigned nv,
			uint8_t *pi)
{
	const struct null_store *s = ctx;

	memset(pi, 0xff, (size_t)nblk * s->pi_len);
	return null_read(ctx, io, lba, nblk, v, nv);
}

static int null_write_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
			 uint32_t nblk, const struct scsiemu_vec *v,
			 unsigned nv, const uint8_t *pi)
{
	(void)pi;
	return null_write(ctx, io, lba, nblk, v, nv);
}

/* FLUSH, ZERO, UNMAP, VERIFY: there is nothing to do. */
static int null_verb(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint64_t nblk)
{
	(void)io;
	return ranged(ctx, lba, nblk);
}

static int null_status(void *ctx, struct scsiemu_io *io, uint64_t lba,
		       struct scsiemu_extent *e, unsigned *n)
{
	const struct null_store *s = ctx;
	struct semu_runs r = { e, 0, *n, lba };

	(void)io;
	*n = 0;
	if (lba >= s->nblk)
		return SCSIEMU_E_RANGE;
	semu_runs_add(&r, s->nblk - lba,
		      s->thin ? SCSIEMU_DEALLOCATED : SCSIEMU_MAPPED);
	*n = r.n;
	return SCSIEMU_OK;
}

static int null_cas(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	const struct null_store *s = ctx;
	struct semu_cursor c = semu_cursor(v, nv);
	size_t len = (size_t)nblk * s->blen;
	size_t same;

	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	same = semu_vec_differ(&c, NULL, len);
	io->moved = (uint32_t)same;
	return same == len ? SCSIEMU_OK : SCSIEMU_E_MISCOMPARE;
}

static int null_lend(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint32_t nblk, struct scsiemu_vec *v, unsigned *nv)
{
	const struct null_store *s = ctx;
	size_t len = (size_t)nblk * s->blen;
	unsigned n = 0;

	(void)io;
	if (!semu_in_range(s->nblk, lba, nblk))
		return SCSIEMU_E_RANGE;
	if (len <= SEMU_ZEROS_LEN) {
		v->base = semu_zeros;
		v->len = len;
		*nv = 1;
		return SCSIEMU_OK;
	}
	for (; len && n < *nv; n++) {
		v[n].base = semu_zeros;
		v[n].len = len < SEMU_ZEROS_LEN ? len : SEMU_ZEROS_LEN;
		len -= v[n].len;
	}
	*nv = n;
	return SCSIEMU_OK;
}

static void null_back(void *ctx, uint64_t lba, uint32_t nblk)
{
	(void)ctx;
	(void)lba;
	(void)nblk;
}

static int null_format(void *ctx, struct scsiemu_io *io,
		       struct scsiemu_medium *m, uint32_t blen, uint64_t nblk)
{
	struct null_store *s = ctx;
	int rc = semu_reshape(m, s->bytes, blen, nblk);

	(void)io;
	s->nblk = m->nblk;
	s->blen = m->blen;
	return rc;
}

static void null_close(void *ctx)
{
	semu_sys->free(ctx);
}

#define READS                                                                  \
	.size = sizeof(struct scsiemu_block_ops), .read = null_read,           \
	.status = null_status, .lend = null_lend, .back = null_back,           \
	.verify = null_verb, .close = null_close, .read_pi = null_read_pi
#define WRITES                                                                 \
	.write = null_write, .flush = null_verb, .zero = null_verb,            \
	.cas = null_cas, .write_pi = null_write_pi, .format = null_format

static const struct scsiemu_block_ops offers[SEMU_OFFERS] = {
	[SEMU_OFFER_READ_ONLY] = { READS },
	[SEMU_OFFER_THICK] = { READS, WRITES },
	[SEMU_OFFER_THIN] = { READS, WRITES, .unmap = null_verb },
};

int scsiemu_open_null(struct scsiemu_medium *m,
		      const struct scsiemu_geometry *g,
		      struct scsiemu_errmsg *err)
{
	struct null_store *s;

	if (semu_geometry_sized(m, g, err))
		return -1;
	s = semu_sys->alloc(sizeof(*s));
	if (!s)
		return semu_err_memory(err);
	s->nblk = m->nblk;
	s->blen = m->blen;
	s->bytes = m->nblk * m->blen;
	s->thin = m->thin;
	s->pi_len = m->pi_len;
	semu_offer(m, offers, s);
	return 0;
}
