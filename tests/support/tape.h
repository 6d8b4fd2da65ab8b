/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/tape.h - a tape drive behind the synchronous driver, with a cartridge
 * in memory, for the tests of the tape. Everything is deterministic.
 */
#ifndef TEST_TAPE_H
#define TEST_TAPE_H

#include <scsiemu/ssc.h>
#include <scsiemu/stores.h>

#include "support/drive.h"

struct tape_options {
	struct scsiemu_ssc_options ssc; /* size is set */
	struct scsiemu_tape_new is;	/* bytes: 4 MiB */
	uint32_t scratch;		/* 2048 */
	uint32_t max_xfer;
	const struct scsiemu_nv_ops *nv;
	bool codec; /* with that of toycodec.h */
	bool empty; /* no cartridge */
	bool logs;
	bool deferred;	/* deferred errors */
	unsigned jobs;	/* that may run at a time */
	bool read_only; /* the drive's */
	const struct scsiemu_quirks *quirks;
	uint8_t version;
};

struct tape {
	struct drive d;
	struct scsiemu_medium m;
	struct scsiemu_lu *lu;
	struct scsiemu_lu_config cf;
	struct scsiemu_ssc_options ssc;
	void *state;
};

/* Made, settled: no unit attention is pending. */
void tape_make(struct tape *t, const struct tape_options *o);
/* ... and two nexuses more, without unit attentions; commands come from *a. */
void tape_two(struct tape *t, const struct tape_options *o,
	      struct scsiemu_nexus **a, struct scsiemu_nexus **b);
void tape_free(struct tape *t);

/* Answers the wants of a tape from its store: for drive.hook, whose d has a
 * medium of the kind SCSIEMU_TAPE. */
int tape_answer(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes);

/* A CDB as numbers; no data, or room for in_len bytes of data-in, or len bytes
 * of data-out that tell where they belong. */
uint8_t tape_do(struct tape *t, const uint8_t *cdb, unsigned len);
uint8_t tape_in(struct tape *t, const uint8_t *cdb, unsigned len,
		uint32_t in_len);
uint8_t tape_out(struct tape *t, const uint8_t *cdb, unsigned len,
		 const void *out, uint32_t out_len);
#define TAPE_DO(t, ...)                                                        \
	tape_do(t, (const uint8_t[]){ __VA_ARGS__ },                           \
		sizeof((const uint8_t[]){ __VA_ARGS__ }))
#define TAPE_IN(t, room, ...)                                                  \
	tape_in(t, (const uint8_t[]){ __VA_ARGS__ },                           \
		sizeof((const uint8_t[]){ __VA_ARGS__ }), room)
#define TAPE_OUT(t, p, n, ...)                                                 \
	tape_out(t, (const uint8_t[]){ __VA_ARGS__ },                          \
		 sizeof((const uint8_t[]){ __VA_ARGS__ }), p, n)

/*
 * Objects, from where the tape stands: lengths of records (3*512: three of
 * them) and M, for filemarks, with blanks between: "512 3*80 M M". They must
 * all be written.
 */
void tape_lay(struct tape *t, const char *objects);
/* Bytes of record `object`. */
void tape_pattern(uint8_t *p, uint64_t object, uint32_t len);
/* LOCATE(16). */
void tape_go(struct tape *t, uint32_t partition, uint64_t object);
/* The facts. */
void tape_tell(struct tape *t, struct scsiemu_tape_pos *pos);
#define tape_at(t, partition, object)                                          \
	tape_at_line(t, partition, object, __FILE__, __LINE__)
void tape_at_line(struct tape *t, uint32_t partition, uint64_t object,
		  const char *file, int line);
/* MODE SELECT(6): block length; one page, current values with a byte changed.
 */
void tape_block(struct tape *t, uint32_t len);
void tape_mode(struct tape *t, uint8_t page, uint8_t sub, unsigned at,
	       uint8_t mask, uint8_t value);

/* CHECK CONDITION with key, code, bits of enum SCSIEMU_S_* and INFORMATION
 * (where SCSIEMU_S_INFO is among them). */
#define tape_sense(t, key, asc, flags, info)                                   \
	tape_sense_line(t, key, asc, flags, info, __FILE__, __LINE__)
void tape_sense_line(struct tape *t, uint8_t key, uint16_t asc, uint8_t flags,
		     int64_t info, const char *file, int line);

#endif
