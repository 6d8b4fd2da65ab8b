/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/sys.h - every call of the stores into the system, as a table, so that
 * a test can make the n-th one fail, fall short or be the last one ever. Each
 * behaves as the call it is named after (errno included).
 */
#ifndef SEMU_STORE_SYS_H
#define SEMU_STORE_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

struct semu_sys {
	void *(*alloc)(size_t size); /* zeroed; NULL: out of memory */
	void (*free)(void *mem);
	int (*open)(const char *path, int flags, mode_t mode);
	int (*close)(int fd);
	int (*fstat)(int fd, struct stat *st);
	int (*stat)(const char *path, struct stat *st);
	int (*flock)(int fd, int how);
	int (*fchmod)(int fd, mode_t mode);
	int (*fchown)(int fd, uid_t uid, gid_t gid);
	int (*devsize)(int fd, uint64_t *bytes); /* of a block device */
	int (*ftruncate)(int fd, off_t len);
	ssize_t (*preadv)(int fd, const struct iovec *v, int nv, off_t off);
	ssize_t (*pwritev)(int fd, const struct iovec *v, int nv, off_t off);
	int (*fallocate)(int fd, int mode, off_t off, off_t len);
	off_t (*lseek)(int fd, off_t off, int whence);
	int (*fdatasync)(int fd);
	int (*fsync)(int fd);
	int (*rename)(const char *from, const char *to);
	int (*unlink)(const char *path);
};

extern const struct semu_sys semu_sys_real;
/* In force: &semu_sys_real. Only tests point it elsewhere. */
extern const struct semu_sys *semu_sys;

#endif
