/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_command.c - runs under `scsiemu run`, as run_node.c: commands on each
 * kind of node, each output of their headers, each errno, and what happens to
 * commands whose program dies.
 */
#define _GNU_SOURCE
#include "run_kit.h"

#include <linux/bsg.h>
#include <pthread.h>
#include <scsi/scsi_ioctl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define BLOCK 512

static const uint8_t turs[6], inquiry[6] = { 0x12, 0, 0, 0, 36, 0 };
static const uint8_t wrong[6] = { 0x12, 4, 0, 0, 36, 0 };
static const uint8_t hangs[10] = { 0x2f }; /* on sg1 */
static const uint8_t fixed[] = { 0x70, 0, 5, 0,	   0, 0, 0,    10, 0,
				 0,    0, 0, 0x24, 0, 0, 0xca, 0,  1 };
static int sg, block, bsg;

static int open_all(void **state)
{
	(void)state;
	sg = open("/dev/sg0", O_RDWR);
	block = open("/dev/sda", O_RDWR);
	bsg = open("/dev/bsg/0:0:0:0", O_RDWR);
	return sg < 0 || block < 0 || bsg < 0;
}

static void expect_error(int fd, struct io *x, int error)
{
	assert_int_equal(ioctl(fd, SG_IO, &x->h), -1);
	assert_int_equal(errno, error);
}

/* ---- struct sg_io_hdr ---- */

static void good_has_no_noise(void **state)
{
	int fds[] = { sg, block };
	struct io x;

	(void)state;
	for (int i = 0; i < 2; i++) {
		io_begin(&x, turs, sizeof(turs));
		x.h.status = x.h.masked_status = x.h.msg_status = 0x55;
		x.h.host_status = x.h.driver_status = 0x55;
		x.h.info = x.h.sb_len_wr = 0x55;
		x.h.resid = 0x55;
		x.h.pack_id = 77;
		assert_int_equal(ioctl(fds[i], SG_IO, &x.h), 0);
		assert_int_equal(x.h.status, 0);
		assert_int_equal(x.h.masked_status, 0);
		assert_int_equal(x.h.msg_status, 0);
		assert_int_equal(x.h.host_status, 0);
		assert_int_equal(x.h.driver_status, 0);
		assert_int_equal(x.h.info, SG_INFO_OK);
		assert_int_equal(x.h.sb_len_wr, 0);
		assert_int_equal(x.h.resid, 0);
		assert_int_equal(x.h.pack_id, 77);
	}
}

static void sense_is_cut_to_its_room(void **state)
{
	int fds[] = { sg, block };
	struct io x;

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint8_t data[36];

		memset(data, 0xee, sizeof(data));
		io_begin(&x, wrong, sizeof(wrong));
		io_data(&x, SG_DXFER_FROM_DEV, data, sizeof(data));
		assert_int_equal(ioctl(fds[i], SG_IO, &x.h), 0);
		assert_int_equal(x.h.status, 2);
		assert_int_equal(x.h.masked_status, 1);
		assert_int_equal(x.h.driver_status, 8);
		assert_int_equal(x.h.host_status, 0);
		assert_int_equal(x.h.info, SG_INFO_CHECK);
		assert_int_equal(x.h.sb_len_wr, sizeof(fixed));
		assert_memory_equal(x.sense, fixed, sizeof(fixed));
		assert_int_equal(x.h.resid, 36);
		assert_int_equal(data[0], i ? 0xee : 0);
		io_begin(&x, wrong, sizeof(wrong));
		x.h.mx_sb_len = 8;
		assert_int_equal(ioctl(fds[i], SG_IO, &x.h), 0);
		assert_int_equal(x.h.sb_len_wr, 8);
		assert_int_equal(x.sense[8], 0);
		/* to nowhere: sg then has no driver_status either */
		io_begin(&x, wrong, sizeof(wrong));
		x.h.sbp = NULL;
		assert_int_equal(ioctl(fds[i], SG_IO, &x.h), 0);
		assert_int_equal(x.h.sb_len_wr, 0);
		assert_int_equal(x.h.driver_status, i ? 8 : 0);
		assert_int_equal(x.h.info, SG_INFO_CHECK);
	}
}

static void residuals(void **state)
{
	uint8_t data[100];
	struct io x;

	(void)state;
	memset(data, 0xee, sizeof(data));
	io_begin(&x, inquiry, sizeof(inquiry));
	io_data(&x, SG_DXFER_FROM_DEV, data, sizeof(data));
	assert_int_equal(ioctl(sg, SG_IO, &x.h), 0);
	assert_int_equal(x.h.resid, 64);
	assert_memory_equal(data + 8, "ACME    Thing           ", 24);
	assert_int_equal(data[36], 0);
	/* as long as nothing of it is to stay */
	memset(data, 0xee, sizeof(data));
	io_data(&x, SG_DXFER_TO_FROM_DEV, data, sizeof(data));
	assert_int_equal(ioctl(sg, SG_IO, &x.h), 0);
	assert_int_equal(x.h.resid, 64);
	assert_int_equal(data[36], 0xee);
	/* less room than there is: the kernel has no word for it */
	memset(data, 0xee, sizeof(data));
	io_begin(&x, inquiry, sizeof(inquiry));
	io_data(&x, SG_DXFER_FROM_DEV, data, 10);
	assert_int_equal(ioctl(sg, SG_IO, &x.h), 0);
	assert_int_equal(x.h.resid, 0);
	assert_memory_equal(data + 8, "AC", 2);
	assert_int_equal(data[10], 0xee);
	/* data that the command does not take */
	io_begin(&x, turs, sizeof(turs));
	io_data(&x, SG_DXFER_TO_DEV, data, sizeof(data));
	assert_int_equal(ioctl(sg, SG_IO, &x.h), 0);
	assert_int_equal(x.h.resid, 100);
}

static void blocks_go_there_and_back(void **state)
{
	static uint8_t out[300 * BLOCK], in[300 * BLOCK];
	const uint8_t wr[10] = { 0x2a, 0, 0, 0, 0, 5, 0, 1, 44, 0 };
	const uint8_t rd[10] = { 0x28, 0, 0, 0, 0, 5, 0, 1, 44, 0 };
	struct sg_iovec v[] = { { in, 1000 },
				{ in + 1000, 100000 },
				{ in + 101000, 1 << 20 } };
	struct io x;

	(void)state;
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 7 + i / BLOCK);
	io_begin(&x, wr, sizeof(wr));
	io_data(&x, SG_DXFER_TO_DEV, out, sizeof(out));
	assert_int_equal(ioctl(sg, SG_IO, &x.h), 0);
	assert_int_equal(x.h.status, 0);
	assert_int_equal(x.h.resid, 0);
	io_begin(&x, rd, sizeof(rd));
	io_data(&x, SG_DXFER_FROM_DEV, v, sizeof(in));
	x.h.iovec_count = 3;
	assert_int_equal(ioctl(block, SG_IO, &x.h), 0);
	assert_int_equal(x.h.resid, 0);
	assert_memory_equal(in, out, sizeof(in));
	/* iovecs that are shorter than they should be */
	memset(in, 0, sizeof(in));
	io_begin(&x, rd, sizeof(rd));
	io_data(&x, SG_DXFER_FROM_DEV, v, sizeof(in));
	x.h.iovec_count = 2;
	assert_int_equal(ioctl(sg, SG_IO, &x.h), 0);
	assert_int_equal(x.h.resid, 0);
	assert_memory_equal(in, out, 101000);
	assert_int_equal(in[101000], 0);
	/* to nowhere */
	io_begin(&x, rd, sizeof(rd));
	io_data(&x, SG_DXFER_FROM_DEV, NULL, sizeof(in));
	assert_int_equal(ioctl(sg, SG_IO, &x.h), 0);
	assert_int_equal(x.h.resid, 0);
	expect_error(block, &x, EFAULT);
}

static void sg_errors(void **state)
{
	uint8_t data[8];
	struct io x;

	(void)state;
	assert_int_equal(ioctl(sg, SG_IO, NULL), -1);
	assert_int_equal(errno, EFAULT);
	io_begin(&x, turs, sizeof(turs));
	x.h.interface_id = 'X';
	expect_error(sg, &x, ENOSYS);
	io_begin(&x, turs, sizeof(turs));
	x.h.cmd_len = 5;
	expect_error(sg, &x, EMSGSIZE);
	x.h.cmd_len = 253;
	expect_error(sg, &x, EMSGSIZE);
	x.h.cmd_len = 33;
	expect_error(sg, &x, EINVAL);
	io_begin(&x, turs, sizeof(turs));
	x.h.cmdp = NULL;
	expect_error(sg, &x, EMSGSIZE);
	io_begin(&x, inquiry, sizeof(inquiry));
	io_data(&x, SG_DXFER_FROM_DEV, data, 256 << 20);
	expect_error(sg, &x, EINVAL);
	x.h.flags = 4; /* SG_FLAG_MMAP_IO */
	expect_error(sg, &x, ENOMEM);
}

static void block_errors(void **state)
{
	uint8_t data[8];
	struct io x;

	(void)state;
	assert_int_equal(ioctl(block, SG_IO, NULL), -1);
	assert_int_equal(errno, EFAULT);
	io_begin(&x, turs, sizeof(turs));
	x.h.interface_id = 'X';
	expect_error(block, &x, EINVAL);
	io_begin(&x, turs, sizeof(turs));
	x.h.cmd_len = 5;
	expect_error(block, &x, EMSGSIZE);
	x.h.cmd_len = 33;
	expect_error(block, &x, EINVAL);
	io_begin(&x, inquiry, sizeof(inquiry));
	io_data(&x, SG_DXFER_FROM_DEV, data, 256 << 20);
	expect_error(block, &x, EIO);
	io_data(&x, -7, data, sizeof(data));
	expect_error(block, &x, EINVAL);
}

static void the_buffer(void **state)
{
	int fd = open("/dev/sg0", O_RDWR), size = 65536;
	uint8_t *at;
	struct io x;

	(void)state;
	assert_int_equal(ioctl(fd, SG_SET_RESERVED_SIZE, &size), 0);
	at = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(at, MAP_FAILED);
	io_begin(&x, inquiry, sizeof(inquiry));
	io_data(&x, SG_DXFER_FROM_DEV, NULL, 36);
	x.h.flags = 4; /* SG_FLAG_MMAP_IO */
	assert_int_equal(ioctl(fd, SG_IO, &x.h), 0);
	assert_memory_equal(at + 8, "ACME", 4);
	assert_null(x.h.dxferp);
	x.h.dxfer_len = 65537;
	expect_error(fd, &x, ENOMEM);
	x.h.dxfer_len = 36;
	x.h.flags |= SG_FLAG_DIRECT_IO;
	expect_error(fd, &x, EINVAL);
	/* it stays as it is while it is mapped */
	size = 4096;
	assert_int_equal(ioctl(fd, SG_SET_RESERVED_SIZE, &size), -1);
	assert_int_equal(errno, EBUSY);
	munmap(at, 65536);
	assert_ptr_equal(mmap(NULL, 65537, PROT_READ, MAP_SHARED, fd, 0),
			 MAP_FAILED);
	assert_int_equal(errno, ENOMEM);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096),
			 MAP_FAILED);
	assert_int_equal(errno, EINVAL);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ, MAP_SHARED, bsg, 0),
			 MAP_FAILED);
	assert_int_equal(errno, ENODEV);
	close(fd);
}

static void addresses_that_are_not(void **state)
{
	int fds[] = { sg, block };
	void *gone = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	const uint8_t wr[10] = { 0x2a, 0, 0, 0, 0, 5, 0, 0, 1, 0 };
	struct io x;

	(void)state;
	for (int i = 0; i < 2; i++) {
		io_begin(&x, inquiry, sizeof(inquiry));
		io_data(&x, SG_DXFER_FROM_DEV, gone, 36);
		expect_error(fds[i], &x, EFAULT);
		io_begin(&x, wr, sizeof(wr));
		io_data(&x, SG_DXFER_TO_DEV, gone, BLOCK);
		expect_error(fds[i], &x, EFAULT);
	}
	munmap(gone, 4096);
}

/* ---- struct sg_io_v4 ---- */

static struct sg_io_v4 v4(const uint8_t *cdb, unsigned len, uint8_t *sense)
{
	return (struct sg_io_v4){ .guard = 'Q',
				  .request = (uintptr_t)cdb,
				  .request_len = len,
				  .response = (uintptr_t)sense,
				  .max_response_len = 64,
				  .timeout = 20000 };
}

static void bsg_commands(void **state)
{
	uint8_t sense[64], data[BLOCK], back[BLOCK + 10];
	const uint8_t wr[10] = { 0x2a, 0, 0, 0, 0, 9, 0, 0, 1, 0 };
	const uint8_t rd[10] = { 0x28, 0, 0, 0, 0, 9, 0, 0, 1, 0 };
	struct sg_io_v4 h = v4(wr, sizeof(wr), sense);

	(void)state;
	memset(data, 0x42, sizeof(data));
	h.dout_xferp = (uintptr_t)data;
	h.dout_xfer_len = sizeof(data);
	assert_int_equal(ioctl(bsg, SG_IO, &h), 0);
	assert_int_equal(h.device_status, 0);
	assert_int_equal(h.info, 0);
	assert_int_equal(h.dout_resid, 0);
	h = v4(rd, sizeof(rd), sense);
	h.din_xferp = (uintptr_t)back;
	h.din_xfer_len = sizeof(back);
	h.usr_ptr = 99;
	assert_int_equal(ioctl(bsg, SG_IO, &h), 0);
	assert_int_equal(h.din_resid, 10);
	assert_int_equal(h.usr_ptr, 99);
	assert_memory_equal(back, data, sizeof(data));
	h = v4(wrong, sizeof(wrong), sense);
	assert_int_equal(ioctl(bsg, SG_IO, &h), 0);
	assert_int_equal(h.device_status, 2);
	assert_int_equal(h.driver_status, 8);
	assert_int_equal(h.transport_status, 0);
	assert_int_equal(h.info, 1);
	assert_int_equal(h.response_len, sizeof(fixed));
	assert_memory_equal(sense, fixed, sizeof(fixed));
}

static void bsg_errors(void **state)
{
	uint8_t data[8];
	struct sg_io_v4 h = v4(inquiry, sizeof(inquiry), NULL);
	struct io x;

	(void)state;
	h.guard = 'S';
	assert_int_equal(ioctl(bsg, SG_IO, &h), -1);
	assert_int_equal(errno, EINVAL);
	h = v4(inquiry, sizeof(inquiry), NULL);
	h.subprotocol = BSG_SUB_PROTOCOL_SCSI_TMF;
	assert_int_equal(ioctl(bsg, SG_IO, &h), -1);
	assert_int_equal(errno, EINVAL);
	h = v4(inquiry, sizeof(inquiry), NULL);
	h.din_xfer_len = h.dout_xfer_len = sizeof(data);
	h.din_xferp = h.dout_xferp = (uintptr_t)data;
	assert_int_equal(ioctl(bsg, SG_IO, &h), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	h = v4(inquiry, 33, NULL);
	assert_int_equal(ioctl(bsg, SG_IO, &h), -1);
	assert_int_equal(errno, EINVAL);
	h = v4(NULL, 6, NULL);
	assert_int_equal(ioctl(bsg, SG_IO, &h), -1);
	assert_int_equal(errno, EFAULT);
	/* the other node's header */
	h = v4(inquiry, sizeof(inquiry), NULL);
	assert_int_equal(ioctl(sg, SG_IO, &h), -1);
	assert_int_equal(errno, ENOSYS);
	io_begin(&x, turs, sizeof(turs));
	memset(&h, 0, sizeof(h));
	memcpy(&h, &x.h, sizeof(x.h));
	assert_int_equal(ioctl(bsg, SG_IO, &h), -1);
	assert_int_equal(errno, EINVAL);
}

/* ---- The oldest way, and resets ---- */

static void send_command(void **state)
{
	struct {
		uint32_t to, from;
		uint8_t data[4096 + 16];
	} c = { 0, 36, { 0 } };

	(void)state;
	memcpy(c.data, inquiry, sizeof(inquiry));
	assert_int_equal(ioctl(sg, SCSI_IOCTL_SEND_COMMAND, &c), 0);
	assert_memory_equal(c.data + 8, "ACME", 4);
	memcpy(c.data, wrong, sizeof(wrong));
	assert_int_equal(ioctl(block, SCSI_IOCTL_SEND_COMMAND, &c), 2);
	assert_memory_equal(c.data, fixed, 16);
	c.from = 4097;
	assert_int_equal(ioctl(sg, SCSI_IOCTL_SEND_COMMAND, &c), -1);
	assert_int_equal(errno, EINVAL);
}

static void reset_is_told(void **state)
{
	static const uint8_t cdb[6];
	int what = 1; /* SG_SCSI_RESET_DEVICE */
	struct io x;

	(void)state;
	assert_int_equal(ioctl(sg, SG_SCSI_RESET, &what), 0);
	io_begin(&x, cdb, sizeof(cdb));
	assert_int_equal(ioctl(sg, SG_IO, &x.h), 0);
	assert_int_equal(x.h.status, 2);
	assert_int_equal(x.sense[2], 6);
	assert_int_equal(x.sense[12], 0x29);
	assert_int_equal(test_unit_ready(sg), 0);
	what = 0;
	assert_int_equal(ioctl(sg, SG_SCSI_RESET, &what), 0);
	assert_int_equal(test_unit_ready(sg), 0);
	what = 9;
	assert_int_equal(ioctl(sg, SG_SCSI_RESET, &what), -1);
	assert_int_equal(errno, EIO);
}

/* ---- Commands that do not end ---- */

static void time_out(void **state)
{
	int fd = open("/dev/sg1", O_RDWR);
	struct io x;

	(void)state;
	io_begin(&x, hangs, sizeof(hangs));
	x.h.timeout = 50;
	assert_int_equal(ioctl(fd, SG_IO, &x.h), 0);
	assert_int_equal(x.h.host_status, 3);
	assert_int_equal(x.h.status, 0);
	assert_int_equal(x.h.driver_status, 0);
	assert_int_equal(x.h.info, SG_INFO_CHECK);
	assert_in_range(x.h.duration, 50, 1000000);
	assert_int_equal(test_unit_ready(fd), 0);
	close(fd);
}

/* A child's command hangs, and the child is killed. */
static void death(void **state)
{
	int fd = open("/dev/sg1", O_RDWR), status, ready[2];
	struct io x;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		io_begin(&x, hangs, sizeof(hangs));
		(void)!write(ready[1], "", 1);
		ioctl(fd, SG_IO, &x.h);
		_exit(1);
	}
	assert_int_equal(read(ready[0], &status, 1), 1);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(test_unit_ready(fd), 0);
	close(fd);
	close(ready[0]);
	close(ready[1]);
}

/* ---- Many at once ---- */

#define THREADS 4
#define ROUNDS	100

static void *work(void *arg)
{
	unsigned me = (unsigned)(uintptr_t)arg, bad = 0;
	uint8_t out[BLOCK], in[BLOCK];

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint8_t cdb[10] = { 0x2a, 0, 0, 0, 1, (uint8_t)me, 0, 0, 1 };
		struct io x;

		memset(out, (int)(me * ROUNDS + i), sizeof(out));
		io_begin(&x, cdb, sizeof(cdb));
		io_data(&x, SG_DXFER_TO_DEV, out, BLOCK);
		bad += ioctl(sg, SG_IO, &x.h) || x.h.status;
		cdb[0] = 0x28;
		io_begin(&x, cdb, sizeof(cdb));
		io_data(&x, SG_DXFER_FROM_DEV, in, BLOCK);
		bad += ioctl(sg, SG_IO, &x.h) || x.h.status;
		bad += memcmp(in, out, BLOCK) != 0;
	}
	return (void *)(uintptr_t)bad;
}

static void threads_share_a_file(void **state)
{
	pthread_t t[THREADS];
	void *bad;

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, work, (void *)i),
				 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &bad);
		assert_null(bad);
	}
}

/* ---- Initiators ---- */

static int status_of(int fd, uint8_t opcode)
{
	const uint8_t cdb[6] = { opcode };
	struct io x;

	io_begin(&x, cdb, sizeof(cdb));
	return ioctl(fd, SG_IO, &x.h) ? -1 : x.h.status;
}

static void other_hosts(void **state)
{
	const char *who[] = { "2", "process" };

	(void)state;
	assert_int_equal(status_of(sg, 0x16), 0); /* RESERVE(6) */
	for (int i = 0; i < 2; i++) {
		int fd;

		setenv("SCSIEMU_INITIATOR", who[i], 1);
		fd = open("/dev/sg0", O_RDWR);
		assert_int_not_equal(fd, -1);
		assert_int_equal(test_unit_ready(fd), 0x18);
		close(fd);
	}
	/* a second program of the same host */
	unsetenv("SCSIEMU_INITIATOR");
	assert_int_equal(test_unit_ready(block), 0);
	assert_int_equal(status_of(block, 0x17), 0);
	/* what a process reserves by itself goes with its last file */
	setenv("SCSIEMU_INITIATOR", "process", 1);
	bsg = open("/dev/sg0", O_RDWR);
	unsetenv("SCSIEMU_INITIATOR");
	assert_int_equal(status_of(bsg, 0x16), 0);
	assert_int_equal(test_unit_ready(sg), 0x18);
	close(bsg);
	assert_int_equal(test_unit_ready(sg), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_has_no_noise),
		cmocka_unit_test(sense_is_cut_to_its_room),
		cmocka_unit_test(residuals),
		cmocka_unit_test(blocks_go_there_and_back),
		cmocka_unit_test(sg_errors),
		cmocka_unit_test(block_errors),
		cmocka_unit_test(the_buffer),
		cmocka_unit_test(addresses_that_are_not),
		cmocka_unit_test(bsg_commands),
		cmocka_unit_test(bsg_errors),
		cmocka_unit_test(send_command),
		cmocka_unit_test(reset_is_told),
		cmocka_unit_test(time_out),
		cmocka_unit_test(death),
		cmocka_unit_test(threads_share_a_file),
		cmocka_unit_test(other_hosts),
	};

	return cmocka_run_group_tests(tests, open_all, NULL);
}
