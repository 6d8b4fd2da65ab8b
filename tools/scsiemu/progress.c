/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 30, MILLION = 1000000 };

static double since(const struct timespec *then, const struct timespec *now)
{
	return (double)(now->tv_sec - then->tv_sec) +
	       (double)(now->tv_nsec - then->tv_nsec) / 1e9;
}

void progress_begin(struct progress *p, const char *what, bool quiet)
{
	*p = (struct progress){ .what = what };
	p->on = !quiet && isatty(STDERR_FILENO);
	clock_gettime(CLOCK_MONOTONIC, &p->began);
	p->last = p->began;
}

void progress_tell(struct progress *p, uint64_t done, uint64_t all)
{
	char bar[WIDTH + 1] = "";
	struct timespec now;
	double part, took;

	if (!p->on)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (since(&p->last, &now) < 0.1)
		return;
	p->last = now;
	p->shown = true;
	took = since(&p->began, &now);
	part = all && done < all ? (double)done / (double)all : !!all;
	memset(bar, '.', WIDTH);
	memset(bar, '#', (size_t)(part * WIDTH));
	fprintf(stderr, "\r%s [%s] %3.0f%%  %.0f MB  %.0f MB/s", p->what, bar,
		100 * part, (double)done / MILLION,
		(double)done / took / MILLION);
	if (part > 0 && part < 1)
		fprintf(stderr, "  %.0f s left", took / part - took);
	fputs("\033[K", stderr);
	fflush(stderr);
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
