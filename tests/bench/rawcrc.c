/* SPDX-License-Identifier: BSD-2-Clause */
/* See rawcrc.h. Apart from the library's own, so that one checks the other. */
#include "rawcrc.h"

#include <string.h>

static uint32_t by_bit(uint32_t crc, const unsigned char *p, size_t n)
{
	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return crc;
}

#ifdef __x86_64__
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t by_instruction(
	uint32_t crc, const unsigned char *p, size_t n)
{
	uint64_t x = crc;

	for (; n >= 8; n -= 8, p += 8) {
		uint64_t v;

		memcpy(&v, p, 8);
		x = _mm_crc32_u64(x, v);
	}
	while (n--)
		x = _mm_crc32_u8((uint32_t)x, *p++);
	return (uint32_t)x;
}

uint32_t raw_crc32c(uint32_t crc, const unsigned char *p, size_t n)
{
	return __builtin_cpu_supports("sse4.2") ? by_instruction(crc, p, n)
						: by_bit(crc, p, n);
}
#else
uint32_t raw_crc32c(uint32_t crc, const unsigned char *p, size_t n)
{
	return by_bit(crc, p, n);
}
#endif
