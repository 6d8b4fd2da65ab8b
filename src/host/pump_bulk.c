/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/pump_bulk.c - SEND, RECV, READ and WRITE: the initiator's bytes. A READ
 * is answered before it is delivered, so that the growth of in_done is what
 * goes out and status can ride on the last piece (docs/porting.md).
 */
#include "host/task.h"

#include <scsiemu/wire.h>

#include <string.h>

uint32_t semu_vec_cut(struct scsiemu_vec *v, unsigned *nv, size_t len)
{
	size_t sum = 0;
	unsigned i;

	for (i = 0; i < *nv && sum < len; i++) {
		if (v[i].len > len - sum)
			v[i].len = len - sum;
		sum += v[i].len;
	}
	*nv = i;
	return (uint32_t)sum;
}

/* The window pends: SEMU_OUT; or its completion came already: PENDING means
 * ask again. */
SEMU_COLD static int asked(struct scsiemu_task *t)
{
	semu_port_dirty(t->pump, t->port);
	if (t->state == SEMU_T_CALLED)
		return t->res < 0 ? t->res : SCSIEMU_PENDING;
	t->state = SEMU_T_WINDOW;
	return SEMU_OUT;
}

int semu_ask(struct scsiemu_task *t, bool in, uint32_t off, uint32_t len,
	     bool whole)
{
	const struct scsiemu_port *port = t->port;
	int rc;

	if (!port) /* a job has no initiator */
		return SCSIEMU_E_TRANSPORT;
	do {
		t->nv = SEMU_WINDOW_NVEC;
		t->state = SEMU_T_ASK;
		rc = port->ops->window(port->ctx, t, in, off, len, whole,
				       t->v + 1, &t->nv);
		if (rc == SCSIEMU_PENDING)
			rc = asked(t);
	} while (rc == SCSIEMU_PENDING);
	if (rc)
		return rc;
	t->n = len;
	if (t->nv != 1 || t->v[1].len != len)
		t->n = semu_vec_cut(t->v + 1, &t->nv, len);
	if (t->n == 0 || (whole && t->n < len))
		return SCSIEMU_E_TRANSPORT;
	return 0;
}

int semu_want_recv(struct scsiemu_task *t)
{
	struct scsiemu_cmd *c = &t->cmd;
	uint8_t *to = c->buf;
	unsigned i;
	int rc;

	rc = semu_ask(t, false, c->off, c->len, c->flags & SCSIEMU_WHOLE);
	if (rc)
		return semu_asked(t, rc);
	for (i = 1; i <= t->nv; i++) {
		memcpy(to, t->v[i].base, t->v[i].len);
		to += t->v[i].len;
	}
	return semu_answer(t, SCSIEMU_OK, t->n);
}

static bool is_last(const struct scsiemu_task *t, int w)
{
	return w == SCSIEMU_DONE && t->cmd.status == SCSIEMU_GOOD;
}

static inline void push(struct scsiemu_task *t, uint32_t off, uint32_t len,
			const struct scsiemu_vec *v, unsigned nv,
			enum scsiemu_push how, bool last)
{
	struct scsiemu_port *port = t->port;

	if (!last)
		semu_port_dirty(t->pump, port);
	port->ops->push(port->ctx, t, off, len, v, nv, how, last);
}

/* The core may use buf again after did(), except with LAST. */
int semu_want_send(struct scsiemu_task *t)
{
	struct scsiemu_cmd *c = &t->cmd;
	uint32_t off = c->off, len = c->len;
	int w;

	if (!t->port)
		return semu_answer(t, SCSIEMU_E_TRANSPORT, 0);
	t->v[0].base = c->buf;
	t->v[0].len = len;
	if (!(c->flags & SCSIEMU_LAST)) {
		push(t, off, len, t->v, 1, SCSIEMU_PUSH_COPY, false);
		return semu_answer(t, SCSIEMU_OK, len);
	}
	w = semu_answer(t, SCSIEMU_OK, len);
	if (!c->aborted)
		push(t, off, len, t->v, 1, SCSIEMU_PUSH_LENT, is_last(t, w));
	return w;
}

/* What the core says is final goes to the initiator. before: in_done then. */
static inline void deliver(struct scsiemu_task *t, struct scsiemu_vec *v,
			   uint32_t before, enum scsiemu_push how, int w)
{
	struct scsiemu_cmd *c = &t->cmd;
	uint32_t grown = c->in_done - before;
	unsigned nv = t->nv;

	if (!grown || c->aborted)
		return;
	if (grown != t->n)
		semu_vec_cut(v, &nv, grown);
	push(t, before, grown, v, nv, how, is_last(t, w));
}

uint32_t semu_io_good(struct scsiemu_task *t)
{
	t->cmd.info = t->io.info;
	return t->io.moved < t->n ? t->io.moved : t->n;
}

/* Bytes of the window that were read before the error. */
SEMU_COLD static uint32_t read_good(struct scsiemu_task *t)
{
	struct scsiemu_medium *m = scsiemu_lu_medium(t->cmd.lu);
	uint32_t head = m ? t->cmd.skip % m->blen : 0;

	t->cmd.info = t->io.info;
	if (t->io.moved <= head)
		return 0;
	return t->io.moved - head < t->n ? t->io.moved - head : t->n;
}

int semu_read_done(struct scsiemu_task *t, int result, uint32_t n)
{
	uint32_t before = t->cmd.in_done;
	int w;

	semu_bounce_free(t);
	w = semu_answer(t, result, n);
	deliver(t, t->v + 1, before, SCSIEMU_PUSH_WINDOW, w);
	return w;
}

int semu_after_read(struct scsiemu_task *t, int result)
{
	return semu_read_done(t, result,
			      result == SCSIEMU_OK ? t->n : read_good(t));
}

static int read_blocks(struct scsiemu_task *t, struct scsiemu_medium *m,
		       uint64_t lba, uint32_t nblk, const struct scsiemu_vec *v,
		       unsigned nv)
{
	const struct scsiemu_block_ops *ops = m->ops;
	int rc;

	semu_io_begin(t, SEMU_A_READ);
	rc = ops->read(m->ctx, &t->io, lba, nblk, v, nv);
	rc = semu_io_rc(t, m, rc);
	return rc == SEMU_OUT ? SEMU_OUT : semu_after_read(t, rc);
}

/*
 * The window begins or ends inside a block. Stores move whole blocks: what the
 * initiator does not get goes into the bounce buffer and is forgotten.
 */
SEMU_COLD static int read_cut(struct scsiemu_task *t, struct scsiemu_medium *m,
			      uint64_t lba, uint32_t head)
{
	uint64_t all = (uint64_t)head + t->n;
	uint32_t tail = (uint32_t)(all % m->blen);
	struct scsiemu_vec *v = t->v + 1;
	unsigned nv = t->nv;

	if (m->blen > t->pump->bounce_len)
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	if (!semu_bounce_take(t))
		return SEMU_OUT;
	if (tail) {
		v[nv].base = t->pump->bounce;
		v[nv++].len = m->blen - tail;
		all += m->blen - tail;
	}
	if (head) {
		v--;
		v->base = t->pump->bounce;
		v->len = head;
		nv++;
	}
	return read_blocks(t, m, lba, (uint32_t)(all / m->blen), v, nv);
}

/*
 * Does what the store would lend continue what the port holds already? And is
 * the command short: what is lent is queued at once, only windows hold back a
 * READ that its initiator does not take.
 */
static bool may_lend(const struct scsiemu_task *t,
		     const struct scsiemu_medium *m, uint64_t lba)
{
	if (t->cmd.in_all > SCSIEMU_LEND_MAX)
		return false;
	return !t->lent || (t->lent == m && t->lent_lba + t->lent_nblk == lba);
}

/* READ without a copy; NOT_LENT when the store has nothing to lend. */
#define NOT_LENT (SEMU_OUT - 1)
static int read_lent(struct scsiemu_task *t, struct scsiemu_medium *m,
		     uint64_t lba)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;
	uint32_t before = c->in_done, nblk = c->len / m->blen;
	int w;

	t->nv = SCSIEMU_NVEC;
	if (ops->lend(m->ctx, semu_io_begin(t, SEMU_A_READ), lba, nblk, t->v,
		      &t->nv))
		return NOT_LENT;
	t->n = c->len;
	if (t->nv != 1 || t->v[0].len != t->n) {
		t->n = semu_vec_cut(t->v, &t->nv, c->len);
		nblk = t->n / m->blen;
	}
	if (nblk == 0)
		return NOT_LENT;
	if (!t->lent) {
		t->lent = m;
		t->lent_lba = lba;
		t->lent_nblk = 0;
	}
	t->lent_nblk += nblk;
	w = semu_answer(t, SCSIEMU_OK, t->n);
	deliver(t, t->v, before, SCSIEMU_PUSH_LENT, w);
	return w;
}

static int read_window(struct scsiemu_task *t, struct scsiemu_medium *m,
		       uint64_t lba, uint32_t head)
{
	struct scsiemu_cmd *c = &t->cmd;
	int rc;

	rc = semu_ask(t, true, c->off, c->len, c->flags & SCSIEMU_WHOLE);
	if (rc)
		return semu_asked(t, rc);
	if (head || t->n % m->blen)
		return read_cut(t, m, lba, head);
	return read_blocks(t, m, lba, t->n / m->blen, t->v + 1, t->nv);
}

int semu_want_read(struct scsiemu_task *t)
{
	struct scsiemu_cmd *c = &t->cmd;
	struct scsiemu_medium *m = scsiemu_lu_medium(c->lu);
	uint64_t lba = c->addr;
	uint32_t head = 0;
	int rc;

	if (!m || m->kind != SCSIEMU_BLOCK || !m->ops || !t->port)
		return semu_kind_read(t, m);
	if (c->skip) {
		lba += c->skip / m->blen;
		head = c->skip % m->blen;
	}
	if ((m->able & SCSIEMU_CAN_LEND) && t->port->ops->lends && !head &&
	    c->len % m->blen == 0 && may_lend(t, m, lba)) {
		rc = read_lent(t, m, lba);
		if (rc != NOT_LENT)
			return rc;
	}
	return read_window(t, m, lba, head);
}

int semu_after_write(struct scsiemu_task *t, int result)
{
	uint32_t n = t->n;

	if (result != SCSIEMU_OK)
		n = semu_io_good(t);
	t->again = 0;
	semu_bounce_free(t);
	return semu_answer(t, result, n);
}

/* t->n bytes, whole blocks, go to the medium. */
static int write_blocks(struct scsiemu_task *t, struct scsiemu_medium *m,
			const struct scsiemu_vec *v, unsigned nv)
{
	const struct scsiemu_block_ops *ops = m->ops;
	struct scsiemu_cmd *c = &t->cmd;
	uint64_t lba = c->addr + c->skip / m->blen;
	uint32_t nblk = t->n / m->blen;
	int rc;

	semu_io_begin(t, SEMU_A_WRITE);
	if (c->flags & SCSIEMU_DIG)
		rc = SCSIEMU_HAS(scsiemu_block_ops, ops, cas)
			     ? ops->cas(m->ctx, &t->io, lba, nblk / 2, v, nv)
			     : SCSIEMU_E_HARDWARE;
	else
		rc = ops->write ? ops->write(m->ctx, &t->io, lba, nblk, v, nv)
				: SCSIEMU_E_PROTECTED;
	rc = semu_io_rc(t, m, rc);
	return rc == SEMU_OUT ? SEMU_OUT : semu_after_write(t, rc);
}

/* scsiemu_task.again of a WRITE: where it stands. */
enum { WRITE_FRESH, WRITE_ONE, WRITE_GATHER };

/*
 * Windows shorter than a block (or than a WHOLE want): pieces are copied
 * together in the bounce buffer, which stays the task's until the last came.
 */
SEMU_COLD static int gather(struct scsiemu_task *t, struct scsiemu_medium *m)
{
	struct scsiemu_pump *p = t->pump;
	struct scsiemu_cmd *c = &t->cmd;
	uint32_t want = c->flags & SCSIEMU_WHOLE ? c->len : m->blen;
	unsigned i;
	int rc;

	while (t->at < want) {
		rc = semu_ask(t, false, c->off + (uint32_t)t->at,
			      want - (uint32_t)t->at, false);
		if (rc == SEMU_OUT)
			return SEMU_OUT;
		if (rc) {
			t->again = 0;
			semu_bounce_free(t);
			return semu_answer(t, rc, 0);
		}
		for (i = 1; i <= t->nv; i++) {
			memcpy(p->bounce + t->at, t->v[i].base, t->v[i].len);
			t->at += t->v[i].len;
		}
	}
	t->n = want;
	t->v[0].base = p->bounce;
	t->v[0].len = want;
	return write_blocks(t, m, t->v, 1);
}

SEMU_COLD static int gather_start(struct scsiemu_task *t,
				  struct scsiemu_medium *m)
{
	struct scsiemu_cmd *c = &t->cmd;
	uint32_t want = c->flags & SCSIEMU_WHOLE ? c->len : m->blen;

	t->again = WRITE_FRESH;
	if (want > t->pump->bounce_len || c->len < want)
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	if (!semu_bounce_take(t))
		return SEMU_OUT;
	t->again = WRITE_GATHER;
	t->at = 0;
	return gather(t, m);
}

/* A window held less than a block: ask for a whole one, else for pieces. */
SEMU_COLD static int write_small(struct scsiemu_task *t,
				 struct scsiemu_medium *m)
{
	struct scsiemu_cmd *c = &t->cmd;
	int rc;

	if (c->len < m->blen)
		return semu_answer(t, SCSIEMU_E_HARDWARE, 0);
	t->again = WRITE_ONE;
	rc = semu_ask(t, false, c->off, m->blen, true);
	if (rc == SEMU_OUT)
		return SEMU_OUT;
	if (rc)
		return gather_start(t, m);
	return write_blocks(t, m, t->v + 1, t->nv);
}

/* Where a WRITE goes on that was asked for pieces. */
SEMU_COLD static int write_again(struct scsiemu_task *t,
				 struct scsiemu_medium *m)
{
	return t->again == WRITE_GATHER ? gather(t, m) : write_small(t, m);
}

int semu_want_write(struct scsiemu_task *t)
{
	struct scsiemu_cmd *c = &t->cmd;
	struct scsiemu_medium *m = scsiemu_lu_medium(c->lu);
	bool whole = c->flags & SCSIEMU_WHOLE;
	uint32_t cut;
	int rc;

	if (!m || m->kind != SCSIEMU_BLOCK || !m->ops)
		return semu_kind_write(t, m);
	if (t->again)
		return write_again(t, m);
	rc = semu_ask(t, false, c->off, c->len, whole);
	if (rc)
		return whole && rc != SEMU_OUT ? gather_start(t, m)
					       : semu_asked(t, rc);
	cut = t->n % m->blen;
	if (cut == t->n)
		return write_small(t, m);
	if (cut)
		t->n = semu_vec_cut(t->v + 1, &t->nv, t->n - cut);
	return write_blocks(t, m, t->v + 1, t->nv);
}
