/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of situations again, through the pump and its vtables; a cartridge
 * that goes out and comes in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/exec.h>

#include "support/tape.h"
#include "tools/scsiemu/ssc_cases.h"

enum { BOUNCE = 8192 };

static bool is_write(const struct ssc_case *k)
{
	return k->cdb[0] == 0x0a || k->cdb[0] == 0x8a;
}

static bool sense_ok(const struct ssc_case *k, const struct scsiemu_exec *x)
{
	if (!k->key && !k->asc && !k->flags)
		return x->status == SCSIEMU_GOOD;
	return x->status == SCSIEMU_CHECK_CONDITION &&
	       (x->sense[2] & 0x0f) == k->key && x->sense[12] == k->asc >> 8 &&
	       x->sense[13] == (k->asc & 0xff);
}

static void run(const struct ssc_case *k)
{
	static const struct tape_options options = { .ssc.reverse = true };
	static uint8_t bounce[BOUNCE];
	static const uint8_t out[4096];
	struct scsiemu_exec *x = calloc(1, sizeof(*x));
	struct scsiemu_tape_pos pos;
	struct scsiemu_pump p;
	struct tape t;
	bool write = is_write(k);

	assert_non_null(x);
	tape_make(&t, &options);
	assert_int_equal(scsiemu_pump_init(&p, t.d.dev, bounce, BOUNCE), 0);
	tape_lay(&t, k->lay);
	if (k->block)
		tape_block(&t, k->block);
	tape_go(&t, 0, k->at);
	x->cdb = k->cdb;
	x->cdb_len = (uint16_t)scsiemu_cdb_length(k->cdb, 16);
	x->in = write ? NULL : calloc(1, k->room + 1);
	x->in_len = write ? 0 : k->room;
	x->out = out;
	x->out_len = write ? k->room : 0;
	assert_int_equal(scsiemu_exec(&p, t.lu, x, NULL, NULL), 0);
	tape_tell(&t, &pos);
	if (!sense_ok(k, x) || pos.object != k->after ||
	    (write ? x->out_done : x->in_done) != k->moved)
		fail_msg("%s: status %02x, %x/%02x/%02x, at %llu, %u bytes",
			 k->name, x->status, x->sense[2], x->sense[12],
			 x->sense[13], (unsigned long long)pos.object,
			 write ? x->out_done : x->in_done);
	free(x->in);
	free(x);
	tape_free(&t);
}

static void test_cases(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NSSC_CASES; i++)
		run(&ssc_cases[i]);
}

/* Out and in again: the store hears of both. */
static void test_reload(void **state)
{
	static const uint8_t unload[6] = { 0x1b },
			     load[6] = { 0x1b, 0, 0, 0, 1 };
	static uint8_t bounce[BOUNCE];
	struct scsiemu_exec *x = calloc(1, sizeof(*x));
	struct scsiemu_pump p;
	struct tape t;

	(void)state;
	assert_non_null(x);
	tape_make(&t, NULL);
	assert_int_equal(scsiemu_pump_init(&p, t.d.dev, bounce, BOUNCE), 0);
	tape_lay(&t, "3*10");
	x->cdb_len = 6;
	x->cdb = unload;
	assert_int_equal(scsiemu_exec(&p, t.lu, x, NULL, NULL), 0);
	assert_int_equal(x->status, SCSIEMU_GOOD);
	assert_null(scsiemu_lu_medium(t.lu));
	x->cdb = load;
	assert_int_equal(scsiemu_exec(&p, t.lu, x, NULL, NULL), 0);
	assert_int_equal(x->status, SCSIEMU_GOOD);
	tape_at(&t, 0, 0);
	free(x);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases),
					    cmocka_unit_test(test_reload) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
