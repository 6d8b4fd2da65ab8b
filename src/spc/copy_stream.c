/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks of a disk to records of a tape, and back (SPC-5 6.6.6.2, 6.6.6.3),
 * through scratch: a record may be longer than that, and begin inside a block.
 * The buffer begins with the piece of a record that a want is about; behind it
 * are blocks, of which m->head[0] bytes wait to be a whole one.
 */
#include <string.h>

#include <scsiemu/tape.h>

#include "spc/copy.h"

#if SEMU_WITH_COPY

/* Steps: which want was answered. */
enum { NOTHING, LOADED, SAVED, DONE };

bool semu_copy_streams(const struct scsiemu_device *d)
{
	for (uint32_t i = 0; i < d->nlus; i++)
		if (semu_stream(d->lus[i]))
			return true;
	return false;
}

static uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

static unsigned tape_side(const struct semu_move *m)
{
	return semu_stream(m->lu[SEMU_DESTINATION]) ? SEMU_DESTINATION
						    : SEMU_SOURCE;
}

static struct scsiemu_tape_piece *piece_of(const struct scsiemu_cmd *c)
{
	uint32_t room;

	return (struct scsiemu_tape_piece *)(void *)semu_run_buffer(c, &room);
}

/* Blocks, and how many bytes of them there is room for. */
static uint8_t *blocks_of(const struct scsiemu_cmd *c,
			  const struct scsiemu_lu *disk, uint32_t *room)
{
	uint8_t *buf = semu_run_buffer(c, room);
	uint32_t each = disk->cap.blen + semu_copy_beside(disk);

	*room = (*room - (uint32_t)sizeof(struct scsiemu_tape_piece)) / each *
		disk->cap.blen;
	return buf + sizeof(struct scsiemu_tape_piece);
}

/* n bytes of the record under way at p. */
static int tape_want(struct scsiemu_cmd *c, struct semu_move *m, uint8_t *p,
		     uint32_t n)
{
	struct scsiemu_tape_piece *piece = piece_of(c);
	bool write;

	m->side = (uint8_t)tape_side(m);
	write = m->side == SEMU_DESTINATION;
	*piece = (struct scsiemu_tape_piece){
		.how = semu_stream(m->lu[m->side])->how(m->lu[m->side], write),
		.bytes = p,
		.len = n,
		.skip = m->into,
		.more = m->into + n < m->record,
	};
	m->step = write ? SAVED : LOADED;
	return scsiemu_want_buffer(c, m->lu[m->side],
				   write ? SCSIEMU_V_SAVE : SCSIEMU_V_LOAD, 0,
				   0, piece, sizeof(*piece));
}

/* A piece of a record went over: 0, or it is not as it has to be. */
static int tape_went(struct scsiemu_cmd *c, struct semu_move *m, int result)
{
	const struct scsiemu_tape_piece *piece = piece_of(c);
	struct scsiemu_lu *lu = m->lu[m->side];
	uint64_t left = m->record;

	if (result == SCSIEMU_R_RECORD)
		left -= c->info;
	if (result != (piece->more ? SCSIEMU_OK : SCSIEMU_R_RECORD) ||
	    (result == SCSIEMU_R_RECORD && left))
		return semu_stream(lu)->fail(c, lu, result, left);
	m->into += piece->len;
	if (m->into < m->record)
		return 0;
	m->into = 0;
	semu_stream(lu)->moved(lu, m->side == SEMU_DESTINATION, m->record);
	return 0;
}

/* Blocks of the disk. */
static int disk_want(struct scsiemu_cmd *c, struct semu_move *m, uint64_t lba,
		     uint32_t n, uint8_t *buf)
{
	unsigned side = !tape_side(m);
	struct scsiemu_lu *lu = m->lu[side];

	m->side = (uint8_t)side;
	if (semu_parts_raw(c, lu, side, lba, n) < 0)
		return SCSIEMU_FAILED;
#if SEMU_WITH_PI
	if (side == SEMU_DESTINATION && semu_copy_beside(lu))
		lu->type->beside->make(lu, lba, buf, n);
#endif
	scsiemu_want_buffer(c, lu, side ? SCSIEMU_V_SAVE : SCSIEMU_V_LOAD, lba,
			    0, buf, n * lu->cap.blen);
	c->flags = semu_copy_beside(lu) ? SCSIEMU_PI : 0;
	return SCSIEMU_WANTS;
}

static int no_room(struct scsiemu_cmd *c, struct semu_move *m)
{
	m->side = SEMU_NEITHER;
	return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_RESOURCES);
}

/* ---- Blocks to records ---- */

/* m->head[0]: where the bytes are in the first block, m->len: how many. */
static int load_blocks(struct scsiemu_cmd *c, struct semu_move *m)
{
	struct scsiemu_lu *disk = m->lu[SEMU_SOURCE];
	uint32_t room, b = disk->cap.blen;
	uint8_t *buf = blocks_of(c, disk, &room);
	uint64_t lba = m->lba[SEMU_SOURCE] + m->done / b;

	if (!room)
		return no_room(c, m);
	m->head[0] = (uint32_t)(m->done % b);
	m->len = least(m->record - m->into, m->bytes - m->done);
	if (!m->len) { /* PAD */
		m->len = least(m->record - m->into, room);
		m->head[0] = 0;
		memset(buf, 0, m->len);
		return tape_want(c, m, buf, m->len);
	}
	m->len = least(m->len, room - m->head[0]);
	m->nblk[0] = (m->head[0] + m->len + b - 1) / b;
	m->step = LOADED;
	return disk_want(c, m, lba, m->nblk[0], buf);
}

static int save_record(struct scsiemu_cmd *c, struct semu_move *m)
{
	struct scsiemu_lu *disk = m->lu[SEMU_SOURCE];
	uint32_t room;
	uint8_t *buf = blocks_of(c, disk, &room);

#if SEMU_WITH_PI
	if (semu_copy_beside(disk) &&
	    disk->type->beside->check(c, disk,
				      m->lba[0] + m->done / disk->cap.blen, buf,
				      m->nblk[0]))
		return SCSIEMU_FAILED;
#endif
	return tape_want(c, m, buf + m->head[0], m->len);
}

static int to_tape(struct scsiemu_cmd *c, struct semu_move *m, int result)
{
	if (m->step == LOADED)
		return save_record(c, m);
	if (m->step == SAVED) {
		if (tape_went(c, m, result))
			return SCSIEMU_FAILED;
		m->done += least(m->len, m->bytes - m->done);
	}
	if (m->done == m->bytes && !m->into)
		return SCSIEMU_FINISHED;
	return load_blocks(c, m);
}

/* ---- Records to blocks ---- */

static int load_record(struct scsiemu_cmd *c, struct semu_move *m)
{
	uint32_t room;
	uint8_t *buf = blocks_of(c, m->lu[SEMU_DESTINATION], &room);

	if (room <= m->head[0])
		return no_room(c, m);
	m->len = least(m->record - m->into, room - m->head[0]);
	return tape_want(c, m, buf + m->head[0], m->len);
}

/* Whole blocks of what has come: of m->len bytes those that are asked for. */
static int save_blocks(struct scsiemu_cmd *c, struct semu_move *m)
{
	struct scsiemu_lu *disk = m->lu[SEMU_DESTINATION];
	uint32_t room, b = disk->cap.blen;
	uint8_t *buf = blocks_of(c, disk, &room);

	m->head[0] += least(m->len, m->bytes - m->done - m->head[0]);
	m->nblk[1] = m->head[0] / b;
	m->step = SAVED;
	if (!m->nblk[1])
		return SCSIEMU_FINISHED;
	return disk_want(c, m, m->lba[1] + m->done / b, m->nblk[1], buf);
}

static void saved(struct scsiemu_cmd *c, struct semu_move *m)
{
	uint32_t room, n = m->nblk[1] * m->lu[1]->cap.blen;
	uint8_t *buf = blocks_of(c, m->lu[1], &room);

	m->done += n;
	m->head[0] -= n;
	memmove(buf, buf + n, m->head[0]);
}

static int to_disk(struct scsiemu_cmd *c, struct semu_move *m, int result)
{
	int rc;

	if (m->step == LOADED) {
		if (tape_went(c, m, result))
			return SCSIEMU_FAILED;
		rc = save_blocks(c, m);
		if (rc)
			return rc;
	}
	if (m->step == SAVED)
		saved(c, m);
	if (m->done == m->bytes && !m->into)
		return SCSIEMU_FINISHED;
	return load_record(c, m);
}

/* ---- Filemarks, and where the tape stands ---- */

static int do_verb(struct scsiemu_cmd *c, struct semu_move *m, int result)
{
	struct scsiemu_lu *lu = m->lu[SEMU_DESTINATION];
	bool marks = m->verb == SCSIEMU_V_MARKS;

	m->side = SEMU_DESTINATION;
	if (m->step == NOTHING) {
		m->step = DONE;
		return scsiemu_want_store(c, lu, m->verb, m->at,
					  (uint64_t)m->count, 0);
	}
	if (result != SCSIEMU_OK)
		return semu_stream(lu)->fail(c, lu, result, c->info);
	if (marks)
		semu_stream(lu)->moved(lu, true, 0);
	return SCSIEMU_FINISHED;
}

int semu_stream_go(struct scsiemu_cmd *c, struct semu_move *m, int result)
{
	unsigned side = tape_side(m);
	struct scsiemu_lu *tape = m->lu[side];

	if (m->step == NOTHING) {
		m->side = (uint8_t)side;
		if (semu_stream(tape)->may(c, tape,
					   side && m->verb != SCSIEMU_V_SPACE))
			return SCSIEMU_FAILED;
	}
	if (m->verb)
		return do_verb(c, m, result);
	if (result < 0 && m->side != side) {
		semu_fail_result(c, result, 0);
		return SCSIEMU_FAILED;
	}
	return side ? to_tape(c, m, result) : to_disk(c, m, result);
}

#endif
