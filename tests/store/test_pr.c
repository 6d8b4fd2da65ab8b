/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Persistent reservations in a state file: whenever the process dies, what was
 * answered with GOOD is there when the logical unit is served again, what was
 * not is there as a whole or not at all; and a file that is damaged is not
 * served.
 */
#define _GNU_SOURCE
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <scsiemu/exec.h>
#include <scsiemu/host.h>
#include <scsiemu/wire.h>

#include "inject.h"

struct server {
	struct scsiemu_device *dev;
	struct scsiemu_pump pump;
	struct scsiemu_host_lu h;
	struct scsiemu_nexus *n[2];
	struct scsiemu_exec x;
	uint8_t bounce[4096], tid[2][24];
};

static int serve(struct server *s, struct scsiemu_errmsg *err)
{
	struct scsiemu_limits l = { .size = sizeof(l),
				    .nexuses = 2,
				    .scratch = 4096,
				    .cmd_size = sizeof(struct scsiemu_task) };
	char device[300];

	memset(s, 0, sizeof(*s));
	snprintf(device, sizeof(device), "disk:mem,size=1M,nv=%s",
		 kit_path("state"));
	if (scsiemu_host_open(&s->h, device, err))
		return -1;
	s->dev = scsiemu_device_create(&l, &scsiemu_host_allocator);
	assert_non_null(s->dev);
	scsiemu_pump_init(&s->pump, s->dev, s->bounce, sizeof(s->bounce));
	if (scsiemu_host_attach(&s->h, s->dev, 0, err)) {
		scsiemu_host_close(&s->h, NULL);
		scsiemu_device_destroy(s->dev, &scsiemu_host_allocator);
		return -1;
	}
	for (unsigned i = 0; i < 2; i++) {
		struct scsiemu_nexus_config cf = {
			.size = sizeof(cf),
			.transport_id = s->tid[i],
			.transport_id_len = 24,
		};

		s->tid[i][0] = 6;
		s->tid[i][11] = (uint8_t)i;
		s->n[i] = scsiemu_nexus_attach(s->dev, &cf);
		assert_non_null(s->n[i]);
	}
	return 0;
}

static void stop(struct server *s)
{
	assert_int_equal(scsiemu_host_close(&s->h, NULL), 0);
	scsiemu_device_destroy(s->dev, &scsiemu_host_allocator);
}

/* What there is, so that two can be compared. */
static uint32_t state_of(struct server *s, uint8_t buf[512])
{
	uint32_t len = 512;

	assert_int_equal(scsiemu_lu_pr_export(s->h.lu, buf, &len), 0);
	return len;
}

/* Service actions of two initiators that lead through most states. */
static const struct {
	uint8_t who, sa, type, key, sa_key, aptpl;
} steps[] = {
	{ 0, SCSIEMU_SA_REGISTER, 0, 0, 0xa1, 1 },
	{ 1, SCSIEMU_SA_REGISTER, 0, 0, 0xb2, 1 },
	{ 0, SCSIEMU_SA_RESERVE, 5, 0xa1, 0, 0 },
	{ 1, SCSIEMU_SA_PREEMPT, 6, 0xb2, 0xa1, 0 },
	{ 1, SCSIEMU_SA_RELEASE, 6, 0xb2, 0, 0 },
	{ 0, SCSIEMU_SA_REGISTER_AND_IGNORE, 0, 0, 0xc3, 1 },
	{ 0, SCSIEMU_SA_RESERVE, 8, 0xc3, 0, 0 },
	{ 1, SCSIEMU_SA_CLEAR, 0, 0xb2, 0, 0 },
	{ 1, SCSIEMU_SA_REGISTER, 0, 0, 0xd4, 1 },
	{ 1, SCSIEMU_SA_REGISTER, 0, 0xd4, 0xe5, 0 }, /* no longer saved */
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

/* Until GOOD: unit attentions come first. */
static void step(struct server *s, unsigned i)
{
	uint8_t list[24] = { [7] = steps[i].key,
			     [15] = steps[i].sa_key,
			     [20] = steps[i].aptpl };
	const uint8_t cdb[10] = {
		0x5f, steps[i].sa, steps[i].type, 0, 0, 0, 0, 0, 24, 0
	};
	unsigned tries = 0;

	do {
		s->x.cdb = cdb;
		s->x.cdb_len = 10;
		s->x.nexus = s->n[steps[i].who];
		s->x.out = list;
		s->x.out_len = 24;
		if (scsiemu_exec(&s->pump, s->h.lu, &s->x, NULL, NULL))
			_exit(9);
	} while (s->x.status && ++tries < 4);
	if (s->x.status)
		_exit(8);
}

static void child(unsigned nth)
{
	static struct server s;

	inject_on();
	inject.cut = 64;
	if (serve(&s, NULL))
		_exit(7);
	inject_fail(INJECT_SYSTEM | INJECT(CLOSE), nth, 0);
	inject.exits = true;
	for (unsigned i = 0; i < STEPS; i++) {
		step(&s, i);
		if (write(STDOUT_FILENO, ".", 1) != 1)
			_exit(6);
	}
	_exit(1); /* there is no n-th call */
}

static unsigned run_child(unsigned nth, int *status)
{
	unsigned acked = 0;
	int fds[2];
	char dot;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(fds[0]);
		dup2(fds[1], STDOUT_FILENO);
		child(nth);
	}
	close(fds[1]);
	while (read(fds[0], &dot, 1) == 1)
		acked++;
	close(fds[0]);
	assert_int_equal(waitpid(pid, status, 0), pid);
	assert_true(WIFEXITED(*status));
	return acked;
}

/* What is there after so many steps and a restart. */
static uint8_t expected[STEPS + 1][512];
static uint32_t expected_len[STEPS + 1];

static void expect(void)
{
	static struct server s;

	for (unsigned n = 0; n <= STEPS; n++) {
		assert_int_equal(serve(&s, NULL), 0);
		for (unsigned i = 0; i < n; i++)
			step(&s, i);
		stop(&s);
		assert_int_equal(serve(&s, NULL), 0);
		expected_len[n] = state_of(&s, expected[n]);
		stop(&s);
		kit_clean();
	}
}

static bool is_after(unsigned n, const uint8_t *buf, uint32_t len)
{
	return n <= STEPS && len == expected_len[n] &&
	       !memcmp(buf, expected[n], len);
}

static void test_killed(void **state)
{
	static struct server s;
	int status = 0;
	unsigned nth = 1;

	(void)state;
	expect();
	assert_int_equal(expected_len[0], 28);
	assert_int_equal(expected_len[2], 28 + 2 * 36);
	assert_int_equal(expected_len[STEPS], 28); /* APTPL was taken back */
	for (; !WEXITSTATUS(status); nth++) {
		uint8_t buf[512];
		unsigned acked;
		uint32_t len;

		/* the file is there, so that each call counted is a save's */
		assert_int_equal(serve(&s, NULL), 0);
		stop(&s);
		acked = run_child(nth, &status);
		assert_int_equal(serve(&s, NULL), 0);
		len = state_of(&s, buf);
		assert_true(is_after(acked, buf, len) ||
			    is_after(acked + 1, buf, len));
		stop(&s);
		kit_clean();
	}
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_true(nth > STEPS * 5);
}

/* Each byte of the file, flipped: it is not served. */
static void test_damaged(void **state)
{
	static struct server s;
	uint8_t file[512];
	size_t len;

	(void)state;
	assert_int_equal(serve(&s, NULL), 0);
	for (unsigned i = 0; i < 3; i++)
		step(&s, i);
	stop(&s);
	len = kit_load(kit_path("state"), file, sizeof(file));
	for (size_t i = 0; i < len; i++) {
		struct scsiemu_errmsg err;

		file[i] ^= 0x10;
		kit_save(kit_path("state"), file, len);
		assert_int_equal(serve(&s, &err), -1);
		file[i] ^= 0x10;
	}
	kit_save(kit_path("state"), file, len);
	assert_int_equal(serve(&s, NULL), 0);
	stop(&s);
	kit_clean();
}

/* A record of reservations that is not one, in a file that is whole: refused,
 * with a message that says so. */
static void test_foreign(void **state)
{
	static struct server s;
	struct scsiemu_io io = { .info = SCSIEMU_NO_INFO };
	struct scsiemu_errmsg err;
	struct scsiemu_nv nv;

	(void)state;
	assert_int_equal(scsiemu_open_nv_file(&nv, kit_path("state"), &err), 0);
	assert_int_equal(
		nv.ops->save(nv.ctx, &io, SCSIEMU_NV_PR, "semu-pr\n", 8), 0);
	scsiemu_nv_close(&nv);
	assert_int_equal(serve(&s, &err), -1);
	assert_non_null(strstr(err.text, "persistent reservations"));
	kit_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
