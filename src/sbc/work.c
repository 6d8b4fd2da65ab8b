/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FORMAT UNIT, SANITIZE (SBC-4 4.11, 5.4), depopulation (4.36): their
 * beginning, what the logical unit shows of them, and their end. work_job.c is
 * what is done in between.
 *
 * Durable record (SCSIEMU_NV_WORK): version 1, kind, passes, flags, length of
 * the pattern (2), zeros (2), element (4), zeros; the pattern. Found at the
 * next start, it says that a SANITIZE has to go on, or has failed, or that any
 * other work was cut short.
 */
#include <string.h>

#include "sbc/element.h"
#include "sbc/format.h"
#include "sbc/pi.h"
#include "sbc/work.h"

#if SEMU_WITH_WORK
enum { VERSION = 1 };

/* scsiemu_cmd_step() of the command, from semu_work_begin() on. */
enum { SAVED = 0x1000, WAITED, FORGIVEN };

/* Of a logical unit that has the part. */
static struct semu_work *state(const struct scsiemu_lu *lu)
{
	return lu->more->part[SEMU_PART_WORK];
}

/* ---- The record ---- */

static void put_record(struct semu_work *w, uint32_t pattern)
{
	memset(w->record, 0, sizeof(w->record));
	w->record[0] = VERSION;
	w->record[1] = w->kind;
	w->record[2] = w->passes;
	w->record[3] = w->flags;
	if (w->failed)
		w->record[3] |= SEMU_WORK_FAILED;
	semu_put16(w->record + 4, pattern);
	semu_put32(w->record + 8, w->element);
}

int semu_work_save(struct scsiemu_cmd *c, const void *buf, uint32_t len)
{
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_NV_SAVE, 0,
				   SCSIEMU_NV_WORK, (void *)(uintptr_t)buf,
				   len);
}

/* ---- What the logical unit shows ---- */

static void show(struct scsiemu_lu *lu, uint8_t key, uint16_t asc, bool counts)
{
	lu->busy =
		(struct semu_busy){ .key = key, .asc = asc, .counts = counts };
}

static void set_guard(struct scsiemu_lu *lu, uint32_t guard, bool on)
{
	lu->guards &= ~guard;
	if (on)
		lu->guards |= guard;
}

/* By kind. Work on elements stops those that FORMAT UNIT stops. */
static const struct {
	uint32_t guard;
	uint16_t running, failed;
} kinds[] = {
	[SEMU_WORK_FORMAT] = { SCSIEMU_ON_FORMAT,
			       SCSIEMU_ASC_FORMAT_IN_PROGRESS,
			       SCSIEMU_ASC_FORMAT_FAILED },
	[SEMU_WORK_SANITIZE] = { SCSIEMU_ON_SANITIZE,
				 SCSIEMU_ASC_SANITIZE_IN_PROGRESS,
				 SCSIEMU_ASC_SANITIZE_FAILED },
	[SEMU_WORK_DEPOPULATE] = { SCSIEMU_ON_FORMAT,
				   SCSIEMU_ASC_DEPOPULATION_IN_PROGRESS,
				   SCSIEMU_ASC_DEPOPULATION_FAILED },
	[SEMU_WORK_REPOPULATE] = { SCSIEMU_ON_FORMAT,
				   SCSIEMU_ASC_RESTORATION_IN_PROGRESS,
				   SCSIEMU_ASC_RESTORATION_FAILED },
};

static void show_running(struct scsiemu_lu *lu)
{
	uint8_t kind = state(lu)->kind;

	show(lu, SCSIEMU_SK_NOT_READY, kinds[kind].running, true);
	set_guard(lu, kinds[kind].guard, true);
}

/* What failed goes on stopping everybody, with another sense. */
static void show_stopped(struct scsiemu_lu *lu, uint8_t kind)
{
	show(lu, SCSIEMU_SK_MEDIUM_ERROR, kinds[kind].failed, false);
	set_guard(lu, kinds[kind].guard, true);
}

static void show_failed(struct scsiemu_lu *lu)
{
	state(lu)->failed = true;
	show_stopped(lu, SEMU_WORK_SANITIZE);
}

static void show_nothing(struct scsiemu_lu *lu)
{
	show(lu, 0, SCSIEMU_ASC_NONE, false);
	set_guard(lu, SCSIEMU_ON_FORMAT | SCSIEMU_ON_SANITIZE, false);
	semu_work_guard(lu);
	if (state(lu)->stuck)
		show_stopped(lu, state(lu)->stuck);
}

/* ---- The end ---- */

static void wake_waiter(struct semu_work *w, uint16_t asc)
{
	struct scsiemu_cmd *c = w->waiter;

	w->job = NULL;
	w->waiter = NULL;
	if (!c)
		return;
	scsiemu_cmd_own(c)[1] = asc;
	semu_cmd_go_on(c);
}

/* Capacity data has changed, at the end of the work that did it. */
static void announce(struct scsiemu_lu *lu, struct semu_work *w)
{
	if (w->moved &&
	    (lu->cap.blen != w->known_blen || lu->cap.nblk != w->known_nblk))
		semu_ua_lu(lu, SEMU_UA_CAPACITY, NULL);
	w->moved = false;
}

int semu_work_succeeded(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work *w = state(lu);

#if SEMU_WITH_ELEMENTS
	if (w->kind > SEMU_WORK_SANITIZE)
		semu_elements_done(lu);
#endif
	if (w->kind == SEMU_WORK_SANITIZE)
		w->failed = w->restricted = false;
	else
		semu_format_done(lu);
	w->kind = w->stuck = SEMU_WORK_NONE;
	w->corrupt = false;
	announce(lu, w);
	show_nothing(lu);
	if (w->passes)
		semu_parts_wiped(lu, w->flags & SEMU_WORK_KEEP);
	wake_waiter(w, SCSIEMU_ASC_NONE);
	return SCSIEMU_FINISHED;
}

static int fail_format(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work *w = state(lu);

	w->kind = SEMU_WORK_NONE;
	w->corrupt = true;
	show_nothing(lu);
	show(lu, SCSIEMU_SK_MEDIUM_ERROR, SCSIEMU_ASC_FORMAT_FAILED, false);
	wake_waiter(w, SCSIEMU_ASC_FORMAT_FAILED);
	return SCSIEMU_FINISHED;
}

/* Durable, where that can be: the record says so. */
static int fail_sanitize(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work *w = state(lu);

	w->restricted |= !(w->flags & SEMU_WORK_AUSE);
	show_failed(lu);
	put_record(w, 0);
	w->kind = SEMU_WORK_NONE;
	wake_waiter(w, SCSIEMU_ASC_SANITIZE_FAILED);
	if (!semu_can_save(lu))
		return SCSIEMU_FINISHED;
	return semu_work_save(c, w->record, sizeof(w->record));
}

/* Its record stays. */
static int fail_elements(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work *w = state(lu);

	w->stuck = w->kind;
	w->stuck_on = w->element;
	w->kind = SEMU_WORK_NONE;
	wake_waiter(w, SCSIEMU_ASC_NONE);
	show_nothing(lu);
	return SCSIEMU_FINISHED;
}

int semu_work_failed(struct scsiemu_cmd *c)
{
	static scsiemu_nodata_fn *const fail[] = {
		[SEMU_WORK_FORMAT] = fail_format,
		[SEMU_WORK_SANITIZE] = fail_sanitize,
		[SEMU_WORK_DEPOPULATE] = fail_elements,
		[SEMU_WORK_REPOPULATE] = fail_elements,
	};

	return fail[state(scsiemu_cmd_lu(c))->kind](c);
}

/* ---- The command ---- */

/* A job that has the plan and the pattern, and waits. */
static struct scsiemu_cmd *make_job(struct scsiemu_lu *lu,
				    const struct semu_work *plan,
				    const uint8_t *pattern, uint32_t len)
{
	const uint64_t own[2] = { len };
	struct semu_work *w = state(lu);
	struct scsiemu_cmd *j = semu_job_hold(lu, semu_work_job, own,
					      plan->kind != SEMU_WORK_FORMAT);

	if (!j)
		return NULL;
	memcpy(j->scratch, pattern, len);
	w->kind = plan->kind;
	w->element = plan->element;
	w->flags = plan->flags;
	w->passes = plan->passes;
	w->blen = plan->blen;
	w->nblk = plan->nblk;
	w->pi_type = plan->pi_type;
	w->pi_exponent = plan->pi_exponent;
	w->stop = false;
	w->job = j;
	w->waiter = NULL;
	show_running(lu);
	return j;
}

/* own[0]: IMMED. It runs from here on. */
static int let_go(struct scsiemu_cmd *c)
{
	struct semu_work *w = state(scsiemu_cmd_lu(c));

	semu_cmd_go_on(w->job);
	*scsiemu_cmd_step(c) = WAITED;
	if (scsiemu_cmd_own(c)[0])
		return SCSIEMU_FINISHED;
	w->waiter = c;
	return semu_cmd_park(c);
}

int semu_work_begin(struct scsiemu_cmd *c, const struct semu_work *plan,
		    const uint8_t *pattern, uint32_t len, bool immed)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work *w = state(lu);

	if (!make_job(lu, plan, pattern, len))
		return scsiemu_fail_status(c, SCSIEMU_BUSY);
	semu_selftest_abort(lu, SEMU_TEST_ENDED);
	scsiemu_cmd_own(c)[0] = immed;
	*scsiemu_cmd_step(c) = SAVED;
	if (!semu_can_save(lu))
		return let_go(c);
	put_record(w, len);
	memmove(c->scratch + SEMU_WORK_RECORD, pattern, len);
	memcpy(c->scratch, w->record, SEMU_WORK_RECORD);
	return semu_work_save(c, c->scratch, SEMU_WORK_RECORD + len);
}

bool semu_work_began(struct scsiemu_cmd *c)
{
	return *scsiemu_cmd_step(c) >= SAVED;
}

bool semu_work_runs(struct scsiemu_cmd *c)
{
	return *scsiemu_cmd_step(c) == WAITED;
}

static void cancel(struct scsiemu_lu *lu)
{
	struct semu_work *w = state(lu);
	struct scsiemu_cmd *j = w->job;

	w->kind = SEMU_WORK_NONE;
	w->job = NULL;
	show_nothing(lu);
	if (w->failed)
		show_failed(lu);
	semu_cmd_go_on(j);
}

/* The record of the work that failed before: it still has. */
static int save_failure(struct scsiemu_cmd *c)
{
	struct semu_work *w = state(scsiemu_cmd_lu(c));
	uint8_t *r = w->record;

	memset(r, 0, SEMU_WORK_RECORD);
	if (!w->failed && !w->stuck && !w->corrupt)
		return semu_work_save(c, r, 0);
	r[0] = VERSION;
	r[1] = w->failed  ? SEMU_WORK_SANITIZE
	       : w->stuck ? w->stuck
			  : SEMU_WORK_FORMAT;
	if (w->failed)
		r[3] = SEMU_WORK_FAILED | (w->restricted ? 0 : SEMU_WORK_AUSE);
	else if (w->stuck)
		semu_put32(r + 8, w->stuck_on);
	return semu_work_save(c, r, SEMU_WORK_RECORD);
}

/* The command was ended early. Before it began, its record goes again; after
 * that a FORMAT UNIT goes with it, other work does not (SBC-4 4.11.2). */
static int aborted(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work *w = state(lu);

	if (*scsiemu_cmd_step(c) == SAVED) {
		cancel(lu);
		return save_failure(c);
	}
	if (w->waiter != c)
		return SCSIEMU_FINISHED;
	w->waiter = NULL;
	w->stop = w->kind == SEMU_WORK_FORMAT;
	return SCSIEMU_FINISHED;
}

int semu_work_step(struct scsiemu_cmd *c, int result)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint16_t asc = (uint16_t)scsiemu_cmd_own(c)[1];

	if (result == SCSIEMU_E_ABORTED)
		return aborted(c);
	if (*scsiemu_cmd_step(c) == SAVED && result < 0)
		cancel(lu);
	if (result < 0)
		return scsiemu_fail(c, SCSIEMU_SK_HARDWARE_ERROR,
				    SCSIEMU_ASC_INTERNAL_FAILURE);
	if (*scsiemu_cmd_step(c) == SAVED)
		return let_go(c);
	if (*scsiemu_cmd_step(c) == FORGIVEN)
		show_nothing(lu);
	return asc ? scsiemu_fail(c, SCSIEMU_SK_MEDIUM_ERROR, asc)
		   : SCSIEMU_FINISHED;
}

int semu_work_forgive(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work *w = state(lu);

	*scsiemu_cmd_step(c) = FORGIVEN;
	w->failed = false;
	if (!semu_can_save(lu))
		return semu_work_step(c, SCSIEMU_OK);
	return save_failure(c);
}

/* ---- The part ---- */

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	return SEMU_SBC_OPTION(cf, format) ? sizeof(struct semu_work) : 0;
}

static int part_init(struct scsiemu_lu *lu, void *mem,
		     const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)mem, (void)cf;
	return 0;
}

void semu_work_guard(struct scsiemu_lu *lu)
{
	set_guard(lu, SCSIEMU_ON_BAD_FORMAT,
		  state(lu)->corrupt || semu_format_unfit(lu));
}

/* A medium came, or has other facts. */
static void part_loaded(struct scsiemu_lu *lu)
{
	uint32_t room = semu_work_room(lu->cap.blen, 0);
	struct semu_work *w = state(lu);

	if (lu->able & SCSIEMU_CAN_WRITE && lu->dev->limits.scratch >= room &&
	    lu->dev->limits.job_scratch >= room)
		lu->able |= SCSIEMU_NEED_FORMAT;
	if (lu->medium && w->awaits)
		semu_cmd_go_on(w->job);
	semu_work_guard(lu);
}

/* A SANITIZE goes on from its beginning, which is as good. */
static void go_on(struct scsiemu_lu *lu, const uint8_t *pattern, uint32_t len)
{
	const struct semu_work plan = *state(lu);
	struct scsiemu_cmd *j = make_job(lu, &plan, pattern, len);

	if (j) {
		semu_cmd_go_on(j);
		return;
	}
	state(lu)->kind = SEMU_WORK_NONE;
	state(lu)->restricted = !(plan.flags & SEMU_WORK_AUSE);
	show_failed(lu);
}

/* Work on elements does not go on (SBC-4 4.36). */
static int interrupted(struct scsiemu_lu *lu, const uint8_t *buf)
{
	const struct semu_elements *e = semu_elements(lu);
	struct semu_work *w = state(lu);
	uint32_t id = semu_be32(buf + 8);

	if (!e || id > e->n || !id != (buf[1] == SEMU_WORK_REPOPULATE))
		return SCSIEMU_ERR_ARG;
	w->stuck = buf[1];
	w->stuck_on = id;
	lu->first_ua |= SEMU_UA_BIT(SEMU_UA_DEPOPULATED);
	show_stopped(lu, w->stuck);
	return 0;
}

static int part_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	struct semu_work *w = state(lu);
	uint32_t pattern;

	if (len < SEMU_WORK_RECORD || buf[0] != VERSION)
		return SCSIEMU_ERR_ARG;
	pattern = semu_be16(buf + 4);
	if (len != SEMU_WORK_RECORD + pattern ||
	    semu_work_room(pattern, 0) > lu->dev->limits.job_scratch ||
	    buf[1] < SEMU_WORK_FORMAT || buf[1] > SEMU_WORK_REPOPULATE)
		return SCSIEMU_ERR_ARG;
	if (buf[1] > SEMU_WORK_SANITIZE)
		return interrupted(lu, buf);
	if (buf[1] == SEMU_WORK_FORMAT) {
		w->corrupt = true;
		semu_work_guard(lu);
		return 0;
	}
	w->kind = SEMU_WORK_SANITIZE;
	w->passes = buf[2];
	w->flags = buf[3];
	if (w->flags & SEMU_WORK_FAILED) {
		w->kind = SEMU_WORK_NONE;
		w->restricted = !(w->flags & SEMU_WORK_AUSE);
		show_failed(lu);
	} else {
		go_on(lu, buf + SEMU_WORK_RECORD, pattern);
	}
	return 0;
}

const struct semu_part_type semu_work_part = {
	.part = SEMU_PART_WORK,
	.nv = SCSIEMU_NV_WORK,
	.size = part_size,
	.init = part_init,
	.loaded = part_loaded,
	.restore = part_restore,
};
#endif
