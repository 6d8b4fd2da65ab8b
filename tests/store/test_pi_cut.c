/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The power is cut while blocks and their protection information, in a file
 * beside the disk's, are written: both files as one image, the disk's first.
 * Each write stamps blocks and tuples.
 */
#define _GNU_SOURCE
#include "kit.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "../support/replay.h"
#include "store/sys.h"

enum { BLEN = 512, PI = 8 };

static bool all(const uint8_t *p, size_t n, unsigned byte)
{
	while (n--)
		if (*p++ != byte)
			return false;
	return true;
}

enum {
	CUT_NBLK = 16,
	CUT_WRITES = 60,
	CUT_DATA = CUT_NBLK * BLEN,
	CUT_SIZE = CUT_DATA + CUT_NBLK * PI,
	CUT_CALLS = 12 * CUT_WRITES
};
static uint8_t buf[CUT_DATA], pi[CUT_NBLK * PI];
static struct replay_op calls[CUT_CALLS];
static size_t ncalls;
static uint64_t calls_clock;
static ino_t side_inode;
static struct {
	uint64_t lba, issued, acked;
	uint32_t n;
	bool fua;
} writes[CUT_WRITES];
static unsigned nwrites;
static uint64_t flushed[CUT_WRITES]; /* by write: when it was promised */

static uint64_t base_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino == side_inode ? CUT_DATA : 0;
}

static void log_call(enum replay_kind kind, uint64_t off, uint64_t len,
		     const uint8_t *bytes)
{
	struct replay_op *o = &calls[ncalls++];
	uint8_t *copy = len ? malloc(len) : NULL;

	assert_true(ncalls < CUT_CALLS);
	if (bytes)
		memcpy(copy, bytes, len);
	*o = (struct replay_op){ .kind = kind,
				 .off = off,
				 .len = len,
				 .data = copy,
				 .began = calls_clock + 1,
				 .ended = calls_clock + 2 };
	calls_clock += 2;
}

static ssize_t logged_pwritev(int fd, const struct iovec *v, int nv, off_t off)
{
	static uint8_t bytes[CUT_SIZE];
	size_t len = 0;

	for (int i = 0; i < nv; i++) {
		memcpy(bytes + len, v[i].iov_base, v[i].iov_len);
		len += v[i].iov_len;
	}
	log_call(REPLAY_WRITE, base_of(fd) + (uint64_t)off, len, bytes);
	return semu_sys_real.pwritev(fd, v, nv, off);
}

static int logged_fdatasync(int fd)
{
	uint64_t base = base_of(fd);

	log_call(REPLAY_FLUSH, base, base ? CUT_SIZE - CUT_DATA : CUT_DATA,
		 NULL);
	return semu_sys_real.fdatasync(fd);
}

static bool covers(unsigned i, uint64_t lba)
{
	return writes[i].lba <= lba && lba - writes[i].lba < writes[i].n;
}

/* Is `stamp` (0: as it was in the beginning) what a write left that no promised
 * one came behind? */
static bool may_be(uint64_t lba, unsigned stamp, uint64_t when)
{
	bool good = stamp == 0;

	for (unsigned i = 0; i < nwrites; i++) {
		if (!covers(i, lba) || writes[i].issued > when)
			continue;
		if (flushed[i] && flushed[i] <= when)
			good = false;
		good = good || stamp == i + 1;
	}
	return good;
}

/* Has every write of the block that was begun been promised? */
static bool settled(uint64_t lba, uint64_t when)
{
	for (unsigned i = 0; i < nwrites; i++)
		if (covers(i, lba) && writes[i].issued <= when &&
		    !(flushed[i] && flushed[i] <= when))
			return false;
	return true;
}

static bool keeps_promises(void *ctx, const uint8_t *image, uint64_t when)
{
	(void)ctx;
	for (uint64_t lba = 0; lba < CUT_NBLK; lba++) {
		const uint8_t *block = image + lba * BLEN;
		uint8_t tuple[PI];

		for (unsigned i = 0; i < PI; i++)
			tuple[i] = (uint8_t)~image[CUT_DATA + lba * PI + i];
		if (!all(block, BLEN, block[0]) || !may_be(lba, block[0], when))
			return false;
		if (!settled(lba, when))
			continue;
		if (!all(tuple, PI, block[0] ? block[0] : 0xff))
			return false;
	}
	return true;
}

static void write_some(struct scsiemu_medium *m)
{
	for (unsigned i = 0; i < CUT_WRITES; i++) {
		bool flush = !kit_random(4);

		writes[i].lba = kit_random(CUT_NBLK);
		writes[i].n = 1 +
			      kit_random(CUT_NBLK - (uint32_t)writes[i].lba);
		writes[i].fua = !kit_random(4);
		writes[i].issued = calls_clock + 1;
		nwrites = i + 1;
		memset(buf, (int)i + 1, writes[i].n * BLEN);
		memset(pi, (int)i + 1, writes[i].n * PI);
		assert_int_equal(kit_write_pi(m, writes[i].lba, writes[i].n,
					      buf, pi,
					      writes[i].fua ? SCSIEMU_FUA : 0),
				 SCSIEMU_OK);
		if (flush)
			assert_int_equal(kit_flush(m, 0, 0), SCSIEMU_OK);
		for (unsigned k = 0; k <= i; k++)
			if (!flushed[k] && (flush || writes[i].fua))
				flushed[k] = calls_clock;
	}
}

static void test_power_cut(void **state)
{
	const struct scsiemu_geometry g = { .bytes = CUT_DATA,
					    .pi_len = PI,
					    .pi_side = true };
	static uint8_t base[CUT_SIZE];
	struct replay r = { .base = base,
			    .size = CUT_SIZE,
			    .op = calls,
			    .images = 27,
			    .seed = 5,
			    .check = keeps_promises };
	struct semu_sys table = semu_sys_real;
	struct scsiemu_medium m;
	struct stat st;

	(void)state;
	table.pwritev = logged_pwritev;
	table.fdatasync = logged_fdatasync;
	assert_int_equal(scsiemu_open_file(&m, kit_path("pi"), &g, NULL), 0);
	assert_int_equal(stat(kit_path("pi.pi"), &st), 0);
	side_inode = st.st_ino;
	semu_sys = &table;
	write_some(&m);
	semu_sys = &semu_sys_real;
	scsiemu_medium_close(&m);
	r.nop = ncalls;
	assert_true(replay_run(&r) > CUT_WRITES);
	/* had only one of the two files been made durable */
	for (size_t i = 0; i < ncalls; i++)
		if (calls[i].kind == REPLAY_FLUSH && calls[i].off)
			calls[i].result = SCSIEMU_E_WRITE;
	assert_true(replay_run(&r) < 0);
	while (ncalls)
		free((void *)(uintptr_t)calls[--ncalls].data);
	kit_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
