/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/changer_map.h - which cartridge is in which element: what changer
 * stores have in common. Nothing here is durable, and nothing waits.
 */
#ifndef SEMU_STORE_CHANGER_MAP_H
#define SEMU_STORE_CHANGER_MAP_H

#include <scsiemu/changer.h>

#include "store/open.h"

/* A cartridge in its element. */
struct semu_cartridge {
	struct scsiemu_changer_tag tag;
	uint8_t type; /* enum scsiemu_cartridge */
	bool imported, svalid;
	uint16_t source;
	void *store; /* the store's own */
};

struct semu_slot {
	bool full, open;
	uint8_t fault; /* enum scsiemu_element_fault */
	struct scsiemu_element_counts moved;
	struct semu_cartridge in; /* where full */
};

struct semu_map {
	struct scsiemu_changer_layout layout;
	struct semu_slot *slot; /* of all elements, type by type */
	uint32_t n;
};

/* Can a changer have these elements? 0, or -1 with why. */
int semu_map_check(const struct scsiemu_changer_layout *l,
		   struct scsiemu_errmsg *err);
/* All empty. 0, or -1: no memory. */
int semu_map_make(struct semu_map *m, const struct scsiemu_changer_layout *l);
void semu_map_free(struct semu_map *m);

/* NULL: nobody has the address. */
struct semu_slot *semu_map_at(const struct semu_map *m, uint32_t addr);
void semu_map_element(const struct semu_map *m, uint16_t addr,
		      struct scsiemu_element *out);
void semu_map_counts(const struct semu_map *m, uint16_t addr,
		     struct scsiemu_element_counts *out);

/* May the cartridge of `from` go to `to`? OK, E_RANGE, E_NO_OBJECT, E_EXISTS.
 * second: as of an exchange; or -1. */
int semu_map_may(const struct semu_map *m, uint16_t from, uint16_t to,
		 int32_t second);
/* It does. The same results; nothing has changed unless OK. */
int semu_map_move(struct semu_map *m, uint16_t from, uint16_t to,
		  int32_t second);

/* Is it what a barcode may be: 1 to 32 printable characters, no spaces around
 * it? */
bool semu_tag_valid(const char *id);

#endif
