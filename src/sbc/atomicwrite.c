/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WRITE ATOMIC(16) and (32) (SBC-4 5.44): all blocks or none are new, for
 * whoever reads meanwhile (its ordering class is EXCL) and after a power loss
 * (the medium's promise, medium.atomic_blk). It begins and ends with physical
 * blocks. With a boundary it may be longer: then each so many blocks are.
 */
#include "sbc/pi.h"

#if SEMU_WITH_ATOMIC
struct places {
	uint8_t lba, boundary, length;
};

static const struct places *places(const struct scsiemu_cmd *c)
{
	static const struct places in_16 = { 2, 10, 12 }, in_32 = { 12, 4, 28 };

	return c->cdb[0] == SCSIEMU_OP_VARIABLE ? &in_32 : &in_16;
}

static uint32_t boundary(const struct scsiemu_cmd *c)
{
	return semu_be16(c->cdb + places(c)->boundary);
}

static int refuse(struct scsiemu_cmd *c)
{
	const struct places *at = places(c);
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;
	uint32_t n = scsiemu_cmd_count(c), part = (1u << cap->exponent) - 1;
	uint32_t cut = boundary(c);

	if (cut && (!cap->bounded_blk || cut > cap->atomic_blk || cut & part))
		return scsiemu_fail_cdb(c, at->boundary, SCSIEMU_NO_BIT);
	if ((scsiemu_cmd_lba(c) - cap->aligned) & part)
		return scsiemu_fail_cdb(c, at->lba, SCSIEMU_NO_BIT);
	if (n > (cut ? cap->bounded_blk : cap->atomic_blk) || n & part)
		return scsiemu_fail_cdb(c, at->length, SCSIEMU_NO_BIT);
	c->out_all = n * semu_sbc_wire(c);
	if (c->out_len < c->out_all) /* a part of it would be none */
		return semu_sbc_fail_size(c);
	return 0;
}

/* A want for what is between two boundaries. */
static int write_next(struct scsiemu_cmd *c)
{
	uint64_t *done = scsiemu_cmd_own(c), at = *done;
	uint32_t n = scsiemu_cmd_count(c) - (uint32_t)at, cut = boundary(c);
	unsigned flags = semu_sbc_flags(c) | SCSIEMU_WHOLE;

	if (cut && cut < n)
		n = cut;
	else
		flags |= SCSIEMU_LAST;
	if (!n)
		return SCSIEMU_FINISHED;
	*done += n;
	return semu_sbc_bulk(c, SCSIEMU_WRITE, scsiemu_cmd_lba(c) + at,
			     (uint32_t)at * scsiemu_cmd_lu(c)->cap.blen, n,
			     flags);
}

int semu_sbc_write_atomic(struct scsiemu_cmd *c, int result)
{
	unsigned *step = scsiemu_cmd_step(c);

	if (!*step && refuse(c) < 0)
		return SCSIEMU_FAILED;
#if SEMU_WITH_PI
	if (semu_pi(scsiemu_cmd_lu(c)))
		return semu_pi_write_atomic(c, result);
#endif
	(void)result;
	*step = 1;
	return write_next(c);
}
#endif
