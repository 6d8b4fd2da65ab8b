/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A cartridge in a file: what is in the file, what it costs to find something,
 * and that it is there when it is opened again. test_tape_bad.c has what can
 * be wrong, test_tape_cut.c power cuts.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/memfile.h"
#include "store/tape_log.h"
#include "tape_suite.h"

static const char *path(void)
{
	return kit_path("tape");
}

/* As a process finds it that starts after this one was killed. */
static void open_copy(struct scsiemu_medium *copy)
{
	static uint8_t bytes[4 << 20];
	size_t len = kit_load(path(), bytes, sizeof(bytes));

	kit_save(kit_path("copy"), bytes, len);
	if (scsiemu_open_tape_log(copy, kit_path("copy"), NULL, true,
				  &tape_err))
		fail_msg("%s", tape_err.text);
}

static uint64_t objects_of_copy(void)
{
	struct scsiemu_medium copy;
	uint64_t n;

	open_copy(&copy);
	n = tape_info(&copy).part[0].objects;
	scsiemu_medium_close(&copy);
	return n;
}

static int verb(enum scsiemu_verb what)
{
	return tape_verb(&tape, what, 0, 0);
}

/* ---- Durability ---- */

/* What makes what was written durable, and what does not. */
static void test_commits(void **state)
{
	(void)state;
	assert_int_equal(put("a"), SCSIEMU_R_RECORD);
	assert_int_equal(objects_of_copy(), 0);
	tape_flags = SCSIEMU_IMMED;
	assert_int_equal(marks(1), 0);
	assert_int_equal(objects_of_copy(), 0);
	assert_int_equal(marks(1), 0);
	assert_int_equal(objects_of_copy(), 3);
	assert_int_equal(put("b"), SCSIEMU_R_RECORD);
	assert_int_equal(verb(SCSIEMU_V_FLUSH), 0);
	assert_int_equal(objects_of_copy(), 4);
	assert_int_equal(put("c"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(0), 0);
	assert_int_equal(objects_of_copy(), 5);
	assert_int_equal(put("d"), SCSIEMU_R_RECORD);
	assert_int_equal(verb(SCSIEMU_V_EJECT), 0);
	assert_int_equal(objects_of_copy(), 6);
	assert_int_equal(put("e"), SCSIEMU_R_RECORD);
	assert_int_equal(set_attr(0, 0x0806, "x"), 0);
	assert_int_equal(objects_of_copy(), 6);
	tape_flags = SCSIEMU_FUA;
	assert_int_equal(set_attr(0, 0x0806, "y"), 0);
	assert_int_equal(objects_of_copy(), 7);
	/* a cut is durable before anything comes in its place */
	assert_int_equal(locate(2, 0), 0);
	assert_int_equal(put("f"), SCSIEMU_R_RECORD);
	assert_int_equal(objects_of_copy(), 2);
	assert_int_equal(verb(SCSIEMU_V_ERASE), 0);
	assert_int_equal(objects_of_copy(), 3);
}

/* Data, then the state that names it, each made durable; nothing: no call. */
static void test_order(void **state)
{
	(void)state;
	assert_int_equal(put("a"), SCSIEMU_R_RECORD);
	memset(inject.log, 0, sizeof(inject.log));
	assert_int_equal(put("b"), SCSIEMU_R_RECORD);
	assert_string_equal(inject.log, "w"); /* a record is one call */
	assert_int_equal(marks(1), 0);
	assert_string_equal(inject.log, "wwdwd");
	assert_int_equal(marks(0), 0);
	assert_int_equal(verb(SCSIEMU_V_FLUSH), 0);
	assert_string_equal(inject.log, "wwdwd");
	assert_int_equal(verb(SCSIEMU_V_EJECT), 0); /* put away: twice */
	assert_int_equal(verb(SCSIEMU_V_EJECT), 0);
	assert_string_equal(inject.log, "wwdwdwd");
	memset(inject.log, 0, sizeof(inject.log));
	assert_int_equal(verb(SCSIEMU_V_INSERT), 0);
	assert_int_equal(put("c"), SCSIEMU_R_RECORD);
	assert_string_equal(inject.log, "wdtw"); /* the cut, its room, c */
}

static void test_reopened(void **state)
{
	static uint8_t big[100000];

	(void)state;
	kit_fill(big, sizeof(big));
	write_usual();
	assert_int_equal(tape_write(&tape, 0, big, sizeof(big), NULL),
			 SCSIEMU_R_RECORD);
	assert_int_equal(partition(1, UINT64_MAX, 0, 0, 0), 0);
	write_usual();
	assert_int_equal(set_attr(0, 0x0806, "A00001L8"), 0);
	for (int i = 0; i < 3; i++) { /* close makes it durable */
		scsiemu_medium_close(&tape);
		assert_int_equal(scsiemu_open_tape_log(&tape, path(),
						       i ? NULL : &suite_usual,
						       i == 2, &tape_err),
				 0);
		tape_stands(&tape, 0, 0, 0);
		has_attr(0, 0, 0x0806, "A00001L8");
		assert_int_equal(tape_info(&tape).density, 0x58);
		assert_int_equal(tape_info(&tape).size, SUITE_BYTES);
		gets_text("a");
		gets_text("b");
		assert_int_equal(read_one(), SCSIEMU_R_MARK);
		gets_text("c");
		assert_int_equal(space(SCSIEMU_SPACE_MARKS, 2), 0);
		gets_text("d");
		assert_int_equal(read_one(), SCSIEMU_R_EOD);
	}
}

/* ---- The bytes ---- */

/* They are ABI: docs/tape-format.md. */
static void test_format(void **state)
{
	static const uint8_t slot[] = {
		's',  'e',  'm', 'u',  't', 'a',  'p', 'e', /* magic */
		0,    0,    0,	 1,			    /* version */
		0,    0,    0,	 0xfc,			    /* length */
		0,    0,    0,	 0,    0,   0,	  0,   3,   /* number */
		0,    0,    0,	 0,    0,   0x10, 0,   0,   /* bytes */
		0x58, 0x58, 0,	 1, /* density, type, flags, partitions */
		0,    0,    0,	 0, /* reserved */
		0,    0,    0,	 0,    0,   0x10, 0,   0,    /* size */
		0,    0,    0,	 0,    0,   0,	  0,   0xc0, /* end */
		0,    0,    0,	 0,    0,   0,	  0,   2,    /* objects */
		0,    0,    0,	 0,    0,   0,	  0,   1,    /* filemarks */
		0,    0,    0,	 0,    0,   0,	  0,   0,    /* attributes */
	};
	static const uint8_t tail[] = {
		0, 0, 0, 0, 0, 0, 0,	0,    0,    0,
		0, 0, 0, 0, 0, 0, /* record */
		0, 0, 0, 0, 0, 0, 0,	0x80, 0,    0,
		0, 0, 0, 0, 0, 0, /* mark */
		0, 0, 0, 0, 0, 0, 0,	0x80, 0,    0,
		0, 0, 0, 0, 0, 1, 0x83, 0x0e, 0xad, 0xb0,
	};
	static const uint8_t frames[192] = {
		[0] = 'T',   'f',
		'r',	     'm',
		1,	     0,
		0,	     0, /* record */
		0,	     0,
		0,	     2,
		0,	     0,
		0,	     0, /* length, checksum */
		[39] = 3,	/* of super slot 3 */
		[64] = 'h',  'i',
		[128] = 'T', 'f',
		'r',	     'm',
		2,	     0,
		0,	     0,		   /* filemark */
		[151] = 1,		   /* object 1 */
		[167] = 3,   [175] = 0x80, /* where it is */
	};
	static uint8_t got[1 << 20];
	const uint8_t *s = got + SEMU_TL_SLOT, *f = got + SEMU_TL_DATA;
	uint8_t want[192];

	(void)state;
	assert_int_equal(put("hi"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(1), 0);
	assert_int_equal(kit_load(path(), got, sizeof(got)),
			 SEMU_TL_DATA + 192);
	assert_memory_equal(s, slot, sizeof(slot));
	for (unsigned i = sizeof(slot); i < 200; i++)
		assert_int_equal(s[i], 0); /* no more partitions */
	assert_memory_equal(s + 200, tail, sizeof(tail));
	memcpy(want, frames, sizeof(want));
	memcpy(want + 12, "\xf5\x9d\xd9\xc2", 4); /* of "hi" */
	memcpy(want + 60, "\x56\xb6\xbc\x73", 4);
	memcpy(want + 188, "\x4c\x87\x1a\x80", 4);
	assert_memory_equal(f, want, sizeof(want));
}

/* ---- Costs ---- */

/* Files are as long as what is in them, whatever a cartridge could hold. */
static void test_sparse(void **state)
{
	struct scsiemu_tape_new is = { .bytes = UINT64_C(1) << 40 };
	static uint8_t big[1 << 20];
	struct stat st;

	(void)state;
	suite_again(&is);
	assert_int_equal(tape_tell(&tape).left <= is.bytes, 1);
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(1), 0);
	assert_int_equal(stat(path(), &st), 0);
	assert_int_equal(st.st_size, SEMU_TL_DATA + 128 + 64);
	/* room comes back: at the end of the file, and inside of it */
	assert_int_equal(partition(2, 8 << 20, UINT64_MAX, 0, 0), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(locate(0, i), 0);
		for (unsigned k = 0; k < 4; k++)
			assert_int_equal(
				tape_write(&tape, 0, big, sizeof(big), NULL),
				SCSIEMU_R_RECORD);
		assert_int_equal(marks(1), 0);
	}
	assert_int_equal(stat(path(), &st), 0);
	assert_true(st.st_blocks >= 8 << 11);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(locate(0, i), 0);
		assert_int_equal(put("x"), SCSIEMU_R_RECORD);
		assert_int_equal(marks(0), 0);
		assert_int_equal(stat(path(), &st), 0);
		assert_in_range(st.st_blocks, 0, (6U << 11) - (i << 12));
	}
	assert_int_equal(st.st_size, SEMU_TL_DATA + (8 << 20) + 128);
}

/* So many that pages are three levels high. */
enum { MANY = 70000 };

static void open_many(void)
{
	const struct scsiemu_tape_new is = { .bytes = UINT64_C(1) << 40 };

	memfile_on();
	assert_int_equal(
		scsiemu_open_tape_log(&tape, "many", &is, false, &tape_err), 0);
	for (unsigned i = 0; i < 7; i++) {
		assert_int_equal(put("record"), SCSIEMU_R_RECORD);
		tape_flags = SCSIEMU_IMMED;
		assert_int_equal(marks(MANY / 7 - 1), 0);
	}
	scsiemu_medium_close(&tape);
}

/* Cold: as many reads as levels, whatever is looked for. */
static void test_index_reads(void **state)
{
	(void)state;
	scsiemu_medium_close(&tape);
	open_many();
	for (unsigned i = 0; i < 300; i++) {
		uint32_t to = kit_random(MANY), file = kit_random(MANY - 7);

		memfile.reads = 0;
		assert_int_equal(scsiemu_open_tape_log(&tape, "many", NULL,
						       true, &tape_err),
				 0);
		assert_in_range(memfile.reads, 1, 4);
		memfile.reads = 0;
		assert_int_equal(locate(to, 0), 0);
		assert_in_range(memfile.reads, 0, 2);
		tape_stands(&tape, 0, to, to - to / 10000 - (to % 10000 > 0));
		memfile.reads = 0;
		assert_int_equal(
			tape_verb(&tape, SCSIEMU_V_LOCATE_FILE, file, 0), 0);
		assert_in_range(memfile.reads, 0, 4);
		assert_int_equal(tape_tell(&tape).file, file);
		scsiemu_medium_close(&tape);
	}
	memfile_off();
	assert_int_equal(memfile.memory, 0);
	suite_open(&suite_usual);
}

/* Cut anywhere, and grown again, the index says what is there. */
static void test_index_cut(void **state)
{
	(void)state;
	scsiemu_medium_close(&tape);
	open_many();
	assert_int_equal(
		scsiemu_open_tape_log(&tape, "many", NULL, false, &tape_err),
		0);
	for (unsigned at = MANY; at > 300; at -= 1 + kit_random(at / 8)) {
		uint32_t more = kit_random(600);

		assert_int_equal(locate(at, 0), 0);
		tape_flags = SCSIEMU_IMMED;
		assert_int_equal(marks(more), 0);
		assert_int_equal(tape_info(&tape).part[0].objects, at + more);
		for (unsigned i = 0; i < 40; i++) {
			uint32_t to = kit_random(at);

			assert_int_equal(locate(to, 0), 0);
			assert_int_equal(tape_tell(&tape).file,
					 to - to / 10000 - (to % 10000 > 0));
			assert_int_equal(read_one(),
					 to % 10000 ? SCSIEMU_R_MARK
						    : SCSIEMU_R_RECORD);
		}
	}
	{
		struct scsiemu_tape_check c = { .found = NULL };

		scsiemu_medium_close(&tape);
		assert_int_equal(scsiemu_tape_log_check("x", &c, &tape_err), 0);
		assert_int_equal(c.faults, 0);
		assert_true(c.marks > 200 && c.records >= 1);
	}
	memfile_off();
	assert_int_equal(memfile.memory, 0);
	suite_open(&suite_usual);
}

/* One read for each record, and its bytes go where they are wanted. */
static void test_sequential(void **state)
{
	static uint8_t big[10000];
	struct scsiemu_vec v = { big, sizeof(big) };
	struct scsiemu_io io = { .flags = 0 };

	(void)state;
	scsiemu_medium_close(&tape);
	memfile_on();
	assert_int_equal(scsiemu_open_tape_log(&tape, "x", &suite_usual, false,
					       &tape_err),
			 0);
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(
			tape_ops(&tape)->write(tape.ctx, &io, NULL, 0, &v, 1),
			SCSIEMU_R_RECORD);
	assert_int_equal(locate(0, 0), 0);
	memfile.reads = 0;
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(
			tape_ops(&tape)->read(tape.ctx, &io, NULL, 0, &v, 1),
			SCSIEMU_R_RECORD);
	assert_int_equal(memfile.reads, 51); /* and the first header */
	scsiemu_medium_close(&tape);
	memfile_off();
	suite_open(&suite_usual);
}

/* ---- Room of the file system ---- */

static void test_room(void **state)
{
	static uint8_t big[100000];
	unsigned n = 0;
	int rc;

	(void)state;
	scsiemu_medium_close(&tape);
	memfile_on();
	assert_int_equal(scsiemu_open_tape_log(&tape, "x", &suite_usual, false,
					       &tape_err),
			 0);
	assert_int_equal(tape_tell(&tape).left, SUITE_BYTES);
	memfile.room = (1 << 20) + 50000; /* a MiB is left to others */
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(1), 0);
	assert_int_equal(tape_tell(&tape).left, 50000);
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	assert_int_equal(tape_tell(&tape).left, 50000 - 128);
	/* what would be overwritten is room as well */
	assert_int_equal(locate(0, 0), 0);
	assert_int_equal(tape_tell(&tape).left, 50000 - 128 + 320);
	memfile.room = 0;
	assert_int_equal(locate(3, 0), 0);
	assert_int_equal(marks(1), 0);
	assert_int_equal(tape_tell(&tape).left, 0);
	/* and what the system says when it is there: early end of medium */
	memfile.len_max = SEMU_TL_DATA + 550000;
	while ((rc = tape_write(&tape, 0, big, sizeof(big), NULL)) ==
	       SCSIEMU_R_RECORD)
		n++;
	assert_int_equal(rc, SCSIEMU_R_EOM);
	assert_int_equal(n, 5);
	tape_stands(&tape, 0, 4 + n, 2);
	assert_int_equal(marks(10000), SCSIEMU_R_EOM);
	assert_in_range(tape_io.info, 1, 9999);
	assert_int_equal(verb(SCSIEMU_V_FLUSH), 0);
	assert_int_equal(locate(4, 0), 0);
	assert_int_equal(tape_write(&tape, 0, big, sizeof(big), NULL),
			 SCSIEMU_R_RECORD);
	scsiemu_medium_close(&tape);
	memfile_off();
	suite_open(&suite_usual);
}

#define T(name)                                                                \
	{                                                                      \
#name, test_##name, suite_setup, suite_teardown,               \
			(void *)(uintptr_t)&suite_kinds[1]                     \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(commits),   T(order),	     T(reopened),
		T(format),    T(sparse),     T(index_reads),
		T(index_cut), T(sequential), T(room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
