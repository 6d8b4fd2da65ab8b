/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi_world.h - what the harnesses of the session engine attack: a target
 * with a disk whose store answers late and a null disk, in memory.
 */
#ifndef ISCSI_WORLD_H
#define ISCSI_WORLD_H

#include <scsiemu/transport/iscsi.h>

#include "support/rfc_client.h"

struct world_end {
	struct scsiemu_iscsi_conn *conn;
	struct rfc_client c;
	uint32_t r2t_itt, r2t_ttt, r2t_off, r2t_len; /* the last one seen */
	size_t kept;
	uint8_t in[1 << 16]; /* from the target, not parsed yet */
};

/* Made once per process. */
struct scsiemu_iscsi *world(void);
/* Connect and log in; keys as rfc_login() takes them, NULL: connect only. */
void world_open(struct world_end *e, const char *keys, uint32_t len);
/* Let the target have n bytes, chunk at a time, and read what it says. */
void world_give(struct world_end *e, const uint8_t *p, size_t n, size_t chunk);
/* The store answers; time passes. */
void world_run(void);
void world_tick(uint64_t ms);
/* Hang up, then prove that a fresh login is served. */
void world_close(struct world_end *e);

#endif
