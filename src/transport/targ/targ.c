/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targ/targ.c - an instance of the driver: found, enabled, watched, left.
 *
 * Before a LUN is enabled the descriptor must be neither read, written nor
 * polled: the driver would follow a null pointer, in the kernel. So the loop
 * gets it last.
 */
#include <transport/targ/targ.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/open.h"

#define NODE	  "/dev/targ"
#define OLD_NODE  "/dev/targ.ctl" /* of FreeBSD 3 and 4 */
#define MAX_NODES 256
#define FLAGS	  (O_RDWR | O_NONBLOCK | O_CLOEXEC)

enum { COMMANDS = 64, INITIATORS = 32, BUFFERS = 64 };
enum { MOST = 65536 }; /* commands; initiators */
/* DFLTPHYS and MAXPHYS of most releases: what one CTIO can map. */
enum { USUAL_IO = 64 << 10, MOST_IO = 128 << 10 };

int scsiemu_targ_address(struct scsiemu_targ_config *cf, const char *text,
			 struct scsiemu_errmsg *err)
{
	unsigned long long lun;
	unsigned bus, target;
	int used = 0;

	if (sscanf(text, "%9u:%9u:%19llu%n", &bus, &target, &lun, &used) != 3 ||
	    text[used] || strspn(text, "0123456789:") != strlen(text))
		return semu_err(err,
				"%s: must be BUS:TARGET:LUN, three numbers "
				"(camcontrol devlist -v names the buses)",
				text);
	cf->bus = bus;
	cf->target = target;
	cf->lun = lun;
	return 0;
}

/* ---- The end ---- */

void semu_targ_break(struct scsiemu_targ *t, const char *why)
{
	if (!t->broken)
		t->broken = why;
	t->nbox = SEMU_TARG_BATCH;
}

/* Read what it gives back, so that it unmaps the buffers; then close. */
void semu_targ_leave(struct scsiemu_targ *t)
{
	if (t->ending)
		return;
	t->ending = true;
	t->nbox = SEMU_TARG_BATCH;
	t->source.events = 0;
	if (t->loop)
		scsiemu_loop_remove(t->loop, &t->source);
	if (t->enabled && !t->sys->ioctl(t->source.fd, TARGIOCDISABLE, NULL))
		while (semu_targ_take(t))
			;
	t->enabled = false;
	t->sys->close(t->source.fd);
	t->source.fd = -1;
	semu_targ_all_back(t);
}

void semu_targ_heed(struct scsiemu_targ *t)
{
	if (!t->broken || t->ending)
		return;
	semu_targ_leave(t);
	if (t->notice)
		t->notice(t->ctx, t->broken);
}

static void ready(struct scsiemu_source *s, short revents)
{
	struct scsiemu_targ *t = (struct scsiemu_targ *)s;

	(void)revents;
	if (!t->enabled)
		return;
	semu_targ_take(t); /* if there is more, others get their turn first */
	semu_targ_tell(t);
	semu_targ_heed(t);
}

static void free_all(struct scsiemu_targ *t)
{
	semu_targ_nexus_end(t);
	semu_targ_pool_end(&t->ios);
	if (t->cmd)
		t->alloc->free(t->alloc->ctx, t->cmd);
	if (t->scratch)
		t->alloc->free(t->alloc->ctx, t->scratch);
	while (t->bufs) {
		struct semu_targ_buf *b = t->bufs;

		t->bufs = b->all;
		t->alloc->free(t->alloc->ctx, b);
	}
	t->alloc->free(t->alloc->ctx, t);
}

static bool has_started(const struct scsiemu_targ *t)
{
	for (uint32_t i = 0; i < t->ncmd; i++)
		if (t->cmd[i].started)
			return true;
	return false;
}

bool scsiemu_targ_close(struct scsiemu_targ *t)
{
	if (!t)
		return true;
	semu_targ_leave(t);
	scsiemu_pump_flush(t->pump);
	if (has_started(t))
		return false;
	scsiemu_pump_port_gone(t->pump, &t->port);
	free_all(t);
	return true;
}

/* ---- Opening ---- */

/* 5.0 to 9.x: a node for each instance, made when its name is looked up. busy:
 * there is one already that cannot be had. */
static int open_numbered(struct scsiemu_targ *t, bool busy,
			 struct scsiemu_errmsg *err)
{
	char path[32];

	for (unsigned i = 0; i < MAX_NODES; i++) {
		snprintf(path, sizeof(path), NODE "%u", i);
		t->source.fd = t->sys->open(path, FLAGS);
		if (t->source.fd >= 0)
			return 0;
		if (errno == ENOENT)
			break;
		if (errno != EBUSY)
			return semu_err_system(err, path, errno);
		busy = true;
	}
	if (busy)
		return semu_err(err, NODE " ...: all are in use");
	return semu_err(err, NODE ": there is no targ(4): load a kernel that "
				  "has `device targ'");
}

static int open_any(struct scsiemu_targ *t, struct scsiemu_errmsg *err)
{
	int old = t->sys->open(OLD_NODE, FLAGS);

	if (old >= 0) {
		t->sys->close(old);
		return semu_err(err, OLD_NODE
				": this is targ(4) of FreeBSD 3 and 4, another "
				"interface: FreeBSD 5 or later is needed");
	}
	t->source.fd = t->sys->open(NODE, FLAGS);
	t->one_node = t->source.fd >= 0;
	if (t->one_node)
		return 0;
	if (errno != ENOENT && errno != EBUSY)
		return semu_err_system(err, NODE, errno);
	return open_numbered(t, errno == EBUSY, err);
}

static int open_node(struct scsiemu_targ *t, const char *path,
		     struct scsiemu_errmsg *err)
{
	if (!path)
		return open_any(t, err);
	t->one_node = !strchr("0123456789", path[strlen(path) - 1]);
	t->source.fd = t->sys->open(path, FLAGS);
	if (t->source.fd >= 0)
		return 0;
	if (errno == EBUSY)
		return semu_err(err, "%s: another process has it", path);
	return semu_err_system(err, path, errno);
}

/* What TARGIOCENABLE says. */
static const struct {
	int error;
	const char *why;
} refusals[] = {
	{ ENOTSUP, "the adapter has no target mode, or it is off (isp(4): the "
		   "role must be target)" },
	{ EADDRINUSE, "it is served already" },
	{ ENOENT, "there is no such bus, target or LUN (camcontrol devlist -v "
		  "names the buses)" },
	{ ENOTTY, "the driver has another interface: build the library on this "
		  "release" },
	{ EINVAL, "the adapter refuses the address" },
	{ 0, NULL },
};

static int enable(struct scsiemu_targ *t, const struct scsiemu_targ_config *cf,
		  struct scsiemu_errmsg *err)
{
	struct ioc_enable_lun e = { .path_id = cf->bus,
				    .target_id = cf->target,
				    .lun_id = (lun_id_t)cf->lun,
				    .grp6_len = cf->group6,
				    .grp7_len = cf->group7 };
	int why, on = 1;
	unsigned i = 0;

	if (e.lun_id != cf->lun)
		return semu_err(err,
				"LUN %llu: this release has 32 bits for it",
				(unsigned long long)cf->lun);
	if (t->sys->ioctl(t->source.fd, TARGIOCENABLE, &e)) {
		why = errno;
		while (refusals[i].why && refusals[i].error != why)
			i++;
		return semu_err(err, "%u:%u:%llu: %s", cf->bus, cf->target,
				(unsigned long long)cf->lun,
				refusals[i].why ? refusals[i].why
						: strerror(why));
	}
	t->enabled = true;
	if (cf->debug)
		t->sys->ioctl(t->source.fd, TARGIOCDEBUG, &on);
	return 0;
}

/* What the adapter can do. */
static int inquire(struct scsiemu_targ *t, struct scsiemu_errmsg *err)
{
	union ccb u;
	uint32_t most = USUAL_IO;

	memset(&u, 0, sizeof(u));
	if (!semu_targ_do(t, &u.ccb_h, XPT_PATH_INQ) ||
	    (u.ccb_h.status & CAM_STATUS_MASK) != CAM_REQ_CMP)
		return semu_err(err, "the adapter does not say what it can do");
	if (!(u.cpi.target_sprt & PIT_PROCESSOR))
		return semu_err(err, "the adapter has no target mode");
	if (t->one_node && u.cpi.maxio)
		most = u.cpi.maxio < MOST_IO ? u.cpi.maxio : MOST_IO;
	t->most = most < t->page ? t->page : most - most % t->page;
	t->inquiry = u.cpi.hba_inquiry;
	t->parallel = u.cpi.transport == XPORT_SPI;
	return 0;
}

static uint32_t or (uint32_t value, uint32_t usual)
{
	return value ? value : usual;
}

static void make_cmd(struct scsiemu_targ *t, struct semu_targ_cmd *c,
		     bool notify, uint8_t *scratch, uint32_t scratch_len)
{
	struct scsiemu_cmd *cmd = &c->task.cmd;

	memset(c, 0, sizeof(*c));
	c->t = t;
	c->notify = notify;
	c->ccb.ccb_h.pinfo.priority = 1;
	semu_targ_io_init(&c->own[0], c);
	semu_targ_io_init(&c->own[1], c);
	c->own[0].next = &c->own[1];
	c->spare = c->own;
	cmd->user = c;
	cmd->scratch = scratch;
	cmd->scratch_len = scratch_len;
	cmd->cdb = c->ccb.atio.cdb_io.cdb_bytes;
	cmd->in_len = cmd->out_len = notify ? 0 : SCSIEMU_UNKNOWN;
}

static bool make_cmds(struct scsiemu_targ *t, uint32_t n, uint32_t scratch)
{
	const struct scsiemu_allocator *a = t->alloc;
	uint32_t all = n + SEMU_TARG_NOTIFIES;

	if (scratch > SIZE_MAX / all)
		return false;
	t->cmd = a->alloc(a->ctx, all * sizeof(*t->cmd));
	t->scratch = a->alloc(a->ctx, (size_t)all * scratch);
	if (!t->cmd || !t->scratch)
		return false;
	t->ncmd = all;
	for (uint32_t i = 0; i < all; i++)
		make_cmd(t, &t->cmd[i], i >= n,
			 t->scratch + (size_t)i * scratch, scratch);
	return true;
}

/* The driver's for as long as it has nothing to say. */
static void offer(struct scsiemu_targ *t)
{
	for (uint32_t i = 0; i < t->ncmd; i++)
		semu_targ_send(t, &t->cmd[i].ccb.ccb_h,
			       t->cmd[i].notify ? semu_targ_notify_code(t)
						: XPT_ACCEPT_TARGET_IO);
	semu_targ_tell(t);
}

static int open_all(struct scsiemu_targ *t,
		    const struct scsiemu_targ_config *cf,
		    struct scsiemu_errmsg *err)
{
	uint32_t n = or (cf->commands, COMMANDS);
	uint32_t initiators = or (cf->initiators, INITIATORS);
	uint32_t scratch = cf->scratch;

	if (n > MOST || initiators > MOST)
		return semu_err(err, "commands, initiators: at most %u of each",
				MOST);
	if (!scratch)
		scratch = scsiemu_device_limits(scsiemu_lu_device(t->lu))
				  ->scratch;
	if (scratch > UINT32_MAX - 15)
		return semu_err_memory(err);
	t->ios = (struct semu_targ_pool){ .alloc = t->alloc, .first = 2 * n };
	if (!make_cmds(t, n, (scratch + 15) & ~(uint32_t)15) ||
	    !semu_targ_nexus_init(t, initiators))
		return semu_err_memory(err);
	if (open_node(t, cf->path, err) || enable(t, cf, err) ||
	    inquire(t, err))
		return -1;
	offer(t);
	if (t->broken)
		return semu_err(err, "%s", t->broken);
	if (t->loop && scsiemu_loop_add(t->loop, &t->source))
		return semu_err_memory(err);
	return 0;
}

struct scsiemu_targ *semu_targ_open(const struct scsiemu_targ_config *cf,
				    const struct semu_calls *sys,
				    struct scsiemu_errmsg *err)
{
	const struct scsiemu_allocator *a = cf->allocator;
	struct scsiemu_targ *t = a->alloc(a->ctx, sizeof(*t));

	if (!t) {
		semu_err_memory(err);
		return NULL;
	}
	*t = (struct scsiemu_targ){
		.source = { .fd = -1, .events = POLLIN, .ready = ready },
		.sys = sys,
		.alloc = a,
		.pump = cf->pump,
		.lu = cf->lu,
		.loop = cf->loop,
		.port = { .ops = &semu_targ_port_ops, .ctx = t },
		.maxbuf = or (cf->buffers, BUFFERS),
		.page = (uint32_t)sysconf(_SC_PAGESIZE),
		.acknowledge = cf->acknowledge,
		.notice = cf->notice,
		.ctx = cf->ctx,
		.wait_end = &t->wait,
	};
	if (!open_all(t, cf, err))
		return t;
	if (t->source.fd >= 0)
		semu_targ_leave(t);
	free_all(t);
	return NULL;
}

struct scsiemu_targ *scsiemu_targ_open(const struct scsiemu_targ_config *cf,
				       struct scsiemu_errmsg *err)
{
	return semu_targ_open(cf, &semu_calls_real, err);
}

struct scsiemu_source *scsiemu_targ_source(struct scsiemu_targ *t)
{
	return &t->source;
}

const char *scsiemu_targ_broken(const struct scsiemu_targ *t)
{
	return t->broken;
}
