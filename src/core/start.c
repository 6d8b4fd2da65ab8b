/* SPDX-License-Identifier: BSD-2-Clause */
/* The way in: find the row, check the CDB, order, begin. */
#include "core/hot.h"
#include <string.h>

/* Only what somebody reads before it is written, in as few stores as can be:
 * this runs for every command. */
static inline void init(struct scsiemu_lu *lu, struct scsiemu_cmd *c,
			struct semu_ctx *x)
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
	x->nexus = c->nexus ? c->nexus : &lu->dev->anonymous;
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

/* An opcode without service actions, by the index. */
static inline const struct scsiemu_row *find(struct scsiemu_lu *lu,
					     struct scsiemu_cmd *c)
{
	const struct semu_set *set = lu->set;
	const struct scsiemu_row *row;
	unsigned op = c->cdb[0], i;

	if (SEMU_UNLIKELY(!set || lu->nvendor))
		return find_slow(lu, c);
	i = set->first[0][op];
	if (SEMU_LIKELY(i))
		row = &set->row[0][i - 1];
	else if ((i = set->first[1][op]))
		row = &set->row[1][i - 1];
	else
		return find_slow(lu, c);
	if (SEMU_LIKELY(row->sa == SCSIEMU_NO_SA && semu_row_exists(lu, row)))
		return row;
	return find_slow(lu, c);
}

/* Any bit of the n bytes at v that u does not allow? n is 2, 4 or 8. */
static inline uint64_t foreign(const uint8_t *v, const uint8_t *u, unsigned n)
{
	uint64_t a = 0, b = 0;

	memcpy(&a, v, n);
	memcpy(&b, u, n);
	return a & ~b;
}

/* The check that passes nearly always; where it does not, semu_check_cdb()
 * says why, or that the bits are obsolete ones. */
static inline bool usage_ok(const struct scsiemu_cmd *c,
			    const struct scsiemu_row *row)
{
	const uint8_t *v = c->cdb, *u = row->usage;

	if (row->len > c->cdb_len)
		return false;
	switch (row->len) {
	case 6:
		return !(foreign(v, u, 4) | foreign(v + 4, u + 4, 2));
	case 10:
		return !(foreign(v, u, 8) | foreign(v + 8, u + 8, 2));
	case 12:
		return !(foreign(v, u, 8) | foreign(v + 8, u + 8, 4));
	case 16:
		return !(foreign(v, u, 8) | foreign(v + 8, u + 8, 8));
	default:
		return false;
	}
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

static int start_odd(struct scsiemu_cmd *c)
{
	if (c->tmf)
		return semu_tmf_start(c);
	/* There is never an ACA condition (SAM-5 8.6.5). */
	scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
		     SCSIEMU_ASC_INVALID_MESSAGE);
	return semu_done(c);
}

int scsiemu_start(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct scsiemu_row *row;

	if (SEMU_UNLIKELY(c->scratch_len < lu->dev->limits.scratch ||
			  (!c->tmf && !c->cdb_len)))
		return SCSIEMU_ERR_ARG;
	init(lu, c, x);
	semu_trace(lu, SCSIEMU_EV_START, c, 0);
	if (SEMU_UNLIKELY(c->tmf || c->attr == SCSIEMU_ACA)) {
		x->row = NULL;
		x->itl = NULL;
		return start_odd(c);
	}
	x->row = row = find(lu, c);
	x->itl = SEMU_LIKELY(x->nexus->last_lu == lu)
			 ? x->nexus->last_itl
			 : semu_itl_get(lu, x->nexus);
	if (SEMU_UNLIKELY(!row ||
			  (!usage_ok(c, row) && !semu_check_cdb(lu, c, row))))
		return semu_done(c);
	if (SEMU_LIKELY(row->fields == SCSIEMU_F_RW10)) {
		x->entry.lba = semu_be32(c->cdb + 2);
		x->count = semu_be16(c->cdb + 7);
	} else if (row->fields) {
		semu_decode(x, c->cdb, row->fields);
	}
	if (row->cls != SCSIEMU_C_INFO && order(c, x, row))
		return SCSIEMU_WAIT;
	if (SEMU_LIKELY(semu_usual_state(x->itl, lu))) {
		if (row->kind == SCSIEMU_K_NODATA && !row->fn.nodata)
			return semu_done_good(c, x, lu);
		if (row->kind <= SCSIEMU_K_WRITE && semu_in_range(x, lu))
			return semu_begin_rw(c, x, lu, row);
	}
	return semu_begin(c);
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
		if (!x->other[i])
			continue;
		semu_unlink(x->other[i], x->other[i]->lu);
		semu_wake(x->other[i]->lu);
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
