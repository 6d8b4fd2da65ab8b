/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disk as a device type, and its commands (SBC-4), a row each, by opcode
 * and service action. docs/adding-a-command.md walks through one.
 */
#include "sbc/defects.h"
#include "sbc/element.h"
#include "sbc/format.h"
#include "sbc/log.h"
#include "sbc/pi.h"
#include "sbc/sbc.h"
#include "sbc/scan.h"
#include "sbc/space.h"
#include "sbc/stream.h"
#include "sbc/work.h"
#include "sbc/zones.h"
#include "spc/copy.h"
#include "spc/power.h"

#define LEN(a)	   (sizeof(a) / sizeof((a)[0]))
#define FF2	   0xff, 0xff
#define FF4	   0xff, 0xff, 0xff, 0xff
#define FF8	   FF4, FF4
#define ZERO8	   0, 0, 0, 0, 0, 0, 0, 0
#define USAGE(...) SCSIEMU_USAGE(__VA_ARGS__)

/* Usage data; m: what is used of byte 1. PROTECT and GROUP NUMBER are not in
 * them: AT() says where they are, and the LU whether they are offered. */
#define CDB10(op, m) USAGE(op, m, FF4, 0, FF2, 0)
#define CDB12(op, m) USAGE(op, m, FF4, FF4, 0, 0)
#define CDB16(op, m) USAGE(op, m, FF8, FF4, 0, 0)
/* LBA, tags, count; only with type 2 protection (SBC-4 4.21.2.4). */
#define CDB32(sa, m)                                                           \
	USAGE(0x7f, 0, 0, 0, 0, 0, 0, 0x18, 0, sa, m, 0, FF8, FF8, FF4)

/* The same, with two bytes more. */
#define WORD32(sa, m)                                                          \
	USAGE(0x7f, 0, 0, 0, FF2, 0, 0x18, 0, sa, m, 0, FF8, FF8, FF4)

#define STOPS_ANY   (SCSIEMU_STOP_ALUA | SCSIEMU_STOP_BUSY | SCSIEMU_STOP_MEDIUM)
#define STOPS_ALLOW (SCSIEMU_ON_RESERVE6 | STOPS_ANY)
#define STOPS_SIZE  (STOPS_ANY & ~(uint32_t)SCSIEMU_ON_STANDBY)
#define STOPS_READ  (SCSIEMU_PR_READ | STOPS_ANY)
#define STOPS_FLUSH (SCSIEMU_PR_WRITE | STOPS_ANY)
#define STOPS_WRITE (STOPS_FLUSH | SCSIEMU_ON_PROTECTED)

/* What rows of one family have in common; times are nominal, recommended. */
#define ROW(t, o, l)  .name = SEMU_NAME(t), .op = SCSIEMU_OP_##o, .len = (l)
#define NO_SA	      .sa = SCSIEMU_NO_SA
#define TIMES(n, r)   .nominal = (n), .recommended = (r)
#define FIELDS(f)     .fields = SCSIEMU_F_##f
#define RW(k)	      .kind = SCSIEMU_K_##k, .cls = SCSIEMU_C_RW
#define AT(prot, grp) .prot_at = (prot), .group_at = (grp)
#define BLOCKS	      .flags = SCSIEMU_ROW_BLOCKS
#define LONG	      .flags = SCSIEMU_ROW_BLOCKS | SCSIEMU_ROW_LONG

#define ROW32(t, s, n)                                                         \
	ROW(t, VARIABLE, 32), .sa = SCSIEMU_SA_##s, FIELDS(RW32), AT(10, 6),   \
			      .needs = SCSIEMU_NEED_PI_2 | (n)
#define READ_ROW  NO_SA, RW(READ), .stops = STOPS_READ, BLOCKS, TIMES(1, 30)
#define WRITE_ROW NO_SA, RW(WRITE), .stops = STOPS_WRITE, BLOCKS, TIMES(1, 30)
#define VERIFY_ROW                                                             \
	NO_SA, RW(STEPS), .fn.step = semu_sbc_verify, .stops = STOPS_READ,     \
			  BLOCKS, TIMES(1, 60)
#define WRITE_VERIFY_ROW                                                       \
	NO_SA, RW(STEPS), .fn.step = semu_sbc_write_verify,                    \
			  .stops = STOPS_WRITE, BLOCKS, TIMES(1, 60)
#define SAME_ROW                                                               \
	NO_SA, RW(STEPS), .fn.step = semu_sbc_write_same,                      \
			  .stops = STOPS_WRITE, LONG, TIMES(1, 600),           \
			  .needs = SCSIEMU_NEED_BLOCK
#define SYNC_ROW                                                               \
	NO_SA, RW(NODATA), .fn.nodata = semu_sbc_sync, .stops = STOPS_FLUSH,   \
			   LONG, TIMES(1, 60)
#define PREFETCH_ROW NO_SA, RW(NODATA), .stops = STOPS_READ, LONG, TIMES(1, 30)

#define ZONE_OUT_ROW(t, s)                                                     \
	ROW(t, ZONE_OUT, 16),                                                  \
		.sa = SCSIEMU_SA_##s,                                          \
		.usage = USAGE(0x94, SCSIEMU_SA_##s, FF8, 0, 0, FF2, 0x01, 0), \
		.fn.step = semu_zone_out, .kind = SCSIEMU_K_STEPS,             \
		.cls = SCSIEMU_C_EXCL, .needs = SCSIEMU_NEED_ZONES,            \
		.stops = STOPS_WRITE, TIMES(1, 600)
#define ZONE_IN_ROW(t, s, options)                                             \
	ROW(t, ZONE_IN, 16),                                                   \
		.sa = SCSIEMU_SA_##s, FIELDS(RW16),                            \
		.usage = USAGE(0x95, SCSIEMU_SA_##s, FF8, FF4, options, 0),    \
		.cls = SCSIEMU_C_INFO, .flags = SCSIEMU_ROW_RANGE,             \
		.stops = STOPS_READ, TIMES(1, 60)
#define ZONE_ACTIVATE_ROW(t, s)                                                \
	ROW(t, ZONE_IN, 16), .sa = SCSIEMU_SA_##s, FIELDS(ATOMIC),             \
			     .usage = USAGE(0x95, 0x80 | SCSIEMU_SA_##s, FF8,  \
					    FF2, FF2, 0xff, 0),                \
			     .kind = SCSIEMU_K_STEPS,                          \
			     .fn.step = semu_zone_activate,                    \
			     .needs = SCSIEMU_NEED_REALMS
#define READ_LONG_ROW                                                          \
	.fn.step = semu_sbc_read_long, RW(STEPS), .flags = SCSIEMU_ROW_RANGE,  \
	.stops = STOPS_FLUSH, .needs = SCSIEMU_NEED_DEFECTS, TIMES(1, 30)
#define WRITE_LONG_ROW                                                         \
	.fn.step = semu_sbc_write_long, .kind = SCSIEMU_K_STEPS,               \
	.cls = SCSIEMU_C_LU, .flags = SCSIEMU_ROW_RANGE, .stops = STOPS_WRITE, \
	.needs = SCSIEMU_NEED_DEFECTS, TIMES(1, 30)

#define FUA_NV	.obsolete = 0x02
#define SYNC_NV .obsolete = 0x04
#define LUN	.obsolete = 0xe0

#define SANITIZE_ROW(t, action)                                                \
	ROW(t, SANITIZE, 10), .sa = SCSIEMU_SA_##action, RW_LU, FIELDS(2AT7),  \
			      .usage = USAGE(0x48, 0xa0 | SCSIEMU_SA_##action, \
					     0, 0, 0, 0, 0, FF2, 0),           \
			      .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO | \
				       SCSIEMU_ROW_ZNR

/* Also on a medium whose format is corrupt: that is what they mend. */
#define STOPS_FORMAT   (STOPS_WRITE & ~(uint32_t)SCSIEMU_ON_BAD_FORMAT)
#define STOPS_SANITIZE (STOPS_FORMAT & ~(uint32_t)SCSIEMU_ON_SANITIZE)
#define RW_LU	       .kind = SCSIEMU_K_STEPS, .cls = SCSIEMU_C_LU
/* A status that tells how far it is; the handlers know what goes on. */
#define STOPS_ELEMENT                                                          \
	(STOPS_ALLOW & ~(uint32_t)(SCSIEMU_STOP_BUSY | SCSIEMU_ON_BAD_FORMAT))
#define ELEMENTS_ROW                                                           \
	RW_LU, .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO,                 \
	       .needs = SCSIEMU_NEED_ELEMENTS,                                 \
	       .stops = STOPS_FORMAT & ~(uint32_t)SCSIEMU_ON_FORMAT,           \
	       TIMES(1, 60)

static const struct scsiemu_row sbc_rows[] = {
#if SEMU_WITH_FORMAT
	{ ROW("FORMAT UNIT", FORMAT_UNIT, 6), NO_SA, RW_LU,
	  .usage = USAGE(0x04, 0xff, 0, 0, 0x03, 0),
	  .fn.step = semu_sbc_format_unit,
	  .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO,
	  .needs = SCSIEMU_NEED_FORMAT, .stops = STOPS_FORMAT,
	  TIMES(600, 36000) },
#endif
#if SEMU_WITH_DEFECTS
	{ ROW("REASSIGN BLOCKS", REASSIGN_BLOCKS, 6), NO_SA,
	  .fn.step = semu_sbc_reassign, .kind = SCSIEMU_K_STEPS,
	  .cls = SCSIEMU_C_LU, .usage = USAGE(0x07, 0x03, 0, 0, 0, 0),
	  .stops = STOPS_WRITE, .needs = SCSIEMU_NEED_DEFECTS, TIMES(1, 60) },
#endif
	{ ROW("READ(6)", READ_6, 6), READ_ROW, FIELDS(RW6), LUN,
	  .usage = USAGE(0x08, 0x1f, FF2, 0xff, 0) },
	{ ROW("WRITE(6)", WRITE_6, 6), WRITE_ROW, FIELDS(RW6), LUN,
	  .usage = USAGE(0x0a, 0x1f, FF2, 0xff, 0) },
	{ ROW("READ CAPACITY(10)", READ_CAPACITY_10, 10), NO_SA,
	  .usage = USAGE(0x25, ZERO8, 0), .fn.in = semu_sbc_capacity_10,
	  .kind = SCSIEMU_K_PARAM_IN, .cls = SCSIEMU_C_INFO,
	  .stops = STOPS_SIZE, TIMES(1, 30) },
	{ ROW("READ(10)", READ_10, 10), READ_ROW, FIELDS(RW10), FUA_NV,
	  .usage = CDB10(0x28, 0x1c), AT(1, 6) },
	{ ROW("WRITE(10)", WRITE_10, 10), WRITE_ROW, FIELDS(RW10), FUA_NV,
	  .usage = CDB10(0x2a, 0x18), AT(1, 6) },
#if SEMU_WITH_VERIFY
	{ ROW("WRITE AND VERIFY(10)", WRITE_AND_VERIFY_10, 10),
	  WRITE_VERIFY_ROW, FIELDS(RW10), .usage = CDB10(0x2e, 0x16),
	  AT(1, 6) },
	{ ROW("VERIFY(10)", VERIFY_10, 10), VERIFY_ROW, FIELDS(RW10),
	  .usage = CDB10(0x2f, 0x16), AT(1, 6) },
#endif
#if SEMU_WITH_PRE_FETCH
	{ ROW("PRE-FETCH(10)", PRE_FETCH_10, 10), PREFETCH_ROW, FIELDS(RW10),
	  .usage = CDB10(0x34, 0x02), AT(0, 6) },
#endif
	{ ROW("SYNCHRONIZE CACHE(10)", SYNCHRONIZE_CACHE_10, 10), SYNC_ROW,
	  FIELDS(RW10), SYNC_NV, .usage = CDB10(0x35, 0x02), AT(0, 6) },
#if SEMU_WITH_DEFECTS
	{ ROW("READ DEFECT DATA(10)", READ_DEFECT_DATA_10, 10), NO_SA,
	  .usage = USAGE(0x37, 0, 0x1f, 0, 0, 0, 0, FF2, 0),
	  .fn.in = semu_sbc_defects_10, .then = semu_sbc_defects_end,
	  .kind = SCSIEMU_K_PARAM_IN, .cls = SCSIEMU_C_INFO, FIELDS(2AT7),
	  .stops = STOPS_READ, TIMES(1, 30) },
#endif
#if SEMU_WITH_FORMAT
	{ ROW("FORMAT WITH PRESET", FORMAT_WITH_PRESET, 10), NO_SA, RW_LU,
	  .usage = USAGE(0x38, 0xc0, FF4, 0, 0, 0, 0),
	  .fn.step = semu_sbc_format_preset,
	  .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO,
	  .needs = SCSIEMU_NEED_FORMAT, .stops = STOPS_FORMAT,
	  TIMES(600, 36000) },
#endif
#if SEMU_WITH_DEFECTS
	{ ROW("READ LONG(10)", READ_LONG_10, 10), NO_SA, READ_LONG_ROW,
	  FIELDS(RW10), .usage = USAGE(0x3e, 0x06, FF4, 0, FF2, 0) },
	{ ROW("WRITE LONG(10)", WRITE_LONG_10, 10), NO_SA, WRITE_LONG_ROW,
	  FIELDS(RW10), .usage = USAGE(0x3f, 0xe0, FF4, 0, FF2, 0) },
#endif
#if SEMU_WITH_WRITE_SAME
	{ ROW("WRITE SAME(10)", WRITE_SAME_10, 10), SAME_ROW, FIELDS(RW10),
	  .usage = CDB10(0x41, 0x08), AT(1, 6), .anchor = 0x10 },
#endif
#if SEMU_WITH_THIN
	{ ROW("UNMAP", UNMAP, 10), NO_SA, .fn.out = semu_sbc_unmap,
	  .then = semu_sbc_unmap_next, RW(PARAM_OUT), FIELDS(2AT7),
	  .usage = USAGE(0x42, 0, 0, 0, 0, 0, 0, FF2, 0), AT(0, 6),
	  .anchor = 0x01, .flags = SCSIEMU_ROW_WHOLE_LU,
	  .needs = SCSIEMU_NEED_THIN, .stops = STOPS_WRITE, TIMES(1, 60) },
#endif
#if SEMU_WITH_SANITIZE
	{ SANITIZE_ROW("SANITIZE (OVERWRITE)", OVERWRITE),
	  .fn.step = semu_sbc_sanitize_overwrite, .needs = SCSIEMU_NEED_FORMAT,
	  .stops = STOPS_SANITIZE, TIMES(600, 36000) },
	{ SANITIZE_ROW("SANITIZE (BLOCK ERASE)", BLOCK_ERASE),
	  .fn.step = semu_sbc_sanitize_erase,
	  .needs = SCSIEMU_NEED_FORMAT | SCSIEMU_NEED_THIN,
	  .stops = STOPS_SANITIZE, TIMES(60, 3600) },
	{ SANITIZE_ROW("SANITIZE (CRYPTOGRAPHIC ERASE)", CRYPTOGRAPHIC_ERASE),
	  .fn.step = semu_sbc_sanitize_erase, .needs = SCSIEMU_NEED_FORMAT,
	  .stops = STOPS_SANITIZE, TIMES(60, 3600) },
	{ SANITIZE_ROW("SANITIZE (EXIT FAILURE MODE)", EXIT_FAILURE_MODE),
	  .fn.step = semu_sbc_sanitize_exit, .needs = SCSIEMU_NEED_FORMAT,
	  .stops = STOPS_SANITIZE & ~(uint32_t)SCSIEMU_ON_PROTECTED,
	  TIMES(1, 30) },
#endif
#if SEMU_WITH_PI
	{ ROW32("READ(32)", READ_32, 0), .usage = CDB32(0x09, 0x1c), RW(READ),
	  .stops = STOPS_READ, BLOCKS, TIMES(1, 30) },
#if SEMU_WITH_VERIFY
	{ ROW32("VERIFY(32)", VERIFY_32, 0), .usage = CDB32(0x0a, 0x16),
	  RW(STEPS), .fn.step = semu_sbc_verify, .stops = STOPS_READ, BLOCKS,
	  TIMES(1, 60) },
#endif
	{ ROW32("WRITE(32)", WRITE_32, 0), .usage = CDB32(0x0b, 0x18),
	  RW(WRITE), .stops = STOPS_WRITE, BLOCKS, TIMES(1, 30) },
#if SEMU_WITH_VERIFY
	{ ROW32("WRITE AND VERIFY(32)", WRITE_AND_VERIFY_32, 0),
	  .usage = CDB32(0x0c, 0x16), RW(STEPS),
	  .fn.step = semu_sbc_write_verify, .stops = STOPS_WRITE, BLOCKS,
	  TIMES(1, 60) },
#endif
#if SEMU_WITH_WRITE_SAME
	{ ROW32("WRITE SAME(32)", WRITE_SAME_32, SCSIEMU_NEED_BLOCK),
	  .usage = CDB32(0x0d, 0x09), RW(STEPS), .anchor = 0x10,
	  .fn.step = semu_sbc_write_same, .stops = STOPS_WRITE, LONG,
	  TIMES(1, 600) },
#endif
#if SEMU_WITH_ORWRITE
	{ ROW32("ORWRITE(32)", ORWRITE_32, SCSIEMU_NEED_2BLOCK),
	  .usage = USAGE(0x7f, 0, 0x07, 0x0f, 0, 0, 0, 0x18, 0, 0x0e, 0x18, 0,
			 FF8, FF8, FF4),
	  .fn.step = semu_pi_orwrite, .kind = SCSIEMU_K_STEPS,
	  .cls = SCSIEMU_C_LU, BLOCKS, .stops = STOPS_WRITE, TIMES(1, 30) },
#endif
#if SEMU_WITH_ATOMIC
	{ ROW32("WRITE ATOMIC(32)", WRITE_ATOMIC_32, SCSIEMU_NEED_ATOMIC),
	  .usage = WORD32(0x0f, 0x18), .fn.step = semu_sbc_write_atomic,
	  .kind = SCSIEMU_K_STEPS, .cls = SCSIEMU_C_EXCL, BLOCKS,
	  .stops = STOPS_WRITE, TIMES(1, 30) },
#endif
#if SEMU_WITH_STREAMS
	{ ROW32("WRITE STREAM(32)", WRITE_STREAM_32, SCSIEMU_NEED_STREAMS),
	  .usage = WORD32(0x10, 0x18), RW(STEPS), .fn.step = semu_stream_write,
	  .stops = STOPS_WRITE, BLOCKS, TIMES(1, 30) },
#endif
#if SEMU_WITH_SCATTERED
	{ ROW32("WRITE SCATTERED(32)", WRITE_SCATTERED_32, SCSIEMU_NEED_BLOCK),
	  .usage = USAGE(0x7f, 0, 0, 0, 0, 0, 0, 0x18, 0, 0x11, 0x18, 0, FF2, 0,
			 0, FF2, ZERO8, 0, 0, FF4),
	  RW(STEPS), .fn.step = semu_sbc_scattered,
	  .flags = SCSIEMU_ROW_WHOLE_LU, .stops = STOPS_WRITE, TIMES(1, 60) },
#endif
#endif
#if SEMU_WITH_THIN
	{ ROW("GET LBA STATUS(32)", VARIABLE, 32),
	  .sa = SCSIEMU_SA_GET_LBA_STATUS_32, FIELDS(RW32),
	  .usage = USAGE(0x7f, 0, 0, 0, 0, 0, 0, 0x18, 0, 0x12, 0xff, 0, FF8,
			 FF4, FF4, FF4),
	  .fn.step = semu_sbc_lba_status, RW(STEPS), .flags = SCSIEMU_ROW_RANGE,
	  .stops = STOPS_READ, TIMES(1, 60) },
#endif
#if SEMU_WITH_ODX
	{ ROW("POPULATE TOKEN", THIRD_PARTY_COPY_OUT, 16), FIELDS(4AT10),
	  .sa = SCSIEMU_SA_POPULATE_TOKEN, .fn.out = semu_sbc_populate,
	  .usage = USAGE(0x83, 0x10, 0, 0, 0, 0, FF4, FF4, 0, 0), AT(0, 14),
	  .kind = SCSIEMU_K_PARAM_OUT, .cls = SCSIEMU_C_EXCL,
	  .flags = SCSIEMU_ROW_WHOLE_LU, .needs = SCSIEMU_NEED_TOKENS,
	  .stops = STOPS_READ, TIMES(1, 30) },
	{ ROW("WRITE USING TOKEN", THIRD_PARTY_COPY_OUT, 16), FIELDS(4AT10),
	  .sa = SCSIEMU_SA_WRITE_USING_TOKEN, .fn.out = semu_sbc_use_token,
	  .then = semu_copy_step, RW(PARAM_OUT),
	  .usage = USAGE(0x83, 0x11, 0, 0, 0, 0, FF4, FF4, 0, 0), AT(0, 14),
	  .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO,
	  .needs = SCSIEMU_NEED_TOKENS, .stops = STOPS_WRITE, TIMES(1, 600) },
#endif
	{ ROW("READ(16)", READ_16, 16), READ_ROW, FIELDS(RW16), FUA_NV,
	  .usage = CDB16(0x88, 0x1c), AT(1, 14) },
#if SEMU_WITH_CAW
	{ ROW("COMPARE AND WRITE", COMPARE_AND_WRITE, 16), NO_SA,
	  .fn.step = semu_sbc_compare_write, .kind = SCSIEMU_K_STEPS,
	  .cls = SCSIEMU_C_EXCL, FIELDS(CAW), BLOCKS,
	  .usage = USAGE(0x89, 0x18, FF8, 0, 0, 0, 0xff, 0, 0), AT(1, 14),
	  .needs = SCSIEMU_NEED_WHOLE, .stops = STOPS_WRITE, TIMES(1, 30) },
#endif
	{ ROW("WRITE(16)", WRITE_16, 16), WRITE_ROW, FIELDS(RW16), FUA_NV,
	  .usage = CDB16(0x8a, 0x18), AT(1, 14) },
#if SEMU_WITH_ORWRITE
	{ ROW("ORWRITE(16)", ORWRITE_16, 16), NO_SA,
	  .fn.step = semu_sbc_orwrite, .kind = SCSIEMU_K_STEPS,
	  .cls = SCSIEMU_C_EXCL, FIELDS(RW16), BLOCKS,
	  .usage = CDB16(0x8b, 0x18), AT(1, 14), .needs = SCSIEMU_NEED_2BLOCK,
	  .stops = STOPS_WRITE, TIMES(1, 30) },
#endif
#if SEMU_WITH_VERIFY
	{ ROW("WRITE AND VERIFY(16)", WRITE_AND_VERIFY_16, 16),
	  WRITE_VERIFY_ROW, FIELDS(RW16), .usage = CDB16(0x8e, 0x16),
	  AT(1, 14) },
	{ ROW("VERIFY(16)", VERIFY_16, 16), VERIFY_ROW, FIELDS(RW16),
	  .usage = CDB16(0x8f, 0x16), AT(1, 14) },
#endif
#if SEMU_WITH_PRE_FETCH
	{ ROW("PRE-FETCH(16)", PRE_FETCH_16, 16), PREFETCH_ROW, FIELDS(RW16),
	  .usage = CDB16(0x90, 0x02), AT(0, 14) },
#endif
	{ ROW("SYNCHRONIZE CACHE(16)", SYNCHRONIZE_CACHE_16, 16), SYNC_ROW,
	  FIELDS(RW16), SYNC_NV, .usage = CDB16(0x91, 0x02), AT(0, 14) },
#if SEMU_WITH_WRITE_SAME
	{ ROW("WRITE SAME(16)", WRITE_SAME_16, 16), SAME_ROW, FIELDS(RW16),
	  .usage = CDB16(0x93, 0x09), AT(1, 14), .anchor = 0x10 },
#endif
#if SEMU_WITH_ZONES
	{ ZONE_OUT_ROW("CLOSE ZONE", CLOSE_ZONE) },
	{ ZONE_OUT_ROW("FINISH ZONE", FINISH_ZONE) },
	{ ZONE_OUT_ROW("OPEN ZONE", OPEN_ZONE) },
	{ ZONE_OUT_ROW("RESET WRITE POINTER", RESET_WRITE_POINTER) },
	{ ZONE_OUT_ROW("SEQUENTIALIZE ZONE", SEQUENTIALIZE_ZONE) },
	{ ZONE_IN_ROW("REPORT ZONES", REPORT_ZONES, 0xbf),
	  .kind = SCSIEMU_K_STEPS, .fn.step = semu_report_zones,
	  .needs = SCSIEMU_NEED_ZONES },
	{ ZONE_IN_ROW("REPORT REALMS", REPORT_REALMS, 0x3f),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_realms,
	  .needs = SCSIEMU_NEED_REALMS },
	{ ZONE_IN_ROW("REPORT ZONE DOMAINS", REPORT_ZONE_DOMAINS, 0x3f),
	  .kind = SCSIEMU_K_PARAM_IN, .fn.in = semu_report_domains,
	  .needs = SCSIEMU_NEED_REALMS },
	{ ZONE_ACTIVATE_ROW("ZONE ACTIVATE", ZONE_ACTIVATE),
	  .cls = SCSIEMU_C_EXCL, .stops = STOPS_WRITE, TIMES(1, 600) },
	{ ZONE_ACTIVATE_ROW("ZONE QUERY", ZONE_QUERY), .cls = SCSIEMU_C_INFO,
	  .stops = STOPS_READ, TIMES(1, 60) },
#endif
#if SEMU_WITH_STREAMS
	{ ROW("WRITE STREAM(16)", WRITE_STREAM_16, 16), NO_SA, RW(STEPS),
	  .fn.step = semu_stream_write, FIELDS(ATOMIC), BLOCKS,
	  .usage = CDB16(0x9a, 0x18), AT(1, 14), .needs = SCSIEMU_NEED_STREAMS,
	  .stops = STOPS_WRITE, TIMES(1, 30) },
#endif
#if SEMU_WITH_ATOMIC
	{ ROW("WRITE ATOMIC(16)", WRITE_ATOMIC_16, 16), NO_SA,
	  .fn.step = semu_sbc_write_atomic, .kind = SCSIEMU_K_STEPS,
	  .cls = SCSIEMU_C_EXCL, FIELDS(ATOMIC), BLOCKS,
	  .usage = USAGE(0x9c, 0x18, FF8, FF2, FF2, 0, 0), AT(1, 14),
	  .needs = SCSIEMU_NEED_ATOMIC, .stops = STOPS_WRITE, TIMES(1, 30) },
#endif
	{ ROW("READ CAPACITY(16)", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_READ_CAPACITY_16, FIELDS(4AT10),
	  .usage = USAGE(0x9e, 0x10, ZERO8, FF4, 0, 0),
	  .fn.in = semu_sbc_capacity_16, .kind = SCSIEMU_K_PARAM_IN,
	  .cls = SCSIEMU_C_INFO, .stops = STOPS_SIZE, TIMES(1, 30) },
#if SEMU_WITH_DEFECTS
	{ ROW("READ LONG(16)", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_READ_LONG_16, READ_LONG_ROW, FIELDS(RW16),
	  .usage = USAGE(0x9e, 0x11, FF8, 0, 0, FF2, 0x03, 0) },
#endif
#if SEMU_WITH_THIN
	{ ROW("GET LBA STATUS(16)", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_GET_LBA_STATUS_16, FIELDS(RW16),
	  .usage = USAGE(0x9e, 0x12, FF8, FF4, 0xff, 0),
	  .fn.step = semu_sbc_lba_status, RW(STEPS), .flags = SCSIEMU_ROW_RANGE,
	  .stops = STOPS_READ, TIMES(1, 60) },
#endif
#if SEMU_WITH_REFERRALS
	{ ROW("REPORT REFERRALS", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_REPORT_REFERRALS, FIELDS(RW16),
	  .usage = USAGE(0x9e, 0x13, FF8, FF4, 0x01, 0),
	  .fn.in = semu_sbc_report_referrals, .kind = SCSIEMU_K_PARAM_IN,
	  .cls = SCSIEMU_C_INFO, .flags = SCSIEMU_ROW_RANGE,
	  .needs = SCSIEMU_NEED_REFERRALS, .stops = STOPS_ALLOW, TIMES(1, 30) },
#endif
#if SEMU_WITH_STREAMS
	{ ROW("STREAM CONTROL", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_STREAM_CONTROL, FIELDS(4AT10), RW(STEPS),
	  .usage = USAGE(0x9e, 0x74, 0, 0, FF2, 0, 0, 0, 0, FF4, 0, 0),
	  .fn.step = semu_stream_control, .flags = SCSIEMU_ROW_UNDO,
	  .needs = SCSIEMU_NEED_STREAMS, .stops = STOPS_FLUSH, TIMES(1, 30) },
#endif
#if SEMU_WITH_SCAN
	{ ROW("BACKGROUND CONTROL", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_BACKGROUND_CONTROL, .fn.nodata = semu_scan_control,
	  .usage = USAGE(0x9e, 0x15, 0xc0, 0xff, ZERO8, 0, 0, 0, 0), RW(NODATA),
	  .needs = SCSIEMU_NEED_SCAN, .stops = STOPS_FLUSH, TIMES(1, 30) },
#endif
#if SEMU_WITH_STREAMS
	{ ROW("GET STREAM STATUS", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_GET_STREAM_STATUS, FIELDS(4AT10),
	  .usage = USAGE(0x9e, 0x16, 0, 0, FF2, 0, 0, 0, 0, FF4, 0, 0),
	  .fn.in = semu_stream_status, .kind = SCSIEMU_K_PARAM_IN,
	  .cls = SCSIEMU_C_INFO, .needs = SCSIEMU_NEED_STREAMS,
	  .stops = STOPS_ALLOW, TIMES(1, 30) },
#endif
#if SEMU_WITH_ELEMENTS
	{ ROW("GET PHYSICAL ELEMENT STATUS", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_GET_ELEMENT_STATUS, FIELDS(4AT10),
	  .usage = USAGE(0x9e, 0x17, 0, 0, 0, 0, FF4, FF4, 0xcf, 0),
	  .fn.in = semu_element_status, .kind = SCSIEMU_K_PARAM_IN,
	  .cls = SCSIEMU_C_INFO, .needs = SCSIEMU_NEED_ELEMENTS,
	  .stops = STOPS_ELEMENT, TIMES(1, 30) },
	{ ROW("REMOVE ELEMENT AND TRUNCATE", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_REMOVE_ELEMENT, ELEMENTS_ROW,
	  .usage = USAGE(0x9e, 0x18, FF8, FF4, 0, 0),
	  .fn.step = semu_element_remove },
	{ ROW("RESTORE ELEMENTS AND REBUILD", SERVICE_ACTION_IN_16, 16),
	  .sa = SCSIEMU_SA_RESTORE_ELEMENTS, ELEMENTS_ROW,
	  .usage = USAGE(0x9e, 0x19, ZERO8, 0, 0, 0, 0, 0, 0),
	  .fn.step = semu_element_restore },
#endif
#if SEMU_WITH_DEFECTS
	{ ROW("WRITE LONG(16)", SERVICE_ACTION_OUT_16, 16),
	  .sa = SCSIEMU_SA_WRITE_LONG_16, WRITE_LONG_ROW, FIELDS(RW16),
	  .usage = USAGE(0x9f, 0xf1, FF8, 0, 0, FF2, 0, 0) },
#endif
#if SEMU_WITH_SCATTERED
	{ ROW("WRITE SCATTERED(16)", SERVICE_ACTION_OUT_16, 16),
	  .sa = SCSIEMU_SA_WRITE_SCATTERED_16, FIELDS(4AT10), AT(2, 14),
	  .usage = USAGE(0x9f, 0x12, 0x18, 0, FF2, 0, 0, FF2, FF4, 0, 0),
	  RW(STEPS), .fn.step = semu_sbc_scattered,
	  .flags = SCSIEMU_ROW_WHOLE_LU, .needs = SCSIEMU_NEED_BLOCK,
	  .stops = STOPS_WRITE, TIMES(1, 60) },
#endif
#if SEMU_WITH_READ_12
	{ ROW("READ(12)", READ_12, 12), READ_ROW, FIELDS(RW12), FUA_NV,
	  .usage = CDB12(0xa8, 0x1c), AT(1, 10) },
	{ ROW("WRITE(12)", WRITE_12, 12), WRITE_ROW, FIELDS(RW12), FUA_NV,
	  .usage = CDB12(0xaa, 0x18), AT(1, 10) },
#endif
#if SEMU_WITH_VERIFY
	{ ROW("WRITE AND VERIFY(12)", WRITE_AND_VERIFY_12, 12),
	  WRITE_VERIFY_ROW, FIELDS(RW12), .usage = CDB12(0xae, 0x16),
	  AT(1, 10) },
	{ ROW("VERIFY(12)", VERIFY_12, 12), VERIFY_ROW, FIELDS(RW12),
	  .usage = CDB12(0xaf, 0x16), AT(1, 10) },
#endif
#if SEMU_WITH_DEFECTS
	{ ROW("READ DEFECT DATA(12)", READ_DEFECT_DATA_12, 12), NO_SA,
	  .usage = USAGE(0xb7, 0x1f, FF4, FF4, 0, 0),
	  .fn.in = semu_sbc_defects_12, .then = semu_sbc_defects_end,
	  .kind = SCSIEMU_K_PARAM_IN, .cls = SCSIEMU_C_INFO, FIELDS(4AT6),
	  .stops = STOPS_READ, TIMES(1, 30) },
#endif
};

static const struct semu_mode_page *const sbc_mode[] = { &semu_sbc_mode_01,
#if SEMU_WITH_MODE_MORE
							 &semu_mode_02,
#endif
#if SEMU_WITH_LEVELS
							 &semu_sbc_mode_03,
							 &semu_sbc_mode_04,
#endif
							 &semu_sbc_mode_08,
							 &semu_mode_0a,
							 &semu_mode_0a01,
#if SEMU_WITH_PRIORITY
							 &semu_mode_0a01_set,
#endif
#if SEMU_WITH_PI
							 &semu_pi_mode_0a02,
#endif
#if SEMU_WITH_HINTS
							 &semu_hints_mode_0a05,
#endif
#if SEMU_WITH_MODE_MORE
							 &semu_mode_18,
							 &semu_mode_19,
							 &semu_mode_1a,
#if SEMU_WITH_POWER
							 &semu_mode_1a_set,
#endif
							 &semu_mode_1c,
#endif
#if SEMU_WITH_LOG
							 &semu_mode_1c_log,
#endif
#if SEMU_WITH_MODE_MORE
#if SEMU_WITH_SCAN
							 &semu_sbc_mode_1c01,
#endif
#if SEMU_WITH_THIN
							 &semu_sbc_mode_1c02,
#endif
#endif
							 NULL };

static const struct semu_vpd_page *const sbc_vpd[] = { &semu_vpd_00,
						       &semu_vpd_80,
						       &semu_vpd_83,
#if SEMU_WITH_VPD_MORE
						       &semu_vpd_86,
						       &semu_vpd_87,
#if SEMU_WITH_PORTS
						       &semu_vpd_88,
#endif
#endif
#if SEMU_WITH_POWER
						       &semu_vpd_8a,
#endif
#if SEMU_WITH_COPY
						       &semu_vpd_8f,
#endif
						       &semu_sbc_vpd_b0,
						       &semu_sbc_vpd_b1,
						       &semu_sbc_vpd_b2,
#if SEMU_WITH_REFERRALS
						       &semu_sbc_vpd_b3,
#endif
#if SEMU_WITH_PI
						       &semu_pi_vpd_b4,
#endif
#if SEMU_WITH_ZONES
						       &semu_sbc_vpd_b6,
#endif
#if SEMU_WITH_SCATTERED || SEMU_WITH_STREAMS
						       &semu_sbc_vpd_b7,
#endif
#if SEMU_WITH_FORMAT
						       &semu_sbc_vpd_b8,
#endif
						       NULL };

#if SEMU_WITH_PARTS
static uint32_t selftest_size(const struct scsiemu_lu_config *cf)
{
	return SEMU_SBC_OPTION(cf, selftests) ? sizeof(struct semu_selftests)
					      : 0;
}

static const struct semu_part_type selftest_part = {
	.part = SEMU_PART_SELFTEST,
	.nv = SCSIEMU_NV_SELFTEST,
	.size = selftest_size,
	.init = semu_selftest_init,
	.restore = semu_selftest_restore,
};

static const struct semu_part_type *const sbc_parts[] = {
#if SEMU_WITH_POWER /* before all: commands wait until it is active */
	&semu_power_part,
#endif
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
#if SEMU_WITH_REFERRALS
	&semu_referrals_part,
#endif
#if SEMU_WITH_DEFECTS
	&semu_defects_part,
#endif
#if SEMU_WITH_ODX
	&semu_part_copy,
#endif
#if SEMU_WITH_PI
	&semu_pi_part,
#endif
#if SEMU_WITH_THIN
	&semu_space_part,
#endif
#if SEMU_WITH_ZONES
	&semu_zones_part,
#endif
#if SEMU_WITH_WORK
	&semu_format_part,
	&semu_work_part,
#endif
#if SEMU_WITH_ELEMENTS
	&semu_elements_part,
#endif
#if SEMU_WITH_SCAN
	&semu_scan_part,
#endif
#if SEMU_WITH_STREAMS
	&semu_streams_part,
#endif
#if SEMU_WITH_HINTS
	&semu_hints_part,
#endif
#if SEMU_WITH_PARTS
	&selftest_part,
#endif
#if SEMU_WITH_LOG /* last: it sees how a command ends */
	&semu_log_part,
#endif
	NULL
};
#endif

/* SAM, SPC and SBC of the time, and iSCSI; none claims a revision. SPC-6 has
 * those of SPC-5. */
static const struct semu_versions sbc_versions[] = {
#if SEMU_WITH_LEVELS
	{ SCSIEMU_LEVEL_SPC_2, { 0x0040, 0x0260, 0x0180, 0x0960 } },
	{ SCSIEMU_LEVEL_SPC_3, { 0x0060, 0x0300, 0x0320, 0x0960 } },
#endif
	{ SCSIEMU_LEVEL_SPC_4, { 0x00a0, 0x0460, 0x04c0, 0x0960 } },
#if SEMU_WITH_LEVELS
	{ SCSIEMU_LEVEL_SPC_5, { 0x00a0, 0x05c0, 0x0600, 0x0960 } },
	{ 0 }
#endif
};

const struct scsiemu_type scsiemu_sbc = {
	.type = SCSIEMU_TYPE_DISK,
	.vendor = "SCSIEMU",
	.product = "Virtual Disk",
	.rows = { { sbc_rows, LEN(sbc_rows) },
		  { semu_spc_rows, SEMU_SPC_NROWS } },
#if SEMU_WITH_LEVELS
	.old_rows = { semu_sbc_old_rows, SEMU_SBC_NOLD },
	.levels = { &semu_sbc_levels, &semu_spc_levels },
#endif
	.mode = sbc_mode,
	.vpd = sbc_vpd,
	.versions = sbc_versions,
#if SEMU_WITH_PARTS
	.parts = sbc_parts,
#if SEMU_WITH_LOG
	.log = &semu_sbc_log,
#endif
	.state = semu_spc_state,
#endif
	.init = semu_spc_init,
	.loaded = semu_sbc_loaded,
	.stops = semu_spc_stops,
#if SEMU_WITH_ATTENTION
	.attention = semu_sbc_attention,
#endif
#if SEMU_WITH_PI
	.beside = &semu_pi_beside,
#endif
#if SEMU_WITH_APPLIES
	.applies = semu_spc_applies,
#endif
#if SEMU_WITH_FORMAT
	.judge = semu_format_judge,
	.accept = semu_format_accept,
#endif
	.reset = semu_spc_reset,
#if SEMU_WITH_COPY
	.lost = semu_copy_lost,
#endif
	.restore = semu_spc_restore,
};
