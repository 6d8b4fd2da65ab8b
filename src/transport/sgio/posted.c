/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sgio/posted.c - commands by write() and read() of a sg node: a file keeps
 * those that have ended until they are fetched, in their order or by their
 * number.
 */
#define _GNU_SOURCE
#include <transport/sgio/sgio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANY (-1)

static bool is_meant(int32_t wanted, const struct semu_sgio_cmd *c)
{
	return wanted == ANY || wanted == c->pack_id;
}

static bool hand_over(int fd, const struct semu_sgio_cmd *c)
{
	return semu_sgio_reply_mem(fd, &c->reply, c->mem);
}

static void forget(struct semu_sgio_file *f, struct semu_sgio_cmd *c)
{
	close(c->mem);
	f->nposted--;
	semu_sgio_drop(c);
}

bool semu_sgio_post(struct semu_sgio_file *f, struct semu_sgio_cmd *c,
		    int32_t pack_id, int mem)
{
	if (f->nposted == SEMU_SGIO_QUEUE)
		return false;
	f->nposted++;
	c->posted = true;
	c->file = f;
	c->pack_id = pack_id;
	c->mem = mem;
	return true;
}

/* The i-th that waits does so no longer: its socket. */
static int unwait(struct semu_sgio_file *f, unsigned i)
{
	int fd = f->fetch[i].fd;

	f->nfetch--;
	memmove(&f->fetch[i], &f->fetch[i + 1],
		(f->nfetch - i) * sizeof(f->fetch[0]));
	return fd;
}

/* Somebody waits for it, and takes it. */
static bool is_awaited(struct semu_sgio_file *f, const struct semu_sgio_cmd *c)
{
	unsigned i = 0;

	while (i < f->nfetch)
		if (!is_meant(f->fetch[i].pack_id, c))
			i++;
		else if (hand_over(unwait(f, i), c))
			return true;
	return false;
}

/* Room for one more who waits: those are gone who were interrupted. */
static bool may_wait(struct semu_sgio_file *f)
{
	char c;

	for (unsigned i = f->nfetch; i--;)
		if (!recv(f->fetch[i].fd, &c, 1, MSG_PEEK | MSG_DONTWAIT))
			close(unwait(f, i));
	return f->nfetch < SEMU_SGIO_QUEUE;
}

void semu_sgio_ended(struct semu_sgio_cmd *c)
{
	struct semu_sgio_file *f = c->file;
	ssize_t told;

	if (!f) {
		close(c->mem);
		semu_sgio_drop(c);
		return;
	}
	/* before anybody is told of it: who fetches takes the byte, too */
	told = send(f->source.fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)told;
	if (is_awaited(f, c)) {
		forget(f, c);
		return;
	}
	c->next = NULL;
	if (!f->ended)
		f->ended_end = &f->ended;
	*f->ended_end = c;
	f->ended_end = &c->next;
}

/* Where one is that has ended, or the end of them. */
static struct semu_sgio_cmd **find(struct semu_sgio_file *f, int32_t pack_id)
{
	struct semu_sgio_cmd **at = &f->ended;

	while (*at && !is_meant(pack_id, *at))
		at = &(*at)->next;
	return at;
}

static void take(struct semu_sgio_file *f, struct semu_sgio_cmd **at)
{
	struct semu_sgio_cmd *c = *at;

	*at = c->next;
	if (!*at)
		f->ended_end = at;
	forget(f, c);
}

void semu_sgio_fetch(struct semu_sgio_file *f,
		     const struct semu_sgio_request *q, int reply)
{
	int32_t pack_id = f->pack_id ? q->value : ANY;
	struct semu_sgio_cmd **at = find(f, pack_id);
	struct semu_sgio_reply r = { .error = EAGAIN };

	if (*at) {
		/* who was interrupted asks again */
		if (hand_over(reply, *at))
			take(f, at);
	} else if (q->flags & O_NONBLOCK || !may_wait(f)) {
		semu_sgio_reply(reply, &r);
	} else {
		f->fetch[f->nfetch++] = (struct semu_sgio_wait){ reply,
								 pack_id };
	}
}

void semu_sgio_unpost(struct semu_sgio_file *f)
{
	struct semu_sgio_cmd *c;

	while (f->nfetch)
		close(f->fetch[--f->nfetch].fd);
	while (f->ended)
		take(f, &f->ended);
	for (c = f->s->live; c; c = c->next)
		if (c->file == f)
			c->file = NULL;
}
