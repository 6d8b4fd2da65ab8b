/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/fake_store.h - a block store for tests: memory, operations that
 * answer inline, inside their own call, or later in any order, scripted
 * results, and a count of everything.
 */
#ifndef FAKE_STORE_H
#define FAKE_STORE_H

#include <scsiemu/device.h>
#include <scsiemu/store.h>

enum fake_order {
	FAKE_INLINE,  /* the call returns the result */
	FAKE_EARLY,   /* completes inside the call, which returns PENDING */
	FAKE_FIFO,    /* PENDING; fake_store_run() completes in order */
	FAKE_REVERSED /* ... newest first */
};

enum fake_op {
	FAKE_READ,
	FAKE_WRITE,
	FAKE_FLUSH,
	FAKE_ZERO,
	FAKE_UNMAP,
	FAKE_STATUS,
	FAKE_CAS,
	FAKE_LEND,
	FAKE_VERIFY,
	FAKE_OPS
};

#define FAKE_QUEUE 256

struct fake_store {
	struct scsiemu_medium medium; /* give it to scsiemu_lu_load() */
	struct scsiemu_block_ops ops; /* set members to NULL: not offered */
	enum fake_order order;
	uint8_t *mem;	   /* what the medium holds */
	uint8_t *unmapped; /* a byte per block */
	/* script: operation number fail_at (0 = the first) of kind fail_op
	 * gives fail_result with fail_moved and fail_info */
	enum fake_op fail_op;
	unsigned fail_at, fail_moved;
	int fail_result; /* 0: no script */
	uint64_t fail_info;
	bool cancel_completes; /* cancel() ends the operation, E_NOT_READY */
	unsigned lend_max;     /* bytes of one lent vector; 0 = all in one */
	/* counted */
	unsigned count[FAKE_OPS], kicks, cancels, lent, backs, in_flight;
	uint64_t back_lba;
	uint32_t back_nblk, last_flags;
	struct fake_pending {
		struct scsiemu_io *io;
		int result;
	} queue[FAKE_QUEUE];
	unsigned nqueue;
};

/* nblk blocks of blen, block n filled with fake_byte(n, 0 ... blen - 1). */
void fake_store_init(struct fake_store *s, uint64_t nblk, uint32_t blen);
void fake_store_free(struct fake_store *s);
uint8_t fake_byte(uint64_t lba, uint32_t at);
/* Take an operation out of what is offered, also from medium.able. */
void fake_store_without(struct fake_store *s, enum fake_op op);
/* Complete what pends now (and, when all, what that brings); how many. */
unsigned fake_store_run(struct fake_store *s, bool all);

#endif
