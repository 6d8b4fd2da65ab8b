/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/send.c - the send queue: PDUs in order, their padding and digests, and
 * the vectors of one sendmsg. What has left gives its memory back.
 */
#include <transport/iscsi/session.h>

#include <store/crc32c.h>

void semu_conn_wake(struct scsiemu_iscsi_conn *c)
{
	if (c->awake)
		return;
	c->awake = true;
	if (c->e->wake && !c->gone)
		c->e->wake(c->e->ctx, c);
}

struct semu_buf *semu_conn_buf(struct scsiemu_iscsi_conn *c, uint32_t len,
			       uint32_t bound)
{
	struct semu_buf *b;

	if (c->buffered + len > bound)
		return NULL;
	b = semu_pool_get(&c->e->pool, len);
	if (!b)
		return NULL;
	c->buffered += b->size;
	b->next = NULL;
	b->kept = 0;
	return b;
}

void semu_conn_unbuf(struct scsiemu_iscsi_conn *c, struct semu_buf *b)
{
	c->buffered -= b->size;
	c->kept -= b->kept;
	semu_pool_put(&c->e->pool, b);
}

struct semu_pdu *semu_pdu_new(struct scsiemu_iscsi_conn *c, uint8_t opcode,
			      uint32_t itt)
{
	struct semu_pdu *p = semu_objs_get(&c->e->pdus);

	if (!p) {
		semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
		return NULL;
	}
	p->data = NULL;
	p->buf = NULL;
	p->task = NULL;
	p->len = 0;
	p->embedded = false;
	semu_pdu_begin(p, opcode, itt);
	return p;
}

static void digest_data(struct semu_pdu *p)
{
	uint32_t pad = iscsi_pad(p->len);
	uint32_t crc = semu_crc32c(0, p->data, p->len);

	if (pad)
		crc = semu_crc32c(crc, p->end, pad);
	iscsi_put_digest(p->end + pad, crc);
	p->tail = (uint8_t)(pad + 4);
}

static __attribute__((noinline)) void digest(const struct scsiemu_iscsi_conn *c,
					     struct semu_pdu *p)
{
	if (c->hd) {
		iscsi_put_digest(p->bhs + ISCSI_BHS,
				 semu_crc32c(0, p->bhs, ISCSI_BHS));
		p->hlen = ISCSI_BHS + 4;
	}
	if (c->dd && p->len)
		digest_data(p);
}

void semu_pdu_queue(struct scsiemu_iscsi_conn *c, struct semu_pdu *p)
{
	/* Byte 4, of the AHS: there never is one. */
	iscsi_put32(p->bhs + 4, p->len);
	p->hlen = ISCSI_BHS;
	p->tail = (uint8_t)iscsi_pad(p->len);
	if (p->tail)
		memset(p->end, 0, 4);
	if (c->hd || c->dd)
		digest(c, p);
	p->next = NULL;
	*c->out_end = p;
	c->out_end = &p->next;
	c->nanswer += p->embedded;
	if (p->task)
		p->task->refs++;
	else
		c->nout++;
	semu_conn_wake(c);
}

/* p has left, or never will. */
static inline void done_with(struct scsiemu_iscsi_conn *c, struct semu_pdu *p)
{
	struct semu_iscsi_task *t = p->task;

	if (p->buf)
		semu_conn_unbuf(c, p->buf);
	if (!t)
		c->nout--;
	if (p->embedded)
		c->nanswer--;
	else
		semu_objs_put(&c->e->pdus, p);
	if (t && --t->refs == 0)
		semu_task_left(t);
}

static inline struct semu_pdu *take_first(struct scsiemu_iscsi_conn *c)
{
	struct semu_pdu *p = c->out;

	c->out = p->next;
	if (!c->out)
		c->out_end = &c->out;
	return p;
}

void semu_send_drop(struct scsiemu_iscsi_conn *c)
{
	c->out_off = 0;
	while (c->out)
		done_with(c, take_first(c));
}

static inline struct scsiemu_vec *piece(struct scsiemu_vec *v, const void *p,
					uint32_t len)
{
	v->base = (void *)(uintptr_t)p;
	v->len = len;
	return v + 1;
}

/* Skip what has left already of the first PDU; returns how many pieces. */
static unsigned skip(struct scsiemu_vec *v, struct scsiemu_vec *end, size_t len)
{
	struct scsiemu_vec *from = v;

	while (from < end && len >= from->len)
		len -= from++->len;
	if (from == end)
		return 0;
	from->base = (uint8_t *)from->base + len;
	from->len -= len;
	if (from > v)
		memmove(v, from, (size_t)(end - from) * sizeof(*v));
	return (unsigned)(end - from);
}

unsigned scsiemu_iscsi_output(struct scsiemu_iscsi_conn *c,
			      struct scsiemu_vec *v, unsigned nv)
{
	struct scsiemu_vec *at = v, *end = v + nv;

	c->awake = false;
	if (c->state == SCSIEMU_ISCSI_DEAD)
		return 0; /* what the queue names may be given back */
	for (struct semu_pdu *p = c->out; p && at + 3 <= end; p = p->next) {
		at = piece(at, p->bhs, p->hlen);
		if (p->len)
			at = piece(at, p->data, p->len);
		if (p->tail)
			at = piece(at, p->end, p->tail);
	}
	return c->out_off ? skip(v, at, c->out_off) : (unsigned)(at - v);
}

void scsiemu_iscsi_sent(struct scsiemu_iscsi_conn *c, size_t len)
{
	struct semu_pdu *p;

	len += c->out_off;
	c->out_off = 0;
	while ((p = c->out) != NULL) {
		uint32_t all = p->hlen + p->len + p->tail;

		if (len < all) {
			c->out_off = (uint32_t)len;
			break;
		}
		len -= all;
		done_with(c, take_first(c));
	}
	if (c->wait)
		semu_conn_retry(c);
	if (!c->out && c->state == SCSIEMU_ISCSI_DRAIN)
		semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
}
