/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices' end of SG_IO: what programs cannot do wrong through their
 * library, but whoever has the socket can. tests/integration/run_*.c are the
 * programs.
 */
#define _GNU_SOURCE
#include "sgio_kit.h"

#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <dirent.h>

#define DISK "disk:mem,size=4M,vendor=ACME,product=Thing,inject=op=2F:hang"

static unsigned descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static unsigned before;

static int begin(void **state)
{
	(void)state;
	before = descriptors();
	sgio_begin(DISK);
	return 0;
}

static int end(void **state)
{
	(void)state;
	return !sgio_end() || descriptors() != before;
}

static struct semu_sgio_request command(const char *cdb, unsigned len)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_COMMAND,
				       .cdb_len = (uint16_t)len };

	memcpy(q.cdb, cdb, len);
	return q;
}

static bool is_ready(int fd)
{
	struct semu_sgio_request q = command("\0\0\0\0\0\0", 6);
	struct semu_sgio_reply r;

	return !sgio_call(fd, &q, -1, &r) && !r.error && !r.status;
}

/* The file ends, and whoever asked is not left waiting. */
static void ends(int fd, struct semu_sgio_request *q, int mem)
{
	struct semu_sgio_reply r;

	assert_int_equal(sgio_call(fd, q, mem, &r), -1);
	q->magic = SEMU_SGIO_MAGIC;
	assert_int_equal(sgio_call(fd, q, -1, &r), -1);
	close(fd);
}

static void fails(int fd, struct semu_sgio_request *q, int mem, int error)
{
	struct semu_sgio_reply r;

	assert_int_equal(sgio_call(fd, q, mem, &r), 0);
	assert_int_equal(r.error, error);
	if (mem >= 0)
		close(mem);
}

/* ---- Messages ---- */

static void messages_that_cannot_be(void **state)
{
	struct semu_sgio_request q = command("\0\0\0\0\0\0", 6);
	int mem = sgio_memory(4096), three[3] = { mem, mem, mem };
	uint8_t longer[sizeof(q) + 1] = { 0 };
	int fd;

	(void)state;
	ends(sgio_connect(), &q, -1); /* not open */
	q.magic = 1;
	ends(sgio_open(SGIO_SG, O_RDWR), &q, -1);
	q.what = 99;
	ends(sgio_open(SGIO_SG, O_RDWR), &q, -1);
	q.what = SEMU_SGIO_OPEN;
	ends(sgio_open(SGIO_SG, O_RDWR), &q, -1);
	q.what = SEMU_SGIO_CONTROL;
	ends(sgio_connect(), &q, -1);
	ends(sgio_open(SGIO_SG, O_RDWR), &q, mem);
	for (size_t len = 1; len <= sizeof(longer); len += sizeof(q) - 1) {
		fd = sgio_open(SGIO_SG, O_RDWR);
		sgio_send(fd, longer, len, &mem, 1);
		sgio_serve();
		assert_false(sgio_send(fd, longer, 1, NULL, 0));
		close(fd);
	}
	for (unsigned n = 0; n <= 3; n += 3) {
		fd = sgio_open(SGIO_SG, O_RDWR);
		q = command("\0\0\0\0\0\0", 6);
		q.magic = SEMU_SGIO_MAGIC;
		sgio_send(fd, &q, sizeof(q), three, n);
		sgio_serve();
		assert_false(sgio_send(fd, longer, 1, NULL, 0));
		close(fd);
	}
	close(mem);
}

static void nodes_that_are_not(void **state)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_OPEN,
				       .major = 21,
				       .minor = 1 };
	int fd = sgio_connect();

	(void)state;
	fails(fd, &q, -1, ENXIO);
	/* it may ask for another one */
	q.minor = 0;
	q.flags = O_RDONLY | O_EXCL;
	fails(fd, &q, -1, EPERM);
	q.flags = O_RDWR;
	fails(fd, &q, -1, 0);
	assert_true(is_ready(fd));
	close(fd);
}

static void commands_that_cannot_be(void **state)
{
	int fd = sgio_open(SGIO_SG, O_RDWR);
	struct semu_sgio_request q = command("\0\0\0\0\0\0", 6);

	(void)state;
	q.cdb_len = SEMU_SGIO_CDB + 1;
	fails(fd, &q, -1, EINVAL);
	q.cdb_len = 6;
	q.attr = 4;
	fails(fd, &q, -1, EINVAL);
	q.attr = 0;
	q.tmf = SCSIEMU_TMF_CLEAR_ACA;
	fails(fd, &q, -1, EINVAL);
	q.tmf = SCSIEMU_TMF_LU_RESET;
	q.cdb_len = SEMU_SGIO_CDB + 1;
	fails(fd, &q, -1, EINVAL);
	q.cdb_len = 6;
	q.tmf = 0;
	q.in_len = SEMU_SGIO_MAX + 1;
	fails(fd, &q, sgio_memory(4096), EINVAL);
	q.in_len = 0;
	q.out_len = UINT32_MAX;
	fails(fd, &q, sgio_memory(4096), EINVAL);
	assert_true(is_ready(fd));
	close(fd);
}

/* ---- Memory ---- */

/* The buffer of a sg node: of the size that it had when it was asked for. */
static void the_buffer(void **state)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_MEMORY };
	int sg = sgio_open(SGIO_SG, O_RDWR), bsg = sgio_open(SGIO_BSG, O_RDWR);
	struct semu_sgio_reply r;
	uint32_t len;

	(void)state;
	fails(bsg, &q, -1, ENODEV);
	assert_int_equal(sgio_call(sg, &q, -1, &r), 0);
	assert_int_equal(r.error, 0);
	memcpy(&len, r.data, sizeof(len));
	assert_int_equal(len, 32 << 10);
	q.what = SEMU_SGIO_CONTROL;
	q.number = SG_SET_RESERVED_SIZE;
	q.value = 32 << 10;
	fails(sg, &q, -1, 0);
	q.value = 4096;
	fails(sg, &q, -1, EBUSY);
	q.value = -1;
	fails(sg, &q, -1, EINVAL);
	close(sg);
	close(bsg);
}

static void memory_that_may_go_away(void **state)
{
	int fd = sgio_open(SGIO_SG, O_RDWR), mem, other;
	struct semu_sgio_request q = command("\x12\0\0\0\x60\0", 6);

	(void)state;
	q.in_len = 96;
	fails(fd, &q, -1, EINVAL);
	mem = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(mem, 4096), 0);
	fails(fd, &q, mem, EINVAL); /* not sealed */
	fails(fd, &q, sgio_memory(95), EINVAL);
	q.out_len = 4096;
	fails(fd, &q, sgio_memory(4096 + 95), EINVAL);
	q.out_len = 0;
	mem = sgio_memory(4096);
	fcntl(mem, F_ADD_SEALS, F_SEAL_WRITE);
	fails(fd, &q, mem, ENOMEM); /* cannot be mapped */
	fails(fd, &q, open("/dev/null", O_RDWR), EINVAL);
	other = sgio_open(SGIO_SG, O_RDWR);
	fails(fd, &q, other, EINVAL);
	assert_true(is_ready(fd));
	close(fd);
}

static void data_lies_where_it_should(void **state)
{
	int fd = sgio_open(SGIO_SG, O_RDWR), mem = sgio_memory(4096 + 100);
	struct semu_sgio_request q = command("\x12\0\0\0\x60\0", 6);
	struct semu_sgio_reply r;
	char text[16];

	(void)state;
	q.out_len = 1;
	q.in_len = 100;
	assert_int_equal(sgio_call(fd, &q, mem, &r), 0);
	assert_int_equal(r.error, 0);
	assert_int_equal(r.status, 0);
	assert_int_equal(r.in_done, 96);
	assert_int_equal(pread(mem, text, 13, 4096 + 8), 13);
	assert_memory_equal(text, "ACME    Thing", 13);
	close(mem);
	close(fd);
}

/* ---- Time ---- */

static void late_and_forgotten(void **state)
{
	int fd = sgio_open(SGIO_SG, O_RDWR), socket, reset;
	struct semu_sgio_request q = command("\x2f\0\0\0\0\0\0\0\0\0", 10);
	struct semu_sgio_reply r;

	(void)state;
	/* its time is over */
	q.timeout_ms = 1;
	socket = sgio_ask(fd, &q, -1);
	sgio_serve();
	while (!sgio_reply(socket, &r))
		sgio_wait();
	assert_int_equal(r.host_status, 3);
	close(socket);
	/* who asked does not wait any longer */
	q.timeout_ms = UINT32_MAX;
	socket = sgio_ask(fd, &q, -1);
	sgio_serve();
	assert_int_equal(sgio_reply(socket, &r), 0);
	close(socket);
	sgio_serve();
	assert_true(is_ready(fd));
	/* a reset hits it */
	socket = sgio_ask(fd, &q, -1);
	sgio_serve();
	q.tmf = SCSIEMU_TMF_LU_RESET;
	reset = sgio_ask(fd, &q, -1);
	sgio_serve();
	assert_int_equal(sgio_reply(socket, &r), 1);
	assert_int_equal(r.host_status, 8);
	assert_int_equal(sgio_reply(reset, &r), 1);
	assert_int_equal(r.error, 0);
	close(socket);
	close(reset);
	/* the file is closed: the command goes on, until the server ends */
	assert_false(is_ready(fd)); /* it is told */
	q.tmf = 0;
	socket = sgio_ask(fd, &q, -1);
	close(fd);
	sgio_serve();
	assert_int_equal(sgio_reply(socket, &r), 0);
	close(socket);
}

/* What an initiator's first file begins with is no reset that was before. */
static void a_scan_resets_nothing(void **state)
{
	int fd = sgio_open(SGIO_SG, O_RDWR), other = sgio_connect();
	struct semu_sgio_request reset = { .what = SEMU_SGIO_COMMAND,
					   .tmf = SCSIEMU_TMF_LU_RESET };
	struct semu_sgio_request q = { .what = SEMU_SGIO_OPEN,
				       .major = SGIO_SG,
				       .flags = O_RDWR,
				       .initiator = 2 };

	(void)state;
	fails(fd, &reset, -1, 0);
	fails(other, &q, -1, 0);
	assert_true(is_ready(other)); /* the scan has met what is to be told */
	assert_false(is_ready(fd));
	close(fd);
	close(other);
}

/* A time below 0 is the kernel's longest. */
static void a_negative_time(void **state)
{
	int fd = sgio_open(SGIO_SD, O_RDWR), socket;
	struct semu_sgio_request q = command("\x2f\0\0\0\0\0\0\0\0\0", 10);
	struct semu_sgio_request set = { .what = SEMU_SGIO_CONTROL,
					 .number = SG_SET_TIMEOUT,
					 .value = -1 };
	struct semu_sgio_reply r;

	(void)state;
	fails(fd, &set, -1, 0);
	socket = sgio_ask(fd, &q, -1);
	sgio_serve();
	sgio_serve();
	assert_int_equal(sgio_reply(socket, &r), 0);
	close(socket);
	close(fd);
}

/* Interrupted again and again, a program does wait again. */
static void a_fetch_waits_again(void **state)
{
	int fd = sgio_open(SGIO_SG, O_RDWR), socket;
	struct semu_sgio_request q = { .what = SEMU_SGIO_FETCH };
	struct semu_sgio_request post = command("\0\0\0\0\0\0", 6);
	struct semu_sgio_reply r;

	(void)state;
	for (unsigned i = 0; i < 2 * SEMU_SGIO_QUEUE; i++) {
		socket = sgio_ask(fd, &q, -1);
		sgio_serve();
		assert_int_equal(sgio_reply(socket, &r), 0);
		close(socket);
	}
	socket = sgio_ask(fd, &q, -1);
	sgio_serve();
	post.what = SEMU_SGIO_POST;
	fails(fd, &post, sgio_memory(4096), 0);
	assert_int_equal(sgio_reply(socket, &r), 1);
	assert_int_equal(r.error, 0);
	close(socket);
	close(fd);
}

/* A program that was interrupted before we looked finds it the next time. */
static void a_fetch_comes_too_late(void **state)
{
	struct semu_sgio_request q = { .what = SEMU_SGIO_FETCH };
	struct semu_sgio_request post = command("\0\0\0\0\0\0", 6);
	int fd = sgio_open(SGIO_SG, O_RDWR);
	struct semu_sgio_reply r;

	(void)state;
	post.what = SEMU_SGIO_POST;
	fails(fd, &post, sgio_memory(4096), 0);
	close(sgio_ask(fd, &q, -1));
	sgio_serve();
	q.flags = O_NONBLOCK;
	assert_int_equal(sgio_call(fd, &q, -1, &r), 0);
	assert_int_equal(r.error, 0);
	fails(fd, &q, -1, EAGAIN);
	close(fd);
}

/* One that waits to be open is not, yet. */
static void an_open_that_waits_asks_nothing(void **state)
{
	int first = sgio_open(SGIO_SG, O_RDWR | O_EXCL), fd = sgio_connect();
	struct semu_sgio_request q = { .what = SEMU_SGIO_OPEN,
				       .major = 21,
				       .flags = O_RDWR,
				       .initiator = 2 };
	struct semu_sgio_request turs = command("\0\0\0\0\0\0", 6);
	int waits = sgio_ask(fd, &q, -1);
	struct semu_sgio_reply r;

	(void)state;
	sgio_serve();
	ends(fd, &turs, -1);
	assert_int_equal(sgio_reply(waits, &r), -1);
	close(waits);
	close(first);
}

static void an_open_waits(void **state)
{
	int first = sgio_open(SGIO_SG, O_RDWR | O_EXCL), fd = sgio_connect();
	int given_up = sgio_connect(), a, b;
	struct semu_sgio_request q = { .what = SEMU_SGIO_OPEN,
				       .major = 21,
				       .flags = O_RDWR,
				       .initiator = 2 };
	struct semu_sgio_reply r;

	(void)state;
	a = sgio_ask(given_up, &q, -1);
	b = sgio_ask(fd, &q, -1);
	sgio_serve();
	assert_int_equal(sgio_reply(a, &r), 0);
	assert_int_equal(sgio_reply(b, &r), 0);
	close(given_up);
	close(a);
	close(first);
	sgio_serve();
	assert_int_equal(sgio_reply(b, &r), 1);
	assert_int_equal(r.error, 0);
	close(b);
	assert_true(is_ready(fd));
	close(fd);
}

static void path_errors(void **state)
{
	char longer[200];

	(void)state;
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	assert_non_null(strstr(sgio_refused(longer),
			       "longer than the 107 bytes of a socket's path: "
			       "set TMPDIR to a shorter folder"));
	assert_non_null(
		strstr(sgio_refused("/nowhere/socket"), "/nowhere/socket: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(messages_that_cannot_be, begin,
						end),
		cmocka_unit_test_setup_teardown(nodes_that_are_not, begin, end),
		cmocka_unit_test_setup_teardown(commands_that_cannot_be, begin,
						end),
		cmocka_unit_test_setup_teardown(the_buffer, begin, end),
		cmocka_unit_test_setup_teardown(memory_that_may_go_away, begin,
						end),
		cmocka_unit_test_setup_teardown(data_lies_where_it_should,
						begin, end),
		cmocka_unit_test_setup_teardown(late_and_forgotten, begin, end),
		cmocka_unit_test_setup_teardown(a_scan_resets_nothing, begin,
						end),
		cmocka_unit_test_setup_teardown(a_negative_time, begin, end),
		cmocka_unit_test_setup_teardown(a_fetch_waits_again, begin,
						end),
		cmocka_unit_test_setup_teardown(a_fetch_comes_too_late, begin,
						end),
		cmocka_unit_test_setup_teardown(an_open_that_waits_asks_nothing,
						begin, end),
		cmocka_unit_test_setup_teardown(an_open_waits, begin, end),
		cmocka_unit_test_setup_teardown(path_errors, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
