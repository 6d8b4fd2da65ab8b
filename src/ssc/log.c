/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log pages of a tape drive (SSC-4 8.2, and those that LTO drives have beside
 * it). Parameters are rows: a code, a length, and where the number comes from.
 */
#include "ssc/attr.h"

#if SEMU_WITH_LOG

enum { MILLION = 1000000, MEBI_BITS = 20, HOUR_MS = 3600000 };

/* ---- Rows of numbers ---- */

struct param {
	uint16_t code;
	uint8_t len;
	uint64_t (*value)(const struct scsiemu_lu *lu);
};

static void put_number(struct scsiemu_wr *w, uint64_t v, unsigned len)
{
	while (len--)
		scsiemu_wr_u8(w, v >> 8 * len & 0xff);
}

/* A page that is such a table; reset: what LOG SELECT does, NULL. */
#define TABLE_PAGE(name, page, table) RESET_PAGE(name, page, table, NULL)
#define RESET_PAGE(name, page, table, reset)                                   \
	static unsigned name##_count(const struct scsiemu_lu *lu)              \
	{                                                                      \
		(void)lu;                                                      \
		return sizeof(table) / sizeof((table)[0]);                     \
	}                                                                      \
	static uint16_t name##_code(const struct scsiemu_lu *lu, unsigned i)   \
	{                                                                      \
		(void)lu;                                                      \
		return (table)[i].code;                                        \
	}                                                                      \
	static void name##_put(const struct scsiemu_lu *lu, unsigned i,        \
			       struct scsiemu_wr *w)                           \
	{                                                                      \
		put_number(w, (table)[i].value(lu), (table)[i].len);           \
	}                                                                      \
	static const struct semu_log_page name = { .code = (page),             \
						   .count = name##_count,      \
						   .code_of = name##_code,     \
						   .put = name##_put,          \
						   .clear = (reset) }

static uint64_t none(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 0;
}

/* In hundredths, in two bytes. */
static uint64_t ratio(uint64_t host, uint64_t tape)
{
	uint64_t v = tape ? host * 100 / tape : 100;

	return v < UINT16_MAX ? v : UINT16_MAX;
}

/* Of this load, and of all. */
#define NOW(name, expr)                                                        \
	static uint64_t name(const struct scsiemu_lu *lu)                      \
	{                                                                      \
		const struct semu_ssc_count *now = &semu_ssc(lu)->now;         \
                                                                               \
		return (expr);                                                 \
	}
#define LIFE(name, member)                                                     \
	static uint64_t name(const struct scsiemu_lu *lu)                      \
	{                                                                      \
		const struct semu_ssc *s = semu_ssc(lu);                       \
                                                                               \
		return s->now.member + s->life.member;                         \
	}

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
NOW(blocks_written, (uint64_t)now->blocks_written + now->marks)
NOW(blocks_read, now->blocks_read)
NOW(failed_reads, now->failed_reads)
NOW(failed_writes, now->failed_writes)
LIFE(life_read, read)
LIFE(life_written, written)
LIFE(life_tape_read, tape_read)
LIFE(life_tape_written, tape_written)
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

static uint64_t once(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 1;
}

static uint64_t prevented(const struct scsiemu_lu *lu)
{
	return lu->prevents != 0;
}

static uint64_t compresses(const struct scsiemu_lu *lu)
{
	return semu_ssc_compresses(lu);
}

static uint64_t protected(const struct scsiemu_lu *lu)
{
	return lu->guards & SCSIEMU_ON_PROTECTED || semu_ssc(lu)->unwritable;
}

/* ---- Facts of the cartridge ---- */

static uint64_t size_mb(const struct scsiemu_lu *lu)
{
	const struct scsiemu_tape_info *info = semu_ssc_cartridge(lu);

	return info->size / MILLION;
}

static uint64_t used_mb(const struct scsiemu_lu *lu)
{
	const struct scsiemu_tape_info *info;
	uint64_t sum = 0;

	info = semu_ssc_cartridge(lu);
	for (unsigned i = 0; i < info->partitions; i++)
		sum += info->part[i].used;
	return sum / MILLION;
}

static uint64_t is_worm(const struct scsiemu_lu *lu)
{
	const struct scsiemu_tape_info *info = semu_ssc_cartridge(lu);

	return info->worm;
}

/* Of the partition where the tape stands. */
static uint64_t to_end_mb(const struct scsiemu_lu *lu)
{
	const struct scsiemu_tape_info *info;
	struct scsiemu_tape_pos pos;

	info = semu_ssc_cartridge(lu);
	semu_ssc_tell(lu, &pos);
	return info->part[pos.partition].used / MILLION;
}

static uint64_t warning_mb(const struct scsiemu_lu *lu)
{
	const struct scsiemu_tape_info *info;
	struct scsiemu_tape_pos pos;

	info = semu_ssc_cartridge(lu);
	semu_ssc_tell(lu, &pos);
	return semu_ssc_warning(lu, info->part[pos.partition].size) / MILLION;
}

static uint64_t to_warning_mb(const struct scsiemu_lu *lu)
{
	const struct scsiemu_tape_info *info;
	struct scsiemu_tape_pos pos;
	uint64_t size;

	info = semu_ssc_cartridge(lu);
	semu_ssc_tell(lu, &pos);
	size = info->part[pos.partition].size;
	return (size - semu_ssc_warning(lu, size)) / MILLION;
}

static uint64_t to_here_mb(const struct scsiemu_lu *lu)
{
	struct scsiemu_tape_pos pos;

	semu_ssc_tell(lu, &pos);
	return pos.used / MILLION;
}

/* MiB of a partition: what is there, what is left. */
static uint64_t mebibytes(const struct scsiemu_lu *lu, unsigned i, bool left)
{
	const struct scsiemu_tape_info *info;
	const struct scsiemu_tape_partition *p;

	info = semu_ssc_cartridge(lu);
	p = &info->part[i];
	return (left ? p->size - p->used : p->size) >> MEBI_BITS;
}

static uint64_t left_0(const struct scsiemu_lu *lu)
{
	return mebibytes(lu, 0, true);
}

static uint64_t left_1(const struct scsiemu_lu *lu)
{
	return mebibytes(lu, 1, true);
}

static uint64_t all_0(const struct scsiemu_lu *lu)
{
	return mebibytes(lu, 0, false);
}

static uint64_t all_1(const struct scsiemu_lu *lu)
{
	return mebibytes(lu, 1, false);
}

/* ---- Sequential-access device, device statistics, compression, capacity ----
 */

static const struct param device[] = {
	{ 0x0000, 8, life_written },   { 0x0001, 8, life_tape_written },
	{ 0x0002, 8, life_tape_read }, { 0x0003, 8, life_read },
	{ 0x0004, 4, to_end_mb },      { 0x0005, 4, to_warning_mb },
	{ 0x0006, 4, warning_mb },     { 0x0007, 4, to_here_mb },
	{ 0x0008, 4, none },	       { 0x0100, 4, none },
};

/* Of the drive's life, what is to be subtracted from this load's. */
static void device_reset(struct scsiemu_lu *lu)
{
	struct semu_ssc *s = semu_ssc(lu);

	s->life.read = 0 - s->now.read;
	s->life.written = 0 - s->now.written;
	s->life.tape_read = 0 - s->now.tape_read;
	s->life.tape_written = 0 - s->now.tape_written;
}
RESET_PAGE(page_0c, 0x0c, device, device_reset);

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
TABLE_PAGE(page_14, 0x14, statistics);

static const struct param compression[] = {
	{ 0x0000, 2, read_ratio },	{ 0x0001, 2, write_ratio },
	{ 0x0002, 4, read_mb },		{ 0x0003, 4, read_rest },
	{ 0x0004, 4, tape_read_mb },	{ 0x0005, 4, tape_read_rest },
	{ 0x0006, 4, written_mb },	{ 0x0007, 4, written_rest },
	{ 0x0008, 4, tape_written_mb }, { 0x0009, 4, tape_written_rest },
	{ 0x0100, 2, compresses },
};
TABLE_PAGE(page_1b, 0x1b, compression);

/* The same, as LTO drives had it first. */
static const struct param compression_lto[] = {
	{ 0x0000, 2, read_ratio },	{ 0x0001, 2, write_ratio },
	{ 0x0002, 4, read_mb },		{ 0x0003, 4, read_rest },
	{ 0x0004, 4, tape_read_mb },	{ 0x0005, 4, tape_read_rest },
	{ 0x0006, 4, written_mb },	{ 0x0007, 4, written_rest },
	{ 0x0008, 4, tape_written_mb }, { 0x0009, 4, tape_written_rest },
};
TABLE_PAGE(page_32, 0x32, compression_lto);

/* Requested recovery: none is. */
static const struct param recovery[] = { { 0x0000, 1, none } };
TABLE_PAGE(page_13, 0x13, recovery);

/* Performance characteristics of LTO drives: nothing is known of the quality of
 * a medium that is none. */
static const struct param performance[] = {
	{ 0x0000, 1, none }, { 0x0001, 1, none }, { 0x0010, 1, none },
	{ 0x0011, 1, none }, { 0x0012, 1, none }, { 0x001a, 1, none },
};
TABLE_PAGE(page_37, 0x37, performance);

static const struct param tape_capacity[] = {
	{ 1, 4, left_0 }, { 2, 4, left_1 }, { 3, 4, all_0 }, { 4, 4, all_1 }
};
TABLE_PAGE(page_31, 0x31, tape_capacity);

/* ---- Volume statistics: numbers, then some of each partition ---- */

static uint64_t threads(const struct scsiemu_lu *lu)
{
	return lu->medium ? semu_ssc_attr_number(lu, SEMU_ATTR_LOADS, 0) + 1
			  : 0;
}

/* Of the cartridge: what its memory has, in MiB, and bytes of this load. */
static uint64_t medium_mb(const struct scsiemu_lu *lu, uint16_t id,
			  uint64_t now)
{
	uint64_t mib = lu->medium ? semu_ssc_attr_number(lu, id, 0) : 0;

	return ((mib << MEBI_BITS) + now) / MILLION;
}

static uint64_t medium_written_mb(const struct scsiemu_lu *lu)
{
	return medium_mb(lu, SEMU_ATTR_WRITTEN, semu_ssc(lu)->now.tape_written);
}

static uint64_t medium_read_mb(const struct scsiemu_lu *lu)
{
	return medium_mb(lu, SEMU_ATTR_READ, semu_ssc(lu)->now.tape_read);
}

static uint64_t last_written_mb(const struct scsiemu_lu *lu)
{
	return medium_mb(lu, SEMU_ATTR_LAST_WRITTEN, 0);
}

static uint64_t last_read_mb(const struct scsiemu_lu *lu)
{
	return medium_mb(lu, SEMU_ATTR_LAST_READ, 0);
}

/* Percent of its life that a cartridge has before it: it does not wear. */
static uint64_t life_left(const struct scsiemu_lu *lu)
{
	return lu->medium ? 100 : 0;
}

/* Tape usage of LTO drives (30h) is the same by the same codes. */
#define USAGE_PARAMS                                                           \
	{ 0x0001, 4, threads }, { 0x0002, 8, blocks_written },                 \
		{ 0x0003, 4, none }, { 0x0004, 2, failed_writes },             \
		{ 0x0005, 2, none }, { 0x0006, 2, none },                      \
		{ 0x0007, 8, blocks_read }, { 0x0008, 4, none },               \
		{ 0x0009, 2, failed_reads }, { 0x000a, 2, none },              \
	{                                                                      \
		0x000b, 2, none                                                \
	}

static const struct param usage[] = { USAGE_PARAMS };
TABLE_PAGE(page_30, 0x30, usage);

static const struct param volume[] = {
	{ 0x0000, 1, once },
	USAGE_PARAMS,
	{ 0x000c, 2, none },
	{ 0x000d, 2, none },
	{ 0x000e, 4, last_written_mb },
	{ 0x000f, 4, last_read_mb },
	{ 0x0010, 8, medium_written_mb },
	{ 0x0011, 8, medium_read_mb },
	{ 0x0012, 2, write_ratio },
	{ 0x0013, 2, read_ratio },
	{ 0x0016, 4, size_mb },
	{ 0x0017, 4, used_mb },
	{ 0x0018, 4, size_mb },
	{ 0x0019, 1, life_left },
	{ 0x0080, 1, protected },
	{ 0x0081, 1, is_worm },
	{ 0x0082, 1, none },
	{ 0x0101, 4, threads },
	{ 0x0102, 4, none },
};
enum { NVOLUME = sizeof(volume) / sizeof(volume[0]) };
/* Of each partition, MB: all, used, left. */
enum { PARTITIONS_FROM = 0x0202, PARTITION_PARAMS = 3, RECORD_BEHIND = 7 };

static unsigned volume_count(const struct scsiemu_lu *lu)
{
	(void)lu;
	return NVOLUME + PARTITION_PARAMS;
}

static uint16_t volume_code(const struct scsiemu_lu *lu, unsigned i)
{
	(void)lu;
	return i < NVOLUME ? volume[i].code
			   : (uint16_t)(PARTITIONS_FROM + i - NVOLUME);
}

static void put_partitions(const struct scsiemu_lu *lu, unsigned which,
			   struct scsiemu_wr *w)
{
	const struct scsiemu_tape_info *info = semu_ssc_cartridge(lu);

	for (unsigned i = 0; i < info->partitions; i++) {
		const struct scsiemu_tape_partition *p = &info->part[i];
		const uint64_t bytes[PARTITION_PARAMS] = { p->size, p->used,
							   p->size - p->used };

		scsiemu_wr_u8(w, RECORD_BEHIND);
		scsiemu_wr_u8(w, 0);
		scsiemu_wr_be16(w, i);
		scsiemu_wr_be32(w, (uint32_t)(bytes[which] / MILLION));
	}
}

static void volume_put(const struct scsiemu_lu *lu, unsigned i,
		       struct scsiemu_wr *w)
{
	if (i >= NVOLUME)
		put_partitions(lu, i - NVOLUME, w);
	else
		put_number(w, volume[i].value(lu), volume[i].len);
}

static const struct semu_log_page page_17 = { .code = 0x17,
					      .count = volume_count,
					      .code_of = volume_code,
					      .put = volume_put };

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
TABLE_PAGE(page_11, 0x11, device_status);

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

static const struct semu_log_page *const pages[] = {
	&write_errors, &read_errors,	 &semu_log_06,
	&page_0c,      &semu_log_0d,	 &semu_log_0d01,
	&page_11,      &semu_ssc_log_12, &page_13,
	&page_14,      &semu_ssc_log_16, &page_17,
#if SEMU_WITH_PORTS
	&semu_log_18,
#endif
	&page_1b,      &semu_ssc_log_2e, &page_30,
	&page_31,      &page_32,	 &page_37,
	NULL
};

const struct semu_log_type semu_ssc_log = { .values = values,
					    .pages = pages,
					    .count = count };

#endif
