/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks of older standards: which commands and which bits of CDBs they know,
 * what they say of errors, and how a CDB addresses them. Their pages are in
 * test_sbc_level_pages.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/disk.h"

/* A disk with all that has a command. */
static void make(struct disk *b, unsigned level)
{
	struct disk_options o = {
		.version = (uint8_t)level,
		.jobs = 1,
		.copies = 2,
		.thin = true,
		.removable = true,
		.priorities = true,
		.logs = true,
		.alua = &disk_alua,
		.sbc = { .defects = 8, .format = true, .selftests = true },
	};

	disk_make(b, &o);
	b->d.nexus = drive_attach(&b->d, 0, 0); /* it may reserve */
	drive_settle(&b->d, b->lu, b->d.nexus);
}

/* The level that an opcode came with, by hand; 0: none before SPC-3. */
static const uint8_t came[256] = {
	[0x00] = 1, [0x01] = 1, [0x03] = 1, [0x04] = 1, [0x07] = 1, [0x08] = 1,
	[0x0a] = 1, [0x0b] = 1, [0x12] = 1, [0x15] = 1, [0x16] = 1, [0x17] = 1,
	[0x1a] = 1, [0x1b] = 1, [0x1c] = 1, [0x1d] = 1, [0x1e] = 1, [0x25] = 1,
	[0x28] = 1, [0x2a] = 1, [0x2b] = 1, [0x2e] = 1, [0x2f] = 1, [0x34] = 2,
	[0x35] = 2, [0x37] = 1, [0x3b] = 1, [0x3c] = 1, [0x3e] = 2, [0x3f] = 2,
	[0x41] = 2, [0x4c] = 2, [0x4d] = 2, [0x55] = 2, [0x56] = 3, [0x57] = 3,
	[0x5a] = 2, [0xa0] = 3, [0xa8] = 3, [0xaa] = 3, [0xae] = 3, [0xaf] = 3,
	[0xb7] = 3,
};
static const struct {
	uint8_t op, sa, level;
} came_sa[] = {
	{ 0x5e, 0, 3 }, { 0x5e, 1, 3 }, { 0x5f, 0, 3 }, { 0x5f, 1, 3 },
	{ 0x5f, 2, 3 }, { 0x5f, 3, 3 }, { 0x5f, 4, 3 }, { 0x5f, 5, 3 },
	{ 0x5f, 6, 4 }, { 0x83, 0, 4 }, { 0x84, 0, 4 }, { 0x84, 1, 4 },
	{ 0x84, 3, 4 }, { 0x84, 4, 4 }, { 0xa3, 5, 4 }, { 0xa4, 6, 4 },
};
enum { NSA = sizeof(came_sa) / sizeof(came_sa[0]) };

static bool has_actions(unsigned op)
{
	static const char ops[] = "\x48\x5e\x5f\x7f\x83\x84\x94\x95\x9e\x9f"
				  "\xa3\xa4";

	return memchr(ops, (int)op, sizeof(ops) - 1) != NULL;
}

static bool expected(unsigned level, unsigned op, unsigned sa)
{
	for (unsigned i = 0; i < NSA; i++)
		if (came_sa[i].op == op && came_sa[i].sa == sa)
			return came_sa[i].level <= level;
	return came[op] && came[op] <= level;
}

/* Sent with nothing but its code. */
static bool present(struct disk *b, unsigned op, unsigned sa)
{
	uint8_t cdb[32] = { (uint8_t)op, (uint8_t)sa };
	const struct scsiemu_sense *s = &b->d.t.c.sense;

	if (op == 0x7f) {
		cdb[1] = 0;
		cdb[7] = 24;
		cdb[9] = (uint8_t)sa;
	}
	if (drive_run(&b->d, b->lu, cdb, sizeof(cdb), NULL, 0, 512) !=
	    SCSIEMU_CHECK_CONDITION)
		return true;
	if (s->asc == SCSIEMU_ASC_INVALID_OPCODE)
		return false;
	return s->asc != SCSIEMU_ASC_INVALID_FIELD_IN_CDB || !has_actions(op) ||
	       s->sks != SCSIEMU_SKS_CDB || s->field != 1 || s->bit != 4;
}

static void test_commands(void **state)
{
	(void)state;
	for (unsigned level = 1; level <= 4; level++) {
		struct disk b;

		make(&b, level);
		for (unsigned op = 0; op < 256; op++)
			for (unsigned sa = 0; sa < (has_actions(op) ? 32 : 1);
			     sa++)
				if (present(&b, op, sa) !=
				    expected(level, op, sa))
					fail_msg("level %u: %02xh/%02xh", level,
						 op, sa);
		disk_free(&b);
	}
}

/* From SPC-3 on nothing is left out, but what was no more then is gone. */
static void test_newer(void **state)
{
	static const uint8_t levels[] = { 5, 6, 7, 13 };
	struct disk b;

	(void)state;
	for (unsigned i = 0; i < sizeof(levels); i++) {
		make(&b, levels[i]);
		assert_true(present(&b, 0xa3, 0x0c));
		assert_true(present(&b, 0xa3, 0x0a));
		assert_true(present(&b, 0x88, 0));
		assert_true(present(&b, 0x42, 0));
		assert_false(present(&b, 0x01, 0));
		assert_false(present(&b, 0x0b, 0));
		assert_false(present(&b, 0x2b, 0));
		disk_free(&b);
	}
}

/* One CDB, refused up to a level because of one bit, at others not. */
static const struct bit {
	uint8_t cdb[12];
	uint8_t first, last; /* levels that refuse it */
	uint8_t byte, bit;
} bits[] = {
	{ { 0x03, 0x01, 0, 0, 18 }, 1, 4, 1, 0 },
	{ { 0x12, 0x01, 0, 0, 18 }, 1, 1, 1, 0 },
	{ { 0x12, 0x00, 0, 1, 18 }, 1, 4, 3, 0 },
	{ { 0x1a, 0x08, 0x3f, 0, 18 }, 1, 1, 1, 3 },
	{ { 0x1a, 0x00, 0x01, 0xff, 18 }, 1, 4, 3, 7 },
	{ { 0x1b, 0x00, 0, 0, 0x11 }, 1, 2, 4, 4 },
	{ { 0x1b, 0x00, 0, 0, 0x05 }, 1, 4, 4, 2 },
	{ { 0x1d, 0x10, 0, 0, 0 }, 1, 1, 1, 4 },
	{ { 0x1d, 0x20, 0, 0, 0 }, 3, 3, 1, 5 },
	{ { 0x1c, 0x01, 0, 0, 4 }, 1, 3, 1, 0 },
	{ { 0x25, 0, 0, 0, 0, 0, 0, 0, 1, 0 }, 5, 6, 8, 0 },
	{ { 0x25, 0, 0, 0, 0, 1, 0, 0, 1, 0 }, 5, 6, 5, 0 },
	{ { 0x28, 0x10, 0, 0, 0, 0, 0, 0, 0, 0 }, 1, 1, 1, 4 },
	{ { 0x28, 0x08, 0, 0, 0, 0, 0, 0, 0, 0 }, 1, 1, 1, 3 },
	{ { 0x28, 0x04, 0, 0, 0, 0, 0, 0, 0, 0 }, 1, 4, 1, 2 },
	{ { 0x28, 0x20, 0, 0, 0, 0, 0, 0, 0, 0 }, 3, 6, 1, 5 },
	{ { 0x2a, 0x08, 0, 0, 0, 0, 0, 0, 0, 0 }, 1, 1, 1, 3 },
	{ { 0x4c, 0x02, 0x02, 0, 0, 0, 0, 0, 0, 0 }, 2, 4, 2, 1 },
	{ { 0x4d, 0, 0x40, 0xff, 0, 0, 0, 0, 4, 0 }, 2, 4, 3, 7 },
	{ { 0x2f, 0x06, 0, 0, 0, 0, 0, 0, 0, 0 }, 1, 4, 1, 2 },
	{ { 0x3c, 0x0b, 0, 0, 0, 0, 0, 0, 4, 0 }, 1, 3, 1, 3 },
	{ { 0x41, 0x08, 0, 0, 0, 0, 0, 0, 1, 0 }, 2, 4, 1, 3 },
	{ { 0x5a, 0x10, 0x3f, 0, 0, 0, 0, 0, 8, 0 }, 2, 4, 1, 4 },
	{ { 0xa0, 0, 2, 0, 0, 0, 0, 0, 0, 16, 0, 0 }, 3, 4, 2, 1 },
	{ { 0xaf, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 3, 4, 1, 2 },
};

static void one_bit(struct disk *b, unsigned level, const struct bit *t)
{
	bool refused = level >= t->first && level <= t->last;

	if (!expected(level, t->cdb[0], 0) && level < 5)
		return;
	drive_run(&b->d, b->lu, t->cdb, 12, NULL, 0, 64);
	if (refused && level == 1) { /* no field pointer yet */
		drive_check(&b->d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2400);
		assert_int_equal(b->d.t.c.sense.sks, SCSIEMU_SKS_NONE);
	} else if (refused) {
		drive_cdb(&b->d, t->byte, t->bit);
	} else if (b->d.t.c.status && b->d.t.c.sense.asc == 0x2400) {
		fail_msg("level %u: %02xh, byte %u", level, t->cdb[0], t->byte);
	}
}

static void test_bits(void **state)
{
	struct disk b;

	(void)state;
	for (unsigned i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		for (unsigned level = 1; level <= 6; level++) {
			make(&b, level);
			one_bit(&b, level, &bits[i]);
			disk_free(&b);
		}
}

/* What was known once: PMI, the interleave, REZERO UNIT, SEEK. */
static void test_no_more(void **state)
{
	uint8_t lba[10] = { 0x25, [5] = 1 };
	struct disk b;

	(void)state;
	make(&b, 2);
	drive_run(&b.d, b.lu, lba, 10, NULL, 0, 8);
	drive_cdb(&b.d, 2, SCSIEMU_NO_BIT);
	lba[8] = 1;
	drive_run(&b.d, b.lu, lba, 10, NULL, 0, 8);
	drive_data(&b.d, "\0\0\0\x3f\0\0\2\0", 8);
	drive_in(&b.d, b.lu, "\x04\x00\xff\x00\x03\x00", 6);
	drive_good(&b.d);
	drive_in(&b.d, b.lu, "\x01\xe0\0\0\0\0", 6);
	drive_good(&b.d);
	drive_in(&b.d, b.lu, "\x0b\0\0\x3f\0\0", 6);
	drive_good(&b.d);
	drive_in(&b.d, b.lu, "\x0b\0\0\x40\0\0", 6);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	assert_int_equal(b.d.t.c.sense.info, 0x40);
	drive_in(&b.d, b.lu, "\x2b\0\0\0\0\x3f\0\0\0\0", 10);
	drive_good(&b.d);
	drive_in(&b.d, b.lu, "\x2b\0\0\0\1\0\0\0\0\0", 10);
	drive_check(&b.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	disk_free(&b);
}

/* Bits 7 to 5 of byte 1 are the LUN, whatever they are today. */
static void test_lun_bits(void **state)
{
	uint8_t block[512] = { 1 };
	struct disk b;

	(void)state;
	make(&b, 2);
	drive_in(&b.d, b.lu, "\x04\xe0\0\0\0\0", 6); /* no FMTPINFO */
	drive_good(&b.d);
	drive_in(&b.d, b.lu, "\x1d\xa4\0\0\0\0", 6); /* no self-test code */
	drive_good(&b.d);
	drive_in(&b.d, b.lu, "\x3f\xe0\0\0\0\0\0\0\0\0", 10); /* no WR_UNCOR */
	drive_good(&b.d);
	drive_run(&b.d, b.lu, "\x2a\xe0\0\0\0\x02\0\0\1\0", 10, block, 512, 0);
	drive_good(&b.d);
	drive_run(&b.d, b.lu, "\x28\xe0\0\0\0\x02\0\0\1\0", 10, NULL, 0, 512);
	drive_data(&b.d, block, 512);
	drive_run(&b.d, b.lu, "\x08\xe0\0\x02\1\0", 6, NULL, 0, 512);
	drive_data(&b.d, block, 512);
	disk_free(&b);
}

static struct scsiemu_lu *find(struct drive *d, uint8_t byte_1)
{
	const uint8_t cdb[6] = { 0, byte_1 };

	return scsiemu_lu_find_cdb(d->dev, cdb, sizeof(cdb));
}

static void test_find(void **state)
{
	static const uint8_t lun_1[8] = { 0, 1 };
	struct scsiemu_limits l = { .size = sizeof(l), .lus = 2 };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &scsiemu_sbc,
					.version = SCSIEMU_LEVEL_SCSI_1 };
	struct scsiemu_lu *lu;
	struct drive d;

	(void)state;
	drive_make(&d, &l);
	lu = scsiemu_lu_add(d.dev, 1, &cf);
	assert_non_null(lu);
	assert_ptr_equal(find(&d, 0x20), lu);
	assert_ptr_equal(find(&d, 0x3f), lu);
	assert_ptr_equal(scsiemu_lu_find(d.dev, lun_1), lu);
	assert_ptr_not_equal(find(&d, 0), lu);
	lu = scsiemu_lu_add(d.dev, 0, &cf);
	assert_non_null(lu);
	assert_ptr_equal(find(&d, 0x1f), lu);
	assert_ptr_equal(scsiemu_lu_find_cdb(d.dev, lun_1, 1), lu);
	drive_free(&d);
}

/* REQUEST SENSE: what a length of 0 means, and the sense data of the time. */
static void test_sense(void **state)
{
	static const uint8_t sense_1[18] = { 0x70, 0,
					     5, [7] = 10, [12] = 0x24 };
	static const uint8_t sense_2[18] = {
		0x70, 0, 5, [7] = 10, [12] = 0x24, 0, 0, 0xcf, 0, 4
	};
	struct disk b;

	(void)state;
	make(&b, 1);
	drive_in(&b.d, b.lu, "\x03\0\0\0\0\0", 6);
	drive_data(&b.d, "\x70\0\0\0", 4);
	drive_in(&b.d, b.lu, "\x03\0\0\0\x12\0", 6);
	drive_data(&b.d, "\x70\0\0\0\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0", 18);
	drive_in(&b.d, b.lu, "\x00\0\0\0\x80\0", 6);
	assert_int_equal(b.d.t.sense_len, 18);
	assert_memory_equal(b.d.t.sense, sense_1, 18);
	disk_free(&b);
	make(&b, 2);
	drive_in(&b.d, b.lu, "\x03\0\0\0\0\0", 6);
	drive_data(&b.d, "", 0);
	drive_in(&b.d, b.lu, "\x00\0\0\0\x80\0", 6);
	assert_int_equal(b.d.t.sense_len, 18);
	assert_memory_equal(b.d.t.sense, sense_2, 18);
	disk_free(&b);
}

/* Unit attentions: by level, what a nexus is told of each. */
static void test_attentions(void **state)
{
	static const uint16_t first[] = { 0x2900, 0x2900, 0x2900, 0x2900,
					  0x2907 };
	static const uint16_t capacity[] = { 0x2a00, 0x2a01, 0x2a01, 0x2a01,
					     0x2a09 };
	static const uint16_t luns[] = { 0, 0, 0, 0x3f0e, 0x3f0e };

	(void)state;
	for (unsigned level = 1; level <= 5; level++) {
		struct scsiemu_nexus_config nc = { .size = sizeof(nc),
						   .again = true };
		struct scsiemu_limits l = { .size = sizeof(l), .lus = 2 };
		struct scsiemu_lu_config cf = { .size = sizeof(cf),
						.type = &scsiemu_sbc,
						.version = (uint8_t)level };
		struct scsiemu_nexus *n;
		struct scsiemu_lu *lu;
		struct drive_disk k;
		struct drive d;

		drive_make(&d, &l);
		drive_disk_make(&k, 64, 512);
		lu = scsiemu_lu_add(d.dev, 0, &cf);
		assert_non_null(lu);
		scsiemu_lu_load(lu, &k.m, false);
		n = scsiemu_nexus_attach(d.dev, &nc);
		assert_int_equal(drive_ua(&d, lu, n), first[level - 1]);
		assert_int_equal(drive_ua(&d, lu, n), 0);
		k.m.nblk = 32;
		scsiemu_lu_changed(lu);
		assert_int_equal(drive_ua(&d, lu, n), capacity[level - 1]);
		assert_non_null(scsiemu_lu_add(d.dev, 1, &cf));
		assert_int_equal(drive_ua(&d, lu, n), luns[level - 1]);
		k.m.nblk = 64;
		drive_disk_free(&k);
		drive_free(&d);
	}
}

/* SCSI-1 has no way to flush: everything written is durable. */
static void test_durable(void **state)
{
	static const uint8_t block[512];

	(void)state;
	for (unsigned level = 1; level <= 2; level++) {
		struct disk b;

		make(&b, level);
		drive_run(&b.d, b.lu, "\x0a\0\0\0\1\0", 6, block, 512, 0);
		drive_good(&b.d);
		assert_int_equal(b.d.log[0].flags & SCSIEMU_FUA,
				 level == 1 ? SCSIEMU_FUA : 0);
		disk_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_no_more),
		cmocka_unit_test(test_lun_bits),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_sense),
		cmocka_unit_test(test_attentions),
		cmocka_unit_test(test_durable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
