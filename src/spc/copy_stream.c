/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks of a disk to records of a tape, and back (SPC-5 6.6.6.2, 6.6.6.3),
 * and records of one tape to those of another (6.6.6.5), through scratch: a
 * record may be longer than that, and begin inside a block. The buffer begins
 * with the piece of a record that a want is about; behind it are blocks, of
 * which m->head[0] bytes wait to be a whole one.
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

static bool is_tape(const struct semu_move *m, unsigned side)
{
	return m->lu[side] && semu_stream(m->lu[side]);
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
static int tape_want(struct scsiemu_cmd *c, struct semu_move *m, unsigned side,
		     uint8_t *p, uint32_t n)
{
	struct scsiemu_tape_piece *piece = piece_of(c);
	bool write = side == SEMU_DESTINATION;

	m->side = (uint8_t)side;
	*piece = (struct scsiemu_tape_piece){
		.how = semu_stream(m->lu[m->side])->how(m->lu[m->side], write),
		.bytes = p,
		.len = n,
		.skip = m->into[side],
		.more = m->into[side] + n < m->record[side],
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
	uint32_t record = m->record[m->side], *into = &m->into[m->side];
	uint64_t left = record;

	if (result == SCSIEMU_R_RECORD)
		left -= c->info;
	if (result != (piece->more ? SCSIEMU_OK : SCSIEMU_R_RECORD) ||
	    (result == SCSIEMU_R_RECORD && left))
		return semu_stream(lu)->fail(c, lu, result, left);
	*into += piece->len;
	if (*into < record)
		return 0;
	*into = 0;
	semu_stream(lu)->moved(lu, m->side == SEMU_DESTINATION, record);
	return 0;
}

/* Blocks of the disk. */
static int disk_want(struct scsiemu_cmd *c, struct semu_move *m, uint64_t lba,
		     uint32_t n, uint8_t *buf)
{
	unsigned side = is_tape(m, SEMU_SOURCE);
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
	m->len = least(m->record[1] - m->into[1], m->bytes - m->done);
	if (!m->len) { /* PAD */
		m->len = least(m->record[1] - m->into[1], room);
		m->head[0] = 0;
		memset(buf, 0, m->len);
		return tape_want(c, m, SEMU_DESTINATION, buf, m->len);
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
	return tape_want(c, m, SEMU_DESTINATION, buf + m->head[0], m->len);
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
	if (m->done == m->bytes && !m->into[1])
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
	m->len = least(m->record[0] - m->into[0], room - m->head[0]);
	return tape_want(c, m, SEMU_SOURCE, buf + m->head[0], m->len);
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
	if (m->done == m->bytes && !m->into[0])
		return SCSIEMU_FINISHED;
	return load_record(c, m);
}

/* ---- Records to records ---- */

/* A piece ends where a record of either tape does. What is behind the bytes to
 * copy is read and forgotten. */
static int load_piece(struct scsiemu_cmd *c, struct semu_move *m)
{
	uint32_t room;
	uint8_t *buf = semu_run_buffer(c, &room) +
		       sizeof(struct scsiemu_tape_piece);

	if (room <= sizeof(struct scsiemu_tape_piece))
		return no_room(c, m);
	m->len = least(m->record[0] - m->into[0],
		       room - sizeof(struct scsiemu_tape_piece));
	if (m->done < m->bytes) {
		m->len = least(m->len, m->record[1] - m->into[1]);
		m->len = least(m->len, m->bytes - m->done);
	}
	return tape_want(c, m, SEMU_SOURCE, buf, m->len);
}

/* PAD: the rest of the last record. */
static int pad_record(struct scsiemu_cmd *c, struct semu_move *m)
{
	uint32_t room;
	uint8_t *buf = semu_run_buffer(c, &room) +
		       sizeof(struct scsiemu_tape_piece);

	m->len = least(m->record[1] - m->into[1],
		       room - sizeof(struct scsiemu_tape_piece));
	memset(buf, 0, m->len);
	return tape_want(c, m, SEMU_DESTINATION, buf, m->len);
}

static int to_other(struct scsiemu_cmd *c, struct semu_move *m, int result)
{
	if (m->step != NOTHING && tape_went(c, m, result))
		return SCSIEMU_FAILED;
	if (m->step == LOADED && m->done < m->bytes)
		return tape_want(c, m, SEMU_DESTINATION, piece_of(c)->bytes,
				 m->len);
	if (m->step == SAVED)
		m->done += least(m->len, m->bytes - m->done);
	if (m->done < m->bytes || m->into[0])
		return load_piece(c, m);
	return m->into[1] ? pad_record(c, m) : SCSIEMU_FINISHED;
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

static bool tapes_may(struct scsiemu_cmd *c, struct semu_move *m)
{
	for (unsigned side = 0; side < 2; side++) {
		struct scsiemu_lu *lu = m->lu[side];

		if (!is_tape(m, side))
			continue;
		m->side = (uint8_t)side;
		if (semu_stream(lu)->may(c, lu,
					 side && m->verb != SCSIEMU_V_SPACE))
			return false;
	}
	return true;
}

int semu_stream_go(struct scsiemu_cmd *c, struct semu_move *m, int result)
{
	if (m->step == NOTHING && !tapes_may(c, m))
		return SCSIEMU_FAILED;
	if (m->verb)
		return do_verb(c, m, result);
	if (result < 0 && !semu_stream(m->lu[m->side])) {
		semu_fail_result(c, result, 0);
		return SCSIEMU_FAILED;
	}
	if (!is_tape(m, SEMU_DESTINATION))
		return to_disk(c, m, result);
	return is_tape(m, SEMU_SOURCE) ? to_other(c, m, result)
				       : to_tape(c, m, result);
}

#endif
