/* SPDX-License-Identifier: BSD-2-Clause */
/* mode.c - mode pages: every value with what may change and what it was. */
#include "page.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const keys[PAGE_CONTROLS] = { "current", "changeable",
						 "default", "saved" };

const char *page_control_name(unsigned pc)
{
	return keys[pc];
}

/* ", default 1" where it says more than the current value does. */
static void add_other(char *text, size_t cap, size_t *used,
		      const struct field *f, const struct page *page,
		      unsigned pc, uint64_t current)
{
	uint64_t v;

	if (*used < cap && field_get(f, page[pc].bytes, page[pc].len, &v) &&
	    v != current)
		*used += (size_t)snprintf(text + *used, cap - *used,
					  ", %s %" PRIu64, keys[pc], v);
}

static void report_field(struct report *r, const struct field *f,
			 const struct page *page)
{
	char text[120] = "";
	size_t used = 0;
	uint64_t v[PAGE_CONTROLS];

	if (!field_get(f, page[0].bytes, page[0].len, &v[0]))
		return;
	if (field_get(f, page[PAGE_CHANGEABLE].bytes, page[PAGE_CHANGEABLE].len,
		      &v[PAGE_CHANGEABLE]) &&
	    v[PAGE_CHANGEABLE])
		used = (size_t)snprintf(text, sizeof(text), ", changeable");
	add_other(text, sizeof(text), &used, f, page, PAGE_DEFAULT, v[0]);
	add_other(text, sizeof(text), &used, f, page, PAGE_SAVED, v[0]);
	report_line(r, f->name, "%" PRIu64 "%s", v[0], text);
	for (unsigned pc = 0; pc < PAGE_CONTROLS; pc++)
		if (field_get(f, page[pc].bytes, page[pc].len, &v[pc]))
			report_number(r, keys[pc], v[pc], NULL);
	report_close(r);
}

void page_report_mode(struct report *r, const struct page *page)
{
	const struct page_desc *d = page_desc(page[0].id);

	report_bool(r, "saveable", page[0].len && page[0].bytes[0] & 0x80);
	for (unsigned i = 0; d && i < d->fields.n; i++)
		report_field(r, &d->fields.field[i], page);
	if (d && d->fields.n && !r->json)
		return;
	for (unsigned pc = 0; pc < PAGE_CONTROLS; pc++)
		if (page[pc].len)
			report_hex(r, keys[pc], page[pc].bytes, page[pc].len);
}
