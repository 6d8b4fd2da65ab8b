/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate/preload.h - what the LD_PRELOAD counters share: the counts lie in the
 * file that COUNT_FILE (an environment variable's name, defined before this is
 * included) names, 8 bytes each, so that another process can read them while
 * the program runs.
 */
#ifndef TEST_GATE_PRELOAD_H
#define TEST_GATE_PRELOAD_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNTS 2

static _Atomic uint64_t here[COUNTS];
static _Atomic uint64_t *counts = here;

__attribute__((constructor)) static void open_count(void)
{
	const char *path = getenv(COUNT_FILE);
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *p;

	if (fd < 0)
		return;
	p = mmap(NULL, sizeof(here), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p != MAP_FAILED)
		counts = p;
}

static void counted(unsigned which, uint64_t n)
{
	atomic_fetch_add_explicit(&counts[which], n, memory_order_relaxed);
}

#endif
