/* SPDX-License-Identifier: BSD-2-Clause */
/* Deferred errors: who is told, when, how, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

/* Each use leaves three nexuses settled. */
struct rig {
	struct disk b;
	struct scsiemu_nexus *n[3];
};

static const struct scsiemu_sense lost = {
	.key = SCSIEMU_SK_MEDIUM_ERROR,
	.asc = SCSIEMU_ASC_WRITE_ERROR,
	.flags = SCSIEMU_S_INFO,
	.bit = SCSIEMU_NO_BIT,
	.info = 0x1234,
};
static const struct scsiemu_sense broke = {
	.key = SCSIEMU_SK_HARDWARE_ERROR,
	.asc = SCSIEMU_ASC_INTERNAL_FAILURE,
	.bit = SCSIEMU_NO_BIT,
};

static const uint8_t fixed[18] = { 0xf1, 0, 3, 0, 0, 0x12, 0x34,
				   10,	 0, 0, 0, 0, 0x0c };
static const uint8_t descr[20] = { 0x73, 3, 0x0c, 0, 0, 0, 0, 12, 0,	10,
				   0x80, 0, 0,	  0, 0, 0, 0, 0,  0x12, 0x34 };

static void make(struct rig *r)
{
	static const struct disk_options o = { .deferred = true };

	disk_make(&r->b, &o);
	for (unsigned i = 0; i < 3; i++) {
		r->n[i] = drive_attach(&r->b.d, i, 1);
		assert_non_null(r->n[i]);
		drive_settle(&r->b.d, r->b.lu, r->n[i]);
	}
	r->b.d.nexus = r->n[0];
}

/* TEST UNIT READY as n: the ASC/ASCQ of the deferred error that it ends with,
 * 0: GOOD. */
static unsigned told(struct rig *r, struct scsiemu_nexus *n)
{
	struct drive *d = &r->b.d;
	struct scsiemu_nexus *was = d->nexus;
	uint8_t cdb[6] = { 0 }, status;

	d->nexus = n;
	status = drive_run(d, r->b.lu, cdb, sizeof(cdb), NULL, 0, 0);
	d->nexus = was;
	if (status == SCSIEMU_GOOD)
		return 0;
	assert_int_equal(status, SCSIEMU_CHECK_CONDITION);
	assert_true(d->t.c.sense.flags & SCSIEMU_S_DEFERRED);
	return d->t.c.sense.asc;
}

static void set(struct rig *r, struct scsiemu_nexus *n,
		const struct scsiemu_sense *s)
{
	assert_int_equal(scsiemu_lu_deferred(r->b.lu, n, s), 0);
}

static uint8_t request(struct rig *r, bool desc)
{
	const uint8_t cdb[6] = { SCSIEMU_OP_REQUEST_SENSE, desc, 0, 0, 252 };

	return drive_in(&r->b.d, r->b.lu, cdb, sizeof(cdb));
}

/* The command is not done, and the next one is. */
static void test_once(void **s)
{
	static const uint8_t out[512] = { 7 };
	struct rig r;

	(void)s;
	make(&r);
	disk_fill(&r.b, 1);
	set(&r, r.n[0], &lost);
	assert_int_equal(told(&r, r.n[1]), 0);
	assert_int_equal(told(&r, NULL), 0);
	disk_run(&r.b, SCSIEMU_OP_INQUIRY, 0, 0, 0, NULL, 0, 0);
	drive_good(&r.b.d);
	disk_run(&r.b, SCSIEMU_OP_WRITE_10, 0, 5, 1, out, 512, 0);
	drive_check(&r.b.d, 3, SCSIEMU_ASC_WRITE_ERROR);
	assert_int_equal(r.b.d.t.sense_len, sizeof(fixed));
	assert_memory_equal(r.b.d.t.sense, fixed, sizeof(fixed));
	assert_int_equal(r.b.d.nlog, 0);
	assert_memory_not_equal(disk_at(&r.b, 5), out, 512);
	disk_run(&r.b, SCSIEMU_OP_WRITE_10, 0, 5, 1, out, 512, 0);
	drive_good(&r.b.d);
	assert_memory_equal(disk_at(&r.b, 5), out, 512);
	disk_free(&r.b);
}

static void test_report_luns(void **s)
{
	static const uint8_t cdb[12] = {
		SCSIEMU_OP_REPORT_LUNS, 0, 0, 0, 0, 0, 0, 0, 0, 16
	};
	struct rig r;

	(void)s;
	make(&r);
	set(&r, r.n[0], &lost);
	drive_in(&r.b.d, r.b.lu, cdb, sizeof(cdb));
	drive_good(&r.b.d);
	assert_int_equal(told(&r, r.n[0]), SCSIEMU_ASC_WRITE_ERROR);
	disk_free(&r.b);
}

static void test_descriptor(void **s)
{
	struct rig r;

	(void)s;
	make(&r);
	disk_mode(&r.b, 0x0a, 2, 4, 4); /* D_SENSE */
	set(&r, r.n[0], &lost);
	assert_int_equal(told(&r, r.n[0]), SCSIEMU_ASC_WRITE_ERROR);
	assert_int_equal(r.b.d.t.sense_len, sizeof(descr));
	assert_memory_equal(r.b.d.t.sense, descr, sizeof(descr));
	disk_free(&r.b);
}

/* In the data, and then no more; its own command is done. */
static void test_request_sense(void **s)
{
	struct rig r;

	(void)s;
	make(&r);
	set(&r, r.n[0], &lost);
	request(&r, false);
	drive_data(&r.b.d, fixed, sizeof(fixed));
	request(&r, false);
	assert_int_equal(r.b.d.t.in[0], 0x70);
	assert_int_equal(told(&r, r.n[0]), 0);
	set(&r, r.n[0], &lost);
	request(&r, true);
	drive_data(&r.b.d, descr, sizeof(descr));
	assert_int_equal(told(&r, r.n[0]), 0);
	disk_free(&r.b);
}

/* What comes while REQUEST SENSE is on its way is not taken for what it
 * reports; whom an abort keeps it from is told again. */
static void test_overtaken(void **s)
{
	static const uint8_t cdb[6] = { SCSIEMU_OP_REQUEST_SENSE, 0, 0, 0, 18 };
	struct drive_task t = { .live = false };
	struct rig r;

	(void)s;
	make(&r);
	for (unsigned i = 0; i < 3; i++) {
		set(&r, r.n[0], &lost);
		drive_start(&r.b.d, &t, r.b.lu, cdb, sizeof(cdb), NULL, 0, 18);
		assert_int_equal(t.want, SCSIEMU_SEND);
		if (i < 2)
			set(&r, i ? NULL : r.n[0], &broke);
		else
			scsiemu_abort(&t.c);
		drive_go(&t);
		drive_end(&t);
		if (i < 2)
			assert_memory_equal(t.in, fixed, sizeof(fixed));
		assert_int_equal(told(&r, r.n[0]),
				 i < 2 ? SCSIEMU_ASC_INTERNAL_FAILURE
				       : SCSIEMU_ASC_WRITE_ERROR);
		assert_int_equal(told(&r, r.n[0]), 0);
		drive_task_free(&t);
	}
	disk_free(&r.b);
}

/* Unit attentions are first, and a reservation of another nexus behind. */
static void test_order(void **s)
{
	struct rig r;

	(void)s;
	make(&r);
	for (unsigned i = 0; i < 2; i++) {
		set(&r, r.n[0], &lost);
		r.b.k.m.nblk ^= 1;
		scsiemu_lu_changed(r.b.lu);
		if (i) {
			request(&r, false);
			assert_int_equal(r.b.d.t.in[0], 0x70);
			assert_int_equal(r.b.d.t.in[2], 6);
		} else {
			assert_int_equal(drive_ua(&r.b.d, r.b.lu, r.n[0]),
					 SCSIEMU_ASC_CAPACITY_CHANGED);
		}
		assert_int_equal(told(&r, r.n[0]), SCSIEMU_ASC_WRITE_ERROR);
		assert_int_equal(told(&r, r.n[0]), 0);
	}
	r.b.d.nexus = r.n[2];
	drive_settle(&r.b.d, r.b.lu, r.n[2]);
	disk_run(&r.b, SCSIEMU_OP_RESERVE_6, 0, 0, 0, NULL, 0, 0);
	drive_good(&r.b.d);
	r.b.d.nexus = r.n[0];
	set(&r, r.n[0], &lost);
	disk_run(&r.b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, 512);
	drive_check(&r.b.d, 3, SCSIEMU_ASC_WRITE_ERROR);
	disk_run(&r.b, SCSIEMU_OP_READ_10, 0, 0, 1, NULL, 0, 512);
	drive_status(&r.b.d, SCSIEMU_RESERVATION_CONFLICT);
	disk_free(&r.b);
}

/* Nobody knows whose: all. Of several the last; a reset changes nothing. */
static void test_all(void **s)
{
	struct rig r;

	(void)s;
	make(&r);
	set(&r, r.n[1], &lost);
	set(&r, NULL, &broke);
	disk_reset(&r.b);
	for (unsigned i = 1; i < 3; i++) {
		assert_int_equal(drive_ua(&r.b.d, r.b.lu, r.n[i]),
				 SCSIEMU_ASC_DEVICE_RESET);
		assert_int_equal(told(&r, r.n[i]),
				 SCSIEMU_ASC_INTERNAL_FAILURE);
		assert_int_equal(told(&r, r.n[i]), 0);
	}
	set(&r, r.n[0], &broke);
	set(&r, r.n[0], &lost);
	assert_int_equal(told(&r, r.n[0]), SCSIEMU_ASC_WRITE_ERROR);
	assert_int_equal(told(&r, r.n[0]), 0);
	disk_free(&r.b);
}

static int broken(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)bytes;
	if (c->want != SCSIEMU_STORE)
		return DRIVE_USUAL;
	c->info = 0x1234;
	return *(int *)d->hook_ctx;
}

/* SYNCHRONIZE CACHE with IMMED is GOOD, then its flush ends so. gone: its nexus
 * is, by then. */
static void flush(struct rig *r, int result, bool gone)
{
	struct drive_task t = { .live = false };
	uint8_t cdb[16];
	unsigned len = disk_cdb(cdb, SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 2, 0, 0);

	r->b.d.hook = broken;
	r->b.d.hook_ctx = &result;
	drive_start(&r->b.d, &t, r->b.lu, cdb, len, NULL, 0, 0);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	assert_int_equal(scsiemu_end(&t.c), 0);
	t.live = false;
	if (gone)
		scsiemu_nexus_detach(r->b.d.nexus);
	drive_ready(&r->b.d);
	r->b.d.hook = NULL;
	drive_task_free(&t);
}

/* Two errors at once; who has one may get another. */
static void test_room(void **s)
{
	struct rig r;
	struct disk plain;

	(void)s;
	make(&r);
	r.b.d.nexus = NULL;
	flush(&r, SCSIEMU_E_WRITE, false);
	set(&r, r.n[0], &broke);
	assert_int_equal(scsiemu_lu_deferred(r.b.lu, r.n[1], &broke),
			 SCSIEMU_ERR_SPACE);
	set(&r, r.n[0], &lost);
	assert_int_equal(told(&r, r.n[1]), 0);
	assert_int_equal(told(&r, r.n[0]), SCSIEMU_ASC_WRITE_ERROR);
	assert_int_equal(told(&r, NULL), SCSIEMU_ASC_WRITE_ERROR);
	disk_free(&r.b);
	disk_make(&plain, NULL);
	assert_int_equal(scsiemu_lu_deferred(plain.lu, NULL, &lost),
			 SCSIEMU_ERR_ARG);
	disk_free(&plain);
}

static void test_flush(void **s)
{
	struct rig r;

	(void)s;
	make(&r);
	flush(&r, SCSIEMU_OK, false);
	flush(&r, SCSIEMU_E_BUSY, false); /* all is still in the cache */
	assert_int_equal(told(&r, r.n[0]), 0);
	flush(&r, SCSIEMU_E_WRITE, false);
	assert_int_equal(told(&r, r.n[1]), 0);
	request(&r, false);
	drive_data(&r.b.d, fixed, sizeof(fixed));
	assert_int_equal(told(&r, r.n[0]), 0);
	flush(&r, SCSIEMU_E_HARDWARE, true);
	assert_int_equal(told(&r, r.n[1]), SCSIEMU_ASC_INTERNAL_FAILURE);
	assert_int_equal(told(&r, r.n[2]), SCSIEMU_ASC_INTERNAL_FAILURE);
	disk_free(&r.b);
}

/* QUERY ASYNCHRONOUS EVENT: UADE DEPTH, key, code; nothing is cleared. */
static void event_is(struct rig *r, uint8_t response, uint32_t info)
{
	struct scsiemu_cmd c = { .tmf = SCSIEMU_TMF_QUERY_ASYNC_EVENT,
				 .nexus = r->n[0] };
	uint8_t scratch[2048];

	c.scratch = scratch;
	c.scratch_len = sizeof(scratch);
	assert_int_equal(scsiemu_start(r->b.lu, &c), SCSIEMU_DONE);
	assert_int_equal(c.response, response);
	assert_int_equal(c.response_info, info);
	assert_int_equal(scsiemu_end(&c), 0);
}

static void test_event(void **s)
{
	struct rig r;

	(void)s;
	make(&r);
	set(&r, r.n[1], &lost);
	event_is(&r, SCSIEMU_RSP_COMPLETE, 0);
	set(&r, r.n[0], &lost);
	event_is(&r, SCSIEMU_RSP_SUCCEEDED, 0x130c00);
	r.b.k.m.nblk--;
	scsiemu_lu_changed(r.b.lu);
	event_is(&r, SCSIEMU_RSP_SUCCEEDED, 0x262a09);
	event_is(&r, SCSIEMU_RSP_SUCCEEDED, 0x262a09);
	assert_int_equal(drive_ua(&r.b.d, r.b.lu, r.n[0]),
			 SCSIEMU_ASC_CAPACITY_CHANGED);
	event_is(&r, SCSIEMU_RSP_SUCCEEDED, 0x130c00);
	assert_int_equal(told(&r, r.n[0]), SCSIEMU_ASC_WRITE_ERROR);
	event_is(&r, SCSIEMU_RSP_COMPLETE, 0);
	disk_free(&r.b);
}

/* They came with SCSI-2. */
static void test_level(void **s)
{
	const struct disk_options o = { .deferred = true,
					.version = SCSIEMU_LEVEL_SCSI_1 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	assert_int_equal(scsiemu_lu_deferred(b.lu, NULL, &lost),
			 SCSIEMU_ERR_ARG);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_report_luns),
		cmocka_unit_test(test_descriptor),
		cmocka_unit_test(test_request_sense),
		cmocka_unit_test(test_overtaken),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
