/* SPDX-License-Identifier: BSD-2-Clause */
/* vhost/vhost.c - the back end is made and closed. */
#include <transport/vhost/vhost.h>

#include <unistd.h>

#include "store/open.h"

enum { QUEUES = 8, QUEUES_MAX = 64 };

static void begin(struct scsiemu_vhost *v,
		  const struct scsiemu_vhost_config *cf)
{
	uint32_t scratch = cf->scratch;

	if (!scratch)
		scratch = scsiemu_device_limits(cf->dev)->scratch;
	*v = (struct scsiemu_vhost){
		.socket = { .fd = -1 },
		.listener = { .fd = -1 },
		.wake = { .fd = -1 },
		.alloc = cf->allocator,
		.pump = cf->pump,
		.dev = cf->dev,
		.loop = cf->loop,
		.notice = cf->notice,
		.ctx = cf->ctx,
		.port = { .ops = &semu_vhost_port_ops, .ctx = v },
		.cdb_size = 32,
		.sense_size = 96,
		.nrings = QUEUE_REQUEST + (cf->queues ? cf->queues : QUEUES),
	};
	semu_vhost_forget_memory(v);
	semu_slots_init(&v->slots, v->alloc, sizeof(struct semu_vhost_cmd),
			scratch);
}

static void end(struct scsiemu_vhost *v)
{
	const struct scsiemu_allocator *a = v->alloc;

	if (v->listener.fd >= 0)
		close(v->listener.fd);
	if (v->wake.fd >= 0)
		close(v->wake.fd);
	if (v->path) {
		unlink(v->path);
		a->free(a->ctx, v->path);
	}
	if (v->ring)
		a->free(a->ctx, v->ring);
	a->free(a->ctx, v);
}

static int add_sources(struct scsiemu_vhost *v)
{
	if (scsiemu_loop_add(v->loop, &v->wake))
		return -1;
	if (!scsiemu_loop_add(v->loop, &v->listener))
		return 0;
	scsiemu_loop_remove(v->loop, &v->wake);
	return -1;
}

struct scsiemu_vhost *scsiemu_vhost_open(const struct scsiemu_vhost_config *cf,
					 const char *path,
					 struct scsiemu_errmsg *err)
{
	const struct scsiemu_allocator *a = cf->allocator;
	struct scsiemu_vhost *v;

	if (cf->queues > QUEUES_MAX) {
		semu_err(err, "%u request queues: at most %d are possible",
			 (unsigned)cf->queues, QUEUES_MAX);
		return NULL;
	}
	v = a->alloc(a->ctx, sizeof(*v));
	if (!v) {
		semu_err_memory(err);
		return NULL;
	}
	begin(v, cf);
	v->ring = a->alloc(a->ctx, v->nrings * sizeof(*v->ring));
	if (!v->ring)
		semu_err_memory(err);
	for (unsigned i = 0; v->ring && i < v->nrings; i++)
		semu_ring_init(&v->ring[i], v, i);
	if (!v->ring || semu_vhost_listen(v, path, err) ||
	    (add_sources(v) && semu_err_memory(err))) {
		end(v);
		return NULL;
	}
	return v;
}

static void free_vectors(struct scsiemu_vhost *v)
{
	for (struct semu_vhost_cmd *c = v->all; c; c = c->next)
		if (c->c.v)
			v->alloc->free(v->alloc->ctx, c->c.v);
}

bool scsiemu_vhost_close(struct scsiemu_vhost *v)
{
	if (!v)
		return true;
	scsiemu_loop_remove(v->loop, &v->listener);
	if (v->socket.fd >= 0)
		semu_vhost_hang_up(v, "this server ends");
	scsiemu_pump_flush(v->pump);
	if (v->slots.live)
		return false;
	for (unsigned i = 0; i < v->nrings; i++)
		semu_ring_close(&v->ring[i]);
	semu_vhost_forget_memory(v);
	semu_vhost_forget_fly(v);
	scsiemu_loop_remove(v->loop, &v->wake);
	scsiemu_pump_port_gone(v->pump, &v->port);
	free_vectors(v);
	semu_slots_end(&v->slots);
	end(v);
	return true;
}
