/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random commands of every kind on three logical units and three nexuses, with
 * answers in random order, conditions, errors, aborts, task management, nexuses
 * and units that come and go, and time. Each command ends exactly once, wants
 * stay inside the host's buffers, nobody waits for ever, and nothing is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

enum { TASKS = 24, JOBS = 2, NEXUSES = 3, SCRATCH = 512, ROUNDS = 60000 };

struct task {
	struct scsiemu_cmd c;
	uint8_t *scratch, *cdb;
	int want;
	bool live;
};

static struct {
	struct testdev_dev t;
	struct task task[TASKS];
	struct scsiemu_cmd *job[JOBS]; /* with a want out, or done */
	struct scsiemu_nexus *nexus[NEXUSES];
	uint64_t random, now, tag;
	unsigned started, ended, aborted, jobs;
} w;

static uint32_t rnd(uint32_t n)
{
	w.random ^= w.random << 13;
	w.random ^= w.random >> 7;
	w.random ^= w.random << 17;
	return (uint32_t)(w.random >> 33) % n;
}

/* Handlers */

static int a_store(struct scsiemu_cmd *c, struct scsiemu_lu *lu)
{
	switch (rnd(6)) {
	case 0:
		return scsiemu_want_store(c, lu, SCSIEMU_V_ERASE, 0, 0,
					  SCSIEMU_CHANGES);
	case 1:
		return scsiemu_want_buffer(c, lu, SCSIEMU_V_LOAD, 0, 1,
					   c->scratch, 100);
	default:
		return scsiemu_want_store(c, lu, SCSIEMU_V_FLUSH, 0, 0, 0);
	}
}

static int nodata(struct scsiemu_cmd *c)
{
	switch (rnd(8)) {
	case 0:
		return scsiemu_fail(c, 5, 0x2400);
	case 1:
		return scsiemu_fail_status(c, SCSIEMU_BUSY);
	case 2:
		return SCSIEMU_FINISHED;
	default:
		return a_store(c, NULL);
	}
}

static int steps_of_job(struct scsiemu_cmd *c, int result)
{
	if (result == SCSIEMU_E_ABORTED && rnd(2))
		return SCSIEMU_FINISHED;
	return rnd(3) ? a_store(c, NULL) : SCSIEMU_FINISHED;
}

/* The command's LU, or one that it has entered, in ascending order. */
static int enter(struct scsiemu_cmd *c, uint64_t *own)
{
	struct scsiemu_lu *mine = scsiemu_cmd_lu(c);
	unsigned i = mine->lun + 1u + (unsigned)own[0];
	uint8_t *entry = c->scratch + SCRATCH -
			 SCSIEMU_ENTRY_SIZE * (own[0] + 1);

	if (mine->wlun || mine->absent || mine->removed || i >= TESTDEV_LUS ||
	    !w.t.lu[i] || own[0] == 2)
		return a_store(c, NULL);
	own[0]++;
	if (scsiemu_cmd_enter(c, w.t.lu[i], (enum scsiemu_class)rnd(4), rnd(60),
			      1 + rnd(40), entry))
		return SCSIEMU_WANTS;
	return a_store(c, w.t.lu[i]);
}

static int step(struct scsiemu_cmd *c, int result)
{
	static const uint64_t job[2];
	unsigned *n = scsiemu_cmd_step(c);

	if (result == SCSIEMU_E_ABORTED)
		return rnd(2) ? a_store(c, NULL) : SCSIEMU_FINISHED;
	if ((*n)++ > 5)
		return SCSIEMU_FINISHED;
	switch (rnd(10)) {
	case 0:
		return scsiemu_want_send(c, c->in_done + rnd(200), c->scratch,
					 rnd(256));
	case 1:
		return scsiemu_want_recv(c, c->out_done, c->scratch, rnd(256));
	case 2:
		return scsiemu_want_bulk(c, NULL, SCSIEMU_READ, rnd(90),
					 c->in_done, 512, 0);
	case 3:
		return scsiemu_want_bulk(c, NULL, SCSIEMU_WRITE, rnd(90),
					 c->out_done, 512, 0);
	case 4:
	case 5:
		return enter(c, scsiemu_cmd_own(c));
	case 6:
		scsiemu_job_start(scsiemu_cmd_lu(c), steps_of_job, job, rnd(2));
		return a_store(c, NULL);
	case 7:
		return rnd(2) ? SCSIEMU_FINISHED : scsiemu_fail(c, 3, 0x1100);
	default:
		return a_store(c, NULL);
	}
}

/* Of PARAM_IN it has effects only. */
static int then(struct scsiemu_cmd *c, int result)
{
	if (scsiemu_cmd_row(c)->kind == SCSIEMU_K_PARAM_IN)
		return SCSIEMU_FINISHED;
	return step(c, result);
}

static int in(struct scsiemu_cmd *c, struct scsiemu_wr *wr)
{
	uint32_t n = semu_be32(c->cdb + 2) * 37;

	for (uint32_t i = 0; i < n; i++)
		scsiemu_wr_u8(wr, testdev_byte(i));
	return SCSIEMU_FINISHED;
}

static int medium(struct scsiemu_cmd *c, struct scsiemu_plan *p)
{
	uint32_t off = 0;

	p->n = (uint8_t)rnd(5);
	for (unsigned i = 0; i < p->n; i++) {
		uint8_t kind = (uint8_t)(SCSIEMU_READ + rnd(4));

		p->seg[i] = (struct scsiemu_segment){
			scsiemu_cmd_lba(c), rnd(3), off, kind,
			SCSIEMU_V_FLUSH,    0
		};
		off += 1024;
	}
	return rnd(20) ? SCSIEMU_FINISHED : scsiemu_fail(c, 5, 0x2400);
}

/* The driver */

static struct task *free_task(void)
{
	for (unsigned i = 0; i < TASKS; i++)
		if (!w.task[i].live)
			return &w.task[i];
	return NULL;
}

static void check_want(const struct scsiemu_cmd *c)
{
	if (c->want == SCSIEMU_SEND || c->want == SCSIEMU_READ)
		assert_true(c->len && c->off + c->len <= c->in_len);
	else if (c->want != SCSIEMU_STORE)
		assert_true(c->len && c->off + c->len <= c->out_len);
}

static void got(struct task *k, int want)
{
	k->want = want;
	if (want > SCSIEMU_WAIT)
		check_want(&k->c);
	if (want != SCSIEMU_DONE)
		return;
	assert_true(k->c.tmf || k->c.in_done <= k->c.in_len);
	assert_true(k->c.tmf || k->c.out_done <= k->c.out_len);
	if (k->c.aborted)
		assert_int_equal(k->c.status, SCSIEMU_TASK_ABORTED);
	else
		assert_int_equal(k->c.outcome, SCSIEMU_STATUS);
}

static void ended(struct task *k)
{
	w.ended++;
	w.aborted += k->c.aborted;
	assert_int_equal(scsiemu_end(&k->c), 0);
	memset(&k->c, 0xdd, sizeof(k->c)); /* the core never looks again */
	free(k->scratch);
	free(k->cdb);
	k->live = false;
}

static void ready(void)
{
	struct scsiemu_cmd *c;
	unsigned i = 0;

	while ((c = scsiemu_ready(w.t.d.dev))) {
		if (!c->job) {
			struct task *k = c->user;

			assert_true(k->live);
			got(k, scsiemu_next(c));
			continue;
		}
		scsiemu_next(c);
		for (i = 0; i < JOBS && w.job[i] != c; i++)
			;
		if (i < JOBS)
			continue; /* it is here already: aborted */
		for (i = 0; w.job[i]; i++)
			assert_true(i + 1 < JOBS);
		w.job[i] = c;
		w.jobs++;
	}
}

static struct task *begin(void)
{
	struct task *k = free_task();

	if (!k)
		return NULL;
	memset(&k->c, 0xdd, sizeof(k->c));
	k->scratch = calloc(1, SCRATCH);
	k->cdb = calloc(1, 10);
	assert_non_null(k->scratch);
	assert_non_null(k->cdb);
	k->c.scratch = k->scratch;
	k->c.scratch_len = SCRATCH;
	k->c.cdb = k->cdb;
	k->c.cdb_len = 10;
	k->c.user = k;
	k->c.tag = ++w.tag;
	k->c.nexus = rnd(10) ? w.nexus[rnd(NEXUSES)] : NULL;
	k->c.attr = (uint8_t)(rnd(4) ? SCSIEMU_SIMPLE : rnd(4));
	k->c.tmf = SCSIEMU_TMF_NONE;
	k->c.in_len = rnd(3) ? 8192 : rnd(3000);
	k->c.out_len = rnd(3) ? 8192 : rnd(3000);
	return k;
}

static void launch(struct task *k)
{
	static const uint8_t pseudo[2][8] = { { 0xc1, 1 }, { 0, 99 } };
	struct scsiemu_lu *lu = w.t.lu[rnd(TESTDEV_LUS)];

	if (!lu || !rnd(30))
		lu = scsiemu_lu_find(w.t.d.dev, pseudo[rnd(2)]);
	k->live = true;
	w.started++;
	got(k, scsiemu_start(lu, &k->c));
}

static void start_command(void)
{
	static const uint8_t op[] = {
		0x00,	       0x03,	      0x12,	  0x28,
		0x28,	       0x2a,	      0x2a,	  OP_NODATA,
		OP_IN,	       OP_IN_THEN,    OP_IN_THEN, OP_OUT,
		OP_OUT_ERR,    OP_MEDIUM,     OP_STEPS,	  OP_STEPS_ERR,
		OP_STEPS_UNDO, OP_STEPS_UNDO, OP_RW,	  OP_EXCL,
		OP_EXCL,       OP_LU,	      OP_EXCL_LU, OP_MEDIUM_EXCL,
		OP_UA_SKIP,    0xff,
	};
	struct task *k = begin();
	uint8_t code = op[rnd(sizeof(op))];

	if (!k)
		return;
	testdev_cdb(k->cdb, code, rnd(104), 1 + rnd(6));
	if (code < 0x20) {
		memset(k->cdb, 0, 10);
		k->cdb[0] = code;
		k->cdb[4] = code ? 96 : 0;
	} else if (code >= OP_IN && code <= OP_OUT_100) {
		semu_put16(k->cdb + 7, rnd(4) ? 8000 : rnd(512));
		if (code >= OP_OUT)
			semu_put16(k->cdb + 7, rnd(512));
	}
	launch(k);
}

static void start_tmf(void)
{
	struct task *k = begin();

	if (!k)
		return;
	k->c.tmf = (uint8_t)(1 + rnd(SCSIEMU_TMF_LU_WARM_RESET + 1));
	if (k->c.tmf >= SCSIEMU_TMF_NEXUS_RESET && rnd(3))
		k->c.tmf = SCSIEMU_TMF_ABORT_TASK;
	k->c.tag = w.tag - rnd(TASKS);
	launch(k);
}

static int some_result(const struct scsiemu_cmd *c)
{
	static const int8_t odd[] = {
		SCSIEMU_E_READ,	  SCSIEMU_E_WRITE,     SCSIEMU_E_MISCOMPARE,
		SCSIEMU_E_BUSY,	  SCSIEMU_E_TRANSPORT, SCSIEMU_E_HARDWARE,
		SCSIEMU_R_RECORD, SCSIEMU_R_SHORT,
	};

	if (c->aborted && rnd(2))
		return SCSIEMU_E_TRANSPORT;
	return rnd(12) ? SCSIEMU_OK : odd[rnd(sizeof(odd))];
}

/* calm: all goes well from now on. */
static int answer(struct scsiemu_cmd *c, bool calm)
{
	int result = calm ? SCSIEMU_OK : some_result(c);
	uint32_t n = c->len;

	if (c->want == SCSIEMU_RECV)
		memset(c->buf, 0x11, c->len);
	else if (c->want == SCSIEMU_SEND)
		for (uint32_t i = 0; i < c->len; i++)
			w.random += c->buf[i] == 0xfe; /* it can be read */
	if (n && !calm && rnd(2))
		n = 1 + rnd(n);
	if (!calm && !rnd(50)) /* refused, and harmless */
		assert_true(scsiemu_end(c) == SCSIEMU_ERR_ORDER);
	return scsiemu_did(c, result, n);
}

static void answer_one(bool calm)
{
	struct task *k = &w.task[rnd(TASKS)];
	unsigned j = rnd(JOBS);

	if (k->live && k->want > SCSIEMU_WAIT)
		got(k, answer(&k->c, calm));
	else if (k->live && k->want == SCSIEMU_DONE)
		ended(k);
	if (!w.job[j])
		return;
	if (scsiemu_next(w.job[j]) > SCSIEMU_WAIT)
		assert_true(answer(w.job[j], calm) >= 0);
	if (scsiemu_next(w.job[j]) == SCSIEMU_DONE) {
		assert_int_equal(scsiemu_end(w.job[j]), 0);
		w.job[j] = NULL;
	}
}

static void another_nexus(void)
{
	struct scsiemu_nexus_config n = { .size = sizeof(n), .again = rnd(2) };
	unsigned i = rnd(NEXUSES);

	if (w.nexus[i])
		scsiemu_nexus_detach(w.nexus[i]);
	w.nexus[i] = scsiemu_nexus_attach(w.t.d.dev, &n); /* NULL: none free */
}

static void another_unit(void)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &testdev_type };
	unsigned i = rnd(TESTDEV_LUS);

	if (w.t.lu[i])
		scsiemu_lu_remove(w.t.lu[i]);
	if (rnd(2)) { /* else the type's rows only, with an index */
		cf.rows = testdev_rows;
		cf.nrows = testdev_nrows;
	}
	w.t.lu[i] = scsiemu_lu_add(w.t.d.dev, (uint16_t)i, &cf);
	if (!w.t.lu[i])
		return; /* its slots are all in use */
	scsiemu_lu_load(w.t.lu[i], &w.t.disk[i].m, false);
	w.t.lu[i]->tas = rnd(2);
	w.t.lu[i]->qerr = (uint8_t)(rnd(8) ? 0 : rnd(2) ? 1 : 3);
	w.t.lu[i]->ua_intlck = (uint8_t)(rnd(4) ? 0 : 3);
}

static void abort_one(void)
{
	struct task *k = &w.task[rnd(TASKS)];
	unsigned j = rnd(JOBS);

	if (k->live)
		scsiemu_abort(&k->c);
	if (w.job[j] && !rnd(4))
		scsiemu_abort(w.job[j]);
}

static void one_round(void)
{
	unsigned what = rnd(1000);

	if (what < 300)
		start_command();
	else if (what < 900)
		answer_one(false);
	else if (what < 930)
		abort_one();
	else if (what < 960)
		start_tmf();
	else if (what < 980)
		scsiemu_device_tick(w.t.d.dev, w.now += rnd(900));
	else if (what < 984)
		another_nexus();
	else if (what < 988)
		another_unit();
	else if (w.t.lu[what % 3])
		semu_ua_lu(w.t.lu[what % 3], SEMU_UA_MODE, NULL);
	if (rnd(2))
		ready();
}

static unsigned alive(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < TASKS; i++)
		n += w.task[i].live;
	for (unsigned i = 0; i < JOBS; i++)
		n += w.job[i] != NULL;
	return n;
}

/* Everything is answered: then all come to their end. */
static void settle(void)
{
	for (unsigned i = 0; i < 100000 && alive(); i++) {
		ready();
		answer_one(true);
	}
	ready();
	assert_int_equal(alive(), 0);
	assert_int_equal(w.started, w.ended);
	testdev_idle(&w.t);
}

static void leave_nothing(void)
{
	struct scsiemu_device *d = w.t.d.dev;
	struct scsiemu_nexus_config n = { .size = sizeof(n) };
	unsigned units = 0;

	for (unsigned i = 0; i < NEXUSES; i++)
		if (w.nexus[i])
			scsiemu_nexus_detach(w.nexus[i]);
	while (d->nlus)
		scsiemu_lu_remove(d->lus[0]);
	while (d->wlun.itls) /* the anonymous nexus's */
		semu_itl_free(d, d->wlun.itls);
	assert_int_equal(scsiemu_device_itl_free(d), d->nitls);
	for (uint32_t i = 0; i < d->limits.lus; i++)
		units += !d->pool[i].type;
	assert_int_equal(units, d->limits.lus);
	for (uint32_t i = 0; i < d->limits.nexuses; i++)
		assert_non_null(scsiemu_nexus_attach(d, &n));
	assert_int_equal(scsiemu_job_start(&d->pool[0], steps_of_job,
					   (const uint64_t[2]){ 0, 0 }, true),
			 0);
}

static void torture(uint64_t seed)
{
	memset(&w, 0, sizeof(w));
	w.random = seed * 0x9e3779b97f4a7c15u + 1;
	testdev_make(&w.t, NULL);
	testdev.nodata = nodata;
	testdev.step = step;
	testdev.then = then;
	testdev.in = in;
	testdev.medium = medium;
	w.nexus[0] = w.t.a;
	w.nexus[1] = w.t.b;
	for (unsigned i = 0; i < ROUNDS; i++) {
		one_round();
		if (i % 5000 == 4999)
			settle();
	}
	settle();
	leave_nothing();
	assert_true(w.started > ROUNDS / 10);
	assert_true(w.aborted > ROUNDS / 500);
	assert_true(w.jobs > 10);
	testdev_free(&w.t);
}

static void test_torture(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++)
		torture(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_torture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
