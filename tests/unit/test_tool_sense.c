/* SPDX-License-Identifier: BSD-2-Clause */
/* The tool's reading of sense data: what the library encodes comes back, and
 * what nobody would encode does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "tools/scsiemu/sense.h"

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ })

static char text[4096];

static const char *json(const uint8_t *p, unsigned n)
{
	FILE *f = fmemopen(text, sizeof(text), "w");
	struct report r;

	assert_non_null(f);
	report_begin(&r, f, true);
	sense_report(&r, p, n);
	report_end(&r);
	assert_false(r.failed);
	fclose(f);
	return text;
}

static const struct {
	const char *want[4];
	uint8_t n, bytes[44];
} table[] = {
	/* fixed: each meaning of the sense-key-specific bytes */
	{ { "\"ILLEGAL REQUEST\"", "\"INVALID FIELD IN CDB\"",
	    "\"of\": \"CDB\",\n    \"byte\": 258,\n    \"bit\": 5" },
	  18,
	  { 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0xcd, 1, 2 } },
	{ { "\"of\": \"parameter\",\n    \"byte\": 7\n", "fixed, current",
	    "\"INVALID RELEASE OF PERSISTENT RESERVATION\"" },
	  18,
	  { 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x26, 4, 0, 0x80, 0, 7 } },
	{ { "\"retries\": 513", "\"field_replaceable_unit\": 9",
	    "\"UNRECOVERED READ ERROR\"",
	    "\"information\": {\n    \"value\": 4278255360" },
	  18,
	  { 0xf0, 0, 3, 0xff, 0, 0xff, 0, 10, 0, 0, 0, 0, 0x11, 0, 9, 0x80, 2,
	    1 } },
	{ { "\"done\": 32768,\n    \"of\": 65536",
	    "\"LOGICAL UNIT NOT READY, FORMAT IN PROGRESS\"" },
	  18,
	  { 0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 4, 4, 0, 0x80, 0x80, 0 } },
	{ { "\"segment\": {\n    \"of\": \"descriptor\",\n    \"byte\": 3,\n"
	    "    \"bit\": 0",
	    "\"command_specific\": {\n    \"value\": 16" },
	  18,
	  { 0x70, 0, 10, 0, 0, 0, 0, 10, 0, 0, 0, 16, 8, 4, 0, 0xa8, 0, 3 } },
	{ { "\"attention_overflow\": true", "\"UNIT ATTENTION\"",
	    "fixed, deferred" },
	  18,
	  { 0x71, 0, 6, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x29, 1, 0, 0x81, 0, 0 } },
	/* marks, and less than the whole */
	{ { "\"filemark\": true", "\"end_of_medium\": true",
	    "\"incorrect_length\": true", "\"truncated\": true" },
	  8,
	  { 0x70, 0, 0xe0, 0, 0, 0, 0, 10 } },
	/* descriptors: information, command specific, field, FRU, block */
	{ { "descriptor, current",
	    "\"information\": {\n    \"value\": 81985529216486895",
	    "\"byte\": 2,\n    \"bit\": 3", "\"field_replaceable_unit\": 7" },
	  32,
	  { 0x72, 5, 0x24, 0,	 0,    0,    0,	   24,	 0,    10, 0x80,
	    0,	  1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 2,  6,
	    0,	  0, 0xcb, 0,	 2,    0,    3,	   2,	 0,    7 } },
	{ { "descriptor, deferred", "\"incorrect_length\": true",
	    "\"name\": \"vendor specific\",\n      \"bytes\": \"8002aabb\"" },
	  16,
	  { 0x73, 0, 0, 0, 0, 0, 0, 8, 5, 2, 0, 0x20, 0x80, 2, 0xaa, 0xbb } },
	/* descriptors inside which there is sense data again */
	{ { "\"name\": \"another progress indication\"",
	    "\"LOGICAL UNIT NOT READY, SANITIZE IN PROGRESS\"",
	    "\"done\": 258" },
	  16,
	  { 0x72, 0, 0, 0, 0, 0, 0, 8, 0x0a, 6, 2, 4, 0x1b, 0, 1, 2 } },
	{ { "\"COPY ABORTED\"", "\"name\": \"forwarded sense data\"",
	    "\"status\": \"CHECK CONDITION\"", "\"ILLEGAL REQUEST\"" },
	  20,
	  { 0x72, 10, 0x0d, 1, 0,    0, 0, 12, 0x0c, 10,
	    0,	  2,  0x72, 5, 0x24, 0, 0, 0,  0,    0 } },
	{ { "\"truncated\": true", "\"MEDIUM ERROR\"" },
	  10,
	  { 0x72, 3, 0x11, 0, 0, 0, 0, 12, 0, 10 } },
	/* families, vendors, nobody */
	{ { "\"TAGGED OVERLAPPED COMMANDS (ASCQ = TAG)\"" },
	  8,
	  { 0x72, 11, 0x4d, 0x33 } },
	{ { "\"DIAGNOSTIC FAILURE ON COMPONENT (ASCQ)\"" },
	  8,
	  { 0x72, 4, 0x40, 0x81 } },
	{ { "\"vendor specific\"" }, 8, { 0x72, 9, 0x80, 0 } },
	{ { "\"unknown\"" }, 8, { 0x72, 9, 0x7f, 0 } },
	/* no format that is known */
	{ { "{\n  \"bytes\": \"0102\"\n}" }, 2, { 1, 2 } },
	{ { "{\n  \"bytes\": \"\"\n}" }, 0, { 0 } },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (size_t k = 0; k < 4 && table[i].want[k]; k++) {
			json(table[i].bytes, table[i].n);
			if (!strstr(text, table[i].want[k]))
				fail_msg("row %zu: %s is not in %s", i,
					 table[i].want[k], text);
		}
}

static uint64_t seed = 1;

static uint32_t dice(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

/* A sense value as the library may have it. */
static struct scsiemu_sense any(bool descr)
{
	static const uint8_t keys[] = { 0, 2, 5, 6 };
	static const uint8_t flags[] = { SCSIEMU_S_INFO,     SCSIEMU_S_SPECIFIC,
					 SCSIEMU_S_DEFERRED, SCSIEMU_S_ILI,
					 SCSIEMU_S_EOM,	     SCSIEMU_S_MARK };
	struct scsiemu_sense s = { .key = keys[dice(4)],
				   .asc = (uint16_t)dice(65536),
				   .field = (uint16_t)dice(65536),
				   .bit = dice(2) ? (uint8_t)dice(8)
						  : SCSIEMU_NO_BIT,
				   .info = dice(UINT32_MAX),
				   .specific = 1 + dice(1000) };

	for (size_t i = 0; i < sizeof(flags); i++)
		s.flags |= dice(2) ? flags[i] : 0;
	if (descr)
		s.info |= (uint64_t)dice(UINT32_MAX) << 32;
	if (s.key == 5)
		s.sks = dice(2) ? SCSIEMU_SKS_CDB : SCSIEMU_SKS_PARAM;
	else if (s.key < 3)
		s.sks = SCSIEMU_SKS_PROGRESS;
	return s;
}

static void check(const struct scsiemu_sense *s, const struct sense *got)
{
	assert_int_equal(got->key, s->key);
	assert_int_equal(got->asc << 8 | got->ascq, s->asc);
	assert_int_equal(got->deferred, !!(s->flags & SCSIEMU_S_DEFERRED));
	assert_int_equal(got->has_info, !!(s->flags & SCSIEMU_S_INFO));
	if (got->has_info)
		assert_true(got->info == s->info);
	assert_int_equal(got->has_specific, !!(s->flags & SCSIEMU_S_SPECIFIC));
	if (got->has_specific)
		assert_true(got->specific == s->specific);
	assert_int_equal(got->ili, !!(s->flags & SCSIEMU_S_ILI));
	assert_int_equal(got->eom, !!(s->flags & SCSIEMU_S_EOM));
	assert_int_equal(got->filemark, !!(s->flags & SCSIEMU_S_MARK));
	assert_false(got->truncated);
	if (s->sks == SCSIEMU_SKS_NONE) {
		assert_int_equal(got->sks, SENSE_SKS_NONE);
		return;
	}
	assert_int_equal(got->field, s->field);
	if (s->sks == SCSIEMU_SKS_PROGRESS) {
		assert_int_equal(got->sks, SENSE_SKS_PROGRESS);
		return;
	}
	assert_int_equal(got->sks, SENSE_SKS_FIELD);
	assert_int_equal(got->in_cdb, s->sks == SCSIEMU_SKS_CDB);
	assert_int_equal(got->has_bit, s->bit != SCSIEMU_NO_BIT);
	if (got->has_bit)
		assert_int_equal(got->bit, s->bit);
}

static void test_round_trip(void **state)
{
	uint8_t bytes[252];
	struct sense got;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		bool descr = i & 1;
		struct scsiemu_sense s = any(descr);
		unsigned n = semu_sense_put(&s, descr, bytes, sizeof(bytes));

		assert_true(sense_parse(&got, bytes, n));
		assert_int_equal(got.descriptor, descr);
		check(&s, &got);
	}
}

/* Each code of the table is found, and none that the engine reports is
 * without a text. */
static void test_texts(void **state)
{
	static const uint16_t used[] = {
		SCSIEMU_ASC_NONE,
		SCSIEMU_ASC_INVALID_OPCODE,
		SCSIEMU_ASC_WRITE_PROTECTED,
		SCSIEMU_ASC_POWER_ON_OR_RESET,
		SCSIEMU_ASC_REMOVAL_PREVENTED,
		SCSIEMU_ASC_LOW_POWER,
	};
	unsigned n = 0;

	(void)state;
	for (unsigned asc = 0; asc < 0x8000; asc++)
		n += strcmp(sense_asc_text((uint8_t)(asc >> 8), (uint8_t)asc),
			    "unknown") != 0;
	assert_true(n > 764);
	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		assert_string_not_equal(sense_asc_text((uint8_t)(used[i] >> 8),
						       (uint8_t)used[i]),
					"unknown");
	assert_string_equal(sense_asc_text(0, 0),
			    "NO ADDITIONAL SENSE INFORMATION");
	assert_string_equal(sense_asc_text(0x74, 0x79),
			    "SECURITY CONFLICT IN TRANSLATED DEVICE");
	assert_string_equal(sense_status_name(0x18), "RESERVATION CONFLICT");
	assert_string_equal(sense_status_name(0x99), "reserved");
	assert_string_equal(sense_key_name(0xe), "MISCOMPARE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
