/* SPDX-License-Identifier: BSD-2-Clause */
/* sgio/server.c - the socket, the open files, and what arrives on them. */
#define _GNU_SOURCE
#include <store/open.h>
#include <transport/sgio/sgio.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64
#define BATCH	16  /* requests of one file before others get their turn */
#define FDS	2   /* of a request */
#define TICKS	100 /* USER_HZ */

/* What a file begins with, of the kernel. */
#define SG_TIMEOUT  (60 * TICKS)
#define SG_RESERVED (32 << 10)
#define BSG_QUEUE   32
#define SECTOR	    512

void semu_sgio_reply(int fd, const struct semu_sgio_reply *r)
{
	/* Nothing was sent on it yet: there is room. */
	ssize_t sent = send(fd, r, sizeof(*r), MSG_DONTWAIT | MSG_NOSIGNAL);

	(void)sent; /* who asked is gone */
	close(fd);
}

bool semu_sgio_reply_mem(int fd, const struct semu_sgio_reply *r, int mem)
{
	struct iovec v = { (void *)(uintptr_t)r, sizeof(*r) };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *h;
	bool sent;

	memset(&control, 0, sizeof(control));
	h = CMSG_FIRSTHDR(&m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &mem, sizeof(int));
	sent = sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
	close(fd);
	return sent;
}

static void fail(int fd, int error)
{
	const struct semu_sgio_reply r = { .error = error };

	semu_sgio_reply(fd, &r);
}

/* ---- Open and close ---- */

static bool reads_only(const struct semu_sgio_file *f)
{
	return (f->flags & O_ACCMODE) == O_RDONLY;
}

/* One of them wants the node for itself. */
static bool collide(const struct semu_sgio_file *f,
		    const struct semu_sgio_file *g)
{
	uint32_t either = (f->flags | g->flags) & O_EXCL;
	uint32_t both = f->flags & g->flags & O_EXCL;

	if (f == g || g->waits >= 0 || f->node != g->node)
		return false;
	return f->node->kind == SCSIEMU_SGIO_SG	     ? either
	       : f->node->kind == SCSIEMU_SGIO_BLOCK ? both
						     : false;
}

static bool is_taken(const struct semu_sgio_file *f)
{
	const struct semu_sgio_file *g = f->s->files;

	while (g && (!g->node || !collide(f, g)))
		g = g->next;
	return g;
}

/* What a node of this kind is opened with. */
static void set_usual(struct semu_sgio_file *f)
{
	ssize_t told;

	switch (f->node->kind) {
	case SCSIEMU_SGIO_SG:
		f->timeout = SG_TIMEOUT;
		f->reserved = SG_RESERVED;
		return;
	case SCSIEMU_SGIO_BSG:
		f->queue = BSG_QUEUE;
		break;
	default:
		break;
	}
	f->reserved = UINT16_MAX * SECTOR;
	/* these are always ready to be read, for poll() */
	told = send(f->source.fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)told;
}

static void open_now(struct semu_sgio_file *f, int reply)
{
	set_usual(f);
	f->waits = -1;
	fail(reply, 0);
}

static const struct scsiemu_sgio_node *find(const struct scsiemu_sgio *s,
					    const struct semu_sgio_request *q)
{
	for (uint32_t i = 0; i < s->cf.nnodes; i++)
		if (s->cf.nodes[i].major == q->major &&
		    s->cf.nodes[i].minor == q->minor)
			return &s->cf.nodes[i];
	return NULL;
}

static bool refuses_writes(const struct scsiemu_sgio_node *node)
{
	const struct scsiemu_medium *m = scsiemu_lu_medium(node->lu);

	return m && m->read_only;
}

/* As sg and the block layer do it: errno, or -1: later. */
static int try_open(struct semu_sgio_file *f, const struct semu_sgio_request *q)
{
	const struct scsiemu_sgio_node *node = find(f->s, q);
	bool is_sg = node && node->kind == SCSIEMU_SGIO_SG;

	f->flags = q->flags;
	if (!node)
		return ENXIO;
	if (is_sg && f->flags & O_EXCL && reads_only(f))
		return EPERM;
	if (node->kind == SCSIEMU_SGIO_BLOCK && !reads_only(f) &&
	    refuses_writes(node))
		return EROFS;
	f->nexus = semu_sgio_nexus_get(f->s, q->initiator);
	if (!f->nexus)
		return ENOMEM;
	f->node = node;
	if (!is_taken(f))
		return 0;
	return is_sg && !(f->flags & O_NONBLOCK) ? -1 : EBUSY;
}

static void forget_open(struct semu_sgio_file *f)
{
	if (f->nexus)
		semu_sgio_nexus_put(f->s, f->nexus);
	f->nexus = NULL;
	f->node = NULL;
}

static void open_file(struct semu_sgio_file *f,
		      const struct semu_sgio_request *q, int reply)
{
	int error = try_open(f, q);

	if (error > 0) {
		forget_open(f);
		fail(reply, error);
	} else if (error < 0) {
		f->waits = reply;
	} else {
		open_now(f, reply);
	}
}

static void let_in(struct scsiemu_sgio *s)
{
	for (struct semu_sgio_file *f = s->files; f; f = f->next)
		if (f->waits >= 0 && !is_taken(f))
			open_now(f, f->waits);
}

/* Commands go on: whose wait for them has ended is told by their sockets. */
static void end_file(struct semu_sgio_file *f)
{
	struct scsiemu_sgio *s = f->s;

	semu_sgio_unpost(f);
	if (f->waits >= 0)
		close(f->waits);
	if (f->buffer >= 0)
		close(f->buffer);
	*f->prev = f->next;
	if (f->next)
		f->next->prev = f->prev;
	scsiemu_loop_remove(s->cf.loop, &f->source);
	close(f->source.fd);
	forget_open(f);
	s->cf.allocator->free(s->cf.allocator->ctx, f);
	let_in(s);
}

/* ---- Requests ---- */

/* A program that has closed a file finds it closed, though nobody has told us
 * yet: the end of the others is looked for before a request is served. */
static void end_closed(struct scsiemu_sgio *s, const struct semu_sgio_file *but)
{
	struct semu_sgio_file *f = s->files, *next;
	char c;

	for (; f; f = next) {
		next = f->next;
		if (f != but &&
		    recv(f->source.fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
			end_file(f);
	}
}

/* false: what it says cannot be. Takes the descriptors, or leaves them. */
static bool serve(struct semu_sgio_file *f, const struct semu_sgio_request *q,
		  const int fd[FDS])
{
	struct semu_sgio_reply r = { .error = 0 };

	if (q->magic != SEMU_SGIO_MAGIC || fd[0] < 0 || f->waits >= 0)
		return false;
	end_closed(f->s, f);
	if ((q->what == SEMU_SGIO_COMMAND || q->what == SEMU_SGIO_POST) &&
	    f->node) {
		semu_sgio_command(f, q, fd[0], fd[1]);
		return true;
	}
	if (fd[1] >= 0 || (q->what == SEMU_SGIO_OPEN) == (f->node != NULL))
		return false;
	switch (q->what) {
	case SEMU_SGIO_OPEN:
		open_file(f, q, fd[0]);
		return true;
	case SEMU_SGIO_CONTROL:
		semu_sgio_control(f, q->number, q->value, &r);
		semu_sgio_reply(fd[0], &r);
		return true;
	case SEMU_SGIO_FETCH:
		semu_sgio_fetch(f, q, fd[0]);
		return true;
	case SEMU_SGIO_MEMORY:
		semu_sgio_memory(f, fd[0]);
		return true;
	case SEMU_SGIO_SEEK:
		semu_sgio_seek(f, q->number, q->position, &r);
		semu_sgio_reply(fd[0], &r);
		return true;
	default:
		return false;
	}
}

static unsigned take_fds(struct msghdr *m, int fd[FDS])
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(m);
	size_t n;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return 0;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	n = n < FDS ? n : FDS;
	memcpy(fd, CMSG_DATA(c), n * sizeof(int));
	return (unsigned)n;
}

/* One message: 1, 0: there is none, -1: the file has to end. */
static int receive(struct semu_sgio_file *f)
{
	struct semu_sgio_request q;
	struct iovec v = { &q, sizeof(q) };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(FDS * sizeof(int))];
	} control;
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	int fd[FDS] = { -1, -1 };
	ssize_t got = recvmsg(f->source.fd, &m, MSG_CMSG_CLOEXEC);
	unsigned n;

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	n = take_fds(&m, fd);
	if (got == sizeof(q) && !(m.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) &&
	    serve(f, &q, fd))
		return 1;
	while (n)
		close(fd[--n]);
	return -1;
}

static void file_ready(struct scsiemu_source *source, short revents)
{
	struct semu_sgio_file *f = (struct semu_sgio_file *)source;
	int more = 1;

	(void)revents;
	for (int i = 0; i < BATCH && more > 0; i++)
		more = receive(f);
	if (more < 0)
		end_file(f);
}

static void connected(struct scsiemu_source *listener, short revents)
{
	struct scsiemu_sgio *s = (struct scsiemu_sgio *)listener;
	const struct scsiemu_allocator *a = s->cf.allocator;
	int fd = accept4(listener->fd, NULL, NULL,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct semu_sgio_file *f;

	(void)revents;
	if (fd < 0)
		return;
	f = a->alloc(a->ctx, sizeof(*f));
	if (!f) {
		close(fd);
		return;
	}
	*f = (struct semu_sgio_file){
		.source = { .fd = fd, .events = POLLIN, .ready = file_ready },
		.s = s,
		.next = s->files,
		.prev = &s->files,
		.waits = -1,
		.buffer = -1,
	};
	if (scsiemu_loop_add(s->cf.loop, &f->source)) {
		close(fd);
		a->free(a->ctx, f);
		return;
	}
	if (f->next)
		f->next->prev = &f->next;
	s->files = f;
}

/* ---- The server ---- */

static int listen_at(struct scsiemu_sgio *s, const char *path,
		     struct scsiemu_errmsg *err)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(at.sun_path))
		return semu_err_file(err, path,
				     "longer than the %zu bytes of a socket's "
				     "path: set TMPDIR to a shorter folder",
				     sizeof(at.sun_path) - 1);
	memcpy(at.sun_path, path, strlen(path));
	s->listener.fd = socket(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	s->timer.fd = timerfd_create(CLOCK_MONOTONIC,
				     TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->listener.fd < 0 || s->timer.fd < 0 ||
	    bind(s->listener.fd, (struct sockaddr *)&at, sizeof(at)) ||
	    listen(s->listener.fd, BACKLOG))
		return semu_err_system(err, path, errno);
	if (scsiemu_loop_add(s->cf.loop, &s->listener) ||
	    scsiemu_loop_add(s->cf.loop, &s->timer))
		return semu_err_memory(err);
	return 0;
}

static void end(struct scsiemu_sgio *s)
{
	scsiemu_loop_remove(s->cf.loop, &s->listener);
	scsiemu_loop_remove(s->cf.loop, &s->timer);
	if (s->listener.fd >= 0)
		close(s->listener.fd);
	if (s->timer.fd >= 0)
		close(s->timer.fd);
	semu_sgio_nexus_end(s);
	scsiemu_pump_port_gone(s->cf.pump, &s->port);
	semu_slots_end(&s->slots);
	s->cf.allocator->free(s->cf.allocator->ctx, s);
}

struct scsiemu_sgio *scsiemu_sgio_open(const struct scsiemu_sgio_config *cf,
				       const char *path,
				       struct scsiemu_errmsg *err)
{
	const struct scsiemu_allocator *a = cf->allocator;
	uint32_t scratch = scsiemu_device_limits(cf->pump->dev)->scratch;
	struct scsiemu_sgio *s = a->alloc(a->ctx, sizeof(*s));

	if (!s) {
		semu_err_memory(err);
		return NULL;
	}
	*s = (struct scsiemu_sgio){
		.listener = { .fd = -1, .events = POLLIN, .ready = connected },
		.timer = { .fd = -1,
			   .events = POLLIN,
			   .ready = semu_sgio_late },
		.cf = *cf,
		.port = { .ops = &semu_sgio_port_ops, .ctx = s },
		.armed = UINT64_MAX,
	};
	if (cf->scratch > scratch)
		scratch = cf->scratch;
	semu_slots_init(&s->slots, a, sizeof(struct semu_sgio_cmd), scratch);
	if (listen_at(s, path, err)) {
		end(s);
		return NULL;
	}
	return s;
}

bool scsiemu_sgio_close(struct scsiemu_sgio *s)
{
	if (!s)
		return true;
	s->listener.events = s->timer.events = 0;
	semu_sgio_give_up(s);
	while (s->files)
		end_file(s->files);
	scsiemu_pump_flush(s->cf.pump);
	if (s->live)
		return false;
	end(s);
	return true;
}
