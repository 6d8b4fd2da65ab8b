/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/support/memfile.h - the system with one regular file in it, in memory:
 * whatever path is opened is that file. For stores that keep one, on content
 * from anywhere, and to see every call that changes it.
 */
#ifndef TESTS_SUPPORT_MEMFILE_H
#define TESTS_SUPPORT_MEMFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum memfile_change { MEMFILE_WRITE, MEMFILE_ZERO, MEMFILE_SYNC };

struct memfile {
	uint8_t *data;
	size_t len;
	size_t len_max; /* longer: EFBIG; 0: as long as there is memory */
	uint64_t room;	/* what the file system says it still has */
	bool lent;	/* data is somebody else's, and is not written */
	/* counted */
	unsigned reads, syncs, opens;
	int memory; /* allocations of the store's */
	/* NULL, or told of each call that changes the file; bytes: for as
	 * long as this takes */
	void (*told)(void *ctx, enum memfile_change what, uint64_t off,
		     uint64_t len, const uint8_t *bytes);
	void *ctx;
	size_t data_room; /* its own */
};
extern struct memfile memfile;

/* Calls go there from now on; the file is empty and all else zero. */
void memfile_on(void);
void memfile_off(void);
/* The file is these bytes, which stay the caller's: read only. */
void memfile_lend(const uint8_t *data, size_t len);
/* The file is a copy of these bytes. 0, or -1: no memory. */
int memfile_set(const uint8_t *data, size_t len);

#endif
