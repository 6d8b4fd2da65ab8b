/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands of a disk with protection information, ended at every one of their
 * steps: each block is then old or new together with its tuple, and the disk
 * works on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/pi.h"

enum { BLEN = 512, WIRE = BLEN + 8, N = 6, LBA = 3, NBLK = 24 };

static const struct op {
	uint8_t op, byte1, n;
	uint16_t out_len, in_len;
} ops[] = {
	{ SCSIEMU_OP_READ_10, 0, N, 0, N *BLEN },
	{ SCSIEMU_OP_READ_10, 0x20, N, 0, N *WIRE },
	{ SCSIEMU_OP_WRITE_10, 0, N, N *BLEN, 0 },
	{ SCSIEMU_OP_WRITE_10, 0x28, N, N *WIRE, 0 },
	{ SCSIEMU_OP_VERIFY_10, 0x20, N, 0, 0 },
	{ SCSIEMU_OP_VERIFY_10, 0x02, N, N *BLEN, 0 },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_10, 0x20, N, N *WIRE, 0 },
	{ SCSIEMU_OP_WRITE_AND_VERIFY_10, 0x22, N, N *WIRE, 0 },
	{ SCSIEMU_OP_ORWRITE_16, 0x28, N, N *WIRE, 0 },
	{ SCSIEMU_OP_WRITE_STREAM_16, 0x28, N, N *WIRE, 0 },
	{ SCSIEMU_OP_WRITE_ATOMIC_16, 0x28, 3, 3 * WIRE, 0 },
	{ SCSIEMU_OP_WRITE_SAME_10, 0x20, N, WIRE, 0 },
	{ SCSIEMU_OP_WRITE_SAME_16, 0x09, N, 0, 0 },
	{ SCSIEMU_OP_COMPARE_AND_WRITE, 0x20, 1, 2 * WIRE, 0 },
};

static uint8_t out[2 * N * WIRE];
static uint8_t old[NBLK * BLEN], full[NBLK * BLEN];
static uint8_t old_pi[NBLK * 8], full_pi[NBLK * 8];

static void make(struct disk *b, uint32_t chunk)
{
	struct disk_options o = { .sbc = { .pi_type = 1,
					   .permanent_streams = 1 },
				  .atomic = UINT32_MAX,
				  .nblk = NBLK,
				  .thin = true,
				  .granule = 4 };

	disk_make(b, &o);
	b->d.chunk = chunk;
	disk_fill(b, 1);
	for (unsigned i = 0; i < NBLK; i++)
		pi_tuple(pi_of(b, i, 0), disk_at(b, i), BLEN, 0, i);
	memcpy(old, b->k.bytes, sizeof(old));
	memcpy(old_pi, b->k.pi, sizeof(old_pi));
}

/* What a compare is about stands on the medium. */
static void data_out(const struct op *op)
{
	uint8_t data[N * BLEN];

	disk_pattern(data, LBA, N, BLEN, 2);
	if (op->op == SCSIEMU_OP_VERIFY_10) {
		memcpy(out, old + LBA * BLEN, N * BLEN);
	} else if (op->op == SCSIEMU_OP_COMPARE_AND_WRITE) {
		pi_wire(out, old + LBA * BLEN, 1, BLEN, 1, 0, 0, LBA);
		pi_wire(out + WIRE, data, 1, BLEN, 1, 0, 0, LBA);
	} else if (op->byte1 & 0xe0) {
		pi_wire(out, data, N, BLEN, 1, 0, 0, LBA);
	} else {
		memcpy(out, data, sizeof(data));
	}
}

static void start(struct disk *b, struct drive_task *t, const struct op *op)
{
	uint8_t cdb[16];
	unsigned len = disk_cdb(cdb, op->op, op->byte1, LBA, op->n);

	drive_start(&b->d, t, b->lu, cdb, len, out, op->out_len, op->in_len);
}

static unsigned steps_of(const struct op *op, uint32_t chunk)
{
	unsigned n = 0;
	struct disk b;

	make(&b, chunk);
	data_out(op);
	for (start(&b, &b.d.t, op); b.d.t.want > SCSIEMU_WAIT; n++)
		drive_step(&b.d.t);
	drive_end(&b.d.t);
	drive_good(&b.d);
	memcpy(full, b.k.bytes, sizeof(full));
	memcpy(full_pi, b.k.pi, sizeof(full_pi));
	disk_free(&b);
	return n;
}

static int fail_it(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)c;
	*bytes = 0;
	return SCSIEMU_E_TRANSPORT;
}

static bool stands(struct disk *b, unsigned i, const uint8_t *data,
		   const uint8_t *pi)
{
	return !memcmp(disk_at(b, i), data + i * BLEN, BLEN) &&
	       !memcmp(pi_of(b, i, 0), pi + i * 8, 8);
}

static void abort_at(const struct op *op, uint32_t chunk, unsigned at,
		     bool fails)
{
	struct drive_task *t;
	struct disk b;

	make(&b, chunk);
	data_out(op);
	t = &b.d.t;
	start(&b, t, op);
	while (at--)
		drive_step(t);
	scsiemu_abort(&t->c);
	drive_ready(&b.d);
	b.d.hook = fails ? fail_it : NULL;
	drive_go(t);
	b.d.hook = NULL;
	assert_int_equal(t->c.outcome, SCSIEMU_ABORTED);
	drive_end(t);
	for (unsigned i = 0; i < NBLK; i++)
		assert_true(stands(&b, i, old, old_pi) ||
			    stands(&b, i, full, full_pi));
	disk_run(&b, SCSIEMU_OP_READ_10, 0x20, 0, NBLK, NULL, 0, NBLK * WIRE);
	drive_good(&b.d);
	assert_null(scsiemu_ready(b.d.dev));
	disk_free(&b);
}

static void test_abort(void **s)
{
	(void)s;
	for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		for (unsigned k = 0; k < 4; k++) {
			uint32_t chunk = k & 1 ? 511 : 0;
			unsigned n = steps_of(&ops[i], chunk);

			assert_true(n > 0);
			for (unsigned at = 0; at < n; at++)
				abort_at(&ops[i], chunk, at, k & 2);
		}
}

/* A medium that fails in the middle: the sense is the medium's. */
static int fail_load(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	if (c->want != SCSIEMU_STORE || c->addr + c->count <= LBA + 4)
		return DRIVE_USUAL;
	c->info = LBA + 4;
	return c->verb == SCSIEMU_V_LOAD ? SCSIEMU_E_READ : SCSIEMU_E_WRITE;
}

static void test_medium_error(void **s)
{
	struct disk b;

	(void)s;
	make(&b, 0);
	data_out(&ops[3]);
	b.d.hook = fail_load;
	disk_run(&b, SCSIEMU_OP_READ_10, 0x20, LBA, N, NULL, 0, N * WIRE);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR,
		    SCSIEMU_ASC_UNRECOVERED_READ_ERROR);
	assert_int_equal(b.d.t.c.sense.info, LBA + 4);
	assert_int_equal(b.d.t.c.in_done % WIRE, 0);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0x20, LBA, N, out, N * WIRE, 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, SCSIEMU_ASC_WRITE_ERROR);
	assert_int_equal(b.d.t.c.sense.info, LBA + 4);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abort),
		cmocka_unit_test(test_medium_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
