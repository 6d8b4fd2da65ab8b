/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/open_file.c - opening the file store: everything that can be wrong with
 * a path is said here, before a device exists, and nothing is left behind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>

#include "store/block_file.h"
#include "store/file_io.h"
#include "store/sys.h"

/* A file being opened. */
struct opening {
	const char *path;
	const struct scsiemu_geometry *g;
	struct scsiemu_errmsg *err;
	int fd;
	bool made; /* by us: goes away again if opening fails */
	struct stat st;
	uint64_t bytes;	 /* of the file */
	uint64_t want;	 /* ... as the geometry has it; 0: as it is */
	uint32_t stride; /* of a block */
	char *side_path; /* of the protection information */
	int side;	 /* its file; -1: none */
	bool side_made;
};

static int mode_of(const struct opening *o)
{
	return o->g->read_only ? O_RDONLY : O_RDWR;
}

static int open_or_make(struct opening *o)
{
	o->fd = semu_file_open(o->path, mode_of(o));
	if (o->fd == -ENOENT && o->want && !o->g->read_only) {
		o->fd = semu_file_open(o->path, O_RDWR | O_CREAT | O_EXCL);
		o->made = o->fd >= 0;
		if (o->fd == -ENOENT)
			return semu_err_file(o->err, o->path,
					     "its folder does not exist: make "
					     "it, or correct the path");
	}
	return o->fd < 0 ? semu_err_system(o->err, o->path, -o->fd) : 0;
}

static const char *strange(mode_t mode)
{
	if (S_ISDIR(mode))
		return "is a directory: name a file in it";
	if (S_ISFIFO(mode))
		return "is a FIFO: name a regular file or block device";
	return "is not a regular file or block device: name one";
}

static int check_kind(struct opening *o)
{
	if (semu_sys->fstat(o->fd, &o->st))
		return semu_err_system(o->err, o->path, errno);
	if (!S_ISREG(o->st.st_mode) && !S_ISBLK(o->st.st_mode))
		return semu_err_file(o->err, o->path, "%s",
				     strange(o->st.st_mode));
	return 0;
}

/* Nobody else may write what we write: a mounted file system on a device, or
 * another server on a file. */
static int claim_device(struct opening *o)
{
	int fd;

	if (!S_ISBLK(o->st.st_mode) || o->g->read_only)
		return 0;
	fd = semu_file_open(o->path, O_RDWR | O_EXCL);
	if (fd < 0)
		return semu_err_system(o->err, o->path, -fd);
	semu_sys->close(o->fd);
	o->fd = fd;
	return 0;
}

/* File systems without locks give other errors: there one has to take care. Who
 * was faster with a file that we made has it now. */
static int lock(struct opening *o)
{
	int how = o->g->read_only ? LOCK_SH : LOCK_EX;

	if (!semu_sys->flock(o->fd, how | LOCK_NB) || errno != EWOULDBLOCK)
		return 0;
	o->made = false;
	return semu_err_file(o->err, o->path,
			     "is in use by another server: stop that, "
			     "or open it read-only in both");
}

static int grow(struct opening *o)
{
	int err;

	if (semu_sys->ftruncate(o->fd, (off_t)o->want))
		return semu_err_system(o->err, o->path, errno);
	o->bytes = o->want;
	err = semu_file_sync(semu_sys->fsync, o->fd);
	if (!err)
		err = semu_file_sync_folder(o->path);
	return err ? semu_err_system(o->err, o->path, err) : 0;
}

static int check_size(const struct opening *o)
{
	uint64_t want = o->want;

	if (!o->bytes)
		return semu_err_file(o->err, o->path,
				     "is empty: give a size (size=1G)");
	if (want > o->bytes ||
	    (want < o->bytes && want && S_ISREG(o->st.st_mode)))
		return semu_err_file(o->err, o->path,
				     "has %" PRIu64 " bytes, not the %" PRIu64
				     " that were given: leave the size out, or "
				     "change the file (truncate -s)",
				     o->bytes, want);
	/* of a device the last block, if it is cut, is not used */
	if (!want && o->bytes % o->stride &&
	    !(o->g->pi_len && S_ISBLK(o->st.st_mode)))
		return semu_err_file(o->err, o->path,
				     "its %" PRIu64 " bytes are not whole "
				     "blocks of %" PRIu32 ": take another "
				     "block size, or change the file "
				     "(truncate -s)",
				     o->bytes, o->stride);
	return 0;
}

static int find_size(struct opening *o)
{
	o->bytes = (uint64_t)o->st.st_size;
	if (S_ISBLK(o->st.st_mode) && semu_sys->devsize(o->fd, &o->bytes))
		return semu_err_system(o->err, o->path, errno);
	if (!o->bytes && o->want && S_ISREG(o->st.st_mode) &&
	    !o->g->read_only && grow(o))
		return -1;
	return check_size(o);
}

/* The file beside it; a new one gets its length, and with its name it is
 * durable. */
static int open_or_make_side(struct opening *o, uint64_t size)
{
	int err;

	o->side = semu_file_open(o->side_path, mode_of(o));
	if (o->side != -ENOENT || o->g->read_only)
		return o->side < 0 ? -o->side : 0;
	o->side = semu_file_open(o->side_path, O_RDWR | O_CREAT | O_EXCL);
	if (o->side < 0)
		return -o->side;
	o->side_made = true;
	if (semu_sys->ftruncate(o->side, (off_t)size))
		return errno;
	err = semu_file_sync(semu_sys->fsync, o->side);
	return err ? err : semu_file_sync_folder(o->side_path);
}

/* As large as the blocks need it; made when it is missing: then nothing is
 * known of any block. */
static int open_side(struct opening *o)
{
	uint64_t nblk = (o->want ? o->want : o->bytes) / o->stride;
	uint64_t size = nblk * o->g->pi_len;
	struct stat st;
	int err;

	if (!o->g->pi_len || !o->g->pi_side)
		return 0;
	if (S_ISBLK(o->st.st_mode))
		return semu_err_file(o->err, o->path,
				     "is a block device, which has no file "
				     "beside it: keep protection information "
				     "behind the blocks");
	err = open_or_make_side(o, size);
	if (!err && semu_sys->fstat(o->side, &st))
		err = errno;
	if (err)
		return semu_err_system(o->err, o->side_path, err);
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != size)
		return semu_err_file(o->err, o->side_path,
				     "has not the %" PRIu64 " bytes that "
				     "belong to %" PRIu64 " blocks: remove it "
				     "to begin without protection information",
				     size, nblk);
	return 0;
}

static const struct scsiemu_block_ops *ops_of(const struct opening *o)
{
	if (!o->g->pi_len)
		return &semu_file_ops;
	return o->g->pi_side ? &semu_file_ops_side : &semu_file_ops_behind;
}

static void set_up(struct semu_file *s, const struct scsiemu_medium *m,
		   const struct opening *o)
{
	s->fd = o->fd;
	s->side = o->side;
	s->device = S_ISBLK(o->st.st_mode);
	s->blen = m->blen;
	s->stride = o->stride;
	s->pi_len = m->pi_len;
	s->bytes = o->want ? o->want : o->bytes;
	s->nblk = s->bytes / o->stride;
	s->ops = *ops_of(o);
}

static void offer(struct scsiemu_medium *m, struct semu_file *s,
		  const struct opening *o)
{
	set_up(s, m, o);
	m->nblk = s->nblk;
	if (m->thin && !m->read_only && !semu_file_punches(s))
		m->thin = m->zeroes = false;
	if (m->thin && (uint64_t)o->st.st_blksize > m->blen)
		m->granule = (uint32_t)o->st.st_blksize / m->blen;
	if (!semu_file_seeks(s))
		s->ops.status = NULL;
	if (!m->thin || m->read_only)
		s->ops.unmap = NULL;
	if (m->read_only) {
		s->ops.write = NULL;
		s->ops.write_pi = NULL;
		s->ops.flush = s->ops.zero = NULL;
		s->ops.cas = NULL;
		s->ops.format = NULL;
	}
	m->ops = &s->ops;
	m->ctx = s;
	m->able = scsiemu_block_able(&s->ops);
}

static void undo(struct opening *o)
{
	if (o->side >= 0)
		semu_sys->close(o->side);
	if (o->side_made)
		semu_sys->unlink(o->side_path);
	if (o->made)
		semu_sys->unlink(o->path);
	semu_sys->close(o->fd);
}

static int open_checked(struct opening *o)
{
	if (open_or_make(o))
		return -1;
	if (!check_kind(o) && !claim_device(o) && !lock(o) && !find_size(o) &&
	    !open_side(o))
		return 0;
	undo(o);
	return -1;
}

/* Memory of the store besides struct semu_file. */
static bool get_memory(struct semu_file *s, struct opening *o)
{
	size_t len = strlen(o->path);

	if (!o->g->pi_len)
		return true;
	s->bounce = semu_sys->alloc(SEMU_FILE_BOUNCE);
	o->side_path = semu_sys->alloc(len + sizeof(".pi"));
	if (!s->bounce || !o->side_path)
		return false;
	memcpy(o->side_path, o->path, len);
	memcpy(o->side_path + len, ".pi", sizeof(".pi"));
	return true;
}

int scsiemu_open_file(struct scsiemu_medium *m, const char *path,
		      const struct scsiemu_geometry *g,
		      struct scsiemu_errmsg *err)
{
	static const struct scsiemu_geometry none;
	struct opening o = {
		.path = path, .g = g ? g : &none, .err = err, .side = -1
	};
	struct semu_file *s;
	int rc = -1;

	if (semu_geometry(m, g, err))
		return -1;
	o.stride = m->blen + (o.g->pi_side ? 0 : m->pi_len);
	o.want = m->nblk * o.stride;
	s = semu_sys->alloc(sizeof(*s));
	if (!s)
		return semu_err_memory(err);
	if (!get_memory(s, &o))
		semu_err_memory(err);
	else
		rc = open_checked(&o);
	semu_sys->free(o.side_path);
	if (!rc) {
		offer(m, s, &o);
		return 0;
	}
	semu_sys->free(s->bounce);
	semu_sys->free(s);
	return -1;
}
