/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Background scans. The logical unit's timer looks whether one is due and
 * nobody else is there; then a job reads a few pieces of the medium, and ends,
 * so that others and other jobs get their turn.
 */
#include <string.h>

#include "sbc/sbc.h"
#include "sbc/scan.h"
#include "spc/power.h"

#if SEMU_WITH_SCAN
enum {
	PIECE = 1 << 20, /* bytes of a want */
	PIECES = 8,	 /* of a job */
	PACE_MS = 10,	 /* between two jobs */
	HOUR_MS = 3600000,
	MINUTE_MS = 60000
};
/* REASSIGN STATUS: the initiator has to do it. */
enum { REASSIGN_PENDING = 1 };
/* Mode page 1Ch/01h: bits of byte 4, of byte 5. */
enum { EN_BMS = 0x01, LOWIR = 0x02, S_L_FULL = 0x04, EN_PS = 0x01 };
/* BO_CTL */
enum { BO_KEEP, BO_START, BO_STOP, BO_RESERVED };

static struct semu_scan *own(const struct scsiemu_lu *lu)
{
	return lu->more->part[SEMU_PART_SCAN];
}

static uint64_t now(const struct scsiemu_lu *lu)
{
	return lu->dev->now;
}

/* ---- What was found ---- */

static void remember(struct scsiemu_lu *lu, uint64_t lba)
{
	struct semu_scan *s = own(lu);
	uint8_t *e;

	if (s->nentries == SEMU_SCAN_ENTRIES)
		memmove(s->entry[0], s->entry[1],
			(size_t)--s->nentries * SEMU_SCAN_ENTRY);
	e = s->entry[s->nentries++];
	memset(e, 0, SEMU_SCAN_ENTRY);
	semu_put32(e, (uint32_t)(semu_powered_ms(lu) / MINUTE_MS));
	e[4] = REASSIGN_PENDING << 4 | SCSIEMU_SK_MEDIUM_ERROR;
	semu_put16(e + 5, SCSIEMU_ASC_UNRECOVERED_READ_ERROR);
	semu_put64(e + 12, lba);
}

void semu_scan_clear(struct scsiemu_lu *lu)
{
	own(lu)->nentries = 0;
}

static bool scans(const struct semu_scan *s)
{
	return s->state == SEMU_SCAN_MEDIUM || s->state == SEMU_SCAN_PRE;
}

static bool full(const struct semu_scan *s)
{
	return s->stops_full && s->nentries == SEMU_SCAN_ENTRIES;
}

uint8_t semu_scan_status(const struct scsiemu_lu *lu)
{
	const struct semu_scan *s = own(lu);

	return scans(s) && full(s) ? (uint8_t)SEMU_SCAN_HALTED : s->state;
}

uint16_t semu_scan_progress(const struct scsiemu_lu *lu)
{
	const struct semu_scan *s = own(lu);
	uint64_t nblk = lu->cap.nblk, unit = nblk >> 16, part;

	if (!scans(s) || !nblk)
		return 0;
	part = unit ? s->lba / unit : s->lba * 0x10000 / nblk;
	return (uint16_t)(part > 0xffff ? 0xffff : part);
}

uint8_t semu_scan_background(const struct scsiemu_lu *lu)
{
	const struct semu_scan *s = own(lu);

	if (!scans(s))
		return 1;
	return s->asked ? 2 : 3;
}

/* ---- Beginning and end of a scan ---- */

static void begin(struct scsiemu_lu *lu, enum semu_scan_state state)
{
	struct semu_scan *s = own(lu);

	s->state = (uint8_t)state;
	s->lba = 0;
	s->since = 0;
	s->start = now(lu) + s->interval_h * (uint64_t)HOUR_MS;
	s->until = 0;
	if (state == SEMU_SCAN_PRE && s->pre_h)
		s->until = now(lu) + s->pre_h * (uint64_t)HOUR_MS;
}

static void end(struct semu_scan *s, bool whole)
{
	if (whole)
		s->scans++;
	if (whole && s->state == SEMU_SCAN_MEDIUM)
		s->medium_scans++;
	s->asked = false;
	s->until = 0;
	s->lba = 0;
	s->state = s->enabled ? SEMU_SCAN_WAITING : SEMU_SCAN_NONE;
}

/* The scan that is due now becomes the state. False: none is. */
static bool due(struct scsiemu_lu *lu)
{
	struct semu_scan *s = own(lu);

	if (scans(s) && s->until && now(lu) >= s->until)
		end(s, false);
	if (scans(s))
		return true;
	if (s->state == SEMU_SCAN_FATAL)
		return false;
	if (s->pre_due) {
		s->pre_due = false;
		begin(lu, SEMU_SCAN_PRE);
		return true;
	}
	if (!s->asked && (!s->enabled || now(lu) < s->start))
		return false;
	begin(lu, SEMU_SCAN_MEDIUM);
	return true;
}

/* ---- The job ---- */

static void wait_ms(struct scsiemu_lu *lu, uint64_t ms)
{
	semu_lu_timer(lu, now(lu) + (ms ? ms : 1));
}

static int rest(struct scsiemu_lu *lu)
{
	struct semu_scan *s = own(lu);

	s->runs = false;
	wait_ms(lu, PACE_MS);
	return SCSIEMU_FINISHED;
}

static uint64_t piece(const struct scsiemu_lu *lu, uint64_t lba)
{
	uint64_t n = PIECE / lu->cap.blen, left = lu->cap.nblk - lba;

	return n < left ? n : left;
}

/* own[0]: blocks of the piece in flight, own[1]: pieces */
static void took(struct scsiemu_cmd *c, int result)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_scan *s = own(lu);
	uint64_t *w = scsiemu_cmd_own(c);

	if (result == SCSIEMU_E_READ) {
		if (c->info != SCSIEMU_NO_INFO && c->info >= s->lba)
			s->lba = c->info;
		remember(lu, s->lba++);
	} else if (result < 0) {
		s->state = SEMU_SCAN_FATAL;
	} else {
		s->lba += w[0];
	}
	w[0] = 0;
}

static int job(struct scsiemu_cmd *c, int result)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_scan *s = own(lu);
	uint64_t *w = scsiemu_cmd_own(c);

	if (result == SCSIEMU_E_ABORTED || !lu->medium)
		return rest(lu);
	if (w[0])
		took(c, result);
	while (scans(s) && s->lba < lu->cap.nblk &&
	       semu_parts_unreadable(c, s->lba, piece(lu, s->lba)) && !full(s))
		took(c, SCSIEMU_E_READ);
	if (scans(s) && s->lba >= lu->cap.nblk)
		end(s, true);
	if (!scans(s) || full(s) || w[1]++ == PIECES ||
	    lu->guards & SCSIEMU_STOP_BUSY || semu_power_rests(lu))
		return rest(lu);
	w[0] = piece(lu, s->lba);
	return scsiemu_want_store(c, NULL, SCSIEMU_V_VERIFY, s->lba, w[0], 0);
}

/* ---- Time ---- */

/* Is somebody else there, or was a moment ago? Not for longer than MAXIMUM TIME
 * TO SUSPEND BACKGROUND SCAN. */
static bool held_up(struct scsiemu_lu *lu)
{
	struct semu_scan *s = own(lu);

	if (lu->guards & (SCSIEMU_STOP_BUSY | SCSIEMU_STOP_MEDIUM) ||
	    semu_power_rests(lu))
		return true;
	if (lu->tasks.next != &lu->tasks)
		s->busy = now(lu) + 1;
	if (!s->busy || now(lu) + 1 - s->busy >= s->idle_ms) {
		s->since = 0;
		return false;
	}
	if (!s->since)
		s->since = now(lu) + 1;
	return !s->suspend_ms || now(lu) + 1 - s->since < s->suspend_ms;
}

/* Look again when something may have changed. */
static void come_back(struct scsiemu_lu *lu)
{
	const struct semu_scan *s = own(lu);

	if (scans(s) || s->asked)
		wait_ms(lu, s->idle_ms);
	else if (s->enabled && s->state != SEMU_SCAN_FATAL)
		semu_lu_timer(lu, s->start);
}

static void part_tick(struct scsiemu_lu *lu)
{
	static const uint64_t none[2];
	struct semu_scan *s = own(lu);

	if (s->runs || !lu->medium)
		return;
	if (!due(lu) || held_up(lu) || full(s) ||
	    scsiemu_job_start(lu, job, none, false)) {
		come_back(lu);
		return;
	}
	s->runs = true;
	semu_power_wake(lu);
}

/* ---- What initiators say ---- */

static void control_apply(struct scsiemu_lu *lu, const uint8_t *page)
{
	struct semu_scan *s = own(lu);

	s->enabled = page[4] & EN_BMS;
	s->stops_full = page[4] & S_L_FULL;
	s->pre = page[5] & EN_PS;
	s->interval_h = (uint16_t)semu_be16(page + 6);
	s->pre_h = (uint16_t)semu_be16(page + 8);
	s->idle_ms = (uint16_t)semu_be16(page + 10);
	s->suspend_ms = (uint16_t)semu_be16(page + 12);
	if (!s->pre && s->state == SEMU_SCAN_PRE)
		end(s, false);
	if (!s->pre)
		s->pre_due = false;
	/* switched off, a medium scan keeps its place */
	if (!s->enabled && !s->asked && s->state != SEMU_SCAN_PRE)
		s->state = SEMU_SCAN_NONE;
	else if (s->enabled && s->lba && s->state == SEMU_SCAN_NONE)
		s->state = SEMU_SCAN_MEDIUM;
	else if (s->enabled && s->state == SEMU_SCAN_NONE)
		s->state = SEMU_SCAN_WAITING;
	wait_ms(lu, s->idle_ms);
}

/* Background control (SBC-4 6.5.3): a scan a day, half a second after the last
 * command, held up for two seconds at most. */
const struct semu_mode_page semu_sbc_mode_1c01 = {
	.code = 0x1c,
	.sub = 0x01,
	.len = 16,
	.part = 1 + SEMU_PART_SCAN,
	.defaults = (const uint8_t[16]){ 0x5c, 0x01, 0, 12, EN_BMS, 0, 0, 24, 0,
					 24, 0x01, 0xf4, 0x07, 0xd0 },
	.mask = (const uint8_t[16]){ 0, 0, 0, 0, EN_BMS | LOWIR | S_L_FULL,
				     EN_PS, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				     0xff, 0xff },
	.apply = control_apply,
};

int semu_scan_control(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_scan *s = own(lu);
	unsigned ctl = c->cdb[2] >> 6;

	if (ctl == BO_RESERVED)
		return scsiemu_fail_cdb(c, 2, 7);
	if (ctl == BO_STOP && s->asked)
		end(s, false);
	if (ctl != BO_START)
		return SCSIEMU_FINISHED;
	if (s->state == SEMU_SCAN_FATAL)
		s->state = SEMU_SCAN_NONE;
	s->asked = true;
	if (!scans(s))
		begin(lu, SEMU_SCAN_MEDIUM);
	if (c->cdb[3]) /* BO_TIME, in 100 ms */
		s->until = now(lu) + c->cdb[3] * UINT64_C(100);
	wait_ms(lu, 0);
	return SCSIEMU_FINISHED;
}

/* ---- The part ---- */

static uint32_t part_size(const struct scsiemu_lu_config *cf)
{
	return SEMU_SBC_OPTION(cf, scan) ? sizeof(struct semu_scan) : 0;
}

static int part_init(struct scsiemu_lu *lu, void *mem,
		     const struct scsiemu_lu_config *cf)
{
	(void)lu, (void)mem, (void)cf;
	return 0;
}

/* A medium came or changed: the scan begins anew. EN_PS counts as it is saved
 * when the first one comes: at power on. */
static void part_loaded(struct scsiemu_lu *lu)
{
	struct semu_scan *s = own(lu);

	lu->able |= SCSIEMU_NEED_SCAN;
	s->lba = 0;
	if (!lu->medium)
		return;
	if (!s->seen)
		s->pre_due = s->pre;
	s->seen = true;
	wait_ms(lu, s->idle_ms);
}

const struct semu_part_type semu_scan_part = {
	.part = SEMU_PART_SCAN,
	.since = SCSIEMU_LEVEL_SPC_3,
	.size = part_size,
	.init = part_init,
	.loaded = part_loaded,
	.tick = part_tick,
};
#endif
