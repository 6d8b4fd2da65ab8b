/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ_preload.c - FreeBSD's targ(4) for the program targ, unmodified, on any
 * system: preloaded, it answers the program's calls to /dev/targ with the model
 * of tests/transport, sends it commands, looks at what comes, and ends it by
 * SIGTERM. What is wrong aborts it.
 */
#define _GNU_SOURCE
#include "../transport/targ_script.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

int open(const char *path, int flags, ...);
int open64(const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int poll(struct pollfd *p, nfds_t n, int ms);
ssize_t read(int fd, void *buf, size_t len);
ssize_t write(int fd, const void *buf, size_t len);
int close(int fd);

static struct targ_sim sim;
__attribute__((constructor)) static void begin(void)
{
	targ_sim_make(&sim);
}

static void *real(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	targ_sim_demand(f, name);
	return f;
}

static int open_any(const char *name, const char *path, int flags, int mode)
{
	int (*f)(const char *, int, ...);

	if (!strncmp(path, "/dev/targ", 9))
		return targ_sim_calls.open(path, flags);
	*(void **)&f = real(name);
	return f(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list v;
	int mode;

	va_start(v, flags);
	mode = va_arg(v, int);
	va_end(v);
	return open_any("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list v;
	int mode;

	va_start(v, flags);
	mode = va_arg(v, int);
	va_end(v);
	return open_any("open64", path, flags, mode);
}

int __open_2(const char *path, int flags)
{
	return open_any("open", path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return open_any("open64", path, flags, 0);
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*f)(int, unsigned long, ...);
	va_list v;
	void *arg;

	va_start(v, request);
	arg = va_arg(v, void *);
	va_end(v);
	if (fd == SIM_FD)
		return targ_sim_calls.ioctl(fd, request, arg);
	*(void **)&f = real("ioctl");
	return f(fd, request, arg);
}

ssize_t read(int fd, void *buf, size_t len)
{
	ssize_t (*f)(int, void *, size_t);

	if (fd == SIM_FD)
		return targ_sim_calls.read(fd, buf, len);
	*(void **)&f = real("read");
	return f(fd, buf, len);
}

ssize_t write(int fd, const void *buf, size_t len)
{
	ssize_t (*f)(int, const void *, size_t);

	if (fd == SIM_FD)
		return targ_sim_calls.write(fd, buf, len);
	*(void **)&f = real("write");
	return f(fd, buf, len);
}

int close(int fd)
{
	int (*f)(int);

	if (fd == SIM_FD)
		return targ_sim_calls.close(fd);
	*(void **)&f = real("close");
	return f(fd);
}

/* Others' descriptors (the loop's own) are looked at without waiting. */
int poll(struct pollfd *p, nfds_t n, int ms)
{
	int (*f)(struct pollfd *, nfds_t, int);
	int ready, others;
	short mine = 0;

	*(void **)&f = real("poll");
	if (!sim.opened)
		return f(p, n, ms);
	/* The initiator acts whenever the program would sleep. */
	if (!targ_sim_readable(&sim) && !targ_script_next(&sim))
		raise(SIGTERM);
	ready = targ_sim_calls.poll(p, n, ms);
	for (nfds_t i = 0; i < n; i++) {
		if (p[i].fd != SIM_FD)
			continue;
		mine = p[i].revents;
		p[i].fd = -1;
	}
	others = f(p, n, 0);
	for (nfds_t i = 0; i < n; i++) {
		if (p[i].fd != -1)
			continue;
		p[i].fd = SIM_FD;
		p[i].revents = mine;
	}
	return others > 0 ? ready + others : ready;
}
