/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding rows: by opcode and service action, and all of them in order. */
#include "core/engine.h"

/* A logical unit's tables: the embedder's rows win over the type's, those over
 * the common ones; old logical units have one more. */
enum { OLD = 3 };

static struct semu_rows table(const struct scsiemu_lu *lu, unsigned k)
{
	if (k == 0)
		return (struct semu_rows){ lu->vendor_rows, lu->nvendor };
#if SEMU_WITH_LEVELS
	if (k == OLD)
		return lu->type->old_rows;
#endif
	return lu->type->rows[k - 1];
}

static unsigned ntables(const struct scsiemu_lu *lu)
{
	return semu_old(lu) ? OLD + 1 : OLD;
}

static bool has(const struct scsiemu_lu *lu, unsigned k,
		const struct scsiemu_row *row)
{
	if (!semu_row_exists(lu, row) ||
	    (k && semu_quirks_hide(lu, row->op, row->sa)))
		return false;
	return !(semu_old(lu) && k) || semu_level_has(lu, row);
}

static unsigned first_index(const struct scsiemu_lu *lu, struct semu_rows t,
			    unsigned k, unsigned op)
{
	unsigned i = 0;

#if SEMU_WITH_SHORT_WAY
	if (k > 0 && k < OLD && lu->set)
		return lu->set->first[k - 1][op] - 1u;
#else
	(void)lu, (void)k;
#endif
	while (i < t.n && t.row[i].op != op)
		i++;
	return i;
}

/* SBC-4 4.21.2.4: what only a format, say, keeps from being there is no such
 * command (5/20/00), although other service actions of 7Fh are known. */
static bool hides(const struct scsiemu_row *r, unsigned sa)
{
	return SEMU_WITH_PI && r->op == SCSIEMU_OP_VARIABLE && r->sa == sa;
}

const struct scsiemu_row *semu_row_find(const struct scsiemu_lu *lu,
					unsigned op, unsigned sa, bool *known)
{
	bool hidden = false;

	*known = false;
	for (unsigned k = lu->nvendor ? 0 : 1; k < ntables(lu); k++) {
		struct semu_rows t = table(lu, k);
		unsigned i = first_index(lu, t, k, op);

		for (; i < t.n && t.row[i].op == op; i++) {
			const struct scsiemu_row *r = &t.row[i];

			if (!has(lu, k, r)) {
				hidden |= hides(r, sa);
				continue;
			}
			*known = true;
			if (r->sa == SCSIEMU_NO_SA || r->sa == sa)
				return r;
		}
	}
	*known &= !hidden;
	return NULL;
}

static uint32_t order(const struct scsiemu_row *r)
{
	return (uint32_t)r->op << 16 | (r->sa == SCSIEMU_NO_SA ? 0 : r->sa);
}

/* The first of all tables, whether it counts or not. */
static const struct scsiemu_row *first_of_all(const struct scsiemu_lu *lu,
					      struct semu_row_iter *it)
{
	const struct scsiemu_row *best = NULL;
	unsigned from = 0;

	for (unsigned k = 0; k < ntables(lu); k++) {
		struct semu_rows t = table(lu, k);

		if (it->i[k] < t.n &&
		    (!best || order(&t.row[it->i[k]]) < order(best))) {
			best = &t.row[it->i[k]];
			from = k;
		}
	}
	it->i[from]++;
	return best;
}

const struct scsiemu_row *semu_row_next(const struct scsiemu_lu *lu,
					struct semu_row_iter *it)
{
	const struct scsiemu_row *row;
	bool known;

	do {
		row = first_of_all(lu, it);
	} while (row && semu_row_find(lu, row->op, row->sa, &known) != row);
	return row;
}

/* Bits that only some logical units offer. */
static unsigned offered(const struct scsiemu_lu *lu,
			const struct scsiemu_row *row, unsigned i)
{
	unsigned u = 0;

	if (i == row->prot_at && lu->offers & 1)
		u |= 0xe0;
	if (i == row->group_at && lu->offers & 2)
		u |= 0x3f;
	if (SEMU_WITH_THIN && lu->offers & 4 &&
	    i == (row->prot_at ? row->prot_at : 1u))
		u |= row->anchor;
	return u;
}

/* ZNR of SANITIZE. */
static unsigned zones_use(const struct scsiemu_lu *lu,
			  const struct scsiemu_row *row, unsigned i)
{
	return i == 1 && row->flags & SCSIEMU_ROW_ZNR &&
			       lu->able & SCSIEMU_NEED_ZONES
		       ? 0x40
		       : 0;
}

unsigned semu_row_usage(const struct scsiemu_lu *lu,
			const struct scsiemu_row *row, unsigned i)
{
	/* bytes that no row describes are not checked */
	unsigned u = i < 32 ? row->usage[i] : 0xff;

	if (SEMU_WITH_ACA && lu->normaca && i == semu_control_at(row))
		u |= 0x04; /* NACA */
	if (!i)
		return u;
	u |= offered(lu, row, i) | zones_use(lu, row, i);
	return semu_old(lu) ? semu_level_usage(lu, row, i, u) : u;
}
