/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate/preload.h - what the LD_PRELOAD counters share: the count lies in the 8
 * bytes of the file that COUNT_FILE (an environment variable's name, defined
 * before this is included) names, so that another process can read it while the
 * program runs.
 */
#ifndef TEST_GATE_PRELOAD_H
#define TEST_GATE_PRELOAD_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic uint64_t here;
static _Atomic uint64_t *count = &here;

__attribute__((constructor)) static void open_count(void)
{
	const char *path = getenv(COUNT_FILE);
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *p;

	if (fd < 0)
		return;
	p = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		 0);
	close(fd);
	if (p != MAP_FAILED)
		count = p;
}

#endif
