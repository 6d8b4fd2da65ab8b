/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_log.c - a cartridge in a file: facts, and records.
 *
 * What is behind EOD, as the super slot in force has it, is nobody's: records
 * go there in any order and by halves, and are found by nobody until a commit
 * has made first them and then their super slot durable. What is in front of it
 * is never written over; a cut is committed first.
 */
#include <string.h>

#include "store/crc32c.h"
#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/tape_log.h"

enum {
	ROOM_KEPT = 1 << 20,  /* of the file system: not for records */
	ROOM_ASKED = 64 << 20 /* so often while they are written */
};

/* ---- Facts ---- */

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What the file system has for frames from off on. */
static uint64_t room_from(const struct semu_tl *t, const struct semu_tl_part *p,
			  uint64_t off)
{
	uint64_t used = t->taken + ROOM_KEPT;

	if (t->room == UINT64_MAX)
		return UINT64_MAX;
	return (p->high - off) + (t->room > used ? t->room - used : 0);
}

static void log_tell(void *ctx, struct scsiemu_tape_pos *out)
{
	struct semu_tl *t = ctx;
	const struct semu_tl_part *p = semu_tl_here(t);
	bool eod = t->pos.object == semu_tl_objects(p);
	uint64_t off = eod ? p->end : t->pos.off;

	*out = (struct scsiemu_tape_pos){
		.object = t->pos.object,
		.file = t->pos.files,
		.used = off,
		.left = smaller(p->size - off, room_from(t, p, off)),
		.partition = t->at,
		.bop = !t->pos.object,
		.eod = eod,
	};
}

static void log_info(void *ctx, struct scsiemu_tape_info *out)
{
	const struct semu_tl *t = ctx;

	*out = (struct scsiemu_tape_info){
		.size = t->bytes,
		.able = SCSIEMU_TAPE_TAGS | SCSIEMU_TAPE_PARTITION |
			SCSIEMU_TAPE_ATTRIBUTES,
		.block_max = SCSIEMU_TAPE_BLOCK_MAX,
		.attributes = SEMU_TL_ATTRIBUTES,
		.attributes_left = SEMU_TL_ATTRIBUTES,
		.density = t->density,
		.medium_type = t->medium_type,
		.worm = t->worm,
		.cleaning = t->cleaning,
		.partitions = (uint8_t)t->n,
	};
	for (unsigned i = 0; i < t->n; i++) {
		const struct semu_tl_part *p = &t->part[i];

		out->attributes_left -= p->attr_len;
		out->part[i] = (struct scsiemu_tape_partition){
			p->size, p->end, semu_tl_objects(p), semu_tl_files(p)
		};
	}
}

static bool log_attribute(void *ctx, uint32_t partition, uint16_t id,
			  struct scsiemu_tape_attribute *out)
{
	const struct semu_tl *t = ctx;

	return partition < t->n &&
	       semu_attr_find(t->part[partition].attr,
			      t->part[partition].attr_len, id, out);
}

/* ---- The position ---- */

void semu_tl_stand(struct semu_tl *t, const struct semu_tl_pos *pos)
{
	t->pos = *pos;
	t->have_head = false;
	t->reading.open = false;
}

int semu_tl_look(struct semu_tl *t)
{
	int rc;

	if (t->have_head)
		return SCSIEMU_OK;
	rc = semu_tl_read_head(t, t->at, t->pos.off, &t->head);
	if (!rc &&
	    !semu_tl_is_object(t, &t->head, t->at, t->pos.object, t->pos.off))
		rc = SCSIEMU_E_READ;
	t->have_head = !rc;
	return rc;
}

/* Behind the object; *next: what may be the header of the one that follows.
 * Where the index cannot be read it follows at once, if it does. */
static void step(struct semu_tl *t, const struct semu_tl_head *next)
{
	struct semu_tl_pos to = { t->pos.object + 1, t->pos.files, t->pos.off };

	if (t->have_head) {
		to.files += t->head.kind == SEMU_TL_MARK;
		to.off += semu_tl_frame_len(t->head.len, t->head.tag_len);
	}
	if (semu_tl_find(t, t->at, to.object, &t->pos))
		t->pos = to;
	t->reading.open = false;
	t->have_head = next && semu_tl_is_object(t, next, t->at, t->pos.object,
						 t->pos.off);
	if (t->have_head)
		t->head = *next;
}

/* ---- Reading ---- */

/* Where byte number skip of the record is, in the file. */
static uint64_t byte_at(struct semu_tl *t, uint32_t skip)
{
	return semu_tl_here(t)->base + t->pos.off + SEMU_TL_HEAD + skip;
}

/* Bytes that nobody asked for belong to the check value all the same. */
static int read_up_to(struct semu_tl *t, uint32_t skip)
{
	struct semu_tl_piece *r = &t->reading;
	int rc = SCSIEMU_OK;

	if (!r->open || r->len > skip)
		*r = (struct semu_tl_piece){ .open = true };
	while (r->len < skip && !rc) {
		size_t n = smaller(skip - r->len, SEMU_TL_SLOT);

		rc = semu_tl_move_bytes(t, SEMU_READING, byte_at(t, r->len),
					t->slot, n);
		r->crc = semu_crc32c(r->crc, t->slot, n);
		r->len += (uint32_t)n;
	}
	return rc;
}

static bool is_last(struct semu_tl *t)
{
	return t->pos.object + 1 == semu_tl_objects(semu_tl_here(t));
}

/* Behind the last byte: tag, padding, and the header that may come next. */
static size_t trail_len(struct semu_tl *t)
{
	const struct semu_tl_head *h = &t->head;

	return semu_tl_frame_len(h->len, h->tag_len) - SEMU_TL_HEAD - h->len +
	       (is_last(t) ? 0 : SEMU_TL_HEAD);
}

/* n bytes from the place that t->reading has come to. */
static int read_piece(struct semu_tl *t, struct semu_cursor to, size_t n)
{
	struct semu_tl_piece *r = &t->reading;
	struct semu_tl_sides s = { .back = t->trail };
	int rc;

	if (r->len + n == t->head.len)
		s.back_len = trail_len(t);
	rc = semu_tl_move(t, SEMU_READING, byte_at(t, r->len), &s, to, n);
	if (rc)
		return rc;
	r->crc = semu_tl_crc(r->crc, to, n);
	r->len += (uint32_t)n;
	return SCSIEMU_OK;
}

static void give_tag(const struct semu_tl *t, struct scsiemu_tape_how *how)
{
	if (!how || !how->tag)
		return;
	if (how->tag_len > t->head.tag_len)
		how->tag_len = t->head.tag_len;
	memcpy(how->tag, t->trail, how->tag_len);
}

/* All of it has been read, for whomever: is it what was written? */
static int end_record(struct semu_tl *t, struct scsiemu_tape_how *how)
{
	const struct semu_tl_head *h = &t->head;
	struct semu_tl_head next;
	bool more;

	if (semu_crc32c(t->reading.crc, t->trail, h->tag_len) != h->crc)
		return SCSIEMU_E_READ;
	more = !is_last(t) &&
	       semu_tl_head_get(t->trail + trail_len(t) - SEMU_TL_HEAD, &next);
	give_tag(t, how);
	step(t, more ? &next : NULL);
	return SCSIEMU_R_RECORD;
}

/* Nothing of it is good; what cannot be read is passed. */
static int fail(struct semu_tl *t, struct scsiemu_io *io, int rc)
{
	io->moved = 0;
	if (rc == SCSIEMU_E_READ)
		step(t, NULL);
	return rc;
}

static int read_record(struct semu_tl *t, struct scsiemu_io *io,
		       struct scsiemu_tape_how *how, uint32_t skip,
		       struct semu_cursor to, size_t n)
{
	uint32_t len = t->head.len;
	int rc = read_up_to(t, skip);

	io->moved = (uint32_t)n;
	io->info = len;
	if (!rc)
		rc = read_piece(t, to, n);
	if (!rc && skip + n < len) {
		if (io->flags & SCSIEMU_IO_MORE)
			return SCSIEMU_OK;
		rc = read_up_to(t, len);
		if (!rc)
			rc = read_piece(t, semu_cursor(NULL, 0), 0);
	}
	return rc ? rc : end_record(t, how);
}

int semu_tl_read(void *ctx, struct scsiemu_io *io, struct scsiemu_tape_how *how,
		 uint32_t skip, const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_tl *t = ctx;
	size_t n = semu_vec_len(v, nv);
	int rc;

	if (t->pos.object == semu_tl_objects(semu_tl_here(t)))
		return SCSIEMU_R_EOD;
	rc = semu_tl_look(t);
	if (!rc && t->head.kind == SEMU_TL_MARK) {
		step(t, NULL);
		return SCSIEMU_R_MARK;
	}
	if (!rc && skip > t->head.len)
		return SCSIEMU_E_RANGE;
	if (!rc)
		rc = read_record(t, io, how, skip, semu_cursor(v, nv),
				 smaller(n, t->head.len - skip));
	return rc < 0 ? fail(t, io, rc) : rc;
}

/* ---- Writing ---- */

int semu_tl_begin(struct semu_tl *t)
{
	int rc = SCSIEMU_OK;

	if (t->dead)
		return SCSIEMU_E_WRITE;
	if (t->pos.object < semu_tl_objects(semu_tl_here(t))) {
		rc = semu_tl_cut(t, &t->pos);
		semu_tl_stand(t, &t->pos);
	}
	if (rc == SCSIEMU_E_READ)
		rc = SCSIEMU_E_WRITE;
	if (!rc && t->stale)
		rc = semu_tl_commit(t);
	if (t->taken > ROOM_ASKED)
		semu_tl_ask_room(t);
	return rc;
}

static bool has_room(const struct semu_tl_part *p, uint64_t len, uint8_t tag)
{
	uint64_t pages = semu_tl_seal_len(p, SEMU_TL_OBJECTS);

	return pages + semu_tl_frame_len(len, tag) <= p->size - p->end;
}

/* The bytes that came now are the last ones: with all of the frame that is not
 * written yet. */
static int write_end(struct semu_tl *t, const struct scsiemu_tape_how *how,
		     struct semu_cursor from, size_t n)
{
	struct semu_tl_part *p = semu_tl_here(t);
	struct semu_tl_piece *w = &t->writing;
	uint8_t head[SEMU_TL_HEAD];
	struct semu_tl_sides s = { .front = head, .back = t->trail };
	struct semu_tl_head h = {
		.kind = SEMU_TL_RECORD,
		.tag_len = how && how->tag ? how->tag_len : 0,
		.partition = (uint8_t)t->at,
		.len = w->len + (uint32_t)n,
		.number = semu_tl_objects(p),
		.files = semu_tl_files(p),
		.epoch = t->seq + 1,
		.off = p->end,
	};
	int rc;

	memset(t->trail, 0, sizeof(t->trail));
	if (h.tag_len)
		memcpy(t->trail, how->tag, h.tag_len);
	h.crc = semu_crc32c(w->crc, t->trail, h.tag_len);
	semu_tl_head_put(head, &h);
	s.back_len = semu_tl_frame_len(h.len, h.tag_len) - sizeof(head) - h.len;
	if (!w->len) {
		s.front_len = sizeof(head);
		return semu_tl_write(t, p->end, &s, from, n);
	}
	rc = semu_tl_write(t, p->end + SEMU_TL_HEAD + w->len, &s, from, n);
	s = (struct semu_tl_sides){ .front = head, .front_len = sizeof(head) };
	return rc ? rc : semu_tl_write(t, p->end, &s, semu_cursor(NULL, 0), 0);
}

/* The record is whole. */
static void close_record(struct semu_tl *t, uint8_t tag_len)
{
	struct semu_tl_part *p = semu_tl_here(t);
	uint64_t files = semu_tl_files(p);

	semu_tl_append(p, SEMU_TL_OBJECTS, p->end, files);
	p->end += semu_tl_frame_len(t->writing.len, tag_len);
	t->writing.open = false;
	t->changed = true;
	semu_tl_stand(
		t, &(struct semu_tl_pos){ semu_tl_objects(p), files, p->end });
}

static int more_record(struct semu_tl *t, struct scsiemu_io *io,
		       const struct scsiemu_tape_how *how,
		       struct semu_cursor from, size_t n)
{
	struct semu_tl_part *p = semu_tl_here(t);
	struct semu_tl_piece *w = &t->writing;
	static const struct semu_tl_sides none;
	bool more = io->flags & SCSIEMU_IO_MORE;
	uint8_t tag_len = !more && how && how->tag ? how->tag_len : 0;
	uint64_t len = (uint64_t)w->len + n;
	int rc;

	if (len > SCSIEMU_TAPE_BLOCK_MAX || (!more && !len))
		return SCSIEMU_E_RANGE;
	if (!has_room(p, len, tag_len))
		return SCSIEMU_R_EOM;
	rc = semu_tl_seal(t, SEMU_TL_OBJECTS);
	if (rc)
		return rc;
	w->crc = semu_tl_crc(w->crc, from, n);
	rc = more ? semu_tl_write(t, p->end + SEMU_TL_HEAD + w->len, &none,
				  from, n)
		  : write_end(t, how, from, n);
	if (rc)
		return rc;
	w->len = (uint32_t)len;
	io->moved = (uint32_t)n;
	if (more)
		return SCSIEMU_OK;
	io->info = len;
	close_record(t, tag_len);
	return SCSIEMU_R_RECORD;
}

static int log_write(void *ctx, struct scsiemu_io *io,
		     struct scsiemu_tape_how *how, uint32_t skip,
		     const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_tl *t = ctx;
	int rc = SCSIEMU_OK;

	if (!skip) {
		t->writing = (struct semu_tl_piece){ .open = true };
		rc = semu_tl_begin(t);
	} else if (!t->writing.open || skip != t->writing.len) {
		rc = SCSIEMU_E_RANGE;
	}
	if (!rc)
		rc = more_record(t, io, how, semu_cursor(v, nv),
				 semu_vec_len(v, nv));
	if (rc != SCSIEMU_OK)
		t->writing.open = false;
	if (rc == SCSIEMU_R_EOM)
		semu_tl_ask_room(t);
	return rc;
}

/* What was written and not committed is so now, unless it cannot. */
void semu_tl_close(void *ctx)
{
	struct semu_tl *t = ctx;

	semu_tl_commit_both(t);
	semu_sys->close(t->fd);
	semu_tl_free_attributes(t);
	semu_sys->free(t);
}

#define READS                                                                  \
	.size = sizeof(struct scsiemu_tape_ops), .tell = log_tell,             \
	.info = log_info, .attribute = log_attribute, .read = semu_tl_read,    \
	.close = semu_tl_close

const struct scsiemu_tape_ops semu_tl_ops = { READS, .write = log_write,
					      .verb = semu_tl_verb };
const struct scsiemu_tape_ops semu_tl_read_only_ops = {
	READS, .verb = semu_tl_read_only_verb
};
