/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Storage elements: GET PHYSICAL ELEMENT STATUS, REMOVE ELEMENT AND TRUNCATE,
 * RESTORE ELEMENTS AND REBUILD (SBC-4 4.36), with the job step by step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "behave/element_rig.h"

static void test_status(void **state)
{
	static const uint8_t well[] = { 1, 1, 1, 1 };
	static const uint8_t ill[] = { 1, 0x64, 0xcf, 0x65 };
	static const uint8_t set[][2] = { { 2, 0x64 },
					  { 3, 0xcf },
					  { 4, 0x65 } };
	struct disk b;

	(void)state;
	setup(&b);
	health(&b, well, 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(
			scsiemu_sbc_element_health(b.lu, set[i][0], set[i][1]),
			0);
	assert_int_equal(scsiemu_sbc_element_health(b.lu, 0, 1),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_sbc_element_health(b.lu, N + 1, 1),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_sbc_element_health(b.lu, 1, 0xd0),
			 SCSIEMU_ERR_ARG);
	health(&b, ill, 0);
	status(&b, 0, 0x41); /* outside of limits; storage elements */
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 96);
	assert_int_equal(b.d.t.in[3], 2);
	assert_int_equal(b.d.t.in[32 + 7], 3);
	assert_int_equal(b.d.t.in[64 + 7], 4);
	status(&b, 4, 0);
	assert_int_equal(b.d.t.c.in_done, 64);
	assert_int_equal(b.d.t.in[7], 1);
	assert_int_equal(b.d.t.in[32 + 7], 4);
	status(&b, N + 1, 0);
	drive_cdb(&b.d, 6, SCSIEMU_NO_BIT);
	status(&b, 0, 0x80);
	drive_cdb(&b.d, 14, 7);
	status(&b, 0, 0xc0);
	drive_cdb(&b.d, 14, 7);
	status(&b, 0, 2);
	drive_cdb(&b.d, 14, 3);
	disk_free(&b);
}

static void test_remove(void **state)
{
	static const uint8_t record[16] = { 1, 3, 1, [11] = 2 };
	static const uint8_t gone[16] = { 1, N, [15] = 2 };
	static const uint8_t during[] = { 1, 0xfe, 1, 1 };
	static const uint8_t after[] = { 1, 0xff, 1, 1 };
	static const uint8_t verbs[] = { SCSIEMU_V_FORMAT,  SCSIEMU_V_UNMAP,
					 SCSIEMU_V_FLUSH,   SCSIEMU_V_NV_SAVE,
					 SCSIEMU_V_NV_SAVE, SCSIEMU_V_NV_SAVE };
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)state;
	setup(&b);
	job = begin(&b, 2, &want);
	assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], sizeof(record));
	assert_memory_equal(b.d.nv[SCSIEMU_NV_WORK], record, sizeof(record));
	for (unsigned i = 0; i < sizeof(verbs); i++) {
		assert_int_equal(want, SCSIEMU_STORE);
		assert_int_equal(job->verb, verbs[i]);
		if (!i)
			assert_int_equal(job->count, NBLK - SHARE);
		in_progress(&b, DEPOPULATING, i < 2 ? 0 : 0xffff);
		health(&b, during, 2);
		disk_run(&b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, BLEN);
		drive_check(&b.d, 2, DEPOPULATING);
		removes(&b, 3, 0); /* one at a time */
		drive_check(&b.d, 2, DEPOPULATING);
		restores(&b);
		drive_check(&b.d, 2, DEPOPULATING);
		want = drive_job_step(&b.d, job);
	}
	assert_int_equal(want, SCSIEMU_DONE);
	assert_int_equal(b.d.nv_len[SCSIEMU_NV_WORK], 0);
	assert_memory_equal(b.d.nv[SCSIEMU_NV_ELEMENTS], gone, sizeof(gone));
	over(&b, NBLK - SHARE);
	health(&b, after, 0);
	disk_free(&b);
}

static void test_which(void **state)
{
	struct disk b;

	(void)state;
	setup(&b);
	removes(&b, 0, 0);
	drive_cdb(&b.d, 10, SCSIEMU_NO_BIT);
	removes(&b, N + 1, 0);
	drive_cdb(&b.d, 10, SCSIEMU_NO_BIT);
	removes(&b, 1, NBLK - SHARE + 1);
	drive_cdb(&b.d, 2, SCSIEMU_NO_BIT);
	restores(&b); /* there is nothing to restore */
	drive_good(&b.d);
	assert_int_equal(b.d.njobs, 0);
	removes(&b, 1, NBLK - SHARE);
	drive_good(&b.d);
	over(&b, NBLK - SHARE);
	removes(&b, 1, 0); /* it is gone already */
	drive_good(&b.d);
	assert_int_equal(b.d.njobs, 1);
	removes(&b, 4, 100); /* fewer */
	drive_good(&b.d);
	over(&b, 100);
	removes(&b, 2, 101); /* never more than there are */
	drive_cdb(&b.d, 2, SCSIEMU_NO_BIT);
	removes(&b, 2, 0);
	drive_good(&b.d);
	tur(&b); /* as many as before */
	drive_good(&b.d);
	disk_capacity(&b, 100, BLEN);
	removes(&b, 3, 0); /* the last one */
	drive_cdb(&b.d, 10, SCSIEMU_NO_BIT);
	restores(&b);
	drive_good(&b.d);
	over(&b, NBLK);
	disk_free(&b);
}

static void test_restore(void **state)
{
	static const uint8_t none[16] = { 1, N };
	static const uint8_t during[] = { 0xfc, 1, 0xfc, 1 };
	static const uint8_t after[] = { 1, 1, 1, 1 };
	struct scsiemu_cmd *job;
	struct disk b;
	int want;

	(void)state;
	setup(&b);
	removes(&b, 1, 0);
	over(&b, NBLK - SHARE);
	removes(&b, 3, 0);
	over(&b, NBLK - 2 * SHARE);
	job = begin(&b, 0, &want);
	assert_int_equal(job->verb, SCSIEMU_V_FORMAT);
	assert_int_equal(job->count, NBLK);
	in_progress(&b, RESTORING, 0);
	health(&b, during, 0);
	finish(&b, job, want);
	assert_memory_equal(b.d.nv[SCSIEMU_NV_ELEMENTS], none, sizeof(none));
	over(&b, NBLK);
	health(&b, after, 0);
	disk_free(&b);
}

static void test_format(void **state)
{
	static const uint8_t format[6] = { 0x04 };
	struct disk b;

	(void)state;
	setup(&b);
	removes(&b, 1, 0);
	drive_settle(&b.d, b.lu, NULL);
	disk_choose(&b, NBLK - SHARE + 1, BLEN);
	drive_check(&b.d, 5, 0x2600);
	disk_choose(&b, 100, BLEN);
	drive_settle(&b.d, b.lu, NULL);
	disk_capacity(&b, 100, BLEN);
	disk_choose(&b, UINT64_MAX, BLEN); /* all */
	drive_settle(&b.d, b.lu, NULL);
	disk_capacity(&b, NBLK - SHARE, BLEN);
	disk_choose(&b, 0, 1024);
	drive_run(&b.d, b.lu, format, 6, NULL, 0, 0);
	drive_settle(&b.d, b.lu, NULL);
	disk_capacity(&b, (NBLK - SHARE) / 2, 1024);
	disk_free(&b);
}

static void test_offered(void **state)
{
	struct disk_options o = options;
	struct scsiemu_lu_config cf;
	struct scsiemu_sbc_options sbc;
	struct disk b;

	(void)state;
	o.unable = SCSIEMU_CAN_FORMAT;
	disk_make(&b, &o);
	status(&b, 0, 0);
	drive_cdb(&b.d, 1, 4);
	removes(&b, 1, 0);
	drive_cdb(&b.d, 1, 4);
	cf = b.cf;
	sbc = b.sbc;
	cf.options = &sbc;
	sbc.format = false;
	assert_null(scsiemu_lu_add(b.d.dev, 1, &cf));
	sbc.format = true;
	sbc.elements = 65;
	assert_null(scsiemu_lu_add(b.d.dev, 1, &cf));
	sbc.elements = 1;
	assert_null(scsiemu_lu_add(b.d.dev, 1, &cf));
	disk_free(&b);
}

/* With protection: as it was, with tuples that say nothing. */
static void test_protected(void **state)
{
	struct disk_options o = options;
	struct disk b;

	(void)state;
	o.sbc.pi_type = 1;
	disk_make(&b, &o);
	disk_fill(&b, 1);
	memset(b.k.pi, 0x11, NBLK * 8);
	removes(&b, 1, 0);
	drive_good(&b.d);
	over(&b, NBLK - SHARE);
	disk_sai(&b, 0x10, 0, 32, 0);
	assert_int_equal(b.d.t.in[12], 1); /* PROT_EN, type 1 */
	disk_run(&b, SCSIEMU_OP_READ_16, 0x20, 7, 1, NULL, 0, BLEN + 8);
	drive_good(&b.d);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(b.d.t.in[BLEN + i], 0xff);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_which),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_offered),
		cmocka_unit_test(test_protected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
