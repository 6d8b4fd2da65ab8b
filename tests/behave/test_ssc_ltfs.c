/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What LTFS sends, command by command: mkltfs, mount, a file, unmount, mount
 * again. A cartridge of LTO-5's size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/pr.h"
#include "support/tape.h"

enum { INDEX, DATA }; /* partitions */
enum { BLOCK = 1 << 19, KEY = 0x4c544653 };

static const struct tape_options options = {
	.ssc = { .partitions = 2, .append_only = true, .block_max = 1 << 20 },
	.is = { .bytes = UINT64_C(1500000000000),
		.density = 0x58,
		.medium_type = 0x58 },
	.logs = true,
	.scratch = 4096
};

static uint64_t be(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static void ready(struct tape *t)
{
	for (unsigned i = 0; i < 3; i++)
		TAPE_DO(t, 0, 0, 0, 0, 0, 0);
	drive_good(&t->d);
}

static void open_drive(struct tape *t)
{
	struct scsiemu_nexus *n = drive_attach(&t->d, 0, 0);
	uint32_t len;

	t->d.nexus = n;
	TAPE_IN(t, 96, 0x12, 0, 0, 0, 96, 0);
	drive_good(&t->d);
	TAPE_IN(t, 255, 0x12, 1, 0x80, 0, 255, 0);
	drive_good(&t->d);
	ready(t);
	TAPE_IN(t, 4096, 0xa3, 0x0c, 0x80, 0, 0, 0, 0, 0, 16, 0, 0, 0);
	drive_good(&t->d);
	len = (uint32_t)be(t->d.t.in, 4);
	assert_true(len < 4096 && len % 20 == 0);
	for (uint32_t at = 4; at < len; at += 20)
		assert_int_equal(t->d.t.in[at + 5] & 2, 2);
	pr_out(&t->d, t->lu, n, SCSIEMU_SA_REGISTER_AND_IGNORE, 0, 0, KEY, 0);
	drive_good(&t->d);
	pr_out(&t->d, t->lu, n, SCSIEMU_SA_RESERVE, SCSIEMU_PR_EA, KEY, 0, 0);
	drive_good(&t->d);
	TAPE_DO(t, 0x1e, 0, 0, 0, 0, 0);
	drive_good(&t->d);
}

static void position(struct tape *t, uint32_t partition, uint64_t object,
		     uint64_t file)
{
	TAPE_IN(t, 32, 0x34, 6, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	assert_int_equal(be(t->d.t.in + 4, 4), partition);
	assert_int_equal(be(t->d.t.in + 8, 8), object);
	assert_int_equal(be(t->d.t.in + 16, 8), file);
}

static void load(struct tape *t)
{
	uint8_t back[256];
	uint32_t n;

	TAPE_DO(t, 0x1b, 0, 0, 0, 1, 0);
	drive_good(&t->d);
	ready(t);
	TAPE_DO(t, 0x1e, 0, 0, 0, 1, 0);
	drive_good(&t->d);
	position(t, 0, 0, 0);
	TAPE_IN(t, 255, 0x5a, 0, 0x3f, 0, 0, 0, 0, 0, 255, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.t.in[2], 0x58);
	assert_int_equal(t->d.t.in[3] & 0x80, 0);
	/* control data protection, as it is */
	TAPE_IN(t, 48, 0x5a, 0, 0x0a, 0xf0, 0, 0, 0, 0, 48, 0);
	drive_good(&t->d);
	n = t->d.t.c.in_done;
	assert_int_equal(n, 48);
	memcpy(back, t->d.t.in, n);
	back[0] = back[1] = 0;
	back[16] &= 0x7f;
	TAPE_OUT(t, back, n, 0x55, 0x10, 0, 0, 0, 0, 0, 0, (uint8_t)n, 0);
	drive_good(&t->d);
	TAPE_IN(t, 1024, 0x4d, 0, 0x57, 0, 0, 0, 0, 4, 0, 0);
	drive_good(&t->d);
	TAPE_IN(t, 48, 0x5a, 0, 0x10, 1, 0, 0, 0, 0, 48, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.t.c.in_done, 48);
	TAPE_IN(t, 6, 0x05, 0, 0, 0, 0, 0);
	drive_data(&t->d, "\0\x10\0\0\0\x01", 6);
}

/* Page 11h: an index partition of 1 GB. */
static void make_partitions(struct tape *t)
{
	uint8_t page[28];

	TAPE_DO(t, 0x0b, 0, 0, 0xff, 0xff, 0);
	drive_good(&t->d);
	TAPE_IN(t, 28, 0x5a, 0, 0x11, 0, 0, 0, 0, 0, 28, 0);
	drive_good(&t->d);
	memcpy(page, t->d.t.in, 28);
	page[0] = page[1] = 0;
	page[16] &= 0x7f;
	page[16 + 3] = 1;
	page[16 + 4] = (uint8_t)(0x20 | (page[16 + 4] & 0x1f));
	page[16 + 6] = 9;
	memcpy(page + 16 + 8, "\0\x01\xff\xff", 4);
	page[17] = 10; /* two sizes */
	TAPE_OUT(t, page, 28, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 28, 0);
	drive_good(&t->d);
	TAPE_DO(t, 0x04, 0, 2, 0, 0, 0);
	drive_good(&t->d);
	position(t, 0, 0, 0);
}

static void write_block(struct tape *t, uint32_t len, uint8_t fill)
{
	uint8_t *p = malloc(len);

	assert_non_null(p);
	memset(p, fill, len);
	TAPE_OUT(t, p, len, 0x0a, 0, (uint8_t)(len >> 16), (uint8_t)(len >> 8),
		 (uint8_t)len, 0);
	free(p);
	drive_good(&t->d);
}

static void mark(struct tape *t)
{
	TAPE_DO(t, 0x10, 0, 0, 0, 1, 0);
	drive_good(&t->d);
}

/* VOL1, mark, label, mark, index, mark. */
static void label(struct tape *t, uint32_t partition)
{
	tape_go(t, partition, 0);
	write_block(t, 80, 'V');
	mark(t);
	write_block(t, 1500, 'L');
	mark(t);
	write_block(t, 900, 'I');
	mark(t);
	position(t, partition, 6, 3);
}

/* The change reference, and its copy in 080Ch. */
static uint64_t change(struct tape *t)
{
	TAPE_IN(t, 64, 0x8c, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 64, 0, 0);
	drive_good(&t->d);
	assert_int_equal(be(t->d.t.in + 4, 2), 9);
	return be(t->d.t.in + 9, 4);
}

/* WRITE ATTRIBUTE, with WTC, of one: LTFS counts the list's header in its
 * length. */
static void set_attribute(struct tape *t, uint8_t partition, unsigned id,
			  uint8_t format, const void *value, uint8_t len)
{
	const uint8_t n = (uint8_t)(len + 9);
	uint8_t list[200] = { 0,	   0,	   0, n,  (uint8_t)(id >> 8),
			      (uint8_t)id, format, 0, len };

	memcpy(list + 9, value, len);
	TAPE_OUT(t, list, n, 0x8d, 1, 0, 0, 0, 0, 0, partition, 0, 0, 0, 0, 0,
		 n, 0, 0);
	drive_good(&t->d);
}

static void get_attribute(struct tape *t, uint8_t partition, unsigned id,
			  uint8_t len)
{
	const uint8_t n = (uint8_t)(len + 9);

	TAPE_IN(t, n, 0x8c, 0, 0, 0, 0, 0, 0, partition, (uint8_t)(id >> 8),
		(uint8_t)id, 0, 0, 0, n, 0, 0);
}

/* Application: vendor, name, version; label, its characters (UTF-8), bar code,
 * pool, the format's version. */
static const struct {
	unsigned id;
	uint8_t format, len;
	char value[33];
} application[] = {
	{ 0x0800, 1, 8, "IBM     " },
	{ 0x0801, 1, 32, "LTFS                            " },
	{ 0x0802, 1, 8, "2.5.0   " },
	{ 0x0803, 2, 160, "first" },
	{ 0x0805, 0, 1, "\x81" },
	{ 0x0806, 1, 32, "ABC123                          " },
	{ 0x0808, 2, 160, "pool" },
	{ 0x080b, 1, 16, "2.4.0           " },
};
enum { APPLICATION = sizeof(application) / sizeof(application[0]) };

/* As mkltfs does; whether the volume is locked a cartridge may not know. */
static void set_application(struct tape *t)
{
	for (unsigned i = 0; i < APPLICATION; i++) {
		uint8_t value[160] = { 0 };

		memcpy(value, application[i].value, 32);
		set_attribute(t, 0, application[i].id, application[i].format,
			      value, application[i].len);
	}
	get_attribute(t, 0, 0x1623, 1);
	drive_cdb(&t->d, 8, SCSIEMU_NO_BIT);
}

static void check_application(struct tape *t)
{
	for (unsigned i = 0; i < APPLICATION; i++) {
		const uint8_t len = application[i].len;

		get_attribute(t, 0, application[i].id, len);
		drive_good(&t->d);
		assert_int_equal(be(t->d.t.in + 4, 2), application[i].id);
		assert_int_equal(be(t->d.t.in + 7, 2), len);
		assert_memory_equal(t->d.t.in + 9, application[i].value,
				    len < 32 ? len : 32);
	}
}

static void set_coherency(struct tape *t, uint8_t partition, uint64_t vcr,
			  uint8_t generation)
{
	uint8_t value[70] = { 8 };

	for (unsigned i = 0; i < 8; i++)
		value[1 + i] = (uint8_t)(vcr >> 8 * (7 - i));
	value[16] = generation;
	value[24] = 6; /* where the index is */
	value[26] = 43;
	memcpy(value + 27,
	       "LTFS\0"
	       "30a91a08-daae-48d1-ae75-69804e61d2ea",
	       42);
	value[69] = 1;
	set_attribute(t, partition, 0x080c, 0, value, sizeof(value));
}

static uint64_t coherency(struct tape *t, uint8_t partition, uint8_t generation)
{
	get_attribute(t, partition, 0x080c, 70);
	drive_good(&t->d);
	assert_int_equal(be(t->d.t.in + 7, 2), 70);
	assert_int_equal(be(t->d.t.in + 18, 8), generation);
	assert_int_equal(be(t->d.t.in + 34, 2), 43);
	assert_memory_equal(t->d.t.in + 36,
			    "LTFS\0"
			    "30a91a08",
			    13);
	assert_int_equal(t->d.t.in[78], 1);
	return be(t->d.t.in + 10, 8);
}

static void unmount(struct tape *t, uint8_t generation)
{
	set_coherency(t, INDEX, change(t), generation);
	set_coherency(t, DATA, change(t), generation);
	TAPE_DO(t, 0x1e, 0, 0, 0, 0, 0);
	TAPE_DO(t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	pr_out(&t->d, t->lu, t->d.nexus, SCSIEMU_SA_RELEASE, SCSIEMU_PR_EA, KEY,
	       0, 0);
	drive_good(&t->d);
}

/* LTFS looks for the end by an object that is not there. */
static void end_of(struct tape *t, uint32_t partition, uint64_t object)
{
	const uint8_t p = (uint8_t)partition;

	TAPE_DO(t, 0x92, 2, 0, p, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0,
		0, 0);
	tape_sense(t, SCSIEMU_SK_BLANK_CHECK, SCSIEMU_ASC_END_OF_DATA, 0, 0);
	TAPE_IN(t, 32, 0x34, 6, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_int_equal(be(t->d.t.in + 4, 4), partition);
	assert_int_equal(be(t->d.t.in + 8, 8), object);
}

/* Log page 17h, parameter 0203h: what is used of each partition, FFFFFFFFh if
 * its end of data is lost. */
static void both_end(struct tape *t)
{
	const uint8_t *p;

	TAPE_IN(t, 4096, 0x4d, 0, 0x57, 0, 0, 0, 0, 0xff, 0xff, 0);
	drive_good(&t->d);
	for (p = t->d.t.in + 4; be(p, 2) != 0x0203; p += 4 + p[3])
		assert_true(p < t->d.t.in + 4 + be(t->d.t.in + 2, 2));
	assert_int_equal(p[3], 16);
	for (uint8_t i = 0; i < 2; i++) {
		assert_int_equal(p[4 + 8 * i], 7);
		assert_int_equal(be(p + 6 + 8 * i, 2), i);
		assert_true(be(p + 8 + 8 * i, 4) < 1000);
	}
}

/* Mode page 10h/01h, in append-only mode: so many MB in front of the end. */
static void warn_early(struct tape *t, uint16_t mb)
{
	uint8_t page[48];

	TAPE_IN(t, 48, 0x5a, 0, 0x10, 1, 0, 0, 0, 0, 48, 0);
	drive_good(&t->d);
	memcpy(page, t->d.t.in, 48);
	page[0] = page[1] = 0;
	page[16] &= 0x7f;
	page[21] = 0x10;
	page[22] = (uint8_t)(mb >> 8);
	page[23] = (uint8_t)mb;
	TAPE_OUT(t, page, 48, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 48, 0);
	drive_good(&t->d);
	TAPE_IN(t, 48, 0x5a, 0, 0x10, 1, 0, 0, 0, 0, 48, 0);
	assert_memory_equal(t->d.t.in + 17, page + 17, 31);
}

/* ltfsck erases, without LONG, behind the last block that it could read, on the
 * cartridge as it is when loaded anew. */
static void erase_end(struct tape *t)
{
	TAPE_DO(t, 0x1e, 0, 0, 0, 0, 0);
	TAPE_DO(t, 0x1b, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	load(t);
	tape_go(t, DATA, 13);
	TAPE_DO(t, 0x19, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	end_of(t, DATA, 13);
}

/* And takes back what was written since an index, by writing that again. */
static void roll_back(struct tape *t)
{
	tape_go(t, DATA, 7);
	TAPE_DO(t, 0x19, 0, 0, 0, 0, 0);
	tape_sense(t, SCSIEMU_SK_DATA_PROTECT, 0x5a02, 0, 0);
	TAPE_DO(t, 0x82, 0, 1, DATA, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0);
	drive_good(&t->d);
	write_block(t, 1200, 'J');
	mark(t);
	end_of(t, DATA, 9);
}

static void format(struct tape *t)
{
	open_drive(t);
	load(t);
	make_partitions(t);
	label(t, DATA);
	label(t, INDEX);
	set_application(t);
	unmount(t, 1);
}

/* Mounted: in append-only mode a file and an index go to the end of the data
 * partition, the index of the other is written anew. */
static void write_file(struct tape *t)
{
	end_of(t, DATA, 6);
	for (unsigned i = 0; i < 4; i++)
		write_block(t, BLOCK, (uint8_t)i);
	mark(t);
	write_block(t, 1200, 'J');
	mark(t);
	tape_go(t, INDEX, 4);
	TAPE_DO(t, 0x82, 0, 1, INDEX, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0);
	drive_good(&t->d);
	write_block(t, 1200, 'J');
	mark(t);
	end_of(t, INDEX, 6);
	end_of(t, DATA, 13);
}

static void read_file(struct tape *t)
{
	tape_go(t, INDEX, 0);
	TAPE_IN(t, 1 << 20, 0x08, 2, 16, 0, 0, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.t.c.in_done, 80);
	tape_go(t, DATA, 8);
	TAPE_IN(t, 1 << 20, 0x08, 2, 16, 0, 0, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.t.c.in_done, BLOCK);
	assert_int_equal(t->d.t.in[BLOCK - 1], 2);
	tape_go(t, DATA, 10);
	TAPE_IN(t, 1 << 20, 0x08, 2, 16, 0, 0, 0);
	tape_sense(t, 0, 0x0001, SCSIEMU_S_MARK | SCSIEMU_S_INFO, 1 << 20);
}

static void test_life(void **state)
{
	uint64_t made;
	struct tape t;

	(void)state;
	tape_make(&t, &options);
	format(&t);
	pr_out(&t.d, t.lu, t.d.nexus, SCSIEMU_SA_RESERVE, SCSIEMU_PR_EA, KEY, 0,
	       0);
	load(&t);
	/* nothing has changed: what the index says can be believed */
	made = change(&t);
	assert_int_equal(coherency(&t, INDEX, 1), made);
	assert_int_equal(coherency(&t, DATA, 1), made);
	check_application(&t);
	both_end(&t);
	warn_early(&t, 500);
	write_file(&t);
	assert_int_not_equal(change(&t), made);
	warn_early(&t, 0);
	unmount(&t, 2);
	load(&t);
	assert_int_equal(coherency(&t, INDEX, 2), change(&t));
	read_file(&t);
	erase_end(&t);
	roll_back(&t);
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_life) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
