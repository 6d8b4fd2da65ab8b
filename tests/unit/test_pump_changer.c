/* SPDX-License-Identifier: BSD-2-Clause */
/* The pump's verbs on a changer: which of its operations is called, with what,
 * and what one that it does not offer comes to. */
#include <scsiemu/changer.h>
#include <scsiemu/tape.h>

#include "unit/pump_rig.h"

/* What was called last. */
struct changer {
	char op;
	unsigned a, b, c;
	const struct scsiemu_changer_tag *tag;
	struct scsiemu_medium in;
	struct scsiemu_io *io;
	bool cancelled;
	int rc;
};

static int say(struct changer *k, struct scsiemu_io *io, char op, unsigned a,
	       unsigned b, unsigned c)
{
	k->op = op;
	k->a = a;
	k->b = b;
	k->c = c;
	k->io = io;
	return k->rc;
}

static int move(void *ctx, struct scsiemu_io *io, uint16_t from, uint16_t to)
{
	return say(ctx, io, 'm', from, to, 0);
}

static int exchange(void *ctx, struct scsiemu_io *io, uint16_t from,
		    uint16_t to, uint16_t second)
{
	return say(ctx, io, 'x', from, to, second);
}

static int scan(void *ctx, struct scsiemu_io *io, uint16_t first, uint16_t n)
{
	return say(ctx, io, 's', first, n, 0);
}

static int tag(void *ctx, struct scsiemu_io *io, uint16_t addr,
	       const struct scsiemu_changer_tag *is)
{
	struct changer *k = ctx;

	k->tag = is;
	return say(k, io, 't', addr, 0, 0);
}

static int door(void *ctx, struct scsiemu_io *io, uint16_t addr, bool open)
{
	return say(ctx, io, 'd', addr, open, 0);
}

static int reach(void *ctx, struct scsiemu_io *io, uint16_t addr, bool on)
{
	return say(ctx, io, 'r', addr, on, 0);
}

/* The cartridge in element 5. */
static int tape_verb(void *ctx, struct scsiemu_io *io,
		     const struct scsiemu_cmd *w)
{
	assert_int_equal(w->verb, SCSIEMU_V_SETATTR);
	assert_int_equal(w->len, sizeof(struct scsiemu_changer_tag));
	return say(ctx, io, 'a', (unsigned)w->addr, (unsigned)w->count, 0);
}

static const struct scsiemu_tape_ops tape = { .size = sizeof(tape),
					      .verb = tape_verb };

static struct scsiemu_medium *medium(void *ctx, uint16_t addr)
{
	struct changer *k = ctx;

	k->in = (struct scsiemu_medium){ .kind = addr == 5 ? SCSIEMU_TAPE
							   : SCSIEMU_BLOCK,
					 .ops = &tape,
					 .ctx = k };
	return addr == 5 || addr == 6 ? &k->in : NULL;
}

static void cancel(void *ctx, struct scsiemu_io *io)
{
	struct changer *k = ctx;

	k->cancelled = true;
	scsiemu_io_done(io, SCSIEMU_E_HARDWARE);
}

static const struct scsiemu_changer_ops all = { .size = sizeof(all),
						.move = move,
						.exchange = exchange,
						.scan = scan,
						.tag = tag,
						.door = door,
						.medium = medium,
						.cancel = cancel,
						.reach = reach };
static const struct scsiemu_changer_ops none = { .size = sizeof(none) };

struct bench {
	struct rig r;
	struct changer k;
	struct scsiemu_medium m;
};

static void make(struct bench *t, const struct scsiemu_changer_ops *ops)
{
	memset(&t->k, 0, sizeof(t->k));
	t->m = (struct scsiemu_medium){ .kind = SCSIEMU_CHANGER,
					.ops = ops,
					.ctx = &t->k };
	rig_open(&t->r);
	t->r.lu.medium = &t->m;
}

static void run(struct bench *t, enum scsiemu_verb v, uint64_t addr,
		uint64_t count)
{
	struct scsiemu_changer_tag is = { .id = "ABC" };
	struct fc_step s = { .want = SCSIEMU_STORE,
			     .verb = (uint8_t)v,
			     .addr = addr,
			     .count = count,
			     .buf = (uint8_t *)&is,
			     .len = sizeof(is) };

	rig_again(&t->r);
	rig_run(&t->r, &s, 1, NULL, 0, NULL, 0);
	assert_true(!t->k.tag || t->k.tag == &is);
}

static void called(const struct bench *t, char op, unsigned a, unsigned b,
		   unsigned c)
{
	rig_good(&t->r);
	assert_int_equal(t->k.op, op);
	assert_int_equal(t->k.a, a);
	assert_int_equal(t->k.b, b);
	assert_int_equal(t->k.c, c);
}

static void test_verbs(void **state)
{
	struct bench t;

	(void)state;
	make(&t, &all);
	run(&t, SCSIEMU_V_MOVE, 1000, 256);
	called(&t, 'm', 1000, 256, 0);
	run(&t, SCSIEMU_V_EXCHANGE, 1000, 256 << 16 | 65535);
	called(&t, 'x', 1000, 256, 65535);
	run(&t, SCSIEMU_V_SCAN, 10, 20);
	called(&t, 's', 10, 20, 0);
	run(&t, SCSIEMU_V_TAG, 7, 0);
	called(&t, 't', 7, 0, 0);
	assert_non_null(t.k.tag);
	t.k.tag = NULL;
	run(&t, SCSIEMU_V_DOOR, 8, 1);
	called(&t, 'd', 8, 1, 0);
	run(&t, SCSIEMU_V_DOOR, 9, 0);
	called(&t, 'd', 9, 0, 0);
	run(&t, SCSIEMU_V_REACH, 8, 1);
	called(&t, 'r', 8, 1, 0);
	run(&t, SCSIEMU_V_REACH, 9, 0);
	called(&t, 'r', 9, 0, 0);
	run(&t, SCSIEMU_V_SETATTR, 3, 5);
	called(&t, 'a', 3, 5, 0);
	for (unsigned addr = 6; addr < 8; addr++) { /* no tape; nothing */
		run(&t, SCSIEMU_V_SETATTR, 3, addr);
		rig_bad(&t.r, SCSIEMU_E_NO_OBJECT);
	}
	t.k.rc = SCSIEMU_E_NO_OBJECT;
	run(&t, SCSIEMU_V_MOVE, 1, 2);
	rig_bad(&t.r, SCSIEMU_E_NO_OBJECT);
	rig_close(&t.r);
}

static void test_not_offered(void **state)
{
	static const uint8_t verbs[] = { SCSIEMU_V_MOVE,  SCSIEMU_V_EXCHANGE,
					 SCSIEMU_V_TAG,	  SCSIEMU_V_DOOR,
					 SCSIEMU_V_SPACE, SCSIEMU_V_FLUSH,
					 SCSIEMU_V_REACH, SCSIEMU_V_SETATTR };
	struct bench t;

	(void)state;
	make(&t, &none);
	for (unsigned i = 0; i < sizeof(verbs); i++) {
		run(&t, verbs[i], 1, 2);
		rig_bad(&t.r, SCSIEMU_E_HARDWARE);
	}
	run(&t, SCSIEMU_V_SCAN, 0, 0); /* it is always known */
	rig_good(&t.r);
	rig_close(&t.r);
}

static void test_no_bytes(void **state)
{
	struct fc_step s = { .want = SCSIEMU_READ, .len = 100 };
	struct bench t;
	uint8_t in[100];

	(void)state;
	make(&t, &all);
	rig_run(&t.r, &s, 1, in, sizeof(in), NULL, 0);
	rig_bad(&t.r, SCSIEMU_E_HARDWARE);
	rig_close(&t.r);
}

static void test_cancel(void **state)
{
	struct fc_step s = { .want = SCSIEMU_STORE,
			     .verb = SCSIEMU_V_MOVE,
			     .addr = 1,
			     .count = 2 };
	struct bench t;

	(void)state;
	make(&t, &all);
	t.k.rc = SCSIEMU_PENDING;
	assert_int_equal(rig_submit(&t.r, &t.r.t, &s, 1, NULL, 0, NULL, 0), 0);
	assert_int_equal(t.r.t.ndone, 0);
	scsiemu_pump_abort(&t.r.t.task);
	assert_true(t.k.cancelled);
	assert_int_equal(t.r.t.ndone, 1);
	rig_close(&t.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_not_offered),
		cmocka_unit_test(test_no_bytes),
		cmocka_unit_test(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
