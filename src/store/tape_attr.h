/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_attr.h - the attributes of a partition, as they are on the wire
 * (SPC-5 7.4.1: id, format, length, value), ascending by id, one behind the
 * other: a store keeps and saves nothing but these bytes.
 */
#ifndef SEMU_STORE_TAPE_ATTR_H
#define SEMU_STORE_TAPE_ATTR_H

#include <scsiemu/tape.h>

/* SEMU_ATTR_HOSTS: from this id on they are not the medium's own. */
enum {
	SEMU_ATTR_HEAD = 5,
	SEMU_ATTR_HOSTS = 0x0800,
	SEMU_ATTR_COHERENCY = 0x080c /* LTFS: of each partition */
};

/* Is it such a list: ascending, and whole? */
bool semu_attr_valid(const uint8_t *list, uint32_t len);
/* The first with this id or a higher one. */
bool semu_attr_find(const uint8_t *list, uint32_t len, uint16_t id,
		    struct scsiemu_tape_attribute *out);
/* old with what is in add in its place (length 0: without it) -> out (NULL:
 * only how long it would be). Both valid; out is none of them. */
uint32_t semu_attr_merge(const uint8_t *old, uint32_t old_len,
			 const uint8_t *add, uint32_t add_len, uint8_t *out);
/* V_SETATTR: add goes into *list (allocated), of *len bytes, which then has at
 * most room. OK or a result, and nothing has changed. */
int semu_attr_set(uint8_t **list, uint32_t *len, uint32_t room,
		  const uint8_t *add, uint32_t add_len);
/* One attribute as a file of another program has it -> out, with the format of
 * that id; text that ends with zeros gets spaces. Returns its bytes. */
uint32_t semu_attr_put(uint8_t *out, uint16_t id, const uint8_t *value,
		       uint16_t len);
/* Nobody has set it: all zeros. */
bool semu_attr_unset(const uint8_t *value, uint32_t len);
/* How many bytes of the list are of ids below this one. */
uint32_t semu_attr_below(const uint8_t *list, uint32_t len, uint16_t id);

#endif
