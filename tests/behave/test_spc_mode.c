/* SPDX-License-Identifier: BSD-2-Clause */
/* MODE SENSE (6) and (10): headers, block descriptors, pages, page control. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

#define SENSE_6(dbd, page, sub) 0x1a, dbd, page, sub, 252, 0
#define SENSE_10(b1, page, sub) 0x5a, b1, page, sub, 0, 0, 0, 4, 0, 0
#define DBD			0x08
#define LLBAA			0x10
#define CHANGEABLE		0x40
#define DEFAULTS		0x80
#define SAVED			0xc0
/* The block descriptor, and PS in each page: the LU can save. */
#define BLOCKS_6 0, 0, 0, 100, 0, 0, 2, 0
#define PS(page) (0x80 | (page))

static const uint8_t pages[] = {
	/* 0 */ PS(0x02),
	14,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	/* 16 */ PS(0x08),
	18,
	4,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	/* 36 */ PS(0x0a),
	10,
	0x02,
	0x10,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	/* 48 */ PS(0x4a),
	1,
	0,
	28,
	6,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	/* 80 */ PS(0x18),
	6,
	5,
	0,
	0,
	0,
	0,
	0,
	/* 88 */ PS(0x19),
	6,
	5,
	0,
	0,
	0,
	0,
	0,
	/* 96 */ PS(0x1a),
	38,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	/* 136 */ PS(0x1c),
	10,
	0x08,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0
};

static void is_6(struct spcdev *t, const uint8_t *page, uint32_t len)
{
	uint8_t want[256] = { (uint8_t)(3 + len), 0, 0x10, 0 };

	memcpy(want + 4, page, len);
	drive_data(&t->d, want, 4 + len);
}

static void one_page(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, SENSE_6(DBD, 0x0a, 0));
	is_6(t, pages + 36, 12);
	spcdev_in(t, SENSE_6(DBD, 0x0a, 1));
	is_6(t, pages + 48, 32);
	spcdev_in(t, SENSE_6(DBD, 0x0a, 0xff));
	is_6(t, pages + 36, 44);
	spcdev_in(t, SENSE_6(DBD, 0x02, 0xff));
	is_6(t, pages, 16);
	spcdev_in(t, SENSE_6(DBD, 0x18, 0));
	is_6(t, pages + 80, 8);
	spcdev_in(t, SENSE_6(DBD, 0x19, 0));
	is_6(t, pages + 88, 8);
	spcdev_in(t, SENSE_6(DBD, 0x1a, 0));
	is_6(t, pages + 96, 40);
	spcdev_in(t, SENSE_6(DBD, 0x1c, 0));
	is_6(t, pages + 136, 12);
}

static void all_pages(void **state)
{
	struct spcdev *t = *state;
	uint8_t flat[148];

	memcpy(flat, pages, 48);
	memcpy(flat + 48, pages + 80, 68);
	spcdev_in(t, SENSE_6(DBD, 0x3f, 0));
	is_6(t, flat, 116);
	spcdev_in(t, SENSE_6(DBD, 0x3f, 0xff));
	is_6(t, pages, 148);
}

static void headers(void **state)
{
	static const uint8_t ten[] = {
		0,    26, 0, 0x10, 0, 0, 0, 8, BLOCKS_6, PS(0x1c), 10,
		0x08, 0,  0, 0,	   0, 0, 0, 0, 0,	 0
	};
	static const uint8_t longlba[] = {
		0,	  34, 0,    0x10, 1, 0, 0, 16, 0, 0, 0, 0,
		0,	  0,  0,    100,  0, 0, 0, 0,  0, 0, 2, 0,
		PS(0x1c), 10, 0x08, 0,	  0, 0, 0, 0,  0, 0, 0, 0
	};
	struct spcdev *t = *state;

	spcdev_in(t, SENSE_6(0, 0x1c, 0));
	drive_data(&t->d,
		   BYTES(23, 0, 0x10, 8, BLOCKS_6, PS(0x1c), 10, 0x08, 0, 0, 0,
			 0, 0, 0, 0, 0, 0),
		   24);
	spcdev_in(t, SENSE_10(0, 0x1c, 0));
	drive_data(&t->d, ten, sizeof(ten));
	spcdev_in(t, SENSE_10(LLBAA, 0x1c, 0));
	drive_data(&t->d, longlba, sizeof(longlba));
	spcdev_in(t, SENSE_10(LLBAA | DBD, 0x1c, 0));
	drive_data(&t->d,
		   BYTES(0, 18, 0, 0x10, 0, 0, 0, 0, PS(0x1c), 10, 0x08, 0, 0,
			 0, 0, 0, 0, 0, 0, 0),
		   20);
}

/* More blocks than a short descriptor can say; WP in the header. */
static void large_and_protected(void **state)
{
	struct spcdev *t = *state;

	t->disk.m.nblk = UINT64_C(0x100000001);
	t->disk.m.read_only = true;
	scsiemu_lu_changed(t->lu);
	drive_settle(&t->d, t->lu, t->a);
	spcdev_in(t, 0x1a, 0, 0x1c, 0, 12, 0);
	drive_data(&t->d,
		   BYTES(23, 0, 0x90, 8, 0xff, 0xff, 0xff, 0xff, 0, 0, 2, 0),
		   12);
	spcdev_in(t, 0x5a, LLBAA, 0x1c, 0, 0, 0, 0, 0, 24, 0);
	drive_data(&t->d,
		   BYTES(0, 34, 0, 0x90, 1, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 1, 0,
			 0, 0, 0, 0, 0, 2, 0),
		   24);
	t->disk.m.nblk = 100;
}

static void page_control(void **state)
{
	static const uint8_t mask[12] = {
		PS(0x0a), 10, 0x04, 0x0e, 0x38, 0x40
	};
	static const uint8_t fixed[12] = { PS(0x1c), 10 };
	static const uint8_t subpage[32] = { PS(0x4a), 1, 0, 28 };
	struct spcdev *t = *state;

	spcdev_in(t, SENSE_6(DBD, CHANGEABLE | 0x0a, 0));
	is_6(t, mask, 12);
	spcdev_in(t, SENSE_6(DBD, CHANGEABLE | 0x1c, 0));
	is_6(t, fixed, 12);
	spcdev_in(t, SENSE_6(DBD, CHANGEABLE | 0x0a, 1));
	is_6(t, subpage, 32);
	spcdev_in(t, SENSE_6(DBD, CHANGEABLE | 0x18, 0));
	is_6(t, BYTES(PS(0x18), 6, 0, 0, 0, 0, 0, 0), 8);
	spcdev_in(t, SENSE_6(DBD, DEFAULTS | 0x0a, 0));
	is_6(t, pages + 36, 12);
	spcdev_in(t, SENSE_6(DBD, SAVED | 0x3f, 0xff));
	is_6(t, pages, 148);
}

static void unknown_pages(void **state)
{
	struct spcdev *t = *state;

	spcdev_in(t, SENSE_6(0, 0x00, 0));
	drive_cdb(&t->d, 2, 5);
	spcdev_in(t, SENSE_6(0, 0x0b, 0));
	drive_cdb(&t->d, 2, 5);
	spcdev_in(t, SENSE_6(0, 0x0b, 0xff));
	drive_cdb(&t->d, 2, 5);
	spcdev_in(t, SENSE_6(0, 0x0a, 2));
	drive_cdb(&t->d, 3, SCSIEMU_NO_BIT);
	spcdev_in(t, SENSE_10(0, 0x3f, 1));
	drive_cdb(&t->d, 3, SCSIEMU_NO_BIT);
	spcdev_in(t, SENSE_6(LLBAA, 0x0a, 0));
	drive_cdb(&t->d, 1, 4);
}

/* Without a place to save: no PS, no page control 3. */
static void no_saving(void **state)
{
	struct scsiemu_lu_config cf = spcdev_config;
	struct spcdev *t = *state;

	cf.can_save = false;
	t->lu = scsiemu_lu_add(t->d.dev, 1, &cf);
	scsiemu_lu_load(t->lu, &t->disk.m, false);
	drive_settle(&t->d, t->lu, t->a);
	spcdev_in(t, SENSE_6(DBD, SAVED | 0x0a, 0));
	drive_check(&t->d, 5, 0x3900);
	spcdev_in(t, SENSE_6(DBD, 0x0a, 0));
	is_6(t, BYTES(0x0a, 10, 0x02, 0x10, 0, 0, 0, 0, 0, 0, 0, 0), 12);
}

/* What a type reads for itself. */
static void current(void **state)
{
	struct spcdev *t = *state;

	assert_null(semu_mode_current(t->lu, 0x0b, 0));
	assert_null(semu_mode_current(t->lu, 0x0a, 2));
	assert_memory_equal(semu_mode_current(t->lu, 0x0a, 0),
			    BYTES(0x0a, 10, 2, 0x10), 4);
	assert_memory_equal(semu_mode_current(t->lu, 0x1c, 0),
			    BYTES(0x1c, 10, 8, 0), 4);
}

static void without_medium(void **state)
{
	struct spcdev *t = *state;

	scsiemu_lu_load(t->lu, NULL, false);
	spcdev_in(t, 0x1a, 0, 0x1c, 0, 12, 0);
	drive_data(&t->d, BYTES(23, 0, 0x10, 8, 0, 0, 0, 0, 0, 0, 2, 0), 12);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, spcdev_setup, spcdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_page),	    TEST(all_pages),
		TEST(headers),	    TEST(large_and_protected),
		TEST(page_control), TEST(unknown_pages),
		TEST(no_saving),    TEST(without_medium),
		TEST(current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
