/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/changer_slots.h - the journal of a library in a directory: its elements
 * and the cartridges in them, as the bytes of one file. docs/stores.md,
 * "A directory", has the format.
 */
#ifndef SEMU_STORE_CHANGER_SLOTS_H
#define SEMU_STORE_CHANGER_SLOTS_H

#include "store/changer_map.h"

/* What the directory store knows of a cartridge: semu_cartridge.store. */
struct semu_volume {
	char name[SCSIEMU_TAG_MAX + 1]; /* of its file, without the ending */
	bool open;
	struct scsiemu_medium m;
};

enum semu_slots_verdict {
	SEMU_SLOTS_GOOD,
	SEMU_SLOTS_FOREIGN,
	SEMU_SLOTS_VERSION,
	SEMU_SLOTS_DAMAGED,
	SEMU_SLOTS_MEMORY
};

/* The longest such file. */
#define SEMU_SLOTS_MAX (32 + 72 * 65536 + 4)

/* Letters, digits, '-', '_' and '.', but not in front: 1 to 32 of them. */
bool semu_volume_valid(const char *name);
struct semu_volume *semu_volume_make(const char *name);

/* The bytes, from semu_sys->alloc(); NULL: no memory. */
uint8_t *semu_slots_encode(const struct semu_map *m, size_t *len);
/* Fills an unmade map; unless GOOD there is nothing to free. */
enum semu_slots_verdict semu_slots_decode(struct semu_map *m, const uint8_t *p,
					  size_t len);
/* Also frees the volumes, which are closed. */
void semu_slots_free(struct semu_map *m);

#endif
