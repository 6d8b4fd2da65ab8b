/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devzones.c - zoned disks in a device string: zoned=managed,
 * zone_size=256M,zone_conv=4. */
#include <inttypes.h>
#include <string.h>

#include "host/devstr.h"
#include "store/open.h"

enum { MOST = 1 << 24 };
#define DEFAULT_SIZE ((uint64_t)256 << 20)

int semu_devzones_model(uint8_t *model, const char *value)
{
	if (strcmp(value, "aware") == 0)
		*model = SCSIEMU_HOST_AWARE;
	else if (strcmp(value, "managed") == 0)
		*model = SCSIEMU_HOST_MANAGED;
	else
		return -1;
	return 0;
}

static bool any(const struct semu_devzones *z)
{
	return z->bytes || z->cap || z->conventional || z->before || z->open ||
	       z->realms || z->front || z->constrained;
}

static uint64_t zone_bytes(const struct semu_devstr *s)
{
	return s->zones.bytes ? s->zones.bytes : DEFAULT_SIZE;
}

static int check_managed(const struct semu_devzones *z,
			 struct scsiemu_errmsg *err)
{
	if (z->model == SCSIEMU_HOST_AWARE &&
	    (z->cap || z->before || z->open || z->constrained || z->realms))
		return semu_err(err, "zoned=aware has none of zone_cap, "
				     "zone_before, zone_open, zone_constrained "
				     "and zone_realms: use zoned=managed, or "
				     "leave them out");
	if (z->front > z->realms)
		return semu_err(err, "zone_front is more than zone_realms: at "
				     "most all realms are active in front");
	if (z->realms && z->conventional && z->before)
		return semu_err(err, "zone_realms with zone_conv and "
				     "zone_before: the domain in front has "
				     "zones of one type; keep one of them");
	return 0;
}

int semu_devzones_check(const struct semu_devstr *s, struct scsiemu_errmsg *err)
{
	const struct semu_devzones *z = &s->zones;
	uint64_t bytes = zone_bytes(s), block = s->block ? s->block : 512;

	if (!z->model)
		return any(z) ? semu_err(err, "zone keys without zoned: add "
					      "zoned=managed or zoned=aware")
			      : 0;
	if (bytes & (bytes - 1) || bytes < 2 * block)
		return semu_err(err,
				"zone_size=%" PRIu64 " is not possible: it "
				"takes a power of two, two blocks or more",
				bytes);
	if (z->cap > bytes || z->cap % block)
		return semu_err(err, "zone_cap is more than zone_size, or not "
				     "whole blocks: change one of them");
	if (s->removable)
		return semu_err(err, "zoned and removable: the zones' state "
				     "stays with the device; leave one out");
	if (s->path[0] && !s->nv[0])
		return semu_err(err, "a zoned file needs nv=FILE: without it "
				     "the write pointers are lost at the end");
	return check_managed(z, err);
}

int semu_devzones_make(struct scsiemu_zone_options *o,
		       const struct semu_devstr *s,
		       const struct scsiemu_medium *m,
		       struct scsiemu_errmsg *err)
{
	const struct semu_devzones *z = &s->zones;
	uint64_t blk, n;

	if (!z->model)
		return 0;
	blk = zone_bytes(s) / m->blen;
	n = m->nblk / blk + !!(m->nblk % blk);
	if (n > MOST)
		return semu_err(err,
				"zone_size is too small: it makes %" PRIu64
				" zones, and there can be %d",
				n, MOST);
	if (z->conventional + z->before > n)
		return semu_err(err,
				"zone_conv and zone_before are more than the "
				"%" PRIu64 " zones of the disk",
				n);
	if (z->realms > n)
		return semu_err(err,
				"zone_realms is more than the %" PRIu64
				" zones of the disk",
				n);
	if ((uint64_t)1 << m->exponent > blk ||
	    z->cap / m->blen % ((uint64_t)1 << m->exponent))
		return semu_err(err, "a zone must be whole physical blocks: "
				     "change zone_size, zone_cap or exponent");
	*o = (struct scsiemu_zone_options){
		.model = z->model,
		.constrained = z->constrained,
		.zones = (uint32_t)n,
		.conventional = (uint32_t)z->conventional,
		.before = (uint32_t)z->before,
		.max_open = (uint32_t)z->open,
		.zone_blk = blk,
		.zone_cap = z->cap / m->blen,
		.realms = (uint32_t)z->realms,
		.realms_first = (uint32_t)z->front,
	};
	return 0;
}
