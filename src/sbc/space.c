/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Provisioning thresholds: after every command that may have taken or given
 * back blocks, what is in use is compared with the enabled thresholds; one that
 * is reached, and was not before, raises 6/38/07.
 */
#include "sbc/space.h"
#include "sbc/sbc.h"

#if SEMU_WITH_THIN
/* Threshold descriptors of the page, each 8 bytes from byte 16 on. */
enum { FIRST = 16, DESCRIPTOR = 8, THRESHOLDS = 3 };
enum { ENABLED = 0x80, SITUA = 0x01 };
/* Byte 0: THRESHOLD TYPE, THRESHOLD ARMING; byte 1: THRESHOLD RESOURCE. */
enum { COUNT = 0x00, PERCENT = 0x08, DECREASING = 0x02, INCREASING = 0x01 };
enum { AVAILABLE = 0x01, USED = 0x02 };

struct space {
	uint8_t exponent;
	uint8_t lbp_not;
	uint8_t reached;	 /* bit per threshold */
	uint8_t page_at;	 /* of the one reached last */
	bool situa;		 /* tell only the nexus whose command it was */
	uint8_t on;		 /* bit per threshold that is enabled */
	uint32_t at[THRESHOLDS]; /* counts, in units; or percent */
};

static struct space *part(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_THIN);
}

unsigned semu_space_exponent(const struct scsiemu_lu *lu)
{
	const struct space *s = part(lu);

	return s ? s->exponent : 0;
}

uint64_t semu_space_reached(const struct scsiemu_lu *lu)
{
	const struct space *s = part(lu);

	return s ? s->page_at : 0;
}

static uint32_t units(const struct space *s, uint64_t nblk)
{
	nblk >>= s->exponent;
	return nblk > UINT32_MAX ? UINT32_MAX : (uint32_t)nblk;
}

bool semu_space_units(const struct scsiemu_lu *lu, uint32_t *used,
		      uint32_t *available)
{
	const struct scsiemu_medium *m = lu->medium;
	const struct space *s = part(lu);
	const struct scsiemu_block_ops *ops = m ? m->ops : NULL;
	uint64_t in_use, left;

	if (!s || !ops || m->kind != SCSIEMU_BLOCK ||
	    !SCSIEMU_HAS(scsiemu_block_ops, ops, space))
		return false;
	ops->space(m->ctx, &in_use, &left);
	*used = units(s, in_use);
	*available = units(s, left);
	return true;
}

/* Is threshold i reached with so much used and available? */
static bool is_reached(const struct space *s, unsigned i, uint32_t used,
		       uint32_t available)
{
	uint64_t all = (uint64_t)used + available;

	switch (i) {
	case 0:
		return available <= s->at[0];
	case 1:
		return used >= s->at[1];
	default:
		return (uint64_t)available * 100 <= all * s->at[2];
	}
}

/* Those that are reached now; *fresh: that were not before. */
static void judge(const struct scsiemu_lu *lu, unsigned *fresh)
{
	struct space *s = part(lu);
	uint32_t used, available;
	unsigned now = 0;

	*fresh = 0;
	if (!semu_space_units(lu, &used, &available))
		return;
	for (unsigned i = 0; i < THRESHOLDS; i++)
		if (s->on >> i & 1 && is_reached(s, i, used, available))
			now |= 1u << i;
	*fresh = now & ~(unsigned)s->reached;
	s->reached = (uint8_t)now;
}

static int finish(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct space *s = part(lu);
	unsigned fresh, i;

	if (!(scsiemu_cmd_row(c)->stops & SCSIEMU_ON_PROTECTED))
		return SCSIEMU_FINISHED;
	judge(lu, &fresh);
	if (!fresh)
		return SCSIEMU_FINISHED;
	for (i = 0; !(fresh >> i & 1); i++)
		;
	s->page_at = (uint8_t)(FIRST + DESCRIPTOR * i);
	if (!s->situa)
		semu_ua_lu(lu, SEMU_UA_THIN, NULL);
	else if (semu_ctx(c)->itl)
		semu_ua_itl(semu_ctx(c)->itl, SEMU_UA_THIN);
	return SCSIEMU_FINISHED;
}

/* A page that is set anew begins anew: what is reached already is told with
 * the next command that writes. */
static void apply(struct scsiemu_lu *lu, const uint8_t *page)
{
	struct space *s = part(lu);

	s->situa = page[4] & SITUA;
	s->on = s->reached = 0;
	for (unsigned i = 0; i < THRESHOLDS; i++) {
		const uint8_t *d = page + FIRST + DESCRIPTOR * i;

		s->at[i] = semu_be32(d + 4);
		if (d[0] & ENABLED)
			s->on |= (uint8_t)(1u << i);
	}
	semu_lu_watch(lu, SEMU_PART_THIN, s->on);
}

/* A percentage has no more than 100. */
static int check(struct scsiemu_cmd *c, const uint8_t *page, uint16_t at)
{
	unsigned field = FIRST + DESCRIPTOR * 2 + 4;

	if (semu_be32(page + field) <= 100)
		return 0;
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)(at + field), SCSIEMU_NO_BIT);
}

#define BYTES(...)                                                             \
	(const uint8_t[])                                                      \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

/* Logical block provisioning (SBC-4 6.4.6): how many are available, how many
 * are used, how many percent are available. */
const struct semu_mode_page semu_sbc_mode_1c02 = {
	.code = 0x1c,
	.sub = 0x02,
	.len = FIRST + THRESHOLDS * DESCRIPTOR,
	.part = 1 + SEMU_PART_THIN,
	.defaults = BYTES(0x5c, 0x02, 0, FIRST - 4 + THRESHOLDS * DESCRIPTOR,
			  [FIRST] = COUNT | DECREASING, AVAILABLE,
			  [FIRST + 8] = COUNT | INCREASING, USED,
			  [FIRST + 16] = PERCENT | DECREASING, AVAILABLE,
			  [FIRST + 23] = 0),
	.mask = BYTES([4] = SITUA, [FIRST] = ENABLED, [FIRST + 4] = 0xff, 0xff,
		      0xff, 0xff, [FIRST + 8] = ENABLED, [FIRST + 12] = 0xff,
		      0xff, 0xff, 0xff, [FIRST + 16] = ENABLED,
		      [FIRST + 20] = 0xff, 0xff, 0xff, 0xff),
#if SEMU_WITH_MODE_SELECT
	.check = check,
#endif
	.apply = apply,
};

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	bool any = SEMU_SBC_OPTION(cf, thresholds) ||
		   SEMU_SBC_OPTION(cf, lbp_not);

	return any ? sizeof(struct space) : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	struct space *s = mem;

	(void)lu;
	s->exponent = SEMU_SBC_OPTION(cf, threshold_exponent);
	s->lbp_not = SEMU_SBC_OPTION(cf, lbp_not);
	return s->exponent > 31 ? SCSIEMU_ERR_ARG : 0;
}

/* What is not offered has no rows and no bits. */
static void loaded(struct scsiemu_lu *lu)
{
	const struct space *s = part(lu);

	lu->cap.lbp_not = s->lbp_not;
	if (s->lbp_not & SEMU_LBPU)
		lu->able &= ~(uint32_t)SCSIEMU_NEED_THIN;
	if (s->lbp_not & SEMU_ANC_SUP)
		lu->offers &= (uint8_t)~4u;
}

/* Blocks were given back: what was reached may be reached again. */
static void wiped(struct scsiemu_lu *lu, bool keep)
{
	unsigned fresh;

	(void)keep;
	judge(lu, &fresh);
}

const struct semu_part_type semu_space_part = {
	.part = SEMU_PART_THIN,
	.since = SCSIEMU_LEVEL_SPC_3,
	.size = size,
	.init = init,
	.loaded = loaded,
	.finish = finish,
	.wiped = wiped,
};
#endif
