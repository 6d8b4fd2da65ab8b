/* SPDX-License-Identifier: BSD-2-Clause */
/* REPORT PRIORITY, SET PRIORITY, and INITIAL COMMAND PRIORITY of mode page
 * 0Ah/01h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

#define REPORT(which, len) 0xa3, 0x0e, (which) << 6, 0, 0, 0, 0, 0, 0, len, 0, 0
#define SET(which, len)	   0xa4, 0x0e, (which) << 6, 0, 0, 0, 0, 0, 0, len, 0, 0

/* Of the third nexus, which came through port 2. */
static const uint8_t id[24] = { 0x06, 0, 0, 0, 0x50, 1, 2, 3, 4, 5, 6, 7 };

struct rig {
	struct spcdev t;
	struct scsiemu_nexus *c;
};

static int setup(void **state)
{
	struct scsiemu_nexus_config n = { .size = sizeof(n),
					  .port = 2,
					  .transport_id = id,
					  .transport_id_len = sizeof(id) };
	struct scsiemu_lu_config cf = spcdev_config;
	struct scsiemu_limits l = spcdev_limits;
	struct rig *r = malloc(sizeof(*r));

	assert_non_null(r);
	cf.priorities = true;
	l.lu_state = 1024;
	spcdev_make(&r->t, &cf, &l);
	r->c = scsiemu_nexus_attach(r->t.d.dev, &n);
	assert_non_null(r->c);
	drive_settle(&r->t.d, r->t.lu, r->c);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct rig *r = *state;

	spcdev_free(&r->t);
	free(r);
	return 0;
}

static uint16_t ua(struct rig *r, struct scsiemu_nexus *n)
{
	return drive_ua(&r->t.d, r->t.lu, n);
}

/* What the nexus is told of itself. */
static unsigned own(struct rig *r, struct scsiemu_nexus *n)
{
	struct scsiemu_nexus *was = r->t.d.nexus;

	r->t.d.nexus = n;
	spcdev_in(&r->t, REPORT(0, 255));
	drive_good(&r->t.d);
	r->t.d.nexus = was;
	return r->t.d.t.in[4];
}

static void set_own(void **state)
{
	struct rig *r = *state;
	uint8_t list[9] = { 0xf5 };
	uint8_t want[36] = { 0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 24 };

	assert_int_equal(r->t.a->transport_id_len, 24);
	memcpy(want + 12, r->t.a->transport_id, 24);
	spcdev_in(&r->t, REPORT(0, 255));
	drive_data(&r->t.d, want, 36);
	spcdev_in(&r->t, REPORT(1, 255)); /* none has its own */
	drive_data(&r->t.d, "\0\0\0\0", 4);
	spcdev_out(&r->t, list, 8, SET(0, 8));
	drive_good(&r->t.d);
	assert_int_equal(own(r, r->t.a), 5);
	assert_int_equal(own(r, r->t.b), 0);
	assert_int_equal(ua(r, r->t.b), 0);
	want[4] = 5;
	spcdev_in(&r->t, REPORT(1, 255));
	drive_data(&r->t.d, want, 36);
	for (uint8_t n = 0; n < 40; n++) {
		spcdev_in(&r->t, REPORT(0, n));
		drive_data(&r->t.d, want, n < 36 ? n : 36);
	}
	r->t.d.nexus = NULL; /* without a TransportID */
	drive_settle(&r->t.d, r->t.lu, NULL);
	spcdev_in(&r->t, REPORT(0, 255));
	drive_data(&r->t.d, BYTES(0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0), 12);
}

static void set_other(void **state)
{
	struct rig *r = *state;
	uint8_t list[33] = { 9, 0, 0, 2, 0, 0, 0, 24 };
	uint8_t want[36] = { 0, 0, 0, 32, 9, 0, 0, 2, 0, 0, 0, 24 };

	memcpy(list + 8, id, 24);
	memcpy(want + 12, id, 24);
	spcdev_out(&r->t, list, 32, SET(1, 32));
	drive_good(&r->t.d);
	assert_int_equal(ua(r, r->c), 0x2a08);
	assert_int_equal(ua(r, r->c), 0);
	assert_int_equal(ua(r, r->t.b), 0);
	assert_int_equal(own(r, r->c), 9);
	assert_int_equal(own(r, r->t.a), 0);
	spcdev_in(&r->t, REPORT(1, 255));
	drive_data(&r->t.d, want, 36);
	/* nobody is that */
	list[8] ^= 1;
	spcdev_out(&r->t, list, 32, SET(1, 32));
	drive_param(&r->t.d, 0x2600, 8, SCSIEMU_NO_BIT);
	list[8] ^= 1;
	list[3] = 1;
	spcdev_out(&r->t, list, 32, SET(1, 32));
	drive_param(&r->t.d, 0x2600, 8, SCSIEMU_NO_BIT);
	list[3] = 2;
	spcdev_out(&r->t, list, 31, SET(1, 31)); /* cut */
	drive_check(&r->t.d, 5, 0x1a00);
	list[7] = 23;
	spcdev_out(&r->t, list, 32, SET(1, 32));
	drive_param(&r->t.d, 0x2600, 8, SCSIEMU_NO_BIT);
	assert_int_equal(own(r, r->c), 9);
}

static void set_all(void **state)
{
	struct rig *r = *state;

	spcdev_out(&r->t, BYTES(5, 0, 0, 0, 0, 0, 0, 0), 8, SET(0, 8));
	r->t.d.nexus = r->t.b;
	spcdev_out(&r->t, NULL, 0, SET(2, 0));
	drive_good(&r->t.d);
	assert_int_equal(ua(r, r->t.a), 0x2a08);
	assert_int_equal(ua(r, r->t.b), 0);
	assert_int_equal(ua(r, r->c), 0x2a08);
	assert_int_equal(own(r, r->t.a), 0);
}

static void wrong(void **state)
{
	struct rig *r = *state;
	uint8_t list[8] = { 5 };

	spcdev_in(&r->t, REPORT(2, 255));
	drive_cdb(&r->t.d, 2, 7);
	spcdev_in(&r->t, REPORT(3, 255));
	drive_cdb(&r->t.d, 2, 7);
	spcdev_out(&r->t, list, 8, SET(3, 8));
	drive_cdb(&r->t.d, 2, 7);
	spcdev_out(&r->t, NULL, 0, SET(0, 0));
	drive_cdb(&r->t.d, 6, SCSIEMU_NO_BIT);
	spcdev_out(&r->t, NULL, 0, SET(1, 0));
	drive_cdb(&r->t.d, 6, SCSIEMU_NO_BIT);
	for (uint8_t n = 1; n < 8; n++) {
		spcdev_out(&r->t, list, n, SET(0, n));
		drive_check(&r->t.d, 5, 0x1a00);
	}
	assert_int_equal(own(r, r->t.a), 0);
}

/* MODE SELECT(6) of page 0Ah/01h. */
static void select_initial(struct rig *r, uint8_t initial)
{
	uint8_t list[4 + 32] = { [4] = 0x4a, 1, 0, 28, 0x06, initial };

	spcdev_out(&r->t, list, 36, 0x15, 0x10, 0, 0, 36, 0);
	drive_good(&r->t.d);
}

static void initial(void **state)
{
	struct rig *r = *state;

	spcdev_in(&r->t, 0x1a, 8, 0x4a, 1, 255, 0); /* changeable */
	assert_int_equal(r->t.d.t.in[4 + 5], 0x0f);
	r->t.d.nexus = r->t.b;
	spcdev_out(&r->t, BYTES(5, 0, 0, 0, 0, 0, 0, 0), 8, SET(0, 8));
	r->t.d.nexus = r->t.a;
	select_initial(r, 3);
	assert_int_equal(ua(r, r->t.a), 0);
	assert_int_equal(ua(r, r->t.b), 0x2a01); /* it has its own */
	assert_int_equal(ua(r, r->t.b), 0);
	assert_int_equal(ua(r, r->c), 0x2a01);
	assert_int_equal(ua(r, r->c), 0x2a08);
	assert_int_equal(own(r, r->t.a), 3);
	assert_int_equal(own(r, r->t.b), 5);
	select_initial(r, 3);
	assert_int_equal(ua(r, r->c), 0);
	/* its own that is the same is not reported as another */
	select_initial(r, 5);
	spcdev_in(&r->t, REPORT(1, 255));
	drive_data(&r->t.d, "\0\0\0\0", 4);
}

static void reset(void **state)
{
	struct scsiemu_cmd c = { .tmf = SCSIEMU_TMF_LU_RESET };
	uint64_t scratch[128];
	struct rig *r = *state;

	spcdev_out(&r->t, BYTES(5, 0, 0, 0, 0, 0, 0, 0), 8, SET(0, 8));
	select_initial(r, 3);
	c.nexus = r->t.a;
	c.scratch = (uint8_t *)scratch;
	c.scratch_len = sizeof(scratch);
	assert_int_equal(scsiemu_start(r->t.lu, &c), SCSIEMU_DONE);
	scsiemu_end(&c);
	drive_settle(&r->t.d, r->t.lu, r->t.a);
	assert_int_equal(own(r, r->t.a), 0);
	drive_settle(&r->t.d, r->t.lu, r->c);
	select_initial(r, 0);
	assert_int_equal(ua(r, r->c), 0);
}

/* A logical unit without: no command, no PRIOR_SUP, a constant page. */
static void without(void **state)
{
	struct spcdev t;

	(void)state;
	spcdev_make(&t, NULL, NULL);
	spcdev_in(&t, REPORT(0, 255));
	drive_cdb(&t.d, 1, 4);
	/* whatever the medium can do */
	t.disk.m.able = 0xff;
	scsiemu_lu_changed(t.lu);
	spcdev_in(&t, REPORT(0, 255));
	drive_cdb(&t.d, 1, 4);
	spcdev_in(&t, 0x12, 1, 0x86, 0, 255, 0);
	assert_int_equal(t.d.t.in[5], 0x07);
	spcdev_in(&t, 0x1a, 8, 0x4a, 1, 255, 0);
	drive_good(&t.d);
	assert_int_equal(t.d.t.in[4 + 5], 0);
	spcdev_free(&t);
}

static void offered(void **state)
{
	struct rig *r = *state;

	spcdev_in(&r->t, 0x12, 1, 0x86, 0, 255, 0);
	assert_int_equal(r->t.d.t.in[5], 0x0f);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(set_own), TEST(set_other),
		TEST(set_all), TEST(wrong),
		TEST(initial), TEST(reset),
		TEST(offered), cmocka_unit_test(without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
