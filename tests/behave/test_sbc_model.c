/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk against an array: random commands, valid and not, over random chunks,
 * scratch and host lengths. The array says what every command must answer and
 * what the medium holds afterwards. The numbers are the same on every machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

enum { NBLK = 48, BLEN = 256, ALL = NBLK * BLEN, ROUNDS = 4000 };

struct model {
	struct disk b;
	uint64_t seed;
	uint8_t bytes[ALL];
	uint8_t mapped[NBLK];
	uint8_t out[2 * ALL];
	uint32_t granule;
	/* the command under way */
	uint64_t lba;
	uint32_t n;
};

static uint32_t pick(struct model *m, uint32_t below)
{
	return (uint32_t)(disk_random(&m->seed) >> 20) % below;
}

/* LBA and count: mostly inside, now and then at or over the end. */
static void extent(struct model *m)
{
	m->lba = pick(m, NBLK);
	m->n = pick(m, NBLK - (uint32_t)m->lba + 1);
	if (pick(m, 4))
		m->n %= 9;
	if (!pick(m, 16))
		m->lba += pick(m, NBLK);
	if (!pick(m, 16))
		m->n += pick(m, 6);
}

static bool inside(const struct model *m)
{
	return m->lba < NBLK && m->n <= NBLK - m->lba;
}

static void random_out(struct model *m)
{
	uint32_t kind = pick(m, 3);

	for (uint32_t i = 0; i < sizeof(m->out); i++)
		m->out[i] = kind ? (uint8_t)disk_random(&m->seed) : 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* What the host gives: the right length, or another. */
static uint32_t host(struct model *m, uint32_t right)
{
	switch (pick(m, 6)) {
	case 0:
		return pick(m, right + 1);
	case 1:
		return right + pick(m, 300);
	default:
		return right;
	}
}

/* Range errors; true: it was one. */
static bool refused(struct model *m)
{
	if (inside(m))
		return false;
	drive_check(&m->b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	return true;
}

static uint8_t *at(struct model *m, uint64_t lba)
{
	return m->bytes + lba * BLEN;
}

static void set(struct model *m, uint64_t lba, uint32_t n, const uint8_t *p)
{
	memcpy(at(m, lba), p, n * BLEN);
	memset(m->mapped + lba, 1, n);
}

static void do_read(struct model *m)
{
	static const uint8_t ops[] = { SCSIEMU_OP_READ_10, SCSIEMU_OP_READ_12,
				       SCSIEMU_OP_READ_16 };
	uint32_t room = host(m, m->n * BLEN);

	disk_run(&m->b, ops[pick(m, 3)], pick(m, 2) ? 0x18 : 0, m->lba, m->n,
		 NULL, 0, room);
	if (!refused(m))
		drive_data(&m->b.d, at(m, m->lba), least(room, m->n * BLEN));
}

static void do_write(struct model *m)
{
	static const uint8_t ops[] = { SCSIEMU_OP_WRITE_10,
				       SCSIEMU_OP_WRITE_12,
				       SCSIEMU_OP_WRITE_16,
				       SCSIEMU_OP_WRITE_STREAM_16,
				       SCSIEMU_OP_WRITE_AND_VERIFY_10,
				       SCSIEMU_OP_WRITE_AND_VERIFY_12,
				       SCSIEMU_OP_WRITE_AND_VERIFY_16 };
	uint32_t k = pick(m, 7), room = host(m, m->n * BLEN);

	random_out(m);
	disk_run(&m->b, ops[k], k > 3 && pick(m, 2) ? 2 : 0, m->lba, m->n,
		 m->out, room, 0);
	if (refused(m))
		return;
	drive_good(&m->b.d);
	set(m, m->lba, least(room, m->n * BLEN) / BLEN, m->out);
}

static void do_verify(struct model *m)
{
	uint32_t flip = pick(m, 3), where;

	if (inside(m) && m->n)
		memcpy(m->out, at(m, m->lba), m->n * BLEN);
	where = m->n ? pick(m, m->n * BLEN) : 0;
	if (!flip)
		m->out[where] ^= 1;
	disk_run(&m->b, SCSIEMU_OP_VERIFY_16, 2, m->lba, m->n, m->out,
		 m->n * BLEN, 0);
	if (refused(m))
		return;
	if (flip || !m->n) {
		drive_good(&m->b.d);
		return;
	}
	drive_check(&m->b.d, SCSIEMU_SK_MISCOMPARE, SCSIEMU_ASC_MISCOMPARE);
	assert_int_equal(m->b.d.t.c.sense.info, where);
}

/* Whole granules are deallocated, what is beside them is zeroed. */
static void wipe(struct model *m, uint64_t lba, uint32_t n)
{
	memset(at(m, lba), 0, n * BLEN);
	for (uint64_t i = lba; i < lba + n; i++) {
		uint64_t g = i - i % m->granule;

		m->mapped[i] = g < lba || g + m->granule > lba + n;
	}
}

static void do_same(struct model *m)
{
	bool unmap = pick(m, 2), ndob = pick(m, 2);

	random_out(m);
	disk_run(&m->b, SCSIEMU_OP_WRITE_SAME_16,
		 (uint8_t)((unmap ? 8 : 0) | ndob), m->lba, m->n, m->out,
		 ndob ? 0 : BLEN, 0);
	if (refused(m))
		return;
	drive_good(&m->b.d);
	if (!m->n)
		m->n = NBLK - (uint32_t)m->lba;
	if (ndob)
		memset(m->out, 0, BLEN);
	if (unmap && !m->out[0] && !memcmp(m->out, m->out + 1, BLEN - 1)) {
		wipe(m, m->lba, m->n);
		return;
	}
	for (uint32_t i = 0; i < m->n; i++)
		set(m, m->lba + i, 1, m->out);
}

static void do_unmap(struct model *m)
{
	uint8_t cdb[10] = { SCSIEMU_OP_UNMAP }, list[8 + 16 * 4] = { 0 };
	uint32_t k = pick(m, 5), n[4];
	uint64_t lba[4];
	bool ok = true;

	for (uint32_t i = 0; i < k; i++) {
		extent(m);
		lba[i] = m->lba;
		n[i] = m->n;
		list[8 + 16 * i + 7] = (uint8_t)m->lba;
		list[8 + 16 * i + 11] = (uint8_t)m->n;
		ok = ok && m->lba <= NBLK && m->n <= NBLK - m->lba;
	}
	list[3] = (uint8_t)(16 * k);
	cdb[8] = (uint8_t)(8 + 16 * k);
	drive_run(&m->b.d, m->b.lu, cdb, 10, list, cdb[8], 0);
	if (!ok) {
		drive_check(&m->b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
		return;
	}
	drive_good(&m->b.d);
	for (uint32_t i = 0; i < k; i++)
		if (n[i])
			wipe(m, lba[i], n[i]);
}

/* The first block of data-out is the list, from its descriptors on. */
static void do_scattered(struct model *m)
{
	uint8_t cdb[16] = { SCSIEMU_OP_SERVICE_ACTION_OUT_16, 0x12, [5] = 1 };
	uint32_t k = pick(m, 7), n[7], total = 1;
	uint64_t lba[7];
	bool ok = true;

	random_out(m);
	memset(m->out, 0, BLEN);
	for (uint32_t i = 0; i < k; i++) {
		extent(m);
		m->n %= 13;
		lba[i] = m->lba;
		n[i] = m->n;
		m->out[32 + 32 * i + 7] = (uint8_t)m->lba;
		m->out[32 + 32 * i + 11] = (uint8_t)m->n;
		ok = ok && (!m->n || inside(m));
		total += m->n;
	}
	cdb[9] = (uint8_t)k;
	cdb[13] = (uint8_t)total;
	drive_run(&m->b.d, m->b.lu, cdb, 16, m->out, total * BLEN, 0);
	if (!ok) {
		drive_check(&m->b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
		return;
	}
	drive_good(&m->b.d);
	for (uint32_t i = 0, done = 1; i < k; done += n[i++])
		set(m, lba[i], n[i], m->out + done * BLEN);
}

static void do_caw(struct model *m)
{
	bool match = pick(m, 2);
	uint32_t len = m->n * BLEN, where = m->n ? pick(m, len) : 0;

	random_out(m);
	if (inside(m))
		memcpy(m->out, at(m, m->lba), len);
	if (!match)
		m->out[where] ^= 0x80;
	disk_run(&m->b, SCSIEMU_OP_COMPARE_AND_WRITE, 0, m->lba, m->n, m->out,
		 2 * len, 0);
	if (refused(m))
		return;
	if (!m->n || match) {
		drive_good(&m->b.d);
		set(m, m->lba, m->n, m->out + len);
		return;
	}
	drive_check(&m->b.d, SCSIEMU_SK_MISCOMPARE, SCSIEMU_ASC_MISCOMPARE);
	assert_int_equal(m->b.d.t.c.sense.info, where);
}

/* All that it needs, or nothing. */
static void do_atomic(struct model *m)
{
	uint32_t room = host(m, m->n * BLEN), boundary = pick(m, 5);

	random_out(m);
	disk_run(&m->b, SCSIEMU_OP_WRITE_ATOMIC_16, 0, m->lba,
		 boundary << 16 | m->n, m->out, room, 0);
	if (refused(m))
		return;
	if (room < m->n * BLEN) {
		drive_check(&m->b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_INVALID_FIELD_IN_IU);
		return;
	}
	drive_good(&m->b.d);
	set(m, m->lba, m->n, m->out);
}

static void do_or(struct model *m)
{
	random_out(m);
	disk_run(&m->b, SCSIEMU_OP_ORWRITE_16, 0, m->lba, m->n, m->out,
		 m->n * BLEN, 0);
	if (refused(m))
		return;
	drive_good(&m->b.d);
	for (uint32_t i = 0; i < m->n * BLEN; i++)
		at(m, m->lba)[i] |= m->out[i];
	memset(m->mapped + m->lba, 1, m->n);
}

/* The runs that the array has, as far as the answer goes. */
static void do_status(struct model *m)
{
	const uint8_t *p;
	uint32_t len;
	uint64_t lba;

	m->n = 0;
	disk_sai(&m->b, 0x12, m->lba, 24 + 16 * pick(m, 60), 0);
	if (refused(m))
		return;
	drive_good(&m->b.d);
	p = m->b.d.t.in;
	len = (uint32_t)p[2] << 8 | p[3];
	lba = m->lba;
	assert_true(len >= 20);
	for (p += 8; len > 4; p += 16, len -= 16) {
		assert_int_equal(p[7], lba);
		assert_true(p[11] > 0);
		for (unsigned i = 0; i < p[11]; i++, lba++)
			assert_int_equal(p[12], m->mapped[lba] ? 0 : 1);
		assert_true(lba == NBLK ||
			    m->mapped[lba] != m->mapped[lba - 1]);
	}
}

static void do_cache(struct model *m)
{
	if (pick(m, 4)) {
		disk_run(&m->b, SCSIEMU_OP_SYNCHRONIZE_CACHE_16,
			 pick(m, 2) ? 2 : 0, m->lba, m->n, NULL, 0, 0);
		if (!refused(m))
			drive_good(&m->b.d);
		return;
	}
	disk_mode(&m->b, 0x08, 2, 0x04, pick(m, 2) ? 0x04 : 0);
}

typedef void act_fn(struct model *m);
static act_fn *const acts[] = { do_read, do_write,  do_atomic,	  do_verify,
				do_same, do_unmap,  do_scattered, do_caw,
				do_or,	 do_status, do_cache };
#define NACT (sizeof(acts) / sizeof(acts[0]))

static void play(uint64_t seed)
{
	static const uint32_t chunks[] = { 0, 1, 255, 256, 1000 };
	struct model *m = calloc(1, sizeof(*m));
	struct disk_options o = { .nblk = NBLK,
				  .blen = BLEN,
				  .thin = true,
				  .scratch = 512,
				  .atomic = UINT32_MAX,
				  .sbc.permanent_streams = 1 };

	assert_non_null(m);
	m->seed = seed * 0x9e3779b97f4a7c15u + 1;
	m->granule = 1u << pick(m, 4);
	o.granule = m->granule;
	o.scratch = 512u << pick(m, 4);
	o.unable = pick(m, 2) ? SCSIEMU_CAN_CAS : 0;
	disk_make(&m->b, &o);
	for (unsigned i = 0; i < ROUNDS; i++) {
		m->b.d.chunk = chunks[pick(m, 5)];
		extent(m);
		acts[pick(m, NACT)](m);
		assert_memory_equal(m->b.k.bytes, m->bytes, ALL);
		assert_memory_equal(m->b.k.mapped, m->mapped, NBLK);
	}
	disk_free(&m->b);
	free(m);
}

static void test_model(void **s)
{
	(void)s;
	for (uint64_t seed = 1; seed <= 8; seed++)
		play(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_model) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
