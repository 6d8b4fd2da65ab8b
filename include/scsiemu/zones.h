/* SPDX-License-Identifier: BSD-2-Clause */
/* scsiemu/zones.h - zoned disks (ZBC-2): struct scsiemu_sbc_options.zones. */
#ifndef SCSIEMU_ZONES_H
#define SCSIEMU_ZONES_H

#include <scsiemu/device.h>

#ifdef __cplusplus
extern "C" {
#endif

enum scsiemu_zone_model { /* ZBC-2 4.2 */
			  SCSIEMU_NOT_ZONED,
			  SCSIEMU_HOST_AWARE,
			  SCSIEMU_HOST_MANAGED
};

/*
 * A zoned disk. Conventional zones come first, then sequential or before
 * required ones, then sequential write required (host managed) or preferred
 * ones (host aware). Counts are of zones, lengths in logical blocks. The state
 * of the zones is saved in records of the LU's nv; without that it lasts as
 * long as the LU. Needs limits.scratch of 512 bytes or more.
 */
struct scsiemu_zone_options {
	uint8_t model;	       /* enum scsiemu_zone_model */
	bool constrained;      /* READ stops at write pointers (URSWRZ 0) */
	uint32_t zones;	       /* most there can be: what has room */
	uint32_t conventional; /* so many conventional zones */
	uint32_t before;       /* sequential or before required zones */
	uint32_t max_open;     /* of write required zones; 0: no limit */
	uint64_t zone_blk;     /* from one zone's start to the next: 2^n */
	/* Blocks of a write required zone; what remains up to the next one is
	 * a gap zone. 0: zone_blk. */
	uint64_t zone_cap;
	/* Domains and realms: the zones in front and the write required ones
	 * behind them are a domain each, cut into so many realms. The first
	 * realms_first realms are active in the domain in front, the others in
	 * the one behind, until ZONE ACTIVATE changes that. No more than zones;
	 * 0: no realms. */
	uint32_t realms, realms_first;
};

/* What an operator, or a failing medium, makes of a write pointer zone. */
enum scsiemu_zone_fate {
	SCSIEMU_ZONE_FULL,	/* unit attention 3F/17 */
	SCSIEMU_ZONE_RECOMMEND, /* RESET WRITE POINTER: unit attention 2A/16 */
	SCSIEMU_ZONE_READ_ONLY,
	SCSIEMU_ZONE_OFFLINE
};
/* To the zone that lba is in. 0, or SCSIEMU_ERR_ARG: there is none, or no
 * write pointer in it. Saved with the next record, at the latest by
 * scsiemu_lu_unsaved(). */
int scsiemu_zone_set(struct scsiemu_lu *lu, uint64_t lba,
		     enum scsiemu_zone_fate fate);

#ifdef __cplusplus
}
#endif
#endif
