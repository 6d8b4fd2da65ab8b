/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every situation of the table, ended at every step: the tape is where READ
 * POSITION says, with whole objects only, and what stood in front of the
 * command's place is there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/tape.h"
#include "tools/scsiemu/ssc_cases.h"

enum { MOST = 32, ROOM = 4096, MARK = 0 };

/* Lengths of the objects that tape_lay() makes of this; how many. */
static unsigned objects(const char *lay, uint32_t *len)
{
	unsigned n = 0;

	while (*lay) {
		unsigned long count = 1, v;
		char *end;

		if (*lay == ' ') {
			lay++;
		} else if (*lay == 'M') {
			len[n++] = MARK;
			lay++;
		} else {
			v = strtoul(lay, &end, 10);
			if (*end == '*') {
				count = v;
				v = strtoul(end + 1, &end, 10);
			}
			lay = end;
			while (count--)
				len[n++] = (uint32_t)v;
		}
		assert_true(n < MOST);
	}
	return n;
}

/* What READ finds: the length, MARK, or UINT32_MAX at the end. */
static uint32_t read_one(struct tape *t)
{
	const struct scsiemu_cmd *c = &t->d.t.c;

	TAPE_IN(t, ROOM, SCSIEMU_OP_READ_6, 0x02, 0, ROOM >> 8, 0, 0);
	if (c->status == SCSIEMU_GOOD)
		return c->in_done;
	if (c->sense.key == SCSIEMU_SK_BLANK_CHECK)
		return UINT32_MAX;
	assert_int_equal(c->sense.flags & SCSIEMU_S_MARK, SCSIEMU_S_MARK);
	return MARK;
}

static bool is_pattern(const uint8_t *p, uint64_t object, uint32_t len)
{
	uint8_t want[ROOM];

	tape_pattern(want, object, len);
	return memcmp(p, want, len) == 0;
}

static bool is_new(const struct ssc_case *k, const uint8_t *p, uint32_t len)
{
	uint32_t of = k->cdb[1] & 1 ? k->block : k->room;

	for (uint32_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return len == of;
}

static void check(struct tape *t, const struct ssc_case *k, unsigned step)
{
	uint32_t len[MOST];
	unsigned n = objects(k->lay, len);
	struct scsiemu_tape_pos pos;
	uint32_t is;

	tape_tell(t, &pos);
	TAPE_IN(t, 32, SCSIEMU_OP_READ_POSITION, 6, 0, 0, 0, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.t.in[15], pos.object);
	assert_int_equal(t->d.t.in[23], pos.file);
	TAPE_DO(t, SCSIEMU_OP_REWIND, 0, 0, 0, 0, 0);
	drive_good(&t->d);
	for (unsigned i = 0; (is = read_one(t)) != UINT32_MAX; i++) {
		bool old = i < n && is == len[i] &&
			   is_pattern(t->d.t.in, i, is);
		bool mark = is == MARK &&
			    (k->cdb[0] == 0x10 || k->cdb[0] == 0x80);

		if (!old && !mark && !is_new(k, t->d.t.in, is))
			fail_msg("%s, step %u: object %u of %u bytes", k->name,
				 step, i, is);
	}
	tape_tell(t, &pos);
	if (pos.object < n && pos.object < k->at && pos.object < k->after)
		fail_msg("%s, step %u: the end is at %llu", k->name, step,
			 (unsigned long long)pos.object);
}

/* False: it had ended by then. */
static bool cut(const struct ssc_case *k, uint32_t chunk, unsigned step)
{
	static const struct tape_options options = { .ssc.reverse = true };
	static const uint8_t out[ROOM];
	struct drive_task task = { .live = false };
	bool write = k->cdb[0] == 0x0a || k->cdb[0] == 0x8a, cut;
	struct tape t;

	tape_make(&t, &options);
	tape_lay(&t, k->lay);
	if (k->block)
		tape_block(&t, k->block);
	tape_go(&t, 0, k->at);
	t.d.chunk = chunk;
	drive_start(&t.d, &task, t.lu, k->cdb, scsiemu_cdb_length(k->cdb, 16),
		    out, write ? k->room : 0, write ? 0 : k->room);
	for (unsigned i = 0; i < step && task.want > SCSIEMU_WAIT; i++)
		drive_step(&task);
	cut = task.want > SCSIEMU_WAIT;
	if (cut) {
		scsiemu_abort(&task.c);
		drive_ready(&t.d);
	}
	drive_go(&task);
	if (cut)
		assert_int_equal(task.c.outcome, SCSIEMU_ABORTED);
	drive_end(&task);
	drive_task_free(&task);
	t.d.chunk = 0;
	check(&t, k, step);
	tape_free(&t);
	return cut;
}

static void test_each(void **state)
{
	static const uint32_t chunks[] = { 0, 100, 512 };

	(void)state;
	for (unsigned i = 0; i < NSSC_CASES; i++)
		for (unsigned k = 0; k < 3; k++)
			for (unsigned step = 0;
			     cut(&ssc_cases[i], chunks[k], step); step++)
				;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_each) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
