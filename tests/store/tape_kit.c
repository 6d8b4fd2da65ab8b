/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/store/tape_kit.c - a tape store, and a list that it must be like. */
#include "tape_kit.h"

enum { VECS = 9, LONGEST = 40000 };

struct scsiemu_io tape_io;
uint32_t tape_flags;

static struct scsiemu_io *begin(void)
{
	tape_io = (struct scsiemu_io){ .info = SCSIEMU_NO_INFO,
				       .flags = tape_flags };
	tape_flags = 0;
	return &tape_io;
}

/* Odd pieces, some of them empty. */
static unsigned cut(struct scsiemu_vec *v, void *buf, size_t len)
{
	uint8_t *p = buf;
	unsigned n = 0;

	for (; n < VECS - 1 && len; n++) {
		size_t piece = kit_random((uint32_t)len + 1);

		v[n] = (struct scsiemu_vec){ p, piece };
		p += piece;
		len -= piece;
	}
	v[n++] = (struct scsiemu_vec){ p, len };
	return n;
}

int tape_read(const struct scsiemu_medium *m, uint32_t skip, void *buf,
	      size_t len, struct scsiemu_tape_how *how)
{
	struct scsiemu_vec v[VECS];
	unsigned nv = cut(v, buf, len);

	return tape_ops(m)->read(m->ctx, begin(), how, skip, v, nv);
}

int tape_write(const struct scsiemu_medium *m, uint32_t skip, const void *buf,
	       size_t len, struct scsiemu_tape_how *how)
{
	struct scsiemu_vec v[VECS];
	unsigned nv = cut(v, (void *)(uintptr_t)buf, len);

	return tape_ops(m)->write(m->ctx, begin(), how, skip, v, nv);
}

static int verb(const struct scsiemu_medium *m, const struct scsiemu_cmd *w)
{
	return tape_ops(m)->verb(m->ctx, begin(), w);
}

int tape_verb(const struct scsiemu_medium *m, enum scsiemu_verb what,
	      uint64_t addr, uint64_t count)
{
	struct scsiemu_cmd w = { .verb = (uint8_t)what,
				 .addr = addr,
				 .count = count };

	return verb(m, &w);
}

int tape_verb_buf(const struct scsiemu_medium *m, enum scsiemu_verb what,
		  uint64_t addr, const void *buf, size_t len)
{
	struct scsiemu_cmd w = { .verb = (uint8_t)what,
				 .addr = addr,
				 .buf = (uint8_t *)(uintptr_t)buf,
				 .len = (uint32_t)len };

	return verb(m, &w);
}

struct scsiemu_tape_pos tape_tell(const struct scsiemu_medium *m)
{
	struct scsiemu_tape_pos pos;

	memset(&pos, 0x55, sizeof(pos));
	tape_ops(m)->tell(m->ctx, &pos);
	return pos;
}

struct scsiemu_tape_info tape_info(const struct scsiemu_medium *m)
{
	struct scsiemu_tape_info info;

	memset(&info, 0x55, sizeof(info));
	tape_ops(m)->info(m->ctx, &info);
	return info;
}

void tape_stands(const struct scsiemu_medium *m, uint32_t partition,
		 uint64_t object, uint64_t file)
{
	struct scsiemu_tape_pos pos = tape_tell(m);
	struct scsiemu_tape_info info = tape_info(m);
	const struct scsiemu_tape_partition *p = &info.part[partition];

	assert_int_equal(pos.partition, partition);
	assert_int_equal(pos.object, object);
	assert_int_equal(pos.file, file);
	assert_int_equal(pos.bop, object == 0);
	assert_int_equal(pos.eod, object == p->objects);
	assert_true(pos.used >= object && pos.used <= p->used);
	assert_true(pos.left <= p->size - pos.used);
	if (pos.eod) {
		assert_int_equal(pos.used, p->used);
		assert_int_equal(pos.file, p->files);
	}
}

/* ---- The model ---- */

void model_bytes(const struct model_object *o, uint8_t *out)
{
	uint32_t x = o->seed * 2654435761U + 1;

	for (uint32_t i = 0; i < o->len + o->tag_len; i++) {
		x = x * 1664525 + 1013904223;
		out[i] = (uint8_t)(x >> 24);
	}
}

unsigned model_files(const struct model_part *p, unsigned objects)
{
	unsigned n = 0;

	for (unsigned i = 0; i < objects; i++)
		n += !p->object[i].len;
	return n;
}

static struct model_part *here(struct model *md)
{
	return &md->part[md->at];
}

static uint8_t want[LONGEST + SCSIEMU_TAPE_TAG_MAX];
static uint8_t got[LONGEST];

static int read_pieces(const struct scsiemu_medium *m, uint32_t len,
		       struct scsiemu_tape_how *how)
{
	uint32_t done = 0, n;
	int rc;

	do {
		n = 1 + kit_random(len);
		if (n > len - done)
			n = len - done;
		tape_flags = SCSIEMU_IO_MORE;
		rc = tape_read(m, done, got + done, n, how);
		if (rc < 0)
			return rc;
		assert_int_equal(tape_io.moved, n);
		assert_int_equal(tape_io.info, len);
		done += n;
		assert_int_equal(rc,
				 done < len ? SCSIEMU_OK : SCSIEMU_R_RECORD);
	} while (done < len);
	return rc;
}

bool model_reads(const struct scsiemu_medium *m, const struct model_object *o)
{
	uint8_t tag[SCSIEMU_TAPE_TAG_MAX];
	struct scsiemu_tape_how how = { .tag = tag, .tag_len = sizeof(tag) };
	int rc;

	if (!o->len)
		return tape_read(m, 0, got, 1, &how) == SCSIEMU_R_MARK;
	model_bytes(o, want);
	memset(got, 0x55, sizeof(got));
	rc = kit_random(3) ? tape_read(m, 0, got, o->len, &how)
			   : read_pieces(m, o->len, &how);
	return rc == SCSIEMU_R_RECORD && tape_io.info == o->len &&
	       !memcmp(got, want, o->len) && how.tag_len == o->tag_len &&
	       !memcmp(tag, want + o->len, o->tag_len);
}

void model_same(const struct model *md, const struct scsiemu_medium *m)
{
	struct scsiemu_tape_info info = tape_info(m);

	assert_int_equal(info.partitions, md->parts);
	for (unsigned i = 0; i < md->parts; i++) {
		const struct model_part *p = &md->part[i];

		assert_int_equal(tape_verb(m, SCSIEMU_V_LOCATE, 0, i), 0);
		assert_int_equal(info.part[i].objects, p->n);
		assert_int_equal(info.part[i].files, model_files(p, p->n));
		for (unsigned k = 0; k < p->n; k++) {
			tape_stands(m, i, k, model_files(p, k));
			assert_true(model_reads(m, &p->object[k]));
		}
		assert_int_equal(tape_read(m, 0, got, 1, NULL), SCSIEMU_R_EOD);
	}
}

/* ---- Operations ---- */

static int write_pieces(const struct scsiemu_medium *m, uint32_t len,
			struct scsiemu_tape_how *how)
{
	uint32_t done = 0, n;
	int rc;

	do {
		n = 1 + kit_random(len);
		if (n > len - done)
			n = len - done;
		tape_flags = done + n < len ? SCSIEMU_IO_MORE : 0;
		rc = tape_write(m, done, want + done, n, done ? how : NULL);
		done += n;
	} while (done < len && rc == SCSIEMU_OK);
	return rc;
}

static void act_write(struct model *md, const struct scsiemu_medium *m)
{
	static uint32_t seed;
	struct model_part *p = here(md);
	bool pieces = !kit_random(3);
	struct model_object o = { 1 + kit_random(kit_random(4) ? 300 : LONGEST),
				  ++seed, 0 };
	struct scsiemu_tape_how how = { .key = NULL };
	int rc;

	if (md->pos == MODEL_OBJECTS)
		return;
	if (!pieces && !kit_random(2) && tape_info(m).able & SCSIEMU_TAPE_TAGS)
		o.tag_len = (uint8_t)kit_random(SCSIEMU_TAPE_TAG_MAX + 1);
	model_bytes(&o, want);
	how.tag = want + o.len;
	how.tag_len = o.tag_len;
	rc = pieces ? write_pieces(m, o.len, &how)
		    : tape_write(m, 0, want, o.len, &how);
	p->n = md->pos;
	md->written = true;
	if (rc == SCSIEMU_R_EOM)
		return;
	assert_int_equal(rc, SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, o.len);
	p->object[md->pos++] = o;
	p->n = md->pos;
}

/* Opened, and never closed. */
static void act_half(struct model *md, const struct scsiemu_medium *m)
{
	int rc;

	tape_flags = SCSIEMU_IO_MORE;
	rc = tape_write(m, 0, want, 1 + kit_random(2000), NULL);
	assert_true(rc == SCSIEMU_OK || rc == SCSIEMU_R_EOM);
	here(md)->n = md->pos;
	md->written = true;
	assert_int_equal(tape_verb(m, SCSIEMU_V_DISCARD, 0, 0), 0);
}

static void act_marks(struct model *md, const struct scsiemu_medium *m)
{
	struct model_part *p = here(md);
	unsigned n = kit_random(4);
	int rc;

	if (md->pos + n > MODEL_OBJECTS)
		return;
	tape_flags = kit_random(2) ? SCSIEMU_IMMED : 0;
	rc = tape_verb(m, SCSIEMU_V_MARKS, 0, n);
	assert_int_equal(rc, tape_io.info ? SCSIEMU_R_EOM : SCSIEMU_OK);
	if (!n)
		return;
	for (n -= (unsigned)tape_io.info; n; n--)
		p->object[md->pos++] = (struct model_object){ 0, 0, 0 };
	p->n = md->pos;
	md->written = true;
}

static void act_erase(struct model *md, const struct scsiemu_medium *m)
{
	if (kit_random(4))
		return;
	assert_int_equal(tape_verb(m, SCSIEMU_V_ERASE, 0, kit_random(2)), 0);
	here(md)->n = md->pos;
	md->written = true;
}

static void act_read(struct model *md, const struct scsiemu_medium *m)
{
	const struct model_part *p = here(md);

	if (md->pos == p->n)
		assert_int_equal(tape_read(m, 0, got, 1, NULL), SCSIEMU_R_EOD);
	else
		assert_true(model_reads(m, &p->object[md->pos++]));
}

static void act_verify(struct model *md, const struct scsiemu_medium *m)
{
	const struct model_part *p = here(md);
	int rc = tape_verb(m, SCSIEMU_V_VERIFY, 0, 0);

	if (md->pos == p->n) {
		assert_int_equal(rc, SCSIEMU_R_EOD);
		return;
	}
	if (p->object[md->pos].len) {
		assert_int_equal(rc, SCSIEMU_R_RECORD);
		assert_int_equal(tape_io.info, p->object[md->pos].len);
	} else {
		assert_int_equal(rc, SCSIEMU_R_MARK);
	}
	md->pos++;
}

static void act_next(struct model *md, const struct scsiemu_medium *m)
{
	const struct model_part *p = here(md);
	const struct model_object *o = &p->object[md->pos];
	struct scsiemu_tape_next next = { .len = 9 };

	assert_int_equal(
		tape_verb_buf(m, SCSIEMU_V_NEXT, 0, &next, sizeof(next)), 0);
	if (md->pos == p->n) {
		assert_int_equal(next.kind, SCSIEMU_NEXT_END);
		return;
	}
	assert_int_equal(next.kind,
			 o->len ? SCSIEMU_NEXT_RECORD : SCSIEMU_NEXT_MARK);
	assert_int_equal(next.len, o->len);
	assert_int_equal(next.tag_len, o->tag_len);
	model_bytes(o, want);
	assert_memory_equal(next.tag, want + o->len, o->tag_len);
}

/* SPACE, object by object, as SSC-4 7.2 has it. */
struct walk {
	const struct model_part *p;
	unsigned pos;
	uint64_t left;
};

static bool is_mark(const struct walk *w, unsigned object)
{
	return !w->p->object[object].len;
}

static int walk_blocks(struct walk *w, bool back)
{
	while (w->left) {
		if (w->pos == (back ? 0 : w->p->n))
			return back ? SCSIEMU_R_BOM : SCSIEMU_R_EOD;
		if (back) {
			if (is_mark(w, --w->pos))
				return SCSIEMU_R_MARK;
		} else if (is_mark(w, w->pos++)) {
			return SCSIEMU_R_MARK;
		}
		w->left--;
	}
	return SCSIEMU_OK;
}

static int walk_marks(struct walk *w, bool back)
{
	while (w->left) {
		if (w->pos == (back ? 0 : w->p->n))
			return back ? SCSIEMU_R_BOM : SCSIEMU_R_EOD;
		w->left -= is_mark(w, back ? --w->pos : w->pos++);
	}
	return SCSIEMU_OK;
}

static int walk_run(struct walk *w, bool back)
{
	uint64_t run = 0;

	while (run < w->left) {
		if (w->pos == (back ? 0 : w->p->n))
			return back ? SCSIEMU_R_BOM : SCSIEMU_R_EOD;
		run = is_mark(w, back ? --w->pos : w->pos++) ? run + 1 : 0;
	}
	w->left = 0;
	return SCSIEMU_OK;
}

static void act_space(struct model *md, const struct scsiemu_medium *m)
{
	static int (*const walks[])(
		struct walk *, bool) = { walk_blocks, walk_marks, walk_run };
	unsigned code = kit_random(4);
	int64_t count = (int64_t)kit_random(code ? 9 : 60) - (code ? 4 : 30);
	struct walk w = { here(md), md->pos,
			  (uint64_t)(count < 0 ? -count : count) };
	int rc = SCSIEMU_OK, is;

	if (code == SCSIEMU_SPACE_END) {
		w.pos = w.p->n;
		w.left = 0;
	} else {
		rc = walks[code](&w, count < 0);
	}
	is = tape_verb(m, SCSIEMU_V_SPACE, code, (uint64_t)count);
	assert_int_equal(is, rc);
	assert_int_equal(tape_io.info, w.left);
	md->pos = w.pos;
}

static void act_locate(struct model *md, const struct scsiemu_medium *m)
{
	unsigned to = kit_random(MODEL_OBJECTS / 4), at = kit_random(5);
	int rc = tape_verb(m, SCSIEMU_V_LOCATE, to, at);

	if (at >= md->parts) {
		assert_int_equal(rc, SCSIEMU_E_RANGE);
		return;
	}
	md->at = at;
	assert_int_equal(rc, to <= here(md)->n ? SCSIEMU_OK : SCSIEMU_R_EOD);
	md->pos = to <= here(md)->n ? to : here(md)->n;
}

static void act_locate_file(struct model *md, const struct scsiemu_medium *m)
{
	unsigned to = kit_random(12), at = kit_random(md->parts);
	int rc = tape_verb(m, SCSIEMU_V_LOCATE_FILE, to, at);
	const struct model_part *p = &md->part[at];

	md->at = at;
	md->pos = 0;
	while (md->pos < p->n && model_files(p, md->pos) < to)
		md->pos++;
	assert_int_equal(rc, model_files(p, md->pos) == to ? SCSIEMU_OK
							   : SCSIEMU_R_EOD);
}

static void act_insert(struct model *md, const struct scsiemu_medium *m)
{
	if (kit_random(2))
		assert_int_equal(tape_verb(m, SCSIEMU_V_EJECT, 0, 0), 0);
	assert_int_equal(tape_verb(m, SCSIEMU_V_INSERT, 0, 0), 0);
	md->at = md->pos = 0;
}

static void act_partition(struct model *md, const struct scsiemu_medium *m)
{
	struct scsiemu_tape_layout l = { .n = 1 + kit_random(4) };
	uint64_t each = tape_info(m).size / l.n;

	if (kit_random(6) || !(tape_info(m).able & SCSIEMU_TAPE_PARTITION))
		return;
	for (unsigned i = 0; i < l.n; i++)
		l.size[i] = i ? each - kit_random(100) : UINT64_MAX;
	assert_int_equal(
		tape_verb_buf(m, SCSIEMU_V_PARTITION, 0, &l, sizeof(l)), 0);
	memset(md, 0, sizeof(*md));
	md->parts = l.n;
	md->written = true;
}

void model_act(struct model *md, const struct scsiemu_medium *m)
{
	static void (*const acts[])(struct model *,
				    const struct scsiemu_medium *) = {
		act_write,  act_write,	     act_write,	 act_write,
		act_write,  act_marks,	     act_marks,	 act_half,
		act_erase,  act_read,	     act_read,	 act_verify,
		act_next,   act_space,	     act_space,	 act_space,
		act_locate, act_locate_file, act_insert, act_partition,
	};

	md->written = false;
	acts[kit_random(sizeof(acts) / sizeof(acts[0]))](md, m);
	tape_stands(m, md->at, md->pos, model_files(here(md), md->pos));
}
