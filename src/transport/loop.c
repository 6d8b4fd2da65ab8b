/* SPDX-License-Identifier: BSD-2-Clause */
/* transport/loop.c - see scsiemu/transport/loop.h. */
#include <scsiemu/transport/loop.h>

#include <store/open.h>
#include <transport/loop.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define STOP 0 /* the loop's own descriptor comes first */

/* A library's control socket. */
struct operated {
	struct scsiemu_source source; /* first */
	struct scsiemu_host_lu *library;
};

struct scsiemu_loop {
	const struct semu_calls *sys;
	struct scsiemu_pump **pumps;
	unsigned npumps;
	struct scsiemu_source *sources;
	struct scsiemu_source *operated; /* besides: not a reason to run */
	/* Of the poll() at hand; who[] of one that is removed becomes NULL. */
	struct pollfd *poll;
	struct scsiemu_source **who;
	nfds_t n, room;
	int stop[2]; /* a pipe */
};

static bool make_room(struct scsiemu_loop *l, nfds_t n)
{
	struct scsiemu_source **who;
	struct pollfd *poll;

	if (n <= l->room)
		return true;
	poll = realloc(l->poll, n * sizeof(*poll));
	if (poll)
		l->poll = poll;
	who = realloc(l->who, n * sizeof(struct scsiemu_source *));
	if (who)
		l->who = who;
	if (!poll || !who)
		return false;
	l->room = n;
	return true;
}

static bool make_pipe(int fd[2])
{
	if (pipe(fd))
		return false;
	for (int i = 0; i < 2; i++) {
		fcntl(fd[i], F_SETFD, FD_CLOEXEC);
		fcntl(fd[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

static void free_loop(struct scsiemu_loop *l)
{
	free(l->pumps);
	free(l->poll);
	free(l->who);
	free(l);
}

struct scsiemu_loop *semu_loop_create(struct scsiemu_pump *p,
				      const struct semu_calls *sys)
{
	struct scsiemu_loop *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->sys = sys;
	if (!scsiemu_loop_pump(l, p) && make_room(l, STOP + 1) &&
	    make_pipe(l->stop))
		return l;
	free_loop(l);
	return NULL;
}

struct scsiemu_loop *scsiemu_loop_create(struct scsiemu_pump *p)
{
	return semu_loop_create(p, &semu_calls_real);
}

void scsiemu_loop_destroy(struct scsiemu_loop *l)
{
	if (!l)
		return;
	while (l->operated) {
		struct scsiemu_source *s = l->operated;

		l->operated = s->next;
		free(s);
	}
	close(l->stop[0]);
	close(l->stop[1]);
	free_loop(l);
}

int scsiemu_loop_pump(struct scsiemu_loop *l, struct scsiemu_pump *p)
{
	struct scsiemu_pump **pumps;

	for (unsigned i = 0; i < l->npumps; i++)
		if (l->pumps[i] == p)
			return 0;
	pumps = realloc(l->pumps,
			(l->npumps + 1) * sizeof(struct scsiemu_pump *));
	if (!pumps)
		return SCSIEMU_ERR_SPACE;
	l->pumps = pumps;
	l->pumps[l->npumps++] = p;
	return 0;
}

static nfds_t count(const struct scsiemu_source *s)
{
	nfds_t n = 0;

	for (; s; s = s->next)
		n++;
	return n;
}

static int add_to(struct scsiemu_loop *l, struct scsiemu_source **to,
		  struct scsiemu_source *s)
{
	if (!make_room(l, STOP + 2 + count(l->sources) + count(l->operated)))
		return SCSIEMU_ERR_SPACE;
	s->next = *to;
	*to = s;
	return 0;
}

int scsiemu_loop_add(struct scsiemu_loop *l, struct scsiemu_source *s)
{
	return add_to(l, &l->sources, s);
}

void scsiemu_loop_remove(struct scsiemu_loop *l, struct scsiemu_source *s)
{
	struct scsiemu_source **at = &l->sources;

	while (*at && *at != s)
		at = &(*at)->next;
	if (*at)
		*at = s->next;
	for (nfds_t i = 0; i < l->n; i++)
		if (l->who[i] == s)
			l->who[i] = NULL;
}

void scsiemu_loop_stop(struct scsiemu_loop *l)
{
	int had = errno; /* whom a signal has interrupted */
	/* Full: it is told already. */
	ssize_t told = write(l->stop[1], "", 1);

	(void)told;
	errno = had;
}

static void operate(struct scsiemu_source *s, short revents)
{
	(void)revents;
	scsiemu_host_operate(((struct operated *)s)->library);
}

static int operate_one(struct scsiemu_loop *l, struct scsiemu_host_lu *library,
		       struct scsiemu_errmsg *err)
{
	int fd = scsiemu_host_control(library, err);
	struct operated *o;

	if (fd < 0)
		return -1;
	o = malloc(sizeof(*o));
	if (!o)
		return semu_err_memory(err);
	*o = (struct operated){
		.source = { .fd = fd, .events = POLLIN, .ready = operate },
		.library = library
	};
	if (!add_to(l, &l->operated, &o->source))
		return 0;
	free(o);
	return semu_err_memory(err);
}

int scsiemu_loop_operate(struct scsiemu_loop *l, struct scsiemu_host_device *h,
			 struct scsiemu_errmsg *err)
{
	int rc = 0;

	for (struct scsiemu_host_unit *u = h->units; u && !rc; u = u->next)
		if (scsiemu_host_is_library(&u->host))
			rc = operate_one(l, &u->host, err);
	return rc;
}

static void list_those(struct scsiemu_loop *l, struct scsiemu_source *s)
{
	for (; s; s = s->next) {
		if (!s->events)
			continue;
		l->who[l->n] = s;
		l->poll[l->n++] = (struct pollfd){ .fd = s->fd,
						   .events = s->events };
	}
}

static void list(struct scsiemu_loop *l)
{
	l->poll[STOP] = (struct pollfd){ .fd = l->stop[0], .events = POLLIN };
	l->who[STOP] = NULL;
	l->n = STOP + 1;
	list_those(l, l->sources);
	list_those(l, l->operated);
}

/* ms until the first device's time, -1: for ever. */
static int patience(const struct scsiemu_loop *l, uint64_t now, bool more)
{
	uint64_t due = UINT64_MAX;

	for (unsigned i = 0; i < l->npumps; i++)
		if (scsiemu_pump_due(l->pumps[i]) < due)
			due = scsiemu_pump_due(l->pumps[i]);
	if (more || due <= now)
		return 0;
	if (due == UINT64_MAX)
		return -1;
	return due - now < INT_MAX ? (int)(due - now) : INT_MAX;
}

/* The end of a batch; whether there is more to do at once. */
static bool settle(struct scsiemu_loop *l, uint64_t now, bool first)
{
	bool more = false;

	for (unsigned i = 0; i < l->npumps; i++) {
		struct scsiemu_pump *p = l->pumps[i];

		if (first || scsiemu_pump_due(p) <= now)
			scsiemu_pump_tick(p, now);
		more |= scsiemu_pump_flush(p);
	}
	return more;
}

static void dispatch(struct scsiemu_loop *l)
{
	for (nfds_t i = STOP + 1; i < l->n; i++)
		if (l->poll[i].revents && l->who[i])
			l->who[i]->ready(l->who[i], l->poll[i].revents);
	l->n = 0;
}

int scsiemu_loop_run(struct scsiemu_loop *l)
{
	uint64_t now = l->sys->clock_ms();
	bool more = settle(l, now, true);

	while (l->sources) {
		int n;

		list(l);
		n = l->sys->poll(l->poll, l->n, patience(l, now, more));
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0 && l->poll[STOP].revents)
			break;
		now = l->sys->clock_ms();
		for (unsigned i = 0; i < l->npumps; i++)
			scsiemu_pump_time(l->pumps[i], now);
		if (n > 0)
			dispatch(l);
		more = settle(l, now, false);
	}
	return 0;
}
