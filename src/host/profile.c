/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host/profile.c - profiles (docs/profiles.md): files of keys of device
 * strings, one a line, that say what one product is like.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/devstr.h"
#include "store/file_io.h"
#include "store/open.h"

#ifndef SEMU_PROFILES /* the build knows it */
#define SEMU_PROFILES "/usr/share/scsiemu/profiles"
#endif

enum { FILE_MAX = 16384, LINE = 512, SHOWN = 40, DEEP = 4 };

/* Without blanks at both ends; changed in place. */
static char *trimmed(char *text)
{
	size_t n;

	text += strspn(text, " \t");
	n = strlen(text);
	while (n && strchr(" \t\r", text[n - 1]))
		n--;
	text[n] = 0;
	return text;
}

/* A value: blanks at its ends count inside "...". */
static char *unquoted(char *text)
{
	size_t n;

	text = trimmed(text);
	n = strlen(text);
	if (n < 2 || text[0] != '"' || text[n - 1] != '"')
		return text;
	text[n - 1] = 0;
	return text + 1;
}

/* A file that is being read. */
struct reading {
	struct semu_devseen seen;
	unsigned depth;	  /* files that have named this one */
	const char *type; /* of the device; NULL: not said, a disk */
	bool rest;	  /* a key was there that is no word about the file */
	bool placed;	  /* the message says already where it is wrong */
};

static int load(struct semu_devstr *s, const char *name, unsigned depth,
		struct scsiemu_errmsg *err);

/* What a device is called in a profile. */
static const char *kind(const struct semu_devstr *s)
{
	return s->is_tape ? "tape" : s->is_library ? "changer" : "disk";
}

static int take_type(const struct semu_devstr *s, struct reading *r,
		     const char *value, struct scsiemu_errmsg *err)
{
	static const char *const types[] = { "disk", "tape", "changer" };

	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], value) == 0)
			r->type = types[i];
	if (!r->type)
		return semu_err(err,
				"type=%.*s is not possible: it takes disk, "
				"tape or changer",
				SHOWN, value);
	if (strcmp(r->type, kind(s)) == 0)
		return 0;
	return semu_err(err,
			"type: it is a profile of a %s, not of a %s: take "
			"another one",
			r->type, kind(s));
}

/* All of another profile; what follows wins. */
static int take_other(struct semu_devstr *s, struct reading *r,
		      const char *name, struct scsiemu_errmsg *err)
{
	if (r->rest)
		return semu_err(err, "like stands in front of all keys but "
				     "type: what follows it wins");
	if (r->depth == DEEP)
		return semu_err(err,
				"like: more than %d profiles, one like the "
				"other: does one name itself?",
				DEEP);
	if (!*name || strlen(name) >= SEMU_PATH)
		return semu_err(err, "like needs a value: the name of a "
				     "profile, or a path with a slash");
	r->placed = true;
	return load(s, name, r->depth + 1, err);
}

/* One that does not say its type is a disk's. */
static int fits(const struct semu_devstr *s, const struct reading *r,
		const char *path, struct scsiemu_errmsg *err)
{
	if (r->type || !r->rest || strcmp(kind(s), "disk") == 0)
		return 0;
	return semu_err_file(err, path,
			     "is a profile of a disk, not of a %s: take "
			     "another one, or add type=%s",
			     kind(s), kind(s));
}

/* One line; the message does not name it. */
static int take_line(struct semu_devstr *s, struct reading *r, char *line,
		     struct scsiemu_errmsg *err)
{
	char *key = trimmed(line), *value;

	if (!*key || *key == '#')
		return 0;
	value = strchr(key, '=');
	if (value)
		*value++ = 0;
	key = trimmed(key);
	value = value ? unquoted(value) : NULL;
	if (value && strcmp(key, "type") == 0)
		return take_type(s, r, value, err);
	if (value && strcmp(key, "like") == 0)
		return take_other(s, r, value, err);
	if (semu_devkey_own(key))
		return semu_err(err,
				"%.*s says which disk it is or where its "
				"blocks are: remove it, and write it into the "
				"device string",
				SHOWN, key);
	r->rest = true;
	return semu_devkey_set(s, key, value, &r->seen, err);
}

static int parse(struct semu_devstr *s, const char *path, const char *text,
		 size_t len, unsigned depth, struct scsiemu_errmsg *err)
{
	struct reading r = { .depth = depth };
	struct scsiemu_errmsg why;
	char line[LINE];
	unsigned n = 0;

	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t used = end ? (size_t)(end - text) : len;

		n++;
		if (used >= LINE || memchr(text, 0, used))
			return semu_err_file(err, path,
					     "line %u is no text of less than "
					     "%d bytes: is it a profile?",
					     n, LINE);
		memcpy(line, text, used);
		line[used] = 0;
		r.placed = false;
		if (take_line(s, &r, line, &why))
			return r.placed
				       ? semu_err(err, "%s", why.text)
				       : semu_err_file(err, path, "line %u: %s",
						       n, why.text);
		used += end != NULL;
		text += used;
		len -= used;
	}
	return fits(s, &r, path, err);
}

int semu_profile_parse(struct semu_devstr *s, const char *path,
		       const char *text, size_t len, struct scsiemu_errmsg *err)
{
	return parse(s, path, text, len, 0, err);
}

/* All of the file, its length; -1: err says why. */
static ssize_t read_file(const char *path, char *buf,
			 struct scsiemu_errmsg *err)
{
	int fd = semu_file_open(path, O_RDONLY);
	struct stat st;
	ssize_t n = 0, got = 1;

	if (fd == -ENOENT)
		return semu_err_file(err, path, "does not exist");
	if (fd < 0)
		return semu_err_system(err, path, -fd);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		close(fd);
		return semu_err_file(err, path,
				     "is not a file of at most %d bytes: is it "
				     "a profile?",
				     FILE_MAX);
	}
	while (got > 0 && n < FILE_MAX) {
		got = read(fd, buf + n, (size_t)(FILE_MAX - n));
		if (got < 0 && errno == EINTR)
			got = 1;
		else
			n += got;
	}
	if (got < 0)
		n = semu_err_system(err, path, errno);
	close(fd);
	return n;
}

/* The file that a value of profile= means; -1: the name is too long. */
static int find(char path[SEMU_PATH], const char *name)
{
	static const char ending[] = ".profile";
	const char *folder = getenv("SCSIEMU_PROFILES");
	size_t at, len = strlen(name);

	if (strchr(name, '/')) {
		memcpy(path, name, len + 1); /* the key's length is checked */
		return 0;
	}
	if (!folder || !*folder)
		folder = SEMU_PROFILES;
	at = strlen(folder);
	if (at + 1 + len + sizeof(ending) > SEMU_PATH)
		return -1;
	memcpy(path, folder, at);
	path[at] = '/';
	memcpy(path + at + 1, name, len);
	memcpy(path + at + 1 + len, ending, sizeof(ending));
	return 0;
}

static int load(struct semu_devstr *s, const char *name, unsigned depth,
		struct scsiemu_errmsg *err)
{
	struct scsiemu_errmsg why;
	char path[SEMU_PATH], buf[FILE_MAX];
	ssize_t len;

	if (find(path, name))
		return semu_err(err,
				"profile=%.*s...: the path is too long: "
				"name a shorter one",
				SHOWN, name);
	len = read_file(path, buf, &why);
	if (len < 0)
		return semu_err(err,
				"profile: %s; write a path with a slash, or "
				"the name of a file in $SCSIEMU_PROFILES",
				why.text);
	return parse(s, path, buf, (size_t)len, depth, err);
}

int semu_profile_load(struct semu_devstr *s, const char *name,
		      struct scsiemu_errmsg *err)
{
	return load(s, name, 0, err);
}
