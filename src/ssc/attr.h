/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ssc/attr.h - attributes of the medium auxiliary memory (SPC-5 7.4, SSC-4
 * 4.2.21). What the drive knows is derived from facts; what it keeps in the
 * cartridge, what its maker has put there, and what hosts write, are the
 * store's.
 */
#ifndef SEMU_SSC_ATTR_H
#define SEMU_SSC_ATTR_H

#include "ssc/ssc.h"

enum {
	SEMU_ATTR_ALERTS = 0x0002,
	SEMU_ATTR_LOADS = 0x0003,
	SEMU_ATTR_FORMATS = 0x0007,
	SEMU_ATTR_CHANGE = 0x0009, /* VOLUME CHANGE REFERENCE */
	SEMU_ATTR_DRIVE = 0x020a,  /* the last four that it was in */
	SEMU_ATTR_WRITTEN = 0x0220,
	SEMU_ATTR_READ = 0x0221,
	SEMU_ATTR_LAST_WRITTEN = 0x0222,
	SEMU_ATTR_LAST_READ = 0x0223,
	SEMU_ATTR_HOSTS = 0x0800 /* from here on others than the drive's */
};
enum {
	SEMU_ATTR_BINARY,
	SEMU_ATTR_ASCII,
	SEMU_ATTR_TEXT,
	SEMU_ATTR_READ_ONLY = 0x80
};
enum { SEMU_ATTR_HEADER = 5, SEMU_ATTR_DRIVE_LEN = 40 };

/* One that is written in a list, or that the drive knows. */
struct semu_ssc_attr {
	uint16_t id, len; /* least: len 0 */
	uint8_t format;
	bool each;  /* every partition has its own */
	bool least; /* it may be longer */
	/* A number of len bytes; NULL: what the store has. */
	uint64_t (*value)(const struct scsiemu_lu *lu, unsigned partition);
	/* Characters; NULL where there are none. */
	const char *(*text)(const struct scsiemu_lu *lu);
};

/* The cartridge whose memory can be read: it need not be loaded. Its vtable, or
 * NULL; its facts. */
const struct scsiemu_medium *semu_ssc_attr_medium(const struct scsiemu_lu *lu);
const struct scsiemu_tape_ops *semu_ssc_attr_ops(const struct scsiemu_lu *lu);
/* As semu_ssc_cartridge(). */
const struct scsiemu_tape_info *semu_ssc_attr_cartridge(
	const struct scsiemu_lu *lu);

/* Ascending; id 0 of a row that is not the first ends. */
extern const struct semu_ssc_attr semu_ssc_attrs[];
/* The row of an id; NULL: none. */
const struct semu_ssc_attr *semu_ssc_attr(uint16_t id);
/* What the store has; false: nothing. */
bool semu_ssc_attr_stored(const struct scsiemu_lu *lu, unsigned partition,
			  uint16_t id, struct scsiemu_tape_attribute *a);
/* ... as a number. */
uint64_t semu_ssc_attr_number(const struct scsiemu_lu *lu, uint16_t id,
			      uint64_t otherwise);

#endif
