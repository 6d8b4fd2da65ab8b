/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ and WRITE 6, 10, 12, 16 over every way of cutting the data phase, beside
 * other traffic and alone, with both sense formats: the same bytes, status,
 * sense and residuals everywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

static const uint32_t chunks[] = { 1, 511, 512, 4096, 0 };
static const uint8_t reads[] = { SCSIEMU_OP_READ_6, SCSIEMU_OP_READ_10,
				 SCSIEMU_OP_READ_12, SCSIEMU_OP_READ_16 };
static const uint8_t writes[] = { SCSIEMU_OP_WRITE_6, SCSIEMU_OP_WRITE_10,
				  SCSIEMU_OP_WRITE_12, SCSIEMU_OP_WRITE_16 };

struct how {
	struct disk b;
	bool beside; /* a TEST UNIT READY between every two steps */
	bool descr;
	uint32_t blen;
};

/* TEST UNIT READY in a task of its own, while another want is out. */
static void tur(struct disk *b)
{
	static const uint8_t cdb[6];
	struct drive_task t = { .live = false };

	drive_start(&b->d, &t, b->lu, cdb, 6, NULL, 0, 0);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&t);
}

static void run(struct how *h, uint8_t op, uint64_t lba, uint32_t n,
		const void *out, uint32_t out_len, uint32_t in_len)
{
	struct drive_task *t = &h->b.d.t;
	uint8_t cdb[16];
	unsigned len = disk_cdb(cdb, op, 0, lba, n);

	drive_start(&h->b.d, t, h->b.lu, cdb, len, out, out_len, in_len);
	while (t->want > SCSIEMU_WAIT) {
		if (h->beside)
			tur(&h->b);
		drive_step(t);
	}
	drive_end(t);
}

/* A host buffer of in_len bytes for n blocks at lba. */
static void read_one(struct how *h, uint8_t op, uint64_t lba, uint32_t n,
		     uint32_t in_len)
{
	uint32_t len = n * h->blen, most = len < in_len ? len : in_len;
	const struct scsiemu_cmd *c = &h->b.d.t.c;

	run(h, op, lba, n, NULL, 0, in_len);
	drive_data(&h->b.d, disk_at(&h->b, lba), most);
	assert_int_equal(scsiemu_in_resid(c), (int64_t)in_len - len);
	assert_int_equal(c->out_all, 0);
}

static void write_one(struct how *h, uint8_t op, uint64_t lba, uint32_t n,
		      uint32_t out_len)
{
	uint32_t len = n * h->blen;
	uint32_t most = len <= out_len ? len : out_len - out_len % h->blen;
	uint8_t *out = malloc(out_len + 1), *want;
	const struct scsiemu_cmd *c = &h->b.d.t.c;
	size_t all = h->b.k.m.nblk * h->blen;

	assert_non_null(out);
	disk_fill(&h->b, 1);
	want = malloc(all);
	assert_non_null(want);
	memcpy(want, h->b.k.bytes, all);
	disk_pattern(out, lba, out_len / h->blen, h->blen, 2);
	memcpy(want + lba * h->blen, out, most);
	run(h, op, lba, n, out, out_len, 0);
	drive_good(&h->b.d);
	assert_int_equal(c->out_done, most);
	assert_int_equal(scsiemu_out_resid(c),
			 len > out_len ? (int64_t)out_len - len
				       : (int64_t)out_len - most);
	assert_memory_equal(h->b.k.bytes, want, all);
	free(out);
	free(want);
}

/* An error in the middle: what was good, what the sense says. */
static int fail_at_3(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	uint32_t blen = *(uint32_t *)d->hook_ctx;
	uint32_t from = c->skip, bad = 3 * blen;

	if (c->want != SCSIEMU_READ && c->want != SCSIEMU_WRITE)
		return DRIVE_USUAL;
	if (from + *bytes <= bad)
		return DRIVE_USUAL;
	*bytes = bad > from ? bad - from : 0;
	return c->want == SCSIEMU_READ ? SCSIEMU_E_READ : SCSIEMU_E_WRITE;
}

static void failing(struct how *h)
{
	const struct drive_task *t = &h->b.d.t;
	uint8_t *out = calloc(6, h->blen);

	assert_non_null(out);
	h->b.d.hook = fail_at_3;
	h->b.d.hook_ctx = &h->blen;
	run(h, SCSIEMU_OP_READ_10, 2, 6, NULL, 0, 6 * h->blen);
	drive_check(&h->b.d, SCSIEMU_SK_MEDIUM_ERROR,
		    SCSIEMU_ASC_UNRECOVERED_READ_ERROR);
	assert_int_equal(t->c.sense.info, 5);
	assert_int_equal(t->c.in_done, 3 * h->blen);
	assert_int_equal(scsiemu_in_resid(&t->c), 3 * h->blen);
	assert_int_equal(t->sense[0] & 0x7f, h->descr ? 0x72 : 0x70);
	run(h, SCSIEMU_OP_WRITE_16, 2, 6, out, 6 * h->blen, 0);
	drive_check(&h->b.d, SCSIEMU_SK_MEDIUM_ERROR, SCSIEMU_ASC_WRITE_ERROR);
	assert_int_equal(t->c.sense.info, 5);
	assert_int_equal(t->c.out_done, 3 * h->blen);
	/* VALID, and the LBA where each format has it */
	assert_int_equal(t->sense[h->descr ? 8 + 2 : 0] & 0x80, 0x80);
	assert_int_equal(t->sense[h->descr ? 8 + 11 : 6], 5);
	h->b.d.hook = NULL;
	free(out);
}

static void all_ops(struct how *h)
{
	uint32_t b = h->blen;

	disk_fill(&h->b, 1);
	for (unsigned i = 0; i < 4; i++) {
		read_one(h, reads[i], 0, 1, b);
		read_one(h, reads[i], 3, 5, 5 * b);
		read_one(h, reads[i], 59, 5, 5 * b + 100);
		read_one(h, reads[i], 10, 2, b + b / 2 + 1);
		read_one(h, reads[i], 10, 2, 0);
		write_one(h, writes[i], 0, 1, b);
		write_one(h, writes[i], 3, 5, 5 * b);
		write_one(h, writes[i], 59, 5, 5 * b + 100);
		write_one(h, writes[i], 10, 2, b + b / 2 + 1);
		write_one(h, writes[i], 10, 2, 0);
		write_one(h, writes[i], 10, 2, 10);
	}
	failing(h);
}

static void with_block_length(uint32_t blen)
{
	for (unsigned i = 0; i < 5; i++) {
		for (unsigned k = 0; k < 4; k++) {
			struct disk_options o = { .blen = blen };
			struct how h = { .beside = k & 1,
					 .descr = k & 2,
					 .blen = blen };

			disk_make(&h.b, &o);
			h.b.d.chunk = chunks[i];
			if (h.descr)
				disk_mode(&h.b, 0x0a, 2, 0x04, 0x04);
			all_ops(&h);
			disk_free(&h.b);
		}
	}
}

static void test_blocks_256(void **s)
{
	(void)s;
	with_block_length(256);
}

static void test_blocks_512(void **s)
{
	(void)s;
	with_block_length(512);
}

static void test_blocks_4096(void **s)
{
	(void)s;
	with_block_length(4096);
}

/* READ(6) and WRITE(6): a count of 0 is 256 blocks. */
static void test_six_byte_zero(void **s)
{
	struct disk_options o = { .nblk = 300, .blen = 256 };
	uint8_t *out = malloc(65536);
	struct disk b;

	(void)s;
	assert_non_null(out);
	disk_make(&b, &o);
	disk_fill(&b, 1);
	disk_run(&b, SCSIEMU_OP_READ_6, 0, 44, 0, NULL, 0, 65536);
	drive_data(&b.d, disk_at(&b, 44), 65536);
	disk_pattern(out, 44, 256, 256, 2);
	disk_run(&b, SCSIEMU_OP_WRITE_6, 0, 44, 0, out, 65536, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.t.c.out_done, 65536);
	assert_memory_equal(disk_at(&b, 44), out, 65536);
	disk_run(&b, SCSIEMU_OP_READ_6, 0, 45, 0, NULL, 0, 65536);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(b.d.t.c.sense.info, 300);
	disk_free(&b);
	free(out);
}

/* The host's length is not known: the whole transfer, no residual. */
static void test_unknown_lengths(void **s)
{
	struct disk b;
	uint8_t out[1024];

	(void)s;
	disk_make(&b, NULL);
	disk_fill(&b, 1);
	disk_run(&b, SCSIEMU_OP_READ_10, 0, 7, 3, NULL, 0, SCSIEMU_UNKNOWN);
	drive_data(&b.d, disk_at(&b, 7), 1536);
	assert_int_equal(scsiemu_in_resid(&b.d.t.c), 0);
	disk_pattern(out, 7, 2, 512, 2);
	disk_run(&b, SCSIEMU_OP_WRITE_10, 0, 7, 2, out, SCSIEMU_UNKNOWN, 0);
	drive_good(&b.d);
	assert_memory_equal(disk_at(&b, 7), out, 1024);
	assert_int_equal(scsiemu_out_resid(&b.d.t.c), 0);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_256),
		cmocka_unit_test(test_blocks_512),
		cmocka_unit_test(test_blocks_4096),
		cmocka_unit_test(test_six_byte_zero),
		cmocka_unit_test(test_unknown_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
