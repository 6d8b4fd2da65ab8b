/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbc/space.h - how much of a thinly provisioned medium is in use, and the
 * thresholds at which hosts want to be told (SBC-4 4.7.3.8): the mode page
 * 1Ch/02h. A part of the logical unit (SEMU_PART_THIN).
 */
#ifndef SEMU_SBC_SPACE_H
#define SEMU_SBC_SPACE_H

#include "core/core.h"
#include "spc/mode.h"

extern const struct semu_part_type semu_space_part;
extern const struct semu_mode_page semu_sbc_mode_1c02;

#if SEMU_WITH_THIN
/* Blocks are counted in units of 2^n: VPD B2h, log page 0Ch. */
unsigned semu_space_exponent(const struct scsiemu_lu *lu);
/* What the medium says now, in these units; false: it does not say. */
bool semu_space_units(const struct scsiemu_lu *lu, uint32_t *used,
		      uint32_t *available);
/* INFORMATION of 38/07: where the threshold's descriptor is in the page. */
uint64_t semu_space_reached(const struct scsiemu_lu *lu);
#else
static inline unsigned semu_space_exponent(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 0;
}
static inline uint64_t semu_space_reached(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 0;
}
#endif

#endif
