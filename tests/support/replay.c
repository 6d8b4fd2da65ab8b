/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/support/replay.c - images that a crash may leave. */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, LOOSE_MAX = 64 };

enum fate { ABSENT, PRESENT, TORN, FATES };

/* One moment: what stands, and what may. */
struct moment {
	const struct replay *r;
	uint64_t when, random;
	size_t loose[LOOSE_MAX]; /* indexes of op, oldest first */
	enum fate fate[LOOSE_MAX];
	unsigned nloose;
	bool *stands; /* by op: durable */
	uint8_t *image;
};

static uint32_t draw(struct moment *m, uint32_t below)
{
	m->random = m->random * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
	return (uint32_t)(m->random >> 33) % below;
}

static bool ended_well(const struct replay_op *o, uint64_t when)
{
	return o->ended && o->ended <= when && o->result == SCSIEMU_OK;
}

/* Did it end without having touched anything? */
static bool untouched(const struct replay_op *o, uint64_t when)
{
	return o->ended && o->ended <= when &&
	       (o->result == SCSIEMU_E_MISCOMPARE ||
		o->result == SCSIEMU_E_RANGE);
}

static bool covers(const struct replay_op *flush, const struct replay_op *o)
{
	if (flush->kind != REPLAY_FLUSH || flush->began < o->ended)
		return false;
	return !flush->len || (flush->off <= o->off &&
			       o->off + o->len <= flush->off + flush->len);
}

static bool is_durable(const struct replay *r, const struct replay_op *o,
		       uint64_t when)
{
	if (!ended_well(o, when))
		return false;
	if (o->fua)
		return true;
	for (size_t i = 0; i < r->nop; i++)
		if (covers(&r->op[i], o) && ended_well(&r->op[i], when))
			return true;
	return false;
}

static void apply_piece(struct moment *m, const struct replay_op *o,
			uint64_t at, uint64_t len)
{
	if (o->kind == REPLAY_WRITE)
		memcpy(m->image + o->off + at, o->data + at, len);
	else
		memset(m->image + o->off + at, 0, len);
}

static void apply(struct moment *m, const struct replay_op *o, enum fate fate)
{
	bool prefix = draw(m, 2);
	uint64_t sectors = (o->len + SECTOR - 1) / SECTOR;
	uint64_t cut = sectors ? draw(m, (uint32_t)sectors + 1) : 0;

	if (fate == PRESENT)
		apply_piece(m, o, 0, o->len);
	if (fate != TORN)
		return;
	for (uint64_t i = 0; i < sectors; i++) {
		uint64_t left = o->len - i * SECTOR;

		if (prefix ? i < cut : draw(m, 2))
			apply_piece(m, o, i * SECTOR,
				    left < SECTOR ? left : SECTOR);
	}
}

/* In the order in which they began. */
static void build(struct moment *m)
{
	const struct replay *r = m->r;
	unsigned k = 0;

	memcpy(m->image, r->base, r->size);
	for (size_t i = 0; i < r->nop; i++) {
		const struct replay_op *o = &r->op[i];

		if (k < m->nloose && m->loose[k] == i)
			apply(m, o, m->fate[k++]);
		else if (m->stands[i])
			apply(m, o, PRESENT);
	}
}

static void sort_out(struct moment *m)
{
	const struct replay *r = m->r;

	m->nloose = 0;
	for (size_t i = 0; i < r->nop; i++) {
		const struct replay_op *o = &r->op[i];
		bool writes = o->kind != REPLAY_FLUSH;

		m->stands[i] = writes && is_durable(r, o, m->when);
		if (writes && !m->stands[i] && o->began <= m->when &&
		    !untouched(o, m->when) && m->nloose < LOOSE_MAX)
			m->loose[m->nloose++] = i;
	}
}

/* How many images: all fates of all loose ones where that is few enough. */
static unsigned how_many(const struct moment *m, bool *all)
{
	unsigned n = 1;

	*all = true;
	for (unsigned i = 0; i < m->nloose; i++) {
		n *= FATES;
		if (n > m->r->images) {
			*all = false;
			return m->r->images;
		}
	}
	return n;
}

/* The first three are all absent, all present, all torn. */
static void choose(struct moment *m, unsigned nth, bool all)
{
	for (unsigned i = 0; i < m->nloose; i++) {
		m->fate[i] = all	   ? nth % FATES
			     : nth < FATES ? nth
					   : draw(m, FATES);
		if (all)
			nth /= FATES;
	}
}

static uint64_t last_moment(const struct replay *r)
{
	uint64_t last = 0;

	for (size_t i = 0; i < r->nop; i++) {
		if (r->op[i].began > last)
			last = r->op[i].began;
		if (r->op[i].ended > last)
			last = r->op[i].ended;
	}
	return last;
}

long replay_run(const struct replay *r)
{
	struct moment m = { .r = r, .random = r->seed };
	uint64_t last = last_moment(r);
	bool good = true;
	long n = 0;

	m.image = malloc(r->size);
	m.stands = calloc(r->nop + 1, sizeof(*m.stands));
	for (; m.image && m.stands && good && m.when <= last; m.when++) {
		bool all;
		unsigned images;

		sort_out(&m);
		images = how_many(&m, &all);
		for (unsigned i = 0; i < images && good; i++, n++) {
			choose(&m, i, all);
			build(&m);
			good = r->check(r->ctx, m.image, m.when);
		}
	}
	free(m.image);
	free(m.stands);
	return good ? n : -n;
}

static enum replay_kind kind_of(enum scsiemu_block_op op)
{
	if (op == SCSIEMU_BOP_FLUSH)
		return REPLAY_FLUSH;
	return op == SCSIEMU_BOP_ZERO || op == SCSIEMU_BOP_UNMAP ? REPLAY_ZERO
								 : REPLAY_WRITE;
}

struct replay_op *replay_from_record(const struct scsiemu_wrap_record *w,
				     uint32_t blen, size_t *n)
{
	struct replay_op *op;

	*n = scsiemu_record_count(w);
	op = calloc(*n + 1, sizeof(*op));
	for (size_t i = 0; op && i < *n; i++) {
		const struct scsiemu_record *rec = scsiemu_record_get(w, i);

		op[i].kind = kind_of(rec->op);
		op[i].fua = rec->flags & SCSIEMU_FUA;
		op[i].result = rec->result;
		op[i].off = rec->lba * blen;
		op[i].len = rec->nblk * blen;
		op[i].data = rec->data;
		op[i].began = rec->began;
		op[i].ended = rec->ended;
	}
	return op;
}
