/* SPDX-License-Identifier: BSD-2-Clause */
/* store/tape_scan.c - the tape store over an index of a file's objects. */
#include "store/tape_scan.h"

#include <errno.h>
#include <string.h>

#include "store/file_io.h"
#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/tape_space.h"
#include "store/vec.h"

/* ---- Facts ---- */

static uint64_t mark_at(void *scan, uint64_t n)
{
	return ((const struct semu_scan *)scan)->mark[n];
}

/* Filemarks among the first objects. */
static uint64_t files_before(void *scan, uint64_t object)
{
	const struct semu_scan *s = scan;
	uint64_t low = 0, high = s->nmarks;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (s->mark[mid] < object)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct semu_tape_view view(struct semu_scan *s)
{
	return (struct semu_tape_view){ .t = s,
					.objects = s->n,
					.files = s->nmarks,
					.mark = mark_at,
					.files_before = files_before };
}

static uint64_t used_before(const struct semu_scan *s, uint64_t object)
{
	return object < s->n ? s->obj[object].at : s->end;
}

void semu_scan_spare(struct semu_scan *s)
{
	if (semu_sys->room(s->fd, &s->spare))
		s->spare = INT64_MAX; /* it will say so when it is full */
}

/* If everything behind here were overwritten. */
static uint64_t left_from(const struct semu_scan *s, uint64_t used)
{
	uint64_t left = s->is.bytes - used;
	uint64_t can = s->bytes - used + s->spare;

	return can < left ? can : left;
}

static void scan_tell(void *ctx, struct scsiemu_tape_pos *out)
{
	struct semu_scan *s = ctx;
	uint64_t used = used_before(s, s->pos);

	*out = (struct scsiemu_tape_pos){
		.object = s->pos,
		.file = files_before(s, s->pos),
		.used = used,
		.left = left_from(s, used),
		.partition = s->partition,
		.bop = !s->pos,
		.eod = s->pos == s->n,
	};
}

static void scan_info(void *ctx, struct scsiemu_tape_info *out)
{
	const struct semu_scan *s = ctx;

	*out = (struct scsiemu_tape_info){
		.size = s->is.bytes,
		.block_max = s->f->block_max,
		.density = s->is.density,
		.medium_type = s->is.medium_type,
		.worm = s->is.worm,
		.cleaning = s->is.cleaning,
		.partitions = 1,
		.part[0] = { s->is.bytes, s->end, s->n, s->nmarks },
		.attributes = s->attr_len,
	};
}

static bool scan_attribute(void *ctx, uint32_t partition, uint16_t id,
			   struct scsiemu_tape_attribute *out)
{
	const struct semu_scan *s = ctx;

	return !partition && semu_attr_find(s->attr, s->attr_len, id, out);
}

/* ---- Reading ---- */

/* The object is in rec. */
static int fetch(struct semu_scan *s)
{
	const struct semu_scan_object *o = &s->obj[s->pos];
	int rc;

	if (s->rec_is == s->pos)
		return SCSIEMU_OK;
	s->rec_is = UINT64_MAX;
	s->writing = false;
	if (o->kind == SEMU_SCAN_BAD)
		return SCSIEMU_E_READ;
	if (s->f->fetch) {
		rc = s->f->fetch(s, o, &s->rec_len);
	} else {
		if (!semu_buf_need(&s->rec, o->len, 0))
			return SCSIEMU_E_HARDWARE;
		s->rec_len = o->len;
		rc = semu_scan_load(s, o->at + s->f->head, s->rec.p, o->len);
	}
	if (!rc)
		s->rec_is = s->pos;
	return rc;
}

static int scan_read(void *ctx, struct scsiemu_io *io,
		     struct scsiemu_tape_how *how, uint32_t skip,
		     const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_cursor to = semu_cursor(v, nv);
	size_t n = semu_vec_len(v, nv);
	struct semu_scan *s = ctx;
	int rc;

	if (how)
		how->tag_len = 0;
	if (s->pos == s->n)
		return SCSIEMU_R_EOD;
	if (s->obj[s->pos].kind == SEMU_SCAN_MARK) {
		s->pos++;
		return SCSIEMU_R_MARK;
	}
	rc = fetch(s);
	if (rc) {
		s->pos += rc == SCSIEMU_E_READ;
		return rc;
	}
	if (skip > s->rec_len)
		return SCSIEMU_E_RANGE;
	if (n > s->rec_len - skip)
		n = s->rec_len - skip;
	semu_vec_put(&to, s->rec.p + skip, n);
	io->moved = (uint32_t)n;
	io->info = s->rec_len;
	if (skip + n < s->rec_len && io->flags & SCSIEMU_IO_MORE)
		return SCSIEMU_OK;
	s->pos++;
	return SCSIEMU_R_RECORD;
}

/* ---- Writing ---- */

static int store_bytes(struct semu_scan *s, uint64_t off, const void *from,
		       size_t n)
{
	const struct scsiemu_vec v = { (void *)(uintptr_t)from, n };
	size_t done;
	int err = semu_file_move(s->fd, SEMU_WRITING, off, n, &v, 1, &done);

	if (off + done > s->bytes) {
		uint64_t more = off + done - s->bytes;

		s->spare -= more < s->spare ? more : s->spare;
		s->bytes += more;
	}
	return err ? semu_errno_result(err, SEMU_WRITING) : SCSIEMU_OK;
}

static int sync_file(struct semu_scan *s)
{
	if (semu_file_sync(semu_sys->fdatasync, s->fd)) {
		s->dead = true;
		return SCSIEMU_E_WRITE;
	}
	semu_scan_spare(s);
	return SCSIEMU_OK;
}

/* Everything that was written is in the file, durably. */
static int commit(struct semu_scan *s)
{
	int rc;

	if (s->dead)
		return SCSIEMU_E_WRITE;
	if (!s->dirty)
		return SCSIEMU_OK;
	rc = sync_file(s);
	if (rc || !s->fenced) {
		s->dirty = rc;
		return rc;
	}
	rc = store_bytes(s, s->fence_at, s->fenced_head, s->f->head);
	if (!rc)
		rc = sync_file(s);
	if (!rc)
		s->fenced = s->dirty = false;
	return rc;
}

/* The file ends here: what may be behind it was not finished, or is cut. */
static int shorten(struct semu_scan *s, uint64_t end)
{
	if (s->bytes <= end)
		return SCSIEMU_OK;
	if (semu_sys->ftruncate(s->fd, (off_t)end))
		return semu_errno_result(errno, SEMU_WRITING);
	s->bytes = end;
	s->dirty = true;
	return SCSIEMU_OK;
}

/* The position is EOD. What was behind it never comes back between new
 * objects, so the cut is durable before they are written. */
static int cut(struct semu_scan *s)
{
	uint64_t end = used_before(s, s->pos);
	bool other = end < s->end || end < s->bytes;
	int rc;

	if (s->dead)
		return SCSIEMU_E_WRITE;
	rc = shorten(s, end);
	if (rc)
		return rc;
	if (s->fenced && s->fence_at >= end)
		s->fenced = false;
	s->nmarks = files_before(s, s->pos);
	s->n = s->pos;
	s->end = end;
	return other ? sync_file(s) : SCSIEMU_OK;
}

/* The object that was encoded in out is in the file, behind a fence if it is
 * the first since the last commit. */
static int append(struct semu_scan *s, struct semu_scan_object o, uint32_t size)
{
	bool first = !s->fenced;
	int rc;

	if (first) {
		memcpy(s->fenced_head, s->out.p, s->f->head);
		memcpy(s->out.p, s->f->fence, s->f->head);
	}
	rc = store_bytes(s, o.at, s->out.p, size);
	if (rc) {
		shorten(s, s->end);
		return rc == SCSIEMU_E_NO_SPACE ? SCSIEMU_R_EOM : rc;
	}
	if (semu_scan_add(s, o)) {
		shorten(s, s->end);
		return SCSIEMU_E_HARDWARE;
	}
	if (first) {
		s->fenced = true;
		s->fence_at = o.at;
	}
	s->dirty = true;
	s->end = o.at + size;
	s->pos++;
	return SCSIEMU_OK;
}

/* A record of len bytes, or a filemark, at EOD. */
static int put_object(struct semu_scan *s, enum semu_scan_kind kind,
		      const uint8_t *data, uint32_t len)
{
	struct semu_scan_object o = { .at = s->end,
				      .len = len,
				      .kind = (uint8_t)kind };
	uint32_t size = s->f->size(s, len);

	if (size > s->is.bytes - s->end)
		return SCSIEMU_R_EOM;
	if (!semu_buf_need(&s->out, size, 0))
		return SCSIEMU_E_HARDWARE;
	size = s->f->encode(s, &o, data,
			    s->out.p); /* and o, before it is added */
	return append(s, o, size);
}

static int more_record(struct semu_scan *s, struct scsiemu_io *io,
		       const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_cursor from = semu_cursor(v, nv);
	size_t n = semu_vec_len(v, nv);
	int rc;

	if (n > s->f->block_max - s->rec_len)
		return SCSIEMU_E_RANGE;
	if (!semu_buf_need(&s->rec, s->rec_len + n, s->rec_len))
		return SCSIEMU_E_HARDWARE;
	semu_vec_get(&from, s->rec.p + s->rec_len, n);
	s->rec_len += (uint32_t)n;
	if (s->f->size(s, s->rec_len) > s->is.bytes - s->end)
		return SCSIEMU_R_EOM;
	if (io->flags & SCSIEMU_IO_MORE) {
		io->moved = (uint32_t)n;
		return SCSIEMU_OK;
	}
	if (!s->rec_len)
		return SCSIEMU_E_RANGE;
	rc = put_object(s, SEMU_SCAN_RECORD, s->rec.p, s->rec_len);
	if (rc)
		return rc;
	io->moved = (uint32_t)n;
	io->info = s->rec_len;
	s->writing = false;
	return SCSIEMU_R_RECORD;
}

static int scan_write(void *ctx, struct scsiemu_io *io,
		      struct scsiemu_tape_how *how, uint32_t skip,
		      const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_scan *s = ctx;
	int rc = SCSIEMU_OK;

	(void)how;
	s->rec_is = UINT64_MAX;
	if (!skip) {
		rc = cut(s);
		s->writing = true;
		s->rec_len = 0;
	}
	if (!s->writing || skip != s->rec_len)
		rc = SCSIEMU_E_RANGE;
	if (!rc)
		rc = more_record(s, io, v, nv);
	if (rc != SCSIEMU_OK && rc != SCSIEMU_R_RECORD)
		s->writing = false;
	if (rc == SCSIEMU_R_RECORD && io->flags & SCSIEMU_FUA && commit(s))
		return SCSIEMU_E_WRITE;
	return rc;
}

/* ---- Verbs ---- */

typedef int verb_fn(struct semu_scan *s, struct scsiemu_io *io,
		    const struct scsiemu_cmd *w);

static int verb_nothing(struct semu_scan *s, struct scsiemu_io *io,
			const struct scsiemu_cmd *w)
{
	(void)s, (void)io, (void)w;
	return SCSIEMU_OK;
}

static int verb_flush(struct semu_scan *s, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	(void)io, (void)w;
	return commit(s);
}

static int verb_verify(struct semu_scan *s, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	(void)w;
	io->flags &= ~(uint32_t)SCSIEMU_IO_MORE;
	return scan_read(s, io, NULL, 0, NULL, 0);
}

static int verb_space(struct semu_scan *s, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	struct semu_tape_view v = view(s);
	uint64_t left = 0;
	int rc = semu_tape_space(&v, s->pos, w->addr, (int64_t)w->count,
				 &s->pos, &left);

	io->info = left;
	return rc;
}

static int verb_locate(struct semu_scan *s, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	struct semu_tape_view v = view(s);

	(void)io;
	if (w->count != s->partition)
		return SCSIEMU_E_RANGE;
	return w->verb == SCSIEMU_V_LOCATE
		       ? semu_tape_object(&v, w->addr, &s->pos)
		       : semu_tape_file(&v, w->addr, &s->pos);
}

static int verb_marks(struct semu_scan *s, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	int rc = SCSIEMU_OK;

	io->info = w->count;
	if (w->count)
		rc = cut(s);
	while (!rc && io->info) {
		rc = put_object(s, SEMU_SCAN_MARK, NULL, 0);
		io->info -= rc == SCSIEMU_OK;
	}
	if (rc && rc != SCSIEMU_R_EOM)
		return rc;
	if (!(io->flags & SCSIEMU_IMMED) && commit(s))
		return SCSIEMU_E_WRITE;
	return rc;
}

static int verb_erase(struct semu_scan *s, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	(void)io, (void)w;
	return cut(s);
}

static int verb_next(struct semu_scan *s, struct scsiemu_io *io,
		     const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_next next = { .kind = SCSIEMU_NEXT_END };

	(void)io;
	if (w->len < sizeof(next))
		return SCSIEMU_E_RANGE;
	if (s->pos < s->n) {
		const struct semu_scan_object *o = &s->obj[s->pos];

		next.kind = o->kind == SEMU_SCAN_MARK ? SCSIEMU_NEXT_MARK
						      : SCSIEMU_NEXT_RECORD;
		next.len = o->len;
		if (o->kind == SEMU_SCAN_PACKED && !fetch(s))
			next.len = s->rec_len;
	}
	memcpy(w->buf, &next, sizeof(next));
	return SCSIEMU_OK;
}

static int verb_insert(struct semu_scan *s, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	(void)io, (void)w;
	s->pos = 0;
	return SCSIEMU_OK;
}

/* One partition, and that is all of it. */
static int verb_partition(struct semu_scan *s, struct scsiemu_io *io,
			  const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_layout to;

	(void)io;
	if (w->len < sizeof(to))
		return SCSIEMU_E_RANGE;
	memcpy(&to, w->buf, sizeof(to));
	if (to.n != 1 || !semu_tape_layout(&to, s->is.bytes) ||
	    to.size[0] != s->is.bytes)
		return SCSIEMU_E_RANGE;
	s->pos = 0;
	return cut(s);
}

/* There is no place for them in such a file. */
static int verb_setattr(struct semu_scan *s, struct scsiemu_io *io,
			const struct scsiemu_cmd *w)
{
	(void)s, (void)io, (void)w;
	return SCSIEMU_E_NO_SPACE;
}

struct verb {
	verb_fn *fn;
	bool changes; /* not of a cartridge that is only read */
};

static const struct verb verbs[] = {
	[SCSIEMU_V_FLUSH] = { verb_flush, false },
	[SCSIEMU_V_VERIFY] = { verb_verify, false },
	[SCSIEMU_V_SPACE] = { verb_space, false },
	[SCSIEMU_V_LOCATE] = { verb_locate, false },
	[SCSIEMU_V_MARKS] = { verb_marks, true },
	[SCSIEMU_V_ERASE] = { verb_erase, true },
	[SCSIEMU_V_NEXT] = { verb_next, false },
	[SCSIEMU_V_LOCATE_FILE] = { verb_locate, false },
	[SCSIEMU_V_DISCARD] = { verb_nothing, false },
	[SCSIEMU_V_EJECT] = { verb_flush, false },
	[SCSIEMU_V_INSERT] = { verb_insert, false },
	[SCSIEMU_V_PARTITION] = { verb_partition, true },
	[SCSIEMU_V_SETATTR] = { verb_setattr, true },
};

static int scan_verb(void *ctx, struct scsiemu_io *io,
		     const struct scsiemu_cmd *w)
{
	struct semu_scan *s = ctx;

	s->writing = false;
	if (w->verb >= sizeof(verbs) / sizeof(verbs[0]) || !verbs[w->verb].fn)
		return SCSIEMU_E_HARDWARE;
	if (verbs[w->verb].changes && s->is.read_only)
		return SCSIEMU_E_PROTECTED;
	return verbs[w->verb].fn(s, io, w);
}

void semu_scan_close(void *ctx)
{
	struct semu_scan *s = ctx;

	if (s->fd >= 0) {
		commit(s);
		semu_sys->close(s->fd);
	}
	for (unsigned i = 0; i < SEMU_SCAN_SIDES; i++)
		if (s->side[i].fd >= 0)
			semu_sys->close(s->side[i].fd);
	semu_buf_free(&s->rec);
	semu_buf_free(&s->out);
	semu_sys->free(s->obj);
	semu_sys->free(s->mark);
	semu_sys->free(s->window);
	semu_sys->free(s->attr);
	semu_sys->free(s);
}

#define READS                                                                  \
	.size = sizeof(struct scsiemu_tape_ops), .tell = scan_tell,            \
	.info = scan_info, .attribute = scan_attribute, .read = scan_read,     \
	.verb = scan_verb, .close = semu_scan_close

const struct scsiemu_tape_ops semu_scan_read_ops = { READS };
const struct scsiemu_tape_ops semu_scan_ops = { READS, .write = scan_write };
