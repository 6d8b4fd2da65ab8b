/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/store/tape_suite.c - the kinds of tape stores, and short forms. */
#include "tape_suite.h"

#include <scsiemu/codec.h>

struct scsiemu_errmsg tape_err;

static int make_mem(struct scsiemu_medium *m, const struct scsiemu_tape_new *is,
		    bool read_only)
{
	struct scsiemu_tape_new mine = *is;

	mine.read_only = read_only;
	return scsiemu_open_tape_mem(m, &mine, &tape_err);
}

static int make_log(struct scsiemu_medium *m, const struct scsiemu_tape_new *is,
		    bool read_only)
{
	return scsiemu_open_tape_log(m, kit_path("tape"), is, read_only,
				     &tape_err);
}

/* A codec that is asked for nothing. */
static int make_codec(struct scsiemu_medium *m,
		      const struct scsiemu_tape_new *is, bool read_only)
{
	if (make_mem(m, is, read_only))
		return -1;
	if (!scsiemu_wrap_codec(m, NULL, &tape_err))
		return 0;
	scsiemu_medium_close(m);
	return -1;
}

static int make_image(struct scsiemu_medium *m, enum scsiemu_image format,
		      const struct scsiemu_tape_new *is, bool read_only)
{
	struct scsiemu_tape_new mine = *is;

	mine.read_only = read_only;
	return scsiemu_open_tape_image(m, kit_path("image"), format, &mine,
				       &tape_err);
}

static int make_simh(struct scsiemu_medium *m,
		     const struct scsiemu_tape_new *is, bool read_only)
{
	return make_image(m, SCSIEMU_IMAGE_SIMH, is, read_only);
}

static int make_aws(struct scsiemu_medium *m, const struct scsiemu_tape_new *is,
		    bool read_only)
{
	return make_image(m, SCSIEMU_IMAGE_AWS, is, read_only);
}

const struct kind suite_kinds[SUITE_KINDS] = {
	[SUITE_MEM] = { "tape_mem", make_mem, false },
	[SUITE_LOG] = { "tape_log", make_log, true },
	[SUITE_CODEC] = { "codec", make_codec, false },
	[SUITE_SIMH] = { "simh", make_simh, true },
	[SUITE_AWS] = { "aws", make_aws, true },
};

const struct scsiemu_tape_new suite_usual = { .bytes = SUITE_BYTES,
					      .density = 0x58,
					      .medium_type = 0x58 };
const struct kind *kind;
struct scsiemu_medium tape;

void suite_open(const struct scsiemu_tape_new *is)
{
	if (kind->make(&tape, is, false))
		fail_msg("%s: %s", kind->name, tape_err.text);
}

int suite_setup(void **state)
{
	kind = *state;
	inject_on();
	kit_seed = 7;
	suite_open(&suite_usual);
	return 0;
}

int suite_teardown(void **state)
{
	(void)state;
	scsiemu_medium_close(&tape);
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
	inject_off();
	kit_clean();
	return 0;
}

void suite_again(const struct scsiemu_tape_new *is)
{
	scsiemu_medium_close(&tape);
	kit_clean();
	suite_open(is);
}

int put(const char *text)
{
	return tape_write(&tape, 0, text, strlen(text), NULL);
}

int marks(uint64_t n)
{
	return tape_verb(&tape, SCSIEMU_V_MARKS, 0, n);
}

int locate(uint64_t object, uint64_t partition)
{
	return tape_verb(&tape, SCSIEMU_V_LOCATE, object, partition);
}

int space(enum scsiemu_tape_space code, int64_t count)
{
	return tape_verb(&tape, SCSIEMU_V_SPACE, code, (uint64_t)count);
}

/* The next record is this text. */
void gets_text(const char *text)
{
	char buf[64];

	memset(buf, 0x55, sizeof(buf));
	assert_int_equal(tape_read(&tape, 0, buf, sizeof(buf), NULL),
			 SCSIEMU_R_RECORD);
	assert_int_equal(tape_io.info, strlen(text));
	assert_int_equal(tape_io.moved, strlen(text));
	assert_memory_equal(buf, text, strlen(text));
	assert_int_equal(buf[strlen(text)], 0x55); /* and nothing beyond */
}

int read_one(void)
{
	char c;

	return tape_read(&tape, 0, &c, 1, NULL);
}

/* a b | c | | d: records, | filemarks */
void write_usual(void)
{
	assert_int_equal(put("a"), SCSIEMU_R_RECORD);
	assert_int_equal(put("b"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(1), 0);
	assert_int_equal(put("c"), SCSIEMU_R_RECORD);
	assert_int_equal(marks(2), 0);
	assert_int_equal(put("d"), SCSIEMU_R_RECORD);
	tape_stands(&tape, 0, 7, 3);
}

int set_attr(uint64_t part, uint16_t id, const char *value)
{
	uint8_t list[64] = { (uint8_t)(id >> 8), (uint8_t)id, 1, 0,
			     (uint8_t)strlen(value) };

	memcpy(list + 5, value, strlen(value));
	return tape_verb_buf(&tape, SCSIEMU_V_SETATTR, part, list,
			     5 + strlen(value));
}

/* The first from id on: that one, with this value. */
void has_attr(uint32_t part, uint16_t from, uint16_t id, const char *value)
{
	struct scsiemu_tape_attribute a;

	assert_true(tape_ops(&tape)->attribute(tape.ctx, part, from, &a));
	assert_int_equal(a.id, id);
	assert_int_equal(a.format, 1);
	assert_int_equal(a.len, strlen(value));
	assert_memory_equal(a.value, value, a.len);
}

bool no_attr(uint32_t part, uint16_t from)
{
	struct scsiemu_tape_attribute a;

	return !tape_ops(&tape)->attribute(tape.ctx, part, from, &a);
}

int partition(uint32_t n, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	const struct scsiemu_tape_layout l = { n, { a, b, c, d } };

	return tape_verb_buf(&tape, SCSIEMU_V_PARTITION, 0, &l, sizeof(l));
}
