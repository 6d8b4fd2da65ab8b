/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pump's verbs: what a store offers is called, what it does not offer is
 * made of reads and writes; other kinds of media get theirs as they are.
 */
#include <scsiemu/alua.h>
#include <scsiemu/tape.h>

#include "unit/pump_rig.h"

static const enum fake_order orders[] = { FAKE_INLINE, FAKE_EARLY, FAKE_FIFO,
					  FAKE_REVERSED };

static struct fc_step verb(enum scsiemu_verb v, uint64_t addr, uint64_t count)
{
	struct fc_step s = { .want = SCSIEMU_STORE,
			     .verb = (uint8_t)v,
			     .addr = addr,
			     .count = count };

	return s;
}

static void run(struct rig *r, struct fc_step s)
{
	rig_again(r);
	rig_run(r, &s, 1, NULL, 0, NULL, 0);
}

static void each_order(void (*fn)(struct rig *r))
{
	unsigned i;

	for (i = 0; i < 4; i++) {
		struct rig r;

		rig_open(&r);
		r.store.order = orders[i];
		fn(&r);
		rig_close(&r);
	}
}

static void offered(struct rig *r)
{
	uint8_t zeros[3 * 512] = { 0 };

	run(r, verb(SCSIEMU_V_FLUSH, 1, 2));
	rig_good(r);
	assert_int_equal(r->store.count[FAKE_FLUSH], 1);
	run(r, verb(SCSIEMU_V_ZERO, 2, 3));
	rig_good(r);
	assert_int_equal(r->store.count[FAKE_ZERO], 1);
	assert_memory_equal(r->store.mem + 2 * 512, zeros, sizeof(zeros));
	run(r, verb(SCSIEMU_V_UNMAP, 8, 3));
	rig_good(r);
	assert_int_equal(r->store.unmapped[8] + r->store.unmapped[10], 2);
	run(r, verb(SCSIEMU_V_VERIFY, 8, 3));
	rig_good(r);
	assert_int_equal(r->store.count[FAKE_VERIFY], 1);
	assert_int_equal(r->store.count[FAKE_READ], 0);
	assert_int_equal(r->store.count[FAKE_WRITE], 0);
}

static void test_offered(void **state)
{
	(void)state;
	each_order(offered);
}

/* 9 blocks through a bounce buffer of 4. */
static void made_of_writes(struct rig *r)
{
	uint8_t zeros[9 * 512] = { 0 }, pattern[512], edge;
	struct fc_step fill_step = verb(SCSIEMU_V_FILL, 20, 9);
	unsigned i;

	fake_store_without(&r->store, FAKE_ZERO);
	fill(pattern, sizeof(pattern), 3);
	edge = r->store.mem[11 * 512];
	run(r, verb(SCSIEMU_V_ZERO, 2, 9));
	rig_good(r);
	assert_int_equal(r->store.count[FAKE_WRITE], 3);
	assert_memory_equal(r->store.mem + 2 * 512, zeros, sizeof(zeros));
	assert_int_equal(r->store.mem[11 * 512], edge);
	fill_step.buf = pattern;
	fill_step.len = 512;
	fill_step.flags = SCSIEMU_FUA;
	run(r, fill_step);
	rig_good(r);
	for (i = 0; i < 9; i++)
		assert_memory_equal(r->store.mem + (20 + i) * 512, pattern,
				    512);
	assert_int_equal(r->store.last_flags & SCSIEMU_FUA, SCSIEMU_FUA);
	fill_step.len = 100;
	run(r, fill_step);
	rig_bad(r, SCSIEMU_E_HARDWARE);
	fill_step.len = 512;
	fill_step.count = 0;
	run(r, fill_step);
	rig_good(r);
	assert_int_equal(r->store.count[FAKE_WRITE], 6);
}

static void test_made_of_writes(void **state)
{
	(void)state;
	each_order(made_of_writes);
}

static void made_of_reads(struct rig *r)
{
	uint8_t pattern[512];
	struct fc_step s = verb(SCSIEMU_V_MATCH, 20, 9);
	unsigned i;

	fake_store_without(&r->store, FAKE_VERIFY);
	fill(pattern, sizeof(pattern), 3);
	for (i = 0; i < 9; i++)
		memcpy(r->store.mem + (20 + i) * 512, pattern, 512);
	s.buf = pattern;
	s.len = 512;
	run(r, s);
	rig_good(r);
	assert_int_equal(r->store.count[FAKE_READ], 3);
	r->store.mem[27 * 512 + 9] ^= 1;
	run(r, s);
	rig_bad(r, SCSIEMU_E_MISCOMPARE);
	assert_int_equal(fc.answer[0].bytes, 7 * 512 + 9);
	run(r, verb(SCSIEMU_V_VERIFY, 20, 9));
	rig_good(r);
	assert_int_equal(r->store.count[FAKE_READ], 8);
	r->store.fail_op = FAKE_READ;
	r->store.fail_at = 9;
	r->store.fail_info = 25;
	r->store.fail_result = SCSIEMU_E_READ;
	run(r, verb(SCSIEMU_V_VERIFY, 20, 9));
	rig_bad(r, SCSIEMU_E_READ);
	assert_int_equal(fc.answer[0].info, 25);
	assert_int_equal(r->store.count[FAKE_READ], 10);
}

static void test_made_of_reads(void **state)
{
	(void)state;
	each_order(made_of_reads);
}

static void load_save(struct rig *r)
{
	uint8_t buf[1024], other[1024];
	struct fc_step s = verb(SCSIEMU_V_LOAD, 30, 0);

	s.buf = buf;
	s.len = sizeof(buf);
	run(r, s);
	rig_good(r);
	assert_memory_equal(buf, r->store.mem + 30 * 512, 1024);
	fill(other, sizeof(other), 200);
	s.verb = SCSIEMU_V_SAVE;
	s.buf = other;
	run(r, s);
	rig_good(r);
	assert_memory_equal(other, r->store.mem + 30 * 512, 1024);
	s.len = 700;
	run(r, s);
	rig_bad(r, SCSIEMU_E_HARDWARE);
}

static void test_load_save(void **state)
{
	(void)state;
	each_order(load_save);
}

static void status(struct rig *r)
{
	struct scsiemu_extent e[4];
	struct fc_step s = verb(SCSIEMU_V_STATUS, 4, 0);

	memset(r->store.unmapped + 10, 1, 5);
	s.buf = (uint8_t *)e;
	s.len = sizeof(e);
	run(r, s);
	rig_good(r);
	assert_int_equal(fc.answer[0].info, 3);
	assert_int_equal(e[1].lba, 10);
	assert_int_equal(e[1].nblk, 5);
	assert_int_equal(e[1].state, SCSIEMU_DEALLOCATED);
	fake_store_without(&r->store, FAKE_STATUS);
	run(r, s);
	rig_bad(r, SCSIEMU_E_HARDWARE);
}

static void test_status(void **state)
{
	(void)state;
	each_order(status);
}

static void eject(struct rig *r)
{
	run(r, verb(SCSIEMU_V_EJECT, 0, 0));
	rig_good(r);
	assert_int_equal(r->store.count[FAKE_FLUSH], 1);
	assert_null(r->lu.medium);
	run(r, verb(SCSIEMU_V_INSERT, 0, 0));
	rig_good(r);
	assert_ptr_equal(r->lu.medium, &r->store.medium);
	r->store.fail_op = FAKE_FLUSH;
	r->store.fail_at = 1;
	r->store.fail_result = SCSIEMU_E_WRITE;
	run(r, verb(SCSIEMU_V_EJECT, 0, 0));
	rig_bad(r, SCSIEMU_E_WRITE);
	assert_ptr_equal(r->lu.medium, &r->store.medium);
}

static void test_eject(void **state)
{
	(void)state;
	each_order(eject);
}

/* A store without a cache has nothing to flush; unmap cannot be made. */
static void test_not_offered(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	fake_store_without(&r.store, FAKE_FLUSH);
	fake_store_without(&r.store, FAKE_UNMAP);
	run(&r, verb(SCSIEMU_V_FLUSH, 0, 0));
	rig_good(&r);
	run(&r, verb(SCSIEMU_V_EJECT, 0, 0));
	rig_good(&r);
	run(&r, verb(SCSIEMU_V_INSERT, 0, 0));
	run(&r, verb(SCSIEMU_V_UNMAP, 0, 1));
	rig_bad(&r, SCSIEMU_E_HARDWARE);
	run(&r, verb(SCSIEMU_V_ERASE, 0, 1));
	rig_bad(&r, SCSIEMU_E_HARDWARE);
	run(&r, verb(SCSIEMU_V_NV_SAVE, 0, 1));
	rig_bad(&r, SCSIEMU_E_HARDWARE);
	run(&r, verb(SCSIEMU_V_ACCESS, 0, 1));
	rig_bad(&r, SCSIEMU_E_HARDWARE);
	fake_store_without(&r.store, FAKE_WRITE);
	fake_store_without(&r.store, FAKE_ZERO);
	run(&r, verb(SCSIEMU_V_ZERO, 0, 1));
	rig_bad(&r, SCSIEMU_E_PROTECTED);
	rig_close(&r);
}

struct nv {
	uint32_t id, len;
	uint8_t buf[16];
	struct scsiemu_io *io;
	bool pends;
};

static int nv_save(void *ctx, struct scsiemu_io *io, uint32_t id,
		   const void *buf, uint32_t len)
{
	struct nv *nv = ctx;

	nv->id = id;
	nv->len = len;
	nv->io = io;
	memcpy(nv->buf, buf, len);
	return nv->pends ? SCSIEMU_PENDING : SCSIEMU_OK;
}

static void test_nv_save(void **state)
{
	static const struct scsiemu_nv_ops ops = { .size = sizeof(ops),
						   .save = nv_save };
	struct fc_step s = verb(SCSIEMU_V_NV_SAVE, 0, 7);
	uint8_t buf[5] = "save";
	struct nv nv = { 0 };
	struct rig r;

	(void)state;
	rig_open(&r);
	r.lu.medium = NULL; /* not needed for it */
	r.lu.nv = &ops;
	r.lu.nv_ctx = &nv;
	s.buf = buf;
	s.len = sizeof(buf);
	run(&r, s);
	rig_good(&r);
	assert_int_equal(nv.id, 7);
	assert_string_equal((char *)nv.buf, "save");
	/* pends; an abort does not reach the block store's cancel */
	r.lu.medium = &r.store.medium;
	nv.pends = true;
	rig_again(&r);
	assert_int_equal(rig_submit(&r, &r.t, &s, 1, NULL, 0, NULL, 0), 0);
	scsiemu_pump_abort(&r.t.task);
	assert_int_equal(r.t.ndone, 0);
	assert_int_equal(r.store.cancels, 0);
	scsiemu_io_done(nv.io, SCSIEMU_OK);
	assert_int_equal(r.t.ndone, 1);
	assert_true(r.t.aborted_done);
	rig_close(&r);
}

/* A tape of one record, an object: what reaches their stores. */
struct other {
	uint32_t skip, flags, record;
	uint64_t off, id;
	unsigned verb;
	uint8_t got[2048];
	uint32_t ngot;
};

static int tape_read(void *ctx, struct scsiemu_io *io,
		     struct scsiemu_tape_how *how, uint32_t skip,
		     const struct scsiemu_vec *v, unsigned nv)
{
	struct other *o = ctx;
	uint32_t left = o->record - skip;

	assert_null(how);
	o->flags = io->flags;
	for (; nv--; v++) {
		size_t n = v->len < left ? v->len : left;

		memset(v->base, 0x5a, n);
		left -= (uint32_t)n;
		io->moved += (uint32_t)n;
	}
	io->info = o->record;
	return left && (io->flags & SCSIEMU_IO_MORE) ? SCSIEMU_OK
						     : SCSIEMU_R_RECORD;
}

static int tape_write(void *ctx, struct scsiemu_io *io,
		      struct scsiemu_tape_how *how, uint32_t skip,
		      const struct scsiemu_vec *v, unsigned nv)
{
	struct other *o = ctx;

	assert_null(how);
	assert_int_equal(skip, o->ngot);
	for (; nv--; v++) {
		memcpy(o->got + o->ngot, v->base, v->len);
		o->ngot += (uint32_t)v->len;
	}
	io->moved = o->ngot - skip;
	return io->flags & SCSIEMU_IO_MORE ? SCSIEMU_OK : SCSIEMU_R_RECORD;
}

static int any_verb(void *ctx, struct scsiemu_io *io,
		    const struct scsiemu_cmd *w)
{
	struct other *o = ctx;

	o->verb = w->verb;
	io->info = 12;
	return SCSIEMU_R_MARK;
}

static void test_tape(void **state)
{
	static const struct scsiemu_tape_ops ops = { .size = sizeof(ops),
						     .read = tape_read,
						     .write = tape_write,
						     .verb = any_verb };
	struct fc_step s = { .want = SCSIEMU_READ, .len = 1000 };
	struct scsiemu_medium m = { .kind = SCSIEMU_TAPE, .ops = &ops };
	struct other o = { .record = 700 };
	uint8_t in[1000] = { 0 }, out[1000];
	struct rig r;

	(void)state;
	rig_open(&r);
	m.ctx = &o;
	r.lu.medium = &m;
	r.port.window = 300;
	rig_run(&r, &s, 1, in, sizeof(in), NULL, 0);
	rig_good(&r);
	assert_int_equal(fc.nanswer, 3);
	assert_int_equal(fc.answer[1].result, SCSIEMU_OK);
	assert_int_equal(fc.answer[2].result, SCSIEMU_R_RECORD);
	assert_int_equal(fc.answer[2].bytes, 100);
	assert_int_equal(fc.answer[2].info, 700);
	assert_int_equal(r.t.arrived, 700);
	assert_int_equal(in[699], 0x5a);
	assert_int_equal(in[700], 0);
	rig_again(&r);
	fill(out, sizeof(out), 1);
	s.want = SCSIEMU_WRITE;
	rig_run(&r, &s, 1, NULL, 0, out, sizeof(out));
	rig_good(&r);
	assert_memory_equal(o.got, out, 1000);
	assert_int_equal(fc.answer[3].result, SCSIEMU_R_RECORD);
	run(&r, verb(SCSIEMU_V_SPACE, 0, 3));
	rig_good(&r);
	assert_int_equal(o.verb, SCSIEMU_V_SPACE);
	assert_int_equal(fc.answer[0].result, SCSIEMU_R_MARK);
	assert_int_equal(fc.answer[0].info, 12);
	rig_close(&r);
}

static int object_read(void *ctx, struct scsiemu_io *io, const uint64_t id[2],
		       uint64_t off, const struct scsiemu_vec *v, unsigned nv)
{
	struct other *o = ctx;

	assert_int_equal(nv, 1);
	o->id = id[1];
	o->off = off;
	memset(v->base, 0x77, 40);
	io->moved = 40;
	return SCSIEMU_R_SHORT;
}

static int object_write(void *ctx, struct scsiemu_io *io, const uint64_t id[2],
			uint64_t off, const struct scsiemu_vec *v, unsigned nv)
{
	struct other *o = ctx;

	(void)io, (void)id, (void)v, (void)nv;
	o->off = off; /* OK without a count: all of it */
	return SCSIEMU_OK;
}

static void test_object(void **state)
{
	static const struct scsiemu_object_ops ops = { .size = sizeof(ops),
						       .read = object_read,
						       .write = object_write,
						       .verb = any_verb };
	struct fc_step s = { .want = SCSIEMU_READ, .addr = 9000, .len = 100 };
	struct scsiemu_medium m = { .kind = SCSIEMU_OBJECT, .ops = &ops };
	struct other o = { 0 };
	uint8_t buf[100] = { 0 };
	struct rig r;

	(void)state;
	rig_open(&r);
	m.ctx = &o;
	r.lu.medium = &m;
	rig_run(&r, &s, 1, buf, sizeof(buf), NULL, 0);
	assert_int_equal(o.off, 9000);
	assert_int_equal(fc.answer[0].result, SCSIEMU_R_SHORT);
	assert_int_equal(r.t.arrived, 40);
	rig_again(&r);
	s.want = SCSIEMU_WRITE;
	r.port.window = 60;
	rig_run(&r, &s, 1, NULL, 0, buf, sizeof(buf));
	rig_good(&r);
	assert_int_equal(o.off, 9060);
	assert_int_equal(fc.answer[1].bytes, 40);
	run(&r, verb(SCSIEMU_V_OBJ_CREATE, 0, 0));
	assert_int_equal(o.verb, SCSIEMU_V_OBJ_CREATE);
	rig_close(&r);
}

struct array {
	struct scsiemu_io *io;
	unsigned group, state;
	int rc;
};

static int change(void *ctx, struct scsiemu_io *io, struct scsiemu_lu *lu,
		  uint16_t group, uint8_t state)
{
	struct array *a = ctx;

	(void)lu;
	*a = (struct array){ io, group, state, a->rc };
	return a->rc;
}

/* A host's change of an access state goes to the configuration's ops. */
static void test_access(void **state)
{
	static const struct scsiemu_alua_ops ops = { .size = sizeof(ops),
						     .change = change };
	struct fc_step s = verb(SCSIEMU_V_ACCESS, 0x1234, 2);
	struct array a = { .rc = SCSIEMU_OK };
	struct rig r;

	(void)state;
	rig_open(&r);
	r.lu.alua = &ops;
	r.lu.alua_ctx = &a;
	run(&r, s);
	rig_good(&r);
	assert_int_equal(a.group, 0x1234);
	assert_int_equal(a.state, 2);
	a.rc = SCSIEMU_E_BUSY;
	run(&r, s);
	rig_bad(&r, SCSIEMU_E_BUSY);
	a.rc = SCSIEMU_PENDING;
	rig_again(&r);
	assert_int_equal(rig_submit(&r, &r.t, &s, 1, NULL, 0, NULL, 0), 0);
	assert_int_equal(r.t.ndone, 0);
	scsiemu_io_done(a.io, SCSIEMU_OK);
	assert_int_equal(r.t.ndone, 1);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offered),
		cmocka_unit_test(test_made_of_writes),
		cmocka_unit_test(test_made_of_reads),
		cmocka_unit_test(test_load_save),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_eject),
		cmocka_unit_test(test_not_offered),
		cmocka_unit_test(test_nv_save),
		cmocka_unit_test(test_access),
		cmocka_unit_test(test_tape),
		cmocka_unit_test(test_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
