/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of access states that are not over at once: begun and ended by the
 * embedder, by time, asked of the embedder, refused, failed, aborted.
 */
#include "behave/alua_rig.h"

/* The embedder says when it begins and how it ends. */
static void held(void **state)
{
	struct scsiemu_alua alua = both;
	struct spcdev t;

	(void)state;
	alua.states = 0x0f | 1 << MOVING;
	make(&t, &alua);
	assert_int_equal(scsiemu_lu_access(t.lu, 3, MOVING), 0);
	assert_int_equal(ready(&t, t.a), 0x040a);
	assert_int_equal(ready(&t, t.b), 0);
	spcdev_in(&t, RTPG(0, 6));
	drive_data(&t.d, BYTES(0, 0, 0, 24, 0x8f, 0x8f), 6);
	set(&t, AO, 4); /* its own group is moving */
	drive_check(&t.d, 2, 0x040a);
	t.d.nexus = t.b;
	set(&t, SB, 3);
	drive_check(&t.d, 2, 0x040a);
	assert_int_equal(scsiemu_lu_access_failed(t.lu, 3), 0);
	assert_int_equal(is(&t, 3), AO);
	assert_int_equal(ready(&t, t.a), 0x2a07);
	assert_int_equal(ready(&t, t.b), 0x2a07);
	assert_int_equal(ready(&t, t.a), 0);
	assert_int_equal(scsiemu_lu_access(t.lu, 3, MOVING), 0);
	assert_int_equal(scsiemu_lu_access(t.lu, 3, SB), 0);
	assert_int_equal(ready(&t, t.a), 0x2a06);
	assert_int_equal(ready(&t, t.a), 0x040b);
	spcdev_free(&t);
}

/* Transitions that take a second. */
static void timed(void **state)
{
	struct scsiemu_alua alua = both;
	struct spcdev t;

	(void)state;
	alua.transition_ms = 1000;
	make(&t, &alua);
	assert_int_equal(scsiemu_device_tick(t.d.dev, 5000), UINT64_MAX);
	set(&t, SB, 4);
	drive_good(&t.d);
	assert_int_equal(is(&t, 4), MOVING);
	assert_int_equal(ready(&t, t.b), 0x040a);
	assert_int_equal(scsiemu_device_tick(t.d.dev, 5500), 6000);
	assert_int_equal(scsiemu_lu_access(t.lu, 3, UN), 0);
	assert_int_equal(ready(&t, t.a), 0x040a);
	assert_int_equal(scsiemu_device_tick(t.d.dev, 5999), 6000);
	assert_int_equal(is(&t, 4), MOVING);
	assert_int_equal(scsiemu_device_tick(t.d.dev, 6000), 6500);
	assert_int_equal(is(&t, 4), SB);
	assert_int_equal(ready(&t, t.a), 0x040a); /* it asked for it */
	assert_int_equal(ready(&t, t.b), 0x2a06);
	assert_int_equal(ready(&t, t.b), 0x040b);
	assert_int_equal(scsiemu_device_tick(t.d.dev, 6500), UINT64_MAX);
	assert_int_equal(ready(&t, t.a), 0x2a06);
	assert_int_equal(ready(&t, t.a), 0x040c);
	assert_int_equal(ready(&t, t.b), 0x2a06);
	spcdev_in(&t, RTPG(0, 255));
	assert_int_equal(t.d.t.in[5], 0x8f);
	assert_int_equal(t.d.t.in[4 + 5], 2);
	assert_int_equal(t.d.t.in[16 + 5], 1);
	spcdev_free(&t);
}

/* A timed change that is called off, and one that the embedder hurries. */
static void timed_otherwise(void **state)
{
	struct scsiemu_alua alua = both;
	struct spcdev t;

	(void)state;
	alua.transition_ms = 1000;
	make(&t, &alua);
	scsiemu_device_tick(t.d.dev, 1);
	set(&t, SB, 4);
	assert_int_equal(scsiemu_lu_access_failed(t.lu, 4), 0);
	assert_int_equal(scsiemu_device_tick(t.d.dev, 9000), UINT64_MAX);
	assert_int_equal(is(&t, 4), AN);
	assert_int_equal(ready(&t, t.a), 0x2a07);
	assert_int_equal(ready(&t, t.b), 0x2a07);
	set(&t, SB, 4);
	assert_int_equal(scsiemu_lu_access(t.lu, 4, UN), 0);
	assert_int_equal(is(&t, 4), UN);
	assert_int_equal(ready(&t, t.a), 0x2a06); /* not what it asked for */
	assert_int_equal(ready(&t, t.b), 0x2a06);
	/* back to where it was: nothing changed */
	set(&t, AN, 4);
	assert_int_equal(scsiemu_lu_access(t.lu, 4, UN), 0);
	assert_int_equal(ua(&t, t.a), 0);
	assert_int_equal(ready(&t, t.b), 0x040c);
	spcdev_free(&t);
}

/* Answers of the embedder to V_ACCESS: that many OK, then this. */
struct embedder {
	unsigned good;
	int then;
	uint8_t seen[8];
	unsigned n;
	int state;
};

static int answer(struct drive *d, struct scsiemu_cmd *c, uint32_t *bytes)
{
	struct embedder *e = d->hook_ctx;

	(void)bytes;
	if (c->want != SCSIEMU_STORE || c->verb != SCSIEMU_V_ACCESS)
		return DRIVE_USUAL;
	assert_int_equal(c->flags, SCSIEMU_CHANGES);
	e->seen[e->n++] = (uint8_t)(c->addr << 4 | c->count);
	e->state = scsiemu_lu_access_of(c->lu, (uint16_t)c->addr);
	assert_int_equal(scsiemu_lu_access(c->lu, (uint16_t)c->addr, SB),
			 SCSIEMU_ERR_ORDER);
	return e->n > e->good ? e->then : SCSIEMU_OK;
}

static void asked(void **state)
{
	static const uint8_t two[] = { 0, 0, 0, 0, SB, 0, 0, 3, UN, 0, 0, 4 };
	struct embedder e = { .good = 2 };
	struct scsiemu_alua alua = both;
	struct spcdev t;

	(void)state;
	alua.asks = true;
	make(&t, &alua);
	t.d.hook = answer;
	t.d.hook_ctx = &e;
	spcdev_out(&t, two, 12, STPG(12));
	drive_good(&t.d);
	assert_int_equal(e.n, 2);
	assert_int_equal(e.seen[0], 0x30 | SB);
	assert_int_equal(e.seen[1], 0x40 | UN);
	assert_int_equal(e.state, MOVING);
	assert_int_equal(t.d.nlog, 4);
	assert_int_equal(ready(&t, t.b), 0x2a06);
	assert_int_equal(ready(&t, t.b), 0x040c);
	assert_int_equal(ready(&t, t.a), 0x040b);
	/* the second one is refused: the first one has happened, is saved */
	e = (struct embedder){ .good = 1, .then = SCSIEMU_E_HARDWARE };
	spcdev_out(&t, BYTES(0, 0, 0, 0, AO, 0, 0, 3, AO, 0, 0, 4), 12,
		   STPG(12));
	drive_check(&t.d, 4, 0x670a);
	assert_int_equal(is(&t, 3), AO);
	assert_int_equal(is(&t, 4), UN);
	assert_int_equal(t.d.nv[SCSIEMU_NV_ALUA][4 + 2], AO);
	assert_int_equal(t.d.nv[SCSIEMU_NV_ALUA][8 + 2], UN);
	assert_int_equal(ready(&t, t.a), 0);
	assert_int_equal(ready(&t, t.b), 0x2a06);
	/* the first one is: nothing has */
	e = (struct embedder){ .then = SCSIEMU_E_BUSY };
	spcdev_out(&t, two, 12, STPG(12));
	drive_check(&t.d, 4, 0x670a);
	assert_int_equal(e.n, 1);
	assert_int_equal(t.d.nlog, 2);
	assert_int_equal(is(&t, 3), AO);
	assert_int_equal(ua(&t, t.b), 0);
	spcdev_free(&t);
}

/* Aborted while the embedder thinks: what it then says is what is. */
static void asked_and_aborted(void **state)
{
	static const uint8_t two[] = { 0, 0, 0, 0, SB, 0, 0, 3, UN, 0, 0, 4 };
	struct scsiemu_alua alua = both;
	struct drive_task s = { .want = 0 };
	struct spcdev t;

	(void)state;
	alua.asks = true;
	make(&t, &alua);
	for (int ok = 0; ok < 2; ok++) {
		drive_start(&t.d, &s, t.lu, BYTES(STPG(12)), 12, two, 12, 0);
		drive_step(&s);
		assert_int_equal(s.c.verb, SCSIEMU_V_ACCESS);
		assert_int_equal(is(&t, 3), MOVING);
		scsiemu_abort(&s.c);
		s.want = scsiemu_did(&s.c, ok ? SCSIEMU_OK : SCSIEMU_E_HARDWARE,
				     0);
		assert_int_equal(s.want, SCSIEMU_DONE);
		assert_int_equal(s.c.outcome, SCSIEMU_ABORTED);
		drive_end(&s);
		assert_int_equal(is(&t, 3), ok ? SB : AO);
		assert_int_equal(is(&t, 4), AN);
		assert_int_equal(ready(&t, t.b), ok ? 0x2a06 : 0);
	}
	drive_task_free(&s);
	spcdev_free(&t);
}

/* States outlive resets; so does a transition. */
static void reset(void **state)
{
	struct scsiemu_alua alua = both;
	struct scsiemu_cmd c = { .tmf = SCSIEMU_TMF_LU_RESET };
	uint64_t scratch[128];
	struct spcdev t;

	(void)state;
	alua.transition_ms = 50;
	make(&t, &alua);
	set(&t, SB, 3);
	scsiemu_device_tick(t.d.dev, 50);
	set(&t, UN, 4);
	c.nexus = t.a;
	c.scratch = (uint8_t *)scratch;
	c.scratch_len = sizeof(scratch);
	assert_int_equal(scsiemu_start(t.lu, &c), SCSIEMU_DONE);
	scsiemu_end(&c);
	assert_int_equal(is(&t, 3), SB);
	assert_int_equal(is(&t, 4), MOVING);
	drive_settle(&t.d, t.lu, t.a);
	drive_settle(&t.d, t.lu, t.b);
	assert_int_equal(ready(&t, t.a), 0x040b);
	assert_int_equal(ready(&t, t.b), 0x040a);
	scsiemu_device_tick(t.d.dev, 100);
	assert_int_equal(is(&t, 4), UN);
	spcdev_free(&t);
}

/* A nexus that is gone is not told, and does not keep others from it. */
static void asker_gone(void **state)
{
	struct scsiemu_alua alua = both;
	struct spcdev t;

	(void)state;
	alua.transition_ms = 50;
	make(&t, &alua);
	set(&t, SB, 4);
	scsiemu_nexus_detach(t.a);
	t.d.nexus = t.b;
	scsiemu_device_tick(t.d.dev, 50);
	assert_int_equal(ready(&t, t.b), 0x2a06);
	spcdev_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held),
		cmocka_unit_test(timed),
		cmocka_unit_test(timed_otherwise),
		cmocka_unit_test(asked),
		cmocka_unit_test(asked_and_aborted),
		cmocka_unit_test(reset),
		cmocka_unit_test(asker_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
