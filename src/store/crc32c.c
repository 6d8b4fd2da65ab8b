/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/crc32c.c - CRC-32C by the processor's instruction where it has one
 * (SSE4.2, ARMv8), found at run time; else eight bytes a step by tables.
 *
 * The instruction has a latency of three cycles and can start every cycle: long
 * runs are cut in three streams that advance together. The streams are joined
 * by moving a CRC over the length of a stream of zeros, which is linear: one
 * look-up for each byte of the CRC.
 *
 * The tables are made once, when the program is loaded; until then (in other
 * constructors) the answer comes bit by bit.
 */
#include "store/crc32c.h"

#include <stdbool.h>
#include <string.h>

#define POLY 0x82f63b78U /* 1EDC6F41h, reflected */

typedef uint32_t crc_fn(uint32_t c, const uint8_t *p, size_t n);

/* One bit of zero behind c: multiply by x. */
static uint32_t shift_bit(uint32_t c)
{
	return (c >> 1) ^ (POLY & (0U - (c & 1)));
}

static uint32_t crc_bits(uint32_t c, const uint8_t *p, size_t n)
{
	while (n--) {
		c ^= *p++;
		for (int i = 0; i < 8; i++)
			c = shift_bit(c);
	}
	return c;
}

static crc_fn *crc_best = crc_bits;
static crc_fn *crc_soft = crc_bits;

/* slice[k][b]: b followed by k bytes of zeros. */
static uint32_t slice[8][256];

static void make_slices(void)
{
	for (unsigned b = 0; b < 256; b++) {
		uint8_t byte = (uint8_t)b;

		slice[0][b] = crc_bits(0, &byte, 1);
	}
	for (unsigned k = 1; k < 8; k++)
		for (unsigned b = 0; b < 256; b++) {
			uint32_t c = slice[k - 1][b];

			slice[k][b] = (c >> 8) ^ slice[0][c & 0xff];
		}
}

static uint32_t crc_slices(uint32_t c, const uint8_t *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8) {
		c ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 |
		     (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		c = slice[7][c & 0xff] ^ slice[6][c >> 8 & 0xff] ^
		    slice[5][c >> 16 & 0xff] ^ slice[4][c >> 24] ^
		    slice[3][p[4]] ^ slice[2][p[5]] ^ slice[1][p[6]] ^
		    slice[0][p[7]];
	}
	while (n--)
		c = (c >> 8) ^ slice[0][(c ^ *p++) & 0xff];
	return c;
}

/* What the processor brings: target of the functions, a word, two steps. */
#if defined(__x86_64__) || defined(__i386__)
#include <nmmintrin.h>
#define HW __attribute__((target("sse4.2")))
static bool hw_there(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("sse4.2");
}
#define hw_byte(c, b) _mm_crc32_u8(c, b)
#ifdef __x86_64__
typedef uint64_t hw_word_t;
#define hw_word(c, w) ((uint32_t)_mm_crc32_u64(c, w))
#else
typedef uint32_t hw_word_t;
#define hw_word(c, w) _mm_crc32_u32(c, w)
#endif
#elif defined(__aarch64__) && defined(__linux__) &&                            \
	__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <sys/auxv.h>
#define HWCAP_BIT_CRC32 (1UL << 7) /* Linux: asm/hwcap.h */
#ifdef __clang__
#define HW __attribute__((target("crc")))
#else
#define HW __attribute__((target("+crc")))
#endif
static bool hw_there(void)
{
	return (getauxval(AT_HWCAP) & HWCAP_BIT_CRC32) != 0;
}
typedef uint64_t hw_word_t;
static inline HW uint32_t hw_byte(uint32_t c, uint8_t b)
{
	__asm__("crc32cb %w0, %w0, %w1" : "+r"(c) : "r"((uint32_t)b));
	return c;
}
static inline HW uint32_t hw_word(uint32_t c, uint64_t w)
{
	__asm__("crc32cx %w0, %w0, %x1" : "+r"(c) : "r"(w));
	return c;
}
#endif

#ifdef HW
/*
 * Bytes of one of three streams: 4 KiB is one round of the long ones, 512
 * bytes one of the short ones.
 */
enum { LONG_LEN = 1360, SHORT_LEN = 168 };
struct leap { /* a CRC over a stream of zeros, by byte of the CRC */
	uint32_t by[4][256];
};
static struct leap leap_long, leap_short;

/* a * b modulo the polynomial; bit 31 is x^0. */
static uint32_t multiply(uint32_t a, uint32_t b)
{
	uint32_t r = 0;

	for (; a; a <<= 1, b = shift_bit(b))
		if (a & 1U << 31)
			r ^= b;
	return r;
}

static void make_leap(struct leap *l, unsigned len)
{
	uint32_t x = 1U << 31; /* x^(8 len) */

	for (unsigned i = 0; i < 8 * len; i++)
		x = shift_bit(x);
	for (unsigned k = 0; k < 4; k++)
		for (unsigned b = 0; b < 256; b++)
			l->by[k][b] = multiply((uint32_t)b << 8 * k, x);
}

static uint32_t leap_over(const struct leap *l, uint32_t c)
{
	return l->by[0][c & 0xff] ^ l->by[1][c >> 8 & 0xff] ^
	       l->by[2][c >> 16 & 0xff] ^ l->by[3][c >> 24];
}

static inline hw_word_t load(const uint8_t *p)
{
	hw_word_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* Three streams of len bytes, one behind the other, from p on. */
static inline HW uint32_t three(const struct leap *l, uint32_t c,
				const uint8_t *p, size_t len)
{
	uint32_t c1 = 0, c2 = 0;

	for (size_t i = 0; i < len; i += sizeof(hw_word_t)) {
		c = hw_word(c, load(p + i));
		c1 = hw_word(c1, load(p + len + i));
		c2 = hw_word(c2, load(p + 2 * len + i));
	}
	return leap_over(l, leap_over(l, c) ^ c1) ^ c2;
}

static HW uint32_t crc_hw(uint32_t c, const uint8_t *p, size_t n)
{
	for (; n >= 3 * LONG_LEN; n -= 3 * LONG_LEN, p += 3 * LONG_LEN)
		c = three(&leap_long, c, p, LONG_LEN);
	for (; n >= 3 * SHORT_LEN; n -= 3 * SHORT_LEN, p += 3 * SHORT_LEN)
		c = three(&leap_short, c, p, SHORT_LEN);
	for (; n >= sizeof(hw_word_t);
	     n -= sizeof(hw_word_t), p += sizeof(hw_word_t))
		c = hw_word(c, load(p));
	while (n--)
		c = hw_byte(c, *p++);
	return c;
}
#endif

static __attribute__((constructor)) void choose(void)
{
	make_slices();
	crc_soft = crc_slices;
	crc_best = crc_slices;
#ifdef HW
	if (hw_there()) {
		make_leap(&leap_long, LONG_LEN);
		make_leap(&leap_short, SHORT_LEN);
		crc_best = crc_hw;
	}
#endif
}

uint32_t semu_crc32c(uint32_t crc, const void *p, size_t n)
{
	return ~crc_best(~crc, p, n);
}

uint32_t semu_crc32c_table(uint32_t crc, const void *p, size_t n)
{
	return ~crc_soft(~crc, p, n);
}
