/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log pages of a tape drive (SSC-4 8.2, and those that LTO drives have beside
 * it). Parameters are rows: a code, a length, and where the number comes from.
 */
#include "ssc/logparam.h"

#if SEMU_WITH_LOG

enum { HOUR_MS = 3600000 };

NOW(read_mb, now->read / MILLION)
NOW(read_rest, now->read % MILLION)
NOW(tape_read_mb, now->tape_read / MILLION)
NOW(tape_read_rest, now->tape_read % MILLION)
NOW(written_mb, now->written / MILLION)
NOW(written_rest, now->written % MILLION)
NOW(tape_written_mb, now->tape_written / MILLION)
NOW(tape_written_rest, now->tape_written % MILLION)
NOW(read_ratio, ratio(now->read, now->tape_read))
NOW(write_ratio, ratio(now->written, now->tape_written))
LIFE(life_failed_reads, failed_reads)
LIFE(life_failed_writes, failed_writes)

static uint64_t loads(const struct scsiemu_lu *lu)
{
	return semu_ssc(lu)->loads;
}

static uint64_t powered_hours(const struct scsiemu_lu *lu)
{
	return semu_powered_ms(lu) / HOUR_MS;
}

static uint64_t prevented(const struct scsiemu_lu *lu)
{
	return lu->prevents != 0;
}

static uint64_t compresses(const struct scsiemu_lu *lu)
{
	return semu_ssc_compresses(lu);
}

/* ---- Duty cycles: percent of the time since power on ---- */

static uint64_t sampled(const struct scsiemu_lu *lu)
{
	return lu->dev->now - lu->dev->began;
}

static uint64_t share(const struct scsiemu_lu *lu, uint64_t ms)
{
	uint64_t all = sampled(lu);

	return all ? (ms < all ? ms : all) * 100 / all : 0;
}

static uint64_t reading(const struct scsiemu_lu *lu)
{
	return share(lu, semu_ssc(lu)->ms.read);
}

static uint64_t writing(const struct scsiemu_lu *lu)
{
	return share(lu, semu_ssc(lu)->ms.written);
}

static uint64_t active(const struct scsiemu_lu *lu)
{
	return share(lu, semu_ssc(lu)->ms.moved);
}

/* ms that a cartridge has been loaded. */
static uint64_t loaded_ms(const struct scsiemu_lu *lu)
{
	const struct semu_ssc *s = semu_ssc(lu);

	return s->ms.loaded + (lu->medium ? lu->dev->now - s->ms.since : 0);
}

static uint64_t with(const struct scsiemu_lu *lu)
{
	return share(lu, loaded_ms(lu));
}

static uint64_t without(const struct scsiemu_lu *lu)
{
	return sampled(lu) ? 100 - with(lu) : 0;
}

static uint64_t motion_hours(const struct scsiemu_lu *lu)
{
	return semu_ssc(lu)->ms.moved / HOUR_MS;
}

static const struct param statistics[] = {
	{ 0x0000, 4, loads },
	{ 0x0001, 4, none }, /* cleaned */
	{ 0x0002, 4, powered_hours },
	{ 0x0003, 4, motion_hours },
	{ 0x0004, 4, none }, /* metres */
	{ 0x000c, 4, once },
	{ 0x000d, 4, loads },
	{ 0x000e, 4, life_failed_writes },
	{ 0x000f, 4, life_failed_reads },
	{ 0x0010, 8, sampled },
	{ 0x0011, 8, reading },
	{ 0x0012, 8, writing },
	{ 0x0013, 8, active },
	{ 0x0014, 8, without },
	{ 0x0015, 8, with },
	{ 0x0080, 1, prevented },
	{ 0x0081, 1, none },
};
TABLE_PAGE(semu_ssc_log_14, 0x14, statistics);

static const struct param compression[] = {
	{ 0x0000, 2, read_ratio },	{ 0x0001, 2, write_ratio },
	{ 0x0002, 4, read_mb },		{ 0x0003, 4, read_rest },
	{ 0x0004, 4, tape_read_mb },	{ 0x0005, 4, tape_read_rest },
	{ 0x0006, 4, written_mb },	{ 0x0007, 4, written_rest },
	{ 0x0008, 4, tape_written_mb }, { 0x0009, 4, tape_written_rest },
	{ 0x0100, 2, compresses },
};
TABLE_PAGE(semu_ssc_log_1b, 0x1b, compression);

/* The same, as LTO drives had it first. */
static const struct param compression_lto[] = {
	{ 0x0000, 2, read_ratio },	{ 0x0001, 2, write_ratio },
	{ 0x0002, 4, read_mb },		{ 0x0003, 4, read_rest },
	{ 0x0004, 4, tape_read_mb },	{ 0x0005, 4, tape_read_rest },
	{ 0x0006, 4, written_mb },	{ 0x0007, 4, written_rest },
	{ 0x0008, 4, tape_written_mb }, { 0x0009, 4, tape_written_rest },
};
TABLE_PAGE(semu_ssc_log_32, 0x32, compression_lto);

/* Requested recovery: none is. */
static const struct param recovery[] = { { 0x0000, 1, none } };
TABLE_PAGE(semu_ssc_log_13, 0x13, recovery);

/* Performance characteristics of LTO drives: nothing is known of the quality of
 * a medium that is none. */
static const struct param performance[] = {
	{ 0x0000, 1, none }, { 0x0001, 1, none }, { 0x0010, 1, none },
	{ 0x0011, 1, none }, { 0x0012, 1, none }, { 0x001a, 1, none },
};
TABLE_PAGE(semu_ssc_log_37, 0x37, performance);

/* ---- Device status: what is so now ---- */

enum { PAMR = 0x80, MACC = 0x20, CMPR = 0x10, WRTP = 0x08, DINIT = 0x01 };
enum { MPRSNT = 0x10, MSTD = 0x04, MTHRD = 0x02, MOUNTED = 0x01 };
enum { POLL_MS = 500, TAFC = 0x01 };

static uint64_t status(const struct scsiemu_lu *lu)
{
	uint32_t drive = DINIT, tape = 0;

	if (lu->prevents)
		drive |= PAMR;
	if (compresses(lu))
		drive |= CMPR;
	if (lu->medium) {
		drive |= MACC | (protected(lu) ? (unsigned)WRTP : 0);
		tape = MPRSNT | MSTD | MTHRD | MOUNTED;
	} else if (lu->ejected) {
		tape = MPRSNT;
	}
	return drive << 24 | tape << 16 | (semu_ssc(lu)->alerts ? TAFC : 0);
}

static uint64_t poll(const struct scsiemu_lu *lu)
{
	(void)lu;
	return POLL_MS;
}

static const struct param device_status[] = { { 0, 4, status },
					      { 1, 2, poll } };
TABLE_PAGE(semu_ssc_log_11, 0x11, device_status);

/* ---- Error counters: values ---- */

#define COUNTER(pg, cd, n)                                                     \
	{                                                                      \
		.page = (pg) << 8, .code = (cd), .len = (n), .host = true,     \
		.format = SEMU_LOG_COUNTER                                     \
	}
#define ERRORS(pg)                                                             \
	COUNTER(pg, 0, 4), COUNTER(pg, 1, 4), COUNTER(pg, 2, 4),               \
		COUNTER(pg, 3, 4), COUNTER(pg, 4, 4), COUNTER(pg, 5, 8),       \
		COUNTER(pg, 6, 4)

/* By enum scsiemu_log; what is not there is a disk's. */
static const struct semu_log_value values[SCSIEMU_LOG_COUNT] = {
	ERRORS(0x02),
	ERRORS(0x03),
	ERRORS(0x05),
	COUNTER(0x06, 0, 4),
	[SCSIEMU_LOG_TEMPERATURE] = { .page = 0x0d00,
				      .code = 0,
				      .len = 2,
				      .format = SEMU_LOG_LIST,
				      .initial = 0xff },
	[SCSIEMU_LOG_TEMPERATURE_MAX] = { .page = 0x0d00,
					  .code = 1,
					  .len = 2,
					  .format = SEMU_LOG_LIST,
					  .initial = 0xff },
};

static bool writes(const struct scsiemu_row *row)
{
	return row->stops & SCSIEMU_ON_PROTECTED;
}

static void count(struct scsiemu_cmd *c, uint64_t ms)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool w = writes(scsiemu_cmd_row(c));

	if (scsiemu_cmd_row(c)->kind != SCSIEMU_K_STEPS)
		return;
	semu_ssc(lu)->ms.moved += ms;
	semu_ssc(lu)->ms.written += c->out_done ? ms : 0;
	semu_ssc(lu)->ms.read += c->in_done ? ms : 0;
	scsiemu_log_add(lu, SCSIEMU_LOG_WRITE_BYTES, c->out_done);
	scsiemu_log_add(lu, SCSIEMU_LOG_READ_BYTES, c->in_done);
	if (c->status != SCSIEMU_CHECK_CONDITION)
		return;
	semu_ssc_diagnose(c);
	if (c->sense.key == SCSIEMU_SK_MEDIUM_ERROR)
		scsiemu_log_add(lu,
				w ? SCSIEMU_LOG_WRITE_UNCORRECTED
				  : SCSIEMU_LOG_READ_UNCORRECTED,
				1);
	else if (c->sense.key == SCSIEMU_SK_HARDWARE_ERROR)
		scsiemu_log_add(lu, SCSIEMU_LOG_NON_MEDIUM, 1);
}

static const struct semu_log_page write_errors = { .code = 0x02 },
				  read_errors = { .code = 0x03 };

static const struct semu_log_page *const pages[] = { &write_errors,
						     &read_errors,
						     &semu_log_06,
						     &semu_ssc_log_0c,
						     &semu_log_0d,
						     &semu_log_0d01,
						     &semu_ssc_log_11,
						     &semu_ssc_log_12,
						     &semu_ssc_log_13,
						     &semu_ssc_log_14,
						     &semu_ssc_log_16,
						     &semu_ssc_log_17,
#if SEMU_WITH_PORTS
						     &semu_log_18,
#endif
						     &semu_ssc_log_1b,
						     &semu_ssc_log_2e,
						     &semu_ssc_log_30,
						     &semu_ssc_log_31,
						     &semu_ssc_log_32,
						     &semu_ssc_log_37,
						     NULL };

const struct semu_log_type semu_ssc_log = { .values = values,
					    .pages = pages,
					    .count = count };

#endif
