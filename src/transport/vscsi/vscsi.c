/* SPDX-License-Identifier: BSD-2-Clause */
/* vscsi/vscsi.c - the bus: opened, its targets, events, closed. */
#include <transport/vscsi/vscsi.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "store/open.h"

/* Before April 2011 there was no RESET, and 2 was ERR. */
const int semu_vscsi_ends[SEMU_VSCSI_ENDS] = {
	[SEMU_VSCSI_DONE] = VSCSI_STAT_DONE,
	[SEMU_VSCSI_SENSE] = VSCSI_STAT_SENSE,
#ifdef VSCSI_STAT_RESET
	[SEMU_VSCSI_RESET] = VSCSI_STAT_RESET,
#else
	[SEMU_VSCSI_RESET] = VSCSI_STAT_ERR,
#endif
	[SEMU_VSCSI_ERR] = VSCSI_STAT_ERR,
};

int semu_vscsi_again(struct scsiemu_vscsi *v, unsigned long request, void *arg)
{
	while (errno == EINTR)
		if (v->sys->ioctl(v->source.fd, request, arg) >= 0)
			return 0;
	return errno;
}

static void leave_loop(struct scsiemu_vscsi *v)
{
	v->source.events = 0;
	if (v->loop)
		scsiemu_loop_remove(v->loop, &v->source);
	v->loop = NULL;
}

void semu_vscsi_break(struct scsiemu_vscsi *v, const char *what, int error)
{
	if (v->broken)
		return;
	v->broken = true;
	semu_err(&v->why, "the kernel's bus cannot be served any more: %s%s%s",
		 what, error ? ": " : "", error ? strerror(error) : "");
	leave_loop(v);
}

static void ready(struct scsiemu_source *s, short revents)
{
	(void)revents; /* what is wrong with it the ioctl says */
	semu_vscsi_take((struct scsiemu_vscsi *)s);
}

/* ---- Opening ---- */

static int open_bus(struct scsiemu_vscsi *v, const char *path,
		    struct scsiemu_errmsg *err)
{
	v->source.fd = v->sys->open(path, O_RDWR | O_CLOEXEC);
	if (v->source.fd >= 0)
		return 0;
	if (errno == EBUSY)
		return semu_err(err,
				"%s: another process serves it (iscsid does): "
				"stop that, or take another bus",
				path);
	if (errno == ENXIO || errno == ENOENT)
		return semu_err(err,
				"%s: there is no such bus: the kernel has "
				"vscsi0 only, MAKEDEV makes its file",
				path);
	return semu_err_system(err, path, errno);
}

struct scsiemu_vscsi *semu_vscsi_open(const struct scsiemu_vscsi_config *cf,
				      const struct semu_calls *sys,
				      const int ends[SEMU_VSCSI_ENDS],
				      const char *path,
				      struct scsiemu_errmsg *err)
{
	const struct scsiemu_allocator *a = cf->allocator;
	struct scsiemu_vscsi *v = a->alloc(a->ctx, sizeof(*v));

	if (!v) {
		semu_err_memory(err);
		return NULL;
	}
	*v = (struct scsiemu_vscsi){
		.source = { .fd = -1, .events = POLLIN, .ready = ready },
		.sys = sys,
		.alloc = a,
		.ends = ends,
	};
	if (open_bus(v, path, err)) {
		a->free(a->ctx, v);
		return NULL;
	}
	if (cf->loop && scsiemu_loop_add(cf->loop, &v->source)) {
		semu_err_memory(err);
		sys->close(v->source.fd);
		a->free(a->ctx, v);
		return NULL;
	}
	v->loop = cf->loop;
	return v;
}

struct scsiemu_vscsi *scsiemu_vscsi_open(const struct scsiemu_vscsi_config *cf,
					 const char *path,
					 struct scsiemu_errmsg *err)
{
	return semu_vscsi_open(cf, &semu_calls_real, semu_vscsi_ends, path,
			       err);
}

struct scsiemu_source *scsiemu_vscsi_source(struct scsiemu_vscsi *v)
{
	return &v->source;
}

const char *scsiemu_vscsi_broken(const struct scsiemu_vscsi *v)
{
	return v->broken ? v->why.text : NULL;
}

/* ---- Targets ---- */

int scsiemu_vscsi_add(struct scsiemu_vscsi *v, unsigned target,
		      struct scsiemu_pump *pump, struct scsiemu_errmsg *err)
{
	const struct scsiemu_limits *l = scsiemu_device_limits(pump->dev);
	struct semu_vscsi_target *t;

	if (target >= SCSIEMU_VSCSI_TARGETS)
		return semu_err(err, "target %u: must be 0 to %u", target,
				SCSIEMU_VSCSI_TARGETS - 1);
	if (v->target[target])
		return semu_err(err, "target %u: there is one already", target);
	t = v->alloc->alloc(v->alloc->ctx, sizeof(*t));
	if (!t)
		return semu_err_memory(err);
	*t = (struct semu_vscsi_target){
		.port = { .ops = &semu_vscsi_port_ops, .ctx = t },
		.v = v,
		.pump = pump,
	};
	semu_slots_init(&t->slots, v->alloc, sizeof(struct semu_vscsi_cmd),
			l->scratch);
	scsiemu_device_reserve(pump->dev, l->lus);
	v->target[target] = t;
	return 0;
}

static void free_target(struct semu_vscsi_target *t)
{
	const struct scsiemu_allocator *a = t->v->alloc;

	for (struct semu_vscsi_cmd *c = t->all; c; c = c->next)
		if (c->buf)
			a->free(a->ctx, c->buf);
	semu_slots_end(&t->slots);
	a->free(a->ctx, t);
}

bool scsiemu_vscsi_remove(struct scsiemu_vscsi *v, unsigned target)
{
	struct semu_vscsi_target *t;

	t = target < SCSIEMU_VSCSI_TARGETS ? v->target[target] : NULL;
	if (!t)
		return true;
	t->leaving = true;
	semu_vscsi_abort_all(t);
	scsiemu_pump_flush(t->pump);
	if (t->slots.live)
		return false;
	scsiemu_pump_port_gone(t->pump, &t->port);
	free_target(t);
	v->target[target] = NULL;
	return true;
}

static int event(struct scsiemu_vscsi *v, unsigned long request,
		 unsigned target, int lun, struct scsiemu_errmsg *err)
{
	struct vscsi_ioc_devevent e = { .target = (int)target, .lun = lun };
	int error;

	if (v->broken)
		return semu_err(err, "%s", v->why.text);
	if (target >= SCSIEMU_VSCSI_TARGETS)
		return semu_err(err, "target %u: must be 0 to %u", target,
				SCSIEMU_VSCSI_TARGETS - 1);
	if (semu_vscsi_call(v, request, &e))
		return 0;
	error = semu_vscsi_again(v, request, &e);
	if (!error)
		return 0;
	return semu_err(err, "target %u: the host does not %s it: %s", target,
			request == VSCSI_REQPROBE ? "probe" : "detach",
			strerror(error));
}

int scsiemu_vscsi_probe(struct scsiemu_vscsi *v, unsigned target, int lun,
			struct scsiemu_errmsg *err)
{
	return event(v, VSCSI_REQPROBE, target, lun, err);
}

int scsiemu_vscsi_detach(struct scsiemu_vscsi *v, unsigned target, int lun,
			 struct scsiemu_errmsg *err)
{
	return event(v, VSCSI_REQDETACH, target, lun, err);
}

/* ---- The end ---- */

bool scsiemu_vscsi_close(struct scsiemu_vscsi *v)
{
	bool gone = true;

	if (!v)
		return true;
	leave_loop(v);
	for (unsigned i = 0; i < SCSIEMU_VSCSI_TARGETS; i++)
		gone &= scsiemu_vscsi_remove(v, i);
	if (!gone)
		return false;
	v->sys->close(v->source.fd);
	v->alloc->free(v->alloc->ctx, v);
	return true;
}
