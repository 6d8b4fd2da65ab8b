/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log pages of the cartridge: what was moved and where the tape stands (0Ch),
 * usage (30h), capacity (31h), and volume statistics (17h; SSC-4 8.2).
 */
#include "ssc/attr.h"
#include "ssc/logparam.h"

#if SEMU_WITH_LOG

enum { MEBI_BITS = 20 };

NOW(blocks_written, (uint64_t)now->blocks_written + now->marks)
NOW(blocks_read, now->blocks_read)
NOW(failed_reads, now->failed_reads)
NOW(failed_writes, now->failed_writes)
LIFE(life_read, read)
LIFE(life_written, written)
LIFE(life_tape_read, tape_read)
LIFE(life_tape_written, tape_written)
NOW(read_ratio, ratio(now->read, now->tape_read))
NOW(write_ratio, ratio(now->written, now->tape_written))

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

/* ---- Sequential-access device ---- */

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
RESET_PAGE(semu_ssc_log_0c, 0x0c, device, device_reset);

/* ---- Tape capacity of LTO drives ---- */

static const struct param tape_capacity[] = {
	{ 1, 4, left_0 }, { 2, 4, left_1 }, { 3, 4, all_0 }, { 4, 4, all_1 }
};
TABLE_PAGE(semu_ssc_log_31, 0x31, tape_capacity);

/* ---- Volume statistics: numbers, then some of each partition ---- */

static uint64_t threads(const struct scsiemu_lu *lu)
{
	return lu->medium ? semu_ssc_attr_number(lu, SEMU_MAM_LOADS, 0) + 1 : 0;
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
	return medium_mb(lu, SEMU_MAM_WRITTEN, semu_ssc(lu)->now.tape_written);
}

static uint64_t medium_read_mb(const struct scsiemu_lu *lu)
{
	return medium_mb(lu, SEMU_MAM_READ, semu_ssc(lu)->now.tape_read);
}

static uint64_t last_written_mb(const struct scsiemu_lu *lu)
{
	return medium_mb(lu, SEMU_MAM_LAST_WRITTEN, 0);
}

static uint64_t last_read_mb(const struct scsiemu_lu *lu)
{
	return medium_mb(lu, SEMU_MAM_LAST_READ, 0);
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
TABLE_PAGE(semu_ssc_log_30, 0x30, usage);

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
		put_param(&volume[i], lu, w);
}

const struct semu_log_page semu_ssc_log_17 = { .code = 0x17,
					       .count = volume_count,
					       .code_of = volume_code,
					       .put = volume_put };

#endif
