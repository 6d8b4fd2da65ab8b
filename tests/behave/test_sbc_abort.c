/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every command of the disk, ended at every one of its steps: by the embedder
 * and by LOGICAL UNIT RESET, with the want that was out succeeding and failing.
 * Each block is then old or new, nothing keeps waiting, and the device works.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

enum { NBLK = 32, BLEN = 512, ALL = NBLK * BLEN };

struct op {
	uint8_t op, byte1;
	uint8_t lba;
	uint32_t n;
	uint16_t out_len, in_len;
	bool unmap, old; /* old: data-out begins with what is on the medium */
};

static const struct op ops[] = {
	{ SCSIEMU_OP_READ_10, 0, 3, 8, 0, 4096, false, false },
	{ SCSIEMU_OP_WRITE_10, 0, 3, 8, 4096, 0, false, false },
	{ SCSIEMU_OP_WRITE_16, 8, 3, 8, 4096, 0, false, false },
	{ SCSIEMU_OP_VERIFY_10, 0, 3, 8, 0, 0, false, false },
	{ SCSIEMU_OP_VERIFY_10, 2, 3, 8, 4096, 0, false, true },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_10, 0, 3, 8, 4096, 0, false, false },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_10, 2, 3, 8, 4096, 0, false, false },
	{ SCSIEMU_OP_WRITE_SAME_10, 0, 3, 8, 512, 0, false, false },
	{ SCSIEMU_OP_WRITE_SAME_16, 9, 3, 14, 0, 0, false, false },
	{ SCSIEMU_OP_SERVICE_ACTION_OUT_16, 0x12, 2, 8, 4096, 0, false, false },
	{ SCSIEMU_OP_UNMAP, 0, 0, 40, 40, 0, true, false },
	{ SCSIEMU_OP_COMPARE_AND_WRITE, 0, 3, 4, 4096, 0, false, true },
	{ SCSIEMU_OP_ORWRITE_16, 8, 3, 8, 4096, 0, false, false },
	{ SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 0, 0, 0, 0, 0, false, false },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_IN, 0, 0, 8, 0, 8, false, false },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_IN, 1, 0, 8, 0, 8, false, false },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_IN, 2, 0, 8, 0, 8, false, false },
	{ SCSIEMU_OP_PERSISTENT_RESERVE_IN, 3, 0, 8, 0, 8, false, false },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x12, 0, 200, 0, 200, false, false },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x10, 0, 32, 0, 32, false, false },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x13, 0, 28, 0, 28, false, false },
	{ SCSIEMU_OP_READ_DEFECT_DATA_12, 0x18, 0, 32, 0, 32, false, false },
	{ SCSIEMU_OP_READ_LONG_10, 0, 3, 520, 0, 520, false, false },
	{ SCSIEMU_OP_WRITE_STREAM_16, 8, 3, 8, 4096, 0, false, false },
	{ SCSIEMU_OP_WRITE_ATOMIC_16, 8, 3, 8, 4096, 0, false, false },
	{ SCSIEMU_OP_WRITE_ATOMIC_16, 8, 3, 3 << 16 | 8, 4096, 0, false,
	  false },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x34, 0, 8, 0, 8, false, false },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x16, 0, 64, 0, 64, false, false },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x17, 0, 96, 0, 96, false, false },
	{ SCSIEMU_OP_SERVICE_ACTION_IN_16, 0x18, 0, 1, 0, 0, false, false },
	{ SCSIEMU_OP_MAINTENANCE_IN, 0x2a, 0, 16, 0, 16, false, false },
	{ SCSIEMU_OP_MAINTENANCE_OUT, 0x0a, 0, 8, 8, 0, false, false },
	{ SCSIEMU_OP_MAINTENANCE_IN, 0x0e, 0, 16, 0, 12, false, false },
	{ SCSIEMU_OP_MAINTENANCE_IN, 0x0b, 0, 16, 0, 8, false, false },
	{ SCSIEMU_OP_MAINTENANCE_OUT, 0x0b, 0, 8, 8, 0, false, false },
	/* the list of pages; with SP and PCR */
	{ SCSIEMU_OP_LOG_SENSE, 0, 0, 64, 0, 64, false, false },
	{ SCSIEMU_OP_LOG_SELECT, 0x03, 0, 0, 0, 0, false, false },
	{ SCSIEMU_OP_MAINTENANCE_OUT, 0x0e, 0, 8, 8, 0, false, false },
};

struct how {
	bool cas, through, reset, fails;
	uint32_t chunk;
};

static uint8_t out[4096], was[ALL], full[ALL];

static void make(struct disk *b, const struct how *h)
{
	struct disk_options o = { .nblk = NBLK,
				  .thin = true,
				  .granule = 4,
				  .alua = &disk_alua,
				  .priorities = true,
				  .copies = 2,
				  .logs = true,
				  .unable = h->cas ? 0 : SCSIEMU_CAN_CAS,
				  .atomic = UINT32_MAX,
				  .sbc = { .defects = 8,
					   .streams = 1,
					   .permanent_streams = 1,
					   .format = true,
					   .elements = 2,
					   .referrals = &disk_referrals } };

	disk_make(b, &o);
	b->d.chunk = h->chunk;
	if (h->through)
		disk_mode(b, 0x08, 2, 0x04, 0);
	disk_fill(b, 1);
	memcpy(was, b->k.bytes, ALL);
}

static void data_out(const struct op *op)
{
	/* group 1 becomes non-optimized; or no aliases */
	static const uint8_t groups[8] = { [3] = 4, [4] = 1, [7] = 1 };
	static const uint8_t list[40] = {
		0, 38, 0, 32, [15] = 1, [19] = 9, [31] = 17, [35] = 6
	};
	/* WRITE SCATTERED: a block of 2 ranges, then their 4 + 3 blocks */
	static const uint8_t ranges[96] = {
		[39] = 3, [43] = 4, [71] = 20, [75] = 3
	};

	disk_pattern(out, op->lba, 8, BLEN, 2);
	if (op->old)
		memcpy(out, was + op->lba * BLEN,
		       op->op == SCSIEMU_OP_VERIFY_10 ? 4096 : 2048);
	if (op->unmap)
		memcpy(out, list, sizeof(list));
	if (op->op == SCSIEMU_OP_SERVICE_ACTION_OUT_16)
		memcpy(out, ranges, sizeof(ranges));
	if (op->op == SCSIEMU_OP_MAINTENANCE_OUT)
		memcpy(out, groups, sizeof(groups));
}

static void start(struct disk *b, struct drive_task *t, const struct op *op)
{
	uint8_t cdb[16];
	unsigned len = disk_cdb(cdb, op->op, op->byte1, op->lba, op->n);

	if (op->op == SCSIEMU_OP_READ_DEFECT_DATA_12)
		len = 12;
	if (op->op == SCSIEMU_OP_SERVICE_ACTION_OUT_16)
		cdb[5] = 1; /* LOGICAL BLOCK DATA OFFSET */
	drive_start(&b->d, t, b->lu, cdb, len, out, op->out_len, op->in_len);
}

/* How many steps it has; its result is in full[]. */
static unsigned steps_of(const struct op *op, const struct how *h)
{
	struct drive_task *t;
	unsigned n = 0;
	struct disk b;

	make(&b, h);
	data_out(op);
	t = &b.d.t;
	for (start(&b, t, op); t->want > SCSIEMU_WAIT; n++)
		drive_step(t);
	drive_end(t);
	drive_good(&b.d);
	memcpy(full, b.k.bytes, ALL);
	disk_free(&b);
	return n;
}

static void reset(struct disk *b, struct drive_task *m)
{
	memset(m, 0, sizeof(*m));
	m->d = &b->d;
	m->c.tmf = SCSIEMU_TMF_LU_RESET;
	m->c.scratch = m->scratch = malloc(b->d.scratch);
	assert_non_null(m->scratch);
	m->c.scratch_len = b->d.scratch;
	m->c.user = m;
	m->live = true;
	m->want = scsiemu_start(b->lu, &m->c);
	assert_true(m->want == SCSIEMU_WAIT || m->want == SCSIEMU_DONE);
}

static int fail_it(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)c;
	*bytes = 0;
	return SCSIEMU_E_TRANSPORT;
}

/* Another command that wants the same blocks waits or not; it gets through. */
static void still_works(struct disk *b)
{
	static uint8_t in[ALL];

	drive_settle(&b->d, b->lu, NULL);
	disk_run(b, SCSIEMU_OP_READ_10, 0, 0, NBLK, NULL, 0, ALL);
	drive_data(&b->d, b->k.bytes, ALL);
	memset(in, 0x77, sizeof(in));
	disk_run(b, SCSIEMU_OP_WRITE_10, 0, 0, NBLK, in, ALL, 0);
	drive_good(&b->d);
	assert_memory_equal(b->k.bytes, in, ALL);
	assert_null(scsiemu_ready(b->d.dev));
}

static void abort_at(const struct op *op, const struct how *h, unsigned at)
{
	struct drive_task m = { .live = false }, *t;
	struct disk b;

	make(&b, h);
	data_out(op);
	t = &b.d.t;
	start(&b, t, op);
	while (at--)
		drive_step(t);
	assert_true(t->want > SCSIEMU_WAIT);
	if (h->reset)
		reset(&b, &m);
	else
		scsiemu_abort(&t->c);
	assert_int_equal(t->c.aborted, 1);
	drive_ready(&b.d); /* so that its driver can cancel */
	if (h->fails)
		b.d.hook = fail_it;
	drive_go(t);
	b.d.hook = NULL;
	assert_int_equal(t->want, SCSIEMU_DONE);
	assert_int_equal(t->c.outcome, SCSIEMU_ABORTED);
	drive_end(t);
	if (h->reset) {
		assert_int_equal(m.want, SCSIEMU_DONE);
		assert_int_equal(m.c.response, SCSIEMU_RSP_COMPLETE);
		drive_end(&m);
		drive_task_free(&m);
	}
	for (unsigned i = 0; i < NBLK; i++) {
		const uint8_t *p = b.k.bytes + i * BLEN;

		assert_true(!memcmp(p, was + i * BLEN, BLEN) ||
			    !memcmp(p, full + i * BLEN, BLEN));
	}
	still_works(&b);
	disk_free(&b);
}

static void all(struct how h)
{
	for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		unsigned n = steps_of(&ops[i], &h);

		assert_true(n > 0);
		for (unsigned at = 0; at < n; at++)
			abort_at(&ops[i], &h, at);
	}
}

static void each(bool reset_it)
{
	for (unsigned i = 0; i < 16; i++) {
		struct how h = { .cas = i & 1,
				 .through = i & 2,
				 .fails = i & 4,
				 .reset = reset_it,
				 .chunk = i & 8 ? 512 : 0 };

		all(h);
	}
}

static void test_abort(void **s)
{
	(void)s;
	each(false);
}

static void test_reset(void **s)
{
	(void)s;
	each(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abort),
		cmocka_unit_test(test_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
