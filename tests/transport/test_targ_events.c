/* SPDX-License-Identifier: BSD-2-Clause */
/* The targ adapter: opening and closing, resets, messages, aborts. */
#include "targ_rig.h"

#include <scsiemu/exec.h>
#include <scsiemu/transport/loop.h>

#include <transport/loop.h>

#include <errno.h>

enum { READ = 0x28, WRITE = 0x2a, ATIOS = 64 };

/* ---- Opening ---- */

static void test_open(void **state)
{
	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.cf.group6 = 10;
	rig.cf.group7 = 12;
	rig.cf.debug = true;
	rig_open();
	assert_string_equal(rig.sim.node, "/dev/targ");
	assert_int_equal(rig.sim.lun.path_id, 1);
	assert_int_equal(rig.sim.lun.target_id, 2);
	assert_int_equal(rig.sim.lun.lun_id, 3);
	assert_int_equal(rig.sim.lun.grp6_len, 10);
	assert_int_equal(rig.sim.lun.grp7_len, 12);
	assert_int_equal(rig.sim.ndebug, 1);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO),
			 ATIOS);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_IMMEDIATE_NOTIFY),
			 SEMU_TARG_NOTIFIES);
	assert_null(scsiemu_targ_broken(rig.t));
	rig_drop();
	assert_int_equal(rig.sim.ndisable, 1);
}

/* FreeBSD 5 to 9: the first node that is free, and the old INOT. */
static void test_numbered(void **state)
{
	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.sim.numbered = true;
	rig.sim.busy = 2;
	rig_open();
	assert_string_equal(rig.sim.node, "/dev/targ2");
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_IMMED_NOTIFY),
			 SEMU_TARG_NOTIFIES);
	rig_drop();
	/* by name */
	rig_make("disk:mem,size=1M", false);
	rig.sim.numbered = true;
	rig.cf.path = "/dev/targ5";
	rig_open();
	assert_string_equal(rig.sim.node, "/dev/targ5");
	rig_drop();
}

struct refusal {
	int open_error, enable_error;
	unsigned busy;
	bool numbered, ancient, no_target;
	uint32_t commands, initiators, scratch;
	const char *path, *text;
};

static void try_refusal(const struct refusal *r)
{
	struct scsiemu_errmsg err;

	rig_make("disk:mem,size=1M", false);
	rig.sim.open_error = r->open_error;
	rig.sim.enable_error = r->enable_error;
	rig.sim.busy = r->busy;
	rig.sim.numbered = r->numbered;
	rig.sim.ancient = r->ancient;
	rig.sim.target_sprt = r->no_target ? 0 : PIT_PROCESSOR;
	rig.cf.path = r->path;
	rig.cf.commands = r->commands;
	rig.cf.initiators = r->initiators;
	rig.cf.scratch = r->scratch;
	rig.t = semu_targ_open(&rig.cf, &targ_sim_calls, &err);
	assert_null(rig.t);
	assert_string_equal(err.text, r->text);
	rig_drop();
}

static void test_refusals(void **state)
{
	static const struct refusal refusals[] = {
		{ .ancient = true,
		  .text = "/dev/targ.ctl: this is targ(4) of FreeBSD 3 and 4, "
			  "another interface: FreeBSD 5 or later is needed" },
		{ .open_error = ENOENT,
		  .text = "/dev/targ: there is no targ(4): load a kernel that "
			  "has `device targ'" },
		{ .numbered = true,
		  .busy = 1000,
		  .text = "/dev/targ ...: all are in use" },
		{ .open_error = EBUSY,
		  .text = "/dev/targ ...: all are in use" },
		{ .numbered = true,
		  .busy = 3,
		  .path = "/dev/targ1",
		  .text = "/dev/targ1: another process has it" },
		{ .enable_error = ENOTSUP,
		  .text = "1:2:3: the adapter has no target mode, or it is off "
			  "(isp(4): the role must be target)" },
		{ .no_target = true,
		  .text = "1:2:3: the adapter has no target mode, or it is off "
			  "(isp(4): the role must be target)" },
		{ .enable_error = EADDRINUSE,
		  .text = "1:2:3: it is served already" },
		{ .enable_error = ENOENT,
		  .text = "1:2:3: there is no such bus, target or LUN "
			  "(camcontrol devlist -v names the buses)" },
		{ .enable_error = ENOTTY,
		  .text = "1:2:3: the driver has another interface: build the "
			  "library on this release" },
		{ .commands = 65537,
		  .text = "commands, initiators: at most 65536 of each" },
		{ .initiators = UINT32_MAX,
		  .text = "commands, initiators: at most 65536 of each" },
		{ .scratch = UINT32_MAX,
		  .text = "out of memory: free some, or take fewer or smaller "
			  "media" },
		{ .enable_error = EIO, .text = "1:2:3: Input/output error" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		try_refusal(&refusals[i]);
}

static void test_address(void **state)
{
	static const char *const wrong[] = { "",       "1",	 "1:2",
					     "1:2:",   "1:2:3:", "1:2:3x",
					     "-1:2:3", "1: 2:3", "a:b:c",
					     "+1:2:3", ":::" };
	struct scsiemu_targ_config cf = { .size = sizeof(cf) };
	struct scsiemu_errmsg err;

	(void)state;
	assert_int_equal(scsiemu_targ_address(&cf, "4:15:16383", &err), 0);
	assert_int_equal(cf.bus, 4);
	assert_int_equal(cf.target, 15);
	assert_int_equal(cf.lun, 16383);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(scsiemu_targ_address(&cf, wrong[i], &err), -1);
	assert_string_equal(err.text,
			    ":::: must be BUS:TARGET:LUN, three numbers "
			    "(camcontrol devlist -v names the buses)");
}

static const char *told;

static void tell(void *ctx, const char *why)
{
	assert_ptr_equal(ctx, &rig);
	assert_null(told); /* once */
	told = why;
}

/* The loop gets the descriptor when it may be polled, and loses it in time: the
 * model aborts at a poll() before or after. */
static void test_loop(void **state)
{
	struct scsiemu_loop *loop;

	(void)state;
	rig_make("disk:mem,size=1M", false);
	loop = semu_loop_create(&rig.dev.pump, &targ_sim_calls);
	assert_non_null(loop);
	rig.cf.loop = loop;
	rig.cf.notice = tell;
	rig.cf.ctx = &rig;
	rig_open();
	rig_send(rig_tur, 6, NULL, 0);
	rig.sim.read_error = EIO;
	assert_int_equal(scsiemu_loop_run(loop), 0); /* no source is left */
	assert_string_equal(scsiemu_targ_broken(rig.t),
			    "the driver cannot be read");
	assert_ptr_equal(told, scsiemu_targ_broken(rig.t));
	rig_drop();
	scsiemu_loop_destroy(loop);
}

/* ---- Closing ---- */

/* With commands in every state: in the store, on the wire, in a queue. */
static void test_close(void **state)
{
	(void)state;
	rig_start("disk:mem,size=1M", true);
	rig_send(rig_rw(READ, 0, 8), 10, NULL, 0);
	rig_serve();
	assert_false(scsiemu_targ_close(rig.t));
	rig_store();
	assert_true(scsiemu_targ_close(rig.t));
	rig.t = NULL;
	rig_drop();

	rig_make("disk:mem,size=1M", false);
	rig.cf.buffers = 1;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	rig.sim.hold = true;
	rig_send(rig_rw(READ, 0, 900), 10, NULL, 0);
	rig_send(rig_rw(WRITE, 0, 900), 10, rig.data, 900 * 512);
	rig_send(rig_tur, 6, NULL, 0);
	rig_serve();
	rig_send(rig_tur, 6, NULL, 0);
	rig_drop();
}

/* ---- Resets ---- */

static void after_event(uint32_t status, uint16_t asc)
{
	unsigned inots;

	rig_make("disk:mem,size=1M", false);
	rig_open();
	rig_check(rig_from(7, rig_tur, 6), 6, 0x2900);
	rig_check(rig_from(8, rig_tur, 6), 6, 0x2900);
	rig.sim.hold = true;
	rig_send(rig_rw(READ, 0, 900), 10, NULL, 0);
	rig_send(rig_rw(WRITE, 0, 900), 10, rig.data, 900 * 512);
	rig_serve();
	inots = targ_sim_pending(&rig.sim, XPT_IMMEDIATE_NOTIFY);
	assert_true(targ_sim_event(&rig.sim, status, 7));
	rig_serve();
	rig.sim.hold = false;
	targ_sim_run(&rig.sim, 99);
	rig_serve();
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_IMMEDIATE_NOTIFY),
			 inots);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO),
			 ATIOS);
	rig_check(rig_from(7, rig_tur, 6), 6, asc);
	if (status == TARG_NEXUS_LOST)
		rig_good(rig_from(8, rig_tur, 6));
	else
		rig_check(rig_from(8, rig_tur, 6), 6, asc);
	rig_good(rig_from(7, rig_tur, 6));
	rig_drop();
}

static void test_events(void **state)
{
	(void)state;
	after_event(CAM_SCSI_BUS_RESET, 0x2902);
	after_event(CAM_BDR_SENT, 0x2903);
	after_event(TARG_NEXUS_LOST, 0x2907);
}

/* TEST UNIT READY at the device's other LUN. */
static uint8_t elsewhere(void)
{
	static struct scsiemu_exec x;
	static uint64_t scratch[8192];

	x.cdb = rig_tur;
	x.cdb_len = sizeof(rig_tur);
	x.nexus = rig.t->last->nexus;
	x.scratch = scratch;
	x.scratch_len = sizeof(scratch);
	assert_int_equal(scsiemu_exec(&rig.dev.pump,
				      rig.dev.units->next->host.lu, &x, NULL,
				      NULL),
			 0);
	return x.status;
}

/* That LUN has an INOT of its own for a reset of the bus: nothing happens to it
 * before and after. But only one is told of TARGET RESET. */
static void test_reset_one(void **state)
{
	(void)state;
	rig_make_two("disk:mem,size=1M", "disk:mem,size=1M");
	rig_open();
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2900);
	assert_int_equal(elsewhere(), SCSIEMU_CHECK_CONDITION); /* power on */
	targ_sim_event(&rig.sim, CAM_SCSI_BUS_RESET, 0);
	rig_serve();
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2902);
	assert_int_equal(elsewhere(), SCSIEMU_GOOD);
	targ_sim_message(&rig.sim, 7, TARG_MSG_TARGET_RESET, 0);
	rig_serve();
	assert_int_equal(elsewhere(), SCSIEMU_CHECK_CONDITION);
	rig_drop();
}

/* A command that the store has is given up when it answers. */
static void test_reset_slow(void **state)
{
	struct sim_cmd *c;

	(void)state;
	rig_start("disk:mem,size=1M", true);
	c = rig_send(rig_rw(READ, 0, 8), 10, NULL, 0);
	rig_serve();
	targ_sim_event(&rig.sim, CAM_SCSI_BUS_RESET, 0);
	rig_store();
	assert_false(c->answered);
	assert_int_equal(c->nctio, 0);
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2902);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO),
			 ATIOS);
	rig_drop();
}

/* ---- Messages ---- */

static void test_abort_task(void **state)
{
	struct sim_cmd *a, *b;

	(void)state;
	rig_start("disk:mem,size=1M", true);
	a = rig_send(rig_rw(READ, 0, 8), 10, NULL, 0);
	b = rig_send(rig_rw(READ, 8, 8), 10, NULL, 0);
	rig_serve();
	targ_sim_message(&rig.sim, 7, TARG_MSG_ABORT_TASK, a->tag_id);
	rig_serve();
	/* another's, or nobody's, tag */
	targ_sim_message(&rig.sim, 8, TARG_MSG_ABORT_TASK, b->tag_id);
	targ_sim_message(&rig.sim, 7, TARG_MSG_ABORT_TASK, 9999);
	targ_sim_message(&rig.sim, UINT32_MAX, TARG_MSG_ABORT_TASK, b->tag_id);
	rig_store();
	assert_false(a->answered);
	rig_good(b);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO),
			 ATIOS);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_IMMEDIATE_NOTIFY),
			 SEMU_TARG_NOTIFIES);
	rig_drop();
}

/* Its CTIOs are called back, from an adapter that can and one that cannot. */
static void test_abort_ctios(void **state)
{
	(void)state;
	for (unsigned stubborn = 0; stubborn < 2; stubborn++) {
		struct sim_cmd *c;

		rig_start("disk:mem,size=1M", false);
		rig.sim.stubborn = stubborn;
		rig.sim.hold = true;
		c = rig_send(rig_rw(WRITE, 0, 900), 10, rig.data, 900 * 512);
		rig_serve();
		assert_int_equal(targ_sim_pending(&rig.sim, XPT_CONT_TARGET_IO),
				 4);
		targ_sim_message(&rig.sim, 7, TARG_MSG_ABORT_TASK_SET, 0);
		rig_serve();
		assert_int_equal(rig.sim.naborts, stubborn ? 0 : 4);
		targ_sim_run(&rig.sim, 99);
		rig_serve();
		assert_false(c->answered);
		assert_int_equal(targ_sim_pending(&rig.sim, XPT_CONT_TARGET_IO),
				 0);
		assert_int_equal(
			targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO),
			ATIOS);
		rig.sim.hold = false;
		rig_good(rig_one(rig_tur, 6, NULL, 0));
		rig_drop();
	}
}

/* Commands that wait for the only buffer; one of them is aborted. */
static void test_abort_waiting(void **state)
{
	struct sim_cmd *c[4];

	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.cf.buffers = 1;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	rig.sim.hold = true;
	for (unsigned i = 0; i < 3; i++)
		c[i] = rig_send(rig_rw(READ, i, 1), 10, NULL, 0);
	rig_serve();
	targ_sim_message(&rig.sim, 7, TARG_MSG_ABORT_TASK, c[2]->tag_id);
	rig_serve();
	c[3] = rig_send(rig_rw(READ, 3, 1), 10, NULL, 0);
	do
		rig_serve();
	while (targ_sim_run(&rig.sim, 1));
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(c[i]->answered, i != 2);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO),
			 ATIOS);
	rig_drop();
}

/* One that waits for a buffer is lost, and leaves it to the next. */
static void test_lost_waiting(void **state)
{
	struct sim_cmd *a, *b;

	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.cf.buffers = 1;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	rig.sim.hold = true;
	a = rig_send(rig_rw(READ, 0, 600), 10, NULL, 0);
	b = rig_send(rig_rw(WRITE, 0, 1), 10, rig.data, 512);
	rig_serve();
	rig.sim.fail = CAM_SCSI_BUS_RESET;
	do
		rig_serve();
	while (targ_sim_run(&rig.sim, 1));
	assert_false(a->answered);
	rig_good(b);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_ACCEPT_TARGET_IO),
			 ATIOS);
	rig_drop();
}

static void test_messages(void **state)
{
	static const struct {
		uint32_t message;
		uint16_t asc; /* 0: no unit attention */
	} rows[] = {
		{ TARG_MSG_CLEAR_TASK_SET, 0 },
		{ TARG_MSG_ABORT_TASK_SET, 0 },
		{ TARG_MSG_LU_RESET, 0x2903 },
		{ TARG_MSG_TARGET_RESET, 0x2902 },
		{ TARG_MSG_QUERY_TASK, 0 },
		{ TARG_MSG_QUERY_TASK_SET, 0 },
		{ TARG_MSG_QUERY_ASYNC_EVENT, 0 },
		{ TARG_MSG_CLEAR_ACA, 0 },
		{ 0x08, 0 }, /* NO OPERATION */
		{ 0xffffffff, 0 },
	};

	(void)state;
	rig_start("disk:mem,size=1M", false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(targ_sim_message(&rig.sim, 7, rows[i].message, 0));
		rig_serve();
		if (rows[i].asc)
			rig_check(rig_one(rig_tur, 6, NULL, 0), 6, rows[i].asc);
		rig_good(rig_one(rig_tur, 6, NULL, 0));
	}
	assert_int_equal(rig.sim.nack, 0);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_IMMEDIATE_NOTIFY),
			 SEMU_TARG_NOTIFIES);
	rig_drop();
}

/* Drivers of FreeBSD 5 to 9 say less. */
static void test_old_messages(void **state)
{
	struct sim_cmd *a;

	(void)state;
	rig_make("disk:mem,size=1M", true);
	rig.sim.numbered = true;
	rig_open();
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2900);
	a = rig_send(rig_rw(READ, 0, 8), 10, NULL, 0);
	rig_serve();
	targ_sim_message(&rig.sim, 7, TARG_MSG_ABORT_TASK, 0);
	rig_store();
	assert_false(a->answered);
	targ_sim_message(&rig.sim, 7, TARG_MSG_TARGET_RESET, 0);
	rig_serve();
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2902);
	targ_sim_event(&rig.sim, CAM_BDR_SENT, 7);
	rig_serve();
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2903);
	rig_drop();
}

/* A driver that was taught: the answer names the event. */
static void test_acknowledge(void **state)
{
	static const struct {
		uint32_t message, response;
	} rows[] = {
		{ TARG_MSG_ABORT_TASK, TARG_RSP_COMPLETE },
		{ TARG_MSG_LU_RESET, TARG_RSP_COMPLETE },
		{ TARG_MSG_QUERY_TASK, TARG_RSP_COMPLETE },
		{ 0x77, TARG_RSP_REJECTED },
	};

	(void)state;
	rig_make("disk:mem,size=1M", false);
	rig.cf.acknowledge = true;
	rig.sim.mended = true;
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	for (unsigned i = 0; i < 40; i++) { /* each INOT more than once */
		targ_sim_message(&rig.sim, 7, rows[i % 4].message, 40 + i);
		rig_serve();
		assert_int_equal(rig.sim.nack, i + 1);
		assert_int_equal(rig.sim.ack_arg, rows[i % 4].response);
		assert_int_equal(rig.sim.ack_seq, 40 + i);
	}
	targ_sim_event(&rig.sim, CAM_SCSI_BUS_RESET, 0); /* nobody asks */
	rig_serve();
	assert_int_equal(rig.sim.nack, 40);
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_IMMEDIATE_NOTIFY),
			 SEMU_TARG_NOTIFIES);
	rig_drop();
}

/* An adapter that has no use for INOTs: they are not offered again and again.
 */
static void test_no_events(void **state)
{
	(void)state;
	rig_start("disk:mem,size=1M", false);
	for (unsigned i = 0; i < SEMU_TARG_NOTIFIES; i++)
		assert_true(targ_sim_return(&rig.sim, XPT_IMMEDIATE_NOTIFY,
					    CAM_PATH_INVALID));
	rig_serve();
	assert_int_equal(targ_sim_pending(&rig.sim, XPT_IMMEDIATE_NOTIFY), 0);
	rig_good(rig_one(rig_tur, 6, NULL, 0));
	rig_drop();
}

/* With TAS=1 whose commands others clear is told so; but nobody waits for that
 * on a bus that was reset, and nobody did it. */
static void test_reset_tas(void **state)
{
	static const uint8_t select[10] = { 0x55, 0x10, [8] = 20 };
	static const uint8_t tas[20] = { [8] = 0x0a, 10, 2, 0x10, [13] = 0x40 };
	struct sim_cmd *a, *b;

	(void)state;
	rig_make("disk:mem,size=1M", true);
	rig_open();
	rig_one(rig_tur, 6, NULL, 0);
	rig_from(8, rig_tur, 6);
	rig_good(rig_one(select, 10, tas, sizeof(tas)));
	rig_check(rig_from(8, rig_tur, 6), 6, 0x2a01);
	a = rig_send(rig_rw(READ, 0, 8), 10, NULL, 0);
	b = targ_sim_send(&rig.sim, 8, 1000, rig_rw(READ, 8, 8), 10, NULL, 0);
	rig_serve();
	targ_sim_event(&rig.sim, CAM_SCSI_BUS_RESET, 255);
	rig_store();
	assert_false(a->answered);
	assert_false(b->answered);
	assert_int_equal(rig.sim.strays, 0);
	rig_check(rig_one(rig_tur, 6, NULL, 0), 6, 0x2902);
	rig_check(rig_from(8, rig_tur, 6), 6, 0x2902);
	assert_int_equal(rig.t->nnexus, 2); /* 255 is none */
	rig_drop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_numbered),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_reset_one),
		cmocka_unit_test(test_reset_slow),
		cmocka_unit_test(test_abort_task),
		cmocka_unit_test(test_abort_ctios),
		cmocka_unit_test(test_abort_waiting),
		cmocka_unit_test(test_lost_waiting),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_old_messages),
		cmocka_unit_test(test_acknowledge),
		cmocka_unit_test(test_no_events),
		cmocka_unit_test(test_reset_tas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
