/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VPD page 8Fh, third-party copy (SPC-5 7.7.19): descriptors, each a type, a
 * length that is a multiple of four, and what it says.
 */
#include "spc/copy.h"

#if SEMU_WITH_COPY

enum {
	ROD_LIMITS = 0x0000,
	COMMANDS = 0x0001,
	PARAMETERS = 0x0004,
	DESCRIPTORS = 0x0008,
	CSCD_IDS = 0x000c,
	TOKEN_FEATURES = 0x0106,
	ROD_TYPES = 0x0108,
	GENERAL = 0x8001,
	HELD_DATA = 0xc001
};

void semu_copy_put_types(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	static const uint8_t types[] = { 0x00,	       0x01,	       0x02,
					 0x03,	       0x07,	       0x0a,
					 0x0d,	       0x10,	       0x11,
					 SEMU_CSCD_ID, SEMU_CSCD_ALIAS };
	uint32_t at = scsiemu_wr_tell(w);

	scsiemu_wr_u8(w, 0);
	for (unsigned i = 0; i < sizeof(types); i++)
		if (semu_copy_has(lu, types[i]))
			scsiemu_wr_u8(w, types[i]);
	scsiemu_wr_len(w, at, 1, 0);
}

/* The data behind at (those of the length field) filled up, and its length. */
static void finish(struct scsiemu_wr *w, uint32_t at)
{
	scsiemu_wr_zero(w, (4 - (scsiemu_wr_tell(w) - at - 2) % 4) % 4);
	scsiemu_wr_len(w, at, 2, 0);
}

static uint32_t begin(struct scsiemu_wr *w, unsigned type)
{
	scsiemu_wr_be16(w, type);
	scsiemu_wr_be16(w, 0);
	return scsiemu_wr_tell(w) - 2;
}

/* The service actions of an opcode that this LU has. */
static void put_actions(const struct scsiemu_lu *lu, struct scsiemu_wr *w,
			unsigned op)
{
	struct semu_row_iter it = { { 0 } };
	const struct scsiemu_row *row;
	uint32_t at;

	scsiemu_wr_u8(w, op);
	scsiemu_wr_u8(w, 0);
	at = scsiemu_wr_tell(w) - 1;
	while ((row = semu_row_next(lu, &it)) != NULL)
		if (row->op == op)
			scsiemu_wr_u8(w, row->sa);
	scsiemu_wr_len(w, at, 1, 0);
}

static void put_commands(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	uint32_t at = begin(w, COMMANDS), list = scsiemu_wr_tell(w);

	scsiemu_wr_u8(w, 0);
	put_actions(lu, w, SCSIEMU_OP_THIRD_PARTY_COPY_OUT);
	put_actions(lu, w, SCSIEMU_OP_THIRD_PARTY_COPY_IN);
	scsiemu_wr_len(w, list, 1, 0);
	finish(w, at);
}

static void put_limits(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	uint32_t at = begin(w, PARAMETERS);

	scsiemu_wr_zero(w, 4);
	scsiemu_wr_be16(w, semu_copy_max_cscds(lu));
	scsiemu_wr_be16(w, semu_copy_max_segments(lu));
	scsiemu_wr_be32(w, semu_copy_list_max(lu) - 48);
	scsiemu_wr_zero(w, 16); /* no inline data */
	finish(w, at);
}

static void put_descriptors(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	uint32_t at = begin(w, DESCRIPTORS);

	semu_copy_put_types(lu, w);
	finish(w, at);
	at = begin(w, CSCD_IDS);
	scsiemu_wr_be16(w, 2);
	scsiemu_wr_be16(w, 0xffff); /* this logical unit */
	finish(w, at);
}

static void put_general(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	uint32_t at = begin(w, GENERAL);

	scsiemu_wr_be32(w, lu->dev->limits.copies);
	scsiemu_wr_be32(w, lu->dev->limits.copies);
	scsiemu_wr_be32(w, SEMU_COPY_SEGMENT);
	scsiemu_wr_zero(w, 20);
	finish(w, at);
}

static void put_held(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	uint32_t at = begin(w, HELD_DATA);

	scsiemu_wr_be32(w, lu->dev->limits.copy_held);
	scsiemu_wr_zero(w, 24); /* in bytes */
	finish(w, at);
}

#if SEMU_WITH_ODX
static void put_rod_limits(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	uint32_t at = begin(w, ROD_LIMITS);

	scsiemu_wr_zero(w, 6);
	scsiemu_wr_be16(w, semu_rod_ranges(lu));
	scsiemu_wr_be32(w, SEMU_ROD_TIMEOUT_MAX);
	scsiemu_wr_be32(w, SEMU_ROD_TIMEOUT);
	scsiemu_wr_zero(w, 16); /* any number of blocks */
	finish(w, at);
}

static void put_features(struct scsiemu_wr *w)
{
	uint32_t at = begin(w, TOKEN_FEATURES);

	scsiemu_wr_zero(w, 12); /* no remote tokens */
	scsiemu_wr_be32(w, 1);
	scsiemu_wr_be32(w, UINT32_MAX);
	scsiemu_wr_be32(w, SEMU_ROD_TIMEOUT_MAX);
	scsiemu_wr_zero(w, 18);
	scsiemu_wr_be16(w, 48);
	scsiemu_wr_be32(w, 0x2c); /* block devices: no limits, no wishes */
	scsiemu_wr_zero(w, 44);
	finish(w, at);
}

static void put_type(struct scsiemu_wr *w, uint32_t type, unsigned flags,
		     unsigned preference)
{
	scsiemu_wr_be32(w, type);
	scsiemu_wr_u8(w, flags);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_be16(w, preference);
	scsiemu_wr_zero(w, 56);
}

static void put_types(struct scsiemu_wr *w)
{
	enum { TOKEN_OUT = 1, TOKEN_IN = 2 };
	uint32_t at = begin(w, ROD_TYPES);

	scsiemu_wr_be16(w, 0);
	scsiemu_wr_be16(w, 3 * 64);
	put_type(w, SEMU_ROD_ON_REFERENCE, TOKEN_IN | TOKEN_OUT, 2);
	put_type(w, SEMU_ROD_VULNERABLE, TOKEN_IN | TOKEN_OUT, 1);
	put_type(w, SEMU_ROD_ZERO, TOKEN_IN, 0);
	finish(w, at);
}
#endif

static void put_page(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
#if SEMU_WITH_ODX
	bool tokens = lu->able & SCSIEMU_NEED_TOKENS;

	if (tokens)
		put_rod_limits(lu, w);
#endif
	put_commands(lu, w);
	put_limits(lu, w);
	put_descriptors(lu, w);
#if SEMU_WITH_ODX
	if (tokens) {
		put_features(w);
		put_types(w);
	}
#endif
	put_general(lu, w);
	if (lu->dev->limits.copy_held)
		put_held(lu, w);
}

const struct semu_vpd_page semu_vpd_8f = {
	.code = 0x8f,
	.needs = SCSIEMU_NEED_COPY,
	.fill = put_page,
};

#endif
