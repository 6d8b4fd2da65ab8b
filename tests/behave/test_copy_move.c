/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EXTENDED COPY moves data: random segments of both kinds between disks of
 * equal and different block lengths and inside one disk, overlapping ones too,
 * in scratch of many sizes, against arrays that are copied at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"
#include "support/disk.h"

enum { ROUNDS = 400, SEGMENTS = 3 };

struct model {
	struct copier c;
	uint64_t seed;
	uint8_t *bytes[COPIER_DISKS];
	uint64_t len[COPIER_DISKS];
};

static uint32_t pick(struct model *m, uint32_t below)
{
	return (uint32_t)(disk_random(&m->seed) >> 20) % below;
}

static void move(struct model *m, unsigned from, unsigned to, uint64_t src,
		 uint64_t dst, uint64_t n)
{
	memmove(m->bytes[to] + dst, m->bytes[from] + src, n);
}

/* Blocks: as many as both have room for; the same in blocks of either. */
static void add_blocks(struct model *m, unsigned from, unsigned to)
{
	uint32_t s = m->c.k[from].m.blen, d = m->c.k[to].m.blen;
	uint32_t unit = s > d ? s : d, most = 64 * (s < d ? s : d) / 2 / unit;
	uint32_t bytes = pick(m, most + 1 < 20 ? most + 1 : 20) * unit;
	bool dc = pick(m, 2);
	uint32_t n = bytes / (dc ? d : s);
	uint64_t src, dst;
	uint8_t *p;

	if (s > d ? s % d : d % s)
		return;
	src = pick(m, (uint32_t)((m->len[from] - bytes) / s));
	dst = pick(m, (uint32_t)((m->len[to] - bytes) / d));
	p = copier_blocks(&m->c, from, to, (uint16_t)n, src, dst);
	p[1] = dc ? 2 : 0;
	move(m, from, to, src * s, dst * d, bytes);
}

/* Bytes, from and to anywhere; offsets may be longer than a block. */
static void add_bytes(struct model *m, unsigned from, unsigned to)
{
	uint32_t s = m->c.k[from].m.blen, d = m->c.k[to].m.blen;
	uint32_t n = pick(m, pick(m, 2) ? 700 : 9000), so, dof;
	uint64_t src = pick(m, (uint32_t)(m->len[from] - n));
	uint64_t dst = pick(m, (uint32_t)(m->len[to] - n));

	so = (uint32_t)(src % s) + (src >= s && pick(m, 2) ? s : 0);
	dof = (uint32_t)(dst % d) + (dst >= d && pick(m, 2) ? d : 0);
	copier_bytes(&m->c, from, to, n, (src - so) / s, so, (dst - dof) / d,
		     dof);
	move(m, from, to, src, dst, n);
}

static void round_of(struct model *m)
{
	unsigned n = 1 + pick(m, SEGMENTS);

	copier_list(&m->c, pick(m, 2), 0, 3);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		copier_disk(&m->c, i);
	while (n--) {
		unsigned from = pick(m, COPIER_DISKS);
		unsigned to = pick(m, COPIER_DISKS);

		if (pick(m, 2))
			add_blocks(m, from, to);
		else
			add_bytes(m, from, to);
	}
	copier_run(&m->c, pick(m, COPIER_DISKS));
	drive_good(&m->c.d);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		assert_memory_equal(m->c.k[i].bytes, m->bytes[i], m->len[i]);
}

static void play(const struct copier_options *o, uint64_t seed)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->seed = seed * 0x9e3779b97f4a7c15u + 1;
	copier_make(&m->c, o);
	for (unsigned i = 0; i < COPIER_DISKS; i++) {
		m->len[i] = m->c.k[i].m.nblk * m->c.k[i].m.blen;
		m->bytes[i] = malloc(m->len[i]);
		assert_non_null(m->bytes[i]);
		memcpy(m->bytes[i], m->c.k[i].bytes, m->len[i]);
	}
	for (unsigned i = 0; i < ROUNDS; i++)
		round_of(m);
	for (unsigned i = 0; i < COPIER_DISKS; i++)
		free(m->bytes[i]);
	copier_free(&m->c);
	free(m);
}

static void test_model(void **state)
{
	static const struct copier_options shapes[] = {
		{ .scratch = 2048 },
		{ .scratch = 65536 },
		{ .scratch = 16384, .blen = { 512, 4096, 512 } },
		{ .scratch = 32768, .blen = { 4096, 512, 1024 } },
		{ .scratch = 8192, .blen = { 512, 520, 528 } },
		{ .scratch = 65536, .blen = { 520, 4096, 256 } },
	};

	(void)state;
	for (uint64_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		play(&shapes[i], i + 1);
}

/* Blocks inside one disk, at every distance, forwards and backwards. */
static void test_overlap(void **state)
{
	struct copier c;
	uint8_t want[64 * 512];

	(void)state;
	for (unsigned to = 0; to < 48; to++) {
		copier_make(&c, NULL);
		memcpy(want, c.k[0].bytes, sizeof(want));
		memmove(want + to * 512, want + 20 * 512, 16 * 512);
		copier_list(&c, false, 0, 3);
		copier_disk(&c, 0);
		copier_blocks(&c, 0, 0, 16, 20, to);
		copier_run(&c, 0);
		drive_good(&c.d);
		assert_memory_equal(c.k[0].bytes, want, sizeof(want));
		copier_free(&c);
	}
}

/* PAD of the destination fills its last block with zeros; without it a segment
 * that does not end with a block is an error. */
static void test_pad(void **state)
{
	struct copier_options o = { .scratch = 32768,
				    .blen = { 512, 4096, 512 } };
	static const uint8_t zeros[4096];
	struct copier c;

	(void)state;
	copier_make(&c, &o);
	for (unsigned pad = 0; pad < 2; pad++) {
		copier_list(&c, false, 0, 3);
		copier_disk(&c, 0);
		copier_disk(&c, 1)[28] = pad ? 4 : 0;
		copier_blocks(&c, 0, 1, 11, 5, 2);
		copier_run(&c, 0);
		if (!pad) {
			drive_check(&c.d, SCSIEMU_SK_COPY_ABORTED,
				    SCSIEMU_ASC_INEXACT_SEGMENT);
			assert_int_equal(c.d.t.c.sense.specific, 0);
			assert_int_equal(c.d.t.c.sense.info, 11 * 512);
		}
	}
	drive_good(&c.d);
	assert_memory_equal(c.k[1].bytes + 8192, c.k[0].bytes + 2560, 11 * 512);
	assert_memory_equal(c.k[1].bytes + 8192 + 11 * 512, zeros, 2560);
	copier_free(&c);
}

/* A disk without a cache to hide in has what was copied flushed. */
static void test_flush(void **state)
{
	struct copier c;
	unsigned flushed = 0;

	(void)state;
	copier_make(&c, NULL);
	/* WCE of the destination off */
	{
		uint8_t select[6] = { SCSIEMU_OP_MODE_SELECT_6, 0x10, 0, 0,
				      24 };
		uint8_t list[24] = { [4] = 0x08, [5] = 0x12 };

		drive_run(&c.d, c.lu[1], select, 6, list, 24, 0);
		drive_good(&c.d);
	}
	copier_list(&c, false, 0, 3);
	copier_disk(&c, 1);
	copier_blocks(&c, 0xffff, 0, 4, 0, 7);
	copier_run(&c, 0);
	drive_good(&c.d);
	for (unsigned i = 0; i < c.d.nlog; i++)
		flushed += c.d.log[i].want == SCSIEMU_STORE &&
			   c.d.log[i].verb == SCSIEMU_V_FLUSH &&
			   c.d.log[i].lu == c.lu[1] && c.d.log[i].addr == 7 &&
			   c.d.log[i].count == 4;
	assert_int_equal(flushed, 1);
	copier_free(&c);
}

/* A copy from or to a disk that rests makes it active. */
static void test_wakes(void **state)
{
	static const struct scsiemu_power power = { .size = sizeof(power) };
	static const uint8_t standby[6] = { SCSIEMU_OP_START_STOP_UNIT, 0, 0, 0,
					    0x30 };
	const struct copier_options o = { .power = &power };
	struct copier c;

	(void)state;
	copier_make(&c, &o);
	for (unsigned to = 0; to < 2; to++) {
		drive_run(&c.d, c.lu[1], standby, 6, NULL, 0, 0);
		drive_good(&c.d);
		assert_int_equal(scsiemu_lu_power_condition(c.lu[1]),
				 SCSIEMU_POWER_STANDBY_Z);
		copier_list(&c, false, 0, 3);
		copier_disk(&c, 1);
		copier_blocks(&c, to ? 0xffff : 0, to ? 0 : 0xffff, 4, 0, 7);
		copier_run(&c, 0);
		drive_good(&c.d);
		assert_int_equal(scsiemu_lu_power_condition(c.lu[1]),
				 SCSIEMU_POWER_ACTIVE);
	}
	copier_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model), cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_pad),   cmocka_unit_test(test_flush),
		cmocka_unit_test(test_wakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
