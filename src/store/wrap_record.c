/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/wrap_record.c - a log of what changes the medium and of what makes it
 * durable, with the bytes: what a crash at any moment may leave is built from
 * it.
 */
#include <string.h>

#include "store/open.h"
#include "store/sys.h"
#include "store/vec.h"
#include "store/wrap.h"

struct scsiemu_wrap_record {
	struct semu_wrap w;
	struct scsiemu_record *rec;
	size_t n, room;
	uint64_t clock;
};

static bool is_logged(enum scsiemu_block_op kind)
{
	return kind == SCSIEMU_BOP_WRITE || kind == SCSIEMU_BOP_FLUSH ||
	       kind == SCSIEMU_BOP_ZERO || kind == SCSIEMU_BOP_UNMAP ||
	       kind == SCSIEMU_BOP_CAS;
}

static bool has_data(enum scsiemu_block_op kind)
{
	return kind == SCSIEMU_BOP_WRITE || kind == SCSIEMU_BOP_CAS;
}

static bool make_room(struct scsiemu_wrap_record *w)
{
	size_t room = w->room ? 2 * w->room : 64;
	struct scsiemu_record *rec;

	if (w->n < w->room)
		return true;
	rec = semu_sys->alloc(room * sizeof(*rec));
	if (!rec)
		return false;
	if (w->n)
		memcpy(rec, w->rec, w->n * sizeof(*rec));
	semu_sys->free(w->rec);
	w->rec = rec;
	w->room = room;
	return true;
}

/* CAS: the bytes to write lie behind those to expect. */
static uint8_t *copy_data(const struct semu_wrap_op *op)
{
	size_t len = (size_t)op->nblk * op->w->below.blen, pi = 0;
	struct semu_cursor c = semu_cursor(op->v, op->nv);
	uint8_t *data;

	if (op->pi)
		pi = (size_t)op->nblk * op->w->below.pi_len;
	data = semu_sys->alloc(len + pi);
	if (!data)
		return NULL;
	if (op->kind == SCSIEMU_BOP_CAS)
		semu_vec_get(&c, data, len);
	semu_vec_get(&c, data, len);
	if (op->pi)
		memcpy(data + len, op->pi, pi);
	return data;
}

static int record_before(struct semu_wrap *base, struct semu_wrap_op *op)
{
	struct scsiemu_wrap_record *w = (struct scsiemu_wrap_record *)base;
	struct scsiemu_record *r;
	uint8_t *data = NULL;

	if (!is_logged(op->kind))
		return SEMU_WRAP_GO;
	if (!make_room(w))
		return SCSIEMU_E_BUSY;
	if (has_data(op->kind) && op->nblk) {
		data = copy_data(op);
		if (!data)
			return SCSIEMU_E_BUSY;
	}
	op->tag = w->n;
	r = &w->rec[w->n++];
	*r = (struct scsiemu_record){ .op = op->kind,
				      .lba = op->lba,
				      .nblk = op->nblk,
				      .flags = op->io.flags,
				      .result = SCSIEMU_PENDING,
				      .began = ++w->clock,
				      .data = data };
	if (data && op->pi) /* in the same piece of memory */
		r->pi = data + op->nblk * op->w->below.blen;
	return SEMU_WRAP_GO;
}

static int record_after(struct semu_wrap *base, struct semu_wrap_op *op,
			int result)
{
	struct scsiemu_wrap_record *w = (struct scsiemu_wrap_record *)base;

	if (is_logged(op->kind)) {
		w->rec[op->tag].result = result;
		w->rec[op->tag].ended = ++w->clock;
	}
	return result;
}

static void record_close(struct semu_wrap *base)
{
	struct scsiemu_wrap_record *w = (struct scsiemu_wrap_record *)base;

	while (w->n--)
		semu_sys->free((void *)(uintptr_t)w->rec[w->n].data);
	semu_sys->free(w->rec);
}

static const struct semu_wrap_type record_type = {
	.before = record_before,
	.after = record_after,
	.close = record_close,
	.lends = true,
};

int scsiemu_wrap_record(struct scsiemu_medium *m,
			struct scsiemu_wrap_record **handle,
			struct scsiemu_errmsg *err)
{
	*handle = semu_wrap_open(m, &record_type, sizeof(**handle), err);
	return *handle ? 0 : -1;
}

size_t scsiemu_record_count(const struct scsiemu_wrap_record *w)
{
	return w->n;
}

const struct scsiemu_record *scsiemu_record_get(
	const struct scsiemu_wrap_record *w, size_t i)
{
	return &w->rec[i];
}
