/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes that are known of a cartridge, and those that hosts write. */
#include "spc/mam.h"

enum { MEGABYTE_BITS = 20 }; /* SPC-4 7.4.2.2: all of them are MiB */

bool semu_mam_stored(const struct scsiemu_medium *m, unsigned partition,
		     uint16_t id, struct scsiemu_tape_attribute *a)
{
	const struct scsiemu_tape_ops *ops = m && m->kind == SCSIEMU_TAPE
						     ? m->ops
						     : NULL;

	return ops && SCSIEMU_HAS(scsiemu_tape_ops, ops, attribute) &&
	       ops->attribute(m->ctx, partition, id, a) && a->id == id;
}

uint64_t semu_mam_number(const struct scsiemu_medium *m, uint16_t id,
			 uint64_t otherwise)
{
	struct scsiemu_tape_attribute a;
	uint64_t v = 0;

	if (!semu_mam_stored(m, 0, id, &a))
		return otherwise;
	for (unsigned i = 0; i < a.len; i++)
		v = v << 8 | a.value[i];
	return v;
}

/* ---- Numbers ---- */

static uint64_t remaining(const struct semu_mam *m, unsigned partition)
{
	return (m->info->part[partition].size -
		m->info->part[partition].used) >>
	       MEGABYTE_BITS;
}

static uint64_t capacity(const struct semu_mam *m, unsigned partition)
{
	return m->info->part[partition].size >> MEGABYTE_BITS;
}

static uint64_t alerts(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return semu_mam_number(m->medium, SEMU_MAM_ALERTS, 0);
}

/* This load counts, too, and is saved when it is over: one that is over has
 * been. */
static uint64_t loads(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return semu_mam_number(m->medium, SEMU_MAM_LOADS, 0) + m->loaded;
}

static uint64_t space(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return m->info->attributes_left;
}

static uint64_t room(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return m->info->attributes;
}

static uint64_t density(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return m->density;
}

static uint64_t formats(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return semu_mam_number(m->medium, SEMU_MAM_FORMATS, 1);
}

static uint64_t change(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return semu_mam_number(m->medium, SEMU_MAM_CHANGE, 1);
}

static uint64_t written(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return semu_mam_number(m->medium, SEMU_MAM_WRITTEN, 0) + m->written;
}

static uint64_t read(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return semu_mam_number(m->medium, SEMU_MAM_READ, 0) + m->read;
}

/* Of this load; of the last one when it is not loaded (SPC-4 7.4.2.2.8). */
static uint64_t last_written(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return m->loaded ? m->written
			 : semu_mam_number(m->medium, SEMU_MAM_LAST_WRITTEN, 0);
}

static uint64_t last_read(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return m->loaded ? m->read
			 : semu_mam_number(m->medium, SEMU_MAM_LAST_READ, 0);
}

/* MEDIUM TYPE: 00h data, 01h cleaning, 80h write once. */
static uint64_t type(const struct semu_mam *m, unsigned partition)
{
	(void)partition;
	return m->info->cleaning ? 0x01 : m->info->worm ? 0x80 : 0;
}

/* ---- Text ---- */

static const char *organization(const struct semu_mam *m)
{
	return m->organization;
}

/* ---- The table ---- */

#define NUMBER(i, n, fn)                                                       \
	{                                                                      \
		.id = (i), .len = (n), .format = SEMU_MAM_READ_ONLY,           \
		.value = (fn)                                                  \
	}
#define KEPT(i, n, f)                                                          \
	{                                                                      \
		.id = (i), .len = (n), .format = SEMU_MAM_READ_ONLY | (f)      \
	}
#define HOSTS(i, n, f)                                                         \
	{                                                                      \
		.id = (i), .len = (n), .format = (f), .each = true             \
	}

const struct semu_mam_attr semu_mam_attrs[] = {
	{ .id = 0x0000,
	  .len = 8,
	  .format = SEMU_MAM_READ_ONLY,
	  .each = true,
	  .value = remaining },
	{ .id = 0x0001,
	  .len = 8,
	  .format = SEMU_MAM_READ_ONLY,
	  .each = true,
	  .value = capacity },
	NUMBER(SEMU_MAM_ALERTS, 8, alerts),
	NUMBER(SEMU_MAM_LOADS, 8, loads),
	NUMBER(0x0004, 8, space),
	{ .id = 0x0005,
	  .len = 8,
	  .format = SEMU_MAM_READ_ONLY | SEMU_MAM_ASCII,
	  .text = organization },
	NUMBER(0x0006, 1, density),
	NUMBER(SEMU_MAM_FORMATS, 2, formats),
	KEPT(0x0008, 32, SEMU_MAM_ASCII),
	NUMBER(SEMU_MAM_CHANGE, 4, change),
	KEPT(SEMU_MAM_DRIVE, 40, SEMU_MAM_ASCII),
	KEPT(SEMU_MAM_DRIVE + 1, 40, SEMU_MAM_ASCII),
	KEPT(SEMU_MAM_DRIVE + 2, 40, SEMU_MAM_ASCII),
	KEPT(SEMU_MAM_DRIVE + 3, 40, SEMU_MAM_ASCII),
	NUMBER(SEMU_MAM_WRITTEN, 8, written),
	NUMBER(SEMU_MAM_READ, 8, read),
	NUMBER(SEMU_MAM_LAST_WRITTEN, 8, last_written),
	NUMBER(SEMU_MAM_LAST_READ, 8, last_read),
	KEPT(0x0400, 8, SEMU_MAM_ASCII), /* who made it */
	KEPT(0x0401, 32, SEMU_MAM_ASCII),
	KEPT(0x0402, 4, SEMU_MAM_BINARY),
	KEPT(0x0403, 4, SEMU_MAM_BINARY),
	{ .id = 0x0404,
	  .len = 8,
	  .format = SEMU_MAM_READ_ONLY | SEMU_MAM_ASCII,
	  .text = organization },
	NUMBER(0x0405, 1, density),
	KEPT(0x0406, 8, SEMU_MAM_ASCII), /* when it was made */
	NUMBER(0x0407, 8, room),
	NUMBER(0x0408, 1, type),
	KEPT(0x0409, 2, SEMU_MAM_BINARY),
	HOSTS(0x0800, 8, SEMU_MAM_ASCII), /* application: vendor, name */
	HOSTS(0x0801, 32, SEMU_MAM_ASCII),
	HOSTS(0x0802, 8, SEMU_MAM_ASCII),
	HOSTS(0x0803, 160, SEMU_MAM_TEXT), /* label */
	HOSTS(0x0804, 12, SEMU_MAM_ASCII),
	HOSTS(0x0805, 1, SEMU_MAM_BINARY),
	HOSTS(0x0806, 32, SEMU_MAM_ASCII), /* bar code */
	HOSTS(0x0807, 80, SEMU_MAM_TEXT),
	HOSTS(0x0808, 160, SEMU_MAM_TEXT),
	HOSTS(0x0809, 16, SEMU_MAM_ASCII),
	HOSTS(0x080a, 1, SEMU_MAM_BINARY),
	HOSTS(0x080b, 16, SEMU_MAM_ASCII),
	{ .id = 0x080c, /* VOLUME COHERENCY INFORMATION */
	  .len = 23,
	  .format = SEMU_MAM_BINARY,
	  .each = true,
	  .least = true },
	HOSTS(0x0820, 36, SEMU_MAM_BINARY),
	HOSTS(0x0821, 36, SEMU_MAM_BINARY),
	{ 0 }
};

const struct semu_mam_attr *semu_mam_attr(uint16_t id)
{
	const struct semu_mam_attr *a = semu_mam_attrs;

	while (a->id != id && a->len)
		a++;
	return a->len ? a : NULL;
}
