/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.c - from the system's names that are ours to the run's folder.
 */
#define _GNU_SOURCE
#include "shim.h"

#include "names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#define NODE_MODE 0660

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

static const char *put(const char *path, char room[PATH_MAX])
{
	int n = snprintf(room, PATH_MAX, "%s%s", folder, path);

	return n < PATH_MAX ? room : path;
}

const char *shim_place(const char *path, char room[PATH_MAX])
{
	return folder_len && path && path[0] == '/' && shim_is_name(path)
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
