/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of ROD tokens: what changes their blocks, time, deletion, and what a
 * source that is not there any more, or may not be reached, makes of them;
 * WRITE USING TOKEN ended at every step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"
#include "support/disk.h"

static uint8_t token[512];

/* A token for the 20 blocks 10 to 19 and 40 to 49 of disk i. */
static void make(struct copier *c, unsigned i, uint32_t type)
{
	copier_populate(c, 0, type != 0, type);
	copier_range(c, 10, 10);
	copier_range(c, 40, 10);
	copier_token(c, i, 77);
	drive_good(&c->d);
	copier_fetch(c, i, 77, token);
}

static void use(struct copier *c, unsigned i, uint64_t offset, uint64_t lba,
		uint32_t nblk)
{
	copier_use(c, token, offset);
	copier_range(c, lba, nblk);
	copier_token(c, i, 78);
}

static void refused(struct copier *c, uint16_t asc)
{
	drive_check(&c->d, SCSIEMU_SK_ILLEGAL_REQUEST, asc);
}

/* Commands that change blocks of the ROD end a token for a point in time; those
 * that do not, do not. */
struct touch {
	uint8_t op, byte1, lba, n;
	uint16_t out;
	bool ends;
};

static void test_changes(void **state)
{
	static const struct touch touches[] = {
		{ SCSIEMU_OP_READ_10, 0, 0, 64, 0, false },
		{ SCSIEMU_OP_VERIFY_10, 0, 0, 64, 0, false },
		{ SCSIEMU_OP_SYNCHRONIZE_CACHE_10, 0, 0, 0, 0, false },
		{ SCSIEMU_OP_WRITE_10, 0, 9, 1, 512, false },
		{ SCSIEMU_OP_WRITE_10, 0, 20, 20, 10240, false },
		{ SCSIEMU_OP_WRITE_10, 0, 50, 14, 7168, false },
		{ SCSIEMU_OP_WRITE_10, 0, 12, 0, 0, false },
		{ SCSIEMU_OP_WRITE_10, 0, 9, 2, 1024, true },
		{ SCSIEMU_OP_WRITE_16, 0, 19, 1, 512, true },
		{ SCSIEMU_OP_WRITE_6, 0, 49, 1, 512, true },
		{ SCSIEMU_OP_WRITE_AND_VERIFY_10, 2, 40, 1, 512, true },
		{ SCSIEMU_OP_WRITE_SAME_10, 0, 30, 11, 512, true },
		{ SCSIEMU_OP_WRITE_SAME_10, 0, 20, 20, 512, false },
		{ SCSIEMU_OP_WRITE_SAME_10, 0, 20, 0, 512, true },
		{ SCSIEMU_OP_COMPARE_AND_WRITE, 0, 10, 1, 1024, true },
		{ SCSIEMU_OP_ORWRITE_16, 0, 10, 1, 512, true },
	};
	static uint8_t out[20 * 512];

	(void)state;
	for (unsigned i = 0; i < 2 * sizeof(touches) / sizeof(touches[0]);
	     i++) {
		const struct touch *t = &touches[i / 2];
		uint8_t cdb[16];
		struct copier c;
		unsigned len;

		copier_make(&c, NULL);
		make(&c, 1, i & 1 ? 0x00010000 : 0);
		len = disk_cdb(cdb, t->op, t->byte1, t->lba, t->n);
		memcpy(out, c.k[1].bytes + t->lba * 512, 512);
		drive_run(&c.d, c.lu[1], cdb, len, out, t->out,
			  t->op == SCSIEMU_OP_READ_10 ? 64 * 512 : 0);
		drive_good(&c.d);
		use(&c, 0, 0, 0, 1);
		if (t->ends && !(i & 1))
			refused(&c, SCSIEMU_ASC_TOKEN_REVOKED);
		else
			drive_good(&c.d);
		copier_free(&c);
	}
}

/* So do copies of every kind, and a medium that is taken out. */
static void test_copies_change(void **state)
{
	struct copier_options o = { .tokens = 16 };
	uint8_t first[512];
	struct copier c;

	(void)state;
	copier_make(&c, &o);
	for (unsigned i = 0; i < 4; i++) {
		make(&c, 2, 0);
		memcpy(first, token, 512);
		make(&c, 1, 0);
		if (i == 0) { /* EXTENDED COPY by another */
			copier_list(&c, false, 0, 3);
			copier_disk(&c, 1);
			copier_blocks(&c, 0xffff, 0, 1, 0, 15);
			copier_run(&c, 0);
		} else if (i == 1) {
			memcpy(token, first, 512);
			use(&c, 1, 0, 45, 1);
			make(&c, 2, 0);
			continue;
		} else if (i == 2) {
			uint8_t zero[512] = { 0xff, 0xff, 0, 1, 0, 0, 1, 0xf8 };

			copier_use(&c, zero, 0);
			copier_range(&c, 18, 1);
			copier_token(&c, 1, 3);
		} else {
			scsiemu_lu_load(c.lu[1], NULL, false);
			scsiemu_lu_load(c.lu[1], &c.k[1].m, false);
			drive_settle(&c.d, c.lu[1], NULL);
		}
		drive_good(&c.d);
		use(&c, 0, 0, 0, 1);
		refused(&c, SCSIEMU_ASC_TOKEN_REVOKED);
	}
	copier_free(&c);
}

/* What was still being written when the token was asked for is in it: POPULATE
 * TOKEN waits. */
static void test_in_flight(void **state)
{
	struct drive_task w = { .live = false }, t = { .live = false };
	uint8_t cdb[16], out[512];
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	memset(out, 0x3c, sizeof(out));
	disk_cdb(cdb, SCSIEMU_OP_WRITE_10, 0, 10, 1);
	drive_start(&c.d, &w, c.lu[1], cdb, 10, out, 512, 0);
	copier_populate(&c, 0, false, 0);
	copier_range(&c, 10, 1);
	copier_token_start(&c, &t, 1, 9);
	assert_int_equal(t.want, SCSIEMU_WAIT);
	drive_go(&w);
	drive_end(&w);
	drive_go(&t);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_end(&t);
	drive_task_free(&w);
	drive_task_free(&t);
	copier_fetch(&c, 1, 9, token);
	use(&c, 0, 0, 3, 1);
	drive_good(&c.d);
	assert_memory_equal(c.k[0].bytes + 3 * 512, out, 512);
	copier_free(&c);
}

/* A token that is used while somebody writes its blocks is good no more. */
static void test_while_used(void **state)
{
	struct drive_task t = { .live = false };
	uint8_t cdb[16], out[512] = { 1 };
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	make(&c, 1, 0);
	copier_use(&c, token, 0);
	copier_range(&c, 0, 20);
	copier_token_start(&c, &t, 0, 3);
	drive_step(&t);
	drive_step(&t);
	assert_int_equal(t.want, SCSIEMU_STORE);
	disk_cdb(cdb, SCSIEMU_OP_WRITE_10, 0, 44, 1);
	drive_run(&c.d, c.lu[1], cdb, 10, out, 512, 0);
	drive_good(&c.d);
	drive_go(&t);
	assert_int_equal(t.c.sense.asc, SCSIEMU_ASC_TOKEN_REVOKED);
	drive_end(&t);
	drive_task_free(&t);
	copier_free(&c);
}

/* Time: a minute since it was made or used, or what was asked for. */
static void test_time(void **state)
{
	struct copier c;
	uint64_t now = 1000000;

	(void)state;
	copier_make(&c, NULL);
	scsiemu_device_tick(c.d.dev, now);
	make(&c, 1, 0);
	for (unsigned i = 0; i < 3; i++) {
		scsiemu_device_tick(c.d.dev, now += 59999);
		use(&c, 0, 0, 0, 1);
		drive_good(&c.d);
	}
	scsiemu_device_tick(c.d.dev, now += 60001);
	use(&c, 0, 0, 0, 1);
	refused(&c, SCSIEMU_ASC_TOKEN_EXPIRED);
	copier_populate(&c, 600, false, 0);
	copier_range(&c, 0, 1);
	copier_token(&c, 1, 1);
	copier_fetch(&c, 1, 1, token);
	scsiemu_device_tick(c.d.dev, now += 599000);
	use(&c, 0, 0, 0, 1);
	drive_good(&c.d);
	copier_populate(&c, 1, false, 0);
	copier_range(&c, 0, 1);
	copier_token(&c, 1, 1);
	copier_fetch(&c, 1, 1, token);
	scsiemu_device_tick(c.d.dev, now += 1001);
	use(&c, 0, 0, 0, 1);
	refused(&c, SCSIEMU_ASC_TOKEN_EXPIRED);
	copier_free(&c);
}

/* REPORT ALL ROD TOKENS: the first 96 bytes of those that are good. Room for
 * four; a fifth has to wait until one is not. */
static void test_all(void **state)
{
	static const uint8_t none[8] = { 0, 0, 0, 4 };
	uint8_t want[8 + 4 * 96] = { 0, 0, 1, 0x84 }, keep[512];
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	copier_in(&c, 0, SCSIEMU_SA_REPORT_ROD_TOKENS, 0, 1000);
	drive_data(&c.d, none, 8);
	for (unsigned i = 0; i < 4; i++) {
		make(&c, i % 3, i & 1 ? 0 : 0x00010000);
		memcpy(want + 8 + 96 * i, token, 96);
		if (i == 2)
			memcpy(keep, token, 512);
	}
	copier_in(&c, 0, SCSIEMU_SA_REPORT_ROD_TOKENS, 0, 1000);
	drive_data(&c.d, want, sizeof(want));
	copier_in(&c, 0, SCSIEMU_SA_REPORT_ROD_TOKENS, 0, 17);
	drive_data(&c.d, want, 17);
	copier_populate(&c, 0, false, 0);
	copier_range(&c, 0, 1);
	copier_token(&c, 0, 1);
	refused(&c, SCSIEMU_ASC_ROD_TOKEN_RESOURCES);
	memcpy(token, keep, 512);
	copier_use(&c, token, 0);
	c.list[2] = 2;
	copier_range(&c, 0, 1);
	copier_token(&c, 0, 1);
	drive_good(&c.d);
	copier_in(&c, 0, SCSIEMU_SA_REPORT_ROD_TOKENS, 0, 1000);
	assert_int_equal(c.d.t.c.in_done, 8 + 3 * 96);
	make(&c, 0, 0);
	use(&c, 1, 0, 0, 1);
	drive_good(&c.d);
	/* the one that had to go is not known any more */
	memcpy(token, keep, 512);
	use(&c, 1, 0, 0, 1);
	refused(&c, SCSIEMU_ASC_TOKEN_UNKNOWN);
	copier_free(&c);
}

/* The source is reserved by another, not ready, or gone. */
static void test_source(void **state)
{
	static const uint8_t reserve[6] = { SCSIEMU_OP_RESERVE_6 };
	static const uint8_t stop[6] = { SCSIEMU_OP_START_STOP_UNIT };
	struct scsiemu_nexus *n;
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	n = copier_nexus(&c);
	make(&c, 1, 0);
	c.d.nexus = n;
	drive_run(&c.d, c.lu[1], reserve, 6, NULL, 0, 0);
	drive_good(&c.d);
	use(&c, 0, 0, 0, 1);
	drive_good(&c.d);
	c.d.nexus = NULL;
	use(&c, 0, 0, 0, 1);
	drive_status(&c.d, SCSIEMU_RESERVATION_CONFLICT);
	scsiemu_nexus_detach(n);
	drive_run(&c.d, c.lu[1], stop, 6, NULL, 0, 0);
	drive_good(&c.d);
	use(&c, 0, 0, 0, 1);
	drive_check(&c.d, SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_START_REQUIRED);
	scsiemu_lu_remove(c.lu[1]);
	drive_settle(&c.d, c.lu[0], NULL);
	use(&c, 0, 0, 0, 1);
	refused(&c, SCSIEMU_ASC_TOKEN_REVOKED);
	copier_free(&c);
}

/* A token does not let a nexus reach a logical unit that it may not have. */
static bool hidden;

static struct scsiemu_lu *party(void *ctx, const struct scsiemu_copy_party *p)
{
	(void)ctx;
	assert_false(p->write); /* the destination is one's own */
	return hidden ? NULL : p->lu;
}

static bool zeros(void *ctx, void *buf, uint32_t len)
{
	(void)ctx;
	memset(buf, 0, len);
	return true;
}

static void test_hidden(void **state)
{
	const struct scsiemu_copy_config cf = { .size = sizeof(cf),
						.party = party,
						.random = zeros };
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	scsiemu_device_copy(c.d.dev, &cf);
	hidden = false;
	make(&c, 1, 0);
	hidden = true;
	use(&c, 0, 0, 0, 1);
	refused(&c, SCSIEMU_ASC_TOKEN_UNKNOWN);
	copier_in(&c, 0, SCSIEMU_SA_REPORT_ROD_TOKENS, 0, 1000);
	assert_int_equal(c.d.t.c.in_done, 8);
	hidden = false;
	use(&c, 0, 0, 0, 1);
	drive_good(&c.d);
	copier_free(&c);
}

/* Ended at every step, by COPY OPERATION ABORT and by the embedder: each block
 * is old or new, and the token can be used again. */
static bool struck_at(unsigned at, bool embedder)
{
	struct drive_task t = { .live = false };
	static uint8_t was[64 * 512];
	struct copier c;
	bool hit;

	copier_make(&c, NULL);
	memcpy(was, c.k[0].bytes, sizeof(was));
	make(&c, 1, 0);
	copier_use(&c, token, 0);
	copier_range(&c, 0, 12);
	copier_token_start(&c, &t, 0, 3);
	drive_step(&t);
	while (at-- && t.want == SCSIEMU_STORE)
		drive_step(&t);
	hit = t.want == SCSIEMU_STORE;
	if (hit && embedder) {
		scsiemu_abort(&t.c);
		assert_ptr_equal(scsiemu_ready(c.d.dev), &t.c);
	} else if (hit) {
		copier_abort(&c, 0, 3);
		drive_good(&c.d);
	}
	drive_go(&t);
	if (hit && !embedder)
		assert_int_equal(t.c.sense.asc, 0x2f02);
	drive_end(&t);
	drive_task_free(&t);
	copier_in(&c, 0, SCSIEMU_SA_ROD_INFORMATION, 3, 100);
	drive_good(&c.d);
	assert_int_equal(c.d.t.in[5], hit ? 0x60 : 0x01);
	for (unsigned i = 0; i < 12; i++) {
		unsigned from = i < 10 ? 10 + i : 30 + i;

		assert_true(
			!memcmp(c.k[0].bytes + i * 512, was + i * 512, 512) ||
			!memcmp(c.k[0].bytes + i * 512,
				c.k[1].bytes + from * 512, 512));
	}
	use(&c, 0, 0, 0, 12);
	drive_good(&c.d);
	copier_free(&c);
	return hit;
}

static void test_struck(void **state)
{
	unsigned at[2] = { 0, 0 };

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		while (struck_at(at[i], i))
			at[i]++;
	assert_true(at[0] > 6 && at[0] == at[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_copies_change),
		cmocka_unit_test(test_in_flight),
		cmocka_unit_test(test_while_used),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_struck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
