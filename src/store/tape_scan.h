/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_scan.h - cartridges in files of other programs: one partition, a
 * row of objects from the file's beginning to its end. What differs is how an
 * object looks in the file; a format says that. All else is common: the file
 * is read through once, when it is opened, and an index of its objects stays
 * in memory.
 *
 * Writing. Everything behind the position is cut off first, durably. Then the
 * first object is written with a *fence* in the place of its head, something
 * that a reader takes for the end; those behind it as they are. Its head is
 * written when all of it is durable. So whenever the process or the power
 * ends, a file ends where it was made durable last, or behind a whole object.
 */
#ifndef SEMU_STORE_TAPE_SCAN_H
#define SEMU_STORE_TAPE_SCAN_H

#include "store/buf.h"
#include "store/tape_open.h"

enum semu_scan_kind {
	SEMU_SCAN_MARK,
	SEMU_SCAN_RECORD, /* len bytes as they are */
	SEMU_SCAN_PACKED, /* fetch() tells how long it is */
	SEMU_SCAN_BAD	  /* E_READ */
};

struct semu_scan_object {
	uint64_t at; /* where it begins in the file */
	uint32_t len;
	uint16_t chunk; /* the format's: of its last chunk */
	uint8_t kind;	/* enum semu_scan_kind */
	uint8_t how;	/* the format's */
};

struct semu_scan;

struct semu_scan_format {
	const char *name; /* "a SIMH tape" */
	uint32_t block_max;
	/* Objects by semu_scan_add(); s->end is behind the last. Ends with 0,
	 * or with semu_scan_damage(). */
	int (*scan)(struct semu_scan *s);
	/* The record into s->rec; *len. NULL: it is o->len bytes, head of them
	 * behind o->at. A result. */
	int (*fetch)(struct semu_scan *s, const struct semu_scan_object *o,
		     uint32_t *len);
	/* To write (NULL: never): o's bytes of the file (kind, len, at set; the
	 * one before it is in the index) -> out; returns how many, at most
	 * size() of them. */
	uint32_t (*encode)(const struct semu_scan *s,
			   struct semu_scan_object *o, const uint8_t *data,
			   uint8_t *out);
	uint32_t (*size)(const struct semu_scan *s, uint32_t len);
	uint8_t head;	      /* bytes in front of a record */
	const uint8_t *fence; /* as many */
	bool unpadded;	      /* what a new file has in semu_scan.unpadded */
};

extern const struct semu_scan_format semu_simh, semu_simh_e11, semu_aws,
	semu_het, semu_faketape, semu_tar, semu_tgt, semu_mhvtl;

enum { SEMU_SCAN_WINDOW = 32 << 10 };

/* Files beside the one that is scanned: of mhvtl, with the records, and with
 * the filemarks. */
enum { SEMU_SCAN_DATA, SEMU_SCAN_META, SEMU_SCAN_SIDES };
struct semu_scan_side {
	int fd; /* -1: none */
	uint64_t bytes;
	uint64_t begin; /* META: where its header is */
};

struct semu_scan {
	const struct semu_scan_format *f;
	int fd;
	struct semu_scan_side side[SEMU_SCAN_SIDES];
	uint32_t partition; /* which one this is: of mhvtl */
	struct scsiemu_tape_new is;
	uint64_t bytes; /* of the file */
	uint64_t spare; /* that the file system has for more of them */
	uint8_t *attr;	/* of the cartridge's memory, allocated; NULL: none */
	uint32_t attr_len;
	bool unpadded, padding_known; /* SIMH: records of odd length */
	/* the index, and where it ends in the file */
	struct semu_scan_object *obj;
	uint64_t n, room;
	uint64_t *mark; /* the filemarks' object numbers */
	uint64_t nmarks, mark_room;
	uint64_t end;
	uint64_t pos;
	/* the record that is read or written in pieces */
	struct semu_buf rec, out;
	uint32_t rec_len;
	uint64_t rec_is; /* the object that is in rec; UINT64_MAX: none */
	bool writing;
	/* not durable yet */
	bool dirty, dead; /* dead: an fdatasync failed */
	bool fenced;
	uint64_t fence_at;
	uint8_t fenced_head[16];
	/* scanning */
	uint64_t enough; /* objects, to know what it is; 0: all */
	uint8_t *window;
	uint64_t window_at;
	size_t window_len;
	uint64_t damage_at;
	char damage[128]; /* "": none */
};

/* n bytes (at most SEMU_SCAN_WINDOW) of the file at off; NULL: it ends before,
 * or cannot be read: then the damage is set. */
const uint8_t *semu_scan_peek(struct semu_scan *s, uint64_t off, size_t n);
/* One more object. 0, or -1: no memory, nobody has so many, or it is enough. */
int semu_scan_add(struct semu_scan *s, struct semu_scan_object o);
/* What is wrong, and where; always -1. */
__attribute__((format(printf, 3, 4))) int semu_scan_damage(struct semu_scan *s,
							   uint64_t at,
							   const char *fmt,
							   ...);
/* n bytes at off -> to: a result. */
int semu_scan_load(const struct semu_scan *s, uint64_t off, uint8_t *to,
		   size_t n);
int semu_scan_load_from(int fd, uint64_t off, uint8_t *to, size_t n);

/* ---- tape_scan_open.c ---- */

/* Nothing is open yet. NULL: no memory. semu_scan_close() ends it. */
struct semu_scan *semu_scan_new(const struct semu_scan_format *f,
				const struct scsiemu_tape_new *is,
				struct scsiemu_errmsg *err);
/* The file at path, read through: 0, or -1 with why. When it is damaged, and
 * only read, 0 and *err not empty. */
int semu_scan_open(struct semu_scan *s, const char *path,
		   struct scsiemu_errmsg *err);
/* Are the file's first objects as of this format? How many there are, of n
 * that would be enough; 0: it is something else. */
unsigned semu_scan_try(const struct semu_scan_format *f, int fd, uint64_t bytes,
		       unsigned n, bool *damaged);
/* mhvtl's directory (tape_mhvtl.c). */
int semu_mhvtl_open(struct scsiemu_medium *m, const char *dir,
		    const struct scsiemu_tape_new *is,
		    struct scsiemu_errmsg *err);
/* Is it one? */
bool semu_mhvtl_is(const char *dir);

/* ---- tape_scan.c ---- */
void semu_scan_spare(struct semu_scan *s); /* asks for it */
extern const struct scsiemu_tape_ops semu_scan_ops, semu_scan_read_ops;
void semu_scan_close(void *ctx);

#endif
