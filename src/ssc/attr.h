/* SPDX-License-Identifier: BSD-2-Clause */
/* ssc/attr.h - the auxiliary memory (spc/mam.h) of the drive's cartridge. */
#ifndef SEMU_SSC_ATTR_H
#define SEMU_SSC_ATTR_H

#include "spc/mam.h"
#include "ssc/ssc.h"

/* The cartridge whose memory can be read: it need not be loaded. NULL: there is
 * none. */
const struct scsiemu_medium *semu_ssc_attr_medium(const struct scsiemu_lu *lu);
/* What the store of that has; false: nothing. */
static inline bool semu_ssc_attr_stored(const struct scsiemu_lu *lu,
					unsigned partition, uint16_t id,
					struct scsiemu_tape_attribute *a)
{
	return semu_mam_stored(semu_ssc_attr_medium(lu), partition, id, a);
}
/* ... as a number. */
static inline uint64_t semu_ssc_attr_number(const struct scsiemu_lu *lu,
					    uint16_t id, uint64_t otherwise)
{
	return semu_mam_number(semu_ssc_attr_medium(lu), id, otherwise);
}

#endif
