/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moving bytes between blocks of any two logical units through scratch: a piece
 * at a time, so that others run in between and an abort takes effect. Blocks
 * may be of different length, and the bytes may begin and end inside of blocks:
 * what a block of the destination had beside them stays. Extents of one LU may
 * overlap; every byte arrives as it was.
 */
#include <string.h>

#include "spc/copy.h"

#if SEMU_WITH_COPY

/* Steps of a piece. */
enum { CHOOSE, HEAD, TAIL, LOAD, SAVE, SAVED };

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint32_t blen(const struct semu_move *m, unsigned side)
{
	return m->lu[side]->cap.blen;
}

/* Bytes from the beginning of the medium. */
static uint64_t place(const struct semu_move *m, unsigned side)
{
	return m->lba[side] * blen(m, side) + m->off[side];
}

uint64_t semu_move_blocks(const struct semu_move *m, unsigned side)
{
	uint32_t b = m->lu[side] ? blen(m, side) : 0;

	return b ? (m->off[side] + m->bytes + b - 1) / b : 0;
}

void semu_move_start(struct semu_move *m)
{
	uint64_t from = place(m, SEMU_SOURCE), to = place(m, SEMU_DESTINATION);

	m->done = 0;
	m->step = CHOOSE;
	m->down = m->lu[0] == m->lu[1] && to > from && to < from + m->bytes;
}

/* Blocks that hold m->len bytes from m->at on. */
static void cover(struct semu_move *m, unsigned side)
{
	uint64_t first = m->off[side] + m->at;

	m->head[side] = (uint32_t)(first % blen(m, side));
	m->nblk[side] = (m->head[side] + m->len + blen(m, side) - 1) /
			blen(m, side);
}

uint64_t semu_move_first(const struct semu_move *m, unsigned side)
{
	return m->lba[side] + (m->off[side] + m->at) / blen(m, side);
}

/* What would be moved next, most bytes at once, on the side that is left; whole
 * blocks of the destination but for the ends of the extent. */
static void cut(struct semu_move *m, uint64_t most)
{
	uint64_t left = m->bytes - m->done, end, to, b = blen(m, 1);

	if (!m->down) {
		m->at = m->done;
		end = m->off[1] + m->at + most;
		m->len = (uint32_t)least(left,
					 end - end % b - m->off[1] - m->at);
		return;
	}
	end = m->off[1] + left; /* in bytes behind the first block's begin */
	to = end > most ? end - most : 0;
	to += (b - to % b) % b;
	m->at = to > m->off[1] ? to - m->off[1] : 0;
	m->len = (uint32_t)(left - m->at);
}

/* Bytes of the block that holds byte `at` of the extent: from there on, or with
 * down up to there. */
static uint32_t in_block(const struct semu_move *m, unsigned side, uint64_t at)
{
	uint32_t into = (uint32_t)((m->off[side] + at) % blen(m, side));

	if (m->down)
		return into ? into : blen(m, side);
	return blen(m, side) - into;
}

/* As little as there is room for: part of one block of either side. */
static void cut_bit(struct semu_move *m)
{
	uint64_t left = m->bytes - m->done, at = m->down ? left : m->done;
	uint64_t n = least(in_block(m, 0, at), in_block(m, 1, at));

	m->len = (uint32_t)least(left, n);
	m->at = m->down ? left - m->len : at;
}

/* Can the piece go through one buffer as it is? */
static bool straight(const struct semu_move *m)
{
	return !m->head[0] && !m->head[1] && m->len % blen(m, 0) == 0 &&
	       m->len % blen(m, 1) == 0;
}

/* The next piece: straight if it can be, else blocks of the destination in
 * front, blocks of the source behind them. False: there is no room for one. */
static bool choose(struct semu_move *m, uint32_t room)
{
	uint32_t s = blen(m, 0), d = blen(m, 1), unit = s > d ? s : d;

	if (unit % s == 0 && unit % d == 0 && room >= unit) {
		cut(m, room - room % unit);
		if (m->len > unit && !m->down)
			m->len -= m->len % unit;
		cover(m, 0);
		cover(m, 1);
		if (straight(m))
			return true;
	}
	if (room < s + d)
		return false;
	if (room < 2 * (s + d))
		cut_bit(m);
	else
		cut(m, (room - 2 * s) / 2 / d * d);
	cover(m, 0);
	cover(m, 1);
	return true;
}

/* Where the piece's blocks of the source go. */
static uint8_t *source_at(const struct semu_move *m, uint8_t *buf)
{
	return straight(m) ? buf : buf + m->nblk[1] * blen(m, 1);
}

/* Of that much memory, bytes for blocks: the rest is for what is behind them
 * (struct semu_beside). */
static uint32_t for_blocks(const struct semu_move *m, uint32_t room)
{
	uint64_t unit = least(blen(m, 0), blen(m, 1));
	uint32_t s = semu_copy_beside(m->lu[0]), d = semu_copy_beside(m->lu[1]);

	return (uint32_t)(room * unit / (unit + (s > d ? s : d)));
}

static int move_blocks(struct scsiemu_cmd *c, struct semu_move *m,
		       enum scsiemu_verb verb, uint64_t lba, uint32_t n,
		       uint8_t *buf)
{
	struct scsiemu_lu *lu = m->lu[m->side];

	scsiemu_want_buffer(c, lu, verb, lba, 0, buf, n * lu->cap.blen);
	c->flags = semu_copy_beside(lu) ? SCSIEMU_PI : 0;
	return SCSIEMU_WANTS;
}

static int load(struct scsiemu_cmd *c, struct semu_move *m, unsigned side,
		uint64_t lba, uint32_t n, uint8_t *to)
{
	m->side = (uint8_t)side;
	m->read_lba = lba;
	m->read_n = n;
	m->read_at = (uint32_t)(to - c->scratch);
	if (semu_parts_raw(c, m->lu[side], false, lba, n) < 0)
		return SCSIEMU_FAILED;
	return move_blocks(c, m, SCSIEMU_V_LOAD, lba, n, to);
}

/* The blocks that came, if any did. */
static int check_loaded(struct scsiemu_cmd *c, struct semu_move *m)
{
#if SEMU_WITH_PI
	const struct scsiemu_lu *lu = m->lu[m->side];
	uint32_t n = m->read_n;

	m->read_n = 0;
	if (n && semu_copy_beside(lu))
		return lu->type->beside->check(c, lu, m->read_lba,
					       c->scratch + m->read_at, n);
#endif
	(void)c;
	(void)m;
	return 0;
}

/* Blocks of the destination of which only a part is replaced. */
static int edges(struct scsiemu_cmd *c, struct semu_move *m, uint8_t *buf)
{
	uint32_t b = blen(m, 1), last = (m->nblk[1] - 1) * b;
	uint32_t tail = (m->head[1] + m->len) % b;
	uint64_t lba = semu_move_first(m, SEMU_DESTINATION);

	if (m->step == HEAD) {
		m->step = TAIL;
		if (m->head[1])
			return load(c, m, SEMU_DESTINATION, lba, 1, buf);
	}
	m->step = LOAD;
	if (!tail)
		return SCSIEMU_FINISHED;
	if (m->pad && m->at + m->len == m->bytes)
		memset(buf + last + tail, 0, b - tail);
	else if (!m->head[1] || last)
		return load(c, m, SEMU_DESTINATION, lba + m->nblk[1] - 1, 1,
			    buf + last);
	return SCSIEMU_FINISHED;
}

/* Where byte 0 of the extent is held. */
static uint8_t *held(const struct scsiemu_cmd *c)
{
	const struct semu_copy *k = semu_copy_of(c);

	return semu_copy_held(scsiemu_cmd_lu(c)->dev, k) + k->held;
}

static int save(struct scsiemu_cmd *c, struct semu_move *m, uint8_t *buf)
{
	uint64_t lba = semu_move_first(m, SEMU_DESTINATION);

	if (!straight(m))
		memcpy(buf + m->head[1], source_at(m, buf) + m->head[0],
		       m->len);
	if (m->hold)
		memcpy(held(c) + m->at, source_at(m, buf) + m->head[0], m->len);
	m->step = SAVED;
	m->side = SEMU_DESTINATION;
	if (semu_parts_raw(c, m->lu[1], true, lba, m->nblk[1]) < 0)
		return SCSIEMU_FAILED;
#if SEMU_WITH_PI
	if (semu_copy_beside(m->lu[1]))
		m->lu[1]->type->beside->make(m->lu[1], lba, buf, m->nblk[1]);
#endif
	return move_blocks(c, m, SCSIEMU_V_SAVE, lba, m->nblk[1], buf);
}

bool semu_move_piece(struct scsiemu_cmd *c, struct semu_move *m)
{
	uint32_t room;

	semu_run_buffer(c, &room);
	m->step = HEAD;
	if (choose(m, for_blocks(m, room)))
		return true;
	m->side = SEMU_NEITHER;
	scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST, SCSIEMU_ASC_RESOURCES);
	return false;
}

bool semu_move_between(struct semu_move *m)
{
	if (m->step == SAVED) {
		m->done += m->len;
		m->step = CHOOSE;
	}
	return m->step == CHOOSE;
}

int semu_move_want(struct scsiemu_cmd *c, struct semu_move *m)
{
	uint32_t room;
	uint8_t *buf = semu_run_buffer(c, &room);
	int rc = check_loaded(c, m);

	if (rc)
		return rc;
	if (m->step == HEAD || m->step == TAIL)
		rc = edges(c, m, buf);
	if (rc)
		return rc;
	if (m->step == SAVE)
		return save(c, m, buf);
	m->step = SAVE;
	return load(c, m, SEMU_SOURCE, semu_move_first(m, SEMU_SOURCE),
		    m->nblk[0], source_at(m, buf));
}

#endif
