/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/pump_verb.c - STORE wants: a verb is an entry in a table. What a block
 * store does not offer is made of reads and writes (pump_sweep.c).
 */
#include <scsiemu/alua.h>

#include "host/task.h"

static int answer_no_medium(struct scsiemu_task *t)
{
	return semu_answer(t, SCSIEMU_E_NO_MEDIUM, 0);
}

static int after(struct scsiemu_task *t, struct scsiemu_medium *m,
		 semu_after_fn *then, int rc)
{
	rc = semu_io_rc(t, m, rc);
	return rc == SEMU_OUT ? SEMU_OUT : then(t, rc);
}

int semu_after_verb(struct scsiemu_task *t, int result)
{
	if (result != SCSIEMU_OK)
		t->cmd.info = t->io.info;
	return semu_answer(t, result, t->io.moved);
}

static int verb_flush(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;
	int rc = SCSIEMU_OK; /* no cache: what is written is durable */

	semu_io_begin(t, SEMU_A_VERB);
	if (SCSIEMU_HAS(scsiemu_block_ops, ops, flush))
		rc = ops->flush(m->ctx, &t->io, c->addr, c->count);
	return after(t, m, semu_after_verb, rc);
}

static int verb_zero(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;

	if (!SCSIEMU_HAS(scsiemu_block_ops, ops, zero))
		return semu_sweep_start(t, SEMU_SWEEP_WRITE, NULL);
	semu_io_begin(t, SEMU_A_VERB);
	return after(t, m, semu_after_verb,
		     ops->zero(m->ctx, &t->io, c->addr, c->count));
}

static int verb_unmap(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;

	if (!SCSIEMU_HAS(scsiemu_block_ops, ops, unmap))
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	semu_io_begin(t, SEMU_A_VERB);
	return after(t, m, semu_after_verb,
		     ops->unmap(m->ctx, &t->io, c->addr, c->count));
}

static int verb_anchor(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;

	if (!SCSIEMU_HAS(scsiemu_block_ops, ops, anchor))
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	semu_io_begin(t, SEMU_A_VERB);
	return after(t, m, semu_after_verb,
		     ops->anchor(m->ctx, &t->io, c->addr, c->count));
}

static int verb_fill(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	if (t->cmd.len < m->blen)
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	return semu_sweep_start(t, SEMU_SWEEP_WRITE, t->cmd.buf);
}

static int verb_match(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	if (t->cmd.len < m->blen)
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	return semu_sweep_start(t, SEMU_SWEEP_MATCH, t->cmd.buf);
}

static int verb_verify(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;

	if (!SCSIEMU_HAS(scsiemu_block_ops, ops, verify))
		return semu_sweep_start(t, SEMU_SWEEP_READ, NULL);
	semu_io_begin(t, SEMU_A_VERB);
	return after(t, m, semu_after_verb,
		     ops->verify(m->ctx, &t->io, c->addr, c->count));
}

int semu_after_status(struct scsiemu_task *t, int result)
{
	t->cmd.info = result == SCSIEMU_OK ? t->n : t->io.info;
	return semu_answer(t, result, 0);
}

static int verb_status(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;
	void *extents = c->buf;

	t->n = (unsigned)(c->len / sizeof(struct scsiemu_extent));
	if (!SCSIEMU_HAS(scsiemu_block_ops, ops, status) || !t->n)
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	semu_io_begin(t, SEMU_A_STATUS);
	return after(t, m, semu_after_status,
		     ops->status(m->ctx, &t->io, c->addr, extents, &t->n));
}

/* Memory of the core, whole blocks, as the only vector; false: it is not. */
static bool core_blocks(struct scsiemu_task *t, const struct scsiemu_medium *m)
{
	struct scsiemu_cmd *c = &t->cmd;

	if (c->len % m->blen || !c->len)
		return false;
	t->v[0].base = c->buf;
	t->v[0].len = c->len;
	semu_io_begin(t, SEMU_A_VERB);
	return true;
}

static int verb_load(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;
	uint32_t n = c->len / m->blen;
	bool pi = c->flags & SCSIEMU_PI;
	int rc;

	if ((pi && !SCSIEMU_HAS(scsiemu_block_ops, ops, read_pi)) ||
	    !core_blocks(t, m))
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	if (pi)
		rc = ops->read_pi(m->ctx, &t->io, c->addr, n, t->v, 1,
				  c->buf + c->len);
	else
		rc = ops->read(m->ctx, &t->io, c->addr, n, t->v, 1);
	return after(t, m, semu_after_verb, rc);
}

static int verb_save(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;
	uint32_t n = c->len / m->blen;
	bool pi = c->flags & SCSIEMU_PI;
	int rc;

	if (!ops->write)
		return semu_answer(t, SCSIEMU_E_PROTECTED, 0);
	if ((pi && !SCSIEMU_HAS(scsiemu_block_ops, ops, write_pi)) ||
	    !core_blocks(t, m))
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	if (pi)
		rc = ops->write_pi(m->ctx, &t->io, c->addr, n, t->v, 1,
				   c->buf + c->len);
	else
		rc = ops->write(m->ctx, &t->io, c->addr, n, t->v, 1);
	return after(t, m, semu_after_verb, rc);
}

/* The core takes the medium out, when this succeeded: one that could not be
 * flushed stays. */
static int verb_eject(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	int rc = SCSIEMU_OK;

	semu_io_begin(t, SEMU_A_VERB);
	if (SCSIEMU_HAS(scsiemu_block_ops, ops, flush))
		rc = ops->flush(m->ctx, &t->io, 0, 0);
	return after(t, m, semu_after_verb, rc);
}

static int verb_insert(struct scsiemu_task *t)
{
	struct scsiemu_medium *m = scsiemu_lu_ejected(t->cmd.lu);

	if (!m)
		return answer_no_medium(t);
	if (m->ops && m->kind == SCSIEMU_TAPE)
		return semu_kind_verb(t, m);
	return semu_answer(t, SCSIEMU_OK, 0);
}

static int verb_nv_save(struct scsiemu_task *t)
{
	struct scsiemu_cmd *c = &t->cmd;
	const struct scsiemu_nv_ops *ops;
	void *ctx;

	ops = scsiemu_lu_nv(c->lu, &ctx);
	if (!ops || !SCSIEMU_HAS(scsiemu_nv_ops, ops, save))
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	semu_io_begin(t, SEMU_A_NV);
	return after(
		t, NULL, semu_after_verb,
		ops->save(ctx, &t->io, (uint32_t)c->count, c->buf, c->len));
}

static int verb_format(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;

	if (!SCSIEMU_HAS(scsiemu_block_ops, ops, format))
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	semu_io_begin(t, SEMU_A_VERB);
	return after(
		t, m, semu_after_verb,
		ops->format(m->ctx, &t->io, m, (uint32_t)c->addr, c->count));
}

static int verb_access(struct scsiemu_task *t)
{
	struct scsiemu_cmd *c = &t->cmd;
	const struct scsiemu_alua_ops *ops;
	void *ctx;

	ops = scsiemu_lu_alua_ops(c->lu, &ctx);
	if (!ops || !SCSIEMU_HAS(scsiemu_alua_ops, ops, change))
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	semu_io_begin(t, SEMU_A_NV);
	return after(t, NULL, semu_after_verb,
		     ops->change(ctx, &t->io, c->lu, (uint16_t)c->addr,
				 (uint8_t)c->count));
}

/* Verbs on block media. */
static int (*const block_verbs[])(struct scsiemu_task *t,
				  struct scsiemu_medium *m) = {
	[SCSIEMU_V_LOAD] = verb_load,	  [SCSIEMU_V_SAVE] = verb_save,
	[SCSIEMU_V_FLUSH] = verb_flush,	  [SCSIEMU_V_ZERO] = verb_zero,
	[SCSIEMU_V_ANCHOR] = verb_anchor, [SCSIEMU_V_UNMAP] = verb_unmap,
	[SCSIEMU_V_FILL] = verb_fill,	  [SCSIEMU_V_MATCH] = verb_match,
	[SCSIEMU_V_VERIFY] = verb_verify, [SCSIEMU_V_STATUS] = verb_status,
	[SCSIEMU_V_EJECT] = verb_eject,	  [SCSIEMU_V_FORMAT] = verb_format,
};

static int block_verb(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	unsigned verb = t->cmd.verb;

	if (verb >= sizeof(block_verbs) / sizeof(block_verbs[0]) ||
	    !block_verbs[verb])
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	return block_verbs[verb](t, m);
}

/* What is made of single reads and writes takes longer. */
enum { CHEAPER = 64 };

static uint64_t cost(const struct scsiemu_cmd *c,
		     const struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	uint64_t bytes = c->count * m->blen;

	switch (c->verb) {
	case SCSIEMU_V_FILL:
	case SCSIEMU_V_MATCH:
		return bytes;
	case SCSIEMU_V_VERIFY:
		return SCSIEMU_HAS(scsiemu_block_ops, ops, verify)
			       ? bytes / CHEAPER
			       : bytes;
	case SCSIEMU_V_ZERO:
		return SCSIEMU_HAS(scsiemu_block_ops, ops, zero)
			       ? bytes / CHEAPER
			       : bytes;
	case SCSIEMU_V_UNMAP:
		return bytes / CHEAPER;
	default:
		return 0;
	}
}

int semu_want_store(struct scsiemu_task *t)
{
	struct scsiemu_cmd *c = &t->cmd;
	struct scsiemu_medium *m;

	if (c->verb == SCSIEMU_V_NV_SAVE)
		return verb_nv_save(t);
	if (c->verb == SCSIEMU_V_ACCESS)
		return verb_access(t);
	m = scsiemu_lu_medium(c->lu);
	if (!m)
		return c->verb == SCSIEMU_V_INSERT ? verb_insert(t)
						   : answer_no_medium(t);
	if (!m->ops)
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	if (m->kind != SCSIEMU_BLOCK)
		return semu_kind_verb(t, m);
	if (semu_set_aside(t, cost(c, m)))
		return SEMU_OUT;
	return block_verb(t, m);
}
