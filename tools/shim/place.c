/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.c - from the system's names that are ours to the run's folder.
 */
#define _GNU_SOURCE
#include "shim.h"

#include "names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

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

static bool put(const char *path, char room[PATH_MAX])
{
	return snprintf(room, PATH_MAX, "%s%s", folder, path) < PATH_MAX;
}

/* The folder that a name begins in which is not absolute. */
static bool begins(int at, char room[PATH_MAX])
{
	char link[32];
	ssize_t n;

	if (at == AT_FDCWD) {
		if (!NEXT(getcwd)(room, PATH_MAX))
			return false;
	} else {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", at);
		n = NEXT(readlink)(link, room, PATH_MAX - 1);
		if (n < 0)
			return false;
		room[n] = 0;
	}
	shim_unplace(room);
	return room[0] == '/';
}

/* Without what says nothing, by the letter. A slash at the end stays. */
static void tidy(char *path)
{
	char *to = path;

	for (const char *p = path; *p;) {
		size_t n = strcspn(p + 1, "/") + 1;

		if (n == 3 && !strncmp(p, "/..", n)) {
			while (to > path && *--to != '/')
				;
		} else if ((n > 1 || !p[1]) &&
			   !(n == 2 && !strncmp(p, "/.", n))) {
			memmove(to, p, n);
			to += n;
		}
		p += n;
	}
	*to = 0;
}

/* The whole name, or NULL. */
static const char *whole(int at, const char *path, char room[PATH_MAX])
{
	size_t n = 0;
	int had = errno;

	if (path[0] != '/') {
		if (!begins(at, room)) {
			errno = had;
			return NULL;
		}
		n = strlen(room);
		room[n++] = '/';
	}
	if (n + strlen(path) >= PATH_MAX)
		return NULL;
	strcpy(room + n, path);
	/* below a name of ours the system goes through links, and back */
	if (!shim_is_name(room))
		tidy(room);
	return room;
}

/* Folders in which other things are as well: ours are among them in a list. */
static bool is_list(const char *path)
{
	size_t n = strlen(path);

	if (n > 1 && path[n - 1] == '/')
		n--;
	for (size_t i = 0; i < sizeof(shim_lists) / sizeof(shim_lists[0]); i++)
		if (strlen(shim_lists[i]) == n &&
		    !strncmp(path, shim_lists[i], n))
			return true;
	return false;
}

static const char *find(int at, const char *path, bool list,
			char room[PATH_MAX])
{
	char all[PATH_MAX];
	const char *name;

	if (!folder_len || !path || !path[0])
		return path;
	name = whole(at, path, all);
	if (name && (shim_is_name(name) || (list && is_list(name))) &&
	    put(name, room))
		return room;
	return path;
}

const char *shim_place(const char *path, char room[PATH_MAX])
{
	return find(AT_FDCWD, path, false, room);
}

const char *shim_place_at(int at, const char *path, char room[PATH_MAX])
{
	return find(at, path, false, room);
}

const char *shim_place_folder(int at, const char *path, char room[PATH_MAX])
{
	return find(at, path, true, room);
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
		SHIM_STAT_AS(st, n);                                           \
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
