/* SPDX-License-Identifier: BSD-2-Clause */
/* VPD pages of the disk (SBC-4 6.6): the capability record, written out. */
#include "sbc/sbc.h"
#include "sbc/space.h"
#include "sbc/stream.h"
#include "sbc/zones.h"

#if SEMU_WITH_ATOMIC
/* Atomic writes: of physical blocks (0: of a block); what is between boundaries
 * is as long as one without them. */
static void put_atomic(const struct semu_cap *cap, struct scsiemu_wr *w)
{
	uint32_t unit = cap->exponent ? 1u << cap->exponent : 0;

	scsiemu_wr_be32(w, cap->atomic_blk);
	scsiemu_wr_be32(w, cap->atomic_blk ? unit : 0);
	scsiemu_wr_be32(w, cap->atomic_blk ? unit : 0);
	scsiemu_wr_be32(w, cap->bounded_blk);
	scsiemu_wr_be32(w, cap->bounded_blk ? cap->atomic_blk : 0);
}
#else
static void put_atomic(const struct semu_cap *cap, struct scsiemu_wr *w)
{
	(void)cap;
	scsiemu_wr_zero(w, 20);
}
#endif

/* Block limits. Bytes are counted from behind the header: page byte 4. */
static void limits_fill(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_cap *cap = &lu->cap;
	bool caw = lu->able & SCSIEMU_NEED_WHOLE;

	scsiemu_wr_u8(w, 0); /* WSNZ: WRITE SAME takes a count of 0 */
	scsiemu_wr_u8(w, caw ? cap->caw_blk : 0);
	scsiemu_wr_be16(w, 1u << cap->exponent);
	scsiemu_wr_be32(w, cap->max_blk);
	scsiemu_wr_be32(w, cap->opt_blk);
	scsiemu_wr_be32(w, 0); /* prefetch */
	scsiemu_wr_be32(w, cap->thin ? cap->unmap_blk : 0);
	scsiemu_wr_be32(w, cap->thin ? cap->unmap_descr : 0);
	scsiemu_wr_be32(w, cap->thin ? cap->granule : 0);
	scsiemu_wr_be32(w, cap->thin ? 1u << 31 : 0); /* aligned to LBA 0 */
	scsiemu_wr_be64(w, cap->same_blk);
	put_atomic(cap, w);
}

const struct semu_vpd_page semu_sbc_vpd_b0 = {
	.code = 0xb0,
	.fill = limits_fill,
};

static void medium_fill(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
#if SEMU_WITH_ZONES || SEMU_WITH_SANITIZE
	unsigned after = 0;

	/* WABEREQ and WACEREQ: after these kinds of SANITIZE reads succeed */
	if (SEMU_WITH_SANITIZE && lu->able & SCSIEMU_NEED_FORMAT)
		after = lu->cap.thin ? 0x50 : 0x10;
	scsiemu_wr_be16(w, lu->cap.rpm);
	scsiemu_wr_be16(w, after);
	scsiemu_wr_u8(
		w, (semu_zones_aware(lu) ? 0x10u : 0) |		     /* ZONED */
			   (lu->able & SCSIEMU_NEED_SCAN ? 4u : 0)); /* BOCS */
	scsiemu_wr_zero(w, 55);
#else
	scsiemu_wr_be16(w, lu->cap.rpm);
	scsiemu_wr_zero(w, 58);
#endif
}

const struct semu_vpd_page semu_sbc_vpd_b1 = {
	.code = 0xb1,
	.fill = medium_fill,
};

/* Threshold exponent; LBPU, LBPWS, LBPWS10, LBPRZ, ANC_SUP; type. */
static void thin_fill(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
#if SEMU_WITH_THIN
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	scsiemu_wr_u8(w, semu_space_exponent(lu));
	scsiemu_wr_u8(w, semu_sbc_lbp(lu) | (lu->cap.zeroes ? 1u << 2 : 0));
	scsiemu_wr_u8(w, lu->cap.thin ? 2 : 0); /* thin, or fully provisioned */
	scsiemu_wr_u8(w, 0);
#else
	(void)c;
	scsiemu_wr_zero(w, 4);
#endif
}

const struct semu_vpd_page semu_sbc_vpd_b2 = {
	.code = 0xb2,
	.fill = thin_fill,
};

#if SEMU_WITH_SCATTERED || SEMU_WITH_STREAMS
/* RSCS, MAXIMUM NUMBER OF STREAMS, OPTIMAL STREAM WRITE SIZE: a physical block,
 * STREAM GRANULARITY SIZE: one such write. */
static void put_streams(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	const struct semu_streams *s = semu_streams(lu);

	if (!SEMU_WITH_STREAMS || !s) {
		scsiemu_wr_zero(w, 10);
		return;
	}
	scsiemu_wr_be16(w, s->permanent ? 1 : 0);
	scsiemu_wr_be16(w, (unsigned)s->permanent + s->max);
	scsiemu_wr_be16(w, 1u << lu->cap.exponent);
	scsiemu_wr_be32(w, 1);
}

static void put_scattered(const struct scsiemu_lu *lu, struct scsiemu_wr *w)
{
	bool there = SEMU_WITH_SCATTERED && lu->able & SCSIEMU_NEED_BLOCK;

	scsiemu_wr_be32(w, there ? lu->cap.max_blk : 0);
#if SEMU_WITH_SCATTERED
	scsiemu_wr_be32(w, there ? semu_sbc_scattered_max(lu) : 0);
#else
	scsiemu_wr_be32(w, 0);
#endif
	scsiemu_wr_be32(w, there ? lu->cap.max_blk : 0);
}

/* Block limits extension. Bytes are counted from behind the header. */
static void limits_more_fill(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	put_streams(lu, w);
	scsiemu_wr_zero(w, 2);
	put_scattered(lu, w);
	scsiemu_wr_zero(w, 4);
}

const struct semu_vpd_page semu_sbc_vpd_b7 = {
	.code = 0xb7,
	.fill = limits_more_fill,
};
#endif
