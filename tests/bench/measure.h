/* SPDX-License-Identifier: BSD-2-Clause */
/* measure.h - clocks, latencies and CPU time for the load generators. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

_Noreturn void die(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
/* Zeroed memory, or the end. */
void *need(size_t count, size_t size);

uint64_t now_ns(void);
/* A fixed pseudo-random sequence: every run asks for the same blocks. */
uint64_t rnd(void);

/* Latencies in steps of 0.1 us. */
void lat_add(uint64_t ns);
/* " p50=... p99=... p999=..." in us */
void lat_print(void);

struct usage {
	double user, sys; /* s */
	long rss_kb;
};
/* Of a process; all zero when there is none (pid 0). */
struct usage usage_of(int pid);
double own_cpu_s(void);

#endif
