/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands between a CDB and its execution, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

static uint8_t run(struct testdev_dev *t, const uint8_t *cdb, unsigned len)
{
	return drive_run(&t->d, t->lu[0], cdb, len, NULL, 0, 0);
}

static void test_row(void **state)
{
	struct testdev_dev *t = *state;
	uint8_t cdb[12] = { 0xbf };

	run(t, cdb, 12);
	drive_check(&t->d, 5, SCSIEMU_ASC_INVALID_OPCODE);
	assert_int_equal(t->d.t.c.sense.sks, SCSIEMU_SKS_NONE);
	cdb[0] = OP_SA;
	for (uint8_t sa = 0; sa < 32; sa++) {
		cdb[1] = sa;
		run(t, cdb, 10);
		if (sa >= 1 && sa <= 3)
			drive_good(&t->d);
		else
			drive_cdb(&t->d, 1, 4); /* the whole field */
	}
	cdb[1] = 0x22; /* a bit beside the service action */
	run(t, cdb, 10);
	drive_cdb(&t->d, 1, 5);
	assert_int_equal(testdev.runs, 3);
	t->disk[0].m.able &= ~(uint32_t)SCSIEMU_CAN_STATUS;
	scsiemu_lu_changed(t->lu[0]);
	cdb[1] = 2;
	run(t, cdb, 10);
	drive_cdb(&t->d, 1, 4);
}

/* cdb_len is what is readable: an upper bound. The bytes lie in a heap block
 * of just that length. */
static void test_short(void **state)
{
	struct testdev_dev *t = *state;
	static const uint8_t op[] = { 0x00, 0x28, 0x88, 0xa8, OP_NODATA };
	static const uint8_t len[] = { 6, 10, 16, 12, 10 };
	uint8_t cdb[32] = { 0 };

	for (unsigned i = 0; i < sizeof(op); i++) {
		cdb[0] = op[i];
		for (unsigned n = 1; n < 20; n++) {
			run(t, cdb, n);
			if (n < len[i])
				drive_check(&t->d, 5,
					    SCSIEMU_ASC_INVALID_OPCODE);
			else
				drive_good(&t->d);
		}
	}
}

static void test_refused(void **state)
{
	struct testdev_dev *t = *state;
	struct scsiemu_cmd c = { .scratch_len = 511, .cdb_len = 6 };
	uint8_t cdb[6] = { 0 };

	c.cdb = cdb;
	assert_int_equal(scsiemu_start(t->lu[0], &c), SCSIEMU_ERR_ARG);
	c.scratch_len = 512;
	c.cdb_len = 0;
	assert_int_equal(scsiemu_start(t->lu[0], &c), SCSIEMU_ERR_ARG);
	c.nexus = t->a;
	assert_int_equal(scsiemu_start(t->lu[0], &c), SCSIEMU_ERR_ARG);
	testdev_idle(t);
}

static void test_variable(void **state)
{
	struct testdev_dev *t = *state;
	uint8_t cdb[260] = { 0x7f, 0, 0, 0, 0, 0, 0, 192, 0, 1 };

	cdb[19] = 99;
	cdb[31] = 1;
	assert_int_equal(run(t, cdb, 200), SCSIEMU_GOOD);
	assert_int_equal(testdev.runs, 1);
	run(t, cdb, 199);
	drive_check(&t->d, 5, SCSIEMU_ASC_INVALID_OPCODE);
	cdb[7] = 191;
	run(t, cdb, 200);
	drive_cdb(&t->d, 7, SCSIEMU_NO_BIT);
	cdb[7] = 193;
	run(t, cdb, 201);
	drive_cdb(&t->d, 7, SCSIEMU_NO_BIT);
	cdb[7] = 192;
	cdb[9] = 7;
	run(t, cdb, 200);
	drive_cdb(&t->d, 8, SCSIEMU_NO_BIT);
	for (unsigned n = 1; n < 10; n++) { /* no service action to read */
		run(t, cdb, n);
		drive_cdb(&t->d, 8, SCSIEMU_NO_BIT);
	}
	cdb[9] = 1;
	cdb[10] = 2;
	run(t, cdb, 200);
	drive_cdb(&t->d, 10, 1);
	cdb[10] = 0;
	cdb[1] = 0x04; /* NACA is in byte 1 */
	run(t, cdb, 200);
	drive_cdb(&t->d, 1, 2);
	cdb[1] = 0xc3; /* vendor and obsolete bits of the control byte */
	run(t, cdb, 200);
	drive_good(&t->d);
	memset(cdb, 0, sizeof(cdb));
	cdb[0] = 0x7f;
	cdb[7] = 252;
	cdb[9] = 2;
	memset(cdb + 32, 0xff, 228); /* no row describes them */
	assert_int_equal(run(t, cdb, 260), SCSIEMU_GOOD);
	run(t, cdb, 259);
	drive_check(&t->d, 5, SCSIEMU_ASC_INVALID_OPCODE);
	cdb[31] = 0x10;
	run(t, cdb, 260);
	drive_cdb(&t->d, 31, 4);
	cdb[7] = 244;
	run(t, cdb, 260);
	drive_cdb(&t->d, 7, SCSIEMU_NO_BIT);
}

static void test_usage(void **state)
{
	struct testdev_dev *t = *state;
	uint8_t cdb[10] = { SCSIEMU_OP_READ_10 };

	cdb[1] = 0x02; /* obsolete */
	run(t, cdb, 10);
	drive_good(&t->d);
	cdb[1] = 0x04;
	run(t, cdb, 10);
	drive_cdb(&t->d, 1, 2);
	cdb[6] = 0x80; /* the first byte, its highest bit */
	cdb[1] = 0x64;
	run(t, cdb, 10);
	drive_cdb(&t->d, 1, 6);
	cdb[1] = 0;
	run(t, cdb, 10);
	drive_cdb(&t->d, 6, 7);
	t->lu[0]->offers = 3;
	cdb[1] = 0xe0;
	cdb[6] = 0x3f;
	run(t, cdb, 10);
	drive_good(&t->d);
	cdb[9] = 0x04;
	run(t, cdb, 10);
	drive_cdb(&t->d, 9, 2);
	cdb[9] = 0x10;
	run(t, cdb, 10);
	drive_cdb(&t->d, 9, 4);
	cdb[9] = 0xc3;
	run(t, cdb, 10);
	drive_good(&t->d);
}

/* There is never an ACA condition; its attribute and NACA are refused. */
static void test_aca(void **state)
{
	struct testdev_dev *t = *state;
	uint8_t cdb[10] = { SCSIEMU_OP_READ_10, 0, 0, 0, 0, 0, 0, 0, 1, 0 };

	t->d.attr = SCSIEMU_ACA;
	run(t, cdb, 10);
	drive_check(&t->d, 5, SCSIEMU_ASC_INVALID_MESSAGE);
	assert_int_equal(t->d.nlog, 0);
	t->d.attr = SCSIEMU_SIMPLE;
	cdb[9] = 0x04;
	run(t, cdb, 10);
	drive_cdb(&t->d, 9, 2);
	testdev_idle(t);
}

static void test_anonymous(void **state)
{
	struct testdev_dev *t = *state;

	testdev_run(t, OP_NEXUS, 0, 0, NULL, 0, 0);
	drive_good(&t->d);
	t->d.nexus = NULL;
	testdev_run(t, OP_NEXUS, 0, 0, NULL, 0, 0);
	drive_check(&t->d, 5, SCSIEMU_ASC_INVALID_OPCODE);
	t->lu[0]->anonymous_pr = true;
	drive_settle(&t->d, t->lu[0], NULL);
	testdev_run(t, OP_NEXUS, 0, 0, NULL, 0, 0);
	drive_good(&t->d);
}

/* Each with all that come later also wrong: the next one in order is told. */
static void test_order(void **state)
{
	struct testdev_dev *t = *state;
	struct scsiemu_lu *lu = t->lu[0];
	struct semu_itl *b = semu_itl_get(lu, t->b);
	uint8_t cdb[10];
	uint32_t most = SCSIEMU_ON_STANDBY | SCSIEMU_ON_FORMAT |
			SCSIEMU_ON_STOPPED | SCSIEMU_ON_BECOMING |
			SCSIEMU_ON_BAD_FORMAT;

	lu->guards = most | SCSIEMU_ON_RESERVE6 | SCSIEMU_ON_NO_MEDIUM |
		     SCSIEMU_ON_PROTECTED;
	lu->reserved = b;
	semu_ua_lu(lu, SEMU_UA_MODE, NULL);
	testdev_cdb(cdb, OP_STOPS, 100, 1);
	cdb[9] = 0x20;
	run(t, cdb, 9);
	drive_check(&t->d, 5, SCSIEMU_ASC_INVALID_OPCODE);
	run(t, cdb, 10);
	drive_cdb(&t->d, 9, 5);
	cdb[9] = 0;
	run(t, cdb, 10);
	drive_check(&t->d, 6, SCSIEMU_ASC_MODE_CHANGED);
	run(t, cdb, 10);
	drive_status(&t->d, SCSIEMU_RESERVATION_CONFLICT);
	assert_int_equal(t->d.t.sense_len, 0);
	lu->reserved = semu_itl_get(lu, t->a); /* its own */
	run(t, cdb, 10);
	drive_check(&t->d, 2, SCSIEMU_ASC_ALUA_STANDBY);
	lu->guards &= ~(uint32_t)SCSIEMU_ON_STANDBY;
	run(t, cdb, 10);
	drive_check(&t->d, 2, SCSIEMU_ASC_FORMAT_IN_PROGRESS);
	lu->guards &= ~(uint32_t)SCSIEMU_ON_FORMAT;
	run(t, cdb, 10);
	drive_check(&t->d, 2, SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
	lu->guards &= ~(uint32_t)SCSIEMU_ON_NO_MEDIUM;
	run(t, cdb, 10);
	drive_check(&t->d, 2, SCSIEMU_ASC_START_REQUIRED);
	lu->guards = SCSIEMU_ON_PROTECTED;
	run(t, cdb, 10);
	drive_check(&t->d, 7, SCSIEMU_ASC_WRITE_PROTECTED);
	lu->guards = 0;
	run(t, cdb, 10);
	drive_check(&t->d, 5, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(testdev.runs, 0);
	testdev_cdb(cdb, OP_STOPS, 99, 1);
	run(t, cdb, 10);
	drive_good(&t->d);
	assert_int_equal(testdev.runs, 1);
}

static void test_stops(void **state)
{
	static const struct {
		uint32_t on;
		uint16_t asc;
		uint8_t key;
	} of[] = {
		{ SCSIEMU_ON_STANDBY, 0x040b, 2 },
		{ SCSIEMU_ON_UNAVAILABLE, 0x040c, 2 },
		{ SCSIEMU_ON_TRANSITION, 0x040a, 2 },
		{ SCSIEMU_ON_OFFLINE, 0x0412, 2 },
		{ SCSIEMU_ON_FORMAT, 0x0404, 2 },
		{ SCSIEMU_ON_SANITIZE, 0x041b, 2 },
		{ SCSIEMU_ON_SELFTEST, 0x0409, 2 },
		{ SCSIEMU_ON_NO_MEDIUM, 0x3a00, 2 },
		{ SCSIEMU_ON_STOPPED, 0x0402, 2 },
		{ SCSIEMU_ON_BECOMING, 0x0401, 2 },
		{ SCSIEMU_ON_BAD_FORMAT, 0x3100, 3 },
		{ SCSIEMU_ON_PROTECTED, 0x2700, 7 },
	};
	struct testdev_dev *t = *state;
	struct scsiemu_lu *lu = t->lu[0];

	for (unsigned i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		lu->guards = of[i].on;
		testdev_run(t, OP_STOPS, 0, 0, NULL, 0, 0);
		drive_check(&t->d, of[i].key, of[i].asc);
		testdev_run(t, OP_NODATA, 0, 0, NULL, 0, 0);
		drive_good(&t->d);
		testdev.stops = 0; /* the type decides */
		testdev_run(t, OP_BY_FIELD, 0, 0, NULL, 0, 0);
		drive_good(&t->d);
		testdev.stops = of[i].on;
		testdev_run(t, OP_BY_FIELD, 0, 0, NULL, 0, 0);
		drive_check(&t->d, of[i].key, of[i].asc);
	}
	lu->swp = true;
	testdev_run(t, OP_STOPS, 0, 0, NULL, 0, 0);
	drive_check(&t->d, 7, SCSIEMU_ASC_SOFTWARE_WRITE_PROTECTED);
	scsiemu_lu_load(lu, NULL, false);
	testdev_run(t, OP_STOPS, 0, 0, NULL, 0, 0);
	drive_check(&t->d, 2, SCSIEMU_ASC_MEDIUM_NOT_PRESENT_TRAY_OPEN);
}

static void range(struct testdev_dev *t, unsigned op, uint32_t lba,
		  unsigned count, uint64_t bad)
{
	testdev_run(t, op, lba, count, NULL, 0, 65536);
	if (bad == UINT64_MAX) {
		drive_good(&t->d);
		return;
	}
	drive_check(&t->d, 5, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(t->d.t.c.sense.flags, SCSIEMU_S_INFO);
	assert_int_equal(t->d.t.c.sense.info, bad);
}

static void test_range(void **state)
{
	static const uint8_t op[] = { SCSIEMU_OP_READ_10, OP_RW };
	struct testdev_dev *t = *state;

	for (unsigned i = 0; i < 2; i++) {
		range(t, op[i], 99, 1, UINT64_MAX);
		range(t, op[i], 99, 0, UINT64_MAX);
		range(t, op[i], 100, 0, 100);
		range(t, op[i], 99, 2, 100);
		range(t, op[i], 21, 80, 100);
		range(t, op[i], UINT32_MAX, 65535, UINT32_MAX);
		range(t, op[i], 0, 80, UINT64_MAX);
		testdev_run(t, op[i], 0, 81, NULL, 0, 65536);
		drive_cdb(&t->d, 7, SCSIEMU_NO_BIT); /* the longest transfer */
	}
	range(t, OP_RANGE, 99, 65535, UINT64_MAX);
	range(t, OP_RANGE, 100, 0, 100);
	range(t, OP_LONG, 0, 100, UINT64_MAX);
	range(t, OP_LONG, 0, 101, 100);
}

/* 64-bit LBAs whose end wraps. */
static void test_range16(void **state)
{
	struct testdev_dev *t = *state;
	uint8_t cdb[16] = { SCSIEMU_OP_READ_16 };

	memset(cdb + 2, 0xff, 12);
	run(t, cdb, 16);
	drive_check(&t->d, 5, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(t->d.t.c.sense.info, UINT64_MAX);
	cdb[13] = 1;
	run(t, cdb, 16);
	drive_check(&t->d, 5, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	memset(cdb + 2, 0, 8);
	run(t, cdb, 16);
	drive_check(&t->d, 5, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(t->d.t.c.sense.info, 100);
}

static void test_absent(void **state)
{
	static const uint8_t lun[8] = { 0, 77 };
	struct testdev_dev *t = *state;
	struct scsiemu_lu *absent = scsiemu_lu_find(t->d.dev, lun);
	uint8_t cdb[10] = { SCSIEMU_OP_INQUIRY, 0, 0, 0, 36 };

	drive_run(&t->d, absent, cdb, 6, NULL, 0, 36);
	drive_good(&t->d);
	assert_int_equal(t->d.t.in[0], 0x7f);
	for (unsigned op = 0; op < 256; op += 8) {
		cdb[0] = (uint8_t)op;
		drive_run(&t->d, absent, cdb, 10, NULL, 0, 36);
		if (op != SCSIEMU_OP_REPORT_LUNS)
			drive_check(&t->d, 5, SCSIEMU_ASC_LU_NOT_SUPPORTED);
	}
	assert_null(absent->itls); /* nothing is kept there */
}

#define T(f) cmocka_unit_test_setup_teardown(f, testdev_setup, testdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_row),	   T(test_short),   T(test_refused),
		T(test_variable),  T(test_usage),   T(test_aca),
		T(test_anonymous), T(test_order),   T(test_stops),
		T(test_range),	   T(test_range16), T(test_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
