/* SPDX-License-Identifier: BSD-2-Clause */
/* media.h - scsiemu media: what its subcommands share. */
#ifndef TOOL_MEDIA_H
#define TOOL_MEDIA_H

#include <scsiemu/stores.h>

#include <stdbool.h>
#include <stdint.h>

/* What was given; NULL, 0, -1: it was not. */
struct media_options {
	const char *barcode, *profile, *partitions;
	uint64_t size, block;
	int density, partition;
	int from, to; /* enum scsiemu_image; MEDIA_NATIVE, MEDIA_FOLDER */
	bool worm, cleaning, json, all, salvage, quiet;
	char **words; /* what is no option, NULL behind the last */
	int nwords;
};

enum {
	MEDIA_ANY = -1, /* not given: by what is in it */
	MEDIA_NATIVE = SCSIEMU_IMAGES,
	MEDIA_FOLDER
};
/* A name, or MEDIA_ANY; NULL for a format that has none. */
int media_format(const char *name);
const char *media_format_name(int format);

/* A cartridge that is open. */
struct media {
	const char *path;
	int format;
	struct scsiemu_medium m;
	const struct scsiemu_tape_ops *ops;
	struct scsiemu_tape_info info;
	struct scsiemu_errmsg damage; /* "": none that was found by opening */
	uint8_t *rec; /* SCSIEMU_TAPE_BLOCK_MAX bytes, of the last record */
	uint32_t len;
	uint8_t tag[SCSIEMU_TAPE_TAG_MAX], tag_len;
};

/* "scsiemu: PATH: ..." on stderr; always -1. */
int media_fail(const char *path, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* To read: format, or MEDIA_ANY. decode: records as they were written, not as
 * they are kept. 0, or -1 with a message; media_close() in any case. */
int media_open(struct media *t, const char *path, int format, bool decode);
/* To write, made if it is not there. */
int media_make(struct media *t, const char *path, int format,
	       const struct scsiemu_tape_new *is);
int media_close(struct media *t);

/* Each is a result of the store's. */
int media_locate(struct media *t, uint32_t partition, uint64_t object);
int media_locate_file(struct media *t, uint32_t partition, uint64_t file);
int media_next(struct media *t, struct scsiemu_tape_next *next);
int media_read(struct media *t); /* -> rec, len, tag */
int media_write(struct media *t, const uint8_t *p, uint32_t len,
		const uint8_t *tag, uint8_t tag_len);
int media_marks(struct media *t, uint64_t n, bool now);
int media_verb(struct media *t, const struct scsiemu_cmd *w);
/* Sets attributes, a list as WRITE ATTRIBUTE has it, of the partition. */
int media_attributes(struct media *t, uint32_t partition, uint8_t *list,
		     uint32_t len);
/* What a result means for somebody who waits for a record. */
const char *media_why(int result);

/* The partitions of --partitions in a cartridge of so many bytes: 0, or -1. */
int media_layout(const char *word, uint64_t bytes,
		 struct scsiemu_tape_layout *l);
int media_size(const char *word, uint64_t *out);

/* The subcommands: how the program ends. */
int media_create(const struct media_options *o);
int media_info(const struct media_options *o);
int media_ls(const struct media_options *o);
int media_check(const struct media_options *o);
int media_convert(const struct media_options *o);
int media_cat(const struct media_options *o);

/* media_folder.c: a directory, of which each file is a file of the tape. Both
 * 0, or -1 with a message. */
struct media_copy;
int media_export(struct media_copy *c, const char *dir);
int media_import(struct media_copy *c, const char *dir);
/* What was begun at path goes: a file, or a directory of files. */
void media_remove(const char *path);

/* What is copied from where to where. */
struct media_copy {
	const struct media_options *o;
	struct media from, to; /* a directory is not open */
	struct progress *progress;
	uint64_t bytes, bad; /* copied; records left out */
	bool lengths;	     /* records of a file were of several lengths */
};
/* The next record of from, or one that is left out (--salvage): a result. */
int media_copy_read(struct media_copy *c);

#endif
