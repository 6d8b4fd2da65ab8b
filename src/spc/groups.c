/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * REPORT TARGET PORT GROUPS and SET TARGET PORT GROUPS (SPC-5 6.38, 6.48). The
 * list of the latter is judged whole; then group by group the embedder is
 * asked, where it wants to be, and what came of it is saved before the status.
 */
#include "spc/alua.h"
#include "spc/spc.h"

#if SEMU_WITH_ALUA

enum { FORMAT = 0xe0, EXTENDED = 0x20, DESCRIPTOR = 4 };

/* Bits of a supported state in byte 1 of a group's descriptor. */
static const uint8_t supported[16] = {
	[SCSIEMU_OPTIMIZED] = 0x01,	[SCSIEMU_NON_OPTIMIZED] = 0x02,
	[SCSIEMU_STANDBY] = 0x04,	[SCSIEMU_UNAVAILABLE] = 0x08,
	[SCSIEMU_LBA_DEPENDENT] = 0x10, [SCSIEMU_OFFLINE] = 0x40,
	[SCSIEMU_TRANSITIONING] = 0x80,
};

static unsigned states_of(const struct semu_alua *a)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < 16; i++)
		if (a->states >> i & 1)
			bits |= supported[i];
	return bits;
}

static void put_group(struct scsiemu_wr *w, const struct scsiemu_device *d,
		      const struct semu_alua *a, const struct semu_group *g)
{
	unsigned nports = 0;

	for (uint32_t i = 0; i < d->nports; i++)
		nports += d->ports[i].group == g->id;
	scsiemu_wr_u8(w, (g->preferred ? 0x80u : 0) | g->state);
	scsiemu_wr_u8(w, states_of(a));
	scsiemu_wr_be16(w, g->id);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, g->status);
	scsiemu_wr_u8(w, 0);
	scsiemu_wr_u8(w, nports);
	for (uint32_t i = 0; i < d->nports; i++)
		if (d->ports[i].group == g->id)
			scsiemu_wr_be32(w, d->ports[i].id);
}

int semu_report_groups(struct scsiemu_cmd *c, struct scsiemu_wr *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_alua *a = semu_alua(lu);
	unsigned format = c->cdb[1] & FORMAT;

	if (format > EXTENDED)
		return scsiemu_fail_cdb(c, 1, 7);
	scsiemu_wr_be32(w, 0);
	if (format == EXTENDED) {
		scsiemu_wr_u8(w, 0x10); /* FORMAT TYPE 001b */
		scsiemu_wr_u8(w, a->implicit_s);
		scsiemu_wr_be16(w, 0);
	}
	for (unsigned i = 0; i < a->n; i++)
		put_group(w, lu->dev, a, &a->group[i]);
	scsiemu_wr_len(w, 0, 4, 0);
	return SCSIEMU_FINISHED;
}

/* scsiemu_cmd_own()[0]: how far it is. */
enum { ASKED = 1, CHANGED = 2, REFUSED = 4, SAVING = 8 };

static int bad(struct scsiemu_cmd *c, uint32_t at, uint8_t bit)
{
	return scsiemu_fail_param(c,
				  SCSIEMU_ASC_INVALID_FIELD_IN_PARAMETER_LIST,
				  (uint16_t)at, bit);
}

/* Offline is a secondary state: of a port, and not a host's to set. */
static bool settable(const struct semu_alua *a, unsigned state)
{
	return state <= SCSIEMU_UNAVAILABLE && semu_alua_enters(a, state);
}

static int judge(struct scsiemu_cmd *c, struct semu_alua *a,
		 const uint8_t *list, uint32_t at)
{
	unsigned id = semu_be16(list + at + 2);
	const struct semu_group *g = semu_alua_find(a, id);

	if (!settable(a, list[at] & 0x0f))
		return bad(c, at, 3);
	if (!g)
		return bad(c, at + 2, SCSIEMU_NO_BIT);
	for (uint32_t k = DESCRIPTOR; k < at; k += DESCRIPTOR)
		if (semu_be16(list + k + 2) == id)
			return bad(c, at + 2, SCSIEMU_NO_BIT);
	if (g->state == SCSIEMU_TRANSITIONING)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_ALUA_TRANSITION);
	return 0;
}

int semu_set_groups(struct scsiemu_cmd *c, struct scsiemu_rd *r)
{
	struct semu_alua *a = semu_alua(scsiemu_cmd_lu(c));
	uint32_t len = scsiemu_cmd_count(c);

	if (!len)
		return SCSIEMU_FINISHED;
	if (len < 2 * DESCRIPTOR || len % DESCRIPTOR)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
	if (!scsiemu_rd_need(r, len))
		return SCSIEMU_FAILED;
	for (uint32_t at = DESCRIPTOR; at < len; at += DESCRIPTOR)
		if (judge(c, a, r->buf, at))
			return SCSIEMU_FAILED;
	return semu_groups_set(c, SCSIEMU_OK);
}

static struct semu_group *nth(const struct scsiemu_cmd *c, unsigned i)
{
	const uint8_t *d = c->scratch + DESCRIPTOR * (i + 1);

	return semu_alua_find(semu_alua(scsiemu_cmd_lu(c)), semu_be16(d + 2));
}

static unsigned wanted(const struct scsiemu_cmd *c, unsigned i)
{
	return c->scratch[DESCRIPTOR * (i + 1)] & 0x0fu;
}

/* One group on its way; true: a want is out for it. */
static bool move(struct scsiemu_cmd *c, unsigned i)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_alua *a = semu_alua(lu);
	struct semu_group *g = nth(c, i);
	unsigned state = wanted(c, i);

	if (g->state == state)
		return false;
	if (semu_ctx(c)->itl)
		semu_ctx(c)->itl->regroups = true;
	g->asked = a->asks;
	semu_alua_begin(lu, g, state, SEMU_BY_HOST,
			a->asks ? 0 : a->transition_ms);
	if (g->asked) {
		*scsiemu_cmd_own(c) |= ASKED;
		scsiemu_want_store(c, NULL, SCSIEMU_V_ACCESS, g->id, state,
				   SCSIEMU_CHANGES);
		return true;
	}
	*scsiemu_cmd_own(c) |= CHANGED;
	if (!g->due)
		semu_alua_reach(lu, g, state);
	return false;
}

/* The embedder said whether the group is where it was to be. */
static void answered(struct scsiemu_cmd *c, unsigned i, int result)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_group *g = nth(c, i);
	uint64_t *own = scsiemu_cmd_own(c);

	g->asked = false;
	*own &= ~(uint64_t)ASKED;
	if (result < 0) {
		semu_alua_revert(lu, g);
		*own |= REFUSED;
	} else {
		semu_alua_reach(lu, g, wanted(c, i));
		*own |= CHANGED;
	}
}

/* What changed is durable before the status is known. */
static int save(struct scsiemu_cmd *c)
{
	struct semu_alua *a = semu_alua(scsiemu_cmd_lu(c));
	uint32_t len = semu_alua_record(a);

	*scsiemu_cmd_own(c) |= SAVING;
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0,
				   SCSIEMU_NV_ALUA, a->record, len);
}

/* What follows the list, and each want. */
int semu_groups_set(struct scsiemu_cmd *c, int result)
{
	unsigned n = scsiemu_cmd_count(c) / DESCRIPTOR - 1;
	unsigned *i = scsiemu_cmd_step(c);
	uint64_t *own = scsiemu_cmd_own(c);

	if (*own & ASKED)
		answered(c, (*i)++, result);
	else if (result < 0)
		*own |= REFUSED;
	if (result == SCSIEMU_E_ABORTED)
		return SCSIEMU_FAILED;
	for (; *i < n && !(*own & REFUSED); (*i)++)
		if (move(c, *i))
			return SCSIEMU_WANTS;
	if ((*own & (CHANGED | SAVING)) == CHANGED &&
	    semu_can_save(scsiemu_cmd_lu(c)))
		return save(c);
	if (!(*own & REFUSED))
		return SCSIEMU_FINISHED;
	return scsiemu_fail(c, SCSIEMU_SK_HARDWARE_ERROR,
			    SCSIEMU_ASC_SET_GROUPS_FAILED);
}

#endif
