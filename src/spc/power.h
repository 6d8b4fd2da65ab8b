/* SPDX-License-Identifier: BSD-2-Clause */
/* spc/power.h - power conditions: the part, for those that ask it. */
#ifndef SEMU_SPC_POWER_H
#define SEMU_SPC_POWER_H

#include "core/core.h"

#include <scsiemu/power.h>

/* POWER CONDITION of START STOP UNIT (SBC-4 5.31). */
enum semu_power_request {
	SEMU_POWER_START_VALID = 0,
	SEMU_POWER_ACTIVE = 1,
	SEMU_POWER_IDLE = 2,
	SEMU_POWER_STANDBY = 3,
	SEMU_POWER_LU_CONTROL = 7,
	SEMU_POWER_FORCE_IDLE_0 = 10,
	SEMU_POWER_FORCE_STANDBY_0 = 11
};
/* PM_BG_PRECEDENCE: background functions go on although a timer expires. */
enum { SEMU_POWER_BACKGROUND_FIRST = 1 };

struct semu_power {
	uint64_t last;	/* ms: the timers run since then */
	uint64_t until; /* ms: it is active from then on; 0: it is */
	/* mode page 1Ah: by condition, in 100 ms; bits of those enabled */
	uint32_t timer[SCSIEMU_POWER_COUNT];
	uint8_t enabled;
	uint8_t ccf;	    /* byte 39 */
	uint8_t background; /* PM_BG_PRECEDENCE */
	uint8_t is;	    /* enum scsiemu_power_condition */
	bool timed;	    /* by a timer */
	bool held;	    /* by a command: the timers do not run */
	uint16_t recovery_ms[SCSIEMU_POWER_COUNT];
	uint32_t entered[SCSIEMU_POWER_COUNT]; /* for log page 1Ah */
};

#if SEMU_WITH_POWER
extern const struct semu_part_type semu_power_part;

static inline struct semu_power *semu_power(const struct scsiemu_lu *lu)
{
	return semu_part(lu, SEMU_PART_POWER);
}

/* START STOP UNIT with a POWER CONDITION: valid, with its modifier. */
int semu_power_command(struct scsiemu_cmd *c);
/* Its STANDBY, when the cache is empty. */
void semu_power_flushed(struct scsiemu_cmd *c);
/* It starts the logical unit; may wait. */
int semu_power_start(struct scsiemu_cmd *c);
void semu_power_stop(struct scsiemu_lu *lu);
/* ASC/ASCQ of REQUEST SENSE, 5E/xx; 0: it is active. */
uint16_t semu_power_asc(const struct scsiemu_lu *lu);
/* Background functions leave it alone now. */
bool semu_power_rests(const struct scsiemu_lu *lu);
/* One begins, or a command's work on the medium: it is active, at once. */
void semu_power_wake(struct scsiemu_lu *lu);
/* Mode page 1Ah has these values now. */
void semu_power_apply(struct scsiemu_lu *lu, const uint8_t *page);
#else
static inline int semu_power_command(struct scsiemu_cmd *c)
{
	(void)c;
	return SCSIEMU_FINISHED;
}
static inline void semu_power_flushed(struct scsiemu_cmd *c)
{
	(void)c;
}
static inline int semu_power_start(struct scsiemu_cmd *c)
{
	(void)c;
	return SCSIEMU_FINISHED;
}
static inline void semu_power_stop(struct scsiemu_lu *lu)
{
	(void)lu;
}
static inline uint16_t semu_power_asc(const struct scsiemu_lu *lu)
{
	(void)lu;
	return 0;
}
static inline bool semu_power_rests(const struct scsiemu_lu *lu)
{
	(void)lu;
	return false;
}
static inline void semu_power_wake(struct scsiemu_lu *lu)
{
	(void)lu;
}
#endif

#endif
