/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_mhvtl.c - a cartridge of mhvtl's, which is a directory: of one
 * partition (data, indx, meta), or of up to four (data.0, ...). Each is a tape
 * of its own for tape_scan.c; here they are one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "store/file_io.h"
#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/tape_mhvtl.h"
#include "store/tape_scan.h"

struct mhvtl {
	struct semu_scan *part[SCSIEMU_TAPE_PARTITIONS];
	unsigned n, at;
	struct semu_mhvtl_mam mam;
};

enum { PER_OBJECT = 512 }; /* bytes of the index, which it takes as well */

/* ---- The store ---- */

static void mhvtl_tell(void *ctx, struct scsiemu_tape_pos *out)
{
	struct mhvtl *t = ctx;

	semu_scan_read_ops.tell(t->part[t->at], out);
}

static void mhvtl_info(void *ctx, struct scsiemu_tape_info *out)
{
	const struct mhvtl *t = ctx;
	struct scsiemu_tape_info one;

	semu_scan_read_ops.info(t->part[0], out);
	out->size = 0;
	out->attributes = t->mam.attr_len;
	out->partitions = (uint8_t)t->n;
	for (unsigned i = 0; i < t->n; i++) {
		semu_scan_read_ops.info(t->part[i], &one);
		out->part[i] = one.part[0];
		out->size += one.size;
	}
}

static bool mhvtl_attribute(void *ctx, uint32_t partition, uint16_t id,
			    struct scsiemu_tape_attribute *out)
{
	const struct mhvtl *t = ctx;

	if (!partition)
		return semu_attr_find(t->mam.attr, t->mam.attr_len, id, out);
	return partition < t->n &&
	       semu_attr_find(t->mam.coherency[partition - 1].p,
			      t->mam.coherency[partition - 1].len, id, out);
}

static int mhvtl_read(void *ctx, struct scsiemu_io *io,
		      struct scsiemu_tape_how *how, uint32_t skip,
		      const struct scsiemu_vec *v, unsigned nv)
{
	struct mhvtl *t = ctx;

	return semu_scan_read_ops.read(t->part[t->at], io, how, skip, v, nv);
}

static int mhvtl_verb(void *ctx, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	struct mhvtl *t = ctx;

	if (w->verb == SCSIEMU_V_LOCATE || w->verb == SCSIEMU_V_LOCATE_FILE) {
		if (w->count >= t->n)
			return SCSIEMU_E_RANGE;
		t->at = (unsigned)w->count;
	} else if (w->verb == SCSIEMU_V_INSERT) {
		t->at = 0;
	}
	return semu_scan_read_ops.verb(t->part[t->at], io, w);
}

static void mhvtl_close(void *ctx)
{
	struct mhvtl *t = ctx;

	for (unsigned i = 0; i < t->n; i++)
		semu_scan_close(t->part[i]);
	semu_sys->free(t->mam.attr);
	semu_sys->free(t);
}

static const struct scsiemu_tape_ops ops = { .size = sizeof(ops),
					     .tell = mhvtl_tell,
					     .info = mhvtl_info,
					     .attribute = mhvtl_attribute,
					     .read = mhvtl_read,
					     .verb = mhvtl_verb,
					     .close = mhvtl_close };

/* ---- Opening ---- */

int semu_mhvtl_path(char to[SEMU_MHVTL_PATH], const char *dir, const char *name,
		    int partition)
{
	int n = partition < 0
			? snprintf(to, SEMU_MHVTL_PATH, "%s/%s", dir, name)
			: snprintf(to, SEMU_MHVTL_PATH, "%s/%s.%d", dir, name,
				   partition);

	return n < 0 || n >= SEMU_MHVTL_PATH ? -1 : 0;
}

static bool is_there(const char *dir, const char *name, int partition)
{
	char path[SEMU_MHVTL_PATH];
	struct stat st;

	return !semu_mhvtl_path(path, dir, name, partition) &&
	       !semu_sys->stat(path, &st);
}

bool semu_mhvtl_is(const char *dir)
{
	return is_there(dir, "indx.0", -1) ||
	       (is_there(dir, "indx", -1) && is_there(dir, "data", -1));
}

static int open_side(struct semu_scan_side *side, const char *path,
		     struct scsiemu_errmsg *err)
{
	struct stat st;

	side->fd = semu_file_open(path, O_RDONLY);
	if (side->fd < 0)
		return semu_err_system(err, path, -side->fd);
	if (semu_sys->fstat(side->fd, &st))
		return semu_err_system(err, path, errno);
	side->bytes = (uint64_t)st.st_size;
	return 0;
}

/* Where its objects are on the tape, which is more than their headers. */
static void lay_out(struct semu_scan *s)
{
	uint64_t at = 0;

	for (uint64_t i = 0; i < s->n; i++) {
		s->obj[i].at = at;
		at += PER_OBJECT + (uint64_t)s->obj[i].len;
	}
	s->end = s->bytes = at;
	if (s->is.bytes < at)
		s->is.bytes = at;
}

/* The files of a partition; -1 of number: it has them without a number. */
static int open_partition(struct mhvtl *t, const char *dir, int number,
			  struct scsiemu_tape_new *is,
			  struct scsiemu_errmsg *err)
{
	static const char *const names[SEMU_SCAN_SIDES] = {
		[SEMU_SCAN_DATA] = "data", [SEMU_SCAN_META] = "meta"
	};
	struct semu_scan *s = semu_scan_new(&semu_mhvtl, is, err);
	char path[SEMU_MHVTL_PATH];

	if (!s)
		return -1;
	t->part[t->n] = s;
	s->partition = t->n++;
	s->side[SEMU_SCAN_META].begin = t->mam.meta_at;
	for (unsigned i = 0; i < SEMU_SCAN_SIDES; i++)
		if (semu_mhvtl_path(path, dir, names[i], number) ||
		    open_side(&s->side[i], path, err))
			return -1;
	if (semu_mhvtl_path(path, dir, "indx", number) ||
	    semu_scan_open(s, path, err))
		return -1;
	lay_out(s);
	return 0;
}

static int open_all(struct mhvtl *t, const char *dir,
		    struct scsiemu_errmsg *err)
{
	struct scsiemu_tape_new is = { .read_only = true };

	if (semu_mhvtl_mam(&t->mam, dir, err))
		return -1;
	is.density = t->mam.density;
	is.worm = t->mam.worm;
	is.cleaning = t->mam.cleaning;
	if (!is_there(dir, "indx", 0)) {
		is.bytes = t->mam.bytes;
		return open_partition(t, dir, -1, &is, err);
	}
	/* how large each is nobody says */
	if (!is_there(dir, "indx", 1))
		is.bytes = t->mam.bytes;
	for (int i = 0; i < SCSIEMU_TAPE_PARTITIONS && is_there(dir, "indx", i);
	     i++)
		if (open_partition(t, dir, i, &is, err))
			return -1;
	return 0;
}

int semu_mhvtl_open(struct scsiemu_medium *m, const char *dir,
		    const struct scsiemu_tape_new *is,
		    struct scsiemu_errmsg *err)
{
	struct mhvtl *t = semu_sys->alloc(sizeof(*t));

	(void)is; /* it is as it was made, and only read */
	if (!t)
		return semu_err_memory(err);
	if (strlen(dir) > SEMU_MHVTL_PATH - 16) {
		semu_err_file(err, dir, "is too long a path");
		mhvtl_close(t);
		return -1;
	}
	if (open_all(t, dir, err)) {
		mhvtl_close(t);
		return -1;
	}
	semu_tape_medium(m, &ops, t);
	return 0;
}
