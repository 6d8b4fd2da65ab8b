/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ZONE ACTIVATE and ZONE QUERY (ZBC-2 5), laid out as in sg3_utils, which goes
 * by the last draft: whole realms become active in the domain that is named,
 * and inactive in the other one, if nothing that was written is lost. What
 * stands in the way is no error, but part of the reply. The reply goes out
 * first, then it becomes true: the command is alone on the logical unit.
 */
#include "sbc/zones.h"

#if SEMU_WITH_ZONES
enum { HEADER = 64, ITEM = 32, DOMAINS = 2 };

enum { /* header, byte 8 */
       COUNT_VALID = 0x80,
       ZONE_VALID = 0x40,
       ACTIVATED = 0x01
};

enum { /* byte 9: unmet prerequisites */
       MANY_DOMAINS = 0x20,
       REALM_ALIGNMENT = 0x04,
       NOT_EMPTY = 0x02,
       NOT_INACTIVE = 0x01
};

/* What a command asks for: the domain, realms [first, last]; with ALL those of
 * them that are not active there yet. */
struct wish {
	const struct semu_zones *z;
	unsigned domain;
	bool all;
	uint32_t first, last;
	uint8_t unmet;
	uint64_t at; /* LBA of the first zone that something is unmet of */
};

static bool concerns(const struct wish *w, uint32_t realm)
{
	return realm >= w->first && realm <= w->last &&
	       !(w->all && semu_zone_domain(w->z, realm) == w->domain);
}

static void unmet(struct wish *w, unsigned what, uint32_t slot)
{
	if (!w->unmet)
		w->at = semu_zone_start(w->z, slot);
	w->unmet |= (uint8_t)what;
}

/* Zones that something could be lost of. */
static bool may_go(const struct semu_zones *z, uint32_t slot)
{
	return semu_zone_type(z, slot) == SEMU_ZONE_CONVENTIONAL ||
	       z->zone[slot].cond == SEMU_ZONE_EMPTY;
}

static void judge_realm(struct wish *w, uint32_t realm)
{
	uint32_t i, last;

	semu_zone_realm(w->z, realm, w->domain, &i, &last);
	if (semu_zone_domain(w->z, realm) == w->domain) {
		unmet(w, NOT_INACTIVE, i);
		return;
	}
	semu_zone_realm(w->z, realm, !w->domain, &i, &last);
	for (; i < last; i++)
		if (!may_go(w->z, i))
			unmet(w, NOT_EMPTY, i);
}

/* Slots [i, last] have to be of one domain, and whole realms of it. */
static void judge_slots(struct wish *w, uint32_t i, uint32_t last)
{
	uint32_t from, to, slot = i;

	while (slot < last && semu_slot_domain(w->z, slot) == w->domain)
		slot++;
	if (semu_slot_domain(w->z, slot) != w->domain) {
		unmet(w, MANY_DOMAINS, slot);
		return;
	}
	w->first = semu_zone_realm_of(w->z, i);
	w->last = semu_zone_realm_of(w->z, last);
	semu_zone_realm(w->z, w->first, w->domain, &from, &to);
	if (from != i)
		unmet(w, REALM_ALIGNMENT, i);
	semu_zone_realm(w->z, w->last, w->domain, &from, &to);
	if (to - 1 != last)
		unmet(w, REALM_ALIGNMENT, from);
}

/* ZONE ID and NUMBER OF ZONES. */
static int named(struct scsiemu_cmd *c, struct wish *w)
{
	const struct semu_zones *z = w->z;
	uint64_t id = scsiemu_cmd_lba(c);
	uint32_t n = semu_be16(c->cdb + 10), i;

	if (id >= z->nblk)
		return scsiemu_fail_info(c, SCSIEMU_SK_ILLEGAL_REQUEST,
					 SCSIEMU_ASC_LBA_OUT_OF_RANGE, id);
	i = (uint32_t)(id >> z->shift);
	if (id != semu_zone_start(z, i))
		return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
	if (!n || n > z->n - i)
		return scsiemu_fail_cdb(c, 10, SCSIEMU_NO_BIT);
	judge_slots(w, i, i + n - 1);
	return 0;
}

/* The CDB, then the zones. */
static int judge(struct scsiemu_cmd *c, struct wish *w)
{
	*w = (struct wish){ .z = semu_zones(scsiemu_cmd_lu(c)),
			    .domain = c->cdb[14],
			    .all = c->cdb[1] & 0x80 };
	w->last = w->z->realms - 1;
	if (w->domain >= DOMAINS)
		return scsiemu_fail_cdb(c, 14, SCSIEMU_NO_BIT);
	if (scsiemu_cmd_count(c) < HEADER)
		return scsiemu_fail_cdb(c, 12, SCSIEMU_NO_BIT);
	if (!w->all && named(c, w) < 0)
		return SCSIEMU_FAILED;
	for (uint32_t i = w->first; !w->unmet && i <= w->last; i++)
		if (concerns(w, i))
			judge_realm(w, i);
	return 0;
}

/* Zones in a row of one domain that will be in one condition. */
struct item {
	uint32_t first, n;
	unsigned domain, cond;
};

static unsigned cond_then(const struct wish *w, uint32_t slot)
{
	return semu_slot_domain(w->z, slot) == w->domain ? w->z->zone[slot].cond
							 : SEMU_ZONE_INACTIVE;
}

/* The next one from slot i on; false: there is none. */
static bool next(const struct wish *w, uint32_t i, struct item *it)
{
	const struct semu_zones *z = w->z;

	while (i < z->n && !concerns(w, semu_zone_realm_of(z, i)))
		i++;
	if (i == z->n)
		return false;
	*it = (struct item){ .first = i,
			     .domain = semu_slot_domain(z, i),
			     .cond = cond_then(w, i) };
	for (; i < z->n && concerns(w, semu_zone_realm_of(z, i)) &&
	       semu_slot_domain(z, i) == it->domain &&
	       cond_then(w, i) == it->cond;
	     i++)
		it->n++;
	return true;
}

static void put_item(const struct wish *w, struct scsiemu_wr *to,
		     const struct item *it)
{
	scsiemu_wr_u8(to, semu_zone_type(w->z, it->first));
	scsiemu_wr_u8(to, it->cond << 4);
	scsiemu_wr_u8(to, it->domain);
	scsiemu_wr_zero(to, 5);
	scsiemu_wr_be64(to, it->n);
	scsiemu_wr_be64(to, semu_zone_start(w->z, it->first));
	scsiemu_wr_zero(to, 8);
}

/* How many items there are, and zones in them that become active. */
static uint32_t count(const struct wish *w, uint32_t *zones)
{
	struct item it = { 0 };
	uint32_t n = 0;

	*zones = 0;
	while (!w->unmet && next(w, it.first + it.n, &it)) {
		*zones += it.domain == w->domain ? it.n : 0;
		n++;
	}
	return n;
}

static bool activates(const struct scsiemu_cmd *c, const struct wish *w)
{
	return scsiemu_cmd_row(c)->sa == SCSIEMU_SA_ZONE_ACTIVATE && !w->unmet;
}

static void put_reply(const struct scsiemu_cmd *c, const struct wish *w,
		      struct scsiemu_wr *to)
{
	struct item it = { 0 };
	uint32_t zones, n = count(w, &zones);
	uint32_t fit = (scsiemu_cmd_count(c) - HEADER) / ITEM;

	scsiemu_wr_be32(to, n * ITEM);
	scsiemu_wr_be32(to, (fit < n ? fit : n) * ITEM);
	scsiemu_wr_u8(to, (w->unmet ? ZONE_VALID : COUNT_VALID) |
				  (activates(c, w) ? ACTIVATED : 0));
	scsiemu_wr_u8(to, w->unmet);
	scsiemu_wr_u8(to, w->domain);
	scsiemu_wr_u8(to, w->all);
	scsiemu_wr_zero(to, 4);
	scsiemu_wr_be32(to, zones);
	scsiemu_wr_zero(to, 4);
	scsiemu_wr_be64(to, w->at);
	scsiemu_wr_zero(to, HEADER - 32);
	while (n-- && next(w, it.first + it.n, &it))
		put_item(w, to, &it);
}

/* Not what was judged when the reply began: zones may go read-only or offline
 * at any time, and ZONE QUERY waits for nobody. own[0]: what it was. */
static bool torn(struct scsiemu_cmd *c, const struct wish *w)
{
	uint64_t *own = scsiemu_cmd_own(c), was = own[0];
	uint32_t zones;

	own[0] = (uint64_t)w->unmet << 32 | count(w, &zones);
	return *scsiemu_cmd_step(c) && own[0] != was;
}

/* The next window of the reply, from byte off on; FINISHED: it is out. */
static int reply(struct scsiemu_cmd *c, const struct wish *w, uint32_t off)
{
	struct scsiemu_wr to = { c->scratch, off, off + c->scratch_len, 0 };
	uint32_t n;

	put_reply(c, w, &to);
	n = scsiemu_cmd_count(c);
	c->in_all = to.pos < n ? to.pos : n;
	n = c->in_all < c->in_len ? c->in_all : c->in_len;
	if (off >= n)
		return SCSIEMU_FINISHED;
	n -= off;
	n = n < c->scratch_len ? n : c->scratch_len;
	*scsiemu_cmd_step(c) = off + n;
	return scsiemu_want_send(c, off, c->scratch, n);
}

/* The realms change hands. Zones that come are as they were when they went. */
static void apply(struct semu_zones *z, const struct wish *w, uint64_t *own)
{
	for (uint32_t i = w->first; i <= w->last; i++)
		if (concerns(w, i)) {
			z->behind[i / 8] ^= (uint8_t)(1u << i % 8);
			semu_realm_changed(z, i);
		}
	semu_realms_save_from(z, own, w->first, w->last);
}

/* The step counter: bytes of the reply that are out, or that it is. */
#define REPLIED UINT32_MAX

int semu_zone_activate(struct scsiemu_cmd *c, int result)
{
	struct semu_zones *z = semu_zones(scsiemu_cmd_lu(c));
	unsigned *at = scsiemu_cmd_step(c);
	uint64_t *own = scsiemu_cmd_own(c);
	struct wish w;

	(void)result;
	if (*at != REPLIED) {
		if (judge(c, &w) < 0)
			return SCSIEMU_FAILED;
		if (torn(c, &w))
			return scsiemu_fail(c, SCSIEMU_SK_ABORTED_COMMAND,
					    SCSIEMU_ASC_NONE);
		if (reply(c, &w, *at) == SCSIEMU_WANTS)
			return SCSIEMU_WANTS;
		if (!activates(c, &w))
			return SCSIEMU_FINISHED;
		*at = REPLIED;
		apply(z, &w, own);
	}
	return semu_zones_save(c, own);
}
#endif
