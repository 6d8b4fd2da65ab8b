/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/support/replay.h - what a crash at any moment may leave on a medium.
 *
 * From a log of what reached the medium: for each moment, what is durable by
 * then stands; of what is not, each piece is there, or not, or torn at 512
 * bytes. Each such image is handed to a check, which knows what was promised
 * above the medium. No root, no block device, and the same images every time.
 */
#ifndef TESTS_SUPPORT_REPLAY_H
#define TESTS_SUPPORT_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <scsiemu/stores.h>

enum replay_kind { REPLAY_WRITE, REPLAY_ZERO, REPLAY_FLUSH };

struct replay_op {
	enum replay_kind kind;
	bool fua;
	int result;	       /* enum scsiemu_result */
	uint64_t off, len;     /* bytes; FLUSH of len 0: everything */
	const uint8_t *data;   /* WRITE */
	uint64_t began, ended; /* one clock, from 1 on; ended 0: never */
};

struct replay {
	const uint8_t *base; /* the medium before the log: size bytes */
	size_t size;
	const struct replay_op *op;
	size_t nop;
	unsigned images; /* at most so many per moment */
	uint64_t seed;
	/* Does the image keep every promise made by the moment `when` (the
	 * crash comes behind event `when` of the clock)? */
	bool (*check)(void *ctx, const uint8_t *image, uint64_t when);
	void *ctx;
};

/* Returns how many images were checked, or minus the number of the first that
 * failed. */
long replay_run(const struct replay *r);

/* The log of a record store, to be freed with free(). */
struct replay_op *replay_from_record(const struct scsiemu_wrap_record *w,
				     uint32_t blen, size_t *n);

#endif
