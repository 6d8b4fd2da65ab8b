/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WRITE SAME of a disk with protection information (SBC-4 5.50). Scratch begins
 * with the block and its tuples; behind them are copies of it, each with tuples
 * of its own.
 */
#include <string.h>

#include "sbc/pi.h"

#if SEMU_WITH_PI && SEMU_WITH_WRITE_SAME
enum { ANCHOR = 16, UNMAP = 8, TYPE_1 = 1, TYPE_3 = 3 };

static uint8_t *tuples(const struct scsiemu_cmd *c)
{
	return c->scratch + scsiemu_cmd_lu(c)->cap.blen;
}

/* The block arrived: its tuples are checked; without data-out they are FFs. */
static int same_accept(struct scsiemu_cmd *c)
{
	struct semu_pi_rules r = semu_pi_write_rules(c);
	uint16_t asc;

	if (scsiemu_cmd_got(c) && semu_pi_protect(c)) {
		semu_pi_from_wire(r.lu, c->scratch, 1);
		semu_pi_check(&r, r.lba, c->scratch, 1, &asc);
		return asc ? semu_pi_fail(c, asc, r.lba) : 0;
	}
	if (scsiemu_cmd_got(c))
		semu_pi_generate(&r, r.lba, c->scratch, 1);
	else
		memset(tuples(c), 0xff, r.pi->len);
	return 0;
}

/* Do blocks that were never written look like that? */
static bool is_blank(const struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	return semu_sbc_all(c->scratch, lu->cap.blen, 0) &&
	       semu_sbc_all(tuples(c), semu_pi(lu)->len, 0xff);
}

/* SBC-4 5.50: the reference tag counts on from the first block's. */
static void count_on(const struct semu_pi *pi, uint8_t *t, uint64_t nth)
{
	if (pi->type == TYPE_3)
		return;
	nth = pi->type == TYPE_1 ? nth : nth << pi->exponent;
	for (unsigned i = 0; i < 1u << pi->exponent; i++, t += SEMU_PI_TUPLE)
		semu_put32(t + 4, semu_be32(t + 4) + (uint32_t)nth);
}

/* n blocks from lba on, behind the first one. */
static int same_save(struct scsiemu_cmd *c, uint64_t lba, uint32_t n)
{
	struct semu_pi_rules r = semu_pi_write_rules(c);
	uint32_t blen = r.lu->cap.blen, plen = r.pi->len;
	uint8_t *buf = c->scratch + semu_pi_room(r.lu), *t = buf + n * blen;
	bool all_ones = semu_sbc_all(tuples(c), plen, 0xff);

	for (uint32_t k = 0; k < n; k++, t += plen) {
		memcpy(buf + k * blen, c->scratch, blen);
		memcpy(t, tuples(c), plen);
		if (!all_ones)
			count_on(r.pi, t, lba + k - r.lba);
	}
	if (!all_ones && !semu_pi_protect(c))
		semu_pi_generate(&r, lba, buf, n);
	return semu_pi_save(c, lba, buf, n);
}

/* UNMAP: whole granules that read the same afterwards. */
static bool unmaps(const struct scsiemu_cmd *c, uint64_t lba, uint64_t *n)
{
	bool whole = false;
#if SEMU_WITH_THIN
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (semu_sbc_byte(c) & UNMAP && lu->cap.zeroes &&
	    (is_blank(c) || (!semu_pi_protect(c) &&
			     semu_sbc_all(c->scratch, lu->cap.blen, 0))))
		*n = semu_sbc_piece(lu, lba, *n, &whole);
#else
	(void)c, (void)lba, (void)n;
#endif
	return whole;
}

static int same_next(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c), lba = own[0], n = own[1];
	uint32_t room = semu_pi_room(lu), most;
	enum scsiemu_verb verb;
	bool unmap = unmaps(c, lba, &n);
	bool zero = !unmap && lu->able & SCSIEMU_CAN_ZERO && is_blank(c);

	most = (c->scratch_len - room) / room;
	if (!unmap && !zero && n > most)
		n = most;
	own[0] += n;
	own[1] -= n;
	if (!unmap && !zero)
		return same_save(c, lba, (uint32_t)n);
	verb = semu_sbc_byte(c) & ANCHOR ? SCSIEMU_V_ANCHOR : SCSIEMU_V_UNMAP;
	return scsiemu_want_store(c, NULL, unmap ? verb : SCSIEMU_V_ZERO, lba,
				  n, 0);
}

int semu_pi_write_same(struct scsiemu_cmd *c, int result)
{
	unsigned *at = scsiemu_cmd_step(c);

	(void)result;
	if (*at == SEMU_SBC_LAST)
		return SCSIEMU_FINISHED;
	if (!*at) {
		*at = 1;
		return semu_sbc_same_start(c);
	}
	if (*at == 1 && same_accept(c) < 0)
		return SCSIEMU_FAILED;
	*at = 2;
	if (scsiemu_cmd_own(c)[1])
		return same_next(c);
	return semu_sbc_durable(c, scsiemu_cmd_lu(c)->wflags,
				scsiemu_cmd_lba(c), scsiemu_cmd_count(c));
}
#endif
