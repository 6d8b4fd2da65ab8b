/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iscsi/engine.c - all connections of a node: made, ended, and what time does
 * to them.
 */
#include <transport/iscsi/session.h>

#include <stdio.h>

#define MEMORY	(256u << 20)
#define SCRATCH 4096

/* Strings of a target port: VPD 83h points at them. */
struct semu_iscsi_portname {
	struct semu_iscsi_portname *next;
	char name[SEMU_ISCSI_NAME + 12];
};

static struct scsiemu_iscsi *zeroed(const struct scsiemu_allocator *a)
{
	struct scsiemu_iscsi *e = a->alloc(a->ctx, sizeof(*e));

	if (e)
		memset(e, 0, sizeof(*e));
	return e;
}

struct scsiemu_iscsi *scsiemu_iscsi_create(struct scsiemu_iscsi_node *n,
					   const struct scsiemu_iscsi_config *f)
{
	struct scsiemu_iscsi *e = zeroed(f->allocator);

	if (!e)
		return NULL;
	e->node = n;
	e->lim = scsiemu_iscsi_node_limits(n);
	e->half = e->lim->session_memory / 2;
	e->most_buf = SEMU_BUF_MAX;
	while (e->most_buf > e->half)
		e->most_buf /= 2;
	e->scratch = f->scratch ? (f->scratch + 7) & ~7u : SCRATCH;
	e->wake = f->wake;
	e->ctx = f->ctx;
	semu_pool_init(&e->pool, f->allocator, f->memory ? f->memory : MEMORY);
	e->tasks.pool = e->pdus.pool = &e->pool;
	e->tasks.size = (uint32_t)sizeof(struct semu_iscsi_task) + e->scratch;
	e->pdus.size = sizeof(struct semu_pdu);
	return e;
}

static void close_all(struct scsiemu_iscsi *e)
{
	struct scsiemu_iscsi_conn *c, *next;

	for (c = e->conns; c; c = next) {
		next = c->next;
		if (!c->gone)
			scsiemu_iscsi_close(c);
	}
	/* The pumps may still have our ports in their lists. */
	scsiemu_iscsi_flush(e);
}

void scsiemu_iscsi_destroy(struct scsiemu_iscsi *e)
{
	const struct scsiemu_allocator *a;

	if (!e)
		return;
	a = e->pool.alloc;
	close_all(e);
	semu_objs_end(&e->tasks);
	semu_objs_end(&e->pdus);
	semu_pool_end(&e->pool);
	while (e->names) {
		struct semu_iscsi_portname *p = e->names;

		e->names = p->next;
		a->free(a->ctx, p);
	}
	while (e->outlets) {
		struct semu_outlet *o = e->outlets;

		e->outlets = o->next;
		a->free(a->ctx, o);
	}
	a->free(a->ctx, e);
}

struct semu_outlet *semu_outlet(struct scsiemu_iscsi *e,
				struct scsiemu_pump *pump)
{
	const struct scsiemu_allocator *a = e->pool.alloc;
	struct semu_outlet *o = e->outlets;

	while (o && o->pump != pump)
		o = o->next;
	if (o)
		return o;
	o = a->alloc(a->ctx, sizeof(*o));
	if (!o)
		return NULL;
	memset(o, 0, sizeof(*o));
	o->pump = pump;
	o->port.ops = &semu_iscsi_port_ops;
	o->port.ctx = e;
	o->next = e->outlets;
	e->outlets = o;
	return o;
}

static int port_of(struct scsiemu_iscsi *e, struct scsiemu_iscsi_target *t,
		   uint16_t tag)
{
	const struct scsiemu_allocator *a = e->pool.alloc;
	const char *name = scsiemu_iscsi_target_name(t);
	struct scsiemu_pump *pump = scsiemu_iscsi_target_user(t);
	struct semu_iscsi_portname *p = a->alloc(a->ctx, sizeof(*p));
	struct scsiemu_target_port cf = { .id = tag,
					  .group = tag,
					  .protocol = 5 };

	if (!p)
		return SCSIEMU_ERR_SPACE;
	snprintf(p->name, sizeof(p->name), "%s,t,0x%04x", name, tag);
	p->next = e->names;
	e->names = p;
	cf.name = p->name;
	cf.device_name = name;
	return scsiemu_port_add(pump->dev, &cf);
}

/* Did an earlier portal of the node have this one's tag? */
static bool tag_seen(const struct scsiemu_iscsi *e,
		     const struct scsiemu_iscsi_portal *p)
{
	struct scsiemu_iscsi_portal *o = NULL;

	while ((o = scsiemu_iscsi_portal_next(e->node, o)) != p)
		if (scsiemu_iscsi_portal_tag(o) == scsiemu_iscsi_portal_tag(p))
			return true;
	return false;
}

int scsiemu_iscsi_ports(struct scsiemu_iscsi *e, struct scsiemu_iscsi_target *t)
{
	struct scsiemu_iscsi_portal *p = NULL;
	int r = 0;

	if (!semu_outlet(e, scsiemu_iscsi_target_user(t)))
		return SCSIEMU_ERR_SPACE;
	while (!r && (p = scsiemu_iscsi_portal_next(e->node, p)) != NULL)
		if (!tag_seen(e, p))
			r = port_of(e, t, scsiemu_iscsi_portal_tag(p));
	return r;
}

static void link_conn(struct scsiemu_iscsi *e, struct scsiemu_iscsi_conn *c)
{
	c->next = e->conns;
	c->prev = &e->conns;
	if (c->next)
		c->next->prev = &c->next;
	e->conns = c;
	e->nconns++;
	e->nlogin++;
}

static bool setup(struct scsiemu_iscsi_conn *c, uint16_t tag, const char *local,
		  const char *peer)
{
	struct scsiemu_iscsi *e = c->e;
	uint32_t part = e->lim->login_text;

	c->out_end = &c->out;
	c->wait_end = &c->wait;
	c->window = e->lim->commands;
	c->ping = c->text_ttt = ISCSI_NO_TAG;
	c->heard = e->now;
	c->deadline = e->now + e->lim->login_ms;
	c->max_xmit = 8192;
	c->max_burst = 262144;
	if (part > SEMU_BUF_MAX)
		part = SEMU_BUF_MAX;
	c->part = semu_conn_buf(c, part, UINT32_MAX);
	if (!c->part)
		return false;
	snprintf(c->local, sizeof(c->local), "%s", local);
	snprintf(c->peer, sizeof(c->peer), "%s", peer);
	semu_iscsi_login_init(&c->login, e->node, tag, c->local, c->part->data,
			      part);
	c->login.peer_addr = c->peer;
	return true;
}

/*
 * Whoever opens connections and leaves it at that must not keep others out:
 * the one that has been at its login longest goes.
 */
static bool make_room(struct scsiemu_iscsi *e)
{
	struct scsiemu_iscsi_conn *c, *oldest = NULL;

	if (e->nlogin < e->lim->unauthenticated)
		return true;
	for (c = e->conns; c; c = c->next)
		if (c->part)
			oldest = c;
	if (!oldest)
		return false;
	e->nlogin--;
	semu_session_end(oldest);
	semu_conn_wake(oldest);
	return true;
}

struct scsiemu_iscsi_conn *scsiemu_iscsi_open(struct scsiemu_iscsi *e,
					      uint16_t tag, const char *local,
					      const char *peer, void *user)
{
	const struct scsiemu_allocator *a = e->pool.alloc;
	struct scsiemu_iscsi_conn *c;

	if (e->stopping || e->nconns >= e->lim->connections || !make_room(e))
		return NULL;
	c = a->alloc(a->ctx, sizeof(*c));
	if (!c)
		return NULL;
	memset(c, 0, sizeof(*c));
	c->e = e;
	c->user = user;
	if (!setup(c, tag, local, peer)) {
		a->free(a->ctx, c);
		return NULL;
	}
	link_conn(e, c);
	return c;
}

void *scsiemu_iscsi_user(const struct scsiemu_iscsi_conn *c)
{
	return c->user;
}

enum scsiemu_iscsi_state scsiemu_iscsi_state(const struct scsiemu_iscsi_conn *c)
{
	if (c->state == SCSIEMU_ISCSI_DRAIN && !c->out)
		return SCSIEMU_ISCSI_DEAD;
	return (enum scsiemu_iscsi_state)c->state;
}

void semu_conn_release(struct scsiemu_iscsi_conn *c)
{
	const struct scsiemu_allocator *a = c->e->pool.alloc;

	*c->prev = c->next;
	if (c->next)
		c->next->prev = c->prev;
	a->free(a->ctx, c);
}

void scsiemu_iscsi_close(struct scsiemu_iscsi_conn *c)
{
	bool login = c->part != NULL;

	c->e->nconns--;
	c->e->nlogin -= login;
	semu_session_end(c);
	c->gone = true;
	/* Else its last task does it: a store may still hold one. */
	if (!c->ntasks)
		semu_conn_release(c);
}

/* Time. */

/* A PDU that began and does not end, and a peer that says nothing. */
static uint64_t keepalive(struct scsiemu_iscsi_conn *c)
{
	const struct scsiemu_iscsi_limits *l = c->e->lim;
	uint64_t now = c->e->now, at;

	if (c->alive)
		c->heard = now;
	c->alive = false;
	if (l->nop_interval_ms == SCSIEMU_ISCSI_NEVER)
		return UINT64_MAX;
	at = c->heard + l->nop_interval_ms;
	if (now < at) {
		c->pinged = false;
		return at;
	}
	if (!c->pinged) {
		c->pinged = true;
		c->asked = now; /* ticks may come late, all of them */
		semu_ping(c);
	}
	at = c->asked + l->nop_timeout_ms;
	if (now >= at)
		semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
	return at;
}

static uint64_t tick_conn(struct scsiemu_iscsi_conn *c)
{
	uint64_t at = UINT64_MAX;

	if (c->gone || c->state == SCSIEMU_ISCSI_DEAD)
		return at;
	if (c->e->now >= c->deadline) {
		semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
		return at;
	}
	if (c->state == SCSIEMU_ISCSI_FULL)
		at = keepalive(c);
	if (c->state == SCSIEMU_ISCSI_DRAIN && c->deadline == UINT64_MAX)
		c->deadline = c->e->now + c->e->lim->logout_ms;
	return at < c->deadline ? at : c->deadline;
}

uint64_t scsiemu_iscsi_tick(struct scsiemu_iscsi *e, uint64_t now_ms)
{
	uint64_t next = UINT64_MAX, at;

	e->now = now_ms;
	for (struct scsiemu_iscsi_conn *c = e->conns; c; c = c->next) {
		if (c->wait)
			semu_conn_retry(c);
		at = tick_conn(c);
		next = at < next ? at : next;
	}
	for (struct semu_outlet *o = e->outlets; o; o = o->next) {
		at = scsiemu_pump_tick(o->pump, now_ms);
		next = at < next ? at : next;
	}
	return next;
}

uint64_t scsiemu_iscsi_due(const struct scsiemu_iscsi *e)
{
	uint64_t next = UINT64_MAX, at;

	for (const struct semu_outlet *o = e->outlets; o; o = o->next) {
		at = scsiemu_pump_due(o->pump);
		next = at < next ? at : next;
	}
	return next;
}

void scsiemu_iscsi_time(struct scsiemu_iscsi *e, uint64_t now_ms)
{
	e->now = now_ms;
	for (struct semu_outlet *o = e->outlets; o; o = o->next)
		scsiemu_pump_time(o->pump, now_ms);
}

bool scsiemu_iscsi_flush(struct scsiemu_iscsi *e)
{
	bool more = false;

	for (struct semu_outlet *o = e->outlets; o; o = o->next)
		more |= scsiemu_pump_flush(o->pump);
	return more;
}

void scsiemu_iscsi_shutdown(struct scsiemu_iscsi *e)
{
	e->stopping = true;
	for (struct scsiemu_iscsi_conn *c = e->conns; c; c = c->next) {
		if (c->state == SCSIEMU_ISCSI_LOGIN) {
			semu_conn_state(c, SCSIEMU_ISCSI_DEAD);
		} else if (c->state == SCSIEMU_ISCSI_FULL) {
			semu_async(c, ISCSI_ASYNC_LOGOUT);
			c->deadline = e->now + e->lim->logout_ms;
		}
	}
}

void scsiemu_iscsi_drop(struct scsiemu_iscsi *e, struct scsiemu_iscsi_target *t)
{
	for (struct scsiemu_iscsi_conn *c = e->conns; c; c = c->next) {
		if (c->state != SCSIEMU_ISCSI_FULL || c->login.target != t)
			continue;
		semu_async(c, ISCSI_ASYNC_DROP_SESSION);
		semu_conn_state(c, SCSIEMU_ISCSI_DRAIN);
	}
}

void scsiemu_iscsi_stats(const struct scsiemu_iscsi *e,
			 struct scsiemu_iscsi_stats *out)
{
	memset(out, 0, sizeof(*out));
	out->connections = e->nconns;
	out->memory = e->pool.bytes;
	out->commands = e->commands;
	out->rejects = e->rejects;
	out->digest_errors = e->digest_errors;
	for (struct scsiemu_iscsi_conn *c = e->conns; c; c = c->next)
		out->sessions += c->state == SCSIEMU_ISCSI_FULL;
}
