/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tape drives of SCSI-1, SCSI-2, SSC: what came when. What is not named here
 * came with SSC-2.
 */
#include "ssc/ssc.h"

#if SEMU_WITH_LEVELS

enum {
	SCSI_1 = SCSIEMU_LEVEL_SCSI_1,
	SCSI_2 = SCSIEMU_LEVEL_SCSI_2,
	SSC = SCSIEMU_LEVEL_SPC_2,
	ALL = SCSIEMU_NO_SA
};

static const struct semu_level_row rows[] = {
	{ SCSIEMU_OP_TEST_UNIT_READY, SCSI_1, ALL },
	{ SCSIEMU_OP_REWIND, SCSI_1, ALL },
	{ SCSIEMU_OP_FORMAT_MEDIUM, SSC, ALL },
	{ SCSIEMU_OP_READ_BLOCK_LIMITS, SCSI_1, ALL },
	{ SCSIEMU_OP_READ_6, SCSI_1, ALL },
	{ SCSIEMU_OP_WRITE_6, SCSI_1, ALL },
	{ SCSIEMU_OP_READ_REVERSE_6, SCSI_1, ALL },
	{ SCSIEMU_OP_WRITE_FILEMARKS_6, SCSI_1, ALL },
	{ SCSIEMU_OP_SPACE_6, SCSI_1, ALL },
	{ SCSIEMU_OP_VERIFY_6, SCSI_1, ALL },
	{ SCSIEMU_OP_RECOVER_BUFFERED_DATA, SCSI_1, ALL },
	{ SCSIEMU_OP_MODE_SELECT_6, SCSI_1, ALL },
	{ SCSIEMU_OP_ERASE_6, SCSI_1, ALL },
	{ SCSIEMU_OP_LOAD_UNLOAD, SCSI_1, ALL },
	{ SCSIEMU_OP_LOCATE_10, SCSI_2, ALL },
	{ SCSIEMU_OP_READ_POSITION, SCSI_2, SCSIEMU_SA_POSITION_SHORT },
	{ SCSIEMU_OP_READ_POSITION, SCSI_2, SCSIEMU_SA_POSITION_VENDOR },
	{ SCSIEMU_OP_READ_POSITION, SSC, SCSIEMU_SA_POSITION_LONG },
	{ SCSIEMU_OP_REPORT_DENSITY_SUPPORT, SSC, ALL },
	{ SCSIEMU_OP_LOG_SENSE, SCSI_2, ALL },
	{ SCSIEMU_OP_MODE_SELECT_10, SCSI_2, ALL },
	{ 0 }
};

/* MLOI; MEDIUM TYPE; VBF, VLBPM, VTE. */
static const struct semu_level_bits cdb[] = {
	{ SCSIEMU_OP_READ_BLOCK_LIMITS, 1, 0x01, SCSIEMU_LEVEL_SPC_3, 0 },
	{ SCSIEMU_OP_REPORT_DENSITY_SUPPORT, 1, 0x02, SCSIEMU_LEVEL_SPC_3, 0 },
	{ SCSIEMU_OP_VERIFY_6, 1, 0x38, SCSIEMU_LEVEL_SPC_3, 0 },
	{ 0 }
};

/* SCSI-1 knew the header and the block descriptor only. */
static const struct semu_level_page pages[] = { { 0x01, { 0, 12, 12, 12 } },
						{ 0x0f, { 0, 16, 16, 16 } },
						{ 0x10, { 0, 16, 16, 16 } },
						{ 0x11, { 0, 16, 16, 16 } },
						{ 0 } };

static const struct semu_level_vpd vpd[] = { { 0 } };

const struct semu_levels semu_ssc_levels = {
	.rows = rows, .cdb = cdb, .pages = pages, .vpd = vpd
};

#endif
