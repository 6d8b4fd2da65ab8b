/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a partition ends: early warning, programmable early warning, no room;
 * what is write protected, and errors of the medium.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

/* 1 MiB; an object takes 16 bytes besides its own: 1024 records of 1008 bytes,
 * and early warning 100 of them before. */
enum { RECORD = 1008, ALL = 1024, WARNED = 100 };
#define END	SCSIEMU_ASC_END_OF_PARTITION
#define EOM_0	(SCSIEMU_S_EOM | SCSIEMU_S_INFO)
#define NO_KEY	SCSIEMU_SK_NO_SENSE
#define PROTECT SCSIEMU_SK_DATA_PROTECT

static uint8_t bytes[4 * RECORD];

static const struct tape_options small = {
	.ssc = { .early_warning = WARNED * (RECORD + 16) },
	.is = { .bytes = 1 << 20 }
};

static uint8_t write_one(struct tape *t)
{
	return TAPE_OUT(t, bytes, RECORD, 0x0a, 0, 0, RECORD >> 8,
			RECORD & 0xff, 0);
}

/* So many records that there is room for n more. */
static void leave(struct tape *t, unsigned n)
{
	struct scsiemu_tape_pos pos;

	tape_tell(t, &pos);
	for (uint64_t i = pos.object; i < ALL - n; i++)
		write_one(t);
	tape_tell(t, &pos);
	assert_int_equal(pos.left, n * (RECORD + 16));
}

static uint8_t position_bits(struct tape *t)
{
	TAPE_IN(t, 32, 0x34, 6, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	return t->d.t.in[0];
}

static void test_early_warning(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &small);
	assert_int_equal(position_bits(&t), 0x80);
	leave(&t, WARNED + 1);
	write_one(&t); /* up to it, not past it */
	drive_good(&t.d);
	assert_int_equal(position_bits(&t), 0);
	write_one(&t);
	tape_sense(&t, NO_KEY, END, EOM_0, 0);
	assert_int_equal(t.d.t.c.out_done, RECORD);
	assert_int_equal(position_bits(&t), 0x40);
	tape_at(&t, 0, ALL - WARNED + 1);
	write_one(&t); /* again, each time */
	tape_sense(&t, NO_KEY, END, EOM_0, 0);
	TAPE_DO(&t, 0x10, 0, 0, 0, 2, 0);
	tape_sense(&t, NO_KEY, END, EOM_0, 0);
	TAPE_DO(&t, 0x10, 0, 0, 0, 0, 0); /* none: nothing was written */
	drive_good(&t.d);
	/* reading past it says nothing, but at the end of data */
	tape_go(&t, 0, ALL - WARNED + 1);
	TAPE_IN(&t, RECORD, 0x08, 0, 0, RECORD >> 8, RECORD & 0xff, 0);
	drive_good(&t.d);
	TAPE_IN(&t, RECORD, 0x08, 0, 0, RECORD >> 8, RECORD & 0xff, 0);
	tape_sense(&t, NO_KEY, 0x0001, SCSIEMU_S_MARK | SCSIEMU_S_INFO, RECORD);
	TAPE_DO(&t, 0x11, 1, 0, 0, 5, 0);
	tape_sense(&t, 8, 0x0005, EOM_0, 4);
	tape_free(&t);
}

static void test_no_room(void **state)
{
	struct tape t;

	(void)state;
	tape_make(&t, &small);
	leave(&t, 2);
	tape_block(&t, RECORD);
	TAPE_OUT(&t, bytes, 4 * RECORD, 0x0a, 1, 0, 0, 4, 0);
	tape_sense(&t, SCSIEMU_SK_VOLUME_OVERFLOW, END, EOM_0, 2);
	tape_at(&t, 0, ALL);
	write_one(&t);
	tape_sense(&t, SCSIEMU_SK_VOLUME_OVERFLOW, END, EOM_0, RECORD);
	TAPE_DO(&t, 0x10, 0, 0, 0, 3, 0);
	tape_sense(&t, SCSIEMU_SK_VOLUME_OVERFLOW, END, EOM_0, 3);
	tape_at(&t, 0, ALL);
	/* a shorter one fits where it began */
	tape_go(&t, 0, ALL - 1);
	TAPE_OUT(&t, bytes, 100, 0x0a, 0, 0, 0, 100, 0);
	tape_sense(&t, NO_KEY, END, EOM_0, 0);
	TAPE_DO(&t, 0x10, 0, 0, 0, 200, 0); /* some of the marks */
	tape_sense(&t, SCSIEMU_SK_VOLUME_OVERFLOW, END, EOM_0,
		   200 - (RECORD - 100) / 16);
	tape_free(&t);
}

/* Mode page 10h/01h, PEWS: MB in front of early warning. */
static void test_programmed(void **state)
{
	const struct tape_options o = { .ssc = { .early_warning = 1 << 20 },
					.is = { .bytes = 8 << 20 } };
	struct scsiemu_tape_pos pos;
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	tape_mode(&t, 0x10, 0x01, 7, 0xff, 2);
	do {
		write_one(&t);
		tape_tell(&t, &pos);
	} while (pos.left >= (1 << 20) + 2000000);
	tape_sense(&t, NO_KEY, 0x0007, EOM_0, 0);
	assert_int_equal(position_bits(&t), 0x01);
	write_one(&t); /* once */
	drive_good(&t.d);
	tape_go(&t, 0, pos.object - 2); /* out of it, and in again */
	write_one(&t);
	drive_good(&t.d);
	write_one(&t);
	tape_sense(&t, NO_KEY, 0x0007, EOM_0, 0);
	do {
		write_one(&t);
		tape_tell(&t, &pos);
	} while (pos.left >= 1 << 20);
	tape_sense(&t, NO_KEY, END, EOM_0, 0);
	assert_int_equal(position_bits(&t), 0x41);
	tape_free(&t);
}

static void test_protected(void **state)
{
	const struct tape_options tab = { .is = { .read_only = true } };
	const struct tape_options drive = { .read_only = true };
	struct tape t;

	(void)state;
	tape_make(&t, &tab);
	write_one(&t);
	tape_sense(&t, PROTECT, 0x2700, 0, 0);
	TAPE_DO(&t, 0x10, 0, 0, 0, 1, 0);
	tape_sense(&t, PROTECT, 0x2700, 0, 0);
	TAPE_DO(&t, 0x10, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	TAPE_DO(&t, 0x19, 1, 0, 0, 0, 0);
	tape_sense(&t, PROTECT, 0x2700, 0, 0);
	TAPE_IN(&t, 12, 0x1a, 0, 0, 0, 12, 0);
	drive_data(&t.d, "\x0b\x00\x90\x08\0\0\0\0\0\0\0\0", 12);
	tape_free(&t);
	tape_make(&t, &drive);
	write_one(&t);
	tape_sense(&t, PROTECT, 0x2700, 0, 0);
	tape_free(&t);
}

/* Of densities it reads one, and neither reads nor writes what it has not. */
static void test_densities(void **state)
{
	static const struct scsiemu_ssc_density list[] = {
		{ .code = 0x44 }, { .code = 0x46, .write = true }
	};
	struct tape_options o = { .ssc = { .densities = list,
					   .ndensities = 2 } };
	struct tape t;

	(void)state;
	o.is.density = 0x46;
	tape_make(&t, &o);
	write_one(&t);
	drive_good(&t.d);
	tape_free(&t);
	o.is.density = 0x44;
	tape_make(&t, &o);
	write_one(&t);
	tape_sense(&t, PROTECT, 0x3005, 0, 0);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	drive_good(&t.d);
	TAPE_IN(&t, 4, 0x1a, 8, 0, 0, 4, 0);
	assert_int_equal(t.d.t.in[2], 0x90);
	tape_free(&t);
	o.is.density = 0x42;
	tape_make(&t, &o);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	tape_sense(&t, SCSIEMU_SK_MEDIUM_ERROR, 0x3000, 0, 0);
	write_one(&t);
	tape_sense(&t, SCSIEMU_SK_MEDIUM_ERROR, 0x3000, 0, 0);
	tape_free(&t);
	o.is.cleaning = true;
	tape_make(&t, &o);
	TAPE_DO(&t, 0, 0, 0, 0, 0, 0);
	tape_sense(&t, SCSIEMU_SK_NOT_READY, 0x3003, 0, 0);
	tape_free(&t);
}

static int fail_read(struct drive *d, struct scsiemu_cmd *c, uint32_t *n)
{
	int *result = d->hook_ctx;

	if (c->want != SCSIEMU_READ && c->want != SCSIEMU_WRITE)
		return tape_answer(d, c, n);
	*n = 0;
	return *result;
}

/* What a cartridge says, and what hosts get. */
static void test_errors(void **state)
{
	static const struct {
		int result;
		uint8_t key;
		uint16_t asc;
		bool info;
	} errors[] = {
		{ SCSIEMU_E_READ, 3, 0x1100, true },
		{ SCSIEMU_E_WRITE, 3, 0x0c00, true },
		{ SCSIEMU_E_GUARD, 4, 0x1001, true },
		{ SCSIEMU_E_ENCRYPTED, 7, 0x7401, true },
		{ SCSIEMU_E_PLAIN, 7, 0x7402, true },
		{ SCSIEMU_E_KEY, 7, 0x7403, true },
		{ SCSIEMU_E_INTEGRITY, 7, 0x7404, true },
		{ SCSIEMU_E_HARDWARE, 4, 0x4400, false },
		{ SCSIEMU_E_TRANSPORT, 0xb, 0x4b00, false },
	};
	struct tape t;

	(void)state;
	tape_make(&t, NULL);
	tape_lay(&t, "3*512");
	tape_block(&t, 512);
	t.d.hook = fail_read;
	for (unsigned i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		int result = errors[i].result;
		unsigned flags = errors[i].info ? SCSIEMU_S_INFO : 0;

		t.d.hook_ctx = &result;
		TAPE_DO(&t, 1, 0, 0, 0, 0, 0);
		TAPE_IN(&t, 1536, 0x08, 1, 0, 0, 3, 0);
		tape_sense(&t, errors[i].key, errors[i].asc, flags, 3);
		TAPE_DO(&t, 0x11, 3, 0, 0, 0, 0);
		TAPE_OUT(&t, bytes, 1536, 0x0a, 1, 0, 0, 3, 0);
		tape_sense(&t, errors[i].key, errors[i].asc, flags, 3);
	}
	tape_free(&t);
}

/* BUFFERED MODE 0: what was written is durable. */
static void test_unbuffered(void **state)
{
	const struct tape_options o = { .ssc = { .unbuffered = true } };
	struct tape t;

	(void)state;
	tape_make(&t, &o);
	write_one(&t);
	drive_good(&t.d);
	assert_int_equal(t.d.log[t.d.nlog - 1].verb, SCSIEMU_V_FLUSH);
	TAPE_DO(&t, 0x10, 1, 0, 0, 1, 0);
	drive_cdb(&t.d, 1, 0);
	tape_free(&t);
	tape_make(&t, NULL);
	write_one(&t);
	assert_int_equal(t.d.log[t.d.nlog - 1].want, SCSIEMU_WRITE);
	TAPE_DO(&t, 1, 0, 0, 0, 0, 0); /* moving it writes what is buffered */
	assert_int_equal(t.d.log[0].verb, SCSIEMU_V_FLUSH);
	TAPE_DO(&t, 1, 0, 0, 0, 0, 0);
	assert_int_equal(t.d.log[0].verb, SCSIEMU_V_LOCATE);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_early_warning),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_programmed),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_densities),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_unbuffered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
