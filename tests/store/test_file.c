/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file store where the system does not play along: short transfers,
 * interruptions, every errno, a sync that failed, a file that is cut.
 */
#define _GNU_SOURCE
#include "kit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inject.h"

enum { NBLK = 64, BLEN = 512 };

static const struct scsiemu_geometry geometry = { .bytes = NBLK * BLEN,
						  .thin = true };
static uint8_t a[NBLK * BLEN], b[NBLK * BLEN];

static struct scsiemu_medium open_disk(void)
{
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;

	if (scsiemu_open_file(&m, kit_path("disk"), &geometry, &err))
		fail_msg("%s", err.text);
	return m;
}

static int setup(void **state)
{
	(void)state;
	kit_poll = NULL;
	inject_on();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	inject_off();
	kit_clean();
	return 0;
}

/* Each call cut, every third interrupted: the same bytes arrive. */
static void test_short(void **state)
{
	struct scsiemu_medium m = open_disk();

	(void)state;
	inject.interrupt = 3;
	for (inject.cut = 1; inject.cut < 3000; inject.cut += 257) {
		kit_fill(a, sizeof(a));
		assert_int_equal(kit_write(&m, 0, NBLK, a, SCSIEMU_FUA), 0);
		memset(b, 0, sizeof(b));
		assert_int_equal(kit_read(&m, 0, NBLK, b), 0);
		assert_memory_equal(a, b, sizeof(a));
		assert_int_equal(kit_flush(&m, 0, 0), 0);
		assert_int_equal(kit_unmap(&m, 3, 5), 0);
		memset(a + 3 * BLEN, 0, 5 * BLEN);
		assert_int_equal(kit_read(&m, 0, NBLK, b), 0);
		assert_memory_equal(a, b, sizeof(a));
	}
	scsiemu_medium_close(&m);
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
}

/* More elements than one system call takes. */
static void test_many_vectors(void **state)
{
	enum { N = 3000 };
	static struct scsiemu_vec v[N];
	struct scsiemu_medium m = open_disk();

	(void)state;
	kit_fill(a, sizeof(a));
	for (unsigned i = 0; i < N; i++) {
		v[i].base = a + 5 * i;
		v[i].len = i < N - 1 ? 5 : 30 * BLEN - 5 * (N - 1);
	}
	memset(&kit_io, 0, sizeof(kit_io));
	assert_int_equal(kit_ops(&m)->write(m.ctx, &kit_io, 2, 30, v, N), 0);
	assert_int_equal(kit_read(&m, 2, 30, b), 0);
	assert_memory_equal(a, b, 30 * BLEN);
	scsiemu_medium_close(&m);
}

/* Vectors of another sum would touch blocks that were not meant. */
static void test_wrong_sum(void **state)
{
	struct scsiemu_medium m = open_disk();
	struct scsiemu_vec v = { a, 3 * BLEN };

	(void)state;
	memset(a, 1, sizeof(a));
	memset(&kit_io, 0, sizeof(kit_io));
	assert_int_equal(kit_ops(&m)->write(m.ctx, &kit_io, 0, 2, &v, 1),
			 SCSIEMU_E_HARDWARE);
	assert_int_equal(kit_ops(&m)->read(m.ctx, &kit_io, 0, 4, &v, 1),
			 SCSIEMU_E_HARDWARE);
	assert_int_equal(kit_read(&m, 0, 3, b), 0);
	memset(a, 0, sizeof(a));
	assert_memory_equal(a, b, 3 * BLEN);
	scsiemu_medium_close(&m);
}

static void test_errnos(void **state)
{
	static const struct {
		int err, reading, writing;
	} rows[] = {
		{ EIO, SCSIEMU_E_READ, SCSIEMU_E_WRITE },
		{ ENOSPC, SCSIEMU_E_READ, SCSIEMU_E_NO_SPACE },
		{ EDQUOT, SCSIEMU_E_READ, SCSIEMU_E_NO_SPACE },
		{ EROFS, SCSIEMU_E_HARDWARE, SCSIEMU_E_PROTECTED },
		{ EPERM, SCSIEMU_E_HARDWARE, SCSIEMU_E_PROTECTED },
		{ EBADF, SCSIEMU_E_HARDWARE, SCSIEMU_E_HARDWARE },
		{ ENOMEM, SCSIEMU_E_BUSY, SCSIEMU_E_BUSY },
		{ ENODATA, SCSIEMU_E_READ, SCSIEMU_E_WRITE },
	};
	struct scsiemu_medium m = open_disk();

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		inject_fail(INJECT(PREADV), 1, rows[i].err);
		assert_int_equal(kit_read(&m, 9, 4, b), rows[i].reading);
		assert_int_equal(kit_io.moved, 0);
		assert_int_equal(kit_io.info, 9);
		inject_fail(INJECT(PWRITEV), 1, rows[i].err);
		assert_int_equal(kit_write(&m, 9, 4, b, 0), rows[i].writing);
		assert_int_equal(kit_io.moved, 0);
		assert_int_equal(kit_io.info, 9);
		inject_fail(INJECT(FALLOCATE), 1, rows[i].err);
		assert_int_equal(kit_unmap(&m, 9, 4), rows[i].writing);
		inject_fail(INJECT(FALLOCATE), 1, rows[i].err);
		assert_int_equal(kit_zero(&m, 9, 4), rows[i].writing);
		inject_fail(INJECT(FSTAT), 1, rows[i].err);
		assert_int_equal(kit_flush(&m, 0, 0), rows[i].writing);
	}
	/* none of them stays */
	assert_int_equal(kit_write(&m, 9, 4, b, SCSIEMU_FUA), 0);
	scsiemu_medium_close(&m);
}

/* The failure comes in the middle: whole blocks before it are good. */
static void test_partial(void **state)
{
	struct scsiemu_medium m = open_disk();

	(void)state;
	memset(a, 1, sizeof(a));
	assert_int_equal(kit_write(&m, 0, NBLK, a, 0), 0);
	kit_fill(b, sizeof(b));
	for (unsigned nth = 2; nth < 5; nth++) {
		struct scsiemu_vec v = { b, 8 * BLEN };
		unsigned good = (nth - 1) * 700 / BLEN;

		memset(&kit_io, 0, sizeof(kit_io));
		inject.cut = 700;
		inject_fail(INJECT(PWRITEV), nth, EIO);
		assert_int_equal(
			kit_ops(&m)->write(m.ctx, &kit_io, 10, 8, &v, 1),
			SCSIEMU_E_WRITE);
		assert_int_equal(kit_io.moved, good * BLEN);
		assert_int_equal(kit_io.info, 10 + good);
		inject_fail(INJECT(PREADV), nth, EIO);
		assert_int_equal(
			kit_ops(&m)->read(m.ctx, &kit_io, 10, 8, &v, 1),
			SCSIEMU_E_READ);
		assert_int_equal(kit_io.moved, good * BLEN);
		assert_int_equal(kit_io.info, 10 + good);
	}
	scsiemu_medium_close(&m);
}

static void check_dead(struct scsiemu_medium *m)
{
	assert_int_equal(kit_flush(m, 0, 0), SCSIEMU_E_WRITE);
	assert_int_equal(kit_flush(m, 5, 1), SCSIEMU_E_WRITE);
	assert_int_equal(kit_write(m, 0, 1, b, 0), SCSIEMU_E_WRITE);
	assert_int_equal(kit_write(m, 0, 1, b, SCSIEMU_FUA), SCSIEMU_E_WRITE);
	assert_int_equal(kit_zero(m, 0, 1), SCSIEMU_E_WRITE);
	assert_int_equal(kit_unmap(m, 0, 1), SCSIEMU_E_WRITE);
	assert_int_equal(kit_read(m, 0, 1, b), SCSIEMU_OK);
}

/* A failed fdatasync is never asked again. */
static void test_failed_sync(void **state)
{
	static const uint32_t by_fua[] = { 0, SCSIEMU_FUA };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct scsiemu_medium m = open_disk();

		memset(a, (int)i + 1, BLEN);
		assert_int_equal(kit_write(&m, 0, 1, a, 0), 0);
		inject_fail(INJECT(FDATASYNC), 1, i ? ENOSPC : EIO);
		if (by_fua[i])
			assert_int_equal(kit_write(&m, 0, 1, a, by_fua[i]),
					 SCSIEMU_E_WRITE);
		else
			assert_int_equal(kit_flush(&m, 0, 0), SCSIEMU_E_WRITE);
		inject.fdatasyncs = 0;
		check_dead(&m);
		check_dead(&m);
		assert_int_equal(inject.fdatasyncs, 0);
		scsiemu_medium_close(&m);
		m = open_disk();
		assert_int_equal(kit_write(&m, 0, 1, a, SCSIEMU_FUA), 0);
		assert_int_equal(kit_flush(&m, 0, 0), 0);
		scsiemu_medium_close(&m);
	}
}

/* One fdatasync per flush and per FUA, none without, behind the bytes. */
static void test_sync_order(void **state)
{
	struct scsiemu_medium m = open_disk();
	struct scsiemu_vec v = { a, 2 * BLEN };

	(void)state;
	memset(inject.log, 0, sizeof(inject.log));
	memset(&kit_io, 0, sizeof(kit_io));
	kit_ops(&m)->write(m.ctx, &kit_io, 0, 2, &v, 1);
	assert_string_equal(inject.log, "w");
	kit_io.flags = SCSIEMU_FUA;
	kit_ops(&m)->write(m.ctx, &kit_io, 0, 2, &v, 1);
	assert_string_equal(inject.log, "wwd");
	kit_flush(&m, 7, 1);
	assert_string_equal(inject.log, "wwdd");
	scsiemu_medium_close(&m);
}

/* Somebody cuts the file while it is served. */
static void test_cut_file(void **state)
{
	struct scsiemu_medium m = open_disk();

	(void)state;
	kit_fill(a, sizeof(a));
	assert_int_equal(kit_write(&m, 0, NBLK, a, 0), 0);
	assert_int_equal(truncate(kit_path("disk"), 10 * BLEN + 100), 0);
	assert_int_equal(kit_read(&m, 0, 10, b), 0);
	assert_int_equal(kit_read(&m, 8, 8, b), SCSIEMU_E_READ);
	assert_int_equal(kit_io.moved, 2 * BLEN);
	assert_int_equal(kit_io.info, 10);
	assert_memory_equal(b, a + 8 * BLEN, 2 * BLEN);
	assert_int_equal(kit_read(&m, 40, 1, b), SCSIEMU_E_READ);
	assert_int_equal(kit_io.info, 40);
	assert_int_equal(kit_flush(&m, 0, 0), SCSIEMU_E_WRITE);
	assert_int_equal(truncate(kit_path("disk"), NBLK * BLEN), 0);
	assert_int_equal(kit_flush(&m, 0, 0), 0);
	scsiemu_medium_close(&m);
}

/* Holes cannot be made here: zeros are written, and nobody asks again. */
static void test_no_holes(void **state)
{
	static uint8_t zeros[NBLK * BLEN];
	struct scsiemu_medium m = open_disk();

	(void)state;
	for (int i = 0; i < 2; i++) {
		memset(a, 0xee, sizeof(a));
		assert_int_equal(kit_write(&m, 0, NBLK, a, 0), 0);
		inject_fail(INJECT(FALLOCATE), 1, EOPNOTSUPP);
		inject.all_after = true;
		assert_int_equal(i ? kit_unmap(&m, 1, 30) : kit_zero(&m, 1, 30),
				 0);
		assert_int_equal(inject.seen, i ? 0 : 2);
		assert_int_equal(kit_read(&m, 0, NBLK, b), 0);
		memset(a + BLEN, 0, 30 * BLEN);
		assert_memory_equal(a, b, sizeof(a));
	}
	inject_fail(INJECT(PWRITEV), 1, ENOSPC);
	assert_int_equal(kit_zero(&m, 0, 4), SCSIEMU_E_NO_SPACE);
	scsiemu_medium_close(&m);

	/* known at open: UNMAP is not offered at all */
	inject_fail(INJECT(FALLOCATE), 1, EOPNOTSUPP);
	inject.all_after = true;
	m = open_disk();
	assert_false(m.thin || m.zeroes);
	assert_false(m.able & SCSIEMU_CAN_UNMAP);
	assert_true(m.able & SCSIEMU_CAN_ZERO);
	assert_int_equal(kit_read(&m, 1, 30, b), 0);
	assert_memory_equal(b, zeros, 30 * BLEN);
	scsiemu_medium_close(&m);

	inject_fail(INJECT(LSEEK), 1, EINVAL);
	m = open_disk();
	assert_false(m.able & SCSIEMU_CAN_STATUS);
	scsiemu_medium_close(&m);
}

/* EINVAL is one range's alignment, not a missing ability. */
static void test_unaligned(void **state)
{
	struct scsiemu_medium m = open_disk();
	static const uint8_t zeros[BLEN];

	(void)state;
	memset(a, 0xee, sizeof(a));
	assert_int_equal(kit_write(&m, 0, NBLK, a, 0), 0);
	inject_fail(INJECT(FALLOCATE), 1, EINVAL);
	inject.all_after = true;
	assert_int_equal(kit_unmap(&m, 1, 1), 0);
	assert_int_equal(kit_read(&m, 1, 1, b), 0);
	assert_memory_equal(b, zeros, BLEN);
	assert_int_equal(kit_unmap(&m, 1, 1), 0);
	assert_int_equal(inject.seen, 2);
	scsiemu_medium_close(&m);
}

static void test_status_error(void **state)
{
	struct scsiemu_medium m = open_disk();
	struct scsiemu_extent e[2];
	unsigned n = 2;

	(void)state;
	inject_fail(INJECT(LSEEK), 1, EIO);
	assert_int_equal(kit_status(&m, 0, e, &n), SCSIEMU_E_READ);
	assert_int_equal(n, 0);
	scsiemu_medium_close(&m);
}

/* Writing alone, reading together. */
static void test_lock(void **state)
{
	struct scsiemu_geometry ro = { .read_only = true };
	struct scsiemu_medium m = open_disk(), n;
	struct scsiemu_errmsg err;

	(void)state;
	assert_int_equal(scsiemu_open_file(&n, kit_path("disk"), NULL, &err),
			 -1);
	assert_non_null(strstr(err.text, "in use by another server"));
	assert_int_equal(scsiemu_open_file(&n, kit_path("disk"), &ro, &err),
			 -1);
	scsiemu_medium_close(&m);
	assert_int_equal(scsiemu_open_file(&m, kit_path("disk"), &ro, &err), 0);
	assert_int_equal(scsiemu_open_file(&n, kit_path("disk"), &ro, &err), 0);
	assert_int_equal(n.able, SCSIEMU_CAN_STATUS);
	{
		struct scsiemu_medium w;

		assert_int_equal(
			scsiemu_open_file(&w, kit_path("disk"), NULL, &err),
			-1);
	}
	scsiemu_medium_close(&m);
	scsiemu_medium_close(&n);
	assert_int_equal(inject.files, 0);
}

/* Another server was faster with a file that is new: it keeps its name. */
static void test_lock_new(void **state)
{
	const struct scsiemu_geometry g = { .bytes = 32 * BLEN };
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;
	struct stat st;

	(void)state;
	inject_fail(INJECT(FLOCK), 1, EWOULDBLOCK);
	assert_int_equal(scsiemu_open_file(&m, kit_path("new"), &g, &err), -1);
	assert_non_null(strstr(err.text, "in use by another server"));
	assert_int_equal(stat(kit_path("new"), &st), 0);
	assert_int_equal(inject.files, 0);
}

static void test_device(void **state)
{
	struct scsiemu_geometry g = { .bytes = 0 };
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;

	(void)state;
	kit_save(kit_path("dev"), a, 32 * BLEN);
	inject.device = true;
	inject.device_bytes = 32 * BLEN;
	assert_int_equal(scsiemu_open_file(&m, kit_path("dev"), &g, &err), 0);
	assert_int_equal(m.nblk, 32);
	assert_int_equal(kit_write(&m, 31, 1, a, 0), 0);
	assert_int_equal(kit_flush(&m, 0, 0), 0);
	scsiemu_medium_close(&m);
	g.bytes = 16 * BLEN; /* a part of it */
	assert_int_equal(scsiemu_open_file(&m, kit_path("dev"), &g, &err), 0);
	assert_int_equal(m.nblk, 16);
	scsiemu_medium_close(&m);
	g.bytes = 33 * BLEN;
	assert_int_equal(scsiemu_open_file(&m, kit_path("dev"), &g, &err), -1);
	inject_fail(INJECT(OPEN), 2, EBUSY);
	assert_int_equal(scsiemu_open_file(&m, kit_path("dev"), NULL, &err),
			 -1);
	assert_non_null(strstr(err.text, "mounted or in use"));
	inject_fail(INJECT(DEVSIZE), 1, EIO);
	assert_int_equal(scsiemu_open_file(&m, kit_path("dev"), NULL, &err),
			 -1);
	assert_int_equal(inject.files, 0);
	assert_int_equal(inject.memory, 0);
}

static void refused(const char *name, const struct scsiemu_geometry *g,
		    const char *why)
{
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_open_file(&m, kit_path(name), g, &err), -1);
	if (!strstr(err.text, why) || !strstr(err.text, name))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_int_equal(inject.files, 0);
	assert_int_equal(inject.memory, 0);
}

/* The file gets longer and shorter under it. */
static void test_refresh(void **state)
{
	struct scsiemu_medium m = open_disk(), null;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	struct scsiemu_errmsg err;

	(void)state;
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, NBLK);
	assert_int_equal(kit_read(&m, NBLK, 1, b), SCSIEMU_E_RANGE);
	assert_int_equal(truncate(kit_path("disk"), (NBLK + 8) * BLEN + 5), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, NBLK + 8);
	memset(b, 1, BLEN);
	assert_int_equal(kit_read(&m, NBLK + 7, 1, b), 0);
	assert_int_equal(b[0] | b[BLEN - 1], 0);
	assert_int_equal(kit_read(&m, NBLK + 8, 1, b), SCSIEMU_E_RANGE);
	/* not so short that there is no block */
	assert_int_equal(truncate(kit_path("disk"), BLEN - 1), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_E_RANGE);
	assert_int_equal(m.nblk, NBLK + 8);
	assert_int_equal(truncate(kit_path("disk"), 4 * BLEN), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, 4);
	assert_int_equal(((const struct scsiemu_block_ops *)m.ops)
				 ->flush(m.ctx, &io, 0, 0),
			 SCSIEMU_OK);
	/* what FORMAT UNIT has taken away stays away */
	assert_int_equal(scsiemu_medium_format(&m, BLEN, 3), SCSIEMU_OK);
	assert_int_equal(truncate(kit_path("disk"), 9 * BLEN), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, 3);
	assert_int_equal(truncate(kit_path("disk"), 2 * BLEN), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, 2);
	scsiemu_medium_close(&m);
	assert_int_equal(scsiemu_open_null(&null, &geometry, &err), 0);
	assert_int_equal(scsiemu_medium_refresh(&null), SCSIEMU_E_RANGE);
	scsiemu_medium_close(&null);
}

/* Through stores that wrap it; nobody knows how large it is. */
static void test_refresh_error(void **state)
{
	struct scsiemu_medium m = open_disk();
	struct scsiemu_wrap_fault *w;
	struct scsiemu_errmsg err;

	(void)state;
	assert_int_equal(scsiemu_wrap_fault(&m, &w, &err), 0);
	assert_int_equal(truncate(kit_path("disk"), 9 * BLEN), 0);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_OK);
	assert_int_equal(m.nblk, 9);
	assert_int_equal(kit_read(&m, 9, 1, b), SCSIEMU_E_RANGE);
	inject_fail(INJECT(FSTAT), 1, EIO);
	assert_int_equal(scsiemu_medium_refresh(&m), SCSIEMU_E_READ);
	assert_int_equal(m.nblk, 9);
	scsiemu_medium_close(&m);
}

static void test_refusals(void **state)
{
	static const struct scsiemu_geometry big = { .bytes = 1 << 20 },
					     ro = { .bytes = 1 << 20,
						    .read_only = true },
					     b4k = { .blen = 4096 };
	char name[220];

	(void)state;
	refused("missing", NULL, "does not exist");
	refused("missing", &ro, "does not exist");
	refused("no/folder", &big, "folder does not exist");
	refused("", NULL, "directory");
	refused("", &big, "directory");
	assert_int_equal(mkfifo(kit_path("fifo"), 0600), 0);
	refused("fifo", NULL, "FIFO");
	kit_save(kit_path("odd"), a, 1000);
	refused("odd", NULL, "1000 bytes are not whole blocks of 512");
	refused("odd", &big, "has 1000 bytes, not the 1048576");
	kit_save(kit_path("even"), a, 1024);
	refused("even", &b4k, "not whole blocks of 4096");
	kit_save(kit_path("empty"), a, 0);
	refused("empty", NULL, "is empty");
	refused("empty", &ro, "is empty");
	inject_fail(INJECT(OPEN), 1, EACCES);
	refused("even", NULL, "permission denied");
	inject_fail(INJECT(OPEN), 1, ESTALE);
	refused("even", NULL, "file system");
	inject_fail(INJECT(FSTAT), 1, EIO);
	refused("even", NULL, "file system");
	/* of a long path the end, and the reason in full */
	memset(name, 'x', sizeof(name));
	memcpy(name + 100, "/missing", 9);
	inject_fail(INJECT(OPEN), 1, EROFS);
	{
		struct scsiemu_medium m;
		struct scsiemu_errmsg err;

		assert_int_equal(scsiemu_open_file(&m, name, NULL, &err), -1);
		assert_memory_equal(err.text, "...xxx", 6);
		assert_non_null(strstr(err.text, "xx/missing: is on a read-only"
						 " file system: open it"));
	}
}

/* An opening that fails leaves nothing; whichever call it is. */
static void test_open_fails(void **state)
{
	static const int errs[] = { EIO, ENOSPC };
	struct scsiemu_medium m;
	struct scsiemu_errmsg err;
	int r = -1;

	(void)state;
	for (unsigned nth = 1; r; nth++) {
		/* every call but those whose absence is borne */
		inject_fail(INJECT_SYSTEM & ~INJECT(FLOCK) & ~INJECT(LSEEK) &
				    ~INJECT(FALLOCATE) & ~INJECT(UNLINK),
			    nth, errs[nth % 2]);
		err.text[0] = '\0';
		r = scsiemu_open_file(&m, kit_path("new"), &geometry, &err);
		if (r) {
			assert_int_not_equal(err.text[0], 0);
			assert_int_equal(access(kit_path("new"), F_OK), -1);
		} else {
			assert_true(nth > 5);
			scsiemu_medium_close(&m);
		}
		assert_int_equal(inject.memory, 0);
		assert_int_equal(inject.files, 0);
	}
}

/* A crash between making the file and sizing it: the next start goes on. */
static void test_empty_is_new(void **state)
{
	struct scsiemu_medium m;

	(void)state;
	kit_save(kit_path("disk"), a, 0);
	m = open_disk();
	assert_int_equal(m.nblk, NBLK);
	assert_string_equal(inject.log, "tfF");
	scsiemu_medium_close(&m);
}

static void test_no_exec(void **state)
{
	struct scsiemu_medium m = open_disk();
	int fd = open(kit_path("disk"), O_RDONLY), last = fd;

	(void)state;
	assert_true(fd > 2);
	/* the store's descriptor is the one below */
	assert_int_equal(fcntl(last - 1, F_GETFD), FD_CLOEXEC);
	close(fd);
	scsiemu_medium_close(&m);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_short),	       T(test_many_vectors),
		T(test_wrong_sum),     T(test_errnos),
		T(test_partial),       T(test_failed_sync),
		T(test_sync_order),    T(test_cut_file),
		T(test_no_holes),      T(test_unaligned),
		T(test_status_error),  T(test_lock),
		T(test_lock_new),      T(test_device),
		T(test_refusals),      T(test_refresh),
		T(test_refresh_error), T(test_open_fails),
		T(test_empty_is_new),  T(test_no_exec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
