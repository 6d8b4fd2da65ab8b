/* SPDX-License-Identifier: BSD-2-Clause */
/* store/tape_scan_open.c - opening a file of another program, and reading it
 * through. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "store/file_io.h"
#include "store/sys.h"
#include "store/tape_scan.h"

/* More than any tape has; a file of zeros could say so. */
enum { MOST_OBJECTS = 1 << 25 };

/* ---- Scanning ---- */

int semu_scan_load_from(int fd, uint64_t off, uint8_t *to, size_t n)
{
	const struct scsiemu_vec v = { to, n };
	size_t done;
	int err = semu_file_move(fd, SEMU_READING, off, n, &v, 1, &done);

	if (err)
		return semu_errno_result(err, SEMU_READING);
	return done == n ? SCSIEMU_OK : SCSIEMU_E_READ;
}

int semu_scan_load(const struct semu_scan *s, uint64_t off, uint8_t *to,
		   size_t n)
{
	return semu_scan_load_from(s->fd, off, to, n);
}

int semu_scan_damage(struct semu_scan *s, uint64_t at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->damage, sizeof(s->damage), fmt, ap);
	va_end(ap);
	s->damage_at = at;
	return -1;
}

const uint8_t *semu_scan_peek(struct semu_scan *s, uint64_t off, size_t n)
{
	size_t len = SEMU_SCAN_WINDOW;

	if (off > s->bytes || n > s->bytes - off) {
		semu_scan_damage(s, off, "the file ends inside an object");
		return NULL;
	}
	if (off < s->window_at || off + n > s->window_at + s->window_len) {
		if (len > s->bytes - off)
			len = (size_t)(s->bytes - off);
		s->window_len = 0;
		if (semu_scan_load(s, off, s->window, len)) {
			semu_scan_damage(s, off, "the file cannot be read");
			return NULL;
		}
		s->window_at = off;
		s->window_len = len;
	}
	return s->window + (off - s->window_at);
}

/* Room for one more of n things where there is some for *room. */
static void *grow(void *mem, uint64_t n, uint64_t *room, size_t size)
{
	uint64_t want = *room ? 2 * *room : 64;
	void *more;

	if (n < *room)
		return mem;
	more = semu_sys->alloc((size_t)want * size);
	if (!more)
		return NULL;
	if (n)
		memcpy(more, mem, (size_t)n * size);
	semu_sys->free(mem);
	*room = want;
	return more;
}

int semu_scan_add(struct semu_scan *s, struct semu_scan_object o)
{
	void *obj, *mark;

	if (s->n == MOST_OBJECTS)
		return semu_scan_damage(s, o.at, "too many objects");
	obj = grow(s->obj, s->n, &s->room, sizeof(*s->obj));
	if (obj)
		s->obj = obj;
	mark = grow(s->mark, s->nmarks, &s->mark_room, sizeof(*s->mark));
	if (mark)
		s->mark = mark;
	if (!obj || !mark)
		return semu_scan_damage(s, o.at, "out of memory");
	if (o.kind == SEMU_SCAN_MARK)
		s->mark[s->nmarks++] = s->n;
	s->obj[s->n++] = o;
	return s->enough && s->n >= s->enough ? -1 : 0;
}

/* ---- Opening ---- */

static int open_file(struct semu_scan *s, const char *path, bool *made,
		     struct scsiemu_errmsg *err)
{
	int how = s->is.read_only ? LOCK_SH : LOCK_EX;
	struct stat st;

	s->fd = semu_file_open(path, s->is.read_only ? O_RDONLY : O_RDWR);
	if (s->fd == -ENOENT && s->is.bytes && !s->is.read_only) {
		s->fd = semu_file_open(path, O_RDWR | O_CREAT | O_EXCL);
		*made = s->fd >= 0;
	}
	if (s->fd < 0)
		return semu_err_system(err, path, -s->fd);
	if (semu_sys->fstat(s->fd, &st))
		return semu_err_system(err, path, errno);
	if (!S_ISREG(st.st_mode))
		return semu_err_file(err, path,
				     "is not a regular file: name one");
	s->bytes = (uint64_t)st.st_size;
	if (semu_sys->flock(s->fd, how | LOCK_NB) && errno == EWOULDBLOCK) {
		*made = false;
		return semu_err_file(err, path,
				     "is in use by another server: stop that, "
				     "or open it read-only in both");
	}
	return 0;
}

/* The name of a file that was made is durable, too. */
static int settle(struct semu_scan *s, const char *path,
		  struct scsiemu_errmsg *err)
{
	int why = semu_file_sync(semu_sys->fsync, s->fd);

	if (!why)
		why = semu_file_sync_folder(path);
	return why ? semu_err_system(err, path, why) : 0;
}

/* A damaged file that is only read: what is in front can be had. */
static int accept_damage(struct semu_scan *s, const char *path,
			 struct scsiemu_errmsg *err)
{
	const struct semu_scan_object bad = { .at = s->damage_at,
					      .kind = SEMU_SCAN_BAD };

	semu_err_file(err, path, "byte %" PRIu64 ": %s: not %s, or damaged%s",
		      s->damage_at, s->damage, s->f->name,
		      s->n && !s->is.read_only
			      ? "; opened read-only, what is in front of it "
				"can be read"
			      : "");
	if (!s->n || !s->is.read_only)
		return -1;
	return semu_scan_add(s, bad);
}

static int scan(struct semu_scan *s, const char *path,
		struct scsiemu_errmsg *err)
{
	s->window = semu_sys->alloc(SEMU_SCAN_WINDOW);
	if (!s->window)
		return semu_err_memory(err);
	if (s->f->scan(s) && accept_damage(s, path, err))
		return -1;
	semu_sys->free(s->window);
	s->window = NULL;
	if (s->is.bytes < s->end)
		s->is.bytes = s->end;
	semu_scan_spare(s);
	return 0;
}

struct semu_scan *semu_scan_new(const struct semu_scan_format *f,
				const struct scsiemu_tape_new *is,
				struct scsiemu_errmsg *err)
{
	struct semu_scan *s = semu_sys->alloc(sizeof(*s));

	if (!s) {
		semu_err_memory(err);
		return NULL;
	}
	s->f = f;
	s->is = *is;
	s->is.read_only = is->read_only || !f->encode;
	s->unpadded = f->unpadded;
	s->rec_is = UINT64_MAX;
	s->fd = -1;
	for (unsigned i = 0; i < SEMU_SCAN_SIDES; i++)
		s->side[i].fd = -1;
	return s;
}

int semu_scan_open(struct semu_scan *s, const char *path,
		   struct scsiemu_errmsg *err)
{
	bool made = false;

	if (!open_file(s, path, &made, err) &&
	    !(made && settle(s, path, err)) && !scan(s, path, err))
		return 0;
	if (made)
		semu_sys->unlink(path);
	return -1;
}

unsigned semu_scan_try(const struct semu_scan_format *f, int fd, uint64_t bytes,
		       unsigned n, bool *damaged)
{
	const struct scsiemu_tape_new is = { .read_only = true };
	struct semu_scan *s = semu_scan_new(f, &is, NULL);
	unsigned found = 0;

	if (!s)
		return 0;
	s->fd = fd;
	s->bytes = bytes;
	s->enough = n;
	s->window = semu_sys->alloc(SEMU_SCAN_WINDOW);
	if (s->window)
		f->scan(s);
	*damaged = s->damage[0];
	if (s->n > s->nmarks) /* zeros are filemarks, too */
		found = (unsigned)s->n;
	s->fd = -1; /* the caller's */
	semu_scan_close(s);
	return found;
}
