/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is kept of copies with a list identifier (SPC-5 5.18.4): while they run,
 * and afterwards until somebody asked, the identifier is used again, the pair
 * of nexus and logical unit loses its state, or the room is needed.
 */
#include <string.h>

#include "spc/copy.h"

#if SEMU_WITH_COPY

static struct semu_copy *copies_end(const struct scsiemu_device *d)
{
	return d->copies + d->limits.copies;
}

struct semu_copy *semu_copy_find(const struct scsiemu_cmd *c, uint32_t id)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;

	for (struct semu_copy *k = d->copies; k < copies_end(d); k++)
		if (k->state != SEMU_COPY_FREE && k->id == id && k->itl &&
		    k->itl == semu_ctx(c)->itl)
			return k;
	return NULL;
}

struct semu_copy *semu_copy_of(const struct scsiemu_cmd *c)
{
	uint64_t i = semu_ctx(c)->own[1];

	return i ? &scsiemu_cmd_lu(c)->dev->copies[i - 1] : NULL;
}

/* One that is free, else the one that has been waiting for a question for the
 * longest time; NULL: all are under way. */
static struct semu_copy *room(const struct scsiemu_device *d)
{
	struct semu_copy *best = NULL;

	for (struct semu_copy *k = d->copies; k < copies_end(d); k++) {
		if (k->state == SEMU_COPY_FREE)
			return k;
		if (k->state == SEMU_COPY_DONE &&
		    (!best || k->serial < best->serial))
			best = k;
	}
	return best;
}

int semu_copy_new(struct scsiemu_cmd *c, uint32_t id, bool kept,
		  struct semu_copy **k)
{
	struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;

	*k = NULL;
	if (!kept)
		return SCSIEMU_FINISHED;
	*k = semu_copy_find(c, id);
	if (*k && (*k)->state == SEMU_COPY_RUNS)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_OPERATION_IN_PROGRESS);
	if (!*k)
		*k = room(d);
	if (!*k)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_RESOURCES);
	memset(*k, 0, sizeof(**k));
	(*k)->state = SEMU_COPY_RUNS;
	(*k)->itl = semu_ctx(c)->itl;
	(*k)->id = id;
	(*k)->sa = c->cdb[1] & 0x1f;
	return SCSIEMU_FINISHED;
}

bool semu_copy_hold(struct scsiemu_cmd *c, uint64_t n)
{
	struct semu_copy *k = semu_copy_of(c);
	uint32_t most = scsiemu_cmd_lu(c)->dev->limits.copy_held;

	if (!k || k->discarded)
		return false;
	k->discarded = n > most - k->held;
	if (k->discarded)
		k->held = 0;
	return !k->discarded;
}

uint8_t *semu_copy_held(const struct scsiemu_device *d,
			const struct semu_copy *k)
{
	return d->held + (size_t)(k - d->copies) * d->limits.copy_held;
}

void semu_copy_done(struct scsiemu_cmd *c, struct semu_copy *k)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	k->serial = ++lu->dev->copy_serial;
	k->state = k->itl ? SEMU_COPY_DONE : SEMU_COPY_FREE;
	k->result = c->status ? SEMU_COPY_ERRORS : SEMU_COPY_OK;
	k->untold = SEMU_COPY_STATUS;
	k->status = c->status;
	if (c->aborted ||
	    (k->abort && c->sense.asc == SCSIEMU_ASC_CLEARED_BY_DEVICE_SERVER))
		k->result = SEMU_COPY_TERMINATED;
	if (c->aborted)
		k->status = SCSIEMU_TASK_ABORTED;
	else if (c->status == SCSIEMU_CHECK_CONDITION)
		k->sense_len = (uint8_t)semu_sense_put(
			&c->sense, lu->descr, k->sense, sizeof(k->sense));
	if (k->held)
		k->untold |= SEMU_COPY_HELD;
	if (k->result != SEMU_COPY_OK)
		k->untold |= SEMU_COPY_DETAILS;
}

/* COPY OPERATION ABORT (SPC-5 6.5): it ends at its next step. */
int semu_copy_abort(struct scsiemu_cmd *c)
{
	struct semu_copy *k = semu_copy_find(c, semu_be32(c->cdb + 2));

	if (!k)
		return scsiemu_fail_cdb(c, 2, SCSIEMU_NO_BIT);
	if (k->state == SEMU_COPY_RUNS)
		k->abort = true;
	return SCSIEMU_FINISHED;
}

void semu_copy_lost(struct scsiemu_lu *lu, const struct semu_itl *itl)
{
	struct scsiemu_device *d = lu->dev;

#if SEMU_WITH_ODX
	if (!itl)
		semu_rod_gone(lu);
#endif
#if SEMU_WITH_ALIASES
	if (itl)
		semu_alias_lost(itl);
#endif
	for (struct semu_copy *k = d->copies; itl && k < copies_end(d); k++) {
		if (k->itl != itl)
			continue;
		k->itl = NULL;
		k->abort = true;
		if (k->state == SEMU_COPY_DONE)
			k->state = SEMU_COPY_FREE;
	}
}

#endif
