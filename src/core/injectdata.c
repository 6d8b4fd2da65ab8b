/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error injection: data that is not what was stored, and writes that do not
 * happen. Bytes are changed where they pass through scratch: as they are sent,
 * or saved on the medium. READ and WRITE, whose bytes do not, are done in
 * pieces by the way of scratch.
 */
#include "core/hot.h"
#include "core/inject.h"

#if SEMU_WITH_INJECT
enum stage { ROUND, SECOND, DURABLE };

static bool reads(const struct semu_ctx *x)
{
	return x->row->kind == SCSIEMU_K_READ;
}

/* Whole blocks that the host has, or a place for. */
static uint32_t blocks(const struct scsiemu_cmd *c, const struct semu_ctx *x)
{
	uint32_t blen = x->lu->cap.blen;
	uint32_t n = reads(x) ? c->in_len / blen + !!(c->in_len % blen)
			      : c->out_len / blen;

	return semu_min32(n, x->count);
}

static int durable(struct scsiemu_cmd *c, struct semu_ctx *x)
{
	unsigned flags = semu_cache_flags(c, x->row) | x->lu->wflags;

	x->nstep = DURABLE;
	if (reads(x) || !x->own[0] || !(flags & SCSIEMU_FUA))
		return SCSIEMU_FINISHED;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, x->entry.lba,
				  x->own[0], 0);
}

/* own: blocks done, blocks of this round. */
static int pieces(struct scsiemu_cmd *c, int result)
{
	struct semu_ctx *x = semu_ctx(c);
	uint32_t blen = x->lu->cap.blen, off, len;

	(void)result;
	if (x->nstep == DURABLE)
		return SCSIEMU_FINISHED;
	if (x->nstep == ROUND) {
		x->own[0] += x->own[1];
		x->own[1] = semu_min32(blocks(c, x) - (uint32_t)x->own[0],
				       c->scratch_len / blen);
		if (!x->own[1])
			return durable(c, x);
	}
	off = (uint32_t)x->own[0] * blen;
	len = (uint32_t)x->own[1] * blen;
	x->nstep ^= SECOND;
	if (reads(x) && !x->nstep)
		return scsiemu_want_send(c, off, c->scratch, len);
	if (!reads(x) && x->nstep)
		return scsiemu_want_recv(c, off, c->scratch, len);
	return scsiemu_want_buffer(
		c, NULL, reads(x) ? SCSIEMU_V_LOAD : SCSIEMU_V_SAVE,
		x->entry.lba + x->own[0], x->own[1], c->scratch, len);
}

static void take(struct semu_ctx *x, scsiemu_step_fn *step)
{
	x->step = step;
	x->odd |= SEMU_TAKEN;
}

void semu_inject_corrupt(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	uint32_t all = x->count * x->lu->cap.blen;

	x->odd |= SEMU_SPOILT;
	if (x->row->kind == SCSIEMU_K_PARAM_IN || semu_parts_rw(x->lu) ||
	    c->scratch_len < x->lu->cap.blen)
		return;
	if (reads(x))
		c->in_all = all;
	else
		c->out_all = all;
	take(x, pieces);
}

/* Bytes of data-out that the command would have taken. */
static uint32_t incoming(const struct scsiemu_cmd *c, const struct semu_ctx *x)
{
	uint32_t most = c->out_len == SCSIEMU_UNKNOWN ? 0 : c->out_len;

	if (x->row->kind == SCSIEMU_K_PARAM_OUT)
		return semu_min32(c->out_len, x->count);
	if (x->row->kind == SCSIEMU_K_WRITE && !semu_parts_rw(x->lu))
		return semu_min32(c->out_len, x->count * x->lu->cap.blen);
	return most;
}

/* Data-out is taken and forgotten; own[0]: bytes. */
static int sink(struct scsiemu_cmd *c, int result)
{
	struct semu_ctx *x = semu_ctx(c);
	uint32_t left;

	(void)result;
	x->own[0] += x->got;
	left = incoming(c, x) - (uint32_t)x->own[0];
	if (!left)
		return SCSIEMU_FINISHED;
	return scsiemu_want_recv(c, (uint32_t)x->own[0], c->scratch,
				 semu_min32(left, c->scratch_len));
}

void semu_inject_drop(struct scsiemu_cmd *c)
{
	take(semu_ctx(c), sink);
}

/* Bits of seed and block that look random (the finaliser of MurmurHash3). */
static uint64_t mixed(uint64_t seed, uint64_t lba)
{
	uint64_t h = seed ^ (lba + 1) * 0x9e3779b97f4a7c15u;

	h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 33;
}

/* Bytes [off, off + len) of units of `unit` bytes, one behind the other, the
 * first of which is block lba. */
struct stretch {
	uint8_t *buf;
	uint64_t lba;
	uint32_t off, len, unit;
};

/* A run of bytes of the unit n gets another value, over its end and on at its
 * beginning. */
static void spoil_unit(const struct scsiemu_inject *r, const struct stretch *s,
		       uint64_t n)
{
	uint64_t h = mixed(r->seed, s->lba + n);
	uint32_t amount = r->amount ? r->amount : 1;

	for (uint32_t i = 0; i < amount && i < s->unit; i++) {
		uint64_t at = n * s->unit + ((h >> 8) + i) % s->unit;

		if (at >= s->off && at < (uint64_t)s->off + s->len)
			s->buf[at - s->off] ^= (uint8_t)(1 + h % 255);
	}
}

static bool chosen(const struct scsiemu_inject *r, uint64_t lba)
{
	return !r->nblk || (lba >= r->lba && lba - r->lba < r->nblk);
}

static void spoil(const struct scsiemu_inject *r, const struct stretch *s)
{
	for (uint64_t n = s->off / s->unit;
	     n * s->unit < (uint64_t)s->off + s->len; n++)
		if (chosen(r, s->lba + n))
			spoil_unit(r, s, n);
}

/* What the want is about to take out of scratch; unit 0: nothing. */
static struct stretch outgoing(const struct scsiemu_cmd *c,
			       const struct semu_ctx *x)
{
	struct stretch s = { .buf = c->buf, .len = c->len };

	if (c->want == SCSIEMU_STORE && c->verb == SCSIEMU_V_SAVE) {
		s.lba = c->addr;
		s.unit = x->lu->cap.blen;
	} else if (c->want == SCSIEMU_SEND) {
		s.off = c->off;
		s.lba = reads(x) ? x->entry.lba : 0;
		s.unit = reads(x) ? c->in_all / x->count : x->total;
	}
	if (c->buf < c->scratch || c->buf >= c->scratch + c->scratch_len)
		s.unit = 0;
	return s;
}

void semu_inject_spoil(struct scsiemu_cmd *c)
{
	const struct semu_ctx *x = semu_ctx(c);
	const struct semu_rule *r =
		semu_rule_of(semu_part(x->lu, SEMU_PART_INJECT), x->rule);
	struct stretch s = outgoing(c, x);

	if (r && s.unit)
		spoil(&r->is, &s);
}
#endif
