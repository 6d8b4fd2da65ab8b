/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A copy under way, whatever it is made of: its memory behind the parameter
 * list, its beginning as the command or as a job, one extent after the other,
 * its end.
 */
#include <string.h>

#include "spc/copy.h"

#if SEMU_WITH_COPY

/* own: where the run is in scratch, 1 + index of what is kept of it. */
static uint32_t run_at(uint32_t list)
{
	return (list + 7) & ~7u;
}

struct semu_run *semu_run(const struct scsiemu_cmd *c)
{
	return (struct semu_run *)(void *)(c->scratch + semu_ctx(c)->own[0]);
}

struct semu_run *semu_run_make(struct scsiemu_cmd *c, uint32_t list)
{
	scsiemu_cmd_own(c)[0] = run_at(list);
	memset(semu_run(c), 0, sizeof(struct semu_run));
	semu_run(c)->size = list;
	return semu_run(c);
}

uint8_t *semu_run_buffer(const struct scsiemu_cmd *c, uint32_t *room)
{
	uint32_t at = (uint32_t)semu_ctx(c)->own[0] +
		      (uint32_t)sizeof(struct semu_run);

	*room = c->scratch_len - at;
	return c->scratch + at;
}

uint32_t semu_copy_beside(const struct scsiemu_lu *lu)
{
#if SEMU_WITH_PI
	return lu->type->beside ? lu->type->beside->len(lu) : 0;
#else
	(void)lu;
	return 0;
#endif
}

/* Half of scratch is for bytes on their way: two blocks at least. */
uint32_t semu_copy_list_max(const struct scsiemu_lu *lu)
{
	uint32_t half = lu->dev->limits.scratch / 2;
	uint32_t run = (uint32_t)sizeof(struct semu_run) + 8;

	if (half < 2 * (lu->cap.blen + semu_copy_beside(lu)) ||
	    half < run + 256)
		return 0;
	return half - run > 0xfff8 ? 0xfff8 : half - run;
}

/* Somebody, or the loss of its nexus, ended it. */
static bool stopped(struct scsiemu_cmd *c, int result)
{
	const struct semu_copy *k = semu_copy_of(c);

	if (result == SCSIEMU_E_ABORTED || !k || !k->abort)
		return result == SCSIEMU_E_ABORTED;
	semu_copy_fail(c, SCSIEMU_ASC_CLEARED_BY_DEVICE_SERVER);
	return true;
}

/* Steps of an extent. */
enum { BEGIN, PLACES, CHECK, MOVE, FLUSH };

static int next_extent(struct scsiemu_cmd *c, struct semu_run *run)
{
	struct semu_copy *k = semu_copy_of(c);

	semu_cmd_leave(c);
	run->kind->next(c);
	run->step = BEGIN;
	if (k)
		k->segments = run->kind->counts ? run->seg : 0;
	return SCSIEMU_FINISHED;
}

static int begin_extent(struct scsiemu_cmd *c, struct semu_run *run)
{
	memset(&run->move, 0, sizeof(run->move));
	run->places = 0;
	if (run->kind->begin(c))
		return SCSIEMU_FAILED;
	if (!run->move.bytes && !run->move.verb)
		return next_extent(c, run);
	run->step = PLACES;
	return SCSIEMU_FINISHED;
}

/* Places in the task sets. Who waited may find the other end gone. */
static int places(struct scsiemu_cmd *c, struct semu_run *run)
{
	int rc;

	if (run->places && !run->kind->still(c))
		return SCSIEMU_FAILED;
	rc = semu_copy_places(c, &run->move, &run->places);
	if (!rc)
		run->step = CHECK;
	return rc;
}

/* Do both ends (still) let it? m->side: else the one that does not. */
static bool ends_let(struct scsiemu_cmd *c, struct semu_move *m)
{
	for (unsigned side = m->verb ? 1 : 0; side < 2; side++)
		if (!semu_copy_may(c, m->lu[side], side, m->lba[side],
				   semu_move_blocks(m, side))) {
			m->side = (uint8_t)side;
			return false;
		}
	return true;
}

/* Both extents, whole, before the first byte moves. */
static int check(struct scsiemu_cmd *c, struct semu_run *run)
{
	struct semu_move *m = &run->move;

	if (!ends_let(c, m))
		return semu_copy_fail_at(c, m->side);
	if (!m->stream)
		semu_move_start(m);
	run->step = MOVE;
	return SCSIEMU_FINISHED;
}

/* What was written is durable where every WRITE is. */
static int flush(struct scsiemu_cmd *c, struct semu_run *run)
{
	const struct semu_move *m = &run->move;
	struct scsiemu_lu *to = m->lu[SEMU_DESTINATION];

	run->step = FLUSH;
	if (!semu_stream(to) &&
	    (!(to->wflags & SCSIEMU_FUA) || !(to->able & SCSIEMU_CAN_FLUSH)))
		return SCSIEMU_FINISHED;
	return scsiemu_want_store(c, to, SCSIEMU_V_FLUSH,
				  m->lba[SEMU_DESTINATION],
				  semu_move_blocks(m, SEMU_DESTINATION), 0);
}

/* Between two pieces: the next one, if both sides (still) let it. */
static int next_piece(struct scsiemu_cmd *c, struct semu_move *m)
{
	if (!semu_move_piece(c, m))
		return SCSIEMU_FAILED;
	for (unsigned side = 0; side < 2; side++)
		if (!semu_copy_may(c, m->lu[side], side,
				   semu_move_first(m, side), m->nblk[side])) {
			m->side = (uint8_t)side;
			return SCSIEMU_FAILED;
		}
	return SCSIEMU_FINISHED;
}

static void count(struct semu_copy *k, uint64_t bytes)
{
	if (!k || !bytes)
		return;
	k->count += bytes;
	k->operations++;
}

static int move_records(struct scsiemu_cmd *c, struct semu_run *run, int result)
{
	struct semu_move *m = &run->move;
	uint64_t was = m->done;
	int rc;

	if (result >= 0 && !ends_let(c, m))
		return semu_copy_fail_at(c, m->side);
	rc = semu_stream_go(c, m, result);

	count(semu_copy_of(c), m->done - was);
	if (rc == SCSIEMU_FAILED)
		return semu_copy_fail_at(c, m->side);
	return rc ? rc : flush(c, run);
}

static int move(struct scsiemu_cmd *c, struct semu_run *run, int result)
{
	struct semu_move *m = &run->move;
	uint64_t was = m->done;
	int rc;

	if (run->kind->alive && !run->kind->alive(c))
		return SCSIEMU_FAILED;
	if (result < 0) {
		semu_fail_result(c, result, 0);
		return semu_copy_fail_at(c, m->side);
	}
	if (semu_move_between(m)) {
		count(semu_copy_of(c), m->done - was);
		if (m->done == m->bytes)
			return flush(c, run);
		if (next_piece(c, m))
			return semu_copy_fail_at(c, m->side);
	}
	rc = semu_move_want(c, m);
	return rc == SCSIEMU_FAILED ? semu_copy_fail_at(c, m->side) : rc;
}

static int step(struct scsiemu_cmd *c, struct semu_run *run, int result)
{
	switch (run->step) {
	case BEGIN:
		return begin_extent(c, run);
	case PLACES:
		return places(c, run);
	case CHECK:
		return check(c, run);
	case MOVE:
		return run->move.stream ? move_records(c, run, result)
					: move(c, run, result);
	default:
		if (result >= 0) {
			if (semu_stream(run->move.lu[SEMU_DESTINATION]))
				semu_stream(run->move.lu[SEMU_DESTINATION])
					->flushed(
						run->move.lu[SEMU_DESTINATION]);
			return next_extent(c, run);
		}
		semu_fail_result(c, result, 0);
		return semu_copy_fail_at(c, SEMU_DESTINATION);
	}
}

static int ended(struct scsiemu_cmd *c, int rc)
{
	struct semu_run *run = semu_run(c);
	struct semu_copy *k = semu_copy_of(c);

	if (rc == SCSIEMU_WANTS)
		return rc;
	if (run->kind->end)
		run->kind->end(c);
	if (k)
		semu_copy_done(c, k);
	return rc;
}

int semu_copy_step(struct scsiemu_cmd *c, int result)
{
	struct semu_run *run = semu_run(c);
	int rc = stopped(c, result) ? SCSIEMU_FAILED : SCSIEMU_FINISHED;

	while (!rc && run->seg < run->nseg) {
		rc = run->kind->step ? run->kind->step(c, result)
				     : step(c, run, result);
		result = SCSIEMU_OK;
	}
	return ended(c, rc);
}

/* A job with the command's list and what is kept, if there is one with enough
 * room. */
static bool as_job(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	const struct semu_run *run = semu_run(c);
	uint32_t used = run_at(run->size) + (uint32_t)sizeof(*run);
	struct scsiemu_cmd *j = NULL;

	if (lu->dev->limits.job_scratch >=
	    used + 2 * (lu->cap.blen + semu_copy_beside(lu)))
		j = semu_job_new(lu, semu_copy_step, scsiemu_cmd_own(c), false);
	if (!j)
		return false;
	memcpy(j->scratch, c->scratch, used);
	semu_ctx(j)->nexus = semu_ctx(c)->nexus;
	semu_ctx(j)->itl = semu_ctx(c)->itl;
	return true;
}

int semu_copy_begin(struct scsiemu_cmd *c, struct semu_copy *k, bool immed)
{
	const struct scsiemu_device *d = scsiemu_cmd_lu(c)->dev;

	scsiemu_cmd_own(c)[1] = k ? (uint64_t)(k - d->copies) + 1 : 0;
	if (k)
		k->result = SEMU_COPY_FOREGROUND;
	if (!immed || !as_job(c)) /* the row's `then` is semu_copy_step() */
		return scsiemu_want_recv(c, 0, c->scratch, 0);
	if (k)
		k->result = SEMU_COPY_BACKGROUND;
	return SCSIEMU_FINISHED;
}

#endif
