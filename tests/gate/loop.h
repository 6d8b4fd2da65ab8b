/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.h - a device of many logical units and nexuses, and the same command on
 * them again and again: the programs whose instructions and heap calls the
 * gates count.
 *
 *	PROGRAM read|write|late|tur|send LUS NEXUSES COUNT [find]
 *
 * late: a WRITE whose data is asked for, and comes when the pump waits for it.
 * find: each command is for another LU and nexus, and looks its LU up. Without
 * it all are for the first, kept as a transport would keep it.
 */
#ifndef GATE_LOOP_H
#define GATE_LOOP_H

#include <scsiemu/device.h>
#include <scsiemu/proc.h>
#include <scsiemu/stores.h>

struct loop {
	struct scsiemu_device *dev;
	struct scsiemu_medium medium; /* every LU has it: 1 GiB */
	struct scsiemu_lu **lus;
	struct scsiemu_nexus **nexuses;
	unsigned nlus, nnexuses;
	const uint8_t *cdb; /* of the command */
	uint32_t in_len, out_len;
	unsigned long count;
	bool find;
	bool late;
	const struct scsiemu_proc_options *receiver; /* of "send" */
};

#define LOOP_MESSAGE 200 /* bytes of "send" */

/* Pairs of (LU, nexus) in use: as many, however large the device is. */
#define LOOP_PAIRS 20000u

void loop_options(struct loop *l, int argc, char **argv);
/* The device, with l->medium loaded in every LU, or (for "send") processors. */
void loop_device(struct loop *l);
/* The commands, over a pump, behind a port that does nothing: an exit status.
 */
int loop_run(struct loop *l);
/* The pair of command i: spread over all LUs and nexuses. */
static inline struct scsiemu_lu *loop_lu(const struct loop *l, unsigned long i)
{
	uint8_t lun[8] = { 0 };
	unsigned n = (unsigned)(i % LOOP_PAIRS * 7919 % l->nlus);

	lun[0] = (uint8_t)(n < 256 ? 0 : 0x40 | n >> 8);
	lun[1] = (uint8_t)n;
	return scsiemu_lu_find(l->dev, lun);
}

static inline struct scsiemu_nexus *loop_nexus(const struct loop *l,
					       unsigned long i)
{
	return l->nexuses[i % LOOP_PAIRS * 104729 % l->nnexuses];
}

#endif
