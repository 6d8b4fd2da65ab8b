/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every tape store does what include/scsiemu/tape.h says, to the byte and to
 * the object: one suite over all of them, and each against a plain list.
 */
#include "tape_kit.h"

#include <stdio.h>

#include "inject.h"

/* A kind of store: how a cartridge of it is made, and opened again. */
struct kind {
	const char *name;
	int (*make)(struct scsiemu_medium *m, const struct scsiemu_tape_new *is,
		    bool read_only);
	bool keeps; /* what was in it, when it is closed */
};

static struct scsiemu_errmsg err;

static int make_mem(struct scsiemu_medium *m, const struct scsiemu_tape_new *is,
		    bool read_only)
{
	struct scsiemu_tape_new mine = *is;

	mine.read_only = read_only;
	return scsiemu_open_tape_mem(m, &mine, &err);
}

static int make_log(struct scsiemu_medium *m, const struct scsiemu_tape_new *is,
		    bool read_only)
{
	return scsiemu_open_tape_log(m, kit_path("tape"), is, read_only, &err);
}

static const struct kind kinds[] = {
	{ "tape_mem", make_mem, false },
	{ "tape_log", make_log, true },
};

enum { BYTES = 1 << 20 };
static const struct scsiemu_tape_new usual = { .bytes = BYTES,
					       .density = 0x58,
					       .medium_type = 0x58 };
static const struct kind *kind;
static struct scsiemu_medium m;

static void open_tape(const struct scsiemu_tape_new *is)
{
	if (kind->make(&m, is, false))
		fail_msg("%s: %s", kind->name, err.text);
}

static int setup(void **state)
{
	kind = *state;
	inject_on();
	kit_seed = 7;
	open_tape(&usual);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scsiemu_medium_close(&m);
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
	inject_off();
	kit_clean();
	return 0;
}

/* ---- Short forms ---- */

static int put(const char *text)
{
	return tape_write(&m, 0, text, strlen(text), NULL);
}

static int marks(uint64_t n)
{
	return tape_verb(&m, SCSIEMU_V_MARKS, 0, n);
}

static int locate(uint64_t object, uint64_t partition)
{
	return tape_verb(&m, SCSIEMU_V_LOCATE, object, partition);
}

static int space(enum scsiemu_tape_space code, int64_t count)
{
	return tape_verb(&m, SCSIEMU_V_SPACE, code, (uint64_t)count);
}

/* The next record is this text. */
static void gets(const char *text)
{
	char buf[64];

	memset(buf, 0x55, sizeof(buf));
	assert_int_equal(tape_read(&m, 0, buf, sizeof(buf), NULL),
			 SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, strlen(text));
	assert_int_equal(tape_io.moved, strlen(text));
	assert_memory_equal(buf, text, strlen(text));
	assert_int_equal(buf[strlen(text)], 0x55); /* and nothing beyond */
}

static int read_one(void)
{
	char c;

	return tape_read(&m, 0, &c, 1, NULL);
}

/* a b | c | | d: records, | filemarks */
static void write_usual(void)
{
	assert_int_equal(put("a"), SCSIEMU_R_RECORD);
	assert_int_equal(put("b"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(1), 0);
	assert_int_equal(put("c"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(2), 0);
	assert_int_equal(put("d"), SCSIEMU_R_RECORD);
	tape_stands(&m, 0, 7, 3);
}

/* ---- Facts ---- */

static void test_facts(void **state)
{
	struct scsiemu_tape_info info = tape_info(&m);
	struct scsiemu_tape_pos pos = tape_tell(&m);

	(void)state;
	assert_int_equal(m.kind, SCSIEMU_TAPE);
	assert_int_equal(m.able, SCSIEMU_CAN_FLUSH | SCSIEMU_CAN_WRITE);
	assert_false(m.read_only);
	assert_int_equal(info.size, BYTES);
	assert_int_equal(info.able, SCSIEMU_TAPE_TAGS | SCSIEMU_TAPE_PARTITION |
					    SCSIEMU_TAPE_ATTRIBUTES);
	assert_int_equal(info.block_max, SCSIEMU_TAPE_BLOCK_MAX);
	assert_int_equal(info.attributes, 16384);
	assert_int_equal(info.attributes_left, 16384);
	assert_int_equal(info.density, 0x58);
	assert_int_equal(info.medium_type, 0x58);
	assert_false(info.worm || info.cleaning);
	assert_int_equal(info.partitions, 1);
	assert_int_equal(info.part[0].size, BYTES);
	assert_int_equal(info.part[0].used, 0);
	assert_int_equal(pos.left, BYTES);
	tape_stands(&m, 0, 0, 0);
}

static void test_kinds_of_cartridge(void **state)
{
	struct scsiemu_tape_new is = { .bytes = BYTES, .worm = true };
	struct scsiemu_tape_info info;

	(void)state;
	for (int i = 0; i < 2; i++) {
		scsiemu_medium_close(&m);
		kit_clean();
		is.worm = i;
		is.cleaning = !i;
		open_tape(&is);
		info = tape_info(&m);
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
	assert_string_equal(err.text, "a cartridge has at least 65536 bytes");
	is.bytes = (uint64_t)INT64_MAX + 1;
	assert_int_equal(kind->make(&other, &is, false), -1);
	assert_string_equal(err.text, "a cartridge has at most 8 EiB");
}

static void test_read_only(void **state)
{
	static const enum scsiemu_verb changing[] = { SCSIEMU_V_MARKS,
						      SCSIEMU_V_ERASE,
						      SCSIEMU_V_PARTITION,
						      SCSIEMU_V_SETATTR };

	(void)state;
	scsiemu_medium_close(&m);
	assert_int_equal(kind->make(&m, &usual, true), 0);
	assert_true(m.read_only);
	assert_int_equal(m.able, SCSIEMU_CAN_FLUSH);
	assert_null(tape_ops(&m)->write);
	for (unsigned i = 0; i < sizeof(changing) / sizeof(changing[0]); i++)
		assert_int_equal(tape_verb(&m, changing[i], 0, 1),
				 SCSIEMU_E_PROTECTED);
	assert_int_equal(read_one(), SCSIEMU_R_EOD);
	assert_int_equal(tape_verb(&m, SCSIEMU_V_FLUSH, 0, 0), 0);
	assert_int_equal(tape_verb(&m, SCSIEMU_V_EJECT, 0, 0), 0);
	assert_int_equal(tape_verb(&m, SCSIEMU_V_INSERT, 0, 0), 0);
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
	gets("hello");
	tape_stands(&m, 0, 1, 0);
	assert_int_equal(read_one(), SCSIEMU_R_MARK);
	tape_stands(&m, 0, 2, 1);
	gets("you");
	assert_int_equal(read_one(), SCSIEMU_R_EOD);
	tape_stands(&m, 0, 3, 1);
	/* the beginning of it, and then it is over */
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(tape_read(&m, 0, buf, 2, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, 5);
	assert_int_equal(tape_io.moved, 2);
	assert_memory_equal(buf, "he", 3);
	tape_stands(&m, 0, 1, 0);
	/* nothing of it */
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(tape_read(&m, 0, buf, 0, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, 5);
	assert_int_equal(tape_io.moved, 0);
	tape_stands(&m, 0, 1, 0);
}

static void test_read_more(void **state)
{
	char buf[8] = "";

	(void)state;
	assert_int_equal(put("hello"), SCSIEMU_R_RECORD);
	assert_int_equal(put("next"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(0, 0), 0);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&m, 0, buf, 2, NULL), SCSIEMU_OK);
	assert_int_equal(tape_io.info, 5);
	assert_int_equal(tape_io.moved, 2);
	tape_stands(&m, 0, 0, 0);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&m, 2, buf + 2, 1, NULL), SCSIEMU_OK);
	/* again from the front, as after a retry */
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&m, 1, buf + 1, 2, NULL), SCSIEMU_OK);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&m, 3, buf + 3, 5, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.moved, 2);
	assert_string_equal(buf, "hello");
	tape_stands(&m, 0, 1, 0);
	/* exactly all of it is the end, MORE or not */
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&m, 0, buf, 4, NULL), SCSIEMU_R_RECORD);
	/* the rest is passed */
	assert_int_equal(locate(0, 0), 0);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_read(&m, 0, buf, 1, NULL), SCSIEMU_OK);
	assert_int_equal(tape_read(&m, 1, buf, 1, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(buf[0], 'e');
	tape_stands(&m, 0, 1, 0);
	gets("next");
}

static void test_write_more(void **state)
{
	(void)state;
	write_usual();
	assert_int_equal(locate(1, 0), 0);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&m, 0, "one", 3, NULL), SCSIEMU_OK);
	assert_int_equal(tape_io.moved, 3);
	tape_stands(&m, 0, 1, 0); /* EOD: it does not exist yet */
	assert_true(tape_tell(&m).eod);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&m, 3, "", 0, NULL), SCSIEMU_OK);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&m, 3, "two", 3, NULL), SCSIEMU_OK);
	assert_int_equal(tape_write(&m, 6, "three", 5, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, 11);
	assert_int_equal(tape_io.moved, 5);
	tape_stands(&m, 0, 2, 0);
	assert_int_equal(locate(0, 0), 0);
	gets("a");
	gets("onetwothree");
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
		assert_int_equal(tape_write(&m, 0, "xyz", 3, NULL), SCSIEMU_OK);
		assert_int_equal(tape_verb(&m, verbs[i], 0, 0), 0);
		assert_int_equal(tape_write(&m, 3, "z", 1, NULL),
				 SCSIEMU_E_RANGE);
		tape_stands(&m, 0, 0, 0);
	}
	/* another beginning; a place that is not its end */
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&m, 0, "xyz", 3, NULL), SCSIEMU_OK);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&m, 0, "u", 1, NULL), SCSIEMU_OK);
	assert_int_equal(tape_write(&m, 3, "z", 1, NULL), SCSIEMU_E_RANGE);
	assert_int_equal(tape_write(&m, 1, "z", 1, NULL), SCSIEMU_E_RANGE);
	tape_stands(&m, 0, 0, 0);
	assert_int_equal(put("good"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(0, 0), 0);
	gets("good");
}

/* 1 byte to 16 MiB - 1. */
static void test_lengths(void **state)
{
	enum { MAX = SCSIEMU_TAPE_BLOCK_MAX };
	struct scsiemu_tape_new is = { .bytes = 40 << 20 };
	uint8_t *big = test_malloc(MAX + 1), *got = test_malloc(MAX);

	(void)state;
	scsiemu_medium_close(&m);
	kit_clean();
	open_tape(&is);
	kit_fill(big, 4096);
	for (size_t i = 4096; i <= MAX; i++)
		big[i] = (uint8_t)(big[i - 4096] + 1);
	assert_int_equal(tape_write(&m, 0, big, 0, NULL), SCSIEMU_E_RANGE);
	assert_int_equal(tape_write(&m, 0, big, MAX + 1, NULL),
			 SCSIEMU_E_RANGE);
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&m, 0, big, MAX, NULL), SCSIEMU_OK);
	assert_int_equal(tape_write(&m, MAX, big, 1, NULL), SCSIEMU_E_RANGE);
	tape_stands(&m, 0, 0, 0);
	assert_int_equal(tape_write(&m, 0, big, MAX, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, MAX);
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(tape_read(&m, 0, got, MAX, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.moved, MAX);
	assert_true(!memcmp(big, got, MAX));
	gets("x");
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
	assert_int_equal(tape_ops(&m)->write(m.ctx, &io, NULL, 0, v, N),
			 SCSIEMU_R_RECORD);
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(0, 0), 0);
	memset(in, 0, sizeof(in));
	for (unsigned i = 0; i < N; i++)
		v[i] = (struct scsiemu_vec){ in + i, 1 };
	assert_int_equal(tape_ops(&m)->read(m.ctx, &io, NULL, 0, v, N),
			 SCSIEMU_R_RECORD);
	assert_memory_equal(in, out, N);
	gets("x");
}

static void test_tags(void **state)
{
	uint8_t tag[SCSIEMU_TAPE_TAG_MAX], got[SCSIEMU_TAPE_TAG_MAX];
	struct scsiemu_tape_how how = { .tag = tag, .tag_len = sizeof(tag) };
	struct scsiemu_tape_next next = { .len = 9 };
	char c;

	(void)state;
	kit_fill(tag, sizeof(tag));
	assert_int_equal(tape_write(&m, 0, "t", 1, &how), SCSIEMU_R_RECORD);
	assert_int_equal(put("none"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(1), 0);
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(
		tape_verb_buf(&m, SCSIEMU_V_NEXT, 0, &next, sizeof(next)), 0);
	assert_int_equal(next.kind, SCSIEMU_NEXT_RECORD);
	assert_int_equal(next.len, 1);
	assert_int_equal(next.tag_len, sizeof(tag));
	assert_memory_equal(next.tag, tag, sizeof(tag));
	how.tag = got;
	assert_int_equal(tape_read(&m, 0, &c, 1, &how), SCSIEMU_R_RECORD);
	assert_int_equal(how.tag_len, sizeof(tag));
	assert_memory_equal(got, tag, sizeof(tag));
	assert_int_equal(tape_read(&m, 0, &c, 1, &how), SCSIEMU_R_RECORD);
	assert_int_equal(how.tag_len, 0);
	/* room for some of it; VERIFY gives it, too */
	assert_int_equal(locate(0, 0), 0);
	memset(got, 0, sizeof(got));
	how.tag_len = 3;
	assert_int_equal(
		tape_verb_buf(&m, SCSIEMU_V_VERIFY, 0, &how, sizeof(how)),
		SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, 1);
	assert_int_equal(how.tag_len, 3);
	assert_memory_equal(got, tag, 3);
	assert_int_equal(got[3], 0);
	/* a room that is too small; a mark; the end */
	assert_int_equal(tape_verb_buf(&m, SCSIEMU_V_NEXT, 0, &next, 4),
			 SCSIEMU_E_RANGE);
	assert_int_equal(locate(2, 0), 0);
	tape_verb_buf(&m, SCSIEMU_V_NEXT, 0, &next, sizeof(next));
	assert_int_equal(next.kind, SCSIEMU_NEXT_MARK);
	assert_int_equal(next.len, 0);
	tape_stands(&m, 0, 2, 0);
	assert_int_equal(locate(3, 0), 0);
	tape_verb_buf(&m, SCSIEMU_V_NEXT, 0, &next, sizeof(next));
	assert_int_equal(next.kind, SCSIEMU_NEXT_END);
}

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
		tape_stands(&m, 0, o->object, o->file);
	}
	assert_int_equal(space(4, 1), SCSIEMU_E_RANGE);
	tape_stands(&m, 0, 7, 3);
}

static void test_locate(void **state)
{
	static const uint8_t behind[] = { 0, 3, 5, 6 }; /* filemark n */

	(void)state;
	write_usual();
	for (unsigned i = 0; i <= 7; i++) {
		assert_int_equal(locate(i, 0), 0);
		tape_stands(&m, 0, i, (i > 2) + (i > 4) + (i > 5));
	}
	assert_int_equal(locate(8, 0), SCSIEMU_R_EOD);
	tape_stands(&m, 0, 7, 3);
	assert_int_equal(locate(UINT64_MAX, 0), SCSIEMU_R_EOD);
	for (unsigned i = 0; i < sizeof(behind); i++) {
		assert_int_equal(tape_verb(&m, SCSIEMU_V_LOCATE_FILE, i, 0), 0);
		tape_stands(&m, 0, behind[i], i);
	}
	assert_int_equal(tape_verb(&m, SCSIEMU_V_LOCATE_FILE, 4, 0),
			 SCSIEMU_R_EOD);
	tape_stands(&m, 0, 7, 3);
	assert_int_equal(locate(3, 0), 0);
	assert_int_equal(locate(0, 1), SCSIEMU_E_RANGE);
	assert_int_equal(tape_verb(&m, SCSIEMU_V_LOCATE_FILE, 0, 4),
			 SCSIEMU_E_RANGE);
	tape_stands(&m, 0, 3, 1);
	assert_int_equal(tape_verb(&m, SCSIEMU_V_LOCATE, 0, UINT64_MAX),
			 SCSIEMU_E_RANGE);
}

/* ---- Erasing ---- */

static void test_overwrite(void **state)
{
	uint64_t left;

	(void)state;
	write_usual();
	assert_int_equal(locate(1, 0), 0);
	left = tape_tell(&m).left;
	assert_int_equal(put("B"), SCSIEMU_R_RECORD);
	tape_stands(&m, 0, 2, 0);
	assert_true(tape_tell(&m).left < left);
	assert_int_equal(tape_info(&m).part[0].files, 0);
	assert_int_equal(space(SCSIEMU_SPACE_MARKS, 1), SCSIEMU_R_EOD);
	assert_int_equal(marks(1), 0);
	assert_int_equal(locate(0, 0), 0);
	gets("a");
	gets("B");
	assert_int_equal(read_one(), SCSIEMU_R_MARK);
	assert_int_equal(read_one(), SCSIEMU_R_EOD);
	/* by a filemark */
	assert_int_equal(locate(1, 0), 0);
	assert_int_equal(marks(1), 0);
	tape_stands(&m, 0, 2, 1);
	assert_true(tape_tell(&m).eod);
	/* none of them overwrites nothing */
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(marks(0), 0);
	assert_int_equal(tape_info(&m).part[0].objects, 2);
}

static void test_erase(void **state)
{
	(void)state;
	for (unsigned all = 0; all < 2; all++) {
		assert_int_equal(locate(0, 0), 0);
		write_usual();
		assert_int_equal(locate(3, 0), 0);
		assert_int_equal(tape_verb(&m, SCSIEMU_V_ERASE, 0, all), 0);
		tape_stands(&m, 0, 3, 1);
		assert_int_equal(read_one(), SCSIEMU_R_EOD);
		assert_int_equal(put("new"), SCSIEMU_R_RECORD);
		assert_int_equal(locate(2, 0), 0);
		assert_int_equal(read_one(), SCSIEMU_R_MARK);
		gets("new");
	}
}

/* ---- The end ---- */

static void test_full(void **state)
{
	static uint8_t big[BYTES];
	unsigned records = 0;
	uint64_t left, used;
	int rc;

	(void)state;
	for (;;) {
		left = tape_tell(&m).left;
		used = tape_tell(&m).used;
		rc = tape_write(&m, 0, big, 30000, NULL);
		if (rc != SCSIEMU_R_RECORD)
			break;
		assert_true(left - tape_tell(&m).left >= 30000);
		assert_true(tape_tell(&m).used - used >= 30000);
		records++;
	}
	assert_int_equal(rc, SCSIEMU_R_EOM);
	assert_in_range(records, 30, BYTES / 30000);
	tape_stands(&m, 0, records, 0);
	assert_int_equal(tape_tell(&m).left, left);
	/* in pieces, too; and a shorter one fits */
	tape_flags = SCSIEMU_IO_MORE;
	assert_int_equal(tape_write(&m, 0, big, 10, NULL), SCSIEMU_OK);
	assert_int_equal(tape_write(&m, 10, big, 29990, NULL), SCSIEMU_R_EOM);
	tape_stands(&m, 0, records, 0);
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	/* filemarks until there are no more */
	assert_int_equal(marks(1 << 20), SCSIEMU_R_EOM);
	assert_true(tape_io.info > 0 && tape_io.info < 1 << 20);
	tape_stands(&m, 0, records + 1 + (1 << 20) - tape_io.info,
		    (1 << 20) - tape_io.info);
	assert_int_equal(marks(1), SCSIEMU_R_EOM);
	assert_int_equal(tape_io.info, 1);
	assert_int_equal(tape_verb(&m, SCSIEMU_V_FLUSH, 0, 0), 0);
	/* over the last record there is room again */
	assert_int_equal(locate(records, 0), 0);
	assert_int_equal(tape_tell(&m).left, left);
	gets("x");
	assert_int_equal(locate(records, 0), 0);
	assert_int_equal(put("y"), SCSIEMU_R_RECORD);
}

/* ---- Partitions ---- */

static int partition(uint32_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	const struct scsiemu_tape_layout l = { n, { a, b, c, d } };

	return tape_verb_buf(&m, SCSIEMU_V_PARTITION, 0, &l, sizeof(l));
}

static void test_partitions(void **state)
{
	struct scsiemu_tape_info info;
	char text[2] = "0";

	(void)state;
	write_usual();
	assert_int_equal(partition(4, 100000, UINT64_MAX, 100000, 200000), 0);
	tape_stands(&m, 0, 0, 0);
	info = tape_info(&m);
	assert_int_equal(info.size, BYTES);
	assert_int_equal(info.partitions, 4);
	assert_int_equal(info.part[0].size, 100000);
	assert_int_equal(info.part[1].size, BYTES - 400000);
	assert_int_equal(info.part[3].size, 200000);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(locate(0, i), 0);
		tape_stands(&m, i, 0, 0);
		assert_int_equal(read_one(), SCSIEMU_R_EOD);
		text[0] = (char)('0' + i);
		for (unsigned k = 0; k <= i; k++)
			assert_int_equal(put(text), SCSIEMU_R_RECORD);
		assert_int_equal(marks(1), 0);
	}
	for (unsigned i = 4; i-- > 0;) {
		assert_int_equal(tape_verb(&m, SCSIEMU_V_LOCATE_FILE, 1, i), 0);
		tape_stands(&m, i, i + 2, 1);
		assert_int_equal(locate(i, i), 0);
		text[0] = (char)('0' + i);
		gets(text);
	}
	assert_int_equal(tape_verb(&m, SCSIEMU_V_INSERT, 0, 0), 0);
	tape_stands(&m, 0, 0, 0);
	/* one is overwritten, the others are not */
	assert_int_equal(locate(0, 1), 0);
	assert_int_equal(put("other"), SCSIEMU_R_RECORD);
	assert_int_equal(locate(2, 2), 0);
	gets("2");
	assert_int_equal(locate(0, 0), 0);
	gets("0");
	/* impossible layouts change nothing */
	assert_int_equal(partition(0, 1, 0, 0, 0), SCSIEMU_E_RANGE);
	assert_int_equal(partition(5, 1, 1, 1, 1), SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, BYTES, 1, 0, 0), SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, BYTES, UINT64_MAX, 0, 0),
			 SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, UINT64_MAX, UINT64_MAX, 0, 0),
			 SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, 5, UINT64_MAX - 2, 0, 0),
			 SCSIEMU_E_RANGE);
	assert_int_equal(partition(2, 5, 0, 0, 0), SCSIEMU_E_RANGE);
	assert_int_equal(tape_verb_buf(&m, SCSIEMU_V_PARTITION, 0, &info, 8),
			 SCSIEMU_E_RANGE);
	tape_stands(&m, 0, 1, 0);
	assert_int_equal(tape_info(&m).partitions, 4);
	/* less than the cartridge has */
	assert_int_equal(partition(1, 70000, 0, 0, 0), 0);
	info = tape_info(&m);
	assert_int_equal(info.size, BYTES);
	assert_int_equal(info.part[0].size, 70000);
	assert_int_equal(info.part[0].objects, 0);
}

/* ---- Attributes ---- */

static int set_attr(uint64_t part, uint16_t id, const char *value)
{
	uint8_t list[64] = { (uint8_t)(id >> 8), (uint8_t)id, 1, 0,
			     (uint8_t)strlen(value) };

	memcpy(list + 5, value, strlen(value));
	return tape_verb_buf(&m, SCSIEMU_V_SETATTR, part, list,
			     5 + strlen(value));
}

/* The first from id on: that one, with this value. */
static void has_attr(uint32_t part, uint16_t from, uint16_t id,
		     const char *value)
{
	struct scsiemu_tape_attribute a;

	assert_true(tape_ops(&m)->attribute(m.ctx, part, from, &a));
	assert_int_equal(a.id, id);
	assert_int_equal(a.format, 1);
	assert_int_equal(a.len, strlen(value));
	assert_memory_equal(a.value, value, a.len);
}

static bool no_attr(uint32_t part, uint16_t from)
{
	struct scsiemu_tape_attribute a;

	return !tape_ops(&m)->attribute(m.ctx, part, from, &a);
}

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
	assert_int_equal(tape_info(&m).attributes_left, 16384 - 15 - 7 - 5 - 4);
	assert_int_equal(
		tape_verb_buf(&m, SCSIEMU_V_SETATTR, 0, list, sizeof(list)), 0);
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
			tape_verb_buf(&m, SCSIEMU_V_SETATTR, 0, list, n),
			SCSIEMU_E_RANGE);
	assert_int_equal(tape_verb_buf(&m, SCSIEMU_V_SETATTR, 0, list + 7, 0),
			 0);
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
		tape_verb_buf(&m, SCSIEMU_V_SETATTR, 0, list, sizeof(list)), 0);
	assert_int_equal(tape_info(&m).attributes_left, 0);
	assert_int_equal(
		tape_verb_buf(&m, SCSIEMU_V_SETATTR, 0, more, sizeof(more)),
		SCSIEMU_E_NO_SPACE);
	assert_true(no_attr(0, 0x0801));
	assert_int_equal(
		tape_verb_buf(&m, SCSIEMU_V_SETATTR, 0, list, sizeof(list)),
		0); /* in its own place */
	assert_int_equal(set_attr(0, 0x0800, ""), 0);
	assert_int_equal(tape_info(&m).attributes_left, 16384);
}

static void test_strange_verbs(void **state)
{
	(void)state;
	assert_int_equal(tape_verb(&m, SCSIEMU_V_NONE, 0, 0),
			 SCSIEMU_E_HARDWARE);
	assert_int_equal(tape_verb(&m, SCSIEMU_V_UNMAP, 0, 0),
			 SCSIEMU_E_HARDWARE);
	assert_int_equal(tape_verb(&m, 255, 0, 0), SCSIEMU_E_HARDWARE);
}

/* ---- Against the list ---- */

static void test_model(void **state)
{
	static struct model md;
	struct scsiemu_tape_new is = { .bytes = 400000 };

	(void)state;
	scsiemu_medium_close(&m);
	kit_clean();
	open_tape(&is);
	memset(&md, 0, sizeof(md));
	md.parts = 1;
	for (unsigned i = 0; i < 20000; i++) {
		model_act(&md, &m);
		if (!(i % 500)) {
			model_same(&md, &m);
			assert_int_equal(tape_verb(&m, SCSIEMU_V_INSERT, 0, 0),
					 0);
			md.at = md.pos = 0;
		}
		if (kind->keeps && !kit_random(100)) {
			scsiemu_medium_close(&m);
			open_tape(&is);
			md.at = md.pos = 0;
		}
	}
	model_same(&md, &m);
}

/* ---- No memory ---- */

static void test_no_memory(void **state)
{
	static uint8_t big[20000];
	struct scsiemu_medium other;
	int memory;

	(void)state;
	scsiemu_medium_close(&m);
	inject_fail(INJECT(ALLOC), 1, 0);
	assert_int_equal(kind->make(&other, &usual, false), -1);
	assert_non_null(strstr(err.text, "out of memory"));
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
	inject_fail(0, 0, 0);
	open_tape(&usual);
	write_usual();
	assert_int_equal(set_attr(0, 9, "old"), 0);
	/* each one that there is, once: said, and nothing is lost or leaked */
	for (unsigned nth = 1; nth < 4; nth++) {
		int rc;

		memory = inject.memory;
		assert_int_equal(locate(7, 0), 0);
		inject_fail(INJECT(ALLOC), nth, 0);
		rc = tape_write(&m, 0, big, sizeof(big), NULL);
		inject_fail(0, 0, 0);
		assert_true(rc == SCSIEMU_R_RECORD || rc == SCSIEMU_E_WRITE);
		tape_stands(&m, 0, rc < 0 ? 7 : 8, 3);
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
		assert_int_equal(tape_info(&m).part[0].files,
				 3 + 100 - tape_io.info);
	}
	assert_int_equal(locate(0, 0), 0);
	gets("a");
	gets("b");
}

#define T(name)                                                                \
	{ #name, test_##name, setup, teardown, (void *)(uintptr_t)&kinds[0] }, \
	{                                                                      \
#name "_log", test_##name, setup, teardown,                    \
			(void *)(uintptr_t)&kinds[1]                           \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(facts),
		T(kinds_of_cartridge),
		T(refused),
		T(read_only),
		T(read),
		T(read_more),
		T(write_more),
		T(forgotten),
		T(lengths),
		T(many_vectors),
		T(tags),
		T(space),
		T(locate),
		T(overwrite),
		T(erase),
		T(full),
		T(partitions),
		T(attributes),
		T(attributes_full),
		T(strange_verbs),
		T(model),
		T(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
