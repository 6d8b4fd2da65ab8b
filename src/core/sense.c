/* SPDX-License-Identifier: BSD-2-Clause */
/* Sense as a value becomes bytes: fixed (SPC-5 4.4.3) or descriptor (4.4.2). */
#include "core/config.h"
#include "core/core.h"
#include <string.h>

/* Sense-key-specific bytes (SPC-5 4.4.2.4). */
static void put_sks(const struct scsiemu_sense *s, uint8_t *p)
{
	p[0] = 0x80; /* SKSV */
	if (s->sks == SCSIEMU_SKS_CDB)
		p[0] |= 0x40; /* C/D */
	if (s->sks != SCSIEMU_SKS_PROGRESS && s->bit != SCSIEMU_NO_BIT)
		p[0] |= (uint8_t)(0x08 | (s->bit & 7)); /* BPV, bit */
	semu_put16(p + 1, s->field);
}

/* Does INFORMATION go into the 4 bytes of the fixed format? Of a stream it has
 * a sign (SSC-4 7.4: the length asked for less the block's). */
static bool fits(const struct scsiemu_sense *s)
{
	if (SEMU_WITH_MODE_HEAD && s->flags & SCSIEMU_S_ILI &&
	    !(s->flags & SCSIEMU_S_BLOCK) && (int64_t)s->info < 0)
		return (int64_t)s->info >= INT32_MIN;
	return s->info <= UINT32_MAX;
}

static void put_fixed(const struct scsiemu_sense *s, uint8_t *out)
{
	memset(out, 0, 18);
	out[0] = s->flags & SCSIEMU_S_DEFERRED ? 0x71 : 0x70;
	out[2] = (uint8_t)(s->key |
			   (s->flags &
			    (SCSIEMU_S_MARK | SCSIEMU_S_EOM | SCSIEMU_S_ILI)));
	if (s->flags & SCSIEMU_S_INFO && fits(s)) {
		out[0] |= 0x80; /* VALID: only what fits in 4 bytes */
		semu_put32(out + 3, (uint32_t)s->info);
	}
	out[7] = 10;
	if (s->flags & SCSIEMU_S_SPECIFIC)
		semu_put32(out + 8, (uint32_t)s->specific);
	semu_put16(out + 12, s->asc);
	if (s->sks != SCSIEMU_SKS_NONE)
		put_sks(s, out + 15);
}

#if SEMU_WITH_DESCRIPTOR_SENSE
static uint8_t *put_number(uint8_t *p, uint8_t type, uint64_t v)
{
	memset(p, 0, 12);
	p[0] = type;
	p[1] = 10;
	if (type == 0)
		p[2] = 0x80; /* VALID */
	semu_put64(p + 4, v);
	return p + 12;
}

/* The descriptors of a value need at most 12 + 12 + 8 + 4 bytes. */
static unsigned put_descr(const struct scsiemu_sense *s, uint8_t *out)
{
	uint8_t *p = out + 8;

	memset(out, 0, 8);
	out[0] = s->flags & SCSIEMU_S_DEFERRED ? 0x73 : 0x72;
	out[1] = s->key;
	semu_put16(out + 2, s->asc);
	if (s->flags & SCSIEMU_S_INFO)
		p = put_number(p, 0, s->info);
	if (s->flags & SCSIEMU_S_SPECIFIC)
		p = put_number(p, 1, s->specific);
	if (s->sks != SCSIEMU_SKS_NONE) {
		memset(p, 0, 8);
		p[0] = 2;
		p[1] = 6;
		put_sks(s, p + 4);
		p += 8;
	}
	if (s->flags & (SCSIEMU_S_MARK | SCSIEMU_S_EOM | SCSIEMU_S_ILI)) {
		/* Without marks an ILI is a block command's (5), else a
		 * stream command's (4); the bits sit alike. */
		p[0] = s->flags & SCSIEMU_S_BLOCK ? 5 : 4;
		p[1] = 2;
		p[2] = 0;
		p[3] = s->flags &
		       (SCSIEMU_S_MARK | SCSIEMU_S_EOM | SCSIEMU_S_ILI);
		p += 4;
	}
	out[7] = (uint8_t)(p - out - 8);
	return (unsigned)(p - out);
}
#endif

/* In the common command set of SCSI-1 there is an additional sense code and no
 * qualifier, and nothing that depends on the sense key. */
void semu_sense_old(const struct scsiemu_lu *lu, struct scsiemu_sense *s)
{
	if (!semu_before(lu, SCSIEMU_LEVEL_SCSI_2))
		return;
	s->asc &= 0xff00;
	s->sks = SCSIEMU_SKS_NONE;
}

unsigned semu_sense_put(const struct scsiemu_sense *s, bool descr, uint8_t *out,
			unsigned cap)
{
	uint8_t tmp[48];
	unsigned n = 18, extra = 0;

#if SEMU_WITH_DESCRIPTOR_SENSE
	if (descr) {
		n = put_descr(s, tmp);
		if (s->extra && n + s->extra_len <= 252)
			extra = s->extra_len;
		tmp[7] = (uint8_t)(tmp[7] + extra);
	} else
#endif
		put_fixed(s, tmp);
	(void)descr;
	memcpy(out, tmp, n < cap ? n : cap);
	if (n >= cap || !extra)
		return n < cap ? n : cap;
	memcpy(out + n, s->extra, extra < cap - n ? extra : cap - n);
	return n + extra < cap ? n + extra : cap;
}

unsigned scsiemu_sense_encode(const struct scsiemu_cmd *c, uint8_t *out,
			      unsigned cap, unsigned fmt)
{
	if (c->status != SCSIEMU_CHECK_CONDITION)
		return 0;
	return semu_sense_put(&c->sense, fmt ? fmt == 0x72 : c->descr, out,
			      cap);
}
