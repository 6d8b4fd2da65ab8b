/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams: STREAM CONTROL, GET STREAM STATUS, WRITE STREAM(16) and (32). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/pi.h"

enum { BLEN = 512, OPEN = 0x34, CLOSE = 0x54, MOST = 3 };

static void made(struct disk *b, uint16_t streams, uint8_t permanent)
{
	struct disk_options o = { .sbc.streams = streams,
				  .sbc.permanent_streams = permanent };

	disk_make(b, &o);
}

static void control(struct disk *b, uint8_t byte1, uint16_t id, uint8_t room)
{
	uint8_t cdb[16] = { SCSIEMU_OP_SERVICE_ACTION_IN_16,
			    byte1, [4] = (uint8_t)(id >> 8),
			    (uint8_t)id, [13] = room };

	drive_run(&b->d, b->lu, cdb, 16, NULL, 0, room);
}

static void status(struct disk *b, uint16_t from, uint8_t room)
{
	uint8_t cdb[16] = { SCSIEMU_OP_SERVICE_ACTION_IN_16,
			    0x16, [4] = (uint8_t)(from >> 8),
			    (uint8_t)from, [13] = room };

	drive_run(&b->d, b->lu, cdb, 16, NULL, 0, room);
}

static void opened(struct disk *b, uint8_t id)
{
	uint8_t want[8] = { 7, [5] = id };

	control(b, OPEN, 0, 8);
	drive_data(&b->d, want, 8);
}

static void test_control(void **s)
{
	static const uint8_t want[4] = { 7, 0, 0, 0 };
	struct disk b;

	(void)s;
	made(&b, MOST, 0);
	opened(&b, 1);
	opened(&b, 2);
	control(&b, OPEN, 0, 4); /* as much as the host has room for */
	drive_data(&b.d, want, 4);
	control(&b, OPEN, 0, 8);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x5510);
	control(&b, CLOSE, 2, 0);
	drive_good(&b.d);
	control(&b, CLOSE, 2, 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2c0f);
	control(&b, CLOSE, 0, 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2c0f);
	control(&b, CLOSE, 0xffff, 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2c0f);
	opened(&b, 2);
	control(&b, 0x14, 0, 8); /* STR_CTL 00b, 11b */
	drive_cdb(&b.d, 1, 6);
	control(&b, 0x74, 0, 8);
	drive_cdb(&b.d, 1, 6);
	disk_free(&b);
}

/* Somebody who was never told its identifier cannot close it. */
static void test_aborted(void **s)
{
	uint8_t cdb[16] = { SCSIEMU_OP_SERVICE_ACTION_IN_16, OPEN, [13] = 8 };
	struct drive_task t = { 0 };
	struct disk b;

	(void)s;
	made(&b, MOST, 0);
	drive_start(&b.d, &t, b.lu, cdb, 16, NULL, 0, 8);
	assert_int_equal(t.want, SCSIEMU_SEND);
	scsiemu_abort(&t.c);
	drive_go(&t);
	drive_end(&t);
	opened(&b, 1);
	drive_task_free(&t);
	disk_free(&b);
}

/* The port of a command hangs, a reset closes its stream without waiting for
 * it, somebody opens it: what comes late leaves it alone. */
static void test_aborted_late(void **s)
{
	static const uint8_t one[16] = { [3] = 8, [7] = 1, [11] = 1 };
	uint8_t cdb[16] = { SCSIEMU_OP_SERVICE_ACTION_IN_16, OPEN, [13] = 8 };
	struct scsiemu_cmd reset = { .tmf = SCSIEMU_TMF_LU_RESET };
	struct drive_task t = { 0 };
	struct disk b;

	(void)s;
	made(&b, MOST, 0);
	scsiemu_device_tick(b.d.dev, 1000);
	drive_start(&b.d, &t, b.lu, cdb, 16, NULL, 0, 8);
	assert_int_equal(t.want, SCSIEMU_SEND);
	reset.scratch = malloc(b.d.scratch);
	reset.scratch_len = b.d.scratch;
	assert_int_equal(scsiemu_start(b.lu, &reset), SCSIEMU_WAIT);
	assert_ptr_equal(scsiemu_ready(b.d.dev), &t.c); /* it hangs */
	scsiemu_device_tick(b.d.dev, 3000);
	assert_ptr_equal(scsiemu_ready(b.d.dev), &reset);
	assert_int_equal(scsiemu_next(&reset), SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(&reset), 0);
	free(reset.scratch);
	drive_settle(&b.d, b.lu, b.d.nexus);
	opened(&b, 1);
	drive_go(&t);
	assert_int_equal(t.c.outcome, SCSIEMU_ABORTED);
	drive_end(&t);
	drive_task_free(&t);
	status(&b, 0, 64);
	drive_data(&b.d, one, 16);
	disk_free(&b);
}

static void test_status(void **s)
{
	static const uint8_t none[8] = { 0 };
	static const uint8_t all[24] = {
		[3] = 16, [7] = 2, [11] = 1, [19] = 3
	};
	static const uint8_t last[16] = { [3] = 8, [7] = 2, [11] = 3 };
	struct disk b;

	(void)s;
	made(&b, MOST, 0);
	status(&b, 0, 64);
	drive_data(&b.d, none, 8);
	opened(&b, 1);
	opened(&b, 2);
	opened(&b, 3);
	control(&b, CLOSE, 2, 0);
	status(&b, 0, 64);
	drive_data(&b.d, all, 24);
	status(&b, 2, 64);
	drive_data(&b.d, last, 16);
	status(&b, 0, 12); /* the length says what there is */
	drive_data(&b.d, all, 12);
	assert_int_equal(b.d.t.c.in_all, 12);
	status(&b, 0, 7);
	drive_cdb(&b.d, 10, SCSIEMU_NO_BIT);
	status(&b, 4, 64);
	drive_cdb(&b.d, 4, SCSIEMU_NO_BIT);
	disk_free(&b);
}

static void write_stream(struct disk *b, uint16_t id, uint8_t lba, uint8_t n,
			 const void *out, uint32_t len)
{
	uint8_t cdb[16] = { SCSIEMU_OP_WRITE_STREAM_16, 0x08,	     [9] = lba,
			    [10] = (uint8_t)(id >> 8),	(uint8_t)id, [13] = n };

	drive_run(&b->d, b->lu, cdb, 16, out, len, 0);
}

static void test_write(void **s)
{
	uint8_t out[5 * BLEN];
	struct disk b;

	(void)s;
	made(&b, MOST, 0);
	disk_fill(&b, 1);
	disk_pattern(out, 7, 5, BLEN, 2);
	write_stream(&b, 1, 7, 5, out, sizeof(out));
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2c0f);
	assert_int_equal(b.d.nlog, 0);
	write_stream(&b, 1, 64, 1, out, BLEN);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	opened(&b, 1);
	write_stream(&b, 1, 7, 5, out, sizeof(out));
	drive_good(&b.d);
	assert_int_equal(b.d.nlog, 1);
	assert_int_equal(b.d.log[0].flags, SCSIEMU_FUA | SCSIEMU_LAST);
	assert_memory_equal(disk_at(&b, 7), out, sizeof(out));
	assert_int_equal(b.d.t.c.out_done, sizeof(out));
	/* a host that has less */
	disk_pattern(out, 7, 5, BLEN, 3);
	write_stream(&b, 1, 7, 5, out, 3 * BLEN + 9);
	drive_good(&b.d);
	assert_memory_equal(disk_at(&b, 7), out, 3 * BLEN);
	assert_memory_not_equal(disk_at(&b, 10), out + 3 * BLEN, BLEN);
	assert_int_equal(b.d.t.c.out_done, 3 * BLEN);
	assert_int_equal(b.d.t.c.out_all, 5 * BLEN);
	write_stream(&b, 1, 63, 0, NULL, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.nlog, 0);
	disk_free(&b);
}

/* Only with type 2; tuples are checked as those of a WRITE. */
static void test_write_32(void **s)
{
	struct disk_options o = { .sbc = { .pi_type = 2, .streams = MOST } };
	uint8_t data[3 * BLEN], wire[3 * (BLEN + 8)];
	uint8_t cdb[32] = { 0x7f,	 [5] = 1,  [7] = 0x18, [9] = 0x10,
			    [10] = 0x20, [19] = 7, [23] = 99,  [31] = 3 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	disk_pattern(data, 7, 3, BLEN, 2);
	pi_wire(wire, data, 3, BLEN, 2, 0, 0, 99);
	drive_run(&b.d, b.lu, cdb, 32, wire, sizeof(wire), 0);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2c0f);
	opened(&b, 1);
	drive_run(&b.d, b.lu, cdb, 32, wire, sizeof(wire), 0);
	drive_good(&b.d);
	assert_memory_equal(disk_at(&b, 7), data, sizeof(data));
	pi_at(wire, 2, BLEN, 0, 0)[7] ^= 1; /* reference tag */
	drive_run(&b.d, b.lu, cdb, 32, wire, sizeof(wire), 0);
	pi_failed(&b, 0x1003, 9);
	disk_free(&b);
}

/* A reset closes them; another nexus may use them. */
static void test_reset(void **s)
{
	static const uint8_t out[BLEN], none[8] = { 0 };
	struct disk b;

	(void)s;
	made(&b, MOST, 0);
	opened(&b, 1);
	b.d.nexus = drive_attach(&b.d, 1, 0);
	drive_settle(&b.d, b.lu, b.d.nexus);
	write_stream(&b, 1, 7, 1, out, BLEN);
	drive_good(&b.d);
	disk_reset(&b);
	status(&b, 0, 64);
	drive_data(&b.d, none, 8);
	disk_free(&b);
}

/* VPD B7h: RSCS, how many, sizes. */
static void test_vpd(void **s)
{
	static const uint8_t b7[] = { SCSIEMU_OP_INQUIRY, 1, 0xb7, 0, 64, 0 };
	static const uint8_t want[12] = { 0, 1, 0, 7, 0, 1, 0, 0, 0, 1, 0, 0 };
	static const uint8_t zero[12] = { 0 };
	struct disk b;

	(void)s;
	made(&b, 5, 2);
	drive_in(&b.d, b.lu, b7, 6);
	drive_good(&b.d);
	assert_memory_equal(b.d.t.in + 4, want, sizeof(want));
	disk_free(&b);
	made(&b, 0, 0);
	drive_in(&b.d, b.lu, b7, 6);
	drive_good(&b.d);
	assert_memory_equal(b.d.t.in + 4, zero, sizeof(zero));
	status(&b, 0, 64);
	drive_cdb(&b.d, 1, 4);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_aborted),
		cmocka_unit_test(test_aborted_late),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_32),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_vpd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
