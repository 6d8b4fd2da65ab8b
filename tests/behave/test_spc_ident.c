/* SPDX-License-Identifier: BSD-2-Clause */
/* REPORT and SET IDENTIFYING INFORMATION, REPORT and SET TIMESTAMP. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

#define NONE	       SCSIEMU_NO_BIT
#define REPORT(type)   0xa3, 5, 0, 0, 0, 0, 0, 0, 4, 0, (type) << 1, 0
#define SET(type, len) 0xa4, 6, 0, 0, 0, 0, 0, 0, 0, len, (type) << 1, 0

static void identifiers(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, REPORT(0));
	drive_data(&t->d, "\0\0\0\0", 4);
	spcdev_in(t, REPORT(127));
	drive_data(&t->d, BYTES(0, 0, 0, 8, 0, 0, 0, 64, 4, 0, 0, 64), 12);
	spcdev_out(t, "rack 7", 6, SET(0, 6));
	drive_good(&t->d);
	assert_int_equal(t->d.nv_len[SCSIEMU_NV_IDENT], 6);
	assert_memory_equal(t->d.nv[SCSIEMU_NV_IDENT], "rack 7", 6);
	assert_int_equal(drive_ua(&t->d, t->lu, t->a), 0);
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0x3f05);
	spcdev_out(t, "text", 5, SET(2, 5));
	drive_good(&t->d);
	assert_int_equal(t->d.nv_len[SCSIEMU_NV_TEXT], 5);
	spcdev_in(t, REPORT(0));
	drive_data(&t->d, "\0\0\0\6rack 7", 10);
	spcdev_in(t, REPORT(2));
	drive_data(&t->d, "\0\0\0\5text\0", 9);
	spcdev_out(t, NULL, 0, SET(0, 0));
	drive_good(&t->d);
	spcdev_in(t, REPORT(0));
	drive_data(&t->d, "\0\0\0\0", 4);
}

static int refuse(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	return c->want == SCSIEMU_STORE ? SCSIEMU_E_WRITE : DRIVE_USUAL;
}

static void identifier_fields(void **state)
{
	struct spcdev *t = *state;
	uint8_t bytes[65] = { 'x' };

	spcdev_in(t, REPORT(1));
	drive_cdb(&t->d, 10, 7);
	spcdev_in(t, 0xa3, 5, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0);
	drive_cdb(&t->d, 10, 0);
	spcdev_out(t, bytes, 4, SET(127, 4));
	drive_cdb(&t->d, 10, 7);
	spcdev_out(t, bytes, 65, SET(0, 65));
	drive_cdb(&t->d, 6, NONE);
	spcdev_out(t, bytes, 3, SET(0, 4));
	drive_check(&t->d, 5, 0x1a00);
	spcdev_out(t, "text", 4, SET(2, 4)); /* not ended by NUL */
	drive_param(&t->d, 0x2600, 3, NONE);
	t->d.hook = refuse;
	spcdev_out(t, "rack 7", 6, SET(0, 6));
	drive_status(&t->d, SCSIEMU_CHECK_CONDITION);
	t->d.hook = NULL;
	spcdev_in(t, REPORT(0));
	drive_data(&t->d, "\0\0\0\0", 4);
	spcdev_in(t, REPORT(2));
	drive_data(&t->d, "\0\0\0\0", 4);
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0);
}

static void identifiers_without_saving(void **state)
{
	struct scsiemu_lu_config cf = spcdev_config;
	struct spcdev *t = *state;

	cf.can_save = false;
	t->lu = scsiemu_lu_add(t->d.dev, 1, &cf);
	drive_settle(&t->d, t->lu, t->a);
	spcdev_out(t, "rack 7", 6, SET(0, 6));
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 1);
	spcdev_in(t, REPORT(0));
	drive_data(&t->d, "\0\0\0\6rack 7", 10);
}

static void identifiers_restored(void **state)
{
	struct spcdev *t = *state;
	char big[65] = "";

	assert_int_equal(scsiemu_lu_restore(t->lu, SCSIEMU_NV_IDENT, "ab", 2),
			 0);
	assert_int_equal(scsiemu_lu_restore(t->lu, SCSIEMU_NV_TEXT, "c", 2), 0);
	assert_int_equal(scsiemu_lu_restore(t->lu, SCSIEMU_NV_IDENT, big, 65),
			 SCSIEMU_ERR_ARG);
	spcdev_in(t, REPORT(0));
	drive_data(&t->d, "\0\0\0\2ab", 6);
	spcdev_in(t, REPORT(2));
	drive_data(&t->d, "\0\0\0\2c\0", 6);
	assert_int_equal(scsiemu_lu_restore(t->lu, SCSIEMU_NV_IDENT, big, 64),
			 0);
	spcdev_out(t, big, 64, SET(0, 64));
	drive_good(&t->d);
}

/* The most there is, with a larger lu_state. */
static void identifiers_large(void **state)
{
	struct scsiemu_limits l = spcdev_limits;
	struct spcdev t;
	uint8_t text[256], want[260] = { 0, 0, 1, 0 };

	(void)state;
	l.lu_state = 8192;
	spcdev_make(&t, NULL, &l);
	spcdev_in(&t, REPORT(127));
	drive_data(&t.d, BYTES(0, 0, 0, 8, 0, 0, 0, 64, 4, 0, 1, 0), 12);
	spcdev_in(&t, 0x3c, 3, 0, 0, 0, 0, 0, 0, 4, 0);
	drive_data(&t.d, BYTES(0, 0, 0x10, 0), 4);
	memset(text, 'T', 255);
	text[255] = 0;
	spcdev_out(&t, text, 256, 0xa4, 6, 0, 0, 0, 0, 0, 0, 1, 0, 4, 0);
	drive_good(&t.d);
	memcpy(want + 4, text, 256);
	spcdev_in(&t, REPORT(2));
	drive_data(&t.d, want, 260);
	spcdev_free(&t);
}

static void too_small(void **state)
{
	struct scsiemu_limits l = spcdev_limits;
	struct drive d;

	(void)state;
	l.lu_state = 64;
	drive_make(&d, &l);
	assert_null(scsiemu_lu_add(d.dev, 0, &spcdev_config));
	drive_free(&d);
}

#define REPORT_TIME   0xa3, 15, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0
#define SET_TIME(len) 0xa4, 15, 0, 0, 0, 0, 0, 0, 0, len, 0, 0

static void timestamp(void **state)
{
	static const uint8_t list[13] = { 0, 0, 0, 0, 1, 2, 3, 4, 5, 6 };
	struct spcdev *t = *state;

	scsiemu_device_tick(t->d.dev, 1000);
	spcdev_in(t, REPORT_TIME);
	drive_good(&t->d);
	assert_int_equal(t->d.t.in[2], 0); /* origin: power on */
	spcdev_out(t, list, 12, SET_TIME(12));
	drive_good(&t->d);
	assert_int_equal(drive_ua(&t->d, t->lu, t->a), 0);
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0x2a10);
	spcdev_in(t, REPORT_TIME);
	drive_data(&t->d, BYTES(0, 10, 2, 0, 1, 2, 3, 4, 5, 6, 0, 0), 12);
	scsiemu_device_tick(t->d.dev, 1300);
	spcdev_in(t, REPORT_TIME);
	drive_data(&t->d, BYTES(0, 10, 2, 0, 1, 2, 3, 4, 6, 0x32, 0, 0), 12);
	spcdev_out(t, list, 11, SET_TIME(11));
	drive_check(&t->d, 5, 0x1a00);
	spcdev_out(t, list, 13, SET_TIME(13));
	drive_check(&t->d, 5, 0x1a00);
	spcdev_out(t, list, 0, SET_TIME(0));
	drive_check(&t->d, 5, 0x1a00);
	spcdev_out(t, list, 11, SET_TIME(12));
	drive_check(&t->d, 5, 0x1a00);
	spcdev_in(t, REPORT_TIME);
	drive_data(&t->d, BYTES(0, 10, 2, 0, 1, 2, 3, 4, 6, 0x32, 0, 0), 12);
	scsiemu_device_wall(t->d.dev, UINT64_C(0x0a0b0c0d0e0f));
	spcdev_in(t, REPORT_TIME);
	drive_data(&t->d, BYTES(0, 10, 3, 0, 10, 11, 12, 13, 14, 15, 0, 0), 12);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, spcdev_setup, spcdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(identifiers),
		TEST(identifier_fields),
		TEST(identifiers_without_saving),
		TEST(identifiers_restored),
		cmocka_unit_test(identifiers_large),
		cmocka_unit_test(too_small),
		TEST(timestamp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
