/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deferred errors (SPC-4 4.5.5): what became of a command after its status. The
 * sense lies in one of the logical unit's places; a bit of a pair, behind its
 * unit attentions, says that its nexus still has to be told. Of several a nexus
 * is told the last one.
 */
#include "core/engine.h"

#if SEMU_WITH_DEFERRED
struct places {
	struct scsiemu_sense sense[SEMU_DEFERRED_PLACES];
};
#define PLACE(i) (1u << (32 - SEMU_DEFERRED_PLACES + (i)))
_Static_assert((SEMU_DEFERRED & (SEMU_UA_BIT(SEMU_UA_COUNT) - 1)) == 0,
	       "the places are bits of unit attentions");

/* A place that nobody else has to be told of (itl NULL: there is nobody else),
 * not one of theirs if there is another, for a REQUEST SENSE may be reporting
 * it. 0: none. */
static uint32_t place_for(const struct scsiemu_lu *lu,
			  const struct semu_itl *itl)
{
	uint32_t own = 0, used = 0, free;

	for (const struct semu_itl *i = lu->itls; i; i = i->of_lu)
		*(itl && i != itl ? &used : &own) |= i->ua;
	free = ~used & SEMU_DEFERRED;
	if (free & ~own)
		free &= ~own;
	return free & (0u - free);
}

struct scsiemu_sense *semu_deferred_at(const struct scsiemu_lu *lu,
				       uint32_t bit)
{
	struct places *p = semu_part(lu, SEMU_PART_DEFERRED);
	unsigned i = 0;

	while (i < SEMU_DEFERRED_PLACES && bit != PLACE(i))
		i++;
	return i < SEMU_DEFERRED_PLACES ? &p->sense[i] : NULL;
}

static void tell(struct semu_itl *itl, uint32_t bit)
{
	itl->ua = (itl->ua & ~SEMU_DEFERRED) | bit;
}

int scsiemu_lu_deferred(struct scsiemu_lu *lu, struct scsiemu_nexus *nexus,
			const struct scsiemu_sense *s)
{
	struct semu_itl *itl = NULL;
	struct scsiemu_sense *kept;
	uint32_t bit;

	if (!(lu->parts >> SEMU_PART_DEFERRED & 1))
		return SCSIEMU_ERR_ARG;
	if (nexus && nexus->attached) {
		itl = semu_itl_get(lu, nexus);
		if (!itl)
			return SCSIEMU_ERR_SPACE;
	}
	bit = place_for(lu, itl);
	if (!bit)
		return SCSIEMU_ERR_SPACE;
	kept = semu_deferred_at(lu, bit);
	*kept = *s;
	kept->flags |= SCSIEMU_S_DEFERRED;
	kept->extra = NULL;
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu)
		if (!itl || i == itl)
			tell(i, bit);
	return 0;
}

bool semu_deferred_fail(struct scsiemu_cmd *c)
{
	struct semu_itl *itl = semu_ctx(c)->itl;

	c->status = SCSIEMU_CHECK_CONDITION;
	c->sense = *semu_deferred_at(itl->lu, itl->ua);
	tell(itl, 0);
	return false;
}

void semu_deferred_result(struct scsiemu_cmd *c, int result)
{
	struct semu_ctx *x = semu_ctx(c);

	if (result >= 0 || c->aborted)
		return;
	semu_fail_result(c, result, 0);
	if (c->status == SCSIEMU_CHECK_CONDITION)
		scsiemu_lu_deferred(x->lu, x->nexus, &c->sense);
}

static uint32_t size(const struct scsiemu_lu_config *cf)
{
	return cf->deferred ? (uint32_t)sizeof(struct places) : 0;
}

static int init(struct scsiemu_lu *lu, void *mem,
		const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)mem, (void)cf;
	return 0;
}

const struct semu_part_type semu_deferred_part = {
	.part = SEMU_PART_DEFERRED,
	.since = SCSIEMU_LEVEL_SCSI_2,
	.size = size,
	.init = init,
};
#else
int scsiemu_lu_deferred(struct scsiemu_lu *lu, struct scsiemu_nexus *nexus,
			const struct scsiemu_sense *s)
{
	(void)lu, (void)nexus, (void)s;
	return SCSIEMU_ERR_ARG;
}
#endif
