/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power conditions (SPC-5 5.14, SBC-4 4.20). A part that watches while timers
 * run, and while the logical unit is not active: then the next command that
 * needs the medium makes it so, and waits, or is told to come again.
 */
#include <string.h>

#include "spc/power.h"
#include "spc/spc.h"

#if SEMU_WITH_POWER
enum { UNIT_MS = 100, IMMED = 0x01, NO_FLUSH = 0x04, ENABLED = 2 };

static uint64_t now(const struct scsiemu_lu *lu)
{
	return lu->dev->now;
}

/* ---- Timers ---- */

static bool running(const struct semu_power *p)
{
	return p->enabled && !p->held && p->is < SCSIEMU_POWER_STANDBY_Z;
}

/* When it enters this condition if no command comes; a timer of 0 takes the
 * shortest time there is. */
static uint64_t due(const struct semu_power *p, unsigned condition)
{
	uint64_t ms = (uint64_t)p->timer[condition] * UNIT_MS;

	return p->last + (ms ? ms : 1);
}

static bool low(const struct semu_power *p)
{
	return p->is != SCSIEMU_POWER_ACTIVE && p->is != SCSIEMU_POWER_STOPPED;
}

static void enter(struct scsiemu_lu *lu, unsigned condition, bool timed)
{
	struct semu_power *p = semu_power(lu);

	p->is = (uint8_t)condition;
	p->timed = timed;
	p->until = 0;
	p->entered[condition] += p->entered[condition] < UINT32_MAX;
	lu->guards &= ~(uint32_t)SCSIEMU_ON_BECOMING;
}

/* Of the timers that have expired the deepest condition's counts (SPC-5
 * 5.14.8): it is the last in the enumeration. */
static void expire(struct scsiemu_lu *lu)
{
	const struct semu_power *p = semu_power(lu);
	unsigned deepest = p->is, i;

	for (i = p->is + 1u; i < SCSIEMU_POWER_STOPPED; i++)
		if (p->enabled >> i & 1 && due(p, i) <= now(lu))
			deepest = i;
	if (deepest != p->is)
		enter(lu, deepest, true);
}

/* The state is another one: what follows for timers and commands. */
static void settle(struct scsiemu_lu *lu)
{
	const struct semu_power *p = semu_power(lu);
	unsigned i;

	if (p->until)
		semu_lu_timer(lu, p->until);
	for (i = p->is + 1u; running(p) && i < SCSIEMU_POWER_STOPPED; i++)
		if (p->enabled >> i & 1)
			semu_lu_timer(lu, due(p, i));
	semu_lu_watch(lu, SEMU_PART_POWER, running(p) || low(p) || p->until);
}

/* Does somebody use the medium? Background functions do not count, unless mode
 * page 1Ah puts them first. */
static bool in_use(struct scsiemu_lu *lu)
{
	bool jobs = semu_power(lu)->background == SEMU_POWER_BACKGROUND_FIRST;
	const struct semu_ring *r;

	if (lu->guards & SCSIEMU_STOP_BUSY)
		return true;
	for (r = lu->tasks.next; r != &lu->tasks; r = r->next) {
		const struct semu_entry *e = (const void *)r;

		if (jobs || !e->cmd->job || e != &semu_ctx(e->cmd)->entry)
			return true;
	}
	return false;
}

static void part_tick(struct scsiemu_lu *lu)
{
	struct semu_power *p = semu_power(lu);

	if (p->until && p->until <= now(lu)) {
		p->until = 0;
		lu->guards &= ~(uint32_t)SCSIEMU_ON_BECOMING;
	}
	if (!p->until && in_use(lu))
		p->last = now(lu);
	if (running(p))
		expire(lu);
	settle(lu);
}

static void restart(struct scsiemu_lu *lu)
{
	semu_power(lu)->last = now(lu);
	settle(lu);
}

/* ---- To active ---- */

/* CCF_IDLE, CCF_STANDBY, CCF_STOPPED: on the way from there commands get CHECK
 * CONDITION instead of waiting (SPC-5 7.5.15). */
static bool told(const struct semu_power *p, unsigned from)
{
	static const uint8_t shift[SCSIEMU_POWER_COUNT] = {
		[SCSIEMU_POWER_IDLE_C] = 6,
		[SCSIEMU_POWER_STANDBY_Y] = 4,
		[SCSIEMU_POWER_STANDBY_Z] = 4,
		[SCSIEMU_POWER_STOPPED] = 2,
	};

	return shift[from] && (p->ccf >> shift[from] & 3) == ENABLED;
}

/* It becomes active, or does so already: the ms that still takes. */
static uint32_t rise(struct scsiemu_lu *lu)
{
	struct semu_power *p = semu_power(lu);
	unsigned from = p->is;
	uint32_t ms = p->recovery_ms[from];

	if (from == SCSIEMU_POWER_ACTIVE)
		return p->until > now(lu) ? (uint32_t)(p->until - now(lu)) : 0;
	enter(lu, SCSIEMU_POWER_ACTIVE, false);
	p->last = now(lu) + ms;
	if (ms)
		p->until = p->last;
	if (ms && told(p, from))
		lu->guards |= SCSIEMU_ON_BECOMING;
	settle(lu);
	return ms;
}

void semu_power_wake(struct scsiemu_lu *lu)
{
	struct semu_power *p = semu_power(lu);

	if (!p || !low(p))
		return;
	enter(lu, SCSIEMU_POWER_ACTIVE, false);
	restart(lu);
}

/* Commands that read or write the medium, or change what is on it. What is
 * answered from memory (READ CAPACITY, ...), and TEST UNIT READY, leave it in
 * idle and standby. */
static bool needs_medium(const struct scsiemu_row *row)
{
	if (!(row->stops & SCSIEMU_ON_STOPPED))
		return false;
	if (row->flags & (SCSIEMU_ROW_BLOCKS | SCSIEMU_ROW_RANGE))
		return true;
	return row->kind != SCSIEMU_K_PARAM_IN &&
	       !(row->kind == SCSIEMU_K_NODATA && !row->fn.nodata);
}

static int begin(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);
	uint32_t ms;

	if (!needs_medium(x->row))
		return 0;
	ms = rise(x->lu);
	if (!ms)
		return 0;
	if (x->lu->guards & SCSIEMU_ON_BECOMING)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_BECOMING_READY);
	scsiemu_want_delay(c, ms);
	x->resume = SEMU_RESUME_CHECK;
	return SCSIEMU_WANTS;
}

/* The timers run from the end of the last command that used the medium. */
static int finish(struct scsiemu_cmd *c)
{
	struct semu_ctx *x = semu_ctx(c);

	if (needs_medium(x->row))
		semu_power(x->lu)->last = now(x->lu);
	return SCSIEMU_FINISHED;
}

/* A copy, whosever it is. */
static int raw(struct scsiemu_cmd *c, struct scsiemu_lu *lu, bool write,
	       uint64_t lba, uint64_t nblk)
{
	(void)c, (void)write, (void)lba, (void)nblk;
	semu_power_wake(lu);
	return 0;
}

/* ---- START STOP UNIT ---- */

int semu_power_start(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_power *p = semu_power(lu);
	uint32_t ms;

	if (!p)
		return SCSIEMU_FINISHED;
	p->held = c->cdb[4] >> 4 == SEMU_POWER_ACTIVE;
	ms = rise(lu);
	if (!p->until)
		restart(lu);
	if (!ms || c->cdb[1] & IMMED)
		return SCSIEMU_FINISHED;
	semu_cmd_yield(c);
	return scsiemu_want_delay(c, ms);
}

void semu_power_stop(struct scsiemu_lu *lu)
{
	if (!semu_power(lu))
		return;
	enter(lu, SCSIEMU_POWER_STOPPED, false);
	settle(lu);
}

/* What IDLE, STANDBY and their FORCE_ forms mean with a modifier. */
static unsigned condition_of(const uint8_t *cdb)
{
	unsigned modifier = cdb[3] & 0x0f;

	if (cdb[4] >> 4 & 1) /* STANDBY, FORCE_STANDBY_0 */
		return modifier ? SCSIEMU_POWER_STANDBY_Y
				: SCSIEMU_POWER_STANDBY_Z;
	return SCSIEMU_POWER_IDLE_A + modifier;
}

/* A FORCE_ form lets the timer expire and leaves control with the logical
 * unit; the others take it. */
static void obey(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool forced = c->cdb[4] >> 4 >= SEMU_POWER_FORCE_IDLE_0;

	semu_power(lu)->held = !forced;
	lu->guards &= ~(uint32_t)SCSIEMU_ON_STOPPED;
	enter(lu, condition_of(c->cdb), forced);
	restart(lu);
}

void semu_power_flushed(struct scsiemu_cmd *c)
{
	if (c->cdb[4] >> 4 == SEMU_POWER_STANDBY)
		obey(c);
}

int semu_power_command(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_power *p = semu_power(lu);
	unsigned request = c->cdb[4] >> 4;

	if (!p)
		return SCSIEMU_FINISHED;
	if (p->is == SCSIEMU_POWER_STOPPED && request >= SEMU_POWER_LU_CONTROL)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_ILLEGAL_POWER_CONDITION);
	if (request == SEMU_POWER_ACTIVE) {
		lu->guards &= ~(uint32_t)SCSIEMU_ON_STOPPED;
		return semu_power_start(c);
	}
	if (request == SEMU_POWER_LU_CONTROL) {
		p->held = false;
		restart(lu);
		return SCSIEMU_FINISHED;
	}
	if (request == SEMU_POWER_STANDBY && !(c->cdb[4] & NO_FLUSH) &&
	    lu->medium && lu->able & SCSIEMU_CAN_FLUSH)
		return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 0, 0,
					  c->cdb[1] & IMMED ? SCSIEMU_IMMED
							    : 0);
	obey(c);
	return SCSIEMU_FINISHED;
}

/* ---- For others ---- */

uint16_t semu_power_asc(const struct scsiemu_lu *lu)
{
	/* by a timer; by a command */
	static const uint8_t ascq[SCSIEMU_POWER_COUNT][2] = {
		[SCSIEMU_POWER_IDLE_A] = { 0x01, 0x03 },
		[SCSIEMU_POWER_IDLE_B] = { 0x05, 0x06 },
		[SCSIEMU_POWER_IDLE_C] = { 0x07, 0x08 },
		[SCSIEMU_POWER_STANDBY_Y] = { 0x09, 0x0a },
		[SCSIEMU_POWER_STANDBY_Z] = { 0x02, 0x04 },
	};
	const struct semu_power *p = semu_power(lu);

	if (!p || !low(p))
		return 0;
	return SCSIEMU_ASC_LOW_POWER | ascq[p->is][!p->timed];
}

bool semu_power_rests(const struct scsiemu_lu *lu)
{
	const struct semu_power *p = semu_power(lu);

	return p && low(p) &&
	       (p->held || p->background != SEMU_POWER_BACKGROUND_FIRST);
}

enum scsiemu_power_condition scsiemu_lu_power_condition(
	const struct scsiemu_lu *lu)
{
	const struct semu_power *p = semu_power(lu);

	if (p)
		return (enum scsiemu_power_condition)p->is;
	return lu->guards & SCSIEMU_ON_STOPPED ? SCSIEMU_POWER_STOPPED
					       : SCSIEMU_POWER_ACTIVE;
}

/* ---- The part ---- */

void semu_power_apply(struct scsiemu_lu *lu, const uint8_t *page)
{
	const uint32_t timer[SCSIEMU_POWER_COUNT] = {
		[SCSIEMU_POWER_IDLE_A] = semu_be32(page + 4),
		[SCSIEMU_POWER_IDLE_B] = semu_be32(page + 12),
		[SCSIEMU_POWER_IDLE_C] = semu_be32(page + 16),
		[SCSIEMU_POWER_STANDBY_Y] = semu_be32(page + 20),
		[SCSIEMU_POWER_STANDBY_Z] = semu_be32(page + 8),
	};
	/* bits 1 to 3 are IDLE_A to IDLE_C */
	uint8_t enabled = (uint8_t)((page[3] & 0x0e) |
				    (page[2] & 1) << SCSIEMU_POWER_STANDBY_Y |
				    (page[3] & 1) << SCSIEMU_POWER_STANDBY_Z);
	struct semu_power *p = semu_power(lu);

	p->ccf = page[39];
	p->background = page[2] >> 6;
	if (p->enabled == enabled && !memcmp(p->timer, timer, sizeof(timer)))
		return; /* another page was selected */
	p->enabled = enabled;
	memcpy(p->timer, timer, sizeof(timer));
	restart(lu);
}

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	return cf->power ? (uint32_t)sizeof(struct semu_power) : 0;
}

static int part_init(struct scsiemu_lu *lu, void *mem,
		     const struct scsiemu_lu_config *cf)
{
	struct semu_power *p = mem;

	(void)lu;
	if (cf->power->size < sizeof(*cf->power))
		return SCSIEMU_ERR_ARG;
	memcpy(p->recovery_ms, cf->power->recovery_ms, sizeof(p->recovery_ms));
	p->recovery_ms[SCSIEMU_POWER_ACTIVE] = 0;
	return 0;
}

static void part_loaded(struct scsiemu_lu *lu)
{
	lu->able |= SCSIEMU_NEED_POWER;
}

/* The timers have the saved values again and run. */
static void part_reset(struct scsiemu_lu *lu)
{
	struct semu_power *p = semu_power(lu);

	p->held = false;
	if (p->is != SCSIEMU_POWER_ACTIVE || p->until)
		enter(lu, SCSIEMU_POWER_ACTIVE, false);
	restart(lu);
}

const struct semu_part_type semu_power_part = { .part = SEMU_PART_POWER,
						.since = SCSIEMU_LEVEL_SPC_3,
						.size = part_size,
						.init = part_init,
						.loaded = part_loaded,
						.reset = part_reset,
						.tick = part_tick,
						.begin = begin,
						.finish = finish,
						.raw = raw };
#endif
