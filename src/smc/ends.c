/* SPDX-License-Identifier: BSD-2-Clause */
/* How a changer's commands end when they cannot do what they are asked to. */
#include "smc/smc.h"

int semu_smc_bad_address(struct scsiemu_cmd *c, uint16_t byte)
{
	scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
		     SCSIEMU_ASC_INVALID_ELEMENT_ADDRESS);
	c->sense.sks = SCSIEMU_SKS_CDB;
	c->sense.field = byte;
	return SCSIEMU_FAILED;
}

/* What is not here means for a changer what it does for a disk. */
static const struct {
	int8_t result;
	uint8_t key;
	uint16_t asc;
} ends[] = {
	{ SCSIEMU_E_NO_OBJECT, SCSIEMU_SK_ILLEGAL_REQUEST,
	  SCSIEMU_ASC_SOURCE_EMPTY },
	{ SCSIEMU_E_EXISTS, SCSIEMU_SK_ILLEGAL_REQUEST,
	  SCSIEMU_ASC_DESTINATION_FULL },
	{ SCSIEMU_E_RANGE, SCSIEMU_SK_ILLEGAL_REQUEST,
	  SCSIEMU_ASC_INVALID_ELEMENT_ADDRESS },
	{ SCSIEMU_E_READ, SCSIEMU_SK_MEDIUM_ERROR,
	  SCSIEMU_ASC_LOAD_OR_EJECT_FAILED },
	{ SCSIEMU_E_WRITE, SCSIEMU_SK_HARDWARE_ERROR,
	  SCSIEMU_ASC_INTERNAL_FAILURE },
	{ SCSIEMU_E_NO_SPACE, SCSIEMU_SK_HARDWARE_ERROR,
	  SCSIEMU_ASC_INTERNAL_FAILURE },
	{ SCSIEMU_E_HARDWARE, SCSIEMU_SK_HARDWARE_ERROR,
	  SCSIEMU_ASC_MECHANICAL_POSITIONING },
};

int semu_smc_failed(struct scsiemu_cmd *c, int result)
{
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i].result == result)
			return scsiemu_fail(c, ends[i].key, ends[i].asc);
	semu_fail_result(c, result, 0);
	return SCSIEMU_FAILED;
}

uint16_t semu_smc_fault(unsigned type, const struct scsiemu_lu *drive,
			const struct scsiemu_element *e)
{
	static const uint16_t asc[] = {
		[SCSIEMU_ELEMENT_UNREADABLE] = SCSIEMU_ASC_LOAD_OR_EJECT_FAILED,
		[SCSIEMU_ELEMENT_MAGAZINE] = SCSIEMU_ASC_MAGAZINE_NOT_ACCESSIBLE
	};

	if (type == SCSIEMU_ELEMENT_DT && !drive)
		return SCSIEMU_ASC_DATA_TRANSFER_REMOVED;
	return e->fault < sizeof(asc) / sizeof(asc[0]) ? asc[e->fault] : 0;
}

int semu_smc_shut(struct scsiemu_cmd *c, uint16_t addr,
		  struct scsiemu_element *e)
{
	semu_smc_element(scsiemu_cmd_lu(c), addr, e);
	if (e->fault == SCSIEMU_ELEMENT_MAGAZINE)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_MAGAZINE_NOT_ACCESSIBLE);
	if (e->disabled)
		return scsiemu_fail(c, SCSIEMU_SK_ILLEGAL_REQUEST,
				    SCSIEMU_ASC_ELEMENT_DISABLED);
	if (e->open)
		return scsiemu_fail(c, SCSIEMU_SK_NOT_READY,
				    SCSIEMU_ASC_DOOR_OPEN);
	return 0;
}

int semu_smc_transport(struct scsiemu_cmd *c)
{
	uint16_t addr = semu_be16(c->cdb + 2);

	if (addr &&
	    semu_smc_type(scsiemu_cmd_lu(c), addr) != SCSIEMU_ELEMENT_MT)
		return semu_smc_bad_address(c, 2);
	return 0;
}
