/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_simh.c - SIMH's .tap ("SIMH Magtape Representation and Handling",
 * 2022): words of 4 bytes, little-endian. A record is its length, its bytes,
 * padded to an even number (Ersatz-11 does not pad), and its length again; the
 * upper 4 bits of the length are its class. The rest are markers.
 */
#include <string.h>

#include "store/tape_scan.h"

enum { WORD = 4 };

enum record_class {
	GOOD = 0,
	PRIVATE_MARK = 7, /* 1 to 6: private records */
	BAD = 8,	  /* a record with an error; may be empty */
	DESCRIPTION = 14,
	MARKER = 15
};

static const uint32_t MARK = 0, END = 0xffffffff, GAP = 0xfffffffe,
		      HALF_GAP = 0xfffeffff, LENGTH = 0x0fffffff;

static uint32_t word(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static void put_word(uint8_t *p, uint32_t w)
{
	for (int i = 0; i < WORD; i++)
		p[i] = (uint8_t)(w >> 8 * i);
}

/* Does the length w stand at off again? */
static bool again(struct semu_scan *s, uint64_t off, uint32_t w)
{
	const uint8_t *p = NULL;

	if (off <= s->bytes && s->bytes - off >= WORD)
		p = semu_scan_peek(s, off, WORD);
	return p && word(p) == w;
}

/* Where the record's second length is, or 0. The first record of odd length
 * that has it tells whether this file pads. */
static uint64_t second(struct semu_scan *s, uint64_t data, uint32_t w)
{
	uint32_t len = w & LENGTH;

	if (!(len & 1))
		return again(s, data + len, w) ? data + len : 0;
	if (!(s->padding_known && s->unpadded) && again(s, data + len + 1, w)) {
		s->padding_known = true;
		s->unpadded = false;
		return data + len + 1;
	}
	if (!(s->padding_known && !s->unpadded) && again(s, data + len, w)) {
		s->padding_known = true;
		s->unpadded = true;
		return data + len;
	}
	return 0;
}

static int scan_record(struct semu_scan *s, uint32_t w)
{
	struct semu_scan_object o = { .at = s->end, .len = w & LENGTH };
	uint32_t class = w >> 28;
	uint64_t tail;

	if (o.len > SCSIEMU_TAPE_BLOCK_MAX)
		return semu_scan_damage(s, s->end,
					"a record of %u bytes (at most %u)",
					o.len, SCSIEMU_TAPE_BLOCK_MAX);
	tail = second(s, s->end + WORD, w);
	if (!tail)
		return semu_scan_damage(s, s->end,
					"a length of %u that does not stand "
					"behind its record",
					o.len);
	o.kind = class == BAD ? SEMU_SCAN_BAD : SEMU_SCAN_RECORD;
	if ((class == GOOD || class == BAD) && semu_scan_add(s, o))
		return -1;
	s->end = tail + WORD;
	return 0;
}

static int scan_marker(struct semu_scan *s, uint32_t w)
{
	struct semu_scan_object o = { .at = s->end, .kind = SEMU_SCAN_MARK };

	if (w == MARK && semu_scan_add(s, o))
		return -1;
	/* A gap whose first half was written over: words go on 2 bytes on. */
	s->end += w == HALF_GAP ? WORD / 2 : WORD;
	return 0;
}

static bool marker(uint32_t w)
{
	return w == MARK || w == GAP || w == HALF_GAP ||
	       w >> 28 == PRIVATE_MARK;
}

static int simh_scan(struct semu_scan *s)
{
	const uint8_t *p;
	uint32_t w, class;

	while (s->end < s->bytes) {
		p = semu_scan_peek(s, s->end, WORD);
		if (!p)
			return -1;
		w = word(p);
		class = w >> 28;
		if (w == END)
			break;
		if (!marker(w) && class > BAD && class != DESCRIPTION)
			return semu_scan_damage(s, s->end,
						"%08Xh is no length and no "
						"marker",
						w);
		if (marker(w) ? scan_marker(s, w) : scan_record(s, w))
			return -1;
	}
	return 0;
}

static uint32_t simh_size(const struct semu_scan *s, uint32_t len)
{
	uint32_t pad = s->unpadded ? 0 : len & 1;

	return len ? 2 * WORD + len + pad : WORD;
}

static uint32_t simh_encode(const struct semu_scan *s,
			    struct semu_scan_object *o, const uint8_t *data,
			    uint8_t *out)
{
	uint32_t size = simh_size(s, o->len);

	put_word(out, o->len);
	if (o->len) {
		memcpy(out + WORD, data, o->len);
		out[WORD + o->len] = 0; /* the pad; else written over now */
		put_word(out + size - WORD, o->len);
	}
	return size;
}

static const uint8_t fence[WORD] = { 0xff, 0xff, 0xff, 0xff };

#define SIMH                                                                   \
	.block_max = SCSIEMU_TAPE_BLOCK_MAX, .scan = simh_scan,                \
	.encode = simh_encode, .size = simh_size, .head = WORD, .fence = fence

const struct semu_scan_format semu_simh = { .name = "a SIMH tape", SIMH };
const struct semu_scan_format semu_simh_e11 = { .name = "an E11 tape",
						.unpadded = true,
						SIMH };
