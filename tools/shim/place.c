/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.c - the system's names that are ours, as rows. All nodes of a kind are
 * meant, not only those that exist: a program under test never reaches a real
 * disk by a wrong number.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#define NODE_MODE 0660

enum then { END, DIGIT, LETTER }; /* END: or a slash */

static const struct place {
	const char *name;
	enum then then;
} places[] = {
	{ "/dev/sg", DIGIT },
	{ "/dev/sd", LETTER },
	{ "/dev/bsg", END },
	{ "/dev/sr", DIGIT },
	{ "/dev/scd", DIGIT },
	{ "/dev/st", DIGIT },
	{ "/dev/nst", DIGIT },
	{ "/dev/sch", DIGIT },
	{ "/proc/devices", END },
	{ "/proc/scsi", END },
	{ "/sys/bus/scsi", END },
	{ "/sys/class/bsg", END },
	{ "/sys/class/scsi_device", END },
	{ "/sys/class/scsi_disk", END },
	{ "/sys/class/scsi_generic", END },
	{ "/sys/class/scsi_host", END },
	{ "/sys/devices/scsiemu", END },
};

/* Set before the program has threads, and never again. */
static char folder[PATH_MAX];
static size_t folder_len;

__attribute__((constructor)) static void begin(void)
{
	const char *f = getenv("SCSIEMU_RUN");

	if (!f || strlen(f) >= sizeof(folder))
		return;
	strcpy(folder, f);
	folder_len = strlen(folder);
}

const char *shim_folder(void)
{
	return folder_len ? folder : NULL;
}

static bool goes_on(enum then then, char c)
{
	return then == DIGIT	? c >= '0' && c <= '9'
	       : then == LETTER ? c >= 'a' && c <= 'z'
				: !c || c == '/';
}

/* A pattern of glob() is a name, too: "/dev/sd[a-z]". */
static bool is_ours(const char *path)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		size_t len = strlen(places[i].name);

		if (!strncmp(path, places[i].name, len) &&
		    (goes_on(places[i].then, path[len]) || path[len] == '[' ||
		     path[len] == '*'))
			return true;
	}
	return false;
}

static const char *put(const char *path, char room[PATH_MAX])
{
	int n = snprintf(room, PATH_MAX, "%s%s", folder, path);

	return n < PATH_MAX ? room : path;
}

const char *shim_place(const char *path, char room[PATH_MAX])
{
	return folder_len && path && path[0] == '/' && is_ours(path)
		       ? put(path, room)
		       : path;
}

const char *shim_place_folder(const char *path, char room[PATH_MAX])
{
	if (folder_len && path &&
	    (!strcmp(path, "/dev") || !strcmp(path, "/dev/")))
		return put(path, room);
	return shim_place(path, room);
}

void shim_unplace(char *path)
{
	if (folder_len && !strncmp(path, folder, folder_len) &&
	    path[folder_len] == '/')
		memmove(path, path + folder_len, strlen(path + folder_len) + 1);
}

/* The two structures have the same members, and need not be the same. */
#define STAT_NODE(st, n)                                                       \
	do {                                                                   \
		if (!S_ISREG((st)->st_mode) ||                                 \
		    !shim_node_of((uint64_t)(st)->st_size, n))                 \
			return false;                                          \
		(st)->st_mode = NODE_MODE | ((n)->block ? S_IFBLK : S_IFCHR);  \
		(st)->st_rdev = makedev((n)->major, (n)->minor);               \
		(st)->st_size = 0;                                             \
		return true;                                                   \
	} while (0)

bool shim_stat_node(struct stat *st, struct shim_node *n)
{
	STAT_NODE(st, n);
}

bool shim_stat_node64(struct stat64 *st, struct shim_node *n)
{
	STAT_NODE(st, n);
}
