/* SPDX-License-Identifier: BSD-2-Clause */
/* support/fake_store.c - see fake_store.h. */
#include "support/fake_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

uint8_t fake_byte(uint64_t lba, uint32_t at)
{
	return (uint8_t)(lba * 31 + at + (at >> 8) * 7 + 1);
}

static int answer(struct fake_store *s, struct scsiemu_io *io, enum fake_op op,
		  int result)
{
	unsigned nth = s->count[op]++;

	s->last_flags = io->flags;
	if (s->fail_result && s->fail_op == op && s->fail_at == nth) {
		result = s->fail_result;
		io->moved = s->fail_moved;
		io->info = s->fail_info;
	}
	if (s->order == FAKE_INLINE)
		return result;
	if (s->order == FAKE_EARLY) {
		scsiemu_io_done(io, result);
		return SCSIEMU_PENDING;
	}
	assert(s->nqueue < FAKE_QUEUE);
	s->queue[s->nqueue].io = io;
	s->queue[s->nqueue++].result = result;
	s->in_flight++;
	return SCSIEMU_PENDING;
}

static void remove_at(struct fake_store *s, unsigned i)
{
	s->nqueue--;
	memmove(&s->queue[i], &s->queue[i + 1],
		(s->nqueue - i) * sizeof(s->queue[0]));
}

unsigned fake_store_run(struct fake_store *s, bool all)
{
	unsigned left = all ? UINT32_MAX : s->nqueue, n = 0;

	while (s->nqueue && n < left) {
		unsigned i = s->order == FAKE_REVERSED ? s->nqueue - 1 : 0;
		struct fake_pending p = s->queue[i];

		remove_at(s, i);
		s->in_flight--;
		n++;
		scsiemu_io_done(p.io, p.result);
	}
	return n;
}

static size_t sum(const struct scsiemu_vec *v, unsigned nv)
{
	size_t n = 0;

	while (nv--)
		n += v++->len;
	return n;
}

static void copy(struct fake_store *s, uint64_t lba,
		 const struct scsiemu_vec *v, unsigned nv, bool in)
{
	uint8_t *at = s->mem + lba * s->medium.blen;

	for (; nv--; v++) {
		if (in)
			memcpy(v->base, at, v->len);
		else
			memcpy(at, v->base, v->len);
		at += v->len;
	}
}

static bool inside(const struct fake_store *s, uint64_t lba, uint64_t nblk)
{
	return lba <= s->medium.nblk && nblk <= s->medium.nblk - lba;
}

/* How much the script lets through before it fails. */
static bool fails_now(const struct fake_store *s, enum fake_op op)
{
	return s->fail_result && s->fail_op == op && s->fail_at == s->count[op];
}

static int fake_read(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	struct fake_store *s = ctx;

	assert(inside(s, lba, nblk) && nblk);
	assert(sum(v, nv) == (size_t)nblk * s->medium.blen);
	copy(s, lba, v, nv, true);
	return answer(s, io, FAKE_READ, SCSIEMU_OK);
}

static int fake_write(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	struct fake_store *s = ctx;

	assert(inside(s, lba, nblk) && nblk);
	assert(sum(v, nv) == (size_t)nblk * s->medium.blen);
	if (!fails_now(s, FAKE_WRITE)) {
		copy(s, lba, v, nv, false);
		memset(s->unmapped + lba, 0, nblk);
	}
	return answer(s, io, FAKE_WRITE, SCSIEMU_OK);
}

static int fake_flush(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      uint64_t nblk)
{
	struct fake_store *s = ctx;

	assert(inside(s, lba, nblk));
	return answer(s, io, FAKE_FLUSH, SCSIEMU_OK);
}

static void clear(struct fake_store *s, uint64_t lba, uint64_t nblk)
{
	assert(inside(s, lba, nblk));
	memset(s->mem + lba * s->medium.blen, 0, nblk * s->medium.blen);
}

static int fake_zero(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint64_t nblk)
{
	clear(ctx, lba, nblk);
	return answer(ctx, io, FAKE_ZERO, SCSIEMU_OK);
}

static int fake_unmap(void *ctx, struct scsiemu_io *io, uint64_t lba,
		      uint64_t nblk)
{
	struct fake_store *s = ctx;

	clear(s, lba, nblk);
	memset(s->unmapped + lba, 1, nblk);
	return answer(s, io, FAKE_UNMAP, SCSIEMU_OK);
}

static int fake_status(void *ctx, struct scsiemu_io *io, uint64_t lba,
		       struct scsiemu_extent *e, unsigned *n)
{
	struct fake_store *s = ctx;
	unsigned used = 0;

	while (lba < s->medium.nblk && used < *n) {
		uint64_t first = lba;

		while (lba < s->medium.nblk &&
		       s->unmapped[lba] == s->unmapped[first])
			lba++;
		e[used].lba = first;
		e[used].nblk = lba - first;
		e[used].pad_ = 0;
		e[used++].state = s->unmapped[first] ? SCSIEMU_DEALLOCATED
						     : SCSIEMU_MAPPED;
	}
	*n = used;
	return answer(s, io, FAKE_STATUS, SCSIEMU_OK);
}

static int fake_cas(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	struct fake_store *s = ctx;
	size_t len = (size_t)nblk * s->medium.blen, at = 0, i;
	uint8_t *all = malloc(2 * len), *mem = s->mem + lba * s->medium.blen;
	int rc = SCSIEMU_OK;

	assert(inside(s, lba, nblk) && sum(v, nv) == 2 * len && all);
	for (; nv--; at += v++->len)
		memcpy(all + at, v->base, v->len);
	for (i = 0; i < len && all[i] == mem[i]; i++)
		;
	if (i < len) {
		io->moved = (uint32_t)i;
		rc = SCSIEMU_E_MISCOMPARE;
	} else {
		memcpy(mem, all + len, len);
	}
	free(all);
	return answer(s, io, FAKE_CAS, rc);
}

static int fake_lend(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint32_t nblk, struct scsiemu_vec *v, unsigned *nv)
{
	struct fake_store *s = ctx;
	size_t left = (size_t)nblk * s->medium.blen;
	size_t max = s->lend_max ? s->lend_max : left;
	uint8_t *at = s->mem + lba * s->medium.blen;
	unsigned n = 0;

	(void)io;
	assert(inside(s, lba, nblk) && nblk);
	if (fails_now(s, FAKE_LEND)) {
		s->count[FAKE_LEND]++;
		return s->fail_result;
	}
	s->count[FAKE_LEND]++;
	for (; left && n < *nv; n++) {
		v[n].base = at;
		v[n].len = left < max ? left : max;
		at += v[n].len;
		left -= v[n].len;
	}
	*nv = n;
	s->lent++;
	return 0;
}

static void fake_back(void *ctx, uint64_t lba, uint32_t nblk)
{
	struct fake_store *s = ctx;

	s->backs++;
	s->back_lba = lba;
	s->back_nblk = nblk;
}

static int fake_verify(void *ctx, struct scsiemu_io *io, uint64_t lba,
		       uint64_t nblk)
{
	struct fake_store *s = ctx;

	assert(inside(s, lba, nblk));
	return answer(s, io, FAKE_VERIFY, SCSIEMU_OK);
}

static void fake_cancel(void *ctx, struct scsiemu_io *io)
{
	struct fake_store *s = ctx;
	unsigned i;

	s->cancels++;
	for (i = 0; i < s->nqueue && s->queue[i].io != io; i++)
		;
	assert(i < s->nqueue); /* only what pends is cancelled */
	if (!s->cancel_completes)
		return;
	remove_at(s, i);
	s->in_flight--;
	scsiemu_io_done(io, SCSIEMU_E_NOT_READY);
}

static void fake_kick(void *ctx)
{
	struct fake_store *s = ctx;

	s->kicks++;
}

static const struct scsiemu_block_ops all_ops = {
	.size = sizeof(all_ops),
	.read = fake_read,
	.write = fake_write,
	.flush = fake_flush,
	.zero = fake_zero,
	.unmap = fake_unmap,
	.status = fake_status,
	.cas = fake_cas,
	.lend = fake_lend,
	.back = fake_back,
	.verify = fake_verify,
	.cancel = fake_cancel,
	.kick = fake_kick,
};

void fake_store_init(struct fake_store *s, uint64_t nblk, uint32_t blen)
{
	uint64_t lba;
	uint32_t at;

	memset(s, 0, sizeof(*s));
	s->ops = all_ops;
	s->fail_info = SCSIEMU_NO_INFO;
	s->mem = malloc(nblk * blen);
	s->unmapped = calloc(1, nblk);
	assert(s->mem && s->unmapped);
	for (lba = 0; lba < nblk; lba++)
		for (at = 0; at < blen; at++)
			s->mem[lba * blen + at] = fake_byte(lba, at);
	s->medium.kind = SCSIEMU_BLOCK;
	s->medium.able = SCSIEMU_CAN_WRITE | SCSIEMU_CAN_FLUSH |
			 SCSIEMU_CAN_ZERO | SCSIEMU_CAN_UNMAP |
			 SCSIEMU_CAN_CAS | SCSIEMU_CAN_STATUS |
			 SCSIEMU_CAN_LEND;
	s->medium.ops = &s->ops;
	s->medium.ctx = s;
	s->medium.nblk = nblk;
	s->medium.blen = blen;
	s->medium.thin = true;
	s->medium.zeroes = true;
}

void fake_store_free(struct fake_store *s)
{
	assert(s->nqueue == 0);
	free(s->mem);
	free(s->unmapped);
}

void fake_store_without(struct fake_store *s, enum fake_op op)
{
	static const uint32_t able[FAKE_OPS] = {
		[FAKE_WRITE] = SCSIEMU_CAN_WRITE,
		[FAKE_FLUSH] = SCSIEMU_CAN_FLUSH,
		[FAKE_ZERO] = SCSIEMU_CAN_ZERO,
		[FAKE_UNMAP] = SCSIEMU_CAN_UNMAP,
		[FAKE_STATUS] = SCSIEMU_CAN_STATUS,
		[FAKE_CAS] = SCSIEMU_CAN_CAS,
		[FAKE_LEND] = SCSIEMU_CAN_LEND,
	};

	s->medium.able &= ~able[op];
	s->ops.write = op == FAKE_WRITE ? NULL : s->ops.write;
	s->ops.flush = op == FAKE_FLUSH ? NULL : s->ops.flush;
	s->ops.zero = op == FAKE_ZERO ? NULL : s->ops.zero;
	s->ops.unmap = op == FAKE_UNMAP ? NULL : s->ops.unmap;
	s->ops.status = op == FAKE_STATUS ? NULL : s->ops.status;
	s->ops.cas = op == FAKE_CAS ? NULL : s->ops.cas;
	s->ops.lend = op == FAKE_LEND ? NULL : s->ops.lend;
	s->ops.verify = op == FAKE_VERIFY ? NULL : s->ops.verify;
}
