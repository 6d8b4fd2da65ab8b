/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spc/selftest.h - self-tests: running one, and the results of the last twenty
 * (SPC-5 5.15.4), which the Self-Test Results log page reports.
 */
#ifndef SEMU_SPC_SELFTEST_H
#define SEMU_SPC_SELFTEST_H

#include "core/core.h"

/*
 * A result is bytes 4 to 19 of its log parameter: SELF-TEST CODE and RESULTS,
 * NUMBER, hours (2), first failing LBA (8), sense key, ASC, ASCQ, vendor.
 */
enum { SEMU_SELFTESTS = 20, SEMU_SELFTEST_LEN = 16 };

/* SELF-TEST RESULTS (SPC-5 table 343). */
enum semu_selftest_end {
	SEMU_TEST_GOOD = 0,
	SEMU_TEST_ABORTED = 1, /* by SEND DIAGNOSTIC */
	SEMU_TEST_ENDED = 2,   /* by a reset or another command */
	SEMU_TEST_BROKEN = 3,  /* it could not be completed */
	SEMU_TEST_FAILED = 5,  /* in its first (and only) segment */
	SEMU_TEST_RUNS = 15
};

/* Of the i-th last self-test, from 0 on: SEMU_SELFTEST_LEN bytes; NULL: there
 * were fewer, or the logical unit keeps none. */
const uint8_t *semu_selftest_result(const struct scsiemu_lu *lu, unsigned i);

/* Abort the one in the background: SEND DIAGNOSTIC, and commands that do not
 * go beside one (SPC-5 5.15.3: FORMAT UNIT, SANITIZE, a stop). False: none
 * runs. */
#if SEMU_WITH_DIAGNOSTIC
bool semu_selftest_abort(struct scsiemu_lu *lu, enum semu_selftest_end how);
#else
static inline bool semu_selftest_abort(struct scsiemu_lu *lu,
				       enum semu_selftest_end how)
{
	(void)lu, (void)how;
	return false;
}
#endif

/* The part SEMU_PART_SELFTEST: state, and what its type's row needs. */
struct semu_selftests {
	uint8_t count;
	uint8_t result[SEMU_SELFTESTS][SEMU_SELFTEST_LEN]; /* newest first */
};
int semu_selftest_init(struct scsiemu_lu *lu, void *mem,
		       const struct scsiemu_lu_config *cf);
int semu_selftest_restore(struct scsiemu_lu *lu, const uint8_t *buf,
			  uint32_t len);

/* diag.c: SELF-TEST CODE. In the command: its step function from then on is
 * semu_selftest_step(). */
enum {
	SEMU_TEST_NONE,
	SEMU_TEST_SHORT_BACKGROUND,
	SEMU_TEST_EXTENDED_BACKGROUND,
	SEMU_TEST_ABORT = 4,
	SEMU_TEST_SHORT,
	SEMU_TEST_EXTENDED
};
int semu_selftest_background(struct scsiemu_cmd *c, uint8_t code);
int semu_selftest_foreground(struct scsiemu_cmd *c, uint8_t code);
scsiemu_step_fn semu_selftest_step;

#endif
