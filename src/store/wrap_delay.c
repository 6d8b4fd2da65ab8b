/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/wrap_delay.c - a slow store: everything is PENDING and reaches the
 * store below only when it is due, so that a write that comes late comes late.
 * Time is what the last scsiemu_delay_run() said.
 */
#include "store/wrap.h"

struct scsiemu_wrap_delay {
	struct semu_wrap w;
	struct semu_wrap_op *waiting; /* op.tag: when it is due; newest first */
	uint64_t now_ms, ms, random;
	enum scsiemu_delay_order order;
};

static int delay_before(struct semu_wrap *w, struct semu_wrap_op *op)
{
	struct scsiemu_wrap_delay *d = (struct scsiemu_wrap_delay *)w;

	op->tag = d->now_ms + d->ms;
	op->next = d->waiting;
	d->waiting = op;
	return SCSIEMU_PENDING;
}

/* Due at once: its end comes with the next run. */
static bool delay_cancel(struct semu_wrap *w, struct semu_wrap_op *op)
{
	(void)w;
	if (op->below)
		return false;
	op->tag = 0;
	return true;
}

static const struct semu_wrap_type delay_type = {
	.before = delay_before,
	.cancel = delay_cancel,
};

int scsiemu_wrap_delay(struct scsiemu_medium *m, uint32_t ms,
		       enum scsiemu_delay_order order, uint64_t seed,
		       struct scsiemu_wrap_delay **handle,
		       struct scsiemu_errmsg *err)
{
	struct scsiemu_wrap_delay *d = semu_wrap_open(m, &delay_type,
						      sizeof(*d), err);

	*handle = d;
	if (!d)
		return -1;
	d->ms = ms;
	d->order = order;
	d->random = seed | 1; /* xorshift never leaves 0 */
	return 0;
}

static uint64_t next_random(struct scsiemu_wrap_delay *d)
{
	d->random ^= d->random << 13;
	d->random ^= d->random >> 7;
	d->random ^= d->random << 17;
	return d->random;
}

/* The list is newest first: the first of equals for LIFO, the last else. */
static bool better(const struct scsiemu_wrap_delay *d, uint64_t nth,
		   const struct semu_wrap_op *op,
		   const struct semu_wrap_op *best)
{
	switch (d->order) {
	case SCSIEMU_DELAY_LIFO:
		return op->tag > best->tag;
	case SCSIEMU_DELAY_SHUFFLE: /* each of n with the same chance */
		return nth == 0;
	default:
		return op->tag <= best->tag;
	}
}

/* One of those due, by the order; NULL: none. */
static struct semu_wrap_op *pick(struct scsiemu_wrap_delay *d,
				 struct semu_wrap_op *list, uint64_t now_ms)
{
	struct semu_wrap_op *best = NULL;
	uint64_t n = 0;

	for (; list; list = list->next) {
		if (list->tag > now_ms)
			continue;
		n++;
		if (!best || better(d, next_random(d) % n, list, best))
			best = list;
	}
	return best;
}

unsigned scsiemu_delay_run(struct scsiemu_wrap_delay *d, uint64_t now_ms)
{
	struct semu_wrap_op *due = NULL, **at = &d->waiting, **end = &due;
	struct semu_wrap_op *op;
	unsigned n = 0;

	if (now_ms != UINT64_MAX)
		d->now_ms = now_ms;
	/* Only what waits now: completions may bring more. */
	while ((op = *at)) {
		if (op->tag > now_ms) {
			at = &op->next;
			continue;
		}
		*at = op->next;
		op->next = NULL;
		*end = op;
		end = &op->next;
	}
	while ((op = pick(d, due, now_ms))) {
		semu_wrap_unlink(&due, op);
		semu_wrap_forward(op);
		n++;
	}
	return n;
}

uint64_t scsiemu_delay_next(const struct scsiemu_wrap_delay *d)
{
	uint64_t when = UINT64_MAX;

	for (const struct semu_wrap_op *op = d->waiting; op; op = op->next)
		if (op->tag < when)
			when = op->tag;
	return when;
}
