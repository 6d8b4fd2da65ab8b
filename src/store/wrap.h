/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/wrap.h - what stores around stores have in common: each operation gets
 * an io of its own for the store below, so that its completion, inline or
 * later, passes through the wrapper.
 */
#ifndef SEMU_STORE_WRAP_H
#define SEMU_STORE_WRAP_H

#include <scsiemu/stores.h>

struct semu_wrap;

/* One operation on its way through. From the free list of its wrapper: no heap
 * call once as many were in flight before. */
struct semu_wrap_op {
	struct scsiemu_io io;	  /* for the store below */
	struct scsiemu_io *outer; /* the caller's */
	struct semu_wrap *w;
	struct semu_wrap_op *next; /* free list; the wrapper's own lists */
	struct semu_wrap_op *made; /* the one that was made before */
	enum scsiemu_block_op kind;
	bool below; /* the store below has it */
	uint64_t lba, nblk;
	const struct scsiemu_vec *v;
	unsigned nv;
	uint8_t *pi;		  /* READ and WRITE: with protection */
	struct scsiemu_extent *e; /* STATUS */
	unsigned *n;
	uint64_t tag, seq; /* the wrapper's own */
	int result;	   /* the wrapper's own */
};

struct semu_wrap_type {
	/* Before the store below: SEMU_WRAP_GO, a result that ends it here, or
	 * SCSIEMU_PENDING: the wrapper keeps op and later calls
	 * semu_wrap_forward() or semu_wrap_finish(). NULL: always GO. */
	int (*before)(struct semu_wrap *w, struct semu_wrap_op *op);
	/* Behind it: the result to give, or SCSIEMU_PENDING: op is kept for
	 * semu_wrap_finish(). NULL: as it came. */
	int (*after)(struct semu_wrap *w, struct semu_wrap_op *op, int result);
	/* The caller wants its end soon. true: the wrapper has it and has seen
	 * to that; false: ask the store below. NULL: false. */
	bool (*cancel)(struct semu_wrap *w, struct semu_wrap_op *op);
	/* The wrapper's own members; memory is freed by the caller. */
	void (*close)(struct semu_wrap *w);
	bool lends; /* lend passes by */
	/* A lend that was given: lba, nblk. May be NULL. */
	void (*lent)(struct semu_wrap *w, uint64_t nblk);
};
enum { SEMU_WRAP_GO = 2 };

struct semu_wrap { /* first member of each wrapper */
	struct scsiemu_block_ops ops;
	const struct semu_wrap_type *type;
	struct scsiemu_medium below;
	const struct scsiemu_block_ops *on; /* below.ops */
	struct semu_wrap_op *free;
	struct semu_wrap_op *made; /* all there are, in flight or free */
};

/* Put a wrapper of size bytes (zeroed, begins with struct semu_wrap) around
 * *m. NULL, with *err: no memory, or not a block store. */
void *semu_wrap_open(struct scsiemu_medium *m,
		     const struct semu_wrap_type *type, size_t size,
		     struct scsiemu_errmsg *err);

/* An op that the wrapper kept: hand it to the store below and complete it, now
 * or when that one does. */
void semu_wrap_forward(struct semu_wrap_op *op);
/* Complete an op that the wrapper kept. */
void semu_wrap_finish(struct semu_wrap_op *op, int result);

/* Take op out of one of the wrapper's lists. */
void semu_wrap_unlink(struct semu_wrap_op **list, struct semu_wrap_op *op);

#endif
