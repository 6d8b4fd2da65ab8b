/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache: SYNCHRONIZE CACHE, FUA, DPO, WCE, mode pages 01h and 08h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

static const uint8_t syncs[] = { SCSIEMU_OP_SYNCHRONIZE_CACHE_10,
				 SCSIEMU_OP_SYNCHRONIZE_CACHE_16 };

static void flush_is(const struct disk *b, uint64_t lba, uint64_t n)
{
	assert_int_equal(b->d.nlog, 1);
	assert_int_equal(b->d.log[0].want, SCSIEMU_STORE);
	assert_int_equal(b->d.log[0].verb, SCSIEMU_V_FLUSH);
	assert_int_equal(b->d.log[0].addr, lba);
	assert_int_equal(b->d.log[0].count, n);
}

static void test_sync(void **s)
{
	struct disk_options none = { .unable = SCSIEMU_CAN_FLUSH };
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	for (unsigned i = 0; i < 2; i++) {
		disk_run(&b, syncs[i], 0, 7, 5, NULL, 0, 0);
		drive_good(&b.d);
		flush_is(&b, 7, 5);
		disk_run(&b, syncs[i], 0, 7, 0, NULL, 0, 0);
		drive_good(&b.d);
		flush_is(&b, 7, 57);
		disk_run(&b, syncs[i], 4, 0, 0, NULL, 0, 0); /* SYNC_NV */
		drive_good(&b.d);
		flush_is(&b, 0, 0);
	}
	disk_free(&b);
	disk_make(&b, &none); /* nothing is cached */
	disk_run(&b, syncs[0], 0, 7, 5, NULL, 0, 0);
	drive_good(&b.d);
	assert_int_equal(b.d.nlog, 0);
	disk_free(&b);
}

static int broken(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d;
	(void)bytes;
	return c->want == SCSIEMU_STORE ? SCSIEMU_E_WRITE : DRIVE_USUAL;
}

static void test_sync_fails(void **s)
{
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	b.d.hook = broken;
	disk_run(&b, syncs[0], 0, 7, 5, NULL, 0, 0);
	drive_check(&b.d, SCSIEMU_SK_MEDIUM_ERROR, SCSIEMU_ASC_WRITE_ERROR);
	disk_free(&b);
}

/* IMMED: the status first, the flush as a job; another one while no job is
 * free is done before its status. */
static void test_sync_immed(void **s)
{
	struct drive_task t = { .live = false }, u = { .live = false };
	uint8_t cdb[16];
	struct disk b;
	unsigned len;

	(void)s;
	disk_make(&b, NULL);
	len = disk_cdb(cdb, syncs[0], 2, 7, 5);
	drive_start(&b.d, &t, b.lu, cdb, len, NULL, 0, 0);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.status, SCSIEMU_GOOD);
	drive_start(&b.d, &u, b.lu, cdb, len, NULL, 0, 0);
	assert_int_equal(u.want, SCSIEMU_STORE);
	assert_int_equal(u.c.verb, SCSIEMU_V_FLUSH);
	assert_int_equal(b.d.njobs, 0);
	b.d.nlog = 0;
	drive_end(&t);
	assert_int_equal(b.d.njobs, 1);
	flush_is(&b, 7, 5);
	drive_go(&u);
	drive_end(&u);
	assert_int_equal(u.c.status, SCSIEMU_GOOD);
	drive_task_free(&t);
	drive_task_free(&u);
	disk_free(&b);
}

static unsigned write_flags(struct disk *b, uint8_t op, uint8_t byte1)
{
	static uint8_t out[512];

	disk_run(b, op, byte1, 3, 1, out, 512, 0);
	drive_good(&b->d);
	return b->d.log[0].flags & (SCSIEMU_FUA | SCSIEMU_DPO);
}

static void test_fua(void **s)
{
	static const uint8_t ops[] = { SCSIEMU_OP_WRITE_10, SCSIEMU_OP_WRITE_12,
				       SCSIEMU_OP_WRITE_16 };
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(write_flags(&b, ops[i], 0), 0);
		assert_int_equal(write_flags(&b, ops[i], 8), SCSIEMU_FUA);
		assert_int_equal(write_flags(&b, ops[i], 0x10), SCSIEMU_DPO);
		assert_int_equal(write_flags(&b, ops[i], 0x18),
				 SCSIEMU_FUA | SCSIEMU_DPO);
		assert_int_equal(write_flags(&b, ops[i], 2), 0); /* FUA_NV */
	}
	/* LBA bits of WRITE(6) are no flags */
	assert_int_equal(write_flags(&b, SCSIEMU_OP_WRITE_6, 0), 0);
	disk_run(&b, SCSIEMU_OP_READ_10, 0x18, 3, 1, NULL, 0, 512);
	drive_good(&b.d);
	assert_int_equal(b.d.log[0].flags & (SCSIEMU_FUA | SCSIEMU_DPO),
			 SCSIEMU_FUA | SCSIEMU_DPO);
	disk_free(&b);
}

/* WCE off: the cache is emptied first, then every write is durable. */
static void test_wce(void **s)
{
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	disk_mode(&b, 0x08, 2, 0x04, 0);
	assert_int_equal(b.d.nlog, 2); /* the list, the flush */
	assert_int_equal(b.d.log[1].verb, SCSIEMU_V_FLUSH);
	assert_int_equal(b.d.log[1].count, 0);
	assert_int_equal(write_flags(&b, SCSIEMU_OP_WRITE_10, 0), SCSIEMU_FUA);
	assert_int_equal(write_flags(&b, SCSIEMU_OP_WRITE_6, 0), SCSIEMU_FUA);
	disk_mode(&b, 0x08, 2, 0x04, 0x04);
	assert_int_equal(b.d.nlog, 1);
	assert_int_equal(write_flags(&b, SCSIEMU_OP_WRITE_10, 0), 0);
	disk_free(&b);
}

static const uint8_t *page(struct disk *b, uint8_t pc, uint8_t code)
{
	uint8_t cdb[6] = {
		SCSIEMU_OP_MODE_SENSE_6, 8, (uint8_t)(pc << 6 | code), 0, 255, 0
	};

	drive_run(&b->d, b->lu, cdb, 6, NULL, 0, 255);
	drive_good(&b->d);
	return b->d.t.in + 4;
}

static void page_is(struct disk *b, uint8_t pc, uint8_t code, uint8_t len,
		    uint8_t byte2, uint8_t byte12)
{
	const uint8_t *p = page(b, pc, code);

	assert_int_equal(b->d.t.c.in_done, 4 + len);
	assert_int_equal(p[0], 0x80 | code);
	assert_int_equal(p[1], len - 2);
	assert_int_equal(p[2], byte2);
	for (unsigned i = 3; i < len; i++)
		assert_int_equal(p[i], i == 12 ? byte12 : 0);
}

static void test_pages(void **s)
{
	struct disk_options none = { .unable = SCSIEMU_CAN_FLUSH };
	uint8_t select[6] = { SCSIEMU_OP_MODE_SELECT_6, 0x10, 0, 0, 24, 0 };
	uint8_t list[24] = { [4] = 0x08, [5] = 18, [6] = 0x04 };
	struct disk b;

	(void)s;
	disk_make(&b, NULL);
	for (uint8_t pc = 0; pc < 4; pc++) {
		bool mask = pc == 1;

		page_is(&b, pc, 0x01, 12, 0xc0, 0);
		page_is(&b, pc, 0x08, 20, 0x04, mask ? 0x20 : 0);
	}
	/* RCD may not be changed */
	list[6] = 0x05;
	drive_run(&b.d, b.lu, select, 6, list, 24, 0);
	drive_param(&b.d, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST, 6, 0);
	/* DPOFUA */
	page(&b, 0, 0x08);
	assert_int_equal(b.d.t.in[2], 0x10);
	disk_free(&b);
	disk_make(&b, &none);
	for (uint8_t pc = 0; pc < 4; pc++)
		page_is(&b, pc, 0x08, 20, 0, pc == 1 ? 0x20 : 0);
	list[6] = 0x04;
	drive_run(&b.d, b.lu, select, 6, list, 24, 0);
	drive_param(&b.d, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST, 6, 2);
	assert_int_equal(write_flags(&b, SCSIEMU_OP_WRITE_10, 0), 0);
	disk_free(&b);
}

/* A medium without a cache takes the place of one with: WCE is what the pages
 * say each time. */
static void test_other_medium(void **s)
{
	struct disk_options o = { .removable = true };
	struct disk b;

	(void)s;
	disk_make(&b, &o);
	disk_mode(&b, 0x08, 2, 0x04, 0);
	assert_int_equal(write_flags(&b, SCSIEMU_OP_WRITE_10, 0), SCSIEMU_FUA);
	b.k.m.able &= ~(uint32_t)SCSIEMU_CAN_FLUSH;
	scsiemu_lu_load(b.lu, &b.k.m, false);
	assert_int_equal(write_flags(&b, SCSIEMU_OP_WRITE_10, 0), 0);
	b.k.m.able |= SCSIEMU_CAN_FLUSH;
	scsiemu_lu_load(b.lu, &b.k.m, false);
	assert_int_equal(write_flags(&b, SCSIEMU_OP_WRITE_10, 0), SCSIEMU_FUA);
	disk_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sync),
		cmocka_unit_test(test_sync_fails),
		cmocka_unit_test(test_sync_immed),
		cmocka_unit_test(test_fua),
		cmocka_unit_test(test_wce),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_other_medium),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
