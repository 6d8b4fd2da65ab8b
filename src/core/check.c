/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checks between a CDB and its execution, in the order of rulings A2: CDB
 * length, usage bits, control byte (semu_check_cdb()); then, whenever the
 * command is or becomes enabled: unit attention, reservation, ALUA, power and
 * medium state, write protection, range (semu_check_state()).
 */
#include "core/engine.h"

/* Bits of byte i that are refused. Vendor and obsolete bits of the control
 * byte are left alone (SAM-5 5.2). */
static unsigned refused(const struct scsiemu_lu *lu,
			const struct scsiemu_row *row, const uint8_t *cdb,
			unsigned i)
{
	unsigned control = semu_control_at(row);
	unsigned bad = cdb[i] & ~semu_row_usage(lu, row, i);

	if (i ==
	    control) /* NACA is among the usage bits, where it is offered */
		bad &= 0x3c;
	else if (i == 1)
		bad &= ~(unsigned)row->obsolete;
	/* the LUN, of which an initiator of SCSI-2 times makes use (SCSI-2
	 * 7.2.2); here the transport told it */
	if (i == 1 && lu->version <= SCSIEMU_LEVEL_SCSI_2)
		bad &= 0x1f;
	/* A group number means nothing to an LU without groups (SBC-4 4.22);
	 * initiators send it all the same. */
	if (i && i == row->group_at)
		bad &= 0xc0;
	return bad;
}

bool semu_check_cdb(struct scsiemu_lu *lu, struct scsiemu_cmd *c,
		    const struct scsiemu_row *row)
{
	unsigned n = row->len < 32 ? row->len : 32;

	if (row->len > c->cdb_len ||
	    semu_nexus_denied(lu, semu_ctx(c)->nexus, row)) {
		scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			     SCSIEMU_ASC_INVALID_OPCODE);
		return false;
	}
	if (row->op == SCSIEMU_OP_VARIABLE && c->cdb[7] + 8u != row->len) {
		scsiemu_fail_cdb(c, 7, SCSIEMU_NO_BIT);
		return false;
	}
	for (unsigned i = 1; i < n; i++) {
		unsigned bad = refused(lu, row, c->cdb, i);
		uint8_t bit = 7;

		if (!bad)
			continue;
		while (!(bad >> bit & 1))
			bit--;
		scsiemu_fail_cdb(c, (uint16_t)i, bit);
		return false;
	}
	return true;
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
	{ SCSIEMU_SK_DATA_PROTECT, SCSIEMU_ASC_PR_LOST },
};
#define STOP_SENSE_FROM 4
#define RESERVED                                                               \
	(SCSIEMU_ON_RESERVE6 | SCSIEMU_ON_PR_READ | SCSIEMU_ON_PR_WRITE |      \
	 SCSIEMU_ON_PR_ANY)

/* hit: the row's stops in force. True: none of them is for this nexus. */
static bool stopped(struct scsiemu_cmd *c, uint32_t hit)
{
	struct semu_ctx *x = semu_ctx(c);
	unsigned i;
	uint16_t asc;

	if (x->lu->reserved == x->itl)
		hit &= ~(uint32_t)SCSIEMU_ON_RESERVE6;
#if SEMU_WITH_APPLIES
	if (x->lu->type->applies && hit & (RESERVED | SCSIEMU_STOP_ALUA))
		hit = x->lu->type->applies(c, hit);
#endif
	if (hit & RESERVED) {
		scsiemu_fail_status(c, SCSIEMU_RESERVATION_CONFLICT);
		return false;
	}
	hit >>= STOP_SENSE_FROM;
	if (!hit)
		return true;
	for (i = 0; !(hit >> i & 1); i++)
		;
#if SEMU_WITH_BUSY
	if (SCSIEMU_STOP_BUSY >> STOP_SENSE_FROM >> i & 1 && x->lu->busy.asc) {
		semu_fail_busy(c);
		return false;
	}
#endif
	asc = stop_sense[i].asc;
	if (asc == SCSIEMU_ASC_WRITE_PROTECTED && x->lu->swp)
		asc = SCSIEMU_ASC_SOFTWARE_WRITE_PROTECTED;
	if (asc == SCSIEMU_ASC_MEDIUM_NOT_PRESENT && x->lu->ejected)
		asc = SEMU_WITH_PARTS && x->lu->type->type == SCSIEMU_TYPE_TAPE
			      ? SCSIEMU_ASC_MEMORY_ACCESSIBLE
			      : SCSIEMU_ASC_MEDIUM_NOT_PRESENT_TRAY_OPEN;
	scsiemu_fail(c, stop_sense[i].key, asc);
	return false;
}

/* A pending unit attention ends the command; it is cleared, or kept when
 * UA_INTLCK_CTRL is not 00b (SPC-5 7.5.8). Behind them comes a deferred error.
 */
static bool attention(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (SEMU_WITH_DEFERRED && !(x->itl->ua & ~SEMU_DEFERRED))
		return semu_deferred_fail(c);
	scsiemu_fail(c, SCSIEMU_SK_UNIT_ATTENTION, semu_ua_peek(x->itl));
#if SEMU_WITH_ATTENTION
	if (x->lu->type->attention)
		x->lu->type->attention(x->lu, &c->sense);
#endif
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
			  x->entry.lba >= cap ? x->entry.lba : cap);
	return false;
}

/* LBA and count against capacity and MAXIMUM TRANSFER LENGTH. A count of 0 at
 * LBA = capacity is out of range, too. */
bool semu_check_range(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct semu_cap *cap = &x->lu->cap;
	unsigned flags = x->row->flags;
	uint32_t n = flags & SCSIEMU_ROW_BLOCKS ? x->count : 0;

	if (x->entry.lba >= cap->nblk || n > cap->nblk - x->entry.lba)
		return range_fails(c);
	if (n > cap->max_blk && !(flags & SCSIEMU_ROW_LONG)) {
		scsiemu_fail_cdb(c, semu_count_at(x->row->fields),
				 SCSIEMU_NO_BIT);
		return false;
	}
	return true;
}

#if SEMU_WITH_COPY
static bool may_run(struct scsiemu_cmd *c, uint64_t lba, uint64_t nblk)
{
	const struct semu_ctx *x = semu_ctx(c);
	uint64_t cap = x->lu->cap.nblk;

	if (!stopped(c, x->lu->guards & x->row->stops))
		return false;
	if (lba < cap && nblk <= cap - lba)
		return true;
	return range_fails(c);
}

bool semu_check_as(struct scsiemu_cmd *c, struct scsiemu_lu *lu,
		   const struct scsiemu_row *row, uint64_t lba, uint64_t nblk)
{
	struct semu_ctx *x = semu_ctx(c);
	struct semu_ctx was = { .lu = x->lu,
				.itl = x->itl,
				.row = x->row,
				.count = x->count,
				.entry.lba = x->entry.lba };
	bool ok;

	if (!row) { /* a command that it does not know */
		scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			     SCSIEMU_ASC_INVALID_OPCODE);
		return false;
	}
	x->lu = lu;
	x->itl = semu_itl_get(lu, x->nexus);
	x->row = row;
	x->count = nblk < UINT32_MAX ? (uint32_t)nblk : UINT32_MAX;
	x->entry.lba = lba;
	ok = lba || nblk ? may_run(c, lba, nblk)
			 : stopped(c, lu->guards & row->stops);
	x->lu = was.lu;
	x->itl = was.itl;
	x->row = was.row;
	x->count = was.count;
	x->entry.lba = was.entry.lba;
	return ok;
}
#endif

static bool no_pair(struct scsiemu_cmd *c)
{
	if (semu_ctx(c)->lu->absent)
		return true;
	scsiemu_fail_status(c, SCSIEMU_BUSY);
	return false;
}

bool semu_check_odd_state(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	const struct scsiemu_row *row = x->row;
	uint32_t stops = row->stops;

	if (!(row->flags & (SCSIEMU_ROW_UA_SKIP | SCSIEMU_ROW_UA_TAKE))) {
		if (!x->itl && !no_pair(c))
			return false;
		if (x->itl && x->itl->ua)
			return attention(c);
	}
	if (row->flags & SCSIEMU_ROW_BY_FIELD)
		stops = x->lu->type->stops(c);
	if (SEMU_WITH_PR && !(row->flags & SCSIEMU_ROW_PR_LOST))
		stops |= SCSIEMU_ON_PR_LOST;
	return stopped(c, x->lu->guards & stops);
}
