/* SPDX-License-Identifier: BSD-2-Clause */
/* SEND DIAGNOSTIC, RECEIVE DIAGNOSTIC RESULTS; WRITE and READ BUFFER. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

#define NONE		SCSIEMU_NO_BIT
#define TEST_CODE(code) 0x1d, (code) << 5, 0, 0, 0, 0
#define SELFTEST	0x04
#define REQUEST_SENSE	0x03, 1, 0, 0, 252, 0

static int verify_fails(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	return c->verb == SCSIEMU_V_VERIFY ? SCSIEMU_E_READ : DRIVE_USUAL;
}

/* A medium that the driver never reads: VERIFY only. */
static void grow(struct spcdev *t, uint64_t nblk)
{
	t->disk.m.nblk = nblk;
	scsiemu_lu_changed(t->lu);
	drive_settle(&t->d, t->lu, t->a);
}

static void foreground(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, 0x1d, SELFTEST, 0, 0, 0, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 1);
	assert_int_equal(t->d.log[0].verb, SCSIEMU_V_VERIFY);
	assert_int_equal(t->d.log[0].addr, 0);
	assert_int_equal(t->d.log[0].count, 100);
	grow(t, 5000);
	spcdev_in(t, TEST_CODE(5)); /* short: both ends */
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 2);
	assert_int_equal(t->d.log[0].count, 1024);
	assert_int_equal(t->d.log[1].addr, 5000 - 1024);
	assert_int_equal(t->d.log[1].count, 1024);
	spcdev_in(t, TEST_CODE(6)); /* extended: all */
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 5);
	assert_int_equal(t->d.log[4].addr, 4096);
	assert_int_equal(t->d.log[4].count, 5000 - 4096);
	t->d.hook = verify_fails;
	spcdev_in(t, TEST_CODE(6));
	drive_check(&t->d, 4, 0x3e03);
	assert_int_equal(t->d.nlog, 1);
	scsiemu_lu_load(t->lu, NULL, false); /* no medium, none to test */
	spcdev_in(t, TEST_CODE(6));
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 0);
}

static void background(void **state)
{
	struct spcdev *t = *state;
	static const uint8_t cdb[] = { TEST_CODE(2) };
	struct scsiemu_cmd *job;

	grow(t, 5000);
	spcdev_in(t, TEST_CODE(1));
	drive_good(&t->d);
	assert_int_equal(t->d.njobs, 1);
	assert_int_equal(t->d.nlog, 2);

	/* one that does not end by itself: drive it by hand */
	drive_start(&t->d, &t->d.t, t->lu, cdb, 6, NULL, 0, 0);
	assert_int_equal(t->d.t.want, SCSIEMU_DONE);
	assert_int_equal(t->d.t.c.status, SCSIEMU_GOOD);
	assert_int_equal(scsiemu_end(&t->d.t.c), 0);
	t->d.t.live = false;
	job = scsiemu_ready(t->d.dev);
	assert_non_null(job);
	assert_int_equal(scsiemu_next(job), SCSIEMU_STORE);
	spcdev_in(t, REQUEST_SENSE);
	drive_data(&t->d,
		   BYTES(0x72, 2, 4, 9, 0, 0, 0, 8, 2, 6, 0, 0, 0x80, 0, 0, 0),
		   16);
	spcdev_in(t, TEST_CODE(1));
	drive_check(&t->d, 2, 0x0409);
	spcdev_in(t, 0x00, 0, 0, 0, 0, 0); /* nobody else is held up */
	drive_good(&t->d);
	spcdev_in(t, TEST_CODE(4)); /* abort it */
	drive_good(&t->d);
	assert_int_equal(scsiemu_did(job, SCSIEMU_OK, 0), SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(job), 0);
	spcdev_in(t, REQUEST_SENSE);
	drive_data(&t->d, BYTES(0x72, 0, 0, 0, 0, 0, 0, 0), 8);
	spcdev_in(t, TEST_CODE(4));
	drive_cdb(&t->d, 1, 7);
	t->d.hook = verify_fails;
	spcdev_in(t, TEST_CODE(2)); /* its failure ends it, and it alone */
	drive_good(&t->d);
	assert_int_equal(t->d.njobs, 2);
	t->d.hook = NULL;
	spcdev_in(t, TEST_CODE(1));
	drive_good(&t->d);
	assert_int_equal(t->d.njobs, 3);
}

static void send_fields(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, TEST_CODE(3));
	drive_cdb(&t->d, 1, 7);
	spcdev_in(t, TEST_CODE(7));
	drive_cdb(&t->d, 1, 7);
	spcdev_in(t, 0x1d, 0x20 | SELFTEST, 0, 0, 0, 0);
	drive_cdb(&t->d, 1, 7);
	spcdev_out(t, "\0\0\0\0", 4, 0x1d, 0x10 | SELFTEST, 0, 0, 4, 0);
	drive_cdb(&t->d, 3, NONE);
	spcdev_out(t, "\0\0\0\0", 4, 0x1d, 0, 0, 0, 4, 0);
	drive_cdb(&t->d, 1, 4);
	spcdev_out(t, "\0\0\0\0", 4, 0x1d, 0x10, 0, 0, 4, 0);
	drive_good(&t->d);
	spcdev_in(t, 0x1d, 0x10, 0, 0, 0, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 0);
	spcdev_out(t, "\0\0\0", 3, 0x1d, 0x10, 0, 0, 3, 0);
	drive_check(&t->d, 5, 0x1a00);
	spcdev_out(t, "\0\0\0\1\0", 5, 0x1d, 0x10, 0, 0, 5, 0);
	drive_check(&t->d, 5, 0x1a00);
	spcdev_out(t, "\x40\0\0\0", 4, 0x1d, 0x10, 0, 0, 4, 0);
	drive_param(&t->d, 0x2600, 0, NONE);
}

static void receive(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, 0x1c, 1, 0, 0, 64, 0);
	drive_data(&t->d, BYTES(0, 0, 0, 1, 0), 5);
	spcdev_in(t, 0x1c, 0, 0x40, 0, 64, 0);
	drive_data(&t->d, BYTES(0, 0, 0, 1, 0), 5);
	spcdev_in(t, 0x1c, 1, 0x40, 0, 64, 0);
	drive_cdb(&t->d, 2, NONE);
}

#define WRITE_BUFFER(mode, id, off, len)                                       \
	0x3b, mode, id, 0, (off) >> 8, (off)&0xff, 0, (len) >> 8, (len)&0xff, 0
#define READ_BUFFER(mode, id, off, len)                                        \
	0x3c, mode, id, 0, (off) >> 8, (off)&0xff, 0, (len) >> 8, (len)&0xff, 0
#define READ_BUFFER_16(mode, id, off, len)                                     \
	0x9b, mode, 0, 0, 0, 0, 0, 0, (off) >> 8, (off)&0xff, 0, 0,            \
		(len) >> 8, (len)&0xff, id, 0

static unsigned capacity(struct spcdev *t)
{
	spcdev_in(t, READ_BUFFER(3, 0, 0, 4));
	drive_good(&t->d);
	assert_int_equal(t->d.t.in[0], 0);
	return semu_be24(t->d.t.in + 1);
}

static void data_buffer(void **state)
{
	struct spcdev *t = *state;
	unsigned cap = capacity(t);
	uint8_t bytes[512] = { 0 };

	assert_in_range(cap, 252, 511);
	spcdev_in(t, READ_BUFFER(2, 0, 0, 512));
	drive_data(&t->d, bytes, cap);
	memset(bytes + 7, 0x5a, 20);
	spcdev_out(t, bytes + 7, 20, WRITE_BUFFER(2, 0, 7, 20));
	drive_good(&t->d);
	spcdev_in(t, READ_BUFFER(2, 0, 0, 512));
	drive_data(&t->d, bytes, cap);
	spcdev_in(t, READ_BUFFER(2, 0, 5, 4));
	drive_data(&t->d, "\0\0\x5a\x5a", 4);
	spcdev_in(t, READ_BUFFER_16(2, 0, 5, 4));
	drive_data(&t->d, "\0\0\x5a\x5a", 4);
	spcdev_in(t, READ_BUFFER(2, 0, (uint16_t)cap, 4));
	drive_data(&t->d, "", 0);
	memset(bytes, 0xa5, cap); /* as much as there is */
	spcdev_out(t, bytes, cap, WRITE_BUFFER(2, 0, 0, (uint16_t)cap));
	drive_good(&t->d);
	spcdev_in(t, READ_BUFFER_16(2, 0, 0, 512));
	drive_data(&t->d, bytes, cap);
	spcdev_in(t, READ_BUFFER_16(3, 0, 0, 4));
	drive_good(&t->d);
	assert_int_equal(t->d.t.in[3], cap & 0xff);
}

static void echo(void **state)
{
	struct spcdev *t = *state;
	unsigned cap = capacity(t);

	spcdev_in(t, READ_BUFFER(0x0b, 0, 0, 4));
	drive_data(&t->d, BYTES(0, 0, cap >> 8, (uint8_t)cap), 4);
	spcdev_in(t, READ_BUFFER(0x0a, 0, 0, 4));
	drive_check(&t->d, 5, 0x2c00);
	spcdev_out(t, "echoed", 6, WRITE_BUFFER(0x0a, 0, 0, 6));
	drive_good(&t->d);
	spcdev_in(t, READ_BUFFER(0x0a, 0, 0, 512));
	drive_data(&t->d, "echoed", 6);
	spcdev_in(t, READ_BUFFER_16(0x0a, 0, 0, 4));
	drive_data(&t->d, "echo", 4);
}

static void buffer_fields(void **state)
{
	struct spcdev *t = *state;
	uint16_t cap = (uint16_t)capacity(t);
	uint8_t bytes[512];

	memset(bytes, 0xff, sizeof(bytes));
	spcdev_out(t, bytes, 4, WRITE_BUFFER(2, 1, 0, 4));
	drive_cdb(&t->d, 2, NONE);
	spcdev_out(t, bytes, 4, WRITE_BUFFER(2, 0, (uint16_t)(cap + 1), 4));
	drive_cdb(&t->d, 3, NONE);
	spcdev_out(t, bytes, 4, WRITE_BUFFER(2, 0, (uint16_t)(cap - 3), 4));
	drive_cdb(&t->d, 6, NONE);
	spcdev_out(t, bytes, cap + 1u,
		   WRITE_BUFFER(0x0a, 0, 0, (uint16_t)(cap + 1)));
	drive_cdb(&t->d, 6, NONE);
	spcdev_out(t, bytes, 3, WRITE_BUFFER(2, 0, 0, 4));
	drive_check(&t->d, 5, 0x1a00);
	spcdev_out(t, bytes, 4, WRITE_BUFFER(0x05, 0, 0, 4));
	drive_cdb(&t->d, 1, 4);
	spcdev_out(t, bytes, 4, WRITE_BUFFER(0x03, 0, 0, 4));
	drive_cdb(&t->d, 1, 4);
	spcdev_out(t, bytes, 4, WRITE_BUFFER(0x0b, 0, 0, 4));
	drive_cdb(&t->d, 1, 4);
	spcdev_out(t, bytes, 4, WRITE_BUFFER(0x22, 0, 0, 4));
	drive_cdb(&t->d, 1, 5);
	spcdev_in(t, READ_BUFFER(2, 1, 0, 4));
	drive_cdb(&t->d, 2, NONE);
	spcdev_in(t, READ_BUFFER_16(2, 1, 0, 4));
	drive_cdb(&t->d, 14, NONE);
	spcdev_in(t, READ_BUFFER(2, 0, (uint16_t)(cap + 1), 4));
	drive_cdb(&t->d, 3, NONE);
	spcdev_in(t, READ_BUFFER_16(2, 0, (uint16_t)(cap + 1), 4));
	drive_cdb(&t->d, 2, NONE);
	spcdev_in(t, READ_BUFFER(0x1c, 0, 0, 4));
	drive_cdb(&t->d, 1, 4);
	spcdev_in(t, READ_BUFFER(3, 1, 0, 4)); /* no such buffer */
	drive_data(&t->d, "\0\0\0\0", 4);
	memset(bytes, 0, sizeof(bytes));
	spcdev_in(t, READ_BUFFER(2, 0, 0, 512)); /* nothing was written */
	drive_data(&t->d, bytes, cap);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, spcdev_setup, spcdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(foreground),    TEST(background),	TEST(send_fields),
		TEST(receive),	     TEST(data_buffer), TEST(echo),
		TEST(buffer_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
