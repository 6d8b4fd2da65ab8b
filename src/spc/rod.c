/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ROD tokens (SPC-5 5.18.6): 512 bytes that stand for ranges of blocks of a
 * logical unit. Whoever has them may copy from there, so the last 128 are
 * random. A token for a point in time is change vulnerable: it ends when a
 * command is about to change one of its blocks. For that its logical unit's
 * commands are watched as long as there is such a token.
 */
#include <string.h>

#include "spc/copy.h"
#include "spc/vpd.h"

#if SEMU_WITH_ODX

/* Where things are in a token. */
enum {
	TYPE = 0,
	LENGTH = 6,
	ID = 8,
	CREATOR = 16, /* a CSCD descriptor */
	BYTES = 56,   /* the low half of 128 bits */
	CAPACITY = 96,
	DEVICE = 128, /* a designation descriptor of the target device */
	SECRET = 384
};
enum { LENGTH_VALUE = SEMU_TOKEN_LEN - 8 };

static struct semu_token *tokens_end(const struct scsiemu_device *d)
{
	return d->tokens + d->limits.rod_tokens;
}

uint16_t semu_rod_dead(const struct semu_token *t)
{
	if (t->state == SEMU_TOKEN_DEAD)
		return t->dead;
	if (!t->users && t->lu->dev->now - t->used > t->timeout_ms)
		return SCSIEMU_ASC_TOKEN_EXPIRED;
	return 0;
}

/* As long as there are vulnerable ones. */
static void watch(struct scsiemu_lu *lu)
{
	const struct scsiemu_device *d = lu->dev;
	bool on = false;

	for (const struct semu_token *t = d->tokens; t < tokens_end(d); t++)
		on |= t->state == SEMU_TOKEN_LIVES && t->lu == lu &&
		      t->vulnerable && !semu_rod_dead(t);
	semu_lu_watch(lu, SEMU_PART_COPY, on);
}

void semu_rod_end(struct semu_token *t, uint16_t asc)
{
	t->state = SEMU_TOKEN_DEAD;
	t->dead = asc;
	watch(t->lu);
}

void semu_rod_gone(struct scsiemu_lu *lu)
{
	struct scsiemu_device *d = lu->dev;

	for (struct semu_token *t = d->tokens; t < tokens_end(d); t++)
		if (t->state != SEMU_TOKEN_FREE && t->lu == lu) {
			semu_rod_end(t, SCSIEMU_ASC_TOKEN_REVOKED);
			t->lu = NULL;
		}
}

static bool touches(const struct semu_token *t, uint64_t lba, uint64_t nblk)
{
	for (unsigned i = 0; i < t->nrange; i++) {
		const struct semu_range *r = &t->range[i];

		if (lba < r->lba + r->nblk &&
		    (r->lba <= lba || r->lba - lba < nblk))
			return true;
	}
	return false;
}

void semu_rod_changes(struct scsiemu_lu *lu, uint64_t lba, uint64_t nblk,
		      bool all)
{
	struct scsiemu_device *d = lu->dev;

	if (!all && !(lu->watch >> SEMU_PART_COPY & 1))
		return;
	for (struct semu_token *t = d->tokens; t < tokens_end(d); t++)
		if (t->state == SEMU_TOKEN_LIVES && t->lu == lu &&
		    (all || t->vulnerable) && nblk && touches(t, lba, nblk))
			semu_rod_end(t, SCSIEMU_ASC_TOKEN_REVOKED);
}

/* A command that write protection would stop changes blocks: those that its row
 * names, or for all one knows any. */
static int begin(struct scsiemu_cmd *c)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t lba = 0, nblk = UINT64_MAX;

	if (row->flags & SCSIEMU_ROW_BLOCKS) {
		lba = scsiemu_cmd_lba(c);
		nblk = scsiemu_cmd_count(c);
		if (!nblk && row->flags & SCSIEMU_ROW_LONG)
			nblk = UINT64_MAX - lba;
	}
	/* of what copies change raw() is told */
	if (row->stops & SCSIEMU_ON_PROTECTED &&
	    row->op != SCSIEMU_OP_THIRD_PARTY_COPY_OUT)
		semu_rod_changes(lu, lba, nblk, false);
	watch(lu); /* tokens expire, too */
	return 0;
}

static int raw(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
	       uint64_t lba, uint64_t nblk)
{
	(void)c;
	if (write)
		semu_rod_changes(lu, lba, nblk, false);
	return 0;
}

/* The state is the device's. */
static uint32_t no_state(const struct scsiemu_lu_config *cf)
{
	(void)cf;
	return 0;
}

const struct semu_part_type semu_part_copy = {
	.part = SEMU_PART_COPY,
	.size = no_state,
	.begin = begin,
	.raw = raw,
};

/* Free, or the one that has been dead for the longest time. */
static struct semu_token *slot(const struct scsiemu_device *d)
{
	struct semu_token *best = NULL;

	for (struct semu_token *t = d->tokens; t < tokens_end(d); t++) {
		if (t->state == SEMU_TOKEN_FREE)
			return t;
		if (!t->users && semu_rod_dead(t) &&
		    (!best || t->serial < best->serial))
			best = t;
	}
	return best;
}

/* The creator: this logical unit, by its NAA designator. */
static void put_creator(const struct scsiemu_lu *lu, uint8_t *p)
{
	p[0] = 0xe4;
	p[1] = lu->type->type;
	p[4] = 1; /* binary */
	p[5] = 3; /* NAA */
	p[7] = 8;
	semu_put64(p + 8, lu->naa);
	p[29] = (uint8_t)(lu->cap.blen >> 16);
	semu_put16(p + 30, lu->cap.blen & 0xffff);
}

/* READ CAPACITY(16) from its byte 8 on. */
static void put_capacity(const struct semu_cap *cap, uint8_t *p)
{
	semu_put32(p, cap->blen);
	if (SEMU_WITH_PI && cap->pi_type)
		p[4] = (uint8_t)((cap->pi_type - 1) << 1 | 1);
	p[5] = (uint8_t)((SEMU_WITH_PI ? cap->pi_exponent << 4 : 0) |
			 cap->exponent);
	semu_put16(p + 6, (cap->thin ? 0x8000u : 0) |
				  (cap->zeroes ? 0x4000u : 0) | cap->aligned);
}

static void put_token(const struct scsiemu_cmd *c, struct semu_token *t,
		      uint32_t type, uint64_t nblk)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct scsiemu_wr w = { t->bytes + DEVICE, 0, SECRET - DEVICE, 0 };

	memset(t->bytes, 0, SECRET);
	semu_put32(t->bytes + TYPE, type);
	semu_put16(t->bytes + LENGTH, LENGTH_VALUE);
	semu_put64(t->bytes + ID, t->serial);
	put_creator(lu, t->bytes + CREATOR);
	semu_put64(t->bytes + BYTES, nblk * lu->cap.blen);
	put_capacity(&lu->cap, t->bytes + CAPACITY);
	semu_put_device(c, &w);
}

static struct semu_token *no_room(struct scsiemu_cmd *c)
{
	scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
		     SCSIEMU_ASC_ROD_TOKEN_RESOURCES);
	return NULL;
}

struct semu_token *semu_rod_new(struct scsiemu_cmd *c, uint32_t type,
				uint32_t timeout, uint64_t nblk)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct scsiemu_device *d = lu->dev;
	struct semu_token *t = slot(d);

	if (!t || !d->copy.random(d->copy.ctx, t->bytes + SECRET,
				  SEMU_TOKEN_LEN - SECRET))
		return no_room(c);
	t->range = d->ranges + (size_t)(t - d->tokens) * d->limits.rod_ranges;
	t->lu = lu;
	t->serial = ++d->copy_serial;
	t->used = d->now;
	t->timeout_ms = (timeout ? timeout : SEMU_ROD_TIMEOUT) * 1000;
	t->blen = lu->cap.blen;
	t->nrange = t->users = t->dead = 0;
	t->state = SEMU_TOKEN_LIVES;
	t->vulnerable = type != SEMU_ROD_ON_REFERENCE;
	put_token(c, t, type, nblk);
	watch(lu);
	return t;
}

/* In a time that does not tell where they differ. */
static bool equal(const uint8_t *a, const uint8_t *b)
{
	unsigned differ = 0;

	for (unsigned i = 0; i < SEMU_TOKEN_LEN; i++)
		differ |= (unsigned)(a[i] ^ b[i]);
	return !differ;
}

static uint16_t wrong_kind(const uint8_t *bytes)
{
	uint32_t type = semu_be32(bytes + TYPE);

	if (type != SEMU_ROD_ON_REFERENCE && type != SEMU_ROD_VULNERABLE)
		return SCSIEMU_ASC_TOKEN_TYPE;
	if (semu_be16(bytes + LENGTH) != LENGTH_VALUE)
		return SCSIEMU_ASC_TOKEN_LENGTH;
	return 0;
}

struct semu_token *semu_rod_find(struct scsiemu_cmd *c, const uint8_t *bytes)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;
	uint16_t asc = wrong_kind(bytes);
	struct semu_token *found = NULL;
	bool id = false;

	for (struct semu_token *t = d->tokens; t < tokens_end(d); t++) {
		if (t->state == SEMU_TOKEN_FREE)
			continue;
		id |= semu_be64(bytes + ID) == t->serial;
		if (equal(t->bytes, bytes))
			found = t;
	}
	if (!asc && !found)
		asc = id ? SCSIEMU_ASC_TOKEN_CORRUPT
			 : SCSIEMU_ASC_TOKEN_UNKNOWN;
	if (!asc)
		asc = semu_rod_dead(found);
	if (!asc && !semu_rod_reach(c, found))
		asc = SCSIEMU_ASC_TOKEN_UNKNOWN;
	if (!asc)
		return found;
	scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST, asc);
	return NULL;
}

bool semu_rod_reach(const struct scsiemu_cmd *c, const struct semu_token *t)
{
	const uint8_t *designator = t->bytes + CREATOR + 4;

	return semu_copy_ask(c, t->lu, designator, 4u + designator[3], false) ==
	       t->lu;
}

uint32_t semu_rod_ranges(const struct scsiemu_lu *lu)
{
	/* WRITE USING TOKEN has 536 bytes in front of its ranges */
	uint32_t list = semu_copy_list_max(lu),
		 most = lu->dev->limits.rod_ranges;

	list = list > 536 ? (list - 536) / 16 : 0;
	return list < most ? list : most;
}

#endif
