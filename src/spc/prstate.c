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

/* Not in line, where frames would add up: a controller has little stack. */
#define APART __attribute__((noinline))

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
static uint32_t count_in(const uint8_t *buf)
{
	return semu_be32(buf + 16);
}

static uint32_t holder_in(const uint8_t *buf)
{
	return semu_be32(buf + 20);
}

/* One registration of them. */
struct record {
	const uint8_t *p;
	uint32_t left; /* from p on */
	uint64_t key;
	struct semu_tid_ref tid;
	uint16_t port, len; /* len: of the TransportID, as it is there */
};

static struct record records(const uint8_t *buf, uint32_t len)
{
	return (struct record){ .p = buf + HEAD, .left = len - HEAD - SUM };
}

/* The next registration; false: there is none, or it is cut. */
static bool next(struct record *r)
{
	if (r->left < RECORD)
		return false;
	r->key = semu_be64(r->p);
	r->port = (uint16_t)semu_be16(r->p + 8);
	r->len = (uint16_t)semu_be16(r->p + 10);
	if (r->len < 24 || r->len > SEMU_TID_MAX || r->len > r->left - RECORD)
		return false;
	r->tid = semu_tid_of(r->p + RECORD, r->len);
	r->p += RECORD + r->len;
	r->left -= RECORD + r->len;
	return true;
}

/* Is it the first one of its nexus? */
static bool first(const uint8_t *buf, const struct record *r)
{
	struct record before = { .p = buf + HEAD };

	before.left = (uint32_t)(r->tid.p - RECORD - before.p);
	while (next(&before))
		if (before.port == r->port && before.len == r->len &&
		    !memcmp(before.tid.p, r->tid.p, r->len))
			return false;
	return true;
}

/* Each has a key, a port and a TransportID as we write them. */
static bool proper_records(const uint8_t *buf, uint32_t len)
{
	struct record r = records(buf, len);
	uint32_t n = 0;

	for (; next(&r); n++)
		if (!r.key || !r.port || r.len & 3 || r.tid.len != r.len ||
		    !semu_tid_same(&r.tid, 0, r.tid.p, r.len) ||
		    !first(buf, &r))
			return false;
	return !r.left && n == count_in(buf);
}

/* A reservation has the holder that its type wants. */
static bool proper_holder(const uint8_t *buf)
{
	uint32_t holder = holder_in(buf), n = count_in(buf);
	unsigned type = buf[10];

	if (!type)
		return !holder;
	if (type > 15 || !semu_pr_is_type(type))
		return false;
	if (semu_pr_all(type))
		return n && !holder;
	return holder && holder <= n;
}

static APART bool proper(const uint8_t *buf, uint32_t len)
{
	return len >= HEAD + SUM && !memcmp(buf, magic, sizeof(magic)) &&
	       semu_be16(buf + 8) == VERSION && buf[11] <= 1 &&
	       semu_be32(buf + len - SUM) == crc32c(buf, len - SUM) &&
	       proper_holder(buf) && proper_records(buf, len);
}

/* Is there room, when those that are not in it are gone? */
static APART bool fits(const struct scsiemu_lu *lu, const uint8_t *buf,
		       uint32_t len)
{
	struct record r = records(buf, len);
	uint32_t n = 0, cells = 0, i, freed = 0;

	for (i = lu->regs; i; i = semu_reg(lu, i)->next)
		freed++;
	while (next(&r)) {
		if (semu_reg_find(lu, r.tid, r.port)) {
			freed--;
			continue;
		}
		n++;
		cells += semu_tid_cells(r.len);
	}
	return semu_reg_room(lu->dev, n > freed ? n - freed : 0, cells);
}

/* Those in it get their keys, others are DOOMED. */
static APART void mark(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	struct record r = records(buf, len);
	uint32_t i;

	for (i = lu->regs; i; i = semu_reg(lu, i)->next)
		semu_reg(lu, i)->mark = SEMU_REG_DOOMED;
	while (next(&r)) {
		i = semu_reg_find(lu, r.tid, r.port);
		if (!i)
			continue;
		semu_reg(lu, i)->mark = 0;
		semu_reg(lu, i)->key = r.key;
	}
}

/* Who loses a registration, or the reservation it went by. */
static void tell(struct scsiemu_lu *lu, unsigned type)
{
	bool other = lu->pr_type && lu->pr_type != type;

	for (struct semu_itl *i = lu->itls; i; i = i->of_lu) {
		if (!i->reg)
			continue;
		if (semu_reg(lu, i->reg)->mark)
			semu_ua_itl(i, SEMU_UA_UNREGISTERED);
		else if (other)
			semu_ua_itl(i, SEMU_UA_RELEASED);
	}
}

static void remove_doomed(struct scsiemu_lu *lu)
{
	for (uint32_t i = lu->regs, behind; i; i = behind) {
		behind = semu_reg(lu, i)->next;
		if (semu_reg(lu, i)->mark)
			semu_reg_remove(lu, i);
	}
}

/* Those that are not there yet; and which one is the holder. */
static APART void add(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	struct record r = records(buf, len);
	uint32_t i, n = 0;

	lu->holder = 0;
	while (next(&r)) {
		i = semu_reg_find(lu, r.tid, r.port);
		if (!i) {
			i = semu_reg_add(lu, r.tid, r.port, r.key);
			semu_reg_settle(lu, i);
		}
		if (++n == holder_in(buf))
			lu->holder = i;
	}
}

int scsiemu_lu_pr_import(struct scsiemu_lu *lu, const void *buf, uint32_t len)
{
	const uint8_t *b = buf;

	if (!(lu->able & SCSIEMU_NEED_PR) || !proper(b, len))
		return SCSIEMU_ERR_ARG;
	if (lu->pr_saving)
		return SCSIEMU_ERR_ORDER;
	if (!fits(lu, b, len))
		return SCSIEMU_ERR_SPACE;
	mark(lu, b, len);
	tell(lu, b[10]);
	remove_doomed(lu);
	add(lu, b, len);
	lu->pr_type = b[10];
	lu->pr_aptpl = b[11];
	lu->pr_generation = semu_be32(b + 12);
	lu->pr_stamp++;
	lu->guards &= ~(uint32_t)SCSIEMU_ON_PR_LOST;
	semu_pr_guards(lu);
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
	if (scsiemu_lu_pr_import(lu, buf, len) < 0)
		return SCSIEMU_ERR_ARG;
	lu->pr_generation = 0;
	if (!lu->pr_aptpl) {
		semu_reg_forget(lu);
		lu->pr_type = 0;
		lu->holder = 0;
		semu_pr_guards(lu);
	}
	return 0;
}

#endif
