/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffered writes that cannot be made durable: whom that is told, how, once;
 * and what RECOVER BUFFERED DATA gives back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"

static const struct tape_options options = { .ssc = { .reverse = true,
						      .protection = true },
					     .codec = true,
					     .deferred = true };

/* The next verb that makes durable fails. */
static int fail_once(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	bool *fails = d->hook_ctx;
	bool flush =
		c->want == SCSIEMU_STORE &&
		(c->verb == SCSIEMU_V_FLUSH || c->verb == SCSIEMU_V_EJECT ||
		 (c->verb == SCSIEMU_V_MARKS && !(c->flags & SCSIEMU_IMMED)));

	if (!flush || !*fails)
		return tape_answer(d, c, bytes);
	*fails = false;
	return SCSIEMU_E_WRITE;
}

struct rig {
	struct tape t;
	struct scsiemu_nexus *a, *b;
	bool fails;
};

static void make(struct rig *r)
{
	tape_make(&r->t, &options);
	r->fails = false;
	r->t.d.hook = fail_once;
	r->t.d.hook_ctx = &r->fails;
	r->a = drive_attach(&r->t.d, 0, 0);
	r->b = drive_attach(&r->t.d, 1, 0);
	drive_settle(&r->t.d, r->t.lu, r->a);
	drive_settle(&r->t.d, r->t.lu, r->b);
	r->t.d.nexus = r->a;
}

/* The writer's next command that needs the tape elsewhere: it is not done. */
static void test_own(void **state)
{
	struct rig r;

	(void)state;
	make(&r);
	tape_lay(&r.t, "100 200");
	r.fails = true;
	TAPE_DO(&r.t, 0, 0, 0, 0, 0, 0);
	drive_good(&r.t.d);
	TAPE_DO(&r.t, 0x01, 0, 0, 0, 0, 0);
	tape_sense(&r.t, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00, SCSIEMU_S_DEFERRED,
		   0);
	assert_int_equal(r.t.d.t.sense[0], 0x71);
	tape_at(&r.t, 0, 2);
	TAPE_DO(&r.t, 0x01, 0, 0, 0, 0, 0); /* told once */
	drive_good(&r.t.d);
	tape_at(&r.t, 0, 0);
	/* by UNLOAD */
	tape_lay(&r.t, "100");
	r.fails = true;
	TAPE_DO(&r.t, 0x1b, 0, 0, 0, 0, 0);
	tape_sense(&r.t, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00, SCSIEMU_S_DEFERRED,
		   0);
	TAPE_DO(&r.t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&r.t.d);
	tape_free(&r.t);
}

/* Another nexus: it is an error of its command, and the writer is told. */
static void test_other(void **state)
{
	struct rig r;

	(void)state;
	make(&r);
	tape_lay(&r.t, "100");
	r.fails = true;
	r.t.d.nexus = r.b;
	TAPE_DO(&r.t, 0x01, 0, 0, 0, 0, 0);
	tape_sense(&r.t, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00, 0, 0);
	TAPE_DO(&r.t, 0, 0, 0, 0, 0, 0);
	drive_good(&r.t.d);
	r.t.d.nexus = r.a;
	TAPE_IN(&r.t, 36, 0x12, 0, 0, 0, 36, 0); /* INQUIRY does not tell */
	drive_good(&r.t.d);
	TAPE_DO(&r.t, 0, 0, 0, 0, 0, 0);
	tape_sense(&r.t, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00, SCSIEMU_S_DEFERRED,
		   0);
	TAPE_DO(&r.t, 0, 0, 0, 0, 0, 0);
	drive_good(&r.t.d);
	/* a writer that is gone */
	tape_lay(&r.t, "100");
	scsiemu_nexus_detach(r.a);
	r.t.d.nexus = r.b;
	r.fails = true;
	TAPE_DO(&r.t, 0x01, 0, 0, 0, 0, 0);
	tape_sense(&r.t, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00, 0, 0);
	tape_free(&r.t);
}

/* WRITE FILEMARKS without IMMED makes durable itself: its own error. */
static void test_marks(void **state)
{
	struct rig r;

	(void)state;
	make(&r);
	tape_lay(&r.t, "100");
	r.fails = true;
	TAPE_DO(&r.t, 0x10, 0, 0, 0, 0, 0);
	tape_sense(&r.t, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00, 0, 0);
	assert_int_equal(r.t.d.t.sense[0], 0x70);
	tape_lay(&r.t, "100");
	r.fails = true;
	TAPE_DO(&r.t, 0x10, 0, 0, 0, 1, 0);
	tape_sense(&r.t, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00, SCSIEMU_S_INFO, 1);
	TAPE_DO(&r.t, 0x01, 0, 0, 0, 0, 0); /* nothing is told again */
	drive_good(&r.t.d);
	/* with IMMED they are buffered */
	TAPE_DO(&r.t, 0x10, 1, 0, 0, 1, 0);
	drive_good(&r.t.d);
	r.fails = true;
	TAPE_DO(&r.t, 0x01, 0, 0, 0, 0, 0);
	tape_sense(&r.t, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00, SCSIEMU_S_DEFERRED,
		   0);
	tape_free(&r.t);
}

static void is_block(struct rig *r, unsigned object, uint32_t len)
{
	uint8_t want[300];

	tape_pattern(want, object, len);
	drive_data(&r->t.d, want, len);
}

/* What is on the tape is not in the buffer; the rest comes in the order in
 * which it was written, and the tape stays where it is. */
static void test_recover(void **state)
{
	struct rig r;

	(void)state;
	make(&r);
	tape_lay(&r.t, "50 M 100 200 100");
	r.fails = true;
	TAPE_DO(&r.t, 0x01, 0, 0, 0, 0, 0);
	drive_check(&r.t.d, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00);
	TAPE_IN(&r.t, 100, 0x14, 0, 0, 0, 100, 0);
	is_block(&r, 2, 100);
	tape_at(&r.t, 0, 5);
	TAPE_IN(&r.t, 150, 0x14, 0, 0, 0, 150, 0); /* a longer one */
	tape_sense(&r.t, SCSIEMU_SK_NO_SENSE, 0, SCSIEMU_S_ILI | SCSIEMU_S_INFO,
		   -50);
	assert_int_equal(r.t.d.t.c.in_done, 150);
	tape_at(&r.t, 0, 5);
	TAPE_IN(&r.t, 100, 0x14, 0, 0, 0, 100, 0);
	is_block(&r, 4, 100);
	TAPE_IN(&r.t, 100, 0x14, 0, 0, 0, 100, 0);
	tape_sense(&r.t, SCSIEMU_SK_NO_SENSE, 5, SCSIEMU_S_EOM | SCSIEMU_S_INFO,
		   100);
	/* filemarks are objects, too; fixed blocks */
	TAPE_DO(&r.t, 0x10, 1, 0, 0, 1, 0);
	tape_lay(&r.t, "100 100");
	tape_block(&r.t, 100); /* that makes them durable */
	TAPE_OUT(&r.t, "x", 1, 0x0a, 0, 0, 0, 1, 0);
	TAPE_DO(&r.t, 0x10, 1, 0, 0, 1, 0);
	TAPE_IN(&r.t, 1, 0x14, 0, 0, 0, 1, 0); /* before anything fails */
	drive_data(&r.t.d, "x", 1);
	TAPE_IN(&r.t, 1, 0x14, 0, 0, 0, 1, 0);
	tape_sense(&r.t, SCSIEMU_SK_NO_SENSE, 1,
		   SCSIEMU_S_MARK | SCSIEMU_S_INFO, 1);
	tape_at(&r.t, 0, 10);
	tape_free(&r.t);
}

/* RBDP: with check values. */
static void test_protected(void **state)
{
	static const uint8_t list[36] = { 0, 0,	 0x10, 0, 0x4a, 0xf0,
					  0, 28, 2,    4, 0x20 };
	struct rig r;

	(void)state;
	make(&r);
	TAPE_OUT(&r.t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_good(&r.t.d);
	TAPE_OUT(&r.t, "123456789", 9, 0x0a, 0, 0, 0, 9, 0);
	drive_good(&r.t.d);
	TAPE_IN(&r.t, 13, 0x14, 0, 0, 0, 13, 0);
	drive_data(&r.t.d, "123456789\x83\x92\x06\xe3", 13);
	tape_free(&r.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_recover),
		cmocka_unit_test(test_protected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
