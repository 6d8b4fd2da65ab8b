/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies from and to a disk with protection information, of every type: the
 * tuples they leave are those of a WRITE without, and what is read for them is
 * checked as for a READ without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"
#include "support/pi.h"

enum { ROUNDS = 150, NBLK = 64, PROTECTED = 1 };

struct model {
	struct copier c;
	struct scsiemu_sbc_options sbc;
	uint64_t seed;
	uint8_t *bytes[COPIER_DISKS];
};

static uint32_t pick(struct model *m, uint32_t below)
{
	return (uint32_t)(disk_random(&m->seed) >> 20) % below;
}

static uint32_t size(const struct model *m, unsigned i)
{
	return NBLK * m->c.k[i].m.blen;
}

/* The tuples of a block of the protected disk, as the disk makes them. */
static void made(const struct model *m, uint64_t lba, uint8_t *tuples)
{
	uint32_t len = m->c.k[PROTECTED].m.blen >> m->sbc.pi_exponent;
	uint8_t *p = m->bytes[PROTECTED] + (lba << m->sbc.pi_exponent) * len;
	unsigned type = m->sbc.pi_type;

	for (unsigned i = 0; i < 1u << m->sbc.pi_exponent; i++, p += len)
		pi_tuple(tuples + 8 * i, p, len, type == 2 ? 0xffff : 0,
			 type == 1 ? (uint32_t)lba + i : UINT32_MAX);
}

static uint8_t *tuples_at(struct model *m, uint64_t lba)
{
	return m->c.k[PROTECTED].pi + lba * m->c.k[PROTECTED].m.pi_len;
}

static struct model *make(unsigned type, unsigned exponent,
			  const uint32_t blen[COPIER_DISKS], uint32_t scratch)
{
	struct model *m = calloc(1, sizeof(*m));
	struct copier_options o = { .scratch = scratch, .sbc = &m->sbc };

	assert_non_null(m);
	m->seed = (scratch + type) * 0x9e3779b97f4a7c15u + 1;
	m->sbc = (struct scsiemu_sbc_options){ .size = sizeof(m->sbc),
					       .pi = true,
					       .pi_type = (uint8_t)type,
					       .pi_exponent =
						       (uint8_t)exponent };
	memcpy(o.blen, blen, sizeof(o.blen));
	copier_make(&m->c, &o);
	for (unsigned i = 0; i < COPIER_DISKS; i++) {
		m->bytes[i] = malloc(size(m, i));
		assert_non_null(m->bytes[i]);
		memcpy(m->bytes[i], m->c.k[i].bytes, size(m, i));
	}
	for (uint64_t lba = 0; lba < NBLK; lba++)
		made(m, lba, tuples_at(m, lba));
	return m;
}

static void unmake(struct model *m)
{
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		free(m->bytes[i]);
	copier_free(&m->c);
	free(m);
}

static void compare(struct model *m)
{
	uint8_t tuples[64];

	for (unsigned i = 0; i < COPIER_DISKS; i++)
		assert_memory_equal(m->c.k[i].bytes, m->bytes[i], size(m, i));
	for (uint64_t lba = 0; lba < NBLK; lba++) {
		made(m, lba, tuples);
		assert_memory_equal(tuples_at(m, lba), tuples,
				    8u << m->sbc.pi_exponent);
	}
}

/* Bytes from anywhere to anywhere, one side of which is protected. */
static void random_copy(struct model *m)
{
	unsigned from = pick(m, 2) ? PROTECTED : pick(m, COPIER_DISKS);
	unsigned to = from == PROTECTED ? pick(m, COPIER_DISKS) : PROTECTED;
	uint32_t s = m->c.k[from].m.blen, d = m->c.k[to].m.blen;
	uint32_t n = pick(m, pick(m, 2) ? 700 : 9000);
	uint32_t src = pick(m, size(m, from) - n);
	uint32_t dst = pick(m, size(m, to) - n);

	copier_list(&m->c, pick(m, 2), 0, 3);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		copier_disk(&m->c, i);
	copier_bytes(&m->c, from, to, n, src / s, src % s, dst / d, dst % d);
	memmove(m->bytes[to] + dst, m->bytes[from] + src, n);
	copier_run(&m->c, pick(m, COPIER_DISKS));
	drive_good(&m->c.d);
	compare(m);
}

static void test_model(void **state)
{
	static const struct {
		uint32_t blen[COPIER_DISKS], scratch;
		unsigned exponent;
	} shapes[] = {
		{ { 512, 512, 512 }, 2560, 0 },
		{ { 512, 512, 512 }, 65536, 0 },
		{ { 512, 4096, 512 }, 32768, 3 },
		{ { 4096, 512, 1024 }, 32768, 0 },
		{ { 528, 520, 256 }, 8192, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < 3 * sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct model *m = make(1 + i % 3, shapes[i / 3].exponent,
				       shapes[i / 3].blen,
				       shapes[i / 3].scratch);

		for (unsigned k = 0; k < ROUNDS; k++)
			random_copy(m);
		unmake(m);
	}
}

/* A token's blocks go the same way. */
static void test_token(void **state)
{
	static const uint32_t blen[COPIER_DISKS] = { 512, 512, 512 };
	uint8_t token[512];

	(void)state;
	for (unsigned type = 1; type <= 3; type++) {
		struct model *m = make(type, 0, blen, 8192);

		copier_populate(&m->c, 60, false, 0);
		copier_range(&m->c, 3, 20);
		copier_token(&m->c, 0, 5);
		drive_good(&m->c.d);
		copier_fetch(&m->c, 0, 5, token);
		copier_use(&m->c, token, 0);
		copier_range(&m->c, 40, 20);
		copier_token(&m->c, PROTECTED, 6);
		drive_good(&m->c.d);
		memcpy(m->bytes[PROTECTED] + 40 * 512, m->bytes[0] + 3 * 512,
		       20 * 512);
		compare(m);
		unmake(m);
	}
}

/* A mode page's byte of disk i, as disk_mode() sets it. */
static void mode(struct copier *c, unsigned i, unsigned at, uint8_t value)
{
	uint8_t select[6] = { SCSIEMU_OP_MODE_SELECT_6, 0x10, 0, 0, 16 };
	uint8_t list[16] = { [4] = 0x0a, [5] = 0x0a, [6] = 0x02, [7] = 0x10 };

	list[4 + at] |= value;
	drive_run(&c->d, c->lu[i], select, 6, list, 16, 0);
	drive_good(&c->d);
}

/* The copy failed on a side with this check of that block. */
static void failed(struct copier *c, unsigned side, uint16_t asc, uint64_t lba)
{
	const uint8_t *p;

	drive_check(&c->d, SCSIEMU_SK_COPY_ABORTED,
		    SCSIEMU_ASC_THIRD_PARTY_DEVICE_FAILURE);
	p = copier_descriptor(c, 0x0c);
	assert_non_null(p);
	assert_int_equal(p[2], side);
	assert_int_equal(p[3], SCSIEMU_CHECK_CONDITION);
	assert_int_equal(p[4], 0x72);
	assert_int_equal(p[5], SCSIEMU_SK_ABORTED_COMMAND);
	assert_int_equal(copier_get(p + 6, 2), asc);
	assert_int_equal(p[12], 0);
	assert_int_equal(copier_get(p + 16, 8), lba);
}

/* From byte off of a block on, n bytes, to byte 100 of block 30 or back. */
static void one(struct model *m, bool to, uint32_t n, uint64_t lba,
		uint32_t off)
{
	copier_list(&m->c, false, 1, 2);
	copier_disk(&m->c, 0);
	copier_disk(&m->c, PROTECTED);
	if (to)
		copier_bytes(&m->c, 0, 1, n, 30, 100, lba, off);
	else
		copier_bytes(&m->c, 1, 0, n, lba, off, 30, 100);
	copier_run(&m->c, 0);
}

/* What is wrong with a tuple of the source is found whatever part of the block
 * is copied, and nothing of its piece arrives. */
static void test_source(void **state)
{
	static const uint32_t blen[COPIER_DISKS] = { 512, 512, 512 };

	(void)state;
	for (unsigned type = 1; type <= 3; type++)
		for (unsigned at = 0; at < 8; at += 7) {
			struct model *m = make(type, 0, blen, 65536);
			uint16_t asc = at ? 0x1003 : 0x1001;

			mode(&m->c, 0, 2, 0x04);
			tuples_at(m, 9)[3] = 0x11; /* no escape */
			tuples_at(m, 9)[at] ^= 1;
			one(m, false, 2048, 6, 7);
			if (at && type > 1) {
				drive_good(&m->c.d);
				unmake(m);
				continue;
			}
			failed(&m->c, 1, asc, 9);
			assert_memory_equal(m->c.k[0].bytes, m->bytes[0],
					    size(m, 0));
			/* in front of it and behind it */
			one(m, false, 1024, 7, 0);
			drive_good(&m->c.d);
			one(m, false, 1024, 10, 0);
			drive_good(&m->c.d);
			mode(&m->c, PROTECTED, 2, 0x08); /* DPICZ */
			one(m, false, 2048, 6, 7);
			drive_good(&m->c.d);
			unmake(m);
		}
}

/* A block of the destination that is replaced in part is read for that; one
 * that is replaced as a whole may be as it will. */
static void test_destination(void **state)
{
	static const uint32_t blen[COPIER_DISKS] = { 512, 512, 512 };

	(void)state;
	for (uint64_t bad = 20; bad <= 23; bad++) {
		struct model *m = make(1, 0, blen, 65536);

		mode(&m->c, 0, 2, 0x04);
		tuples_at(m, bad)[0] ^= 0x80;
		one(m, true, 3 * 512, 20, 10);
		if (bad == 20 || bad == 23) {
			failed(&m->c, 2, 0x1001, bad);
			tuples_at(m, bad)[0] ^= 0x80;
		} else {
			drive_good(&m->c.d);
			memcpy(m->bytes[1] + 20 * 512 + 10,
			       m->bytes[0] + 30 * 512 + 100, 3 * 512);
		}
		compare(m);
		unmake(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_destination),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
