/* SPDX-License-Identifier: BSD-2-Clause */
/* REPORT LUNS, REQUEST SENSE, LUNs that nobody has, and the REPORT LUNS
 * well-known logical unit. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

#define REPORT_LUNS(select, len)                                               \
	0xa0, 0, select, 0, 0, 0, 0, 0, (len) >> 8, (len)&0xff, 0, 0
#define TUR	      0, 0, 0, 0, 0, 0
#define REQUEST_SENSE 3, 0, 0, 0, 252, 0

static struct scsiemu_lu *find(struct spcdev *t, unsigned b0, unsigned b1)
{
	const uint8_t lun[8] = { (uint8_t)b0, (uint8_t)b1 };

	return scsiemu_lu_find(t->d.dev, lun);
}

static void more_luns(struct spcdev *t)
{
	assert_non_null(scsiemu_lu_add(t->d.dev, 0x1234, &spcdev_config));
	assert_non_null(scsiemu_lu_add(t->d.dev, 255, &spcdev_config));
	assert_non_null(scsiemu_lu_add(t->d.dev, 256, &spcdev_config));
}

#define L(a, b) (a), (b), 0, 0, 0, 0, 0, 0
static const uint8_t all_luns[] = { 0,		0,	    0,
				    40,		0,	    0,
				    0,		0,	    L(0, 0),
				    L(0, 0xff), L(0x41, 0), L(0x52, 0x34),
				    L(0xc1, 1) };

static void selects(void **state)
{
	struct spcdev *t = *state;
	uint8_t want[40];

	more_luns(t);
	spcdev_in(t, REPORT_LUNS(2, 4096));
	drive_data(&t->d, all_luns, 48);
	memcpy(want, all_luns, 40);
	want[3] = 32;
	spcdev_in(t, REPORT_LUNS(0, 4096));
	drive_data(&t->d, want, 40);
	spcdev_in(t, REPORT_LUNS(0, 20)); /* the length stays whole */
	drive_data(&t->d, want, 20);
	spcdev_in(t, REPORT_LUNS(1, 16));
	drive_data(&t->d, BYTES(0, 0, 0, 8, 0, 0, 0, 0, L(0xc1, 1)), 16);
	spcdev_in(t, REPORT_LUNS(0x12, 16));
	drive_data(&t->d, BYTES(0, 0, 0, 0, 0, 0, 0, 0), 8);
	spcdev_in(t, REPORT_LUNS(0x10, 16));
	drive_data(&t->d, BYTES(0, 0, 0, 0, 0, 0, 0, 0), 8);
	t->lu = find(t, 0, 255);
	spcdev_in(t, REPORT_LUNS(0x11, 16));
	drive_cdb(&t->d, 2, SCSIEMU_NO_BIT);
	t->lu = find(t, 0xc1, 1);
	spcdev_in(t, REPORT_LUNS(0x11, 16));
	drive_data(&t->d, BYTES(0, 0, 0, 0, 0, 0, 0, 0), 8);
}

static void bad_selects(void **state)
{
	struct spcdev *t = *state;
	unsigned select;

	for (select = 3; select < 256; select++) {
		if (select >= 0x10 && select <= 0x12)
			continue;
		spcdev_in(t, REPORT_LUNS((uint8_t)select, 4096));
		drive_cdb(&t->d, 2, SCSIEMU_NO_BIT);
	}
	for (select = 0; select < 16; select++) {
		spcdev_in(t, REPORT_LUNS(0, (uint8_t)select));
		drive_cdb(&t->d, 6, SCSIEMU_NO_BIT);
	}
}

/* 3F/0E goes on every LU of the nexus that asked, and only there. */
static void clears_attention(void **state)
{
	struct spcdev *t = *state;
	struct scsiemu_lu *other;

	other = scsiemu_lu_add(t->d.dev, 7, &spcdev_config);
	scsiemu_lu_load(other, &t->disk.m, false);
	drive_settle(&t->d, other, t->a);
	drive_settle(&t->d, t->lu, t->a);
	drive_settle(&t->d, t->lu, t->b);
	semu_ua_device(t->d.dev, SEMU_UA_LUNS, NULL);
	spcdev_in(t, REPORT_LUNS(1, 64));
	assert_int_equal(drive_ua(&t->d, other, t->a), 0x3f0e);
	spcdev_in(t, REPORT_LUNS(0, 64));
	assert_int_equal(drive_ua(&t->d, t->lu, t->a), 0);
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0x3f0e);
}

static void request_sense(void **state)
{
	static const uint8_t none[18] = { 0x70, [7] = 10 };
	static const uint8_t mode[18] = {
		0x70, 0, 6, [7] = 10, [12] = 0x2a, [13] = 1
	};
	struct spcdev *t = *state;

	spcdev_in(t, REQUEST_SENSE);
	drive_data(&t->d, none, 18);
	spcdev_in(t, 3, 1, 0, 0, 252, 0);
	drive_data(&t->d, BYTES(0x72, 0, 0, 0, 0, 0, 0, 0), 8);
	semu_ua_lu(t->lu, SEMU_UA_MODE, NULL);
	semu_ua_lu(t->lu, SEMU_UA_CAPACITY, NULL);
	spcdev_in(t, 3, 1, 0, 0, 252, 0);
	drive_data(&t->d, BYTES(0x72, 6, 0x2a, 9, 0, 0, 0, 0), 8);
	spcdev_in(t, REQUEST_SENSE);
	drive_data(&t->d, mode, 18);
	spcdev_in(t, REQUEST_SENSE);
	drive_data(&t->d, none, 18);
	spcdev_in(t, 3, 0, 0, 0, 5, 0);
	drive_data(&t->d, none, 5);
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0x2a09);
}

/* A unit attention that comes while the reply is on its way stays. */
static void request_sense_race(void **state)
{
	struct spcdev *t = *state;
	static const uint8_t cdb[] = { REQUEST_SENSE };

	semu_ua_lu(t->lu, SEMU_UA_MODE, NULL);
	drive_start(&t->d, &t->d.t, t->lu, cdb, 6, NULL, 0, 252);
	assert_int_equal(t->d.t.want, SCSIEMU_SEND);
	semu_ua_lu(t->lu, SEMU_UA_CAPACITY, NULL);
	drive_go(&t->d.t);
	drive_end(&t->d.t);
	assert_int_equal(t->d.t.in[12], 0x2a);
	assert_int_equal(t->d.t.in[13], 0x01);
	assert_int_equal(drive_ua(&t->d, t->lu, t->a), 0x2a09);
	assert_int_equal(drive_ua(&t->d, t->lu, t->a), 0);
}

static void busy(struct spcdev *t, uint8_t key, uint16_t asc, bool counts)
{
	t->lu->busy = (struct semu_busy){
		.key = key, .asc = asc, .progress = 0x1234, .counts = counts
	};
}

static void request_sense_busy(void **state)
{
	struct spcdev *t = *state;

	busy(t, 2, 0x0404, true);
	spcdev_in(t, 3, 1, 0, 0, 252, 0);
	drive_data(&t->d,
		   BYTES(0x72, 2, 4, 4, 0, 0, 0, 8, 2, 6, 0, 0, 0x80, 0x12,
			 0x34, 0),
		   16);
	busy(t, 3, 0x3103, false);
	spcdev_in(t, 3, 1, 0, 0, 252, 0);
	drive_data(&t->d, BYTES(0x72, 3, 0x31, 3, 0, 0, 0, 0), 8);
}

/* A stopped disk says so to who polls it (SPC-5 5.12.2), after its unit
 * attention. */
static void request_sense_stopped(void **state)
{
	static const uint8_t stopped[18] = {
		0x70, 0, 2, [7] = 10, [12] = 0x04, [13] = 0x02
	};
	struct spcdev *t = *state;

	spcdev_in(t, 0x1b, 0, 0, 0, 0, 0); /* START STOP UNIT: stop */
	drive_good(&t->d);
	spcdev_in(t, REQUEST_SENSE);
	drive_data(&t->d, stopped, 18);
	semu_ua_lu(t->lu, SEMU_UA_MODE, NULL);
	spcdev_in(t, 3, 1, 0, 0, 252, 0);
	drive_data(&t->d, BYTES(0x72, 6, 0x2a, 1, 0, 0, 0, 0), 8);
	spcdev_in(t, 3, 1, 0, 0, 252, 0);
	drive_data(&t->d, BYTES(0x72, 2, 4, 2, 0, 0, 0, 0), 8);
	busy(t, 3, 0x3103, false);
	spcdev_in(t, 3, 1, 0, 0, 252, 0);
	drive_data(&t->d, BYTES(0x72, 3, 0x31, 3, 0, 0, 0, 0), 8);
	busy(t, 0, 0, false);
	spcdev_in(t, 0x1b, 0, 0, 0, 1, 0); /* start */
	drive_good(&t->d);
	spcdev_in(t, 3, 1, 0, 0, 252, 0);
	drive_data(&t->d, BYTES(0x72, 0, 0, 0, 0, 0, 0, 0), 8);
}

static void absent(void **state)
{
	static const uint8_t sense[18] = {
		0x70, 0, 5, [7] = 10, [12] = 0x25, [13] = 0
	};
	struct spcdev *t = *state;

	more_luns(t);
	t->lu = find(t, 0, 1);
	spcdev_in(t, 0x12, 0, 0, 0, 96, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.t.c.in_done, 96);
	assert_memory_equal(t->d.t.in, "\x7f\x00\x06\x12\x5b", 5);
	spcdev_in(t, 0x12, 1, 0, 0, 96, 0);
	drive_cdb(&t->d, 2, SCSIEMU_NO_BIT);
	spcdev_in(t, REQUEST_SENSE);
	drive_data(&t->d, sense, 18);
	spcdev_in(t, REPORT_LUNS(2, 4096));
	drive_data(&t->d, all_luns, 48);
	spcdev_in(t, TUR);
	drive_check(&t->d, 5, 0x2500);
	spcdev_in(t, 0x1a, 0, 0x3f, 0, 252, 0);
	drive_check(&t->d, 5, 0x2500);
}

static void well_known(void **state)
{
	static const char ids[] = "\x1e\x83\x00\x30"
				  "\x51\x94\x00\x04\x00\x00\x00\x01"
				  "\x51\x95\x00\x04\x00\x00\x00\x03"
				  "\x53\x98\x00\x10iqn.x,t,0x0001\0\0"
				  "\x53\xa8\x00\x08iqn.x\0\0\0";
	struct spcdev *t = *state;

	more_luns(t);
	t->lu = find(t, 0xc1, 1);
	assert_int_equal(drive_ua(&t->d, t->lu, t->a), 0x2900);
	spcdev_in(t, TUR);
	drive_good(&t->d);
	spcdev_in(t, 0x12, 0, 0, 0, 5, 0);
	drive_data(&t->d, "\x1e\x00\x06\x12\x5b", 5);
	spcdev_in(t, 0x12, 1, 0, 0, 96, 0);
	drive_data(&t->d, BYTES(0x1e, 0, 0, 2, 0, 0x83), 6);
	spcdev_in(t, 0x12, 1, 0x83, 0, 96, 0);
	drive_data(&t->d, ids, sizeof(ids) - 1);
	spcdev_in(t, REPORT_LUNS(2, 4096));
	drive_data(&t->d, all_luns, 48);
	spcdev_in(t, REQUEST_SENSE);
	drive_good(&t->d);
	spcdev_in(t, 0x1a, 0, 0x3f, 0, 252, 0);
	drive_check(&t->d, 5, 0x2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(selects, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(bad_selects, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(clears_attention, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(request_sense, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(request_sense_race,
						spcdev_setup, spcdev_teardown),
		cmocka_unit_test_setup_teardown(request_sense_stopped,
						spcdev_setup, spcdev_teardown),
		cmocka_unit_test_setup_teardown(request_sense_busy,
						spcdev_setup, spcdev_teardown),
		cmocka_unit_test_setup_teardown(absent, spcdev_setup,
						spcdev_teardown),
		cmocka_unit_test_setup_teardown(well_known, spcdev_setup,
						spcdev_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
