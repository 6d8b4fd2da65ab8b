/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Auto contingent allegiance (SAM-5 5.9): what makes the condition, whom it
 * refuses and with which status, what waits, and everything that ends it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

enum { NACA = 0x04, LUN = 6 };

struct world {
	struct testdev_dev t;
	struct scsiemu_lu *lu; /* offers ACA */
};

static void make(struct world *w)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &testdev_type,
					.rows = testdev_rows,
					.nrows = testdev_nrows,
					.aca = true };

	testdev_make(&w->t, NULL);
	w->lu = scsiemu_lu_add(w->t.d.dev, LUN, &cf);
	assert_non_null(w->lu);
	scsiemu_lu_load(w->lu, &w->t.disk[0].m, false);
	drive_settle(&w->t.d, w->lu, w->t.a);
	drive_settle(&w->t.d, w->lu, w->t.b);
	drive_settle(&w->t.d, w->t.lu[0], w->t.a);
}

static void unmake(struct world *w)
{
	testdev_free(&w->t);
}

/* TEST UNIT READY, or a READ beyond the end, as nexus n. */
static uint8_t run(struct world *w, struct scsiemu_nexus *n, uint8_t attr,
		   unsigned op, uint32_t lba, uint8_t control)
{
	struct scsiemu_nexus *was = w->t.d.nexus;
	uint8_t cdb[10], status;

	testdev_cdb(cdb, op, lba, op == SCSIEMU_OP_READ_10);
	if (op == SCSIEMU_OP_TEST_UNIT_READY)
		memset(cdb, 0, sizeof(cdb));
	cdb[op == SCSIEMU_OP_READ_10 ? 9 : 5] = control;
	w->t.d.nexus = n;
	w->t.d.attr = attr;
	status = drive_run(&w->t.d, w->lu, cdb,
			   op == SCSIEMU_OP_READ_10 ? 10 : 6, NULL, 0, 512);
	w->t.d.nexus = was;
	w->t.d.attr = SCSIEMU_SIMPLE;
	return status;
}

static uint8_t tur(struct world *w, struct scsiemu_nexus *n, uint8_t attr,
		   uint8_t control)
{
	return run(w, n, attr, SCSIEMU_OP_TEST_UNIT_READY, 0, control);
}

/* a's command with NACA fails. */
static void fault(struct world *w)
{
	run(w, w->t.a, SCSIEMU_SIMPLE, SCSIEMU_OP_READ_10, 100, NACA);
	drive_check(&w->t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	assert_ptr_equal(w->lu->aca, w->t.a);
}

static void test_whom(void **s)
{
	struct world w;

	(void)s;
	make(&w);
	/* no NACA: no condition */
	run(&w, w.t.a, SCSIEMU_SIMPLE, SCSIEMU_OP_READ_10, 100, 0);
	drive_check(&w.t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	assert_null(w.lu->aca);
	/* GOOD: no condition */
	assert_int_equal(tur(&w, w.t.a, SCSIEMU_SIMPLE, NACA), 0);
	assert_null(w.lu->aca);
	fault(&w);
	assert_int_equal(tur(&w, w.t.a, SCSIEMU_SIMPLE, 0), SCSIEMU_ACA_ACTIVE);
	assert_int_equal(w.t.d.t.sense_len, 0);
	assert_int_equal(tur(&w, w.t.a, SCSIEMU_HEAD, NACA),
			 SCSIEMU_ACA_ACTIVE);
	assert_int_equal(tur(&w, w.t.b, SCSIEMU_SIMPLE, 0), SCSIEMU_BUSY);
	assert_int_equal(tur(&w, w.t.b, SCSIEMU_SIMPLE, NACA),
			 SCSIEMU_ACA_ACTIVE);
	assert_int_equal(tur(&w, w.t.b, SCSIEMU_ACA, 0), SCSIEMU_BUSY);
	assert_int_equal(tur(&w, w.t.b, SCSIEMU_ACA, NACA), SCSIEMU_ACA_ACTIVE);
	/* every command, not only those that need the medium */
	assert_int_equal(
		run(&w, w.t.b, SCSIEMU_SIMPLE, SCSIEMU_OP_INQUIRY, 0, 0),
		SCSIEMU_BUSY);
	assert_int_equal(tur(&w, w.t.a, SCSIEMU_ACA, 0), SCSIEMU_GOOD);
	assert_int_equal(tur(&w, w.t.a, SCSIEMU_ACA, NACA), SCSIEMU_GOOD);
	assert_ptr_equal(w.lu->aca, w.t.a);
	/* other logical units are not concerned */
	testdev_run(&w.t, SCSIEMU_OP_READ_10, 0, 1, NULL, 0, 512);
	drive_good(&w.t.d);
	unmake(&w);
}

/* PREEMPT AND ABORT of another nexus is let in: to the state checks. */
static void test_preempt(void **s)
{
	static const uint8_t preempt[10] = { 0x5f, 5, 0, 0, 0, 0, 0, 0, 24, 0 };
	static const uint8_t other[10] = { 0x5f, 4, 0, 0, 0, 0, 0, 0, 24, 0 };
	static const uint8_t list[24];
	struct world w;

	(void)s;
	make(&w);
	fault(&w);
	w.t.d.nexus = w.t.b;
	assert_int_equal(drive_run(&w.t.d, w.lu, other, 10, list, 24, 0),
			 SCSIEMU_BUSY);
	assert_int_not_equal(drive_run(&w.t.d, w.lu, preempt, 10, list, 24, 0),
			     SCSIEMU_BUSY);
	w.t.d.nexus = w.t.a;
	assert_int_equal(drive_run(&w.t.d, w.lu, preempt, 10, list, 24, 0),
			 SCSIEMU_ACA_ACTIVE);
	unmake(&w);
}

/* One ACA command at a time; it passes what waits. */
static void test_one_at_a_time(void **s)
{
	struct drive_task k = { 0 };
	struct world w;
	uint8_t cdb[10];

	(void)s;
	make(&w);
	fault(&w);
	testdev_cdb(cdb, SCSIEMU_OP_READ_10, 0, 1);
	w.t.d.attr = SCSIEMU_ACA;
	drive_start(&w.t.d, &k, w.lu, cdb, 10, NULL, 0, 512);
	w.t.d.attr = SCSIEMU_SIMPLE;
	assert_int_equal(k.want, SCSIEMU_READ);
	assert_int_equal(tur(&w, w.t.a, SCSIEMU_ACA, 0), SCSIEMU_ACA_ACTIVE);
	testdev_finish(&k);
	assert_int_equal(tur(&w, w.t.a, SCSIEMU_ACA, 0), SCSIEMU_GOOD);
	unmake(&w);
}

static void start(struct world *w, struct drive_task *k, unsigned op,
		  uint32_t lba, uint8_t control)
{
	uint8_t cdb[10];

	testdev_cdb(cdb, op, lba, 1);
	cdb[9] = control;
	drive_start(&w->t.d, k, w->lu, cdb, 10, NULL, 0, 512);
}

/* What waited goes on waiting, although nothing is in its way any more. */
static void test_waits(void **s)
{
	struct drive_task excl = { 0 }, k = { 0 };
	struct world w;

	(void)s;
	make(&w);
	testdev.nodata = testdev_flush;
	start(&w, &excl, OP_EXCL, 0, 0);
	assert_int_equal(excl.want, SCSIEMU_STORE);
	start(&w, &k, SCSIEMU_OP_READ_10, 0, 0);
	assert_int_equal(k.want, SCSIEMU_WAIT);
	fault(&w);
	testdev_finish(&excl);
	assert_int_equal(testdev_ready(&w.t), 0);
	assert_int_equal(k.want, SCSIEMU_WAIT);
	assert_int_equal(
		testdev_tmf_run(&w.t, w.t.a, w.lu, SCSIEMU_TMF_CLEAR_ACA, 0),
		SCSIEMU_RSP_COMPLETE);
	assert_int_equal(k.want, SCSIEMU_READ);
	testdev_finish(&k);
	unmake(&w);
}

/* CHECK CONDITION of an ACA command: with NACA a new condition, without it
 * the old one is over. */
static void test_fails_again(void **s)
{
	struct world w;

	(void)s;
	make(&w);
	fault(&w);
	run(&w, w.t.a, SCSIEMU_ACA, SCSIEMU_OP_READ_10, 100, NACA);
	drive_check(&w.t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	assert_ptr_equal(w.lu->aca, w.t.a);
	run(&w, w.t.a, SCSIEMU_ACA, SCSIEMU_OP_READ_10, 100, 0);
	drive_check(&w.t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	assert_null(w.lu->aca);
	assert_int_equal(tur(&w, w.t.b, SCSIEMU_SIMPLE, 0), SCSIEMU_GOOD);
	tur(&w, w.t.a, SCSIEMU_ACA, 0); /* there is none */
	drive_check(&w.t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x4900);
	unmake(&w);
}

/* CLEAR ACA: only by the nexus whose command made it; ACA commands end. */
static void test_clear(void **s)
{
	struct drive_task k = { 0 }, tmf;
	struct world w;
	uint8_t cdb[10];

	(void)s;
	make(&w);
	assert_int_equal(
		testdev_tmf_run(&w.t, w.t.b, w.lu, SCSIEMU_TMF_CLEAR_ACA, 0),
		SCSIEMU_RSP_COMPLETE); /* nothing to clear */
	fault(&w);
	assert_int_equal(
		testdev_tmf_run(&w.t, w.t.b, w.lu, SCSIEMU_TMF_CLEAR_ACA, 0),
		SCSIEMU_RSP_REJECTED);
	assert_ptr_equal(w.lu->aca, w.t.a);
	testdev_cdb(cdb, SCSIEMU_OP_READ_10, 0, 1);
	w.t.d.attr = SCSIEMU_ACA;
	drive_start(&w.t.d, &k, w.lu, cdb, 10, NULL, 0, 512);
	w.t.d.attr = SCSIEMU_SIMPLE;
	assert_int_equal(
		testdev_tmf(&w.t, &tmf, w.t.a, w.lu, SCSIEMU_TMF_CLEAR_ACA, 0),
		-1);
	assert_int_equal(testdev_ready(&w.t), 1);
	k.want = scsiemu_did(&k.c, SCSIEMU_OK, 512);
	testdev_silent(&k);
	assert_int_equal(testdev_ready(&w.t), 0);
	assert_int_equal(tmf.want, SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(&tmf.c), 0);
	assert_null(w.lu->aca);
	/* a LU that does not offer it */
	assert_int_equal(testdev_tmf_run(&w.t, w.t.a, w.t.lu[0],
					 SCSIEMU_TMF_CLEAR_ACA, 0),
			 SCSIEMU_RSP_REJECTED);
	unmake(&w);
}

/* Resets and the loss of the nexus end it; of another nexus, they do not. */
static void test_ends(void **s)
{
	struct world w;

	(void)s;
	make(&w);
	fault(&w);
	testdev_tmf_run(&w.t, w.t.b, w.lu, SCSIEMU_TMF_NEXUS_RESET, 0);
	assert_ptr_equal(w.lu->aca, w.t.a);
	testdev_tmf_run(&w.t, w.t.b, w.lu, SCSIEMU_TMF_LU_RESET, 0);
	assert_null(w.lu->aca);
	drive_settle(&w.t.d, w.lu, w.t.a);
	drive_settle(&w.t.d, w.lu, w.t.b);
	fault(&w);
	testdev_tmf_run(&w.t, w.t.a, w.lu, SCSIEMU_TMF_NEXUS_RESET, 0);
	assert_null(w.lu->aca);
	drive_settle(&w.t.d, w.lu, w.t.a);
	fault(&w);
	scsiemu_nexus_detach(w.t.b);
	assert_ptr_equal(w.lu->aca, w.t.a);
	scsiemu_nexus_detach(w.t.a);
	assert_null(w.lu->aca);
	unmake(&w);
}

/* NACA and NORMACA agree; the hot path comes back. */
static void test_offered(void **s)
{
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, 0, 0, 0, 96 };
	static const uint8_t tmfs[12] = { 0xa3, 0x0d, [9] = 4 };
	static const uint8_t one[12] = { 0xa3, 0x0c, 1, 0x28, [9] = 64 };
	struct world w;

	(void)s;
	make(&w);
	drive_in(&w.t.d, w.lu, inquiry, 6);
	assert_int_equal(w.t.d.t.in[3], 0x32);
	drive_in(&w.t.d, w.t.lu[0], inquiry, 6);
	assert_int_equal(w.t.d.t.in[3], 0x12);
	drive_in(&w.t.d, w.lu, tmfs, 12);
	assert_int_equal(w.t.d.t.in[0], 0xfc);
	drive_in(&w.t.d, w.t.lu[0], tmfs, 12);
	assert_int_equal(w.t.d.t.in[0], 0xdc);
	drive_in(&w.t.d, w.lu, one, 12);
	assert_int_equal(w.t.d.t.in[4 + 9], NACA);
	drive_in(&w.t.d, w.t.lu[0], one, 12);
	assert_int_equal(w.t.d.t.in[4 + 9], 0);
	unmake(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whom),
		cmocka_unit_test(test_preempt),
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_fails_again),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
