/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/changer_open.c - a library in a directory is made or opened, and what
 * its operator does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "store/changer_dir.h"
#include "store/file_io.h"
#include "store/sys.h"

enum { FIRST_LABEL = 1, VOLUME_LEN = 6, FEW = 999, MANY = 99999 };
/* The longest name of a file: a barcode and its ending. */
enum { NAME_ROOM = SCSIEMU_TAG_MAX + sizeof(SEMU_CARTRIDGE_ENDING) };

static struct semu_library *library(const struct scsiemu_medium *m)
{
	return m->ops == &semu_library_ops ? m->ctx : NULL;
}

static enum scsiemu_cartridge type_of(const char *barcode)
{
	return strncmp(barcode, "CLN", 3) == 0 ? SCSIEMU_CARTRIDGE_CLEANING
					       : SCSIEMU_CARTRIDGE_DATA;
}

/* The cartridge comes into an empty element. */
static int fill(struct semu_slot *s, const char *barcode, bool imported)
{
	struct semu_volume *v = semu_volume_make(barcode);

	if (!v)
		return -1;
	s->full = true;
	s->in = (struct semu_cartridge){ .type = (uint8_t)type_of(barcode),
					 .imported = imported,
					 .store = v };
	memcpy(s->in.tag.id, barcode, strlen(barcode));
	return 0;
}

/* Its file is made, empty, or is there and can be opened. */
static int make_file(struct semu_library *r, const char *barcode,
		     const struct scsiemu_tape_new *is,
		     struct scsiemu_errmsg *err)
{
	struct scsiemu_medium m;

	if (r->open(&m, semu_library_path(r, barcode, SEMU_CARTRIDGE_ENDING),
		    is, false, err))
		return -1;
	scsiemu_medium_close(&m);
	return 0;
}

/* ---- A new one ---- */

/* "VOL001L8": a volume has six characters, then comes what it is. */
static int label(char *out, size_t room, const struct scsiemu_library *cf,
		 uint32_t i, struct scsiemu_errmsg *err)
{
	const char *prefix = cf->prefix		    ? cf->prefix
			     : cf->cartridges > FEW ? "V"
						    : "VOL";
	const char *suffix = cf->suffix ? cf->suffix : "L8";
	size_t digits = strlen(prefix) < VOLUME_LEN
				? VOLUME_LEN - strlen(prefix)
				: 0;
	int n = snprintf(out, room, "%s%0*u%s", prefix, (int)digits,
			 (unsigned)(i + FIRST_LABEL), suffix);

	if (n < 0 || (size_t)n >= room || !semu_volume_valid(out))
		return semu_err(err,
				"\"%s\" and \"%s\" with a number between make "
				"no barcode: take letters and digits, at most "
				"%d of both",
				prefix, suffix, SCSIEMU_TAG_MAX - VOLUME_LEN);
	return 0;
}

static int stock(struct semu_library *r, const struct scsiemu_library *cf,
		 struct scsiemu_errmsg *err)
{
	const struct scsiemu_element_range *st =
		&r->map.layout.of[SCSIEMU_ELEMENT_ST];
	char name[SCSIEMU_TAG_MAX + 1];

	if (cf->cartridges > st->n || cf->cartridges > MANY)
		return semu_err(err,
				"%u cartridges do not go into %u storage "
				"elements: take fewer",
				(unsigned)cf->cartridges, st->n);
	for (uint32_t i = 0; i < cf->cartridges; i++) {
		uint16_t addr = (uint16_t)(st->first + i);

		if (label(name, sizeof(name), cf, i, err) ||
		    make_file(r, name, &cf->cartridge, err))
			return -1;
		if (fill(semu_map_at(&r->map, addr), name, false))
			return semu_err_memory(err);
	}
	return 0;
}

static int make(struct semu_library *r, const struct scsiemu_library *cf,
		struct scsiemu_errmsg *err)
{
	int why;

	if (semu_map_check(&cf->layout, err))
		return -1;
	if (semu_map_make(&r->map, &cf->layout))
		return semu_err_memory(err);
	if (stock(r, cf, err))
		return -1;
	why = semu_library_save(r);
	if (why)
		return semu_err_system(err, semu_library_path(r, "slots", ""),
				       why);
	return 0;
}

/* ---- One that is there ---- */

static const char *const verdicts[] = {
	[SEMU_SLOTS_FOREIGN] = "is not the journal of a library: name another "
			       "directory",
	[SEMU_SLOTS_VERSION] = "was written by another version of this "
			       "library: use that",
	[SEMU_SLOTS_DAMAGED] = "is damaged: bring back a copy, or remove it "
			       "and insert the cartridges anew",
	[SEMU_SLOTS_MEMORY] = "out of memory: free some",
};

static int read_slots(struct semu_library *r, int fd, size_t len,
		      struct scsiemu_errmsg *err)
{
	uint8_t *bytes = semu_sys->alloc(len + 1);
	struct scsiemu_vec v = { bytes, len };
	enum semu_slots_verdict verdict;
	const char *path = r->dir;
	size_t done;
	int why;

	if (!bytes)
		return semu_err_memory(err);
	why = semu_file_move(fd, SEMU_READING, 0, len, &v, 1, &done);
	verdict = why ? SEMU_SLOTS_GOOD
		      : semu_slots_decode(&r->map, bytes, done);
	semu_sys->free(bytes);
	if (why)
		return semu_err_system(err, path, why);
	if (verdict != SEMU_SLOTS_GOOD)
		return semu_err_file(err, path, "%s", verdicts[verdict]);
	return 0;
}

/* 1: there is none. */
static int find_slots(struct semu_library *r, struct scsiemu_errmsg *err)
{
	const char *path = semu_library_path(r, "slots", "");
	int fd = semu_file_open(path, O_RDONLY), rc;
	struct stat st;

	if (fd == -ENOENT)
		return 1;
	if (fd < 0)
		return semu_err_system(err, path, -fd);
	if (semu_sys->fstat(fd, &st))
		rc = semu_err_system(err, path, errno);
	else if (!S_ISREG(st.st_mode) || st.st_size > SEMU_SLOTS_MAX)
		rc = semu_err_file(err, path, "%s",
				   verdicts[SEMU_SLOTS_FOREIGN]);
	else
		rc = read_slots(r, fd, (size_t)st.st_size, err);
	semu_sys->close(fd);
	return rc;
}

/* What was asked for is what there is; zeros ask for nothing. */
static int check_layout(struct semu_library *r,
			const struct scsiemu_library *cf,
			struct scsiemu_errmsg *err)
{
	static const struct scsiemu_changer_layout any;
	static const char *const names[] = { "", "transports", "slots",
					     "import/export elements",
					     "drives" };

	if (!memcmp(&cf->layout, &any, sizeof(any)))
		return 0;
	for (unsigned t = 1; t < SCSIEMU_ELEMENT_TYPES; t++) {
		const struct scsiemu_element_range *is = &r->map.layout.of[t];
		const struct scsiemu_element_range *want = &cf->layout.of[t];

		if (is->n != want->n || (is->n && is->first != want->first))
			return semu_err_file(
				err, semu_library_path(r, "", ""),
				"has %u %s from address %u on, not %u from %u: "
				"ask for what there is",
				is->n, names[t], is->first, want->n,
				want->first);
	}
	return 0;
}

/* Those in drives are opened; of one that cannot be, its element tells. */
static void open_loaded(struct semu_library *r)
{
	const struct scsiemu_element_range *dt =
		&r->map.layout.of[SCSIEMU_ELEMENT_DT];

	for (uint32_t i = 0; i < dt->n; i++) {
		struct semu_slot *s = semu_map_at(&r->map, dt->first + i);

		if (s->full && semu_library_load(r, s->in.store))
			s->fault = SCSIEMU_ELEMENT_UNREADABLE;
	}
}

/* The directory, made if it is missing, and locked. */
static int take(struct semu_library *r, const char *dir,
		struct scsiemu_errmsg *err)
{
	if (semu_sys->mkdir(dir, 0777) && errno != EEXIST)
		return semu_err_system(err, dir, errno);
	r->lock = semu_file_open(dir, O_RDONLY | O_DIRECTORY);
	if (r->lock < 0)
		return semu_err_system(err, dir, -r->lock);
	if (semu_sys->flock(r->lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return semu_err_file(err, dir,
				     "is in use by another server: stop that, "
				     "or name another directory");
	return 0;
}

static int begin(struct semu_library *r, const char *dir,
		 const struct scsiemu_library *cf, struct scsiemu_errmsg *err)
{
	int rc;

	if (take(r, dir, err))
		return -1;
	rc = find_slots(r, err);
	if (rc > 0)
		return make(r, cf, err);
	return rc || check_layout(r, cf, err) ? -1 : 0;
}

int scsiemu_open_library(struct scsiemu_medium *m, const char *dir,
			 const struct scsiemu_library *cf,
			 struct scsiemu_errmsg *err)
{
	size_t len = strlen(dir);
	struct semu_library *r =
		semu_sys->alloc(sizeof(*r) + len + 1 + NAME_ROOM);

	if (!r)
		return semu_err_memory(err);
	r->lock = -1;
	r->open = cf->open;
	r->dir = (char *)(r + 1);
	memcpy(r->dir, dir, len);
	r->dir[len] = '/';
	r->len = len + 1;
	if (begin(r, dir, cf, err)) {
		semu_library_close(r);
		return -1;
	}
	open_loaded(r);
	*m = (struct scsiemu_medium){ .kind = SCSIEMU_CHANGER,
				      .able = scsiemu_changer_able(
					      &semu_library_ops),
				      .ops = &semu_library_ops,
				      .ctx = r };
	return 0;
}

/* ---- The operator ---- */

/* Elements that people reach: a slot of import/export, or another one. */
static bool within_reach(const struct semu_library *r, uint16_t addr)
{
	unsigned type = scsiemu_element_at(&r->map.layout, addr);

	return type == SCSIEMU_ELEMENT_ST || type == SCSIEMU_ELEMENT_IE;
}

static bool is_inside(const struct semu_library *r, const char *barcode)
{
	for (uint32_t i = 0; i < r->map.n; i++) {
		const struct semu_slot *s = &r->map.slot[i];
		const struct semu_volume *v = s->in.store;

		if (s->full && strcmp(v->name, barcode) == 0)
			return true;
	}
	return false;
}

static int empty(struct semu_library *r, uint16_t addr)
{
	struct semu_slot *s = semu_map_at(&r->map, addr);
	struct semu_cartridge was = s->in;
	int why;

	s->full = false;
	memset(&s->in, 0, sizeof(s->in));
	why = semu_library_save(r);
	if (why) {
		s->full = true;
		s->in = was;
		return why;
	}
	semu_sys->free(was.store);
	return 0;
}

static int save_or_empty(struct semu_library *r, struct semu_slot *s,
			 struct scsiemu_errmsg *err)
{
	int why = semu_library_save(r);

	if (!why)
		return 0;
	semu_sys->free(s->in.store);
	s->full = false;
	memset(&s->in, 0, sizeof(s->in));
	return semu_err_system(err, semu_library_path(r, "slots", ""), why);
}

int scsiemu_library_insert(struct scsiemu_medium *m, uint16_t addr,
			   const char *barcode,
			   const struct scsiemu_tape_new *is,
			   struct scsiemu_errmsg *err)
{
	struct semu_library *r = library(m);
	struct semu_slot *s;

	if (!r || !within_reach(r, addr))
		return semu_err(err,
				"element %u is no slot: name one of "
				"storage or import/export",
				addr);
	s = semu_map_at(&r->map, addr);
	if (s->full)
		return semu_err(err,
				"element %u has a cartridge (%s): name an "
				"empty one",
				addr, s->in.tag.id);
	if (!semu_volume_valid(barcode))
		return semu_err(err,
				"\"%s\" is no barcode: take 1 to %d letters, "
				"digits, '-', '_' and '.'",
				barcode, SCSIEMU_TAG_MAX);
	if (is_inside(r, barcode))
		return semu_err(err, "%s is in the library already", barcode);
	if (make_file(r, barcode, is, err))
		return -1;
	if (fill(s, barcode,
		 scsiemu_element_at(&r->map.layout, addr) ==
			 SCSIEMU_ELEMENT_IE))
		return semu_err_memory(err);
	return save_or_empty(r, s, err);
}

int scsiemu_library_eject(struct scsiemu_medium *m, uint16_t addr,
			  struct scsiemu_errmsg *err)
{
	struct semu_library *r = library(m);
	int why;

	if (!r || !within_reach(r, addr))
		return semu_err(err,
				"element %u is no slot: name one of "
				"storage or import/export",
				addr);
	if (!semu_map_at(&r->map, addr)->full)
		return semu_err(err, "element %u has no cartridge", addr);
	why = empty(r, addr);
	if (why)
		return semu_err_system(err, semu_library_path(r, "slots", ""),
				       why);
	return 0;
}

const char *semu_library_volume(const struct scsiemu_medium *m, uint16_t addr)
{
	const struct semu_library *r = library(m);
	const struct semu_slot *s = r ? semu_map_at(&r->map, addr) : NULL;
	const struct semu_volume *v = s && s->full ? s->in.store : NULL;

	return v ? v->name : "";
}

const char *scsiemu_library_why(const struct scsiemu_medium *m)
{
	const struct semu_library *r = library(m);

	return r ? r->last.text : "";
}
