/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Format presets (SBC-5): a format by its number, which VPD page B8h explains.
 * There is one for each length that blocks may have, on disks without zones and
 * without protection information; the length is the number.
 */
#include "sbc/format.h"
#include "sbc/sbc.h"
#include "sbc/work.h"

#if SEMU_WITH_FORMAT
enum { IMMED = 0x80, NOT_ZONED = 1 };
enum { SHORTEST = 256, LONGEST = 4096 };

static bool is_preset(const struct scsiemu_lu *lu, uint32_t id)
{
	return !(lu->able & SCSIEMU_NEED_ZONES) && semu_format_possible(lu, id);
}

static void presets_fill(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	for (uint32_t blen = SHORTEST; blen <= LONGEST; blen *= 2) {
		if (!is_preset(lu, blen))
			continue;
		scsiemu_wr_be32(w, blen);
		scsiemu_wr_u8(w, NOT_ZONED);
		scsiemu_wr_zero(w, 3); /* exponent: the medium's decides */
		scsiemu_wr_be32(w, blen);
		scsiemu_wr_zero(w, 4);
		scsiemu_wr_be64(w, semu_format_room(lu) / blen - 1);
		scsiemu_wr_zero(w, 40); /* no protection */
	}
}

const struct semu_vpd_page semu_sbc_vpd_b8 = {
	.code = 0xb8,
	.needs = SCSIEMU_NEED_FORMAT,
	.fill = presets_fill,
};

/* FMTMAXLBA or not, all blocks are there afterwards: none is ever lost. */
int semu_sbc_format_preset(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work plan = { .kind = SEMU_WORK_FORMAT,
				  .passes = 1,
				  .blen = semu_be32(c->cdb + 2) };

	if (semu_work_began(c))
		return semu_work_step(c, result);
	if (!is_preset(lu, plan.blen))
		return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
	plan.nblk = semu_format_all(lu, plan.blen);
	if (!semu_format_changeable(lu))
		plan.blen = 0;
	return semu_work_begin(c, &plan, c->scratch, 0, c->cdb[1] & IMMED);
}
#endif
