/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LOAD UNLOAD (SSC-4 7.2). What is unloaded stays in the drive until somebody
 * takes it out, and can be loaded again.
 */
#include "ssc/ssc.h"

enum { IMMED = 0x01, LOAD = 0x01, EOT = 0x04, HOLD = 0x08 };
enum { WOUND = SEMU_SSC_READY + 1, NOTED, MOVED };

static int arrived(struct scsiemu_cmd *c, int result)
{
	return result == SCSIEMU_OK ? SCSIEMU_FINISHED
				    : semu_ssc_fail_bare(c, result);
}

/* There is a cartridge in use: to its beginning. */
static int rewind(struct scsiemu_cmd *c, int result)
{
	static const struct semu_ssc_later l = {
		.tail = arrived,
		.step = WOUND,
		.verb = SCSIEMU_V_LOCATE,
		.what = SCSIEMU_ASC_REWIND_IN_PROGRESS
	};
	int rc;

	if (*scsiemu_cmd_step(c) == WOUND)
		return arrived(c, result);
	rc = semu_ssc_begin(c, result, SEMU_SSC_SYNC);
	return rc ? rc : semu_ssc_later(c, c->cdb[1] & IMMED, &l, NULL);
}

static int insert(struct scsiemu_cmd *c)
{
	static const struct semu_ssc_later l = {
		.tail = arrived,
		.step = MOVED,
		.verb = SCSIEMU_V_INSERT,
		.flags = SCSIEMU_CHANGES,
		.what = SCSIEMU_ASC_BECOMING_READY
	};
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (!lu->ejected)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
	if (c->cdb[4] & HOLD) /* it is in, and not to be threaded */
		return SCSIEMU_FINISHED;
	return semu_ssc_later(c, c->cdb[1] & IMMED, &l, NULL);
}

/* Out, with all that was buffered; or not. */
static int gone(struct scsiemu_cmd *c, int result)
{
	return result < 0 && semu_ssc_of(c)->dirty
		       ? semu_ssc_not_drained(c, result)
		       : arrived(c, result);
}

/* Its memory is brought up to date; whether or not that worked, it goes. */
static int unload(struct scsiemu_cmd *c)
{
	static const struct semu_ssc_later l = {
		.tail = gone,
		.step = MOVED,
		.verb = SCSIEMU_V_EJECT,
		.flags = SCSIEMU_CHANGES,
		.what = SCSIEMU_ASC_OPERATION_IN_PROGRESS
	};
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (lu->prevents) {
		scsiemu_ssc_alert(lu, SCSIEMU_ALERT_NO_REMOVAL, true);
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_REMOVAL_PREVENTED);
	}
	if (!lu->medium)
		return SCSIEMU_FINISHED;
	if (*scsiemu_cmd_step(c) != NOTED) {
		*scsiemu_cmd_step(c) = NOTED;
		if (semu_ssc_want_unload(c))
			return SCSIEMU_WANTS;
	}
	return semu_ssc_later(c, c->cdb[1] & IMMED, &l, NULL);
}

/* Out or in. Who loaded it is told of another cartridge, too: that is where
 * Linux's driver begins to count files. */
static int moved(struct scsiemu_cmd *c, int result)
{
	if (!(c->cdb[4] & LOAD))
		return gone(c, result);
	if (result != SCSIEMU_OK)
		return semu_ssc_fail_bare(c, result);
	semu_ua_itl(semu_ctx(c)->itl, SEMU_UA_MEDIUM);
	return SCSIEMU_FINISHED;
}

int semu_ssc_load(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool load = c->cdb[4] & LOAD;

	if (*scsiemu_cmd_step(c) == MOVED)
		return moved(c, result);
	if (load && c->cdb[4] & EOT)
		return scsiemu_fail_cdb(c, 4, 2);
	if (!load)
		return unload(c);
	return lu->medium ? rewind(c, result) : insert(c);
}
