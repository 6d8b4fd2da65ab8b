/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks of SCSI-1 (X3T9.2/85-52, the Common Command Set), SCSI-2, SBC: what
 * came when, and the commands that are no more. What is not named here came
 * with SBC-2.
 */
#include "sbc/sbc.h"

#if SEMU_WITH_LEVELS

enum {
	CCS = SCSIEMU_LEVEL_SCSI_1,
	SCSI_2 = SCSIEMU_LEVEL_SCSI_2,
	SBC = SCSIEMU_LEVEL_SPC,
	SPC_2 = SCSIEMU_LEVEL_SPC_2,
	SBC_2 = SCSIEMU_LEVEL_SPC_3,
	ALL = SCSIEMU_NO_SA
};

static const struct semu_level_row rows[] = {
	{ SCSIEMU_OP_REZERO_UNIT, CCS, ALL },
	{ SCSIEMU_OP_FORMAT_UNIT, CCS, ALL },
	{ SCSIEMU_OP_REASSIGN_BLOCKS, CCS, ALL },
	{ SCSIEMU_OP_READ_6, CCS, ALL },
	{ SCSIEMU_OP_WRITE_6, CCS, ALL },
	{ SCSIEMU_OP_SEEK_6, CCS, ALL },
	{ SCSIEMU_OP_READ_CAPACITY_10, CCS, ALL },
	{ SCSIEMU_OP_READ_10, CCS, ALL },
	{ SCSIEMU_OP_WRITE_10, CCS, ALL },
	{ SCSIEMU_OP_SEEK_10, CCS, ALL },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_10, CCS, ALL },
	{ SCSIEMU_OP_VERIFY_10, CCS, ALL },
	{ SCSIEMU_OP_PRE_FETCH_10, SCSI_2, ALL },
	{ SCSIEMU_OP_SYNCHRONIZE_CACHE_10, SCSI_2, ALL },
	{ SCSIEMU_OP_READ_DEFECT_DATA_10, CCS, ALL },
	{ SCSIEMU_OP_READ_LONG_10, SCSI_2, ALL },
	{ SCSIEMU_OP_WRITE_LONG_10, SCSI_2, ALL },
	{ SCSIEMU_OP_WRITE_SAME_10, SCSI_2, ALL },
	{ SCSIEMU_OP_READ_12, SBC, ALL },
	{ SCSIEMU_OP_WRITE_12, SBC, ALL },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_12, SBC, ALL },
	{ SCSIEMU_OP_VERIFY_12, SBC, ALL },
	{ SCSIEMU_OP_READ_DEFECT_DATA_12, SBC, ALL },
	{ 0 }
};

/* FMTPINFO, LONGLIST, and what was the interleave; LONGLBA, LONGLIST; DPO, FUA,
 * RARC; PMI and its LBA; BYTCHK 1xb; physical blocks, COR_DIS, WR_UNCOR; UNMAP,
 * ANCHOR; ADDRESS DESCRIPTOR INDEX. */
static const struct semu_level_bits cdb[] = {
	{ SCSIEMU_OP_FORMAT_UNIT, 1, 0xe0, SBC_2, 0 },
	{ SCSIEMU_OP_FORMAT_UNIT, 2, 0xff, 0, SPC_2 },
	{ SCSIEMU_OP_FORMAT_UNIT, 3, 0xff, 0, SPC_2 },
	{ SCSIEMU_OP_FORMAT_UNIT, 4, 0xff, 0, SPC_2 },
	{ SCSIEMU_OP_REASSIGN_BLOCKS, 1, 0x03, SBC_2, 0 },
	{ SCSIEMU_OP_READ_CAPACITY_10, 2, 0xff, 0, SPC_2 },
	{ SCSIEMU_OP_READ_CAPACITY_10, 3, 0xff, 0, SPC_2 },
	{ SCSIEMU_OP_READ_CAPACITY_10, 4, 0xff, 0, SPC_2 },
	{ SCSIEMU_OP_READ_CAPACITY_10, 5, 0xff, 0, SPC_2 },
	{ SCSIEMU_OP_READ_CAPACITY_10, 8, 0x01, 0, SPC_2 },
	{ SCSIEMU_OP_READ_10, 1, 0x18, SCSI_2, 0 },
	{ SCSIEMU_OP_READ_10, 1, 0x04, SBC_2, 0 },
	{ SCSIEMU_OP_WRITE_10, 1, 0x18, SCSI_2, 0 },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_10, 1, 0x10, SCSI_2, 0 },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_10, 1, 0x04, SBC_2, 0 },
	{ SCSIEMU_OP_VERIFY_10, 1, 0x10, SCSI_2, 0 },
	{ SCSIEMU_OP_VERIFY_10, 1, 0x04, SBC_2, 0 },
	{ SCSIEMU_OP_READ_LONG_10, 1, 0x04, SBC_2, 0 },
	{ SCSIEMU_OP_WRITE_LONG_10, 1, 0xe0, SBC_2, 0 },
	{ SCSIEMU_OP_WRITE_SAME_10, 1, 0x18, SBC_2, 0 },
	{ SCSIEMU_OP_READ_12, 1, 0x04, SBC_2, 0 },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_12, 1, 0x04, SBC_2, 0 },
	{ SCSIEMU_OP_VERIFY_12, 1, 0x04, SBC_2, 0 },
	{ SCSIEMU_OP_READ_DEFECT_DATA_12, 2, 0xff, SBC_2, 0 },
	{ SCSIEMU_OP_READ_DEFECT_DATA_12, 3, 0xff, SBC_2, 0 },
	{ SCSIEMU_OP_READ_DEFECT_DATA_12, 4, 0xff, SBC_2, 0 },
	{ SCSIEMU_OP_READ_DEFECT_DATA_12, 5, 0xff, SBC_2, 0 },
	{ 0 }
};

static const struct semu_level_page pages[] = { { 0x01, { 8, 12, 12, 12 } },
						{ 0x03, { 24, 24, 24, 24 } },
						{ 0x04, { 20, 24, 24, 24 } },
						{ 0x08, { 0, 12, 20, 20 } },
						{ 0 } };

const struct semu_levels semu_sbc_levels = { .rows = rows,
					     .cdb = cdb,
					     .pages = pages };

#define STOPS                                                                  \
	(SCSIEMU_PR_READ | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY |             \
	 SCSIEMU_STOP_MEDIUM)
#define OLD_ROW(t, o, l)                                                       \
	.name = SEMU_NAME(t), .op = SCSIEMU_OP_##o, .len = (l),                \
	.sa = SCSIEMU_NO_SA, .kind = SCSIEMU_K_NODATA, .cls = SCSIEMU_C_RW,    \
	.stops = STOPS

/* Nothing has to move. Obsolete since SBC-2. */
const struct scsiemu_row semu_sbc_old_rows[SEMU_SBC_NOLD] = {
	{ OLD_ROW("REZERO UNIT", REZERO_UNIT, 6),
	  .usage = SCSIEMU_USAGE(0x01, 0, 0, 0, 0, 0) },
	{ OLD_ROW("SEEK(6)", SEEK_6, 6), .fields = SCSIEMU_F_RW6,
	  .usage = SCSIEMU_USAGE(0x0b, 0x1f, 0xff, 0xff, 0, 0),
	  .flags = SCSIEMU_ROW_RANGE },
	{ OLD_ROW("SEEK(10)", SEEK_10, 10), .fields = SCSIEMU_F_RW10,
	  .usage = SCSIEMU_USAGE(0x2b, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0),
	  .flags = SCSIEMU_ROW_RANGE },
};

#endif
