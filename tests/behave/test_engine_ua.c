/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit attentions, and the pool of (LU, nexus) pairs that keeps them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

/* Highest first. */
static const uint16_t by_priority[SEMU_UA_COUNT] = {
	0x2900, 0x2902, 0x2903, 0x2907, 0x2f00, 0x3f01, 0x2800, 0x2a09,
	0x3f0e, 0x3f03, 0x2a06, 0x2a07, 0x3f15, 0x2a03, 0x2a04, 0x2a05,
	0x2a01, 0x2a02, 0x3f05, 0x2a10, 0x2a08, 0x3807, 0x3808, 0x3f17,
	0x2a16, 0x5d00, 0x5b01, 0x2c07, 0x2c08, 0x2c09,
};

static void test_priority(void **state)
{
	struct testdev_dev *t = *state;
	struct semu_itl *a = semu_itl_get(t->lu[0], t->a);

	for (unsigned i = SEMU_UA_COUNT; i-- > 0;) {
		semu_ua_itl(a, (enum semu_ua)i);
		semu_ua_itl(a, (enum semu_ua)i); /* coalesced */
	}
	for (unsigned i = 0; i < SEMU_UA_COUNT; i++) {
		testdev_run(t, SCSIEMU_OP_WRITE_10, 0, 1, by_priority, 512, 0);
		drive_check(&t->d, SCSIEMU_SK_UNIT_ATTENTION, by_priority[i]);
		assert_int_equal(t->d.nlog, 0);
	}
	testdev_run(t, SCSIEMU_OP_READ_10, 0, 1, NULL, 0, 512);
	drive_good(&t->d);
}

static void test_broadcast(void **state)
{
	struct testdev_dev *t = *state;

	semu_ua_lu(t->lu[0], SEMU_UA_MODE, t->a);
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->a), 0);
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->b), 0x2a01);
	assert_int_equal(drive_ua(&t->d, t->lu[1], t->b), 0);
	semu_ua_device(t->d.dev, SEMU_UA_TIMESTAMP, t->b);
	for (unsigned i = 0; i < TESTDEV_LUS; i++) {
		assert_int_equal(drive_ua(&t->d, t->lu[i], t->a), 0x2a10);
		assert_int_equal(drive_ua(&t->d, t->lu[i], t->b), 0);
	}
	scsiemu_lu_load(t->lu[0], &t->disk[0].m, true);
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->b), 0x2800);
	t->disk[0].m.nblk--;
	scsiemu_lu_changed(t->lu[0]);
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->b), 0x2a09);
	scsiemu_lu_changed(t->lu[0]); /* nothing did */
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->b), 0);
}

/* INQUIRY-class rows run; REQUEST SENSE takes it; the rest is stopped. */
static void test_skip_take(void **state)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36 };
	static const uint8_t sense[6] = { 0x03, 0, 0, 0, 18 };
	struct testdev_dev *t = *state;

	semu_ua_lu(t->lu[0], SEMU_UA_MODE, NULL);
	drive_run(&t->d, t->lu[0], inquiry, 6, NULL, 0, 36);
	drive_good(&t->d);
	testdev_run(t, OP_UA_SKIP, 0, 0, NULL, 0, 0);
	drive_good(&t->d);
	testdev_run(t, OP_UA_TAKE, 0, 0, NULL, 0, 0);
	drive_good(&t->d);
	testdev_run(t, OP_NODATA, 0, 0, NULL, 0, 0);
	drive_check(&t->d, 6, 0x2a01);
	testdev_run(t, OP_NODATA, 0, 0, NULL, 0, 0);
	drive_good(&t->d);
	drive_run(&t->d, t->lu[0], sense, 6, NULL, 0, 18);
	assert_int_equal(t->d.t.in[2], 0);
	semu_ua_lu(t->lu[0], SEMU_UA_MODE, NULL);
	drive_run(&t->d, t->lu[0], sense, 6, NULL, 0, 18);
	drive_good(&t->d);
	assert_int_equal(t->d.t.in[2], 6);
	assert_int_equal(t->d.t.in[12], 0x2a);
	testdev_run(t, OP_NODATA, 0, 0, NULL, 0, 0);
	drive_good(&t->d);
}

/* UA_INTLCK_CTRL: 00b cleared when told; else kept until REQUEST SENSE. */
static void test_interlock(void **state)
{
	static const uint8_t sense[6] = { 0x03, 0, 0, 0, 18 };
	static const uint8_t reserve[6] = { 0x16 };
	struct testdev_dev *t = *state;

	for (uint8_t ctl = 0; ctl <= 3; ctl++) {
		t->lu[0]->ua_intlck = ctl;
		semu_ua_lu(t->lu[0], SEMU_UA_MODE, NULL);
		assert_int_equal(drive_ua(&t->d, t->lu[0], t->a), 0x2a01);
		assert_int_equal(drive_ua(&t->d, t->lu[0], t->a),
				 ctl ? 0x2a01 : 0);
		drive_run(&t->d, t->lu[0], sense, 6, NULL, 0, 18);
		assert_int_equal(drive_ua(&t->d, t->lu[0], t->a), 0);
		t->d.nexus = t->b;
		drive_run(&t->d, t->lu[0], sense, 6, NULL, 0, 18);
		drive_run(&t->d, t->lu[0], reserve, 6, NULL, 0, 0);
		drive_good(&t->d);
		t->d.nexus = t->a;
		testdev_run(t, SCSIEMU_OP_READ_10, 0, 1, NULL, 0, 512);
		drive_status(&t->d, SCSIEMU_RESERVATION_CONFLICT);
		/* 11b remembers it */
		assert_int_equal(t->d.dev->zombies == NULL, true);
		assert_int_equal(semu_ua_peek(semu_itl_get(t->lu[0], t->a)),
				 ctl == 3 ? 0x2c09 : 0);
		drive_run(&t->d, t->lu[0], sense, 6, NULL, 0, 18);
		assert_int_equal(t->d.t.in[12], ctl == 3 ? 0x2c : 0);
		semu_itl_lost(semu_itl_get(t->lu[0], t->b));
	}
}

static int busy(struct scsiemu_cmd *c)
{
	return scsiemu_fail_status(c, (uint8_t)scsiemu_cmd_lba(c));
}

static int busy_then(struct scsiemu_cmd *c, int result)
{
	(void)result;
	return busy(c);
}

static void test_interlock_status(void **state)
{
	struct testdev_dev *t = *state;
	struct semu_itl *a = semu_itl_get(t->lu[0], t->a);

	testdev.nodata = testdev_flush;
	testdev.then = busy_then;
	t->lu[0]->ua_intlck = 3;
	testdev_run(t, OP_RW, SCSIEMU_BUSY, 0, NULL, 0, 0);
	assert_int_equal(t->d.t.c.status, SCSIEMU_BUSY);
	assert_int_equal(a->ua, SEMU_UA_BIT(SEMU_UA_PREV_BUSY));
	a->ua = 0;
	testdev_run(t, OP_RW, SCSIEMU_TASK_SET_FULL, 0, NULL, 0, 0);
	assert_int_equal(a->ua, SEMU_UA_BIT(SEMU_UA_PREV_FULL));
	a->ua = 0;
	testdev_run(t, OP_RW, SCSIEMU_GOOD, 0, NULL, 0, 0);
	assert_int_equal(a->ua, 0);
}

/* Before the reservation, for HEAD OF QUEUE as well, after WAIT again. */
static void test_after_wait(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } };

	testdev.nodata = testdev_flush;
	testdev_start(t, &k[0], t->a, 0, OP_LU, 0, 0);
	testdev_start(t, &k[1], t->b, 0, OP_RW, 0, 1);
	semu_ua_lu(t->lu[0], SEMU_UA_MODE, NULL);
	testdev_finish(&k[0]);
	assert_int_equal(k[1].want, SCSIEMU_DONE);
	assert_int_equal(k[1].c.sense.asc, 0x2a01);
	testdev_finish(&k[1]);
	semu_ua_lu(t->lu[0], SEMU_UA_LOG, NULL);
	t->d.attr = SCSIEMU_HEAD;
	testdev_run(t, SCSIEMU_OP_READ_10, 0, 1, NULL, 0, 512);
	drive_check(&t->d, 6, 0x2a01);
	testdev_run(t, SCSIEMU_OP_READ_10, 0, 1, NULL, 0, 512);
	drive_check(&t->d, 6, 0x2a02);
}

/* 20,000 pairs and more nexuses than fit (A12). */
enum { LUNS = 100, NEXUSES = 210, PAIRS = 20000 };

static unsigned first_commands(struct drive *d, struct scsiemu_nexus **n)
{
	static const uint8_t tur[6];
	unsigned busies = 0;

	for (unsigned i = 0; i < LUNS * NEXUSES; i++) {
		d->nexus = n[i / LUNS];
		drive_run(d, d->dev->lus[i % LUNS], tur, 6, NULL, 0, 0);
		if (d->t.c.status == SCSIEMU_BUSY)
			busies++;
	}
	return busies;
}

static uint8_t answers(struct drive *d, struct scsiemu_lu *lu, uint8_t op)
{
	bool luns = op == SCSIEMU_OP_REPORT_LUNS;
	uint8_t cdb[12] = { op };

	cdb[luns ? 9 : 4] = 18;
	return drive_run(d, lu, cdb, luns ? 12 : 6, NULL, 0, 18);
}

static void test_pool(void **state)
{
	struct scsiemu_limits l = { .size = sizeof(l),
				    .lus = LUNS,
				    .nexuses = NEXUSES,
				    .itls = PAIRS };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &testdev_type };
	struct scsiemu_nexus_config nc = { .size = sizeof(nc) };
	static struct scsiemu_nexus *n[NEXUSES];
	static uint64_t more[1000 * 128 / 8 + 65536];
	struct scsiemu_medium m = { .nblk = 1, .blen = 512 };
	struct drive d;

	(void)state;
	drive_make(&d, &l);
	for (uint16_t i = 0; i < LUNS; i++)
		scsiemu_lu_load(scsiemu_lu_add(d.dev, i, &cf), &m, false);
	for (unsigned i = 0; i < NEXUSES; i++)
		n[i] = scsiemu_nexus_attach(d.dev, &nc);
	assert_int_equal(scsiemu_device_itl_free(d.dev), PAIRS);
	assert_int_equal(first_commands(&d, n), 1000);
	assert_int_equal(scsiemu_device_itl_free(d.dev), 0);
	/* those who are without still get to know where they are */
	d.nexus = n[NEXUSES - 1];
	assert_int_equal(answers(&d, d.dev->lus[7], SCSIEMU_OP_INQUIRY), 0);
	assert_int_equal(answers(&d, d.dev->lus[7], SCSIEMU_OP_REPORT_LUNS), 0);
	assert_int_equal(answers(&d, d.dev->lus[7], SCSIEMU_OP_REQUEST_SENSE),
			 0);
	assert_int_equal(drive_ua(&d, d.dev->lus[7], n[NEXUSES - 1]), 0);
	assert_int_equal(d.t.c.status, SCSIEMU_BUSY);
	/* it grows */
	assert_int_equal(scsiemu_device_grow(d.dev, more, 40),
			 SCSIEMU_ERR_SPACE);
	assert_int_equal(scsiemu_device_grow(d.dev, more, 600),
			 SCSIEMU_ERR_SPACE);
	assert_int_equal(scsiemu_device_itl_free(d.dev), 0);
	assert_int_equal(scsiemu_device_grow(d.dev, more, sizeof(more)), 0);
	assert_true(scsiemu_device_itl_free(d.dev) >= 1000);
	assert_int_equal(first_commands(&d, n), 0);
	for (unsigned i = 0; i < LUNS; i++) {
		assert_int_equal(drive_ua(&d, d.dev->lus[i], n[0]), 0);
		assert_int_equal(drive_ua(&d, d.dev->lus[i], n[NEXUSES - 1]),
				 0);
	}
	for (unsigned i = 0; i < NEXUSES; i++)
		scsiemu_nexus_detach(n[i]);
	assert_int_equal(scsiemu_device_itl_free(d.dev), d.dev->nitls);
	for (uint32_t i = 0; i <= d.dev->itl_mask; i++)
		assert_null(d.dev->itl_hash[i]);
	drive_free(&d);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testdev_setup, testdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_priority),
		T(test_broadcast),
		T(test_skip_take),
		T(test_interlock),
		T(test_interlock_status),
		T(test_after_wait),
		cmocka_unit_test(test_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
