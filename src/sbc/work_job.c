/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FORMAT UNIT, SANITIZE and depopulation at work: the job's buffer holds a
 * block of the pattern; its steps are a list of stages, each of which leaves
 * wants until it has nothing more to do.
 */
#include <string.h>

#include "sbc/defects.h"
#include "sbc/element.h"
#include "sbc/format.h"
#include "sbc/pi.h"
#include "sbc/work.h"

#if SEMU_WITH_WORK
/* Bytes of one want, so that aborts and others get their turn: of those that
 * write, and of those that only change maps. */
#define SLOW_PIECE ((uint64_t)1 << 20)
#define FAST_PIECE ((uint64_t)1 << 26)

/* own[] of the job. LBA: at first the length of the pattern. */
enum { LBA, PASS };

/* Of a logical unit that has the part. */
static struct semu_work *state(const struct scsiemu_lu *lu)
{
	return lu->more->part[SEMU_PART_WORK];
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

typedef int stage_fn(struct scsiemu_cmd *c, struct semu_work *w);

/* A restored SANITIZE begins before the medium is there. */
static int await_medium(struct scsiemu_cmd *c, struct semu_work *w)
{
	w->awaits = !scsiemu_cmd_lu(c)->medium;
	return w->awaits ? semu_cmd_park(c) : SCSIEMU_FINISHED;
}

static int reshape(struct scsiemu_cmd *c, struct semu_work *w)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	++*scsiemu_cmd_step(c);
	if (!w->blen)
		return SCSIEMU_FINISHED;
	if (!w->moved) {
		w->known_blen = lu->cap.blen;
		w->known_nblk = lu->cap.nblk;
		w->moved = true;
	}
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

/* New blocks can be read, and so it is durable, as the lists are. */
static int save_defects(struct scsiemu_cmd *c, struct semu_work *w)
{
	++*scsiemu_cmd_step(c);
#if SEMU_WITH_DEFECTS
	if (w->passes)
		semu_defects_clear(scsiemu_cmd_lu(c), 0, UINT64_MAX,
				   SEMU_DEFECT_UNREADABLE);
	if (scsiemu_cmd_lu(c)->able & SCSIEMU_NEED_DEFECTS)
		return semu_defects_save(c);
#endif
	(void)w;
	return SCSIEMU_FINISHED;
}

static int save_format(struct scsiemu_cmd *c, struct semu_work *w)
{
	++*scsiemu_cmd_step(c);
	if (w->kind == SEMU_WORK_SANITIZE || !semu_can_save(scsiemu_cmd_lu(c)))
		return SCSIEMU_FINISHED;
	return semu_format_save(c);
}

#if SEMU_WITH_ELEMENTS
static int save_elements(struct scsiemu_cmd *c, struct semu_work *w)
{
	++*scsiemu_cmd_step(c);
	if (w->kind <= SEMU_WORK_SANITIZE || !semu_can_save(scsiemu_cmd_lu(c)))
		return SCSIEMU_FINISHED;
	return semu_elements_save(c);
}
#endif

static int clear_record(struct scsiemu_cmd *c, struct semu_work *w)
{
	++*scsiemu_cmd_step(c);
	if (!semu_can_save(scsiemu_cmd_lu(c)))
		return SCSIEMU_FINISHED;
	return semu_work_save(c, w->record, 0);
}

static int end(struct scsiemu_cmd *c, struct semu_work *w)
{
	(void)w;
	return semu_work_succeeded(c);
}

/* once: leaves one want at most, and moves the counter itself. */
static const struct {
	stage_fn *fn;
	bool once;
} stage[] = {
	{ await_medium, false }, { reshape, true },  { prepare, true },
	{ write_blocks, false }, { certify, false }, { save_defects, true },
	{ save_format, true },
#if SEMU_WITH_ELEMENTS
	{ save_elements, true },
#endif
	{ clear_record, true },	 { end, false },
};
enum { NSTAGE = sizeof(stage) / sizeof(stage[0]) };

static int give_up(struct scsiemu_cmd *c)
{
	*scsiemu_cmd_step(c) = NSTAGE;
	return semu_work_failed(c);
}

/* Nothing was begun: the record could not be saved, or the command was ended
 * before that was so. */
static bool cancelled(const struct semu_work *w)
{
	return w->kind == SEMU_WORK_NONE;
}

int semu_work_job(struct scsiemu_cmd *c, int result)
{
	struct semu_work *w = state(scsiemu_cmd_lu(c));
	unsigned *at = scsiemu_cmd_step(c);
	int rc;

	if (*at >= NSTAGE || cancelled(w))
		return SCSIEMU_FINISHED;
	if (result == SCSIEMU_E_ABORTED && w->kind != SEMU_WORK_FORMAT)
		return SCSIEMU_FINISHED; /* the LU goes; its record stays */
	if (result < 0 || w->stop)
		return give_up(c);
	while (*at < NSTAGE) {
		bool once = stage[*at].once;

		rc = stage[*at].fn(c, w);
		if (rc == SCSIEMU_WANTS)
			return SCSIEMU_WANTS;
		if (rc == SCSIEMU_FAILED)
			return give_up(c);
		if (!once)
			++*at;
	}
	return SCSIEMU_FINISHED;
}
#endif
