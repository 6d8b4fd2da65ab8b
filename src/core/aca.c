/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Auto contingent allegiance (SAM-5 5.9): a command with NACA=1 that ends with
 * CHECK CONDITION stops the task set for all but commands with the task
 * attribute ACA of its own nexus, one at a time, until somebody clears the
 * condition. What waits goes on waiting; what has a want out ends as if it had
 * ended before.
 */
#include "core/engine.h"

#if SEMU_WITH_ACA
enum { NACA = 0x04, PREEMPT_AND_ABORT = 5 };

/* Of a CDB that no row was found for yet. */
static bool naca(const struct scsiemu_cmd *c)
{
	unsigned len = scsiemu_cdb_length(c->cdb, c->cdb_len);

	if (c->cdb[0] == SCSIEMU_OP_VARIABLE)
		return c->cdb_len > 1 && c->cdb[1] & NACA;
	return len && c->cdb[len - 1] & NACA;
}

/* PERSISTENT RESERVE OUT with PREEMPT AND ABORT is how another nexus may end
 * the condition. */
static bool preempts(const struct scsiemu_cmd *c)
{
	return c->cdb[0] == SCSIEMU_OP_PERSISTENT_RESERVE_OUT &&
	       c->cdb_len > 1 && (c->cdb[1] & 0x1f) == PREEMPT_AND_ABORT;
}

/* One command with the attribute ACA at a time. */
static bool another(const struct scsiemu_lu *lu)
{
	const struct semu_entry *e = (const void *)lu->tasks.next;

	for (; !semu_at_end(lu, e); e = semu_after(e))
		if (e->cmd->attr == SCSIEMU_ACA &&
		    semu_ctx(e->cmd)->phase != SEMU_P_DONE)
			return true;
	return false;
}

static uint8_t status(const struct scsiemu_cmd *c)
{
	const struct semu_ctx *x = semu_ctx(c);
	bool own = x->lu->aca == x->nexus;

	if (own && c->attr == SCSIEMU_ACA && !another(x->lu))
		return SCSIEMU_GOOD;
	if (!own && preempts(c))
		return SCSIEMU_GOOD;
	/* SAM-5 table 38: others that know of ACA are told, the rest is BUSY */
	return own || naca(c) ? SCSIEMU_ACA_ACTIVE : SCSIEMU_BUSY;
}

bool semu_aca_refuses(struct scsiemu_cmd *c)
{
	uint8_t s;

	if (!semu_ctx(c)->lu->aca && c->attr != SCSIEMU_ACA)
		return false;
	if (!semu_ctx(c)->lu->aca) { /* SAM-5 8.6.5 */
		scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			     SCSIEMU_ASC_INVALID_MESSAGE);
		return true;
	}
	s = status(c);
	if (s)
		scsiemu_fail_status(c, s);
	return s != SCSIEMU_GOOD;
}

static void set(struct scsiemu_lu *lu, struct scsiemu_nexus *n)
{
	lu->aca = n;
	semu_lu_lasting(lu);
	if (!n)
		semu_wake(lu);
}

void semu_aca_check(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (!x->lu->normaca || c->tmf || c->job)
		return;
	if (naca(c))
		set(x->lu, x->nexus);
	else if (c->attr == SCSIEMU_ACA) /* SAM-5 5.9.3: ends the old one */
		semu_aca_clear(x->lu, x->nexus);
}

void semu_aca_clear(struct scsiemu_lu *lu, const struct scsiemu_nexus *n)
{
	if (lu->aca && (!n || lu->aca == n))
		set(lu, NULL);
}
#else
bool semu_aca_refuses(struct scsiemu_cmd *c)
{
	if (c->attr != SCSIEMU_ACA)
		return false;
	scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
		     SCSIEMU_ASC_INVALID_MESSAGE);
	return true;
}
#endif
