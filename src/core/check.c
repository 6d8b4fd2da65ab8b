/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checks between a CDB and its execution, in the order of rulings A2: CDB
 * length, usage bits, control byte (semu_check_cdb()); then, whenever the
 * command is or becomes enabled: unit attention, reservation, ALUA, power and
 * medium state, write protection, range (semu_check_state()).
 */
#include "core/engine.h"
#include <string.h>

/* Any bit of v that u does not allow? n is 2, 4 or 8. */
static uint64_t foreign(const uint8_t *v, const uint8_t *u, unsigned n)
{
	uint64_t a = 0, b = 0;

	memcpy(&a, v, n);
	memcpy(&b, u, n);
	return a & ~b;
}

static bool usage_ok(const uint8_t *cdb, const uint8_t *usage, unsigned len)
{
	switch (len) {
	case 6:
		return !(foreign(cdb, usage, 4) |
			 foreign(cdb + 4, usage + 4, 2));
	case 10:
		return !(foreign(cdb, usage, 8) |
			 foreign(cdb + 8, usage + 8, 2));
	case 12:
		return !(foreign(cdb, usage, 8) |
			 foreign(cdb + 8, usage + 8, 4));
	case 16:
		return !(foreign(cdb, usage, 8) |
			 foreign(cdb + 8, usage + 8, 8));
	default:
		return false; /* the slow way says */
	}
}

/* Bits of byte i that are refused. Vendor and obsolete bits of the control
 * byte are left alone (SAM-5 5.2). */
static unsigned refused(const struct scsiemu_lu *lu,
			const struct scsiemu_row *row, const uint8_t *cdb,
			unsigned i)
{
	unsigned control = row->op == SCSIEMU_OP_VARIABLE ? 1 : row->len - 1u;
	unsigned bad = cdb[i] & ~semu_row_usage(lu, row, i);

	if (i == control)
		bad &= 0x3c;
	else if (i == 1)
		bad &= ~(unsigned)row->obsolete;
	return bad;
}

static bool usage_slow(struct scsiemu_lu *lu, struct scsiemu_cmd *c,
		       const struct scsiemu_row *row)
{
	unsigned n = row->len < 32 ? row->len : 32;

	for (unsigned i = 1; i < n; i++) {
		unsigned bad = refused(lu, row, c->cdb, i);

		if (bad) {
			uint8_t bit = 7;

			while (!(bad >> bit & 1))
				bit--;
			scsiemu_fail_cdb(c, (uint16_t)i, bit);
			return false;
		}
	}
	return true;
}

/* PROTECT and GROUP NUMBER while the LU has neither. */
static bool strict_ok(const struct scsiemu_lu *lu, const uint8_t *cdb,
		      const struct scsiemu_row *row)
{
	unsigned bad = 0;

	if (row->prot_at && lu->strict & 1)
		bad = cdb[row->prot_at] & 0xe0;
	if (row->group_at && lu->strict & 2)
		bad |= cdb[row->group_at] & 0x3f;
	return bad == 0;
}

bool semu_check_cdb(struct scsiemu_lu *lu, struct scsiemu_cmd *c,
		    const struct scsiemu_row *row)
{
	if (SEMU_UNLIKELY(row->len > c->cdb_len)) {
		scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			     SCSIEMU_ASC_INVALID_OPCODE);
		return false;
	}
	if (row->op == SCSIEMU_OP_VARIABLE && c->cdb[7] + 8u != row->len) {
		scsiemu_fail_cdb(c, 7, SCSIEMU_NO_BIT);
		return false;
	}
	if (SEMU_LIKELY(usage_ok(c->cdb, row->usage, row->len) &&
			strict_ok(lu, c->cdb, row)))
		return true;
	return usage_slow(lu, c, row);
}

struct stop_sense {
	uint8_t key;
	uint16_t asc;
};

/* By bit of enum scsiemu_stop, from ON_STANDBY on. */
static const struct stop_sense stop_sense[] = {
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_ALUA_STANDBY },
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_ALUA_UNAVAILABLE },
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_ALUA_TRANSITION },
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_ALUA_OFFLINE },
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_FORMAT_IN_PROGRESS },
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_SANITIZE_IN_PROGRESS },
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_SELF_TEST_IN_PROGRESS },
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_MEDIUM_NOT_PRESENT },
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_START_REQUIRED },
	{ SCSIEMU_SK_NOT_READY, SCSIEMU_ASC_BECOMING_READY },
	{ SCSIEMU_SK_MEDIUM_ERROR, SCSIEMU_ASC_MEDIUM_FORMAT_CORRUPTED },
	{ SCSIEMU_SK_DATA_PROTECT, SCSIEMU_ASC_WRITE_PROTECTED },
};
#define STOP_SENSE_FROM 4

/* hit: the row's stops in force. True: none of them is for this nexus. */
static bool stopped(struct scsiemu_cmd *c, uint32_t hit)
{
	struct semu_ctx *x = semu_ctx(c);
	unsigned i = STOP_SENSE_FROM;
	uint16_t asc;

	if (hit & SCSIEMU_ON_RESERVE6) {
		if (x->lu->reserved != x->itl) {
			scsiemu_fail_status(c, SCSIEMU_RESERVATION_CONFLICT);
			return false;
		}
		hit &= ~(uint32_t)SCSIEMU_ON_RESERVE6;
	}
	hit >>= STOP_SENSE_FROM;
	if (!hit)
		return true;
	for (i = 0; !(hit >> i & 1); i++)
		;
	asc = stop_sense[i].asc;
	if (asc == SCSIEMU_ASC_WRITE_PROTECTED && x->lu->swp)
		asc = SCSIEMU_ASC_SOFTWARE_WRITE_PROTECTED;
	if (asc == SCSIEMU_ASC_MEDIUM_NOT_PRESENT && x->lu->ejected)
		asc = SCSIEMU_ASC_MEDIUM_NOT_PRESENT_TRAY_OPEN;
	scsiemu_fail(c, stop_sense[i].key, asc);
	return false;
}

/* A pending unit attention ends the command; it is cleared, or kept when
 * UA_INTLCK_CTRL is not 00b (SPC-5 7.5.8). */
static bool attention(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	scsiemu_fail(c, SCSIEMU_SK_UNIT_ATTENTION, semu_ua_peek(x->itl));
	if (!x->lu->ua_intlck)
		semu_ua_take(x->itl);
	return false;
}

static bool range_fails(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	uint64_t cap = x->lu->cap.nblk;

	scsiemu_fail_info(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			  SCSIEMU_ASC_LBA_OUT_OF_RANGE,
			  x->lba >= cap ? x->lba : cap);
	return false;
}

/* LBA and count against capacity and MAXIMUM TRANSFER LENGTH. A count of 0 at
 * LBA = capacity is out of range, too. */
static bool in_range(struct scsiemu_cmd *c, unsigned flags)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct semu_cap *cap = &x->lu->cap;
	uint32_t n = flags & SCSIEMU_ROW_BLOCKS ? x->count : 0;

	if (SEMU_UNLIKELY(x->lba >= cap->nblk || n > cap->nblk - x->lba))
		return range_fails(c);
	if (SEMU_UNLIKELY(n > cap->max_blk && !(flags & SCSIEMU_ROW_LONG))) {
		scsiemu_fail_cdb(c, semu_count_at(x->row->fields),
				 SCSIEMU_NO_BIT);
		return false;
	}
	return true;
}

bool semu_check_state(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct scsiemu_row *row = x->row;
	uint32_t stops = row->stops;

	if (SEMU_UNLIKELY(!x->itl)) {
		if (!(row->flags &
		      (SCSIEMU_ROW_UA_SKIP | SCSIEMU_ROW_UA_TAKE))) {
			scsiemu_fail_status(c, SCSIEMU_BUSY);
			return false;
		}
	} else if (SEMU_UNLIKELY(x->itl->ua) &&
		   !(row->flags &
		     (SCSIEMU_ROW_UA_SKIP | SCSIEMU_ROW_UA_TAKE))) {
		return attention(c);
	}
	if (SEMU_UNLIKELY(x->lu->guards)) {
		if (row->flags & SCSIEMU_ROW_BY_FIELD)
			stops = x->lu->type->stops(c);
		if (x->lu->guards & stops && !stopped(c, x->lu->guards & stops))
			return false;
	}
	if (row->flags & (SCSIEMU_ROW_BLOCKS | SCSIEMU_ROW_RANGE))
		return in_range(c, row->flags);
	return true;
}
