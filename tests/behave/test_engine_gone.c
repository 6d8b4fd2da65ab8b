/* SPDX-License-Identifier: BSD-2-Clause */
/* Nexuses that detach and logical units that are removed, with commands in
 * every phase: nothing is lost, nothing dangles, slots are used again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

/* The phases of a command, at LUN 0 as nexus b. */
enum { RUNS, WAITS, WOKEN, DONE, UNLINKED, HELD, PINS, TMF_WAITS, PHASES };

struct scene {
	struct drive_task other[2], k;
};

static int eject(struct scsiemu_cmd *c)
{
	return scsiemu_want_store(c, NULL, SCSIEMU_V_EJECT, 0, 0,
				  SCSIEMU_CHANGES);
}

/* k is in the phase; other[] are of the nexus a (or do not live). */
static void set_scene(struct testdev_dev *t, struct scene *s, unsigned phase)
{
	static const uint8_t tur[6];

	memset(s, 0, sizeof(*s));
	testdev.nodata = testdev_flush;
	testdev.reply = 2000;
	switch (phase) {
	case WAITS:
	case WOKEN:
		testdev_start(t, &s->other[0], t->a, 0, OP_LU, 0, 0);
		break;
	case HELD:
		testdev_start(t, &s->other[0], t->a, 0, OP_IN, 0, 2000);
		testdev.nodata = eject;
		break;
	case TMF_WAITS:
		testdev_start(t, &s->other[0], t->b, 0, OP_RW, 1, 1);
		assert_int_equal(testdev_tmf(t, &s->k, t->b, t->lu[0],
					     SCSIEMU_TMF_ABORT_TASK_SET, 0),
				 -1);
		testdev_ready(t);
		return;
	}
	if (phase == UNLINKED) {
		t->d.nexus = t->b;
		drive_start(&t->d, &s->k, t->lu[0], tur, 6, NULL, 0, 0);
		t->d.nexus = t->a;
	} else if (phase == PINS) {
		testdev_start(t, &s->k, t->b, 0, OP_IN, 0, 2000);
	} else {
		testdev_start(t, &s->k, t->b, 0, OP_LU, 0, 0);
	}
	if (phase == DONE)
		drive_go(&s->k);
	if (phase == WOKEN) { /* in the ready list, nobody looked yet */
		drive_go(&s->other[0]);
		assert_int_equal(scsiemu_end(&s->other[0].c), 0);
		s->other[0].live = false;
		drive_task_free(&s->other[0]);
	}
	if (phase == HELD)
		assert_int_equal(s->k.want, SCSIEMU_WAIT);
}

static void finish(struct testdev_dev *t, struct drive_task *k)
{
	if (!k->live)
		return;
	if (k->want == SCSIEMU_WAIT)
		testdev_ready(t);
	if (k->c.aborted && k->want > SCSIEMU_WAIT)
		k->want = scsiemu_did(&k->c, SCSIEMU_E_TRANSPORT, 0);
	testdev_finish(k);
}

static void end_scene(struct testdev_dev *t, struct scene *s, unsigned phase)
{
	bool done = phase == DONE || phase == UNLINKED || phase == TMF_WAITS;

	testdev_ready(t);
	if (phase == TMF_WAITS)
		finish(t, &s->other[0]);
	else
		assert_int_equal(s->k.c.aborted, !done);
	finish(t, &s->k);
	if (!done)
		assert_int_equal(s->k.c.outcome, SCSIEMU_ABORTED);
	finish(t, &s->other[0]);
	testdev_idle(t);
}

static void test_nexus(void **state)
{
	struct testdev_dev *t = *state;
	struct scsiemu_nexus_config n = { .size = sizeof(n) };
	uint32_t pairs = scsiemu_device_itl_free(t->d.dev);

	for (unsigned phase = 0; phase < PHASES; phase++) {
		struct scene s;
		struct scsiemu_nexus *old = t->b, *other[4];
		bool keeps = phase != UNLINKED && phase != PHASES;
		unsigned nfree = 0;

		set_scene(t, &s, phase);
		scsiemu_nexus_detach(t->b);
		assert_int_equal(scsiemu_device_itl_free(t->d.dev),
				 pairs + TESTDEV_LUS);
		/* its memory is in use as long as its commands live */
		while ((other[nfree] = scsiemu_nexus_attach(t->d.dev, &n))) {
			if (keeps)
				assert_ptr_not_equal(other[nfree], old);
			nfree++;
		}
		assert_int_equal(nfree, keeps ? 2 : 3);
		while (nfree)
			scsiemu_nexus_detach(other[--nfree]);
		end_scene(t, &s, phase);
		for (unsigned i = 0; i < 3; i++) {
			other[i] = scsiemu_nexus_attach(t->d.dev, &n);
			assert_non_null(other[i]);
		}
		assert_null(scsiemu_nexus_attach(t->d.dev, &n));
		scsiemu_nexus_detach(other[0]);
		scsiemu_nexus_detach(other[1]);
		t->b = other[2];
		testdev.nodata = NULL;
		if (!t->lu[0]->medium)
			scsiemu_lu_load(t->lu[0], &t->disk[0].m, false);
		for (unsigned i = 0; i < TESTDEV_LUS; i++)
			drive_settle(&t->d, t->lu[i], t->b);
		assert_int_equal(scsiemu_device_itl_free(t->d.dev), pairs);
	}
}

/* What a nexus held goes with it. */
static void test_nexus_state(void **state)
{
	static const uint8_t reserve[6] = { 0x16 };
	static const uint8_t prevent[6] = { 0x1e, 0, 0, 0, 1 };
	struct testdev_dev *t = *state;
	struct scsiemu_nexus_config n = { .size = sizeof(n),
					  .again = true,
					  .user = t };

	drive_run(&t->d, t->lu[0], reserve, 6, NULL, 0, 0);
	drive_run(&t->d, t->lu[1], prevent, 6, NULL, 0, 0);
	scsiemu_nexus_detach(t->a);
	assert_null(t->lu[0]->reserved);
	assert_int_equal(t->lu[0]->guards & SCSIEMU_ON_RESERVE6, 0);
	assert_int_equal(t->lu[1]->prevents, 0);
	t->a = t->d.nexus = scsiemu_nexus_attach(t->d.dev, &n);
	assert_ptr_equal(scsiemu_nexus_user(t->a), t);
	for (unsigned i = 0; i < TESTDEV_LUS; i++) {
		assert_int_equal(drive_ua(&t->d, t->lu[i], t->a), 0x2907);
		assert_int_equal(drive_ua(&t->d, t->lu[i], t->a), 0);
	}
}

static struct scsiemu_lu *add_again(struct testdev_dev *t)
{
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &testdev_type,
					.rows = testdev_rows,
					.nrows = testdev_nrows,
					.removable = true };
	struct scsiemu_lu *lu = scsiemu_lu_add(t->d.dev, 0, &cf);

	if (lu)
		scsiemu_lu_load(lu, &t->disk[0].m, false);
	return lu;
}

static void test_unit(void **state)
{
	static const uint8_t lun[8];
	struct testdev_dev *t = *state;
	uint32_t pairs = scsiemu_device_itl_free(t->d.dev);

	for (unsigned phase = 0; phase < PHASES; phase++) {
		struct scene s;
		struct scsiemu_lu *old = t->lu[0], *fill[8];
		unsigned n = 0, most = phase == UNLINKED ? 6 : 5;

		set_scene(t, &s, phase);
		scsiemu_lu_remove(old);
		assert_true(scsiemu_lu_find(t->d.dev, lun)->absent);
		assert_int_equal(scsiemu_device_itl_free(t->d.dev), pairs + 2);
		/* its slot is in use as long as its commands live */
		while ((fill[n] = add_again(t))) {
			assert_true(fill[n] != old || phase == UNLINKED);
			fill[n++]->lun = 0; /* as found */
			if (n == most)
				break;
			scsiemu_lu_remove(fill[n - 1]);
		}
		assert_int_equal(n, most);
		scsiemu_lu_remove(fill[n - 1]);
		end_scene(t, &s, phase);
		assert_null(old->type);
		t->lu[0] = add_again(t);
		assert_non_null(t->lu[0]);
		testdev.nodata = NULL;
		for (unsigned i = 0; i < TESTDEV_LUS; i++) {
			drive_settle(&t->d, t->lu[i], t->a);
			drive_settle(&t->d, t->lu[i], t->b);
		}
		assert_int_equal(scsiemu_device_itl_free(t->d.dev), pairs);
	}
}

/* LUNs that come and go are told to all nexuses of the other units. */
static void test_luns_changed(void **state)
{
	struct testdev_dev *t = *state;

	scsiemu_lu_remove(t->lu[0]);
	assert_int_equal(drive_ua(&t->d, t->lu[1], t->a), 0x3f0e);
	assert_int_equal(drive_ua(&t->d, t->lu[2], t->b), 0x3f0e);
	assert_int_equal(drive_ua(&t->d, t->lu[1], t->a), 0);
	t->lu[0] = add_again(t);
	assert_int_equal(drive_ua(&t->d, t->lu[1], t->a), 0x3f0e);
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->a), 0x2900);
	assert_int_equal(drive_ua(&t->d, t->lu[0], t->a), 0);
}

/* Every slot of limits.lus is used again and again. */
static void test_slots(void **state)
{
	struct testdev_dev *t = *state;

	for (unsigned i = 0; i < 100; i++) {
		scsiemu_lu_remove(t->lu[0]);
		t->lu[0] = add_again(t);
		assert_non_null(t->lu[0]);
		drive_settle(&t->d, t->lu[0], t->a);
		testdev_run(t, SCSIEMU_OP_READ_10, 0, 1, NULL, 0, 512);
		drive_good(&t->d);
	}
}

/* The pool of pairs is used up: INQUIRY has none, and still ends with its
 * nexus. */
static void test_without_pair(void **state)
{
	struct scsiemu_limits l = {
		.size = sizeof(l), .lus = 3, .nexuses = 4, .itls = 6
	};
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36 };
	struct testdev_dev t;
	struct scsiemu_nexus_config n = { .size = sizeof(n) };
	struct drive_task k[2] = { { .live = false } }, f;
	struct scsiemu_nexus *c;

	(void)state;
	testdev_make(&t, &l);
	assert_int_equal(scsiemu_device_itl_free(t.d.dev), 0);
	c = t.d.nexus = scsiemu_nexus_attach(t.d.dev, &n);
	drive_start(&t.d, &k[0], t.lu[1], inquiry, 6, NULL, 0, 36);
	assert_int_equal(k[0].want, SCSIEMU_SEND);
	assert_int_equal(
		testdev_tmf(&t, &f, c, t.lu[0], SCSIEMU_TMF_NEXUS_RESET, 0),
		-1);
	assert_int_equal(k[0].c.aborted, 1);
	drive_start(&t.d, &k[1], t.lu[1], inquiry, 6, NULL, 0, 36);
	scsiemu_nexus_detach(c);
	assert_int_equal(k[1].c.aborted, 1);
	assert_ptr_not_equal(scsiemu_nexus_attach(t.d.dev, &n), c);
	testdev_ready(&t);
	for (unsigned i = 0; i < 2; i++) {
		k[i].want = scsiemu_did(&k[i].c, SCSIEMU_E_TRANSPORT, 0);
		testdev_silent(&k[i]);
	}
	testdev_ready(&t);
	assert_int_equal(scsiemu_end(&f.c), 0);
	assert_ptr_equal(scsiemu_nexus_attach(t.d.dev, &n), c);
	testdev_idle(&t);
	testdev_free(&t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testdev_setup, testdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_nexus), T(test_nexus_state),
		T(test_unit),  T(test_luns_changed),
		T(test_slots), cmocka_unit_test(test_without_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
