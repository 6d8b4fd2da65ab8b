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

/* ---- Of other programs ---- */

enum { READ_ONLY = 0x80, BINARY = 0, ASCII = 1, TEXT = 2 };

/* SPC-5 7.4.2 */
static uint8_t format_of(unsigned id)
{
	static const struct {
		uint16_t id;
		uint8_t format;
	} not_binary[] = { { 0x0400, ASCII }, { 0x0401, ASCII },
			   { 0x0404, ASCII }, { 0x0406, ASCII },
			   { 0x0800, ASCII }, { 0x0801, ASCII },
			   { 0x0802, ASCII }, { 0x0803, TEXT },
			   { 0x0804, ASCII }, { 0x0806, ASCII },
			   { 0x0807, TEXT },  { 0x0808, TEXT },
			   { 0x0809, ASCII }, { 0x080b, ASCII } };
	uint8_t format = id < SEMU_ATTR_HOSTS ? READ_ONLY : 0;

	for (size_t i = 0; i < sizeof(not_binary) / sizeof(not_binary[0]); i++)
		if (id == not_binary[i].id)
			format |= not_binary[i].format;
	return format;
}

bool semu_attr_unset(const uint8_t *value, uint32_t len)
{
	uint32_t zeros = 0;

	while (zeros < len && !value[zeros])
		zeros++;
	return zeros == len;
}

uint32_t semu_attr_put(uint8_t *out, uint16_t id, const uint8_t *value,
		       uint16_t len)
{
	uint32_t n = len;

	semu_put16(out, id);
	out[2] = format_of(id);
	semu_put16(out + 3, len);
	memcpy(out + SEMU_ATTR_HEAD, value, len);
	while ((out[2] & ASCII) && n && !value[n - 1])
		out[SEMU_ATTR_HEAD + --n] = ' ';
	return SEMU_ATTR_HEAD + len;
}
