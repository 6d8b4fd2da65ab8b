/* SPDX-License-Identifier: BSD-2-Clause */
/* A port that throws data away, and the commands on it: what a port costs that
 * does nothing. */
#include "loop.h"

#include <scsiemu/pump.h>
#include <scsiemu/wire.h>

#include <stdio.h>

/* A server's batch: what one wake-up brings at queue depth 32. */
enum { BATCH = 32 };

static uint64_t scratch[1024], bounce[1024];
static uint8_t data[65536];
static unsigned long bad;
static bool came; /* data that was asked for */

static int window(void *port, struct scsiemu_task *t, bool in, uint32_t off,
		  uint32_t len, bool whole, struct scsiemu_vec *v, unsigned *nv)
{
	(void)port, (void)t, (void)in, (void)whole;
	*v = (struct scsiemu_vec){ data + off, len };
	*nv = 1;
	return 0;
}

static int late_window(void *port, struct scsiemu_task *t, bool in,
		       uint32_t off, uint32_t len, bool whole,
		       struct scsiemu_vec *v, unsigned *nv)
{
	return came ? window(port, t, in, off, len, whole, v, nv)
		    : SCSIEMU_PENDING;
}

static void push(void *port, struct scsiemu_task *t, uint32_t off, uint32_t len,
		 const struct scsiemu_vec *v, unsigned nv,
		 enum scsiemu_push how, bool last)
{
	(void)port, (void)t, (void)off, (void)len, (void)v, (void)nv;
	(void)how, (void)last;
}

static void done(void *port, struct scsiemu_task *t)
{
	(void)port;
	bad += t->cmd.status != SCSIEMU_GOOD;
	scsiemu_pump_sent(t);
}

static void cancel(void *port, struct scsiemu_task *t)
{
	(void)port, (void)t;
}

static const struct scsiemu_port_ops ops = { .size = sizeof(ops),
					     .window = window,
					     .push = push,
					     .done = done,
					     .cancel = cancel,
					     .lends = true };
static const struct scsiemu_port_ops late_ops = { .size = sizeof(ops),
						  .window = late_window,
						  .push = push,
						  .done = done,
						  .cancel = cancel,
						  .lends = true };

/* Twice in the code: what is late costs the others nothing. */
static inline __attribute__((always_inline)) void run(const struct loop *l,
						      struct scsiemu_pump *pump,
						      struct scsiemu_port *port,
						      struct scsiemu_task *t,
						      bool late)
{
	for (unsigned long i = 0; i < l->count; i++) {
		if (scsiemu_pump_start(pump, port, l->lus[0], t))
			bad++;
		if (late) {
			came = true;
			scsiemu_pump_window(t, 0);
			came = false;
		}
		if (i == 0) /* the unit attention of the first contact */
			bad = 0;
		if (i % BATCH == 0)
			scsiemu_pump_flush(pump);
	}
}

int loop_run(struct loop *l)
{
	struct scsiemu_port port = { .ops = l->late ? &late_ops : &ops };
	static struct scsiemu_task t;
	struct scsiemu_pump pump;

	if (scsiemu_pump_init(&pump, l->dev, bounce, sizeof(bounce)))
		return 2;
	t.cmd.nexus = l->nexuses[0];
	t.cmd.cdb = l->cdb;
	t.cmd.cdb_len = 16;
	t.cmd.scratch = (uint8_t *)scratch;
	t.cmd.scratch_len = sizeof(scratch);
	t.cmd.in_len = l->in_len;
	t.cmd.out_len = l->out_len;
	if (l->late)
		run(l, &pump, &port, &t, true);
	else
		run(l, &pump, &port, &t, false);
	if (bad)
		printf("%lu commands failed\n", bad);
	return bad != 0;
}
