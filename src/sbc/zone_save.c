/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zone states in records, SEMU_ZONE_CHUNK slots each. A record is
 *
 *	version  shift  conventional ones (4)  first slot (4)  blocks of a zone
 *(8) { flags  blocks written and durable (8) } ...  FNV-1a (8)
 *
 * or, behind those of the zones,
 *
 *	version | 80h  shift  conventional ones (4)  first realm (4)  blocks (8)
 *	realms (4)  a bit for each that is active in the domain behind (256)
 *	zeros  FNV-1a (8)
 *
 * Numbers are big-endian. Conditions follow from the blocks: open zones are
 * closed after a power cycle (ZBC-2 4.4.4), so they are not saved.
 */
#include <string.h>

#include "sbc/zones.h"

#if SEMU_WITH_ZONES
enum {
	VERSION = 1,
	REALMS = 0x80, /* in the byte of the version */
	HEAD = 18,
	ITEM = 9,
	HASH = 8,
	RECORD = HEAD + SEMU_ZONE_CHUNK * ITEM + HASH,
	BITS = HEAD + 4,
	/* flags of an item, besides SEMU_ZONE_RESET and SEMU_ZONE_NON_SEQ */
	IS_READONLY = 0x10,
	IS_OFFLINE = 0x20,
	FLAGS = SEMU_ZONE_RESET | SEMU_ZONE_NON_SEQ | IS_READONLY | IS_OFFLINE
};

static uint64_t hash(const uint8_t *p, uint32_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (n--)
		h = (h ^ *p++) * 0x100000001b3u;
	return h;
}

static void put_head(const struct semu_zones *z, unsigned kind, uint32_t first,
		     uint8_t *p)
{
	p[0] = (uint8_t)(VERSION | kind);
	p[1] = z->shift;
	semu_put32(p + 2, z->conventional);
	semu_put32(p + 6, first);
	semu_put64(p + 10, z->cap);
}

static uint8_t flags_of(const struct semu_zone *p)
{
	uint8_t flags = p->flags & (SEMU_ZONE_RESET | SEMU_ZONE_NON_SEQ);

	if (p->cond == SEMU_ZONE_READONLY)
		flags |= IS_READONLY;
	if (p->cond == SEMU_ZONE_IS_OFFLINE)
		flags |= IS_OFFLINE;
	return flags;
}

static void put_zones(const struct semu_zones *z, uint32_t first, uint8_t *p)
{
	put_head(z, 0, first, p);
	for (uint32_t i = 0; i < SEMU_ZONE_CHUNK && first + i < z->room; i++) {
		p[HEAD + i * ITEM] = flags_of(&z->zone[first + i]);
		semu_put64(p + HEAD + i * ITEM + 1, z->zone[first + i].safe);
	}
}

/* Bytes of the bits of realms from first on that are one record. */
static uint32_t realm_bytes(const struct semu_zones *z, uint32_t first)
{
	uint32_t n = z->realms - first;

	return (n < SEMU_REALM_CHUNK ? n + 7 : SEMU_REALM_CHUNK) / 8;
}

static void put_realms(const struct semu_zones *z, uint32_t first, uint8_t *p)
{
	put_head(z, REALMS, first, p);
	semu_put32(p + HEAD, z->realms);
	memcpy(p + BITS, z->behind + first / 8, realm_bytes(z, first));
}

static void put_record(const struct semu_zones *z, uint32_t chunk, uint8_t *p)
{
	uint32_t zones = semu_zone_chunks(z->room);

	memset(p, 0, RECORD);
	if (chunk < zones)
		put_zones(z, chunk * SEMU_ZONE_CHUNK, p);
	else
		put_realms(z, (chunk - zones) * SEMU_REALM_CHUNK, p);
	semu_put64(p + RECORD - HASH, hash(p, RECORD - HASH));
}

static uint32_t nchunks(const struct semu_zones *z)
{
	return semu_zone_chunks(z->room) + semu_realm_chunks(z->realms);
}

/* own[0]: the next chunk, the last one. own[1]: the version of the next chunk
 * that is being saved, and that it is. */
#define SAVING ((uint64_t)1 << 32)

void semu_zones_save_from(uint64_t own[2], uint32_t first, uint32_t last)
{
	own[0] = first / SEMU_ZONE_CHUNK | (uint64_t)(last / SEMU_ZONE_CHUNK)
						   << 32;
	own[1] = 0;
}

void semu_realms_save_from(const struct semu_zones *z, uint64_t own[2],
			   uint32_t first, uint32_t last)
{
	uint32_t at = semu_zone_chunks(z->room);

	first = at + first / SEMU_REALM_CHUNK;
	last = at + last / SEMU_REALM_CHUNK;
	own[0] = first | (uint64_t)last << 32;
	own[1] = 0;
}

int semu_zones_save(struct scsiemu_cmd *c, uint64_t own[2])
{
	struct semu_zones *z = semu_zones(scsiemu_cmd_lu(c));
	uint32_t i = (uint32_t)own[0], last = (uint32_t)(own[0] >> 32);

	if (own[1] & SAVING)
		z->chunk[i++].saved = (uint32_t)own[1];
	while (i <= last && z->chunk[i].changed == z->chunk[i].saved)
		i++;
	if (i > last || !semu_can_save(scsiemu_cmd_lu(c)))
		return SCSIEMU_FINISHED;
	own[0] = i | (uint64_t)last << 32;
	own[1] = z->chunk[i].changed | SAVING;
	put_record(z, i, c->scratch);
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0,
				   SCSIEMU_NV_CHUNK + i, c->scratch, RECORD);
}

uint32_t semu_zones_records(const struct scsiemu_lu *lu)
{
	return nchunks(semu_zones(lu));
}

/* The medium was flushed: what is written is durable. */
uint32_t semu_zones_unsaved(struct scsiemu_lu *lu, uint8_t *buf, uint32_t *len)
{
	struct semu_zones *z = semu_zones(lu);

	for (uint32_t i = 0; i < z->n; i++) {
		if (z->zone[i].safe != z->zone[i].wp)
			semu_zone_changed(z, i);
		z->zone[i].safe = z->zone[i].wp;
	}
	for (uint32_t i = 0; i < nchunks(z); i++) {
		if (z->chunk[i].changed == z->chunk[i].saved || *len < RECORD)
			continue;
		z->chunk[i].saved = z->chunk[i].changed;
		put_record(z, i, buf);
		*len = RECORD;
		return SCSIEMU_NV_CHUNK + i;
	}
	*len = 0;
	return 0;
}

/* May slot i have been saved so? */
static bool item_ok(const struct semu_zones *z, uint32_t i, const uint8_t *p)
{
	uint64_t most = i < z->front ? (uint64_t)1 << z->shift : z->cap;

	if (i >= z->room || semu_zone_type(z, i) == SEMU_ZONE_CONVENTIONAL)
		return !p[0] && !semu_be64(p + 1);
	return !(p[0] & ~(unsigned)FLAGS) && semu_be64(p + 1) <= most;
}

static void take(struct semu_zones *z, uint32_t i, const uint8_t *p)
{
	struct semu_zone *to = &z->zone[i];
	uint64_t most = i < z->front ? (uint64_t)1 << z->shift : z->cap;

	if (semu_zone_type(z, i) == SEMU_ZONE_CONVENTIONAL)
		return;
	to->wp = to->safe = semu_be64(p + 1);
	to->flags = p[0] & (SEMU_ZONE_RESET | SEMU_ZONE_NON_SEQ);
	semu_zone_close(z, i);
	if (to->wp == most)
		semu_zone_become(z, i, SEMU_ZONE_IS_FULL);
	if (p[0] & IS_READONLY)
		semu_zone_become(z, i, SEMU_ZONE_READONLY);
	if (p[0] & IS_OFFLINE)
		semu_zone_become(z, i, SEMU_ZONE_IS_OFFLINE);
}

static int restore_realms(struct semu_zones *z, uint32_t first,
			  const uint8_t *buf)
{
	if (first % SEMU_REALM_CHUNK || first >= z->realms ||
	    semu_be32(buf + HEAD) != z->realms)
		return SCSIEMU_ERR_ARG;
	memcpy(z->behind + first / 8, buf + BITS, realm_bytes(z, first));
	return 0;
}

static int restore_zones(struct semu_zones *z, uint32_t first,
			 const uint8_t *buf)
{
	uint32_t i;

	if (first % SEMU_ZONE_CHUNK || first >= z->room)
		return SCSIEMU_ERR_ARG;
	for (i = 0; i < SEMU_ZONE_CHUNK; i++)
		if (!item_ok(z, first + i, buf + HEAD + i * ITEM))
			return SCSIEMU_ERR_ARG;
	for (i = 0; i < SEMU_ZONE_CHUNK && first + i < z->room; i++)
		take(z, first + i, buf + HEAD + i * ITEM);
	return 0;
}

int semu_zones_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	struct semu_zones *z = semu_zones(lu);
	uint8_t head[HEAD];

	if (len != RECORD ||
	    semu_be64(buf + RECORD - HASH) != hash(buf, RECORD - HASH))
		return SCSIEMU_ERR_ARG;
	put_head(z, buf[0] & REALMS, semu_be32(buf + 6), head);
	if (memcmp(head, buf, HEAD))
		return SCSIEMU_ERR_ARG;
	return buf[0] & REALMS ? restore_realms(z, semu_be32(buf + 6), buf)
			       : restore_zones(z, semu_be32(buf + 6), buf);
}
#endif
