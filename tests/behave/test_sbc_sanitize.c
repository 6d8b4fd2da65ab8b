/* SPDX-License-Identifier: BSD-2-Clause */
/* SANITIZE (SBC-4 4.11, 5.27), with its job taken step by step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

enum { OVERWRITE = 1, BLOCK_ERASE, CRYPTO_ERASE, EXIT = 0x1f };
enum { IMMED = 0x80, AUSE = 0x20, NBLK = 4096, ALL = NBLK * 512 };
enum { PIECE = 2048 }; /* blocks of one FILL: 1 MiB */

static const struct disk_options options = { .nblk = NBLK,
					     .thin = true,
					     .sbc = { .format = true } };

static void setup(struct disk *b)
{
	disk_make(b, &options);
	disk_fill(b, 1);
}

static uint8_t sanitize(struct disk *b, uint8_t byte1, const void *list,
			uint16_t len)
{
	const uint8_t cdb[10] = {
		0x48, byte1, [7] = (uint8_t)(len >> 8), [8] = (uint8_t)len
	};

	return drive_run(&b->d, b->lu, cdb, 10, list, len, 0);
}

/* Start it with IMMED and take its job, begun: its first want. */
static struct scsiemu_cmd *begin(struct disk *b, uint8_t byte1,
				 const void *list, uint16_t len, int *want)
{
	const uint8_t cdb[10] = {
		0x48,
		byte1 | IMMED, [7] = (uint8_t)(len >> 8), [8] = (uint8_t)len
	};

	drive_start(&b->d, &b->d.t, b->lu, cdb, 10, list, len, 0);
	drive_go(&b->d.t);
	assert_int_equal(b->d.t.c.status, SCSIEMU_GOOD);
	assert_int_equal(scsiemu_end(&b->d.t.c), 0);
	b->d.t.live = false;
	return drive_take_job(&b->d, want);
}

static void finish(struct disk *b, struct scsiemu_cmd *job, int want)
{
	while (want > SCSIEMU_WAIT)
		want = drive_job_step(&b->d, job);
	assert_int_equal(want, SCSIEMU_DONE);
}

static void tur(struct disk *b)
{
	static const uint8_t cdb[6];

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 0);
}

/* TEST UNIT READY and REQUEST SENSE say the same, in both formats. */
static void in_progress(struct disk *b, unsigned progress)
{
	const uint8_t hi = (uint8_t)(progress >> 8), lo = (uint8_t)progress;
	const uint8_t fixed[18] = { 0x70, 0,	       2,  [7] = 10, [12] = 4,
				    0x1b, [15] = 0x80, hi, lo };
	const uint8_t descr[16] = { 0x72, 2, 4, 0x1b, [7] = 8, 2,
				    6,	  0, 0, 0x80, hi,      lo };
	uint8_t cdb[6] = { 0x03, 0, 0, 0, 252 };

	tur(b);
	drive_check(&b->d, 2, 0x041b);
	assert_int_equal(b->d.t.c.sense.sks, SCSIEMU_SKS_PROGRESS);
	assert_int_equal(b->d.t.c.sense.field, progress);
	assert_memory_equal(b->d.t.sense, fixed, 18);
	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 252);
	drive_data(&b->d, fixed, 18);
	cdb[1] = 1;
	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 252);
	drive_data(&b->d, descr, 16);
}

static void all_are(struct disk *b, const uint8_t *pattern, unsigned len)
{
	for (unsigned i = 0; i < ALL; i++)
		assert_int_equal(b->k.bytes[i], pattern[i % 512 % len]);
}

/* One pass: record, pieces, flush, no record. */
static void overwrite(void **state)
{
	static const uint8_t list[] = { 1, 0, 0, 3, 0xaa, 0xbb, 0xcc };
	static const uint8_t record[] = { 1, 2,		  1,	16,  0,
					  3, [16] = 0xaa, 0xbb, 0xcc };
	static const uint8_t verbs[] = { SCSIEMU_V_FILL, SCSIEMU_V_FILL,
					 SCSIEMU_V_FLUSH, SCSIEMU_V_NV_SAVE };
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)state;
	setup(&b);
	job = begin(&b, OVERWRITE, list, sizeof(list), &want);
	assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], sizeof(record));
	assert_memory_equal(b.d.nv[SCSIEMU_NV_WORK], record, sizeof(record));
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(want, SCSIEMU_STORE);
		assert_int_equal(job->verb, verbs[i]);
		if (i < 2) {
			assert_int_equal(job->addr, i * PIECE);
			assert_int_equal(job->count, PIECE);
		}
		in_progress(&b, i < 3 ? i * 0x8000 - (i == 2) : 0xffff);
		want = drive_job_step(&b.d, job);
	}
	assert_int_equal(want, SCSIEMU_DONE);
	assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 0);
	tur(&b);
	drive_good(&b.d);
	all_are(&b, list + 4, 3);
	disk_free(&b);
}

/* The last of several passes is the pattern as it was sent. */
static void inverted(void **state)
{
	for (uint8_t passes = 1; passes < 5; passes++) {
		const uint8_t list[] = { (uint8_t)(0x80 | passes), 0, 0, 1,
					 0x5a };
		unsigned fills = 0, flushes = 0;
		struct scsiemu_cmd *job;
		struct disk b;
		int want;

		(void)state;
		setup(&b);
		job = begin(&b, OVERWRITE, list, sizeof(list), &want);
		while (want > SCSIEMU_WAIT) {
			bool odd = (passes - fills / 2) % 2;

			if (job->verb == SCSIEMU_V_FILL) {
				assert_int_equal(job->buf[511],
						 odd ? 0x5a : 0xa5);
				in_progress(&b, (fills / 2 * 0x10000u +
						 fills % 2 * 0x8000u) /
							passes);
				fills++;
			}
			flushes += job->verb == SCSIEMU_V_FLUSH;
			want = drive_job_step(&b.d, job);
		}
		assert_int_equal(fills, 2 * passes);
		assert_int_equal(flushes, passes);
		all_are(&b, list + 4, 1);
		disk_free(&b);
	}
}

/* Deallocated where that reads as zeros, zeroed elsewhere. */
static void erase(void **state)
{
	for (unsigned i = 0; i < 6; i++) {
		uint8_t sa = i & 1 ? BLOCK_ERASE : CRYPTO_ERASE;
		struct disk_options o = options;
		struct disk b;

		(void)state;
		o.thin = i < 2 || i > 3;
		o.unable = i > 3 ? SCSIEMU_CAN_ZERO : 0;
		disk_make(&b, &o);
		disk_fill(&b, 1);
		if (!o.thin && sa == BLOCK_ERASE) { /* nothing to deallocate */
			sanitize(&b, sa, NULL, 0);
			drive_cdb(&b.d, 1, 4);
			disk_free(&b);
			continue;
		}
		sanitize(&b, sa, NULL, 0);
		drive_good(&b.d);
		all_are(&b, (const uint8_t *)"", 1);
		for (unsigned n = 0; n < NBLK; n++)
			assert_int_equal(b.k.mapped[n], !o.thin);
		disk_free(&b);
	}
}

/* Without IMMED the command waits, and nobody else does. */
static void waits(void **state)
{
	const uint8_t cdb[10] = { 0x48, BLOCK_ERASE };
	struct drive_task t = { .live = false };
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)state;
	setup(&b);
	drive_start(&b.d, &t, b.lu, cdb, 10, NULL, 0, 0);
	drive_go(&t); /* its record */
	assert_int_equal(t.want, SCSIEMU_WAIT);
	job = drive_take_job(&b.d, &want);
	in_progress(&b, 0);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 0, 1, NULL, 0, 0);
	drive_check(&b.d, 2, 0x041b);
	sanitize(&b, OVERWRITE, "\1\0\0\1\0", 5);
	drive_check(&b.d, 2, 0x041b);
	sanitize(&b, EXIT, NULL, 0);
	drive_check(&b.d, 2, 0x041b);
	finish(&b, job, want);
	drive_ready(&b.d);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&t);
	disk_free(&b);
}

static void tmf(struct disk *b, uint8_t fn, uint64_t tag)
{
	struct drive_task m = { .d = &b->d };

	m.c.tmf = fn;
	m.c.tag = tag;
	m.c.scratch = m.scratch = malloc(b->d.scratch);
	m.c.scratch_len = b->d.scratch;
	m.c.user = &m;
	m.live = true;
	m.want = scsiemu_start(b->lu, &m.c);
	drive_ready(&b->d);
	assert_int_equal(m.want, SCSIEMU_DONE);
	drive_end(&m);
	drive_task_free(&m);
}

/* Ended while its list or its record is under way: nothing has begun. */
static void early(void **state)
{
	static const uint8_t list[] = { 1, 0, 0, 3, 0xaa, 0xbb, 0xcc };
	const uint8_t cdb[10] = { 0x48, OVERWRITE, [8] = 7 };
	static uint8_t was[ALL];

	(void)state;
	disk_pattern(was, 0, NBLK, 512, 1);
	for (unsigned i = 0; i < 8; i++) {
		struct drive_task t = { .live = false };
		struct disk b;

		setup(&b);
		drive_start(&b.d, &t, b.lu, cdb, 10, list, 7, 0);
		if (i & 1) {
			assert_int_equal(t.want, SCSIEMU_RECV);
			drive_step(&t);
			assert_int_equal(t.c.verb, SCSIEMU_V_NV_SAVE);
			tur(&b); /* it stops others already */
			drive_check(&b.d, 2, 0x041b);
		}
		if (i & 2)
			b.d.chunk = 1;
		scsiemu_abort(&t.c);
		drive_ready(&b.d);
		drive_go(&t);
		assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
		drive_end(&t);
		drive_task_free(&t);
		assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 0);
		assert_int_equal(b.d.njobs, i & 1);
		assert_memory_equal(b.k.bytes, was, ALL);
		tur(&b);
		drive_good(&b.d);
		sanitize(&b, OVERWRITE, list, 7); /* the job is free again */
		drive_good(&b.d);
		disk_free(&b);
	}
}

/* The logical unit goes away beneath it. */
static void removed(void **state)
{
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)state;
	setup(&b);
	job = begin(&b, BLOCK_ERASE, NULL, 0, &want);
	scsiemu_lu_remove(b.lu);
	assert_ptr_equal(scsiemu_ready(b.d.dev), job);
	assert_int_equal(drive_job_step(&b.d, job), SCSIEMU_DONE);
	assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 16); /* for next time */
	disk_free(&b);
}

/* The command can be ended, the operation cannot (SBC-4 4.11.2). */
static void resets(void **state)
{
	static const uint8_t fn[] = {
		SCSIEMU_TMF_ABORT_TASK,	       SCSIEMU_TMF_ABORT_TASK_SET,
		SCSIEMU_TMF_CLEAR_TASK_SET,    SCSIEMU_TMF_LU_RESET,
		SCSIEMU_TMF_TARGET_WARM_RESET, SCSIEMU_TMF_TARGET_COLD_RESET
	};
	const uint8_t cdb[10] = { 0x48, BLOCK_ERASE };

	(void)state;
	for (unsigned i = 0; i < sizeof(fn); i++) {
		struct drive_task t = { .live = false };
		struct scsiemu_cmd *job;
		struct disk b;
		int want;

		setup(&b);
		drive_start(&b.d, &t, b.lu, cdb, 10, NULL, 0, 0);
		drive_go(&t);
		job = drive_take_job(&b.d, &want);
		tmf(&b, fn[i], t.c.tag);
		drive_ready(&b.d);
		assert_int_equal(t.want, SCSIEMU_DONE);
		assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
		drive_end(&t);
		drive_task_free(&t);
		drive_ua(&b.d, b.lu, NULL);
		in_progress(&b, 0);
		finish(&b, job, want);
		tur(&b);
		drive_good(&b.d);
		all_are(&b, (const uint8_t *)"", 1);
		disk_free(&b);
	}
}

static int fails_at(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)bytes;
	return c->verb == *(const uint8_t *)d->hook_ctx ? SCSIEMU_E_WRITE
							: DRIVE_USUAL;
}

static void fail_verb(struct disk *b, const uint8_t *verb)
{
	b->d.hook = verb ? fails_at : NULL;
	b->d.hook_ctx = (void *)(uintptr_t)verb;
}

/* Everybody is told, until another one succeeds or the failure is left. */
static void failed_state(struct disk *b)
{
	static const uint8_t sense[] = { 0x72, 3, 0x31, 3, 0, 0, 0, 0 };
	const uint8_t cdb[6] = { 0x03, 1, 0, 0, 252 };

	tur(b);
	drive_check(&b->d, 3, 0x3103);
	disk_run(b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, 512);
	drive_check(&b->d, 3, 0x3103);
	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 252);
	drive_data(&b->d, sense, 8);
}

static void failure(void **state)
{
	static const uint8_t verb[] = { SCSIEMU_V_UNMAP, SCSIEMU_V_FLUSH,
					SCSIEMU_V_NV_SAVE };
	struct disk b;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		bool ause = i & 1;

		setup(&b);
		fail_verb(&b, &verb[i / 2]);
		sanitize(&b, (uint8_t)(BLOCK_ERASE | (ause ? AUSE : 0)), NULL,
			 0);
		drive_check(&b.d, 3, 0x3103);
		failed_state(&b);
		assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 16);
		assert_int_equal(b.d.nv[SCSIEMU_NV_WORK][3],
				 8 | (ause ? 1 : 0));
		fail_verb(&b, NULL);
		disk_abort_saving(&b, (const uint8_t[10]){ 0x48, BLOCK_ERASE },
				  10);
		failed_state(&b);
		assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 16);
		assert_int_equal(b.d.nv[SCSIEMU_NV_WORK][1], 2);
		assert_int_equal(b.d.nv[SCSIEMU_NV_WORK][3],
				 8 | (ause ? 1 : 0));
		fail_verb(&b, &verb[i / 2]);
		sanitize(&b, BLOCK_ERASE, NULL, 0); /* again */
		drive_check(&b.d, 3, 0x3103);
		failed_state(&b);
		fail_verb(&b, NULL);
		sanitize(&b, BLOCK_ERASE | AUSE, NULL, 0);
		drive_cdb(&b.d, 1, 5); /* one was in restricted mode */
		sanitize(&b, EXIT, NULL, 0);
		drive_cdb(&b.d, 1, 4);
		sanitize(&b, BLOCK_ERASE, NULL, 0);
		drive_good(&b.d);
		tur(&b);
		drive_good(&b.d);
		sanitize(&b, EXIT, NULL, 0); /* there is nothing to leave */
		drive_good(&b.d);
		disk_free(&b);
	}
	setup(&b);
	fail_verb(&b, &verb[0]);
	sanitize(&b, BLOCK_ERASE | AUSE, NULL, 0);
	fail_verb(&b, NULL);
	failed_state(&b);
	sanitize(&b, EXIT, NULL, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 0);
	tur(&b);
	drive_good(&b.d);
	/* what cannot be recorded does not begin */
	fail_verb(&b, &verb[2]);
	sanitize(&b, BLOCK_ERASE, NULL, 0);
	drive_check(&b.d, 4, 0x4400);
	fail_verb(&b, NULL);
	tur(&b);
	drive_good(&b.d);
	disk_free(&b);
}

/* Killed at any step and started again, it goes on and comes to the same end.
 */
static void restart(void **state)
{
	static const uint8_t list[] = { 0x82, 0, 0, 2, 0x12, 0x34 };

	(void)state;
	for (unsigned at = 0;; at++) {
		struct scsiemu_cmd *job;
		uint8_t record[64];
		struct disk a, b;
		uint32_t len;
		int want;

		setup(&a);
		job = begin(&a, OVERWRITE, list, sizeof(list), &want);
		for (unsigned i = 0; i < at && want > SCSIEMU_WAIT; i++)
			want = drive_job_step(&a.d, job);
		len = a.d.nv_len[SCSIEMU_NV_WORK];
		memcpy(record, a.d.nv[SCSIEMU_NV_WORK], len);
		if (want == SCSIEMU_DONE) {
			assert_int_equal(len, 0);
			disk_free(&a);
			assert_int_equal(at, 7);
			break;
		}
		disk_make(&b, &options);
		scsiemu_lu_load(b.lu, NULL, false);
		memcpy(b.k.bytes, a.k.bytes, ALL);
		assert_int_equal(
			scsiemu_lu_restore(b.lu, SCSIEMU_NV_WORK, record, len),
			0);
		drive_ready(&b.d); /* it waits for the medium */
		tur(&b);
		drive_check(&b.d, 2, 0x041b);
		scsiemu_lu_load(b.lu, &b.k.m, false);
		finish(&a, job, want);
		disk_free(&a);
		job = drive_take_job(&b.d, &want);
		in_progress(&b, 0);
		finish(&b, job, want);
		assert_int_equal(b.d.njobs, 1);
		tur(&b);
		drive_good(&b.d);
		all_are(&b, list + 4, 2);
		disk_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overwrite), cmocka_unit_test(inverted),
		cmocka_unit_test(erase),     cmocka_unit_test(waits),
		cmocka_unit_test(resets),    cmocka_unit_test(failure),
		cmocka_unit_test(restart),   cmocka_unit_test(early),
		cmocka_unit_test(removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
