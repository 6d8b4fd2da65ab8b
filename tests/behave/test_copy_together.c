/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies beside other commands: whom they wait for and who waits for them, on
 * three logical units; copies that cross; and everything that may happen to one
 * on its way: aborted by task management, by the loss of its nexus, by the
 * removal of any of its logical units, at every step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/copier.h"
#include "support/disk.h"

enum { N = 64 * 512 };

static void usual(struct copier *c, unsigned from, unsigned to, bool immed)
{
	copier_list(c, true, 5, 0);
	c->list[15] = immed;
	copier_disk(c, from);
	copier_disk(c, to);
	copier_blocks(c, 0, 1, 12, 0, 4);
}

static void finish(struct drive_task *t)
{
	drive_go(t);
	drive_end(t);
	drive_task_free(t);
}

/* COMPARE AND WRITE of one block that compares, started on LUN i. */
static void start_caw(struct copier *c, struct drive_task *t, unsigned i,
		      uint64_t lba, uint8_t out[1024])
{
	uint8_t cdb[16];

	memcpy(out, c->k[i].bytes + lba * 512, 512);
	memset(out + 512, 0xc5, 512);
	disk_cdb(cdb, SCSIEMU_OP_COMPARE_AND_WRITE, 0, lba, 1);
	drive_start(&c->d, t, c->lu[i], cdb, 16, out, 1024, 0);
}

/* While a copy runs, COMPARE AND WRITE waits on its extents and nowhere else,
 * not even on the logical unit that got the copy. */
static void test_beside(void **state)
{
	static const struct {
		uint8_t lun, lba;
		bool waits;
	} cases[] = {
		{ 0, 0, false },  { 1, 0, true },   { 1, 11, true },
		{ 1, 12, false }, { 2, 3, false },  { 2, 4, true },
		{ 2, 15, true },  { 2, 16, false },
	};
	struct drive_task t = { .live = false }, u = { .live = false };
	uint8_t out[1024];

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct copier c;

		copier_make(&c, NULL);
		usual(&c, 1, 2, false);
		copier_start(&c, &t, 0);
		drive_step(&t);
		assert_int_equal(t.want, SCSIEMU_STORE);
		start_caw(&c, &u, cases[i].lun, cases[i].lba, out);
		assert_int_equal(u.want == SCSIEMU_WAIT, cases[i].waits);
		if (cases[i].waits) {
			drive_go(&t);
			drive_end(&t);
			assert_true(u.want > SCSIEMU_WAIT);
			drive_task_free(&t);
			drive_go(&u);
			drive_end(&u);
			drive_task_free(&u);
		} else {
			finish(&u);
			finish(&t);
		}
		copier_free(&c);
	}
}

/* A copy waits for COMPARE AND WRITE on either side. */
static void test_waits(void **state)
{
	struct drive_task t = { .live = false }, u = { .live = false };
	uint8_t out[1024];

	(void)state;
	for (unsigned side = 1; side < 3; side++) {
		struct copier c;

		copier_make(&c, NULL);
		start_caw(&c, &u, side, 6, out);
		assert_true(u.want > SCSIEMU_WAIT);
		usual(&c, 1, 2, false);
		copier_start(&c, &t, 0);
		drive_step(&t);
		assert_int_equal(t.want, SCSIEMU_WAIT);
		assert_null(scsiemu_ready(c.d.dev));
		finish(&u);
		assert_int_equal(t.want, SCSIEMU_STORE);
		drive_go(&t);
		assert_int_equal(t.c.status, SCSIEMU_GOOD);
		drive_end(&t);
		drive_task_free(&t);
		assert_memory_equal(c.k[2].bytes + 4 * 512, c.k[1].bytes,
				    12 * 512);
		copier_free(&c);
	}
}

/* The same with a job. */
static void test_job_waits(void **state)
{
	struct drive_task u = { .live = false };
	uint8_t out[1024];
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	start_caw(&c, &u, 2, 6, out);
	usual(&c, 1, 2, true);
	copier_run(&c, 0);
	drive_good(&c.d);
	assert_int_equal(c.d.njobs, 0);
	finish(&u);
	assert_int_equal(c.d.njobs, 1);
	assert_memory_equal(c.k[2].bytes + 4 * 512, c.k[1].bytes, 12 * 512);
	copier_free(&c);
}

/* Copies that cross, of any task attribute, and other commands among them: all
 * of them come to their end. */
static void test_crossing(void **state)
{
	enum { TASKS = 8 };
	uint64_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct drive_task t[TASKS];
		uint8_t out[TASKS][1024], lists[TASKS][COPIER_LIST];
		unsigned left = TASKS, idle = 0;
		struct copier_options o = { .copies = TASKS };
		struct copier c;

		copier_make(&c, &o);
		memset(t, 0, sizeof(t));
		for (unsigned i = 0; i < TASKS; i++) {
			uint64_t r = disk_random(&seed) >> 8;

			c.d.attr = (uint8_t)(r % 3);
			if (r & 0x100) {
				start_caw(&c, &t[i], r / 3 % 3, r / 9 % 20,
					  out[i]);
				continue;
			}
			usual(&c, r / 3 % 3, r / 9 % 3, false);
			c.list[23] = (uint8_t)i;
			memcpy(lists[i], c.list, c.len);
			copier_start(&c, &t[i], r / 27 % 3);
			t[i].out = lists[i];
		}
		while (left) {
			unsigned i = disk_random(&seed) % TASKS;

			if (!t[i].live)
				continue;
			if (t[i].want > SCSIEMU_WAIT) {
				drive_step(&t[i]);
				idle = 0;
			}
			if (t[i].want == SCSIEMU_DONE) {
				drive_end(&t[i]);
				drive_task_free(&t[i]);
				left--;
				idle = 0;
			}
			drive_ready(&c.d);
			assert_true(idle++ < 1000);
		}
		copier_free(&c);
	}
}

enum how {
	EMBEDDER,
	RESET_OWN,
	RESET_SOURCE,
	NEXUS,
	REMOVE_OWN,
	REMOVE_SOURCE,
	REMOVE_DESTINATION,
	HOWS
};

static void reset(struct copier *c, unsigned i)
{
	struct drive_task m;

	memset(&m, 0, sizeof(m));
	m.d = &c->d;
	m.c.tmf = SCSIEMU_TMF_LU_RESET;
	m.c.nexus = c->d.nexus;
	m.c.scratch = m.scratch = malloc(c->d.scratch);
	assert_non_null(m.scratch);
	m.c.scratch_len = c->d.scratch;
	m.want = scsiemu_start(c->lu[i], &m.c);
	/* what it hit has its want out: the answer comes in time */
	if (m.want == SCSIEMU_WAIT) {
		scsiemu_device_tick(c->d.dev, 0);
		scsiemu_device_tick(c->d.dev, 2001);
		m.want = scsiemu_next(&m.c);
		while (scsiemu_ready(c->d.dev))
			;
		m.want = scsiemu_next(&m.c);
	}
	assert_int_equal(m.want, SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(&m.c), 0);
	free(m.scratch);
}

static void strike(struct copier *c, struct scsiemu_cmd *cmd, enum how how)
{
	switch (how) {
	case EMBEDDER:
		scsiemu_abort(cmd);
		break;
	case RESET_OWN:
	case RESET_SOURCE:
		reset(c, how == RESET_OWN ? 0 : 1);
		break;
	case NEXUS:
		scsiemu_nexus_detach(c->d.nexus);
		c->d.nexus = NULL;
		break;
	default:
		scsiemu_lu_remove(c->lu[how - REMOVE_OWN]);
		c->lu[how - REMOVE_OWN] = NULL;
		break;
	}
}

/* Answer the want that is out from the media, if the LU is still there. */
static int answer(struct copier *c, struct scsiemu_cmd *cmd)
{
	struct drive_disk *k = NULL;

	for (unsigned i = 0; i < COPIER_DISKS; i++)
		if (c->lu[i] == cmd->lu)
			k = &c->k[i];
	if (!k)
		return scsiemu_did(cmd, SCSIEMU_E_NO_MEDIUM, 0);
	if (cmd->verb == SCSIEMU_V_LOAD)
		memcpy(cmd->buf, k->bytes + cmd->addr * 512, cmd->len);
	if (cmd->verb == SCSIEMU_V_SAVE)
		memcpy(k->bytes + cmd->addr * 512, cmd->buf, cmd->len);
	return scsiemu_did(cmd, SCSIEMU_OK, 0);
}

/* Each block is old or new, and nothing keeps waiting on those logical units
 * that are left. */
static void still_works(struct copier *c, const uint8_t *was)
{
	struct drive_task t = { .live = false };
	static uint8_t out[1024];

	for (unsigned i = 0; i < 64; i++) {
		const uint8_t *p = c->k[2].bytes + i * 512;

		assert_true(!memcmp(p, was + i * 512, 512) ||
			    (i >= 4 && i < 16 &&
			     !memcmp(p, c->k[1].bytes + (i - 4) * 512, 512)));
	}
	for (unsigned i = 0; i < COPIER_DISKS; i++) {
		if (!c->lu[i])
			continue;
		drive_settle(&c->d, c->lu[i], c->d.nexus);
		start_caw(c, &t, i, 8, out);
		finish(&t);
	}
}

/* Start it; the command that copies, and its first want. */
static struct scsiemu_cmd *begin(struct copier *c, struct drive_task *t,
				 bool immed, int *want)
{
	struct scsiemu_cmd *j;

	usual(c, 1, 2, immed);
	copier_start(c, t, 0);
	drive_step(t);
	*want = t->want;
	if (!immed)
		return &t->c;
	assert_int_equal(*want, SCSIEMU_DONE);
	assert_int_equal(scsiemu_end(&t->c), 0);
	t->live = false;
	j = scsiemu_ready(c->d.dev);
	assert_non_null(j);
	*want = scsiemu_next(j);
	return j;
}

/* False: it has not so many steps. */
static bool struck_at(unsigned at, enum how how, bool immed)
{
	static uint8_t was[N];
	struct drive_task t = { .live = false };
	struct scsiemu_cmd *cmd;
	struct copier c;
	bool hit;
	int want;

	copier_make(&c, NULL);
	c.d.nexus = copier_nexus(&c);
	memcpy(was, c.k[2].bytes, N);
	cmd = begin(&c, &t, immed, &want);
	while (at-- && want == SCSIEMU_STORE)
		want = answer(&c, cmd);
	hit = want == SCSIEMU_STORE;
	if (hit)
		strike(&c, cmd, how);
	while (scsiemu_ready(c.d.dev))
		;
	while (want == SCSIEMU_STORE)
		want = answer(&c, cmd);
	assert_int_equal(want, SCSIEMU_DONE);
	if (hit && !immed && how != RESET_SOURCE)
		assert_true(cmd->aborted);
	if (hit && how == RESET_SOURCE) /* a copy goes on */
		assert_int_equal(cmd->status, SCSIEMU_GOOD);
	assert_int_equal(scsiemu_end(cmd), 0);
	t.live = false;
	drive_task_free(&t);
	assert_null(scsiemu_ready(c.d.dev));
	still_works(&c, was);
	copier_free(&c);
	return hit;
}

static void test_struck(void **state)
{
	(void)state;
	for (unsigned how = 0; how < 2 * HOWS; how++) {
		unsigned at = 0;

		while (struck_at(at, how / 2, how & 1))
			at++;
		assert_int_equal(at, 8);
	}
}

/* A logical unit that goes while the copy waits for the other one. */
static void test_gone_waiting(void **state)
{
	struct drive_task t = { .live = false }, u = { .live = false };
	uint8_t out[1024];
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	start_caw(&c, &u, 1, 6, out);
	usual(&c, 1, 2, false);
	copier_start(&c, &t, 0);
	drive_step(&t);
	assert_int_equal(t.want, SCSIEMU_WAIT); /* on 1, not yet on 2 */
	scsiemu_lu_remove(c.lu[2]);
	finish(&u);
	drive_go(&t);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.status, SCSIEMU_CHECK_CONDITION);
	assert_int_equal(t.c.sense.key, SCSIEMU_SK_COPY_ABORTED);
	assert_int_equal(t.c.sense.asc, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET);
	drive_end(&t);
	drive_task_free(&t);
	copier_free(&c);
}

/* What changes while a copy runs is seen before its next piece. */
static void test_changes(void **state)
{
	static const uint8_t reserve[6] = { SCSIEMU_OP_RESERVE_6 };
	struct drive_task t = { .live = false };
	struct copier c;

	(void)state;
	copier_make(&c, NULL);
	usual(&c, 1, 2, false);
	copier_start(&c, &t, 0);
	drive_step(&t);
	c.d.nexus = copier_nexus(&c);
	drive_run(&c.d, c.lu[2], reserve, 6, NULL, 0, 0);
	drive_good(&c.d);
	drive_step(&t);
	drive_step(&t);
	assert_int_equal(t.want, SCSIEMU_DONE);
	assert_int_equal(t.c.sense.asc, SCSIEMU_ASC_THIRD_PARTY_DEVICE_FAILURE);
	assert_int_equal(t.c.sense.extra[3], SCSIEMU_RESERVATION_CONFLICT);
	assert_int_equal(t.c.sense.info, 9 * 512);
	drive_end(&t);
	drive_task_free(&t);
	copier_free(&c);
}

/* Two devices know nothing of each other. */
static void test_isolated(void **state)
{
	struct copier a, b;

	(void)state;
	copier_make(&a, NULL);
	copier_make(&b, NULL);
	b.cf[1].naa = 0x3000000000000099;
	scsiemu_lu_remove(b.lu[1]);
	b.lu[1] = scsiemu_lu_add(b.d.dev, 1, &b.cf[1]);
	a.cf[1].naa = b.cf[1].naa; /* named in a's list */
	usual(&a, 1, 2, false);
	copier_run(&a, 0);
	drive_check(&a.d, SCSIEMU_SK_COPY_ABORTED,
		    SCSIEMU_ASC_UNREACHABLE_COPY_TARGET);
	copier_free(&a);
	copier_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_job_waits),
		cmocka_unit_test(test_crossing),
		cmocka_unit_test(test_struck),
		cmocka_unit_test(test_gone_waiting),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_isolated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
