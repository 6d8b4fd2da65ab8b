/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spc/mam.h - attributes of the medium auxiliary memory (SPC-5 7.4, SSC-4
 * 4.2.21) of a cartridge, which a drive has loaded, or a changer has in an
 * element. What is known of it is derived from facts; what is kept in it, what
 * its maker has put there, and what hosts write, are the store's.
 */
#ifndef SEMU_SPC_MAM_H
#define SEMU_SPC_MAM_H

#include <scsiemu/tape.h>

#include "core/core.h"

enum {
	SEMU_MAM_ALERTS = 0x0002,
	SEMU_MAM_LOADS = 0x0003,
	SEMU_MAM_FORMATS = 0x0007,
	SEMU_MAM_CHANGE = 0x0009, /* VOLUME CHANGE REFERENCE */
	SEMU_MAM_DRIVE = 0x020a,  /* the last four that it was in */
	SEMU_MAM_WRITTEN = 0x0220,
	SEMU_MAM_READ = 0x0221,
	SEMU_MAM_LAST_WRITTEN = 0x0222,
	SEMU_MAM_LAST_READ = 0x0223,
	SEMU_MAM_HOSTS = 0x0800 /* from here on others than the drive's */
};
enum {
	SEMU_MAM_BINARY,
	SEMU_MAM_ASCII,
	SEMU_MAM_TEXT,
	SEMU_MAM_READ_ONLY = 0x80
};
enum { SEMU_MAM_HEADER = 5, SEMU_MAM_DRIVE_LEN = 40 };

/* A cartridge's memory, for one command, and what a drive that has it knows
 * besides. */
struct semu_mam {
	const struct scsiemu_medium *medium; /* of the kind TAPE */
	const struct scsiemu_tape_info *info;
	uint8_t density;
	/* who has defined that density; NULL: unknown */
	const char *organization;
	bool loaded;
	uint64_t written, read; /* MiB, in this load */
};

/* What a drive has to say of the memory of the cartridge in it. */
struct semu_mam_type {
	/* Loaded or not. False: there is none. */
	bool (*get)(const struct scsiemu_lu *lu, struct semu_mam *m);
};

/* One that is written in a list, or that is known. */
struct semu_mam_attr {
	uint16_t id, len; /* least: len 0 */
	uint8_t format;
	bool each;  /* every partition has its own */
	bool least; /* it may be longer */
	/* A number of len bytes; NULL: what the store has. */
	uint64_t (*value)(const struct semu_mam *m, unsigned partition);
	/* Characters; NULL where there are none. */
	const char *(*text)(const struct semu_mam *m);
};

/* mamattrs.c: ascending; len 0 ends. The row of an id; NULL: none. */
extern const struct semu_mam_attr semu_mam_attrs[];
const struct semu_mam_attr *semu_mam_attr(uint16_t id);
/* What the store of a cartridge has (NULL: nothing). False: it has not. */
bool semu_mam_stored(const struct scsiemu_medium *m, unsigned partition,
		     uint16_t id, struct scsiemu_tape_attribute *a);
/* ... of partition 0, as a number. */
uint64_t semu_mam_number(const struct scsiemu_medium *m, uint16_t id,
			 uint64_t otherwise);

/* mam.c: READ ATTRIBUTE, all of its service actions, as an in_fn has it. */
int semu_mam_read(struct scsiemu_cmd *c, struct scsiemu_wr *w,
		  const struct semu_mam *m);
/* The list of WRITE ATTRIBUTE, judged: FAILED, or FINISHED; then there is
 * nothing to write, or r->buf up to r->len, behind SEMU_MAM_LIST, are the
 * attributes as V_SETATTR takes them. */
enum { SEMU_MAM_LIST = 4 };
int semu_mam_write(struct scsiemu_cmd *c, struct scsiemu_rd *r,
		   const struct semu_mam *m);

#endif
