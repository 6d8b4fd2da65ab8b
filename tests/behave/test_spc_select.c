/* SPDX-License-Identifier: BSD-2-Clause */
/* MODE SELECT (6) and (10): every check with its pointer, all or nothing,
 * saving, and what the control page changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

#define LIST		    0x2600
#define NONE		    SCSIEMU_NO_BIT
#define HEAD		    0, 0, 0, 0
#define HEAD10		    0, 0, 0, 0, 0, 0, 0, 0
#define CONTROL(a, b, c, d) 0x0a, 10, a, b, c, d, 0, 0, 0, 0, 0, 0
#define CACHE(a, b)                                                            \
	0x08, 18, a, b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define PLAIN CONTROL(0x02, 0x10, 0, 0)

static void select6(struct spcdev *t, uint8_t flags, const uint8_t *list,
		    uint8_t len)
{
	spcdev_out(t, list, len, 0x15, flags, 0, 0, len, 0);
}

static void select10(struct spcdev *t, uint8_t flags, const uint8_t *list,
		     uint8_t len)
{
	spcdev_out(t, list, len, 0x55, flags, 0, 0, 0, 0, 0, 0, len, 0);
}

#define SELECT6(t, flags, ...)                                                 \
	select6(t, flags, BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)))
#define SELECT10(t, flags, ...)                                                \
	select10(t, flags, BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)))

/* Bytes 2 to 5 of the control page as reported, and bytes 2, 3 of 08h. */
static void is(struct spcdev *t, unsigned pc, const char *control,
	       const char *cache)
{
	spcdev_in(t, 0x1a, 8, (uint8_t)(pc << 6 | 0x0a), 0, 252, 0);
	drive_good(&t->d);
	assert_memory_equal(t->d.t.in + 6, control, 4);
	spcdev_in(t, 0x1a, 8, (uint8_t)(pc << 6 | 0x08), 0, 252, 0);
	drive_good(&t->d);
	assert_memory_equal(t->d.t.in + 6, cache, 2);
}

static void untouched(struct spcdev *t)
{
	unsigned pc;

	for (pc = 0; pc < 4; pc++)
		if (pc != 1)
			is(t, pc, "\x02\x10\0\0", "\x04\0");
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0);
	assert_int_equal(t->d.nv_len[SCSIEMU_NV_MODE], 0);
}

static void takes_effect(void **state)
{
	struct spcdev *t = *state;

	SELECT6(t, 0x10, HEAD, CONTROL(0x06, 0x16, 0x38, 0x40));
	drive_good(&t->d);
	assert_int_equal(t->lu->descr, 1);
	assert_int_equal(t->lu->qerr, 3);
	assert_int_equal(t->lu->ua_intlck, 3);
	assert_true(t->lu->swp);
	assert_true(t->lu->tas);
	assert_true(t->lu->guards & SCSIEMU_ON_PROTECTED);
	is(t, 0, "\x06\x16\x38\x40", "\x04\0");
	is(t, 3, "\x02\x10\0\0", "\x04\0");
	assert_int_equal(drive_ua(&t->d, t->lu, t->a), 0);
	spcdev_in(t, 0x12, 1, 0x77, 0, 9, 0); /* sense is descriptors now */
	assert_int_equal(t->d.t.sense[0], 0x72);
	SELECT10(t, 0x10, HEAD10, PLAIN);
	drive_good(&t->d);
	assert_false(t->lu->guards & SCSIEMU_ON_PROTECTED);
	assert_int_equal(t->lu->descr, 0);
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0x2a01);
}

/* No change: no unit attention. PS, mode data length, medium type and the
 * device-specific byte are those of a MODE SENSE handed back. */
static void nothing_new(void **state)
{
	struct spcdev *t = *state;

	SELECT6(t, 0x10, 27, 0, 0x90, 8, 0, 0, 0, 100, 0, 0, 2, 0, 0x80 | 0x0a,
		10, 0x02, 0x10, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	SELECT6(t, 0x10, HEAD, PLAIN, CACHE(4, 0));
	drive_good(&t->d);
	SELECT6(t, 0x10, HEAD, 0x4a, 1, 0, 28, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, PLAIN);
	drive_good(&t->d);
	select6(t, 0x10, NULL, 0);
	drive_good(&t->d);
	SELECT10(t, 0x10, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	untouched(t);
}

static void bad_cdb(void **state)
{
	struct spcdev *t = *state;

	SELECT6(t, 0x00, HEAD, PLAIN);
	drive_cdb(&t->d, 1, 4);
	select6(t, 0x00, NULL, 0);
	drive_cdb(&t->d, 1, 4);
	SELECT6(t, 0x18, HEAD, PLAIN);
	drive_cdb(&t->d, 1, 3);
	untouched(t);
}

static void bad_headers(void **state)
{
	struct spcdev *t = *state;

	SELECT6(t, 0x10, 0, 0, 0);
	drive_check(&t->d, 5, 0x1a00);
	SELECT10(t, 0x10, 0, 0, 0, 0, 0, 0, 0);
	drive_check(&t->d, 5, 0x1a00);
	SELECT6(t, 0x10, 0, 0, 0, 4, 0, 0, 0, 0);
	drive_param(&t->d, LIST, 3, NONE);
	SELECT6(t, 0x10, 0, 0, 0, 16, 0, 0, 0, 0);
	drive_param(&t->d, LIST, 3, NONE);
	SELECT10(t, 0x10, 0, 0, 0, 0, 0, 0, 0, 16);
	drive_param(&t->d, LIST, 6, NONE);
	SELECT10(t, 0x10, 0, 0, 0, 0, 1, 0, 0, 8);
	drive_param(&t->d, LIST, 6, NONE);
	SELECT6(t, 0x10, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0);
	drive_check(&t->d, 5, 0x1a00);
	untouched(t);
}

static void descriptors(void **state)
{
	struct spcdev *t = *state;

	SELECT6(t, 0x10, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	SELECT6(t, 0x10, 0, 0, 0, 8, 0xff, 0xff, 0xff, 0xff, 0, 0, 2, 0);
	drive_good(&t->d);
	SELECT6(t, 0x10, 0, 0, 0, 8, 0, 0, 0, 99, 0, 0, 2, 0);
	drive_param(&t->d, LIST, 4, NONE);
	SELECT6(t, 0x10, 0, 0, 0, 8, 0, 0, 0, 100, 0xff, 0, 2, 0);
	drive_good(&t->d);
	SELECT6(t, 0x10, 0, 0, 0, 8, 0, 0, 0, 100, 0, 0, 2, 1);
	drive_param(&t->d, LIST, 9, NONE);
	SELECT6(t, 0x10, 0, 0, 0, 8, 0, 0, 0, 100, 0, 0, 4, 0);
	drive_param(&t->d, LIST, 9, NONE);
	SELECT10(t, 0x10, 0, 0, 0, 0, 1, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 100, 0,
		 0, 0, 0, 0, 0, 2, 0);
	drive_good(&t->d);
	SELECT10(t, 0x10, 0, 0, 0, 0, 1, 0, 0, 16, 255, 255, 255, 255, 255, 255,
		 255, 255, 0, 0, 0, 0, 0, 0, 2, 0);
	drive_good(&t->d);
	SELECT10(t, 0x10, 0, 0, 0, 0, 1, 0, 0, 16, 1, 0, 0, 0, 0, 0, 0, 100, 0,
		 0, 0, 0, 0, 0, 2, 0);
	drive_param(&t->d, LIST, 8, NONE);
	SELECT10(t, 0x10, 0, 0, 0, 0, 1, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 100, 0,
		 0, 0, 0, 0, 0, 3, 0);
	drive_param(&t->d, LIST, 20, NONE);
	untouched(t);
}

/* Each list begins with a page that would change something. */
#define GOOD_PAGE CACHE(0, 3)
static void bad_pages(void **state)
{
	struct spcdev *t = *state;

	SELECT6(t, 0x10, HEAD, GOOD_PAGE, 0x0b, 10);
	drive_param(&t->d, LIST, 24, 5);
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, 0x0a);
	drive_check(&t->d, 5, 0x1a00);
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, 0x4a, 1, 0);
	drive_check(&t->d, 5, 0x1a00);
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, 0x4a, 2, 0, 28);
	drive_param(&t->d, LIST, 24, 5);
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, 0x4a, 0, 0, 10);
	drive_param(&t->d, LIST, 24, 5);
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, 0x4a, 1, 0, 27);
	drive_param(&t->d, LIST, 26, NONE);
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, 0x0a, 9);
	drive_param(&t->d, LIST, 25, NONE);
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, 0x0a, 10, 2, 0x10, 0, 0, 0, 0, 0, 0,
		0);
	drive_check(&t->d, 5, 0x1a00);
	untouched(t);
}

static void bad_values(void **state)
{
	struct spcdev *t = *state;

	/* bits that are not changeable, the highest is named */
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, CONTROL(0x02, 0x10, 0xc0, 0));
	drive_param(&t->d, LIST, 28, 7);
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, CONTROL(0x00, 0x10, 0, 0));
	drive_param(&t->d, LIST, 26, 1);
	SELECT10(t, 0x10, HEAD10, GOOD_PAGE, 0x1c, 10, 0, 0, 0, 0, 0, 0, 0, 0,
		 0, 0);
	drive_param(&t->d, LIST, 30, 3);
	SELECT6(t, 0x10, HEAD, 0x4a, 1, 0, 28, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_param(&t->d, LIST, 8, 0);
	/* reserved values of changeable fields: QERR, UA_INTLCK_CTRL */
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, CONTROL(0x02, 0x14, 0, 0));
	drive_param(&t->d, LIST, 27, 2);
	SELECT6(t, 0x10, HEAD, GOOD_PAGE, CONTROL(0x02, 0x10, 0x10, 0));
	drive_param(&t->d, LIST, 28, 5);
	/* a page's own check, after a page that is good */
	SELECT6(t, 0x10, HEAD, CONTROL(0x06, 0x10, 0, 0), CACHE(4, 7));
	drive_param(&t->d, LIST, 19, 2);
	untouched(t);
}

static void several_pages(void **state)
{
	struct spcdev *t = *state;

	SELECT10(t, 0x10, HEAD10, CACHE(4, 3), CONTROL(0x02, 0x12, 0x20, 0));
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 1); /* the list: nothing drained, saved */
	is(t, 0, "\x02\x12\x20\0", "\x04\3");
	/* UA_INTLCK_CTRL 10b: it stays until REQUEST SENSE */
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0x2a01);
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0x2a01);
	t->d.nexus = t->b;
	spcdev_in(t, 3, 1, 0, 0, 252, 0);
	drive_data(&t->d, BYTES(0x72, 6, 0x2a, 1, 0, 0, 0, 0), 8);
	assert_int_equal(drive_ua(&t->d, t->lu, t->b), 0);
}

static void saves(void **state)
{
	static const uint8_t want[] = { CACHE(4, 5),
					CONTROL(0x06, 0x10, 0, 0x40) };
	struct spcdev *t = *state;

	SELECT6(t, 0x11, HEAD, CACHE(4, 5), CONTROL(0x06, 0x10, 0, 0x40));
	drive_good(&t->d);
	is(t, 0, "\x06\x10\0\x40", "\x04\5");
	is(t, 3, "\x06\x10\0\x40", "\x04\5");
	is(t, 2, "\x02\x10\0\0", "\x04\0");
	assert_int_equal(t->d.nv_len[SCSIEMU_NV_MODE], sizeof(want));
	assert_memory_equal(t->d.nv[SCSIEMU_NV_MODE], want, sizeof(want));

	/* RTD: current is default again, saved stays until SP comes */
	select6(t, 0x12, NULL, 0);
	drive_good(&t->d);
	is(t, 0, "\x02\x10\0\0", "\x04\0");
	is(t, 3, "\x06\x10\0\x40", "\x04\5");
	assert_int_equal(t->lu->descr, 0);
	select6(t, 0x13, NULL, 0);
	drive_good(&t->d);
	is(t, 3, "\x02\x10\0\0", "\x04\0");
}

static int refuse_saving(struct drive *d, struct scsiemu_cmd *c,
			 uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	return c->verb == SCSIEMU_V_NV_SAVE ? SCSIEMU_E_WRITE : DRIVE_USUAL;
}

static void saving_fails(void **state)
{
	struct spcdev *t = *state;

	t->d.hook = refuse_saving;
	SELECT6(t, 0x11, HEAD, CACHE(4, 5), CONTROL(0x06, 0x10, 0, 0x40));
	drive_status(&t->d, SCSIEMU_CHECK_CONDITION);
	untouched(t);
}

static void cannot_save(void **state)
{
	struct scsiemu_lu_config cf = spcdev_config;
	struct spcdev *t = *state;

	cf.can_save = false;
	t->lu = scsiemu_lu_add(t->d.dev, 1, &cf);
	drive_settle(&t->d, t->lu, t->a);
	SELECT6(t, 0x11, HEAD, CONTROL(0x06, 0x10, 0, 0));
	drive_cdb(&t->d, 1, 0);
	assert_int_equal(t->lu->descr, 0);
}

/* A page that needs an empty cache: FLUSH, then saving, then the values. */
static void drains(void **state)
{
	struct spcdev *t = *state;

	SELECT6(t, 0x11, HEAD, CACHE(0, 0));
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 3);
	assert_int_equal(t->d.log[1].verb, SCSIEMU_V_FLUSH);
	assert_int_equal(t->d.log[1].count, 0);
	assert_int_equal(t->d.log[2].verb, SCSIEMU_V_NV_SAVE);
	is(t, 0, "\x02\x10\0\0", "\0\0");
	SELECT6(t, 0x10, HEAD, CACHE(4, 0));
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 1);
}

/* Logical unit reset: back to saved. */
static void reset(void **state)
{
	struct spcdev *t = *state;

	SELECT6(t, 0x11, HEAD, CONTROL(0x06, 0x10, 0, 0));
	SELECT6(t, 0x10, HEAD, CONTROL(0x02, 0x10, 0x08, 0x40), CACHE(4, 1));
	drive_good(&t->d);
	semu_spc_reset(t->lu);
	is(t, 0, "\x06\x10\0\0", "\x04\0");
	assert_int_equal(t->lu->descr, 1);
	assert_false(t->lu->swp);
	assert_false(t->lu->guards & SCSIEMU_ON_PROTECTED);
}

#define RESTORE(t, ...)                                                        \
	scsiemu_lu_restore((t)->lu, SCSIEMU_NV_MODE, BYTES(__VA_ARGS__),       \
			   sizeof(BYTES(__VA_ARGS__)))

static void restores(void **state)
{
	struct spcdev *t = *state;

	/* unknown, constant, short, and impossible pages */
	assert_int_equal(RESTORE(t, CONTROL(6, 0x10, 0, 0), 0x0b, 0),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(RESTORE(t, CONTROL(6, 0x10, 0, 0), 0x1c, 10, 8, 0, 0,
				 0, 0, 0, 0, 0, 0, 0),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(RESTORE(t, CONTROL(6, 0x10, 0, 0), 0x08),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(RESTORE(t, CONTROL(6, 0x10, 0, 0), 0x08, 18, 4),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(RESTORE(t, CACHE(4, 1), CONTROL(0x16, 0x10, 0, 0)),
			 SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_lu_restore(t->lu, 99, "", 0), SCSIEMU_ERR_ARG);
	untouched(t);
	/* a page that the record lacks keeps its default */
	assert_int_equal(RESTORE(t, CONTROL(6, 0x10, 0, 0x40)), 0);
	is(t, 0, "\x06\x10\0\x40", "\x04\0");
	is(t, 3, "\x06\x10\0\x40", "\x04\0");
	assert_int_equal(t->lu->descr, 1);
}

/* The host sends less than the CDB says, or cuts it into single bytes. */
static void short_list(void **state)
{
	static const uint8_t list[] = { HEAD, CONTROL(0x06, 0x10, 0, 0) };
	struct spcdev *t = *state;

	spcdev_out(t, list, 10, 0x15, 0x10, 0, 0, 16, 0);
	drive_check(&t->d, 5, 0x1a00);
	untouched(t);
	t->d.chunk = 1;
	select6(t, 0x10, list, sizeof(list));
	drive_good(&t->d);
	is(t, 0, "\x06\x10\0\0", "\x04\0");
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, spcdev_setup, spcdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_effect), TEST(nothing_new),	 TEST(bad_cdb),
		TEST(bad_headers),  TEST(descriptors),	 TEST(bad_pages),
		TEST(bad_values),   TEST(several_pages), TEST(saves),
		TEST(saving_fails), TEST(cannot_save),	 TEST(drains),
		TEST(reset),	    TEST(restores),	 TEST(short_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
