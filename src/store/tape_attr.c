/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/tape_attr.h"

#include <string.h>

#include "core/bytes.h"
#include "store/sys.h"

/* A place in a list: the attribute that stands there. */
struct place {
	const uint8_t *p;
	uint32_t left;
};

static unsigned id_of(const struct place *at)
{
	return at->left ? semu_be16(at->p) : 0x10000;
}

static uint32_t value_len(const struct place *at)
{
	return semu_be16(at->p + 3);
}

static void step(struct place *at)
{
	uint32_t n = SEMU_ATTR_HEAD + value_len(at);

	at->p += n;
	at->left -= n;
}

bool semu_attr_valid(const uint8_t *list, uint32_t len)
{
	struct place at = { list, len };
	unsigned before = 0;

	for (; at.left; step(&at)) {
		if (at.left < SEMU_ATTR_HEAD ||
		    at.left - SEMU_ATTR_HEAD < value_len(&at))
			return false;
		if (at.p != list && id_of(&at) <= before)
			return false;
		before = id_of(&at);
	}
	return true;
}

bool semu_attr_find(const uint8_t *list, uint32_t len, uint16_t id,
		    struct scsiemu_tape_attribute *out)
{
	struct place at = { list, len };

	while (id_of(&at) < id)
		step(&at);
	if (!at.left)
		return false;
	out->id = (uint16_t)id_of(&at);
	out->format = at.p[2];
	out->len = (uint16_t)value_len(&at);
	out->value = at.p + SEMU_ATTR_HEAD;
	return true;
}

uint32_t semu_attr_below(const uint8_t *list, uint32_t len, uint16_t id)
{
	struct place at = { list, len };

	while (id_of(&at) < id)
		step(&at);
	return len - at.left;
}

uint32_t semu_attr_merge(const uint8_t *old, uint32_t old_len,
			 const uint8_t *add, uint32_t add_len, uint8_t *out)
{
	struct place a = { old, old_len }, b = { add, add_len };
	uint32_t len = 0;

	while (a.left || b.left) {
		struct place *from = id_of(&b) <= id_of(&a) ? &b : &a;
		uint32_t n = SEMU_ATTR_HEAD + value_len(from);

		if (from == &a || value_len(&b)) {
			if (out)
				memcpy(out + len, from->p, n);
			len += n;
		}
		if (id_of(&a) == id_of(from) && from == &b)
			step(&a);
		step(from);
	}
	return len;
}

int semu_attr_set(uint8_t **list, uint32_t *len, uint32_t room,
		  const uint8_t *add, uint32_t add_len)
{
	uint8_t *all = NULL;
	uint32_t n;

	if (!semu_attr_valid(add, add_len))
		return SCSIEMU_E_RANGE;
	n = semu_attr_merge(*list, *len, add, add_len, NULL);
	if (n > room)
		return SCSIEMU_E_NO_SPACE;
	if (n) {
		all = semu_sys->alloc(n);
		if (!all)
			return SCSIEMU_E_WRITE;
		semu_attr_merge(*list, *len, add, add_len, all);
	}
	semu_sys->free(*list);
	*list = all;
	*len = n;
	return SCSIEMU_OK;
}
