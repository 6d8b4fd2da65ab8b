/* SPDX-License-Identifier: BSD-2-Clause */
/* sgio/command.c - requests as commands of the pump, their time and their
 * end. */
#define _GNU_SOURCE
#include <transport/sgio/sgio.h>

#include <scsiemu/wire.h>

#include <transport/sys.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Of the kernel: host_status; times that a node has by itself. */
#define DID_TIME_OUT 3
#define DID_RESET    8
#define USUAL_SG_MS  30000
#define USUAL_MS     60000
#define LEAST_MS     7000
#define KERNEL_SENSE 96 /* SCSI_SENSE_BUFFERSIZE */
#define LEAST_CDB    16
#define MS_OF_A_TICK 10 /* USER_HZ is 100 */
#define NO_TIME	     UINT64_MAX

static uint64_t now(void)
{
	return semu_calls_real.clock_ms();
}

static struct semu_sgio_cmd *of(struct scsiemu_task *t)
{
	return (struct semu_sgio_cmd *)t;
}

static void fail(int fd, int error)
{
	const struct semu_sgio_reply r = { .error = error };

	semu_sgio_reply(fd, &r);
}

static void hung_up(struct scsiemu_source *source, short revents);

static struct semu_sgio_cmd *new_cmd(struct scsiemu_sgio *s)
{
	struct semu_sgio_cmd *c = semu_slots_take(&s->slots);

	if (!c)
		return NULL;
	c->s = s;
	c->source = (struct scsiemu_source){ .fd = -1,
					     .events = POLLIN,
					     .ready = hung_up };
	c->map = NULL;
	c->map_len = 0;
	c->given_up = c->posted = c->late = false;
	c->file = NULL;
	c->deadline = NO_TIME;
	c->next = s->live;
	c->prev = &s->live;
	if (c->next)
		c->next->prev = &c->next;
	s->live = c;
	c->m.t.cmd.tag = (uintptr_t)c;
	return c;
}

void semu_sgio_drop(struct semu_sgio_cmd *c)
{
	semu_slots_give(&c->s->slots, c);
}

/* It is not alive any longer. */
static void leave(struct semu_sgio_cmd *c)
{
	if (c->map)
		munmap(c->map, c->map_len);
	*c->prev = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

static void drop(struct semu_sgio_cmd *c)
{
	leave(c);
	semu_sgio_drop(c);
}

/* ---- The data ---- */

/* The program may write into it at any time, but not take it away: memory that
 * can shrink, or that may turn out not to be there, would end us. */
static bool is_safe(int mem, uint64_t len)
{
	struct statfs fs;
	struct stat st;
	int seals = fcntl(mem, F_GET_SEALS);

	return seals >= 0 && seals & F_SEAL_SHRINK && !fstatfs(mem, &fs) &&
	       fs.f_type == TMPFS_MAGIC && !fstat(mem, &st) &&
	       (uint64_t)st.st_size >= len;
}

/* 0 or an errno. */
static int map(struct semu_sgio_cmd *c, const struct semu_sgio_request *q,
	       int mem)
{
	uint32_t in_at = semu_sgio_in_at(q->out_len);
	void *at;

	c->m.out = semu_side(&c->out, 0);
	c->m.in = semu_side(&c->in, 0);
	if (!q->in_len && !q->out_len)
		return 0;
	if (!is_safe(mem, (uint64_t)in_at + q->in_len))
		return EINVAL;
	at = mmap(NULL, in_at + q->in_len, PROT_READ | PROT_WRITE, MAP_SHARED,
		  mem, 0);
	if (at == MAP_FAILED)
		return ENOMEM;
	c->map = at;
	c->map_len = in_at + q->in_len;
	c->out = (struct scsiemu_vec){ c->map, q->out_len };
	c->in = (struct scsiemu_vec){ c->map + in_at, q->in_len };
	c->m.out = semu_side(&c->out, q->out_len ? 1 : 0);
	c->m.in = semu_side(&c->in, q->in_len ? 1 : 0);
	return 0;
}

/* ---- Time ---- */

static void arm(struct scsiemu_sgio *s, uint64_t when)
{
	struct itimerspec t = { .it_value = { 0, 0 } };

	if (when >= s->armed)
		return;
	s->armed = when;
	t.it_value.tv_sec = (time_t)(when / 1000);
	t.it_value.tv_nsec = (long)(when % 1000) * 1000000;
	timerfd_settime(s->timer.fd, TFD_TIMER_ABSTIME, &t, NULL);
}

/* sg takes what it is told; the block layer has its own idea of too short. */
static uint64_t patience(const struct semu_sgio_file *f, uint32_t ms)
{
	uint64_t own = f->timeout < 0 ? NO_TIME
				      : (uint64_t)f->timeout * MS_OF_A_TICK;

	if (ms == UINT32_MAX)
		return NO_TIME;
	if (f->node->kind == SCSIEMU_SGIO_SG)
		return ms ? ms : USUAL_SG_MS;
	if (!ms)
		return own ? own : USUAL_MS;
	return ms < LEAST_MS ? LEAST_MS : ms;
}

/* ---- The request ---- */

static bool may_be(const struct semu_sgio_request *q)
{
	if (q->in_len > SEMU_SGIO_MAX || q->out_len > SEMU_SGIO_MAX ||
	    q->cdb_len > SEMU_SGIO_CDB)
		return false;
	if (q->tmf)
		return q->tmf == SCSIEMU_TMF_LU_RESET ||
		       q->tmf == SCSIEMU_TMF_TARGET_WARM_RESET;
	return q->attr <= SCSIEMU_ACA;
}

static void finish(struct semu_sgio_cmd *c, struct semu_sgio_reply *r);

static void start(struct semu_sgio_cmd *c, struct scsiemu_lu *lu)
{
	struct scsiemu_sgio *s = c->s;
	struct semu_sgio_reply busy = { .status = SCSIEMU_BUSY };

	scsiemu_device_reserve(s->cf.pump->dev, 1);
	if (scsiemu_pump_start(s->cf.pump, &s->port, lu, &c->m.t))
		finish(c, &busy);
}

static void fill(struct semu_sgio_cmd *c, struct semu_sgio_file *f,
		 const struct semu_sgio_request *q)
{
	struct scsiemu_cmd *cmd = &c->m.t.cmd;
	uint64_t wait = patience(f, q->timeout_ms);

	memset(c->cdb, 0, sizeof(c->cdb));
	memcpy(c->cdb, q->cdb, q->cdb_len);
	cmd->nexus = f->nexus->nexus;
	cmd->cdb = c->cdb;
	/* other transports have room for as many, and send zeros behind it */
	cmd->cdb_len = q->cdb_len < LEAST_CDB ? LEAST_CDB : q->cdb_len;
	cmd->tmf = q->tmf;
	cmd->attr = q->attr;
	cmd->in_len = q->in_len;
	cmd->out_len = q->out_len;
	c->began = now();
	c->deadline = wait == NO_TIME ? NO_TIME : c->began + wait;
	arm(c->s, c->deadline);
}

/* How it will be told of its end: 0 or an errno. */
static int expect(struct semu_sgio_cmd *c, struct semu_sgio_file *f,
		  const struct semu_sgio_request *q, int reply, int mem)
{
	if (q->what == SEMU_SGIO_POST)
		return semu_sgio_post(f, c, q->value, mem) ? 0 : EDOM;
	c->source.fd = reply;
	return scsiemu_loop_add(c->s->cf.loop, &c->source) ? ENOMEM : 0;
}

static int take(struct semu_sgio_file *f, const struct semu_sgio_request *q,
		int reply, int mem, struct semu_sgio_cmd **cmd)
{
	struct semu_sgio_cmd *c;
	int error;

	if (!may_be(q) || (q->what == SEMU_SGIO_POST && mem < 0))
		return EINVAL;
	c = new_cmd(f->s);
	if (!c)
		return ENOMEM;
	error = map(c, q, mem);
	if (!error)
		error = expect(c, f, q, reply, mem);
	if (error)
		drop(c);
	*cmd = c;
	return error;
}

void semu_sgio_command(struct semu_sgio_file *f,
		       const struct semu_sgio_request *q, int reply, int mem)
{
	bool posted = q->what == SEMU_SGIO_POST;
	struct semu_sgio_cmd *c = NULL;
	int error = take(f, q, reply, mem, &c);

	if (mem >= 0 && (error || !posted))
		close(mem);
	if (error || posted)
		fail(reply, error);
	if (error)
		return;
	fill(c, f, q);
	start(c, f->node->lu);
}

void semu_sgio_scan(struct scsiemu_sgio *s, struct scsiemu_lu *lu,
		    struct scsiemu_nexus *n)
{
	struct semu_sgio_cmd *c = new_cmd(s);

	if (!c)
		return;
	memset(c->cdb, SCSIEMU_OP_TEST_UNIT_READY, 6);
	c->m.out = c->m.in = semu_side(&c->in, 0);
	c->m.t.cmd.nexus = n;
	c->m.t.cmd.cdb = c->cdb;
	c->m.t.cmd.cdb_len = 6;
	c->m.t.cmd.tmf = SCSIEMU_TMF_NONE;
	c->m.t.cmd.attr = SCSIEMU_SIMPLE;
	c->m.t.cmd.in_len = c->m.t.cmd.out_len = 0;
	start(c, lu);
}

/* ---- The end ---- */

static void answer(struct semu_sgio_cmd *c, struct semu_sgio_reply *r)
{
	if (c->source.fd < 0)
		return;
	r->duration_ms = (uint32_t)(now() - c->began);
	scsiemu_loop_remove(c->s->cf.loop, &c->source);
	semu_sgio_reply(c->source.fd, r);
	c->source.fd = -1;
	c->deadline = NO_TIME;
}

/* It is the pump's no more. */
static void finish(struct semu_sgio_cmd *c, struct semu_sgio_reply *r)
{
	answer(c, r);
	if (!c->posted) {
		drop(c);
		return;
	}
	c->reply = *r;
	c->reply.duration_ms = (uint32_t)(now() - c->began);
	leave(c);
	semu_sgio_ended(c);
}

/* The program does not wait any longer: it was interrupted, or it is gone. */
static void forget(struct semu_sgio_cmd *c)
{
	if (c->source.fd < 0)
		return;
	scsiemu_loop_remove(c->s->cf.loop, &c->source);
	close(c->source.fd);
	c->source.fd = -1;
	c->deadline = NO_TIME;
}

static void hung_up(struct scsiemu_source *source, short revents)
{
	struct semu_sgio_cmd *c =
		(struct semu_sgio_cmd *)((char *)source -
					 offsetof(struct semu_sgio_cmd,
						  source));

	(void)revents;
	forget(c);
	scsiemu_pump_abort(&c->m.t);
}

/* The kernel knows one residual, of the one direction. What an overflow is
 * there depends on the host adapter's driver; most say nothing. */
static int32_t resid(const struct scsiemu_cmd *cmd)
{
	int64_t left = cmd->out_len ? scsiemu_out_resid(cmd)
				    : scsiemu_in_resid(cmd);

	return left > 0 ? (int32_t)left : 0;
}

static int32_t all(const struct scsiemu_cmd *cmd)
{
	return (int32_t)(cmd->out_len ? cmd->out_len : cmd->in_len);
}

static void done(void *port, struct scsiemu_task *t)
{
	struct semu_sgio_cmd *c = of(t);
	const struct scsiemu_cmd *cmd = &t->cmd;
	struct semu_sgio_reply r = { .status = cmd->status };

	(void)port;
	if (cmd->outcome == SCSIEMU_ABORTED) {
		r.status = SCSIEMU_GOOD;
		r.host_status = c->late ? DID_TIME_OUT : DID_RESET;
		r.resid = all(cmd);
	} else if (cmd->tmf) {
		r.error = cmd->response == SCSIEMU_RSP_COMPLETE ? 0 : EIO;
	} else {
		r.resid = resid(cmd);
		r.in_done = cmd->in_done;
		r.len = scsiemu_sense_encode(cmd, r.data, KERNEL_SENSE, 0);
	}
	scsiemu_pump_sent(t);
	finish(c, &r);
}

/* A store that hangs keeps the command, not the program. */
static void expire(struct semu_sgio_cmd *c)
{
	struct semu_sgio_reply r = { .host_status = DID_TIME_OUT,
				     .resid = all(&c->m.t.cmd) };

	answer(c, &r);
	c->deadline = NO_TIME;
	c->late = true;
	scsiemu_pump_abort(&c->m.t);
}

static struct semu_sgio_cmd *next_late(const struct scsiemu_sgio *s,
				       uint64_t when)
{
	struct semu_sgio_cmd *c = s->live;

	while (c && c->deadline > when)
		c = c->next;
	return c;
}

void semu_sgio_late(struct scsiemu_source *timer, short revents)
{
	struct scsiemu_sgio *s =
		(struct scsiemu_sgio *)((char *)timer -
					offsetof(struct scsiemu_sgio, timer));
	uint64_t when = now(), times;
	struct semu_sgio_cmd *c;
	ssize_t got = read(timer->fd, &times, sizeof(times));

	(void)revents, (void)got;
	s->armed = NO_TIME;
	while ((c = next_late(s, when)) != NULL)
		expire(c);
	for (c = s->live; c; c = c->next)
		arm(s, c->deadline);
}

void semu_sgio_give_up(struct scsiemu_sgio *s)
{
	struct semu_sgio_cmd *c;

	/* One that ends lets others run, which end as well. */
	do {
		c = s->live;
		while (c && c->given_up)
			c = c->next;
		if (c) {
			c->given_up = true;
			forget(c);
			scsiemu_pump_abort(&c->m.t);
		}
	} while (c);
}

const struct scsiemu_port_ops semu_sgio_port_ops = {
	.size = sizeof(semu_sgio_port_ops),
	.window = semu_mapped_window,
	.push = semu_mapped_push,
	.done = done,
	.cancel = semu_mapped_cancel,
};
