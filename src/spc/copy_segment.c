/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The segments of EXTENDED COPY (SPC-5 6.6.6): blocks to blocks, the same with
 * offsets in bytes or with a copy held for RECEIVE COPY DATA, blocks to records
 * of a tape and back, or to another tape, filemarks and spacing there, and the
 * check that a device is ready.
 */
#include <scsiemu/tape.h>

#include "spc/copy.h"

#if SEMU_WITH_COPY

enum { B2S = 0x00, S2B = 0x01, S2S = 0x03, MARKS = 0x10, SPACE = 0x11 };
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

/* PAD of a descriptor: the destination's last block is filled with zeros, what
 * a tape that is read has too much is forgotten. */
static bool pads(const struct scsiemu_cmd *c, unsigned side)
{
	const struct semu_run *run = semu_run(c);
	uint16_t id = run->party[side];

	return id < run->ncscd && c->scratch[run->cscds + 32u * id + 28] & PAD;
}

static int set_blocks(struct scsiemu_cmd *c, struct semu_move *m)
{
	const uint8_t *s = segment(c);
	uint32_t from = m->lu[0]->cap.blen, to = m->lu[1]->cap.blen;
	uint32_t bytes = semu_be16(s + 10) * (s[1] & DC ? to : from);

	m->lba[0] = semu_be64(s + 12);
	m->lba[1] = semu_be64(s + 20);
	m->pad = pads(c, SEMU_DESTINATION);
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

/* ---- Tapes ---- */

enum { CAT = 0x01, TAPE_FIXED = 0x01, WSMK = 0x02, IMMED = 0x01 };

/* Does the segment have this side, and is it a tape? */
static bool has_side(uint8_t type, unsigned side)
{
	if (type == VERIFY)
		return side == SEMU_SOURCE;
	return (type != MARKS && type != SPACE) || side == SEMU_DESTINATION;
}

static bool has_tape(uint8_t type, unsigned side)
{
	if (type == S2B || type == S2S)
		return side == SEMU_SOURCE || type == S2S;
	return side == SEMU_DESTINATION &&
	       (type == B2S || type == MARKS || type == SPACE);
}

static int bad_field(struct scsiemu_cmd *c, uint32_t at)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, SCSIEMU_NO_BIT);
}

/* FIXED and STREAM BLOCK LENGTH of the tape's descriptor with the segment's
 * STREAM DEVICE TRANSFER LENGTH (SPC-4 table 138), at a byte of it: bytes of a
 * record. */
static int set_record(struct scsiemu_cmd *c, struct semu_move *m, unsigned tape,
		      unsigned at)
{
	const struct semu_run *run = semu_run(c);
	uint16_t id = run->party[tape];
	uint32_t cscd = run->cscds + SEMU_CSCD * (uint32_t)id;
	uint32_t block = 0;
	bool fixed = false;

	if (id < run->ncscd) {
		fixed = c->scratch[cscd + 28] & TAPE_FIXED;
		block = semu_be24(c->scratch + cscd + 29);
	}
	if (fixed != (block != 0))
		return bad_field(c, cscd + 29);
	m->record[tape] = fixed ? block : semu_be24(segment(c) + at);
	return m->record[tape] ? SCSIEMU_FINISHED : bad_field(c, run->at + at);
}

static int set_records(struct scsiemu_cmd *c, struct semu_move *m)
{
	const uint8_t *s = segment(c);
	unsigned tape = s[0] == B2S;

	m->stream = true;
	m->bytes = semu_be16(s + 14) * (uint64_t)m->lu[!tape]->cap.blen;
	m->lba[!tape] = semu_be64(s + 16);
	if (!m->bytes)
		return SCSIEMU_FINISHED;
	if (s[1] & CAT)
		return bad_field(c, semu_run(c)->at + 1);
	if (set_record(c, m, tape, 9))
		return SCSIEMU_FAILED;
	if (m->bytes % m->record[tape] && !pads(c, tape))
		return semu_copy_fail(c, SCSIEMU_ASC_INEXACT_SEGMENT);
	return SCSIEMU_FINISHED;
}

/* From tape to tape: a byte count, and a transfer length of each. */
static int set_tapes(struct scsiemu_cmd *c, struct semu_move *m)
{
	const uint8_t *s = segment(c);

	m->stream = true;
	m->bytes = semu_be32(s + 16);
	if (!m->bytes)
		return SCSIEMU_FINISHED;
	if (s[1] & CAT)
		return bad_field(c, semu_run(c)->at + 1);
	if (m->lu[0] == m->lu[1])
		return semu_copy_fail(c,
				      SCSIEMU_ASC_INCORRECT_COPY_TARGET_TYPE);
	for (unsigned side = 0; side < 2; side++) {
		if (set_record(c, m, side, side ? 13 : 9))
			return SCSIEMU_FAILED;
		if (m->bytes % m->record[side] && !pads(c, side))
			return semu_copy_fail(c, SCSIEMU_ASC_INEXACT_SEGMENT);
	}
	return SCSIEMU_FINISHED;
}

static int set_verb(struct scsiemu_cmd *c, struct semu_move *m)
{
	const uint8_t *s = segment(c);
	uint32_t n = semu_be24(s + 9);

	m->stream = true;
	m->count = n;
	if (s[0] == MARKS) {
		m->verb = SCSIEMU_V_MARKS;
		return s[8] & WSMK ? bad_field(c, semu_run(c)->at + 8)
				   : SCSIEMU_FINISHED;
	}
	m->verb = SCSIEMU_V_SPACE;
	m->count = n & 0x800000 ? (int64_t)n - 0x1000000 : (int64_t)n;
	m->at = s[8] & 0x0f;
	return m->at > SCSIEMU_SPACE_END ? bad_field(c, semu_run(c)->at + 8)
					 : SCSIEMU_FINISHED;
}

static int set(struct scsiemu_cmd *c, struct semu_move *m)
{
	switch (segment(c)[0]) {
	case B2S:
	case S2B:
		return set_records(c, m);
	case S2S:
		return set_tapes(c, m);
	case MARKS:
	case SPACE:
		return set_verb(c, m);
	case VERIFY:
		return verify(c, m->lu[0]);
	case B2B_OFFSET:
		set_bytes(c, m);
		return SCSIEMU_FINISHED;
	default:
		return set_blocks(c, m);
	}
}

/* ---- All of them ---- */

static struct scsiemu_lu *party(struct scsiemu_cmd *c, unsigned side)
{
	return semu_copy_party(c, semu_run(c)->party[side], side,
			       has_tape(segment(c)[0], side));
}

static int begin(struct scsiemu_cmd *c)
{
	struct semu_run *run = semu_run(c);
	const uint8_t *s = segment(c);
	struct semu_move *m = &run->move;

	for (unsigned side = 0; side < 2; side++) {
		run->party[side] = (uint16_t)semu_be16(s + 4 + 2 * side);
		if (!has_side(s[0], side))
			continue;
		m->lu[side] = party(c, side);
		if (!m->lu[side])
			return SCSIEMU_FAILED;
	}
	return set(c, m);
}

static bool still(struct scsiemu_cmd *c)
{
	const struct semu_run *run = semu_run(c);

	for (unsigned side = 0; side < 2; side++) {
		struct scsiemu_lu *lu;

		if (!has_side(segment(c)[0], side))
			continue;
		lu = party(c, side);
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
