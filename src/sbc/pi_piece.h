/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/pi_piece.h - commands of a disk with protection information, whose blocks
 * go through scratch a piece at a time: what a command does with each piece is
 * a list of stages.
 */
#ifndef SEMU_PI_PIECE_H
#define SEMU_PI_PIECE_H

#include "sbc/pi.h"

/*
 * The piece that is under way. Words of the command: own[0] the blocks before
 * it; own[1] those in it, and above them the check that the next one failed.
 */
struct semu_piece {
	const struct scsiemu_lu *lu;
	const struct semu_pi *pi;
	uint64_t lba;	     /* of its first block */
	uint32_t done, n;    /* blocks before it, in it */
	uint32_t wire, blen; /* bytes of a block there, here */
	uint8_t *host;	     /* what was received */
	uint8_t *medium;     /* what was loaded: in the same place, or behind */
	uint16_t asc;	     /* the block behind it fails with this: a check,
			      * or UNRECOVERED READ ERROR */
};

/* A stage leaves a want (WANTS: the next one sees its result), or has nothing
 * to ask (FINISHED: on with the next), or fails the command. */
typedef int semu_stage_fn(struct scsiemu_cmd *c, struct semu_piece *p);

struct semu_program {
	semu_stage_fn *stage[5]; /* NULL ends */
	bool in, out;		 /* every block goes to, comes from the host */
	bool two;  /* scratch has a half for each, host and medium */
	bool save; /* made durable at the end, where that is asked for */
};
int semu_pi_run(struct scsiemu_cmd *c, const struct semu_program *g);

/* Stages. */
semu_stage_fn semu_piece_receive; /* RECV all of it */
semu_stage_fn semu_piece_load;	  /* LOAD */
semu_stage_fn semu_piece_accept;  /* the tuples received are checked, or made */
semu_stage_fn semu_piece_save;	  /* ... and SAVE of those that are right */
semu_stage_fn semu_piece_judge;	  /* the tuples loaded are checked */

/* Keep p->n and p->asc for the next stage. */
void semu_piece_keep(struct scsiemu_cmd *c, const struct semu_piece *p);
/* Only the first n blocks of the piece in buf remain. */
void semu_piece_cut(const struct semu_piece *p, uint8_t *buf, uint32_t n);

#endif
