/* SPDX-License-Identifier: BSD-2-Clause */
/* A tape behind FreeBSD's targ(4): records that are shorter than what was asked
 * for, filemarks. The initiator counts what came. */
#include "tape_kit.h"
#include "targ_rig.h"

static void said(const struct sim_cmd *c, uint8_t bit, int32_t information,
		 uint8_t ascq)
{
	assert_true(c->answered);
	assert_int_equal(c->status, SCSIEMU_CHECK_CONDITION);
	assert_true(c->has_sense);
	met(c->sense, bit, information, ascq);
}

static void run_records(uint32_t maxio)
{
	struct sim_cmd *c;

	rig_make("tape:mem,size=16M", false);
	rig.sim.maxio = maxio;
	rig_open();
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2900);
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2800);
	rig_good(rig_one(record(TAPE_WRITE, 1000), 6, rig.data, 1000));
	rig_good(rig_one(record(TAPE_WRITE, 300001), 6, rig.data + 7, 300001));
	rig_good(rig_one(tape_filemark, 6, NULL, 0));
	rig_good(rig_one(tape_rewind, 6, NULL, 0));
	c = rig_one(record(TAPE_READ, 65536), 6, NULL, 0);
	said(c, TAPE_ILI, 64536, 0);
	assert_int_equal(c->in_len, 1000);
	assert_memory_equal(c->in, rig.data, 1000);
	c = rig_one(record(TAPE_READ, 400000), 6, NULL, 0);
	said(c, TAPE_ILI, 99999, 0);
	assert_int_equal(c->in_len, 300001);
	assert_memory_equal(c->in, rig.data + 7, 300001);
	c = rig_one(record(TAPE_READ, 4096), 6, NULL, 0);
	said(c, TAPE_FMK, 4096, 1);
	assert_int_equal(c->in_len, 0);
	rig_drop();
}

static void test_records(void **state)
{
	(void)state;
	run_records(4096);
	run_records(131072);
	run_records(1 << 20);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
