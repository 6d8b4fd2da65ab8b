/* SPDX-License-Identifier: BSD-2-Clause */
/* scsiemu/sbc.h - the disk (SBC-4), for scsiemu_lu_config.type. */
#ifndef SCSIEMU_SBC_H
#define SCSIEMU_SBC_H

#include <scsiemu/device.h>
#include <scsiemu/zones.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const struct scsiemu_type scsiemu_sbc;

#define SCSIEMU_REFERRAL_GROUPS 8
struct scsiemu_referrals;

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
	/* FORMAT UNIT and SANITIZE: a disk that is written, with limits.jobs,
	 * and 32 bytes more than a block in limits.scratch and
	 * limits.job_scratch. */
	bool format;
	/* The results of the last 20 self-tests are kept: 324 bytes. */
	bool selftests;
	/* Background scans, mode page 1Ch/01h, BACKGROUND CONTROL: where
	 * scsiemu_device_tick() is called. */
	bool scan;
	/* Provisioning thresholds (mode page 1Ch/02h, 6/38/07), where the
	 * store says how much is in use. Counted in units of
	 * 2^threshold_exponent blocks. */
	bool thresholds;
	uint8_t threshold_exponent;
	/* Bits of VPD B2h byte 5 that a thin disk does not offer although it
	 * could: LBPU 80h, LBPWS 40h, LBPWS10 20h, ANC_SUP 02h. */
	uint8_t lbp_not;
	/* Streams that hosts may open, at most 193 (STREAM CONTROL), and those
	 * that are always there, at most 63, one for each of the group numbers
	 * 0, 1, ... (mode page 0Ah/05h, GROUP_SUP): 40 bytes. */
	uint16_t streams;
	uint8_t permanent_streams;
	/* Storage elements, 2 to 64, that hosts may depopulate and restore: a
	 * disk with format, whose store can have another number of blocks;
	 * 96 bytes. */
	uint8_t elements;
	/* User data segments (SBC-4 4.28), or NULL. Its segments stay the
	 * caller's until others take their place or the LU is gone. */
	const struct scsiemu_referrals *referrals;
};

/*
 * What FORMAT UNIT made of the medium, restored from SCSIEMU_NV_FORMAT: a
 * medium that does not have these blocks has to be made so before it is loaded
 * (scsiemu_medium_format()), else it is format corrupt (3/31/00). False: it is
 * as the store made it.
 */
bool scsiemu_sbc_formatted(const struct scsiemu_lu *lu, uint32_t *blen,
			   uint64_t *nblk);

/*
 * PHYSICAL ELEMENT HEALTH of the element id, 1 and up, while it is not
 * depopulated: 00h not reported, 01h (as it begins) to 63h within, 64h at, 65h
 * to CFh outside the manufacturer's specification limits. 0 or SCSIEMU_ERR_ARG.
 * From outside the command path.
 */
int scsiemu_sbc_element_health(struct scsiemu_lu *lu, uint32_t id,
			       uint8_t value);

/* A run of blocks, and the target port groups that reach it. */
struct scsiemu_referral {
	uint64_t first, last;
	uint8_t ngroups;
	struct {
		uint16_t id;
		uint8_t state; /* enum scsiemu_access (alua.h) */
	} groups[SCSIEMU_REFERRAL_GROUPS];
};
struct scsiemu_referrals {
	uint32_t size; /* sizeof *this */
	/* With a multiplier only the blocks at 0, 1, 2 ... times segment_blk *
	 * multiplier behind first, segment_blk of each, are the segment's:
	 * stripes. */
	uint32_t segment_blk, multiplier;
	uint32_t nsegments; /* blocks of none are reached through all groups */
	const struct scsiemu_referral *segments;
};
/*
 * Other segments: unit attention 3F/15. Only for a disk that was made with
 * some. 0 or SCSIEMU_ERR_ARG.
 */
int scsiemu_sbc_refer(struct scsiemu_lu *lu, const struct scsiemu_referrals *r);

#ifdef __cplusplus
}
#endif
#endif
