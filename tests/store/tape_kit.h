/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/store/tape_kit.h - calling a tape store from a test, and the plain list
 * of records and filemarks that it is compared with.
 */
#ifndef TESTS_STORE_TAPE_KIT_H
#define TESTS_STORE_TAPE_KIT_H

#include "kit.h"

/* The io of the last call: info, moved. */
extern struct scsiemu_io tape_io;
/* IO_MORE of the reads and writes below; they forget it. */
extern uint32_t tape_flags;

static inline const struct scsiemu_tape_ops *tape_ops(
	const struct scsiemu_medium *m)
{
	return m->ops;
}

int tape_read(const struct scsiemu_medium *m, uint32_t skip, void *buf,
	      size_t len, struct scsiemu_tape_how *how);
int tape_write(const struct scsiemu_medium *m, uint32_t skip, const void *buf,
	       size_t len, struct scsiemu_tape_how *how);
int tape_verb(const struct scsiemu_medium *m, enum scsiemu_verb verb,
	      uint64_t addr, uint64_t count);
int tape_verb_buf(const struct scsiemu_medium *m, enum scsiemu_verb verb,
		  uint64_t addr, const void *buf, size_t len);
struct scsiemu_tape_pos tape_tell(const struct scsiemu_medium *m);
struct scsiemu_tape_info tape_info(const struct scsiemu_medium *m);
/* It stands there, and BOP and EOD are said as they are. */
void tape_stands(const struct scsiemu_medium *m, uint32_t partition,
		 uint64_t object, uint64_t file);

/* ---- The model ---- */

enum { MODEL_OBJECTS = 400 };

struct model_object {
	uint32_t len;  /* 0: a filemark */
	uint32_t seed; /* of its bytes */
	uint8_t tag_len;
};

struct model_part {
	struct model_object object[MODEL_OBJECTS];
	unsigned n;
};

struct model {
	struct model_part part[SCSIEMU_TAPE_PARTITIONS];
	unsigned parts, at, pos;
	bool written; /* by the last model_act() */
};

/* Bytes of an object, its tag behind them. */
void model_bytes(const struct model_object *o, uint8_t *out);
unsigned model_files(const struct model_part *p, unsigned objects);
/* One random operation on both; asserts that they agree. What the store cannot
 * do for want of room is not in the model either. */
void model_act(struct model *md, const struct scsiemu_medium *m);
/* The record or filemark that comes next is this one, byte by byte. */
bool model_reads(const struct scsiemu_medium *m, const struct model_object *o);
/* Everything is as in the model; the position is lost. */
void model_same(const struct model *md, const struct scsiemu_medium *m);

#endif
