/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RESERVE and RELEASE (SPC-2 7.21, 7.17), for whole logical units and for the
 * nexus itself: third party and extent bits are not in the usage data.
 */
#include "spc/spc.h"

#if SEMU_WITH_RESERVE

/* Another nexus's reservation has already stopped the row. One who may pass a
 * persistent reservation has what it asks for (SPC-5 5.13.3). */
int semu_reserve(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (lu->guards & SCSIEMU_ON_PR_ANY)
		return SCSIEMU_FINISHED;
	lu->reserved = semu_ctx(c)->itl;
	lu->guards |= SCSIEMU_ON_RESERVE6;
	return SCSIEMU_FINISHED;
}

/* Of a reservation that is not one's own: GOOD, without effect. */
int semu_release(struct scsiemu_cmd *c)
{
	struct scsiemu_lu *lu = scsiemu_cmd_lu(c);

	if (lu->reserved && lu->reserved == semu_ctx(c)->itl) {
		lu->reserved = NULL;
		lu->guards &= ~(uint32_t)SCSIEMU_ON_RESERVE6;
	}
	return SCSIEMU_FINISHED;
}

#endif
