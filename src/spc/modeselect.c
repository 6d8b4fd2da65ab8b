/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MODE SELECT (SPC-5 6.12, 6.13). All pages of the list are checked into a
 * third set of values first; only a list without any error becomes current,
 * and only after the medium's cache is empty where a page wants that and after
 * the values were saved where SP says so.
 */
#include <string.h>

#include "spc/spc.h"

#if SEMU_WITH_MODE_SELECT

enum { SP = 0x01, RTD = 0x02, PF = 0x10 };

static int bad(struct scsiemu_cmd *c, uint32_t at, uint8_t bit)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, bit);
}

static uint8_t highest(unsigned bits)
{
	uint8_t bit = 7;

	while (!(bits >> bit & 1))
		bit--;
	return bit;
}

/* Each of the next three has one page on the stack, and no more at a time. */
#define APART __attribute__((noinline))

/* What is sent becomes what would change, and again what was sent. */
static APART void flip(const struct scsiemu_cmd *c,
		       const struct semu_mode_page *p, uint32_t value_at,
		       uint8_t *list, unsigned len)
{
	uint8_t is[SEMU_MODE_MAX];

	semu_mode_get(scsiemu_cmd_lu(c), p, value_at, 0, is);
	semu_mode_own(c, p, is);
	for (unsigned i = 0; i < len; i++)
		list[i] ^= is[i];
}

static APART int judge(struct scsiemu_cmd *c, const struct semu_mode_page *p,
		       uint32_t value_at, const uint8_t *change,
		       uint16_t list_at, unsigned len)
{
	uint8_t mask[SEMU_MODE_MAX];

	semu_mode_get(scsiemu_cmd_lu(c), p, value_at, 1, mask);
	for (unsigned i = p->sub ? 4 : 2; i < len; i++)
		if (change[i] & ~mask[i] & 0xff)
			return bad(c, list_at + i,
				   highest(change[i] & ~mask[i] & 0xffu));
	return 0;
}

static APART void merge(const struct scsiemu_lu *lu,
			const struct semu_mode_page *p, uint32_t value_at,
			const uint8_t *list, unsigned len)
{
	uint8_t *next = lu->state + 2 * semu_mode_bytes(lu->type, lu->parts) +
			value_at;
	uint8_t mask[SEMU_MODE_MAX];

	semu_mode_get(lu, p, value_at, 1, mask);
	for (unsigned i = p->sub ? 4 : 2; i < len; i++)
		next[i] = (uint8_t)((list[i] & mask[i]) |
				    (next[i] & (mask[i] ^ 0xff)));
}

/* Merge one page into `next`; only changeable bits may differ. */
static int take_page(struct scsiemu_cmd *c, const struct semu_mode_page *p,
		     uint32_t value_at, uint8_t *list, uint16_t list_at,
		     unsigned len)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	int rc;

	flip(c, p, value_at, list, len);
	rc = judge(c, p, value_at, list, list_at, len);
	flip(c, p, value_at, list, len);
	if (rc)
		return rc;
	if (p->mask)
		merge(lu, p, value_at, list, len);
	return p->check ? p->check(c, list, list_at) : 0;
}

/* May a page of len bytes be given by n of them? */
static bool fits(const struct semu_mode_page *p, unsigned n, unsigned len)
{
	return n == len ||
	       (SEMU_WITH_MODE_HEAD && p->least && n >= p->least && n < len);
}

/* Can a list have the page at all? */
static bool may_send(const struct scsiemu_lu *lu,
		     const struct semu_mode_page *p)
{
	return p && semu_mode_len(lu, p) && !(SEMU_WITH_HINTS && p->more) &&
	       p != semu_mode_head(lu);
}

/* The next page of the list: header, length, values. */
static int next_page(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint16_t at = (uint16_t)scsiemu_rd_tell(r);
	uint8_t *h = r->buf + at;
	const struct semu_mode_page *p;
	uint32_t value_at;
	unsigned len, n;
	bool spf;

	if (!scsiemu_rd_need(r, 2))
		return SCSIEMU_FAILED;
	spf = h[0] & 0x40;
	if (spf && !scsiemu_rd_need(r, 4))
		return SCSIEMU_FAILED;
	p = semu_mode_find(lu, h[0] & 0x3f, spf ? h[1] : 0, &value_at);
	if (!may_send(lu, p) || (spf && !h[1]))
		return bad(c, at, 5);
	len = semu_mode_len(lu, p);
	n = spf ? semu_be16(h + 2) + 4u : h[1] + 2u;
	if (!fits(p, n, len))
		return bad(c, at + (spf ? 2u : 1u), SCSIEMU_NO_BIT);
	if (!scsiemu_rd_need(r, n))
		return SCSIEMU_FAILED;
	scsiemu_rd_skip(r, n);
	return take_page(c, p, value_at, h, at, n);
}

#if SEMU_WITH_FORMAT
/* Can the logical unit be formatted with other blocks? */
static bool may_change(const struct scsiemu_lu *lu)
{
	return lu->type->judge && semu_part(lu, SEMU_PART_FORMAT);
}
#endif

/* A block descriptor may repeat what is, or say "the same" (0) or, for the
 * number of blocks, "all" (FFFFFFFFh). */
static int take_descriptor(struct scsiemu_cmd *c, struct scsiemu_rd *r,
			   bool longlba)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;
	uint32_t at = scsiemu_rd_tell(r);
	uint64_t nblk, all = longlba ? UINT64_MAX : UINT32_MAX;
	uint32_t blen;

	if (longlba) {
		nblk = scsiemu_rd_be64(r);
		scsiemu_rd_skip(r, 4);
		blen = scsiemu_rd_be32(r);
	} else {
		nblk = scsiemu_rd_be32(r);
		blen = scsiemu_rd_be32(r) & 0xffffff;
	}
	if (nblk == all)
		nblk = UINT64_MAX;
#if SEMU_WITH_FORMAT
	if (may_change(scsiemu_cmd_lu(c))) {
		scsiemu_cmd_own(c)[0] = 1;
		return scsiemu_cmd_lu(c)->type->judge(
			c, nblk, blen, at, at + (longlba ? 12u : 5u));
	}
#endif
	if (nblk && nblk != cap->nblk && nblk != UINT64_MAX)
		return bad(c, at, SCSIEMU_NO_BIT);
	if (blen && blen != cap->blen)
		return bad(c, at + (longlba ? 12u : 5u), SCSIEMU_NO_BIT);
	return 0;
}

#if SEMU_WITH_MODE_HEAD
/* DENSITY CODE: the default one, and that which is. */
enum { DENSITY_DEFAULT = 0x00, DENSITY_SAME = 0x7f };

/* Merge what header and block descriptor say; only changeable bits may differ.
 */
static int merge_head(struct scsiemu_cmd *c, const uint8_t *is,
		      const uint8_t *to)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_mode_page *p = semu_mode_head(lu);
	uint8_t *next = lu->state + 2 * semu_mode_bytes(lu->type, lu->parts);

	for (unsigned i = SEMU_MODE_HEAD_SPECIFIC; i < SEMU_MODE_HEAD; i++) {
		unsigned wrong = (to[i] ^ is[i]) & ~p->mask[i] & 0xffu;

		if (wrong)
			return bad(c, i, highest(wrong));
		next[i] = (uint8_t)((to[i] & p->mask[i]) |
				    (next[i] & (p->mask[i] ^ 0xff)));
	}
	return p->check(c, to, 0);
}

/*
 * Header and block descriptor, NULL: there is none, as one page (SPC-5 7.5.6).
 * MEDIUM TYPE and WP are the cartridge's, whatever a host says of them.
 */
static int take_head(struct scsiemu_cmd *c, const uint8_t *h, bool ten,
		     const uint8_t *block)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint8_t is[SEMU_MODE_HEAD], to[SEMU_MODE_HEAD];
	uint8_t *own = to + SEMU_MODE_HEAD_BLOCK;
	int rc;

	semu_mode_get(lu, semu_mode_head(lu), 0, 0, is);
	semu_mode_own(c, semu_mode_head(lu), is);
	memcpy(to, is, sizeof(to));
	to[SEMU_MODE_HEAD_SPECIFIC] =
		(uint8_t)((is[SEMU_MODE_HEAD_SPECIFIC] & 0x80) |
			  (h[ten ? 3 : 2] & 0x7f));
	if (block)
		memcpy(own, block, 8);
	if (own[0] == DENSITY_DEFAULT || own[0] == DENSITY_SAME)
		own[0] = is[SEMU_MODE_HEAD_BLOCK];
	rc = merge_head(c, is, to);
	if (rc && c->sense.field < SEMU_MODE_HEAD_BLOCK)
		c->sense.field = ten ? 3 : 2;
	else if (rc)
		c->sense.field = (uint16_t)(c->sense.field + (ten ? 4 : 0));
	return rc;
}
#else
static int take_head(struct scsiemu_cmd *c, const uint8_t *h, bool ten,
		     const uint8_t *block)
{
	(void)c, (void)h, (void)ten, (void)block;
	return 0;
}
#endif

static int take_header(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	bool ten = c->cdb[0] == SCSIEMU_OP_MODE_SELECT_10, longlba = false;
	const uint8_t *h = r->buf;
	unsigned bdl, want;

	if (!scsiemu_rd_need(r, ten ? 8 : 4))
		return SCSIEMU_FAILED;
	scsiemu_rd_skip(r, ten ? 8 : 4);
	if (ten)
		longlba = h[4] & 1;
	bdl = ten ? semu_be16(h + 6) : h[3];
	if (!bdl)
		return semu_mode_head(scsiemu_cmd_lu(c))
			       ? take_head(c, h, ten, NULL)
			       : 0;
	want = longlba && !semu_mode_head(scsiemu_cmd_lu(c)) ? 16 : 8;
	if (bdl != want || !semu_mode_has_blocks(scsiemu_cmd_lu(c)))
		return bad(c, ten ? 6 : 3, SCSIEMU_NO_BIT);
	if (!scsiemu_rd_need(r, bdl))
		return SCSIEMU_FAILED;
	if (semu_mode_head(scsiemu_cmd_lu(c)))
		return take_head(c, h, ten, scsiemu_rd_bytes(r, bdl));
	return take_descriptor(c, r, longlba);
}

static int take_list(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	int rc = take_header(c, r);

	while (!rc && scsiemu_rd_left(r))
		rc = next_page(c, r);
	return rc;
}

/* RTD: the default values. */
static void take_defaults(struct scsiemu_lu *lu, uint8_t *next)
{
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;

	while ((p = semu_mode_next(lu, &it)) != NULL)
		if (p->mask)
			memcpy(next + it.at, p->defaults, p->len);
}

#if SEMU_WITH_MODE_HEAD
/* What is selected begins with what the nexus has. */
static void begin_own(const struct scsiemu_cmd *c, uint8_t *next)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;

	while ((p = semu_mode_next(lu, &it)) != NULL)
		if (p->each)
			memcpy(next + it.at + p->each_at,
			       semu_mode_each(lu, semu_ctx(c)->itl, p,
					      p->each_at),
			       p->each);
}

/* The nexus keeps its own of what was selected; what is shared stays. Saved
 * values are what all begin with. */
static void keep_own(const struct scsiemu_cmd *c, uint8_t *next)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_itl *itl = semu_ctx(c)->itl;
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;
	uint8_t *to = itl->mode;

	while ((p = semu_mode_next(lu, &it)) != NULL) {
		uint32_t at = it.at + p->each_at;

		memcpy(to, next + at, p->each);
		to += p->each;
		if (!(c->cdb[1] & SP))
			memcpy(next + at, lu->state + at, p->each);
	}
	itl->mode_set = true;
}

static const uint8_t *own_before(const struct scsiemu_cmd *c,
				 const struct semu_mode_page *p,
				 const uint8_t *was, uint8_t *room)
{
	memcpy(room, was, p->len);
	if (p->each)
		memcpy(room + p->each_at,
		       semu_mode_each(scsiemu_cmd_lu(c), semu_ctx(c)->itl, p,
				      p->each_at),
		       p->each);
	return room;
}
#else
static void begin_own(const struct scsiemu_cmd *c, uint8_t *next)
{
	(void)c, (void)next;
}

static void keep_own(const struct scsiemu_cmd *c, uint8_t *next)
{
	(void)c, (void)next;
}

static const uint8_t *own_before(const struct scsiemu_cmd *c,
				 const struct semu_mode_page *p,
				 const uint8_t *was, uint8_t *room)
{
	(void)c, (void)p, (void)room;
	return was;
}
#endif

static APART bool drains(const struct scsiemu_cmd *c, uint32_t bytes)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;
	uint8_t room[SEMU_MODE_MAX];

	if (!lu->medium || !(lu->able & SCSIEMU_CAN_FLUSH))
		return false;
	while ((p = semu_mode_next(lu, &it)) != NULL) {
		const uint8_t *was = lu->state + it.at;

		if (p->drains &&
		    p->drains(own_before(c, p, was, room), was + 2 * bytes))
			return true;
	}
	return false;
}

static void commit(struct scsiemu_cmd *c, uint32_t bytes)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint8_t *next = lu->state + 2 * bytes;

	keep_own(c, next);
	if (c->cdb[1] & SP)
		memcpy(lu->state + bytes, next, bytes);
	if (!memcmp(lu->state, next, bytes))
		return;
	memcpy(lu->state, next, bytes);
	semu_mode_apply(lu);
	semu_ua_lu(lu, SEMU_UA_MODE, semu_ctx(c)->nexus);
	semu_priority_selected(lu, semu_ctx(c)->nexus);
}

/* Flush, save, make current. */
int semu_mode_selected(struct scsiemu_cmd *c, int result)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t bytes = semu_mode_bytes(lu->type, lu->parts);
	unsigned *step = scsiemu_cmd_step(c);

	(void)result;
	if ((*step)++ == 0 && drains(c, bytes))
		return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 0, 0, 0);
	if (*step < 3 && c->cdb[1] & SP) {
		*step = 3;
		return scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0,
					   SCSIEMU_NV_MODE,
					   lu->state + 2 * bytes, bytes);
	}
#if SEMU_WITH_FORMAT
	if (scsiemu_cmd_own(c)[0] && lu->type->accept(c) == SCSIEMU_WANTS)
		return SCSIEMU_WANTS;
#endif
	commit(c, bytes);
	return SCSIEMU_FINISHED;
}

int semu_mode_select(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t bytes = semu_mode_bytes(lu->type, lu->parts);
	uint8_t *next = lu->state + 2 * bytes;
	int rc = 0;

	/* without PF pages are the vendor's matter (SCSI-2 8.2.8): these; and
	 * hosts that only set a block length have none */
	if (!(c->cdb[1] & PF) && !semu_before(lu, SCSIEMU_LEVEL_SPC) &&
	    !semu_mode_head(lu))
		return scsiemu_fail_cdb(c, 1, 4);
	if (c->cdb[1] & SP && !semu_can_save(lu))
		return scsiemu_fail_cdb(c, 1, 0);
	memcpy(next, lu->state, bytes);
	begin_own(c, next);
	if (c->cdb[1] & RTD)
		take_defaults(lu, next);
	else if (scsiemu_cmd_count(c))
		rc = take_list(c, r);
	return rc ? rc : semu_mode_selected(c, SCSIEMU_OK);
}

#endif
