/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe - an adapter of one's own in 100 lines (docs/embedding.md): a device at
 * the other end of standard input and output. The protocol is made up here;
 * lengths of data are four bytes, big endian:
 *
 *	request   CDB (16 bytes), room for data-in, length of data-out; data-out
 *	response  status, length of sense (1), length of data-in; sense, data-in
 */
#include <scsiemu/host.h>
#include <scsiemu/transport/loop.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define MOST (1 << 20) /* bytes of data, each way */

static struct pipe {
	struct scsiemu_source source; /* first */
	struct scsiemu_host_device device;
	struct scsiemu_loop *loop;
	struct scsiemu_port port;
	struct scsiemu_task task; /* the one command, and what is its own: */
	uint32_t lens[2];	  /* of data-in and data-out, at most */
	uint8_t cdb[16], in[MOST], out[MOST];
	uint64_t scratch[2048];
} it;

/* Where the initiator's bytes are: here they are all there, in one piece. */
static int window(void *ctx, struct scsiemu_task *t, bool in, uint32_t off,
		  uint32_t len, bool whole, struct scsiemu_vec *v, unsigned *nv)
{
	struct pipe *p = ctx;

	(void)t, (void)whole;
	*v = (struct scsiemu_vec){ (in ? p->in : p->out) + off, len };
	*nv = 1;
	return 0;
}

/* Data-in is final. What lies in a window is where it belongs already. */
static void push(void *ctx, struct scsiemu_task *t, uint32_t off, uint32_t len,
		 const struct scsiemu_vec *v, unsigned nv,
		 enum scsiemu_push how, bool last)
{
	struct pipe *p = ctx;

	(void)t, (void)len, (void)last;
	for (; how != SCSIEMU_PUSH_WINDOW && nv; nv--, off += v++->len)
		memcpy(p->in + off, v->base, v->len);
}

/* The command has ended: status, sense, and how much was moved. */
static void done(void *ctx, struct scsiemu_task *t)
{
	struct pipe *p = ctx;
	uint32_t n = t->cmd.in_done;
	uint8_t sense[252];
	uint8_t len = scsiemu_sense_encode(&t->cmd, sense, sizeof(sense), 0);
	uint8_t head[] = { t->cmd.status, len, n >> 24, n >> 16, n >> 8, n };

	fwrite(head, 1, sizeof(head), stdout);
	fwrite(sense, 1, len, stdout);
	fwrite(p->in, 1, n, stdout);
	fflush(stdout);
	scsiemu_pump_sent(t); /* the task is ours again */
	p->source.events = POLLIN;
}

/* A window that pends is given up: none of ours does. */
static void cancel(void *ctx, struct scsiemu_task *t)
{
	(void)ctx, (void)t;
}

/* The next request; false: there are no more, or it cannot be. */
static bool receive(struct pipe *p, struct scsiemu_cmd *c)
{
	if (fread(p->cdb, sizeof(p->cdb), 1, stdin) != 1 ||
	    fread(p->lens, sizeof(p->lens), 1, stdin) != 1)
		return false;
	c->cdb = p->cdb;
	c->cdb_len = sizeof(p->cdb);
	c->in_len = ntohl(p->lens[0]);
	c->out_len = ntohl(p->lens[1]);
	return c->in_len <= MOST && c->out_len <= MOST &&
	       fread(p->out, 1, c->out_len, stdin) == c->out_len;
}

static void ready(struct scsiemu_source *s, short revents)
{
	struct pipe *p = (struct pipe *)s;

	(void)revents;
	s->events = 0; /* until done(): one at a time */
	if (receive(p, &p->task.cmd))
		scsiemu_pump_start(&p->device.pump, &p->port,
				   p->device.units->host.lu, &p->task);
	else
		scsiemu_loop_remove(p->loop, s);
}

static const struct scsiemu_port_ops ops = { .size = sizeof(ops),
					     .window = window,
					     .push = push,
					     .done = done,
					     .cancel = cancel };

int main(int argc, char **argv)
{
	struct scsiemu_errmsg err = { "usage: pipe DEVICE (1 MiB at once)" };

	it.source = (struct scsiemu_source){ 0, POLLIN, ready, NULL };
	it.port = (struct scsiemu_port){ .ops = &ops, .ctx = &it };
	it.task.cmd.scratch = (uint8_t *)it.scratch;
	it.task.cmd.scratch_len = sizeof(it.scratch);
	setbuf(stdin, NULL); /* poll() would not see what was read ahead */
	if (argc == 2 && !scsiemu_host_device_add(&it.device, argv[1], &err) &&
	    !scsiemu_host_device_open(&it.device, "pipe", NULL, &err)) {
		it.loop = scsiemu_loop_create(&it.device.pump);
		if (it.loop && !scsiemu_loop_add(it.loop, &it.source))
			scsiemu_loop_run(it.loop); /* until it is removed */
		scsiemu_loop_destroy(it.loop);
		if (!scsiemu_host_device_close(&it.device, &err) && feof(stdin))
			return 0;
	}
	return fprintf(stderr, "pipe: %s\n", err.text), 1;
}
