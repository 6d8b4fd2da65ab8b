/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A cartridge in a file and all that can be wrong: other servers, files that
 * are none, damage at every byte, and a system that fails at the n-th call.
 */
#define _GNU_SOURCE
#include <errno.h>
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

static int open_as(struct scsiemu_medium *other, const char *name,
		   const struct scsiemu_tape_new *is, bool read_only)
{
	memset(&tape_err, 0, sizeof(tape_err));
	return scsiemu_open_tape_log(other, name, is, read_only, &tape_err);
}

static void says(const char *why)
{
	if (!strstr(tape_err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", tape_err.text, why);
}

static void refused(const char *name, const struct scsiemu_tape_new *is,
		    bool read_only, const char *why)
{
	int memory = inject.memory, files = inject.files;
	struct scsiemu_medium other;

	assert_int_equal(open_as(&other, name, is, read_only), -1);
	says(why);
	assert_int_equal(inject.memory, memory);
	assert_int_equal(inject.files, files);
}

/* ---- Other servers ---- */

static void test_locks(void **state)
{
	struct scsiemu_tape_check c = { .found = NULL };
	struct scsiemu_medium a, b;

	(void)state;
	refused(path(), NULL, false, "in use by another server");
	refused(path(), NULL, true, "in use by another server");
	assert_int_equal(scsiemu_tape_log_check(path(), &c, &tape_err), -1);
	says("in use by another server");
	scsiemu_medium_close(&tape);
	assert_int_equal(open_as(&a, path(), NULL, true), 0);
	assert_int_equal(open_as(&b, path(), NULL, true), 0);
	assert_int_equal(scsiemu_tape_log_check(path(), &c, &tape_err), 0);
	assert_int_equal(c.faults, 0);
	refused(path(), NULL, false, "in use by another server");
	scsiemu_medium_close(&a);
	scsiemu_medium_close(&b);
	suite_open(&suite_usual);
}

/* ---- Files that are none ---- */

static void test_none(void **state)
{
	static const char text[] = "this is not a tape";
	static const uint8_t zeros[1000];
	struct scsiemu_tape_new is = suite_usual;
	struct scsiemu_medium other;

	(void)state;
	refused(kit_path("absent"), NULL, false, "does not exist");
	refused(kit_path("absent"), &is, true, "does not exist");
	refused(kit_path("no/folder"), &is, false, "folder does not exist");
	refused(kit_path(""), NULL, true, "is a directory");
	assert_int_equal(mkfifo(kit_path("fifo"), 0600), 0);
	refused(kit_path("fifo"), NULL, false, "is not a regular file");
	kit_save(kit_path("text"), text, sizeof(text));
	refused(kit_path("text"), &is, false, "is not a cartridge");
	refused(kit_path("text"), NULL, true, "is not a cartridge");
	kit_save(kit_path("text"), text, 1);
	refused(kit_path("text"), &is, false, "is not a cartridge");
	/* an empty one, or of zeros: only where it may be made */
	kit_save(kit_path("empty"), "", 0);
	refused(kit_path("empty"), NULL, false, "is empty: give a size");
	kit_save(kit_path("empty"), zeros, sizeof(zeros));
	refused(kit_path("empty"), NULL, false, "is empty: give a size");
	assert_int_equal(open_as(&other, kit_path("empty"), &is, false), 0);
	scsiemu_medium_close(&other);
	/* another size than it has */
	is.bytes++;
	refused(kit_path("empty"), &is, false,
		"of 1048576 bytes, not the 1048577");
	is.bytes = SCSIEMU_TAPE_BYTES_MIN;
	refused(kit_path("empty"), &is, true, "of 1048576 bytes");
}

/* ---- Damage ---- */

enum { FILE_MAX = SEMU_TL_DATA + 4096 };
static uint8_t good[FILE_MAX], bad[FILE_MAX];
static size_t good_len;

static void save_good(void)
{
	scsiemu_medium_close(&tape);
	good_len = kit_load(path(), good, sizeof(good));
	memcpy(bad, good, sizeof(bad));
}

static void use_bad(size_t len)
{
	assert_int_equal(memfile_set(bad, len), 0);
}

/* Never made to the end: it may be made again. */
static void test_half_made(void **state)
{
	struct scsiemu_medium other;

	(void)state;
	save_good();
	memfile_on();
	memset(bad + 100, 0, sizeof(bad) - 100); /* one slot, torn */
	use_bad(SEMU_TL_DATA);
	refused("x", NULL, false, "is empty: give a size");
	assert_int_equal(open_as(&other, "x", &suite_usual, false), 0);
	scsiemu_medium_close(&other);
	assert_int_equal(open_as(&other, "x", NULL, false), 0);
	scsiemu_medium_close(&other);
	memfile_off();
	suite_open(&suite_usual);
}

static void test_version(void **state)
{
	(void)state;
	assert_int_equal(marks(1), 0);
	save_good();
	memfile_on();
	for (unsigned slot = 0; slot < 2; slot++) {
		memcpy(bad, good, sizeof(bad));
		bad[slot * SEMU_TL_SLOT + 11] = 2;
		use_bad(good_len);
		refused("x", NULL, false, "of another version");
		refused("x", NULL, true, "of another version");
	}
	memset(bad, 0xa5, sizeof(bad));
	memcpy(bad, good, 200);
	memcpy(bad + SEMU_TL_SLOT, good, 200);
	use_bad(good_len);
	refused("x", NULL, true, "both of its super slots are");
	memfile_off();
	suite_open(&suite_usual);
}

/* Cut short: not written any more, and read as far as it goes. */
static void test_short(void **state)
{
	struct scsiemu_medium other;
	char c;

	(void)state;
	write_usual();
	save_good();
	memfile_on();
	for (size_t len = good_len - 1; len > SEMU_TL_DATA; len -= 37) {
		use_bad(len);
		refused("x", NULL, false, "has been cut short");
		assert_int_equal(open_as(&other, "x", NULL, true), 0);
		for (unsigned i = 0; i < 7; i++) {
			int rc = tape_read(&other, 0, &c, 1, NULL);

			tape_stands(&other, 0, i + 1, tape_tell(&other).file);
			if (rc != SCSIEMU_E_READ)
				assert_int_equal(rc,
						 i == 2 || i == 4 || i == 5
							 ? SCSIEMU_R_MARK
							 : SCSIEMU_R_RECORD);
		}
		assert_int_equal(tape_read(&other, 0, &c, 1, NULL),
				 SCSIEMU_R_EOD);
		scsiemu_medium_close(&other);
	}
	memfile_off();
	suite_open(&suite_usual);
}

/* A bit of a frame: that object cannot be read, and all others can. */
static void test_frames(void **state)
{
	struct scsiemu_tape_check c = { .found = NULL };
	struct scsiemu_medium other;
	char text[4];

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(put("abc"), SCSIEMU_R_RECORD);
	save_good();
	memfile_on();
	for (size_t bit = 0; bit < 8 * (SEMU_TL_HEAD + 3); bit++) {
		memcpy(bad, good, sizeof(bad));
		bad[SEMU_TL_DATA + 128 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		use_bad(good_len);
		assert_int_equal(open_as(&other, "x", NULL, false), 0);
		for (unsigned i = 0; i < 4; i++) {
			int rc = tape_read(&other, 0, text, 4, NULL);

			assert_int_equal(rc, i == 1 ? SCSIEMU_E_READ
						    : SCSIEMU_R_RECORD);
			assert_int_equal(tape_io.moved, i == 1 ? 0 : 3);
			tape_stands(&other, 0, i + 1, 0);
		}
		scsiemu_medium_close(&other);
		assert_int_equal(scsiemu_tape_log_check("x", &c, &tape_err), 0);
		assert_in_range(c.faults, 1, 3);
	}
	memfile_off();
	suite_open(&suite_usual);
}

/* Every bit of a slot: the state in it, the one before, or a refusal. */
static void test_slots(void **state)
{
	struct scsiemu_medium other;
	size_t in_force, len;

	(void)state;
	assert_int_equal(put("a"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(1), 0); /* slot B */
	assert_int_equal(set_attr(0, 0x806, "x"), 0);
	assert_int_equal(marks(0), 0); /* slot A */
	assert_int_equal(put("b"), SCSIEMU_R_RECORD);
	save_good(); /* slot B */
	in_force = SEMU_TL_SLOT;
	len = 300;
	memfile_on();
	for (size_t bit = 0; bit < 8 * len; bit++) {
		uint64_t n;

		memcpy(bad, good, sizeof(bad));
		bad[in_force + bit / 8] ^= (uint8_t)(1 << bit % 8);
		use_bad(good_len);
		if (open_as(&other, "x", NULL, true)) {
			says(bit / 8 >= 8 && bit / 8 < 12 ? "another version"
							  : "is damaged");
			continue;
		}
		n = tape_info(&other).part[0].objects;
		assert_true(n == 2 || n == 3);
		assert_int_not_equal(tape_verb(&other, SCSIEMU_V_VERIFY, 0, 0),
				     SCSIEMU_OK);
		scsiemu_medium_close(&other);
	}
	memfile_off();
	suite_open(&suite_usual);
}

/* A cartridge that was put away has its state twice. */
static void test_lost_slot(void **state)
{
	struct scsiemu_medium other;

	(void)state;
	write_usual();
	save_good();
	memfile_on();
	for (unsigned slot = 0; slot < 2; slot++) {
		memcpy(bad, good, sizeof(bad));
		bad[slot * SEMU_TL_SLOT + 50] ^= 1;
		use_bad(good_len);
		assert_int_equal(open_as(&other, "x", NULL, false), 0);
		assert_int_equal(tape_info(&other).part[0].objects, 7);
		scsiemu_medium_close(&other);
	}
	memcpy(bad, good, sizeof(bad));
	memset(bad, 'x', SEMU_TL_SLOT); /* no crash does that */
	use_bad(good_len);
	refused("x", NULL, false, "one of its super slots is");
	assert_int_equal(open_as(&other, "x", NULL, true), 0);
	assert_int_equal(tape_info(&other).part[0].objects, 7);
	scsiemu_medium_close(&other);
	memfile_off();
	suite_open(&suite_usual);
}

/* ---- The check ---- */

static char findings[8][220];
static unsigned nfindings;

static void note(void *ctx, const char *what)
{
	(void)ctx;
	if (nfindings < 8)
		snprintf(findings[nfindings], sizeof(findings[0]), "%s", what);
	nfindings++;
}

static uint64_t seen_done, seen_all;

static bool progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	seen_done = done;
	seen_all = all;
	return true;
}

static bool enough(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx, (void)done, (void)all;
	return false;
}

static void test_check(void **state)
{
	struct scsiemu_tape_check c = { .found = note, .progress = progress };

	(void)state;
	write_usual();
	save_good();
	memfile_on();
	nfindings = 0;
	use_bad(good_len);
	assert_int_equal(scsiemu_tape_log_check("x", &c, &tape_err), 0);
	assert_int_equal(c.records, 4);
	assert_int_equal(c.marks, 3);
	assert_int_equal(c.bytes, 4);
	assert_int_equal(c.faults, 0);
	assert_int_equal(nfindings, 0);
	assert_int_equal(seen_all, 4 * 128 + 3 * 64);
	assert_int_equal(seen_done, seen_all);
	bad[SEMU_TL_DATA + 64] ^= 1;  /* a's byte */
	bad[SEMU_TL_DATA + 256] ^= 1; /* the first filemark */
	use_bad(good_len);
	assert_int_equal(scsiemu_tape_log_check("x", &c, &tape_err), 0);
	assert_int_equal(c.faults, 2);
	assert_string_equal(findings[0],
			    "partition 0, object 0, byte 0: its bytes are not "
			    "those that were written");
	assert_string_equal(findings[1],
			    "partition 0, object 2, byte 256: there is no "
			    "frame, or it cannot be read");
	assert_int_equal(c.records, 4);
	assert_int_equal(c.marks, 2);
	assert_memory_equal(memfile.data, bad, good_len);
	c.progress = enough;
	assert_int_equal(scsiemu_tape_log_check("x", &c, &tape_err), 0);
	assert_int_equal(c.faults, 0);
	memfile_off();
	assert_int_equal(scsiemu_tape_log_check(kit_path("no"), &c, &tape_err),
			 -1);
	says("does not exist");
	suite_open(&suite_usual);
}

/* ---- A system that fails ---- */

/* Behind a failed fdatasync nothing is said to be durable any more. */
static void test_dead(void **state)
{
	unsigned syncs;

	(void)state;
	write_usual();
	assert_int_equal(marks(0), 0);
	assert_int_equal(put("lost"), SCSIEMU_R_RECORD);
	inject_fail(INJECT(FDATASYNC), 1, EIO);
	assert_int_equal(marks(0), SCSIEMU_E_WRITE);
	inject_fail(0, 0, 0);
	syncs = inject.fdatasyncs;
	assert_int_equal(marks(0), SCSIEMU_E_WRITE);
	assert_int_equal(marks(1), SCSIEMU_E_WRITE);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_FLUSH, 0, 0),
			 SCSIEMU_E_WRITE);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_EJECT, 0, 0),
			 SCSIEMU_E_WRITE);
	assert_int_equal(tape_verb(&tape, SCSIEMU_V_ERASE, 0, 0),
			 SCSIEMU_E_WRITE);
	assert_int_equal(put("x"), SCSIEMU_E_WRITE);
	assert_int_equal(set_attr(0, 1, "x"), SCSIEMU_E_WRITE);
	assert_int_equal(partition(1, UINT64_MAX, 0, 0, 0), SCSIEMU_E_WRITE);
	assert_int_equal(inject.fdatasyncs, syncs);
	assert_int_equal(locate(0, 0), 0); /* reading goes on */
	gets_text("a");
	scsiemu_medium_close(&tape);
	suite_open(&suite_usual);
	assert_int_equal(tape_info(&tape).part[0].objects, 7);
}

/* What came of a script of calls in which one failed. */
struct outcome {
	unsigned records; /* said to be written, from the beginning on */
	unsigned durable; /* ... and to be durable */
	bool whole;	  /* nothing failed */
};

/* Four times a record in two parts, and a filemark; overwritten once. */
static struct outcome script(void)
{
	struct outcome o = { 0, 0, true };

	for (unsigned i = 0; i < 5; i++) {
		if (i == 3) {
			if (locate(2, 0))
				break;
			o.durable = o.records = 2;
		}
		tape_flags = SCSIEMU_IO_MORE;
		if (tape_write(&tape, 0, "one", 3, NULL) != SCSIEMU_OK ||
		    tape_write(&tape, 3, "two", 3, NULL) != SCSIEMU_R_RECORD) {
			o.whole = false;
			break;
		}
		o.records++;
		if (marks(1)) {
			o.whole = false;
			break;
		}
		o.durable = ++o.records;
	}
	return o;
}

/* The n-th call of any kind, with any error: what was acknowledged is there,
 * and in order. */
static void test_failing(void **state)
{
	static const int errors[] = { EIO, ENOSPC, EFBIG, ENOMEM };
	unsigned calls = INJECT(PWRITEV) | INJECT(FDATASYNC) |
			 INJECT(FALLOCATE) | INJECT(FTRUNCATE) | INJECT(ROOM);

	(void)state;
	for (unsigned e = 0; e < sizeof(errors) / sizeof(errors[0]); e++) {
		unsigned nth = 0, failed = 0;

		do {
			struct outcome o;
			struct scsiemu_tape_check c = { .found = NULL };

			suite_again(&suite_usual);
			inject_fail(calls, ++nth, errors[e]);
			o = script();
			failed += !o.whole;
			scsiemu_medium_close(&tape);
			if (inject.seen < nth)
				nth = 0;
			inject_fail(0, 0, 0);
			suite_open(&suite_usual);
			assert_in_range(tape_info(&tape).part[0].objects,
					o.durable, 12);
			for (unsigned i = 0; i < o.durable; i++) {
				if (i % 2)
					assert_int_equal(read_one(),
							 SCSIEMU_R_MARK);
				else
					gets_text("onetwo");
			}
			scsiemu_medium_close(&tape);
			assert_int_equal(
				scsiemu_tape_log_check(path(), &c, &tape_err),
				0);
			assert_int_equal(c.faults, 0);
			suite_open(&suite_usual);
		} while (nth);
		assert_true(failed > 10);
	}
}

/* No room is early end of medium, not an error; and then there is some. */
static void test_no_space(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT, EFBIG };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		inject_fail(INJECT(PWRITEV), 1, errors[i]);
		assert_int_equal(put("x"), SCSIEMU_R_EOM);
		inject_fail(INJECT(PWRITEV), 1, errors[i]);
		assert_int_equal(marks(3), SCSIEMU_R_EOM);
		assert_int_equal(tape_io.info, 3);
		inject_fail(0, 0, 0);
		tape_stands(&tape, 0, 0, 0);
	}
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
}

/* A record that cannot be read is passed, with its place known. */
static void test_read_errors(void **state)
{
	(void)state;
	write_usual();
	assert_int_equal(locate(0, 0), 0);
	inject_fail(INJECT(PREADV), 1, EIO);
	assert_int_equal(read_one(), SCSIEMU_E_READ);
	inject_fail(0, 0, 0);
	tape_stands(&tape, 0, 1, 0);
	gets_text("b");
	assert_int_equal(locate(0, 0), 0);
	inject_fail(INJECT(PREADV), 2, EIO);
	assert_int_equal(read_one(), SCSIEMU_E_READ);
	assert_int_equal(tape_io.moved, 0);
	inject_fail(0, 0, 0);
	tape_stands(&tape, 0, 1, 0);
	/* for want of memory it is not passed: ask again */
	inject_fail(INJECT(PREADV), 1, ENOMEM);
	assert_int_equal(read_one(), SCSIEMU_E_BUSY);
	inject_fail(0, 0, 0);
	gets_text("b");
}

/* Calls that are cut, and interrupted. */
static void test_cut_calls(void **state)
{
	(void)state;
	inject.cut = 7;
	inject.interrupt = 3;
	write_usual();
	assert_int_equal(partition(2, UINT64_MAX, 70000, 0, 0), 0);
	write_usual();
	scsiemu_medium_close(&tape);
	suite_open(&suite_usual);
	gets_text("a");
	gets_text("b");
	assert_int_equal(read_one(), SCSIEMU_R_MARK);
	inject.cut = inject.interrupt = 0;
}

/* Opening, at every call that can fail: said, and nothing is left behind. */
static void test_open_failures(void **state)
{
	unsigned calls = INJECT_ALL & ~INJECT(CLOSE) & ~INJECT(FLOCK) &
			 ~INJECT(ROOM) & ~INJECT(FALLOCATE) &
			 ~INJECT(FTRUNCATE) & ~INJECT(UNLINK);

	(void)state;
	for (int there = 0; there < 2; there++) {
		unsigned nth = 0;
		int rc;

		do {
			scsiemu_medium_close(&tape);
			if (!there)
				kit_clean();
			inject_fail(calls, ++nth, EIO);
			rc = open_as(&tape, path(), &suite_usual, false);
			inject_fail(0, 0, 0);
			if (rc) {
				assert_int_not_equal(tape_err.text[0], 0);
				assert_int_equal(inject.memory, 0);
				assert_int_equal(inject.files, 0);
				assert_int_equal(access(path(), F_OK),
						 there ? 0 : -1);
			}
		} while (rc);
		assert_true(nth > 4);
	}
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
	/* no room even for the super slots */
	scsiemu_medium_close(&tape);
	kit_clean();
	inject_fail(INJECT(FALLOCATE), 1, ENOSPC);
	refused(path(), &suite_usual, false, "no space left");
	inject_fail(INJECT(FALLOCATE), 1, EOPNOTSUPP);
	suite_open(&suite_usual);
	inject_fail(0, 0, 0);
	assert_int_equal(put("x"), SCSIEMU_R_RECORD);
}

#define T(name)                                                                \
	{                                                                      \
#name, test_##name, suite_setup, suite_teardown,               \
			(void *)(uintptr_t)&suite_kinds[1]                     \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(locks),	T(none),      T(half_made),	T(version),
		T(short),	T(frames),    T(slots),		T(lost_slot),
		T(check),	T(dead),      T(failing),	T(no_space),
		T(read_errors), T(cut_calls), T(open_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
