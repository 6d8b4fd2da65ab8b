/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A cartridge in memory, by its vtable: what it refuses, tags, records in
 * pieces, and memory that runs out at any point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <scsiemu/stores.h>

#include "inject.h"

static struct scsiemu_errmsg err;
static struct scsiemu_medium m;
static struct scsiemu_io io;

static const struct scsiemu_tape_ops *ops(void)
{
	return m.ops;
}

static void make(uint64_t bytes)
{
	const struct scsiemu_tape_new is = { .bytes = bytes, .density = 7 };

	assert_int_equal(scsiemu_open_tape_mem(&m, &is, &err), 0);
}

static int put(const void *p, size_t n, uint32_t skip, uint32_t flags,
	       struct scsiemu_tape_how *how)
{
	const struct scsiemu_vec v = { (void *)(uintptr_t)p, n };

	io = (struct scsiemu_io){ .info = SCSIEMU_NO_INFO, .flags = flags };
	return ops()->write(m.ctx, &io, how, skip, &v, 1);
}

static int get(void *p, size_t n, uint32_t skip, uint32_t flags,
	       struct scsiemu_tape_how *how)
{
	const struct scsiemu_vec v = { p, n };

	io = (struct scsiemu_io){ .info = SCSIEMU_NO_INFO, .flags = flags };
	return ops()->read(m.ctx, &io, how, skip, &v, 1);
}

static int verb(enum scsiemu_verb what, uint64_t addr, uint64_t count,
		const void *buf, uint32_t len)
{
	const struct scsiemu_cmd w = { .verb = (uint8_t)what,
				       .addr = addr,
				       .count = count,
				       .buf = (uint8_t *)(uintptr_t)buf,
				       .len = len };

	io = (struct scsiemu_io){ .info = SCSIEMU_NO_INFO };
	return ops()->verb(m.ctx, &io, &w);
}

static struct scsiemu_tape_pos tell(void)
{
	struct scsiemu_tape_pos pos;

	ops()->tell(m.ctx, &pos);
	return pos;
}

static void test_open(void **state)
{
	struct scsiemu_tape_new is = { .bytes = SCSIEMU_TAPE_BYTES_MIN - 1 };

	(void)state;
	assert_int_equal(scsiemu_open_tape_mem(&m, &is, &err), -1);
	assert_non_null(strstr(err.text, "at least 65536 bytes"));
	is.bytes = UINT64_MAX;
	assert_int_equal(scsiemu_open_tape_mem(&m, &is, &err), -1);
	is.bytes = SCSIEMU_TAPE_BYTES_MIN;
	is.read_only = true;
	assert_int_equal(scsiemu_open_tape_mem(&m, &is, &err), 0);
	assert_true(m.read_only);
	assert_int_equal(m.kind, SCSIEMU_TAPE);
	assert_int_equal(verb(SCSIEMU_V_MARKS, 0, 1, NULL, 0),
			 SCSIEMU_E_PROTECTED);
	assert_int_equal(verb(SCSIEMU_V_ZERO, 0, 1, NULL, 0),
			 SCSIEMU_E_HARDWARE);
	scsiemu_medium_close(&m);
}

/* A record exists when it is closed; what is forgotten never did. */
static void test_pieces(void **state)
{
	struct scsiemu_tape_next next;
	uint8_t in[16] = { 0 };

	(void)state;
	make(1 << 20);
	assert_int_equal(put("abc", 3, 0, SCSIEMU_IO_MORE, NULL), SCSIEMU_OK);
	assert_int_equal(tell().object, 0);
	assert_int_equal(put("de", 2, 2, 0, NULL), SCSIEMU_E_RANGE);
	assert_int_equal(put("abc", 3, 0, SCSIEMU_IO_MORE, NULL), SCSIEMU_OK);
	assert_int_equal(put("de", 2, 3, 0, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(io.info, 5);
	assert_int_equal(put("xyz", 3, 0, SCSIEMU_IO_MORE, NULL), SCSIEMU_OK);
	assert_int_equal(verb(SCSIEMU_V_DISCARD, 0, 0, NULL, 0), SCSIEMU_OK);
	assert_true(tell().eod);
	assert_int_equal(tell().object, 1);
	assert_int_equal(verb(SCSIEMU_V_LOCATE, 0, 0, NULL, 0), SCSIEMU_OK);
	assert_int_equal(verb(SCSIEMU_V_NEXT, 0, 0, &next, sizeof(next)),
			 SCSIEMU_OK);
	assert_int_equal(next.kind, SCSIEMU_NEXT_RECORD);
	assert_int_equal(next.len, 5);
	assert_int_equal(get(in, 3, 0, SCSIEMU_IO_MORE, NULL), SCSIEMU_OK);
	assert_int_equal(get(in + 3, 9, 3, 0, NULL), SCSIEMU_R_RECORD);
	assert_int_equal(io.moved, 2);
	assert_int_equal(io.info, 5);
	assert_memory_equal(in, "abcde", 5);
	assert_int_equal(get(in, 9, 0, 0, NULL), SCSIEMU_R_EOD);
	verb(SCSIEMU_V_LOCATE, 0, 0, NULL, 0);
	assert_int_equal(verb(SCSIEMU_V_VERIFY, 0, 1, NULL, 0),
			 SCSIEMU_R_RECORD);
	assert_int_equal(io.info, 5);
	assert_int_equal(verb(SCSIEMU_V_LOCATE, 0, 1, NULL, 0),
			 SCSIEMU_E_RANGE);
	scsiemu_medium_close(&m);
}

static void test_tags(void **state)
{
	uint8_t tag[4] = "tag", back[255], in[4];
	struct scsiemu_tape_how how = { .tag = tag, .tag_len = 3 };

	(void)state;
	make(1 << 20);
	assert_int_equal(put("rec", 3, 0, 0, &how), SCSIEMU_R_RECORD);
	verb(SCSIEMU_V_LOCATE, 0, 0, NULL, 0);
	how.tag = back;
	how.tag_len = 255;
	assert_int_equal(get(in, 3, 0, 0, &how), SCSIEMU_R_RECORD);
	assert_int_equal(how.tag_len, 3);
	assert_memory_equal(back, "tag", 3);
	scsiemu_medium_close(&m);
}

/* Of the attributes, only the cartridge's own outlive new partitions. */
static void test_partition(void **state)
{
	static const uint8_t list[] = { 0x04, 0x01, 0x81, 0, 1, 'S',
					0x08, 0x00, 1,	  0, 1, 'H' };
	struct scsiemu_tape_layout two = { .n = 2,
					   .size = { 100000, UINT64_MAX } };
	struct scsiemu_tape_attribute a;

	(void)state;
	make(1 << 20);
	assert_int_equal(verb(SCSIEMU_V_SETATTR, 0, 0, list, sizeof(list)),
			 SCSIEMU_OK);
	put("rec", 3, 0, 0, NULL);
	assert_int_equal(verb(SCSIEMU_V_PARTITION, 0, 0, &two, sizeof(two)),
			 SCSIEMU_OK);
	assert_true(ops()->attribute(m.ctx, 0, 0, &a));
	assert_int_equal(a.id, 0x0401);
	assert_false(ops()->attribute(m.ctx, 0, 0x0402, &a));
	assert_true(tell().eod);
	assert_int_equal(tell().left, 100000);
	two.size[1] = 1 << 20;
	assert_int_equal(verb(SCSIEMU_V_PARTITION, 0, 0, &two, sizeof(two)),
			 SCSIEMU_E_RANGE);
	scsiemu_medium_close(&m);
}

/* A bit of everything; false: something could not be had. */
static bool script(void)
{
	static const uint8_t list[] = { 0x08, 0x00, 1, 0, 1, 'H' };
	static uint8_t bytes[5000];
	bool all = true;

	for (unsigned i = 0; i < 20; i++) {
		all &= put(bytes, sizeof(bytes), 0, 0, NULL) ==
		       SCSIEMU_R_RECORD;
		all &= verb(SCSIEMU_V_MARKS, 0, 1, NULL, 0) == SCSIEMU_OK;
	}
	all &= verb(SCSIEMU_V_SETATTR, 0, 0, list, sizeof(list)) == SCSIEMU_OK;
	return all;
}

/* Any allocation fails: that operation does, and the tape is whole. */
static void test_no_memory(void **state)
{
	const struct scsiemu_tape_new is = { .bytes = 1 << 20 };
	bool all = false;

	(void)state;
	inject_on();
	inject_fail(INJECT(ALLOC), 1, 0);
	assert_int_equal(scsiemu_open_tape_mem(&m, &is, &err), -1);
	assert_non_null(strstr(err.text, "out of memory"));
	for (unsigned nth = 1; !all; nth++) {
		uint64_t n, file = 0;

		inject_fail(0, 0, 0);
		make(1 << 20);
		inject_fail(INJECT(ALLOC), nth, 0);
		all = script();
		inject_fail(0, 0, 0);
		n = tell().object;
		assert_true(tell().eod);
		verb(SCSIEMU_V_LOCATE, 0, 0, NULL, 0);
		for (uint64_t i = 0; i < n; i++) {
			int rc = verb(SCSIEMU_V_VERIFY, 0, 1, NULL, 0);

			assert_true(
				rc == SCSIEMU_R_MARK ||
				(rc == SCSIEMU_R_RECORD && io.info == 5000));
			file += rc == SCSIEMU_R_MARK;
		}
		assert_int_equal(tell().file, file);
		scsiemu_medium_close(&m);
		assert_int_equal(inject.memory, 0);
	}
	inject_off();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_partition),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
