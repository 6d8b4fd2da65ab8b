/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * heapcount - an LD_PRELOAD library that counts heap calls, and the bytes that
 * are on the heap, into the file that HEAPCOUNT names.
 */
#define COUNT_FILE "HEAPCOUNT"
#include "preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <string.h>

/* glibc's own names: no need to look them up, which would itself allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *p);

#define HEADER sizeof(size_t) /* of glibc's own, before every piece */

/* A call that gave p. */
static void *given(void *p)
{
	counted(0, 1);
	if (p)
		counted(1, malloc_usable_size(p) + HEADER);
	return p;
}

static void taken(void *p)
{
	if (p)
		counted(1, -(uint64_t)(malloc_usable_size(p) + HEADER));
}

void *malloc(size_t size)
{
	return given(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return given(__libc_calloc(n, size));
}

void *realloc(void *p, size_t size)
{
	size_t old = p ? malloc_usable_size(p) + HEADER : 0;
	void *now = __libc_realloc(p, size);

	if (now || !size)
		counted(1, -(uint64_t)old);
	return given(now);
}

void *memalign(size_t align, size_t size);
void *memalign(size_t align, size_t size)
{
	return given(__libc_memalign(align, size));
}

void *aligned_alloc(size_t align, size_t size)
{
	return given(__libc_memalign(align, size));
}

int posix_memalign(void **p, size_t align, size_t size)
{
	*p = given(__libc_memalign(align, size));
	return *p ? 0 : ENOMEM;
}

void free(void *p)
{
	if (p)
		counted(0, 1);
	taken(p);
	__libc_free(p);
}
