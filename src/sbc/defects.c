/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of blocks that are not like others, sorted by LBA. It lies in the
 * LU's state in the form in which it is saved, always of the same length, so
 * that what is saved late is no less consistent:
 *
 *	1  0  generation (2)  count (2)  { flags (1)  LBA (8) } ...
 */
#include <string.h>

#include "sbc/defects.h"
#include "sbc/sbc.h"

#if SEMU_WITH_DEFECTS
enum { VERSION = 1, HEAD = 6, ENTRY = 9, MOST = 4096 };

struct defects {
	uint16_t max;
	bool dirty; /* changed since it was saved */
	uint8_t rec[];
};

static struct defects *part(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_DEFECTS);
}

static uint8_t *entry(const struct defects *d, uint32_t i)
{
	return (uint8_t *)(uintptr_t)d->rec + HEAD + i * ENTRY;
}

static uint32_t count(const struct defects *d)
{
	return semu_be16(d->rec + 4);
}

static uint64_t lba_of(const struct defects *d, uint32_t i)
{
	return semu_be64(entry(d, i) + 1);
}

uint32_t semu_defects_count(const struct scsiemu_lu *lu)
{
	const struct defects *d = part(lu);

	return d ? count(d) : 0;
}

unsigned semu_defects_get(const struct scsiemu_lu *lu, uint32_t i,
			  uint64_t *lba)
{
	*lba = lba_of(part(lu), i);
	return *entry(part(lu), i);
}

uint32_t semu_defects_room(const struct scsiemu_lu *lu)
{
	const struct defects *d = part(lu);

	return d ? d->max - count(d) : 0;
}

uint16_t semu_defects_generation(const struct scsiemu_lu *lu)
{
	const struct defects *d = part(lu);

	return d ? (uint16_t)semu_be16(d->rec + 2) : 0;
}

/* The first entry at lba or behind it. */
static uint32_t search(const struct defects *d, uint64_t lba)
{
	uint32_t lo = 0, hi = count(d);

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (lba_of(d, mid) < lba)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

unsigned semu_defects_find(const struct scsiemu_lu *lu, uint64_t lba,
			   uint64_t nblk, unsigned flags, uint64_t *at)
{
	const struct defects *d = part(lu);

	if (!d)
		return 0;
	for (uint32_t i = search(d, lba); i < count(d); i++) {
		*at = lba_of(d, i);
		if (*at - lba >= nblk)
			break;
		if (*entry(d, i) & flags)
			return *entry(d, i);
	}
	return 0;
}

/* It changed: the generation, if lists did, and who looks at commands. */
static void changed(struct scsiemu_lu *lu, bool lists)
{
	struct defects *d = part(lu);
	bool bad = false;

	if (lists)
		semu_put16(d->rec + 2, (semu_be16(d->rec + 2) + 1) & 0xffff);
	for (uint32_t i = 0; i < count(d) && !bad; i++)
		bad = *entry(d, i) & SEMU_DEFECT_UNREADABLE;
	d->dirty = true;
	semu_lu_watch(lu, SEMU_PART_DEFECTS, bad);
}

static void move(struct defects *d, uint32_t from, uint32_t to)
{
	uint32_t n = count(d);

	memmove(entry(d, to), entry(d, from), (n - from) * ENTRY);
	n += to - from;
	memset(entry(d, n), 0, (d->max - n) * ENTRY);
	semu_put16(d->rec + 4, n);
}

int semu_defects_add(struct scsiemu_lu *lu, uint64_t lba, unsigned flags)
{
	struct defects *d = part(lu);
	uint32_t i = search(d, lba);

	if (i == count(d) || lba_of(d, i) != lba) {
		if (count(d) == d->max)
			return SCSIEMU_ERR_SPACE;
		move(d, i, i + 1);
		*entry(d, i) = 0;
		semu_put64(entry(d, i) + 1, lba);
	}
	*entry(d, i) |= (uint8_t)flags;
	changed(lu, flags & SEMU_DEFECT_LISTED);
	return 0;
}

void semu_defects_clear(struct scsiemu_lu *lu, uint64_t lba, uint64_t nblk,
			unsigned flags)
{
	struct defects *d = part(lu);
	uint32_t i;

	if (!d)
		return;
	for (i = search(d, lba); i < count(d) && lba_of(d, i) - lba < nblk;) {
		unsigned had = *entry(d, i) & flags;

		*entry(d, i) &= (uint8_t)~flags;
		if (!*entry(d, i))
			move(d, i + 1, i);
		else
			i++;
		if (had)
			changed(lu, had & SEMU_DEFECT_LISTED);
	}
}

int semu_defects_save(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct defects *d = part(lu);

	if (!d->dirty || !semu_can_save(lu))
		return SCSIEMU_FINISHED;
	d->dirty = false;
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0,
				   SCSIEMU_NV_DEFECTS, d->rec,
				   HEAD + d->max * (uint32_t)ENTRY);
}

static uint32_t max_of(const struct scsiemu_lu_config *cf)
{
	uint32_t n = SEMU_SBC_OPTION(cf, defects);

	return n < MOST ? n : MOST;
}

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	uint32_t n = max_of(cf);

	return n ? (uint32_t)sizeof(struct defects) + HEAD + n * ENTRY : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	struct defects *d = mem;

	(void)lu;
	d->max = (uint16_t)max_of(cf);
	d->rec[0] = VERSION;
	return 0;
}

static void loaded(struct scsiemu_lu *lu)
{
	lu->able |= SCSIEMU_NEED_DEFECTS;
}

/* A record of ours: known flags, ascending, and nothing behind the count. */
static bool fits(const struct defects *d, const uint8_t *buf, uint32_t len)
{
	uint32_t n, i;

	if (len < HEAD || (len - HEAD) % ENTRY || buf[0] != VERSION || buf[1])
		return false;
	n = semu_be16(buf + 4);
	if (n > (len - HEAD) / ENTRY || n > d->max)
		return false;
	for (i = 0; i < (len - HEAD) / ENTRY; i++) {
		const uint8_t *e = buf + HEAD + i * ENTRY;

		if (i >= n ? *e || semu_be64(e + 1) : !*e || *e > 15)
			return false;
		if (i && i < n && semu_be64(e + 1) <= semu_be64(e + 1 - ENTRY))
			return false;
	}
	return true;
}

static int restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	struct defects *d = part(lu);

	if (!fits(d, buf, len))
		return SCSIEMU_ERR_ARG;
	memset(d->rec, 0, HEAD + d->max * (uint32_t)ENTRY);
	memcpy(d->rec, buf, HEAD + semu_be16(buf + 4) * (uint32_t)ENTRY);
	changed(lu, false);
	d->dirty = false;
	return 0;
}

/* Of blocks that are read the first unreadable one fails; INFORMATION is its
 * LBA. */
static int read_blocks(struct scsiemu_cmd *c, const struct scsiemu_lu *lu,
		       uint64_t lba, uint64_t nblk)
{
	uint64_t at;
	unsigned flags;

	flags = semu_defects_find(lu, lba, nblk, SEMU_DEFECT_UNREADABLE, &at);
	if (!flags)
		return 0;
	return scsiemu_fail_info(c, SCSIEMU_SK_MEDIUM_ERROR,
				 flags & SEMU_DEFECT_MARKED
					 ? SCSIEMU_ASC_LBA_MARKED_BAD
					 : SCSIEMU_ASC_UNRECOVERED_READ_ERROR,
				 at);
}

/* A command that reads an unreadable block moves nothing. */
static int begin(struct scsiemu_cmd *c)
{
	uint64_t lba, nblk;

	if (!(semu_sbc_access(c, &lba, &nblk) & SEMU_SBC_READS))
		return 0;
	return read_blocks(c, scsiemu_cmd_lu(c), lba, nblk);
}

static int raw(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
	       uint64_t lba, uint64_t nblk)
{
	if (!write)
		return read_blocks(c, lu, lba, nblk);
	semu_defects_clear(lu, lba, nblk, SEMU_DEFECT_UNREADABLE);
	return 0;
}

/* What was written can be read again (SBC-4 4.18.2). */
static int finish(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t lba, nblk;

	if (c->status != SCSIEMU_GOOD)
		return SCSIEMU_FINISHED;
	if (semu_sbc_access(c, &lba, &nblk) & SEMU_SBC_WRITES)
		semu_defects_clear(lu, lba, nblk, SEMU_DEFECT_UNREADABLE);
	return semu_defects_save(c);
}

/* New blocks can be read; the lists stay. */
static void wiped(struct scsiemu_lu *lu, bool keep)
{
	(void)keep;
	semu_defects_clear(lu, 0, UINT64_MAX, SEMU_DEFECT_UNREADABLE);
}

const struct semu_part_type semu_defects_part = {
	.part = SEMU_PART_DEFECTS,
	.nv = SCSIEMU_NV_DEFECTS,
	.size = size,
	.init = init,
	.loaded = loaded,
	.restore = restore,
	.begin = begin,
	.finish = finish,
	.raw = raw,
	.wiped = wiped,
};
#endif
