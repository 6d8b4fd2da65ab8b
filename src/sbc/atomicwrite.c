/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WRITE ATOMIC(16) (SBC-4 5.44): all blocks or none are new, for whoever reads
 * meanwhile (its ordering class is EXCL) and after a power loss (the medium's
 * promise, medium.atomic_blk). It begins and ends with physical blocks; there
 * are no boundaries, at which a longer one could be cut.
 */
#include "sbc/sbc.h"

#if SEMU_WITH_ATOMIC
enum { LBA_AT = 2, BOUNDARY_AT = 10, LENGTH_AT = 12 };

int semu_sbc_write_atomic(struct scsiemu_cmd *c, int result)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;
	uint32_t n = scsiemu_cmd_count(c), part = (1u << cap->exponent) - 1;

	(void)result;
	if ((*scsiemu_cmd_step(c))++)
		return SCSIEMU_FINISHED;
	if (semu_be16(c->cdb + BOUNDARY_AT))
		return scsiemu_fail_cdb(c, BOUNDARY_AT, SCSIEMU_NO_BIT);
	if ((scsiemu_cmd_lba(c) - cap->aligned) & part)
		return scsiemu_fail_cdb(c, LBA_AT, SCSIEMU_NO_BIT);
	if (n > cap->atomic_blk || n & part)
		return scsiemu_fail_cdb(c, LENGTH_AT, SCSIEMU_NO_BIT);
	c->out_all = n * cap->blen;
	if (!n)
		return SCSIEMU_FINISHED;
	if (c->out_len < c->out_all) /* a part of it would be none */
		return semu_sbc_fail_size(c);
	return semu_sbc_bulk(c, SCSIEMU_WRITE, scsiemu_cmd_lba(c), 0, n,
			     semu_sbc_flags(c) | SCSIEMU_WHOLE | SCSIEMU_LAST);
}
#endif
