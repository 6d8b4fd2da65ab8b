/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the table of commands of README.md from the rows themselves. */
#include "core/core.h"

#include <scsiemu/proc.h>
#include <scsiemu/sbc.h>

#include <stdio.h>
#include <stdlib.h>

static const struct {
	uint32_t need;
	const char *text;
} needs[] = {
	{ SCSIEMU_CAN_UNMAP, "a store that unmaps" },
	{ SCSIEMU_NEED_REMOVABLE, "removable" },
	{ SCSIEMU_NEED_THIN, "thin" },
	{ SCSIEMU_NEED_SAVE, "saved state" },
	{ SCSIEMU_NEED_ALUA, "target port groups" },
	{ SCSIEMU_NEED_ALUA_SET, "target port groups that hosts may set" },
	{ SCSIEMU_NEED_PRIORITY, "command priorities" },
	{ SCSIEMU_NEED_LOG, "log pages" },
	{ SCSIEMU_NEED_REFERRALS, "referrals" },
	{ SCSIEMU_NEED_SCAN, "background scans" },
	{ SCSIEMU_NEED_COPY, "third-party copy" },
	{ SCSIEMU_NEED_TOKENS, "ROD tokens" },
	{ SCSIEMU_NEED_FORMAT, "format" },
	{ SCSIEMU_NEED_DEFECTS, "defect lists" },
	{ SCSIEMU_NEED_STREAMS, "streams" },
	{ SCSIEMU_NEED_ATOMIC, "a store that writes atomically" },
	{ SCSIEMU_NEED_ELEMENTS, "storage elements" },
	{ SCSIEMU_NEED_PI_2, "type 2 protection" },
	{ SCSIEMU_NEED_ZONES, "zoned" },
	{ SCSIEMU_NEED_REALMS, "zone realms" },
};

struct entry {
	const struct scsiemu_row *row;
	const char *layer, *only;
	unsigned order; /* of the layers: the first one wins */
};

/* Another device type's: beside a disk's of the same code. */
enum { PROCESSOR = 3 };

static void print(const struct entry *e)
{
	const struct scsiemu_row *r = e->row;
	const char *between = "";

	printf("| %02Xh", r->op);
	if (r->sa != SCSIEMU_NO_SA)
		printf("/%02Xh", r->sa);
	printf(" | %s | %s | ", r->name ? r->name : "?", e->layer);
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (r->needs & needs[i].need) {
			printf("%s%s", between, needs[i].text);
			between = ", ";
		}
	printf("%s |\n", e->only ? e->only : "");
}

static struct entry entries[512];
static unsigned n;

static void add(const struct semu_rows *rows, const char *layer,
		const char *only, unsigned order)
{
	for (unsigned i = 0; i < rows->n; i++)
		entries[n++] = (struct entry){ rows->row + i, layer, only,
					       order };
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->row->op != y->row->op)
		return x->row->op - y->row->op;
	if (x->row->sa != y->row->sa)
		return x->row->sa - y->row->sa;
	return (int)x->order - (int)y->order;
}

int main(void)
{
	add(&scsiemu_sbc.rows[0], "SBC", NULL, 0);
	add(&scsiemu_sbc.old_rows, "SBC", "a level before SPC-3", 1);
	add(&scsiemu_sbc.rows[1], "SPC", NULL, 2);
	add(&scsiemu_proc.rows[0], "SPC-2", "a processor", PROCESSOR);
	qsort(entries, n, sizeof(entries[0]), compare);
	printf("| opcode | command | from | only with |\n|---|---|---|---|\n");
	for (unsigned i = 0; i < n; i++)
		if (!i || entries[i].row->op != entries[i - 1].row->op ||
		    entries[i].row->sa != entries[i - 1].row->sa ||
		    entries[i].order == PROCESSOR)
			print(&entries[i]);
	return 0;
}
