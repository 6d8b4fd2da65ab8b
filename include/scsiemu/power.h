/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scsiemu/power.h - power conditions of a logical unit (SPC-5 5.14, SBC-4
 * 4.20): entered when START STOP UNIT or a timer of mode page 1Ah says so, left
 * when a command needs the medium.
 *
 * Nothing is switched off here: an embedder with something to switch asks
 * scsiemu_lu_power_condition() after commands and after
 * scsiemu_device_tick(), which the timers live from.
 */
#ifndef SCSIEMU_POWER_H
#define SCSIEMU_POWER_H

#include <scsiemu/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From shallow to deep. */
enum scsiemu_power_condition {
	SCSIEMU_POWER_ACTIVE,
	SCSIEMU_POWER_IDLE_A,
	SCSIEMU_POWER_IDLE_B,
	SCSIEMU_POWER_IDLE_C,
	SCSIEMU_POWER_STANDBY_Y,
	SCSIEMU_POWER_STANDBY_Z,
	SCSIEMU_POWER_STOPPED,
	SCSIEMU_POWER_COUNT
};

/* scsiemu_lu_config.power; copied. Zeros: all conditions, left at once. */
struct scsiemu_power {
	uint32_t size; /* sizeof *this */
	/* ms from each of the conditions (not ACTIVE) to ACTIVE: VPD page 8Ah
	 * says so, and commands wait for so long, or get 2/04/01 where mode
	 * page 1Ah wants that (CCF_IDLE, CCF_STANDBY, CCF_STOPPED). */
	uint16_t recovery_ms[SCSIEMU_POWER_COUNT];
};

/* The condition that it is in. One without `power` is ACTIVE or STOPPED. Call
 * it on the device's thread. */
enum scsiemu_power_condition scsiemu_lu_power_condition(
	const struct scsiemu_lu *lu);

#ifdef __cplusplus
}
#endif
#endif
