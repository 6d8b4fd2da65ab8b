/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/store.h - media. A store gets numbers and vectors, never a CDB, a
 * status or sense. One vtable per kind of medium; `size` first so that old
 * stores run on new libraries; NULL = not offered, and then the capability
 * disappears everywhere (VPD, RSOC, mode pages). docs/stores.md is the
 * contract in full.
 */
#ifndef SCSIEMU_STORE_H
#define SCSIEMU_STORE_H

#include <scsiemu/cmd.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_medium;

enum scsiemu_medium_kind {
	SCSIEMU_BLOCK = 1,
	SCSIEMU_TAPE,
	SCSIEMU_DISC,
	SCSIEMU_CHANGER,
	SCSIEMU_OBJECT
};

/* What a medium can do: scsiemu_medium.able. */
enum scsiemu_can {
	SCSIEMU_CAN_WRITE = 1,
	SCSIEMU_CAN_FLUSH = 2,
	SCSIEMU_CAN_ZERO = 4,
	SCSIEMU_CAN_UNMAP = 8,
	SCSIEMU_CAN_CAS = 16,
	SCSIEMU_CAN_STATUS = 32,
	SCSIEMU_CAN_LEND = 64,
	SCSIEMU_CAN_PI = 128, /* protection information with each block */
	/* what rows may need ends here */
	SCSIEMU_CAN_ROWS = 255,
	SCSIEMU_CAN_FORMAT = 256 /* blocks of another length */
};

/* Returned by a store call or a port's window: the completion follows (it may
 * even come before the return). */
#define SCSIEMU_PENDING 1

struct scsiemu_vec { /* laid out like struct iovec */
	void *base;
	size_t len;
};

struct scsiemu_extent { /* provisioning status of a run of blocks */
	uint64_t lba, nblk;
	uint32_t state; /* enum scsiemu_extent_state */
	uint32_t pad_;
};
enum scsiemu_extent_state { /* SBC-4 5.6 values */
			    SCSIEMU_MAPPED = 0,
			    SCSIEMU_DEALLOCATED = 1,
			    SCSIEMU_ANCHORED = 2
};

/* One store operation in flight. It and the vectors belong to the store until
 * the operation is done; neither may be on a stack that unwinds before. */
struct scsiemu_io {
	uint64_t info;	/* out: as cmd.info; SCSIEMU_NO_INFO preset */
	uint32_t moved; /* out: bytes (see enum scsiemu_result) */
	uint32_t flags; /* in: SCSIEMU_FUA, DPO, IMMED, SCSIEMU_IO_MORE */
	void (*done)(struct scsiemu_io *io, int result); /* the caller's */
	void *store[2];					 /* the store's own */
};
enum { SCSIEMU_IO_MORE = 0x100 }; /* tape: the record goes on */

/* A store reports the end of a PENDING operation by this, exactly once, on the
 * device's thread. The io may be reused before it returns. */
static inline void scsiemu_io_done(struct scsiemu_io *io, int result)
{
	io->done(io, result);
}

/*
 * Block media. Every call returns an enum scsiemu_result when it is done at
 * once, or SCSIEMU_PENDING. Elements of v may cut blocks anywhere; their sum
 * is nblk blocks. On success of read and write io->moved need not be set; on
 * E_READ, E_WRITE, E_NO_SPACE it is the bytes that were good (whole blocks)
 * and io->info the failing LBA if known.
 */
struct scsiemu_block_ops {
	uint32_t size;
	int (*read)(void *s, struct scsiemu_io *io, uint64_t lba, uint32_t nblk,
		    const struct scsiemu_vec *v, unsigned nv);
	/* NULL: a read-only medium. FUA: durable before it is done. */
	int (*write)(void *s, struct scsiemu_io *io, uint64_t lba,
		     uint32_t nblk, const struct scsiemu_vec *v, unsigned nv);
	/* Everything written before is durable. nblk 0: all. NULL: writes are
	 * durable when done, there is no cache (WCE is not offered). */
	int (*flush)(void *s, struct scsiemu_io *io, uint64_t lba,
		     uint64_t nblk);
	int (*zero)(void *s, struct scsiemu_io *io, uint64_t lba,
		    uint64_t nblk);
	int (*unmap)(void *s, struct scsiemu_io *io, uint64_t lba,
		     uint64_t nblk);
	/* Up to *n runs from lba on, contiguous, neighbours different; *n is
	 * set to how many. */
	int (*status)(void *s, struct scsiemu_io *io, uint64_t lba,
		      struct scsiemu_extent *e, unsigned *n);
	/* Compare and write, atomic: v holds nblk blocks to expect, then nblk
	 * to write. E_MISCOMPARE: io->moved = offset of the difference. */
	int (*cas)(void *s, struct scsiemu_io *io, uint64_t lba, uint32_t nblk,
		   const struct scsiemu_vec *v, unsigned nv);
	/* READ without a copy: v[0 .. *nv) (in: room) name memory that does not
	 * change until back(). Only where that is true (null, read-only, copy
	 * on write). At once: OK, perhaps for fewer, whole, blocks; anything
	 * else: this time read() it. */
	int (*lend)(void *s, struct scsiemu_io *io, uint64_t lba, uint32_t nblk,
		    struct scsiemu_vec *v, unsigned *nv);
	void (*back)(void *s, uint64_t lba, uint32_t nblk);
	/* The blocks can be read; NULL: the pump reads them. */
	int (*verify)(void *s, struct scsiemu_io *io, uint64_t lba,
		      uint64_t nblk);
	/* Hurry: done() still comes. */
	void (*cancel)(void *s, struct scsiemu_io *io);
	/* End of a batch: submit what is queued. */
	void (*kick)(void *s);
	void (*close)(void *s);
	/* From now on the medium has nblk blocks of blen bytes (UINT64_MAX: all
	 * that there is room for); what is in them is open. Its facts in *m
	 * become the new ones in this call; E_RANGE: it cannot be so. */
	int (*format)(void *s, struct scsiemu_io *io, struct scsiemu_medium *m,
		      uint32_t blen, uint64_t nblk);
	/* As read and write, with the blocks' protection information: at pi,
	 * medium.pi_len bytes for each block. Blocks that were never written
	 * so, and those that were written, zeroed or unmapped otherwise since,
	 * have FFh in all of them. */
	int (*read_pi)(void *s, struct scsiemu_io *io, uint64_t lba,
		       uint32_t nblk, const struct scsiemu_vec *v, unsigned nv,
		       uint8_t *pi);
	int (*write_pi)(void *s, struct scsiemu_io *io, uint64_t lba,
			uint32_t nblk, const struct scsiemu_vec *v, unsigned nv,
			const uint8_t *pi);
	/* A fact: blocks in use, and how many more can be written before there
	 * is no space. Only where that is known at once. */
	void (*space)(void *s, uint64_t *used, uint64_t *available);
	/* As unmap, but what the blocks need stays reserved for them: a later
	 * write cannot fail for want of space. E_NO_SPACE: there is none. */
	int (*anchor)(void *s, struct scsiemu_io *io, uint64_t lba,
		      uint64_t nblk);
	/* What lies under it may have another size now: *m gets its facts, at
	 * once. OK, or a result, and nothing has changed. NULL: it never has.
	 */
	int (*refresh)(void *s, struct scsiemu_medium *m);
};

struct scsiemu_object_ops {
	uint32_t size;
	/* R_SHORT past the end */
	int (*read)(void *o, struct scsiemu_io *io, const uint64_t id[2],
		    uint64_t off, const struct scsiemu_vec *v, unsigned nv);
	int (*write)(void *o, struct scsiemu_io *io, const uint64_t id[2],
		     uint64_t off, const struct scsiemu_vec *v, unsigned nv);
	int (*verb)(void *o, struct scsiemu_io *io,
		    const struct scsiemu_cmd *w); /* attributes: w->buf */
	void (*close)(void *o);
};

/* Small durable state: saved mode pages, identifiers, reservations. */
struct scsiemu_nv_ops {
	uint32_t size;
	/* At set-up. *len: room, then length; 0 when nothing was saved. 0, or
	 * SCSIEMU_E_READ: what is there is damaged or foreign. */
	int (*load)(void *nv, uint32_t id, void *buf, uint32_t *len);
	/* Durable, old or new, before it is done; may be PENDING. Of one id
	 * they take effect in the order of the calls. */
	int (*save)(void *nv, struct scsiemu_io *io, uint32_t id,
		    const void *buf, uint32_t len);
	void (*close)(void *nv);
};

/* SCSIEMU_CAN_* of the operations that ops offers, by its size and NULLs. */
uint32_t scsiemu_block_able(const struct scsiemu_block_ops *ops);

/* Is a member of a vtable there: known to the store's header and not NULL?
 * type: the vtable's struct tag. */
#define SCSIEMU_HAS(type, ops, member)                                         \
	((ops)->size >=                                                        \
		 offsetof(struct type, member) + sizeof((ops)->member) &&      \
	 (ops)->member)

#ifdef __cplusplus
}
#endif
#endif
