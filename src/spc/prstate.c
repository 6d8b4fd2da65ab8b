/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The persistent reservations of a logical unit as bytes: for power loss
 * (APTPL) and for the other half of a pair of servers. Big-endian:
 *
 *	 0  "semu-pr\n"
 *	 8  version 1; 10: type of the reservation, 11: APTPL
 *	12  PRgeneration
 *	16  how many registrations
 *	20  which of them holds the reservation, from 1 on; 0: none or all
 *	24  each: key (8), relative target port (2), length (2), TransportID
 *	    CRC-32C of all of the above
 *
 * What is not exactly this is refused: nobody may write because a file was
 * damaged.
 */
#include <string.h>

#include "spc/pr.h"

#include "core/engine.h"

#if SEMU_WITH_PR

static const uint8_t magic[8] = "semu-pr\n";
enum { VERSION = 1, HEAD = 24, RECORD = 12, SUM = 4 };

static uint32_t crc32c(const uint8_t *p, uint32_t n)
{
	uint32_t crc = UINT32_MAX;

	while (n--) {
		crc ^= *p++;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

/* Will it be there after the change? */
static bool stays(const struct semu_reg *r)
{
	return !(r->mark & SEMU_REG_DOOMED);
}

static void put_reg(struct scsiemu_wr *w, const struct scsiemu_lu *lu,
		    const struct semu_reg *r, uint64_t key)
{
	struct semu_tid_iter it = semu_reg_tid(lu, r);
	const uint8_t *p;
	uint32_t n;

	scsiemu_wr_be64(w, r->mark & SEMU_REG_REKEY ? key : r->key);
	scsiemu_wr_be16(w, r->port);
	scsiemu_wr_be16(w, it.left);
	while ((p = semu_tid_next(&it, &n)) != NULL)
		scsiemu_wr_bytes(w, p, n);
}

static uint32_t generation(const struct scsiemu_lu *lu,
			   const struct semu_pr_change *ch)
{
	if (ch->flags & SEMU_PR_ZERO)
		return 0;
	return lu->pr_generation + !!(ch->flags & SEMU_PR_NEXT);
}

uint32_t semu_pr_encode(const struct scsiemu_lu *lu,
			const struct semu_pr_change *ch, uint64_t key,
			uint8_t *buf, uint32_t room)
{
	struct scsiemu_wr w = { buf, 0, room, 0 };
	uint32_t i, n = 0, holder = 0;

	for (i = lu->regs; i; i = semu_reg(lu, i)->next) {
		n += stays(semu_reg(lu, i));
		if (i == ch->holder)
			holder = n;
	}
	scsiemu_wr_bytes(&w, magic, sizeof(magic));
	scsiemu_wr_be16(&w, VERSION);
	scsiemu_wr_u8(&w, ch->type);
	scsiemu_wr_u8(&w, ch->flags & SEMU_PR_APTPL);
	scsiemu_wr_be32(&w, generation(lu, ch));
	scsiemu_wr_be32(&w, n);
	scsiemu_wr_be32(&w, holder);
	for (i = lu->regs; i; i = semu_reg(lu, i)->next)
		if (stays(semu_reg(lu, i)))
			put_reg(&w, lu, semu_reg(lu, i), key);
	if (w.pos <= room)
		scsiemu_wr_be32(&w, crc32c(buf, w.pos));
	else
		scsiemu_wr_be32(&w, 0);
	return w.pos;
}

/* Bytes that came back. */
struct record {
	uint64_t key;
	uint16_t port;
	struct semu_tid_ref tid;
};
struct state {
	const uint8_t *p; /* the first registration */
	uint32_t len, n, holder, generation;
	uint8_t type, aptpl;
};

/* The next registration; false: there is none, or it is cut. */
static bool next(const uint8_t **p, uint32_t *left, struct record *r)
{
	if (*left < RECORD)
		return false;
	r->key = semu_be64(*p);
	r->port = (uint16_t)semu_be16(*p + 8);
	r->tid.p = *p + RECORD;
	r->tid.len = semu_be16(*p + 10);
	if (r->tid.len < 24 || r->tid.len > SEMU_TID_MAX ||
	    r->tid.len > *left - RECORD)
		return false;
	*p += RECORD + r->tid.len;
	*left -= RECORD + r->tid.len;
	return true;
}

static bool same(const struct record *a, const struct record *b)
{
	return a->port == b->port && a->tid.len == b->tid.len &&
	       !memcmp(a->tid.p, b->tid.p, a->tid.len);
}

/* A key, a port, a TransportID as we write them, and no other one before it of
 * the same nexus. */
static bool proper(const struct state *s, const struct record *r)
{
	const uint8_t *p = s->p;
	uint32_t left = (uint32_t)(r->tid.p - RECORD - p), i;
	struct record before;

	if (!r->key || !r->port || r->tid.len & 3 ||
	    semu_tid_canon_len(r->tid) != r->tid.len)
		return false;
	for (i = 0; i < r->tid.len; i++)
		if (semu_tid_canon(r->tid, i) != r->tid.p[i])
			return false;
	while (next(&p, &left, &before))
		if (same(&before, r))
			return false;
	return true;
}

static bool proper_records(const struct state *s)
{
	const uint8_t *p = s->p;
	uint32_t left = s->len, n = 0;
	struct record r;

	for (; next(&p, &left, &r); n++)
		if (!proper(s, &r))
			return false;
	return !left && n == s->n;
}

/* A reservation has the holder that its type wants. */
static bool proper_holder(const struct state *s)
{
	if (!s->type)
		return !s->holder;
	if (!semu_pr_is_type(s->type))
		return false;
	if (semu_pr_all(s->type))
		return s->n && !s->holder;
	return s->holder && s->holder <= s->n;
}

static bool decode(struct state *s, const uint8_t *buf, uint32_t len)
{
	if (len < HEAD + SUM || memcmp(buf, magic, sizeof(magic)) ||
	    semu_be16(buf + 8) != VERSION || buf[11] > 1 ||
	    semu_be32(buf + len - SUM) != crc32c(buf, len - SUM))
		return false;
	*s = (struct state){ .p = buf + HEAD,
			     .len = len - HEAD - SUM,
			     .type = buf[10],
			     .aptpl = buf[11],
			     .generation = semu_be32(buf + 12),
			     .n = semu_be32(buf + 16),
			     .holder = semu_be32(buf + 20) };
	return proper_holder(s) && proper_records(s);
}

/* Is there room, when those that are not in s are gone? */
static bool fits(const struct scsiemu_lu *lu, const struct state *s)
{
	const uint8_t *p = s->p;
	uint32_t left = s->len, n = 0, cells = 0, i, freed = 0;
	struct record r;

	for (i = lu->regs; i; i = semu_reg(lu, i)->next)
		freed++;
	while (next(&p, &left, &r)) {
		if (semu_reg_find(lu, r.tid, r.port)) {
			freed--;
			continue;
		}
		n++;
		cells += semu_tid_cells(r.tid.len);
	}
	return semu_reg_room(lu->dev, n > freed ? n - freed : 0, cells);
}

/* Those of s get their keys, others are DOOMED. */
static void mark(struct scsiemu_lu *lu, const struct state *s)
{
	const uint8_t *p = s->p;
	uint32_t left = s->len, i;
	struct record r;

	for (i = lu->regs; i; i = semu_reg(lu, i)->next)
		semu_reg(lu, i)->mark = SEMU_REG_DOOMED;
	while (next(&p, &left, &r)) {
		i = semu_reg_find(lu, r.tid, r.port);
		if (!i)
			continue;
		semu_reg(lu, i)->mark = 0;
		semu_reg(lu, i)->key = r.key;
	}
}

/* Who lost a registration, or the reservation it went by. */
static void tell(struct scsiemu_lu *lu, const struct state *s)
{
	bool other = lu->pr_type && lu->pr_type != s->type;

	for (struct semu_itl *i = lu->itls; i; i = i->of_lu) {
		if (!i->reg)
			continue;
		if (semu_reg(lu, i->reg)->mark)
			semu_ua_itl(i, SEMU_UA_UNREGISTERED);
		else if (other)
			semu_ua_itl(i, SEMU_UA_RELEASED);
	}
}

static void replace(struct scsiemu_lu *lu, const struct state *s)
{
	const uint8_t *p = s->p;
	uint32_t left = s->len, i, n = 0, next_reg;
	struct record r;

	mark(lu, s);
	tell(lu, s);
	for (i = lu->regs; i; i = next_reg) {
		next_reg = semu_reg(lu, i)->next;
		if (semu_reg(lu, i)->mark)
			semu_reg_remove(lu, i);
	}
	lu->holder = 0;
	while (next(&p, &left, &r)) {
		i = semu_reg_find(lu, r.tid, r.port);
		if (!i) {
			i = semu_reg_add(lu, r.tid, r.port, r.key);
			semu_reg_settle(lu, i);
		}
		if (++n == s->holder)
			lu->holder = i;
	}
	lu->pr_type = s->type;
	lu->pr_aptpl = s->aptpl;
	lu->pr_generation = s->generation;
	lu->pr_stamp++;
	lu->guards &= ~(uint32_t)SCSIEMU_ON_PR_LOST;
	semu_pr_guards(lu);
}

int scsiemu_lu_pr_import(struct scsiemu_lu *lu, const void *buf, uint32_t len)
{
	struct state s;

	if (!(lu->able & SCSIEMU_NEED_PR) || !decode(&s, buf, len))
		return SCSIEMU_ERR_ARG;
	if (lu->pr_saving)
		return SCSIEMU_ERR_ORDER;
	if (!fits(lu, &s))
		return SCSIEMU_ERR_SPACE;
	replace(lu, &s);
	return 0;
}

int scsiemu_lu_pr_export(const struct scsiemu_lu *lu, void *buf, uint32_t *len)
{
	struct semu_pr_change ch = semu_pr_same(lu);
	uint32_t room = *len;

	if (!(lu->able & SCSIEMU_NEED_PR))
		return SCSIEMU_ERR_ARG;
	if (lu->pr_saving) /* what is being saved may come to be, or not */
		return SCSIEMU_ERR_ORDER;
	*len = semu_pr_encode(lu, &ch, 0, buf, room);
	return *len > room ? SCSIEMU_ERR_SPACE : 0;
}

void scsiemu_lu_pr_lost(struct scsiemu_lu *lu)
{
	lu->guards |= SCSIEMU_ON_PR_LOST;
}

/* Power on: what was not to persist is gone, and PRgeneration begins anew
 * (SPC-5 6.16.2). */
int semu_pr_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	int rc;

	if (len > HEAD && !buf[11]) {
		struct state s;

		return decode(&s, buf, len) ? 0 : SCSIEMU_ERR_ARG;
	}
	rc = scsiemu_lu_pr_import(lu, buf, len);
	if (!rc)
		lu->pr_generation = 0;
	return rc < 0 ? SCSIEMU_ERR_ARG : 0;
}

#endif
