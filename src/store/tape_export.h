/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_export.h - cartridges for other programs, which are written once:
 * from the beginning to the end, one partition behind the other. What differs
 * is how an object looks; a format says that.
 */
#ifndef SEMU_STORE_TAPE_EXPORT_H
#define SEMU_STORE_TAPE_EXPORT_H

#include "store/buf.h"
#include "store/tape_open.h"

/* Room for a path. */
enum { SEMU_EXPORT_FILES = 3, SEMU_EXPORT_PATH = 4096 };

struct semu_export;

/* Calls without a type that is said are 0 or a result. */
struct semu_export_format {
	uint32_t block_max;
	uint32_t attributes;   /* bytes of them that it keeps; 0: none */
	uint16_t of_partition; /* the only one of partitions but the first */
	uint16_t per_object;   /* bytes of the cartridge, beside a record's */
	uint8_t partitions;    /* at most */
	uint8_t files;	       /* of each partition */
	bool folder;	       /* path is a directory that has the files */
	/* The path of one of this partition's files: 0; -1: it is too long.
	 * NULL: it is x->path. */
	int (*name)(const struct semu_export *x, unsigned file,
		    char to[SEMU_EXPORT_PATH]);
	/* What a partition begins and ends with. NULL: nothing. */
	int (*head)(struct semu_export *x);
	int (*tail)(struct semu_export *x);
	/* One more object, of len bytes; 0: a filemark. */
	int (*put)(struct semu_export *x, const uint8_t *data, uint32_t len);
	/* All partitions are there. NULL: nothing more is to be done. */
	int (*end)(struct semu_export *x);
};

/* For scsiemu_tape_image_exports(), by enum scsiemu_image. */
extern const struct semu_export_format semu_faketape_export, semu_tgt_export,
	semu_mhvtl_export;

struct semu_export {
	const struct semu_export_format *f;
	char path[SEMU_EXPORT_PATH];
	struct scsiemu_tape_new is;
	struct scsiemu_tape_layout layout;
	/* what was written of each; this is the one that grows */
	struct scsiemu_tape_partition part[SCSIEMU_TAPE_PARTITIONS];
	uint32_t partition;
	struct {
		int fd; /* -1: not open */
		uint64_t end;
	} file[SEMU_EXPORT_FILES];
	uint64_t before; /* the format's: of the object before */
	/* the record that comes in pieces */
	struct semu_buf rec;
	uint32_t rec_len;
	bool writing;
	bool open;  /* the partition's files: partitions cannot change now */
	bool ended; /* nothing more can come */
	bool dead;  /* something was not written */
	struct {
		uint8_t *p;
		uint32_t len;
	} attr[SCSIEMU_TAPE_PARTITIONS];
};

/* The partition's attribute with this id or a higher one. */
bool semu_export_attribute(const struct semu_export *x, uint32_t partition,
			   uint16_t id, struct scsiemu_tape_attribute *out);

/* Bytes at the end of a file, or at a place of it: a result. */
int semu_export_append(struct semu_export *x, unsigned file, const void *head,
		       size_t head_len, const void *data, size_t len);
int semu_export_put(struct semu_export *x, unsigned file, uint64_t off,
		    const void *p, size_t n);
/* A file beside them, whole and durable: a result. */
int semu_export_whole(const char *path, const void *p, size_t n);

/* A new cartridge at path, where nothing may be: 0, or -1 with why. */
int semu_export_new(struct scsiemu_medium *m,
		    const struct semu_export_format *f, const char *path,
		    const struct scsiemu_tape_new *is,
		    struct scsiemu_errmsg *err);

#endif
