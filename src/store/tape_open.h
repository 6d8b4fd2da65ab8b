/* SPDX-License-Identifier: BSD-2-Clause */
/* store/tape_open.h - what every opener of a tape store does. */
#ifndef SEMU_STORE_TAPE_OPEN_H
#define SEMU_STORE_TAPE_OPEN_H

#include "store/open.h"

/* Can a cartridge be made so? 0, or -1 with why. */
int semu_tape_check(const struct scsiemu_tape_new *is,
		    struct scsiemu_errmsg *err);
/* Puts a number in the place of UINT64_MAX: false, these partitions do not go
 * into a cartridge of so many bytes. */
bool semu_tape_layout(struct scsiemu_tape_layout *l, uint64_t bytes);
/* Fills *m: kind, able by what ops has, ops, ctx, read_only. */
void semu_tape_medium(struct scsiemu_medium *m,
		      const struct scsiemu_tape_ops *ops, void *ctx);

#endif
