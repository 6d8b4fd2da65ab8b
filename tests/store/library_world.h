/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/store/library_world.h - the whole of it: a changer, two tape drives, a
 * library in a directory with cartridges in files (library_kit.h), driven by
 * the pump.
 */
#ifndef TESTS_STORE_LIBRARY_WORLD_H
#define TESTS_STORE_LIBRARY_WORLD_H

#include <scsiemu/exec.h>
#include <scsiemu/smc.h>
#include <scsiemu/ssc.h>
#include <scsiemu/wire.h>

#include "library_kit.h"

enum { WORLD_DRIVES = 2 };

struct world {
	struct scsiemu_device *dev;
	struct scsiemu_pump pump;
	struct scsiemu_medium m;
	struct scsiemu_lu *changer, *drive[WORLD_DRIVES];
	struct scsiemu_exec x;
	uint8_t bounce[8192], in[4096];
	void *state[1 + WORLD_DRIVES], *mem;
};

/* Opened, with nothing to be told of; its library stays when it ends. */
void world_begin(struct world *w);
void world_end(struct world *w);
/* The command's status; data-in is in w->in. */
uint8_t world_run(struct world *w, struct scsiemu_lu *lu, const uint8_t *cdb,
		  unsigned len, const void *out, uint32_t out_len);
#define RUN(w, lu, ...)                                                        \
	world_run(w, lu, (const uint8_t[]){ __VA_ARGS__ },                     \
		  sizeof((const uint8_t[]){ __VA_ARGS__ }), NULL, 0)
void world_sense(const struct world *w, unsigned key, unsigned asc);
/* All of them have told their unit attentions. */
void world_settle(struct world *w);
uint8_t world_move(struct world *w, uint8_t from, uint8_t to);

#endif
