/* SPDX-License-Identifier: BSD-2-Clause */
/* transport/sys.c - the system itself, behind the table of sys.h. */
#include <transport/sys.h>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int sys_open(const char *path, int flags)
{
	return open(path, flags);
}

static int sys_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

static uint64_t sys_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

const struct semu_calls semu_calls_real = {
	.open = sys_open,
	.close = close,
	.ioctl = sys_ioctl,
	.read = read,
	.write = write,
	.mmap = mmap,
	.munmap = munmap,
	.poll = poll,
	.clock_ms = sys_clock_ms,
};
