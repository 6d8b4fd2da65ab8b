/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Durable records: old or new whatever fails and whenever the process dies, and
 * never read from a file that is not whole.
 */
#define _GNU_SOURCE
#include "kit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inject.h"

static struct scsiemu_nv open_state(void)
{
	struct scsiemu_nv nv;
	struct scsiemu_errmsg err;

	if (scsiemu_open_nv_file(&nv, kit_path("state"), &err))
		fail_msg("%s", err.text);
	return nv;
}

static int save(const struct scsiemu_nv *nv, uint32_t id, const char *text)
{
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };

	return nv->ops->save(nv->ctx, &io, id, text, (uint32_t)strlen(text));
}

/* The record as text; "" when there is none. */
static const char *load(const struct scsiemu_nv *nv, uint32_t id)
{
	static char text[64];
	uint32_t len = sizeof(text) - 1;

	assert_int_equal(nv->ops->load(nv->ctx, id, text, &len), 0);
	text[len] = '\0';
	return text;
}

static int setup(void **state)
{
	(void)state;
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

static void check_records(struct scsiemu_nv *nv)
{
	static const char big[(1 << 20) + 1];
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	char few[2];
	uint32_t len = 2;

	assert_string_equal(load(nv, 1), "");
	assert_int_equal(save(nv, 1, "one"), 0);
	assert_int_equal(save(nv, 0xffffffff, "last"), 0);
	assert_int_equal(save(nv, 2, "two"), 0);
	assert_int_equal(save(nv, 1, "uno"), 0);
	assert_string_equal(load(nv, 1), "uno");
	assert_string_equal(load(nv, 2), "two");
	assert_string_equal(load(nv, 0xffffffff), "last");
	assert_int_equal(save(nv, 2, ""), 0);
	assert_string_equal(load(nv, 2), "");
	/* no room: how long it is, and nothing beyond the room */
	assert_int_equal(nv->ops->load(nv->ctx, 1, few, &len), SCSIEMU_E_READ);
	assert_int_equal(len, 3);
	assert_int_equal(nv->ops->save(nv->ctx, &io, 3, big, sizeof(big)),
			 SCSIEMU_E_NO_SPACE);
	assert_string_equal(load(nv, 3), "");
}

static void test_mem(void **state)
{
	struct scsiemu_nv nv;

	(void)state;
	assert_int_equal(scsiemu_open_nv_mem(&nv, NULL), 0);
	check_records(&nv);
	inject_fail(INJECT(ALLOC), 1, 0);
	assert_int_equal(save(&nv, 1, "lost"), SCSIEMU_E_BUSY);
	assert_string_equal(load(&nv, 1), "uno");
	scsiemu_nv_close(&nv);
	scsiemu_nv_close(&nv);
	inject_fail(INJECT(ALLOC), 1, 0);
	assert_int_equal(scsiemu_open_nv_mem(&nv, NULL), -1);
	assert_int_equal(inject.memory, 0);
}

static void test_file(void **state)
{
	struct scsiemu_nv nv = open_state();

	(void)state;
	check_records(&nv);
	scsiemu_nv_close(&nv);
	assert_int_equal(access(kit_path("state.new"), F_OK), -1);
	nv = open_state();
	assert_string_equal(load(&nv, 1), "uno");
	assert_string_equal(load(&nv, 2), "");
	assert_string_equal(load(&nv, 0xffffffff), "last");
	scsiemu_nv_close(&nv);
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
}

/* The bytes are ABI: a state file outlives the library. */
static void test_format(void **state)
{
	static const uint8_t want[] = {
		's', 'e', 'm', 'u', '-', 'n', 'v',  '\n', 0,	0,
		0,   1,	  0,   0,   0,	 1,   0,    0,	  1,	2,
		0,   0,	  0,   2,   'h', 'i', 0x13, 0xdf, 0x77, 0x7f,
	};
	struct scsiemu_nv nv = open_state();
	uint8_t got[64];

	(void)state;
	assert_int_equal(save(&nv, 0x102, "hi"), 0);
	scsiemu_nv_close(&nv);
	assert_int_equal(kit_load(kit_path("state"), got, sizeof(got)),
			 sizeof(want));
	assert_memory_equal(got, want, sizeof(want));
}

/* Bytes durable, then the name, then the name durable. */
static void test_order(void **state)
{
	struct scsiemu_nv nv = open_state();

	(void)state;
	memset(inject.log, 0, sizeof(inject.log));
	assert_int_equal(save(&nv, 1, "x"), 0);
	assert_string_equal(inject.log, "ctwfrF");
	scsiemu_nv_close(&nv);
}

/* What keeps them; may fail. */
#define RIGHTS (INJECT(FSTAT) | INJECT(FCHMOD) | INJECT(FCHOWN))

/* Who may read it is the administrator's to say, and stays so; what cannot be
 * kept does not stop a save. */
static void test_rights(void **state)
{
	static const unsigned calls[] = { 0, INJECT(FSTAT), INJECT(FCHMOD),
					  INJECT(FCHOWN) };
	struct scsiemu_nv nv = open_state();
	struct stat st;

	(void)state;
	assert_int_equal(save(&nv, 1, "x"), 0);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(chmod(kit_path("state"), 0640), 0);
		inject_fail(calls[i], 1, EPERM);
		assert_int_equal(save(&nv, 1, "y"), 0);
		inject_fail(0, 0, 0);
		assert_int_equal(stat(kit_path("state"), &st), 0);
		if (i == 0 || calls[i] == INJECT(FCHOWN))
			assert_int_equal(st.st_mode & 07777, 0640);
	}
	scsiemu_nv_close(&nv);
}

static void refused(const char *name, const char *why)
{
	struct scsiemu_nv nv;
	struct scsiemu_errmsg err;

	assert_int_equal(scsiemu_open_nv_file(&nv, kit_path(name), &err), -1);
	if (!strstr(err.text, why) || !strstr(err.text, name))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_int_equal(inject.memory, 0);
	assert_int_equal(inject.files, 0);
}

/* Every bit of it, every length of it. */
static void test_damaged(void **state)
{
	struct scsiemu_nv nv = open_state();
	uint8_t good[128], bad[128];
	size_t len;

	(void)state;
	save(&nv, 1, "mode pages");
	save(&nv, 2, "identifier");
	scsiemu_nv_close(&nv);
	len = kit_load(kit_path("state"), good, sizeof(good));
	for (size_t bit = 0; bit < 8 * len; bit++) {
		memcpy(bad, good, len);
		bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
		kit_save(kit_path("state"), bad, len);
		refused("state", bit < 64   ? "not a state file"
				 : bit < 96 ? "another version"
					    : "is damaged");
	}
	for (size_t n = 0; n < len; n++) {
		kit_save(kit_path("state"), good, n);
		refused("state", n < 8 ? "not a state file" : "is damaged");
	}
	memcpy(bad, good, len);
	bad[len] = 0;
	kit_save(kit_path("state"), bad, len + 1);
	refused("state", "is damaged");
	/* refusing changed nothing */
	kit_save(kit_path("state"), good, len);
	nv = open_state();
	assert_string_equal(load(&nv, 1), "mode pages");
	scsiemu_nv_close(&nv);
}

/* A good checksum does not make impossible lengths possible. */
static void refused_body(uint8_t count, const uint8_t *body, size_t len)
{
	uint8_t file[64] = "semu-nv\n\0\0\0\1\0\0\0";
	uint32_t c = UINT32_MAX;

	file[15] = count;
	memcpy(file + 16, body, len);
	len += 16;
	for (size_t k = 0; k < len * 8; k++) {
		c ^= k % 8 ? 0 : file[k / 8];
		c = c >> 1 ^ (c & 1 ? 0x82f63b78U : 0);
	}
	c = ~c;
	for (int k = 0; k < 4; k++)
		file[len++] = (uint8_t)(c >> (24 - 8 * k));
	kit_save(kit_path("state"), file, len);
	refused("state", "is damaged");
}

static void test_hostile(void **state)
{
	/* id, len, bytes */
	static const uint8_t lens[][4] = {
		{ 0xff, 0xff, 0xff, 0xff },
		{ 0, 0x10, 0, 1 }, /* more than a record may have */
		{ 0, 0x0f, 0xff, 0xff },
		{ 0, 0, 0, 5 },
		{ 0, 0, 0, 3 },
		{ 0, 0, 0, 0 },
	};
	static const uint8_t twice[] = { 0, 0, 0, 1, 0, 0, 0, 1, 'a',
					 0, 0, 0, 1, 0, 0, 0, 1, 'b' };
	uint8_t body[12] = { 0, 0, 0, 1, 0, 0, 0, 4, 1, 2, 3, 4 };

	(void)state;
	refused_body(0, body, 12);
	refused_body(2, body, 12);
	refused_body(255, body, 12);
	refused_body(1, body, 7);
	refused_body(2, twice, sizeof(twice));
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		memcpy(body + 4, lens[i], 4);
		refused_body(1, body, 12);
	}
}

static void test_refusals(void **state)
{
	struct scsiemu_nv nv;

	(void)state;
	kit_save(kit_path("big"), "", 0);
	assert_int_equal(truncate(kit_path("big"), (64 << 20) + 1), 0);
	refused("big", "not a state file");
	refused("", "directory");
	refused("no/folder", "folder does not exist");
	assert_int_equal(mkfifo(kit_path("fifo"), 0600), 0);
	refused("fifo", "not a state file");
	nv = open_state();
	{
		struct scsiemu_nv other;
		struct scsiemu_errmsg err;

		assert_int_equal(save(&nv, 1, "a"), 0); /* a new file by now */
		assert_int_equal(
			scsiemu_open_nv_file(&other, kit_path("state"), &err),
			-1);
		assert_non_null(strstr(err.text, "in use by another server"));
	}
	scsiemu_nv_close(&nv);
}

/* Two servers make the file at once: the later one must not replace it. */
static void somebody_else(void)
{
	kit_save(kit_path("state"), "theirs", 6);
}

static void test_race(void **state)
{
	char bytes[16];

	(void)state;
	inject.on_create = somebody_else;
	refused("state", "in use by another server");
	assert_int_equal(kit_load(kit_path("state"), bytes, sizeof(bytes)), 6);
	assert_memory_equal(bytes, "theirs", 6);
}

/* The n-th call fails, of saving and of opening: old or new, no leak. */
static void test_failures(void **state)
{
	int r = -1;

	(void)state;
	for (unsigned nth = 1; r; nth++) {
		struct scsiemu_nv nv = open_state();
		int memory, files;

		assert_int_equal(save(&nv, 1, "old"), 0);
		memory = inject.memory;
		files = inject.files;
		inject_fail(INJECT_ALL &
				    ~(INJECT(CLOSE) | INJECT(FLOCK) | RIGHTS),
			    nth, ENOSPC);
		r = save(&nv, 1, "new");
		inject_fail(0, 0, 0);
		assert_string_equal(load(&nv, 1), r ? "old" : "new");
		assert_int_equal(inject.memory, memory);
		assert_int_equal(inject.files, files);
		if (r) /* and the next one may work */
			assert_int_equal(save(&nv, 2, "later"), 0);
		scsiemu_nv_close(&nv);
		nv = open_state();
		assert_string_equal(load(&nv, 1), r ? "old" : "new");
		assert_true(r == SCSIEMU_E_NO_SPACE || r == SCSIEMU_E_BUSY ||
			    (!r && nth > 6));
		scsiemu_nv_close(&nv);
	}
}

static void test_open_failures(void **state)
{
	(void)state;
	for (int there = 0; there < 2; there++) {
		int r = -1;

		for (unsigned nth = 1; r; nth++) {
			struct scsiemu_nv nv;
			struct scsiemu_errmsg err = { "" };

			if (!there)
				remove(kit_path("state"));
			inject_fail(INJECT_ALL & ~INJECT(CLOSE) &
					    ~INJECT(FLOCK) & ~INJECT(STAT),
				    nth, EIO);
			r = scsiemu_open_nv_file(&nv, kit_path("state"), &err);
			inject_fail(0, 0, 0);
			if (!r)
				scsiemu_nv_close(&nv);
			else
				assert_int_not_equal(err.text[0], 0);
			assert_true(r || nth > 3);
			assert_int_equal(inject.memory, 0);
			assert_int_equal(inject.files, 0);
		}
	}
}

enum { ROUNDS = 3 };

/* Save under a table that ends the process at the n-th call. */
static void child(unsigned nth)
{
	struct scsiemu_nv nv;
	char text[16];

	inject_on();
	inject.cut = 7;
	if (scsiemu_open_nv_file(&nv, kit_path("state"), NULL))
		_exit(9);
	inject_fail(INJECT_SYSTEM | INJECT(CLOSE), nth, 0);
	inject.exits = true;
	for (int i = 1; i <= ROUNDS; i++) {
		snprintf(text, sizeof(text), "text %d", i);
		if (save(&nv, 1, text) || save(&nv, 2, text))
			_exit(8);
		/* acknowledged: tell who looks afterwards */
		if (write(STDOUT_FILENO, ".", 1) != 1)
			_exit(7);
	}
	_exit(1); /* there is no n-th call */
}

static unsigned run_child(unsigned nth, int *status)
{
	int fds[2];
	char c;
	unsigned acked = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		child(nth);
	}
	close(fds[1]);
	while (read(fds[0], &c, 1) == 1)
		acked++;
	close(fds[0]);
	assert_int_equal(waitpid(pid, status, 0), pid);
	assert_true(WIFEXITED(*status));
	return acked;
}

static int round_of(const struct scsiemu_nv *nv, uint32_t id)
{
	int i = -1;

	assert_int_equal(sscanf(load(nv, id), "text %d", &i), 1);
	return i;
}

/* Ends at every single call: what was acknowledged is there, the rest old or
 * new, and the file opens. */
static void test_killed(void **state)
{
	int status = 0;
	unsigned nth = 1;

	(void)state;
	for (; !WEXITSTATUS(status); nth++) {
		struct scsiemu_nv nv = open_state();
		int acked, r1, r2;

		assert_int_equal(save(&nv, 1, "text 0"), 0);
		assert_int_equal(save(&nv, 2, "text 0"), 0);
		scsiemu_nv_close(&nv);
		acked = (int)run_child(nth, &status);
		nv = open_state();
		r1 = round_of(&nv, 1);
		r2 = round_of(&nv, 2);
		assert_true(r1 == acked || r1 == acked + 1);
		assert_true(r2 == acked || (r2 == acked + 1 && r1 == r2));
		scsiemu_nv_close(&nv);
	}
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_true(nth > ROUNDS * 2 * 10);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_mem),	  T(test_file),		 T(test_format),
		T(test_order),	  T(test_rights),	 T(test_damaged),
		T(test_hostile),  T(test_refusals),	 T(test_race),
		T(test_failures), T(test_open_failures), T(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
