/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devtypes.c - which keys of device strings a device of which type has. */
#include <string.h>

#include "host/devstr.h"
#include "store/open.h"

bool semu_is_one_of(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words;
}

bool semu_devkey_own(const char *key)
{
	static const char *const own[] = { "path",    "mem",
					   "null",    "size",
					   "pool",    "serial",
					   "naa",     "inject",
					   "profile", "nv",
					   "worm",    "density",
					   "dir",     "changer_profile",
					   NULL };

	return semu_is_one_of(own, key);
}

/* Those that are not about blocks. */
static const char *const any[] = {
	"size",	     "aca",	   "priorities", "vendor",	"product",
	"revision",  "serial",	   "naa",	 "version",	"profile",
	"hide",	     "vpd",	   "inquiry",	 "alua",	"groups",
	"nv",	     "transition", "versions",	 "inquiry_len", "mode_pages",
	"log_pages", "serial_len", "claims",	 "mode",	NULL
};

/* Of tapes only, and those that disks have too. */
static const char *const tape[] = {
	"partitions",  "density",    "early_warning", "worm",
	"append_only", "reads",	     "writes",	      "media",
	"takes_worm",  "block_min",  "block_max",     "fixed",
	"granularity", "unbuffered", "reverse",	      "protection",
	"compress",    "encrypt",    "reed_solomon",  "set_capacity",
	NULL
};
static const char *const tape_too[] = { "path",	    "mem",    "logs",
					"readonly", "inject", "deferred",
					"format",   NULL };

/* Of libraries only; of others, too; of their drives. */
static const char *const library[] = {
	"dir",	      "drives",	   "slots",	      "ie",
	"cartridges", "unload",	   "robots_at",	      "slots_at",
	"ie_at",      "drives_at", "changer_profile", "move_time",
	NULL
};
static const char *const library_too[] = { "logs", "density", "worm", NULL };
static const char *const drives[] = { "compress", "encrypt", NULL };

bool semu_devkey_of_drives(const char *key)
{
	return semu_is_one_of(drives, key);
}

static bool has(const struct semu_devstr *s, const char *key)
{
	if (semu_is_one_of(any, key))
		return true;
	if (s->is_tape)
		return semu_is_one_of(tape, key) ||
		       semu_is_one_of(tape_too, key);
	if (s->is_library)
		return semu_is_one_of(library, key) ||
		       semu_is_one_of(library_too, key) ||
		       semu_is_one_of(drives, key);
	return !s->bare;
}

int semu_devkey_fits(const struct semu_devstr *s, const char *key,
		     struct scsiemu_errmsg *err)
{
	bool disk = !s->bare && !s->is_tape && !s->is_library;

	if (disk && semu_is_one_of(tape, key))
		return semu_err(err, "%s is a tape's: leave it out of a disk",
				key);
	if (!s->is_library && semu_is_one_of(library, key))
		return semu_err(err, "%s is a library's: leave it out of a %s",
				key, s->type_name);
	if (has(s, key))
		return 0;
	return semu_err(err, "%s is a disk's: leave it out of a %s", key,
			s->type_name);
}
