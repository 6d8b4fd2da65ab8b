/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ/data.c - an instance as the pump's port. A CTIO has no offset: data goes
 * in the order in which CTIOs are sent. Each moves at most what the adapter can
 * map, from a window of ours or from the memory of the store itself; both stay
 * untouched until it is back. Of data-out a few are asked for ahead.
 *
 * The residual of a CTIO is not looked at: drivers do not agree on what it is
 * counted from, and report an initiator that sends too little as an error.
 */
#include <transport/targ/targ.h>

#include <scsiemu/wire.h>

#include <string.h>

enum { AHEAD = 4 };
enum { INQUIRY = 0x12, EVPD = 1 };
/* Byte 7 of INQUIRY: WBUS16, SYNC, CMDQUE are the adapter's to say. */
enum { FLAGS_AT = 7, FLAGS = 0x32 };

static struct semu_targ_cmd *of(struct scsiemu_task *t)
{
	return t->cmd.user;
}

/* ---- Buffers ---- */

SEMU_TARG_RARE static struct semu_targ_buf *new_buf(struct scsiemu_targ *t)
{
	struct semu_targ_buf *b =
		t->alloc->alloc(t->alloc->ctx, sizeof(*b) + t->page + t->most);
	uintptr_t at;

	if (!b)
		return NULL;
	at = (uintptr_t)(b + 1);
	b->data = (uint8_t *)(b + 1) + (t->page - at % t->page) % t->page;
	b->owner = NULL;
	b->all = t->bufs;
	t->bufs = b;
	t->nbuf++;
	return b;
}

/* more: beyond the limit if need be, for who could not wait without keeping
 * others waiting. */
static inline struct semu_targ_buf *take_buf(struct scsiemu_targ *t, bool more)
{
	struct semu_targ_buf *b = t->free;

	if (!b)
		return t->nbuf < t->maxbuf || more ? new_buf(t) : NULL;
	t->free = b->next;
	return b;
}

/* For data-in, of which only what is written goes out. */
static struct semu_targ_buf *buf_in(const struct semu_targ_cmd *c, bool more)
{
	struct semu_targ_buf *b = take_buf(c->t, more);

	if (b && b->owner != c->nexus)
		b->owner = NULL;
	return b;
}

SEMU_TARG_RARE static void claim(struct semu_targ_buf *b,
				 const struct semu_targ_cmd *c)
{
	memset(b->data, 0, c->t->most);
	b->owner = c->nexus;
}

/* For data-out: if less comes than the adapter says, the rest must not be
 * another initiator's. */
static inline struct semu_targ_buf *buf_out(const struct semu_targ_cmd *c,
					    bool more)
{
	struct semu_targ_buf *b = take_buf(c->t, more);

	if (b && b->owner != c->nexus)
		claim(b, c);
	return b;
}

/* Only one: it takes the buffer, or it fails, and semu_targ_empty() wakes the
 * next. */
void semu_targ_buf_freed(struct scsiemu_targ *t)
{
	struct semu_targ_cmd *c = t->wait;

	if (!t->free)
		return;
	t->wait = c->next;
	if (!t->wait)
		t->wait_end = &t->wait;
	c->waits = SEMU_TARG_NOTHING;
	scsiemu_pump_window(&c->task, 0);
}

SEMU_TARG_RARE static int wait_for_buf(struct semu_targ_cmd *c)
{
	struct scsiemu_targ *t = c->t;

	if (!t->nbuf || t->free)
		return SCSIEMU_E_TRANSPORT; /* what is short is memory */
	c->next = NULL;
	*t->wait_end = c;
	t->wait_end = &c->next;
	c->waits = SEMU_TARG_BUFFER;
	return SCSIEMU_PENDING;
}

static void unqueue(struct semu_targ_cmd *c)
{
	struct scsiemu_targ *t = c->t;
	struct semu_targ_cmd **at = &t->wait;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	if (t->wait_end == &c->next)
		t->wait_end = at;
}

/* ---- CTIOs ---- */

static void aim(struct semu_targ_io *io, uint8_t *data, uint32_t len,
		uint32_t dir)
{
	io->len = len;
	io->ccb.data_ptr = data;
	io->ccb.dxfer_len = len;
	io->ccb.ccb_h.flags |= dir;
}

void semu_targ_io_unsent(struct semu_targ_io *io)
{
	if (io->out)
		io->back = true;
	else
		semu_targ_io_drop(io);
}

static void append(struct semu_targ_ios *l, struct semu_targ_io *io)
{
	if (!l->head)
		l->end = &l->head;
	io->next = NULL;
	*l->end = io;
	l->end = &io->next;
	l->n++;
}

void semu_targ_empty(struct semu_targ_cmd *c)
{
	struct semu_targ_io *held = c->held;

	c->held = NULL;
	if (held)
		semu_targ_io_drop(held);
	while (c->in.head)
		semu_targ_io_drop(semu_targ_first_off(&c->in));
	while (c->out.head && c->out.head->back)
		semu_targ_io_drop(semu_targ_first_off(&c->out));
	if (c->t->wait)
		semu_targ_buf_freed(c->t);
}

/* ---- Windows ---- */

static SEMU_TARG_ALONE int window_in(struct semu_targ_cmd *c, uint32_t len,
				     bool whole, struct scsiemu_vec *v,
				     unsigned *nv)
{
	struct scsiemu_targ *t = c->t;
	unsigned most = whole ? *nv : 1, n = 0;
	struct semu_targ_io *io = c->in.head;

	if (c->lost)
		return SCSIEMU_E_TRANSPORT;
	for (; len && n < most; n++, io = io->next) {
		if (!io) {
			struct semu_targ_buf *b = buf_in(c, c->in.head);

			if (!b)
				return n ? SCSIEMU_E_TRANSPORT
					 : wait_for_buf(c);
			io = semu_targ_io_new(c);
			if (!io) {
				semu_targ_give_buf(t, b);
				return SCSIEMU_E_TRANSPORT;
			}
			io->buf = b;
			append(&c->in, io);
		}
		v[n].base = io->buf->data;
		v[n].len = len < t->most ? len : t->most;
		len -= (uint32_t)v[n].len;
	}
	*nv = n;
	return len && whole ? SCSIEMU_E_TRANSPORT : 0;
}

/* What lies before off nobody asks for again. */
static void pass(struct semu_targ_cmd *c, uint32_t off)
{
	struct semu_targ_io *io;

	while ((io = c->out.head) && io->back && io->off + io->len <= off)
		semu_targ_io_drop(semu_targ_first_off(&c->out));
}

/* One more piece of data-out. */
static inline bool ask(struct semu_targ_cmd *c, uint32_t n)
{
	struct semu_targ_buf *b = buf_out(c, c->out.head);
	struct semu_targ_io *io = b ? semu_targ_io_new(c) : NULL;

	if (!io) {
		if (b)
			semu_targ_give_buf(c->t, b);
		return false;
	}
	io->buf = b;
	io->out = true;
	io->off = c->asked;
	aim(io, b->data, n, CAM_DIR_OUT);
	c->asked += n;
	append(&c->out, io);
	semu_targ_io_send(c, io);
	return true;
}

/* A few pieces of what is left to ask for. Then it waits, for the first that
 * comes, or for a buffer if there is not even a first. */
static SEMU_TARG_ALONE int ask_ahead(struct semu_targ_cmd *c, uint64_t left,
				     uint32_t most)
{
	uint32_t n;

	do {
		n = left < c->t->most ? (uint32_t)left : c->t->most;
		left -= n;
	} while (ask(c, n) && left && c->out.n < most);
	if (!c->out.head)
		return wait_for_buf(c);
	c->waits = SEMU_TARG_DATA;
	return SCSIEMU_PENDING;
}

/* Bytes of [off, off + len) that are there, from off on. < 0: never. */
static int64_t received(const struct semu_targ_cmd *c, uint32_t off,
			uint32_t len, struct scsiemu_vec *v, unsigned *nv)
{
	const struct semu_targ_io *io = c->out.head;
	uint32_t got = 0;
	unsigned n = 0;

	for (; io && io->came && got < len && n < *nv; io = io->next) {
		uint32_t in = off + got - io->off, m = io->len - in;

		m = m < len - got ? m : len - got;
		v[n].base = io->buf->data + in;
		v[n++].len = m;
		got += m;
	}
	*nv = n;
	return !got && io && io->back ? SCSIEMU_E_TRANSPORT : (int64_t)got;
}

static SEMU_TARG_ALONE int window_out(struct semu_targ_cmd *c, uint32_t off,
				      uint32_t len, bool whole,
				      struct scsiemu_vec *v, unsigned *nv)
{
	uint32_t most = whole ? AHEAD + len / c->t->most : AHEAD;
	uint64_t end = (uint64_t)off + len;
	int64_t got;

	if (c->lost)
		return SCSIEMU_E_TRANSPORT;
	pass(c, off);
	if (c->asked < end && c->out.n < most) {
		int rc = ask_ahead(c, end - c->asked, most);

		if (!c->out.head)
			return rc;
	}
	c->waits = SEMU_TARG_DATA;
	if (!c->out.head->back)
		return SCSIEMU_PENDING;
	got = received(c, off, len, v, nv);
	c->waits = SEMU_TARG_NOTHING;
	if (got < 0 || (got && (!whole || got == len)))
		return got < 0 ? (int)got : 0;
	for (const struct semu_targ_io *io = c->out.head; io; io = io->next)
		if (!io->back) {
			c->waits = SEMU_TARG_DATA;
			return SCSIEMU_PENDING;
		}
	return SCSIEMU_E_TRANSPORT; /* not all of it is to be had at once */
}

/* The usual: one CTIO has just these bytes. */
static inline bool is_all(const struct semu_targ_io *io, uint32_t off,
			  uint32_t len)
{
	return io->off == off && io->len == len && io->came;
}

int semu_targ_window(void *port, struct scsiemu_task *task, bool in,
		     uint32_t off, uint32_t len, bool whole,
		     struct scsiemu_vec *v, unsigned *nv)
{
	struct semu_targ_cmd *c = of(task);
	const struct semu_targ_io *io = c->out.head;

	(void)port;
	if (in)
		return window_in(c, len, whole, v, nv);
	if (!c->asked && !c->lost) /* the first time: none can be there */
		return ask_ahead(c, len, AHEAD);
	if (!io || !is_all(io, off, len))
		return window_out(c, off, len, whole, v, nv);
	*v = (struct scsiemu_vec){ io->buf->data, len };
	*nv = 1;
	return 0;
}

void semu_targ_cancel(void *port, struct scsiemu_task *task)
{
	struct semu_targ_cmd *c = of(task);

	(void)port;
	if (c->waits == SEMU_TARG_BUFFER)
		unqueue(c);
	c->waits = SEMU_TARG_NOTHING;
}

/* ---- Data-in ---- */

static void go(struct semu_targ_io *io, bool hold)
{
	if (hold)
		io->cmd->held = io;
	else
		semu_targ_io_send(io->cmd, io);
}

/* In one piece from a page's boundary as much as the adapter can map. */
static uint32_t fits(const struct scsiemu_targ *t, const uint8_t *at)
{
	return t->most - (uint32_t)((uintptr_t)at % t->page);
}

static void lend(struct semu_targ_cmd *c, uint8_t *from, uint32_t len,
		 bool hold)
{
	while (len) {
		uint32_t n = fits(c->t, from);
		struct semu_targ_io *io = semu_targ_io_new(c);

		if (!io) {
			c->failed = true;
			return;
		}
		n = n < len ? n : len;
		aim(io, from, n, CAM_DIR_IN);
		from += n;
		len -= n;
		go(io, hold && !len);
	}
}

void semu_targ_put(struct semu_targ_cmd *c, const uint8_t *from, uint32_t len,
		   bool hold)
{
	while (len) {
		struct semu_targ_buf *b = buf_in(c, true);
		struct semu_targ_io *io = b ? semu_targ_io_new(c) : NULL;
		uint32_t n = len < c->t->most ? len : c->t->most;

		if (!io) {
			if (b)
				semu_targ_give_buf(c->t, b);
			c->failed = true;
			return;
		}
		io->buf = b;
		memcpy(b->data, from, n);
		aim(io, b->data, n, CAM_DIR_IN);
		from += n;
		len -= n;
		go(io, hold && !len);
	}
}

static void push_window(struct semu_targ_cmd *c, uint32_t len, bool hold)
{
	while (len && c->in.head) {
		struct semu_targ_io *io = semu_targ_first_off(&c->in);
		uint32_t n = len < c->t->most ? len : c->t->most;

		aim(io, io->buf->data, n, CAM_DIR_IN);
		len -= n;
		go(io, hold && !len);
	}
}

/* What the logical unit says of its port is for the adapter to say. */
static bool describes(const struct scsiemu_cmd *cmd, uint32_t off)
{
	return cmd->cdb[0] == INQUIRY && !(cmd->cdb[1] & EVPD) &&
	       off <= FLAGS_AT;
}

SEMU_TARG_RARE static void correct(struct semu_targ_cmd *c, uint32_t off,
				   uint32_t len, const struct scsiemu_vec *v,
				   bool hold)
{
	uint8_t inquiry[264]; /* 5 bytes and at most 255 more */
	uint32_t at = FLAGS_AT - off;

	if (len > sizeof(inquiry))
		len = sizeof(inquiry);
	memcpy(inquiry, v->base, len);
	if (at < len)
		inquiry[at] = (inquiry[at] & (uint8_t)~FLAGS) |
			      (c->t->inquiry & FLAGS);
	semu_targ_put(c, inquiry, len, hold);
}

void semu_targ_push(void *port, struct scsiemu_task *task, uint32_t off,
		    uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		    enum scsiemu_push how, bool last)
{
	struct semu_targ_cmd *c = of(task);

	(void)port;
	if (!len || c->lost)
		return;
	if (how == SCSIEMU_PUSH_WINDOW) {
		push_window(c, len, last);
		return;
	}
	if (describes(&task->cmd, off) && nv == 1) {
		correct(c, off, len, v, last);
		return;
	}
	for (; nv--; v++) {
		if (how == SCSIEMU_PUSH_LENT)
			lend(c, v->base, (uint32_t)v->len, last && !nv);
		else
			semu_targ_put(c, v->base, (uint32_t)v->len,
				      last && !nv);
	}
}
