/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parts of a logical unit: who has them and where their state is, what they
 * hear of resets, records, media and time, and what they do to the commands
 * that they watch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spc/mode.h"
#include "support/testdev.h"

/* Two parts: `first` of 40 bytes, `second` of 3, as the options say. */
struct options {
	bool first, second;
};

static struct {
	unsigned loaded, reset, ticks, begun, finished;
	struct scsiemu_cmd *seen;
	uint8_t status; /* as finish() saw it */
	int begin, finish;
	uint64_t again; /* tick() sets the timer to it */
	scsiemu_step_fn *rw;
	uint8_t record[8];
} heard;

static uint32_t first_size(const struct scsiemu_lu_config *cf)
{
	const struct options *o = cf->options;

	return o && o->first ? 40 : 0;
}

static uint32_t second_size(const struct scsiemu_lu_config *cf)
{
	const struct options *o = cf->options;

	return o && o->second ? 3 : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	(void)cf;
	assert_int_equal((uintptr_t)mem % 8, 0);
	assert_int_equal(*(uint8_t *)mem, 0);
	*(uint8_t *)mem = (uint8_t)(lu->lun + 1);
	return 0;
}

static int init_fails(struct scsiemu_lu *lu, void *mem,
		      const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)mem;
	return cf->serial ? SCSIEMU_ERR_ARG : 0;
}

static void loaded(struct scsiemu_lu *lu)
{
	heard.loaded++;
	lu->able |= SCSIEMU_NEED_ZONES;
}

static void reset(struct scsiemu_lu *lu)
{
	(void)lu;
	heard.reset++;
}

static int restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	(void)lu;
	if (len > sizeof(heard.record))
		return SCSIEMU_ERR_ARG;
	memcpy(heard.record, buf, len);
	return 0;
}

static void tick(struct scsiemu_lu *lu)
{
	heard.ticks++;
	if (heard.again)
		semu_lu_timer(lu, heard.again);
}

static int begin(struct scsiemu_cmd *c)
{
	heard.begun++;
	if (heard.begin < 0)
		scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT, 0x2708);
	return heard.begin;
}

static int finish(struct scsiemu_cmd *c)
{
	heard.finished++;
	heard.seen = c;
	heard.status = c->status;
	if (heard.finish < 0)
		return scsiemu_fail(c, SCSIEMU_SK_RECOVERED_ERROR, 0x1800);
	if (heard.finish == SCSIEMU_WANTS)
		return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 5, 1, 0);
	return SCSIEMU_FINISHED;
}

static int rw(struct scsiemu_cmd *c, int result)
{
	return heard.rw ? heard.rw(c, result) : SCSIEMU_FINISHED;
}

static const struct semu_part_type first = {
	.part = SEMU_PART_ALUA,
	.nv = SCSIEMU_NV_ALUA,
	.size = first_size,
	.init = init,
	.loaded = loaded,
	.reset = reset,
	.restore = restore,
	.tick = tick,
	.begin = begin,
	.finish = finish,
};
static const struct semu_part_type second = {
	.part = SEMU_PART_PI,
	.size = second_size,
	.init = init_fails,
	.finish = finish,
	.rw = rw,
};
static const struct semu_part_type *const parts[] = { &first, &second, NULL };

static struct scsiemu_type type;

/* A LU 7 with these parts in a device of its own. */
struct world {
	struct testdev_dev t;
	struct scsiemu_lu *lu;
	_Alignas(8) uint64_t state[128];
};

static const struct scsiemu_lu_config usual = { .size = sizeof(usual),
						.type = &type };

static void make(struct world *w, bool has_first, bool has_second)
{
	const struct options o = { has_first, has_second };
	struct scsiemu_limits l = testdev_limits;
	struct scsiemu_lu_config cf = usual;

	l.types = 2; /* an index for each */
	memset(&heard, 0, sizeof(heard));
	type = testdev_type;
	type.parts = parts;
	testdev_make(&w->t, &l);
	cf.options = &o;
	cf.state = w->state;
	cf.state_len = sizeof(w->state);
	w->lu = scsiemu_lu_add(w->t.d.dev, 7, &cf);
	assert_non_null(w->lu);
	scsiemu_lu_load(w->lu, &w->t.disk[0].m, false);
	drive_settle(&w->t.d, w->lu, w->t.a);
}

static void unmake(struct world *w)
{
	testdev_free(&w->t);
}

static uint8_t run(struct world *w, unsigned op, uint32_t lba, unsigned count)
{
	static const uint8_t out[2048];
	uint8_t cdb[10];

	testdev_cdb(cdb, op, lba, count);
	return drive_run(&w->t.d, w->lu, cdb, sizeof(cdb), out, 512 * count,
			 65536);
}

static void test_who_has_what(void **s)
{
	const struct options all = { true, true };
	struct scsiemu_lu_config cf = usual;
	uint32_t plain, more = (uint32_t)((sizeof(struct semu_more) + 7) & ~7u);
	struct world w;

	(void)s;
	make(&w, false, true);
	assert_null(semu_part(w.lu, SEMU_PART_ALUA));
	assert_ptr_equal(semu_part(w.lu, SEMU_PART_PI),
			 (uint8_t *)w.state + more);
	assert_int_equal(w.lu->parts, 1u << SEMU_PART_PI);
	assert_null(semu_part(w.t.lu[0], SEMU_PART_PI));
	assert_null(w.t.lu[0]->more);
	plain = scsiemu_lu_state_size(&cf);
	assert_int_equal(plain, 0); /* the type says nothing of its own */
	cf.options = &all;
	assert_int_equal(scsiemu_lu_state_size(&cf), more + 40 + 8);
	/* an older program: what it does not know is not there */
	cf.size = offsetof(struct scsiemu_lu_config, options);
	assert_int_equal(scsiemu_lu_state_size(&cf), 0);
	unmake(&w);
}

static void test_no_room(void **s)
{
	const struct options all = { true, true };
	struct scsiemu_lu_config cf = usual;
	struct world w;

	(void)s;
	make(&w, true, false);
	cf.options = &all;
	cf.state = w.state;
	cf.state_len = scsiemu_lu_state_size(&cf) - 1;
	assert_null(scsiemu_lu_add(w.t.d.dev, 8, &cf));
	cf.state_len = sizeof(w.state);
	cf.serial = "refused by the second part";
	assert_null(scsiemu_lu_add(w.t.d.dev, 8, &cf));
	cf.serial = NULL;
	assert_non_null(scsiemu_lu_add(w.t.d.dev, 8, &cf));
	unmake(&w);
}

/* A removed LU's slot is a plain one's again, with the device's memory. */
static void test_removed(void **s)
{
	struct scsiemu_lu_config cf = usual;
	struct scsiemu_lu *again;
	struct world w;

	(void)s;
	make(&w, true, true);
	semu_lu_timer(w.lu, 1000);
	scsiemu_lu_remove(w.lu);
	assert_null(w.t.d.dev->lu_timers);
	memset(w.state, 0xee, sizeof(w.state)); /* the caller's again */
	for (unsigned i = 8; i < 13; i++) {
		again = scsiemu_lu_add(w.t.d.dev, (uint16_t)i, &cf);
		assert_non_null(again);
		assert_null(again->more);
		assert_int_equal(again->state_len, 320);
		assert_true(again->state >= w.t.d.dev->states);
	}
	assert_int_equal(w.state[0], UINT64_C(0xeeeeeeeeeeeeeeee));
	unmake(&w);
}

static void test_hears(void **s)
{
	struct world w;
	unsigned was;

	(void)s;
	make(&w, true, false);
	was = heard.loaded;
	assert_true(was > 0);
	assert_true(w.lu->able & SCSIEMU_NEED_ZONES);
	scsiemu_lu_changed(w.lu);
	assert_int_equal(heard.loaded, was + 1);
	testdev_tmf_run(&w.t, w.t.a, w.lu, SCSIEMU_TMF_LU_RESET, 0);
	assert_int_equal(heard.reset, 1);
	testdev_tmf_run(&w.t, w.t.a, w.t.lu[1], SCSIEMU_TMF_LU_RESET, 0);
	assert_int_equal(heard.reset, 1);
	assert_int_equal(scsiemu_lu_restore(w.lu, SCSIEMU_NV_ALUA, "abc", 3),
			 0);
	assert_memory_equal(heard.record, "abc", 3);
	assert_int_equal(
		scsiemu_lu_restore(w.lu, SCSIEMU_NV_ALUA, "123456789", 9),
		SCSIEMU_ERR_ARG);
	assert_int_equal(
		scsiemu_lu_restore(w.t.lu[0], SCSIEMU_NV_ALUA, "abc", 3),
		SCSIEMU_ERR_ARG);
	unmake(&w);
}

static void test_timer(void **s)
{
	struct world w;
	struct scsiemu_device *d;

	(void)s;
	make(&w, true, false);
	d = w.t.d.dev;
	assert_int_equal(scsiemu_device_tick(d, 100), UINT64_MAX);
	assert_int_equal(scsiemu_device_due(d), UINT64_MAX);
	semu_lu_timer(w.lu, 500);
	semu_lu_timer(w.lu, 900); /* the earlier one stands */
	assert_int_equal(scsiemu_device_due(d), 500);
	assert_int_equal(scsiemu_device_tick(d, 499), 500);
	assert_int_equal(heard.ticks, 0);
	semu_lu_timer(w.lu, 450);
	assert_int_equal(scsiemu_device_tick(d, 499), UINT64_MAX);
	assert_int_equal(heard.ticks, 1);
	heard.again = 700;
	semu_lu_timer(w.lu, 600);
	semu_lu_timer(w.t.lu[1], 650); /* has no part that hears of it */
	assert_int_equal(scsiemu_device_tick(d, 650), 700);
	assert_int_equal(heard.ticks, 2);
	heard.again = 0;
	assert_int_equal(scsiemu_device_tick(d, 1000), UINT64_MAX);
	assert_int_equal(heard.ticks, 3);
	unmake(&w);
}

/* Only a LU that is watched pays. */
static void test_watch(void **s)
{
	struct world w;

	(void)s;
	make(&w, true, false);
	assert_int_equal(w.lu->nslow, 0);
	run(&w, SCSIEMU_OP_READ_10, 0, 1);
	drive_good(&w.t.d);
	assert_int_equal(heard.begun + heard.finished, 0);
	assert_true(w.t.d.log[0].flags & SCSIEMU_LAST);
	semu_lu_watch(w.lu, SEMU_PART_ALUA, true);
	assert_int_equal(w.lu->nslow, 1);
	run(&w, SCSIEMU_OP_READ_10, 0, 1);
	drive_good(&w.t.d);
	assert_int_equal(heard.begun, 1);
	assert_int_equal(heard.finished, 1);
	assert_int_equal(heard.status, SCSIEMU_GOOD);
	assert_false(w.t.d.log[0].flags & SCSIEMU_LAST);
	assert_int_equal(w.t.d.t.c.in_done, 512);
	run(&w, SCSIEMU_OP_READ_10, 100, 1); /* refused before begin() */
	drive_check(&w.t.d, SCSIEMU_SK_ILLEGAL_REQUEST, 0x2100);
	assert_int_equal(heard.begun, 1);
	assert_int_equal(heard.finished, 1);
	run(&w, SCSIEMU_OP_INQUIRY, 0, 0); /* no block command, seen, too */
	assert_int_equal(heard.begun, 2);
	semu_lu_watch(w.lu, SEMU_PART_ALUA, false);
	assert_int_equal(w.lu->nslow, 0);
	run(&w, SCSIEMU_OP_WRITE_10, 0, 1);
	drive_good(&w.t.d);
	assert_int_equal(heard.begun, 2);
	unmake(&w);
}

static void test_refuses(void **s)
{
	struct world w;

	(void)s;
	make(&w, true, false);
	semu_lu_watch(w.lu, SEMU_PART_ALUA, true);
	heard.begin = SCSIEMU_FAILED;
	run(&w, SCSIEMU_OP_WRITE_10, 3, 2);
	drive_check(&w.t.d, SCSIEMU_SK_DATA_PROTECT, 0x2708);
	assert_int_equal(w.t.d.nlog, 0);
	assert_int_equal(heard.finished, 0);
	unmake(&w);
}

/* finish() fails a command that went well, or leaves a want first. */
static void test_finish(void **s)
{
	static const unsigned ops[] = { SCSIEMU_OP_READ_10, SCSIEMU_OP_WRITE_10,
					SCSIEMU_OP_REQUEST_SENSE,
					SCSIEMU_OP_TEST_UNIT_READY };
	struct world w;

	(void)s;
	make(&w, true, false);
	semu_lu_watch(w.lu, SEMU_PART_ALUA, true);
	for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		unsigned n;

		heard.finish = SCSIEMU_FAILED;
		run(&w, ops[i], 3, 2);
		drive_check(&w.t.d, SCSIEMU_SK_RECOVERED_ERROR, 0x1800);
		heard.finish = SCSIEMU_WANTS;
		n = heard.finished;
		run(&w, ops[i], 3, 2);
		drive_good(&w.t.d);
		assert_int_equal(heard.finished, n + 1);
		assert_int_equal(w.t.d.log[w.t.d.nlog - 1].verb,
				 SCSIEMU_V_FLUSH);
		assert_int_equal(w.t.d.log[w.t.d.nlog - 1].addr, 5);
	}
	testdev_idle(&w.t);
	unmake(&w);
}

/* No room for a list: WRITE without blocks is finished, too. */
static void test_nothing_moves(void **s)
{
	struct world w;

	(void)s;
	make(&w, true, false);
	semu_lu_watch(w.lu, SEMU_PART_ALUA, true);
	run(&w, SCSIEMU_OP_WRITE_10, 3, 0);
	drive_good(&w.t.d);
	assert_int_equal(heard.finished, 1);
	unmake(&w);
}

static int fail_flush(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	(void)d, (void)bytes;
	return c->want == SCSIEMU_STORE && c->verb == SCSIEMU_V_FLUSH
		       ? SCSIEMU_E_WRITE
		       : DRIVE_USUAL;
}

static void test_want_fails(void **s)
{
	struct world w;

	(void)s;
	make(&w, true, true);
	semu_lu_watch(w.lu, SEMU_PART_ALUA, true);
	heard.finish = SCSIEMU_WANTS;
	w.t.d.hook = fail_flush;
	run(&w, SCSIEMU_OP_WRITE_10, 3, 2);
	drive_check(&w.t.d, SCSIEMU_SK_MEDIUM_ERROR, 0x0c00);
	assert_int_equal(heard.finished, 1);
	testdev_idle(&w.t);
	unmake(&w);
}

/* Both parts, in the order of the list; each has its want. */
static void test_two(void **s)
{
	struct world w;

	(void)s;
	make(&w, true, true);
	semu_lu_watch(w.lu, SEMU_PART_ALUA, true);
	semu_lu_watch(w.lu, SEMU_PART_PI, true);
	assert_int_equal(w.lu->nslow, 1);
	heard.finish = SCSIEMU_WANTS;
	run(&w, SCSIEMU_OP_TEST_UNIT_READY, 0, 0);
	drive_good(&w.t.d);
	assert_int_equal(heard.finished, 2);
	assert_int_equal(w.t.d.nlog, 2);
	unmake(&w);
}

static int zeros_instead(struct scsiemu_cmd *c, int result)
{
	assert_int_equal(result, SCSIEMU_OK);
	if ((*scsiemu_cmd_step(c))++)
		return SCSIEMU_FINISHED;
	memset(c->scratch, 0xaa, 512);
	return scsiemu_want_send(c, 0, c->scratch, 512);
}

/* READ and WRITE become the part's. */
static void test_rw(void **s)
{
	uint8_t expect[512];
	struct world w;

	(void)s;
	make(&w, true, true);
	semu_lu_watch(w.lu, SEMU_PART_ALUA, true);
	semu_lu_watch(w.lu, SEMU_PART_PI, true);
	heard.rw = zeros_instead;
	memset(expect, 0xaa, sizeof(expect));
	run(&w, SCSIEMU_OP_READ_10, 0, 1);
	drive_data(&w.t.d, expect, 512);
	assert_int_equal(heard.finished, 2);
	heard.rw = NULL;
	run(&w, SCSIEMU_OP_WRITE_10, 0, 1);
	drive_good(&w.t.d);
	assert_int_equal(w.t.d.nlog, 0);
	unmake(&w);
}

/* An aborted command has no end to be seen. */
static void test_aborted(void **s)
{
	struct drive_task k = { 0 };
	struct world w;
	uint8_t cdb[10];

	(void)s;
	make(&w, true, false);
	semu_lu_watch(w.lu, SEMU_PART_ALUA, true);
	testdev_cdb(cdb, SCSIEMU_OP_READ_10, 0, 1);
	drive_start(&w.t.d, &k, w.lu, cdb, sizeof(cdb), NULL, 0, 512);
	assert_int_equal(k.want, SCSIEMU_READ);
	scsiemu_abort(&k.c);
	assert_ptr_equal(scsiemu_ready(w.t.d.dev), &k.c);
	k.want = scsiemu_did(&k.c, SCSIEMU_OK, 512);
	testdev_silent(&k);
	assert_int_equal(heard.begun, 1);
	assert_int_equal(heard.finished, 0);
	/* while finish()'s own want is out: it is answered, no more */
	heard.finish = SCSIEMU_WANTS;
	drive_start(&w.t.d, &k, w.lu, cdb, sizeof(cdb), NULL, 0, 512);
	k.want = scsiemu_did(&k.c, SCSIEMU_OK, 512);
	assert_int_equal(k.want, SCSIEMU_STORE);
	scsiemu_abort(&k.c);
	assert_ptr_equal(scsiemu_ready(w.t.d.dev), &k.c);
	k.want = scsiemu_did(&k.c, SCSIEMU_OK, 0);
	testdev_silent(&k);
	assert_int_equal(heard.finished, 1);
	testdev_idle(&w.t);
	unmake(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_has_what),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_hears),
		cmocka_unit_test(test_timer),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_nothing_moves),
		cmocka_unit_test(test_want_fails),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_rw),
		cmocka_unit_test(test_aborted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
