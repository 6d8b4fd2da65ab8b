/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VERIFY and WRITE AND VERIFY of a disk with protection information
 * (SBC-4 5.41, tables 106 to 109): without PROTECT the tuples of the medium are
 * checked; with it those that were sent are, and compared with the medium's.
 */
#include <string.h>

#include "sbc/pi_piece.h"

#if SEMU_WITH_PI && SEMU_WITH_VERIFY
enum { BYTCHK_NONE, BYTCHK_EACH, BYTCHK_RESERVED, BYTCHK_SAME };
enum { ONLY_TAGS = 2, TYPE_1 = 1, TYPE_3 = 3 }; /* PROTECT; P_TYPE + 1 */

static unsigned bytchk(const struct scsiemu_cmd *c)
{
	return semu_sbc_byte(c) >> 1 & 3;
}

static uint32_t interval(const struct semu_piece *p)
{
	return p->blen >> p->pi->exponent;
}

/* Where byte `at` of the data of block k is in data-out. */
static uint64_t sent_at(const struct scsiemu_cmd *c, const struct semu_piece *p,
			uint32_t k, uint32_t at)
{
	uint64_t base = (uint64_t)(p->done + k) * p->wire + at;

	if (bytchk(c) == BYTCHK_SAME)
		base = (uint64_t)(p->done + k) * p->blen + at;
	else if (semu_pi_protect(c))
		base += at / interval(p) * SEMU_PI_TUPLE;
	return base;
}

static int miscompare(struct scsiemu_cmd *c, uint16_t asc, uint64_t at)
{
	return scsiemu_fail_info(c, SCSIEMU_SK_MISCOMPARE, asc, at);
}

/* What data-out has for block k: of BYTCHK 11b always the same one. */
static uint32_t sent_block(const struct scsiemu_cmd *c, uint32_t k)
{
	return bytchk(c) == BYTCHK_SAME ? 0 : k;
}

static const uint8_t *sent_tuples(const struct scsiemu_cmd *c,
				  const struct semu_piece *p, uint32_t k)
{
	uint32_t n = bytchk(c) == BYTCHK_SAME ? 1 : p->n;

	return p->host + n * p->blen + sent_block(c, k) * p->pi->len;
}

/* The reference tag that block k should have, as a duplicate of the first. */
static uint32_t sent_ref(const struct scsiemu_cmd *c,
			 const struct semu_piece *p, const uint8_t *t,
			 uint32_t k)
{
	uint32_t ref = semu_be32(t + 4), nth = p->done + k;

	if (bytchk(c) != BYTCHK_SAME || p->pi->type == TYPE_3)
		return ref;
	return ref + (p->pi->type == TYPE_1 ? nth : nth << p->pi->exponent);
}

/* Byte by byte (table 109); 0: alike. */
static uint16_t differing(const struct scsiemu_cmd *c,
			  const struct semu_piece *p, const uint8_t *sent,
			  const uint8_t *has, uint32_t k)
{
	struct semu_pi_rules r = semu_pi_write_rules(c);

	if (semu_pi_protect(c) != ONLY_TAGS && memcmp(sent, has, 2) != 0)
		return SCSIEMU_ASC_GUARD_CHECK_FAILED;
	if (r.ato && memcmp(sent + 2, has + 2, 2) != 0)
		return SCSIEMU_ASC_APPLICATION_TAG_CHECK_FAILED;
	if (!(r.ato && p->pi->type == TYPE_3) &&
	    sent_ref(c, p, sent, k) != semu_be32(has + 4))
		return SCSIEMU_ASC_REFERENCE_TAG_CHECK_FAILED;
	return 0;
}

static int compare_tuples(struct scsiemu_cmd *c, const struct semu_piece *p,
			  const uint8_t *tuples, uint32_t k)
{
	const uint8_t *sent = sent_tuples(c, p, k);

	for (unsigned i = 0; i < 1u << p->pi->exponent; i++) {
		uint16_t asc = differing(c, p, sent + i * SEMU_PI_TUPLE,
					 tuples + i * SEMU_PI_TUPLE, k);

		if (asc)
			return miscompare(
				c, asc,
				sent_at(c, p, k, (i + 1) * interval(p) - 1) +
					1);
	}
	return 0;
}

static int compare_data(struct scsiemu_cmd *c, const struct semu_piece *p,
			uint32_t k)
{
	const uint8_t *sent = p->host + sent_block(c, k) * p->blen;
	const uint8_t *has = p->medium + k * p->blen;
	uint32_t at = 0;

	if (!memcmp(sent, has, p->blen))
		return 0;
	while (sent[at] == has[at])
		at++;
	return miscompare(c, SCSIEMU_ASC_MISCOMPARE, sent_at(c, p, k, at));
}

static int compare(struct scsiemu_cmd *c, struct semu_piece *p)
{
	const uint8_t *tuples = p->medium + p->n * p->blen;
	uint32_t n = p->n;
	int rc = 0;

	if (!semu_pi_protect(c)) {
		semu_piece_judge(c, p);
		n = p->n;
	}
	for (uint32_t k = 0; !rc && k < n; k++) {
		rc = compare_data(c, p, k);
		if (!rc && semu_pi_protect(c))
			rc = compare_tuples(c, p, tuples + k * p->pi->len, k);
	}
	return rc ? rc : SCSIEMU_FINISHED;
}

/* Without PROTECT what was sent has no tuples, and needs none. */
static int accept_load(struct scsiemu_cmd *c, struct semu_piece *p)
{
	if (semu_pi_protect(c))
		semu_piece_accept(c, p);
	return semu_piece_load(c, p);
}

/* BYTCHK 11b: one block, once. */
static int receive_one(struct scsiemu_cmd *c, struct semu_piece *p)
{
	return p->done ? SCSIEMU_FINISHED
		       : scsiemu_want_recv(c, 0, p->host, p->wire);
}

static int accept_one(struct scsiemu_cmd *c, struct semu_piece *p)
{
	struct semu_pi_rules r = semu_pi_write_rules(c);

	if (!p->done && scsiemu_cmd_got(c) < p->wire)
		return semu_sbc_fail_size(c);
	if (!p->done && semu_pi_protect(c)) {
		uint16_t asc;

		semu_pi_from_wire(p->lu, p->host, 1);
		semu_pi_check(&r, p->lba, p->host, 1, &asc);
		if (asc)
			return semu_pi_fail(c, asc, p->lba);
	}
	return semu_piece_load(c, p);
}

static bool bytchk_ok(const struct scsiemu_cmd *c)
{
	return bytchk(c) != BYTCHK_RESERVED &&
	       (bytchk(c) == BYTCHK_NONE ||
		scsiemu_cmd_lu(c)->able & SCSIEMU_NEED_2BLOCK);
}

int semu_pi_verify(struct scsiemu_cmd *c, int result)
{
	static const struct semu_program programs[] = {
		[BYTCHK_NONE] = { .stage = { semu_piece_load,
					     semu_piece_judge } },
		[BYTCHK_EACH] = { { semu_piece_receive, accept_load, compare },
				  .out = true,
				  .two = true },
		[BYTCHK_SAME] = { { receive_one, accept_one, compare },
				  .two = true },
	};

	(void)result;
	if (!bytchk_ok(c))
		return scsiemu_fail_cdb(c, scsiemu_cmd_row(c)->prot_at, 2);
	return semu_pi_run(c, &programs[bytchk(c)]);
}

/* What is verified is the medium, not its cache. */
static int save_through(struct scsiemu_cmd *c, struct semu_piece *p)
{
	int rc = semu_piece_save(c, p);

	if (rc == SCSIEMU_WANTS)
		c->flags |= SCSIEMU_FUA;
	return rc;
}

/* Tuples that were made are compared, too. */
static int compare_all(struct scsiemu_cmd *c, struct semu_piece *p)
{
	const uint8_t *tuples = p->medium + p->n * p->blen;
	int rc = 0;

	for (uint32_t k = 0; !rc && k < p->n; k++) {
		rc = compare_data(c, p, k);
		if (!rc)
			rc = compare_tuples(c, p, tuples + k * p->pi->len, k);
	}
	return rc;
}

int semu_pi_write_verify(struct scsiemu_cmd *c, int result)
{
	static const struct semu_program programs[] = {
		[BYTCHK_NONE] = { { semu_piece_receive, save_through,
				    semu_piece_load, semu_piece_judge },
				  .out = true },
		[BYTCHK_EACH] = { { semu_piece_receive, save_through,
				    semu_piece_load, compare_all },
				  .out = true,
				  .two = true },
	};

	(void)result;
	if (!bytchk_ok(c) || bytchk(c) == BYTCHK_SAME)
		return scsiemu_fail_cdb(c, scsiemu_cmd_row(c)->prot_at, 2);
	return semu_pi_run(c, &programs[bytchk(c)]);
}
#endif
