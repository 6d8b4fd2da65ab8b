/* SPDX-License-Identifier: BSD-2-Clause */
/* store/block_file.h - what the files of the file store share. */
#ifndef SEMU_STORE_BLOCK_FILE_H
#define SEMU_STORE_BLOCK_FILE_H

#include "store/open.h"

struct semu_file {
	struct scsiemu_block_ops ops;
	int fd;
	int side; /* file of the protection information; -1: none */
	uint32_t blen;
	uint32_t
		stride; /* bytes of a block in the file: blen, or with pi_len */
	uint16_t pi_len;
	uint64_t nblk, bytes; /* bytes: of data that there is room for */
	unsigned lacks;	      /* ways to make zeros that do not work here */
	bool device;	      /* a block device */
	bool dead;	      /* an fdatasync failed */
	uint8_t *bounce;      /* SEMU_FILE_BOUNCE bytes, with pi_len */
};
enum { SEMU_FILE_BOUNCE = 64 << 10 };

/* All that a file may offer: without protection information, with it behind
 * each block, with it in a file of its own. */
extern const struct scsiemu_block_ops semu_file_ops, semu_file_ops_behind,
	semu_file_ops_side;

/* What this one can do besides reading and writing. */
bool semu_file_punches(const struct semu_file *s);
bool semu_file_seeks(const struct semu_file *s);

/* block_file.c, for block_file_pi.c. */
int semu_file_read(void *ctx, struct scsiemu_io *io, uint64_t lba,
		   uint32_t nblk, const struct scsiemu_vec *v, unsigned nv);
int semu_file_write(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint32_t nblk, const struct scsiemu_vec *v, unsigned nv);
int semu_file_flush(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint64_t nblk);
int semu_file_zero(void *ctx, struct scsiemu_io *io, uint64_t lba,
		   uint64_t nblk);
int semu_file_unmap(void *ctx, struct scsiemu_io *io, uint64_t lba,
		    uint64_t nblk);
int semu_file_status(void *ctx, struct scsiemu_io *io, uint64_t lba,
		     struct scsiemu_extent *e, unsigned *n);
void semu_file_close(void *ctx);
/* A transfer ended after `done` bytes of blocks of stride bytes: what is told
 * of it, and the result. */
int semu_file_fail(const struct semu_file *s, struct scsiemu_io *io,
		   uint64_t lba, size_t done, int result);
/* May the blocks be changed at all? 0 or a result. */
int semu_file_may_change(const struct semu_file *s, struct scsiemu_io *io,
			 uint64_t lba, uint64_t nblk);
/* The end of a write, as its flags say: 0 or a result. */
int semu_file_written(struct semu_file *s, struct scsiemu_io *io);
/* Zeros by writing them, or as a hole if that can be: 0 or an errno. */
int semu_file_write_zeros(int fd, uint64_t off, uint64_t len);
int semu_file_punch(struct semu_file *s, int fd, uint64_t off, uint64_t len);

#endif
