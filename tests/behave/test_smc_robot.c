/* SPDX-License-Identifier: BSD-2-Clause */
/* What moves no cartridge: inventories, positions, the operator's door and
 * hands, REPORT ELEMENT INFORMATION. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/library.h"

enum { MT = LIBRARY_MT, ST = LIBRARY_ST, IE = LIBRARY_IE, DT = LIBRARY_DT };
#define NONE SCSIEMU_NO_BIT

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

static void run(struct library *b, const uint8_t *cdb, unsigned len)
{
	drive_run(&b->d, b->lu, cdb, len, NULL, 0, 4096);
}

static void scan(struct library *b, unsigned byte1, unsigned first, unsigned n)
{
	uint8_t cdb[12];

	library_cdb(cdb, 0x37, first, 0, n, 0);
	cdb[1] = (uint8_t)byte1;
	run(b, cdb, 10);
}

static int no_scan(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->want == SCSIEMU_STORE ? SCSIEMU_E_HARDWARE : DRIVE_USUAL;
}

static void test_scan(void **state)
{
	static const uint8_t init[6] = { 0x07, 0x20 }; /* a LUN of old times */
	struct library *b = *state;

	run(b, init, 6);
	drive_good(&b->d);
	assert_int_equal(b->d.nlog, 1);
	assert_int_equal(b->d.log[0].verb, SCSIEMU_V_SCAN);
	assert_int_equal(b->d.log[0].addr, 0);
	assert_int_equal(b->d.log[0].count, 0);
	assert_int_equal(b->d.log[0].flags, SCSIEMU_CHANGES);
	scan(b, 0x01, ST + 1, 3);
	drive_good(&b->d);
	assert_int_equal(b->d.log[0].addr, ST + 1);
	assert_int_equal(b->d.log[0].count, 3);
	scan(b, 0x03, ST, 0xffff); /* FAST */
	drive_good(&b->d);
	scan(b, 0x00, 7, 3); /* without RANGE: all */
	drive_good(&b->d);
	assert_int_equal(b->d.log[0].count, 0);
	scan(b, 0x01, 7, 3);
	library_bad_address(b, 2);
	scan(b, 0x01, ST, 0);
	drive_good(&b->d);
	assert_int_equal(b->d.nlog, 0);
	b->hook = no_scan;
	run(b, init, 6);
	drive_check(&b->d, 4, 0x1501);
}

static void test_position(void **state)
{
	static const uint8_t rezero[6] = { 0x01 };
	struct library *b = *state;
	uint8_t cdb[12];

	run(b, rezero, 6);
	drive_good(&b->d);
	library_cdb(cdb, 0x2b, MT, ST + 5, 0, 0);
	run(b, cdb, 10);
	drive_good(&b->d);
	library_cdb(cdb, 0x2b, 0, DT, 0, 0);
	run(b, cdb, 10);
	drive_good(&b->d);
	library_cdb(cdb, 0x2b, DT, DT, 0, 0);
	run(b, cdb, 10);
	library_bad_address(b, 2);
	library_cdb(cdb, 0x2b, 0, 7, 0, 0);
	run(b, cdb, 10);
	library_bad_address(b, 4);
	cdb[8] = 1; /* INVERT */
	run(b, cdb, 10);
	drive_cdb(&b->d, 8, 0);
}

/* ---- The door ---- */

static void door(struct library *b, unsigned addr, unsigned action)
{
	const uint8_t cdb[6] = { 0x1b, 0, (uint8_t)(addr >> 8), (uint8_t)addr,
				 (uint8_t)action };

	run(b, cdb, 6);
}

static void test_door(void **state)
{
	static const uint8_t prevent[6] = { 0x1e, [4] = 1 };
	struct scsiemu_nexus *n;
	struct library *b = *state;

	n = drive_attach(&b->d, 0, 0);
	drive_settle(&b->d, b->lu, n);
	library_move(b, ST, IE);
	door(b, IE, 0);
	drive_good(&b->d);
	assert_int_equal(library_element(b, IE)[2], 0x31); /* no ACCESS */
	library_move(b, IE, ST);
	drive_check(&b->d, 2, 0x0418);
	library_move(b, ST + 1, IE);
	drive_check(&b->d, 2, 0x0418);
	library_move(b, ST + 1, IE + 1); /* the other one is closed */
	drive_good(&b->d);
	assert_int_equal(drive_ua(&b->d, b->lu, n), 0);
	door(b, IE, 1);
	drive_good(&b->d);
	assert_int_equal(library_element(b, IE)[2], 0x39);
	/* the others are told, who closed it knows */
	assert_int_equal(drive_ua(&b->d, b->lu, NULL), 0);
	assert_int_equal(drive_ua(&b->d, b->lu, n), 0x2801);
	assert_int_equal(drive_ua(&b->d, b->lu, n), 0);
	door(b, ST, 0);
	library_bad_address(b, 2);
	door(b, IE, 2);
	drive_cdb(&b->d, 4, 4);
	run(b, prevent, 6);
	drive_good(&b->d);
	door(b, IE, 0);
	drive_check(&b->d, 5, 0x5302);
	door(b, IE, 1);
	drive_good(&b->d);
}

/* A changer without doors does not know the command. */
static void test_no_door(void **state)
{
	struct library *b = *state;

	b->m.able &= ~(unsigned)SCSIEMU_CHANGER_DOOR;
	scsiemu_lu_changed(b->lu);
	door(b, IE, 0);
	drive_check(&b->d, 5, 0x2000);
}

/* ---- The operator ---- */

static void test_operator(void **state)
{
	static const uint8_t sense[6] = { 0x03, [4] = 252 };
	static const uint8_t prevent[6] = { 0x1e, [4] = 1 },
			     allow[6] = { 0x1e };
	struct scsiemu_cmd query = { .tmf = SCSIEMU_TMF_QUERY_ASYNC_EVENT };
	struct library *b = *state;

	assert_int_equal(scsiemu_smc_may(b->lu, IE), 0);
	assert_int_equal(scsiemu_smc_may(b->lu, ST), 0);
	assert_int_equal(scsiemu_smc_may(b->lu, DT), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_smc_may(b->lu, MT), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_smc_may(b->lu, 7), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_changer_mem_put(&b->m, IE, "CLN001CU",
						 SCSIEMU_CARTRIDGE_CLEANING,
						 &b->cartridge[7].m),
			 0);
	scsiemu_smc_changed(b->lu, IE);
	assert_int_equal(drive_ua(&b->d, b->lu, NULL), 0x2801);
	/* the operator has put it there (IMPEXP), it cleans */
	assert_int_equal(library_element(b, IE)[2], 0x3b);
	assert_int_equal(library_element(b, IE)[9], 0x02);
	/* QUERY ASYNCHRONOUS EVENT tells, REQUEST SENSE clears it, too */
	scsiemu_smc_changed(b->lu, IE);
	query.scratch = b->d.t.scratch;
	query.scratch_len = b->d.scratch;
	assert_int_equal(scsiemu_start(b->lu, &query), SCSIEMU_DONE);
	assert_int_equal(query.response, SCSIEMU_RSP_SUCCEEDED);
	assert_int_equal(query.response_info, 0x162801);
	assert_int_equal(scsiemu_end(&query), 0);
	run(b, sense, 6);
	drive_good(&b->d);
	assert_int_equal(b->d.t.in[2], 6);
	assert_int_equal(b->d.t.in[12] << 8 | b->d.t.in[13], 0x2801);
	assert_int_equal(drive_ua(&b->d, b->lu, NULL), 0);
	/* a slot */
	assert_ptr_equal(scsiemu_changer_mem_take(&b->m, ST),
			 &b->cartridge[0].m);
	scsiemu_smc_changed(b->lu, ST);
	assert_int_equal(drive_ua(&b->d, b->lu, NULL), 0x2800);
	assert_null(scsiemu_changer_mem_take(&b->m, ST));
	run(b, prevent, 6);
	assert_int_equal(scsiemu_smc_may(b->lu, IE), SCSIEMU_ERR_ARG);
	run(b, allow, 6);
	assert_int_equal(scsiemu_smc_may(b->lu, IE), 0);
}

/* A magazine; changers of all levels tell of it, and of their stations. */
static void test_magazine(void **state)
{
	static const uint8_t levels[] = { SCSIEMU_LEVEL_SCSI_2,
					  SCSIEMU_LEVEL_SPC_2, 0 };

	(void)state;
	for (unsigned i = 0; i < sizeof(levels); i++) {
		struct scsiemu_lu_config cf = { .version = levels[i] };
		struct library_options o = { .cf = &cf };
		struct library b;

		library_make(&b, &o);
		scsiemu_smc_magazine(b.lu, false);
		assert_int_equal(drive_ua(&b.d, b.lu, NULL), 0x3b12);
		scsiemu_smc_magazine(b.lu, true);
		assert_int_equal(drive_ua(&b.d, b.lu, NULL), 0x3b13);
		scsiemu_smc_changed(b.lu, IE);
		assert_int_equal(drive_ua(&b.d, b.lu, NULL), 0x2801);
		assert_int_equal(drive_ua(&b.d, b.lu, NULL), 0);
		library_free(&b);
	}
}

/* Not while a host is being told what is where, nor while the robot moves. */
static void test_operator_waits(void **state)
{
	struct library_options o = { .st = 500 };
	struct drive_task reader = { .live = false }, move = { .live = false };
	struct library b;
	uint8_t cdb[12];

	(void)state;
	library_make(&b, &o);
	library_cdb(cdb, SCSIEMU_OP_READ_ELEMENT_STATUS, 0, 0xffff, 0, 0xffff);
	drive_start(&b.d, &reader, b.lu, cdb, 12, NULL, 0, 0xffff);
	assert_int_equal(scsiemu_smc_may(b.lu, IE), SCSIEMU_ERR_ORDER);
	drive_go(&reader);
	drive_end(&reader);
	assert_int_equal(scsiemu_smc_may(b.lu, IE), 0);
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, ST, ST + 9, 0);
	drive_start(&b.d, &move, b.lu, cdb, 12, NULL, 0, 0);
	assert_int_equal(scsiemu_smc_may(b.lu, IE), SCSIEMU_ERR_ORDER);
	drive_go(&move);
	drive_end(&move);
	assert_int_equal(scsiemu_smc_may(b.lu, IE), 0);
	drive_task_free(&reader);
	drive_task_free(&move);
	library_free(&b);
}

static void test_put_errors(void **state)
{
	struct library *b = *state;
	struct scsiemu_medium *k = &b->cartridge[7].m, other = { 0 };
	static const struct {
		unsigned addr;
		const char *tag;
	} bad[] = {
		{ MT, "X" },
		{ 7, "X" },
		{ ST, "X" },
		{ ST + 5, "" },
		{ ST + 5, " X" },
		{ ST + 5, "X " },
		{ ST + 5, "\t" },
		{ ST + 5, "0123456789012345678901234567890123" },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(scsiemu_changer_mem_put(
					 &b->m, (uint16_t)bad[i].addr,
					 bad[i].tag, SCSIEMU_CARTRIDGE_DATA, k),
				 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_changer_mem_put(&b->m, ST + 5, "X", 0, NULL),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_changer_mem_put(&other, ST + 5, "X", 0, k),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_changer_mem_put(&b->m, ST + 5, NULL, 0, k), 0);
	assert_null(scsiemu_changer_mem_take(&other, ST));
}

/* ---- REPORT ELEMENT INFORMATION ---- */

static void info(struct library *b, unsigned page, unsigned byte3,
		 uint32_t start, unsigned count, uint32_t alloc)
{
	uint8_t cdb[16] = { 0x9e, 0x10, (uint8_t)page, (uint8_t)byte3 };

	for (unsigned i = 0; i < 4; i++) {
		cdb[6 + i] = (uint8_t)(start >> (24 - 8 * i));
		cdb[10 + i] = (uint8_t)(alloc >> (24 - 8 * i));
	}
	cdb[14] = (uint8_t)count;
	drive_run(&b->d, b->lu, cdb, 16, NULL, 0, alloc);
}

static void test_info(void **state)
{
	static const uint8_t pages[] = { 0, 0, 0, 0, 0, 0, 0, 28, 1, 0, 0, 3,
					 0, 2, 3, 2, 0, 0, 3, 0,  2, 3, 3, 0,
					 0, 3, 0, 2, 3, 4, 0, 0,  3, 0, 2, 3 };
	static const uint8_t elements[] = {
		2, 0,	 0, 12,	  0, 0,	   0, 48,   0, 0,  0, 1,    0, 0,
		0, 1,	 1, 0x00, 0, 0,	   0, 0,    0, 10, 0, 0,    0, 2,
		3, 0x32, 0, 0,	  0, 0,	   1, 0xf4, 0, 0,  0, 2,    4, 0x30,
		0, 0,	 0, 0,	  3, 0xe8, 0, 0,    0, 6,  2, 0x30, 0, 0
	};
	static const uint8_t states[] = {
		3,    0, 0, 8,	0, 0,	 0,  24, 0,    0, 3, 0xe8, 2,
		0x80, 0, 0, 0,	0, 0,	 10, 3,	 0x51, 0, 0, /* by the robot,
								source known */
		0,    0, 0, 11, 3, 0x80, 0,  0
	};
	struct library *b = *state;

	info(b, 0, 0, 0, 0, 4096);
	drive_data(&b->d, pages, sizeof(pages));
	info(b, 2, 0x10, 0, 0, 4096); /* CDATA */
	drive_data(&b->d, elements, sizeof(elements));
	library_move(b, ST, IE);
	info(b, 3, 0x20, 10, 2, 4096); /* NEV: two */
	drive_good(&b->d);
	assert_memory_equal(b->d.t.in + 8, states + 16, 16);
	info(b, 3, 0x22, 0, 1, 4096);
	drive_good(&b->d);
	assert_memory_equal(b->d.t.in + 8, states + 8, 8);
	for (uint32_t alloc = 0; alloc <= sizeof(elements); alloc++) {
		info(b, 2, 0, 0, 0, alloc);
		drive_data(&b->d, elements, alloc);
	}
	info(b, 0x7f, 0, 0, 0, 4096); /* all, one after the other */
	drive_good(&b->d);
	assert_int_equal(b->d.t.c.in_done,
			 sizeof(pages) + sizeof(elements) + 8 + 11 * 8);
	assert_memory_equal(b->d.t.in, pages, sizeof(pages));
	assert_memory_equal(b->d.t.in + sizeof(pages), elements,
			    sizeof(elements));
	assert_memory_equal(b->d.t.in + sizeof(pages) + sizeof(elements) + 16,
			    states + 16, 8);
	info(b, 3, 0, 0x10000, 0, 4096);
	drive_data(&b->d, "\x03\x00\x00\x08\x00\x00\x00\x00", 8);
	info(b, 4, 0, 0, 0, 4096);
	drive_cdb(&b->d, 2, NONE);
	info(b, 0, 5, 0, 0, 4096);
	drive_cdb(&b->d, 3, 3);
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_scan),
		WITH(test_position),
		WITH(test_door),
		WITH(test_no_door),
		WITH(test_operator),
		cmocka_unit_test(test_magazine),
		cmocka_unit_test(test_operator_waits),
		WITH(test_put_errors),
		WITH(test_info),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
