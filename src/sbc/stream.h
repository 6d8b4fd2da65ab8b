/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/stream.h - streams (SBC-4 4.34): writes whose blocks belong together and
 * will be given up together. Some are opened by hosts; the permanent ones
 * belong to a group number each (SBC-5 6.5.8). All a store of ours could do
 * with them is nothing: what is here is their bookkeeping.
 */
#ifndef SEMU_SBC_STREAM_H
#define SEMU_SBC_STREAM_H

#include "core/core.h"

enum { SEMU_STREAM_IDS = 256, SEMU_STREAM_GROUPS = 63 };

/* The part SEMU_PART_STREAMS. */
struct semu_streams {
	uint16_t permanent; /* streams 0 ... belong to group numbers 0 ... */
	uint16_t first;	    /* identifier of those that hosts may open */
	uint16_t max;	    /* how many of them */
	uint32_t resets;    /* that closed them */
	uint8_t open[SEMU_STREAM_IDS / 8];
};

static inline const struct semu_streams *semu_streams(
	const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_STREAMS);
}

#if SEMU_WITH_STREAMS
/* stream.c */
scsiemu_step_fn semu_stream_write, semu_stream_control;
scsiemu_in_fn semu_stream_status;
extern const struct semu_part_type semu_streams_part;
/* hints.c */
extern const struct semu_part_type semu_hints_part;
extern const struct semu_mode_page semu_hints_mode_0a05;
#endif

#endif
