/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_mem.c - a cartridge in memory. An object knows what lies before
 * its end, and a partition where its filemarks are, so that every position is
 * found at once.
 */
#include <string.h>

#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/tape_open.h"
#include "store/tape_space.h"
#include "store/vec.h"

/* What an object takes of the partition's size besides its bytes, and room for
 * attributes of all partitions together. */
enum { OBJECT_COST = 16, ATTRIBUTES = 16 << 10 };

struct object {
	uint8_t *data; /* the record, its tag behind it; NULL: a filemark */
	uint32_t len;
	uint8_t tag_len;
	uint64_t used, files; /* of the partition, up to its end */
};

struct partition {
	uint64_t size;
	struct object *obj;
	uint64_t n, room;
	uint64_t *mark; /* the filemarks' object numbers */
	uint64_t nmarks, mark_room;
	uint8_t *attr;
	uint32_t attr_len;
};

struct mem_tape {
	struct scsiemu_tape_new is; /* as it was made */
	struct partition part[SCSIEMU_TAPE_PARTITIONS];
	unsigned n, at; /* partitions; the one that it stands in */
	uint64_t pos;
	/* the record that is being written */
	uint8_t *open;
	uint32_t open_len, open_room;
};

static struct partition *here(struct mem_tape *t)
{
	return &t->part[t->at];
}

static uint64_t used_before(const struct partition *p, uint64_t object)
{
	return object ? p->obj[object - 1].used : 0;
}

static uint64_t files_before(void *part, uint64_t object)
{
	const struct partition *p = part;

	return object ? p->obj[object - 1].files : 0;
}

static uint64_t mark_at(void *part, uint64_t n)
{
	return ((const struct partition *)part)->mark[n];
}

static struct semu_tape_view view(struct partition *p)
{
	return (struct semu_tape_view){ p,	 p->n,	       p->nmarks,
					mark_at, files_before, NULL };
}

/* ---- Memory ---- */

/* Room for n things of size bytes where there was some for *room. NULL: there
 * is none, and nothing has changed. */
static void *grow(void *mem, uint64_t n, uint64_t *room, size_t size)
{
	uint64_t want = *room ? *room : 16;
	void *more;

	if (n <= *room)
		return mem;
	while (want < n)
		want *= 2;
	if (want > SIZE_MAX / size)
		return NULL;
	more = semu_sys->alloc((size_t)want * size);
	if (!more)
		return NULL;
	if (*room)
		memcpy(more, mem, (size_t)*room * size);
	semu_sys->free(mem);
	*room = want;
	return more;
}

static void forget_record(struct mem_tape *t)
{
	semu_sys->free(t->open);
	t->open = NULL;
	t->open_len = t->open_room = 0;
}

/* EOD is here. */
static void cut(struct partition *p, uint64_t object)
{
	p->nmarks = files_before(p, object);
	while (p->n > object)
		semu_sys->free(p->obj[--p->n].data);
}

static void drop_partition(struct partition *p)
{
	cut(p, 0);
	semu_sys->free(p->obj);
	semu_sys->free(p->mark);
	semu_sys->free(p->attr);
	memset(p, 0, sizeof(*p));
}

/* ---- Facts ---- */

static void mem_tell(void *ctx, struct scsiemu_tape_pos *out)
{
	struct mem_tape *t = ctx;
	struct partition *p = here(t);

	*out = (struct scsiemu_tape_pos){
		.object = t->pos,
		.file = files_before(p, t->pos),
		.used = used_before(p, t->pos),
		.left = p->size - used_before(p, t->pos),
		.partition = t->at,
		.bop = !t->pos,
		.eod = t->pos == p->n,
	};
}

static uint32_t attributes(const struct mem_tape *t)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < t->n; i++)
		sum += t->part[i].attr_len;
	return sum;
}

static void mem_info(void *ctx, struct scsiemu_tape_info *out)
{
	const struct mem_tape *t = ctx;

	*out = (struct scsiemu_tape_info){
		.size = t->is.bytes,
		.able = SCSIEMU_TAPE_TAGS | SCSIEMU_TAPE_PARTITION |
			SCSIEMU_TAPE_ATTRIBUTES,
		.block_max = SCSIEMU_TAPE_BLOCK_MAX,
		.attributes = ATTRIBUTES,
		.attributes_left = ATTRIBUTES - attributes(t),
		.density = t->is.density,
		.medium_type = t->is.medium_type,
		.worm = t->is.worm,
		.cleaning = t->is.cleaning,
		.partitions = (uint8_t)t->n,
	};
	for (unsigned i = 0; i < t->n; i++) {
		const struct partition *p = &t->part[i];

		out->part[i] = (struct scsiemu_tape_partition){
			p->size, used_before(p, p->n), p->n, p->nmarks
		};
	}
}

static bool mem_attribute(void *ctx, uint32_t partition, uint16_t id,
			  struct scsiemu_tape_attribute *out)
{
	const struct mem_tape *t = ctx;

	return partition < t->n &&
	       semu_attr_find(t->part[partition].attr,
			      t->part[partition].attr_len, id, out);
}

/* ---- Records ---- */

static void read_tag(struct scsiemu_tape_how *how, const struct object *o)
{
	if (!how || !how->tag)
		return;
	if (how->tag_len > o->tag_len)
		how->tag_len = o->tag_len;
	memcpy(how->tag, o->data + o->len, how->tag_len);
}

static int mem_read(void *ctx, struct scsiemu_io *io,
		    struct scsiemu_tape_how *how, uint32_t skip,
		    const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_cursor to = semu_cursor(v, nv);
	struct mem_tape *t = ctx;
	const struct partition *p = here(t);
	const struct object *o;
	size_t n = semu_vec_len(v, nv);

	if (t->pos == p->n)
		return SCSIEMU_R_EOD;
	o = &p->obj[t->pos];
	if (!o->data) {
		t->pos++;
		return SCSIEMU_R_MARK;
	}
	if (skip > o->len)
		return SCSIEMU_E_RANGE;
	if (n > o->len - skip)
		n = o->len - skip;
	semu_vec_put(&to, o->data + skip, n);
	io->moved = (uint32_t)n;
	io->info = o->len;
	if (skip + n < o->len && io->flags & SCSIEMU_IO_MORE)
		return SCSIEMU_OK;
	read_tag(how, o);
	t->pos++;
	return SCSIEMU_R_RECORD;
}

/* One more object at EOD, where it stands. */
static struct object *append(struct partition *p, uint64_t len)
{
	struct object *o = grow(p->obj, p->n + 1, &p->room, sizeof(*o));

	if (!o)
		return NULL;
	p->obj = o;
	o += p->n;
	*o = (struct object){ .len = (uint32_t)len,
			      .used = used_before(p, p->n) + OBJECT_COST + len,
			      .files = p->nmarks };
	p->n++;
	return o;
}

static bool has_room(const struct partition *p, uint64_t len)
{
	return OBJECT_COST + len <= p->size - used_before(p, p->n);
}

/* The record is whole. */
static int close_record(struct mem_tape *t, const struct scsiemu_tape_how *how)
{
	uint8_t tag_len = how && how->tag ? how->tag_len : 0;
	struct object *o = append(here(t), t->open_len);

	if (!o)
		return SCSIEMU_E_WRITE;
	if (tag_len)
		memcpy(t->open + t->open_len, how->tag, tag_len);
	o->data = t->open;
	o->tag_len = tag_len;
	t->open = NULL;
	t->open_len = t->open_room = 0;
	t->pos++;
	return SCSIEMU_R_RECORD;
}

static int more_record(struct mem_tape *t, struct scsiemu_io *io,
		       const struct scsiemu_tape_how *how,
		       const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_cursor from = semu_cursor(v, nv);
	size_t n = semu_vec_len(v, nv);
	uint64_t room = t->open_room;
	bool more_comes = io->flags & SCSIEMU_IO_MORE;
	uint8_t *more;

	if (n > SCSIEMU_TAPE_BLOCK_MAX - t->open_len ||
	    (!more_comes && !t->open_len && !n))
		return SCSIEMU_E_RANGE;
	if (!has_room(here(t), t->open_len + n))
		return SCSIEMU_R_EOM;
	more = grow(t->open, t->open_len + n + SCSIEMU_TAPE_TAG_MAX, &room, 1);
	if (!more)
		return SCSIEMU_E_WRITE;
	t->open = more;
	t->open_room = (uint32_t)room;
	semu_vec_get(&from, t->open + t->open_len, n);
	t->open_len += (uint32_t)n;
	io->moved = (uint32_t)n;
	if (more_comes)
		return SCSIEMU_OK;
	io->info = t->open_len;
	return close_record(t, how);
}

static int mem_write(void *ctx, struct scsiemu_io *io,
		     struct scsiemu_tape_how *how, uint32_t skip,
		     const struct scsiemu_vec *v, unsigned nv)
{
	struct mem_tape *t = ctx;
	int rc = SCSIEMU_E_RANGE;

	if (!skip) {
		forget_record(t);
		cut(here(t), t->pos);
	}
	if (skip == t->open_len)
		rc = more_record(t, io, how, v, nv);
	if (rc != SCSIEMU_OK && rc != SCSIEMU_R_RECORD)
		forget_record(t);
	return rc;
}

/* ---- Verbs ---- */

typedef int verb_fn(struct mem_tape *t, struct scsiemu_io *io,
		    const struct scsiemu_cmd *w);

static int verb_nothing(struct mem_tape *t, struct scsiemu_io *io,
			const struct scsiemu_cmd *w)
{
	(void)t, (void)io, (void)w;
	return SCSIEMU_OK;
}

static int verb_space(struct mem_tape *t, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	struct semu_tape_view v = view(here(t));
	uint64_t left = 0;
	int rc = semu_tape_space(&v, t->pos, w->addr, (int64_t)w->count,
				 &t->pos, &left);

	io->info = left;
	return rc;
}

typedef int find_fn(const struct semu_tape_view *v, uint64_t what,
		    uint64_t *to);

static int locate(struct mem_tape *t, const struct scsiemu_cmd *w, find_fn *fn)
{
	struct semu_tape_view v;

	if (w->count >= t->n)
		return SCSIEMU_E_RANGE;
	t->at = (unsigned)w->count;
	v = view(here(t));
	return fn(&v, w->addr, &t->pos);
}

static int verb_locate(struct mem_tape *t, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	(void)io;
	return locate(t, w, semu_tape_object);
}

static int verb_locate_file(struct mem_tape *t, struct scsiemu_io *io,
			    const struct scsiemu_cmd *w)
{
	(void)io;
	return locate(t, w, semu_tape_file);
}

static int one_mark(struct mem_tape *t)
{
	struct partition *p = here(t);
	struct object *o;
	uint64_t *mark;

	if (!has_room(p, 0))
		return SCSIEMU_R_EOM;
	mark = grow(p->mark, p->nmarks + 1, &p->mark_room, sizeof(*mark));
	if (!mark)
		return SCSIEMU_E_WRITE;
	p->mark = mark;
	o = append(p, 0);
	if (!o)
		return SCSIEMU_E_WRITE;
	p->mark[p->nmarks++] = t->pos++;
	o->files = p->nmarks;
	return SCSIEMU_OK;
}

static int verb_marks(struct mem_tape *t, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	int rc = SCSIEMU_OK;

	if (w->count)
		cut(here(t), t->pos);
	for (io->info = w->count; io->info; io->info--) {
		rc = one_mark(t);
		if (rc)
			break;
	}
	return rc;
}

static int verb_erase(struct mem_tape *t, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	(void)io, (void)w;
	cut(here(t), t->pos);
	return SCSIEMU_OK;
}

static int verb_next(struct mem_tape *t, struct scsiemu_io *io,
		     const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_next next = { .kind = SCSIEMU_NEXT_END };
	const struct partition *p = here(t);

	(void)io;
	if (w->len < sizeof(next))
		return SCSIEMU_E_RANGE;
	if (t->pos < p->n) {
		const struct object *o = &p->obj[t->pos];

		next.kind = o->data ? SCSIEMU_NEXT_RECORD : SCSIEMU_NEXT_MARK;
		next.len = o->len;
		next.tag_len = o->tag_len;
		if (o->data)
			memcpy(next.tag, o->data + o->len, o->tag_len);
	}
	memcpy(w->buf, &next, sizeof(next));
	return SCSIEMU_OK;
}

static int verb_verify(struct mem_tape *t, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_how *how = (void *)w->buf;

	io->flags &= ~(uint32_t)SCSIEMU_IO_MORE;
	return mem_read(t, io, how, 0, NULL, 0);
}

static int verb_insert(struct mem_tape *t, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	(void)io, (void)w;
	t->at = 0;
	t->pos = 0;
	return SCSIEMU_OK;
}

static int verb_partition(struct mem_tape *t, struct scsiemu_io *io,
			  const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_layout to;

	(void)io;
	if (w->len < sizeof(to))
		return SCSIEMU_E_RANGE;
	memcpy(&to, w->buf, sizeof(to));
	if (!semu_tape_layout(&to, t->is.bytes))
		return SCSIEMU_E_RANGE;
	t->part[0].attr_len = semu_attr_below(
		t->part[0].attr, t->part[0].attr_len, SEMU_ATTR_HOSTS);
	cut(&t->part[0], 0);
	for (unsigned i = 1; i < t->n; i++)
		drop_partition(&t->part[i]);
	for (unsigned i = 0; i < to.n; i++)
		t->part[i].size = to.size[i];
	t->n = to.n;
	t->at = 0;
	t->pos = 0;
	return SCSIEMU_OK;
}

static int verb_setattr(struct mem_tape *t, struct scsiemu_io *io,
			const struct scsiemu_cmd *w)
{
	struct partition *p;

	(void)io;
	if (w->addr >= t->n)
		return SCSIEMU_E_RANGE;
	p = &t->part[w->addr];
	return semu_attr_set(&p->attr, &p->attr_len,
			     ATTRIBUTES - (attributes(t) - p->attr_len), w->buf,
			     w->len);
}

struct verb {
	verb_fn *fn;
	bool changes; /* not of a cartridge that is only read */
};

static const struct verb verbs[] = {
	[SCSIEMU_V_FLUSH] = { verb_nothing, false },
	[SCSIEMU_V_VERIFY] = { verb_verify, false },
	[SCSIEMU_V_SPACE] = { verb_space, false },
	[SCSIEMU_V_LOCATE] = { verb_locate, false },
	[SCSIEMU_V_MARKS] = { verb_marks, true },
	[SCSIEMU_V_ERASE] = { verb_erase, true },
	[SCSIEMU_V_NEXT] = { verb_next, false },
	[SCSIEMU_V_LOCATE_FILE] = { verb_locate_file, false },
	[SCSIEMU_V_DISCARD] = { verb_nothing, false },
	[SCSIEMU_V_EJECT] = { verb_nothing, false },
	[SCSIEMU_V_INSERT] = { verb_insert, false },
	[SCSIEMU_V_PARTITION] = { verb_partition, true },
	[SCSIEMU_V_SETATTR] = { verb_setattr, true },
};

static int mem_verb(void *ctx, struct scsiemu_io *io,
		    const struct scsiemu_cmd *w)
{
	struct mem_tape *t = ctx;

	forget_record(t);
	if (w->verb >= sizeof(verbs) / sizeof(verbs[0]) || !verbs[w->verb].fn)
		return SCSIEMU_E_HARDWARE;
	if (verbs[w->verb].changes && t->is.read_only)
		return SCSIEMU_E_PROTECTED;
	return verbs[w->verb].fn(t, io, w);
}

static void mem_close(void *ctx)
{
	struct mem_tape *t = ctx;

	forget_record(t);
	for (unsigned i = 0; i < t->n; i++)
		drop_partition(&t->part[i]);
	semu_sys->free(t);
}

#define READS                                                                  \
	.size = sizeof(struct scsiemu_tape_ops), .tell = mem_tell,             \
	.info = mem_info, .attribute = mem_attribute, .read = mem_read,        \
	.verb = mem_verb, .close = mem_close

static const struct scsiemu_tape_ops read_only_ops = { READS };
static const struct scsiemu_tape_ops ops = { READS, .write = mem_write };

int scsiemu_open_tape_mem(struct scsiemu_medium *m,
			  const struct scsiemu_tape_new *is,
			  struct scsiemu_errmsg *err)
{
	struct mem_tape *t;

	if (semu_tape_check(is, err))
		return -1;
	t = semu_sys->alloc(sizeof(*t));
	if (!t)
		return semu_err_memory(err);
	t->is = *is;
	t->n = 1;
	t->part[0].size = is->bytes;
	semu_tape_medium(m, is->read_only ? &read_only_ops : &ops, t);
	return 0;
}
