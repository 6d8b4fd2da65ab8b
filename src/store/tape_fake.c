/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store/tape_fake.c - formats of which nothing is changed: FakeTape of FLEX-ES,
 * whose objects have a header of 12 hexadecimal digits (length of the one
 * before, of this one, both XORed; 0 is a filemark), and a tar archive, in the
 * records that tar would have written to a tape.
 */
#include <string.h>

#include "store/tape_export.h"
#include "store/tape_scan.h"

/* ---- FakeTape ---- */

enum { HEAD = 12, DIGITS = 4 };

/* DIGITS of them, or -1. */
static long number(const uint8_t *p)
{
	long n = 0;

	for (int i = 0; i < DIGITS; i++) {
		uint8_t c = p[i];

		if (c >= '0' && c <= '9')
			n = n << 4 | (c - '0');
		else if (c >= 'A' && c <= 'F')
			n = n << 4 | (c - 'A' + 10);
		else if (c >= 'a' && c <= 'f')
			n = n << 4 | (c - 'a' + 10);
		else
			return -1;
	}
	return n;
}

static int fake_object(struct semu_scan *s, long before, long *len)
{
	const uint8_t *p = semu_scan_peek(s, s->end, HEAD);
	struct semu_scan_object o = { .at = s->end, .kind = SEMU_SCAN_RECORD };
	long prev, check;

	if (!p)
		return -1;
	prev = number(p);
	*len = number(p + DIGITS);
	check = number(p + 2 * DIGITS);
	if (prev < 0 || *len < 0 || check < 0)
		return semu_scan_damage(s, s->end,
					"a header that is not 12 hexadecimal "
					"digits");
	if ((prev ^ *len) != check || prev != before)
		return semu_scan_damage(s, s->end,
					"lengths that do not fit together");
	o.len = (uint32_t)*len;
	if (o.len > s->bytes - s->end - HEAD)
		return semu_scan_damage(s, s->end,
					"the file ends inside a record");
	if (!o.len)
		o.kind = SEMU_SCAN_MARK;
	s->end += HEAD + o.len;
	return semu_scan_add(s, o);
}

static int fake_scan(struct semu_scan *s)
{
	long before = 0;

	while (s->end < s->bytes)
		if (fake_object(s, before, &before))
			return -1;
	return 0;
}

const struct semu_scan_format semu_faketape = { .name = "a FakeTape",
						.block_max = 0xffff,
						.scan = fake_scan,
						.head = HEAD };

static void put_digits(uint8_t *p, uint32_t n)
{
	for (int i = DIGITS; i--; n >>= 4)
		p[i] = (uint8_t) "0123456789ABCDEF"[n & 15];
}

static int fake_put(struct semu_export *x, const uint8_t *data, uint32_t len)
{
	uint32_t prev = (uint32_t)x->before;
	uint8_t head[HEAD];

	put_digits(head, prev);
	put_digits(head + DIGITS, len);
	put_digits(head + 2 * DIGITS, prev ^ len);
	x->before = len;
	return semu_export_append(x, 0, head, HEAD, data, len);
}

const struct semu_export_format semu_faketape_export = { .block_max = 0xffff,
							 .per_object = HEAD,
							 .partitions = 1,
							 .files = 1,
							 .put = fake_put };

/* ---- tar ---- */

enum {
	BLOCK = 512,
	RECORD = 20 * BLOCK, /* tar's usual blocking factor */
	SUM = 148,	     /* the header's checksum: 8 bytes, octal */
	SUM_LEN = 8
};

/* POSIX ustar: the sum of the header's bytes, its own as spaces. */
static bool header(const uint8_t *p)
{
	unsigned sum = 0, want = 0;
	int i = SUM;

	for (int k = 0; k < BLOCK; k++)
		sum += k >= SUM && k < SUM + SUM_LEN ? ' ' : p[k];
	while (i < SUM + SUM_LEN && p[i] == ' ')
		i++;
	for (; i < SUM + SUM_LEN && p[i] >= '0' && p[i] <= '7'; i++)
		want = want << 3 | (unsigned)(p[i] - '0');
	return sum == want;
}

static int tar_scan(struct semu_scan *s)
{
	struct semu_scan_object o = { .kind = SEMU_SCAN_RECORD };
	const uint8_t *p = semu_scan_peek(s, 0, BLOCK);

	if (!p)
		return -1;
	if (!header(p))
		return semu_scan_damage(s, 0, "no header of tar");
	for (; s->end < s->bytes; s->end += o.len) {
		o.at = s->end;
		o.len = s->bytes - s->end < RECORD
				? (uint32_t)(s->bytes - s->end)
				: RECORD;
		if (o.len % BLOCK)
			return semu_scan_damage(s, s->end,
						"the file ends inside a block");
		if (semu_scan_add(s, o))
			return -1;
	}
	o = (struct semu_scan_object){ .at = s->end, .kind = SEMU_SCAN_MARK };
	return semu_scan_add(s, o);
}

const struct semu_scan_format semu_tar = { .name = "a tar archive",
					   .block_max = RECORD,
					   .scan = tar_scan };
