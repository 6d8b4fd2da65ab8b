/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ends of a copy: who may be one, and what a copy says when source or
 * destination would not have let the initiator do it itself: key, codes, the
 * number of the segment, what was left, and the sense of the other logical unit
 * forwarded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "support/copier.h"
#include "support/disk.h"

/* D_SENSE, so that forwarded sense is seen. */
static void descriptors(struct copier *c)
{
	uint8_t select[6] = { SCSIEMU_OP_MODE_SELECT_6, 0x10, 0, 0, 16 };
	uint8_t list[16] = { [4] = 0x0a, [5] = 0x0a, [6] = 0x06, [7] = 0x10 };

	drive_run(&c->d, c->lu[0], select, 6, list, 16, 0);
	drive_good(&c->d);
}

/* Two segments from disk 1 to disk 2, sent to disk 0; the second is it. */
static void usual(struct copier *c)
{
	copier_list(c, false, 1, 2);
	copier_disk(c, 1);
	copier_disk(c, 2);
	copier_blocks(c, 0, 1, 4, 0, 0);
	copier_blocks(c, 0, 1, 8, 10, 20);
}

/* The copy failed at segment seg with left bytes of it not copied. */
static void failed(struct copier *c, uint16_t asc, unsigned seg, uint32_t left)
{
	const uint8_t *p;

	drive_check(&c->d, SCSIEMU_SK_COPY_ABORTED, asc);
	p = copier_descriptor(c, 1);
	assert_non_null(p);
	assert_int_equal(copier_get(p + 4, 8), seg);
	p = copier_descriptor(c, 0);
	assert_int_equal(p ? copier_get(p + 4, 8) : 0, left);
}

/* ... with the sense of the source (1) or destination (2). */
static void forwarded(const struct copier *c, unsigned side, uint8_t status,
		      uint8_t key, uint16_t asc)
{
	const uint8_t *p = copier_descriptor(c, 0x0c),
		      *sks = copier_descriptor(c, 2);

	assert_non_null(p);
	assert_int_equal(p[2], side);
	assert_int_equal(p[3], status);
	assert_non_null(sks);
	assert_int_equal(sks[4], 0x80);
	assert_int_equal(copier_get(sks + 5, 2), side == 1 ? 16 : 48);
	if (!key) {
		assert_int_equal(p[1], 2);
		return;
	}
	assert_int_equal(p[1], 2 + 8 + p[4 + 7]);
	assert_int_equal(p[4], 0x72);
	assert_int_equal(p[5], key);
	assert_int_equal(copier_get(p + 6, 2), asc);
}

/* Conditions of a logical unit that stop a copy from or to it. */
static void test_conditions(void **state)
{
	static const struct {
		uint32_t stop;
		uint8_t key;
		uint16_t asc;
		bool source;
	} stops[] = {
		{ SCSIEMU_ON_NO_MEDIUM, 2, 0x3a00, true },
		{ SCSIEMU_ON_STOPPED, 2, 0x0402, true },
		{ SCSIEMU_ON_FORMAT, 2, 0x0404, true },
		{ SCSIEMU_ON_SANITIZE, 2, 0x041b, true },
		{ SCSIEMU_ON_BECOMING, 2, 0x0401, true },
		{ SCSIEMU_ON_PROTECTED, 7, 0x2700, false },
	};

	(void)state;
	for (unsigned i = 0; i < 2 * sizeof(stops) / sizeof(stops[0]); i++) {
		unsigned side = 1 + i % 2;
		struct copier c;

		copier_make(&c, NULL);
		descriptors(&c);
		usual(&c);
		c.lu[side]->guards |= stops[i / 2].stop;
		copier_run(&c, 0);
		if (side == 1 && !stops[i / 2].source) {
			drive_good(&c.d);
		} else {
			failed(&c, SCSIEMU_ASC_THIRD_PARTY_DEVICE_FAILURE, 0,
			       4 * 512);
			forwarded(&c, side, SCSIEMU_CHECK_CONDITION,
				  stops[i / 2].key, stops[i / 2].asc);
		}
		copier_free(&c);
	}
}

/* Another nexus's RESERVE on either side; one's own does not stop it. */
static void test_reserved(void **state)
{
	static const uint8_t reserve[6] = { SCSIEMU_OP_RESERVE_6 };

	(void)state;
	for (unsigned side = 1; side < 3; side++) {
		struct scsiemu_nexus *a, *b;
		struct copier c;

		copier_make(&c, NULL);
		a = copier_nexus(&c);
		b = copier_nexus(&c);
		descriptors(&c);
		drive_settle(&c.d, c.lu[0], b);
		c.d.nexus = a;
		drive_run(&c.d, c.lu[side], reserve, 6, NULL, 0, 0);
		drive_good(&c.d);
		c.d.nexus = b;
		usual(&c);
		copier_run(&c, 0);
		failed(&c, SCSIEMU_ASC_THIRD_PARTY_DEVICE_FAILURE, 0, 4 * 512);
		forwarded(&c, side, SCSIEMU_RESERVATION_CONFLICT, 0, 0);
		c.d.nexus = a;
		drive_settle(&c.d, c.lu[0], a);
		copier_run(&c, 0);
		drive_good(&c.d);
		copier_free(&c);
	}
}

/* A pending unit attention of the other logical units does not stop it. */
static void test_attention(void **state)
{
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	scsiemu_lu_load(c.lu[1], &c.k[1].m, true);
	scsiemu_lu_load(c.lu[2], &c.k[2].m, true);
	usual(&c);
	copier_run(&c, 0);
	drive_good(&c.d);
	assert_int_equal(drive_ua(&c.d, c.lu[2], NULL), 0x2800);
	copier_free(&c);
}

/* Blocks that do not exist, on either side; the segment in front was copied,
 * nothing of this one. */
static void test_range(void **state)
{
	static const uint64_t lba[] = { 57, 64, 1ull << 32, UINT64_MAX };

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		unsigned side = 1 + i % 2;
		struct copier c;

		copier_make(&c, NULL);
		descriptors(&c);
		usual(&c);
		copier_put(c.list + c.len - (side == 1 ? 16 : 8), lba[i / 2],
			   8);
		copier_run(&c, 0);
		failed(&c, SCSIEMU_ASC_COPY_TARGET_NOT_REACHABLE, 1, 8 * 512);
		forwarded(&c, side, SCSIEMU_CHECK_CONDITION,
			  SCSIEMU_SK_ILLEGAL_REQUEST,
			  SCSIEMU_ASC_LBA_OUT_OF_RANGE);
		assert_memory_equal(c.k[2].bytes, c.k[1].bytes, 4 * 512);
		disk_pattern(c.k[1].bytes, 0, 64, 512, 2);
		assert_memory_equal(c.k[2].bytes + 2048, c.k[1].bytes + 2048,
				    60 * 512);
		copier_free(&c);
	}
}

/* A disk that does not know READ, or TEST UNIT READY, says so to the copy
 * manager, too. */
static void test_hidden(void **state)
{
	static const struct scsiemu_hidden hide[] = {
		{ SCSIEMU_OP_TEST_UNIT_READY, SCSIEMU_NO_SA },
		{ SCSIEMU_OP_READ_10, SCSIEMU_NO_SA },
		{ SCSIEMU_OP_READ_16, SCSIEMU_NO_SA },
	};
	static const struct scsiemu_quirks quirks = { .size = sizeof(quirks),
						      .hide = hide,
						      .nhide = 3 };
	const struct copier_options o = { .quirks = &quirks };
	struct copier c;

	(void)state;
	copier_make(&c, &o);
	descriptors(&c);
	for (unsigned tur = 0; tur < 2; tur++) {
		copier_list(&c, false, 1, 2);
		copier_disk(&c, 1);
		copier_disk(&c, 2);
		if (tur)
			copier_verify(&c, 0, true);
		else
			copier_blocks(&c, 0, 1, 4, 0, 0);
		copier_run(&c, 0);
		failed(&c, SCSIEMU_ASC_THIRD_PARTY_DEVICE_FAILURE, 0,
		       tur ? 0 : 2048);
		forwarded(&c, 1, SCSIEMU_CHECK_CONDITION,
			  SCSIEMU_SK_ILLEGAL_REQUEST,
			  SCSIEMU_ASC_INVALID_OPCODE);
	}
	copier_free(&c);
}

/* An offset does not lead from the highest LBA to the lowest. */
static void test_range_offset(void **state)
{
	(void)state;
	for (unsigned side = 1; side < 3; side++) {
		bool from = side == 1;
		struct copier c;

		copier_make(&c, NULL);
		descriptors(&c);
		copier_list(&c, false, 1, 2);
		copier_disk(&c, 1);
		copier_disk(&c, 2);
		copier_bytes(&c, 0, 1, 1024, from ? UINT64_MAX : 0,
			     from ? 1024 : 0, from ? 0 : UINT64_MAX,
			     from ? 0 : 1024);
		copier_run(&c, 0);
		failed(&c, SCSIEMU_ASC_COPY_TARGET_NOT_REACHABLE, 0, 1024);
		forwarded(&c, side, SCSIEMU_CHECK_CONDITION,
			  SCSIEMU_SK_ILLEGAL_REQUEST,
			  SCSIEMU_ASC_LBA_OUT_OF_RANGE);
		copier_free(&c);
	}
}

/* Descriptors of nobody, or of nobody who is to be copied from or to. */
static void test_nobody(void **state)
{
	static const struct {
		uint8_t at, value; /* of the second CSCD */
		uint16_t id;	   /* of the destination */
		uint16_t asc;
	} cases[] = {
		{ 15, 0x44, 1, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
		{ 5, 0x13, 1, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
		{ 5, 0x02, 1, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
		{ 4, 0x02, 1, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
		{ 7, 0x07, 1, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
		{ 7, 0x00, 1, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
		{ 1, 0x20, 1, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
		{ 30, 0x10, 1, SCSIEMU_ASC_INCORRECT_COPY_TARGET_TYPE },
		{ 31, 0x00, 2, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
		{ 31, 0x00, 0xc000, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
		{ 31, 0x00, 0xf800, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET },
	};
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	descriptors(&c);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		copier_list(&c, false, 1, 2);
		copier_disk(&c, 1);
		copier_disk(&c, 2)[cases[i].at] = cases[i].value;
		copier_blocks(&c, 0, 0xffff, 1, 0, 0);
		copier_blocks(&c, 0, cases[i].id, 1, 0, 0);
		copier_run(&c, 0);
		failed(&c, cases[i].asc, 1, 0);
		assert_null(copier_descriptor(&c, 0x0c));
	}
	/* DISK BLOCK LENGTH may be left open */
	copier_list(&c, false, 1, 2);
	copier_disk(&c, 1)[30] = 0;
	copier_blocks(&c, 0, 0xffff, 1, 0, 0);
	copier_run(&c, 0);
	drive_good(&c.d);
	copier_free(&c);
}

/* The errors of the media, at every want of a copy. */
struct broken {
	unsigned at, n;
	int result;
	uint64_t info;
};

static int fail_one(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct broken *b = d->hook_ctx;

	(void)bytes;
	if (c->want != SCSIEMU_STORE || b->n++ != b->at)
		return DRIVE_USUAL;
	c->info = b->info;
	return b->result;
}

static void test_media(void **state)
{
	static const struct {
		int result;
		uint8_t status, key;
		uint16_t asc;
	} errors[] = {
		{ SCSIEMU_E_READ, 2, 3, 0x1100 },
		{ SCSIEMU_E_WRITE, 2, 3, 0x0c00 },
		{ SCSIEMU_E_NO_SPACE, 2, 7, 0x2707 },
		{ SCSIEMU_E_NOT_READY, 2, 2, 0x0400 },
		{ SCSIEMU_E_HARDWARE, 2, 4, 0x4400 },
		{ SCSIEMU_E_BUSY, 8, 0, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < 6 * 8; i++) {
		unsigned e = i % 6;
		struct broken b = { i / 6, 0, errors[e].result, 0x1234 };
		uint32_t moved;
		struct copier c;

		copier_make(&c, NULL);
		descriptors(&c);
		copier_list(&c, false, 1, 2);
		copier_disk(&c, 1);
		copier_disk(&c, 2);
		copier_blocks(&c, 0, 1, 8, 0, 0);
		c.d.hook = fail_one;
		c.d.hook_ctx = &b;
		copier_run(&c, 0);
		c.d.hook = NULL;
		if (b.n <= b.at) { /* there are not so many wants */
			drive_good(&c.d);
			copier_free(&c);
			continue;
		}
		/* load, save, load, save ..., as much as scratch holds */
		moved = b.at / 2 * c.d.log[1].len;
		failed(&c, SCSIEMU_ASC_THIRD_PARTY_DEVICE_FAILURE, 0,
		       8 * 512 - moved);
		forwarded(&c, 1 + b.at % 2, errors[e].status, errors[e].key,
			  errors[e].asc);
		assert_memory_equal(c.k[2].bytes, c.k[1].bytes, moved);
		copier_free(&c);
	}
}

/* In fixed format there is no room for what is forwarded. */
static void test_fixed(void **state)
{
	struct broken b = { 0, 0, SCSIEMU_E_READ, 7 };
	const uint8_t *s;
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	usual(&c);
	c.d.hook = fail_one;
	c.d.hook_ctx = &b;
	copier_run(&c, 0);
	s = c.d.t.sense;
	assert_int_equal(c.d.t.sense_len, 18);
	assert_int_equal(s[0], 0xf0);
	assert_int_equal(s[2], 0x0a);
	assert_int_equal(copier_get(s + 3, 4), 4 * 512);
	assert_int_equal(copier_get(s + 8, 4), 0);
	assert_int_equal(copier_get(s + 12, 2), 0x0d01);
	assert_int_equal(s[15], 0x80);
	assert_int_equal(copier_get(s + 16, 2), 16);
	copier_free(&c);
}

/* VERIFY: TUR asks whether the device is ready; without it nothing happens. */
static void test_verify(void **state)
{
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	descriptors(&c);
	for (unsigned i = 0; i < 4; i++) {
		if (i == 2)
			c.lu[1]->guards |= SCSIEMU_ON_STOPPED;
		copier_list(&c, false, 1, 2);
		copier_disk(&c, 1);
		copier_verify(&c, 0, i & 1);
		copier_run(&c, 0);
		if (i < 3) {
			drive_good(&c.d);
			continue;
		}
		failed(&c, SCSIEMU_ASC_THIRD_PARTY_DEVICE_FAILURE, 0, 0);
		forwarded(&c, 1, SCSIEMU_CHECK_CONDITION, 2, 0x0402);
	}
	copier_list(&c, false, 1, 2);
	copier_verify(&c, 0, false);
	copier_run(&c, 0);
	failed(&c, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET, 0, 0);
	copier_free(&c);
}

/* The embedder says who is meant, and who may. */
struct rule {
	struct copier *c;
	struct scsiemu_lu *foreign;
	struct scsiemu_nexus *nexus;
	unsigned calls;
	enum { ALLOW, DENY_WRITE, OTHER, FOREIGN } what;
};

static struct scsiemu_lu *party(void *ctx, const struct scsiemu_copy_party *p)
{
	struct rule *r = ctx;

	r->calls++;
	assert_ptr_equal(p->nexus, r->nexus);
	assert_int_equal(p->len, 12);
	assert_int_equal(p->designator[1], 3);
	assert_int_equal(copier_get(p->designator + 4, 7), 0x30000000000000);
	if (r->what == DENY_WRITE && p->write)
		return NULL;
	if (r->what == OTHER && p->write) {
		assert_null(p->lu);
		return r->c->lu[2];
	}
	if (r->what == FOREIGN)
		return r->foreign;
	return p->lu;
}

static void test_embedder(void **state)
{
	struct rule r = { .what = ALLOW };
	struct copier_options o = { .party = party,
				    .ctx = &r,
				    .not_random = true };
	struct copier c, other;

	(void)state;
	copier_make(&other, NULL);
	copier_make(&c, &o);
	r.c = &c;
	r.foreign = other.lu[2];
	descriptors(&c);
	usual(&c);
	copier_run(&c, 0);
	drive_good(&c.d);
	assert_true(r.calls >= 4);
	r.nexus = c.d.nexus = copier_nexus(&c);
	r.what = DENY_WRITE;
	copier_run(&c, 0);
	failed(&c, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET, 0, 0);
	r.what = FOREIGN;
	copier_run(&c, 0);
	failed(&c, SCSIEMU_ASC_COPY_TARGET_NOT_REACHABLE, 0, 0);
	/* a designator that the device does not know */
	r.what = OTHER;
	c.cf[2].naa = 0x3000000000000077;
	usual(&c);
	copier_run(&c, 0);
	drive_good(&c.d);
	assert_memory_equal(c.k[2].bytes, c.k[1].bytes, 4 * 512);
	copier_free(&c);
	copier_free(&other);
}

/* Without copies there is nothing of it. */
static void test_none(void **state)
{
	static const uint8_t cdb[16] = { SCSIEMU_OP_THIRD_PARTY_COPY_IN, 3 };
	struct disk b;

	(void)state;
	disk_make(&b, NULL);
	drive_in(&b.d, b.lu, cdb, 16);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_INVALID_OPCODE);
	disk_free(&b);
}

/* Blocks that were marked unreadable: no source, but a destination that makes
 * them readable again. */
static void test_marked(void **state)
{
	struct disk_options o = { .copies = 2, .sbc = { .defects = 4 } };
	uint8_t mark[16] = { SCSIEMU_OP_SERVICE_ACTION_OUT_16,
			     SCSIEMU_SA_WRITE_LONG_16 | 0x40 };
	uint8_t list[44] = { [8 + 3] = 28, [16] = 2, [19] = 24, [20] = 0xff,
			     0xff,	   0xff,     0xff };
	uint8_t cdb[16] = { SCSIEMU_OP_THIRD_PARTY_COPY_OUT, 0, [13] = 44 };
	struct disk b;

	(void)state;
	disk_make(&b, &o);
	mark[9] = 5;
	drive_run(&b.d, b.lu, mark, 16, NULL, 0, 0);
	drive_good(&b.d);
	list[1] = 0x18;
	list[27] = 8;  /* blocks 0 to 7 */
	list[43] = 20; /* to 20 and on */
	drive_run(&b.d, b.lu, cdb, 16, list, 44, 0);
	drive_check(&b.d, SCSIEMU_SK_COPY_ABORTED,
		    SCSIEMU_ASC_THIRD_PARTY_DEVICE_FAILURE);
	list[35] = 20;
	list[43] = 0;
	drive_run(&b.d, b.lu, cdb, 16, list, 44, 0);
	drive_good(&b.d);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 5, 1, NULL, 0, 512);
	drive_good(&b.d);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_attention),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_range_offset),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_media),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_embedder),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
