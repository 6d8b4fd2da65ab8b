/* SPDX-License-Identifier: BSD-2-Clause */
/* fields.h - SCSI data described by tables: where a field is, and its name. */
#ifndef TOOL_FIELDS_H
#define TOOL_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"

/* bits (1 to 64) of a big-endian number whose highest is bit top of byte at. */
struct field {
	const char *name;
	uint16_t at;
	uint8_t top, bits;
};

struct fields {
	const struct field *field;
	unsigned n;
};

/* In tables: whole bytes, one bit, several. */
#define FIELD(name, at, bytes)                                                 \
	{                                                                      \
		name, at, 7, 8 * (bytes)                                       \
	}
#define BIT(name, at, bit)                                                     \
	{                                                                      \
		name, at, bit, 1                                               \
	}
#define BITS(name, at, top, bits)                                              \
	{                                                                      \
		name, at, top, bits                                            \
	}
#define FIELDS(table)                                                          \
	{                                                                      \
		table, sizeof(table) / sizeof((table)[0])                      \
	}

/* False: n bytes do not reach that far. */
bool field_get(const struct field *f, const uint8_t *p, unsigned n,
	       uint64_t *value);
/* All that n bytes have, as values of the object that is open. */
void fields_report(struct report *r, struct fields t, const uint8_t *p,
		   unsigned n);

#endif
