/* SPDX-License-Identifier: BSD-2-Clause */
/* scsiemu/sbc.h - the disk (SBC-4), for scsiemu_lu_config.type. */
#ifndef SCSIEMU_SBC_H
#define SCSIEMU_SBC_H

#include <scsiemu/device.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const struct scsiemu_type scsiemu_sbc;

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
	 * the one behind; that does not change. 0: no realms. */
	uint32_t realms, realms_first;
};
/* The CRC of the guard tag (polynomial 8BB7h) of n bytes at p behind bytes
 * whose CRC is crc; 0 at the beginning. */
typedef uint16_t scsiemu_pi_crc_fn(uint16_t crc, const void *p, size_t n);

/* What a disk offers beyond the usual; zero = not. */
struct scsiemu_sbc_options {
	uint32_t size; /* sizeof *this */
	struct scsiemu_zone_options zones;
	/* T10 protection information, on a medium with SCSIEMU_CAN_PI. */
	bool pi;	     /* the disk may be formatted with it */
	uint8_t pi_type;     /* 1 to 3: as what it is formatted; 0: without */
	uint8_t pi_exponent; /* 2^n protection intervals per block */
	scsiemu_pi_crc_fn *pi_crc; /* NULL: the core's own, by a table */
	/* Blocks that the defect lists, and the list of those that WRITE LONG
	 * made unreadable, have room for: at most 4096, 9 bytes of state
	 * each. READ LONG, WRITE LONG, REASSIGN BLOCKS. */
	uint32_t defects;
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
