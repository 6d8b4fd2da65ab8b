/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the table of commands of README.md from the rows themselves. */
#include "core/core.h"

#include <scsiemu/proc.h>
#include <scsiemu/sbc.h>
#include <scsiemu/smc.h>
#include <scsiemu/ssc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct need {
	uint32_t need;
	const char *text;
};

static const struct need needs[] = {
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
	{ 0, NULL },
};

/* Of tapes, whose bits are others. */
static const struct need tape_needs[] = {
	{ SCSIEMU_NEED_PARTITIONS, "partitions" },
	{ SCSIEMU_NEED_REVERSE, "reading in reverse" },
	{ SCSIEMU_NEED_APPEND_ONLY, "append-only mode" },
	{ SCSIEMU_NEED_LOG, "log pages" },
	{ 0, NULL },
};

/* Of changers, likewise. */
static const struct need changer_needs[] = {
	{ SCSIEMU_CHANGER_MOVE, "a store that moves" },
	{ SCSIEMU_CHANGER_EXCHANGE, "a store that exchanges" },
	{ SCSIEMU_CHANGER_DOOR, "a store with doors" },
	{ SCSIEMU_CHANGER_REACH, "a store that opens cartridges" },
	{ 0, NULL },
};

struct entry {
	const struct scsiemu_row *row;
	const char *layer, *only;
	unsigned order; /* of the layers: the first one wins */
};

/* Other device types': beside a disk's of the same code. */
enum { PROCESSOR = 3, TAPE, CHANGER };

static void print(const struct entry *e)
{
	const struct need *n = e->order == TAPE	     ? tape_needs
			       : e->order == CHANGER ? changer_needs
						     : needs;
	const struct scsiemu_row *r = e->row;
	const char *between = e->only ? e->only : "";

	printf("| %02Xh", r->op);
	if (r->sa != SCSIEMU_NO_SA)
		printf("/%02Xh", r->sa);
	printf(" | %s | %s | ", r->name ? r->name : "?", e->layer);
	printf("%s", between);
	for (between = *between ? ", " : ""; n->need; n++)
		if (r->needs & n->need) {
			printf("%s%s", between, n->text);
			between = ", ";
		}
	printf(" |\n");
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

/* Is it one that all types have, only otherwise done? */
static bool is_common(const struct entry *e)
{
	for (unsigned i = 0; i < scsiemu_ssc.rows[1].n; i++)
		if (scsiemu_ssc.rows[1].row[i].op == e->row->op &&
		    scsiemu_ssc.rows[1].row[i].sa == e->row->sa &&
		    !strcmp(scsiemu_ssc.rows[1].row[i].name, e->row->name))
			return true;
	return false;
}

int main(void)
{
	add(&scsiemu_sbc.rows[0], "SBC", NULL, 0);
	add(&scsiemu_sbc.old_rows, "SBC", "a level before SPC-3", 1);
	add(&scsiemu_sbc.rows[1], "SPC", NULL, 2);
	add(&scsiemu_proc.rows[0], "SPC-2", "a processor", PROCESSOR);
	add(&scsiemu_ssc.rows[0], "SSC", "a tape", TAPE);
	add(&scsiemu_smc.rows[0], "SMC", "a changer", CHANGER);
	qsort(entries, n, sizeof(entries[0]), compare);
	printf("| opcode | command | from | only with |\n|---|---|---|---|\n");
	for (unsigned i = 0; i < n; i++)
		if (!i || entries[i].row->op != entries[i - 1].row->op ||
		    entries[i].row->sa != entries[i - 1].row->sa ||
		    (entries[i].order >= PROCESSOR && !is_common(&entries[i])))
			print(&entries[i]);
	return 0;
}
