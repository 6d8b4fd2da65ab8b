/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POPULATE TOKEN and WRITE USING TOKEN (SBC-4 5.16, 5.56, reference 13.3):
 * copies for which a token passes between hosts instead of data. The well-known
 * block device zero token writes zeros.
 */
#include <string.h>

#include "sbc/sbc.h"
#include "spc/copy.h"

#if SEMU_WITH_ODX

#define RANGE 16u
enum { IMMED = 0x01, RTV = 0x02, DEL_TKN = 0x02 };
/* Blocks zeroed in one step: an abort takes effect in between. */
enum { ZERO_MAX = 0x10000 };

/* The two parameter lists: bytes in front of the ranges, and where their length
 * is. */
struct form {
	uint16_t header, ranges;
};
static const struct form populate = { 16, 14 }, use = { 536, 534 };
enum {
	USE_OFFSET = 8,
	USE_TOKEN = 16,
	POPULATE_TIMEOUT = 4,
	POPULATE_TYPE = 8
};

static int invalid(struct scsiemu_cmd *c, uint32_t at)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, SCSIEMU_NO_BIT);
}

static const uint8_t *range(const struct scsiemu_cmd *c, const struct form *f,
			    uint32_t i)
{
	return c->scratch + f->header + RANGE * i;
}

static int judge_header(struct scsiemu_cmd *c, struct scsiemu_rd *r,
			const struct form *f, uint32_t *n)
{
	const uint8_t *p = c->scratch;
	uint32_t have = scsiemu_rd_left(r), data, list;

	if (!scsiemu_rd_need(r, f->header))
		return SCSIEMU_FAILED;
	data = semu_be16(p) + 2;
	list = semu_be16(p + f->ranges);
	if (data < f->header + RANGE)
		return invalid(c, 0);
	if (list < RANGE || list > have - f->header || list > data - f->header)
		return invalid(c, f->ranges);
	*n = list / RANGE;
	if (*n > semu_rod_ranges(scsiemu_cmd_lu(c)))
		return scsiemu_fail_param(c, SCSIEMU_ASC_TOO_MANY_SEGMENTS,
					  f->ranges, SCSIEMU_NO_BIT);
	return SCSIEMU_FINISHED;
}

static int out_of_range(struct scsiemu_cmd *c, uint64_t lba, uint64_t cap)
{
	return scsiemu_fail_info(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				 SCSIEMU_ASC_LBA_OUT_OF_RANGE,
				 lba > cap ? lba : cap);
}

/* Does range i overlap one in front of it? */
static bool overlaps(const struct scsiemu_cmd *c, const struct form *f,
		     uint32_t i)
{
	const uint8_t *a = range(c, f, i);
	uint64_t lba = semu_be64(a), n = semu_be32(a + 8);

	for (uint32_t k = 0; k < i; k++) {
		const uint8_t *b = range(c, f, k);

		if (n && semu_be32(b + 8) &&
		    lba < semu_be64(b) + semu_be32(b + 8) &&
		    semu_be64(b) < lba + n)
			return true;
	}
	return false;
}

static int judge_ranges(struct scsiemu_cmd *c, const struct form *f, uint32_t n,
			uint64_t *total)
{
	uint64_t cap = scsiemu_cmd_lu(c)->cap.nblk;

	*total = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t lba = semu_be64(range(c, f, i));
		uint32_t nblk = semu_be32(range(c, f, i) + 8);

		if (lba > cap || nblk > cap - lba)
			return out_of_range(c, lba, cap);
		if (overlaps(c, f, i))
			return invalid(c, f->header + RANGE * i);
		*total += nblk;
	}
	return SCSIEMU_FINISHED;
}

/* What token the host gets for what it asks for; 0: none. */
static uint32_t rod_type(const uint8_t *p)
{
	uint32_t asked = semu_be32(p + POPULATE_TYPE);

	if (!(p[2] & RTV) || asked == SEMU_ROD_DEFAULT ||
	    asked == SEMU_ROD_ANY || asked == SEMU_ROD_VULNERABLE)
		return SEMU_ROD_VULNERABLE;
	return asked == SEMU_ROD_ON_REFERENCE ? asked : 0;
}

static void populated(struct scsiemu_cmd *c, struct semu_copy *k,
		      struct semu_token *t, uint32_t n, uint64_t nblk)
{
	for (uint32_t i = 0; i < n; i++) {
		t->range[i].lba = semu_be64(range(c, &populate, i));
		t->range[i].nblk = semu_be32(range(c, &populate, i) + 8);
	}
	t->nrange = (uint16_t)n;
	k->count = nblk * t->blen;
	k->token = (uint16_t)(t - t->lu->dev->tokens + 1);
	k->token_serial = t->serial;
	semu_copy_done(c, k);
}

/* Nothing moves, so IMMED makes no difference. */
int semu_sbc_populate(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	const uint8_t *p = c->scratch;
	struct semu_token *t;
	struct semu_copy *k;
	uint64_t nblk;
	uint32_t n;

	if (!scsiemu_rd_left(r))
		return SCSIEMU_FINISHED;
	if (judge_header(c, r, &populate, &n))
		return SCSIEMU_FAILED;
	if (semu_be32(p + POPULATE_TIMEOUT) > SEMU_ROD_TIMEOUT_MAX)
		return invalid(c, POPULATE_TIMEOUT);
	if (!rod_type(p))
		return invalid(c, POPULATE_TYPE);
	if (judge_ranges(c, &populate, n, &nblk) ||
	    semu_copy_new(c, semu_be32(c->cdb + 6), true, &k))
		return SCSIEMU_FAILED;
	t = semu_rod_new(c, rod_type(p), semu_be32(p + POPULATE_TIMEOUT), nblk);
	if (!t) {
		semu_copy_done(c, k);
		return SCSIEMU_FAILED;
	}
	populated(c, k, t, n, nblk);
	return SCSIEMU_FINISHED;
}

static struct semu_token *token(const struct scsiemu_cmd *c)
{
	return &scsiemu_cmd_lu(c)->dev->tokens[semu_run(c)->token - 1];
}

/* The extents: what is left of this range of the destination, at most what is
 * left of the range of the ROD that holds the next byte. */
static int begin(struct scsiemu_cmd *c)
{
	struct semu_run *run = semu_run(c);
	const struct semu_token *t = token(c);
	struct semu_move *m = &run->move;
	const uint8_t *to = range(c, &use, run->seg);
	uint32_t blen = scsiemu_cmd_lu(c)->cap.blen;
	uint64_t skip = run->rod, left = semu_be32(to + 8) * (uint64_t)blen;
	unsigned i = 0;

	left -= run->into;
	if (!left)
		return SCSIEMU_FINISHED;
	while (skip >= t->range[i].nblk * (uint64_t)t->blen)
		skip -= t->range[i++].nblk * (uint64_t)t->blen;
	m->bytes = t->range[i].nblk * (uint64_t)t->blen - skip;
	if (m->bytes > left)
		m->bytes = left;
	m->lu[SEMU_SOURCE] = t->lu;
	m->lba[SEMU_SOURCE] = t->range[i].lba + skip / t->blen;
	m->off[SEMU_SOURCE] = (uint32_t)(skip % t->blen);
	m->lu[SEMU_DESTINATION] = scsiemu_cmd_lu(c);
	m->lba[SEMU_DESTINATION] = semu_be64(to) + run->into / blen;
	m->off[SEMU_DESTINATION] = (uint32_t)(run->into % blen);
	return SCSIEMU_FINISHED;
}

static void next(struct scsiemu_cmd *c)
{
	struct semu_run *run = semu_run(c);
	uint64_t blen = scsiemu_cmd_lu(c)->cap.blen;

	run->rod += run->move.bytes;
	run->into += run->move.bytes;
	if (run->into < semu_be32(range(c, &use, run->seg) + 8) * blen)
		return;
	run->into = 0;
	run->seg++;
}

/* Until the last byte the token has to be good. */
static bool alive(struct scsiemu_cmd *c)
{
	const struct semu_token *t = token(c);
	uint16_t asc = semu_rod_dead(t);

	if (!asc && t->lu->cap.blen != t->blen)
		asc = SCSIEMU_ASC_TOKEN_REVOKED;
	if (asc)
		scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST, asc);
	return !asc;
}

static void end(struct scsiemu_cmd *c)
{
	struct semu_token *t = token(c);

	t->users--;
	t->used = scsiemu_cmd_lu(c)->dev->now;
	if (c->scratch[2] & DEL_TKN && t->state == SEMU_TOKEN_LIVES)
		semu_rod_end(t, SCSIEMU_ASC_TOKEN_DELETED);
}

static const struct semu_copy_kind using_token = {
	.begin = begin,
	.still = alive,
	.alive = alive,
	.next = next,
	.end = end,
};

/* Steps of a range of zeros. */
enum { ENTER, ZERO, DURABLE };

/* The next blocks of the range under way. */
static int zero_piece(struct scsiemu_cmd *c, uint64_t lba, uint32_t n)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_copy *k = semu_copy_of(c);
	uint32_t room;
	uint8_t *block = semu_run_buffer(c, &room);

	if (!semu_copy_may(c, lu, true, lba, n))
		return SCSIEMU_FAILED;
	if (semu_parts_raw(c, lu, true, lba, n) < 0)
		return SCSIEMU_FAILED;
	if (k) {
		k->count += n * (uint64_t)lu->cap.blen;
		k->operations++;
	}
	if (lu->able & SCSIEMU_CAN_ZERO)
		return scsiemu_want_store(c, lu, SCSIEMU_V_ZERO, lba, n, 0);
	memset(block, 0, lu->cap.blen);
	return scsiemu_want_buffer(c, lu, SCSIEMU_V_FILL, lba, n, block,
				   lu->cap.blen);
}

static int zero(struct scsiemu_cmd *c, int result)
{
	struct semu_run *run = semu_run(c);
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t lba = semu_be64(range(c, &use, run->seg)), done = run->into;
	uint32_t nblk = semu_be32(range(c, &use, run->seg) + 8), n;

	if (result < 0) {
		semu_fail_result(c, result, 0);
		return SCSIEMU_FAILED;
	}
	if (run->step == ENTER) {
		run->step = ZERO;
		semu_cmd_yield(c);
		return scsiemu_cmd_enter(c, lu, SCSIEMU_C_RW, lba, nblk,
					 run->entry[0]);
	}
	n = nblk - done < ZERO_MAX ? nblk - (uint32_t)done : ZERO_MAX;
	run->into += n;
	if (n)
		return zero_piece(c, lba + done, n);
	if (run->step++ == ZERO && nblk && lu->wflags & SCSIEMU_FUA &&
	    lu->able & SCSIEMU_CAN_FLUSH)
		return scsiemu_want_store(c, lu, SCSIEMU_V_FLUSH, lba, nblk, 0);
	semu_cmd_leave(c);
	run->step = ENTER;
	run->into = 0;
	run->seg++;
	return SCSIEMU_FINISHED;
}

static const struct semu_copy_kind zeroing = { .step = zero };

/* The bytes that the ROD has from the offset on have to be enough. */
static int judge_size(struct scsiemu_cmd *c, const struct semu_token *t,
		      uint64_t nblk, uint64_t *rod)
{
	uint64_t offset = semu_be64(c->scratch + USE_OFFSET), have = 0;
	uint64_t need = nblk * scsiemu_cmd_lu(c)->cap.blen;

	for (unsigned i = 0; i < t->nrange; i++)
		have += t->range[i].nblk;
	if (offset > have)
		return invalid(c, USE_OFFSET);
	*rod = offset * t->blen;
	if (need > have * t->blen - *rod)
		return invalid(c, use.ranges);
	return SCSIEMU_FINISHED;
}

int semu_sbc_use_token(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	const uint8_t *p = c->scratch;
	struct semu_token *t = NULL;
	struct semu_copy *k;
	struct semu_run *run;
	uint64_t nblk, rod = 0;
	uint32_t n;

	if (!scsiemu_rd_left(r))
		return SCSIEMU_FINISHED;
	if (judge_header(c, r, &use, &n) || judge_ranges(c, &use, n, &nblk))
		return SCSIEMU_FAILED;
	if (semu_be32(p + USE_TOKEN) != SEMU_ROD_ZERO) {
		t = semu_rod_find(c, p + USE_TOKEN);
		if (!t || judge_size(c, t, nblk, &rod))
			return SCSIEMU_FAILED;
	}
	if (semu_copy_new(c, semu_be32(c->cdb + 6), true, &k))
		return SCSIEMU_FAILED;
	run = semu_run_make(c, use.header + RANGE * n);
	run->kind = t ? &using_token : &zeroing;
	run->nseg = (uint16_t)n;
	run->rod = rod;
	if (t) {
		t->users++;
		run->token = (uint16_t)(t - scsiemu_cmd_lu(c)->dev->tokens + 1);
	}
	return semu_copy_begin(c, k, p[2] & IMMED);
}

#endif
