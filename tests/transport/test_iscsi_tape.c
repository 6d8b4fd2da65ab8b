/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tape by iSCSI, PDU by PDU: data, then a response of its own that has sense
 * and residual together (RFC 7143 11.4.5, 11.7.1).
 */
#include "rig.h"
#include "tape_kit.h"

#include <scsiemu/ssc.h>

#include <stdlib.h>

enum { LUN = 2, U = 2, O = 4 }; /* residual: underflow, overflow */

static struct rig rig;
static struct rig_end end;
static struct scsiemu_medium cartridge;
static void *memory;
static uint8_t pattern[8192];

static void setup(size_t chunk)
{
	static const uint8_t tur[6];
	const struct scsiemu_tape_new is = { .bytes = 1 << 20 };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_ssc };
	struct scsiemu_lu *lu;
	struct rfc_pdu p;

	rig_init(&rig);
	rig_open(&rig);
	assert_int_equal(scsiemu_open_tape_mem(&cartridge, &is, NULL), 0);
	cf.state_len = scsiemu_lu_state_size(&cf);
	cf.state = memory = malloc(cf.state_len);
	assert_non_null(memory);
	lu = scsiemu_lu_add(rig.dev, LUN, &cf);
	assert_non_null(lu);
	scsiemu_lu_load(lu, &cartridge, false);
	RIG_SESSION(&end, &rig, "ImmediateData=Yes");
	end.chunk = chunk;
	for (unsigned i = 0; i < 2; i++) { /* power on, a cartridge */
		rfc_command(&end.c, &p, 0x80, LUN, 0, tur, 6);
		rig_send(&end, &p);
		rig_response(&end, end.c.itt, SCSIEMU_CHECK_CONDITION,
			     SCSIEMU_SK_UNIT_ATTENTION, 0);
	}
}

static void teardown(void)
{
	rig_hangup(&end);
	rig_close(&rig);
	scsiemu_medium_close(&cartridge);
	free(memory);
}

/* flags: the direction; len: Expected Data Transfer Length. */
static void command(uint8_t flags, const uint8_t *cdb, uint32_t len,
		    const void *out, uint32_t n)
{
	struct rfc_pdu p;

	rfc_command(&end.c, &p, 0x81 | flags, LUN, len, cdb, 6);
	p.data = out;
	p.len = n;
	rig_send(&end, &p);
}

/* The response: its residual, which is none where bits is 0. Its sense. */
static const uint8_t *ends(uint8_t status, uint8_t bits, uint32_t residual)
{
	static struct rfc_pdu p;

	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x21);
	assert_int_equal(p.bhs[1], 0x80 | bits);
	assert_int_equal(p.bhs[2], 0);
	assert_int_equal(p.bhs[3], status);
	assert_int_equal(rfc_get(p.bhs + 16, 4), end.c.itt);
	assert_int_equal(rfc_get(p.bhs + 44, 4), residual);
	rig_silent(&end);
	if (status == SCSIEMU_GOOD) {
		assert_int_equal(p.len, 0);
		return NULL;
	}
	assert_int_equal(p.len, 20);
	assert_int_equal(rfc_get(p.data, 2), 18);
	return p.data + 2;
}

/* Data without a status: there is sense behind them. */
static void data_in(const uint8_t *is, uint32_t len)
{
	struct rfc_pdu p;

	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x25);
	assert_int_equal(p.bhs[1], 0x80);
	assert_int_equal(p.len, len);
	assert_memory_equal(p.data, is, len);
}

static void good(const uint8_t *cdb)
{
	command(0, cdb, 0, NULL, 0);
	ends(SCSIEMU_GOOD, 0, 0);
}

static void write_record(uint32_t len)
{
	command(0x20, record(TAPE_WRITE, len), len, pattern, len);
	ends(SCSIEMU_GOOD, 0, 0);
}

static void read_record(uint32_t asked, uint32_t room)
{
	command(0x40, record(TAPE_READ, asked), room, NULL, 0);
}

static void read_some(void)
{
	write_record(1000);
	write_record(4096);
	good(tape_filemark);
	good(tape_rewind);
	/* shorter than what is asked for */
	read_record(4096, 4096);
	data_in(pattern, 1000);
	met(ends(SCSIEMU_CHECK_CONDITION, U, 3096), TAPE_ILI, 3096, 0);
	/* longer: all that was expected has come */
	read_record(300, 300);
	data_in(pattern, 300);
	met(ends(SCSIEMU_CHECK_CONDITION, 0, 0), TAPE_ILI, -3796, 0);
	/* a filemark */
	read_record(4096, 4096);
	met(ends(SCSIEMU_CHECK_CONDITION, U, 4096), TAPE_FMK, 4096, 1);
}

static void read_into_less(void)
{
	struct rfc_pdu p;

	write_record(1000);
	write_record(4096);
	good(tape_rewind);
	/* The record has room, what the CDB asks for has not. */
	read_record(4096, 1024);
	data_in(pattern, 1000);
	met(ends(SCSIEMU_CHECK_CONDITION, U, 24), TAPE_ILI, 3096, 0);
	read_record(4096, 512);
	rig_recv(&end, &p);
	assert_int_equal(p.bhs[0], 0x25);
	assert_int_equal(p.bhs[1], 0x81 | O);
	assert_int_equal(p.len, 512);
	assert_int_equal(rfc_get(p.bhs + 44, 4), 3584);
	/* Neither: sense and overflow together. */
	good(tape_rewind);
	read_record(4096, 512);
	data_in(pattern, 512);
	met(ends(SCSIEMU_CHECK_CONDITION, O, 488), TAPE_ILI, 3096, 0);
}

static void write_other(void)
{
	/* More is offered than the CDB takes. */
	command(0x20, record(TAPE_WRITE, 100), 300, pattern, 300);
	ends(SCSIEMU_GOOD, U, 200);
	good(tape_rewind);
	read_record(300, 300);
	data_in(pattern, 100);
	met(ends(SCSIEMU_CHECK_CONDITION, U, 200), TAPE_ILI, 200, 0);
}

/* Less is offered: a record that nobody wrote does not come to be. */
static void write_less(void)
{
	static const uint8_t length[18] = {
		0x70, 0, 5, [7] = 10, [12] = 0x24, [15] = 0xc0, [17] = 2
	};
	static const uint8_t blank[18] = {
		0xf0, 0, 8, [5] = 1, [6] = 0x2c, [7] = 10, [13] = 5
	};

	command(0x20, record(TAPE_WRITE, 300), 100, pattern, 100);
	assert_memory_equal(ends(SCSIEMU_CHECK_CONDITION, O, 200), length, 18);
	good(tape_rewind);
	read_record(300, 300);
	assert_memory_equal(ends(SCSIEMU_CHECK_CONDITION, U, 300), blank, 18);
}

static void each(void (*test)(void))
{
	static const size_t chunks[] = { 0, 1, 13, 4099 };

	for (unsigned i = 0; i < 4; i++) {
		setup(chunks[i]);
		test();
		teardown();
	}
}

static void test_read(void **state)
{
	(void)state;
	each(read_some);
}

static void test_read_into_less(void **state)
{
	(void)state;
	each(read_into_less);
}

static void test_write(void **state)
{
	(void)state;
	each(write_other);
	each(write_less);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_into_less),
		cmocka_unit_test(test_write),
	};

	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 7 + (i >> 9) + 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
