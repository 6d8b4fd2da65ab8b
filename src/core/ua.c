/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit attentions (SAM-5 5.14): a word of bits per (LU, nexus)
 * pair. Only existing pairs get a broadcast; a pair made later begins with
 * "power on or reset", which tells the initiator no less.
 */
#include "core/engine.h"

const uint16_t semu_ua_asc[SEMU_UA_COUNT] = {
	[SEMU_UA_POWER_ON] = SCSIEMU_ASC_POWER_ON_OR_RESET,
	[SEMU_UA_BUS_RESET] = SCSIEMU_ASC_BUS_RESET,
	[SEMU_UA_DEVICE_RESET] = SCSIEMU_ASC_DEVICE_RESET,
	[SEMU_UA_NEXUS_LOSS] = SCSIEMU_ASC_NEXUS_LOSS,
	[SEMU_UA_CLEARED] = SCSIEMU_ASC_COMMANDS_CLEARED,
	[SEMU_UA_MICROCODE] = 0x3f01,
	[SEMU_UA_MEDIUM] = SCSIEMU_ASC_MEDIUM_MAY_HAVE_CHANGED,
	[SEMU_UA_CAPACITY] = SCSIEMU_ASC_CAPACITY_CHANGED,
	[SEMU_UA_LUNS] = SCSIEMU_ASC_LUNS_CHANGED,
	[SEMU_UA_INQUIRY] = SCSIEMU_ASC_INQUIRY_CHANGED,
	[SEMU_UA_ALUA] = SCSIEMU_ASC_ALUA_CHANGED,
	[SEMU_UA_ALUA_FAILED] = SCSIEMU_ASC_ALUA_FAILED,
	[SEMU_UA_REFERRALS] = SCSIEMU_ASC_INSPECT_REFERRALS,
	[SEMU_UA_PREEMPTED] = SCSIEMU_ASC_RESERVATIONS_PREEMPTED,
	[SEMU_UA_RELEASED] = SCSIEMU_ASC_RESERVATIONS_RELEASED,
	[SEMU_UA_UNREGISTERED] = SCSIEMU_ASC_REGISTRATIONS_PREEMPTED,
	[SEMU_UA_MODE] = SCSIEMU_ASC_MODE_CHANGED,
	[SEMU_UA_LOG] = SCSIEMU_ASC_LOG_CHANGED,
	[SEMU_UA_IDENT] = SCSIEMU_ASC_IDENTIFIER_CHANGED,
	[SEMU_UA_TIMESTAMP] = SCSIEMU_ASC_TIMESTAMP_CHANGED,
	[SEMU_UA_PRIORITY] = SCSIEMU_ASC_PRIORITY_CHANGED,
	[SEMU_UA_THIN] = 0x3807,
	[SEMU_UA_DEPOPULATED] = 0x3808,
	[SEMU_UA_ZONE_FULL] = 0x3f17,
	[SEMU_UA_ZONE_RESET] = 0x2a16,
	[SEMU_UA_FAILURE] = 0x5d00,
	[SEMU_UA_LOG_EXCEPTION] = SCSIEMU_ASC_THRESHOLD_CONDITION_MET,
	[SEMU_UA_PREV_BUSY] = SCSIEMU_ASC_PREVIOUS_BUSY,
	[SEMU_UA_PREV_FULL] = SCSIEMU_ASC_PREVIOUS_TASK_SET_FULL,
	[SEMU_UA_PREV_CONFLICT] = SCSIEMU_ASC_PREVIOUS_CONFLICT,
};

#if SEMU_WITH_LEVELS
/* The first level that knows a unit attention (none: SPC-3), and what an older
 * logical unit says instead. A new capacity is one of the mode parameters. */
#define NOTHING SEMU_UA_COUNT
static const struct {
	uint8_t since, instead;
} known[SEMU_UA_COUNT] = {
	[SEMU_UA_POWER_ON] = { SCSIEMU_LEVEL_SCSI_1, NOTHING },
	[SEMU_UA_BUS_RESET] = { SCSIEMU_LEVEL_SPC, SEMU_UA_POWER_ON },
	[SEMU_UA_DEVICE_RESET] = { SCSIEMU_LEVEL_SPC, SEMU_UA_POWER_ON },
	[SEMU_UA_NEXUS_LOSS] = { SCSIEMU_LEVEL_SPC_3, SEMU_UA_POWER_ON },
	[SEMU_UA_CLEARED] = { SCSIEMU_LEVEL_SCSI_2, NOTHING },
	[SEMU_UA_MICROCODE] = { SCSIEMU_LEVEL_SCSI_2, NOTHING },
	[SEMU_UA_MEDIUM] = { SCSIEMU_LEVEL_SCSI_1, NOTHING },
	[SEMU_UA_CAPACITY] = { SCSIEMU_LEVEL_SPC_3, SEMU_UA_MODE },
	[SEMU_UA_LUNS] = { SCSIEMU_LEVEL_SPC_2, NOTHING },
	[SEMU_UA_INQUIRY] = { SCSIEMU_LEVEL_SCSI_2, NOTHING },
	[SEMU_UA_PREEMPTED] = { SCSIEMU_LEVEL_SPC, NOTHING },
	[SEMU_UA_RELEASED] = { SCSIEMU_LEVEL_SPC_2, SEMU_UA_PREEMPTED },
	[SEMU_UA_UNREGISTERED] = { SCSIEMU_LEVEL_SPC_2, SEMU_UA_PREEMPTED },
	[SEMU_UA_MODE] = { SCSIEMU_LEVEL_SCSI_1, NOTHING },
	[SEMU_UA_LOG] = { SCSIEMU_LEVEL_SCSI_2, NOTHING },
	[SEMU_UA_IDENT] = { SCSIEMU_LEVEL_SPC_2, NOTHING },
	[SEMU_UA_FAILURE] = { SCSIEMU_LEVEL_SCSI_2, NOTHING },
	[SEMU_UA_LOG_EXCEPTION] = { SCSIEMU_LEVEL_SCSI_2, NOTHING },
};

static enum semu_ua as_known(const struct scsiemu_lu *lu, enum semu_ua ua)
{
	unsigned since = known[ua].since;

	if (!semu_before(lu, since ? since : SCSIEMU_LEVEL_SPC_3))
		return ua;
	return since ? (enum semu_ua)known[ua].instead : NOTHING;
}
#else
static enum semu_ua as_known(const struct scsiemu_lu *lu, enum semu_ua ua)
{
	(void)lu;
	return ua;
}
#endif

void semu_ua_itl(struct semu_itl *itl, enum semu_ua ua)
{
	ua = as_known(itl->lu, ua);
	if (SEMU_WITH_LEVELS && ua == SEMU_UA_COUNT)
		return;
	itl->ua |= SEMU_UA_BIT(ua);
}

void semu_ua_lu(struct scsiemu_lu *lu, enum semu_ua ua,
		const struct scsiemu_nexus *except)
{
	for (struct semu_itl *i = lu->itls; i; i = i->of_lu)
		if (i->nexus != except)
			semu_ua_itl(i, ua);
}

void semu_ua_device(struct scsiemu_device *d, enum semu_ua ua,
		    const struct scsiemu_nexus *except)
{
	for (uint32_t i = 0; i < d->nlus; i++)
		semu_ua_lu(d->lus[i], ua, except);
}

static uint32_t highest(const struct semu_itl *itl)
{
	return itl->ua & (0u - itl->ua);
}

uint16_t semu_ua_peek(const struct semu_itl *itl)
{
	for (unsigned i = 0; i < SEMU_UA_COUNT; i++)
		if (itl->ua & SEMU_UA_BIT(i))
			return semu_ua_asc[i];
	return 0;
}

void semu_ua_take(struct semu_itl *itl)
{
	itl->ua &= ~highest(itl);
}

void semu_ua_luns_reported(struct scsiemu_nexus *n)
{
	for (struct semu_itl *i = n->itls; i; i = i->of_nexus)
		i->ua &= ~SEMU_UA_BIT(SEMU_UA_LUNS);
}

#if SEMU_WITH_MODE_SELECT
/* UA_INTLCK_CTRL 11b: these statuses are remembered (SPC-5 7.5.8). */
void semu_ua_status(struct semu_itl *itl, uint8_t status)
{
	if (status == SCSIEMU_BUSY)
		semu_ua_itl(itl, SEMU_UA_PREV_BUSY);
	else if (status == SCSIEMU_TASK_SET_FULL)
		semu_ua_itl(itl, SEMU_UA_PREV_FULL);
	else if (status == SCSIEMU_RESERVATION_CONFLICT)
		semu_ua_itl(itl, SEMU_UA_PREV_CONFLICT);
}
#endif
