/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tape drive as a device type, and its commands (SSC-4 chapter 7), a row
 * each. They are alone on the logical unit: a tape is in one place. Those that
 * tell where it is wait until nobody moves it.
 */
#include "ssc/ssc.h"

#define LEN(a)	   (sizeof(a) / sizeof((a)[0]))
#define FF2	   0xff, 0xff
#define FF3	   FF2, 0xff
#define FF4	   FF2, FF2
#define FF8	   FF4, FF4
#define ZERO4	   0, 0, 0, 0
#define USAGE(...) SCSIEMU_USAGE(__VA_ARGS__)

/* Usage data; m: what is used of byte 1. A count; where the block is, and a
 * count. */
#define CDB6(op, m)  USAGE(op, m, FF3, 0)
#define CDB16(op, m) USAGE(op, m, 0, 0xff, FF8, FF3, 0)

/* Reading, and moving the tape to what is to be read, are in conflict with
 * exclusive access only, as drives' manuals have it ("reads shared"). */
#define STOPS_ANY    (SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY)
#define STOPS_READ   (SCSIEMU_PR_READ | STOPS_ANY | SCSIEMU_STOP_MEDIUM)
#define STOPS_CHANGE (SCSIEMU_PR_WRITE | STOPS_ANY | SCSIEMU_STOP_MEDIUM)
#define STOPS_WRITE  (STOPS_CHANGE | SCSIEMU_ON_PROTECTED)

#define ROW(t, o, l) .name = SEMU_NAME(t), .op = SCSIEMU_OP_##o, .len = (l)
#define NO_SA	     .sa = SCSIEMU_NO_SA
#define SA(s)	     .sa = SCSIEMU_SA_##s
#define TIMES(n, r)  .nominal = (n), .recommended = (r)
#define FIELDS(f)    .fields = SCSIEMU_F_##f
#define STEPS(f)     .kind = SCSIEMU_K_STEPS, .cls = SCSIEMU_C_LU, .fn.step = (f)
#define NODATA(f)                                                              \
	.kind = SCSIEMU_K_NODATA, .cls = SCSIEMU_C_LU, .fn.nodata = (f)
#define IN(f)  .kind = SCSIEMU_K_PARAM_IN, .cls = SCSIEMU_C_RW, .fn.in = (f)
#define ERRORS .flags = SCSIEMU_ROW_ERRORS
#define UNDO   .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO
#define UNDO_BY_FIELD                                                          \
	.flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO | SCSIEMU_ROW_BY_FIELD

#define READ_ROW                                                               \
	NO_SA, STEPS(semu_ssc_read), ERRORS, .stops = STOPS_READ, TIMES(1, 1500)
#define WRITE_ROW                                                              \
	NO_SA, STEPS(semu_ssc_write), UNDO, .stops = STOPS_WRITE, TIMES(1, 1500)
#define REVERSE_ROW                                                            \
	NO_SA, STEPS(semu_ssc_read_reverse), ERRORS,                           \
		.stops = STOPS_READ, .needs = SCSIEMU_NEED_REVERSE,            \
		TIMES(1, 1500)
#define MARKS_ROW                                                              \
	NO_SA, STEPS(semu_ssc_marks), UNDO_BY_FIELD, .stops = STOPS_WRITE,     \
						     TIMES(1, 1500)
#define SPACE_ROW                                                              \
	NO_SA, STEPS(semu_ssc_space), ERRORS, .stops = STOPS_READ,             \
					      TIMES(30, 2900)
#define VERIFY_ROW                                                             \
	NO_SA, STEPS(semu_ssc_verify), ERRORS, .stops = STOPS_READ,            \
					       TIMES(30, 19000)
#define ERASE_ROW                                                              \
	NO_SA, STEPS(semu_ssc_erase), UNDO, .stops = STOPS_WRITE,              \
					    TIMES(30, 19000)
/* As SPC's, but for what is buffered. */
#define SELECT_ROW                                                             \
	NO_SA, .kind = SCSIEMU_K_PARAM_OUT, .cls = SCSIEMU_C_LU,               \
	       .fn.out = semu_mode_select, .then = semu_ssc_mode_selected,     \
	       ERRORS, TIMES(1, 60),                                           \
	       .stops = SCSIEMU_PR_WRITE | SCSIEMU_STOP_BUSY |                 \
			(SCSIEMU_STOP_ALUA & ~(uint32_t)SCSIEMU_ON_STANDBY)
/* Its allocation length is not looked at, but where the form has one. */
#define POSITION_ROW(t, s)                                                     \
	ROW("READ POSITION, " t, READ_POSITION, 10), SA(POSITION_##s),         \
		.stops = STOPS_READ,                                           \
		.usage = USAGE(0x34, SCSIEMU_SA_POSITION_##s, 0, ZERO4, FF2,   \
			       0),                                             \
		TIMES(1, 60)
/* The memory of a cartridge can be read before it is loaded. */
#define ATTRIBUTE_ROW(t, s)                                                    \
	ROW("READ ATTRIBUTE, " t, READ_ATTRIBUTE, 16), SA(s), FIELDS(4AT10),   \
		.stops = SCSIEMU_PR_READ | STOPS_ANY,                          \
		.flags = SCSIEMU_ROW_FACTS,                                    \
		.usage = USAGE(0x8c, SCSIEMU_SA_##s, 0, 0, 0, 0xff, 0, 0xff,   \
			       FF2, FF4, 0x01, 0),                             \
		TIMES(1, 60)

static const struct scsiemu_row ssc_rows[] = {
	{ ROW("TEST UNIT READY", TEST_UNIT_READY, 6), NO_SA,
	  .usage = USAGE(0x00, ZERO4, 0), .kind = SCSIEMU_K_NODATA,
	  .fn.nodata = semu_ssc_tur,
	  .stops = SCSIEMU_ON_RESERVE6 | STOPS_ANY | SCSIEMU_STOP_MEDIUM,
	  TIMES(1, 60) },
	{ ROW("REWIND", REWIND, 6), NO_SA, STEPS(semu_ssc_rewind), ERRORS,
	  .usage = USAGE(0x01, 0x01, ZERO4), .stops = STOPS_READ,
	  TIMES(30, 600) },
	{ ROW("FORMAT MEDIUM", FORMAT_MEDIUM, 6), NO_SA, STEPS(semu_ssc_format),
	  ERRORS, .usage = USAGE(0x04, 0x03, 0x0f, 0, 0, 0),
	  .stops = STOPS_WRITE, .needs = SCSIEMU_NEED_PARTITIONS,
	  TIMES(60, 3000) },
	{ ROW("READ BLOCK LIMITS", READ_BLOCK_LIMITS, 6), NO_SA,
	  IN(semu_ssc_block_limits), .usage = USAGE(0x05, 0x01, ZERO4),
	  .stops = STOPS_ANY, TIMES(1, 60) },
	{ ROW("READ(6)", READ_6, 6), READ_ROW, .usage = CDB6(0x08, 0x03) },
	{ ROW("WRITE(6)", WRITE_6, 6), WRITE_ROW, .usage = CDB6(0x0a, 0x01) },
	{ ROW("SET CAPACITY", SET_CAPACITY, 6), NO_SA,
	  STEPS(semu_ssc_set_capacity), ERRORS,
	  .usage = USAGE(0x0b, 0x01, 0, FF2, 0), .stops = STOPS_WRITE,
	  .needs = SCSIEMU_NEED_PARTITIONS, TIMES(60, 960) },
	{ ROW("READ REVERSE(6)", READ_REVERSE_6, 6), REVERSE_ROW,
	  .usage = CDB6(0x0f, 0x07) },
	{ ROW("WRITE FILEMARKS(6)", WRITE_FILEMARKS_6, 6), MARKS_ROW,
	  .usage = CDB6(0x10, 0x01) },
	{ ROW("SPACE(6)", SPACE_6, 6), SPACE_ROW, .usage = CDB6(0x11, 0x0f) },
	{ ROW("VERIFY(6)", VERIFY_6, 6), VERIFY_ROW,
	  .usage = CDB6(0x13, 0x3f) },
	{ ROW("RECOVER BUFFERED DATA", RECOVER_BUFFERED_DATA, 6), NO_SA,
	  STEPS(semu_ssc_recover), UNDO, .usage = CDB6(0x14, 0x03),
	  .stops = STOPS_READ, .needs = SCSIEMU_NEED_REVERSE, TIMES(1, 60) },
#if SEMU_WITH_MODE_SELECT
	{ ROW("MODE SELECT(6)", MODE_SELECT_6, 6), SELECT_ROW, FIELDS(1AT4),
	  .usage = USAGE(0x15, 0x13, 0, 0, 0xff, 0) },
#endif
	{ ROW("ERASE(6)", ERASE_6, 6), ERASE_ROW,
	  .usage = USAGE(0x19, 0x03, ZERO4) },
	{ ROW("LOAD UNLOAD", LOAD_UNLOAD, 6), NO_SA, STEPS(semu_ssc_load),
	  ERRORS, .usage = USAGE(0x1b, 0x01, 0, 0, 0x0f, 0),
	  .stops = SCSIEMU_PR_WRITE | STOPS_ANY, TIMES(60, 840) },
	{ ROW("LOCATE(10)", LOCATE_10, 10), NO_SA, STEPS(semu_ssc_locate_10),
	  ERRORS, .usage = USAGE(0x2b, 0x07, 0, FF4, 0, 0xff, 0),
	  .stops = STOPS_READ, TIMES(30, 2900) },
	{ POSITION_ROW("SHORT FORM", SHORT), IN(semu_ssc_position_short) },
	{ POSITION_ROW("SHORT FORM, VENDOR SPECIFIC", VENDOR),
	  IN(semu_ssc_position_short) },
	{ POSITION_ROW("LONG FORM", LONG), IN(semu_ssc_position_long) },
	{ POSITION_ROW("EXTENDED FORM", EXTENDED), FIELDS(2AT7),
	  IN(semu_ssc_position_extended) },
	{ ROW("REPORT DENSITY SUPPORT", REPORT_DENSITY_SUPPORT, 10), NO_SA,
	  FIELDS(2AT7), IN(semu_ssc_report_density),
	  .usage = USAGE(0x44, 0x03, ZERO4, 0, FF2, 0), .stops = STOPS_ANY,
	  TIMES(1, 60) },
#if SEMU_WITH_LOG
	{ ROW("LOG SENSE", LOG_SENSE, 10), NO_SA, FIELDS(2AT7),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_ssc_log_sense,
	  .then = semu_ssc_log_read, .obsolete = 0x02,
	  .usage = USAGE(0x4d, 0, FF2, 0, FF2, FF2, 0),
	  .flags = SCSIEMU_ROW_FACTS,
	  .stops = SCSIEMU_STOP_ALUA & ~(uint32_t)SCSIEMU_ON_STANDBY,
	  .needs = SCSIEMU_NEED_LOG, TIMES(1, 60) },
#endif
#if SEMU_WITH_MODE_SELECT
	{ ROW("MODE SELECT(10)", MODE_SELECT_10, 10), SELECT_ROW, FIELDS(2AT7),
	  .usage = USAGE(0x55, 0x13, ZERO4, 0, FF2, 0) },
#endif
	{ ROW("WRITE FILEMARKS(16)", WRITE_FILEMARKS_16, 16), MARKS_ROW,
	  .usage = CDB16(0x80, 0x0d) },
	{ ROW("READ REVERSE(16)", READ_REVERSE_16, 16), REVERSE_ROW,
	  .usage = CDB16(0x81, 0x07) },
	{ ROW("ALLOW OVERWRITE", ALLOW_OVERWRITE, 16), NO_SA,
	  NODATA(semu_ssc_allow_overwrite),
	  .usage = USAGE(0x82, 0, 0x0f, 0xff, FF8, ZERO4),
	  .stops = STOPS_CHANGE, .needs = SCSIEMU_NEED_APPEND_ONLY,
	  TIMES(1, 60) },
	{ ROW("READ(16)", READ_16, 16), READ_ROW, .usage = CDB16(0x88, 0x03) },
	{ ROW("WRITE(16)", WRITE_16, 16), WRITE_ROW,
	  .usage = CDB16(0x8a, 0x0d) },
	{ ATTRIBUTE_ROW("ATTRIBUTE VALUES", ATTRIBUTE_VALUES),
	  IN(semu_ssc_read_attr) },
	{ ATTRIBUTE_ROW("ATTRIBUTE LIST", ATTRIBUTE_LIST),
	  IN(semu_ssc_read_attr) },
	{ ATTRIBUTE_ROW("LOGICAL VOLUME LIST", VOLUME_LIST),
	  IN(semu_ssc_read_attr) },
	{ ATTRIBUTE_ROW("PARTITION LIST", PARTITION_LIST),
	  IN(semu_ssc_read_attr) },
	{ ATTRIBUTE_ROW("SUPPORTED ATTRIBUTES", ATTRIBUTES_KNOWN),
	  IN(semu_ssc_read_attr) },
	{ ROW("WRITE ATTRIBUTE", WRITE_ATTRIBUTE, 16), NO_SA, FIELDS(4AT10),
	  .kind = SCSIEMU_K_PARAM_OUT, .cls = SCSIEMU_C_LU,
	  .fn.out = semu_ssc_write_attr, .then = semu_ssc_attr_written, ERRORS,
	  .usage = USAGE(0x8d, 0x01, 0, 0, 0, 0xff, 0, 0xff, 0, 0, FF4, 0, 0),
	  .stops = STOPS_CHANGE, TIMES(1, 60) },
	{ ROW("VERIFY(16)", VERIFY_16, 16), VERIFY_ROW,
	  .usage = CDB16(0x8f, 0x3f) },
	{ ROW("SPACE(16)", SPACE_16, 16), SPACE_ROW,
	  .usage = USAGE(0x91, 0x0f, 0, 0, FF8, ZERO4) },
	{ ROW("LOCATE(16)", LOCATE_16, 16), NO_SA, STEPS(semu_ssc_locate_16),
	  ERRORS, .usage = USAGE(0x92, 0x1b, 0, 0xff, FF8, ZERO4),
	  .stops = STOPS_READ, TIMES(30, 2900) },
	{ ROW("ERASE(16)", ERASE_16, 16), ERASE_ROW,
	  .usage = USAGE(0x93, 0x0f, 0, 0xff, FF8, ZERO4) },
	{ ROW("SECURITY PROTOCOL IN", SECURITY_PROTOCOL_IN, 12), NO_SA,
	  FIELDS(4AT6), STEPS(semu_ssc_security_in), ERRORS,
	  .usage = USAGE(0xa2, 0xff, FF2, 0, 0, FF4, 0, 0),
	  .stops = SCSIEMU_PR_READ | STOPS_ANY,
	  .needs = SCSIEMU_NEED_ENCRYPTION, TIMES(1, 60) },
	{ ROW("READ MEDIA SERIAL NUMBER", SERVICE_ACTION_IN_12, 12),
	  SA(READ_MEDIA_SERIAL), FIELDS(4AT6), IN(semu_ssc_serial),
	  .usage = USAGE(0xab, SCSIEMU_SA_READ_MEDIA_SERIAL, ZERO4, FF4, 0, 0),
	  .stops = STOPS_ANY | SCSIEMU_STOP_MEDIUM, TIMES(1, 60) },
	{ ROW("SECURITY PROTOCOL OUT", SECURITY_PROTOCOL_OUT, 12), NO_SA,
	  FIELDS(4AT6), .kind = SCSIEMU_K_PARAM_OUT, .cls = SCSIEMU_C_LU,
	  .fn.out = semu_ssc_security_out,
	  .usage = USAGE(0xb5, 0xff, FF2, 0, 0, FF4, 0, 0),
	  .stops = SCSIEMU_PR_WRITE | STOPS_ANY,
	  .needs = SCSIEMU_NEED_ENCRYPTION, TIMES(1, 60) },
};

static const struct semu_mode_page *const ssc_mode[] = { &semu_ssc_head,
							 &semu_ssc_mode_01,
#if SEMU_WITH_MODE_MORE
							 &semu_mode_02,
#endif
							 &semu_mode_0a,
							 &semu_mode_0a01,
#if SEMU_WITH_PRIORITY
							 &semu_mode_0a01_set,
#endif
							 &semu_ssc_mode_0af0,
							 &semu_ssc_mode_0f,
							 &semu_ssc_mode_10,
							 &semu_ssc_mode_1001,
							 &semu_ssc_mode_11,
#if SEMU_WITH_MODE_MORE
							 &semu_mode_18,
							 &semu_mode_19,
							 &semu_mode_1a,
							 &semu_mode_1c,
#endif
#if SEMU_WITH_LOG
							 &semu_ssc_mode_1c,
#endif
							 &semu_ssc_mode_1d,
#if SEMU_WITH_QUIRKS
							 &semu_ssc_mode_24,
							 &semu_ssc_mode_25,
#endif
							 NULL };

static const struct semu_vpd_page *const ssc_vpd[] = { &semu_vpd_00,
						       &semu_vpd_80,
						       &semu_vpd_83,
#if SEMU_WITH_VPD_MORE
						       &semu_ssc_vpd_86,
						       &semu_vpd_87,
#if SEMU_WITH_PORTS
						       &semu_vpd_88,
#endif
#endif
						       &semu_ssc_vpd_b0,
						       &semu_ssc_vpd_b1,
						       &semu_ssc_vpd_b2,
						       &semu_ssc_vpd_b3,
						       &semu_ssc_vpd_b4,
						       &semu_ssc_vpd_b5,
						       NULL };

#if SEMU_WITH_PARTS
static const struct semu_part_type *const ssc_parts[] = {
#if SEMU_WITH_INJECT /* it may change what those behind it see */
	&semu_inject_part,
#endif
#if SEMU_WITH_DEFERRED
	&semu_deferred_part,
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
	&semu_ssc_part,
	&semu_crypt_part,
#if SEMU_WITH_LOG /* last: it sees how a command ends */
	&semu_log_part,
#endif
	NULL
};
#endif

/* SAM, SPC and SSC of the time, and iSCSI; none claims a revision. */
static const struct semu_versions ssc_versions[] = {
#if SEMU_WITH_LEVELS
	{ SCSIEMU_LEVEL_SPC_2, { 0x0040, 0x0260, 0x0200, 0x0960 } },
	{ SCSIEMU_LEVEL_SPC_3, { 0x0060, 0x0300, 0x0360, 0x0960 } },
#endif
	{ SCSIEMU_LEVEL_SPC_4, { 0x00a0, 0x0460, 0x0400, 0x0960 } },
#if SEMU_WITH_LEVELS
	{ SCSIEMU_LEVEL_SPC_5, { 0x00a0, 0x05c0, 0x0520, 0x0960 } },
	{ 0 }
#endif
};

static int init(struct scsiemu_lu *lu)
{
	int rc = semu_spc_init(lu);

	if (!rc)
		semu_ssc_head_begin(lu);
	return rc;
}

const struct scsiemu_type scsiemu_ssc = {
	.type = SCSIEMU_TYPE_TAPE,
	.vendor = "SCSIEMU",
	.product = "Virtual Tape",
	.rows = { { ssc_rows, LEN(ssc_rows) },
		  { semu_spc_rows, SEMU_SPC_NROWS } },
#if SEMU_WITH_LEVELS
	.levels = { &semu_ssc_levels, &semu_spc_levels },
#endif
	.mode = ssc_mode,
	.vpd = ssc_vpd,
	.versions = ssc_versions,
#if SEMU_WITH_PARTS
	.parts = ssc_parts,
#if SEMU_WITH_LOG
	.log = &semu_ssc_log,
#endif
	.state = semu_spc_state,
#endif
	.init = init,
	.loaded = semu_ssc_loaded,
	.stops = semu_ssc_stops,
#if SEMU_WITH_COPY
	.stream = &semu_ssc_stream,
#endif
#if SEMU_WITH_MAM
	.mam = &semu_ssc_mam,
#endif
#if SEMU_WITH_APPLIES
	.applies = semu_spc_applies,
#endif
	.reset = semu_spc_reset,
#if SEMU_WITH_LOST
	.lost = semu_ssc_lost,
#endif
#if SEMU_WITH_ATTENTION
	.attention = semu_ssc_attention,
#endif
	.restore = semu_spc_restore,
};
