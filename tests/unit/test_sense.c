/* SPDX-License-Identifier: BSD-2-Clause */
/* Sense as a value becomes bytes: both formats, every field, every cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ })

static void expect(const struct scsiemu_sense *s, bool descr,
		   const uint8_t *want, unsigned n)
{
	for (unsigned cap = 0; cap <= 253; cap++) {
		uint8_t *out = malloc(cap + 1);
		unsigned least = cap < n ? cap : n;

		assert_non_null(out);
		memset(out, 0xee, cap + 1);
		assert_int_equal(semu_sense_put(s, descr, out, cap), least);
		assert_memory_equal(out, want, least);
		for (unsigned i = least; i <= cap; i++)
			assert_int_equal(out[i], 0xee);
		free(out);
	}
}
#define FIXED(s, ...) expect(s, false, BYTES(__VA_ARGS__), 18)
#define DESCR(s, ...)                                                          \
	expect(s, true, BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)))

static void test_plain(void **state)
{
	struct scsiemu_sense s = { .key = 2,
				   .asc = 0x3a02,
				   .bit = SCSIEMU_NO_BIT };

	(void)state;
	FIXED(&s, 0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x3a, 0x02, 0, 0, 0,
	      0);
	DESCR(&s, 0x72, 2, 0x3a, 0x02, 0, 0, 0, 0);
	s.flags = SCSIEMU_S_DEFERRED;
	FIXED(&s, 0x71, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x3a, 0x02, 0, 0, 0,
	      0);
	DESCR(&s, 0x73, 2, 0x3a, 0x02, 0, 0, 0, 0);
}

static void test_information(void **state)
{
	struct scsiemu_sense s = { .key = 3,
				   .asc = 0x1100,
				   .bit = SCSIEMU_NO_BIT,
				   .flags = SCSIEMU_S_INFO,
				   .info = 0x12345678 };

	(void)state;
	FIXED(&s, 0xf0, 0, 3, 0x12, 0x34, 0x56, 0x78, 10, 0, 0, 0, 0, 0x11, 0,
	      0, 0, 0, 0);
	DESCR(&s, 0x72, 3, 0x11, 0, 0, 0, 0, 12, 0, 10, 0x80, 0, 0, 0, 0, 0,
	      0x12, 0x34, 0x56, 0x78);
	s.info = 0; /* a legal LBA */
	FIXED(&s, 0xf0, 0, 3, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x11, 0, 0, 0, 0, 0);
	s.info = UINT32_MAX;
	FIXED(&s, 0xf0, 0, 3, 0xff, 0xff, 0xff, 0xff, 10, 0, 0, 0, 0, 0x11, 0,
	      0, 0, 0, 0);
	s.info = UINT64_C(0x100000000); /* does not fit: VALID=0 */
	FIXED(&s, 0x70, 0, 3, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x11, 0, 0, 0, 0, 0);
	s.info = UINT64_C(0x0123456789abcdef);
	DESCR(&s, 0x72, 3, 0x11, 0, 0, 0, 0, 12, 0, 10, 0x80, 0, 1, 0x23, 0x45,
	      0x67, 0x89, 0xab, 0xcd, 0xef);
	s.flags |= SCSIEMU_S_DEFERRED;
	s.info = 9;
	FIXED(&s, 0xf1, 0, 3, 0, 0, 0, 9, 10, 0, 0, 0, 0, 0x11, 0, 0, 0, 0, 0);
}

static void test_specific(void **state)
{
	struct scsiemu_sense s = { .key = 10,
				   .asc = 0x0d02,
				   .bit = SCSIEMU_NO_BIT,
				   .flags = SCSIEMU_S_SPECIFIC,
				   .specific = 0x01020304 };

	(void)state;
	FIXED(&s, 0x70, 0, 10, 0, 0, 0, 0, 10, 1, 2, 3, 4, 0x0d, 2, 0, 0, 0, 0);
	DESCR(&s, 0x72, 10, 0x0d, 2, 0, 0, 0, 12, 1, 10, 0, 0, 0, 0, 0, 0, 1, 2,
	      3, 4);
	s.specific = UINT64_C(0x0102030405060708);
	DESCR(&s, 0x72, 10, 0x0d, 2, 0, 0, 0, 12, 1, 10, 0, 0, 1, 2, 3, 4, 5, 6,
	      7, 8);
}

static void test_key_specific(void **state)
{
	struct scsiemu_sense s = { .key = 5,
				   .asc = 0x2400,
				   .sks = SCSIEMU_SKS_CDB,
				   .field = 0x0102,
				   .bit = SCSIEMU_NO_BIT };

	(void)state;
	FIXED(&s, 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0xc0, 1,
	      2);
	DESCR(&s, 0x72, 5, 0x24, 0, 0, 0, 0, 8, 2, 6, 0, 0, 0xc0, 1, 2, 0);
	for (uint8_t bit = 0; bit < 8; bit++) {
		s.bit = bit;
		FIXED(&s, 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0,
		      (uint8_t)(0xc8 | bit), 1, 2);
		DESCR(&s, 0x72, 5, 0x24, 0, 0, 0, 0, 8, 2, 6, 0, 0,
		      (uint8_t)(0xc8 | bit), 1, 2, 0);
	}
	s.sks = SCSIEMU_SKS_PARAM;
	FIXED(&s, 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0x8f, 1,
	      2);
	s.bit = SCSIEMU_NO_BIT;
	DESCR(&s, 0x72, 5, 0x24, 0, 0, 0, 0, 8, 2, 6, 0, 0, 0x80, 1, 2, 0);
	s = (struct scsiemu_sense){ .asc = 0x0404,
				    .key = 2,
				    .sks = SCSIEMU_SKS_PROGRESS,
				    .field = 0x8000 };
	/* bit is not one of a progress indication */
	FIXED(&s, 0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 4, 4, 0, 0x80, 0x80,
	      0);
	DESCR(&s, 0x72, 2, 4, 4, 0, 0, 0, 8, 2, 6, 0, 0, 0x80, 0x80, 0, 0);
}

static void test_marks(void **state)
{
	static const struct {
		uint8_t flags, fixed, descr;
	} of[] = {
		{ SCSIEMU_S_ILI, 0x20, 4 },
		{ SCSIEMU_S_EOM, 0x40, 4 },
		{ SCSIEMU_S_MARK, 0x80, 4 },
		{ SCSIEMU_S_ILI | SCSIEMU_S_BLOCK, 0x20, 5 },
		{ SCSIEMU_S_MARK | SCSIEMU_S_EOM | SCSIEMU_S_ILI, 0xe0, 4 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct scsiemu_sense s = { .flags = of[i].flags,
					   .bit = SCSIEMU_NO_BIT };

		FIXED(&s, 0x70, 0, of[i].fixed, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0,
		      0, 0, 0, 0, 0);
		DESCR(&s, 0x72, 0, 0, 0, 0, 0, 0, 4, of[i].descr, 2, 0,
		      of[i].fixed);
	}
}

static const uint8_t extra[244] = { 6, 3, 0xaa, 0xbb, 0xcc };

/* Everything at once, with ready-made descriptors behind. */
static void test_extra(void **state)
{
	struct scsiemu_sense s = { .key = 1,
				   .asc = 0x3700,
				   .sks = SCSIEMU_SKS_CDB,
				   .field = 3,
				   .bit = 7,
				   .flags = SCSIEMU_S_INFO |
					    SCSIEMU_S_SPECIFIC | SCSIEMU_S_EOM,
				   .info = 1,
				   .specific = 2,
				   .extra = extra,
				   .extra_len = 5 };
	uint8_t out[252];

	(void)state;
	DESCR(&s, 0x72, 1, 0x37, 0, 0, 0, 0, 41, 0, 10, 0x80, 0, 0, 0, 0, 0, 0,
	      0, 0, 1, 1, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 6, 0, 0, 0xcf, 0,
	      3, 0, 4, 2, 0, 0x40, 6, 3, 0xaa, 0xbb, 0xcc);
	FIXED(&s, 0xf0, 0, 0x41, 0, 0, 0, 1, 10, 0, 0, 0, 2, 0x37, 0, 0, 0xcf,
	      0, 3);
	s = (struct scsiemu_sense){ .extra = extra, .extra_len = 244 };
	assert_int_equal(semu_sense_put(&s, true, out, 252), 252);
	assert_int_equal(out[7], 244);
	assert_memory_equal(out + 8, extra, 244);
	s.extra_len = 245; /* more than sense can be: none */
	assert_int_equal(semu_sense_put(&s, true, out, 252), 8);
	assert_int_equal(out[7], 0);
}

/* Of a command: only with CHECK CONDITION, by D_SENSE or as asked. */
static void test_encode(void **state)
{
	struct scsiemu_cmd c = { .status = SCSIEMU_GOOD };
	uint8_t out[20];

	(void)state;
	c.sense.key = 6;
	assert_int_equal(scsiemu_sense_encode(&c, out, 20, 0), 0);
	c.status = SCSIEMU_BUSY;
	assert_int_equal(scsiemu_sense_encode(&c, out, 20, 0x70), 0);
	c.status = SCSIEMU_CHECK_CONDITION;
	assert_int_equal(scsiemu_sense_encode(&c, out, 20, 0), 18);
	assert_int_equal(out[0], 0x70);
	assert_int_equal(scsiemu_sense_encode(&c, out, 20, 0x72), 8);
	assert_int_equal(out[0], 0x72);
	c.descr = 1;
	assert_int_equal(scsiemu_sense_encode(&c, out, 20, 0), 8);
	assert_int_equal(scsiemu_sense_encode(&c, out, 20, 0x70), 18);
	assert_int_equal(scsiemu_sense_encode(&c, out, 8, 0x70), 8);
	assert_int_equal(out[7], 10); /* says what there would be */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_information),
		cmocka_unit_test(test_specific),
		cmocka_unit_test(test_key_specific),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_extra),
		cmocka_unit_test(test_encode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
