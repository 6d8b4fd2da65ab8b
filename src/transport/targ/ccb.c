/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ/ccb.c - control blocks: their memory, which of them the driver has, and
 * the way to it and back. Addresses from read() are looked up in the slabs.
 */
#include <transport/targ/targ.h>

#include <errno.h>
#include <string.h>

/* pinfo.index of ours: the driver reads no more of pinfo than the priority, and
 * never writes it. */
enum { OURS, DRIVERS };

/* ---- Memory ---- */

static uint32_t count(const struct semu_targ_pool *p, unsigned slab)
{
	return p->first << slab;
}

static bool grow(struct semu_targ_pool *p)
{
	size_t n, len;
	uint8_t *mem;

	if (p->nslab == SEMU_TARG_SLABS)
		return false;
	n = count(p, p->nslab);
	len = n * p->stride;
	mem = p->alloc->alloc(p->alloc->ctx, len);
	if (!mem)
		return false;
	memset(mem, 0, len);
	p->slab[p->nslab] = mem;
	p->len[p->nslab++] = len;
	while (n--)
		semu_targ_pool_give(p, mem + n * p->stride);
	return true;
}

SEMU_TARG_RARE void *semu_targ_pool_more(struct semu_targ_pool *p)
{
	return grow(p) ? semu_targ_pool_take(p) : NULL;
}

void semu_targ_pool_end(struct semu_targ_pool *p)
{
	while (p->nslab)
		p->alloc->free(p->alloc->ctx, p->slab[--p->nslab]);
	p->free = NULL;
}

void semu_targ_pool_each(const struct semu_targ_pool *p,
			 void (*f)(void *object, void *ctx), void *ctx)
{
	for (unsigned i = 0; i < p->nslab; i++)
		for (uint32_t k = 0; k < count(p, i); k++)
			f(p->slab[i] + (size_t)k * p->stride, ctx);
}

/* The object at this address, whatever it is; NULL: none of ours. The last slab
 * has half of all. */
static void *find(const struct semu_targ_pool *p, const void *at)
{
	for (unsigned i = p->nslab; i--;) {
		uintptr_t off = (uintptr_t)at - (uintptr_t)p->slab[i];

		if (off < p->len[i])
			return off % p->stride ? NULL : p->slab[i] + off;
	}
	return NULL;
}

/* ---- To the driver ---- */

bool semu_targ_is_out(const struct ccb_hdr *h)
{
	return h->pinfo.index == DRIVERS;
}

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

SEMU_TARG_RARE static bool make_room(struct scsiemu_targ *t)
{
	semu_targ_tell(t);
	return t->nbox < SEMU_TARG_BATCH;
}

bool semu_targ_send(struct scsiemu_targ *t, struct ccb_hdr *h, int code)
{
	if (t->nbox == SEMU_TARG_BATCH && !make_room(t))
		return false;
	h->pinfo.priority = 1;
	h->pinfo.index = DRIVERS;
	h->func_code = code;
	t->box[t->nbox++] = h;
	return true;
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

/* ---- And back ---- */

/* The adapter stopped its queue at an error: it may go on. */
SEMU_TARG_RARE static void thaw(struct scsiemu_targ *t)
{
	struct ccb_relsim r = { .release_flags = RELSIM_RELEASE_AFTER_QEMPTY };

	semu_targ_do(t, &r.ccb_h, XPT_REL_SIMQ);
}

static void cmd_back(struct semu_targ_cmd *c, uint32_t status)
{
	c->ccb.ccb_h.pinfo.index = OURS;
	if (c->notify)
		semu_targ_notify(c, status);
	else
		semu_targ_command(c, status);
}

static void io_back(struct semu_targ_io *io, uint32_t status)
{
	io->ccb.ccb_h.pinfo.index = OURS;
	semu_targ_io_back(io, status);
}

static bool one_back(struct scsiemu_targ *t, const struct ccb_hdr *at)
{
	struct semu_targ_cmd *c = find(&t->cmds, at);
	struct semu_targ_io *io = c ? NULL : find(&t->ios, at);
	uint32_t status;

	if ((!c && !io) || !semu_targ_is_out(at))
		return false;
	status = at->status;
	if (status & CAM_DEV_QFRZN)
		thaw(t);
	if (c)
		cmd_back(c, status);
	else
		io_back(io, status);
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

static void io_lost(void *object, void *ctx)
{
	struct semu_targ_io *io = object;

	(void)ctx;
	if (semu_targ_is_out(&io->ccb.ccb_h))
		io_back(io, CAM_REQ_ABORTED);
}

static void cmd_lost(void *object, void *ctx)
{
	struct semu_targ_cmd *c = object;

	(void)ctx;
	c->ccb.ccb_h.pinfo.index = OURS;
	if (c->started && !c->notify)
		semu_targ_lose(c);
}

void semu_targ_all_back(struct scsiemu_targ *t)
{
	semu_targ_pool_each(&t->ios, io_lost, NULL);
	semu_targ_pool_each(&t->cmds, cmd_lost, NULL);
}
