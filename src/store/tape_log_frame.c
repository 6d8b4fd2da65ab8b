/* SPDX-License-Identifier: BSD-2-Clause */
/* store/tape_log_frame.c - the frames of a cartridge in a file: their headers,
 * and how they and their bytes get there and back. */
#include <string.h>

#include "core/bytes.h"
#include "store/crc32c.h"
#include "store/tape_log.h"

static const uint8_t magic[4] = { 'T', 'f', 'r', 'm' };

/* Where the fields of a header are. */
enum {
	AT_KIND = 4,
	AT_TAG_LEN,
	AT_TREE,
	AT_LEVEL,
	AT_LEN,
	AT_CRC = 12,
	AT_NUMBER = 16,
	AT_FILES = 24,
	AT_EPOCH = 32,
	AT_OFF = 40,
	AT_PARTITION = 48,
	AT_OWN_CRC = 60
};

void semu_tl_head_put(uint8_t *out, const struct semu_tl_head *h)
{
	memset(out, 0, SEMU_TL_HEAD);
	memcpy(out, magic, sizeof(magic));
	out[AT_KIND] = h->kind;
	out[AT_TAG_LEN] = h->tag_len;
	out[AT_TREE] = h->tree;
	out[AT_LEVEL] = h->level;
	semu_put32(out + AT_LEN, h->len);
	semu_put32(out + AT_CRC, h->crc);
	semu_put64(out + AT_NUMBER, h->number);
	semu_put64(out + AT_FILES, h->files);
	semu_put64(out + AT_EPOCH, h->epoch);
	semu_put64(out + AT_OFF, h->off);
	out[AT_PARTITION] = h->partition;
	semu_put32(out + AT_OWN_CRC, semu_crc32c(0, out, AT_OWN_CRC));
}

bool semu_tl_head_get(const uint8_t *in, struct semu_tl_head *h)
{
	if (memcmp(in, magic, sizeof(magic)) != 0 ||
	    semu_be32(in + AT_OWN_CRC) != semu_crc32c(0, in, AT_OWN_CRC))
		return false;
	*h = (struct semu_tl_head){
		.kind = in[AT_KIND],
		.tag_len = in[AT_TAG_LEN],
		.tree = in[AT_TREE],
		.level = in[AT_LEVEL],
		.partition = in[AT_PARTITION],
		.len = semu_be32(in + AT_LEN),
		.crc = semu_be32(in + AT_CRC),
		.number = semu_be64(in + AT_NUMBER),
		.files = semu_be64(in + AT_FILES),
		.epoch = semu_be64(in + AT_EPOCH),
		.off = semu_be64(in + AT_OFF),
	};
	return true;
}

/* ---- Moving ---- */

enum { VECS = 64 };

struct batch {
	struct scsiemu_vec v[VECS];
	unsigned n;
	size_t len;
};

static void add(struct batch *b, void *base, size_t len)
{
	if (!len)
		return;
	b->v[b->n++] = (struct scsiemu_vec){ base, len };
	b->len += len;
}

static int move_batch(const struct semu_tl *t, enum semu_dir dir, uint64_t at,
		      const struct batch *b)
{
	size_t done;
	int err = semu_file_move(t->fd, dir, at, b->len, b->v, b->n, &done);

	if (err)
		return semu_errno_result(err, dir);
	return done == b->len ? SCSIEMU_OK : SCSIEMU_E_READ;
}

int semu_tl_move(const struct semu_tl *t, enum semu_dir dir, uint64_t at,
		 const struct semu_tl_sides *s, struct semu_cursor c, size_t n)
{
	bool more = true;
	int rc = SCSIEMU_OK;
	size_t got;

	for (bool first = true; more && !rc; first = false) {
		struct batch b = { .n = 0 };

		if (first)
			add(&b, s->front, s->front_len);
		for (; n && b.n < VECS - 1; n -= got) {
			uint8_t *p = semu_vec_next(&c, n, &got);

			add(&b, p, got);
		}
		more = n > 0;
		if (!more)
			add(&b, s->back, s->back_len);
		rc = move_batch(t, dir, at, &b);
		at += b.len;
	}
	return rc;
}

int semu_tl_move_bytes(const struct semu_tl *t, enum semu_dir dir, uint64_t at,
		       void *bytes, size_t n)
{
	const struct semu_tl_sides s = { .front = bytes, .front_len = n };

	return semu_tl_move(t, dir, at, &s, semu_cursor(NULL, 0), 0);
}

uint32_t semu_tl_crc(uint32_t crc, struct semu_cursor c, size_t n)
{
	const uint8_t *p;
	size_t got;

	for (; n && (p = semu_vec_next(&c, n, &got)); n -= got)
		crc = semu_crc32c(crc, p, got);
	return crc;
}

int semu_tl_write(struct semu_tl *t, uint64_t off,
		  const struct semu_tl_sides *s, struct semu_cursor c, size_t n)
{
	struct semu_tl_part *p = semu_tl_here(t);
	uint64_t end = off + s->front_len + n + s->back_len;
	int rc = semu_tl_move(t, SEMU_WRITING, p->base + off, s, c, n);

	t->unsynced = true;
	t->taken += end - off;
	if (p->high < end)
		p->high = end;
	if (t->length < p->base + end)
		t->length = p->base + end;
	return rc == SCSIEMU_E_NO_SPACE ? SCSIEMU_R_EOM : rc;
}

/* ---- Reading headers ---- */

/* Does a frame with this header lie in front of EOD? */
static bool is_inside(const struct semu_tl_part *p,
		      const struct semu_tl_head *h)
{
	uint64_t len = semu_tl_frame_len(h->len, h->tag_len);

	return h->off <= p->end && len <= p->end - h->off;
}

bool semu_tl_is_object(const struct semu_tl *t, const struct semu_tl_head *h,
		       unsigned partition, uint64_t number, uint64_t off)
{
	bool record = h->kind == SEMU_TL_RECORD && h->len &&
		      h->len <= SCSIEMU_TAPE_BLOCK_MAX;
	bool mark = h->kind == SEMU_TL_MARK && !h->len && !h->tag_len;

	return (record || mark) && h->number == number && h->off == off &&
	       h->partition == partition && is_inside(&t->part[partition], h);
}

int semu_tl_read_head(const struct semu_tl *t, unsigned partition, uint64_t off,
		      struct semu_tl_head *h)
{
	const struct semu_tl_part *p = &t->part[partition];
	uint8_t bytes[SEMU_TL_HEAD];
	int rc;

	if (off > p->end || p->end - off < SEMU_TL_HEAD)
		return SCSIEMU_E_READ;
	rc = semu_tl_move_bytes(t, SEMU_READING, p->base + off, bytes,
				sizeof(bytes));
	if (rc)
		return rc;
	if (!semu_tl_head_get(bytes, h) || h->off != off ||
	    h->partition != partition || !is_inside(p, h))
		return SCSIEMU_E_READ;
	return SCSIEMU_OK;
}
