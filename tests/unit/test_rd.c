/* SPDX-License-Identifier: BSD-2-Clause */
/* The bounded reader: never a byte past the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"

static void test_values(void **state)
{
	uint8_t list[19];
	struct scsiemu_rd r = { NULL, list, 0, sizeof(list) };

	(void)state;
	for (uint8_t i = 0; i < sizeof(list); i++)
		list[i] = (uint8_t)(0xf0 + i);
	assert_int_equal(scsiemu_rd_left(&r), 19);
	assert_int_equal(scsiemu_rd_u8(&r), 0xf0);
	assert_int_equal(scsiemu_rd_be16(&r), 0xf1f2);
	assert_int_equal(scsiemu_rd_be24(&r), 0xf3f4f5);
	assert_int_equal(scsiemu_rd_be32(&r), 0xf6f7f8f9u);
	assert_int_equal(scsiemu_rd_be64(&r), UINT64_C(0xfafbfcfdfeff0001));
	assert_int_equal(scsiemu_rd_tell(&r), 18);
	assert_int_equal(scsiemu_rd_left(&r), 1);
	assert_int_equal(scsiemu_rd_u8(&r), 2);
	assert_int_equal(scsiemu_rd_left(&r), 0);
	assert_int_equal(scsiemu_rd_u8(&r), 0);
	assert_int_equal(scsiemu_rd_be64(&r), 0);
	assert_int_equal(scsiemu_rd_tell(&r), 19);
}

/* A value cut by the end: its missing bytes are zeros. */
static void test_cut(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 8; n++) {
		uint8_t *list = malloc(n ? n : 1);
		struct scsiemu_rd r = { NULL, list, 0, n };
		uint64_t want = 0;

		assert_non_null(list);
		memset(list, 0xab, n);
		for (uint32_t i = 0; i < 8; i++)
			want = want << 8 | (i < n ? 0xab : 0);
		assert_int_equal(scsiemu_rd_be64(&r), want);
		assert_int_equal(scsiemu_rd_left(&r), 0);
		free(list);
	}
}

static void test_bytes_skip(void **state)
{
	uint8_t list[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct scsiemu_rd r = { NULL, list, 0, sizeof(list) };

	(void)state;
	scsiemu_rd_skip(&r, 3);
	assert_ptr_equal(scsiemu_rd_bytes(&r, 4), list + 3);
	assert_null(scsiemu_rd_bytes(&r, 4));
	assert_null(scsiemu_rd_bytes(&r, UINT32_MAX));
	assert_int_equal(scsiemu_rd_tell(&r), 7);
	assert_ptr_equal(scsiemu_rd_bytes(&r, 3), list + 7);
	assert_ptr_equal(scsiemu_rd_bytes(&r, 0), list + 10);
	r.pos = 8;
	scsiemu_rd_skip(&r, UINT32_MAX);
	assert_int_equal(scsiemu_rd_tell(&r), 10);
	scsiemu_rd_skip(&r, 1);
	assert_int_equal(scsiemu_rd_left(&r), 0);
}

static void test_need(void **state)
{
	uint8_t list[4] = { 0 };
	struct scsiemu_cmd c = { .status = 0 };
	struct scsiemu_rd r = { &c, list, 0, sizeof(list) };

	(void)state;
	assert_true(scsiemu_rd_need(&r, 0));
	assert_true(scsiemu_rd_need(&r, 4));
	assert_int_equal(c.status, SCSIEMU_GOOD);
	assert_false(scsiemu_rd_need(&r, 5));
	assert_int_equal(c.status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(c.sense.key, SCSIEMU_SK_ILLEGAL_REQUEST);
	assert_int_equal(c.sense.asc, SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	assert_int_equal(c.sense.sks, SCSIEMU_SKS_NONE);
	scsiemu_rd_skip(&r, 3);
	assert_true(scsiemu_rd_need(&r, 1));
	assert_false(scsiemu_rd_need(&r, UINT32_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bytes_skip),
		cmocka_unit_test(test_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
