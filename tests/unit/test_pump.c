/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pump's data phase: any window, any vector, any order of completion gives
 * the same bytes and the same answers; errors and conditions in the middle.
 */
#include "support/fake_port.h"
#include "unit/pump_rig.h"

static const uint32_t windows[] = { 1, 3, 511, 512, 513, 1000, 4096, 0 };
static const uint32_t vectors[] = { 0, 100, 512, 1 };
static const enum fake_order orders[] = { FAKE_INLINE, FAKE_EARLY, FAKE_FIFO,
					  FAKE_REVERSED };

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define BULK   4096

struct cell {
	uint32_t window, vec;
	enum fake_order port, store;
	bool lends, no_whole;
};

/* Every combination worth having; fn gets a fresh rig. */
static void product(void (*fn)(struct rig *r, const struct cell *c))
{
	struct cell c;
	unsigned w, v, p, s, b;

	for (w = 0; w < LEN(windows); w++)
		for (v = 0; v < LEN(vectors); v++)
			for (p = 0; p < LEN(orders); p++)
				for (s = 0; s < LEN(orders); s++)
					for (b = 0; b < 4; b++) {
						struct rig r;

						c.window = windows[w];
						c.vec = vectors[v];
						c.port = orders[p];
						c.store = orders[s];
						c.lends = b & 1;
						c.no_whole = b & 2;
						rig_open(&r);
						r.port.window = c.window;
						r.port.vec = c.vec;
						r.port.order = c.port;
						r.port.ops.lends = c.lends;
						r.port.no_whole = c.no_whole;
						r.store.order = c.store;
						fn(&r, &c);
						rig_close(&r);
					}
}

static void read_cell(struct rig *r, const struct cell *c)
{
	struct fc_step s = { .want = SCSIEMU_READ, .addr = 3, .len = BULK };
	uint8_t in[BULK];

	(void)c;
	memset(in, 0, sizeof(in));
	rig_run(r, &s, 1, in, sizeof(in), NULL, 0);
	assert_memory_equal(in, r->store.mem + 3 * 512, BULK);
	rig_good(r);
	assert_int_equal(r->t.task.cmd.in_done, BULK);
	assert_int_equal(r->t.arrived, BULK);
	assert_true(r->t.latest.last);
	assert_int_equal(r->store.lent, r->store.backs);
}

static void test_read(void **state)
{
	(void)state;
	product(read_cell);
}

/* The host's buffer ends inside a block. */
static void read_odd_cell(struct rig *r, const struct cell *c)
{
	struct fc_step s = { .want = SCSIEMU_READ, .addr = 3, .len = 1300 };
	uint8_t in[1300];

	(void)c;
	rig_run(r, &s, 1, in, sizeof(in), NULL, 0);
	assert_memory_equal(in, r->store.mem + 3 * 512, sizeof(in));
	rig_good(r);
	assert_int_equal(r->store.lent, 0);
}

static void test_read_odd(void **state)
{
	(void)state;
	product(read_odd_cell);
}

static void write_cell(struct rig *r, const struct cell *c)
{
	struct fc_step s = { .want = SCSIEMU_WRITE, .addr = 5, .len = BULK };
	uint8_t out[BULK], before = r->store.mem[5 * 512 - 1];
	uint8_t behind = r->store.mem[5 * 512 + BULK];

	(void)c;
	fill(out, sizeof(out), 77);
	rig_run(r, &s, 1, NULL, 0, out, sizeof(out));
	rig_good(r);
	assert_memory_equal(out, r->store.mem + 5 * 512, BULK);
	assert_int_equal(r->store.mem[5 * 512 - 1], before);
	assert_int_equal(r->store.mem[5 * 512 + BULK], behind);
	assert_int_equal(r->t.task.cmd.out_done, BULK);
	assert_int_equal(r->t.npush, 0);
}

static void test_write(void **state)
{
	(void)state;
	product(write_cell);
}

static void compare_cell(struct rig *r, const struct cell *c)
{
	static const uint32_t at[] = { 0, 511, 512, 1700, 2047 };
	struct fc_step s = { .want = SCSIEMU_COMPARE, .addr = 2, .len = 2048 };
	uint8_t out[2048];
	unsigned i = (c->window + c->vec) % LEN(at);

	memcpy(out, r->store.mem + 2 * 512, sizeof(out));
	rig_run(r, &s, 1, NULL, 0, out, sizeof(out));
	rig_good(r);
	rig_again(r);
	out[at[i]] ^= 0x40;
	rig_run(r, &s, 1, NULL, 0, out, sizeof(out));
	rig_bad(r, SCSIEMU_E_MISCOMPARE);
	/* the sum of the good answers and the offset in the last want */
	assert_int_equal(r->t.task.cmd.out_done, at[i]);
}

static void test_compare(void **state)
{
	(void)state;
	product(compare_cell);
}

static void cas_cell(struct rig *r, const struct cell *c)
{
	struct fc_step s = { .want = SCSIEMU_WRITE,
			     .flags = SCSIEMU_WHOLE | SCSIEMU_DIG,
			     .addr = 9,
			     .len = 2048 };
	uint8_t out[2048];

	(void)c;
	memcpy(out, r->store.mem + 9 * 512, 1024);
	fill(out + 1024, 1024, 5);
	if (r->port.vec && r->port.vec * SEMU_NVEC_GIVEN < sizeof(out))
		r->port.vec = 512; /* what a WHOLE port can do at all */
	rig_run(r, &s, 1, NULL, 0, out, sizeof(out));
	rig_good(r);
	assert_memory_equal(r->store.mem + 9 * 512, out + 1024, 1024);
	assert_int_equal(fc.nanswer, 1);
	assert_int_equal(r->store.count[FAKE_CAS], 1);
	rig_again(r);
	rig_run(r, &s, 1, NULL, 0, out, sizeof(out));
	rig_bad(r, SCSIEMU_E_MISCOMPARE);
	assert_memory_equal(r->store.mem + 9 * 512, out + 1024, 1024);
}

static void test_cas(void **state)
{
	(void)state;
	product(cas_cell);
}

static void recv_send_cell(struct rig *r, const struct cell *c)
{
	uint8_t list[700], out[700], in[900];
	struct fc_step s[] = {
		{ .want = SCSIEMU_RECV, .len = 700, .buf = list },
		{ .want = SCSIEMU_SEND, .len = 600, .buf = list },
		{ .want = SCSIEMU_SEND,
		  .off = 600,
		  .len = 300,
		  .buf = list,
		  .flags = SCSIEMU_LAST },
	};

	(void)c;
	fill(out, sizeof(out), 9);
	rig_run(r, s, 3, in, sizeof(in), out, sizeof(out));
	rig_good(r);
	assert_memory_equal(list, out, 700);
	assert_memory_equal(in, out, 600);
	assert_memory_equal(in + 600, out, 300);
	assert_int_equal(r->t.npush, 2);
	assert_int_equal(r->t.push[0].how, SCSIEMU_PUSH_COPY);
	assert_false(r->t.push[0].last);
	assert_int_equal(r->t.push[1].how, SCSIEMU_PUSH_LENT);
	assert_true(r->t.push[1].last);
}

static void test_recv_send(void **state)
{
	(void)state;
	product(recv_send_cell);
}

/* One want, whole window: one push, with the status on it. */
static void test_last_rides(void **state)
{
	struct fc_step s = { .want = SCSIEMU_READ, .addr = 0, .len = BULK };
	struct fc_step two[] = {
		s, { .want = SCSIEMU_STORE, .verb = SCSIEMU_V_FLUSH }
	};
	uint8_t in[BULK];
	struct rig r;

	(void)state;
	rig_open(&r);
	rig_run(&r, &s, 1, in, sizeof(in), NULL, 0);
	assert_int_equal(r.t.npush, 1);
	assert_int_equal(r.t.push[0].how, SCSIEMU_PUSH_WINDOW);
	assert_true(r.t.push[0].last);
	rig_again(&r);
	/* more follows: status cannot ride */
	rig_run(&r, two, 2, in, sizeof(in), NULL, 0);
	assert_int_equal(r.t.npush, 1);
	assert_false(r.t.push[0].last);
	rig_close(&r);
}

/* A store error in the middle: what was good is delivered and counted. */
static void error_cell(struct rig *r, const struct cell *c)
{
	struct fc_step s = { .want = SCSIEMU_READ, .addr = 3, .len = BULK };
	uint8_t in[BULK];

	if (c->lends || c->window != 0)
		return;
	memset(in, 0, sizeof(in));
	r->store.fail_op = FAKE_READ;
	r->store.fail_result = SCSIEMU_E_READ;
	r->store.fail_moved = 1024;
	r->store.fail_info = 5;
	r->port.vec = 1000;
	rig_run(r, &s, 1, in, sizeof(in), NULL, 0);
	rig_bad(r, SCSIEMU_E_READ);
	assert_int_equal(fc.answer[0].bytes, 1024);
	assert_int_equal(fc.answer[0].info, 5);
	assert_int_equal(r->t.arrived, 1024);
	assert_false(r->t.push[0].last);
	assert_memory_equal(in, r->store.mem + 3 * 512, 1024);
	assert_int_equal(in[1024], 0);
}

static void test_read_error(void **state)
{
	(void)state;
	product(error_cell);
}

/* Errors behind a cut: bytes of the block's head do not count. */
static void test_cut_error(void **state)
{
	struct fc_step s = { .want = SCSIEMU_READ, .addr = 3, .len = 2048 };
	uint8_t in[2048];
	struct rig r;

	(void)state;
	rig_open(&r);
	r.port.window = 600; /* second window: 88 bytes in, 600 long */
	r.store.fail_op = FAKE_READ;
	r.store.fail_at = 1;
	r.store.fail_moved = 512; /* of blocks 4 and 5, the first is good */
	r.store.fail_info = 5;
	r.store.fail_result = SCSIEMU_E_READ;
	rig_run(&r, &s, 1, in, sizeof(in), NULL, 0);
	rig_bad(&r, SCSIEMU_E_READ);
	assert_int_equal(fc.answer[0].bytes, 600);
	assert_int_equal(fc.answer[1].bytes, 512 - 88);
	assert_int_equal(r.t.arrived, 1024);
	assert_memory_equal(in, r.store.mem + 3 * 512, 1024);
	rig_close(&r);
}

static void test_write_error(void **state)
{
	struct fc_step s = { .want = SCSIEMU_WRITE, .addr = 3, .len = 4096 };
	uint8_t out[4096];
	struct rig r;

	(void)state;
	rig_open(&r);
	fill(out, sizeof(out), 3);
	r.port.window = 1024;
	r.store.fail_op = FAKE_WRITE;
	r.store.fail_at = 2;
	r.store.fail_moved = 512;
	r.store.fail_info = 8;
	r.store.fail_result = SCSIEMU_E_NO_SPACE;
	rig_run(&r, &s, 1, NULL, 0, out, sizeof(out));
	rig_bad(&r, SCSIEMU_E_NO_SPACE);
	assert_int_equal(fc.nanswer, 3);
	assert_int_equal(fc.answer[2].bytes, 512);
	assert_int_equal(fc.answer[2].info, 8);
	rig_close(&r);
}

/* A3: bytes that the core does not count are not delivered. */
static void test_growth_only(void **state)
{
	struct fc_step s[] = {
		{ .want = SCSIEMU_READ, .addr = 0, .len = 1024, .ignore = 300 },
		{ .want = SCSIEMU_READ, .addr = 4, .len = 512, .ignore = 512 },
	};
	uint8_t in[2048];
	struct rig r;

	(void)state;
	rig_open(&r);
	r.port.vec = 200;
	rig_run(&r, s, 2, in, sizeof(in), NULL, 0);
	rig_good(&r);
	assert_int_equal(r.t.npush, 1);
	assert_int_equal(r.t.push[0].len, 724);
	assert_false(r.t.push[0].last);
	assert_memory_equal(in, r.store.mem, 724);
	rig_close(&r);
}

static void test_flags_reach_store(void **state)
{
	struct fc_step s = { .want = SCSIEMU_WRITE,
			     .flags = SCSIEMU_FUA | SCSIEMU_DPO,
			     .len = 512 };
	uint8_t out[512] = { 0 };
	struct rig r;

	(void)state;
	rig_open(&r);
	rig_run(&r, &s, 1, NULL, 0, out, sizeof(out));
	rig_good(&r);
	assert_int_equal(r.store.last_flags, SCSIEMU_FUA | SCSIEMU_DPO);
	rig_close(&r);
}

static void test_no_medium(void **state)
{
	static const uint8_t wants[] = { SCSIEMU_READ, SCSIEMU_WRITE,
					 SCSIEMU_COMPARE, SCSIEMU_STORE };
	uint8_t buf[512] = { 0 };
	struct rig r;
	unsigned i;

	(void)state;
	rig_open(&r);
	r.lu.medium = NULL;
	for (i = 0; i < LEN(wants); i++) {
		struct fc_step s = { .want = wants[i],
				     .verb = SCSIEMU_V_FLUSH,
				     .len = 512 };

		rig_run(&r, &s, 1, buf, 512, buf, 512);
		rig_bad(&r, SCSIEMU_E_NO_MEDIUM);
		rig_again(&r);
	}
	rig_close(&r);
}

/* A medium whose owner answers wants by hand has no store. */
static void test_no_ops(void **state)
{
	static const uint8_t wants[] = { SCSIEMU_READ, SCSIEMU_WRITE,
					 SCSIEMU_COMPARE, SCSIEMU_STORE };
	uint8_t buf[512] = { 0 };
	struct rig r;
	unsigned i;

	(void)state;
	rig_open(&r);
	r.store.medium.ops = NULL;
	for (i = 0; i < LEN(wants); i++) {
		struct fc_step s = { .want = wants[i],
				     .verb = SCSIEMU_V_FLUSH,
				     .len = 512 };

		rig_run(&r, &s, 1, buf, 512, buf, 512);
		rig_bad(&r, SCSIEMU_E_HARDWARE);
		rig_again(&r);
	}
	r.store.medium.ops = &r.store.ops;
	fake_store_without(&r.store, FAKE_WRITE);
	{
		struct fc_step s = { .want = SCSIEMU_WRITE, .len = 512 };

		rig_run(&r, &s, 1, NULL, 0, buf, 512);
		rig_bad(&r, SCSIEMU_E_PROTECTED);
	}
	rig_close(&r);
}

static void test_window_fails(void **state)
{
	static const uint8_t wants[] = { SCSIEMU_READ, SCSIEMU_WRITE,
					 SCSIEMU_COMPARE, SCSIEMU_RECV };
	uint8_t buf[512] = { 0 }, list[512];
	struct rig r;
	unsigned i;

	(void)state;
	rig_open(&r);
	r.port.fail = SCSIEMU_E_TRANSPORT;
	for (i = 0; i < LEN(wants); i++) {
		struct fc_step s = { .want = wants[i],
				     .len = 512,
				     .buf = list };

		rig_run(&r, &s, 1, buf, 512, buf, 512);
		rig_bad(&r, SCSIEMU_E_TRANSPORT);
		rig_again(&r);
	}
	assert_int_equal(r.store.count[FAKE_WRITE], 0);
	rig_close(&r);
}

/* The rest of a block never comes: the bounce buffer is free again. */
static void test_gather_fails(void **state)
{
	struct fc_step s = { .want = SCSIEMU_WRITE, .len = 512 };
	uint8_t buf[512] = { 0 };
	struct rig r;

	(void)state;
	rig_open(&r);
	r.port.window = 100;
	r.port.no_whole = true;
	r.port.fail = SCSIEMU_E_TRANSPORT;
	r.port.fail_off = 300;
	rig_run(&r, &s, 1, NULL, 0, buf, 512);
	rig_bad(&r, SCSIEMU_E_TRANSPORT);
	assert_int_equal(r.store.count[FAKE_WRITE], 0);
	assert_null(r.pump.bounce_user);
	rig_close(&r);
}

/* A lent run of several vectors and several wants is given back as one. */
static void test_lend(void **state)
{
	struct fc_step s[] = {
		{ .want = SCSIEMU_READ, .addr = 10, .len = 10 * 512 },
		{ .want = SCSIEMU_READ, .addr = 20, .off = 5120, .len = 512 },
		{ .want = SCSIEMU_READ, .addr = 40, .off = 5632, .len = 512 },
	};
	uint8_t in[6144];
	struct rig r;

	(void)state;
	rig_open(&r);
	r.port.ops.lends = true;
	r.port.hold = true;
	r.store.lend_max = 512;
	rig_run(&r, s, 3, in, sizeof(in), NULL, 0);
	assert_int_equal(r.t.npush, 4);
	assert_int_equal(r.t.push[0].len, SCSIEMU_NVEC * 512);
	assert_int_equal(r.t.push[0].how, SCSIEMU_PUSH_LENT);
	assert_int_equal(r.t.push[2].how, SCSIEMU_PUSH_LENT);
	/* not in one piece with the rest: copied */
	assert_int_equal(r.t.push[3].how, SCSIEMU_PUSH_WINDOW);
	assert_int_equal(r.store.backs, 0);
	assert_int_equal(fc.nend, 0);
	fake_port_release(&r.port);
	assert_int_equal(r.store.backs, 1);
	assert_int_equal(r.store.back_lba, 10);
	assert_int_equal(r.store.back_nblk, 11);
	assert_int_equal(fc.nend, 1);
	assert_memory_equal(in, r.store.mem + 10 * 512, 5632);
	assert_memory_equal(in + 5632, r.store.mem + 40 * 512, 512);
	rig_close(&r);
}

/* What cannot be lent is read; nothing is given back for it. */
static void test_lend_refused(void **state)
{
	struct fc_step s = { .want = SCSIEMU_READ, .len = 1024 };
	uint8_t in[1024];
	struct rig r;

	(void)state;
	rig_open(&r);
	r.port.ops.lends = true;
	r.store.fail_op = FAKE_LEND;
	r.store.fail_at = 1;
	r.store.fail_result = SCSIEMU_E_READ;
	rig_run(&r, &s, 1, in, sizeof(in), NULL, 0);
	assert_int_equal(r.store.lent, 1);
	rig_again(&r);
	r.store.fail_at = r.store.count[FAKE_LEND];
	rig_run(&r, &s, 1, in, sizeof(in), NULL, 0);
	rig_good(&r);
	assert_int_equal(r.t.push[0].how, SCSIEMU_PUSH_WINDOW);
	assert_int_equal(r.store.backs, 1);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_odd),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_cas),
		cmocka_unit_test(test_recv_send),
		cmocka_unit_test(test_last_rides),
		cmocka_unit_test(test_read_error),
		cmocka_unit_test(test_cut_error),
		cmocka_unit_test(test_write_error),
		cmocka_unit_test(test_growth_only),
		cmocka_unit_test(test_flags_reach_store),
		cmocka_unit_test(test_no_medium),
		cmocka_unit_test(test_no_ops),
		cmocka_unit_test(test_window_fails),
		cmocka_unit_test(test_gather_fails),
		cmocka_unit_test(test_lend),
		cmocka_unit_test(test_lend_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
