/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/pump.c - the pump's heart: takes tasks, drives each as far as it goes,
 * and keeps those that somebody will call back about. Nothing recurses: while
 * the pump is busy a callback only queues its task, and the outermost call
 * drains the queue and scsiemu_ready().
 */
#include "host/task.h"

#include <scsiemu/changer.h>
#include <scsiemu/tape.h>

#include <string.h>

static semu_step_fn *const step_of[] = {
	[SCSIEMU_SEND] = semu_want_send,
	[SCSIEMU_RECV] = semu_want_recv,
	[SCSIEMU_READ] = semu_want_read,
	[SCSIEMU_WRITE] = semu_want_write,
	[SCSIEMU_COMPARE] = semu_want_compare,
	[SCSIEMU_STORE] = semu_want_store,
};

static semu_after_fn *const after_of[SEMU_A_COUNT] = {
	[SEMU_A_READ] = semu_after_read,
	[SEMU_A_WRITE] = semu_after_write,
	[SEMU_A_COMPARE] = semu_after_compare,
	[SEMU_A_VERB] = semu_after_verb,
	[SEMU_A_STATUS] = semu_after_status,
	[SEMU_A_SWEEP] = semu_after_sweep,
	[SEMU_A_NV] = semu_after_verb,
	[SEMU_A_KIND_READ] = semu_after_kind_read,
	[SEMU_A_KIND_WRITE] = semu_after_kind_write,
	[SEMU_A_KIND_VERB] = semu_after_kind_verb,
};

int scsiemu_pump_init(struct scsiemu_pump *p, struct scsiemu_device *d,
		      void *bounce, uint32_t bounce_len)
{
	const struct scsiemu_limits *l = scsiemu_device_limits(d);

	if (!bounce || bounce_len < 512 ||
	    l->cmd_size < sizeof(struct scsiemu_task))
		return SCSIEMU_ERR_SPACE;
	memset(p, 0, sizeof(*p));
	p->dev = d;
	p->bounce = bounce;
	p->bounce_len = bounce_len;
	return 0;
}

static void take_back(struct scsiemu_task *t)
{
	struct scsiemu_medium *m = t->lent;
	const struct scsiemu_block_ops *ops = m->ops;

	t->lent = NULL;
	if (SCSIEMU_HAS(scsiemu_block_ops, ops, back))
		ops->back(m->ctx, t->lent_lba, t->lent_nblk);
}

static inline void end(struct scsiemu_task *t)
{
	if (t->lent)
		take_back(t);
	t->state = SEMU_T_FREE;
	scsiemu_end(&t->cmd);
}

/* After done() the task may be the port's again: it is not touched. */
static inline void finish(struct scsiemu_task *t)
{
	struct scsiemu_port *port = t->port;

	t->state = SEMU_T_DONE;
	if (!port) {
		end(t);
		return;
	}
	semu_port_dirty(t->pump, port);
	port->ops->done(port->ctx, t);
}

static int take_steps(struct scsiemu_task *t, int w)
{
	do
		w = step_of[w](t);
	while (w > SCSIEMU_WAIT);
	return w;
}

static inline void drive(struct scsiemu_task *t, int w)
{
	if (w > SCSIEMU_WAIT)
		w = take_steps(t, w);
	if (w == SCSIEMU_DONE)
		finish(t);
	else if (w == SCSIEMU_WAIT)
		t->state = SEMU_T_WAIT;
}

/* The core did not take the answer: a store gave a result that its operation
 * cannot have. */
int semu_task_refused(struct scsiemu_task *t)
{
	return scsiemu_did(&t->cmd, SCSIEMU_E_HARDWARE, 0);
}

SEMU_COLD static void fail(struct scsiemu_task *t, int result)
{
	t->state = SEMU_T_RUN;
	t->again = 0;
	semu_bounce_free(t);
	drive(t, semu_answer(t, result, 0));
}

/* Take a task out of the run queue's hands. */
SEMU_COLD static void resume(struct scsiemu_task *t)
{
	uint8_t state = t->state;
	int w;

	t->state = SEMU_T_RUN;
	if (state == SEMU_T_Q_STORE) {
		drive(t, after_of[t->mode](t, t->res));
		return;
	}
	w = scsiemu_next(&t->cmd);
	if (w > SCSIEMU_WAIT && t->cmd.aborted)
		fail(t, SCSIEMU_E_TRANSPORT);
	else if (w > SCSIEMU_WAIT && state == SEMU_T_Q_FAIL)
		fail(t, t->res);
	else
		drive(t, w);
}

static void enqueue(struct scsiemu_task *t, enum semu_task_state state)
{
	struct scsiemu_pump *p = t->pump;

	t->state = (uint8_t)state;
	t->wait = NULL;
	if (p->run_head)
		p->run_tail->wait = t;
	else
		p->run_head = t;
	p->run_tail = t;
}

bool semu_bounce_take(struct scsiemu_task *t)
{
	struct scsiemu_pump *p = t->pump;

	if (p->bounce_user == t)
		return true;
	if (!p->bounce_user) {
		p->bounce_user = t;
		return true;
	}
	t->state = SEMU_T_BOUNCE;
	t->wait = NULL;
	if (p->bounce_head)
		p->bounce_tail->wait = t;
	else
		p->bounce_head = t;
	p->bounce_tail = t;
	return false;
}

void semu_bounce_next(struct scsiemu_task *t)
{
	struct scsiemu_pump *p = t->pump;
	struct scsiemu_task *next = p->bounce_head;

	p->bounce_user = next;
	if (!next)
		return;
	p->bounce_head = next->wait;
	enqueue(next, SEMU_T_Q_STEP);
}

/* Verbs of one batch: some ms of a fast store. */
enum { SLICE = 8 << 20 };

bool semu_set_aside(struct scsiemu_task *t, uint64_t bytes)
{
	struct scsiemu_pump *p = t->pump;

	if (p->spent < SLICE) {
		p->spent += bytes;
		return false;
	}
	t->state = SEMU_T_ASIDE;
	t->wait = p->aside;
	p->aside = t;
	return true;
}

/* Last in, first out: who had all of the last batch comes last now. */
static void resume_aside(struct scsiemu_pump *p)
{
	struct scsiemu_task *t;

	while ((t = p->aside)) {
		p->aside = t->wait;
		enqueue(t, SEMU_T_Q_STEP);
	}
	scsiemu_pump_ready(p);
}

static void bounce_forget(struct scsiemu_task *t)
{
	struct scsiemu_pump *p = t->pump;
	struct scsiemu_task **at = &p->bounce_head, *before = NULL;

	while (*at != t) {
		before = *at;
		at = &before->wait;
	}
	*at = t->wait;
	if (p->bounce_tail == t)
		p->bounce_tail = before;
}

/* Remember whose queue must be submitted at the end of the batch. */
static void remember_kick(struct scsiemu_pump *p, struct scsiemu_medium *m)
{
	const struct scsiemu_block_ops *ops = m->ops;
	unsigned i;

	if (m->kind != SCSIEMU_BLOCK ||
	    !SCSIEMU_HAS(scsiemu_block_ops, ops, kick))
		return;
	for (i = 0; i < p->nkicked; i++)
		if (p->kicked[i] == m)
			return;
	if (p->nkicked == SCSIEMU_NKICK) {
		ops->kick(m->ctx);
		return;
	}
	p->kicked[p->nkicked++] = m;
}

int semu_task_pends(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	if (t->state == SEMU_T_CALLED)
		return t->res;
	t->state = SEMU_T_STORE;
	if (m)
		remember_kick(t->pump, m);
	return SEMU_OUT;
}

static void take_next(struct scsiemu_task *t)
{
	t->state = SEMU_T_RUN;
	drive(t, scsiemu_next(&t->cmd));
}

static void io_done(struct scsiemu_io *io, int result);

/* A job: the device's memory, zeroed before its first use. */
static void adopt(struct scsiemu_task *t)
{
	if (!t->cmd.job)
		return;
	t->port = NULL;
	t->io.done = io_done;
	take_next(t);
}

static void cancel_store(struct scsiemu_task *t)
{
	struct scsiemu_medium *m = scsiemu_lu_medium(t->cmd.lu);
	const struct scsiemu_block_ops *block;
	const struct scsiemu_tape_ops *tape;
	const struct scsiemu_changer_ops *changer;

	if (t->mode == SEMU_A_NV || !m)
		return;
	block = m->ops;
	tape = m->ops;
	changer = m->ops;
	if (m->kind == SCSIEMU_BLOCK &&
	    SCSIEMU_HAS(scsiemu_block_ops, block, cancel))
		block->cancel(m->ctx, &t->io);
	if (m->kind == SCSIEMU_TAPE &&
	    SCSIEMU_HAS(scsiemu_tape_ops, tape, cancel))
		tape->cancel(m->ctx, &t->io);
	if (m->kind == SCSIEMU_CHANGER &&
	    SCSIEMU_HAS(scsiemu_changer_ops, changer, cancel))
		changer->cancel(m->ctx, &t->io);
}

static void cancel_window(struct scsiemu_task *t)
{
	struct scsiemu_port *port = t->port;

	t->state = SEMU_T_RUN;
	port->ops->cancel(port->ctx, t);
	fail(t, SCSIEMU_E_TRANSPORT);
}

static void cancel_aside(struct scsiemu_task *t)
{
	struct scsiemu_task **at = &t->pump->aside;

	while (*at != t)
		at = &(*at)->wait;
	*at = t->wait;
	fail(t, SCSIEMU_E_TRANSPORT);
}

static void cancel_bounce(struct scsiemu_task *t)
{
	bounce_forget(t);
	fail(t, SCSIEMU_E_TRANSPORT);
}

/* What scsiemu_ready() means for a task, by its state; elsewhere nothing: its
 * next step sees the abort. */
static void (*const wake_of[SEMU_T_COUNT])(struct scsiemu_task *t) = {
	[SEMU_T_FREE] = adopt,		 [SEMU_T_WAIT] = take_next,
	[SEMU_T_STORE] = cancel_store,	 [SEMU_T_WINDOW] = cancel_window,
	[SEMU_T_BOUNCE] = cancel_bounce, [SEMU_T_ASIDE] = cancel_aside,
};

SEMU_COLD static void wake(struct scsiemu_pump *p, struct scsiemu_task *t)
{
	t->pump = p;
	if (wake_of[t->state])
		wake_of[t->state](t);
}

SEMU_COLD static void run_queue(struct scsiemu_pump *p)
{
	struct scsiemu_task *t;

	while ((t = p->run_head)) {
		p->run_head = t->wait;
		resume(t);
	}
}

/* The outermost call's duty before it returns. */
static inline void drain(struct scsiemu_pump *p)
{
	struct scsiemu_cmd *c;

	for (;;) {
		if (p->run_head)
			run_queue(p);
		c = scsiemu_ready(p->dev);
		if (!c)
			break;
		wake(p, (struct scsiemu_task *)c);
	}
	p->busy = false;
}

void scsiemu_pump_ready(struct scsiemu_pump *p)
{
	if (p->busy)
		return;
	p->busy = true;
	drain(p);
}

static void io_done(struct scsiemu_io *io, int result)
{
	struct scsiemu_task *t =
		(struct scsiemu_task *)((uint8_t *)io -
					offsetof(struct scsiemu_task, io));

	t->res = (int16_t)result;
	if (t->state == SEMU_T_CALL) {
		t->state = SEMU_T_CALLED;
		return;
	}
	if (t->state != SEMU_T_STORE)
		return;
	enqueue(t, SEMU_T_Q_STORE);
	scsiemu_pump_ready(t->pump);
}

void scsiemu_pump_window(struct scsiemu_task *t, int result)
{
	if (t->state == SEMU_T_ASK) {
		t->res = (int16_t)result;
		t->state = SEMU_T_CALLED;
		return;
	}
	if (t->state != SEMU_T_WINDOW)
		return;
	t->res = (int16_t)result;
	enqueue(t, result < 0 ? SEMU_T_Q_FAIL : SEMU_T_Q_STEP);
	scsiemu_pump_ready(t->pump);
}

int scsiemu_pump_start(struct scsiemu_pump *p, struct scsiemu_port *port,
		       struct scsiemu_lu *lu, struct scsiemu_task *t)
{
	int w;

	if (t->state != SEMU_T_FREE)
		return SCSIEMU_ERR_ORDER;
	t->pump = p;
	t->port = port;
	t->io.done = io_done;
	w = scsiemu_start(lu, &t->cmd);
	if (w < 0)
		return w;
	if (p->busy) {
		enqueue(t, SEMU_T_Q_NEXT);
		return 0;
	}
	p->busy = true;
	t->state = SEMU_T_RUN;
	drive(t, w);
	drain(p);
	return 0;
}

void scsiemu_pump_sent(struct scsiemu_task *t)
{
	struct scsiemu_pump *p = t->pump;

	if (t->state != SEMU_T_DONE)
		return;
	end(t);
	if (!p->busy)
		scsiemu_pump_ready(p);
}

void scsiemu_pump_abort(struct scsiemu_task *t)
{
	if (t->state == SEMU_T_FREE || t->state == SEMU_T_DONE)
		return;
	scsiemu_abort(&t->cmd);
	scsiemu_pump_ready(t->pump);
}

uint64_t scsiemu_pump_tick(struct scsiemu_pump *p, uint64_t now_ms)
{
	uint64_t next_ms = scsiemu_device_tick(p->dev, now_ms);

	scsiemu_pump_ready(p);
	return next_ms;
}

uint64_t scsiemu_pump_due(const struct scsiemu_pump *p)
{
	return scsiemu_device_due(p->dev);
}

void scsiemu_pump_time(struct scsiemu_pump *p, uint64_t now_ms)
{
	scsiemu_device_time(p->dev, now_ms);
}

SEMU_COLD static void kick_media(struct scsiemu_pump *p)
{
	bool outermost = !p->busy;

	p->busy = true;
	while (p->nkicked) {
		struct scsiemu_medium *m = p->kicked[--p->nkicked];
		const struct scsiemu_block_ops *ops = m->ops;

		ops->kick(m->ctx);
	}
	if (outermost)
		drain(p);
}

/* What a flush brings (new commands, new operations) is part of the batch. */
bool scsiemu_pump_flush(struct scsiemu_pump *p)
{
	struct scsiemu_port *port;

	p->spent = 0;
	if (p->aside && !p->busy)
		resume_aside(p);
	for (;;) {
		if (p->nkicked) {
			kick_media(p);
			continue;
		}
		port = p->dirty;
		if (!port)
			return p->aside != NULL;
		p->dirty = port->next;
		port->dirty = false;
		if (SCSIEMU_HAS(scsiemu_port_ops, port->ops, flush))
			port->ops->flush(port->ctx);
	}
}

void scsiemu_pump_port_gone(struct scsiemu_pump *p, struct scsiemu_port *port)
{
	struct scsiemu_port **at;

	for (at = &p->dirty; *at; at = &(*at)->next) {
		if (*at != port)
			continue;
		*at = port->next;
		port->dirty = false;
		return;
	}
}
