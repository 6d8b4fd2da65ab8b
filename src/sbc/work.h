/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/work.h - long work on all blocks of a disk: FORMAT UNIT, SANITIZE, and
 * the depopulation and restoration of elements. One at a time; a job does it,
 * step by step, the command that asked waits for it or not (IMMED). What it is
 * stands in a durable record before it begins.
 */
#ifndef SEMU_SBC_WORK_H
#define SEMU_SBC_WORK_H

#include "core/core.h"

enum semu_work_kind {
	SEMU_WORK_NONE,
	SEMU_WORK_FORMAT,
	SEMU_WORK_SANITIZE,
	SEMU_WORK_DEPOPULATE,
	SEMU_WORK_REPOPULATE
};

enum semu_work_flag {
	SEMU_WORK_AUSE = 1,    /* EXIT FAILURE MODE may end a failure */
	SEMU_WORK_INVERT = 2,  /* the pattern, between passes */
	SEMU_WORK_KEEP = 4,    /* the write pointers of zones (ZNR) */
	SEMU_WORK_FAILED = 8,  /* only in the record */
	SEMU_WORK_FILL = 16,   /* write a pattern, even of zeros */
	SEMU_WORK_CERTIFY = 32 /* read all blocks afterwards */
};

enum { SEMU_WORK_RECORD = 16 };

/* The part SEMU_PART_WORK. */
struct semu_work {
	uint8_t kind, flags;
	uint8_t passes;	   /* 0: the blocks are left alone */
	bool corrupt;	   /* a FORMAT UNIT did not come to its end */
	bool failed;	   /* a SANITIZE, and no other succeeded since */
	bool restricted;   /* a SANITIZE without AUSE failed, none succeeded */
	uint8_t stuck;	   /* the kind of work on elements that failed, or 0 */
	bool stop;	   /* the job is to give up */
	bool awaits;	   /* the job waits for a medium */
	bool moved;	   /* the blocks are others than initiators know */
	uint32_t element;  /* DEPOPULATE: which one */
	uint32_t stuck_on; /* ... that failed */
	/* FORMAT UNIT, elements: the new blocks; blen 0: as they are */
	uint32_t blen;
	uint64_t nblk;
	uint8_t pi_type, pi_exponent;
	uint32_t known_blen; /* what they know */
	uint64_t known_nblk;
	struct scsiemu_cmd *job, *waiter;
	uint8_t record[SEMU_WORK_RECORD];
};

static inline struct semu_work *semu_work(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_WORK);
}

/*
 * From a step function whose command has passed all its checks: the numbers of
 * *plan are done. pattern: len bytes, repeated to fill a block; 0: zeros.
 * immed: GOOD as soon as it has begun. Afterwards the step function hands all
 * its calls to semu_work_step().
 */
int semu_work_begin(struct scsiemu_cmd *c, const struct semu_work *plan,
		    const uint8_t *pattern, uint32_t len, bool immed);
/* Has the command called semu_work_begin()? */
bool semu_work_began(struct scsiemu_cmd *c);
/* ... and is the work under way? */
bool semu_work_runs(struct scsiemu_cmd *c);
scsiemu_step_fn semu_work_step;

/* Leave the failure of a SANITIZE behind (EXIT FAILURE MODE). */
int semu_work_forgive(struct scsiemu_cmd *c);

/* Least scratch of commands and jobs for blocks of blen bytes, each with so
 * many of protection. */
static inline uint32_t semu_work_room(uint32_t blen, uint32_t pi_len)
{
	return blen + pi_len + 2 * SEMU_WORK_RECORD;
}

#if SEMU_WITH_WORK
/* work_job.c: what does it; own[0] is the length of the pattern in scratch. */
scsiemu_step_fn semu_work_job;
/* Its last step. */
int semu_work_succeeded(struct scsiemu_cmd *c);
int semu_work_failed(struct scsiemu_cmd *c);
/* Leave the want that makes its record durable; len 0: there is none. */
int semu_work_save(struct scsiemu_cmd *c, const void *buf, uint32_t len);

/* Is the medium format corrupt (SBC-4 4.9)? */
void semu_work_guard(struct scsiemu_lu *lu);
extern const struct semu_part_type semu_work_part;
#endif

#endif
