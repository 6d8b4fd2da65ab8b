/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/procbox.h - what is behind a processor in tests: keeps what was sent
 * whole, message behind message, and gives away what it was told to.
 */
#ifndef TEST_PROCBOX_H
#define TEST_PROCBOX_H

#include <scsiemu/proc.h>

enum { PROCBOX_ROOM = 1 << 16 };

struct procbox {
	/* set by the test */
	uint32_t piece; /* most bytes that room() gives; 0: no limit */
	int begin_says, end_says;
	const uint8_t *out; /* what next() gives */
	uint32_t out_len;

	/* what happened */
	uint8_t got[PROCBOX_ROOM];
	uint32_t got_len;
	unsigned nbegin, nwhole, nlost, nnext, ntaken;
	const struct scsiemu_nexus *who; /* of the last one */

	uint32_t len; /* of the message under way; 0: none */
};

extern const struct scsiemu_proc_ops procbox_ops;

#endif
