/* SPDX-License-Identifier: BSD-2-Clause */
/* See measure.h. */
#include "measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define NSTEP 2000000

static uint32_t steps[NSTEP];
static uint64_t total;
static uint64_t seed = 88172645463325252ull;

void die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void *need(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		die("out of memory");
	return p;
}

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

void lat_add(uint64_t ns)
{
	uint64_t at = ns / 100;

	steps[at < NSTEP ? at : NSTEP - 1]++;
	total++;
}

static double lat_us(double share)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < NSTEP; i++) {
		sum += steps[i];
		if ((double)sum >= (double)total * share)
			return (double)(i + 1) / 10;
	}
	return 0;
}

void lat_print(void)
{
	printf(" p50=%.1f p99=%.1f p999=%.1f", lat_us(0.5), lat_us(0.99),
	       lat_us(0.999));
}

/* The line of /proc/PID/FILE that begins with key, or the first one. */
static int proc_line(int pid, const char *file, const char *key, char *line,
		     int len)
{
	char path[64];
	FILE *f;
	int ok = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	f = fopen(path, "r");
	if (!f)
		return 0;
	while (!ok && fgets(line, len, f))
		ok = !strncmp(line, key, strlen(key));
	fclose(f);
	return ok;
}

struct usage usage_of(int pid)
{
	double tick = (double)sysconf(_SC_CLK_TCK);
	struct usage u = { 0 };
	unsigned long user, sys;
	char line[1024];
	const char *p;

	if (!pid)
		return u;
	/* Fields 14 and 15, counted behind the name, which may hold spaces. */
	if (proc_line(pid, "stat", "", line, sizeof(line)) &&
	    (p = strrchr(line, ')')) &&
	    sscanf(p + 1,
		   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		   &user, &sys) == 2) {
		u.user = (double)user / tick;
		u.sys = (double)sys / tick;
	}
	if (proc_line(pid, "status", "VmRSS:", line, sizeof(line)))
		u.rss_kb = strtol(line + 6, NULL, 10);
	return u;
}

double own_cpu_s(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}
