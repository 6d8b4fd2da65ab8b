/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport/sys.h - every call of the adapters into the system, as a table:
 * behind it a test has its model of a host's kernel. Each behaves as the call
 * it is named after (errno included).
 */
#ifndef SEMU_TRANSPORT_SYS_H
#define SEMU_TRANSPORT_SYS_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct semu_calls {
	int (*open)(const char *path, int flags);
	int (*close)(int fd);
	int (*ioctl)(int fd, unsigned long request, void *arg);
	ssize_t (*read)(int fd, void *buf, size_t len);
	ssize_t (*write)(int fd, const void *buf, size_t len);
	void *(*mmap)(void *at, size_t len, int prot, int flags, int fd,
		      off_t off);
	int (*munmap)(void *mem, size_t len);
	int (*poll)(struct pollfd *p, nfds_t n, int ms);
	uint64_t (*clock_ms)(void); /* monotonic */
};

extern const struct semu_calls semu_calls_real;

#endif
