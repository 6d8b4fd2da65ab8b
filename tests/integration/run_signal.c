/* SPDX-License-Identifier: BSD-2-Clause */
/* run_signal.c - runs under `scsiemu run`, as run_node.c: what signals with
 * handlers interrupt, as in the kernel, and what they do not. */
#define _GNU_SOURCE
#include "run_kit.h"

#include <linux/fs.h>
#include <signal.h>
#include <sys/time.h>

#define OFTEN 50     /* us */
#define MANY  2000   /* commands */
#define LOST  100000 /* signals that no command takes */

static void wake(int number)
{
	(void)number;
}

/* 0: no more. */
static void have_signals(suseconds_t us)
{
	const struct itimerval every = { { 0, us }, { 0, us } };
	const struct sigaction act = { .sa_handler = wake };

	assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);
}

static void sg_is_interrupted(void **state)
{
	static const uint8_t hangs[10] = { 0x2f }; /* on sg1 */
	int fd = open("/dev/sg1", O_RDWR);
	struct io x;

	(void)state;
	io_begin(&x, hangs, sizeof(hangs));
	have_signals(20000);
	assert_int_equal(ioctl(fd, SG_IO, &x.h), -1);
	assert_int_equal(errno, EINTR);
	have_signals(0);
	assert_int_equal(test_unit_ready(fd), 0);
	close(fd);
}

/* Nor does what waits for nothing. */
static void block_nodes_are_not(void **state)
{
	uint64_t size = 0;
	uint8_t data[512];

	(void)state;
	have_signals(OFTEN);
	for (int i = 0; i < MANY; i++) {
		int fd = open("/dev/sda", O_RDONLY), v;

		assert_return_code(fd, errno);
		assert_int_equal(test_unit_ready(fd), 0);
		assert_int_equal(ioctl(fd, BLKGETSIZE64, &size), 0);
		assert_int_equal(read(fd, data, sizeof(data)), sizeof(data));
		close(fd);
		fd = open("/dev/sg0", O_RDWR | O_NONBLOCK);
		if (fd < 0) {
			assert_int_equal(errno, EINTR);
			continue;
		}
		assert_int_equal(ioctl(fd, SG_GET_VERSION_NUM, &v), 0);
		close(fd);
	}
	have_signals(0);
}

/* No signal loses one, or gives one twice: read() alone is interrupted. */
static void posted_are_not_lost(void **state)
{
	static const uint8_t turs[6];
	struct sg_io_hdr h = { .interface_id = 'S' };
	int fd = open("/dev/sg0", O_RDWR), n;
	struct io x;

	(void)state;
	io_begin(&x, turs, sizeof(turs));
	have_signals(OFTEN);
	for (int i = 0; i < MANY; i++) {
		unsigned tries = 0;

		x.h.pack_id = i;
		assert_int_equal(write(fd, &x.h, sizeof(x.h)), sizeof(x.h));
		while (read(fd, &h, sizeof(h)) < 0) {
			assert_int_equal(errno, EINTR);
			assert_in_range(++tries, 1, LOST);
		}
		assert_int_equal(h.pack_id, i);
	}
	have_signals(0);
	assert_int_equal(ioctl(fd, SG_GET_NUM_WAITING, &n), 0);
	assert_int_equal(n, 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sg_is_interrupted),
		cmocka_unit_test(block_nodes_are_not),
		cmocka_unit_test(posted_are_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
