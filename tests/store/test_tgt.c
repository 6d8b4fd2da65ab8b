/* SPDX-License-Identifier: BSD-2-Clause */
/* Tapes of tgt (.ssc), typed by hand: objects, damage, and the memory of the
 * medium. */
#include "kit.h"

#include "image_kit.h"
#include "store/crc32c.h"

static struct scsiemu_medium m;
static struct scsiemu_errmsg err;

static int teardown(void **state)
{
	(void)state;
	kit_clean();
	return 0;
}

enum { MEMORY = 1104 }; /* of tgt: the medium's */

/* tgt: headers of 48 bytes, where they are one behind the other. */
static size_t tgt_object(uint8_t *p, size_t at, unsigned type, const char *text)
{
	size_t len = strlen(text), next = at + 48 + len;
	uint8_t *h = p + at;
	uint32_t crc;

	if (type == 0x10)
		next = at + 48 + MEMORY;
	if (type == 0x20)
		next = at;
	memset(h, 0, 48);
	h[7] = h[11] = (uint8_t)len;
	h[15] = (uint8_t)type;
	h[38] = (uint8_t)(at >> 8);
	h[39] = (uint8_t)at;
	h[46] = (uint8_t)(next >> 8);
	h[47] = (uint8_t)next;
	crc = semu_crc32c(0, h + 4, 44);
	for (int i = 0; i < 4; i++)
		h[i] = (uint8_t)(crc >> 8 * i);
	memcpy(h + 48, text, len);
	return next == at ? at + 48 : next;
}

static const char *typed(const uint8_t *p, size_t n)
{
	return image_typed(SCSIEMU_IMAGE_TGT, p, n, &err);
}

static void test_tgt(void **state)
{
	uint8_t p[1700] = { 0 };
	size_t n = tgt_object(p, 0, 0x10, ""), two, three, end;

	(void)state;
	p[48 + 3] = 2; /* its version */
	two = tgt_object(p, n, 0x02, "hello");
	three = tgt_object(p, two, 0x40, "");
	end = tgt_object(p, three, 0x02, "hi");
	n = tgt_object(p, end, 0x20, "");
	assert_string_equal(typed(p, n), "hello M hi E");
	assert_string_equal(err.text, "");
	for (unsigned bit = 0; bit < 48 * 8; bit++) { /* of a header */
		p[three + bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_string_equal(typed(p, n), "hello M B E");
		assert_non_null(strstr(err.text, "wrong checksum"));
		p[three + bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_string_equal(typed(p, end), "hello M hi B E");
	assert_string_equal(typed(p, end - 1), "hello M B E");
	tgt_object(p, three, 0x01, "hi"); /* compressed: nobody has that */
	assert_string_equal(typed(p, n), "hello M B E");
	assert_non_null(strstr(err.text, "type 1h, 2 bytes of 2"));
	tgt_object(p, three, 0x10, "");
	assert_string_equal(typed(p, n), "hello M B E");
	tgt_object(p, 0, 0x02, "");
	assert_string_equal(typed(p, n), "refused");
	assert_non_null(strstr(err.text, "not the beginning"));
	tgt_object(p, 0, 0x10, "");
	p[48 + 3] = 3;
	assert_string_equal(typed(p, n), "refused");
	assert_non_null(strstr(err.text, "byte 48: a tape of version 3, where "
					 "2 is known"));
}

/* What the memory says is what the cartridge is. */
static void test_tgt_memory(void **state)
{
	static const struct scsiemu_tape_new is = { .read_only = true };
	const char *path = kit_path("typed");
	uint8_t p[2000] = { 0 }, *memory = p + 48;
	size_t n = tgt_object(p, tgt_object(p, 0, 0x10, ""), 0x20, "");
	const struct scsiemu_tape_ops *ops;
	struct scsiemu_tape_attribute a;
	struct scsiemu_tape_info info;

	(void)state;
	memory[3] = 2;
	memory[16 + 4] = 0x20; /* capacity: 512 MiB */
	memory[312] = 0x58;
	memory[336] = 4;
	memcpy(memory + 256, "tgt     ", 8);
	memcpy(memory + 568, "A00001  ", 8);
	memory[567] = 0x81;
	kit_save(path, p, n);
	assert_int_equal(
		scsiemu_open_tape_image(&m, path, SCSIEMU_IMAGE_TGT, &is, &err),
		0);
	ops = m.ops;
	ops->info(m.ctx, &info);
	assert_int_equal(info.size, 512 << 20);
	assert_int_equal(info.density, 0x58);
	assert_true(info.worm);
	assert_false(info.cleaning);
	assert_true(ops->attribute(m.ctx, 0, 0, &a));
	assert_int_equal(a.id, 0x0400);
	assert_int_equal(a.format, 0x81);
	assert_int_equal(a.len, 8);
	assert_memory_equal(a.value, "tgt     ", 8);
	assert_true(ops->attribute(m.ctx, 0, 0x0401, &a));
	assert_int_equal(a.id, 0x0805);
	assert_int_equal(a.format, 0);
	assert_true(ops->attribute(m.ctx, 0, 0x0806, &a));
	assert_int_equal(a.id, 0x0806);
	assert_int_equal(a.format, 1);
	assert_int_equal(a.len, 32);
	assert_memory_equal(a.value, "A00001                          ", 32);
	assert_false(ops->attribute(m.ctx, 0, 0x0807, &a));
	assert_false(ops->attribute(m.ctx, 1, 0, &a));
	scsiemu_medium_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_tgt, teardown),
		cmocka_unit_test_teardown(test_tgt_memory, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
