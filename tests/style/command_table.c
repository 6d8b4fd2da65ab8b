/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the table of commands of README.md from the rows themselves. */
#include "core/core.h"

#include <scsiemu/sbc.h>

#include <stdio.h>

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

static void print(const struct scsiemu_row *r, const char *layer)
{
	const char *between = "";

	printf("| %02Xh", r->op);
	if (r->sa != SCSIEMU_NO_SA)
		printf("/%02Xh", r->sa);
	printf(" | %s | %s | ", r->name ? r->name : "?", layer);
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (r->needs & needs[i].need) {
			printf("%s%s", between, needs[i].text);
			between = ", ";
		}
	printf(" |\n");
}

/* Both tables are sorted by (opcode, service action): merged, own rows win. */
static void merge(const struct semu_rows *own, const char *name,
		  const struct semu_rows *common)
{
	unsigned i = 0, k = 0;

	while (i < own->n || k < common->n) {
		const struct scsiemu_row *a = own->row + i;
		const struct scsiemu_row *b = common->row + k;
		int order;

		if (i == own->n)
			order = 1;
		else if (k == common->n)
			order = -1;
		else if (a->op != b->op)
			order = a->op < b->op ? -1 : 1;
		else
			order = (a->sa > b->sa) - (a->sa < b->sa);
		if (order <= 0)
			print(a, name);
		else
			print(b, "SPC");
		i += order <= 0;
		k += order >= 0;
	}
}

int main(void)
{
	printf("| opcode | command | from | only with |\n|---|---|---|---|\n");
	merge(&scsiemu_sbc.rows[0], "SBC", &scsiemu_sbc.rows[1]);
	return 0;
}
