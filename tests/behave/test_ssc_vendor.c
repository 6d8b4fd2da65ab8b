/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only some drives have: IBM's mode pages 24h and 25h, one method of
 * logical block protection, SET CAPACITY with one partition.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/crypt.h"

static const uint16_t pages[] = { 0x2400, 0x2500 };
static const struct scsiemu_quirks named = { .size = sizeof(named),
					     .modes = pages,
					     .nmodes = 2 };
static const struct scsiemu_ssc_density
	lto[] = { { .code = 0x5c, .write = true, .organization = "LTO-CVE" },
		  { .code = 0x5e,
		    .write = true,
		    .usual = true,
		    .organization = "LTO-CVE" } },
	jaguar[] = { { .code = 0x55,
		       .write = true,
		       .usual = true,
		       .organization = "IBM" } };

/* All of a page, with its header of 4 bytes. */
static void page(struct tape *t, uint8_t pc, uint8_t code, const void *want,
		 uint32_t len)
{
	uint8_t all[64] = { (uint8_t)(len + 3) };

	TAPE_IN(t, 255, 0x1a, 0x08, (uint8_t)(pc << 6 | code), 0, 255, 0);
	memcpy(all, t->d.t.in, 4);
	all[0] = (uint8_t)(len + 3);
	memcpy(all + 4, want, len);
	drive_data(&t->d, all, len + 4);
}

static void same(struct tape *t, uint8_t code, const void *want, uint32_t len)
{
	page(t, 0, code, want, len);
	page(t, 2, code, want, len);
	page(t, 3, code, want, len);
}

static void test_lto(void **state)
{
	struct tape_options o = { .quirks = &named,
				  .codec = true,
				  .ssc = { .densities = lto,
					   .ndensities = 2,
					   .partitions = 4,
					   .worm = true,
					   .protection = true,
					   .encryption = true },
				  .is = { .density = 0x5c } };
	uint8_t extensions[8] = { 0xa4, 6, 0, 0, 0, 0, 0, 1 };
	uint8_t control[32] = { 0xa5, 30, [9] = 0x5e, 0x5c, [27] = 0x50 };
	uint8_t nothing[32] = { 0xa5, 30 }, list[36];
	struct crypt_page on = { .scope = CRYPT_ALL,
				 .encrypt = CRYPT_ON,
				 .decrypt = CRYPT_ON,
				 .key = 'k' };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	same(&t, 0x24, extensions, 8);
	same(&t, 0x25, control, 32);
	page(&t, 1, 0x24, "\xa4\6\0\0\0\0\0", 8);
	page(&t, 1, 0x25, nothing, 32);
	/* as LTFS asks: 10 bytes, 8 of a block descriptor, and the page */
	TAPE_IN(&t, 48, 0x5a, 0, 0x25, 0, 0, 0, 0, 0, 48, 0);
	drive_good(&t.d);
	assert_int_equal(t.d.t.c.in_done, 48);
	assert_memory_equal(t.d.t.in + 16, control, 32);
	crypt_set(&t, &on);
	drive_good(&t.d);
	control[20] = 1;
	page(&t, 0, 0x25, control, 32);
	on.encrypt = on.decrypt = 0;
	on.key = 0;
	crypt_set(&t, &on);
	drive_good(&t.d);
	control[20] = 0;
	page(&t, 0, 0x25, control, 32);
	/* what is there may be sent back, and is not to be changed */
	memset(list, 0, 4);
	list[2] = 0x10;
	memcpy(list + 4, control, 32);
	list[4] = 0x25;
	TAPE_OUT(&t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_good(&t.d);
	list[4 + 10] = 0x5e;
	TAPE_OUT(&t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_param(&t.d, 0x2600, 14, 1);
	tape_free(&t);
	o.ssc.encryption = false;
	tape_make(&t, &o);
	extensions[7] = 0;
	control[27] = 0;
	same(&t, 0x24, extensions, 8);
	same(&t, 0x25, control, 32);
	tape_free(&t);
}

/* 24 bytes, with what LTFS chooses the method of protection by. */
static void test_enterprise(void **state)
{
	struct tape_options o = { .quirks = &named,
				  .ssc = { .densities = jaguar,
					   .ndensities = 1,
					   .partitions = 4,
					   .worm = true,
					   .protection = true } };
	uint8_t extensions[24] = { 0xa4, 22, 0x60, 0, 0, 0, 0, 0x90 };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	same(&t, 0x24, extensions, 24);
	TAPE_IN(&t, 40, 0x5a, 0, 0x24, 0, 0, 0, 0, 0, 40, 0);
	drive_good(&t.d);
	assert_int_equal(t.d.t.c.in_done, 40);
	assert_int_equal(t.d.t.in[18] & 0x20, 0x20);
	tape_free(&t);
	o.ssc.reed_solomon = true;
	o.ssc.worm = false;
	o.ssc.partitions = 1;
	tape_make(&t, &o);
	extensions[2] = 0x40;
	extensions[7] = 0;
	same(&t, 0x24, extensions, 24);
	tape_free(&t);
}

/* Without a list of pages, and with one that is about others. */
static void test_not_named(void **state)
{
	static const uint16_t other[] = { 0x0100, 0x1000 };
	struct scsiemu_quirks q = { .size = sizeof(q) };
	struct tape_options o = { .quirks = NULL };
	struct tape t;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		tape_make(&t, &o);
		TAPE_IN(&t, 255, 0x1a, 0x08, 0x24, 0, 255, 0);
		drive_cdb(&t.d, 2, 5);
		TAPE_IN(&t, 255, 0x1a, 0x08, 0x25, 0, 255, 0);
		drive_cdb(&t.d, 2, 5);
		TAPE_IN(&t, 255, 0x1a, 0x08, 0x00, 0, 255, 0);
		drive_data(&t.d, "\x03\0\x10\0", 4); /* page 00h is none */
		tape_free(&t);
		o.quirks = &q;
		if (i) {
			q.modes = other;
			q.nmodes = 2;
		}
	}
}

/* LTO-5 and LTO-6: Reed-Solomon, and no other method. */
static void test_reed_solomon(void **state)
{
	const struct tape_options o = { .ssc = { .protection = true,
						 .reed_solomon = true },
					.codec = true };
	uint8_t list[36] = { 0, 0, 0x10, 0, 0x4a, 0xf0, 0, 28, 2, 4, 0xc0 };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	TAPE_IN(&t, 96, 0x12, 1, 0xb5, 0, 96, 0);
	drive_data(&t.d, "\x01\xb5\0\x08\0\0\0\0\x03\x01\x04\xc0", 12);
	TAPE_OUT(&t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_param(&t.d, 0x2600, 8, SCSIEMU_NO_BIT);
	list[8] = 1;
	TAPE_OUT(&t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_good(&t.d);
	tape_free(&t);
}

/* A cartridge of one partition gets half of what it had. */
static void test_set_capacity(void **state)
{
	struct tape_options o = { .is = { .bytes = 10000000 } };
	const struct scsiemu_tape_ops *ops;
	struct scsiemu_tape_info info;
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	TAPE_DO(&t, 0x0b, 0, 0, 0x80, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	tape_free(&t);
	o.ssc.set_capacity = true;
	tape_make(&t, &o);
	tape_lay(&t, "100 M");
	TAPE_DO(&t, 0x0b, 0, 0, 0x80, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x3b0c);
	tape_go(&t, 0, 0);
	TAPE_DO(&t, 0x0b, 0, 0, 0x80, 0, 0);
	drive_good(&t.d);
	ops = t.m.ops;
	ops->info(t.m.ctx, &info);
	assert_int_equal(info.partitions, 1);
	assert_int_equal(info.part[0].size, 5000076);
	assert_int_equal(info.part[0].objects, 0);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lto),
		cmocka_unit_test(test_enterprise),
		cmocka_unit_test(test_not_named),
		cmocka_unit_test(test_reed_solomon),
		cmocka_unit_test(test_set_capacity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
