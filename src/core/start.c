/* SPDX-License-Identifier: BSD-2-Clause */
/* The way in: find the row, check the CDB, order, begin. */
#include "core/engine.h"

/* Only what somebody reads before it is written: this runs per command. */
static void init(struct scsiemu_lu *lu, struct scsiemu_cmd *c,
		 struct semu_ctx *x)
{
	c->lu = lu;
	c->off = c->len = c->skip = 0;
	c->verb = SCSIEMU_V_NONE;
	c->flags = 0;
	c->info = SCSIEMU_NO_INFO;
	c->status = SCSIEMU_GOOD;
	c->outcome = SCSIEMU_STATUS;
	c->aborted = c->job = 0;
	c->in_done = c->out_done = c->in_all = c->out_all = 0;
	x->lu = lu;
	x->nexus = c->nexus ? c->nexus : &lu->dev->anonymous;
	x->entry.cmd = c;
	x->entry.lu = lu;
	x->entry.cls = SCSIEMU_C_INFO;
	x->entry.attr = SCSIEMU_SIMPLE;
	x->entry.waiting = x->entry.linked = false;
	x->step = NULL;
	x->other[0] = x->other[1] = NULL;
	x->own[0] = x->own[1] = 0;
	x->got = x->gap = 0;
	x->nstep = 0;
	x->seg = 0;
	x->on_ready = x->pinned = x->tas = x->undone = false;
	lu->ncmd++;
	x->nexus->ncmd++;
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

/* The type's own row for an opcode without service actions: the hot case. */
static inline const struct scsiemu_row *find(struct scsiemu_lu *lu,
					     struct scsiemu_cmd *c)
{
	const struct semu_set *set = lu->set;
	unsigned op = c->cdb[0], i;
	const struct scsiemu_row *row;

	if (SEMU_LIKELY(set && !lu->nvendor)) {
		unsigned k = set->first[0][op] ? 0 : 1;

		i = set->first[k][op];
		if (SEMU_LIKELY(i)) {
			row = &lu->type->rows[k].row[i - 1];
			if (row->sa == SCSIEMU_NO_SA &&
			    semu_row_exists(lu, row))
				return row;
		}
	}
	return find_slow(lu, c);
}

int scsiemu_start(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct scsiemu_row *row;

	if (SEMU_UNLIKELY(c->scratch_len < lu->dev->limits.scratch ||
			  (!c->tmf && !c->cdb_len)))
		return SCSIEMU_ERR_ARG;
	init(lu, c, x);
	semu_trace(lu->dev, SCSIEMU_EV_START, c, 0);
	if (SEMU_UNLIKELY(c->tmf))
		return semu_tmf_start(c);
	x->row = row = find(lu, c);
	x->itl = semu_itl_get(lu, x->nexus);
	if (SEMU_UNLIKELY(!row || !semu_check_cdb(lu, c, row)))
		return semu_done(c);
	if (row->fields)
		semu_decode(x, c->cdb, row->fields);
	if (SEMU_UNLIKELY(c->attr == SCSIEMU_ACA)) {
		/* There is never an ACA condition (SAM-5 8.6.5). */
		scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			     SCSIEMU_ASC_INVALID_MESSAGE);
		return semu_done(c);
	}
	if (row->cls != SCSIEMU_C_INFO && semu_order(c))
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

int scsiemu_end(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	struct scsiemu_lu *lu = x->lu;

	if (SEMU_UNLIKELY(x->phase != SEMU_P_DONE))
		return semu_misuse(c, SCSIEMU_ERR_ORDER);
	x->phase = SEMU_P_ENDED;
	semu_trace(lu->dev, SCSIEMU_EV_END, c, 0);
	if (SEMU_UNLIKELY(x->on_ready))
		semu_ready_remove(c);
	if (x->entry.linked)
		semu_unlink(&x->entry);
	for (unsigned i = 0; i < 2; i++)
		if (SEMU_UNLIKELY(x->other[i] != NULL))
			semu_unlink(x->other[i]);
	if (SEMU_UNLIKELY(lu->nslow))
		semu_wake(lu);
	if (SEMU_UNLIKELY(--lu->ncmd == 0 && lu->removed))
		semu_lu_cmd_gone(lu);
	if (SEMU_UNLIKELY(--x->nexus->ncmd == 0 && !x->nexus->attached))
		semu_nexus_cmd_gone(x->nexus);
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
