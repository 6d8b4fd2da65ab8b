/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/element.h - storage elements (SBC-4 4.36): the disk as a number of equal
 * parts, say surfaces of a hard disk. One can be depopulated, after which the
 * disk has fewer blocks, and all can be restored. The work itself is work.h's.
 */
#ifndef SEMU_SBC_ELEMENT_H
#define SEMU_SBC_ELEMENT_H

#include "core/core.h"

enum { SEMU_ELEMENTS_MAX = 64, SEMU_ELEMENTS_RECORD = 16 };

/* The part SEMU_PART_ELEMENTS. */
struct semu_elements {
	uint64_t gone; /* bit n: the element n + 1 is depopulated */
	uint8_t n;
	uint8_t record[SEMU_ELEMENTS_RECORD];
	uint8_t health[SEMU_ELEMENTS_MAX]; /* of those that are not */
};

static inline struct semu_elements *semu_elements(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_ELEMENTS);
}

#if SEMU_WITH_ELEMENTS
/* element.c: bytes of the medium that are not to be had now. */
uint64_t semu_elements_lost(const struct scsiemu_lu *lu);
/* Leave the want that makes durable what the work at its end will have done;
 * it is over, and has. */
int semu_elements_save(struct scsiemu_cmd *c);
void semu_elements_done(struct scsiemu_lu *lu);
extern const struct semu_part_type semu_elements_part;
scsiemu_in_fn semu_element_status;
scsiemu_step_fn semu_element_remove, semu_element_restore;
#else
static inline uint64_t semu_elements_lost(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 0;
}
#endif

#endif
