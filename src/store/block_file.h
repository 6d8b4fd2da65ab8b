/* SPDX-License-Identifier: BSD-2-Clause */
/* store/block_file.h - between the file store and its opener. */
#ifndef SEMU_STORE_BLOCK_FILE_H
#define SEMU_STORE_BLOCK_FILE_H

#include "store/open.h"

struct semu_file {
	struct scsiemu_block_ops ops;
	int fd;
	uint32_t blen;
	uint64_t nblk, bytes; /* bytes: what there is room for */
	unsigned lacks;	      /* ways to make zeros that do not work here */
	bool device;	      /* a block device */
	bool dead;	      /* an fdatasync failed */
};

/* All that a file may offer. */
extern const struct scsiemu_block_ops semu_file_ops;

/* What this one can do besides reading and writing. */
bool semu_file_punches(const struct semu_file *s);
bool semu_file_seeks(const struct semu_file *s);

#endif
