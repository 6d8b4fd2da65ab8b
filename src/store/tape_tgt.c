/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_tgt.c - tapes of tgt (.ssc, version 2). An object has a header of
 * 48 bytes, big-endian: a CRC-32C of the rest (little-endian), bytes of the
 * record in the file, of the record, type, number, and where the header before
 * it, it, and the one behind it are. The first is the beginning of the tape,
 * with the medium's memory behind it; the last is its end.
 */
#include "core/bytes.h"
#include "store/crc32c.h"
#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/tape_export.h"
#include "store/tape_scan.h"

#include <string.h>

enum { HEAD = 48, CRC_LEN = 4, MEMORY = 1104 };

enum block_type { DATA = 0x02, BOT = 0x10, EOD = 0x20, FILEMARK = 0x40 };

struct header {
	uint32_t stored, len, type;
	uint64_t number, prev, here, next;
};

/* Where attributes are in the medium's memory. */
static const struct {
	uint16_t id, at, len;
} places[] = {
	{ 0x0400, 256, 8 },   { 0x0401, 264, 32 }, { 0x0402, 296, 4 },
	{ 0x0403, 300, 4 },   { 0x0404, 304, 8 },  { 0x0406, 320, 8 },
	{ 0x0800, 344, 8 },   { 0x0801, 352, 32 }, { 0x0802, 384, 8 },
	{ 0x0803, 392, 160 }, { 0x0804, 552, 12 }, { 0x0805, 567, 1 },
	{ 0x0806, 568, 32 },  { 0x0807, 600, 80 }, { 0x0808, 680, 160 },
};
enum {
	PLACES = sizeof(places) / sizeof(places[0]),
	VERSION = 2,
	REMAINING = 8,
	CAPACITY = 16,
	SPARE = 40,
	SPARE_LEN = 256,
	DENSITY = 312,
	KIND = 336,
	KIND_DATA = 1,
	KIND_CLEANING = 2,
	KIND_WORM = 4
};

/* ---- Reading ---- */

static int read_header(struct semu_scan *s, struct header *h)
{
	const uint8_t *p = semu_scan_peek(s, s->end, HEAD);
	uint32_t crc;

	if (!p)
		return -1;
	crc = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	      (uint32_t)p[3] << 24;
	if (crc != semu_crc32c(0, p + CRC_LEN, HEAD - CRC_LEN))
		return semu_scan_damage(s, s->end,
					"a header with a wrong checksum");
	*h = (struct header){ semu_be32(p + 4),	 semu_be32(p + 8),
			      semu_be32(p + 12), semu_be64(p + 16),
			      semu_be64(p + 24), semu_be64(p + 32),
			      semu_be64(p + 40) };
	if (h->here != s->end)
		return semu_scan_damage(s, s->end,
					"a header that says it is at %llu",
					(unsigned long long)h->here);
	return 0;
}

static int scan_object(struct semu_scan *s, const struct header *h)
{
	struct semu_scan_object o = { .at = s->end, .len = h->len };

	if (h->type == FILEMARK && !h->stored && !h->len)
		o.kind = SEMU_SCAN_MARK;
	else if (h->type == DATA && h->len && h->stored == h->len)
		o.kind = SEMU_SCAN_RECORD;
	else
		return semu_scan_damage(s, s->end,
					"an object of type %Xh, %u bytes of "
					"%u, that nobody knows",
					h->type, h->stored, h->len);
	if (h->len > SCSIEMU_TAPE_BLOCK_MAX ||
	    h->len > s->bytes - s->end - HEAD)
		return semu_scan_damage(s, s->end,
					"the file ends inside a record");
	if (h->next != s->end + HEAD + h->len)
		return semu_scan_damage(s, s->end,
					"an object behind which is not the "
					"next one");
	if (semu_scan_add(s, o))
		return -1;
	s->end = h->next;
	return 0;
}

/* The memory at p: 0, or -1 without memory for it. */
static int read_attributes(struct semu_scan *s, const uint8_t *p)
{
	uint8_t *to = semu_sys->alloc(2 * MEMORY);

	if (!to)
		return semu_scan_damage(s, HEAD, "out of memory");
	s->attr = to;
	for (size_t i = 0; i < PLACES; i++)
		if (!semu_attr_unset(p + places[i].at, places[i].len))
			s->attr_len +=
				semu_attr_put(to + s->attr_len, places[i].id,
					      p + places[i].at, places[i].len);
	return 0;
}

static int read_memory(struct semu_scan *s)
{
	const uint8_t *p = semu_scan_peek(s, HEAD, MEMORY);
	uint64_t bytes;

	if (!p)
		return -1;
	if (semu_be32(p) != VERSION)
		return semu_scan_damage(s, HEAD,
					"a tape of version %u, where 2 is "
					"known",
					(unsigned)semu_be32(p));
	bytes = semu_be64(p + CAPACITY);
	if (!s->is.bytes && bytes <= INT64_MAX)
		s->is.bytes = bytes;
	if (!s->is.density)
		s->is.density = p[DENSITY];
	s->is.worm |= p[KIND] == KIND_WORM;
	s->is.cleaning |= p[KIND] == KIND_CLEANING;
	return read_attributes(s, p);
}

static int tgt_scan(struct semu_scan *s)
{
	struct header h;

	if (read_header(s, &h))
		return -1;
	if (h.type != BOT || h.next != HEAD + MEMORY)
		return semu_scan_damage(s, 0, "not the beginning of a tape");
	if (read_memory(s))
		return -1;
	s->end = h.next;
	do {
		if (read_header(s, &h))
			return -1;
		if (h.type != EOD && scan_object(s, &h))
			return -1;
	} while (h.type != EOD);
	return 0;
}

const struct semu_scan_format semu_tgt = { .name = "a tape of tgt",
					   .block_max = SCSIEMU_TAPE_BLOCK_MAX,
					   .scan = tgt_scan,
					   .head = HEAD };

/* ---- Writing ---- */

static int put_header(struct semu_export *x, const struct header *h,
		      const uint8_t *data)
{
	uint8_t p[HEAD];
	uint32_t crc;

	semu_put32(p + 4, h->stored);
	semu_put32(p + 8, h->len);
	semu_put32(p + 12, h->type);
	semu_put64(p + 16, h->number);
	semu_put64(p + 24, h->prev);
	semu_put64(p + 32, h->here);
	semu_put64(p + 40, h->next);
	crc = semu_crc32c(0, p + CRC_LEN, HEAD - CRC_LEN);
	for (int i = 0; i < CRC_LEN; i++)
		p[i] = (uint8_t)(crc >> 8 * i);
	x->before = h->here;
	return semu_export_append(x, 0, p, HEAD, data, h->stored);
}

static void put_memory(const struct semu_export *x, uint8_t p[MEMORY])
{
	struct scsiemu_tape_attribute a;

	memset(p, 0, MEMORY);
	p[3] = VERSION;
	semu_put64(p + REMAINING, x->is.bytes - x->part[0].used);
	semu_put64(p + CAPACITY, x->is.bytes);
	semu_put64(p + SPARE, SPARE_LEN);
	p[DENSITY] = x->is.density;
	p[KIND] = x->is.cleaning ? KIND_CLEANING
				 : (x->is.worm ? KIND_WORM : KIND_DATA);
	for (size_t i = 0; i < PLACES; i++) {
		if (!semu_export_attribute(x, 0, places[i].id, &a) ||
		    a.id != places[i].id)
			continue;
		memcpy(p + places[i].at, a.value,
		       a.len < places[i].len ? a.len : places[i].len);
	}
}

static int tgt_head(struct semu_export *x)
{
	/* the capacity in MiB is where other objects have their length */
	const struct header h = { .len = (uint32_t)(x->is.bytes >> 20),
				  .type = BOT,
				  .next = HEAD + MEMORY };
	uint8_t memory[MEMORY] = { 0 };
	int rc = put_header(x, &h, NULL);

	return rc ? rc
		  : semu_export_append(x, 0, memory, sizeof(memory), NULL, 0);
}

static int put_object(struct semu_export *x, enum block_type type,
		      const uint8_t *data, uint32_t len, uint64_t next)
{
	const struct header h = { .stored = len,
				  .len = len,
				  .type = type,
				  .number = x->part[0].objects + 1,
				  .prev = x->before,
				  .here = x->file[0].end,
				  .next = x->file[0].end + next };

	return put_header(x, &h, data);
}

static int tgt_put(struct semu_export *x, const uint8_t *data, uint32_t len)
{
	return put_object(x, len ? DATA : FILEMARK, data, len,
			  HEAD + (uint64_t)len);
}

static int tgt_tail(struct semu_export *x)
{
	uint8_t memory[MEMORY];
	int rc = put_object(x, EOD, NULL, 0, 0);

	put_memory(x, memory);
	return rc ? rc : semu_export_put(x, 0, HEAD, memory, sizeof(memory));
}

const struct semu_export_format semu_tgt_export = {
	.block_max = SCSIEMU_TAPE_BLOCK_MAX,
	.attributes = MEMORY,
	.per_object = HEAD,
	.partitions = 1,
	.files = 1,
	.head = tgt_head,
	.tail = tgt_tail,
	.put = tgt_put
};
