/* SPDX-License-Identifier: BSD-2-Clause */
/* The targ adapter: the end of sense that it keeps, as contingent allegiance,
 * for an adapter that cannot send it with the status. */
#include "targ_rig.h"

enum { READ = 0x28 };

/* Sense that is kept does not outlive a reset. */
static void test_allegiance_ends(void **state)
{
	static const uint8_t sense[6] = { 3, 0, 0, 0, 252 };
	struct sim_cmd *c;

	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.sim.autosense = false;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	rig_one(rig_rw(READ, 4000, 1), 10, NULL,
		0); /* clears, and leaves its */
	targ_sim_event(&rig.sim, CAM_SCSI_BUS_RESET, 0);
	rig_serve();
	c = rig_one(sense, 6, NULL, 0);
	assert_int_equal(c->in[2], 6);
	assert_int_equal(c->in[12] << 8 | c->in[13], 0x2902);
	rig_drop();
}

static void have_sense(uint32_t init_id)
{
	rig_from(init_id, rig_tur, 6);
	rig_from(init_id, rig_rw(READ, 4000, 1), 10);
}

static bool has_kept(uint32_t init_id)
{
	static const uint8_t sense[6] = { 3, 0, 0, 0, 252 };
	const struct sim_cmd *c = rig_from(init_id, sense, 6);

	return c->in[2] == 5 && c->in[12] == 0x21;
}

/* Whose sense a function or an event takes away (SCSI-2 7.6): ABORT, its
 * sender's; a reset, everybody's; others none. */
static void test_allegiance_by(void **state)
{
	static const struct {
		uint32_t event, message;
		bool mine, others; /* stay */
	} rows[] = {
		{ 0, TARG_MSG_ABORT_TASK_SET, false, true },
		{ 0, TARG_MSG_ABORT_TASK, true, true },
		{ 0, TARG_MSG_CLEAR_TASK_SET, true, true },
		{ 0, TARG_MSG_CLEAR_ACA, true, true },
		{ 0, TARG_MSG_QUERY_TASK, true, true },
		{ 0, TARG_MSG_QUERY_ASYNC_EVENT, true, true },
		{ 0, TARG_MSG_LU_RESET, false, false },
		{ 0, TARG_MSG_TARGET_RESET, false, false },
		{ CAM_SCSI_BUS_RESET, 0, false, false },
		{ CAM_BDR_SENT, 0, false, false },
		{ TARG_NEXUS_LOST, 0, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rig_make("disk:mem,size=1M", false);
		rig.sim.autosense = false;
		rig_open();
		have_sense(7);
		have_sense(8);
		if (rows[i].event)
			targ_sim_event(&rig.sim, rows[i].event, 7);
		else
			targ_sim_message(&rig.sim, 7, rows[i].message, 99);
		rig_serve();
		assert_int_equal(has_kept(7), rows[i].mine);
		assert_int_equal(has_kept(8), rows[i].others);
		rig_drop();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allegiance_ends),
		cmocka_unit_test(test_allegiance_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
