/* SPDX-License-Identifier: BSD-2-Clause */
/* The drive as a part of its logical unit, and what it makes of a cartridge. */
#include <string.h>

#include "ssc/ssc.h"

/* Of early warning: a share of the partition, in these bounds. */
enum { SHARE = 50, LEAST = 1000000, QUARTER = 4 };
#define MOST UINT64_C(5000000000)

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	(void)cf;
	return sizeof(struct semu_ssc);
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_ssc_options *o = cf->options;
	struct semu_ssc *s = mem;

	if (o)
		memcpy(&s->is, o,
		       o->size < sizeof(s->is) ? o->size : sizeof(s->is));
	if (!s->is.block_min)
		s->is.block_min = 1;
	if (!s->is.block_max)
		s->is.block_max = SCSIEMU_TAPE_BLOCK_MAX;
	if (!s->is.partitions)
		s->is.partitions = 1;
	lu->removable = true; /* a cartridge always is */
	if (s->is.partitions > SCSIEMU_TAPE_PARTITIONS ||
	    s->is.granularity > 23 ||
	    s->is.block_max > SCSIEMU_TAPE_BLOCK_MAX ||
	    s->is.block_min > s->is.block_max)
		return SCSIEMU_ERR_ARG;
	return 0;
}

/* ---- Facts ---- */

void semu_ssc_tell(const struct scsiemu_lu *lu, struct scsiemu_tape_pos *pos)
{
	const struct scsiemu_tape_ops *ops = semu_ssc_tape(lu);

	memset(pos, 0, sizeof(*pos));
	if (ops)
		ops->tell(lu->medium->ctx, pos);
}

const struct scsiemu_tape_info *semu_ssc_cartridge(const struct scsiemu_lu *lu)
{
	const struct scsiemu_tape_ops *ops = semu_ssc_tape(lu);
	struct scsiemu_tape_info *info = &semu_ssc(lu)->info;

	*info = (struct scsiemu_tape_info){ 0 };
	if (ops)
		ops->info(lu->medium->ctx, info);
	return info;
}

uint32_t semu_ssc_able(const struct scsiemu_lu *lu)
{
	const struct scsiemu_tape_info *info = semu_ssc_cartridge(lu);

	return info->able;
}

uint64_t semu_ssc_warning(const struct scsiemu_lu *lu, uint64_t bytes)
{
	uint64_t n = semu_ssc(lu)->is.early_warning;

	if (!n) {
		n = bytes / SHARE;
		n = n < LEAST ? LEAST : n;
		n = n > MOST ? MOST : n;
	}
	return n < bytes / QUARTER ? n : bytes / QUARTER;
}

unsigned semu_ssc_zone(const struct scsiemu_lu *lu,
		       const struct scsiemu_tape_pos *pos)
{
	const struct scsiemu_tape_info *info;
	uint64_t early, programmed = semu_ssc_pews(lu);

	info = semu_ssc_cartridge(lu);
	if (pos->partition >= info->partitions)
		return 0;
	early = semu_ssc_warning(lu, info->part[pos->partition].size);
	if (pos->left < early)
		return SEMU_ZONE_EARLY |
		       (programmed ? (unsigned)SEMU_ZONE_PROGRAMMED : 0);
	return pos->left - early < programmed ? SEMU_ZONE_PROGRAMMED : 0;
}

/* ---- Block lengths ---- */

uint32_t semu_ssc_block_max(const struct scsiemu_lu *lu)
{
	uint32_t most = semu_ssc(lu)->is.block_max;
	const struct scsiemu_tape_info *info = semu_ssc_cartridge(lu);

	return info->block_max && info->block_max < most ? info->block_max
							 : most;
}

uint32_t semu_ssc_block_min(const struct scsiemu_lu *lu)
{
	return semu_ssc(lu)->is.block_min;
}

bool semu_ssc_block_ok(const struct scsiemu_lu *lu, uint32_t len)
{
	uint32_t granule = 1u << semu_ssc(lu)->is.granularity;

	return len >= semu_ssc_block_min(lu) && len <= semu_ssc_block_max(lu) &&
	       !(len & (granule - 1));
}

/* ---- Cartridges come and go ---- */

const struct scsiemu_ssc_density *semu_ssc_density(const struct scsiemu_lu *lu,
						   unsigned code)
{
	const struct semu_ssc *s = semu_ssc(lu);

	for (unsigned i = 0; i < s->is.ndensities; i++)
		if (s->is.densities[i].code == code)
			return &s->is.densities[i];
	return NULL;
}

/* A cartridge that nobody has said the density of is of the usual one. */
unsigned semu_ssc_code(const struct scsiemu_lu *lu,
		       const struct scsiemu_tape_info *info)
{
	const struct semu_ssc *s = semu_ssc(lu);

	for (unsigned i = 0; !info->density && i < s->is.ndensities; i++)
		if (s->is.densities[i].usual)
			return s->is.densities[i].code;
	return info->density;
}

unsigned semu_ssc_medium_type(const struct scsiemu_lu *lu,
			      const struct scsiemu_tape_info *info)
{
	const struct scsiemu_ssc_density *d =
		semu_ssc_density(lu, semu_ssc_code(lu, info));

	if (!lu->medium || !d || !d->typed)
		return info->medium_type;
	return info->worm ? d->worm_type : d->medium_type;
}

unsigned semu_ssc_partitions(const struct scsiemu_lu *lu,
			     const struct scsiemu_tape_info *info)
{
	unsigned most = semu_ssc(lu)->is.partitions;
	const struct scsiemu_ssc_density *d =
		semu_ssc_density(lu, semu_ssc_code(lu, info));

	return d && d->partitions && d->partitions < most ? d->partitions
							  : most;
}

static void add_up(struct semu_ssc_count *life,
		   const struct semu_ssc_count *now)
{
	life->read += now->read;
	life->written += now->written;
	life->tape_read += now->tape_read;
	life->tape_written += now->tape_written;
	life->blocks_read += now->blocks_read;
	life->blocks_written += now->blocks_written;
	life->marks += now->marks;
	life->failed_reads += now->failed_reads;
	life->failed_writes += now->failed_writes;
}

#define FLAG(f) (UINT64_C(1) << (64 - SCSIEMU_ALERT_##f))
/* TapeAlert flags that are over when the cartridge is out, as IBM's manuals of
 * the 3592 and its libraries have it. */
static const uint64_t of_cartridge = FLAG(MEDIA) | FLAG(READ_FAILURE) |
				     FLAG(WRITE_FAILURE) | FLAG(WRITE_PROTECT) |
				     FLAG(NO_REMOVAL) | FLAG(CLEANING_MEDIA) |
				     FLAG(UNSUPPORTED_FORMAT) |
				     FLAG(WORM_OVERWRITE);

/* Another one, or none: nothing of the last one counts any more. */
static void exchanged(struct scsiemu_lu *lu, struct semu_ssc *s)
{
	if (s->loaded)
		s->ms.loaded += lu->dev->now - s->ms.since;
	s->ms.since = lu->dev->now;
	s->loaded = lu->medium;
	s->changed = s->warned = false;
	semu_ssc_drained(s);
	semu_ssc_unplan(lu);
	s->grant = SEMU_GRANT_NONE;
	add_up(&s->life, &s->now);
	memset(&s->now, 0, sizeof(s->now));
	semu_ssc_alerts(lu, of_cartridge, 0);
	if (lu->medium)
		s->loads++;
}

/* Can it be read, and written? */
static void judge(struct scsiemu_lu *lu, struct semu_ssc *s)
{
	const struct scsiemu_ssc_density *d;
	const struct scsiemu_tape_info *info;

	s->unfit = s->unwritable = false;
	if (!lu->medium)
		return;
	info = semu_ssc_cartridge(lu);
	d = semu_ssc_density(lu, semu_ssc_code(lu, info));
	s->unfit = !semu_ssc_tape(lu) || info->cleaning ||
		   (s->is.ndensities && !d);
	s->unwritable = d && !d->write;
	if (info->cleaning)
		scsiemu_ssc_alert(lu, SCSIEMU_ALERT_CLEANING_MEDIA, true);
	else if (s->unfit)
		scsiemu_ssc_alert(lu, SCSIEMU_ALERT_UNSUPPORTED_FORMAT, true);
}

static void part_loaded(struct scsiemu_lu *lu)
{
	struct semu_ssc *s = semu_ssc(lu);

	if (s->loaded != lu->medium)
		exchanged(lu, s);
	judge(lu, s);
	if (s->is.partitions > 1 || s->is.set_capacity)
		lu->able |= SCSIEMU_NEED_PARTITIONS;
	if (s->is.append_only)
		lu->able |= SCSIEMU_NEED_APPEND_ONLY;
	if (s->is.automation_serial)
		lu->able |= SCSIEMU_NEED_AUTOMATION;
	if (s->is.reverse)
		lu->able |= SCSIEMU_NEED_REVERSE;
	lu->able |= SCSIEMU_NEED_REMOVABLE;
}

/* A reset leaves the tape where it is, and what was allowed is no more. */
static void part_reset(struct scsiemu_lu *lu)
{
	struct semu_ssc *s = semu_ssc(lu);

	s->grant = SEMU_GRANT_NONE;
	semu_ssc_unplan(lu);
}

const struct semu_part_type semu_ssc_part = { .part = SEMU_PART_SSC,
					      .size = size,
					      .init = init,
					      .loaded = part_loaded,
					      .tick = semu_ssc_tick,
					      .reset = part_reset };

void semu_ssc_loaded(struct scsiemu_lu *lu)
{
	memset(&lu->cap, 0, sizeof(lu->cap));
	lu->cap.pi = semu_ssc(lu)->is.protection; /* PROTECT of INQUIRY */
	semu_spc_guards(lu);
	/*
	 * A nexus that finds a cartridge is told of it behind 29/00. If power
	 * went while a host wrote, its WRITE meets the first; Linux before 6.6
	 * then sends a WRITE FILEMARKS all the same, which would erase the
	 * tape: it meets the other.
	 */
	lu->first_ua = lu->medium ? SEMU_UA_BIT(SEMU_UA_MEDIUM) : 0;
}

#if SEMU_WITH_LOST
void semu_ssc_lost(struct scsiemu_lu *lu, const struct semu_itl *itl)
{
#if SEMU_WITH_LOG
	semu_ssc_unread(lu, itl);
#endif
	semu_crypt_lost(lu, itl);
}
#endif

#if SEMU_WITH_ATTENTION
void semu_ssc_attention(const struct scsiemu_lu *lu, struct scsiemu_sense *s)
{
	if (s->asc == semu_ua_asc[SEMU_SSC_UA_ENCRYPTION])
		s->asc = SCSIEMU_ASC_ENCRYPTION_CHANGED;
	if (s->asc == semu_ua_asc[SEMU_SSC_UA_ENCRYPTION_EVENT])
		s->asc = SCSIEMU_ASC_ENCRYPTION_CHANGED_EVENT;
#if SEMU_WITH_LOG
	if (s->asc == semu_ua_asc[SEMU_UA_FAILURE] && semu_exception(lu))
		s->asc = semu_exception(lu);
	if (s->asc == semu_ua_asc[SEMU_UA_LOG_EXCEPTION] && semu_log_full(lu))
		s->asc = SCSIEMU_ASC_LOG_COUNTER_AT_MAXIMUM;
#else
	(void)lu;
#endif
}
#endif
