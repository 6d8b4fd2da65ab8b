/* SPDX-License-Identifier: BSD-2-Clause */
/* STEPS: data in both directions, gaps, errors and conditions, the abort; and
 * what each result of a want becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

static uint8_t bytes[4096];

/* A list from data-out at 100, its reverse to data-in at 0, then bytes at 150
 * behind a gap, then blocks at 200, sense with descriptors of its own. */
static int both(struct scsiemu_cmd *c, int result)
{
	static const uint8_t extra[5] = { 6, 3, 1, 2, 3 };
	uint8_t *p = c->scratch;

	assert_int_equal(result, SCSIEMU_OK);
	switch ((*scsiemu_cmd_step(c))++) {
	case 0:
		return scsiemu_want_recv(c, 100, p, 8);
	case 1:
		assert_int_equal(scsiemu_cmd_got(c), 8);
		assert_memory_equal(p, bytes + 100, 8);
		for (unsigned i = 0; i < 8; i++)
			p[8 + i] = p[7 - i];
		return scsiemu_want_send(c, 0, p + 8, 8);
	case 2:
		assert_int_equal(scsiemu_cmd_got(c), 8);
		return scsiemu_want_send(c, 150, p, 8);
	case 3:
		assert_int_equal(scsiemu_cmd_got(c), 8); /* without the gap */
		return scsiemu_want_bulk(c, NULL, SCSIEMU_READ, 3, 158, 512, 0);
	default:
		assert_int_equal(scsiemu_cmd_got(c), 512);
		scsiemu_fail(c, SCSIEMU_SK_RECOVERED_ERROR, 0x3700);
		c->sense.extra = extra;
		c->sense.extra_len = sizeof(extra);
		return SCSIEMU_FAILED;
	}
}

static void test_both_directions(void **state)
{
	static const uint32_t chunk[] = { 0, 1, 7, 64, 100 };
	struct testdev_dev *t = *state;
	uint8_t want[670] = { 0 };

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i + 1);
	for (unsigned i = 0; i < 100 * 512; i++)
		t->disk[0].bytes[i] = (uint8_t)(i * 3 + 1);
	for (unsigned i = 0; i < 8; i++)
		want[i] = bytes[107 - i];
	memcpy(want + 150, bytes + 100, 8);
	memcpy(want + 158, t->disk[0].bytes + 3 * 512, 512);
	testdev.step = both;
	for (unsigned i = 0; i < sizeof(chunk) / sizeof(chunk[0]); i++) {
		t->d.chunk = chunk[i];
		testdev_run(t, OP_STEPS, 0, 0, bytes, 4096, 1000);
		drive_check(&t->d, 1, 0x3700); /* with all the data */
		assert_int_equal(t->d.t.c.in_done, 670);
		assert_memory_equal(t->d.t.in, want, 670);
		assert_int_equal(scsiemu_in_resid(&t->d.t.c), 330);
		assert_int_equal(t->d.t.c.out_done, 108);
		assert_int_equal(scsiemu_out_resid(&t->d.t.c), 4096 - 108);
		assert_int_equal(t->d.t.c.sense.extra_len, 5);
	}
	t->lu[0]->descr = 1;
	testdev_run(t, OP_STEPS, 0, 0, bytes, 4096, 1000);
	assert_int_equal(t->d.t.sense_len, 13);
	assert_memory_equal(t->d.t.sense,
			    ((const uint8_t[13]){ 0x72, 1, 0x37, 0, 0, 0, 0, 5,
						  6, 3, 1, 2, 3 }),
			    13);
}

/* Sends cut by the host's room, at every place. */
static int sends(struct scsiemu_cmd *c, int result)
{
	assert_int_equal(result, SCSIEMU_OK);
	switch ((*scsiemu_cmd_step(c))++) {
	case 0:
		memset(c->scratch, 0xab, 300);
		return scsiemu_want_send(c, 0, c->scratch, 10);
	case 1:
		return scsiemu_want_send(c, 100, c->scratch, 20);
	case 2:
		return scsiemu_want_send(c, 120, c->scratch, 0);
	default:
		return SCSIEMU_FINISHED;
	}
}

static void test_send_cut(void **state)
{
	struct testdev_dev *t = *state;

	testdev.step = sends;
	for (uint32_t room = 0; room < 130; room++) {
		uint32_t n = room <= 10	   ? room
			     : room <= 100 ? 10
			     : room < 120  ? room
					   : 120;

		testdev_run(t, OP_STEPS, 0, 0, NULL, 0, room);
		drive_good(&t->d);
		assert_int_equal(t->d.t.c.in_done, n);
		assert_int_equal(t->d.t.c.in_all, 120);
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(t->d.t.in[i],
					 i < 10 || i >= 100 ? 0xab : 0);
		assert_int_equal(scsiemu_in_resid(&t->d.t.c),
				 room < 120 ? (int64_t)room - 120
					    : (int64_t)room - 120);
	}
}

/* The answer to the n-th want, as the test says. */
struct answer {
	int result;
	uint32_t bytes;
	uint64_t info;
	unsigned at;
};

static int say(struct drive *d, struct scsiemu_cmd *c, uint32_t *n)
{
	const struct answer *a = d->hook_ctx;

	if (d->nlog - 1 != a->at)
		return DRIVE_USUAL;
	*n = a->bytes;
	c->info = a->info;
	return a->result;
}

static void run(struct testdev_dev *t, struct answer *a, unsigned op)
{
	t->d.hook = say;
	t->d.hook_ctx = a;
	testdev_run(t, op, 20, 4, bytes, 2048, 2048);
	t->d.hook = NULL;
}

struct outcome {
	int8_t result;
	uint8_t key;
	uint16_t asc;
	bool lba; /* of READ and WRITE: INFORMATION without the store's help */
};

static const struct outcome outcome[] = {
	{ SCSIEMU_E_READ, 3, 0x1100, true },
	{ SCSIEMU_E_WRITE, 3, 0x0c00, true },
	{ SCSIEMU_E_NO_MEDIUM, 2, 0x3a00, false },
	{ SCSIEMU_E_NOT_READY, 2, 0x0400, false },
	{ SCSIEMU_E_PROTECTED, 7, 0x2700, false },
	{ SCSIEMU_E_NO_SPACE, 7, 0x2707, true },
	{ SCSIEMU_E_HARDWARE, 4, 0x4400, false },
	{ SCSIEMU_E_TRANSPORT, 0xb, 0x4b00, false },
	{ SCSIEMU_E_GUARD, 4, 0x1001, false },
	{ SCSIEMU_E_ENCRYPTED, 7, 0x7401, false },
	{ SCSIEMU_E_PLAIN, 7, 0x7402, false },
	{ SCSIEMU_E_KEY, 7, 0x7403, false },
	{ SCSIEMU_E_INTEGRITY, 7, 0x7404, false },
	{ SCSIEMU_E_NO_OBJECT, 5, 0x2400, false },
	{ SCSIEMU_E_EXISTS, 5, 0x2400, false },
	{ SCSIEMU_E_RANGE, 5, 0x2100, false },
	{ -77, 4, 0x4400, false },
	{ 1, 4, 0x4400, false }, /* nobody asked for a condition */
	{ SCSIEMU_R_RECORD, 4, 0x4400, false },
};

static void bulk(struct testdev_dev *t, const struct outcome *o, unsigned op,
		 uint32_t good, uint64_t info)
{
	struct answer a = { o->result, good, info, 0 };
	bool in = op == SCSIEMU_OP_READ_10;
	uint64_t lba = info != SCSIEMU_NO_INFO ? info : 20 + good / 512;
	const struct scsiemu_cmd *c = &t->d.t.c;

	run(t, &a, op);
	drive_check(&t->d, o->key, o->asc);
	assert_int_equal(c->sense.flags, o->lba ? SCSIEMU_S_INFO : 0);
	if (o->lba)
		assert_int_equal(c->sense.info, lba);
	assert_int_equal(in ? c->in_done : c->out_done, good);
	assert_int_equal(in ? scsiemu_in_resid(c) : scsiemu_out_resid(c),
			 2048 - good);
}

static void test_results(void **state)
{
	struct testdev_dev *t = *state;
	struct answer busy = { SCSIEMU_E_BUSY, 0, SCSIEMU_NO_INFO, 0 };

	testdev.nodata = testdev_flush;
	for (unsigned i = 0; i < sizeof(outcome) / sizeof(outcome[0]); i++) {
		const struct outcome *o = &outcome[i];
		struct answer a = { o->result, 0, SCSIEMU_NO_INFO, 0 };

		for (uint32_t good = 0; good <= 2048; good += 256) {
			bulk(t, o, SCSIEMU_OP_READ_10, good, SCSIEMU_NO_INFO);
			bulk(t, o, SCSIEMU_OP_WRITE_10, good, SCSIEMU_NO_INFO);
			bulk(t, o, SCSIEMU_OP_WRITE_10, good, 0);
			bulk(t, o, SCSIEMU_OP_READ_10, good, UINT64_C(1) << 40);
		}
		if (o->result > 0)
			continue;
		run(t, &a, OP_NODATA); /* a verb that does not say where */
		drive_check(&t->d, o->key, o->asc);
		assert_int_equal(t->d.t.c.sense.flags, 0);
		a.info = 33;
		run(t, &a, OP_NODATA);
		drive_check(&t->d, o->key, o->asc);
		assert_int_equal(t->d.t.c.sense.flags,
				 o->lba ? SCSIEMU_S_INFO : 0);
		assert_int_equal(t->d.t.c.sense.info, o->lba ? 33 : 0);
	}
	assert_int_equal(testdev.thens, 0);
	run(t, &busy, SCSIEMU_OP_READ_10);
	drive_status(&t->d, SCSIEMU_BUSY);
	assert_int_equal(t->d.t.sense_len, 0);
	testdev_idle(t);
}

/* An error in the second piece: what went before counts. */
static void test_later_error(void **state)
{
	struct testdev_dev *t = *state;
	struct answer a = { SCSIEMU_E_READ, 100, SCSIEMU_NO_INFO, 1 };

	t->d.chunk = 700;
	run(t, &a, SCSIEMU_OP_READ_10);
	drive_check(&t->d, 3, 0x1100);
	assert_int_equal(t->d.t.c.in_done, 800);
	assert_int_equal(t->d.t.c.sense.info, 21);
	t->d.chunk = 0;
	/* SEND with LAST had said that all moves */
	a = (struct answer){ SCSIEMU_E_TRANSPORT, 7, SCSIEMU_NO_INFO, 0 };
	testdev.reply = 50;
	testdev_run(t, OP_IN, 0, 50, NULL, 0, 50);
	t->d.hook = say;
	t->d.hook_ctx = &a;
	testdev_run(t, OP_IN, 0, 50, NULL, 0, 50);
	drive_check(&t->d, 0xb, 0x4b00);
	assert_int_equal(t->d.t.c.in_done, 7);
	/* RECV: the handler never sees half a list */
	testdev.runs = 0;
	testdev_run(t, OP_OUT, 0, 50, bytes, 50, 0);
	drive_check(&t->d, 0xb, 0x4b00);
	assert_int_equal(t->d.t.c.out_done, 7);
	testdev_run(t, OP_OUT_ERR, 0, 50, bytes, 50, 0);
	drive_check(&t->d, 0xb, 0x4b00);
	assert_int_equal(testdev.runs, 0);
	assert_int_equal(testdev.thens, 0);
	t->d.hook = NULL;
}

/* What a step function sees of a READ of 2048 bytes at 20. */
static int sees(struct scsiemu_cmd *c, int result)
{
	if (!(*scsiemu_cmd_step(c))++)
		return scsiemu_want_bulk(c, NULL, SCSIEMU_READ, 20, 0, 2048, 0);
	*scsiemu_cmd_own(c) = scsiemu_cmd_got(c);
	return result < 0 ? scsiemu_fail_info(c, 3, 0x1100, 5)
			  : scsiemu_fail(c, 1, 0x3700);
}

static void test_seen(void **state)
{
	static const int results[] = { SCSIEMU_OK,     SCSIEMU_R_RECORD,
				       SCSIEMU_R_MARK, SCSIEMU_R_SHORT,
				       SCSIEMU_R_EOM,  SCSIEMU_E_READ,
				       SCSIEMU_E_BUSY, SCSIEMU_E_TRANSPORT };
	struct testdev_dev *t = *state;

	testdev.step = sees;
	for (unsigned i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		uint32_t n = results[i] == SCSIEMU_OK ? 2048 : 700;
		struct answer a = { results[i], n, 9, 0 };

		testdev.runs = 0;
		run(t, &a, OP_STEPS_ERR);
		assert_int_equal(testdev.runs, 2);
		assert_int_equal(testdev.result, results[i]);
		assert_int_equal(t->d.t.c.in_done, n);
		assert_int_equal(*scsiemu_cmd_own(&t->d.t.c), n);
		drive_check(&t->d, results[i] < 0 ? 3 : 1,
			    results[i] < 0 ? 0x1100 : 0x3700);
		if (results[i] < 0) { /* without ERRORS it is not called */
			testdev.runs = 0;
			run(t, &a, OP_STEPS);
			assert_int_equal(testdev.runs, 1);
		}
	}
}

/* Wrong calls: an error, and nothing changed. */
static void test_misuse(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k = { .live = false };
	struct scsiemu_cmd *c = &k.c;

	testdev_start(t, &k, t->a, 0, SCSIEMU_OP_READ_10, 20, 4);
	assert_int_equal(scsiemu_end(c), SCSIEMU_ERR_ORDER);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 0), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 2049), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_did(c, SCSIEMU_E_READ, 2049), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_next(c), SCSIEMU_READ);
	assert_int_equal(c->len, 2048);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 48), SCSIEMU_READ);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 2001), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 2000), SCSIEMU_DONE);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 2000), SCSIEMU_ERR_ORDER);
	assert_int_equal(scsiemu_next(c), SCSIEMU_DONE);
	assert_int_equal(c->in_done, 2048);
	scsiemu_abort(c); /* no effect after DONE */
	assert_int_equal(c->aborted, 0);
	assert_int_equal(scsiemu_end(c), 0);
	assert_int_equal(scsiemu_end(c), SCSIEMU_ERR_ORDER);
	assert_int_equal(scsiemu_did(c, SCSIEMU_OK, 1), SCSIEMU_ERR_ORDER);
	assert_int_equal(scsiemu_next(c), SCSIEMU_ERR_ORDER);
	scsiemu_abort(c);
	k.live = false;
	drive_task_free(&k);
	testdev_idle(t);
}

static int whole(struct scsiemu_cmd *c, struct scsiemu_plan *p)
{
	(void)c;
	p->n = 1;
	p->seg[0] = (struct scsiemu_segment){ 20, 4,
					      0,  SCSIEMU_WRITE,
					      0,  SCSIEMU_WHOLE };
	return SCSIEMU_FINISHED;
}

static void test_whole(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k = { .live = false };

	testdev.medium = whole;
	testdev_start(t, &k, t->a, 0, OP_MEDIUM_EXCL, 20, 4);
	assert_int_equal(k.c.flags, SCSIEMU_WHOLE | SCSIEMU_LAST);
	assert_int_equal(scsiemu_did(&k.c, SCSIEMU_OK, 1024), SCSIEMU_ERR_ARG);
	assert_int_equal(scsiemu_did(&k.c, SCSIEMU_OK, 2048), SCSIEMU_DONE);
	k.want = SCSIEMU_DONE;
	testdev_finish(&k);
}

/* did() of a command that waits. */
static void test_misuse_wait(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k[2] = { { .live = false } };

	testdev.nodata = testdev_flush;
	testdev_start(t, &k[0], t->a, 0, OP_LU, 0, 0);
	testdev_start(t, &k[1], t->a, 0, OP_LU, 0, 0);
	assert_int_equal(scsiemu_did(&k[1].c, SCSIEMU_OK, 0),
			 SCSIEMU_ERR_ORDER);
	assert_int_equal(scsiemu_end(&k[1].c), SCSIEMU_ERR_ORDER);
	assert_int_equal(scsiemu_next(&k[1].c), SCSIEMU_WAIT);
	testdev_finish(&k[0]);
	testdev_finish(&k[1]);
}

/* UNDO: the step function hears of the abort once and may leave one STORE. */
static bool cleans;

static int undo(struct scsiemu_cmd *c, int result)
{
	if (result == SCSIEMU_E_ABORTED)
		return cleans ? scsiemu_want_store(c, NULL, SCSIEMU_V_DISCARD,
						   1, 2, 0)
			      : SCSIEMU_FINISHED;
	return scsiemu_want_bulk(c, NULL, SCSIEMU_WRITE, 20, 0, 2048, 0);
}

static void test_undo(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k = { .live = false };

	testdev.step = undo;
	for (unsigned i = 0; i < 4; i++) {
		cleans = i & 1;
		testdev.runs = 0;
		testdev_start(t, &k, t->a, 0, OP_STEPS_UNDO, 20, 4);
		scsiemu_abort(&k.c);
		scsiemu_abort(&k.c);
		assert_int_equal(testdev_ready(t), 1);
		assert_int_equal(k.want, SCSIEMU_WRITE);
		assert_int_equal(testdev.runs, 1);
		k.want = scsiemu_did(&k.c, i & 2 ? SCSIEMU_OK : SCSIEMU_E_WRITE,
				     512);
		assert_int_equal(testdev.runs, 2);
		assert_int_equal(testdev.result, SCSIEMU_E_ABORTED);
		if (cleans) {
			assert_int_equal(k.want, SCSIEMU_STORE);
			assert_int_equal(k.c.verb, SCSIEMU_V_DISCARD);
			k.want = scsiemu_did(&k.c, SCSIEMU_E_HARDWARE, 0);
			assert_int_equal(testdev.runs, 2);
		}
		testdev_silent(&k);
		testdev_idle(t);
	}
	/* a list under way is no step function */
	testdev.runs = 0;
	testdev_start(t, &k, t->a, 0, OP_OUT_ERR, 0, 100);
	scsiemu_abort(&k.c);
	testdev_ready(t);
	k.want = scsiemu_did(&k.c, SCSIEMU_OK, 50);
	testdev_silent(&k);
	assert_int_equal(testdev.runs, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testdev_setup, testdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_both_directions), T(test_send_cut),    T(test_results),
		T(test_later_error),	 T(test_seen),	      T(test_misuse),
		T(test_whole),		 T(test_misuse_wait), T(test_undo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
