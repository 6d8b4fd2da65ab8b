/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_mhvtl_scan.c - a partition of mhvtl's, which is only read: its
 * index (indx), of a header of 512 bytes for each object, in the byte order of
 * the machine that wrote it, which here is little-endian; the records (data),
 * one behind the other; and the numbers of the filemarks (meta).
 *
 * A header: where its bytes are in data (8 bytes), type, flags, number, bytes
 * of the record, bytes of it in data, a CRC-32C of the record (4 each); then a
 * key, which mhvtl keeps but does not encrypt with.
 */
#include <string.h>

#include "store/crc32c.h"
#include "store/file_io.h"
#include "store/lzo.h"
#include "store/tape_scan.h"

#ifdef SCSIEMU_HAVE_ZLIB
#include <zlib.h>
#endif

enum { HEAD = 512, USED = 32 /* of it */, META_HEAD = 512 };
enum { FILEMARK = 3, DATA = 11 };
enum { ZLIB = 1, ENCRYPTED = 2, LZO = 4, CRC = 8 };

struct header {
	uint64_t at;
	uint32_t type, flags, number, len, stored, crc;
};

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static struct header header_of(const uint8_t *p)
{
	return (struct header){ le32(p) | (uint64_t)le32(p + 4) << 32,
				le32(p + 8),
				le32(p + 12),
				le32(p + 16),
				le32(p + 20),
				le32(p + 24),
				le32(p + 28) };
}

/* ---- Scanning ---- */

static const char *lacking(const struct header *h)
{
#ifndef SCSIEMU_HAVE_ZLIB
	if (h->flags & ZLIB)
		return "compressed by zlib, which this library was built "
		       "without";
#endif
	(void)h;
	return NULL;
}

static const char *wrong_record(const struct semu_scan *s,
				const struct header *h)
{
	uint64_t all = s->side[SEMU_SCAN_DATA].bytes;

	if ((h->flags & ~(unsigned)(ZLIB | ENCRYPTED | LZO | CRC)) ||
	    (h->flags & (ZLIB | LZO)) == (ZLIB | LZO))
		return "flags that nobody knows";
	if (!h->len || h->len > SCSIEMU_TAPE_BLOCK_MAX || !h->stored ||
	    h->stored > 2 * SCSIEMU_TAPE_BLOCK_MAX)
		return "a record of a length that none has";
	if (!(h->flags & (ZLIB | LZO)) && h->stored != h->len)
		return "a record that is not compressed and has two lengths";
	if (h->stored > all || h->at > all - h->stored)
		return "the record is not in the file beside it: that has been "
		       "cut, or the cartridge is of the kind that keeps none";
	return lacking(h);
}

/* before: where the bytes of the one before end */
static const char *wrong(const struct semu_scan *s, const struct header *h,
			 uint64_t before)
{
	if (h->number != s->n)
		return "a header that is another object's";
	if (h->at != before)
		return "an object whose bytes are not behind those before it";
	if (h->type == FILEMARK)
		return h->len || h->stored ? "a filemark with something in it"
					   : NULL;
	return h->type == DATA ? wrong_record(s, h)
			       : "an object of a type that nobody knows";
}

/* The filemarks that meta has are those that were found. */
static int check_meta(struct semu_scan *s)
{
	const struct semu_scan_side *meta = &s->side[SEMU_SCAN_META];
	uint64_t at = meta->begin + META_HEAD;
	const char *why = NULL;
	uint8_t n[4];

	if (semu_scan_load_from(meta->fd, meta->begin, n, sizeof(n)))
		why = "its meta is cut short";
	else if (le32(n) != s->nmarks ||
		 meta->bytes != at + sizeof(n) * s->nmarks)
		why = "its meta has another number of filemarks";
	for (uint64_t i = 0; !why && i < s->nmarks; i++, at += sizeof(n))
		if (semu_scan_load_from(meta->fd, at, n, sizeof(n)) ||
		    le32(n) != s->mark[i])
			why = "its meta has filemarks elsewhere";
	return why ? semu_scan_damage(s, s->end, "%s", why) : 0;
}

static int mhvtl_scan(struct semu_scan *s)
{
	uint64_t before = 0;

	for (; s->end < s->bytes; s->end += HEAD) {
		struct semu_scan_object o = { .at = s->end };
		const uint8_t *p = semu_scan_peek(s, s->end, HEAD);
		const char *why;
		struct header h;

		if (!p)
			return -1;
		h = header_of(p);
		why = wrong(s, &h, before);
		if (why)
			return semu_scan_damage(s, s->end, "%s", why);
		o.kind = h.type == DATA ? SEMU_SCAN_RECORD : SEMU_SCAN_MARK;
		o.len = h.len;
		if (semu_scan_add(s, o))
			return -1;
		before += h.stored;
	}
	return check_meta(s);
}

/* ---- Reading ---- */

static uint32_t unpack(const struct header *h, const uint8_t *in, uint8_t *out)
{
#ifdef SCSIEMU_HAVE_ZLIB
	if (h->flags & ZLIB) {
		uLongf len = h->len;

		return uncompress(out, &len, in, h->stored) == Z_OK
			       ? (uint32_t)len
			       : 0;
	}
#endif
	return (uint32_t)semu_lzo_unpack(in, h->stored, out, h->len);
}

static int load(struct semu_scan *s, const struct header *h)
{
	bool packed = h->flags & (ZLIB | LZO);
	struct semu_buf *raw = packed ? &s->out : &s->rec;

	if (!semu_buf_need(raw, h->stored, 0) ||
	    !semu_buf_need(&s->rec, h->len, 0))
		return SCSIEMU_E_HARDWARE;
	if (semu_scan_load_from(s->side[SEMU_SCAN_DATA].fd, h->at, raw->p,
				h->stored))
		return SCSIEMU_E_READ;
	if (packed && unpack(h, raw->p, s->rec.p) != h->len)
		return SCSIEMU_E_READ;
	if (h->flags & CRC && semu_crc32c(0, s->rec.p, h->len) != h->crc)
		return SCSIEMU_E_READ;
	return SCSIEMU_OK;
}

static int mhvtl_fetch(struct semu_scan *s, const struct semu_scan_object *o,
		       uint32_t *len)
{
	uint64_t number = (uint64_t)(o - s->obj);
	uint8_t head[USED];
	struct header h;

	if (semu_scan_load(s, HEAD * number, head, sizeof(head)))
		return SCSIEMU_E_READ;
	h = header_of(head);
	if (h.number != number || h.type != DATA || h.len != o->len ||
	    wrong_record(s, &h))
		return SCSIEMU_E_READ; /* not what was scanned */
	*len = h.len;
	return load(s, &h);
}

const struct semu_scan_format semu_mhvtl = { .name = "a tape of mhvtl",
					     .block_max =
						     SCSIEMU_TAPE_BLOCK_MAX,
					     .scan = mhvtl_scan,
					     .fetch = mhvtl_fetch };
