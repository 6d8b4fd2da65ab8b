/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_aws.c - AWSTAPE, and the Hercules Emulated Tape (HET) that grew
 * from it. A record is one or more chunks, each behind a header of 6 bytes: its
 * length and that of the chunk before it (little-endian, 2 bytes each), two
 * bytes of flags. In HET a record may be compressed, as a whole; what is
 * written as AWSTAPE is not, and so is both.
 */
#include <string.h>

#include "store/tape_scan.h"

#ifdef SCSIEMU_HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef SCSIEMU_HAVE_BZIP2
#include <bzlib.h>
#endif

enum {
	HEAD = 6,
	FIRST = 0x80, /* flags: of a record's chunks the first */
	MARK = 0x40,
	LAST = 0x20,
	ZLIB = 1, /* how it is compressed */
	BZIP2 = 2,
	PACKED = 3,
	CHUNK_MAX = 0xffff,
	/* What Hercules takes: of a record, and of what it unpacks to. */
	RECORD_MAX = 0xffff
};

struct chunk {
	uint32_t len, prev;
	uint8_t flags, more;
};

static struct chunk chunk_of(const uint8_t *p)
{
	return (struct chunk){ (uint32_t)(p[0] | p[1] << 8),
			       (uint32_t)(p[2] | p[3] << 8), p[4], p[5] };
}

/* ---- Scanning ---- */

static const char *wrong_flags(const struct chunk *c, bool inside)
{
	if (c->more)
		return "flags that only Bus-Tech knows";
	if (c->flags & MARK)
		return c->flags != MARK || c->len || inside
			       ? "a filemark with something in it"
			       : NULL;
	if ((c->flags & ~(FIRST | LAST | PACKED)) ||
	    (c->flags & PACKED) == PACKED)
		return "flags that nobody knows";
	if (!(c->flags & FIRST) != inside)
		return inside ? "a record begins inside another"
			      : "a record without its beginning";
	return c->len ? NULL : "an empty chunk";
}

static const char *lacking(uint8_t how)
{
#ifndef SCSIEMU_HAVE_ZLIB
	if (how == ZLIB)
		return "compressed by zlib, which this library was built "
		       "without";
#endif
#ifndef SCSIEMU_HAVE_BZIP2
	if (how == BZIP2)
		return "compressed by bzip2, which this library was built "
		       "without";
#endif
	(void)how;
	return NULL;
}

static const char *wrong(const struct chunk *c,
			 const struct semu_scan_object *o, bool inside,
			 uint16_t before)
{
	if (c->prev != before)
		return "a wrong length of the chunk before it";
	if (inside && (c->flags & PACKED) != o->how)
		return "compressed in another way than its record";
	if (c->len > SCSIEMU_TAPE_BLOCK_MAX - o->len)
		return "a record that is too long";
	if (lacking(c->flags & PACKED))
		return lacking(c->flags & PACKED);
	return wrong_flags(c, inside);
}

/* Six zeros: a record that was never finished (tape_scan.h), so the end. */
static bool unfinished(const uint8_t *p)
{
	static const uint8_t zeros[HEAD];

	return !memcmp(p, zeros, HEAD);
}

/* One object from s->end on; 1: the end instead. */
static int scan_object(struct semu_scan *s)
{
	struct semu_scan_object o = { .at = s->end };
	uint16_t before = s->n ? s->obj[s->n - 1].chunk : 0;
	uint64_t at = s->end;
	const char *why;
	bool inside = false;
	struct chunk c;

	do {
		const uint8_t *p = semu_scan_peek(s, at, HEAD);

		if (!p)
			return -1;
		if (!inside && unfinished(p))
			return 1;
		c = chunk_of(p);
		why = wrong(&c, &o, inside, before);
		if (why)
			return semu_scan_damage(s, at, "%s", why);
		at += HEAD;
		if (c.len > s->bytes - at)
			return semu_scan_damage(s, s->end,
						"the file ends inside a "
						"record");
		at += c.len;
		o.len += c.len;
		o.how = c.flags & PACKED;
		before = (uint16_t)c.len;
		inside = true;
	} while (!(c.flags & (MARK | LAST)));
	o.kind = c.flags & MARK ? SEMU_SCAN_MARK
		 : o.how	? SEMU_SCAN_PACKED
				: SEMU_SCAN_RECORD;
	o.chunk = before;
	if (semu_scan_add(s, o))
		return -1;
	s->end = at;
	return 0;
}

static int aws_scan(struct semu_scan *s)
{
	int rc = 0;

	while (!rc && s->end < s->bytes)
		rc = scan_object(s);
	return rc < 0 ? -1 : 0;
}

/* ---- Reading ---- */

/* n bytes of in -> out, RECORD_MAX bytes; how many, 0: not so packed. */
static uint32_t unpack(uint8_t how, uint8_t *in, uint32_t n, uint8_t *out)
{
#ifdef SCSIEMU_HAVE_ZLIB
	if (how == ZLIB) {
		uLongf len = RECORD_MAX;

		return uncompress(out, &len, in, n) == Z_OK ? (uint32_t)len : 0;
	}
#endif
#ifdef SCSIEMU_HAVE_BZIP2
	if (how == BZIP2) {
		unsigned len = RECORD_MAX;

		return BZ2_bzBuffToBuffDecompress((char *)out, &len, (char *)in,
						  n, 0, 0) == BZ_OK
			       ? len
			       : 0;
	}
#endif
	(void)how, (void)in, (void)n, (void)out;
	return 0;
}

static int load_chunks(struct semu_scan *s, const struct semu_scan_object *o,
		       uint8_t *to)
{
	uint8_t head[HEAD];
	uint64_t at = o->at;
	uint32_t n = 0;

	while (n < o->len) {
		struct chunk c;

		if (semu_scan_load(s, at, head, HEAD))
			return SCSIEMU_E_READ;
		c = chunk_of(head);
		if (s->fenced && at == s->fence_at)
			c = chunk_of(s->fenced_head);
		if (!c.len || c.len > o->len - n) /* not what was scanned */
			return SCSIEMU_E_READ;
		at += HEAD;
		if (semu_scan_load(s, at, to + n, c.len))
			return SCSIEMU_E_READ;
		at += c.len;
		n += c.len;
	}
	return SCSIEMU_OK;
}

static int aws_fetch(struct semu_scan *s, const struct semu_scan_object *o,
		     uint32_t *len)
{
	/* out is only of use to write */
	struct semu_buf *raw = o->how ? &s->out : &s->rec;
	int rc;

	if (!semu_buf_need(raw, o->len, 0) ||
	    !semu_buf_need(&s->rec, RECORD_MAX, 0))
		return SCSIEMU_E_HARDWARE;
	rc = load_chunks(s, o, raw->p);
	*len = o->len;
	if (rc || !o->how)
		return rc;
	*len = unpack(o->how, raw->p, o->len, s->rec.p);
	return *len ? SCSIEMU_OK : SCSIEMU_E_READ;
}

/* ---- Writing ---- */

static uint32_t aws_size(const struct semu_scan *s, uint32_t len)
{
	(void)s;
	return HEAD + len;
}

_Static_assert(RECORD_MAX <= CHUNK_MAX, "what is written is one chunk");

/* The header of o, whose bytes are behind it; how many that makes. */
static uint32_t put_head(const struct semu_scan *s, struct semu_scan_object *o,
			 uint8_t *out)
{
	uint16_t before = s->n ? s->obj[s->n - 1].chunk : 0;

	out[0] = (uint8_t)o->len;
	out[1] = (uint8_t)(o->len >> 8);
	out[2] = (uint8_t)before;
	out[3] = (uint8_t)(before >> 8);
	out[4] = o->len ? FIRST | LAST | o->how : MARK;
	out[5] = 0;
	o->chunk = (uint16_t)o->len;
	return HEAD + o->len;
}

static uint32_t aws_encode(const struct semu_scan *s,
			   struct semu_scan_object *o, const uint8_t *data,
			   uint8_t *out)
{
	if (o->len)
		memcpy(out + HEAD, data, o->len);
	return put_head(s, o, out);
}

#ifdef SCSIEMU_HAVE_ZLIB
/* Compressed where that makes it shorter. */
static uint32_t het_encode(const struct semu_scan *s,
			   struct semu_scan_object *o, const uint8_t *data,
			   uint8_t *out)
{
	uLongf len = o->len ? o->len - 1 : 0;

	if (!len || compress(out + HEAD, &len, data, o->len) != Z_OK)
		return aws_encode(s, o, data, out);
	o->kind = SEMU_SCAN_PACKED;
	o->how = ZLIB;
	o->len = (uint32_t)len;
	return put_head(s, o, out);
}
#endif

static const uint8_t fence[HEAD];

#define AWS                                                                    \
	.block_max = RECORD_MAX, .scan = aws_scan, .fetch = aws_fetch,         \
	.size = aws_size, .head = HEAD, .fence = fence

const struct semu_scan_format semu_aws = { .name = "an AWSTAPE or HET",
					   .encode = aws_encode,
					   AWS };
const struct semu_scan_format semu_het = { .name = "an AWSTAPE or HET",
#ifdef SCSIEMU_HAVE_ZLIB
					   .encode = het_encode,
#endif
					   AWS };
