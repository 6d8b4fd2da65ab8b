/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/rs_crc.c - eight bytes a step by tables: the remainder is linear, so
 * what each byte adds is looked up by its distance from the last one. The
 * tables are made once, when the program is loaded; until then (in other
 * constructors) the answer comes byte by byte.
 */
#include "store/rs_crc.h"

enum { FIELD = 0x11d };
static const uint8_t generator[4] = { 0x38, 0xcf, 0x38, 0x01 };

/* slice[k][b]: b followed by k bytes of zeros. */
static uint32_t slice[8][256];

/* a * b in the field. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
	unsigned r = 0, x = a;

	for (; b; b >>= 1) {
		if (b & 1)
			r ^= x;
		x <<= 1;
		if (x & 0x100)
			x ^= FIELD;
	}
	return (uint8_t)r;
}

static uint32_t one_byte(uint8_t b)
{
	uint32_t r = 0;

	for (unsigned i = 0; i < 4; i++)
		r = r << 8 | multiply(generator[i], b);
	return r;
}

static uint32_t by_bytes(uint32_t c, const uint8_t *p, size_t n)
{
	while (n--)
		c = c << 8 ^ one_byte((uint8_t)(c >> 24 ^ *p++));
	return c;
}

static uint32_t by_slices(uint32_t c, const uint8_t *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8)
		c = slice[7][c >> 24 ^ p[0]] ^
		    slice[6][(c >> 16 & 0xff) ^ p[1]] ^
		    slice[5][(c >> 8 & 0xff) ^ p[2]] ^
		    slice[4][(c & 0xff) ^ p[3]] ^ slice[3][p[4]] ^
		    slice[2][p[5]] ^ slice[1][p[6]] ^ slice[0][p[7]];
	while (n--)
		c = c << 8 ^ slice[0][c >> 24 ^ *p++];
	return c;
}

static uint32_t (*best)(uint32_t c, const uint8_t *p, size_t n) = by_bytes;

static __attribute__((constructor)) void make_slices(void)
{
	for (unsigned b = 0; b < 256; b++) {
		slice[0][b] = one_byte((uint8_t)b);
		for (unsigned k = 1; k < 8; k++) {
			uint32_t c = slice[k - 1][b];

			slice[k][b] = c << 8 ^ one_byte((uint8_t)(c >> 24));
		}
	}
	best = by_slices;
}

uint32_t semu_rs_crc(uint32_t crc, const void *p, size_t n)
{
	return best(crc, p, n);
}
