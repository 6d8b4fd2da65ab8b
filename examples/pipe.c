/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe - an adapter of one's own: a disk at the other end of standard input and
 * output, with a protocol that is made up here (docs/embedding.md).
 *
 *	request   CDB (16 bytes), bytes of data-in that fit and bytes of
 *data-out (4 each, big endian), data-out response  status, length of sense
 *data, bytes of data-in (4), sense, data
 */
#include <scsiemu/host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CDB = 16, HEADER = CDB + 8, MOST = 1 << 20, SCRATCH = 16384 };

/* A command and its buffers: the port's memory. */
struct pipe_task {
	struct scsiemu_task task; /* first */
	uint8_t header[HEADER];
	uint8_t *in, *out;
	uint64_t scratch[SCRATCH / 8];
};

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static void send(const void *p, size_t len)
{
	if (fwrite(p, 1, len, stdout) != len)
		exit(1);
}

/* Where the initiator's bytes are: here they are all there, in one piece. */
static int window(void *port, struct scsiemu_task *task, bool in, uint32_t off,
		  uint32_t len, bool whole, struct scsiemu_vec *v, unsigned *nv)
{
	struct pipe_task *t = (struct pipe_task *)task;

	(void)port, (void)whole;
	v->base = (in ? t->in : t->out) + off;
	v->len = len;
	*nv = 1;
	return 0;
}

/* Data-in is final. What lies in a window is where it belongs already. */
static void push(void *port, struct scsiemu_task *task, uint32_t off,
		 uint32_t len, const struct scsiemu_vec *v, unsigned nv,
		 enum scsiemu_push how, bool last)
{
	struct pipe_task *t = (struct pipe_task *)task;

	(void)port, (void)len, (void)last;
	for (; how != SCSIEMU_PUSH_WINDOW && nv; nv--, v++) {
		memcpy(t->in + off, v->base, v->len);
		off += (uint32_t)v->len;
	}
}

/* The command has ended: status, sense, and how much was moved. */
static void done(void *port, struct scsiemu_task *task)
{
	struct pipe_task *t = (struct pipe_task *)task;
	const struct scsiemu_cmd *c = &task->cmd;
	uint8_t sense[252], head[6] = { c->status };

	(void)port;
	head[1] = (uint8_t)scsiemu_sense_encode(c, sense, sizeof(sense), 0);
	for (int i = 0; i < 4; i++)
		head[2 + i] = (uint8_t)(c->in_done >> (24 - 8 * i));
	send(head, sizeof(head));
	send(sense, head[1]);
	send(t->in, c->in_done);
	fflush(stdout);
	scsiemu_pump_sent(task); /* the task is ours again */
}

/* A window that pends is given up: none of ours does. */
static void cancel(void *port, struct scsiemu_task *task)
{
	(void)port, (void)task;
}

static const struct scsiemu_port_ops ops = { .size = sizeof(ops),
					     .window = window,
					     .push = push,
					     .done = done,
					     .cancel = cancel };

/* The next request; false: there are no more. */
static bool receive(struct pipe_task *t)
{
	struct scsiemu_cmd *c = &t->task.cmd;

	if (fread(t->header, 1, HEADER, stdin) != HEADER)
		return false;
	c->cdb = t->header;
	c->cdb_len = CDB;
	c->in_len = get32(t->header + CDB);
	c->out_len = get32(t->header + CDB + 4);
	if (c->in_len > MOST || c->out_len > MOST) {
		fprintf(stderr, "pipe: more than %d bytes\n", MOST);
		exit(1);
	}
	return fread(t->out, 1, c->out_len, stdin) == c->out_len;
}

int main(int argc, char **argv)
{
	struct scsiemu_host_device d = { .units = NULL };
	struct scsiemu_port port = { .ops = &ops };
	struct pipe_task *t = calloc(1, sizeof(*t) + 2 * MOST);
	struct scsiemu_errmsg err = { "usage: pipe DEVICE" };

	if (argc != 2 || !t || scsiemu_host_device_add(&d, argv[1], &err) ||
	    scsiemu_host_device_open(&d, "pipe", NULL, &err)) {
		fprintf(stderr, "pipe: %s\n", err.text);
		return 1;
	}
	t->in = (uint8_t *)(t + 1);
	t->out = t->in + MOST;
	t->task.cmd.scratch = (uint8_t *)t->scratch;
	t->task.cmd.scratch_len = SCRATCH;
	while (receive(t)) {
		scsiemu_pump_start(&d.pump, &port, d.units->host.lu, &t->task);
		scsiemu_pump_flush(&d.pump);
	}
	scsiemu_pump_port_gone(&d.pump, &port);
	free(t);
	if (scsiemu_host_device_close(&d, &err)) {
		fprintf(stderr, "pipe: %s\n", err.text);
		return 1;
	}
	return 0;
}
