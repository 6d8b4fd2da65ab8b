/* SPDX-License-Identifier: BSD-2-Clause */
/* run_block.c - runs under `scsiemu run`, as run_node.c: disks as files. sda
 * has blocks of 512 bytes, of which number 100 cannot be read; sdb of 4096;
 * sdc refuses writes. */
#define _GNU_SOURCE
#include "run_kit.h"

#include <linux/cdrom.h>
#include <linux/fs.h>
#include <sys/mman.h>

#define SIZE (8 << 20)

static uint8_t out[3 << 20], in[3 << 20];

/* The byte at off; 0: there is none. */
static uint8_t byte_at(int fd, off_t off)
{
	uint8_t b = 0;
	ssize_t n = off < 0 ? 0 : pread(fd, &b, 1, off);

	return n == 1 ? b : 0;
}

static void fill(unsigned seed)
{
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 31 + i / 509 + seed);
}

/* Each length and place that cuts blocks, or does not. */
static void any_bytes(void **state)
{
	static const struct {
		off_t off;
		size_t len;
	} rows[] = { { 0, 512 },	 { 0, 1 },	  { 511, 2 },
		     { 513, 100 },	 { 4095, 4098 },  { 4096, 8192 },
		     { 70001, 3000000 }, { SIZE - 1, 1 }, { 300, 70000 } };
	const char *const nodes[] = { "/dev/sda", "/dev/sdb" };

	(void)state;
	for (int k = 0; k < 2; k++) {
		int fd = open(nodes[k], O_RDWR);
		uint8_t before, behind;

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			ssize_t len = (ssize_t)rows[i].len;
			off_t off = rows[i].off;

			/* block 100 of sda comes later */
			if (!k && off < 51712 && off + len > 51200)
				continue;
			fill((unsigned)i);
			before = byte_at(fd, off - 1);
			behind = byte_at(fd, off + len);
			assert_int_equal(pwrite(fd, out, rows[i].len, off),
					 len);
			assert_int_equal(pread(fd, in, rows[i].len, off), len);
			assert_memory_equal(in, out, rows[i].len);
			assert_int_equal(byte_at(fd, off - 1), before);
			assert_int_equal(byte_at(fd, off + len), behind);
		}
		errno = EDOM; /* stays: nothing that is well sets it to 0 */
		assert_int_equal(fsync(fd), 0);
		assert_int_equal(errno, EDOM);
		assert_int_equal(fdatasync(fd), 0);
		close(fd);
	}
}

static void the_position(void **state)
{
	int fd = open("/dev/sdb", O_RDWR), other = dup(fd);

	(void)state;
	assert_int_equal(lseek(fd, 0, SEEK_END), SIZE);
	assert_int_equal(read(fd, in, 1), 0);
	assert_int_equal(write(fd, out, 1), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(lseek(fd, -3, SEEK_END), SIZE - 3);
	fill(7);
	assert_int_equal(write(fd, out, 10), 3);
	assert_int_equal(lseek(other, 0, SEEK_CUR), SIZE);
	assert_int_equal(lseek(fd, -3, SEEK_CUR), SIZE - 3);
	assert_int_equal(read(other, in, 10), 3);
	assert_memory_equal(in, out, 3);
	assert_int_equal(lseek(fd, -1, SEEK_SET), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(lseek(fd, SIZE + 1, SEEK_SET), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(pread(fd, in, 1, -1), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(pread(fd, in, 1, SIZE), 0);
	close(fd);
	close(other);
}

static void streams(void **state)
{
	FILE *f = fopen("/dev/sdb", "r+");
	uint64_t size = 0;

	(void)state;
	assert_non_null(f);
	assert_int_equal(ioctl(fileno(f), BLKGETSIZE64, &size), 0);
	assert_int_equal(size, SIZE);
	fill(3);
	assert_int_equal(fseek(f, 5000, SEEK_SET), 0);
	assert_int_equal(fwrite(out, 1, 10000, f), 10000);
	assert_int_equal(fseek(f, 5000, SEEK_SET), 0);
	assert_int_equal(fread(in, 1, 10000, f), 10000);
	assert_memory_equal(in, out, 10000);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	assert_int_equal(ftell(f), SIZE);
	assert_int_equal(fread(in, 1, 1, f), 0);
	assert_true(feof(f));
	assert_int_equal(fclose(f), 0);
	assert_null(fopen("/dev/sdc", "w"));
	assert_int_equal(errno, EROFS);
	assert_null(fopen("/dev/sdb", "q"));
	assert_int_equal(errno, EINVAL);
}

static void errors(void **state)
{
	void *gone = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	int fd = open("/dev/sda", O_RDWR);

	(void)state;
	assert_int_equal(pread(fd, in, 512, 51200), -1);
	assert_int_equal(errno, EIO);
	assert_int_equal(pread(fd, gone, 512, 0), -1);
	assert_int_equal(errno, EFAULT);
	munmap(gone, 4096);
	close(fd);
	assert_int_equal(open("/dev/sdc", O_RDWR), -1);
	assert_int_equal(errno, EROFS);
	/* a character node is no file of bytes */
	fd = open("/dev/bsg/0:0:0:0", O_RDWR);
	assert_int_equal(read(fd, in, 1), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(write(fd, out, 1), -1);
	assert_int_equal(errno, EINVAL);
	close(fd);
}

/* As a CD drive is asked, and what the kernel writes back. */
static void packets(void **state)
{
	const char *const nodes[] = { "/dev/sda", "/dev/sg0" };
	struct request_sense sense;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct cdrom_generic_command c = { .cmd = { 0x12, [4] = 36 },
						   .buffer = in,
						   .buflen = 40,
						   .sense = &sense,
						   .data_direction =
							   CGC_DATA_READ };
		int fd = open(nodes[i], O_RDWR);

		in[39] = 7;
		assert_int_equal(ioctl(fd, CDROM_SEND_PACKET, &c), 0);
		assert_int_equal(c.stat, 0);
		assert_int_equal(c.buflen, 4);
		assert_int_equal(in[4], 91);
		assert_int_equal(in[39], 7);
		/* that fails before it is sent: told in both ways */
		c.data_direction = CGC_DATA_NONE;
		assert_int_equal(ioctl(fd, CDROM_SEND_PACKET, &c), -1);
		assert_int_equal(errno, EINVAL);
		assert_int_equal(c.stat, -EINVAL);
		assert_int_equal(c.buflen, 0);
		/* block 100: nothing but the sense data is written */
		memcpy(c.cmd, "\x28\0\0\0\0\x64\0\0\1\0\0\0", 12);
		c.buflen = 512;
		c.data_direction = CGC_DATA_READ;
		memset(&sense, 0, sizeof(sense));
		assert_int_equal(ioctl(fd, CDROM_SEND_PACKET, &c), -1);
		assert_int_equal(errno, EIO);
		assert_int_equal(c.stat, -EINVAL);
		assert_int_equal(c.buflen, 512);
		assert_int_equal(sense.sense_key, 3);
		c.data_direction = 4;
		assert_int_equal(ioctl(fd, CDROM_SEND_PACKET, &c), -1);
		assert_int_equal(errno, EINVAL);
		c.data_direction = CGC_DATA_READ;
		c.buffer = NULL;
		assert_int_equal(ioctl(fd, CDROM_SEND_PACKET, &c), -1);
		assert_int_equal(errno, EFAULT);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes), cmocka_unit_test(the_position),
		cmocka_unit_test(streams),   cmocka_unit_test(errors),
		cmocka_unit_test(packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
