/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I_T nexuses, and the state of (LU, nexus) pairs made on first use (rulings
 * A12). A pair is never evicted: made again it would raise a false 29/00,
 * which kills a tape driver. An exhausted pool answers BUSY until it grows.
 */
#include "core/engine.h"
#include "core/registrants.h"

static uint32_t hash(const struct scsiemu_lu *lu, const struct scsiemu_nexus *n)
{
	uint32_t a = (uint32_t)((uintptr_t)lu >> 4);
	uint32_t b = (uint32_t)((uintptr_t)n >> 4);
	uint32_t h = (a * 0x9e3779b1u) ^ (b * 0x85ebca6bu);

	return h ^ h >> 15;
}

static __attribute__((noinline)) struct semu_itl *make(struct scsiemu_lu *lu,
						       struct scsiemu_nexus *n,
						       struct semu_itl **chain)
{
	struct scsiemu_device *d = lu->dev;
	struct semu_itl *i = d->itl_free;

	if (!i) {
		n->strays = true;
		return NULL;
	}
	d->itl_free = i->hash;
	d->itl_nfree--;
	*i = (struct semu_itl){ .lu = lu,
				.nexus = n,
				.hash = *chain,
				.of_lu = lu->itls,
				.of_nexus = n->itls,
				.reg = semu_reg_of(lu, n) };
#if SEMU_WITH_ELEMENTS || SEMU_WITH_TAPE
	i->ua = lu->first_ua;
#endif
	semu_ua_itl(i, n->again ? SEMU_UA_NEXUS_LOSS : SEMU_UA_POWER_ON);
	*chain = i;
	lu->itls = i;
	n->itls = i;
	return i;
}

static struct semu_itl *get_slow(struct scsiemu_lu *lu, struct scsiemu_nexus *n)
{
	struct semu_itl **chain =
		&lu->dev->itl_hash[hash(lu, n) & lu->dev->itl_mask];
	struct semu_itl *i = *chain;

	/* The pseudo LUs keep no state: absent ones have none to lose. */
	if (lu->absent)
		return NULL;
	while (i && !(i->lu == lu && i->nexus == n))
		i = i->hash;
	if (!i)
		i = make(lu, n, chain);
	if (i) {
		n->last_lu = lu;
		n->last_itl = i;
	}
	return i;
}

struct semu_itl *semu_itl_get(struct scsiemu_lu *lu, struct scsiemu_nexus *n)
{
	return n->last_lu == lu ? n->last_itl : get_slow(lu, n);
}

void semu_itl_allow(struct semu_itl *itl)
{
	if (itl->prevent) {
		itl->prevent = false;
		itl->lu->prevents--;
	}
}

void semu_itl_lost(struct semu_itl *itl)
{
	struct scsiemu_lu *lu = itl->lu;

	semu_aca_clear(lu, itl->nexus);
	if (lu->reserved == itl) {
		lu->reserved = NULL;
		lu->guards &= ~(uint32_t)SCSIEMU_ON_RESERVE6;
	}
	semu_itl_allow(itl);
#if SEMU_WITH_MODE_HEAD
	itl->mode_set = false;
#endif
#if SEMU_WITH_LOST
	if (lu->type->lost)
		lu->type->lost(lu, itl);
#endif
}

void semu_itl_free(struct scsiemu_device *d, struct semu_itl *itl)
{
	struct semu_itl **p;

	semu_itl_lost(itl);
	p = &d->itl_hash[hash(itl->lu, itl->nexus) & d->itl_mask];
	while (*p != itl)
		p = &(*p)->hash;
	*p = itl->hash;
	for (p = &itl->lu->itls; *p != itl; p = &(*p)->of_lu)
		;
	*p = itl->of_lu;
	for (p = &itl->nexus->itls; *p != itl; p = &(*p)->of_nexus)
		;
	*p = itl->of_nexus;
	itl->nexus->last_lu = NULL;
	itl->hash = d->itl_free;
	d->itl_free = itl;
	d->itl_nfree++;
}

void semu_itl_rehash(struct scsiemu_device *d, struct semu_itl **old,
		     uint32_t old_mask)
{
	for (uint32_t k = 0; k <= old_mask; k++)
		for (struct semu_itl *i = old[k], *next; i; i = next) {
			struct semu_itl **to =
				&d->itl_hash[hash(i->lu, i->nexus) &
					     d->itl_mask];

			next = i->hash;
			i->hash = *to;
			*to = i;
		}
}

uint32_t scsiemu_device_itl_free(const struct scsiemu_device *d)
{
	return d->itl_nfree;
}

struct scsiemu_nexus *scsiemu_nexus_attach(
	struct scsiemu_device *d, const struct scsiemu_nexus_config *cf)
{
	struct scsiemu_nexus *n = d->nexus_free;

	if (!n)
		return NULL;
	d->nexus_free = n->next;
	*n = (struct scsiemu_nexus){ .dev = d,
				     .transport_id = cf->transport_id,
				     .transport_id_len = cf->transport_id_len,
				     .port = cf->port,
				     .again = cf->again,
				     .user = cf->user,
				     .attached = true };
	return n;
}

/* The commands of a pair forget it before it goes. */
static void forget(struct semu_itl *itl)
{
	struct scsiemu_lu *lu = itl->lu;

	for (struct semu_entry *e = semu_first(lu); !semu_at_end(lu, e);
	     e = semu_after(e))
		if (semu_ctx(e->cmd)->itl == itl)
			semu_ctx(e->cmd)->itl = NULL;
}

static void orphan(struct scsiemu_cmd *c)
{
	if (!(semu_ctx(c)->odd & SEMU_ORPHAN_NEXUS))
		semu_ctx(c)->nexus->norphan++;
	semu_ctx(c)->odd |= SEMU_ORPHAN_NEXUS;
}

/* Aborts the commands of n in lu; those that are alive keep its memory. */
static void kill_at(struct scsiemu_nexus *n, struct scsiemu_lu *lu, bool keep)
{
	for (struct semu_entry *e = semu_first(lu); keep && !semu_at_end(lu, e);
	     e = semu_after(e))
		if (e == &semu_ctx(e->cmd)->entry &&
		    semu_ctx(e->cmd)->nexus == n)
			orphan(e->cmd);
	semu_kill_lu(lu, n, SCSIEMU_TMF_NEXUS_RESET, false);
}

void semu_nexus_kill(struct scsiemu_nexus *n, bool keep)
{
	struct scsiemu_device *d = n->dev;

	for (struct semu_itl *i = n->itls; i; i = i->of_nexus)
		kill_at(n, i->lu, keep);
	kill_at(n, &d->absent, keep);
	if (!n->strays)
		return;
	kill_at(n, &d->wlun, keep);
	for (uint32_t i = 0; i < d->nlus; i++)
		kill_at(n, d->lus[i], keep);
}

static void free_nexus(struct scsiemu_nexus *n)
{
	n->next = n->dev->nexus_free;
	n->dev->nexus_free = n;
}

void scsiemu_nexus_detach(struct scsiemu_nexus *n)
{
	struct scsiemu_device *d = n->dev;

	semu_nexus_kill(n, true);
	for (struct scsiemu_cmd *c = d->timers; c; c = semu_ctx(c)->timer)
		if (c->tmf && semu_ctx(c)->nexus == n)
			orphan(c);
	while (n->itls) {
		forget(n->itls);
		semu_itl_free(d, n->itls);
	}
	n->attached = false;
	n->transport_id = NULL;
	if (!n->norphan)
		free_nexus(n);
}

void semu_nexus_cmd_gone(struct scsiemu_nexus *n)
{
	if (--n->norphan == 0)
		free_nexus(n);
}

void *scsiemu_nexus_user(const struct scsiemu_nexus *n)
{
	return n->user;
}

const uint8_t *scsiemu_nexus_transport_id(const struct scsiemu_nexus *n,
					  uint16_t *len)
{
	*len = n->transport_id_len;
	return n->transport_id;
}

const struct scsiemu_target_port *semu_nexus_port(const struct scsiemu_nexus *n)
{
	const struct scsiemu_device *d = n->dev;

	for (uint32_t i = 0; i < d->nports; i++)
		if (!n->port || d->ports[i].id == n->port)
			return &d->ports[i];
	return NULL;
}
