/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The REPORT LUNS well-known logical unit at C101h, and what answers at LUNs
 * that nobody has (SPC-5 6.6.1, SAM-5 4.8): INQUIRY says that nothing can be
 * there, REQUEST SENSE says so in its data, REPORT LUNS works; for all else
 * the engine answers 5/25/00. Their rows are the first ones and REPORT LUNS of
 * the common table.
 */
#include "spc/spc.h"

static const struct semu_vpd_page *const wlun_vpd[] = { &semu_vpd_00,
							&semu_vpd_83, NULL };

const struct scsiemu_type semu_wlun = {
	.type = SCSIEMU_TYPE_WLUN,
	.rows = { { semu_spc_rows, 3 }, { semu_spc_rows + SEMU_SPC_LUNS, 1 } },
	.vpd = wlun_vpd,
};

/* Without TEST UNIT READY. */
const struct scsiemu_type semu_absent = {
	.type = SCSIEMU_TYPE_UNKNOWN,
	.rows = { { semu_spc_rows + 1, 2 },
		  { semu_spc_rows + SEMU_SPC_LUNS, 1 } },
};
