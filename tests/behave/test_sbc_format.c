/* SPDX-License-Identifier: BSD-2-Clause */
/* FORMAT UNIT at work (SBC-4 5.4): blocks, progress, ends, restarts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

enum { NBLK = 4096, ALL = NBLK * 512 };
enum { FMTDATA = 0x10, FOV = 0x80, DCRT = 0x20, IP = 0x08, IMMED = 0x02 };

static const struct disk_options options = { .nblk = NBLK,
					     .scratch = 8192,
					     .sbc = { .format = true } };

static void setup_with(struct disk *b, const struct disk_options *o)
{
	disk_make(b, o);
	disk_fill(b, 1);
}

static void setup(struct disk *b)
{
	setup_with(b, &options);
}

static uint8_t format(struct disk *b, uint8_t byte1, uint8_t ffmt,
		      const void *list, uint16_t len)
{
	const uint8_t cdb[6] = { 0x04, byte1, 0, 0, ffmt };

	return drive_run(&b->d, b->lu, cdb, 6, list, len, 0);
}

static struct scsiemu_cmd *begin(struct disk *b, uint8_t flags, int *want)
{
	const uint8_t cdb[6] = { 0x04, FMTDATA };
	const uint8_t list[4] = { 0, (uint8_t)(flags | IMMED) };

	drive_start(&b->d, &b->d.t, b->lu, cdb, 6, list, 4, 0);
	drive_go(&b->d.t);
	assert_int_equal(b->d.t.want, SCSIEMU_DONE);
	assert_int_equal(b->d.t.c.status, SCSIEMU_GOOD);
	assert_int_equal(scsiemu_end(&b->d.t.c), 0);
	b->d.t.live = false;
	return drive_take_job(&b->d, want);
}

static void tur(struct disk *b)
{
	static const uint8_t cdb[6];

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 0);
}

/* Key and code of REQUEST SENSE. */
static unsigned polled(struct disk *b)
{
	const uint8_t cdb[6] = { 0x03, 0, 0, 0, 252 };
	const uint8_t *p;

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 252);
	drive_good(&b->d);
	p = b->d.t.in;
	return (p[2] & 15u) << 16 | (unsigned)p[12] << 8 | p[13];
}

static void in_progress(struct disk *b, unsigned progress)
{
	tur(b);
	drive_check(&b->d, 2, 0x0404);
	assert_int_equal(b->d.t.c.sense.sks, SCSIEMU_SKS_PROGRESS);
	assert_int_equal(b->d.t.c.sense.field, progress);
	assert_int_equal(polled(b), 0x20404);
	assert_int_equal(b->d.t.in[15], 0x80);
	assert_int_equal(b->d.t.in[16] << 8 | b->d.t.in[17], progress);
}

static void filled(struct disk *b, const uint8_t *pattern, unsigned len)
{
	for (unsigned i = 0; i < b->k.room; i++)
		assert_int_equal(b->k.bytes[i], pattern[i % b->k.m.blen % len]);
}

static void verbs(struct disk *b, unsigned n, const uint8_t *want)
{
	assert_int_equal(b->d.nlog, n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(b->d.log[i].verb, want[i]);
}
#define VERBS(b, ...)                                                          \
	verbs(b, sizeof((const uint8_t[]){ __VA_ARGS__ }),                     \
	      (const uint8_t[]){ __VA_ARGS__ })

/* Zeros, by what the medium can do best; a pattern, where one is sent. */
static void blocks(void **state)
{
	static const uint8_t pattern[] = {
		0, FOV | DCRT | IP, 0, 0, 0, 1, 0, 2, 0xab, 0xcd
	};
	struct disk_options o = options;
	struct disk b;

	(void)state;
	setup(&b);
	format(&b, 0, 0, NULL, 0);
	drive_good(&b.d);
	VERBS(&b, SCSIEMU_V_NV_SAVE, SCSIEMU_V_ZERO, SCSIEMU_V_FLUSH,
	      SCSIEMU_V_NV_SAVE, SCSIEMU_V_NV_SAVE);
	filled(&b, (const uint8_t *)"", 1);
	assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 0);
	assert_int_equal(b.d.nv_len[SCSIEMU_NV_FORMAT], 32);
	format(&b, FMTDATA, 0, pattern, sizeof(pattern));
	drive_good(&b.d);
	filled(&b, pattern + 8, 2);
	/* FOV without DCRT: read again */
	format(&b, FMTDATA, 0, "\0\x80\0", 4);
	drive_good(&b.d);
	VERBS(&b, 0, SCSIEMU_V_NV_SAVE, SCSIEMU_V_ZERO, SCSIEMU_V_FLUSH,
	      SCSIEMU_V_VERIFY, SCSIEMU_V_VERIFY, SCSIEMU_V_NV_SAVE,
	      SCSIEMU_V_NV_SAVE);
	/* a fast one leaves the blocks alone */
	disk_fill(&b, 3);
	for (uint8_t ffmt = 1; ffmt < 3; ffmt++) {
		format(&b, 0, ffmt, NULL, 0);
		drive_good(&b.d);
		VERBS(&b, SCSIEMU_V_NV_SAVE, SCSIEMU_V_NV_SAVE,
		      SCSIEMU_V_NV_SAVE);
	}
	disk_free(&b);
	o.thin = true;
	setup_with(&b, &o);
	format(&b, 0, 0, NULL, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.log[1].verb, SCSIEMU_V_UNMAP);
	for (unsigned i = 0; i < NBLK; i++)
		assert_int_equal(b.k.mapped[i], 0);
	disk_free(&b);
	o.thin = false;
	o.unable = SCSIEMU_CAN_ZERO;
	setup_with(&b, &o);
	format(&b, 0, 0, NULL, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.log[1].verb, SCSIEMU_V_FILL);
	filled(&b, (const uint8_t *)"", 1);
	disk_free(&b);
}

static void progress(void **state)
{
	struct disk_options o = options;
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)state;
	o.unable = SCSIEMU_CAN_ZERO;
	setup_with(&b, &o);
	job = begin(&b, FOV, &want); /* two passes: write, read */
	in_progress(&b, 0);
	assert_int_equal(job->verb, SCSIEMU_V_FILL);
	want = drive_job_step(&b.d, job);
	in_progress(&b, 0x4000);
	want = drive_job_step(&b.d, job);
	assert_int_equal(job->verb, SCSIEMU_V_FLUSH);
	in_progress(&b, 0x7fff);
	want = drive_job_step(&b.d, job);
	assert_int_equal(job->verb, SCSIEMU_V_VERIFY);
	in_progress(&b, 0x8000);
	want = drive_job_step(&b.d, job);
	in_progress(&b, 0xc000);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, 512);
	drive_check(&b.d, 2, 0x0404);
	format(&b, 0, 0, NULL, 0);
	drive_check(&b.d, 2, 0x0404);
	while (want > SCSIEMU_WAIT)
		want = drive_job_step(&b.d, job);
	tur(&b);
	drive_good(&b.d);
	assert_int_equal(polled(&b), 0);
	disk_free(&b);
}

static int fails_at(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)bytes;
	return c->verb == *(const uint8_t *)d->hook_ctx && c->job
		       ? SCSIEMU_E_WRITE
		       : DRIVE_USUAL;
}

static void corrupt(struct disk *b, unsigned poll)
{
	tur(b);
	drive_check(&b->d, 3, 0x3100);
	disk_run(b, SCSIEMU_OP_WRITE_10, 0, 0, 1, b->k.bytes, 512, 0);
	drive_check(&b->d, 3, 0x3100);
	assert_int_equal(polled(b), poll);
}

/* A failure at any of its wants: format corrupt until another one succeeds. */
static void failure(void **state)
{
	static const uint8_t verb[] = { SCSIEMU_V_FORMAT, SCSIEMU_V_ZERO,
					SCSIEMU_V_FLUSH, SCSIEMU_V_NV_SAVE };
	struct disk b;

	(void)state;
	for (unsigned i = 0; i < sizeof(verb); i++) {
		setup(&b);
		disk_choose(&b, 0, 1024);
		b.d.hook = fails_at;
		b.d.hook_ctx = (void *)(uintptr_t)&verb[i];
		format(&b, 0, 0, NULL, 0);
		drive_check(&b.d, 3, 0x3101);
		b.d.hook = NULL;
		drive_settle(&b.d, b.lu, NULL);
		corrupt(&b, 0x33101);
		assert_int_equal(b.d.nv[SCSIEMU_NV_WORK][1], 1);
		/* one that is aborted before it begins changes nothing */
		disk_abort_saving(&b, (const uint8_t[6]){ 0x04 }, 6);
		corrupt(&b, 0);
		assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 16);
		assert_int_equal(b.d.nv[SCSIEMU_NV_WORK][1], 1);
		format(&b, 0, 0, NULL, 0);
		drive_good(&b.d);
		drive_settle(&b.d, b.lu, NULL);
		tur(&b);
		drive_good(&b.d);
		assert_int_equal(polled(&b), 0);
		disk_capacity(&b, ALL / 1024, 1024);
		disk_free(&b);
	}
}

/* Blocks of another length are there, but a format that failed cannot be used:
 * the others are told of them when it can, and not if they are as before. */
static void failure_told(void **state)
{
	static const uint8_t verb[] = { SCSIEMU_V_FORMAT, SCSIEMU_V_ZERO,
					SCSIEMU_V_NV_SAVE };

	(void)state;
	for (unsigned i = 0; i < 2 * sizeof(verb); i++) {
		struct scsiemu_nexus *other;
		bool back = i & 1;
		struct disk b;

		setup(&b);
		other = drive_attach(&b.d, 1, 0);
		drive_settle(&b.d, b.lu, other);
		disk_choose(&b, 0, 1024);
		drive_settle(&b.d, b.lu, other); /* of a MODE SELECT */
		b.d.hook = fails_at;
		b.d.hook_ctx = (void *)(uintptr_t)&verb[i / 2];
		format(&b, 0, 0, NULL, 0);
		drive_check(&b.d, 3, 0x3101);
		b.d.hook = NULL;
		assert_int_equal(drive_ua(&b.d, b.lu, other), 0);
		drive_check(&b.d, 3, 0x3100);
		disk_sai(&b, 0x10, 0, 32, 0); /* READ CAPACITY(16) */
		drive_check(&b.d, 3, 0x3100);
		disk_choose(&b, 0, back ? 512 : 1024);
		drive_settle(&b.d, b.lu, other);
		format(&b, 0, 0, NULL, 0);
		drive_good(&b.d);
		assert_int_equal(drive_ua(&b.d, b.lu, other),
				 back ? 0 : 0x2a09);
		assert_int_equal(drive_ua(&b.d, b.lu, NULL), back ? 0 : 0x2a09);
		assert_int_equal(drive_ua(&b.d, b.lu, other), 0);
		disk_capacity(&b, back ? NBLK : ALL / 1024, back ? 512 : 1024);
		disk_free(&b);
	}
}

/* LOGICAL UNIT RESET, or the end of the command that waits for it, end it. */
static void ended(void **state)
{
	static const uint8_t cdb[6] = { 0x04 };

	(void)state;
	for (unsigned how = 0; how < 3; how++) {
		struct drive_task t = { .live = false };
		struct scsiemu_cmd *job;
		struct disk b;
		int want;

		setup(&b);
		if (how == 0) { /* with IMMED */
			begin(&b, 0, &want);
			disk_reset_others(&b);
			drive_settle(&b.d, b.lu, NULL);
			corrupt(&b, 0x33101);
			disk_free(&b);
			continue;
		}
		drive_start(&b.d, &t, b.lu, cdb, 6, NULL, 0, 0);
		drive_go(&t);
		assert_int_equal(t.want, SCSIEMU_WAIT);
		job = drive_take_job(&b.d, &want);
		if (how == 1)
			disk_reset_others(&b);
		else
			scsiemu_abort(&t.c);
		drive_ready(&b.d);
		assert_int_equal(t.want, SCSIEMU_DONE);
		assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
		drive_end(&t);
		drive_task_free(&t);
		if (how == 2) {
			in_progress(&b, 0);
			assert_int_equal(drive_job_step(&b.d, job),
					 SCSIEMU_DONE);
		}
		drive_settle(&b.d, b.lu, NULL);
		corrupt(&b, 0x33101);
		disk_free(&b);
	}
}

/* Killed at any step: the old format in full, or corrupt, or the new one. */
static void restart(void **state)
{
	static const uint8_t cdb[6] = { 0x04 };

	(void)state;
	for (unsigned at = 0, end = 0; !end; at++) {
		struct drive_task t = { .live = false };
		struct scsiemu_cmd *job = NULL;
		struct disk a, b;
		uint32_t blen;
		uint64_t nblk;
		int want = SCSIEMU_WAIT;
		bool formatted;

		setup(&a);
		disk_choose(&a, 0, 1024);
		drive_start(&a.d, &t, a.lu, cdb, 6, NULL, 0, 0);
		if (at) {
			drive_go(&t);
			job = drive_take_job(&a.d, &want);
		}
		for (unsigned i = 1; i < at && want > SCSIEMU_WAIT; i++)
			want = drive_job_step(&a.d, job);
		end = want == SCSIEMU_DONE;
		setup(&b);
		scsiemu_lu_load(b.lu, NULL, false);
		for (uint32_t id = 1; id < SCSIEMU_NV_COUNT; id++)
			if (a.d.nv_len[id])
				assert_int_equal(
					scsiemu_lu_restore(b.lu, id, a.d.nv[id],
							   a.d.nv_len[id]),
					0);
		formatted = scsiemu_sbc_formatted(b.lu, &blen, &nblk);
		scsiemu_lu_load(b.lu, &b.k.m, false);
		tur(&b);
		if (!at) {
			drive_good(&b.d);
			assert_false(formatted);
		} else {
			drive_check(&b.d, 3, 0x3100);
		}
		if (end) { /* the medium has to be made so first */
			assert_true(formatted);
			b.k.m.blen = blen;
			b.k.m.nblk = nblk;
			scsiemu_lu_changed(b.lu);
			drive_settle(&b.d, b.lu, NULL);
			disk_capacity(&b, ALL / 1024, 1024);
		} else {
			format(&b, 0, 0, NULL, 0);
			drive_good(&b.d);
			drive_settle(&b.d, b.lu, NULL);
			tur(&b);
			drive_good(&b.d);
		}
		disk_free(&b);
		while (want > SCSIEMU_WAIT)
			want = drive_job_step(&a.d, job);
		while (t.want > SCSIEMU_WAIT)
			drive_step(&t);
		drive_ready(&a.d);
		drive_go(&t);
		drive_end(&t);
		drive_task_free(&t);
		disk_free(&a);
	}
}

static void damaged(void **state)
{
	static const uint8_t good[32] = { 1, 0, 0, 0, 0, 0, 4, 0, [15] = 9 };
	uint8_t r[64] = { 1, 1 };
	struct disk b;

	(void)state;
	setup(&b);
	for (uint32_t len = 0; len < 40; len++)
		if (len != 32)
			assert_int_equal(scsiemu_lu_restore(b.lu,
							    SCSIEMU_NV_FORMAT,
							    good, len),
					 SCSIEMU_ERR_ARG);
	for (unsigned i = 0; i < 7; i++) {
		static const uint8_t at[7] = { 0, 1, 5, 6, 6, 7, 15 };
		static const uint8_t to[7] = { 2, 1, 1, 0, 3, 1, 0 };

		memcpy(r, good, 32);
		r[at[i]] = to[i];
		assert_int_equal(
			scsiemu_lu_restore(b.lu, SCSIEMU_NV_FORMAT, r, 32),
			SCSIEMU_ERR_ARG);
	}
	memset(r, 0, sizeof(r));
	r[0] = r[1] = 1;
	for (uint32_t len = 0; len < 24; len++)
		if (len != 16)
			assert_int_equal(scsiemu_lu_restore(
						 b.lu, SCSIEMU_NV_WORK, r, len),
					 SCSIEMU_ERR_ARG);
	for (unsigned kind = 0; kind < 256; kind++) {
		r[1] = (uint8_t)kind;
		if (kind != 1 && kind != 2)
			assert_int_equal(scsiemu_lu_restore(
						 b.lu, SCSIEMU_NV_WORK, r, 16),
					 SCSIEMU_ERR_ARG);
	}
	r[1] = 1;
	r[0] = 2;
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_WORK, r, 16),
			 SCSIEMU_ERR_ARG);
	r[0] = 1;
	r[1] = 2;
	r[4] = 0xff; /* a pattern longer than any block */
	assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_WORK, r, 16),
			 SCSIEMU_ERR_ARG);
	tur(&b);
	drive_good(&b.d);
	disk_free(&b);
}

/* All jobs are busy: ask again. */
static void no_job(void **state)
{
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)state;
	setup(&b);
	disk_run(&b, SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 0, 0, 0, NULL, 0, 0);
	assert_int_equal(scsiemu_job_start(b.lu, (scsiemu_step_fn *)NULL,
					   (const uint64_t[2]){ 0 }, false),
			 0);
	format(&b, 0, 0, NULL, 0);
	drive_status(&b.d, SCSIEMU_BUSY);
	drive_ready(&b.d);
	job = begin(&b, 0, &want);
	while (want > SCSIEMU_WAIT)
		want = drive_job_step(&b.d, job);
	tur(&b);
	drive_good(&b.d);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks),  cmocka_unit_test(progress),
		cmocka_unit_test(failure), cmocka_unit_test(failure_told),
		cmocka_unit_test(ended),   cmocka_unit_test(restart),
		cmocka_unit_test(damaged), cmocka_unit_test(no_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
