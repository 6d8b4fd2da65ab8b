/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/wrap_fault.c - a store that fails as told: the n-th operation of a
 * kind, those that touch some blocks, at once, after acting, or never ending.
 */
#include "store/wrap.h"

enum { RULES_MAX = 32 };

struct rule {
	struct scsiemu_fault f;
	uint32_t seen; /* matches so far */
};

struct scsiemu_wrap_fault {
	struct semu_wrap w;
	struct rule rules[RULES_MAX];
	unsigned nrules;
	struct semu_wrap_op *hung; /* oldest first; op.seq counts */
	uint64_t seq;
};

static bool touches(const struct scsiemu_fault *f,
		    const struct semu_wrap_op *op)
{
	bool all = op->kind == SCSIEMU_BOP_FLUSH && !op->nblk;

	if (!(f->ops >> op->kind & 1))
		return false;
	if (!f->nblk || all)
		return true;
	return op->lba < f->lba ? op->nblk > f->lba - op->lba
				: op->lba - f->lba < f->nblk;
}

/* The first rule whose turn it is. A rule that is passed or used up lets the
 * next ones look. */
static const struct scsiemu_fault *match(struct scsiemu_wrap_fault *w,
					 const struct semu_wrap_op *op)
{
	for (unsigned i = 0; i < w->nrules; i++) {
		struct rule *r = &w->rules[i];

		if (!touches(&r->f, op))
			continue;
		if (r->seen < r->f.skip) {
			r->seen++;
			continue;
		}
		if (!r->f.count)
			return &r->f;
		if (r->seen - r->f.skip < r->f.count) {
			r->seen++;
			return &r->f;
		}
	}
	return NULL;
}

static int hang(struct scsiemu_wrap_fault *w, struct semu_wrap_op *op)
{
	struct semu_wrap_op **at = &w->hung;

	while (*at)
		at = &(*at)->next;
	op->seq = w->seq++;
	op->next = NULL;
	*at = op;
	return SCSIEMU_PENDING;
}

/* op.tag: what becomes of an operation that acts. */
enum { PLAIN, GIVE, HANG };

static int fault_before(struct semu_wrap *base, struct semu_wrap_op *op)
{
	struct scsiemu_wrap_fault *w = (struct scsiemu_wrap_fault *)base;
	const struct scsiemu_fault *f = match(w, op);

	if (!f)
		return SEMU_WRAP_GO;
	op->result = f->result;
	op->tag = f->hangs ? HANG : GIVE;
	if (f->acts)
		return SEMU_WRAP_GO;
	op->io.moved = 0;
	op->io.info = f->nblk && f->lba > op->lba ? f->lba : op->lba;
	return f->hangs ? hang(w, op) : f->result;
}

static int fault_after(struct semu_wrap *base, struct semu_wrap_op *op,
		       int result)
{
	struct scsiemu_wrap_fault *w = (struct scsiemu_wrap_fault *)base;

	if (op->tag == HANG)
		return hang(w, op);
	return op->tag == GIVE ? op->result : result;
}

static void let_go(struct scsiemu_wrap_fault *w, struct semu_wrap_op *op)
{
	semu_wrap_unlink(&w->hung, op);
	semu_wrap_finish(op, op->result);
}

/* What hangs ends inside the call. */
static bool fault_cancel(struct semu_wrap *base, struct semu_wrap_op *op)
{
	if (op->below)
		return false;
	let_go((struct scsiemu_wrap_fault *)base, op);
	return true;
}

static const struct semu_wrap_type fault_type = {
	.before = fault_before,
	.after = fault_after,
	.cancel = fault_cancel,
};

int scsiemu_wrap_fault(struct scsiemu_medium *m,
		       struct scsiemu_wrap_fault **handle,
		       struct scsiemu_errmsg *err)
{
	*handle = semu_wrap_open(m, &fault_type, sizeof(**handle), err);
	return *handle ? 0 : -1;
}

int scsiemu_fault_add(struct scsiemu_wrap_fault *w,
		      const struct scsiemu_fault *f)
{
	if (w->nrules == RULES_MAX)
		return -1;
	w->rules[w->nrules++] = (struct rule){ .f = *f };
	return 0;
}

void scsiemu_fault_clear(struct scsiemu_wrap_fault *w)
{
	w->nrules = 0;
}

unsigned scsiemu_fault_release(struct scsiemu_wrap_fault *w)
{
	uint64_t end = w->seq; /* completions may bring more */
	unsigned n = 0;

	for (; w->hung && w->hung->seq < end; n++)
		let_go(w, w->hung);
	return n;
}
