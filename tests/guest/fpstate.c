/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest/fpstate.c - preloaded into User-mode Linux: lets it run on processors
 * whose register state is larger than it knows. Linux 6.1 keeps what AVX-512
 * needs, 2696 bytes, and the host takes a state only whole: on a processor
 * with AMX the first process of the guest would die. What is missing at the
 * end stays as it is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef long ptrace_fn(enum __ptrace_request request, ...);

static char state[65536];

long ptrace(enum __ptrace_request request, ...)
{
	ptrace_fn *real = (ptrace_fn *)dlsym(RTLD_NEXT, "ptrace");
	struct iovec whole = { state, sizeof(state) };
	const struct iovec *given;
	void *addr, *data;
	va_list args;
	pid_t pid;

	va_start(args, request);
	pid = va_arg(args, pid_t);
	addr = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);
	given = data;
	if (request == PTRACE_SETREGSET && addr == (void *)NT_X86_XSTATE &&
	    !real(PTRACE_GETREGSET, pid, addr, &whole) &&
	    whole.iov_len > given->iov_len) {
		memcpy(state, given->iov_base, given->iov_len);
		data = &whole;
	}
	return real(request, pid, addr, data);
}
