/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * COMPARE AND WRITE and WRITE ATOMIC of a disk with protection information.
 * Their rows are in the ordering class EXCL.
 */
#include <string.h>

#include "sbc/pi_piece.h"

#if SEMU_WITH_PI
#if SEMU_WITH_ATOMIC
static int accept_all(struct scsiemu_cmd *c, struct semu_piece *p)
{
	semu_piece_accept(c, p);
	if (p->asc) {
		c->out_done = 0;
		return semu_pi_fail(c, p->asc, p->lba + p->n);
	}
	semu_pi_save(c, p->lba, p->host, p->n);
	c->flags |= SCSIEMU_WHOLE;
	return SCSIEMU_WANTS;
}

/* MAXIMUM ATOMIC TRANSFER LENGTH makes it one piece. */
int semu_pi_write_atomic(struct scsiemu_cmd *c, int result)
{
	static const struct semu_program program = {
		{ semu_piece_receive, accept_all }, .out = true, .save = true
	};

	(void)result;
	return semu_pi_run(c, &program);
}
#endif

/*
 * All of data-out is in scratch before the first block is written, so that
 * nothing is when one tuple is wrong: first the blocks to compare and those to
 * write, then, behind them, the medium's. User data are compared, tuples not
 * (SBC-4 5.4).
 */
enum { RECEIVE, LOAD, SAVE, FLUSH };

static int swap_receive(struct scsiemu_cmd *c, uint32_t n)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;
	uint32_t len = 2 * n * semu_sbc_wire(c);

	if (n > cap->caw_blk)
		return scsiemu_fail_cdb(c, 13, SCSIEMU_NO_BIT);
	if (c->out_len != SCSIEMU_UNKNOWN && c->out_len != len)
		return n ? semu_sbc_fail_size(c)
			 : scsiemu_fail_cdb(c, 13, SCSIEMU_NO_BIT);
	if (!n)
		return SCSIEMU_FINISHED;
	return scsiemu_want_recv(c, 0, c->scratch, len);
}

static uint8_t *swap_medium(const struct scsiemu_cmd *c, uint32_t n)
{
	return c->scratch + 2 * n * semu_pi_room(scsiemu_cmd_lu(c));
}

static int swap_compare(struct scsiemu_cmd *c, uint32_t n)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const uint8_t *has = swap_medium(c, n);
	uint32_t len = lu->cap.blen >> lu->cap.pi_exponent, at = 0;
	struct semu_pi_rules r = semu_pi_read_rules(c);
	uint16_t asc;
	uint64_t lba = scsiemu_cmd_lba(c);

	lba += semu_pi_check(&r, lba, has, n, &asc);
	if (asc)
		return semu_pi_fail(c, asc, lba);
	if (!memcmp(c->scratch, has, (size_t)n * lu->cap.blen))
		return 0;
	while (c->scratch[at] == has[at])
		at++;
	if (semu_pi_protect(c))
		at += at / len * SEMU_PI_TUPLE;
	return scsiemu_fail_info(c, SCSIEMU_SK_MISCOMPARE,
				 SCSIEMU_ASC_MISCOMPARE, at);
}

static int swap_save(struct scsiemu_cmd *c, uint32_t n)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_pi_rules r = semu_pi_write_rules(c);
	uint32_t all = n * lu->cap.blen, tuples = n * r.pi->len, good = n;
	uint8_t *write = c->scratch + all;
	uint64_t lba = scsiemu_cmd_lba(c);
	uint16_t asc = 0;

	if (swap_compare(c, n) < 0)
		return SCSIEMU_FAILED;
	if (semu_pi_protect(c)) {
		memmove(write + all, write + all + tuples, tuples);
		good = semu_pi_check(&r, lba, write, n, &asc);
	} else {
		semu_pi_generate(&r, lba, write, n);
	}
	if (asc)
		return semu_pi_fail(c, asc, lba + good);
	return semu_pi_save(c, lba, write, n);
}

int semu_pi_compare_write(struct scsiemu_cmd *c, int result)
{
	uint32_t n = scsiemu_cmd_count(c);
	uint64_t lba = scsiemu_cmd_lba(c);
	unsigned at = (*scsiemu_cmd_step(c))++;

	(void)result;
	if (at == RECEIVE)
		return swap_receive(c, n);
	if (at == LOAD && semu_pi_protect(c))
		semu_pi_from_wire(scsiemu_cmd_lu(c), c->scratch, 2 * n);
	if (at == LOAD)
		return semu_pi_load(c, lba, swap_medium(c, n), n);
	if (at == SAVE)
		return swap_save(c, n);
	return at == FLUSH ? semu_sbc_durable(c, semu_sbc_flags(c), lba, n)
			   : SCSIEMU_FINISHED;
}
#endif
