/* SPDX-License-Identifier: BSD-2-Clause */
/* The way in: find the row, check the CDB, order, begin. */
#include "core/hot.h"
#include <string.h>

/* Only what somebody reads before it is written, in as few stores as can be:
 * this runs for every command. */
static inline void init(struct scsiemu_lu *lu, struct scsiemu_cmd *c,
			struct semu_ctx *x, struct scsiemu_nexus *n)
{
	memset(&c->want, 0,
	       offsetof(struct scsiemu_cmd, lu) -
		       offsetof(struct scsiemu_cmd, want));
	memset(&c->status, 0,
	       offsetof(struct scsiemu_cmd, response_info) -
		       offsetof(struct scsiemu_cmd, status));
	memset(&x->got, 0,
	       offsetof(struct semu_ctx, ready) -
		       offsetof(struct semu_ctx, got));
	c->lu = lu;
	c->info = SCSIEMU_NO_INFO;
	x->entry.cmd = c;
	x->entry.lu = lu;
	x->entry.cls = SCSIEMU_C_INFO;
	x->entry.attr = SCSIEMU_SIMPLE;
	x->entry.waiting = x->entry.linked = x->entry.counted = false;
	x->lu = lu;
	x->nexus = n;
	x->step = NULL;
}

static unsigned service_action(const uint8_t *cdb, unsigned len)
{
	if (cdb[0] == SCSIEMU_OP_VARIABLE)
		return len >= 10 ? semu_be16(cdb + 8) : SCSIEMU_NO_SA;
	return len > 1 ? cdb[1] & 0x1fu : SCSIEMU_NO_SA;
}

static const struct scsiemu_row *find_slow(struct scsiemu_lu *lu,
					   struct scsiemu_cmd *c)
{
	bool known;
	const struct scsiemu_row *row;

	row = semu_row_find(lu, c->cdb[0], service_action(c->cdb, c->cdb_len),
			    &known);
	if (row)
		return row;
	if (known)
		scsiemu_fail_cdb(
			c, c->cdb[0] == SCSIEMU_OP_VARIABLE ? 8 : 1,
			c->cdb[0] == SCSIEMU_OP_VARIABLE ? SCSIEMU_NO_BIT : 4);
	else
		scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			     lu->absent ? SCSIEMU_ASC_LU_NOT_SUPPORTED
					: SCSIEMU_ASC_INVALID_OPCODE);
	return NULL;
}

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

/* Its place in the task set; true when it waits there. */
static inline bool order(struct scsiemu_cmd *c, struct semu_ctx *x,
			 const struct scsiemu_row *row)
{
	struct semu_entry *e = &x->entry;

	e->cls = row->cls;
	e->attr = c->attr;
	if (SEMU_LIKELY(!x->lu->nslow && !semu_entry_slow(e)))
		return false;
	return semu_order_slow(c);
}

static int start_odd(struct scsiemu_cmd *c, struct semu_ctx *x)
{
	x->row = NULL;
	x->itl = NULL;
	if (c->tmf)
		return semu_tmf_start(c);
	/* There is never an ACA condition (SAM-5 8.6.5). */
	scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
		     SCSIEMU_ASC_INVALID_MESSAGE);
	return semu_done(c);
}

/* The whole way. */
static int start_full(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct scsiemu_row *row;

	if (c->scratch_len < lu->dev->limits.scratch ||
	    (!c->tmf && !c->cdb_len))
		return SCSIEMU_ERR_ARG;
	init(lu, c, x, c->nexus ? c->nexus : &lu->dev->anonymous);
	semu_trace(lu, SCSIEMU_EV_START, c, 0);
	if (c->tmf || c->attr == SCSIEMU_ACA)
		return start_odd(c, x);
	x->row = row = find_slow(lu, c);
	x->itl = semu_itl_get(lu, x->nexus);
	if (!row || !semu_check_cdb(lu, c, row))
		return semu_done(c);
	if (row->fields)
		semu_decode(x, c->cdb, row->fields);
	if (row->cls != SCSIEMU_C_INFO && order(c, x, row))
		return SCSIEMU_WAIT;
	return semu_begin(c);
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
		return start_full(lu, c);
	row = find(lu, c);
	if (SEMU_UNLIKELY(!row || !usage_ok(c, row)))
		return start_full(lu, c);
	if (row->kind <= SCSIEMU_K_WRITE &&
	    decode(c->cdb, row->fields, &lba, &count) &&
	    SEMU_LIKELY(semu_in_range(lu, lba, count))) {
		init(lu, c, x, n);
		x->row = row;
		x->itl = n->last_itl;
		x->entry.cls = SCSIEMU_C_RW;
		x->entry.lba = lba;
		x->count = count;
		return semu_begin_rw(c, x, lu, row, lba, count);
	}
	if (row->kind == SCSIEMU_K_NODATA && !row->fn.nodata && !row->fields) {
		init(lu, c, x, n);
		x->row = row;
		return semu_done_good(c, x, lu);
	}
	return start_full(lu, c);
}

/* The nexus was at another LU last: its pair is looked up. */
static __attribute__((noinline)) int start_other(struct scsiemu_lu *lu,
						 struct scsiemu_cmd *c,
						 struct scsiemu_nexus *n)
{
	return semu_itl_get(lu, n) ? start_usual(lu, c, n) : start_full(lu, c);
}

int scsiemu_start(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	struct scsiemu_nexus *n = c->nexus ? c->nexus : &lu->dev->anonymous;

	if (SEMU_LIKELY(n->last_lu == lu))
		return start_usual(lu, c, n);
	return start_other(lu, c, n);
}

static int resume(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	switch (x->resume) {
	case SEMU_RESUME_CHECK:
		return semu_begin(c);
	case SEMU_RESUME_REPLY:
		return semu_reply(c, 0);
	case SEMU_RESUME_WANT:
		return semu_put_out(c);
	default:
		return semu_go_on(c, SCSIEMU_OK);
	}
}

int scsiemu_next(struct scsiemu_cmd *c)
{
	switch (semu_ctx(c)->phase) {
	case SEMU_P_OUT:
	case SEMU_P_BULK:
		return c->want;
	case SEMU_P_DONE:
		return SCSIEMU_DONE;
	case SEMU_P_WAIT:
	case SEMU_P_HELD:
		return SCSIEMU_WAIT;
	case SEMU_P_READY:
		return resume(c);
	default:
		return semu_misuse(c, SCSIEMU_ERR_ORDER);
	}
}

static void end_odd(struct scsiemu_cmd *c, struct semu_ctx *x)
{
	if (x->odd & SEMU_ON_READY)
		semu_ready_remove(c);
	for (unsigned i = 0; i < 2 && x->odd & SEMU_ELSEWHERE; i++) {
		if (x->other[i])
			semu_leave_other(x->other[i]);
	}
	if (x->odd & SEMU_ORPHAN_NEXUS)
		semu_nexus_cmd_gone(x->nexus);
	if (x->odd & SEMU_ORPHAN_LU)
		semu_lu_cmd_gone(x->lu);
}

int scsiemu_end(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	struct scsiemu_lu *lu = x->lu;

	if (SEMU_UNLIKELY(x->phase != SEMU_P_DONE))
		return semu_misuse(c, SCSIEMU_ERR_ORDER);
	x->phase = SEMU_P_ENDED;
	semu_trace(lu, SCSIEMU_EV_END, c, 0);
	if (x->entry.linked) {
		semu_unlink(&x->entry, lu);
		if (SEMU_UNLIKELY(lu->nslow))
			semu_wake(lu);
	}
	if (SEMU_UNLIKELY(x->odd))
		end_odd(c, x);
	if (SEMU_UNLIKELY(c->job))
		semu_job_end(c);
	return 0;
}

unsigned scsiemu_cdb_length(const uint8_t *cdb, size_t readable)
{
	static const uint8_t len[8] = { 6, 10, 10, 0, 16, 12, 0, 0 };
	unsigned n;

	if (readable < 1)
		return 0;
	n = len[cdb[0] >> 5];
	if (cdb[0] == SCSIEMU_OP_VARIABLE)
		n = readable > 7 ? 8u + cdb[7] : 0;
	return n <= readable ? n : 0;
}
