/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard's CRC, all three of it (the core's table, the store layer's tables
 * and its instructions), against SBC-4 table 27 and a bit-by-bit reference: at
 * every length and alignment, and chained.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sbc/pi.h"
#include "store/pi_crc.h"

static scsiemu_pi_crc_fn *const kinds[] = { scsiemu_pi_crc, semu_pi_crc_table,
					    semu_pi_crc };
enum { NKIND = sizeof(kinds) / sizeof(kinds[0]), LONG = 4096 + 64 };

static uint16_t reference(const uint8_t *p, size_t n)
{
	unsigned c = 0;

	while (n--) {
		c ^= (unsigned)*p++ << 8;
		for (int i = 0; i < 8; i++)
			c = (c & 0x8000 ? c << 1 ^ 0x8bb7 : c << 1) & 0xffff;
	}
	return (uint16_t)c;
}

static void fill(uint8_t *p, size_t n)
{
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525U + 1013904223U;
		p[i] = (uint8_t)(x >> 24);
	}
}

static void test_vectors(void **state)
{
	uint8_t zeros[32] = { 0 }, ones[32], up[32], down[32];
	uint8_t two[32] = { 0xff, 0xff };

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (unsigned i = 0; i < 32; i++) {
		up[i] = (uint8_t)i;
		down[i] = (uint8_t)(0xff - i);
	}
	for (unsigned k = 0; k < NKIND; k++) {
		assert_int_equal(kinds[k](0, zeros, 32), 0x0000);
		assert_int_equal(kinds[k](0, ones, 32), 0xa293);
		assert_int_equal(kinds[k](0, up, 32), 0x0224);
		assert_int_equal(kinds[k](0, two, 32), 0x21b8);
		assert_int_equal(kinds[k](0, down, 32), 0xa0b7);
		assert_int_equal(kinds[k](0, "123456789", 9), 0xd0db);
		assert_int_equal(kinds[k](0, zeros, 0), 0);
	}
}

static void test_lengths(void **state)
{
	uint8_t *buf = malloc(LONG + 16);

	(void)state;
	assert_non_null(buf);
	fill(buf, LONG + 16);
	for (unsigned k = 0; k < NKIND; k++)
		for (size_t at = 0; at < 16; at++)
			for (size_t n = 0; n < 600; n++)
				assert_int_equal(kinds[k](0, buf + at, n),
						 reference(buf + at, n));
	for (unsigned k = 0; k < NKIND; k++)
		for (size_t n = 600; n <= LONG; n += 37)
			assert_int_equal(kinds[k](0, buf, n),
					 reference(buf, n));
	free(buf);
}

static void test_chained(void **state)
{
	uint8_t *buf = malloc(LONG);

	(void)state;
	assert_non_null(buf);
	fill(buf, LONG);
	for (unsigned k = 0; k < NKIND; k++)
		for (size_t cut = 0; cut <= 300; cut++) {
			uint16_t c = kinds[k](0, buf, cut);

			assert_int_equal(kinds[k](c, buf + cut, 512 - cut),
					 reference(buf, 512));
			assert_int_equal(kinds[k](c, buf + cut, LONG - cut),
					 reference(buf, LONG));
		}
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_chained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
