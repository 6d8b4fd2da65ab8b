/* SPDX-License-Identifier: BSD-2-Clause */
/* raw.c - syscall(), by which some programs give their ioctls. */
#define _GNU_SOURCE
#include "shim.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST 6 /* arguments of a call */

SHIM_EXPORT long syscall(long number, ...)
{
	long a[MOST];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < MOST; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	switch (number) {
	case SYS_ioctl:
		return ioctl((int)a[0], (unsigned long)a[1], (void *)a[2]);
#ifdef SYS_open
	case SYS_open:
		return open((const char *)a[0], (int)a[1], (mode_t)a[2]);
#endif
	case SYS_openat:
		return openat((int)a[0], (const char *)a[1], (int)a[2],
			      (mode_t)a[3]);
	default:
		return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4],
				     a[5]);
	}
}
