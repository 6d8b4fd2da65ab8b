/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every row while FORMAT UNIT, SANITIZE or a self-test in the foreground is at
 * work, against a table of its own of what is allowed then: all else is told
 * what goes on, and how far it is. The work comes to its end all the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "spec/spec.h"

/* SBC-4 4.11.2, 5.4.1, SPC-5 5.15.2; what follows REQUEST SENSE is our choice
 * (docs/disk.md). */
static const struct {
	uint8_t op;
	uint16_t sa;
} allowed[] = {
	{ 0x12, SCSIEMU_NO_SA }, /* INQUIRY */
	{ 0xa0, SCSIEMU_NO_SA }, /* REPORT LUNS */
	{ 0x03, SCSIEMU_NO_SA }, /* REQUEST SENSE */
	{ 0xa3, 0x0a },		 /* REPORT TARGET PORT GROUPS */
	{ 0xa3, 0x0c },		 /* REPORT SUPPORTED OPERATION CODES */
	{ 0xa3, 0x0d },		 /* REPORT SUPPORTED TASK MANAGEMENT ... */
	{ 0x4d, SCSIEMU_NO_SA }, /* LOG SENSE */
	{ 0x9e, 0x17 },		 /* GET PHYSICAL ELEMENT STATUS */
};

static bool is_allowed(const struct scsiemu_row *row)
{
	for (unsigned i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (allowed[i].op == row->op && allowed[i].sa == row->sa)
			return true;
	return false;
}

/* Start it; the task stays behind while the work goes on. */
static struct scsiemu_cmd *start(struct spec *s, struct drive_task *t,
				 const uint8_t *cdb, unsigned len, int *want)
{
	drive_start(&s->b.d, t, s->b.lu, cdb, len, NULL, 0, 0);
	if (cdb[0] == SCSIEMU_OP_SEND_DIAGNOSTIC)
		return NULL;
	drive_go(t);
	assert_int_equal(t->want, SCSIEMU_WAIT);
	return drive_take_job(&s->b.d, want);
}

static void stop(struct spec *s, struct drive_task *t, struct scsiemu_cmd *job,
		 int want)
{
	while (job && want > SCSIEMU_WAIT)
		want = drive_job_step(&s->b.d, job);
	drive_ready(&s->b.d);
	drive_go(t);
	assert_int_equal(t->c.status, SCSIEMU_GOOD);
	drive_end(t);
	drive_task_free(t);
}

static void each_row(const uint8_t *work, unsigned len, uint16_t asc)
{
	const struct scsiemu_row *row;

	SPEC_EACH_ROW(row)
	{
		struct drive_task t = { .live = false };
		const struct scsiemu_sense *sense;
		struct scsiemu_cmd *job;
		uint8_t cdb[260];
		int want = 0;
		struct spec s;
		bool stopped;

		spec_make(&s);
		job = start(&s, &t, work, len, &want);
		spec_cdb(cdb, row);
		if (row->op == SCSIEMU_OP_SANITIZE && row->sa == 1)
			cdb[8] = 5; /* a list that is never asked for */
		spec_run(&s, cdb, row->len);
		stopped = spec_is(&s, SCSIEMU_SK_NOT_READY, asc);
		sense = &s.b.d.t.c.sense;
		if (stopped == is_allowed(row))
			fail_msg("%s at %04x: %s", row->name, asc,
				 stopped ? "stopped" : "not stopped");
		if (stopped)
			assert_int_equal(sense->sks, SCSIEMU_SKS_PROGRESS);
		stop(&s, &t, job, want);
		spec_free(&s);
	}
}

static void test_format(void **state)
{
	static const uint8_t cdb[6] = { SCSIEMU_OP_FORMAT_UNIT };

	(void)state;
	each_row(cdb, 6, 0x0404);
}

static void test_sanitize(void **state)
{
	static const uint8_t cdb[10] = { SCSIEMU_OP_SANITIZE,
					 SCSIEMU_SA_CRYPTOGRAPHIC_ERASE };

	(void)state;
	each_row(cdb, 10, 0x041b);
}

static void test_selftest(void **state)
{
	static const uint8_t cdb[6] = { SCSIEMU_OP_SEND_DIAGNOSTIC, 0xc0 };

	(void)state;
	each_row(cdb, 6, 0x0409);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_sanitize),
		cmocka_unit_test(test_selftest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
