/* SPDX-License-Identifier: BSD-2-Clause */
/* targ_sim.c - see targ_sim.h. */
#include "targ_sim.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct targ_sim *targ_sim;

static void panic(const char *why)
{
	fprintf(stderr, "targ_sim: panic: %s\n", why);
	abort();
}

void targ_sim_demand(bool ok, const char *why)
{
	if (!ok)
		panic(why);
}

/* ---- Queues ---- */

static void put(struct sim_queue *q, struct sim_ccb *c)
{
	targ_sim_demand(q->n < SIM_CCBS,
			"more control blocks than any driver has");
	q->ccb[q->n++] = c;
}

struct sim_ccb *targ_sim_pull(struct sim_queue *q, unsigned i)
{
	struct sim_ccb *c = q->ccb[i];

	q->n--;
	memmove(q->ccb + i, q->ccb + i + 1, (q->n - i) * sizeof(q->ccb[0]));
	return c;
}

static struct sim_ccb *new_ccb(struct targ_sim *s, union ccb *user)
{
	struct sim_ccb *c = s->free;

	if (c)
		s->free = (struct sim_ccb *)(void *)c->user;
	else
		c = malloc(sizeof(*c));
	targ_sim_demand(c, "out of memory");
	memset(c, 0, sizeof(*c));
	c->user = user;
	return c;
}

static void free_ccb(struct targ_sim *s, struct sim_ccb *c)
{
	free(c->seen);
	c->seen = NULL;
	c->user = (union ccb *)(void *)s->free;
	s->free = c;
}

static void free_queue(struct targ_sim *s, struct sim_queue *q)
{
	while (q->n)
		free_ccb(s, targ_sim_pull(q, 0));
}

static size_t length(int code)
{
	switch (code) {
	case XPT_CONT_TARGET_IO:
		return sizeof(struct ccb_scsiio);
	case XPT_ACCEPT_TARGET_IO:
		return sizeof(struct ccb_accept_tio);
	case XPT_IMMED_NOTIFY:
		return sizeof(struct ccb_immed_notify);
	case XPT_IMMEDIATE_NOTIFY:
	case XPT_NOTIFY_ACKNOWLEDGE:
		return sizeof(struct ccb_immediate_notify);
	case XPT_REL_SIMQ:
		return sizeof(struct ccb_relsim);
	case XPT_ABORT:
		return sizeof(struct ccb_abort);
	case XPT_PATH_INQ:
		return sizeof(struct ccb_pathinq);
	default:
		panic("a function code that nobody needs");
		return 0;
	}
}

void targ_sim_get(const struct targ_sim *s, void *to, const void *user,
		  size_t len)
{
	if (s->peek)
		s->peek(to, user, len);
	else
		memcpy(to, user, len);
}

void targ_sim_put(const struct targ_sim *s, void *user, const void *from,
		  size_t len)
{
	if (s->poke)
		s->poke(user, from, len);
	else
		memcpy(user, from, len);
}

/* targusermerge(): what the driver reads of the user's block. */
static void copy_in(const struct targ_sim *s, struct sim_ccb *c)
{
	struct ccb_hdr *h = &c->k.ccb_h, user;

	targ_sim_get(s, &user, c->user, sizeof(user));
	h->retry_count = user.retry_count;
	h->func_code = user.func_code;
	h->flags = user.flags;
	h->timeout = user.timeout;
	targ_sim_get(s, h + 1, &c->user->ccb_h + 1,
		     length(h->func_code) - sizeof(*h));
}

/* targreturnccb(): the middle of the header, and what is behind it. */
static void copy_out(const struct targ_sim *s, const struct sim_ccb *c)
{
	const struct ccb_hdr *h = &c->k.ccb_h;
	size_t at = offsetof(struct ccb_hdr, retry_count);

	targ_sim_put(s, (uint8_t *)c->user + at, (const uint8_t *)h + at,
		     offsetof(struct ccb_hdr, periph_priv) - at);
	targ_sim_put(s, &c->user->ccb_h + 1, h + 1,
		     length(h->func_code) - sizeof(*h));
}

/* targdone() */
void targ_sim_finish(struct targ_sim *s, struct sim_ccb *c, uint32_t status)
{
	int code = c->k.ccb_h.func_code;

	targ_sim_demand(code != XPT_NOTIFY_ACKNOWLEDGE || s->mended,
			"targdone: impossible xpt opcode 0x337");
	targ_sim_demand(s->numbered ? code != XPT_IMMEDIATE_NOTIFY
				    : code != XPT_IMMED_NOTIFY,
			"the wrong kind of INOT for this driver");
	c->k.ccb_h.status = status;
	put(&s->user, c);
}

/* ---- The driver ---- */

/* cam_periph_mapmem(): the length counts from the page's boundary. */
static bool can_map(const struct targ_sim *s, const struct ccb_scsiio *io)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if ((io->ccb_h.flags & CAM_DIR_MASK) == CAM_DIR_NONE || !io->dxfer_len)
		return true;
	return io->data_ptr &&
	       (uintptr_t)io->data_ptr % page + io->dxfer_len <= s->maxio;
}

static void remember(const struct targ_sim *s, struct sim_ccb *k)
{
	const struct ccb_scsiio *io = &k->k.ctio;

	if ((io->ccb_h.flags & CAM_DIR_MASK) != CAM_DIR_IN || !io->dxfer_len)
		return;
	k->seen = malloc(io->dxfer_len);
	targ_sim_demand(k->seen, "out of memory");
	targ_sim_get(s, k->seen, io->data_ptr, io->dxfer_len);
}

/* targstart() */
static void start(struct targ_sim *s)
{
	while (s->work.n && !s->frozen) {
		struct sim_ccb *k = targ_sim_pull(&s->work, 0);

		copy_in(s, k);
		if (k->k.ccb_h.func_code == XPT_NOTIFY_ACKNOWLEDGE) {
			s->nack++;
			s->ack_arg = k->k.cin1.arg;
			s->ack_seq = k->k.cin1.seq_id;
			targ_sim_finish(s, k, CAM_REQ_CMP);
			continue;
		}
		if (!can_map(s, &k->k.ctio)) {
			put(&s->aborted, k);
			continue;
		}
		if (k->k.ctio.dxfer_len > s->largest)
			s->largest = k->k.ctio.dxfer_len;
		remember(s, k);
		put(&s->pending, k);
		if (!s->hold)
			targ_sim_run(s, UINT32_MAX);
	}
}

static uint32_t abort_one(struct targ_sim *s, const union ccb *user)
{
	for (unsigned i = 0; i < s->pending.n; i++) {
		if (s->pending.ccb[i]->user != user)
			continue;
		if (s->stubborn)
			return CAM_UA_ABORT;
		s->naborts++;
		targ_sim_finish(s, targ_sim_pull(&s->pending, i),
				CAM_REQ_ABORTED);
		return CAM_REQ_CMP;
	}
	return CAM_PATH_INVALID;
}

static void inquire(const struct targ_sim *s, struct ccb_pathinq *p)
{
	p->hba_inquiry = s->hba_inquiry;
	p->target_sprt = (uint8_t)s->target_sprt;
	p->maxio = s->maxio;
	p->transport = s->transport;
}

static void do_inline(struct targ_sim *s, union ccb *user)
{
	struct sim_ccb *k = new_ccb(s, user);
	uint32_t status = CAM_REQ_CMP;

	copy_in(s, k);
	if (k->k.ccb_h.func_code == XPT_ABORT)
		status = abort_one(s, k->k.cab.abort_ccb);
	else if (k->k.ccb_h.func_code == XPT_PATH_INQ)
		inquire(s, &k->k.cpi);
	else
		s->nthaw++, s->frozen = false;
	k->k.ccb_h.status = status;
	copy_out(s, k);
	free_ccb(s, k);
	start(s);
}

static void accept_ccb(struct targ_sim *s, union ccb *user)
{
	struct sim_ccb *k;
	struct ccb_hdr h;

	targ_sim_get(s, &h, user, sizeof(h));
	switch (h.func_code) {
	case XPT_ACCEPT_TARGET_IO:
	case XPT_IMMED_NOTIFY:
	case XPT_IMMEDIATE_NOTIFY:
		k = new_ccb(s, user);
		k->k.ccb_h.func_code = h.func_code;
		put(&s->pending, k);
		break;
	case XPT_CONT_TARGET_IO:
	case XPT_NOTIFY_ACKNOWLEDGE:
		put(&s->work, new_ccb(s, user));
		start(s);
		break;
	default:
		do_inline(s, user);
	}
}

static int fail_with(int error)
{
	errno = error;
	return -1;
}

static ssize_t sim_write(int fd, const void *buf, size_t len)
{
	struct targ_sim *s = targ_sim;
	size_t n = len / sizeof(union ccb *);
	int error = s->write_error;

	targ_sim_demand(fd == SIM_FD && s->periph,
			"write() before TARGIOCENABLE");
	s->nwrite++;
	s->write_error = 0;
	if (error)
		return fail_with(error);
	if (!n)
		return fail_with(ENOSPC);
	if (s->short_write && n > s->short_write)
		n = s->short_write;
	for (size_t i = 0; i < n; i++) {
		union ccb *user;
		uint32_t priority;

		memcpy(&user, (const uint8_t *)buf + i * sizeof(user),
		       sizeof(user));
		targ_sim_get(s, &priority, &user->ccb_h.pinfo.priority,
			     sizeof(priority));
		if (priority == UINT32_MAX)
			return i ? (ssize_t)(i * sizeof(user))
				 : fail_with(EINVAL);
		accept_ccb(s, user);
	}
	return (ssize_t)(n * sizeof(union ccb *));
}

bool targ_sim_readable(const struct targ_sim *s)
{
	return s->opened && (s->user.n || s->aborted.n);
}

static ssize_t sim_read(int fd, void *buf, size_t len)
{
	static const uint32_t aborted = CAM_REQ_ABORTED;
	struct targ_sim *s = targ_sim;
	size_t n = len / sizeof(union ccb *), got = 0;
	int error = s->read_error;

	targ_sim_demand(fd == SIM_FD && s->periph,
			"read() before TARGIOCENABLE");
	s->nread++;
	s->read_error = 0;
	if (error)
		return fail_with(error);
	if (!targ_sim_readable(s))
		return fail_with(EAGAIN);
	if (!n)
		return fail_with(ENOSPC);
	for (; got < n && targ_sim_readable(s); got++) {
		bool started = s->user.n;
		struct sim_ccb *k =
			targ_sim_pull(started ? &s->user : &s->aborted, 0);

		if (started)
			copy_out(s, k);
		else
			targ_sim_put(s, &k->user->ccb_h.status, &aborted,
				     sizeof(aborted));
		memcpy((uint8_t *)buf + got * sizeof(k->user), &k->user,
		       sizeof(k->user));
		free_ccb(s, k);
	}
	return (ssize_t)(got * sizeof(union ccb *));
}

static int enable(struct targ_sim *s, const struct ioc_enable_lun *lun)
{
	if (s->enable_error)
		return fail_with(s->enable_error);
	if (s->enabled)
		return fail_with(EADDRINUSE);
	if (!(s->target_sprt & PIT_PROCESSOR))
		return fail_with(ENOTSUP);
	s->lun = *lun;
	s->enabled = s->periph = true;
	return 0;
}

static int disable(struct targ_sim *s)
{
	s->ndisable++;
	if (!s->periph)
		return fail_with(ENOENT);
	while (s->work.n)
		put(&s->aborted, targ_sim_pull(&s->work, 0));
	while (s->pending.n)
		targ_sim_finish(s, targ_sim_pull(&s->pending, 0),
				CAM_REQ_ABORTED);
	s->enabled = false;
	return 0;
}

static int sim_ioctl(int fd, unsigned long request, void *arg)
{
	struct targ_sim *s = targ_sim;

	targ_sim_demand(fd == SIM_FD && s->opened,
			"ioctl() of another descriptor");
	if (request == TARGIOCENABLE)
		return enable(s, arg);
	if (request == TARGIOCDISABLE)
		return disable(s);
	if (request != TARGIOCDEBUG)
		return fail_with(ENOTTY);
	if (!s->enabled)
		return fail_with(ENOENT);
	s->ndebug++;
	return 0;
}

static int look_up(const struct targ_sim *s, const char *path)
{
	unsigned n;

	if (!strcmp(path, "/dev/targ.ctl"))
		return s->ancient ? 0 : ENOENT;
	if (s->ancient)
		return ENOENT;
	if (!strcmp(path, "/dev/targ"))
		return s->numbered ? ENOENT : 0;
	if (!s->numbered || sscanf(path, "/dev/targ%u", &n) != 1)
		return ENOENT;
	return n < s->busy ? EBUSY : 0;
}

static int sim_open(const char *path, int flags)
{
	struct targ_sim *s = targ_sim;
	int error = look_up(s, path);

	(void)flags;
	if (!error && s->open_error && strcmp(path, "/dev/targ.ctl"))
		error = s->open_error;
	if (error)
		return fail_with(error);
	targ_sim_demand(!s->opened, "opened twice");
	s->opened = true;
	snprintf(s->node, sizeof(s->node), "%s", path);
	return SIM_FD;
}

static void discard(struct targ_sim *s)
{
	for (unsigned i = 0; i < s->user.n; i++)
		s->wired += s->user.ccb[i]->k.ccb_h.func_code ==
			    XPT_CONT_TARGET_IO;
	free_queue(s, &s->pending);
	free_queue(s, &s->work);
	free_queue(s, &s->user);
	free_queue(s, &s->aborted);
}

static int sim_close(int fd)
{
	struct targ_sim *s = targ_sim;

	targ_sim_demand(fd == SIM_FD && s->opened,
			"close() of another descriptor");
	discard(s);
	s->opened = s->periph = s->enabled = false;
	return 0;
}

static int sim_poll(struct pollfd *p, nfds_t n, int ms)
{
	int ready = 0;

	(void)ms;
	for (nfds_t i = 0; i < n; i++) {
		p[i].revents = 0;
		if (p[i].fd != SIM_FD)
			continue;
		targ_sim_demand(targ_sim->periph,
				"poll() before TARGIOCENABLE");
		if (targ_sim_readable(targ_sim))
			p[i].revents = POLLIN, ready++;
	}
	return ready;
}

static uint64_t sim_clock(void)
{
	return 1000;
}

const struct semu_calls targ_sim_calls = {
	.open = sim_open,
	.close = sim_close,
	.ioctl = sim_ioctl,
	.read = sim_read,
	.write = sim_write,
	.poll = sim_poll,
	.clock_ms = sim_clock,
};

void targ_sim_make(struct targ_sim *s)
{
	*s = (struct targ_sim){ .autosense = true,
				.maxio = 128 << 10,
				.transport = XPORT_SPI + 1,
				.hba_inquiry = 0x32,
				.target_sprt = PIT_PROCESSOR };
	targ_sim = s;
}

void targ_sim_free(struct targ_sim *s)
{
	discard(s);
	while (s->ncmd)
		free(s->cmd[--s->ncmd].in);
	while (s->free) {
		struct sim_ccb *c = s->free;

		s->free = (struct sim_ccb *)(void *)c->user;
		free(c);
	}
}
