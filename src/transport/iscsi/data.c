/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/data.c - data-out (RFC 7143 11.7, 11.8): immediate, unsolicited and
 * solicited. Buffers are made for what the command asks of window(), never for
 * what the initiator announces; R2Ts ask for what has a buffer.
 *
 *	0 .. arrived .. solicited .. covered .. need_to .. edtl
 */
#include <transport/iscsi/session.h>

#define ASC_UNEXPECTED SCSIEMU_ASC_UNEXPECTED_UNSOLICITED_DATA
#define ASC_AMOUNT     SCSIEMU_ASC_NOT_ENOUGH_UNSOLICITED_DATA

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* What is wrong with the unsolicited data that a command announces, or 0. */
static uint16_t announced(const struct semu_iscsi_task *t, uint32_t dlen)
{
	const struct semu_iscsi_params *n = &t->c->login.params;

	if ((dlen && !n->immediate_data) || (t->unsol && n->initial_r2t))
		return ASC_UNEXPECTED;
	return dlen > least(n->first_burst, t->edtl) ? ASC_AMOUNT : 0;
}

void semu_out_setup(struct semu_iscsi_task *t, uint32_t dlen)
{
	t->edtl = t->t.cmd.out_len;
	t->arrived = t->covered = t->need_to = 0;
	t->out_sn = 0;
	t->unsol = !(t->flags & ISCSI_FINAL);
	t->landing = dlen != 0;
	t->unsol_end = t->unsol ? least(t->c->login.params.first_burst, t->edtl)
				: dlen;
	t->solicited = t->unsol_end;
	t->asc = announced(t, dlen);
	if (dlen) {
		t->c->task = t;
		t->c->place = 0;
	}
}

void semu_out_drop(struct semu_iscsi_task *t)
{
	struct scsiemu_iscsi_conn *c = t->c;

	if (c->task == t)
		c->sink = NULL;
	while (t->bufs) {
		struct semu_buf *b = t->bufs;

		t->bufs = b->next;
		semu_conn_unbuf(c, b);
	}
	if (t->win)
		semu_conn_unbuf(c, t->win);
	t->win = NULL;
}

/* A buffer for up to len bytes behind what is covered. */
static bool cover_one(struct semu_iscsi_task *t, uint32_t len, uint32_t bound)
{
	uint32_t n = least(len, t->c->e->most_buf);
	struct semu_buf *b = semu_conn_buf(t->c, n, bound);

	if (!b)
		return false;
	b->off = t->covered;
	b->len = n;
	if (t->bufs)
		t->last_buf->next = b;
	else
		t->bufs = b;
	t->last_buf = b;
	t->covered += n;
	return true;
}

/* How many buffers there are. What is kept has an account of its own, or it
 * could take the room of the one command that all others wait for. */
static unsigned cover(struct semu_iscsi_task *t, unsigned most)
{
	uint32_t bound = t->c->e->half + t->c->kept;
	unsigned n = 0;

	for (struct semu_buf *b = t->bufs; b; b = b->next)
		n++;
	while (t->covered < t->need_to && n < most) {
		if (!cover_one(t, t->need_to - t->covered, bound))
			break;
		n++;
	}
	return n;
}

static void send_r2t(struct semu_iscsi_task *t, uint32_t len)
{
	struct scsiemu_iscsi_conn *c = t->c;
	struct semu_pdu *p = semu_pdu_new(c, ISCSI_R2T, t->itt);
	struct semu_r2t *r = &t->r2t[t->nr2t];

	if (!p)
		return;
	if (++c->next_ttt == ISCSI_NO_TAG)
		c->next_ttt = 0;
	r->ttt = c->next_ttt;
	r->off = t->solicited;
	r->end = t->solicited + len;
	t->nr2t++;
	t->solicited = r->end;
	p->task = t;
	memcpy(p->bhs + 8, t->lun, 8);
	iscsi_put32(p->bhs + 20, r->ttt);
	semu_pdu_numbers(c, p, false);
	iscsi_put32(p->bhs + 36, t->data_sn++);
	iscsi_put32(p->bhs + 40, r->off);
	iscsi_put32(p->bhs + 44, len);
	semu_pdu_queue(c, p);
}

static void solicit(struct semu_iscsi_task *t)
{
	const struct semu_iscsi_params *n = &t->c->login.params;
	uint32_t to = least(t->covered, t->edtl);
	unsigned most = least(n->max_outstanding_r2t, SEMU_R2T_MAX);

	if (t->unsol || t->asc || t->c->state >= SCSIEMU_ISCSI_DRAIN)
		return;
	while (t->nr2t < most && t->solicited < to)
		send_r2t(t, least(to - t->solicited, n->max_burst));
}

/* The pump has gone on: what lies before off is of no use. */
static void advance(struct semu_iscsi_task *t, uint32_t off)
{
	struct semu_buf *b;

	while ((b = t->bufs) != NULL && b->off + b->len <= off) {
		if (t->c->task == t && t->c->place < b->off + b->len)
			t->c->sink = NULL;
		t->bufs = b->next;
		semu_conn_unbuf(t->c, b);
	}
	if (!t->bufs && t->covered < off)
		t->covered = off;
	if (t->solicited < off && !t->unsol)
		t->solicited = off;
	if (t->arrived < off && !t->unsol && !t->landing && !t->nr2t)
		t->arrived = off;
}

static unsigned vectors(const struct semu_iscsi_task *t, uint32_t off,
			uint32_t end, struct scsiemu_vec *v, unsigned most)
{
	unsigned n = 0;

	for (struct semu_buf *b = t->bufs; b && off < end && n < most;
	     b = b->next) {
		uint32_t to = least(b->off + b->len, end);

		if (off >= b->off + b->len)
			continue;
		v[n].base = b->data + (off - b->off);
		v[n++].len = to - off;
		off = to;
	}
	return n;
}

static bool impossible(const struct semu_iscsi_task *t, uint32_t off,
		       uint32_t len, bool whole)
{
	if (t->asc || !(t->flags & ISCSI_CMD_WRITE) || off >= t->edtl)
		return true;
	return whole && (len > t->edtl - off || len > t->c->e->most_buf);
}

int semu_out_window(struct semu_iscsi_task *t, uint32_t off, uint32_t len,
		    bool whole, struct scsiemu_vec *v, unsigned *nv)
{
	unsigned n;

	if (impossible(t, off, len, whole))
		return SCSIEMU_E_TRANSPORT;
	len = least(len, t->edtl - off);
	advance(t, off);
	if (t->need_to < off + len)
		t->need_to = off + len;
	n = cover(t, whole ? *nv : t->c->login.params.max_outstanding_r2t);
	solicit(t);
	if (whole && t->covered < off + len && n >= *nv)
		return SCSIEMU_E_TRANSPORT; /* too scattered */
	t->wants_out = true;
	if (!t->bufs || (whole && t->covered < off + len)) {
		semu_task_wait(t);
		return SCSIEMU_PENDING;
	}
	t->want_to = off + len;
	if (!whole)
		t->want_to = least(t->want_to, t->bufs->off + t->bufs->len);
	if (t->arrived < t->want_to)
		return SCSIEMU_PENDING;
	t->wants_out = false;
	*nv = vectors(t, off, least(off + len, t->arrived), v, *nv);
	return 0;
}

void semu_out_retry(struct semu_iscsi_task *t)
{
	if (!t->wants_out)
		return;
	t->wants_out = false;
	scsiemu_pump_window(&t->t, 0);
}

/* Behind what the last buffer has of use there may be room: data in crumbs must
 * not take a buffer each. */
static bool extend(struct semu_iscsi_task *t, uint32_t len)
{
	struct semu_buf *b = t->bufs ? t->last_buf : NULL;
	uint32_t n;

	if (!b || b->len == b->size || b->off + b->len != t->covered)
		return false;
	n = least(len, b->size - b->len);
	b->len += n;
	t->covered += n;
	return true;
}

static bool keep_one(struct semu_iscsi_task *t, uint32_t len)
{
	struct scsiemu_iscsi_conn *c = t->c;

	if (c->kept + least(len, c->e->most_buf) > c->e->half ||
	    !cover_one(t, len, UINT32_MAX))
		return false;
	t->last_buf->kept = t->last_buf->size;
	c->kept += t->last_buf->size;
	return true;
}

/* The core has not asked for what comes unsolicited (it may be waiting its
 * turn): keep it, FirstBurstLength bounds it. */
static bool keep(struct semu_iscsi_task *t)
{
	struct scsiemu_iscsi_conn *c = t->c;

	if (t->state != SEMU_TASK_RUN || t->asc || c->place < t->covered)
		return false;
	if (!t->bufs)
		t->covered = c->place;
	if (c->place != t->covered)
		return false;
	if (extend(t, c->left) || keep_one(t, c->left))
		return true;
	semu_out_fail(t, SCSIEMU_ASC_RESOURCES);
	return false;
}

void semu_out_sink(struct scsiemu_iscsi_conn *c)
{
	struct semu_iscsi_task *t = c->task;
	struct semu_buf *b = t->bufs;
	uint32_t in;

	c->sink = NULL;
	c->room = c->left;
	while (b && c->place >= b->off + b->len)
		b = b->next;
	if (!b && keep(t))
		b = t->last_buf;
	if (!b)
		return;
	if (c->place < b->off) {
		c->room = least(c->left, b->off - c->place);
		return;
	}
	in = c->place - b->off;
	c->sink = b->data + in;
	c->room = least(c->left, b->len - in);
}

void semu_out_fail(struct semu_iscsi_task *t, uint16_t asc)
{
	if (!t->asc)
		t->asc = asc;
}

/* The sequence at hand has its F bit. */
static void end_sequence(struct semu_iscsi_task *t)
{
	uint32_t end = t->unsol || !t->nr2t ? t->unsol_end : t->r2t[0].end;

	if (t->arrived != end)
		semu_out_fail(t, ASC_AMOUNT);
	t->out_sn = 0;
	if (t->unsol) {
		t->unsol = false;
	} else if (t->nr2t) {
		t->nr2t--;
		memmove(t->r2t, t->r2t + 1, t->nr2t * sizeof(t->r2t[0]));
	}
}

void semu_out_arrived(struct semu_iscsi_task *t, uint32_t len, bool final)
{
	t->arrived += len;
	if (final)
		end_sequence(t);
	if (t->state == SEMU_TASK_RUN)
		solicit(t);
	if (!t->wants_out) {
		semu_task_quiet(t);
		return;
	}
	if (!t->asc && (t->waits || t->arrived < t->want_to))
		return;
	semu_task_unwait(t);
	t->wants_out = false;
	scsiemu_pump_window(&t->t, t->asc ? SCSIEMU_E_TRANSPORT : 0);
}

/* Is this Data-Out the next of its sequence? Else why not. */
static uint16_t check_order(struct semu_iscsi_task *t, const uint8_t *bhs,
			    uint32_t dlen)
{
	uint32_t end = t->unsol ? t->unsol_end : t->r2t[0].end;
	uint32_t off = iscsi_get32(bhs + 40);

	if (!t->unsol && t->arrived < t->r2t[0].off)
		t->arrived = t->r2t[0].off;
	/* A PDU before it was lost (7.8, 7.9). */
	if (iscsi_get32(bhs + 36) != t->out_sn++)
		return SEMU_ASC_CRC;
	if (off != t->arrived || off > end || dlen > end - off)
		return ASC_AMOUNT;
	return 0;
}

/* Does it belong to the sequence that is due? */
static bool expected(const struct semu_iscsi_task *t, uint32_t ttt)
{
	if (t->state == SEMU_TASK_SENT)
		return false;
	if (t->unsol)
		return ttt == ISCSI_NO_TAG;
	return t->nr2t && ttt == t->r2t[0].ttt;
}

void semu_data_begin(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		     uint32_t dlen)
{
	struct semu_iscsi_task *t = semu_task_find(c, iscsi_itt(bhs));
	uint32_t ttt = iscsi_get32(bhs + 20);
	uint16_t asc;

	if (!t || !expected(t, ttt)) {
		/* Unsolicited data that was never announced fails its task. */
		if (t && ttt == ISCSI_NO_TAG && t->state == SEMU_TASK_RUN &&
		    (t->flags & ISCSI_CMD_WRITE))
			semu_out_fail(t, ASC_UNEXPECTED);
		semu_reject(c, bhs, ISCSI_REJECT_FIELD);
		return;
	}
	asc = check_order(t, bhs, dlen);
	if (asc)
		semu_out_fail(t, asc);
	c->task = t;
	c->place = t->arrived;
	if (dlen && !t->asc && t->state == SEMU_TASK_RUN)
		semu_out_sink(c);
}

void semu_data_end(struct scsiemu_iscsi_conn *c, const uint8_t *bhs,
		   uint32_t dlen, bool good)
{
	struct semu_iscsi_task *t = c->task;

	if (!t)
		return;
	if (!good)
		semu_out_fail(t, SEMU_ASC_CRC);
	semu_out_arrived(t, dlen, bhs[1] & ISCSI_FINAL);
}
