/* SPDX-License-Identifier: BSD-2-Clause */
/* spc/vpd.h - a vital product data page is a row. */
#ifndef SEMU_SPC_VPD_H
#define SEMU_SPC_VPD_H

#include "core/core.h"

struct semu_vpd_page {
	uint8_t code;
	uint32_t needs; /* enum scsiemu_can, enum scsiemu_need */
	/* Writes what follows the 4-byte header; the length is filled in. */
	void (*fill)(struct scsiemu_cmd *c, struct scsiemu_wr *w);
};

/* Pages that every type shares. */
/* The designation descriptor of the target device: its name or, if it has
 * none, its logical unit's NAA. */
void semu_put_device(const struct scsiemu_cmd *c, struct scsiemu_wr *w);

extern const struct semu_vpd_page semu_vpd_00, semu_vpd_80, semu_vpd_83,
	semu_vpd_86, semu_vpd_87, semu_vpd_88, semu_vpd_8a;

#endif
