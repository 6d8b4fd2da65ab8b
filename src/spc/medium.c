/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * START STOP UNIT and PREVENT ALLOW MEDIUM REMOVAL (SBC-4 5.31, SPC-5 6.17,
 * reference 16.3). A fixed medium can be stopped, a removable one ejected and
 * loaded; stopping a removable one leaves it ready.
 */
#include "spc/power.h"
#include "spc/spc.h"

#if SEMU_WITH_MEDIUM

enum { IMMED = 0x01, START = 0x01, LOEJ = 0x02, NO_FLUSH = 0x04 };

/* Highest modifier of each power condition; NONE: no such condition. */
enum { NONE = 0xff };
static const uint8_t modifier[16] = {
	NONE, 0,    2, 1, NONE, NONE, NONE, 0,
	NONE, NONE, 2, 1, NONE, NONE, NONE, NONE
};

static int power_condition(struct scsiemu_cmd *c)
{
	uint8_t most = modifier[c->cdb[4] >> 4];

	if (most == NONE)
		return scsiemu_fail_cdb(c, 4, 7);
	if ((c->cdb[3] & 0x0f) > most)
		return scsiemu_fail_cdb(c, 3, 3);
	return semu_power_command(c);
}

static uint16_t immed(const struct scsiemu_cmd *c)
{
	return c->cdb[1] & IMMED ? SCSIEMU_IMMED : 0;
}

static int load_eject(struct scsiemu_cmd *c)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	bool load = c->cdb[4] & START;

	if (!lu->removable)
		return scsiemu_fail_cdb(c, 4, 1);
	if (lu->prevents)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_REMOVAL_PREVENTED);
	if (load == (lu->medium != NULL))
		return SCSIEMU_FINISHED;
	if (load && !lu->ejected)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_MEDIUM_NOT_PRESENT);
	return scsiemu_want_store(c, NULL,
				  load ? SCSIEMU_V_INSERT : SCSIEMU_V_EJECT, 0,
				  0, SCSIEMU_CHANGES);
}

int semu_start_stop(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (c->cdb[4] & 0xf0)
		return power_condition(c);
	if (c->cdb[4] & LOEJ)
		return load_eject(c);
	if (c->cdb[4] & START) {
		lu->guards &= ~(uint32_t)SCSIEMU_ON_STOPPED;
		return semu_power_start(c);
	}
	semu_selftest_abort(lu, SEMU_TEST_ENDED);
	if (!lu->removable) {
		lu->guards |= SCSIEMU_ON_STOPPED;
		semu_power_stop(lu);
	}
	if (c->cdb[4] & NO_FLUSH || !lu->medium ||
	    !(lu->able & SCSIEMU_CAN_FLUSH))
		return SCSIEMU_FINISHED;
	return scsiemu_want_store(c, NULL, SCSIEMU_V_FLUSH, 0, 0, immed(c));
}

/* Behind its want, or the time that it took to become active. */
int semu_started_stopped(struct scsiemu_cmd *c, int result)
{
	(void)result;
	semu_power_flushed(c);
	return SCSIEMU_FINISHED;
}

int semu_prevent_allow(struct scsiemu_cmd *c)
{
	struct semu_itl *itl = semu_ctx(c)->itl;
	bool prevent = c->cdb[4] & 1;

	if (c->cdb[4] & 2) /* obsolete: persistent prevention of changers */
		return scsiemu_fail_cdb(c, 4, 1);
	if (prevent != itl->prevent)
		itl->lu->prevents =
			(uint16_t)(itl->lu->prevents + (prevent ? 1 : -1));
	itl->prevent = prevent;
	return SCSIEMU_FINISHED;
}

#endif
