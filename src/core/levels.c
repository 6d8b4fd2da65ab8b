/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Levels: the rows of a logical unit that is older than SPC-3, and the bits of
 * their CDBs. A type's tables say what came when; others are not looked at.
 */
#include "core/engine.h"

#if SEMU_WITH_LEVELS

/* The level from which on the row is there. */
static unsigned since(const struct scsiemu_lu *lu,
		      const struct scsiemu_row *row)
{
	for (unsigned k = 0; k < 2; k++) {
		const struct semu_levels *t = lu->type->levels[k];
		const struct semu_level_row *r = t ? t->rows : NULL;

		for (; r && r->since; r++)
			if (r->op == row->op &&
			    (r->sa == SCSIEMU_NO_SA || r->sa == row->sa))
				return r->since;
	}
	return SCSIEMU_LEVEL_SPC_3;
}

bool semu_level_has(const struct scsiemu_lu *lu, const struct scsiemu_row *row)
{
	return lu->version >= SCSIEMU_LEVEL_SPC_3 ||
	       since(lu, row) <= lu->version;
}

unsigned semu_level_usage(const struct scsiemu_lu *lu,
			  const struct scsiemu_row *row, unsigned i, unsigned u)
{
	if (lu->version >= SCSIEMU_LEVEL_SPC_3)
		return u;
	for (unsigned k = 0; k < 2; k++) {
		const struct semu_levels *t = lu->type->levels[k];
		const struct semu_level_bits *b = t ? t->cdb : NULL;

		for (; b && b->since + b->until; b++) {
			if (b->code != row->op || b->byte != i)
				continue;
			if (b->since > lu->version)
				u &= ~(unsigned)b->bits;
			if (b->until >= lu->version)
				u |= b->bits;
		}
	}
	return u;
}

#endif
