/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The zones of a disk as a part of it: what is configured, what that makes of
 * the medium's blocks, and what VPD says of it.
 */
#include "sbc/zones.h"

#if SEMU_WITH_ZONES
enum {
	ZONES_MAX = 1 << 24, /* what 32 bits of state size have room for */
	SCRATCH_MIN = 512    /* a record, a window of whole descriptors */
};

static const struct scsiemu_zone_options *wanted(
	const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_sbc_options *o = cf->options;

	if (!o || o->size < offsetof(struct scsiemu_sbc_options, zones) +
				    sizeof(o->zones))
		return NULL;
	return o->zones.model ? &o->zones : NULL;
}

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_zone_options *o = wanted(cf);

	if (!o)
		return 0;
	if (o->zones > ZONES_MAX || o->realms > o->zones) /* refused below */
		return sizeof(struct semu_zones);
	return (uint32_t)(sizeof(struct semu_zones) +
			  o->zones * sizeof(struct semu_zone) +
			  (semu_zone_chunks(o->zones) +
			   semu_realm_chunks(o->realms)) *
				  sizeof(struct semu_zone_chunk) +
			  (o->realms + 7) / 8);
}

static bool sizes_ok(const struct scsiemu_zone_options *o)
{
	uint64_t blk = o->zone_blk;

	return o->model <= SCSIEMU_HOST_MANAGED && blk > 1 &&
	       !(blk & (blk - 1)) && o->zone_cap <= blk && o->zones &&
	       o->zones <= ZONES_MAX && o->conventional <= o->zones &&
	       o->before <= o->zones - o->conventional;
}

/* Gaps and realms are not for hosts that do not know of them. */
static bool layout_ok(const struct scsiemu_zone_options *o)
{
	if (o->model == SCSIEMU_HOST_AWARE)
		return !o->realms && !o->before && !o->constrained &&
		       !o->max_open &&
		       (!o->zone_cap || o->zone_cap == o->zone_blk);
	if (!o->realms)
		return !o->realms_first;
	return o->realms <= o->zones && o->realms_first <= o->realms &&
	       !(o->conventional && o->before);
}

static void configure(struct semu_zones *z,
		      const struct scsiemu_zone_options *o)
{
	z->room = o->zones;
	z->conventional = o->conventional;
	z->front = o->conventional + o->before;
	z->max_open = o->max_open;
	z->oldest = z->newest = SEMU_NO_ZONE;
	z->realms = o->realms;
	z->cap = o->zone_cap ? o->zone_cap : o->zone_blk;
	while ((uint64_t)1 << z->shift < o->zone_blk)
		z->shift++;
	z->managed = o->model == SCSIEMU_HOST_MANAGED;
	z->constrained = o->constrained;
	z->chunk = (struct semu_zone_chunk *)(void *)&z->zone[z->room];
	z->behind = (uint8_t *)(z->chunk + semu_zone_chunks(z->room) +
				semu_realm_chunks(z->realms));
	for (uint32_t i = o->realms_first; i < z->realms; i++)
		z->behind[i / 8] |= (uint8_t)(1u << i % 8);
	for (uint32_t i = 0; i < z->room; i++)
		z->zone[i].cond = i < z->conventional ? SEMU_ZONE_NOT_WP
						      : SEMU_ZONE_EMPTY;
}

/* The state of the zones is the medium's: another one in its place would have
 * pointers that are not its own. */
static int part_init(struct scsiemu_lu *lu, void *mem,
		     const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_zone_options *o = wanted(cf);
	struct semu_zones *z = mem;

	if (lu->removable || !sizes_ok(o) || !layout_ok(o))
		return SCSIEMU_ERR_ARG;
	if (lu->dev->limits.scratch < SCRATCH_MIN)
		return SCSIEMU_ERR_SPACE;
	configure(z, o);
	if (z->managed)
		lu->peripheral = SCSIEMU_TYPE_ZBC;
	semu_lu_watch(lu, SEMU_PART_ZONES, true);
	return 0;
}

/* A last zone that is shorter than its record says. */
static void shorten(struct semu_zones *z, uint32_t i)
{
	struct semu_zone *p = &z->zone[i];
	uint64_t len = semu_zone_len(z, i);

	if (semu_zone_type(z, i) == SEMU_ZONE_CONVENTIONAL || p->wp < len)
		return;
	p->wp = p->safe = len;
	if (p->cond <= SEMU_ZONE_CLOSED)
		semu_zone_become(z, i, SEMU_ZONE_IS_FULL);
}

static bool fits(const struct semu_zones *z, const struct semu_cap *cap)
{
	uint64_t physical = (uint64_t)1 << cap->exponent;
	uint64_t mask = ((uint64_t)1 << z->shift) - 1;

	return (cap->nblk + mask) >> z->shift <= z->room &&
	       cap->exponent <= z->shift && !(z->cap & (physical - 1));
}

static void part_loaded(struct scsiemu_lu *lu)
{
	struct semu_zones *z = semu_zones(lu);
	uint64_t mask = ((uint64_t)1 << z->shift) - 1;

	lu->able |= SCSIEMU_NEED_ZONES;
	if (z->realms)
		lu->able |= SCSIEMU_NEED_REALMS;
	lu->lane_shift = z->shift;
	lu->lane_from = (uint64_t)z->conventional << z->shift;
	if (z->misfit)
		lu->guards &= ~(uint32_t)SCSIEMU_ON_BAD_FORMAT;
	z->misfit = !fits(z, &lu->cap);
	if (z->misfit)
		lu->guards |= SCSIEMU_ON_BAD_FORMAT;
	z->nblk = z->misfit ? 0 : lu->cap.nblk;
	z->n = (uint32_t)((z->nblk + mask) >> z->shift);
	if (z->n)
		shorten(z, z->n - 1);
}

const struct semu_part_type semu_zones_part = {
	.part = SEMU_PART_ZONES,
	.since = SCSIEMU_LEVEL_SPC_3,
	.size = part_size,
	.init = part_init,
	.loaded = part_loaded,
	.restore = semu_zones_restore,
	.begin = semu_zones_begin,
	.finish = semu_zones_finish,
	.wiped = semu_zones_sanitize,
	.raw = semu_zones_raw,
	.records = semu_zones_records,
	.unsaved = semu_zones_unsaved,
};

enum semu_zone_type semu_zone_type(const struct semu_zones *z, uint32_t i)
{
	if (i < z->conventional)
		return SEMU_ZONE_CONVENTIONAL;
	if (i < z->front)
		return SEMU_ZONE_BEFORE;
	return z->managed ? SEMU_ZONE_REQUIRED : SEMU_ZONE_PREFERRED;
}

uint64_t semu_zone_len(const struct semu_zones *z, uint32_t i)
{
	uint64_t left = z->nblk - semu_zone_start(z, i);
	uint64_t most = i < z->front ? (uint64_t)1 << z->shift : z->cap;

	return left < most ? left : most;
}

void semu_zone_realm(const struct semu_zones *z, uint32_t realm,
		     unsigned domain, uint32_t *first, uint32_t *last)
{
	uint32_t front = z->front < z->n ? z->front : z->n;
	uint32_t from = domain ? front : 0;
	uint64_t n = domain ? z->n - front : front;

	*first = from + (uint32_t)(n * realm / z->realms);
	*last = from + (uint32_t)(n * (realm + 1u) / z->realms);
}

/* Realm r of n slots begins at slot n * r / realms: the last that begins at or
 * before this one. */
uint32_t semu_zone_realm_of(const struct semu_zones *z, uint32_t i)
{
	uint32_t front = z->front < z->n ? z->front : z->n;
	uint32_t from = i < front ? 0 : front;
	uint64_t n = i < front ? front : z->n - front;

	return (uint32_t)(((i - from + (uint64_t)1) * z->realms - 1) / n);
}

unsigned semu_zone_cond(const struct semu_zones *z, uint32_t i)
{
	if (z->realms && semu_zone_domain(z, semu_zone_realm_of(z, i)) !=
				 semu_slot_domain(z, i))
		return SEMU_ZONE_INACTIVE;
	return z->zone[i].cond;
}

/* Zoned block device characteristics (ZBC-2 6.5.2). What is optimal for
 * preferred zones is not reported. */
static void zoned_fill(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_zones *z = semu_zones(scsiemu_cmd_lu(c));
	bool gaps = z->cap >> z->shift == 0;
	unsigned extension = z->realms ? 2 : !z->managed;

	scsiemu_wr_u8(w, extension << 4 | (z->realms ? 2u : 0) |
				 (z->constrained ? 0 : 1u)); /* AAORB, URSWRZ */
	scsiemu_wr_zero(w, 3);
	scsiemu_wr_be32(w, UINT32_MAX);
	scsiemu_wr_be32(w, UINT32_MAX);
	scsiemu_wr_be32(w, z->max_open ? z->max_open : UINT32_MAX);
	scsiemu_wr_zero(w, 3);
	scsiemu_wr_u8(w, gaps ? 8 : 1); /* constant: start offsets, lengths */
	scsiemu_wr_be64(w, (uint64_t)1 << z->shift);
	scsiemu_wr_zero(w, 32);
}

const struct semu_vpd_page semu_sbc_vpd_b6 = {
	.code = 0xb6,
	.needs = SCSIEMU_NEED_ZONES,
	.fill = zoned_fill,
};
#endif
