/* SPDX-License-Identifier: BSD-2-Clause */
/* test_text.c - key=value text: the reader's limits, values, the writer's
 * window, escaping. */
#include "login_kit.h"

#include <stdlib.h>

static const struct semu_text_bounds bounds = { 63, 8192 };

/* Count of pairs, or -1; over an exactly sized copy, for the sanitizers. */
static int count(const char *text, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct semu_text_pair p;
	uint32_t pos = 0;
	int n = 0, r;

	assert_non_null(copy);
	memcpy(copy, text, len);
	while ((r = semu_text_next(copy, (uint32_t)len, &pos, &bounds, &p)) >
	       0) {
		assert_int_equal(p.key[p.key_len], '=');
		assert_int_equal(p.value[p.value_len], 0);
		n++;
	}
	free(copy);
	return r < 0 ? r : n;
}

static void test_reader(void **state)
{
	(void)state;
	assert_int_equal(count(NOTHING), 0);
	assert_int_equal(count(TEXT("")), 0);
	assert_int_equal(count("\0\0\0", 3), 0);
	assert_int_equal(count(TEXT("A=b")), 1);
	assert_int_equal(count(TEXT("A=b\0C=")), 2);
	assert_int_equal(count(TEXT("A=b\0\0\0C=d\0\0")), 2);
	assert_int_equal(count(TEXT("A=b=c")), 1);
	assert_int_equal(count(TEXT("X-a.b-c+d@e_f#1=2")), 1);
	assert_int_equal(count("A=b", 3), -1); /* not ended */
	assert_int_equal(count(TEXT("A")), -1);
	assert_int_equal(count(TEXT("=b")), -1);
	assert_int_equal(count(TEXT("A=b\0=")), -1);
	assert_int_equal(count(TEXT("A b=c")), -1);
	assert_int_equal(count(TEXT("\xc3\xa4=c")), -1);
	assert_int_equal(count(TEXT("A=\x01")), -1);
	assert_int_equal(count(TEXT("A=b\n")), -1);
	assert_int_equal(count(TEXT("A=\x7f")), -1);
	assert_int_equal(count(TEXT("A=\xff")), -1);
	assert_int_equal(count(TEXT("A=\xc3\xa4")), 1);
}

static void test_reader_limits(void **state)
{
	static char text[8400];

	(void)state;
	for (size_t key = 62; key <= 65; key++) {
		memset(text, 'k', key);
		memcpy(text + key, "=v", 3);
		assert_int_equal(count(text, key + 3), key <= 63 ? 1 : -1);
	}
	for (size_t value = 8191; value <= 8194; value++) {
		memset(text, 'v', value + 2);
		memcpy(text, "k=", 2);
		text[value + 2] = 0;
		assert_int_equal(count(text, value + 3),
				 value <= 8192 ? 1 : -1);
	}
}

static void test_utf8(void **state)
{
	static const char *const good[] = {
		"",
		"a~ ",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"\xef\xbf\xbf",
		"\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf",
	};
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\xaf",
		"\xc1\xbf",
		"\xc2",
		"\xc2g",
		"\xe0\x9f\xbf",
		"\xe0\xa0",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xe1\x80g",
		"\xf0\x8f\xbf\xbf",
		"\xf0\x90\x80",
		"\xf0\x90\x80g",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xfe",
		"\xff",
		"a\x1f",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(semu_text_utf8(good[i], (uint32_t)strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(semu_text_utf8(bad[i], (uint32_t)strlen(bad[i])));
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t n;
	} row[] = {
		{ "0", true, 0 },
		{ "1", true, 1 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "0x0", true, 0 },
		{ "0xfF", true, 255 },
		{ "0X10", true, 16 },
		{ "0x0000000000000000001", true, 1 },
		{ "0xffffffffffffffff", true, UINT64_MAX },
		{ "0x10000000000000000", false, 0 },
		{ "", false, 0 },
		{ "0x", false, 0 },
		{ "00", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1a", false, 0 },
		{ "0b1", false, 0 },
	};
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(semu_text_number(row[i].text,
						  (uint32_t)strlen(row[i].text),
						  &n),
				 row[i].ok);
		if (row[i].ok)
			assert_true(n == row[i].n);
	}
}

static void test_binary(void **state)
{
	static const struct {
		const char *text;
		int len;
		const char *bytes;
	} row[] = {
		{ "0x00", 1, "\0" },
		{ "0xA1b2C3", 3, "\xa1\xb2\xc3" },
		{ "0X01020304", 4, "\1\2\3\4" },
		{ "0x0102030405", -1, "" }, /* the room is 4 */
		{ "0x123", -1, "" },
		{ "0x1g", -1, "" },
		{ "0x", -1, "" },
		{ "0bAQID", 3, "\1\2\3" },
		{ "0BAQI=", 2, "\1\2" },
		{ "0bAQ==", 1, "\1" },
		{ "0b+/8=", 2, "\xfb\xff" },
		{ "0bAQIDBA==", 4, "\1\2\3\4" },
		{ "0bAQIDBAU=", -1, "" },
		{ "0bAQIDBAUG", -1, "" },
		{ "0bAQJ=", -1, "" }, /* bits behind the end */
		{ "0bAR==", -1, "" },
		{ "0bA===", -1, "" },
		{ "0b====", -1, "" },
		{ "0bAQ=D", -1, "" },
		{ "0bAQ==AQID", -1, "" },
		{ "0bAQI", -1, "" },
		{ "0b", -1, "" },
		{ "0b\xc3\xa4zz", -1, "" },
		{ "0102", -1, "" },
		{ "", -1, "" },
		{ "0", -1, "" },
	};
	uint8_t out[4];

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int n = semu_text_binary(row[i].text,
					 (uint32_t)strlen(row[i].text), out,
					 sizeof(out));

		assert_int_equal(n, row[i].len);
		if (n > 0)
			assert_memory_equal(out, row[i].bytes, (size_t)n);
	}
}

static void test_items(void **state)
{
	static const char *const want[] = { "a", "", "bc", "" };
	const char *list = "a,,bc,", *item;
	uint32_t left = 6, len;

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_true(semu_text_item(&list, &left, &item, &len));
		assert_true(semu_text_is(item, len, want[i]));
	}
	assert_false(semu_text_item(&list, &left, &item, &len));
}

/* Whatever window is looked through, it shows the same text. */
static void test_window(void **state)
{
	static const char all[] = "A=1\0Length=4096\0C=0xbeef\0";
	const uint32_t total = sizeof(all) - 1;

	(void)state;
	for (uint32_t skip = 0; skip <= total + 2; skip++)
		for (uint32_t cap = 0; cap <= total + 2; cap++) {
			uint8_t *buf = malloc(cap ? cap : 1);
			struct semu_text_out o = { buf, cap, skip, 0 };
			uint32_t n = skip < total ? total - skip : 0;

			assert_non_null(buf);
			semu_text_pair(&o, "A", "1");
			semu_text_pair_number(&o, "Length", 4096);
			semu_text_str(&o, "C=");
			semu_text_hex(&o, (const uint8_t *)"\xbe\xef", 2);
			semu_text_end(&o);
			assert_true(o.pos == total);
			n = n < cap ? n : cap;
			assert_memory_equal(buf,
					    all + (skip < total ? skip : 0), n);
			free(buf);
		}
}

static void test_escape(void **state)
{
	char out[32];

	(void)state;
	assert_string_equal(
		semu_text_escape(out, sizeof(out), "a\\\n\xe4 %n", 7),
		"a\\x5c\\x0a\\xe4 %n");
	assert_string_equal(semu_text_escape(out, 8, "abcdefgh", 8), "a...");
	assert_string_equal(semu_text_escape(out, 8, "", 0), "");
	/* Any room of 8 and more is kept to. */
	for (size_t cap = 8; cap < sizeof(out); cap++) {
		memset(out, 'x', sizeof(out));
		semu_text_escape(out, cap, "\1\2\3\4\5\6\7\x10\x11", 9);
		assert_true(strlen(out) < cap);
		assert_int_equal(out[cap], 'x');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader),
		cmocka_unit_test(test_reader_limits),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
