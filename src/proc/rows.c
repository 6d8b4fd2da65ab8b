/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor as a device type (SCSI-2 chapter 11, SPC-2 chapter 9): two
 * commands of its own, and those of SPC that need no medium.
 */
#include "proc/proc.h"
#include "spc/power.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

#define STOPS (SCSIEMU_PR_WRITE | SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY)
/* One at a time, in the order in which they came: what was sent first arrives
 * first, whatever its task attribute allows. */
#define MESSAGE_ROW                                                            \
	.sa = SCSIEMU_NO_SA, .len = 6, .fields = SCSIEMU_F_3AT2,               \
	.kind = SCSIEMU_K_STEPS, .cls = SCSIEMU_C_LU, .obsolete = 0xe0,        \
	.flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO, .nominal = 1,          \
	.recommended = 30

/* RECEIVE takes what it gives, so it is like writing for reservations. AER of
 * SEND is reserved: INQUIRY says that there is no such reporting (AERC 0). */
static const struct scsiemu_row proc_rows[] = {
	{ .name = SEMU_NAME("RECEIVE"),
	  .op = SCSIEMU_OP_RECEIVE,
	  MESSAGE_ROW,
	  .usage = SCSIEMU_USAGE(0x08, 0, 0xff, 0xff, 0xff, 0),
	  .fn.step = semu_proc_receive,
	  .stops = STOPS },
	{ .name = SEMU_NAME("SEND(6)"),
	  .op = SCSIEMU_OP_SEND_6,
	  MESSAGE_ROW,
	  .usage = SCSIEMU_USAGE(0x0a, 0, 0xff, 0xff, 0xff, 0),
	  .fn.step = semu_proc_send,
	  .stops = STOPS },
};

static const struct semu_mode_page *const proc_mode[] = {
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
#endif
	NULL
};

static const struct semu_vpd_page *const proc_vpd[] = {
	&semu_vpd_00, &semu_vpd_80, &semu_vpd_83,
#if SEMU_WITH_VPD_MORE
	&semu_vpd_86, &semu_vpd_87,
#if SEMU_WITH_PORTS
	&semu_vpd_88,
#endif
#endif
	NULL
};

#if SEMU_WITH_PARTS
static const struct semu_part_type *const proc_parts[] = {
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
	&semu_proc_part,     NULL
};
#endif

#if SEMU_WITH_LEVELS
static const struct semu_level_row level_rows[] = {
	{ SCSIEMU_OP_RECEIVE, SCSIEMU_LEVEL_SCSI_1, SCSIEMU_NO_SA },
	{ SCSIEMU_OP_SEND_6, SCSIEMU_LEVEL_SCSI_1, SCSIEMU_NO_SA },
	{ 0 }
};

static const struct semu_levels proc_levels = { .rows = level_rows };
#endif

/* SAM and SPC of the time, SPC-2, which has the type's commands, and iSCSI. */
static const struct semu_versions proc_versions[] = {
#if SEMU_WITH_LEVELS
	{ SCSIEMU_LEVEL_SPC_2, { 0x0040, 0x0260, 0x0960 } },
	{ SCSIEMU_LEVEL_SPC_3, { 0x0060, 0x0300, 0x0260, 0x0960 } },
#endif
	{ SCSIEMU_LEVEL_SPC_4, { 0x00a0, 0x0460, 0x0260, 0x0960 } },
#if SEMU_WITH_LEVELS
	{ SCSIEMU_LEVEL_SPC_5, { 0x00a0, 0x05c0, 0x0260, 0x0960 } },
	{ 0 }
#endif
};

const struct scsiemu_type scsiemu_proc = {
	.type = SCSIEMU_TYPE_PROCESSOR,
	.bare = true,
	.vendor = "SCSIEMU",
	.product = "Processor",
	.rows = { { proc_rows, LEN(proc_rows) },
		  { semu_spc_rows, SEMU_SPC_NROWS } },
#if SEMU_WITH_LEVELS
	.levels = { &proc_levels, &semu_spc_levels },
#endif
	.mode = proc_mode,
	.vpd = proc_vpd,
	.versions = proc_versions,
#if SEMU_WITH_PARTS
	.parts = proc_parts,
	.state = semu_spc_state,
#endif
	.init = semu_spc_init,
	.stops = semu_spc_stops,
#if SEMU_WITH_APPLIES
	.applies = semu_spc_applies,
#endif
	.reset = semu_spc_reset,
	.restore = semu_spc_restore,
};
