/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * media_convert.c - scsiemu media convert and cat. What is written has another
 * name until all of it is there, so that nobody takes half of it for a
 * cartridge.
 */
#include "media.h"
#include "progress.h"
#include "tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	PATH = 4096,
	ATTRIBUTES = 16 << 10,
	PER_OBJECT = 256, /* bytes of native that are not the record's */
	SPARE = 1 << 20
};
#define USUAL	(UINT64_C(1) << 40) /* of one that says no capacity */
#define ENDLESS (UINT64_C(1) << 60) /* of a format that keeps none */

/* ---- Reading ---- */

static void place(const struct media *t, struct scsiemu_tape_pos *pos)
{
	t->ops->tell(t->m.ctx, pos);
}

static int stop_at(const struct media *t, int rc)
{
	struct scsiemu_tape_pos pos;

	place(t, &pos);
	if (rc == SCSIEMU_E_READ && pos.object)
		pos.object--; /* it stands behind it */
	return media_fail(t->path,
			  "partition %" PRIu32 ", object %" PRIu64
			  " (byte %" PRIu64 "): %s",
			  pos.partition, pos.object, pos.used, media_why(rc));
}

static uint64_t used_of(const struct media *t)
{
	uint64_t used = 0;

	for (unsigned i = 0; i < t->info.partitions; i++)
		used += t->info.part[i].used;
	return used;
}

int media_copy_read(struct media_copy *c)
{
	struct media *t = &c->from;
	struct scsiemu_tape_pos pos;
	int rc;

	for (;;) {
		rc = media_read(t);
		if (rc != SCSIEMU_E_READ || !c->o->salvage)
			break;
		place(t, &pos);
		c->bad++;
		progress_clear(c->progress);
		media_fail(t->path,
			   "partition %" PRIu32 ", object %" PRIu64
			   " cannot be read, and is left out",
			   pos.partition, pos.object - 1);
	}
	if (rc == SCSIEMU_R_RECORD)
		c->bytes += t->len;
	place(t, &pos);
	progress_tell(c->progress, pos.used, pos.partition ? 0 : used_of(t));
	return rc;
}

/* ---- To a cartridge ---- */

static int copy_partition(struct media_copy *c, uint32_t p)
{
	int rc = media_locate(&c->to, p, 0), from;

	if (rc)
		return media_fail(c->to.path, "%s", media_why(rc));
	media_locate(&c->from, p, 0);
	while ((from = media_copy_read(c)) != SCSIEMU_R_EOD) {
		if (from == SCSIEMU_R_MARK)
			rc = media_marks(&c->to, 1, false);
		else if (from == SCSIEMU_R_RECORD)
			rc = media_write(&c->to, c->from.rec, c->from.len,
					 c->from.tag, c->from.tag_len);
		else
			return stop_at(&c->from, from);
		if (rc != SCSIEMU_OK && rc != SCSIEMU_R_RECORD)
			return stop_at(&c->to, rc);
	}
	return 0;
}

static int copy_attributes(struct media_copy *c, uint32_t p)
{
	static uint8_t list[ATTRIBUTES];
	struct scsiemu_tape_attribute a;
	uint32_t n = 0;

	if (!(c->to.info.able & SCSIEMU_TAPE_ATTRIBUTES) ||
	    !SCSIEMU_HAS(scsiemu_tape_ops, c->from.ops, attribute))
		return 0;
	for (unsigned id = 0;
	     id < 0x10000 &&
	     c->from.ops->attribute(c->from.m.ctx, p, (uint16_t)id, &a);
	     id = a.id + 1U) {
		uint8_t head[5] = { (uint8_t)(a.id >> 8), (uint8_t)a.id,
				    a.format, (uint8_t)(a.len >> 8),
				    (uint8_t)a.len };

		if (n + sizeof(head) + a.len > sizeof(list))
			return media_fail(c->to.path,
					  "the attributes do not go into it");
		memcpy(list + n, head, sizeof(head));
		memcpy(list + n + sizeof(head), a.value, a.len);
		n += (uint32_t)sizeof(head) + a.len;
	}
	if (n && media_attributes(&c->to, p, list, n))
		return media_fail(c->to.path, "the attributes cannot be kept");
	return 0;
}

/* The capacities: those that it has, or what is needed if that is more. Records
 * that were compressed become longer than they were on it. */
static void plan(const struct media_copy *c, struct scsiemu_tape_layout *l,
		 struct scsiemu_tape_new *is)
{
	const struct scsiemu_tape_info *info = &c->from.info;
	bool says = c->from.format == MEDIA_NATIVE ||
		    c->from.format == SCSIEMU_IMAGE_TGT ||
		    c->from.format == SCSIEMU_IMAGE_MHVTL;
	/* the others have no capacity */
	bool keeps =
		c->to.format == MEDIA_NATIVE ||
		scsiemu_tape_image_exports((enum scsiemu_image)c->to.format);

	*is = (struct scsiemu_tape_new){ .density = info->density,
					 .medium_type = info->medium_type,
					 .worm = info->worm,
					 .cleaning = info->cleaning };
	l->n = info->partitions ? info->partitions : 1;
	for (unsigned i = 0; i < l->n; i++) {
		const struct scsiemu_tape_partition *p = &info->part[i];
		uint64_t need = p->used + PER_OBJECT * p->objects + SPARE;

		l->size[i] = !keeps ? ENDLESS : says ? p->size : USUAL;
		if (l->size[i] < need)
			l->size[i] = need;
		is->bytes += l->size[i];
	}
	if (!c->o->size)
		return;
	l->size[l->n - 1] = UINT64_MAX;
	is->bytes = c->o->size;
}

static int make_partitions(struct media_copy *c, struct scsiemu_tape_layout *l)
{
	const struct scsiemu_cmd w = { .verb = SCSIEMU_V_PARTITION,
				       .buf = (uint8_t *)l,
				       .len = sizeof(*l) };

	if (l->n == 1 || media_verb(&c->to, &w) == SCSIEMU_OK)
		return 0;
	return media_fail(c->to.path,
			  "%" PRIu32 " partitions do not go into it: write "
			  "native, or give a larger --size",
			  l->n);
}

static int copy_all(struct media_copy *c, const char *path)
{
	struct scsiemu_tape_layout l = { 0 };
	struct scsiemu_tape_new is;
	int rc;

	plan(c, &l, &is);
	if (media_make(&c->to, path, c->to.format, &is) ||
	    make_partitions(c, &l))
		return -1;
	if (c->from.format == MEDIA_FOLDER)
		return media_import(c, c->from.path);
	for (uint32_t p = 0; p < l.n; p++) {
		rc = copy_partition(c, p);
		if (!rc)
			rc = copy_attributes(c, p);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- Names ---- */

static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), len = strlen(end);

	return n > len && !strcmp(path + n - len, end);
}

static int format_of_name(const char *path)
{
	static const struct {
		const char *end;
		int format;
	} ends[] = {
		{ ".tap", SCSIEMU_IMAGE_SIMH }, { ".e11", SCSIEMU_IMAGE_E11 },
		{ ".aws", SCSIEMU_IMAGE_AWS },	{ ".het", SCSIEMU_IMAGE_HET },
		{ ".ssc", SCSIEMU_IMAGE_TGT },	{ "/", MEDIA_FOLDER }
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_in(path, ends[i].end))
			return ends[i].format;
	return MEDIA_NATIVE;
}

/* PATH.part, where the slash of a directory's does not count. */
static int part_name(char to[PATH], char final[PATH], const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n + sizeof(".part") > PATH)
		return media_fail(path, "is too long a path");
	snprintf(final, PATH, "%.*s", (int)n, path);
	snprintf(to, PATH, "%.*s.part", (int)n, path);
	if (access(final, F_OK) && access(to, F_OK))
		return 0;
	return media_fail(access(final, F_OK) ? to : final,
			  "is there already: remove it, or name another");
}

static int write_it(struct media_copy *c, const char *part, const char *final)
{
	int rc;

	if (c->to.format == MEDIA_FOLDER)
		return media_export(c, part) || rename(part, final)
			       ? media_fail(part, "is not finished: what could "
						  "be read is in it")
			       : 0;
	rc = copy_all(c, part);
	if (media_close(&c->to) && !rc)
		rc = media_fail(part, "cannot be written: check the disk, and "
				      "how much room it has");
	if (!rc && rename(part, final))
		rc = media_fail(final, "%s", strerror(errno));
	if (rc)
		media_remove(part);
	return rc;
}

static int tell(const struct media_copy *c, const char *to)
{
	progress_clear(c->progress);
	if (c->lengths && !c->o->quiet)
		media_fail(to, "files do not keep how long records were, and "
			       "some had several lengths");
	if (!c->o->quiet)
		fprintf(stderr, "%s: %s, %" PRIu64 " bytes of records\n", to,
			media_format_name(c->to.format), c->bytes);
	if (c->from.damage.text[0])
		media_fail("", "%s", c->from.damage.text);
	return c->bad ? TOOL_NOT_GOOD : TOOL_GOOD;
}

int media_convert(const struct media_options *o)
{
	const char *from = o->words[0], *to = o->words[1];
	struct media_copy c = { .o = o };
	char part[PATH], final[PATH];
	struct progress progress;
	int rc = -1;

	c.progress = &progress;
	c.to.format = o->to == MEDIA_ANY ? format_of_name(to) : o->to;
	progress_begin(&progress, "convert", o->quiet);
	if (part_name(part, final, to) ||
	    media_open(&c.from, from, o->from, c.to.format != MEDIA_NATIVE))
		rc = -1;
	else if (c.from.format == MEDIA_FOLDER && c.to.format == MEDIA_FOLDER)
		rc = media_fail(to, "a directory into a directory: use cp");
	else
		rc = write_it(&c, part, final);
	progress_clear(&progress);
	rc = rc ? TOOL_TROUBLE : tell(&c, final);
	media_close(&c.from);
	return rc;
}

/* ---- cat ---- */

static int print_records(struct media_copy *c, bool one)
{
	int rc;

	while ((rc = media_copy_read(c)) != SCSIEMU_R_EOD) {
		if (rc == SCSIEMU_R_MARK) {
			if (one)
				return 0;
			continue;
		}
		if (rc != SCSIEMU_R_RECORD)
			return stop_at(&c->from, rc);
		if (fwrite(c->from.rec, 1, c->from.len, stdout) != c->from.len)
			return media_fail("", "cannot write to standard "
					      "output");
	}
	return 0;
}

static int find_file(struct media_copy *c, const char *word, uint32_t partition)
{
	uint64_t n = 0;
	const char *p;

	for (p = word ? word : ""; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	if (*p)
		return media_fail("", "no number of a file: \"%.40s\"", word);
	if (partition >= c->from.info.partitions)
		return media_fail(c->from.path, "has %u partitions",
				  c->from.info.partitions);
	if (!n)
		return media_locate(&c->from, partition, 0) ? -1 : 0;
	return media_locate_file(&c->from, partition, n)
		       ? media_fail(c->from.path,
				    "has no file %" PRIu64 ", only %" PRIu64
				    " filemarks: see scsiemu media ls",
				    n, c->from.info.part[partition].files)
		       : 0;
}

int media_cat(const struct media_options *o)
{
	uint32_t partition = o->partition < 0 ? 0 : (uint32_t)o->partition;
	struct media_copy c = { .o = o };
	struct progress progress;
	int rc;

	c.progress = &progress;
	progress_begin(&progress, "cat", o->quiet || isatty(STDOUT_FILENO));
	rc = media_open(&c.from, o->words[0], o->from, true);
	if (!rc && c.from.format == MEDIA_FOLDER)
		rc = media_fail(o->words[0], "is a directory, not a cartridge");
	if (!rc)
		rc = find_file(&c, o->words[1], partition);
	if (!rc)
		rc = print_records(&c, o->words[1]);
	progress_clear(&progress);
	if (fflush(stdout) && !rc)
		rc = media_fail("", "cannot write to standard output");
	media_close(&c.from);
	return rc ? TOOL_TROUBLE : TOOL_GOOD;
}
