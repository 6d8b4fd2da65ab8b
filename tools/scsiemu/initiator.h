/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * initiator.h - one logical unit, wherever it is: one of this program's own, or
 * what stands behind a node of Linux's SG_IO.
 */
#ifndef TOOL_INITIATOR_H
#define TOOL_INITIATOR_H

#include <stdbool.h>
#include <stdint.h>

struct link;

struct link_reply {
	uint8_t status;
	unsigned sense_len;
	uint8_t sense[252];
	uint32_t moved; /* bytes, in the command's direction */
};

/* name: a device string, or the path of a node. NULL: a message is on stderr.
 */
struct link *link_open(const char *name);
int link_close(struct link *l);
/* Does it go over a wire, which loses what has no room? */
bool link_is_remote(const struct link *l);
/* A command with len bytes of data-out, or room for len of data-in. 0, or -1
 * with a message on stderr: it did not get there. */
int link_out(struct link *l, const uint8_t *cdb, unsigned cdb_len,
	     const void *data, uint32_t len, struct link_reply *r);
int link_in(struct link *l, const uint8_t *cdb, unsigned cdb_len, void *data,
	    uint32_t len, struct link_reply *r);

#endif
