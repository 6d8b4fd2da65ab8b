/* SPDX-License-Identifier: BSD-2-Clause */
/* INQUIRY (SPC-5 6.6): standard data, and the way to the VPD pages. */
#include "spc/spc.h"

#define TPC (SEMU_WITH_COPY ? SCSIEMU_NEED_COPY : 0)

enum { EVPD = 0x01, STANDARD_LEN = 96, VERSIONS = 8 };

unsigned semu_peripheral(const struct scsiemu_lu *lu)
{
	/* 011b: nothing can be here */
	return lu->absent ? 0x7f : lu->peripheral;
}

static void put_versions(struct scsiemu_wr *w, const uint16_t *v)
{
	unsigned i;

	for (i = 0; v && *v && i < VERSIONS; i++)
		scsiemu_wr_be16(w, *v++);
}

static int standard(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	scsiemu_wr_u8(w, semu_peripheral(lu));
	scsiemu_wr_u8(w, lu->removable ? 0x80 : 0); /* RMB */
	scsiemu_wr_u8(w, lu->version ? lu->version : 6);
	/* NORMACA, HISUP, response data format */
	scsiemu_wr_u8(w, SEMU_WITH_ACA && lu->normaca ? 0x32 : 0x12);
	scsiemu_wr_u8(w, STANDARD_LEN - 5);
	/* TPGS, 3PC, PROTECT; no SCCS */
	scsiemu_wr_u8(w, semu_alua_tpgs(lu) << 4 |
				 (SEMU_WITH_PI && lu->cap.pi) |
				 (lu->able & TPC ? 0x08u : 0));
	scsiemu_wr_u8(w, lu->dev->nports > 1 ? 0x10 : 0); /* MULTIP */
	scsiemu_wr_u8(w, 0x02);				  /* CMDQUE */
	scsiemu_wr_ascii(w, lu->vendor, sizeof(lu->vendor));
	scsiemu_wr_ascii(w, lu->product, sizeof(lu->product));
	scsiemu_wr_ascii(w, lu->revision, sizeof(lu->revision));
	scsiemu_wr_zero(w, 58 - 36);
	put_versions(w, lu->type->versions);
	if (SEMU_WITH_ZONES && lu->able & SCSIEMU_NEED_ZONES)
		scsiemu_wr_be16(w, 0x0620); /* ZBC */
	scsiemu_wr_zero(w, STANDARD_LEN - scsiemu_wr_tell(w));
	return SCSIEMU_FINISHED;
}

static int vpd(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_vpd_page *const *p = lu->type->vpd;

	for (; p && *p; p++) {
		if ((*p)->code != c->cdb[2] || (*p)->needs & ~lu->able)
			continue;
		scsiemu_wr_u8(w, semu_peripheral(lu));
		scsiemu_wr_u8(w, (*p)->code);
		scsiemu_wr_be16(w, 0);
		(*p)->fill(c, w);
		scsiemu_wr_len(w, 2, 2, 0);
		return SCSIEMU_FINISHED;
	}
	return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
}

int semu_inquiry(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	if (c->cdb[1] & EVPD)
		return vpd(c, w);
	if (c->cdb[2])
		return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
	return standard(scsiemu_cmd_lu(c), w);
}
