/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Background jobs (rulings A8): commands that the device owns. They come out of
 * scsiemu_ready(), any driver runs them, and their steps leave wants like any
 * other's. A slot is the command (limits.cmd_size bytes, so that the pump's
 * task fits), a flag, and a buffer.
 */
#include "core/engine.h"
#include <string.h>

#if SEMU_WITH_JOBS
int semu_cmd_park(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

#if SEMU_WITH_QUEUE
	semu_cmd_yield(c);
#endif
	x->phase = SEMU_P_WAIT;
	x->resume = SEMU_RESUME_STEP;
	c->want = SCSIEMU_WAIT;
	c->len = 0;
	return SCSIEMU_WANTS;
}

void semu_cmd_go_on(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (x->phase != SEMU_P_WAIT)
		return;
	x->phase = SEMU_P_READY;
	semu_ready_push(c);
}

static const struct scsiemu_row job_row = {
	.name = "background job",
	.kind = SCSIEMU_K_STEPS,
	.sa = SCSIEMU_NO_SA,
	.cls = SCSIEMU_C_INFO,
	.flags = SCSIEMU_ROW_ERRORS |
		 SCSIEMU_ROW_UNDO, /* its owner hears all */
};

static struct scsiemu_cmd *job_cmd(struct scsiemu_device *d, uint32_t i)
{
	return (struct scsiemu_cmd *)(void *)(d->jobs +
					      (size_t)i * d->job_size);
}

/* In use? The flag lies behind the command, where no driver writes. */
static uint8_t *used(struct scsiemu_device *d, struct scsiemu_cmd *c)
{
	return (uint8_t *)c + d->limits.cmd_size;
}

static struct scsiemu_cmd *free_job(struct scsiemu_device *d)
{
	for (uint32_t i = 0; i < d->limits.jobs; i++)
		if (!*used(d, job_cmd(d, i)))
			return job_cmd(d, i);
	return NULL;
}

static void init(struct scsiemu_cmd *c, struct scsiemu_lu *lu)
{
	struct scsiemu_device *d = lu->dev;
	struct semu_ctx *x = semu_ctx(c);

	memset(c, 0, sizeof(*c));
	c->job = 1;
	c->lu = lu;
	c->info = SCSIEMU_NO_INFO;
	c->scratch = (uint8_t *)c + d->limits.cmd_size + SEMU_JOB_EXTRA;
	c->scratch_len = d->limits.job_scratch;
	x->lu = lu;
	x->row = &job_row;
	x->nexus = &d->anonymous;
	x->entry.cmd = c;
	x->entry.lu = lu;
	x->phase = SEMU_P_WAIT;
	x->resume = SEMU_RESUME_STEP;
	c->want = SCSIEMU_WAIT;
}

struct scsiemu_cmd *semu_job_hold(struct scsiemu_lu *lu, scsiemu_step_fn *fn,
				  const uint64_t own[2], bool survives)
{
	struct scsiemu_cmd *c = free_job(lu->dev);

	if (!c)
		return NULL;
	*used(lu->dev, c) = 1;
	init(c, lu);
	semu_ctx(c)->step = fn;
	if (survives)
		semu_ctx(c)->odd = SEMU_SURVIVES;
	semu_ctx(c)->own[0] = own[0];
	semu_ctx(c)->own[1] = own[1];
	semu_link(&semu_ctx(c)->entry, lu);
	semu_trace(lu, SCSIEMU_EV_START, c, 0);
	return c;
}

struct scsiemu_cmd *semu_job_new(struct scsiemu_lu *lu, scsiemu_step_fn *fn,
				 const uint64_t own[2], bool survives)
{
	struct scsiemu_cmd *c = semu_job_hold(lu, fn, own, survives);

	if (c)
		semu_cmd_go_on(c);
	return c;
}

void semu_job_alone(struct scsiemu_cmd *job, const struct scsiemu_cmd *behind)
{
	struct semu_entry *e = &semu_ctx(job)->entry;

	semu_unlink(e, e->lu);
	semu_insert(e, &semu_ctx(behind)->entry.ring);
	e->cls = SCSIEMU_C_LU;
	e->counted = true;
	e->lu->nslow++;
}

int scsiemu_job_start(struct scsiemu_lu *lu, scsiemu_step_fn *fn,
		      const uint64_t own[2], bool survives)
{
	return semu_job_new(lu, fn, own, survives) ? 0 : SCSIEMU_ERR_SPACE;
}

void semu_job_end(struct scsiemu_cmd *c)
{
	*used(semu_ctx(c)->lu->dev, c) = 0;
}
#else
struct scsiemu_cmd *semu_job_new(struct scsiemu_lu *lu, scsiemu_step_fn *fn,
				 const uint64_t own[2], bool survives)
{
	(void)lu, (void)fn, (void)own, (void)survives;
	return NULL;
}

int scsiemu_job_start(struct scsiemu_lu *lu, scsiemu_step_fn *fn,
		      const uint64_t own[2], bool survives)
{
	(void)lu, (void)fn, (void)own, (void)survives;
	return SCSIEMU_ERR_SPACE;
}
#endif
