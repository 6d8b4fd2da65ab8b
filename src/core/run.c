/* SPDX-License-Identifier: BSD-2-Clause */
/* Running a checked command: what each handler kind does with its wants. */
#include "core/hot.h"

#if SEMU_WITH_GAPS
/* Bytes that are sent where a command leaves a gap in data-in. */
static const uint8_t zeros[64];
#endif

/* It did not end with GOOD, or it was aborted, or its reply pinned facts. */
static void done_odd(struct scsiemu_cmd *c, struct semu_ctx *x)
{
#if SEMU_WITH_QUEUE
	if (x->odd & SEMU_PINNED)
		semu_unpin(c);
	if (x->odd & (SEMU_FENCING | SEMU_DELAYED))
		semu_timer_remove(c);
#endif
	if (c->aborted) {
		c->outcome = x->odd & SEMU_TAS ? SCSIEMU_STATUS
					       : SCSIEMU_ABORTED;
		c->status = SCSIEMU_TASK_ABORTED;
		semu_zombie_remove(c);
		return;
	}
	if (c->status == SCSIEMU_CHECK_CONDITION) {
		semu_sense_old(x->lu, &c->sense);
		semu_aca_check(c);
	}
#if SEMU_WITH_MODE_SELECT
	if (c->status == SCSIEMU_CHECK_CONDITION && x->lu->qerr)
		semu_qerr(c);
	if (x->lu->ua_intlck == 3 && x->itl)
		semu_ua_status(x->itl, c->status);
#endif
}

int semu_done(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	struct scsiemu_lu *lu = x->lu;

	if (!(x->odd | c->status | c->aborted))
		return semu_done_good(c, x, lu);
	if (SEMU_WITH_PARTS && x->odd & SEMU_WATCHED && semu_parts_finish(c))
		return semu_put_out(c);
	c->want = SCSIEMU_DONE;
	c->descr = lu->descr;
	x->phase = SEMU_P_DONE;
	done_odd(c, x);
	semu_trace(lu, SCSIEMU_EV_DONE, c, c->status);
	return SCSIEMU_DONE;
}

#if SEMU_WITH_QUEUE
/* A STORE want is held back while somebody's reply pins the facts that it
 * would change. */
static bool held(struct scsiemu_cmd *c, struct semu_ctx *x)
{
	if (!c->lu->pins) {
		c->lu->changing = true;
		return false;
	}
	x->phase = SEMU_P_HELD;
	x->resume = SEMU_RESUME_WANT;
	return true;
}
#else
static inline bool held(struct scsiemu_cmd *c, struct semu_ctx *x)
{
	(void)c, (void)x;
	return false;
}
#endif

/* A want goes out: the command is in the task set from now on. */
int semu_put_out(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (!x->entry.linked)
		semu_link(&x->entry, x->lu);
	if (c->want == SCSIEMU_WAIT)
		return SCSIEMU_WAIT; /* scsiemu_cmd_enter() */
	if (c->flags & SCSIEMU_CHANGES && held(c, x))
		return SCSIEMU_WAIT;
	if (SEMU_WITH_PARTS &&
	    x->odd & SEMU_WATCHED) /* its status may still change */
		c->flags &= (uint16_t)~SCSIEMU_LAST;
	if (SEMU_WITH_INJECT && x->odd & SEMU_SPOILT)
		semu_inject_spoil(c);
	x->phase = SEMU_P_OUT;
	semu_trace(x->lu, SCSIEMU_EV_WANT, c, c->want);
	return c->want;
}

static bool is_bulk(const struct scsiemu_cmd *c)
{
	return c->want >= SCSIEMU_SEND && c->want <= SCSIEMU_COMPARE;
}

/* The want was answered whole: what the step function says next. */
int semu_go_on(struct scsiemu_cmd *c, int result)
{
	struct semu_ctx *x = semu_ctx(c);

	do {
		int rc;

		if (!x->step)
			return semu_done(c);
		rc = x->step(c, result);
		if (rc != SCSIEMU_WANTS || x->odd & SEMU_UNDONE)
			return semu_done(c);
		result = SCSIEMU_OK;
	} while (is_bulk(c) && !c->len);
	return semu_put_out(c);
}

static int handled(struct scsiemu_cmd *c, int rc)
{
	if (rc != SCSIEMU_WANTS)
		return semu_done(c);
	if (is_bulk(c) && !c->len)
		return semu_go_on(c, SCSIEMU_OK);
	return semu_put_out(c);
}

static int begin_rw(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (SEMU_WITH_PARTS && x->lu->watch) {
		x->step = semu_parts_rw(x->lu);
		if (x->step)
			return semu_go_on(c, SCSIEMU_OK);
	}
	return semu_begin_rw(c, x, x->lu, x->row, x->entry.lba, x->count);
}

static int begin_nodata(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (!x->row->fn.nodata)
		return semu_done(c);
	x->step = x->row->then;
	return handled(c, x->row->fn.nodata(c));
}

static int begin_steps(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	x->step = x->row->fn.step;
	return semu_go_on(c, SCSIEMU_OK);
}

/* The whole parameter list is in scratch. */
static int list_arrived(struct scsiemu_cmd *c, int result)
{
	struct semu_ctx *x = semu_ctx(c);
	struct scsiemu_rd r = { c, c->scratch, 0, x->got };

	if (result < 0) { /* a row that sees errors */
		semu_fail_result(c, result, 0);
		return SCSIEMU_FAILED;
	}
	x->step = x->row->then;
	return x->row->fn.out(c, &r);
}

static int begin_param_out(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	uint32_t max = x->row->max, most = x->lu->dev->limits.scratch;

	if (!max || max > most)
		max = most;
	if (x->count > max) {
		scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
			     SCSIEMU_ASC_PARAMETER_LIST_LENGTH);
		return semu_done(c);
	}
	x->step = list_arrived;
	return handled(c, scsiemu_want_recv(c, 0, c->scratch, x->count));
}

static uint32_t allocation(const struct semu_ctx *x)
{
	return x->row->fields ? x->count : UINT32_MAX;
}

/* All of a PARAM_IN reply was sent: now its effects. */
static int replied(struct scsiemu_cmd *c)
{
	if (semu_ctx(c)->row->then && !c->status)
		semu_ctx(c)->row->then(c, SCSIEMU_OK);
	return semu_done(c);
}

#if SEMU_WITH_QUEUE
/* A many-window reply pins its facts; it waits while they are changing. */
static bool pin_waits(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (x->total <= c->scratch_len || !(x->row->flags & SCSIEMU_ROW_FACTS))
		return false;
	if (!x->lu->changing) {
		semu_pin(c);
		return false;
	}
	if (!x->entry.linked)
		semu_link(&x->entry, x->lu);
	x->phase = SEMU_P_HELD;
	x->resume = SEMU_RESUME_REPLY;
	c->want = SCSIEMU_WAIT;
	return true;
}
#else
static inline bool pin_waits(struct scsiemu_cmd *c)
{
	(void)c;
	return false;
}
#endif

/* One window of a PARAM_IN reply, from byte lo on. */
int semu_reply(struct scsiemu_cmd *c, uint32_t lo)
{
	struct semu_ctx *x = semu_ctx(c);
	struct scsiemu_wr w = { c->scratch, lo, lo + c->scratch_len, 0 };
	uint32_t n;

	if (x->row->fn.in(c, &w) < 0)
		return semu_done(c);
	if (!lo) {
		c->in_all = semu_min32(w.pos, allocation(x));
		x->total = semu_min32(c->in_all, c->in_len);
		if (pin_waits(c))
			return SCSIEMU_WAIT;
	}
	n = semu_min32(x->total - lo, c->scratch_len);
	if (!n)
		return replied(c);
	c->want = SCSIEMU_SEND;
	c->off = lo;
	c->len = n;
	c->buf = c->scratch;
	c->flags = 0;
	if (lo + n == x->total && !x->row->then) {
		c->flags = SCSIEMU_LAST;
		c->in_done = x->total;
		c->descr = x->lu->descr;
	}
	return semu_put_out(c);
}

static int begin_param_in(struct scsiemu_cmd *c)
{
	return semu_reply(c, 0);
}

#if SEMU_WITH_PLANS
/* The next segment of a plan that moves anything. */
static int run_plan(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	uint32_t blen = x->lu->cap.blen;

	for (; x->seg < x->plan.n; x->seg++) {
		const struct scsiemu_segment *s = &x->plan.seg[x->seg];
		bool last = x->seg + 1 == x->plan.n;

		if (s->want == SCSIEMU_STORE)
			scsiemu_want_store(c, NULL, (enum scsiemu_verb)s->verb,
					   s->lba, s->nblk, s->flags);
		else
			scsiemu_want_bulk(
				c, NULL, (enum scsiemu_want_kind)s->want,
				s->lba, s->off, s->nblk * blen, s->flags);
		if (is_bulk(c)) {
			if (s->want != SCSIEMU_READ)
				c->len -= c->len % blen;
			if (last)
				c->flags |= SCSIEMU_LAST;
			if (!c->len)
				continue;
		}
		x->seg++;
		return semu_put_out(c);
	}
	return semu_done(c);
}

static int begin_medium(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	x->plan.n = 0;
	if (x->row->fn.medium(c, &x->plan) < 0)
		return semu_done(c);
	return run_plan(c);
}
#endif

typedef int begin_fn(struct scsiemu_cmd *c);

static begin_fn *const begin[] = {
	[SCSIEMU_K_NODATA] = begin_nodata,
	[SCSIEMU_K_PARAM_IN] = begin_param_in,
	[SCSIEMU_K_PARAM_OUT] = begin_param_out,
	[SCSIEMU_K_READ] = begin_rw,
	[SCSIEMU_K_WRITE] = begin_rw,
#if SEMU_WITH_PLANS
	[SCSIEMU_K_MEDIUM] = begin_medium,
#endif
	[SCSIEMU_K_STEPS] = begin_steps,
};

/* The parts may refuse it, keep it waiting, or take it over. */
static int begin_watched(struct scsiemu_cmd *c)
{
	int rc = semu_parts_begin(c);

	if (rc)
		return rc < 0 ? semu_done(c) : semu_put_out(c);
	if (semu_ctx(c)->odd & SEMU_TAKEN)
		return semu_go_on(c, SCSIEMU_OK);
	return begin[semu_ctx(c)->row->kind](c);
}

/* The state checks; they run again after every WAIT (rulings A2). */
int semu_begin(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	unsigned flags = x->row->flags;

	if (!semu_usual_state(x->itl, x->lu) && !semu_check_odd_state(c))
		return semu_done(c);
	if (flags & (SCSIEMU_ROW_BLOCKS | SCSIEMU_ROW_RANGE) &&
	    !semu_check_range(c))
		return semu_done(c);
	return SEMU_WITH_PARTS && x->lu->watch ? begin_watched(c)
					       : begin[x->row->kind](c);
}

/* A whole bulk or STORE want succeeded. */
static int answered(struct scsiemu_cmd *c, int result)
{
	struct semu_ctx *x = semu_ctx(c);

	if (SEMU_WITH_PARTS && x->odd & (SEMU_FINISHING | SEMU_TAKEN))
		return semu_go_on(c, result);
	switch (x->row->kind) {
	case SCSIEMU_K_READ:
	case SCSIEMU_K_WRITE:
		return SEMU_WITH_PARTS && x->step ? semu_go_on(c, result)
						  : semu_done(c);
	case SCSIEMU_K_PARAM_IN:
		return c->off < x->total ? semu_reply(c, c->off) : replied(c);
#if SEMU_WITH_PLANS
	case SCSIEMU_K_MEDIUM:
		return run_plan(c);
#endif
	default:
		return semu_go_on(c, result);
	}
}

#if SEMU_WITH_GAPS
/* Zeros in front of a SEND that left a gap in data-in (OSD attributes); when
 * they are sent, the SEND itself. */
int semu_send_gap(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	x->gap -= semu_min32(x->gap, x->got);
	x->got = 0;
	c->off = c->in_done;
	if (x->gap) {
		c->buf = (uint8_t *)(uintptr_t)zeros;
		c->len = semu_min32(x->gap, sizeof(zeros));
	} else {
		c->buf = x->gap_buf;
		c->len = x->gap_len;
	}
	return c->want;
}
#endif

/* The medium is back: whoever asked for it knows. */
static void insert(struct scsiemu_cmd *c)
{
	scsiemu_lu_load(c->lu, c->lu->ejected, false);
	semu_ua_lu(c->lu, SEMU_UA_MEDIUM, semu_ctx(c)->nexus);
}

/* The result of a STORE verb that changes what the LU is. */
static void verb_did(struct scsiemu_cmd *c)
{
	if (c->verb == SCSIEMU_V_EJECT)
		scsiemu_lu_load(c->lu, NULL, false);
	else if (c->verb == SCSIEMU_V_INSERT && c->lu->ejected)
		insert(c);
	else if (SEMU_WITH_FORMAT && c->verb == SCSIEMU_V_FORMAT)
		semu_lu_loaded(c->lu);
}

static void change_over(struct scsiemu_lu *lu)
{
	lu->changing = false;
	semu_release_held(lu);
}

/* An UNDO row hears of the abort, once, and may clean up by one more STORE. */
int semu_undo(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (!semu_undoes(x))
		return semu_done(c);
	x->odd |= SEMU_UNDONE;
	if (x->step(c, SCSIEMU_E_ABORTED) == SCSIEMU_WANTS &&
	    c->want == SCSIEMU_STORE)
		return semu_put_out(c);
	return semu_done(c);
}

/* The want of an aborted command was answered. A change of facts is a point of
 * no return: the handler sees its result, but what it wants next, or waits for
 * in another task set, does not come to be. */
static int did_aborted(struct scsiemu_cmd *c, struct semu_ctx *x, int result)
{
	if (c->want == SCSIEMU_STORE && c->flags & SCSIEMU_CHANGES &&
	    result >= 0 && x->step && !(x->odd & SEMU_UNDONE)) {
		x->step(c, result);
		semu_leave(c);
	}
	return semu_undo(c);
}

/* Bytes of a bulk want moved. */
static void moved(struct scsiemu_cmd *c, struct semu_ctx *x, uint32_t bytes)
{
	c->off += bytes;
	c->skip += bytes;
	c->len -= bytes;
	x->got += bytes;
	if (c->want == SCSIEMU_READ || c->want == SCSIEMU_SEND)
		c->in_done = c->off;
	else
		c->out_done = c->off;
	if (c->want == SCSIEMU_SEND || c->want == SCSIEMU_RECV)
		c->buf += bytes;
}

/* Does the step function see failures? That of a part that takes the place of
 * the engine's READ does. */
static bool sees_errors(const struct semu_ctx *x)
{
	return x->row->flags & SCSIEMU_ROW_ERRORS ||
	       (SEMU_WITH_PARTS && x->step && x->row->kind == SCSIEMU_K_READ &&
		x->step == semu_parts_rw(x->lu));
}

/* Everything but "a want of a living command succeeded". */
static int did_slow(struct scsiemu_cmd *c, int result, uint32_t bytes)
{
	struct semu_ctx *x = semu_ctx(c);

	if (c->flags & SCSIEMU_CHANGES && c->want == SCSIEMU_STORE)
		change_over(c->lu);
	if (c->aborted)
		return did_aborted(c, x, result);
	if (((result < 0 && sees_errors(x)) ||
	     (result >= SCSIEMU_R_RECORD && x->step)) &&
	    !(SEMU_WITH_PARTS && x->odd & SEMU_FINISHING)) {
		if (is_bulk(c) && result != SCSIEMU_E_MISCOMPARE)
			moved(c, x, bytes);
		return semu_go_on(c, result);
	}
	semu_fail_result(c, result, bytes);
	return semu_done(c);
}

static int did_store(struct scsiemu_cmd *c, int result)
{
	verb_did(c);
	if (c->flags & SCSIEMU_CHANGES)
		change_over(c->lu);
	return answered(c, result);
}

static int did_bulk(struct scsiemu_cmd *c, struct semu_ctx *x, uint32_t bytes)
{
	moved(c, x, bytes);
	if (c->len) {
		semu_trace(x->lu, SCSIEMU_EV_WANT, c, c->want);
		return c->want;
	}
#if SEMU_WITH_GAPS
	if (x->gap && c->want == SCSIEMU_SEND)
		return semu_send_gap(c);
#endif
	return answered(c, SCSIEMU_OK);
}

static int did_usual(struct scsiemu_cmd *c, struct semu_ctx *x, int result,
		     uint32_t bytes)
{
	if (is_bulk(c) &&
	    (bytes > c->len ||
	     (result == SCSIEMU_OK &&
	      (!bytes || (bytes != c->len && c->flags & SCSIEMU_WHOLE)))))
		return semu_misuse(c, SCSIEMU_ERR_ARG);
	semu_trace(x->lu, SCSIEMU_EV_DID, c, result);
	if (result != SCSIEMU_OK || c->aborted) {
		if (c->aborted && c->want == SCSIEMU_STORE &&
		    result == SCSIEMU_OK)
			verb_did(c);
		return did_slow(c, result, bytes);
	}
	return c->want == SCSIEMU_STORE ? did_store(c, result)
					: did_bulk(c, x, bytes);
}

int scsiemu_did(struct scsiemu_cmd *c, int result, uint32_t bytes)
{
	struct semu_ctx *x = semu_ctx(c);

	if (SEMU_LIKELY(x->phase == SEMU_P_BULK && result == SCSIEMU_OK &&
			bytes == c->len)) {
		c->off += bytes;
		c->len = 0;
		if (c->want == SCSIEMU_READ)
			c->in_done = c->off;
		else
			c->out_done = c->off;
		return semu_done_good(c, x, x->lu);
	}
	if (x->phase == SEMU_P_OUT || x->phase == SEMU_P_BULK)
		return did_usual(c, x, result, bytes);
	return semu_misuse(c, SCSIEMU_ERR_ORDER);
}
