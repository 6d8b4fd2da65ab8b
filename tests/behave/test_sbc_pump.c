/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same random commands on two disks: one that the synchronous driver
 * answers from an array, and one behind the pump with the memory store, whose
 * operations are done at once or are all pending and complete shuffled. Status,
 * sense, data, residuals and, at the end, all blocks are equal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <scsiemu/exec.h>
#include <scsiemu/stores.h>

#include <cmocka.h>

#include "support/disk.h"

enum { NBLK = 64, BLEN = 512, ROUNDS = 1500, ROOM = 80 * BLEN };

struct pair {
	struct disk a;
	struct scsiemu_medium m;
	struct scsiemu_wrap_delay *delay;
	struct scsiemu_device *dev;
	struct scsiemu_lu *lu;
	struct scsiemu_pump pump;
	void *mem;
	uint8_t bounce[4096];
	uint64_t seed;
	uint8_t out[2 * ROOM], in[ROOM];
};

static void done(void *ctx)
{
	struct pair *p = ctx;

	scsiemu_delay_run(p->delay, UINT64_MAX);
}

static void exec_both(struct pair *p, const uint8_t *cdb, unsigned len,
		      uint32_t out_len, uint32_t in_len)
{
	const struct drive_task *t = &p->a.d.t;
	struct scsiemu_exec x = { .cdb = cdb,
				  .cdb_len = (uint16_t)len,
				  .out = p->out,
				  .out_len = out_len,
				  .in = p->in,
				  .in_len = in_len };

	drive_run(&p->a.d, p->a.lu, cdb, len, p->out, out_len, in_len);
	assert_int_equal(
		scsiemu_exec(&p->pump, p->lu, &x, p->delay ? done : NULL, p),
		0);
	assert_int_equal(x.status, t->c.status);
	assert_int_equal(x.sense_len, t->sense_len);
	assert_memory_equal(x.sense, t->sense, x.sense_len);
	assert_int_equal(x.in_done, t->c.in_done);
	assert_memory_equal(p->in, t->in, x.in_done);
	assert_int_equal(x.in_resid, scsiemu_in_resid(&t->c));
	assert_int_equal(x.out_resid, scsiemu_out_resid(&t->c));
}

static void make(struct pair *p, bool pending)
{
	struct disk_options o = {
		.nblk = NBLK, .blen = BLEN, .thin = true, .granule = 4
	};
	struct scsiemu_geometry g = { .bytes = NBLK * BLEN, .thin = true };
	struct scsiemu_limits l = { .size = sizeof(l),
				    .nexuses = 3,
				    .scratch = 2048,
				    .whole = 4096,
				    .cmd_size = sizeof(struct scsiemu_task) };
	struct scsiemu_errmsg err;
	size_t size = scsiemu_device_size(&l);

	o.whole = l.whole;
	disk_make(&p->a, &o);
	assert_int_equal(scsiemu_open_mem(&p->m, &g, &err), 0);
	if (pending)
		assert_int_equal(scsiemu_wrap_delay(&p->m, 1,
						    SCSIEMU_DELAY_SHUFFLE, 7,
						    &p->delay, &err),
				 0);
	p->m.granule = 4;
	p->mem = malloc(size);
	assert_non_null(p->mem);
	assert_int_equal(scsiemu_device_init(p->mem, size, &l, &p->dev), 0);
	p->lu = scsiemu_lu_add(p->dev, 0, &p->a.cf);
	assert_non_null(p->lu);
	scsiemu_lu_load(p->lu, &p->m, false);
	assert_int_equal(scsiemu_pump_init(&p->pump, p->dev, p->bounce,
					   sizeof(p->bounce)),
			 0);
}

static void settle(struct pair *p)
{
	static const uint8_t tur[6];
	struct scsiemu_exec x = { .cdb = tur, .cdb_len = 6 };

	do
		assert_int_equal(scsiemu_exec(&p->pump, p->lu, &x, NULL, NULL),
				 0);
	while (x.status != SCSIEMU_GOOD);
}

static uint32_t pick(struct pair *p, uint32_t below)
{
	return (uint32_t)(disk_random(&p->seed) >> 20) % below;
}

static const struct {
	uint8_t op, byte1;
} kinds[] = {
	{ SCSIEMU_OP_READ_10, 0 },
	{ SCSIEMU_OP_WRITE_10, 0 },
	{ SCSIEMU_OP_WRITE_16, 8 },
	{ SCSIEMU_OP_VERIFY_10, 0 },
	{ SCSIEMU_OP_VERIFY_12, 2 },
	{ SCSIEMU_OP_VERIFY_16, 6 },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_10, 0 },
	{ SCSIEMU_OP_WRITE_SAME_10, 8 },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_16, 2 },
	{ SCSIEMU_OP_WRITE_SAME_16, 0 },
	{ SCSIEMU_OP_WRITE_SAME_16, 9 },
	{ SCSIEMU_OP_ORWRITE_16, 8 },
	{ SCSIEMU_OP_COMPARE_AND_WRITE, 0 },
	{ SCSIEMU_OP_READ_16, 0 },
	{ SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 2 },
	{ SCSIEMU_OP_UNMAP, 0 },
};
#define NKIND (sizeof(kinds) / sizeof(kinds[0]))

static void one(struct pair *p)
{
	unsigned k = pick(p, NKIND);
	uint32_t lba = pick(p, NBLK + 1), n = pick(p, 9), len = n * BLEN;
	bool caw = kinds[k].op == SCSIEMU_OP_COMPARE_AND_WRITE;
	uint8_t cdb[16], fill = pick(p, 2) ? 0 : (uint8_t)pick(p, 256);
	unsigned cdb_len = disk_cdb(cdb, kinds[k].op, kinds[k].byte1, lba, n);

	memset(p->out, fill, sizeof(p->out));
	if (pick(p, 2) && lba + n <= NBLK)
		memcpy(p->out, disk_at(&p->a, lba), len);
	if (kinds[k].op == SCSIEMU_OP_UNMAP) {
		memset(p->out, 0, 24);
		p->out[3] = 16;
		p->out[15] = (uint8_t)lba;
		p->out[19] = (uint8_t)n;
		len = cdb[8] = 24;
		memset(cdb + 1, 0, 7);
	} else if (kinds[k].op == SCSIEMU_OP_WRITE_SAME_10 ||
		   kinds[k].op == SCSIEMU_OP_WRITE_SAME_16) {
		len = BLEN;
	} else if (!pick(p, 8)) {
		len += pick(p, 100);
	}
	exec_both(p, cdb, cdb_len, caw ? 2 * len : len, len);
}

static void play(bool pending)
{
	struct pair *p = calloc(1, sizeof(*p));
	uint8_t cdb[16];
	unsigned len;

	assert_non_null(p);
	make(p, pending);
	settle(p);
	p->seed = 0x5eed + pending;
	for (unsigned i = 0; i < ROUNDS; i++)
		one(p);
	len = disk_cdb(cdb, SCSIEMU_OP_READ_10, 0, 0, NBLK);
	exec_both(p, cdb, len, 0, NBLK * BLEN);
	assert_int_equal(p->a.d.t.c.in_done, NBLK * BLEN);
	scsiemu_medium_close(&p->m);
	free(p->mem);
	disk_free(&p->a);
	free(p);
}

static void test_inline(void **s)
{
	(void)s;
	play(false);
}

static void test_pending(void **s)
{
	(void)s;
	play(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inline),
		cmocka_unit_test(test_pending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
