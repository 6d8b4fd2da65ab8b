/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PREEMPT AND ABORT's two needs of the engine: that the commands of a nexus
 * end, and that it is not GOOD before nothing of theirs can reach the medium
 * any more (or abort_ms is over although a store hangs). A command that has to
 * wait for another of its kind is held, too.
 */
#include "core/engine.h"

#if SEMU_WITH_PR

void semu_preempt(struct scsiemu_cmd *c, struct scsiemu_nexus *n)
{
	struct scsiemu_lu *lu = semu_ctx(c)->lu;
	struct semu_entry *e, *next;

	for (e = semu_first(lu); !semu_at_end(lu, e); e = next) {
		struct semu_ctx *x = semu_ctx(e->cmd);

		next = semu_after(e);
		if (e != &x->entry || x->nexus != n || e->cmd == c)
			continue;
		if (!e->cmd->job)
			semu_kill_by(e->cmd, semu_ctx(c)->nexus, 0);
		else if (x->itl) /* a copy in the background: on its behalf */
			semu_kill(e->cmd, 0, false);
	}
	semu_aca_clear(lu, n);
}

#if SEMU_WITH_QUEUE
/* A STEPS or `then` function is called again when semu_release_held() says
 * that it may go on. */
int semu_hold(struct scsiemu_cmd *c)
{
	semu_ctx(c)->phase = SEMU_P_HELD;
	semu_ctx(c)->resume = SEMU_RESUME_STEP;
	c->want = SCSIEMU_WAIT;
	c->len = 0;
	return SCSIEMU_WANTS;
}

bool semu_fence_over(const struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = semu_ctx(c)->lu;

	for (struct scsiemu_cmd *z = lu->dev->zombies; z;
	     z = semu_ctx(z)->zombie)
		if (z != c && semu_ctx(z)->lu == lu)
			return false;
	return true;
}

int semu_fence(struct scsiemu_cmd *c)
{
	const struct scsiemu_device *d = semu_ctx(c)->lu->dev;

	if (semu_fence_over(c))
		return SCSIEMU_FINISHED;
	semu_hold(c);
	semu_ctx(c)->phase = SEMU_P_WAIT;
	semu_ctx(c)->odd |= SEMU_FENCING;
	semu_timer_add(c, d->now + d->limits.abort_ms);
	return SCSIEMU_WANTS;
}

void semu_fence_end(struct scsiemu_cmd *c)
{
	semu_timer_remove(c);
	semu_ctx(c)->odd &= (uint16_t)~SEMU_FENCING;
	semu_ctx(c)->phase = SEMU_P_READY;
	semu_ready_push(c);
}
#endif

#endif
