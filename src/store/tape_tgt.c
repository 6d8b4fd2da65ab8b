/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_tgt.c - tapes of tgt (.ssc, version 2), which are only read. A
 * header of 48 bytes, big-endian: a CRC-32C of the rest (little-endian), bytes
 * of the record in the file, of the record, type, number, and where the header
 * before it, it, and the one behind it are. The first is the beginning of the
 * tape, with the medium's memory behind it.
 */
#include "core/bytes.h"
#include "store/crc32c.h"
#include "store/tape_scan.h"

enum { HEAD = 48, CRC_LEN = 4 };

enum block_type { DATA = 0x02, BOT = 0x10, EOD = 0x20, FILEMARK = 0x40 };

struct header {
	uint32_t stored, len, type;
	uint64_t number, prev, here, next;
};

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

static int tgt_scan(struct semu_scan *s)
{
	struct header h;

	if (read_header(s, &h))
		return -1;
	if (h.type != BOT || h.next < HEAD)
		return semu_scan_damage(s, 0, "not the beginning of a tape");
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
