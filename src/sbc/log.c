/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a disk logs: the values of its log pages, and how its commands count
 * (SPC-5 7.3.6, 7.3.9, SBC-4 6.3).
 */
#include "sbc/log.h"
#include "sbc/sbc.h"

#if SEMU_WITH_LOG

/* ---- Values ---- */

#define COUNTER(pg, cd, n)                                                     \
	{                                                                      \
		.page = (pg) << 8, .code = (cd), .len = (n), .host = true,     \
		.format = SEMU_LOG_COUNTER                                     \
	}
#define ERRORS(pg)                                                             \
	COUNTER(pg, 0, 4), COUNTER(pg, 1, 4), COUNTER(pg, 2, 4),               \
		COUNTER(pg, 3, 4), COUNTER(pg, 4, 4), COUNTER(pg, 5, 8),       \
		COUNTER(pg, 6, 4)
#define LIST(pg, cd, n, v)                                                     \
	{                                                                      \
		.page = (pg) << 8, .code = (cd), .len = (n),                   \
		.format = SEMU_LOG_LIST, .initial = (v)                        \
	}
#define DATE(cd, by_host)                                                      \
	{                                                                      \
		.page = 0x0e00, .code = (cd), .len = 6,                        \
		.format = SEMU_LOG_ASCII, .host = (by_host),                   \
		.initial = 0x202020202020                                      \
	}
#define STATISTIC(cd)                                                          \
	{                                                                      \
		.page = 0x1900, .code = (cd), .len = 8,                        \
		.format = SEMU_LOG_LIST, .host = true                          \
	}
#define STATISTICS_8(cd)                                                       \
	STATISTIC(cd), STATISTIC(cd), STATISTIC(cd), STATISTIC(cd),            \
		STATISTIC(cd), STATISTIC(cd), STATISTIC(cd), STATISTIC(cd)

enum { MILLISECONDS = 3 }; /* EXPONENT of the time interval: 10^-3 s */

/* By enum scsiemu_log. */
static const struct semu_log_value values[] = {
	ERRORS(0x02),
	ERRORS(0x03),
	ERRORS(0x05),
	COUNTER(0x06, 0, 4),
	LIST(0x0d, 0, 2, 0xff),
	LIST(0x0d, 1, 2, 0xff),
	DATE(1, false),
	DATE(2, true),
	LIST(0x0e, 3, 4, 0),
	LIST(0x0e, 4, 4, 0),
	LIST(0x0e, 5, 4, 0),
	LIST(0x0e, 6, 4, 0),
	LIST(0x11, 1, 4, 0),
	STATISTICS_8(1),
	STATISTIC(2),
	LIST(0x19, 3, 8, (uint64_t)MILLISECONDS << 32 | 1),
	STATISTICS_8(4),
	LIST(0x17, 0, 3, 0),
	LIST(0x17, 1, 3, 0),
};
_Static_assert(sizeof(values) / sizeof(values[0]) == SCSIEMU_LOG_COUNT,
	       "a value of enum scsiemu_log is missing");

/* ---- Counting ---- */

/* Of the seven values of an error counter page, from its first one on. */
enum { DELAYED = 1, CORRECTED = 3, BYTES = 5, UNCORRECTED = 6 };

static void add(struct scsiemu_lu *lu, unsigned which, uint64_t n)
{
	scsiemu_log_add(lu, (enum scsiemu_log)which, n);
}

static bool steps(const struct scsiemu_row *row, scsiemu_step_fn *fn)
{
	return row->kind == SCSIEMU_K_STEPS && row->fn.step == fn;
}

/* The page that a command's errors are counted in: its first value. */
static unsigned page_of(const struct scsiemu_row *row)
{
	if (SEMU_WITH_VERIFY && steps(row, semu_sbc_verify))
		return SCSIEMU_LOG_VERIFY_FAST;
	return row->stops & SCSIEMU_ON_PROTECTED ? SCSIEMU_LOG_WRITE_FAST
						 : SCSIEMU_LOG_READ_FAST;
}

static void count_error(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned page = page_of(scsiemu_cmd_row(c));

	switch (c->sense.key) {
	case SCSIEMU_SK_RECOVERED_ERROR:
		add(lu, page + DELAYED, 1);
		add(lu, page + CORRECTED, 1);
		break;
	case SCSIEMU_SK_MEDIUM_ERROR:
		add(lu, page + UNCORRECTED, 1);
		break;
	case SCSIEMU_SK_HARDWARE_ERROR:
		add(lu, SCSIEMU_LOG_NON_MEDIUM, 1);
		break;
	default:
		break;
	}
}

/* General statistics (SPC-5 7.3.9): READ and WRITE commands. */
static void count_transfer(struct scsiemu_cmd *c, uint64_t nblk, uint64_t ms)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	unsigned writes = row->kind == SCSIEMU_K_WRITE;

	add(lu, SCSIEMU_LOG_READS + writes, 1);
	add(lu, writes ? SCSIEMU_LOG_BLOCKS_RECEIVED : SCSIEMU_LOG_BLOCKS_SENT,
	    nblk);
	add(lu, SCSIEMU_LOG_READ_MS + writes, ms);
	add(lu, SCSIEMU_LOG_WEIGHED, ms);
	add(lu, SCSIEMU_LOG_WEIGHED_RUNNING, ms);
	if (!row->prot_at || !(semu_sbc_byte(c) & 0x08))
		return;
	add(lu, SCSIEMU_LOG_FUA_READS + writes, 1);
	add(lu, SCSIEMU_LOG_FUA_READ_MS + writes, ms);
}

static void count(struct scsiemu_cmd *c, uint64_t ms)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t lba, nblk, bytes;

	if (c->status == SCSIEMU_CHECK_CONDITION) {
		count_error(c);
		return;
	}
	if (c->status || !semu_sbc_access(c, &lba, &nblk))
		return;
	bytes = nblk * lu->cap.blen;
	add(lu, page_of(row) + BYTES, bytes);
	if (SEMU_WITH_VERIFY && steps(row, semu_sbc_write_verify))
		add(lu, SCSIEMU_LOG_VERIFY_BYTES, bytes);
	if (row->kind == SCSIEMU_K_READ || row->kind == SCSIEMU_K_WRITE)
		count_transfer(c, nblk, ms);
}

/* ---- Pages ---- */

/* Errors of writing, reading and verifying, statistics: values. */
static const struct semu_log_page write_errors = { .code = 0x02 },
				  read_errors = { .code = 0x03 },
				  verify_errors = { .code = 0x05 },
				  statistics = { .code = 0x19 };

static const struct semu_log_page *const pages[] = {
	&write_errors,	    &read_errors,
	&verify_errors,	    &semu_log_06,
#if SEMU_WITH_THIN
	&semu_sbc_log_0c,
#endif
	&semu_log_0d,	    &semu_log_0d01,
	&semu_log_0e,	    &semu_log_0f,
	&semu_log_10,	    &semu_sbc_log_11,
#if SEMU_WITH_SCAN
	&semu_sbc_log_15,
#endif
#if SEMU_WITH_DEFECTS
	&semu_sbc_log_1501,
#endif
#if SEMU_WITH_SCAN
	&semu_sbc_log_1502,
#endif
	&semu_sbc_log_17,
#if SEMU_WITH_PORTS
	&semu_log_18,
#endif
	&statistics,
#if SEMU_WITH_POWER
	&semu_log_1a,
#endif
	&semu_log_2f,	    NULL
};

const struct semu_log_type semu_sbc_log = { .values = values,
					    .pages = pages,
					    .count = count };

#endif
