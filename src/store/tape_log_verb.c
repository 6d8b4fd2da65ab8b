/* SPDX-License-Identifier: BSD-2-Clause */
/* store/tape_log_verb.c - a cartridge in a file: what is done with it besides
 * reading and writing records. */
#include <string.h>

#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/tape_log.h"
#include "store/tape_open.h"
#include "store/tape_space.h"

typedef int verb_fn(struct semu_tl *t, struct scsiemu_io *io,
		    const struct scsiemu_cmd *w);

static int verb_nothing(struct semu_tl *t, struct scsiemu_io *io,
			const struct scsiemu_cmd *w)
{
	(void)t, (void)io, (void)w;
	return SCSIEMU_OK;
}

static int verb_flush(struct semu_tl *t, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	(void)io, (void)w;
	return semu_tl_commit(t);
}

static int verb_eject(struct semu_tl *t, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	(void)io, (void)w;
	return semu_tl_commit_both(t);
}

static int verb_verify(struct semu_tl *t, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_how *how = (void *)w->buf;

	io->flags &= ~(uint32_t)SCSIEMU_IO_MORE;
	return semu_tl_read(t, io, how, 0, NULL, 0);
}

/* ---- Motion ---- */

/* The indexes, for tape_space.c. */
struct seek {
	struct semu_tl *t;
	unsigned partition;
	bool failed;
};

static uint64_t files_before(void *ctx, uint64_t object)
{
	struct seek *s = ctx;
	struct semu_tl_pos pos = { 0, 0, 0 };

	s->failed |= semu_tl_find(s->t, s->partition, object, &pos) != 0;
	return pos.files;
}

static uint64_t mark_at(void *ctx, uint64_t n)
{
	struct seek *s = ctx;
	struct semu_tl_entry e = { 0, 0 };

	s->failed |= semu_tl_entry(s->t, s->partition, SEMU_TL_MARKS, n, &e) !=
		     0;
	return e.with;
}

static struct semu_tape_view view(struct seek *s)
{
	const struct semu_tl_part *p = &s->t->part[s->partition];

	return (struct semu_tape_view){
		.t = s,
		.objects = semu_tl_objects(p),
		.files = semu_tl_files(p),
		.mark = mark_at,
		.files_before = files_before,
		.failed = &s->failed,
	};
}

/* To an object, with result rc; what cannot be found is E_READ, and the
 * position as it was. */
static int go(struct semu_tl *t, unsigned partition, uint64_t object, int rc)
{
	struct semu_tl_pos pos;
	int found = rc < 0 ? rc : semu_tl_find(t, partition, object, &pos);

	if (found)
		return found;
	t->at = partition;
	semu_tl_stand(t, &pos);
	return rc;
}

static int verb_space(struct semu_tl *t, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	struct seek s = { t, t->at, false };
	struct semu_tape_view v = view(&s);
	uint64_t left = 0, to = 0;
	int rc = semu_tape_space(&v, t->pos.object, w->addr, (int64_t)w->count,
				 &to, &left);

	io->info = left;
	return go(t, t->at, to, rc);
}

typedef int find_fn(const struct semu_tape_view *v, uint64_t what,
		    uint64_t *to);

static int locate(struct semu_tl *t, const struct scsiemu_cmd *w, find_fn *fn)
{
	struct seek s = { t, (unsigned)w->count, false };
	struct semu_tape_view v;
	uint64_t to = 0;
	int rc;

	if (w->count >= t->n)
		return SCSIEMU_E_RANGE;
	v = view(&s);
	rc = fn(&v, w->addr, &to);
	return go(t, s.partition, to, rc);
}

static int verb_locate(struct semu_tl *t, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	(void)io;
	return locate(t, w, semu_tape_object);
}

static int verb_locate_file(struct semu_tl *t, struct scsiemu_io *io,
			    const struct scsiemu_cmd *w)
{
	(void)io;
	return locate(t, w, semu_tape_file);
}

static int verb_insert(struct semu_tl *t, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	(void)io, (void)w;
	return go(t, 0, 0, SCSIEMU_OK);
}

static int verb_next(struct semu_tl *t, struct scsiemu_io *io,
		     const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_next next = { .kind = SCSIEMU_NEXT_END };
	const struct semu_tl_head *h = &t->head;
	struct semu_tl_part *p = semu_tl_here(t);
	int rc = SCSIEMU_OK;

	(void)io;
	if (w->len < sizeof(next))
		return SCSIEMU_E_RANGE;
	if (t->pos.object < semu_tl_objects(p)) {
		rc = semu_tl_look(t);
		if (rc)
			return rc;
		next.kind = h->kind == SEMU_TL_MARK ? SCSIEMU_NEXT_MARK
						    : SCSIEMU_NEXT_RECORD;
		next.len = h->len;
		next.tag_len = h->tag_len;
		rc = semu_tl_move_bytes(t, SEMU_READING,
					p->base + t->pos.off + SEMU_TL_HEAD +
						h->len,
					next.tag, h->tag_len);
	}
	memcpy(w->buf, &next, sizeof(next));
	return rc;
}

/* ---- Marks, erasing ---- */

enum { MARKS = 64 }; /* written in one call */

static unsigned least(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	uint64_t m = a < b ? a : b;

	m = m < c ? m : c;
	return (unsigned)(m < d ? m : d);
}

static uint64_t pages_len(const struct semu_tl_part *p)
{
	return semu_tl_seal_len(p, SEMU_TL_OBJECTS) +
	       semu_tl_seal_len(p, SEMU_TL_MARKS);
}

/* The headers of n filemarks that stand at EOD one behind the other. */
static void put_marks(const struct semu_tl *t, const struct semu_tl_part *p,
		      uint8_t *out, unsigned n)
{
	struct semu_tl_head h = { .kind = SEMU_TL_MARK,
				  .partition = (uint8_t)t->at,
				  .number = semu_tl_objects(p),
				  .files = semu_tl_files(p),
				  .epoch = t->seq + 1,
				  .off = p->end };

	while (n--) {
		semu_tl_head_put(out, &h);
		out += SEMU_TL_HEAD;
		h.number++;
		h.files++;
		h.off += SEMU_TL_HEAD;
	}
}

static void add_marks(struct semu_tl *t, unsigned n)
{
	struct semu_tl_part *p = semu_tl_here(t);

	for (; n; n--, p->end += SEMU_TL_HEAD) {
		uint64_t object = semu_tl_objects(p);

		semu_tl_append(p, SEMU_TL_OBJECTS, p->end, semu_tl_files(p));
		semu_tl_append(p, SEMU_TL_MARKS, p->end, object);
	}
	t->changed = true;
	semu_tl_stand(t, &(struct semu_tl_pos){ semu_tl_objects(p),
						semu_tl_files(p), p->end });
}

/* Some of them, as many as one call takes. */
static int some_marks(struct semu_tl *t, uint64_t *left)
{
	struct semu_tl_part *p = semu_tl_here(t);
	uint8_t bytes[MARKS * SEMU_TL_HEAD];
	struct semu_tl_sides s = { .front = bytes };
	unsigned n;
	int rc;

	if (pages_len(p) + SEMU_TL_HEAD > p->size - p->end)
		return SCSIEMU_R_EOM;
	rc = semu_tl_seal(t, SEMU_TL_OBJECTS);
	if (!rc)
		rc = semu_tl_seal(t, SEMU_TL_MARKS);
	if (rc)
		return rc;
	n = least(*left < MARKS ? *left : MARKS,
		  semu_tl_tail_room(p, SEMU_TL_OBJECTS),
		  semu_tl_tail_room(p, SEMU_TL_MARKS),
		  (p->size - p->end) / SEMU_TL_HEAD);
	put_marks(t, p, bytes, n);
	s.front_len = (size_t)n * SEMU_TL_HEAD;
	rc = semu_tl_write(t, p->end, &s, semu_cursor(NULL, 0), 0);
	if (rc)
		return rc;
	add_marks(t, n);
	*left -= n;
	return SCSIEMU_OK;
}

static int verb_marks(struct semu_tl *t, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	int rc = w->count ? semu_tl_begin(t) : SCSIEMU_OK, end = SCSIEMU_OK;

	io->info = w->count;
	while (io->info && !rc)
		rc = some_marks(t, &io->info);
	if (rc == SCSIEMU_R_EOM)
		semu_tl_ask_room(t);
	if (rc >= 0 && !(io->flags & SCSIEMU_IMMED))
		end = semu_tl_commit(t);
	return end ? end : rc;
}

/* At once, and not with what comes next: that the bytes are gone is what was
 * asked for. */
static int verb_erase(struct semu_tl *t, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	int rc = semu_tl_begin(t);

	(void)io, (void)w;
	return rc ? rc : semu_tl_commit(t);
}

/* ---- The cartridge ---- */

static int verb_partition(struct semu_tl *t, struct scsiemu_io *io,
			  const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_layout to;
	struct semu_tl_part *first = t->part;
	int rc;

	(void)io;
	if (w->len < sizeof(to))
		return SCSIEMU_E_RANGE;
	memcpy(&to, w->buf, sizeof(to));
	if (!semu_tape_layout(&to, t->bytes))
		return SCSIEMU_E_RANGE;
	if (t->dead)
		return SCSIEMU_E_WRITE;
	first->attr_len = semu_attr_below(first->attr, first->attr_len,
					  SEMU_ATTR_HOSTS);
	for (unsigned i = 1; i < t->n; i++) {
		semu_sys->free(t->part[i].attr);
		t->part[i].attr = NULL;
		t->part[i].attr_len = 0;
	}
	semu_tl_lay_out(t, &to);
	t->changed = t->stale = true;
	rc = go(t, 0, 0, SCSIEMU_OK);
	return rc ? rc : semu_tl_commit(t);
}

static uint32_t attributes(const struct semu_tl *t)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < t->n; i++)
		sum += t->part[i].attr_len;
	return sum;
}

static int verb_setattr(struct semu_tl *t, struct scsiemu_io *io,
			const struct scsiemu_cmd *w)
{
	struct semu_tl_part *p;
	int rc;

	if (w->addr >= t->n)
		return SCSIEMU_E_RANGE;
	if (t->dead)
		return SCSIEMU_E_WRITE;
	p = &t->part[w->addr];
	rc = semu_attr_set(&p->attr, &p->attr_len,
			   SEMU_TL_ATTRIBUTES - (attributes(t) - p->attr_len),
			   w->buf, w->len);
	if (rc)
		return rc;
	t->changed = true;
	return io->flags & SCSIEMU_FUA ? semu_tl_commit(t) : SCSIEMU_OK;
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
	[SCSIEMU_V_LOCATE_FILE] = { verb_locate_file, false },
	[SCSIEMU_V_DISCARD] = { verb_nothing, false },
	[SCSIEMU_V_EJECT] = { verb_eject, false },
	[SCSIEMU_V_INSERT] = { verb_insert, false },
	[SCSIEMU_V_PARTITION] = { verb_partition, true },
	[SCSIEMU_V_SETATTR] = { verb_setattr, true },
};

static int run(struct semu_tl *t, struct scsiemu_io *io,
	       const struct scsiemu_cmd *w, bool read_only)
{
	t->writing.open = false;
	if (w->verb >= sizeof(verbs) / sizeof(verbs[0]) || !verbs[w->verb].fn)
		return SCSIEMU_E_HARDWARE;
	if (read_only && verbs[w->verb].changes)
		return SCSIEMU_E_PROTECTED;
	return verbs[w->verb].fn(t, io, w);
}

int semu_tl_verb(void *ctx, struct scsiemu_io *io, const struct scsiemu_cmd *w)
{
	return run(ctx, io, w, false);
}

int semu_tl_read_only_verb(void *ctx, struct scsiemu_io *io,
			   const struct scsiemu_cmd *w)
{
	return run(ctx, io, w, true);
}
