/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.h - how far something long is, on a terminal. */
#ifndef TOOL_PROGRESS_H
#define TOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
	const char *what;
	bool on;    /* stderr is a terminal, and nobody wants silence */
	bool shown; /* there is a line to be removed */
	struct timespec began, last;
};

void progress_begin(struct progress *p, const char *what, bool quiet);
/* So many bytes of all; 0: nobody knows how many there are. */
void progress_tell(struct progress *p, uint64_t done, uint64_t all);
/* The line goes: before a message, and at the end. */
void progress_clear(struct progress *p);

#endif
