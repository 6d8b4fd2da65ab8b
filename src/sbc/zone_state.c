/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zone conditions (ZBC-2 4.4): every change goes through one function, which
 * counts what is open. Open resources are those of write required zones; the
 * others have none. Implicitly open ones are in a queue, oldest first, which
 * is as long as the limit: without a limit there is no queue.
 */
#include "sbc/zones.h"

#if SEMU_WITH_ZONES
static void enqueue(struct semu_zones *z, uint32_t i)
{
	z->nimplicit++;
	if (!z->max_open)
		return;
	z->zone[i].next = SEMU_NO_ZONE;
	if (z->newest == SEMU_NO_ZONE)
		z->oldest = i;
	else
		z->zone[z->newest].next = i;
	z->newest = i;
}

static void dequeue(struct semu_zones *z, uint32_t i)
{
	uint32_t at = z->oldest, before = SEMU_NO_ZONE;

	z->nimplicit--;
	if (!z->max_open)
		return;
	while (at != i) {
		before = at;
		at = z->zone[at].next;
	}
	if (before == SEMU_NO_ZONE)
		z->oldest = z->zone[i].next;
	else
		z->zone[before].next = z->zone[i].next;
	if (z->newest == i)
		z->newest = before;
}

void semu_zone_become(struct semu_zones *z, uint32_t i, unsigned cond)
{
	struct semu_zone *p = &z->zone[i];

	if (p->cond == cond)
		return;
	if (semu_zone_type(z, i) == SEMU_ZONE_REQUIRED) {
		if (p->cond == SEMU_ZONE_IMPLICIT)
			dequeue(z, i);
		z->nexplicit -= p->cond == SEMU_ZONE_EXPLICIT;
		if (cond == SEMU_ZONE_IMPLICIT)
			enqueue(z, i);
		z->nexplicit += cond == SEMU_ZONE_EXPLICIT;
	}
	p->cond = (uint8_t)cond;
}

bool semu_zone_make_room(struct semu_zones *z, uint32_t n)
{
	if (!z->max_open)
		return true;
	if (n > z->max_open || z->nexplicit > z->max_open - n)
		return false;
	while (z->nexplicit + z->nimplicit > z->max_open - n)
		semu_zone_close(z, z->oldest);
	return true;
}

void semu_zone_close(struct semu_zones *z, uint32_t i)
{
	semu_zone_become(z, i,
			 z->zone[i].wp ? SEMU_ZONE_CLOSED : SEMU_ZONE_EMPTY);
}

void semu_zone_fill(struct semu_zones *z, uint32_t i)
{
	struct semu_zone *p = &z->zone[i];

	p->wp = p->safe = semu_zone_len(z, i);
	p->flags &= (uint8_t) ~(SEMU_ZONE_RESET | SEMU_ZONE_NON_SEQ);
	semu_zone_become(z, i, SEMU_ZONE_IS_FULL);
	semu_zone_changed(z, i);
}

void semu_zone_empty(struct semu_zones *z, uint32_t i)
{
	struct semu_zone *p = &z->zone[i];
	uint8_t saved = SEMU_ZONE_RESET | SEMU_ZONE_NON_SEQ;

	if (p->wp)
		p->flags |= SEMU_ZONE_STALE;
	if (p->safe || p->flags & saved)
		semu_zone_changed(z, i);
	p->wp = p->safe = 0;
	p->flags &= (uint8_t)~saved;
	semu_zone_become(z, i, SEMU_ZONE_EMPTY);
}

/* All blocks were written anew: pointers are where they begin. */
void semu_zones_format(struct scsiemu_lu *lu)
{
	struct semu_zones *z = semu_zones(lu);

	for (uint32_t i = z ? z->conventional : 0; z && i < z->n; i++) {
		if (z->zone[i].cond == SEMU_ZONE_READONLY ||
		    z->zone[i].cond == SEMU_ZONE_IS_OFFLINE)
			continue;
		semu_zone_empty(z, i);
		z->zone[i].flags &= (uint8_t)~SEMU_ZONE_STALE;
	}
}

void semu_zones_sanitize(struct scsiemu_lu *lu, bool znr)
{
	if (!znr)
		semu_zones_format(lu);
}

/* What an operator may do to zones in each condition but READ ONLY, OFFLINE. */
static void strike(struct semu_zones *z, uint32_t i,
		   enum scsiemu_zone_fate fate)
{
	switch (fate) {
	case SCSIEMU_ZONE_FULL:
		semu_zone_fill(z, i);
		break;
	case SCSIEMU_ZONE_RECOMMEND:
		z->zone[i].flags |= SEMU_ZONE_RESET;
		break;
	default:
		semu_zone_become(z, i,
				 fate == SCSIEMU_ZONE_OFFLINE
					 ? SEMU_ZONE_IS_OFFLINE
					 : SEMU_ZONE_READONLY);
	}
	semu_zone_changed(z, i);
}

int scsiemu_zone_set(struct scsiemu_lu *lu, uint64_t lba,
		     enum scsiemu_zone_fate fate)
{
	struct semu_zones *z = semu_zones(lu);
	uint32_t i;

	if (!z || lba >= z->nblk || fate > SCSIEMU_ZONE_OFFLINE)
		return SCSIEMU_ERR_ARG;
	i = (uint32_t)(lba >> z->shift);
	if (i < z->conventional || z->zone[i].cond == SEMU_ZONE_IS_OFFLINE ||
	    (z->zone[i].cond == SEMU_ZONE_READONLY &&
	     fate != SCSIEMU_ZONE_OFFLINE))
		return SCSIEMU_ERR_ARG;
	strike(z, i, fate);
	if (fate == SCSIEMU_ZONE_FULL)
		semu_ua_lu(lu, SEMU_UA_ZONE_FULL, NULL);
	if (fate == SCSIEMU_ZONE_RECOMMEND)
		semu_ua_lu(lu, SEMU_UA_ZONE_RESET, NULL);
	return 0;
}
#else
void semu_zones_format(struct scsiemu_lu *lu)
{
	(void)lu;
}

void semu_zones_sanitize(struct scsiemu_lu *lu, bool znr)
{
	(void)lu, (void)znr;
}

int scsiemu_zone_set(struct scsiemu_lu *lu, uint64_t lba,
		     enum scsiemu_zone_fate fate)
{
	(void)lu, (void)lba, (void)fate;
	return SCSIEMU_ERR_ARG;
}
#endif
