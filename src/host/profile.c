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

enum { FILE_MAX = 16384, LINE = 512, SHOWN = 40 };

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

/* One line; the message does not name it. */
static int take_line(struct semu_devstr *s, char *line, uint64_t *seen,
		     struct scsiemu_errmsg *err)
{
	char *key = trimmed(line), *value;

	if (!*key || *key == '#')
		return 0;
	value = strchr(key, '=');
	if (value)
		*value++ = 0;
	key = trimmed(key);
	if (semu_devkey_own(key))
		return semu_err(err,
				"%.*s says which disk it is or where its "
				"blocks are: remove it, and write it into the "
				"device string",
				SHOWN, key);
	return semu_devkey_set(s, key, value ? trimmed(value) : NULL, seen,
			       err);
}

int semu_profile_parse(struct semu_devstr *s, const char *path,
		       const char *text, size_t len, struct scsiemu_errmsg *err)
{
	struct scsiemu_errmsg why;
	char line[LINE];
	uint64_t seen = 0;
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
		if (take_line(s, line, &seen, &why))
			return semu_err_file(err, path, "line %u: %s", n,
					     why.text);
		used += end != NULL;
		text += used;
		len -= used;
	}
	return 0;
}

/* All of the file, its length; -1: err says why. */
static ssize_t read_file(const char *path, char *buf,
			 struct scsiemu_errmsg *err)
{
	int fd = semu_file_open(path, O_RDONLY);
	struct stat st;
	ssize_t n = 0, got = 1;

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

int semu_profile_load(struct semu_devstr *s, const char *name,
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
	return semu_profile_parse(s, path, buf, (size_t)len, err);
}
