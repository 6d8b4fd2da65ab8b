/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/nv_file.c - durable records in one file. Every save writes a whole new
 * file beside it ("PATH.new"), makes that durable, renames it over the old one
 * and makes the name durable: whatever call is the last one, the file holds all
 * of the old records or all of the new.
 *
 * The file is locked as long as it is open. A rename brings a new file, which
 * is therefore locked before it gets the name; whoever locked a file that lost
 * its name meanwhile tries again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "store/file_io.h"
#include "store/nv_set.h"
#include "store/open.h"
#include "store/sys.h"

enum { NO_FILE = -1, LOCK_TRIES = 100 };

struct nv_file {
	struct semu_nv_set set;
	int fd; /* holds the lock on the file that has the name */
	char *path, *path_new;
};

static int lock(int fd)
{
	if (semu_sys->flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return EBUSY;
	return 0; /* file systems without locks give other errors */
}

/* As far as the file system and we may: the old file's owner, group and mode
 * are the administrator's. */
static void keep_rights(const struct nv_file *s, int fd)
{
	struct stat old;

	if (s->fd == NO_FILE || semu_sys->fstat(s->fd, &old))
		return;
	semu_sys->fchown(fd, old.st_uid, old.st_gid);
	semu_sys->fchmod(fd, old.st_mode & 07777);
}

/* Locked, emptied, filled, durable. 0 or an errno. */
static int fill(const struct nv_file *s, int fd, void *bytes, size_t len)
{
	struct scsiemu_vec v = { bytes, len };
	size_t done;
	int err = lock(fd);

	if (err)
		return err;
	if (semu_sys->ftruncate(fd, 0))
		return errno;
	keep_rights(s, fd);
	err = semu_file_move(fd, SEMU_WRITING, 0, len, &v, 1, &done);
	return err ? err : semu_file_sync(semu_sys->fsync, fd);
}

/* The first file must not replace one that came up meanwhile. */
static int may_rename(const struct nv_file *s)
{
	struct stat st;

	if (s->fd == NO_FILE && !semu_sys->stat(s->path, &st))
		return EBUSY;
	return 0;
}

/* From the rename on the new file is the one to hold, come what may. */
static int publish(struct nv_file *s, int fd)
{
	int err = may_rename(s);

	if (err)
		return err;
	if (semu_sys->rename(s->path_new, s->path))
		return errno;
	if (s->fd != NO_FILE)
		semu_sys->close(s->fd);
	s->fd = fd;
	return semu_file_sync_folder(s->path);
}

static int write_file(struct nv_file *s)
{
	size_t len;
	uint8_t *bytes = semu_nv_encode(&s->set, &len);
	int fd, err;

	if (!bytes)
		return ENOMEM;
	fd = semu_file_open(s->path_new, O_RDWR | O_CREAT);
	err = fd < 0 ? -fd : fill(s, fd, bytes, len);
	if (!err)
		err = publish(s, fd);
	if (fd >= 0 && s->fd != fd)
		semu_sys->close(fd);
	semu_sys->free(bytes);
	return err;
}

static int nv_file_load(void *ctx, uint32_t id, void *buf, uint32_t *len)
{
	const struct nv_file *s = ctx;

	return semu_nv_load(&s->set, id, buf, len);
}

static int nv_file_save(void *ctx, struct scsiemu_io *io, uint32_t id,
			const void *buf, uint32_t len)
{
	struct nv_file *s = ctx;
	struct semu_nv_record *r = NULL, *old;
	int err;

	(void)io;
	if (len > SEMU_NV_RECORD_MAX)
		return SCSIEMU_E_NO_SPACE;
	if (len) {
		r = semu_nv_make(id, buf, len);
		if (!r)
			return semu_errno_result(ENOMEM, SEMU_WRITING);
	}
	old = semu_nv_swap(&s->set, id, r);
	err = write_file(s);
	if (err) {
		semu_nv_swap(&s->set, id, old);
		old = r;
	}
	semu_sys->free(old);
	return err ? semu_errno_result(err, SEMU_WRITING) : SCSIEMU_OK;
}

static void nv_file_close(void *ctx)
{
	struct nv_file *s = ctx;

	if (s->fd != NO_FILE)
		semu_sys->close(s->fd);
	semu_nv_clear(&s->set);
	semu_sys->free(s);
}

static const struct scsiemu_nv_ops nv_file_ops = {
	.size = sizeof(struct scsiemu_nv_ops),
	.load = nv_file_load,
	.save = nv_file_save,
	.close = nv_file_close,
};

/* One allocation holds the names too. */
static struct nv_file *make(const char *path)
{
	size_t len = strlen(path);
	struct nv_file *s = semu_sys->alloc(sizeof(*s) + 2 * len + 6);

	if (!s)
		return NULL;
	s->fd = NO_FILE;
	s->path = (char *)(s + 1);
	s->path_new = s->path + len + 1;
	memcpy(s->path, path, len);
	memcpy(s->path_new, path, len);
	memcpy(s->path_new + len, ".new", 4);
	return s;
}

/* 0, EAGAIN: it lost its name while it was being locked, or an errno. */
static int lock_named(const struct nv_file *s, int fd, struct stat *st)
{
	struct stat named;
	int err = lock(fd);

	if (err)
		return err;
	if (semu_sys->fstat(fd, st))
		return errno;
	if (semu_sys->stat(s->path, &named))
		return errno == ENOENT ? EAGAIN : errno;
	return named.st_ino == st->st_ino && named.st_dev == st->st_dev
		       ? 0
		       : EAGAIN;
}

/* The file, locked, in s->fd; NO_FILE: there is none. 0 or an errno. */
static int find_file(struct nv_file *s, struct stat *st)
{
	int err = EAGAIN;

	for (int i = 0; err == EAGAIN && i < LOCK_TRIES; i++) {
		int fd = semu_file_open(s->path, O_RDWR);

		if (fd < 0)
			return fd == -ENOENT ? 0 : -fd;
		err = lock_named(s, fd, st);
		if (err)
			semu_sys->close(fd);
		else
			s->fd = fd;
	}
	return err;
}

static int refuse(const struct nv_file *s, int err, struct scsiemu_errmsg *msg)
{
	if (err == EBUSY)
		return semu_err_file(msg, s->path,
				     "is in use by another server: stop that, "
				     "or name another state file");
	if (err == ENOENT)
		return semu_err_file(msg, s->path,
				     "its folder does not exist: make it, or "
				     "correct the path");
	return semu_err_system(msg, s->path, err);
}

static const char *const verdicts[] = {
	[SEMU_NV_FOREIGN] = "is not a state file of this library: name another "
			    "one",
	[SEMU_NV_VERSION] = "was written by another version of this library: "
			    "use that, or name a new file",
	[SEMU_NV_DAMAGED] = "is damaged: bring back a copy, or remove it to "
			    "start without saved state",
	[SEMU_NV_MEMORY] = "out of memory: free some",
};

static int read_file(struct nv_file *s, size_t len, struct scsiemu_errmsg *msg)
{
	uint8_t *bytes = semu_sys->alloc(len + 1); /* never of 0 bytes */
	struct scsiemu_vec v = { bytes, len };
	enum semu_nv_verdict verdict;
	size_t done;
	int err;

	if (!bytes)
		return refuse(s, ENOMEM, msg);
	err = semu_file_move(s->fd, SEMU_READING, 0, len, &v, 1, &done);
	verdict = err ? SEMU_NV_GOOD : semu_nv_decode(&s->set, bytes, done);
	semu_sys->free(bytes);
	if (err)
		return refuse(s, err, msg);
	if (verdict != SEMU_NV_GOOD)
		return semu_err_file(msg, s->path, "%s", verdicts[verdict]);
	return 0;
}

static int begin(struct nv_file *s, struct scsiemu_errmsg *msg)
{
	struct stat st;
	int err = find_file(s, &st);

	if (!err && s->fd == NO_FILE)
		err = write_file(s); /* what forbids saving shows now */
	else if (!err &&
		 (!S_ISREG(st.st_mode) || st.st_size > (off_t)SEMU_NV_FILE_MAX))
		return semu_err_file(msg, s->path, "%s",
				     verdicts[SEMU_NV_FOREIGN]);
	else if (!err)
		return read_file(s, (size_t)st.st_size, msg);
	return err ? refuse(s, err, msg) : 0;
}

int scsiemu_open_nv_file(struct scsiemu_nv *nv, const char *path,
			 struct scsiemu_errmsg *err)
{
	struct nv_file *s = make(path);

	if (!s)
		return semu_err_memory(err);
	if (begin(s, err)) {
		nv_file_close(s);
		return -1;
	}
	nv->ops = &nv_file_ops;
	nv->ctx = s;
	return 0;
}
