/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/copier.h - a device with several disks of RAM that copies between
 * them, and parameter lists for it.
 */
#ifndef TEST_COPIER_H
#define TEST_COPIER_H

#include <scsiemu/power.h>
#include <scsiemu/sbc.h>

#include "support/drive.h"

enum { COPIER_DISKS = 3, COPIER_LIST = 4096 };

struct copier_options {
	uint32_t blen[COPIER_DISKS]; /* 512 */
	uint64_t nblk;		     /* of each; 64 */
	uint32_t scratch;	     /* 2048 */
	uint32_t copies;	     /* 4 */
	uint32_t tokens;	     /* 4 */
	uint32_t held;		     /* limits.copy_held */
	uint32_t aliases;	     /* limits.aliases */
	uint32_t unable;	     /* SCSIEMU_CAN_* taken from the media */
	uint8_t version;	     /* INQUIRY; 6 */
	scsiemu_copy_fn *party;
	void *ctx;
	bool not_random, removable;
	unsigned tapes;			       /* room for tape drives */
	const struct scsiemu_sbc_options *sbc; /* of disk 1; stays there */
	const struct scsiemu_power *power;     /* of disk 1 */
	const struct scsiemu_quirks *quirks;   /* of disk 1 */
};

struct copier {
	struct drive d;
	struct drive_disk k[COPIER_DISKS];
	struct scsiemu_lu *lu[COPIER_DISKS];
	struct scsiemu_lu_config cf[COPIER_DISKS];
	void *state; /* of disk 1 */
	uint64_t seed;
	/* the parameter list under construction */
	uint8_t list[COPIER_LIST];
	uint32_t len;
	bool lid4;
};

/* Made, filled with a pattern, settled. LUN i is disk i, NAA 3000...i + 1. */
void copier_make(struct copier *c, const struct copier_options *o);
void copier_free(struct copier *c);
/* A nexus with no unit attention pending. */
struct scsiemu_nexus *copier_nexus(struct copier *c);

void copier_put(uint8_t *p, uint64_t v, unsigned bytes);
uint64_t copier_get(const uint8_t *p, unsigned bytes);

/* A list of EXTENDED COPY with this identifier and LIST ID USAGE. */
void copier_list(struct copier *c, bool lid4, uint32_t id, unsigned usage);
/* A CSCD descriptor of disk i; returns its bytes. Before any segment. */
uint8_t *copier_disk(struct copier *c, unsigned i);
/* Segments; they return their bytes. */
uint8_t *copier_blocks(struct copier *c, unsigned from, unsigned to,
		       uint16_t nblk, uint64_t src, uint64_t dst);
uint8_t *copier_bytes(struct copier *c, unsigned from, unsigned to,
		      uint32_t bytes, uint64_t src, uint32_t src_off,
		      uint64_t dst, uint32_t dst_off);
uint8_t *copier_verify(struct copier *c, unsigned of, bool tur);
/* Any other: its type and length. */
uint8_t *copier_segment(struct copier *c, uint8_t type, unsigned len,
			unsigned from, unsigned to);
/* Send the list to disk i: start it, or run it. */
void copier_start(struct copier *c, struct drive_task *t, unsigned i);
uint8_t copier_run(struct copier *c, unsigned i);

/* THIRD-PARTY COPY IN with a list identifier, to disk i. */
uint8_t copier_in(struct copier *c, unsigned i, uint8_t sa, uint32_t id,
		  uint32_t alloc);
/* COPY OPERATION ABORT. */
uint8_t copier_abort(struct copier *c, unsigned i, uint32_t id);

/* Parameter lists of POPULATE TOKEN and WRITE USING TOKEN: begin, then ranges,
 * then run on disk i. */
void copier_populate(struct copier *c, uint32_t timeout, bool rtv,
		     uint32_t type);
void copier_use(struct copier *c, const uint8_t token[512], uint64_t offset);
void copier_range(struct copier *c, uint64_t lba, uint32_t nblk);
void copier_token_start(struct copier *c, struct drive_task *t, unsigned i,
			uint32_t id);
uint8_t copier_token(struct copier *c, unsigned i, uint32_t id);
/* RECEIVE ROD TOKEN INFORMATION: the token. */
void copier_fetch(struct copier *c, unsigned i, uint32_t id,
		  uint8_t token[512]);

/* A descriptor of that type in the sense data, or NULL. */
const uint8_t *copier_descriptor(const struct copier *c, uint8_t type);

#endif
