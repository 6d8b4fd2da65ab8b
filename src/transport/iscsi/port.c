/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/port.c - a session as the pump's port: windows of pooled memory for
 * data-in, Data-In PDUs (RFC 7143 11.7) that point into it or into lent
 * memory, and the end of commands. Every push is a sequence of its own.
 */
#include <transport/iscsi/session.h>

struct semu_pdu *semu_task_rsp(struct semu_iscsi_task *t, uint8_t opcode)
{
	struct semu_pdu *p = &t->rsp;

	p->data = NULL;
	p->buf = NULL;
	p->task = t;
	p->len = 0;
	p->embedded = true;
	semu_pdu_begin(p, opcode, t->itt);
	return p;
}

static int window_in(struct semu_iscsi_task *t, uint32_t len, bool whole,
		     struct scsiemu_vec *v, unsigned *nv)
{
	struct scsiemu_iscsi_conn *c = t->c;

	if (len > c->e->most_buf) {
		if (whole)
			return SCSIEMU_E_TRANSPORT;
		len = c->e->most_buf;
	}
	if (t->win && t->win->size < len) {
		semu_conn_unbuf(c, t->win);
		t->win = NULL;
	}
	if (!t->win)
		t->win = semu_conn_buf(c, len, c->e->half + c->kept);
	if (!t->win) {
		t->wants_in = true;
		semu_task_wait(t);
		return SCSIEMU_PENDING;
	}
	v[0].base = t->win->data;
	v[0].len = len;
	*nv = 1;
	return 0;
}

static int port_window(void *port, struct scsiemu_task *st, bool in,
		       uint32_t off, uint32_t len, bool whole,
		       struct scsiemu_vec *v, unsigned *nv)
{
	struct semu_iscsi_task *t = (struct semu_iscsi_task *)st;

	(void)port;
	return in ? window_in(t, len, whole, v, nv)
		  : semu_out_window(t, off, len, whole, v, nv);
}

/* A Data-In of n bytes at off. */
static inline void data_in(struct semu_pdu *p, struct semu_iscsi_task *t,
			   const uint8_t *data, uint32_t n, uint32_t off,
			   uint8_t flags)
{
	p->data = data;
	p->len = n;
	p->task = t;
	p->bhs[1] = flags;
	iscsi_put32(p->bhs + 20, ISCSI_NO_TAG);
	iscsi_put32(p->bhs + 36, t->data_sn++);
	iscsi_put32(p->bhs + 40, off);
}

/* The command's last Data-In, held back for its status. */
static inline void hold(struct semu_iscsi_task *t, const uint8_t *data,
			uint32_t n, uint32_t off, struct semu_buf *buf)
{
	struct semu_pdu *p = &t->rsp;

	p->buf = buf;
	p->embedded = true;
	semu_pdu_begin(p, ISCSI_DATA_IN, t->itt);
	data_in(p, t, data, n, off, ISCSI_FINAL);
	t->held = p;
}

/* Where in the data phase, and in the sequence, a push has come to. */
struct place {
	uint32_t off, burst;
	bool last; /* the push is the command's last */
};

/*
 * A run of data-in that lies in one piece; ends: so does the push. buf: where
 * it lies, goes with its last PDU; or NULL.
 */
static void send_run(struct semu_iscsi_task *t, const uint8_t *data,
		     uint32_t len, struct place *at, bool ends,
		     struct semu_buf *buf)
{
	struct scsiemu_iscsi_conn *c = t->c;

	while (len) {
		uint32_t n = len < c->max_xmit ? len : c->max_xmit;
		uint8_t flags = 0;
		struct semu_pdu *p;

		if (n >= c->max_burst - at->burst) {
			n = c->max_burst - at->burst;
			flags = ISCSI_FINAL;
		}
		len -= n;
		if (ends && !len)
			flags = ISCSI_FINAL;
		if (ends && !len && at->last && !(t->flags & ISCSI_CMD_WRITE)) {
			hold(t, data, n, at->off, buf);
			return;
		}
		p = semu_pdu_new(c, ISCSI_DATA_IN, t->itt);
		if (!p)
			break;
		data_in(p, t, data, n, at->off, flags);
		at->burst = flags ? 0 : at->burst + n;
		at->off += n;
		data += n;
		if (!len) {
			p->buf = buf;
			buf = NULL;
		}
		semu_pdu_numbers(c, p, false);
		semu_pdu_queue(c, p);
	}
	if (buf)
		semu_conn_unbuf(c, buf);
}

static void push_lent(struct semu_iscsi_task *t, struct place *at,
		      const struct scsiemu_vec *v, unsigned nv)
{
	for (unsigned i = 0; i < nv; i++)
		send_run(t, v[i].base, (uint32_t)v[i].len, at, i + 1 == nv,
			 NULL);
}

/* Where a copy has come to in vectors. */
struct source {
	const struct scsiemu_vec *v;
	size_t in;
};

static void gather(uint8_t *to, uint32_t n, struct source *s)
{
	while (n) {
		size_t m = s->v->len - s->in;

		m = m < n ? m : n;
		memcpy(to, (const uint8_t *)s->v->base + s->in, m);
		to += m;
		n -= (uint32_t)m;
		s->in += m;
		if (s->in == s->v->len) {
			s->v++;
			s->in = 0;
		}
	}
}

/* The core's own bytes, few as a rule, are gone when push() returns. */
static void push_copy(struct semu_iscsi_task *t, struct place *at, uint32_t len,
		      const struct scsiemu_vec *v)
{
	struct scsiemu_iscsi_conn *c = t->c;
	struct source from = { v, 0 };

	while (len) {
		uint32_t n = len < SEMU_BUF_MAX ? len : SEMU_BUF_MAX;
		struct semu_buf *b = semu_conn_buf(c, n, UINT32_MAX);

		if (!b) {
			semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
			return;
		}
		gather(b->data, n, &from);
		len -= n;
		send_run(t, b->data, n, at, !len, b);
	}
}

static void push_window(struct semu_iscsi_task *t, struct place *at,
			uint32_t len, const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_buf *b = t->win;

	t->win = NULL;
	send_run(t, nv ? v->base : b->data, len, at, true, b);
}

static __attribute__((noinline)) void push_any(struct semu_iscsi_task *t,
					       uint32_t off, uint32_t len,
					       const struct scsiemu_vec *v,
					       unsigned nv,
					       enum scsiemu_push how, bool last)
{
	struct place at = { off, 0, last };

	if (how == SCSIEMU_PUSH_WINDOW)
		push_window(t, &at, len, v, nv);
	else if (how == SCSIEMU_PUSH_COPY)
		push_copy(t, &at, len, v);
	else
		push_lent(t, &at, v, nv);
}

/* As a rule a push is all of a command's data, and one PDU. */
static void port_push(void *port, struct scsiemu_task *st, uint32_t off,
		      uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		      enum scsiemu_push how, bool last)
{
	struct semu_iscsi_task *t = (struct semu_iscsi_task *)st;
	struct scsiemu_iscsi_conn *c = t->c;
	struct semu_buf *b = NULL;

	(void)port;
	if (!len || c->state == SCSIEMU_ISCSI_DEAD)
		return;
	if (!last || nv != 1 || how == SCSIEMU_PUSH_COPY || len > c->max_run ||
	    (t->flags & ISCSI_CMD_WRITE)) {
		push_any(t, off, len, v, nv, how, last);
		return;
	}
	if (how == SCSIEMU_PUSH_WINDOW) {
		b = t->win;
		t->win = NULL;
	}
	hold(t, v->base, len, off, b);
}

static void port_done(void *port, struct scsiemu_task *st)
{
	struct semu_iscsi_task *t = (struct semu_iscsi_task *)st;

	(void)port;
	if (t->bufs || t->win)
		semu_out_drop(t);
	if (t->t.cmd.outcome == SCSIEMU_ABORTED || t->c->gone ||
	    t->c->state == SCSIEMU_ISCSI_DEAD)
		semu_task_aborted(t);
	else if (t->tmf)
		semu_tmf_done(t);
	else
		semu_task_answer(t);
}

static void port_cancel(void *port, struct scsiemu_task *st)
{
	struct semu_iscsi_task *t = (struct semu_iscsi_task *)st;

	(void)port;
	semu_task_unwait(t);
	t->wants_in = t->wants_out = false;
}

const struct scsiemu_port_ops semu_iscsi_port_ops = {
	.size = sizeof(semu_iscsi_port_ops),
	.window = port_window,
	.push = port_push,
	.done = port_done,
	.cancel = port_cancel,
	.lends = true,
};
