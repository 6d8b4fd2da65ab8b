/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Self-tests (SPC-5 5.15): the first and the last blocks of the medium (short)
 * or all of it (extended) are verified, in the command itself, which then has
 * the logical unit for itself, or as a job that stands in nobody's way.
 */
#include <string.h>

#include "spc/power.h"
#include "spc/spc.h"

#if SEMU_WITH_DIAGNOSTIC

/* Blocks in one step: other commands go in between. */
enum { STEP_BLOCKS = 1024, SELF_TEST_FAILED = 0x3e03 };
enum { HOUR_MS = 3600000 };

/* own[0]: the next LBA; own[1]: what it is */
enum { EXTENDED = 1, SAVING = 2, FAILED = 4 };

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static struct semu_selftests *results(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_SELFTEST);
}

static uint16_t hours(const struct scsiemu_lu *lu)
{
	return (uint16_t)least(semu_powered_ms(lu) / HOUR_MS, UINT16_MAX);
}

static void show(struct scsiemu_lu *lu, uint64_t at, uint64_t of)
{
	lu->busy.progress = (uint16_t)(of ? at * 65535 / of : 0);
}

/* It begins: an entry that says so, and pollable sense data. */
static void enter(struct scsiemu_lu *lu, uint8_t code)
{
	struct semu_selftests *r = results(lu);

	semu_power_wake(lu);
	semu_spc(lu)->selftest = code;
	semu_spc(lu)->selftest_stop = SEMU_TEST_GOOD;
	lu->busy = (struct semu_busy){
		.key = SCSIEMU_SK_NOT_READY,
		.asc = SCSIEMU_ASC_SELF_TEST_IN_PROGRESS,
		.counts = true,
	};
	if (!r)
		return;
	memmove(r->result[1], r->result[0],
		(SEMU_SELFTESTS - 1) * SEMU_SELFTEST_LEN);
	if (r->count < SEMU_SELFTESTS)
		r->count++;
	memset(r->result[0], 0, SEMU_SELFTEST_LEN);
	memset(r->result[0] + 4, 0xff, 8);
	r->result[0][0] = (uint8_t)(code << 5 | SEMU_TEST_RUNS);
	semu_put16(r->result[0] + 2, hours(lu));
}

static void note_failure(uint8_t *e, const struct scsiemu_cmd *c, int result)
{
	bool medium = result == SCSIEMU_E_READ;

	e[1] = 1; /* the first segment */
	e[12] = medium ? SCSIEMU_SK_MEDIUM_ERROR : SCSIEMU_SK_HARDWARE_ERROR;
	semu_put16(e + 13, medium ? SCSIEMU_ASC_UNRECOVERED_READ_ERROR
				  : SCSIEMU_ASC_INTERNAL_FAILURE);
	if (medium && c->info != SCSIEMU_NO_INFO)
		semu_put64(e + 4, c->info);
}

/* It is over. True: a want was left that saves the results. */
static bool leave(struct scsiemu_cmd *c, enum semu_selftest_end how, int result)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_selftests *r = results(lu);

	semu_spc(lu)->selftest = SEMU_TEST_NONE;
	lu->guards &= ~(uint32_t)SCSIEMU_ON_SELFTEST;
	if (lu->busy.asc == SCSIEMU_ASC_SELF_TEST_IN_PROGRESS)
		lu->busy.asc = 0;
	if (!r)
		return false;
	r->result[0][0] = (uint8_t)((r->result[0][0] & 0xe0) | how);
	semu_put16(r->result[0] + 2, hours(lu));
	if (how == SEMU_TEST_FAILED)
		note_failure(r->result[0], c, result);
	if (!semu_can_save(lu))
		return false;
	scsiemu_cmd_own(c)[1] |= SAVING;
	scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0, SCSIEMU_NV_SELFTEST,
			    r->result, r->count * (uint32_t)SEMU_SELFTEST_LEN);
	return true;
}

static int verify_next(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c), lba = own[0], end = lu->cap.nblk;
	uint64_t n;

	if (!lu->medium || lba >= end)
		return SCSIEMU_FINISHED;
	show(lu, lba, end);
	n = least(end - lba, STEP_BLOCKS);
	own[0] = lba + n;
	if (!(own[1] & EXTENDED) && !lba && end > 2 * STEP_BLOCKS)
		own[0] = end - STEP_BLOCKS;
	if (semu_parts_unreadable(c, lba, n))
		return SCSIEMU_FAILED;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_VERIFY, lba, n, 0);
}

/* How it ends, judged by the last want's result; RUNS: it does not. */
static enum semu_selftest_end judge(struct scsiemu_cmd *c, int *result)
{
	uint8_t stop = semu_spc(scsiemu_cmd_lu(c))->selftest_stop;
	int rc;

	if (*result == SCSIEMU_E_ABORTED)
		return SEMU_TEST_ENDED;
	if (*result < 0)
		return SEMU_TEST_FAILED;
	if (stop)
		return (enum semu_selftest_end)stop;
	rc = verify_next(c);
	if (rc == SCSIEMU_WANTS)
		return SEMU_TEST_RUNS;
	*result = rc == SCSIEMU_FAILED ? SCSIEMU_E_READ : SCSIEMU_OK;
	return *result ? SEMU_TEST_FAILED : SEMU_TEST_GOOD;
}

/* In the foreground a failure fails the command, when the results are saved. */
static int verdict(struct scsiemu_cmd *c)
{
	if (c->job || !(scsiemu_cmd_own(c)[1] & FAILED))
		return SCSIEMU_FINISHED;
	return scsiemu_fail(c, SCSIEMU_SK_HARDWARE_ERROR, SELF_TEST_FAILED);
}

int semu_selftest_step(struct scsiemu_cmd *c, int result)
{
	enum semu_selftest_end how;

	if (scsiemu_cmd_own(c)[1] & SAVING)
		return verdict(c);
	how = judge(c, &result);
	if (how == SEMU_TEST_RUNS)
		return SCSIEMU_WANTS;
	if (how == SEMU_TEST_FAILED)
		scsiemu_cmd_own(c)[1] |= FAILED;
	return leave(c, how, result) ? SCSIEMU_WANTS : verdict(c);
}

int semu_selftest_background(struct scsiemu_cmd *c, uint8_t code)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const uint64_t own[2] = { 0, code == SEMU_TEST_EXTENDED_BACKGROUND
					     ? EXTENDED
					     : 0 };

	if (semu_spc(lu)->selftest)
		return semu_fail_busy(c);
	if (scsiemu_job_start(lu, semu_selftest_step, own, false) < 0)
		return scsiemu_fail_status(c, SCSIEMU_BUSY);
	enter(lu, code);
	return SCSIEMU_FINISHED;
}

/* From here on others are stopped, instead of waiting. */
int semu_selftest_foreground(struct scsiemu_cmd *c, uint8_t code)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (semu_spc(lu)->selftest)
		return semu_fail_busy(c);
	if (code == SEMU_TEST_EXTENDED)
		scsiemu_cmd_own(c)[1] = EXTENDED;
	enter(lu, code);
	lu->guards |= SCSIEMU_ON_SELFTEST;
#if SEMU_WITH_QUEUE
	semu_cmd_yield(c);
#endif
	return semu_selftest_step(c, SCSIEMU_OK);
}

bool semu_selftest_abort(struct scsiemu_lu *lu, enum semu_selftest_end how)
{
	struct semu_spc *s = semu_spc(lu);

	if (!s->selftest)
		return false;
	s->selftest_stop = (uint8_t)how; /* the job sees it */
	return true;
}
#endif

const uint8_t *semu_selftest_result(const struct scsiemu_lu *lu, unsigned i)
{
	const struct semu_selftests *r = semu_part(lu, SEMU_PART_SELFTEST);

	return r && i < r->count ? r->result[i] : NULL;
}

int semu_selftest_init(struct scsiemu_lu *lu, void *mem,
		       const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)mem, (void)cf;
	return 0;
}

int semu_selftest_restore(struct scsiemu_lu *lu, const uint8_t *buf,
			  uint32_t len)
{
	struct semu_selftests *r = semu_part(lu, SEMU_PART_SELFTEST);

	if (len % SEMU_SELFTEST_LEN || len > sizeof(r->result))
		return SCSIEMU_ERR_ARG;
	memcpy(r->result, buf, len);
	r->count = (uint8_t)(len / SEMU_SELFTEST_LEN);
	for (unsigned i = 0; i < r->count; i++)
		if ((r->result[i][0] & 15) == SEMU_TEST_RUNS)
			r->result[i][0] ^= SEMU_TEST_RUNS ^ SEMU_TEST_ENDED;
	return 0;
}
