/* SPDX-License-Identifier: BSD-2-Clause */
/* transport/loop.h - a loop over other calls than the system's, for tests. */
#ifndef SEMU_TRANSPORT_LOOP_H
#define SEMU_TRANSPORT_LOOP_H

#include <transport/sys.h>

struct scsiemu_loop;
struct scsiemu_pump;

/* As scsiemu_loop_create(); poll and clock_ms of sys, which outlives it. */
struct scsiemu_loop *semu_loop_create(struct scsiemu_pump *p,
				      const struct semu_calls *sys);

#endif
