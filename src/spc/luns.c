/* SPDX-License-Identifier: BSD-2-Clause */
/* REPORT LUNS (SPC-5 6.33, reference 3.2). */
#include "spc/spc.h"

#define REPORT_LUNS_WLUN UINT64_C(0xc101000000000000)

enum { LUS = 1, WLUNS = 2, REFUSED = 4 };

/* What SELECT REPORT asks for. There are no administrative logical units:
 * 10h and 11h (only through LUN 0 or the well-known one) and 12h are empty. */
static unsigned selected(const struct scsiemu_lu *lu, unsigned select)
{
	switch (select) {
	case 0x00:
		return LUS;
	case 0x01:
		return WLUNS;
	case 0x02:
		return LUS | WLUNS;
	case 0x10:
	case 0x11:
		return lu->wlun || !lu->lun ? 0 : REFUSED;
	case 0x12:
		return 0;
	default:
		return REFUSED;
	}
}

/* Peripheral device addressing below 256, flat space above (SAM-5 4.7). */
static uint64_t lun_field(uint16_t lun)
{
	return (uint64_t)(lun < 256 ? lun : lun | 0x4000u) << 48;
}

int semu_report_luns(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_device *d = lu->dev;
	unsigned what = selected(lu, c->cdb[2]);
	uint32_t nlus = what & LUS ? d->nlus : 0;
	uint32_t n = nlus + (what & WLUNS ? 1 : 0), i, last;

	if (what & REFUSED)
		return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
	if (scsiemu_cmd_count(c) < 16)
		return scsiemu_fail_cdb(c, 6, SCSIEMU_NO_BIT);
	scsiemu_wr_be32(w, n * 8);
	scsiemu_wr_be32(w, 0);
	scsiemu_wr_items(w, n, 8, &i, &last);
	for (; i < last; i++)
		scsiemu_wr_be64(w, i < nlus ? lun_field(d->lus[i]->lun)
					    : REPORT_LUNS_WLUN);
	scsiemu_wr_items_end(w, n - last, 8);
	return SCSIEMU_FINISHED;
}

int semu_luns_reported(struct scsiemu_cmd *c, int result)
{
	(void)result;
	if (selected(scsiemu_cmd_lu(c), c->cdb[2]) & LUS)
		semu_ua_luns_reported(semu_ctx(c)->nexus);
	return SCSIEMU_FINISHED;
}
