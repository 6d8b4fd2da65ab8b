/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/format.h - the format of a disk: length and number of its blocks, and its
 * protection, as FORMAT UNIT makes them, and as the block descriptor of a MODE
 * SELECT wants them to be made.
 */
#ifndef SEMU_SBC_FORMAT_H
#define SEMU_SBC_FORMAT_H

#include "core/core.h"

enum { SEMU_FORMAT_RECORD = 32 };

/* The part SEMU_PART_FORMAT. */
struct semu_format {
	uint32_t blen; /* made by a FORMAT UNIT; 0: the medium's own */
	uint64_t nblk;
	uint64_t room;	     /* bytes of the largest medium format seen */
	uint32_t next_blen;  /* for the next FORMAT UNIT; 0: as it is */
	uint64_t next_nblk;  /* UINT64_MAX: all that there is room for */
	uint32_t asked_blen; /* by a MODE SELECT that is being judged */
	uint64_t asked_nblk;
	uint8_t record[SEMU_FORMAT_RECORD];
};

static inline struct semu_format *semu_format(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_FORMAT);
}

#if SEMU_WITH_FORMAT
extern const struct semu_part_type semu_format_part;
/* Is the loaded medium not what a FORMAT UNIT made of it? */
bool semu_format_unfit(const struct scsiemu_lu *lu);
/* Leave the want that makes the format in force durable. */
int semu_format_save(struct scsiemu_cmd *c);
/* A FORMAT UNIT succeeded: capacity data has changed, or has not. */
void semu_format_done(struct scsiemu_lu *lu);

/* Can its medium have other blocks, blocks of this length? Bytes of it. */
bool semu_format_changeable(const struct scsiemu_lu *lu);
bool semu_format_possible(const struct scsiemu_lu *lu, uint32_t blen);
uint64_t semu_format_room(const struct scsiemu_lu *lu);
/* How many blocks the next FORMAT UNIT makes. */
uint64_t semu_format_coming(const struct scsiemu_lu *lu);
/* All blocks of this length, for V_FORMAT. */
uint64_t semu_format_all(const struct scsiemu_lu *lu, uint32_t blen);

/* The block descriptor of a MODE SELECT, for scsiemu_type. */
int semu_format_judge(struct scsiemu_cmd *c, uint64_t nblk, uint32_t blen,
		      uint32_t nblk_at, uint32_t blen_at);
int semu_format_accept(struct scsiemu_cmd *c);
#endif

#endif
