/* SPDX-License-Identifier: BSD-2-Clause */
/* READ, WRITE, NODATA, PARAM_IN, PARAM_OUT, MEDIUM: their wants, lengths,
 * flags and residuals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/testdev.h"

static void want(const struct testdev_dev *t, unsigned i, unsigned kind,
		 unsigned flags, uint32_t off, uint32_t len, uint64_t addr)
{
	const struct drive_want *w = &t->d.log[i];

	assert_true(i < t->d.nlog);
	assert_int_equal(w->want, kind);
	assert_int_equal(w->flags, flags);
	assert_int_equal(w->off, off);
	assert_int_equal(w->len, len);
	assert_int_equal(w->addr, addr);
}

static void resid(const struct testdev_dev *t, int64_t in, int64_t out)
{
	assert_int_equal(scsiemu_in_resid(&t->d.t.c), in);
	assert_int_equal(scsiemu_out_resid(&t->d.t.c), out);
}

static uint8_t bytes[65536];

static void fill(struct testdev_dev *t)
{
	for (unsigned i = 0; i < 100 * 512; i++)
		t->disk[0].bytes[i] = (uint8_t)(i * 13 + (i >> 9));
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 5 + (i >> 8));
}

/* A READ of 3 blocks into buffers of any length. */
static void test_read(void **state)
{
	static const uint32_t room[] = {
		0, 1, 511, 512, 1024, 1535, 1536, 1537, 4096, SCSIEMU_UNKNOWN
	};
	struct testdev_dev *t = *state;

	fill(t);
	for (unsigned i = 0; i < sizeof(room) / sizeof(room[0]); i++) {
		uint32_t n = room[i] < 1536 ? room[i] : 1536;

		testdev_run(t, SCSIEMU_OP_READ_10, 7, 3, NULL, 0, room[i]);
		drive_data(&t->d, t->disk[0].bytes + 7 * 512, n);
		assert_int_equal(t->d.t.c.in_all, 1536);
		assert_int_equal(t->d.nlog, n ? 1 : 0);
		if (n)
			want(t, 0, SCSIEMU_READ, SCSIEMU_LAST, 0, n, 7);
		if (room[i] == SCSIEMU_UNKNOWN)
			resid(t, 0, 0);
		else
			resid(t, (int64_t)room[i] - 1536, 0);
	}
	testdev_run(t, SCSIEMU_OP_READ_10, 7, 0, NULL, 0, 512);
	drive_data(&t->d, bytes, 0);
	resid(t, 512, 0);
}

/* A WRITE takes whole blocks only. */
static void test_write(void **state)
{
	static const uint32_t have[] = {
		0, 1, 511, 512, 1024, 1535, 1536, 1537, 4096, SCSIEMU_UNKNOWN
	};
	struct testdev_dev *t = *state;

	for (unsigned i = 0; i < sizeof(have) / sizeof(have[0]); i++) {
		uint32_t n = have[i] < 1536 ? have[i] / 512 * 512 : 1536;
		uint8_t *at = t->disk[0].bytes;

		fill(t);
		memset(at, 0xee, 100 * 512);
		testdev_run(t, SCSIEMU_OP_WRITE_10, 7, 3, bytes, have[i], 0);
		drive_good(&t->d);
		assert_int_equal(t->d.t.c.out_done, n);
		assert_int_equal(t->d.t.c.out_all, 1536);
		assert_memory_equal(at + 7 * 512, bytes, n);
		for (unsigned b = 0; b < 100 * 512; b++)
			if (b < 7 * 512 || b >= 7 * 512 + n)
				assert_int_equal(at[b], 0xee);
		if (n)
			want(t, 0, SCSIEMU_WRITE, SCSIEMU_LAST, 0, n, 7);
		if (have[i] == SCSIEMU_UNKNOWN)
			resid(t, 0, 0);
		else if (have[i] < 1536)
			resid(t, 0, (int64_t)have[i] - 1536);
		else
			resid(t, 0, (int64_t)have[i] - n);
	}
}

/* All the six forms decode; FUA and DPO become flags; WCE off means FUA. */
static void test_forms(void **state)
{
	static const struct {
		uint8_t cdb[16];
		uint8_t len, kind;
		uint32_t flags, blocks;
	} of[] = {
		{ { 0x08, 0xe0, 0, 4, 2 }, 6, SCSIEMU_READ, 1, 2 },
		{ { 0x0a, 0, 0, 4, 2 }, 6, SCSIEMU_WRITE, 1, 2 },
		{ { 0x28, 0x18, 0, 0, 0, 4, 0, 0, 2 }, 10, SCSIEMU_READ, 7, 2 },
		{ { 0x28, 0x08, 0, 0, 0, 4, 0, 0, 2 }, 10, SCSIEMU_READ, 3, 2 },
		{ { 0x2a, 0x10, 0, 0, 0, 4, 0, 0, 2 },
		  10,
		  SCSIEMU_WRITE,
		  5,
		  2 },
		{ { 0xa8, 0x10, 0, 0, 0, 4, 0, 0, 0, 2 },
		  12,
		  SCSIEMU_READ,
		  5,
		  2 },
		{ { 0x88, 8, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2 },
		  16,
		  SCSIEMU_READ,
		  3,
		  2 },
		{ { 0x8a, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2 },
		  16,
		  SCSIEMU_WRITE,
		  1,
		  2 },
	};
	struct testdev_dev *t = *state;

	for (unsigned through = 0; through < 2; through++) {
		t->lu[0]->wflags = through ? SCSIEMU_FUA : 0;
		for (unsigned i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
			bool write = of[i].kind == SCSIEMU_WRITE;
			uint8_t cdb[16];

			memcpy(cdb, of[i].cdb, 16);
			if (cdb[0] == 0x08)
				cdb[1] = 0;
			drive_run(&t->d, t->lu[0], cdb, of[i].len, bytes, 65536,
				  65536);
			drive_good(&t->d);
			assert_int_equal(t->d.nlog, 1);
			want(t, 0, of[i].kind,
			     of[i].flags | (write && through ? SCSIEMU_FUA : 0),
			     0, 1024, 4);
		}
	}
	/* READ(6): 0 is 256 blocks */
	t->disk[0].m.nblk = 50;
	scsiemu_lu_changed(t->lu[0]);
	drive_settle(&t->d, t->lu[0], t->a);
	drive_run(&t->d, t->lu[0], (const uint8_t[6]){ 0x08 }, 6, NULL, 0, 0);
	drive_check(&t->d, 5, SCSIEMU_ASC_LBA_OUT_OF_RANGE);
	assert_int_equal(t->d.t.c.sense.info, 50);
}

/* Any cutting of the answers gives the same bytes. */
static void test_pieces(void **state)
{
	struct testdev_dev *t = *state;

	for (uint32_t chunk = 1; chunk < 1600; chunk += 1 + chunk / 3) {
		uint32_t off = 0;

		fill(t);
		t->d.chunk = chunk;
		testdev_run(t, SCSIEMU_OP_READ_10, 5, 3, NULL, 0, 1600);
		drive_data(&t->d, t->disk[0].bytes + 5 * 512, 1536);
		assert_int_equal(t->d.nlog, (1536 + chunk - 1) / chunk);
		for (unsigned i = 0; i < t->d.nlog && i < 64 && t->d.nlog <= 64;
		     i++) {
			want(t, i, SCSIEMU_READ, SCSIEMU_LAST, off, 1536 - off,
			     5);
			assert_int_equal(t->d.log[i].skip, off);
			off += chunk;
		}
		testdev_run(t, SCSIEMU_OP_WRITE_10, 9, 3, bytes, 1536, 0);
		drive_good(&t->d);
		assert_int_equal(t->d.t.c.out_done, 1536);
		assert_memory_equal(t->disk[0].bytes + 9 * 512, bytes, 1536);
	}
}

static int zero_then(struct scsiemu_cmd *c)
{
	return scsiemu_want_store(c, NULL, SCSIEMU_V_ZERO, 3, 2, SCSIEMU_IMMED);
}

static int met(struct scsiemu_cmd *c)
{
	return scsiemu_finish(c, SCSIEMU_CONDITION_MET);
}

static int two_wants(struct scsiemu_cmd *c, int result)
{
	assert_int_equal(result, SCSIEMU_OK);
	if ((*scsiemu_cmd_own(c))++ < 2)
		return testdev_flush(c);
	return scsiemu_fail(c, SCSIEMU_SK_RECOVERED_ERROR, 0x3700);
}

static void test_nodata(void **state)
{
	struct testdev_dev *t = *state;

	testdev_run(t, OP_NODATA, 0, 0, NULL, 0, 0);
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 0);
	assert_int_equal(testdev.thens, 0); /* only after a want */
	testdev.nodata = met;
	assert_int_equal(testdev_run(t, OP_NODATA, 0, 0, NULL, 0, 0),
			 SCSIEMU_CONDITION_MET);
	testdev.nodata = zero_then;
	testdev_run(t, OP_NODATA, 0, 0, NULL, 9, 5);
	drive_good(&t->d);
	assert_int_equal(t->d.nlog, 1);
	want(t, 0, SCSIEMU_STORE, SCSIEMU_IMMED, 0, 0, 3);
	assert_int_equal(t->d.log[0].verb, SCSIEMU_V_ZERO);
	assert_int_equal(t->d.log[0].count, 2);
	assert_ptr_equal(t->d.log[0].lu, t->lu[0]);
	assert_int_equal(testdev.thens, 1);
	resid(t, 5, 9);
	testdev.then = two_wants;
	testdev_run(t, OP_NODATA, 0, 0, NULL, 0, 0);
	drive_check(&t->d, 1, 0x3700);
	assert_int_equal(t->d.nlog, 3);
	assert_int_equal(testdev.thens, 4);
}

static void one_in(struct testdev_dev *t, unsigned op, uint32_t alloc,
		   uint32_t room)
{
	uint32_t n = testdev.reply < alloc ? testdev.reply : alloc, sent;
	const struct drive_want *w = t->d.log;

	testdev.thens = 0;
	testdev_run(t, op, 0, alloc, NULL, 0, room);
	drive_good(&t->d);
	assert_int_equal(t->d.t.c.in_all, n);
	sent = n < room ? n : room;
	assert_int_equal(t->d.t.c.in_done, sent);
	for (uint32_t i = 0; i < sent; i++)
		assert_int_equal(t->d.t.in[i], testdev_byte(i));
	assert_int_equal(testdev.thens, op == OP_IN_THEN);
	for (unsigned i = 0; i < t->d.nlog && t->d.nlog <= 64; i++)
		if (op == OP_IN && w[i].off / 512 == (sent - 1) / 512)
			assert_int_equal(w[i].flags, SCSIEMU_LAST);
		else
			assert_int_equal(w[i].flags, 0);
	if (room != SCSIEMU_UNKNOWN)
		resid(t, n > room ? (int64_t)room - n : (int64_t)room - sent,
		      0);
	testdev_idle(t);
}

static void test_param_in(void **state)
{
	static const uint32_t reply[] = { 0, 1, 511, 512, 513, 1024, 1500 };
	static const uint32_t alloc[] = { 0, 1, 512, 600, 1024, 1500, 65535 };
	static const uint32_t room[] = {
		0, 1, 512, 700, 65535, SCSIEMU_UNKNOWN
	};
	struct testdev_dev *t = *state;

	for (unsigned i = 0; i < 7 * 7 * 6; i++) {
		testdev.reply = reply[i % 7];
		t->d.chunk = i % 2 ? 100 : 0;
		one_in(t, OP_IN, alloc[i / 7 % 7], room[i / 49]);
		one_in(t, OP_IN_THEN, alloc[i / 7 % 7], room[i / 49]);
	}
}

static int in_fails(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	scsiemu_wr_zero(w, 5);
	return scsiemu_fail_cdb(c, 2, 3);
}

static void test_param_in_last(void **state)
{
	struct testdev_dev *t = *state;
	struct drive_task k = { .live = false };

	/* with LAST the results are valid while the want is out */
	testdev.reply = 600;
	testdev_start(t, &k, t->a, 0, OP_IN, 0, 60000);
	assert_int_equal(k.c.flags, 0);
	assert_int_equal(k.c.in_done, 0);
	drive_step(&k);
	assert_int_equal(k.c.flags, SCSIEMU_LAST);
	assert_int_equal(k.c.in_done, 600);
	assert_int_equal(k.c.status, SCSIEMU_GOOD);
	assert_int_equal(scsiemu_in_resid(&k.c), 65536 - 600);
	testdev_finish(&k);
	testdev.in = in_fails;
	testdev_run(t, OP_IN_THEN, 0, 60000, NULL, 0, 600);
	drive_cdb(&t->d, 2, 3);
	assert_int_equal(testdev.thens, 0);
	assert_int_equal(t->d.t.c.in_done, 0);
}

static void test_param_out(void **state)
{
	static const uint32_t have[] = {
		0, 1, 40, 511, 512, 600, SCSIEMU_UNKNOWN
	};
	static const uint32_t list[] = { 0, 1, 40, 100, 101, 511, 512 };
	struct testdev_dev *t = *state;

	fill(t);
	for (unsigned i = 0; i < 7 * 7; i++) {
		uint32_t h = have[i % 7], n = list[i / 7];
		uint32_t got = h < n ? h : n;

		testdev.runs = 0;
		t->d.chunk = i % 3 ? 0 : 33;
		testdev_run(t, OP_OUT, 0, n, bytes, h, 0);
		drive_good(&t->d);
		assert_int_equal(testdev.runs, 1);
		assert_int_equal(testdev.list_len, got);
		assert_memory_equal(testdev.list, bytes, got);
		assert_int_equal(t->d.t.c.out_done, got);
		assert_int_equal(t->d.t.c.out_all, n);
		testdev_run(t, OP_OUT_100, 0, n, bytes, h, 0);
		if (n <= 100)
			drive_good(&t->d);
		else
			drive_check(&t->d, 5,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	}
	assert_int_equal(testdev.thens, 0);
}

/* The longest list follows from limits.scratch, whatever a command has. */
static void test_param_out_limit(void **state)
{
	struct testdev_dev *t = *state;

	for (t->d.scratch = 512; t->d.scratch <= 4096; t->d.scratch *= 2) {
		testdev_run(t, OP_OUT, 0, 513, bytes, 4096, 0);
		drive_check(&t->d, 5, SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
		assert_int_equal(t->d.nlog, 0);
		testdev_run(t, OP_OUT, 0, 512, bytes, 4096, 0);
		drive_good(&t->d);
		testdev_run(t, OP_OUT_LONG, 0, 512, bytes, 4096, 0);
		drive_good(&t->d);
		testdev_run(t, OP_OUT_LONG, 0, 513, bytes, 4096, 0);
		drive_check(&t->d, 5, SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
		testdev_run(t, OP_OUT_100, 0, 101, bytes, 4096, 0);
		drive_check(&t->d, 5, SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	}
}

static int out_wants(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	assert_int_equal(scsiemu_rd_left(r), 4);
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_SAVE, 2, 1, c->scratch,
				   4);
}

static void test_param_out_wants(void **state)
{
	struct testdev_dev *t = *state;

	fill(t);
	testdev.out = out_wants;
	testdev_run(t, OP_OUT, 0, 4, bytes, 4, 0);
	drive_good(&t->d);
	assert_int_equal(testdev.thens, 1);
	assert_int_equal(t->d.nlog, 2);
	want(t, 0, SCSIEMU_RECV, 0, 0, 4, 0);
	assert_int_equal(t->d.log[1].want, SCSIEMU_STORE);
	assert_int_equal(t->d.log[1].verb, SCSIEMU_V_SAVE);
	assert_memory_equal(t->disk[0].bytes + 1024, bytes, 4);
}

/* COMPARE two blocks, WRITE two, FLUSH, READ one. */
static int plan(struct scsiemu_cmd *c, struct scsiemu_plan *p)
{
	uint64_t lba = scsiemu_cmd_lba(c);

	assert_int_equal(scsiemu_cmd_count(c), 2);
	p->n = 4;
	p->seg[0] = (struct scsiemu_segment){ lba, 2,
					      0,   SCSIEMU_COMPARE,
					      0,   SCSIEMU_DPO };
	p->seg[1] = (struct scsiemu_segment){ lba,	     2, 1024,
					      SCSIEMU_WRITE, 0, SCSIEMU_FUA };
	p->seg[2] = (struct scsiemu_segment){
		lba, 2, 0, SCSIEMU_STORE, SCSIEMU_V_FLUSH, SCSIEMU_IMMED
	};
	p->seg[3] =
		(struct scsiemu_segment){ lba + 2, 1, 0, SCSIEMU_READ, 0, 0 };
	return SCSIEMU_FINISHED;
}

static int no_plan(struct scsiemu_cmd *c, struct scsiemu_plan *p)
{
	(void)p;
	return scsiemu_fail_cdb(c, 8, 0);
}

static void test_medium(void **state)
{
	struct testdev_dev *t = *state;

	fill(t);
	testdev.medium = plan;
	memcpy(bytes, t->disk[0].bytes + 4 * 512, 1024);
	testdev_run(t, OP_MEDIUM, 4, 2, bytes, 2048, 512);
	drive_data(&t->d, t->disk[0].bytes + 6 * 512, 512);
	assert_memory_equal(t->disk[0].bytes + 4 * 512, bytes + 1024, 1024);
	assert_int_equal(t->d.nlog, 4);
	want(t, 0, SCSIEMU_COMPARE, SCSIEMU_DPO, 0, 1024, 4);
	want(t, 1, SCSIEMU_WRITE, SCSIEMU_FUA, 1024, 1024, 4);
	assert_int_equal(t->d.log[2].want, SCSIEMU_STORE);
	assert_int_equal(t->d.log[2].flags, SCSIEMU_IMMED);
	want(t, 3, SCSIEMU_READ, SCSIEMU_LAST, 0, 512, 6);
	resid(t, 0, 0);
	assert_int_equal(t->d.t.c.out_done, 2048);
	/* it differs now: INFORMATION is the offset, nothing is written */
	bytes[1000] ^= 1;
	memcpy(t->disk[0].bytes + 4 * 512, bytes, 1024);
	bytes[1000] ^= 1;
	for (t->d.chunk = 0; t->d.chunk < 1000; t->d.chunk += 300) {
		testdev_run(t, OP_MEDIUM, 4, 2, bytes, 2048, 512);
		drive_check(&t->d, SCSIEMU_SK_MISCOMPARE,
			    SCSIEMU_ASC_MISCOMPARE);
		assert_int_equal(t->d.t.c.sense.info, 1000);
	}
	t->d.chunk = 0;
	testdev.medium = no_plan;
	testdev_run(t, OP_MEDIUM, 4, 2, bytes, 2048, 512);
	drive_cdb(&t->d, 8, 0);
	testdev_idle(t);
}

/* The host has less than the plan moves: segments without bytes are passed. */
static void test_medium_short(void **state)
{
	struct testdev_dev *t = *state;

	fill(t);
	testdev.medium = plan;
	memcpy(bytes, t->disk[0].bytes + 4 * 512, 1024);
	testdev_run(t, OP_MEDIUM, 4, 2, bytes, 1023, 100);
	drive_data(&t->d, t->disk[0].bytes + 6 * 512, 100);
	assert_int_equal(t->d.nlog, 3);
	want(t, 0, SCSIEMU_COMPARE, SCSIEMU_DPO, 0, 512, 4);
	assert_int_equal(t->d.log[1].want, SCSIEMU_STORE);
	resid(t, 100 - 512, 1023 - 2048);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testdev_setup, testdev_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_read),
		T(test_write),
		T(test_forms),
		T(test_pieces),
		T(test_nodata),
		T(test_param_in),
		T(test_param_in_last),
		T(test_param_out),
		T(test_param_out_limit),
		T(test_param_out_wants),
		T(test_medium),
		T(test_medium_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
