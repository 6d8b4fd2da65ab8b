/* SPDX-License-Identifier: BSD-2-Clause */
/* store/wrap.c - operations on their way through a wrapping store. */
#include "store/wrap.h"

#include <string.h>

#include "store/open.h"
#include "store/sys.h"

static struct semu_wrap_op *take(struct semu_wrap *w)
{
	struct semu_wrap_op *op = w->free;
	struct semu_wrap_op *made = w->made;

	if (op) {
		w->free = op->next;
		made = op->made;
		memset(op, 0, sizeof(*op));
	} else {
		op = semu_sys->alloc(sizeof(*op));
		if (!op)
			return NULL;
		w->made = op;
	}
	op->made = made;
	return op;
}

/* What the caller is told; op is free afterwards. */
static void release(struct semu_wrap_op *op)
{
	op->outer->info = op->io.info;
	op->outer->moved = op->io.moved;
	op->next = op->w->free;
	op->w->free = op;
}

void semu_wrap_finish(struct semu_wrap_op *op, int result)
{
	struct scsiemu_io *outer = op->outer;

	release(op);
	scsiemu_io_done(outer, result);
}

static int after(struct semu_wrap_op *op, int result)
{
	const struct semu_wrap_type *t = op->w->type;

	op->below = false;
	return t->after ? t->after(op->w, op, result) : result;
}

static void below_done(struct scsiemu_io *io, int result)
{
	struct semu_wrap_op *op = (struct semu_wrap_op *)io;

	result = after(op, result);
	if (result != SCSIEMU_PENDING)
		semu_wrap_finish(op, result);
}

/* One call shape for every operation of the store below. */
typedef int call_fn(struct semu_wrap *w, struct semu_wrap_op *op);

#define CALL(name, ...)                                                        \
	static int call_##name(struct semu_wrap *w, struct semu_wrap_op *op)   \
	{                                                                      \
		return w->on->name(w->below.ctx, &op->io, op->lba,             \
				   __VA_ARGS__);                               \
	}
CALL(read, (uint32_t)op->nblk, op->v, op->nv)
CALL(write, (uint32_t)op->nblk, op->v, op->nv)
CALL(read_pi, (uint32_t)op->nblk, op->v, op->nv, op->pi)
CALL(write_pi, (uint32_t)op->nblk, op->v, op->nv, op->pi)
CALL(flush, op->nblk)
CALL(zero, op->nblk)
CALL(unmap, op->nblk)
CALL(status, op->e, op->n)
CALL(cas, (uint32_t)op->nblk, op->v, op->nv)
CALL(verify, op->nblk)

static call_fn *const calls[SCSIEMU_BOP_COUNT] = {
	[SCSIEMU_BOP_READ] = call_read,	  [SCSIEMU_BOP_WRITE] = call_write,
	[SCSIEMU_BOP_FLUSH] = call_flush, [SCSIEMU_BOP_ZERO] = call_zero,
	[SCSIEMU_BOP_UNMAP] = call_unmap, [SCSIEMU_BOP_STATUS] = call_status,
	[SCSIEMU_BOP_CAS] = call_cas,	  [SCSIEMU_BOP_VERIFY] = call_verify,
};

static call_fn *call_of(const struct semu_wrap_op *op)
{
	if (!op->pi)
		return calls[op->kind];
	return op->kind == SCSIEMU_BOP_READ ? call_read_pi : call_write_pi;
}

/* After PENDING op may be gone: the end may come inside the call. */
static int forward(struct semu_wrap_op *op)
{
	int r;

	op->below = true;
	r = call_of(op)(op->w, op);
	return r == SCSIEMU_PENDING ? r : after(op, r);
}

void semu_wrap_forward(struct semu_wrap_op *op)
{
	int r = forward(op);

	if (r != SCSIEMU_PENDING)
		semu_wrap_finish(op, r);
}

static int pass(struct semu_wrap_op *op)
{
	const struct semu_wrap_type *t = op->w->type;
	int r = t->before ? t->before(op->w, op) : SEMU_WRAP_GO;

	if (r == SEMU_WRAP_GO)
		r = forward(op);
	if (r != SCSIEMU_PENDING)
		release(op);
	return r;
}

static struct semu_wrap_op *begin(struct semu_wrap *w, struct scsiemu_io *io,
				  enum scsiemu_block_op kind, uint64_t lba,
				  uint64_t nblk)
{
	struct semu_wrap_op *op = take(w);

	if (!op)
		return NULL;
	op->w = w;
	op->outer = io;
	op->kind = kind;
	op->lba = lba;
	op->nblk = nblk;
	op->io.info = io->info;
	op->io.flags = io->flags;
	op->io.done = below_done;
	io->store[0] = op;
	return op;
}

static int bulk(void *ctx, struct scsiemu_io *io, enum scsiemu_block_op kind,
		uint64_t lba, uint32_t nblk, const struct scsiemu_vec *v,
		unsigned nv, uint8_t *pi)
{
	struct semu_wrap_op *op = begin(ctx, io, kind, lba, nblk);

	if (!op)
		return SCSIEMU_E_BUSY;
	op->v = v;
	op->nv = nv;
	op->pi = pi;
	return pass(op);
}

static int range(void *ctx, struct scsiemu_io *io, enum scsiemu_block_op kind,
		 uint64_t lba, uint64_t nblk)
{
	struct semu_wrap_op *op = begin(ctx, io, kind, lba, nblk);

	return op ? pass(op) : SCSIEMU_E_BUSY;
}

#define BULK(name, kind)                                                       \
	static int wrap_##name(void *ctx, struct scsiemu_io *io, uint64_t lba, \
			       uint32_t nblk, const struct scsiemu_vec *v,     \
			       unsigned nv)                                    \
	{                                                                      \
		return bulk(ctx, io, kind, lba, nblk, v, nv, NULL);            \
	}
BULK(read, SCSIEMU_BOP_READ)
BULK(write, SCSIEMU_BOP_WRITE)
BULK(cas, SCSIEMU_BOP_CAS)

static int wrap_read_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
			uint32_t nblk, const struct scsiemu_vec *v, unsigned nv,
			uint8_t *pi)
{
	return bulk(ctx, io, SCSIEMU_BOP_READ, lba, nblk, v, nv, pi);
}

static int wrap_write_pi(void *ctx, struct scsiemu_io *io, uint64_t lba,
			 uint32_t nblk, const struct scsiemu_vec *v,
			 unsigned nv, const uint8_t *pi)
{
	return bulk(ctx, io, SCSIEMU_BOP_WRITE, lba, nblk, v, nv,
		    (uint8_t *)(uintptr_t)pi);
}

#define RANGE(name, kind)                                                      \
	static int wrap_##name(void *ctx, struct scsiemu_io *io, uint64_t lba, \
			       uint64_t nblk)                                  \
	{                                                                      \
		return range(ctx, io, kind, lba, nblk);                        \
	}
RANGE(flush, SCSIEMU_BOP_FLUSH)
RANGE(zero, SCSIEMU_BOP_ZERO)
RANGE(unmap, SCSIEMU_BOP_UNMAP)
RANGE(verify, SCSIEMU_BOP_VERIFY)

static int wrap_status(void *ctx, struct scsiemu_io *io, uint64_t lba,
		       struct scsiemu_extent *e, unsigned *n)
{
	struct semu_wrap_op *op = begin(ctx, io, SCSIEMU_BOP_STATUS, lba, 1);

	if (!op)
		return SCSIEMU_E_BUSY;
	op->e = e;
	op->n = n;
	return pass(op);
}

static int wrap_lend(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     uint32_t nblk, struct scsiemu_vec *v, unsigned *nv)
{
	struct semu_wrap *w = ctx;
	int r = w->on->lend(w->below.ctx, io, lba, nblk, v, nv);

	if (r == SCSIEMU_OK && w->type->lent)
		w->type->lent(w, nblk);
	return r;
}

static void wrap_back(void *ctx, uint64_t lba, uint32_t nblk)
{
	struct semu_wrap *w = ctx;

	w->on->back(w->below.ctx, lba, nblk);
}

/* It only changes numbers, and is done at once. */
static int wrap_format(void *ctx, struct scsiemu_io *io,
		       struct scsiemu_medium *m, uint32_t blen, uint64_t nblk)
{
	struct semu_wrap *w = ctx;

	return w->on->format(w->below.ctx, io, m, blen, nblk);
}

static int wrap_refresh(void *ctx, struct scsiemu_medium *m)
{
	struct semu_wrap *w = ctx;

	return w->on->refresh(w->below.ctx, m);
}

static void wrap_cancel(void *ctx, struct scsiemu_io *io)
{
	struct semu_wrap *w = ctx;
	struct semu_wrap_op *op = io->store[0];

	if (w->type->cancel && w->type->cancel(w, op))
		return;
	if (op->below && SCSIEMU_HAS(scsiemu_block_ops, w->on, cancel))
		w->on->cancel(w->below.ctx, &op->io);
}

static void wrap_kick(void *ctx)
{
	struct semu_wrap *w = ctx;

	w->on->kick(w->below.ctx);
}

static void wrap_close(void *ctx)
{
	struct semu_wrap *w = ctx;

	scsiemu_medium_close(&w->below);
	if (w->type->close)
		w->type->close(w);
	while (w->made) {
		struct semu_wrap_op *op = w->made;

		w->made = op->made;
		semu_sys->free(op);
	}
	semu_sys->free(w);
}

#define OFFER(name)                                                            \
	(w->ops.name = SCSIEMU_HAS(scsiemu_block_ops, w->on, name)             \
			       ? wrap_##name                                   \
			       : NULL)

static void offer(struct semu_wrap *w)
{
	w->ops.size = sizeof(w->ops);
	OFFER(read);
	OFFER(write);
	OFFER(flush);
	OFFER(zero);
	OFFER(unmap);
	OFFER(status);
	OFFER(cas);
	OFFER(verify);
	OFFER(read_pi);
	OFFER(write_pi);
	OFFER(kick);
	OFFER(cancel);
	OFFER(format);
	OFFER(refresh);
	if (w->type->cancel)
		w->ops.cancel = wrap_cancel;
	if (w->type->lends) {
		OFFER(lend);
		OFFER(back);
	}
	w->ops.close = wrap_close;
}

void *semu_wrap_open(struct scsiemu_medium *m,
		     const struct semu_wrap_type *type, size_t size,
		     struct scsiemu_errmsg *err)
{
	struct semu_wrap *w;

	if (m->kind != SCSIEMU_BLOCK || !m->ops) {
		semu_err(err, "only a block store can be wrapped: open one "
			      "first");
		return NULL;
	}
	w = semu_sys->alloc(size);
	if (!w) {
		semu_err_memory(err);
		return NULL;
	}
	w->type = type;
	w->below = *m;
	w->on = m->ops;
	offer(w);
	m->ops = &w->ops;
	m->ctx = w;
	m->able = scsiemu_block_able(&w->ops);
	if (!m->pi_len)
		m->able &= ~(uint32_t)SCSIEMU_CAN_PI;
	m->atomic_blk = 0;  /* the wrapper may cut it */
	m->anchors = false; /* an operation that does not pass by */
	return w;
}

void semu_wrap_unlink(struct semu_wrap_op **list, struct semu_wrap_op *op)
{
	while (*list && *list != op)
		list = &(*list)->next;
	if (*list)
		*list = op->next;
	op->next = NULL;
}
