/* SPDX-License-Identifier: BSD-2-Clause */
/* fields.c - fields by table. */
#include "fields.h"

bool field_get(const struct field *f, const uint8_t *p, unsigned n,
	       uint64_t *value)
{
	unsigned first = 8u * f->at + 7u - f->top;

	if (first + f->bits > 8u * n)
		return false;
	*value = 0;
	for (unsigned i = first; i < first + f->bits; i++)
		*value = *value << 1 | (p[i / 8] >> (7 - i % 8) & 1);
	return true;
}

void fields_report(struct report *r, struct fields t, const uint8_t *p,
		   unsigned n)
{
	uint64_t value;

	for (unsigned i = 0; i < t.n; i++)
		if (field_get(&t.field[i], p, n, &value))
			report_number(r, t.field[i].name, value, NULL);
}
