/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect.c - scsiemu inspect: one sheet about a device, part by part. */
#include "inspect.h"

#include "page.h"
#include "tool.h"

#include <scsiemu/wire.h>

#include <stdlib.h>
#include <string.h>

enum { DATA = 1 << 20 };

bool inspect_ask(struct inspect *i, const uint8_t *cdb, unsigned len,
		 struct unit_reply *a)
{
	const struct unit_cmd c = { .cdb = cdb,
				    .cdb_len = (uint16_t)len,
				    .in_len = DATA };

	return !unit_send(i->unit, &c, a) && a->status == SCSIEMU_GOOD;
}

bool inspect_report(struct inspect *i, uint8_t op, uint8_t sa, unsigned len,
		    unsigned at, unsigned n, struct unit_reply *a)
{
	uint8_t cdb[16] = { op, sa };

	if (!inspect_has(i, op, sa))
		return false;
	/* DATA, or all that two bytes can say */
	for (unsigned k = 0; k < n; k++)
		cdb[at + k] = n == 2 ? 0xff
				     : (uint8_t)(k == 1 ? DATA >> 16 : 0);
	return inspect_ask(i, cdb, len, a);
}

bool inspect_has(const struct inspect *i, uint8_t op, uint8_t sa)
{
	const struct command *c = i->command;

	for (unsigned k = 0; k < i->ncommands; k++, c++)
		if (c->op == op && (!c->has_sa || c->sa == sa))
			return true;
	return !i->ncommands;
}

static void inspect_pages(struct inspect *i)
{
	static const char *const titles[PAGE_KINDS] = { "VPD pages",
							"mode pages",
							"log pages" };
	static const char *const keys[PAGE_KINDS] = { "vpd_pages", "mode_pages",
						      "log_pages" };
	static struct page_id ids[PAGE_LIST];
	unsigned n;

	for (unsigned kind = 0; kind < PAGE_KINDS; kind++) {
		n = page_list(i->unit, (enum page_kind)kind, ids, PAGE_LIST);
		if (!n)
			continue;
		report_list(&i->report, keys[kind], titles[kind]);
		for (unsigned k = 0; k < n; k++)
			page_report(&i->report, i->unit, ids[k]);
		report_close(&i->report);
	}
}

typedef void part_fn(struct inspect *i);

static part_fn *const parts[] = {
	inspect_identity, inspect_capacity,    inspect_mapping,
	inspect_defects,  inspect_zones,       inspect_capabilities,
	inspect_jobs,	  inspect_port_groups, inspect_reservations,
	inspect_simple,	  inspect_commands,    inspect_pages,
};

static int run(struct inspect *i, bool json)
{
	inspect_read_commands(i);
	report_begin(&i->report, stdout, json);
	report_text(&i->report, "device", "%s", unit_summary(i->unit, 0));
	for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
		parts[k](i);
	report_end(&i->report);
	if (!i->report.failed)
		return TOOL_GOOD;
	fputs("scsiemu: cannot write to standard output\n", stderr);
	return TOOL_TROUBLE;
}

int inspect_main(int argc, char **argv)
{
	static struct inspect i;
	char *device = NULL;
	bool json = false;
	int rc;

	for (int k = 1; k < argc; k++) {
		if (!strcmp(argv[k], "--json"))
			json = true;
		else if (!device && strncmp(argv[k], "--", 2))
			device = argv[k];
		else
			return tool_usage(argv[0]);
	}
	if (!device)
		return tool_usage(argv[0]);
	i.unit = unit_open(&device, 1, 1);
	if (!i.unit)
		return TOOL_TROUBLE;
	rc = unit_take_attentions(i.unit, 0, (struct unit_nexus){ 0 })
		     ? TOOL_TROUBLE
		     : run(&i, json);
	return unit_close(i.unit) ? TOOL_TROUBLE : rc;
}
