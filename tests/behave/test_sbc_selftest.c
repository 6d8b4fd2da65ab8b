/* SPDX-License-Identifier: BSD-2-Clause */
/* Self-tests: what others are told, how they end, and what is kept of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spc/selftest.h"
#include "support/disk.h"

enum { SHORT = 1, EXTENDED, ABORT = 4, SHORT_FORE, EXTENDED_FORE };
enum { NBLK = 4096, HOUR_MS = 3600000 };

static const struct disk_options options = {
	.nblk = NBLK, .jobs = 2, .sbc = { .format = true, .selftests = true }
};

static void setup(struct disk *b)
{
	disk_make(b, &options);
}

static uint8_t diagnose(struct disk *b, uint8_t code)
{
	const uint8_t cdb[6] = { 0x1d, (uint8_t)(code << 5) };

	return drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 0);
}

static void start(struct disk *b, struct drive_task *t, uint8_t code)
{
	const uint8_t cdb[6] = { 0x1d, (uint8_t)(code << 5) };

	drive_start(&b->d, t, b->lu, cdb, 6, NULL, 0, 0);
}

/* One in the background, begun. */
static struct scsiemu_cmd *background(struct disk *b, uint8_t code, int *want)
{
	start(b, &b->d.t, code);
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

/* What REQUEST SENSE says of its progress; -1: nothing goes on. */
static int progress(struct disk *b)
{
	const uint8_t cdb[6] = { 0x03, 0, 0, 0, 252 };
	const uint8_t *p;

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 252);
	drive_good(&b->d);
	p = b->d.t.in;
	if (!p[2])
		return -1;
	assert_int_equal(p[2], 2);
	assert_int_equal(p[12] << 8 | p[13], 0x0409);
	assert_int_equal(p[15], 0x80);
	return p[16] << 8 | p[17];
}

static void is(struct disk *b, unsigned i, uint8_t code, uint8_t end,
	       uint64_t lba, uint8_t key, unsigned asc)
{
	const uint8_t *r = semu_selftest_result(b->lu, i);

	assert_non_null(r);
	assert_int_equal(r[0], code << 5 | end);
	assert_int_equal(r[1], end == 5);
	assert_int_equal(semu_be64(r + 4), lba);
	assert_int_equal(r[12], key);
	assert_int_equal(semu_be16(r + 13), asc);
	assert_int_equal(r[15], 0);
}
#define GOOD_IS(b, i, code) is(b, i, code, 0, UINT64_MAX, 0, 0)

static void results(void **state)
{
	struct disk b;

	(void)state;
	setup(&b);
	assert_null(semu_selftest_result(b.lu, 0));
	for (unsigned i = 0; i < 25; i++) {
		static const uint8_t code[4] = { SHORT, EXTENDED, SHORT_FORE,
						 EXTENDED_FORE };

		scsiemu_device_tick(b.d.dev, i * (uint64_t)HOUR_MS);
		diagnose(&b, code[i % 4]);
		drive_good(&b.d);
		for (unsigned k = 0; k <= i && k < 20; k++) {
			GOOD_IS(&b, k, code[(i - k) % 4]);
			assert_int_equal(
				semu_be16(semu_selftest_result(b.lu, k) + 2),
				i - k);
		}
		assert_null(semu_selftest_result(b.lu, i < 19 ? i + 1 : 20));
		assert_int_equal(b.d.nv_len[SCSIEMU_NV_SELFTEST],
				 16 * (i < 19 ? i + 1 : 20));
	}
	disk_free(&b);
}

/* In the background nobody is stopped; all can see how far it is. */
static void in_background(void **state)
{
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)state;
	setup(&b);
	job = background(&b, EXTENDED, &want);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(job->verb, SCSIEMU_V_VERIFY);
		assert_int_equal(job->addr, i * 1024);
		assert_int_equal(job->count, 1024);
		assert_int_equal(progress(&b), i * 65535 / 4);
		is(&b, 0, EXTENDED, 15, UINT64_MAX, 0, 0);
		tur(&b);
		drive_good(&b.d);
		disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, 512);
		drive_good(&b.d);
		for (uint8_t code = SHORT; code < 7; code++) {
			if (code == 3 || code == ABORT)
				continue;
			diagnose(&b, code);
			drive_check(&b.d, 2, 0x0409);
			assert_int_equal(b.d.t.c.sense.sks,
					 SCSIEMU_SKS_PROGRESS);
		}
		want = drive_job_step(&b.d, job);
	}
	assert_int_equal(job->verb, SCSIEMU_V_NV_SAVE);
	assert_int_equal(progress(&b), -1);
	GOOD_IS(&b, 0, EXTENDED);
	assert_int_equal(drive_job_step(&b.d, job), SCSIEMU_DONE);
	assert_null(semu_selftest_result(b.lu, 1));
	disk_free(&b);
}

/* In the foreground all others are; they do not wait. */
static void in_foreground(void **state)
{
	struct drive_task t = { .live = false };
	struct disk b;

	(void)state;
	setup(&b);
	start(&b, &t, EXTENDED_FORE);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(t.want, SCSIEMU_STORE);
		tur(&b);
		drive_check(&b.d, 2, 0x0409);
		assert_int_equal(b.d.t.c.sense.field, i * 65535 / 4);
		disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 0, 1, b.k.bytes, 512, 0);
		drive_check(&b.d, 2, 0x0409);
		diagnose(&b, SHORT);
		drive_check(&b.d, 2, 0x0409);
		drive_step(&t);
	}
	assert_int_equal(t.c.verb, SCSIEMU_V_NV_SAVE);
	drive_go(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&t);
	tur(&b);
	drive_good(&b.d);
	disk_free(&b);
}

static int fails_at(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	const int *result = d->hook_ctx;

	(void)bytes;
	if (c->verb != SCSIEMU_V_VERIFY || c->addr != 1024)
		return DRIVE_USUAL;
	c->info = 1500;
	return *result;
}

static void failures(void **state)
{
	static const int result[] = { SCSIEMU_E_READ, SCSIEMU_E_HARDWARE };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct disk b;

		setup(&b);
		b.d.hook = fails_at;
		b.d.hook_ctx = (void *)(uintptr_t)&result[i];
		diagnose(&b, EXTENDED);
		drive_good(&b.d);
		if (i)
			is(&b, 0, EXTENDED, 5, UINT64_MAX, 4, 0x4400);
		else
			is(&b, 0, EXTENDED, 5, 1500, 3, 0x1100);
		diagnose(&b, EXTENDED_FORE);
		drive_check(&b.d, 4, 0x3e03);
		is(&b, 0, EXTENDED_FORE, 5, i ? UINT64_MAX : 1500, i ? 4 : 3,
		   i ? 0x4400 : 0x1100);
		is(&b, 1, EXTENDED, 5, i ? UINT64_MAX : 1500, i ? 4 : 3,
		   i ? 0x4400 : 0x1100);
		tur(&b);
		drive_good(&b.d);
		disk_free(&b);
	}
}

/* A block that WRITE LONG marked is a failure. */
static void marked(void **state)
{
	static const uint8_t mark[10] = { 0x3f, 0x40, 0, 0, 0x04, 0x05 };
	struct disk_options o = options;
	struct disk b;

	(void)state;
	o.sbc.defects = 4;
	disk_make(&b, &o);
	drive_run(&b.d, b.lu, mark, 10, NULL, 0, 0);
	drive_good(&b.d);
	diagnose(&b, SHORT);
	drive_good(&b.d);
	GOOD_IS(&b, 0, SHORT); /* it does not look there */
	diagnose(&b, EXTENDED);
	drive_good(&b.d);
	is(&b, 0, EXTENDED, 5, 0x405, 3, 0x1100);
	diagnose(&b, EXTENDED_FORE);
	drive_check(&b.d, 4, 0x3e03);
	tur(&b);
	drive_good(&b.d);
	disk_free(&b);
}

static void reset(struct disk *b)
{
	struct drive_task m = { .d = &b->d };

	m.c.tmf = SCSIEMU_TMF_LU_RESET;
	m.c.scratch = m.scratch = malloc(b->d.scratch);
	m.c.scratch_len = b->d.scratch;
	m.c.user = &m;
	m.live = true;
	m.want = scsiemu_start(b->lu, &m.c);
	while (m.want == SCSIEMU_WAIT) {
		struct scsiemu_cmd *c = scsiemu_ready(b->d.dev);
		int want = SCSIEMU_STORE;

		assert_non_null(c);
		while (c->job && want > SCSIEMU_WAIT)
			want = drive_job_step(&b->d, c);
		if (c == &m.c)
			m.want = scsiemu_next(c);
	}
	drive_end(&m);
	drive_task_free(&m);
	drive_settle(&b->d, b->lu, NULL);
}

/* Everything that ends one in the background. */
static void ended(void **state)
{
	static const uint8_t stop[6] = { 0x1b };
	static const uint8_t format[6] = { 0x04 };
	static const uint8_t wipe[10] = { 0x48, 3 };

	(void)state;
	for (unsigned how = 0; how < 5; how++) {
		struct scsiemu_cmd *job;
		struct disk b;
		int want;

		setup(&b);
		job = background(&b, EXTENDED, &want);
		if (how == 0)
			reset(&b);
		else if (how == 1)
			diagnose(&b, ABORT);
		else if (how == 2)
			drive_run(&b.d, b.lu, stop, 6, NULL, 0, 0);
		else if (how == 3)
			drive_run(&b.d, b.lu, format, 6, NULL, 0, 0);
		else
			drive_run(&b.d, b.lu, wipe, 10, NULL, 0, 0);
		drive_good(&b.d);
		while (how && want > SCSIEMU_WAIT)
			want = drive_job_step(&b.d, job);
		is(&b, 0, EXTENDED, how == 1 ? 1 : 2, UINT64_MAX, 0, 0);
		assert_int_equal(b.d.nv_len[SCSIEMU_NV_SELFTEST], 16);
		assert_int_equal(b.d.nv[SCSIEMU_NV_SELFTEST][0],
				 EXTENDED << 5 | (how == 1 ? 1 : 2));
		if (how != 2)
			assert_int_equal(progress(&b), -1);
		diagnose(&b, ABORT);
		drive_cdb(&b.d, 1, 7);
		disk_free(&b);
	}
}

/* One in the foreground: its command's end. */
static void aborted(void **state)
{
	(void)state;
	for (unsigned steps = 0; steps < 6; steps++) {
		struct drive_task t = { .live = false };
		struct disk b;

		setup(&b);
		start(&b, &t, EXTENDED_FORE);
		for (unsigned i = 0; i < steps && t.want > SCSIEMU_WAIT; i++)
			drive_step(&t);
		scsiemu_abort(&t.c);
		drive_ready(&b.d);
		drive_go(&t);
		drive_end(&t);
		drive_task_free(&t);
		is(&b, 0, EXTENDED_FORE, steps < 4 ? 2 : 0, UINT64_MAX, 0, 0);
		assert_int_equal(progress(&b), -1);
		tur(&b);
		drive_good(&b.d);
		disk_free(&b);
	}
}

/* Kept over a restart; one that was running then was ended by it. */
static void restart(void **state)
{
	struct scsiemu_cmd *job;
	uint8_t record[16 * 21];
	struct disk a, b;
	int want;

	(void)state;
	setup(&a);
	diagnose(&a, SHORT);
	job = background(&a, EXTENDED, &want);
	assert_int_equal(a.d.nv_len[SCSIEMU_NV_SELFTEST], 16);
	memcpy(record, semu_selftest_result(a.lu, 0), 32);
	setup(&b);
	assert_int_equal(
		scsiemu_lu_restore(b.lu, SCSIEMU_NV_SELFTEST, record, 32), 0);
	is(&b, 0, EXTENDED, 2, UINT64_MAX, 0, 0);
	GOOD_IS(&b, 1, SHORT);
	assert_null(semu_selftest_result(b.lu, 2));
	for (uint32_t len = 1; len <= sizeof(record); len++)
		if (len % 16 || len > 320)
			assert_int_equal(scsiemu_lu_restore(b.lu,
							    SCSIEMU_NV_SELFTEST,
							    record, len),
					 SCSIEMU_ERR_ARG);
	while (want > SCSIEMU_WAIT)
		want = drive_job_step(&a.d, job);
	disk_free(&a);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),  cmocka_unit_test(in_background),
		cmocka_unit_test(failures), cmocka_unit_test(in_foreground),
		cmocka_unit_test(ended),    cmocka_unit_test(aborted),
		cmocka_unit_test(restart),  cmocka_unit_test(marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
