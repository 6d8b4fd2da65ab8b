/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/mapped.h - the port of hosts whose buffers are in our address space
 * (TCMU's data area, a guest's memory, a shared segment): windows are those
 * buffers themselves, so that a store reads and writes them without a copy.
 */
#ifndef SEMU_TRANSPORT_MAPPED_H
#define SEMU_TRANSPORT_MAPPED_H

#include <scsiemu/pump.h>

/* The initiator's buffer of one direction, and where it was looked at last:
 * data phases go forward, so the next look begins there. */
struct semu_side {
	const struct scsiemu_vec *v;
	unsigned nv;
	unsigned at;  /* v[at] is the one */
	uint32_t off; /* that begins at this byte of the data phase */
};

/* The adapter embeds this, with the rest of its ring slot behind it. in_len
 * and out_len of the command are at most what the vectors have. */
struct semu_mapped_task {
	struct scsiemu_task t; /* first */
	struct semu_side in, out;
};

static inline struct semu_side semu_side(const struct scsiemu_vec *v,
					 unsigned nv)
{
	return (struct semu_side){ v, nv, 0, 0 };
}

/* For struct scsiemu_port_ops. The host may change its buffers at any time:
 * nothing is read from them twice that has to stay the same. */
int semu_mapped_window(void *port, struct scsiemu_task *t, bool in,
		       uint32_t off, uint32_t len, bool whole,
		       struct scsiemu_vec *v, unsigned *nv);
void semu_mapped_push(void *port, struct scsiemu_task *t, uint32_t off,
		      uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		      enum scsiemu_push how, bool last);
void semu_mapped_cancel(void *port, struct scsiemu_task *t);

#endif
