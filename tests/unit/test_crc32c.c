/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CRC-32C against RFC 3720 B.4 and against a bit-by-bit reference, at every
 * length around the stream sizes, unaligned and chained.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/crc32c.h"

typedef uint32_t crc_fn(uint32_t crc, const void *p, size_t n);
static crc_fn *const kinds[] = { semu_crc32c, semu_crc32c_table };
enum { NKIND = sizeof(kinds) / sizeof(kinds[0]) };

static uint32_t reference(const uint8_t *p, size_t n)
{
	uint32_t c = UINT32_MAX;

	while (n--) {
		c ^= *p++;
		for (int i = 0; i < 8; i++)
			c = c & 1 ? c >> 1 ^ 0x82f63b78U : c >> 1;
	}
	return ~c;
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
	/* RFC 3720 B.4: its byte order is the reverse of the number. */
	uint8_t up[32], down[32];
	static const uint8_t zeros[32];
	uint8_t ones[32];
	/* B.4's SCSI Read (10) Command PDU. */
	static const uint8_t read10[48] = {
		[0] = 0x01,  [1] = 0xc0,  [16] = 0x14, [22] = 0x04,
		[27] = 0x14, [31] = 0x18, [32] = 0x28, [40] = 0x02,
	};

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (unsigned i = 0; i < 32; i++) {
		up[i] = (uint8_t)i;
		down[i] = (uint8_t)(31 - i);
	}
	for (unsigned k = 0; k < NKIND; k++) {
		assert_int_equal(kinds[k](0, "", 0), 0);
		assert_int_equal(kinds[k](0, "123456789", 9), 0xe3069283U);
		assert_int_equal(kinds[k](0, zeros, 32), 0x8a9136aaU);
		assert_int_equal(kinds[k](0, ones, 32), 0x62a8ab43U);
		assert_int_equal(kinds[k](0, up, 32), 0x46dd794eU);
		assert_int_equal(kinds[k](0, down, 32), 0x113fdb5cU);
		assert_int_equal(kinds[k](0, read10, 48), 0xd9963a56U);
	}
}

static void test_lengths(void **state)
{
	static const size_t around[] = { 0, 504, 1008, 4080, 4584, 8160 };
	static uint8_t buf[9000];

	(void)state;
	fill(buf, sizeof(buf));
	for (unsigned a = 0; a < sizeof(around) / sizeof(around[0]); a++)
		for (size_t d = 0; d < 40; d++) {
			size_t n = around[a] + d;
			const uint8_t *p = buf + d % 9;
			uint32_t want = reference(p, n);

			for (unsigned k = 0; k < NKIND; k++)
				assert_int_equal(kinds[k](0, p, n), want);
		}
}

static void test_long(void **state)
{
	size_t n = 128 << 10;
	uint8_t *buf = malloc(n);

	(void)state;
	assert_non_null(buf);
	fill(buf, n);
	for (unsigned k = 0; k < NKIND; k++)
		assert_int_equal(kinds[k](0, buf, n), reference(buf, n));
	free(buf);
}

static void test_chain(void **state)
{
	static uint8_t buf[5000];
	uint32_t whole;

	(void)state;
	fill(buf, sizeof(buf));
	whole = reference(buf, sizeof(buf));
	for (size_t cut = 0; cut <= sizeof(buf); cut += 61)
		for (unsigned k = 0; k < NKIND; k++) {
			uint32_t c = kinds[k](0, buf, cut);

			c = kinds[k](c, buf + cut, sizeof(buf) - cut);
			assert_int_equal(c, whole);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
