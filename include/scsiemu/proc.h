/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/proc.h - the processor (peripheral device type 03h; SCSI-2 chapter
 * 11, SPC-2 chapter 9), for scsiemu_lu_config.type: initiators SEND messages
 * to the embedder and RECEIVE those that it has for them.
 */
#ifndef SCSIEMU_PROC_H
#define SCSIEMU_PROC_H

#include <scsiemu/device.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const struct scsiemu_type scsiemu_proc;

/* The longest message: TRANSFER LENGTH has 24 bits. */
#define SCSIEMU_PROC_MAX 0xffffffu

/*
 * Where messages go and come from. All are called from inside the device's
 * own calls, on its thread, and must not call into the device. One SEND or
 * RECEIVE at a time: a logical unit's next one begins when the last has ended,
 * in the order in which they came.
 *
 * A SEND that ends well is one message, entire; of any other (aborted, reset,
 * connection lost) nothing remains.
 */
struct scsiemu_proc_ops {
	uint32_t size; /* sizeof *this */
	/*
	 * A message of len bytes (1 to SCSIEMU_PROC_MAX) begins; from: whose it
	 * is, NULL: of the anonymous nexus. 0, and *message is by what the
	 * others name it. SCSIEMU_E_BUSY: no room now, status BUSY.
	 * SCSIEMU_E_RANGE: there will never be so much, 5/24/00. Another error:
	 * nobody listens, 2/04/00.
	 */
	int (*begin)(void *ctx, const struct scsiemu_nexus *from, uint32_t len,
		     void **message);
	/* Memory for its bytes from off on, which the initiator's go to without
	 * a copy; off goes forward. *len: those to come; then those that have
	 * room here, 1 and up. */
	void *(*room)(void *ctx, void *message, uint32_t off, uint32_t *len);
	/* Once for each begin() that gave 0. whole: all has come; 0, and status
	 * GOOD follows, or an error as of begin(). Otherwise, and after an
	 * error, it is as if it had not been sent. */
	int (*end)(void *ctx, void *message, bool whole);
	/*
	 * RECEIVE: what there is for this nexus, and *len, 1 and up; in memory
	 * that stays as it is until taken(). NULL: nothing, status BUSY.
	 */
	const void *(*next)(void *ctx, const struct scsiemu_nexus *to,
			    uint32_t *len);
	/* Once for each next() that gave some: the first len bytes of it went
	 * out with status GOOD; 0: none. What is left is for the next RECEIVE.
	 */
	void (*taken)(void *ctx, const struct scsiemu_nexus *to, uint32_t len);
};

/* For scsiemu_lu_config.options. Without them nobody listens. */
struct scsiemu_proc_options {
	uint32_t size;			    /* sizeof *this */
	const struct scsiemu_proc_ops *ops; /* outlives the logical unit */
	void *ctx;
};

#ifdef __cplusplus
}
#endif
#endif
