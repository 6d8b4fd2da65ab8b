/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/file_io.h - whole transfers to and from a file whatever the system cuts
 * or interrupts, and what its errors mean for a medium.
 */
#ifndef SEMU_STORE_FILE_IO_H
#define SEMU_STORE_FILE_IO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <scsiemu/store.h>

enum semu_dir { SEMU_READING, SEMU_WRITING };

/* An errno as an enum scsiemu_result. */
int semu_errno_result(int err, enum semu_dir dir);

/*
 * Move len bytes between the file at off and the vectors: all of them, or the
 * errno that stopped it; reading: 0 with *done < len is the end of the file.
 * *done: bytes moved.
 */
int semu_file_move(int fd, enum semu_dir dir, uint64_t off, size_t len,
		   const struct scsiemu_vec *v, unsigned nv, size_t *done);

/* Calls that a signal may interrupt: 0 or an errno. */
int semu_file_sync(int (*sync)(int fd), int fd);
int semu_file_allocate(int fd, int mode, uint64_t off, uint64_t len);

/* The name of a new or renamed file is durable: fsync of its folder. 0 or an
 * errno. */
int semu_file_sync_folder(const char *path);

/* open(2) with O_CLOEXEC, O_NONBLOCK (a FIFO does not stop us) and O_NOCTTY:
 * a descriptor, or -errno. */
int semu_file_open(const char *path, int flags);

#endif
