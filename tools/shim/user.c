/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user.c - the program's memory, at addresses that it says: where there is
 * none the kernel says EFAULT, and so do we. Some containers do not allow
 * process_vm_readv(2): then such an address ends the program.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PIECE 512

typedef ssize_t copy_fn(pid_t pid, const struct iovec *here, unsigned long n,
			const struct iovec *there, unsigned long m,
			unsigned long flags);

static int copy(copy_fn *f, void *here, void *there, size_t len)
{
	const struct iovec ours = { here, len }, theirs = { there, len };
	int had = errno, error;
	ssize_t n = len ? f(getpid(), &ours, 1, &theirs, 1, 0) : 0;

	if (n == (ssize_t)len)
		return 0;
	error = n < 0 ? errno : EFAULT;
	errno = had;
	if (error == EFAULT)
		return EFAULT;
	memcpy(f == process_vm_readv ? here : there,
	       f == process_vm_readv ? there : here, len);
	return 0;
}

int shim_take(void *to, const void *from, size_t len)
{
	return copy(process_vm_readv, to, (void *)(uintptr_t)from, len);
}

int shim_give(void *to, const void *from, size_t len)
{
	return copy(process_vm_writev, (void *)(uintptr_t)from, to, len);
}

int shim_is_there(const void *at, size_t len)
{
	uint8_t room[PIECE];
	int error = 0;

	for (size_t i = 0; i < len && !error; i += PIECE)
		error = shim_take(room, (const uint8_t *)at + i,
				  len - i < PIECE ? len - i : PIECE);
	return error;
}
