/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks of older standards: INQUIRY, VPD and mode pages, byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

static void make(struct disk *b, unsigned level)
{
	struct disk_options o = { .version = (uint8_t)level,
				  .copies = 2,
				  .thin = true,
				  .alua = &disk_alua,
				  .pi_len = 8 };

	disk_make(b, &o);
}

/* The first eight bytes, the length, and the version descriptors. */
static const struct standard {
	uint8_t level;
	const char *head;
	uint8_t len;
	const char *versions; /* 8 bytes */
} standards[] = {
	{ 1, "\0\0\1\x01\x1f\0\0\0", 36, NULL },
	{ 2, "\0\0\2\x02\x1f\0\0\x02", 36, NULL },
	{ 3, "\0\0\3\x02\x1f\0\0\x02", 36, NULL },
	{ 4, "\0\0\4\x12\x5b\0\0\x02", 96, "\0\x40\x02\x60\x01\x80\x09\x60" },
	{ 5, "\0\0\5\x12\x5b\x39\0\x02", 96, "\0\x60\3\0\x03\x20\x09\x60" },
	{ 6, "\0\0\6\x12\x5b\x39\0\x02", 96, "\0\xa0\x04\x60\x04\xc0\x09\x60" },
	{ 7, "\0\0\7\x12\x5b\x39\0\x02", 96, "\0\xa0\x05\xc0\x06\0\x09\x60" },
	{ 13, "\0\0\x0d\x12\x5b\x39\0\x02", 96,
	  "\0\xa0\x05\xc0\x06\0\x09\x60" },
};
enum { NSTANDARD = sizeof(standards) / sizeof(standards[0]) };

static void test_inquiry(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NSTANDARD; i++) {
		const struct standard *t = &standards[i];
		uint8_t want[96] = { 0 };
		struct disk b;

		memcpy(want, t->head, 8);
		memcpy(want + 8, "SCSIEMU Virtual Disk    0001", 28);
		if (t->versions)
			memcpy(want + 58, t->versions, 8);
		make(&b, t->level);
		drive_run(&b.d, b.lu, "\x12\0\0\0\xff\0", 6, NULL, 0, 255);
		drive_data(&b.d, want, t->len);
		drive_run(&b.d, b.lu, "\x12\0\0\0\x05\0", 6, NULL, 0, 255);
		drive_data(&b.d, want, 5);
		disk_free(&b);
	}
}

/* NACA came with SAM. */
static void test_aca(void **state)
{
	(void)state;
	for (unsigned level = 1; level <= 4; level++) {
		struct scsiemu_lu_config cf = { .size = sizeof(cf),
						.type = &scsiemu_sbc,
						.version = (uint8_t)level,
						.aca = true };
		static const uint8_t byte_3[] = { 0x01, 0x02, 0x22, 0x32 };
		struct scsiemu_lu *lu;
		struct drive d;

		drive_make(&d, NULL);
		lu = scsiemu_lu_add(d.dev, 0, &cf);
		drive_run(&d, lu, "\x12\0\0\0\x05\0", 6, NULL, 0, 255);
		drive_good(&d);
		assert_int_equal(d.t.in[3], byte_3[level - 1]);
		drive_run(&d, lu, "\x12\0\0\0\x05\x04", 6, NULL, 0, 255);
		drive_status(&d, level < 3 ? SCSIEMU_CHECK_CONDITION : 0);
		drive_free(&d);
	}
}

static void test_vpd(void **state)
{
	/* T10 vendor ID, NAA */
	static const char designators[] =
		"\0\x83\0\x30\x02\x01\0\x20"
		"SCSIEMU Virtual Disk    SEMU0000\x01\x03\0\x08";
	struct disk b;

	(void)state;
	make(&b, 2);
	drive_run(&b.d, b.lu, "\x12\1\0\0\xff\0", 6, NULL, 0, 255);
	drive_data(&b.d, "\0\0\0\2\0\x80", 6);
	drive_run(&b.d, b.lu, "\x12\1\x80\0\xff\0", 6, NULL, 0, 255);
	drive_data(&b.d, "\0\x80\0\x08SEMU0000", 12);
	drive_run(&b.d, b.lu, "\x12\1\x83\0\xff\0", 6, NULL, 0, 255);
	drive_cdb(&b.d, 2, SCSIEMU_NO_BIT);
	disk_free(&b);
	for (unsigned level = 3; level <= 4; level++) {
		make(&b, level);
		drive_run(&b.d, b.lu, "\x12\1\0\0\xff\0", 6, NULL, 0, 255);
		drive_data(&b.d, "\0\0\0\3\0\x80\x83", 7);
		drive_run(&b.d, b.lu, "\x12\1\x83\0\xff\0", 6, NULL, 0, 255);
		drive_good(&b.d);
		assert_int_equal(b.d.t.c.in_done, 52);
		assert_memory_equal(b.d.t.in, designators, 44);
		drive_run(&b.d, b.lu, "\x12\1\xb0\0\xff\0", 6, NULL, 0, 255);
		drive_cdb(&b.d, 2, SCSIEMU_NO_BIT);
		disk_free(&b);
	}
}

/* All pages of MODE SENSE(6): header, block descriptor, then code and length of
 * each. */
static const struct pages {
	const char *codes;   /* code, length byte; with PS */
	uint8_t n, specific; /* DPOFUA */
} pages[] = {
	{ "\x81\x06\x82\x0a\x83\x16\x84\x12", 4, 0x00 },
	{ "\x81\x0a\x82\x0e\x83\x16\x84\x16\x88\x0a\x8a\x06", 6, 0x10 },
	{ "\x81\x0a\x82\x0e\x83\x16\x84\x16\x88\x12\x8a\x06\x9a\x0a\x9c\x0a", 8,
	  0x10 },
	{ "\x81\x0a\x82\x0e\x83\x16\x84\x16\x88\x12\x8a\x0a\x98\x06\x99\x06"
	  "\x9a\x0a\x9c\x0a",
	  10, 0x10 },
};

static void test_mode_pages(void **state)
{
	(void)state;
	for (unsigned level = 1; level <= 4; level++) {
		const struct pages *t = &pages[level - 1];
		unsigned at = 12, i;
		struct disk b;

		make(&b, level);
		drive_run(&b.d, b.lu, "\x1a\0\x3f\0\xff\0", 6, NULL, 0, 255);
		drive_good(&b.d);
		assert_int_equal(b.d.t.in[0], b.d.t.c.in_done - 1);
		assert_int_equal(b.d.t.in[2], t->specific);
		assert_int_equal(b.d.t.in[3], 8);
		for (i = 0; i < t->n; i++) {
			assert_memory_equal(b.d.t.in + at, t->codes + 2 * i, 2);
			at += 2u + b.d.t.in[at + 1];
		}
		assert_int_equal(at, b.d.t.c.in_done);
		disk_free(&b);
	}
}

/* One page, by page control. */
static void page_is(struct disk *b, uint8_t pc_code, const char *want,
		    unsigned len)
{
	uint8_t cdb[6] = { 0x1a, 0, pc_code, 0, 255 };

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 255);
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done, 12 + len);
	assert_memory_equal(b->d.t.in + 12, want, len);
}

static void test_mode_bytes(void **state)
{
	struct disk b;

	(void)state;
	make(&b, 1);
	page_is(&b, 0x01, "\x81\x06\xc0\0\0\0\0\0", 8);
	page_is(&b, 0x02, "\x82\x0a\0\0\0\0\0\0\0\0\0\0", 12);
	drive_run(&b.d, b.lu, "\x1a\0\x08\0\xff\0", 6, NULL, 0, 255);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2400);
	disk_free(&b);
	make(&b, 2);
	page_is(&b, 0x08, "\x88\x0a\x04\0\0\0\0\0\0\0\0\0", 12);
	page_is(&b, 0x48, "\x88\x0a\x04\0\0\0\0\0\0\0\0\0", 12);
	page_is(&b, 0x0a, "\x8a\x06\x00\x10\0\0\0\0", 8);
	page_is(&b, 0x4a, "\x8a\x06\x00\x02\0\0\0\0", 8);
	drive_run(&b.d, b.lu, "\x1a\0\x1c\0\xff\0", 6, NULL, 0, 255);
	drive_cdb(&b.d, 2, 5);
	disk_free(&b);
	make(&b, 3);
	page_is(&b, 0x0a, "\x8a\x06\x02\x10\0\0\0\0", 8);
	page_is(&b, 0x4a, "\x8a\x06\x00\x06\x08\0\0\0", 8);
	disk_free(&b);
	make(&b, 4);
	page_is(&b, 0x0a, "\x8a\x0a\x02\x10\0\0\0\0\0\0\0\0", 12);
	page_is(&b, 0x4a, "\x8a\x0a\x00\x06\x08\0\0\0\0\0\0\0", 12);
	disk_free(&b);
}

static void geometry_is(uint64_t nblk, unsigned level, uint16_t rpm,
			const char *want)
{
	struct disk_options o = {
		.nblk = nblk,
		.version = (uint8_t)level,
		.removable = true,
		.rpm = rpm,
	};
	static const char format[] = "\x83\x16\0\0\0\0\0\0\0\0\0";
	struct disk b;

	disk_make(&b, &o);
	drive_run(&b.d, b.lu, "\x1a\0\x04\0\xff\0", 6, NULL, 0, 255);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 12 + (level == 1 ? 20 : 24));
	assert_memory_equal(b.d.t.in + 13, want, level == 1 ? 19 : 23);
	drive_run(&b.d, b.lu, "\x1a\0\x03\0\xff\0", 6, NULL, 0, 255);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, 12 + 24);
	assert_memory_equal(b.d.t.in + 12, format, 11);
	assert_memory_equal(b.d.t.in + 24, "\x02\0\0\x01\0\0\0\0\x60\0\0\0",
			    12);
	drive_run(&b.d, b.lu, "\x1a\0\x43\0\xff\0", 6, NULL, 0, 255);
	drive_good(&b.d);
	for (unsigned i = 2; i < 24; i++)
		assert_int_equal(b.d.t.in[12 + i], 0);
	disk_free(&b);
}

/* The whole capacity where it can be; rotation as the medium has it. */
static void test_geometry(void **state)
{
	struct disk b;

	(void)state;
	geometry_is(41820, 1, 0,
		    "\x12\0\0\x44\x0f\0\0\0\0\0\0\0\0\0\0\0"
		    "\0\0\0");
	geometry_is(41820, 2, 0,
		    "\x16\0\0\x44\x0f\0\0\0\0\0\0\0\0\0\0\0"
		    "\0\0\0\x0e\x10\0\0");
	geometry_is(10081, 3, 7200,
		    "\x16\0\0\x0a\x10\0\0\0\0\0\0\0\0\0"
		    "\0\0\0\0\0\x1c\x20\0\0");
	make(&b, 5); /* obsolete */
	drive_run(&b.d, b.lu, "\x1a\0\x04\0\xff\0", 6, NULL, 0, 255);
	drive_cdb(&b.d, 2, 5);
	disk_free(&b);
}

/* MODE SELECT takes a page as it was sent, in its own length only. */
static void test_select(void **state)
{
	static const uint8_t off[16] = { [4] = 0x08, 0x0a };
	uint8_t list[24] = { [4] = 0x08, 0x12 };
	uint8_t descr[12] = { [4] = 0x0a, 0x06, 0x04, 0x10 };
	struct disk b;

	(void)state;
	make(&b, 2);
	drive_run(&b.d, b.lu, "\x15\x10\0\0\x10\0", 6, off, 16, 0);
	drive_good(&b.d);
	page_is(&b, 0x08, "\x88\x0a\0\0\0\0\0\0\0\0\0\0", 12);
	drive_run(&b.d, b.lu, "\x15\x10\0\0\x18\0", 6, list, 24, 0);
	drive_param(&b.d, 0x2600, 5, SCSIEMU_NO_BIT);
	drive_run(&b.d, b.lu, "\x15\x10\0\0\x0c\0", 6, descr, 12, 0);
	drive_param(&b.d, 0x2600, 6, 2); /* D_SENSE */
	list[4] = 0x1c;
	drive_run(&b.d, b.lu, "\x15\x10\0\0\x10\0", 6, list, 16, 0);
	drive_param(&b.d, 0x2600, 4, 5);
	list[4] = 0x08; /* without PF, and saved */
	list[5] = 0x0a;
	list[6] = 0x04;
	drive_run(&b.d, b.lu, "\x15\x01\0\0\x10\0", 6, list, 16, 0);
	drive_good(&b.d);
	page_is(&b, 0xc8, "\x88\x0a\x04\0\0\0\0\0\0\0\0\0", 12);
	disk_free(&b);
	make(&b, 3);
	drive_run(&b.d, b.lu, "\x15\x00\0\0\x10\0", 6, list, 16, 0);
	drive_cdb(&b.d, 1, 4);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inquiry),
		cmocka_unit_test(test_aca),
		cmocka_unit_test(test_vpd),
		cmocka_unit_test(test_mode_pages),
		cmocka_unit_test(test_mode_bytes),
		cmocka_unit_test(test_geometry),
		cmocka_unit_test(test_select),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
