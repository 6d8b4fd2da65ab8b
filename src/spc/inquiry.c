/* SPDX-License-Identifier: BSD-2-Clause */
/* INQUIRY (SPC-5 6.6): standard data, and the way to the VPD pages. */
#include "spc/spc.h"

#define TPC (SEMU_WITH_COPY ? SCSIEMU_NEED_COPY : 0)

enum { EVPD = 0x01, STANDARD_LEN = 96, OLD_LEN = 36, VERSIONS = 58 };

unsigned semu_peripheral(const struct scsiemu_lu *lu)
{
	/* 011b: nothing can be here */
	return lu->absent ? 0x7f : lu->peripheral;
}

/* Of the LU's level, or of the highest below it. */
static void put_versions(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	const struct semu_versions *v = lu->type->versions;
	const uint16_t *own = NULL;
	unsigned n = semu_quirks_versions(lu, &own);

	for (unsigned i = 0; i < n; i++)
		scsiemu_wr_be16(w, own[i]);
	if (n || !v)
		return;
	while (SEMU_WITH_LEVELS && v[1].level && v[1].level <= lu->version)
		v++;
	for (const uint16_t *p = v->v; *p; p++)
		scsiemu_wr_be16(w, *p);
}

/* NORMACA, HISUP, response data format: 1 is that of the Common Command Set. */
static unsigned format(const struct scsiemu_lu *lu)
{
	if (semu_before(lu, SCSIEMU_LEVEL_SCSI_2))
		return 0x01;
	return (SEMU_WITH_ACA && lu->normaca ? 0x22u : 0x02u) |
	       (semu_before(lu, SCSIEMU_LEVEL_SPC_2) ? 0 : 0x10u);
}

/* TPGS, 3PC, PROTECT (no SCCS); MULTIP; CMDQUE */
static void put_flags(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	bool copies = lu->able & TPC && !semu_old(lu) &&
		      !semu_quirks_hide(lu, SCSIEMU_OP_THIRD_PARTY_COPY_OUT,
					SCSIEMU_NO_SA);
	bool ports = lu->dev->nports > 1 && !semu_before(lu, SCSIEMU_LEVEL_SPC);

	scsiemu_wr_u8(w, semu_alua_tpgs(lu) << 4 |
				 (SEMU_WITH_PI && lu->cap.pi) |
				 (copies ? 0x08u : 0));
	scsiemu_wr_u8(w, ports ? 0x10 : 0);
	scsiemu_wr_u8(w, semu_before(lu, SCSIEMU_LEVEL_SCSI_2) ? 0 : 0x02);
}

/* What follows the vendor specific bytes. */
static void put_rest(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
		     unsigned len)
{
	if (len > VERSIONS) {
		scsiemu_wr_zero(w, VERSIONS - scsiemu_wr_tell(w));
		put_versions(lu, w);
		if (SEMU_WITH_ZONES && lu->able & SCSIEMU_NEED_ZONES)
			scsiemu_wr_be16(w, 0x0620); /* ZBC */
	}
	scsiemu_wr_zero(w, len - scsiemu_wr_tell(w));
}

static int standard(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	bool brief = semu_before(lu, SCSIEMU_LEVEL_SPC_2);
	const uint8_t *own = NULL;
	unsigned n = semu_quirks_bytes(lu, &own);
	unsigned len = semu_quirks_inquiry_len(lu, brief ? OLD_LEN + n
							 : STANDARD_LEN);

	scsiemu_wr_u8(w, semu_peripheral(lu));
	scsiemu_wr_u8(w, lu->removable ? 0x80 : 0); /* RMB */
	scsiemu_wr_u8(w, semu_quirks_claims(lu, lu->version
							? lu->version
							: SCSIEMU_LEVEL_SPC_4));
	scsiemu_wr_u8(w, format(lu));
	scsiemu_wr_u8(w, len - 5);
	put_flags(lu, w);
	scsiemu_wr_ascii(w, lu->vendor, sizeof(lu->vendor));
	scsiemu_wr_ascii(w, lu->product, sizeof(lu->product));
	scsiemu_wr_ascii(w, lu->revision, sizeof(lu->revision));
	if (n)
		scsiemu_wr_bytes(w, own, n);
	put_rest(lu, w, len);
	return SCSIEMU_FINISHED;
}

static int vpd(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_vpd_page *const *p = lu->type->vpd;

	for (; p && *p; p++) {
		if ((*p)->code != c->cdb[2] || !semu_vpd_shows(lu, *p))
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
