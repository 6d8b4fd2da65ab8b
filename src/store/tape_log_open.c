/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_log_open.c - opening and making a cartridge in a file: everything
 * that can be wrong with it is said here. What is damaged is not written; where
 * something can still be read, it can be opened read-only.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>

#include "store/sys.h"
#include "store/tape_log.h"
#include "store/tape_open.h"

struct opening {
	const char *path;
	const struct scsiemu_tape_new *is;
	struct scsiemu_errmsg *err;
	bool read_only, made;
	struct semu_tl *t;
};

/* ---- What is there ---- */

static const char *const verdicts[] = {
	[SEMU_TL_BLANK] = "is empty: give a size (size=1T) to make it a "
			  "cartridge",
	[SEMU_TL_FOREIGN] = "is not a cartridge of this library: name another "
			    "file, or convert it (scsiemu media convert)",
	[SEMU_TL_OTHER] = "is a cartridge of another version of this library: "
			  "use that one",
	[SEMU_TL_TORN] = "is damaged: both of its super slots are. Bring back "
			 "a copy",
};

/* How long the file has to be for what is in it. */
static uint64_t length_needed(const struct semu_tl *t)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < t->n; i++)
		if (t->part[i].end)
			end = t->part[i].base + t->part[i].end;
	return end;
}

/* What is not as it should be, though there is a state to read: NULL, nothing.
 */
static const char *doubt(const struct semu_tl *t, enum semu_tl_verdict other)
{
	if (t->length < length_needed(t))
		return "is damaged: it has been cut short";
	if (other == SEMU_TL_FOREIGN)
		return "is damaged: one of its super slots is";
	return NULL;
}

/* Nothing but a first slot, half written, or not even that. */
static bool is_blank(const struct semu_tl_slot *s, uint64_t length)
{
	return s[1].verdict == SEMU_TL_BLANK && length <= SEMU_TL_DATA &&
	       (s[0].verdict == SEMU_TL_BLANK || s[0].verdict == SEMU_TL_TORN);
}

static int get_slot(const struct opening *o, unsigned which,
		    struct semu_tl_slot *s)
{
	int rc = semu_tl_slot_read(o->t, which, s);

	if (!rc)
		rc = semu_tl_slot_get(o->t, o->t->slot, s->len);
	if (rc == SCSIEMU_E_BUSY)
		return semu_err_memory(o->err);
	if (rc || o->t->seq % 2 != which)
		return semu_err_file(o->err, o->path,
				     "is damaged: its super slot contradicts "
				     "itself. Bring back a copy");
	return 0;
}

static int load(struct opening *o, bool *blank)
{
	struct semu_tl *t = o->t;
	struct semu_tl_slot s[2];
	struct stat st;
	unsigned in_force;

	*blank = false;
	if (semu_sys->fstat(t->fd, &st))
		return semu_err_system(o->err, o->path, errno);
	t->length = (uint64_t)st.st_size;
	for (unsigned i = 0; i < 2; i++)
		if (semu_tl_slot_read(t, i, &s[i]))
			return semu_err_file(o->err, o->path,
					     "cannot be read: check the disk "
					     "below it");
	*blank = is_blank(s, t->length);
	if (*blank)
		return semu_err_file(o->err, o->path, "%s",
				     verdicts[SEMU_TL_BLANK]);
	in_force = s[1].verdict == SEMU_TL_GOOD &&
		   (s[0].verdict != SEMU_TL_GOOD || s[1].seq > s[0].seq);
	if (s[0].verdict == SEMU_TL_OTHER || s[1].verdict == SEMU_TL_OTHER)
		return semu_err_file(o->err, o->path, "%s",
				     verdicts[SEMU_TL_OTHER]);
	if (s[in_force].verdict != SEMU_TL_GOOD)
		return semu_err_file(o->err, o->path, "%s",
				     verdicts[s[0].verdict]);
	if (get_slot(o, in_force, &s[in_force]))
		return -1;
	t->doubt = doubt(t, s[!in_force].verdict);
	if (!t->doubt || o->read_only)
		return 0;
	return semu_err_file(o->err, o->path,
			     "%s: bring back a copy, or open it read-only to "
			     "save what can be read",
			     t->doubt);
}

int semu_tl_load(struct semu_tl *t, const char *path, bool read_only,
		 struct scsiemu_errmsg *err)
{
	struct opening o = {
		.path = path, .err = err, .read_only = read_only, .t = t
	};
	bool blank;

	return load(&o, &blank);
}

/* ---- The file ---- */

static const char *strange(mode_t mode)
{
	return S_ISDIR(mode) ? "is a directory: name a file in it"
			     : "is not a regular file: name one";
}

/* What claim() says when somebody else has it. */
enum { TAKEN = 1 };

/* File systems without locks give other errors: there one has to take care. */
static int claim(int fd, const char *path, bool read_only,
		 struct scsiemu_errmsg *err)
{
	struct stat st;

	if (semu_sys->fstat(fd, &st))
		return semu_err_system(err, path, errno);
	if (!S_ISREG(st.st_mode))
		return semu_err_file(err, path, "%s", strange(st.st_mode));
	if (!semu_sys->flock(fd, (read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) ||
	    errno != EWOULDBLOCK)
		return 0;
	semu_err_file(err, path,
		      "is in use by another server: unload it there, or open "
		      "it read-only in both");
	return TAKEN;
}

int semu_tl_open_file(const char *path, int flags, struct scsiemu_errmsg *err)
{
	int fd = semu_file_open(path, flags);

	if (fd < 0)
		return semu_err_system(err, path, -fd);
	if (!claim(fd, path, (flags & O_ACCMODE) == O_RDONLY, err))
		return fd;
	semu_sys->close(fd);
	return -1;
}

/* ---- Making ---- */

/* The first slot, and room for both that nobody takes away; then the name. */
static int make(struct opening *o)
{
	struct semu_tl *t = o->t;
	struct scsiemu_tape_layout whole = { 1, { o->is->bytes } };
	int err, rc;

	t->bytes = o->is->bytes;
	t->density = o->is->density;
	t->medium_type = o->is->medium_type;
	t->worm = o->is->worm;
	t->cleaning = o->is->cleaning;
	semu_tl_lay_out(t, &whole);
	err = semu_file_allocate(t->fd, 0, 0, SEMU_TL_DATA);
	if (err == ENOSPC || err == EDQUOT)
		return semu_err_system(o->err, o->path, err);
	if (t->length < SEMU_TL_DATA && !err)
		t->length = SEMU_TL_DATA;
	t->seq = 1;
	t->changed = true;
	rc = semu_tl_commit(t);
	if (rc)
		return semu_err_file(o->err, o->path,
				     "cannot be written: check the file "
				     "system, and how much room it has");
	err = semu_file_sync_folder(o->path);
	return err ? semu_err_system(o->err, o->path, err) : 0;
}

/* As it is, or as it is to be made. */
static int fill(struct opening *o)
{
	bool blank;

	if (!load(o, &blank)) {
		if (!o->is || o->is->bytes == o->t->bytes)
			return 0;
		return semu_err_file(o->err, o->path,
				     "is a cartridge of %" PRIu64 " bytes, not "
				     "the %" PRIu64 " that were given: leave "
				     "the size out, or name another file",
				     o->t->bytes, o->is->bytes);
	}
	return blank && o->is && !o->read_only ? make(o) : -1;
}

static int find_file(struct opening *o)
{
	int flags = o->read_only ? O_RDONLY : O_RDWR;
	int fd = semu_file_open(o->path, flags), rc;

	if (fd == -ENOENT && o->is && !o->read_only) {
		fd = semu_file_open(o->path, flags | O_CREAT | O_EXCL);
		o->made = fd >= 0;
		if (fd == -ENOENT)
			return semu_err_file(o->err, o->path,
					     "its folder does not exist: make "
					     "it, or correct the path");
	}
	if (fd < 0)
		return semu_err_system(o->err, o->path, -fd);
	o->t->fd = fd;
	rc = claim(fd, o->path, o->read_only, o->err);
	if (rc == TAKEN)
		o->made = false; /* he was faster with what we made */
	return rc;
}

static int open_checked(struct opening *o)
{
	o->t->fd = -1;
	if (!find_file(o) && !fill(o)) {
		semu_tl_ask_room(o->t);
		return 0;
	}
	if (o->made)
		semu_sys->unlink(o->path);
	if (o->t->fd >= 0)
		semu_sys->close(o->t->fd);
	semu_tl_free_attributes(o->t);
	return -1;
}

int scsiemu_open_tape_log(struct scsiemu_medium *m, const char *path,
			  const struct scsiemu_tape_new *is, bool read_only,
			  struct scsiemu_errmsg *err)
{
	struct opening o = {
		.path = path, .is = is, .err = err, .read_only = read_only
	};
	struct semu_tl_pos begin = { 0, 0, 0 };

	if (is && semu_tape_check(is, err))
		return -1;
	o.t = semu_sys->alloc(sizeof(*o.t));
	if (!o.t)
		return semu_err_memory(err);
	if (open_checked(&o)) {
		semu_sys->free(o.t);
		return -1;
	}
	semu_tl_stand(o.t, &begin);
	semu_tape_medium(m,
			 read_only || (is && is->read_only)
				 ? &semu_tl_read_only_ops
				 : &semu_tl_ops,
			 o.t);
	return 0;
}
