/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * heapcount - an LD_PRELOAD library that counts heap calls into the 8 bytes of
 * the file that HEAPCOUNT names, so that another process can read the count
 * while the program runs.
 */
#define COUNT_FILE "HEAPCOUNT"
#include "preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

/* glibc's own names: no need to look them up, which would itself allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *p);

static void counted(void)
{
	atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

void *malloc(size_t size)
{
	counted();
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	counted();
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	counted();
	return __libc_realloc(p, size);
}

void *memalign(size_t align, size_t size);
void *memalign(size_t align, size_t size)
{
	counted();
	return __libc_memalign(align, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	counted();
	return __libc_memalign(align, size);
}

int posix_memalign(void **p, size_t align, size_t size)
{
	counted();
	*p = __libc_memalign(align, size);
	return *p ? 0 : ENOMEM;
}

void free(void *p)
{
	if (p)
		counted();
	__libc_free(p);
}
