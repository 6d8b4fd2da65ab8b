/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * media_folder.c - a directory as a tape. Each of its files, in the order of
 * their names, is a file of the tape and the filemark behind it; and the other
 * way round. What is behind the last filemark is a file, too, unless there is
 * nothing.
 */
#include "media.h"
#include "progress.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4096, RECORD = 64 << 10 };

/* ---- Out ---- */

/* A file of the tape, which is made when there is something for it. */
struct out {
	const char *dir;
	uint32_t partition;
	uint64_t number;
	FILE *file;
	uint32_t first; /* length of its first record */
	bool short_one; /* a record was shorter than the first */
};

static int out_name(const struct media_copy *c, const struct out *f,
		    char to[PATH])
{
	int n = c->from.info.partitions > 1
			? snprintf(to, PATH, "%s/%" PRIu32 "-%06" PRIu64,
				   f->dir, f->partition, f->number)
			: snprintf(to, PATH, "%s/%06" PRIu64, f->dir,
				   f->number);

	return n < 0 || n >= PATH ? media_fail(f->dir, "is too long a path")
				  : 0;
}

static int out_open(const struct media_copy *c, struct out *f)
{
	char path[PATH];

	if (f->file)
		return 0;
	if (out_name(c, f, path))
		return -1;
	f->file = fopen(path, "wbx");
	return f->file ? 0 : media_fail(path, "%s", strerror(errno));
}

static int out_record(struct media_copy *c, struct out *f)
{
	if (out_open(c, f))
		return -1;
	/* only the last one may be shorter: that comes back as it was */
	if (!f->first)
		f->first = c->from.len;
	c->lengths |= f->short_one || c->from.len > f->first;
	f->short_one = c->from.len < f->first;
	if (fwrite(c->from.rec, 1, c->from.len, f->file) == c->from.len)
		return 0;
	return media_fail(f->dir, "%s", strerror(errno));
}

static int out_close(struct out *f)
{
	int rc = 0;

	if (f->file && fclose(f->file))
		rc = media_fail(f->dir, "%s", strerror(errno));
	f->file = NULL;
	f->first = 0;
	f->short_one = false;
	f->number++;
	return rc;
}

static int export_partition(struct media_copy *c, struct out *f)
{
	int rc = 0, from;

	media_locate(&c->from, f->partition, 0);
	while (!rc && (from = media_copy_read(c)) != SCSIEMU_R_EOD) {
		if (from == SCSIEMU_R_RECORD)
			rc = out_record(c, f);
		else if (from == SCSIEMU_R_MARK)
			rc = out_open(c, f) || out_close(f) ? -1 : 0;
		else
			rc = media_fail(
				c->from.path,
				"partition %" PRIu32 ", file %" PRIu64 ": %s",
				f->partition, f->number, media_why(from));
	}
	if (f->file && out_close(f))
		rc = -1;
	return rc;
}

int media_export(struct media_copy *c, const char *dir)
{
	int rc = 0;

	if (mkdir(dir, 0777))
		return media_fail(dir, "%s", strerror(errno));
	for (uint32_t p = 0; p < c->from.info.partitions && !rc; p++) {
		struct out f = { .dir = dir, .partition = p };

		rc = export_partition(c, &f);
	}
	return rc;
}

void media_remove(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *e;
	char name[PATH];

	if (!dir) {
		unlink(path);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		if (snprintf(name, sizeof(name), "%s/%s", path, e->d_name) <
		    PATH)
			unlink(name); /* not "." and "..": those stay */
	closedir(dir);
	rmdir(path);
}

/* ---- In ---- */

static int not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int import_records(struct media_copy *c, FILE *f, const char *path,
			  size_t block)
{
	int rc = SCSIEMU_R_RECORD;
	size_t n;

	while (rc == SCSIEMU_R_RECORD &&
	       (n = fread(c->to.rec, 1, block, f)) > 0) {
		rc = media_write(&c->to, c->to.rec, (uint32_t)n, NULL, 0);
		c->bytes += n;
		progress_tell(c->progress, c->bytes, 0);
	}
	if (ferror(f))
		return media_fail(path, "%s", strerror(errno));
	if (rc == SCSIEMU_R_RECORD)
		rc = media_marks(&c->to, 1, false);
	return rc ? media_fail(path, "%s", media_why(rc)) : 0;
}

static int import_file(struct media_copy *c, const char *dir, const char *name)
{
	size_t block = c->o->block ? (size_t)c->o->block : RECORD;
	char path[PATH];
	struct stat st;
	FILE *f;
	int rc;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= PATH)
		return media_fail(dir, "is too long a path");
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return media_fail(path, "is not a regular file: a tape has "
					"only files");
	f = fopen(path, "rb");
	if (!f)
		return media_fail(path, "%s", strerror(errno));
	rc = import_records(c, f, path, block);
	fclose(f);
	return rc;
}

int media_import(struct media_copy *c, const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, not_hidden, alphasort), rc = 0;

	if (n < 0)
		return media_fail(dir, "%s", strerror(errno));
	if (c->o->block > c->to.info.block_max)
		rc = media_fail(c->to.path,
				"records of this format have at most %" PRIu32
				" bytes: give a smaller --block",
				c->to.info.block_max);
	for (int i = 0; i < n; i++) {
		if (!rc)
			rc = import_file(c, dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return rc;
}
