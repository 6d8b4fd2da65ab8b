/* SPDX-License-Identifier: BSD-2-Clause */
/* Group numbers that are permanent streams: mode page 0Ah/05h, GROUP_SUP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

enum { BLEN = 512, GROUPS = 5, PAGE = 16 + 64 * 16 };

static void made(struct disk *b, uint8_t permanent)
{
	struct disk_options o = { .sbc.streams = 2,
				  .sbc.permanent_streams = permanent };

	disk_make(b, &o);
}

static void sense(struct disk *b, uint8_t pc, uint8_t sub)
{
	uint8_t cdb[10] = { SCSIEMU_OP_MODE_SENSE_10, 0x08,
			    (uint8_t)(pc << 6 | 0x0a), sub, [7] = 8 };

	drive_in(&b->d, b->lu, cdb, 10);
}

/* Windows of any size make the same page. */
static void test_page(void **s)
{
	static const uint32_t scratches[] = { 512, 2048, 8192 };
	uint8_t want[8 + PAGE] = { (PAGE + 6) >> 8,
				   (PAGE + 6) & 0xff,
				   0,
				   0x10,
				   [8] = 0xca,
				   0x05,
				   0x04,
				   0x0c };

	(void)s;
	for (unsigned i = 0; i < GROUPS; i++)
		want[8 + 16 + i * 16] = 0x04; /* ST_ENBLE */
	for (unsigned i = 0; i < 3; i++) {
		struct disk_options o = { .scratch = scratches[i],
					  .sbc.permanent_streams = GROUPS };
		struct disk b;

		disk_make(&b, &o);
		sense(&b, 0, 5);
		drive_data(&b.d, want, sizeof(want));
		sense(&b, 2, 5);
		drive_data(&b.d, want, sizeof(want));
		disk_free(&b);
	}
}

/* No bit can be changed, and MODE SELECT does not know it. */
static void test_constant(void **s)
{
	uint8_t want[8 + PAGE] = { (PAGE + 6) >> 8,
				   (PAGE + 6) & 0xff,
				   0,
				   0x10,
				   [8] = 0xca,
				   0x05,
				   0x04,
				   0x0c };
	uint8_t select[10] = { SCSIEMU_OP_MODE_SELECT_10, 0x10, [8] = 24 };
	uint8_t list[24] = { [8] = 0x4a, 0x05, 0x04, 0x0c };
	struct disk b;

	(void)s;
	made(&b, GROUPS);
	sense(&b, 1, 5);
	drive_data(&b.d, want, sizeof(want));
	drive_run(&b.d, b.lu, select, 10, list, sizeof(list), 0);
	drive_param(&b.d, 0x2600, 8, 5);
	disk_free(&b);
}

static void test_status(void **s)
{
	static const uint8_t want[8 + 3 * 8] = {
		[3] = 24, [7] = 3,  [8] = 0x80,	 [12] = 1, [16] = 0x80,
		[19] = 1, [20] = 2, [24] = 0x80, [27] = 2, [28] = 3
	};
	uint8_t get[16] = { SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x16, [13] = 64 };
	uint8_t close[16] = { SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x54, [5] = 2 };
	uint8_t open[16] = { SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x34, [13] = 8 };
	static const uint8_t third[8] = { 7, [5] = 3 };
	struct disk b;

	(void)s;
	made(&b, 3);
	drive_in(&b.d, b.lu, get, 16);
	drive_data(&b.d, want, sizeof(want));
	drive_in(&b.d, b.lu, close, 16);
	drive_cdb(&b.d, 4, SCSIEMU_NO_BIT);
	drive_in(&b.d, b.lu, open, 16);
	drive_data(&b.d, third, 8);
	disk_free(&b);
}

/* Used bits, and RSOC says so; without, they are ignored and not reported. */
static void group_number(uint8_t permanent, uint8_t mask)
{
	static const uint8_t out[BLEN],
		vpd[] = { SCSIEMU_OP_INQUIRY, 1, 0x86, 0, 64, 0 };
	uint8_t cdb[16] = { SCSIEMU_OP_WRITE_16, [13] = 1, [14] = 0x3f };
	uint8_t rsoc[12] = { SCSIEMU_OP_MAINTENANCE_IN, 0x0c, 0x01,
			     SCSIEMU_OP_WRITE_16, [9] = 64 };
	uint8_t stream[16] = {
		SCSIEMU_OP_WRITE_STREAM_16, [13] = 1, [14] = 0x11
	};
	struct disk b;

	made(&b, permanent);
	drive_run(&b.d, b.lu, cdb, 16, out, BLEN, 0);
	drive_good(&b.d);
	cdb[14] = 0x40;
	drive_run(&b.d, b.lu, cdb, 16, out, BLEN, 0);
	drive_cdb(&b.d, 14, 6);
	drive_in(&b.d, b.lu, rsoc, 12);
	assert_int_equal(b.d.t.in[4 + 14], mask);
	drive_in(&b.d, b.lu, vpd, 6);
	assert_int_equal(b.d.t.in[5], permanent ? 0x17 : 0x07);
	drive_run(&b.d, b.lu, stream, 16, out, BLEN, 0); /* into stream 0 */
	if (permanent)
		drive_good(&b.d);
	else
		drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2c0f);
	sense(&b, 0, 5);
	if (!permanent)
		drive_cdb(&b.d, 3, SCSIEMU_NO_BIT);
	disk_free(&b);
}

static void test_group_number(void **s)
{
	(void)s;
	group_number(GROUPS, 0x3f);
	group_number(0, 0);
}

static void test_too_many(void **s)
{
	struct scsiemu_sbc_options sbc = { .size = sizeof(sbc),
					   .permanent_streams = 64 };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_sbc,
					.options = &sbc };
	struct drive d;
	void *state;

	(void)s;
	drive_make(&d, NULL);
	cf.state_len = scsiemu_lu_state_size(&cf);
	cf.state = state = malloc(cf.state_len);
	assert_null(scsiemu_lu_add(d.dev, 0, &cf));
	sbc.permanent_streams = 63;
	sbc.streams = 194;
	assert_null(scsiemu_lu_add(d.dev, 0, &cf));
	sbc.streams = 193;
	assert_non_null(scsiemu_lu_add(d.dev, 0, &cf));
	drive_free(&d);
	free(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_constant),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_group_number),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
