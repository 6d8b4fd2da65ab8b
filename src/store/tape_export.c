/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_export.c - the tape store of a cartridge that is written once, for
 * another program. Its position is always EOD: of the partition that grows.
 */
#include "store/tape_export.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "store/file_io.h"
#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/vec.h"

/* ---- Files ---- */

static int write_at(int fd, uint64_t off, const struct scsiemu_vec *v,
		    unsigned nv)
{
	size_t done;
	int err = semu_file_move(fd, SEMU_WRITING, off, semu_vec_len(v, nv), v,
				 nv, &done);

	return err ? semu_errno_result(err, SEMU_WRITING) : SCSIEMU_OK;
}

int semu_export_put(struct semu_export *x, unsigned file, uint64_t off,
		    const void *p, size_t n)
{
	const struct scsiemu_vec v = { (void *)(uintptr_t)p, n };

	return write_at(x->file[file].fd, off, &v, 1);
}

int semu_export_append(struct semu_export *x, unsigned file, const void *head,
		       size_t head_len, const void *data, size_t len)
{
	const struct scsiemu_vec v[] = { { (void *)(uintptr_t)head, head_len },
					 { (void *)(uintptr_t)data, len } };
	int rc = write_at(x->file[file].fd, x->file[file].end, v, len ? 2 : 1);

	if (!rc)
		x->file[file].end += head_len + len;
	return rc;
}

/* A descriptor, or -errno: nothing may be there. */
static int make(const char *path)
{
	return semu_file_open(path, O_RDWR | O_CREAT | O_EXCL);
}

static int finish(int fd, const char *path)
{
	int why = semu_file_sync(semu_sys->fsync, fd);

	semu_sys->close(fd);
	if (!why)
		why = semu_file_sync_folder(path);
	return why ? SCSIEMU_E_WRITE : SCSIEMU_OK;
}

int semu_export_whole(const char *path, const void *p, size_t n)
{
	const struct scsiemu_vec v = { (void *)(uintptr_t)p, n };
	int fd = make(path), rc;

	if (fd < 0)
		return semu_errno_result(-fd, SEMU_WRITING);
	rc = write_at(fd, 0, &v, 1);
	if (!rc)
		return finish(fd, path);
	semu_sys->close(fd);
	return rc;
}

static int name_of(const struct semu_export *x, unsigned file,
		   char to[SEMU_EXPORT_PATH])
{
	if (x->f->name)
		return x->f->name(x, file, to);
	memcpy(to, x->path, SEMU_EXPORT_PATH);
	return 0;
}

/* ---- Partitions ---- */

/* 0 or an errno; some may be open. */
static int open_files(struct semu_export *x)
{
	char path[SEMU_EXPORT_PATH];

	x->before = 0;
	for (unsigned i = 0; i < x->f->files; i++) {
		if (name_of(x, i, path))
			return ENAMETOOLONG;
		x->file[i].end = 0;
		x->file[i].fd = make(path);
		if (x->file[i].fd < 0)
			return -x->file[i].fd;
	}
	return 0;
}

static int open_partition(struct semu_export *x)
{
	int why = 0;

	if (x->open)
		return SCSIEMU_OK;
	if (x->file[0].fd < 0)
		why = open_files(x);
	if (why)
		return semu_errno_result(why, SEMU_WRITING);
	x->open = true;
	return x->f->head ? x->f->head(x) : SCSIEMU_OK;
}

static int close_partition(struct semu_export *x)
{
	char path[SEMU_EXPORT_PATH];
	int rc = open_partition(x);

	if (!rc && x->f->tail)
		rc = x->f->tail(x);
	for (unsigned i = 0; i < x->f->files && !rc; i++) {
		name_of(x, i, path);
		rc = finish(x->file[i].fd, path);
		x->file[i].fd = -1;
	}
	x->open = false;
	return rc;
}

/* What fails ends it: half of a cartridge is none. */
static int settle(struct semu_export *x, int rc)
{
	if (rc == SCSIEMU_E_NO_SPACE)
		rc = SCSIEMU_R_EOM;
	x->dead |= rc != SCSIEMU_OK;
	return rc;
}

static bool can_grow(const struct semu_export *x)
{
	return !x->dead && !x->ended;
}

/* ---- Objects ---- */

static uint64_t left(const struct semu_export *x)
{
	return x->layout.size[x->partition] - x->part[x->partition].used;
}

static int put_object(struct semu_export *x, const uint8_t *data, uint32_t len)
{
	struct scsiemu_tape_partition *p = &x->part[x->partition];
	int rc;

	if (!can_grow(x))
		return SCSIEMU_E_WRITE;
	if (x->f->per_object + (uint64_t)len > left(x))
		return SCSIEMU_R_EOM;
	rc = open_partition(x);
	if (!rc)
		rc = x->f->put(x, data, len);
	if (rc)
		return settle(x, rc);
	p->used += x->f->per_object + (uint64_t)len;
	p->objects++;
	p->files += !len;
	return SCSIEMU_OK;
}

static int more_record(struct semu_export *x, struct scsiemu_io *io,
		       const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_cursor from = semu_cursor(v, nv);
	size_t n = semu_vec_len(v, nv);
	int rc;

	if (n > x->f->block_max - x->rec_len)
		return SCSIEMU_E_RANGE;
	if (!semu_buf_need(&x->rec, x->rec_len + n, x->rec_len))
		return SCSIEMU_E_HARDWARE;
	semu_vec_get(&from, x->rec.p + x->rec_len, n);
	x->rec_len += (uint32_t)n;
	if (!(io->flags & SCSIEMU_IO_MORE)) {
		rc = x->rec_len ? put_object(x, x->rec.p, x->rec_len)
				: SCSIEMU_E_RANGE;
		if (rc)
			return rc;
	}
	io->moved = (uint32_t)n;
	io->info = x->rec_len;
	return io->flags & SCSIEMU_IO_MORE ? SCSIEMU_OK : SCSIEMU_R_RECORD;
}

static int export_write(void *ctx, struct scsiemu_io *io,
			struct scsiemu_tape_how *how, uint32_t skip,
			const struct scsiemu_vec *v, unsigned nv)
{
	struct semu_export *x = ctx;
	int rc;

	(void)how;
	if (!skip) {
		x->writing = true;
		x->rec_len = 0;
	}
	if (!x->writing || skip != x->rec_len)
		return SCSIEMU_E_RANGE;
	rc = more_record(x, io, v, nv);
	x->writing = rc == SCSIEMU_OK;
	return rc;
}

static int export_read(void *ctx, struct scsiemu_io *io,
		       struct scsiemu_tape_how *how, uint32_t skip,
		       const struct scsiemu_vec *v, unsigned nv)
{
	(void)ctx, (void)io, (void)skip, (void)v, (void)nv;
	if (how)
		how->tag_len = 0;
	return SCSIEMU_R_EOD;
}

/* ---- Facts ---- */

static void export_tell(void *ctx, struct scsiemu_tape_pos *out)
{
	const struct semu_export *x = ctx;
	const struct scsiemu_tape_partition *p = &x->part[x->partition];

	*out = (struct scsiemu_tape_pos){ .object = p->objects,
					  .file = p->files,
					  .used = p->used,
					  .left = left(x),
					  .partition = x->partition,
					  .bop = !p->objects,
					  .eod = true };
}

static void export_info(void *ctx, struct scsiemu_tape_info *out)
{
	const struct semu_export *x = ctx;

	*out = (struct scsiemu_tape_info){
		.size = x->is.bytes,
		.block_max = x->f->block_max,
		.attributes = x->f->attributes,
		.attributes_left = x->f->attributes - x->attr[0].len,
		.density = x->is.density,
		.medium_type = x->is.medium_type,
		.worm = x->is.worm,
		.cleaning = x->is.cleaning,
		.partitions = (uint8_t)x->layout.n,
	};
	if (x->f->attributes)
		out->able |= SCSIEMU_TAPE_ATTRIBUTES;
	if (x->f->partitions > 1)
		out->able |= SCSIEMU_TAPE_PARTITION;
	for (unsigned i = 0; i < x->layout.n; i++) {
		out->part[i] = x->part[i];
		out->part[i].size = x->layout.size[i];
	}
}

bool semu_export_attribute(const struct semu_export *x, uint32_t partition,
			   uint16_t id, struct scsiemu_tape_attribute *out)
{
	return partition < SCSIEMU_TAPE_PARTITIONS &&
	       semu_attr_find(x->attr[partition].p, x->attr[partition].len, id,
			      out);
}

static bool export_attribute(void *ctx, uint32_t partition, uint16_t id,
			     struct scsiemu_tape_attribute *out)
{
	return semu_export_attribute(ctx, partition, id, out);
}

/* ---- Verbs ---- */

typedef int verb_fn(struct semu_export *x, struct scsiemu_io *io,
		    const struct scsiemu_cmd *w);

/* To where it stands, or to the beginning of the partition behind it. */
static int verb_locate(struct semu_export *x, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	const struct scsiemu_tape_partition *p = &x->part[x->partition];
	uint64_t here = w->verb == SCSIEMU_V_LOCATE ? p->objects : p->files;
	int rc;

	(void)io;
	if (w->count == x->partition && w->addr == here)
		return SCSIEMU_OK;
	if (w->count != x->partition + 1 || w->count >= x->layout.n ||
	    w->addr || !can_grow(x))
		return SCSIEMU_E_RANGE;
	rc = close_partition(x);
	x->partition += !rc;
	return settle(x, rc);
}

static int verb_flush(struct semu_export *x, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	(void)io, (void)w;
	for (unsigned i = 0; i < x->f->files && !x->dead; i++)
		x->dead = x->file[i].fd >= 0 &&
			  semu_file_sync(semu_sys->fdatasync, x->file[i].fd);
	return x->dead ? SCSIEMU_E_WRITE : SCSIEMU_OK;
}

static int verb_marks(struct semu_export *x, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	int rc = SCSIEMU_OK;

	for (io->info = w->count; !rc && io->info;) {
		rc = put_object(x, NULL, 0);
		io->info -= rc == SCSIEMU_OK;
	}
	if (!(io->flags & SCSIEMU_IMMED) && verb_flush(x, io, w))
		return SCSIEMU_E_WRITE;
	return rc;
}

static int verb_insert(struct semu_export *x, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	(void)x, (void)io, (void)w;
	return SCSIEMU_OK;
}

static int verb_partition(struct semu_export *x, struct scsiemu_io *io,
			  const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_layout to;

	(void)io;
	if (w->len < sizeof(to))
		return SCSIEMU_E_RANGE;
	memcpy(&to, w->buf, sizeof(to));
	if (x->open || x->partition || to.n > x->f->partitions ||
	    !semu_tape_layout(&to, x->is.bytes))
		return SCSIEMU_E_RANGE;
	x->layout = to;
	return SCSIEMU_OK;
}

/* Can the format keep these in that partition? */
static bool keeps(const struct semu_export *x, uint64_t partition,
		  const struct scsiemu_cmd *w)
{
	struct scsiemu_tape_attribute a;

	if (partition >= x->layout.n || !x->f->attributes)
		return false;
	for (unsigned id = 0;
	     partition && semu_attr_find(w->buf, w->len, (uint16_t)id, &a);
	     id = a.id + 1U)
		if (a.id != x->f->of_partition)
			return false;
	return true;
}

static int verb_setattr(struct semu_export *x, struct scsiemu_io *io,
			const struct scsiemu_cmd *w)
{
	(void)io;
	if (!keeps(x, w->addr, w))
		return SCSIEMU_E_NO_SPACE;
	return semu_attr_set(&x->attr[w->addr].p, &x->attr[w->addr].len,
			     x->f->attributes, w->buf, w->len);
}

/* The end. All of its partitions are there, also those without an object. */
static int verb_eject(struct semu_export *x, struct scsiemu_io *io,
		      const struct scsiemu_cmd *w)
{
	int rc = SCSIEMU_OK;

	(void)io, (void)w;
	if (x->dead)
		return SCSIEMU_E_WRITE;
	if (x->ended)
		return SCSIEMU_OK;
	for (;; x->partition++) {
		rc = close_partition(x);
		if (rc || x->partition + 1 == x->layout.n)
			break;
	}
	if (!rc && x->f->end)
		rc = x->f->end(x);
	x->ended = true;
	return settle(x, rc);
}

static verb_fn *const verbs[] = {
	[SCSIEMU_V_FLUSH] = verb_flush,
	[SCSIEMU_V_LOCATE] = verb_locate,
	[SCSIEMU_V_LOCATE_FILE] = verb_locate,
	[SCSIEMU_V_MARKS] = verb_marks,
	[SCSIEMU_V_INSERT] = verb_insert,
	[SCSIEMU_V_EJECT] = verb_eject,
	[SCSIEMU_V_PARTITION] = verb_partition,
	[SCSIEMU_V_SETATTR] = verb_setattr,
};

static int export_verb(void *ctx, struct scsiemu_io *io,
		       const struct scsiemu_cmd *w)
{
	struct semu_export *x = ctx;

	x->writing = false;
	if (w->verb >= sizeof(verbs) / sizeof(verbs[0]) || !verbs[w->verb])
		return SCSIEMU_E_HARDWARE;
	return verbs[w->verb](x, io, w);
}

static void export_close(void *ctx)
{
	struct semu_export *x = ctx;

	for (unsigned i = 0; i < SEMU_EXPORT_FILES; i++)
		if (x->file[i].fd >= 0)
			semu_sys->close(x->file[i].fd);
	semu_buf_free(&x->rec);
	for (unsigned i = 0; i < SCSIEMU_TAPE_PARTITIONS; i++)
		semu_sys->free(x->attr[i].p);
	semu_sys->free(x);
}

static const struct scsiemu_tape_ops ops = { .size = sizeof(ops),
					     .tell = export_tell,
					     .info = export_info,
					     .attribute = export_attribute,
					     .read = export_read,
					     .write = export_write,
					     .verb = export_verb,
					     .close = export_close };

/* ---- Opening ---- */

/* The directory, or the first files, so that what is wrong is said now. */
static int begin(struct semu_export *x, struct scsiemu_errmsg *err)
{
	int why = 0;

	if (x->f->folder)
		why = semu_sys->mkdir(x->path, 0777) ? errno : 0;
	else
		why = open_files(x);
	if (why == EEXIST)
		return semu_err_file(err, x->path,
				     "is there already: remove it, or name "
				     "another");
	return why ? semu_err_system(err, x->path, why) : 0;
}

int semu_export_new(struct scsiemu_medium *m,
		    const struct semu_export_format *f, const char *path,
		    const struct scsiemu_tape_new *is,
		    struct scsiemu_errmsg *err)
{
	size_t n = strlen(path);
	struct semu_export *x;

	if (semu_tape_check(is, err))
		return -1;
	if (n >= SEMU_EXPORT_PATH)
		return semu_err_file(err, path, "is too long a path");
	x = semu_sys->alloc(sizeof(*x));
	if (!x)
		return semu_err_memory(err);
	x->f = f;
	x->is = *is;
	x->layout = (struct scsiemu_tape_layout){ 1, { is->bytes } };
	for (unsigned i = 0; i < SEMU_EXPORT_FILES; i++)
		x->file[i].fd = -1;
	memcpy(x->path, path, n);
	if (begin(x, err)) {
		export_close(x);
		return -1;
	}
	semu_tape_medium(m, &ops, x);
	return 0;
}
