/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/pi_crc.c - the CRC of the guard tag (SBC-4 4.21.4: polynomial 8BB7h, no
 * bit reflected) by carry-less multiplication where the processor has it, found
 * at run time; else eight bytes a step by tables.
 *
 * A run of bytes is a polynomial. 16 bytes of it, H in front of L, are moved
 * over what follows them: H * x^(n + 64) + L * x^n, with the powers of x taken
 * modulo the CRC's polynomial, has the same remainder, and is no longer than 16
 * bytes. Four such runs advance together. The last 16 bytes go through the
 * tables.
 *
 * Tables and powers are made once, when the program is loaded; until then (in
 * other constructors) the answer comes bit by bit.
 */
#include "store/pi_crc.h"

#include <stdbool.h>
#include <string.h>

#define POLY 0x8bb7U

typedef uint16_t crc_fn(uint16_t c, const uint8_t *p, size_t n);

/* One bit of zero behind c: multiply by x. */
static uint16_t shift_bit(uint16_t c)
{
	return (uint16_t)(c << 1 ^ (POLY & (0U - (c >> 15))));
}

static uint16_t crc_bits(uint16_t c, const uint8_t *p, size_t n)
{
	while (n--) {
		c = (uint16_t)(c ^ *p++ << 8);
		for (int i = 0; i < 8; i++)
			c = shift_bit(c);
	}
	return c;
}

static crc_fn *crc_best = crc_bits;
static crc_fn *crc_soft = crc_bits;

/* slice[k][b]: b followed by k bytes of zeros. */
static uint16_t slice[8][256];

static void make_slices(void)
{
	for (unsigned b = 0; b < 256; b++) {
		uint8_t byte = (uint8_t)b;

		slice[0][b] = crc_bits(0, &byte, 1);
	}
	for (unsigned k = 1; k < 8; k++)
		for (unsigned b = 0; b < 256; b++) {
			uint16_t c = slice[k - 1][b];

			slice[k][b] = (uint16_t)(c << 8 ^ slice[0][c >> 8]);
		}
}

static uint16_t crc_slices(uint16_t c, const uint8_t *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8)
		c = slice[7][p[0] ^ c >> 8] ^ slice[6][p[1] ^ (c & 0xff)] ^
		    slice[5][p[2]] ^ slice[4][p[3]] ^ slice[3][p[4]] ^
		    slice[2][p[5]] ^ slice[1][p[6]] ^ slice[0][p[7]];
	while (n--)
		c = (uint16_t)(c << 8 ^ slice[0][c >> 8 ^ *p++]);
	return c;
}

/* What the processor brings: 16 bytes as one number, and its moving on. */
#if defined(__x86_64__)
#include <tmmintrin.h>
#include <wmmintrin.h>
#define HW __attribute__((target("pclmul,ssse3")))
typedef __m128i run_t;

static bool hw_there(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("pclmul") &&
	       __builtin_cpu_supports("ssse3");
}

static inline HW run_t load(const uint8_t *p)
{
	const __m128i turn = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
					  12, 13, 14, 15);

	return _mm_shuffle_epi8(
		_mm_loadu_si128((const __m128i *)(const void *)p), turn);
}

static inline HW run_t numbers(uint64_t high, uint64_t low)
{
	return _mm_set_epi64x((long long)high, (long long)low);
}

static inline HW run_t both(run_t a, run_t b)
{
	return _mm_xor_si128(a, b);
}

static inline HW run_t move_on(run_t a, run_t powers)
{
	return both(_mm_clmulepi64_si128(a, powers, 0x11),
		    _mm_clmulepi64_si128(a, powers, 0x00));
}

static inline HW void store(uint8_t *p, run_t a)
{
	uint64_t v[2];

	_mm_storeu_si128((__m128i *)(void *)v, a);
	for (unsigned i = 0; i < 8; i++) {
		p[i] = (uint8_t)(v[1] >> (56 - 8 * i));
		p[8 + i] = (uint8_t)(v[0] >> (56 - 8 * i));
	}
}
#elif defined(__aarch64__) && defined(__linux__) &&                            \
	__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <arm_neon.h>
#include <sys/auxv.h>
#define HWCAP_BIT_PMULL (1UL << 4) /* Linux: asm/hwcap.h */
#ifdef __clang__
#define HW __attribute__((target("aes")))
#else
#define HW __attribute__((target("+crypto")))
#endif
typedef uint64x2_t run_t; /* lane 1 is the high half */

static bool hw_there(void)
{
	return (getauxval(AT_HWCAP) & HWCAP_BIT_PMULL) != 0;
}

static inline HW run_t numbers(uint64_t high, uint64_t low)
{
	return vcombine_u64(vcreate_u64(low), vcreate_u64(high));
}

static inline HW run_t load(const uint8_t *p)
{
	uint8x16_t v = vrev64q_u8(vld1q_u8(p));

	return vreinterpretq_u64_u8(vextq_u8(v, v, 8));
}

static inline HW run_t both(run_t a, run_t b)
{
	return veorq_u64(a, b);
}

static inline HW run_t times(uint64_t a, uint64_t b)
{
	return vreinterpretq_u64_p128(vmull_p64((poly64_t)a, (poly64_t)b));
}

static inline HW run_t move_on(run_t a, run_t powers)
{
	return both(times(vgetq_lane_u64(a, 1), vgetq_lane_u64(powers, 1)),
		    times(vgetq_lane_u64(a, 0), vgetq_lane_u64(powers, 0)));
}

static inline HW void store(uint8_t *p, run_t a)
{
	uint8x16_t v = vrev64q_u8(vreinterpretq_u8_u64(a));

	vst1q_u8(p, vextq_u8(v, v, 8));
}
#endif

#ifdef HW
enum { RUN = 16, RUNS = 4 };

/* x^(n + 64) and x^n for n = 128 and n = 512: how far a run is moved. */
static uint64_t powers_one[2], powers_four[2];

/* x^bits modulo the polynomial. */
static uint16_t power(unsigned bits)
{
	uint16_t x = 1;

	while (bits--)
		x = shift_bit(x);
	return x;
}

static void make_powers(uint64_t powers[2], unsigned bits)
{
	powers[0] = power(bits + 64);
	powers[1] = power(bits);
}

/* Four runs, at p and behind it, become one. */
static inline HW run_t four(run_t first, const uint8_t **p, size_t *n,
			    run_t one)
{
	const run_t move = numbers(powers_four[0], powers_four[1]);
	run_t a = first, b = load(*p + RUN), c = load(*p + 2 * RUN),
	      d = load(*p + 3 * RUN);

	for (*p += RUNS * RUN, *n -= RUNS * RUN; *n >= RUNS * RUN;
	     *p += RUNS * RUN, *n -= RUNS * RUN) {
		a = both(move_on(a, move), load(*p));
		b = both(move_on(b, move), load(*p + RUN));
		c = both(move_on(c, move), load(*p + 2 * RUN));
		d = both(move_on(d, move), load(*p + 3 * RUN));
	}
	b = both(move_on(a, one), b);
	c = both(move_on(b, one), c);
	return both(move_on(c, one), d);
}

static HW uint16_t crc_hw(uint16_t c, const uint8_t *p, size_t n)
{
	const run_t one = numbers(powers_one[0], powers_one[1]);
	uint8_t rest[RUN];
	run_t a;

	if (n < 2 * RUN)
		return crc_slices(c, p, n);
	a = both(load(p), numbers((uint64_t)c << 48, 0));
	if (n >= RUNS * RUN) {
		a = four(a, &p, &n, one);
	} else {
		p += RUN;
		n -= RUN;
	}
	for (; n >= RUN; p += RUN, n -= RUN)
		a = both(move_on(a, one), load(p));
	store(rest, a);
	return crc_slices(crc_slices(0, rest, RUN), p, n);
}
#endif

static __attribute__((constructor)) void choose(void)
{
	make_slices();
	crc_soft = crc_slices;
	crc_best = crc_slices;
#ifdef HW
	if (hw_there()) {
		make_powers(powers_one, 8 * RUN);
		make_powers(powers_four, 8 * RUNS * RUN);
		crc_best = crc_hw;
	}
#endif
}

uint16_t scsiemu_pi_crc(uint16_t crc, const void *p, size_t n)
{
	return crc_best(crc, p, n);
}

uint16_t semu_pi_crc_table(uint16_t crc, const void *p, size_t n)
{
	return crc_soft(crc, p, n);
}
