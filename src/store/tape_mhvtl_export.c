/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_mhvtl_export.c - a cartridge for mhvtl, of its tape format 6: what
 * tape_mhvtl_scan.c and tape_mhvtl_mam.c read, and mhvtl_data, which has what
 * mhvtl alone wants to know. All numbers are little-endian, as mhvtl writes
 * them on the machines that it runs on.
 */
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "store/crc32c.h"
#include "store/sys.h"
#include "store/tape_attr.h"
#include "store/tape_export.h"
#include "store/tape_mhvtl.h"

enum { DATA_FILE, INDX_FILE, META_FILE };
enum { HEAD = 512, META_HEAD = 512, NUMBER = 4 };
enum { FILEMARK = 3, DATA = 11, CRC = 8 };
enum { TAPE_FORMAT = 6, MAM_FORMAT = 4 };

_Static_assert((int)SEMU_MHVTL_PATH == (int)SEMU_EXPORT_PATH, "one path");

static void le(uint8_t *p, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* ---- A partition ---- */

static int mhvtl_name(const struct semu_export *x, unsigned file,
		      char to[SEMU_EXPORT_PATH])
{
	static const char *const names[] = {
		[DATA_FILE] = "data", [INDX_FILE] = "indx", [META_FILE] = "meta"
	};

	return semu_mhvtl_path(to, x->path, names[file], (int)x->partition);
}

/* How many filemarks there are, in front of their numbers. */
static int put_marks(struct semu_export *x)
{
	uint8_t p[META_HEAD] = { 0 };

	le(p, x->part[x->partition].files, NUMBER);
	return semu_export_put(x, META_FILE, 0, p, sizeof(p));
}

static int mhvtl_head(struct semu_export *x)
{
	x->file[META_FILE].end = META_HEAD;
	return put_marks(x);
}

static int mhvtl_put(struct semu_export *x, const uint8_t *data, uint32_t len)
{
	uint32_t number = (uint32_t)x->part[x->partition].objects;
	uint8_t p[HEAD] = { 0 }, mark[NUMBER];
	int rc = SCSIEMU_OK;

	le(p, x->file[DATA_FILE].end, 8);
	le(p + 8, len ? DATA : FILEMARK, 4);
	le(p + 12, len ? CRC : 0, 4);
	le(p + 16, number, 4);
	le(p + 20, len, 4);
	le(p + 24, len, 4);
	le(p + 28, len ? semu_crc32c(0, data, len) : 0, 4);
	le(p + 144, x->partition, 4);
	le(mark, number, NUMBER);
	if (len)
		rc = semu_export_append(x, DATA_FILE, data, len, NULL, 0);
	else
		rc = semu_export_append(x, META_FILE, mark, NUMBER, NULL, 0);
	return rc ? rc : semu_export_append(x, INDX_FILE, p, HEAD, NULL, 0);
}

/* ---- What is known of all of it ---- */

/* Attributes: id and length, little-endian, and the value. */
struct list {
	uint8_t *p;
	size_t len;
};

static void add(struct list *l, unsigned id, const void *value, unsigned len)
{
	le(l->p + l->len, id, 2);
	le(l->p + l->len + 2, len, 2);
	memcpy(l->p + l->len + 4, value, len);
	l->len += 4 + (size_t)len;
}

static void add_number(struct list *l, unsigned id, uint64_t v, unsigned len)
{
	uint8_t p[8];

	semu_put64(p, v);
	add(l, id, p + 8 - len, len);
}

/* Kinds of cartridges as mhvtl numbers them, of LTO: data, cleaning, WORM.
 * mhvtl finds out the rest by itself, or does not load it. */
static const struct kind {
	uint8_t density, data, cleaning, worm;
} kinds[] = {
	{ 0x40, 1, 2, 0 },    { 0x42, 3, 4, 0 },    { 0x44, 5, 6, 7 },
	{ 0x46, 8, 9, 10 },   { 0x58, 11, 12, 13 }, { 0x5a, 14, 15, 16 },
	{ 0x5c, 17, 18, 19 }, { 0x5e, 20, 21, 22 }, { 0x60, 23, 24, 25 },
};

static unsigned kind_of(const struct scsiemu_tape_new *is)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].density != is->density)
			continue;
		if (is->cleaning)
			return kinds[i].cleaning;
		return is->worm ? kinds[i].worm : kinds[i].data;
	}
	return 0;
}

static uint64_t left_of(const struct semu_export *x)
{
	uint64_t used = 0;

	for (unsigned i = 0; i < x->layout.n; i++)
		used += x->part[i].used;
	return x->is.bytes - used;
}

enum { MEDIUM_DATA = 0, MEDIUM_WORM = 1, MEDIUM_CLEANING = 6 };
enum { DENSITY = 0x0405, MEDIUM_TYPE = 0x0408 };

static void list_memory(const struct semu_export *x, struct list *l)
{
	struct scsiemu_tape_attribute a;
	unsigned type = x->is.worm ? MEDIUM_WORM : MEDIUM_DATA;

	le(l->p, TAPE_FORMAT, 4);
	le(l->p + 4, MAM_FORMAT, 4);
	l->len = 8;
	add_number(l, 0x0000, left_of(x), 8);
	add_number(l, 0x0001, x->is.bytes, 8);
	add_number(l, 0x0006, x->is.density, 1);
	add_number(l, DENSITY, x->is.density, 1);
	add_number(l, MEDIUM_TYPE, x->is.cleaning ? MEDIUM_CLEANING : type, 1);
	for (unsigned id = 0; semu_export_attribute(x, 0, (uint16_t)id, &a);
	     id = a.id + 1U)
		if (a.id != DENSITY && a.id != MEDIUM_TYPE)
			add(l, a.id, a.value, a.len);
}

static void list_own(const struct semu_export *x, struct list *l)
{
	struct scsiemu_tape_attribute a;

	add_number(l, 0x01, 0, 1); /* put away */
	add_number(l, 0x03, SCSIEMU_TAPE_PARTITIONS, 1);
	add_number(l, 0x04, x->layout.n, 1);
	add_number(l, 0x05, kind_of(&x->is), 1);
	for (unsigned p = 1; p < x->layout.n; p++)
		if (semu_export_attribute(x, p, SEMU_ATTR_COHERENCY, &a))
			add(l, SEMU_MHVTL_COHERENCY + p - 1, a.value, a.len);
}

enum { ATTRIBUTES = 16 << 10, ROOM = ATTRIBUTES + 1024 };

static int save(const struct semu_export *x, struct list *l, const char *name,
		void (*list)(const struct semu_export *x, struct list *l))
{
	char path[SEMU_EXPORT_PATH];

	if (semu_mhvtl_path(path, x->path, name, -1))
		return SCSIEMU_E_WRITE;
	l->len = 0;
	list(x, l);
	return semu_export_whole(path, l->p, l->len);
}

static int mhvtl_end(struct semu_export *x)
{
	struct list l = { semu_sys->alloc(ROOM), 0 };
	int rc;

	if (!l.p)
		return SCSIEMU_E_HARDWARE;
	rc = save(x, &l, "mhvtl_data", list_own);
	if (!rc)
		rc = save(x, &l, "mam", list_memory);
	semu_sys->free(l.p);
	return rc;
}

const struct semu_export_format semu_mhvtl_export = {
	.block_max = SCSIEMU_TAPE_BLOCK_MAX,
	.attributes = ATTRIBUTES,
	.of_partition = SEMU_ATTR_COHERENCY,
	.per_object = HEAD,
	.partitions = SCSIEMU_TAPE_PARTITIONS,
	.files = SEMU_EXPORT_FILES,
	.folder = true,
	.name = mhvtl_name,
	.head = mhvtl_head,
	.tail = put_marks,
	.put = mhvtl_put,
	.end = mhvtl_end
};
