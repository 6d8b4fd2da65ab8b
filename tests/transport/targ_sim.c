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

static void demand(bool ok, const char *why)
{
	if (!ok)
		panic(why);
}

/* ---- Queues ---- */

static void put(struct sim_queue *q, struct sim_ccb *c)
{
	demand(q->n < SIM_CCBS, "more control blocks than any driver has");
	q->ccb[q->n++] = c;
}

static struct sim_ccb *pull(struct sim_queue *q, unsigned i)
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
	demand(c, "out of memory");
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
		free_ccb(s, pull(q, 0));
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

/* targusermerge(): what the driver reads of the user's block. */
static void copy_in(struct sim_ccb *c)
{
	struct ccb_hdr *h = &c->k.ccb_h;

	h->retry_count = c->user->ccb_h.retry_count;
	h->func_code = c->user->ccb_h.func_code;
	h->flags = c->user->ccb_h.flags;
	h->timeout = c->user->ccb_h.timeout;
	memcpy(h + 1, &c->user->ccb_h + 1, length(h->func_code) - sizeof(*h));
}

/* targreturnccb(): the middle of the header, and what is behind it. */
static void copy_out(const struct sim_ccb *c)
{
	const struct ccb_hdr *h = &c->k.ccb_h;
	size_t at = offsetof(struct ccb_hdr, retry_count);

	memcpy((uint8_t *)c->user + at, (const uint8_t *)h + at,
	       offsetof(struct ccb_hdr, periph_priv) - at);
	memcpy(&c->user->ccb_h + 1, h + 1, length(h->func_code) - sizeof(*h));
}

/* targdone() */
static void finish(struct targ_sim *s, struct sim_ccb *c, uint32_t status)
{
	int code = c->k.ccb_h.func_code;

	demand(code != XPT_NOTIFY_ACKNOWLEDGE || s->mended,
	       "targdone: impossible xpt opcode 0x337");
	demand(s->numbered ? code != XPT_IMMEDIATE_NOTIFY
			   : code != XPT_IMMED_NOTIFY,
	       "the wrong kind of INOT for this driver");
	c->k.ccb_h.status = status;
	put(&s->user, c);
}

/* ---- The adapter ---- */

static struct sim_cmd *command_of(struct targ_sim *s,
				  const struct ccb_scsiio *io)
{
	for (unsigned i = s->ncmd; i--;)
		if (s->cmd[i].waits && s->cmd[i].init_id == io->init_id &&
		    s->cmd[i].tag_id == io->tag_id)
			return &s->cmd[i];
	return NULL;
}

static bool move(struct sim_cmd *c, struct ccb_scsiio *io)
{
	uint32_t n = io->dxfer_len, dir = io->ccb_h.flags & CAM_DIR_MASK;

	if (dir == CAM_DIR_IN) {
		demand(n <= SIM_IN - c->in_len, "more data than was asked for");
		memcpy(c->in + c->in_len, io->data_ptr, n);
		c->in_len += n;
	} else if (dir == CAM_DIR_OUT) {
		uint32_t left = c->out_len - c->out_at;

		n = n < left ? n : left;
		if (n)
			memcpy(io->data_ptr, c->out + c->out_at, n);
		c->out_at += n;
	}
	return n == io->dxfer_len;
}

static uint32_t conclude(struct targ_sim *s, struct sim_cmd *c,
			 const struct ccb_scsiio *io)
{
	uint32_t status = CAM_REQ_CMP;

	demand(!c->answered, "two statuses for one command");
	c->answered = true;
	c->waits = false;
	c->status = io->scsi_status;
	if (io->ccb_h.flags & CAM_SEND_SENSE && s->autosense) {
		c->has_sense = true;
		c->sense_len = io->sense_len;
		memcpy(c->sense, &io->sense_data,
		       io->sense_len < sizeof(io->sense_data)
			       ? io->sense_len
			       : sizeof(io->sense_data));
		status |= CAM_SENT_SENSE;
	}
	return status;
}

/* It changed while it was the driver's. */
static void check_seen(const struct sim_ccb *k)
{
	const struct ccb_scsiio *io = &k->k.ctio;

	demand(!k->seen || !memcmp(k->seen, io->data_ptr, io->dxfer_len),
	       "data-in was changed under way");
}

static uint32_t perform(struct targ_sim *s, struct sim_ccb *k)
{
	struct ccb_scsiio *io = &k->k.ctio;
	struct sim_cmd *c = command_of(s, io);

	check_seen(k);
	if (!c)
		return CAM_REQ_CMP_ERR;
	c->nctio++;
	if (!move(c, io))
		return CAM_REQ_CMP_ERR;
	if (io->ccb_h.flags & CAM_SEND_STATUS)
		return conclude(s, c, io);
	return CAM_REQ_CMP;
}

unsigned targ_sim_run(struct targ_sim *s, unsigned n)
{
	unsigned done = 0, i = 0;

	while (done < n && i < s->pending.n) {
		struct sim_ccb *k = s->pending.ccb[i];
		uint32_t status = s->fail;

		if (k->k.ccb_h.func_code != XPT_CONT_TARGET_IO) {
			i++;
			continue;
		}
		pull(&s->pending, i);
		if (!status)
			status = perform(s, k);
		s->fail = 0;
		s->frozen |= !!(status & CAM_DEV_QFRZN);
		finish(s, k, status);
		done++;
	}
	return done;
}

unsigned targ_sim_pending(const struct targ_sim *s, int code)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->pending.n; i++)
		n += s->pending.ccb[i]->k.ccb_h.func_code == code;
	return n;
}

static struct sim_ccb *take(struct targ_sim *s, int code)
{
	for (unsigned i = 0; i < s->pending.n; i++)
		if (s->pending.ccb[i]->k.ccb_h.func_code == code)
			return pull(&s->pending, i);
	return NULL;
}

bool targ_sim_return(struct targ_sim *s, int code, uint32_t status)
{
	struct sim_ccb *k = take(s, code);

	if (k)
		finish(s, k, status);
	return k;
}

struct sim_cmd *targ_sim_atio(struct targ_sim *s,
			      const struct ccb_accept_tio *a, const void *out,
			      uint32_t out_len)
{
	struct sim_ccb *k = take(s, XPT_ACCEPT_TARGET_IO);
	struct sim_cmd *c;

	if (!k)
		return NULL;
	demand(s->ncmd < SIM_CMDS, "the test sends more than SIM_CMDS");
	c = &s->cmd[s->ncmd++];
	*c = (struct sim_cmd){ .waits = true,
			       .init_id = a->init_id,
			       .tag_id = a->tag_id,
			       .out = out,
			       .out_len = out_len,
			       .in = malloc(SIM_IN) };
	demand(c->in, "out of memory");
	memcpy(&k->k.ccb_h + 1, &a->ccb_h + 1, sizeof(*a) - sizeof(a->ccb_h));
	k->k.ccb_h.flags = a->ccb_h.flags;
	finish(s, k, a->ccb_h.status);
	return c;
}

struct sim_cmd *targ_sim_send(struct targ_sim *s, uint32_t init_id,
			      uint32_t tag_id, const void *cdb, unsigned len,
			      const void *out, uint32_t out_len)
{
	struct ccb_accept_tio a = { .cdb_len = (uint8_t)len,
				    .tag_id = tag_id,
				    .init_id = init_id,
				    .tag_action = 0x20 };

	a.ccb_h.status = CAM_CDB_RECVD;
	a.ccb_h.flags = CAM_TAG_ACTION_VALID;
	memcpy(a.cdb_io.cdb_bytes, cdb, len);
	return targ_sim_atio(s, &a, out, out_len);
}

static bool notify(struct targ_sim *s, uint32_t status, uint32_t init_id,
		   uint32_t message, uint32_t tag_id)
{
	struct sim_ccb *k = take(s, s->numbered ? XPT_IMMED_NOTIFY
						: XPT_IMMEDIATE_NOTIFY);

	if (!k)
		return false;
	if (s->numbered) {
		k->k.cin.initiator_id = (uint8_t)init_id;
		k->k.cin.message_args[0] = (uint8_t)message;
	} else {
		k->k.cin1.initiator_id = init_id;
		k->k.cin1.arg = message;
		k->k.cin1.seq_id = tag_id;
	}
	finish(s, k, status);
	return true;
}

/* On a bus that was reset nobody waits for anything. */
bool targ_sim_event(struct targ_sim *s, uint32_t status, uint32_t init_id)
{
	for (unsigned i = 0; i < s->ncmd; i++)
		s->cmd[i].waits = false;
	for (unsigned i = 0; i < s->pending.n;) {
		if (s->pending.ccb[i]->k.ccb_h.func_code == XPT_CONT_TARGET_IO)
			finish(s, pull(&s->pending, i), status);
		else
			i++;
	}
	return notify(s, status, init_id, 0, 0);
}

bool targ_sim_message(struct targ_sim *s, uint32_t init_id, uint32_t message,
		      uint32_t tag_id)
{
	return notify(s, CAM_MESSAGE_RECV, init_id, message, tag_id);
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

static void remember(struct sim_ccb *k)
{
	const struct ccb_scsiio *io = &k->k.ctio;

	if ((io->ccb_h.flags & CAM_DIR_MASK) != CAM_DIR_IN || !io->dxfer_len)
		return;
	k->seen = malloc(io->dxfer_len);
	demand(k->seen, "out of memory");
	memcpy(k->seen, io->data_ptr, io->dxfer_len);
}

/* targstart() */
static void start(struct targ_sim *s)
{
	while (s->work.n && !s->frozen) {
		struct sim_ccb *k = pull(&s->work, 0);

		copy_in(k);
		if (k->k.ccb_h.func_code == XPT_NOTIFY_ACKNOWLEDGE) {
			s->nack++;
			s->ack_arg = k->k.cin1.arg;
			s->ack_seq = k->k.cin1.seq_id;
			finish(s, k, CAM_REQ_CMP);
			continue;
		}
		if (!can_map(s, &k->k.ctio)) {
			put(&s->aborted, k);
			continue;
		}
		if (k->k.ctio.dxfer_len > s->largest)
			s->largest = k->k.ctio.dxfer_len;
		remember(k);
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
		finish(s, pull(&s->pending, i), CAM_REQ_ABORTED);
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

	copy_in(k);
	if (k->k.ccb_h.func_code == XPT_ABORT)
		status = abort_one(s, k->k.cab.abort_ccb);
	else if (k->k.ccb_h.func_code == XPT_PATH_INQ)
		inquire(s, &k->k.cpi);
	else
		s->nthaw++, s->frozen = false;
	k->k.ccb_h.status = status;
	copy_out(k);
	free_ccb(s, k);
	start(s);
}

static void accept_ccb(struct targ_sim *s, union ccb *user)
{
	struct sim_ccb *k;

	switch (user->ccb_h.func_code) {
	case XPT_ACCEPT_TARGET_IO:
	case XPT_IMMED_NOTIFY:
	case XPT_IMMEDIATE_NOTIFY:
		k = new_ccb(s, user);
		k->k.ccb_h.func_code = user->ccb_h.func_code;
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

	demand(fd == SIM_FD && s->periph, "write() before TARGIOCENABLE");
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

		memcpy(&user, (const uint8_t *)buf + i * sizeof(user),
		       sizeof(user));
		if (user->ccb_h.pinfo.priority == UINT32_MAX)
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
	struct targ_sim *s = targ_sim;
	size_t n = len / sizeof(union ccb *), got = 0;
	int error = s->read_error;

	demand(fd == SIM_FD && s->periph, "read() before TARGIOCENABLE");
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
		struct sim_ccb *k = pull(started ? &s->user : &s->aborted, 0);

		if (started)
			copy_out(k);
		else
			k->user->ccb_h.status = CAM_REQ_ABORTED;
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
		put(&s->aborted, pull(&s->work, 0));
	while (s->pending.n)
		finish(s, pull(&s->pending, 0), CAM_REQ_ABORTED);
	s->enabled = false;
	return 0;
}

static int sim_ioctl(int fd, unsigned long request, void *arg)
{
	struct targ_sim *s = targ_sim;

	demand(fd == SIM_FD && s->opened, "ioctl() of another descriptor");
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
	demand(!s->opened, "opened twice");
	s->opened = true;
	snprintf(s->node, sizeof(s->node), "%s", path);
	return SIM_FD;
}

static void discard(struct targ_sim *s)
{
	free_queue(s, &s->pending);
	free_queue(s, &s->work);
	free_queue(s, &s->user);
	free_queue(s, &s->aborted);
}

static int sim_close(int fd)
{
	struct targ_sim *s = targ_sim;

	demand(fd == SIM_FD && s->opened, "close() of another descriptor");
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
		demand(targ_sim->periph, "poll() before TARGIOCENABLE");
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
