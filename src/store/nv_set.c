/* SPDX-License-Identifier: BSD-2-Clause */
/* store/nv_set.c - records of durable state and their form in a file. */
#include "store/nv_set.h"

#include <stdbool.h>
#include <string.h>

#include <scsiemu/cmd.h>

#include "store/crc32c.h"
#include "store/sys.h"

enum { VERSION = 1, HEAD_LEN = 16, RECORD_HEAD = 8, CRC_LEN = 4 };
static const uint8_t magic[8] = "semu-nv\n";

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

struct semu_nv_record *semu_nv_make(uint32_t id, const void *buf, uint32_t len)
{
	struct semu_nv_record *r = semu_sys->alloc(sizeof(*r) + len);

	if (!r)
		return NULL;
	r->id = id;
	r->len = len;
	memcpy(r->data, buf, len);
	return r;
}

struct semu_nv_record *semu_nv_swap(struct semu_nv_set *s, uint32_t id,
				    struct semu_nv_record *r)
{
	struct semu_nv_record **at = &s->first;
	struct semu_nv_record *old;

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	old = *at;
	if (r) {
		r->next = old ? old->next : NULL;
		*at = r;
	} else if (old) {
		*at = old->next;
	}
	return old;
}

static const struct semu_nv_record *find(const struct semu_nv_set *s,
					 uint32_t id)
{
	const struct semu_nv_record *r = s->first;

	while (r && r->id != id)
		r = r->next;
	return r;
}

int semu_nv_load(const struct semu_nv_set *s, uint32_t id, void *buf,
		 uint32_t *len)
{
	const struct semu_nv_record *r = find(s, id);
	uint32_t room = *len;

	*len = r ? r->len : 0;
	if (*len > room)
		return SCSIEMU_E_READ;
	if (r)
		memcpy(buf, r->data, r->len);
	return 0;
}

void semu_nv_clear(struct semu_nv_set *s)
{
	while (s->first) {
		struct semu_nv_record *r = s->first;

		s->first = r->next;
		semu_sys->free(r);
	}
}

uint8_t *semu_nv_encode(const struct semu_nv_set *s, size_t *len)
{
	const struct semu_nv_record *r;
	uint32_t count = 0;
	uint8_t *buf, *p;

	*len = HEAD_LEN + CRC_LEN;
	for (r = s->first; r; r = r->next, count++)
		*len += RECORD_HEAD + r->len;
	buf = semu_sys->alloc(*len);
	if (!buf)
		return NULL;
	memcpy(buf, magic, sizeof(magic));
	put32(buf + 8, VERSION);
	put32(buf + 12, count);
	p = buf + HEAD_LEN;
	for (r = s->first; r; r = r->next) {
		put32(p, r->id);
		put32(p + 4, r->len);
		memcpy(p + RECORD_HEAD, r->data, r->len);
		p += RECORD_HEAD + r->len;
	}
	put32(p, semu_crc32c(0, buf, *len - CRC_LEN));
	return buf;
}

/* One record at p; returns its length in the file, 0: not possible. */
static size_t take_record(struct semu_nv_set *s, const uint8_t *p, size_t left,
			  bool *memory)
{
	struct semu_nv_record *r;
	uint32_t id, len;

	if (left < RECORD_HEAD)
		return 0;
	id = get32(p);
	len = get32(p + 4);
	if (!len || len > SEMU_NV_RECORD_MAX || len > left - RECORD_HEAD ||
	    find(s, id))
		return 0;
	r = semu_nv_make(id, p + RECORD_HEAD, len);
	if (!r) {
		*memory = true;
		return 0;
	}
	semu_nv_swap(s, id, r);
	return RECORD_HEAD + (size_t)len;
}

static enum semu_nv_verdict take_records(struct semu_nv_set *s,
					 const uint8_t *p, size_t left,
					 uint32_t count)
{
	bool memory = false;
	size_t n;

	for (; count; count--, p += n, left -= n) {
		n = take_record(s, p, left, &memory);
		if (!n)
			break;
	}
	if (!count && !left)
		return SEMU_NV_GOOD;
	semu_nv_clear(s);
	return memory ? SEMU_NV_MEMORY : SEMU_NV_DAMAGED;
}

enum semu_nv_verdict semu_nv_decode(struct semu_nv_set *s, const uint8_t *p,
				    size_t len)
{
	if (len < sizeof(magic) || memcmp(p, magic, sizeof(magic)))
		return SEMU_NV_FOREIGN;
	if (len < HEAD_LEN + CRC_LEN)
		return SEMU_NV_DAMAGED;
	if (get32(p + 8) != VERSION)
		return SEMU_NV_VERSION;
	if (get32(p + len - CRC_LEN) != semu_crc32c(0, p, len - CRC_LEN))
		return SEMU_NV_DAMAGED;
	return take_records(s, p + HEAD_LEN, len - HEAD_LEN - CRC_LEN,
			    get32(p + 12));
}
