/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every tape store does what include/scsiemu/tape.h says: facts, and records to
 * the byte. Then each is compared with a plain list over random operations, and
 * runs out of memory.
 */
#include "tape_suite.h"

/* ---- Facts ---- */

static void test_facts(void **state)
{
	struct scsiemu_tape_info info = tape_info(&tape);
	struct scsiemu_tape_pos pos = tape_tell(&tape);

	(void)state;
	assert_int_equal(tape.kind, SCSIEMU_TAPE);
	assert_int_equal(tape.able, SCSIEMU_CAN_FLUSH | SCSIEMU_CAN_WRITE);
	assert_false(tape.read_only);
	assert_int_equal(info.size, SUITE_BYTES);
	assert_int_equal(info.able, SCSIEMU_TAPE_TAGS | SCSIEMU_TAPE_PARTITION |
					    SCSIEMU_TAPE_ATTRIBUTES);
	assert_int_equal(info.block_max, SCSIEMU_TAPE_BLOCK_MAX);
	assert_int_equal(info.attributes, 16384);
	assert_int_equal(info.attributes_left, 16384);
	assert_int_equal(info.density, 0x58);
	assert_int_equal(info.medium_type, 0x58);
	assert_false(info.worm || info.cleaning);
	assert_int_equal(info.partitions, 1);
	assert_int_equal(info.part[0].size, SUITE_BYTES);
	assert_int_equal(info.part[0].used, 0);
	assert_int_equal(pos.left, SUITE_BYTES);
	tape_stands(&tape, 0, 0, 0);
}

static void test_kinds_of_cartridge(void **state)
{
	struct scsiemu_tape_new is = { .bytes = SUITE_BYTES, .worm = true };
	struct scsiemu_tape_info info;

	(void)state;
	for (int i = 0; i < 2; i++) {
		is.worm = i;
		is.cleaning = !i;
		suite_again(&is);
		info = tape_info(&tape);
		assert_int_equal(info.worm, i);
		assert_int_equal(info.cleaning, !i);
	}
}

static void test_refused(void **state)
{
	struct scsiemu_medium other;
	struct scsiemu_tape_new is = { .bytes = SCSIEMU_TAPE_BYTES_MIN - 1 };

	(void)state;
	assert_int_equal(kind->make(&other, &is, false), -1);
	assert_string_equal(tape_err.text,
			    "a cartridge has at least 65536 bytes");
	is.bytes = (uint64_t)INT64_MAX + 1;
	assert_int_equal(kind->make(&other, &is, false), -1);
	assert_string_equal(tape_err.text, "a cartridge has at most 8 EiB");
}

static void test_read_only(void **state)
{
	static const enum scsiemu_verb changing[] = { SCSIEMU_V_MARKS,
						      SCSIEMU_V_ERASE,
						      SCSIEMU_V_PARTITION,
						      SCSIEMU_V_SETATTR };

	(void)state;
	scsiemu_medium_close(&tape);
	assert_int_equal(kind->make(&tape, &suite_usual, true), 0);
	assert_true(tape.read_only);
	assert_int_equal(tape.able, SCSIEMU_CAN_FLUSH);
	assert_null(tape_ops(&tape)->write);
	for (unsigned i = 0; i < sizeof(changing) / sizeof(changing[0]); i++)
		assert_int_equal(tape_verb(&tape, changing[i], 0, 1),
				 SCSIEMU_E_PROTECTED);
	assert_int_equal(read_one(), SCSIEMU_R_EOD);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_FLUSH, 0, 0), 0);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_EJECT, 0, 0), 0);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_INSERT, 0, 0), 0);
}

/* ---- Records ---- */

static void test_read(void **state)
{
	char buf[8] = "";

	(void)state;
	assert_int_equal(put("hello"), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, 5);
	assert_int_equal(tape_io.moved, 5);
	assert_int_equal(marks(1), 0);
	assert_int_equal(put("you"), SCSIEMU_R_RECORD);
	assert_int_equal(read_one(), SCSIEMU_R_EOD);
	assert_int_equal(locate(0, 0), 0);
	gets_text("hello");
	tape_stands(&tape, 0, 1, 0);
	assert_int_equal(read_one(), SCSIEMU_R_MARK);
	tape_stands(&tape, 0, 2, 1);
	gets_text("you");
	assert_int_equal(read_one(), SCSIEMU_R_EOD);
	tape_stands(&tape, 0, 3, 1);
	/* the beginning of it, and then it is over */
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(tape_read(&tape, 0, buf, 2, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, 5);
	assert_int_equal(tape_io.moved, 2);
	assert_memory_equal(buf, "he", 3);
	tape_stands(&tape, 0, 1, 0);
	/* nothing of it */
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(tape_read(&tape, 0, buf, 0, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, 5);
	assert_int_equal(tape_io.moved, 0);
	tape_stands(&tape, 0, 1, 0);
}

static void test_read_more(void **state)
{
	char buf[8] = "";

	(void)state;
	assert_int_equal(put("hello"), SCSIEMU_R_RECORD);
	assert_int_equal(put("next"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(0, 0), 0);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&tape, 0, buf, 2, NULL), SCSIEMU_OK);
	assert_int_equal(tape_io.info, 5);
	assert_int_equal(tape_io.moved, 2);
	tape_stands(&tape, 0, 0, 0);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&tape, 2, buf + 2, 1, NULL), SCSIEMU_OK);
	/* again from the front, as after a retry */
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&tape, 1, buf + 1, 2, NULL), SCSIEMU_OK);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&tape, 3, buf + 3, 5, NULL),
			 SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.moved, 2);
	assert_string_equal(buf, "hello");
	tape_stands(&tape, 0, 1, 0);
	/* exactly all of it is the end, MORE or not */
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&tape, 0, buf, 4, NULL), SCSIEMU_R_RECORD);
	/* the rest is passed */
	assert_int_equal(locate(0, 0), 0);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&tape, 0, buf, 1, NULL), SCSIEMU_OK);
	assert_int_equal(tape_read(&tape, 1, buf, 1, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(buf[0], 'e');
	tape_stands(&tape, 0, 1, 0);
	gets_text("next");
}

static void test_write_more(void **state)
{
	(void)state;
	write_usual();
	assert_int_equal(locate(1, 0), 0);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&tape, 0, "one", 3, NULL), SCSIEMU_OK);
	assert_int_equal(tape_io.moved, 3);
	tape_stands(&tape, 0, 1, 0); /* EOD: it does not exist yet */
	assert_true(tape_tell(&tape).eod);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&tape, 3, "", 0, NULL), SCSIEMU_OK);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&tape, 3, "two", 3, NULL), SCSIEMU_OK);
	assert_int_equal(tape_write(&tape, 6, "three", 5, NULL),
			 SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, 11);
	assert_int_equal(tape_io.moved, 5);
	tape_stands(&tape, 0, 2, 0);
	assert_int_equal(locate(0, 0), 0);
	gets_text("a");
	gets_text("onetwothree");
	assert_int_equal(read_one(), SCSIEMU_R_EOD);
}

/* What forgets a record that is open. */
static void test_forgotten(void **state)
{
	static const enum scsiemu_verb verbs[] = {
		SCSIEMU_V_DISCARD, SCSIEMU_V_FLUSH, SCSIEMU_V_SPACE,
		SCSIEMU_V_EJECT, SCSIEMU_V_MARKS
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		tape_flags = SCSIEMU_IO_MORE;
		assert_int_equal(tape_write(&tape, 0, "xyz", 3, NULL),
				 SCSIEMU_OK);
		assert_int_equal(tape_verb(&tape, verbs[i], 0, 0), 0);
		assert_int_equal(tape_write(&tape, 3, "z", 1, NULL),
				 SCSIEMU_E_RANGE);
		tape_stands(&tape, 0, 0, 0);
	}
	/* another beginning; a place that is not its end */
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&tape, 0, "xyz", 3, NULL), SCSIEMU_OK);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&tape, 0, "u", 1, NULL), SCSIEMU_OK);
	assert_int_equal(tape_write(&tape, 3, "z", 1, NULL), SCSIEMU_E_RANGE);
	assert_int_equal(tape_write(&tape, 1, "z", 1, NULL), SCSIEMU_E_RANGE);
	tape_stands(&tape, 0, 0, 0);
	assert_int_equal(put("good"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(0, 0), 0);
	gets_text("good");
}

/* 1 byte to 16 MiB - 1. */
static void test_lengths(void **state)
{
	enum { MAX = SCSIEMU_TAPE_BLOCK_MAX };
	struct scsiemu_tape_new is = { .bytes = 40 << 20 };
	uint8_t *big = test_malloc(MAX + 1), *got = test_malloc(MAX);

	(void)state;
	suite_again(&is);
	kit_fill(big, 4096);
	for (size_t i = 4096; i <= MAX; i++)
		big[i] = (uint8_t)(big[i - 4096] + 1);
	assert_int_equal(tape_write(&tape, 0, big, 0, NULL), SCSIEMU_E_RANGE);
	assert_int_equal(tape_write(&tape, 0, big, MAX + 1, NULL),
			 SCSIEMU_E_RANGE);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&tape, 0, big, MAX, NULL), SCSIEMU_OK);
	assert_int_equal(tape_write(&tape, MAX, big, 1, NULL), SCSIEMU_E_RANGE);
	tape_stands(&tape, 0, 0, 0);
	assert_int_equal(tape_write(&tape, 0, big, MAX, NULL),
			 SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, MAX);
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(tape_read(&tape, 0, got, MAX, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.moved, MAX);
	assert_true(!memcmp(big, got, MAX));
	gets_text("x");
	test_free(big);
	test_free(got);
}

static void test_many_vectors(void **state)
{
	enum { N = 300 };
	struct scsiemu_vec v[N];
	struct scsiemu_io io = { .flags = 0 };
	uint8_t out[N], in[N + 1];

	(void)state;
	kit_fill(out, N);
	for (unsigned i = 0; i < N; i++)
		v[i] = (struct scsiemu_vec){ out + i, 1 };
	assert_int_equal(tape_ops(&tape)->write(tape.ctx, &io, NULL, 0, v, N),
			 SCSIEMU_R_RECORD);
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(0, 0), 0);
	memset(in, 0, sizeof(in));
	for (unsigned i = 0; i < N; i++)
		v[i] = (struct scsiemu_vec){ in + i, 1 };
	assert_int_equal(tape_ops(&tape)->read(tape.ctx, &io, NULL, 0, v, N),
			 SCSIEMU_R_RECORD);
	assert_memory_equal(in, out, N);
	gets_text("x");
}

static void test_tags(void **state)
{
	uint8_t tag[SCSIEMU_TAPE_TAG_MAX], got[SCSIEMU_TAPE_TAG_MAX];
	struct scsiemu_tape_how how = { .tag = tag, .tag_len = sizeof(tag) };
	struct scsiemu_tape_next next = { .len = 9 };
	char c;

	(void)state;
	kit_fill(tag, sizeof(tag));
	assert_int_equal(tape_write(&tape, 0, "t", 1, &how), SCSIEMU_R_RECORD);
	assert_int_equal(put("none"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(1), 0);
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(
		tape_verb_buf(&tape, SCSIEMU_V_NEXT, 0, &next, sizeof(next)),
		0);
	assert_int_equal(next.kind, SCSIEMU_NEXT_RECORD);
	assert_int_equal(next.len, 1);
	assert_int_equal(next.tag_len, sizeof(tag));
	assert_memory_equal(next.tag, tag, sizeof(tag));
	how.tag = got;
	assert_int_equal(tape_read(&tape, 0, &c, 1, &how), SCSIEMU_R_RECORD);
	assert_int_equal(how.tag_len, sizeof(tag));
	assert_memory_equal(got, tag, sizeof(tag));
	assert_int_equal(tape_read(&tape, 0, &c, 1, &how), SCSIEMU_R_RECORD);
	assert_int_equal(how.tag_len, 0);
	/* room for some of it; VERIFY gives it, too */
	assert_int_equal(locate(0, 0), 0);
	memset(got, 0, sizeof(got));
	how.tag_len = 3;
	assert_int_equal(
		tape_verb_buf(&tape, SCSIEMU_V_VERIFY, 0, &how, sizeof(how)),
		SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, 1);
	assert_int_equal(how.tag_len, 3);
	assert_memory_equal(got, tag, 3);
	assert_int_equal(got[3], 0);
	/* a room that is too small; a mark; the end */
	assert_int_equal(tape_verb_buf(&tape, SCSIEMU_V_NEXT, 0, &next, 4),
			 SCSIEMU_E_RANGE);
	assert_int_equal(locate(2, 0), 0);
	tape_verb_buf(&tape, SCSIEMU_V_NEXT, 0, &next, sizeof(next));
	assert_int_equal(next.kind, SCSIEMU_NEXT_MARK);
	assert_int_equal(next.len, 0);
	tape_stands(&tape, 0, 2, 0);
	assert_int_equal(locate(3, 0), 0);
	tape_verb_buf(&tape, SCSIEMU_V_NEXT, 0, &next, sizeof(next));
	assert_int_equal(next.kind, SCSIEMU_NEXT_END);
}

static void test_strange_verbs(void **state)
{
	(void)state;
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_NONE, 0, 0),
			 SCSIEMU_E_HARDWARE);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_UNMAP, 0, 0),
			 SCSIEMU_E_HARDWARE);
	assert_int_equal(tape_verb(&tape, 255, 0, 0), SCSIEMU_E_HARDWARE);
}

/* ---- Against the list ---- */

static void test_model(void **state)
{
	static struct model md;
	struct scsiemu_tape_new is = { .bytes = 400000 };

	(void)state;
	suite_again(&is);
	memset(&md, 0, sizeof(md));
	md.parts = 1;
	for (unsigned i = 0; i < 20000; i++) {
		model_act(&md, &tape);
		if (!(i % 500)) {
			model_same(&md, &tape);
			assert_int_equal(
				tape_verb(&tape, SCSIEMU_V_INSERT, 0, 0), 0);
			md.at = md.pos = 0;
		}
		if (kind->keeps && !kit_random(100)) {
			scsiemu_medium_close(&tape);
			suite_open(&is);
			md.at = md.pos = 0;
		}
	}
	model_same(&md, &tape);
}

/* ---- No memory ---- */

static void test_no_memory(void **state)
{
	static uint8_t big[20000];
	struct scsiemu_medium other;
	int memory;

	(void)state;
	scsiemu_medium_close(&tape);
	inject_fail(INJECT(ALLOC), 1, 0);
	assert_int_equal(kind->make(&other, &suite_usual, false), -1);
	assert_non_null(strstr(tape_err.text, "out of memory"));
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
	inject_fail(0, 0, 0);
	suite_open(&suite_usual);
	write_usual();
	assert_int_equal(set_attr(0, 9, "old"), 0);
	/* each one that there is, once: said, and nothing is lost or leaked */
	for (unsigned nth = 1; nth < 4; nth++) {
		int rc;

		memory = inject.memory;
		assert_int_equal(locate(7, 0), 0);
		inject_fail(INJECT(ALLOC), nth, 0);
		rc = tape_write(&tape, 0, big, sizeof(big), NULL);
		inject_fail(0, 0, 0);
		assert_true(rc == SCSIEMU_R_RECORD || rc == SCSIEMU_E_WRITE);
		tape_stands(&tape, 0, rc < 0 ? 7 : 8, 3);
		if (rc < 0)
			assert_int_equal(inject.memory, memory);
		inject_fail(INJECT(ALLOC), nth, 0);
		rc = set_attr(0, 9, "new");
		inject_fail(0, 0, 0);
		has_attr(0, 9, 9, rc ? "old" : "new");
		assert_int_equal(set_attr(0, 9, "old"), 0);
		inject_fail(INJECT(ALLOC), nth, 0);
		inject.all_after = true;
		rc = marks(100);
		inject_fail(0, 0, 0);
		assert_true(rc == SCSIEMU_OK || rc == SCSIEMU_E_WRITE);
		assert_int_equal(tape_info(&tape).part[0].files,
				 3 + 100 - tape_io.info);
	}
	assert_int_equal(locate(0, 0), 0);
	gets_text("a");
	gets_text("b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUITE(facts),
		SUITE_ALL(kinds_of_cartridge),
		SUITE_ALL(refused),
		SUITE_ALL(read_only),
		SUITE_ALL(read),
		SUITE_ALL(read_more),
		SUITE_ALL(write_more),
		SUITE_ALL(forgotten),
		SUITE(lengths),
		SUITE_OF(lengths, "_codec", CODEC),
		SUITE_OF(lengths, "_simh", SIMH),
		SUITE_ALL(many_vectors),
		SUITE(tags),
		SUITE_ALL(strange_verbs),
		SUITE_ALL(model),
		SUITE(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
