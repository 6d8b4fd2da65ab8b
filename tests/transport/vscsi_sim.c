/* SPDX-License-Identifier: BSD-2-Clause */
/* vscsi_sim.c - see vscsi_sim.h. */
#include "vscsi_sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct vscsi_sim *vscsi_sim;

static int sim_open(const char *path, int flags)
{
	(void)flags;
	assert_string_equal(path, "/dev/vscsi0");
	if (vscsi_sim->open_error) {
		errno = vscsi_sim->open_error;
		return -1;
	}
	assert_false(vscsi_sim->opened);
	vscsi_sim->opened = true;
	return SIM_FD;
}

/* All that is under way fails, the devices are detached. */
static int sim_close(int fd)
{
	assert_int_equal(fd, SIM_FD);
	assert_true(vscsi_sim->opened);
	vscsi_sim->opened = false;
	return 0;
}

static struct sim_cmd *taken(int tag)
{
	for (unsigned i = 0; i < vscsi_sim->ncmd; i++) {
		struct sim_cmd *c = &vscsi_sim->cmd[i];

		if (c->state == SIM_TAKEN && c->i2t.tag == tag)
			return c;
	}
	return NULL;
}

/* arg begins with a tag. */
static struct sim_cmd *whose(const void *arg)
{
	int tag;
	struct sim_cmd *c;

	memcpy(&tag, arg, sizeof(tag));
	c = taken(tag);
	if (c && vscsi_sim->forget_in && !--vscsi_sim->forget_in) {
		vscsi_sim_forget(c);
		return NULL;
	}
	return c;
}

static int i2t(void *arg)
{
	for (unsigned i = 0; i < vscsi_sim->ncmd; i++) {
		struct sim_cmd *c = &vscsi_sim->cmd[i];

		if (c->state != SIM_QUEUED)
			continue;
		c->state = SIM_TAKEN;
		memcpy(arg, &c->i2t, sizeof(c->i2t));
		return 0;
	}
	return EAGAIN;
}

static int data(const struct vscsi_ioc_data *d, int direction)
{
	struct sim_cmd *c = whose(d);

	if (!c)
		return EFAULT;
	if (d->datalen > c->i2t.datalen - c->moved)
		return ENOMEM;
	if (c->i2t.direction != direction)
		return EINVAL;
	if (direction == VSCSI_DIR_READ)
		memcpy(c->data + c->moved, d->data, d->datalen);
	else
		memcpy(d->data, c->data + c->moved, d->datalen);
	c->moved += d->datalen;
	if (d->datalen > vscsi_sim->longest)
		vscsi_sim->longest = d->datalen;
	return 0;
}

static int data_read(void *arg)
{
	return data(arg, VSCSI_DIR_READ);
}

static int data_write(void *arg)
{
	return data(arg, VSCSI_DIR_WRITE);
}

static int t2i(void *arg)
{
	const struct vscsi_ioc_t2i *r = arg;
	struct sim_cmd *c = whose(r);

	if (!c)
		return EFAULT;
	c->state = SIM_ENDED;
	c->status = r->status;
	memcpy(c->sense, &r->sense, sizeof(c->sense));
	return 0;
}

static int devevent(void *arg)
{
	memcpy(&vscsi_sim->events, arg, sizeof(vscsi_sim->events));
	return 0;
}

static int sim_ioctl(int fd, unsigned long request, void *arg)
{
	static int (*const calls[SIM_NR])(void *) = { i2t,	  data_read,
						      data_write, t2i,
						      devevent,	  devevent };
	static const unsigned long words[SIM_NR] = {
		VSCSI_I2T, VSCSI_DATA_READ, VSCSI_DATA_WRITE,
		VSCSI_T2I, VSCSI_REQPROBE,  VSCSI_REQDETACH
	};
	unsigned n = request & 0xff;

	assert_int_equal(fd, SIM_FD);
	assert_true(vscsi_sim->opened);
	assert_true(n < SIM_NR && request == words[n]); /* else ENOTTY */
	vscsi_sim->calls[n]++;
	errno = vscsi_sim->error[n];
	vscsi_sim->error[n] = 0;
	if (!errno)
		errno = calls[n](arg);
	return errno ? -1 : 0;
}

static int sim_poll(struct pollfd *p, nfds_t n, int ms)
{
	int ready = 0;

	(void)ms;
	for (nfds_t i = 0; i < n; i++) {
		p[i].revents = 0;
		for (unsigned j = 0; j < vscsi_sim->ncmd; j++)
			if (p[i].fd == SIM_FD &&
			    vscsi_sim->cmd[j].state == SIM_QUEUED)
				p[i].revents = POLLIN;
		ready += p[i].revents != 0;
	}
	assert_true(ready); /* else for ever */
	return ready;
}

static uint64_t sim_clock(void)
{
	return 0;
}

const struct semu_calls vscsi_sim_calls = { .open = sim_open,
					    .close = sim_close,
					    .ioctl = sim_ioctl,
					    .poll = sim_poll,
					    .clock_ms = sim_clock };

void vscsi_sim_make(struct vscsi_sim *s)
{
	memset(s, 0, sizeof(*s));
	s->next_tag = -3u;
	vscsi_sim = s;
}

void vscsi_sim_free(struct vscsi_sim *s)
{
	assert_false(s->opened);
	for (unsigned i = 0; i < s->ncmd; i++)
		free(s->cmd[i].data);
}

struct sim_cmd *vscsi_sim_send(struct vscsi_sim *s, unsigned target,
			       unsigned lun, const void *cdb, unsigned cdb_len,
			       int direction, const void *out, size_t len)
{
	struct sim_cmd *c = &s->cmd[s->ncmd++];

	assert_true(s->ncmd <= SIM_CMDS);
	/* Exactly so long: a sanitizer sees every byte too far. */
	c->data = malloc(len ? len : 1);
	assert_non_null(c->data);
	if (out)
		memcpy(c->data, out, len);
	else
		memset(c->data, 0xee, len);
	c->i2t.tag = (int)s->next_tag++;
	c->i2t.target = target;
	c->i2t.lun = lun;
	memcpy(&c->i2t.cmd, cdb, cdb_len);
	c->i2t.cmdlen = cdb_len;
	c->i2t.datalen = len;
	c->i2t.direction = direction;
	c->state = SIM_QUEUED;
	return c;
}

void vscsi_sim_forget(struct sim_cmd *c)
{
	assert_int_equal(c->state, SIM_TAKEN);
	c->state = SIM_ENDED;
	c->status = -1;
}

size_t vscsi_sim_resid(const struct sim_cmd *c)
{
	return c->i2t.datalen - c->moved;
}
