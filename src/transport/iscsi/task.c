/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/task.c - the life of a task: initiator task tags, the slots that the
 * CmdSN window promises, who still holds it, and the queue for buffers.
 *
 * A task is free again when its answer has left, nothing in the send queue
 * names it and no data-out for it is due.
 */
#include <transport/iscsi/session.h>

static inline struct semu_iscsi_task **bucket(struct scsiemu_iscsi_conn *c,
					      uint32_t itt)
{
	/* Initiators count up, or put an index into either half. */
	return &c->hash[(itt ^ itt >> 16) % SEMU_HASH];
}

struct semu_iscsi_task *semu_task_find(struct scsiemu_iscsi_conn *c,
				       uint32_t itt)
{
	struct semu_iscsi_task *t = *bucket(c, itt);

	while (t && t->itt != itt)
		t = t->hnext;
	return t;
}

static void unhash(struct semu_iscsi_task *t)
{
	struct semu_iscsi_task **p = bucket(t->c, t->itt);

	while (*p != t)
		p = &(*p)->hnext;
	*p = t->hnext;
	t->c->ntasks--;
}

static void hash(struct scsiemu_iscsi_conn *c, struct semu_iscsi_task *t)
{
	struct semu_iscsi_task **h = bucket(c, t->itt);

	t->hnext = *h;
	*h = t;
	c->ntasks++;
}

static void setup(struct scsiemu_iscsi_conn *c, struct semu_iscsi_task *t,
		  const uint8_t *bhs)
{
	struct scsiemu_cmd *k = &t->t.cmd;

	t->c = c;
	t->itt = iscsi_itt(bhs);
	t->slot = bhs[0] & ISCSI_IMMEDIATE ? &c->nimm : &c->active;
	++*t->slot;
	memset(&t->win, 0,
	       offsetof(struct semu_iscsi_task, edtl) -
		       offsetof(struct semu_iscsi_task, win));
	memcpy(t->lun, bhs + 8, 8);
	if (!k->scratch) { /* the first time */
		k->cdb = t->cdb;
		k->scratch = (uint8_t *)(t + 1);
		k->scratch_len = c->e->scratch;
	}
	k->nexus = c->nexus;
	k->cdb_len = 16;
	k->tag = t->itt;
	k->tmf = SCSIEMU_TMF_NONE;
	k->in_len = k->out_len = 0;
}

/* Is the tag free? A zombie gives way: its initiator has forgotten it. */
static bool tag_free(struct scsiemu_iscsi_conn *c, const uint8_t *bhs)
{
	uint32_t itt = iscsi_itt(bhs);
	struct semu_iscsi_task *t;

	if (itt == ISCSI_NO_TAG) {
		semu_reject(c, bhs, ISCSI_REJECT_FIELD);
		return false;
	}
	t = semu_task_find(c, itt);
	if (t && t->state == SEMU_TASK_ZOMBIE && !t->refs && !t->pumped) {
		semu_task_free(t);
		t = NULL;
	}
	if (t)
		semu_reject(c, bhs, ISCSI_REJECT_IN_PROGRESS);
	return !t;
}

struct semu_iscsi_task *semu_task_new(struct scsiemu_iscsi_conn *c,
				      const uint8_t *bhs)
{
	struct semu_iscsi_task *t;

	if (!tag_free(c, bhs))
		return NULL;
	if ((bhs[0] & ISCSI_IMMEDIATE) && c->nimm >= c->e->lim->immediates) {
		semu_reject(c, bhs, ISCSI_REJECT_IMMEDIATE);
		return NULL;
	}
	t = semu_objs_get(&c->e->tasks);
	if (!t) {
		semu_reject(c, bhs, ISCSI_REJECT_RESOURCES);
		return NULL;
	}
	setup(c, t, bhs);
	hash(c, t);
	return t;
}

static void unstrand(struct semu_iscsi_task *t)
{
	struct semu_iscsi_task **p = &t->c->stranded;

	while (*p != t)
		p = &(*p)->wnext;
	*p = t->wnext;
	t->c->nstranded--;
}

void semu_task_free(struct semu_iscsi_task *t)
{
	struct scsiemu_iscsi_conn *c = t->c;

	semu_task_uncount(t);
	if (t->stranded)
		unstrand(t);
	if (t->bufs || t->win)
		semu_out_drop(t);
	if (c->task == t) {
		c->task = NULL;
		c->sink = NULL;
	}
	unhash(t);
	semu_objs_put(&c->e->tasks, t);
	if (c->gone && !c->ntasks)
		semu_conn_release(c);
}

/*
 * Only data-out that may never come keeps it: an initiator need not send what
 * it was asked for once the task is aborted. As many are kept as there are
 * slots, then the oldest gives way (what still comes for it is rejected).
 */
static void strand(struct semu_iscsi_task *t)
{
	struct scsiemu_iscsi_conn *c = t->c;
	struct semu_iscsi_task **end = &c->stranded;

	if (t->stranded)
		return;
	t->stranded = true;
	t->wnext = NULL;
	while (*end)
		end = &(*end)->wnext;
	*end = t;
	if (++c->nstranded > c->e->lim->commands)
		semu_task_free(c->stranded);
}

/* A task that only waits for the initiator: nobody will call for it again. */
static struct semu_iscsi_task *idle(const struct scsiemu_iscsi_conn *c)
{
	for (unsigned i = 0; i < SEMU_HASH; i++)
		for (struct semu_iscsi_task *t = c->hash[i]; t; t = t->hnext)
			if (!t->refs &&
			    (!t->pumped || t->state == SEMU_TASK_ANSWER))
				return t;
	return NULL;
}

void semu_task_free_idle(struct scsiemu_iscsi_conn *c)
{
	struct semu_iscsi_task *t;

	while ((t = idle(c)) != NULL) {
		bool pumped = t->pumped;

		t->pumped = false;
		t->state = SEMU_TASK_ZOMBIE;
		/* Others may end meanwhile, t stays. */
		if (pumped)
			scsiemu_pump_sent(&t->t);
		if (t->held && t->held->buf)
			semu_conn_unbuf(c, t->held->buf);
		t->held = NULL;
		semu_task_free(t);
	}
}

void semu_task_left(struct semu_iscsi_task *t)
{
	if (t->refs || t->state < SEMU_TASK_SENT)
		return;
	if (t->pumped) {
		t->pumped = false;
		scsiemu_pump_sent(&t->t);
	}
	if (!semu_out_due(t) || t->c->gone)
		semu_task_free(t);
	else
		strand(t);
}

void semu_task_quiet(struct semu_iscsi_task *t)
{
	if (semu_out_due(t))
		return;
	if (t->state == SEMU_TASK_ANSWER)
		semu_task_answer(t);
	else if (t->state == SEMU_TASK_ZOMBIE)
		semu_task_left(t);
}

/* Nothing will be sent for it (SAM-5 7.3): swallow what comes. */
void semu_task_aborted(struct semu_iscsi_task *t)
{
	semu_task_uncount(t);
	if (t->held && t->held->buf)
		semu_conn_unbuf(t->c, t->held->buf);
	t->held = NULL;
	t->state = SEMU_TASK_ZOMBIE;
	semu_task_left(t);
}

/* Waiting for buffers, first come first served. */

void semu_task_wait(struct semu_iscsi_task *t)
{
	struct scsiemu_iscsi_conn *c = t->c;

	if (t->waits)
		return;
	t->waits = true;
	t->wnext = NULL;
	*c->wait_end = t;
	c->wait_end = &t->wnext;
}

static struct semu_iscsi_task *wait_pop(struct scsiemu_iscsi_conn *c)
{
	struct semu_iscsi_task *t = c->wait;

	c->wait = t->wnext;
	if (!c->wait)
		c->wait_end = &c->wait;
	t->waits = false;
	return t;
}

void semu_task_unwait(struct semu_iscsi_task *t)
{
	struct scsiemu_iscsi_conn *c = t->c;
	struct semu_iscsi_task **p = &c->wait;

	if (!t->waits)
		return;
	while (*p != t)
		p = &(*p)->wnext;
	*p = t->wnext;
	if (!t->wnext)
		c->wait_end = p;
	t->waits = false;
}

void semu_conn_retry(struct scsiemu_iscsi_conn *c)
{
	struct semu_iscsi_task *t, *last = NULL;

	/* One that waits again is back at the end: then all have been asked. */
	while (c->wait && c->wait != last) {
		t = wait_pop(c);
		if (t->wants_in) {
			t->wants_in = false;
			scsiemu_pump_window(&t->t, 0);
		} else {
			semu_out_retry(t);
		}
		if (t->waits && !last)
			last = t;
	}
}
