/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cartridges of other programs: files that were typed by hand become objects,
 * objects become files to the byte, and what is wrong is said.
 */
#include "kit.h"

#include <stdio.h>
#include <unistd.h>

#include "image_het.h"
#include "image_kit.h"
#include "inject.h"
#include "store/crc32c.h"

static struct scsiemu_medium m;
static struct scsiemu_errmsg err;

static int teardown(void **state)
{
	(void)state;
	kit_clean();
	return 0;
}

/* A file of n bytes: what it is as a tape, only to be read. */
static const char *typed(enum scsiemu_image format, const void *bytes, size_t n)
{
	return image_typed(format, bytes, n, &err);
}

#define TYPED(format, bytes)                                                   \
	typed(SCSIEMU_IMAGE_##format, bytes, sizeof(bytes) - 1)

/* ---- Typed ---- */

static void test_simh(void **state)
{
	(void)state;
	assert_string_equal(TYPED(SIMH, ""), "E");
	assert_string_equal(TYPED(SIMH, "\x02\0\0\0hi\x02\0\0\0"), "hi E");
	/* odd: padded; a filemark; a gap */
	assert_string_equal(TYPED(SIMH, "\x03\0\0\0abc\0\x03\0\0\0"
					"\0\0\0\0"
					"\xfe\xff\xff\xff\xfe\xff\xff\xff"
					"\x01\0\0\0x\0\x01\0\0\0"
					"\0\0\0\0\0\0\0\0"),
			    "abc M x M M E");
	/* a gap that was written over in its middle */
	assert_string_equal(TYPED(SIMH, "\x02\0\0\0hi\x02\0\0\0"
					"\xff\xff\xfe\xff\xff\xff"
					"\x01\0\0\0y\0\x01\0\0\0"),
			    "hi y E");
	/* end of medium: nothing behind it is of interest */
	assert_string_equal(TYPED(SIMH, "\x02\0\0\0hi\x02\0\0\0"
					"\xff\xff\xff\xff"
					"any\x01thing"),
			    "hi E");
	/* private and description records, a private marker: not data */
	assert_string_equal(TYPED(SIMH, "\x02\0\0\x10hi\x02\0\0\x10"
					"\x02\0\0\x60hi\x02\0\0\x60"
					"\x04\0\0\xe0text\x04\0\0\xe0"
					"\x01\x02\x03\x74"
					"\x02\0\0\0ok\x02\0\0\0"),
			    "ok E");
	/* records with errors, one of them of no length */
	assert_string_equal(TYPED(SIMH, "\x02\0\0\x80hi\x02\0\0\x80"
					"\0\0\0\x80\0\0\0\x80"
					"\x02\0\0\0ok\x02\0\0\0"),
			    "B B ok E");
	/* Ersatz-11: not padded; the first odd record tells */
	assert_string_equal(TYPED(SIMH, "\x02\0\0\0hi\x02\0\0\0"
					"\x03\0\0\0abc\x03\0\0\0"
					"\x01\0\0\0x\x01\0\0\0\0\0\0\0"),
			    "hi abc x M E");
	assert_string_equal(TYPED(E11, "\x03\0\0\0abc\0\x03\0\0\0"), "abc E");
	assert_string_equal(err.text, "");
}

static void test_aws(void **state)
{
	(void)state;
	assert_string_equal(TYPED(AWS, ""), "E");
	assert_string_equal(TYPED(AWS, "\x03\0\0\0\xa0\0abc"
				       "\0\0\x03\0\x40\0"
				       "\x01\0\0\0\xa0\0x"
				       "\0\0\x01\0\x40\0\0\0\0\0\x40\0"),
			    "abc M x M M E");
	/* three chunks */
	assert_string_equal(TYPED(AWS, "\x02\0\0\0\x80\0ab"
				       "\x01\0\x02\0\0\0c"
				       "\x02\0\x01\0\x20\0de"
				       "\x02\0\x02\0\xa0\0hi"),
			    "abcde hi E");
	/* a record that was never finished */
	assert_string_equal(TYPED(AWS, "\x02\0\0\0\xa0\0hi\0\0\0\0\0\0xyz"),
			    "hi E");
	assert_string_equal(err.text, "");
}

static void test_het(void **state)
{
	(void)state;
#ifdef SCSIEMU_HAVE_ZLIB
	assert_string_equal(TYPED(AWS, HET_ZLIB), HET_TEXT " hi E");
	assert_string_equal(TYPED(AWS, HET_ZLIB_2), HET_TEXT " hi E");
	/* what does not unpack */
	assert_string_equal(TYPED(AWS, "\x03\0\0\0\xa1\0abc"
				       "\x02\0\x03\0\xa0\0hi"),
			    "B hi E");
#else
	assert_string_equal(TYPED(AWS, HET_ZLIB), "refused");
	assert_non_null(strstr(err.text, "zlib, which this library"));
#endif
#ifdef SCSIEMU_HAVE_BZIP2
	assert_string_equal(TYPED(AWS, HET_BZIP2), HET_TEXT " hi E");
#else
	assert_string_equal(TYPED(AWS, HET_BZIP2), "refused");
	assert_non_null(strstr(err.text, "bzip2, which this library"));
#endif
}

static void test_fake(void **state)
{
	(void)state;
	assert_string_equal(TYPED(FAKE, "000000050005hello"
					"000500000005"
					"000000020002hi"
					"000200000002"),
			    "hello M hi M E");
	assert_string_equal(TYPED(FAKE, "0000000a000Ahellohello"),
			    "hellohello E");
	assert_string_equal(err.text, "");
}

static void tar_header(uint8_t *p)
{
	unsigned sum = 0;

	memset(p, 0, 512);
	memcpy(p, "name", 4);
	memset(p + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += p[i];
	snprintf((char *)p + 148, 8, "%06o", sum);
}

static void test_tar(void **state)
{
	static uint8_t tar[10240 + 1024];

	(void)state;
	tar_header(tar);
	memcpy(tar + 10240, "second", 6);
	assert_string_equal(typed(SCSIEMU_IMAGE_TAR, tar, sizeof(tar)),
			    "name:10240 second:1024 M E");
	assert_string_equal(err.text, "");
	assert_string_equal(typed(SCSIEMU_IMAGE_TAR, tar, 512), "name:512 M E");
	assert_string_equal(typed(SCSIEMU_IMAGE_TAR, tar, 10240 + 700),
			    "name:10240 B E");
	assert_non_null(strstr(err.text, "byte 10240: the file ends inside a "
					 "block"));
	tar[0]++;
	assert_string_equal(typed(SCSIEMU_IMAGE_TAR, tar, 512), "refused");
	assert_non_null(strstr(err.text, "not a tar archive"));
}

/* ---- Damage ---- */

static void test_damage(void **state)
{
	static const struct {
		enum scsiemu_image format;
		const char *bytes;
		size_t n;
		const char *is, *why;
	} v[] = {
#define V(format, bytes, is, why)                                              \
	{ SCSIEMU_IMAGE_##format, bytes, sizeof(bytes) - 1, is, why }
#define HI "\x02\0\0\0hi\x02\0\0\0"
		V(SIMH, HI "\x02\0", "hi B E", "byte 10: the file ends"),
		V(SIMH, HI "\x02\0\0\0hi", "hi B E", "length of 2 that"),
		V(SIMH, HI "\x02\0\0\0hi\x03\0\0\0", "hi B E", "of 2 that"),
		V(SIMH, HI "\x03\0\0\0hij\0\x02\0\0\0", "hi B E", "of 3 that"),
		V(SIMH, "\x03\0\0\0abc\0\x03\0\0\0\x01\0\0\0x\x01\0\0\0",
		  "abc B E", "of 1 that"), /* padded, and then not */
		V(SIMH, "\x03\0\0\0abc\x03\0\0\0\x01\0\0\0x\0\x01\0\0\0",
		  "abc B E", "of 1 that"),
		V(SIMH, HI "\0\0\0\x01", "hi B E", "16777216 bytes"),
		V(SIMH, HI "\x02\0\0\x90hi\x02\0\0\x90", "hi B E",
		  "90000002h is no length"),
		V(SIMH, HI "\x02\0\0\xf0hi\x02\0\0\xf0", "hi B E",
		  "F0000002h is no length"),
		V(SIMH, "hello, world", "refused", "not a SIMH tape"),
#define AWS_HI "\x02\0\0\0\xa0\0hi"
		V(AWS, AWS_HI "\x02\0", "hi B E", "byte 8: the file ends"),
		V(AWS, AWS_HI "\x02\0\x02\0\xa0\0h", "hi B E", "file ends"),
		V(AWS, AWS_HI "\x02\0\x02\0\x80\0hi", "hi B E", "file ends"),
		V(AWS, AWS_HI "\x02\0\0\0\xa0\0hi", "hi B E", "before it"),
		V(AWS, AWS_HI "\x02\0\x02\0\x20\0hi", "hi B E", "without its"),
		V(AWS, AWS_HI "\x02\0\x02\0\x80\0hi\x02\0\x02\0\xa0\0hi",
		  "hi B E", "inside another"),
		V(AWS, AWS_HI "\0\0\x02\0\xa0\0", "hi B E", "empty chunk"),
		V(AWS, AWS_HI "\x02\0\x02\0\x40\0hi", "hi B E", "filemark"),
		V(AWS, AWS_HI "\0\0\x02\0\x60\0", "hi B E", "filemark"),
		V(AWS, AWS_HI "\x02\0\x02\0\x80\0hi\0\0\x02\0\x40\0", "hi B E",
		  "filemark"),
		V(AWS, AWS_HI "\x02\0\x02\0\xa3\0hi", "hi B E", "nobody"),
		V(AWS, AWS_HI "\x02\0\x02\0\xa4\0hi", "hi B E", "nobody"),
		V(AWS, AWS_HI "\x02\0\x02\0\xa0\x80hi", "hi B E", "Bus-Tech"),
		V(AWS, AWS_HI "\x02\0\x02\0\x80\0hi\x02\0\x02\0\x21\0hi",
		  "hi B E", "another way"),
		V(AWS, "hello, world", "refused", "not an AWSTAPE"),
#define FAKE_HI "000000020002hi"
		V(FAKE, FAKE_HI "0002", "hi B E", "byte 14: the file ends"),
		V(FAKE, FAKE_HI "00020002000xhi", "hi B E", "12 hexadecimal"),
		V(FAKE, FAKE_HI "000200020001hi", "hi B E", "fit together"),
		V(FAKE, FAKE_HI "000300020001hi", "hi B E", "fit together"),
		V(FAKE, FAKE_HI "000200030001hi", "hi B E", "ends inside"),
		V(FAKE, "hello, world", "refused", "not a FakeTape"),
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		static const struct scsiemu_tape_new is;
		bool writes = v[i].format < SCSIEMU_IMAGE_FAKE;

		assert_string_equal(typed(v[i].format, v[i].bytes, v[i].n),
				    v[i].is);
		if (!strstr(err.text, v[i].why))
			fail_msg("\"%s\" without \"%s\"", err.text, v[i].why);
		if (!writes)
			continue;
		assert_int_equal(scsiemu_open_tape_image(&m, kit_path("typed"),
							 v[i].format, &is,
							 &err),
				 -1);
		assert_non_null(strstr(err.text, v[i].why));
		if (strcmp(v[i].is, "refused") != 0)
			assert_non_null(strstr(err.text, "opened read-only"));
	}
}

/* ---- Written ---- */

static void put(const char *text)
{
	assert_int_equal(image_write(&m, text, strlen(text)), SCSIEMU_R_RECORD);
}

/* The file is these bytes. */
static void check_file(const char *path, const void *bytes, size_t n)
{
	static uint8_t got[4096];

	assert_int_equal(kit_load(path, got, sizeof(got)), n);
	assert_memory_equal(got, bytes, n);
}
#define CHECK(path, bytes) check_file(path, bytes, sizeof(bytes) - 1)

static const char *make(enum scsiemu_image format)
{
	static const struct scsiemu_tape_new is = { .bytes = 1 << 20 };
	const char *path = kit_path("new");

	unlink(path);
	assert_int_equal(scsiemu_open_tape_image(&m, path, format, &is, &err),
			 0);
	assert_false(m.read_only);
	CHECK(path, "");
	return path;
}

static void test_write_simh(void **state)
{
	const char *path = make(SCSIEMU_IMAGE_SIMH);

	(void)state;
	put("abc");
	/* not durable: a reader sees an end there */
	CHECK(path, "\xff\xff\xff\xff"
		    "abc\0\x03\0\0\0");
	put("hi");
	assert_int_equal(image_marks(&m, 1), SCSIEMU_OK);
	CHECK(path, "\x03\0\0\0abc\0\x03\0\0\0" HI "\0\0\0\0");
	put("x");
	CHECK(path, "\x03\0\0\0abc\0\x03\0\0\0" HI "\0\0\0\0"
		    "\xff\xff\xff\xff"
		    "x\0\x01\0\0\0");
	assert_string_equal(image_dump(&m), "abc hi M x E");
	/* over the second */
	assert_int_equal(image_locate(&m, 1), SCSIEMU_OK);
	put("12");
	assert_int_equal(image_flush(&m), SCSIEMU_OK);
	CHECK(path, "\x03\0\0\0abc\0\x03\0\0\0\x02\0\0\0"
		    "12\x02\0\0\0");
	assert_int_equal(image_locate(&m, 1), SCSIEMU_OK);
	assert_int_equal(image_erase(&m), SCSIEMU_OK);
	put("end");
	scsiemu_medium_close(&m); /* is durable, too */
	CHECK(path, "\x03\0\0\0abc\0\x03\0\0\0\x03\0\0\0end\0\x03\0\0\0");
}

/* Behind an end of medium there is nothing to keep; a file that does not pad
 * goes on so. */
static void test_write_e11(void **state)
{
	static const struct scsiemu_tape_new is = { .bytes = 1 << 20 };
	const char *path = make(SCSIEMU_IMAGE_E11);

	(void)state;
	put("abc");
	scsiemu_medium_close(&m);
	CHECK(path, "\x03\0\0\0abc\x03\0\0\0");
	kit_save(path, "\x03\0\0\0abc\x03\0\0\0\xff\xff\xff\xffgarbage", 22);
	assert_int_equal(scsiemu_open_tape_image(&m, path, SCSIEMU_IMAGE_SIMH,
						 &is, &err),
			 0);
	assert_int_equal(image_locate(&m, 1), SCSIEMU_OK);
	put("x");
	scsiemu_medium_close(&m);
	CHECK(path, "\x03\0\0\0abc\x03\0\0\0\x01\0\0\0x\x01\0\0\0");
}

static void test_write_aws(void **state)
{
	const char *path = make(SCSIEMU_IMAGE_AWS);

	(void)state;
	put("abc");
	CHECK(path, "\0\0\0\0\0\0abc");
	assert_int_equal(image_marks(&m, 2), SCSIEMU_OK);
	put("x");
	assert_int_equal(image_flush(&m), SCSIEMU_OK);
	CHECK(path, "\x03\0\0\0\xa0\0abc\0\0\x03\0\x40\0\0\0\0\0\x40\0"
		    "\x01\0\0\0\xa0\0x");
	assert_int_equal(image_locate(&m, 1), SCSIEMU_OK);
	put("hi");
	put("x");
	assert_string_equal(image_dump(&m), "abc hi x E");
	scsiemu_medium_close(&m);
	CHECK(path, "\x03\0\0\0\xa0\0abc\x02\0\x03\0\xa0\0hi"
		    "\x01\0\x02\0\xa0\0x");
}

/* Compressed where that is shorter, and read as both. */
static void test_write_het(void **state)
{
#ifdef SCSIEMU_HAVE_ZLIB
	static const struct scsiemu_tape_new is = { .bytes = 1 << 20 };
	static char same[5000];
	const char *path = make(SCSIEMU_IMAGE_HET);
	struct scsiemu_tape_pos pos;

	memset(same, 'a', sizeof(same) - 1);
	put(same);
	put("x");
	put("ab");
	assert_int_equal(image_marks(&m, 1), SCSIEMU_OK);
	put(same);
	image_tell(&m, &pos);
	assert_true(pos.used < 200);
	scsiemu_medium_close(&m);
	assert_int_equal(
		scsiemu_open_tape_image(&m, path, SCSIEMU_IMAGE_AWS, &is, &err),
		0);
	assert_string_equal(image_dump(&m),
			    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			    "aaaaaaaaaaaaaaa:4999 x ab M "
			    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			    "aaaaaaaaaaaaaaa:4999 E");
	scsiemu_medium_close(&m);
#endif
	(void)state;
}

/* ---- Limits and refusals ---- */

static void test_full(void **state)
{
	static const struct scsiemu_tape_new is = { .bytes = 65536 };
	static uint8_t big[65536];
	struct scsiemu_tape_pos pos;
	const char *path = kit_path("full");

	(void)state;
	assert_int_equal(scsiemu_open_tape_image(&m, path, SCSIEMU_IMAGE_SIMH,
						 &is, &err),
			 0);
	assert_int_equal(image_write(&m, big, 65536 - 7), SCSIEMU_R_EOM);
	assert_int_equal(image_write(&m, big, 60000), SCSIEMU_R_RECORD);
	image_tell(&m, &pos);
	assert_int_equal(pos.object, 1);
	assert_int_equal(pos.used, 60008);
	assert_int_equal(pos.left, 65536 - 60008);
	assert_int_equal(image_write(&m, big, 5600), SCSIEMU_R_EOM);
	assert_int_equal(image_write(&m, big, 5516), SCSIEMU_R_RECORD);
	assert_int_equal(image_marks(&m, 2), SCSIEMU_R_EOM);
	assert_int_equal(kit_io.info, 1);
	assert_int_equal(image_write(&m, big, SCSIEMU_TAPE_BLOCK_MAX + 1),
			 SCSIEMU_E_RANGE);
	scsiemu_medium_close(&m);
}

/* The system fails: the file system is full, or does not write. */
static void test_system(void **state)
{
	const char *path;

	(void)state;
	inject_on();
	path = make(SCSIEMU_IMAGE_SIMH);
	put("hi");
	assert_int_equal(image_flush(&m), SCSIEMU_OK);
	inject_fail(INJECT(ROOM), 1, 5); /* nobody knows how much there is */
	assert_int_equal(image_marks(&m, 0), SCSIEMU_OK);
	inject_fail(INJECT(PWRITEV), 1, 28 /* ENOSPC */);
	assert_int_equal(image_write(&m, "abc", 3), SCSIEMU_R_EOM);
	inject_fail(INJECT(PWRITEV), 1, 5 /* EIO */);
	assert_int_equal(image_write(&m, "abc", 3), SCSIEMU_E_WRITE);
	inject.calls = 0;
	CHECK(path, HI);
	put("ok");
	inject_fail(INJECT(FDATASYNC), 2, 5);
	assert_int_equal(image_flush(&m), SCSIEMU_E_WRITE);
	inject.calls = 0;
	assert_int_equal(image_write(&m, "abc", 3), SCSIEMU_E_WRITE);
	assert_int_equal(image_flush(&m), SCSIEMU_E_WRITE);
	assert_string_equal(image_dump(&m), "hi ok E");
	scsiemu_medium_close(&m);
	for (unsigned nth = 1; nth < 9; nth++) { /* no memory */
		static const struct scsiemu_tape_new is = { .bytes = 1 << 20 };

		inject_fail(INJECT(ALLOC), nth, 0);
		if (scsiemu_open_tape_image(&m, path, SCSIEMU_IMAGE_SIMH, &is,
					    &err)) {
			assert_non_null(strstr(err.text, "out of memory"));
			continue;
		}
		image_locate(&m, 1);
		if (image_write(&m, "abc", 3) < 0)
			assert_string_equal(image_dump(&m), "hi E");
		scsiemu_medium_close(&m);
	}
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
	inject_off();
}

static void test_refused(void **state)
{
	struct scsiemu_tape_new is = { 0 };
	struct scsiemu_medium other;
	const char *path = kit_path("none");

	(void)state;
	assert_int_equal(
		scsiemu_open_tape_image(&m, path, SCSIEMU_IMAGE_AWS, &is, &err),
		-1);
	assert_int_equal(
		scsiemu_open_tape_image(&m, path, SCSIEMU_IMAGES, &is, &err),
		-1);
	is.bytes = 1000;
	assert_int_equal(
		scsiemu_open_tape_image(&m, path, SCSIEMU_IMAGE_AWS, &is, &err),
		-1);
	assert_non_null(strstr(err.text, "at least 65536"));
	is.bytes = 1 << 20;
	assert_int_equal(
		scsiemu_open_tape_image(&m, "/", SCSIEMU_IMAGE_AWS, &is, &err),
		-1);
	assert_int_equal(access(path, F_OK), -1);
	path = make(SCSIEMU_IMAGE_SIMH);
	assert_int_equal(scsiemu_open_tape_image(&other, path,
						 SCSIEMU_IMAGE_SIMH, &is, &err),
			 -1);
	assert_non_null(strstr(err.text, "in use by another"));
	scsiemu_medium_close(&m);
	is.read_only = true;
	assert_int_equal(scsiemu_open_tape_image(&m, path, SCSIEMU_IMAGE_SIMH,
						 &is, &err),
			 0);
	assert_int_equal(scsiemu_open_tape_image(&other, path,
						 SCSIEMU_IMAGE_SIMH, &is, &err),
			 0);
	assert_int_equal(image_marks(&m, 1), SCSIEMU_E_PROTECTED);
	assert_int_equal(image_erase(&m), SCSIEMU_E_PROTECTED);
	scsiemu_medium_close(&m);
	scsiemu_medium_close(&other);
}

#define T(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_simh),	    T(test_aws),       T(test_het),
		T(test_fake),	    T(test_tar),       T(test_damage),
		T(test_write_simh), T(test_write_e11), T(test_write_aws),
		T(test_full),	    T(test_system),    T(test_refused),
		T(test_write_het),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
