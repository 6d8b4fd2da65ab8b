/* SPDX-License-Identifier: BSD-2-Clause */
/* conformance.c - scsiemu conformance: which rules does a device keep? */
#include "conformance.h"
#include "tool.h"

#include <stdio.h>
#include <string.h>

static void tell(unsigned i, const char *name, const struct verdict *v)
{
	const char *line = v->why;

	printf("%sok %u - %s", v->is == RULE_BROKEN ? "not " : "", i + 1, name);
	if (v->is == RULE_SKIPPED)
		printf(" # SKIP %s", v->why);
	putchar('\n');
	while (v->is == RULE_BROKEN && *line) {
		int n = (int)strcspn(line, "\n");

		printf("# %.*s\n", n, line);
		line += n + (line[n] == '\n');
	}
}

static int judge(struct link *l)
{
	int rc = TOOL_GOOD;

	if (ssc_begin(l))
		return TOOL_TROUBLE;
	printf("1..%u\n", ssc_rules);
	for (unsigned i = 0; i < ssc_rules; i++) {
		struct verdict v = { .is = RULE_HOLDS };

		if (ssc_rule(l, i, &v)) {
			printf("Bail out! the device cannot be reached\n");
			return TOOL_TROUBLE;
		}
		tell(i, ssc_rule_name(i), &v);
		if (v.is == RULE_BROKEN)
			rc = TOOL_NOT_GOOD;
	}
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "scsiemu: cannot write to standard output\n");
		return TOOL_TROUBLE;
	}
	return rc;
}

/* A cartridge in memory that is this program's alone. */
static bool is_ours(const char *name)
{
	return !strncmp(name, "tape:mem,", 9) || !strcmp(name, "tape:mem");
}

int conformance_main(int argc, char **argv)
{
	bool destroy = argc == 4 && !strcmp(argv[3], "--destroy");
	struct link *l;
	int rc;

	if ((argc != 3 && !destroy) || argv[2][0] == '-' ||
	    strcmp(argv[1], "ssc") != 0)
		return tool_usage(argv[0]);
	if (!destroy && !is_ours(argv[2])) {
		fprintf(stderr,
			"scsiemu: %s: all that is on the cartridge would be "
			"overwritten; with --destroy it is\n",
			argv[2]);
		return TOOL_TROUBLE;
	}
	l = link_open(argv[2]);
	if (!l)
		return TOOL_TROUBLE;
	rc = judge(l);
	if (link_close(l))
		rc = TOOL_TROUBLE;
	return rc;
}
