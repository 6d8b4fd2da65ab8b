/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Referrals (SBC-4 4.28): user data segments, each with the target port groups
 * through which it is reached. REPORT REFERRALS and VPD B3h tell them; a
 * command for blocks that its own port group does not reach is sent elsewhere
 * by sense data that name the groups.
 */
#include <string.h>

#include "sbc/sbc.h"
#include "spc/alua.h"

#if SEMU_WITH_REFERRALS

enum { HEAD = 20, GROUP = 4, SENSE_TYPE = 0x0b, NOT_ALL_R = 1, SENSE_HEAD = 4 };

static struct scsiemu_referrals *part(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_REFERRALS);
}

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	return SEMU_SBC_OPTION(cf, referrals)
		       ? (uint32_t)sizeof(struct scsiemu_referrals)
		       : 0;
}

static bool sound(const struct scsiemu_referrals *r)
{
	if (r->multiplier && !r->segment_blk)
		return false;
	for (uint32_t i = 0; i < r->nsegments; i++)
		if (r->segments[i].first > r->segments[i].last ||
		    r->segments[i].ngroups > SCSIEMU_REFERRAL_GROUPS)
			return false;
	return true;
}

static int take(struct scsiemu_lu *lu, struct scsiemu_referrals *to,
		const struct scsiemu_referrals *from)
{
	struct scsiemu_referrals f = { 0 };

	memcpy(&f, from, from->size < sizeof(f) ? from->size : sizeof(f));
	if (!sound(&f))
		return SCSIEMU_ERR_ARG;
	*to = f;
	semu_lu_watch(lu, SEMU_PART_REFERRALS, f.nsegments != 0);
	return 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	return take(lu, mem, SEMU_SBC_OPTION(cf, referrals));
}

static void loaded(struct scsiemu_lu *lu)
{
	lu->able |= SCSIEMU_NEED_REFERRALS;
}

int scsiemu_sbc_refer(struct scsiemu_lu *lu, const struct scsiemu_referrals *r)
{
	int rc = part(lu) ? take(lu, part(lu), r) : SCSIEMU_ERR_ARG;

	if (!rc)
		semu_ua_lu(lu, SEMU_UA_REFERRALS, NULL);
	return rc;
}

/* Is the block in one of the descriptor's segments, which follow each other at
 * multiplier times their size? *left: for how many blocks that stays so. */
static bool within(const struct scsiemu_referrals *r,
		   const struct scsiemu_referral *s, uint64_t lba,
		   uint64_t *left)
{
	uint64_t stride = (uint64_t)r->segment_blk * r->multiplier, at;
	bool in;

	*left = UINT64_MAX;
	if (lba > s->last)
		return false;
	if (lba < s->first) {
		*left = s->first - lba;
		return false;
	}
	if (s->last - lba < UINT64_MAX)
		*left = s->last - lba + 1;
	if (!stride)
		return true;
	at = (lba - s->first) % stride;
	in = at < r->segment_blk;
	at = (in ? r->segment_blk : stride) - at;
	if (at < *left)
		*left = at;
	return in;
}

/* The segment of a block; NULL: of none, it is reached from everywhere. *left:
 * so many blocks at least are alike. */
static const struct scsiemu_referral *find(const struct scsiemu_referrals *r,
					   uint64_t lba, uint64_t *left)
{
	const struct scsiemu_referral *found = NULL;
	uint64_t n;

	*left = UINT64_MAX;
	for (uint32_t i = 0; i < r->nsegments && !found; i++) {
		if (within(r, &r->segments[i], lba, &n))
			found = &r->segments[i];
		if (n < *left)
			*left = n;
	}
	return found;
}

static void put_segment(struct scsiemu_wr *w, const struct scsiemu_referral *s)
{
	scsiemu_wr_be32(w, s->ngroups);
	scsiemu_wr_be64(w, s->first);
	scsiemu_wr_be64(w, s->last);
	for (unsigned i = 0; i < s->ngroups; i++) {
		scsiemu_wr_be16(w, (unsigned)s->groups[i].state << 8);
		scsiemu_wr_be16(w, s->groups[i].id);
	}
}

int semu_sbc_report_referrals(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_referrals *r = part(scsiemu_cmd_lu(c));
	uint64_t lba = semu_be64(c->cdb + 2), left;
	bool one = c->cdb[14] & 1;

	scsiemu_wr_be32(w, 0);
	for (uint32_t i = 0; i < r->nsegments; i++) {
		const struct scsiemu_referral *s = &r->segments[i];

		if (one ? s == find(r, lba, &left) : s->last >= lba)
			put_segment(w, s);
	}
	scsiemu_wr_len(w, 2, 2, 0);
	return SCSIEMU_FINISHED;
}

static bool active(unsigned state)
{
	return state == SCSIEMU_OPTIMIZED || state == SCSIEMU_NON_OPTIMIZED;
}

static bool reached(const struct scsiemu_referral *s, unsigned group)
{
	for (unsigned i = 0; i < s->ngroups; i++)
		if (s->groups[i].id == group)
			return active(s->groups[i].state);
	return false;
}

/* The descriptor of the segment, ready-made in scratch, where it fits. */
static int refer(struct scsiemu_cmd *c, const struct scsiemu_referrals *r,
		 const struct scsiemu_referral *s)
{
	uint32_t len = SENSE_HEAD + HEAD + GROUP * (uint32_t)s->ngroups;
	struct scsiemu_wr w = { c->scratch, 0, len, 0 };

	scsiemu_fail(c, SCSIEMU_SK_ABORTED_COMMAND,
		     SCSIEMU_ASC_INSPECT_REFERRALS);
	if (len > c->scratch_len)
		return SCSIEMU_FAILED;
	scsiemu_wr_u8(&w, SENSE_TYPE);
	scsiemu_wr_u8(&w, len - 2);
	scsiemu_wr_u8(&w, r->nsegments > 1 ? NOT_ALL_R : 0);
	scsiemu_wr_u8(&w, 0);
	put_segment(&w, s);
	c->sense.extra = c->scratch;
	c->sense.extra_len = (uint16_t)len;
	return SCSIEMU_FAILED;
}

/* The port's group, when it does not reach every block alike. */
static bool dependent(const struct scsiemu_cmd *c, unsigned *group)
{
	const struct scsiemu_target_port *p;
	const struct semu_group *g = semu_alua_of(c);

	if (g) {
		*group = g->id;
		return g->state == SCSIEMU_LBA_DEPENDENT;
	}
	p = semu_nexus_port(semu_ctx(c)->nexus);
	*group = p ? p->group : 0;
	return p;
}

static int begin(struct scsiemu_cmd *c)
{
	const struct scsiemu_referrals *r = part(scsiemu_cmd_lu(c));
	uint64_t lba, n, left;
	unsigned group;

	if (!semu_sbc_access(c, &lba, &n) || !dependent(c, &group))
		return 0;
	for (; n; n -= left, lba += left) {
		const struct scsiemu_referral *s = find(r, lba, &left);

		if (s && !reached(s, group))
			return refer(c, r, s);
		if (left > n)
			left = n;
	}
	return 0;
}

const struct semu_part_type semu_referrals_part = {
	.part = SEMU_PART_REFERRALS,
	.since = SCSIEMU_LEVEL_SPC_3,
	.size = part_size,
	.init = init,
	.loaded = loaded,
	.begin = begin,
};

static void referrals_fill(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_referrals *r = part(scsiemu_cmd_lu(c));

	scsiemu_wr_be32(w, 0);
	scsiemu_wr_be32(w, r->segment_blk);
	scsiemu_wr_be32(w, r->multiplier);
}

const struct semu_vpd_page semu_sbc_vpd_b3 = {
	.code = 0xb3,
	.needs = SCSIEMU_NEED_REFERRALS,
	.fill = referrals_fill,
};
#endif
