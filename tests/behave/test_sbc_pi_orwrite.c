/* SPDX-License-Identifier: BSD-2-Clause */
/* ORWRITE(32): set, change generation and clear, policies (SBC-4 4.27). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/pi.h"

enum { BLEN = 512, LBA = 5, N = 3, SET = 0, CHANGE = 1 };

static uint8_t out[N * BLEN];

static void made(struct disk *b)
{
	struct disk_options o = { .scratch = 4096, .sbc.pi_type = 2 };

	disk_make(b, &o);
	memset(out, 0x55, sizeof(out));
}

static void orwrite(struct disk *b, uint8_t bmop, uint8_t policy,
		    uint32_t expected, uint32_t next)
{
	uint8_t cdb[32] = { 0x7f,	0,	    bmop,	policy,
			    [7] = 0x18, [9] = 0x0e, [19] = LBA, [31] = N };

	cdb[20] = (uint8_t)(expected >> 24);
	cdb[23] = (uint8_t)expected;
	cdb[24] = (uint8_t)(next >> 24);
	cdb[27] = (uint8_t)next;
	drive_run(&b->d, b->lu, cdb, 32, out, sizeof(out), 0);
}

static void mismatch(struct disk *b)
{
	drive_check(&b->d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2c0c);
	assert_int_equal(b->d.nlog, 0);
}

static void holds(struct disk *b, uint8_t byte)
{
	for (unsigned i = 0; i < N * BLEN; i++)
		assert_int_equal(disk_at(b, LBA)[i], byte);
}

static void test_operations(void **s)
{
	static const uint32_t chunks[] = { 1, 511, 0 };

	(void)s;
	for (unsigned i = 0; i < 3; i++) {
		struct disk b;

		made(&b);
		b.d.chunk = chunks[i];
		orwrite(&b, SET, 0xf, 0, 9); /* both are ignored */
		drive_good(&b.d);
		holds(&b, 0x55);
		memset(out, 0x0f, sizeof(out));
		orwrite(&b, CHANGE, 7, 0, 0x77000001);
		drive_good(&b.d);
		holds(&b, 0x05);
		orwrite(&b, SET, 0, 0, 0);
		mismatch(&b);
		orwrite(&b, SET, 0, 0x77000001, 0);
		drive_good(&b.d);
		holds(&b, 0x0f);
		orwrite(&b, CHANGE, 7, 0, 1);
		mismatch(&b);
		assert_int_equal(disk_at(&b, LBA - 1)[BLEN - 1], 0);
		assert_int_equal(disk_at(&b, LBA + N)[0], 0);
		disk_free(&b);
	}
}

static void test_policies(void **s)
{
	/* what naming the previous generation, or another, comes to */
	static const struct {
		uint8_t policy;
		char previous, other;
	} cases[] = { { 0, 'd', 'r' },
		      { 2, 'i', 'r' },
		      { 3, 'd', 'd' },
		      { 5, 'i', 'i' },
		      { 7, 'r', 'r' } };

	(void)s;
	for (unsigned i = 0; i < 10; i++) {
		char want = i & 1 ? cases[i / 2].other : cases[i / 2].previous;
		struct disk b;

		made(&b);
		memset(out, 0xff, sizeof(out));
		orwrite(&b, CHANGE, cases[i / 2].policy, 0, 8);
		drive_good(&b.d);
		holds(&b, 0);
		orwrite(&b, SET, 0, i & 1 ? 3 : 0, 0);
		if (want == 'r') {
			mismatch(&b);
		} else {
			drive_good(&b.d);
			assert_int_equal(b.d.t.c.out_done, sizeof(out));
		}
		holds(&b, want == 'd' ? 0xff : 0);
		disk_free(&b);
	}
}

/* ORWRITE(16) counts as one that expects 0. */
static void test_short_one(void **s)
{
	struct disk b;

	(void)s;
	made(&b);
	disk_run(&b, SCSIEMU_OP_ORWRITE_16, 0, LBA, N, out, sizeof(out), 0);
	drive_good(&b.d);
	orwrite(&b, CHANGE, 7, 0, 8);
	drive_good(&b.d);
	disk_run(&b, SCSIEMU_OP_ORWRITE_16, 0, LBA, N, out, sizeof(out), 0);
	mismatch(&b);
	/* a logical unit reset leaves the generation */
	disk_reset(&b);
	orwrite(&b, SET, 0, 8, 0);
	drive_good(&b.d);
	disk_free(&b);
}

static void test_refused(void **s)
{
	static const uint8_t reserved[] = { 1, 4, 6, 8, 15 };
	struct disk b;

	(void)s;
	made(&b);
	for (uint8_t bmop = 2; bmop < 8; bmop++) {
		orwrite(&b, bmop, 0, 0, 0);
		drive_cdb(&b.d, 2, 2);
	}
	for (unsigned i = 0; i < sizeof(reserved); i++) {
		orwrite(&b, CHANGE, reserved[i], 0, 1);
		drive_cdb(&b.d, 3, 3);
	}
	/* what fails changes no generation */
	memset(b.k.pi + LBA * 8, 0x11, 8);
	orwrite(&b, CHANGE, 7, 0, 1);
	assert_int_equal(b.d.t.c.status, SCSIEMU_CHECK_CONDITION);
	memset(b.k.pi + LBA * 8, 0xff, 8);
	orwrite(&b, SET, 0, 0, 0);
	drive_good(&b.d);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_short_one),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
