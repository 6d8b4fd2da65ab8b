/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every reply of the common commands: any allocation length gives a prefix of
 * the whole, any host buffer too, and any scratch, chunk and window size gives
 * the same bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/spcdev.h"

/* at, bytes: the allocation length; least: below it is an error. */
struct reply {
	uint8_t cdb[16], len, at, bytes, least;
};
static const struct reply reply[] = {
	{ { 0x03 }, 6, 4, 1, 0 },
	{ { 0x03, 1 }, 6, 4, 1, 0 },
	{ { 0x12 }, 6, 3, 2, 0 },
	{ { 0x12, 1, 0x00 }, 6, 3, 2, 0 },
	{ { 0x12, 1, 0x80 }, 6, 3, 2, 0 },
	{ { 0x12, 1, 0x83 }, 6, 3, 2, 0 },
	{ { 0x12, 1, 0x86 }, 6, 3, 2, 0 },
	{ { 0x12, 1, 0x87 }, 6, 3, 2, 0 },
	{ { 0x12, 1, 0x88 }, 6, 3, 2, 0 },
	{ { 0x1a, 0, 0x3f, 0xff }, 6, 4, 1, 0 },
	{ { 0x1a, 8, 0x4a, 0x00 }, 6, 4, 1, 0 },
	{ { 0x5a, 0x10, 0xff, 0xff }, 10, 7, 2, 0 },
	{ { 0x1c, 1 }, 6, 3, 2, 0 },
	{ { 0x3c, 2 }, 10, 6, 3, 0 },
	{ { 0x3c, 3 }, 10, 6, 3, 0 },
	{ { 0x3c, 0x0b }, 10, 6, 3, 0 },
	{ { 0x9b, 2 }, 16, 10, 4, 0 },
	{ { 0xa0, 0, 2 }, 12, 6, 4, 16 },
	{ { 0xa3, 0x05, [10] = 0xfe }, 12, 6, 4, 0 },
	{ { 0xa3, 0x0c, 0x80 }, 12, 6, 4, 0 },
	{ { 0xa3, 0x0c, 0x83, 0x9b }, 12, 6, 4, 0 },
	{ { 0xa3, 0x0d, 0x80 }, 12, 6, 4, 4 },
	{ { 0xa3, 0x0f }, 12, 6, 4, 0 },
};
enum { N = sizeof(reply) / sizeof(reply[0]), MOST = 1024 };

static uint8_t whole[N][MOST];
static uint32_t whole_len[N];

static void run(struct spcdev *t, const struct reply *r, uint32_t alloc,
		uint32_t room)
{
	uint8_t cdb[16];
	unsigned i;

	memcpy(cdb, r->cdb, sizeof(cdb));
	for (i = 0; i < r->bytes; i++)
		cdb[r->at + r->bytes - 1u - i] = (uint8_t)(alloc >> (8 * i));
	drive_run(&t->d, t->lu, cdb, r->len, NULL, 0, room);
}

static uint32_t largest(const struct reply *r)
{
	return r->bytes == 1 ? 255 : MOST;
}

static void make(struct spcdev *t, const struct scsiemu_limits *l)
{
	uint16_t lun;

	spcdev_make(t, NULL, l);
	for (lun = 1; lun < 7; lun++)
		assert_non_null(scsiemu_lu_add(t->d.dev, (uint16_t)(lun * 100),
					       &spcdev_config));
	drive_settle(&t->d, t->lu, t->a);
}

static void prefixes(void **state)
{
	struct spcdev t;
	uint32_t i, n, most;

	(void)state;
	make(&t, NULL);
	for (i = 0; i < N; i++) {
		most = largest(&reply[i]);
		run(&t, &reply[i], most, MOST);
		drive_good(&t.d);
		whole_len[i] = t.d.t.c.in_done;
		assert_in_range(whole_len[i], 4, most - 1);
		memcpy(whole[i], t.d.t.in, whole_len[i]);
		for (n = 0; n <= whole_len[i] + 1; n++) {
			uint32_t len = n < whole_len[i] ? n : whole_len[i];

			run(&t, &reply[i], n, MOST);
			if (n < reply[i].least) {
				drive_cdb(&t.d, reply[i].at, SCSIEMU_NO_BIT);
				continue;
			}
			drive_data(&t.d, whole[i], len);
			assert_int_equal(scsiemu_in_resid(&t.d.t.c),
					 (int64_t)MOST - len);
			/* the host's buffer cuts the same way */
			run(&t, &reply[i], most, n);
			drive_data(&t.d, whole[i], len);
			assert_int_equal(scsiemu_in_resid(&t.d.t.c),
					 (int64_t)n - whole_len[i]);
		}
		run(&t, &reply[i], most, SCSIEMU_UNKNOWN);
		drive_data(&t.d, whole[i], whole_len[i]);
	}
	spcdev_free(&t);
}

/* After prefixes(): the replies are known. */
static void windows(void **state)
{
	static const uint32_t scratch[] = { 512, 520, 1000, 4096 };
	static const uint32_t chunk[] = { 0, 1, 3, 64 };
	struct spcdev t;
	uint32_t i, s, k;

	(void)state;
	make(&t, NULL);
	for (s = 0; s < 4; s++)
		for (k = 0; k < 4; k++)
			for (i = 0; i < N; i++) {
				t.d.scratch = scratch[s];
				t.d.chunk = chunk[k];
				run(&t, &reply[i], largest(&reply[i]), MOST);
				drive_data(&t.d, whole[i], whole_len[i]);
			}
	spcdev_free(&t);
}

/* Windows of a few bytes: a device whose limits say so. */
static void small_windows(void **state)
{
	static const uint16_t scratch[] = { 8, 16, 24, 56, 104, 256 };
	struct spcdev t;
	struct scsiemu_limits l = spcdev_limits;
	uint32_t i, s;

	(void)state;
	for (s = 0; s < sizeof(scratch) / sizeof(scratch[0]); s++) {
		l.scratch = scratch[s];
		make(&t, &l);
		for (i = 0; i < N; i++) {
			run(&t, &reply[i], largest(&reply[i]), MOST);
			drive_data(&t.d, whole[i], whole_len[i]);
		}
		spcdev_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes),
		cmocka_unit_test(windows),
		cmocka_unit_test(small_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
