/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VERIFY and WRITE AND VERIFY (SBC-4 5.41, 5.48). BYTCHK says what is compared:
 * 00 nothing (the blocks can be read), 01 each block with its own bytes of
 * data-out, 11 each block with the one block of data-out.
 */
#include "sbc/pi.h"

#if SEMU_WITH_VERIFY
enum { BYTCHK_NONE, BYTCHK_EACH, BYTCHK_RESERVED, BYTCHK_SAME };

static unsigned bytchk(const struct scsiemu_cmd *c)
{
	return semu_sbc_byte(c) >> 1 & 3;
}

static bool has_block(const struct scsiemu_cmd *c)
{
	return scsiemu_cmd_lu(c)->able & SCSIEMU_NEED_BLOCK;
}

static int verify_start(struct scsiemu_cmd *c)
{
	uint64_t lba = scsiemu_cmd_lba(c);
	uint32_t n = scsiemu_cmd_count(c);
	unsigned how = bytchk(c);

	if (how == BYTCHK_RESERVED || (how == BYTCHK_SAME && !has_block(c)))
		return scsiemu_fail_cdb(c, 1, 2);
	if (!n)
		return SCSIEMU_FINISHED;
	if (how == BYTCHK_EACH)
		return semu_sbc_bulk(c, SCSIEMU_COMPARE, lba, 0, n, 0);
	if (how == BYTCHK_SAME)
		return scsiemu_want_recv(c, 0, c->scratch,
					 scsiemu_cmd_lu(c)->cap.blen);
	return scsiemu_want_store(c, NULL, SCSIEMU_V_VERIFY, lba, n, 0);
}

int semu_sbc_verify(struct scsiemu_cmd *c, int result)
{
	uint32_t blen = scsiemu_cmd_lu(c)->cap.blen;
	unsigned at;

#if SEMU_WITH_PI
	if (semu_pi(scsiemu_cmd_lu(c)))
		return semu_pi_verify(c, result);
#endif
	(void)result;
	at = (*scsiemu_cmd_step(c))++;
	if (!at)
		return verify_start(c);
	if (at > 1 || bytchk(c) != BYTCHK_SAME)
		return SCSIEMU_FINISHED;
	if (scsiemu_cmd_got(c) < blen)
		return semu_sbc_fail_size(c);
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_MATCH, scsiemu_cmd_lba(c),
				   scsiemu_cmd_count(c), c->scratch, blen);
}

/*
 * BYTCHK 01: the written bytes are compared with what was received, which a
 * port need not be able to give a second time. So each block is received into
 * scratch, written from there and compared with it before the next one comes.
 */
static int write_compare(struct scsiemu_cmd *c, unsigned at)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t blen = lu->cap.blen, n = scsiemu_cmd_count(c), i = at / 3;
	uint64_t lba = scsiemu_cmd_lba(c);

	c->out_all = n * blen;
	if (i < n && at % 3 == 0)
		return scsiemu_want_recv(c, i * blen, c->scratch, blen);
	if (at % 3 == 1 && scsiemu_cmd_got(c) == blen)
		return scsiemu_want_buffer(c, NULL, SCSIEMU_V_SAVE, lba + i, 1,
					   c->scratch, blen);
	if (at % 3 == 2)
		return scsiemu_want_buffer(c, NULL, SCSIEMU_V_MATCH, lba + i, 1,
					   c->scratch, blen);
	/* All of it, or the host had no more whole blocks. */
	return i ? semu_sbc_durable(c, SCSIEMU_FUA, lba, i) : SCSIEMU_FINISHED;
}

int semu_sbc_write_verify(struct scsiemu_cmd *c, int result)
{
	uint32_t n = scsiemu_cmd_count(c);
	unsigned at = *scsiemu_cmd_step(c), how = bytchk(c);

#if SEMU_WITH_PI
	if (semu_pi(scsiemu_cmd_lu(c)))
		return semu_pi_write_verify(c, result);
#endif
	(void)result;
	if (how >= BYTCHK_RESERVED || (how == BYTCHK_EACH && !has_block(c)))
		return scsiemu_fail_cdb(c, 1, 2);
	if (at == SEMU_SBC_LAST || !n)
		return SCSIEMU_FINISHED;
	++*scsiemu_cmd_step(c);
	if (how == BYTCHK_EACH)
		return write_compare(c, at);
	if (at == 0) /* what is verified is the medium, not its cache */
		return semu_sbc_bulk(c, SCSIEMU_WRITE, scsiemu_cmd_lba(c), 0, n,
				     semu_sbc_flags(c) | SCSIEMU_FUA);
	if (at == 1)
		return scsiemu_want_store(c, NULL, SCSIEMU_V_VERIFY,
					  scsiemu_cmd_lba(c), n, 0);
	return SCSIEMU_FINISHED;
}
#endif
