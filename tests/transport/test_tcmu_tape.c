/* SPDX-License-Identifier: BSD-2-Clause */
/* A tape by TCMU: how much came is said by READ_LEN. */
#include "tape_kit.h"
#include "tcmu_rig.h"

static struct sim_cmd *command(const void *cdb, const void *out, uint32_t len)
{
	return one(tcmu_sim_send(&sim, cdb, 6, out, len, 4096));
}

static void good(const struct sim_cmd *c)
{
	assert_int_equal(c->status, SCSIEMU_GOOD);
}

/* Two records and a filemark, and back to the first. */
static void write_some(void)
{
	good(command(record(TAPE_WRITE, 1000), data, 1000));
	good(command(record(TAPE_WRITE, 65536), data + 7, 65536));
	good(command(tape_filemark, NULL, 0));
	good(command(tape_rewind, NULL, 0));
}

/* Power on was told; a cartridge is there. */
static void make_tape(void)
{
	make("tape:mem,size=16M", 65536, false);
	assert_int_equal(command(tur, NULL, 0)->status,
			 SCSIEMU_CHECK_CONDITION);
}

static void test_records(void **state)
{
	struct sim_cmd *c;

	(void)state;
	make_tape();
	write_some();
	/* A shorter one: data and sense. */
	c = command(record(TAPE_READ, 4096), NULL, 4096);
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	met(c->sense, TAPE_ILI, 3096, 0);
	assert_int_equal(c->got, 1000);
	assert_memory_equal(c->got_in, data, 1000);
	/* One that fits. */
	c = command(record(TAPE_READ, 65536), NULL, 65536);
	good(c);
	assert_int_equal(c->got, 65536);
	assert_memory_equal(c->got_in, data + 7, 65536);
	/* None: READ_LEN is not needed, CHECK CONDITION alone has no data. */
	c = command(record(TAPE_READ, 4096), NULL, 4096);
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	met(c->sense, TAPE_FMK, 4096, 1);
	assert_int_equal(c->got, 0);
	/* A longer one, and with SILI a shorter one. */
	good(command(tape_rewind, NULL, 0));
	c = command(record(TAPE_READ, 300), NULL, 300);
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	met(c->sense, TAPE_ILI, -700, 0);
	assert_int_equal(c->got, 300);
	good(command(tape_rewind, NULL, 0));
	c = command((const uint8_t[6]){ TAPE_READ, 2, 0, 0x10, 0 }, NULL, 4096);
	good(c);
	assert_int_equal(c->got, 1000);
	assert_memory_equal(c->got_in, data, 1000);
	drop();
}

/* A kernel before 4.20 is not told how much, so it is as if all failed. */
static void test_old_kernel(void **state)
{
	struct scsiemu_errmsg err;
	struct sim_cmd *c;

	(void)state;
	make_tape();
	write_some();
	assert_true(scsiemu_tcmu_close(t));
	tcmu_put16(sim.map + TCMU_FLAGS_AT,
		   tcmu_get16(sim.map + TCMU_FLAGS_AT) &
			   (uint16_t)~TCMU_READ_LEN);
	t = try_open(&err);
	assert_non_null(t);
	c = command(record(TAPE_READ, 4096), NULL, 4096);
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	met(c->sense, TAPE_ILI, 3096, 0);
	assert_int_equal(c->got, 0);
	drop();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_old_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
