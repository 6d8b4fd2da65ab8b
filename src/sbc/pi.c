/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Protection information as a part of a disk: who has it, what the disk offers
 * because of it, and which PROTECT fields are refused.
 */
#include "sbc/pi.h"

#if SEMU_WITH_PI
enum { TYPES = 3, INTERVAL_MIN = 256, RWWP = 0x10 };
#define LENGTH_MAX 0x80000000u /* of a data phase: offsets are 32 bits */

static uint32_t pi_size(const struct scsiemu_lu_config *cf)
{
	return SEMU_SBC_OPTION(cf, pi) || SEMU_SBC_OPTION(cf, pi_type)
		       ? sizeof(struct semu_pi)
		       : 0;
}

static int pi_init(struct scsiemu_lu *lu, void *mem,
		   const struct scsiemu_lu_config *cf)
{
	scsiemu_pi_crc_fn *crc = SEMU_SBC_OPTION(cf, pi_crc);
	struct semu_pi *pi = mem;

	(void)lu;
	pi->crc = crc ? crc : semu_pi_crc;
	pi->type = SEMU_SBC_OPTION(cf, pi_type);
	pi->exponent = SEMU_SBC_OPTION(cf, pi_exponent);
	pi->policy = SEMU_ORWRITE_POLICY;
	if (pi->type > TYPES)
		return SCSIEMU_ERR_ARG;
	return 0;
}

bool semu_pi_possible(const struct scsiemu_lu *lu, unsigned type,
		      unsigned exponent)
{
	const struct semu_pi *pi = semu_part(lu, SEMU_PART_PI);
	uint32_t blen = lu->cap.blen;

	if (!type)
		return !exponent;
	return pi && pi->len && type <= TYPES && exponent < 16 &&
	       blen >> exponent >= INTERVAL_MIN &&
	       SEMU_PI_TUPLE << exponent <= pi->len &&
	       lu->dev->limits.scratch >= semu_pi_room(lu);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* What is bounded by scratch, and by the 32 bits of an offset. */
static void bounds(struct scsiemu_lu *lu, const struct semu_pi *pi)
{
	uint32_t room = semu_pi_room(lu), scratch = lu->dev->limits.scratch;
	uint32_t wire = lu->cap.blen + (SEMU_PI_TUPLE << pi->exponent);

	lu->able &= ~(uint32_t)(SCSIEMU_NEED_BLOCK | SCSIEMU_NEED_2BLOCK |
				SCSIEMU_NEED_WHOLE);
	if (scratch >= 2 * room)
		lu->able |= SCSIEMU_NEED_BLOCK | SCSIEMU_NEED_2BLOCK;
	/* all of COMPARE AND WRITE is judged before the first block goes */
	lu->cap.caw_blk = least(lu->cap.caw_blk, scratch / 3 / room);
	if (lu->cap.caw_blk)
		lu->able |= SCSIEMU_NEED_WHOLE;
	lu->cap.max_blk = least(lu->cap.max_blk, LENGTH_MAX / wire - 1);
	lu->cap.bounded_blk = 0;
	lu->cap.atomic_blk = least(lu->cap.atomic_blk, scratch / room);
	if (!lu->cap.atomic_blk)
		lu->able &= ~(uint32_t)SCSIEMU_NEED_ATOMIC;
}

static void pi_loaded(struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = lu->medium ? lu->medium : lu->ejected;
	struct semu_pi *pi = semu_part(lu, SEMU_PART_PI);
	bool on;

	pi->len = m && m->able & SCSIEMU_CAN_PI ? m->pi_len : 0;
	lu->cap.pi = pi->len != 0;
	on = pi->type && semu_pi_possible(lu, pi->type, pi->exponent);
	if (lu->cap.pi)
		lu->able |= SCSIEMU_CAN_PI;
	lu->able &= ~(uint32_t)(SCSIEMU_NEED_PI | SCSIEMU_NEED_PI_2);
	if (on)
		lu->able |= pi->type == 2 ? SCSIEMU_NEED_PI | SCSIEMU_NEED_PI_2
					  : SCSIEMU_NEED_PI;
	lu->cap.pi_type = on ? pi->type : 0;
	lu->cap.pi_exponent = on ? pi->exponent : 0;
	/* PROTECT; tuples have no anchors */
	lu->offers = (uint8_t)((lu->offers & ~(1u | 4u * on)) | on);
	semu_lu_watch(lu, SEMU_PART_PI, pi->type);
	/* formatted in a way that this medium cannot be: it has to be formatted
	 * anew (SBC-4 4.9) */
	if (pi->unfit)
		lu->guards &= ~(uint32_t)SCSIEMU_ON_BAD_FORMAT;
	pi->unfit = m && pi->type && !on;
	if (pi->unfit)
		lu->guards |= SCSIEMU_ON_BAD_FORMAT;
	if (on)
		bounds(lu, pi);
}

int semu_pi_format(struct scsiemu_lu *lu, unsigned type, unsigned exponent)
{
	struct semu_pi *pi = semu_part(lu, SEMU_PART_PI);

	if (!semu_pi_possible(lu, type, exponent))
		return SCSIEMU_ERR_ARG;
	if (!pi)
		return 0;
	pi->type = (uint8_t)type;
	pi->exponent = (uint8_t)exponent;
	scsiemu_lu_changed(lu);
	return 0;
}

/* Does it bring user data to be written? */
static bool writes_data(const struct scsiemu_cmd *c)
{
	const struct scsiemu_row *row = scsiemu_cmd_row(c);

	if (row->kind == SCSIEMU_K_WRITE)
		return true;
	return row->prot_at && row->stops & SCSIEMU_ON_PROTECTED &&
	       !semu_sbc_ndob(c);
}

static bool rejects_unprotected(const struct scsiemu_lu *lu)
{
	const uint8_t *control = semu_mode_current(lu, 0x0a, 0);

	return control && control[5] & RWWP;
}

/* SBC-4 4.21.2.4: with type 2 only 32-byte CDBs say what the reference tags
 * are. SPC-5 7.5.10: RWWP. */
static int pi_begin(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct scsiemu_row *row = scsiemu_cmd_row(c);
	unsigned protect = semu_pi_protect(c);

	if (!semu_pi(lu))
		return 0;
	if (protect && semu_pi(lu)->type == 2 && row->op != SCSIEMU_OP_VARIABLE)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_INVALID_OPCODE);
	if (protect > 5)
		return scsiemu_fail_cdb(c, row->prot_at, 7);
	if (!protect && writes_data(c) && rejects_unprotected(lu))
		return scsiemu_fail_cdb(c, row->prot_at,
					row->prot_at ? 7 : SCSIEMU_NO_BIT);
	return 0;
}

const struct semu_part_type semu_pi_part = {
	.part = SEMU_PART_PI,
	.since = SCSIEMU_LEVEL_SPC_3,
	.size = pi_size,
	.init = pi_init,
	.loaded = pi_loaded,
	.begin = pi_begin,
	.rw = semu_pi_rw,
};
#endif
