/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * COMPARE AND WRITE and ORWRITE: what the medium holds decides what is written.
 * Their rows are in the ordering class EXCL, so that nothing else touches their
 * extent in between.
 */
#include "sbc/pi.h"

#if SEMU_WITH_CAW
/* SBC-4 5.4. A medium with compare-and-swap does it in one want; else compare
 * first, then write. INFORMATION of a miscompare is its offset in data-out. */
int semu_sbc_compare_write(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t lba = scsiemu_cmd_lba(c);
	uint32_t n = scsiemu_cmd_count(c), len = n * lu->cap.blen;
	const struct scsiemu_medium *m = lu->medium; /* NULL: just taken out */
	bool swap = m && m->able & SCSIEMU_CAN_CAS;
	unsigned at;

#if SEMU_WITH_PI
	if (semu_pi(lu))
		return semu_pi_compare_write(c, result);
#endif
	(void)result;
	at = (*scsiemu_cmd_step(c))++;
	if (at > (swap ? 0u : 1u))
		return SCSIEMU_FINISHED;
	if (at)
		return semu_sbc_bulk(c, SCSIEMU_WRITE, lba, len, n,
				     semu_sbc_flags(c) | SCSIEMU_LAST);
	if (n > lu->cap.caw_blk)
		return scsiemu_fail_cdb(c, 13, SCSIEMU_NO_BIT);
	if (c->out_len != SCSIEMU_UNKNOWN && c->out_len != 2 * len)
		return n ? semu_sbc_fail_size(c)
			 : scsiemu_fail_cdb(c, 13, SCSIEMU_NO_BIT);
	if (!n)
		return SCSIEMU_FINISHED;
	c->out_all = 2 * len;
	if (swap)
		return semu_sbc_bulk(c, SCSIEMU_WRITE, lba, 0, 2 * n,
				     semu_sbc_flags(c) | SCSIEMU_WHOLE |
					     SCSIEMU_DIG | SCSIEMU_LAST);
	return semu_sbc_bulk(c, SCSIEMU_COMPARE, lba, 0, n, 0);
}
#endif

#if SEMU_WITH_ORWRITE
/* Scratch is two halves: what was received, what the medium has. */
static uint32_t half_blocks(const struct scsiemu_cmd *c)
{
	return c->scratch_len / 2 / scsiemu_cmd_lu(c)->cap.blen;
}

static uint8_t *second_half(const struct scsiemu_cmd *c, uint32_t len)
{
	return c->scratch + len;
}

static int or_save(struct scsiemu_cmd *c, uint64_t lba, uint32_t len)
{
	uint8_t *medium = second_half(c, len);

	for (uint32_t i = 0; i < len; i++)
		medium[i] |= c->scratch[i];
	scsiemu_cmd_own(c)[0] += scsiemu_cmd_own(c)[1];
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_SAVE, lba, 0, medium,
				   len);
}

/* own: blocks done, blocks of this round. */
static int or_receive(struct scsiemu_cmd *c, uint32_t blen)
{
	uint64_t *own = scsiemu_cmd_own(c);
	uint32_t n = scsiemu_cmd_count(c), most = half_blocks(c);
	uint32_t host = c->out_len / blen, done = (uint32_t)own[0];

	c->out_all = n * blen;
	n = host < n ? host : n;
	if (done >= n)
		return semu_sbc_durable(c, done ? semu_sbc_flags(c) : 0u,
					scsiemu_cmd_lba(c), done);
	own[1] = n - done < most ? n - done : most;
	return scsiemu_want_recv(c, done * blen, c->scratch,
				 (uint32_t)own[1] * blen);
}

/* SBC-4 5.13: round by round receive, load, or, save. */
int semu_sbc_orwrite(struct scsiemu_cmd *c, int result)
{
	const uint64_t *own = scsiemu_cmd_own(c);
	uint32_t blen = scsiemu_cmd_lu(c)->cap.blen;
	uint32_t len = (uint32_t)own[1] * blen;
	uint64_t lba = scsiemu_cmd_lba(c) + own[0];
	unsigned at = *scsiemu_cmd_step(c);

#if SEMU_WITH_PI
	if (semu_pi(scsiemu_cmd_lu(c)))
		return semu_pi_orwrite(c, result);
#endif
	(void)result;
	if (at == SEMU_SBC_LAST)
		return SCSIEMU_FINISHED;
	*scsiemu_cmd_step(c) = (at + 1) % 3;
	if (at == 0)
		return or_receive(c, blen);
	if (at == 1)
		return scsiemu_want_buffer(c, NULL, SCSIEMU_V_LOAD, lba, 0,
					   second_half(c, len), len);
	return or_save(c, lba, len);
}
#endif
