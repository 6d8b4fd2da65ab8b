/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Referrals: segments as REPORT REFERRALS and VPD B3h tell them, commands that
 * are sent elsewhere, stripes, changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/alua.h>

#include "support/disk.h"

enum { AO, AN, SB, UN, LBD };

/* Blocks 0 to 15 through group 1, 16 to 31 through group 2, 40 to 63 through
 * both, 32 to 39 through any. */
static const struct scsiemu_referral segments[] = {
	{ 0, 15, 2, { { 1, AO }, { 2, SB } } },
	{ 16, 31, 1, { { 2, AN } } },
	{ 40, 63, 2, { { 1, AN }, { 2, AO } } },
};
static const struct scsiemu_referrals three = { .size = sizeof(three),
						.nsegments = 3,
						.segments = segments };

static const struct scsiemu_alua_group groups[] = { { 1, LBD, false },
						    { 2, LBD, false } };
static const struct scsiemu_alua alua = { .size = sizeof(alua),
					  .tpgs = SCSIEMU_ALUA_BOTH,
					  .ngroups = 2,
					  .groups = groups };

struct paths {
	struct disk b;
	struct scsiemu_nexus *n[2]; /* through port and group 1, 2 */
};

static void make(struct paths *p, const struct scsiemu_referrals *r,
		 const struct scsiemu_alua *a, uint32_t scratch)
{
	struct disk_options o = { .ports = 2,
				  .alua = a,
				  .scratch = scratch,
				  .thin = true,
				  .sbc = { .referrals = r } };

	disk_make(&p->b, &o);
	for (uint16_t i = 0; i < 2; i++) {
		struct scsiemu_target_port t = { .id = (uint16_t)(i + 1),
						 .group = (uint16_t)(i + 1) };
		struct scsiemu_nexus_config cf = { .size = sizeof(cf),
						   .port = t.id };

		assert_int_equal(scsiemu_port_add(p->b.d.dev, &t), 0);
		p->n[i] = scsiemu_nexus_attach(p->b.d.dev, &cf);
		assert_non_null(p->n[i]);
		drive_settle(&p->b.d, p->b.lu, p->n[i]);
	}
	p->b.d.nexus = p->n[0];
}

static void report(struct paths *p, uint64_t lba, uint32_t alloc, uint8_t one)
{
	disk_sai(&p->b, SCSIEMU_SA_REPORT_REFERRALS, lba, alloc, one);
}

static const uint8_t want[] = {
	0, 0,  0, 80, /* length */
	0, 0,  0, 2,  /* groups */
	0, 0,  0, 0,  0, 0,  0, 0, 0, 0, 0, 0,	0, 0,
	0, 15, 0, 0,  0, 1,  2, 0, 0, 2, /* */
	0, 0,  0, 1,  0, 0,  0, 0, 0, 0, 0, 16, 0, 0,
	0, 0,  0, 0,  0, 31, 1, 0, 0, 2, /* */
	0, 0,  0, 2,  0, 0,  0, 0, 0, 0, 0, 40, 0, 0,
	0, 0,  0, 0,  0, 63, 1, 0, 0, 1, 0, 0,	0, 2,
};

static void reported(void **state)
{
	static const uint8_t cdb[] = { 0x12, 1, 0xb3, 0, 255, 0 };
	static const uint8_t extended[] = { 0x12, 1, 0x86, 0, 255, 0 };
	uint8_t some[64] = { 0, 0, 0, 24 };
	struct paths p;

	(void)state;
	make(&p, &three, &alua, 0);
	for (uint32_t n = 0; n < 90; n++) {
		report(&p, 0, n, 0);
		drive_data(&p.b.d, want, n < 84 ? n : 84);
	}
	/* from the second one on; that one alone; none of block 33's */
	report(&p, 16, 255, 0);
	memcpy(some + 4, want + 32, 24);
	some[3] = 52;
	assert_memory_equal(p.b.d.t.in, some, 28);
	assert_int_equal(p.b.d.t.c.in_done, 56);
	report(&p, 31, 255, 1);
	some[3] = 24;
	drive_data(&p.b.d, some, 28);
	report(&p, 33, 255, 1);
	drive_data(&p.b.d, "\0\0\0\0", 4);
	report(&p, 64, 255, 0);
	drive_check(&p.b.d, 5, 0x2100);
	drive_in(&p.b.d, p.b.lu, cdb, 6);
	drive_data(&p.b.d, "\0\xb3\0\x0c\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	drive_in(&p.b.d, p.b.lu, extended, 6);
	assert_int_equal(p.b.d.t.in[8] & 0x10, 0x10);
	disk_free(&p.b);
}

/* A disk without has no trace of them. */
static void none(void **state)
{
	static const uint8_t cdb[] = { 0x12, 1, 0xb3, 0, 255, 0 };
	static const uint8_t extended[] = { 0x12, 1, 0x86, 0, 255, 0 };
	struct paths p;

	(void)state;
	make(&p, NULL, &alua, 0);
	report(&p, 0, 255, 0);
	drive_cdb(&p.b.d, 1, 4);
	drive_in(&p.b.d, p.b.lu, cdb, 6);
	drive_cdb(&p.b.d, 2, SCSIEMU_NO_BIT);
	drive_in(&p.b.d, p.b.lu, extended, 6);
	assert_int_equal(p.b.d.t.in[8] & 0x10, 0);
	assert_int_equal(scsiemu_sbc_refer(p.b.lu, &three), SCSIEMU_ERR_ARG);
	disk_free(&p.b);
}

static uint16_t rw(struct paths *p, uint8_t op, uint64_t lba, uint32_t n)
{
	static uint8_t out[64 * 512];
	uint32_t len = n * 512;

	if (op == SCSIEMU_OP_WRITE_SAME_16)
		len = 512;
	if (disk_run(&p->b, op, 0, lba, n, out, len, n * 512) == SCSIEMU_GOOD)
		return 0;
	assert_int_equal(p->b.d.t.c.sense.key, SCSIEMU_SK_ABORTED_COMMAND);
	return p->b.d.t.c.sense.asc;
}

static void sent_elsewhere(void **state)
{
	static const uint8_t sense[] = {
		0x72, 0x0b, 0x3f, 0x15, 0, 0, 0, 28, /* */
		0x0b, 26,   1,	  0,	0, 0, 0, 1,  /* NOT_ALL_R */
		0,    0,    0,	  0,	0, 0, 0, 16, /* */
		0,    0,    0,	  0,	0, 0, 0, 31, /* */
		1,    0,    0,	  2,
	};
	static const struct {
		uint8_t op, lba, n;
		bool elsewhere[2]; /* by nexus */
	} ops[] = {
		{ SCSIEMU_OP_READ_10, 0, 16, { false, true } },
		{ SCSIEMU_OP_READ_10, 15, 2, { true, true } },
		{ SCSIEMU_OP_READ_16, 16, 16, { true, false } },
		{ SCSIEMU_OP_READ_16, 31, 2, { true, false } },
		{ SCSIEMU_OP_WRITE_10, 32, 8, { false, false } },
		{ SCSIEMU_OP_WRITE_10, 32, 32, { false, false } },
		{ SCSIEMU_OP_WRITE_16, 30, 1, { true, false } },
		{ SCSIEMU_OP_READ_10, 0, 64, { true, true } },
		{ SCSIEMU_OP_READ_10, 20, 0, { false, false } },
		{ SCSIEMU_OP_VERIFY_10, 20, 1, { true, false } },
		{ SCSIEMU_OP_WRITE_SAME_16, 40, 0, { false, false } },
		{ SCSIEMU_OP_WRITE_SAME_16, 31, 0, { true, false } },
		{ SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 0, 0, { false, false } },
	};
	struct paths p;

	(void)state;
	make(&p, &three, &alua, 0);
	for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		for (unsigned k = 0; k < 2; k++) {
			p.b.d.nexus = p.n[k];
			assert_int_equal(
				rw(&p, ops[i].op, ops[i].lba, ops[i].n),
				ops[i].elsewhere[k] ? 0x3f15 : 0);
		}
	p.b.d.nexus = p.n[0];
	disk_mode(&p.b, 0x0a, 2, 4, 4); /* D_SENSE */
	rw(&p, SCSIEMU_OP_READ_10, 20, 1);
	assert_int_equal(p.b.d.t.sense_len, sizeof(sense));
	assert_memory_equal(p.b.d.t.sense, sense, sizeof(sense));
	disk_free(&p.b);
}

/* Scratch that does not hold the descriptor: the code alone. */
static void small(void **state)
{
	static const struct scsiemu_referral wide = { 0,
						      63,
						      8,
						      { { 2, 0 },
							{ 3, 0 },
							{ 4, 0 },
							{ 5, 0 },
							{ 6, 0 },
							{ 7, 0 },
							{ 8, 0 },
							{ 9, 0 } } };
	struct scsiemu_referrals r = { .size = sizeof(r),
				       .nsegments = 1,
				       .segments = &wide };
	struct paths p;

	(void)state;
	make(&p, &r, &alua, 48);
	disk_mode(&p.b, 0x0a, 2, 4, 4);
	assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, 20, 1), 0x3f15);
	assert_int_equal(p.b.d.t.sense_len, 8);
	disk_free(&p.b);
	make(&p, &r, &alua, 56);
	disk_mode(&p.b, 0x0a, 2, 4, 4);
	rw(&p, SCSIEMU_OP_READ_10, 20, 1);
	assert_int_equal(p.b.d.t.sense_len, 8 + 56);
	assert_int_equal(p.b.d.t.sense[8 + 2], 0); /* this is all */
	disk_free(&p.b);
}

/* Only where the group's state says that it depends on the LBA, or where there
 * are no states. */
static void state_of_group(void **state)
{
	struct paths p;

	(void)state;
	make(&p, &three, &alua, 0);
	assert_int_equal(scsiemu_lu_access(p.b.lu, 1, AN), 0);
	drive_settle(&p.b.d, p.b.lu, p.n[0]);
	assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, 20, 1), 0);
	disk_free(&p.b);
	make(&p, &three, NULL, 0);
	assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, 20, 1), 0x3f15);
	p.b.d.nexus = p.n[1];
	assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, 20, 1), 0);
	disk_free(&p.b);
}

/* Stripes of 4 blocks, turn and turn about, up to block 49. */
static void striped(void **state)
{
	static const struct scsiemu_referral stripes[] = {
		{ 0, 49, 1, { { 1, AO } } },
		{ 4, 49, 1, { { 2, AO } } },
	};
	struct scsiemu_referrals r = { .size = sizeof(r),
				       .segment_blk = 4,
				       .multiplier = 2,
				       .nsegments = 2,
				       .segments = stripes };
	static const uint8_t cdb[] = { 0x12, 1, 0xb3, 0, 255, 0 };
	struct paths p;

	(void)state;
	make(&p, &r, &alua, 0);
	for (unsigned k = 0; k < 2; k++)
		for (uint64_t lba = 0; lba < 64; lba++) {
			bool there = lba > 49 || lba / 4 % 2 == k;

			p.b.d.nexus = p.n[k];
			assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, lba, 1),
					 there ? 0 : 0x3f15);
		}
	p.b.d.nexus = p.n[0];
	assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, 8, 4), 0);
	assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, 8, 5), 0x3f15);
	assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, 48, 16), 0);
	drive_in(&p.b.d, p.b.lu, cdb, 6);
	drive_data(&p.b.d, "\0\xb3\0\x0c\0\0\0\0\0\0\0\4\0\0\0\2", 16);
	disk_free(&p.b);
}

static void changed(void **state)
{
	static const struct scsiemu_referral all = { 0, 63, 1, { { 2, AO } } };
	struct scsiemu_referrals r = { .size = sizeof(r),
				       .nsegments = 1,
				       .segments = &all };
	struct paths p;

	(void)state;
	make(&p, &three, &alua, 0);
	assert_int_equal(scsiemu_sbc_refer(p.b.lu, &r), 0);
	assert_int_equal(drive_ua(&p.b.d, p.b.lu, p.n[0]), 0x3f15);
	assert_int_equal(drive_ua(&p.b.d, p.b.lu, p.n[1]), 0x3f15);
	assert_int_equal(drive_ua(&p.b.d, p.b.lu, p.n[1]), 0);
	assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, 0, 1), 0x3f15);
	r.multiplier = 2;
	assert_int_equal(scsiemu_sbc_refer(p.b.lu, &r), SCSIEMU_ERR_ARG);
	r = (struct scsiemu_referrals){ .size = sizeof(r) };
	assert_int_equal(scsiemu_sbc_refer(p.b.lu, &r), 0);
	drive_settle(&p.b.d, p.b.lu, p.n[0]);
	assert_int_equal(rw(&p, SCSIEMU_OP_READ_10, 0, 64), 0);
	report(&p, 0, 255, 0);
	drive_data(&p.b.d, "\0\0\0\0", 4);
	disk_free(&p.b);
}

static void impossible(void **state)
{
	static const struct scsiemu_referral backwards = { 9, 8, 0, { { 0 } } };
	static const struct scsiemu_referral many = { 0, 8, 9, { { 0 } } };
	struct scsiemu_referrals r = { .size = sizeof(r),
				       .nsegments = 1,
				       .segments = &backwards };
	struct paths p;

	(void)state;
	make(&p, &three, &alua, 0);
	assert_int_equal(scsiemu_sbc_refer(p.b.lu, &r), SCSIEMU_ERR_ARG);
	r.segments = &many;
	assert_int_equal(scsiemu_sbc_refer(p.b.lu, &r), SCSIEMU_ERR_ARG);
	report(&p, 0, 255, 0);
	drive_data(&p.b.d, want, sizeof(want));
	disk_free(&p.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reported),	  cmocka_unit_test(none),
		cmocka_unit_test(sent_elsewhere), cmocka_unit_test(small),
		cmocka_unit_test(state_of_group), cmocka_unit_test(striped),
		cmocka_unit_test(changed),	  cmocka_unit_test(impossible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
