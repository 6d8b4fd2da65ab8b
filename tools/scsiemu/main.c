/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu - look at an emulated device as an initiator sees it: send it
 * commands, and print what it is. See scsiemu(1).
 */
#include <scsiemu/host.h>

#include <stdio.h>
#include <string.h>

#include "tool.h"

static const struct subcommand {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *usage, *what;
} subcommands[] = {
	{ "exec", exec_main,
	  "[LUN=]DEVICE ... [OPTION ...] -- CDB [OPTION ...] [-- CDB ...]",
	  "send commands, print status, sense and data" },
	{ "inspect", inspect_main, "DEVICE [--json]",
	  "print what the device is and can do" },
	{ "library", library_main,
	  "DIR ls | insert BARCODE|FILE [PLACE] [size=BYTES] [worm] | "
	  "eject BARCODE|PLACE [FILE]",
	  "operate a library, served or not: put cartridges in, take them "
	  "out" },
	{ "media", media_main,
	  "create|info|ls|check|convert|cat FILE ... [OPTION ...]",
	  "cartridges of tape in files, of any format" },
	{ "pages", pages_main,
	  "DEVICE [vpd|mode|log [CODE[,SUB]]] [--raw|--hex|--json] [--pc NAME]",
	  "list or dump VPD, mode and log pages" },
	{ "conformance", conformance_main, "ssc DEVICE|/dev/NODE [--destroy]",
	  "hold a tape drive against the rules of its standard" },
#ifdef SEMU_SHIM_DIR
	{ "run", run_main,
	  "[LUN=]DEVICE ... [--attention] -- COMMAND [ARGUMENT ...]",
	  "run a program that finds them at /dev/sg0 ..." },
#endif
};

enum { NSUBCOMMANDS = sizeof(subcommands) / sizeof(subcommands[0]) };

static const char exec_options[] =
	"options of exec (in front of the first --: for every command)\n"
	"  --out FILE             data-out is what the file has\n"
	"  --out-hex BYTES        data-out is this\n"
	"  --in FILE              data-in goes to the file\n"
	"  --in-len N             room for data-in; 16 MiB\n"
	"  --lun N                which device; 0\n"
	"  --initiator N          who sends it, 1 to 8; 1\n"
	"  --port N               through which target port, 1 to 4; 1\n"
	"  --wait MS              then let so much time pass\n"
	"  --attention            do not clear the first unit attentions (run, "
	"too)\n"
	"  --json                 JSON instead of a sheet\n"
	"option of conformance\n"
	"  --destroy              what is on the cartridge may be "
	"overwritten\n";

static void print_usage(FILE *out)
{
	for (int i = 0; i < NSUBCOMMANDS; i++)
		fprintf(out, "%s scsiemu %s %s\n",
			i ? "      " : "usage:", subcommands[i].name,
			subcommands[i].usage);
}

static int help(void)
{
	print_usage(stdout);
	putchar('\n');
	for (int i = 0; i < NSUBCOMMANDS; i++)
		printf("  %-22s %s\n", subcommands[i].name,
		       subcommands[i].what);
	printf("\n%s%s\nexit status: 0 GOOD, 1 another status, 2 trouble\n\n"
	       "DEVICE is\n%s",
	       exec_options, media_help(), scsiemu_host_help());
	return 0;
}

int tool_usage(const char *name)
{
	for (int i = 0; i < NSUBCOMMANDS; i++)
		if (!strcmp(subcommands[i].name, name))
			fprintf(stderr, "usage: scsiemu %s %s\n", name,
				subcommands[i].usage);
	return TOOL_TROUBLE;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (!strcmp(name, "--help") || !strcmp(name, "-h") ||
	    !strcmp(name, "help"))
		return help();
	for (int i = 0; i < NSUBCOMMANDS; i++)
		if (!strcmp(subcommands[i].name, name))
			return subcommands[i].main(argc - 1, argv + 1);
	if (*name)
		fprintf(stderr, "scsiemu: no subcommand \"%.40s\"\n", name);
	print_usage(stderr);
	return TOOL_TROUBLE;
}
