/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the robot does without a cartridge: INITIALIZE ELEMENT STATUS, the same
 * WITH RANGE, POSITION TO ELEMENT, OPEN/CLOSE IMPORT/EXPORT ELEMENT (SMC-3
 * 6.3, 6.4, 6.7, 6.6).
 */
#include "smc/smc.h"

enum { RANGE = 0x01, OPEN = 0, CLOSE = 1 };

/* One want, then it is over. */
static int one(struct scsiemu_cmd *c, int result, enum scsiemu_verb verb,
	       uint16_t addr, uint16_t n)
{
	if (result < 0)
		return semu_smc_failed(c, result);
	if ((*scsiemu_cmd_step(c))++)
		return SCSIEMU_FINISHED;
	return scsiemu_want_store(c, NULL, verb, addr, n, SCSIEMU_CHANGES);
}

int semu_smc_scan(struct scsiemu_cmd *c, int result)
{
	return one(c, result, SCSIEMU_V_SCAN, 0, 0);
}

int semu_smc_scan_range(struct scsiemu_cmd *c, int result)
{
	uint16_t first = semu_be16(c->cdb + 2), n = semu_be16(c->cdb + 6);

	if (!(c->cdb[1] & RANGE))
		return semu_smc_scan(c, result);
	if (!semu_smc_type(scsiemu_cmd_lu(c), first))
		return semu_smc_bad_address(c, 2);
	if (!n)
		return SCSIEMU_FINISHED;
	return one(c, result, SCSIEMU_V_SCAN, first, n);
}

int semu_smc_position(struct scsiemu_cmd *c)
{
	if (semu_smc_transport(c))
		return SCSIEMU_FAILED;
	if (!semu_smc_type(scsiemu_cmd_lu(c), semu_be16(c->cdb + 4)))
		return semu_smc_bad_address(c, 4);
	return SCSIEMU_FINISHED;
}

/* Who knows what the operator has done while it was open? */
static int door_moved(struct scsiemu_cmd *c)
{
	if (c->cdb[4] == CLOSE)
		semu_smc_ua(scsiemu_cmd_lu(c), SEMU_SMC_UA_ACCESSED,
			    semu_ctx(c)->nexus);
	return SCSIEMU_FINISHED;
}

int semu_smc_door(struct scsiemu_cmd *c, int result)
{
	const struct scsiemu_lu *lu = scsiemu_cmd_lu(c);
	uint16_t addr = semu_be16(c->cdb + 2);

	if (*scsiemu_cmd_step(c) && result >= 0)
		return door_moved(c);
	if (semu_smc_type(lu, addr) != SCSIEMU_ELEMENT_IE)
		return semu_smc_bad_address(c, 2);
	if (c->cdb[4] > CLOSE)
		return scsiemu_fail_cdb(c, 4, 4);
	if (c->cdb[4] == OPEN && lu->prevents)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_REMOVAL_PREVENTED);
	return one(c, result, SCSIEMU_V_DOOR, addr, c->cdb[4] == OPEN);
}
