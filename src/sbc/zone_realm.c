/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REPORT ZONE DOMAINS and REPORT REALMS (ZBC-2 5): two domains, the zones in
 * front and the write required ones behind them, each of them cut into as many
 * realms. A realm is active in one of them: zone_activate.c changes that.
 */
#include "sbc/zones.h"

#if SEMU_WITH_ZONES
enum { DOMAINS = 2, DOMAIN_ITEM = 96, REALM_ITEM = 16 + DOMAINS * 16 };

static uint32_t from_slot(const struct semu_zones *z, unsigned domain)
{
	return domain ? (z->front < z->n ? z->front : z->n) : 0;
}

static uint32_t to_slot(const struct semu_zones *z, unsigned domain)
{
	return domain ? z->n : from_slot(z, 1);
}

/* First and last LBA of slots; an empty range is zeros. */
static void put_range(const struct semu_zones *z, struct scsiemu_wr *w,
		      uint32_t first, uint32_t last)
{
	uint64_t end = semu_zone_start(z, last);

	if (first == last) {
		scsiemu_wr_zero(w, 16);
		return;
	}
	scsiemu_wr_be64(w, semu_zone_start(z, first));
	scsiemu_wr_be64(w, (end < z->nblk ? end : z->nblk) - 1);
}

/* Realms that are active in the domain. */
static uint32_t nactive(const struct semu_zones *z, unsigned domain)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < z->realms; i++)
		n += semu_zone_domain(z, i) == domain;
	return n;
}

/* REPORTING OPTIONS: 0 all domains, 1 those whose zones are all active, 2 some
 * are, 3 none is. */
static bool domain_listed(const struct scsiemu_cmd *c,
			  const struct semu_zones *z, unsigned domain)
{
	uint32_t n = nactive(z, domain);

	if (semu_zone_start(z, to_slot(z, domain)) <= scsiemu_cmd_lba(c))
		return false;
	switch (c->cdb[14] & 0x3f) {
	case 1:
		return n == z->realms;
	case 2:
		return n > 0;
	case 3:
		return !n;
	default:
		return true;
	}
}

static void put_domain(const struct semu_zones *z, struct scsiemu_wr *w,
		       unsigned domain)
{
	uint32_t first = from_slot(z, domain), last = to_slot(z, domain);

	scsiemu_wr_u8(w, domain);
	scsiemu_wr_zero(w, 15);
	scsiemu_wr_be64(w, last - first);
	put_range(z, w, first, last);
	scsiemu_wr_u8(w, first < last ? semu_zone_type(z, first) : 0);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, first < last ? 2 : 0); /* the type is valid */
	scsiemu_wr_zero(w, DOMAIN_ITEM - 43);
}

int semu_report_domains(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_zones *z = semu_zones(scsiemu_cmd_lu(c));
	uint32_t alloc = scsiemu_cmd_count(c), n = 0, fit;

	if ((c->cdb[14] & 0x3f) > 3)
		return scsiemu_fail_cdb(c, 14, 5);
	for (unsigned i = 0; i < DOMAINS; i++)
		n += domain_listed(c, z, i);
	fit = alloc < 64 ? 0 : (alloc - 64) / DOMAIN_ITEM;
	scsiemu_wr_be32(w, n * DOMAIN_ITEM);
	scsiemu_wr_be32(w, (fit < n ? fit : n) * DOMAIN_ITEM);
	scsiemu_wr_u8(w, DOMAINS);
	scsiemu_wr_u8(w, n);
	scsiemu_wr_u8(w, c->cdb[14] & 0x3f);
	scsiemu_wr_zero(w, 5);
	scsiemu_wr_be64(w, scsiemu_cmd_lba(c));
	scsiemu_wr_zero(w, 40);
	for (unsigned i = 0; i < DOMAINS; i++)
		if (domain_listed(c, z, i))
			put_domain(z, w, i);
	return SCSIEMU_FINISHED;
}

/* REPORTING OPTIONS: 0 all realms, else those with active zones of a type. */
static const uint8_t type_of[] = { 0, SEMU_ZONE_BEFORE, SEMU_ZONE_REQUIRED,
				   SEMU_ZONE_PREFERRED };

/* Is the realm in the list? */
static bool realm_listed(const struct scsiemu_cmd *c,
			 const struct semu_zones *z, uint32_t realm)
{
	unsigned type = type_of[c->cdb[14] & 0x3f];
	uint32_t first, last;

	semu_zone_realm(z, realm, 1, &first, &last); /* REALM LOCATOR */
	if (semu_zone_start(z, last) <= scsiemu_cmd_lba(c))
		return false;
	if (!type)
		return true;
	semu_zone_realm(z, realm, semu_zone_domain(z, realm), &first, &last);
	return first < last && semu_zone_type(z, first) == type;
}

static void put_realm(const struct semu_zones *z, struct scsiemu_wr *w,
		      uint32_t realm)
{
	uint32_t first, last;

	scsiemu_wr_be32(w, realm);
	scsiemu_wr_be16(w, 0); /* no restrictions */
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, semu_zone_domain(z, realm));
	scsiemu_wr_zero(w, 8);
	for (unsigned domain = 0; domain < DOMAINS; domain++) {
		semu_zone_realm(z, realm, domain, &first, &last);
		put_range(z, w, first, last);
	}
}

int semu_report_realms(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_zones *z = semu_zones(scsiemu_cmd_lu(c));
	uint32_t n = 0;

	if ((c->cdb[14] & 0x3f) >= sizeof(type_of))
		return scsiemu_fail_cdb(c, 14, 5);
	for (uint32_t i = 0; i < z->realms; i++)
		n += realm_listed(c, z, i);
	scsiemu_wr_be32(w, n * REALM_ITEM);
	scsiemu_wr_be32(w, n);
	scsiemu_wr_be32(w, REALM_ITEM);
	scsiemu_wr_zero(w, 52); /* no next realm locator: they are all here */
	for (uint32_t i = 0; i < z->realms; i++)
		if (realm_listed(c, z, i))
			put_realm(z, w, i);
	return SCSIEMU_FINISHED;
}
#endif
