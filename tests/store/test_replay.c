/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power cuts: a client with several operations in flight keeps a journal of
 * what it was promised; every image that a crash may leave must keep it. The
 * same with stores that lie, which must be caught.
 */
#define _GNU_SOURCE
#include "kit.h"

#include <fcntl.h>
#include <stdlib.h>

#include "../support/replay.h"
#include "store/sys.h"

enum {
	NBLK = 24,
	BLEN = 1024, /* two sectors: a block can be torn */
	SECTOR = 512,
	SIZE = NBLK * BLEN,
	DEPTH = 5,
	STEPS = 220,
	RUN_MAX = 4,
	NEVENT = 1000
};

/* What the client did, in the order of issue. */
struct event {
	bool flush, fua, zero;
	uint64_t lba;
	uint32_t nblk;
	uint32_t stamp;		      /* of the bytes written */
	uint64_t issued, acked;	      /* the client's clock; acked 0: not */
	uint64_t issued_at, acked_at; /* the log's clock then */
	int result;
	struct scsiemu_io io;
	struct scsiemu_vec v;
	uint8_t buf[RUN_MAX * BLEN];
};

static struct event events[NEVENT];
static unsigned nevent, inflight;
static uint64_t now;
static struct scsiemu_medium disk;
static struct scsiemu_wrap_record *rec;
static struct scsiemu_wrap_delay *slow;

/* A log made of system calls instead, for the file store. */
static struct replay_op calls[4 * NEVENT];
static size_t ncalls;
static uint64_t calls_clock;
static bool log_calls;

static uint64_t log_clock(void)
{
	uint64_t last = 0;

	if (log_calls)
		return calls_clock;
	for (size_t i = 0; i < scsiemu_record_count(rec); i++) {
		const struct scsiemu_record *r = scsiemu_record_get(rec, i);

		last = r->began > last ? r->began : last;
		last = r->ended > last ? r->ended : last;
	}
	return last;
}

static void acked(struct event *e, int result)
{
	e->result = result;
	e->acked = ++now;
	e->acked_at = log_clock();
	inflight--;
}

static void event_done(struct scsiemu_io *io, int result)
{
	acked((struct event *)((char *)io - offsetof(struct event, io)),
	      result);
}

/* Each sector says who wrote it. */
static void fill(struct event *e)
{
	for (size_t i = 0; i < e->nblk * (size_t)BLEN; i += sizeof(e->stamp))
		memcpy(e->buf + i, &e->stamp, sizeof(e->stamp));
	e->v.base = e->buf;
	e->v.len = e->nblk * (size_t)BLEN;
}

/* Nothing in flight touches these blocks: their order is known. */
static bool is_free(uint64_t lba, uint32_t nblk)
{
	for (unsigned i = 0; i < nevent; i++) {
		const struct event *e = &events[i];

		if (!e->acked && !e->flush && e->lba < lba + nblk &&
		    lba < e->lba + e->nblk)
			return false;
	}
	return true;
}

static void issue(void)
{
	struct event *e = &events[nevent];
	uint32_t what = kit_random(10);
	int r;

	memset(e, 0, sizeof(*e));
	e->lba = kit_random(NBLK);
	e->nblk = 1 + kit_random(NBLK - (uint32_t)e->lba < RUN_MAX
					 ? NBLK - (uint32_t)e->lba
					 : RUN_MAX);
	e->flush = what == 0;
	e->zero = what == 1;
	e->fua = what == 2 || what == 3;
	if (!e->flush && !is_free(e->lba, e->nblk))
		return;
	nevent++;
	e->stamp = e->zero ? 0 : nevent;
	e->issued = ++now;
	e->issued_at = log_clock();
	e->io.done = event_done;
	e->io.info = SCSIEMU_NO_INFO;
	e->io.flags = e->fua ? SCSIEMU_FUA : 0;
	inflight++;
	fill(e);
	if (e->flush)
		r = kit_ops(&disk)->flush(disk.ctx, &e->io, 0, 0);
	else if (e->zero)
		r = kit_ops(&disk)->zero(disk.ctx, &e->io, e->lba, e->nblk);
	else
		r = kit_ops(&disk)->write(disk.ctx, &e->io, e->lba, e->nblk,
					  &e->v, 1);
	if (r != SCSIEMU_PENDING)
		acked(e, r);
}

static void run_client(void)
{
	nevent = inflight = 0;
	now = 0;
	for (int i = 0; i < STEPS; i++) {
		issue();
		if (slow && (inflight >= DEPTH || !kit_random(4)))
			scsiemu_delay_run(slow, UINT64_MAX);
	}
	/* the last ones stay in flight: that is how a crash finds them */
}

/* Was what e wrote promised to be durable when the crash came? */
static bool promised(const struct event *e, uint64_t when)
{
	if (!e->acked || e->acked_at > when || e->result)
		return false;
	if (e->fua)
		return true;
	for (unsigned i = 0; i < nevent; i++) {
		const struct event *f = &events[i];

		if (f->flush && f->acked && f->acked_at <= when && !f->result &&
		    f->issued > e->acked)
			return true;
	}
	return false;
}

/* A sector is as the last promised write left it, or as a later one did. */
static bool sector_good(uint64_t off, uint32_t stamp, uint64_t when)
{
	uint64_t lba = off / BLEN;
	bool good = stamp == 0; /* as it was in the beginning */

	for (unsigned i = 0; i < nevent; i++) {
		const struct event *e = &events[i];

		if (e->flush || e->lba > lba || lba - e->lba >= e->nblk ||
		    e->issued_at > when)
			continue;
		if (promised(e, when))
			good = false;
		good = good || stamp == e->stamp;
	}
	return good;
}

static bool keeps_promises(void *ctx, const uint8_t *image, uint64_t when)
{
	(void)ctx;
	for (size_t off = 0; off < SIZE; off += SECTOR) {
		uint32_t stamp;

		memcpy(&stamp, image + off, sizeof(stamp));
		for (size_t i = 0; i < SECTOR; i += sizeof(stamp))
			if (memcmp(image + off + i, &stamp, sizeof(stamp)))
				return false;
		if (!sector_good(off, stamp, when))
			return false;
	}
	return true;
}

static long replay_log(const struct replay_op *op, size_t n)
{
	static const uint8_t base[SIZE];
	const struct replay r = { .base = base,
				  .size = SIZE,
				  .op = op,
				  .nop = n,
				  .images = 27,
				  .seed = 5,
				  .check = keeps_promises };

	return replay_run(&r);
}

static long replay_record(bool drop_fua)
{
	size_t n;
	struct replay_op *op = replay_from_record(rec, BLEN, &n);
	long r;

	assert_non_null(op);
	for (size_t i = 0; drop_fua && i < n; i++)
		op[i].fua = false;
	r = replay_log(op, n);
	free(op);
	return r;
}

static void open_disk(void)
{
	const struct scsiemu_geometry g = { .bytes = SIZE, .blen = BLEN };

	assert_int_equal(scsiemu_open_mem(&disk, &g, NULL), 0);
	slow = NULL;
	log_calls = false;
}

static void add_delay(void)
{
	assert_int_equal(scsiemu_wrap_delay(&disk, 1, SCSIEMU_DELAY_SHUFFLE, 3,
					    &slow, NULL),
			 0);
}

static void add_record(void)
{
	assert_int_equal(scsiemu_wrap_record(&disk, &rec, NULL), 0);
}

static void test_inline(void **state)
{
	(void)state;
	open_disk();
	add_record();
	run_client();
	assert_true(replay_record(false) > STEPS);
	scsiemu_medium_close(&disk);
}

static void test_pending_above(void **state)
{
	(void)state;
	open_disk();
	add_record();
	add_delay();
	run_client();
	assert_true(replay_record(false) > STEPS);
	scsiemu_medium_close(&disk);
}

static void test_pending_below(void **state)
{
	(void)state;
	open_disk();
	add_delay();
	add_record();
	run_client();
	assert_true(replay_record(false) > STEPS);
	scsiemu_medium_close(&disk);
}

/* Some writes fail after they acted, some before. */
static void test_failing(void **state)
{
	static const struct scsiemu_fault f[] = {
		{ .ops = 1U << SCSIEMU_BOP_WRITE,
		  .lba = 3,
		  .nblk = 2,
		  .result = SCSIEMU_E_WRITE,
		  .acts = true },
		{ .ops = 1U << SCSIEMU_BOP_WRITE | 1U << SCSIEMU_BOP_FLUSH,
		  .lba = 9,
		  .nblk = 1,
		  .skip = 2,
		  .count = 2,
		  .result = SCSIEMU_E_WRITE },
	};
	struct scsiemu_wrap_fault *w;

	(void)state;
	open_disk();
	add_record();
	assert_int_equal(scsiemu_wrap_fault(&disk, &w, NULL), 0);
	scsiemu_fault_add(w, &f[0]);
	scsiemu_fault_add(w, &f[1]);
	run_client();
	assert_true(replay_record(false) > STEPS);
	scsiemu_medium_close(&disk);
}

/* A cache that says it is flushed, and writes that only say FUA. */
static void test_liars(void **state)
{
	static const struct scsiemu_fault lie = { .ops = 1U
							 << SCSIEMU_BOP_FLUSH,
						  .result = SCSIEMU_OK };
	struct scsiemu_wrap_fault *w;

	(void)state;
	open_disk();
	add_record();
	assert_int_equal(scsiemu_wrap_fault(&disk, &w, NULL), 0);
	scsiemu_fault_add(w, &lie);
	run_client();
	assert_true(replay_record(false) < 0);
	scsiemu_medium_close(&disk);

	open_disk();
	add_record();
	run_client();
	assert_true(replay_record(true) < 0);
	scsiemu_medium_close(&disk);
}

/* The file store: the log is what it asks of the system. */
static void log_call(enum replay_kind kind, uint64_t off, uint64_t len,
		     const uint8_t *data)
{
	struct replay_op *o = &calls[ncalls++];

	assert_true(ncalls < sizeof(calls) / sizeof(calls[0]));
	*o = (struct replay_op){ .kind = kind,
				 .off = off,
				 .len = len,
				 .data = data,
				 .began = calls_clock + 1,
				 .ended = calls_clock + 2 };
	calls_clock += 2;
}

static ssize_t logged_pwritev(int fd, const struct iovec *v, int nv, off_t off)
{
	assert_int_equal(nv, 1); /* the client's buffers stay as they are */
	log_call(REPLAY_WRITE, (uint64_t)off, v[0].iov_len, v[0].iov_base);
	return semu_sys_real.pwritev(fd, v, nv, off);
}

static int logged_fallocate(int fd, int mode, off_t off, off_t len)
{
	log_call(REPLAY_ZERO, (uint64_t)off, (uint64_t)len, NULL);
	return semu_sys_real.fallocate(fd, mode, off, len);
}

static int logged_fdatasync(int fd)
{
	log_call(REPLAY_FLUSH, 0, 0, NULL);
	return semu_sys_real.fdatasync(fd);
}

static void test_file(void **state)
{
	const struct scsiemu_geometry g = { .bytes = SIZE, .blen = BLEN };
	struct semu_sys table = semu_sys_real;
	size_t i;

	(void)state;
	table.pwritev = logged_pwritev;
	table.fallocate = logged_fallocate;
	table.fdatasync = logged_fdatasync;
	assert_int_equal(scsiemu_open_file(&disk, kit_path("d"), &g, NULL), 0);
	semu_sys = &table;
	slow = NULL;
	log_calls = true;
	ncalls = 0;
	calls_clock = 0;
	run_client();
	semu_sys = &semu_sys_real;
	assert_true(replay_log(calls, ncalls) > STEPS);
	/* without its syncs it would be caught */
	for (i = 0; i < ncalls; i++)
		if (calls[i].kind == REPLAY_FLUSH)
			calls[i].result = SCSIEMU_E_WRITE;
	assert_true(replay_log(calls, ncalls) < 0);
	scsiemu_medium_close(&disk);
	kit_clean();
}

/* The harness itself: what may be lost is lost in some image, and torn. */
static unsigned saw_old, saw_new, saw_torn, saw_moved;

static bool look(void *ctx, const uint8_t *image, uint64_t when)
{
	const uint8_t *bytes = ctx;
	bool first = !memcmp(image, bytes, SECTOR);
	bool second = !memcmp(image + SECTOR, bytes + SECTOR, SECTOR);

	saw_new += first && second;
	saw_old += !first && !second;
	saw_torn += first != second;
	saw_moved += when >= 4 && !(first && second);
	return true;
}

static void test_harness(void **state)
{
	static uint8_t bytes[2 * SECTOR];
	static const uint8_t base[2 * SECTOR];
	struct replay_op op[] = {
		{ .len = 2 * SECTOR, .data = bytes, .began = 1, .ended = 2 },
		{ .kind = REPLAY_FLUSH, .began = 3, .ended = 4 },
	};
	const struct replay r = { .base = base,
				  .size = sizeof(base),
				  .op = op,
				  .nop = 2,
				  .images = 27,
				  .seed = 1,
				  .check = look,
				  .ctx = bytes };

	(void)state;
	memset(bytes, 7, sizeof(bytes));
	assert_int_equal(replay_run(&r), 1 + 3 + 3 + 3 + 1);
	assert_true(saw_old && saw_new && saw_torn);
	assert_int_equal(saw_moved, 0); /* flushed: always there */
	op[1].began = 1; /* a flush that began too early covers nothing */
	replay_run(&r);
	assert_true(saw_moved > 0);
	saw_moved = 0;
	op[0].fua = true;
	replay_run(&r);
	assert_int_equal(saw_moved, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_harness),
		cmocka_unit_test(test_inline),
		cmocka_unit_test(test_pending_above),
		cmocka_unit_test(test_pending_below),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_liars),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
