/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error injection: a part that watches while the logical unit has rules. Before
 * a command's handler runs it meets the rules; what they say happens at once,
 * after a delay, or, where the command is to happen as well, at its end.
 */
#include "core/inject.h"

#if SEMU_WITH_INJECT
typedef int act_fn(struct scsiemu_cmd *c, const struct scsiemu_inject *r);

static bool moves_blocks(const struct semu_ctx *x)
{
	return x->row->kind == SCSIEMU_K_READ ||
	       x->row->kind == SCSIEMU_K_WRITE;
}

/* The first block of the command that is the rule's. */
static uint64_t first(const struct semu_ctx *x, const struct scsiemu_inject *r)
{
	return r->nblk && r->lba > x->entry.lba ? r->lba : x->entry.lba;
}

static int fail(struct scsiemu_cmd *c, const struct scsiemu_inject *r,
		bool blocks, uint64_t info)
{
	if (r->act == SCSIEMU_INJECT_STATUS)
		return scsiemu_fail_status(c, r->status);
	if (r->flags & SCSIEMU_INJECT_INFO && blocks)
		scsiemu_fail_info(c, r->key, r->asc, info);
	else
		scsiemu_fail(c, r->key, r->asc);
	if (r->flags & SCSIEMU_INJECT_DEFERRED)
		c->sense.flags |= SCSIEMU_S_DEFERRED;
	return SCSIEMU_FAILED;
}

static int fail_cmd(struct scsiemu_cmd *c, const struct scsiemu_inject *r)
{
	const struct semu_ctx *x = semu_ctx(c);

	return fail(c, r, x->row->flags & SCSIEMU_ROW_BLOCKS, first(x, r));
}

/* Only what is in front of the rule's blocks moves; finish() does the rest. */
static int fail_when(struct scsiemu_cmd *c, const struct scsiemu_inject *r)
{
	struct semu_ctx *x = semu_ctx(c);

	if (r->when == SCSIEMU_INJECT_AFTER)
		return 0;
	if (r->when == SCSIEMU_INJECT_INSTEAD || !moves_blocks(x))
		return fail_cmd(c, r);
	x->count = (uint32_t)(first(x, r) - x->entry.lba);
	return 0;
}

/* Established as if it had happened: what the mode page says of unit attentions
 * holds for it, too. */
static int attention(struct scsiemu_cmd *c, const struct scsiemu_inject *r)
{
	struct semu_ctx *x = semu_ctx(c);
	unsigned ua = 0;

	while (semu_ua_asc[ua] != r->asc)
		ua++;
	if (r->flags & SCSIEMU_INJECT_ALL)
		semu_ua_lu(x->lu, (enum semu_ua)ua, NULL);
	else
		semu_ua_itl(x->itl, (enum semu_ua)ua);
	return semu_check_odd_state(c) ? 0 : SCSIEMU_FAILED;
}

static int corrupt(struct scsiemu_cmd *c, const struct scsiemu_inject *r)
{
	(void)r;
	semu_inject_corrupt(c);
	return 0;
}

static int drop(struct scsiemu_cmd *c, const struct scsiemu_inject *r)
{
	(void)r;
	semu_inject_drop(c);
	return 0;
}

/* The count of parameter data is its allocation length. */
static int cut(struct scsiemu_cmd *c, const struct scsiemu_inject *r)
{
	struct semu_ctx *x = semu_ctx(c);

	x->count = semu_min32(x->count, r->amount);
	return 0;
}

/* Out of this only an abort leads. */
static int hang(struct scsiemu_cmd *c, const struct scsiemu_inject *r)
{
	(void)r;
	semu_ctx(c)->phase = SEMU_P_WAIT;
	c->want = SCSIEMU_WAIT;
	return SCSIEMU_WANTS;
}

static act_fn *const acts[] = {
	[SCSIEMU_INJECT_STATUS] = fail_when,
	[SCSIEMU_INJECT_SENSE] = fail_when,
	[SCSIEMU_INJECT_ATTENTION] = attention,
	[SCSIEMU_INJECT_CORRUPT] = corrupt,
	[SCSIEMU_INJECT_DROP] = drop,
	[SCSIEMU_INJECT_SHORT] = cut,
	[SCSIEMU_INJECT_HANG] = hang,
};

static struct semu_rules *rules(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_INJECT);
}

static const struct scsiemu_inject *rule_of(const struct scsiemu_cmd *c)
{
	const struct semu_ctx *x = semu_ctx(c);
	const struct semu_rule *r = semu_rule_of(rules(x->lu), x->rule);

	return r ? &r->is : NULL;
}

/* After a delay it is called again, once more behind all checks. */
static int begin(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct scsiemu_inject *r;

	if (!x->rule) {
		uint32_t ms = semu_rules_choose(rules(x->lu), c);

		if (ms) {
			scsiemu_want_delay(c, ms);
			x->resume = SEMU_RESUME_CHECK;
			return SCSIEMU_WANTS;
		}
	}
	r = rule_of(c);
	return r ? acts[r->act](c, r) : 0;
}

static int finish(struct scsiemu_cmd *c)
{
	const struct scsiemu_inject *r = rule_of(c);

	if (!r ||
	    (r->act != SCSIEMU_INJECT_STATUS && r->act != SCSIEMU_INJECT_SENSE))
		return SCSIEMU_FINISHED;
	if (c->status != SCSIEMU_GOOD && c->status != SCSIEMU_CONDITION_MET)
		return SCSIEMU_FINISHED;
	return fail_cmd(c, r);
}

static int raw(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
	       uint64_t lba, uint64_t nblk)
{
	const struct scsiemu_inject *r = semu_rules_raw(rules(lu), write, lba,
							nblk);

	return r ? fail(c, r, true, r->nblk && r->lba > lba ? r->lba : lba) : 0;
}

bool semu_inject_rejects(const struct scsiemu_lu *lu, unsigned tmf)
{
	struct semu_rules *rs = rules(lu);

	return rs && semu_rules_reject(rs, tmf);
}

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	return cf->inject_rules
		       ? (uint32_t)(sizeof(struct semu_rules) +
				    cf->inject_rules * sizeof(struct semu_rule))
		       : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	struct semu_rules *rs = mem;

	(void)lu;
	rs->room = cf->inject_rules;
	return 0;
}

const struct semu_part_type semu_inject_part = {
	.part = SEMU_PART_INJECT,
	.size = size,
	.init = init,
	.begin = begin,
	.finish = finish,
	.raw = raw,
};
#endif
