/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VERIFY and WRITE AND VERIFY of a disk with protection information: every
 * VRPROTECT value, type and BYTCHK.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/pi.h"

enum { NONE = 0, EACH = 2, RESERVED = 4, SAME = 6 };
enum { BLEN = 512, N = 5, LBA = 9, WIRE = BLEN + 8, ALL = N * WIRE };

static const uint32_t chunks[] = { 1, 511, 512, 4096, 0 };
static const uint16_t asc_of[] = { SCSIEMU_ASC_GUARD_CHECK_FAILED,
				   SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED,
				   SCSIEMU_ASC_REFERENCE_TAG_CHECK_FAILED };
/* Is the field checked: guard 1, reference tag 4? */
static const uint8_t checks[] = { 5, 5, 4, 0, 1, 5 };

struct kind {
	struct disk b;
	unsigned type;
	struct pi_cdb k;
	uint8_t data[N * BLEN], out[ALL];
};

/* Blocks LBA to LBA + N are on the medium as in out. */
static void make(struct kind *t, unsigned type, unsigned len, uint32_t chunk)
{
	struct disk_options o = { .sbc.pi_type = (uint8_t)type,
				  .scratch = 4 * WIRE };
	uint32_t ref = type == 1 ? LBA : 77;

	memset(t, 0, sizeof(*t));
	disk_make(&t->b, &o);
	t->b.d.chunk = chunk;
	t->type = type;
	t->k = (struct pi_cdb){ .len = len, .lba = LBA, .n = N, .ref = ref };
	disk_pattern(t->data, LBA, N, BLEN, 3);
	pi_wire(t->out, t->data, N, BLEN, type, 0, 0xbeef, ref);
	t->k.what = PI_WRITE;
	t->k.protect = 1;
	pi_run(&t->b, &t->k, t->out, ALL, 0);
	drive_good(&t->b.d);
	t->k.what = PI_VERIFY;
}

static uint8_t run(struct kind *t, unsigned bytchk, unsigned protect,
		   const void *out, uint32_t len)
{
	t->k.bits = bytchk;
	t->k.protect = protect;
	return pi_run(&t->b, &t->k, out, len, 0);
}

static bool is_checked(const struct kind *t, unsigned protect, unsigned field)
{
	return checks[protect] >> field & 1 && !(t->type == 3 && field == 2);
}

static void spoil(uint8_t *tuple, unsigned field)
{
	tuple[2 * field + (field > 1)] ^= 0x20;
}

static void differs(struct kind *t, uint16_t asc, uint64_t at)
{
	const struct scsiemu_sense *s = &t->b.d.t.c.sense;

	drive_check(&t->b.d, SCSIEMU_SK_MISCOMPARE, asc);
	assert_int_equal(s->flags & SCSIEMU_S_INFO, SCSIEMU_S_INFO);
	assert_int_equal(s->info, at);
}

static void medium_only(struct kind *t)
{
	for (unsigned protect = 0; protect < 6; protect++) {
		run(t, NONE, protect, NULL, 0);
		drive_good(&t->b.d);
		for (unsigned field = 0; field < 3; field++) {
			uint8_t *tuple = pi_of(&t->b, LBA + 2, 0);

			spoil(tuple, field);
			run(t, NONE, protect, NULL, 0);
			if (is_checked(t, protect, field))
				pi_failed(&t->b, asc_of[field], LBA + 2);
			else
				drive_good(&t->b.d);
			spoil(tuple, field);
		}
	}
	/* blocks that were never written have nothing to check */
	t->k.lba = 20;
	run(t, NONE, 1, NULL, 0);
	drive_good(&t->b.d);
	t->k.lba = LBA;
}

static void each_plain(struct kind *t)
{
	run(t, EACH, 0, t->data, sizeof(t->data));
	drive_good(&t->b.d);
	assert_int_equal(t->b.d.t.c.out_done, sizeof(t->data));
	t->data[3 * BLEN + 100] ^= 1;
	run(t, EACH, 0, t->data, sizeof(t->data));
	differs(t, SCSIEMU_ASC_MISCOMPARE, 3 * BLEN + 100);
	t->data[3 * BLEN + 100] ^= 1;
	spoil(pi_of(&t->b, LBA + 4, 0), 0);
	run(t, EACH, 0, t->data, sizeof(t->data));
	pi_failed(&t->b, asc_of[0], LBA + 4);
	/* whole blocks of what the host has */
	run(t, EACH, 0, t->data, 4 * BLEN + 17);
	drive_good(&t->b.d);
	assert_int_equal(t->b.d.t.c.out_done, 4 * BLEN);
	spoil(pi_of(&t->b, LBA + 4, 0), 0);
}

/* Compared with the medium: the guard unless 010b, the reference tag always,
 * the application tag with ATO. */
static bool compared(unsigned protect, unsigned field)
{
	return field == 0 ? protect != 2 : field == 2;
}

static void each_protected(struct kind *t, unsigned protect)
{
	run(t, EACH, protect, t->out, ALL);
	drive_good(&t->b.d);
	assert_int_equal(t->b.d.t.c.out_done, ALL);
	for (unsigned field = 0; field < 3; field++) {
		uint8_t *tuple = t->out + 3 * WIRE + BLEN;
		uint8_t *medium = pi_of(&t->b, LBA + 3, 0);

		/* wrong as it was sent */
		spoil(tuple, field);
		run(t, EACH, protect, t->out, ALL);
		if (is_checked(t, protect, field))
			pi_failed(&t->b, asc_of[field], LBA + 3);
		else if (compared(protect, field))
			differs(t, asc_of[field], 3 * WIRE + BLEN);
		else
			drive_good(&t->b.d);
		spoil(tuple, field);
		/* and as it is on the medium */
		spoil(medium, field);
		run(t, EACH, protect, t->out, ALL);
		if (compared(protect, field))
			differs(t, asc_of[field], 3 * WIRE + BLEN);
		else
			drive_good(&t->b.d);
		spoil(medium, field);
	}
	*disk_at(&t->b, LBA + 1) ^= 8;
	run(t, EACH, protect, t->out, ALL);
	differs(t, SCSIEMU_ASC_MISCOMPARE, WIRE);
	*disk_at(&t->b, LBA + 1) ^= 8;
}

/* Five blocks alike, their reference tags counting on. */
static void same(struct kind *t)
{
	uint8_t was[N * BLEN];

	memcpy(was, disk_at(&t->b, LBA), sizeof(was));
	for (unsigned i = 1; i < N; i++) {
		uint8_t *tuple = pi_of(&t->b, LBA + i, 0);

		memcpy(disk_at(&t->b, LBA + i), t->data, BLEN);
		pi_tuple(tuple, t->data, BLEN, 0xbeef,
			 t->k.ref + (t->type == 3 ? 0 : i));
	}
	run(t, SAME, 0, t->data, BLEN);
	drive_good(&t->b.d);
	run(t, SAME, 1, t->out, WIRE);
	drive_good(&t->b.d);
	assert_int_equal(t->b.d.t.c.out_all, WIRE);
	run(t, SAME, 1, t->out, WIRE - 1);
	drive_check(&t->b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
	pi_of(&t->b, LBA + 3, 0)[7] ^= 1;
	run(t, SAME, 1, t->out, WIRE);
	differs(t, asc_of[2], 4 * BLEN);
	disk_at(&t->b, LBA + 2)[9] ^= 1;
	run(t, SAME, 1, t->out, WIRE);
	differs(t, SCSIEMU_ASC_MISCOMPARE, 2 * BLEN + 9);
	t->out[BLEN] ^= 1;
	run(t, SAME, 1, t->out, WIRE);
	pi_failed(&t->b, asc_of[0], LBA);
	t->out[BLEN] ^= 1;
	memcpy(disk_at(&t->b, LBA), was, sizeof(was));
}

static void one(unsigned type, unsigned len, uint32_t chunk)
{
	struct kind t;

	make(&t, type, len, chunk);
	medium_only(&t);
	each_plain(&t);
	for (unsigned protect = 1; protect < 6; protect++)
		each_protected(&t, protect);
	same(&t);
	run(&t, RESERVED, 1, t.out, ALL);
	drive_cdb(&t.b.d, len == 32 ? 10 : 1, 2);
	disk_free(&t.b);
}

static void test_verify(void **s)
{
	(void)s;
	for (unsigned i = 0; i < 5; i++) {
		one(1, 10, chunks[i]);
		one(1, 16, chunks[i]);
		one(2, 32, chunks[i]);
		one(3, 12, chunks[i]);
	}
}

static void one_write(unsigned type, unsigned len, uint32_t chunk,
		      unsigned bytchk)
{
	struct kind t;

	make(&t, type, len, chunk);
	t.k.what = PI_WRITE_VERIFY;
	for (unsigned protect = 1; protect < 6; protect++) {
		memset(t.b.k.pi, 0xff, t.b.k.m.nblk * 8);
		memset(t.b.k.bytes, 0, t.b.k.m.nblk * BLEN);
		run(&t, bytchk, protect, t.out, ALL);
		drive_good(&t.b.d);
		assert_memory_equal(disk_at(&t.b, LBA), t.data, N * BLEN);
		for (unsigned i = 0; i < N; i++)
			assert_memory_equal(pi_of(&t.b, LBA + i, 0),
					    t.out + i * WIRE + BLEN, 8);
	}
	/* of its own making */
	run(&t, bytchk, 0, t.data, sizeof(t.data));
	drive_good(&t.b.d);
	assert_int_equal(pi_of(&t.b, LBA, 0)[0] << 8 | pi_of(&t.b, LBA, 0)[1],
			 pi_crc(t.data, BLEN));
	t.out[2 * WIRE + BLEN] ^= 1;
	run(&t, bytchk, 1, t.out, ALL);
	pi_failed(&t.b, asc_of[0], LBA + 2);
	assert_int_equal(t.b.d.t.c.out_done, 2 * WIRE);
	run(&t, SAME, 1, t.out, ALL);
	drive_cdb(&t.b.d, len == 32 ? 10 : 1, 2);
	disk_free(&t.b);
}

/* The medium changes a bit between writing and verifying. */
static int rot(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct disk *b = d->hook_ctx;

	(void)bytes;
	if (c->want == SCSIEMU_STORE && c->verb == SCSIEMU_V_LOAD &&
	    c->addr <= LBA + 2 && c->addr + c->count > LBA + 2)
		disk_at(b, LBA + 2)[17] ^= 0x20;
	return DRIVE_USUAL;
}

static void test_write_verify(void **s)
{
	struct kind t;

	(void)s;
	for (unsigned i = 0; i < 5; i++)
		for (unsigned bytchk = 0; bytchk < 4; bytchk += 2) {
			one_write(1, 10, chunks[i], bytchk);
			one_write(2, 32, chunks[i], bytchk);
			one_write(3, 16, chunks[i], bytchk);
		}
	make(&t, 1, 16, 0);
	t.k.what = PI_WRITE_VERIFY;
	t.b.d.hook = rot;
	t.b.d.hook_ctx = &t.b;
	run(&t, NONE, 1, t.out, ALL);
	pi_failed(&t.b, asc_of[0], LBA + 2);
	run(&t, EACH, 1, t.out, ALL);
	differs(&t, SCSIEMU_ASC_MISCOMPARE, 2 * WIRE + 17);
	disk_free(&t.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_write_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
