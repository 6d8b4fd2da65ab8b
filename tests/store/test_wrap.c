/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores around stores: fault, delay, record, stats. */
#include "kit.h"

#include "inject.h"

enum { BLEN = 512, NOPS = 8 };

struct op {
	struct scsiemu_io io;
	struct scsiemu_vec v;
	uint8_t buf[2 * BLEN];
	int result;
	unsigned done;
};
static struct op ops[NOPS];
static unsigned order[NOPS], ended; /* in which order they ended */

static struct scsiemu_medium m;
static struct scsiemu_errmsg err;

static void op_done(struct scsiemu_io *io, int result)
{
	struct op *o = (struct op *)io;

	o->result = result;
	o->done++;
	order[ended++] = (unsigned)(o - ops);
}

static struct op *op_begin(unsigned i, uint8_t fill)
{
	struct op *o = &ops[i];

	memset(o, 0, sizeof(*o));
	memset(o->buf, fill, sizeof(o->buf));
	o->io.info = SCSIEMU_NO_INFO;
	o->io.done = op_done;
	o->v.base = o->buf;
	o->v.len = BLEN;
	return o;
}

static int op_write(unsigned i, uint64_t lba, uint8_t fill)
{
	struct op *o = op_begin(i, fill);

	return kit_ops(&m)->write(m.ctx, &o->io, lba, 1, &o->v, 1);
}

static uint8_t first_byte(const struct scsiemu_medium *at, uint64_t lba)
{
	uint8_t buf[BLEN];

	assert_int_equal(kit_read(at, lba, 1, buf), 0);
	return buf[0];
}

static int setup(void **state)
{
	static const struct scsiemu_geometry g = { .bytes = 64 * BLEN,
						   .thin = true };

	(void)state;
	kit_poll = NULL;
	ended = 0;
	inject_on();
	assert_int_equal(scsiemu_open_mem(&m, &g, &err), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scsiemu_medium_close(&m);
	assert_int_equal(inject.memory, 0);
	inject_off();
	return 0;
}

/* A store that can nearly nothing, and counts. */
static unsigned kicks, cancels, closes;

static int bare_read(void *s, struct scsiemu_io *io, uint64_t lba,
		     uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	(void)s, (void)lba, (void)nblk, (void)v, (void)nv;
	scsiemu_io_done(io, SCSIEMU_OK); /* inside the call */
	return SCSIEMU_PENDING;
}

static void bare_cancel(void *s, struct scsiemu_io *io)
{
	(void)s, (void)io;
	cancels++;
}

static void bare_kick(void *s)
{
	(void)s;
	kicks++;
}

static void bare_close(void *s)
{
	(void)s;
	closes++;
}

static void wrap_all(struct scsiemu_medium *on)
{
	struct scsiemu_wrap_fault *f;
	struct scsiemu_wrap_record *r;
	struct scsiemu_wrap_stats *s;

	assert_int_equal(scsiemu_wrap_record(on, &r, &err), 0);
	assert_int_equal(scsiemu_wrap_fault(on, &f, &err), 0);
	assert_int_equal(scsiemu_wrap_stats(on, &s, &err), 0);
}

static void test_bare(void **state)
{
	static const struct scsiemu_block_ops bare = {
		.size = sizeof(bare),
		.read = bare_read,
		.cancel = bare_cancel,
		.kick = bare_kick,
		.close = bare_close,
	};
	static int ctx;
	struct scsiemu_medium t = { .kind = SCSIEMU_BLOCK,
				    .ops = &bare,
				    .ctx = &ctx,
				    .nblk = 8,
				    .blen = BLEN };
	struct op *o = op_begin(0, 0);

	(void)state;
	wrap_all(&t);
	assert_int_equal(t.able, 0);
	assert_int_equal(t.nblk, 8);
	assert_null(kit_ops(&t)->write);
	assert_null(kit_ops(&t)->flush);
	assert_null(kit_ops(&t)->status);
	assert_null(kit_ops(&t)->verify);
	assert_null(kit_ops(&t)->lend);
	assert_int_equal(kit_ops(&t)->read(t.ctx, &o->io, 0, 1, &o->v, 1),
			 SCSIEMU_PENDING);
	assert_int_equal(o->done, 1);
	kit_ops(&t)->kick(t.ctx);
	assert_int_equal(kicks, 1);
	scsiemu_medium_close(&t);
	assert_int_equal(closes, 1);
}

/* A read that stays with the store below until it is told to end. */
static struct scsiemu_io *held;

static int held_read(void *s, struct scsiemu_io *io, uint64_t lba,
		     uint32_t nblk, const struct scsiemu_vec *v, unsigned nv)
{
	(void)s, (void)lba, (void)nblk, (void)v, (void)nv;
	held = io;
	return SCSIEMU_PENDING;
}

static void held_cancel(void *s, struct scsiemu_io *io)
{
	(void)s;
	assert_ptr_equal(io, held);
	io->moved = BLEN;
	io->info = 7;
	scsiemu_io_done(io, SCSIEMU_E_READ);
}

/* cancel, info and moved find their way through three wrappers. */
static void test_cancel_below(void **state)
{
	static const struct scsiemu_block_ops bare = { .size = sizeof(bare),
						       .read = held_read,
						       .cancel = held_cancel };
	static int ctx;
	struct scsiemu_medium t = { .kind = SCSIEMU_BLOCK,
				    .ops = &bare,
				    .ctx = &ctx,
				    .nblk = 8,
				    .blen = BLEN };
	struct op *o = op_begin(0, 0);

	(void)state;
	wrap_all(&t);
	assert_int_equal(kit_ops(&t)->read(t.ctx, &o->io, 6, 1, &o->v, 1),
			 SCSIEMU_PENDING);
	assert_int_equal(o->done, 0);
	kit_ops(&t)->cancel(t.ctx, &o->io);
	assert_int_equal(o->done, 1);
	assert_int_equal(o->result, SCSIEMU_E_READ);
	assert_int_equal(o->io.info, 7);
	assert_int_equal(o->io.moved, BLEN);
	scsiemu_medium_close(&t);
}

static void test_lend(void **state)
{
	static const struct scsiemu_geometry g = { .bytes = 64 * BLEN };
	struct scsiemu_wrap_stats *s;
	struct scsiemu_wrap_record *r;
	struct scsiemu_wrap_fault *f;
	struct scsiemu_medium t;
	struct scsiemu_vec v[2];
	unsigned nv = 2;

	(void)state;
	assert_int_equal(scsiemu_open_null(&t, &g, &err), 0);
	assert_int_equal(scsiemu_wrap_record(&t, &r, &err), 0);
	assert_int_equal(scsiemu_wrap_stats(&t, &s, &err), 0);
	assert_true(t.able & SCSIEMU_CAN_LEND);
	assert_int_equal(kit_ops(&t)->lend(t.ctx, &kit_io, 0, 5, v, &nv), 0);
	kit_ops(&t)->back(t.ctx, 0, 5);
	assert_int_equal(scsiemu_stats_get(s)->ops[SCSIEMU_BOP_READ], 1);
	assert_int_equal(scsiemu_stats_get(s)->blocks[SCSIEMU_BOP_READ], 5);
	assert_int_equal(scsiemu_wrap_fault(&t, &f, &err), 0);
	assert_false(t.able & SCSIEMU_CAN_LEND);
	scsiemu_medium_close(&t);
}

static void test_fault_count(void **state)
{
	static const struct scsiemu_fault f = {
		.ops = 1U << SCSIEMU_BOP_WRITE | 1U << SCSIEMU_BOP_READ,
		.lba = 10,
		.nblk = 5,
		.skip = 1,
		.count = 2,
		.result = SCSIEMU_E_NO_SPACE,
	};
	uint8_t buf[8 * BLEN] = { 0 };
	struct scsiemu_wrap_fault *w;

	(void)state;
	assert_int_equal(scsiemu_wrap_fault(&m, &w, &err), 0);
	assert_int_equal(scsiemu_fault_add(w, &f), 0);
	assert_int_equal(kit_write(&m, 14, 1, buf, 0), 0); /* passes */
	assert_int_equal(kit_write(&m, 2, 8, buf, 0), 0);  /* before */
	assert_int_equal(kit_write(&m, 15, 8, buf, 0), 0); /* behind */
	assert_int_equal(kit_zero(&m, 12, 1), 0);	   /* another kind */
	assert_int_equal(kit_write(&m, 4, 8, buf, 0), SCSIEMU_E_NO_SPACE);
	assert_int_equal(kit_io.info, 10);
	assert_int_equal(kit_io.moved, 0);
	assert_int_equal(kit_read(&m, 12, 1, buf), SCSIEMU_E_NO_SPACE);
	assert_int_equal(kit_io.info, 12);
	assert_int_equal(kit_read(&m, 12, 1, buf), 0); /* used up */
	scsiemu_fault_clear(w);
	for (int i = 0; i < 32; i++)
		assert_int_equal(scsiemu_fault_add(w, &f), 0);
	assert_int_equal(scsiemu_fault_add(w, &f), -1);
}

/* The first rule whose turn it is; a flush of all touches all. */
static void test_fault_order(void **state)
{
	struct scsiemu_fault f = { .ops = 1U << SCSIEMU_BOP_FLUSH,
				   .lba = 60,
				   .nblk = 1,
				   .count = 1,
				   .result = SCSIEMU_E_WRITE };
	struct scsiemu_wrap_fault *w;

	(void)state;
	assert_int_equal(scsiemu_wrap_fault(&m, &w, &err), 0);
	assert_int_equal(scsiemu_fault_add(w, &f), 0);
	f.result = SCSIEMU_E_HARDWARE;
	f.count = 0;
	assert_int_equal(scsiemu_fault_add(w, &f), 0);
	assert_int_equal(kit_flush(&m, 0, 60), 0);
	assert_int_equal(kit_flush(&m, 0, 0), SCSIEMU_E_WRITE);
	for (int i = 0; i < 5; i++)
		assert_int_equal(kit_flush(&m, 60, 4), SCSIEMU_E_HARDWARE);
}

static void test_fault_acts(void **state)
{
	static const struct scsiemu_fault f = {
		.ops = 1U << SCSIEMU_BOP_WRITE,
		.count = 1,
		.result = SCSIEMU_E_WRITE,
		.acts = true,
	};
	struct scsiemu_wrap_fault *w;

	(void)state;
	assert_int_equal(scsiemu_wrap_fault(&m, &w, &err), 0);
	assert_int_equal(scsiemu_fault_add(w, &f), 0);
	assert_int_equal(op_write(0, 3, 0x77), SCSIEMU_E_WRITE);
	assert_int_equal(first_byte(&m, 3), 0x77);
}

static void test_fault_hangs(void **state)
{
	struct scsiemu_fault f = { .ops = 1U << SCSIEMU_BOP_WRITE,
				   .lba = 0,
				   .nblk = 4,
				   .result = SCSIEMU_OK,
				   .hangs = true };
	struct scsiemu_wrap_fault *w;

	(void)state;
	assert_int_equal(scsiemu_wrap_fault(&m, &w, &err), 0);
	assert_int_equal(scsiemu_fault_add(w, &f), 0);
	f = (struct scsiemu_fault){ .ops = 1U << SCSIEMU_BOP_WRITE,
				    .lba = 4,
				    .nblk = 4,
				    .result = SCSIEMU_E_WRITE,
				    .acts = true,
				    .hangs = true };
	assert_int_equal(scsiemu_fault_add(w, &f), 0);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(op_write(i, i, 0x11), SCSIEMU_PENDING);
	assert_int_equal(first_byte(&m, 0), 0);
	assert_int_equal(first_byte(&m, 4), 0x11); /* acted at once */
	kit_ops(&m)->cancel(m.ctx, &ops[1].io);
	assert_int_equal(ops[1].done, 1);
	assert_int_equal(scsiemu_fault_release(w), 4);
	assert_int_equal(scsiemu_fault_release(w), 0);
	assert_int_equal(ended, 5);
	assert_int_equal(order[1], 0); /* oldest first */
	assert_int_equal(order[4], 4);
	assert_int_equal(ops[0].result, SCSIEMU_OK);
	assert_int_equal(ops[4].result, SCSIEMU_E_WRITE);
	/* closing with something that hangs leaks nothing */
	assert_int_equal(op_write(0, 0, 0x11), SCSIEMU_PENDING);
}

/* What a completion brings hangs on. */
static void hang_again(struct scsiemu_io *io, int result)
{
	op_done(io, result);
	assert_int_equal(op_write(ended, 0, 9), SCSIEMU_PENDING);
}

static void test_fault_again(void **state)
{
	static const struct scsiemu_fault f = { .ops = 1U << SCSIEMU_BOP_WRITE,
						.hangs = true };
	struct scsiemu_wrap_fault *w;

	(void)state;
	assert_int_equal(scsiemu_wrap_fault(&m, &w, &err), 0);
	assert_int_equal(scsiemu_fault_add(w, &f), 0);
	op_write(0, 0, 1);
	ops[0].io.done = hang_again;
	assert_int_equal(scsiemu_fault_release(w), 1);
	assert_int_equal(ended, 1);
	assert_int_equal(scsiemu_fault_release(w), 1);
	assert_int_equal(ended, 2);
}

static void test_delay_time(void **state)
{
	struct scsiemu_wrap_delay *d;
	const struct scsiemu_medium below = m;

	(void)state;
	assert_int_equal(
		scsiemu_wrap_delay(&m, 10, SCSIEMU_DELAY_FIFO, 1, &d, &err), 0);
	assert_int_equal(scsiemu_delay_next(d), UINT64_MAX);
	assert_int_equal(scsiemu_delay_run(d, 1000), 0);
	assert_int_equal(op_write(0, 0, 1), SCSIEMU_PENDING);
	assert_int_equal(scsiemu_delay_next(d), 1010);
	assert_int_equal(scsiemu_delay_run(d, 1005), 0);
	assert_int_equal(op_write(1, 1, 2), SCSIEMU_PENDING);
	assert_int_equal(op_write(2, 2, 3), SCSIEMU_PENDING);
	assert_int_equal(scsiemu_delay_run(d, 1010), 1);
	assert_int_equal(first_byte(&below, 0), 1);
	assert_int_equal(first_byte(&below, 1), 0); /* not before it is due */
	assert_int_equal(scsiemu_delay_next(d), 1015);
	kit_ops(&m)->cancel(m.ctx, &ops[2].io);
	assert_int_equal(ops[2].done, 0);
	assert_int_equal(scsiemu_delay_run(d, 1010), 1);
	assert_int_equal(ops[2].done, 1);
	assert_int_equal(ops[1].done, 0);
	assert_int_equal(scsiemu_delay_run(d, UINT64_MAX), 1);
	assert_int_equal(ops[1].done, 1);
	/* closing with something that waits leaks nothing */
	assert_int_equal(op_write(3, 2, 3), SCSIEMU_PENDING);
}

static void run_order(enum scsiemu_delay_order how, uint64_t seed)
{
	struct scsiemu_wrap_delay *d;

	ended = 0;
	assert_int_equal(scsiemu_wrap_delay(&m, 5, how, seed, &d, &err), 0);
	for (unsigned i = 0; i < NOPS; i++)
		assert_int_equal(op_write(i, i, 1), SCSIEMU_PENDING);
	assert_int_equal(scsiemu_delay_run(d, 5), NOPS);
	for (unsigned i = 0; i < NOPS; i++)
		assert_int_equal(ops[i].done, 1);
}

static void test_delay_order(void **state)
{
	static const struct scsiemu_geometry g = { .bytes = 64 * BLEN };
	unsigned seen[2][NOPS];

	(void)state;
	run_order(SCSIEMU_DELAY_FIFO, 1);
	for (unsigned i = 0; i < NOPS; i++)
		assert_int_equal(order[i], i);
	scsiemu_medium_close(&m);
	scsiemu_open_mem(&m, &g, &err);
	run_order(SCSIEMU_DELAY_LIFO, 1);
	for (unsigned i = 0; i < NOPS; i++)
		assert_int_equal(order[i], NOPS - 1 - i);
	for (unsigned k = 0; k < 2; k++) {
		scsiemu_medium_close(&m);
		scsiemu_open_mem(&m, &g, &err);
		run_order(SCSIEMU_DELAY_SHUFFLE, 0xfeed);
		memcpy(seen[k], order, sizeof(order));
	}
	assert_memory_equal(seen[0], seen[1], sizeof(order)); /* by seed */
	for (unsigned i = 0; i < NOPS; i++)
		order[i] = i;
	assert_memory_not_equal(seen[0], order, sizeof(order));
}

/* A completion that brings the next operation does not keep the run going. */
static void again(struct scsiemu_io *io, int result)
{
	op_done(io, result);
	op_write(ended, 0, 9);
}

static void test_delay_again(void **state)
{
	struct scsiemu_wrap_delay *d;

	(void)state;
	assert_int_equal(
		scsiemu_wrap_delay(&m, 0, SCSIEMU_DELAY_FIFO, 1, &d, &err), 0);
	op_write(0, 0, 1);
	ops[0].io.done = again;
	assert_int_equal(scsiemu_delay_run(d, 0), 1);
	assert_int_equal(scsiemu_delay_run(d, 0), 1);
	assert_int_equal(ended, 2);
}

static void test_stats(void **state)
{
	struct scsiemu_wrap_delay *d;
	struct scsiemu_wrap_stats *w;
	const struct scsiemu_stats *s;
	struct scsiemu_extent e;
	uint8_t buf[8 * BLEN] = { 0 };
	unsigned n = 1;

	(void)state;
	assert_int_equal(scsiemu_wrap_stats(&m, &w, &err), 0);
	s = scsiemu_stats_get(w);
	kit_write(&m, 0, 3, buf, 0);
	kit_write(&m, 9, 4, buf, 0);
	kit_read(&m, 0, 1, buf);
	kit_flush(&m, 0, 0);
	kit_unmap(&m, 0, 17);
	kit_zero(&m, 0, 2);
	kit_verify(&m, 0, 5);
	kit_status(&m, 0, &e, &n);
	assert_int_equal(kit_read(&m, 64, 1, buf), SCSIEMU_E_RANGE);
	assert_int_equal(s->ops[SCSIEMU_BOP_WRITE], 2);
	assert_int_equal(s->blocks[SCSIEMU_BOP_WRITE], 7);
	assert_int_equal(s->ops[SCSIEMU_BOP_READ], 2);
	assert_int_equal(s->ops[SCSIEMU_BOP_FLUSH], 1);
	assert_int_equal(s->blocks[SCSIEMU_BOP_UNMAP], 17);
	assert_int_equal(s->blocks[SCSIEMU_BOP_ZERO], 2);
	assert_int_equal(s->blocks[SCSIEMU_BOP_VERIFY], 5);
	assert_int_equal(s->ops[SCSIEMU_BOP_STATUS], 1);
	assert_int_equal(s->errors, 1);
	scsiemu_medium_close(&m);

	/* around a store that pends */
	setup(NULL);
	assert_int_equal(
		scsiemu_wrap_delay(&m, 1, SCSIEMU_DELAY_FIFO, 1, &d, &err), 0);
	assert_int_equal(scsiemu_wrap_stats(&m, &w, &err), 0);
	s = scsiemu_stats_get(w);
	op_write(0, 0, 1);
	op_write(1, 64, 1);
	assert_int_equal(s->pending, 2);
	scsiemu_delay_run(d, UINT64_MAX);
	assert_int_equal(s->pending, 0);
	assert_int_equal(s->errors, 1);
	assert_int_equal(ops[1].result, SCSIEMU_E_RANGE);
}

static void check_record(const struct scsiemu_wrap_record *w, size_t i,
			 enum scsiemu_block_op op, uint64_t lba, int result,
			 uint64_t began, uint64_t stopped)
{
	const struct scsiemu_record *r = scsiemu_record_get(w, i);

	assert_int_equal(r->op, op);
	assert_int_equal(r->lba, lba);
	assert_int_equal(r->result, result);
	assert_int_equal(r->began, began);
	assert_int_equal(r->ended, stopped);
}

static void test_record(void **state)
{
	struct scsiemu_wrap_record *w;
	uint8_t buf[4 * BLEN];

	(void)state;
	assert_int_equal(scsiemu_wrap_record(&m, &w, &err), 0);
	memset(buf, 0, 2 * BLEN);
	memset(buf + 2 * BLEN, 0xcc, 2 * BLEN);
	kit_read(&m, 0, 1, buf);
	kit_cas(&m, 5, 2, buf);
	kit_cas(&m, 5, 2, buf); /* differs by now */
	kit_write(&m, 9, 1, buf + 2 * BLEN, SCSIEMU_FUA);
	kit_unmap(&m, 20, 30);
	kit_flush(&m, 0, 0);
	kit_write(&m, 64, 1, buf, 0);
	assert_int_equal(scsiemu_record_count(w), 6);
	check_record(w, 0, SCSIEMU_BOP_CAS, 5, 0, 1, 2);
	assert_memory_equal(scsiemu_record_get(w, 0)->data, buf + 2 * BLEN,
			    2 * BLEN);
	check_record(w, 1, SCSIEMU_BOP_CAS, 5, SCSIEMU_E_MISCOMPARE, 3, 4);
	check_record(w, 2, SCSIEMU_BOP_WRITE, 9, 0, 5, 6);
	assert_int_equal(scsiemu_record_get(w, 2)->flags, SCSIEMU_FUA);
	check_record(w, 3, SCSIEMU_BOP_UNMAP, 20, 0, 7, 8);
	assert_int_equal(scsiemu_record_get(w, 3)->nblk, 30);
	check_record(w, 4, SCSIEMU_BOP_FLUSH, 0, 0, 9, 10);
	check_record(w, 5, SCSIEMU_BOP_WRITE, 64, SCSIEMU_E_RANGE, 11, 12);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(kit_write(&m, i % 64, 1, buf, 0), 0);
	assert_int_equal(scsiemu_record_count(w), 206);
	check_record(w, 0, SCSIEMU_BOP_CAS, 5, 0, 1, 2);
}

static void test_record_pending(void **state)
{
	struct scsiemu_wrap_record *w;
	struct scsiemu_wrap_delay *d;

	(void)state;
	scsiemu_wrap_delay(&m, 1, SCSIEMU_DELAY_LIFO, 1, &d, &err);
	assert_int_equal(scsiemu_wrap_record(&m, &w, &err), 0);
	op_write(0, 0, 1);
	op_write(1, 1, 1);
	check_record(w, 0, SCSIEMU_BOP_WRITE, 0, SCSIEMU_PENDING, 1, 0);
	scsiemu_delay_run(d, UINT64_MAX);
	check_record(w, 0, SCSIEMU_BOP_WRITE, 0, 0, 1, 4);
	check_record(w, 1, SCSIEMU_BOP_WRITE, 1, 0, 2, 3);
}

static void test_wrap_nothing(void **state)
{
	struct scsiemu_medium t = { .kind = SCSIEMU_BLOCK };
	struct scsiemu_wrap_stats *s;

	(void)state;
	assert_int_equal(scsiemu_wrap_stats(&t, &s, &err), -1);
	assert_non_null(strstr(err.text, "block store"));
	t = m;
	t.kind = SCSIEMU_TAPE;
	assert_int_equal(scsiemu_wrap_stats(&t, &s, &err), -1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_bare),	      T(test_cancel_below),
		T(test_lend),	      T(test_fault_count),
		T(test_fault_order),  T(test_fault_acts),
		T(test_fault_hangs),  T(test_fault_again),
		T(test_delay_time),   T(test_delay_order),
		T(test_delay_again),  T(test_stats),
		T(test_record),	      T(test_record_pending),
		T(test_wrap_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
