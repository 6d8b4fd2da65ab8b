/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The media changer as a device type (SMC-3): its commands and pages, and those
 * of SPC.
 */
#include "smc/smc.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define FF2    0xff, 0xff
#define FF4    FF2, FF2

/* Byte 1 had a LUN once, which Linux still sends. */
#define ROW(cmd_name, opcode, cdb_len)                                         \
	.name = SEMU_NAME(cmd_name), .op = SCSIEMU_OP_##opcode,                \
	.len = (cdb_len), .sa = SCSIEMU_NO_SA, .obsolete = 0xe0

#define STOPS (SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY | SCSIEMU_STOP_MEDIUM)
/* The robot moves: one after the other. */
#define ROBOT                                                                  \
	.cls = SCSIEMU_C_LU, .stops = SCSIEMU_PR_WRITE | STOPS, .nominal = 60, \
	.recommended = 600
#define STEPS(f)                                                               \
	.kind = SCSIEMU_K_STEPS, .fn.step = (f), .flags = SCSIEMU_ROW_ERRORS

/* Element and its type in bytes 2 to 4. */
#define ATTRIBUTE_ROW                                                          \
	.len = 16, .fields = SCSIEMU_F_4AT10, .cls = SCSIEMU_C_LU,             \
	.kind = SCSIEMU_K_STEPS, .fn.step = semu_smc_attribute,                \
	.flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO,                        \
	.needs = SCSIEMU_CHANGER_REACH, .nominal = 60, .recommended = 600
#define READ_ATTRIBUTE_ROW(text, action)                                       \
	{                                                                      \
		.name = SEMU_NAME("READ ATTRIBUTE, " text),                    \
		.op = SCSIEMU_OP_READ_ATTRIBUTE, .sa = SCSIEMU_SA_##action,    \
		.stops = SCSIEMU_PR_READ | STOPS,                              \
		.usage = SCSIEMU_USAGE(0x8c, SCSIEMU_SA_##action, FF2, 0x0f,   \
				       0xff, 0, 0xff, FF2, FF4, 0x01, 0),      \
		ATTRIBUTE_ROW                                                  \
	}

static const struct scsiemu_row smc_rows[] = {
	{ ROW("REZERO UNIT", REZERO_UNIT, 6),
	  .usage = SCSIEMU_USAGE(0x01, 0, 0, 0, 0, 0), .kind = SCSIEMU_K_NODATA,
	  ROBOT },
	{ ROW("INITIALIZE ELEMENT STATUS", INITIALIZE_ELEMENT_STATUS, 6),
	  .usage = SCSIEMU_USAGE(0x07, 0, 0, 0, 0, 0), STEPS(semu_smc_scan),
	  ROBOT },
	{ ROW("OPEN/CLOSE IMPORT/EXPORT ELEMENT", OPEN_CLOSE_ELEMENT, 6),
	  .usage = SCSIEMU_USAGE(0x1b, 0, FF2, 0x1f, 0), STEPS(semu_smc_door),
	  .needs = SCSIEMU_CHANGER_DOOR, ROBOT },
#if SEMU_WITH_MEDIUM
	/* it locks import/export elements, for the operator */
	{ ROW("PREVENT ALLOW MEDIUM REMOVAL", PREVENT_ALLOW_MEDIUM_REMOVAL, 6),
	  .usage = SCSIEMU_USAGE(0x1e, 0, 0, 0, 0x03, 0),
	  .kind = SCSIEMU_K_NODATA, .fn.nodata = semu_prevent_allow,
	  .flags = SCSIEMU_ROW_BY_FIELD,
	  .stops = SCSIEMU_PR_WRITE | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY,
	  .recommended = 30 },
#endif
	{ ROW("POSITION TO ELEMENT", POSITION_TO_ELEMENT, 10),
	  .usage = SCSIEMU_USAGE(0x2b, 0, FF4, 0, 0, 0, 0),
	  .kind = SCSIEMU_K_NODATA, .fn.nodata = semu_smc_position, ROBOT },
	{ ROW("INITIALIZE ELEMENT STATUS WITH RANGE", INITIALIZE_WITH_RANGE,
	      10),
	  .usage = SCSIEMU_USAGE(0x37, 0x03, FF2, 0, 0, FF2, 0, 0),
	  STEPS(semu_smc_scan_range), ROBOT },
#if SEMU_WITH_LOG
	/* as that of SPC, but who has read TapeAlert flags is remembered */
	{ ROW("LOG SENSE", LOG_SENSE, 10),
	  .usage = SCSIEMU_USAGE(0x4d, 0, 0xff, 0xff, 0, 0xff, 0xff, 0xff, 0xff,
				 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_smc_log_sense,
	  .then = semu_smc_log_sensed, .fields = SCSIEMU_F_2AT7,
	  .needs = SCSIEMU_NEED_LOG, .flags = SCSIEMU_ROW_FACTS,
	  .stops = SCSIEMU_STOP_ALUA & ~(uint32_t)SCSIEMU_ON_STANDBY,
	  .recommended = 30 },
#endif
	READ_ATTRIBUTE_ROW("ATTRIBUTE VALUES", ATTRIBUTE_VALUES),
	READ_ATTRIBUTE_ROW("ATTRIBUTE LIST", ATTRIBUTE_LIST),
	READ_ATTRIBUTE_ROW("LOGICAL VOLUME LIST", VOLUME_LIST),
	READ_ATTRIBUTE_ROW("PARTITION LIST", PARTITION_LIST),
	READ_ATTRIBUTE_ROW("SUPPORTED ATTRIBUTES", ATTRIBUTES_KNOWN),
	{ .name = SEMU_NAME("WRITE ATTRIBUTE"),
	  .op = SCSIEMU_OP_WRITE_ATTRIBUTE,
	  .sa = SCSIEMU_NO_SA,
	  .stops = SCSIEMU_PR_WRITE | STOPS,
	  .usage = SCSIEMU_USAGE(0x8d, 0x01, FF2, 0x0f, 0xff, 0, 0xff, 0, 0,
				 FF4, 0, 0),
	  ATTRIBUTE_ROW },
	{ .name = SEMU_NAME("REPORT ELEMENT INFORMATION"),
	  .op = SCSIEMU_OP_SERVICE_ACTION_IN_16,
	  .sa = SCSIEMU_SA_ELEMENT_INFORMATION,
	  .len = 16,
	  .usage = SCSIEMU_USAGE(0x9e, 0x10, 0xff, 0x3f, 0, 0, FF4, FF4, 0xff,
				 0),
	  .kind = SCSIEMU_K_PARAM_IN,
	  .fn.in = semu_smc_info,
	  .fields = SCSIEMU_F_4AT10,
	  .flags = SCSIEMU_ROW_FACTS,
	  .stops = SCSIEMU_PR_READ | STOPS,
	  .recommended = 30 },
	{ ROW("MOVE MEDIUM", MOVE_MEDIUM, 12),
	  .usage = SCSIEMU_USAGE(0xa5, 0, FF2, FF4, 0, 0, 0, 0),
	  STEPS(semu_smc_move), .cls = SCSIEMU_C_LU,
	  .needs = SCSIEMU_CHANGER_MOVE,
	  .stops = SCSIEMU_PR_WRITE | SCSIEMU_ON_PROTECTED | STOPS,
	  .nominal = 120, .recommended = 1200 },
	{ ROW("EXCHANGE MEDIUM", EXCHANGE_MEDIUM, 12),
	  .usage = SCSIEMU_USAGE(0xa6, 0, FF2, FF4, FF2, 0, 0),
	  STEPS(semu_smc_move), .cls = SCSIEMU_C_LU,
	  .needs = SCSIEMU_CHANGER_EXCHANGE,
	  .stops = SCSIEMU_PR_WRITE | SCSIEMU_ON_PROTECTED | STOPS,
	  .nominal = 240, .recommended = 2400 },
	{ ROW("REQUEST VOLUME ELEMENT ADDRESS", REQUEST_VOLUME_ADDRESS, 12),
	  .usage = SCSIEMU_USAGE(0xb5, 0x1f, FF4, 0, 0xff, FF2, 0, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_smc_found,
	  .flags = SCSIEMU_ROW_FACTS, .stops = SCSIEMU_PR_READ | STOPS,
	  .recommended = 30 },
	{ ROW("SEND VOLUME TAG", SEND_VOLUME_TAG, 12),
	  .usage = SCSIEMU_USAGE(0xb6, 0x0f, FF2, 0, 0x1f, 0, 0, FF2, 0, 0),
	  STEPS(semu_smc_send_tag), .cls = SCSIEMU_C_LU,
	  .stops = SCSIEMU_PR_WRITE | STOPS, .recommended = 30 },
	{ ROW("READ ELEMENT STATUS", READ_ELEMENT_STATUS, 12),
	  .usage = SCSIEMU_USAGE(0xb8, 0x1f, FF4, 0x03, 0xff, FF2, 0, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_smc_status,
	  .flags = SCSIEMU_ROW_FACTS | SCSIEMU_ROW_BY_FIELD,
	  .stops = SCSIEMU_PR_READ | STOPS, .nominal = 1, .recommended = 600 },
};

/* READ ELEMENT STATUS of what is known (CURDATA) moves nothing. */
static uint32_t smc_stops(const struct scsiemu_cmd *c)
{
	uint32_t stops = semu_spc_stops(c);

	if (c->cdb[0] == SCSIEMU_OP_READ_ELEMENT_STATUS && c->cdb[6] & 0x02)
		stops &= ~(uint32_t)SCSIEMU_PR_READ;
	return stops;
}

static const struct semu_mode_page *const smc_mode[] = {
#if SEMU_WITH_MODE_MORE
	&semu_mode_02,
#endif
	&semu_mode_0a,
	&semu_mode_0a01,
#if SEMU_WITH_PRIORITY
	&semu_mode_0a01_set,
#endif
#if SEMU_WITH_MODE_MORE
	&semu_mode_18,
	&semu_mode_19,
	&semu_mode_1a,
	&semu_mode_1c,
#endif
#if SEMU_WITH_LOG
	&semu_mode_1c_log,
#endif
	&semu_smc_mode_1d,
	&semu_smc_mode_1e,
	&semu_smc_mode_1f,
	&semu_smc_mode_1f41,
	NULL
};

static const struct semu_vpd_page *const smc_vpd[] = {
	&semu_vpd_00, &semu_vpd_80, &semu_vpd_83,
#if SEMU_WITH_VPD_MORE
	&semu_vpd_86, &semu_vpd_87,
#if SEMU_WITH_PORTS
	&semu_vpd_88,
#endif
#endif
	NULL
};

static const struct semu_part_type *const smc_parts[] = {
#if SEMU_WITH_INJECT
	&semu_inject_part,
#endif
#if SEMU_WITH_QUIRKS
	&semu_quirks_part,
#endif
#if SEMU_WITH_PRIORITY
	&semu_priority_part,
#endif
#if SEMU_WITH_ALUA
	&semu_alua_part,
#endif
	&semu_smc_part,
#if SEMU_WITH_LOG
	&semu_log_part,
#endif
	NULL
};

#if SEMU_WITH_LEVELS
/* SCSI-2 had changers, SMC added what speaks of ranges; the rest is SMC-3's. */
static const struct semu_level_row level_rows[] = {
	{ SCSIEMU_OP_REZERO_UNIT, SCSIEMU_LEVEL_SCSI_2, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_INITIALIZE_ELEMENT_STATUS, SCSIEMU_LEVEL_SCSI_2,
	  SCSIEMU_NO_SA },
	/* what other types have had there for longer is not it */
	{ SCSIEMU_OP_OPEN_CLOSE_ELEMENT, SCSIEMU_LEVEL_SPC_3, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_PREVENT_ALLOW_MEDIUM_REMOVAL, SCSIEMU_LEVEL_SCSI_2,
	  SCSIEMU_NO_SA },
	{ SCSIEMU_OP_POSITION_TO_ELEMENT, SCSIEMU_LEVEL_SCSI_2, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_INITIALIZE_WITH_RANGE, SCSIEMU_LEVEL_SPC, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_LOG_SENSE, SCSIEMU_LEVEL_SCSI_2, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_MOVE_MEDIUM, SCSIEMU_LEVEL_SCSI_2, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_EXCHANGE_MEDIUM, SCSIEMU_LEVEL_SCSI_2, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_REQUEST_VOLUME_ADDRESS, SCSIEMU_LEVEL_SCSI_2,
	  SCSIEMU_NO_SA },
	{ SCSIEMU_OP_SEND_VOLUME_TAG, SCSIEMU_LEVEL_SCSI_2, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_READ_ELEMENT_STATUS, SCSIEMU_LEVEL_SCSI_2, SCSIEMU_NO_SA },
	{ 0 }
};

static const struct semu_level_page level_pages[] = {
	{ 0x1d, { 0, 20, 20, 20 } },
	{ 0x1e, { 0, 4, 4, 4 } },
	{ 0x1f, { 0, 20, 20, 20 } },
	{ 0 }
};

static const struct semu_levels smc_levels = { .rows = level_rows,
					       .pages = level_pages };
#endif

/* SAM and SPC of the time, SMC, and iSCSI. */
static const struct semu_versions smc_versions[] = {
#if SEMU_WITH_LEVELS
	{ SCSIEMU_LEVEL_SPC_2, { 0x0040, 0x0260, 0x01a0, 0x0960 } },
	{ SCSIEMU_LEVEL_SPC_3, { 0x0060, 0x0300, 0x02e0, 0x0960 } },
#endif
	{ SCSIEMU_LEVEL_SPC_4, { 0x00a0, 0x0460, 0x0480, 0x0960 } },
#if SEMU_WITH_LEVELS
	{ SCSIEMU_LEVEL_SPC_5, { 0x00a0, 0x05c0, 0x0480, 0x0960 } },
	{ 0 }
#endif
};

const struct scsiemu_type scsiemu_smc = {
	.type = SCSIEMU_TYPE_CHANGER,
	.vendor = "SCSIEMU",
	.product = "Media Changer",
	.rows = { { smc_rows, LEN(smc_rows) },
		  { semu_spc_rows, SEMU_SPC_NROWS } },
#if SEMU_WITH_LEVELS
	.levels = { &smc_levels, &semu_spc_levels },
#endif
	.mode = smc_mode,
	.vpd = smc_vpd,
	.versions = smc_versions,
	.parts = smc_parts,
#if SEMU_WITH_LOG
	.log = &semu_smc_log,
#endif
	.state = semu_spc_state,
	.init = semu_spc_init,
	.loaded = semu_smc_loaded,
	.stops = smc_stops,
#if SEMU_WITH_ATTENTION
	.attention = semu_smc_attention,
#endif
#if SEMU_WITH_APPLIES
	.applies = semu_spc_applies,
#endif
	.reset = semu_spc_reset,
#if SEMU_WITH_LOST
	.lost = semu_smc_lost,
#endif
	.restore = semu_spc_restore,
};
