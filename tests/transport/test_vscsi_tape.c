/* SPDX-License-Identifier: BSD-2-Clause */
/* A tape behind OpenBSD's vscsi(4): residuals, filemarks, records in pieces. */
#include "tape_kit.h"
#include "vscsi_rig.h"

static void test_records(void **state)
{
	struct sim_cmd *c;

	(void)state;
	for (int old = 0; old < 2; old++) {
		const int *e = old ? old_ends : new_ends;

		make_bus("tape:mem,size=16M", false, e);
		ends(none(tur, 6), e[SENSE], 0); /* there is a cartridge */
		ends(out(record(TAPE_WRITE, 1000), 6, pattern, 1000), e[DONE],
		     0);
		ends(out(record(TAPE_WRITE, 200001), 6, pattern, 200001),
		     e[DONE], 0);
		ends(none(tape_filemark, 6), e[DONE], 0);
		ends(none(tape_rewind, 6), e[DONE], 0);
		c = in(record(TAPE_READ, 4096), 6, 4096);
		ends(c, e[SENSE], 3096);
		met(c->sense, TAPE_ILI, 3096, 0);
		assert_memory_equal(c->data, pattern, 1000);
		assert_int_equal(c->data[1000], 0xee);
		c = in(record(TAPE_READ, 200002), 6, 200002);
		ends(c, e[SENSE], 1);
		met(c->sense, TAPE_ILI, 1, 0);
		assert_memory_equal(c->data, pattern, 200001);
		c = in(record(TAPE_READ, 4096), 6, 4096);
		ends(c, e[SENSE], 4096);
		met(c->sense, TAPE_FMK, 4096, 1);
		drop_bus();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
