/* SPDX-License-Identifier: BSD-2-Clause */
/* A judged PERSISTENT RESERVE OUT happens: in one piece, and whom it tells. */
#include "spc/pr.h"

#include "core/engine.h"

#if SEMU_WITH_PR

#define PR_STOPS (SCSIEMU_ON_PR_READ | SCSIEMU_ON_PR_WRITE | SCSIEMU_ON_PR_ANY)

void semu_pr_guards(struct scsiemu_lu *lu)
{
	uint32_t g = lu->guards & ~(uint32_t)PR_STOPS;
	unsigned type = lu->pr_type;

	if (lu->regs)
		g |= SCSIEMU_ON_PR_ANY;
	if (type)
		g |= SCSIEMU_ON_PR_WRITE;
	if (type == SCSIEMU_PR_EA || type == SCSIEMU_PR_EA_RO ||
	    type == SCSIEMU_PR_EA_AR)
		g |= SCSIEMU_ON_PR_READ;
	lu->guards = g;
}

/* Reservations let the holder pass, and registrants where the type says so;
 * RESERVE and RELEASE then have no effect (SPC-5 5.13.3). */
uint32_t semu_pr_applies(const struct scsiemu_cmd *c, uint32_t hit)
{
	const struct semu_ctx *x = semu_ctx(c);
	unsigned type = x->lu->pr_type;

	if (!(hit & PR_STOPS) || !type || !x->itl || !x->itl->reg)
		return hit;
	if (semu_pr_registrants(type) || x->lu->holder == x->itl->reg)
		hit &= ~(uint32_t)PR_STOPS;
	return hit;
}

void semu_pr_forget_marks(struct scsiemu_lu *lu)
{
	for (uint32_t i = lu->regs, next; i; i = next) {
		struct semu_reg *r = semu_reg(lu, i);

		next = r->next;
		if (r->mark & SEMU_REG_FRESH)
			semu_reg_remove(lu, i);
		else
			r->mark = 0;
	}
}

/* The commands of the victims end, and they prevent removal no more (SPC-5
 * 5.13.11.2.6). */
static void fence(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = semu_ctx(c)->lu;

	for (struct semu_itl *i = lu->itls; i; i = i->of_lu) {
		if (!i->reg || !(semu_reg(lu, i->reg)->mark & SEMU_REG_VICTIM))
			continue;
		semu_preempt(c, i->nexus);
		semu_itl_allow(i);
	}
}

/* Who loses a registration, or goes on without the reservation, is told; not
 * the nexus that asked for it. */
static void tell(struct scsiemu_lu *lu, const struct scsiemu_nexus *by,
		 const struct semu_pr_change *ch)
{
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu) {
		if (!i->reg || i->nexus == by)
			continue;
		if (semu_reg(lu, i->reg)->mark & SEMU_REG_DOOMED) {
			if (ch->ua < SEMU_UA_COUNT)
				semu_ua_itl(i, (enum semu_ua)ch->ua);
		} else if (ch->flags & SEMU_PR_TELL) {
			semu_ua_itl(i, SEMU_UA_RELEASED);
		}
	}
}

static void apply_marks(struct scsiemu_lu *lu, uint64_t key)
{
	for (uint32_t i = lu->regs, next; i; i = next) {
		struct semu_reg *r = semu_reg(lu, i);

		next = r->next;
		if (r->mark & SEMU_REG_DOOMED) {
			semu_reg_remove(lu, i);
			continue;
		}
		if (r->mark & SEMU_REG_REKEY)
			r->key = key;
		if (r->mark & SEMU_REG_FRESH)
			semu_reg_settle(lu, i);
		r->mark = 0;
	}
}

void semu_pr_commit(struct scsiemu_cmd *c, const struct semu_pr_change *ch)
{
	struct scsiemu_lu *lu = semu_ctx(c)->lu;

	if (ch->flags & SEMU_PR_FENCE)
		fence(c);
	tell(lu, semu_ctx(c)->nexus, ch);
	apply_marks(lu, *scsiemu_cmd_own(c));
	lu->holder = ch->holder;
	lu->pr_type = ch->type;
	lu->pr_aptpl = ch->flags & SEMU_PR_APTPL;
	if (ch->flags & SEMU_PR_NEXT)
		lu->pr_generation++;
	if (ch->flags & SEMU_PR_ZERO) {
		lu->pr_generation = 0;
		lu->guards &= ~(uint32_t)SCSIEMU_ON_PR_LOST;
	}
	lu->pr_stamp++;
	semu_pr_guards(lu);
}

#endif
