/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole way in, going on after a WAIT, and the way out. */
#include "core/hot.h"
#include <string.h>

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

/* Its place in the task set; true when it waits there. */
static inline bool order(struct scsiemu_cmd *c, struct semu_ctx *x,
			 const struct scsiemu_row *row)
{
	struct semu_entry *e = &x->entry;

	e->cls = row->cls;
	/* an ACA command goes in front of those that the condition holds */
	e->attr = c->attr == SCSIEMU_ACA ? SCSIEMU_HEAD : c->attr;
	if (SEMU_LIKELY(!x->lu->nslow && !semu_entry_slow(e)))
		return false;
	return semu_order_slow(c);
}

/* An ACA condition refuses it: it has no row, and cannot make another one. */
static int refuse(struct scsiemu_cmd *c, struct semu_ctx *x)
{
	x->row = NULL;
	x->itl = NULL;
	return semu_done(c);
}

/* The whole way: find the row, check the CDB, order, begin. */
int semu_start_full(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct scsiemu_row *row;

	if (c->scratch_len < lu->dev->limits.scratch ||
	    (!c->tmf && !c->cdb_len))
		return SCSIEMU_ERR_ARG;
	semu_init(lu, c, x, c->nexus ? c->nexus : &lu->dev->anonymous);
	semu_trace(lu, SCSIEMU_EV_START, c, 0);
	if (c->tmf)
		return semu_tmf_start(c);
	if (((SEMU_WITH_ACA && lu->aca) || c->attr == SCSIEMU_ACA) &&
	    semu_aca_refuses(c))
		return refuse(c, x);
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

static int resume(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	switch (x->resume) {
	case SEMU_RESUME_CHECK:
		return semu_begin(c);
	case SEMU_RESUME_REPLY:
		return semu_reply(c, 0);
#if SEMU_WITH_QUEUE || SEMU_WITH_JOBS
	case SEMU_RESUME_UNDO:
		return semu_undo(c);
#endif
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
#if SEMU_WITH_REMOVE
	if (x->odd & SEMU_ORPHAN_LU)
		semu_lu_cmd_gone(x->lu);
#endif
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
