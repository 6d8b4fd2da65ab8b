/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cartridges for other programs: each byte of their files, what cannot be
 * asked of a cartridge that is written once, and no half of one that says it is
 * whole.
 */
#include "kit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_kit.h"
#include "inject.h"
#include "store/crc32c.h"

static struct scsiemu_medium m;
static struct scsiemu_errmsg err;

enum { MIB = 1 << 20 };
static const struct scsiemu_tape_new is = { .bytes = 3 * MIB,
					    .density = 0x5e,
					    .worm = true };

static const char *const inside[] = {
	"data.0", "indx.0", "meta.0", "data.1",
	"indx.1", "meta.1", "mam",    "mhvtl_data"
};

/* A file of mhvtl's directory; what is at "x". */
static const char *file(const char *name)
{
	char in[30];

	snprintf(in, sizeof(in), "x%s%s", *name ? "/" : "", name);
	return kit_path(in);
}

static void clean(void)
{
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		unlink(file(inside[i]));
	rmdir(file(""));
	unlink(file(""));
}

static int teardown(void **state)
{
	(void)state;
	clean();
	kit_clean();
	return 0;
}

static int verb(enum scsiemu_verb verb, uint64_t addr, uint64_t count,
		const void *buf, uint32_t len)
{
	const struct scsiemu_tape_ops *ops = m.ops;
	const struct scsiemu_cmd w = { .verb = (uint8_t)verb,
				       .addr = addr,
				       .count = count,
				       .buf = (void *)(uintptr_t)buf,
				       .len = len };

	return kit_end(ops->verb(m.ctx, kit_begin(0), &w));
}

static int eject(void)
{
	return verb(SCSIEMU_V_EJECT, 0, 0, NULL, 0);
}

static int locate(uint32_t partition, uint64_t object)
{
	return verb(SCSIEMU_V_LOCATE, object, partition, NULL, 0);
}

static int partitions(uint32_t n, uint64_t first)
{
	const struct scsiemu_tape_layout l = { n, { first, UINT64_MAX } };

	return verb(SCSIEMU_V_PARTITION, 0, 0, &l, sizeof(l));
}

static int attribute(uint32_t partition, uint16_t id, const char *value)
{
	uint8_t list[100] = { (uint8_t)(id >> 8), (uint8_t)id, 1, 0,
			      (uint8_t)strlen(value) };

	memcpy(list + 5, value, strlen(value));
	return verb(SCSIEMU_V_SETATTR, partition, 0, list,
		    5 + (uint32_t)strlen(value));
}

static void make(enum scsiemu_image format)
{
	clean();
	assert_int_equal(
		scsiemu_new_tape_image(&m, file(""), format, &is, &err), 0);
	assert_false(m.read_only);
}

static int record(const char *text)
{
	return image_write(&m, text, strlen(text));
}

/* hello hi M x E */
static void write_some(void)
{
	assert_int_equal(record("hello"), SCSIEMU_R_RECORD);
	assert_int_equal(record("hi"), SCSIEMU_R_RECORD);
	assert_int_equal(image_marks(&m, 1), SCSIEMU_OK);
	assert_int_equal(record("x"), SCSIEMU_R_RECORD);
}

static void ended(void)
{
	assert_int_equal(eject(), SCSIEMU_OK);
	assert_int_equal(eject(), SCSIEMU_OK);
	assert_int_equal(record("y"), SCSIEMU_E_WRITE);
	scsiemu_medium_close(&m);
}

static void read_back(enum scsiemu_image format, const char *want)
{
	static const struct scsiemu_tape_new reads = { .read_only = true };

	assert_int_equal(
		scsiemu_open_tape_image(&m, file(""), format, &reads, &err), 0);
	assert_string_equal(err.text, "");
	assert_string_equal(image_dump(&m), want);
	scsiemu_medium_close(&m);
}

static void is_file(const char *name, const void *want, size_t n)
{
	static uint8_t got[8192];

	memset(got, 0, sizeof(got));
	assert_int_equal(kit_load(file(name), got, sizeof(got)), n);
	assert_memory_equal(got, want, n);
}

static void test_faketape(void **state)
{
	static const char want[] = "000000050005hello"
				   "000500020007hi"
				   "000200000002"
				   "000000010001x";

	(void)state;
	make(SCSIEMU_IMAGE_FAKE);
	write_some();
	ended();
	is_file("", want, sizeof(want) - 1);
	read_back(SCSIEMU_IMAGE_FAKE, "hello hi M x E");
}

/* ---- tgt ---- */

static uint8_t *be(uint8_t *p, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
	return p + n;
}

static uint8_t *le(uint8_t *p, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
	return p + n;
}

struct tgt {
	uint32_t stored, len, type;
	uint64_t number, prev, here, next;
};

static uint8_t *tgt(uint8_t *p, struct tgt h, const char *data)
{
	uint8_t *to = be(p + 4, h.stored, 4);

	to = be(be(to, h.len, 4), h.type, 4);
	to = be(be(to, h.number, 8), h.prev, 8);
	to = be(be(to, h.here, 8), h.next, 8);
	le(p, semu_crc32c(0, p + 4, 44), 4);
	memcpy(to, data, h.stored);
	return to + h.stored;
}

static void test_tgt(void **state)
{
	static uint8_t want[4096];
	uint8_t *p = tgt(want, (struct tgt){ 0, 3, 0x10, 0, 0, 0, 1152 }, "");
	uint8_t *mam = p;

	(void)state;
	make(SCSIEMU_IMAGE_TGT);
	assert_int_equal(attribute(0, 0x0806, "ABC123"), SCSIEMU_OK);
	assert_int_equal(attribute(0, 0x0900, "no place"), SCSIEMU_OK);
	write_some();
	ended();
	mam[3] = 2;
	be(mam + 8, 3 * MIB - (4 * 48 + 8), 8);
	be(mam + 16, 3 * MIB, 8);
	be(mam + 40, 256, 8);
	mam[312] = 0x5e;
	mam[336] = 4; /* WORM */
	memcpy(mam + 568, "ABC123", 6);
	p += 1104;
	p = tgt(p, (struct tgt){ 5, 5, 2, 1, 0, 1152, 1205 }, "hello");
	p = tgt(p, (struct tgt){ 2, 2, 2, 2, 1152, 1205, 1255 }, "hi");
	p = tgt(p, (struct tgt){ 0, 0, 0x40, 3, 1205, 1255, 1303 }, "");
	p = tgt(p, (struct tgt){ 1, 1, 2, 4, 1255, 1303, 1352 }, "x");
	p = tgt(p, (struct tgt){ 0, 0, 0x20, 5, 1303, 1352, 1352 }, "");
	is_file("", want, (size_t)(p - want));
	read_back(SCSIEMU_IMAGE_TGT, "hello hi M x E");
	/* nothing on it */
	make(SCSIEMU_IMAGE_TGT);
	ended();
	read_back(SCSIEMU_IMAGE_TGT, "E");
}

/* ---- mhvtl ---- */

static uint8_t *object(uint8_t *p, uint64_t at, uint32_t number,
		       const char *data, uint32_t partition)
{
	uint32_t len = (uint32_t)strlen(data);

	le(p, at, 8);
	le(p + 8, len ? 11 : 3, 4);
	le(p + 12, len ? 8 : 0, 4);
	le(p + 16, number, 4);
	le(p + 20, len, 4);
	le(p + 24, len, 4);
	le(p + 28, len ? semu_crc32c(0, data, len) : 0, 4);
	le(p + 144, partition, 4);
	return p + 512;
}

static const char mam_want[] = "\6\0\0\0\4\0\0\0"
			       "\0\0\x08\0"
			       "\0\0\0\0\0\x2f\xf3\xf2"
			       "\1\0\x08\0"
			       "\0\0\0\0\0\x30\0\0"
			       "\6\0\1\0\x5e"
			       "\5\4\1\0\x5e"
			       "\x08\4\1\0\1"
			       "\6\x08\6\0ABC123";
static const char own_want[] = "\1\0\1\0\0"
			       "\3\0\1\0\4"
			       "\4\0\1\0\2"
			       "\5\0\1\0\x16"
			       "\x0a\0\6\0second";

static void test_mhvtl(void **state)
{
	static uint8_t indx[5 * 512], meta[600];
	uint8_t *p = indx;

	(void)state;
	make(SCSIEMU_IMAGE_MHVTL);
	assert_int_equal(partitions(2, MIB), SCSIEMU_OK);
	assert_int_equal(attribute(0, 0x0806, "ABC123"), SCSIEMU_OK);
	assert_int_equal(attribute(1, 0x080c, "second"), SCSIEMU_OK);
	assert_int_equal(attribute(1, 0x0806, "ABC123"), SCSIEMU_E_NO_SPACE);
	assert_int_equal(attribute(2, 0x080c, "third"), SCSIEMU_E_NO_SPACE);
	write_some();
	assert_int_equal(locate(1, 0), SCSIEMU_OK);
	assert_int_equal(record("there"), SCSIEMU_R_RECORD);
	assert_int_equal(record("2"), SCSIEMU_R_RECORD);
	ended();
	p = object(p, 0, 0, "hello", 0);
	p = object(p, 5, 1, "hi", 0);
	p = object(p, 7, 2, "", 0);
	p = object(p, 7, 3, "x", 0);
	is_file("indx.0", indx, (size_t)(p - indx));
	is_file("data.0", "hellohix", 8);
	meta[0] = 1;
	meta[512] = 2;
	is_file("meta.0", meta, 516);
	memset(meta, 0, sizeof(meta));
	memset(indx, 0, sizeof(indx));
	object(object(indx, 0, 0, "there", 1), 5, 1, "2", 1);
	is_file("indx.1", indx, 1024);
	is_file("data.1", "there2", 6);
	is_file("meta.1", meta, 512);
	is_file("mam", mam_want, sizeof(mam_want) - 1);
	is_file("mhvtl_data", own_want, sizeof(own_want) - 1);
}

static void test_mhvtl_again(void **state)
{
	static const struct scsiemu_tape_new reads = { .read_only = true };
	const struct scsiemu_tape_ops *ops;
	struct scsiemu_tape_attribute a;
	struct scsiemu_tape_info info;

	test_mhvtl(state);
	assert_int_equal(scsiemu_open_tape_image(&m, file(""),
						 SCSIEMU_IMAGE_MHVTL, &reads,
						 &err),
			 0);
	ops = m.ops;
	ops->info(m.ctx, &info);
	assert_int_equal(info.partitions, 2);
	assert_true(info.worm);
	assert_int_equal(info.density, 0x5e);
	assert_string_equal(image_dump(&m), "hello hi M x E");
	assert_true(ops->attribute(m.ctx, 0, 0x0806, &a));
	assert_memory_equal(a.value, "ABC123", a.len);
	assert_true(ops->attribute(m.ctx, 1, 0, &a));
	assert_int_equal(a.id, 0x080c);
	assert_int_equal(a.len, 6);
	assert_memory_equal(a.value, "second", 6);
	assert_false(ops->attribute(m.ctx, 1, 0x080d, &a));
	assert_false(ops->attribute(m.ctx, 2, 0, &a));
	scsiemu_medium_close(&m);
}

/* ---- What it cannot do ---- */

static void test_once(void **state)
{
	struct scsiemu_tape_pos pos;
	struct scsiemu_tape_info info;
	const struct scsiemu_tape_ops *ops;

	(void)state;
	make(SCSIEMU_IMAGE_MHVTL);
	ops = m.ops;
	assert_int_equal(partitions(5, MIB), SCSIEMU_E_RANGE);
	assert_int_equal(partitions(2, 3 * MIB), SCSIEMU_E_RANGE);
	assert_int_equal(partitions(2, 1100), SCSIEMU_OK);
	assert_int_equal(record("hello"), SCSIEMU_R_RECORD);
	assert_int_equal(partitions(2, 1100), SCSIEMU_E_RANGE);
	assert_int_equal(locate(0, 0), SCSIEMU_E_RANGE);
	assert_int_equal(locate(0, 1), SCSIEMU_OK);
	assert_int_equal(locate(1, 1), SCSIEMU_E_RANGE);
	assert_int_equal(locate(2, 0), SCSIEMU_E_RANGE);
	assert_int_equal(image_erase(&m), SCSIEMU_E_HARDWARE);
	assert_int_equal(image_flush(&m), SCSIEMU_OK);
	assert_string_equal(
		(ops->tell(m.ctx, &pos), pos.eod && !pos.bop ? "EOD" : ""),
		"EOD");
	assert_int_equal(pos.used, 517);
	assert_int_equal(pos.left, 583);
	/* full: as many filemarks as go into it */
	assert_int_equal(image_marks(&m, 2), SCSIEMU_R_EOM);
	assert_int_equal(kit_io.info, 1);
	assert_int_equal(record("no room for that"), SCSIEMU_R_EOM);
	assert_int_equal(locate(1, 0), SCSIEMU_OK);
	assert_int_equal(locate(0, 2), SCSIEMU_E_RANGE);
	ops->info(m.ctx, &info);
	assert_int_equal(info.part[0].objects, 2);
	assert_int_equal(info.part[0].files, 1);
	assert_int_equal(info.part[0].used, 1029);
	assert_int_equal(info.part[1].size, 3 * MIB - 1100);
	ended();
	read_back(SCSIEMU_IMAGE_MHVTL, "hello M E");
}

static void test_pieces(void **state)
{
	const struct scsiemu_tape_ops *ops;
	struct scsiemu_vec v = { (void *)(uintptr_t) "hello", 3 };

	(void)state;
	make(SCSIEMU_IMAGE_FAKE);
	ops = m.ops;
	assert_int_equal(kit_end(ops->write(m.ctx, kit_begin(SCSIEMU_IO_MORE),
					    NULL, 0, &v, 1)),
			 SCSIEMU_OK);
	assert_int_equal(kit_io.moved, 3);
	v.base = (char *)v.base + 3;
	v.len = 2;
	assert_int_equal(
		kit_end(ops->write(m.ctx, kit_begin(0), NULL, 4, &v, 1)),
		SCSIEMU_E_RANGE);
	assert_int_equal(
		kit_end(ops->write(m.ctx, kit_begin(0), NULL, 3, &v, 1)),
		SCSIEMU_R_RECORD);
	assert_int_equal(kit_io.info, 5);
	assert_int_equal(
		kit_end(ops->write(m.ctx, kit_begin(0), NULL, 5, &v, 1)),
		SCSIEMU_E_RANGE);
	v.len = 0;
	assert_int_equal(
		kit_end(ops->write(m.ctx, kit_begin(0), NULL, 0, &v, 1)),
		SCSIEMU_E_RANGE);
	assert_int_equal(
		kit_end(ops->read(m.ctx, kit_begin(0), NULL, 0, &v, 1)),
		SCSIEMU_R_EOD);
	assert_int_equal(attribute(0, 0x0806, "A"), SCSIEMU_E_NO_SPACE);
	assert_int_equal(partitions(2, MIB), SCSIEMU_E_RANGE);
	ended();
	read_back(SCSIEMU_IMAGE_FAKE, "hello E");
}

static void test_longest(void **state)
{
	static char rec[0x10000];

	(void)state;
	memset(rec, 'r', sizeof(rec));
	make(SCSIEMU_IMAGE_FAKE);
	assert_int_equal(image_write(&m, rec, 0x10000), SCSIEMU_E_RANGE);
	assert_int_equal(image_write(&m, rec, 0xffff), SCSIEMU_R_RECORD);
	ended();
	read_back(SCSIEMU_IMAGE_FAKE,
		  "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr:65535 E");
}

static void refused(enum scsiemu_image format, const char *path,
		    const struct scsiemu_tape_new *how, const char *why)
{
	assert_int_equal(scsiemu_new_tape_image(&m, path, format, how, &err),
			 -1);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" without \"%s\"", err.text, why);
}

static void test_refused(void **state)
{
	static const struct scsiemu_tape_new small = { .bytes = 1000 };
	static char deep[5000];

	(void)state;
	memset(deep, 'd', sizeof(deep) - 1);
	for (unsigned f = 0; f < SCSIEMU_IMAGES; f++)
		assert_int_equal(
			scsiemu_tape_image_exports((enum scsiemu_image)f),
			f == SCSIEMU_IMAGE_FAKE || f == SCSIEMU_IMAGE_TGT ||
				f == SCSIEMU_IMAGE_MHVTL);
	refused(SCSIEMU_IMAGE_TAR, file(""), &is, "written only once");
	refused(SCSIEMU_IMAGES, file(""), &is, "written only once");
	refused(SCSIEMU_IMAGE_TGT, file(""), &small, "at least 65536 bytes");
	refused(SCSIEMU_IMAGE_TGT, deep, &is, "is too long a path");
	refused(SCSIEMU_IMAGE_TGT, "/nowhere/x", &is, "does not exist");
	kit_save(file(""), "mine", 4);
	refused(SCSIEMU_IMAGE_TGT, file(""), &is, "is there already");
	refused(SCSIEMU_IMAGE_MHVTL, file(""), &is, "is there already");
	is_file("", "mine", 4);
}

/* Each call of the system fails, one after the other: what was taken is there
 * if it says that it is whole, and nothing stays open. */
static bool survives(enum scsiemu_image format, unsigned nth)
{
	char want[40] = "";
	bool failed;
	int rc;

	clean();
	inject_on();
	inject_fail(INJECT(ALLOC) | INJECT(OPEN) | INJECT(MKDIR) |
			    INJECT(PWRITEV) | INJECT(FSYNC) | INJECT(FDATASYNC),
		    nth, ENOSPC);
	rc = scsiemu_new_tape_image(&m, file(""), format, &is, &err);
	if (!rc) {
		if (record("hello") == SCSIEMU_R_RECORD)
			strcat(want, "hello ");
		if (image_marks(&m, 1) == SCSIEMU_OK)
			strcat(want, "M ");
		attribute(0, 0x0806, "ABC123");
		if (record("x") == SCSIEMU_R_RECORD)
			strcat(want, "x ");
		rc = eject();
		scsiemu_medium_close(&m);
	}
	failed = inject.seen >= nth;
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
	inject_off();
	strcat(want, "E");
	if (!failed)
		assert_string_equal(want, "hello M x E");
	if (!rc)
		read_back(format, want);
	return failed;
}

static void test_failing(void **state)
{
	static const enum scsiemu_image formats[] = { SCSIEMU_IMAGE_FAKE,
						      SCSIEMU_IMAGE_TGT,
						      SCSIEMU_IMAGE_MHVTL };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		for (unsigned nth = 1; survives(formats[i], nth);)
			nth++;
}

#define T(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_faketape), T(test_tgt),	   T(test_mhvtl),
		T(test_once),	  T(test_pieces),  T(test_mhvtl_again),
		T(test_longest),  T(test_refused), T(test_failing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
