/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mode pages: their values in lu->state, and MODE SENSE (SPC-5 6.14, 6.15).
 */
#include <string.h>

#include "spc/spc.h"

uint32_t semu_mode_bytes(const struct scsiemu_type *type, uint32_t parts)
{
	const struct semu_mode_page *const *p = type->mode;
	uint32_t bytes = 0;

	for (; p && *p; p++)
		if ((*p)->mask && semu_mode_has(*p, parts))
			bytes += (*p)->len;
	return bytes;
}

const struct semu_mode_page *semu_mode_next(const struct scsiemu_lu *lu,
					    struct semu_mode_iter *it)
{
	const struct semu_mode_page *const *p = lu->type->mode;

	if (!p)
		return NULL;
	it->at += it->len;
	while (p[it->i] && !semu_mode_has(p[it->i], lu->parts))
		it->i++;
	if (!p[it->i])
		return NULL;
	it->len = p[it->i]->mask ? p[it->i]->len : 0;
	return p[it->i++];
}

const struct semu_mode_page *semu_mode_find(const struct scsiemu_lu *lu,
					    unsigned code, unsigned sub,
					    uint32_t *at)
{
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;

	while ((p = semu_mode_next(lu, &it)) != NULL)
		if (p->code == code && p->sub == sub)
			break;
	*at = it.at;
	return p;
}

const uint8_t *semu_mode_current(const struct scsiemu_lu *lu, unsigned code,
				 unsigned sub)
{
	uint32_t at;
	const struct semu_mode_page *p = semu_mode_find(lu, code, sub, &at);

	if (!p)
		return NULL;
	return p->mask ? lu->state + at : p->defaults;
}

void semu_mode_apply(struct scsiemu_lu *lu)
{
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;

	while ((p = semu_mode_next(lu, &it)) != NULL)
		if (p->apply)
			p->apply(lu, p->mask ? lu->state + it.at : p->defaults);
}

/* How the page begins, for this LU: len bytes. */
static void begin(const struct scsiemu_lu *lu, const struct semu_mode_page *p,
		  uint8_t *page)
{
	memcpy(page, p->defaults, p->len);
	if (SEMU_WITH_QUIRKS)
		semu_quirks_mode(lu, p->code, p->sub, page, p->len);
}

static uint32_t own_bytes(const struct scsiemu_lu *lu)
{
	return semu_mode_bytes(lu->type, lu->parts);
}

int semu_mode_init(struct scsiemu_lu *lu)
{
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;
	uint32_t bytes = own_bytes(lu);

	if (3 * bytes > lu->state_len)
		return SCSIEMU_ERR_SPACE;
	while ((p = semu_mode_next(lu, &it)) != NULL)
		if (p->mask)
			begin(lu, p, lu->state + it.at);
	memcpy(lu->state + bytes, lu->state, bytes);
	semu_mode_apply(lu);
	return 0;
}

#if SEMU_WITH_MODE_HEAD
const uint8_t *semu_mode_each(const struct scsiemu_lu *lu,
			      const struct semu_itl *itl,
			      const struct semu_mode_page *p, unsigned at)
{
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *q;
	unsigned before = 0;

	while ((q = semu_mode_next(lu, &it)) != p)
		before += q->each;
	return semu_mode_of(itl, lu->state + it.at + at,
			    before + at - p->each_at);
}

unsigned semu_mode_before(const struct scsiemu_lu *lu,
			  const struct semu_mode_page *p)
{
	const struct semu_mode_page *const *q = lu->type->mode;
	unsigned before = 0;

	for (; *q != p; q++)
		if (semu_mode_has(*q, lu->parts))
			before += (*q)->each;
	return before;
}

void semu_mode_own(const struct scsiemu_cmd *c, const struct semu_mode_page *p,
		   uint8_t *page)
{
	const struct scsiemu_lu *lu = semu_ctx(c)->lu;

	if (!p->each)
		return;
	memcpy(page + p->each_at,
	       semu_mode_each(lu, semu_ctx(c)->itl, p, p->each_at), p->each);
	if (p->fill)
		p->fill(lu, 0, page);
}

/* All begin with what is shared. */
static void share(const struct scsiemu_lu *lu)
{
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu)
		i->mode_set = false;
}
#else
static void share(const struct scsiemu_lu *lu)
{
	(void)lu;
}
#endif

void semu_mode_reset(struct scsiemu_lu *lu)
{
	uint32_t bytes = own_bytes(lu);

	share(lu);
	memcpy(lu->state, lu->state + bytes, bytes);
	semu_mode_apply(lu);
}

#if SEMU_WITH_MODE_SELECT

/* May a page of a saved record be? Its constant bits are ours. */
static bool fits(const struct scsiemu_lu *lu, const struct semu_mode_page *p,
		 const uint8_t *page)
{
	uint8_t own[SEMU_MODE_MAX];
	unsigned i;

	begin(lu, p, own);
	for (i = 0; i < p->len; i++)
		if ((page[i] ^ own[i]) & ~p->mask[i])
			return false;
	return true;
}

/* The pages of a record, header and all. False: not one of ours. */
static bool take(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len,
		 uint8_t *area)
{
	const struct semu_mode_page *p;
	uint32_t at;

	for (; len; buf += p->len, len -= p->len) {
		if (len < 2)
			return false;
		p = semu_mode_find(lu, buf[0] & 0x3f,
				   buf[0] & 0x40 ? buf[1] : 0, &at);
		if (!p || !p->mask || len < p->len || !fits(lu, p, buf))
			return false;
		if (area)
			memcpy(area + at, buf, p->len);
	}
	return true;
}

int semu_mode_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	if (!take(lu, buf, len, NULL))
		return SCSIEMU_ERR_ARG;
	take(lu, buf, len, lu->state + own_bytes(lu));
	semu_mode_reset(lu);
	return 0;
}

#endif

void semu_mode_get(const struct scsiemu_lu *lu, const struct semu_mode_page *p,
		   uint32_t at, unsigned pc, uint8_t *out)
{
	const uint8_t *from = p->defaults;

	if (p->mask && pc == 0)
		from = lu->state + at;
	if (p->mask && pc == 3)
		from = lu->state + own_bytes(lu) + at;
	memcpy(out, from, p->len);
	if (SEMU_WITH_QUIRKS && from == p->defaults)
		semu_quirks_mode(lu, p->code, p->sub, out, p->len);
	if (pc == 1) {
		uint8_t header = p->sub ? 4 : 2;

		memset(out + header, 0, p->len - header);
		if (p->mask)
			memcpy(out + header, p->mask + header, p->len - header);
	}
	if (p->fill)
		p->fill(lu, pc, out);
	semu_mode_trim(lu, p, out);
}

bool semu_mode_has_blocks(const struct scsiemu_lu *lu)
{
	return lu->type->type == SCSIEMU_TYPE_DISK ||
	       lu->type->type == SCSIEMU_TYPE_ZBC || semu_mode_head(lu);
}

static void put_descriptor(struct scsiemu_wr *w, const struct semu_cap *cap,
			   bool longlba)
{
	if (longlba) {
		scsiemu_wr_be64(w, cap->nblk);
		scsiemu_wr_be32(w, 0);
	} else {
		scsiemu_wr_be32(w, cap->nblk > UINT32_MAX
					   ? UINT32_MAX
					   : (uint32_t)cap->nblk);
	}
	scsiemu_wr_be32(w, cap->blen);
}

#if SEMU_WITH_MODE_HEAD
/* The same, of a type with a head of its own; its values lie in front of all
 * pages'. */
static void put_head(const struct scsiemu_cmd *c, struct scsiemu_wr *w,
		     const struct semu_mode_page *p, bool ten)
{
	uint8_t head[SEMU_MODE_HEAD];
	unsigned bdl = c->cdb[1] & 0x08 ? 0 : 8;

	semu_mode_get(scsiemu_cmd_lu(c), p, 0, c->cdb[2] >> 6, head);
	if (!(c->cdb[2] >> 6))
		semu_mode_own(c, p, head);
	scsiemu_wr_zero(w, ten ? 2 : 1);
	scsiemu_wr_bytes(w, head + SEMU_MODE_HEAD_TYPE, 2);
	scsiemu_wr_zero(w, ten ? 3 : 0);
	scsiemu_wr_u8(w, bdl);
	scsiemu_wr_bytes(w, head + SEMU_MODE_HEAD_BLOCK, bdl);
}
#else
static void put_head(const struct scsiemu_cmd *c, struct scsiemu_wr *w,
		     const struct semu_mode_page *p, bool ten)
{
	(void)c, (void)w, (void)p, (void)ten;
}
#endif

/* Header and block descriptor. ten: MODE SENSE(10). */
static void put_header(const struct scsiemu_cmd *c, struct scsiemu_wr *w,
		       bool ten)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool blocks = semu_mode_has_blocks(lu) && !(c->cdb[1] & 0x08);
	bool longlba = blocks && ten && c->cdb[1] & 0x10;
	unsigned bdl = blocks ? (longlba ? 16 : 8) : 0;
	unsigned specific = (lu->guards & SCSIEMU_ON_PROTECTED ? 0x80u : 0) |
			    (lu->cap.dpofua ? 0x10u : 0);

	if (semu_mode_head(lu)) {
		put_head(c, w, semu_mode_head(lu), ten);
		return;
	}
	scsiemu_wr_zero(w, ten ? 3 : 2);
	scsiemu_wr_u8(w, specific);
	if (ten) {
		scsiemu_wr_u8(w, longlba);
		scsiemu_wr_u8(w, 0);
		scsiemu_wr_be16(w, bdl);
	} else {
		scsiemu_wr_u8(w, bdl);
	}
	if (blocks)
		put_descriptor(w, &lu->cap, longlba);
}

static bool is_head(const struct semu_mode_page *p)
{
	return SEMU_WITH_MODE_HEAD && p->head;
}

/* Is the page asked for by page code and subpage code? Page 00h is a head's,
 * and empty. */
static bool asked(const struct scsiemu_lu *lu, const struct semu_mode_page *p,
		  unsigned code, unsigned sub)
{
	return semu_mode_len(lu, p) &&
	       (code == p->code || (code == 0x3f && !is_head(p))) &&
	       (sub == 0xff || sub == p->sub);
}

static unsigned put_pages(const struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;
	uint8_t page[SEMU_MODE_MAX];
	unsigned n = 0;

	while ((p = semu_mode_next(lu, &it)) != NULL) {
		if (!asked(lu, p, c->cdb[2] & 0x3f, c->cdb[3]))
			continue;
		n++;
		if (is_head(p))
			continue;
		semu_mode_get(lu, p, it.at, c->cdb[2] >> 6, page);
		if (SEMU_WITH_MODE_HEAD && !(c->cdb[2] >> 6))
			semu_mode_own(c, p, page);
		if (semu_can_save(lu))
			page[0] |= 0x80; /* PS */
		scsiemu_wr_bytes(w, page, semu_mode_len(lu, p));
		if (SEMU_WITH_HINTS && p->more)
			p->more(lu, c->cdb[2] >> 6, w);
	}
	return n;
}

/* The page code is wrong, or only the subpage code. */
static int no_page(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_mode_iter it = { 0 };
	const struct semu_mode_page *p;

	while ((p = semu_mode_next(lu, &it)) != NULL)
		if (asked(lu, p, c->cdb[2] & 0x3f, 0xff))
			return scsiemu_fail_cdb(c, 3, SCSIEMU_NO_BIT);
	return scsiemu_fail_cdb(c, 2, 5);
}

int semu_mode_sense(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	bool ten = c->cdb[0] == SCSIEMU_OP_MODE_SENSE_10;
	uint8_t sub = c->cdb[3];

	if (c->cdb[2] >> 6 == 3 && !semu_can_save(scsiemu_cmd_lu(c)))
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_SAVING_NOT_SUPPORTED);
	if ((c->cdb[2] & 0x3f) == 0x3f && sub && sub != 0xff)
		return no_page(c);
	put_header(c, w, ten);
	if (!put_pages(c, w))
		return no_page(c);
	scsiemu_wr_len(w, 0, ten ? 2 : 1, 0);
	return SCSIEMU_FINISHED;
}
