/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect_simple.c - parts that are the fields of one reply: a row each. */
#include "fields.h"
#include "inspect.h"

/* clang-format off */
static const struct field timestamp[] = {
	BITS("ORIGIN", 2, 2, 3), FIELD("TIMESTAMP MS", 4, 6),
};

static const struct field copy[] = {
	BIT("SNLID", 4, 0), FIELD("MAXIMUM CSCD DESCRIPTOR COUNT", 8, 2),
	FIELD("MAXIMUM SEGMENT DESCRIPTOR COUNT", 10, 2),
	FIELD("MAXIMUM DESCRIPTOR LIST LENGTH", 12, 4),
	FIELD("MAXIMUM SEGMENT LENGTH", 16, 4),
	FIELD("MAXIMUM INLINE DATA LENGTH", 20, 4),
	FIELD("HELD DATA LIMIT", 24, 4),
	FIELD("TOTAL CONCURRENT COPIES", 34, 2),
	FIELD("MAXIMUM CONCURRENT COPIES", 36, 1),
	FIELD("DATA SEGMENT GRANULARITY", 37, 1),
};

static const struct field streams[] = {
	FIELD("NUMBER OF OPEN STREAMS", 6, 2),
};

static const struct field elements[] = {
	FIELD("NUMBER OF DESCRIPTORS", 0, 4),
	FIELD("ELEMENT BEING DEPOPULATED", 8, 4),
};

static const struct {
	const char *key;
	uint8_t op, sa, len, at, n; /* allocation length: n bytes at byte at */
	struct fields fields;
} rows[] = {
	{ "timestamp", 0xa3, 0x0f, 12, 6, 4, FIELDS(timestamp) },
	{ "copy_manager", 0x84, 0x03, 16, 10, 4, FIELDS(copy) },
	{ "streams", 0x9e, 0x16, 16, 10, 4, FIELDS(streams) },
	{ "physical_elements", 0x9e, 0x17, 16, 10, 4, FIELDS(elements) },
};
/* clang-format on */

void inspect_simple(struct inspect *i)
{
	struct unit_reply a;

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		if (!inspect_report(i, rows[k].op, rows[k].sa, rows[k].len,
				    rows[k].at, rows[k].n, &a))
			continue;
		report_open(&i->report, rows[k].key, NULL);
		fields_report(&i->report, rows[k].fields, a.data, a.len);
		report_close(&i->report);
	}
}
