/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/defects.h - blocks that are not like others: on the primary or the grown
 * defect list, marked unreadable by WRITE LONG, or with bytes that its ECC does
 * not fit. A part of the logical unit (SEMU_PART_DEFECTS).
 */
#ifndef SEMU_SBC_DEFECTS_H
#define SEMU_SBC_DEFECTS_H

#include "core/core.h"

enum semu_defect {
	SEMU_DEFECT_GROWN = 1,
	SEMU_DEFECT_PRIMARY = 2,
	SEMU_DEFECT_MARKED = 4, /* WR_UNCOR: reading gives 3/11/14 */
	SEMU_DEFECT_BROKEN = 8, /* wrong ECC: reading gives 3/11/00 */
	SEMU_DEFECT_LISTED = SEMU_DEFECT_GROWN | SEMU_DEFECT_PRIMARY,
	SEMU_DEFECT_UNREADABLE = SEMU_DEFECT_MARKED | SEMU_DEFECT_BROKEN
};

extern const struct semu_part_type semu_defects_part;

/* How many blocks there are entries for; entry i of them in ascending order of
 * LBA: its flags, and *lba. A LU without the part has none. */
uint32_t semu_defects_count(const struct scsiemu_lu *lu);
unsigned semu_defects_get(const struct scsiemu_lu *lu, uint32_t i,
			  uint64_t *lba);
/* Changes whenever the lists do (READ DEFECT DATA(12)). */
uint16_t semu_defects_generation(const struct scsiemu_lu *lu);
/* Flags of the first block of the extent that has one of `flags`, and its LBA;
 * 0: none. */
unsigned semu_defects_find(const struct scsiemu_lu *lu, uint64_t lba,
			   uint64_t nblk, unsigned flags, uint64_t *at);
/* 0, or SCSIEMU_ERR_SPACE: the list is full. */
int semu_defects_add(struct scsiemu_lu *lu, uint64_t lba, unsigned flags);
/* These flags of an extent go. */
void semu_defects_clear(struct scsiemu_lu *lu, uint64_t lba, uint64_t nblk,
			unsigned flags);
/*
 * formatdefects.c: the DLIST of FORMAT UNIT, in the tail of the command's
 * scratch. There is none; leave the want that receives it, len bytes from `at`
 * of the parameter list on (length_at: where that says so); judge it; it and
 * CMPLST become the grown list.
 */
void semu_format_no_defects(struct scsiemu_cmd *c);
int semu_format_want_defects(struct scsiemu_cmd *c, uint32_t at, uint32_t len,
			     uint16_t length_at);
int semu_format_judge_defects(struct scsiemu_cmd *c, uint32_t at);
void semu_format_take_defects(struct scsiemu_cmd *c);
/* So many more are on the lists at most. */
uint32_t semu_defects_room(const struct scsiemu_lu *lu);
/* Leaves a want when the lists have changed since they were last saved, and
 * can be; otherwise FINISHED. */
int semu_defects_save(struct scsiemu_cmd *c);

#endif
