/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * READ POSITION, READ BLOCK LIMITS (SSC-4 7.7, 7.6), READ MEDIA SERIAL NUMBER
 * (SPC-5 6.21): facts, written out. Nothing waits in a buffer that is not on
 * the tape for the initiator.
 */
#include <string.h>

#include "ssc/ssc.h"

enum {
	BOP = 0x80,
	EOP = 0x40,
	POSITION_ERROR = 0x02, /* PERR: the number does not fit */
	BEYOND_WARNING = 0x01  /* BPEW */
};
enum { EXTENDED_LEN = 28, MLOI = 0x01 };

static unsigned flags(const struct scsiemu_cmd *c,
		      const struct scsiemu_tape_pos *pos)
{
	unsigned zone = semu_ssc_zone(scsiemu_cmd_lu(c), pos);

	return (pos->bop ? BOP : 0u) |
	       (zone & SEMU_ZONE_EARLY ? (unsigned)EOP : 0) |
	       (zone & SEMU_ZONE_PROGRAMMED ? (unsigned)BEYOND_WARNING : 0);
}

int semu_ssc_position_short(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct scsiemu_tape_pos pos;
	uint32_t object;
	bool fits;

	semu_ssc_tell(scsiemu_cmd_lu(c), &pos);
	fits = pos.object <= UINT32_MAX;
	object = fits ? (uint32_t)pos.object : 0;
	scsiemu_wr_u8(w, flags(c, &pos) | (fits ? 0 : POSITION_ERROR));
	scsiemu_wr_u8(w, pos.partition);
	scsiemu_wr_zero(w, 2);
	scsiemu_wr_be32(w, object);
	scsiemu_wr_be32(w, object);
	scsiemu_wr_zero(w, 8);
	return SCSIEMU_FINISHED;
}

int semu_ssc_position_long(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct scsiemu_tape_pos pos;

	semu_ssc_tell(scsiemu_cmd_lu(c), &pos);
	scsiemu_wr_u8(w, flags(c, &pos));
	scsiemu_wr_zero(w, 3);
	scsiemu_wr_be32(w, pos.partition);
	scsiemu_wr_be64(w, pos.object);
	scsiemu_wr_be64(w, pos.file);
	scsiemu_wr_zero(w, 8);
	return SCSIEMU_FINISHED;
}

int semu_ssc_position_extended(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	struct scsiemu_tape_pos pos;

	semu_ssc_tell(scsiemu_cmd_lu(c), &pos);
	scsiemu_wr_u8(w, flags(c, &pos));
	scsiemu_wr_u8(w, pos.partition);
	scsiemu_wr_be16(w, EXTENDED_LEN);
	scsiemu_wr_zero(w, 4);
	scsiemu_wr_be64(w, pos.object);
	scsiemu_wr_be64(w, pos.object);
	scsiemu_wr_zero(w, 8);
	return SCSIEMU_FINISHED;
}

int semu_ssc_block_limits(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	scsiemu_wr_u8(w, semu_ssc(lu)->is.granularity);
	scsiemu_wr_be24(w, semu_ssc_block_max(lu));
	scsiemu_wr_be16(w, semu_ssc_block_min(lu));
	if (!(c->cdb[1] & MLOI))
		return SCSIEMU_FINISHED;
	scsiemu_wr_zero(w, 6);
	scsiemu_wr_be64(w, INT64_MAX);
	return SCSIEMU_FINISHED;
}

/* The number is padded with zeros to a multiple of four. */
int semu_ssc_serial(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	enum { SERIAL = 0x0401 };
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_tape_ops *ops = semu_ssc_tape(lu);
	struct scsiemu_tape_attribute a;
	bool is = ops && SCSIEMU_HAS(scsiemu_tape_ops, ops, attribute) &&
		  ops->attribute(lu->medium->ctx, 0, SERIAL, &a) &&
		  a.id == SERIAL;
	uint32_t len = is ? a.len : 0;

	scsiemu_wr_be32(w, (len + 3) & ~3u);
	if (is)
		scsiemu_wr_bytes(w, a.value, len);
	scsiemu_wr_zero(w, (4 - len % 4) % 4);
	return SCSIEMU_FINISHED;
}
