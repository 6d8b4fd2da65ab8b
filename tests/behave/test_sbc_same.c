/* SPDX-License-Identifier: BSD-2-Clause */
/* WRITE SAME(10), (16): data, zeros, UNMAP, NDOB, counts, sizes, granules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

enum { NDOB = 1, UNMAP = 8 };
static const uint8_t ops[] = { SCSIEMU_OP_WRITE_SAME_10,
			       SCSIEMU_OP_WRITE_SAME_16 };
static const uint8_t zero[512];

/* Blocks [from, to) hold this, the others generation 1. */
static void holds(const struct disk *b, uint64_t from, uint64_t to,
		  const uint8_t *block)
{
	uint8_t old[512];

	for (uint64_t lba = 0; lba < 64; lba++) {
		const uint8_t *at = b->k.bytes + lba * 512;

		disk_pattern(old, lba, 1, 512, 1);
		assert_memory_equal(at, lba >= from && lba < to ? block : old,
				    512);
	}
}

/* The last command's verbs on the medium: verb, LBA, count each; ends with
 * verb 0. */
static void verbs(const struct disk *b, const uint8_t (*want)[3])
{
	unsigned k = 0;

	for (unsigned i = 0; i < b->d.nlog; i++) {
		const struct drive_want *w = &b->d.log[i];

		if (w->want != SCSIEMU_STORE)
			continue;
		assert_int_equal(w->verb, want[k][0]);
		assert_int_equal(w->addr, want[k][1]);
		assert_int_equal(w->count, want[k][2]);
		k++;
	}
	assert_int_equal(want[k][0], 0);
}
#define VERBS(b, ...) verbs(b, (const uint8_t[][3]){ __VA_ARGS__, { 0, 0, 0 } })

static void test_data(void **s)
{
	uint8_t out[512];
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	disk_pattern(out, 99, 1, 512, 7);
	for (unsigned i = 0; i < 2; i++) {
		disk_fill(&b, 1);
		disk_run(&b, ops[i], 0, 10, 20, out, 512, 0);
		drive_good(&b.d);
		VERBS(&b, { SCSIEMU_V_FILL, 10, 20 });
		holds(&b, 10, 30, out);
		assert_int_equal(b.d.t.c.out_all, 512);
		disk_fill(&b, 1);
		disk_run(&b, ops[i], 0, 10, 20, zero, 512, 0);
		drive_good(&b.d);
		VERBS(&b, { SCSIEMU_V_ZERO, 10, 20 });
		holds(&b, 10, 30, zero);
		/* a count of 0: to the end (WSNZ is 0) */
		disk_fill(&b, 1);
		disk_run(&b, ops[i], 0, 10, 0, out, 512, 0);
		drive_good(&b.d);
		holds(&b, 10, 64, out);
	}
	disk_free(&b);
}

static void test_size(void **s)
{
	static const uint32_t sizes[] = { 0, 1, 256, 511, 513, 1024 };
	struct disk_options o = { .thin = true };
	uint8_t out[1024] = { 1 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	disk_fill(&b, 1);
	for (unsigned i = 0; i < 12; i++) {
		disk_run(&b, ops[i & 1], 0, 0, 1, out, sizes[i / 2], 0);
		drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
		assert_int_equal(b.d.nlog, 0);
		disk_run(&b, ops[i & 1], UNMAP, 0, 1, out, sizes[i / 2], 0);
		if (!sizes[i / 2]) { /* old initiators send nothing */
			drive_good(&b.d);
			VERBS(&b, { SCSIEMU_V_UNMAP, 0, 1 });
			continue;
		}
		drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
	}
	/* the transport does not know: the core says what it needs */
	disk_run(&b, ops[0], 0, 0, 1, out, SCSIEMU_UNKNOWN, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.out_all, 512);
	disk_free(&b);
}

static void test_ndob(void **s)
{
	struct disk_options o = { .thin = true };
	uint8_t out[512] = { 1 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	disk_fill(&b, 1);
	disk_run(&b, ops[1], NDOB, 5, 3, NULL, 0, 0);
	drive_good(&b.d);
	VERBS(&b, { SCSIEMU_V_ZERO, 5, 3 });
	holds(&b, 5, 8, zero);
	disk_fill(&b, 1);
	disk_run(&b, ops[1], NDOB | UNMAP, 5, 3, NULL, 0, 0);
	drive_good(&b.d);
	VERBS(&b, { SCSIEMU_V_UNMAP, 5, 3 });
	holds(&b, 5, 8, zero);
	/* data-out that is not wanted stays with the host */
	disk_run(&b, ops[1], NDOB, 5, 3, out, 512, 0);
	drive_good(&b.d);
	assert_int_equal(scsiemu_out_resid(&b.d.t.c), 512);
	/* (10) has no NDOB */
	disk_run(&b, ops[0], NDOB, 5, 3, NULL, 0, 0);
	drive_cdb(&b.d, 1, 0);
	disk_free(&b);
}

static void test_refused(void **s)
{
	struct disk_options o = { .thin = true };
	struct disk b;

	(void)s;
	for (unsigned thin = 0; thin < 2; thin++) {
		o.thin = thin;
		disk_make(&b, &o);
		disk_fill(&b, 1);
		for (unsigned i = 0; i < 2; i++) {
			disk_run(&b, ops[i], 0x10, 0, 1, zero, 512, 0);
			drive_cdb(&b.d, 1, 4); /* ANCHOR */
			disk_run(&b, ops[i], 0x18, 0, 1, zero, 512, 0);
			drive_cdb(&b.d, 1, 4);
			disk_run(&b, ops[i], 0x04, 0, 1, zero, 512, 0);
			drive_cdb(&b.d, 1, 2); /* PBDATA */
			disk_run(&b, ops[i], 0x02, 0, 1, zero, 512, 0);
			drive_cdb(&b.d, 1, 1); /* LBDATA */
			disk_run(&b, ops[i], UNMAP, 0, 1, zero, 512, 0);
			if (thin)
				drive_good(&b.d);
			else
				drive_cdb(&b.d, 1, 3);
		}
		disk_free(&b);
	}
}

/* Granules of 8: only whole ones are deallocated, all reads the same. */
static void test_granules(void **s)
{
	struct disk_options o = { .thin = true, .granule = 8 };
	uint8_t out[512];
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	disk_pattern(out, 99, 1, 512, 7);
	for (unsigned i = 0; i < 2; i++) {
		disk_fill(&b, 1);
		disk_run(&b, ops[i], UNMAP, 5, 30, zero, 512, 0);
		drive_good(&b.d);
		VERBS(&b, { SCSIEMU_V_ZERO, 5, 3 }, { SCSIEMU_V_UNMAP, 8, 24 },
		      { SCSIEMU_V_ZERO, 32, 3 });
		holds(&b, 5, 35, zero);
		assert_int_equal(b.k.mapped[7], 1);
		assert_int_equal(b.k.mapped[8], 0);
		assert_int_equal(b.k.mapped[31], 0);
		assert_int_equal(b.k.mapped[32], 1);
		disk_fill(&b, 1);
		disk_run(&b, ops[i], UNMAP, 9, 3, zero, 512, 0);
		VERBS(&b, { SCSIEMU_V_ZERO, 9, 3 });
		holds(&b, 9, 12, zero);
		/* data: written, not deallocated */
		disk_fill(&b, 1);
		disk_run(&b, ops[i], UNMAP, 8, 8, out, 512, 0);
		drive_good(&b.d);
		VERBS(&b, { SCSIEMU_V_FILL, 8, 8 });
		holds(&b, 8, 16, out);
	}
	disk_free(&b);
}

/* Without LBPRZ nothing may be deallocated that must read as zeros; without
 * ZERO blocks are filled. */
static void test_poor_media(void **s)
{
	struct disk_options no_zeroes = { .thin = true, .no_zeroes = true };
	struct disk_options no_zero = { .thin = true,
					.granule = 8,
					.unable = SCSIEMU_CAN_ZERO };
	struct disk b;

	(void)s;
	disk_make(&b, &no_zeroes);
	disk_fill(&b, 1);
	disk_run(&b, ops[0], UNMAP, 8, 8, zero, 512, 0);
	VERBS(&b, { SCSIEMU_V_ZERO, 8, 8 });
	holds(&b, 8, 16, zero);
	disk_free(&b);
	disk_make(&b, &no_zero);
	disk_fill(&b, 1);
	disk_run(&b, ops[0], UNMAP, 7, 10, zero, 512, 0);
	VERBS(&b, { SCSIEMU_V_FILL, 7, 1 }, { SCSIEMU_V_UNMAP, 8, 8 },
	      { SCSIEMU_V_FILL, 16, 1 });
	holds(&b, 7, 17, zero);
	disk_free(&b);
}

/* WCE off: durable before the status. */
static void test_write_through(void **s)
{
	uint8_t out[512] = { 1 };
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	disk_mode(&b, 0x08, 2, 0x04, 0);
	disk_fill(&b, 1);
	disk_run(&b, ops[0], 0, 10, 20, out, 512, 0);
	drive_good(&b.d);
	VERBS(&b, { SCSIEMU_V_FILL, 10, 20 }, { SCSIEMU_V_FLUSH, 10, 20 });
	disk_free(&b);
}

/* A long fill goes in pieces, so that it can be aborted. */
static int swallow(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	return c->want == SCSIEMU_STORE ? SCSIEMU_OK : DRIVE_USUAL;
}

static void test_long(void **s)
{
	uint8_t out[512] = { 1 };
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	b.k.m.nblk = 1 << 20;
	scsiemu_lu_changed(b.lu);
	drive_settle(&b.d, b.lu, NULL);
	b.d.hook = swallow;
	disk_run(&b, ops[1], 0, 0, 0x29000, out, 512, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.nlog, 22);
	assert_int_equal(b.d.log[1].count, 0x2000);
	assert_int_equal(b.d.log[21].addr, 0x28000);
	assert_int_equal(b.d.log[21].count, 0x1000);
	b.k.m.nblk = 64;
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_ndob),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_granules),
		cmocka_unit_test(test_poor_media),
		cmocka_unit_test(test_write_through),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
