/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IMMED (SSC-4 4.2.10): when all that can be refused has been, and what was
 * buffered is on the tape, the want that takes time goes to a job, and the
 * command ends. The job has the logical unit to itself, so commands that need
 * the tape wait for it; TEST UNIT READY says 2/04/07 and REQUEST SENSE what
 * goes on. How far it is no store says: the progress is an estimate from the
 * time that such a command usually takes. Its failure is a deferred error, so
 * only drives with those have such jobs: for others the command takes as long
 * as it takes.
 */
#include <string.h>

#include "core/engine.h"
#include "ssc/ssc.h"

#if SEMU_WITH_JOBS && SEMU_WITH_QUEUE && SEMU_WITH_DEFERRED && SEMU_WITH_BUSY

/* How often there is more progress, ms. */
enum { EACH = 500, SECOND = 1000 };

static bool may(const struct scsiemu_lu *lu, uint32_t len)
{
	return lu->parts >> SEMU_PART_DEFERRED & 1 && !lu->busy.asc &&
	       len <= lu->dev->limits.job_scratch;
}

/* what: of the codes 04h, "not ready", those that say it themselves. */
static void say(struct scsiemu_lu *lu, uint16_t what)
{
	bool itself = what >> 8 == SCSIEMU_ASC_OPERATION_RUNS >> 8;
	const struct semu_busy busy = {
		.key = SCSIEMU_SK_NOT_READY,
		.asc = itself ? what : (uint16_t)SCSIEMU_ASC_OPERATION_RUNS,
		.polled = itself ? 0 : what,
		.counts = true
	};

	lu->busy = busy;
	lu->guards |= SCSIEMU_ON_FORMAT;
}

static int over(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct scsiemu_nexus *n = semu_ctx(c)->nexus;

	memset(&lu->busy, 0, sizeof(lu->busy));
	semu_ssc(lu)->later_ms = 0;
	lu->guards &= ~(uint32_t)SCSIEMU_ON_FORMAT;
	if (c->aborted)
		return SCSIEMU_FAILED;
	if (c->status == SCSIEMU_CHECK_CONDITION)
		scsiemu_lu_deferred(lu, n, &c->sense);
	else if (semu_ssc(lu)->later.verb == SCSIEMU_V_INSERT && n->attached)
		semu_ua_itl(semu_itl_get(lu, n), SEMU_UA_MEDIUM);
	return SCSIEMU_FINISHED;
}

static int job(struct scsiemu_cmd *c, int result)
{
	const struct semu_ssc_later *l = &semu_ssc_of(c)->later;
	unsigned *step = scsiemu_cmd_step(c);

	if (result == SCSIEMU_E_ABORTED)
		return over(c);
	if (*step)
		return l->tail(c, result) == SCSIEMU_WANTS ? SCSIEMU_WANTS
							   : over(c);
	*step = l->step;
	scsiemu_want_buffer(c, NULL, (enum scsiemu_verb)l->verb, l->addr,
			    l->count, c->scratch, l->len);
	c->flags = l->flags;
	return SCSIEMU_WANTS;
}

static bool starts(struct scsiemu_cmd *c, const struct semu_ssc_later *l,
		   const void *buf)
{
	static const uint64_t none[2];
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct scsiemu_cmd *j = may(lu, l->len)
					? semu_job_hold(lu, job, none, false)
					: NULL;

	if (!j)
		return false;
	semu_ssc(lu)->later = *l;
	if (l->len)
		memcpy(j->scratch, buf, l->len);
	semu_ctx(j)->nexus = semu_ctx(c)->nexus;
	semu_job_alone(j, c);
	say(lu, l->what);
	semu_ssc(lu)->later_since = lu->dev->now;
	semu_ssc(lu)->later_ms = scsiemu_cmd_row(c)->nominal * SECOND;
	semu_lu_timer(lu, lu->dev->now + EACH);
	semu_cmd_go_on(j);
	return true;
}

/* Half of it after the usual time, and never all. */
void semu_ssc_tick(struct scsiemu_lu *lu)
{
	const struct semu_ssc *s = semu_ssc(lu);
	uint64_t ms = lu->dev->now - s->later_since;

	if (!s->later_ms)
		return;
	lu->busy.progress = (uint16_t)(ms * 0x10000 / (ms + s->later_ms));
	semu_lu_timer(lu, lu->dev->now + EACH);
}
#else
void semu_ssc_tick(struct scsiemu_lu *lu)
{
	(void)lu;
}

static bool starts(struct scsiemu_cmd *c, const struct semu_ssc_later *l,
		   const void *buf)
{
	(void)c, (void)l, (void)buf;
	return false;
}
#endif

int semu_ssc_later(struct scsiemu_cmd *c, bool immed,
		   const struct semu_ssc_later *l, const void *buf)
{
	*scsiemu_cmd_step(c) = l->step;
	if (immed && starts(c, l, buf))
		return SCSIEMU_FINISHED;
	if (l->len)
		memcpy(c->scratch, buf, l->len);
	scsiemu_want_buffer(c, NULL, (enum scsiemu_verb)l->verb, l->addr,
			    l->count, l->len ? c->scratch : NULL, l->len);
	c->flags = l->flags;
	return SCSIEMU_WANTS;
}
