/* SPDX-License-Identifier: BSD-2-Clause */
/* media_check.c - scsiemu media check: all of a cartridge is read and compared
 * with its checksums and indexes. Nothing is changed. */
#include "media.h"
#include "progress.h"
#include "tool.h"

#include <inttypes.h>
#include <stdio.h>

struct check {
	const char *path;
	struct progress progress;
	struct scsiemu_tape_check sum; /* of what was found */
};

static void found(void *ctx, const char *what)
{
	struct check *c = ctx;

	progress_clear(&c->progress);
	printf("%s: %s\n", c->path, what);
}

static bool told(void *ctx, uint64_t done, uint64_t all)
{
	struct check *c = ctx;

	progress_tell(&c->progress, done, all);
	return true;
}

static int check_native(struct check *c)
{
	struct scsiemu_errmsg err;

	c->sum.found = found;
	c->sum.progress = told;
	c->sum.ctx = c;
	if (scsiemu_tape_log_check(c->path, &c->sum, &err))
		return media_fail("", "%s", err.text);
	return 0;
}

/* Of another program's: what reading it tells. */
static void check_record(struct check *c, uint32_t partition, uint64_t object,
			 int rc)
{
	if (rc == SCSIEMU_E_READ) {
		c->sum.faults++;
		progress_clear(&c->progress);
		printf("%s: partition %u, object %" PRIu64
		       ": it cannot be read\n",
		       c->path, partition, object);
	}
	c->sum.marks += rc == SCSIEMU_R_MARK;
	c->sum.records += rc == SCSIEMU_R_RECORD;
}

static void check_image(struct check *c, struct media *t)
{
	if (t->damage.text[0]) {
		c->sum.faults++;
		printf("%s\n", t->damage.text);
	}
	for (uint32_t p = 0; p < t->info.partitions; p++) {
		const struct scsiemu_tape_partition *part = &t->info.part[p];
		/* the last one of a damaged file stands for the damage */
		uint64_t n = part->objects;
		int rc = media_locate(t, p, 0);

		for (uint64_t i = 0; i < n; i++) {
			rc = media_read(t);
			if (i + 1 == n && rc == SCSIEMU_E_READ &&
			    t->damage.text[0])
				break;
			check_record(c, p, i, rc);
			if (rc == SCSIEMU_R_RECORD)
				c->sum.bytes += t->len;
			progress_tell(&c->progress, i, n);
		}
	}
}

static int verdict(const struct check *c, bool quiet)
{
	if (!quiet || c->sum.faults)
		printf("%s: %" PRIu64 " records of %" PRIu64 " bytes, %" PRIu64
		       " filemarks, %" PRIu64 " faults\n",
		       c->path, c->sum.records, c->sum.bytes, c->sum.marks,
		       c->sum.faults);
	if (!c->sum.faults)
		return TOOL_GOOD;
	printf("nothing was changed: bring back a copy, or save what can be "
	       "read (scsiemu media convert --salvage)\n");
	return TOOL_NOT_GOOD;
}

int media_check(const struct media_options *o)
{
	struct check c = { .path = o->words[0] };
	struct media t = { 0 };
	int format = o->from, rc = 0;

	if (format == MEDIA_ANY) {
		enum scsiemu_image guess;
		struct scsiemu_errmsg err;

		if (scsiemu_tape_image_guess(c.path, &guess, &err)) {
			media_fail("", "%s", err.text);
			return TOOL_TROUBLE;
		}
		format = (int)guess;
	}
	if (format == MEDIA_FOLDER) {
		media_fail(c.path, "a directory has nothing that could be "
				   "checked");
		return TOOL_TROUBLE;
	}
	progress_begin(&c.progress, "check", o->quiet);
	if (format == MEDIA_NATIVE) {
		rc = check_native(&c);
	} else {
		rc = media_open(&t, c.path, format, false);
		if (!rc)
			check_image(&c, &t);
		media_close(&t);
	}
	progress_clear(&c.progress);
	return rc ? TOOL_TROUBLE : verdict(&c, o->quiet);
}
