/* SPDX-License-Identifier: BSD-2-Clause */
/* run_posted.c - runs under `scsiemu run`, as run_node.c: commands by write()
 * and read() of a sg node. */
#define _GNU_SOURCE
#include "run_kit.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define QUEUE 16

static const uint8_t turs[6], inquiry[6] = { 0x12, 0, 0, 0, 36, 0 };
static const uint8_t hangs[10] = { 0x2f }; /* on sg1 */
static int fd;

static int open_it(void **state)
{
	(void)state;
	fd = open("/dev/sg1", O_RDWR);
	return fd < 0;
}

static int close_it(void **state)
{
	(void)state;
	return close(fd);
}

static void post(const uint8_t *cdb, unsigned len, int pack_id, unsigned ms)
{
	static struct io x[QUEUE];
	struct io *one = &x[pack_id % QUEUE];

	io_begin(one, cdb, len);
	one->h.pack_id = pack_id;
	one->h.timeout = ms;
	assert_int_equal(write(fd, &one->h, sizeof(one->h)), sizeof(one->h));
}

static bool is_there(int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 && p.revents == POLLIN;
}

static int number(unsigned long request)
{
	int n = -2;

	assert_int_equal(ioctl(fd, request, &n), 0);
	return n;
}

static void there_and_back(void **state)
{
	uint8_t data[36];
	struct io x;
	struct sg_io_hdr h = { .interface_id = 'S' };

	(void)state;
	assert_false(is_there(0));
	io_begin(&x, inquiry, sizeof(inquiry));
	io_data(&x, SG_DXFER_FROM_DEV, data, sizeof(data));
	x.h.pack_id = 5;
	x.h.usr_ptr = data;
	memset(data, 0, sizeof(data));
	assert_int_equal(write(fd, &x.h, sizeof(x.h)), sizeof(x.h));
	assert_true(is_there(10000));
	assert_int_equal(number(SG_GET_NUM_WAITING), 1);
	assert_int_equal(number(SG_GET_PACK_ID), 5);
	assert_int_equal(read(fd, &h, sizeof(h)), sizeof(h));
	assert_int_equal(h.pack_id, 5);
	assert_ptr_equal(h.usr_ptr, data);
	assert_int_equal(h.status, 0);
	assert_int_equal(h.resid, 0);
	assert_memory_equal(data + 8, "ACME    Thing", 13);
	assert_false(is_there(0));
	assert_int_equal(number(SG_GET_NUM_WAITING), 0);
	assert_int_equal(number(SG_GET_PACK_ID), -1);
}

/* Data in the node's own buffer. */
static void mapped(void **state)
{
	uint8_t *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	struct sg_io_hdr h = { .interface_id = 'S' };
	struct io x;

	(void)state;
	assert_ptr_not_equal(at, MAP_FAILED);
	io_begin(&x, inquiry, sizeof(inquiry));
	io_data(&x, SG_DXFER_FROM_DEV, NULL, 36);
	x.h.flags = 4; /* SG_FLAG_MMAP_IO */
	assert_int_equal(write(fd, &x.h, sizeof(x.h)), sizeof(x.h));
	assert_int_equal(read(fd, &h, sizeof(h)), sizeof(h));
	assert_null(h.dxferp);
	assert_memory_equal(at + 8, "ACME    Thing", 13);
	munmap(at, 4096);
}

static void by_number(void **state)
{
	struct sg_io_hdr h = { .interface_id = 'S' };
	int on = 1;

	(void)state;
	for (int i = 1; i <= 3; i++)
		post(turs, sizeof(turs), i, 20000);
	while (number(SG_GET_NUM_WAITING) < 3)
		;
	/* the number is not looked at yet */
	h.pack_id = 3;
	assert_int_equal(read(fd, &h, sizeof(h)), sizeof(h));
	assert_int_equal(h.pack_id, 1);
	assert_int_equal(ioctl(fd, SG_SET_FORCE_PACK_ID, &on), 0);
	h.pack_id = 3;
	assert_int_equal(read(fd, &h, sizeof(h)), sizeof(h));
	assert_int_equal(h.pack_id, 3);
	assert_true(is_there(0));
	h.pack_id = 3;
	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	assert_int_equal(read(fd, &h, sizeof(h)), -1);
	assert_int_equal(errno, EAGAIN);
	h.pack_id = -1;
	assert_int_equal(read(fd, &h, sizeof(h)), sizeof(h));
	assert_int_equal(h.pack_id, 2);
	assert_false(is_there(0));
}

static void *wait_for_it(void *pack_id)
{
	struct sg_io_hdr h = { .interface_id = 'S' };

	if (read(fd, &h, sizeof(h)) != sizeof(h))
		return pack_id;
	return h.host_status == 3 && h.pack_id == 9 ? NULL : pack_id;
}

/* Somebody waits while its time runs out. */
static void time_out(void **state)
{
	pthread_t t;
	void *why = NULL;

	(void)state;
	assert_int_equal(pthread_create(&t, NULL, wait_for_it, &why), 0);
	post(hangs, sizeof(hangs), 9, 50);
	pthread_join(t, &why);
	assert_null(why);
	assert_int_equal(number(SG_GET_NUM_WAITING), 0);
}

static void too_many(void **state)
{
	struct sg_io_hdr h = { .interface_id = 'S' };
	int what = 1; /* SG_SCSI_RESET_DEVICE */
	struct io x;

	(void)state;
	for (int i = 0; i < QUEUE; i++)
		post(hangs, sizeof(hangs), i, 20000);
	io_begin(&x, turs, sizeof(turs));
	assert_int_equal(write(fd, &x.h, sizeof(x.h)), -1);
	assert_int_equal(errno, EDOM);
	/* SG_IO has no place in that queue; the reset ends the others */
	assert_int_equal(ioctl(fd, SG_SCSI_RESET, &what), 0);
	for (int i = 0; i < QUEUE; i++) {
		assert_int_equal(read(fd, &h, sizeof(h)), sizeof(h));
		assert_int_equal(h.host_status, 8);
	}
	test_unit_ready(fd); /* told of the reset */
}

/* The kernel refuses this (EPERM): it might be another user. */
static void a_child_fetches(void **state)
{
	struct sg_io_hdr h = { .interface_id = 'S' };
	int status;
	pid_t child;

	(void)state;
	post(turs, sizeof(turs), 77, 20000);
	child = fork();
	if (!child)
		_exit(read(fd, &h, sizeof(h)) != sizeof(h) || h.pack_id != 77);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_false(is_there(0));
}

static void errors(void **state)
{
	struct io x;

	(void)state;
	io_begin(&x, turs, sizeof(turs));
	assert_int_equal(write(fd, &x.h, 20), -1);
	assert_int_equal(errno, EIO);
	assert_int_equal(write(fd, &x.h, sizeof(x.h) - 1), -1);
	assert_int_equal(errno, EINVAL);
	x.h.cmd_len = 5;
	assert_int_equal(write(fd, &x.h, sizeof(x.h)), -1);
	assert_int_equal(errno, EMSGSIZE);
	x.h.dxfer_direction = 100; /* struct sg_header */
	assert_int_equal(write(fd, &x.h, sizeof(x.h)), -1);
	assert_int_equal(errno, ENOSYS);
	assert_int_equal(read(fd, &x.h, 20), -1);
	assert_int_equal(errno, EINVAL);
	/* closed with a command that hangs, and one that nobody fetches */
	post(turs, sizeof(turs), 1, 20000);
	post(hangs, sizeof(hangs), 2, 20000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_it, close_it)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mapped),	TEST(there_and_back), TEST(by_number),
		TEST(time_out), TEST(too_many),	      TEST(a_child_fetches),
		TEST(errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
