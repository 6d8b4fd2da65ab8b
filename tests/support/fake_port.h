/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support/fake_port.h - a port for tests: windows of any size, cut into
 * vectors of any size, answered at once, inside the call, or later in any
 * order; every push recorded. Windows for data-in are memory of their own, so
 * that only what is pushed arrives and an overrun is seen.
 */
#ifndef FAKE_PORT_H
#define FAKE_PORT_H

#include "support/fake_store.h"

#include <scsiemu/pump.h>

#define FAKE_PUSHES  64
#define FAKE_SCRATCH 8192

struct fake_push {
	uint32_t off, len;
	enum scsiemu_push how;
	bool last;
};

/* A command with its initiator's buffers. */
struct fake_task {
	struct scsiemu_task task; /* first */
	uint8_t cdb[32];
	uint64_t scratch[FAKE_SCRATCH / 8];
	uint8_t *in, *out; /* initiator's memory; the test's */
	uint8_t *win;	   /* the window for data-in, exactly its size */
	uint32_t win_off, win_len;
	/* recorded */
	struct fake_push push[FAKE_PUSHES]; /* the first ones */
	struct fake_push latest;
	unsigned npush, ndone, ncancel, nwindow;
	uint32_t arrived;  /* bytes pushed */
	uint32_t out_seen; /* highest off asked for: only grows */
	bool pending, granted, held, aborted_done;
};

struct fake_port {
	struct scsiemu_port port;
	struct scsiemu_port_ops ops;
	struct scsiemu_pump *pump;
	/* how it behaves */
	uint32_t window;       /* bytes per window; 0 = all that is asked for */
	uint32_t vec;	       /* bytes per vector; 0 = one vector */
	enum fake_order order; /* of windows that pend */
	bool no_whole;	       /* refuses WHOLE beyond `window` */
	bool hold;	       /* sent() only by fake_port_release() */
	bool drop;	       /* recorded pushes are not copied to `in` */
	int fail;	       /* window() gives this result, when not 0 */
	uint32_t fail_off;     /* ... from this offset on */
	/* counted */
	unsigned nflush, ndone, nwindow;
	struct fake_task *queue[FAKE_QUEUE];
	unsigned nqueue;
	struct fake_task *held[FAKE_QUEUE];
	unsigned nheld;
	void (*on_done)(struct fake_port *p, struct fake_task *t);
};

void fake_port_init(struct fake_port *p, struct scsiemu_pump *pump);
/* Zero *t, copy the CDB, name the buffers (may be NULL with 0). */
void fake_task_init(struct fake_task *t, const void *cdb, unsigned cdb_len,
		    void *in, uint32_t in_len, void *out, uint32_t out_len);
void fake_task_free(struct fake_task *t);
/* Answer windows that pend (all: also those that this brings); how many. */
unsigned fake_port_run(struct fake_port *p, bool all);
/* sent() for all that is held. */
void fake_port_release(struct fake_port *p);
/* Run port and store until nothing pends. */
void fake_run(struct fake_port *p, struct fake_store *s);

#endif
