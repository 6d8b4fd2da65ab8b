/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages that speak of protection information: the Application Tag mode page
 * (SBC-4 6.5.3) and Supported Block Lengths And Protection Types (6.6.6).
 */
#include "sbc/format.h"
#include "sbc/pi.h"

#if SEMU_WITH_PI
#define BYTES(...)                                                             \
	(const uint8_t[])                                                      \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

enum {
	HEADER = 16,
	ITEM = 24, /* a tag, an LBA, a count */
	ITEMS = 4,
	LEN = HEADER + ITEMS * ITEM,
	LAST = 0x80
};
#define TAG_MASK                                                               \
	LAST, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,   \
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff

#if SEMU_WITH_MODE_SELECT
static int bad(struct scsiemu_cmd *c, unsigned at, uint8_t bit)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, bit);
}

/*
 * Each descriptor begins where the one before ends, the first at 0, the last
 * ends with the medium: at its last LBA, as the standard has it, or behind. One
 * that covers nothing says that no tags are known.
 */
static int tags_check(struct scsiemu_cmd *c, const uint8_t *page, uint16_t at)
{
	uint64_t nblk = scsiemu_cmd_lu(c)->cap.nblk, next = 0;
	unsigned off = HEADER;

	for (; off < LEN; off += ITEM) {
		const uint8_t *d = page + off;
		uint64_t count = semu_be64(d + 16);

		if (semu_be64(d + 8) != next)
			return bad(c, at + off + 8, SCSIEMU_NO_BIT);
		if (count > nblk - next)
			return bad(c, at + off + 16, SCSIEMU_NO_BIT);
		next += count;
		if (!(d[0] & LAST))
			continue;
		if (next && next != nblk && next != nblk - 1)
			return bad(c, at + off + 16, SCSIEMU_NO_BIT);
		return 0;
	}
	return bad(c, at + LEN - ITEM, 7);
}
#endif

const struct semu_mode_page semu_pi_mode_0a02 = {
	.code = 0x0a,
	.sub = 0x02,
	.part = 1 + SEMU_PART_PI,
	.len = LEN,
	.defaults = BYTES(0x4a, 0x02, 0, LEN - 4, [HEADER] = LAST,
			  [LEN - 1] = 0),
	.mask = BYTES(0, 0, 0, 0, [HEADER] = TAG_MASK, TAG_MASK, TAG_MASK,
		      TAG_MASK),
#if SEMU_WITH_MODE_SELECT
	.check = tags_check,
#endif
};

static bool has_length(const struct scsiemu_lu *lu, uint32_t blen)
{
#if SEMU_WITH_FORMAT
	if (semu_format(lu))
		return semu_format_possible(lu, blen);
#endif
	return blen == lu->cap.blen;
}

/* Each block length: P_I_I_SUP, NO_PI_CHK, GRD_CHK, APP_CHK, REF_CHK; types 0
 * to 3. */
static void types_fill(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	for (uint32_t blen = 256; blen <= 4096; blen *= 2) {
		if (!has_length(scsiemu_cmd_lu(c), blen))
			continue;
		scsiemu_wr_be32(w, blen);
		scsiemu_wr_u8(w, 0x4f);
		scsiemu_wr_u8(w, 0x0f);
		scsiemu_wr_be16(w, 0);
	}
}

const struct semu_vpd_page semu_pi_vpd_b4 = {
	.code = 0xb4,
	.needs = SCSIEMU_CAN_PI,
	.fill = types_fill,
};
#endif
