/* SPDX-License-Identifier: BSD-2-Clause */
/* scsiemu/sbc.h - the disk (SBC-4), for scsiemu_lu_config.type. */
#ifndef SCSIEMU_SBC_H
#define SCSIEMU_SBC_H

#include <scsiemu/device.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const struct scsiemu_type scsiemu_sbc;

/* What a disk offers beyond the usual; zero = not. */
struct scsiemu_sbc_options {
	uint32_t size; /* sizeof *this */
	/* Blocks that the defect lists, and the list of those that WRITE LONG
	 * made unreadable, have room for: at most 4096, 9 bytes of state
	 * each. READ LONG, WRITE LONG, REASSIGN BLOCKS. */
	uint32_t defects;
};

#ifdef __cplusplus
}
#endif
#endif
