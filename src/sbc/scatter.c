/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WRITE SCATTERED(16) and (32) (SBC-4 5.47): data-out begins with a list of
 * extents; their blocks follow, from LOGICAL BLOCK DATA OFFSET on. The list
 * stays in scratch: a descriptor moves on as its blocks are written.
 */
#include <string.h>

#include "sbc/pi_piece.h"
#include "sbc/zones.h"

#if SEMU_WITH_SCATTERED
enum {
	ITEM = 32,   /* a descriptor, and the header before them */
	PENDING = 20 /* in it: its last blocks, that are being written */
};

/* Where the fields are: (16), (32). */
static unsigned field_at(const struct scsiemu_cmd *c, unsigned short_at,
			 unsigned long_at)
{
	return c->cdb[0] == SCSIEMU_OP_VARIABLE ? long_at : short_at;
}

static uint32_t offset(const struct scsiemu_cmd *c)
{
	return semu_be16(c->cdb + field_at(c, 4, 12));
}

static uint32_t items(const struct scsiemu_cmd *c)
{
	return semu_be16(c->cdb + field_at(c, 8, 16));
}

static uint8_t *item(const struct scsiemu_cmd *c, uint64_t i)
{
	return c->scratch + ITEM + i * ITEM;
}

uint32_t semu_sbc_scattered_max(const struct scsiemu_lu *lu)
{
	uint32_t scratch = lu->dev->limits.scratch;
#if SEMU_WITH_PI
	uint32_t room = semu_pi(lu) ? semu_pi_room(lu) : 0;
#else
	uint32_t room = 0;
#endif
	uint32_t n = (scratch - room) / ITEM;

	return n > UINT16_MAX ? UINT16_MAX : n - 1;
}

static int scatter_start(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t n = items(c), blocks = scsiemu_cmd_count(c);
	uint32_t wire = semu_sbc_wire(c);

	if (n > semu_sbc_scattered_max(lu))
		return scsiemu_fail_cdb(c, (uint16_t)field_at(c, 8, 16),
					SCSIEMU_NO_BIT);
	if (blocks > lu->cap.max_blk)
		return scsiemu_fail_cdb(c, (uint16_t)field_at(c, 10, 28),
					SCSIEMU_NO_BIT);
	if (!n || !blocks)
		return SCSIEMU_FINISHED;
	if (offset(c) * wire < (n + 1) * ITEM)
		return scsiemu_fail_cdb(c, (uint16_t)field_at(c, 4, 12),
					SCSIEMU_NO_BIT);
	c->out_all = blocks * wire;
	if (c->out_len < c->out_all)
		return semu_sbc_fail_size(c);
	return scsiemu_want_recv(c, 0, c->scratch, (n + 1) * ITEM);
}

/* The whole list is judged before the first block is written. BUFFER TRANSFER
 * LENGTH may count the blocks in front of the data, or not: sg_write_x and
 * Linux do not. */
static int list_check(struct scsiemu_cmd *c)
{
	uint64_t nblk = scsiemu_cmd_lu(c)->cap.nblk, total = 0;

	for (uint32_t i = 0; i < items(c); i++) {
		const uint8_t *d = item(c, i);
		uint64_t lba = semu_be64(d);
		uint32_t n = semu_be32(d + 8);

		if (n && (lba >= nblk || n > nblk - lba))
			return scsiemu_fail_info(c, SCSIEMU_SK_ILLEGAL_REQUEST,
						 SCSIEMU_ASC_LBA_OUT_OF_RANGE,
						 lba >= nblk ? lba : nblk);
		total += n;
		semu_put32(item(c, i) + PENDING, 0);
		if (total > scsiemu_cmd_count(c))
			return scsiemu_fail_param(
				c, SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				(uint16_t)(ITEM + i * ITEM + 8),
				SCSIEMU_NO_BIT);
	}
	total = (offset(c) + total) * semu_sbc_wire(c);
	if (total > c->out_all)
		c->out_all = (uint32_t)total;
	return c->out_len < total ? semu_sbc_fail_size(c) : 0;
}

/* Words of the command: the descriptor; blocks of data-out that are done. */
static uint8_t *next_item(struct scsiemu_cmd *c)
{
	uint64_t *own = scsiemu_cmd_own(c);

	while (own[0] < items(c) && !semu_be32(item(c, own[0]) + 8))
		own[0]++;
	return own[0] < items(c) ? item(c, own[0]) : NULL;
}

/* n of its blocks are done. */
static void move_on(struct scsiemu_cmd *c, uint8_t *d, uint32_t n)
{
	semu_put64(d, semu_be64(d) + n);
	semu_put32(d + 8, semu_be32(d + 8) - n);
	semu_put32(d + 12, semu_be32(d + 12) +
				   (n << scsiemu_cmd_lu(c)->cap.pi_exponent));
	semu_put32(d + PENDING, n);
	scsiemu_cmd_own(c)[1] += n;
}

/* What the want before this one wrote is written. */
static void settled(struct scsiemu_cmd *c)
{
	uint8_t *d = item(c, scsiemu_cmd_own(c)[0]);
	uint32_t n = semu_be32(d + PENDING);

	semu_put32(d + PENDING, 0);
	semu_zones_wrote(scsiemu_cmd_lu(c), semu_be64(d) - n, n);
}

static int write_plain(struct scsiemu_cmd *c, uint8_t *d)
{
	uint64_t lba = semu_be64(d);
	uint32_t n = semu_be32(d + 8), blen = scsiemu_cmd_lu(c)->cap.blen;
	uint32_t at = offset(c) + (uint32_t)scsiemu_cmd_own(c)[1];

	if (semu_zones_judge(c, scsiemu_cmd_lu(c), lba, n, true) < 0)
		return SCSIEMU_FAILED;
	move_on(c, d, n);
	return semu_sbc_bulk(c, SCSIEMU_WRITE, lba, at * blen, n,
			     semu_sbc_flags(c));
}

#if SEMU_WITH_PI
static uint8_t *piece(const struct scsiemu_cmd *c)
{
	return item(c, items(c));
}

/* Blocks of the descriptor that scratch holds behind the list. */
static uint32_t piece_len(const struct scsiemu_cmd *c, const uint8_t *d)
{
	uint32_t left = c->scratch_len - (items(c) + 1) * ITEM;
	uint32_t room = left / semu_pi_room(scsiemu_cmd_lu(c));
	uint32_t n = semu_be32(d + 8);

	return n < room ? n : room;
}

/* What is expected stands in the descriptor. */
static struct semu_pi_rules item_rules(const struct scsiemu_cmd *c,
				       const uint8_t *d)
{
	struct semu_pi_rules r = semu_pi_write_rules(c);

	r.lba = semu_be64(d);
	r.ref = semu_be32(d + 12);
	if (c->cdb[0] == SCSIEMU_OP_VARIABLE) {
		r.app = (uint16_t)semu_be16(d + 16);
		r.mask = (uint16_t)semu_be16(d + 18);
	}
	return r;
}

static int receive_piece(struct scsiemu_cmd *c, const uint8_t *d)
{
	uint32_t at = offset(c) + (uint32_t)scsiemu_cmd_own(c)[1];
	uint32_t wire = semu_sbc_wire(c);

	return scsiemu_want_recv(c, at * wire, piece(c),
				 piece_len(c, d) * wire);
}

/* In own[1] above the blocks that are done: the check that the next one fails,
 * when those before it are written. */
static int fail_after(struct scsiemu_cmd *c, const uint8_t *d)
{
	uint64_t own = scsiemu_cmd_own(c)[1];

	c->out_done = (offset(c) + (uint32_t)own) * semu_sbc_wire(c);
	return semu_pi_fail(c, (uint16_t)(own >> 32), semu_be64(d));
}

static int save_piece(struct scsiemu_cmd *c, uint8_t *d)
{
	struct semu_pi_rules r = item_rules(c, d);
	uint32_t n = piece_len(c, d), good = n, blen = r.lu->cap.blen;
	uint8_t *buf = piece(c);
	uint64_t lba = r.lba;
	uint16_t asc = 0;

	if (semu_pi_protect(c)) {
		semu_pi_from_wire(r.lu, buf, n);
		good = semu_pi_check(&r, lba, buf, n, &asc);
	} else {
		semu_pi_generate(&r, lba, buf, n);
	}
	scsiemu_cmd_own(c)[1] |= (uint64_t)asc << 32;
	if (!good)
		return fail_after(c, d);
	if (semu_zones_judge(c, scsiemu_cmd_lu(c), lba, good, true) < 0)
		return SCSIEMU_FAILED;
	memmove(buf + good * blen, buf + n * blen, (size_t)good * r.pi->len);
	move_on(c, d, good);
	return semu_pi_save(c, lba, buf, good);
}

/* The step counter: 2 what was received is saved, 1 receive. */
static int write_piece(struct scsiemu_cmd *c, uint8_t *d)
{
	unsigned *at = scsiemu_cmd_step(c);

	if (scsiemu_cmd_own(c)[1] >> 32)
		return fail_after(c, d);
	if (*at == 2) {
		*at = 1;
		return save_piece(c, d);
	}
	*at = 2;
	return receive_piece(c, d);
}
#endif

int semu_sbc_scattered(struct scsiemu_cmd *c, int result)
{
	unsigned *at = scsiemu_cmd_step(c);
	uint8_t *d;

	(void)result;
	if (*at == SEMU_SBC_LAST)
		return SCSIEMU_FINISHED;
	if (!*at) {
		*at = 3;
		return scatter_start(c);
	}
	if (*at == 3 && list_check(c) < 0)
		return SCSIEMU_FAILED;
	if (*at == 3)
		*at = 1;
	settled(c);
	d = next_item(c);
#if SEMU_WITH_PI
	if (d && semu_pi(scsiemu_cmd_lu(c)))
		return write_piece(c, d);
#endif
	if (d)
		return write_plain(c, d);
	return semu_sbc_durable(
		c, semu_pi(scsiemu_cmd_lu(c)) ? semu_sbc_flags(c) : 0u, 0, 0);
}
#endif
