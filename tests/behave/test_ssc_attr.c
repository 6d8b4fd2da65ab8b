/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attributes: what the drive says of the cartridge, what hosts write, how LTFS
 * and PBS ask; the change reference; load and unload.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

enum { ROOM = 4096 };

/* READ ATTRIBUTE, service action, partition, first one. */
static const uint8_t *attrs(struct tape *t, uint8_t sa, uint8_t partition,
			    uint16_t first)
{
	TAPE_IN(t, ROOM, 0x8c, sa, 0, 0, 0, 0, 0, partition,
		(uint8_t)(first >> 8), (uint8_t)first, 0, 0, ROOM >> 8, 0, 0,
		0);
	return t->d.t.in;
}

static uint64_t number(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

/* The value of an attribute that has to be there. */
static const uint8_t *value(struct tape *t, uint8_t partition, uint16_t id,
			    uint16_t len)
{
	const uint8_t *p = attrs(t, 0, partition, id);

	drive_good(&t->d);
	assert_int_equal(number(p, 4), t->d.t.c.in_done - 4);
	assert_int_equal(number(p + 4, 2), id);
	assert_int_equal(number(p + 7, 2), len);
	return p + 9;
}

static void missing(struct tape *t, uint8_t partition, uint16_t id)
{
	attrs(t, 0, partition, id);
	drive_cdb(&t->d, 8, SCSIEMU_NO_BIT);
}

/* WRITE ATTRIBUTE of a list behind its header. */
static uint8_t set(struct tape *t, uint8_t partition, const void *list,
		   uint8_t len)
{
	uint8_t out[256] = { 0, 0, 0, len };

	memcpy(out + 4, list, len);
	return TAPE_OUT(t, out, len + 4u, 0x8d, 1, 0, 0, 0, 0, 0, partition, 0,
			0, 0, 0, 0, (uint8_t)(len + 4), 0, 0);
}

static void test_derived(void **state)
{
	const struct tape_options o = { .is = { .bytes = 8 << 20,
						.density = 0x5e } };
	const uint8_t *p;
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	assert_int_equal(number(value(&t, 0, 0x0000, 8), 8), 8);
	tape_lay(&t, "8*130000 M");
	assert_int_equal(number(value(&t, 0, 0x0000, 8), 8), 7);
	assert_int_equal(number(value(&t, 0, 0x0001, 8), 8), 8);
	assert_int_equal(number(value(&t, 0, 0x0003, 8), 8), 1);
	assert_int_equal(number(value(&t, 0, 0x0006, 1), 1), 0x5e);
	assert_int_equal(number(value(&t, 0, 0x0220, 8), 8), 0);
	assert_int_equal(number(value(&t, 0, 0x0408, 1), 1), 0);
	missing(&t, 0, 0x0401);
	missing(&t, 0, 0x0800);
	missing(&t, 0, 0x9999);
	/* lists: those that are there, those that it knows */
	p = attrs(&t, 1, 0, 0);
	drive_good(&t.d);
	assert_int_equal(number(p + 4, 2), 0);
	assert_int_equal(number(p + 6, 2), 1);
	p = attrs(&t, 5, 0, 0x0800);
	drive_good(&t.d);
	assert_int_equal(number(p, 4), 30);
	assert_int_equal(number(p + 4, 2), 0x0800);
	attrs(&t, 2, 0, 0);
	drive_data(&t.d, "\0\x02\0\x01", 4);
	attrs(&t, 3, 0, 0);
	drive_data(&t.d, "\0\x02\0\x01", 4);
	attrs(&t, 0, 1, 0);
	drive_cdb(&t.d, 7, SCSIEMU_NO_BIT);
	/* all of them, read only those of the drive */
	p = attrs(&t, 0, 0, 0);
	drive_good(&t.d);
	assert_int_equal(p[6], 0x80);
	tape_free(&t);
}

static void test_host(void **state)
{
	const struct tape_options o = { .ssc.partitions = 2 };
	static const uint8_t label[] = { 0x08, 0x00, 1,	  0,   8,   'A', 'C',
					 'M',  'E',  ' ', ' ', ' ', ' ' };
	static const uint8_t lock[] = { 0x16, 0x23, 0, 0, 1, 7 };
	static const uint8_t off[] = { 0x08, 0x00, 1, 0, 0 };
	static const uint8_t text[] = { 0x08, 0x03, 2, 0, 1, 'x' };
	static const uint8_t remaining[] = { 0x00, 0x00, 0, 0, 8, 0, 0,
					     0,	   0,	 0, 0, 0, 0 };
	uint8_t coherent[75] = { 0x08, 0x0c, 0, 0, 70 }, two[19];
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	set(&t, 0, label, sizeof(label));
	drive_good(&t.d);
	assert_int_equal(t.d.log[1].flags & SCSIEMU_FUA, SCSIEMU_FUA);
	assert_memory_equal(value(&t, 0, 0x0800, 8), "ACME    ", 8);
	assert_int_equal(t.d.t.in[6], 1);
	memcpy(two, lock, 6);
	memcpy(two + 6, label, 13); /* not ascending: none of them */
	set(&t, 0, two, 19);
	drive_param(&t.d, 0x2600, 10, SCSIEMU_NO_BIT);
	missing(&t, 0, 0x1623);
	set(&t, 0, lock, sizeof(lock));
	drive_good(&t.d);
	assert_int_equal(*value(&t, 0, 0x1623, 1), 7);
	set(&t, 0, coherent, sizeof(coherent));
	drive_good(&t.d);
	value(&t, 0, 0x080c, 70);
	set(&t, 0, text, sizeof(text));
	drive_param(&t.d, 0x2600, 4, SCSIEMU_NO_BIT);
	set(&t, 0, remaining, sizeof(remaining));
	drive_param(&t.d, 0x2600, 4, SCSIEMU_NO_BIT);
	set(&t, 0, label, sizeof(label) - 1);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x1a00);
	set(&t, 1, label, sizeof(label));
	drive_cdb(&t.d, 7, SCSIEMU_NO_BIT);
	set(&t, 0, off, sizeof(off));
	drive_good(&t.d);
	missing(&t, 0, 0x0800);
	/* FORMAT MEDIUM takes hosts' attributes away */
	TAPE_DO(&t, 0x04, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	missing(&t, 0, 0x080c);
	assert_int_equal(number(value(&t, 0, 0x0007, 2), 2), 2);
	tape_free(&t);
}

/* There is room for so many, and then 5/55/06. */
static void test_full(void **state)
{
	uint8_t list[255] = { 0x14, 0, 0, 0, 240 };
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	for (unsigned i = 0; i < 66; i++) {
		list[1] = (uint8_t)i;
		set(&t, 0, list, 245);
		drive_good(&t.d);
	}
	list[1] = 70;
	set(&t, 0, list, 245);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x5506);
	tape_free(&t);
}

static void reload(struct tape *t)
{
	TAPE_DO(t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	TAPE_DO(t, 0x1b, 0, 0, 0, 1, 0);
	drive_good(&t->d);
	drive_settle(&t->d, t->lu, t->d.nexus);
}

/* VOLUME CHANGE REFERENCE: once per load, and before the first change. */
static void test_change(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	assert_int_equal(number(value(&t, 0, 0x0009, 4), 4), 1);
	reload(&t);
	assert_int_equal(number(value(&t, 0, 0x0009, 4), 4), 1);
	TAPE_DO(&t, 0x10, 0, 0, 0, 1, 0);
	assert_int_equal(t.d.log[0].verb, SCSIEMU_V_SETATTR);
	assert_int_equal(t.d.log[0].flags & SCSIEMU_FUA, SCSIEMU_FUA);
	assert_int_equal(t.d.log[1].verb, SCSIEMU_V_MARKS);
	assert_int_equal(number(value(&t, 0, 0x0009, 4), 4), 2);
	tape_lay(&t, "10 M");
	assert_int_equal(number(value(&t, 0, 0x0009, 4), 4), 2);
	reload(&t);
	TAPE_DO(&t, 0x19, 0, 0, 0, 0, 0);
	assert_int_equal(number(value(&t, 0, 0x0009, 4), 4), 3);
	assert_int_equal(number(value(&t, 0, 0x0003, 8), 8), 3);
	assert_memory_equal(value(&t, 0, 0x020a, 40), "SCSIEMU SEMU0000 ", 17);
	value(&t, 0, 0x020b, 40);
	missing(&t, 0, 0x020c);
	tape_free(&t);
}

static void test_serial(void **state)
{
	static const uint8_t list[] = { 0x04, 0x01, 0x81, 0,   5,
					'T',  '0',  '0',  '1', 'X' };
	struct scsiemu_cmd w = { .verb = SCSIEMU_V_SETATTR,
				 .buf = (uint8_t *)(uintptr_t)list,
				 .len = sizeof(list) };
	struct scsiemu_io io = { .flags = 0 };
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	TAPE_IN(&t, 64, 0xab, 1, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_data(&t.d, "\0\0\0\0", 4);
	((const struct scsiemu_tape_ops *)t.m.ops)->verb(t.m.ctx, &io, &w);
	TAPE_IN(&t, 64, 0xab, 1, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0);
	drive_data(&t.d, "\0\0\0\x08T001X\0\0\0", 12);
	value(&t, 0, 0x0401, 5);
	assert_int_equal(t.d.t.in[6], 0x81);
	tape_free(&t);
}

/* LOAD UNLOAD: who is told, what is prevented, what is ready. */
static void test_load(void **state)
{
	struct scsiemu_nexus *a, *b;
	struct tape t;

	(void)state;
	tape_two(&t, NULL, &a, &b);
	TAPE_DO(&t, 0x1e, 0, 0, 0, 1, 0);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x5302);
	TAPE_DO(&t, 0x1e, 0, 0, 0, 0, 0);
	tape_lay(&t, "10");
	TAPE_DO(&t, 0x1b, 0, 0, 0, 5, 0); /* LOAD with EOT */
	drive_cdb(&t.d, 4, 2);
	TAPE_DO(&t, 0x1b, 1, 0, 0, 1, 0); /* it is loaded: rewound */
	drive_good(&t.d);
	tape_at(&t, 0, 0);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 4, 0);
	drive_good(&t.d);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, 0x3a04);
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0);
	drive_data(&t.d, "\x0b\0\x10\x08\0\0\0\0\0\0\0\0", 12);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 9, 0); /* HOLD */
	drive_good(&t.d);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, 0x3a04);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 1, 0);
	drive_good(&t.d);
	tape_at(&t, 0, 0);
	assert_int_equal(drive_ua(&t.d, t.lu, a), 0x2800);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0x2800);
	/* another one */
	scsiemu_lu_load(t.lu, NULL, false);
	scsiemu_lu_load(t.lu, &t.m, true);
	assert_int_equal(drive_ua(&t.d, t.lu, a), 0x2800);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0x2800);
	assert_int_equal(drive_ua(&t.d, t.lu, b), 0);
	tape_free(&t);
}

/* The memory of a cartridge that is in the drive, but not loaded. */
static void test_unloaded(void **state)
{
	static const uint8_t vendor[] = { 0,   0,   0,	 13,  8,   0,
					  1,   0,   8,	 'S', 'C', 'S',
					  'I', ' ', ' ', ' ', ' ' };
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	TAPE_OUT(&t, vendor, sizeof(vendor), 0x8d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		 0, 0, sizeof(vendor), 0, 0);
	drive_good(&t.d);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 17, 0x8c, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 17, 0, 0);
	drive_data(&t.d, vendor, sizeof(vendor));
	TAPE_IN(&t, 17, 0x8c, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 17, 0, 0);
	assert_memory_equal(t.d.t.in + 4, "\0\x03\x80\0\x08\0\0\0\0\0\0\0\x01",
			    13); /* it has been loaded once */
	TAPE_IN(&t, 4, 0x8c, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0);
	drive_data(&t.d, "\0\x02\0\x01", 4);
	TAPE_OUT(&t, vendor, sizeof(vendor), 0x8d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		 0, 0, sizeof(vendor), 0, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, 0x3a04);
	scsiemu_lu_load(t.lu, NULL, false);
	drive_settle(&t.d, t.lu, NULL);
	TAPE_IN(&t, 17, 0x8c, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 17, 0, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, 0x3a00);
	tape_free(&t);
}

/* MiB that were written and read: in all loads, in this one, or when it is not
 * loaded in the last one. */
static void moved(struct tape *t, const uint8_t want[4])
{
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(
			number(value(t, 0, (uint16_t)(0x0220 + i), 8), 8),
			want[i]);
}

static void test_moved(void **state)
{
	const struct tape_options o = { .is = { .bytes = 8 << 20 } };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	tape_lay(&t, "20*100000 M"); /* 1.9 MiB */
	moved(&t, (const uint8_t[4]){ 1, 0, 1, 0 });
	tape_lay(&t, "2*50000"); /* over 2 MiB */
	moved(&t, (const uint8_t[4]){ 2, 0, 2, 0 });
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	moved(&t, (const uint8_t[4]){ 2, 0, 2, 0 });
	reload(&t);
	moved(&t, (const uint8_t[4]){ 2, 0, 0, 0 });
	tape_free(&t);
}

static void test_empty(void **state)
{
	const struct tape_options o = { .empty = true };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 1, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, 0x3a00);
	TAPE_DO(&t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 16, 0x08, 0, 0, 0, 16, 0);
	drive_check(&t.d, SCSIEMU_SK_NOT_READY, 0x3a00);
	TAPE_IN(&t, 6, 0x05, 0, 0, 0, 0, 0);
	drive_data(&t.d, "\0\xff\xff\xff\0\x01", 6);
	TAPE_IN(&t, 20, 0x05, 1, 0, 0, 0, 0);
	drive_data(&t.d,
		   "\0\xff\xff\xff\0\x01\0\0\0\0\0\0\x7f\xff\xff\xff\xff"
		   "\xff\xff\xff",
		   20);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derived),	 cmocka_unit_test(test_host),
		cmocka_unit_test(test_full),	 cmocka_unit_test(test_change),
		cmocka_unit_test(test_serial),	 cmocka_unit_test(test_load),
		cmocka_unit_test(test_unloaded), cmocka_unit_test(test_moved),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
