/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/smc.h - the media changer (peripheral device type 08h; SMC-3), for
 * scsiemu_lu_config.type. Its medium is a changer (changer.h); its drives are
 * other logical units of the same device. docs/changer.md.
 */
#ifndef SCSIEMU_SMC_H
#define SCSIEMU_SMC_H

#include <scsiemu/changer.h>
#include <scsiemu/device.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const struct scsiemu_type scsiemu_smc;

/* What becomes of a move out of a drive that has the cartridge loaded. */
enum scsiemu_smc_unload {
	SCSIEMU_SMC_UNLOADS, /* the drive unloads it, then it moves */
	SCSIEMU_SMC_REFUSES  /* 5/53/01: a host has to unload it first */
};

/* In the place of a LUN: the element has no drive. */
#define SCSIEMU_SMC_NO_DRIVE 0xffff

/* For scsiemu_lu_config.options. NULL: a changer without drives. */
struct scsiemu_smc_options {
	uint32_t size; /* sizeof *this */
	/* LUNs of the drives, that of the first data transfer element first.
	 * Copied. They may be added and removed at any time: an element whose
	 * LUN nobody has is one without a drive. */
	const uint16_t *drives;
	uint16_t ndrives;
	uint8_t unload;	  /* enum scsiemu_smc_unload */
	uint32_t move_ms; /* how long the robot takes; 0: no time */
};

/*
 * What is in the data transfer elements goes into the drives that have nothing
 * loaded. Once, when the changer has its medium and all drives are there; hosts
 * that are attached already are told (28/00).
 */
void scsiemu_smc_load_drives(struct scsiemu_lu *lu);

/*
 * May the operator put a cartridge into this element, or take it out, now? 0;
 * SCSIEMU_ERR_ORDER: the robot works, or a host is being told what is where: a
 * little later; SCSIEMU_ERR_ARG: no such element, or a drive, or a host has
 * locked it (PREVENT ALLOW MEDIUM REMOVAL). If so, the store's function has to
 * be called before anything else of this device is, and
 * scsiemu_smc_changed() after it. On the device's thread.
 */
int scsiemu_smc_may(const struct scsiemu_lu *lu, uint16_t addr);
/* The operator has been there: 28/01 for an import/export element, 28/00 for
 * another. */
void scsiemu_smc_changed(struct scsiemu_lu *lu, uint16_t addr);
/* A magazine with elements has been put in, or taken out: 3B/13 or 3B/12. What
 * is in its elements is the store's (SCSIEMU_ELEMENT_MAGAZINE). */
void scsiemu_smc_magazine(struct scsiemu_lu *lu, bool there);

/*
 * A TapeAlert flag (1 to 64; SMC-3 table A.1) is set or not any more. Each host
 * is told of it once, by log page 2Eh. 0, or SCSIEMU_ERR_ARG.
 */
int scsiemu_smc_alert(struct scsiemu_lu *lu, unsigned flag, bool on);

#ifdef __cplusplus
}
#endif
#endif
