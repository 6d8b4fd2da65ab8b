/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parameter lists of EXTENDED COPY: each field that may be wrong, in both
 * forms, with its sense and field pointer; a bad list moves nothing. What is
 * told of the limits is where they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"

enum { ANY = 0xffff };

/* The usual list with one or two bytes changed, and what comes of it. Places
 * are counted from the header, the CSCD descriptors or the segment on. */
enum { HEADER, CSCD, SEGMENT };
struct wrong {
	uint8_t part, at, value, at2, value2; /* at2 0: only one */
	uint16_t asc, field;
	uint8_t bit;
};

static const struct wrong in_lid1[] = {
	{ HEADER, 1, 0x80, 0, 0, 0x2600, 1, 7 },
	{ HEADER, 1, 0x40, 0, 0, 0x2600, 1, 6 },
	{ HEADER, 1, 0x08, 0, 0, 0x2600, 1, 4 },   /* usage 01b */
	{ HEADER, 1, 0x18, 0, 0, 0x2600, 0, 255 }, /* 11b with an id */
	{ HEADER, 3, 63, 0, 0, 0x1a00, ANY, 255 },
	{ HEADER, 3, 96, 0, 0, 0x1a00, ANY, 255 },
	{ HEADER, 2, 0xff, 3, 0xe0, 0x1a00, ANY, 255 },
	{ HEADER, 11, 29, 0, 0, 0x1a00, ANY, 255 },
	{ HEADER, 11, 27, 0, 0, 0x1a00, ANY, 255 },
	{ HEADER, 8, 0xff, 9, 0xff, 0x1a00, ANY, 255 },
	{ HEADER, 15, 1, 0, 0, 0x260b, 12, 255 },
	{ HEADER, 12, 0xff, 0, 0, 0x260b, 12, 255 },
};

static const struct wrong in_lid4[] = {
	{ HEADER, 0, 0, 0, 0, 0x2600, 0, 255 },
	{ HEADER, 0, 2, 0, 0, 0x2600, 0, 255 },
	{ HEADER, 1, 0x80, 0, 0, 0x2600, 1, 7 },
	{ HEADER, 1, 0x08, 0, 0, 0x2600, 1, 4 },
	{ HEADER, 1, 0x18, 0, 0, 0x2600, 20, 255 },
	{ HEADER, 1, 0x18, 23, 0, 0, 0, 0 },
	{ HEADER, 3, 0x10, 0, 0, 0x2600, 2, 255 },
	{ HEADER, 15, 2, 0, 0, 0x2600, 15, 1 }, /* G_SENSE */
	{ HEADER, 16, 0xfe, 0, 0, 0x2600, 16, 255 },
	{ HEADER, 43, 63, 0, 0, 0x1a00, ANY, 255 },
	{ HEADER, 45, 29, 0, 0, 0x1a00, ANY, 255 },
	{ HEADER, 47, 1, 0, 0, 0x260b, 46, 255 },
};

static const struct wrong in_both[] = {
	{ CSCD, 0, 0xe0, 0, 0, 0x2607, 0, 255 },
	{ CSCD, 32, 0xea, 0, 0, 0x2607, 32, 255 },
	{ CSCD, 7, 21, 0, 0, 0x2600, 7, 255 },
	{ SEGMENT, 0, 0x00, 0, 0, 0x2609, 0, 255 },
	{ SEGMENT, 0, 0x01, 0, 0, 0x2609, 0, 255 },
	{ SEGMENT, 0, 0x04, 0, 0, 0x2609, 0, 255 },
	{ SEGMENT, 0, 0x14, 0, 0, 0x2609, 0, 255 },
	{ SEGMENT, 3, 0x17, 0, 0, 0x2600, 2, 255 },
	{ SEGMENT, 3, 0x19, 0, 0, 0x2600, 2, 255 },
};

static void usual(struct copier *c, bool lid4)
{
	copier_list(c, lid4, 1, 2);
	copier_disk(c, 0);
	copier_disk(c, 1);
	copier_blocks(c, 0, 1, 8, 0, 3);
}

static void one(struct copier *c, bool lid4, const struct wrong *w)
{
	static const uint16_t places[2][3] = { { 0, 16, 80 }, { 0, 48, 112 } };
	static uint8_t was[64 * 512];
	unsigned from = places[lid4][w->part];

	memcpy(was, c->k[1].bytes, sizeof(was));
	usual(c, lid4);
	c->list[from + w->at] = w->value;
	if (w->at2)
		c->list[from + w->at2] = w->value2;
	copier_run(c, 0);
	if (!w->asc) {
		drive_good(&c->d);
		return;
	}
	assert_memory_equal(c->k[1].bytes, was, sizeof(was));
	if (w->field == ANY)
		drive_check(&c->d, SCSIEMU_SK_ILLEGAL_REQUEST, w->asc);
	else
		drive_param(&c->d, w->asc, (uint16_t)(from + w->field), w->bit);
}

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void test_wrong(void **state)
{
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	for (unsigned i = 0; i < LEN(in_lid1); i++)
		one(&c, false, &in_lid1[i]);
	for (unsigned i = 0; i < LEN(in_lid4); i++)
		one(&c, true, &in_lid4[i]);
	for (unsigned i = 0; i < 2 * LEN(in_both); i++)
		one(&c, i & 1, &in_both[i / 2]);
	copier_free(&c);
}

/* Every code of the descriptors, known or not, in the lists of both forms. It
 * is the code that is judged: what is unknown has no length. */
static void every_code(const struct copier_options *o, const uint8_t *cscds,
		       const uint8_t *segments)
{
	struct copier c;

	copier_make(&c, o);
	for (unsigned i = 0; i < 2 * 256; i++) {
		const bool lid4 = i >= 256 && !(o && o->version);
		const uint8_t code = (uint8_t)i;
		const uint8_t at = lid4 ? 48 : 16;

		usual(&c, lid4);
		c.list[at + 32] = code; /* of the second one */
		copier_run(&c, 0);
		if (!memchr(cscds, code, 3))
			drive_param(&c.d, SCSIEMU_ASC_UNSUPPORTED_TARGET_TYPE,
				    at + 32, SCSIEMU_NO_BIT);
		usual(&c, lid4);
		copier_blocks(&c, 0, 1, 8, 0, 3);
		c.list[at + 64] = code; /* of the first one */
		copier_run(&c, 0);
		if (!memchr(segments, code, 5))
			drive_param(&c.d, SCSIEMU_ASC_UNSUPPORTED_SEGMENT_TYPE,
				    at + 64, SCSIEMU_NO_BIT);
		else if (code != 0x02 && code != 0x0d)
			drive_param(&c.d, 0x2600, at + 64 + 2,
				    SCSIEMU_NO_BIT); /* of another length */
		else
			drive_good(&c.d);
	}
	copier_free(&c);
}

static void test_codes(void **state)
{
	static const uint8_t spc_4[3] = { 0xe4, 0xe6, 0xe6 };
	static const uint8_t spc_2[3] = { 0xe4, 0xe4, 0xe4 };
	static const uint8_t usual_ones[5] = { 0x02, 0x07, 0x0a, 0x0a, 0x0a };
	static const uint8_t holding[5] = { 0x02, 0x07, 0x0a, 0x0d, 0x0d };
	static const struct copier_options held = { .held = 8192 };
	static const struct copier_options old = { .version = 4 };

	(void)state;
	every_code(NULL, spc_4, usual_ones);
	every_code(&held, spc_4, holding);
	every_code(&old, spc_2, usual_ones);
}

/* Every length that is too short; none at all is nothing to do. */
static void test_lengths(void **state)
{
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	for (unsigned lid4 = 0; lid4 < 2; lid4++) {
		uint32_t whole;

		usual(&c, lid4);
		whole = c.len;
		for (c.len = 0; c.len < whole; c.len++) {
			copier_run(&c, 0);
			if (c.len)
				drive_check(&c.d, SCSIEMU_SK_ILLEGAL_REQUEST,
					    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
			else
				drive_good(&c.d);
		}
		c.len += 3; /* what is behind the lists is not looked at */
		copier_run(&c, 0);
		drive_good(&c.d);
	}
	copier_free(&c);
}

/* An old device takes LU ID TYPE seriously. */
static void test_spc_3(void **state)
{
	struct copier_options o = { .version = 5 };
	struct copier c;

	(void)state;
	for (unsigned old = 0; old < 2; old++) {
		copier_make(&c, old ? &o : NULL);
		usual(&c, false);
		c.list[17] = 0x80;
		copier_run(&c, 0);
		if (old)
			drive_param(&c.d, 0x2600, 17, 7);
		else
			drive_good(&c.d);
		copier_free(&c);
	}
}

/* A disk of SPC-2 is read and written by commands of 10 bytes. */
static void test_spc_2(void **state)
{
	const struct copier_options o = { .version = 4 };
	struct copier c;

	(void)state;
	copier_make(&c, &o);
	usual(&c, false);
	copier_run(&c, 0);
	drive_good(&c.d);
	assert_memory_equal(c.k[1].bytes + 3 * 512, c.k[0].bytes, 8 * 512);
	copier_free(&c);
}

static void operating(struct copier *c, uint32_t *cscds, uint32_t *segments,
		      uint32_t *list)
{
	copier_in(c, 0, SCSIEMU_SA_COPY_PARAMETERS, 0, 100);
	drive_good(&c->d);
	*cscds = (uint32_t)copier_get(c->d.t.in + 8, 2);
	*segments = (uint32_t)copier_get(c->d.t.in + 10, 2);
	*list = (uint32_t)copier_get(c->d.t.in + 12, 4);
}

/* As many descriptors as are told of, and one more. */
static void test_limits(void **state)
{
	uint32_t cscds, segments, list;
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	operating(&c, &cscds, &segments, &list);
	assert_true(cscds >= 2 && segments >= 2);
	for (uint32_t more = 0; more < 2; more++) {
		copier_list(&c, false, 0, 3);
		for (uint32_t i = 0; i < cscds + more; i++)
			copier_disk(&c, 0);
		copier_blocks(&c, 0, 0, 1, 0, 1);
		copier_run(&c, 0);
		if (more)
			drive_param(&c.d, SCSIEMU_ASC_TOO_MANY_TARGETS, 2,
				    SCSIEMU_NO_BIT);
		else
			drive_good(&c.d);
		copier_list(&c, true, 0, 3);
		copier_disk(&c, 0);
		for (uint32_t i = 0; i < segments + more; i++)
			copier_blocks(&c, 0, 0, 1, 0, 1);
		copier_run(&c, 0);
		if (more)
			drive_param(&c.d, SCSIEMU_ASC_TOO_MANY_SEGMENTS,
				    (uint16_t)(80 + 28 * segments),
				    SCSIEMU_NO_BIT);
		else
			drive_good(&c.d);
	}
	copier_list(&c, false, 0, 3);
	for (uint32_t i = 0; i <= list / 32; i++)
		copier_disk(&c, 0);
	copier_run(&c, 0);
	drive_check(&c.d, SCSIEMU_SK_ILLEGAL_REQUEST,
		    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	copier_free(&c);
}

/* A segment that is longer than is told of. */
static void test_long_segment(void **state)
{
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	copier_in(&c, 0, SCSIEMU_SA_COPY_PARAMETERS, 0, 100);
	assert_int_equal(copier_get(c.d.t.in + 16, 4), 256 << 20);
	copier_list(&c, false, 0, 3);
	copier_disk(&c, 0);
	copier_bytes(&c, 0, 0, (256u << 20) + 1, 0, 0, 0, 0);
	copier_run(&c, 0);
	drive_param(&c.d, 0x2600, 16 + 32 + 8, SCSIEMU_NO_BIT);
	copier_free(&c);
}

static void test_parameters(void **state)
{
	static const uint8_t want[49] = {
		0,    0, 0, 45,	  1, 0, 0,  0, /* SNLID */
		0,    9, 0, 16,		       /* CSCDs, segments */
		0,    0, 2, 0x54,	       /* bytes of both */
		0x10, 0, 0, 0,	  0, 0, 0,  0, /* longest segment, inline */
		0,    0, 0, 0,	  0, 0, 0,  0, /* held, stream */
		0,    0, 0, 4,	  4, 0, 0,  0, /* copies, granularity */
		0,    0, 0, 5,	  2, 7, 10, 0xe4, 0xe6,
	};
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	copier_in(&c, 0, SCSIEMU_SA_COPY_PARAMETERS, 0, 100);
	/* limits follow from scratch: see test_limits() */
	memcpy(c.d.t.in + 8, want + 8, 8);
	drive_data(&c.d, want, sizeof(want));
	copier_free(&c);
}

/* VPD 8Fh: each descriptor, and that all of it is where its lengths say. */
static void test_vpd(void **state)
{
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, 1, 0x8f, 4, 0 };
	static const uint16_t types[] = { 0x0000, 0x0001, 0x0004, 0x0008,
					  0x000c, 0x0106, 0x0108, 0x8001 };
	static const uint8_t general[36] = { 0x80, 1, 0, 0x20, 0, 0,   0,
					     4,	   0, 0, 0,    4, 0x10 };
	static const uint8_t features[52] = {
		1,    6,    0,	      0x5c,	   [19] = 1,  [20] = 0xff, 0xff,
		0xff, 0xff, [26] = 2, [27] = 0x58, [47] = 48, [51] = 0x2c,
	};
	static const uint8_t rods[16] = { 1, 8, 0, 0xc4, 0, 0, 0, 0xc0,
					  0, 1, 0, 0,	 3, 0, 0, 2 };
	/* 83h with five service actions, 84h with eight */
	static const uint8_t commands[24] = {
		0,    1,    0, 20, 17, 0x83, 5, 0, 1, 0x10, 0x11,
		0x1c, 0x84, 8, 0,  1,  3,    4, 5, 6, 7,    8,
	};
	struct copier c;

	(void)state;
	for (unsigned plain = 0; plain < 2; plain++) {
		struct copier_options o = { .not_random = plain };
		uint32_t at = 4, i = 0, len;
		const uint8_t *p;

		copier_make(&c, &o);
		drive_in(&c.d, c.lu[0], inquiry, 6);
		drive_good(&c.d);
		p = c.d.t.in;
		len = 4 + (uint32_t)copier_get(p + 2, 2);
		assert_int_equal(c.d.t.c.in_done, len);
		for (; at < len;
		     at += 4 + (uint32_t)copier_get(p + at + 2, 2)) {
			while (plain && (!types[i] || types[i] >> 8 == 1))
				i++;
			assert_int_equal(copier_get(p + at, 2), types[i++]);
			assert_int_equal(copier_get(p + at + 2, 2) % 4, 0);
			if (types[i - 1] == 0x8001)
				assert_memory_equal(p + at, general, 36);
			if (types[i - 1] == 0x0106)
				assert_memory_equal(p + at, features, 52);
			if (types[i - 1] == 0x0108)
				assert_memory_equal(p + at, rods, 16);
			if (types[i - 1] == 0x0001 && !plain)
				assert_memory_equal(p + at, commands,
						    sizeof(commands));
		}
		assert_int_equal(at, len);
		assert_int_equal(i, 8);
		copier_free(&c);
	}
}

static void test_inquiry(void **state)
{
	static const uint8_t inquiry[6] = { SCSIEMU_OP_INQUIRY, 0, 0, 0, 96 };
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	drive_in(&c.d, c.lu[0], inquiry, 6);
	assert_int_equal(c.d.t.in[5], 0x08);
	copier_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_spc_3),
		cmocka_unit_test(test_spc_2),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_long_segment),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_vpd),
		cmocka_unit_test(test_inquiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
