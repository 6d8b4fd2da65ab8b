/* SPDX-License-Identifier: BSD-2-Clause */
/* media_show.c - scsiemu media info and ls. */
#include "media.h"
#include "report.h"
#include "tool.h"

#include <inttypes.h>
#include <string.h>

static int finish(struct report *r, int rc)
{
	report_end(r);
	if (!r->failed)
		return rc;
	media_fail("", "cannot write to standard output");
	return TOOL_TROUBLE;
}

static int open_cartridge(struct media *t, const struct media_options *o,
			  bool decode)
{
	if (media_open(t, o->words[0], o->from, decode))
		return -1;
	return t->format == MEDIA_FOLDER
		       ? media_fail(t->path, "is a directory, not a cartridge: "
					     "convert it")
		       : 0;
}

/* ---- info ---- */

static const char *attribute_name(unsigned id)
{
	static const struct {
		uint16_t id;
		const char *name;
	} names[] = {
		{ 0x0002, "TapeAlert flags" },
		{ 0x0003, "load count" },
		{ 0x0007, "initialization count" },
		{ 0x0008, "volume identifier" },
		{ 0x0009, "volume change reference" },
		{ 0x020a, "last drive" },
		{ 0x020b, "drive before that" },
		{ 0x020c, "drive 2 before that" },
		{ 0x020d, "drive 3 before that" },
		{ 0x0220, "MB written in its life" },
		{ 0x0221, "MB read in its life" },
		{ 0x0222, "MB written in the last load" },
		{ 0x0223, "MB read in the last load" },
		{ 0x0400, "manufacturer" },
		{ 0x0401, "serial number" },
		{ 0x0404, "assigning organization" },
		{ 0x0406, "manufacture date" },
		{ 0x0800, "application vendor" },
		{ 0x0801, "application name" },
		{ 0x0802, "application version" },
		{ 0x0803, "user medium text label" },
		{ 0x0804, "date and time last written" },
		{ 0x0806, "barcode" },
		{ 0x0807, "owning host" },
		{ 0x0808, "media pool" },
		{ 0x080b, "application format version" },
		{ 0x080c, "volume coherency information" },
		{ 0x0820, "medium globally unique identifier" },
		{ 0x0821, "media pool identifier" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].id == id)
			return names[i].name;
	return "attribute";
}

static void report_value(struct report *r,
			 const struct scsiemu_tape_attribute *a)
{
	size_t len = a->len;

	if (!(a->format & 3)) {
		report_hex(r, "value", a->value, len);
		return;
	}
	while (len && (a->value[len - 1] == ' ' || !a->value[len - 1]))
		len--;
	report_text(r, "value", "%.*s", (int)len, (const char *)a->value);
}

static void report_attributes(struct report *r, struct media *t,
			      uint32_t partition)
{
	struct scsiemu_tape_attribute a;

	if (!SCSIEMU_HAS(scsiemu_tape_ops, t->ops, attribute))
		return;
	report_list(r, "attributes", NULL);
	for (unsigned id = 0;
	     id < 0x10000 &&
	     t->ops->attribute(t->m.ctx, partition, (uint16_t)id, &a);
	     id = a.id + 1U) {
		report_block(r, NULL, "%04Xh %s", a.id, attribute_name(a.id));
		report_number(r, "id", a.id, NULL);
		report_value(r, &a);
		report_close(r);
	}
	report_close(r);
}

static void report_partitions(struct report *r, struct media *t)
{
	report_list(r, "partitions", NULL);
	for (unsigned i = 0; i < t->info.partitions; i++) {
		const struct scsiemu_tape_partition *p = &t->info.part[i];

		report_block(r, NULL, "partition %u", i);
		report_number(r, "size", p->size, "bytes");
		report_number(r, "used", p->used, "bytes");
		report_number(r, "records", p->objects - p->files, NULL);
		report_number(r, "filemarks", p->files, NULL);
		report_attributes(r, t, i);
		report_close(r);
	}
	report_close(r);
}

/* How a server left it. */
static void report_state(struct report *r, const char *path)
{
	struct scsiemu_tape_state s;
	struct scsiemu_errmsg err;

	if (scsiemu_tape_log_state(path, &s, &err))
		return;
	report_number(r, "version", s.version, NULL);
	report_number(r, "state", s.number, NULL);
	report_text(r, "super_slots", "%s, %s",
		    s.whole[0] ? "whole" : "not whole",
		    s.whole[1] ? "whole" : "not whole");
	report_bool(r, "put_away", s.put_away);
	report_number(r, "not_committed",
		      s.length > s.end ? s.length - s.end : 0, "bytes");
	if (s.length < s.end)
		report_text(r, "damage", "the file has been cut short");
}

static void report_cartridge(struct report *r, struct media *t)
{
	report_open(r, "cartridge", t->path);
	report_text(r, "format", "%s", media_format_name(t->format));
	if (t->format == MEDIA_NATIVE)
		report_state(r, t->path);
	report_number(r, "capacity", t->info.size, "bytes");
	if (t->info.density)
		report_text(r, "density", "%02Xh", t->info.density);
	if (t->info.medium_type)
		report_text(r, "medium_type", "%02Xh", t->info.medium_type);
	report_number(r, "longest_record", t->info.block_max, "bytes");
	report_bool(r, "worm", t->info.worm);
	report_bool(r, "cleaning", t->info.cleaning);
	report_bool(r, "can_be_written",
		    t->format == MEDIA_NATIVE ||
			    scsiemu_tape_image_writes(
				    (enum scsiemu_image)t->format));
	if (t->damage.text[0])
		report_text(r, "damage", "%s", t->damage.text);
	report_partitions(r, t);
	report_close(r);
}

int media_info(const struct media_options *o)
{
	struct report r;
	struct media t;
	int rc = TOOL_TROUBLE;

	if (!open_cartridge(&t, o, false)) {
		report_begin(&r, stdout, o->json);
		report_cartridge(&r, &t);
		rc = finish(&r, TOOL_GOOD);
	}
	media_close(&t);
	return rc;
}

/* ---- ls ---- */

/* A file of the tape, as far as it was walked. */
struct file {
	uint64_t number, object, used, records, bytes;
	uint32_t least, most; /* lengths of its records */
};

static void report_file(struct report *r, const struct file *f)
{
	char sizes[40] = "";

	if (f->least == f->most && f->records)
		snprintf(sizes, sizeof(sizes), " of %" PRIu32, f->most);
	else if (f->records)
		snprintf(sizes, sizeof(sizes), " of %" PRIu32 " to %" PRIu32,
			 f->least, f->most);
	report_line(r, NULL,
		    "file %-6" PRIu64 " object %-10" PRIu64 " at %-14" PRIu64
		    " %" PRIu64 " bytes, %" PRIu64 " records%s",
		    f->number, f->object, f->used, f->bytes, f->records, sizes);
	report_number(r, "file", f->number, NULL);
	report_number(r, "object", f->object, NULL);
	report_number(r, "at", f->used, NULL);
	report_number(r, "bytes", f->bytes, NULL);
	report_number(r, "records", f->records, NULL);
	report_number(r, "shortest", f->least, NULL);
	report_number(r, "longest", f->most, NULL);
	report_close(r);
}

static void report_record(struct report *r, const struct scsiemu_tape_pos *pos,
			  const struct scsiemu_tape_next *next)
{
	bool encrypted = next->cipher != SCSIEMU_CIPHER_NONE;

	report_line(r, NULL,
		    "%-10" PRIu64 " at %-14" PRIu64 " record of %" PRIu32
		    "%s%s",
		    pos->object, pos->used, next->len,
		    next->compressed ? ", compressed" : "",
		    encrypted ? ", encrypted" : "");
	report_number(r, "bytes", next->len, NULL);
	report_bool(r, "compressed", next->compressed);
	report_bool(r, "encrypted", encrypted);
}

static void report_object(struct report *r, const struct scsiemu_tape_pos *pos,
			  const struct scsiemu_tape_next *next)
{
	bool mark = next->kind == SCSIEMU_NEXT_MARK;

	if (mark)
		report_line(r, NULL,
			    "%-10" PRIu64 " at %-14" PRIu64 " filemark",
			    pos->object, pos->used);
	else
		report_record(r, pos, next);
	report_number(r, "object", pos->object, NULL);
	report_number(r, "at", pos->used, NULL);
	report_text(r, "kind", "%s", mark ? "filemark" : "record");
	report_close(r);
}

static void count(struct file *f, uint32_t len)
{
	if (!f->records || len < f->least)
		f->least = len;
	if (len > f->most)
		f->most = len;
	f->records++;
	f->bytes += len;
}

static int list_partition(struct report *r, struct media *t, uint32_t p,
			  bool all)
{
	uint64_t objects = t->info.part[p].objects;
	struct scsiemu_tape_next next;
	struct scsiemu_tape_pos pos;
	struct file f = { 0 };
	uint64_t i;

	for (i = 0; i < objects; i++) {
		if (media_locate(t, p, i) || media_next(t, &next))
			return media_fail(t->path,
					  "partition %u, object %" PRIu64
					  " cannot be found: see scsiemu media "
					  "check",
					  p, i);
		t->ops->tell(t->m.ctx, &pos);
		if (all) {
			report_object(r, &pos, &next);
			continue;
		}
		if (!f.records)
			f.used = pos.used;
		if (next.kind == SCSIEMU_NEXT_RECORD) {
			count(&f, next.len);
			continue;
		}
		report_file(r, &f);
		f = (struct file){ .number = f.number + 1, .object = i + 1 };
	}
	if (f.records)
		report_file(r, &f);
	return 0;
}

static int list_all(struct report *r, struct media *t,
		    const struct media_options *o)
{
	int rc = 0;

	report_list(r, "partitions", "");
	for (unsigned i = 0; i < t->info.partitions && !rc; i++) {
		if (o->partition >= 0 && o->partition != (int)i)
			continue;
		report_block(r, NULL, "partition %u", i);
		if (o->json)
			report_number(r, "partition", i, NULL);
		report_list(r, o->all ? "objects" : "files", "");
		rc = list_partition(r, t, i, o->all);
		report_close(r);
		report_close(r);
	}
	report_close(r);
	return rc;
}

int media_ls(const struct media_options *o)
{
	struct report r;
	struct media t;
	int rc = TOOL_TROUBLE;

	if (!open_cartridge(&t, o, true)) {
		report_begin(&r, stdout, o->json);
		rc = list_all(&r, &t, o) ? TOOL_NOT_GOOD : TOOL_GOOD;
		rc = finish(&r, rc);
		if (t.damage.text[0]) {
			media_fail("", "%s", t.damage.text);
			rc = TOOL_NOT_GOOD;
		}
	}
	media_close(&t);
	return rc;
}
