/* SPDX-License-Identifier: BSD-2-Clause */
/* media.c - scsiemu media: its subcommands and options. */
#include "media.h"
#include "tool.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct verb {
	const char *name;
	int (*main)(const struct media_options *o);
	const char *takes; /* letters of options[] */
	int least, most;   /* words */
	const char *usage;
} verbs[] = {
	{ "create", media_create, "sbdmwcpfq", 1, 1,
	  "FILE --size BYTES [OPTION ...]   make an empty cartridge" },
	{ "info", media_info, "fj", 1, 1,
	  "FILE [--json]                    what it is, and how it was left" },
	{ "ls", media_ls, "fjaP", 1, 1,
	  "FILE [--all] [--json]            its files, or all that is on it" },
	{ "check", media_check, "fq", 1, 1,
	  "FILE                             read and verify all of it" },
	{ "convert", media_convert, "FTsBSq", 2, 2,
	  "FROM TO [--to FORMAT]            make another format of it" },
	{ "cat", media_cat, "fPq", 1, 2,
	  "FILE [N]                         the bytes of file N (0 ...), or "
	  "all" },
};

enum { NVERBS = sizeof(verbs) / sizeof(verbs[0]) };

static const struct option options[] = {
	{ "size", required_argument, NULL, 's' },
	{ "barcode", required_argument, NULL, 'b' },
	{ "density", required_argument, NULL, 'd' },
	{ "profile", required_argument, NULL, 'm' },
	{ "worm", no_argument, NULL, 'w' },
	{ "cleaning", no_argument, NULL, 'c' },
	{ "partitions", required_argument, NULL, 'p' },
	{ "format", required_argument, NULL, 'f' },
	{ "from", required_argument, NULL, 'F' },
	{ "to", required_argument, NULL, 'T' },
	{ "json", no_argument, NULL, 'j' },
	{ "all", no_argument, NULL, 'a' },
	{ "partition", required_argument, NULL, 'P' },
	{ "block", required_argument, NULL, 'B' },
	{ "salvage", no_argument, NULL, 'S' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

const char *media_help(void)
{
	return "options of media\n"
	       "  --size BYTES           create, convert: its capacity; K M G "
	       "T P\n"
	       "  --profile NAME         create: of that drive: capacity, "
	       "density, type\n"
	       "  --barcode TEXT         create: ABC123L8 is one of LTO-8\n"
	       "  --density N            create: density code, also 0x5e\n"
	       "  --worm                 create: what is written stays\n"
	       "  --cleaning             create: a cleaning cartridge\n"
	       "  --partitions LIST      create: 2 to 4 of equal size, or "
	       "sizes: 1G,*\n"
	       "  --format FORMAT        what FILE is; else by what is in it\n"
	       "  --from FORMAT          convert: the same of FROM\n"
	       "  --to FORMAT            convert: what TO becomes; else by "
	       "its ending\n"
	       "  --block BYTES          convert: records of a directory's "
	       "files; 64K\n"
	       "  --salvage              convert: leave out what cannot be "
	       "read\n"
	       "  --partition N          ls, cat: this one only; 0 for cat\n"
	       "  --all                  ls: every record and filemark\n"
	       "  --quiet                -q: no progress, no remarks\n"
	       "FORMAT is native simh e11 aws het faketape tar tgt mhvtl "
	       "directory\n";
}

static int usage(FILE *out)
{
	for (int i = 0; i < NVERBS; i++)
		fprintf(out, "%s scsiemu media %-8s %s\n",
			i ? "      " : "usage:", verbs[i].name, verbs[i].usage);
	return TOOL_TROUBLE;
}

static int refuse(const char *what, const char *word)
{
	fprintf(stderr, "scsiemu: %s \"%.60s\"\n", what, word);
	return -1;
}

/* ---- Values ---- */

int media_size(const char *word, uint64_t *out)
{
	static const char units[] = "KMGTP";
	const char *unit;
	char *end;
	unsigned shift = 0;

	if (*word < '0' || *word > '9')
		return -1;
	*out = strtoull(word, &end, 10);
	if (*end) {
		unit = strchr(units, *end);
		if (!unit || end[1])
			return -1;
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (!*out || *out > (uint64_t)INT64_MAX >> shift)
		return -1;
	*out <<= shift;
	return 0;
}

static int set_size(uint64_t *to, const char *word)
{
	return media_size(word, to) ? refuse("no size:", word) : 0;
}

static int set_number(int *to, const char *word, long most)
{
	char *end;
	long n = strtol(word, &end, 0);

	if (!*word || *end || n < 0 || n > most)
		return refuse("no number that is possible here:", word);
	*to = (int)n;
	return 0;
}

static int set_format(int *to, const char *word)
{
	*to = media_format(word);
	return *to == MEDIA_ANY ? refuse("no format", word) : 0;
}

static int set_value(struct media_options *o, int letter, const char *word)
{
	switch (letter) {
	case 's':
		return set_size(&o->size, word);
	case 'B':
		return set_size(&o->block, word);
	case 'd':
		return set_number(&o->density, word, 255);
	case 'P':
		return set_number(&o->partition, word,
				  SCSIEMU_TAPE_PARTITIONS - 1);
	case 'f':
	case 'F':
		return set_format(&o->from, word);
	case 'T':
		return set_format(&o->to, word);
	case 'b':
		o->barcode = word;
		return 0;
	case 'm':
		o->profile = word;
		return 0;
	default:
		o->partitions = word;
		return 0;
	}
}

static void set_flag(struct media_options *o, int letter)
{
	const struct {
		char letter;
		bool *to;
	} flags[] = { { 'w', &o->worm },    { 'c', &o->cleaning },
		      { 'j', &o->json },    { 'a', &o->all },
		      { 'S', &o->salvage }, { 'q', &o->quiet } };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].letter == letter)
			*flags[i].to = true;
}

/* ---- The line ---- */

static int parse(struct media_options *o, const struct verb *v, int argc,
		 char **argv)
{
	int letter;

	while ((letter = getopt_long(argc, argv, "qh", options, NULL)) != -1) {
		if (letter == '?' || letter == 'h')
			return letter;
		if (!strchr(v->takes, letter))
			return refuse("an option of another subcommand than",
				      v->name);
		if (!optarg)
			set_flag(o, letter);
		else if (set_value(o, letter, optarg))
			return -1;
	}
	o->words = argv + optind;
	o->nwords = argc - optind;
	if (o->nwords >= v->least && o->nwords <= v->most)
		return 0;
	return refuse(o->nwords < v->least ? "a file is missing of media"
					   : "too many words for media",
		      v->name);
}

int media_main(int argc, char **argv)
{
	struct media_options o = { .density = -1,
				   .partition = -1,
				   .from = MEDIA_ANY,
				   .to = MEDIA_ANY };
	const char *name = argc > 1 ? argv[1] : "";
	const struct verb *v = verbs;
	int rc;

	while (v < verbs + NVERBS && strcmp(v->name, name) != 0)
		v++;
	if (v == verbs + NVERBS) {
		if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
			usage(stdout);
			printf("\n%s", media_help());
			return TOOL_GOOD;
		}
		return usage(stderr);
	}
	rc = parse(&o, v, argc - 1, argv + 1);
	if (rc == 'h') {
		usage(stdout);
		printf("\n%s", media_help());
		return TOOL_GOOD;
	}
	return rc ? usage(stderr) : v->main(&o);
}
