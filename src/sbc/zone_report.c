/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REPORT ZONES (ZBC-2 5). The zones are counted first, for the header; then
 * descriptors go out, as many at a time as scratch holds. Zones may change in
 * between: each descriptor is whole and true when it is made; where fewer zones
 * than were counted are left that the filter takes, the list ends early, with a
 * residual.
 */
#include <string.h>

#include "sbc/zones.h"

#if SEMU_WITH_ZONES
enum { HEADER = 64, ITEM = 64, PARTIAL = 0x80, OPTIONS = 0x3f };

/* A zone of the list: a slot's, or the gap behind it. */
struct item {
	uint64_t start, len;
	uint32_t slot;
	uint8_t type, cond, flags;
};

/* The zone that lba is in; false: behind the last one. */
static bool item_at(const struct semu_zones *z, uint64_t lba, struct item *it)
{
	uint32_t i = (uint32_t)(lba >> z->shift);
	uint64_t end;

	if (lba >= z->nblk)
		return false;
	it->slot = i;
	it->start = semu_zone_start(z, i);
	it->len = semu_zone_len(z, i);
	it->type = (uint8_t)semu_zone_type(z, i);
	it->cond = (uint8_t)semu_zone_cond(z, i);
	it->flags = z->zone[i].flags;
	if (lba - it->start < it->len)
		return true;
	end = semu_zone_start(z, i + 1);
	it->start += it->len;
	it->len = (end < z->nblk ? end : z->nblk) - it->start;
	it->type = SEMU_ZONE_GAP;
	it->cond = SEMU_ZONE_NOT_WP;
	it->flags = 0;
	return true;
}

/* REPORTING OPTIONS: a condition, a flag, or what remains. */
static const struct {
	uint8_t option;
	uint16_t conds;
	uint8_t flags;
} options[] = {
	{ 0x00, 0xffff, 0 },
	{ 0x01, 1u << SEMU_ZONE_EMPTY, 0 },
	{ 0x02, 1u << SEMU_ZONE_IMPLICIT, 0 },
	{ 0x03, 1u << SEMU_ZONE_EXPLICIT, 0 },
	{ 0x04, 1u << SEMU_ZONE_CLOSED, 0 },
	{ 0x05, 1u << SEMU_ZONE_IS_FULL, 0 },
	{ 0x06, 1u << SEMU_ZONE_READONLY, 0 },
	{ 0x07, 1u << SEMU_ZONE_IS_OFFLINE, 0 },
	{ 0x08, 1u << SEMU_ZONE_INACTIVE, 0 },
	{ 0x10, 0xffff, SEMU_ZONE_RESET },
	{ 0x11, 0xffff, SEMU_ZONE_NON_SEQ },
	{ 0x3e, 0xffff, 0 }, /* all but gap zones */
	{ 0x3f, 1u << SEMU_ZONE_NOT_WP, 0 },
};
enum { NOPTION = sizeof(options) / sizeof(options[0]), NO_GAPS = 0x3e };

static unsigned option_at(const struct scsiemu_cmd *c)
{
	unsigned i = 0;

	while (i < NOPTION && options[i].option != (c->cdb[14] & OPTIONS))
		i++;
	return i;
}

/* The next zone of the list from lba on. */
static bool next(const struct semu_zones *z, unsigned option, uint64_t lba,
		 struct item *it)
{
	for (; item_at(z, lba, it); lba = it->start + it->len) {
		if (!(options[option].conds >> it->cond & 1) ||
		    (it->flags & options[option].flags) !=
			    options[option].flags)
			continue;
		if (it->type != SEMU_ZONE_GAP ||
		    options[option].option != NO_GAPS)
			return true;
	}
	return false;
}

/* SAME: of the zones in the list, 1 type and length are equal; 2 but for the
 * last one's length; 3 only the length is equal. */
struct same {
	bool types, lengths, all_but_last;
	struct item first;
};

static void compare(struct same *s, const struct item *it, uint32_t n)
{
	if (!n) {
		s->types = s->lengths = s->all_but_last = true;
		s->first = *it;
		return;
	}
	s->types &= it->type == s->first.type;
	s->all_but_last = s->lengths; /* those in front of this one */
	s->lengths &= it->len == s->first.len;
}

static unsigned same_of(const struct same *s)
{
	if (s->lengths)
		return s->types ? 1 : 3;
	return s->types && s->all_but_last ? 2 : 0;
}

/* Zones that the header counts: with PARTIAL those that are transferred. */
static uint32_t survey(const struct scsiemu_cmd *c, const struct semu_zones *z,
		       struct same *s)
{
	uint64_t lba = scsiemu_cmd_lba(c);
	uint32_t n = 0, most = UINT32_MAX;
	struct item it;

	memset(s, 0, sizeof(*s));
	if (c->cdb[14] & PARTIAL)
		most = scsiemu_cmd_count(c) < HEADER
			       ? 0
			       : (scsiemu_cmd_count(c) - HEADER) / ITEM;
	while (n < most && next(z, option_at(c), lba, &it)) {
		compare(s, &it, n++);
		lba = it.start + it.len;
	}
	return n;
}

static void put_header(const struct scsiemu_cmd *c, const struct semu_zones *z,
		       uint8_t *p)
{
	struct same s;
	uint32_t n = survey(c, z, &s);

	memset(p, 0, HEADER);
	semu_put32(p, n * ITEM);
	p[4] = (uint8_t)(n ? same_of(&s) : 0);
	semu_put64(p + 8, z->nblk - 1);
	if (z->cap >> z->shift == 0) /* gaps: zones start at multiples of */
		semu_put64(p + 16, (uint64_t)1 << z->shift);
}

static bool has_pointer(unsigned cond)
{
	return cond >= SEMU_ZONE_EMPTY && cond <= SEMU_ZONE_CLOSED;
}

static void put_item(const struct semu_zones *z, const struct item *it,
		     uint8_t *p)
{
	memset(p, 0, ITEM);
	p[0] = it->type;
	p[1] = (uint8_t)(it->cond << 4 |
			 (it->flags & (SEMU_ZONE_RESET | SEMU_ZONE_NON_SEQ)));
	semu_put64(p + 8, it->len);
	semu_put64(p + 16, it->start);
	semu_put64(p + 24, has_pointer(it->cond)
				   ? it->start + z->zone[it->slot].wp
				   : UINT64_MAX);
}

/* Bytes of the next window. own: next LBA, bytes that the list has left. */
static uint32_t window(struct scsiemu_cmd *c, const struct semu_zones *z,
		       uint32_t n)
{
	uint64_t *own = scsiemu_cmd_own(c);
	struct item it;

	while (n + ITEM <= c->scratch_len && own[1] &&
	       next(z, option_at(c), own[0], &it)) {
		put_item(z, &it, c->scratch + n);
		n += ITEM;
		own[0] = it.start + it.len;
		own[1] -= ITEM;
	}
	return n;
}

static uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

/* The step counter is where the next window begins. */
int semu_report_zones(struct scsiemu_cmd *c, int result)
{
	const struct semu_zones *z = semu_zones(scsiemu_cmd_lu(c));
	uint32_t alloc = scsiemu_cmd_count(c), off = *scsiemu_cmd_step(c),
		 n = 0;
	uint64_t *own = scsiemu_cmd_own(c);

	(void)result;
	if (option_at(c) == NOPTION)
		return scsiemu_fail_cdb(c, 14, 5);
	if (!off) {
		put_header(c, z, c->scratch);
		n = HEADER;
		own[0] = scsiemu_cmd_lba(c);
		own[1] = semu_be32(c->scratch);
		c->in_all = least(alloc, HEADER + own[1]);
	}
	if (off >= c->in_all || off >= c->in_len)
		return SCSIEMU_FINISHED;
	n = window(c, z, n);
	*scsiemu_cmd_step(c) = off + n;
	if (!n)
		return SCSIEMU_FINISHED;
	return scsiemu_want_send(c, off, c->scratch, least(n, c->in_all - off));
}
#endif
