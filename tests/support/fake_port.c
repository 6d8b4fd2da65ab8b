/* SPDX-License-Identifier: BSD-2-Clause */
/* support/fake_port.c - see fake_port.h. */
#include "support/fake_port.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct fake_task *of(struct scsiemu_task *t)
{
	return (struct fake_task *)t;
}

static uint8_t *in_window(struct fake_task *t, uint32_t off, uint32_t len)
{
	free(t->win);
	t->win = malloc(len);
	assert(t->win);
	memset(t->win, 0xee, len);
	t->win_off = off;
	t->win_len = len;
	return t->win;
}

static void cut(const struct fake_port *p, uint8_t *at, uint32_t len,
		struct scsiemu_vec *v, unsigned *nv)
{
	uint32_t max = p->vec ? p->vec : len;
	unsigned n;

	for (n = 0; len && n < *nv; n++) {
		v[n].base = at;
		v[n].len = len < max ? len : max;
		at += v[n].len;
		len -= (uint32_t)v[n].len;
	}
	*nv = n;
}

static int pend(struct fake_port *p, struct fake_task *t)
{
	if (p->order == FAKE_EARLY) {
		t->granted = true;
		scsiemu_pump_window(&t->task, 0);
		return SCSIEMU_PENDING;
	}
	assert(p->nqueue < FAKE_QUEUE && !t->pending);
	t->pending = true;
	p->queue[p->nqueue++] = t;
	return SCSIEMU_PENDING;
}

/* Bytes of this window; 0: refused. */
static uint32_t granted(const struct fake_port *p, uint32_t len, bool whole)
{
	uint32_t n = p->window && p->window < len ? p->window : len;

	if (!whole)
		return n;
	return p->no_whole && n < len ? 0 : len;
}

static int fake_window(void *port, struct scsiemu_task *task, bool in,
		       uint32_t off, uint32_t len, bool whole,
		       struct scsiemu_vec *v, unsigned *nv)
{
	struct fake_port *p = port;
	struct fake_task *t = of(task);
	uint32_t host = in ? task->cmd.in_len : task->cmd.out_len;
	uint32_t n = granted(p, len, whole);

	assert(t->ndone == 0 && len && *nv);
	p->nwindow++;
	t->nwindow++;
	if (!n)
		return SCSIEMU_E_TRANSPORT;
	if (p->fail && off >= p->fail_off)
		return p->fail;
	if (p->order != FAKE_INLINE && !t->granted)
		return pend(p, t);
	t->granted = false;
	assert(off <= host && n <= host - off);
	if (!in) {
		assert(off >= t->out_seen);
		t->out_seen = off;
	}
	cut(p, in ? in_window(t, off, n) : t->out + off, n, v, nv);
	return 0;
}

static void fake_push(void *port, struct scsiemu_task *task, uint32_t off,
		      uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		      enum scsiemu_push how, bool last)
{
	struct fake_port *p = port;
	struct fake_task *t = of(task);
	uint32_t at = off;

	assert(off == t->arrived && t->ndone == 0 && len);
	t->latest = (struct fake_push){ off, len, how, last };
	if (t->npush < FAKE_PUSHES)
		t->push[t->npush] = t->latest;
	t->npush++;
	t->arrived += len;
	for (; nv--; v++) {
		if (how == SCSIEMU_PUSH_WINDOW)
			assert((uint8_t *)v->base >= t->win &&
			       (uint8_t *)v->base + v->len <=
				       t->win + t->win_len);
		if (!p->drop)
			memcpy(t->in + at, v->base, v->len);
		at += (uint32_t)v->len;
	}
	assert(at == off + len);
}

static void fake_done(void *port, struct scsiemu_task *task)
{
	struct fake_port *p = port;
	struct fake_task *t = of(task);

	assert(!t->pending);
	t->ndone++;
	t->aborted_done = task->cmd.outcome == SCSIEMU_ABORTED;
	p->ndone++;
	if (p->hold) {
		t->held = true;
		p->held[p->nheld++] = t;
	} else {
		scsiemu_pump_sent(task);
	}
	if (p->on_done)
		p->on_done(p, t);
}

static void fake_cancel(void *port, struct scsiemu_task *task)
{
	struct fake_port *p = port;
	struct fake_task *t = of(task);
	unsigned i;

	for (i = 0; i < p->nqueue && p->queue[i] != t; i++)
		;
	assert(i < p->nqueue && t->pending);
	p->queue[i] = p->queue[--p->nqueue];
	t->pending = false;
	t->ncancel++;
}

static void fake_flush(void *port)
{
	struct fake_port *p = port;

	p->nflush++;
}

void fake_port_init(struct fake_port *p, struct scsiemu_pump *pump)
{
	memset(p, 0, sizeof(*p));
	p->ops.size = sizeof(p->ops);
	p->ops.window = fake_window;
	p->ops.push = fake_push;
	p->ops.done = fake_done;
	p->ops.cancel = fake_cancel;
	p->ops.flush = fake_flush;
	p->port.ops = &p->ops;
	p->port.ctx = p;
	p->pump = pump;
}

void fake_task_init(struct fake_task *t, const void *cdb, unsigned cdb_len,
		    void *in, uint32_t in_len, void *out, uint32_t out_len)
{
	memset(t, 0, sizeof(*t));
	memcpy(t->cdb, cdb, cdb_len);
	t->in = in;
	t->out = out;
	t->task.cmd.cdb = t->cdb;
	t->task.cmd.cdb_len = (uint16_t)cdb_len;
	t->task.cmd.scratch = (uint8_t *)t->scratch;
	t->task.cmd.scratch_len = sizeof(t->scratch);
	t->task.cmd.tag = (uintptr_t)t;
	t->task.cmd.in_len = in_len;
	t->task.cmd.out_len = out_len;
}

void fake_task_free(struct fake_task *t)
{
	free(t->win);
	t->win = NULL;
}

unsigned fake_port_run(struct fake_port *p, bool all)
{
	unsigned left = all ? UINT32_MAX : p->nqueue, n = 0;

	while (p->nqueue && n < left) {
		unsigned i = p->order == FAKE_REVERSED ? p->nqueue - 1 : 0;
		struct fake_task *t = p->queue[i];

		p->nqueue--;
		memmove(&p->queue[i], &p->queue[i + 1],
			(p->nqueue - i) * sizeof(p->queue[0]));
		t->pending = false;
		t->granted = true;
		n++;
		scsiemu_pump_window(&t->task, 0);
	}
	return n;
}

void fake_port_release(struct fake_port *p)
{
	while (p->nheld) {
		struct fake_task *t = p->held[--p->nheld];

		t->held = false;
		scsiemu_pump_sent(&t->task);
	}
}

void fake_run(struct fake_port *p, struct fake_store *s)
{
	while (fake_port_run(p, false) + (s ? fake_store_run(s, false) : 0))
		;
}
