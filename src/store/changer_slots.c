/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/changer_slots.h"

#include <stdlib.h>
#include <string.h>

#include "store/crc32c.h"
#include "store/sys.h"

enum {
	VERSION = 1,
	LAYOUT_AT = 12,
	COUNT_AT = 28,
	HEAD_LEN = 32,
	RECORD_LEN = 72,
	CRC_LEN = 4
};
/* A record. */
enum {
	ADDR = 0,
	SOURCE = 2,
	FLAGS = 4,
	TYPE = 5,
	SEQUENCE = 6,
	NAME = 8,
	TAG = 40
};
enum { IMPORTED = 1, SVALID = 2 };
static const uint8_t magic[8] = "semulib\n";

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* ---- Volumes ---- */

bool semu_volume_valid(const char *name)
{
	size_t n = 0;

	for (; name[n]; n++) {
		char c = name[n];

		if (n == SCSIEMU_TAG_MAX ||
		    !((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      (c >= '0' && c <= '9') || c == '-' || c == '_' ||
		      c == '.'))
			return false;
	}
	return n && name[0] != '.';
}

struct semu_volume *semu_volume_make(const char *name)
{
	struct semu_volume *v = semu_sys->alloc(sizeof(*v));

	if (v)
		memcpy(v->name, name, strlen(name));
	return v;
}

void semu_slots_free(struct semu_map *m)
{
	for (uint32_t i = 0; m->slot && i < m->n; i++)
		semu_sys->free(m->slot[i].in.store);
	semu_map_free(m);
}

/* ---- Writing ---- */

static void put_record(uint8_t *p, uint16_t addr,
		       const struct semu_cartridge *k)
{
	const struct semu_volume *v = k->store;

	put16(p + ADDR, addr);
	put16(p + SOURCE, k->source);
	p[FLAGS] = (uint8_t)((k->imported ? IMPORTED : 0) |
			     (k->svalid ? SVALID : 0));
	p[TYPE] = k->type;
	put16(p + SEQUENCE, k->tag.sequence);
	memcpy(p + NAME, v->name, SCSIEMU_TAG_MAX);
	memcpy(p + TAG, k->tag.id, SCSIEMU_TAG_MAX);
}

static uint32_t count(const struct semu_map *m)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n; i++)
		n += m->slot[i].full;
	return n;
}

uint8_t *semu_slots_encode(const struct semu_map *m, size_t *len)
{
	uint32_t n = count(m);
	uint8_t *bytes, *p;

	*len = HEAD_LEN + (size_t)n * RECORD_LEN + CRC_LEN;
	bytes = semu_sys->alloc(*len);
	if (!bytes)
		return NULL;
	memcpy(bytes, magic, sizeof(magic));
	put32(bytes + 8, VERSION);
	for (unsigned t = 0; t < 4; t++) {
		put16(bytes + LAYOUT_AT + 4 * t, m->layout.of[t + 1].first);
		put16(bytes + LAYOUT_AT + 4 * t + 2, m->layout.of[t + 1].n);
	}
	put32(bytes + COUNT_AT, n);
	p = bytes + HEAD_LEN;
	for (unsigned t = 1; t < SCSIEMU_ELEMENT_TYPES; t++) {
		const struct scsiemu_element_range *r = &m->layout.of[t];

		for (uint32_t i = 0; i < r->n; i++) {
			uint16_t addr = (uint16_t)(r->first + i);
			const struct semu_slot *s = semu_map_at(m, addr);

			if (!s->full)
				continue;
			put_record(p, addr, &s->in);
			p += RECORD_LEN;
		}
	}
	put32(p, semu_crc32c(0, bytes, *len - CRC_LEN));
	return bytes;
}

/* ---- Reading ---- */

/* Text of 32 bytes, padded with NULs. */
static bool get_text(char out[SCSIEMU_TAG_MAX + 1], const uint8_t *p)
{
	size_t n = 0;

	while (n < SCSIEMU_TAG_MAX && p[n])
		n++;
	for (size_t i = n; i < SCSIEMU_TAG_MAX; i++)
		if (p[i])
			return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static enum semu_slots_verdict get_record(const struct semu_map *m,
					  const uint8_t *p)
{
	struct semu_slot *s = semu_map_at(m, get16(p + ADDR));
	char name[SCSIEMU_TAG_MAX + 1];
	struct semu_cartridge *k;

	if (scsiemu_element_at(&m->layout, get16(p + ADDR)) <=
		    SCSIEMU_ELEMENT_MT ||
	    s->full || p[FLAGS] > (IMPORTED | SVALID) ||
	    p[TYPE] > SCSIEMU_CARTRIDGE_MICROCODE ||
	    !get_text(name, p + NAME) || !semu_volume_valid(name))
		return SEMU_SLOTS_DAMAGED;
	k = &s->in;
	if (!get_text(k->tag.id, p + TAG) ||
	    (k->tag.id[0] && !semu_tag_valid(k->tag.id)))
		return SEMU_SLOTS_DAMAGED;
	k->tag.sequence = get16(p + SEQUENCE);
	k->type = p[TYPE];
	k->imported = p[FLAGS] & IMPORTED;
	k->svalid = p[FLAGS] & SVALID;
	k->source = get16(p + SOURCE);
	k->store = semu_volume_make(name);
	s->full = k->store != NULL;
	return k->store ? SEMU_SLOTS_GOOD : SEMU_SLOTS_MEMORY;
}

static int by_name(const void *a, const void *b)
{
	const uint8_t *const *x = a, *const *y = b;

	return memcmp(*x, *y, SCSIEMU_TAG_MAX);
}

/* A file is one cartridge. */
static enum semu_slots_verdict distinct(const uint8_t *records, uint32_t n)
{
	enum semu_slots_verdict verdict = SEMU_SLOTS_GOOD;
	const uint8_t **name = semu_sys->alloc((n + 1) * sizeof(*name));

	if (!name)
		return SEMU_SLOTS_MEMORY;
	for (uint32_t i = 0; i < n; i++)
		name[i] = records + (size_t)i * RECORD_LEN + NAME;
	qsort(name, n, sizeof(*name), by_name);
	for (uint32_t i = 1; i < n; i++)
		if (!memcmp(name[i - 1], name[i], SCSIEMU_TAG_MAX))
			verdict = SEMU_SLOTS_DAMAGED;
	semu_sys->free(name);
	return verdict;
}

static enum semu_slots_verdict get_all(struct semu_map *m, const uint8_t *p,
				       uint32_t n)
{
	enum semu_slots_verdict verdict = distinct(p, n);

	for (uint32_t i = 0; i < n && verdict == SEMU_SLOTS_GOOD; i++)
		verdict = get_record(m, p + (size_t)i * RECORD_LEN);
	return verdict;
}

enum semu_slots_verdict semu_slots_decode(struct semu_map *m, const uint8_t *p,
					  size_t len)
{
	struct scsiemu_changer_layout l = { .of = { { 0, 0 } } };
	enum semu_slots_verdict verdict;

	if (len < HEAD_LEN + CRC_LEN || memcmp(p, magic, sizeof(magic)) != 0)
		return SEMU_SLOTS_FOREIGN;
	if (get32(p + 8) != VERSION)
		return SEMU_SLOTS_VERSION;
	if (get32(p + COUNT_AT) > 0x10000 ||
	    len != HEAD_LEN + (size_t)get32(p + COUNT_AT) * RECORD_LEN +
			    CRC_LEN ||
	    get32(p + len - CRC_LEN) != semu_crc32c(0, p, len - CRC_LEN))
		return SEMU_SLOTS_DAMAGED;
	for (unsigned t = 0; t < 4; t++) {
		l.of[t + 1].first = get16(p + LAYOUT_AT + 4 * t);
		l.of[t + 1].n = get16(p + LAYOUT_AT + 4 * t + 2);
	}
	if (semu_map_check(&l, NULL))
		return SEMU_SLOTS_DAMAGED;
	if (semu_map_make(m, &l))
		return SEMU_SLOTS_MEMORY;
	verdict = get_all(m, p + HEAD_LEN, get32(p + COUNT_AT));
	if (verdict != SEMU_SLOTS_GOOD)
		semu_slots_free(m);
	return verdict;
}
