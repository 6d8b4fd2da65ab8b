/* SPDX-License-Identifier: BSD-2-Clause */
/* The windowed writer: whatever the windows, the bytes are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"

enum { ITEMS = 37, SIZE = 5 };

/* Items that were really written in this window, to see that the iterator
 * saves the work. */
static unsigned written;

static void write_items(struct scsiemu_wr *w, uint32_t count)
{
	uint32_t i, last;

	scsiemu_wr_items(w, count, SIZE, &i, &last);
	for (; i < last; i++) {
		scsiemu_wr_u8(w, i);
		scsiemu_wr_be32(w, i * 0x01010101u);
		written++;
	}
	scsiemu_wr_items_end(w, count - last, SIZE);
}

/* A reply with all there is: nested lengths in front of what they count. */
static void reply(struct scsiemu_wr *w)
{
	uint32_t at, inner;

	scsiemu_wr_u8(w, 0x1ab); /* only the low byte */
	at = scsiemu_wr_tell(w);
	scsiemu_wr_be32(w, 0);
	scsiemu_wr_be16(w, 0x1122);
	scsiemu_wr_be24(w, 0x334455);
	scsiemu_wr_be64(w, UINT64_C(0x66778899aabbccdd));
	inner = scsiemu_wr_tell(w);
	scsiemu_wr_be16(w, 0);
	scsiemu_wr_bytes(w, "bytes of some length", 20);
	scsiemu_wr_bytes(w, "", 0);
	scsiemu_wr_len(w, inner, 2, -4);
	scsiemu_wr_zero(w, 3);
	scsiemu_wr_ascii(w, "pad", 8);
	scsiemu_wr_ascii(w, "cut off", 3);
	write_items(w, ITEMS);
	write_items(w, 0);
	scsiemu_wr_u8(w, 0xfe);
	inner = scsiemu_wr_tell(w);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_len(w, inner, 1, 3);
	scsiemu_wr_len(w, at, 4, 0);
}

static const uint8_t head[] = {
	0xab, 0,    0,	  0,	0xec, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
	0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0,	16,   'b',  'y',
	't',  'e',  's',  ' ',	'o',  'f',  ' ',  's',	'o',  'm',  'e',
	' ',  'l',  'e',  'n',	'g',  't',  'h',  0,	0,    0,    'p',
	'a',  'd',  ' ',  ' ',	' ',  ' ',  ' ',  'c',	'u',  't',
};
enum { HEAD = sizeof(head), LIST = ITEMS * SIZE, TOTAL = HEAD + LIST + 2 };
_Static_assert(TOTAL - 5 == 0xec, "the length in front");

static void expected(uint8_t *p)
{
	memcpy(p, head, HEAD);
	p += HEAD;
	for (uint8_t i = 0; i < ITEMS; i++, p += SIZE)
		memset(p, i, SIZE);
	*p++ = 0xfe;
	*p = 3;
}

static void test_one_window(void **state)
{
	uint8_t want[TOTAL], got[TOTAL + 1];
	struct scsiemu_wr w = { got, 0, TOTAL + 1, 0 };

	(void)state;
	expected(want);
	memset(got, 0xee, sizeof(got));
	reply(&w);
	assert_int_equal(scsiemu_wr_tell(&w), TOTAL);
	assert_memory_equal(got, want, TOTAL);
	assert_int_equal(got[TOTAL], 0xee);
}

static void test_every_window(void **state)
{
	uint8_t want[TOTAL];

	(void)state;
	expected(want);
	for (uint32_t lo = 0; lo <= TOTAL + 3; lo++) {
		for (uint32_t n = 0; n <= TOTAL + 3; n += 1 + n / 16) {
			uint8_t *buf = malloc(n ? n : 1);
			struct scsiemu_wr w = { buf, lo, lo + n, 0 };
			uint32_t in = lo < TOTAL ? TOTAL - lo : 0;

			assert_non_null(buf);
			memset(buf, 0xee, n);
			reply(&w);
			assert_int_equal(w.pos, TOTAL);
			in = in < n ? in : n;
			assert_memory_equal(buf, want + (in ? lo : 0), in);
			for (uint32_t i = in; i < n; i++)
				assert_int_equal(buf[i], 0xee);
			free(buf);
		}
	}
}

/* Items far from the window are passed over, not written away. */
static void test_items_skip(void **state)
{
	uint8_t buf[16];
	struct scsiemu_wr w = { buf, HEAD + 50 * SIZE + 2, 0, 0 };

	(void)state;
	w.hi = w.lo + sizeof(buf);
	scsiemu_wr_zero(&w, HEAD);
	written = 0;
	write_items(&w, 60000);
	assert_int_equal(w.pos, HEAD + 60000 * SIZE);
	/* bytes 2.. of item 50 up to byte 2 of item 53 */
	assert_int_equal(written, 4);
	assert_int_equal(buf[0], 50);
	assert_int_equal(buf[3], 51);
	assert_int_equal(buf[15], 53);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_window),
		cmocka_unit_test(test_every_window),
		cmocka_unit_test(test_items_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
