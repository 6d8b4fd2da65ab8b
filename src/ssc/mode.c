/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mode pages of the tape drive, but for the one of partitions, and the header
 * and block descriptor (SSC-4 8.3). Defaults are those of LTO drives.
 */
#include "ssc/ssc.h"

#define BYTES(...)                                                             \
	(const uint8_t[])                                                      \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

static void put24(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 16);
	semu_put16(p + 1, v & 0xffff);
}

enum { CURRENT, CHANGEABLE, DEFAULT };

static int bad(struct scsiemu_cmd *c, unsigned at, uint8_t bit)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, bit);
}

/* ---- Header and block descriptor ---- */

enum {
	SPECIFIC = SEMU_MODE_HEAD_SPECIFIC,
	DENSITY = SEMU_MODE_HEAD_BLOCK,
	BLOCK_LENGTH = DENSITY + 5
};
enum { WP = 0x80, BUFFERED_MODE = 0x70, BUFFERED = 0x10, MULTI = 0x20 };

static void head_fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page)
{
	const struct semu_ssc *s = semu_ssc(lu);
	const struct scsiemu_tape_info *info;

	if (pc == CHANGEABLE)
		return;
	if (pc == DEFAULT) {
		put24(page + BLOCK_LENGTH, s->is.block);
		page[SPECIFIC] = s->is.unbuffered ? 0 : BUFFERED;
	}
	info = semu_ssc_cartridge(lu);
	page[SEMU_MODE_HEAD_TYPE] = (uint8_t)semu_ssc_medium_type(lu, info);
	page[DENSITY] = (uint8_t)semu_ssc_code(lu, info);
	if (lu->guards & SCSIEMU_ON_PROTECTED || s->unwritable)
		page[SPECIFIC] |= WP;
}

static int head_check(struct scsiemu_cmd *c, const uint8_t *page, uint16_t at)
{
	uint32_t len = semu_be24(page + BLOCK_LENGTH);

	if ((page[SPECIFIC] & BUFFERED_MODE) > MULTI)
		return bad(c, at + SPECIFIC, 6);
	if (len && !semu_ssc_block_ok(scsiemu_cmd_lu(c), len) &&
	    !(semu_ssc_of(c)->is.protection && len > SEMU_SSC_CHECK &&
	      semu_ssc_block_ok(scsiemu_cmd_lu(c), len - SEMU_SSC_CHECK)))
		return bad(c, at + BLOCK_LENGTH, SCSIEMU_NO_BIT);
	return 0;
}

/* What was written in other blocks is on the tape before these begin; and
 * without a buffer, all is. */
static bool head_drains(const uint8_t *was, const uint8_t *now)
{
	return semu_be24(was + BLOCK_LENGTH) != semu_be24(now + BLOCK_LENGTH) ||
	       was[SPECIFIC] != now[SPECIFIC];
}

static void head_apply(struct scsiemu_lu *lu, const uint8_t *page)
{
	semu_ssc(lu)->head = page;
}

const struct semu_mode_page semu_ssc_head = {
	.head = true,
	.len = SEMU_MODE_HEAD,
	SEMU_MODE_OWN(BLOCK_LENGTH, 3),
	.defaults = BYTES(0, 10, [SPECIFIC] = BUFFERED, [11] = 0),
	.mask = BYTES(0, 0, [SPECIFIC] = BUFFERED_MODE, [BLOCK_LENGTH] = 0xff,
		      0xff, 0xff),
	.fill = head_fill,
	.check = head_check,
	.apply = head_apply,
	.drains = head_drains,
};

uint32_t semu_ssc_block(const struct scsiemu_cmd *c)
{
	const struct semu_ssc *s = semu_ssc_of(c);

	return semu_be24(
		semu_mode_of(semu_ctx(c)->itl, s->head + BLOCK_LENGTH, 0));
}

bool semu_ssc_buffered(const struct scsiemu_lu *lu)
{
	return semu_ssc(lu)->head[SPECIFIC] & BUFFERED_MODE;
}

#if SEMU_WITH_MODE_SELECT
int semu_ssc_mode_selected(struct scsiemu_cmd *c, int result)
{
	if (c->verb != SCSIEMU_V_FLUSH)
		return result < 0 ? semu_ssc_fail_bare(c, result)
				  : semu_mode_selected(c, result);
	if (result < 0)
		return semu_ssc_not_drained(c, result);
	semu_ssc_drained(semu_ssc_of(c));
	return semu_mode_selected(c, result);
}
#endif

/* The configuration's values are current and saved to begin with. */
void semu_ssc_head_begin(struct scsiemu_lu *lu)
{
	const struct semu_ssc *s = semu_ssc(lu);
	uint32_t bytes = semu_mode_bytes(lu->type, lu->parts);

	for (unsigned i = 0; i < 2; i++) {
		uint8_t *p = lu->state + (size_t)i * bytes;

		put24(p + BLOCK_LENGTH, s->is.block);
		p[SPECIFIC] = s->is.unbuffered ? 0 : BUFFERED;
	}
}

/* ---- Read-write error recovery: nothing is retried here. ---- */

const struct semu_mode_page semu_ssc_mode_01 = {
	.code = 0x01,
	.len = 12,
	.defaults = BYTES(0x01, 10, [11] = 0),
	.mask = BYTES(0, 0, 0x2f, 0xff, [8] = 0xff, [11] = 0),
};

/* ---- Control data protection (SSC-4 8.3.9) ---- */

enum { METHOD = 4, CHECK_LEN, WHEN };
enum { LBP_W = 0x80, LBP_R = 0x40, RBDP = 0x20 };

static bool protects(const struct scsiemu_lu *lu)
{
	return semu_ssc(lu)->is.protection &&
	       semu_ssc_able(lu) & SCSIEMU_TAPE_PROTECT;
}

unsigned semu_ssc_methods(const struct scsiemu_lu *lu)
{
	return semu_ssc(lu)->is.reed_solomon ? 1 : 2;
}

static void lbp_fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page)
{
	if (pc == CHANGEABLE && !semu_ssc(lu)->is.reverse)
		page[WHEN] &= (uint8_t)~RBDP;
	if (!protects(lu))
		page[METHOD] = page[CHECK_LEN] = page[WHEN] = 0;
}

static int lbp_check(struct scsiemu_cmd *c, const uint8_t *page, uint16_t at)
{
	if (page[METHOD] > semu_ssc_methods(scsiemu_cmd_lu(c)))
		return bad(c, at + METHOD, SCSIEMU_NO_BIT);
	if (page[METHOD] && page[CHECK_LEN] != SEMU_SSC_CHECK)
		return bad(c, at + CHECK_LEN, 5);
	if (!page[METHOD] && page[WHEN])
		return bad(c, at + WHEN, 7);
	return 0;
}

uint8_t semu_ssc_protects(const struct scsiemu_cmd *c, enum semu_ssc_way way)
{
	static const uint8_t bit[] = { [SEMU_SSC_WRITES] = LBP_W,
				       [SEMU_SSC_READS] = LBP_R,
				       [SEMU_SSC_RECOVERS] = RBDP };
	const struct semu_ssc *s = semu_ssc_of(c);
	const uint8_t *own = semu_mode_of(semu_ctx(c)->itl, s->check + METHOD,
					  s->check_before);

	return own[WHEN - METHOD] & bit[way] && protects(scsiemu_cmd_lu(c))
		       ? own[0]
		       : 0;
}

static void lbp_apply(struct scsiemu_lu *lu, const uint8_t *page)
{
	struct semu_ssc *s = semu_ssc(lu);

	s->check = page;
	s->check_before = semu_mode_before(lu, &semu_ssc_mode_0af0);
}

const struct semu_mode_page semu_ssc_mode_0af0 = {
	.code = 0x0a,
	.sub = 0xf0,
	.len = 32,
	.defaults = BYTES(0x4a, 0xf0, 0, 28, [31] = 0),
	SEMU_MODE_OWN(METHOD, 3),
	.mask = BYTES(0, 0, 0, 0, 0xff, 0x3f, LBP_W | LBP_R | RBDP, [31] = 0),
	.fill = lbp_fill,
	.check = lbp_check,
	.apply = lbp_apply,
};

/* ---- Data compression, and device configuration that has it, too ---- */

enum { DCE = 0x80, DCC = 0x40, DDE = 0x80, ALGORITHM = 0xff };
enum { SELECT_ALGORITHM = 14 }; /* of page 10h */

/* None, the default one, or the one that is selected. */
static int compression_check(struct scsiemu_cmd *c, const uint8_t *page,
			     uint16_t at)
{
	const uint8_t *is = semu_mode_current(scsiemu_cmd_lu(c), 0x0f, 0);

	if (page[7] && page[7] != ALGORITHM && page[7] != is[7])
		return bad(c, at + 4u, SCSIEMU_NO_BIT);
	return 0;
}

static void compression_apply(struct scsiemu_lu *lu, const uint8_t *page)
{
	struct semu_ssc *s = semu_ssc(lu);

	s->writes.compress = s->is.compression && page[2] & DCE;
}

const struct semu_mode_page semu_ssc_mode_0f = {
	.code = 0x0f,
	.len = 16,
	.defaults = BYTES(0x0f, 14, DCE | DCC, DDE, 0, 0, 0, ALGORITHM, 0, 0, 0,
			  ALGORITHM, [15] = 0),
	.mask = BYTES(0, 0, DCE, [7] = 0xff, [15] = 0),
	.check = compression_check,
	.apply = compression_apply,
};

bool semu_ssc_compresses(const struct scsiemu_lu *lu)
{
	return semu_ssc(lu)->writes.compress &&
	       (!lu->medium || semu_ssc_able(lu) & SCSIEMU_TAPE_COMPRESS);
}

static void configuration_fill(const struct scsiemu_lu *lu, unsigned pc,
			       uint8_t *page)
{
	struct scsiemu_tape_pos pos;
	const uint8_t *compression = semu_mode_current(lu, 0x0f, 0);

	if (pc != CURRENT)
		return;
	semu_ssc_tell(lu, &pos);
	page[3] = (uint8_t)pos.partition;
	page[SELECT_ALGORITHM] = compression[2] & DCE ? 1 : 0;
}

/* DCE of page 0Fh is where it is kept. */
static int configuration_check(struct scsiemu_cmd *c, const uint8_t *page,
			       uint16_t at)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint8_t *next = lu->state + 2 * semu_mode_bytes(lu->type, lu->parts);
	uint32_t compression;

	if (page[SELECT_ALGORITHM] > 1)
		return bad(c, at + (unsigned)SELECT_ALGORITHM, SCSIEMU_NO_BIT);
	semu_mode_find(lu, 0x0f, 0, &compression);
	next += compression + 2;
	*next = (uint8_t)((*next & ~DCE) |
			  (page[SELECT_ALGORITHM] ? (unsigned)DCE : 0));
	return 0;
}

/* WRITE DELAY TIME 30 s; LOIS; EEG; WTRE 10b, REWIND ON RESET 10b. */
const struct semu_mode_page semu_ssc_mode_10 = {
	.code = 0x10,
	.len = 16,
	.defaults = BYTES(0x10, 14, 0, 0, 0, 0, 0x01, 0x2c, 0x40, 0, 0x10, 0, 0,
			  0, 1, 0x90),
	.mask = BYTES(0, 0, [6] = 0xff,
		      0xff, [SELECT_ALGORITHM] = 0xff, [15] = 0),
	.fill = configuration_fill,
	.check = configuration_check,
};

/* ---- Device configuration extension (SSC-4 8.3.8) ---- */

enum { MODES = 5, PEWS = 6 };
enum { APPEND_ONLY = 0x10, ERASES_NOTHING = 1, ERASE_MODES = 2 };

static void extension_fill(const struct scsiemu_lu *lu, unsigned pc,
			   uint8_t *page)
{
	if (pc == CHANGEABLE && !semu_ssc(lu)->is.append_only)
		page[MODES] &= 0x0f;
}

static int extension_check(struct scsiemu_cmd *c, const uint8_t *page,
			   uint16_t at)
{
	if ((page[MODES] & 0xf0) > APPEND_ONLY)
		return bad(c, at + (unsigned)MODES, 7);
	if ((page[MODES] & 0x0f) > ERASE_MODES)
		return bad(c, at + (unsigned)MODES, 3);
	return 0;
}

static void extension_apply(struct scsiemu_lu *lu, const uint8_t *page)
{
	semu_ssc(lu)->extension = page;
	if (page[MODES] & APPEND_ONLY)
		semu_ssc(lu)->grant = SEMU_GRANT_NONE;
}

const struct semu_mode_page semu_ssc_mode_1001 = {
	.code = 0x10,
	.sub = 0x01,
	.len = 32,
	.defaults = BYTES(0x50, 0x01, 0, 28, [31] = 0),
	.mask = BYTES(0, 0, 0, 0, 0, 0xff, 0xff, 0xff, [31] = 0),
	.fill = extension_fill,
	.check = extension_check,
	.apply = extension_apply,
};

static const uint8_t *extension(const struct scsiemu_lu *lu)
{
	return semu_ssc(lu)->extension;
}

bool semu_ssc_append_only(const struct scsiemu_lu *lu)
{
	return extension(lu)[MODES] & APPEND_ONLY;
}

bool semu_ssc_short_erases(const struct scsiemu_lu *lu)
{
	return (extension(lu)[MODES] & 0x0f) != ERASES_NOTHING;
}

uint64_t semu_ssc_pews(const struct scsiemu_lu *lu)
{
	return semu_be16(extension(lu) + PEWS) * UINT64_C(1000000);
}

/* ---- Medium configuration: WORM (SSC-4 8.3.10) ---- */

enum { WORMM = 0x01, LABELS = 0x01, MARKS = 0x02 };

static void worm_fill(const struct scsiemu_lu *lu, unsigned pc, uint8_t *page)
{
	const struct scsiemu_tape_info *info;

	if (pc == CHANGEABLE)
		return;
	info = semu_ssc_cartridge(lu);
	if (info->worm)
		page[2] |= WORMM;
}

const struct semu_mode_page semu_ssc_mode_1d = {
	.code = 0x1d,
	.len = 32,
	.defaults = BYTES(0x1d, 30, 0, 0, LABELS, MARKS, [31] = 0),
	.fill = worm_fill,
};
