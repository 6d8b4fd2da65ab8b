/* SPDX-License-Identifier: BSD-2-Clause */
/* One table maps the result of a want to sense; nobody else decides. */
#include "core/engine.h"

struct result_sense {
	int8_t result;
	uint8_t key;
	uint16_t asc;
	bool info; /* INFORMATION is the failing LBA */
};

static const struct result_sense result_sense[] = {
	{ SCSIEMU_E_READ, SCSIEMU_SK_MEDIUM_ERROR,
	  SCSIEMU_ASC_UNRECOVERED_READ_ERROR, true },
	{ SCSIEMU_E_WRITE, SCSIEMU_SK_MEDIUM_ERROR, SCSIEMU_ASC_WRITE_ERROR,
	  true },
	{ SCSIEMU_E_MISCOMPARE, SCSIEMU_SK_MISCOMPARE, SCSIEMU_ASC_MISCOMPARE,
	  false },
	{ SCSIEMU_E_NO_MEDIUM, SCSIEMU_SK_NOT_READY,
	  SCSIEMU_ASC_MEDIUM_NOT_PRESENT, false },
	{ SCSIEMU_E_NOT_READY, SCSIEMU_SK_NOT_READY,
	  SCSIEMU_ASC_NOT_READY_UNKNOWN, false },
	{ SCSIEMU_E_PROTECTED, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_WRITE_PROTECTED, false },
	{ SCSIEMU_E_NO_SPACE, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_SPACE_ALLOCATION_FAILED, true },
	{ SCSIEMU_E_TRANSPORT, SCSIEMU_SK_ABORTED_COMMAND,
	  SCSIEMU_ASC_DATA_PHASE_ERROR, false },
	{ SCSIEMU_E_NO_OBJECT, SCSIEMU_SK_ILLEGAL_REQUEST,
	  SCSIEMU_ASC_INVALID_FIELD_IN_CDB, false },
	{ SCSIEMU_E_EXISTS, SCSIEMU_SK_ILLEGAL_REQUEST,
	  SCSIEMU_ASC_INVALID_FIELD_IN_CDB, false },
	{ SCSIEMU_E_RANGE, SCSIEMU_SK_ILLEGAL_REQUEST,
	  SCSIEMU_ASC_LBA_OUT_OF_RANGE, false },
#if SEMU_WITH_TAPE
	{ SCSIEMU_E_GUARD, SCSIEMU_SK_HARDWARE_ERROR,
	  SCSIEMU_ASC_GUARD_CHECK_FAILED, false },
	{ SCSIEMU_E_ENCRYPTED, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_UNABLE_TO_DECRYPT, false },
	{ SCSIEMU_E_PLAIN, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_UNENCRYPTED_DATA, false },
	{ SCSIEMU_E_KEY, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_INCORRECT_ENCRYPTION_KEY, false },
	{ SCSIEMU_E_INTEGRITY, SCSIEMU_SK_DATA_PROTECT,
	  SCSIEMU_ASC_CRYPTOGRAPHIC_INTEGRITY, false },
#endif
	{ SCSIEMU_E_HARDWARE, SCSIEMU_SK_HARDWARE_ERROR,
	  SCSIEMU_ASC_INTERNAL_FAILURE, false },
};
#define NRESULT (sizeof(result_sense) / sizeof(result_sense[0]))

/* The failing LBA: as the store says, else behind the good bytes. A verb that
 * does not say leaves it unknown. */
static bool failing_lba(const struct scsiemu_cmd *c, uint32_t bytes,
			uint64_t *lba)
{
	*lba = c->info;
	if (c->info != SCSIEMU_NO_INFO)
		return true;
	if (c->want == SCSIEMU_STORE || !c->lu->cap.blen)
		return false;
	*lba = c->addr + (c->skip + bytes) / c->lu->cap.blen;
	return true;
}

void semu_fail_result(struct scsiemu_cmd *c, int result, uint32_t bytes)
{
	const struct result_sense *r = result_sense;
	uint64_t info = 0;

	if (result == SCSIEMU_E_BUSY) {
		scsiemu_fail_status(c, SCSIEMU_BUSY);
		return;
	}
	/* An unknown result is a store's fault: a hardware error. */
	while (r < &result_sense[NRESULT - 1] && r->result != result)
		r++;
	if (result == SCSIEMU_E_MISCOMPARE) {
		info = c->want == SCSIEMU_STORE ? bytes
						: (uint64_t)c->off + bytes;
		scsiemu_fail_info(c, r->key, r->asc, info);
	} else if (r->info && failing_lba(c, bytes, &info)) {
		scsiemu_fail_info(c, r->key, r->asc, info);
	} else {
		scsiemu_fail(c, r->key, r->asc);
	}
	if (c->want == SCSIEMU_READ || c->want == SCSIEMU_SEND)
		c->in_done = c->off + bytes;
	else if (c->want == SCSIEMU_WRITE || c->want == SCSIEMU_RECV)
		c->out_done = c->off + bytes;
}
