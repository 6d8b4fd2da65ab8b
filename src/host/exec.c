/* SPDX-License-Identifier: BSD-2-Clause */
/* host/exec.c - one synchronous call with buffers: the smallest port. */
#include <scsiemu/exec.h>
#include <scsiemu/wire.h>

#include <string.h>

static struct scsiemu_exec *of(struct scsiemu_task *t)
{
	return t->cmd.user;
}

static int window(void *port, struct scsiemu_task *t, bool in, uint32_t off,
		  uint32_t len, bool whole, struct scsiemu_vec *v, unsigned *nv)
{
	struct scsiemu_exec *x = of(t);

	(void)port, (void)whole;
	v->base = (uint8_t *)(in ? x->in : (void *)(uintptr_t)x->out) + off;
	v->len = len;
	*nv = 1;
	return 0;
}

static void push(void *port, struct scsiemu_task *t, uint32_t off, uint32_t len,
		 const struct scsiemu_vec *v, unsigned nv,
		 enum scsiemu_push how, bool last)
{
	uint8_t *to = (uint8_t *)of(t)->in + off;

	(void)port, (void)len, (void)last;
	if (how == SCSIEMU_PUSH_WINDOW)
		return;
	for (; nv--; to += v->len, v++)
		memcpy(to, v->base, v->len);
}

static void done(void *port, struct scsiemu_task *t)
{
	struct scsiemu_exec *x = of(t);
	struct scsiemu_cmd *c = &t->cmd;
	bool aborted = c->outcome == SCSIEMU_ABORTED;

	(void)port;
	x->status = aborted ? SCSIEMU_TASK_ABORTED : c->status;
	x->in_done = c->in_done;
	x->out_done = c->out_done;
	x->in_resid = scsiemu_in_resid(c);
	x->out_resid = scsiemu_out_resid(c);
	if (!aborted)
		x->sense_len = (uint8_t)scsiemu_sense_encode(
			c, x->sense, sizeof(x->sense), 0);
	x->own.done = true;
	scsiemu_pump_sent(t);
}

static void cancel(void *port, struct scsiemu_task *t)
{
	(void)port, (void)t; /* no window of ours pends */
}

static const struct scsiemu_port_ops port_ops = { .size = sizeof(port_ops),
						  .window = window,
						  .push = push,
						  .done = done,
						  .cancel = cancel };

static void fill(struct scsiemu_exec *x)
{
	struct scsiemu_cmd *c = &x->own.task.cmd;

	c->nexus = x->nexus;
	c->cdb = x->cdb;
	c->cdb_len = x->cdb_len;
	c->attr = x->attr;
	c->tag = (uintptr_t)x;
	c->user = x;
	c->scratch = x->scratch ? x->scratch : (uint8_t *)x->own.scratch;
	c->scratch_len = x->scratch ? x->scratch_len : sizeof(x->own.scratch);
	c->in_len = x->in_len;
	c->out_len = x->out_len;
	x->own.port.ops = &port_ops;
	x->own.done = false;
	x->sense_len = 0;
}

int scsiemu_exec(struct scsiemu_pump *p, struct scsiemu_lu *lu,
		 struct scsiemu_exec *x, void (*poll)(void *ctx), void *ctx)
{
	int rc;

	if (x->own.task.state) /* an earlier call could not end */
		return SCSIEMU_ERR_ORDER;
	fill(x);
	rc = scsiemu_pump_start(p, &x->own.port, lu, &x->own.task);
	if (rc < 0)
		return rc;
	while (scsiemu_pump_flush(p) && !x->own.done)
		;
	while (!x->own.done && poll) {
		poll(ctx);
		scsiemu_pump_flush(p);
	}
	if (!x->own.done) {
		scsiemu_pump_abort(&x->own.task);
		rc = SCSIEMU_ERR_ORDER;
	}
	scsiemu_pump_port_gone(p, &x->own.port);
	return rc;
}
