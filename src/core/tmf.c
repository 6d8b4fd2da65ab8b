/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Task management (SAM-5 7) and what ends commands early. A function is a
 * table row: whom it hits, what follows. It ends when those it hit are done, or
 * after abort_ms although a store hangs: then they stay zombies, keep memory
 * and extents until their did(), and send nothing.
 */
#include "core/engine.h"

#define APART __attribute__((noinline))

enum scope {
	TASK,	  /* one command: nexus and tag */
	NEXUS_LU, /* all of the nexus in the LU */
	WHOLE_LU,
	NEXUS, /* all of the nexus in every LU */
	TARGET /* all */
};

enum effect {
	NOTHING,
	CLEAR,
	END_ACA,
	RESET_LU,
	RESET_NEXUS,
	RESET_ALL,
	QUERY
};

struct function {
	uint8_t scope, effect;
	bool supported;
	uint8_t ua;
};

static const struct function function[] = {
	[SCSIEMU_TMF_ABORT_TASK] = { TASK, NOTHING, true, 0 },
	[SCSIEMU_TMF_ABORT_TASK_SET] = { NEXUS_LU, NOTHING, true, 0 },
	[SCSIEMU_TMF_CLEAR_TASK_SET] = { WHOLE_LU, CLEAR, true, 0 },
#if SEMU_WITH_ACA
	[SCSIEMU_TMF_CLEAR_ACA] = { WHOLE_LU, END_ACA, true, 0 },
#endif
	[SCSIEMU_TMF_LU_RESET] = { WHOLE_LU, RESET_LU, true,
				   SEMU_UA_DEVICE_RESET },
#if SEMU_WITH_TMF
	[SCSIEMU_TMF_NEXUS_RESET] = { NEXUS, RESET_NEXUS, true,
				      SEMU_UA_NEXUS_LOSS },
#endif
	[SCSIEMU_TMF_TARGET_WARM_RESET] = { TARGET, RESET_ALL, true,
					    SEMU_UA_BUS_RESET },
	[SCSIEMU_TMF_TARGET_COLD_RESET] = { TARGET, RESET_ALL, true,
					    SEMU_UA_POWER_ON },
#if SEMU_WITH_TMF
	[SCSIEMU_TMF_QUERY_TASK] = { TASK, QUERY, true, 0 },
	[SCSIEMU_TMF_QUERY_TASK_SET] = { NEXUS_LU, QUERY, true, 0 },
	[SCSIEMU_TMF_QUERY_ASYNC_EVENT] = { NEXUS_LU, QUERY, true, 0 },
	[SCSIEMU_TMF_LU_WARM_RESET] = { WHOLE_LU, RESET_LU, true,
					SEMU_UA_BUS_RESET },
#endif
};
#define NFUNCTION (sizeof(function) / sizeof(function[0]))

static bool hits(const struct scsiemu_cmd *tmf, const struct scsiemu_cmd *c)
{
	const struct semu_ctx *t = semu_ctx(tmf), *x = semu_ctx(c);
	unsigned scope = function[tmf->tmf].scope;

	if (scope == TARGET)
		return true;
	if (scope == NEXUS)
		return x->nexus == t->nexus;
	if (x->lu != t->lu)
		return false;
	if (scope == WHOLE_LU)
		return true;
	return x->nexus == t->nexus && (scope != TASK || c->tag == tmf->tag);
}

#if SEMU_WITH_QUEUE || SEMU_WITH_JOBS
/* Whose row undoes something does that when its driver asks for what is next:
 * not here, on top of whatever the abort came from. */
static void end_waiting(struct scsiemu_cmd *c, struct semu_ctx *x)
{
	if (!semu_undoes(x)) {
		semu_done(c);
		return;
	}
	x->phase = SEMU_P_READY;
	x->resume = SEMU_RESUME_UNDO;
	semu_zombie_add(c);
}
#else
/* Nobody waits. */
static inline void end_waiting(struct scsiemu_cmd *c, struct semu_ctx *x)
{
	(void)c, (void)x;
}
#endif

void semu_kill(struct scsiemu_cmd *c, unsigned tmf, bool task_aborted)
{
	struct semu_ctx *x = semu_ctx(c);

	if (c->aborted || c->tmf || x->phase == SEMU_P_DONE ||
	    x->phase == SEMU_P_ENDED || x->phase == SEMU_P_NEW)
		return;
	c->aborted = true;
	if (task_aborted)
		x->odd |= SEMU_TAS;
	semu_trace(x->lu, SCSIEMU_EV_ABORT, c, (int)tmf);
	if (x->phase == SEMU_P_OUT || x->phase == SEMU_P_BULK) {
		x->phase = SEMU_P_OUT;
		if (x->odd & SEMU_PINNED)
			semu_unpin(c);
		semu_zombie_add(c);
	} else {
		semu_leave(c);
		end_waiting(c, x);
	}
	semu_ready_push(c);
}

void semu_kill_lu(struct scsiemu_lu *lu, const struct scsiemu_nexus *nexus,
		  unsigned tmf, bool jobs)
{
	struct semu_entry *e, *next;

	for (e = semu_first(lu); !semu_at_end(lu, e); e = next) {
		struct semu_ctx *x = semu_ctx(e->cmd);

		next = semu_after(e);
		if (e != &x->entry || (nexus && x->nexus != nexus))
			continue;
		if (e->cmd->job && !lu->removed &&
		    (!jobs || x->odd & SEMU_SURVIVES))
			continue;
		semu_kill(e->cmd, tmf, false);
	}
}

void scsiemu_abort(struct scsiemu_cmd *c)
{
	semu_kill(c, 0, false);
}

/* Whom another nexus (not `by`) clears is told by TASK ABORTED (TAS=1) or by a
 * unit attention (SAM-5 5.9); not what is done or was ended before. */
void semu_kill_by(struct scsiemu_cmd *c, const struct scsiemu_nexus *by,
		  unsigned tmf)
{
	struct semu_ctx *x = semu_ctx(c);
	bool foreign = x->nexus != by, was = c->aborted;

	semu_kill(c, tmf, foreign && x->lu->tas);
	if (foreign && !was && c->aborted && !x->lu->tas && x->itl)
		semu_ua_itl(x->itl, SEMU_UA_CLEARED);
}

/* ABORT TASK, ABORT TASK SET, CLEAR TASK SET. */
static bool kill_set(struct scsiemu_cmd *tmf)
{
	struct semu_ctx *t = semu_ctx(tmf);
	struct semu_entry *e, *next;
	bool found = false;

	for (e = semu_first(t->lu); !semu_at_end(t->lu, e); e = next) {
		struct scsiemu_cmd *c = e->cmd;

		next = semu_after(e);
		if (e != &semu_ctx(c)->entry || c->job || !hits(tmf, c))
			continue;
		/* What is done is there no more: its status goes out. */
		found |= semu_ctx(c)->phase != SEMU_P_DONE;
		semu_kill_by(c, t->nexus, tmf->tmf);
	}
	return found;
}

#if SEMU_WITH_TMF
static bool present(const struct scsiemu_cmd *tmf)
{
	struct scsiemu_lu *lu = semu_ctx(tmf)->lu;

	for (struct semu_entry *e = semu_first(lu); !semu_at_end(lu, e);
	     e = semu_after(e))
		if (e == &semu_ctx(e->cmd)->entry && !e->cmd->job &&
		    hits(tmf, e->cmd))
			return true;
	return false;
}

/* SAM-5 7.9: the highest unit attention, or else the deferred error, without
 * clearing it; UADE DEPTH says whether there are more. Not inlined: its sense
 * would lie on the stack of all the functions. */
static APART void query_event(struct scsiemu_cmd *tmf)
{
	struct semu_itl *itl = semu_itl_get(semu_ctx(tmf)->lu,
					    semu_ctx(tmf)->nexus);
	uint8_t key = SCSIEMU_SK_UNIT_ATTENTION;
	uint16_t asc;

	if (!itl || !itl->ua)
		return;
	asc = semu_ua_peek(itl);
#if SEMU_WITH_ATTENTION
	if (itl->lu->type->attention && asc) {
		struct scsiemu_sense s = { .asc = asc };

		itl->lu->type->attention(itl->lu, &s);
		asc = s.asc;
	}
#endif
	if (SEMU_WITH_DEFERRED && !asc) {
		key = semu_deferred_at(itl->lu, itl->ua)->key;
		asc = semu_deferred_at(itl->lu, itl->ua)->asc;
	}
	tmf->response = SCSIEMU_RSP_SUCCEEDED;
	tmf->response_info =
		(uint32_t)((itl->ua & (itl->ua - 1) ? 2 : 1) << 4 | key) << 16 |
		asc;
}

static void query(struct scsiemu_cmd *tmf)
{
	if (tmf->tmf == SCSIEMU_TMF_QUERY_ASYNC_EVENT)
		query_event(tmf);
	else if (present(tmf))
		tmf->response = SCSIEMU_RSP_SUCCEEDED;
}

static void reset_nexus(struct scsiemu_nexus *n)
{
	semu_nexus_kill(n, false);
	for (struct semu_itl *i = n->itls; i; i = i->of_nexus) {
		semu_itl_lost(i);
		semu_ua_itl(i, SEMU_UA_NEXUS_LOSS);
	}
}
#endif

/* With TAS=1 the other nexuses' commands end with TASK ABORTED here as well
 * (SPC-5 7.5.8). */
static void reset_lu(struct scsiemu_lu *lu, const struct scsiemu_cmd *tmf)
{
	struct semu_entry *e, *next;

	for (e = semu_first(lu); lu->tas && !semu_at_end(lu, e); e = next) {
		struct semu_ctx *x = semu_ctx(e->cmd);

		next = semu_after(e);
		if (e == &x->entry && !e->cmd->job &&
		    x->nexus != semu_ctx(tmf)->nexus)
			semu_kill(e->cmd, tmf->tmf, true);
	}
	semu_kill_lu(lu, NULL, tmf->tmf, true);
	semu_lu_reset(lu, (enum semu_ua)function[tmf->tmf].ua);
}

#if SEMU_WITH_ACA
/* SAM-5 7.4: commands with the attribute ACA end, then the condition. Only the
 * nexus whose command made it may; without one there is nothing to do. */
static void end_aca(struct scsiemu_cmd *tmf)
{
	struct scsiemu_lu *lu = semu_ctx(tmf)->lu;
	struct semu_entry *e, *next;

	if (!lu->normaca || (lu->aca && lu->aca != semu_ctx(tmf)->nexus)) {
		tmf->response = SCSIEMU_RSP_REJECTED;
		return;
	}
	for (e = semu_first(lu); !semu_at_end(lu, e); e = next) {
		next = semu_after(e);
		if (e->cmd->attr == SCSIEMU_ACA)
			semu_kill(e->cmd, tmf->tmf, false);
	}
	semu_aca_clear(lu, NULL);
}
#endif

static void act(struct scsiemu_cmd *tmf)
{
	struct semu_ctx *t = semu_ctx(tmf);
	struct scsiemu_device *d = t->lu->dev;

	switch (function[tmf->tmf].effect) {
#if SEMU_WITH_ACA
	case END_ACA:
		end_aca(tmf);
		break;
#endif
	case RESET_LU:
		reset_lu(t->lu, tmf);
		break;
	case RESET_ALL:
		for (uint32_t i = 0; i < d->nlus; i++)
			reset_lu(d->lus[i], tmf);
		reset_lu(&d->wlun, tmf);
		reset_lu(&d->absent, tmf);
		break;
#if SEMU_WITH_TMF
	case RESET_NEXUS:
		reset_nexus(t->nexus);
		break;
	case QUERY:
		query(tmf);
		break;
#endif
	default:
		if (!kill_set(tmf) && tmf->tmf == SCSIEMU_TMF_ABORT_TASK)
			tmf->response = SCSIEMU_RSP_NO_TASK;
	}
}

#if SEMU_WITH_QUEUE
static bool must_wait(const struct scsiemu_cmd *tmf)
{
	if (function[tmf->tmf].effect == QUERY ||
	    tmf->response == SCSIEMU_RSP_REJECTED)
		return false;
	for (struct scsiemu_cmd *c = semu_ctx(tmf)->lu->dev->zombies; c;
	     c = semu_ctx(c)->zombie)
		if (hits(tmf, c))
			return true;
	return false;
}
#else
/* The one driver of the one command knows that it was aborted. */
static inline bool must_wait(const struct scsiemu_cmd *tmf)
{
	(void)tmf;
	return false;
}
#endif

int semu_tmf_start(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	struct scsiemu_device *d = x->lu->dev;

	x->row = NULL;
	x->itl = NULL;
	c->response = SCSIEMU_RSP_COMPLETE;
	c->response_info = 0;
	if (c->tmf >= NFUNCTION || !function[c->tmf].supported ||
	    semu_inject_rejects(x->lu, c->tmf))
		c->response = SCSIEMU_RSP_REJECTED;
	else if (x->lu->absent && function[c->tmf].scope < NEXUS)
		c->response = SCSIEMU_RSP_INCORRECT_LUN;
	if (c->response != SCSIEMU_RSP_COMPLETE)
		return semu_done(c);
	act(c);
	if (!must_wait(c))
		return semu_done(c);
	x->phase = SEMU_P_WAIT;
	c->want = SCSIEMU_WAIT;
	semu_timer_add(c, d->now + d->limits.abort_ms);
	return SCSIEMU_WAIT;
}

#if SEMU_WITH_QUEUE
void semu_tmf_check(struct scsiemu_device *d)
{
	struct scsiemu_cmd *c, *next;

	for (c = d->timers; c; c = next) {
		next = semu_ctx(c)->timer;
#if SEMU_WITH_PR
		if (semu_ctx(c)->odd & SEMU_FENCING && semu_fence_over(c))
			semu_fence_end(c);
#endif
		if (!c->tmf || must_wait(c))
			continue;
		semu_timer_remove(c);
		semu_done(c);
		semu_ready_push(c);
	}
}
#endif

#if SEMU_WITH_MODE_SELECT /* else it stays 0 */
/* Mode page 0Ah QERR: 01b ends all commands of the task set, 11b those of the
 * nexus (SPC-5 7.5.8). */
void semu_qerr(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	struct semu_entry *e, *next;

	for (e = semu_first(x->lu); !semu_at_end(x->lu, e); e = next) {
		struct semu_ctx *y = semu_ctx(e->cmd);

		next = semu_after(e);
		if (e != &y->entry || e->cmd == c || e->cmd->job ||
		    (x->lu->qerr == 3 && y->nexus != x->nexus))
			continue;
		semu_kill_by(e->cmd, x->nexus, 0);
	}
}
#endif
