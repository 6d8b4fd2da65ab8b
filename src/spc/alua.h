/* SPDX-License-Identifier: BSD-2-Clause */
/* spc/alua.h - target port groups of a logical unit: the part SEMU_PART_ALUA,
 * shared by alua.c (states) and groups.c (commands). */
#ifndef SEMU_SPC_ALUA_H
#define SEMU_SPC_ALUA_H

#include <scsiemu/alua.h>

#include "core/core.h"

/* STATUS CODE of REPORT TARGET PORT GROUPS. */
enum { SEMU_BY_NONE, SEMU_BY_HOST, SEMU_BY_ITSELF };

struct semu_group {
	uint64_t due; /* ms: the transition ends; 0: somebody will say so */
	uint16_t id;
	uint8_t state;	   /* enum scsiemu_access */
	uint8_t was, next; /* while TRANSITIONING: from, to */
	uint8_t status;	   /* who brought it into its state */
	uint8_t by;	   /* ... and who is about to bring it into next */
	bool preferred;
	bool asked; /* a V_ACCESS want is out */
};

struct semu_alua {
	const struct scsiemu_alua_ops *ops;
	void *ctx;
	uint32_t transition_ms;
	uint32_t nports; /* of the device's, whose groups are known */
	uint16_t states; /* 1 << enum scsiemu_access that can be entered */
	uint8_t tpgs, implicit_s;
	bool asks;
	uint8_t n, max;
	uint8_t *record;	   /* NV_ALUA: SEMU_ALUA_RECORD(max) bytes */
	struct semu_group group[]; /* max */
};
/* The record: version, three zeros, then per group its id, its state, zero. */
#define SEMU_ALUA_RECORD(n) (4u + 4u * (n))

/* The part with the groups of all ports in it; NULL: the LU has not got it. */
struct semu_alua *semu_alua(const struct scsiemu_lu *lu);
struct semu_group *semu_alua_find(struct semu_alua *a, unsigned id);
/* The group of the port that the command came through; without a known port
 * the first one. NULL: there is none, and no state. */
#if SEMU_WITH_ALUA
const struct semu_group *semu_alua_of(const struct scsiemu_cmd *c);
#else
static inline const struct semu_group *semu_alua_of(const struct scsiemu_cmd *c)
{
	(void)c;
	return NULL;
}
#endif
/* Can a group be brought into the state by a host, or by the embedder? */
bool semu_alua_enters(const struct semu_alua *a, unsigned state);
/* A group is on its way to a state; ms after now it is there (0: not by
 * itself). */
void semu_alua_begin(struct scsiemu_lu *lu, struct semu_group *g,
		     unsigned state, unsigned by, uint32_t ms);
/* It is there; unit attentions. */
void semu_alua_reach(struct scsiemu_lu *lu, struct semu_group *g,
		     unsigned state);
/* It stays where it was. */
void semu_alua_revert(struct scsiemu_lu *lu, struct semu_group *g);
/* Fills a->record; its length. */
uint32_t semu_alua_record(struct semu_alua *a);

#endif
