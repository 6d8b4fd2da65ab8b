/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copycount - an LD_PRELOAD library that counts the bytes of large copies and
 * clearings in user space into the file that COPYCOUNT names.
 * What is smaller than a block is no payload.
 */
#define COUNT_FILE "COPYCOUNT"
#include "preload.h"

#include <stddef.h>

#define LARGE 512

static void note(size_t n)
{
	if (n >= LARGE)
		counted(0, n);
}

/* Byte by byte, and volatile: or the compiler makes them calls of itself. */

static void *move(void *to, const void *from, size_t n)
{
	volatile unsigned char *t = to;
	const volatile unsigned char *f = from;

	note(n);
	if (t < f)
		for (size_t i = 0; i < n; i++)
			t[i] = f[i];
	else
		while (n--)
			t[n] = f[n];
	return to;
}

static void *fill(void *to, int byte, size_t n)
{
	volatile unsigned char *t = to;

	note(n);
	while (n--)
		t[n] = (unsigned char)byte;
	return to;
}

#undef memcpy
#undef memmove
#undef memset
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
void *__memcpy_chk(void *to, const void *from, size_t n, size_t room);
void *__memmove_chk(void *to, const void *from, size_t n, size_t room);
void *__memset_chk(void *to, int byte, size_t n, size_t room);

void *memcpy(void *to, const void *from, size_t n)
{
	return move(to, from, n);
}

void *memmove(void *to, const void *from, size_t n)
{
	return move(to, from, n);
}

void *memset(void *to, int byte, size_t n)
{
	return fill(to, byte, n);
}

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room)
{
	return n <= room ? move(to, from, n) : NULL;
}

void *__memmove_chk(void *to, const void *from, size_t n, size_t room)
{
	return n <= room ? move(to, from, n) : NULL;
}

void *__memset_chk(void *to, int byte, size_t n, size_t room)
{
	return n <= room ? fill(to, byte, n) : NULL;
}
