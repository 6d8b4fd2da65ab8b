/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/exec.h - one synchronous call with buffers, for tests and tools; and
 * the firmware loop with one small buffer.
 */
#ifndef SCSIEMU_EXEC_H
#define SCSIEMU_EXEC_H

#include <scsiemu/pump.h>

#ifdef __cplusplus
extern "C" {
#endif

struct scsiemu_exec {
	/* set by the caller */
	const uint8_t *cdb;
	uint16_t cdb_len;
	uint8_t attr; /* enum scsiemu_attr */
	struct scsiemu_nexus *nexus;
	const void *out; /* data-out, out_len bytes */
	void *in;	 /* data-in, room for in_len bytes */
	uint32_t out_len, in_len;
	void *scratch; /* 8-aligned, limits.scratch bytes; NULL: 4 KiB of own */
	uint32_t scratch_len;
	/* results */
	uint8_t status;
	uint8_t sense_len;
	uint8_t sense[252];
	uint32_t in_done, out_done;
	int64_t in_resid, out_resid;
	struct scsiemu_exec_own { /* the call's; zeros before the first one */
		struct scsiemu_task task;
		struct scsiemu_port port;
		uint64_t scratch[512];
		bool done;
	} own;
};

/*
 * Run one command to its end. Stores must answer inline, or poll() must make
 * the pending ones complete (called with ctx until they have; NULL: none
 * pend). 0; SCSIEMU_ERR_* when the command was not taken; SCSIEMU_ERR_ORDER
 * when it cannot end without poll(): it is aborted, and *x with its buffers
 * stays in use until the store answers. status is TASK ABORTED when somebody
 * else aborted it.
 */
int scsiemu_exec(struct scsiemu_pump *p, struct scsiemu_lu *lu,
		 struct scsiemu_exec *x, void (*poll)(void *ctx), void *ctx);

/* The embedder's side of scsiemu_chunk_step(): byte-granular and synchronous.
 * Each returns an enum scsiemu_result, and OK only when all of len moved. With
 * FUA in c->flags the write that ends a want is followed by verb() of
 * SCSIEMU_V_FLUSH, where that is offered. */
struct scsiemu_chunk_io {
	int (*send)(void *ctx, const void *buf, uint32_t len);
	int (*recv)(void *ctx, void *buf, uint32_t len);
	/* len bytes of the medium, skip bytes behind the start of block lba */
	int (*read)(void *ctx, struct scsiemu_lu *lu, uint64_t lba,
		    uint32_t skip, void *buf, uint32_t len);
	int (*write)(void *ctx, struct scsiemu_lu *lu, uint64_t lba,
		     uint32_t skip, const void *buf, uint32_t len);
	/* FLUSH, ZERO, UNMAP, FILL, MATCH, EJECT, NV_SAVE, ... of c->verb
	 * (LOAD and SAVE come to read and write, but for those with
	 * SCSIEMU_PI); NULL: none is offered */
	int (*verb)(void *ctx, struct scsiemu_cmd *c);
	void *ctx;
};

/*
 * Answer the want that is out, through one buffer of len bytes, and return the
 * next want (as scsiemu_did()). The whole firmware target is
 *	for (w = scsiemu_start(lu, c); w > SCSIEMU_WAIT;)
 *		w = scsiemu_chunk_step(c, buf, sizeof(buf), &io);
 */
int scsiemu_chunk_step(struct scsiemu_cmd *c, void *buf, uint32_t len,
		       const struct scsiemu_chunk_io *io);

#ifdef __cplusplus
}
#endif
#endif
