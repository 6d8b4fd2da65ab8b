/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error injection: data that is not what was stored, writes that are lost,
 * transfers that are short; over the chunk sizes, with and without protection
 * information.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/inject.h>

#include "core/core.h"
#include "support/disk.h"

enum { BLEN = 512, N = 9 };

static void made(struct disk *b, uint8_t pi_type)
{
	struct disk_options o = { .inject_rules = 4,
				  .sbc = { .pi_type = pi_type } };

	disk_make(b, &o);
	disk_fill(b, 1);
}

static void add(struct disk *b, struct scsiemu_inject r)
{
	r.size = sizeof(r);
	assert_true(scsiemu_inject_add(b->lu, &r) > 0);
}

static const struct scsiemu_inject spoils = { .act = SCSIEMU_INJECT_CORRUPT,
					      .seed = 7 };

/* Bytes of n that differ. */
static unsigned differ(const uint8_t *a, const uint8_t *b, unsigned n)
{
	unsigned d = 0;

	for (unsigned i = 0; i < n; i++)
		d += a[i] != b[i];
	return d;
}

static void run_read(struct disk *b, uint64_t lba, uint32_t n, uint32_t room)
{
	disk_run(b, SCSIEMU_OP_READ_10, 0, lba, n, NULL, 0, room);
	drive_good(&b->d);
}

/* One byte of each block, whatever scratch and pieces are; every time. */
static void test_read(void **s)
{
	static const uint32_t chunk[] = { 0, 1, 511, 700 };
	uint8_t good[N * BLEN], first[N * BLEN];
	struct disk b;

	(void)s;
	made(&b, 0);
	disk_pattern(good, 4, N, BLEN, 1);
	add(&b, spoils);
	for (unsigned i = 0; i < 4; i++) {
		b.d.chunk = chunk[i];
		b.d.scratch = i & 1 ? 4096 : 2048;
		run_read(&b, 4, N, sizeof(good));
		assert_int_equal(b.d.t.c.in_done, sizeof(good));
		assert_int_equal(scsiemu_in_resid(&b.d.t.c), 0);
		for (unsigned k = 0; k < N; k++)
			assert_int_equal(differ(b.d.t.in + k * BLEN,
						good + k * BLEN, BLEN),
					 1);
		if (i)
			assert_memory_equal(b.d.t.in, first, sizeof(first));
		memcpy(first, b.d.t.in, sizeof(first));
		assert_memory_equal(disk_at(&b, 4), good, sizeof(good));
	}
	b.d.chunk = 0;
	run_read(&b, 6, 1, BLEN); /* alone, it is spoilt alike */
	assert_memory_equal(b.d.t.in, first + 2 * BLEN, BLEN);
	run_read(&b, 4, N, 1000); /* the host has less room */
	assert_memory_equal(b.d.t.in, first, 1000);
	assert_int_equal(scsiemu_in_resid(&b.d.t.c), 1000 - N * BLEN);
	run_read(&b, 4, 0, 0);
	disk_free(&b);
}

static void test_read_some(void **s)
{
	struct scsiemu_inject r = spoils;
	uint8_t good[N * BLEN];
	struct disk b;

	(void)s;
	made(&b, 0);
	disk_pattern(good, 4, N, BLEN, 1);
	r.lba = 6;
	r.nblk = 2;
	r.amount = 5;
	r.count = 1;
	add(&b, r);
	run_read(&b, 4, N, sizeof(good));
	for (unsigned k = 0; k < N; k++)
		assert_int_equal(
			differ(b.d.t.in + k * BLEN, good + k * BLEN, BLEN),
			k == 2 || k == 3 ? 5 : 0);
	run_read(&b, 4, N, sizeof(good));
	assert_memory_equal(b.d.t.in, good, sizeof(good));
	r.amount = 4 * BLEN; /* no more than there are */
	add(&b, r);
	run_read(&b, 6, 1, BLEN);
	assert_int_equal(differ(b.d.t.in, good + 2 * BLEN, BLEN), BLEN);
	disk_free(&b);
}

static void test_seeds(void **s)
{
	struct scsiemu_inject r = spoils;
	uint8_t first[BLEN];
	struct disk a, b;

	(void)s;
	made(&a, 0);
	made(&b, 0);
	add(&a, r);
	add(&b, r);
	run_read(&a, 0, 1, BLEN);
	memcpy(first, a.d.t.in, BLEN);
	run_read(&b, 0, 1, BLEN);
	assert_memory_equal(b.d.t.in, first, BLEN);
	scsiemu_inject_clear(b.lu);
	r.seed = 8;
	add(&b, r);
	run_read(&b, 0, 1, BLEN);
	assert_memory_not_equal(b.d.t.in, first, BLEN);
	disk_free(&a);
	disk_free(&b);
}

/* What is written is spoilt on the medium. FUA flushes. */
static void test_write(void **s)
{
	struct scsiemu_inject r = spoils;
	uint8_t good[N * BLEN], cdb[16];
	struct disk b;

	(void)s;
	made(&b, 0);
	r.match = SCSIEMU_INJECT_WRITES;
	add(&b, r);
	disk_pattern(good, 4, N, BLEN, 2);
	for (unsigned fua = 0; fua < 2; fua++) {
		const struct drive_want *last;

		disk_run(&b, SCSIEMU_OP_WRITE_10, fua ? 8 : 0, 4, N, good,
			 sizeof(good), 0);
		drive_good(&b.d);
		assert_int_equal(b.d.t.c.out_done, sizeof(good));
		for (unsigned k = 0; k < N; k++)
			assert_int_equal(differ(disk_at(&b, 4 + k),
						good + k * BLEN, BLEN),
					 1);
		last = &b.d.log[b.d.nlog - 1];
		assert_int_equal(last->verb,
				 fua ? SCSIEMU_V_FLUSH : SCSIEMU_V_SAVE);
		assert_int_equal(last->addr, fua ? 4 : 12);
	}
	disk_fill(&b, 1);
	disk_cdb(cdb, SCSIEMU_OP_WRITE_10, 0, 4, 2); /* no whole second one */
	drive_run(&b.d, b.lu, cdb, 10, good, BLEN + 100, 0);
	assert_int_equal(differ(disk_at(&b, 4), good, BLEN), 1);
	disk_pattern(good, 5, 1, BLEN, 1);
	assert_memory_equal(disk_at(&b, 5), good, BLEN);
	disk_free(&b);
}

static void test_reply(void **s)
{
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, [4] = 96 };
	uint8_t good[96];
	struct disk b;

	(void)s;
	made(&b, 0);
	drive_in(&b.d, b.lu, inquiry, 6);
	memcpy(good, b.d.t.in, sizeof(good));
	add(&b, spoils);
	for (uint32_t chunk = 0; chunk < 2; chunk++) {
		b.d.chunk = chunk;
		drive_in(&b.d, b.lu, inquiry, 6);
		drive_good(&b.d);
		assert_int_equal(differ(b.d.t.in, good, b.d.t.c.in_done), 1);
	}
	disk_free(&b);
}

/* With protection: the guard says so, to the host and later to the disk. */
static void test_protected(void **s)
{
	struct scsiemu_inject r = spoils;
	uint8_t data[2 * BLEN];
	struct disk b;

	(void)s;
	made(&b, 1);
	disk_pattern(data, 4, 2, BLEN, 2);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 4, 2, data, sizeof(data), 0);
	drive_good(&b.d);
	r.count = 1;
	add(&b, r);
	run_read(&b, 4, 2, sizeof(data));
	assert_int_equal(differ(b.d.t.in, data, BLEN), 1);
	assert_int_equal(differ(b.d.t.in + BLEN, data + BLEN, BLEN), 1);
	r.match = SCSIEMU_INJECT_WRITES;
	add(&b, r);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 4, 2, data, sizeof(data), 0);
	drive_good(&b.d);
	assert_int_equal(differ(disk_at(&b, 4), data, BLEN), 1);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 4, 2, NULL, 0, sizeof(data));
	drive_check(&b.d, SCSIEMU_SK_ABORTED_COMMAND, 0x1001);
	disk_free(&b);
}

/* Lost: all data is taken, nothing is written, and it looks GOOD. */
static void test_drop(void **s)
{
	static const uint8_t zeros[N * BLEN];
	static const uint32_t chunk[] = { 0, 100 };
	uint8_t good[64 * BLEN];
	struct disk b;

	(void)s;
	made(&b, 0);
	disk_pattern(good, 0, 64, BLEN, 1);
	add(&b, (struct scsiemu_inject){ .act = SCSIEMU_INJECT_DROP });
	for (unsigned i = 0; i < 2; i++) {
		b.d.chunk = chunk[i];
		disk_run(&b, SCSIEMU_OP_WRITE_10, 8, 4, N, zeros, sizeof(zeros),
			 0);
		drive_good(&b.d);
		assert_int_equal(scsiemu_out_resid(&b.d.t.c), 0);
		disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 4, 1, zeros, sizeof(zeros),
			 0); /* more than it takes */
		drive_good(&b.d);
		assert_int_equal(scsiemu_out_resid(&b.d.t.c), (N - 1) * BLEN);
		disk_run(&b, SCSIEMU_OP_WRITE_SAME_10, 0, 4, 20, zeros, BLEN,
			 0);
		drive_good(&b.d);
		disk_run(&b, SCSIEMU_OP_COMPARE_AND_WRITE, 0, 4, 1, zeros,
			 2 * BLEN, 0);
		drive_good(&b.d);
	}
	assert_memory_equal(disk_at(&b, 0), good, sizeof(good));
	run_read(&b, 4, 1, BLEN);
	assert_memory_equal(b.d.t.in, good + 4 * BLEN, BLEN);
	disk_free(&b);
}

static void test_short(void **s)
{
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, [4] = 96 };
	static const uint8_t zeros[8 * BLEN];
	uint8_t good[8 * BLEN];

	(void)s;
	disk_pattern(good, 4, 8, BLEN, 1);
	for (uint32_t amount = 0; amount < 12; amount += 3) {
		uint32_t moved = (amount < 8 ? amount : 8) * BLEN;
		struct disk b;

		made(&b, 0);
		add(&b, (struct scsiemu_inject){ .act = SCSIEMU_INJECT_SHORT,
						 .amount = amount });
		run_read(&b, 4, 8, sizeof(good));
		assert_int_equal(b.d.t.c.in_done, moved);
		assert_int_equal(scsiemu_in_resid(&b.d.t.c),
				 sizeof(good) - moved);
		assert_memory_equal(b.d.t.in, good, moved);
		drive_run(&b.d, b.lu, inquiry, 6, NULL, 0, 96);
		drive_good(&b.d);
		assert_int_equal(scsiemu_in_resid(&b.d.t.c), 96 - amount);
		disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 4, 8, zeros, sizeof(zeros),
			 0);
		drive_good(&b.d);
		assert_int_equal(scsiemu_out_resid(&b.d.t.c),
				 sizeof(zeros) - moved);
		assert_memory_equal(disk_at(&b, 4), zeros, moved);
		assert_memory_equal(disk_at(&b, 4) + moved, good + moved,
				    sizeof(good) - moved);
		disk_free(&b);
	}
}

static int fail_save(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->verb == SCSIEMU_V_SAVE && c->want == SCSIEMU_STORE
		       ? SCSIEMU_E_WRITE
		       : DRIVE_USUAL;
}

/* The medium's own errors are reported as ever. */
static void test_want_fails(void **s)
{
	static const uint8_t zeros[N * BLEN];
	struct disk b;

	(void)s;
	made(&b, 0);
	add(&b, spoils);
	b.d.hook = fail_save;
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 4, N, zeros, sizeof(zeros), 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, SCSIEMU_ASC_WRITE_ERROR);
	disk_free(&b);
}

/* A command whose rule is removed while it runs goes on without it. */
static void test_removed(void **s)
{
	uint8_t cdb[16], good[BLEN];
	struct drive_task k = { 0 };
	struct disk b;

	(void)s;
	made(&b, 0);
	disk_pattern(good, 4, 1, BLEN, 1);
	add(&b, spoils);
	disk_cdb(cdb, SCSIEMU_OP_READ_10, 0, 4, 1);
	drive_start(&b.d, &k, b.lu, cdb, 10, NULL, 0, BLEN);
	assert_int_equal(k.want, SCSIEMU_STORE);
	scsiemu_inject_clear(b.lu);
	drive_go(&k);
	assert_int_equal(k.c.status, SCSIEMU_GOOD);
	assert_memory_equal(k.in, good, BLEN);
	drive_end(&k);
	drive_task_free(&k);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_some),
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_want_fails),
		cmocka_unit_test(test_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
