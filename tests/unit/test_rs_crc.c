/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Reed-Solomon CRC against values that LTFS's tables give as well, and
 * against long division, at every length and alignment, and chained.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "store/rs_crc.h"

static unsigned times(unsigned a, unsigned b)
{
	unsigned r = 0;

	for (int i = 7; i >= 0; i--) {
		r = r << 1 ^ (r & 0x80 ? 0x11dU : 0U);
		if (b >> i & 1)
			r ^= a;
	}
	return r & 0xff;
}

/* The message times x^4, divided by the generator. */
static uint32_t reference(const uint8_t *p, size_t n)
{
	static const unsigned g[4] = { 0x38, 0xcf, 0x38, 1 };
	unsigned r[4] = { 0 };

	while (n--) {
		unsigned q = r[0] ^ *p++;

		for (int i = 0; i < 4; i++)
			r[i] = (i < 3 ? r[i + 1] : 0) ^ times(q, g[i]);
	}
	return (uint32_t)r[0] << 24 | r[1] << 16 | r[2] << 8 | r[3];
}

static void test_vectors(void **state)
{
	uint8_t up[32], zeros[32] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		up[i] = (uint8_t)i;
	assert_int_equal(semu_rs_crc(0, "123456789", 9), 0x4b4f673a);
	assert_int_equal(semu_rs_crc(0, up, 32), 0xfb9aa2c4);
	assert_int_equal(semu_rs_crc(0, zeros, 32), 0);
	assert_int_equal(semu_rs_crc(0x1234, up, 0), 0x1234);
}

static void test_division(void **state)
{
	enum { LONG = 100 };
	uint8_t buf[LONG + 8];
	uint32_t x = 1;

	(void)state;
	for (unsigned i = 0; i < sizeof(buf); i++) {
		x = x * 1664525U + 1013904223U;
		buf[i] = (uint8_t)(x >> 24);
	}
	for (unsigned at = 0; at < 8; at++)
		for (unsigned n = 0; n <= LONG; n++)
			assert_int_equal(semu_rs_crc(0, buf + at, n),
					 reference(buf + at, n));
	for (unsigned cut = 0; cut <= LONG; cut++)
		assert_int_equal(semu_rs_crc(semu_rs_crc(0, buf, cut),
					     buf + cut, LONG - cut),
				 reference(buf, LONG));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_division),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
