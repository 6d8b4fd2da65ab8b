/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_log_check.c - reads a cartridge in a file from end to end: every
 * frame against its check value, and against what the indexes say of it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "store/crc32c.h"
#include "store/sys.h"
#include "store/tape_log.h"

/* A walk over the frames of a partition. */
struct walk {
	struct semu_tl *t;
	struct scsiemu_tape_check *c;
	unsigned partition;
	struct semu_tl_pos at; /* the object that is to come */
	uint64_t epoch;	       /* of the frame before */
	uint64_t done, all;    /* bytes, of all partitions */
	bool stopped;
};

static __attribute__((format(printf, 2, 3))) void found(struct walk *w,
							const char *fmt, ...)
{
	char text[200];
	va_list ap;
	int n;

	w->c->faults++;
	if (!w->c->found)
		return;
	n = snprintf(text, sizeof(text),
		     "partition %u, object %" PRIu64 ", byte %" PRIu64 ": ",
		     w->partition, w->at.object, w->at.off);
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	w->c->found(w->c->ctx, text);
}

/* ---- What a frame must be ---- */

/* The bytes behind the header are those that it was made for. */
static bool is_whole(struct walk *w, const struct semu_tl_head *h)
{
	struct semu_tl *t = w->t;
	uint64_t at = t->part[w->partition].base + h->off + SEMU_TL_HEAD;
	uint64_t left = (uint64_t)h->len + h->tag_len;
	uint32_t crc = 0;

	while (left) {
		size_t n = left < SEMU_TL_SLOT ? (size_t)left : SEMU_TL_SLOT;

		if (semu_tl_move_bytes(t, SEMU_READING, at, t->slot, n))
			return false;
		crc = semu_crc32c(crc, t->slot, n);
		at += n;
		left -= n;
	}
	return crc == h->crc;
}

static void check_index(struct walk *w, const struct semu_tl_head *h)
{
	struct semu_tl_pos pos;
	struct semu_tl_entry e = { 0, 0 };

	if (semu_tl_find(w->t, w->partition, w->at.object, &pos))
		found(w, "the index cannot be read here");
	else if (pos.off != w->at.off || pos.files != w->at.files)
		found(w, "the index has it elsewhere");
	if (h->kind != SEMU_TL_MARK)
		return;
	if (w->at.files >= semu_tl_files(&w->t->part[w->partition]) ||
	    semu_tl_entry(w->t, w->partition, SEMU_TL_MARKS, w->at.files, &e) ||
	    e.off != w->at.off || e.with != w->at.object)
		found(w, "filemark %" PRIu64 " is not in the index of these",
		      w->at.files);
}

static void check_object(struct walk *w, const struct semu_tl_head *h)
{
	if (!semu_tl_is_object(w->t, h, w->partition, w->at.object, w->at.off))
		found(w, "another object stands here (number %" PRIu64 ")",
		      h->number);
	else if (h->files != w->at.files)
		found(w,
		      "%" PRIu64 " filemarks are in front of it, not %" PRIu64,
		      w->at.files, h->files);
	else
		check_index(w, h);
	if (h->kind == SEMU_TL_MARK) {
		w->c->marks++;
		w->at.files++;
	} else {
		w->c->records++;
		w->c->bytes += h->len;
	}
	w->at.object++;
}

static void check_frame(struct walk *w, const struct semu_tl_head *h)
{
	if (!is_whole(w, h))
		found(w, "its bytes are not those that were written");
	if (h->epoch < w->epoch || h->epoch > w->t->seq)
		found(w, "it is of another time");
	w->epoch = h->epoch;
	if (h->kind != SEMU_TL_INDEX)
		check_object(w, h);
}

/* ---- Walking ---- */

/* There is no frame: on with the next object that the index knows. */
static bool skip(struct walk *w)
{
	const struct semu_tl_part *p = &w->t->part[w->partition];
	struct semu_tl_pos next;

	found(w, "there is no frame, or it cannot be read");
	/* a page of the index may stand in front of the object */
	for (uint64_t i = w->at.object; i <= w->at.object + 1; i++) {
		if (i < semu_tl_objects(p) &&
		    !semu_tl_find(w->t, w->partition, i, &next) &&
		    next.off > w->at.off) {
			w->at = next;
			return true;
		}
	}
	return false;
}

/* May it go on? */
static bool tell(struct walk *w, uint64_t off)
{
	if (w->c->progress && !w->c->progress(w->c->ctx, w->done + off, w->all))
		w->stopped = true;
	return !w->stopped;
}

static void check_partition(struct walk *w)
{
	const struct semu_tl_part *p = &w->t->part[w->partition];
	struct semu_tl_head h;

	w->at = (struct semu_tl_pos){ 0, 0, 0 };
	w->epoch = 0;
	semu_tl_forget_pages(w->t);
	while (w->at.off < p->end && tell(w, w->at.off)) {
		if (!semu_tl_read_head(w->t, w->partition, w->at.off, &h)) {
			check_frame(w, &h);
			w->at.off += semu_tl_frame_len(h.len, h.tag_len);
		} else if (!skip(w)) {
			break;
		}
	}
	if (!w->stopped && (w->at.object != semu_tl_objects(p) ||
			    w->at.files != semu_tl_files(p)))
		found(w,
		      "here it ends, and should have %" PRIu64
		      " objects and %" PRIu64 " filemarks",
		      semu_tl_objects(p), semu_tl_files(p));
	w->done += p->end;
}

static void check_all(struct semu_tl *t, struct scsiemu_tape_check *c)
{
	struct walk w = { .t = t, .c = c };

	if (t->doubt) {
		c->faults++;
		if (c->found)
			c->found(c->ctx, t->doubt);
	}
	for (unsigned i = 0; i < t->n; i++)
		w.all += t->part[i].end;
	for (; w.partition < t->n && !w.stopped; w.partition++)
		check_partition(&w);
	if (!w.stopped)
		tell(&w, 0);
}

int scsiemu_tape_log_check(const char *path, struct scsiemu_tape_check *c,
			   struct scsiemu_errmsg *err)
{
	struct semu_tl *t = semu_sys->alloc(sizeof(*t));
	int rc = -1;

	c->records = c->marks = c->bytes = c->faults = 0;
	if (!t)
		return semu_err_memory(err);
	t->fd = semu_tl_open_file(path, O_RDONLY, err);
	if (t->fd >= 0) {
		rc = semu_tl_load(t, path, true, err);
		if (!rc)
			check_all(t, c);
		semu_sys->close(t->fd);
	}
	semu_tl_free_attributes(t);
	semu_sys->free(t);
	return rc;
}
