/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * library.c - scsiemu library: the operator of a library in a directory, served
 * or not. A cartridge that comes from elsewhere, or goes there, does so by its
 * name only: its file stays where it is on the disk.
 */
#include "tool.h"

#include <scsiemu/host.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH	   4096
#define ENDING	   ".tape"
#define USUAL_KEYS " size=12G"

struct library {
	const char *dir;
	char reply[SCSIEMU_LIBRARY_REPLY];
};

static int trouble(const char *what, const char *word)
{
	fprintf(stderr, "scsiemu: %s%s%s\n", what, *word ? ": " : "", word);
	return -1;
}

static int trouble_with(const char *path, int why)
{
	return trouble(path, strerror(why));
}

/* The lines behind "ok", or NULL: a message was printed. */
static char *ask(struct library *l, const char *request)
{
	struct scsiemu_errmsg err;
	char *line = l->reply, *end;

	if (scsiemu_library_ask(l->dir, request, l->reply, sizeof(l->reply),
				&err)) {
		trouble(err.text, "");
		return NULL;
	}
	end = strchr(line, '\n');
	if (end && !strncmp(line, "ok", 2))
		return end + 1;
	if (end)
		*end = '\0';
	trouble(line + strcspn(line, " ") + (strchr(line, ' ') != NULL), "");
	return NULL;
}

/* ---- ls ---- */

static void print_head(const struct library *l, const char *reply)
{
	size_t n = strcspn(reply, "\n");

	printf("%s: %s%s\n", l->dir,
	       n >= 9 && !memcmp(reply, "ok served", 9) ? "served"
							: "not served",
	       n >= 7 && !memcmp(reply + n - 7, " locked", 7)
		       ? ", locked by a host"
		       : "");
}

/* "4096 slot1 VOL001L8 from=slot1" in columns; "next 4100": more to ask. */
static unsigned print_line(const char *line)
{
	char name[24], barcode[40];
	unsigned addr, next = 0;
	int rest = 0;

	if (sscanf(line, "next %u", &next) == 1)
		return next;
	if (sscanf(line, "%u %23s %39s%n", &addr, name, barcode, &rest) == 3)
		printf("%7u  %-10s %s%s\n", addr, name, barcode, line + rest);
	return 0;
}

static int list(struct library *l, char **arg)
{
	unsigned next = 0;

	if (*arg)
		return trouble("ls takes nothing", *arg);
	do {
		char request[24], *line;
		bool first = !next;

		snprintf(request, sizeof(request), "ls %u", next);
		line = ask(l, request);
		if (!line)
			return -1;
		if (first)
			print_head(l, l->reply);
		next = 0;
		for (line = strtok(line, "\n"); line; line = strtok(NULL, "\n"))
			next = print_line(line);
	} while (next);
	return 0;
}

/* ---- Files ---- */

/* The same file under another name: nothing that is there is overwritten. */
static int give_name(const char *from, const char *to)
{
	if (!link(from, to))
		return 0;
	if (errno == EXDEV)
		return trouble("is on another file system than the library: "
			       "copy it there, then name the copy",
			       from);
	if (errno == EEXIST)
		return trouble("is there already: name another", to);
	return trouble_with(access(from, F_OK) ? from : to, errno);
}

/* "…/VOL042L8.tape": its barcode, or -1. */
static int barcode_of(const char *path, char *out, size_t room)
{
	const char *name = strrchr(path, '/');
	size_t n, end = strlen(ENDING);

	name = name ? name + 1 : path;
	n = strlen(name);
	if (n <= end || strcmp(name + n - end, ENDING) != 0 || n - end >= room)
		return trouble("is no cartridge's file: that is called "
			       "BARCODE" ENDING,
			       path);
	memcpy(out, name, n - end);
	out[n - end] = '\0';
	return 0;
}

static int inside(const struct library *l, const char *barcode, char *path)
{
	int n = snprintf(path, PATH, "%s/%s" ENDING, l->dir, barcode);

	return n > 0 && n < PATH ? 0 : trouble("too long a path", l->dir);
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* The reply's "16 ie1 VOL042L8.tape": what was done, and the file's path. */
static int tell(const struct library *l, const char *line, const char *verb,
		char path[PATH])
{
	char name[24], file[64];
	unsigned addr;

	if (sscanf(line, "%u %23s %63s", &addr, name, file) != 3)
		return trouble("a reply that is none", line);
	printf("%s %s (element %u)\n", verb, name, addr);
	snprintf(path, PATH, "%s/%s", l->dir, file);
	return 0;
}

/* ---- insert ---- */

struct insert {
	const char *what, *where;
	char keys[64]; /* of a new cartridge: " size=1G worm" */
};

static bool is_key(const char *word)
{
	return !strncmp(word, "size=", 5) || !strcmp(word, "worm");
}

static int parse_insert(struct insert *in, char **arg)
{
	*in = (struct insert){ .where = "ie" };
	for (unsigned places = 0; *arg; arg++) {
		size_t n = strlen(in->keys);

		if (is_key(*arg))
			snprintf(in->keys + n, sizeof(in->keys) - n, " %.30s",
				 *arg);
		else if (!in->what)
			in->what = *arg;
		else if (!places++)
			in->where = *arg;
		else
			return trouble("one cartridge, one place", *arg);
	}
	return in->what ? 0 : trouble("insert what: a barcode, or a file", "");
}

static int ask_insert(struct library *l, const struct insert *in,
		      const char *barcode, const char *keys)
{
	char request[256], path[PATH];
	const char *line;

	snprintf(request, sizeof(request), "insert %.40s %.64s%s", in->where,
		 barcode, keys);
	line = ask(l, request);
	return line ? tell(l, line, "inserted into", path) : -1;
}

/* From anywhere on the same file system: it has two names meanwhile. */
static int insert_file(struct library *l, const struct insert *in)
{
	char path[PATH], barcode[64];
	const char *drop;
	int rc;

	if (in->keys[0])
		return trouble("is a file, which has its size: leave size= and "
			       "worm out",
			       in->what);
	if (barcode_of(in->what, barcode, sizeof(barcode)) ||
	    inside(l, barcode, path))
		return -1;
	if (is_same_file(in->what, path))
		return ask_insert(l, in, barcode, "");
	if (give_name(in->what, path))
		return -1;
	rc = ask_insert(l, in, barcode, "");
	drop = rc ? path : in->what;
	return unlink(drop) ? trouble_with(drop, errno) : rc;
}

static int insert_barcode(struct library *l, const struct insert *in)
{
	char path[PATH];
	bool is_there;

	if (inside(l, in->what, path))
		return -1;
	is_there = !access(path, F_OK);
	if (is_there && in->keys[0])
		return trouble("is there already, as it is: leave size= and "
			       "worm out, or take another barcode",
			       path);
	return ask_insert(l, in, in->what,
			  is_there	? ""
			  : in->keys[0] ? in->keys
					: USUAL_KEYS);
}

static int insert(struct library *l, char **arg)
{
	struct insert in;

	if (parse_insert(&in, arg))
		return -1;
	return strchr(in.what, '/') || strstr(in.what, ENDING)
		       ? insert_file(l, &in)
		       : insert_barcode(l, &in);
}

/* ---- eject ---- */

static int eject(struct library *l, char **arg)
{
	char request[128], path[PATH];
	const char *line, *to = arg[0] ? arg[1] : NULL;

	if (!arg[0] || (to && arg[2]))
		return trouble("eject one cartridge: its barcode or element, "
			       "and perhaps the file it is to be",
			       "");
	if (to && !access(to, F_OK))
		return trouble("is there already: name another", to);
	snprintf(request, sizeof(request), "eject %.100s", arg[0]);
	line = ask(l, request);
	if (!line || tell(l, line, "ejected from", path))
		return -1;
	if (to && (give_name(path, to) || unlink(path))) {
		printf("the cartridge is %s\n", path);
		return -1;
	}
	printf("the cartridge is %s\n", to ? to : path);
	return 0;
}

/* A request is words with blanks between. */
static int check_words(char **arg)
{
	for (; *arg; arg++)
		if (!**arg || (!strchr(*arg, '/') && strpbrk(*arg, " \n")))
			return trouble("nothing here has a name with blanks, "
				       "or none",
				       *arg);
	return 0;
}

int library_main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct library *l, char **arg);
	} verbs[] = { { "ls", list },
		      { "insert", insert },
		      { "eject", eject } };
	static struct library l;

	for (size_t i = 0; argc > 2 && i < sizeof(verbs) / sizeof(verbs[0]);
	     i++)
		if (!strcmp(verbs[i].name, argv[2])) {
			l.dir = argv[1];
			return check_words(argv + 3) ||
					       verbs[i].run(&l, argv + 3)
				       ? TOOL_TROUBLE
				       : TOOL_GOOD;
		}
	return tool_usage(argv[0]);
}
