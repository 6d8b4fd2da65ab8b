/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes that the drive knows, and those that hosts may write. */
#include <string.h>

#include "ssc/attr.h"

enum { MEGABYTE_BITS = 20 }; /* SPC-4 7.4.2.2: all of them are MiB */

const struct scsiemu_medium *semu_ssc_attr_medium(const struct scsiemu_lu *lu)
{
	return lu->medium ? lu->medium : lu->ejected;
}

const struct scsiemu_tape_ops *semu_ssc_attr_ops(const struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = semu_ssc_attr_medium(lu);

	return m && m->kind == SCSIEMU_TAPE ? m->ops : NULL;
}

const struct scsiemu_tape_info *semu_ssc_attr_cartridge(
	const struct scsiemu_lu *lu)
{
	const struct scsiemu_tape_ops *ops = semu_ssc_attr_ops(lu);
	struct scsiemu_tape_info *info = &semu_ssc(lu)->info;

	*info = (struct scsiemu_tape_info){ 0 };
	if (ops)
		ops->info(semu_ssc_attr_medium(lu)->ctx, info);
	return info;
}

bool semu_ssc_attr_stored(const struct scsiemu_lu *lu, unsigned partition,
			  uint16_t id, struct scsiemu_tape_attribute *a)
{
	const struct scsiemu_tape_ops *ops = semu_ssc_attr_ops(lu);

	return ops && SCSIEMU_HAS(scsiemu_tape_ops, ops, attribute) &&
	       ops->attribute(semu_ssc_attr_medium(lu)->ctx, partition, id,
			      a) &&
	       a->id == id;
}

uint64_t semu_ssc_attr_number(const struct scsiemu_lu *lu, uint16_t id,
			      uint64_t otherwise)
{
	struct scsiemu_tape_attribute a;
	uint64_t v = 0;

	if (!semu_ssc_attr_stored(lu, 0, id, &a))
		return otherwise;
	for (unsigned i = 0; i < a.len; i++)
		v = v << 8 | a.value[i];
	return v;
}

/* ---- Numbers ---- */

static uint64_t remaining(const struct scsiemu_lu *lu, unsigned partition)
{
	const struct scsiemu_tape_info *info = semu_ssc_attr_cartridge(lu);

	return (info->part[partition].size - info->part[partition].used) >>
	       MEGABYTE_BITS;
}

static uint64_t capacity(const struct scsiemu_lu *lu, unsigned partition)
{
	const struct scsiemu_tape_info *info = semu_ssc_attr_cartridge(lu);

	return info->part[partition].size >> MEGABYTE_BITS;
}

static uint64_t alerts(const struct scsiemu_lu *lu, unsigned partition)
{
	(void)partition;
	return semu_ssc_attr_number(lu, SEMU_ATTR_ALERTS, 0);
}

/* This load counts, too, and is saved when it is over: one that is over has
 * been. */
static uint64_t loads(const struct scsiemu_lu *lu, unsigned partition)
{
	(void)partition;
	return semu_ssc_attr_number(lu, SEMU_ATTR_LOADS, 0) +
	       (lu->medium != NULL);
}

static uint64_t space(const struct scsiemu_lu *lu, unsigned partition)
{
	const struct scsiemu_tape_info *info = semu_ssc_attr_cartridge(lu);

	(void)partition;
	return info->attributes_left;
}

static uint64_t room(const struct scsiemu_lu *lu, unsigned partition)
{
	const struct scsiemu_tape_info *info = semu_ssc_attr_cartridge(lu);

	(void)partition;
	return info->attributes;
}

static uint64_t density(const struct scsiemu_lu *lu, unsigned partition)
{
	const struct scsiemu_tape_info *info = semu_ssc_attr_cartridge(lu);

	(void)partition;
	return semu_ssc_code(lu, info);
}

static uint64_t formats(const struct scsiemu_lu *lu, unsigned partition)
{
	(void)partition;
	return semu_ssc_attr_number(lu, SEMU_ATTR_FORMATS, 1);
}

static uint64_t change(const struct scsiemu_lu *lu, unsigned partition)
{
	(void)partition;
	return semu_ssc_attr_number(lu, SEMU_ATTR_CHANGE, 1);
}

static uint64_t written(const struct scsiemu_lu *lu, unsigned partition)
{
	(void)partition;
	return semu_ssc_attr_number(lu, SEMU_ATTR_WRITTEN, 0) +
	       (semu_ssc(lu)->now.tape_written >> MEGABYTE_BITS);
}

static uint64_t read(const struct scsiemu_lu *lu, unsigned partition)
{
	(void)partition;
	return semu_ssc_attr_number(lu, SEMU_ATTR_READ, 0) +
	       (semu_ssc(lu)->now.tape_read >> MEGABYTE_BITS);
}

/* Of this load; of the last one when it is not loaded (SPC-4 7.4.2.2.8). */
static uint64_t last_written(const struct scsiemu_lu *lu, unsigned partition)
{
	(void)partition;
	return lu->medium ? semu_ssc(lu)->now.tape_written >> MEGABYTE_BITS
			  : semu_ssc_attr_number(lu, SEMU_ATTR_LAST_WRITTEN, 0);
}

static uint64_t last_read(const struct scsiemu_lu *lu, unsigned partition)
{
	(void)partition;
	return lu->medium ? semu_ssc(lu)->now.tape_read >> MEGABYTE_BITS
			  : semu_ssc_attr_number(lu, SEMU_ATTR_LAST_READ, 0);
}

/* MEDIUM TYPE: 00h data, 01h cleaning, 80h write once. */
static uint64_t type(const struct scsiemu_lu *lu, unsigned partition)
{
	const struct scsiemu_tape_info *info = semu_ssc_attr_cartridge(lu);

	(void)partition;
	return info->cleaning ? 0x01 : info->worm ? 0x80 : 0;
}

/* ---- Text ---- */

static const char *organization(const struct scsiemu_lu *lu)
{
	const struct scsiemu_ssc_density *d =
		semu_ssc_density(lu, (unsigned)density(lu, 0));

	return d ? d->organization : NULL;
}

/* ---- The table ---- */

#define NUMBER(i, n, fn)                                                       \
	{                                                                      \
		.id = (i), .len = (n), .format = SEMU_ATTR_READ_ONLY,          \
		.value = (fn)                                                  \
	}
#define KEPT(i, n, f)                                                          \
	{                                                                      \
		.id = (i), .len = (n), .format = SEMU_ATTR_READ_ONLY | (f)     \
	}
#define HOSTS(i, n, f)                                                         \
	{                                                                      \
		.id = (i), .len = (n), .format = (f), .each = true             \
	}

const struct semu_ssc_attr semu_ssc_attrs[] = {
	{ .id = 0x0000,
	  .len = 8,
	  .format = SEMU_ATTR_READ_ONLY,
	  .each = true,
	  .value = remaining },
	{ .id = 0x0001,
	  .len = 8,
	  .format = SEMU_ATTR_READ_ONLY,
	  .each = true,
	  .value = capacity },
	NUMBER(SEMU_ATTR_ALERTS, 8, alerts),
	NUMBER(SEMU_ATTR_LOADS, 8, loads),
	NUMBER(0x0004, 8, space),
	{ .id = 0x0005,
	  .len = 8,
	  .format = SEMU_ATTR_READ_ONLY | SEMU_ATTR_ASCII,
	  .text = organization },
	NUMBER(0x0006, 1, density),
	NUMBER(SEMU_ATTR_FORMATS, 2, formats),
	KEPT(0x0008, 32, SEMU_ATTR_ASCII),
	NUMBER(SEMU_ATTR_CHANGE, 4, change),
	KEPT(SEMU_ATTR_DRIVE, 40, SEMU_ATTR_ASCII),
	KEPT(SEMU_ATTR_DRIVE + 1, 40, SEMU_ATTR_ASCII),
	KEPT(SEMU_ATTR_DRIVE + 2, 40, SEMU_ATTR_ASCII),
	KEPT(SEMU_ATTR_DRIVE + 3, 40, SEMU_ATTR_ASCII),
	NUMBER(SEMU_ATTR_WRITTEN, 8, written),
	NUMBER(SEMU_ATTR_READ, 8, read),
	NUMBER(SEMU_ATTR_LAST_WRITTEN, 8, last_written),
	NUMBER(SEMU_ATTR_LAST_READ, 8, last_read),
	KEPT(0x0400, 8, SEMU_ATTR_ASCII), /* who made it */
	KEPT(0x0401, 32, SEMU_ATTR_ASCII),
	KEPT(0x0402, 4, SEMU_ATTR_BINARY),
	KEPT(0x0403, 4, SEMU_ATTR_BINARY),
	{ .id = 0x0404,
	  .len = 8,
	  .format = SEMU_ATTR_READ_ONLY | SEMU_ATTR_ASCII,
	  .text = organization },
	NUMBER(0x0405, 1, density),
	KEPT(0x0406, 8, SEMU_ATTR_ASCII), /* when it was made */
	NUMBER(0x0407, 8, room),
	NUMBER(0x0408, 1, type),
	KEPT(0x0409, 2, SEMU_ATTR_BINARY),
	HOSTS(0x0800, 8, SEMU_ATTR_ASCII), /* application: vendor, name */
	HOSTS(0x0801, 32, SEMU_ATTR_ASCII),
	HOSTS(0x0802, 8, SEMU_ATTR_ASCII),
	HOSTS(0x0803, 160, SEMU_ATTR_TEXT), /* label */
	HOSTS(0x0804, 12, SEMU_ATTR_ASCII),
	HOSTS(0x0805, 1, SEMU_ATTR_BINARY),
	HOSTS(0x0806, 32, SEMU_ATTR_ASCII), /* bar code */
	HOSTS(0x0807, 80, SEMU_ATTR_TEXT),
	HOSTS(0x0808, 160, SEMU_ATTR_TEXT),
	HOSTS(0x0809, 16, SEMU_ATTR_ASCII),
	HOSTS(0x080a, 1, SEMU_ATTR_BINARY),
	HOSTS(0x080b, 16, SEMU_ATTR_ASCII),
	{ .id = 0x080c, /* VOLUME COHERENCY INFORMATION */
	  .len = 23,
	  .format = SEMU_ATTR_BINARY,
	  .each = true,
	  .least = true },
	HOSTS(0x0820, 36, SEMU_ATTR_BINARY),
	HOSTS(0x0821, 36, SEMU_ATTR_BINARY),
	{ 0 }
};

const struct semu_ssc_attr *semu_ssc_attr(uint16_t id)
{
	const struct semu_ssc_attr *a = semu_ssc_attrs;

	while (a->id != id && a->len)
		a++;
	return a->len ? a : NULL;
}
