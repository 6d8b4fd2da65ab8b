/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_node.c - runs under `scsiemu run` with three disks, an unmodified program
 * for all it knows: names, open(), descriptors and the ioctls that are no
 * commands, with the kernel's answers.
 */
#define _GNU_SOURCE
#include "run_kit.h"

#include <dirent.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <pthread.h>
#include <scsi/scsi.h>
#include <scsi/scsi_ioctl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

/* ---- Names ---- */

static void check_stat(const struct stat *st, mode_t type, unsigned major_,
		       unsigned minor_)
{
	assert_int_equal(st->st_mode, type | 0660);
	assert_int_equal(major(st->st_rdev), major_);
	assert_int_equal(minor(st->st_rdev), minor_);
	assert_int_equal(st->st_size, 0);
}

static void nodes_are_devices(void **state)
{
	static const struct {
		const char *path;
		mode_t type;
		unsigned major, minor;
	} rows[] = { { "/dev/sg0", S_IFCHR, 21, 0 },
		     { "/dev/sg2", S_IFCHR, 21, 2 },
		     { "/dev/bsg/0:0:0:1", S_IFCHR, 240, 1 },
		     { "/dev/sda", S_IFBLK, 8, 0 },
		     { "/dev/sdc", S_IFBLK, 8, 32 } };
	struct stat st;
	struct statx x;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = open(rows[i].path, O_RDONLY);

		assert_int_not_equal(fd, -1);
		assert_return_code(stat(rows[i].path, &st), errno);
		check_stat(&st, rows[i].type, rows[i].major, rows[i].minor);
		assert_return_code(lstat(rows[i].path, &st), errno);
		check_stat(&st, rows[i].type, rows[i].major, rows[i].minor);
		memset(&st, 0, sizeof(st));
		assert_return_code(fstat(fd, &st), errno);
		check_stat(&st, rows[i].type, rows[i].major, rows[i].minor);
		assert_return_code(fstatat(AT_FDCWD, rows[i].path, &st, 0),
				   errno);
		check_stat(&st, rows[i].type, rows[i].major, rows[i].minor);
		assert_return_code(
			statx(AT_FDCWD, rows[i].path, 0, STATX_BASIC_STATS, &x),
			errno);
		assert_int_equal(x.stx_mode, rows[i].type | 0660);
		assert_int_equal(x.stx_rdev_major, rows[i].major);
		assert_return_code(
			statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x),
			errno);
		assert_int_equal(x.stx_rdev_minor, rows[i].minor);
		assert_return_code(access(rows[i].path, R_OK | W_OK), errno);
		close(fd);
	}
}

/* What a file was opened for. */
static void one_way(void **state)
{
	static const struct {
		const char *path;
		int read, write; /* errno */
	} rows[] = { { "/dev/sg0", EAGAIN, EIO },
		     { "/dev/sda", 0, 0 },
		     { "/dev/bsg/0:0:0:0", EINVAL, EINVAL } };
	char byte[1] = "";
	struct sg_io_hdr h = { .interface_id = 'S' };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int in = open(rows[i].path, O_RDONLY | O_NONBLOCK);
		int out = open(rows[i].path, O_WRONLY | O_NONBLOCK);

		assert_int_equal(read(in, &h, sizeof(h)),
				 rows[i].read ? -1 : (int)sizeof(h));
		assert_true(!rows[i].read || errno == rows[i].read);
		assert_int_equal(read(out, &h, sizeof(h)), -1);
		assert_int_equal(errno, EBADF);
		assert_int_equal(write(out, byte, 1), rows[i].write ? -1 : 1);
		assert_true(!rows[i].write || errno == rows[i].write);
		assert_int_equal(write(in, byte, 1), -1);
		assert_int_equal(errno, EBADF);
		if (i) {
			assert_int_equal(pread(out, byte, 1, 0), -1);
			assert_int_equal(errno, EBADF);
			assert_int_equal(pwrite(in, byte, 1, 0), -1);
			assert_int_equal(errno, EBADF);
		}
		close(in);
		close(out);
	}
}

/* sg hands nothing on for a file that may not read and write. */
static void handed_on(void **state)
{
	static const unsigned long requests[] = { CDROMEJECT, CDROM_SEND_PACKET,
						  SCSI_IOCTL_START_UNIT,
						  0x22ff };
	const int ways[] = { O_RDONLY, O_WRONLY };
	uint32_t id[2];

	(void)state;
	for (int k = 0; k < 2; k++) {
		int fd = open("/dev/sg0", ways[k]);

		for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]);
		     i++) {
			assert_int_equal(ioctl(fd, requests[i], NULL), -1);
			assert_int_equal(errno, EPERM);
		}
		assert_int_equal(ioctl(fd, SCSI_IOCTL_GET_IDLUN, id), 0);
		assert_int_equal(ioctl(fd, SG_GET_TRANSFORM, id), -1);
		assert_int_equal(errno, EINVAL);
		close(fd);
	}
}

static void others_are_not_there(void **state)
{
	static const char *const paths[] = { "/dev/sg3", "/dev/sdd", "/dev/st0",
					     "/dev/bsg/0:0:0:9",
					     "/sys/class/scsi_generic/sg3" };
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		assert_int_equal(open(paths[i], O_RDWR), -1);
		assert_int_equal(errno, ENOENT);
		assert_int_equal(stat(paths[i], &st), -1);
		assert_int_equal(errno, ENOENT);
	}
	/* what is not ours is as before */
	assert_return_code(stat("/dev/null", &st), errno);
	assert_true(S_ISCHR(st.st_mode));
}

/* A node is found by each way to its name. */
static void any_way(void **state)
{
	static const struct {
		const char *folder, *path;
	} rows[] = {
		{ "/dev", "sg0" },
		{ "/dev", "./bsg/../sg0" },
		{ "/dev/bsg", "../sg0" },
		{ "/dev/bsg", "0:0:0:0" },
		{ "/", "dev/sg0" },
		{ "/tmp", "../dev//sda" },
		{ "/", "/dev/./sg0" },
		{ "/", "/dev/block/8:0" },
		{ "/sys/class/scsi_generic", "../../../dev/sg0" },
		{ "/", "/dev/disk/by-path/scsiemu-0:0:0:0" },
	};
	char was[4096], now[4096];
	struct stat st;
	int v;

	(void)state;
	assert_int_equal(stat("/sys/class/scsi_generic/sg0/../sg0/device/../"
			      "0:0:0:0/model",
			      &st),
			 0);
	assert_non_null(getcwd(was, sizeof(was)));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int folder = open(rows[i].folder, O_RDONLY), fd;

		assert_int_equal(chdir(rows[i].folder), 0);
		assert_non_null(getcwd(now, sizeof(now)));
		assert_string_equal(now, rows[i].folder);
		fd = open(rows[i].path, O_RDWR);
		assert_return_code(fd, errno);
		assert_int_equal(ioctl(fd, SG_GET_VERSION_NUM, &v), 0);
		close(fd);
		assert_int_equal(chdir(was), 0);
		fd = openat(folder, rows[i].path, O_RDWR);
		assert_return_code(fd, errno);
		assert_int_equal(ioctl(fd, SG_GET_VERSION_NUM, &v), 0);
		close(fd);
		assert_int_equal(fstatat(folder, rows[i].path, &st, 0), 0);
		assert_true(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode));
		close(folder);
	}
}

static void raw_calls(void **state)
{
	int v = 0, fd = (int)syscall(SYS_openat, AT_FDCWD, "/dev/sg0", O_RDWR);

	(void)state;
	assert_return_code(fd, errno);
	assert_int_equal(syscall(SYS_ioctl, fd, SG_GET_VERSION_NUM, &v), 0);
	assert_int_equal(v, 30536);
	assert_int_equal(syscall(SYS_getpid), getpid());
	close(fd);
}

static unsigned count(const char *path, const char *begin)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	unsigned n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += !strncmp(e->d_name, begin, strlen(begin));
	closedir(d);
	return n;
}

static void folders_list_them(void **state)
{
	char text[64] = "";
	FILE *f;

	(void)state;
	assert_int_equal(count("/dev", "sg"), 3);
	assert_int_equal(count("/dev", "null"), 1);
	assert_int_equal(count("/dev/bsg", "0:0:0:"), 3);
	assert_int_equal(count("/sys/class/scsi_generic", "sg"), 3);
	assert_int_equal(count("/sys/bus/scsi/devices", "0:0:0:"), 3);
	f = fopen("/sys/class/scsi_generic/sg1/device/model", "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_string_equal(text, "Thing           \n");
}

/* ---- open() ---- */

static void exclusive_has_rules(void **state)
{
	int a, b;

	(void)state;
	assert_int_equal(open("/dev/sg0", O_RDONLY | O_EXCL), -1);
	assert_int_equal(errno, EPERM);
	a = open("/dev/sg0", O_RDWR | O_EXCL);
	assert_int_not_equal(a, -1);
	assert_int_equal(open("/dev/sg0", O_RDWR | O_NONBLOCK), -1);
	assert_int_equal(errno, EBUSY);
	/* another node, and another kind of the same one, are free */
	b = open("/dev/sg1", O_RDWR | O_EXCL);
	assert_int_not_equal(b, -1);
	close(b);
	b = open("/dev/sda", O_RDWR);
	assert_int_not_equal(b, -1);
	close(b);
	close(a);
	a = open("/dev/sg0", O_RDWR);
	assert_int_not_equal(a, -1);
	assert_int_equal(open("/dev/sg0", O_RDWR | O_EXCL | O_NONBLOCK), -1);
	assert_int_equal(errno, EBUSY);
	close(a);
	/* a block node only keeps out those who want it for themselves, too */
	a = open("/dev/sda", O_RDWR | O_EXCL);
	assert_int_not_equal(a, -1);
	b = open("/dev/sda", O_RDWR);
	assert_int_not_equal(b, -1);
	close(b);
	assert_int_equal(open("/dev/sda", O_RDONLY | O_EXCL), -1);
	assert_int_equal(errno, EBUSY);
	close(a);
}

static void *wait_for_node(void *fd)
{
	*(int *)fd = open("/dev/sg0", O_RDWR);
	return NULL;
}

static void open_waits_for_exclusive(void **state)
{
	int a = open("/dev/sg0", O_RDWR | O_EXCL), b = -1;
	pthread_t t;

	(void)state;
	assert_int_not_equal(a, -1);
	assert_int_equal(pthread_create(&t, NULL, wait_for_node, &b), 0);
	assert_int_equal(test_unit_ready(a), 0);
	close(a);
	pthread_join(t, NULL);
	assert_int_not_equal(b, -1);
	assert_int_equal(test_unit_ready(b), 0);
	close(b);
}

static void descriptors_are_the_systems(void **state)
{
	int a = open("/dev/sg0", O_RDWR | O_CLOEXEC), b, c;

	(void)state;
	assert_int_equal(fcntl(a, F_GETFD), FD_CLOEXEC);
	b = dup(a);
	assert_int_equal(fcntl(b, F_GETFD), 0);
	c = dup2(a, 100);
	assert_int_equal(c, 100);
	close(a);
	assert_int_equal(test_unit_ready(b), 0);
	close(b);
	assert_int_equal(test_unit_ready(c), 0);
	close(c);
	assert_int_equal(ioctl(c, SG_GET_VERSION_NUM, &b), -1);
	assert_int_equal(errno, EBADF);
	a = open("/dev/sg0", O_RDWR | O_NONBLOCK);
	assert_int_equal(fcntl(a, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(test_unit_ready(a), 0);
	assert_int_equal(lseek(a, 0, SEEK_SET), -1);
	assert_int_equal(errno, ESPIPE);
	close(a);
}

/* Who shares a file shares what was set on it; who opens one does not. */
static void children_share_files(void **state)
{
	int a = open("/dev/sg0", O_RDWR), ticks = 1234, status;
	char text[16];
	pid_t child = fork();

	(void)state;
	if (!child)
		_exit(ioctl(a, SG_SET_TIMEOUT, &ticks) ? 1
						       : test_unit_ready(a));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(ioctl(a, SG_GET_TIMEOUT, NULL), 1234);
	snprintf(text, sizeof(text), "%d", a);
	child = fork();
	if (!child)
		execl("/proc/self/exe", "run_node", text, (char *)NULL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(a);
}

/* ---- ioctls ---- */

static void sg_controls(void **state)
{
	static const struct {
		unsigned long number;
		int value;
	} rows[] = { { SG_GET_VERSION_NUM, 30536 },
		     { SG_EMULATED_HOST, 0 },
		     { SG_GET_RESERVED_SIZE, 32768 },
		     { SG_GET_SG_TABLESIZE, 2048 },
		     { SG_GET_LOW_DMA, 0 },
		     { SG_GET_COMMAND_Q, 0 },
		     { SG_GET_KEEP_ORPHAN, 0 },
		     { SG_GET_NUM_WAITING, 0 },
		     { SG_GET_PACK_ID, -1 },
		     { SCSI_IOCTL_GET_BUS_NUMBER, 0 } };
	int fd = open("/dev/sg1", O_RDWR), v, n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		v = 0x55aa;
		assert_int_equal(ioctl(fd, rows[i].number, &v), 0);
		assert_int_equal(v, rows[i].value);
		assert_int_equal(ioctl(fd, rows[i].number, NULL), -1);
		assert_int_equal(errno, EFAULT);
	}
	assert_int_equal(ioctl(fd, SG_GET_TIMEOUT, NULL), 6000);
	v = -1;
	assert_int_equal(ioctl(fd, SG_SET_TIMEOUT, &v), -1);
	assert_int_equal(errno, EIO);
	assert_int_equal(ioctl(fd, SG_SET_RESERVED_SIZE, &v), -1);
	assert_int_equal(errno, EINVAL);
	v = 1 << 20;
	assert_int_equal(ioctl(fd, SG_SET_RESERVED_SIZE, &v), 0);
	assert_int_equal(ioctl(fd, SG_GET_RESERVED_SIZE, &n), 0);
	assert_int_equal(n, 1 << 20);
	v = 5;
	assert_int_equal(ioctl(fd, SG_SET_COMMAND_Q, &v), 0);
	assert_int_equal(ioctl(fd, SG_GET_COMMAND_Q, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ioctl(fd, 0x22ff, &v), -1);
	assert_int_equal(errno, EINVAL);
	close(fd);
}

static void who_it_is(void **state)
{
	int fd = open("/dev/sg1", O_RDWR);
	struct sg_scsi_id id;
	unsigned two[2] = { 9, 9 };
	union {
		unsigned len;
		char text[32];
	} host = { .len = 4 };

	(void)state;
	memset(&id, 0xff, sizeof(id));
	assert_int_equal(ioctl(fd, SG_GET_SCSI_ID, &id), 0);
	assert_int_equal(id.host_no, 0);
	assert_int_equal(id.channel, 0);
	assert_int_equal(id.scsi_id, 0);
	assert_int_equal(id.lun, 1);
	assert_int_equal(id.scsi_type, 0);
	assert_int_equal(id.h_cmd_per_lun, 32);
	assert_int_equal(id.unused[1], 0);
	assert_int_equal(ioctl(fd, SCSI_IOCTL_GET_IDLUN, two), 0);
	assert_int_equal(two[0], 0x100);
	assert_int_equal(two[1], 0);
	assert_int_equal(ioctl(fd, SCSI_IOCTL_PROBE_HOST, &host), 1);
	assert_memory_equal(host.text, "libs", 4);
	host.len = sizeof(host.text);
	assert_int_equal(ioctl(fd, SCSI_IOCTL_PROBE_HOST, &host), 1);
	assert_string_equal(host.text, "libscsiemu");
	assert_int_equal(ioctl(fd, SCSI_IOCTL_PROBE_HOST, NULL), 1);
	close(fd);
}

static void block_controls(void **state)
{
	int fd = open("/dev/sdc", O_RDONLY), v;
	unsigned short few;
	unsigned long sectors;
	uint64_t size;

	(void)state;
	assert_int_equal(ioctl(fd, BLKGETSIZE64, &size), 0);
	assert_int_equal(size, 16 << 20);
	assert_int_equal(ioctl(fd, BLKGETSIZE, &sectors), 0);
	assert_int_equal(sectors, 32768);
	assert_int_equal(ioctl(fd, BLKSSZGET, &v), 0);
	assert_int_equal(v, 4096);
	assert_int_equal(ioctl(fd, BLKPBSZGET, &v), 0);
	assert_int_equal(v, 8192);
	assert_int_equal(ioctl(fd, BLKROGET, &v), 0);
	assert_int_equal(v, 1);
	assert_int_equal(ioctl(fd, BLKROTATIONAL, &few), 0);
	assert_int_equal(few, 0);
	assert_int_equal(ioctl(fd, SG_GET_VERSION_NUM, &v), 0);
	assert_int_equal(v, 30527);
	assert_int_equal(ioctl(fd, SG_EMULATED_HOST, &v), 0);
	assert_int_equal(v, 1);
	assert_int_equal(ioctl(fd, SG_GET_SCSI_ID, &v), -1);
	assert_int_equal(errno, EINVAL);
	close(fd);
	fd = open("/dev/bsg/0:0:0:0", O_RDWR);
	assert_int_equal(ioctl(fd, BLKSSZGET, &v), -1);
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(ioctl(fd, SCSI_IOCTL_SEND_COMMAND, NULL), -1);
	assert_int_equal(errno, EINVAL);
	close(fd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_are_devices),
		cmocka_unit_test(one_way),
		cmocka_unit_test(handed_on),
		cmocka_unit_test(others_are_not_there),
		cmocka_unit_test(folders_list_them),
		cmocka_unit_test(any_way),
		cmocka_unit_test(raw_calls),
		cmocka_unit_test(exclusive_has_rules),
		cmocka_unit_test(open_waits_for_exclusive),
		cmocka_unit_test(descriptors_are_the_systems),
		cmocka_unit_test(children_share_files),
		cmocka_unit_test(sg_controls),
		cmocka_unit_test(who_it_is),
		cmocka_unit_test(block_controls),
	};

	if (argc > 1) /* children_share_files() */
		return ioctl(atoi(argv[1]), SG_GET_TIMEOUT, NULL) != 1234;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
