/* SPDX-License-Identifier: BSD-2-Clause */
/* The way in, short for what is usual; the whole way is in start.c. */
#include "core/hot.h"

#if SEMU_WITH_SHORT_WAY
/* An opcode without service actions, by the index; NULL: look further. */
static inline const struct scsiemu_row *find(const struct scsiemu_lu *lu,
					     const struct scsiemu_cmd *c)
{
	const struct semu_set *set = lu->set;
	unsigned op = c->cdb[0], i = set->first[0][op];
	const struct scsiemu_row *row = set->row[0];

	if (SEMU_UNLIKELY(!i)) {
		i = set->first[1][op];
		row = set->row[1];
		if (!i)
			return NULL;
	}
	row += i - 1;
	if (SEMU_LIKELY(row->sa == SCSIEMU_NO_SA && semu_row_exists(lu, row)))
		return row;
	return NULL;
}

static inline uint64_t load8(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t load4(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint16_t load2(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The check that passes nearly always; where it does not, semu_check_cdb()
 * says why, or that the bits are obsolete ones. */
static inline bool usage_ok(const struct scsiemu_cmd *c,
			    const struct scsiemu_row *row)
{
	const uint8_t *v = c->cdb, *u = row->usage;

	if (row->len > c->cdb_len)
		return false;
	if (SEMU_LIKELY(row->len == 10))
		return !((load8(v) & ~load8(u)) |
			 (load2(v + 8) & ~(unsigned)load2(u + 8)));
	if (row->len == 16)
		return !((load8(v) & ~load8(u)) |
			 (load8(v + 8) & ~load8(u + 8)));
	if (row->len == 6)
		return !((load4(v) & ~load4(u)) |
			 (load2(v + 4) & ~(unsigned)load2(u + 4)));
	return false; /* looked at byte by byte */
}

/* LBA and count of the usual READs and WRITEs; false: others. */
static inline bool decode(const uint8_t *cdb, unsigned fields, uint64_t *lba,
			  uint32_t *count)
{
	if (SEMU_LIKELY(fields == SCSIEMU_F_RW10)) {
		*lba = semu_be32(cdb + 2);
		*count = semu_be16(cdb + 7);
		return true;
	}
	if (fields == SCSIEMU_F_RW16) {
		*lba = semu_be64(cdb + 2);
		*count = semu_be32(cdb + 10);
		return true;
	}
	return false;
}

/*
 * Most commands are a READ or WRITE, or a TEST UNIT READY, that nothing stands
 * in the way of: for them all checks come down to this, without a call, and
 * before anything is written. What is not so goes the whole way.
 */
static inline int start_usual(struct scsiemu_lu *lu, struct scsiemu_cmd *c,
			      struct scsiemu_nexus *n)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct scsiemu_row *row;
	uint64_t lba;
	uint32_t count;

	if (SEMU_UNLIKELY(c->tmf | c->attr) ||
	    (lu->guards | lu->nslow | n->last_itl->ua) || !c->cdb_len ||
	    c->scratch_len < lu->dev->limits.scratch)
		return semu_start_full(lu, c);
	row = find(lu, c);
	if (SEMU_UNLIKELY(!row || !usage_ok(c, row)))
		return semu_start_full(lu, c);
	if (row->kind <= SCSIEMU_K_WRITE &&
	    decode(c->cdb, row->fields, &lba, &count) &&
	    SEMU_LIKELY(semu_in_range(lu, lba, count))) {
		semu_init(lu, c, x, n);
		x->row = row;
		x->itl = n->last_itl;
		x->entry.cls = SCSIEMU_C_RW;
		x->entry.lba = lba;
		x->count = count;
		return semu_begin_rw(c, x, lu, row, lba, count);
	}
	if (row->kind == SCSIEMU_K_NODATA && !row->fn.nodata && !row->fields) {
		semu_init(lu, c, x, n);
		x->row = row;
		return semu_done_good(c, x, lu);
	}
	return semu_start_full(lu, c);
}

/* The nexus was at another LU last: its pair is looked up. */
static __attribute__((noinline)) int start_other(struct scsiemu_lu *lu,
						 struct scsiemu_cmd *c,
						 struct scsiemu_nexus *n)
{
	return semu_itl_get(lu, n) ? start_usual(lu, c, n)
				   : semu_start_full(lu, c);
}

int scsiemu_start(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	struct scsiemu_nexus *n = c->nexus ? c->nexus : &lu->dev->anonymous;

	if (SEMU_LIKELY(n->last_lu == lu))
		return start_usual(lu, c, n);
	return start_other(lu, c, n);
}
#else
int scsiemu_start(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	return semu_start_full(lu, c);
}
#endif
