/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Before a command touches the tape: can the cartridge be used so, what is
 * buffered goes to it, it is moved to where the CDB says, and what is to be
 * changed may be. The step counter is the phase that comes next.
 */
#include "ssc/ssc.h"

/* A phase: result is how the want of the one before ended. 0: the next one may
 * begin at once. */
typedef int phase_fn(struct scsiemu_cmd *c, int result, unsigned how);

enum { FIT, SYNCED, THERE, BACK, FORTH, CHANGED, NPHASES };
_Static_assert((int)NPHASES == (int)SEMU_SSC_READY, "a phase more, or less");

/* ---- Wants ---- */

int semu_ssc_want_record(struct scsiemu_cmd *c, enum semu_ssc_way way,
			 uint32_t off, uint32_t len)
{
	bool writes = way == SEMU_SSC_WRITES;
	struct semu_ssc *s = semu_ssc_of(c);
	struct scsiemu_tape_how *how = writes ? &s->writes : &s->reads;

	semu_crypt_use(c, how);
	how->protect = semu_ssc_protects(c, way);
	c->buf = (uint8_t *)how;
	return scsiemu_want_bulk(c, NULL, writes ? SCSIEMU_WRITE : SCSIEMU_READ,
				 0, off, len, 0);
}

int semu_ssc_want_pass(struct scsiemu_cmd *c, uint8_t protect)
{
	struct scsiemu_tape_how *how = &semu_ssc_of(c)->reads;

	how->protect = protect;
	semu_crypt_use(c, how);
	return scsiemu_want_buffer(c, NULL, SCSIEMU_V_VERIFY, 0, 1, how,
				   sizeof(*how));
}

int semu_ssc_want_locate(struct scsiemu_cmd *c, uint64_t object,
			 uint32_t partition)
{
	return scsiemu_want_store(c, NULL, SCSIEMU_V_LOCATE, object, partition,
				  0);
}

/* ---- Phases ---- */

static int unfit(struct scsiemu_cmd *c)
{
	const struct scsiemu_tape_info *info =
		semu_ssc_cartridge(scsiemu_cmd_lu(c));

	if (info->cleaning)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_CLEANING_CARTRIDGE);
	return scsiemu_fail(c, SCSIEMU_SK_MEDIUM_ERROR,
			    SCSIEMU_ASC_INCOMPATIBLE_MEDIUM);
}

int semu_ssc_tur(struct scsiemu_cmd *c)
{
	return semu_ssc_of(c)->unfit ? unfit(c) : SCSIEMU_FINISHED;
}

static int fit(struct scsiemu_cmd *c, int result, unsigned how)
{
	struct semu_ssc *s = semu_ssc_of(c);

	(void)result;
	if (s->unfit)
		return unfit(c);
	if (how & SEMU_SSC_CHANGES && s->unwritable)
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_CANNOT_WRITE_MEDIUM);
	if (how & (SEMU_SSC_SYNC | SEMU_SSC_AT) && s->dirty)
		return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 0, 0, 0);
	return 0;
}

static int synced(struct scsiemu_cmd *c, int result, unsigned how)
{
	struct semu_ssc *s = semu_ssc_of(c);
	const struct scsiemu_tape_info *info;
	struct scsiemu_tape_pos pos;
	uint64_t object;

	if (result < 0)
		return semu_ssc_not_drained(c, result);
	if (s->dirty && how & (SEMU_SSC_SYNC | SEMU_SSC_AT))
		semu_ssc_drained(s);
	if (!(how & SEMU_SSC_CHANGES))
		s->grant = SEMU_GRANT_NONE;
	if (!(how & SEMU_SSC_AT))
		return 0;
	object = semu_be64(c->cdb + 4);
	info = semu_ssc_cartridge(scsiemu_cmd_lu(c));
	if (c->cdb[3] >= info->partitions)
		return scsiemu_fail_cdb(c, 3, SCSIEMU_NO_BIT);
	semu_ssc_tell(scsiemu_cmd_lu(c), &pos);
	if (pos.partition == c->cdb[3] && pos.object == object)
		return 0;
	s->grant = SEMU_GRANT_NONE;
	return semu_ssc_want_locate(c, object, c->cdb[3]);
}

/* What stands in the way of a change: append-only mode, or WORM. */
static int refuse(struct scsiemu_cmd *c, bool worm)
{
	if (worm) {
		scsiemu_ssc_alert(scsiemu_cmd_lu(c),
				  SCSIEMU_ALERT_WORM_OVERWRITE, true);
		return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
				    SCSIEMU_ASC_WORM_OVERWRITE);
	}
	scsiemu_ssc_alert(scsiemu_cmd_lu(c), SCSIEMU_ALERT_WRITE_PROTECT, true);
	return scsiemu_fail(c, SCSIEMU_SK_DATA_PROTECT,
			    SCSIEMU_ASC_OVERWRITE_NOT_ALLOWED);
}

static bool granted(struct semu_ssc *s, const struct scsiemu_tape_pos *pos)
{
	bool is = s->grant == SEMU_GRANT_HERE && s->grant_at == pos->object &&
		  s->grant_partition == pos->partition;

	s->grant = SEMU_GRANT_NONE;
	return is;
}

/*
 * May what is behind the position be overwritten? At EOD nothing is. Only
 * filemarks may be, if the object in front of the position is one, too, or, in
 * append-only mode, if there is none: whether it is, moving the tape back tells
 * (SSC-4 4.2.17, 8.3.8: WORM MODE FILEMARKS RESTRICTIONS 02h).
 */
static int there(struct scsiemu_cmd *c, int result, unsigned how)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	struct semu_ssc *s = semu_ssc(lu);
	const struct scsiemu_tape_partition *p;
	const struct scsiemu_tape_info *info;
	struct scsiemu_tape_pos pos;
	bool allowed, marks;

	if (result != SCSIEMU_OK)
		return semu_ssc_fail_bare(c, result);
	*scsiemu_cmd_step(c) = how & SEMU_SSC_CHANGES ? CHANGED
						      : SEMU_SSC_READY;
	if (!(how & SEMU_SSC_CHANGES))
		return 0;
	semu_ssc_tell(lu, &pos);
	if (!(semu_ssc_zone(lu, &pos) & SEMU_ZONE_PROGRAMMED))
		s->warned = false;
	info = semu_ssc_cartridge(lu);
	allowed = granted(s, &pos);
	if (pos.eod || (!info->worm && (allowed || !semu_ssc_append_only(lu))))
		return 0;
	p = &info->part[pos.partition];
	marks = p->objects - pos.object == p->files - pos.file;
	if (!marks || (!pos.object && info->worm))
		return refuse(c, info->worm);
	if (!pos.object)
		return 0;
	s->peeked = pos.file;
	s->peeked_at = pos.object;
	*scsiemu_cmd_step(c) = BACK;
	return semu_ssc_want_locate(c, pos.object - 1, pos.partition);
}

/* In front of the object that was in front: were there fewer filemarks? */
static int back(struct scsiemu_cmd *c, int result, unsigned how)
{
	struct semu_ssc *s = semu_ssc_of(c);
	struct scsiemu_tape_pos pos;

	(void)how;
	if (result != SCSIEMU_OK)
		return semu_ssc_fail_bare(c, result);
	semu_ssc_tell(scsiemu_cmd_lu(c), &pos);
	s->peeked -= pos.file;
	return semu_ssc_want_locate(c, s->peeked_at, pos.partition);
}

static int forth(struct scsiemu_cmd *c, int result, unsigned how)
{
	const struct scsiemu_tape_info *info;

	(void)how;
	if (result != SCSIEMU_OK)
		return semu_ssc_fail_bare(c, result);
	if (semu_ssc_of(c)->peeked)
		return 0;
	info = semu_ssc_cartridge(scsiemu_cmd_lu(c));
	return refuse(c, info->worm);
}

/* The first change since it was loaded: another VOLUME CHANGE REFERENCE. One
 * that cannot be saved is not worth losing data for. */
static int changed(struct scsiemu_cmd *c, int result, unsigned how)
{
	struct semu_ssc *s = semu_ssc_of(c);

	(void)result, (void)how;
	if (s->changed)
		return 0;
	s->changed = true;
	return semu_ssc_want_change(c);
}

int semu_ssc_begin(struct scsiemu_cmd *c, int result, unsigned how)
{
	static phase_fn *const phases[] = {
		[FIT] = fit,   [SYNCED] = synced, [THERE] = there,
		[BACK] = back, [FORTH] = forth,	  [CHANGED] = changed,
	};
	unsigned *step = scsiemu_cmd_step(c);

	while (*step < SEMU_SSC_READY) {
		int rc = phases[(*step)++](c, result, how);

		if (rc)
			return rc;
		result = SCSIEMU_OK;
	}
	return 0;
}

int semu_ssc_begin_undo(struct scsiemu_cmd *c)
{
	struct scsiemu_tape_pos pos;

	if (*scsiemu_cmd_step(c) != BACK && *scsiemu_cmd_step(c) != FORTH)
		return SCSIEMU_FAILED;
	semu_ssc_tell(scsiemu_cmd_lu(c), &pos);
	return semu_ssc_want_locate(c, semu_ssc_of(c)->peeked_at,
				    pos.partition);
}
