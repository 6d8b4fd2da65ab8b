/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ORWRITE(16) and (32) of a disk with protection information (SBC-4 4.27). The
 * (32) is there with the other CDBs of its length, for type 2. Hosts that share
 * a bitmap agree on a generation of it: who names another one than the current
 * is refused, or not heard, as the policy says that came with the change.
 */
#include <string.h>

#include "sbc/pi_piece.h"

#if SEMU_WITH_PI && SEMU_WITH_ORWRITE
/* Fields of the CDB of 32 bytes; BMOP. */
enum { BMOP_AT = 2, POLICY_AT = 3, EXPECTED_AT = 20, NEW_AT = 24 };
enum { SET, CHANGE_AND_CLEAR };

/* What becomes of a set operation that names the current generation, the
 * previous one, any other; by policy. RESERVED: there is no such policy. */
enum { RESERVED, DO, IGNORE, REFUSE };
static const uint8_t policies[16][3] = {
	[0] = { DO, DO, REFUSE },     [2] = { DO, IGNORE, REFUSE },
	[3] = { DO, DO, DO },	      [5] = { DO, IGNORE, IGNORE },
	[7] = { DO, REFUSE, REFUSE },
};

static struct semu_pi *state(const struct scsiemu_cmd *c)
{
	return semu_part(scsiemu_cmd_lu(c), SEMU_PART_PI);
}

static bool is_32(const struct scsiemu_cmd *c)
{
	return c->cdb[0] == SCSIEMU_OP_VARIABLE;
}

static bool is_change(const struct scsiemu_cmd *c)
{
	return is_32(c) && (c->cdb[BMOP_AT] & 7) == CHANGE_AND_CLEAR;
}

static unsigned new_policy(const struct scsiemu_cmd *c)
{
	return c->cdb[POLICY_AT] & 0x0f;
}

/* The (16) counts as one that expects 0, where there is the (32). */
static unsigned fate(const struct scsiemu_cmd *c)
{
	const struct semu_pi *pi = state(c);
	uint32_t expected = is_32(c) ? semu_be32(c->cdb + EXPECTED_AT) : 0;

	if (pi->type != 2 || expected == pi->generation)
		return DO;
	if (is_change(c))
		return REFUSE;
	return policies[pi->policy][expected == pi->previous ? 1 : 2];
}

static void change(const struct scsiemu_cmd *c)
{
	struct semu_pi *pi = state(c);

	pi->policy = (uint8_t)new_policy(c);
	pi->previous = pi->generation;
	pi->generation = semu_be32(c->cdb + NEW_AT);
}

/* OR, or AND, of what the medium has. */
static void combine(uint8_t *host, const uint8_t *medium, uint32_t len,
		    bool clear)
{
	for (uint32_t i = 0; i < len; i++)
		host[i] = clear ? host[i] & medium[i] : host[i] | medium[i];
}

/* Only the guard is new where tuples were sent. */
static void renew_guards(const struct semu_piece *p)
{
	uint32_t len = p->blen >> p->pi->exponent;
	uint8_t *t = p->host + p->n * p->blen;

	for (uint32_t k = 0; k < p->n; k++, t += p->pi->len)
		for (unsigned i = 0; i < 1u << p->pi->exponent; i++)
			semu_put16(t + i * SEMU_PI_TUPLE,
				   p->pi->crc(0,
					      p->host + k * p->blen + i * len,
					      len));
}

static int save(struct scsiemu_cmd *c, struct semu_piece *p)
{
	struct semu_pi_rules r = semu_pi_write_rules(c);
	uint32_t n = p->n, all;

	semu_piece_judge(c, p);
	if (!p->n)
		return SCSIEMU_FINISHED;
	all = p->n * p->blen;
	memmove(p->host + all, p->host + n * p->blen,
		(size_t)p->n * p->pi->len);
	combine(p->host, p->medium, all, is_change(c));
	if (semu_pi_protect(c))
		renew_guards(p);
	else
		semu_pi_generate(&r, p->lba, p->host, p->n);
	return semu_pi_save(c, p->lba, p->host, p->n);
}

static int accept_load(struct scsiemu_cmd *c, struct semu_piece *p)
{
	semu_piece_accept(c, p);
	return semu_piece_load(c, p);
}

static int begin(struct scsiemu_cmd *c)
{
	if (is_32(c) && (c->cdb[BMOP_AT] & 7) > CHANGE_AND_CLEAR)
		return scsiemu_fail_cdb(c, BMOP_AT, 2);
	if (is_change(c) && policies[new_policy(c)][0] == RESERVED)
		return scsiemu_fail_cdb(c, POLICY_AT, 3);
	if (fate(c) == REFUSE)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_ORWRITE_GENERATION);
	return 0;
}

/* GOOD, as if it had been done. */
static int ignore(struct scsiemu_cmd *c)
{
	c->out_all = scsiemu_cmd_count(c) * semu_sbc_wire(c);
	c->out_done = c->out_all < c->out_len ? c->out_all : c->out_len;
	return SCSIEMU_FINISHED;
}

int semu_pi_orwrite(struct scsiemu_cmd *c, int result)
{
	static const struct semu_program program = { { semu_piece_receive,
						       accept_load, save },
						     .out = true,
						     .two = true,
						     .save = true };
	int rc;

	(void)result;
	if (!*scsiemu_cmd_step(c)) {
		if (begin(c) < 0)
			return SCSIEMU_FAILED;
		if (fate(c) == IGNORE)
			return ignore(c);
	}
	rc = semu_pi_run(c, &program);
	if (rc == SCSIEMU_FINISHED && is_change(c))
		change(c);
	return rc;
}
#endif
