/* SPDX-License-Identifier: BSD-2-Clause */
/* EXCHANGE MEDIUM: two moves that are one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "support/library.h"

enum { ST = LIBRARY_ST, IE = LIBRARY_IE, DT = LIBRARY_DT };

static int make(void **state)
{
	static struct library b;

	*state = &b;
	library_make(&b, NULL);
	return 0;
}

static int drop(void **state)
{
	library_free(*state);
	return 0;
}

static void test_slots(void **state)
{
	struct library *b = *state;

	/* 0 takes the place of 1, which goes to an empty slot */
	library_exchange(b, ST, ST + 1, ST + 5);
	drive_good(&b->d);
	assert_int_equal(library_in(b, ST), -1);
	assert_int_equal(library_in(b, ST + 1), 0);
	assert_int_equal(library_in(b, ST + 5), 1);
	/* they swap */
	library_exchange(b, ST + 1, ST + 5, ST + 1);
	drive_good(&b->d);
	assert_int_equal(library_in(b, ST + 1), 1);
	assert_int_equal(library_in(b, ST + 5), 0);
	assert_memory_equal(library_element(b, ST + 5) + 9, "\x81\x03\xe9", 3);
	assert_int_equal(drive_ua(&b->d, b->lu, NULL), 0);
}

/* What a drive has is brought back while the next one comes. */
static void test_drive(void **state)
{
	struct library *b = *state;

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	library_exchange(b, ST + 1, DT, ST);
	drive_good(&b->d);
	assert_int_equal(b->d.nlog, 3);
	assert_int_equal(b->d.log[0].verb, SCSIEMU_V_EJECT);
	assert_int_equal(b->d.log[1].verb, SCSIEMU_V_EXCHANGE);
	assert_int_equal(b->d.log[2].verb, SCSIEMU_V_INSERT);
	assert_int_equal(library_in(b, ST), 0);
	assert_int_equal(drive_ua(&b->d, b->drive[0], NULL), 0x2800);
	assert_int_equal(library_read(b, 0), 'B');
}

/* The cartridges of two drives change places. */
static void test_two_drives(void **state)
{
	struct library *b = *state;

	library_move(b, ST, DT);
	library_move(b, ST + 1, DT + 1);
	library_exchange(b, DT, DT + 1, DT);
	drive_good(&b->d);
	assert_int_equal(b->d.nlog, 5);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(drive_ua(&b->d, b->drive[i], NULL), 0x2800);
		assert_int_equal(library_read(b, i), i ? 'A' : 'B');
	}
	/* out of one, into the other */
	library_exchange(b, DT, DT + 1, ST);
	drive_good(&b->d);
	assert_int_equal(library_in(b, ST), 0);
	assert_int_equal(library_read(b, 0), 0);
	drive_check(&b->d, 2, 0x3a00);
	drive_settle(&b->d, b->drive[1], NULL);
	assert_int_equal(library_read(b, 1), 'B');
}

static void test_errors(void **state)
{
	static const uint8_t prevent[6] = { 0x1e, [4] = 1 };
	struct library *b = *state;
	uint8_t cdb[12];

	library_exchange(b, 5, ST + 1, ST + 5);
	library_bad_address(b, 4);
	library_exchange(b, ST, 5, ST + 5);
	library_bad_address(b, 6);
	library_exchange(b, ST, ST + 1, 5);
	library_bad_address(b, 8);
	library_exchange(b, ST, ST, ST + 5);
	library_bad_address(b, 6);
	library_exchange(b, ST, ST + 1, ST + 1);
	library_bad_address(b, 8);
	library_exchange(b, ST + 4, ST + 1, ST + 5);
	drive_check(&b->d, 5, 0x3b0e);
	library_exchange(b, ST, ST + 4, ST + 5);
	drive_check(&b->d, 5, 0x3b0e);
	library_exchange(b, ST, ST + 1, ST + 2);
	drive_check(&b->d, 5, 0x3b0d);
	library_cdb(cdb, SCSIEMU_OP_EXCHANGE_MEDIUM, 0, ST, ST + 1, ST);
	for (unsigned bit = 0; bit < 2; bit++) { /* INV1, INV2 */
		cdb[10] = (uint8_t)(1 << bit);
		drive_run(&b->d, b->lu, cdb, 12, NULL, 0, 0);
		drive_cdb(&b->d, 10, (uint8_t)bit);
	}
	/* both drives are asked before anything moves */
	library_move(b, ST, DT);
	library_move(b, ST + 1, DT + 1);
	for (unsigned i = 0; i < 2; i++) {
		drive_settle(&b->d, b->drive[i], NULL);
		drive_run(&b->d, b->drive[i], prevent, 6, NULL, 0, 0);
		library_exchange(b, DT, DT + 1, DT);
		drive_check(&b->d, 5, 0x5302);
		assert_int_equal(library_read(b, 0), 'A');
	}
}

/* There are places for two drives in one command. */
static void test_three_drives(void **state)
{
	struct library_options o = { .dt = 3 };
	struct library b;

	(void)state;
	library_make(&b, &o);
	library_move(&b, ST, DT);
	library_move(&b, ST + 1, DT + 1);
	library_exchange(&b, DT, DT + 1, DT + 2);
	library_bad_address(&b, 8);
	library_move(&b, DT + 1, DT + 2);
	drive_good(&b.d);
	library_move(&b, DT, DT + 1);
	drive_good(&b.d);
	library_free(&b);
}

static int fails(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->verb == SCSIEMU_V_EXCHANGE && c->want == SCSIEMU_STORE
		       ? SCSIEMU_E_READ
		       : DRIVE_USUAL;
}

/* Neither happens when the store cannot: what was unloaded can be loaded. */
static void test_fails(void **state)
{
	static const uint8_t load[6] = { 0x1b, [4] = 3 };
	struct library *b = *state;

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	b->hook = fails;
	library_exchange(b, ST + 1, DT, ST);
	drive_check(&b->d, 3, 0x5300);
	assert_int_equal(library_in(b, DT), 0);
	assert_int_equal(library_in(b, ST + 1), 1);
	drive_run(&b->d, b->drive[0], load, 6, NULL, 0, 0);
	drive_good(&b->d);
	assert_int_equal(library_read(b, 0), 'A');
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_slots),
		WITH(test_drive),
		WITH(test_two_drives),
		WITH(test_errors),
		cmocka_unit_test(test_three_drives),
		WITH(test_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
