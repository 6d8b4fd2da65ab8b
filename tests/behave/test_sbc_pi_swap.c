/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ORWRITE, COMPARE AND WRITE, WRITE SAME and UNMAP of a disk with protection
 * information: the tuples they leave, and those they refuse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/pi.h"

enum { BLEN = 512, WIRE = BLEN + 8, N = 4, LBA = 9, NBLK = 64 };

static const uint32_t chunks[] = { 1, 511, 512, 4096, 0 };

struct kind {
	struct disk b;
	unsigned type, len;
	uint8_t data[2 * N * BLEN], out[2 * N * WIRE];
};

static void make(struct kind *t, unsigned type, uint32_t chunk)
{
	struct disk_options o = { .sbc.pi_type = (uint8_t)type,
				  .thin = true,
				  .granule = 4,
				  .scratch = 6 * N * (WIRE + 8) };

	memset(t, 0, sizeof(*t));
	disk_make(&t->b, &o);
	t->b.d.chunk = chunk;
	t->type = type;
	t->len = type == 2 ? 32 : 16;
}

/* Reference tag of block LBA + i when it was written with tuples. */
static uint32_t ref(const struct kind *t, unsigned i)
{
	return t->type == 3 ? 500 : LBA + i;
}

static void is_block(struct kind *t, uint64_t lba, const uint8_t *data,
		     uint16_t app, uint32_t tag)
{
	uint8_t tuple[8];

	assert_memory_equal(disk_at(&t->b, lba), data, BLEN);
	pi_tuple(tuple, data, BLEN, app, tag);
	assert_memory_equal(pi_of(&t->b, lba, 0), tuple, 8);
}

/* As the disk makes them (ATO is 0). */
static void is_made(struct kind *t, uint64_t lba, const uint8_t *data)
{
	is_block(t, lba, data, t->type == 2 ? 0xffff : 0,
		 t->type == 1 ? (uint32_t)lba : UINT32_MAX);
}

static void is_blank(struct kind *t, uint64_t lba)
{
	static const uint8_t ones[8] = { 0xff, 0xff, 0xff, 0xff,
					 0xff, 0xff, 0xff, 0xff },
			     zeros[BLEN];

	assert_memory_equal(disk_at(&t->b, lba), zeros, BLEN);
	assert_memory_equal(pi_of(&t->b, lba, 0), ones, 8);
}

/* What is on the medium before, with right tuples. */
static void put(struct kind *t)
{
	disk_pattern(t->data, LBA, N, BLEN, 1);
	for (unsigned i = 0; i < N; i++) {
		memcpy(disk_at(&t->b, LBA + i), t->data + i * BLEN, BLEN);
		pi_tuple(pi_of(&t->b, LBA + i, 0), t->data + i * BLEN, BLEN,
			 0x1111, ref(t, i));
	}
}

static void orwrite(struct kind *t, unsigned protect)
{
	uint8_t want[N * BLEN];
	bool pi = protect != 0;

	put(t);
	memcpy(want, t->data, sizeof(want));
	disk_pattern(t->data, LBA, N, BLEN, 2);
	pi_wire(t->out, t->data, N, BLEN, t->type, 0, 0xbeef, ref(t, 0));
	for (unsigned i = 0; i < N * BLEN; i++)
		want[i] |= t->data[i];
	disk_run(&t->b, SCSIEMU_OP_ORWRITE_16, (uint8_t)(protect << 5), LBA, N,
		 pi ? t->out : t->data, N * (pi ? WIRE : BLEN), 0);
	if (pi && t->type == 2) {
		drive_check(&t->b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_INVALID_OPCODE);
		return;
	}
	drive_good(&t->b.d);
	for (unsigned i = 0; i < N; i++) {
		if (pi)
			is_block(t, LBA + i, want + i * BLEN, 0xbeef,
				 ref(t, i));
		else
			is_made(t, LBA + i, want + i * BLEN);
	}
	if (!pi || protect == 2 || protect == 3)
		return;
	t->out[2 * WIRE + BLEN] ^= 1; /* the guard that is sent */
	disk_run(&t->b, SCSIEMU_OP_ORWRITE_16, (uint8_t)(protect << 5), LBA, N,
		 t->out, N * WIRE, 0);
	pi_failed(&t->b, SCSIEMU_ASC_GUARD_CHECK_FAILED, LBA + 2);
	assert_int_equal(t->b.d.t.c.out_done, 2 * WIRE);
	t->out[2 * WIRE + BLEN] ^= 1;
	disk_at(&t->b, LBA + 1)[5] ^= 1; /* the medium's */
	disk_run(&t->b, SCSIEMU_OP_ORWRITE_16, (uint8_t)(protect << 5), LBA, N,
		 t->out, N * WIRE, 0);
	pi_failed(&t->b, SCSIEMU_ASC_GUARD_CHECK_FAILED, LBA + 1);
}

static void test_orwrite(void **s)
{
	(void)s;
	for (unsigned i = 0; i < 5; i++)
		for (unsigned type = 1; type < 4; type++) {
			struct kind t;

			make(&t, type, chunks[i]);
			for (unsigned protect = 0; protect < 6; protect++)
				orwrite(&t, protect);
			disk_free(&t.b);
		}
}

static uint8_t swap(struct kind *t, unsigned protect)
{
	bool pi = protect != 0;

	return disk_run(&t->b, SCSIEMU_OP_COMPARE_AND_WRITE,
			(uint8_t)(protect << 5), LBA, N, pi ? t->out : t->data,
			2 * N * (pi ? WIRE : BLEN), 0);
}

/* To compare, then to write. */
static void swap_data(struct kind *t)
{
	put(t);
	disk_pattern(t->data + N * BLEN, LBA, N, BLEN, 2);
	pi_wire(t->out, t->data, N, BLEN, t->type, 0, 0xaaaa, ref(t, 0));
	pi_wire(t->out + N * WIRE, t->data + N * BLEN, N, BLEN, t->type, 0,
		0xbeef, ref(t, 0));
}

static void compare_write(struct kind *t, unsigned protect)
{
	bool pi = protect != 0;
	uint32_t wire = pi ? WIRE : BLEN;
	uint8_t *sent = pi ? t->out : t->data;

	swap_data(t);
	sent[2 * wire + 300] ^= 1;
	swap(t, protect);
	drive_check(&t->b.d, SCSIEMU_SK_MISCOMPARE, SCSIEMU_ASC_MISCOMPARE);
	assert_int_equal(t->b.d.t.c.sense.info, 2 * wire + 300);
	sent[2 * wire + 300] ^= 1;
	is_block(t, LBA, t->data, 0x1111, ref(t, 0));
	swap(t, protect);
	drive_good(&t->b.d);
	assert_int_equal(t->b.d.t.c.out_all, 2 * N * wire);
	for (unsigned i = 0; i < N; i++) {
		const uint8_t *data = t->data + (N + i) * BLEN;

		if (pi)
			is_block(t, LBA + i, data, 0xbeef, ref(t, i));
		else
			is_made(t, LBA + i, data);
	}
	if (!pi || protect == 2 || protect == 3)
		return;
	/* one wrong tuple: nothing is written */
	swap_data(t);
	t->out[(2 * N - 1) * WIRE + BLEN] ^= 4;
	swap(t, protect);
	pi_failed(&t->b, SCSIEMU_ASC_GUARD_CHECK_FAILED, LBA + N - 1);
	for (unsigned i = 0; i < N; i++)
		is_block(t, LBA + i, t->data + i * BLEN, 0x1111, ref(t, i));
	/* the medium's own is wrong */
	swap_data(t);
	pi_of(&t->b, LBA + 1, 0)[0] ^= 1;
	swap(t, protect);
	pi_failed(&t->b, SCSIEMU_ASC_GUARD_CHECK_FAILED, LBA + 1);
}

static void test_compare_write(void **s)
{
	struct kind t;

	(void)s;
	for (unsigned i = 0; i < 5; i++)
		for (unsigned type = 1; type < 4; type++) {
			make(&t, type, chunks[i]);
			compare_write(&t, 0);
			for (unsigned k = 1; k < 6 && type != 2; k++)
				compare_write(&t, k);
			disk_free(&t.b);
		}
	make(&t, 1, 0);
	assert_int_equal(disk_run(&t.b, SCSIEMU_OP_COMPARE_AND_WRITE, 0, LBA, 0,
				  NULL, 0, 0),
			 SCSIEMU_GOOD);
	/* as many blocks as scratch holds three times */
	disk_run(&t.b, SCSIEMU_OP_COMPARE_AND_WRITE, 0, LBA, 2 * N + 1, t.data,
		 16, 0);
	drive_cdb(&t.b.d, 13, SCSIEMU_NO_BIT);
	disk_run(&t.b, SCSIEMU_OP_COMPARE_AND_WRITE, 0x20, LBA, N, t.out,
		 2 * N * BLEN, 0);
	drive_check(&t.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
	disk_free(&t.b);
}

static uint8_t same(struct kind *t, unsigned protect, unsigned bits, uint32_t n,
		    const void *out, uint32_t len)
{
	struct pi_cdb k = { .what = PI_SAME,
			    .len = t->len,
			    .protect = protect,
			    .bits = bits,
			    .lba = LBA,
			    .n = n,
			    .ref = ref(t, 0) };

	return pi_run(&t->b, &k, out, len, 0);
}

static void write_same(struct kind *t, unsigned protect)
{
	enum { MANY = 29 };

	disk_pattern(t->data, LBA, 1, BLEN, 5);
	pi_wire(t->out, t->data, 1, BLEN, t->type, 0, 0xbeef, ref(t, 0));
	same(t, protect, 0, MANY, protect ? t->out : t->data,
	     protect ? WIRE : BLEN);
	drive_good(&t->b.d);
	assert_int_equal(t->b.d.t.c.out_all, protect ? WIRE : BLEN);
	for (unsigned i = 0; i < MANY; i++) {
		if (protect)
			is_block(t, LBA + i, t->data, 0xbeef, ref(t, i));
		else
			is_made(t, LBA + i, t->data);
	}
	is_blank(t, LBA - 1);
	is_blank(t, LBA + MANY);
	/* a block of FFs is written as it is */
	memset(t->out + BLEN, 0xff, 8);
	if (protect) {
		same(t, protect, 0, 2, t->out, WIRE);
		drive_good(&t->b.d);
		assert_memory_equal(pi_of(&t->b, LBA + 1, 0), t->out + BLEN, 8);
		t->out[BLEN] = t->out[BLEN + 2] = 0;
		same(t, protect, 0, 2, t->out, WIRE);
		if (protect == 3 || (protect == 2 && t->type == 3))
			drive_good(&t->b.d);
		else
			drive_check(
				&t->b.d, SCSIEMU_SK_ABORTED_COMMAND,
				protect == 2
					? SCSIEMU_ASC_REFERENCE_TAG_CHECK_FAILED
					: SCSIEMU_ASC_GUARD_CHECK_FAILED);
	}
}

static void deallocate(struct kind *t)
{
	/* NDOB; UNMAP with NDOB: one granule, and blocks beside it */
	same(t, 0, 1, 5, NULL, 0);
	drive_good(&t->b.d);
	is_blank(t, LBA + 4);
	memset(t->data, 0, BLEN);
	same(t, 0, 0, 8, t->data, BLEN);
	drive_good(&t->b.d);
	is_made(t, LBA + 3, t->data);
	same(t, 0, 9, 8, NULL, 0);
	drive_good(&t->b.d);
	for (unsigned i = 0; i < 8; i++)
		is_blank(t, LBA + i);
	assert_int_equal(t->b.k.mapped[12], 0);
	/* zeros that are sent: only whole granules are given back */
	same(t, 0, 8, 8, t->data, BLEN);
	drive_good(&t->b.d);
	is_made(t, LBA, t->data);
	is_blank(t, 12);
	is_made(t, LBA + 7, t->data);
}

static void unmap(struct kind *t)
{
	uint8_t cdb[10] = { SCSIEMU_OP_UNMAP, [8] = 24 };
	uint8_t list[24] = { 0, 22, 0, 16, [15] = 12, [19] = 4 };

	put(t);
	drive_run(&t->b.d, t->b.lu, cdb, 10, list, 24, 0);
	drive_good(&t->b.d);
	is_blank(t, 12);
	is_block(t, 11, t->data + 2 * BLEN, 0x1111, ref(t, 2));
}

static void test_same(void **s)
{
	(void)s;
	for (unsigned i = 0; i < 5; i++)
		for (unsigned type = 1; type < 4; type++) {
			struct kind t;

			make(&t, type, chunks[i]);
			for (unsigned k = 0; k < 6; k++)
				write_same(&t, k);
			deallocate(&t);
			unmap(&t);
			disk_free(&t.b);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orwrite),
		cmocka_unit_test(test_compare_write),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
