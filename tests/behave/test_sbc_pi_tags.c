/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a disk with protection information says of itself, the mode bits that
 * concern it (DPICZ, ATO, ATMPE, RWWP), application tags, PROTECT fields that
 * are refused, and formatting it otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sbc/pi.h"
#include "support/pi.h"

enum { BLEN = 512, WIRE = BLEN + 8, N = 4, LBA = 9, NBLK = 64 };

static uint8_t data[N * BLEN], out[N * WIRE];

static void make(struct disk *b, unsigned type)
{
	struct disk_options o = { .sbc.pi_type = (uint8_t)type };

	disk_make(b, &o);
	disk_pattern(data, LBA, N, BLEN, 3);
	pi_wire(out, data, N, BLEN, type, 0, 0xbeef, LBA);
}

static uint8_t run(struct disk *b, enum pi_what what, unsigned len,
		   unsigned protect)
{
	struct pi_cdb k = { .what = what,
			    .len = len,
			    .protect = protect,
			    .lba = LBA,
			    .n = N,
			    .ref = LBA };
	bool in = what == PI_READ;

	return pi_run(b, &k, protect ? out : data,
		      in ? 0 : N * (protect ? WIRE : BLEN), in ? 65536 : 0);
}

static void vpd_is(struct disk *b, uint8_t page, unsigned at, uint8_t want)
{
	uint8_t cdb[6] = { SCSIEMU_OP_INQUIRY, 1, page, 0, 255 };

	drive_in(&b->d, b->lu, cdb, 6);
	drive_good(&b->d);
	assert_true(b->d.t.c.in_done > at);
	assert_int_equal(b->d.t.in[at], want);
}

static void says(const struct disk_options *o, unsigned p_type, unsigned inq,
		 unsigned exponent)
{
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, [4] = 96 };
	struct disk b;

	disk_make(&b, o);
	drive_in(&b.d, b.lu, inquiry, 6);
	assert_int_equal(b.d.t.in[5] & 1, inq);
	disk_sai(&b, 0x10, 0, 32, 0);
	assert_int_equal(b.d.t.in[12], p_type);
	assert_int_equal(b.d.t.in[13], exponent << 4);
	vpd_is(&b, 0x86, 4, inq ? 0x3f : 0);
	vpd_is(&b, 0x86, 7, inq ? 0x31 : 0x01);
	if (inq) {
		vpd_is(&b, 0xb4, 3, 8);
		vpd_is(&b, 0xb4, 6, 2);
		vpd_is(&b, 0xb4, 8, 0x4f);
		vpd_is(&b, 0xb4, 9, 0x0f);
	}
	disk_free(&b);
}

static void test_facts(void **s)
{
	struct disk_options o = { .pi_len = 0 };

	(void)s;
	says(&o, 0, 0, 0);
	o.pi_len = 16; /* may be formatted with it, and is not */
	says(&o, 0, 1, 0);
	o.sbc.pi_type = 1;
	says(&o, 1, 1, 0);
	o.sbc.pi_type = 2;
	o.sbc.pi_exponent = 1;
	says(&o, 3, 1, 1);
	o.sbc.pi_type = 3;
	says(&o, 5, 1, 1);
}

/* PROTECT, by format: refused values, and CDBs. */
static void test_refused(void **s)
{
	static const uint8_t lens[] = { 10, 12, 16 };
	struct disk_options o = { .pi_len = 8 };
	struct disk b;

	(void)s;
	for (unsigned type = 1; type < 4; type++) {
		make(&b, type);
		for (unsigned what = PI_READ; what <= PI_WRITE_VERIFY; what++)
			for (unsigned i = 0; i < 3; i++)
				for (unsigned p = 1; p < 8; p++) {
					run(&b, what, lens[i], p);
					if (type == 2)
						drive_check(
							&b.d,
							SCSIEMU_SK_ILLEGAL_REQUEST,
							SCSIEMU_ASC_INVALID_OPCODE);
					else if (p > 5)
						drive_cdb(&b.d, 1, 7);
				}
		for (unsigned what = PI_READ; what <= PI_SAME; what++) {
			if (type == 2) {
				run(&b, what, 32, 6);
				drive_cdb(&b.d, 10, 7);
				continue;
			}
			run(&b, what, 32, 1);
			drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_INVALID_OPCODE);
		}
		disk_free(&b);
	}
	/* not formatted with it, though it could be */
	disk_make(&b, &o);
	run(&b, PI_READ, 10, 1);
	drive_cdb(&b.d, 1, 5);
	run(&b, PI_WRITE, 16, 4);
	drive_cdb(&b.d, 1, 7);
	disk_free(&b);
}

static void test_dpicz(void **s)
{
	static const enum pi_what what[] = { PI_READ, PI_VERIFY };
	struct disk b;

	(void)s;
	make(&b, 1);
	run(&b, PI_WRITE, 10, 1);
	drive_good(&b.d);
	disk_at(&b, LBA + 1)[3] ^= 1;
	for (unsigned on = 0; on < 2; on++) {
		disk_mode(&b, 0x0a, 2, 0x08, on ? 0x08 : 0);
		for (unsigned i = 0; i < 2; i++) {
			run(&b, what[i], 10, 0);
			if (on)
				drive_good(&b.d);
			else
				pi_failed(&b, SCSIEMU_ASC_GUARD_CHECK_FAILED,
					  LBA + 1);
		}
		/* with PROTECT it changes nothing */
		run(&b, PI_READ, 10, 1);
		pi_failed(&b, SCSIEMU_ASC_GUARD_CHECK_FAILED, LBA + 1);
	}
	disk_free(&b);
}

static void test_rwwp(void **s)
{
	static const uint8_t write_6[6] = { SCSIEMU_OP_WRITE_6, 0, 0, LBA, N };
	struct disk b;

	(void)s;
	make(&b, 1);
	disk_mode(&b, 0x0a, 5, 0x10, 0x10);
	run(&b, PI_WRITE, 10, 0);
	drive_cdb(&b.d, 1, 7);
	run(&b, PI_WRITE_VERIFY, 16, 0);
	drive_cdb(&b.d, 1, 7);
	run(&b, PI_SAME, 16, 0);
	drive_cdb(&b.d, 1, 7);
	drive_run(&b.d, b.lu, write_6, 6, data, sizeof(data), 0);
	drive_cdb(&b.d, 0, SCSIEMU_NO_BIT);
	run(&b, PI_WRITE, 10, 3);
	drive_good(&b.d);
	run(&b, PI_READ, 10, 0);
	drive_good(&b.d);
	/* no user data come */
	disk_run(&b, SCSIEMU_OP_WRITE_SAME_16, 1, LBA, N, NULL, 0, 0);
	drive_good(&b.d);
	disk_free(&b);
}

/* What the disk makes of its own, by type and ATO. */
static void test_made(void **s)
{
	struct disk b;

	(void)s;
	for (unsigned type = 1; type < 4; type++)
		for (unsigned ato = 0; ato < 2; ato++) {
			uint8_t want[8];

			make(&b, type);
			disk_mode(&b, 0x0a, 5, 0x80, ato ? 0x80 : 0);
			run(&b, PI_WRITE, 10, 0);
			drive_good(&b.d);
			pi_tuple(want, data + BLEN, BLEN,
				 ato || type == 2 ? 0xffff : 0,
				 type == 1 ? LBA + 1 : UINT32_MAX);
			assert_memory_equal(pi_of(&b, LBA + 1, 0), want, 8);
			run(&b, PI_READ, 10, 0);
			drive_data(&b.d, data, sizeof(data));
			disk_free(&b);
		}
}

/* 32-byte CDBs: tag and mask count only with ATO. */
static void test_expected(void **s)
{
	struct pi_cdb k = { .what = PI_WRITE,
			    .len = 32,
			    .protect = 1,
			    .lba = LBA,
			    .n = N,
			    .ref = LBA,
			    .app = 0xbe00,
			    .mask = 0xffff };
	struct disk b;

	(void)s;
	make(&b, 2);
	pi_run(&b, &k, out, sizeof(out), 0);
	drive_good(&b.d);
	disk_mode(&b, 0x0a, 5, 0x80, 0x80);
	pi_run(&b, &k, out, sizeof(out), 0);
	pi_failed(&b, SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED, LBA);
	k.protect = 3; /* not with these */
	pi_run(&b, &k, out, sizeof(out), 0);
	drive_good(&b.d);
	k.protect = 4;
	pi_run(&b, &k, out, sizeof(out), 0);
	drive_good(&b.d);
	k.protect = 1;
	k.mask = 0xff00;
	pi_run(&b, &k, out, sizeof(out), 0);
	drive_good(&b.d);
	k.what = PI_READ;
	pi_run(&b, &k, NULL, 0, 65536);
	drive_data(&b.d, out, sizeof(out));
	k.mask = 0xffff;
	pi_run(&b, &k, NULL, 0, 65536);
	pi_failed(&b, SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED, LBA);
	k.app = 0xbeef;
	pi_run(&b, &k, NULL, 0, 65536);
	drive_good(&b.d);
	k.ref = LBA + 1;
	pi_run(&b, &k, NULL, 0, 65536);
	pi_failed(&b, SCSIEMU_ASC_REFERENCE_TAG_CHECK_FAILED, LBA);
	k.protect = 0; /* what stands in the CDB is expected all the same */
	pi_run(&b, &k, NULL, 0, 65536);
	pi_failed(&b, SCSIEMU_ASC_REFERENCE_TAG_CHECK_FAILED, LBA);
	disk_free(&b);
}

static void put(uint8_t *p, uint64_t v, unsigned n)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
}

struct range {
	bool last;
	uint16_t tag;
	uint64_t lba, n;
};

static uint8_t select_tags(struct disk *b, const struct range r[4])
{
	uint8_t cdb[6] = { SCSIEMU_OP_MODE_SELECT_6, 0x10, 0, 0, 4 + 112 };
	uint8_t list[4 + 112] = { [4] = 0x4a, 0x02, 0, 108 };

	for (unsigned i = 0; i < 4; i++) {
		uint8_t *d = list + 4 + 16 + 24 * i;

		d[0] = r[i].last ? 0x80 : 0;
		put(d + 6, r[i].tag, 2);
		put(d + 8, r[i].lba, 8);
		put(d + 16, r[i].n, 8);
	}
	return drive_run(&b->d, b->lu, cdb, 6, list, sizeof(list), 0);
}

/* The Application Tag mode page: by LBA, with ATO and ATMPE. */
static void test_tag_page(void **s)
{
	static const struct range good[4] = { { false, 0x1111, 0, LBA + 2 },
					      { true, 0xbeef, LBA + 2,
						NBLK - LBA - 2 } };
	struct disk b;

	(void)s;
	make(&b, 1);
	select_tags(&b, good);
	drive_good(&b.d);
	run(&b, PI_WRITE, 10, 1);
	drive_good(&b.d);
	disk_mode(&b, 0x0a, 5, 0xa0, 0x20); /* ATMPE alone */
	run(&b, PI_WRITE, 10, 1);
	drive_good(&b.d);
	run(&b, PI_READ, 10, 1);
	drive_good(&b.d);
	disk_mode(&b, 0x0a, 5, 0xa0, 0xa0);
	run(&b, PI_WRITE, 10, 1);
	pi_failed(&b, SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED, LBA);
	run(&b, PI_READ, 10, 0);
	pi_failed(&b, SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED, LBA);
	run(&b, PI_READ, 10, 4);
	drive_good(&b.d);
	put(out + BLEN + 2, 0x1111, 2);
	put(out + WIRE + BLEN + 2, 0x1111, 2);
	run(&b, PI_WRITE, 10, 1);
	drive_good(&b.d);
	run(&b, PI_READ, 10, 0);
	drive_good(&b.d);
	put(out + 2 * WIRE + BLEN + 2, 0x1111, 2);
	run(&b, PI_WRITE, 10, 2);
	pi_failed(&b, SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED, LBA + 2);
	disk_free(&b);
}

static void test_bad_tag_pages(void **s)
{
	static const struct {
		struct range r[4];
		unsigned at, bit;
	} bad[] = {
		{ { { true, 1, 1, NBLK - 1 } }, 16 + 8, SCSIEMU_NO_BIT },
		{ { { true, 1, 0, NBLK + 1 } }, 16 + 16, SCSIEMU_NO_BIT },
		{ { { true, 1, 0, NBLK - 2 } }, 16 + 16, SCSIEMU_NO_BIT },
		{ { { false, 1, 0, 10 }, { true, 1, 11, NBLK - 11 } },
		  40 + 8,
		  SCSIEMU_NO_BIT },
		{ { { false, 1, 0, 10 },
		    { false, 1, 10, 10 },
		    { false, 1, 20, 10 },
		    { false, 1, 30, NBLK - 30 } },
		  88,
		  7 },
	};
	static const struct range good[][4] = {
		{ { true, 1, 0, NBLK } },
		{ { true, 1, 0, NBLK - 1 } },
		{ { true, 0, 0, 0 } },
		{ { false, 1, 0, 9 },
		  { false, 1, 9, 0 },
		  { false, 3, 9, 10 },
		  { true, 4, 19, NBLK - 19 } },
	};
	struct disk b;

	(void)s;
	make(&b, 1);
	for (unsigned i = 0; i < 5; i++) {
		select_tags(&b, bad[i].r);
		drive_param(&b.d, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
			    (uint16_t)(4 + bad[i].at), (uint8_t)bad[i].bit);
	}
	for (unsigned i = 0; i < 4; i++) {
		select_tags(&b, good[i]);
		drive_good(&b.d);
	}
	disk_free(&b);
	/* a disk that cannot have protection has neither page nor bits */
	disk_make(&b, NULL);
	select_tags(&b, good[0]);
	drive_param(&b.d, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST, 4, 5);
	disk_free(&b);
}

static void test_format(void **s)
{
	struct disk_options o = { .pi_len = 16, .scratch = 1024 };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	run(&b, PI_WRITE, 10, 0);
	drive_good(&b.d);
	assert_int_equal(semu_pi_format(b.lu, 4, 0), SCSIEMU_ERR_ARG);
	assert_int_equal(semu_pi_format(b.lu, 1, 2), SCSIEMU_ERR_ARG);
	assert_int_equal(semu_pi_format(b.lu, 0, 1), SCSIEMU_ERR_ARG);
	assert_int_equal(semu_pi_format(b.lu, 2, 1), 0);
	disk_sai(&b, 0x10, 0, 32, 0);
	assert_int_equal(b.d.t.in[12], 3);
	assert_int_equal(b.d.t.in[13], 0x10);
	run(&b, PI_READ, 10, 1);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_OPCODE);
	assert_int_equal(semu_pi_format(b.lu, 1, 0), 0);
	run(&b, PI_READ, 10, 1);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.in_done, N * WIRE);
	assert_int_equal(semu_pi_format(b.lu, 0, 0), 0);
	run(&b, PI_READ, 10, 1);
	drive_cdb(&b.d, 1, 5);
	run(&b, PI_READ, 10, 0);
	drive_data(&b.d, data, sizeof(data));
	/* the medium is changed for one that has no room for tuples */
	assert_int_equal(semu_pi_format(b.lu, 1, 0), 0);
	b.k.m.able &= ~(uint32_t)SCSIEMU_CAN_PI;
	scsiemu_lu_changed(b.lu);
	run(&b, PI_READ, 10, 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR,
		    SCSIEMU_ASC_MEDIUM_FORMAT_CORRUPTED);
	assert_int_equal(semu_pi_format(b.lu, 1, 0), SCSIEMU_ERR_ARG);
	assert_int_equal(semu_pi_format(b.lu, 0, 0), 0);
	run(&b, PI_READ, 10, 0);
	drive_good(&b.d);
	disk_free(&b);
	/* a disk that was not configured so */
	disk_make(&b, NULL);
	assert_int_equal(semu_pi_format(b.lu, 1, 0), SCSIEMU_ERR_ARG);
	assert_int_equal(semu_pi_format(b.lu, 0, 0), 0);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_dpicz),
		cmocka_unit_test(test_rwwp),
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_tag_page),
		cmocka_unit_test(test_bad_tag_pages),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
