/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks with protection information, piece by piece; READ and WRITE. Blocks in
 * front of one whose tuples are not right, or that cannot be read, count: they
 * are sent or written before the command fails.
 */
#include <string.h>

#include "sbc/pi_piece.h"

#if SEMU_WITH_PI
static int move(struct scsiemu_cmd *c, enum scsiemu_verb verb, uint64_t lba,
		uint8_t *buf, uint32_t n)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	scsiemu_want_buffer(c, NULL, verb, lba, n, buf, n * lu->cap.blen);
	if (semu_pi(lu))
		c->flags = SCSIEMU_PI;
	return SCSIEMU_WANTS;
}

int semu_pi_load(struct scsiemu_cmd *c, uint64_t lba, uint8_t *buf, uint32_t n)
{
	return move(c, SCSIEMU_V_LOAD, lba, buf, n);
}

int semu_pi_save(struct scsiemu_cmd *c, uint64_t lba, uint8_t *buf, uint32_t n)
{
	return move(c, SCSIEMU_V_SAVE, lba, buf, n);
}

static uint32_t half(const struct scsiemu_cmd *c, const struct semu_program *g)
{
	return g->two ? c->scratch_len / 2 & ~7u : c->scratch_len;
}

static struct semu_piece piece_of(struct scsiemu_cmd *c,
				  const struct semu_program *g)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const uint64_t *own = scsiemu_cmd_own(c);
	struct semu_piece p = { .lu = lu,
				.pi = semu_pi(lu),
				.done = (uint32_t)own[0],
				.n = (uint32_t)own[1],
				.asc = (uint16_t)(own[1] >> 32),
				.wire = semu_sbc_wire(c),
				.blen = lu->cap.blen,
				.host = c->scratch,
				.medium = c->scratch };

	if (g->two)
		p.medium += half(c, g);
	p.lba = scsiemu_cmd_lba(c) + p.done;
	return p;
}

void semu_piece_keep(struct scsiemu_cmd *c, const struct semu_piece *p)
{
	scsiemu_cmd_own(c)[1] = (uint64_t)p->asc << 32 | p->n;
}

void semu_piece_cut(const struct semu_piece *p, uint8_t *buf, uint32_t n)
{
	memmove(buf + n * p->blen, buf + p->n * p->blen,
		(size_t)n * p->pi->len);
}

int semu_piece_receive(struct scsiemu_cmd *c, struct semu_piece *p)
{
	return scsiemu_want_recv(c, p->done * p->wire, p->host, p->n * p->wire);
}

int semu_piece_accept(struct scsiemu_cmd *c, struct semu_piece *p)
{
	struct semu_pi_rules r = semu_pi_write_rules(c);
	uint32_t good;

	if (!semu_pi_protect(c)) {
		semu_pi_generate(&r, p->lba, p->host, p->n);
		return SCSIEMU_FINISHED;
	}
	semu_pi_from_wire(p->lu, p->host, p->n);
	good = semu_pi_check(&r, p->lba, p->host, p->n, &p->asc);
	if (good < p->n)
		semu_piece_cut(p, p->host, good);
	p->n = good;
	semu_piece_keep(c, p);
	return SCSIEMU_FINISHED;
}

int semu_piece_save(struct scsiemu_cmd *c, struct semu_piece *p)
{
	semu_piece_accept(c, p);
	return p->n ? semu_pi_save(c, p->lba, p->host, p->n) : SCSIEMU_FINISHED;
}

int semu_piece_load(struct scsiemu_cmd *c, struct semu_piece *p)
{
	return p->n ? semu_pi_load(c, p->lba, p->medium, p->n)
		    : SCSIEMU_FINISHED;
}

int semu_piece_judge(struct scsiemu_cmd *c, struct semu_piece *p)
{
	struct semu_pi_rules r = semu_pi_read_rules(c);
	uint16_t asc;

	p->n = semu_pi_check(&r, p->lba, p->medium, p->n, &asc);
	if (asc)
		p->asc = asc;
	semu_piece_keep(c, p);
	return SCSIEMU_FINISHED;
}

/* Blocks in all, as the host has bytes or room for them. */
static uint32_t most(const struct scsiemu_cmd *c, const struct semu_program *g,
		     uint32_t wire)
{
	uint32_t n = scsiemu_cmd_count(c), host = n;

	if (g->out)
		host = c->out_len / wire;
	if (g->in)
		host = c->in_len / wire + (c->in_len % wire != 0);
	return host < n ? host : n;
}

static void say_length(struct scsiemu_cmd *c, const struct semu_program *g,
		       uint32_t wire)
{
	if (g->out)
		c->out_all = scsiemu_cmd_count(c) * wire;
	if (g->in)
		c->in_all = scsiemu_cmd_count(c) * wire;
}

/* On to the next piece; p->n 0: there is none. */
static void next_piece(struct scsiemu_cmd *c, const struct semu_program *g,
		       struct semu_piece *p)
{
	uint32_t n = half(c, g) / semu_pi_room(p->lu), left;

	p->done += p->n;
	p->lba += p->n;
	scsiemu_cmd_own(c)[0] = p->done;
	left = p->asc ? 0 : most(c, g, p->wire) - p->done;
	p->n = left < n ? left : n;
	semu_piece_keep(c, p);
}

static int end(struct scsiemu_cmd *c, const struct semu_program *g,
	       const struct semu_piece *p)
{
	if (p->asc && g->out)
		c->out_done = p->done * p->wire;
	if (p->asc == SCSIEMU_ASC_UNRECOVERED_READ_ERROR)
		return scsiemu_fail_info(c, SCSIEMU_SK_MEDIUM_ERROR, p->asc,
					 p->lba);
	if (p->asc)
		return semu_pi_fail(c, p->asc, p->lba);
	return semu_sbc_durable(c, g->save && p->done ? semu_sbc_flags(c) : 0u,
				scsiemu_cmd_lba(c), p->done);
}

/* The step counter is the stage that comes next. */
int semu_pi_run(struct scsiemu_cmd *c, const struct semu_program *g)
{
	unsigned *step = scsiemu_cmd_step(c);
	struct semu_piece p = piece_of(c, g);
	int rc;

	if (*step == SEMU_SBC_LAST)
		return SCSIEMU_FINISHED;
	say_length(c, g, p.wire);
	do {
		if (!g->stage[*step])
			*step = 0;
		if (!*step)
			next_piece(c, g, &p);
		if (!p.n && !*step)
			return end(c, g, &p);
		rc = g->stage[(*step)++](c, &p);
	} while (rc == SCSIEMU_FINISHED);
	return rc;
}

/* What is not right is not sent. */
static int check_send(struct scsiemu_cmd *c, struct semu_piece *p)
{
	uint32_t n = p->n;

	semu_piece_judge(c, p);
	if (semu_pi_protect(c))
		semu_pi_to_wire(p->lu, p->medium, n);
	return scsiemu_want_send(c, p->done * p->wire, p->medium,
				 p->n * p->wire);
}

static const struct semu_program reads = { { semu_piece_load, check_send },
					   .in = true };

/* A block of a piece cannot be read: those in front of it are loaded once more,
 * as nobody knows what of the others came. */
static int read_failed(struct scsiemu_cmd *c, int result)
{
	struct semu_piece p = piece_of(c, &reads);

	if (c->want != SCSIEMU_STORE || result != SCSIEMU_E_READ || p.asc ||
	    c->info - p.lba >= p.n) { /* or it is not known which */
		semu_fail_result(c, result, 0);
		return SCSIEMU_FAILED;
	}
	p.n = (uint32_t)(c->info - p.lba);
	p.asc = SCSIEMU_ASC_UNRECOVERED_READ_ERROR;
	semu_piece_keep(c, &p);
	return p.n ? semu_piece_load(c, &p) : end(c, &reads, &p);
}

int semu_pi_rw(struct scsiemu_cmd *c, int result)
{
	static const struct semu_program writes = { { semu_piece_receive,
						      semu_piece_save },
						    .out = true,
						    .save = true };

	if (result < 0)
		return read_failed(c, result);
	return semu_pi_run(c, scsiemu_cmd_row(c)->kind == SCSIEMU_K_READ
				      ? &reads
				      : &writes);
}
#endif
