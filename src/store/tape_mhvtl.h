/* SPDX-License-Identifier: BSD-2-Clause */
/* store/tape_mhvtl.h - what mhvtl keeps of a cartridge beside its records. */
#ifndef SEMU_STORE_TAPE_MHVTL_H
#define SEMU_STORE_TAPE_MHVTL_H

#include "store/tape_attr.h"
#include "store/tape_open.h"

/* Ids in mhvtl_data: of partition 1, and then on; and how long they can be. */
enum { SEMU_MHVTL_COHERENCY = 0x0a, SEMU_MHVTL_COHERENCY_MAX = 255 };

/* Its cartridge memory, in the file mam, or at the beginning of meta. */
struct semu_mhvtl_mam {
	uint32_t version; /* of the format: 3 to 6 */
	uint64_t meta_at; /* where what is about filemarks begins in meta */
	uint64_t bytes;	  /* of the cartridge; 0: it does not say */
	uint8_t density;
	bool worm, cleaning;
	/* attributes of the medium and of hosts, as READ ATTRIBUTE has them */
	uint8_t *attr;
	uint32_t attr_len;
	/* Volume coherency information of partitions 1 to 3, likewise; from
	 * mhvtl_data. */
	struct {
		uint8_t p[SEMU_ATTR_HEAD + SEMU_MHVTL_COHERENCY_MAX];
		uint32_t len;
	} coherency[SCSIEMU_TAPE_PARTITIONS - 1];
};

/* dir's: 0, or -1 with why. attr is to be freed in any case. */
int semu_mhvtl_mam(struct semu_mhvtl_mam *m, const char *dir,
		   struct scsiemu_errmsg *err);

/* Room for a path in dir. */
enum { SEMU_MHVTL_PATH = 4096 };
/* DIR/NAME, or DIR/NAME.N where partitions have files of their own: 0, or -1:
 * it is too long. */
int semu_mhvtl_path(char to[SEMU_MHVTL_PATH], const char *dir, const char *name,
		    int partition);

#endif
