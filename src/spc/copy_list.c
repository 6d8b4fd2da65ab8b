/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parameter lists of EXTENDED COPY, LID1 and LID4 (SPC-5 6.6, reference
 * 13.2): a header, CSCD descriptors, segment descriptors. All of it is judged
 * before the first segment; what can only be known of a logical unit is judged
 * when its segment's turn comes.
 */
#include "spc/copy.h"

#if SEMU_WITH_COPY

enum { DESIGNATOR_MAX = 20, SEGMENT_HEADER = 4 };
enum { KEPT, USAGE_RESERVED, DISCARDED, NO_ID }; /* LIST ID USAGE */
enum { IMMED = 0x01, G_SENSE = 0x02 };

/* The two headers. */
struct form {
	uint8_t len;	      /* of the header */
	uint8_t id, id_bytes; /* where things are */
	uint8_t cscds;
	uint8_t segments, inlined, bytes; /* of these two fields */
};
static const struct form lid1 = { 16, 0, 1, 2, 8, 12, 4 };
static const struct form lid4 = { 48, 20, 4, 42, 44, 46, 2 };

static uint32_t number(const uint8_t *p, unsigned bytes)
{
	return bytes == 4 ? semu_be32(p) : bytes == 2 ? semu_be16(p) : *p;
}

static int invalid(struct scsiemu_cmd *c, uint32_t at, uint8_t bit)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, bit);
}

static int refuse(struct scsiemu_cmd *c, uint16_t asc, uint32_t at)
{
	return scsiemu_fail_param(c, asc, (uint16_t)at, SCSIEMU_NO_BIT);
}

static int wrong_length(struct scsiemu_cmd *c)
{
	return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
}

uint32_t semu_copy_max_cscds(const struct scsiemu_lu *lu)
{
	uint32_t n = semu_copy_list_max(lu) / (2 * SEMU_CSCD);

	return n < 64 ? n : 64;
}

/* Of the longest list, what one CSCD and a header leave. */
uint32_t semu_copy_max_segments(const struct scsiemu_lu *lu)
{
	uint32_t n = (semu_copy_list_max(lu) - 48 - SEMU_CSCD) / 32 - 1;

	return n < 255 ? n : 255;
}

/* The LID4 header has fields that say what kind of header it is. */
static int judge_lid4(struct scsiemu_cmd *c, const uint8_t *p)
{
	if (p[0] != 1)
		return invalid(c, 0, SCSIEMU_NO_BIT);
	if (semu_be16(p + 2) != 0x20)
		return invalid(c, 2, SCSIEMU_NO_BIT);
	if (p[15] & G_SENSE)
		return invalid(c, 15, 1);
	if (p[16] != 0xff)
		return invalid(c, 16, SCSIEMU_NO_BIT);
	return SCSIEMU_FINISHED;
}

static int judge_usage(struct scsiemu_cmd *c, const uint8_t *p,
		       const struct form *f)
{
	unsigned usage = p[1] >> 3 & 3;

	if (p[1] & 0xc0)
		return invalid(c, 1, p[1] & 0x80 ? 7 : 6);
	if (usage == USAGE_RESERVED)
		return invalid(c, 1, 4);
	if (usage == NO_ID && number(p + f->id, f->id_bytes))
		return invalid(c, f->id, SCSIEMU_NO_BIT);
	if (usage == NO_ID && f == &lid4 && p[15] & IMMED)
		return invalid(c, 15, 0);
	return SCSIEMU_FINISHED;
}

/* Lengths of the lists, against each other and what there is. */
static int judge_lengths(struct scsiemu_cmd *c, const uint8_t *p,
			 const struct form *f, uint32_t len)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t cscds = semu_be16(p + f->cscds);
	uint64_t segments = number(p + f->segments, f->bytes);
	uint64_t inlined = number(p + f->inlined, f->bytes);

	if (inlined)
		return refuse(c, SCSIEMU_ASC_INLINE_DATA_LENGTH, f->inlined);
	if (cscds % SEMU_CSCD || f->len + cscds + segments > len ||
	    cscds + segments > semu_copy_list_max(lu) - 48)
		return wrong_length(c);
	if (cscds / SEMU_CSCD > semu_copy_max_cscds(lu))
		return refuse(c, SCSIEMU_ASC_TOO_MANY_TARGETS, f->cscds);
	return SCSIEMU_FINISHED;
}

/* Is it a type of CSCD descriptor? Aliases came with SPC-3. */
static bool is_cscd(const struct scsiemu_lu *lu, uint8_t type)
{
	return type == SEMU_CSCD_ID ||
	       (SEMU_WITH_ALIASES && type == SEMU_CSCD_ALIAS && !semu_old(lu));
}

/* LU ID TYPE and NUL are obsolete since SPC-4; a null device is still none to
 * copy from or to (copy_party.c). */
static int judge_cscds(struct scsiemu_cmd *c, const uint8_t *p, uint32_t at,
		       uint32_t end)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	for (; at < end; at += SEMU_CSCD) {
		if (!is_cscd(lu, p[at]))
			return refuse(c, SCSIEMU_ASC_UNSUPPORTED_TARGET_TYPE,
				      at);
		if (lu->version < 6 && p[at + 1] & 0xc0)
			return invalid(c, at + 1, 7);
		if (p[at] == SEMU_CSCD_ID && p[at + 7] > DESIGNATOR_MAX)
			return invalid(c, at + 7, SCSIEMU_NO_BIT);
	}
	return SCSIEMU_FINISHED;
}

/* DESCRIPTOR LENGTH of a segment type; 0: there is none. */
static unsigned segment_len(const struct scsiemu_lu *lu, uint8_t type)
{
	switch (type) {
	case 0x0d:
		return lu->dev->limits.copy_held ? 0x18 : 0;
	case 0x00:
	case 0x01:
		return semu_copy_streams(lu->dev) ? 0x14 : 0;
	case 0x03:
		return semu_copy_streams(lu->dev) ? 0x10 : 0;
	case 0x10:
	case 0x11:
		return semu_copy_streams(lu->dev) ? 0x08 : 0;
	case 0x02:
		return 0x18;
	case 0x07:
		return 0x08;
	case 0x0a:
		return 0x1c;
	default:
		return 0;
	}
}

bool semu_copy_has(const struct scsiemu_lu *lu, uint8_t type)
{
	return is_cscd(lu, type) || segment_len(lu, type);
}

static int judge_segments(struct scsiemu_cmd *c, const uint8_t *p, uint32_t at,
			  uint32_t end, uint16_t *n)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	for (*n = 0; at < end; ++*n) {
		unsigned len = segment_len(lu, p[at]);

		if (*n == semu_copy_max_segments(lu))
			return refuse(c, SCSIEMU_ASC_TOO_MANY_SEGMENTS, at);
		if (!len)
			return refuse(c, SCSIEMU_ASC_UNSUPPORTED_SEGMENT_TYPE,
				      at);
		if (end - at < SEGMENT_HEADER + len)
			return wrong_length(c);
		if (semu_be16(p + at + 2) != len)
			return invalid(c, at + 2, SCSIEMU_NO_BIT);
		if (p[at] == 0x0a && semu_be32(p + at + 8) > SEMU_COPY_SEGMENT)
			return invalid(c, at + 8, SCSIEMU_NO_BIT);
		at += SEGMENT_HEADER + len;
	}
	return SCSIEMU_FINISHED;
}

static int copy(struct scsiemu_cmd *c, const struct form *f, uint32_t size,
		uint32_t segments, uint16_t nseg)
{
	const uint8_t *p = c->scratch;
	bool immed = f == &lid4 && p[15] & IMMED;
	struct semu_run *run = semu_run_make(c, size);
	struct semu_copy *k;

	run->kind = &semu_copy_segments;
	run->cscds = f->len;
	run->ncscd = (uint16_t)((segments - f->len) / SEMU_CSCD);
	run->at = segments;
	run->nseg = nseg;
	if (semu_copy_new(c, number(p + f->id, f->id_bytes),
			  (p[1] >> 3 & 3) != NO_ID, &k))
		return SCSIEMU_FAILED;
	return semu_copy_begin(c, k, immed);
}

int semu_extended_copy(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	const struct form *f = c->cdb[1] & 0x1f ? &lid4 : &lid1;
	uint32_t len = scsiemu_rd_left(r), segments, end;
	const uint8_t *p = c->scratch;
	uint16_t nseg;

	if (!len)
		return SCSIEMU_FINISHED;
	if (!scsiemu_rd_need(r, f->len))
		return SCSIEMU_FAILED;
	if (len > semu_copy_list_max(scsiemu_cmd_lu(c)))
		return wrong_length(c);
	if ((f == &lid4 && judge_lid4(c, p)) || judge_usage(c, p, f) ||
	    judge_lengths(c, p, f, len))
		return SCSIEMU_FAILED;
	segments = f->len + semu_be16(p + f->cscds);
	end = segments + number(p + f->segments, f->bytes);
	if (judge_cscds(c, p, f->len, segments) ||
	    judge_segments(c, p, segments, end, &nseg))
		return SCSIEMU_FAILED;
	return copy(c, f, end, segments, nseg);
}

#endif
