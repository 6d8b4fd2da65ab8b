/* SPDX-License-Identifier: BSD-2-Clause */
/* WRITE ATOMIC(16) and (32): one want, alone on its extent; what it refuses;
 * VPD B0h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/pi.h"

enum { NBLK = 64, BLEN = 512, MOST = 8 };

static void made(struct disk *b, uint32_t atomic)
{
	struct disk_options o = { .nblk = NBLK, .atomic = atomic };

	disk_make(b, &o);
	disk_fill(b, 1);
}

static void write_atomic(struct disk *b, uint8_t byte1, uint64_t lba,
			 uint16_t boundary, uint16_t n, const void *out,
			 uint32_t len)
{
	uint8_t cdb[16] = { SCSIEMU_OP_WRITE_ATOMIC_16, byte1 };

	cdb[9] = (uint8_t)lba;
	cdb[10] = (uint8_t)(boundary >> 8);
	cdb[11] = (uint8_t)boundary;
	cdb[12] = (uint8_t)(n >> 8);
	cdb[13] = (uint8_t)n;
	drive_run(&b->d, b->lu, cdb, 16, out, len, 0);
}

static void test_whole(void **s)
{
	uint8_t out[MOST * BLEN], was[BLEN];
	struct disk b;

	(void)s;
	made(&b, MOST);
	b.d.chunk = 100; /* the want is answered whole all the same */
	disk_pattern(out, 5, MOST, BLEN, 2);
	memcpy(was, disk_at(&b, 13), BLEN);
	write_atomic(&b, 0x08, 5, 0, MOST, out, sizeof(out));
	drive_good(&b.d);
	assert_memory_equal(disk_at(&b, 5), out, sizeof(out));
	assert_memory_equal(disk_at(&b, 13), was, BLEN);
	assert_int_equal(b.d.nlog, 1);
	assert_int_equal(b.d.log[0].want, SCSIEMU_WRITE);
	assert_int_equal(b.d.log[0].flags,
			 SCSIEMU_WHOLE | SCSIEMU_FUA | SCSIEMU_LAST);
	assert_int_equal(b.d.t.c.out_done, sizeof(out));
	write_atomic(&b, 0, NBLK - 1, 0, 0, NULL, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.nlog, 0);
	disk_free(&b);
}

static void test_refused(void **s)
{
	static uint8_t out[(MOST + 1) * BLEN];
	uint8_t was[NBLK * BLEN];
	struct disk b;

	(void)s;
	made(&b, MOST);
	memcpy(was, b.k.bytes, sizeof(was));
	write_atomic(&b, 0, 5, 0, MOST + 1, out, sizeof(out));
	drive_cdb(&b.d, 12, SCSIEMU_NO_BIT);
	write_atomic(&b, 0, 5, MOST + 1, MOST, out, MOST * BLEN);
	drive_cdb(&b.d, 10, SCSIEMU_NO_BIT);
	write_atomic(&b, 0x20, 5, 0, 1, out, BLEN); /* WRPROTECT */
	drive_cdb(&b.d, 1, 5);
	write_atomic(&b, 0, NBLK - 2, 0, 3, out, 3 * BLEN);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	assert_int_equal(b.d.t.c.sense.info, NBLK);
	write_atomic(&b, 0, 5, 0, 4, out, 4 * BLEN - 1);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x0e03);
	assert_int_equal(b.d.nlog, 0);
	assert_memory_equal(b.k.bytes, was, sizeof(was));
	disk_free(&b);
}

static int fail_second(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)bytes;
	return d->nlog == 2 && c->want == SCSIEMU_WRITE ? SCSIEMU_E_WRITE
							: DRIVE_USUAL;
}

/* A longer one, atomic from boundary to boundary, which are counted from its
 * first block. */
static void test_boundary(void **s)
{
	enum { FROM = 5, LONG = 20 };
	static uint8_t out[LONG * BLEN], was[LONG * BLEN];
	struct disk b;

	(void)s;
	made(&b, MOST);
	b.d.chunk = 100;
	disk_pattern(out, FROM, LONG, BLEN, 2);
	memcpy(was, disk_at(&b, FROM), sizeof(was));
	write_atomic(&b, 0, FROM, MOST, LONG, out, sizeof(out));
	drive_good(&b.d);
	assert_memory_equal(disk_at(&b, FROM), out, sizeof(out));
	assert_int_equal(b.d.t.c.out_done, sizeof(out));
	assert_int_equal(b.d.nlog, 3);
	for (unsigned i = 0; i < 3; i++) {
		unsigned n = i < 2 ? MOST : LONG - 2 * MOST;

		assert_int_equal(b.d.log[i].addr, FROM + i * MOST);
		assert_int_equal(b.d.log[i].off, i * MOST * BLEN);
		assert_int_equal(b.d.log[i].len, n * BLEN);
		assert_int_equal(b.d.log[i].flags,
				 SCSIEMU_WHOLE | (i == 2 ? SCSIEMU_LAST : 0));
	}
	write_atomic(&b, 0, FROM, MOST, 3, out, 3 * BLEN); /* is not reached */
	drive_good(&b.d);
	assert_int_equal(b.d.nlog, 1);
	write_atomic(&b, 0, FROM, 1, 0, NULL, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.nlog, 0);
	memcpy(disk_at(&b, FROM), was, sizeof(was));
	b.d.hook = fail_second;
	write_atomic(&b, 0, FROM, 4, MOST, out, MOST * BLEN);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00);
	assert_memory_equal(disk_at(&b, FROM), out, 4 * BLEN);
	assert_memory_equal(disk_at(&b, FROM + 4), was + 4 * BLEN, 4 * BLEN);
	disk_free(&b);
}

/* Nobody sees half of it. */
static void test_alone(void **s)
{
	static uint8_t out[4 * BLEN];
	uint8_t atomic[16] = { SCSIEMU_OP_WRITE_ATOMIC_16, [9] = 8, [13] = 4 };
	uint8_t read[10] = { SCSIEMU_OP_READ_10, [5] = 11, [8] = 1 };
	struct drive_task w = { 0 }, r = { 0 };
	struct disk b;

	(void)s;
	made(&b, MOST);
	drive_start(&b.d, &w, b.lu, atomic, 16, out, sizeof(out), 0);
	assert_int_equal(w.want, SCSIEMU_WRITE);
	drive_start(&b.d, &r, b.lu, read, 10, NULL, 0, BLEN);
	assert_int_equal(r.want, SCSIEMU_WAIT);
	drive_go(&w);
	drive_end(&w);
	assert_int_equal(r.want, SCSIEMU_READ);
	drive_go(&r);
	assert_memory_equal(r.in, out, BLEN);
	drive_end(&r);
	drive_task_free(&w);
	drive_task_free(&r);
	disk_free(&b);
}

static void limit_is(struct disk *b, uint32_t n)
{
	uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, 1, 0xb0, 0, 64 };
	uint8_t want[20] = { [2] = (uint8_t)(n >> 8), (uint8_t)n };

	if (n) { /* with boundaries as much as there is room for in the CDB */
		want[14] = want[15] = 0xff;
		want[19] = (uint8_t)n;
	}

	drive_in(&b->d, b->lu, cdb, 6);
	drive_good(&b->d);
	assert_memory_equal(b->d.t.in + 44, want, 20);
}

/* As much as medium and embedder can do at once; without, no command. */
static void test_limits(void **s)
{
	static const uint8_t out[BLEN];
	struct disk_options o = { .atomic = UINT32_MAX, .whole = 4096 };
	struct disk b;

	(void)s;
	made(&b, MOST);
	limit_is(&b, MOST);
	disk_free(&b);
	disk_make(&b, &o);
	limit_is(&b, 8);
	disk_free(&b);
	made(&b, 0);
	limit_is(&b, 0);
	write_atomic(&b, 0, 5, 0, 1, out, BLEN);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2000);
	disk_free(&b);
}

/* Physical blocks of four: a part of one is not written atomically. */
static void test_physical(void **s)
{
	static const uint8_t out[MOST * BLEN], want[8] = { [3] = 4, [7] = 4 };
	uint8_t vpd[6] = { SCSIEMU_OP_INQUIRY, 1, 0xb0, 0, 64 };
	struct disk_options o = { .nblk = NBLK, .atomic = MOST, .exponent = 2 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	drive_in(&b.d, b.lu, vpd, 6);
	assert_memory_equal(b.d.t.in + 48, want, 8);
	write_atomic(&b, 0, 4, 0, 8, out, 8 * BLEN);
	drive_good(&b.d);
	write_atomic(&b, 0, 5, 0, 4, out, 4 * BLEN);
	drive_cdb(&b.d, 2, SCSIEMU_NO_BIT);
	write_atomic(&b, 0, 4, 0, 6, out, 6 * BLEN);
	drive_cdb(&b.d, 12, SCSIEMU_NO_BIT);
	write_atomic(&b, 0, 4, 6, 8, out, 8 * BLEN);
	drive_cdb(&b.d, 10, SCSIEMU_NO_BIT);
	disk_free(&b);
}

/* With tuples: through scratch, whole; one that is wrong and nothing is new. */
static void test_protected(void **s)
{
	struct disk_options o = { .nblk = NBLK,
				  .scratch = 4096,
				  .atomic = UINT32_MAX,
				  .sbc.pi_type = 2 };
	uint8_t data[3 * BLEN], wire[3 * (BLEN + 8)];
	uint8_t cdb[32] = { 0x7f,     [7] = 0x18, [9] = 0x0f, [10] = 0x20,
			    [19] = 7, [23] = 99,  [31] = 3 };
	uint8_t vpd[6] = { SCSIEMU_OP_INQUIRY, 1, 0xb0, 0, 64 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	drive_in(&b.d, b.lu, vpd, 6);
	assert_int_equal(b.d.t.in[47], 4096 / (BLEN + 16));
	disk_pattern(data, 7, 3, BLEN, 2);
	pi_wire(wire, data, 3, BLEN, 2, 0, 0, 99);
	drive_run(&b.d, b.lu, cdb, 32, wire, sizeof(wire), 0);
	drive_good(&b.d);
	assert_memory_equal(disk_at(&b, 7), data, sizeof(data));
	assert_int_equal(b.d.log[b.d.nlog - 1].flags,
			 SCSIEMU_PI | SCSIEMU_WHOLE);
	memset(disk_at(&b, 7), 0, sizeof(data));
	memset(pi_of(&b, 7, 0), 0xff, 3 * 8);
	pi_at(wire, 2, BLEN, 0, 0)[7] ^= 1;
	drive_run(&b.d, b.lu, cdb, 32, wire, sizeof(wire), 0);
	pi_failed(&b, 0x1003, 9);
	assert_int_equal(b.d.t.c.out_done, 0);
	for (unsigned i = 0; i < sizeof(data); i++)
		assert_int_equal(disk_at(&b, 7)[i], 0);
	/* pointers into the longer CDB */
	cdb[5] = 1;
	drive_run(&b.d, b.lu, cdb, 32, wire, sizeof(wire), 0);
	drive_cdb(&b.d, 4, SCSIEMU_NO_BIT);
	cdb[5] = 0;
	cdb[31] = 9;
	drive_run(&b.d, b.lu, cdb, 32, wire, sizeof(wire), 0);
	drive_cdb(&b.d, 28, SCSIEMU_NO_BIT);
	/* without tuples of the host */
	write_atomic(&b, 0, 7, 0, 3, data, sizeof(data));
	drive_good(&b.d);
	assert_memory_equal(disk_at(&b, 7), data, sizeof(data));
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_physical),
		cmocka_unit_test(test_protected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
