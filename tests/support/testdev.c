/* SPDX-License-Identifier: BSD-2-Clause */
/* support/testdev.c - see testdev.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spc/mode.h"
#include "spc/spc.h"
#include "support/testdev.h"

struct testdev_calls testdev;

static const uint8_t out_bytes[65536];

static int nodata(struct scsiemu_cmd *c)
{
	testdev.runs++;
	return testdev.nodata ? testdev.nodata(c) : SCSIEMU_FINISHED;
}

static int then(struct scsiemu_cmd *c, int result)
{
	testdev.thens++;
	testdev.result = result;
	return testdev.then ? testdev.then(c, result) : SCSIEMU_FINISHED;
}

static int in(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	testdev.runs++;
	if (testdev.in)
		return testdev.in(c, w);
	for (uint32_t i = 0; i < testdev.reply; i++)
		scsiemu_wr_u8(w, testdev_byte(i));
	return SCSIEMU_FINISHED;
}

static int out(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	uint32_t n = scsiemu_rd_left(r);

	testdev.runs++;
	if (testdev.out)
		return testdev.out(c, r);
	testdev.list_len = n;
	memcpy(testdev.list, scsiemu_rd_bytes(r, n), n);
	return SCSIEMU_FINISHED;
}

static int medium(struct scsiemu_cmd *c, struct scsiemu_plan *p)
{
	testdev.runs++;
	return testdev.medium(c, p);
}

static int step(struct scsiemu_cmd *c, int result)
{
	testdev.runs++;
	testdev.result = result;
	return testdev.step ? testdev.step(c, result) : SCSIEMU_FINISHED;
}

#define ALL_BITS(op)                                                           \
	SCSIEMU_USAGE(op, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0)
#define ROW(code, k)                                                           \
	.name = "ROW " #code, .op = code, .len = 10, .sa = SCSIEMU_NO_SA,      \
	.usage = ALL_BITS(code), .kind = k
#define NODATA(code) ROW(code, SCSIEMU_K_NODATA), .fn.nodata = nodata
#define SA(n)                                                                  \
	.name = "SA", .op = OP_SA, .len = 10, .sa = n,                         \
	.usage = SCSIEMU_USAGE(OP_SA, n, 0, 0, 0, 0, 0, 0, 0, 0),              \
	.kind = SCSIEMU_K_NODATA, .fn.nodata = nodata
#define BLOCKS	   .fields = SCSIEMU_F_RW10, .flags = SCSIEMU_ROW_BLOCKS
#define READ_STOPS (SCSIEMU_PR_READ | SCSIEMU_STOP_MEDIUM)
#define WRITE_STOPS                                                            \
	(SCSIEMU_PR_WRITE | SCSIEMU_STOP_MEDIUM | SCSIEMU_ON_PROTECTED)
#define ANY_STOP 0xffff

const struct scsiemu_row testdev_rows[] = {
	{ NODATA(OP_NODATA), .then = then },
	{ ROW(OP_IN, SCSIEMU_K_PARAM_IN), .fn.in = in, .fields = SCSIEMU_F_2AT7,
	  .flags = SCSIEMU_ROW_FACTS },
	{ ROW(OP_IN_THEN, SCSIEMU_K_PARAM_IN), .fn.in = in, .then = then,
	  .fields = SCSIEMU_F_2AT7, .flags = SCSIEMU_ROW_FACTS },
	{ ROW(OP_OUT, SCSIEMU_K_PARAM_OUT), .fn.out = out, .then = then,
	  .fields = SCSIEMU_F_2AT7 },
	{ ROW(OP_OUT_100, SCSIEMU_K_PARAM_OUT), .fn.out = out, .max = 100,
	  .fields = SCSIEMU_F_2AT7 },
	{ ROW(OP_MEDIUM, SCSIEMU_K_MEDIUM), .fn.medium = medium,
	  .cls = SCSIEMU_C_RW, BLOCKS },
	{ ROW(OP_STEPS, SCSIEMU_K_STEPS), .fn.step = step },
	{ ROW(OP_STEPS_ERR, SCSIEMU_K_STEPS), .fn.step = step,
	  .cls = SCSIEMU_C_RW, .fields = SCSIEMU_F_RW10,
	  .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_BLOCKS },
	{ ROW(OP_STEPS_UNDO, SCSIEMU_K_STEPS), .fn.step = step,
	  .cls = SCSIEMU_C_RW, .fields = SCSIEMU_F_RW10,
	  .flags = SCSIEMU_ROW_UNDO | SCSIEMU_ROW_BLOCKS },
	{ NODATA(OP_RW), .then = then, .cls = SCSIEMU_C_RW, BLOCKS,
	  .stops = READ_STOPS },
	{ NODATA(OP_EXCL), .then = then, .cls = SCSIEMU_C_EXCL, BLOCKS,
	  .stops = READ_STOPS },
	{ NODATA(OP_LU), .then = then, .cls = SCSIEMU_C_LU,
	  .stops = READ_STOPS },
	{ NODATA(OP_EXCL_LU), .then = then, .cls = SCSIEMU_C_EXCL,
	  .fields = SCSIEMU_F_RW10,
	  .flags = SCSIEMU_ROW_BLOCKS | SCSIEMU_ROW_WHOLE_LU },
	{ NODATA(OP_UA_SKIP), .flags = SCSIEMU_ROW_UA_SKIP },
	{ NODATA(OP_UA_TAKE), .flags = SCSIEMU_ROW_UA_TAKE },
	{ NODATA(OP_BY_FIELD), .flags = SCSIEMU_ROW_BY_FIELD,
	  .stops = ANY_STOP },
	{ NODATA(OP_NEXUS), .flags = SCSIEMU_ROW_NEXUS },
	{ ROW(OP_OUT_ERR, SCSIEMU_K_PARAM_OUT), .fn.out = out, .then = then,
	  .fields = SCSIEMU_F_2AT7,
	  .flags = SCSIEMU_ROW_ERRORS | SCSIEMU_ROW_UNDO },
	{ NODATA(OP_STOPS), .stops = ANY_STOP, BLOCKS },
	{ SA(1) },
	{ SA(2), .needs = SCSIEMU_CAN_STATUS },
	{ SA(3) },
	{ NODATA(OP_RANGE), .fields = SCSIEMU_F_RW10,
	  .flags = SCSIEMU_ROW_RANGE },
	{ NODATA(OP_LONG), .fields = SCSIEMU_F_RW10,
	  .flags = SCSIEMU_ROW_BLOCKS | SCSIEMU_ROW_LONG },
	{ ROW(OP_MEDIUM_EXCL, SCSIEMU_K_MEDIUM), .fn.medium = medium,
	  .cls = SCSIEMU_C_EXCL, BLOCKS },
	{ ROW(OP_OUT_LONG, SCSIEMU_K_PARAM_OUT), .fn.out = out, .max = 1000,
	  .fields = SCSIEMU_F_2AT7 },
};
const unsigned testdev_nrows = sizeof(testdev_rows) / sizeof(testdev_rows[0]);

#define RW(text, code, n, k, ...)                                              \
	.name = text, .op = code, .len = n, .sa = SCSIEMU_NO_SA, .kind = k,    \
	.cls = SCSIEMU_C_RW, .flags = SCSIEMU_ROW_BLOCKS,                      \
	.usage = SCSIEMU_USAGE(code, __VA_ARGS__)

static const struct scsiemu_row type_rows[] = {
	{ RW("READ(6)", 0x08, 6, SCSIEMU_K_READ, 0x1f, 0xff, 0xff, 0xff, 0),
	  .fields = SCSIEMU_F_RW6, .stops = READ_STOPS },
	{ RW("WRITE(6)", 0x0a, 6, SCSIEMU_K_WRITE, 0x1f, 0xff, 0xff, 0xff, 0),
	  .fields = SCSIEMU_F_RW6, .stops = WRITE_STOPS },
	{ RW("READ(10)", 0x28, 10, SCSIEMU_K_READ, 0x18, 0xff, 0xff, 0xff, 0xff,
	     0, 0xff, 0xff, 0),
	  .fields = SCSIEMU_F_RW10, .stops = READ_STOPS, .prot_at = 1,
	  .group_at = 6, .obsolete = 0x03 },
	{ RW("WRITE(10)", 0x2a, 10, SCSIEMU_K_WRITE, 0x18, 0xff, 0xff, 0xff,
	     0xff, 0, 0xff, 0xff, 0),
	  .fields = SCSIEMU_F_RW10, .stops = WRITE_STOPS, .prot_at = 1 },
	{ .name = "LONG 200",
	  .op = 0x7f,
	  .len = 200,
	  .sa = 1,
	  .kind = SCSIEMU_K_NODATA,
	  .fn.nodata = nodata,
	  .fields = SCSIEMU_F_RW32,
	  .usage = SCSIEMU_USAGE(0x7f, 0, 0, 0, 0, 0, 0, 192, 0, 1, 0, 0, 0xff,
				 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0,
				 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff) },
	{ .name = "LONG 260",
	  .op = 0x7f,
	  .len = 260,
	  .sa = 2,
	  .kind = SCSIEMU_K_NODATA,
	  .fn.nodata = nodata,
	  .usage = SCSIEMU_USAGE(0x7f, 0, 0, 0, 0, 0, 0, 252, 0, 2, 0, 0, 0, 0,
				 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				 0, 0) },
	{ RW("READ(16)", 0x88, 16, SCSIEMU_K_READ, 0x18, 0xff, 0xff, 0xff, 0xff,
	     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0),
	  .fields = SCSIEMU_F_RW16, .stops = READ_STOPS, .prot_at = 1 },
	{ RW("WRITE(16)", 0x8a, 16, SCSIEMU_K_WRITE, 0x18, 0xff, 0xff, 0xff,
	     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0),
	  .fields = SCSIEMU_F_RW16, .stops = WRITE_STOPS, .prot_at = 1 },
	{ RW("READ(12)", 0xa8, 12, SCSIEMU_K_READ, 0x18, 0xff, 0xff, 0xff, 0xff,
	     0xff, 0xff, 0xff, 0xff, 0, 0),
	  .fields = SCSIEMU_F_RW12, .stops = READ_STOPS, .prot_at = 1 },
};

static const struct semu_mode_page *const mode[] = { &semu_mode_0a, NULL };
static const struct semu_vpd_page *const vpd[] = { NULL };

static void loaded(struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = lu->medium;

	lu->cap.nblk = m ? m->nblk : 0;
	lu->cap.blen = 512;
	lu->cap.max_blk = 80;
	lu->cap.dpofua = true;
	semu_spc_guards(lu);
}

static uint32_t stops(const struct scsiemu_cmd *c)
{
	(void)c;
	return testdev.stops;
}

const struct scsiemu_type testdev_type = {
	.type = SCSIEMU_TYPE_DISK,
	.vendor = "TESTERS",
	.product = "Engine",
	.rows = { { type_rows, sizeof(type_rows) / sizeof(type_rows[0]) },
		  { semu_spc_rows, SEMU_SPC_NROWS } },
	.mode = mode,
	.vpd = vpd,
	.init = semu_spc_init,
	.loaded = loaded,
	.stops = stops,
	.reset = semu_spc_reset,
	.restore = semu_spc_restore,
};

const struct scsiemu_limits testdev_limits = {
	.size = sizeof(testdev_limits),
	.lus = 8,
	.nexuses = 4,
	.itls = 32,
	.jobs = 2,
};

void testdev_make(struct testdev_dev *t, const struct scsiemu_limits *l)
{
	struct scsiemu_nexus_config n = { .size = sizeof(n), .port = 1 };
	struct scsiemu_lu_config cf = { .size = sizeof(cf),
					.type = &testdev_type,
					.rows = testdev_rows,
					.nrows = testdev_nrows,
					.removable = true };

	memset(&testdev, 0, sizeof(testdev));
	drive_make(&t->d, l ? l : &testdev_limits);
	for (unsigned i = 0; i < TESTDEV_LUS; i++) {
		drive_disk_make(&t->disk[i], 100, 512);
		t->lu[i] = scsiemu_lu_add(t->d.dev, (uint16_t)i, &cf);
		assert_non_null(t->lu[i]);
		scsiemu_lu_load(t->lu[i], &t->disk[i].m, false);
	}
	t->a = scsiemu_nexus_attach(t->d.dev, &n);
	t->b = scsiemu_nexus_attach(t->d.dev, &n);
	assert_non_null(t->a);
	assert_non_null(t->b);
	for (unsigned i = 0; i < TESTDEV_LUS; i++) {
		drive_settle(&t->d, t->lu[i], t->a);
		drive_settle(&t->d, t->lu[i], t->b);
	}
	t->d.nexus = t->a;
}

void testdev_free(struct testdev_dev *t)
{
	drive_free(&t->d);
	for (unsigned i = 0; i < TESTDEV_LUS; i++)
		drive_disk_free(&t->disk[i]);
}

int testdev_setup(void **state)
{
	struct testdev_dev *t = malloc(sizeof(*t));

	assert_non_null(t);
	testdev_make(t, NULL);
	*state = t;
	return 0;
}

int testdev_teardown(void **state)
{
	testdev_free(*state);
	free(*state);
	return 0;
}

int testdev_flush(struct scsiemu_cmd *c)
{
	return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 0, 0, 0);
}

void testdev_cdb(uint8_t cdb[10], unsigned op, uint32_t lba, unsigned count)
{
	memset(cdb, 0, 10);
	cdb[0] = (uint8_t)op;
	semu_put32(cdb + 2, lba);
	semu_put16(cdb + 7, count);
}

void testdev_start(struct testdev_dev *t, struct drive_task *k,
		   struct scsiemu_nexus *n, unsigned lun, unsigned op,
		   uint32_t lba, unsigned count)
{
	struct scsiemu_nexus *was = t->d.nexus;
	uint8_t cdb[10];

	testdev_cdb(cdb, op, lba, count);
	t->d.nexus = n;
	drive_start(&t->d, k, t->lu[lun], cdb, sizeof(cdb), out_bytes,
		    sizeof(out_bytes), 65536);
	t->d.nexus = was;
}

uint8_t testdev_run(struct testdev_dev *t, unsigned op, uint32_t lba,
		    unsigned count, const void *list, uint32_t out_len,
		    uint32_t in_len)
{
	uint8_t cdb[10];

	testdev_cdb(cdb, op, lba, count);
	return drive_run(&t->d, t->lu[0], cdb, sizeof(cdb), list, out_len,
			 in_len);
}

void testdev_finish(struct drive_task *k)
{
	drive_go(k);
	drive_end(k);
	drive_task_free(k);
}

void testdev_silent(struct drive_task *k)
{
	assert_int_equal(k->want, SCSIEMU_DONE);
	assert_int_equal(k->c.outcome, SCSIEMU_ABORTED);
	assert_int_equal(k->c.aborted, 1);
	drive_end(k);
	drive_task_free(k);
}

int testdev_tmf(struct testdev_dev *t, struct drive_task *k,
		struct scsiemu_nexus *n, struct scsiemu_lu *lu, unsigned tmf,
		uint64_t tag)
{
	memset(k, 0, sizeof(*k));
	k->d = &t->d;
	k->c.nexus = n;
	k->c.tmf = (uint8_t)tmf;
	k->c.tag = tag;
	k->c.user = k;
	k->c.scratch_len = t->d.scratch;
	k->live = true;
	k->want = scsiemu_start(lu, &k->c);
	if (k->want == SCSIEMU_DONE)
		return k->c.response;
	assert_int_equal(k->want, SCSIEMU_WAIT);
	return -1;
}

int testdev_tmf_run(struct testdev_dev *t, struct scsiemu_nexus *n,
		    struct scsiemu_lu *lu, unsigned tmf, uint64_t tag)
{
	struct drive_task k;
	int response = testdev_tmf(t, &k, n, lu, tmf, tag);

	assert_true(response >= 0);
	assert_int_equal(scsiemu_end(&k.c), 0);
	testdev_ready(t);
	return response;
}

unsigned testdev_ready(struct testdev_dev *t)
{
	struct scsiemu_cmd *c;
	unsigned n = 0;

	for (; (c = scsiemu_ready(t->d.dev)); n++) {
		struct drive_task *k = c->user;

		assert_false(c->job);
		k->want = scsiemu_next(c);
	}
	return n;
}

void testdev_idle(struct testdev_dev *t)
{
	const struct scsiemu_device *d = t->d.dev;

	assert_null(d->ready_head);
	assert_null(d->ready_tail);
	assert_null(d->zombies);
	assert_null(d->timers);
	for (uint32_t i = 0; i < d->nlus; i++) {
		const struct scsiemu_lu *lu = d->lus[i];

		assert_ptr_equal(lu->tasks.next, &lu->tasks);
		assert_ptr_equal(lu->tasks.prev, &lu->tasks);
		assert_int_equal(lu->nslow, lu->traced || !lu->set ||
						    lu->nvendor || lu->watch);
		assert_int_equal(lu->pins, 0);
		assert_false(lu->changing);
	}
}
