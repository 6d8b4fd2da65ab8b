/* SPDX-License-Identifier: BSD-2-Clause */
/* page_table.h - pages as rows of tables, one table for each device type. */
#ifndef TOOL_PAGE_TABLE_H
#define TOOL_PAGE_TABLE_H

#include "page.h"

struct page_table {
	const struct page_desc *pages;
	unsigned n;
};

extern const struct page_table page_table_tape, page_table_changer;

/* clang-format off */
#define PAGE_TABLE(rows) { rows, sizeof(rows) / sizeof((rows)[0]) }

/* No fields: a page that is only named, a log parameter that is a number. */
#define NUMBERS { NULL, 0 }

/* A page that is only named; one with fields; a log page with parameters. */
#define PLAIN(kind, code, sub, name) \
	{ PAGE_##kind, code, sub, name, NUMBERS, NULL, 0 }
#define KNOWN(kind, code, sub, name, table) \
	{ PAGE_##kind, code, sub, name, FIELDS(table), NULL, 0 }
#define PARAMS(code, sub, name, table) \
	{ PAGE_LOG, code, sub, name, NUMBERS, table, \
	  sizeof(table) / sizeof((table)[0]) }
/* clang-format on */

#endif
