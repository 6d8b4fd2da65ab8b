/* SPDX-License-Identifier: BSD-2-Clause */
/* READ CAPACITY and READ DEFECT DATA: what the disk says of itself. */
#include "sbc/sbc.h"

int semu_sbc_capacity_10(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;
	uint64_t last = cap->nblk - 1;

	scsiemu_wr_be32(w, last > UINT32_MAX ? UINT32_MAX : (uint32_t)last);
	scsiemu_wr_be32(w, cap->blen);
	return SCSIEMU_FINISHED;
}

int semu_sbc_capacity_16(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct semu_cap *cap = &scsiemu_cmd_lu(c)->cap;

	scsiemu_wr_be64(w, cap->nblk - 1);
	scsiemu_wr_be32(w, cap->blen);
	/* P_TYPE, PROT_EN; P_I_EXPONENT */
	scsiemu_wr_u8(w, cap->pi_type ? (cap->pi_type - 1u) << 1 | 1 : 0);
	scsiemu_wr_u8(w, (unsigned)cap->pi_exponent << 4 | cap->exponent);
	scsiemu_wr_be16(w, (cap->thin ? 0x8000u : 0) |
				   (cap->zeroes ? 0x4000u : 0) | cap->aligned);
	scsiemu_wr_zero(w, 16);
	return SCSIEMU_FINISHED;
}

#if SEMU_WITH_DEFECTS
/* Formats: 6 is vendor specific, 7 reserved; of the others an empty list looks
 * alike. */
enum { FORMAT_VENDOR = 6, FORMAT_LBA = 0 };

/* The byte with REQ_PLIST, REQ_GLIST and DEFECT LIST FORMAT. */
static unsigned request(const struct scsiemu_cmd *c)
{
	return c->cdb[c->cdb[0] == SCSIEMU_OP_READ_DEFECT_DATA_10 ? 2 : 1];
}

static bool other_format(const struct scsiemu_cmd *c)
{
	return (request(c) & 7) >= FORMAT_VENDOR;
}

static void defect_flags(const struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	unsigned format = other_format(c) ? FORMAT_LBA : request(c) & 7;

	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, (request(c) & 0x18) | format);
}

int semu_sbc_defects_10(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	defect_flags(c, w);
	scsiemu_wr_be16(w, 0);
	return SCSIEMU_FINISHED;
}

int semu_sbc_defects_12(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	defect_flags(c, w);
	scsiemu_wr_be16(w, 0); /* generation: the list never changes */
	scsiemu_wr_be32(w, 0);
	return SCSIEMU_FINISHED;
}

/* SBC-4 5.22: the list comes in another format than the one asked for. */
int semu_sbc_defects_end(struct scsiemu_cmd *c, int result)
{
	(void)result;
	if (!other_format(c))
		return SCSIEMU_FINISHED;
	return scsiemu_fail(c, SCSIEMU_SK_RECOVERED_ERROR,
			    SCSIEMU_ASC_DEFECT_LIST_NOT_FOUND);
}
#endif
