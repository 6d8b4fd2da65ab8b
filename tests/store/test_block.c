/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every writable block store, bare and wrapped, against an array: random
 * operations with vectors cut anywhere give the same bytes.
 */
#include "kit.h"

#include <stdlib.h>

enum { NBLK = 700, MAX_RUN = 300 };

struct kind {
	const char *name;
	const char *wraps; /* d delay, f fault, r record, s stats */
	bool file;
	uint32_t blen;
};

static struct scsiemu_wrap_delay *delay;

static void run_delay(void *ctx)
{
	(void)ctx;
	scsiemu_delay_run(delay, UINT64_MAX);
}

static void wrap(struct scsiemu_medium *m, char how)
{
	struct scsiemu_wrap_fault *f;
	struct scsiemu_wrap_record *r;
	struct scsiemu_wrap_stats *s;

	if (how == 'd') {
		assert_int_equal(scsiemu_wrap_delay(m, 1, SCSIEMU_DELAY_SHUFFLE,
						    7, &delay, NULL),
				 0);
		kit_poll = run_delay;
	}
	if (how == 'f')
		assert_int_equal(scsiemu_wrap_fault(m, &f, NULL), 0);
	if (how == 'r')
		assert_int_equal(scsiemu_wrap_record(m, &r, NULL), 0);
	if (how == 's')
		assert_int_equal(scsiemu_wrap_stats(m, &s, NULL), 0);
}

static void open_kind(struct scsiemu_medium *m, const struct kind *k)
{
	struct scsiemu_geometry g = { .bytes = (uint64_t)NBLK * k->blen,
				      .blen = k->blen,
				      .thin = true };
	struct scsiemu_errmsg err;
	int r = k->file ? scsiemu_open_file(m, kit_path("model"), &g, &err)
			: scsiemu_open_mem(m, &g, &err);

	kit_poll = NULL;
	if (r)
		fail_msg("%s", err.text);
	for (const char *w = k->wraps; *w; w++)
		wrap(m, *w);
	assert_int_equal(m->nblk, NBLK);
	assert_int_equal(m->blen, k->blen);
	assert_true(m->thin && m->zeroes && !m->read_only);
}

struct model {
	struct scsiemu_medium m;
	uint8_t *want, *buf;
	bool mapped[NBLK];
	bool exact; /* status is exact: not rounded to pages */
	uint32_t lba, nblk;
	size_t off, len;
};

static void do_read(struct model *t)
{
	assert_int_equal(kit_read(&t->m, t->lba, t->nblk, t->buf), SCSIEMU_OK);
	assert_memory_equal(t->buf, t->want + t->off, t->len);
}

static void do_write(struct model *t)
{
	kit_fill(t->buf, t->len);
	assert_int_equal(kit_write(&t->m, t->lba, t->nblk, t->buf,
				   kit_random(8) ? 0 : SCSIEMU_FUA),
			 SCSIEMU_OK);
	memcpy(t->want + t->off, t->buf, t->len);
	memset(t->mapped + t->lba, true, t->nblk);
}

static void do_clear(struct model *t)
{
	int r = kit_random(2) ? kit_zero(&t->m, t->lba, t->nblk)
			      : kit_unmap(&t->m, t->lba, t->nblk);

	assert_int_equal(r, SCSIEMU_OK);
	memset(t->want + t->off, 0, t->len);
	memset(t->mapped + t->lba, false, t->nblk);
}

static void do_flush(struct model *t)
{
	assert_int_equal(kit_flush(&t->m, 0, 0), SCSIEMU_OK);
}

static void do_cas(struct model *t)
{
	size_t at = kit_random((uint32_t)t->len);

	if (!(t->m.able & SCSIEMU_CAN_CAS))
		return;
	memcpy(t->buf, t->want + t->off, t->len);
	kit_fill(t->buf + t->len, t->len);
	if (kit_random(2)) {
		t->buf[at] ^= 0x40;
		assert_int_equal(kit_cas(&t->m, t->lba, t->nblk, t->buf),
				 SCSIEMU_E_MISCOMPARE);
		assert_int_equal(kit_io.moved, at);
		return;
	}
	assert_int_equal(kit_cas(&t->m, t->lba, t->nblk, t->buf), SCSIEMU_OK);
	memcpy(t->want + t->off, t->buf + t->len, t->len);
	memset(t->mapped + t->lba, true, t->nblk);
}

/* Runs are contiguous, differ from their neighbours, and tell the truth. */
static void do_status(struct model *t)
{
	struct scsiemu_extent e[9];
	unsigned max = 1 + kit_random(9);
	unsigned n = max;
	uint64_t lba = t->lba;

	assert_int_equal(kit_status(&t->m, t->lba, e, &n), SCSIEMU_OK);
	assert_in_range(n, 1, max);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(e[i].lba, lba);
		assert_true(e[i].nblk > 0);
		assert_true(!i || e[i].state != e[i - 1].state);
		for (; lba < e[i].lba + e[i].nblk; lba++) {
			bool mapped = e[i].state == SCSIEMU_MAPPED;

			assert_true(mapped || !t->mapped[lba]);
			assert_true(!t->exact || mapped == t->mapped[lba]);
		}
	}
	assert_true(n == max || lba == NBLK);
}

static void run_model(const struct kind *k)
{
	static void (*const acts[])(struct model * t) = {
		do_read, do_read,  do_write,  do_write, do_write,
		do_cas,	 do_clear, do_status, do_flush,
	};
	struct model t = { .exact = !k->file };

	open_kind(&t.m, k);
	t.want = calloc(NBLK, k->blen);
	t.buf = calloc(2 * MAX_RUN, k->blen);
	assert_non_null(t.want);
	assert_non_null(t.buf);
	for (int i = 0; i < 1500; i++) {
		uint32_t most = kit_random(4) ? 9 : MAX_RUN;

		t.lba = kit_random(NBLK);
		t.nblk = 1 +
			 kit_random(NBLK - t.lba < most ? NBLK - t.lba : most);
		t.off = (size_t)t.lba * k->blen;
		t.len = (size_t)t.nblk * k->blen;
		acts[kit_random(sizeof(acts) / sizeof(acts[0]))](&t);
	}
	free(t.want);
	free(t.buf);
	scsiemu_medium_close(&t.m);
	assert_null(t.m.ops);
	kit_clean();
}

static void test_model(void **state)
{
	static const struct kind kinds[] = {
		{ "mem 512", "", false, 512 },
		{ "mem 256", "", false, 256 },
		{ "mem 4096", "", false, 4096 },
		{ "file 512", "", true, 512 },
		{ "file 4096", "", true, 4096 },
		{ "fault mem", "f", false, 512 },
		{ "delay mem", "d", false, 512 },
		{ "stats delay record fault mem", "frds", false, 512 },
		{ "delay stats file", "sd", true, 512 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		print_message("%s\n", kinds[i].name);
		run_model(&kinds[i]);
	}
}

/* Nothing beyond the last block, nothing by wrapping round. */
static void check_range(struct scsiemu_medium *m)
{
	static uint8_t buf[4 * 512];
	static const uint64_t lbas[] = { 8, 7, UINT64_MAX, UINT64_MAX - 1 };
	struct scsiemu_extent e;
	unsigned n;

	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(kit_read(m, lbas[i], 2, buf), SCSIEMU_E_RANGE);
		assert_int_equal(kit_write(m, lbas[i], 2, buf, 0),
				 SCSIEMU_E_RANGE);
		assert_int_equal(kit_zero(m, lbas[i], 2), SCSIEMU_E_RANGE);
		assert_int_equal(kit_unmap(m, lbas[i], 2), SCSIEMU_E_RANGE);
		assert_int_equal(kit_flush(m, lbas[i], 2), SCSIEMU_E_RANGE);
		if (m->able & SCSIEMU_CAN_CAS)
			assert_int_equal(kit_cas(m, lbas[i], 2, buf),
					 SCSIEMU_E_RANGE);
		if (kit_ops(m)->verify)
			assert_int_equal(kit_verify(m, lbas[i], 2),
					 SCSIEMU_E_RANGE);
		n = 1;
		if (lbas[i] != 7) {
			assert_int_equal(kit_status(m, lbas[i], &e, &n),
					 SCSIEMU_E_RANGE);
			assert_int_equal(n, 0);
		}
	}
	assert_int_equal(kit_unmap(m, 1, UINT64_MAX), SCSIEMU_E_RANGE);
	assert_int_equal(kit_unmap(m, 8, 0), SCSIEMU_OK);
	assert_int_equal(kit_zero(m, 0, 0), SCSIEMU_OK);
	n = 0;
	assert_int_equal(kit_status(m, 0, &e, &n), SCSIEMU_OK);
	assert_int_equal(n, 0);
}

static void test_range(void **state)
{
	const struct scsiemu_geometry g = { .bytes = 8 * 512, .thin = true };
	struct scsiemu_medium m;

	(void)state;
	kit_poll = NULL;
	assert_int_equal(scsiemu_open_mem(&m, &g, NULL), 0);
	check_range(&m);
	scsiemu_medium_close(&m);
	assert_int_equal(scsiemu_open_null(&m, &g, NULL), 0);
	check_range(&m);
	scsiemu_medium_close(&m);
	assert_int_equal(scsiemu_open_file(&m, kit_path("r"), &g, NULL), 0);
	check_range(&m);
	scsiemu_medium_close(&m);
	kit_clean();
}

/* What was not offered is not there; firmware's short vtables too. */
static void test_able(void **state)
{
	struct scsiemu_geometry g = { .bytes = 1 << 20 };
	struct scsiemu_block_ops ops = { .size = 0 };
	struct scsiemu_medium m;

	(void)state;
	assert_int_equal(scsiemu_open_mem(&m, &g, NULL), 0);
	assert_int_equal(m.kind, SCSIEMU_BLOCK);
	assert_int_equal(m.able, SCSIEMU_CAN_WRITE | SCSIEMU_CAN_FLUSH |
					 SCSIEMU_CAN_ZERO | SCSIEMU_CAN_CAS |
					 SCSIEMU_CAN_STATUS |
					 SCSIEMU_CAN_FORMAT);
	assert_null(kit_ops(&m)->unmap);
	assert_false(m.thin || m.zeroes);
	ops = *kit_ops(&m);
	scsiemu_medium_close(&m);

	ops.size = offsetof(struct scsiemu_block_ops, zero);
	assert_int_equal(scsiemu_block_able(&ops),
			 SCSIEMU_CAN_WRITE | SCSIEMU_CAN_FLUSH);
	assert_int_equal(scsiemu_block_able(NULL), 0);

	g.read_only = g.thin = true;
	assert_int_equal(scsiemu_open_mem(&m, &g, NULL), 0);
	assert_int_equal(m.able, SCSIEMU_CAN_STATUS);
	assert_null(kit_ops(&m)->write);
	assert_null(kit_ops(&m)->cas);
	assert_true(m.read_only);
	scsiemu_medium_close(&m);
	scsiemu_medium_close(&m); /* nothing */

	assert_int_equal(scsiemu_open_null(&m, &g, NULL), 0);
	assert_int_equal(m.able, SCSIEMU_CAN_STATUS | SCSIEMU_CAN_LEND);
	scsiemu_medium_close(&m);
}

/* Other blocks: every store, also below another, has their number at once. */
static void check_format(struct scsiemu_medium *m)
{
	static uint8_t buf[4096];
	const uint64_t bytes = m->nblk * m->blen;

	assert_int_equal(scsiemu_medium_format(m, 4096, UINT64_MAX), 0);
	assert_int_equal(m->blen, 4096);
	assert_int_equal(m->nblk, bytes / 4096);
	assert_int_equal(m->exponent, 0);
	assert_int_equal(kit_write(m, m->nblk - 1, 1, buf, 0), 0);
	assert_int_equal(kit_write(m, m->nblk, 1, buf, 0), SCSIEMU_E_RANGE);
	assert_int_equal(scsiemu_medium_format(m, 512, 100), 0);
	assert_int_equal(m->nblk, 100);
	assert_int_equal(m->exponent, 3);
	assert_int_equal(kit_read(m, 99, 1, buf), 0);
	assert_int_equal(kit_read(m, 100, 1, buf), SCSIEMU_E_RANGE);
	assert_int_equal(scsiemu_medium_format(m, 512, UINT64_MAX), 0);
	assert_int_equal(m->nblk, bytes / 512);
	for (unsigned blen = 0; blen < 8400; blen += 40)
		if (blen < 256 || blen > 4096 || blen & (blen - 1))
			assert_int_equal(
				scsiemu_medium_format(m, blen, UINT64_MAX),
				SCSIEMU_E_RANGE);
	assert_int_equal(scsiemu_medium_format(m, 512, bytes / 512 + 1),
			 SCSIEMU_E_RANGE);
	assert_int_equal(scsiemu_medium_format(m, 512, 0), SCSIEMU_E_RANGE);
	assert_int_equal(m->nblk, bytes / 512);
}

static void test_format(void **state)
{
	struct scsiemu_geometry g = { .bytes = 1 << 20, .exponent = 3 };
	struct scsiemu_wrap_stats *stats;
	struct scsiemu_extent e;
	struct scsiemu_medium m;
	uint8_t buf[512] = { 1 };
	unsigned n = 1;

	(void)state;
	assert_int_equal(scsiemu_open_mem(&m, &g, NULL), 0);
	assert_int_equal(kit_write(&m, 0, 1, buf, 0), 0);
	check_format(&m); /* its blocks were thrown away on the way */
	assert_int_equal(kit_read(&m, 0, 1, buf), 0);
	assert_int_equal(buf[0], 0);
	assert_int_equal(kit_status(&m, 0, &e, &n), 0);
	assert_int_equal(e.state, SCSIEMU_DEALLOCATED);
	assert_int_equal(e.nblk, (1 << 20) / 512);
	scsiemu_medium_close(&m);
	assert_int_equal(scsiemu_open_null(&m, &g, NULL), 0);
	check_format(&m);
	scsiemu_medium_close(&m);
	assert_int_equal(scsiemu_open_file(&m, kit_path("f"), &g, NULL), 0);
	assert_int_equal(scsiemu_wrap_stats(&m, &stats, NULL), 0);
	buf[0] = 7; /* a file keeps its bytes */
	assert_int_equal(kit_write(&m, 5, 1, buf, 0), 0);
	check_format(&m);
	buf[0] = 0;
	assert_int_equal(kit_read(&m, 5, 1, buf), 0);
	assert_int_equal(buf[0], 7);
	scsiemu_medium_close(&m);
	g.read_only = true;
	g.bytes = 0;
	assert_int_equal(scsiemu_open_file(&m, kit_path("f"), &g, NULL), 0);
	assert_int_equal(scsiemu_medium_format(&m, 512, UINT64_MAX),
			 SCSIEMU_E_RANGE);
	scsiemu_medium_close(&m);
	kit_clean();
}

/* A vtable that ends before `close` is not called there. */
static void test_close_short(void **state)
{
	static int never;
	struct scsiemu_block_ops ops = {
		.size = offsetof(struct scsiemu_block_ops, close)
	};
	struct scsiemu_medium m = { .kind = SCSIEMU_BLOCK,
				    .ops = &ops,
				    .ctx = &never };

	(void)state;
	memset(&ops.close, 0x5a, sizeof(ops.close));
	scsiemu_medium_close(&m);
	assert_null(m.ctx);
}

static void test_sparse(void **state)
{
	/* 2^62 bytes: all six levels; a block at each end and one between */
	const struct scsiemu_geometry g = { .bytes = UINT64_C(1) << 62,
					    .thin = true };
	struct scsiemu_extent e[8];
	struct scsiemu_medium m;
	uint8_t a[512], b[512];
	uint64_t last, mid;
	unsigned n = 8;

	(void)state;
	assert_int_equal(scsiemu_open_mem(&m, &g, NULL), 0);
	last = m.nblk - 1;
	mid = m.nblk / 3;
	kit_fill(a, 512);
	assert_int_equal(kit_write(&m, 0, 1, a, 0), 0);
	assert_int_equal(kit_write(&m, mid, 1, a, 0), 0);
	assert_int_equal(kit_write(&m, last, 1, a, 0), 0);
	assert_int_equal(kit_read(&m, last, 1, b), 0);
	assert_memory_equal(a, b, 512);
	assert_int_equal(kit_status(&m, 0, e, &n), 0);
	assert_int_equal(n, 5);
	assert_int_equal(e[1].lba, 1);
	assert_int_equal(e[1].nblk, mid - 1);
	assert_int_equal(e[1].state, SCSIEMU_DEALLOCATED);
	assert_int_equal(e[4].lba, last);
	assert_int_equal(e[4].nblk, 1);
	assert_int_equal(e[4].state, SCSIEMU_MAPPED);
	assert_int_equal(kit_unmap(&m, 1, last - 1), 0);
	n = 8;
	assert_int_equal(kit_status(&m, 0, e, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(e[1].nblk, last - 1);
	scsiemu_medium_close(&m);
}

static void test_null(void **state)
{
	const struct scsiemu_geometry g = { .bytes = 4 << 20 };
	struct scsiemu_medium m;
	struct scsiemu_vec v[8];
	struct scsiemu_extent e;
	uint8_t buf[1024];
	static const uint8_t zeros[1024];
	unsigned nv = 8, n = 1;
	size_t sum = 0;

	(void)state;
	assert_int_equal(scsiemu_open_null(&m, &g, NULL), 0);
	assert_int_equal(m.able, SCSIEMU_CAN_WRITE | SCSIEMU_CAN_FLUSH |
					 SCSIEMU_CAN_ZERO | SCSIEMU_CAN_CAS |
					 SCSIEMU_CAN_STATUS | SCSIEMU_CAN_LEND |
					 SCSIEMU_CAN_FORMAT);
	memset(buf, 0xa5, sizeof(buf));
	assert_int_equal(kit_write(&m, 5, 2, buf, SCSIEMU_FUA), 0);
	assert_int_equal(kit_read(&m, 5, 2, buf), 0);
	assert_memory_equal(buf, zeros, 1024);
	assert_int_equal(kit_ops(&m)->lend(m.ctx, &kit_io, 1, 4000, v, &nv), 0);
	for (unsigned i = 0; i < nv; i++) {
		sum += v[i].len;
		assert_memory_equal(v[i].base, zeros, 1024);
	}
	assert_int_equal(sum, 4000 * 512);
	kit_ops(&m)->back(m.ctx, 1, 4000);
	nv = 1; /* no room for all: what fits */
	assert_int_equal(kit_ops(&m)->lend(m.ctx, &kit_io, 1, 4000, v, &nv), 0);
	assert_int_equal(nv, 1);
	assert_int_equal(v[0].len, 256 << 10);
	assert_int_equal(kit_ops(&m)->lend(m.ctx, &kit_io, 8000, 200, v, &nv),
			 SCSIEMU_E_RANGE);
	assert_int_equal(kit_status(&m, 3, &e, &n), 0);
	assert_int_equal(e.state, SCSIEMU_MAPPED);
	assert_int_equal(e.nblk, 8192 - 3);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(kit_cas(&m, 0, 1, buf), 0);
	buf[77] = 1;
	assert_int_equal(kit_cas(&m, 0, 1, buf), SCSIEMU_E_MISCOMPARE);
	assert_int_equal(kit_io.moved, 77);
	scsiemu_medium_close(&m);
}

static void test_geometry(void **state)
{
	static const struct {
		struct scsiemu_geometry g;
		const char *says;
	} bad[] = {
		{ { .bytes = 1024, .blen = 128 }, "block size 128" },
		{ { .bytes = 8192, .blen = 8192 }, "block size 8192" },
		{ { .bytes = 1536, .blen = 768 }, "block size 768" },
		{ { .bytes = 1000 }, "size 1000 is not a multiple" },
		{ { .bytes = 512, .exponent = 16 }, "exponent 16" },
		{ { .bytes = UINT64_C(1) << 63 }, "8 EiB" },
		{ { .bytes = 0 }, "size is missing" },
	};
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(scsiemu_open_mem(&m, &bad[i].g, &err), -1);
		assert_non_null(strstr(err.text, bad[i].says));
		assert_int_equal(scsiemu_open_null(&m, &bad[i].g, &err), -1);
		assert_non_null(strstr(err.text, bad[i].says));
	}
	assert_int_equal(scsiemu_open_mem(&m, NULL, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_able),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_close_short),
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_geometry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
