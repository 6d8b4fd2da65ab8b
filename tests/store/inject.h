/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/store/inject.h - the system, made to fail: the n-th of some calls gives
 * an errno, is the last one ever, or is cut; and what is open is counted.
 */
#ifndef TESTS_STORE_INJECT_H
#define TESTS_STORE_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum inject_call {
	INJECT_ALLOC,
	INJECT_OPEN,
	INJECT_CLOSE,
	INJECT_FSTAT,
	INJECT_STAT,
	INJECT_FLOCK,
	INJECT_FCHMOD,
	INJECT_FCHOWN,
	INJECT_DEVSIZE,
	INJECT_FTRUNCATE,
	INJECT_PREADV,
	INJECT_PWRITEV,
	INJECT_FALLOCATE,
	INJECT_LSEEK,
	INJECT_FDATASYNC,
	INJECT_FSYNC,
	INJECT_RENAME,
	INJECT_UNLINK,
	INJECT_CALLS
};
#define INJECT(call) (1U << INJECT_##call)
#define INJECT_ALL   (~0U)
/* Calls that give an errno of the test's choice. */
#define INJECT_SYSTEM (INJECT_ALL & ~INJECT(ALLOC) & ~INJECT(CLOSE))

struct inject {
	unsigned calls; /* INJECT(): these count */
	unsigned nth;	/* this one fails (from 1 on; 0: none) */
	bool all_after; /* and all behind it */
	int err;	/* with this errno */
	bool exits;	/* or is never finished: the process ends there */
	size_t cut; /* preadv, pwritev: at most so many bytes; 0: no limit */
	unsigned interrupt;	 /* every so many calls that may: EINTR */
	bool device;		 /* regular files look like block devices */
	uint64_t device_bytes;	 /* of this size */
	void (*on_create)(void); /* before a file is created */
	/* counted by the table */
	unsigned seen;	   /* calls that count */
	int memory, files; /* allocated, open now */
	unsigned fdatasyncs;
	char log[256]; /* a letter per call that changes something durable */
};
extern struct inject inject;

/* Calls go through here from now on; all members of inject are zero. */
void inject_on(void);
void inject_off(void);
/* Start to count: the nth of these calls fails with err. */
void inject_fail(unsigned calls, unsigned nth, int err);

#endif
