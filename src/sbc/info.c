/* SPDX-License-Identifier: BSD-2-Clause */
/* READ CAPACITY: what the disk says of its medium. */
#include "sbc/zones.h"

int semu_sbc_capacity_10(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;
	uint64_t last = cap->nblk - 1;

	/* an LBA is for PMI (SBC-2 5.10): there is no delay behind any */
	if (semu_before(scsiemu_cmd_lu(c), SCSIEMU_LEVEL_SPC_3) &&
	    !(c->cdb[8] & 0x01) && semu_be32(c->cdb + 2))
		return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
	scsiemu_wr_be32(w, last > UINT32_MAX ? UINT32_MAX : (uint32_t)last);
	scsiemu_wr_be32(w, cap->blen);
	return SCSIEMU_FINISHED;
}

/* RC_BASIS 01b: the last block is that of the disk, not of the conventional
 * zones in front (ZBC-2 5.4). */
int semu_sbc_capacity_16(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;

	scsiemu_wr_be64(w, cap->nblk - 1);
	scsiemu_wr_be32(w, cap->blen);
	/* RC_BASIS, P_TYPE, PROT_EN; P_I_EXPONENT */
	scsiemu_wr_u8(w, (semu_zones_managed(scsiemu_cmd_lu(c)) ? 0x10u : 0) |
				 (SEMU_WITH_PI && cap->pi_type
					  ? (cap->pi_type - 1u) << 1 | 1
					  : 0));
	scsiemu_wr_u8(w, (SEMU_WITH_PI ? (unsigned)cap->pi_exponent << 4 : 0) |
				 cap->exponent);
	scsiemu_wr_be16(w, (cap->thin ? 0x8000u : 0) |
				   (cap->zeroes ? 0x4000u : 0) | cap->aligned);
	scsiemu_wr_zero(w, 16);
	return SCSIEMU_FINISHED;
}
