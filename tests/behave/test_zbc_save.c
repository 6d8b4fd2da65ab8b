/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Write pointers that last: what is saved and when, what a restart finds, what
 * a crash at any want would leave, records that are damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/zbc.h"

enum { CLOSE = 1, FINISH = 2, OPEN = 3, RESET = 4 };
/* Where a record has what (src/sbc/zone_save.c). */
enum { RECORD = 18 + 32 * 9 + 8, ITEMS = 18, ITEM = 9 };

static void again(struct zbc *z, const struct disk_options *o)
{
	struct zbc *was = malloc(sizeof(*was));

	assert_non_null(was);
	*was = *z;
	zbc_again(z, o, was);
	zbc_free(was);
	free(was);
}

/* Blocks of slot i that its record says are written. */
static unsigned saved(const struct zbc *z, unsigned i)
{
	const uint8_t *p = z->rec[i / 32] + ITEMS + i % 32 * ITEM;

	return z->rec_len[i / 32] ? p[8] : 0;
}

static void test_restart(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 40, 2, 0);
	zbc_make(&z, &o);
	zbc_write(&z, 2 * ZONE, 5, 1, true);
	zbc_write(&z, 3 * ZONE, ZONE, 1, true);
	zbc_out(&z, FINISH, 4 * ZONE, 0, false);
	zbc_write(&z, 5 * ZONE, 5, 1, true);
	zbc_out(&z, RESET, 5 * ZONE, 0, false);
	zbc_out(&z, OPEN, 6 * ZONE, 0, false);
	zbc_write(&z, 7 * ZONE, 2, 1, true);
	scsiemu_zone_set(z.b.lu, 7 * ZONE, SCSIEMU_ZONE_READ_ONLY);
	scsiemu_zone_set(z.b.lu, 8 * ZONE, SCSIEMU_ZONE_OFFLINE);
	scsiemu_zone_set(z.b.lu, 9 * ZONE, SCSIEMU_ZONE_RECOMMEND);
	drive_settle(&z.b.d, z.b.lu, NULL);
	zbc_write(&z, 10 * ZONE, 1, 1, true); /* same record: all of these */
	zbc_write(&z, 39 * ZONE, 3, 1, true); /* another record */
	assert_int_equal(z.rec_len[0], RECORD);
	assert_int_equal(z.rec_len[1], RECORD);
	again(&z, &o);
	zbc_is(&z, 2 * ZONE, CLOSED, 5);
	zbc_is(&z, 3 * ZONE, FULL, -1);
	zbc_is(&z, 4 * ZONE, FULL, -1);
	zbc_is(&z, 5 * ZONE, EMPTY, 0);
	zbc_is(&z, 6 * ZONE, EMPTY, 0);
	zbc_is(&z, 7 * ZONE, READONLY, -1);
	zbc_is(&z, 8 * ZONE, OFFLINE, -1);
	zbc_is(&z, 9 * ZONE, EMPTY, 0);
	assert_int_equal(zbc_zone(&z, 9 * ZONE).flags, 1);
	zbc_is(&z, 39 * ZONE, CLOSED, 3);
	zbc_write(&z, 2 * ZONE + 5, 1, 1, false);
	drive_good(&z.b.d);
	/* the ids of its records */
	assert_int_equal(scsiemu_lu_record(z.b.lu, SCSIEMU_NV_COUNT - 1),
			 SCSIEMU_NV_CHUNK);
	assert_int_equal(scsiemu_lu_record(z.b.lu, SCSIEMU_NV_CHUNK),
			 SCSIEMU_NV_CHUNK + 1);
	assert_int_equal(scsiemu_lu_record(z.b.lu, SCSIEMU_NV_CHUNK + 1), 0);
	zbc_free(&z);
}

static void is_want(const struct zbc *z, unsigned i, uint8_t want, uint8_t verb)
{
	assert_true(i < z->b.d.nlog);
	assert_int_equal(z->b.d.log[i].want, want);
	if (want == SCSIEMU_STORE)
		assert_int_equal(z->b.d.log[i].verb, verb);
}

/* What is written through the cache is not durable, and not saved; what is
 * asked to be is flushed, then saved. */
static void test_when(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	zbc_make(&z, &o);
	zbc_write(&z, 2 * ZONE, 2, 1, false);
	assert_int_equal(z.nsaves, 0);
	zbc_write(&z, 2 * ZONE + 2, 2, 1, true);
	is_want(&z, 0, SCSIEMU_WRITE, 0);
	is_want(&z, 1, SCSIEMU_STORE, SCSIEMU_V_FLUSH);
	assert_int_equal(z.b.d.log[1].addr, 2 * ZONE);
	assert_int_equal(z.b.d.log[1].count, ZONE);
	is_want(&z, 2, SCSIEMU_STORE, SCSIEMU_V_NV_SAVE);
	assert_int_equal(z.b.d.nlog, 3);
	assert_int_equal(saved(&z, 2), 4);
	zbc_write(&z, 2 * ZONE + 4, 2, 1, true); /* no flush needed */
	is_want(&z, 1, SCSIEMU_STORE, SCSIEMU_V_NV_SAVE);
	assert_int_equal(z.b.d.nlog, 2);
	/* a neighbour's unsafe blocks are not claimed */
	zbc_write(&z, 3 * ZONE, 5, 1, false);
	zbc_write(&z, 2 * ZONE + 6, 1, 1, true);
	assert_int_equal(saved(&z, 2), 7);
	assert_int_equal(saved(&z, 3), 0);
	disk_run(&z.b, SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 0, 0, 0, NULL, 0, 0);
	is_want(&z, 0, SCSIEMU_STORE, SCSIEMU_V_FLUSH);
	is_want(&z, 1, SCSIEMU_STORE, SCSIEMU_V_NV_SAVE);
	assert_int_equal(z.b.d.nlog, 2);
	assert_int_equal(saved(&z, 3), 5);
	/* nothing is new */
	disk_run(&z.b, SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 2, 0, 0, NULL, 0, 0);
	assert_int_equal(z.b.d.nlog, 1);
	/* a part of what is not safe: the rest of the zone is flushed, too */
	zbc_write(&z, 3 * ZONE + 5, 4, 1, false);
	disk_run(&z.b, SCSIEMU_OP_SYNCHRONIZE_CACHE_16, 2, 3 * ZONE + 6, 1,
		 NULL, 0, 0);
	is_want(&z, 1, SCSIEMU_STORE, SCSIEMU_V_FLUSH);
	assert_int_equal(saved(&z, 3), 9);
	assert_int_equal(z.b.d.njobs, 0); /* IMMED waits */
	/* conventional blocks need no record */
	zbc_write(&z, 0, 4, 1, true);
	assert_int_equal(z.b.d.nlog, 1);
	zbc_free(&z);
}

static void test_through(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	zbc_make(&z, &o);
	zbc_write(&z, 2 * ZONE, 2, 1, false);
	disk_mode(&z.b, 0x08, 2, 0x04, 0); /* WCE off */
	assert_int_equal(saved(&z, 2), 2);
	zbc_write(&z, 2 * ZONE + 2, 2, 1, false);
	assert_int_equal(saved(&z, 2), 4);
	disk_mode(&z.b, 0x08, 2, 0x04, 4);
	zbc_write(&z, 2 * ZONE + 4, 2, 1, false);
	assert_int_equal(saved(&z, 2), 4);
	disk_run(&z.b, SCSIEMU_OP_START_STOP_UNIT, 0, 0, 0, NULL, 0, 0);
	assert_int_equal(saved(&z, 2), 6);
	zbc_free(&z);
	o.unable = SCSIEMU_CAN_FLUSH; /* no cache at all */
	zbc_make(&z, &o);
	zbc_write(&z, 2 * ZONE, 2, 1, false);
	assert_int_equal(saved(&z, 2), 2);
	assert_int_equal(z.b.d.nlog, 2);
	zbc_free(&z);
}

/* Commands other than WRITE that move a pointer, with FUA. */
static void test_other_writes(void **s)
{
	static uint8_t out[2 * ZONE * BLOCK];
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	zbc_make(&z, &o);
	disk_run(&z.b, SCSIEMU_OP_WRITE_SAME_16, 0, 2 * ZONE, 3, out, BLOCK, 0);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 3);
	assert_int_equal(z.nsaves, 0);
	disk_run(&z.b, SCSIEMU_OP_WRITE_AND_VERIFY_16, 0, 2 * ZONE + 3, 2, out,
		 2 * BLOCK, 0);
	drive_good(&z.b.d);
	assert_int_equal(saved(&z, 2), 5);
	disk_run(&z.b, SCSIEMU_OP_COMPARE_AND_WRITE, 8, 2 * ZONE + 5, 1, out,
		 2 * BLOCK, 0);
	drive_good(&z.b.d);
	assert_int_equal(saved(&z, 2), 6);
	disk_run(&z.b, SCSIEMU_OP_ORWRITE_16, 8, 2 * ZONE + 6, 2, out,
		 2 * BLOCK, 0);
	drive_good(&z.b.d);
	assert_int_equal(saved(&z, 2), 8);
	/* a compare that fails has written nothing */
	out[7] = 1;
	disk_run(&z.b, SCSIEMU_OP_COMPARE_AND_WRITE, 8, 2 * ZONE + 8, 1, out,
		 2 * BLOCK, 0);
	drive_status(&z.b.d, SCSIEMU_CHECK_CONDITION);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 8);
	/* fewer data than blocks: as many as there were */
	disk_run(&z.b, SCSIEMU_OP_WRITE_16, 8, 2 * ZONE + 8, 8, out,
		 3 * BLOCK + 100, 0);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 11);
	assert_int_equal(saved(&z, 2), 11);
	/* to the end: it crosses */
	disk_run(&z.b, SCSIEMU_OP_WRITE_SAME_16, 0, 2 * ZONE + 11, 0, out,
		 BLOCK, 0);
	drive_check(&z.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_WRITE_BOUNDARY_VIOLATION);
	disk_run(&z.b, SCSIEMU_OP_WRITE_SAME_16, 0, 7 * ZONE, 0, out, BLOCK, 0);
	drive_good(&z.b.d);
	zbc_is(&z, 7 * ZONE, FULL, -1);
	zbc_free(&z);
}

/* WRITE SCATTERED: two descriptors that continue each other, one elsewhere. */
static void test_scattered(void **s)
{
	static uint8_t out[16 * BLOCK] = { 0 };
	uint8_t cdb[16] = { SCSIEMU_OP_SERVICE_ACTION_OUT_16,
			    SCSIEMU_SA_WRITE_SCATTERED_16,
			    0x08,
			    [5] = 1,
			    [9] = 3,
			    [13] = 8 };
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	zbc_make(&z, &o);
	out[32 + 7] = 2 * ZONE;
	out[32 + 11] = 3;
	out[64 + 7] = 2 * ZONE + 3;
	out[64 + 11] = 2;
	out[96 + 7] = 5 * ZONE;
	out[96 + 11] = 2;
	memset(out + 32 + 20, 0xee, 12); /* reserved */
	drive_run(&z.b.d, z.b.lu, cdb, 16, out, 8 * BLOCK, 0);
	drive_good(&z.b.d);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 5);
	zbc_is(&z, 5 * ZONE, IMPLICIT, 2);
	assert_int_equal(saved(&z, 2), 5);
	assert_int_equal(saved(&z, 5), 2);
	/* the second one is not where the pointer is then */
	out[32 + 7] = 2 * ZONE + 5;
	out[64 + 7] = 2 * ZONE + 9;
	drive_run(&z.b.d, z.b.lu, cdb, 16, out, 8 * BLOCK, 0);
	drive_check(&z.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_UNALIGNED_WRITE);
	zbc_is(&z, 2 * ZONE, IMPLICIT, 8);
	zbc_free(&z);
}

static void test_save_fails(void **s)
{
	struct disk_options o;
	struct zbc z;

	(void)s;
	zbc_options(&o, 8, 2, 0);
	zbc_make(&z, &o);
	z.nv_result = SCSIEMU_E_HARDWARE;
	zbc_write(&z, 2 * ZONE, 2, 1, true);
	drive_check(&z.b.d, SCSIEMU_SK_HARDWARE_ERROR,
		    SCSIEMU_ASC_INTERNAL_FAILURE);
	z.nv_result = SCSIEMU_OK;
	disk_run(&z.b, SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 0, 0, 0, NULL, 0, 0);
	drive_good(&z.b.d);
	assert_int_equal(saved(&z, 2), 2);
	z.nv_result = SCSIEMU_E_HARDWARE;
	zbc_out(&z, RESET, 2 * ZONE, 0, false);
	drive_status(&z.b.d, SCSIEMU_CHECK_CONDITION);
	z.nv_result = SCSIEMU_OK;
	zbc_out(&z, RESET, 0, 0, true);
	drive_good(&z.b.d);
	assert_int_equal(saved(&z, 2), 0);
	zbc_free(&z);
}

/* At the end: what nobody asked for. */
static void test_unsaved(void **s)
{
	struct disk_options o;
	uint8_t buf[512];
	uint32_t len = sizeof(buf);
	struct zbc z;

	(void)s;
	zbc_options(&o, 40, 2, 0);
	zbc_make(&z, &o);
	assert_int_equal(scsiemu_lu_unsaved(z.b.lu, buf, &len), 0);
	zbc_write(&z, 2 * ZONE, 3, 1, false);
	zbc_write(&z, 34 * ZONE, 7, 1, false);
	for (unsigned i = 0; i < 2; i++) {
		len = sizeof(buf);
		assert_int_equal(scsiemu_lu_unsaved(z.b.lu, buf, &len),
				 SCSIEMU_NV_CHUNK + i);
		assert_int_equal(len, RECORD);
		memcpy(z.rec[i], buf, len);
		z.rec_len[i] = len;
	}
	assert_int_equal(scsiemu_lu_unsaved(z.b.lu, buf, &len), 0);
	again(&z, &o);
	zbc_is(&z, 2 * ZONE, CLOSED, 3);
	zbc_is(&z, 34 * ZONE, CLOSED, 7);
	zbc_free(&z);
}

static int restore(struct zbc *z, const uint8_t *p, uint32_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, p, len);
	rc = scsiemu_lu_restore(z->b.lu, SCSIEMU_NV_CHUNK, copy, len);
	free(copy);
	return rc;
}

static void test_damage(void **s)
{
	struct disk_options o, other;
	struct zbc z, y;
	uint8_t rec[RECORD];

	(void)s;
	zbc_options(&o, 8, 2, 0);
	zbc_make(&z, &o);
	zbc_write(&z, 2 * ZONE, 2, 1, true);
	memcpy(rec, z.rec[0], RECORD);
	zbc_make(&y, &o);
	for (uint32_t i = 0; i < RECORD; i++) {
		assert_int_equal(restore(&y, rec, i), SCSIEMU_ERR_ARG);
		for (unsigned bit = 0; bit < 8; bit++) {
			rec[i] ^= (uint8_t)(1u << bit);
			assert_int_equal(restore(&y, rec, RECORD),
					 SCSIEMU_ERR_ARG);
			rec[i] ^= (uint8_t)(1u << bit);
		}
	}
	zbc_is(&y, 2 * ZONE, EMPTY, 0);
	assert_int_equal(
		scsiemu_lu_restore(y.b.lu, SCSIEMU_NV_ZONES, rec, RECORD),
		SCSIEMU_ERR_ARG);
	assert_int_equal(
		scsiemu_lu_restore(y.b.lu, SCSIEMU_NV_CHUNK + 1, rec, RECORD),
		SCSIEMU_ERR_ARG); /* there is no such chunk */
	assert_int_equal(restore(&y, rec, RECORD), 0);
	zbc_is(&y, 2 * ZONE, CLOSED, 2);
	zbc_free(&y);
	/* another layout */
	for (unsigned i = 0; i < 3; i++) {
		other = o;
		if (i == 0)
			other.sbc.zones.conventional = 3;
		else if (i == 1)
			other.sbc.zones.zone_blk = 2 * ZONE;
		else
			other.sbc.zones.zone_cap = 12;
		zbc_make(&y, &other);
		assert_int_equal(restore(&y, rec, RECORD), SCSIEMU_ERR_ARG);
		zbc_free(&y);
	}
	zbc_free(&z);
}

/*
 * A crash at any want: a store with a cache, of which everything that was not
 * flushed may be lost. At each want, the saved pointers must not be behind
 * blocks that were said to be durable, and not in front of blocks that are.
 */
struct crash {
	struct zbc z;
	int (*keep)(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes);
	bool durable[8 * ZONE];
	unsigned said[8]; /* blocks of each zone */
	uint64_t seed;
};

static unsigned pick(struct crash *k, unsigned n)
{
	return (unsigned)(disk_random(&k->seed) % n);
}

static void check(const struct crash *k)
{
	for (unsigned i = 2; i < 8; i++) {
		unsigned wp = saved(&k->z, i);

		assert_true(wp >= k->said[i]);
		for (unsigned b = 0; b < wp; b++)
			assert_true(k->durable[i * ZONE + b]);
	}
}

static void mark(struct crash *k, uint64_t lba, uint64_t n, bool durable)
{
	if (lba + n > 8 * ZONE)
		n = 8 * ZONE - lba;
	memset(k->durable + lba, durable, n);
}

static int crash_hook(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct crash *k = d->hook_ctx;

	check(k);
	if (c->want == SCSIEMU_WRITE)
		mark(k, c->addr, c->len / BLOCK, c->flags & SCSIEMU_FUA);
	if (c->want == SCSIEMU_STORE && c->verb == SCSIEMU_V_FLUSH)
		mark(k, c->addr, c->count ? c->count : 8 * ZONE, true);
	if (c->want == SCSIEMU_STORE &&
	    (c->verb == SCSIEMU_V_ZERO || c->verb == SCSIEMU_V_UNMAP ||
	     c->verb == SCSIEMU_V_FILL))
		mark(k, c->addr, c->count, false);
	return k->keep(d, c, bytes);
}

static void act(struct crash *k, bool through)
{
	unsigned i = 2 + pick(k, 6), n = 1 + pick(k, 5), wp;
	struct zbc_zone d = zbc_zone(&k->z, i * ZONE);
	bool fua = pick(k, 3) == 0;

	wp = d.wp == UINT64_MAX ? ZONE : (unsigned)(d.wp - d.start);
	switch (pick(k, 12)) {
	case 0:
		k->said[i] = 0; /* what it had may go from now on */
		zbc_out(&k->z, RESET, i * ZONE, 0, false);
		drive_good(&k->z.b.d);
		return;
	case 1:
		disk_run(&k->z.b, SCSIEMU_OP_SYNCHRONIZE_CACHE_16, 0, i * ZONE,
			 1 + pick(k, ZONE), NULL, 0, 0);
		drive_good(&k->z.b.d);
		return;
	case 2:
		if (wp == ZONE) /* that changes nothing */
			return;
		/* the blocks behind the pointer are zeros for ever: durable */
		memset(k->durable + i * ZONE + wp, 1, ZONE - wp);
		zbc_out(&k->z, FINISH, i * ZONE, 0, false);
		drive_good(&k->z.b.d);
		k->said[i] = ZONE;
		return;
	default:
		if (wp + n > ZONE)
			return;
		zbc_write(&k->z, i * ZONE + wp, n, 1, fua);
		drive_good(&k->z.b.d);
		if (fua || through)
			k->said[i] = wp + n;
	}
}

static void test_crash(void **s)
{
	(void)s;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct crash *k = calloc(1, sizeof(*k));
		struct disk_options o;

		assert_non_null(k);
		k->seed = seed * 0x9e3779b97f4a7c15u;
		zbc_options(&o, 8, 2, 3);
		o.unable = seed % 4 == 3 ? SCSIEMU_CAN_UNMAP : 0;
		o.thin = seed % 4 == 2;
		zbc_make(&k->z, &o);
		if (seed % 2)
			disk_mode(&k->z.b, 0x08, 2, 0x04, 0);
		k->keep = k->z.b.d.hook;
		k->z.b.d.hook = crash_hook;
		for (unsigned i = 0; i < 500; i++) {
			act(k, seed % 2);
			check(k);
		}
		zbc_free(&k->z);
		free(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_when),
		cmocka_unit_test(test_through),
		cmocka_unit_test(test_other_writes),
		cmocka_unit_test(test_scattered),
		cmocka_unit_test(test_save_fails),
		cmocka_unit_test(test_unsaved),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
