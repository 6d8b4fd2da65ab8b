/* SPDX-License-Identifier: BSD-2-Clause */
/* spc/rowdef.h - rows that stand in several tables, and what rows are made of.
 */
#ifndef SEMU_SPC_ROWDEF_H
#define SEMU_SPC_ROWDEF_H

#include "spc/spc.h"

#define ROW_IS(cmd_name, opcode, cdb_len)                                      \
	.name = SEMU_NAME(cmd_name), .op = (opcode), .len = (cdb_len),         \
	.sa = SCSIEMU_NO_SA, .recommended = 30
#define ROW_SA_IS(cmd_name, opcode, action)                                    \
	.name = SEMU_NAME(cmd_name), .op = (opcode), .len = 12,                \
	.sa = (action), .recommended = 30

/* ALUA states other than standby. */
#define STOP_ALUA_S (SCSIEMU_STOP_ALUA & ~(uint32_t)SCSIEMU_ON_STANDBY)

#define ROW_TEST_UNIT_READY(stopped_by)                                        \
	{                                                                      \
		ROW_IS("TEST UNIT READY", SCSIEMU_OP_TEST_UNIT_READY, 6),      \
			.usage = SCSIEMU_USAGE(0x00, 0, 0, 0, 0, 0),           \
			.kind = SCSIEMU_K_NODATA, .stops = (stopped_by)        \
	}

#define ROW_REQUEST_SENSE                                                      \
	{                                                                      \
		ROW_IS("REQUEST SENSE", SCSIEMU_OP_REQUEST_SENSE, 6),          \
			.usage = SCSIEMU_USAGE(0x03, 0x01, 0, 0, 0xff, 0),     \
			.kind = SCSIEMU_K_PARAM_IN,                            \
			.fn.in = semu_request_sense,                           \
			.then = semu_sense_requested,                          \
			.fields = SCSIEMU_F_1AT4, .flags = SCSIEMU_ROW_UA_TAKE \
	}

#define ROW_INQUIRY                                                            \
	{                                                                      \
		ROW_IS("INQUIRY", SCSIEMU_OP_INQUIRY, 6),                      \
			.usage = SCSIEMU_USAGE(0x12, 0x01, 0xff, 0xff, 0xff,   \
					       0),                             \
			.kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_inquiry,     \
			.fields = SCSIEMU_F_2AT3, .flags = SCSIEMU_ROW_UA_SKIP \
	}

#define ROW_REPORT_LUNS                                                        \
	{                                                                      \
		ROW_IS("REPORT LUNS", SCSIEMU_OP_REPORT_LUNS, 12),             \
			.usage = SCSIEMU_USAGE(0xa0, 0, 0xff, 0, 0, 0, 0xff,   \
					       0xff, 0xff, 0xff, 0, 0),        \
			.kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_luns, \
			.then = semu_luns_reported, .fields = SCSIEMU_F_4AT6,  \
			.flags = SCSIEMU_ROW_UA_SKIP | SCSIEMU_ROW_FACTS       \
	}

#endif
