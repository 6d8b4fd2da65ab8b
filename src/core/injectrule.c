/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules of error injection: which are possible, which commands they match,
 * whose turn it is; adding and removing.
 */
#include "core/inject.h"
#include <string.h>

#if SEMU_WITH_INJECT
/* What a rule looks at. */
struct subject {
	const struct scsiemu_row *row; /* NULL: a copy manager's access */
	unsigned op, sa;
	bool reads, writes, blocks;
	uint64_t lba, nblk;
};

static bool actions_possible(const struct scsiemu_inject *r)
{
	switch (r->act) {
	case SCSIEMU_INJECT_NOTHING:
		return r->delay_ms || r->delay_max_ms;
	case SCSIEMU_INJECT_STATUS:
		return r->status != SCSIEMU_GOOD &&
		       r->status != SCSIEMU_CHECK_CONDITION;
	case SCSIEMU_INJECT_SENSE:
		return r->key <= SCSIEMU_SK_COMPLETED;
	case SCSIEMU_INJECT_ATTENTION:
		for (unsigned i = 0; i < SEMU_UA_COUNT; i++)
			if (semu_ua_asc[i] == r->asc)
				return true;
		return false;
	default:
		return r->act < SCSIEMU_INJECT_REJECT;
	}
}

static bool possible(const struct scsiemu_inject *r)
{
	if (r->lba > UINT64_MAX - r->nblk || r->when > SCSIEMU_INJECT_AFTER ||
	    r->match > SCSIEMU_INJECT_TMF || r->ratio > 65536)
		return false;
	if (r->match == SCSIEMU_INJECT_TMF)
		return r->act == SCSIEMU_INJECT_REJECT && !r->nblk &&
		       !r->delay_ms && !r->delay_max_ms;
	return actions_possible(r);
}

static struct semu_rules *rules(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_INJECT);
}

/* xorshift64; a seed is spread so that small ones begin unlike each other. */
static uint64_t seeded(uint64_t seed)
{
	uint64_t s = (seed + 1) * 0x9e3779b97f4a7c15u;

	return s ? s : 1;
}

static uint32_t draw(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return (uint32_t)(*s >> 32);
}

/* One of an older header is shorter. */
static struct scsiemu_inject filled(const struct scsiemu_inject *r)
{
	struct scsiemu_inject f = { 0 };

	memcpy(&f, r, r->size < sizeof(f) ? r->size : sizeof(f));
	return f;
}

int scsiemu_inject_check(const struct scsiemu_inject *r)
{
	const struct scsiemu_inject f = filled(r);

	return possible(&f) ? 0 : SCSIEMU_ERR_ARG;
}

int scsiemu_inject_add(struct scsiemu_lu *lu, const struct scsiemu_inject *r)
{
	struct semu_rules *rs = rules(lu);
	struct semu_rule new = { .is = filled(r) };

	if (!possible(&new.is))
		return SCSIEMU_ERR_ARG;
	if (!rs || rs->n == rs->room)
		return SCSIEMU_ERR_SPACE;
	new.is.size = sizeof(new.is);
	new.random = seeded(new.is.seed);
	new.id = ++rs->last_id;
	rs->rule[rs->n++] = new;
	semu_lu_watch(lu, SEMU_PART_INJECT, true);
	return (int)new.id;
}

const struct semu_rule *semu_rule_of(const struct semu_rules *rs, uint32_t id)
{
	for (uint32_t i = 0; rs && i < rs->n; i++)
		if (rs->rule[i].id == id)
			return &rs->rule[i];
	return NULL;
}

int scsiemu_inject_remove(struct scsiemu_lu *lu, int id)
{
	struct semu_rules *rs = rules(lu);
	const struct semu_rule *r = semu_rule_of(rs, (uint32_t)id);
	uint32_t i;

	if (!r)
		return SCSIEMU_ERR_ARG;
	i = (uint32_t)(r - rs->rule);
	rs->n--;
	memmove(&rs->rule[i], &rs->rule[i + 1],
		(rs->n - i) * sizeof(rs->rule[0]));
	semu_lu_watch(lu, SEMU_PART_INJECT, rs->n > 0);
	return 0;
}

void scsiemu_inject_clear(struct scsiemu_lu *lu)
{
	struct semu_rules *rs = rules(lu);

	if (!rs)
		return;
	rs->n = 0;
	semu_lu_watch(lu, SEMU_PART_INJECT, false);
}

int scsiemu_inject_next(const struct scsiemu_lu *lu, int id)
{
	const struct semu_rules *rs = rules(lu);

	for (uint32_t i = 0; rs && i < rs->n; i++)
		if (rs->rule[i].id > (uint32_t)id) /* they ascend */
			return (int)rs->rule[i].id;
	return 0;
}

int scsiemu_inject_get(const struct scsiemu_lu *lu, int id,
		       struct scsiemu_inject *r,
		       struct scsiemu_inject_counts *counts)
{
	const struct semu_rule *found = semu_rule_of(rules(lu), (uint32_t)id);

	if (!found)
		return SCSIEMU_ERR_ARG;
	if (r)
		*r = found->is;
	if (counts)
		*counts = found->counts;
	return 0;
}

static struct subject subject(const struct scsiemu_cmd *c)
{
	const struct semu_ctx *x = semu_ctx(c);
	const struct scsiemu_row *row = x->row;
	bool blocks = row->flags & SCSIEMU_ROW_BLOCKS;
	struct subject s = { .row = row,
			     .op = row->op,
			     .sa = row->sa,
			     .writes = row->stops & SCSIEMU_ON_PROTECTED,
			     .blocks = blocks,
			     .lba = x->entry.lba,
			     .nblk = x->count };

	if (!s.nblk && row->flags & SCSIEMU_ROW_LONG) /* to the end */
		s.nblk = x->lu->cap.nblk - s.lba;
	s.reads = blocks &&
		  !(row->stops & (SCSIEMU_ON_PR_WRITE | SCSIEMU_ON_PROTECTED));
	return s;
}

static bool of_class(const struct scsiemu_inject *r, const struct subject *s)
{
	switch (r->match) {
	case SCSIEMU_INJECT_ANY:
		return true;
	case SCSIEMU_INJECT_READS:
		return s->reads;
	case SCSIEMU_INJECT_WRITES:
		return s->writes;
	default:
		return r->match == SCSIEMU_INJECT_OPCODE && s->row &&
		       r->opcode == s->op &&
		       (r->any_action || s->sa == SCSIEMU_NO_SA ||
			r->service_action == s->sa);
	}
}

static bool moves_blocks(const struct scsiemu_row *row)
{
	return row->kind == SCSIEMU_K_READ || row->kind == SCSIEMU_K_WRITE;
}

/* Can it be done to such a command? */
static bool applies(const struct scsiemu_inject *r, const struct subject *s)
{
	const struct scsiemu_row *row = s->row;

	if (!row)
		return r->act == SCSIEMU_INJECT_STATUS ||
		       r->act == SCSIEMU_INJECT_SENSE;
	switch (r->act) {
	case SCSIEMU_INJECT_ATTENTION:
		return !(row->flags &
			 (SCSIEMU_ROW_UA_SKIP | SCSIEMU_ROW_UA_TAKE));
	case SCSIEMU_INJECT_DROP:
		return s->writes;
	case SCSIEMU_INJECT_CORRUPT:
	case SCSIEMU_INJECT_SHORT:
		return moves_blocks(row) || row->kind == SCSIEMU_K_PARAM_IN;
	default:
		return true;
	}
}

static bool matches(const struct scsiemu_inject *r, const struct subject *s)
{
	if (!of_class(r, s) || !applies(r, s))
		return false;
	return !r->nblk || (s->blocks && r->lba < s->lba + s->nblk &&
			    s->lba < r->lba + r->nblk);
}

/* One more that it matches: does it hit? */
static bool turn(struct semu_rule *r)
{
	uint64_t n = ++r->counts.seen;

	if (n <= r->is.skip || (r->is.count && r->counts.hits >= r->is.count) ||
	    (r->is.every > 1 && (n - r->is.skip) % r->is.every))
		return false;
	if (r->is.ratio && (draw(&r->random) & 0xffff) >= r->is.ratio)
		return false;
	r->counts.hits++;
	return true;
}

static uint32_t delay(struct semu_rule *r)
{
	uint32_t least = r->is.delay_ms, most = r->is.delay_max_ms;

	if (most <= least)
		return least;
	return least +
	       (uint32_t)(draw(&r->random) % ((uint64_t)most - least + 1));
}

uint32_t semu_rules_choose(struct semu_rules *rs, struct scsiemu_cmd *c)
{
	struct subject s = subject(c);
	uint64_t ms = 0;

	semu_ctx(c)->rule = SEMU_NO_RULE;
	for (uint32_t i = 0; i < rs->n; i++) {
		struct semu_rule *r = &rs->rule[i];

		if (!matches(&r->is, &s) || !turn(r))
			continue;
		ms += delay(r);
		if (r->is.act == SCSIEMU_INJECT_NOTHING)
			continue;
		semu_ctx(c)->rule = r->id;
		break;
	}
	return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

const struct scsiemu_inject *semu_rules_raw(struct semu_rules *rs, bool write,
					    uint64_t lba, uint64_t nblk)
{
	struct subject s = { .reads = !write,
			     .writes = write,
			     .blocks = true,
			     .lba = lba,
			     .nblk = nblk };

	for (uint32_t i = 0; i < rs->n; i++)
		if (rs->rule[i].is.match != SCSIEMU_INJECT_ANY &&
		    matches(&rs->rule[i].is, &s) && turn(&rs->rule[i]))
			return &rs->rule[i].is;
	return NULL;
}

bool semu_rules_reject(struct semu_rules *rs, unsigned tmf)
{
	for (uint32_t i = 0; i < rs->n; i++) {
		struct semu_rule *r = &rs->rule[i];

		if (r->is.match == SCSIEMU_INJECT_TMF &&
		    (!r->is.opcode || r->is.opcode == tmf) && turn(r))
			return true;
	}
	return false;
}
#else
int scsiemu_inject_check(const struct scsiemu_inject *r)
{
	(void)r;
	return 0;
}

int scsiemu_inject_add(struct scsiemu_lu *lu, const struct scsiemu_inject *r)
{
	(void)lu, (void)r;
	return SCSIEMU_ERR_SPACE;
}
#endif
