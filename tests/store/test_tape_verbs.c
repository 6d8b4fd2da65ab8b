/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every tape store does what include/scsiemu/tape.h says: where its verbs lead,
 * what they take away, and what happens at the end of room.
 */
#include "tape_suite.h"

/* ---- Motion ---- */

/* From an object, so many of what: a result, how many were left, and where. */
struct motion {
	unsigned from, code;
	int64_t count;
	int result;
	uint64_t left;
	unsigned object, file;
};

/* 0 a 1 b 2 | 3 c 4 | 5 | 6 d 7 */
static const struct motion motions[] = {
	{ 0, 0, 2, SCSIEMU_OK, 0, 2, 0 },
	{ 0, 0, 3, SCSIEMU_R_MARK, 1, 3, 1 },
	{ 3, 0, 5, SCSIEMU_R_MARK, 4, 5, 2 },
	{ 4, 0, 1, SCSIEMU_R_MARK, 1, 5, 2 },
	{ 6, 0, 1, SCSIEMU_OK, 0, 7, 3 },
	{ 6, 0, 3, SCSIEMU_R_EOD, 2, 7, 3 },
	{ 7, 0, 1, SCSIEMU_R_EOD, 1, 7, 3 },
	{ 3, 0, 0, SCSIEMU_OK, 0, 3, 1 },
	{ 2, 0, -2, SCSIEMU_OK, 0, 0, 0 },
	{ 2, 0, -3, SCSIEMU_R_BOM, 1, 0, 0 },
	{ 0, 0, -1, SCSIEMU_R_BOM, 1, 0, 0 },
	{ 3, 0, -1, SCSIEMU_R_MARK, 1, 2, 0 },
	{ 4, 0, -4, SCSIEMU_R_MARK, 3, 2, 0 },
	{ 7, 0, -2, SCSIEMU_R_MARK, 1, 5, 2 },
	{ 0, 0, INT64_MAX, SCSIEMU_R_MARK, INT64_MAX - 2, 3, 1 },
	{ 0, 1, 1, SCSIEMU_OK, 0, 3, 1 },
	{ 0, 1, 3, SCSIEMU_OK, 0, 6, 3 },
	{ 0, 1, 5, SCSIEMU_R_EOD, 2, 7, 3 },
	{ 4, 1, 1, SCSIEMU_OK, 0, 5, 2 },
	{ 7, 1, 1, SCSIEMU_R_EOD, 1, 7, 3 },
	{ 7, 1, -1, SCSIEMU_OK, 0, 5, 2 },
	{ 7, 1, -3, SCSIEMU_OK, 0, 2, 0 },
	{ 7, 1, -4, SCSIEMU_R_BOM, 1, 0, 0 },
	{ 2, 1, -1, SCSIEMU_R_BOM, 1, 0, 0 },
	{ 3, 1, 0, SCSIEMU_OK, 0, 3, 1 },
	{ 7, 1, INT64_MIN, SCSIEMU_R_BOM, (uint64_t)INT64_MAX - 2, 0, 0 },
	{ 0, 2, 1, SCSIEMU_OK, 0, 3, 1 },
	{ 0, 2, 2, SCSIEMU_OK, 0, 6, 3 },
	{ 5, 2, 2, SCSIEMU_R_EOD, 2, 7, 3 },
	{ 0, 2, 3, SCSIEMU_R_EOD, 3, 7, 3 },
	{ 7, 2, -2, SCSIEMU_OK, 0, 4, 1 },
	{ 5, 2, -2, SCSIEMU_R_BOM, 2, 0, 0 },
	{ 3, 2, -1, SCSIEMU_OK, 0, 2, 0 },
	{ 0, 3, 0, SCSIEMU_OK, 0, 7, 3 },
	{ 7, 3, -5, SCSIEMU_OK, 0, 7, 3 },
};

static void test_space(void **state)
{
	(void)state;
	write_usual();
	for (unsigned i = 0; i < sizeof(motions) / sizeof(motions[0]); i++) {
		const struct motion *o = &motions[i];
		int rc;

		assert_int_equal(locate(o->from, 0), 0);
		rc = space(o->code, o->count);
		if (rc != o->result || tape_io.info != o->left)
			fail_msg("%s: motion %u: %d, %u left", kind->name, i,
				 rc, (unsigned)tape_io.info);
		tape_stands(&tape, 0, o->object, o->file);
	}
	assert_int_equal(space(4, 1), SCSIEMU_E_RANGE);
	tape_stands(&tape, 0, 7, 3);
}

static void test_locate(void **state)
{
	static const uint8_t behind[] = { 0, 3, 5, 6 }; /* filemark n */

	(void)state;
	write_usual();
	for (unsigned i = 0; i <= 7; i++) {
		assert_int_equal(locate(i, 0), 0);
		tape_stands(&tape, 0, i, (i > 2) + (i > 4) + (i > 5));
	}
	assert_int_equal(locate(8, 0), SCSIEMU_R_EOD);
	tape_stands(&tape, 0, 7, 3);
	assert_int_equal(locate(UINT64_MAX, 0), SCSIEMU_R_EOD);
	for (unsigned i = 0; i < sizeof(behind); i++) {
		assert_int_equal(tape_verb(&tape, SCSIEMU_V_LOCATE_FILE, i, 0),
				 0);
		tape_stands(&tape, 0, behind[i], i);
	}
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_LOCATE_FILE, 4, 0),
			 SCSIEMU_R_EOD);
	tape_stands(&tape, 0, 7, 3);
	assert_int_equal(locate(3, 0), 0);
	assert_int_equal(locate(0, 1), SCSIEMU_E_RANGE);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_LOCATE_FILE, 0, 4),
			 SCSIEMU_E_RANGE);
	tape_stands(&tape, 0, 3, 1);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_LOCATE, 0, UINT64_MAX),
			 SCSIEMU_E_RANGE);
}

/* ---- Erasing ---- */

static void test_overwrite(void **state)
{
	uint64_t left;

	(void)state;
	write_usual();
	assert_int_equal(locate(1, 0), 0);
	left = tape_tell(&tape).left;
	assert_int_equal(put("B"), SCSIEMU_R_RECORD);
	tape_stands(&tape, 0, 2, 0);
	assert_true(tape_tell(&tape).left < left);
	assert_int_equal(tape_info(&tape).part[0].files, 0);
	assert_int_equal(space(SCSIEMU_SPACE_MARKS, 1), SCSIEMU_R_EOD);
	assert_int_equal(marks(1), 0);
	assert_int_equal(locate(0, 0), 0);
	gets_text("a");
	gets_text("B");
	assert_int_equal(read_one(), SCSIEMU_R_MARK);
	assert_int_equal(read_one(), SCSIEMU_R_EOD);
	/* by a filemark */
	assert_int_equal(locate(1, 0), 0);
	assert_int_equal(marks(1), 0);
	tape_stands(&tape, 0, 2, 1);
	assert_true(tape_tell(&tape).eod);
	/* none of them overwrites nothing */
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(marks(0), 0);
	assert_int_equal(tape_info(&tape).part[0].objects, 2);
}

static void test_erase(void **state)
{
	(void)state;
	for (unsigned all = 0; all < 2; all++) {
		assert_int_equal(locate(0, 0), 0);
		write_usual();
		assert_int_equal(locate(3, 0), 0);
		assert_int_equal(tape_verb(&tape, SCSIEMU_V_ERASE, 0, all), 0);
		tape_stands(&tape, 0, 3, 1);
		assert_int_equal(read_one(), SCSIEMU_R_EOD);
		assert_int_equal(put("new"), SCSIEMU_R_RECORD);
		assert_int_equal(locate(2, 0), 0);
		assert_int_equal(read_one(), SCSIEMU_R_MARK);
		gets_text("new");
	}
}

/* ---- The end ---- */

static void test_full(void **state)
{
	static uint8_t big[SUITE_BYTES];
	unsigned records = 0;
	uint64_t left, used;
	int rc;

	(void)state;
	for (;;) {
		left = tape_tell(&tape).left;
		used = tape_tell(&tape).used;
		rc = tape_write(&tape, 0, big, 30000, NULL);
		if (rc != SCSIEMU_R_RECORD)
			break;
		assert_true(left - tape_tell(&tape).left >= 30000);
		assert_true(tape_tell(&tape).used - used >= 30000);
		records++;
	}
	assert_int_equal(rc, SCSIEMU_R_EOM);
	assert_in_range(records, 30, SUITE_BYTES / 30000);
	tape_stands(&tape, 0, records, 0);
	assert_int_equal(tape_tell(&tape).left, left);
	/* in pieces, too; and a shorter one fits */
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&tape, 0, big, 10, NULL), SCSIEMU_OK);
	assert_int_equal(tape_write(&tape, 10, big, 29990, NULL),
			 SCSIEMU_R_EOM);
	tape_stands(&tape, 0, records, 0);
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	/* filemarks until there are no more */
	assert_int_equal(marks(1 << 20), SCSIEMU_R_EOM);
	assert_true(tape_io.info > 0 && tape_io.info < 1 << 20);
	tape_stands(&tape, 0, records + 1 + (1 << 20) - tape_io.info,
		    (1 << 20) - tape_io.info);
	assert_int_equal(marks(1), SCSIEMU_R_EOM);
	assert_int_equal(tape_io.info, 1);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_FLUSH, 0, 0), 0);
	/* over the last record there is room again */
	assert_int_equal(locate(records, 0), 0);
	assert_int_equal(tape_tell(&tape).left, left);
	gets_text("x");
	assert_int_equal(locate(records, 0), 0);
	assert_int_equal(put("y"), SCSIEMU_R_RECORD);
}

/* ---- Partitions ---- */

static void test_partitions(void **state)
{
	struct scsiemu_tape_info info;
	char text[2] = "0";

	(void)state;
	write_usual();
	assert_int_equal(partition(4, 100000, UINT64_MAX, 100000, 200000), 0);
	tape_stands(&tape, 0, 0, 0);
	info = tape_info(&tape);
	assert_int_equal(info.size, SUITE_BYTES);
	assert_int_equal(info.partitions, 4);
	assert_int_equal(info.part[0].size, 100000);
	assert_int_equal(info.part[1].size, SUITE_BYTES - 400000);
	assert_int_equal(info.part[3].size, 200000);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(locate(0, i), 0);
		tape_stands(&tape, i, 0, 0);
		assert_int_equal(read_one(), SCSIEMU_R_EOD);
		text[0] = (char)('0' + i);
		for (unsigned k = 0; k <= i; k++)
			assert_int_equal(put(text), SCSIEMU_R_RECORD);
		assert_int_equal(marks(1), 0);
	}
	for (unsigned i = 4; i-- > 0;) {
		assert_int_equal(tape_verb(&tape, SCSIEMU_V_LOCATE_FILE, 1, i),
				 0);
		tape_stands(&tape, i, i + 2, 1);
		assert_int_equal(locate(i, i), 0);
		text[0] = (char)('0' + i);
		gets_text(text);
	}
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_INSERT, 0, 0), 0);
	tape_stands(&tape, 0, 0, 0);
	/* one is overwritten, the others are not */
	assert_int_equal(locate(0, 1), 0);
	assert_int_equal(put("other"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(2, 2), 0);
	gets_text("2");
	assert_int_equal(locate(0, 0), 0);
	gets_text("0");
	/* impossible layouts change nothing */
	assert_int_equal(partition(0, 1, 0, 0, 0), SCSIEMU_E_RANGE);
	assert_int_equal(partition(5, 1, 1, 1, 1), SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, SUITE_BYTES, 1, 0, 0), SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, SUITE_BYTES, UINT64_MAX, 0, 0),
			 SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, UINT64_MAX, UINT64_MAX, 0, 0),
			 SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, 5, UINT64_MAX - 2, 0, 0),
			 SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, 5, 0, 0, 0), SCSIEMU_E_RANGE);
	assert_int_equal(tape_verb_buf(&tape, SCSIEMU_V_PARTITION, 0, &info, 8),
			 SCSIEMU_E_RANGE);
	tape_stands(&tape, 0, 1, 0);
	assert_int_equal(tape_info(&tape).partitions, 4);
	/* less than the cartridge has */
	assert_int_equal(partition(1, 70000, 0, 0, 0), 0);
	info = tape_info(&tape);
	assert_int_equal(info.size, SUITE_BYTES);
	assert_int_equal(info.part[0].size, 70000);
	assert_int_equal(info.part[0].objects, 0);
}

/* ---- Attributes ---- */

static void test_attributes(void **state)
{
	/* 0401h "ab", 0803h "c", 0806h removed */
	static const uint8_t list[] = { 4, 1, 1, 0,   2, 'a', 'b', 8, 3,
					1, 0, 1, 'c', 8, 6,   1,   0, 0 };

	(void)state;
	assert_true(no_attr(0, 0) && no_attr(1, 0));
	assert_int_equal(set_attr(0, 0x0806, "barcode"), 0);
	has_attr(0, 0, 0x0806, "barcode");
	assert_int_equal(set_attr(0, 0x0002, "first"), 0);
	assert_int_equal(set_attr(0, 0xffff, "last"), 0);
	has_attr(0, 0, 2, "first");
	has_attr(0, 3, 0x0806, "barcode");
	has_attr(0, 0x0807, 0xffff, "last");
	assert_int_equal(tape_info(&tape).attributes_left,
			 16384 - 15 - 7 - 5 - 4);
	assert_int_equal(
		tape_verb_buf(&tape, SCSIEMU_V_SETATTR, 0, list, sizeof(list)),
		0);
	has_attr(0, 3, 0x0401, "ab");
	has_attr(0, 0x0402, 0x0803, "c");
	has_attr(0, 0x0804, 0xffff, "last");
	assert_int_equal(set_attr(0, 0xffff, ""), 0);
	assert_true(no_attr(0, 0x0804));
	assert_int_equal(set_attr(0, 2, "1st"), 0);
	has_attr(0, 0, 2, "1st");
	/* no partition; cut; not ascending: nothing changes */
	assert_int_equal(set_attr(1, 1, "x"), SCSIEMU_E_RANGE);
	assert_int_equal(set_attr(4, 1, "x"), SCSIEMU_E_RANGE);
	for (size_t n = 1; n < 7; n++)
		assert_int_equal(
			tape_verb_buf(&tape, SCSIEMU_V_SETATTR, 0, list, n),
			SCSIEMU_E_RANGE);
	assert_int_equal(
		tape_verb_buf(&tape, SCSIEMU_V_SETATTR, 0, list + 7, 0), 0);
	has_attr(0, 3, 0x0401, "ab");
	/* PARTITION leaves the medium's */
	assert_int_equal(partition(2, UINT64_MAX, 100000, 0, 0), 0);
	has_attr(0, 0, 2, "1st");
	has_attr(0, 3, 0x0401, "ab");
	assert_true(no_attr(0, 0x0402));
	assert_int_equal(set_attr(1, 0x0801, "p1"), 0);
	has_attr(1, 0, 0x0801, "p1");
	assert_true(no_attr(0, 0x0402));
	assert_int_equal(partition(1, UINT64_MAX, 0, 0, 0), 0);
	assert_true(no_attr(1, 0));
}

static void test_attributes_full(void **state)
{
	static uint8_t list[16384] = { 8, 0, 0, 0x3f, 0xfb };
	uint8_t more[] = { 8, 1, 0, 0, 1, 7 };

	(void)state;
	assert_int_equal(
		tape_verb_buf(&tape, SCSIEMU_V_SETATTR, 0, list, sizeof(list)),
		0);
	assert_int_equal(tape_info(&tape).attributes_left, 0);
	assert_int_equal(
		tape_verb_buf(&tape, SCSIEMU_V_SETATTR, 0, more, sizeof(more)),
		SCSIEMU_E_NO_SPACE);
	assert_true(no_attr(0, 0x0801));
	assert_int_equal(
		tape_verb_buf(&tape, SCSIEMU_V_SETATTR, 0, list, sizeof(list)),
		0); /* in its own place */
	assert_int_equal(set_attr(0, 0x0800, ""), 0);
	assert_int_equal(tape_info(&tape).attributes_left, 16384);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUITE_ALL(space),  SUITE_ALL(locate),	   SUITE_ALL(overwrite),
		SUITE_ALL(erase),  SUITE_ALL(full),	   SUITE(partitions),
		SUITE(attributes), SUITE(attributes_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
