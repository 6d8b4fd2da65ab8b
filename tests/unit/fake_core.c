/* SPDX-License-Identifier: BSD-2-Clause */
/* unit/fake_core.c - see fake_core.h. */
#include "unit/fake_core.h"

#include <scsiemu/alua.h>
#include <scsiemu/wire.h>

#include <assert.h>
#include <string.h>

struct scsiemu_device fc;

enum { FC_NEW, FC_WAIT, FC_OUT, FC_DONE };

struct fc_ctx {
	const struct fc_step *script;
	struct scsiemu_lu *lu;
	unsigned n, at;
	uint32_t ignore;
	uint8_t phase;
	bool on_ready;
};

static struct fc_ctx *ctx_of(struct scsiemu_cmd *c)
{
	return (struct fc_ctx *)c->priv;
}

void fc_reset(void)
{
	memset(&fc, 0, sizeof(fc));
	fc.limits.cmd_size = 4096;
}

void fc_make_ready(struct scsiemu_cmd *c)
{
	assert(fc.nready < 64);
	if (ctx_of(c)->on_ready)
		return;
	ctx_of(c)->on_ready = true;
	fc.ready[fc.nready++] = c;
}

static void forget_ready(struct scsiemu_cmd *c)
{
	unsigned i, n = 0;

	for (i = 0; i < fc.nready; i++)
		if (fc.ready[i] != c)
			fc.ready[n++] = fc.ready[i];
	fc.nready = n;
	ctx_of(c)->on_ready = false;
}

static int done(struct scsiemu_cmd *c, uint8_t status)
{
	forget_ready(c);
	ctx_of(c)->phase = FC_DONE;
	c->want = SCSIEMU_DONE;
	c->status = status;
	c->outcome = c->aborted ? SCSIEMU_ABORTED : SCSIEMU_STATUS;
	return SCSIEMU_DONE;
}

static int present(struct scsiemu_cmd *c)
{
	struct fc_ctx *x = ctx_of(c);
	const struct fc_step *s = x->script + x->at;

	if (c->aborted || x->at == x->n)
		return done(c, SCSIEMU_GOOD);
	x->phase = FC_OUT;
	c->want = s->want;
	c->verb = s->verb;
	c->flags = s->flags;
	c->addr = s->addr;
	c->count = s->count;
	c->off = s->off;
	c->len = s->len;
	c->buf = s->buf;
	c->skip = 0;
	c->lu = x->lu;
	c->info = SCSIEMU_NO_INFO;
	x->ignore = s->ignore;
	return c->want;
}

static int begin(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	struct fc_ctx *x = ctx_of(c);

	x->script = lu->script;
	x->n = lu->nscript;
	x->lu = lu;
	x->at = 0;
	x->on_ready = false;
	c->aborted = 0;
	c->in_done = c->out_done = 0;
	if (!lu->blocked)
		return present(c);
	x->phase = FC_WAIT;
	return c->want = SCSIEMU_WAIT;
}

int scsiemu_start(struct scsiemu_lu *lu, struct scsiemu_cmd *c)
{
	return c->cdb_len ? begin(lu, c) : SCSIEMU_ERR_ARG;
}

void fc_job(struct scsiemu_cmd *c, struct scsiemu_lu *lu)
{
	c->job = 1;
	begin(lu, c);
	fc_make_ready(c);
}

static bool is_bulk(const struct scsiemu_cmd *c)
{
	return c->want >= SCSIEMU_SEND && c->want <= SCSIEMU_COMPARE;
}

static void account(struct scsiemu_cmd *c, uint32_t bytes)
{
	struct fc_ctx *x = ctx_of(c);
	uint32_t lost = x->ignore < bytes ? x->ignore : bytes;

	x->ignore -= lost;
	if (c->want == SCSIEMU_SEND || c->want == SCSIEMU_READ)
		c->in_done += bytes - lost;
	else if (c->want != SCSIEMU_STORE)
		c->out_done += bytes;
}

/* The core's own part of these verbs. */
static void verb_did(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = c->lu;

	if (c->want != SCSIEMU_STORE)
		return;
	if (c->verb == SCSIEMU_V_EJECT) {
		lu->ejected = lu->medium;
		lu->medium = NULL;
	} else if (c->verb == SCSIEMU_V_INSERT) {
		lu->medium = lu->ejected;
		lu->ejected = NULL;
	}
}

int scsiemu_did(struct scsiemu_cmd *c, int result, uint32_t bytes)
{
	struct fc_ctx *x = ctx_of(c);

	assert(x->phase == FC_OUT);
	if (result > SCSIEMU_R_SHORT || result < SCSIEMU_E_RANGE ||
	    (is_bulk(c) && result == SCSIEMU_OK && bytes == 0) ||
	    (is_bulk(c) && bytes > c->len)) {
		fc.nrefused++;
		return SCSIEMU_ERR_ARG;
	}
	assert(fc.nanswer < FC_ANSWERS);
	fc.answer[fc.nanswer].info = c->info;
	fc.answer[fc.nanswer].bytes = bytes;
	fc.answer[fc.nanswer++].result = result;
	if (is_bulk(c))
		account(c, bytes);
	if (c->aborted || result < 0)
		return done(c, SCSIEMU_CHECK_CONDITION);
	if (is_bulk(c) && result == SCSIEMU_OK && bytes < c->len) {
		assert(!(c->flags & SCSIEMU_WHOLE));
		c->off += bytes;
		c->len -= bytes;
		c->skip += bytes;
		c->buf = c->buf ? c->buf + bytes : NULL;
		return c->want;
	}
	verb_did(c);
	x->at++;
	return present(c);
}

int scsiemu_next(struct scsiemu_cmd *c)
{
	if (ctx_of(c)->phase == FC_WAIT)
		return present(c);
	return c->want;
}

int scsiemu_end(struct scsiemu_cmd *c)
{
	assert(ctx_of(c)->phase == FC_DONE);
	ctx_of(c)->phase = FC_NEW;
	forget_ready(c);
	fc.nend++;
	return 0;
}

void scsiemu_abort(struct scsiemu_cmd *c)
{
	if (ctx_of(c)->phase == FC_DONE)
		return;
	c->aborted = 1;
	fc_make_ready(c);
}

struct scsiemu_cmd *scsiemu_ready(struct scsiemu_device *d)
{
	struct scsiemu_cmd *c = d->nready ? d->ready[0] : NULL;

	if (c)
		forget_ready(c);
	return c;
}

uint64_t scsiemu_device_tick(struct scsiemu_device *d, uint64_t now_ms)
{
	d->tick_ms = now_ms;
	return now_ms + 1000;
}

uint64_t scsiemu_device_due(const struct scsiemu_device *d)
{
	return d->tick_ms + 500;
}

void scsiemu_device_time(struct scsiemu_device *d, uint64_t now_ms)
{
	d->tick_ms = now_ms;
}

const struct scsiemu_limits *scsiemu_device_limits(
	const struct scsiemu_device *d)
{
	return &d->limits;
}

struct scsiemu_medium *scsiemu_lu_medium(struct scsiemu_lu *lu)
{
	return lu->medium;
}

struct scsiemu_medium *scsiemu_lu_ejected(struct scsiemu_lu *lu)
{
	return lu->ejected;
}

const struct scsiemu_nv_ops *scsiemu_lu_nv(const struct scsiemu_lu *lu,
					   void **ctx)
{
	*ctx = lu->nv_ctx;
	return lu->nv;
}

const struct scsiemu_alua_ops *scsiemu_lu_alua_ops(const struct scsiemu_lu *lu,
						   void **ctx)
{
	*ctx = lu->alua_ctx;
	return lu->alua;
}
