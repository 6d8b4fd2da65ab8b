/* SPDX-License-Identifier: BSD-2-Clause */
/* MOVE MEDIUM: between slots, into drives and out of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/library.h"

enum { MT = LIBRARY_MT, ST = LIBRARY_ST, IE = LIBRARY_IE, DT = LIBRARY_DT };

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

static void element(struct library *b, unsigned addr, unsigned flags,
		    unsigned nine, unsigned source)
{
	const uint8_t *p = library_element(b, addr);

	assert_int_equal(p[0] << 8 | p[1], addr);
	assert_int_equal(p[2], flags);
	assert_int_equal(p[9], nine);
	assert_int_equal(p[10] << 8 | p[11], source);
}

/* ---- Slots ---- */

static void test_slots(void **state)
{
	struct library *b = *state;

	library_move(b, ST, ST + 5);
	drive_good(&b->d);
	assert_int_equal(library_in(b, ST), -1);
	assert_int_equal(library_in(b, ST + 5), 0);
	element(b, ST, 0x08, 0, 0);
	element(b, ST + 5, 0x09, 0x81, ST);
	/* to the operator: the robot has put it there (IMPEXP 0) */
	library_move(b, ST + 5, IE + 1);
	drive_good(&b->d);
	element(b, IE + 1, 0x39, 0x81, ST + 5);
	/* where it was stored last */
	library_move(b, IE + 1, ST);
	drive_good(&b->d);
	element(b, ST, 0x09, 0x81, IE + 1);
	/* no unit attention is made by a host's own moves */
	assert_int_equal(drive_ua(&b->d, b->lu, NULL), 0);
}

static void test_addresses(void **state)
{
	struct library *b = *state;
	uint8_t cdb[12];

	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, MT, ST, ST + 4, 0);
	drive_run(&b->d, b->lu, cdb, 12, NULL, 0, 0);
	drive_good(&b->d);
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, ST, ST + 4, ST, 0);
	drive_run(&b->d, b->lu, cdb, 12, NULL, 0, 0);
	library_bad_address(b, 2);
	library_move(b, 999, ST);
	library_bad_address(b, 4);
	library_move(b, MT, ST);
	library_bad_address(b, 4);
	library_move(b, ST + 4, ST + 6);
	library_bad_address(b, 6);
	library_move(b, ST + 4, MT);
	library_bad_address(b, 6);
	library_move(b, ST, ST + 5);
	drive_check(&b->d, 5, 0x3b0e);
	library_move(b, ST + 4, ST + 1);
	drive_check(&b->d, 5, 0x3b0d);
	/* where it is already */
	library_move(b, ST + 4, ST + 4);
	drive_good(&b->d);
	library_move(b, ST, ST);
	drive_check(&b->d, 5, 0x3b0e);
	/* it cannot be turned over */
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, ST + 4, ST, 0x0000);
	cdb[10] = 1;
	drive_run(&b->d, b->lu, cdb, 12, NULL, 0, 0);
	drive_cdb(&b->d, 10, 0);
	assert_int_equal(library_in(b, ST + 4), 0);
}

/* The results of a store. */
static int says;

static int hook(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->want == SCSIEMU_STORE && c->verb == SCSIEMU_V_MOVE
		       ? says
		       : DRIVE_USUAL;
}

static void test_results(void **state)
{
	static const struct {
		int result;
		uint8_t key;
		uint16_t asc;
	} row[] = {
		{ SCSIEMU_E_READ, 3, 0x5300 },
		{ SCSIEMU_E_WRITE, 4, 0x4400 },
		{ SCSIEMU_E_NO_SPACE, 4, 0x4400 },
		{ SCSIEMU_E_HARDWARE, 4, 0x1501 },
		{ SCSIEMU_E_PROTECTED, 7, 0x2700 },
		{ SCSIEMU_E_NOT_READY, 2, 0x0400 },
		{ SCSIEMU_E_NO_OBJECT, 5, 0x3b0e },
		{ SCSIEMU_E_EXISTS, 5, 0x3b0d },
		{ SCSIEMU_E_RANGE, 5, 0x2101 },
	};
	struct library *b = *state;

	b->hook = hook;
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		says = row[i].result;
		library_move(b, ST, DT);
		drive_check(&b->d, row[i].key, row[i].asc);
		assert_int_equal(library_in(b, ST), 0);
		assert_null(scsiemu_lu_medium(b->drive[0]));
	}
	says = SCSIEMU_E_BUSY;
	library_move(b, ST, DT);
	drive_status(&b->d, SCSIEMU_BUSY);
}

/* ---- Drives ---- */

/* Into a drive: it is loaded, and all its hosts are told. */
static void test_load(void **state)
{
	struct library *b = *state;
	struct scsiemu_nexus *n[2];

	for (unsigned i = 0; i < 2; i++) {
		n[i] = drive_attach(&b->d, i, 0);
		drive_settle(&b->d, b->drive[0], n[i]);
		drive_settle(&b->d, b->lu, n[i]);
	}
	assert_int_equal(library_read(b, 0), 0);
	drive_check(&b->d, 2, 0x3a00);
	b->d.nexus = n[0];
	library_move(b, ST + 1, DT);
	drive_good(&b->d);
	element(b, DT, 0x01, 0x81, ST + 1); /* FULL, no ACCESS */
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(drive_ua(&b->d, b->drive[0], n[i]), 0x2800);
		assert_int_equal(drive_ua(&b->d, b->drive[0], n[i]), 0);
		assert_int_equal(drive_ua(&b->d, b->lu, n[i]), 0);
		assert_int_equal(drive_ua(&b->d, b->drive[1], n[i]), 0x2900);
	}
	assert_int_equal(library_read(b, 0), 'B');
}

/* And out of it. */
static void test_unload(void **state)
{
	struct library *b = *state;

	library_move(b, ST + 1, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	library_move(b, DT, ST + 4);
	drive_good(&b->d);
	assert_int_equal(b->d.nlog, 2);
	assert_int_equal(b->d.log[0].verb, SCSIEMU_V_EJECT);
	assert_ptr_equal(b->d.log[0].lu, b->drive[0]);
	assert_int_equal(b->d.log[0].flags, SCSIEMU_CHANGES);
	assert_int_equal(b->d.log[1].verb, SCSIEMU_V_MOVE);
	assert_ptr_equal(b->d.log[1].lu, b->lu);
	element(b, DT, 0x08, 0, 0);
	element(b, ST + 4, 0x09, 0x81, ST + 1);
	/* nothing that could be loaded is left in front of it */
	assert_int_equal(library_read(b, 0), 0);
	drive_check(&b->d, 2, 0x3a00);
	assert_null(scsiemu_lu_ejected(b->drive[0]));
}

/* From one drive into another. */
static void test_drive_to_drive(void **state)
{
	struct library *b = *state;

	library_move(b, ST + 2, DT + 1);
	library_move(b, DT + 1, DT);
	drive_good(&b->d);
	drive_settle(&b->d, b->drive[0], NULL);
	assert_int_equal(library_read(b, 0), 'C');
	element(b, DT, 0x01, 0x81, ST + 2);
	element(b, DT + 1, 0x08, 0, 0);
	assert_null(scsiemu_lu_ejected(b->drive[1]));
}

/* A host that has unloaded it: it is in the drive, the robot can get at it. */
static void test_unloaded_before(void **state)
{
	static const uint8_t unload[6] = { 0x1b, [4] = 2 };
	struct library *b = *state;

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	drive_run(&b->d, b->drive[0], unload, 6, NULL, 0, 0);
	drive_good(&b->d);
	element(b, DT, 0x09, 0x81, ST);
	library_move(b, DT, ST);
	drive_good(&b->d);
	assert_int_equal(b->d.nlog, 1);
	assert_int_equal(library_in(b, ST), 0);
	assert_null(scsiemu_lu_ejected(b->drive[0]));
}

static void prevent(struct library *b, struct scsiemu_lu *lu, bool on)
{
	const uint8_t cdb[6] = { 0x1e, [4] = on };

	drive_run(&b->d, lu, cdb, 6, NULL, 0, 0);
	drive_good(&b->d);
}

static void test_prevented(void **state)
{
	struct library *b = *state;

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	prevent(b, b->drive[0], true);
	library_move(b, DT, ST);
	drive_check(&b->d, 5, 0x5302);
	assert_int_equal(library_in(b, DT), 0);
	assert_int_equal(library_read(b, 0), 'A');
	prevent(b, b->drive[0], false);
	library_move(b, DT, ST);
	drive_good(&b->d);
	/* on the changer it is about the operator, not about the robot */
	prevent(b, b->lu, true);
	library_move(b, ST, IE);
	drive_good(&b->d);
	library_move(b, IE, DT);
	drive_good(&b->d);
}

static void test_refuses(void **state)
{
	static const uint8_t unload[6] = { 0x1b, [4] = 2 };
	struct library_options o = { .smc.unload = SCSIEMU_SMC_REFUSES };
	struct library b;

	(void)state;
	library_make(&b, &o);
	library_move(&b, ST, DT);
	drive_good(&b.d);
	drive_settle(&b.d, b.drive[0], NULL);
	library_move(&b, DT, ST);
	drive_check(&b.d, 5, 0x5301);
	drive_run(&b.d, b.drive[0], unload, 6, NULL, 0, 0);
	library_move(&b, DT, ST);
	drive_good(&b.d);
	library_free(&b);
}

static int no_eject(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->want == SCSIEMU_STORE && c->verb == says ? SCSIEMU_E_WRITE
							   : DRIVE_USUAL;
}

/* What a drive cannot do. */
static void test_drive_fails(void **state)
{
	struct library *b = *state;

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	b->hook = no_eject;
	says = SCSIEMU_V_EJECT;
	library_move(b, DT, ST);
	drive_check(&b->d, 4, 0x5301);
	assert_int_equal(library_in(b, DT), 0);
	assert_int_equal(library_read(b, 0), 'A');
	/* one that does not load: the cartridge is in it, and can be got at */
	says = SCSIEMU_V_INSERT;
	library_move(b, ST + 1, DT + 1);
	drive_check(&b->d, 4, 0x5300);
	element(b, DT + 1, 0x09, 0x81, ST + 1);
	library_move(b, DT + 1, ST + 1);
	drive_good(&b->d);
}

/* An element without a drive, and one whose drive comes and goes. */
static void test_no_drive(void **state)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_sbc,
					.removable = true };
	struct library *b = *state;

	scsiemu_lu_remove(b->drive[0]);
	drive_settle(&b->d, b->lu, NULL);
	library_move(b, ST, DT);
	drive_check(&b->d, 5, 0x3b1a);
	b->drive[0] = scsiemu_lu_add(b->d.dev, 1, &cf);
	drive_settle(&b->d, b->lu, NULL);
	library_move(b, ST, DT);
	drive_good(&b->d);
	scsiemu_lu_remove(b->drive[0]);
	drive_settle(&b->d, b->lu, NULL);
	library_move(b, DT, ST);
	drive_check(&b->d, 5, 0x3b1a);
	/* what it had is put into the next one by the embedder */
	b->drive[0] = scsiemu_lu_add(b->d.dev, 1, &cf);
	drive_settle(&b->d, b->lu, NULL);
	scsiemu_smc_load_drives(b->lu);
	drive_settle(&b->d, b->drive[0], NULL);
	assert_int_equal(library_read(b, 0), 'A');
}

/* Cartridges that are in drives at the start. */
static void test_load_drives(void **state)
{
	struct library *b = *state;

	assert_int_equal(scsiemu_changer_mem_put(&b->m, DT, "IN0001L8",
						 SCSIEMU_CARTRIDGE_DATA,
						 &b->cartridge[6].m),
			 0);
	scsiemu_smc_load_drives(b->lu);
	assert_int_equal(drive_ua(&b->d, b->drive[0], NULL), 0x2800);
	assert_int_equal(library_read(b, 0), 'G');
	assert_null(scsiemu_lu_medium(b->drive[1]));
	scsiemu_smc_load_drives(b->lu); /* once more changes nothing */
	assert_int_equal(drive_ua(&b->d, b->drive[0], NULL), 0);
	element(b, DT, 0x01, 0x01, 0);
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_slots),
		WITH(test_addresses),
		WITH(test_results),
		WITH(test_load),
		WITH(test_unload),
		WITH(test_drive_to_drive),
		WITH(test_unloaded_before),
		WITH(test_prevented),
		cmocka_unit_test(test_refuses),
		WITH(test_drive_fails),
		WITH(test_no_drive),
		WITH(test_load_drives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
