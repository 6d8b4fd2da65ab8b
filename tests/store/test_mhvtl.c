/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cartridges of mhvtl, typed by hand: each of its tape formats, records as they
 * are and compressed, partitions, attributes; and what is wrong is said. Which
 * format a file of any program has.
 */
#include "kit.h"

#include <stdio.h>
#include <unistd.h>

#include "image_kit.h"
#include "inject.h"
#include "store/crc32c.h"
#include "store/lzo.h"

#define TEXT "compressed-compressed-compressed-"
/* ... by minilzo and by zlib */
#define TEXT_LZO                                                               \
	"\x08"                                                                 \
	"compressed-"                                                          \
	"\x2a\x28\0\x07"                                                       \
	"ompressed-"                                                           \
	"\x11\0\0"
#define TEXT_ZLIB                                                              \
	"\x78\xda\x4b\xce\xcf\x2d\x28\x4a\x2d\x2e\x4e\x4d\xd1\x4d\xc6\xca"     \
	"\x04\x00\xe3\x88\x0d\x27"

enum { HEAD = 512, MARK = 3, DATA = 11, ZLIB = 1, KEY = 2, LZO = 4, CRC = 8 };

static struct scsiemu_medium m;
static struct scsiemu_errmsg err;

/* The files of a partition. */
static struct {
	uint8_t indx[8 * HEAD], data[1000], meta[2000];
	size_t nindx, ndata, nmeta;
} f;

static int setup(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	f.nmeta = HEAD;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kit_clean();
	return 0;
}

static void put_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* One more object, at the end of the three. */
static void add(unsigned type, unsigned flags, const char *text,
		const char *stored, size_t n)
{
	uint8_t *h = f.indx + f.nindx;
	size_t len = strlen(text);

	put_le32(h, (uint32_t)f.ndata);
	put_le32(h + 8, type);
	put_le32(h + 12, flags);
	put_le32(h + 16, (uint32_t)(f.nindx / HEAD));
	put_le32(h + 20, (uint32_t)len);
	put_le32(h + 24, (uint32_t)n);
	put_le32(h + 28, flags & CRC ? semu_crc32c(0, text, len) : 0);
	memcpy(f.data + f.ndata, stored, n);
	f.ndata += n;
	if (type == MARK) {
		f.meta[0]++;
		put_le32(f.meta + f.nmeta, (uint32_t)(f.nindx / HEAD));
		f.nmeta += 4;
	}
	f.nindx += HEAD;
}

static void record(const char *text, unsigned flags)
{
	add(DATA, flags, text, text, strlen(text));
}

static void mark(void)
{
	add(MARK, 0, "", "", 0);
}

/* The files, as of the partition with this number; NULL: without one. */
static void save(const char *number)
{
	char name[20];
	const struct {
		const char *name;
		const uint8_t *p;
		size_t n;
	} files[] = { { "indx", f.indx, f.nindx },
		      { "data", f.data, f.ndata },
		      { "meta", f.meta, f.nmeta } };

	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", files[i].name, number);
		kit_save(kit_path(name), files[i].p, files[i].n);
	}
}

static void save_mam(unsigned version, const char *attributes, size_t n)
{
	uint8_t mam[2000] = { 0 };

	put_le32(mam, version);
	put_le32(mam + 4, 4);
	memcpy(mam + 8, attributes, n);
	kit_save(kit_path("mam"), mam, version < 5 ? 1024 : 8 + n);
}

/* The folder of the test as a cartridge. */
static int open_it(void)
{
	static const struct scsiemu_tape_new is = { .read_only = true };
	char dir[200];

	snprintf(dir, sizeof(dir), "%s", kit_path("x"));
	dir[strlen(dir) - 2] = '\0';
	memset(&err, '?', sizeof(err));
	return scsiemu_open_tape_image(&m, dir, SCSIEMU_IMAGE_MHVTL, &is, &err);
}

static const char *dump(void)
{
	const char *text;

	if (open_it())
		return "refused";
	assert_true(m.read_only);
	text = image_dump(&m);
	scsiemu_medium_close(&m);
	return text;
}

static void says(const char *why)
{
	if (!strstr(err.text, why))
		fail_msg("\"%s\" without \"%s\"", err.text, why);
}

/* ---- What is right ---- */

static void add_usual(void)
{
	record("hello", CRC);
	mark();
	add(DATA, LZO | CRC, TEXT, TEXT_LZO, sizeof(TEXT_LZO) - 1);
	record("key", KEY); /* kept in the clear all the same */
	mark();
	mark();
}

static void test_format_6(void **state)
{
	(void)state;
	add_usual();
	save(".0");
	save_mam(6, "", 0);
	assert_string_equal(dump(), "hello M " TEXT " key M M E");
	assert_string_equal(err.text, "");
}

static void test_formats_4_and_5(void **state)
{
	(void)state;
	add_usual();
	save("");
	for (unsigned version = 4; version <= 5; version++) {
		save_mam(version, "", 0);
		assert_string_equal(dump(), "hello M " TEXT " key M M E");
		assert_string_equal(err.text, "");
	}
	save_mam(3, "", 0);
	assert_string_equal(dump(), "refused");
	says("format 3");
	save_mam(7, "", 0);
	assert_string_equal(dump(), "refused");
	says("format 7: 3 to 6 are known");
	save_mam(0x06000000, "", 0);
	assert_string_equal(dump(), "refused");
	says("the other byte order");
}

static void test_format_3(void **state)
{
	(void)state;
	add_usual();
	memmove(f.meta + 1024, f.meta, f.nmeta);
	memset(f.meta, 0, 1024);
	f.nmeta += 1024;
	put_le32(f.meta, 3);
	f.meta[16 + 4] = 2; /* 8.5 GiB */
	f.meta[319] = 0x46;
	f.meta[320] = 1; /* WORM */
	memcpy(f.meta + 553, "ABC123L4", 8);
	save("");
	assert_string_equal(dump(), "hello M " TEXT " key M M E");
	assert_string_equal(err.text, "");
}

static void test_zlib(void **state)
{
	(void)state;
	add(DATA, ZLIB | CRC, TEXT, TEXT_ZLIB, sizeof(TEXT_ZLIB) - 1);
	record("hi", 0);
	save(".0");
	save_mam(6, "", 0);
#ifdef SCSIEMU_HAVE_ZLIB
	assert_string_equal(dump(), TEXT " hi E");
#else
	assert_string_equal(dump(), "refused");
	says("zlib, which this library");
#endif
}

/* Attributes in any order: what hosts and the medium have is there, in order;
 * what the drive knows is not. */
static void test_attributes(void **state)
{
	static const char mam[] = "\x06\x08\x08\0ABC123L8"
				  "\x05\x04\x01\0\x5e"
				  "\x01\0\x08\0\0\0\0\x0a\0\0\0\0"
				  "\x00\x04\x08\0linuxVTL"
				  "\x03\x08\x02\0\0\0"
				  "\x0a\x02\x04\0IBM "
				  "\x23\x16\x01\0\x01";
	const struct scsiemu_tape_ops *ops;
	struct scsiemu_tape_attribute a;
	struct scsiemu_tape_info info;

	(void)state;
	record("hi", 0);
	save(".0");
	save_mam(6, mam, sizeof(mam) - 1);
	assert_int_equal(open_it(), 0);
	ops = m.ops;
	ops->info(m.ctx, &info);
	assert_int_equal(info.size, UINT64_C(0x0a00000000));
	assert_int_equal(info.density, 0x5e);
	assert_int_equal(info.partitions, 1);
	assert_int_equal(info.part[0].objects, 1);
	assert_int_equal(info.part[0].used, 512 + 2);
	assert_true(ops->attribute(m.ctx, 0, 0, &a));
	assert_int_equal(a.id, 0x0400);
	assert_int_equal(a.format, 0x81);
	assert_memory_equal(a.value, "linuxVTL", 8);
	assert_true(ops->attribute(m.ctx, 0, 0x0401, &a));
	assert_int_equal(a.id, 0x0806);
	assert_int_equal(a.format, 1);
	assert_int_equal(a.len, 8);
	assert_true(ops->attribute(m.ctx, 0, 0x0807, &a));
	assert_int_equal(a.id, 0x1623);
	assert_false(ops->attribute(m.ctx, 0, 0x1624, &a));
	assert_false(ops->attribute(m.ctx, 1, 0, &a));
	scsiemu_medium_close(&m);
}

static int verb(enum scsiemu_verb v, uint64_t addr, uint64_t count)
{
	const struct scsiemu_tape_ops *ops = m.ops;
	const struct scsiemu_cmd w = { .verb = (uint8_t)v,
				       .addr = addr,
				       .count = count };

	return kit_end(ops->verb(m.ctx, kit_begin(0), &w));
}

static void test_partitions(void **state)
{
	const struct scsiemu_tape_ops *ops;
	struct scsiemu_tape_info info;
	struct scsiemu_tape_pos pos;

	(void)state;
	record("first", 0);
	save(".0");
	setup(NULL);
	record("x", 0);
	mark();
	record("second", 0);
	save(".1");
	save_mam(6, "", 0);
	assert_int_equal(open_it(), 0);
	ops = m.ops;
	ops->info(m.ctx, &info);
	assert_int_equal(info.partitions, 2);
	assert_int_equal(info.part[1].objects, 3);
	assert_int_equal(info.part[1].files, 1);
	assert_int_equal(verb(SCSIEMU_V_LOCATE_FILE, 1, 1), SCSIEMU_OK);
	image_tell(&m, &pos);
	assert_int_equal(pos.partition, 1);
	assert_int_equal(pos.object, 2);
	assert_int_equal(verb(SCSIEMU_V_LOCATE, 0, 2), SCSIEMU_E_RANGE);
	assert_int_equal(verb(SCSIEMU_V_MARKS, 0, 1), SCSIEMU_E_PROTECTED);
	assert_int_equal(verb(SCSIEMU_V_INSERT, 0, 0), SCSIEMU_OK);
	image_tell(&m, &pos);
	assert_int_equal(pos.partition, 0);
	assert_string_equal(image_dump(&m), "first E");
	scsiemu_medium_close(&m);
}

/* ---- What is wrong ---- */

static void test_damage(void **state)
{
	static const struct {
		unsigned at; /* byte of the third header, and what it becomes */
		uint8_t byte;
		const char *is, *why;
	} v[] = {
		{ 0, 1, "hello M B E", "not behind those before it" },
		{ 8, 5, "hello M B E", "type that nobody knows" },
		{ 13, 1, "hello M B E", "flags that nobody knows" },
		{ 12, ZLIB | LZO, "hello M B E", "flags that nobody knows" },
		{ 16, 1, "hello M B E", "another object's" },
		{ 20, 3, "hello M B E", "two lengths" },
		{ 23, 1, "hello M B E", "a length that none has" },
		{ 25, 1, "hello M B E", "two lengths" },
		{ 28, 1, "hello M B x E", "" }, /* the checksum */
		{ 8, MARK, "hello M B E", "filemark with something" },
	};

	(void)state;
	save_mam(6, "", 0);
	record("hello", CRC);
	mark();
	record("hi", CRC);
	record("x", CRC);
	for (unsigned i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		uint8_t *p = f.indx + (size_t)2 * HEAD + v[i].at, was = *p;

		*p = v[i].byte == was ? 0 : v[i].byte;
		save(".0");
		assert_string_equal(dump(), v[i].is);
		says(v[i].why);
		*p = was;
	}
	f.nindx -= 10;
	save(".0");
	assert_string_equal(dump(), "hello M hi B E");
	says("indx.0: byte 1536: the file ends inside an object");
	f.nindx += 10;
	f.ndata--;
	save(".0");
	assert_string_equal(dump(), "hello M hi B E");
	says("not in the file beside it");
	f.ndata++;
	f.meta[0] = 2;
	save(".0");
	assert_string_equal(dump(), "hello M hi x B E");
	says("another number of filemarks");
	f.meta[0] = 1;
	f.meta[HEAD] = 2;
	save(".0");
	assert_string_equal(dump(), "hello M hi x B E");
	says("filemarks elsewhere");
	f.nmeta = 2;
	save(".0");
	assert_string_equal(dump(), "hello M hi x B E");
	says("cut short");
	f.ndata = 0;
	save(".0");
	assert_string_equal(dump(), "refused");
	says("the kind that keeps none");
}

static void test_missing(void **state)
{
	static const char *const names[] = { "data.0", "meta.0", "mam" };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		setup(NULL);
		record("hi", 0);
		save(".0");
		save_mam(6, "", 0);
		unlink(kit_path(names[i]));
		assert_string_equal(dump(), "refused");
		says(i < 2 ? names[i] : "neither mam nor meta");
	}
	kit_save(kit_path("mam"), "\x06", 1);
	assert_string_equal(dump(), "refused");
	says("cut short");
}

/* The system fails at any call: refused, and nothing is left open. */
static void test_failing(void **state)
{
	unsigned refused = 0, nth = 0;
	bool failed;

	(void)state;
	add_usual();
	save(".0");
	save(".1");
	save_mam(6, "", 0);
	inject_on();
	do {
		inject_fail(INJECT(ALLOC) | INJECT(OPEN) | INJECT(PREADV) |
				    INJECT(FSTAT),
			    ++nth, 5 /* EIO */);
		failed = open_it();
		if (failed)
			assert_true(err.text[0] != '\0');
		else
			scsiemu_medium_close(&m);
		refused += failed;
		assert_int_equal(inject.memory, 0);
		assert_int_equal(inject.files, 0);
	} while (inject.seen >= nth);
	assert_true(refused > 15);
	inject_off();
}

/* ---- LZO ---- */

static void test_lzo(void **state)
{
	static const struct {
		const char *in;
		size_t n, len; /* len 0: it is no stream */
	} v[] = {
#define V(in, len) { in, sizeof(in) - 1, len }
		V("\x11\0\0", 0), /* nothing at all */
		V("\x12"
		  "a\x11\0\0",
		  1),
		V("\x12"
		  "a\x11\0",
		  0),
		V("\x12"
		  "a\x11\0\0x",
		  0), /* more behind the end */
		V("\x12"
		  "a\x20\0\0\x11\0\0",
		  0), /* a length without an end */
		V("\x15"
		  "abcd\x80\xff\x11\0\0",
		  0), /* in front of the beginning */
		V("\x15"
		  "abcd\x80\0\x11\0\0",
		  9), /* the last byte, five times */
		V("\0\x01"
		  "abcdefghijklmnopqrs\x11\0\0",
		  19), /* a long run of literals */
#undef V
	};
	uint8_t out[64];

	(void)state;
	for (unsigned i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		const uint8_t *in = (const uint8_t *)v[i].in;
		size_t n = semu_lzo_unpack(in, v[i].n, out, sizeof(out));

		assert_int_equal(n, v[i].len);
		if (n)
			assert_int_equal(
				semu_lzo_unpack(in, v[i].n, out, n - 1), 0);
	}
	assert_int_equal(semu_lzo_unpack((const uint8_t *)TEXT_LZO,
					 sizeof(TEXT_LZO) - 1, out,
					 sizeof(out)),
			 sizeof(TEXT) - 1);
	assert_memory_equal(out, TEXT, sizeof(TEXT) - 1);
	assert_int_equal(semu_lzo_unpack(out, 0, out, sizeof(out)), 0);
}

/* ---- Which format it is ---- */

static int guess(const void *bytes, size_t n)
{
	enum scsiemu_image format;

	kit_save(kit_path("guess"), bytes, n);
	err.text[0] = '\0';
	return scsiemu_tape_image_guess(kit_path("guess"), &format, &err)
		       ? -1
		       : (int)format;
}
#define GUESS(bytes) guess(bytes, sizeof(bytes) - 1)

static void test_guess(void **state)
{
	const struct scsiemu_tape_new is = { .bytes = 1 << 20 };
	static uint8_t zeros[100];
	enum scsiemu_image format;
	char dir[200];

	(void)state;
	assert_int_equal(GUESS("\x02\0\0\0hi\x02\0\0\0\0\0\0\0"),
			 SCSIEMU_IMAGE_SIMH);
	assert_int_equal(GUESS("\0\0\0\0\x02\0\0\0hi\x02\0\0\0"),
			 SCSIEMU_IMAGE_SIMH);
	assert_int_equal(GUESS("\x02\0\0\0\xa0\0hi\0\0\x02\0\x40\0"),
			 SCSIEMU_IMAGE_AWS);
	assert_int_equal(GUESS("\x02\0\0\0\xa0\0hi\x02\0\x02"),
			 SCSIEMU_IMAGE_AWS); /* cut */
	assert_int_equal(GUESS("000000020002hi"), SCSIEMU_IMAGE_FAKE);
	assert_int_equal(GUESS("semutape and more"), SCSIEMU_IMAGES);
	assert_int_equal(guess(zeros, sizeof(zeros)), -1);
	assert_int_equal(GUESS("hello, world"), -1);
	says("no cartridge that can be recognised");
	assert_int_equal(GUESS(""), -1);
	assert_int_equal(
		scsiemu_tape_image_guess(kit_path("none"), &format, &err), -1);
	says("does not exist");
	unlink(kit_path("ours"));
	assert_int_equal(
		scsiemu_open_tape_log(&m, kit_path("ours"), &is, false, &err),
		0);
	scsiemu_medium_close(&m);
	assert_int_equal(
		scsiemu_tape_image_guess(kit_path("ours"), &format, &err), 0);
	assert_int_equal(format, SCSIEMU_IMAGES);
	snprintf(dir, sizeof(dir), "%s", kit_path("."));
	assert_int_equal(scsiemu_tape_image_guess(dir, &format, &err), -1);
	save("");
	assert_int_equal(scsiemu_tape_image_guess(dir, &format, &err), 0);
	assert_int_equal(format, SCSIEMU_IMAGE_MHVTL);
	assert_string_equal(scsiemu_tape_image_name(SCSIEMU_IMAGE_HET), "het");
	assert_null(scsiemu_tape_image_name(SCSIEMU_IMAGES));
	assert_true(scsiemu_tape_image_writes(SCSIEMU_IMAGE_AWS));
	assert_false(scsiemu_tape_image_writes(SCSIEMU_IMAGE_MHVTL));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_format_6), T(test_formats_4_and_5), T(test_format_3),
		T(test_zlib),	  T(test_attributes),	   T(test_partitions),
		T(test_damage),	  T(test_missing),	   T(test_failing),
		T(test_lzo),	  T(test_guess),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
