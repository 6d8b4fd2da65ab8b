/* SPDX-License-Identifier: BSD-2-Clause */
/* store/changer_dir.h - what the files of the library in a directory share. */
#ifndef SEMU_STORE_CHANGER_DIR_H
#define SEMU_STORE_CHANGER_DIR_H

#include "store/changer_slots.h"

struct semu_library {
	struct semu_map map;
	scsiemu_open_cartridge *open;
	int lock;   /* of the directory; -1: none yet */
	char *dir;  /* "DIR/", with room for a file's name behind it */
	size_t len; /* of that */
	struct scsiemu_errmsg last; /* why a cartridge could not be opened */
};

/* changer_dir.c */
extern const struct scsiemu_changer_ops semu_library_ops;
/* The path of a file of the library, in r->dir, until the next call. */
const char *semu_library_path(struct semu_library *r, const char *name,
			      const char *ending);
/* The map as it is now, durable: 0 or an errno. */
int semu_library_save(struct semu_library *r);
/* A cartridge is opened; 0, or -1 with why in r->last. */
int semu_library_load(struct semu_library *r, struct semu_volume *v);
void semu_library_close(void *ctx);

/* changer_open.c: the name of the file of the cartridge in an element, without
 * its ending; "": there is none. */
const char *semu_library_volume(const struct scsiemu_medium *m, uint16_t addr);

/* A cartridge's file. */
#define SEMU_CARTRIDGE_ENDING ".tape"

#endif
