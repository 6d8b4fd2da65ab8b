/* SPDX-License-Identifier: BSD-2-Clause */
/* MOVE MEDIUM beside commands that the drives are busy with, and ended at every
 * step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/engine.h"
#include "support/library.h"

enum { ST = LIBRARY_ST, DT = LIBRARY_DT };

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

static void prevent(struct library *b, struct scsiemu_lu *lu, bool on)
{
	const uint8_t cdb[6] = { 0x1e, [4] = on };

	drive_run(&b->d, lu, cdb, 6, NULL, 0, 0);
	drive_good(&b->d);
}

/* A READ is under way, another one waits behind the MOVE: the first ends well,
 * the second finds an empty drive (rulings, flow 3). */
static void test_behind(void **state)
{
	const uint8_t read[10] = { SCSIEMU_OP_READ_10, [8] = 1 };
	struct library *b = *state;
	struct drive_task first = { .live = false }, second = { .live = false };
	struct drive_task move = { .live = false };
	uint8_t cdb[12];

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	drive_start(&b->d, &first, b->drive[0], read, 10, NULL, 0, 512);
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, DT, ST, 0);
	drive_start(&b->d, &move, b->lu, cdb, 12, NULL, 0, 0);
	assert_int_equal(move.want, SCSIEMU_WAIT);
	drive_start(&b->d, &second, b->drive[0], read, 10, NULL, 0, 512);
	assert_int_equal(second.want, SCSIEMU_WAIT);
	drive_go(&first);
	drive_end(&first);
	assert_int_equal(first.c.status, 0);
	assert_int_equal(first.in[0], 'A');
	assert_int_equal(second.want, SCSIEMU_WAIT);
	drive_go(&move);
	drive_end(&move);
	assert_int_equal(move.c.status, 0);
	assert_int_equal(second.want, SCSIEMU_DONE);
	assert_int_equal(second.c.sense.key, 2);
	assert_int_equal(second.c.sense.asc, 0x3a00);
	drive_end(&second);
	assert_int_equal(b->drive[0]->nslow, 0);
	assert_int_equal(b->lu->nslow, 0);
	drive_task_free(&first);
	drive_task_free(&second);
	drive_task_free(&move);
}

/* A host prevents removal while a MOVE waits for its READ: it is looked at
 * again. Another MOVE waits for the first. */
static void test_checked_again(void **state)
{
	const uint8_t read[10] = { SCSIEMU_OP_READ_10, [8] = 1 };
	struct drive_task first = { .live = false };
	struct drive_task move[2] = { { .live = false } };
	struct library *b = *state;
	uint8_t cdb[12];

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	drive_start(&b->d, &first, b->drive[0], read, 10, NULL, 0, 512);
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, DT, ST, 0);
	drive_start(&b->d, &move[0], b->lu, cdb, 12, NULL, 0, 0);
	drive_start(&b->d, &move[1], b->lu, cdb, 12, NULL, 0, 0);
	prevent(b, b->drive[0], true);
	drive_go(&first);
	drive_end(&first);
	assert_int_equal(move[0].want, SCSIEMU_DONE);
	assert_int_equal(move[0].c.sense.asc, 0x5302);
	prevent(b, b->drive[0], false);
	assert_int_equal(move[1].want, SCSIEMU_WAIT);
	drive_end(&move[0]);
	drive_go(&move[1]);
	drive_end(&move[1]);
	assert_int_equal(move[1].c.status, 0);
	drive_task_free(&first);
	drive_task_free(&move[0]);
	drive_task_free(&move[1]);
}

/* Two moves between the same two drives, in both directions: one behind the
 * other, never each for the other. */
static void test_no_deadlock(void **state)
{
	const uint8_t read[10] = { SCSIEMU_OP_READ_10, [8] = 1 };
	struct drive_task reader[2] = { { .live = false } };
	struct drive_task move = { .live = false };
	struct library *b = *state;
	uint8_t cdb[12];

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, DT, DT + 1, 0);
	drive_start(&b->d, &reader[0], b->drive[0], read, 10, NULL, 0, 512);
	drive_start(&b->d, &move, b->lu, cdb, 12, NULL, 0, 0);
	/* the second drive is free for others until the first one is had */
	drive_start(&b->d, &reader[1], b->drive[1], read, 10, NULL, 0, 512);
	assert_int_equal(reader[1].want, SCSIEMU_DONE);
	drive_end(&reader[1]);
	drive_go(&reader[0]);
	drive_end(&reader[0]);
	drive_go(&move);
	drive_end(&move);
	assert_int_equal(move.c.status, 0);
	drive_settle(&b->d, b->drive[1], NULL);
	assert_int_equal(library_read(b, 1), 'A');
	for (unsigned i = 0; i < 2; i++)
		drive_task_free(&reader[i]);
	drive_task_free(&move);
}

/* The robot takes its time; an abort does not wait for it. */
static void test_time(void **state)
{
	struct library_options o = { .smc.move_ms = 5000 };
	struct drive_task move = { .live = false };
	struct library b;
	uint8_t cdb[12];

	(void)state;
	library_make(&b, &o);
	scsiemu_device_tick(b.d.dev, 1000);
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, ST, DT, 0);
	drive_start(&b.d, &move, b.lu, cdb, 12, NULL, 0, 0);
	assert_int_equal(move.want, SCSIEMU_WAIT);
	assert_int_equal(scsiemu_device_due(b.d.dev), 6000);
	assert_int_equal(scsiemu_smc_may(b.lu, ST + 5), SCSIEMU_ERR_ORDER);
	scsiemu_device_tick(b.d.dev, 5999);
	drive_ready(&b.d);
	assert_int_equal(move.want, SCSIEMU_WAIT);
	scsiemu_device_tick(b.d.dev, 6000);
	drive_ready(&b.d);
	drive_go(&move);
	drive_end(&move);
	assert_int_equal(move.c.status, 0);
	assert_int_equal(library_in(&b, DT), 0);
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, DT, ST, 0);
	drive_start(&b.d, &move, b.lu, cdb, 12, NULL, 0, 0);
	scsiemu_abort(&move.c);
	drive_ready(&b.d);
	drive_go(&move);
	drive_end(&move);
	assert_int_equal(move.c.outcome, SCSIEMU_ABORTED);
	drive_settle(&b.d, b.drive[0], NULL);
	assert_int_equal(library_read(&b, 0), 'A');
	drive_task_free(&move);
	library_free(&b);
}

/* Ended at every step: the cartridge is where the changer says, what a drive
 * has loaded is in its element, and all goes on. */
static void end_at(unsigned steps, unsigned from, unsigned to)
{
	struct drive_task move = { .live = false };
	struct library b;
	uint8_t cdb[12];
	bool over;

	library_make(&b, NULL);
	library_move(&b, ST, DT);
	drive_settle(&b.d, b.drive[0], NULL);
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, from, to, 0);
	drive_start(&b.d, &move, b.lu, cdb, 12, NULL, 0, 0);
	for (unsigned i = 0; i < steps && move.want > SCSIEMU_WAIT; i++)
		drive_step(&move);
	over = move.want == SCSIEMU_DONE;
	scsiemu_abort(&move.c);
	drive_ready(&b.d);
	drive_go(&move);
	drive_end(&move);
	assert_int_equal(move.c.outcome,
			 over ? SCSIEMU_STATUS : SCSIEMU_ABORTED);
	assert_true((library_in(&b, from) >= 0) != (library_in(&b, to) >= 0));
	for (unsigned i = 0; i < 2; i++) {
		const struct scsiemu_changer_ops *ops = b.m.ops;
		struct scsiemu_medium *in = ops->medium(b.m.ctx,
							(uint16_t)(DT + i));
		struct scsiemu_medium *has = scsiemu_lu_medium(b.drive[i]);

		if (has)
			assert_ptr_equal(has, in);
		else
			assert_ptr_equal(scsiemu_lu_ejected(b.drive[i]), in);
		assert_int_equal(b.drive[i]->nslow, 0);
	}
	if (library_in(&b, from) >= 0) {
		library_move(&b, from, to);
		drive_good(&b.d);
	}
	drive_task_free(&move);
	library_free(&b);
}

static void test_abort(void **state)
{
	(void)state;
	for (unsigned steps = 0; steps < 5; steps++) {
		end_at(steps, DT, ST);
		end_at(steps, DT, DT + 1);
		end_at(steps, ST + 1, DT + 1);
		end_at(steps, ST + 1, ST + 4);
	}
}

/* A reply of many windows on the drive holds its unloading up. */
static void test_drive_pinned(void **state)
{
	static const uint8_t luns[12] = { 0xa0, [8] = 0xff };
	struct drive_task reader = { .live = false }, move = { .live = false };
	struct library *b = *state;
	uint8_t cdb[12];

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	drive_start(&b->d, &reader, b->drive[0], luns, 12, NULL, 0, 0xff00);
	b->drive[0]->pins++; /* as if the reply were of many windows */
	library_cdb(cdb, SCSIEMU_OP_MOVE_MEDIUM, 0, DT, ST, 0);
	drive_start(&b->d, &move, b->lu, cdb, 12, NULL, 0, 0);
	assert_int_equal(move.want, SCSIEMU_WAIT);
	b->drive[0]->pins--;
	semu_release_held(b->drive[0]);
	drive_ready(&b->d);
	drive_go(&move);
	drive_end(&move);
	assert_int_equal(move.c.status, 0);
	drive_go(&reader);
	drive_end(&reader);
	drive_task_free(&reader);
	drive_task_free(&move);
}

/* READ ATTRIBUTE of what is in a drive waits for the drive's READ. */
static void test_attribute_waits(void **state)
{
	const uint8_t read[10] = { SCSIEMU_OP_READ_10, [8] = 1 };
	const uint8_t cdb[16] = { 0x8c, 0, DT >> 8, DT & 255, [13] = 255 };
	struct drive_task first = { .live = false }, attr = { .live = false };
	struct library *b = *state;

	library_move(b, ST, DT);
	drive_settle(&b->d, b->drive[0], NULL);
	drive_start(&b->d, &first, b->drive[0], read, 10, NULL, 0, 512);
	drive_start(&b->d, &attr, b->lu, cdb, 16, NULL, 0, 255);
	assert_int_equal(attr.want, SCSIEMU_WAIT);
	drive_go(&first);
	drive_end(&first);
	drive_go(&attr);
	drive_end(&attr);
	/* it is no tape, which alone has a memory */
	assert_int_equal(attr.c.sense.key, 3);
	assert_int_equal(attr.c.sense.asc, 0x0410);
	assert_int_equal(b->drive[0]->nslow, 0);
	drive_task_free(&first);
	drive_task_free(&attr);
}

/* What is in reach, and how often that was said. */
static int in_reach, reached, fails;

static int count_reach(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	if (c->want != SCSIEMU_STORE || c->verb != SCSIEMU_V_REACH)
		return DRIVE_USUAL;
	assert_int_equal(c->addr, ST);
	if (fails)
		return SCSIEMU_E_READ;
	in_reach = (int)c->count;
	reached++;
	return DRIVE_USUAL;
}

/* Ended at every step, a cartridge is let go that was brought into reach; also
 * when the command fails. */
static void test_attribute_ends(void **state)
{
	static const uint8_t list[4];
	struct drive_task t = { .live = false };
	uint8_t cdb[16] = { 0, 0, ST >> 8, ST & 255, [13] = 4 };
	struct library *b = *state;

	b->hook = count_reach;
	for (unsigned i = 0; i < 12; i++) {
		unsigned steps = i / 2;

		cdb[0] = i % 2 ? 0x8d : 0x8c;
		in_reach = reached = 0;
		drive_start(&b->d, &t, b->lu, cdb, 16, list, 4, 4);
		for (unsigned n = 0; n < steps && t.want > SCSIEMU_WAIT; n++)
			drive_step(&t);
		scsiemu_abort(&t.c);
		drive_ready(&b->d);
		drive_go(&t);
		drive_end(&t);
		assert_int_equal(in_reach, 0);
		assert_true(reached != 1 || steps == 0);
		assert_int_equal(b->lu->nslow, 0);
	}
	assert_int_equal(reached, 2);
	assert_int_equal(t.c.sense.asc, 0x0410);
	fails = 1;
	drive_run(&b->d, b->lu, cdb, 16, list, 4, 0);
	drive_check(&b->d, 3, 0x0410);
	fails = 0;
	drive_task_free(&t);
}

/* ---- What a memory can refuse ---- */

static int set_result; /* what the store says of SETATTR */

static int answer_set(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->want == SCSIEMU_STORE && c->verb == SCSIEMU_V_SETATTR
		       ? set_result
		       : DRIVE_USUAL;
}

/* USER MEDIUM TEXT LABEL of what is in the element. */
static void set_label(struct library *b, unsigned addr)
{
	static const uint8_t list[4 + 5 + 160] = {
		0, 0, 0, 165, 8, 3, 2, 0, 160
	};
	const uint8_t cdb[16] = { 0x8d, [2] = (uint8_t)(addr >> 8),
				  [3] = (uint8_t)addr, [13] = sizeof(list) };

	drive_run(&b->d, b->lu, cdb, 16, list, sizeof(list), 0);
}

static void no_magazine(void *ctx, uint16_t addr, struct scsiemu_element *out)
{
	(void)ctx, (void)addr;
	*out = (struct scsiemu_element){ .fault = SCSIEMU_ELEMENT_MAGAZINE };
}

static void test_attribute_refused(void **state)
{
	enum { AT = ST + 4 };
	static const struct {
		int result;
		unsigned key, asc;
	} v[] = { { SCSIEMU_OK, 0, 0 },
		  { SCSIEMU_E_NO_SPACE, 5, 0x5506 },
		  { SCSIEMU_E_WRITE, 3, 0x0c0b } };
	const struct scsiemu_tape_new is = { .bytes = 1 << 20 };
	/* what the library has to the end, also if that is a failure */
	static struct scsiemu_changer_ops shut;
	static struct scsiemu_medium tape;
	struct library *b = *state;
	const void *ops = b->m.ops;

	assert_int_equal(scsiemu_open_tape_mem(&tape, &is, NULL), 0);
	assert_int_equal(scsiemu_changer_mem_put(&b->m, AT, "TAPE01L8",
						 SCSIEMU_CARTRIDGE_DATA, &tape),
			 0);
	b->hook = answer_set;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		set_result = v[i].result;
		set_label(b, AT);
		if (v[i].key)
			drive_check(&b->d, v[i].key, v[i].asc);
		else
			drive_good(&b->d);
	}
	tape.able &= ~(uint32_t)SCSIEMU_CAN_WRITE;
	set_label(b, AT);
	drive_check(&b->d, 7, 0x2700);
	memcpy(&shut, ops, sizeof(shut));
	shut.element = no_magazine;
	b->m.ops = &shut;
	set_label(b, AT);
	drive_check(&b->d, 5, 0x3b11);
	b->m.ops = ops;
	scsiemu_changer_mem_take(&b->m, AT);
	scsiemu_medium_close(&tape);
}

#define WITH(fn) cmocka_unit_test_setup_teardown(fn, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_behind),
		WITH(test_checked_again),
		WITH(test_no_deadlock),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_abort),
		WITH(test_drive_pinned),
		WITH(test_attribute_waits),
		WITH(test_attribute_ends),
		WITH(test_attribute_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
