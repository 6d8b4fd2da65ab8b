/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/open_file.c - opening the file store: everything that can be wrong with
 * a path is said here, before a device exists, and nothing is left behind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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
	uint64_t bytes;
};

static int mode_of(const struct opening *o)
{
	return o->g->read_only ? O_RDONLY : O_RDWR;
}

static int open_or_make(struct opening *o)
{
	o->fd = semu_file_open(o->path, mode_of(o));
	if (o->fd == -ENOENT && o->g->bytes && !o->g->read_only) {
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

/* File systems without locks give other errors: there one has to take care. */
static int lock(const struct opening *o)
{
	int how = o->g->read_only ? LOCK_SH : LOCK_EX;

	if (semu_sys->flock(o->fd, how | LOCK_NB) && errno == EWOULDBLOCK)
		return semu_err_file(o->err, o->path,
				     "is in use by another server: stop that, "
				     "or open it read-only in both");
	return 0;
}

static int grow(struct opening *o)
{
	int err;

	if (semu_sys->ftruncate(o->fd, (off_t)o->g->bytes))
		return semu_err_system(o->err, o->path, errno);
	o->bytes = o->g->bytes;
	err = semu_file_sync(semu_sys->fsync, o->fd);
	if (!err)
		err = semu_file_sync_folder(o->path);
	return err ? semu_err_system(o->err, o->path, err) : 0;
}

static int check_size(const struct opening *o, uint32_t blen)
{
	uint64_t want = o->g->bytes;

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
	if (!want && o->bytes % blen)
		return semu_err_file(o->err, o->path,
				     "its %" PRIu64 " bytes are not whole "
				     "blocks of %" PRIu32 ": take another "
				     "block size, or change the file "
				     "(truncate -s)",
				     o->bytes, blen);
	return 0;
}

static int find_size(struct opening *o, uint32_t blen)
{
	o->bytes = (uint64_t)o->st.st_size;
	if (S_ISBLK(o->st.st_mode) && semu_sys->devsize(o->fd, &o->bytes))
		return semu_err_system(o->err, o->path, errno);
	if (!o->bytes && o->g->bytes && S_ISREG(o->st.st_mode) &&
	    !o->g->read_only && grow(o))
		return -1;
	return check_size(o, blen);
}

static void offer(struct scsiemu_medium *m, struct semu_file *s,
		  const struct opening *o)
{
	uint64_t bytes = o->g->bytes ? o->g->bytes : o->bytes;

	s->fd = o->fd;
	s->device = S_ISBLK(o->st.st_mode);
	s->blen = m->blen;
	s->nblk = m->nblk = bytes / m->blen;
	s->bytes = bytes;
	if (m->thin && !m->read_only && !semu_file_punches(s))
		m->thin = m->zeroes = false;
	if (m->thin && (uint64_t)o->st.st_blksize > m->blen)
		m->granule = (uint32_t)o->st.st_blksize / m->blen;
	s->ops = semu_file_ops;
	if (!semu_file_seeks(s))
		s->ops.status = NULL;
	if (!m->thin || m->read_only)
		s->ops.unmap = NULL;
	if (m->read_only) {
		s->ops.write = NULL;
		s->ops.flush = s->ops.zero = NULL;
		s->ops.cas = NULL;
		s->ops.format = NULL;
	}
	m->ops = &s->ops;
	m->ctx = s;
	m->able = scsiemu_block_able(&s->ops);
}

static int open_checked(struct opening *o, uint32_t blen)
{
	if (open_or_make(o))
		return -1;
	if (!check_kind(o) && !claim_device(o) && !lock(o) &&
	    !find_size(o, blen))
		return 0;
	if (o->made)
		semu_sys->unlink(o->path);
	semu_sys->close(o->fd);
	return -1;
}

int scsiemu_open_file(struct scsiemu_medium *m, const char *path,
		      const struct scsiemu_geometry *g,
		      struct scsiemu_errmsg *err)
{
	static const struct scsiemu_geometry none;
	struct opening o = { .path = path, .g = g ? g : &none, .err = err };
	struct semu_file *s;

	if (semu_geometry(m, g, err))
		return -1;
	s = semu_sys->alloc(sizeof(*s));
	if (!s)
		return semu_err_memory(err);
	if (open_checked(&o, m->blen)) {
		semu_sys->free(s);
		return -1;
	}
	offer(m, s, &o);
	return 0;
}
