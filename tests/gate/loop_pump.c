/* SPDX-License-Identifier: BSD-2-Clause */
/* The core, the pump and the null store; a port that throws data away. */
#include "loop.h"

#include <scsiemu/pump.h>
#include <scsiemu/wire.h>

#include <stdio.h>
#include <stdlib.h>

/* A server's batch: what one wake-up brings at queue depth 32. */
enum { BATCH = 32 };

static uint64_t scratch[1024], bounce[1024];
static uint8_t data[65536];
static unsigned long bad;

static int window(void *port, struct scsiemu_task *t, bool in, uint32_t off,
		  uint32_t len, bool whole, struct scsiemu_vec *v, unsigned *nv)
{
	(void)port, (void)t, (void)in, (void)whole;
	*v = (struct scsiemu_vec){ data + off, len };
	*nv = 1;
	return 0;
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

int main(int argc, char **argv)
{
	struct scsiemu_geometry geometry = { .bytes = 1 << 30 };
	struct scsiemu_port port = { .ops = &ops };
	static struct scsiemu_task t;
	struct scsiemu_errmsg err;
	struct scsiemu_pump pump;
	static struct loop l;

	loop_options(&l, argc, argv);
	if (scsiemu_open_null(&l.medium, &geometry, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	loop_device(&l);
	if (scsiemu_pump_init(&pump, l.dev, bounce, sizeof(bounce)))
		return 2;
	t.cmd.nexus = l.nexuses[0];
	t.cmd.cdb = l.cdb;
	t.cmd.cdb_len = 16;
	t.cmd.scratch = (uint8_t *)scratch;
	t.cmd.scratch_len = sizeof(scratch);
	t.cmd.in_len = l.in_len;
	t.cmd.out_len = l.out_len;
	for (unsigned long i = 0; i < l.count; i++) {
		if (scsiemu_pump_start(&pump, &port, l.lus[0], &t))
			bad++;
		if (i == 0) /* the unit attention of the first contact */
			bad = 0;
		if (i % BATCH == 0)
			scsiemu_pump_flush(&pump);
	}
	scsiemu_medium_close(&l.medium);
	if (bad)
		printf("%lu commands failed\n", bad);
	return bad != 0;
}
