/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FORMAT UNIT and SANITIZE at work (SBC-4 4.11, 5.4). The job's buffer holds a
 * block of the pattern; its steps are a list of stages, each of which leaves
 * wants until it has nothing more to do.
 *
 * Durable record (SCSIEMU_NV_WORK): version 1, kind, passes, flags, length of
 * the pattern (2), zeros; the pattern. Found at the next start, it says that a
 * SANITIZE has to go on, or has failed, or that a FORMAT UNIT was cut short.
 */
#include <string.h>

#include "sbc/format.h"
#include "sbc/pi.h"
#include "sbc/work.h"

#if SEMU_WITH_WORK
enum { VERSION = 1 };

/* Bytes of one want, so that aborts and others get their turn: of those that
 * write, and of those that only change maps. */
#define SLOW_PIECE ((uint64_t)1 << 20)
#define FAST_PIECE ((uint64_t)1 << 26)

/* scsiemu_cmd_step() of the command, from semu_work_begin() on. */
enum { SAVED = 0x1000, WAITED, FORGIVEN };

/* Of a logical unit that has the part. */
static struct semu_work *state(const struct scsiemu_lu *lu)
{
	return lu->more->part[SEMU_PART_WORK];
}

/* own[] of the job. LBA: at first the length of the pattern. */
enum { LBA, PASS };

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
}

static int want_save(struct scsiemu_cmd *c, const void *buf, uint32_t len)
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

static void show_running(struct scsiemu_lu *lu)
{
	bool format = state(lu)->kind == SEMU_WORK_FORMAT;

	show(lu, SCSIEMU_SK_NOT_READY,
	     format ? SCSIEMU_ASC_FORMAT_IN_PROGRESS
		    : SCSIEMU_ASC_SANITIZE_IN_PROGRESS,
	     true);
	set_guard(lu, format ? SCSIEMU_ON_FORMAT : SCSIEMU_ON_SANITIZE, true);
}

/* A failed SANITIZE goes on stopping everybody, with another sense. */
static void show_failed(struct scsiemu_lu *lu)
{
	struct semu_work *w = state(lu);

	w->failed = true;
	show(lu, SCSIEMU_SK_MEDIUM_ERROR, SCSIEMU_ASC_SANITIZE_FAILED, false);
	set_guard(lu, SCSIEMU_ON_SANITIZE, true);
}

static void show_nothing(struct scsiemu_lu *lu)
{
	show(lu, 0, SCSIEMU_ASC_NONE, false);
	set_guard(lu, SCSIEMU_ON_FORMAT | SCSIEMU_ON_SANITIZE, false);
	semu_work_guard(lu);
}

/* Of passes over nblk blocks, this many are done and, of one, these. */
static void show_progress(struct scsiemu_lu *lu, uint64_t pass, uint64_t passes,
			  uint64_t lba)
{
	uint64_t nblk = lu->cap.nblk, unit = nblk >> 16, part;

	part = unit ? lba / unit : lba * 0x10000 / (nblk ? nblk : 1);
	if (part > 0xffff)
		part = 0xffff;
	lu->busy.progress = (uint16_t)((pass * 0x10000 + part) / passes);
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

static int succeed(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work *w = state(lu);
	bool format = w->kind == SEMU_WORK_FORMAT;

	w->kind = SEMU_WORK_NONE;
	w->corrupt = false;
	if (format)
		semu_format_done(lu);
	else
		w->failed = w->restricted = false;
	show_nothing(lu);
	if (w->passes)
		semu_parts_wiped(lu, w->flags & SEMU_WORK_KEEP);
	wake_waiter(w, SCSIEMU_ASC_NONE);
	return SCSIEMU_FINISHED;
}

static int fail_format(struct scsiemu_lu *lu)
{
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
	return want_save(c, w->record, sizeof(w->record));
}

/* ---- The stages ---- */

typedef int stage_fn(struct scsiemu_cmd *c, struct semu_work *w);

/* A restored SANITIZE begins before the medium is there. */
static int await_medium(struct scsiemu_cmd *c, struct semu_work *w)
{
	w->awaits = !scsiemu_cmd_lu(c)->medium;
	return w->awaits ? semu_cmd_park(c) : SCSIEMU_FINISHED;
}

static int reshape(struct scsiemu_cmd *c, struct semu_work *w)
{
	++*scsiemu_cmd_step(c);
	if (!w->blen)
		return SCSIEMU_FINISHED;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_FORMAT, w->blen, w->nblk,
				  SCSIEMU_CHANGES);
}

/* Bytes of a block of the pattern: the tuples of its protection are FFs. */
static uint32_t tuples(const struct scsiemu_lu *lu)
{
	return semu_pi(lu) ? semu_pi(lu)->len : 0;
}

/* The pattern becomes a block, and the protection what it is to be. */
static int prepare(struct scsiemu_cmd *c, struct semu_work *w)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c);
	uint32_t len = (uint32_t)own[LBA], i = len;

	++*scsiemu_cmd_step(c);
	own[LBA] = 0;
#if SEMU_WITH_PI
	if (w->kind == SEMU_WORK_FORMAT &&
	    semu_pi_format(lu, w->pi_type, w->pi_exponent) < 0)
		return SCSIEMU_FAILED;
#endif
	(void)w;
	if (semu_work_room(lu->cap.blen, tuples(lu)) > c->scratch_len)
		return SCSIEMU_FAILED;
	for (; i < lu->cap.blen; i++)
		c->scratch[i] = len ? c->scratch[i - len] : 0;
	memset(c->scratch + lu->cap.blen, 0xff, tuples(lu));
	return SCSIEMU_FINISHED;
}

static void invert(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint32_t n = lu->cap.blen + tuples(lu);

	while (n--)
		c->scratch[n] ^= 0xff;
}

static enum scsiemu_verb verb_of(const struct scsiemu_lu *lu,
				 const struct semu_work *w)
{
	if (w->flags & SEMU_WORK_FILL)
		return SCSIEMU_V_FILL;
	if (lu->cap.thin && lu->cap.zeroes)
		return SCSIEMU_V_UNMAP;
	return lu->able & SCSIEMU_CAN_ZERO ? SCSIEMU_V_ZERO : SCSIEMU_V_FILL;
}

static uint64_t piece(const struct scsiemu_lu *lu, enum scsiemu_verb verb,
		      uint64_t left)
{
	bool fast = verb == SCSIEMU_V_UNMAP || verb == SCSIEMU_V_ZERO;
	uint64_t most = (fast ? FAST_PIECE : SLOW_PIECE) / lu->cap.blen;

	return left < most ? left : most;
}

static unsigned passes_of(const struct semu_work *w)
{
	return w->passes + (w->flags & SEMU_WORK_CERTIFY ? 1u : 0);
}

/* The last pass leaves the pattern as it was given (SBC-4 5.27.2). */
static bool inverted(const struct semu_work *w, uint64_t pass)
{
	return w->flags & SEMU_WORK_INVERT &&
	       (pass ? true : w->passes % 2 == 0);
}

/* Passes over all blocks, each of them durable before the next. */
static int write_blocks(struct scsiemu_cmd *c, struct semu_work *w)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c), lba = own[LBA], n;
	enum scsiemu_verb verb = verb_of(lu, w);

	if (own[PASS] >= w->passes)
		return SCSIEMU_FINISHED;
	show_progress(lu, own[PASS], passes_of(w), lba);
	if (lba >= lu->cap.nblk) {
		own[LBA] = 0;
		own[PASS]++;
		if (!(lu->able & SCSIEMU_CAN_FLUSH))
			return write_blocks(c, w);
		return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 0, 0, 0);
	}
	if (!lba && inverted(w, own[PASS]))
		invert(c);
	if (verb == SCSIEMU_V_FILL && tuples(lu)) {
		own[LBA]++;
		return semu_pi_save(c, lba, c->scratch, 1);
	}
	n = piece(lu, verb, lu->cap.nblk - lba);
	own[LBA] = lba + n;
	return scsiemu_want_buffer(c, NULL, verb, lba, n, c->scratch,
				   verb == SCSIEMU_V_FILL ? lu->cap.blen : 0);
}

static int certify(struct scsiemu_cmd *c, struct semu_work *w)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint64_t *own = scsiemu_cmd_own(c), lba = own[LBA];

	if (!(w->flags & SEMU_WORK_CERTIFY) || lba >= lu->cap.nblk)
		return SCSIEMU_FINISHED;
	show_progress(lu, w->passes, passes_of(w), lba);
	own[LBA] += piece(lu, SCSIEMU_V_VERIFY, lu->cap.nblk - lba);
	return scsiemu_want_store(c, NULL, SCSIEMU_V_VERIFY, lba,
				  own[LBA] - lba, 0);
}

static int save_format(struct scsiemu_cmd *c, struct semu_work *w)
{
	++*scsiemu_cmd_step(c);
	if (w->kind != SEMU_WORK_FORMAT || !semu_can_save(scsiemu_cmd_lu(c)))
		return SCSIEMU_FINISHED;
	return semu_format_save(c);
}

static int clear_record(struct scsiemu_cmd *c, struct semu_work *w)
{
	++*scsiemu_cmd_step(c);
	if (!semu_can_save(scsiemu_cmd_lu(c)))
		return SCSIEMU_FINISHED;
	return want_save(c, w->record, 0);
}

static int end(struct scsiemu_cmd *c, struct semu_work *w)
{
	(void)w;
	return succeed(c);
}

/* once: leaves one want at most, and moves the counter itself. */
static const struct {
	stage_fn *fn;
	bool once;
} stage[] = {
	{ await_medium, false }, { reshape, true },  { prepare, true },
	{ write_blocks, false }, { certify, false }, { save_format, true },
	{ clear_record, true },	 { end, false },
};
enum { NSTAGE = sizeof(stage) / sizeof(stage[0]) };

static int give_up(struct scsiemu_cmd *c, struct semu_work *w)
{
	*scsiemu_cmd_step(c) = NSTAGE;
	return w->kind == SEMU_WORK_FORMAT ? fail_format(scsiemu_cmd_lu(c))
					   : fail_sanitize(c);
}

/* Nothing was begun: the record could not be saved, or the command was ended
 * before that was so. */
static bool cancelled(const struct semu_work *w)
{
	return w->kind == SEMU_WORK_NONE;
}

static int job(struct scsiemu_cmd *c, int result)
{
	struct semu_work *w = state(scsiemu_cmd_lu(c));
	unsigned *at = scsiemu_cmd_step(c);
	int rc;

	if (*at >= NSTAGE || cancelled(w))
		return SCSIEMU_FINISHED;
	if (result == SCSIEMU_E_ABORTED && w->kind == SEMU_WORK_SANITIZE)
		return SCSIEMU_FINISHED; /* the LU goes; its record stays */
	if (result < 0 || w->stop)
		return give_up(c, w);
	while (*at < NSTAGE) {
		bool once = stage[*at].once;

		rc = stage[*at].fn(c, w);
		if (rc == SCSIEMU_WANTS)
			return SCSIEMU_WANTS;
		if (rc == SCSIEMU_FAILED)
			return give_up(c, w);
		if (!once)
			++*at;
	}
	return SCSIEMU_FINISHED;
}

/* ---- The command ---- */

/* A job that has the plan and the pattern, and waits. */
static struct scsiemu_cmd *make_job(struct scsiemu_lu *lu,
				    const struct semu_work *plan,
				    const uint8_t *pattern, uint32_t len)
{
	const uint64_t own[2] = { [LBA] = len };
	struct semu_work *w = state(lu);
	struct scsiemu_cmd *j = semu_job_hold(lu, job, own,
					      plan->kind == SEMU_WORK_SANITIZE);

	if (!j)
		return NULL;
	memcpy(j->scratch, pattern, len);
	w->kind = plan->kind;
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
	return want_save(c, c->scratch, SEMU_WORK_RECORD + len);
}

bool semu_work_began(struct scsiemu_cmd *c)
{
	return *scsiemu_cmd_step(c) >= SAVED;
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

/* The command was ended early. Before it began, its record goes again; after
 * that a FORMAT UNIT goes with it, a SANITIZE does not (SBC-4 4.11.2). */
static int aborted(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_work *w = state(lu);

	if (*scsiemu_cmd_step(c) == SAVED) {
		cancel(lu);
		return want_save(c, w->record, 0);
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
	return want_save(c, w->record, 0);
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
	const uint32_t need = SCSIEMU_CAN_WRITE | SCSIEMU_NEED_JOB;
	uint32_t room = semu_work_room(lu->cap.blen, 0);
	struct semu_work *w = state(lu);

	if ((lu->able & need) == need && lu->dev->limits.scratch >= room &&
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

static int part_restore(struct scsiemu_lu *lu, const uint8_t *buf, uint32_t len)
{
	struct semu_work *w = state(lu);
	uint32_t pattern;

	if (len < SEMU_WORK_RECORD || buf[0] != VERSION)
		return SCSIEMU_ERR_ARG;
	pattern = semu_be16(buf + 4);
	if (len != SEMU_WORK_RECORD + pattern ||
	    semu_work_room(pattern, 0) > lu->dev->limits.job_scratch ||
	    buf[1] < SEMU_WORK_FORMAT || buf[1] > SEMU_WORK_SANITIZE)
		return SCSIEMU_ERR_ARG;
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
