/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The REPORT LUNS well-known logical unit at C101h, and what answers at LUNs
 * that nobody has (SPC-5 6.6.1, SAM-5 4.8): INQUIRY says that nothing can be
 * there, REQUEST SENSE says so in its data, REPORT LUNS works; for all else
 * the engine answers 5/25/00.
 */
#include "spc/rowdef.h"

static const struct scsiemu_row wlun_rows[] = {
	ROW_TEST_UNIT_READY(0),
	ROW_REQUEST_SENSE,
	ROW_INQUIRY,
	ROW_REPORT_LUNS,
};
enum { WLUN_ROWS = sizeof(wlun_rows) / sizeof(wlun_rows[0]) };

static const struct semu_vpd_page *const wlun_vpd[] = { &semu_vpd_00,
							&semu_vpd_83, NULL };

const struct scsiemu_type semu_wlun = {
	.type = SCSIEMU_TYPE_WLUN,
	.rows = { { wlun_rows, WLUN_ROWS }, { NULL, 0 } },
	.vpd = wlun_vpd,
};

const struct scsiemu_type semu_absent = {
	.type = SCSIEMU_TYPE_UNKNOWN,
	.rows = { { wlun_rows + 1, WLUN_ROWS - 1 }, { NULL, 0 } },
};
