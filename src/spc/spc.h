/* SPDX-License-Identifier: BSD-2-Clause */
/* spc/spc.h - what every device type answers (SPC-5), for the types. */
#ifndef SEMU_SPC_H
#define SEMU_SPC_H

#include "core/core.h"
#include "spc/mode.h"
#include "spc/vpd.h"

extern const struct scsiemu_row semu_spc_rows[];
extern const unsigned semu_spc_nrows;

/* For the types' init(), stops(), reset(), restore(): the common part. */
int semu_spc_init(struct scsiemu_lu *lu);
uint32_t semu_spc_stops(const struct scsiemu_cmd *c);
void semu_spc_reset(struct scsiemu_lu *lu);
int semu_spc_restore(struct scsiemu_lu *lu, uint32_t id, const uint8_t *buf,
		     uint32_t len);
/* Recompute the guards that follow from medium, configuration and SWP. */
void semu_spc_guards(struct scsiemu_lu *lu);

#endif
