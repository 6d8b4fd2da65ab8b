/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The format in force, the one that a MODE SELECT asked for, and the durable
 * record of the first (SCSIEMU_NV_FORMAT): version 1, protection type and
 * interval exponent, a zero, length of a block (4), number of blocks (8), bytes
 * that there is room for (8), zeros.
 */
#include <string.h>

#include "sbc/element.h"
#include "sbc/format.h"
#include "sbc/pi.h"
#include "sbc/work.h"

#if SEMU_WITH_WORK
enum { VERSION = 1, BLEN_MIN = 256, BLEN_MAX = 4096 };

/* Of a logical unit that has the part. */
static struct semu_format *own(const struct scsiemu_lu *lu)
{
	return lu->more->part[SEMU_PART_FORMAT];
}

bool semu_format_unfit(const struct scsiemu_lu *lu)
{
	const struct semu_format *f = own(lu);
	const struct semu_pi *pi = semu_part(lu, SEMU_PART_PI);

	if (pi && pi->unfit)
		return true;
	return f->blen && lu->medium &&
	       (lu->cap.blen != f->blen || lu->cap.nblk != f->nblk);
}

int semu_format_save(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_format *f = own(lu);

	memset(f->record, 0, sizeof(f->record));
	f->record[0] = VERSION;
	f->record[1] = lu->cap.pi_type;
	f->record[2] = lu->cap.pi_exponent;
	semu_put32(f->record + 4, lu->cap.blen);
	semu_put64(f->record + 8, lu->cap.nblk);
	semu_put64(f->record + 16, f->room);
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0,
				   SCSIEMU_NV_FORMAT, f->record,
				   sizeof(f->record));
}

void semu_format_done(struct scsiemu_lu *lu)
{
	struct semu_format *f = own(lu);

	f->blen = lu->cap.blen;
	f->nblk = lu->cap.nblk;
	f->next_blen = 0;
	f->next_nblk = 0;
}

bool scsiemu_sbc_formatted(const struct scsiemu_lu *lu, uint32_t *blen,
			   uint64_t *nblk)
{
	const struct semu_format *f = semu_format(lu);

	if (!f || !f->blen)
		return false;
	*blen = f->blen;
	*nblk = f->nblk;
	return true;
}

static bool length_ok(const struct scsiemu_lu *lu, uint32_t blen)
{
	uint32_t room = semu_work_room(blen, 0);

	return blen >= BLEN_MIN && blen <= BLEN_MAX && !(blen & (blen - 1)) &&
	       room <= lu->dev->limits.scratch &&
	       room <= lu->dev->limits.job_scratch;
}

static int bad(struct scsiemu_cmd *c, uint32_t at)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, SCSIEMU_NO_BIT);
}

/* Can its medium have other blocks? */
bool semu_format_changeable(const struct scsiemu_lu *lu)
{
	return lu->medium && lu->medium->able & SCSIEMU_CAN_FORMAT &&
	       lu->able & SCSIEMU_NEED_FORMAT &&
	       !(lu->able & SCSIEMU_NEED_ZONES); /* they are made for it */
}

bool semu_format_possible(const struct scsiemu_lu *lu, uint32_t blen)
{
	return blen == lu->cap.blen ||
	       (semu_format_changeable(lu) && length_ok(lu, blen));
}

uint64_t semu_format_room(const struct scsiemu_lu *lu)
{
	return own(lu)->room - semu_elements_lost(lu);
}

uint64_t semu_format_all(const struct scsiemu_lu *lu, uint32_t blen)
{
	if (!semu_elements_lost(lu))
		return UINT64_MAX;
	return semu_format_room(lu) / blen;
}

uint64_t semu_format_coming(const struct scsiemu_lu *lu)
{
	const struct semu_format *f = own(lu);
	uint64_t all;

	if (!f->next_blen)
		return lu->cap.nblk;
	all = semu_format_room(lu) / f->next_blen;
	return f->next_nblk < all ? f->next_nblk : all;
}

static bool number_ok(const struct scsiemu_lu *lu, uint64_t nblk, uint32_t blen)
{
	if (!nblk || nblk == UINT64_MAX)
		return true;
	return semu_format_changeable(lu) &&
	       nblk <= semu_format_room(lu) / blen;
}

/* nblk 0: as it is (all, when the length changes), UINT64_MAX: all. */
int semu_format_judge(struct scsiemu_cmd *c, uint64_t nblk, uint32_t blen,
		      uint32_t nblk_at, uint32_t blen_at)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_format *f = own(lu);
	bool same = !blen || blen == lu->cap.blen;

	if (same)
		blen = lu->cap.blen;
	else if (!semu_format_possible(lu, blen))
		return bad(c, blen_at);
	if (same && nblk == lu->cap.nblk)
		nblk = 0;
	if (!number_ok(lu, nblk, blen))
		return bad(c, nblk_at);
	f->asked_blen = (same && !nblk) || !semu_format_changeable(lu) ? 0
								       : blen;
	if (!nblk || nblk == UINT64_MAX)
		nblk = semu_format_all(lu, blen);
	f->asked_nblk = nblk;
	return 0;
}

/* Fewer or more blocks of the same length are there at once (SBC-4 6.5.2), and
 * keep what is in them; others are for the next FORMAT UNIT to make. */
static int resize(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_format *f = own(lu);
	uint64_t *at = &scsiemu_cmd_own(c)[1];

	switch ((*at)++) {
	case 0:
		f->next_blen = 0;
		f->next_nblk = lu->cap.nblk;
		return scsiemu_want_store(c, NULL, SCSIEMU_V_FORMAT,
					  f->asked_blen, f->asked_nblk,
					  SCSIEMU_CHANGES);
	case 1:
		if (f->next_nblk != lu->cap.nblk)
			semu_ua_lu(lu, SEMU_UA_CAPACITY, NULL);
		semu_format_done(lu);
		semu_work_guard(lu);
		if (semu_can_save(lu))
			return semu_format_save(c);
	}
	return SCSIEMU_FINISHED;
}

int semu_format_accept(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_format *f = own(lu);

	if (f->asked_blen == lu->cap.blen)
		return resize(c);
	f->next_blen = f->asked_blen;
	f->next_nblk = f->asked_nblk;
	return SCSIEMU_FINISHED;
}

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	return SEMU_SBC_OPTION(cf, format) ? sizeof(struct semu_format) : 0;
}

static int part_init(struct scsiemu_lu *lu, void *mem,
		     const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)mem, (void)cf;
	return 0;
}

static void part_loaded(struct scsiemu_lu *lu)
{
	struct semu_format *f = own(lu);
	uint64_t bytes = lu->cap.nblk * lu->cap.blen;

	if (bytes > f->room)
		f->room = bytes;
}

/* What a MODE SELECT asked for and no FORMAT UNIT made is forgotten. */
static void part_reset(struct scsiemu_lu *lu)
{
	own(lu)->next_blen = 0;
}

static int part_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	struct semu_format *f = own(lu);
	struct semu_pi *pi = semu_part(lu, SEMU_PART_PI);
	uint32_t blen;

	if (len != SEMU_FORMAT_RECORD || buf[0] != VERSION)
		return SCSIEMU_ERR_ARG;
	blen = semu_be32(buf + 4);
	if (blen < BLEN_MIN || blen > BLEN_MAX || (blen & (blen - 1)) ||
	    !semu_be64(buf + 8) || buf[1] > 3 || (buf[1] && !pi))
		return SCSIEMU_ERR_ARG;
	f->blen = blen;
	f->nblk = semu_be64(buf + 8);
	f->room = semu_be64(buf + 16);
	if (pi) {
		pi->type = buf[1];
		pi->exponent = buf[2];
	}
	return 0;
}

const struct semu_part_type semu_format_part = {
	.part = SEMU_PART_FORMAT,
	.nv = SCSIEMU_NV_FORMAT,
	.size = part_size,
	.init = part_init,
	.loaded = part_loaded,
	.reset = part_reset,
	.restore = part_restore,
};
#else
bool scsiemu_sbc_formatted(const struct scsiemu_lu *lu, uint32_t *blen,
			   uint64_t *nblk)
{
	(void)lu, (void)blen, (void)nblk;
	return false;
}
#endif
