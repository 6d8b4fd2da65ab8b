/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log pages, TapeAlert, densities and positions of the tape drive, as LTFS, PBS
 * and sg3_utils read them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/log.h>

#include "support/tape.h"

enum { ROOM = 4096 };

static const struct tape_options options = { .logs = true,
					     .ssc = { .partitions = 2 },
					     .is = { .bytes = 20000000 } };

/* A page, from a parameter on. */
static const uint8_t *page(struct tape *t, uint8_t code, uint16_t from)
{
	TAPE_IN(t, ROOM, 0x4d, 0, 0x40 | code, 0, 0, (uint8_t)(from >> 8),
		(uint8_t)from, ROOM >> 8, 0, 0);
	return t->d.t.in;
}

static uint64_t be(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

/* The value of a parameter that is there, of so many bytes. */
static const uint8_t *param(struct tape *t, uint8_t code, uint16_t which,
			    uint8_t len)
{
	const uint8_t *p = page(t, code, which);

	drive_good(&t->d);
	assert_int_equal(p[0], 0x80 | code); /* DS: nothing of it is saved */
	assert_int_equal(be(p + 4, 2), which);
	assert_int_equal(p[7], len);
	return p + 8;
}

static void test_list(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	TAPE_IN(&t, ROOM, 0x4d, 0, 0x40, 0, 0, 0, 0, ROOM >> 8, 0, 0);
	drive_data(&t.d,
		   "\0\0\0\x12\0\x02\x03\x06\x0c\x0d\x11\x12\x13\x14\x16\x17"
		   "\x1b\x2e\x30\x31\x32\x37",
		   22);
	/* with subpages: 0Dh/01h, and of each code the list of them */
	TAPE_IN(&t, ROOM, 0x4d, 0, 0x4d, 0xff, 0, 0, 0, ROOM >> 8, 0, 0);
	drive_data(&t.d, "\x4d\xff\0\x06\x0d\0\x0d\x01\x0d\xff", 10);
	page(&t, 0x15, 0);
	drive_cdb(&t.d, 2, 5);
	tape_free(&t);
}

/* LTFS: 64 parameters of one byte; what was read is not told again, to this
 * nexus. */
static void test_alerts(void **state)
{
	struct scsiemu_nexus *a, *b;
	const uint8_t *p;
	struct tape t;

	(void)state;
	tape_two(&t, &options, &a, &b);
	assert_int_equal(scsiemu_ssc_alert(t.lu, 0, true), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_ssc_alert(t.lu, 65, true), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_ssc_alert(t.lu, SCSIEMU_ALERT_CLEAN_NOW, true),
			 0);
	assert_int_equal(scsiemu_ssc_alert(t.lu, 64, true), 0);
	p = page(&t, 0x2e, 0);
	drive_good(&t.d);
	assert_int_equal(be(p + 2, 2), 64 * 5);
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(be(p + 4 + 5 * i, 2), i + 1);
		assert_int_equal(p[7 + 5 * i], 1);
		assert_int_equal(p[8 + 5 * i], i + 1 == 20 || i + 1 == 64);
	}
	assert_int_equal(*param(&t, 0x2e, 20, 1), 0);
	t.d.nexus = b;
	assert_int_equal(*param(&t, 0x2e, 20, 1), 1);
	assert_int_equal(*param(&t, 0x2e, 20, 1), 0);
	/* who reads the header alone, or others, is told of nothing */
	scsiemu_ssc_alert(t.lu, 20, true);
	TAPE_IN(&t, 4, 0x4d, 0, 0x6e, 0, 0, 0, 0, 0, 4, 0);
	TAPE_IN(&t, 98, 0x4d, 0, 0x6e, 0, 0, 0, 0, 0, 98, 0); /* 1 to 18 */
	TAPE_IN(&t, ROOM, 0x4d, 0, 0x6e, 0, 0, 0, 21, ROOM >> 8, 0, 0);
	assert_int_equal(*param(&t, 0x2e, 20, 1), 1);
	scsiemu_ssc_alert(t.lu, 20, true);
	TAPE_IN(&t, 9, 0x4d, 0, 0x6e, 0, 0, 0, 20, 0, 9, 0);
	assert_int_equal(t.d.t.in[8], 1);
	assert_int_equal(*param(&t, 0x2e, 20, 1), 0);
	t.d.nexus = a;
	assert_memory_equal(param(&t, 0x12, 0, 8), "\0\0\x10\0\0\0\0\x01", 8);
	assert_int_equal(param(&t, 0x11, 0, 4)[3], 0x01);
	scsiemu_ssc_alert(t.lu, 64, true); /* again */
	assert_int_equal(*param(&t, 0x2e, 64, 1), 1);
	scsiemu_ssc_alert(t.lu, 64, false);
	scsiemu_ssc_alert(t.lu, 20, false);
	assert_memory_equal(param(&t, 0x12, 0, 8), "\0\0\0\0\0\0\0\0", 8);
	/* what the drive finds by itself */
	TAPE_DO(&t, 0x1e, 0, 0, 0, 1, 0);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	assert_int_equal(*param(&t, 0x2e, SCSIEMU_ALERT_NO_REMOVAL, 1), 1);
	/* and what is over when the cartridge is out */
	for (unsigned flag = SCSIEMU_ALERT_MEDIA;
	     flag <= SCSIEMU_ALERT_WRITE_FAILURE; flag++)
		scsiemu_ssc_alert(t.lu, flag, true);
	scsiemu_ssc_alert(t.lu, SCSIEMU_ALERT_CLEAN_NOW, true);
	assert_memory_equal(param(&t, 0x12, 0, 8), "\x1c\x40\x10\0\0\0\0\0", 8);
	TAPE_DO(&t, 0x1e, 0, 0, 0, 0, 0);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	assert_memory_equal(param(&t, 0x12, 0, 8), "\0\0\x10\0\0\0\0\0", 8);
	tape_free(&t);
}

/* A flag is an informational exception, told as mode page 1Ch has it: a drive
 * begins with DEXCPT, and then only the log page tells. */
static void test_exceptions(void **state)
{
	uint8_t list[16] = { 0, 0, 0x10, 0, 0x1c, 10, 0, 4 };
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	TAPE_IN(&t, 255, 0x1a, 8, 0x1c, 0, 255, 0);
	drive_data(&t.d, "\x0f\0\x10\0\x9c\x0a\x08\x04\0\0\0\0\0\0\0\0", 16);
	tape_lay(&t, "100 100");
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	scsiemu_ssc_alert(t.lu, SCSIEMU_ALERT_CLEAN_NOW, true);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	/* MRIE 4: it is there when it is asked for, and told once */
	TAPE_OUT(&t, list, 16, 0x15, 0x10, 0, 0, 16, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 100, 0x08, 0, 0, 0, 100, 0);
	tape_sense(&t, SCSIEMU_SK_RECOVERED_ERROR, 0x5d00, 0, 0);
	assert_int_equal(t.d.t.c.in_done, 100);
	TAPE_IN(&t, 100, 0x08, 0, 0, 0, 100, 0);
	drive_good(&t.d);
	/* MRIE 5, another flag; 2: unit attention; 6: REQUEST SENSE */
	list[7] = 5;
	scsiemu_ssc_alert(t.lu, SCSIEMU_ALERT_CLEAN_NOW, false);
	TAPE_OUT(&t, list, 16, 0x15, 0x10, 0, 0, 16, 0);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	scsiemu_ssc_alert(t.lu, 36, true);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	tape_sense(&t, SCSIEMU_SK_NO_SENSE, 0x5d00, 0, 0);
	scsiemu_ssc_alert(t.lu, 37, true);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	tape_sense(&t, SCSIEMU_SK_NO_SENSE, 0x5d00, 0, 0);
	list[7] = 2;
	TAPE_OUT(&t, list, 16, 0x15, 0x10, 0, 0, 16, 0);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_UNIT_ATTENTION, 0x5d00);
	list[7] = 6;
	TAPE_OUT(&t, list, 16, 0x15, 0x10, 0, 0, 16, 0);
	TAPE_IN(&t, 18, 0x03, 0, 0, 0, 18, 0);
	drive_data(&t.d, "\x70\0\0\0\0\0\0\x0a\0\0\0\0\x5d\0\0\0\0\0", 18);
	/* LOG SELECT clears them */
	TAPE_DO(&t, 0x4c, 0x02, 0x6e, 0, 0, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	assert_memory_equal(param(&t, 0x12, 0, 8), "\0\0\0\0\0\0\0\0", 8);
	TAPE_IN(&t, 18, 0x03, 0, 0, 0, 18, 0);
	assert_int_equal(t.d.t.in[12], 0);
	tape_free(&t);
}

/* TEST: 5D/FF, and flags that are set and cleared by their number. */
static void test_test(void **state)
{
	uint8_t list[16] = { 0, 0, 0x10, 0, 0x1c, 10, 0x04, 5 };
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	list[15] = 65;
	TAPE_OUT(&t, list, 16, 0x15, 0x10, 0, 0, 16, 0);
	drive_param(&t.d, 0x2600, 12, SCSIEMU_NO_BIT);
	list[15] = 5;
	TAPE_OUT(&t, list, 16, 0x15, 0x10, 0, 0, 16, 0);
	drive_good(&t.d);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	tape_sense(&t, SCSIEMU_SK_NO_SENSE, 0x5dff, 0, 0);
	assert_memory_equal(param(&t, 0x12, 0, 8), "\x08\0\0\0\0\0\0\0", 8);
	memset(list + 12, 0xff, 4);
	list[15] = (uint8_t)-5;
	TAPE_OUT(&t, list, 16, 0x15, 0x10, 0, 0, 16, 0);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	assert_memory_equal(param(&t, 0x12, 0, 8), "\0\0\0\0\0\0\0\0", 8);
	memcpy(list + 12, "\0\0\x7f\xff", 4);
	TAPE_OUT(&t, list, 16, 0x15, 0x10, 0, 0, 16, 0);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	assert_memory_equal(param(&t, 0x12, 0, 8),
			    "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	tape_free(&t);
}

static void test_status(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	assert_memory_equal(param(&t, 0x11, 0, 4), "\x21\x17\0\0", 4);
	TAPE_DO(&t, 0x1e, 0, 0, 0, 1, 0);
	assert_int_equal(*param(&t, 0x11, 0, 4), 0xa1);
	TAPE_DO(&t, 0x1e, 0, 0, 0, 0, 0);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	assert_memory_equal(param(&t, 0x11, 0, 4), "\x01\x10\0\0", 4);
	param(&t, 0x11, 1, 2);
	tape_free(&t);
}

/* Page 17h: LTFS looks for end of data of each partition in the first 1024
 * bytes, and there may be no record of a partition that is not there. */
static void test_volume(void **state)
{
	/* page 11h: two of equal size */
	static const uint8_t two[12] = { 0, 0, 0x10, 0, 0x11, 6,
					 1, 1, 0x54, 3, 0,    0 };
	const uint8_t *p, *at;
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	at = param(&t, 0x17, 0x0203, 8);
	assert_memory_equal(at, "\x07\0\0\0\0\0\0\0", 8);
	tape_lay(&t, "20*100000 M");
	assert_memory_equal(param(&t, 0x17, 0x0203, 8), "\x07\0\0\0\0\0\0\x02",
			    8);
	assert_memory_equal(param(&t, 0x17, 0x0202, 8), "\x07\0\0\0\0\0\0\x14",
			    8);
	assert_memory_equal(param(&t, 0x17, 0x0204, 8), "\x07\0\0\0\0\0\0\x11",
			    8);
	assert_int_equal(be(param(&t, 0x17, 0x0002, 8), 8), 21);
	assert_int_equal(be(param(&t, 0x17, 0x0010, 8), 8), 2);
	p = page(&t, 0x17, 0);
	assert_true(be(p + 2, 2) + 4 < 1024);
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	TAPE_OUT(&t, two, sizeof(two), 0x15, 0x10, 0, 0, sizeof(two), 0);
	drive_good(&t.d);
	TAPE_DO(&t, 0x04, 0, 1, 0, 0, 0);
	drive_good(&t.d);
	assert_memory_equal(param(&t, 0x17, 0x0202, 16),
			    "\x07\0\0\0\0\0\0\x0a\x07\0\0\x01\0\0\0\x0a", 16);
	tape_free(&t);
}

static void test_counters(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	tape_lay(&t, "3*1000");
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	TAPE_IN(&t, 1000, 0x08, 0, 0, 3, 232, 0);
	drive_good(&t.d);
	assert_int_equal(be(page(&t, 0x02, 5) + 8, 8), 3000);
	assert_int_equal(be(page(&t, 0x03, 5) + 8, 8), 1000);
	assert_int_equal(be(param(&t, 0x0c, 0, 8), 8), 3000);
	assert_int_equal(be(param(&t, 0x0c, 3, 8), 8), 1000);
	assert_int_equal(be(param(&t, 0x1b, 0, 2), 2), 100);
	assert_int_equal(be(param(&t, 0x1b, 7, 4), 4), 3000);
	assert_int_equal(be(param(&t, 0x1b, 0x100, 2), 2), 0);
	assert_int_equal(be(param(&t, 0x14, 0, 4), 4), 1);
	assert_int_equal(be(param(&t, 0x31, 1, 4), 4), 19);
	assert_int_equal(be(param(&t, 0x31, 3, 4), 4), 19);
	assert_int_equal(be(param(&t, 0x31, 4, 4), 4), 0);
	assert_int_equal(scsiemu_log_set(t.lu, SCSIEMU_LOG_TEMPERATURE, 30), 0);
	assert_int_equal(scsiemu_log_set(t.lu, SCSIEMU_LOG_READS, 30),
			 SCSIEMU_ERR_ARG);
	tape_free(&t);
}

/* Pages that LTO drives have besides, and what LOG SELECT resets. */
static void test_lto(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	tape_lay(&t, "3*1000");
	assert_int_equal(be(param(&t, 0x13, 0, 1), 1), 0);
	assert_int_equal(be(param(&t, 0x30, 1, 4), 4), 1);
	assert_int_equal(be(param(&t, 0x30, 2, 8), 8), 3);
	assert_int_equal(be(param(&t, 0x32, 7, 4), 4), 3000);
	page(&t, 0x32, 0x0100);
	drive_cdb(&t.d, 5, SCSIEMU_NO_BIT);
	assert_int_equal(be(page(&t, 0x37, 0) + 2, 2), 6 * 5);
	/* another load: the cartridge's counters go on */
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 1, 0);
	drive_settle(&t.d, t.lu, NULL);
	assert_int_equal(be(param(&t, 0x30, 1, 4), 4), 2);
	assert_int_equal(be(param(&t, 0x17, 1, 4), 4), 2);
	assert_int_equal(be(param(&t, 0x17, 0x0101, 4), 4), 2);
	assert_int_equal(be(param(&t, 0x0c, 0, 8), 8), 3000);
	TAPE_DO(&t, 0x4c, 0x02, 0x4c, 0, 0, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	assert_int_equal(be(param(&t, 0x0c, 0, 8), 8), 0);
	tape_lay(&t, "10");
	assert_int_equal(be(param(&t, 0x0c, 0, 8), 8), 10);
	tape_free(&t);
}

static int bad_read(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	return c->want == SCSIEMU_READ ? SCSIEMU_E_READ
				       : tape_answer(d, c, bytes);
}

/* Page 16h: the last errors, and with which command. */
static void test_diagnostics(void **state)
{
	static const uint8_t first[64 + 4] = {
		0, 0, 0x5e, 0x88, 0, 0, 0, 0, 0, 0x03, 0x11, 0, 0, 0, 0, 0
	};
	struct tape_options o = options;
	const uint8_t *p;
	struct tape t;

	(void)state;
	o.is.density = 0x5e;
	o.is.medium_type = 0x88;
	tape_make(&t, &o);
	p = page(&t, 0x16, 0);
	assert_int_equal(be(p + 2, 2), 0);
	tape_lay(&t, "100 100");
	TAPE_DO(&t, 0x01, 0, 0, 0, 0, 0);
	t.d.hook = bad_read;
	TAPE_IN(&t, 100, 0x08, 0, 0, 0, 100, 0);
	drive_check(&t.d, SCSIEMU_SK_MEDIUM_ERROR, 0x1100);
	p = param(&t, 0x16, 0, 68);
	assert_memory_equal(p, first, 16);
	assert_memory_equal(p + 24, "\x08\0\0\0", 4);
	TAPE_IN(&t, 100, 0x08, 0, 0, 0, 100, 0);
	assert_int_equal(param(&t, 0x16, 0, 68)[9], 0x83); /* again */
	assert_int_equal(be(page(&t, 0x16, 0) + 2, 2), 72);
	TAPE_DO(&t, 0x4c, 0x02, 0x56, 0, 0, 0, 0, 0, 0, 0);
	assert_int_equal(be(page(&t, 0x16, 0) + 2, 2), 0);
	tape_free(&t);
}

/* Page 14h: duty cycles, percent of the time. */
static void test_duty(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	scsiemu_device_tick(t.d.dev, 1000);
	scsiemu_lu_load(t.lu, NULL, false);
	scsiemu_lu_load(t.lu, &t.m, false);
	scsiemu_device_tick(t.d.dev, 2000);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	scsiemu_device_tick(t.d.dev, 5000);
	assert_int_equal(be(param(&t, 0x14, 0x10, 8), 8), 5000);
	assert_int_equal(be(param(&t, 0x14, 0x14, 8), 8), 60);
	assert_int_equal(be(param(&t, 0x14, 0x15, 8), 8), 40);
	tape_free(&t);
}

static void test_densities(void **state)
{
	static const struct scsiemu_ssc_density list[] = {
		{ .code = 0x44,
		  .bits_mm = 9638,
		  .width = 127,
		  .tracks = 704,
		  .capacity = 400000,
		  .organization = "LTO-CVE",
		  .name = "U-316",
		  .description = "Ultrium 3/16T" },
		{ .code = 0x46, .write = true, .usual = true }
	};
	static const struct scsiemu_ssc_medium_type media[] = {
		{ .code = 0x00,
		  .ndensities = 1,
		  .densities = { 0x44 },
		  .width = 127,
		  .length = 680,
		  .organization = "HP",
		  .name = "LTO3Data" }
	};
	struct tape_options o = { .ssc = { .densities = list,
					   .ndensities = 2,
					   .media = media,
					   .nmedia = 1 },
				  .is = { .bytes = 7000000, .density = 0x44 } };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	TAPE_IN(&t, ROOM, 0x44, 0, 0, 0, 0, 0, 0, ROOM >> 8, 0, 0);
	drive_good(&t.d);
	assert_int_equal(t.d.t.c.in_done, 4 + 2 * 52);
	assert_memory_equal(t.d.t.in,
			    "\0\x6a\0\0\x44\x44\0\0\0\0\x25\xa6\0\x7f\x02\xc0"
			    "\0\x06\x1a\x80LTO-CVE U-316   Ultrium 3/16T       "
			    "\x46\x46\xa0",
			    59);
	TAPE_IN(&t, ROOM, 0x44, 1, 0, 0, 0, 0, 0, ROOM >> 8, 0, 0);
	assert_int_equal(t.d.t.c.in_done, 56);
	assert_int_equal(be(t.d.t.in + 16, 4), 7);
	TAPE_IN(&t, ROOM, 0x44, 3, 0, 0, 0, 0, 0, ROOM >> 8, 0, 0);
	drive_good(&t.d);
	assert_memory_equal(t.d.t.in,
			    "\0\x3a\0\0\0\0\0\x34\x01\x44\0\0\0\0\0\0\0\0\0\x7f"
			    "\x02\xa8\0\0HP      LTO3Data",
			    40);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	TAPE_IN(&t, ROOM, 0x44, 1, 0, 0, 0, 0, 0, ROOM >> 8, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, 0x3a00);
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0); /* the usual density */
	assert_int_equal(t.d.t.in[4], 0x46);
	tape_free(&t);
}

/* READ POSITION in its four forms. */
static void test_positions(void **state)
{
	static const uint8_t long_form[32] = { [15] = 5, [23] = 2 };
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	tape_lay(&t, "10 M 10 M 10 10");
	tape_go(&t, 0, 5);
	for (uint8_t sa = 0; sa < 2; sa++) {
		TAPE_IN(&t, 64, 0x34, sa, 0, 0, 0, 0, 0, 0, 0, 0);
		drive_data(&t.d, "\0\0\0\0\0\0\0\x05\0\0\0\x05\0\0\0\0\0\0\0\0",
			   20);
	}
	TAPE_IN(&t, 64, 0x34, 6, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_data(&t.d, long_form, 32);
	TAPE_IN(&t, 64, 0x34, 8, 0, 0, 0, 0, 0, 0, 64, 0);
	drive_data(&t.d,
		   "\0\0\0\x1c\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x05"
		   "\0\0\0\0\0\0\0\0",
		   32);
	TAPE_IN(&t, 64, 0x34, 8, 0, 0, 0, 0, 0, 0, 4, 0);
	drive_data(&t.d, "\0\0\0\x1c", 4);
	TAPE_IN(&t, 64, 0x34, 7, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_cdb(&t.d, 1, 4);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_exceptions),
		cmocka_unit_test(test_test),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_volume),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_lto),
		cmocka_unit_test(test_diagnostics),
		cmocka_unit_test(test_duty),
		cmocka_unit_test(test_densities),
		cmocka_unit_test(test_positions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
