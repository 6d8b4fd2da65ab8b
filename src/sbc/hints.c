/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IO Advice Hints Grouping mode page (SBC-5 6.5.8): each of the first group
 * numbers has a permanent stream (ST_ENBLE), for initiators that tell by a
 * group number how long data will live.
 */
#include "sbc/sbc.h"
#include "sbc/stream.h"
#include "spc/mode.h"

#if SEMU_WITH_HINTS
enum {
	HEADER = 16,
	ITEM = 16, /* a descriptor */
	ITEMS = 64,
	REST = HEADER + ITEMS * ITEM - 4, /* PAGE LENGTH */
	ST_ENBLE = 0x04
};

/* The part has no state of its own: it is there or not. */
static uint32_t size(const struct scsiemu_lu_config *cf)
{
	return SEMU_SBC_OPTION(cf, permanent_streams) ? 1 : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)mem, (void)cf;
	return 0;
}

static void loaded(struct scsiemu_lu *lu)
{
	lu->offers |= 2; /* GROUP NUMBER */
}

const struct semu_part_type semu_hints_part = { .part = SEMU_PART_HINTS,
						.since = SCSIEMU_LEVEL_SPC_3,
						.size = size,
						.init = init,
						.loaded = loaded };

static void descriptors(const struct scsiemu_lu *lu, unsigned pc,
			struct scsiemu_wr *w)
{
	unsigned enabled = pc == 1 ? 0 : semu_streams(lu)->permanent;

	for (unsigned i = 0; i < ITEMS; i++) {
		scsiemu_wr_u8(w, i < enabled ? ST_ENBLE : 0);
		scsiemu_wr_zero(w, ITEM - 1);
	}
}

const struct semu_mode_page semu_hints_mode_0a05 = {
	.code = 0x0a,
	.sub = 0x05,
	.part = 1 + SEMU_PART_HINTS,
	.len = HEADER,
	.defaults = (const uint8_t[]){ 0x4a, 0x05, REST >> 8, REST & 0xff,
				       [HEADER - 1] = 0 },
	.more = descriptors,
};
#endif
