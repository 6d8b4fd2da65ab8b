/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ/ccb.c - control blocks: their memory, which of them the driver has, and
 * the way to it and back. Addresses from read() are looked up in the slabs.
 */
#include <transport/targ/targ.h>

#include <errno.h>
#include <string.h>

/* ---- Memory ---- */

static uint32_t count(const struct semu_targ_pool *p, unsigned slab)
{
	return p->first << slab;
}

void semu_targ_io_init(struct semu_targ_io *io, struct semu_targ_cmd *c)
{
	memset(io, 0, sizeof(*io));
	io->cmd = c;
	io->ccb.ccb_h.pinfo.priority = 1;
	io->ccb.ccb_h.timeout = CAM_TIME_INFINITY;
}

static bool grow(struct semu_targ_pool *p)
{
	struct semu_targ_io *io;
	uint32_t n;

	if (p->nslab == SEMU_TARG_SLABS)
		return false;
	n = count(p, p->nslab);
	io = p->alloc->alloc(p->alloc->ctx, n * sizeof(*io));
	if (!io)
		return false;
	p->slab[p->nslab++] = io;
	for (; n--; io++) {
		semu_targ_io_init(io, NULL);
		io->next = p->free;
		p->free = io;
	}
	return true;
}

bool semu_targ_borrow(struct semu_targ_cmd *c)
{
	struct semu_targ_pool *p = &c->t->ios;
	struct semu_targ_io *io;

	if (!p->free && !grow(p))
		return false;
	io = p->free;
	p->free = io->next;
	io->next = NULL;
	io->cmd = c;
	c->spare = io;
	c->borrowed++;
	return true;
}

static bool is_own(const struct semu_targ_cmd *c, const struct ccb_hdr *h)
{
	return h == &c->own[0].ccb.ccb_h || h == &c->own[1].ccb.ccb_h;
}

void semu_targ_give_back(struct semu_targ_cmd *c)
{
	struct semu_targ_pool *p = &c->t->ios;
	struct semu_targ_io *io, *next = c->spare;

	c->spare = NULL;
	c->borrowed = 0;
	while ((io = next)) {
		struct semu_targ_io **list = is_own(c, &io->ccb.ccb_h)
						     ? &c->spare
						     : &p->free;

		next = io->next;
		io->next = *list;
		*list = io;
	}
}

void semu_targ_pool_end(struct semu_targ_pool *p)
{
	while (p->nslab)
		p->alloc->free(p->alloc->ctx, p->slab[--p->nslab]);
	p->free = NULL;
}

/* All CTIOs that the driver has: the commands' own, then the pool's. */
static void each_out(struct scsiemu_targ *t,
		     void (*f)(struct semu_targ_io *io, void *ctx), void *ctx)
{
	const struct semu_targ_pool *p = &t->ios;

	for (uint32_t i = 0; i < 2 * t->ncmd; i++) {
		struct semu_targ_io *io = &t->cmd[i / 2].own[i % 2];

		if (semu_targ_is_out(&io->ccb.ccb_h))
			f(io, ctx);
	}
	for (unsigned i = 0; i < p->nslab; i++)
		for (uint32_t k = 0; k < count(p, i); k++)
			if (semu_targ_is_out(&p->slab[i][k].ccb.ccb_h))
				f(&p->slab[i][k], ctx);
}

/* The CTIO at this address, whatever it is; NULL: none of the pool's. The last
 * slab has half of all. */
static struct semu_targ_io *find(const struct semu_targ_pool *p, const void *at)
{
	for (unsigned i = p->nslab; i--;) {
		uintptr_t off = (uintptr_t)at - (uintptr_t)p->slab[i];
		size_t n = off / sizeof(struct semu_targ_io);

		if (n < count(p, i))
			return off % sizeof(struct semu_targ_io)
				       ? NULL
				       : p->slab[i] + n;
	}
	return NULL;
}

/* ---- To the driver ---- */

static ssize_t write_some(struct scsiemu_targ *t, const void *box, size_t len)
{
	ssize_t n;

	do
		n = t->sys->write(t->source.fd, box, len);
	while (n < 0 && errno == EINTR);
	return n;
}

void semu_targ_tell(struct scsiemu_targ *t)
{
	size_t left = t->nbox * sizeof(t->box[0]), at = 0;

	if (t->ending || t->broken)
		return;
	t->nbox = 0;
	while (left) {
		ssize_t n = write_some(t, (const uint8_t *)t->box + at, left);

		if (n <= 0 || (size_t)n > left || n % sizeof(t->box[0])) {
			semu_targ_break(t, "the driver takes no more control "
					   "blocks");
			break;
		}
		at += (size_t)n;
		left -= (size_t)n;
	}
}

bool semu_targ_make_room(struct scsiemu_targ *t)
{
	semu_targ_tell(t);
	return t->nbox < SEMU_TARG_BATCH;
}

bool semu_targ_do(struct scsiemu_targ *t, struct ccb_hdr *h, int code)
{
	if (t->ending || t->broken)
		return false;
	semu_targ_tell(t);
	h->pinfo.priority = 1;
	h->func_code = code;
	return write_some(t, &h, sizeof(h)) == (ssize_t)sizeof(h);
}

static void recall(struct semu_targ_io *io, void *cmd)
{
	struct ccb_abort a = { .abort_ccb = (union ccb *)io };

	if (io->cmd == cmd)
		semu_targ_do(io->cmd->t, &a.ccb_h, XPT_ABORT);
}

void semu_targ_recall(struct semu_targ_cmd *c)
{
	if (c->flying)
		each_out(c->t, recall, c);
}

/* ---- And back ---- */

/* The adapter stopped its queue at an error: it may go on. */
SEMU_TARG_RARE static void thaw(struct scsiemu_targ *t)
{
	struct ccb_relsim r = { .release_flags = RELSIM_RELEASE_AFTER_QEMPTY };

	semu_targ_do(t, &r.ccb_h, XPT_REL_SIMQ);
}

/* It is a control block of ours. false: the driver did not have it. */
static inline bool is_back(struct scsiemu_targ *t, struct ccb_hdr *h)
{
	if (!semu_targ_is_out(h))
		return false;
	h->pinfo.index = SEMU_TARG_OURS;
	if (h->status & CAM_DEV_QFRZN)
		thaw(t);
	return true;
}

SEMU_TARG_RARE static bool borrowed_back(struct scsiemu_targ *t, void *at)
{
	struct semu_targ_io *io = find(&t->ios, at);

	if (!io || !is_back(t, &io->ccb.ccb_h))
		return false;
	semu_targ_io_back(io);
	return true;
}

/* false: it is not what was sent. */
static inline bool one_back(struct scsiemu_targ *t, struct ccb_hdr *at)
{
	uintptr_t off = (uintptr_t)at - (uintptr_t)t->cmd;
	size_t n = off / sizeof(*t->cmd);
	struct semu_targ_cmd *c;

	if (n >= t->ncmd)
		return borrowed_back(t, at);
	c = &t->cmd[n];
	if (is_own(c, at)) {
		if (!is_back(t, at))
			return false;
		semu_targ_io_back((struct semu_targ_io *)at);
		return true;
	}
	if (at != &c->ccb.ccb_h || !is_back(t, at))
		return false;
	semu_targ_command(c);
	return true;
}

/* false: they are not what was sent. */
static bool all_of(struct scsiemu_targ *t, struct ccb_hdr *const *box,
		   size_t len)
{
	if (!len || len % sizeof(box[0]))
		return false;
	for (size_t i = 0; i < len / sizeof(box[0]); i++)
		if (!one_back(t, box[i]))
			return false;
	return true;
}

bool semu_targ_take(struct scsiemu_targ *t)
{
	struct ccb_hdr *box[SEMU_TARG_BATCH];
	ssize_t n = t->sys->read(t->source.fd, box, sizeof(box));

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			semu_targ_break(t, "the driver cannot be read");
		return false;
	}
	if ((size_t)n > sizeof(box) || !all_of(t, box, (size_t)n)) {
		semu_targ_break(t, "the driver gave a control block that it "
				   "does not have");
		return false;
	}
	return n == (ssize_t)sizeof(box) && (t->ending || !t->broken);
}

static void io_lost(struct semu_targ_io *io, void *ctx)
{
	(void)ctx;
	io->ccb.ccb_h.pinfo.index = SEMU_TARG_OURS;
	io->ccb.ccb_h.status = CAM_REQ_ABORTED;
	semu_targ_io_back(io);
}

void semu_targ_all_back(struct scsiemu_targ *t)
{
	each_out(t, io_lost, NULL);
	for (uint32_t i = 0; i < t->ncmd; i++)
		t->cmd[i].ccb.ccb_h.pinfo.index = SEMU_TARG_OURS;
	semu_targ_lose_all(t);
}
