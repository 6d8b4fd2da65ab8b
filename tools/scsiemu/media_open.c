/* SPDX-License-Identifier: BSD-2-Clause */
/* media_open.c - a cartridge of any format, one call at a time. */
#include <scsiemu/codec.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "media.h"

static const char *const ours[] = { "native", "directory" };

int media_format(const char *name)
{
	const char *word;

	for (int i = 0; (word = media_format_name(i)) != NULL; i++)
		if (!strcmp(name, word))
			return i;
	return MEDIA_ANY;
}

const char *media_format_name(int format)
{
	if (format >= MEDIA_NATIVE)
		return format <= MEDIA_FOLDER ? ours[format - MEDIA_NATIVE]
					      : NULL;
	return scsiemu_tape_image_name((enum scsiemu_image)format);
}

int media_fail(const char *path, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "scsiemu: %s%s", path, *path ? ": " : "");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
	return -1;
}

/* ---- Opening ---- */

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int find_format(struct media *t, struct scsiemu_errmsg *err)
{
	enum scsiemu_image format;

	if (t->format != MEDIA_ANY)
		return 0;
	if (!scsiemu_tape_image_guess(t->path, &format, err))
		t->format = (int)format;
	else if (is_folder(t->path))
		t->format = MEDIA_FOLDER;
	return t->format == MEDIA_ANY ? -1 : 0;
}

static int open_store(struct media *t, struct scsiemu_errmsg *err)
{
	static const struct scsiemu_tape_new is = { .read_only = true };

	err->text[0] = '\0';
	if (t->format == MEDIA_NATIVE)
		return scsiemu_open_tape_log(&t->m, t->path, NULL, true, err);
	if (scsiemu_open_tape_image(&t->m, t->path,
				    (enum scsiemu_image)t->format, &is, err))
		return -1;
	t->damage = *err;
	return 0;
}

static int begin(struct media *t)
{
	t->ops = t->m.ops;
	t->ops->info(t->m.ctx, &t->info);
	t->rec = malloc(SCSIEMU_TAPE_BLOCK_MAX);
	return t->rec ? 0 : media_fail(t->path, "out of memory");
}

int media_open(struct media *t, const char *path, int format, bool decode)
{
	struct scsiemu_errmsg err;

	*t = (struct media){ .path = path, .format = format };
	if (find_format(t, &err))
		return media_fail("", "%s", err.text);
	if (t->format == MEDIA_FOLDER)
		return 0;
	if (open_store(t, &err) ||
	    (decode && scsiemu_wrap_codec(&t->m, NULL, &err)))
		return media_fail("", "%s", err.text);
	return begin(t);
}

int media_make(struct media *t, const char *path, int format,
	       const struct scsiemu_tape_new *is)
{
	struct scsiemu_errmsg err;
	int rc;

	*t = (struct media){ .path = path, .format = format };
	if (format == MEDIA_NATIVE)
		rc = scsiemu_open_tape_log(&t->m, path, is, false, &err);
	else if (scsiemu_tape_image_writes((enum scsiemu_image)format))
		rc = scsiemu_open_tape_image(
			&t->m, path, (enum scsiemu_image)format, is, &err);
	else if (scsiemu_tape_image_exports((enum scsiemu_image)format))
		rc = scsiemu_new_tape_image(
			&t->m, path, (enum scsiemu_image)format, is, &err);
	else
		return media_fail(path,
				  "%s is only read: write one of the others",
				  media_format_name(format));
	return rc ? media_fail("", "%s", err.text) : begin(t);
}

int media_close(struct media *t)
{
	int rc = 0;

	if (t->m.ctx) {
		const struct scsiemu_cmd w = { .verb = SCSIEMU_V_EJECT };

		rc = media_verb(t, &w);
		scsiemu_medium_close(&t->m);
	}
	free(t->rec);
	t->rec = NULL;
	t->m.ctx = NULL;
	return rc;
}

/* ---- Calls ---- */

int media_verb(struct media *t, const struct scsiemu_cmd *w)
{
	struct scsiemu_io io = { .flags = w->flags };

	return t->ops->verb(t->m.ctx, &io, w);
}

int media_locate(struct media *t, uint32_t partition, uint64_t object)
{
	const struct scsiemu_cmd w = { .verb = SCSIEMU_V_LOCATE,
				       .addr = object,
				       .count = partition };

	return media_verb(t, &w);
}

int media_locate_file(struct media *t, uint32_t partition, uint64_t file)
{
	const struct scsiemu_cmd w = { .verb = SCSIEMU_V_LOCATE_FILE,
				       .addr = file,
				       .count = partition };

	return media_verb(t, &w);
}

int media_next(struct media *t, struct scsiemu_tape_next *next)
{
	const struct scsiemu_cmd w = { .verb = SCSIEMU_V_NEXT,
				       .buf = (uint8_t *)next,
				       .len = sizeof(*next) };

	memset(next, 0, sizeof(*next));
	return media_verb(t, &w);
}

int media_read(struct media *t)
{
	struct scsiemu_tape_how how = { .tag = t->tag,
					.tag_len = SCSIEMU_TAPE_TAG_MAX };
	struct scsiemu_vec v = { t->rec, SCSIEMU_TAPE_BLOCK_MAX };
	struct scsiemu_io io = { 0 };
	bool tags = t->info.able & SCSIEMU_TAPE_TAGS;
	int rc = t->ops->read(t->m.ctx, &io, tags ? &how : NULL, 0, &v, 1);

	t->len = io.moved;
	t->tag_len = tags && rc == SCSIEMU_R_RECORD ? how.tag_len : 0;
	return rc;
}

int media_write(struct media *t, const uint8_t *p, uint32_t len,
		const uint8_t *tag, uint8_t tag_len)
{
	struct scsiemu_tape_how how = { .tag = (uint8_t *)(uintptr_t)tag,
					.tag_len = tag_len };
	struct scsiemu_vec v = { (void *)(uintptr_t)p, len };
	struct scsiemu_io io = { 0 };

	return t->ops->write(t->m.ctx, &io, tag_len ? &how : NULL, 0, &v, 1);
}

int media_marks(struct media *t, uint64_t n, bool now)
{
	const struct scsiemu_cmd w = { .verb = SCSIEMU_V_MARKS,
				       .count = n,
				       .flags = now ? 0 : SCSIEMU_IMMED };

	return media_verb(t, &w);
}

int media_attributes(struct media *t, uint32_t partition, uint8_t *list,
		     uint32_t len)
{
	const struct scsiemu_cmd w = { .verb = SCSIEMU_V_SETATTR,
				       .addr = partition,
				       .buf = list,
				       .len = len };

	return media_verb(t, &w);
}

const char *media_why(int result)
{
	switch (result) {
	case SCSIEMU_R_EOM:
		return "there is no room for it: give a larger --size, or make "
		       "room in the file system";
	case SCSIEMU_E_READ:
		return "it cannot be read, or is not what was written: bring "
		       "back a copy, or leave it out with --salvage";
	case SCSIEMU_E_WRITE:
		return "it cannot be written: check the disk below";
	case SCSIEMU_E_RANGE:
		return "it is longer than records of this format: choose "
		       "another";
	case SCSIEMU_E_ENCRYPTED:
		return "it is encrypted, and there is no key here: read it by "
		       "a drive that has the key, or convert it to native, "
		       "which keeps it as it is";
	default:
		return "the store cannot do it";
	}
}
