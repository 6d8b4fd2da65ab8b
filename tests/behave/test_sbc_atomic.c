/* SPDX-License-Identifier: BSD-2-Clause */
/* COMPARE AND WRITE and ORWRITE: results, sizes, and that they are alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

static const uint32_t chunks[] = { 1, 511, 512, 4096, 0 };

static void caw(struct disk *b, uint64_t lba, uint32_t n, const uint8_t *out,
		uint32_t out_len)
{
	disk_run(b, SCSIEMU_OP_COMPARE_AND_WRITE, 0, lba, n, out, out_len, 0);
}

static void one_caw(struct disk *b)
{
	uint8_t out[6 * 512], old[3 * 512];

	disk_fill(b, 1);
	memcpy(out, disk_at(b, 61), 1536);
	disk_pattern(out + 1536, 61, 3, 512, 2);
	caw(b, 61, 3, out, 3072);
	drive_good(&b->d);
	assert_memory_equal(disk_at(b, 61), out + 1536, 1536);
	assert_int_equal(b->d.t.c.out_done, 3072);
	assert_int_equal(scsiemu_out_resid(&b->d.t.c), 0);
	/* again: it has changed, so nothing is written */
	memcpy(old, disk_at(b, 61), 1536);
	caw(b, 61, 3, out, 3072);
	drive_check(&b->d, SCSIEMU_SK_MISCOMPARE, SCSIEMU_ASC_MISCOMPARE);
	assert_int_equal(b->d.t.c.sense.info, 0);
	assert_int_equal(b->d.t.c.out_all, 3072);
	assert_memory_equal(disk_at(b, 61), old, 1536);
	/* INFORMATION: where the first difference is in data-out */
	for (uint32_t at = 0; at < 1536; at += 101) {
		memcpy(out, old, 1536);
		out[at] ^= 0x40;
		caw(b, 61, 3, out, 3072);
		drive_check(&b->d, SCSIEMU_SK_MISCOMPARE,
			    SCSIEMU_ASC_MISCOMPARE);
		assert_int_equal(b->d.t.sense[0], 0xf0);
		assert_int_equal(b->d.t.sense[5] << 8 | b->d.t.sense[6], at);
		assert_memory_equal(disk_at(b, 61), old, 1536);
	}
}

static void test_caw(void **s)
{
	(void)s;
	for (unsigned i = 0; i < 10; i++) {
		struct disk_options o = { .unable = i & 1 ? SCSIEMU_CAN_CAS
							  : 0 };
		struct disk b;

		disk_make(&b, &o);
		b.d.chunk = chunks[i / 2];
		one_caw(&b);
		disk_free(&b);
	}
}

static void test_caw_descriptor(void **s)
{
	static const uint8_t want[8 + 12] = { 0x72, 0xe, 0x1d, 0,    0,
					      0,    0,	 12,   0x00, 0x0a,
					      0x80, 0,	 0,    0,    0,
					      0,    0,	 0,    0x02, 0x05 };
	uint8_t out[4 * 512] = { 0 };
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	disk_mode(&b, 0x0a, 2, 0x04, 0x04);
	out[0x205] = 1;
	caw(&b, 0, 2, out, 2048); /* unwritten blocks compare as zeros */
	drive_check(&b.d, SCSIEMU_SK_MISCOMPARE, SCSIEMU_ASC_MISCOMPARE);
	assert_int_equal(b.d.t.sense_len, sizeof(want));
	assert_memory_equal(b.d.t.sense, want, sizeof(want));
	disk_free(&b);
}

static void test_caw_refused(void **s)
{
	struct disk_options o = { .whole = 8 * 512 };
	struct disk_options none = { .whole = 1023 };
	uint8_t vpd[6] = { SCSIEMU_OP_INQUIRY, 1, 0xb0, 0, 64, 0 };
	static uint8_t out[16 * 512];
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	drive_in(&b.d, b.lu, vpd, 6);
	assert_int_equal(b.d.t.in[5], 4);
	caw(&b, 0, 4, out, 8 * 512);
	drive_good(&b.d);
	caw(&b, 0, 5, out, 10 * 512);
	drive_cdb(&b.d, 13, SCSIEMU_NO_BIT);
	caw(&b, 0, 0, NULL, 0);
	drive_good(&b.d);
	/* data-out must be the blocks twice */
	for (uint32_t len = 0; len < 8 * 512; len += 512) {
		caw(&b, 0, 2, out, len);
		if (len == 2048)
			continue;
		drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
		assert_int_equal(b.d.nlog, 0);
	}
	caw(&b, 0, 2, out, SCSIEMU_UNKNOWN);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.out_all, 2048);
	disk_free(&b);
	/* no block fits twice: no such command, and B0 says so */
	disk_make(&b, &none);
	drive_in(&b.d, b.lu, vpd, 6);
	assert_int_equal(b.d.t.in[5], 0);
	caw(&b, 0, 1, out, 1024);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_OPCODE);
	disk_free(&b);
}

/* The want of a medium with compare-and-swap, and of one without. */
static void test_caw_wants(void **s)
{
	struct disk_options poor = { .unable = SCSIEMU_CAN_CAS };
	static uint8_t out[2048];
	const struct drive_want *w;
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	w = b.d.log;
	disk_run(&b, SCSIEMU_OP_COMPARE_AND_WRITE, 0x18, 5, 2, out, 2048, 0);
	assert_int_equal(b.d.nlog, 1);
	assert_int_equal(w->want, SCSIEMU_WRITE);
	assert_int_equal(w->len, 2048);
	assert_int_equal(w->flags, SCSIEMU_WHOLE | SCSIEMU_DIG | SCSIEMU_FUA |
					   SCSIEMU_DPO | SCSIEMU_LAST);
	disk_free(&b);
	disk_make(&b, &poor);
	caw(&b, 5, 2, out, 2048);
	assert_int_equal(b.d.nlog, 2);
	assert_int_equal(w[0].want, SCSIEMU_COMPARE);
	assert_int_equal(w[0].len, 1024);
	assert_int_equal(w[1].want, SCSIEMU_WRITE);
	assert_int_equal(w[1].off, 1024);
	assert_int_equal(w[1].len, 1024);
	disk_free(&b);
}

/* While one is under way, others on its extent wait; elsewhere they do not. */
static void alone(uint8_t op, uint32_t out_len)
{
	static uint8_t out[2048];
	struct drive_task t = { .live = false }, same = { .live = false };
	struct drive_task aside = { .live = false };
	uint8_t cdb[16];
	struct disk b;
	unsigned len;

	disk_make(&b, NULL);
	len = disk_cdb(cdb, op, 0, 10, 2);
	drive_start(&b.d, &t, b.lu, cdb, len, out, out_len, 0);
	assert_true(t.want > SCSIEMU_WAIT);
	len = disk_cdb(cdb, SCSIEMU_OP_WRITE_10, 0, 11, 1);
	drive_start(&b.d, &same, b.lu, cdb, len, out, 512, 0);
	assert_int_equal(same.want, SCSIEMU_WAIT);
	len = disk_cdb(cdb, SCSIEMU_OP_READ_10, 0, 12, 1);
	drive_start(&b.d, &aside, b.lu, cdb, len, NULL, 0, 512);
	assert_int_equal(aside.want, SCSIEMU_READ);
	drive_go(&aside);
	drive_end(&aside);
	drive_go(&t);
	assert_int_equal(same.want, SCSIEMU_WAIT); /* until end() */
	drive_end(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	assert_int_equal(same.want, SCSIEMU_WRITE);
	drive_go(&same);
	drive_end(&same);
	drive_task_free(&t);
	drive_task_free(&same);
	drive_task_free(&aside);
	disk_free(&b);
}

static void test_alone(void **s)
{
	(void)s;
	alone(SCSIEMU_OP_COMPARE_AND_WRITE, 2048);
	alone(SCSIEMU_OP_ORWRITE_16, 1024);
}

/* WRITE SAME of no blocks goes to the end: it is in nobody's extent before. */
static void test_alone_to_the_end(void **s)
{
	static uint8_t out[1024];

	(void)s;
	for (unsigned from = 10; from < 13; from++) {
		struct drive_task t = { .live = false }, same = { .live = 0 };
		uint8_t cdb[16];
		struct disk b;
		unsigned len;

		disk_make(&b, NULL);
		len = disk_cdb(cdb, SCSIEMU_OP_ORWRITE_16, 0, 10, 2);
		drive_start(&b.d, &t, b.lu, cdb, len, out, 1024, 0);
		assert_true(t.want > SCSIEMU_WAIT);
		len = disk_cdb(cdb, SCSIEMU_OP_WRITE_SAME_10, 0, from - 3, 0);
		drive_start(&b.d, &same, b.lu, cdb, len, out, 512, 0);
		assert_int_equal(same.want, SCSIEMU_WAIT);
		drive_go(&t);
		drive_end(&t);
		assert_true(same.want > SCSIEMU_WAIT);
		drive_go(&same);
		drive_end(&same);
		drive_task_free(&t);
		drive_task_free(&same);
		disk_free(&b);
	}
}

static void one_orwrite(struct disk *b, uint32_t n, uint32_t out_len)
{
	uint8_t *out = malloc(out_len + 1), *want = malloc(64 * 512);
	uint32_t done = n * 512 < out_len ? n * 512 : out_len / 512 * 512;

	assert_non_null(out);
	assert_non_null(want);
	disk_fill(b, 1);
	memcpy(want, b->k.bytes, 64 * 512);
	for (uint32_t i = 0; i < out_len; i++)
		out[i] = (uint8_t)(i * 11 + 3);
	for (uint32_t i = 0; i < done; i++)
		want[9 * 512 + i] |= out[i];
	disk_run(b, SCSIEMU_OP_ORWRITE_16, 0, 9, n, out, out_len, 0);
	drive_good(&b->d);
	assert_memory_equal(b->k.bytes, want, 64 * 512);
	assert_int_equal(b->d.t.c.out_done, done);
	assert_int_equal(b->d.t.c.out_all, n * 512);
	free(out);
	free(want);
}

static void test_orwrite(void **s)
{
	static const uint32_t scratch[] = { 1024, 1536, 2048, 65536 };

	(void)s;
	for (unsigned i = 0; i < 20; i++) {
		struct disk_options o = { .scratch = scratch[i % 4] };
		struct disk b;

		disk_make(&b, &o);
		b.d.chunk = chunks[i / 4];
		one_orwrite(&b, 1, 512);
		one_orwrite(&b, 7, 7 * 512);
		one_orwrite(&b, 55, 55 * 512);
		one_orwrite(&b, 7, 7 * 512 + 30);
		one_orwrite(&b, 7, 3 * 512 + 30);
		one_orwrite(&b, 7, 0);
		disk_free(&b);
	}
}

static bool flushed(const struct disk *b)
{
	const struct drive_want *w = &b->d.log[b->d.nlog - 1];

	return w->want == SCSIEMU_STORE && w->verb == SCSIEMU_V_FLUSH;
}

static void test_orwrite_durable(void **s)
{
	static uint8_t out[1024];
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	disk_run(&b, SCSIEMU_OP_ORWRITE_16, 0, 9, 2, out, 1024, 0);
	assert_false(flushed(&b));
	disk_run(&b, SCSIEMU_OP_ORWRITE_16, 0x08, 9, 2, out, 1024, 0);
	assert_true(flushed(&b));
	disk_mode(&b, 0x08, 2, 0x04, 0);
	disk_run(&b, SCSIEMU_OP_ORWRITE_16, 0, 9, 2, out, 1024, 0);
	assert_true(flushed(&b));
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_caw),
		cmocka_unit_test(test_caw_descriptor),
		cmocka_unit_test(test_caw_refused),
		cmocka_unit_test(test_caw_wants),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_alone_to_the_end),
		cmocka_unit_test(test_orwrite),
		cmocka_unit_test(test_orwrite_durable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
