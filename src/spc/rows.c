/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands of every device type, in ascending order. Usage data: reference
 * section 2.1; stops: its columns 2, P, AL, N and SF.
 */
#include "spc/copy.h"
#include "spc/log.h"
#include "spc/spc.h"

#define ROW_IS(cmd_name, opcode, cdb_len)                                      \
	.name = SEMU_NAME(cmd_name), .op = (opcode), .len = (cdb_len),         \
	.sa = SCSIEMU_NO_SA, .recommended = 30
#define ROW_SA_IS(cmd_name, opcode, action)                                    \
	.name = SEMU_NAME(cmd_name), .op = (opcode), .len = 12,                \
	.sa = (action), .recommended = 30

/* ALUA states other than standby. */
#define STOP_ALUA_S (SCSIEMU_STOP_ALUA & ~(uint32_t)SCSIEMU_ON_STANDBY)

/* The usual stops of commands that need no medium. */
#define READS  (SCSIEMU_PR_READ | STOP_ALUA_S | SCSIEMU_STOP_BUSY)
#define WRITES (SCSIEMU_PR_WRITE | STOP_ALUA_S | SCSIEMU_STOP_BUSY)

/* PERSISTENT RESERVE IN and OUT; whom OUT concerns is its handler's matter. */
#define PR_STOPS (SCSIEMU_ON_RESERVE6 | STOP_ALUA_S | SCSIEMU_STOP_BUSY)
#define PR_IN(cmd_name, action, f)                                             \
	.name = SEMU_NAME("PERSISTENT RESERVE IN, " cmd_name),                 \
	.op = SCSIEMU_OP_PERSISTENT_RESERVE_IN, .sa = (action), .len = 10,     \
	.usage = SCSIEMU_USAGE(0x5e, (action), 0, 0, 0, 0, 0, 0xff, 0xff, 0),  \
	.kind = SCSIEMU_K_PARAM_IN, .fn.in = (f), .fields = SCSIEMU_F_2AT7,    \
	.stops = PR_STOPS, .needs = SCSIEMU_NEED_PR, .recommended = 30
#define PR_OUT(cmd_name, action)                                               \
	.name = SEMU_NAME("PERSISTENT RESERVE OUT, " cmd_name),                \
	.op = SCSIEMU_OP_PERSISTENT_RESERVE_OUT, .sa = (action), .len = 10,    \
	.usage = SCSIEMU_USAGE(0x5f, (action), 0xff, 0, 0, 0xff, 0xff, 0xff,   \
			       0xff, 0),                                       \
	.kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_pr_out,                    \
	.then = semu_pr_next, .fields = SCSIEMU_F_4AT5, .stops = PR_STOPS,     \
	.needs = SCSIEMU_NEED_PR, .recommended = 30
#define PR_OUT_FLAGS                                                           \
	.flags = SCSIEMU_ROW_NAMED | SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO

/* Third-party copy (reference 13.1). A list identifier of one byte, of four, or
 * none. */
#define COPY_OUT(cmd_name, action, ...)                                        \
	.name = SEMU_NAME(cmd_name), .op = SCSIEMU_OP_THIRD_PARTY_COPY_OUT,    \
	.sa = (action), .len = 16,                                             \
	.usage = SCSIEMU_USAGE(0x83, action, __VA_ARGS__, 0, 0),               \
	.needs = SCSIEMU_NEED_COPY,                                            \
	.stops = SCSIEMU_PR_WRITE | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY
#define COPY_IN(cmd_name, need, action, ...)                                   \
	.name = SEMU_NAME(cmd_name), .op = SCSIEMU_OP_THIRD_PARTY_COPY_IN,     \
	.sa = (action), .len = 16, .kind = SCSIEMU_K_PARAM_IN,                 \
	.usage = SCSIEMU_USAGE(0x84, action, __VA_ARGS__, FF4, 0, 0),          \
	.fields = SCSIEMU_F_4AT10, .needs = SCSIEMU_NEED_##need,               \
	.stops = SCSIEMU_ON_RESERVE6 | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY,  \
	.recommended = 30
#define FF4	0xff, 0xff, 0xff, 0xff
#define ZERO4	0, 0, 0, 0
#define NO_LIST ZERO4, ZERO4
#define LID1	0xff, 0, 0, 0, ZERO4
#define LID4	FF4, ZERO4

const struct scsiemu_row semu_spc_rows[SEMU_SPC_NROWS] = {
	{ ROW_IS("TEST UNIT READY", SCSIEMU_OP_TEST_UNIT_READY, 6),
	  .usage = SCSIEMU_USAGE(0x00, 0, 0, 0, 0, 0), .kind = SCSIEMU_K_NODATA,
	  .stops = SCSIEMU_ON_RESERVE6 | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY |
		   SCSIEMU_STOP_MEDIUM },
	{ ROW_IS("REQUEST SENSE", SCSIEMU_OP_REQUEST_SENSE, 6),
	  .usage = SCSIEMU_USAGE(0x03, 0x01, 0, 0, 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_request_sense,
	  .then = semu_sense_requested, .fields = SCSIEMU_F_1AT4,
	  .flags = SCSIEMU_ROW_UA_TAKE | SCSIEMU_ROW_PR_LOST },
	{ ROW_IS("INQUIRY", SCSIEMU_OP_INQUIRY, 6),
	  .usage = SCSIEMU_USAGE(0x12, 0x01, 0xff, 0xff, 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_inquiry,
	  .fields = SCSIEMU_F_2AT3,
	  .flags = SCSIEMU_ROW_UA_SKIP | SCSIEMU_ROW_PR_LOST },
#if SEMU_WITH_MODE_SELECT
	{ ROW_IS("MODE SELECT(6)", SCSIEMU_OP_MODE_SELECT_6, 6),
	  .usage = SCSIEMU_USAGE(0x15, 0x13, 0, 0, 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_mode_select,
	  .then = semu_mode_selected, .fields = SCSIEMU_F_1AT4,
	  .cls = SCSIEMU_C_LU, .stops = WRITES },
#endif
#if SEMU_WITH_RESERVE
	{ ROW_IS("RESERVE(6)", SCSIEMU_OP_RESERVE_6, 6),
	  .usage = SCSIEMU_USAGE(0x16, 0, 0, 0, 0, 0), .kind = SCSIEMU_K_NODATA,
	  .fn.nodata = semu_reserve, .flags = SCSIEMU_ROW_NEXUS,
	  .stops = SCSIEMU_ON_RESERVE6 | SCSIEMU_ON_PR_ANY | STOP_ALUA_S |
		   SCSIEMU_STOP_BUSY },
	{ ROW_IS("RELEASE(6)", SCSIEMU_OP_RELEASE_6, 6),
	  .usage = SCSIEMU_USAGE(0x17, 0, 0, 0, 0, 0), .kind = SCSIEMU_K_NODATA,
	  .fn.nodata = semu_release, .flags = SCSIEMU_ROW_NEXUS,
	  .stops = SCSIEMU_ON_PR_ANY | STOP_ALUA_S | SCSIEMU_STOP_BUSY },
#endif
	{ ROW_IS("MODE SENSE(6)", SCSIEMU_OP_MODE_SENSE_6, 6),
	  .usage = SCSIEMU_USAGE(0x1a, 0x08, 0xff, 0xff, 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_mode_sense,
	  .fields = SCSIEMU_F_1AT4, .stops = READS },
#if SEMU_WITH_MEDIUM
	{ ROW_IS("START STOP UNIT", SCSIEMU_OP_START_STOP_UNIT, 6),
	  .usage = SCSIEMU_USAGE(0x1b, 0x01, 0, 0x0f, 0xf7, 0),
	  .kind = SCSIEMU_K_NODATA, .fn.nodata = semu_start_stop,
	  .then = semu_started_stopped, .cls = SCSIEMU_C_LU,
	  .flags = SCSIEMU_ROW_BY_FIELD | SCSIEMU_ROW_PR_LOST,
	  .needs = SCSIEMU_NEED_MEDIUM, .stops = WRITES | SCSIEMU_ON_STANDBY },
#endif
#if SEMU_WITH_DIAGNOSTIC
	{ ROW_IS("RECEIVE DIAGNOSTIC RESULTS",
		 SCSIEMU_OP_RECEIVE_DIAGNOSTIC_RESULTS, 6),
	  .usage = SCSIEMU_USAGE(0x1c, 0x01, 0xff, 0xff, 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_receive_diagnostic,
	  .fields = SCSIEMU_F_2AT3, .stops = READS },
	{ ROW_IS("SEND DIAGNOSTIC", SCSIEMU_OP_SEND_DIAGNOSTIC, 6),
	  .usage = SCSIEMU_USAGE(0x1d, 0xf7, 0, 0xff, 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_send_diagnostic,
	  .then = semu_selftest_step, .fields = SCSIEMU_F_2AT3,
	  .cls = SCSIEMU_C_LU, .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO,
	  .stops = WRITES },
#endif
#if SEMU_WITH_MEDIUM
	{ ROW_IS("PREVENT ALLOW MEDIUM REMOVAL",
		 SCSIEMU_OP_PREVENT_ALLOW_MEDIUM_REMOVAL, 6),
	  .usage = SCSIEMU_USAGE(0x1e, 0, 0, 0, 0x03, 0),
	  .kind = SCSIEMU_K_NODATA, .fn.nodata = semu_prevent_allow,
	  .flags = SCSIEMU_ROW_BY_FIELD, .needs = SCSIEMU_NEED_MEDIUM,
	  .stops = WRITES | SCSIEMU_ON_STANDBY },
#endif
#if SEMU_WITH_BUFFER
	{ ROW_IS("WRITE BUFFER", SCSIEMU_OP_WRITE_BUFFER, 10),
	  .usage = SCSIEMU_USAGE(0x3b, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_write_buffer,
	  .fields = SCSIEMU_F_3AT6, .cls = SCSIEMU_C_LU,
	  .flags = SCSIEMU_ROW_BY_FIELD | SCSIEMU_ROW_PR_LOST,
	  .stops = WRITES },
	{ ROW_IS("READ BUFFER(10)", SCSIEMU_OP_READ_BUFFER_10, 10),
	  .usage = SCSIEMU_USAGE(0x3c, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_read_buffer,
	  .fields = SCSIEMU_F_3AT6, .cls = SCSIEMU_C_RW,
	  .flags = SCSIEMU_ROW_BY_FIELD | SCSIEMU_ROW_PR_LOST, .stops = READS },
#endif
#if SEMU_WITH_LOG
	{ ROW_IS("LOG SELECT", SCSIEMU_OP_LOG_SELECT, 10),
	  .usage = SCSIEMU_USAGE(0x4c, 0x03, 0xff, 0xff, 0, 0, 0, 0xff, 0xff,
				 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_log_select,
	  .then = semu_log_selected, .fields = SCSIEMU_F_2AT7,
	  .cls = SCSIEMU_C_LU, .needs = SCSIEMU_NEED_LOG,
	  .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO, .stops = WRITES },
	{ ROW_IS("LOG SENSE", SCSIEMU_OP_LOG_SENSE, 10),
	  .usage = SCSIEMU_USAGE(0x4d, 0, 0xff, 0xff, 0, 0xff, 0xff, 0xff, 0xff,
				 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_log_sense,
	  .fields = SCSIEMU_F_2AT7, .needs = SCSIEMU_NEED_LOG,
	  .flags = SCSIEMU_ROW_FACTS, .obsolete = 0x02, .stops = STOP_ALUA_S },
#endif
#if SEMU_WITH_MODE_SELECT
	{ ROW_IS("MODE SELECT(10)", SCSIEMU_OP_MODE_SELECT_10, 10),
	  .usage = SCSIEMU_USAGE(0x55, 0x13, 0, 0, 0, 0, 0, 0xff, 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_mode_select,
	  .then = semu_mode_selected, .fields = SCSIEMU_F_2AT7,
	  .cls = SCSIEMU_C_LU, .stops = WRITES },
#endif
#if SEMU_WITH_RESERVE
	{ ROW_IS("RESERVE(10)", SCSIEMU_OP_RESERVE_10, 10),
	  .usage = SCSIEMU_USAGE(0x56, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	  .kind = SCSIEMU_K_NODATA, .fn.nodata = semu_reserve,
	  .flags = SCSIEMU_ROW_NEXUS,
	  .stops = SCSIEMU_ON_RESERVE6 | SCSIEMU_ON_PR_ANY | STOP_ALUA_S |
		   SCSIEMU_STOP_BUSY },
	{ ROW_IS("RELEASE(10)", SCSIEMU_OP_RELEASE_10, 10),
	  .usage = SCSIEMU_USAGE(0x57, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	  .kind = SCSIEMU_K_NODATA, .fn.nodata = semu_release,
	  .flags = SCSIEMU_ROW_NEXUS,
	  .stops = SCSIEMU_ON_PR_ANY | STOP_ALUA_S | SCSIEMU_STOP_BUSY },
#endif
	{ ROW_IS("MODE SENSE(10)", SCSIEMU_OP_MODE_SENSE_10, 10),
	  .usage = SCSIEMU_USAGE(0x5a, 0x18, 0xff, 0xff, 0, 0, 0, 0xff, 0xff,
				 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_mode_sense,
	  .fields = SCSIEMU_F_2AT7, .stops = READS },
#if SEMU_WITH_PR
	{ PR_IN("READ KEYS", SCSIEMU_SA_READ_KEYS, semu_pr_read_keys) },
	{ PR_IN("READ RESERVATION", SCSIEMU_SA_READ_RESERVATION,
		semu_pr_read_reservation) },
	{ PR_IN("REPORT CAPABILITIES", SCSIEMU_SA_REPORT_CAPABILITIES,
		semu_pr_capabilities) },
	{ PR_IN("READ FULL STATUS", SCSIEMU_SA_READ_FULL_STATUS,
		semu_pr_full_status) },
	{ PR_OUT("REGISTER", SCSIEMU_SA_REGISTER), PR_OUT_FLAGS },
	{ PR_OUT("RESERVE", SCSIEMU_SA_RESERVE), PR_OUT_FLAGS },
	{ PR_OUT("RELEASE", SCSIEMU_SA_RELEASE), PR_OUT_FLAGS },
	{ PR_OUT("CLEAR", SCSIEMU_SA_CLEAR), PR_OUT_FLAGS },
	{ PR_OUT("PREEMPT", SCSIEMU_SA_PREEMPT), PR_OUT_FLAGS },
	{ PR_OUT("PREEMPT AND ABORT", SCSIEMU_SA_PREEMPT_AND_ABORT),
	  PR_OUT_FLAGS },
	{ PR_OUT("REGISTER AND IGNORE EXISTING KEY",
		 SCSIEMU_SA_REGISTER_AND_IGNORE),
	  PR_OUT_FLAGS },
	{ PR_OUT("REGISTER AND MOVE", SCSIEMU_SA_REGISTER_AND_MOVE),
	  PR_OUT_FLAGS },
	{ PR_OUT("REPLACE LOST RESERVATION", SCSIEMU_SA_REPLACE_LOST),
	  PR_OUT_FLAGS | SCSIEMU_ROW_PR_LOST },
#endif
#if SEMU_WITH_COPY
	{ COPY_OUT("EXTENDED COPY(LID1)", SCSIEMU_SA_EXTENDED_COPY_LID1,
		   NO_LIST, FF4),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_extended_copy,
	  .then = semu_copy_step, .fields = SCSIEMU_F_4AT10,
	  .cls = SCSIEMU_C_RW, .recommended = 600,
	  .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO },
	{ COPY_OUT("EXTENDED COPY(LID4)", SCSIEMU_SA_EXTENDED_COPY_LID4,
		   NO_LIST, FF4),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_extended_copy,
	  .then = semu_copy_step, .fields = SCSIEMU_F_4AT10,
	  .cls = SCSIEMU_C_RW, .recommended = 600,
	  .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO },
	{ COPY_OUT("COPY OPERATION ABORT", SCSIEMU_SA_COPY_OPERATION_ABORT,
		   LID4, ZERO4),
	  .kind = SCSIEMU_K_NODATA, .fn.nodata = semu_copy_abort,
	  .recommended = 30 },
	{ COPY_IN("RECEIVE COPY STATUS(LID1)", COPY,
		  SCSIEMU_SA_COPY_STATUS_LID1, LID1),
	  .fn.in = semu_copy_status_1, .then = semu_copy_told },
	{ COPY_IN("RECEIVE COPY DATA(LID1)", COPY, SCSIEMU_SA_COPY_DATA_LID1,
		  LID1),
	  .fn.in = semu_copy_data_1, .then = semu_copy_data_1_told },
	{ COPY_IN("RECEIVE COPY OPERATING PARAMETERS", COPY,
		  SCSIEMU_SA_COPY_PARAMETERS, NO_LIST),
	  .fn.in = semu_copy_parameters },
	{ COPY_IN("RECEIVE COPY FAILURE DETAILS(LID1)", COPY,
		  SCSIEMU_SA_COPY_FAILURES, LID1),
	  .fn.in = semu_copy_details, .then = semu_copy_detailed },
	{ COPY_IN("RECEIVE COPY STATUS(LID4)", COPY,
		  SCSIEMU_SA_COPY_STATUS_LID4, LID4),
	  .fn.in = semu_copy_status_4, .then = semu_copy_all_told },
	{ COPY_IN("RECEIVE COPY DATA(LID4)", COPY, SCSIEMU_SA_COPY_DATA_LID4,
		  LID4),
	  .fn.in = semu_copy_data_4, .then = semu_copy_data_4_told },
#endif
#if SEMU_WITH_ODX
	{ COPY_IN("RECEIVE ROD TOKEN INFORMATION", TOKENS,
		  SCSIEMU_SA_ROD_INFORMATION, LID4),
	  .fn.in = semu_rod_information, .then = semu_copy_all_told },
	{ COPY_IN("REPORT ALL ROD TOKENS", TOKENS, SCSIEMU_SA_REPORT_ROD_TOKENS,
		  NO_LIST),
	  .fn.in = semu_rod_all },
#endif
#if SEMU_WITH_BUFFER
	{ ROW_IS("READ BUFFER(16)", SCSIEMU_OP_READ_BUFFER_16, 16),
	  .usage = SCSIEMU_USAGE(0x9b, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_read_buffer,
	  .fields = SCSIEMU_F_4AT10, .cls = SCSIEMU_C_RW,
	  .flags = SCSIEMU_ROW_BY_FIELD | SCSIEMU_ROW_PR_LOST, .stops = READS },
#endif
	{ ROW_IS("REPORT LUNS", SCSIEMU_OP_REPORT_LUNS, 12),
	  .usage = SCSIEMU_USAGE(0xa0, 0, 0xff, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
				 0, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_luns,
	  .then = semu_luns_reported, .fields = SCSIEMU_F_4AT6,
	  .flags = SCSIEMU_ROW_UA_SKIP | SCSIEMU_ROW_FACTS |
		   SCSIEMU_ROW_PR_LOST },
#if SEMU_WITH_IDENT
	{ ROW_SA_IS("REPORT IDENTIFYING INFORMATION", SCSIEMU_OP_MAINTENANCE_IN,
		    SCSIEMU_SA_REPORT_IDENTIFYING),
	  .usage = SCSIEMU_USAGE(0xa3, 0x05, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
				 0xfe, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_ident,
	  .fields = SCSIEMU_F_4AT6, .cls = SCSIEMU_C_RW,
	  .stops = SCSIEMU_ON_RESERVE6 | SCSIEMU_ON_OFFLINE |
		   SCSIEMU_STOP_BUSY },
#endif
#if SEMU_WITH_ALUA
	{ ROW_SA_IS("REPORT TARGET PORT GROUPS", SCSIEMU_OP_MAINTENANCE_IN,
		    SCSIEMU_SA_REPORT_GROUPS),
	  .usage = SCSIEMU_USAGE(0xa3, 0xea, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
				 0, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_groups,
	  .fields = SCSIEMU_F_4AT6, .needs = SCSIEMU_NEED_ALUA,
	  .stops = SCSIEMU_ON_RESERVE6 },
#endif
#if SEMU_WITH_ALIASES
	{ ROW_SA_IS("REPORT ALIASES", SCSIEMU_OP_MAINTENANCE_IN,
		    SCSIEMU_SA_REPORT_ALIASES),
	  .usage = SCSIEMU_USAGE(0xa3, 0x0b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
				 0, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_aliases,
	  .fields = SCSIEMU_F_4AT6, .cls = SCSIEMU_C_RW,
	  .needs = SCSIEMU_NEED_COPY,
	  .stops = SCSIEMU_ON_RESERVE6 | SCSIEMU_STOP_ALUA |
		   SCSIEMU_STOP_BUSY },
#endif
#if SEMU_WITH_RSOC
	{ ROW_SA_IS("REPORT SUPPORTED OPERATION CODES",
		    SCSIEMU_OP_MAINTENANCE_IN, SCSIEMU_SA_REPORT_OPCODES),
	  .usage = SCSIEMU_USAGE(0xa3, 0x0c, 0x87, 0xff, 0xff, 0xff, 0xff, 0xff,
				 0xff, 0xff, 0, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_opcodes,
	  .fields = SCSIEMU_F_4AT6, .flags = SCSIEMU_ROW_FACTS,
	  .stops = SCSIEMU_PR_READ | SCSIEMU_STOP_ALUA },
	{ ROW_SA_IS("REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS",
		    SCSIEMU_OP_MAINTENANCE_IN, SCSIEMU_SA_REPORT_TMFS),
	  .usage = SCSIEMU_USAGE(0xa3, 0x0d, 0x80, 0, 0, 0, 0xff, 0xff, 0xff,
				 0xff, 0, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_tmfs,
	  .fields = SCSIEMU_F_4AT6,
	  .stops = SCSIEMU_PR_READ | SCSIEMU_STOP_ALUA },
#endif
#if SEMU_WITH_PRIORITY
	{ ROW_SA_IS("REPORT PRIORITY", SCSIEMU_OP_MAINTENANCE_IN,
		    SCSIEMU_SA_REPORT_PRIORITY),
	  .usage = SCSIEMU_USAGE(0xa3, 0x0e, 0xc0, 0, 0, 0, 0xff, 0xff, 0xff,
				 0xff, 0, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_priority,
	  .fields = SCSIEMU_F_4AT6, .needs = SCSIEMU_NEED_PRIORITY,
	  .stops = SCSIEMU_ON_RESERVE6 | SCSIEMU_STOP_ALUA |
		   SCSIEMU_STOP_BUSY },
#endif
#if SEMU_WITH_TIMESTAMP
	{ ROW_SA_IS("REPORT TIMESTAMP", SCSIEMU_OP_MAINTENANCE_IN,
		    SCSIEMU_SA_REPORT_TIMESTAMP),
	  .usage = SCSIEMU_USAGE(0xa3, 0x0f, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
				 0, 0),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_timestamp,
	  .fields = SCSIEMU_F_4AT6,
	  .stops = SCSIEMU_ON_RESERVE6 | SCSIEMU_STOP_ALUA |
		   SCSIEMU_STOP_BUSY },
#endif
#if SEMU_WITH_IDENT
	{ ROW_SA_IS("SET IDENTIFYING INFORMATION", SCSIEMU_OP_MAINTENANCE_OUT,
		    SCSIEMU_SA_SET_IDENTIFYING),
	  .usage = SCSIEMU_USAGE(0xa4, 0x06, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
				 0xfe, 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_set_ident,
	  .then = semu_ident_saved, .fields = SCSIEMU_F_4AT6,
	  .cls = SCSIEMU_C_LU,
	  .stops = SCSIEMU_PR_WRITE | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY },
#endif
#if SEMU_WITH_ALUA
	{ ROW_SA_IS("SET TARGET PORT GROUPS", SCSIEMU_OP_MAINTENANCE_OUT,
		    SCSIEMU_SA_SET_GROUPS),
	  .usage = SCSIEMU_USAGE(0xa4, 0x0a, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
				 0, 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_set_groups,
	  .then = semu_groups_set, .fields = SCSIEMU_F_4AT6,
	  .cls = SCSIEMU_C_LU, .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO,
	  .needs = SCSIEMU_NEED_ALUA_SET,
	  .stops = SCSIEMU_PR_WRITE | SCSIEMU_ON_TRANSITION |
		   SCSIEMU_ON_OFFLINE | SCSIEMU_STOP_BUSY },
#endif
#if SEMU_WITH_ALIASES
	{ ROW_SA_IS("CHANGE ALIASES", SCSIEMU_OP_MAINTENANCE_OUT,
		    SCSIEMU_SA_CHANGE_ALIASES),
	  .usage = SCSIEMU_USAGE(0xa4, 0x0b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
				 0, 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_change_aliases,
	  .fields = SCSIEMU_F_4AT6, .cls = SCSIEMU_C_LU,
	  .needs = SCSIEMU_NEED_COPY,
	  .stops = SCSIEMU_PR_WRITE | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY },
#endif
#if SEMU_WITH_PRIORITY
	{ ROW_SA_IS("SET PRIORITY", SCSIEMU_OP_MAINTENANCE_OUT,
		    SCSIEMU_SA_SET_PRIORITY),
	  .usage = SCSIEMU_USAGE(0xa4, 0x0e, 0xc0, 0, 0, 0, 0xff, 0xff, 0xff,
				 0xff, 0, 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_set_priority,
	  .fields = SCSIEMU_F_4AT6, .needs = SCSIEMU_NEED_PRIORITY,
	  .stops = SCSIEMU_PR_WRITE | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY },
#endif
#if SEMU_WITH_TIMESTAMP
	{ ROW_SA_IS("SET TIMESTAMP", SCSIEMU_OP_MAINTENANCE_OUT,
		    SCSIEMU_SA_SET_TIMESTAMP),
	  .usage = SCSIEMU_USAGE(0xa4, 0x0f, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
				 0, 0),
	  .kind = SCSIEMU_K_PARAM_OUT, .fn.out = semu_set_timestamp,
	  .fields = SCSIEMU_F_4AT6,
	  .stops = SCSIEMU_PR_WRITE | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY },
#endif
};
