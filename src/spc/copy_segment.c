/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The segments of EXTENDED COPY (SPC-5 6.6.6): blocks to blocks, the same with
 * offsets in bytes or with a copy held for RECEIVE COPY DATA, and the check
 * that a device is ready.
 */
#include "spc/copy.h"

#if SEMU_WITH_COPY

enum { B2B = 0x02, VERIFY = 0x07, B2B_OFFSET = 0x0a, HOLD = 0x0d };
enum { DC = 0x02, PAD = 0x04, TUR = 0x01 };

static const uint8_t *segment(const struct scsiemu_cmd *c)
{
	return c->scratch + semu_run(c)->at;
}

static void next(struct scsiemu_cmd *c)
{
	struct semu_run *run = semu_run(c);

	if (run->move.hold)
		semu_copy_of(c)->held += (uint32_t)run->move.bytes;
	run->at += 4u + semu_be16(segment(c) + 2);
	run->seg++;
}

/* PAD of the destination's descriptor: the last block is filled with zeros. */
static bool pads(const struct scsiemu_cmd *c)
{
	const struct semu_run *run = semu_run(c);
	uint16_t id = run->party[SEMU_DESTINATION];

	return id < run->ncscd && c->scratch[run->cscds + 32u * id + 28] & PAD;
}

static int set_blocks(struct scsiemu_cmd *c, struct semu_move *m)
{
	const uint8_t *s = segment(c);
	uint32_t from = m->lu[0]->cap.blen, to = m->lu[1]->cap.blen;
	uint32_t bytes = semu_be16(s + 10) * (s[1] & DC ? to : from);

	m->lba[0] = semu_be64(s + 12);
	m->lba[1] = semu_be64(s + 20);
	m->pad = pads(c);
	m->bytes = bytes;
	if (bytes % from || (bytes % to && !m->pad))
		return semu_copy_fail(c, SCSIEMU_ASC_INEXACT_SEGMENT);
	m->hold = s[0] == HOLD && semu_copy_hold(c, bytes);
	return SCSIEMU_FINISHED;
}

static void set_bytes(struct scsiemu_cmd *c, struct semu_move *m)
{
	const uint8_t *s = segment(c);

	m->bytes = semu_be32(s + 8);
	for (unsigned side = 0; side < 2; side++) {
		const struct scsiemu_lu *lu = m->lu[side];
		uint32_t blen = lu->cap.blen;
		unsigned off = semu_be16(s + 28 + 2 * side);

		m->lba[side] = semu_be64(s + 12 + 8 * side);
		/* one that does not exist: the sum must not wrap round */
		if (m->lba[side] < lu->cap.nblk)
			m->lba[side] += off / blen;
		m->off[side] = off % blen;
	}
}

/* What a TEST UNIT READY would say. */
static int verify(struct scsiemu_cmd *c, struct scsiemu_lu *lu)
{
	bool known;

	if (!(segment(c)[8] & TUR) ||
	    semu_check_as(
		    c, lu,
		    semu_row_find(lu, SCSIEMU_OP_TEST_UNIT_READY, 0, &known), 0,
		    0))
		return SCSIEMU_FINISHED;
	return semu_copy_fail_at(c, SEMU_SOURCE);
}

static int begin(struct scsiemu_cmd *c)
{
	struct semu_run *run = semu_run(c);
	const uint8_t *s = segment(c);
	struct semu_move *m = &run->move;
	unsigned ends = s[0] == VERIFY ? 1 : 2;

	for (unsigned side = 0; side < ends; side++) {
		run->party[side] = (uint16_t)semu_be16(s + 4 + 2 * side);
		m->lu[side] = semu_copy_party(c, run->party[side], side);
		if (!m->lu[side])
			return SCSIEMU_FAILED;
	}
	if (s[0] == VERIFY)
		return verify(c, m->lu[0]);
	if (s[0] != B2B_OFFSET)
		return set_blocks(c, m);
	set_bytes(c, m);
	return SCSIEMU_FINISHED;
}

static bool still(struct scsiemu_cmd *c)
{
	const struct semu_run *run = semu_run(c);

	for (unsigned side = 0; side < 2; side++) {
		struct scsiemu_lu *lu = semu_copy_party(c, run->party[side],
							side);

		if (!lu)
			return false;
		if (lu == run->move.lu[side])
			continue;
		semu_copy_fail(c, SCSIEMU_ASC_UNREACHABLE_COPY_TARGET);
		return false;
	}
	return true;
}

const struct semu_copy_kind semu_copy_segments = {
	.begin = begin,
	.still = still,
	.next = next,
	.counts = true,
	.forwards = true,
};

#endif
