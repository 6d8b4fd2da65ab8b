/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Storage elements, when depopulation and restoration do not come to their end,
 * and what is kept over a restart (SBC-4 4.36).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "behave/element_rig.h"

static int fails_at(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)bytes;
	return c->job && c->verb == *(const uint8_t *)d->hook_ctx
		       ? SCSIEMU_E_WRITE
		       : DRIVE_USUAL;
}

static void fail_verb(struct disk *b, const uint8_t *verb)
{
	b->d.hook = verb ? fails_at : NULL;
	b->d.hook_ctx = (void *)(uintptr_t)verb;
}

static void failed(struct disk *b, uint16_t asc)
{
	const uint8_t sense[] = {
		0x72, 3, (uint8_t)(asc >> 8), (uint8_t)asc, 0, 0, 0, 0
	};
	const uint8_t cdb[6] = { 0x03, 1, [4] = 252 };
	const uint8_t format[6] = { 0x04 };

	drive_settle(&b->d, b->lu, NULL);
	tur(b);
	drive_check(&b->d, 3, asc);
	disk_run(b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, BLEN);
	drive_check(&b->d, 3, asc);
	drive_run(&b->d, b->lu, format, 6, NULL, 0, 0);
	drive_check(&b->d, 3, asc);
	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 252);
	drive_data(&b->d, sense, 8);
}

static void test_failure(void **state)
{
	static const uint8_t verb[] = { SCSIEMU_V_FORMAT, SCSIEMU_V_UNMAP,
					SCSIEMU_V_FLUSH, SCSIEMU_V_NV_SAVE };
	static const uint8_t half[] = { 1, 0xfd, 1, 1 };
	static const uint8_t away[] = { 1, 1, 0xff, 1 };
	static const uint8_t back[] = { 1, 1, 0xfb, 1 };
	static const uint8_t well[] = { 1, 1, 1, 1 };

	(void)state;
	for (unsigned i = 0; i < sizeof(verb); i++) {
		struct disk b;

		setup(&b);
		fail_verb(&b, &verb[i]);
		removes(&b, 2, 0);
		drive_good(&b.d); /* it was GOOD before that */
		failed(&b, 0x3104);
		health(&b, half, 0);
		assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 16);
		fail_verb(&b, NULL);
		removes(&b, 3, 0); /* another one will do */
		drive_good(&b.d);
		drive_settle(&b.d, b.lu, NULL);
		disk_capacity(&b, NBLK - SHARE, BLEN);
		health(&b, away, 0);
		fail_verb(&b, &verb[i]);
		restores(&b);
		drive_good(&b.d);
		failed(&b, 0x3105);
		health(&b, back, 0);
		fail_verb(&b, NULL);
		if (i & 1) {
			removes(&b, 3, 0); /* gone, but not yet well */
			drive_settle(&b.d, b.lu, NULL);
			disk_capacity(&b, NBLK - SHARE, BLEN);
			health(&b, away, 0);
		}
		restores(&b);
		drive_settle(&b.d, b.lu, NULL);
		disk_capacity(&b, NBLK, BLEN);
		health(&b, well, 0);
		assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 0);
		disk_free(&b);
	}
}

/* What is left is known when the work has succeeded: then all are told, if it
 * is another capacity than before the first of them. */
static void test_failure_told(void **state)
{
	static const uint8_t verb = SCSIEMU_V_UNMAP;

	(void)state;
	for (unsigned back = 0; back < 2; back++) {
		struct scsiemu_nexus *other;
		uint16_t told = back ? 0 : 0x2a09;
		struct disk b;

		setup(&b);
		other = drive_attach(&b.d, 1, 0);
		drive_settle(&b.d, b.lu, other);
		fail_verb(&b, &verb);
		removes(&b, 2, 0);
		fail_verb(&b, NULL);
		assert_int_equal(drive_ua(&b.d, b.lu, other), 0);
		drive_check(&b.d, 3, 0x3104);
		disk_sai(&b, 0x10, 0, 32, 0); /* READ CAPACITY(16) */
		drive_check(&b.d, 3, 0x3104);
		if (back)
			restores(&b);
		else
			removes(&b, 3, 0);
		assert_int_equal(drive_ua(&b.d, b.lu, other), told);
		assert_int_equal(drive_ua(&b.d, b.lu, NULL), told);
		assert_int_equal(drive_ua(&b.d, b.lu, other), 0);
		disk_capacity(&b, back ? NBLK : NBLK - SHARE, BLEN);
		disk_free(&b);
	}
}

static int no_record(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	return c->verb == SCSIEMU_V_NV_SAVE ? SCSIEMU_E_WRITE : DRIVE_USUAL;
}

static void test_unrecorded(void **state)
{
	static const uint8_t verb = SCSIEMU_V_UNMAP;
	static const uint8_t half[] = { 1, 0xfd, 1, 1 };
	struct disk b;

	(void)state;
	setup(&b);
	b.d.hook = no_record;
	removes(&b, 1, 0);
	drive_check(&b.d, 4, 0x4400);
	b.d.hook = NULL;
	tur(&b);
	drive_good(&b.d);
	disk_capacity(&b, NBLK, BLEN);
	fail_verb(&b, &verb);
	removes(&b, 2, 0);
	b.d.hook = no_record;
	removes(&b, 1, 0);
	drive_check(&b.d, 4, 0x4400);
	b.d.hook = NULL;
	failed(&b, 0x3104);
	health(&b, half, 0);
	disk_free(&b);
}

static void test_early(void **state)
{
	struct drive_task t = { .live = false };
	uint8_t cdb[16];
	struct disk b;

	(void)state;
	setup(&b);
	remove_cdb(cdb, 1, 0);
	drive_start(&b.d, &t, b.lu, cdb, 16, NULL, 0, 0);
	assert_int_equal(t.c.verb, SCSIEMU_V_NV_SAVE);
	tur(&b); /* it stops others already */
	drive_check(&b.d, 2, DEPOPULATING);
	scsiemu_abort(&t.c);
	drive_ready(&b.d);
	drive_go(&t);
	assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
	drive_end(&t);
	drive_task_free(&t);
	assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 0);
	tur(&b);
	drive_good(&b.d);
	disk_capacity(&b, NBLK, BLEN);
	disk_free(&b);
}

static void test_reset(void **state)
{
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)state;
	setup(&b);
	job = begin(&b, 1, &want);
	disk_reset(&b);
	in_progress(&b, DEPOPULATING, 0);
	finish(&b, job, want);
	over(&b, NBLK - SHARE);
	disk_free(&b);
}

static void start_again(struct disk *b, const struct disk *a)
{
	uint64_t nblk;
	uint32_t blen;

	disk_make(b, &options);
	scsiemu_lu_load(b->lu, NULL, false);
	for (uint32_t id = 1; id < SCSIEMU_NV_COUNT; id++) {
		if (!a->d.nv_len[id])
			continue;
		memcpy(b->d.nv[id], a->d.nv[id], a->d.nv_len[id]);
		b->d.nv_len[id] = a->d.nv_len[id];
		assert_int_equal(scsiemu_lu_restore(b->lu, id, a->d.nv[id],
						    a->d.nv_len[id]),
				 0);
	}
	if (scsiemu_sbc_formatted(b->lu, &blen, &nblk))
		b->k.m.nblk = nblk;
	scsiemu_lu_load(b->lu, &b->k.m, false);
}

/* A command that is aborted before it begins leaves the record of what failed
 * before. */
static void test_early_again(void **state)
{
	static const uint8_t verb = SCSIEMU_V_UNMAP;
	static const uint8_t restore[16] = { 0x9e, RESTORE };
	static const uint8_t half[] = { 1, 0xfd, 1, 1 };
	struct disk a, b;

	(void)state;
	setup(&a);
	fail_verb(&a, &verb);
	removes(&a, 2, 0);
	fail_verb(&a, NULL);
	disk_abort_saving(&a, restore, 16);
	failed(&a, 0x3104);
	start_again(&b, &a);
	failed(&b, 0x3104);
	health(&b, half, 0);
	disk_free(&b);
	disk_free(&a);
}

static void killed(uint32_t id, unsigned steps)
{
	for (unsigned at = 0; at <= steps; at++) {
		struct scsiemu_cmd *job;
		struct scsiemu_nexus *n;
		struct disk a, b;
		int want;

		setup(&a);
		if (!id)
			removes(&a, 1, 0);
		drive_settle(&a.d, a.lu, NULL);
		job = begin(&a, id, &want);
		for (unsigned i = 0; i < at; i++)
			want = drive_job_step(&a.d, job);
		assert_int_equal(want == SCSIEMU_DONE, at == steps);
		start_again(&b, &a);
		finish(&a, job, want);
		disk_free(&a);
		n = drive_attach(&b.d, 1, 0);
		b.d.nexus = n;
		assert_int_equal(drive_ua(&b.d, b.lu, n), 0x2900);
		if (at < steps) {
			assert_int_equal(drive_ua(&b.d, b.lu, n), 0x3808);
			failed(&b, id ? 0x3104 : 0x3105);
			restores(&b);
			drive_settle(&b.d, b.lu, n);
			disk_capacity(&b, NBLK, BLEN);
		} else {
			disk_capacity(&b, id ? NBLK - SHARE : NBLK, BLEN);
		}
		disk_free(&b);
	}
}

static void test_killed(void **state)
{
	(void)state;
	killed(2, 6);
	killed(0, 6);
}

static void test_kept(void **state)
{
	static const uint8_t gone[] = { 1, 0xff, 1, 0xff };
	struct disk a, b;

	(void)state;
	setup(&a);
	removes(&a, 4, 0);
	drive_settle(&a.d, a.lu, NULL);
	removes(&a, 2, 0);
	start_again(&b, &a);
	drive_settle(&b.d, b.lu, NULL);
	disk_capacity(&b, NBLK - 2 * SHARE, BLEN);
	health(&b, gone, 0);
	restores(&b);
	over(&b, NBLK);
	disk_free(&b);
	disk_free(&a);
}

static void test_damaged(void **state)
{
	static const uint8_t good[16] = { 1, N, [15] = 7 };
	static const struct {
		uint8_t at, is;
	} bad[] = { { 0, 2 }, { 1, 3 }, { 15, 0x10 }, { 15, 0x0f }, { 8, 1 } };
	static const uint8_t work[][2] = { /* kind, element */
					   { 3, 0 },
					   { 3, N + 1 },
					   { 4, 1 },
					   { 5, 0 }
	};
	uint8_t r[16];
	struct disk b;

	(void)state;
	setup(&b);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memcpy(r, good, 16);
		r[bad[i].at] = bad[i].is;
		assert_int_equal(
			scsiemu_lu_restore(b.lu, SCSIEMU_NV_ELEMENTS, r, 16),
			SCSIEMU_ERR_ARG);
	}
	for (uint32_t len = 0; len < 16; len++)
		assert_int_equal(scsiemu_lu_restore(b.lu, SCSIEMU_NV_ELEMENTS,
						    good, len),
				 SCSIEMU_ERR_ARG);
	for (unsigned i = 0; i < sizeof(work) / sizeof(work[0]); i++) {
		memset(r, 0, 16);
		r[0] = 1;
		r[1] = work[i][0];
		r[11] = work[i][1];
		assert_int_equal(
			scsiemu_lu_restore(b.lu, SCSIEMU_NV_WORK, r, 16),
			SCSIEMU_ERR_ARG);
	}
	tur(&b);
	drive_good(&b.d);
	assert_int_equal(
		scsiemu_lu_restore(b.lu, SCSIEMU_NV_ELEMENTS, good, 16), 0);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_failure_told),
		cmocka_unit_test(test_unrecorded),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_early_again),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
