/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asymmetric access states (SPC-5 5.18): which state a target port group is in,
 * how it comes into another one, and which commands its ports let through. A
 * guard of the logical unit is set when any group is in such a state; whether
 * it is the command's own is only then looked at.
 */
#include <string.h>

#include "spc/alua.h"
#include "spc/spc.h"

#if SEMU_WITH_ALUA

enum {
	LEAST_GROUPS = 8,
	VERSION = 1,
	USUAL = 1 << SCSIEMU_OPTIMIZED | 1 << SCSIEMU_NON_OPTIMIZED |
		1 << SCSIEMU_STANDBY | 1 << SCSIEMU_UNAVAILABLE,
	ALL = USUAL | 1 << SCSIEMU_LBA_DEPENDENT | 1 << SCSIEMU_OFFLINE |
	      1 << SCSIEMU_TRANSITIONING
};

static const uint16_t stop_of[16] = {
	[SCSIEMU_STANDBY] = SCSIEMU_ON_STANDBY,
	[SCSIEMU_UNAVAILABLE] = SCSIEMU_ON_UNAVAILABLE,
	[SCSIEMU_OFFLINE] = SCSIEMU_ON_OFFLINE,
	[SCSIEMU_TRANSITIONING] = SCSIEMU_ON_TRANSITION,
};

static struct scsiemu_alua filled(const struct scsiemu_lu_config *cf)
{
	struct scsiemu_alua f = { 0 };

	memcpy(&f, cf->alua,
	       cf->alua->size < sizeof(f) ? cf->alua->size : sizeof(f));
	if (f.max_groups < LEAST_GROUPS)
		f.max_groups = LEAST_GROUPS;
	if (f.max_groups < f.ngroups)
		f.max_groups = (uint8_t)(f.ngroups < 255 ? f.ngroups : 255);
	if (!f.states)
		f.states = USUAL;
	if (f.transition_ms || f.asks || f.ops)
		f.states |= 1 << SCSIEMU_TRANSITIONING;
	return f;
}

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	uint32_t max;

	if (!cf->alua)
		return 0;
	max = filled(cf).max_groups;
	return (uint32_t)sizeof(struct semu_alua) +
	       max * (uint32_t)sizeof(struct semu_group) +
	       SEMU_ALUA_RECORD(max);
}

static void guard(struct scsiemu_lu *lu, const struct semu_alua *a)
{
	uint32_t g = lu->guards & ~(uint32_t)SCSIEMU_STOP_ALUA;

	for (unsigned i = 0; i < a->n; i++)
		g |= stop_of[a->group[i].state];
	lu->guards = g;
}

struct semu_group *semu_alua_find(struct semu_alua *a, unsigned id)
{
	for (unsigned i = 0; i < a->n; i++)
		if (a->group[i].id == id)
			return &a->group[i];
	return NULL;
}

static bool add(struct semu_alua *a, const struct scsiemu_alua_group *g)
{
	if (a->n == a->max || semu_alua_find(a, g->id) || g->state > 15 ||
	    g->state == SCSIEMU_TRANSITIONING || !(ALL >> g->state & 1))
		return false;
	a->group[a->n++] = (struct semu_group){ .id = g->id,
						.state = g->state,
						.preferred = g->preferred };
	a->states |= (uint16_t)(1u << g->state);
	return true;
}

static int part_init(struct scsiemu_lu *lu, void *mem,
		     const struct scsiemu_lu_config *cf)
{
	const struct scsiemu_alua f = filled(cf);
	struct semu_alua *a = mem;

	if (!f.tpgs || f.tpgs > SCSIEMU_ALUA_BOTH || f.states & ~ALL)
		return SCSIEMU_ERR_ARG;
	a->ops = f.ops;
	a->ctx = f.ctx;
	a->transition_ms = f.transition_ms;
	a->states = f.states;
	a->tpgs = f.tpgs;
	a->implicit_s = f.implicit_s;
	a->asks = f.asks || f.ops;
	a->max = f.max_groups;
	a->record = (uint8_t *)&a->group[a->max];
	for (unsigned i = 0; i < f.ngroups; i++)
		if (!add(a, &f.groups[i]))
			return SCSIEMU_ERR_ARG;
	guard(lu, a);
	return 0;
}

struct semu_alua *semu_alua(const struct scsiemu_lu *lu)
{
	struct semu_alua *a = semu_part(lu, SEMU_PART_ALUA);
	const struct scsiemu_device *d = lu->dev;

	for (; a && a->nports < d->nports; a->nports++) {
		const struct scsiemu_alua_group g = {
			.id = d->ports[a->nports].group
		};

		add(a, &g);
	}
	return a;
}

const struct semu_group *semu_alua_of(const struct scsiemu_cmd *c)
{
	struct semu_alua *a = semu_alua(semu_ctx(c)->lu);
	const struct scsiemu_target_port *p;

	if (!a)
		return NULL;
	p = semu_nexus_port(semu_ctx(c)->nexus);
	if (p)
		return semu_alua_find(a, p->group);
	return a->n ? &a->group[0] : NULL;
}

uint32_t semu_alua_applies(const struct scsiemu_cmd *c, uint32_t hit)
{
	const struct semu_group *g;

	if (!semu_part(semu_ctx(c)->lu, SEMU_PART_ALUA))
		return hit;
	g = semu_alua_of(c);
	return hit & ~(uint32_t)(SCSIEMU_STOP_ALUA &
				 ~(g ? (uint32_t)stop_of[g->state] : 0));
}

unsigned semu_alua_tpgs(const struct scsiemu_lu *lu)
{
	const struct semu_alua *a = semu_part(lu, SEMU_PART_ALUA);

	return a ? a->tpgs : 0;
}

static void loaded(struct scsiemu_lu *lu)
{
	lu->able |= SCSIEMU_NEED_ALUA;
	if (semu_alua_tpgs(lu) & SCSIEMU_ALUA_EXPLICIT)
		lu->able |= SCSIEMU_NEED_ALUA_SET;
}

bool semu_alua_enters(const struct semu_alua *a, unsigned state)
{
	return state < 16 && a->states >> state & 1;
}

static void set(struct scsiemu_lu *lu, struct semu_group *g, unsigned state)
{
	g->state = (uint8_t)state;
	g->due = 0;
	guard(lu, semu_alua(lu));
}

void semu_alua_begin(struct scsiemu_lu *lu, struct semu_group *g,
		     unsigned state, unsigned by, uint32_t ms)
{
	if (g->state != SCSIEMU_TRANSITIONING)
		g->was = g->state;
	g->next = (uint8_t)state;
	g->by = (uint8_t)by;
	set(lu, g, SCSIEMU_TRANSITIONING);
	if (!ms)
		return;
	g->due = lu->dev->now + ms;
	semu_lu_timer(lu, g->due);
}

/* Is a host's change of any group not over? */
static bool regrouping(const struct semu_alua *a)
{
	for (unsigned i = 0; i < a->n; i++)
		if (a->group[i].state == SCSIEMU_TRANSITIONING &&
		    a->group[i].by == SEMU_BY_HOST)
			return true;
	return false;
}

/* Who asked for it knows; all others are told. */
static void tell(struct scsiemu_lu *lu, bool by_host)
{
	bool over = !regrouping(semu_alua(lu));

	for (struct semu_itl *i = lu->itls; i; i = i->of_lu) {
		if (!by_host || !i->regroups)
			semu_ua_itl(i, SEMU_UA_ALUA);
		if (over)
			i->regroups = false;
	}
}

void semu_alua_reach(struct scsiemu_lu *lu, struct semu_group *g,
		     unsigned state)
{
	g->status = g->by;
	set(lu, g, state);
	if (state != g->was)
		tell(lu, g->by == SEMU_BY_HOST);
}

void semu_alua_revert(struct scsiemu_lu *lu, struct semu_group *g)
{
	set(lu, g, g->was);
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu)
		i->regroups = i->regroups && regrouping(semu_alua(lu));
}

static void tick(struct scsiemu_lu *lu)
{
	struct semu_alua *a = semu_part(lu, SEMU_PART_ALUA);

	for (unsigned i = 0; i < a->n; i++) {
		struct semu_group *g = &a->group[i];

		if (!g->due)
			continue;
		if (g->due <= lu->dev->now)
			semu_alua_reach(lu, g, g->next);
		else
			semu_lu_timer(lu, g->due);
	}
}

/* The group for a call of the embedder's. NULL: *rc says why not. */
static struct semu_group *for_embedder(struct scsiemu_lu *lu, uint16_t group,
				       int *rc)
{
	struct semu_alua *a = semu_alua(lu);
	struct semu_group *g = a ? semu_alua_find(a, group) : NULL;

	*rc = SCSIEMU_ERR_ARG;
	if (!g)
		return NULL;
	*rc = SCSIEMU_ERR_ORDER;
	return !g->asked && a->tpgs & SCSIEMU_ALUA_IMPLICIT ? g : NULL;
}

int scsiemu_lu_access(struct scsiemu_lu *lu, uint16_t group, uint8_t state)
{
	int rc;
	struct semu_group *g = for_embedder(lu, group, &rc);
	const struct semu_alua *a = semu_alua(lu);
	bool moving;

	if (!g)
		return rc;
	if (!semu_alua_enters(a, state))
		return SCSIEMU_ERR_ARG;
	moving = g->state == SCSIEMU_TRANSITIONING;
	if (g->state == state && !g->due)
		return 0;
	semu_alua_begin(lu, g, state, SEMU_BY_ITSELF,
			moving || state == SCSIEMU_TRANSITIONING
				? 0
				: a->transition_ms);
	if (state != SCSIEMU_TRANSITIONING && !g->due)
		semu_alua_reach(lu, g, state);
	return 0;
}

int scsiemu_lu_access_failed(struct scsiemu_lu *lu, uint16_t group)
{
	int rc;
	struct semu_group *g = for_embedder(lu, group, &rc);

	if (!g)
		return rc;
	if (g->state != SCSIEMU_TRANSITIONING)
		return SCSIEMU_ERR_ORDER;
	semu_alua_revert(lu, g);
	semu_ua_lu(lu, SEMU_UA_ALUA_FAILED, NULL);
	return 0;
}

int scsiemu_lu_prefer(struct scsiemu_lu *lu, uint16_t group, bool preferred)
{
	struct semu_alua *a = semu_alua(lu);
	struct semu_group *g = a ? semu_alua_find(a, group) : NULL;

	if (!g)
		return SCSIEMU_ERR_ARG;
	if (g->preferred != preferred)
		semu_ua_lu(lu, SEMU_UA_ALUA, NULL);
	g->preferred = preferred;
	return 0;
}

int scsiemu_lu_access_of(struct scsiemu_lu *lu, uint16_t group)
{
	struct semu_alua *a = semu_alua(lu);
	const struct semu_group *g = a ? semu_alua_find(a, group) : NULL;

	return g ? g->state : SCSIEMU_ERR_ARG;
}

const struct scsiemu_alua_ops *scsiemu_lu_alua_ops(const struct scsiemu_lu *lu,
						   void **ctx)
{
	const struct semu_alua *a = semu_part(lu, SEMU_PART_ALUA);

	*ctx = a ? a->ctx : NULL;
	return a ? a->ops : NULL;
}

/* Where a group is, or will be soon. */
uint32_t semu_alua_record(struct semu_alua *a)
{
	uint8_t *p = a->record + 4;

	memset(a->record, 0, SEMU_ALUA_RECORD(a->n));
	a->record[0] = VERSION;
	for (unsigned i = 0; i < a->n; i++, p += 4) {
		const struct semu_group *g = &a->group[i];

		semu_put16(p, g->id);
		p[2] = g->state == SCSIEMU_TRANSITIONING ? g->next : g->state;
	}
	return SEMU_ALUA_RECORD(a->n);
}

/* Is it a record of ours, whose groups are there, or may be? */
static bool fits(struct semu_alua *a, const uint8_t *buf, uint32_t len)
{
	unsigned more = 0;

	if (len < 4 || len % 4 || semu_be32(buf) != VERSION << 24)
		return false;
	for (uint32_t at = 4; at < len; at += 4) {
		if (buf[at + 2] == SCSIEMU_TRANSITIONING || buf[at + 3] ||
		    !semu_alua_enters(a, buf[at + 2]))
			return false;
		more += !semu_alua_find(a, semu_be16(buf + at));
		for (uint32_t k = 4; k < at; k += 4)
			if (!memcmp(buf + k, buf + at, 2))
				return false;
	}
	return a->n + more <= a->max;
}

static int restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	struct semu_alua *a = semu_alua(lu);

	if (!a || !fits(a, buf, len))
		return SCSIEMU_ERR_ARG;
	for (uint32_t at = 4; at < len; at += 4) {
		const struct scsiemu_alua_group g = { .id = (uint16_t)semu_be16(
							      buf + at),
						      .state = buf[at + 2] };

		add(a, &g);
		semu_alua_find(a, g.id)->state = g.state;
	}
	guard(lu, a);
	return 0;
}

const struct semu_part_type semu_alua_part = { .part = SEMU_PART_ALUA,
					       .since = SCSIEMU_LEVEL_SPC_3,
					       .nv = SCSIEMU_NV_ALUA,
					       .size = part_size,
					       .init = part_init,
					       .loaded = loaded,
					       .restore = restore,
					       .tick = tick };

#endif
