/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * path.c - the C library's functions that take a name: the same with the place
 * where it really is. What is not a node is a plain file, folder or link there,
 * and needs no more.
 */
#define _GNU_SOURCE
#include "shim.h"

#include "names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* In front of the first use of room[] in each function. */
#define ROOM char room[PATH_MAX]

/* ---- open() ---- */

static bool is_node(const char *place, const char *path, struct shim_node *n)
{
	struct stat st;

	return place != path && !NEXT(fstatat)(AT_FDCWD, place, &st, 0) &&
	       shim_stat_node(&st, n);
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE
		       ? va_arg(ap, mode_t)
		       : 0;
}

static const char *place(int folder, const char *path, int flags,
			 char room[PATH_MAX])
{
	/* a folder, or else it fails */
	return (flags & O_ACCMODE) == O_RDONLY
		       ? shim_place_folder(folder, path, room)
		       : shim_place_at(folder, path, room);
}

/* The four names of one function; NAME is the system's. */
#define OPEN(NAME)                                                             \
	SHIM_EXPORT int NAME(const char *path, int flags, ...)                 \
	{                                                                      \
		ROOM;                                                          \
		const char *at = place(AT_FDCWD, path, flags, room);           \
		struct shim_node n;                                            \
		va_list ap;                                                    \
		mode_t mode;                                                   \
                                                                               \
		va_start(ap, flags);                                           \
		mode = mode_of(flags, ap);                                     \
		va_end(ap);                                                    \
		if (is_node(at, path, &n))                                     \
			return shim_open(&n, flags);                           \
		return NEXT(NAME)(at, flags, mode);                            \
	}

#define OPENAT(NAME)                                                           \
	SHIM_EXPORT int NAME(int folder, const char *path, int flags, ...)     \
	{                                                                      \
		ROOM;                                                          \
		const char *at = place(folder, path, flags, room);             \
		struct shim_node n;                                            \
		va_list ap;                                                    \
		mode_t mode;                                                   \
                                                                               \
		va_start(ap, flags);                                           \
		mode = mode_of(flags, ap);                                     \
		va_end(ap);                                                    \
		if (is_node(at, path, &n))                                     \
			return shim_open(&n, flags);                           \
		return NEXT(NAME)(folder, at, flags, mode);                    \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/* What a program that was built with -D_FORTIFY_SOURCE calls. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags);

SHIM_EXPORT int __open_2(const char *path, int flags)
{
	return open(path, flags);
}

SHIM_EXPORT int __open64_2(const char *path, int flags)
{
	return open64(path, flags);
}

SHIM_EXPORT int __openat_2(int folder, const char *path, int flags)
{
	return openat(folder, path, flags);
}

SHIM_EXPORT int __openat64_2(int folder, const char *path, int flags)
{
	return openat64(folder, path, flags);
}

SHIM_EXPORT FILE *fopen(const char *path, const char *mode)
{
	ROOM;
	const char *at = shim_place(path, room);
	struct shim_node n;

	return is_node(at, path, &n) ? shim_fopen(&n, mode)
				     : NEXT(fopen)(at, mode);
}

SHIM_EXPORT FILE *fopen64(const char *path, const char *mode)
{
	ROOM;
	const char *at = shim_place(path, room);
	struct shim_node n;

	return is_node(at, path, &n) ? shim_fopen(&n, mode)
				     : NEXT(fopen64)(at, mode);
}

/* ---- stat() ---- */

#define STAT(NAME, TYPE, PATCH)                                                \
	SHIM_EXPORT int NAME(const char *path, struct TYPE *st)                \
	{                                                                      \
		ROOM;                                                          \
		const char *at = shim_place(path, room);                       \
		int rc = NEXT(NAME)(at, st);                                   \
		struct shim_node n;                                            \
                                                                               \
		if (!rc && at != path)                                         \
			PATCH(st, &n);                                         \
		return rc;                                                     \
	}

#define STATAT(NAME, TYPE, PATCH)                                              \
	SHIM_EXPORT int NAME(int folder, const char *path, struct TYPE *st,    \
			     int flags)                                        \
	{                                                                      \
		ROOM;                                                          \
		const char *at = shim_place_at(folder, path, room);            \
		int rc = NEXT(NAME)(folder, at, st, flags);                    \
		struct shim_node n;                                            \
                                                                               \
		if (!rc && at != path)                                         \
			PATCH(st, &n);                                         \
		return rc;                                                     \
	}

STAT(stat, stat, shim_stat_node)
STAT(lstat, stat, shim_stat_node)
STAT(stat64, stat64, shim_stat_node64)
STAT(lstat64, stat64, shim_stat_node64)
STATAT(fstatat, stat, shim_stat_node)
STATAT(fstatat64, stat64, shim_stat_node64)

/* What programs call that were built against a C library before 2.33. */
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstat(int version, int fd, struct stat *st);
int __xstat64(int version, const char *path, struct stat64 *st);
int __lxstat64(int version, const char *path, struct stat64 *st);
int __fxstat64(int version, int fd, struct stat64 *st);

SHIM_EXPORT int __xstat(int version, const char *path, struct stat *st)
{
	(void)version;
	return stat(path, st);
}

SHIM_EXPORT int __lxstat(int version, const char *path, struct stat *st)
{
	(void)version;
	return lstat(path, st);
}

SHIM_EXPORT int __fxstat(int version, int fd, struct stat *st)
{
	(void)version;
	return fstat(fd, st);
}

SHIM_EXPORT int __xstat64(int version, const char *path, struct stat64 *st)
{
	(void)version;
	return stat64(path, st);
}

SHIM_EXPORT int __lxstat64(int version, const char *path, struct stat64 *st)
{
	(void)version;
	return lstat64(path, st);
}

SHIM_EXPORT int __fxstat64(int version, int fd, struct stat64 *st)
{
	(void)version;
	return fstat64(fd, st);
}

static void patch(struct statx *x, const struct stat *st)
{
	x->stx_mode = (uint16_t)st->st_mode;
	x->stx_rdev_major = major(st->st_rdev);
	x->stx_rdev_minor = minor(st->st_rdev);
	x->stx_dev_major = major(st->st_dev);
	x->stx_dev_minor = minor(st->st_dev);
	x->stx_ino = st->st_ino;
	x->stx_nlink = (uint32_t)st->st_nlink;
	x->stx_size = x->stx_blocks = 0;
}

SHIM_EXPORT int statx(int folder, const char *path, int flags, unsigned mask,
		      struct statx *x)
{
	ROOM;
	const char *at = shim_place_at(folder, path, room);
	int rc = NEXT(statx)(folder, at, flags, mask, x);
	struct stat st;

	if (rc)
		return rc;
	if (at == path) {
		if (flags & AT_EMPTY_PATH && S_ISSOCK(x->stx_mode) &&
		    !fstat(folder, &st) && !S_ISSOCK(st.st_mode))
			patch(x, &st);
		return rc;
	}
	if (!fstatat(folder, path, &st, flags & AT_SYMLINK_NOFOLLOW) &&
	    !S_ISREG(st.st_mode) && S_ISREG(x->stx_mode))
		patch(x, &st);
	return rc;
}

/* ---- The others ---- */

SHIM_EXPORT int access(const char *path, int mode)
{
	ROOM;

	return NEXT(access)(shim_place(path, room), mode);
}

SHIM_EXPORT int euidaccess(const char *path, int mode)
{
	ROOM;

	return NEXT(euidaccess)(shim_place(path, room), mode);
}

SHIM_EXPORT int faccessat(int folder, const char *path, int mode, int flags)
{
	ROOM;

	return NEXT(faccessat)(folder, shim_place_at(folder, path, room), mode,
			       flags);
}

SHIM_EXPORT ssize_t readlink(const char *path, char *to, size_t len)
{
	ROOM;

	return NEXT(readlink)(shim_place(path, room), to, len);
}

SHIM_EXPORT ssize_t readlinkat(int folder, const char *path, char *to,
			       size_t len)
{
	ROOM;

	return NEXT(readlinkat)(folder, shim_place_at(folder, path, room), to,
				len);
}

/* ls looks for labels and lists of who may do what. */
SHIM_EXPORT ssize_t getxattr(const char *path, const char *name, void *to,
			     size_t len)
{
	ROOM;

	return NEXT(getxattr)(shim_place(path, room), name, to, len);
}

SHIM_EXPORT ssize_t lgetxattr(const char *path, const char *name, void *to,
			      size_t len)
{
	ROOM;

	return NEXT(lgetxattr)(shim_place(path, room), name, to, len);
}

SHIM_EXPORT ssize_t listxattr(const char *path, char *to, size_t len)
{
	ROOM;

	return NEXT(listxattr)(shim_place(path, room), to, len);
}

SHIM_EXPORT ssize_t llistxattr(const char *path, char *to, size_t len)
{
	ROOM;

	return NEXT(llistxattr)(shim_place(path, room), to, len);
}

SHIM_EXPORT int chdir(const char *path)
{
	ROOM;

	return NEXT(chdir)(shim_place(path, room));
}

SHIM_EXPORT char *getcwd(char *to, size_t len)
{
	char *at = NEXT(getcwd)(to, len);

	if (at)
		shim_unplace(at);
	return at;
}

SHIM_EXPORT char *realpath(const char *path, char *to)
{
	ROOM;
	char *at = NEXT(realpath)(shim_place(path, room), to);

	if (at)
		shim_unplace(at);
	return at;
}

SHIM_EXPORT DIR *opendir(const char *path)
{
	ROOM;

	return NEXT(opendir)(shim_place_folder(AT_FDCWD, path, room));
}

/* In a list a node is a file, as long as it is not asked what it is. */
static bool may_be_node(DIR *d, const char *name)
{
	char path[sizeof("/dev/") + NAME_MAX];
	struct shim_node n;
	struct stat st;

	snprintf(path, sizeof(path), "/dev/%s", name);
	return shim_folder() && (shim_is_name(path) || strchr(name, ':')) &&
	       !NEXT(fstatat)(dirfd(d), name, &st, AT_SYMLINK_NOFOLLOW) &&
	       shim_stat_node(&st, &n);
}

#define READDIR(NAME, TYPE)                                                    \
	SHIM_EXPORT struct TYPE *NAME(DIR *d)                                  \
	{                                                                      \
		struct TYPE *e = NEXT(NAME)(d);                                \
		int had = errno;                                               \
                                                                               \
		if (e && e->d_type == DT_REG && may_be_node(d, e->d_name))     \
			e->d_type = DT_UNKNOWN;                                \
		errno = had;                                                   \
		return e;                                                      \
	}

READDIR(readdir, dirent)
READDIR(readdir64, dirent64)

typedef int order_fn(const struct dirent **a, const struct dirent **b);
typedef int order64_fn(const struct dirent64 **a, const struct dirent64 **b);

SHIM_EXPORT int scandir(const char *path, struct dirent ***list,
			int (*filter)(const struct dirent *), order_fn *order)
{
	ROOM;

	return NEXT(scandir)(shim_place_folder(AT_FDCWD, path, room), list,
			     filter, order);
}

SHIM_EXPORT int scandir64(const char *path, struct dirent64 ***list,
			  int (*filter)(const struct dirent64 *),
			  order64_fn *order)
{
	ROOM;

	return NEXT(scandir64)(shim_place_folder(AT_FDCWD, path, room), list,
			       filter, order);
}

SHIM_EXPORT int glob(const char *pattern, int flags,
		     int (*error)(const char *, int), glob_t *g)
{
	ROOM;
	int rc = NEXT(glob)(shim_place(pattern, room), flags, error, g);

	for (size_t i = 0; !rc && i < g->gl_pathc; i++)
		shim_unplace(g->gl_pathv[g->gl_offs + i]);
	return rc;
}

SHIM_EXPORT int glob64(const char *pattern, int flags,
		       int (*error)(const char *, int), glob64_t *g)
{
	ROOM;
	int rc = NEXT(glob64)(shim_place(pattern, room), flags, error, g);

	for (size_t i = 0; !rc && i < g->gl_pathc; i++)
		shim_unplace(g->gl_pathv[g->gl_offs + i]);
	return rc;
}
