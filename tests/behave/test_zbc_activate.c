/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ZONE ACTIVATE and ZONE QUERY: what is activated and what stands in the way,
 * the reply byte by byte, and that it lasts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/zbc.h"

enum { ACTIVATE = 8, QUERY = 9, ROOM = 1024 };
enum { FRONT, BEHIND };

/* Realms of a disk with 4 zones in front (0 to 3) and 6 behind (4 to 9):
 * 0 has zone 0 and zones 4, 5; 1 zone 1 and zones 6, 7; 2 zones 2, 3 and zones
 * 8, 9. All are active in front. conv: those in front are conventional. */
static void options(struct disk_options *o, bool conv)
{
	zbc_options(o, 10, conv ? 4 : 0, 0);
	o->sbc.zones.before = conv ? 0 : 4;
	o->sbc.zones.realms = 3;
	o->sbc.zones.realms_first = 3;
}

static void make(struct zbc *z, bool conv)
{
	struct disk_options o;

	options(&o, conv);
	zbc_make(z, &o);
}

struct ask {
	uint8_t sa;
	bool all;
	uint64_t id;
	uint16_t n, alloc;
	uint8_t domain;
};

static uint8_t ask(struct zbc *z, struct ask a)
{
	uint8_t cdb[16] = { SCSIEMU_OP_ZONE_IN,
			    (uint8_t)(a.sa | (a.all ? 0x80 : 0)),
			    [8] = (uint8_t)(a.id >> 8),
			    (uint8_t)a.id,
			    (uint8_t)(a.n >> 8),
			    (uint8_t)a.n,
			    (uint8_t)(a.alloc >> 8),
			    (uint8_t)a.alloc,
			    a.domain };

	return drive_run(&z->b.d, z->b.lu, cdb, 16, NULL, 0, ROOM);
}

#define ASK(z, ...) ask(z, (struct ask){ __VA_ARGS__ })

/* Zones id to id + n - 1 in a domain, and a reply that has room. */
static void want(struct zbc *z, uint8_t sa, uint64_t id, uint16_t n,
		 uint8_t domain)
{
	ASK(z, sa, false, id, n, ROOM, domain);
	drive_good(&z->b.d);
}

/* Zones 6 to 9 in the domain behind. */
static const uint8_t granted[64 + 2 * 32] = { [3] = 64,
					      [7] = 64,
					      [8] = 0x81,
					      [10] = BEHIND,
					      [19] = 4,
					      /* zones 1 to 3 become inactive */
					      [64] = SOBR,
					      [65] = INACTIVE << 4,
					      [66] = FRONT,
					      [79] = 3,
					      [87] = ZONE,
					      /* and these empty */
					      [96] = SWR,
					      [97] = EMPTY << 4,
					      [98] = BEHIND,
					      [111] = 4,
					      [119] = 6 * ZONE };

static void test_activate(void **s)
{
	uint8_t query[sizeof(granted)];
	struct zbc z;

	(void)s;
	make(&z, false);
	memcpy(query, granted, sizeof(query));
	query[8] = 0x80;
	want(&z, QUERY, 6 * ZONE, 4, BEHIND);
	drive_data(&z.b.d, query, sizeof(query));
	zbc_is(&z, 6 * ZONE, INACTIVE, -1);
	assert_int_equal(z.nsaves, 0);
	want(&z, ACTIVATE, 6 * ZONE, 4, BEHIND);
	drive_data(&z.b.d, granted, sizeof(granted));
	assert_int_equal(scsiemu_in_resid(&z.b.d.t.c),
			 ROOM - (int)sizeof(granted));
	zbc_is(&z, 0, EMPTY, 0);
	zbc_is(&z, ZONE, INACTIVE, -1);
	zbc_is(&z, 3 * ZONE, INACTIVE, -1);
	zbc_is(&z, 4 * ZONE, INACTIVE, -1);
	zbc_is(&z, 6 * ZONE, EMPTY, 0);
	zbc_is(&z, 9 * ZONE, EMPTY, 0);
	zbc_write(&z, 6 * ZONE, 4, 1, false);
	drive_good(&z.b.d);
	zbc_write(&z, ZONE, 4, 1, false);
	drive_check(&z.b.d, SCSIEMU_SK_DATA_PROTECT, SCSIEMU_ASC_ZONE_INACTIVE);
	/* realms and domains say so */
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 0, 4096, 0);
	assert_int_equal(z.b.d.t.in[64 + 7], FRONT);
	assert_int_equal(z.b.d.t.in[64 + 48 + 7], BEHIND);
	assert_int_equal(z.b.d.t.in[64 + 96 + 7], BEHIND);
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 0, 4096, 2);
	assert_int_equal(z.b.d.t.in[7], 2);
	assert_int_equal(z.b.d.t.in[67], 1);
	/* and back, the one of them without data */
	want(&z, ACTIVATE, 2 * ZONE, 2, FRONT);
	assert_int_equal(z.b.d.t.in[8], 0x81);
	zbc_is(&z, 2 * ZONE, EMPTY, 0);
	zbc_is(&z, 8 * ZONE, INACTIVE, -1);
	/* in the middle, so that those of a type are not in a row */
	zbc_in(&z, SCSIEMU_SA_REPORT_REALMS, 0, 4096, 1);
	assert_int_equal(z.b.d.t.in[7], 2);
	assert_int_equal(z.b.d.t.in[67], 0);
	assert_int_equal(z.b.d.t.in[67 + 48], 2);
	zbc_free(&z);
}

/* What is unmet, and of which zone; nothing happens. */
static void refused(struct zbc *z, uint8_t unmet, uint64_t lba)
{
	uint8_t bytes[64] = { [8] = 0x40,
			      unmet,
			      z->b.d.t.c.cdb[14],
			      z->b.d.t.c.cdb[1] >> 7,
			      [30] = (uint8_t)(lba >> 8),
			      (uint8_t)lba };

	drive_good(&z->b.d);
	drive_data(&z->b.d, bytes, sizeof(bytes));
	assert_int_equal(z->nsaves, 0);
	zbc_is(z, 9 * ZONE, INACTIVE, -1);
}

static void test_unmet(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, false);
	for (uint8_t sa = ACTIVATE; sa <= QUERY; sa++) {
		/* active already */
		want(&z, sa, 0, 1, FRONT);
		refused(&z, 0x01, 0);
		want(&z, sa, 0, 4, FRONT);
		refused(&z, 0x01, 0);
		/* not from the beginning of a realm on, not to its end */
		want(&z, sa, 5 * ZONE, 1, BEHIND);
		refused(&z, 0x04, 5 * ZONE);
		want(&z, sa, 4 * ZONE, 3, BEHIND);
		refused(&z, 0x04, 6 * ZONE);
		want(&z, sa, 4 * ZONE, 1, BEHIND);
		refused(&z, 0x04, 4 * ZONE);
		/* zones of the other domain */
		want(&z, sa, 0, 1, BEHIND);
		refused(&z, 0x20, 0);
		want(&z, sa, 3 * ZONE, 3, FRONT);
		refused(&z, 0x20, 4 * ZONE);
	}
	/* something is written, in the second one; a zone that is gone */
	zbc_write(&z, 3 * ZONE, 1, 1, false);
	drive_good(&z.b.d);
	want(&z, ACTIVATE, 4 * ZONE, 6, BEHIND);
	refused(&z, 0x02, 3 * ZONE);
	ASK(&z, ACTIVATE, true, 0, 0, ROOM, BEHIND);
	refused(&z, 0x02, 3 * ZONE);
	want(&z, ACTIVATE, 4 * ZONE, 4, BEHIND);
	assert_int_equal(z.b.d.t.in[8], 0x81);
	zbc_free(&z);
	make(&z, false);
	scsiemu_zone_set(z.b.lu, 0, SCSIEMU_ZONE_OFFLINE);
	want(&z, ACTIVATE, 4 * ZONE, 2, BEHIND);
	refused(&z, 0x02, 0);
	zbc_free(&z);
}

/* Conventional zones may have been written. */
static void test_conventional(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, true);
	zbc_write(&z, 0, 4, 1, false);
	want(&z, ACTIVATE, 4 * ZONE, 2, BEHIND);
	assert_int_equal(z.b.d.t.in[8], 0x81);
	assert_int_equal(z.b.d.t.in[64], CONV);
	zbc_is(&z, 0, INACTIVE, -1);
	want(&z, ACTIVATE, 0, 1, FRONT);
	assert_int_equal(z.b.d.t.in[8], 0x81);
	assert_int_equal(z.b.d.t.in[65], NWP << 4);
	zbc_is(&z, 0, NWP, -1);
	zbc_read(&z, 0, 4);
	drive_data(&z.b.d, z.b.k.bytes, 4 * BLOCK);
	zbc_free(&z);
}

/* ALL: every realm that is not active there; ZONE ID says nothing. */
static void test_all(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, false);
	want(&z, ACTIVATE, 6 * ZONE, 2, BEHIND);
	ASK(&z, ACTIVATE, true, 0xffff, 0, ROOM, BEHIND);
	drive_good(&z.b.d);
	assert_int_equal(z.b.d.t.c.in_done, 64 + 4 * 32);
	assert_int_equal(z.b.d.t.in[3], 4 * 32);
	assert_int_equal(z.b.d.t.in[8], 0x81);
	assert_int_equal(z.b.d.t.in[11], 1);
	assert_int_equal(z.b.d.t.in[19], 4);
	assert_int_equal(z.b.d.t.in[64 + 23], 0);
	assert_int_equal(z.b.d.t.in[96 + 23], 2 * ZONE);
	assert_int_equal(z.b.d.t.in[128 + 23], 4 * ZONE);
	assert_int_equal(z.b.d.t.in[160 + 23], 8 * ZONE);
	zbc_is(&z, 4 * ZONE, EMPTY, 0);
	zbc_is(&z, 9 * ZONE, EMPTY, 0);
	/* nothing is left to do */
	ASK(&z, ACTIVATE, true, 0, 0, ROOM, BEHIND);
	drive_good(&z.b.d);
	assert_int_equal(z.b.d.t.c.in_done, 64);
	assert_int_equal(z.b.d.t.in[8], 0x81);
	assert_int_equal(z.b.d.t.in[19], 0);
	zbc_free(&z);
}

static void test_cdb(void **s)
{
	struct zbc z;

	(void)s;
	make(&z, false);
	for (uint8_t sa = ACTIVATE; sa <= QUERY; sa++) {
		ASK(&z, sa, false, 10 * ZONE, 1, ROOM, BEHIND);
		drive_check(&z.b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
		assert_int_equal(z.b.d.t.c.sense.info, 10 * ZONE);
		ASK(&z, sa, false, 4 * ZONE + 1, 2, ROOM, BEHIND);
		drive_cdb(&z.b.d, 2, SCSIEMU_NO_BIT);
		ASK(&z, sa, false, 4 * ZONE, 0, ROOM, BEHIND);
		drive_cdb(&z.b.d, 10, SCSIEMU_NO_BIT);
		ASK(&z, sa, false, 4 * ZONE, 7, ROOM, BEHIND);
		drive_cdb(&z.b.d, 10, SCSIEMU_NO_BIT);
		ASK(&z, sa, false, 4 * ZONE, 2, 63, BEHIND);
		drive_cdb(&z.b.d, 12, SCSIEMU_NO_BIT);
		ASK(&z, sa, false, 4 * ZONE, 2, ROOM, 2);
		drive_cdb(&z.b.d, 14, SCSIEMU_NO_BIT);
	}
	/* what fits is said; it happens all the same */
	ASK(&z, ACTIVATE, false, 6 * ZONE, 4, 64 + 40, BEHIND);
	drive_good(&z.b.d);
	assert_int_equal(z.b.d.t.c.in_done, 64 + 40);
	assert_int_equal(z.b.d.t.in[3], 64);
	assert_int_equal(z.b.d.t.in[7], 32);
	zbc_is(&z, 9 * ZONE, EMPTY, 0);
	zbc_free(&z);
}

/* In windows of every size; ended at every step: all or nothing. */
static void test_steps(void **s)
{
	static const uint8_t cdb[16] = { 0x95, ACTIVATE, [9] = 6 * ZONE,
					 0,    4,	 4,
					 0,    1 };
	unsigned left = 1;

	(void)s;
	for (unsigned at = 0; left; at++) {
		struct zbc z;
		bool done;

		make(&z, false);
		z.b.d.chunk = 48;
		drive_start(&z.b.d, &z.b.d.t, z.b.lu, cdb, 16, NULL, 0, ROOM);
		for (unsigned i = 0; i < at && z.b.d.t.want > SCSIEMU_WAIT; i++)
			drive_step(&z.b.d.t);
		left = z.b.d.t.want > SCSIEMU_WAIT;
		if (left) {
			scsiemu_abort(&z.b.d.t.c);
			drive_ready(&z.b.d);
			drive_go(&z.b.d.t);
		}
		drive_end(&z.b.d.t);
		if (!left)
			drive_data(&z.b.d, granted, sizeof(granted));
		done = z.rec_len[1] != 0;
		assert_true(left || done);
		zbc_is(&z, 9 * ZONE, done ? EMPTY : INACTIVE, done ? 0 : -1);
		zbc_is(&z, ZONE, done ? INACTIVE : EMPTY, done ? -1 : 0);
		zbc_free(&z);
	}
}

/* The reply said that it happens, and then a zone of it is lost: an error, and
 * nothing happened. */
static void test_torn(void **s)
{
	static const uint8_t cdb[16] = { 0x95, ACTIVATE, [9] = 6 * ZONE,
					 0,    4,	 4,
					 0,    1 };

	(void)s;
	for (unsigned at = 1; at < 4; at++) {
		struct zbc z;

		make(&z, false);
		z.b.d.chunk = 48;
		drive_start(&z.b.d, &z.b.d.t, z.b.lu, cdb, 16, NULL, 0, ROOM);
		for (unsigned i = 0; i < at; i++) {
			assert_int_equal(z.b.d.t.want, SCSIEMU_SEND);
			if (i + 1 == at)
				scsiemu_zone_set(z.b.lu, 2 * ZONE,
						 SCSIEMU_ZONE_OFFLINE);
			drive_step(&z.b.d.t);
		}
		drive_go(&z.b.d.t);
		drive_end(&z.b.d.t);
		drive_check(&z.b.d, SCSIEMU_SK_ABORTED_COMMAND, 0);
		assert_int_equal(z.nsaves, 0);
		zbc_is(&z, 9 * ZONE, INACTIVE, -1);
		zbc_is(&z, ZONE, EMPTY, 0);
		zbc_free(&z);
	}
}

static int restore(struct zbc *z, const uint8_t *rec, uint32_t len)
{
	return scsiemu_lu_restore(z->b.lu, SCSIEMU_NV_CHUNK + 1, rec, len);
}

static uint64_t fnv(const uint8_t *p, uint32_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (n--)
		h = (h ^ *p++) * 0x100000001b3u;
	return h;
}

/* It is durable with its status, in a record behind those of the zones. */
static void test_durable(void **s)
{
	struct disk_options o;
	struct zbc z, then;
	uint8_t rec[ZBC_RECORD];
	uint32_t len;

	(void)s;
	options(&o, false);
	zbc_make(&z, &o);
	want(&z, ACTIVATE, 6 * ZONE, 2, BEHIND);
	assert_int_equal(z.nsaves, 1);
	len = z.rec_len[1];
	memcpy(rec, z.rec[1], sizeof(rec));
	zbc_again(&then, &o, &z);
	zbc_is(&then, ZONE, INACTIVE, -1);
	zbc_is(&then, 6 * ZONE, EMPTY, 0);
	zbc_is(&then, 8 * ZONE, INACTIVE, -1);
	zbc_free(&then);
	/* it cannot be saved */
	z.nv_result = SCSIEMU_E_HARDWARE;
	ASK(&z, ACTIVATE, false, 8 * ZONE, 2, ROOM, BEHIND);
	drive_check(&z.b.d, SCSIEMU_SK_HARDWARE_ERROR,
		    SCSIEMU_ASC_INTERNAL_FAILURE);
	zbc_free(&z);
	/* damaged, or of another disk */
	zbc_make(&z, &o);
	for (uint32_t i = 0; i < len; i++) {
		rec[i] ^= 1;
		assert_int_equal(restore(&z, rec, len), SCSIEMU_ERR_ARG);
		rec[i] ^= 1;
	}
	for (uint32_t i = 0; i < len; i++)
		assert_int_equal(restore(&z, rec, i), SCSIEMU_ERR_ARG);
	for (uint32_t i = 0; i < 22; i++) { /* with a hash that fits */
		uint64_t h;

		rec[i] ^= 0x40;
		h = fnv(rec, len - 8);
		for (unsigned k = 0; k < 8; k++)
			rec[len - 8 + k] = (uint8_t)(h >> (56 - 8 * k));
		assert_int_equal(restore(&z, rec, len), SCSIEMU_ERR_ARG);
		rec[i] ^= 0x40;
	}
	zbc_is(&z, 6 * ZONE, INACTIVE, -1);
	zbc_free(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_activate),
		cmocka_unit_test(test_unmet),
		cmocka_unit_test(test_conventional),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_cdb),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_durable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
