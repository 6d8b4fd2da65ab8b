/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_space.h - where SPACE and LOCATE lead: numbers only, for every
 * store that knows how many objects a partition has and where its filemarks
 * are.
 */
#ifndef SEMU_STORE_TAPE_SPACE_H
#define SEMU_STORE_TAPE_SPACE_H

#include <scsiemu/tape.h>

/* A partition, as it is now. */
struct semu_tape_view {
	void *t;		 /* the store's */
	uint64_t objects, files; /* between BOP and EOD */
	/* The object number of the n-th filemark, from 0 on, below files. */
	uint64_t (*mark)(void *t, uint64_t n);
	/* How many filemarks are among the first so many objects. */
	uint64_t (*files_before)(void *t, uint64_t object);
	/* NULL, or: one of the two could not tell. Then the walk is E_READ. */
	const bool *failed;
};

/* V_SPACE from object at: the result, the new position, and how many were not
 * spaced over. what: enum scsiemu_tape_space; another one is E_RANGE. With E_*
 * it is where it was. */
int semu_tape_space(const struct semu_tape_view *v, uint64_t at, uint64_t what,
		    int64_t count, uint64_t *to, uint64_t *left);
/* V_LOCATE, V_LOCATE_FILE: OK, or R_EOD: it is not so long. */
int semu_tape_object(const struct semu_tape_view *v, uint64_t object,
		     uint64_t *to);
int semu_tape_file(const struct semu_tape_view *v, uint64_t file, uint64_t *to);

#endif
