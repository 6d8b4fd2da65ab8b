/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Protection information in stores: against an array, over closing and opening,
 * with files that do not fit, and with a process that dies at every system
 * call.
 */
#define _GNU_SOURCE
#include "kit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inject.h"

enum { NBLK = 300, BLEN = 512, PI = 8, MAX_RUN = 200 };

struct kind {
	const char *name, *wraps;
	bool file, side;
	uint32_t blen;
	uint16_t pi_len;
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
	int rc = 0;

	if (how == 'd') {
		rc = scsiemu_wrap_delay(m, 1, SCSIEMU_DELAY_SHUFFLE, 7, &delay,
					NULL);
		kit_poll = run_delay;
	}
	if (how == 'f')
		rc = scsiemu_wrap_fault(m, &f, NULL);
	if (how == 'r')
		rc = scsiemu_wrap_record(m, &r, NULL);
	if (how == 's')
		rc = scsiemu_wrap_stats(m, &s, NULL);
	assert_int_equal(rc, 0);
	assert_int_equal(m->able & SCSIEMU_CAN_PI, SCSIEMU_CAN_PI);
}

static int open_kind(struct scsiemu_medium *m, const struct kind *k, bool make)
{
	struct scsiemu_geometry g = { .bytes = make ? (uint64_t)NBLK * k->blen
						    : 0,
				      .blen = k->blen,
				      .thin = true,
				      .pi_len = k->pi_len,
				      .pi_side = k->side };
	struct scsiemu_errmsg err;
	int rc = k->file ? scsiemu_open_file(m, kit_path("pi"), &g, &err)
			 : scsiemu_open_mem(m, &g, &err);

	kit_poll = NULL;
	for (const char *w = k->wraps; !rc && *w; w++)
		wrap(m, *w);
	return rc;
}

/* What the medium must hold. */
static uint8_t data[NBLK * 4096], tuples[NBLK * 128];
static uint8_t buf[MAX_RUN * 4096], pi[MAX_RUN * 128];

static void compare(const struct scsiemu_medium *m)
{
	for (uint32_t lba = 0; lba < NBLK;) {
		uint32_t n = NBLK - lba < MAX_RUN ? NBLK - lba : MAX_RUN;

		memset(buf, 0xee, sizeof(buf));
		memset(pi, 0xee, sizeof(pi));
		assert_int_equal(kit_read_pi(m, lba, n, buf, pi), SCSIEMU_OK);
		assert_memory_equal(buf, data + lba * m->blen, n * m->blen);
		assert_memory_equal(pi, tuples + lba * m->pi_len,
				    n * m->pi_len);
		lba += n;
	}
}

static void one_step(const struct scsiemu_medium *m)
{
	uint32_t lba = kit_random(NBLK), left = NBLK - lba;
	uint32_t n = 1 + kit_random(left < MAX_RUN ? left : MAX_RUN);
	uint32_t what = kit_random(8);

	if (what > 1) {
		kit_fill(buf, n * m->blen);
		kit_fill(pi, n * m->pi_len);
		assert_int_equal(kit_write_pi(m, lba, n, buf, pi,
					      what == 2 ? SCSIEMU_FUA : 0),
				 SCSIEMU_OK);
		memcpy(data + lba * m->blen, buf, n * m->blen);
		memcpy(tuples + lba * m->pi_len, pi, n * m->pi_len);
		return;
	}
	assert_int_equal(what ? kit_zero(m, lba, n) : kit_unmap(m, lba, n),
			 SCSIEMU_OK);
	memset(data + lba * m->blen, 0, n * m->blen);
	memset(tuples + lba * m->pi_len, 0xff, n * m->pi_len);
}

static const struct kind kinds[] = {
	{ "memory", "", false, false, 512, 8 },
	{ "memory, 4096", "frs", false, false, 4096, 128 },
	{ "memory, 256", "d", false, false, 256, 8 },
	{ "behind", "", true, false, 512, 8 },
	{ "behind, 4096", "frsd", true, false, 4096, 64 },
	{ "behind, 256", "", true, false, 256, 8 },
	{ "beside", "", true, true, 512, 8 },
	{ "beside, 4096", "frsd", true, true, 4096, 8 },
	{ "beside, 512", "", true, true, 512, 16 },
};
enum { NKIND = sizeof(kinds) / sizeof(kinds[0]) };

static void test_model(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NKIND; i++) {
		struct scsiemu_medium m;

		memset(data, 0, sizeof(data));
		memset(tuples, 0xff, sizeof(tuples));
		if (open_kind(&m, &kinds[i], true))
			fail_msg("%s", kinds[i].name);
		assert_int_equal(m.nblk, NBLK);
		assert_int_equal(m.pi_len, kinds[i].pi_len);
		compare(&m);
		for (unsigned n = 0; n < 60; n++)
			one_step(&m);
		compare(&m);
		/* blocks alone */
		assert_int_equal(kit_read(&m, 7, 90, buf), SCSIEMU_OK);
		assert_memory_equal(buf, data + 7 * m.blen, 90 * m.blen);
		assert_int_equal(kit_read_pi(&m, NBLK - 1, 2, buf, pi),
				 SCSIEMU_E_RANGE);
		assert_int_equal(kit_write_pi(&m, NBLK - 1, 2, buf, pi, 0),
				 SCSIEMU_E_RANGE);
		if (kinds[i].file) { /* it is there the next time */
			scsiemu_medium_close(&m);
			assert_int_equal(open_kind(&m, &kinds[i], false), 0);
			assert_int_equal(m.nblk, NBLK);
			compare(&m);
		}
		scsiemu_medium_close(&m);
		kit_clean();
	}
}

/* Written without it: the block is as it was sent, and nothing is known. */
static void test_plain_write(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NKIND; i++) {
		struct scsiemu_medium m;

		assert_int_equal(open_kind(&m, &kinds[i], true), 0);
		kit_fill(data, 100 * m.blen);
		memset(pi, 'x', sizeof(pi));
		memset(tuples, 0xff, sizeof(tuples));
		assert_int_equal(kit_write_pi(&m, 3, 100, data, pi, 0),
				 SCSIEMU_OK);
		assert_int_equal(kit_write(&m, 3, 100, data, 0), SCSIEMU_OK);
		assert_int_equal(kit_read(&m, 3, 100, buf), SCSIEMU_OK);
		assert_memory_equal(buf, data, 100 * m.blen);
		assert_int_equal(kit_read_pi(&m, 3, 100, buf, pi), SCSIEMU_OK);
		assert_memory_equal(buf, data, 100 * m.blen);
		assert_memory_equal(pi, tuples, 100 * m.pi_len);
		scsiemu_medium_close(&m);
		kit_clean();
	}
}

static void test_null(void **state)
{
	const struct scsiemu_geometry g = { .bytes = 1 << 20, .pi_len = 8 };
	struct scsiemu_medium m;

	(void)state;
	assert_int_equal(scsiemu_open_null(&m, &g, NULL), 0);
	memset(tuples, 0xff, 80);
	assert_int_equal(kit_write_pi(&m, 5, 10, buf, pi, 0), SCSIEMU_OK);
	assert_int_equal(kit_read_pi(&m, 5, 10, buf, pi), SCSIEMU_OK);
	assert_memory_equal(pi, tuples, 80);
	scsiemu_medium_close(&m);
}

/* Without pi_len nothing of this is offered. */
static void test_not_asked(void **state)
{
	const struct scsiemu_geometry g = { .bytes = 1 << 20 };
	struct scsiemu_geometry bad = { .bytes = 1 << 20, .pi_len = 12 };
	struct scsiemu_medium m;

	(void)state;
	assert_int_equal(scsiemu_open_mem(&m, &g, NULL), 0);
	assert_int_equal(m.able & SCSIEMU_CAN_PI, 0);
	scsiemu_medium_close(&m);
	assert_int_equal(scsiemu_open_file(&m, kit_path("pi"), &g, NULL), 0);
	assert_int_equal(m.able & SCSIEMU_CAN_PI, 0);
	scsiemu_medium_close(&m);
	assert_int_equal(scsiemu_open_mem(&m, &bad, NULL), -1);
	bad.pi_len = 264;
	assert_int_equal(scsiemu_open_mem(&m, &bad, NULL), -1);
	kit_clean();
}

static const struct kind beside = { "beside", "", true, true, BLEN, PI };

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* A file beside a disk that does not fit is refused and left as it is. */
static void test_wrong_side(void **state)
{
	static const size_t sizes[] = { 0, 1, NBLK * PI - 1, NBLK * PI + 1 };
	char side[256];
	struct scsiemu_medium m;
	struct stat st;

	(void)state;
	snprintf(side, sizeof(side), "%s", kit_path("pi.pi"));
	assert_int_equal(open_kind(&m, &beside, true), 0);
	scsiemu_medium_close(&m);
	for (unsigned i = 0; i < 4; i++) {
		memset(buf, 'x', sizes[i]);
		kit_save(side, buf, sizes[i]);
		assert_int_equal(open_kind(&m, &beside, false), -1);
		assert_int_equal(stat(side, &st), 0);
		assert_int_equal(st.st_size, sizes[i]);
		assert_true(exists(kit_path("pi")));
	}
	unlink(side);
	mkdir(side, 0777);
	assert_int_equal(open_kind(&m, &beside, false), -1);
	rmdir(side);
	/* none: the disk begins without */
	assert_int_equal(open_kind(&m, &beside, false), 0);
	assert_int_equal(kit_read_pi(&m, 0, 1, buf, pi), SCSIEMU_OK);
	memset(tuples, 0xff, PI);
	assert_memory_equal(pi, tuples, PI);
	scsiemu_medium_close(&m);
	kit_clean();
}

static void test_read_only(void **state)
{
	struct scsiemu_geometry g = { .pi_len = PI, .pi_side = true };
	struct scsiemu_medium m;

	(void)state;
	assert_int_equal(open_kind(&m, &beside, true), 0);
	kit_fill(buf, BLEN);
	kit_fill(tuples, PI);
	assert_int_equal(kit_write_pi(&m, 9, 1, buf, tuples, 0), SCSIEMU_OK);
	scsiemu_medium_close(&m);
	g.read_only = true;
	assert_int_equal(scsiemu_open_file(&m, kit_path("pi"), &g, NULL), 0);
	assert_null(kit_ops(&m)->write_pi);
	assert_int_equal(kit_read_pi(&m, 9, 1, buf, pi), SCSIEMU_OK);
	assert_memory_equal(pi, tuples, PI);
	scsiemu_medium_close(&m);
	unlink(kit_path("pi.pi"));
	assert_int_equal(scsiemu_open_file(&m, kit_path("pi"), &g, NULL), -1);
	kit_clean();
}

/* Every call of opening fails once: nothing is left open, or made. */
static void test_open_fails(void **state)
{
	struct scsiemu_medium m;
	unsigned nth = 0;
	int rc;

	(void)state;
	inject_on();
	do {
		inject_fail(INJECT_SYSTEM | INJECT(ALLOC), ++nth, EIO);
		rc = open_kind(&m, &beside, true);
		if (rc) {
			assert_int_equal(inject.files, 0);
			assert_int_equal(inject.memory, 0);
			assert_false(exists(kit_path("pi")));
			assert_false(exists(kit_path("pi.pi")));
		} else {
			scsiemu_medium_close(&m);
			unlink(kit_path("pi"));
			unlink(kit_path("pi.pi"));
		}
	} while (inject.seen >= nth);
	assert_true(nth > 8);
	inject_off();
	kit_clean();
}

static void test_device(void **state)
{
	struct scsiemu_geometry g = { .pi_len = PI };
	struct scsiemu_medium m;

	(void)state;
	assert_int_equal(open_kind(&m, &beside, true), 0);
	scsiemu_medium_close(&m);
	inject_on();
	inject.device = true;
	inject.device_bytes = NBLK * BLEN;
	assert_int_equal(open_kind(&m, &beside, false), -1);
	/* behind each block: those that fit */
	assert_int_equal(scsiemu_open_file(&m, kit_path("pi"), &g, NULL), 0);
	assert_int_equal(m.nblk, NBLK * BLEN / (BLEN + PI));
	scsiemu_medium_close(&m);
	inject_off();
	kit_clean();
}

/* Once something may not have become durable, nothing is changed any more. */
static void test_dead(void **state)
{
	struct scsiemu_medium m;

	(void)state;
	for (unsigned nth = 1; nth < 3; nth++) {
		assert_int_equal(open_kind(&m, &beside, true), 0);
		inject_on();
		inject_fail(INJECT(FDATASYNC), nth, EIO);
		assert_int_equal(kit_write_pi(&m, 0, 1, buf, pi, SCSIEMU_FUA),
				 SCSIEMU_E_WRITE);
		inject_off();
		assert_int_equal(kit_write_pi(&m, 0, 1, buf, pi, 0),
				 SCSIEMU_E_WRITE);
		assert_int_equal(kit_flush(&m, 0, 0), SCSIEMU_E_WRITE);
		assert_int_equal(kit_unmap(&m, 0, 1), SCSIEMU_E_WRITE);
		assert_int_equal(kit_read_pi(&m, 0, 1, buf, pi), SCSIEMU_OK);
		scsiemu_medium_close(&m);
		kit_clean();
	}
}

/* Old, new, or without protection: what a process that dies leaves. */
enum { STEPS = 3 };

static void child(const struct kind *k, unsigned nth)
{
	struct scsiemu_medium m;

	if (open_kind(&m, k, false))
		_exit(9);
	inject_on();
	inject_fail(INJECT(PWRITEV) | INJECT(FALLOCATE) | INJECT(FDATASYNC),
		    nth, 0);
	inject.exits = true;
	for (unsigned i = 0; i < STEPS; i++) {
		memset(buf, 'A' + (int)i, 4 * BLEN);
		memset(pi, 'A' + (int)i, 4 * PI);
		kit_write_pi(&m, i, 4, buf, pi, i ? SCSIEMU_FUA : 0);
	}
	kit_unmap(&m, 1, 2);
	_exit(1); /* there is no n-th call */
}

static bool all(const uint8_t *p, size_t n, unsigned byte)
{
	while (n--)
		if (*p++ != byte)
			return false;
	return true;
}

static void check_block(const uint8_t *block, const uint8_t *tuple)
{
	if (all(tuple, PI, 0xff))
		return;
	assert_true(all(tuple, PI, tuple[0]));
	assert_true(all(block, BLEN, tuple[0]));
}

static unsigned killed(const struct kind *k)
{
	struct scsiemu_medium m;
	unsigned nth = 0;
	int status;
	pid_t pid;

	do {
		unlink(kit_path("pi"));
		unlink(kit_path("pi.pi"));
		assert_int_equal(open_kind(&m, k, true), 0);
		memset(buf, 'o', 8 * BLEN);
		memset(pi, 'o', 8 * PI);
		assert_int_equal(kit_write_pi(&m, 0, 8, buf, pi, 0), 0);
		scsiemu_medium_close(&m);
		nth++;
		pid = fork();
		assert_true(pid >= 0);
		if (!pid)
			child(k, nth);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(open_kind(&m, k, false), 0);
		assert_int_equal(kit_read_pi(&m, 0, 8, buf, pi), SCSIEMU_OK);
		for (unsigned i = 0; i < 8; i++)
			check_block(buf + i * BLEN, pi + i * PI);
		scsiemu_medium_close(&m);
	} while (WEXITSTATUS(status) != 1);
	kit_clean();
	return nth;
}

static void test_killed(void **state)
{
	static const struct kind behind = {
		"behind", "", true, false, BLEN, PI
	};

	(void)state;
	assert_true(killed(&beside) > 10);
	assert_true(killed(&behind) > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_plain_write),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_wrong_side),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_open_fails),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_dead),
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
