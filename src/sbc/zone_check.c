/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What zones allow (ZBC-2 4.4.3). The order of the checks: where the blocks
 * begin (gap), boundaries, conditions of the zones, write pointers, physical
 * blocks, resources.
 */
#include "sbc/zones.h"

#if SEMU_WITH_ZONES
/* Blocks [lba, end), n > 0, and the slots [first, last] they are in. */
struct blocks {
	uint64_t lba, end;
	uint32_t first, last;
};

static struct blocks blocks_of(const struct semu_zones *z, uint64_t lba,
			       uint64_t n)
{
	return (struct blocks){ .lba = lba,
				.end = lba + n,
				.first = (uint32_t)(lba >> z->shift),
				.last = (uint32_t)((lba + n - 1) >> z->shift) };
}

static int illegal(struct scsiemu_cmd *c, uint16_t asc)
{
	return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST, asc);
}

static int protected(struct scsiemu_cmd *c, uint16_t asc)
{
	return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT, asc);
}

/* Behind the end of the zone of slot i, if there is a gap. */
static bool past(const struct semu_zones *z, uint32_t i, uint64_t block)
{
	return block - semu_zone_start(z, i) >= semu_zone_len(z, i);
}

static bool one_type(const struct semu_zones *z, const struct blocks *b)
{
	enum semu_zone_type type = semu_zone_type(z, b->first);

	if (type != semu_zone_type(z, b->last))
		return false;
	return b->first == b->last ? !past(z, b->first, b->end - 1)
				   : semu_zone_len(z, b->first) >> z->shift ||
					     type != SEMU_ZONE_REQUIRED;
}

/* A zone that is offline, inactive or, to a write, read-only. constrained: an
 * inactive zone cannot be read. */
static int condition(struct scsiemu_cmd *c, unsigned cond, bool write,
		     bool constrained)
{
	if (cond == SEMU_ZONE_INACTIVE && (write || constrained))
		return protected(c, SCSIEMU_ASC_ZONE_INACTIVE);
	if (cond == SEMU_ZONE_IS_OFFLINE)
		return protected(c, SCSIEMU_ASC_ZONE_OFFLINE);
	if (cond == SEMU_ZONE_READONLY && write)
		return protected(c, SCSIEMU_ASC_ZONE_READ_ONLY);
	return 0;
}

static int conditions(struct scsiemu_cmd *c, const struct semu_zones *z,
		      const struct blocks *b, bool write)
{
	for (uint32_t i = b->first; i <= b->last; i++) {
		bool constrained = z->constrained &&
				   semu_zone_type(z, i) !=
					   SEMU_ZONE_CONVENTIONAL;

		if (condition(c, semu_zone_cond(z, i), write, constrained) < 0)
			return SCSIEMU_FAILED;
	}
	return 0;
}

/* Is the write pointer of slot i at `end` or behind it? */
static bool written(const struct semu_zones *z, uint32_t i, uint64_t end)
{
	uint64_t start = semu_zone_start(z, i);

	return end <= start + z->zone[i].wp;
}

static int read_pointers(struct scsiemu_cmd *c, const struct semu_zones *z,
			 const struct blocks *b)
{
	for (uint32_t i = b->first; i <= b->last; i++) {
		uint64_t end = semu_zone_start(z, i) + semu_zone_len(z, i);

		if (semu_zone_type(z, i) != SEMU_ZONE_CONVENTIONAL &&
		    !written(z, i, b->end < end ? b->end : end))
			return illegal(c, SCSIEMU_ASC_READ_INVALID_DATA);
	}
	return 0;
}

/* Host aware disks are read like any other, but for zones that are gone. */
static int judge_read(struct scsiemu_cmd *c, const struct semu_zones *z,
		      const struct blocks *b)
{
	bool required = semu_zone_type(z, b->first) == SEMU_ZONE_REQUIRED;

	if (z->managed) {
		if (past(z, b->first, b->lba))
			return illegal(c, SCSIEMU_ASC_GAP_ZONE);
		if (!one_type(z, b) ||
		    (z->constrained && required && b->first != b->last))
			return illegal(c, SCSIEMU_ASC_READ_BOUNDARY_VIOLATION);
	}
	if (conditions(c, z, b, false) < 0)
		return SCSIEMU_FAILED;
	return z->constrained ? read_pointers(c, z, b) : 0;
}

/* The LBA in the CDB, for a field pointer. */
static uint16_t lba_at(const struct scsiemu_cmd *c)
{
	unsigned fields = scsiemu_cmd_row(c)->fields;

	return fields == SCSIEMU_F_RW6 ? 1 : fields == SCSIEMU_F_RW32 ? 12 : 2;
}

/* A full zone has no write pointer that a write could be at; libzbc and Linux
 * know this answer. */
static int write_pointer(struct scsiemu_cmd *c, const struct semu_zones *z,
			 const struct blocks *b)
{
	enum semu_zone_type type = semu_zone_type(z, b->first);
	uint64_t wp = semu_zone_start(z, b->first) + z->zone[b->first].wp;

	if (type == SEMU_ZONE_REQUIRED) {
		if (z->zone[b->first].cond == SEMU_ZONE_IS_FULL)
			return scsiemu_fail_cdb(c, lba_at(c), SCSIEMU_NO_BIT);
		if (b->lba != wp)
			return illegal(c, SCSIEMU_ASC_UNALIGNED_WRITE);
	}
	if (type == SEMU_ZONE_BEFORE && b->lba > wp)
		return illegal(c, SCSIEMU_ASC_UNALIGNED_WRITE);
	return 0;
}

/* A write that moves a pointer leaves it behind a physical block. */
static bool physical_ok(const struct scsiemu_lu *lu, const struct semu_zones *z,
			const struct blocks *b)
{
	enum semu_zone_type type = semu_zone_type(z, b->last);
	uint64_t end = semu_zone_start(z, b->last) + semu_zone_len(z, b->last);

	if (type != SEMU_ZONE_REQUIRED && type != SEMU_ZONE_BEFORE)
		return true;
	return !(b->end & (((uint64_t)1 << lu->cap.exponent) - 1)) ||
	       written(z, b->last, b->end) || b->end == end;
}

/* Closed and empty zones are implicitly open from now on. */
static int open_zones(struct scsiemu_cmd *c, struct semu_zones *z,
		      const struct blocks *b)
{
	for (uint32_t i = b->first; i <= b->last; i++) {
		unsigned cond = z->zone[i].cond;

		if (cond != SEMU_ZONE_EMPTY && cond != SEMU_ZONE_CLOSED)
			continue;
		if (semu_zone_type(z, i) == SEMU_ZONE_REQUIRED &&
		    !semu_zone_make_room(z, 1))
			return protected(c, SCSIEMU_ASC_ZONE_RESOURCES);
		semu_zone_become(z, i, SEMU_ZONE_IMPLICIT);
	}
	return 0;
}

static int judge_write(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
		       struct semu_zones *z, const struct blocks *b)
{
	bool required = semu_zone_type(z, b->first) == SEMU_ZONE_REQUIRED;

	if (past(z, b->first, b->lba))
		return illegal(c, SCSIEMU_ASC_GAP_ZONE);
	if (!one_type(z, b) || (required && b->first != b->last))
		return illegal(c, SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION);
	if (conditions(c, z, b, true) < 0 || write_pointer(c, z, b) < 0)
		return SCSIEMU_FAILED;
	if (!physical_ok(lu, z, b))
		return illegal(c, SCSIEMU_ASC_UNALIGNED_WRITE);
	return open_zones(c, z, b);
}

int semu_zones_judge(struct scsiemu_cmd *c, struct scsiemu_lu *lu, uint64_t lba,
		     uint64_t n, bool write)
{
	struct semu_zones *z = semu_zones(lu);
	struct blocks b;

	if (!z || !n)
		return 0;
	b = blocks_of(z, lba, n);
	return write ? judge_write(c, lu, z, &b) : judge_read(c, z, &b);
}

int semu_zones_raw(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
		   uint64_t lba, uint64_t n)
{
	if (write && n && lba + n > lu->lane_from)
		return illegal(c, SCSIEMU_ASC_UNALIGNED_WRITE);
	return semu_zones_judge(c, lu, lba, n, write);
}

int semu_zones_judge_unmap(struct scsiemu_cmd *c, uint64_t lba, uint64_t n)
{
	const struct semu_zones *z = semu_zones(scsiemu_cmd_lu(c));
	uint64_t blocks; /* ... in front of the last slot */
	struct blocks b;

	if (!z || !n)
		return 0;
	b = blocks_of(z, lba, n);
	blocks = semu_zone_start(z, b.last);
	if (past(z, b.first, b.lba) || past(z, b.last, b.end - 1) ||
	    (b.first < b.last && past(z, b.last - 1, blocks - 1)))
		return illegal(c, SCSIEMU_ASC_GAP_ZONE);
	return conditions(c, z, &b, true);
}

/* Blocks that a command's LBA and count name. Those that only warm or flush a
 * cache (NODATA) may name any. */
int semu_zones_begin(struct scsiemu_cmd *c)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t lba = scsiemu_cmd_lba(c), n = scsiemu_cmd_count(c);

	if (!(row->flags & SCSIEMU_ROW_BLOCKS) || row->kind == SCSIEMU_K_NODATA)
		return 0;
	if (!n && row->flags & SCSIEMU_ROW_LONG)
		n = lu->cap.nblk - lba;
	return semu_zones_judge(c, lu, lba, n,
				row->stops & SCSIEMU_ON_PROTECTED);
}
#else
int semu_zones_judge(struct scsiemu_cmd *c, struct scsiemu_lu *lu, uint64_t lba,
		     uint64_t n, bool write)
{
	(void)c, (void)lu, (void)lba, (void)n, (void)write;
	return 0;
}
#endif
