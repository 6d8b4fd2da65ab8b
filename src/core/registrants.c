/* SPDX-License-Identifier: BSD-2-Clause */
/* The pools of registrations and TransportIDs, and a LU's list of them. */
#include <string.h>

#include "core/engine.h"
#include "core/registrants.h"

#if SEMU_WITH_PR

/* Not in line, where frames would add up: a controller has little stack. */
#define APART __attribute__((noinline))

/* The anonymous nexus: no protocol, no name (protocol identifier Fh). */
static const uint8_t anonymous[24] = { 0x0f };

struct semu_tid_ref semu_nexus_tid(const struct scsiemu_lu *lu,
				   const struct scsiemu_nexus *n)
{
	if (n == &lu->dev->anonymous && lu->anonymous_pr)
		return semu_tid_of(anonymous, sizeof(anonymous));
	if (!n->transport_id || n->transport_id_len < sizeof(anonymous) ||
	    n->transport_id_len > SEMU_TID_MAX)
		return (struct semu_tid_ref){ NULL, 0, 0 };
	return semu_tid_of(n->transport_id, n->transport_id_len);
}

uint16_t semu_nexus_port_id(const struct scsiemu_nexus *n)
{
	if (n->port)
		return n->port;
	return n->dev->nports ? n->dev->ports[0].id : 1;
}

uint32_t semu_regs_usual(uint32_t lus)
{
	return lus < 16 ? 4 * lus : 64;
}

uint32_t semu_regs_count(const struct scsiemu_limits *l)
{
	return l->registrants == SCSIEMU_NONE ? 0 : l->registrants;
}

/* Two cells are 108 bytes, the longest TransportID has five. */
uint32_t semu_tids_count(uint32_t nregs)
{
	return nregs ? 2 * nregs + 3 : 0;
}

void semu_regs_init(struct scsiemu_device *d)
{
	d->nregs = semu_regs_count(&d->limits);
	d->ntids = semu_tids_count(d->nregs);
	for (uint32_t i = d->nregs; i; i--) {
		d->regs[i - 1].next = d->reg_free;
		d->reg_free = i;
	}
	for (uint32_t i = d->ntids; i; i--) {
		d->tids[i - 1].next = d->tid_free;
		d->tid_free = i;
	}
	d->reg_nfree = d->nregs;
	d->tid_nfree = d->ntids;
}

/* TransportIDs. */

static struct semu_tid *cell(const struct scsiemu_device *d, uint32_t i)
{
	return &d->tids[i - 1];
}

uint32_t semu_tid_cells(uint32_t len)
{
	const uint32_t room = sizeof(((struct semu_tid *)0)->bytes);

	return (len + room - 1) / room;
}

static bool same(const struct scsiemu_device *d, uint32_t first,
		 const struct semu_tid_ref *t)
{
	const struct semu_tid *k = cell(d, first);
	uint32_t at = 0, n;

	if (k->len != t->len)
		return false;
	for (;; k = cell(d, k->next)) {
		n = semu_min32(t->len - at, sizeof(k->bytes));
		if (!semu_tid_same(t, at, k->bytes, n))
			return false;
		at += n;
		if (at == t->len)
			return true;
	}
}

static APART uint32_t find_tid(const struct scsiemu_device *d,
			       struct semu_tid_ref t)
{
	for (uint32_t i = 1; i <= d->ntids; i++)
		if (cell(d, i)->refs && same(d, i, &t))
			return i;
	return 0;
}

/* Into cells of the free list, of which there are enough. */
static APART uint32_t put_tid(struct scsiemu_device *d, struct semu_tid_ref t)
{
	uint32_t first = d->tid_free, i = first, at = 0, n;
	struct semu_tid *k = cell(d, first);

	k->len = t.len;
	for (; at < t.len; at += n, i = k->next) {
		k = cell(d, i);
		n = semu_min32(t.len - at, sizeof(k->bytes));
		semu_tid_copy(&t, at, k->bytes, n);
		d->tid_nfree--;
	}
	d->tid_free = i;
	k->next = 0;
	return first;
}

static uint32_t get_tid(struct scsiemu_device *d, struct semu_tid_ref t)
{
	uint32_t i = find_tid(d, t);

	if (!i) {
		if (semu_tid_cells(t.len) > d->tid_nfree)
			return 0;
		i = put_tid(d, t);
	}
	cell(d, i)->refs++;
	return i;
}

static void drop_tid(struct scsiemu_device *d, uint32_t first)
{
	struct semu_tid *k = cell(d, first);

	if (--k->refs)
		return;
	for (d->tid_nfree++; k->next; d->tid_nfree++)
		k = cell(d, k->next);
	k->next = d->tid_free;
	d->tid_free = first;
}

struct semu_tid_iter semu_reg_tid(const struct scsiemu_lu *lu,
				  const struct semu_reg *r)
{
	return (struct semu_tid_iter){ lu->dev, r->tid,
				       semu_reg_tid_len(lu, r) };
}

const uint8_t *semu_tid_next(struct semu_tid_iter *it, uint32_t *n)
{
	const struct semu_tid *k;

	if (!it->left)
		return NULL;
	k = cell(it->d, it->cell);
	*n = semu_min32(it->left, sizeof(k->bytes));
	it->left -= *n;
	it->cell = k->next;
	return k->bytes;
}

/* Registrations. */

bool semu_reg_room(const struct scsiemu_device *d, uint32_t n, uint32_t cells)
{
	return n <= d->reg_nfree && cells <= d->tid_nfree;
}

uint32_t semu_reg_find(const struct scsiemu_lu *lu, struct semu_tid_ref t,
		       uint16_t port)
{
	uint32_t i = lu->regs, tid = i ? find_tid(lu->dev, t) : 0;

	if (!tid)
		return 0;
	while (i &&
	       !(semu_reg(lu, i)->tid == tid && semu_reg(lu, i)->port == port))
		i = semu_reg(lu, i)->next;
	return i;
}

uint32_t semu_reg_of(const struct scsiemu_lu *lu, const struct scsiemu_nexus *n)
{
	struct semu_tid_ref t = semu_nexus_tid(lu, n);
	uint32_t i = 0;

	if (lu->regs && t.p)
		i = semu_reg_find(lu, t, semu_nexus_port_id(n));
	return i && !(semu_reg(lu, i)->mark & SEMU_REG_FRESH) ? i : 0;
}

/* Where the number of the one behind the last is to stand, or of i itself. */
static uint32_t *link_to(struct scsiemu_lu *lu, uint32_t i)
{
	uint32_t *at = &lu->regs;

	while (*at != i)
		at = &semu_reg(lu, *at)->next;
	return at;
}

uint32_t semu_reg_add(struct scsiemu_lu *lu, struct semu_tid_ref t,
		      uint16_t port, uint64_t key)
{
	struct scsiemu_device *d = lu->dev;
	uint32_t i = d->reg_free, tid;

	if (!i)
		return 0;
	tid = get_tid(d, t);
	if (!tid)
		return 0;
	d->reg_free = semu_reg(lu, i)->next;
	d->reg_nfree--;
	*semu_reg(lu, i) = (struct semu_reg){
		.key = key, .tid = tid, .port = port, .mark = SEMU_REG_FRESH
	};
	*link_to(lu, 0) = i;
	return i;
}

void semu_reg_settle(struct scsiemu_lu *lu, uint32_t i)
{
	struct semu_reg *r = semu_reg(lu, i);

	r->mark = 0;
	for (struct semu_itl *k = lu->itls; k; k = k->of_lu) {
		struct semu_tid_ref t = semu_nexus_tid(lu, k->nexus);

		if (t.p && semu_nexus_port_id(k->nexus) == r->port &&
		    same(lu->dev, r->tid, &t))
			k->reg = i;
	}
}

void semu_reg_remove(struct scsiemu_lu *lu, uint32_t i)
{
	struct scsiemu_device *d = lu->dev;
	struct semu_reg *r = semu_reg(lu, i);

	for (struct semu_itl *k = lu->itls; k; k = k->of_lu)
		if (k->reg == i)
			k->reg = 0;
	*link_to(lu, i) = r->next;
	drop_tid(d, r->tid);
	r->next = d->reg_free;
	d->reg_free = i;
	d->reg_nfree++;
}

void semu_reg_forget(struct scsiemu_lu *lu)
{
	while (lu->regs)
		semu_reg_remove(lu, lu->regs);
}

#endif
