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
	memset(p->bhs, 0, ISCSI_BHS);
	p->bhs[0] = opcode;
	p->bhs[1] = ISCSI_FINAL;
	iscsi_put32(p->bhs + 16, t->itt);
	return p;
}

static int window_in(struct semu_iscsi_task *t, uint32_t len, bool whole,
		     struct scsiemu_vec *v, unsigned *nv)
{
	struct scsiemu_iscsi_conn *c = t->c;

	if (len > SEMU_BUF_MAX) {
		if (whole)
			return SCSIEMU_E_TRANSPORT;
		len = SEMU_BUF_MAX;
	}
	if (t->win && t->win->size < len) {
		semu_conn_unbuf(c, t->win);
		t->win = NULL;
	}
	if (!t->win)
		t->win = semu_conn_buf(c, len, c->e->lim->session_memory / 2);
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

/* A run of data-in that lies in one piece of memory. */
struct run {
	const uint8_t *data;
	uint32_t len, off, burst; /* burst: bytes of the sequence so far */
	bool last;		  /* of the command */
};

static uint32_t segment(const struct scsiemu_iscsi_conn *c, const struct run *r)
{
	uint32_t n = r->len < c->max_xmit ? r->len : c->max_xmit;

	return n < c->max_burst - r->burst ? n : c->max_burst - r->burst;
}

/* One Data-In of n bytes; ends: of the push. NULL: no memory. */
static struct semu_pdu *data_in(struct semu_iscsi_task *t, struct run *r,
				uint32_t n, bool ends)
{
	struct scsiemu_iscsi_conn *c = t->c;
	bool hold = ends && r->last && !(t->flags & ISCSI_CMD_WRITE);
	struct semu_pdu *p = hold ? semu_task_rsp(t, ISCSI_DATA_IN)
				  : semu_pdu_new(c, ISCSI_DATA_IN, t->itt);

	if (!p)
		return NULL;
	p->data = r->data;
	p->len = n;
	p->task = t;
	r->burst += n;
	if (r->burst == c->max_burst)
		r->burst = 0;
	else if (!ends)
		p->bhs[1] = 0;
	iscsi_put32(p->bhs + 20, ISCSI_NO_TAG);
	iscsi_put32(p->bhs + 36, t->data_sn++);
	iscsi_put32(p->bhs + 40, r->off);
	r->data += n;
	r->len -= n;
	r->off += n;
	if (hold) {
		t->held = p;
		return p;
	}
	semu_pdu_numbers(c, p, false);
	return p;
}

/* buf: where the run lies, goes with its last PDU; or NULL. */
static void send_run(struct semu_iscsi_task *t, struct run *r, bool ends,
		     struct semu_buf *buf)
{
	struct semu_pdu *p;

	while (r->len) {
		uint32_t n = segment(t->c, r);
		bool final = n == r->len;

		p = data_in(t, r, n, ends && final);
		if (!p)
			break;
		if (final) {
			p->buf = buf;
			buf = NULL;
		}
		if (p != t->held)
			semu_pdu_queue(t->c, p);
	}
	if (buf)
		semu_conn_unbuf(t->c, buf);
}

static void push_lent(struct semu_iscsi_task *t, struct run *r,
		      const struct scsiemu_vec *v, unsigned nv)
{
	for (unsigned i = 0; i < nv; i++) {
		r->data = v[i].base;
		r->len = (uint32_t)v[i].len;
		send_run(t, r, i + 1 == nv, NULL);
	}
}

/* The core's own bytes, few as a rule, are gone when push() returns. */
static void push_copy(struct semu_iscsi_task *t, struct run *r, uint32_t len,
		      const struct scsiemu_vec *v)
{
	struct scsiemu_iscsi_conn *c = t->c;
	size_t in = 0;

	while (len) {
		uint32_t n = len < SEMU_BUF_MAX ? len : SEMU_BUF_MAX, k = 0;
		struct semu_buf *b = semu_conn_buf(c, n, UINT32_MAX);

		if (!b) {
			semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
			return;
		}
		while (k < n) {
			uint32_t m = (uint32_t)(v->len - in);

			m = m < n - k ? m : n - k;
			memcpy(b->data + k, (uint8_t *)v->base + in, m);
			k += m;
			in += m;
			if (in == v->len) {
				v++;
				in = 0;
			}
		}
		len -= n;
		r->data = b->data;
		r->len = n;
		send_run(t, r, !len, b);
	}
}

static void push_window(struct semu_iscsi_task *t, struct run *r, uint32_t len,
			const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_buf *b = t->win;

	t->win = NULL;
	r->data = nv ? v->base : b->data;
	r->len = len;
	send_run(t, r, true, b);
}

static void port_push(void *port, struct scsiemu_task *st, uint32_t off,
		      uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		      enum scsiemu_push how, bool last)
{
	struct semu_iscsi_task *t = (struct semu_iscsi_task *)st;
	struct run r = { .off = off, .last = last };

	(void)port;
	if (!len || t->c->state == SCSIEMU_ISCSI_DEAD)
		return;
	if (how == SCSIEMU_PUSH_WINDOW)
		push_window(t, &r, len, v, nv);
	else if (how == SCSIEMU_PUSH_COPY)
		push_copy(t, &r, len, v);
	else
		push_lent(t, &r, v, nv);
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
