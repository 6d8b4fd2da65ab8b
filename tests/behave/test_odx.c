/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ROD tokens: what a token is, POPULATE TOKEN and WRITE USING TOKEN between
 * disks, hosts and inside a disk, and their parameter lists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"
#include "support/disk.h"

static uint8_t token[512];

/* A token for the 20 blocks 10 to 19 and 40 to 49 of disk i. */
static void make(struct copier *c, unsigned i, uint32_t type)
{
	copier_populate(c, 0, type != 0, type);
	copier_range(c, 10, 10);
	copier_range(c, 40, 10);
	copier_token(c, i, 77);
	drive_good(&c->d);
	copier_fetch(c, i, 77, token);
}

static void use(struct copier *c, unsigned i, uint64_t offset, uint64_t lba,
		uint32_t nblk)
{
	copier_use(c, token, offset);
	copier_range(c, lba, nblk);
	copier_token(c, i, 78);
}

static void refused(struct copier *c, uint16_t asc)
{
	drive_check(&c->d, SCSIEMU_SK_ILLEGAL_REQUEST, asc);
}

/* The bytes of a token, and of what RECEIVE ROD TOKEN INFORMATION says. */
static void test_token(void **state)
{
	static const uint8_t capacity[24] = { 0, 0, 2, 0 };
	static const uint8_t zeros[32];
	uint8_t head[38] = { 0, 0, 2,	 0x22, 0x10, 1,
			     0, 0, 0xff, 0xff, 0xff, 0xff };
	uint8_t cscd[32] = { 0xe4, 0, 0, 0, 1, 3, 0, 8 }, first[512];
	uint8_t device[256] = { 1, 0x23, 0, 8 };
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	copier_populate(&c, 0, false, 0);
	copier_range(&c, 10, 10);
	copier_range(&c, 40, 10);
	copier_token(&c, 1, 5);
	drive_good(&c.d);
	copier_in(&c, 1, SCSIEMU_SA_ROD_INFORMATION, 5, 2000);
	head[15] = 0xf1; /* in blocks */
	head[23] = 20;
	head[34] = 2; /* the token with its identifier */
	head[35] = 2;
	assert_int_equal(c.d.t.c.in_done, 550);
	assert_memory_equal(c.d.t.in, head, 38);
	memcpy(first, c.d.t.in + 38, 512);
	assert_int_equal(copier_get(first, 4), 0x00800001);
	assert_int_equal(copier_get(first + 4, 4), 0x01f8);
	copier_put(cscd + 8, c.cf[1].naa, 8);
	copier_put(cscd + 29, 512, 3);
	assert_memory_equal(first + 16, cscd, 32);
	assert_int_equal(copier_get(first + 48, 8), 0);
	assert_int_equal(copier_get(first + 56, 8), 20 * 512);
	assert_memory_equal(first + 64, zeros, 32);
	assert_memory_equal(first + 96, capacity, 24);
	copier_put(device + 4, c.cf[1].naa, 8);
	assert_memory_equal(first + 128, device, 256);
	copier_in(&c, 1, SCSIEMU_SA_ROD_INFORMATION, 5, 2000);
	drive_cdb(&c.d, 2, SCSIEMU_NO_BIT);
	/* no two are alike, in none of the last 128 bytes but by chance */
	make(&c, 1, 0);
	assert_memory_not_equal(token + 384, first + 384, 8);
	assert_memory_not_equal(token + 504, first + 504, 8);
	assert_int_not_equal(copier_get(token + 8, 8),
			     copier_get(first + 8, 8));
	copier_free(&c);
}

/* The target device has a name, the disk protection information. */
static void test_token_names(void **state)
{
	static const struct scsiemu_target_port port = {
		.id = 1, .protocol = 5, .device_name = "iqn.a:bcde"
	};
	static const uint8_t name[24] = "\x53\xa8\0\x0ciqn.a:bcde";
	static const struct scsiemu_sbc_options sbc = {
		.size = sizeof(sbc), .pi = true, .pi_type = 3, .pi_exponent = 1
	};
	const struct copier_options o = { .sbc = &sbc, .scratch = 8192 };
	struct copier c;

	(void)state;
	copier_make(&c, &o);
	assert_int_equal(scsiemu_port_add(c.d.dev, &port), 0);
	c.d.nexus = copier_nexus(&c);
	make(&c, 1, 0);
	assert_int_equal(token[100], 5); /* type 3 */
	assert_int_equal(token[101], 0x10);
	assert_memory_equal(token + 128, name, 24);
	copier_free(&c);
}

/* The whole and parts of a ROD, to other disks and to its own, into one range
 * and several, by another nexus, and to blocks of another length. */
static void test_copy(void **state)
{
	struct copier_options o = { .scratch = 32768,
				    .blen = { 512, 512, 4096 } };
	uint8_t rod[20 * 512];
	struct copier c;

	(void)state;
	copier_make(&c, &o);
	memcpy(rod, c.k[1].bytes + 10 * 512, 5120);
	memcpy(rod + 5120, c.k[1].bytes + 40 * 512, 5120);
	make(&c, 1, 0);
	use(&c, 0, 0, 2, 20);
	drive_good(&c.d);
	assert_memory_equal(c.k[0].bytes + 2 * 512, rod, sizeof(rod));
	copier_in(&c, 0, SCSIEMU_SA_ROD_INFORMATION, 78, 100);
	drive_good(&c.d);
	assert_int_equal(c.d.t.c.in_done, 36);
	assert_int_equal(c.d.t.in[4], 0x11);
	assert_int_equal(c.d.t.in[5], 0x01);
	assert_int_equal(copier_get(c.d.t.in + 16, 8), 20);
	assert_int_equal(copier_get(c.d.t.in + 32, 4), 0);

	use(&c, 0, 7, 30, 6);
	drive_good(&c.d);
	assert_memory_equal(c.k[0].bytes + 30 * 512, rod + 7 * 512, 6 * 512);

	c.d.nexus = copier_nexus(&c);
	copier_use(&c, token, 1);
	copier_range(&c, 50, 3);
	copier_range(&c, 0, 0);
	copier_range(&c, 40, 9);
	copier_token(&c, 0, 1);
	drive_good(&c.d);
	assert_memory_equal(c.k[0].bytes + 50 * 512, rod + 512, 3 * 512);
	assert_memory_equal(c.k[0].bytes + 40 * 512, rod + 4 * 512, 9 * 512);

	use(&c, 2, 3, 5, 2); /* 16 blocks of 512 from the fourth on */
	drive_good(&c.d);
	assert_memory_equal(c.k[2].bytes + 5 * 4096, rod + 3 * 512, 8192);
	make(&c, 2, 0);
	use(&c, 1, 1, 20, 16); /* and two of 4096 back */
	drive_good(&c.d);
	assert_memory_equal(c.k[1].bytes + 20 * 512, c.k[2].bytes + 11 * 4096,
			    8192);
	copier_free(&c);
}

/* A disk copies to itself; to blocks of the ROD itself it cannot be done with a
 * token for a point in time. */
static void test_itself(void **state)
{
	uint8_t was[64 * 512];
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	memcpy(was, c.k[1].bytes, sizeof(was));
	make(&c, 1, 0);
	use(&c, 1, 0, 20, 20);
	drive_good(&c.d);
	assert_memory_equal(c.k[1].bytes + 20 * 512, was + 10 * 512, 5120);
	assert_memory_equal(c.k[1].bytes + 30 * 512, was + 40 * 512, 5120);
	use(&c, 1, 0, 5, 8);
	refused(&c, SCSIEMU_ASC_TOKEN_REVOKED);
	make(&c, 1, 0x00010000);
	use(&c, 1, 0, 5, 8);
	drive_good(&c.d);
	copier_free(&c);
}

/* The block device zero token. */
static void test_zero(void **state)
{
	static const uint8_t zeros[64 * 512];
	uint8_t was[64 * 512];

	(void)state;
	for (unsigned able = 0; able < 2; able++) {
		struct copier_options o = { .unable = able ? SCSIEMU_CAN_ZERO
							   : 0 };
		struct copier c;

		copier_make(&c, &o);
		memcpy(was, c.k[1].bytes, sizeof(was));
		memset(token, 0, 512);
		copier_put(token, 0xffff0001, 4);
		copier_put(token + 6, 0x1f8, 2);
		copier_use(&c, token, 0);
		copier_range(&c, 3, 4);
		copier_range(&c, 60, 4);
		copier_range(&c, 50, 0);
		copier_token(&c, 1, 6);
		drive_good(&c.d);
		memset(was + 3 * 512, 0, 2048);
		memset(was + 60 * 512, 0, 2048);
		assert_memory_equal(c.k[1].bytes, was, sizeof(was));
		copier_in(&c, 1, SCSIEMU_SA_ROD_INFORMATION, 6, 100);
		assert_int_equal(copier_get(c.d.t.in + 16, 8), 8);
		/* as a job */
		copier_use(&c, token, 0);
		copier_range(&c, 0, 64);
		c.list[2] = 1;
		copier_token(&c, 1, 6);
		drive_good(&c.d);
		assert_int_equal(c.d.njobs, 1);
		assert_memory_equal(c.k[1].bytes, zeros, sizeof(zeros));
		copier_free(&c);
	}
}

/* Lists that are refused: the field they are refused for. */
static void test_lists(void **state)
{
	static const struct {
		uint16_t at;
		uint8_t value;
		uint16_t asc, field;
		bool use;
	} wrong[] = {
		{ 1, 29, 0x2600, 0, false },	{ 15, 15, 0x2600, 14, false },
		{ 15, 48, 0x2600, 14, false },	{ 1, 30, 0x2600, 14, false },
		{ 6, 3, 0x2600, 4, false }, /* 768 s */
		{ 15, 0, 0x2600, 14, false },	{ 1, 37, 0x2600, 0, true },
		{ 535, 15, 0x2600, 534, true }, { 535, 48, 0x2600, 534, true },
		{ 15, 21, 0x2600, 8, true }, /* OFFSET INTO ROD */
		{ 15, 18, 0x2600, 534, true },
	};
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	make(&c, 1, 0x00010000);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (wrong[i].use)
			copier_use(&c, token, 0);
		else
			copier_populate(&c, 0, false, 0);
		copier_range(&c, 1, 2);
		copier_range(&c, 8, 1);
		c.list[wrong[i].at] = wrong[i].value;
		copier_token(&c, 0, 1);
		drive_param(&c.d, wrong[i].asc, wrong[i].field, SCSIEMU_NO_BIT);
	}
	/* too short for a header; nothing at all */
	for (unsigned k = 0; k < 2; k++) {
		if (k)
			copier_use(&c, token, 0);
		else
			copier_populate(&c, 0, false, 0);
		copier_token(&c, 0, 1);
		drive_param(&c.d, 0x2600, 0, SCSIEMU_NO_BIT);
		c.len--;
		copier_token(&c, 0, 1);
		refused(&c, SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
		c.len = 0;
		copier_token(&c, 0, 1);
		drive_good(&c.d);
	}
	copier_free(&c);
}

static void test_ranges(void **state)
{
	static const struct {
		uint64_t lba;
		uint32_t nblk;
		uint64_t info;
	} out[] = {
		{ 60, 5, 64 },	       { 64, 1, 64 },
		{ 65, 0, 65 },	       { UINT64_MAX, 2, UINT64_MAX },
		{ 1, UINT32_MAX, 64 },
	};
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	make(&c, 1, 0x00010000);
	for (unsigned k = 0; k < 2; k++) {
		for (unsigned i = 0; i < 5; i++) {
			if (k)
				copier_use(&c, token, 0);
			else
				copier_populate(&c, 0, false, 0);
			copier_range(&c, out[i].lba, out[i].nblk);
			copier_token(&c, 0, 1);
			refused(&c, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
			assert_int_equal(c.d.t.c.sense.info, out[i].info);
		}
		for (unsigned i = 0; i < 3; i++) { /* overlap */
			if (k)
				copier_use(&c, token, 0);
			else
				copier_populate(&c, 0, false, 0);
			copier_range(&c, 10, 5);
			copier_range(&c, 30, 5);
			copier_range(&c, i ? 28 + 3 * i : 14, i ? 3 : 1);
			copier_token(&c, 0, 1);
			drive_param(&c.d, 0x2600, k ? 536 + 32 : 16 + 32,
				    SCSIEMU_NO_BIT);
		}
	}
	copier_populate(&c, 0, false, 0);
	for (unsigned i = 0; i < 33; i++)
		copier_range(&c, i, 1);
	copier_token(&c, 0, 1);
	drive_param(&c.d, SCSIEMU_ASC_TOO_MANY_SEGMENTS, 14, SCSIEMU_NO_BIT);
	copier_free(&c);
}

/* Types that a host may ask for. */
static void test_types(void **state)
{
	static const struct {
		uint32_t asked, got;
	} types[] = {
		{ 0x00010000, 0x00010000 }, { 0x00800000, 0x00800001 },
		{ 0x00800001, 0x00800001 }, { 0x0080ffff, 0x00800001 },
		{ 0x00800002, 0 },	    { 0x00800003, 0 },
		{ 0xffff0001, 0 },	    { 0x00000000, 0 },
	};
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	for (unsigned i = 0; i < 8; i++) {
		copier_populate(&c, 0, true, types[i].asked);
		copier_range(&c, 0, 1);
		copier_token(&c, 0, 1);
		if (!types[i].got) {
			drive_param(&c.d, 0x2600, 8, SCSIEMU_NO_BIT);
			continue;
		}
		copier_fetch(&c, 0, 1, token);
		assert_int_equal(copier_get(token, 4), types[i].got);
		copier_use(&c, token, 0);
		c.list[2] = 2; /* DEL_TKN */
		copier_range(&c, 5, 1);
		copier_token(&c, 1, 1);
		drive_good(&c.d);
		copier_token(&c, 1, 1);
		refused(&c, SCSIEMU_ASC_TOKEN_DELETED);
	}
	copier_free(&c);
}

/* Tokens that are none, or not those that were given out. */
static void test_wrong_tokens(void **state)
{
	static const struct {
		uint16_t at;
		uint16_t asc;
	} bytes[] = {
		{ 0, SCSIEMU_ASC_TOKEN_TYPE },
		{ 3, SCSIEMU_ASC_TOKEN_TYPE },
		{ 7, SCSIEMU_ASC_TOKEN_LENGTH },
		{ 15, SCSIEMU_ASC_TOKEN_UNKNOWN },
		{ 24, SCSIEMU_ASC_TOKEN_CORRUPT },
		{ 63, SCSIEMU_ASC_TOKEN_CORRUPT },
		{ 128, SCSIEMU_ASC_TOKEN_CORRUPT },
		{ 511, SCSIEMU_ASC_TOKEN_CORRUPT },
	};
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	make(&c, 1, 0);
	for (unsigned i = 0; i < 8; i++) {
		token[bytes[i].at] ^= 0x40;
		use(&c, 0, 0, 0, 1);
		refused(&c, bytes[i].asc);
		token[bytes[i].at] ^= 0x40;
	}
	use(&c, 0, 0, 0, 1);
	drive_good(&c.d);
	copier_free(&c);
}

/* Without tokens, or without random bytes for them, there are none. */
static void test_none(void **state)
{
	struct copier_options o = { .not_random = true };
	struct copier c;

	(void)state;
	copier_make(&c, &o);
	copier_populate(&c, 0, false, 0);
	copier_range(&c, 0, 1);
	copier_token(&c, 0, 1);
	drive_cdb(&c.d, 1, 4);
	copier_in(&c, 0, SCSIEMU_SA_REPORT_ROD_TOKENS, 0, 100);
	drive_cdb(&c.d, 1, 4);
	copier_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_token_names),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_itself),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_wrong_tokens),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
