/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FORMAT UNIT (SBC-4 5.4): CDB and parameter list. The list says itself how
 * long it is: header, then the header of an initialization pattern, then the
 * pattern, then the defects (DLIST, formatdefects.c).
 */
#include "sbc/defects.h"
#include "sbc/format.h"
#include "sbc/pi.h"
#include "sbc/work.h"

#if SEMU_WITH_FORMAT
/* byte 1 of the CDB */
enum { LONGLIST = 0x20, FMTDATA = 0x10, FORMATS = 6 };
/* byte 1 of the header */
enum { FOV = 0x80, DCRT = 0x20, IP = 0x08, IMMED = 0x02, VENDOR = 0x01 };
enum { FOV_ONLY = 0x78 }; /* DPRY, DCRT, STPF, IP */
/* byte 0 of the pattern's header: IP MODIFIER (obsolete), reserved; its types
 */
enum { NO_PATTERN_BITS = 0xdf, DEFAULT_PATTERN = 0, REPEATED = 1 };

/* scsiemu_cmd_step(): what has arrived */
enum { NOTHING, HEADER, PATTERN_HEADER, PATTERN, DEFECTS };

static int bad(struct scsiemu_cmd *c, uint32_t at, uint8_t bit)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, bit);
}

static uint8_t highest(unsigned bits)
{
	uint8_t bit = 7;

	while (!(bits >> bit & 1))
		bit--;
	return bit;
}

static uint32_t header_len(const struct scsiemu_cmd *c)
{
	return semu_cdb_1(c) & LONGLIST ? 8 : 4;
}

/* FFMT; before SBC-2 the interleave, which means nothing here. */
static unsigned fast_format(const struct scsiemu_cmd *c)
{
	return semu_before(scsiemu_cmd_lu(c), SCSIEMU_LEVEL_SPC_3)
		       ? 0
		       : c->cdb[4] & 3u;
}

/* FMTPINFO, PROTECTION FIELD USAGE and the type they mean. */
static const struct {
	uint8_t info, usage;
} protection[] = { { 0, 0 }, { 2, 0 }, { 3, 0 }, { 3, 1 } };
enum { NTYPE = sizeof(protection) / sizeof(protection[0]) };

/* The protection type; < 0: failed. */
static int type_of(struct scsiemu_cmd *c, unsigned usage)
{
	unsigned info = semu_cdb_1(c) >> 6;
	int type = 0;

	if (info == 1 || (info && !scsiemu_cmd_lu(c)->cap.pi))
		return scsiemu_fail_cdb(c, 1, 7);
	while (type < NTYPE && (protection[type].info != info ||
				protection[type].usage != usage))
		type++;
	return type < NTYPE ? type : bad(c, 0, 2);
}

static int check_protection(struct scsiemu_cmd *c, struct semu_work *plan)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool list = c->cdb[1] & FMTDATA, longlist = list && header_len(c) == 8;
	unsigned exponent = longlist ? c->scratch[3] & 0x0fu : 0;
	int type = type_of(c, list ? c->scratch[0] & 7u : 0);

	if (type < 0)
		return SCSIEMU_FAILED;
	if (exponent && type < 2)
		return bad(c, 3, 3);
	plan->pi_type = (uint8_t)type;
	plan->pi_exponent = (uint8_t)exponent;
#if SEMU_WITH_PI
	if (type && !plan->blen &&
	    !semu_pi_possible(lu, (unsigned)type, exponent))
		return exponent ? bad(c, 3, 3) : scsiemu_fail_cdb(c, 1, 7);
#endif
	(void)lu;
	return 0;
}

/* What FORMAT UNIT is to make, as the last MODE SELECT said. */
static void new_blocks(const struct scsiemu_lu *lu, struct semu_work *plan)
{
	const struct semu_format *f = semu_format(lu);

	plan->blen = f->next_blen;
	plan->nblk = f->next_nblk;
}

static int begin(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool list = c->cdb[1] & FMTDATA, fast = fast_format(c);
	unsigned flags = list ? c->scratch[1] : 0;
	const uint8_t *pattern = c->scratch + header_len(c);
	struct semu_work plan = { .kind = SEMU_WORK_FORMAT,
				  .passes = fast ? 0 : 1 };
	uint32_t len = 0;

	new_blocks(lu, &plan);
	if (flags & IP && pattern[1] == REPEATED) {
		len = semu_be16(pattern + 2);
		plan.flags = SEMU_WORK_FILL;
	}
	if (len > (plan.blen ? plan.blen : lu->cap.blen))
		return bad(c, header_len(c) + 2, SCSIEMU_NO_BIT);
	if (flags & FOV && !(flags & DCRT))
		plan.flags |= SEMU_WORK_CERTIFY;
	if (check_protection(c, &plan) < 0)
		return SCSIEMU_FAILED;
	return semu_work_begin(c, &plan, pattern + 4, len, flags & IMMED);
}

static int receive(struct scsiemu_cmd *c, unsigned what, uint32_t at,
		   uint32_t len)
{
	*scsiemu_cmd_step(c) = what;
	scsiemu_cmd_own(c)[0] = len;
	return scsiemu_want_recv(c, at, c->scratch + at, len);
}

static int check_cdb(struct scsiemu_cmd *c)
{
	bool list = c->cdb[1] & FMTDATA;
	unsigned format = c->cdb[1] & 7;

	if (list ? format >= FORMATS : format)
		return scsiemu_fail_cdb(c, 1, 2);
	if (fast_format(c) == 3)
		return scsiemu_fail_cdb(c, 4, 1);
	semu_format_no_defects(c);
	return list ? receive(c, HEADER, 0, header_len(c)) : begin(c);
}

/* The DLIST, which begins at byte `at` of the parameter list. */
static int receive_defects(struct scsiemu_cmd *c, uint32_t at)
{
	bool longlist = header_len(c) == 8;
	const uint8_t *h = c->scratch;
	uint32_t len = longlist ? semu_be32(h + 4) : semu_be16(h + 2);

	*scsiemu_cmd_step(c) = DEFECTS;
	scsiemu_cmd_own(c)[0] = len;
	scsiemu_cmd_own(c)[1] = at;
	return len ? semu_format_want_defects(c, at, len, longlist ? 4 : 2)
		   : begin(c);
}

static int take_header(struct scsiemu_cmd *c)
{
	const uint8_t *h = c->scratch;
	bool longlist = header_len(c) == 8;

	if (h[0] & 0xf8)
		return bad(c, 0, highest(h[0] & 0xf8));
	if (h[1] & VENDOR)
		return bad(c, 1, 0);
	if (!(h[1] & FOV) && h[1] & FOV_ONLY)
		return bad(c, 1, highest(h[1] & FOV_ONLY));
	if (longlist && h[2])
		return bad(c, 2, highest(h[2]));
	if (longlist && h[3] & 0xf0) /* P_I_INFORMATION */
		return bad(c, 3, 7);
	if (!(h[1] & IP))
		return receive_defects(c, header_len(c));
	if (fast_format(c)) /* a fast format writes no pattern */
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_INVALID_FAST_FORMAT);
	return receive(c, PATTERN_HEADER, header_len(c), 4);
}

static int take_pattern_header(struct scsiemu_cmd *c)
{
	uint32_t at = header_len(c);
	const uint8_t *p = c->scratch + at;
	uint32_t len = semu_be16(p + 2);

	if (p[0] & NO_PATTERN_BITS)
		return bad(c, at, highest(p[0] & NO_PATTERN_BITS));
	if (p[1] > REPEATED)
		return bad(c, at + 1, SCSIEMU_NO_BIT);
	if ((p[1] == REPEATED) != (len != 0) ||
	    semu_work_room(len, 0) > c->scratch_len)
		return bad(c, at + 2, SCSIEMU_NO_BIT);
	return receive(c, PATTERN, at + 4, len);
}

static int take_pattern(struct scsiemu_cmd *c)
{
	uint32_t at = header_len(c) + 4;

	return receive_defects(c, at + semu_be16(c->scratch + at - 2));
}

static int take_defects(struct scsiemu_cmd *c)
{
	uint32_t at = (uint32_t)scsiemu_cmd_own(c)[1];

	scsiemu_cmd_own(c)[1] = 0;
	return semu_format_judge_defects(c, at) < 0 ? SCSIEMU_FAILED : begin(c);
}

static int arrived(struct scsiemu_cmd *c, int result)
{
	static scsiemu_nodata_fn *const take[] = {
		[NOTHING] = check_cdb,
		[HEADER] = take_header,
		[PATTERN_HEADER] = take_pattern_header,
		[PATTERN] = take_pattern,
		[DEFECTS] = take_defects,
	};
	unsigned at = *scsiemu_cmd_step(c);

	if (result == SCSIEMU_E_ABORTED)
		return SCSIEMU_FINISHED;
	if (result < 0)
		return scsiemu_fail(c, SCSIEMU_SK_ABORTED_COMMAND,
				    SCSIEMU_ASC_DATA_PHASE_ERROR);
	if (at != NOTHING && scsiemu_cmd_got(c) < scsiemu_cmd_own(c)[0])
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	return take[at](c);
}

int semu_sbc_format_unit(struct scsiemu_cmd *c, int result)
{
	bool ran = semu_work_runs(c);
	int rc = semu_work_began(c) ? semu_work_step(c, result)
				    : arrived(c, result);

	if (!ran && semu_work_runs(c))
		semu_format_take_defects(c);
	return rc;
}
#endif
