/* SPDX-License-Identifier: BSD-2-Clause */
/* REPORT SUPPORTED OPERATION CODES and TASK MANAGEMENT FUNCTIONS. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

#define RSOC(option, op, sa)                                                   \
	0xa3, 0x0c, option, op, (sa) >> 8, (sa)&0xff, 0, 0, 0x10, 0, 0, 0
#define RCTD 0x80

/* T10's usage data of the commands every type has, ascending, typed in again
 * from the field lists (reference 2.1). sa -1: none. */
struct usage {
	uint8_t len;
	int sa;
	uint8_t mask[16];
};
static const struct usage usage[] = {
	{ 6, -1, { 0x00, 0, 0, 0, 0, 0 } },
	{ 6, -1, { 0x03, 1, 0, 0, 0xff, 0 } },
	{ 6, -1, { 0x12, 1, 0xff, 0xff, 0xff, 0 } },
	{ 6, -1, { 0x15, 0x13, 0, 0, 0xff, 0 } },
	{ 6, -1, { 0x16, 0, 0, 0, 0, 0 } },
	{ 6, -1, { 0x17, 0, 0, 0, 0, 0 } },
	{ 6, -1, { 0x1a, 0x08, 0xff, 0xff, 0xff, 0 } },
	{ 6, -1, { 0x1b, 0x01, 0, 0x0f, 0xf7, 0 } },
	{ 6, -1, { 0x1c, 0x01, 0xff, 0xff, 0xff, 0 } },
	{ 6, -1, { 0x1d, 0xf7, 0, 0xff, 0xff, 0 } },
	{ 6, -1, { 0x1e, 0, 0, 0, 0x03, 0 } },
	{ 10, -1, { 0x3b, 0x1f, 255, 255, 255, 255, 255, 255, 255, 0 } },
	{ 10, -1, { 0x3c, 0x1f, 255, 255, 255, 255, 255, 255, 255, 0 } },
	{ 10, -1, { 0x55, 0x13, 0, 0, 0, 0, 0, 255, 255, 0 } },
	{ 10, -1, { 0x56 } },
	{ 10, -1, { 0x57 } },
	{ 10, -1, { 0x5a, 0x18, 255, 255, 0, 0, 0, 255, 255, 0 } },
	{ 10, 0, { 0x5e, 0, 0, 0, 0, 0, 0, 255, 255, 0 } },
	{ 10, 1, { 0x5e, 1, 0, 0, 0, 0, 0, 255, 255, 0 } },
	{ 10, 2, { 0x5e, 2, 0, 0, 0, 0, 0, 255, 255, 0 } },
	{ 10, 3, { 0x5e, 3, 0, 0, 0, 0, 0, 255, 255, 0 } },
	{ 10, 0, { 0x5f, 0, 255, 0, 0, 255, 255, 255, 255, 0 } },
	{ 10, 1, { 0x5f, 1, 255, 0, 0, 255, 255, 255, 255, 0 } },
	{ 10, 2, { 0x5f, 2, 255, 0, 0, 255, 255, 255, 255, 0 } },
	{ 10, 3, { 0x5f, 3, 255, 0, 0, 255, 255, 255, 255, 0 } },
	{ 10, 4, { 0x5f, 4, 255, 0, 0, 255, 255, 255, 255, 0 } },
	{ 10, 5, { 0x5f, 5, 255, 0, 0, 255, 255, 255, 255, 0 } },
	{ 10, 6, { 0x5f, 6, 255, 0, 0, 255, 255, 255, 255, 0 } },
	{ 10, 7, { 0x5f, 7, 255, 0, 0, 255, 255, 255, 255, 0 } },
	{ 10, 8, { 0x5f, 8, 255, 0, 0, 255, 255, 255, 255, 0 } },
	{ 16,
	  -1,
	  { 0x9b, 0x1f, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	    255, 255, 0 } },
	{ 12, -1, { 0xa0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0 } },
	{ 12, 0x05, { 0xa3, 5, 0, 0, 0, 0, 255, 255, 255, 255, 0xfe, 0 } },
	{ 12, 0x0c, { 0xa3, 12, 0x87, 255, 255, 255, 255, 255, 255, 255 } },
	{ 12, 0x0d, { 0xa3, 13, 0x80, 0, 0, 0, 255, 255, 255, 255, 0, 0 } },
	{ 12, 0x0f, { 0xa3, 15, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0 } },
	{ 12, 0x06, { 0xa4, 6, 0, 0, 0, 0, 255, 255, 255, 255, 0xfe, 0 } },
	{ 12, 0x0f, { 0xa4, 15, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0 } },
};
enum { N = sizeof(usage) / sizeof(usage[0]) };

static void all(void **state)
{
	struct spcdev *t = *state;
	uint8_t want[4 + N * 8] = { 0 };
	unsigned i;

	semu_put32(want, N * 8);
	for (i = 0; i < N; i++) {
		uint8_t *d = want + 4 + i * 8;

		d[0] = usage[i].mask[0];
		d[3] = usage[i].sa < 0 ? 0 : (uint8_t)usage[i].sa;
		d[5] = usage[i].sa >= 0;
		d[7] = usage[i].len;
	}
	spcdev_in(t, RSOC(0, 0, 0));
	drive_data(&t->d, want, sizeof(want));
	assert_int_equal(t->d.nlog, 1);
}

static void all_with_timeouts(void **state)
{
	struct spcdev *t = *state;
	uint8_t want[4 + N * 20] = { 0 };
	unsigned i;

	semu_put32(want, N * 20);
	for (i = 0; i < N; i++) {
		uint8_t *d = want + 4 + i * 20;

		d[0] = usage[i].mask[0];
		d[3] = usage[i].sa < 0 ? 0 : (uint8_t)usage[i].sa;
		d[5] = 2 | (usage[i].sa >= 0);
		d[7] = usage[i].len;
		d[9] = 10;
		d[19] = 30;
	}
	spcdev_in(t, RSOC(RCTD, 0, 0));
	drive_data(&t->d, want, sizeof(want));
	t->d.chunk = 7;
	spcdev_in(t, RSOC(RCTD, 0, 0));
	drive_data(&t->d, want, sizeof(want));
}

static void one(void **state)
{
	struct spcdev *t = *state;
	uint8_t want[32];
	unsigned i;

	for (i = 0; i < N; i++) {
		const struct usage *u = &usage[i];
		unsigned sa = u->sa < 0 ? 0 : (unsigned)u->sa;
		uint8_t with = u->sa < 0 ? 1 : 2;

		memset(want, 0, sizeof(want));
		want[1] = 3;
		want[3] = u->len;
		memcpy(want + 4, u->mask, u->len);
		spcdev_in(t, RSOC(with, u->mask[0], (uint8_t)sa));
		drive_data(&t->d, want, 4u + u->len);
		spcdev_in(t, RSOC(3, u->mask[0], (uint8_t)sa));
		drive_data(&t->d, want, 4u + u->len);
		want[1] = 0x83;
		want[4 + u->len + 1] = 10;
		want[4 + u->len + 11] = 30;
		spcdev_in(t, RSOC(RCTD | 3, u->mask[0], (uint8_t)sa));
		drive_data(&t->d, want, 4u + u->len + 12);
		/* the other option is wrong for it */
		spcdev_in(t, RSOC(3 - with, u->mask[0], (uint8_t)sa));
		drive_cdb(&t->d, 2, 2);
	}
}

static void options(void **state)
{
	static const uint8_t no[4] = { 0, 1, 0, 0 };
	struct spcdev *t = *state;
	uint8_t option;

	for (option = 1; option < 4; option++) {
		spcdev_in(t, RSOC(option, 0xfe, 0));
		drive_data(&t->d, no, 4);
		spcdev_in(t, RSOC(RCTD | option, 0xfe, 0));
		drive_data(&t->d, no, 4);
	}
	for (option = 4; option < 8; option++) {
		spcdev_in(t, RSOC(option, 0, 0));
		drive_cdb(&t->d, 2, 2);
	}
	spcdev_in(t, RSOC(2, 0xa3, 0x1e)); /* opcode there, action not */
	drive_data(&t->d, no, 4);
	spcdev_in(t, RSOC(3, 0xa3, 0x1e));
	drive_data(&t->d, no, 4);
	spcdev_in(t, RSOC(2, 0xa3, 0x010c)); /* all 16 bits count */
	drive_data(&t->d, no, 4);
	spcdev_in(t, RSOC(3, 0x12, 1));
	drive_data(&t->d, no, 4);
	spcdev_in(t, 0xa3, 0x0c, 1, 0x12, 0xff, 0xff, 0, 0, 0, 5, 0, 0);
	drive_data(&t->d, BYTES(0, 3, 0, 6, 0x12), 5);
	spcdev_in(t, 0xa3, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_cdb(&t->d, 1, 4);
}

/* The anonymous nexus may not reserve, and is told so here, too. */
static void anonymous(void **state)
{
	static const uint8_t no[4] = { 0, 1, 0, 0 };
	struct spcdev *t = *state;
	struct scsiemu_lu_config cf = spcdev_config;

	t->d.nexus = NULL;
	drive_settle(&t->d, t->lu, NULL);
	spcdev_in(t, RSOC(1, 0x16, 0));
	drive_data(&t->d, no, 4);
	spcdev_in(t, RSOC(0, 0, 0));
	drive_good(&t->d);
	assert_int_equal(t->d.t.c.in_done, 4 + (N - 4 - 9) * 8);
	spcdev_in(t, 0x16, 0, 0, 0, 0, 0);
	drive_check(&t->d, 5, 0x2000);
	spcdev_in(t, 0x57, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_check(&t->d, 5, 0x2000);

	cf.anonymous_pr = true;
	t->lu = scsiemu_lu_add(t->d.dev, 1, &cf);
	drive_settle(&t->d, t->lu, NULL);
	spcdev_in(t, RSOC(0, 0, 0));
	assert_int_equal(t->d.t.c.in_done, 4 + N * 8);
	spcdev_in(t, 0x16, 0, 0, 0, 0, 0);
	drive_good(&t->d);
}

static void tmfs(void **state)
{
	static const uint8_t more[16] = { 0xdc, 7, 0, 12 };
	struct spcdev *t = *state;

	spcdev_in(t, 0xa3, 0x0d, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
	drive_data(&t->d, BYTES(0xdc, 7, 0, 0), 4);
	spcdev_in(t, 0xa3, 0x0d, 0x80, 0, 0, 0, 0, 0, 1, 0, 0, 0);
	drive_data(&t->d, more, 16);
	spcdev_in(t, 0xa3, 0x0d, 0x80, 0, 0, 0, 0, 0, 0, 3, 0, 0);
	drive_cdb(&t->d, 6, SCSIEMU_NO_BIT);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, spcdev_setup, spcdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all),     TEST(all_with_timeouts), TEST(one),
		TEST(options), TEST(anonymous),		TEST(tmfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
