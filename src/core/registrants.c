/* SPDX-License-Identifier: BSD-2-Clause */
/* The pools of registrations and TransportIDs, and a LU's list of them. */
#include <string.h>

#include "core/engine.h"
#include "core/registrants.h"

#if SEMU_WITH_PR

/* The anonymous nexus: no protocol, no name (protocol identifier Fh). */
static const uint8_t anonymous[24] = { 0x0f };

struct semu_tid_ref semu_nexus_tid(const struct scsiemu_lu *lu,
				   const struct scsiemu_nexus *n)
{
	struct semu_tid_ref t = { n->transport_id, n->transport_id_len };

	if (n == &lu->dev->anonymous && lu->anonymous_pr)
		return (struct semu_tid_ref){ anonymous, sizeof(anonymous) };
	if (t.len < sizeof(anonymous) || t.len > SEMU_TID_MAX)
		t.p = NULL;
	return t;
}

uint16_t semu_nexus_port_id(const struct scsiemu_nexus *n)
{
	if (n->port)
		return n->port;
	return n->dev->nports ? n->dev->ports[0].id : 1;
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
		 struct semu_tid_ref t)
{
	struct semu_tid_iter it = { d, first, cell(d, first)->len };
	const uint8_t *p;
	uint32_t n, at = 0;

	if (it.left != semu_tid_canon_len(t))
		return false;
	while ((p = semu_tid_next(&it, &n)) != NULL)
		for (; n--; p++)
			if (*p != semu_tid_canon(t, at++))
				return false;
	return true;
}

static uint32_t find_tid(const struct scsiemu_device *d, struct semu_tid_ref t)
{
	for (uint32_t i = 1; i <= d->ntids; i++)
		if (cell(d, i)->refs && same(d, i, t))
			return i;
	return 0;
}

/* Into cells of the free list, of which there are enough. */
static uint32_t put_tid(struct scsiemu_device *d, struct semu_tid_ref t)
{
	uint32_t first = d->tid_free, i = first, at = 0;
	uint32_t len = semu_tid_canon_len(t);
	struct semu_tid *k = NULL;

	cell(d, first)->len = (uint16_t)len;
	for (; at < len; i = k->next) {
		k = cell(d, i);
		for (uint32_t n = 0; n < sizeof(k->bytes) && at < len; n++)
			k->bytes[n] = semu_tid_canon(t, at++);
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
		if (semu_tid_cells(semu_tid_canon_len(t)) > d->tid_nfree)
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

bool semu_reg_is(const struct scsiemu_lu *lu, const struct semu_reg *r,
		 struct semu_tid_ref t)
{
	return same(lu->dev, r->tid, t);
}

bool semu_reg_room(const struct scsiemu_device *d, uint32_t n, uint32_t cells)
{
	return n <= d->reg_nfree && cells <= d->tid_nfree;
}

uint32_t semu_reg_find(const struct scsiemu_lu *lu, struct semu_tid_ref t,
		       uint16_t port)
{
	uint32_t i = lu->regs;

	for (; i; i = semu_reg(lu, i)->next) {
		const struct semu_reg *r = semu_reg(lu, i);

		if (r->port == port && semu_reg_is(lu, r, t))
			break;
	}
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
		    semu_reg_is(lu, r, t))
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
