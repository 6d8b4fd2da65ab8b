/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capability record of a disk: everything that VPD, mode pages, READ
 * CAPACITY, RSOC and the handlers say about a logical unit is derived here,
 * once, from medium, limits and configuration.
 */
#include <string.h>

#include "sbc/log.h"
#include "sbc/sbc.h"
#include "sbc/space.h"
#include "spc/copy.h"

enum {
	UNMAP_MAX = 1 << 20, /* blocks, descriptors: what hosts expect */
	CAW_MAX = 255,	     /* its count is one byte */
	DESCRIPTOR = 16,     /* of an UNMAP list, behind */
	LIST_HEADER = 8,
	DEFAULT_BLEN = 512 /* before the first medium */
};

static uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

static void limits_of(struct semu_cap *cap, const struct scsiemu_limits *l)
{
	uint32_t most = 0x80000000u / cap->blen - 1; /* offsets are 32 bits */

	if (l->max_xfer)
		most = least(l->max_xfer / cap->blen, most);
	cap->max_blk = most;
	if (SEMU_WITH_CAW)
		cap->caw_blk = least(l->whole / 2 / cap->blen, CAW_MAX);
	cap->unmap_blk = UNMAP_MAX;
	cap->unmap_descr = least((l->scratch - LIST_HEADER) / DESCRIPTOR,
				 UNMAP_MAX);
}

static void facts_of(struct semu_cap *cap, const struct scsiemu_medium *m)
{
	uint32_t granule = m->granule ? m->granule : 1;

	cap->blen = m->blen;
	cap->rpm = m->rpm;
	cap->exponent = m->exponent;
	cap->aligned = m->aligned;
	/* a power of two that divides it, so that a mask tells boundaries */
	cap->granule = granule & (0u - granule);
	cap->cache = m->able & SCSIEMU_CAN_FLUSH;
	cap->thin = SEMU_WITH_THIN && m->thin && m->able & SCSIEMU_CAN_UNMAP;
	cap->zeroes = cap->thin && m->zeroes;
}

/* It is one want, which the embedder answers in one piece. */
static uint32_t atomic_of(const struct scsiemu_lu *lu,
			  const struct scsiemu_medium *m)
{
	uint32_t most = least(lu->dev->limits.whole / lu->cap.blen,
			      lu->cap.max_blk);

	return least(m->atomic_blk, least(most, UINT16_MAX));
}

/* Rows of a disk without medium stay those of the one that was in it: a host
 * is told that there is no medium, not that there is no such command. */
static uint32_t able_of(const struct scsiemu_lu *lu,
			const struct scsiemu_medium *m)
{
	uint32_t able = lu->able | semu_medium_able(m);
	uint32_t scratch = lu->dev->limits.scratch;

	/* CAN_PI: of a disk that may be formatted with it (pi.c) */
	able &= ~(uint32_t)(SCSIEMU_CAN_PI | SCSIEMU_NEED_THIN |
			    SCSIEMU_NEED_BLOCK | SCSIEMU_NEED_2BLOCK);
	if (m)
		able &= ~(uint32_t)SCSIEMU_NEED_ATOMIC;
	if (lu->cap.thin)
		able |= SCSIEMU_NEED_THIN;
	if (scratch >= lu->cap.blen)
		able |= SCSIEMU_NEED_BLOCK;
	if (scratch >= 2 * lu->cap.blen)
		able |= SCSIEMU_NEED_2BLOCK;
	if (lu->cap.caw_blk)
		able |= SCSIEMU_NEED_WHOLE;
	if (lu->cap.atomic_blk)
		able |= SCSIEMU_NEED_ATOMIC;
	return able;
}

#if SEMU_WITH_COPY
static uint32_t copy_able(struct scsiemu_lu *lu)
{
	const struct scsiemu_device *d = lu->dev;

	if (!d->limits.copies || !semu_copy_list_max(lu))
		return 0;
#if SEMU_WITH_ODX
	if (!lu->medium)
		semu_rod_changes(lu, 0, UINT64_MAX, true);
	if (d->limits.rod_tokens && d->copy.random && semu_rod_ranges(lu))
		return SCSIEMU_NEED_COPY | SCSIEMU_NEED_TOKENS;
#endif
	return SCSIEMU_NEED_COPY;
}
#endif

void semu_sbc_loaded(struct scsiemu_lu *lu)
{
	const struct scsiemu_medium *m = lu->medium ? lu->medium : lu->ejected;
	const uint8_t *page;

	memset(&lu->cap, 0, sizeof(lu->cap));
	lu->cap.blen = DEFAULT_BLEN;
	lu->cap.granule = 1;
	lu->cap.dpofua = !semu_before(lu, SCSIEMU_LEVEL_SCSI_2);
	if (m)
		facts_of(&lu->cap, m);
	if (lu->medium)
		lu->cap.nblk = m->nblk;
	limits_of(&lu->cap, &lu->dev->limits);
	if (SEMU_WITH_ATOMIC && m)
		lu->cap.atomic_blk = atomic_of(lu, m);
	if (SEMU_WITH_ATOMIC && lu->cap.atomic_blk)
		lu->cap.bounded_blk = least(lu->cap.max_blk, UINT16_MAX) >>
				      lu->cap.exponent << lu->cap.exponent;
	lu->able = able_of(lu, m);
#if SEMU_WITH_THIN
	lu->offers &= (uint8_t)~4u;
	if (lu->cap.thin && m->anchors)
		lu->offers |= 4; /* ANCHOR */
#endif
#if SEMU_WITH_COPY
	lu->able |= copy_able(lu);
#endif
	page = semu_mode_current(lu, 0x08, 0);
	if (page && page[0])
		semu_sbc_mode_08.apply(lu, page);
	semu_spc_guards(lu);
}

#if SEMU_WITH_ATTENTION
/* 38/07: which threshold was reached (SBC-4 4.7.3.8.6). 5D/00: what is
 * expected to fail. 5B/01: or 5B/02. */
void semu_sbc_attention(const struct scsiemu_lu *lu, struct scsiemu_sense *s)
{
	if (SEMU_WITH_THIN && s->asc == semu_ua_asc[SEMU_UA_THIN]) {
		s->flags |= SCSIEMU_S_INFO;
		s->info = semu_space_reached(lu);
	}
#if SEMU_WITH_LOG
	if (s->asc == semu_ua_asc[SEMU_UA_FAILURE] && semu_exception(lu))
		s->asc = semu_exception(lu);
	if (s->asc == semu_ua_asc[SEMU_UA_LOG_EXCEPTION] && semu_log_full(lu))
		s->asc = SCSIEMU_ASC_LOG_COUNTER_AT_MAXIMUM;
#endif
}
#endif
